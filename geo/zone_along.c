/* SPDX-License-Identifier: Apache-2.0 */
/* Finds all zones along a path, and the zone ahead on a course. */
#include <math.h>

#include "lookout/geo/zone.h"
#include "zone_index_int.h"
#include "zone_path_int.h"
#include "zone_set_int.h"

/* Longer courses are cut to 600 nautical miles. */
#define APPROACH_LIMIT_M (600 * 1852.0)
#define MS_PER_M_AT_1_KN (3600e3 / 1852)

static int gather_zones(const struct zone_set *set, const struct zone_path *path,
                        struct zone_gather *g)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < path->pieces; i++) {
        const struct zone_path_knot *k = &path->knots[i];
        struct grid_point p = {.x = k[0].x, .y = k[0].y + ZONE_TURN_E7 / 4};
        struct grid_point q = {.x = k[1].x, .y = k[1].y + ZONE_TURN_E7 / 4};
        rc = zone_index_gather(set->index, p, q, g);
    }
    return rc;
}

int zone_along(const struct zone_set *set, struct geo_pos a, struct geo_pos b,
               zone_visit visit, void *context)
{
    struct zone_path path;
    struct zone_gather found;
    if (zone_path_is_short(a, b) && zone_index_is_clear(set->index, a, b))
        return 0;
    zone_path_init(&path, a, b);
    zone_index_gather_init(&found);
    int rc = gather_zones(set, &path, &found);
    if (rc == 0)
        zone_index_gather_unite(&found);
    for (size_t i = 0; rc == 0 && i < found.count; i++) {
        struct zone_cuts cuts;
        cuts.zone = found.items[i] >> 1;
        if ((found.items[i] & 1) == 0) {
            /* No cell of the path has a boundary of this area: the whole path lies
             * inside. */
            cuts.inside_at_start = cuts.inside_at_end = true;
            cuts.count = 0;
            visit(context, &cuts);
            continue;
        }
        rc = zone_path_cuts(&path, &set->geometries[cuts.zone], &cuts);
        if (rc == 0 && (cuts.count > 0 || cuts.inside_at_start))
            visit(context, &cuts);
    }
    zone_index_gather_finish(&found);
    return rc;
}

bool zone_along_approach(const struct zone_set *set, uint32_t zone,
                         const struct zone_course *course, double limit_m,
                         struct zone_approach *ret_approach)
{
    const struct zone_geometry *g = &set->geometries[zone];
    struct geo_pos p = course->from;
    if (!(course->sog_kn > 0) || !(limit_m > 0) || !isfinite(course->cog_deg))
        return false;
    double sail_m = fmin(limit_m, APPROACH_LIMIT_M);
    double distance_m = 0;
    if (!zone_set_contains(set, zone, p)) {
        if (zone_distance_is_beyond(set, zone, p, sail_m))
            return false;
        struct zone_path path;
        struct zone_cuts cuts;
        zone_path_init(&path, p, geo_destination(p, course->cog_deg, sail_m));
        if (path.pieces == 0 || zone_path_cuts(&path, g, &cuts) != 0 || cuts.count == 0)
            return false;
        distance_m = cuts.fraction[0] * sail_m;
    }
    ret_approach->distance_m = distance_m;
    ret_approach->eta_ms = llround(distance_m * MS_PER_M_AT_1_KN / course->sog_kn);
    return true;
}
