/* SPDX-License-Identifier: Apache-2.0 */
/* Handles one fix for the zones: which events are told in which order, where a boundary
 * was crossed, and whether the ship moves at all. */
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "zone_watch_int.h"

void zone_step_tell(struct zone_step *s, const struct zone_event *event)
{
    if (array_grow(&s->events, &s->room, s->count + 1, sizeof *s->events) != 0) {
        s->rc = ERR_NOMEM;
        return;
    }
    s->events[s->count++] = *event;
}

/* to the second: the times of fixes are not more exact */
static int64_t crossing_time(int64_t from_ms, int64_t to_ms, double fraction)
{
    double offset_s = (double)(to_ms - from_ms) * fraction / 1000.0;
    int64_t at_ms = (from_ms / SECOND_MS + (int64_t)(offset_s + 0.5)) * SECOND_MS;
    if (at_ms < from_ms)
        return from_ms;
    return at_ms > to_ms ? to_ms : at_ms;
}

struct zone_event zone_step_crossing(const struct zone_step *s,
                                     const struct track_fix *from, uint32_t zone,
                                     double fraction)
{
    const struct track_fix *to = s->fix;
    struct zone_event e = {.zone = zone, .certainty = ZONE_OBSERVED};
    e.time_ms = crossing_time(from->time_ms, to->time_ms, fraction);
    e.pos = geo_interpolate(from->pos, to->pos, fraction);
    e.last_seen_ms = to->time_ms;
    return e;
}

bool zone_step_is_deep(const struct zone_step *s, uint32_t zone, double depth_m)
{
    return zone_distance_is_beyond(s->zones, zone, s->fix->pos, depth_m) ||
           zone_distance_boundary_m(s->zones, zone, s->fix->pos) >= depth_m;
}

/* A ship at rest has not moved when its position is at most this far off soon after. A
 * greater step is a jump, which the track handles. */
#define STEADY_M 400.0
#define STEADY_MS (30 * MINUTE_MS)

static bool is_resting(const struct zone_step *s, const struct track_fix *fix)
{
    return (fix->has & FIX_SOG) != 0 && fix->sog_dkn <= s->limits->zone_rest_kn * 10;
}

bool zone_step_is_still(const struct zone_step *s, const struct track_fix *from)
{
    if (s->limits->zone_rest_m <= 0 || from == NULL || !is_resting(s, s->fix) ||
        !is_resting(s, from))
        return false;
    double limit_m = s->fix->time_ms - from->time_ms <= STEADY_MS
                         ? STEADY_M
                         : 2 * s->limits->zone_rest_m;
    return geo_distance_m(from->pos, s->fix->pos) <= limit_m;
}

bool zone_step_has_lain(const struct zone_step *s, const struct zone_event *since)
{
    return s->fix->time_ms - since->last_seen_ms >= s->limits->zone_rest_ms;
}

/* Events at the same time: a ship leaves before it enters, so that it is never in both
 * zones at a common edge. Events of one zone keep their order. */
static bool is_later(const struct zone_event *a, const struct zone_event *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms > b->time_ms;
    if (a->zone == b->zone)
        return false;
    bool leaves_a = a->what == ZONE_EXITED, leaves_b = b->what == ZONE_EXITED;
    return leaves_a != leaves_b ? leaves_b : a->zone > b->zone;
}

void zone_step_sort(struct zone_step *s)
{
    struct zone_event *events = s->events;
    for (size_t i = 1; i < s->count; i++) {
        struct zone_event e = events[i];
        size_t at = i;
        while (at > 0 && is_later(&events[at - 1], &e)) {
            events[at] = events[at - 1];
            at--;
        }
        events[at] = e;
    }
}

void zone_step_drop(struct zone_watch *w, struct zone_presence *p)
{
    size_t at = (size_t)(p - w->items);
    memmove(p, p + 1, (w->count - at - 1) * sizeof *p);
    w->count--;
}

void zone_step_enter(struct zone_step *s, struct zone_presence *p,
                     const struct zone_event *e)
{
    p->phase = ZONE_PHASE_INSIDE;
    p->is_present = e->is_present;
    p->is_lost = p->is_beside = false;
    p->since_ms = e->time_ms;
    p->last_inside_ms = s->fix->time_ms;
    struct zone_event entered = *e;
    entered.what = ZONE_ENTERED;
    entered.since_ms = e->time_ms;
    entered.last_seen_ms = p->last_inside_ms;
    zone_step_tell(s, &entered);
}

void zone_step_leave(struct zone_step *s, struct zone_presence *p,
                     const struct zone_event *e)
{
    struct zone_event exited = *e;
    exited.what = ZONE_EXITED;
    exited.since_ms = p->since_ms;
    exited.last_seen_ms = p->last_inside_ms;
    zone_step_drop(s->w, p);
    zone_step_tell(s, &exited);
}
