/* SPDX-License-Identifier: Apache-2.0 */
/* A ship that sends another IMO number than before: it is held when two messages at least
 * 10 minutes apart brought it, and none between brought the one before. */
#include "engine_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "lookout/base/time.h"
#include "lookout/rules/rule_watched.h"

#define HELD_MS (10 * MINUTE_MS)

static int tell_change(struct engine *e, struct ship *s)
{
    const struct ship_change *c = s->change;
    struct ship_track *item = ship_track_current(s);
    struct look_frame frame;
    void *nothing = NULL;
    if (item == NULL || s->watch == NULL)
        return 0;
    struct rule_watched_imo told = {c->from, c->to, c->messages, c->from_ms};
    struct finding f = {.time_ms = e->now_ms,
                        .evidence_ms = TIME_NONE,
                        .pos = item->track->last.pos,
                        .detail = &told};
    snprintf(f.occurrence, sizeof f.occurrence, "imo %u %u %lld", c->from, c->to,
             (long long)c->first_ms);
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    frame.look.rule = &rule_watched;
    frame.look.now_ms = e->now_ms;
    frame.look.state = &nothing;
    frame.look.is_covered = true;
    return rule_raise(&frame.look, &f);
}

/* From one IMO number, which came first at from_ms, to another. */
static void begin_change(struct ship_change *c, uint32_t from, int64_t from_ms,
                         uint32_t to, int64_t now_ms)
{
    *c = (struct ship_change){
        .from = from, .from_ms = from_ms, .to = to, .first_ms = now_ms, .messages = 1};
}

static void begin_next_change(struct ship_change *c, uint32_t to, int64_t now_ms)
{
    if (c->is_held)
        begin_change(c, c->to, c->first_ms, to, now_ms);
    else
        begin_change(c, c->from, c->from_ms, to, now_ms);
}

int ship_change_imo(struct engine *e, struct ship *s, uint32_t before, uint32_t imo)
{
    struct ship_change *c = s->change;
    if (c == NULL) {
        if (before == 0 || imo == before)
            return 0;
        c = s->change = malloc(sizeof *c);
        if (c == NULL)
            return ERR_NOMEM;
        begin_change(c, before, s->imo_ms, imo, e->now_ms);
        return 0;
    }
    if (imo == c->from) {
        if (!c->is_held)
            c->to = c->messages = 0; /* the ship may be thought to have the new one */
        return 0;
    }
    if (imo != c->to) {
        begin_next_change(c, imo, e->now_ms);
        return 0;
    }
    c->messages++;
    if (c->is_held || e->now_ms - c->first_ms < HELD_MS)
        return 0;
    c->is_held = true;
    return tell_change(e, s);
}

void ship_change_save(const struct engine *e, const struct ship *s, struct wire_writer *w)
{
    const struct ship_change *c = s->change;
    (void)e;
    if (c == NULL)
        return;
    wire_put_u64(w, c->from);
    wire_put_u64(w, c->to);
    wire_put_i64(w, c->first_ms);
    wire_put_u64(w, c->messages);
    wire_put_u64(w, c->is_held);
    wire_put_i64(w, c->from_ms);
}

int ship_change_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    struct ship_change *c = calloc(1, sizeof *c);
    (void)e;
    if (c == NULL)
        return ERR_NOMEM;
    free(s->change);
    s->change = c;
    c->from = (uint32_t)wire_get_limited(r, UINT32_MAX);
    c->to = (uint32_t)wire_get_limited(r, UINT32_MAX);
    c->first_ms = wire_get_time(r);
    c->messages = (uint32_t)wire_get_limited(r, UINT32_MAX);
    c->is_held = wire_get_limited(r, 1) != 0;
    /* Older rows end here. */
    c->from_ms = r->at != r->end ? wire_get_time(r) : TIME_NONE;
    return r->failed ? ERR_CORRUPT : 0;
}

void ship_change_note_imo(struct engine *e, struct ship *s)
{
    const struct ship_change *c = s->change;
    s->imo_ms = c != NULL && c->to == s->info.imo ? c->first_ms : e->now_ms;
}

void ship_change_save_imo(const struct engine *e, const struct ship *s,
                          struct wire_writer *w)
{
    (void)e;
    if (s->info.imo != 0 && s->imo_ms != TIME_NONE)
        wire_put_i64(w, s->imo_ms);
}

int ship_change_load_imo(struct engine *e, struct ship *s, struct wire_reader *r)
{
    (void)e;
    s->imo_ms = wire_get_time(r);
    return r->failed ? ERR_CORRUPT : 0;
}
