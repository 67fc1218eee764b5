/* SPDX-License-Identifier: Apache-2.0 */
/* A zone's rings or a gate's line in whole 1e-7 degrees, and the exact tests against one
 * of them. Private to geo/.
 *
 * x counts east from the zone's west side and y is the latitude, so a zone over the
 * antimeridian is treated like any other zone. All coordinates are integers and every
 * orientation is computed in 128 bits, so no result depends on rounding. */
#ifndef LOOKOUT_ZONE_GEOMETRY_INT_H
#define LOOKOUT_ZONE_GEOMETRY_INT_H

#include "geojson_int.h"

#define ZONE_TURN_E7 INT64_C(3600000000) /* once round the earth */

struct zone_vertex {
    uint32_t x; /* 1e-7 degree east of the west side */
    int32_t y;  /* latitude in 1e-7 degree */
};

struct zone_strips;

/* A bounding box of consecutive edges. A leaf is a box of edges; a group is a box of
 * leaves. */
struct zone_box {
    int64_t x0, x1;
    int32_t y0, y1;
};
struct zone_leaf {
    struct zone_box box;
    uint32_t first, count; /* edges: vertices first .. first + count */
};

struct zone_geometry {
    enum zone_shape shape;
    int32_t west_e7; /* longitude of x = 0, -180..180 */
    uint32_t width;  /* greatest x; over a turn only if parts overlap so */
    int32_t low, high;
    struct zone_vertex *vertices; /* owned; closed rings, one after the other */
    uint32_t vertex_count, ring_count;
    uint32_t *ring_ends;      /* owned; index after the last vertex of each ring */
    bool *ring_is_hole;       /* owned */
    struct zone_leaf *leaves; /* owned */
    size_t leaf_count;
    struct zone_box *groups; /* owned; each covers ZONE_GROUP_LEAVES leaves */
    size_t group_count;
    struct zone_strips *strips; /* owned; NULL for a gate */
};
enum { ZONE_LEAF_EDGES = 8, ZONE_GROUP_LEAVES = 16 };

struct geos_checker;

/* Make the geometry of a feature: unwrapped at 180, checked, rounded. Each fault is
 * appended to source->faults, and the feature is marked as faulty. 0 or ERR_NOMEM. */
MUST_CHECK int zone_geometry_make(struct zone_geometry *ret,
                                  struct geojson_feature *feature,
                                  struct geos_checker *geos,
                                  struct geojson_source *source);
void zone_geometry_finish(struct zone_geometry *g);
/* Build the strips and boxes. */
MUST_CHECK int zone_edges_index(struct zone_geometry *g);

/* Is the point inside an area or on its boundary? False for every gate. */
bool zone_edges_contain(const struct zone_geometry *g, struct geo_pos p);
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
