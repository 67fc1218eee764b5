/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that geo/ asks GEOS: is a polygon valid, do two polygons overlap, and
 * which area do many polygons cover. Private to geo/. */
#ifndef LOOKOUT_GEOS_INT_H
#define LOOKOUT_GEOS_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct geos_checker; /* a GEOS context of its own; one thread at a time */

struct geos_checker *geos_checker_create(void); /* NULL when out of memory */
void geos_checker_destroy(struct geos_checker *g);

/* A polygon: its rings one after the other, as pairs x, y. The first ring is the outer
 * one. */
struct geos_polygon {
    const double *xy;        /* borrowed */
    const size_t *ring_ends; /* borrowed; index after the last position of each ring */
    size_t ring_count;
};

struct geos_fault {
    char reason[80]; /* in the words of GEOS */
    bool has_place;
    double x, y;
};

/* Check a polygon: *ret_valid is true, or false with the reason and the place. Returns 0
 * or ERR_NOMEM. */
MUST_CHECK int geos_check(struct geos_checker *g, const struct geos_polygon *polygon,
                          bool *ret_valid, struct geos_fault *ret_fault);
/* Do the interiors of two valid polygons overlap when the second is moved east by
 * `shift`? The returned place lies in the overlap. */
MUST_CHECK int geos_overlap(struct geos_checker *g, const struct geos_polygon *a,
                            const struct geos_polygon *b, double shift, bool *ret_overlap,
                            struct geos_fault *ret_fault);

/* One ring of the area that the pieces cover together. */
struct geos_ring {
    const double *xy;           /* borrowed; pairs, the first repeated at the end */
    size_t count;               /* of pairs */
    uint32_t polygon, in_order; /* number of the polygon; its ring, 0: outer */
};
typedef int (*geos_ring_sink)(void *context, const struct geos_ring *ring);

/* Unite the pieces: each of their rings is taken as a polygon, and the polygons may
 * overlap. The sink is called for each ring of the united area; when it returns a
 * non-zero value, the walk ends and returns that value. Holes narrower than the
 * resolution of positions are left out. Returns ERR_INVALID when GEOS gives no result,
 * ERR_NOMEM, else 0. */
MUST_CHECK int geos_unite(struct geos_checker *g, const struct geos_polygon *pieces,
                          geos_ring_sink sink, void *context);

#endif
