/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the distance to a zone's boundary, and finds the boundaries that may be near.
 *
 * Distances are taken on a plane at the point: north by the radius of the meridian, east
 * by the radius of the parallel at the middle latitude, both of the WGS 84 ellipsoid. */
#include <math.h>
#include <stdlib.h>

#include "lookout/geo/zone.h"
#include "point_int.h"
#include "zone_index_int.h"
#include "zone_set_int.h"

#define A_M 6378137.0
#define E2 (0.0066943799901413165) /* of WGS 84: f (2 - f), f = 1 / 298.257223563 */
/* Smaller than every radius of curvature of the ellipsoid (the smallest is 6335.4 km, at
 * the equator along the meridian). It gives lower bounds of distances. */
#define LEAST_RADIUS_M 6335000.0
/* Beyond this distance, the sphere is used instead of the plane. */
#define PLANE_M 300000.0
#define UNIT_RAD (POINT_RAD / GEO_E7)

struct plane {
    double x, y; /* of the point, 1e-7 degree in the frame of the zone */
    double cosine, sine;
    double north_m, east_m; /* per radian; east: at the equator */
};

static struct plane plane_at(struct geo_pos p)
{
    double lat = p.lat_e7 * UNIT_RAD;
    struct plane plane = {.y = p.lat_e7, .cosine = cos(lat), .sine = sin(lat)};
    double w = 1 - E2 * plane.sine * plane.sine;
    plane.east_m = A_M / sqrt(w);
    plane.north_m = plane.east_m * (1 - E2) / w;
    return plane;
}

struct place {
    double x, y; /* metres */
};

/* Project a point of the zone's frame onto the plane. The width is that at cos(lat + h),
 * where h is half the step north. */
static struct place project_point(const struct plane *plane, double x, double y)
{
    double north = (y - plane->y) * UNIT_RAD, east = (x - plane->x) * UNIT_RAD;
    double h = north / 2;
    double width = fabs(h) < 0.05 ? plane->cosine * (1 - h * h / 2) -
                                        plane->sine * (h - h * h * h / 6)
                                  : plane->cosine * cos(h) - plane->sine * sin(h);
    return (struct place){.x = plane->east_m * width * east, .y = plane->north_m * north};
}

/* On a long edge, the plane is not exact enough: the search narrows down to the nearest
 * stretch of the edge. */
static double edge_distance(const struct plane *plane, const struct zone_vertex *v,
                            struct zone_vertex *ret_nearest)
{
    double t0 = 0, t1 = 1, t = 0, far = HUGE_VAL;
    double dx = (double)v[1].x - v[0].x, dy = (double)v[1].y - v[0].y;
    for (int round = 0; round < 6; round++) {
        struct place a = project_point(plane, v[0].x + dx * t0, v[0].y + dy * t0);
        struct place b = project_point(plane, v[0].x + dx * t1, v[0].y + dy * t1);
        double ex = b.x - a.x, ey = b.y - a.y, square = ex * ex + ey * ey;
        double part = square > 0 ? -(a.x * ex + a.y * ey) / square : 0;
        if (part < 0)
            part = 0;
        if (part > 1)
            part = 1;
        t = t0 + (t1 - t0) * part;
        struct place at = project_point(plane, v[0].x + dx * t, v[0].y + dy * t);
        far = hypot(at.x, at.y);
        if (square < 2e4 * 2e4)
            break;
        double window = (t1 - t0) / 8;
        t0 = fmax(t - window, 0);
        t1 = fmin(t + window, 1);
    }
    ret_nearest->x = (uint32_t)(v[0].x + dx * t + 0.5);
    ret_nearest->y = (int32_t)lround(v[0].y + dy * t);
    return far;
}

/* A lower bound of the distance to every point of the box: the meridian at the near side
 * of the box is asin(cos(lat) sin(gap)) away. */
static double least_distance(const struct plane *plane, const struct zone_box *box)
{
    double north = 0, east = 0;
    if (plane->y < box->y0)
        north = box->y0 - plane->y;
    else if (plane->y > box->y1)
        north = plane->y - box->y1;
    if (plane->x < (double)box->x0)
        east = (double)box->x0 - plane->x;
    else if (plane->x > (double)box->x1)
        east = plane->x - (double)box->x1;
    double gap = east * UNIT_RAD;
    double sine = 1;
    if (gap < 0.2)
        sine = gap * (1 - gap * gap / 6);
    else if (gap < 1.57)
        sine = sin(gap);
    return LEAST_RADIUS_M * fmax(north * UNIT_RAD, plane->cosine * sine);
}

/* The nearest edge found so far. */
struct nearest {
    double distance_m;
    struct zone_vertex at;
};

static void search_group(const struct plane *plane, const struct zone_geometry *g,
                         size_t group, struct nearest *best)
{
    size_t leaf = group * ZONE_GROUP_LEAVES, end = leaf + ZONE_GROUP_LEAVES;
    for (; leaf < end && leaf < g->leaf_count; leaf++) {
        const struct zone_leaf *l = &g->leaves[leaf];
        if (least_distance(plane, &l->box) >= best->distance_m)
            continue;
        for (uint32_t i = l->first; i < l->first + l->count; i++) {
            struct zone_vertex at = {0};
            double far = edge_distance(plane, &g->vertices[i], &at);
            if (far < best->distance_m)
                *best = (struct nearest){.distance_m = far, .at = at};
        }
    }
}

static void search_strips(const struct plane *plane, const struct zone_geometry *g,
                          struct nearest *best)
{
    size_t first = 0;
    double least = HUGE_VAL;
    for (size_t group = 0; group < g->group_count; group++) {
        double far = least_distance(plane, &g->groups[group]);
        if (far < least) {
            least = far;
            first = group;
        }
    }
    if (least < best->distance_m)
        search_group(plane, g, first, best);
    for (size_t group = 0; group < g->group_count; group++)
        if (group != first && least_distance(plane, &g->groups[group]) < best->distance_m)
            search_group(plane, g, group, best);
}

double zone_distance_boundary_m(const struct zone_set *set, uint32_t zone,
                                struct geo_pos p)
{
    const struct zone_geometry *g = &set->geometries[zone];
    struct plane plane = plane_at(p);
    struct nearest best = {.distance_m = HUGE_VAL};
    int64_t x = zone_geometry_x(g, p.lon_e7);
    for (x -= ZONE_TURN_E7; x <= (int64_t)g->width + ZONE_TURN_E7; x += ZONE_TURN_E7) {
        plane.x = (double)x;
        search_strips(&plane, g, &best);
    }
    if (best.distance_m < PLANE_M)
        return best.distance_m;
    struct geo_pos at = geo_to_pos(
        (struct geo_point){.lat = best.at.y / GEO_E7,
                           .lon = (double)(g->west_e7 + (int64_t)best.at.x) / GEO_E7});
    return geo_distance_m(p, at);
}

/* Half the size of a box around p that contains every place within the limit. x is half a
 * turn when every meridian may be within the limit. */
static struct zone_vertex reach_of(struct geo_pos p, double limit_m)
{
    const double half_turn = (double)(ZONE_TURN_E7 / 2);
    double angle = limit_m / LEAST_RADIUS_M * 1.01;
    double sine = angle / cos(p.lat_e7 * UNIT_RAD);
    /* asin(s) <= s (1 + 0.2 s2) up to 0.5 */
    double east = sine < 0.5 ? sine * (1 + 0.2 * sine * sine) / UNIT_RAD : half_turn;
    double north = angle / UNIT_RAD;
    return (struct zone_vertex){.x = (uint32_t)(east < half_turn ? east + 1 : half_turn),
                                .y =
                                    (int32_t)(north < half_turn ? north + 1 : half_turn)};
}

static bool box_meets_range(const struct zone_box *box, const struct zone_box *range)
{
    return box->x0 <= range->x1 && box->x1 >= range->x0 && box->y0 <= range->y1 &&
           box->y1 >= range->y0;
}

static bool edge_meets(const struct zone_vertex *v, const struct zone_box *range)
{
    struct zone_box box = {.x0 = v[0].x < v[1].x ? v[0].x : v[1].x,
                           .x1 = v[0].x < v[1].x ? v[1].x : v[0].x,
                           .y0 = v[0].y < v[1].y ? v[0].y : v[1].y,
                           .y1 = v[0].y < v[1].y ? v[1].y : v[0].y};
    return box_meets_range(&box, range);
}

static bool any_edge_meets(const struct zone_geometry *g, const struct zone_box *range)
{
    for (size_t group = 0; group < g->group_count; group++) {
        if (!box_meets_range(&g->groups[group], range))
            continue;
        size_t leaf = group * ZONE_GROUP_LEAVES, end = leaf + ZONE_GROUP_LEAVES;
        for (; leaf < end && leaf < g->leaf_count; leaf++) {
            const struct zone_leaf *l = &g->leaves[leaf];
            if (!box_meets_range(&l->box, range))
                continue;
            for (uint32_t i = l->first; i < l->first + l->count; i++)
                if (edge_meets(&g->vertices[i], range))
                    return true;
        }
    }
    return false;
}

static bool is_beyond(const struct zone_geometry *g, struct geo_pos p,
                      struct zone_vertex half)
{
    int64_t y0 = (int64_t)p.lat_e7 - half.y, y1 = (int64_t)p.lat_e7 + half.y;
    if (g->high < y0 || g->low > y1)
        return true;
    struct zone_box range = {.y0 = (int32_t)(y0 < INT32_MIN ? INT32_MIN : y0),
                             .y1 = (int32_t)(y1 > INT32_MAX ? INT32_MAX : y1)};
    int64_t x = zone_geometry_x(g, p.lon_e7) - ZONE_TURN_E7;
    for (; x - half.x <= (int64_t)g->width; x += ZONE_TURN_E7) {
        range.x0 = x - half.x;
        range.x1 = x + half.x;
        if (range.x1 >= 0 && any_edge_meets(g, &range))
            return false;
    }
    return true;
}

bool zone_distance_is_beyond(const struct zone_set *set, uint32_t zone, struct geo_pos p,
                             double limit_m)
{
    return is_beyond(&set->geometries[zone], p, reach_of(p, limit_m));
}

size_t zone_distance_near(const struct zone_set *set, struct geo_pos p, double radius_m,
                          uint32_t *ret_zones, size_t room)
{
    struct zone_vertex half = reach_of(p, radius_m);
    const int64_t top = ZONE_TURN_E7 / 2;
    int64_t x = (int64_t)p.lon_e7 + ZONE_TURN_E7 / 2, y = (int64_t)p.lat_e7 + top / 2;
    struct grid_range range = {.x0 = x - half.x + ZONE_TURN_E7,
                               .x1 = x + half.x + ZONE_TURN_E7,
                               .y0 = y > half.y ? y - half.y : 0,
                               .y1 = y + half.y < top ? y + half.y : top};
    if (half.x >= ZONE_TURN_E7 / 2) {
        range.x0 = 0;
        range.x1 = ZONE_TURN_E7 - 1;
    }
    struct zone_gather found;
    zone_index_gather_init(&found);
    size_t count = 0;
    bool is_listed = zone_index_gather_touching(set->index, &range, &found) == 0;
    if (is_listed)
        zone_index_gather_unite(&found);
    /* When there is no memory for the list, every zone is tested. */
    for (size_t i = 0; i < (is_listed ? found.count : set->count); i++) {
        uint32_t zone = is_listed ? found.items[i] >> 1 : (uint32_t)i;
        if (is_beyond(&set->geometries[zone], p, half))
            continue;
        if (count < room)
            ret_zones[count] = zone;
        count++;
    }
    zone_index_gather_finish(&found);
    return count;
}
