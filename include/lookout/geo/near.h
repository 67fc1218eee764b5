/* SPDX-License-Identifier: Apache-2.0 */
/* A bound on distances that needs no trigonometry: most questions of the hot path ("can
 * it have come so far?", "has it moved?") are settled by it. */
#ifndef LOOKOUT_NEAR_H
#define LOOKOUT_NEAR_H

#include <math.h>
#include <stdint.h>

#include "lookout/geo/geo.h"

/* Longitude difference b - a in 1e-7 degree the shorter way round. */
static inline int64_t near_lon_step_e7(int32_t a, int32_t b)
{
    const int64_t turn = INT64_C(3600000000);
    int64_t step = (int64_t)b - a;
    if (step > turn / 2)
        return step - turn;
    return step < -turn / 2 ? step + turn : step;
}

/* At least geo_distance_m(a, b): the length of the straight line in latitude and
 * longitude as if it lay on the equator, where degrees of longitude are longest. A hair
 * is added for the rounding of both. */
static inline double near_most_m(struct geo_pos a, struct geo_pos b)
{
    const double e7_m = GEO_EARTH_RADIUS_M * 3.14159265358979323846 / 180.0 / GEO_E7;
    double north = (double)((int64_t)b.lat_e7 - a.lat_e7);
    double east = (double)near_lon_step_e7(a.lon_e7, b.lon_e7);
    return sqrt(north * north + east * east) * (e7_m * (1 + 1e-9));
}

#endif
