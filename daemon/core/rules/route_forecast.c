/* SPDX-License-Identifier: Apache-2.0 */
/* The forecast of a route's next step: by the declared destination, by heading over
 * water, or by a crossed gate.
 *
 * Without the water grid only the declared destination is used, by the great circle. "Has
 * grown" means by more than a kilometre, which is the precision of a field. */
#include "route_forecast_int.h"

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "route_settings_int.h"

static const int64_t HEADING_MS = 6 * HOUR_MS;
static const int64_t GROWTH_MS = 3 * HOUR_MS;
static const double HEADING_SHARE = 0.7;
static const int64_t SPAN_MS = HOUR_MS;       /* three fixes span at least this time */
static const double LEAST_MPS = 1.5 * KN_MPS; /* a lower speed shows no heading */
static const double GROWTH_M = 1000;
/* nearer to the port of departure, a ship is in its approaches or works there */
static const double CLEAR_M = 50 * NM_M;
/* Of the way from there to the awaited port, what must be behind her. */
static const double BEHIND_SHARE = 0.03;
/* Of so many ports, a country's, one lies ahead on any course: off Houston those of Great
 * Britain do, and for a ship that is bound for Gibraltar or Lisbon they do until she is
 * some 900 nm from them. Only nearer ones count. */
enum { LARGE_SET = 16 };
static const double LARGE_AHEAD_M = 800 * NM_M;
/* Of a set that is looked at port by port the distance must fall by more: along a coast
 * one of its ports lies within 45 degrees of any course. */
static const double SET_SHARE = 0.95;
/* Distances to a declared port that nobody awaits are worked out one by one: a few
 * milliseconds for one that is near, up to 100 across an ocean. */
static const int64_t ASK_NEAR_MS = 10 * MINUTE_MS, ASK_FAR_MS = 30 * MINUTE_MS;
static const double NEAR_M = 1000 * NM_M;

/* What is looked at. */
struct view {
    const struct rule_look *look;
    const struct route_run *run;
    const struct track *track;
    int64_t now_ms, departed_ms;
    double sailed_m; /* in the last six hours, or since the departure */
    int64_t sailed_ms;
    /* The awaited step whose ports are nearest over water; NULL: no distance is known. */
    const struct route_step *step;
    double rest_m;
};

/* --- what is awaited --- */

/* The steps first..last that count: only those that would complete the route, if so
 * configured. */
static bool find_steps(const struct rule_look *look, const struct route_run *run,
                       uint32_t *ret_first, uint32_t *ret_last)
{
    const struct route *route = route_settings(look->rule)->route;
    if (!route_awaits(route, run, ret_first, ret_last))
        return false;
    if (route_settings(look->rule)->forecast != FORECAST_LAST)
        return true;
    *ret_first = *ret_last;
    return *ret_last + 1 == route->step_count;
}

/* The awaited step that holds the declared port; NULL: none. */
static const struct route_step *find_declared(const struct view *v)
{
    const struct rule_subject *s = v->look->subject;
    uint32_t first, last;
    if (s->declared == PORT_NONE || !find_steps(v->look, v->run, &first, &last))
        return NULL;
    for (uint32_t j = first; j <= last; j++) {
        const struct route_step *step = &route_settings(v->look->rule)->route->steps[j];
        if (step->ports != NULL && port_set_has(step->ports, s->declared))
            return step;
    }
    return NULL;
}

static void find_nearest_step(struct view *v)
{
    uint32_t first, last;
    v->step = NULL;
    if (!find_steps(v->look, v->run, &first, &last))
        return;
    for (uint32_t j = first; j <= last; j++) {
        const struct route_step *step = &route_settings(v->look->rule)->route->steps[j];
        double m = step->field != NULL
                       ? water_field_distance_m(step->field, v->track->last.pos)
                       : -1;
        if (m < 0 || (v->step != NULL && m >= v->rest_m))
            continue;
        v->step = step;
        v->rest_m = m;
    }
}

/* The awaited port at the end of the way. */
static uint32_t nearest_port(const struct view *v)
{
    size_t index = water_field_nearest(v->step->field, v->track->last.pos);
    uint32_t port = port_set_next(v->step->ports, 0);
    for (size_t i = 0; i < index && port != PORT_NONE; i++)
        port = port_set_next(v->step->ports, port + 1);
    return port;
}

/* --- the way behind --- */

static double path_length_m(const struct track_point *path, size_t n)
{
    double m = 0;
    for (size_t i = 1; i < n; i++)
        m += geo_distance_m(path[i - 1].pos, path[i].pos);
    return m;
}

static void read_track_path(struct view *v)
{
    int64_t since_ms = v->now_ms - HEADING_MS;
    since_ms = v->departed_ms > since_ms ? v->departed_ms : since_ms;
    struct track_point path[TRACK_PATH_POINTS + 2];
    size_t n = track_path(v->track, since_ms, v->now_ms, path, TRACK_PATH_POINTS + 2);
    v->sailed_m = path_length_m(path, n);
    v->sailed_ms = n > 1 ? path[n - 1].time_ms - path[0].time_ms : 0;
}

/* The mean speed of the last six hours, or since the departure if that is later; < 0:
 * unknown. */
static double mean_kn(const struct view *v)
{
    return v->sailed_ms > 0 ? v->sailed_m / ((double)v->sailed_ms / 1000.0) / KN_MPS : -1;
}

/* The place `ago_ms` ago, but not before the departure. */
static struct geo_pos was_at(const struct view *v, int64_t ago_ms)
{
    struct track_point at[2];
    int64_t time_ms = v->now_ms - ago_ms;
    time_ms = v->departed_ms > time_ms ? v->departed_ms : time_ms;
    return track_path(v->track, time_ms, v->now_ms, at, 2) > 0 ? at[0].pos
                                                               : v->track->last.pos;
}

/* --- the three reasons --- */

/* Whether the destination was heard since the departure, or is new since the arrival: a
 * crew may declare the next port while still in port. */
static bool is_declared_since(const struct vessel_static *info,
                              const struct route_stop *stop)
{
    return info->destination_ms >= stop->departed_ms ||
           info->destination_since_ms >= stop->arrived_ms;
}

static bool nears_awaited(const struct view *v, const struct route_step *declared)
{
    const struct rule_subject *s = v->look->subject;
    struct geo_pos then = was_at(v, GROWTH_MS);
    if (declared->field == NULL)
        return v->look->world->water == NULL &&
               ports_distance_m(v->look->world->ports, s->declared, s->track->last.pos) <=
                   ports_distance_m(v->look->world->ports, s->declared, then) + GROWTH_M;
    double now_m = water_field_distance_m(declared->field, s->track->last.pos);
    double then_m = water_field_distance_m(declared->field, then);
    return now_m >= 0 && (then_m < 0 || now_m <= then_m + GROWTH_M);
}

/* The distances to the declared port over three hours. */
enum { NOW, BETWEEN, THEN, TIMES };

/* Over water, or by the great circle when finding the way takes too long, across an
 * ocean. */
static int measure_declared(const struct view *v, double ret_m[TIMES])
{
    uint32_t port = v->look->subject->declared;
    struct geo_pos goal = ports_get(v->look->world->ports, port)->pos, was[TIMES];
    int rc = 0;
    for (int i = 0; i < TIMES; i++) {
        was[i] = was_at(v, GROWTH_MS * i / THEN);
        if (rc == 0)
            rc = water_reach_between_m(v->look->world->water, goal, was[i], &ret_m[i]);
    }
    if (rc == ERR_NOMEM)
        return rc;
    for (int i = 0; i < TIMES && rc != 0; i++)
        ret_m[i] = geo_distance_m(goal, was[i]);
    return 0;
}

/* Only at the first fix of each ten or thirty minutes. */
static bool may_measure(const struct view *v, const int64_t fixes_ms[2])
{
    double away_m = ports_distance_m(v->look->world->ports, v->look->subject->declared,
                                     v->track->last.pos);
    int64_t every_ms = away_m < NEAR_M ? ASK_NEAR_MS : ASK_FAR_MS;
    return v->now_ms / every_ms != fixes_ms[1] / every_ms;
}

/* The distance that has grown may be that to another awaited port, such as the one just
 * left: then the distance to the declared port itself counts. */
static int is_declared(const struct view *v, const struct route_step *declared,
                       const int64_t fixes_ms[2], bool *ret_is)
{
    double m[TIMES];
    *ret_is = false;
    if (declared == NULL || !is_declared_since(v->look->subject->info,
                                               &v->run->stops[v->run->stop_count - 1]))
        return 0;
    *ret_is = nears_awaited(v, declared);
    if (*ret_is || declared->field == NULL || port_set_count(declared->ports) < 2 ||
        !may_measure(v, fixes_ms))
        return 0;
    int rc = measure_declared(v, m);
    *ret_is = rc == 0 && m[NOW] <= m[THEN] + GROWTH_M;
    return rc;
}

/* Whether the distance to the declared port has grown for three hours. */
static int leaves_declared(const struct view *v, bool *ret_leaves)
{
    double m[TIMES];
    int rc = measure_declared(v, m);
    *ret_leaves = rc == 0 && m[NOW] > m[BETWEEN] && m[BETWEEN] > m[THEN] &&
                  m[NOW] > m[THEN] + GROWTH_M;
    return rc;
}

static struct geo_pos departed_pos(const struct view *v)
{
    return v->run->stops[v->run->stop_count - 1].pos;
}

/* Did a distance fall by its share of what was sailed since? */
static bool has_fallen(const struct view *v, int64_t since_ms, double fall_m,
                       double share)
{
    struct track_point path[TRACK_PATH_POINTS + 2];
    size_t n = track_path(v->track, since_ms, v->now_ms, path, TRACK_PATH_POINTS + 2);
    if (n < 2)
        return false;
    double seconds = (double)(path[n - 1].time_ms - path[0].time_ms) / 1000.0;
    double sailed_m = path_length_m(path, n);
    return sailed_m >= LEAST_MPS * seconds && fall_m >= share * sailed_m;
}

/* Since when a heading is looked at: over the last six hours and over the last three
 * fixes, both of them under way: where ways part, a ship that is bound elsewhere (from
 * Shidao to Shanghai) came nearer for some hours and does so no more. Fixes so close
 * together that the grid's cells would decide are taken over an hour; where three take
 * more than six hours, those are the time. */
enum { HOURS, THREE, SPANS };

static bool find_spans(const struct view *v, const int64_t fixes_ms[2],
                       int64_t ret_since_ms[SPANS])
{
    if (v->step == NULL || fixes_ms[0] == TIME_NONE)
        return false;
    int64_t hours_ms = v->now_ms - HEADING_MS, three_ms = v->now_ms - SPAN_MS;
    three_ms = fixes_ms[0] < three_ms ? fixes_ms[0] : three_ms;
    ret_since_ms[THREE] = three_ms;
    ret_since_ms[HOURS] = three_ms < hours_ms ? three_ms : hours_ms;
    return v->departed_ms <= ret_since_ms[HOURS];
}

/* To the nearest of all awaited ports, whichever it was. */
static bool nears_nearest(const struct view *v, const int64_t since_ms[SPANS])
{
    const struct water_field *field = v->step->field;
    double way_m = water_field_distance_m(field, departed_pos(v));
    bool is_far = port_set_count(v->step->ports) > LARGE_SET && v->rest_m > LARGE_AHEAD_M;
    bool is_nearing = !is_far && (way_m < 0 || way_m - v->rest_m >= BEHIND_SHARE * way_m);
    for (int i = 0; i < SPANS && is_nearing; i++) {
        double then_m = water_field_distance_m(field, was_at(v, v->now_ms - since_ms[i]));
        is_nearing =
            then_m >= 0 && has_fallen(v, since_ms[i], then_m - v->rest_m, HEADING_SHARE);
    }
    return is_nearing;
}

/* The nearest awaited port to which the distance has fallen so far, by great circles;
 * never the one departed from. */
static uint32_t find_on_way(const struct view *v, int64_t since_ms, double fall_m)
{
    const struct ports *ports = v->look->world->ports;
    struct geo_pos now = v->track->last.pos, then = was_at(v, v->now_ms - since_ms);
    uint32_t departed = v->run->stops[v->run->stop_count - 1].port;
    uint32_t first = 0, last = 0, best = PORT_NONE;
    double best_m = LARGE_AHEAD_M;
    if (!find_steps(v->look, v->run, &first, &last))
        return PORT_NONE;
    for (uint32_t j = first; j <= last; j++) {
        const struct port_set *set = route_settings(v->look->rule)->route->steps[j].ports;
        uint32_t p = set != NULL ? port_set_next(set, 0) : PORT_NONE;
        for (; p != PORT_NONE; p = port_set_next(set, p + 1)) {
            if (ports_get(ports, p)->same != p || ports_are_same(ports, p, departed))
                continue;
            double m = ports_distance_m(ports, p, now);
            if (m >= best_m || ports_distance_m(ports, p, then) - m <= fall_m)
                continue;
            best = p;
            best_m = m;
        }
    }
    return best;
}

/* To that one port, by the great circle and, which takes longer, over water: in rivers
 * the grid has ways that ships have not. */
static int nears_port(const struct view *v, uint32_t port, const int64_t since_ms[SPANS],
                      bool *ret_nears)
{
    const struct water *water = v->look->world->water;
    struct geo_pos goal = ports_get(v->look->world->ports, port)->pos, then[SPANS];
    double then_m = -1, now_m = geo_distance_m(goal, v->track->last.pos);
    *ret_nears = true;
    for (int i = 0; i < SPANS && *ret_nears; i++) {
        then[i] = was_at(v, v->now_ms - since_ms[i]);
        then_m = geo_distance_m(goal, then[i]);
        *ret_nears = has_fallen(v, since_ms[i], then_m - now_m, SET_SHARE);
    }
    if (!*ret_nears)
        return 0;
    int rc = water_reach_between_m(water, goal, v->track->last.pos, &now_m);
    *ret_nears = rc == 0 && now_m <= LARGE_AHEAD_M;
    for (int i = 0; i < SPANS && *ret_nears; i++) {
        rc = water_reach_between_m(water, goal, then[i], &then_m);
        *ret_nears = rc == 0 && has_fallen(v, since_ms[i], then_m - now_m, SET_SHARE);
    }
    return rc == ERR_NOMEM ? rc : 0;
}

/* Of the large set that she nears, the port that lies ahead rather than the nearest. */
static uint32_t choose_port(const struct view *v, const int64_t since_ms[SPANS])
{
    uint32_t port = PORT_NONE;
    if (port_set_count(v->step->ports) > LARGE_SET)
        port = find_on_way(v, since_ms[HOURS], SET_SHARE * v->sailed_m);
    return port != PORT_NONE ? port : nearest_port(v);
}

/* The awaited port that she is heading for, PORT_NONE. Where the nearest of a set is not,
 * because it is left behind (the set reaches along the coast she departed from), the
 * nearest of the others is asked: with the first fix of each half hour. */
static int find_heading(const struct view *v, const int64_t fixes_ms[2],
                        uint32_t *ret_port)
{
    const struct ports *ports = v->look->world->ports;
    int64_t since_ms[SPANS];
    bool is_nearing = false;
    *ret_port = PORT_NONE;
    if (!find_spans(v, fixes_ms, since_ms) ||
        geo_distance_m(departed_pos(v), v->track->last.pos) < CLEAR_M)
        return 0;
    if (nears_nearest(v, since_ms)) {
        *ret_port = choose_port(v, since_ms);
        return 0;
    }
    if (v->now_ms / ASK_FAR_MS == fixes_ms[1] / ASK_FAR_MS)
        return 0;
    uint32_t port = find_on_way(v, since_ms[HOURS], 0);
    if (port == PORT_NONE || ports_are_same(ports, port, nearest_port(v)))
        return 0;
    int rc = nears_port(v, port, since_ms, &is_nearing);
    *ret_port = is_nearing ? port : PORT_NONE;
    return rc;
}

/* In *ret_port the port that she is heading for and may be told to be, PORT_NONE. */
static int find_bound_for(const struct view *v, const int64_t fixes_ms[2],
                          bool is_awaited, uint32_t *ret_port)
{
    uint32_t declared = v->look->subject->declared;
    bool is_leaving = false;
    int rc = find_heading(v, fixes_ms, ret_port);
    if (*ret_port == PORT_NONE || is_awaited || declared == PORT_NONE)
        return rc;
    if (may_measure(v, fixes_ms))
        rc = leaves_declared(v, &is_leaving);
    *ret_port = is_leaving ? *ret_port : PORT_NONE;
    return rc;
}

/* Whether an awaited gate was crossed just now, in the direction in which the way goes
 * on. */
static bool is_through_gate(const struct view *v, const int64_t fixes_ms[2])
{
    const struct route_stop *stop = &v->run->stops[v->run->stop_count - 1];
    if (v->step == NULL || stop->port != PORT_NONE || v->run->stop_count < 2 ||
        zone_set_info(v->look->world->zones, stop->zone)->shape != ZONE_GATE ||
        (fixes_ms[0] != TIME_NONE && stop->arrived_ms < fixes_ms[0]))
        return false;
    double there_m = water_field_distance_m(v->step->field, stop->pos);
    return there_m >= 0 && v->rest_m < there_m;
}

/* --- telling --- */

static int64_t eta_at(const struct view *v, double distance_m, double kn)
{
    return v->now_ms + (int64_t)(distance_m / (kn * KN_MPS)) * SECOND_MS;
}

/* The distance to the expected port. */
static int find_distance(const struct view *v, const struct route_outlook *f,
                         double *ret_m)
{
    if (v->look->world->water == NULL) {
        *ret_m = ports_distance_m(v->look->world->ports, f->port, v->track->last.pos);
        return 0;
    }
    *ret_m = v->rest_m;
    if (nearest_port(v) == f->port)
        return 0;
    double m = 0;
    int rc = water_reach_between_m(v->look->world->water, v->track->last.pos,
                                   ports_get(v->look->world->ports, f->port)->pos, &m);
    if (rc == 0)
        *ret_m = m;
    return rc == ERR_NOMEM ? rc : 0;
}

static int find_reasons(struct view *v, const int64_t fixes_ms[2],
                        struct route_outlook *f)
{
    const struct route_step *declared = find_declared(v);
    f->is_gate = is_through_gate(v, fixes_ms);
    int rc = is_declared(v, declared, fixes_ms, &f->is_declared);
    if (rc == 0)
        rc = find_bound_for(v, fixes_ms, declared != NULL, &f->port);
    f->is_heading = f->port != PORT_NONE;
    if (declared != NULL && f->is_declared) {
        f->port = v->look->subject->declared;
        if (declared->field != NULL && declared != v->step) {
            v->step = declared;
            v->rest_m = water_field_distance_m(declared->field, v->track->last.pos);
        }
    }
    return rc;
}

int route_forecast(const struct rule_look *look, const struct route_run *run,
                   const int64_t fixes_ms[2], struct route_outlook *ret, bool *ret_is_due)
{
    const struct rule_subject *s = look->subject;
    struct view v = {.look = look,
                     .run = run,
                     .track = s->track,
                     .now_ms = s->track->last.time_ms,
                     .departed_ms = run->stops[run->stop_count - 1].departed_ms};
    struct route_outlook f = {.port = PORT_NONE, .eta_ms = TIME_NONE};
    double distance_m = 0;
    *ret_is_due = false;
    if (v.departed_ms == TIME_NONE)
        return 0;
    find_nearest_step(&v);
    if (v.step == NULL && look->world->water != NULL)
        return 0;
    read_track_path(&v);
    int rc = find_reasons(&v, fixes_ms, &f);
    if (rc != 0 || !(f.is_declared || f.is_heading || f.is_gate))
        return rc;
    if (f.port == PORT_NONE)
        f.port = nearest_port(&v);
    if (f.port == PORT_NONE)
        return 0;
    rc = find_distance(&v, &f, &distance_m);
    if (rc != 0 ||
        eta_at(&v, distance_m, tracks_believed_kn(s->track, look->world->track)) >
            run->expires_ms)
        return rc;
    double kn = mean_kn(&v);
    f.eta_ms = kn >= 1 ? eta_at(&v, distance_m, kn) : TIME_NONE;
    bool is_lying = kn >= 0 && kn < 1;
    if (is_lying || f.eta_ms > run->expires_ms)
        return 0;
    if (v.step != NULL)
        rc = nearest_port(&v) == f.port
                 ? route_ahead_zones(look, v.step->field, kn, &f)
                 : route_ahead_zones_of(look, f.port, distance_m, v.step->field, kn, &f);
    *ret = f;
    *ret_is_due = rc == 0;
    return rc;
}
