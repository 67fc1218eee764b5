/* SPDX-License-Identifier: Apache-2.0 */
/* One zone on a raster of cells: empty, boundary or full. Private to geo/. */
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

/* The class of each cell into ret (columns x rows bytes, rows from the south). TOUCH may
 * be said of a cell that the boundary just misses; EMPTY and FULL are certain for the
 * cell with its rim. A gate fills nothing. */
void zone_raster_classify(const struct zone_geometry *g, const struct zone_raster *raster,
                          uint8_t *ret);

#endif
