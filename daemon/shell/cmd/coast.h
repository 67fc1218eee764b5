/* SPDX-License-Identifier: Apache-2.0 */
/* Land as rings of points, for pictures only: thinned to 0.03 degree. */
#ifndef LOOKOUT_COAST_H
#define LOOKOUT_COAST_H

#include <stddef.h>

#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

/* All rings, one after the other; a ring's last point is joined to its first. Rings may
 * go on beyond 180 degrees of longitude. */
struct coast {
    struct geo_point *points; /* owned */
    size_t *ring_ends;        /* owned; the index after each ring's last point */
    size_t point_count, ring_count;
};

/* Read the shipped file config/coast.txt. 0, ERR_NOMEM, ERR_CORRUPT when the file is
 * damaged, or an error of reading; err (may be NULL) says which file and why. */
MUST_CHECK int coast_read(struct coast *ret, struct err *err);
void coast_finish(struct coast *coast);

#endif
