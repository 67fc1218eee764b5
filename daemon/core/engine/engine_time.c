/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: each ship has one heap node, which is due when the first timer of its tracks'
 * zones and rules is due. When a ship's deadline moves later, the node stays; when it
 * comes up too early, it is moved. */
#include "engine_int.h"

#include <stddef.h>

#include "lookout/base/time.h"

/* So often it is looked at whether a late feed has got as far as a timer. */
#define LATE_LOOK_MS (5 * MINUTE_MS)

/* The timer of a ship that is due first. */
struct due {
    int64_t time_ms;
    struct ship_track *item;
    size_t rule; /* rule_count: the zones' own timer; one more: the meetings' */
};

static void take_if_earlier(struct due *due, int64_t time_ms, struct ship_track *item,
                            size_t rule)
{
    if (time_ms >= due->time_ms)
        return;
    due->time_ms = time_ms;
    due->item = item;
    due->rule = rule;
}

static int64_t later_of(int64_t due_ms, int64_t hold_ms)
{
    return due_ms > hold_ms ? due_ms : hold_ms;
}

static struct due first_due(struct engine *e, struct ship *s)
{
    struct due due = {.time_ms = INT64_MAX};
    int64_t hold_ms = ship_far_hold_ms(s);
    for (uint8_t i = 0; i < s->track_count; i++) {
        struct ship_track *item = s->items[i];
        struct look_frame frame;
        look_begin(&frame, e, s, item, item->track->last.time_ms);
        take_if_earlier(&due,
                        later_of(zone_state_deadline(&item->zones, &e->conf.limits,
                                                     frame.subject.silence_ms),
                                 hold_ms),
                        item, e->conf.rule_count);
        if (item->slow != NULL)
            take_if_earlier(&due, meet_deadline(item->slow, &e->conf.limits), item,
                            e->conf.rule_count + 1);
        for (size_t word = 0; word < e->rule_words; word++) {
            for (uint64_t timed = look_timed(&frame, word); timed != 0;
                 timed &= timed - 1) {
                size_t rule = word * 64 + (size_t)__builtin_ctzll(timed);
                const struct rule_hooks *hooks = e->conf.rules[rule].kind->hooks;
                int64_t due_ms = hooks->deadline(look_at(&frame, rule));
                if (hooks->counts_silence)
                    due_ms = later_of(due_ms, hold_ms);
                take_if_earlier(&due, due_ms, item, rule);
            }
        }
    }
    return due;
}

bool engine_time_is_settled(const struct engine *e, const struct ship *s,
                            const struct ship_track *item)
{
    if (s->settled != e->outage_epoch || item->zones.count != 0)
        return false;
    /* The ship is not in the heap: it had no deadline and has none now. */
    return s->timer.place == 0 ||
           s->timer.due_ms - e->deadline_least_ms <= item->track->last.time_ms;
}

int engine_time_schedule(struct engine *e, struct ship *s)
{
    struct due due = first_due(e, s);
    s->settled = e->outage_epoch;
    if (due.time_ms == INT64_MAX)
        return 0;
    /* Not later than any deadline after the next fix, so that the next fix need not look.
     */
    int64_t at_ms = due.item->track->last.time_ms + e->deadline_least_ms;
    int64_t due_ms = due.time_ms + s->lag_ms;
    at_ms = due_ms < at_ms ? due_ms : at_ms;
    if (s->timer.place != 0 && s->timer.due_ms <= at_ms)
        return 0;
    return heap_set(&e->timers, &s->timer, at_ms, s->mmsi);
}

/* behind_ms: the ship's clock behind the engine's time. */
static int fire_timer(struct engine *e, struct ship *s, const struct due *due,
                      int64_t behind_ms)
{
    struct look_frame frame;
    look_begin(&frame, e, s, due->item, due->item->track->last.time_ms);
    frame.behind_ms = behind_ms;
    ship_mark(e, s);
    s->settled = 0;
    if (due->rule == e->conf.rule_count)
        return zone_state_time(&due->item->zones, &e->conf.limits, due->time_ms,
                               frame.subject.silence_ms,
                               &(struct zone_event_sink){look_zone, &frame});
    if (due->rule > e->conf.rule_count)
        return ship_slow_time(&frame, due->time_ms);
    const struct rule_hooks *hooks = e->conf.rules[due->rule].kind->hooks;
    return look_done(&frame, due->rule, hooks->on_time(look_at(&frame, due->rule)));
}

/* A timer that does not go away by being fired would be a defect of its kind. */
enum { PATIENCE = 1000 };

/* Everything of one ship that is due at its node's time. After so many it is asked again
 * a minute later rather than for ever. */
static int run_ship(struct engine *e, struct ship *s)
{
    int64_t now_ms = s->timer.due_ms;
    if (now_ms > e->now_ms)
        e->now_ms = now_ms;
    heap_remove(&e->timers, &s->timer);
    for (int i = 0; i < PATIENCE; i++) {
        struct due due = first_due(e, s);
        if (due.time_ms == INT64_MAX)
            return 0;
        int64_t due_ms = due.time_ms + s->lag_ms;
        if (due_ms > now_ms)
            return heap_set(&e->timers, &s->timer, due_ms, s->mmsi);
        /* A late feed's clock moves with what it brings. */
        if (due.time_ms + engine_clock_behind(e, s) > now_ms)
            return heap_set(&e->timers, &s->timer, now_ms + LATE_LOOK_MS, s->mmsi);
        int rc = fire_timer(e, s, &due, engine_clock_behind(e, s));
        if (rc != 0)
            return rc;
    }
    return heap_set(&e->timers, &s->timer, now_ms + MINUTE_MS, s->mmsi);
}

int engine_time_before(struct engine *e, struct ship *s, int64_t time_ms)
{
    for (int i = 0; i < PATIENCE; i++) {
        struct due due = first_due(e, s);
        if (due.time_ms == INT64_MAX || due.time_ms + s->lag_ms > time_ms ||
            !engine_clock_is_known(e, s, due.item->track->last.time_ms, due.time_ms))
            return 0;
        int rc = fire_timer(e, s, &due, s->lag_ms);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int engine_time_advance(struct engine *e, int64_t now_ms)
{
    bool is_news = e->news_count != 0 && e->now_ms != TIME_NONE;
    int news_rc = is_news ? ship_watch_tell_news(e) : 0;
    if (news_rc != 0)
        return news_rc;
    for (;;) {
        struct heap_node *node = heap_first(&e->timers);
        if (node == NULL || node->due_ms > now_ms)
            break;
        struct ship *s = (struct ship *)((char *)node - offsetof(struct ship, timer));
        int rc = run_ship(e, s);
        if (rc != 0)
            return rc;
    }
    if (e->now_ms == TIME_NONE || now_ms > e->now_ms)
        e->now_ms = now_ms;
    return 0;
}
