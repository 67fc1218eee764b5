/* SPDX-License-Identifier: Apache-2.0 */
/* Published distances between ports, for the test and the bench of distances over water.
 */
#ifndef SEA_DISTANCES_H
#define SEA_DISTANCES_H

#include <stddef.h>

struct sea_distance {
    const char *from, *to;
    double from_lat, from_lon, to_lat, to_lon; /* degrees */
    double nm;
    double least, most; /* error in percent that is accepted */
};
extern const struct sea_distance sea_distances[];
extern const size_t sea_distance_count;

#endif
