/* SPDX-License-Identifier: Apache-2.0 */
/* Classifies the cells of a raster against one zone: empty, boundary or full. Private to
 * geo/. */
#ifndef LOOKOUT_ZONE_RASTER_INT_H
#define LOOKOUT_ZONE_RASTER_INT_H

#include "zone_geometry_int.h"

enum zone_raster_class { ZONE_RASTER_EMPTY, ZONE_RASTER_TOUCH, ZONE_RASTER_FULL };

/* Square cells from a south-western corner, x from longitude -180 and y from latitude
 * -90, in 1e-7 degree. */
struct zone_raster {
    int64_t x, y, size;
    int columns, rows;
};

/* Write the class of each cell to ret (columns x rows bytes, rows from the south). A cell
 * that the boundary just misses may also be classified as TOUCH. EMPTY and FULL are
 * certain for the whole cell, its edges included. No cell is FULL for a gate. */
void zone_raster_classify(const struct zone_geometry *g, const struct zone_raster *raster,
                          uint8_t *ret);

#endif
