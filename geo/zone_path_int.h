/* SPDX-License-Identifier: Apache-2.0 */
/* A great-circle path as straight pieces in longitude and latitude, and the places where
 * it meets one zone. Private to geo/. */
#ifndef LOOKOUT_ZONE_PATH_INT_H
#define LOOKOUT_ZONE_PATH_INT_H

#include "zone_geometry_int.h"

enum { ZONE_PATH_PIECES_MAX = 256 };
/* No piece is farther than this from the great circle, as long as ZONE_PATH_PIECES_MAX
 * pieces are enough. */
#define ZONE_PATH_ERROR_M 20.0

struct zone_path_knot {
    int64_t x; /* 1e-7 degree from longitude -180, continues over the antimeridian */
    int32_t y; /* latitude in 1e-7 degree */
};
struct zone_path {
    struct geo_pos a, b;
    int pieces; /* 0 when the ends are the same */
    struct zone_path_knot knots[ZONE_PATH_PIECES_MAX + 1];
};

/* The path is one straight piece when it stays below latitude 80, does not cross the
 * antimeridian, and both its steps are at most this long. Such a piece is less than 1.5 m
 * from the great circle. */
#define ZONE_PATH_SHORT_E7 500000
#define ZONE_PATH_SHORT_LAT_E7 800000000
static inline bool zone_path_is_short(struct geo_pos a, struct geo_pos b)
{
    int64_t dx = (int64_t)b.lon_e7 - a.lon_e7, dy = (int64_t)b.lat_e7 - a.lat_e7;
    return dx <= ZONE_PATH_SHORT_E7 && dx >= -ZONE_PATH_SHORT_E7 &&
           dy <= ZONE_PATH_SHORT_E7 && dy >= -ZONE_PATH_SHORT_E7 &&
           a.lat_e7 <= ZONE_PATH_SHORT_LAT_E7 && a.lat_e7 >= -ZONE_PATH_SHORT_LAT_E7;
}

void zone_path_init(struct zone_path *path, struct geo_pos a, struct geo_pos b);

/* Find how the path meets the zone and write it to *ret, except the member `zone`.
 * Returns 0 or ERR_NOMEM. */
MUST_CHECK int zone_path_cuts(const struct zone_path *path, const struct zone_geometry *g,
                              struct zone_cuts *ret);

#endif
