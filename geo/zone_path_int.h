/* SPDX-License-Identifier: Apache-2.0 */
/* A great-circle path as straight pieces in longitude and latitude, and how it meets one
 * zone. Private to geo/. */
#ifndef LOOKOUT_ZONE_PATH_INT_H
#define LOOKOUT_ZONE_PATH_INT_H

#include "zone_geometry_int.h"

enum { ZONE_PATH_PIECES_MAX = 256 };
/* No piece leaves the great circle by more than this, up to ZONE_PATH_PIECES_MAX. */
#define ZONE_PATH_ERROR_M 20.0

struct zone_path_knot {
    int64_t x; /* 1e-7 degree from longitude -180, running on over the antimeridian */
    int32_t y; /* latitude in 1e-7 degree */
};
struct zone_path {
    struct geo_pos a, b;
    int pieces; /* 0 when the ends are the same */
    struct zone_path_knot knots[ZONE_PATH_PIECES_MAX + 1];
};

/* Below 80 degrees and with both steps this small, not over the antimeridian, the path is
 * one straight piece; it leaves the great circle by less than 1.5 m. */
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

/* How the path meets the zone, into *ret but for its `zone`. 0 or ERR_NOMEM. */
MUST_CHECK int zone_path_cuts(const struct zone_path *path, const struct zone_geometry *g,
                              struct zone_cuts *ret);

#endif
