/* SPDX-License-Identifier: Apache-2.0 */
/* The zones that a track is in, and the gates that it crosses. Enter and exit alternate
 * strictly for each zone.
 *
 * Enter: two consecutive fixes inside, or one at least 200 m deep. Exit: two outside, or
 * one at least 500 m off. A lone unconfirmed fix is ignored: the path is then looked at
 * from the fix before it. A path that passes a zone without a fix inside, or leaves and
 * comes back without a fix outside, gives both events, as inferred. */
#include "lookout/detect/zone_watch.h"
#include "lookout/base/array.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/near.h"
#include "zone_watch_int.h"

/* longer paths are ignored: the ship may have been anywhere */
static const double path_limit_m = 600 * NM_M;

static struct zone_presence *add_presence(struct zone_step *s, uint32_t zone)
{
    struct zone_watch *w = s->w;
    if (w->count == w->room) {
        uint32_t more = w->room != 0 ? w->room : 2;
        if (array_extend(&w->items, w->room, more, sizeof *w->items) != 0) {
            s->rc = ERR_NOMEM;
            return NULL;
        }
        w->room += more;
    }
    uint32_t at = w->count;
    while (at > 0 && w->items[at - 1].zone > zone)
        at--;
    memmove(&w->items[at + 1], &w->items[at], (w->count - at) * sizeof w->items[0]);
    w->count++;
    memset(&w->items[at], 0, sizeof w->items[at]);
    w->items[at].zone = zone;
    return &w->items[at];
}

static enum zone_certainty unseen_certainty(const struct zone_step *s,
                                            const struct track_fix *from)
{
    return s->fix->time_ms - from->time_ms > s->limits->zone_possible_ms ? ZONE_POSSIBLE
                                                                         : ZONE_INFERRED;
}

/* The position of a ship that lies still beside the boundary jitters over it. The ship
 * stays on its side until two fixes in a row lie farther on the other side, or until it
 * has lain there long. */
static bool has_changed_side(const struct zone_step *s, struct zone_presence *p)
{
    bool was_far = p->is_far;
    p->is_far = zone_step_is_deep(s, p->zone, s->limits->zone_rest_m);
    return (was_far && p->is_far) || zone_step_has_lain(s, &p->pending);
}

/* The first fix of the track lies inside a zone. */
static void first_inside(struct zone_step *s, uint32_t zone)
{
    struct zone_presence *p = add_presence(s, zone);
    if (p == NULL)
        return;
    struct zone_event e = {.what = ZONE_ENTERED,
                           .zone = zone,
                           .is_present = true,
                           .time_ms = s->fix->time_ms,
                           .last_seen_ms = s->fix->time_ms,
                           .pos = s->fix->pos};
    if (zone_step_is_deep(s, zone, s->limits->zone_enter_depth_m)) {
        zone_step_enter(s, p, &e);
        return;
    }
    p->phase = ZONE_PHASE_ENTERING;
    p->pending = e;
}

/* Outside at `from` (or seen there last); the path's cuts show where it comes in. */
static void outside_step(struct zone_step *s, const struct track_fix *from,
                         const struct zone_cuts *cuts, bool is_inside)
{
    if (!is_inside) {
        if (cuts->count < 2 || zone_step_is_still(s, from))
            return;
        struct zone_event in = zone_step_crossing(s, from, cuts->zone, cuts->fraction[0]);
        struct zone_event out =
            zone_step_crossing(s, from, cuts->zone, cuts->fraction[cuts->count - 1]);
        in.certainty = out.certainty = unseen_certainty(s, from);
        in.what = ZONE_ENTERED;
        in.since_ms = out.since_ms = in.time_ms;
        in.last_seen_ms = out.last_seen_ms = in.time_ms;
        out.what = ZONE_EXITED;
        zone_step_tell(s, &in);
        zone_step_tell(s, &out);
        return;
    }
    struct zone_presence *p = add_presence(s, cuts->zone);
    if (p == NULL)
        return;
    /* A path that begins beside the boundary has no cut: then the ship came in there. */
    double fraction = cuts->inside_at_start ? 0 : 1;
    if (cuts->count != 0)
        fraction = cuts->fraction[0];
    struct zone_event e = zone_step_crossing(s, from, cuts->zone, fraction);
    if (zone_step_is_deep(s, cuts->zone, s->limits->zone_enter_depth_m)) {
        zone_step_enter(s, p, &e);
        return;
    }
    p->phase = ZONE_PHASE_ENTERING;
    p->pending = e;
    p->base = *from;
    p->has_base = true;
    p->is_beside = zone_step_is_still(s, from);
    p->is_far = zone_step_is_deep(s, cuts->zone, s->limits->zone_rest_m);
}

/* Inside before, and not seen inside now. */
static void leave_presence(struct zone_step *s, struct zone_presence *p,
                           const struct track_fix *from, const struct zone_cuts *cuts)
{
    bool is_deep = zone_step_is_deep(s, p->zone, s->limits->zone_exit_depth_m);
    bool is_still = zone_step_is_still(s, from) && !is_deep;
    if (p->is_beside && (!is_still || has_changed_side(s, p))) {
        struct zone_event pending = p->pending;
        zone_step_leave(s, p, &pending);
        outside_step(s, from, cuts, false);
        return;
    }
    if (!p->is_beside) {
        double fraction = cuts->count != 0 ? cuts->fraction[cuts->count - 1] : 0.0;
        p->pending = zone_step_crossing(s, from, p->zone, fraction);
        p->is_far = zone_step_is_deep(s, p->zone, s->limits->zone_rest_m);
    }
    if (is_deep) {
        struct zone_event pending = p->pending;
        zone_step_leave(s, p, &pending);
        return;
    }
    p->is_beside = is_still;
    p->phase = is_still ? ZONE_PHASE_INSIDE : ZONE_PHASE_LEAVING;
    if (is_still) {
        p->is_lost = false;
        p->last_inside_ms = s->fix->time_ms;
    } else {
        p->base = *from;
        p->has_base = true;
    }
}

/* Inside at `from`; the ship may have left, or left and come back. */
static void inside_step(struct zone_step *s, struct zone_presence *p,
                        const struct track_fix *from, const struct zone_cuts *cuts,
                        bool is_inside)
{
    if (!is_inside) {
        leave_presence(s, p, from, cuts);
        return;
    }
    p->phase = ZONE_PHASE_INSIDE;
    p->is_lost = p->is_beside = false;
    uint32_t first = cuts->inside_at_start ? 0 : 1; /* the cuts that lead out */
    if (cuts->count >= first + 2 && !zone_step_is_still(s, from)) {
        uint32_t zone = p->zone;
        struct zone_event out = zone_step_crossing(s, from, zone, cuts->fraction[first]);
        struct zone_event in =
            zone_step_crossing(s, from, zone, cuts->fraction[cuts->count - 1]);
        out.certainty = in.certainty = unseen_certainty(s, from);
        zone_step_leave(s, p, &out);
        p = add_presence(s, zone);
        if (p == NULL)
            return;
        zone_step_enter(s, p, &in);
    }
    p->last_inside_ms = s->fix->time_ms;
}

struct one_zone {
    uint32_t zone;
    struct zone_cuts cuts;
};

static void visit_one(void *context, const struct zone_cuts *cuts)
{
    struct one_zone *one = context;
    if (cuts->zone == one->zone)
        one->cuts = *cuts;
}

static bool is_path(const struct track_fix *from, const struct track_fix *to)
{
    return near_most_m(from->pos, to->pos) <= path_limit_m ||
           geo_distance_m(from->pos, to->pos) <= path_limit_m;
}

/* The cuts of one zone on the path from -> fix. */
static struct zone_cuts cuts_of(struct zone_step *s, const struct track_fix *from,
                                uint32_t zone)
{
    struct one_zone one = {.zone = zone, .cuts = {.zone = zone}};
    if (is_path(from, s->fix)) {
        int rc = zone_along(s->zones, from->pos, s->fix->pos, visit_one, &one);
        if (rc != 0)
            s->rc = rc;
    }
    return one.cuts;
}

/* The second fix confirms the first: tell that event, and the events of the path between
 * the two. */
static void confirm_fix(struct zone_step *s, struct zone_presence *p)
{
    struct zone_event pending = p->pending;
    struct zone_cuts cuts = cuts_of(s, s->from, p->zone);
    if (p->phase == ZONE_PHASE_ENTERING) {
        zone_step_enter(s, p, &pending);
        if (cuts.count >= 2)
            inside_step(s, p, s->from, &cuts, true);
        return;
    }
    zone_step_leave(s, p, &pending);
    outside_step(s, s->from, &cuts, false);
}

/* The ship lay still when it was seen inside. Two fixes of a ship under way are an entry;
 * two fixes of a ship that was lying there already may not be. The way that it goes from
 * there decides, and that may lead through the zone. */
static void resolve_beside(struct zone_step *s, struct zone_presence *p, bool is_inside)
{
    if (is_inside) {
        if (has_changed_side(s, p) || !zone_step_is_still(s, s->from) ||
            zone_step_is_deep(s, p->zone, s->limits->zone_enter_depth_m))
            confirm_fix(s, p);
        return;
    }
    struct zone_cuts cuts = cuts_of(s, s->from, p->zone);
    double way_m = geo_distance_m(s->from->pos, s->fix->pos);
    if (cuts.count == 0 ||
        cuts.fraction[cuts.count - 1] * way_m <= 2 * s->limits->zone_rest_m) {
        zone_step_drop(s->w, p);
        return;
    }
    struct zone_event pending = p->pending;
    zone_step_enter(s, p, &pending);
    p->last_inside_ms = s->from->time_ms;
    inside_step(s, p, s->from, &cuts, false);
}

/* This is the second fix that the zone awaited. */
static void resolve_awaited(struct zone_step *s, struct zone_presence *p, bool is_inside)
{
    struct track_fix base = p->base;
    bool has_base = p->has_base;
    bool is_lone = is_inside != (p->phase == ZONE_PHASE_ENTERING) &&
                   p->pending.last_seen_ms == s->from->time_ms;
    if (p->is_beside && !is_lone) {
        resolve_beside(s, p, is_inside);
        return;
    }
    p->has_base = false;
    if (is_inside == (p->phase == ZONE_PHASE_ENTERING)) {
        confirm_fix(s, p);
        return;
    }
    /* Ignore the lone fix: look at the path from the fix before it. */
    uint32_t zone = p->zone;
    bool was_inside = p->phase == ZONE_PHASE_LEAVING;
    if (!was_inside)
        zone_step_drop(s->w, p);
    if (!has_base)
        return;
    struct zone_cuts cuts = cuts_of(s, &base, zone);
    if (was_inside)
        inside_step(s, p, &base, &cuts, true);
    else
        outside_step(s, &base, &cuts, false);
}

/* --- one fix --- */

static void visit_cuts(void *context, const struct zone_cuts *cuts)
{
    struct zone_step *s = context;
    if (zone_set_info(s->zones, cuts->zone)->shape == ZONE_GATE) {
        zone_gate_step(s, cuts);
        return;
    }
    struct zone_presence *p = zone_state_find(s->w, cuts->zone);
    if (p == NULL)
        outside_step(s, s->from, cuts, cuts->inside_at_end);
    else if (p->phase == ZONE_PHASE_INSIDE)
        inside_step(s, p, s->from, cuts, cuts->inside_at_end);
}

/* Outside after a leap: the time of leaving is unknown, unless the ship was just outside
 * before. */
static void leap_out(struct zone_step *s, struct zone_presence *p)
{
    struct zone_event e = p->pending;
    if (p->phase == ZONE_PHASE_ENTERING) {
        zone_step_drop(s->w, p);
        return;
    }
    if (p->phase == ZONE_PHASE_INSIDE && !p->is_beside) {
        e = zone_step_crossing(s, s->from, p->zone, 0.0);
        e.certainty = ZONE_POSSIBLE;
    }
    zone_step_leave(s, p, &e);
}

/* Too far from the last fix for a path: only the present place counts. */
static void leap_to_fix(struct zone_step *s)
{
    struct zone_list at;
    struct zone_cuts none = {0};
    for (uint32_t i = s->w->count; i-- > 0;) {
        struct zone_presence *p = &s->w->items[i];
        none.zone = p->zone;
        if (!zone_set_contains(s->zones, p->zone, s->fix->pos)) {
            leap_out(s, p);
        } else if (p->phase == ZONE_PHASE_ENTERING) {
            struct zone_event pending = p->pending;
            zone_step_enter(s, p, &pending);
        } else {
            inside_step(s, p, s->from, &none, true);
        }
    }
    zone_list_init(&at);
    int rc = zone_list_at(&at, s->zones, s->fix->pos);
    if (rc != 0)
        s->rc = rc;
    for (size_t i = 0; i < at.count; i++) {
        if (zone_state_find(s->w, at.items[i]) != NULL)
            continue;
        none.zone = at.items[i];
        outside_step(s, s->from, &none, true);
    }
    zone_list_finish(&at);
}

static void first_fix(struct zone_step *s)
{
    struct zone_list at;
    zone_list_init(&at);
    s->rc = zone_list_at(&at, s->zones, s->fix->pos);
    for (size_t i = 0; i < at.count; i++)
        first_inside(s, at.items[i]);
    zone_list_finish(&at);
}

/* Zones that await a second fix are handled first, one by one; `settled` keeps the others
 * from handling them again. */
static void resolve_pending(struct zone_step *s, struct zone_list *settled)
{
    for (uint32_t i = s->w->count; i-- > 0;) {
        struct zone_presence *p = &s->w->items[i];
        if (p->phase == ZONE_PHASE_INSIDE)
            continue;
        int rc = zone_list_add(settled, p->zone);
        if (rc != 0)
            s->rc = rc;
        resolve_awaited(s, p, zone_set_contains(s->zones, p->zone, s->fix->pos));
    }
}

struct filtered {
    struct zone_step *step;
    const struct zone_list *settled;
};

static void visit_unsettled(void *context, const struct zone_cuts *cuts)
{
    struct filtered *f = context;
    if (!zone_list_has(f->settled, cuts->zone))
        visit_cuts(f->step, cuts);
}

/* A ship that did not move makes no path, but its fix counts. And a fix exactly on the
 * edge may be inside for one step and outside for the next. */
static void settle_unvisited(struct zone_step *s)
{
    for (uint32_t i = s->w->count; i-- > 0;) {
        struct zone_presence *p = &s->w->items[i];
        if (p->phase != ZONE_PHASE_INSIDE || p->last_inside_ms >= s->fix->time_ms)
            continue;
        struct zone_cuts none = {.zone = p->zone};
        inside_step(s, p, s->from, &none,
                    zone_set_contains(s->zones, p->zone, s->fix->pos));
    }
}

int zone_watch_fix(struct zone_watch *w, const struct zone_set *zones,
                   const struct detect_limits *limits, const struct track_fix *fix,
                   const struct zone_event_sink *sink)
{
    struct zone_step s = {.w = w, .zones = zones, .limits = limits, .fix = fix};
    struct track_fix from = w->last;
    if (!w->has_last) {
        first_fix(&s);
    } else {
        s.from = &from;
        if (!is_path(&from, fix)) {
            leap_to_fix(&s);
        } else {
            struct zone_list settled;
            zone_list_init(&settled);
            resolve_pending(&s, &settled);
            struct filtered f = {&s, &settled};
            int rc = zone_along(zones, from.pos, fix->pos, visit_unsettled, &f);
            if (rc != 0)
                s.rc = rc;
            zone_list_finish(&settled);
            settle_unvisited(&s);
        }
        zone_gate_settle(&s);
    }
    w->last = *fix;
    w->has_last = true;
    int rc = s.rc;
    zone_step_sort(&s);
    for (size_t i = 0; i < s.count && rc == 0; i++)
        rc = sink->take(sink->context, &s.events[i]);
    free(s.events);
    return rc;
}
