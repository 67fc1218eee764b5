/* SPDX-License-Identifier: Apache-2.0 */
/* A corridor: the area within a width of a line, to both sides and around its ends.
 * Private to geo/. */
#ifndef LOOKOUT_CORRIDOR_INT_H
#define LOOKOUT_CORRIDOR_INT_H

#include "geojson_int.h"

struct geos_checker;

/* The limits of a corridor's width, in metres. A narrower corridor is lost in the noise
 * of positions; a wider one is a sea. */
#define CORRIDOR_LEAST_M 10.0
#define CORRIDOR_MOST_M (100.0 * 1852)

/* Replace the feature's line by the area within its width_m: every place whose distance
 * to the line, on the ellipsoid and to within 0.1 %, is at most that. Each fault is
 * appended to source->faults, and the feature is marked as faulty. 0 or ERR_NOMEM. */
MUST_CHECK int corridor_draw(struct geojson_feature *feature, struct geos_checker *geos,
                             struct geojson_source *source);

#endif
