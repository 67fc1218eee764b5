/* SPDX-License-Identifier: Apache-2.0 */
/* Land as rings of points, for pictures: thinned to 0.03 degree, so not for decisions. */
#ifndef LOOKOUT_COAST_H
#define LOOKOUT_COAST_H

#include <stddef.h>

#include "lookout/base/err.h"

/* The data as text, made by tests/tools/make-coast.py; ends with NULL. */
extern const char *const coast_lines[];

struct coast_point {
    double lon, lat;
};
/* All rings, one after the other; a ring's last point joins its first. */
struct coast {
    struct coast_point *points; /* owned */
    size_t *ring_ends;          /* owned */
    size_t point_count, ring_count;
};

/* ERR_NOMEM, or ERR_CORRUPT when the data are damaged. */
MUST_CHECK int coast_read(struct coast *ret);
void coast_finish(struct coast *coast);

#endif
