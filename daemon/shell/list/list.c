/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of a list: its ships, and who holds it. */
#include <stdlib.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"

const char *const list_columns[LIST_COLUMNS] = {
    "id", "entry", "name", "imo", "mmsi", "callsign", "program", "owner", "note"};

static void free_ship_texts(struct list_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
}

void list_free_ship(struct list_ship *ship)
{
    free(ship->entry);
    free(ship->id);
    free(ship->name);
    free(ship->callsign);
    free(ship->flag);
    free(ship->note);
    free_ship_texts(&ship->aliases);
    free_ship_texts(&ship->programs);
    free_ship_texts(&ship->owners);
    free_ship_texts(&ship->topics);
    free(ship->mmsis);
    memset(ship, 0, sizeof *ship);
}

/* --- holders --- */

struct list_whole *list_make(void)
{
    struct list_whole *whole = calloc(1, sizeof *whole);
    if (whole != NULL)
        atomic_init(&whole->holders, 1);
    return whole;
}

/* The list is the first member. */
static struct list_whole *whole_of(struct list *list)
{
    return (struct list_whole *)(void *)list;
}

struct list *list_hold(struct list *list)
{
    atomic_fetch_add(&whole_of(list)->holders, 1);
    return list;
}

void list_release(struct list *list)
{
    if (list == NULL || atomic_fetch_sub(&whole_of(list)->holders, 1) != 1)
        return;
    for (size_t i = 0; i < list->count; i++)
        list_free_ship(&list->ships[i]);
    free(list->ships);
    free(whole_of(list));
}

/* --- ships of one entry --- */

int list_add_text(struct list_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (strcmp(texts->items[i], text) == 0)
            return 0;
    char *copy = strdup(text);
    if (copy == NULL ||
        array_extend(&texts->items, texts->count, 1, sizeof *texts->items) != 0) {
        free(copy);
        return ERR_NOMEM;
    }
    texts->items[texts->count++] = copy;
    return 0;
}

static void fill_member(char **member, char **from)
{
    if (*member != NULL)
        return;
    *member = *from;
    *from = NULL;
}

int list_add_texts(struct list_texts *texts, const struct list_texts *from)
{
    int rc = 0;
    for (size_t i = 0; i < from->count && rc == 0; i++)
        rc = list_add_text(texts, from->items[i]);
    return rc;
}

static int merge_mmsis(struct list_ship *ship, const struct list_ship *from)
{
    int rc = array_extend(&ship->mmsis, ship->mmsi_count, from->mmsi_count,
                          sizeof *ship->mmsis);
    for (size_t i = 0; rc == 0 && i < from->mmsi_count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ship->mmsi_count; k++)
            is_known = is_known || ship->mmsis[k] == from->mmsis[i];
        if (!is_known)
            ship->mmsis[ship->mmsi_count++] = from->mmsis[i];
    }
    return rc;
}

/* What a further row says of a ship; a further name is an alias. */
static int merge_ship(struct list_ship *ship, struct list_ship *from)
{
    int rc = 0;
    if (ship->imo == 0)
        ship->imo = from->imo;
    fill_member(&ship->id, &from->id);
    fill_member(&ship->callsign, &from->callsign);
    fill_member(&ship->flag, &from->flag);
    fill_member(&ship->note, &from->note);
    if (ship->name != NULL && from->name != NULL && strcmp(ship->name, from->name) != 0)
        rc = list_add_text(&ship->aliases, from->name);
    fill_member(&ship->name, &from->name);
    if (rc == 0)
        rc = list_add_texts(&ship->aliases, &from->aliases);
    if (rc == 0)
        rc = list_add_texts(&ship->programs, &from->programs);
    if (rc == 0)
        rc = list_add_texts(&ship->owners, &from->owners);
    if (rc == 0)
        rc = list_add_texts(&ship->topics, &from->topics);
    return rc == 0 ? merge_mmsis(ship, from) : rc;
}

/* --- the list --- */

static uint64_t entry_key(const char *entry, uint32_t imo)
{
    return hash_u64(imo, hash_text(entry, 0)) | 1;
}

static size_t find_entry_ship(const struct list_reader *r, const char *entry,
                              uint32_t imo)
{
    const struct list *list = &r->whole->list;
    uintptr_t index = (uintptr_t)map_get(&r->by_entry, entry_key(entry, imo));
    if (index == 0 || strcmp(list->ships[index - 1].entry, entry) != 0)
        return SIZE_MAX;
    return index - 1;
}

size_t list_find_entry(const struct list_reader *r, const char *entry)
{
    return find_entry_ship(r, entry, 0);
}

/* The ship to which a row adds: one of its entry that has its IMO number, or either has
 * none. */
static size_t find_same(const struct list_reader *r, const struct list_ship *ship)
{
    size_t first = find_entry_ship(r, ship->entry, 0);
    if (first == SIZE_MAX || ship->imo == 0 || r->whole->list.ships[first].imo == 0)
        return first;
    return find_entry_ship(r, ship->entry, ship->imo);
}

static int remember_entry(struct list_reader *r, size_t index)
{
    const struct list_ship *ship = &r->whole->list.ships[index];
    void *value = (void *)(uintptr_t)(index + 1);
    int rc = 0;
    if (ship->entry == NULL)
        return 0;
    if (find_entry_ship(r, ship->entry, 0) == SIZE_MAX)
        rc = map_set(&r->by_entry, entry_key(ship->entry, 0), value);
    if (rc == 0 && ship->imo != 0)
        rc = map_set(&r->by_entry, entry_key(ship->entry, ship->imo), value);
    return rc;
}

int list_add_ship(struct list_reader *r, struct list_ship *ship)
{
    struct list_whole *whole = r->whole;
    size_t same = ship->entry != NULL ? find_same(r, ship) : SIZE_MAX;
    int rc = 0;
    if (same != SIZE_MAX) {
        rc = merge_ship(&whole->list.ships[same], ship);
        list_free_ship(ship);
        return rc != 0 ? rc : remember_entry(r, same);
    }
    rc = array_grow(&whole->list.ships, &whole->room, whole->list.count + 1,
                    sizeof *whole->list.ships);
    if (rc != 0) {
        list_free_ship(ship);
        return rc;
    }
    whole->list.ships[whole->list.count++] = *ship;
    memset(ship, 0, sizeof *ship);
    return remember_entry(r, whole->list.count - 1);
}
