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

void zone_path_init(struct zone_path *path, struct geo_pos a, struct geo_pos b);

/* How the path meets the zone, into *ret but for its `zone`. 0 or ERR_NOMEM. */
MUST_CHECK int zone_path_cuts(const struct zone_path *path, const struct zone_geometry *g,
                              struct zone_cuts *ret);

#endif
