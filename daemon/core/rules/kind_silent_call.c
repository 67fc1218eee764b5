/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind silent_call: a vessel was silent for so long that it could have called at a
 * watched port, and is heard again. Time during which its feed or the daemon was silent
 * does not count.
 *
 * Others are counted when the silence reaches `after`: only where they were heard all
 * around does the silence say something about the vessel. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "reach_tell_int.h"

enum { EVENT_POSSIBLE, EVENT_UNKNOWN };

struct settings {
    struct rule_ports ports;
    int64_t after_ms, most_ms, stay_ms; /* 6 h, 10 d, 3 h */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "ports", .type = KEY_PORTS,    RULE_PORTS(settings, ports),    .is_required = true, .doc = "the ports at which it may have called, 64 at most in all rules together"},
    {.name = "after", .type = KEY_DURATION, KEY_AT(settings, after_ms), .least = HOUR_MS, .most = 3650.0 * DAY_MS, .initial = "6h", .doc = "a shorter silence does not count"},
    {.name = "most",  .type = KEY_DURATION, KEY_AT(settings, most_ms),  .least = HOUR_MS, .most = 3650.0 * DAY_MS, .initial = "10d", .doc = "a silence longer than this does not count"},
    {.name = "stay",  .type = KEY_DURATION, KEY_AT(settings, stay_ms),  .least = 0, .most = 30.0 * DAY_MS, .initial = "3h", .doc = "the time that a call takes"},
    {0},
};
/* clang-format on */

static const char *find_settings_fault(const void *settings)
{
    const struct settings *s = settings;
    return s->most_ms > s->after_ms ? NULL : "most is not more than after";
}

/* --- what is kept --- */

/* A silence that has reached `after`. */
struct silence_state {
    int64_t last_seen_ms;
    int64_t due_ms; /* end of `after`; an earlier report comes late and splits it */
    struct coverage_heard heard;
};

/* --- what is told --- */

struct silent_call_told {
    const struct silence_state *state;
    const struct reach_ask *ask;
    int64_t interval_ms; /* its usual time between fixes before; 0: not known */
    struct reach_told reach;
};

static void say_silence(struct say_writer *w, const struct silent_call_told *told)
{
    say_text(w, " was silent for ");
    say_span(w, told->ask->to_ms - told->ask->from_ms);
    say_text(w, ", ");
    reach_tell_say_between(w, told->ask->from_ms, told->ask->to_ms);
}

static void say_more_ports(struct say_writer *w, const struct silent_call_told *told)
{
    size_t more = told->reach.count - 1;
    if (more > 0)
        say_text(w, ", or at %zu port%s farther off", more, more == 1 ? "" : "s");
    say_text(w, ".");
}

static void say_silent_others(struct say_writer *w, const struct rule_look *look,
                              const struct silent_call_told *told)
{
    const struct coverage_heard *heard = &told->state->heard;
    say_text(w, " In the first ");
    say_span(w, told->state->due_ms - told->state->last_seen_ms);
    say_text(w, " %u other vessel%s heard within ", heard->others,
             heard->others == 1 ? " was" : "s were");
    say_distance(w, look->world->limits->gap_nearby_m);
    say_text(w, " of where it was last heard: coverage is %s.",
             coverage_names[heard->coverage]);
}

static void say_possible(struct say_writer *w, const struct rule_look *look,
                         const struct finding *f)
{
    const struct silent_call_told *told = f->detail;
    const struct reach_answer *a = &told->reach.items[0];
    say_silence(w, told);
    say_text(w, ". It could have called at ");
    say_port(w, ports_get(look->world->ports, a->port));
    say_text(w, " ");
    reach_tell_say_between(w, a->earliest_ms, a->latest_ms);
    say_text(w, ": %.0f nm over water at its %.0f kn", a->way_m / NM_M,
             told->ask->own_kn);
    say_more_ports(w, told);
    say_silent_others(w, look, told);
}

static void say_unknown(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct silent_call_told *told = f->detail;
    const struct reach_answer *a = &told->reach.items[0];
    say_silence(w, told);
    say_text(w, ". It is not known whether it called at ");
    say_port(w, ports_get(look->world->ports, a->port));
    if (a->way_m < 0)
        say_text(w, ", to which no way over water is known");
    else
        say_text(w, ": %.0f nm over water, at %.0f kn to %.0f kn", a->way_m / NM_M,
                 told->ask->own_kn, told->ask->max_kn);
    say_more_ports(w, told);
    say_silent_others(w, look, told);
}

static const struct body_field port_field = {.name = "port", .type = BODY_PORT};
static const struct body_field silent_call_fields[] = {
    {.name = "silent_from", .type = BODY_TIME},
    {.name = "silent_to", .type = BODY_TIME},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "reach", .type = BODY_OBJECTS, .fields = body_reach_fields, .least = 1},
    {.name = "own_kn", .type = BODY_NUMBER},
    {.name = "max_kn", .type = BODY_NUMBER},
    {.name = "stay_h", .type = BODY_NUMBER},
    {.name = "others_heard", .type = BODY_INTEGER},
    {.name = "coverage", .type = BODY_TEXT, .words = coverage_names},
    {.name = "interval_min", .type = BODY_NUMBER, .is_optional = true},
    {0},
};
static const struct body_field silent_call_field = {
    .name = "silent_call", .type = BODY_OBJECT, .fields = silent_call_fields};

static json_t *make_silent_port(const struct rule_look *look, const struct finding *f)
{
    const struct silent_call_told *told = f->detail;
    return body_port(ports_get(look->world->ports, told->reach.items[0].port));
}

static json_t *make_silent_call(const struct rule_look *look, const struct finding *f)
{
    const struct silent_call_told *told = f->detail;
    const struct reach_ask *ask = told->ask;
    json_t *o = json_object();
    body_put(o, "silent_from", body_time(ask->from_ms));
    body_put(o, "silent_to", body_time(ask->to_ms));
    body_put(o, "hours",
             body_rounded((double)(ask->to_ms - ask->from_ms) / (double)HOUR_MS, 0.01));
    body_put(o, "reach", reach_tell_list(look, &told->reach));
    body_put(o, "own_kn", body_rounded(ask->own_kn, 0.1));
    body_put(o, "max_kn", body_rounded(ask->max_kn, 0.1));
    body_put(o, "stay_h", body_rounded((double)ask->stay_ms / (double)HOUR_MS, 0.01));
    body_put(o, "others_heard", json_integer((json_int_t)told->state->heard.others));
    body_put_text(o, "coverage", coverage_names[told->state->heard.coverage]);
    if (told->interval_ms != 0)
        body_put(o, "interval_min",
                 body_rounded((double)told->interval_ms / (double)MINUTE_MS, 0.1));
    return o;
}

static const struct rule_member members[] = {{&port_field, make_silent_port, NULL},
                                             {&silent_call_field, make_silent_call, NULL},
                                             {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_POSSIBLE] = {"possible", "silent_call.possible", SEVERITY_WARNING, .say = say_possible, .members = members},
    [EVENT_UNKNOWN]  = {"unknown",  "silent_call.unknown",  SEVERITY_INFO,    .say = say_unknown,  .members = members, .is_asked_for = true},
};
/* clang-format on */

/* --- hooks --- */

static int64_t next_silence_deadline(struct rule_look *look)
{
    const struct settings *settings = look->rule->settings;
    const struct rule_subject *s = look->subject;
    if (*look->state != NULL || !look->is_covered || s->track->fixes == 0)
        return INT64_MAX;
    return s->track->heard_ms + settings->after_ms + s->silence_ms;
}

static int on_silence_due(struct rule_look *look)
{
    struct silence_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->last_seen_ms = look->subject->track->heard_ms;
    state->due_ms = next_silence_deadline(look);
    state->heard =
        look->heard(look->context, &look->subject->track->last, state->last_seen_ms);
    *look->state = state;
    return 0;
}

/* Where others were not heard all around, every possible call is unknown. */
static void doubt_answers(struct reach_told *told)
{
    for (size_t i = 0; i < told->count; i++)
        if (told->items[i].verdict == REACH_POSSIBLE)
            told->items[i].verdict = REACH_UNKNOWN;
}

static int tell_silent_call(struct rule_look *look, const struct silence_state *state,
                            const struct track_fix *before)
{
    const struct settings *settings = look->rule->settings;
    struct reach_ask ask = reach_tell_ask(look, before, settings->stay_ms);
    struct silent_call_told told = {.state = state,
                                    .ask = &ask,
                                    .interval_ms =
                                        track_interval_ms(look->subject->track, 1)};
    struct reach_answer none;
    told.reach.count =
        reach_judge_all(&look->world->reach, settings->ports.set, &ask, told.reach.items);
    reach_tell_drop(&told.reach, &none);
    if (told.reach.count == 0)
        return 0;
    if (state->heard.coverage != COVERAGE_GOOD)
        doubt_answers(&told.reach);
    const struct reach_answer *first = &told.reach.items[0];
    struct finding f = {
        .event = first->verdict == REACH_POSSIBLE ? EVENT_POSSIBLE : EVENT_UNKNOWN,
        .time_ms = ask.to_ms,
        .evidence_ms = ask.from_ms - 6 * HOUR_MS,
        .pos = ask.to,
        .object = hash_text(ports_get(look->world->ports, first->port)->locode, 0),
        .detail = &told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)ask.from_ms);
    return rule_raise(look, &f);
}

static int on_silence_end(struct rule_look *look, const struct track_fix *before)
{
    const struct settings *settings = look->rule->settings;
    const struct silence_state *state = *look->state;
    int64_t now_ms = look->subject->track->last.time_ms;
    if (state == NULL || now_ms < state->due_ms || !look->is_covered ||
        now_ms - before->time_ms > settings->most_ms)
        return 0;
    return tell_silent_call(look, state, before);
}

/* A fix ends the silence, whatever was told of it. */
static int drop_silence(struct rule_look *look, const struct track_fix *before)
{
    (void)before;
    free(*look->state);
    *look->state = NULL;
    return 0;
}

static int64_t least_silence_ms(const struct rule *rule)
{
    return ((const struct settings *)rule->settings)->after_ms;
}

static const struct port_set *name_ports(const struct rule *rule, uint32_t index)
{
    return index == 0 ? ((const struct settings *)rule->settings)->ports.set : NULL;
}

static void save_silence(const struct rule_look *look, struct wire_writer *out)
{
    const struct silence_state *state = *look->state;
    wire_put_i64(out, state->last_seen_ms);
    wire_put_i64(out, state->due_ms);
    wire_put_u64(out, state->heard.others);
    wire_put_u64(out, state->heard.coverage);
}

static int load_silence(struct rule_look *look, struct wire_reader *in)
{
    struct silence_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    *look->state = state;
    state->last_seen_ms = wire_get_time(in);
    state->due_ms = wire_get_time(in);
    state->heard.others = (uint32_t)wire_get_limited(in, UINT32_MAX);
    state->heard.coverage = (enum coverage)wire_get_limited(in, COVERAGE_GOOD);
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .asks = rule_asks_keeping,
    .counts_silence = true,
    .deadline_least_ms = least_silence_ms,
    .silence_least_ms = least_silence_ms,
    .on_silence = on_silence_end,
    .on_fix = drop_silence,
    .deadline = next_silence_deadline,
    .on_time = on_silence_due,
    .save = save_silence,
    .load = load_silence,
    .forget = free,
    .wants_reach = name_ports,
};

const struct rule_kind kind_silent_call = {
    .name = "silent_call",
    .doc = "a vessel could have called at a port while it was silent",
    .leaves_out = "silence of feeds and of the daemon; ports in which the vessel was at "
                  "either end of the silence, of which port calls tell",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .find_fault = find_settings_fault,
    .hooks = &hooks,
};
