/* SPDX-License-Identifier: Apache-2.0 */
/* A changed configuration has the same effect as a restart with it: every ship is saved
 * under the old one and loaded under the new one. */
#include "engine_int.h"

#include <stdlib.h>
#include <string.h>

/* The most that one step looks at: ships that need no copy, and bytes of copies. Either
 * takes some milliseconds. */
enum { LOOKS_MOST = 10000, BYTES_MOST = 64 << 10 };

/* --- ships that change while the move is under way --- */

void engine_reconfigure_note(struct engine *e, struct ship *s)
{
    if (e->move == 0 || s->is_stale)
        return;
    e->unmoved += s->moved == e->move;
    s->moved = 0;
    s->is_stale = true;
    s->stale_previous = NULL;
    s->stale_next = e->stale;
    if (e->stale != NULL)
        e->stale->stale_previous = s;
    e->stale = s;
    e->stale_count++;
}

void engine_reconfigure_unnote(struct engine *e, struct ship *s)
{
    if (!s->is_stale)
        return;
    s->is_stale = false;
    if (s->stale_next != NULL)
        s->stale_next->stale_previous = s->stale_previous;
    if (s->stale_previous != NULL)
        s->stale_previous->stale_next = s->stale_next;
    else
        e->stale = s->stale_next;
    s->stale_previous = s->stale_next = NULL;
    e->stale_count--;
}

void engine_reconfigure_forget(struct engine *e, struct ship *s)
{
    if (e->move == 0)
        return;
    struct ship *copy = ship_find(e->successor, s->mmsi);
    if (copy != NULL)
        ship_destroy(e->successor, copy);
    e->unmoved -= s->moved != e->move;
    engine_reconfigure_unnote(e, s);
}

/* The next ship to be copied: first those in the map, then those that changed since.
 * NULL: not found in so many looks. */
static struct ship *find_unmoved(struct engine *fresh, struct engine *e, size_t *looks)
{
    if (e->unmoved == e->stale_count)
        return e->stale;
    while (*looks < LOOKS_MOST) {
        struct ship *s = ship_next(e, &fresh->move_cursor);
        ++*looks;
        if (s == NULL)
            fresh->move_cursor = 0; /* the map grew, and a ship moved behind the cursor */
        else if (s->moved != e->move)
            return s;
    }
    return NULL;
}

/* --- the move --- */

static int move_ship(struct engine *from, struct ship *s, struct engine *to,
                     struct buf *record)
{
    buf_clear(record);
    int rc = engine_wire_save_ship(from, s, record);
    if (rc == 0)
        rc = engine_wire_load_ship(to, s->mmsi, record->data, record->length);
    struct ship *moved = ship_find(to, s->mmsi);
    from->unmoved -= s->moved != from->move;
    s->moved = from->move;
    engine_reconfigure_unnote(from, s);
    if (moved == NULL)
        return rc == ERR_CORRUPT ? 0 : rc;
    moved->late_source = s->late_source;
    moved->late_ms = s->late_ms;
    if (s->is_dirty)
        ship_mark(to, moved);
    moved->listed_ms = s->listed_ms;
    /* The list of strangers, which it will get in the end, has not those set aside. */
    if (rc == 0 && s->standing == SHIP_ASIDE && s->is_stranger)
        rc = ship_forget_open(to, moved);
    return rc;
}

void engine_reconfigure_follow(struct engine *fresh, struct engine *e)
{
    e->move = ++e->moves;
    e->unmoved = e->ships.count;
    e->successor = fresh;
    fresh->move_cursor = 0;
    fresh->vessels_most = fresh->conf.vessels_max;
    fresh->conf.vessels_max = 0; /* which ships make room is decided at the end */
}

void engine_reconfigure_stop_following(struct engine *e)
{
    while (e->stale != NULL)
        engine_reconfigure_unnote(e, e->stale);
    e->move = 0;
    e->successor = NULL;
}

int engine_reconfigure_follow_some(struct engine *fresh, struct engine *e, size_t most,
                                   bool *ret_is_done)
{
    struct buf record = {0};
    size_t moved = 0, looks = 0, bytes = 0;
    int rc = 0;
    fresh->now_ms = e->now_ms;
    while (rc == 0 && e->unmoved != 0 && moved < most && bytes < BYTES_MOST) {
        struct ship *s = find_unmoved(fresh, e, &looks);
        if (s == NULL)
            break;
        rc = move_ship(e, s, fresh, &record);
        moved++;
        bytes += record.length;
    }
    buf_finish(&record);
    *ret_is_done = rc == 0 && e->unmoved == 0;
    return rc;
}

/* Who stands among the strangers, and what is remembered of the forgotten, is known to
 * the one before. */
static void move_memory(struct engine *fresh, struct engine *e)
{
    struct strangers strangers = fresh->strangers;
    fresh->strangers = e->strangers;
    e->strangers = strangers;
    for (size_t i = 0; i < SHIP_MARKS; i++) {
        struct map marks = fresh->marks[i];
        fresh->marks[i] = e->marks[i];
        e->marks[i] = marks;
    }
}

/* The ships that the fresh one has no room for. */
static int drop_ships(struct engine *fresh, struct engine *e)
{
    move_memory(fresh, e);
    int rc = 0;
    for (size_t i = 0; i < e->forgotten_count && rc == 0; i++)
        rc = ship_forget_note(fresh, e->forgotten[i]);
    fresh->conf.vessels_max = fresh->vessels_most;
    for (size_t count = SIZE_MAX; rc == 0 && fresh->conf.vessels_max != 0 &&
                                  fresh->ships.count > fresh->conf.vessels_max &&
                                  fresh->ships.count < count;) {
        count = fresh->ships.count;
        rc = ship_forget_one(fresh);
    }
    if (rc != 0)
        move_memory(fresh, e);
    return rc;
}
/* The contents are swapped, because callers hold the old address. */
static void swap_engines(struct engine *a, struct engine *b)
{
    struct engine kept = *a;
    *a = *b;
    *b = kept;
    struct engine *both[] = {a, b};
    for (int i = 0; i < 2; i++) {
        both[i]->world.limits = &both[i]->conf.limits;
        both[i]->world.track = &both[i]->conf.track;
        both[i]->world.call = &both[i]->conf.call;
        both[i]->world.reach.conf = &both[i]->conf.reach;
        both[i]->world.reach.reach = &both[i]->conf.reach_ports;
        both[i]->alert.timezone = &both[i]->conf.timezone;
    }
}

int engine_reconfigure_end_following(struct engine *fresh, struct engine *e)
{
    int rc = drop_ships(fresh, e);
    if (rc == 0) {
        rc = device_move_all(e, fresh);
        if (rc != 0)
            move_memory(fresh, e);
    }
    engine_reconfigure_stop_following(e);
    if (rc != 0)
        return rc;
    struct engine_counts gone = fresh->counts;
    memcpy(fresh->sources, e->sources, sizeof e->sources);
    fresh->source_count = e->source_count;
    fresh->daemon = e->daemon;
    fresh->skipped = e->skipped;
    fresh->now_ms = e->now_ms;
    engine_mute_set(fresh, &e->added);
    fresh->changes.is_kept = fresh->changes.is_lost = e->changes.is_kept;
    fresh->outage_epoch++; /* the deadlines were computed without these */
    fresh->counts = e->counts;
    fresh->counts.vessels_forgotten += gone.vessels_forgotten;
    for (int i = 0; i < ENGINE_FORGOT_REASONS; i++)
        fresh->counts.forgotten[i] += gone.forgotten[i];
    swap_engines(e, fresh);
    return 0;
}

int engine_reconfigure(struct engine *e, struct engine_conf *conf, struct err *err)
{
    struct engine *fresh = NULL;
    bool is_done = false;
    int rc = engine_create(conf, &e->sink, &fresh, err);
    if (rc != 0)
        return rc;
    engine_reconfigure_follow(fresh, e);
    while (rc == 0 && !is_done)
        rc = engine_reconfigure_follow_some(fresh, e, SIZE_MAX, &is_done);
    if (rc == 0)
        rc = engine_reconfigure_end_following(fresh, e);
    if (rc != 0) {
        engine_reconfigure_stop_following(e);
        ship_destroy_all(fresh);
        device_destroy_all(fresh);
        fresh->conf.vessels_max = fresh->vessels_most;
        *conf = fresh->conf;
        memset(&fresh->conf, 0, sizeof fresh->conf);
        err_set(err, rc, "no memory for the changed configuration");
    }
    engine_destroy(fresh);
    return rc;
}
