/* SPDX-License-Identifier: Apache-2.0 */
/* What geo/ asks of GEOS: is a polygon valid, do two overlap, what do many cover. Private
 * to geo/. */
#ifndef LOOKOUT_GEOS_INT_H
#define LOOKOUT_GEOS_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct geos_checker; /* a GEOS context of its own; one thread at a time */

struct geos_checker *geos_checker_create(void); /* NULL when out of memory */
void geos_checker_destroy(struct geos_checker *g);

/* Rings one after the other, as pairs x, y; the first is the outer one. */
struct geos_polygon {
    const double *xy;        /* borrowed */
    const size_t *ring_ends; /* borrowed; index after the last position of each ring */
    size_t ring_count;
};

struct geos_fault {
    char reason[80]; /* GEOS's words */
    bool has_place;
    double x, y;
};

/* True in *ret_valid, or false with the reason and the place. 0 or ERR_NOMEM. */
MUST_CHECK int geos_check(struct geos_checker *g, const struct geos_polygon *polygon,
                          bool *ret_valid, struct geos_fault *ret_fault);
/* Do the insides of two valid polygons meet, the second moved east by `shift`? The place
 * is one where they do. */
MUST_CHECK int geos_overlap(struct geos_checker *g, const struct geos_polygon *a,
                            const struct geos_polygon *b, double shift, bool *ret_overlap,
                            struct geos_fault *ret_fault);

/* A ring of what pieces cover. */
struct geos_ring {
    const double *xy;           /* borrowed; pairs, the first repeated at the end */
    size_t count;               /* of pairs */
    uint32_t polygon, in_order; /* which polygon it belongs to; 0: its outer ring */
};
typedef int (*geos_ring_sink)(void *context, const struct geos_ring *ring);

/* What the rings cover together, each taken as a polygon of its own; they may overlap.
 * The sink gets one ring after the other; its non-zero ends the walk and is returned.
 * Holes narrower than the resolution of positions are left out. ERR_INVALID when GEOS
 * cannot tell, ERR_NOMEM, else 0. */
MUST_CHECK int geos_unite(struct geos_checker *g, const struct geos_polygon *pieces,
                          geos_ring_sink sink, void *context);

#endif
