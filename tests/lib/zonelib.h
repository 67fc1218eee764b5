/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of zones share: sets from literal GeoJSON, the cuts of a path. */
#ifndef ZONELIB_H
#define ZONELIB_H

#include "lib/testlib.h"
#include "lookout/geo/zone.h"

/* A position from degrees. */
struct geo_pos test_pos(double lat, double lon);

/* A set of one text (a FeatureCollection or Feature); fails the test on any fault. */
struct zone_set *test_zone_set(const char *text);
/* The same with five more zones behind, in the Southern Ocean: enough for a grid. */
struct zone_set *test_zone_set_with_grid(const char *text);

/* All cuts along a path. */
struct test_along {
    struct zone_cuts cuts[64];
    size_t count;
};
void test_zone_along(const struct zone_set *set, struct geo_pos a, struct geo_pos b,
                     struct test_along *ret);
/* The cuts of that zone, or NULL. */
const struct zone_cuts *test_along_zone(const struct test_along *along, uint32_t zone);

#endif
