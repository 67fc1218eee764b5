/* SPDX-License-Identifier: Apache-2.0 */
/* Random zones for the oracle test and the benchmark: as coordinates for another
 * program's judgement, and as GeoJSON for ours. */
#ifndef ZONEGEN_H
#define ZONEGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"

struct zonegen_ring {
    double *xy; /* owned; longitude (running on over 180), latitude; closed */
    size_t count;
};
/* One polygon with holes, or one line. */
struct zonegen_zone {
    struct zonegen_ring *rings; /* owned; the first is the outer one */
    size_t ring_count;
    bool is_gate;
    bool is_fine; /* coordinates have more than 7 decimals */
};
struct zonegen {
    struct zonegen_zone *zones; /* owned */
    size_t count;
    uint64_t random; /* state of splitmix64 */
};

enum zonegen_shape {
    ZONEGEN_STAR,      /* a wriggling coast around a middle */
    ZONEGEN_SPIKY,     /* the same with spikes all around */
    ZONEGEN_HOLED,     /* the same with holes */
    ZONEGEN_SLIVER,    /* 1e-6 to 1e-3 degree thin */
    ZONEGEN_RECTANGLE, /* on whole, half and sixteenth degrees: edges on the grid's lines
                        */
    ZONEGEN_STRIP,     /* neighbours that share a wriggling edge, all of its vertices */
    ZONEGEN_COMB,      /* teeth: many edges, all crossing the same parallel */
    ZONEGEN_GATE       /* a line */
};

void zonegen_init(struct zonegen *gen, uint64_t seed);
void zonegen_finish(struct zonegen *gen);
uint64_t zonegen_below(struct zonegen *gen, uint64_t below);
double zonegen_between(struct zonegen *gen, double low, double high);

struct zonegen_place {
    double lat, lon, radius_deg;
    size_t vertices;
};
/* Add one zone (two for a strip). Coordinates have 7 decimals, or all of them when
 * `is_fine`. */
void zonegen_add(struct zonegen *gen, enum zonegen_shape shape,
                 const struct zonegen_place *place, bool is_fine);

/* GeoJSON of all, ids "z0", "z1", ... in order. Longitudes run on over 180, or with
 * `is_folded` are brought into -180..180. */
void zonegen_print(const struct zonegen *gen, bool is_folded, struct buf *out);

#endif
