/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind route: a vessel's calls follow a pattern. Alerts tell each step, and a
 * forecast before the last step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"
#include "route_dark_int.h"
#include "route_forecast_int.h"
#include "route_keep_int.h"
#include "route_say_int.h"
#include "route_settings_int.h"

/* enum route_forecast_mode */
static const char *const forecasts[] = {"last", "every", "never", NULL};

#define AT(member) KEY_AT(route_settings, member)
/* clang-format off */
static const struct key keys[] = {
    {.name = "route",          .type = KEY_ROUTE,    AT(route),          .is_required = true, .doc = "the pattern: \"$dprk > CNSHD > $far-east\""},
    {.name = "within",         .type = KEY_DURATION, AT(within_ms),      .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .initial = "30d", .doc = "departure from the first step to arrival at the last"},
    {.name = "leg",            .type = KEY_DURATION, AT(leg_ms),         .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .initial = "10d", .doc = "departure from a matched step to arrival at the next"},
    {.name = "min_confidence", .type = KEY_INTEGER,      AT(min_confidence), .least = 1, .most = 4, .initial = "2", .doc = "least confidence of a call, 1 to 4"},
    {.name = "forecast",       .type = KEY_WORD,     AT(forecast),       .words = forecasts, .initial = "last", .doc = "before which step a forecast is told"},
    {0},
};

static const struct rule_member run_members[] = {
    {&route_say_port_field, route_say_make_port, NULL}, {&route_say_route_field, route_say_make_route, NULL}, {0}};
static const struct rule_member forecast_members[] = {
    {&route_say_port_field, route_say_make_port, NULL}, {&route_say_route_field, route_say_make_route, NULL},
    {&route_say_forecast_field, route_say_make_forecast, NULL}, {0}};

static const struct rule_event events[] = {
    [ROUTE_SAY_PROGRESSED] = {"progress", "route.progressed", SEVERITY_WARNING, .say = route_say_progressed, .members = run_members},
    [ROUTE_SAY_MATCHED]    = {"match",    "route.matched",    SEVERITY_WARNING, .say = route_say_matched,    .members = run_members},
    [ROUTE_SAY_FORECAST]   = {"forecast", "route.forecast",   SEVERITY_WARNING, .say = route_say_forecast,   .members = forecast_members},
    [ROUTE_SAY_LAPSED]     = {"lapse",    "route.lapsed",     SEVERITY_INFO,    .say = route_say_lapsed,     .members = forecast_members},
};
/* clang-format on */

static const struct route *route_of(const struct rule_look *look)
{
    return route_settings(look->rule)->route;
}

static struct route_limits limits_of(const struct rule *rule)
{
    const struct route_settings *s = route_settings(rule);
    struct route_limits limits = {s->within_ms, s->leg_ms};
    return limits;
}

static uint64_t seed_of(const struct rule_look *look)
{
    return hash_u64(look->subject->mmsi, hash_text(look->rule->id, 0));
}

/* --- telling --- */

static struct finding make_finding(const struct rule_look *look, uint32_t event,
                                   int64_t time_ms, const struct route_told *told)
{
    const struct route_run *run = told->run;
    const struct route_stop *stop = &run->stops[run->stop_count - 1];
    struct finding f = {
        .event = event,
        .time_ms = time_ms,
        .evidence_ms = run->stops[0].arrived_ms,
        .pos = look->subject->track->last.pos,
        .object = run->case_id,
        .case_id = &run->case_id,
        .detail = told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%016llx %u %.40s %lld",
             (unsigned long long)run->case_id, (unsigned)run->step,
             stop->port != PORT_NONE ? ports_get(look->world->ports, stop->port)->locode
                                     : zone_set_info(look->world->zones, stop->zone)->id,
             (long long)stop->arrived_ms);
    return f;
}

static int tell_output(void *context, const struct route_output *output)
{
    struct rule_look *look = context;
    static const uint32_t event_of[] = {
        [ROUTE_PROGRESSED] = ROUTE_SAY_PROGRESSED,
        [ROUTE_MATCHED] = ROUTE_SAY_MATCHED,
        [ROUTE_LAPSED] = ROUTE_SAY_LAPSED,
    };
    struct route_outlook outlook = {.port = output->run.forecast_port,
                                    .eta_ms = TIME_NONE};
    bool is_lapse = output->event == ROUTE_LAPSED;
    struct route_told told = {&output->run, is_lapse ? &outlook : NULL};
    struct finding f =
        make_finding(look, event_of[output->event], output->time_ms, &told);
    if (!is_lapse) {
        struct route_keep *state = *look->state;
        if (look->is_covered && output->time_ms > state->told_ms)
            state->told_ms = output->time_ms;
        const struct route_stop *stop = &output->run.stops[output->run.stop_count - 1];
        f.pos = stop->is_dark ? f.pos : stop->pos;
    }
    return rule_raise(look, &f);
}

/* --- stops --- */

static struct route_way way_of(struct rule_look *look, const struct route_limits *limits)
{
    return (struct route_way){route_of(look), limits,      look->world->ports,
                              seed_of(look),  tell_output, look};
}

static int note_arrival(struct rule_look *look, const struct route_stop *stop)
{
    struct route_keep *state = route_keep_obtain(look);
    if (state == NULL)
        return ERR_NOMEM;
    struct route_limits limits = limits_of(look->rule);
    struct route_way way = way_of(look, &limits);
    return route_run_arrive(&state->runs, &way, stop);
}

static bool names_zone(const struct route *route, uint32_t zone)
{
    for (uint32_t i = 0; i < route->step_count; i++)
        for (uint32_t k = 0; k < route->steps[i].zone_count; k++)
            if (route->steps[i].zones[k] == zone)
                return true;
    return false;
}

static void leave_zone(struct rule_look *look, const struct zone_event *event)
{
    struct route_keep *state = *look->state;
    struct route_limits limits = limits_of(look->rule);
    struct route_stop left = {
        .port = PORT_NONE, .zone = event->zone, .departed_ms = event->time_ms};
    if (state != NULL)
        route_run_depart(&state->runs, &limits, look->world->ports, &left);
}

static int on_zone(struct rule_look *look, const struct zone_event *event)
{
    if (event->what == ZONE_EXITED)
        leave_zone(look, event);
    bool is_stop = event->what == ZONE_ENTERED || event->what == ZONE_CROSSED;
    if (!is_stop || event->is_repeat || !names_zone(route_of(look), event->zone))
        return 0;
    struct route_stop stop = {
        .port = PORT_NONE,
        .zone = event->zone,
        .confidence = event->certainty == ZONE_OBSERVED ? 4 : 2,
        .arrived_ms = event->time_ms,
        .departed_ms = event->what == ZONE_CROSSED ? event->time_ms : TIME_NONE,
        .pos = event->pos,
    };
    int rc = note_arrival(look, &stop);
    route_keep_tidy(look);
    return rc;
}

static int count_call(struct rule_look *look, const struct call *call, int64_t time_ms)
{
    const struct route_keep *state = *look->state;
    /* a call of confidence 1 has no stop, so it counts from its entry */
    int64_t since_ms = call->entered_ms != TIME_NONE ? call->entered_ms : time_ms;
    if (call->since_ms != TIME_NONE)
        since_ms = call->since_ms;
    if (call->confidence < route_settings(look->rule)->min_confidence ||
        (state != NULL && state->counted_ms == since_ms))
        return 0;
    struct route_stop stop = {
        .port = call->port,
        .zone = UINT32_MAX,
        .confidence = call->confidence,
        .arrived_ms = since_ms,
        .departed_ms = TIME_NONE,
        .pos = call->pos,
        .is_arrival_unknown = call->arrived_ms == TIME_NONE,
    };
    int rc = note_arrival(look, &stop);
    struct route_keep *after = *look->state;
    if (after != NULL)
        after->counted_ms = since_ms;
    return rc;
}

/* Count the zones in which the ship is when it leaves the port: the ship is also in them
 * after the call. */
static int stand_in_zones(struct rule_look *look, int64_t time_ms)
{
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->items[i].phase == ZONE_PHASE_ENTERING ||
            !names_zone(route_of(look), w->items[i].zone))
            continue;
        struct route_stop stop = {
            .port = PORT_NONE,
            .zone = w->items[i].zone,
            .confidence = 4,
            .arrived_ms = time_ms,
            .departed_ms = TIME_NONE,
            .pos = look->subject->track->last.pos,
            .is_standing = true,
        };
        int rc = note_arrival(look, &stop);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int note_departure(struct rule_look *look, const struct call *call,
                          int64_t departed_ms)
{
    struct route_keep *state = *look->state;
    if (state == NULL)
        return 0;
    struct route_limits limits = limits_of(look->rule);
    struct route_stop left = {
        .port = call->port, .departed_ms = departed_ms, .confidence = call->confidence};
    route_run_depart(&state->runs, &limits, look->world->ports, &left);
    return stand_in_zones(look, departed_ms);
}

static int on_call(struct rule_look *look, const struct call_output *event)
{
    const struct call *call = &event->call;
    int rc = 0;
    switch (event->event) {
    case CALL_ENTERED:
        break;
    case CALL_ARRIVED:
        rc = count_call(look, call, event->time_ms);
        break;
    case CALL_DEPARTED:
        rc = note_departure(look, call, call->departed_ms);
        break;
    case CALL_LEFT:
        /* Only now is the final confidence known. */
        rc = count_call(look, call, event->time_ms);
        if (rc == 0)
            rc = note_departure(look, call,
                                call->departed_ms != TIME_NONE ? call->departed_ms
                                                               : event->time_ms);
        break;
    }
    route_keep_tidy(look);
    return rc;
}

/* --- silences --- */

static int on_dark(struct rule_look *look, const struct track_fix *before)
{
    struct route_stop stops[ROUTE_STEPS_MAX];
    if (!route_dark_find(look, before, stops))
        return 0;
    struct route_keep *state = route_keep_obtain(look);
    if (state == NULL)
        return ERR_NOMEM;
    struct route_limits limits = limits_of(look->rule);
    struct route_way way = way_of(look, &limits);
    int rc = route_run_arrive_dark(&state->runs, &way, stops);
    route_keep_tidy(look);
    return rc;
}

/* --- forecast --- */

static bool has_same_end(const struct route_run *a, const struct route_run *b)
{
    const struct route_stop *x = &a->stops[a->stop_count - 1];
    const struct route_stop *y = &b->stops[b->stop_count - 1];
    return a->step == b->step && x->port == y->port && x->zone == y->zone &&
           x->arrived_ms == y->arrived_ms;
}

/* Whether another run is told instead of this one: an older run that ends at the same
 * stop, or a run of the same case that is or was at a later step (this run waits for
 * another stop at its next step, and the rule would tell that step again). */
static bool is_told_by_another(const struct route_state *runs, uint32_t index)
{
    const struct route_run *run = &runs->runs[index];
    for (uint32_t i = 0; i < runs->run_count; i++) {
        const struct route_run *other = &runs->runs[i];
        if (i != index && ((i < index && has_same_end(run, other)) ||
                           (other->case_id == run->case_id &&
                            (other->is_forecast || other->step > run->step))))
            return true;
    }
    return false;
}

/* Whether the rule's forecasts can be seen: told, or told later that they came to
 * nothing. A rule that tells neither spares the distance fields, a second of start-up
 * each. */
static bool is_forecasting(const struct rule *rule)
{
    static const uint32_t seen = 1u << ROUTE_SAY_FORECAST | 1u << ROUTE_SAY_LAPSED;
    return route_settings(rule)->forecast != FORECAST_NEVER && (rule->events & seen) != 0;
}

static int forecast_run(struct rule_look *look, struct route_run *run,
                        const int64_t fixes_ms[2])
{
    struct route_outlook outlook;
    bool is_due = false;
    int rc = route_forecast(look, run, fixes_ms, &outlook, &is_due);
    if (rc != 0 || !is_due)
        return rc;
    int64_t now_ms = look->subject->track->last.time_ms;
    run->is_forecast = true;
    run->forecast_ms = now_ms;
    run->forecast_port = outlook.port;
    struct route_told told = {run, &outlook};
    struct finding f = make_finding(look, ROUTE_SAY_FORECAST, now_ms, &told);
    return rule_raise(look, &f);
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    struct route_keep *state = *look->state;
    if (state == NULL)
        return 0;
    state->fixes_ms[0] = state->fixes_ms[1];
    state->fixes_ms[1] = before != NULL ? before->time_ms : TIME_NONE;
    /* The next message of a ship that is not covered may bring the ship under the rule.
     * The forecast is told then. */
    if (!is_forecasting(look->rule) || !look->is_covered)
        return 0;
    for (uint32_t i = 0; i < state->runs.run_count; i++) {
        struct route_run *run = &state->runs.runs[i];
        if (run->is_forecast || is_told_by_another(&state->runs, i))
            continue;
        int rc = forecast_run(look, run, state->fixes_ms);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- a ship that is covered only now --- */

/* Whether this run represents its case: it is at the latest step, and it is the oldest of
 * the runs at that step. */
static bool stands_for_case(const struct route_state *runs, uint32_t index)
{
    const struct route_run *run = &runs->runs[index];
    for (uint32_t i = 0; i < runs->run_count; i++) {
        const struct route_run *other = &runs->runs[i];
        if (other->case_id == run->case_id &&
            (other->step > run->step || (other->step == run->step && i < index)))
            return false;
    }
    return true;
}

/* Tell the steps that the ship took before it was covered. */
static int on_covered(struct rule_look *look)
{
    const struct route_keep *state = *look->state;
    int64_t told_ms = state != NULL ? state->told_ms : TIME_NONE;
    int rc = 0;
    for (uint32_t i = 0; state != NULL && i < state->runs.run_count && rc == 0; i++) {
        const struct route_run *run = &state->runs.runs[i];
        if (run->stop_count < 2 || !stands_for_case(&state->runs, i) ||
            run->stops[run->stop_count - 1].arrived_ms <= told_ms)
            continue;
        struct route_output out = {route_is_complete(route_of(look), run->step)
                                       ? ROUTE_MATCHED
                                       : ROUTE_PROGRESSED,
                                   run->stops[run->stop_count - 1].arrived_ms, *run};
        rc = tell_output(look, &out);
    }
    return rc;
}

/* --- time --- */

/* A stop that began in time may be confirmed later. While the ship is in a port, the rule
 * waits up to a day longer. */
static int64_t patience_ms(const struct rule_look *look)
{
    return look->subject->call->current.port != PORT_NONE ? DAY_MS : 0;
}

static int64_t next_deadline(struct rule_look *look)
{
    const struct route_keep *state = *look->state;
    if (state == NULL)
        return INT64_MAX;
    int64_t due = route_expire_deadline(&state->runs);
    return due == INT64_MAX ? due : due + patience_ms(look);
}

static int on_time(struct rule_look *look)
{
    struct route_keep *state = *look->state;
    int rc = state != NULL
                 ? route_expire_runs(&state->runs, look->now_ms - patience_ms(look),
                                     tell_output, look)
                 : 0;
    route_keep_tidy(look);
    return rc;
}

/* --- saved state --- */

/* {"rule":"x","runs":[{"step":2,"steps":3,"last":"CNSHD","expires":"...",...}]} */
static int describe_route(const struct rule_look *look, struct buf *out)
{
    const struct route_keep *state = *look->state;
    for (uint32_t i = 0; i < state->runs.run_count; i++) {
        const struct route_run *run = &state->runs.runs[i];
        const struct route_stop *stop = &run->stops[run->stop_count - 1];
        char text[TIME_TEXT_BYTES];
        int rc = buf_printf(
            out, "%s{\"step\":%u,\"steps\":%u,\"last\":\"%s\",\"forecast\":%s",
            i ? "," : "", run->step + 1u, route_of(look)->step_count,
            stop->port != PORT_NONE ? ports_get(look->world->ports, stop->port)->locode
                                    : zone_set_info(look->world->zones, stop->zone)->id,
            run->is_forecast ? "true" : "false");
        if (rc == 0 && run->expires_ms != TIME_NONE)
            rc = buf_printf(out, ",\"expires\":\"%s\"",
                            time_format(run->expires_ms, text));
        if (rc == 0)
            rc = route_say_way(look, run, out);
        if (rc == 0)
            rc = buf_add_char(out, '}');
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The number of the first awaited step that the rule may forecast. */
static uint32_t first_forecast(const struct route_settings *s)
{
    return s->forecast == FORECAST_LAST ? s->route->step_count - 1 : 1;
}

static bool wants_water(const struct rule *rule, uint32_t index, struct rule_water *ret)
{
    const struct route_settings *s = route_settings(rule);
    if (s->route == NULL || !is_forecasting(rule))
        return false;
    for (uint32_t i = first_forecast(s); i < s->route->step_count; i++) {
        struct route_step *step = &s->route->steps[i];
        if (i == 0 || step->ports == NULL || index-- != 0)
            continue;
        ret->ports = step->ports;
        ret->within_ms = s->leg_ms < s->within_ms ? s->leg_ms : s->within_ms;
        ret->field = &step->field;
        return true;
    }
    return false;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .asks = rule_asks_keeping,
    .silence_least_ms = route_dark_least_ms,
    .on_silence = on_dark,
    .on_zone = on_zone,
    .on_call = on_call,
    .on_fix = on_fix,
    .on_covered = on_covered,
    .deadline = next_deadline,
    .on_time = on_time,
    .save = route_keep_save,
    .load = route_keep_load,
    .forget = free,
    .wants_water = wants_water,
    .wants_reach = route_dark_ports,
    .describe = describe_route,
};

const struct rule_kind kind_route = {
    .name = "route",
    .doc = "a vessel's calls follow a pattern",
    .keys = keys,
    .has_case = true,
    .settings_bytes = sizeof(struct route_settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
