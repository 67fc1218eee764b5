/* SPDX-License-Identifier: Apache-2.0 */
/* Slow spells and meetings of ships: the detectors, the hooks of rules, the saved part.
 */
#include "engine_int.h"

/* One step of the detectors. */
struct slow_walk {
    struct look_frame *frame; /* of the ship whose fix or timer it is */
    struct engine *e;
    int rc; /* of what cannot return it */
};

static struct ship_track *item_of(const struct engine *e, const struct slow_ref *ref)
{
    const struct ship *s = ship_find(e, ref->mmsi);
    return s != NULL ? ship_track_find(s, ref->track) : NULL;
}

static struct slow_watch *find_slow(void *context, const struct slow_ref *ref)
{
    const struct slow_walk *walk = context;
    struct ship_track *item = item_of(walk->e, ref);
    return item != NULL ? item->slow : NULL;
}

static bool find_place(const struct engine *e, const struct slow_watch *w,
                       int64_t time_ms, struct geo_pos *ret_pos)
{
    struct track_point at[2];
    struct slow_ref ref = {w->mmsi, w->track};
    const struct ship_track *item = item_of(e, &ref);
    if (item == NULL || item->track->path[0].time_ms > time_ms ||
        track_path(item->track, time_ms, time_ms, at, 2) == 0)
        return false;
    *ret_pos = at[0].pos;
    return true;
}

static double apart_m(void *context, const struct slow_watch *a,
                      const struct slow_watch *b, int64_t time_ms)
{
    const struct slow_walk *walk = context;
    struct geo_pos p, q;
    return find_place(walk->e, a, time_ms, &p) && find_place(walk->e, b, time_ms, &q)
               ? geo_distance_m(p, q)
               : -1;
}

/* Its row is to be saved, and its timer may be another. */
static void note_changed(void *context, const struct slow_watch *w, bool is_earlier)
{
    struct slow_walk *walk = context;
    struct ship *s = ship_find(walk->e, w->mmsi);
    if (s == NULL)
        return;
    ship_mark(walk->e, s);
    if (!is_earlier)
        return;
    s->settled = 0;
    if (s != walk->frame->ship && walk->rc == 0)
        walk->rc = engine_time_schedule(walk->e, s);
}

/* --- the hooks --- */

/* The frame of that track: the one at hand, or `own` made for it. NULL: it is gone. */
static struct look_frame *frame_of(const struct slow_walk *walk,
                                   const struct slow_watch *w, struct look_frame *own)
{
    struct ship *s = w != NULL ? ship_find(walk->e, w->mmsi) : NULL;
    struct ship_track *item = s != NULL ? ship_track_find(s, w->track) : NULL;
    if (item == NULL || item == walk->frame->item)
        return item != NULL ? walk->frame : NULL;
    look_begin(own, walk->e, s, item, item->track->last.time_ms);
    own->behind_ms = walk->frame->behind_ms;
    return own;
}

static int tell_meeting(void *context, const struct meet_event *event)
{
    const struct slow_walk *walk = context;
    struct engine *e = walk->e;
    struct look_frame lower_own, higher_own;
    /* Nothing is told of so few. */
    if (event->pair->near_ticks < e->conf.limits.meet_seen)
        return 0;
    struct look_frame *lower = frame_of(walk, event->lower, &lower_own);
    struct look_frame *higher = frame_of(walk, event->higher, &higher_own);
    int rc = 0;
    for (size_t i = 0; lower != NULL && i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        struct rule_look *other = higher != NULL ? look_at(higher, i) : NULL;
        if (hooks->on_meet != NULL)
            rc = look_done(lower, i, hooks->on_meet(look_at(lower, i), other, event));
    }
    return rc;
}

static struct meet_world world_of(struct slow_walk *walk)
{
    return (struct meet_world){.grid = &walk->e->grid,
                               .limits = &walk->e->conf.limits,
                               .find = find_slow,
                               .apart_m = apart_m,
                               .tell = tell_meeting,
                               .changed = note_changed,
                               .context = walk,
                               .refused = &walk->e->counts.meetings_refused};
}

static int handle_slow(void *context, const struct slow_event *event)
{
    struct slow_walk *walk = context;
    struct engine *e = walk->e;
    struct meet_world world = world_of(walk);
    int rc = event->what == SLOW_PLACED ? meet_place(&world, event->watch, event->place)
                                        : meet_end(&world, event->watch);
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_slow != NULL)
            rc =
                look_done(walk->frame, i, hooks->on_slow(look_at(walk->frame, i), event));
    }
    return rc != 0 ? rc : walk->rc;
}

int ship_slow_fix(struct look_frame *frame, const struct track_fix *before)
{
    struct engine *e = frame->engine;
    struct ship_track *item = frame->item;
    struct slow_walk walk = {frame, e, 0};
    struct slow_step step = {.limits = &e->conf.limits,
                             .ports = e->conf.ports,
                             .grid = &e->grid,
                             .sink = handle_slow,
                             .context = &walk};
    if (item->slow == NULL)
        item->slow = slow_watch_create(frame->ship->mmsi, item->id);
    if (item->slow == NULL)
        return ERR_NOMEM;
    return slow_watch_fix(item->slow, &step, before, &item->track->last);
}

int ship_slow_time(struct look_frame *frame, int64_t due_ms)
{
    struct slow_walk walk = {frame, frame->engine, 0};
    struct meet_world world = world_of(&walk);
    int rc = meet_time(&world, frame->item->slow, due_ms);
    return rc != 0 ? rc : walk.rc;
}

/* --- saved --- */

/* For each track that has one: its number, and the rest behind its length, so that it can
 * be passed over. */
void ship_slow_save(const struct engine *e, const struct ship *s, struct wire_writer *w)
{
    struct buf part = {0};
    struct wire_writer inner = {.out = &part};
    for (uint8_t i = 0; i < s->track_count; i++) {
        if (s->items[i]->slow == NULL)
            continue;
        buf_clear(&part);
        slow_wire_save(s->items[i]->slow, &e->conf.limits, &inner);
        wire_put_u64(w, s->items[i]->id);
        wire_put_bytes(w, part.data, part.length);
    }
    buf_finish(&part);
    w->failed = w->failed || inner.failed;
}

int ship_slow_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    int rc = 0;
    while (rc == 0 && !r->failed && r->at != r->end) {
        size_t n = 0;
        uint64_t id = wire_get_u64(r);
        const void *part = wire_get_bytes(r, &n);
        struct ship_track *item = ship_track_find(s, (uint32_t)id);
        if (r->failed || item == NULL || item->slow != NULL)
            return ERR_CORRUPT;
        if (!e->asks_slow)
            continue;
        struct wire_reader inner;
        wire_reader_init(&inner, part, n);
        inner.shift_ms = r->shift_ms;
        item->slow = slow_watch_create(s->mmsi, item->id);
        rc = item->slow != NULL
                 ? slow_wire_load(item->slow, &e->conf.limits, &e->grid, &inner)
                 : ERR_NOMEM;
    }
    return rc;
}
