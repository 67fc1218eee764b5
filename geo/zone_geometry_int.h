/* SPDX-License-Identifier: Apache-2.0 */
/* A zone's rings or a gate's line in whole 1e-7 degrees, and the exact questions about
 * one of them. Private to geo/.
 *
 * x counts east from the zone's west side and y is the latitude, so a zone over the
 * antimeridian is like any other and no question ever meets a seam inside it. All
 * coordinates are integers and every orientation is computed in 128 bits: no answer
 * depends on rounding. */
#ifndef LOOKOUT_ZONE_GEOMETRY_INT_H
#define LOOKOUT_ZONE_GEOMETRY_INT_H

#include "geojson_int.h"

#define ZONE_TURN_E7 INT64_C(3600000000) /* once round the earth */

struct zone_vertex {
    uint32_t x; /* 1e-7 degree east of the west side */
    int32_t y;  /* latitude in 1e-7 degree */
};

/* In a strip edges stand as runs of vertices; a coordinate has a bit to spare. */
struct zone_run_vertex {
    uint32_t x;
    int32_t y2; /* 2 y, plus 1 where a run begins: no edge leads here */
};

/* A box over some consecutive edges: leaves over edges, groups over leaves. */
struct zone_box {
    int64_t x0, x1;
    int32_t y0, y1;
};
struct zone_leaf {
    struct zone_box box;
    uint32_t first, count; /* edges: vertices first .. first + count */
};

struct zone_geometry {
    /* What the point test reads, together. */
    int32_t west_e7; /* longitude of x = 0, -180..180 */
    uint32_t width;  /* greatest x; more than a turn only where parts overlap around */
    int32_t low, high;
    /* Areas: strips of latitude with the edges that touch each. */
    uint32_t *strip_first;              /* owned; strips + 1 */
    struct zone_run_vertex *strip_runs; /* in the same memory */
    double strip_scale;                 /* strips per 1e-7 degree */
    uint32_t strips;
    enum zone_shape shape;
    struct zone_vertex *vertices; /* owned; rings one after the other, each closed */
    uint32_t vertex_count, ring_count;
    uint32_t *ring_ends;      /* owned; index after the last vertex of each ring */
    bool *ring_is_hole;       /* owned */
    struct zone_leaf *leaves; /* owned */
    size_t leaf_count;
    struct zone_box *groups; /* owned; one over ZONE_GROUP_LEAVES leaves */
    size_t group_count;
    size_t index_bytes; /* of the strips and boxes */
    void *pad;          /* to whole lines of the cache */
};
enum { ZONE_LEAF_EDGES = 8, ZONE_GROUP_LEAVES = 16 };

struct geos_checker;

/* Make the geometry of a feature: unwrapped at 180, checked, rounded. What is wrong is
 * appended to source->faults and marks the feature. 0 or ERR_NOMEM. */
MUST_CHECK int zone_geometry_make(struct zone_geometry *ret,
                                  struct geojson_feature *feature,
                                  struct geos_checker *geos,
                                  struct geojson_source *source);
void zone_geometry_finish(struct zone_geometry *g);
/* Build the strips and boxes. */
MUST_CHECK int zone_geometry_index(struct zone_geometry *g);

/* Is the point inside or on the boundary? */
bool zone_geometry_contains(const struct zone_geometry *g, struct geo_pos p);
/* The same for a point of a path: x (from the west side, any turn) and y as multiples of
 * 2^-ZONE_FINE_BITS of 1e-7 degree. */
enum { ZONE_FINE_BITS = 28 };
bool zone_geometry_contains_fine(const struct zone_geometry *g, int64_t x, int64_t y);

/* x of a longitude: 0 <= x < ZONE_TURN_E7. */
static inline int64_t zone_geometry_x(const struct zone_geometry *g, int32_t lon_e7)
{
    int64_t x = (int64_t)lon_e7 - g->west_e7;
    if (x < 0)
        x += ZONE_TURN_E7;
    return x < ZONE_TURN_E7 ? x : x - ZONE_TURN_E7;
}

/* zone_measure.c: area on the ellipsoid in km2, length in metres; edges are straight in
 * longitude and latitude. */
double zone_measure_area_km2(const struct zone_geometry *g);
double zone_measure_length_m(const struct zone_geometry *g);

#endif
