/* SPDX-License-Identifier: Apache-2.0 */
/* Ships: their lifetime, their tracks, and what the configuration says of them. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

struct ship *ship_find(const struct engine *e, uint32_t mmsi)
{
    return map_get(&e->ships, mmsi);
}

void ship_mark(struct engine *e, struct ship *s)
{
    engine_reconfigure_note(e, s);
    if (s->standing == SHIP_ASIDE)
        ship_forget_return(e, s);
    if (e->changes.is_kept && !s->is_changed) {
        s->is_changed = true;
        engine_vessel_note(e, s->mmsi);
    }
    if (s->is_dirty)
        return;
    s->is_dirty = true;
    s->dirty_previous = NULL;
    s->dirty_next = e->dirty;
    if (e->dirty != NULL)
        e->dirty->dirty_previous = s;
    e->dirty = s;
}

void ship_unmark(struct engine *e, struct ship *s)
{
    if (!s->is_dirty)
        return;
    s->is_dirty = false;
    if (s->dirty_next != NULL)
        s->dirty_next->dirty_previous = s->dirty_previous;
    if (s->dirty_previous != NULL)
        s->dirty_previous->dirty_next = s->dirty_next;
    else
        e->dirty = s->dirty_next;
    s->dirty_previous = s->dirty_next = NULL;
}

void ship_touch(struct engine *e, struct ship *s)
{
    ship_mark(e, s);
    s->touched_ms = e->now_ms;
    if (s->is_stranger)
        ship_forget_know(e, s);
}

struct ship *ship_next(const struct engine *e, size_t *cursor)
{
    uint64_t key;
    void *value;
    return map_next(&e->ships, cursor, &key, &value) ? value : NULL;
}

static void tracks_destroy_one(struct engine *e, struct ship_track *item)
{
    for (size_t i = 0; item->slots != NULL && i < e->conf.rule_count; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (item->slots[i] != NULL && hooks->forget != NULL)
            hooks->forget(item->slots[i]);
    }
    free(item->slots);
    slow_watch_destroy(item->slow, &e->grid);
    zone_state_finish(&item->zones);
    free(item);
}

void ship_destroy(struct engine *e, struct ship *s)
{
    engine_reconfigure_forget(e, s);
    engine_expect_forget(e, s);
    heap_remove(&e->timers, &s->timer);
    ship_unmark(e, s);
    nearby_remove(e, s);
    ship_forget_remove(e, s);
    ship_forget_unguard(e, s);
    map_remove(&e->ships, s->mmsi);
    if (!s->is_changed)
        engine_vessel_note(e, s->mmsi);
    for (uint8_t i = 0; i < s->track_count; i++)
        tracks_destroy_one(e, s->items[i]);
    tracks_finish(&s->tracks);
    ship_far_forget(e, s);
    ship_identity_forget(e, s);
    e->kept_watched -= s->matched_by == WATCH_BY_BEFORE;
    free(s->folds.items);
    free(s);
}

void ship_destroy_all(struct engine *e)
{
    struct ship *s;
    size_t cursor = 0;
    while ((s = ship_next(e, &cursor)) != NULL) {
        ship_destroy(e, s);
        cursor--; /* another may have come to stand in its slot */
    }
}

struct ship *ship_obtain(struct engine *e, uint32_t mmsi)
{
    struct ship *s = ship_find(e, mmsi);
    if (s != NULL)
        return s;
    if (e->conf.vessels_max != 0 && e->ships.count >= e->conf.vessels_max &&
        ship_forget_one(e) != 0)
        return NULL;
    s = calloc(1, sizeof *s + e->rule_words * sizeof *s->covered);
    if (s == NULL)
        return NULL;
    s->mmsi = mmsi;
    s->declared = PORT_NONE;
    s->late_source = SOURCES_MAX;
    s->covered = e->rule_words == 1 ? &s->covered_few : (uint64_t *)(void *)(s + 1);
    vessel_static_init(&s->info);
    tracks_init(&s->tracks);
    s->is_stranger = true;
    s->told_ms = s->alerted_ms = TIME_NONE;
    s->first_ms = e->now_ms != TIME_NONE ? e->now_ms : 0;
    s->touched_ms = s->first_ms;
    s->moved = e->move; /* so that the mark counts it as one to be copied */
    ship_mark(e, s);
    if (map_set(&e->ships, mmsi, s) != 0 || ship_identify(e, s, false) != 0) {
        ship_destroy(e, s);
        return NULL;
    }
    return s;
}

struct ship_track *ship_track_find(const struct ship *s, uint32_t id)
{
    for (uint8_t i = 0; i < s->track_count; i++)
        if (s->items[i]->id == id)
            return s->items[i];
    return NULL;
}

struct ship_track *ship_track_add(struct engine *e, struct ship *s, struct track *track)
{
    if (s->track_count == TRACKS_MAX)
        ship_track_drop(e, s, s->items[0]->id);
    struct ship_track *item = calloc(1, sizeof *item);
    if (item == NULL)
        return NULL;
    item->slots = calloc(1, e->conf.rule_count * sizeof *item->slots +
                                e->rule_words * sizeof *item->kept);
    if (item->slots == NULL) {
        free(item);
        return NULL;
    }
    item->kept = e->rule_words == 1
                     ? &item->kept_few
                     : (uint64_t *)(void *)(item->slots + e->conf.rule_count);
    s->settled = 0;
    item->id = track->id;
    item->track = track;
    call_state_init(&item->call);
    voyage_state_init(&item->voyage);
    zone_state_init(&item->zones);
    s->items[s->track_count++] = item;
    return item;
}

void ship_track_drop(struct engine *e, struct ship *s, uint32_t id)
{
    for (uint8_t i = 0; i < s->track_count; i++) {
        if (s->items[i]->id != id)
            continue;
        tracks_destroy_one(e, s->items[i]);
        memmove(&s->items[i], &s->items[i + 1],
                (size_t)(s->track_count - i - 1) * sizeof s->items[0]);
        s->track_count--;
        s->settled = 0;
        return;
    }
}

struct ship_track *ship_track_current(const struct ship *s)
{
    const struct track *track = tracks_current(&s->tracks);
    return track != NULL ? ship_track_find(s, track->id) : NULL;
}

/* Tell the rules that newly cover or watch the ship of each of its tracks. */
static int tell_known(struct engine *e, struct ship *s, size_t rule,
                      int (*hook)(struct rule_look *look))
{
    int rc = 0;
    for (uint8_t i = 0; hook != NULL && i < s->track_count && rc == 0; i++) {
        struct look_frame frame;
        look_begin(&frame, e, s, s->items[i], s->items[i]->track->last.time_ms);
        rc = look_done(&frame, rule, hook(look_at(&frame, rule)));
    }
    return rc;
}

int ship_cover(struct engine *e, struct ship *s, const struct watch_entry *watch,
               enum ship_tell tell)
{
    struct rule_subject subject = {.mmsi = s->mmsi,
                                   .info = &s->info,
                                   .watch = watch,
                                   .matched_by = (enum watch_by)s->matched_by};
    int rc = 0;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        bool was_covered = look_is_covered(s, i);
        bool is_covered = vessel_filter_matches(&e->conf.rules[i].vessels, &subject);
        uint64_t bit = UINT64_C(1) << (i % 64);
        s->covered[i / 64] = (s->covered[i / 64] & ~bit) | (is_covered ? bit : 0);
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (tell != SHIP_TELL_NOTHING && is_covered && !was_covered)
            rc = tell_known(e, s, i, hooks->on_covered);
        else if (tell == SHIP_TELL_WATCHED && is_covered)
            rc = tell_known(e, s, i, hooks->on_watched);
    }
    return rc;
}

int ship_identify(struct engine *e, struct ship *s, bool tell)
{
    bool was_watched = s->watch != NULL;
    ship_watch_match(e, s);
    s->settled = 0;
    s->declared = s->info.has_destination
                      ? destination_resolve(e->conf.ports, s->info.destination)
                      : PORT_NONE;
    bool is_newly_watched = s->watch != NULL && !was_watched;
    enum ship_tell what = SHIP_TELL_NOTHING;
    if (tell)
        what = is_newly_watched ? SHIP_TELL_WATCHED : SHIP_TELL_COVERED;
    int rc = ship_cover(e, s, s->watch, what);
    return rc == 0 && tell ? ship_watch_release(e, s) : rc;
}
