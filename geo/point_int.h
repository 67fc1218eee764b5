/* SPDX-License-Identifier: Apache-2.0 */
/* A great-circle arc between two positions. It is prepared once and then used for many
 * points. Private to geo/. */
#ifndef LOOKOUT_POINT_INT_H
#define LOOKOUT_POINT_INT_H

#include "lookout/geo/geo.h"

#define POINT_RAD (0.017453292519943295769) /* radians in a degree */

struct point_arc {
    double start[3];   /* unit vector of the start */
    double tangent[3]; /* unit vector at right angles to it, towards the end */
    double angle;      /* radians between the ends */
};

void geo_arc_init(struct point_arc *arc, struct geo_pos a, struct geo_pos b);
/* The point at `fraction` of the arc, rounded to 1e-7 degree. */
struct geo_pos geo_arc_at(const struct point_arc *arc, double fraction);

#endif
