/* SPDX-License-Identifier: Apache-2.0 */
/* The point test of one area. The area is cut into strips of latitude, and each strip
 * lists the edges that touch it. Private to geo/.
 *
 * All data that one test reads is in one block of memory, and its beginning is in one
 * cache line. With many zones, the cost of the test is the cost of the cache misses. */
#ifndef LOOKOUT_ZONE_STRIPS_INT_H
#define LOOKOUT_ZONE_STRIPS_INT_H

#include "zone_geometry_int.h"

/* A strip stores its edges as runs of vertices. A coordinate has one unused bit, which
 * marks the beginning of a run. */
struct zone_run_vertex {
    uint32_t x;
    int32_t y2; /* 2 y, plus 1 where a run begins: no edge leads here */
};

struct zone_strips {
    int32_t west_e7; /* as in the geometry */
    uint32_t width;
    int32_t low, high;
    double scale;     /* strips per 1e-7 degree */
    uint32_t count;   /* of strips */
    uint32_t words;   /* the runs begin at first + words */
    uint32_t first[]; /* count + 1: where each strip's runs begin, in vertices */
};

MUST_CHECK int zone_strips_create(const struct zone_geometry *g,
                                  struct zone_strips **ret);
size_t zone_strips_bytes(const struct zone_strips *z);
/* Is the point inside the area or on its boundary? */
bool zone_strips_contain(const struct zone_strips *z, struct geo_pos p);
/* The same for a point of a path: x (from the west side, any turn) and y as multiples of
 * 2^-ZONE_FINE_BITS of 1e-7 degree. */
enum { ZONE_FINE_BITS = 28 };
bool zone_strips_contain_fine(const struct zone_strips *z, int64_t x, int64_t y);

#endif
