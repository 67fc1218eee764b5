/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind speed: a vessel is too fast, or too slow, in an area.
 *
 * A spell is a sequence of fixes inside the areas on one side of a limit. The rule tells
 * a spell once, when it has lasted for `for`, and tells its end once. A gap between fixes
 * ends a spell that was not told. A spell that was told stays open until a fix ends it. A
 * ship at rest is not too slow: a rule with `under` also keeps the stop of a ship at sea.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/detect/zone_list.h"
#include "lookout/rules/rule_run.h"
#include "lookout/voyage/stop.h"

enum { EVENT_STARTED, EVENT_ENDED };

struct settings {
    struct rule_zones zones;
    double over_kn, under_kn; /* 0: no such limit */
    int64_t for_ms;           /* 10 min */
    int64_t apart_ms;         /* 30 min */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "zones", .type = KEY_ZONES,    RULE_ZONES(settings, zones), .doc = "ids of areas; left out: all"},
    {.name = "over",  .type = KEY_SPEED,    KEY_AT(settings, over_kn),  .least = 0.1, .most = 100, .otherwise = "no ship is too fast", .doc = "a faster ship is too fast"},
    {.name = "under", .type = KEY_SPEED,    KEY_AT(settings, under_kn), .least = 0.1, .most = 100, .otherwise = "no ship is too slow", .doc = "a slower ship is too slow, unless it is at rest or in a port"},
    {.name = "for",   .type = KEY_DURATION, KEY_AT(settings, for_ms),   .least = MINUTE_MS, .most = 30.0 * DAY_MS, .initial = "10min", .doc = "a ship is told of when every fix was too fast, or too slow, for this long"},
    {.name = "apart", .type = KEY_DURATION, KEY_AT(settings, apart_ms), .least = MINUTE_MS, .most = DAY_MS, .initial = "30min", .doc = "fixes further apart than this do not show that a speed was held"},
    {0},
};
/* clang-format on */

static const char *find_limit_fault(const void *settings)
{
    const struct settings *s = settings;
    if (s->over_kn <= 0 && s->under_kn <= 0)
        return "a rule of kind speed needs `over`, `under` or both";
    if (s->over_kn > 0 && s->under_kn >= s->over_kn)
        return "`under` is not slower than `over`: no ship would be right";
    return NULL;
}

static const struct settings *settings_of(const struct rule_look *look)
{
    return look->rule->settings;
}

enum side { SIDE_RIGHT, SIDE_OVER, SIDE_UNDER, SIDES };

struct spell {
    uint8_t side; /* enum side; SIDE_RIGHT: there is no spell */
    bool is_told;
    uint32_t zone;          /* zone in which it began */
    struct track_fix begin; /* its first fix */
    int64_t last_ms;        /* its newest one */
    double last_kn, least_kn, most_kn;
    double ms;    /* its duration, without gaps */
    double kn_ms; /* the sum of speed times duration */
};
struct state {
    struct spell spell;
    bool is_stopped; /* at sea, see `stop` */
    struct stop stop;
};

/* --- what is told --- */

enum end { END_NOT_YET, END_SPEED, END_OUTSIDE, END_REST };

/* `detail` of a finding. */
struct speed_told {
    const struct spell *spell; /* borrowed */
    enum end end;
    double end_kn; /* END_SPEED */
};

static double limit_kn(const struct rule_look *look, const struct spell *s)
{
    return s->side == SIDE_OVER ? settings_of(look)->over_kn
                                : settings_of(look)->under_kn;
}

/* "faster than 10 kn in zone Block Island since 24 Mar 10:00Z, for 10 min: 10.4 to 12.1
 * kn, on average 11.2 kn." */
static void say_spell(struct say_writer *w, const struct rule_look *look,
                      const struct spell *s, const char *since)
{
    say_text(w, "%s than %.10g kn in zone %s %s ",
             s->side == SIDE_OVER ? "faster" : "slower", limit_kn(look, s),
             zone_set_info(look->world->zones, s->zone)->name, since);
    say_time(w, s->begin.time_ms);
    say_text(w, ", for ");
    say_span(w, (int64_t)s->ms);
    if (s->most_kn - s->least_kn < 0.05)
        say_text(w, ": %.1f kn.", s->most_kn);
    else
        say_text(w, ": %.1f to %.1f kn, on average %.1f kn.", s->least_kn, s->most_kn,
                 s->kn_ms / s->ms);
}

static void say_speed_started(struct say_writer *w, const struct rule_look *look,
                              const struct finding *f)
{
    const struct speed_told *told = f->detail;
    say_text(w, " has been ");
    say_spell(w, look, told->spell, "since");
}

static void say_speed_ended(struct say_writer *w, const struct rule_look *look,
                            const struct finding *f)
{
    const struct speed_told *told = f->detail;
    say_text(w, " was ");
    say_spell(w, look, told->spell, "from");
    say_text(w, " At ");
    say_time(w, f->time_ms);
    if (told->end == END_SPEED)
        say_text(w, " it made %.1f kn.", told->end_kn);
    else
        say_text(w, told->end == END_REST ? " it was at rest." : " it was outside.");
}

static const struct body_field speed_fields[] = {
    {.name = "limit_kn", .type = BODY_NUMBER},
    {.name = "over", .type = BODY_TRUTH},
    {.name = "least_kn", .type = BODY_NUMBER},
    {.name = "most_kn", .type = BODY_NUMBER},
    {.name = "mean_kn", .type = BODY_NUMBER},
    {.name = "minutes", .type = BODY_NUMBER},
    {0},
};
static const struct body_field speed_field = {
    .name = "speed", .type = BODY_OBJECT, .fields = speed_fields};

static json_t *make_speed(const struct rule_look *look, const struct finding *f)
{
    const struct speed_told *told = f->detail;
    const struct spell *s = told->spell;
    json_t *o = json_object();
    body_put(o, "limit_kn", json_real(limit_kn(look, s)));
    body_put(o, "over", json_boolean(s->side == SIDE_OVER));
    body_put(o, "least_kn", body_rounded(s->least_kn, 0.1));
    body_put(o, "most_kn", body_rounded(s->most_kn, 0.1));
    body_put(o, "mean_kn", body_rounded(s->kn_ms / s->ms, 0.1));
    body_put(o, "minutes", body_rounded(s->ms / (double)MINUTE_MS, 0.1));
    return o;
}

static const struct body_field zone_fields[] = {
    {.name = "id", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "kind", .type = BODY_TEXT, .is_optional = true},
    {0},
};
static const struct body_field zone_field = {
    .name = "zone", .type = BODY_OBJECT, .fields = zone_fields};

static json_t *make_area(const struct rule_look *look, const struct finding *f)
{
    const struct speed_told *told = f->detail;
    return body_zone(zone_set_info(look->world->zones, told->spell->zone));
}

/* clang-format off */
static const struct rule_member members[] = {{&speed_field, make_speed, NULL}, {&zone_field, make_area, NULL}, {0}};

static const struct rule_event events[] = {
    [EVENT_STARTED] = {"start", "speed.started", SEVERITY_WARNING, .say = say_speed_started, .members = members},
    [EVENT_ENDED]   = {"end",   "speed.ended",   SEVERITY_WARNING, .say = say_speed_ended,   .members = members},
};
/* clang-format on */

static int tell_spell(struct rule_look *look, uint32_t event,
                      const struct speed_told *told)
{
    const struct spell *s = told->spell;
    const struct track_fix *at =
        event == EVENT_STARTED ? &s->begin : &look->subject->track->last;
    const char *zone = zone_set_info(look->world->zones, s->zone)->id;
    struct finding f = {
        .event = event,
        .time_ms = at->time_ms,
        .evidence_ms = s->begin.time_ms - HOUR_MS,
        .pos = at->pos,
        .object = hash_text(zone, 0),
        .detail = told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%.200s %s %lld", zone,
             s->side == SIDE_OVER ? "over" : "under", (long long)s->begin.time_ms);
    return rule_raise(look, &f);
}

/* --- what a fix says --- */

/* Find one of the rule's areas that contains the fix; ZONE_NOWHERE: none contains it. */
#define ZONE_NOWHERE UINT32_MAX
static int find_area(const struct rule_look *look, uint32_t *ret_zone)
{
    struct zone_list at;
    zone_list_init(&at);
    int rc = zone_list_at(&at, look->world->zones, look->subject->track->last.pos);
    *ret_zone = ZONE_NOWHERE;
    for (size_t i = 0; rc == 0 && i < at.count && *ret_zone == ZONE_NOWHERE; i++)
        if (rule_zones_has(&settings_of(look)->zones, at.items[i]))
            *ret_zone = at.items[i];
    zone_list_finish(&at);
    return rc;
}

/* The reported speed, or else the speed made good since the fix before; < 0 when that fix
 * is too old. */
static double find_speed_kn(const struct rule_look *look, const struct track_fix *before)
{
    const struct track_fix *fix = &look->subject->track->last;
    bool is_near =
        before != NULL && fix->time_ms - before->time_ms <= settings_of(look)->apart_ms;
    return tracks_speed_kn(is_near ? before : NULL, fix);
}

static enum side side_of(const struct settings *settings, double kn)
{
    if (settings->over_kn > 0 && kn > settings->over_kn)
        return SIDE_OVER;
    return kn >= 0 && kn < settings->under_kn ? SIDE_UNDER : SIDE_RIGHT;
}

/* --- a ship at rest --- */

static bool is_ship_at_rest(const struct rule_look *look)
{
    const struct state *state = *look->state;
    return look->subject->call->current.port != PORT_NONE ||
           (state != NULL && state->is_stopped);
}

static struct state *obtain_state(struct rule_look *look)
{
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct state));
    return *look->state;
}

static int step_rest(struct rule_look *look, const struct track_fix *before)
{
    struct state *state = *look->state;
    const struct call_conf *conf = look->world->call;
    double kn = look->subject->call->speed_kn;
    const struct track_fix *fix = &look->subject->track->last;
    bool is_in_port = look->subject->call->current.port != PORT_NONE;
    if (state != NULL && state->is_stopped &&
        (is_in_port || before == NULL || stop_fix(&state->stop, conf, before, fix, kn)))
        state->is_stopped = false;
    if (settings_of(look)->under_kn <= 0 || is_in_port || !stop_is_slow(conf, kn) ||
        (state != NULL && state->is_stopped))
        return 0;
    state = obtain_state(look);
    if (state == NULL)
        return ERR_NOMEM;
    state->is_stopped = true;
    stop_begin(&state->stop, fix);
    return 0;
}

/* --- spells --- */

static int begin_spell(struct rule_look *look, enum side side, uint32_t zone, double kn)
{
    const struct track_fix *fix = &look->subject->track->last;
    struct state *state = obtain_state(look);
    if (state == NULL)
        return ERR_NOMEM;
    state->spell = (struct spell){
        .side = (uint8_t)side,
        .zone = zone,
        .begin = *fix,
        .last_ms = fix->time_ms,
        .last_kn = kn,
        .least_kn = kn,
        .most_kn = kn,
    };
    return 0;
}

static int continue_spell(struct rule_look *look, struct spell *s, double kn)
{
    int64_t now_ms = look->subject->track->last.time_ms, step_ms = now_ms - s->last_ms;
    if (step_ms <= settings_of(look)->apart_ms) {
        s->ms += (double)step_ms;
        s->kn_ms += (s->last_kn + kn) / 2 * (double)step_ms;
    }
    s->last_ms = now_ms;
    s->last_kn = kn;
    s->least_kn = kn < s->least_kn ? kn : s->least_kn;
    s->most_kn = kn > s->most_kn ? kn : s->most_kn;
    if (s->is_told || now_ms - s->begin.time_ms < settings_of(look)->for_ms)
        return 0;
    s->is_told = true;
    return tell_spell(look, EVENT_STARTED, &(struct speed_told){.spell = s});
}

static int end_spell(struct rule_look *look, struct spell *s, enum end end, double kn)
{
    const struct speed_told told = {.spell = s, .end = end, .end_kn = kn};
    int rc = s->is_told ? tell_spell(look, EVENT_ENDED, &told) : 0;
    s->side = SIDE_RIGHT;
    return rc;
}

/* The open spell; NULL: there is none, or a gap ended it. */
static struct spell *open_spell(const struct rule_look *look)
{
    struct state *state = *look->state;
    struct spell *s = state != NULL ? &state->spell : NULL;
    if (s == NULL || s->side == SIDE_RIGHT)
        return NULL;
    int64_t hole_ms = look->subject->track->last.time_ms - s->last_ms;
    if (!s->is_told && hole_ms > settings_of(look)->apart_ms) {
        s->side = SIDE_RIGHT;
        return NULL;
    }
    return s;
}

static int step_spell(struct rule_look *look, double kn)
{
    enum side side = side_of(settings_of(look), kn);
    bool is_rest = side == SIDE_UNDER && is_ship_at_rest(look);
    struct spell *s = open_spell(look);
    uint32_t zone = ZONE_NOWHERE;
    int rc = s != NULL || side != SIDE_RIGHT ? find_area(look, &zone) : 0;
    side = is_rest ? SIDE_RIGHT : side;
    if (rc != 0)
        return rc;
    if (s != NULL && zone == ZONE_NOWHERE)
        return end_spell(look, s, END_OUTSIDE, kn);
    if (s != NULL && side == s->side)
        return continue_spell(look, s, kn);
    if (s != NULL && kn >= 0)
        rc = end_spell(look, s, is_rest ? END_REST : END_SPEED, kn);
    if (rc == 0 && side != SIDE_RIGHT && zone != ZONE_NOWHERE)
        rc = begin_spell(look, side, zone, kn);
    return rc;
}

static void drop_idle_state(struct rule_look *look)
{
    struct state *state = *look->state;
    if (state == NULL ||
        (look->is_covered && (state->is_stopped || state->spell.side != SIDE_RIGHT)))
        return;
    free(state);
    *look->state = NULL;
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    double kn = find_speed_kn(look, before);
    int rc = look->is_covered ? step_rest(look, before) : 0;
    if (rc == 0 && look->is_covered)
        rc = step_spell(look, kn);
    drop_idle_state(look);
    return rc;
}

/* --- saved --- */

static void save_spell(const struct rule_look *look, const struct spell *s,
                       struct wire_writer *out)
{
    const double sums[] = {s->last_kn, s->least_kn, s->most_kn, s->ms, s->kn_ms};
    wire_put_u64(out, s->is_told);
    wire_put_text(out, zone_set_info(look->world->zones, s->zone)->id);
    track_wire_save_fix(&s->begin, out);
    wire_put_i64(out, s->last_ms);
    for (size_t i = 0; i < KINDS_COUNT(sums); i++)
        wire_put_f64(out, sums[i]);
}

/* A spell is dropped without an event when its zone no longer exists. */
static void load_spell(const struct rule_look *look, struct spell *s,
                       struct wire_reader *in)
{
    double *const sums[] = {&s->last_kn, &s->least_kn, &s->most_kn, &s->ms, &s->kn_ms};
    char id[256];
    s->is_told = wire_get_limited(in, 1) != 0;
    wire_get_text(in, id, sizeof id);
    track_wire_load_fix(&s->begin, in);
    s->last_ms = wire_get_time(in);
    for (size_t i = 0; i < KINDS_COUNT(sums); i++)
        *sums[i] = wire_get_f64(in);
    int64_t zone = zone_set_find(look->world->zones, id);
    s->zone = (uint32_t)zone;
    s->side = zone < 0 ? SIDE_RIGHT : s->side;
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *state = *look->state;
    wire_put_u64(out, state->is_stopped);
    if (state->is_stopped)
        stop_save(&state->stop, out);
    wire_put_u64(out, state->spell.side);
    if (state->spell.side != SIDE_RIGHT)
        save_spell(look, &state->spell, out);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    *look->state = state;
    state->is_stopped = wire_get_limited(in, 1) != 0;
    if (state->is_stopped)
        stop_load(&state->stop, in);
    state->spell.side = (uint8_t)wire_get_limited(in, SIDES - 1);
    if (state->spell.side != SIDE_RIGHT)
        load_spell(look, &state->spell, in);
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .on_fix = on_fix,
    .save = save_state,
    .load = load_state,
    .forget = free,
};

const struct rule_kind kind_speed = {
    .name = "speed",
    .doc = "a vessel is too fast, or too slow, in an area",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .find_fault = find_limit_fault,
    .hooks = &hooks,
};
