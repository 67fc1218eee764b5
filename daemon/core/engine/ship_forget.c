/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the ship that the engine forgets to make room for a new one. A flood of forged
 * ships must not push out ships that matter. Ships are forgotten in this order:
 *
 * Strangers: ships that were not heard again half an hour after they were first heard. A
 * flood consists of strangers. Strangers that were first heard an hour or more ago go
 * first, then the newest strangers, so that a flood pushes itself out. A twentieth of all
 * ships may stay strangers for longer; without this, a new ship could never become known.
 *
 * Known ships: the ship that was heard longest ago goes first.
 *
 * Open ships: ships with an open run, call, gap, alert or the like. They go only when no
 * other ships are left and there are a quarter more ships than the limit; strangers go
 * first.
 *
 * Guarded ships: the watched ships. They are never forgotten. Because an identity can be
 * forged, at most GUARDED_MAX ships are guarded for one entry of the watch list, in
 * addition to the ship with the entry's MMSI. Further ships of that entry count as open.
 *
 * To keep the processing of reports fast, a ship keeps its place in the lists until its
 * turn to be forgotten comes. Only then does the engine check the ship. A ship that
 * matters is set aside, and returns to the lists when it changes. */
#include "engine_int.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"

enum {
    KNOWN_AFTER_MS = 30 * MINUTE_MS, /* the time after which a second track is believed */
    STALE_AFTER_MS = 60 * MINUTE_MS,
    STRANGERS_SHARE = 20,
    ALERT_COUNTS_MS = 7 * DAY_MS,
    GUARDED_MAX = 32 /* of one entry of the watch list */
};

/* The engine has no time yet when it has only saved ships: then every age is 0. */
static int64_t measure_age(const struct engine *e, int64_t since_ms)
{
    return e->now_ms != TIME_NONE ? e->now_ms - since_ms : 0;
}

static struct ship *ship_of_age(struct heap_node *node)
{
    return (struct ship *)(void *)((char *)node - offsetof(struct ship, age));
}

/* --- strangers, in the order in which they came --- */

static int compare_strangers(const void *a, const void *b)
{
    const struct stranger *x = a, *y = b;
    if (x->listed_ms != y->listed_ms)
        return x->listed_ms < y->listed_ms ? -1 : 1;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

static int list_stranger(struct strangers *list, uint32_t mmsi, int64_t listed_ms)
{
    if (list->end == list->room && list->begin > list->room / 2) {
        memmove(list->items, list->items + list->begin,
                (list->end - list->begin) * sizeof *list->items);
        list->end -= list->begin;
        list->begin = 0;
    }
    if (array_grow(&list->items, &list->room, list->end + 1, sizeof *list->items) != 0)
        return ERR_NOMEM;
    if (list->end > list->begin && list->items[list->end - 1].listed_ms > listed_ms)
        list->is_unsorted = true; /* saved ships are not in this order */
    list->items[list->end++] = (struct stranger){listed_ms, mmsi};
    list->ships++;
    return 0;
}

/* The ship of an entry; NULL: the ship has left the list since. */
static struct ship *find_stranger(const struct engine *e, const struct stranger *it)
{
    struct ship *s = ship_find(e, it->mmsi);
    bool is_there =
        s != NULL && s->standing == SHIP_LISTED && s->listed_ms == it->listed_ms;
    return is_there ? s : NULL;
}

/* Take the next stranger to be forgotten from the list; NULL: there is none.
 * `stale_only`: leave out strangers that may still become known. */
static struct ship *take_stranger(struct engine *e, bool stale_only)
{
    struct strangers *list = &e->strangers;
    if (list->is_unsorted)
        qsort(list->items + list->begin, list->end - list->begin, sizeof *list->items,
              compare_strangers);
    list->is_unsorted = false;
    while (list->begin < list->end) {
        const struct stranger *first = &list->items[list->begin];
        struct ship *s = find_stranger(e, first);
        if (s == NULL || measure_age(e, first->listed_ms) >= STALE_AFTER_MS)
            list->begin++;
        else if (stale_only)
            return NULL;
        else
            s = find_stranger(e, &list->items[--list->end]);
        if (s != NULL)
            return s;
    }
    return NULL;
}

/* --- the ones that are known --- */

/* Find the known ship that was heard longest ago; NULL: there is none. A ship that is
 * heard keeps its old place in the order of ages, so that no other ship's memory is
 * touched. Its place is corrected when it comes up as the oldest ship. */
static struct ship *find_known(struct engine *e)
{
    struct heap_node *node;
    while ((node = heap_first(&e->ages)) != NULL) {
        struct ship *s = ship_of_age(node);
        /* This cannot fail, because the node is already in the map. */
        if (node->due_ms != s->touched_ms &&
            heap_set(&e->ages, node, s->touched_ms, s->mmsi) == 0)
            continue;
        return s;
    }
    return NULL;
}

int ship_forget_list(struct engine *e, struct ship *s, int64_t now_ms)
{
    s->is_stranger = s->touched_ms - s->first_ms < KNOWN_AFTER_MS;
    s->listed_ms = now_ms;
    int rc = s->is_stranger ? list_stranger(&e->strangers, s->mmsi, s->listed_ms)
                            : heap_set(&e->ages, &s->age, s->touched_ms, s->mmsi);
    if (rc == 0)
        s->standing = s->is_stranger ? SHIP_LISTED : SHIP_AGED;
    return rc;
}

void ship_forget_remove(struct engine *e, struct ship *s)
{
    if (s->standing == SHIP_LISTED)
        e->strangers.ships--;
    heap_remove(s->standing == SHIP_ASIDE ? &e->open : &e->ages, &s->age);
    s->standing = SHIP_UNPLACED;
}

void ship_forget_know(struct engine *e, struct ship *s)
{
    if (s->touched_ms - s->first_ms < KNOWN_AFTER_MS)
        return;
    ship_forget_remove(e, s);
    if (ship_forget_list(e, s, s->touched_ms) != 0)
        s->standing = SHIP_ASIDE; /* out of memory: until its next change */
}

void ship_forget_return(struct engine *e, struct ship *s)
{
    heap_remove(&e->open, &s->age);
    (void)!ship_forget_list(e, s, e->now_ms); /* without memory it stays aside */
}

/* --- the ones that matter --- */

void ship_forget_unguard(struct engine *e, struct ship *s)
{
    if (s->guard != 0)
        e->guarded[s->guard - 1]--;
    s->guard = 0;
    s->is_guarded = false;
}

void ship_forget_guard(struct engine *e, struct ship *s, size_t entry)
{
    if (s->matched_by != WATCH_BY_MMSI && e->guarded[entry] >= GUARDED_MAX)
        return;
    s->is_guarded = true;
    if (s->matched_by == WATCH_BY_MMSI)
        return;
    e->guarded[entry]++;
    s->guard = (uint32_t)entry + 1;
}

static bool is_track_open(const struct engine *e, const struct ship_track *item)
{
    if (item->call.current.port != PORT_NONE)
        return true;
    for (size_t i = 0; i < e->conf.rule_count; i++)
        if (item->slots[i] != NULL && !e->conf.rules[i].kind->hooks->keeps_marks)
            return true;
    return false;
}

static bool is_open(const struct engine *e, const struct ship *s)
{
    if (s->watch != NULL ||
        (s->told_ms != TIME_NONE && measure_age(e, s->told_ms) < ALERT_COUNTS_MS))
        return true;
    for (uint32_t i = 0; i < s->folds.count; i++)
        if (measure_age(e, s->folds.items[i].time_ms) <
            e->conf.rules[s->folds.items[i].rule].repeat_ms)
            return true;
    for (uint8_t i = 0; i < s->track_count; i++)
        if (is_track_open(e, s->items[i]))
            return true;
    return false;
}

int ship_forget_open(struct engine *e, struct ship *s)
{
    ship_forget_remove(e, s);
    s->standing = SHIP_ASIDE;
    return heap_set(&e->open, &s->age,
                    s->is_stranger ? INT64_MIN / 2 - s->listed_ms : s->touched_ms,
                    s->mmsi);
}

/* Check a ship whose turn to be forgotten has come. True: the ship matters and is set
 * aside. */
static bool set_aside(struct engine *e, struct ship *s)
{
    engine_reconfigure_note(e, s); /* for the ship that follows */
    if (!s->is_guarded)
        return is_open(e, s) && ship_forget_open(e, s) == 0;
    ship_forget_remove(e, s);
    s->standing = SHIP_ASIDE;
    return true;
}

/* --- what is remembered of the forgotten --- */

static uint64_t mark_key(const struct rule *rule, uint32_t mmsi)
{
    return (uint64_t)mmsi << 32 | (uint32_t)hash_u64(rule->definition, 0);
}

/* Remember a mark of a forgotten ship. There are two maps: when the newer map is full,
 * the older map is dropped. Strangers have separate maps, so that a flood of strangers
 * does not push out the marks of other ships. */
static int remember_mark(struct engine *e, const struct ship *s, const struct rule *rule)
{
    struct map *newer = &e->marks[s->is_stranger ? 2 : 0], *older = newer + 1;
    if (newer->count >= e->conf.vessels_max) {
        map_finish(older);
        *older = *newer;
        map_init(newer);
    }
    return map_set(newer, mark_key(rule, s->mmsi),
                   (void *)(uintptr_t)(s->touched_ms / SECOND_MS));
}

static int remember_marks(struct engine *e, const struct ship *s)
{
    int rc = 0;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        bool is_marked = false;
        for (uint8_t k = 0; k < s->track_count && !is_marked; k++)
            is_marked = s->items[k]->slots[i] != NULL;
        if (is_marked && e->conf.rules[i].kind->hooks->keeps_marks)
            rc = remember_mark(e, s, &e->conf.rules[i]);
    }
    return rc;
}

int64_t ship_forget_heard_before(const struct engine *e, const struct ship *s,
                                 const struct rule *rule)
{
    int64_t heard_ms = TIME_NONE;
    for (size_t i = 0; i < SHIP_MARKS; i++) {
        void *value = map_get(&e->marks[i], mark_key(rule, s->mmsi));
        int64_t time_ms = (int64_t)(uintptr_t)value * SECOND_MS;
        if (value != NULL && (heard_ms == TIME_NONE || time_ms > heard_ms))
            heard_ms = time_ms;
    }
    return heard_ms;
}

/* --- making room --- */

static int forget_ship(struct engine *e, struct ship *s, enum engine_forgot why)
{
    int rc = ship_forget_close(e, s);
    if (rc != 0)
        return rc;
    e->counts.forgotten[why]++;
    e->counts.vessels_forgotten++;
    return 0;
}

int ship_forget_one(struct engine *e)
{
    size_t most = e->conf.vessels_max;
    struct ship *s;
    while ((s = take_stranger(e, e->strangers.ships <= most / STRANGERS_SHARE)) != NULL)
        if (!set_aside(e, s))
            return forget_ship(e, s, ENGINE_FORGOT_STRANGER);
    while ((s = find_known(e)) != NULL)
        if (!set_aside(e, s))
            return forget_ship(e, s, ENGINE_FORGOT_KNOWN);
    while ((s = take_stranger(e, false)) != NULL)
        if (!set_aside(e, s))
            return forget_ship(e, s, ENGINE_FORGOT_STRANGER);
    struct heap_node *node = heap_first(&e->open);
    return node == NULL || e->ships.count < most + most / 4
               ? 0
               : forget_ship(e, ship_of_age(node), ENGINE_FORGOT_OPEN);
}

int ship_forget_close(struct engine *e, struct ship *s)
{
    int rc = ship_forget_note(e, s->mmsi);
    if (rc == 0)
        rc = remember_marks(e, s);
    if (rc == 0)
        ship_destroy(e, s);
    return rc;
}

int ship_forget_note(struct engine *e, uint32_t mmsi)
{
    if (array_grow(&e->forgotten, &e->forgotten_room, e->forgotten_count + 1,
                   sizeof *e->forgotten) != 0)
        return ERR_NOMEM;
    e->forgotten[e->forgotten_count++] = mmsi;
    return 0;
}
