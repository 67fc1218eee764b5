/* SPDX-License-Identifier: Apache-2.0 */
/* Sailing by the shortest way over the water of the grid, from corner to corner: another
 * search than the front of the fields, over points of 0.05 degrees that see each other.
 */
#ifndef SAIL_H
#define SAIL_H

#include "lookout/geo/water.h"

/* Points each way from the middle, and how many there are. */
enum { SAIL_HALF = 50, SAIL_SIDE = 2 * SAIL_HALF, SAIL_POINTS = SAIL_SIDE * SAIL_SIDE };

/* The lengths in metres of the shortest ways from a place to the points around it; < 0:
 * none within the square. */
struct sail {
    const struct water *water; /* borrowed */
    struct geo_point low;
    double length_m[SAIL_POINTS];
};
struct geo_pos sail_point(const struct sail *s, int i);
/* How many points can be reached. */
int sail_from(struct sail *s, const struct water *water, struct geo_pos from);

#endif
