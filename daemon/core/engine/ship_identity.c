/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a ship says it is, what of it changes, and what two MMSIs have in common: the
 * ships that hold an IMO number stand in a list of their own. */
#include "ship_identity_int.h"

#include <stdlib.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_watched.h"

#define APART_LEAST_M (10.0 * NM_M)

/* --- the holders of an IMO number --- */

static bool is_heard_lately(const struct engine *e, const struct ship *s)
{
    return e->now_ms - s->touched_ms <= IDENTITY_AGAIN_MS;
}

static void leave_list(struct engine *e, struct ship_identity *id)
{
    struct ship_identity *next = id->next, *previous = id->previous;
    if (id->indexed == 0)
        return;
    if (next != NULL)
        next->previous = previous;
    if (previous != NULL)
        previous->next = next;
    else if (next == NULL || map_set(&e->holders, id->indexed, next) != 0)
        map_remove(&e->holders, id->indexed);
    /* One that is left alone shares nothing. */
    if (next != NULL && previous == NULL && next->next == NULL)
        next->owner->is_shared = false;
    if (previous != NULL && next == NULL && previous->previous == NULL)
        previous->owner->is_shared = false;
    id->owner->is_shared = false;
    id->indexed = 0;
    id->next = id->previous = NULL;
}

/* Enter the list of the number that it holds now. */
static int enter_list(struct engine *e, struct ship_identity *id)
{
    uint32_t imo = held_number(&id->it.imo);
    if (id->indexed == imo)
        return 0;
    leave_list(e, id);
    if (!vessel_imo_is_valid(imo))
        return 0;
    struct ship_identity *first = map_get(&e->holders, imo);
    if (map_set(&e->holders, imo, id) != 0)
        return ERR_NOMEM;
    id->indexed = imo;
    id->next = first;
    if (first != NULL) {
        first->previous = id;
        first->owner->is_shared = id->owner->is_shared = true;
    }
    return 0;
}

size_t ship_identity_holders(const struct engine *e, const struct ship *s,
                             struct ship **ret_one)
{
    size_t count = 0;
    const struct ship_identity *id = map_get(&e->holders, s->identity->indexed);
    for (; id != NULL; id = id->next) {
        if (id->owner == s || !is_heard_lately(e, id->owner))
            continue;
        *ret_one = id->owner;
        count++;
    }
    return count;
}

int64_t ship_identity_heard_ms(const struct ship *s)
{
    int64_t heard_ms = s->identity != NULL ? s->identity->it.imo.last_ms : INT64_MIN;
    for (uint32_t i = 0; i < s->tracks.count; i++)
        if (s->tracks.items[i]->heard_ms > heard_ms)
            heard_ms = s->tracks.items[i]->heard_ms;
    return heard_ms;
}

/* --- lifetime --- */

static int obtain_identity(struct ship *s)
{
    if (s->identity != NULL)
        return 0;
    s->identity = calloc(1, sizeof *s->identity);
    if (s->identity == NULL)
        return ERR_NOMEM;
    identity_init(&s->identity->it);
    s->identity->owner = s;
    return 0;
}

const struct identity_former *ship_identity_former(const struct ship *s)
{
    return s->identity != NULL ? s->identity->it.former : NULL;
}

void ship_identity_forget(struct engine *e, struct ship *s)
{
    if (s->identity == NULL)
        return;
    leave_list(e, s->identity);
    identity_finish(&s->identity->it);
    free(s->identity);
    s->identity = NULL;
}

/* --- what is told --- */

/* Tell the rules, but not those that cover `told` (NULL: nobody). */
static int tell_others(struct engine *e, struct ship *s,
                       const struct identity_event *event, const struct ship *told)
{
    struct ship_track *item = ship_track_current(s);
    struct identity_event seen = *event;
    struct look_frame frame;
    int rc = 0;
    if (item == NULL)
        return 0;
    seen.pos = item->track->last.pos;
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_identity != NULL && (told == NULL || !look_is_covered(told, i)))
            rc = look_done(&frame, i, hooks->on_identity(look_at(&frame, i), &seen));
    }
    return rc;
}

int ship_identity_tell(struct engine *e, struct ship *s,
                       const struct identity_event *event)
{
    return tell_others(e, s, event, NULL);
}

/* Another IMO number of a watched ship is told without any rule. */
static int tell_watched(struct engine *e, struct ship *s,
                        const struct identity_event *event)
{
    struct ship_track *item = ship_track_current(s);
    struct look_frame frame;
    void *nothing = NULL;
    if (item == NULL || s->watch == NULL)
        return 0;
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    frame.look.rule = &rule_watched;
    frame.look.now_ms = e->now_ms;
    frame.look.state = &nothing;
    frame.look.is_covered = true;
    return rule_watched_tell(&frame.look, event);
}

/* By the rules, and if none of them tells it, as what is told of watched ships. */
static int tell_held_value(struct engine *e, struct ship *s,
                           const struct identity_event *event)
{
    uint64_t told = e->counts.alerts;
    int rc = ship_identity_tell(e, s, event);
    bool is_told = e->counts.alerts != told;
    return rc == 0 && event->what == IDENTITY_IMO && !is_told ? tell_watched(e, s, event)
                                                              : rc;
}

static struct identity_event make_shared_event(const struct ship *s,
                                               const struct ship *other, int64_t time_ms)
{
    const struct track *near = tracks_current(&s->tracks);
    const struct track *far = tracks_current(&other->tracks);
    struct identity_event event = {.what = IDENTITY_TWO_MMSIS,
                                   .time_ms = time_ms,
                                   .now = &s->identity->it.imo,
                                   .other = other->mmsi,
                                   .other_name = other->info.name};
    if (near != NULL && far != NULL) {
        event.other_pos = far->last.pos;
        event.apart_m = geo_distance_exact_m(near->last.pos, far->last.pos);
    }
    return event;
}

/* Both MMSIs were heard in turn while both held the number; `s` is heard now. It is told
 * of `s`, by rules that do not mean `s` of the other. */
static int note_two_mmsis(struct engine *e, struct ship *s, struct ship *other,
                          int64_t time_ms)
{
    struct identity *mine = &s->identity->it, *its = &other->identity->it;
    bool is_told = identity_stands(mine->two_mmsis_ms, time_ms) &&
                   identity_stands(its->two_mmsis_ms, time_ms);
    mine->two_mmsis_ms = its->two_mmsis_ms = time_ms;
    ship_mark(e, other);
    if (is_told)
        return 0;
    const struct identity_event event = make_shared_event(s, other, time_ms);
    const struct identity_event turned = make_shared_event(other, s, time_ms);
    int rc = ship_identity_tell(e, s, &event);
    return rc == 0 ? tell_others(e, other, &turned, s) : rc;
}

int ship_identity_alternate(struct engine *e, struct ship *s, int64_t since_ms,
                            int64_t time_ms)
{
    struct ship *found = NULL;
    const struct ship_identity *id = map_get(&e->holders, s->identity->indexed);
    for (; id != NULL; id = id->next) {
        int64_t heard_ms = ship_identity_heard_ms(id->owner);
        if (id->owner != s && heard_ms > since_ms && heard_ms <= time_ms &&
            (found == NULL || id->owner->mmsi < found->mmsi))
            found = id->owner;
    }
    return found != NULL ? note_two_mmsis(e, s, found, time_ms) : 0;
}

/* When one of the other holders went on from this MMSI; TIME_NONE: none lately. */
static int64_t find_left_ms(const struct engine *e, const struct ship *s, int64_t time_ms)
{
    const struct ship_identity *id = map_get(&e->holders, s->identity->indexed);
    for (; id != NULL; id = id->next)
        for (size_t i = 0; i < IDENTITY_FORMERS; i++)
            if (id->it.former[i].mmsi == s->mmsi &&
                identity_stands(id->it.former[i].until_ms, time_ms))
                return id->it.former[i].until_ms;
    return TIME_NONE;
}

int ship_identity_return(struct engine *e, struct ship *s, int64_t first_ms,
                         int64_t time_ms)
{
    int64_t left_ms = find_left_ms(e, s, time_ms);
    return ship_identity_alternate(e, s, left_ms != TIME_NONE ? left_ms : first_ms,
                                   time_ms);
}

/* The track is heard again, after another one of the MMSI was heard meanwhile. */
static int note_two_places(struct look_frame *frame, const struct track_fix *before)
{
    struct ship *s = frame->ship;
    const struct track *track = frame->item->track, *far = NULL;
    for (uint8_t i = 0; i < s->track_count; i++) {
        const struct track *other = s->items[i]->track;
        if (other != track && other->last.time_ms > before->time_ms &&
            geo_distance_m(other->last.pos, track->last.pos) >= APART_LEAST_M)
            far = other;
    }
    if (far == NULL)
        return 0;
    if (obtain_identity(s) != 0)
        return ERR_NOMEM;
    struct identity *id = &s->identity->it;
    bool is_told = identity_stands(id->two_places_ms, track->last.time_ms);
    id->two_places_ms = track->last.time_ms;
    const struct identity_event event = {
        .what = IDENTITY_TWO_PLACES,
        .time_ms = track->last.time_ms,
        .other = s->mmsi,
        .other_name = "",
        .other_pos = far->last.pos,
        .apart_m = geo_distance_exact_m(track->last.pos, far->last.pos),
    };
    return is_told ? 0 : ship_identity_tell(frame->engine, s, &event);
}

/* --- what a ship sends --- */

struct hearing {
    struct engine *e;
    struct ship *s;
};

static int hear_value(void *context, const struct identity_event *event)
{
    const struct hearing *h = context;
    struct ship_identity *id = h->s->identity;
    bool is_imo = event->what == IDENTITY_IMO;
    bool is_mixed = !is_imo && identity_stands(id->it.two_places_ms, event->time_ms);
    int rc = is_imo ? enter_list(h->e, id) : 0;
    if (rc == 0 && event->change->step == HELD_CHANGED && !is_mixed)
        rc = tell_held_value(h->e, h->s, event);
    if (rc != 0 || !is_imo)
        return rc;
    id->is_new = h->s->is_shared;
    id->messages = event->change->messages;
    return id->is_new ? ship_join_look(h->e, h->s, event->time_ms) : 0;
}

int ship_identity_static(struct engine *e, struct ship *s, const struct report *r)
{
    bool wants_all = e->asks_identity || s->watch != NULL;
    struct hearing hearing = {e, s};
    if (!wants_all && (r->has & (HAS_IMO | HAS_IMO_WRONG)) == 0)
        return 0;
    int rc = obtain_identity(s);
    return rc == 0 ? identity_hear(&s->identity->it, wants_all, r, hear_value, &hearing)
                   : rc;
}

int ship_identity_fix(struct look_frame *frame, const struct track_fix *before)
{
    struct engine *e = frame->engine;
    struct ship *s = frame->ship;
    int64_t time_ms = frame->item->track->last.time_ms;
    int rc = e->asks_identity && s->track_count > 1 && before != NULL
                 ? note_two_places(frame, before)
                 : 0;
    if (rc != 0 || !s->is_shared)
        return rc;
    if (s->identity->is_new)
        return ship_join_look(e, s, time_ms);
    return before != NULL ? ship_identity_alternate(e, s, before->time_ms, time_ms) : 0;
}

/* --- saved state --- */

/* First which of its tracks have called; so the part grows with the identity. */
void ship_identity_save(const struct engine *e, const struct ship *s,
                        struct wire_writer *w)
{
    const struct ship_identity *id = s->identity;
    uint64_t called = 0;
    (void)e;
    for (uint8_t i = 0; i < s->track_count; i++)
        called += s->items[i]->has_called;
    if (id == NULL && called == 0)
        return;
    wire_put_u64(w, called);
    for (uint8_t i = 0; i < s->track_count; i++)
        if (s->items[i]->has_called)
            wire_put_u64(w, s->items[i]->id);
    if (id == NULL)
        return;
    wire_put_u64(w, id->is_new);
    wire_put_u64(w, id->messages);
    identity_save(&id->it, w);
}

int ship_identity_load_older(struct engine *e, struct ship *s)
{
    if (s->identity != NULL || s->info.imo == 0)
        return 0;
    int rc = obtain_identity(s);
    if (rc != 0)
        return rc;
    identity_hold_imo(&s->identity->it, s->info.imo, s->info.imo_ms);
    return enter_list(e, s->identity);
}

int ship_identity_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    uint64_t called = wire_get_limited(r, TRACKS_MAX);
    for (uint64_t i = 0; i < called; i++) {
        struct ship_track *item = ship_track_find(s, (uint32_t)wire_get_u64(r));
        if (item != NULL)
            item->has_called = true;
    }
    if (r->failed || r->at == r->end)
        return r->failed ? ERR_CORRUPT : 0;
    int rc = obtain_identity(s);
    if (rc != 0)
        return rc;
    s->identity->is_new = wire_get_limited(r, 1) != 0;
    s->identity->messages = (uint32_t)wire_get_limited(r, UINT32_MAX);
    rc = identity_load(&s->identity->it, r);
    return rc == 0 ? enter_list(e, s->identity) : rc;
}
