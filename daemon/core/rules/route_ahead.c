/* SPDX-License-Identifier: Apache-2.0 */
/* Zones ahead: the zones for which ship -> zone -> port over water is at most 1.15 times
 * ship -> port. A zone is sampled at the middles of the cells inside it and at points
 * along its edges, as far as they lie near the way. */
#include "route_forecast_int.h"

#include <math.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"

static const double FACTOR = 1.15;
static const double CELL_DEG = 0.1;
static const double EDGE_DEG = 0.05;
/* The points of a zone that make the way hardly longer than the best point. */
static const double SLACK_M = 5000;
/* fields to one port are made on demand, up to this distance: some 100 ms */
static const double OWN_FIELD_M = 2000 * NM_M;
static const double FIELD_SLACK_M = 50000; /* between the middles of cells */
static const double USUAL_KN = 10; /* used while the ship's own speed is unknown */
enum { POINTS_MAX = 40000 };

struct search {
    const struct water_field *field;
    const struct water_reach *reach;
    struct geo_point low, high; /* of the reach */
    double most_m;              /* 1.15 x ship -> port */
    double limit_m;             /* longer ways do not count in this round */
    double best_m;              /* the shortest way by the zone so far */
    double first_m;             /* to the nearest such point */
    uint32_t points;
};

static void look_at_point(struct search *s, struct geo_point p)
{
    struct geo_pos pos = geo_to_pos(p);
    double there_m = water_reach_m(s->reach, pos);
    double on_m = there_m >= 0 ? water_field_distance_m(s->field, pos) : -1;
    s->points++;
    if (on_m < 0 || there_m + on_m > s->limit_m)
        return;
    s->best_m = there_m + on_m < s->best_m ? there_m + on_m : s->best_m;
    s->first_m = there_m < s->first_m ? there_m : s->first_m;
}

static bool is_in_box(const struct search *s, struct geo_point p)
{
    if (p.lat < s->low.lat || p.lat > s->high.lat)
        return false;
    double east = p.lon - s->low.lon;
    east -= 360 * floor(east / 360);
    return east <= s->high.lon - s->low.lon;
}

/* Points along the rings, every EDGE_DEG. */
static void look_along(struct search *s, const struct zone_set *zones, uint32_t zone)
{
    for (size_t ring = 0; ring < zone_set_ring_count(zones, zone); ring++)
        for (size_t i = 0; i + 1 < zone_set_ring_size(zones, zone, ring); i++) {
            struct geo_point a = zone_set_ring_point(zones, zone, ring, i);
            struct geo_point b = zone_set_ring_point(zones, zone, ring, i + 1);
            double longest = fmax(fabs(b.lat - a.lat), fabs(b.lon - a.lon));
            int steps = 1 + (int)(longest / EDGE_DEG);
            for (int k = 0; k < steps && s->points < POINTS_MAX; k++) {
                double f = (double)k / steps;
                struct geo_point p = {a.lat + (b.lat - a.lat) * f,
                                      a.lon + (b.lon - a.lon) * f};
                if (is_in_box(s, p))
                    look_at_point(s, p);
            }
        }
}

/* Middles of cells inside the zone, where its bounding box and the reach meet. */
static void look_inside(struct search *s, const struct zone_set *zones, uint32_t zone)
{
    const struct zone_info *info = zone_set_info(zones, zone);
    double width = info->high.lon - info->low.lon;
    width = width < 0 ? width + 360 : width;
    double south = fmax(info->low.lat, s->low.lat);
    double north = fmin(info->high.lat, s->high.lat);
    for (double lat = (floor(south / CELL_DEG) + 0.5) * CELL_DEG; lat <= north;
         lat += CELL_DEG)
        for (double east = 0.5 * CELL_DEG; east <= width; east += CELL_DEG) {
            struct geo_point p = {lat, (floor((info->low.lon + east) / CELL_DEG) + 0.5) *
                                           CELL_DEG};
            if (s->points >= POINTS_MAX || lat < south || !is_in_box(s, p) ||
                !zone_set_contains(zones, zone, geo_to_pos(p)))
                continue;
            look_at_point(s, p);
        }
}

static void look_through(struct search *s, const struct zone_set *zones, uint32_t zone,
                         double limit_m)
{
    s->limit_m = limit_m;
    s->best_m = s->first_m = HUGE_VAL;
    s->points = 0;
    look_along(s, zones, zone);
    look_inside(s, zones, zone);
}

static void add_zone_ahead(struct route_outlook *f, uint32_t zone, int64_t eta_ms)
{
    uint32_t room = sizeof f->ahead / sizeof f->ahead[0], at = f->ahead_count;
    while (at > 0 && f->ahead[at - 1].eta_ms > eta_ms)
        at--;
    if (at == room)
        return;
    uint32_t last = f->ahead_count < room ? f->ahead_count++ : room - 1;
    for (uint32_t i = last; i > at; i--)
        f->ahead[i] = f->ahead[i - 1];
    f->ahead[at].zone = zone;
    f->ahead[at].eta_ms = eta_ms;
}

int route_ahead_zones(const struct rule_look *look, const struct water_field *field,
                      double kn, struct route_outlook *ret)
{
    const struct rule_world *world = look->world;
    const struct track_fix *fix = &look->subject->track->last;
    struct water_reach *reach = NULL;
    if (world->zones_watched_count == 0)
        return 0;
    int rc = water_reach_create(world->water, field, fix->pos, FACTOR, &reach);
    if (rc != 0)
        return rc == ERR_NOMEM ? rc : 0;
    struct search s = {.field = field, .reach = reach};
    water_reach_box(reach, &s.low, &s.high);
    s.most_m = FACTOR * water_field_distance_m(field, fix->pos);
    double mps = (kn >= 1 ? kn : USUAL_KN) * KN_MPS;
    for (size_t i = 0; i < world->zones_watched_count; i++) {
        uint32_t zone = world->zones_watched[i];
        if (zone_set_contains(world->zones, zone, fix->pos))
            continue;
        look_through(&s, world->zones, zone, s.most_m);
        if (isinf(s.best_m))
            continue;
        look_through(&s, world->zones, zone, fmin(s.most_m, s.best_m + SLACK_M));
        add_zone_ahead(ret, zone, fix->time_ms + (int64_t)(s.first_m / mps) * SECOND_MS);
    }
    water_reach_destroy(reach);
    return 0;
}

int route_ahead_zones_of(const struct rule_look *look, uint32_t port, double distance_m,
                         const struct water_field *usual, double kn,
                         struct route_outlook *ret)
{
    const struct rule_world *world = look->world;
    struct water_field *own = NULL;
    if (world->zones_watched_count == 0)
        return 0;
    if (distance_m > OWN_FIELD_M)
        return route_ahead_zones(look, usual, kn, ret);
    const struct water_ends ends = {.sources = &ports_get(world->ports, port)->pos,
                                    .count = 1,
                                    .limit_m = FACTOR * distance_m + FIELD_SLACK_M};
    int rc = water_field_create(world->water, &ends, &own);
    if (rc != 0)
        return rc;
    rc = route_ahead_zones(look, own, kn, ret);
    water_field_release(own);
    return rc;
}
