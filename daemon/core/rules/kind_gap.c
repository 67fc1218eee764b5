/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind gap: a vessel falls silent, and is heard again. Time during which the
 * vessel's feed was silent does not count. */
#include <stdio.h>
#include <stdlib.h>

#include "kind_gap_int.h"
#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_run.h"
#include "reach_tell_int.h"

enum { EVENT_STARTED, EVENT_ENDED };

struct settings {
    int64_t after_ms, moored_ms; /* 6 h, 24 h */
    struct rule_ports could_reach;
    int64_t stay_ms; /* 3 h */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "after",  .type = KEY_DURATION, KEY_AT(settings, after_ms),  .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .initial = "6h", .doc = "silence of a vessel under way"},
    {.name = "moored", .type = KEY_DURATION, KEY_AT(settings, moored_ms), .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .initial = "24h", .doc = "silence of a moored or anchored vessel"},
    {.name = "could_reach", .type = KEY_PORTS, RULE_PORTS(settings, could_reach), .is_later = true, .otherwise = "none", .doc = "ports of which it is told whether the vessel could reach them meanwhile, 64 at most in all rules together"},
    {.name = "stay",   .type = KEY_DURATION, KEY_AT(settings, stay_ms), .is_later = true, .least = 0, .most = 30.0 * DAY_MS, .initial = "3h", .doc = "the time that a call there takes"},
    {0},
};
/* clang-format on */

/* --- what is told --- */

static void say_coverage(struct say_writer *w, enum coverage coverage)
{
    say_text(w, ": coverage is %s", coverage_names[coverage]);
    if (coverage == COVERAGE_EDGE)
        say_text(w,
                 ": fewer than %d vessels were heard where it was heading (its place %d "
                 "h later)",
                 COVERAGE_FEW, COVERAGE_AHEAD_H);
}

static void say_others(struct say_writer *w, const struct rule_look *look,
                       const struct gap_told *gap)
{
    say_text(w, " Meanwhile %u other vessel%s heard within ", gap->heard.others,
             gap->heard.others == 1 ? " was" : "s were");
    say_distance(w, look->world->limits->gap_nearby_m);
    say_text(w, " of where it was last heard");
    say_coverage(w, gap->heard.coverage);
    say_text(w, ".");
    if (gap->interval_ms == 0)
        return;
    say_text(w, " Before, it was usually heard every ");
    if (gap->interval_ms < 2 * MINUTE_MS)
        say_text(w, "%.0f s", (double)gap->interval_ms / (double)SECOND_MS);
    else
        say_span(w, gap->interval_ms);
    say_text(w, ".");
}

/* The first port that it can be at, and how many more there are. */
static void say_ahead(struct say_writer *w, const struct rule_look *look,
                      const struct reach_told *reach)
{
    if (reach == NULL || reach->count == 0)
        return;
    say_text(w, " At %.0f kn it can reach ", reach_tell_own_kn(look));
    say_port(w, ports_get(look->world->ports, reach->items[0].port));
    say_text(w, " at ");
    say_time(w, reach->items[0].earliest_ms);
    say_text(w, " at the earliest");
    if (reach->count > 1)
        say_text(w, ", and later %zu more port%s", reach->count - 1,
                 reach->count == 2 ? "" : "s");
    say_text(w, ".");
}

static void say_reach(struct say_writer *w, const struct rule_look *look,
                      const struct gap_told *gap)
{
    const struct ports *ports = look->world->ports;
    if (gap->nearest != NULL) {
        say_text(w, " It cannot have called at ");
        say_port(w, ports_get(ports, gap->nearest->port));
        say_text(w, ".");
    }
    if (gap->reach == NULL || gap->reach->count == 0)
        return;
    const struct reach_answer *a = &gap->reach->items[0];
    bool is_possible = a->verdict == REACH_POSSIBLE;
    say_text(w, is_possible ? " It could have called at "
                            : " It is not known whether it called at ");
    say_port(w, ports_get(ports, a->port));
    if (is_possible) {
        say_text(w, " ");
        reach_tell_say_between(w, a->earliest_ms, a->latest_ms);
    }
    if (gap->reach->count > 1)
        say_text(w, ", or at %zu port%s farther off", gap->reach->count - 1,
                 gap->reach->count == 2 ? "" : "s");
    say_text(w, ".");
}

static void say_started(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct gap_told *gap = f->detail;
    say_text(w, " has been silent since ");
    say_time(w, gap->last_seen_ms);
    say_text(w, ": %.1f h at ", gap->hours);
    say_time(w, f->time_ms);
    say_text(w, ".");
    say_ahead(w, look, gap->reach);
    say_others(w, look, gap);
}

static void say_ended(struct say_writer *w, const struct rule_look *look,
                      const struct finding *f)
{
    const struct gap_told *gap = f->detail;
    say_text(w, " is heard again ");
    say_time(w, f->time_ms);
    say_text(w, " after %.1f h of silence", gap->hours);
    if (gap->distance_m >= 0)
        say_text(w, ", %.0f nm from where it was last heard", gap->distance_m / NM_M);
    if (gap->implied_kn >= 0)
        say_text(w, " (%.1f kn on the straight way)", gap->implied_kn);
    say_text(w, ".");
    say_reach(w, look, gap);
    say_others(w, look, gap);
}

static const struct body_field gap_fields[] = {
    {.name = "last_seen", .type = BODY_TIME},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "others_heard", .type = BODY_INTEGER},
    {.name = "coverage", .type = BODY_TEXT, .words = coverage_names},
    {.name = "interval_min", .type = BODY_NUMBER, .is_optional = true},
    {.name = "distance_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "implied_kn", .type = BODY_NUMBER, .is_optional = true},
    {.name = "reach",
     .type = BODY_OBJECTS,
     .is_optional = true,
     .fields = body_reach_fields},
    {.name = "nearest_impossible",
     .type = BODY_OBJECT,
     .is_optional = true,
     .fields = body_reach_fields},
    {0},
};
static const struct body_field gap_field = {
    .name = "gap", .type = BODY_OBJECT, .fields = gap_fields};

static json_t *make_gap(const struct rule_look *look, const struct finding *f)
{
    const struct gap_told *gap = f->detail;
    json_t *o = json_object();
    body_put(o, "last_seen", body_time(gap->last_seen_ms));
    body_put(o, "hours", body_rounded(gap->hours, 0.01));
    body_put(o, "others_heard", json_integer((json_int_t)gap->heard.others));
    body_put_text(o, "coverage", coverage_names[gap->heard.coverage]);
    if (gap->interval_ms != 0)
        body_put(o, "interval_min",
                 body_rounded((double)gap->interval_ms / (double)MINUTE_MS, 0.1));
    if (gap->distance_m >= 0)
        body_put(o, "distance_nm", body_rounded(gap->distance_m / NM_M, 0.1));
    if (gap->implied_kn >= 0)
        body_put(o, "implied_kn", body_rounded(gap->implied_kn, 0.1));
    if (gap->reach != NULL)
        body_put(o, "reach",
                 f->event == EVENT_STARTED ? reach_tell_list_ahead(look, gap->reach)
                                           : reach_tell_list(look, gap->reach));
    if (gap->nearest != NULL)
        body_put(o, "nearest_impossible",
                 body_reach_port(look->world->ports, gap->nearest));
    return o;
}

static const struct rule_member members[] = {{&gap_field, make_gap, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_STARTED] = {"start", "gap.started", SEVERITY_WARNING, .say = say_started, .members = members},
    [EVENT_ENDED]   = {"end",   "gap.ended",   SEVERITY_WARNING, .say = say_ended,   .members = members},
};
/* clang-format on */

/* --- what is kept --- */

/* An open gap, whose start was told. */
struct gap_state {
    int64_t last_seen_ms;
    int64_t due_ms; /* end of `after`; earlier reports come late and do not end the gap */
};

/* Navigation status 1 (at anchor) or 5 (moored), ITU-R M.1371-5 table 47, or not moving
 * at the last fix. */
static bool is_moored(const struct track_fix *fix)
{
    bool says_so = (fix->has & FIX_NAV_STATUS) != 0 &&
                   (fix->nav_status == 1 || fix->nav_status == 5);
    bool is_fast = (fix->has & FIX_SOG) != 0 && fix->sog_dkn > 30;
    bool is_still = (fix->has & FIX_SOG) != 0 && fix->sog_dkn <= 5;
    return (says_so && !is_fast) || is_still;
}

static int64_t next_deadline(struct rule_look *look)
{
    const struct settings *settings = look->rule->settings;
    const struct rule_subject *s = look->subject;
    if (*look->state != NULL || !look->is_covered || s->track->fixes == 0)
        return INT64_MAX;
    int64_t after_ms =
        is_moored(&s->track->last) ? settings->moored_ms : settings->after_ms;
    return s->track->heard_ms + after_ms + s->silence_ms;
}

static int tell_gap(struct rule_look *look, struct finding f, struct gap_told *gap)
{
    f.evidence_ms = gap->last_seen_ms - 6 * HOUR_MS;
    f.detail = gap;
    gap->hours = (double)(f.time_ms - gap->last_seen_ms) / (double)HOUR_MS;
    if (gap->distance_m >= 0 && gap->hours > 0)
        gap->implied_kn = gap->distance_m / NM_M / gap->hours;
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)gap->last_seen_ms);
    return rule_raise(look, &f);
}

/* The ports that it can reach; NULL: the rule does not ask. */
static const struct reach_told *find_ahead(const struct rule_look *look,
                                           const struct track_fix *last,
                                           struct reach_told *told)
{
    const struct settings *settings = look->rule->settings;
    if (settings->could_reach.set == NULL || !look->is_covered)
        return NULL;
    struct reach_ask ask = {
        .from = last->pos, .from_ms = last->time_ms, .own_kn = reach_tell_own_kn(look)};
    told->count = reach_judge_ahead(&look->world->reach, settings->could_reach.set, &ask,
                                    told->items);
    told->count = told->count < REACH_TELL_MAX ? told->count : REACH_TELL_MAX;
    return told;
}

/* The ports that it could have reached meanwhile, and where there are none the nearest of
 * the others. */
static void find_behind(const struct rule_look *look, const struct track_fix *before,
                        struct gap_told *gap, struct reach_told *told,
                        struct reach_answer *nearest)
{
    const struct settings *settings = look->rule->settings;
    if (settings->could_reach.set == NULL || !look->is_covered)
        return;
    struct reach_ask ask = reach_tell_ask(look, before, settings->stay_ms);
    told->count = reach_judge_all(&look->world->reach, settings->could_reach.set, &ask,
                                  told->items);
    reach_tell_drop(told, nearest);
    gap->reach = told;
    gap->nearest = nearest->port != PORT_NONE ? nearest : NULL;
}

static int on_time(struct rule_look *look)
{
    const struct track_fix *last = &look->subject->track->last;
    struct finding f = {
        .event = EVENT_STARTED, .time_ms = next_deadline(look), .pos = last->pos};
    struct gap_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->last_seen_ms = look->subject->track->heard_ms;
    state->due_ms = f.time_ms;
    *look->state = state;
    struct reach_told told;
    struct gap_told gap = {
        .last_seen_ms = state->last_seen_ms,
        .heard = look->heard(look->context, last, state->last_seen_ms),
        .interval_ms = track_interval_ms(look->subject->track, 0),
        .distance_m = -1,
        .implied_kn = -1,
        .reach = find_ahead(look, last, &told),
    };
    return tell_gap(look, f, &gap);
}

/* A gap never lasts less than `after`. A late report from the time of the silence shows
 * that the gap was told too early. The gap then stays open until a report of `due_ms` or
 * later. */
static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    struct gap_state *state = *look->state;
    const struct track_fix *fix = &look->subject->track->last;
    if (state == NULL ||
        (fix->time_ms < state->due_ms && fix->time_ms >= state->last_seen_ms))
        return 0;
    if (fix->time_ms < state->last_seen_ms) { /* the clock was set back */
        free(state);
        *look->state = NULL;
        return 0;
    }
    const struct track_fix *from = before != NULL ? before : fix;
    struct finding f = {.event = EVENT_ENDED, .time_ms = fix->time_ms, .pos = fix->pos};
    struct gap_told gap = {
        .last_seen_ms = state->last_seen_ms,
        .heard = look->heard(look->context, from, state->last_seen_ms),
        .interval_ms = track_interval_ms(look->subject->track, before != NULL ? 1 : 0),
        .distance_m = geo_distance_exact_m(from->pos, fix->pos),
        .implied_kn = -1,
    };
    struct reach_told told;
    struct reach_answer nearest;
    find_behind(look, from, &gap, &told, &nearest);
    free(state);
    *look->state = NULL;
    return tell_gap(look, f, &gap);
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct gap_state *state = *look->state;
    wire_put_i64(out, state->last_seen_ms);
    wire_put_i64(out, state->due_ms);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    struct gap_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->last_seen_ms = wire_get_time(in);
    /* Older records do not have this value. */
    state->due_ms = in->at != in->end ? wire_get_time(in) : state->last_seen_ms;
    *look->state = state;
    return in->failed ? ERR_CORRUPT : 0;
}

static int64_t deadline_least_ms(const struct rule *rule)
{
    const struct settings *s = rule->settings;
    return s->after_ms < s->moored_ms ? s->after_ms : s->moored_ms;
}

static const struct port_set *name_reach(const struct rule *rule, uint32_t index)
{
    return index == 0 ? ((const struct settings *)rule->settings)->could_reach.set : NULL;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .counts_silence = true,
    .asks = rule_asks_keeping,
    .deadline_least_ms = deadline_least_ms,
    .on_fix = on_fix,
    .deadline = next_deadline,
    .on_time = on_time,
    .save = save_state,
    .load = load_state,
    .forget = free,
    .wants_reach = name_reach,
};

const struct rule_kind kind_gap = {
    .name = "gap",
    .doc = "a vessel falls silent, and is heard again",
    .leaves_out = "silence of feeds and of the daemon",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
