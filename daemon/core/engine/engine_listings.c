/* SPDX-License-Identifier: Apache-2.0 */
/* The ships that a newly read list adds or drops, of those that were heard or are on
 * another list. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/array.h"
#include "lookout/track/watch_roll.h"

struct change {
    bool is_added, is_told;
    const struct watch_entry *entry;
    const struct watch_source *source;
};
/* A ship, and the change that is about it. */
struct listing {
    const struct ship *ship;
    size_t change;
};
struct listings {
    const struct engine *e;
    const struct watch *before;
    struct change *changes; /* owned, as is found */
    size_t change_count, change_room;
    struct listing *found;
    size_t found_count, found_room;
    struct map added, dropped; /* a source's key -> index of the change, and one */
    int64_t read_ms;
    engine_listing_take take;
    void *context;
};

static int note_change(void *context, bool is_added, const struct watch_entry *entry,
                       const struct watch_source *source)
{
    struct listings *l = context;
    int rc =
        array_grow(&l->changes, &l->change_room, l->change_count + 1, sizeof *l->changes);
    if (rc != 0)
        return rc;
    l->changes[l->change_count++] =
        (struct change){.is_added = is_added, .entry = entry, .source = source};
    return map_set(is_added ? &l->added : &l->dropped, watch_roll_key(entry, source),
                   (void *)(uintptr_t)l->change_count);
}

/* --- ships that were heard --- */

static int note_listed_ship(struct listings *l, const struct ship *s,
                            const struct watch_entry *watch, const struct map *changes)
{
    int rc = 0;
    for (size_t i = 0; watch != NULL && i < watch->source_count && rc == 0; i++) {
        uint64_t key = watch_roll_key(watch, &watch->sources[i]);
        uintptr_t index = (uintptr_t)map_get(changes, key);
        if (index == 0)
            continue;
        rc = array_grow(&l->found, &l->found_room, l->found_count + 1, sizeof *l->found);
        if (rc == 0)
            l->found[l->found_count++] = (struct listing){s, index - 1};
    }
    return rc;
}

/* As which entry of the list before the ship was watched; -1: none. */
static int64_t entry_before(const struct listings *l, const struct ship *s)
{
    enum watch_by by;
    bool is_kept = s->matched_by == WATCH_BY_BEFORE;
    const struct watch_entry *kept = is_kept ? s->watch : ship_watch_left(l->e, s->mmsi);
    int64_t at = kept != NULL ? watch_match_entry(l->before, kept) : -1;
    return at >= 0 ? at : watch_match(l->before, s->mmsi, &s->info, &by);
}

static int find_ships(struct listings *l)
{
    size_t cursor = 0;
    const struct ship *s;
    int rc = 0;
    while (rc == 0 && (s = ship_next(l->e, &cursor)) != NULL) {
        int64_t was = l->dropped.count != 0 ? entry_before(l, s) : -1;
        if (l->added.count != 0)
            rc = note_listed_ship(l, s, s->watch, &l->added);
        if (rc == 0 && was >= 0)
            rc = note_listed_ship(l, s, watch_entry(l->before, (size_t)was), &l->dropped);
    }
    return rc;
}

static int compare_listings(const void *a, const void *b)
{
    const struct listing *x = a, *y = b;
    if (x->ship->mmsi != y->ship->mmsi)
        return x->ship->mmsi < y->ship->mmsi ? -1 : 1;
    return x->change < y->change ? -1 : x->change > y->change;
}

/* --- telling --- */

static const struct watch_list *list_now(const struct listings *l, const char *id)
{
    const struct watch *now = l->e->conf.watch;
    for (size_t i = 0; i < watch_list_count(now); i++)
        if (strcmp(watch_list_at(now, i)->id, id) == 0)
            return watch_list_at(now, i);
    return NULL;
}

static int tell_listing(struct listings *l, struct change *c,
                        const struct body_ship *ship)
{
    struct alert_listing listing = {.is_listed = c->is_added,
                                    .ship = ship,
                                    .entry = c->entry,
                                    .source = c->source,
                                    .list = list_now(l, c->source->list->id),
                                    .read_ms = l->read_ms};
    struct alert alert;
    json_t *data = NULL;
    c->is_told = true;
    int rc = alert_list_begin(&l->e->alert, &listing, &alert, &data);
    return rc == 0 ? l->take(l->context, &alert, data) : rc;
}

/* Is a ship that was never heard on another list? */
static const struct watch_entry *find_elsewhere(const struct listings *l,
                                                const struct change *c)
{
    const struct watch_entry *e = c->entry;
    if (!c->is_added) {
        struct vessel_static info;
        enum watch_by by;
        vessel_static_init(&info);
        info.imo = c->entry->imo;
        int64_t at = watch_match(l->e->conf.watch, c->entry->mmsi, &info, &by);
        e = at >= 0 ? watch_entry(l->e->conf.watch, (size_t)at) : NULL;
    }
    for (size_t i = 0; e != NULL && i < e->source_count; i++)
        if (strcmp(e->sources[i].list->id, c->source->list->id) != 0)
            return e;
    return NULL;
}

static int tell_all(struct listings *l)
{
    int rc = 0;
    if (l->found_count > 1)
        qsort(l->found, l->found_count, sizeof *l->found, compare_listings);
    for (size_t i = 0; i < l->found_count && rc == 0; i++) {
        const struct ship *s = l->found[i].ship;
        const struct body_ship ship = {s->mmsi, &s->info, s->watch,
                                       (enum watch_by)s->matched_by,
                                       ship_identity_former(s)};
        rc = tell_listing(l, &l->changes[l->found[i].change], &ship);
    }
    for (size_t i = 0; i < l->change_count && rc == 0; i++) {
        const struct watch_entry *elsewhere =
            l->changes[i].is_told ? NULL : find_elsewhere(l, &l->changes[i]);
        const struct body_ship unheard = {.watch = elsewhere};
        if (elsewhere != NULL)
            rc = tell_listing(l, &l->changes[i], &unheard);
    }
    return rc;
}

int engine_listings(const struct engine *e, const struct watch *before, int64_t read_ms,
                    engine_listing_take take, void *context)
{
    struct listings l = {
        .e = e, .before = before, .read_ms = read_ms, .take = take, .context = context};
    const struct watch_roll_sink sink = {
        .now = e->conf.watch, .on_change = note_change, .context = &l};
    map_init(&l.added);
    map_init(&l.dropped);
    int rc = watch_roll_compare(before, &sink);
    if (rc == 0 && l.change_count != 0)
        rc = find_ships(&l);
    if (rc == 0)
        rc = tell_all(&l);
    map_finish(&l.added);
    map_finish(&l.dropped);
    free(l.changes);
    free(l.found);
    return rc;
}

int engine_listings_refused(const struct engine_conf *conf,
                            const struct alert_refusal *refusal, struct alert *ret_alert)
{
    struct alert_context context = {conf->site, conf->link, &conf->timezone};
    return alert_list_make_refused(&context, refusal, ret_alert);
}
