/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a track's zones between fixes: where the ship is, and that it was lost
 * there. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "zone_watch_int.h"

struct detect_limits zone_state_limits_default(void)
{
    struct detect_limits limits = {
        .gate_clear_m = 500,
        .zone_enter_depth_m = 200,
        .zone_exit_depth_m = 500,
        .zone_rest_m = 30,
        .zone_rest_kn = 0.5,
        .zone_rest_ms = 60 * MINUTE_MS,
        .zone_lost_ms = 60 * MINUTE_MS,
        .zone_possible_ms = 2 * HOUR_MS,
        .zone_dwell_fresh_ms = 2 * HOUR_MS,
        .approach_min_kn = 1,
        .gap_nearby_m = 30 * NM_M,
        .slow_tick_ms = 10 * MINUTE_MS,
        .slow_bridge_ms = 2 * HOUR_MS,
        .slow_kn = 2,
        .slow_fast = 3,
        .slow_port_m = 10000,
        .meet_within_m = 500,
        .meet_seen = 6,
        .meet_unheard_ms = 12 * HOUR_MS,
        .meet_crowd_m = 2000,
        .far_ships = 3,
        .far_within_m = 50 * NM_M,
        .far_span_ms = 6 * HOUR_MS,
    };
    return limits;
}

const char *zone_state_certainty_name(enum zone_certainty c)
{
    static const char *const names[] = {"observed", "inferred", "possible"};
    return names[c <= ZONE_POSSIBLE ? c : ZONE_POSSIBLE];
}

void zone_state_init(struct zone_watch *w)
{
    memset(w, 0, sizeof *w);
}

void zone_state_finish(struct zone_watch *w)
{
    free(w->items);
    free(w->gates);
    memset(w, 0, sizeof *w);
}

void zone_state_clamp(struct zone_watch *w, int64_t now_ms)
{
    if (!w->has_last || w->last.time_ms <= now_ms)
        return;
    w->last.time_ms = now_ms;
    for (uint32_t i = 0; i < w->count; i++) {
        struct zone_presence *p = &w->items[i];
        time_clamp(&p->since_ms, now_ms);
        time_clamp(&p->last_inside_ms, now_ms);
        time_clamp(&p->pending.time_ms, now_ms);
        time_clamp(&p->pending.since_ms, now_ms);
        time_clamp(&p->pending.last_seen_ms, now_ms);
        time_clamp(&p->base.time_ms, now_ms);
    }
    for (uint32_t i = 0; i < w->gate_count; i++) {
        time_clamp(&w->gates[i].last_ms, now_ms);
        time_clamp(&w->gates[i].deferred.time_ms, now_ms);
    }
}

struct zone_presence *zone_state_find(const struct zone_watch *w, uint32_t zone)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (w->items[i].zone == zone)
            return &w->items[i];
    return NULL;
}

/* --- what silence decides --- */

/* The time when a ship that lay still when last heard has crossed; one fix is not enough.
 */
static int64_t rest_due(const struct zone_watch *w, const struct zone_presence *p,
                        const struct detect_limits *limits, int64_t silence_ms)
{
    if (!p->is_beside || w->last.time_ms <= p->pending.last_seen_ms)
        return INT64_MAX;
    return p->pending.last_seen_ms + limits->zone_rest_ms + silence_ms;
}

static int settle_resting(struct zone_watch *w, const struct detect_limits *limits,
                          int64_t now_ms, int64_t silence_ms,
                          const struct zone_event_sink *sink)
{
    struct zone_step s = {.w = w, .limits = limits, .fix = &w->last};
    for (uint32_t i = w->count; i-- > 0;) {
        struct zone_presence *p = &w->items[i];
        if (rest_due(w, p, limits, silence_ms) > now_ms)
            continue;
        struct zone_event pending = p->pending;
        if (p->phase == ZONE_PHASE_ENTERING)
            zone_step_enter(&s, p, &pending);
        else
            zone_step_leave(&s, p, &pending);
    }
    zone_step_sort(&s);
    int rc = s.rc;
    for (size_t i = 0; i < s.count && rc == 0; i++)
        rc = sink->take(sink->context, &s.events[i]);
    free(s.events);
    return rc;
}

int64_t zone_state_deadline(const struct zone_watch *w,
                            const struct detect_limits *limits, int64_t silence_ms)
{
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        int64_t rest_ms = rest_due(w, p, limits, silence_ms);
        due = rest_ms < due ? rest_ms : due;
        if (p->phase == ZONE_PHASE_ENTERING || p->is_lost)
            continue;
        int64_t at = w->last.time_ms + limits->zone_lost_ms + silence_ms;
        due = at < due ? at : due;
    }
    return due;
}

int zone_state_time(struct zone_watch *w, const struct detect_limits *limits,
                    int64_t now_ms, int64_t silence_ms,
                    const struct zone_event_sink *sink)
{
    int rc = settle_resting(w, limits, now_ms, silence_ms, sink);
    int64_t due = w->last.time_ms + limits->zone_lost_ms + silence_ms;
    for (uint32_t i = 0; i < w->count && rc == 0; i++) {
        struct zone_presence *p = &w->items[i];
        if (p->phase == ZONE_PHASE_ENTERING || p->is_lost || due > now_ms)
            continue;
        p->is_lost = true;
        struct zone_event e = {.what = ZONE_LOST,
                               .zone = p->zone,
                               .is_present = p->is_present,
                               .time_ms = due,
                               .since_ms = p->since_ms,
                               .last_seen_ms = p->last_inside_ms,
                               .pos = w->last.pos};
        rc = sink->take(sink->context, &e);
    }
    return rc;
}

const struct zone_presence *zone_state_inside(const struct zone_watch *w, uint32_t zone)
{
    const struct zone_presence *p = zone_state_find(w, zone);
    return p != NULL && p->phase != ZONE_PHASE_ENTERING ? p : NULL;
}

bool zone_state_is_pending(const struct zone_watch *w, uint32_t zone)
{
    const struct zone_presence *p = zone_state_find(w, zone);
    return p != NULL && p->phase != ZONE_PHASE_INSIDE;
}
