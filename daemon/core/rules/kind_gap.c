/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind gap: a vessel falls silent, and is heard again. Time in which the feed that
 * heard it was silent does not count. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_run.h"

enum { EVENT_STARTED, EVENT_ENDED };

static const struct rule_event events[] = {
    {"start", "gap.started", "started", SEVERITY_WARNING},
    {"end", "gap.ended", "ended", SEVERITY_WARNING},
};

static const struct rule_key keys[] = {
    /* clang-format off */
    {"after",  RULE_KEY_DURATION, false, offsetof(struct rule, after_ms),  0, MINUTE_MS, 3650 * DAY_MS, NULL, "silence of a vessel under way"},
    {"moored", RULE_KEY_DURATION, false, offsetof(struct rule, moored_ms), 0, MINUTE_MS, 3650 * DAY_MS, NULL, "silence of a moored or anchored vessel"},
    {NULL, RULE_KEY_INT, false, 0, 0, 0, 0, NULL, NULL},
    /* clang-format on */
};

/* A gap that was told and is open. */
struct gap_state {
    int64_t last_seen_ms;
};

static void set_defaults(struct rule *rule)
{
    rule->after_ms = 6 * HOUR_MS;
    rule->moored_ms = 24 * HOUR_MS;
}

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

static int64_t deadline(struct rule_look *look)
{
    const struct rule_subject *s = look->subject;
    if (*look->state != NULL || !look->is_covered || s->track->fixes == 0)
        return INT64_MAX;
    int64_t after_ms =
        is_moored(&s->track->last) ? look->rule->moored_ms : look->rule->after_ms;
    return s->track->heard_ms + after_ms + s->silence_ms;
}

static struct finding make(const struct rule_look *look, uint32_t event, int64_t time_ms,
                           int64_t last_seen_ms, struct geo_pos pos)
{
    struct finding f = {
        .event = event,
        .time_ms = time_ms,
        .evidence_ms = last_seen_ms - 6 * HOUR_MS,
        .pos = pos,
        .since_ms = TIME_NONE,
        .zone_eta_ms = TIME_NONE,
        .gap = {.is_set = true,
                .last_seen_ms = last_seen_ms,
                .distance_m = -1,
                .implied_kn = -1},
    };
    f.gap.hours = (double)(time_ms - last_seen_ms) / (double)HOUR_MS;
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)last_seen_ms);
    (void)look;
    return f;
}

static int on_time(struct rule_look *look)
{
    const struct track_fix *last = &look->subject->track->last;
    struct gap_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->last_seen_ms = look->subject->track->heard_ms;
    struct finding f =
        make(look, EVENT_STARTED, deadline(look), state->last_seen_ms, last->pos);
    *look->state = state;
    f.gap.others_heard = look->others(look->context, last->pos, state->last_seen_ms);
    return rule_raise(look, &f);
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    struct gap_state *state = *look->state;
    if (state == NULL)
        return 0;
    const struct track_fix *fix = &look->subject->track->last;
    struct finding f =
        make(look, EVENT_ENDED, fix->time_ms, state->last_seen_ms, fix->pos);
    free(state);
    *look->state = NULL;
    struct geo_pos from = before != NULL ? before->pos : fix->pos;
    f.gap.others_heard = look->others(look->context, from, f.gap.last_seen_ms);
    f.gap.distance_m = geo_distance_exact_m(from, fix->pos);
    if (f.gap.hours > 0)
        f.gap.implied_kn = f.gap.distance_m / NM_M / f.gap.hours;
    return rule_raise(look, &f);
}

static void save(const struct rule_look *look, struct wire_writer *out)
{
    const struct gap_state *state = *look->state;
    wire_put_i64(out, state->last_seen_ms);
}

static int load(struct rule_look *look, struct wire_reader *in)
{
    struct gap_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->last_seen_ms = wire_get_i64(in);
    *look->state = state;
    return in->failed ? ERR_CORRUPT : 0;
}

static int64_t deadline_least_ms(const struct rule *rule)
{
    return rule->after_ms < rule->moored_ms ? rule->after_ms : rule->moored_ms;
}

static const struct rule_hooks hooks = {
    .asks = rule_asks_keeping,
    .deadline_least_ms = deadline_least_ms,
    .on_fix = on_fix,
    .deadline = deadline,
    .on_time = on_time,
    .save = save,
    .load = load,
    .forget = free,
};

const struct rule_kind kind_gap = {
    .name = "gap",
    .doc = "a vessel falls silent, and is heard again",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
