/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind destination: a vessel declares another destination than before, or sails away
 * from the one that it declares.
 *
 * A way over water is measured in some milliseconds, and across an ocean in far more. So
 * it is asked for only where a ship has gone half of `away` farther off on the great
 * circle, and then not before it can have sailed what is still missing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "last_call_int.h"
#include "lookout/ais/report.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/water.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/held.h"

enum { EVENT_CHANGE, EVENT_CONTRADICT };

#define AWAY_MS (12 * HOUR_MS)  /* for so long it has gone away */
#define STALE_MS (24 * HOUR_MS) /* a destination is that of the port just left */
#define ASK_LEAST_MS (30 * MINUTE_MS)
#define ASK_FAR_MS (12 * HOUR_MS) /* after a way that is too long to measure */
#define MOST_KN 25                /* what is missing is not sailed faster */

struct settings {
    double away_m;
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "away", .type = KEY_DISTANCE, KEY_AT(settings, away_m), .least = NM_M, .most = 5000 * NM_M, .initial = "100nm", .doc = "contradict: by so much the distance over water to the declared port has grown, over 12 h or more, since the least that it had since it was declared"},
    {0},
};
/* clang-format on */

/* --- what is kept --- */

/* A place on the way, and how far off the declared port was. */
struct nearest {
    struct geo_pos pos;
    int64_t time_ms; /* TIME_NONE: none yet */
    double m;        /* < 0: not measured */
};
struct destination_state {
    struct held held;
    uint32_t port; /* of the held text; PORT_NONE: it names none. Not saved */
    bool is_over;  /* a contradiction was told, or the ship called at the port */
    struct last_call call;
    struct nearest great; /* the nearest on the great circle since it was declared */
    struct nearest least; /* the nearest over water of all that were measured */
    int64_t ask_ms;       /* not before */
};

/* Whether it called at the declared port, and is there or left lately: a crew declares
 * the next port when it has the time. */
static bool has_arrived(const struct destination_state *s, const struct ports *ports,
                        int64_t now_ms)
{
    return s->port != PORT_NONE && s->call.port != PORT_NONE &&
           ports_are_same(ports, s->port, s->call.port) &&
           last_call_is_between(&s->call, now_ms - STALE_MS, now_ms);
}

static void begin_declaration(struct destination_state *s, const struct rule_world *world,
                              int64_t now_ms)
{
    s->port = destination_resolve(world->ports, held_text(&s->held));
    s->is_over = has_arrived(s, world->ports, now_ms);
    s->great = s->least = (struct nearest){.time_ms = TIME_NONE, .m = -1};
    s->ask_ms = TIME_NONE;
}

static struct destination_state *keep_destination(struct rule_look *look)
{
    struct destination_state *s = rule_state_of_ship(look);
    if (s == NULL && look->is_covered && (s = calloc(1, sizeof *s)) != NULL) {
        last_call_init(&s->call);
        begin_declaration(s, look->world, look->now_ms);
        *look->state = s;
    }
    return s;
}

static void forget_destination(void *state)
{
    struct destination_state *s = state;
    held_finish(&s->held);
    free(s);
}

/* --- what is told --- */

struct destination_told {
    const char *from, *to;       /* from NULL: of a contradiction */
    uint32_t from_port, to_port; /* PORT_NONE: it does not resolve */
    int64_t from_since_ms;
    double away_m, rest_m; /* of a contradiction */
    int64_t least_ms;      /* when it was nearest */
};

static void say_declared(struct say_writer *w, const struct rule_look *look,
                         const char *text, uint32_t port)
{
    say_text(w, "\"%s\"", text);
    if (port == PORT_NONE)
        return;
    say_text(w, " (");
    say_port(w, ports_get(look->world->ports, port));
    say_text(w, ")");
}

static void say_new_destination(struct say_writer *w, const struct rule_look *look,
                                const struct finding *f)
{
    const struct destination_told *told = f->detail;
    say_text(w, " declares the destination ");
    say_declared(w, look, told->to, told->to_port);
    say_text(w, "; from ");
    say_time(w, told->from_since_ms);
    say_text(w, " on it declared ");
    say_declared(w, look, told->from, told->from_port);
    say_text(w, ".");
}

static void say_contradiction(struct say_writer *w, const struct rule_look *look,
                              const struct finding *f)
{
    const struct destination_told *told = f->detail;
    say_text(w, " declares the destination ");
    say_declared(w, look, told->to, told->to_port);
    say_text(w, " and sails away from it: at ");
    say_time(w, f->time_ms);
    say_text(w, " it had %.0f nm to go over water, %.0f nm more than at ",
             told->rest_m / NM_M, told->away_m / NM_M);
    say_time(w, told->least_ms);
    say_text(w, ", and made no port call in between.");
}

static const struct body_field destination_fields[] = {
    {.name = "from", .type = BODY_TEXT, .is_optional = true},
    {.name = "to", .type = BODY_TEXT},
    {.name = "from_port", .type = BODY_PORT, .is_optional = true},
    {.name = "to_port", .type = BODY_PORT, .is_optional = true},
    {.name = "away_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "rest_nm", .type = BODY_NUMBER, .is_optional = true},
    {0},
};
static const struct body_field destination_field = {
    .name = "destination", .type = BODY_OBJECT, .fields = destination_fields};

static json_t *make_destination(const struct rule_look *look, const struct finding *f)
{
    const struct destination_told *told = f->detail;
    const struct ports *ports = look->world->ports;
    json_t *o = json_object();
    body_put_text(o, "from", told->from);
    body_put_text(o, "to", told->to);
    if (told->from_port != PORT_NONE)
        body_put(o, "from_port", body_port(ports_get(ports, told->from_port)));
    if (told->to_port != PORT_NONE)
        body_put(o, "to_port", body_port(ports_get(ports, told->to_port)));
    if (f->event == EVENT_CONTRADICT) {
        body_put(o, "away_nm", body_rounded(told->away_m / NM_M, 0.1));
        body_put(o, "rest_nm", body_rounded(told->rest_m / NM_M, 0.1));
    }
    return o;
}

static const struct rule_member changed_members[] = {
    {&destination_field, make_destination, "from"}, {0}};
static const struct rule_member contradicted_members[] = {
    {&destination_field, make_destination, "to_port"}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_CHANGE]     = {"change",     "destination.changed",      SEVERITY_INFO,    .say = say_new_destination, .members = changed_members},
    [EVENT_CONTRADICT] = {"contradict", "destination.contradicted", SEVERITY_WARNING, .say = say_contradiction,   .members = contradicted_members},
};
/* clang-format on */

/* --- change --- */

static int tell_new_destination(struct rule_look *look, const struct destination_state *s,
                                const struct held_change *change, int64_t time_ms)
{
    const struct destination_told told = {
        .from = change->from_text,
        .to = held_text(&s->held),
        .from_port = destination_resolve(look->world->ports, change->from_text),
        .to_port = s->port,
        .from_since_ms = change->from_since_ms,
    };
    struct finding f = {
        .event = EVENT_CHANGE,
        .time_ms = time_ms,
        .evidence_ms = change->from_last_ms,
        .pos = look->subject->track->last.pos,
        .detail = &told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "change %lld",
             (long long)change->since_ms);
    return rule_raise(look, &f);
}

static int on_destination(struct rule_look *look, const struct rule_static *event)
{
    const struct report *report = event->report;
    const struct held_value value = {.form = HELD_TEXT, .text = report->destination};
    struct held_change change;
    if ((report->has & HAS_DESTINATION) == 0 || !look->is_covered)
        return 0;
    struct destination_state *s = keep_destination(look);
    if (s == NULL)
        return ERR_NOMEM;
    uint32_t before = s->port;
    int rc = held_hear(&s->held, &value, report->time_ms, &change);
    if (rc != 0 || change.step == HELD_NOTHING)
        return rc;
    uint32_t port = destination_resolve(look->world->ports, held_text(&s->held));
    bool is_other = port == PORT_NONE || before == PORT_NONE ||
                    !ports_are_same(look->world->ports, port, before);
    if (is_other)
        begin_declaration(s, look->world, look->now_ms);
    return is_other && change.step == HELD_CHANGED
               ? tell_new_destination(look, s, &change, report->time_ms)
               : 0;
}

/* --- contradiction --- */

static int tell_contradiction(struct rule_look *look, double now_m)
{
    struct destination_state *s = *look->state;
    const struct track_fix *fix = &look->subject->track->last;
    const struct destination_told told = {
        .to = held_text(&s->held),
        .from_port = PORT_NONE,
        .to_port = s->port,
        .away_m = now_m - s->least.m,
        .rest_m = now_m,
        .least_ms = s->least.time_ms,
    };
    struct finding f = {
        .event = EVENT_CONTRADICT,
        .time_ms = fix->time_ms,
        .evidence_ms = s->least.time_ms,
        .pos = fix->pos,
        .detail = &told,
    };
    s->is_over = true;
    snprintf(f.occurrence, sizeof f.occurrence, "contradict %lld",
             (long long)s->held.since_ms);
    return rule_raise(look, &f);
}

static int measure_way(const struct rule_look *look, uint32_t port, struct geo_pos pos,
                       double *ret_m)
{
    return water_reach_between_m(look->world->water,
                                 ports_get(look->world->ports, port)->pos, pos, ret_m);
}

/* Measures the way from here and, at first, from the nearest place. */
static int look_over_water(struct rule_look *look)
{
    const struct settings *settings = look->rule->settings;
    struct destination_state *s = *look->state;
    const struct track_fix *fix = &look->subject->track->last;
    int64_t now_ms = fix->time_ms;
    double now_m = 0, then_m = 0;
    int rc = measure_way(look, s->port, fix->pos, &now_m);
    if (rc == 0 && s->great.m < 0) {
        rc = measure_way(look, s->port, s->great.pos, &then_m);
        s->great.m = rc == 0 ? then_m : -1;
    }
    s->ask_ms = now_ms + ASK_FAR_MS;
    if (rc != 0)
        return rc == ERR_NOMEM ? rc : 0;
    if (s->least.time_ms == TIME_NONE || s->great.m < s->least.m)
        s->least = s->great;
    if (now_m <= s->least.m)
        s->least = (struct nearest){fix->pos, now_ms, now_m};
    double missing_m = settings->away_m - (now_m - s->least.m);
    int64_t wait_ms = (int64_t)(missing_m / (MOST_KN * KN_MPS) * 1000);
    if (now_ms + wait_ms < s->least.time_ms + AWAY_MS)
        wait_ms = s->least.time_ms + AWAY_MS - now_ms;
    s->ask_ms = now_ms + (wait_ms > ASK_LEAST_MS ? wait_ms : ASK_LEAST_MS);
    bool is_away = missing_m <= 0 && now_ms - s->least.time_ms >= AWAY_MS &&
                   (s->call.port == PORT_NONE || s->call.since_ms <= s->least.time_ms);
    return is_away ? tell_contradiction(look, now_m) : 0;
}

/* The ship was in the declared port when it was first heard: it is leaving it. */
static bool is_found_there(const struct rule_look *look, uint32_t port)
{
    const struct call *call = &look->subject->call->current;
    return call->port != PORT_NONE && call->at_start &&
           ports_are_same(look->world->ports, call->port, port);
}

/* The ship goes on: it was never as near on the great circle, or it may have gone away.
 */
static int step_contradiction(struct rule_look *look)
{
    const struct settings *settings = look->rule->settings;
    struct destination_state *s = *look->state;
    const struct track_fix *fix = &look->subject->track->last;
    struct geo_pos goal = ports_get(look->world->ports, s->port)->pos;
    double now_m = geo_distance_m(goal, fix->pos);
    s->is_over = is_found_there(look, s->port);
    if (s->is_over)
        return 0;
    if (s->great.time_ms == TIME_NONE || now_m <= geo_distance_m(goal, s->great.pos)) {
        s->great = (struct nearest){fix->pos, fix->time_ms, -1};
        return 0;
    }
    bool is_due = fix->time_ms - s->great.time_ms >= AWAY_MS && fix->time_ms >= s->ask_ms;
    return is_due && now_m - geo_distance_m(goal, s->great.pos) >= settings->away_m / 2
               ? look_over_water(look)
               : 0;
}

static int on_way_fix(struct rule_look *look, const struct track_fix *before)
{
    const struct destination_state *s = *look->state;
    (void)before;
    bool is_open = s != NULL && s->port != PORT_NONE && !s->is_over;
    return is_open && look->is_covered && look->world->water != NULL
               ? step_contradiction(look)
               : 0;
}

static int on_call_between(struct rule_look *look, const struct call_output *event)
{
    struct destination_state *s = keep_destination(look);
    if (s == NULL)
        return look->is_covered ? ERR_NOMEM : 0;
    last_call_take(&s->call, event);
    s->is_over = s->is_over || has_arrived(s, look->world->ports, event->time_ms);
    return 0;
}

static bool tells_contradiction(const struct rule *rule)
{
    return (rule->events >> EVENT_CONTRADICT & 1u) != 0;
}

static unsigned ask_fixes(const struct rule *rule)
{
    return tells_contradiction(rule) ? RULE_ASKS_KEEPING : 0;
}

/* --- saved --- */

static void save_nearest(const struct nearest *n, struct wire_writer *out)
{
    wire_put_i64(out, n->time_ms);
    if (n->time_ms == TIME_NONE)
        return;
    track_wire_save_pos(n->pos, out);
    wire_put_f64(out, n->m);
}

static void load_nearest(struct nearest *n, struct wire_reader *in)
{
    *n = (struct nearest){.time_ms = wire_get_time(in), .m = -1};
    if (n->time_ms == TIME_NONE)
        return;
    n->pos = track_wire_load_pos(in);
    n->m = wire_get_f64(in);
    in->failed = in->failed || !isfinite(n->m);
}

static void save_destination(const struct rule_look *look, struct wire_writer *out)
{
    const struct destination_state *s = *look->state;
    held_save(&s->held, out);
    last_call_save(&s->call, look->world->ports, out);
    wire_put_u64(out, s->is_over);
    save_nearest(&s->great, out);
    save_nearest(&s->least, out);
    wire_put_i64(out, s->ask_ms);
}

static int load_destination(struct rule_look *look, struct wire_reader *in)
{
    struct destination_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    *look->state = s;
    int rc = held_load(&s->held, in);
    if (rc != 0)
        return rc;
    begin_declaration(s, look->world, look->now_ms);
    last_call_load(&s->call, look->world->ports, in);
    s->is_over = wire_get_limited(in, 1) != 0;
    load_nearest(&s->great, in);
    load_nearest(&s->least, in);
    s->ask_ms = wire_get_time(in);
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .asks = ask_fixes,
    .on_call = on_call_between,
    .on_static = on_destination,
    .on_fix = on_way_fix,
    .save = save_destination,
    .load = load_destination,
    .forget = forget_destination,
    .wants_ways = tells_contradiction,
};

const struct rule_kind kind_destination = {
    .name = "destination",
    .doc =
        "a vessel declares another destination, or sails away from the one it declares",
    .leaves_out =
        "a destination that is not sent in two messages at least 10 minutes "
        "apart, or that was declared within 30 days before; ways over water that "
        "are too long to measure",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
