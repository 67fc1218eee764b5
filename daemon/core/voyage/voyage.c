/* SPDX-License-Identifier: Apache-2.0 */
/* Voyages: from the departure of one call to the arrival of the next at another port. The
 * events of a call come late (a departure at the exit, an arrival after 60 min), so the
 * sums at both moments are kept until the event shows which one counts. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/geo/near.h"
#include "lookout/voyage/call.h"

static_assert(sizeof(struct voyage_state) <= 496, "a state is kept for every vessel");

#define STILL_KN 0.5  /* as a stop begins */
#define REST_M 1000.0 /* as a stop ends */
#define LEG_MIN_M 500.0
#define PLANE_MAX_M 20000.0
#define PLANE_MAX_LAT_E7 800000000
/* WGS 84 (NIMA TR8350.2): equatorial radius and first eccentricity squared. */
#define WGS84_A_M 6378137.0
#define WGS84_E2 6.69437999014e-3
#define DESTINATION_BYTES 24

void voyage_clamp(struct voyage_state *s, int64_t now_ms)
{
    if (!s->has_last || s->last.time_ms <= now_ms)
        return;
    s->last.time_ms = now_ms;
    time_clamp(&s->arrival_ms, now_ms);
    time_clamp(&s->current.departed_ms, now_ms);
    time_clamp(&s->current.arrived_ms, now_ms);
}

void voyage_state_init(struct voyage_state *s)
{
    memset(s, 0, sizeof *s);
    s->current.from = s->current.to = PORT_NONE;
    s->current.departed_ms = s->current.arrived_ms = TIME_NONE;
    s->arrival_ms = TIME_NONE;
}

static struct voyage_sum sum_of(const struct voyage_state *s)
{
    return (struct voyage_sum){s->current.distance_m, s->current.longest_gap_ms,
                               s->current.destination_count};
}

static void add_destination(struct voyage *v, const char *destination)
{
    if (destination[0] == '\0' || v->destination_count == VOYAGE_DESTINATIONS_MAX)
        return;
    for (size_t i = 0; i < v->destination_count; i++)
        if (strcmp(v->destinations[i], destination) == 0)
            return;
    text_copy(v->destinations[v->destination_count++], DESTINATION_BYTES, destination);
}

/* Begin the sums of a voyage here. */
static void begin_anew(struct voyage_state *s)
{
    struct voyage *v = &s->current;
    if (s->is_begun) { /* a ship at rest: at each fix */
        v->distance_m = 0;
        v->longest_gap_ms = 0;
        return;
    }
    *v = (struct voyage){.from = PORT_NONE,
                         .to = PORT_NONE,
                         .departed_ms = TIME_NONE,
                         .arrived_ms = TIME_NONE};
    add_destination(v, s->last_destination);
    s->is_begun = true;
}

/* --- fixes --- */

struct leg {
    double sphere_m; /* geo_distance_m, or a value on the same side of each threshold */
    double length_m; /* on the ellipsoid */
};

/* Short legs by the radii of curvature at their middle: a fifteenth of the time of an
 * exact distance. The error is (length tan lat / radius)^2 / 24, that is less than 1.4e-5
 * of the length up to 20 km and 80 degrees, on the sphere and on the ellipsoid. */
static struct leg leg_of(struct geo_pos a, struct geo_pos b, double most_m)
{
    struct leg leg = {.sphere_m = most_m};
    bool is_north = a.lat_e7 > PLANE_MAX_LAT_E7 || a.lat_e7 < -PLANE_MAX_LAT_E7;
    if (most_m > PLANE_MAX_M || is_north)
        leg.sphere_m = geo_distance_m(a, b);
    if (leg.sphere_m > PLANE_MAX_M || is_north) {
        leg.length_m = geo_distance_exact_m(a, b);
        return leg;
    }
    const double rad = 3.14159265358979323846 / 180.0;
    struct geo_point p = geo_to_point(a), q = geo_to_point(b);
    double middle = (p.lat + q.lat) / 2 * rad;
    double sine = sin(middle), cosine = cos(middle);
    double w2 = 1 - WGS84_E2 * sine * sine, w = sqrt(w2);
    double up = (q.lat - p.lat) * rad, along = geo_fold_lon(q.lon - p.lon) * rad;
    double north = up * WGS84_A_M * (1 - WGS84_E2) / (w2 * w);
    double east = along * WGS84_A_M / w * cosine;
    leg.length_m = sqrt(north * north + east * east);
    if (most_m <= PLANE_MAX_M) {
        along *= cosine;
        leg.sphere_m = GEO_EARTH_RADIUS_M * sqrt(up * up + along * along);
        if (fabs(leg.sphere_m - LEG_MIN_M) < 1 || fabs(leg.sphere_m - REST_M) < 1)
            leg.sphere_m = geo_distance_m(a, b);
    }
    return leg;
}

static void add_leg(struct voyage_state *s, const struct track_fix *fix, bool is_slow,
                    double most_m)
{
    struct leg leg = leg_of(s->leg_from, fix->pos, most_m);
    if (s->is_still && leg.sphere_m > REST_M)
        s->is_still = false;
    if (s->is_still || !(is_slow || leg.sphere_m >= LEG_MIN_M))
        return;
    s->current.distance_m += leg.length_m;
    s->leg_from = fix->pos;
}

static void move_on(struct voyage_state *s, const struct track_fix *fix)
{
    double kn = tracks_speed_kn(&s->last, fix);
    bool is_slow = kn >= 0 && kn <= STILL_KN;
    double most_m = near_most_m(s->leg_from, fix->pos);
    if (s->is_still ? most_m > REST_M : is_slow || most_m >= LEG_MIN_M)
        add_leg(s, fix, is_slow, most_m);
    s->is_still = s->is_still || is_slow;
    s->last_gap_ms = fix->time_ms - s->last.time_ms;
    if (s->last_gap_ms > s->current.longest_gap_ms)
        s->current.longest_gap_ms = s->last_gap_ms;
    s->unreset = sum_of(s);
    if (is_slow && !s->is_open)
        begin_anew(s);
}

void voyage_fix(struct voyage_state *s, const struct track_fix *fix)
{
    s->before = sum_of(s);
    if (s->has_last) {
        move_on(s, fix);
    } else {
        s->leg_from = fix->pos;
        s->is_still = (fix->has & FIX_SOG) != 0 && fix->sog_dkn / 10.0 <= STILL_KN;
    }
    s->last = *fix;
    s->has_last = true;
    if (s->is_in_area && s->is_still && s->arrival_ms == TIME_NONE) {
        s->arrival = sum_of(s);
        s->arrival_ms = fix->time_ms;
    }
}

void voyage_destination(struct voyage_state *s, const char *destination)
{
    text_copy(s->last_destination, sizeof s->last_destination, destination);
    s->is_begun = false;
    add_destination(&s->current, s->last_destination);
}

/* --- calls --- */

static void note_area_entry(struct voyage_state *s)
{
    s->is_in_area = true;
    s->arrival_ms = TIME_NONE;
    if (s->has_last && s->is_still) {
        s->arrival = sum_of(s);
        s->arrival_ms = s->last.time_ms;
    }
}

/* The sums at the time of an arrival that becomes known only now. */
static struct voyage_sum sum_at_arrival(const struct voyage_state *s, int64_t arrived_ms)
{
    if (arrived_ms >= s->last.time_ms)
        return sum_of(s);
    if (s->arrival_ms != TIME_NONE && s->arrival_ms <= arrived_ms)
        return s->arrival;
    return s->before;
}

static bool end_voyage(struct voyage_state *s, const struct ports *ports,
                       const struct call *call, uint8_t draught_dm,
                       struct voyage *ret_voyage)
{
    struct voyage_sum sum = sum_at_arrival(s, call->since_ms);
    struct voyage done = s->current;
    bool is_voyage = s->is_open && !ports_are_same(ports, done.from, call->port);
    s->is_open = false;
    begin_anew(s);
    /* When the arrival is within the last leg, the rest of the leg belongs to the next
     * voyage. */
    if (s->last.time_ms > call->since_ms && done.distance_m > sum.distance_m)
        s->current.distance_m = done.distance_m - sum.distance_m;
    s->current.longest_gap_ms = s->last_gap_ms;
    s->unreset = sum_of(s);
    if (!is_voyage)
        return false;
    done.to = call->port;
    done.arrived_ms = call->since_ms;
    /* The ship shifted within an area that two ports share, so it lay still before it was
     * summed. */
    double least_m = geo_distance_exact_m(s->from_pos, call->pos);
    done.distance_m = sum.distance_m > least_m ? sum.distance_m : least_m;
    done.longest_gap_ms = sum.longest_gap_ms;
    if (done.destination_count > sum.destination_count)
        done.destination_count = sum.destination_count;
    for (size_t i = done.destination_count; i < VOYAGE_DESTINATIONS_MAX; i++)
        done.destinations[i][0] = '\0';
    done.draught_arrival_dm = draught_dm;
    *ret_voyage = done;
    return true;
}

static void begin_voyage(struct voyage_state *s, const struct call *call,
                         uint8_t draught_dm)
{
    struct voyage *v = &s->current;
    int64_t since_ms = s->last.time_ms - call->departed_ms;
    if (since_ms > 0) {
        v->distance_m = s->unreset.distance_m;
        v->longest_gap_ms = s->unreset.longest_gap_ms;
    }
    /* Of a silence that began at the port, only the time after the departure is under
     * way. */
    if (v->longest_gap_ms > since_ms)
        v->longest_gap_ms = since_ms > 0 ? since_ms : 0;
    v->from = call->port;
    v->departed_ms = call->departed_ms;
    v->draught_departure_dm = draught_dm;
    s->from_pos = call->pos;
    s->is_open = true;
    s->is_begun = false;
}

bool voyage_call(struct voyage_state *s, const struct ports *ports,
                 const struct call_output *event, uint8_t draught_dm,
                 struct voyage *ret_voyage)
{
    switch (event->event) {
    case CALL_ENTERED:
        note_area_entry(s);
        return false;
    case CALL_ARRIVED:
        return end_voyage(s, ports, &event->call, draught_dm, ret_voyage);
    case CALL_DEPARTED:
        begin_voyage(s, &event->call, draught_dm);
        return false;
    case CALL_LEFT:
        s->is_in_area = false;
        s->arrival_ms = TIME_NONE;
        return false;
    }
    return false;
}

/* --- saved state --- */

enum { FLAG_OPEN = 1, FLAG_HAS_LAST = 2, FLAG_STILL = 4, FLAG_IN_AREA = 8, FLAGS = 15 };

static void put_sum(struct wire_writer *w, const struct voyage_sum *sum)
{
    wire_put_f64(w, sum->distance_m);
    wire_put_u64(w, (uint64_t)sum->longest_gap_ms);
    wire_put_u64(w, sum->destination_count);
}

void voyage_state_save(const struct voyage_state *s, const struct ports *ports,
                       struct wire_writer *w)
{
    const struct voyage *v = &s->current;
    wire_put_u64(w, (s->is_open ? FLAG_OPEN : 0) | (s->has_last ? FLAG_HAS_LAST : 0) |
                        (s->is_still ? FLAG_STILL : 0) |
                        (s->is_in_area ? FLAG_IN_AREA : 0));
    wire_put_text(w, s->last_destination);
    wire_put_u64(w, v->destination_count);
    for (size_t i = 0; i < v->destination_count; i++)
        wire_put_text(w, v->destinations[i]);
    if (s->is_open) {
        wire_put_text(w, ports_get(ports, v->from)->locode);
        track_wire_save_pos(s->from_pos, w);
        wire_put_i64(w, v->departed_ms);
        wire_put_u64(w, v->draught_departure_dm);
    }
    if (!s->has_last)
        return;
    track_wire_save_fix(&s->last, w);
    track_wire_save_pos(s->leg_from, w);
    wire_put_u64(w, (uint64_t)s->last_gap_ms);
    struct voyage_sum sum = sum_of(s);
    put_sum(w, &sum);
    put_sum(w, &s->unreset);
    if (!s->is_in_area)
        return;
    wire_put_i64(w, s->arrival_ms);
    if (s->arrival_ms != TIME_NONE)
        put_sum(w, &s->arrival);
}

#define SPAN_LIMIT_MS UINT64_C(100000000000000)
#define DISTANCE_LIMIT_M 1e12

static struct voyage_sum get_sum(struct wire_reader *r)
{
    struct voyage_sum sum = {.distance_m = wire_get_f64(r)};
    if (!(sum.distance_m >= 0 && sum.distance_m <= DISTANCE_LIMIT_M))
        r->failed = true;
    sum.longest_gap_ms = (int64_t)wire_get_limited(r, SPAN_LIMIT_MS);
    sum.destination_count = (uint8_t)wire_get_limited(r, VOYAGE_DESTINATIONS_MAX);
    return sum;
}

static void get_fixes(struct voyage_state *s, struct wire_reader *r)
{
    track_wire_load_fix(&s->last, r);
    s->leg_from = track_wire_load_pos(r);
    s->last_gap_ms = (int64_t)wire_get_limited(r, SPAN_LIMIT_MS);
    struct voyage_sum sum = get_sum(r);
    if (sum.destination_count != s->current.destination_count)
        r->failed = true;
    s->current.distance_m = sum.distance_m;
    s->current.longest_gap_ms = sum.longest_gap_ms;
    s->before = sum;
    s->unreset = get_sum(r);
    if (!s->is_in_area)
        return;
    s->arrival_ms = wire_get_time(r);
    if (s->arrival_ms != TIME_NONE)
        s->arrival = get_sum(r);
}

static void load_voyage_state(struct voyage_state *s, const struct ports *ports,
                              struct wire_reader *r)
{
    uint64_t flags = wire_get_limited(r, FLAGS);
    s->is_open = (flags & FLAG_OPEN) != 0;
    s->has_last = (flags & FLAG_HAS_LAST) != 0;
    s->is_still = (flags & FLAG_STILL) != 0;
    s->is_in_area = (flags & FLAG_IN_AREA) != 0;
    wire_get_text(r, s->last_destination, sizeof s->last_destination);
    struct voyage *v = &s->current;
    v->destination_count = (uint8_t)wire_get_limited(r, VOYAGE_DESTINATIONS_MAX);
    for (size_t i = 0; i < v->destination_count; i++)
        wire_get_text(r, v->destinations[i], DESTINATION_BYTES);
    if (s->is_open) {
        char code[LOCODE_BYTES];
        wire_get_text(r, code, sizeof code);
        v->from = r->failed ? PORT_NONE : ports_find(ports, code);
        s->from_pos = track_wire_load_pos(r);
        v->departed_ms = wire_get_time(r);
        v->draught_departure_dm = (uint8_t)wire_get_limited(r, UINT8_MAX);
        s->is_open = v->from != PORT_NONE;
    }
    if (s->has_last)
        get_fixes(s, r);
}

int voyage_state_load(struct voyage_state *s, const struct ports *ports,
                      struct wire_reader *r)
{
    voyage_state_init(s);
    load_voyage_state(s, ports, r);
    if (!r->failed)
        return 0;
    voyage_state_init(s);
    return ERR_CORRUPT;
}
