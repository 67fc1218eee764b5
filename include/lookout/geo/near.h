/* SPDX-License-Identifier: Apache-2.0 */
/* An upper bound of a distance, computed without trigonometry. It answers most questions
 * of the hot path, such as "can the ship have sailed so far?" and "has the ship moved?".
 */
#ifndef LOOKOUT_NEAR_H
#define LOOKOUT_NEAR_H

#include <math.h>
#include <stdint.h>

#include "lookout/geo/geo.h"

/* Longitude difference b - a in 1e-7 degree, the shorter way around the earth. */
static inline int64_t near_lon_step_e7(int32_t a, int32_t b)
{
    const int64_t turn = INT64_C(3600000000);
    int64_t step = (int64_t)b - a;
    if (step > turn / 2)
        return step - turn;
    return step < -turn / 2 ? step + turn : step;
}

/* An upper bound of geo_distance_m(a, b), in metres: the length of the straight line in
 * latitude and longitude as if it lay on the equator, where degrees of longitude are
 * longest. A factor of 1 + 1e-9 covers the rounding of both computations. */
static inline double near_most_m(struct geo_pos a, struct geo_pos b)
{
    const double e7_m = GEO_EARTH_RADIUS_M * 3.14159265358979323846 / 180.0 / GEO_E7;
    double north = (double)((int64_t)b.lat_e7 - a.lat_e7);
    double east = (double)near_lon_step_e7(a.lon_e7, b.lon_e7);
    return sqrt(north * north + east * east) * (e7_m * (1 + 1e-9));
}

#endif
