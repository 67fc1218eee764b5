/* SPDX-License-Identifier: Apache-2.0 */
/* Ships that are heard where they cannot be: what is kept of them, and which of them lie
 * near a ship. */
#include "engine_int.h"

#include <stdlib.h>

#include "lookout/base/time.h"

void ship_far_forget(struct engine *e, struct ship *s)
{
    struct ship_far *f = s->far;
    if (f == NULL)
        return;
    if (f->next != NULL)
        f->next->previous = f->previous;
    if (f->previous != NULL)
        f->previous->next = f->next;
    else
        e->far = f->next;
    free(f);
    s->far = NULL;
}

static int obtain_far(struct engine *e, struct ship *s)
{
    if (s->far != NULL)
        return 0;
    struct ship_far *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ERR_NOMEM;
    position_init(&f->it);
    f->mmsi = s->mmsi;
    f->next = e->far;
    if (e->far != NULL)
        e->far->previous = f;
    e->far = f;
    s->far = f;
    return 0;
}

static int tell_position(struct engine *e, struct ship *s, struct ship_track *item,
                         const struct position_event *event, const struct track *shown)
{
    struct look_frame frame;
    int rc = 0;
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    frame.subject.track = shown;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_position != NULL)
            rc = look_done(&frame, i, hooks->on_position(look_at(&frame, i), event));
    }
    return rc;
}

int ship_far_hear(struct engine *e, struct ship *s, const struct track *far)
{
    const struct track *believed = tracks_current(&s->tracks);
    struct ship_track *item = believed != NULL ? ship_track_find(s, believed->id) : NULL;
    if (item == NULL || !tracks_is_far(&s->tracks, &e->conf.track, far))
        return 0;
    int rc = obtain_far(e, s);
    if (rc != 0)
        return rc;
    s->settled = 0;
    struct position_event event = {.what = POSITION_MISPLACED, .far = &s->far->it};
    return position_hear_far(&s->far->it, &believed->last, far)
               ? tell_position(e, s, item, &event, far)
               : 0;
}

/* The ship is heard where it is believed to be. */
static int end_far(struct engine *e, struct ship *s, struct ship_track *item)
{
    struct position_far *p = &s->far->it;
    struct position_event event = {
        .what = POSITION_RETURNED, .far = p, .fix = item->track->last};
    int rc = 0;
    if (!p->is_settled)
        rc = tell_position(e, s, item, &event, item->track);
    p->is_over = true;
    /* The next far fix begins a far track of its own. */
    tracks_drop_far(&s->tracks);
    if (p->is_settled && p->track != item->id) {
        ship_track_drop(e, s, p->track);
        tracks_drop(&s->tracks, p->track);
    }
    return rc;
}

int ship_far_believe(struct engine *e, struct ship *s, struct ship_track *item)
{
    struct position_far *p = &s->far->it;
    if (!p->is_over && !p->is_misplaced)
        s->settled = 0; /* what it held up may be due now */
    if (!p->is_over && item->id == p->track) {
        p->is_settled = true;
        p->last = item->track->last;
        p->until_ms = p->is_misplaced ? p->last.time_ms : p->until_ms;
        return 0;
    }
    if (!p->is_over && p->is_misplaced)
        return end_far(e, s, item);
    p->is_over = true;
    if (p->until_ms == TIME_NONE ||
        item->track->last.time_ms - p->until_ms > e->conf.limits.far_span_ms)
        ship_far_forget(e, s);
    return 0;
}

const struct span *ship_far_span(const struct ship *s, const struct ship_track *item,
                                 struct span *ret_span)
{
    if (s->far == NULL || !s->far->it.is_misplaced || s->far->it.track == item->id)
        return NULL;
    *ret_span = (struct span){s->far->it.first.time_ms, s->far->it.last.time_ms};
    return ret_span;
}

int64_t ship_far_hold_ms(const struct ship *s)
{
    bool is_held = s->far != NULL && !s->far->it.is_misplaced && !s->far->it.is_over;
    return is_held ? s->far->it.hold_ms : INT64_MIN;
}

struct position_interference ship_far_interference(const struct engine *e, uint32_t mmsi,
                                                   struct geo_pos pos)
{
    struct position_interference found = {0, INT64_MAX};
    for (const struct ship_far *f = e->far; f != NULL; f = f->next) {
        if (f->mmsi == mmsi || !position_is_near(&f->it, &e->conf.limits, pos, e->now_ms))
            continue;
        found.ships++;
        found.since_ms =
            f->it.since_ms < found.since_ms ? f->it.since_ms : found.since_ms;
    }
    if (found.ships < e->conf.limits.far_ships)
        found = (struct position_interference){0, TIME_NONE};
    return found;
}

void ship_far_save(const struct engine *e, const struct ship *s, struct wire_writer *w)
{
    (void)e;
    if (s->far != NULL)
        position_save(&s->far->it, w);
}

int ship_far_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    int rc = obtain_far(e, s);
    return rc == 0 ? position_load(&s->far->it, r) : rc;
}
