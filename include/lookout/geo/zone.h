/* SPDX-License-Identifier: Apache-2.0 */
/* Zones (areas) and gates (lines) from GeoJSON, and the questions that rules ask about
 * them.
 *
 * Edges of zones and gates are straight in longitude and latitude (RFC 7946); paths of
 * ships are great circles. Longitudes -360..360 are folded, a step of more than 180
 * degrees takes the shorter way, zones may straddle the antimeridian, split or not. A
 * grid of empty, full and boundary cells answers most questions; in boundary cells an
 * exact test decides. A set does not change after it is built, and engines may share it.
 */
#ifndef LOOKOUT_ZONE_H
#define LOOKOUT_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

enum zone_shape {
    ZONE_AREA, /* Polygon, MultiPolygon, LineString with a width */
    ZONE_GATE  /* LineString */
};

struct zone_info {
    char *id;   /* owned by the set; unique within it */
    char *name; /* owned by the set; the id where the feature has none */
    char *kind; /* owned by the set; "" where the feature has none */
    enum zone_shape shape;
    uint64_t geometry; /* hash; a zone whose hash changed is another zone */
    size_t vertices;   /* without the repeated closing ones */
    double area_km2;   /* on the ellipsoid; 0 for a gate */
    double length_m;   /* of a gate, on the ellipsoid; 0 for an area */
    double width_m;    /* of a corridor, to each side of its line; 0 for others */
    struct geo_point low,
        high; /* bounding box; low.lon > high.lon when it straddles 180 */
    bool antimeridian;
};

struct zone_set;

/* One fault in a GeoJSON text. line/col from 1, 0 where unknown. */
struct zone_fault {
    int line, col;
    char *text; /* owned by the list: names the feature's index and id, the reason, the
                   place */
};
struct zone_faults {
    struct zone_fault *items; /* owned */
    size_t count;
};
void geojson_fault_finish_list(struct zone_faults *faults);

/* The builder: the caller adds any number of texts, then builds the set. */
struct zone_builder;
struct zone_builder *zone_set_builder_create(void); /* NULL when out of memory */
void zone_set_builder_destroy(struct zone_builder *b);
/* Read one GeoJSON text (FeatureCollection, Feature). `file` names it in faults about
 * duplicates. Every fault is appended to `faults`; returns 0 when there was no fault,
 * else ERR_INVALID (or ERR_NOMEM). properties.id is required, a text or an integer. Only
 * Polygon, MultiPolygon and LineString are accepted. A LineString with properties.width
 * ("2nm") is a corridor: the area within that distance of the line, on both sides and
 * around its ends. */
MUST_CHECK int zone_set_builder_add(struct zone_builder *b, const char *file,
                                    const char *text, size_t n,
                                    struct zone_faults *faults);
/* Build the index and move everything into the set; b is empty afterwards. A set without
 * zones is allowed. */
MUST_CHECK int zone_set_build(struct zone_builder *b, struct zone_set **ret_set,
                              struct err *err);
void zone_set_destroy(struct zone_set *set);

size_t zone_set_count(const struct zone_set *set);
const struct zone_info *zone_set_info(const struct zone_set *set,
                                      uint32_t zone); /* zone < zone_set_count */
/* Index of the zone with that id, or -1. */
int64_t zone_set_find(const struct zone_set *set, const char *id);
/* Memory of the vertices, the grid and the edges' index. */
size_t zone_set_index_bytes(const struct zone_set *set);

/* For drawing: the rings of an area (outer ones and holes alike; fill by even and odd) or
 * the one line of a gate. A ring's last point repeats its first. Longitudes continue
 * beyond the antimeridian, -180..540. */
size_t zone_set_ring_count(const struct zone_set *set, uint32_t zone);
size_t zone_set_ring_size(const struct zone_set *set, uint32_t zone, size_t ring);
struct geo_point zone_set_ring_point(const struct zone_set *set, uint32_t zone,
                                     size_t ring, size_t i);

/* Find the areas that contain the point: up to `room` indices are written to ret_zones in
 * ascending order. Returns the number of all such areas. A point on the boundary counts
 * as inside. */
size_t zone_set_at(const struct zone_set *set, struct geo_pos p, uint32_t *ret_zones,
                   size_t room);
bool zone_set_contains(const struct zone_set *set, uint32_t zone, struct geo_pos p);
/* Prefetch the memory that a search for the zones at p will read. The caller uses it when
 * it will search there soon. */
void zone_set_fetch(const struct zone_set *set, struct geo_pos p);
/* Distance in metres from p to the zone's boundary (an area's rings, a gate's line), >= 0
 * inside and outside; on a local plane at p, error below 0.5 % within 100 km. */
double zone_distance_boundary_m(const struct zone_set *set, uint32_t zone,
                                struct geo_pos p);
/* True when the boundary is certainly farther away than limit_m. The test is cheap, and
 * may return false for a boundary that is farther away. */
bool zone_distance_is_beyond(const struct zone_set *set, uint32_t zone, struct geo_pos p,
                             double limit_m);

/* How a great-circle path a -> b meets one area or gate. For an area: the fractions (0..1
 * of the path's length) at which it enters and leaves, in order, alternating;
 * `inside_at_start` tells whether the first fraction is a leaving (true) or an entering.
 * For a gate: the fractions of the crossings, `left_to_right` for each, as seen along the
 * line as drawn. A path between two equal points meets no zone. */
#define ZONE_CUTS_MAX 16
struct zone_cuts {
    uint32_t zone;
    bool inside_at_start, inside_at_end; /* areas only */
    uint32_t count; /* at most ZONE_CUTS_MAX; further cuts are left out in pairs */
    double fraction[ZONE_CUTS_MAX];
    bool left_to_right[ZONE_CUTS_MAX]; /* gates only */
};
/* Find all areas and gates that the path meets: calls `visit`, in ascending order of
 * zone, for each area that contains a part of the path and for each gate that the path
 * crosses. The caller must refuse paths longer than 600 nm. Returns ERR_NOMEM, else 0. */
typedef void (*zone_visit)(void *context, const struct zone_cuts *cuts);
MUST_CHECK int zone_along(const struct zone_set *set, struct geo_pos a, struct geo_pos b,
                          zone_visit visit, void *context);

struct zone_course {
    struct geo_pos from;
    double cog_deg, sog_kn;
};
struct zone_approach {
    int64_t eta_ms; /* from now */
    double distance_m;
};
/* Closest approach of a course (great circle): the time until the ship enters the area or
 * crosses the gate, and the distance sailed until then; false when the ship does not meet
 * it within limit_m of sailing. */
bool zone_along_approach(const struct zone_set *set, uint32_t zone,
                         const struct zone_course *course, double limit_m,
                         struct zone_approach *ret_approach);
/* Areas and gates whose boundary may lie within radius_m of p (a superset), in ascending
 * order. `room` and the result are those of zone_set_at. */
size_t zone_distance_near(const struct zone_set *set, struct geo_pos p, double radius_m,
                          uint32_t *ret_zones, size_t room);

/* Read a single area, for a port: the text has exactly one feature (or a bare geometry)
 * of type Polygon, MultiPolygon, or LineString with a width. The result is a set with one
 * zone, whose index is 0; properties.id is not required. */
MUST_CHECK int zone_set_read_area(const char *text, size_t n, struct zone_set **ret_set,
                                  struct err *err);

#endif
