/* SPDX-License-Identifier: Apache-2.0 */
/* The watched vessels: finds the entry of the list for a vessel. Look-ups use hashes.
 * Each key (IMO number, MMSI, call sign with name, name alone) leads to a chain of
 * entries in the order in which they were added. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/base/text.h"
#include "watch_int.h"

#define NO_ENTRY SIZE_MAX

struct watch_node {
    struct watch_node *next; /* owned: a later entry with the same key */
    size_t entry;
    char *text; /* owned: a key of texts, for hashes may collide; NULL: a number */
    /* Of the first node of a text or number, by watch_seal: the joint entry of all, and
     * of those without an IMO number; NO_ENTRY: there are not several. */
    size_t joint, joint_unnumbered;
};

enum { KEY_IMO, KEY_MMSI, KEY_CALLSIGN, KEY_NAME, KEYS };

struct watch {
    struct watch_entry *entries; /* owned */
    size_t count, joined, room;  /* added; with the joint ones; allocated */
    struct map keys[KEYS];       /* values: owned struct watch_node */
    struct watch_list **lists;   /* owned, with their content */
    size_t list_count, list_room;
};

const char *watch_by_name(enum watch_by by)
{
    static const char *const names[] = {"none",     "imo",  "mmsi",
                                        "callsign", "name", "before"};
    return (size_t)by < sizeof names / sizeof names[0] ? names[by] : "none";
}

/* --- keys --- */

#define KEY_TEXT_BYTES (2 * (size_t)WATCH_NORMAL_BYTES)

/* "CALLSIGN NAME" or "NAME" as they are compared; false when one of them is empty. */
static bool make_key_text(const char *callsign, const char *name,
                          char ret_text[KEY_TEXT_BYTES])
{
    char first[WATCH_NORMAL_BYTES] = "", second[WATCH_NORMAL_BYTES];
    if (callsign != NULL)
        watch_entry_normalise(callsign, first);
    watch_entry_normalise(name, second);
    if ((callsign != NULL && first[0] == '\0') || second[0] == '\0')
        return false;
    snprintf(ret_text, KEY_TEXT_BYTES, "%s%s%s", first, callsign != NULL ? " " : "",
             second);
    return true;
}

/* Never 0, which means that there is no such key. */
static uint64_t hash_key_text(const char *text)
{
    return hash_text(text, 0) | 1;
}

static void free_watch_node(struct watch_node *node)
{
    free(node->text);
    free(node);
}

/* --- the list --- */

struct watch *watch_create(void)
{
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    for (size_t k = 0; k < KEYS; k++)
        map_init(&w->keys[k]);
    return w;
}

static void free_list(struct watch_list *list)
{
    free(list->id);
    free(list->file);
    free(list->published);
    free(list->sha256);
    free(list);
}

void watch_destroy(struct watch *w)
{
    if (w == NULL)
        return;
    for (size_t k = 0; k < KEYS; k++) {
        size_t cursor = 0;
        uint64_t key;
        void *value;
        while (map_next(&w->keys[k], &cursor, &key, &value)) {
            for (struct watch_node *node = value, *next; node != NULL; node = next) {
                next = node->next;
                free_watch_node(node);
            }
        }
        map_finish(&w->keys[k]);
    }
    for (size_t i = 0; i < w->joined; i++)
        watch_entry_finish(&w->entries[i]);
    free(w->entries);
    for (size_t i = 0; i < w->list_count; i++)
        free_list(w->lists[i]);
    free(w->lists);
    free(w);
}

const struct watch_list *watch_add_list(struct watch *w, const struct watch_list *list)
{
    if (array_grow(&w->lists, &w->list_room, w->list_count + 1, sizeof *w->lists) != 0)
        return NULL;
    struct watch_list *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return NULL;
    copy->id = strdup(list->id);
    copy->file = strdup(list->file);
    copy->published = strdup(list->published);
    copy->sha256 = strdup(list->sha256);
    if (copy->id == NULL || copy->file == NULL || copy->published == NULL ||
        copy->sha256 == NULL) {
        free_list(copy);
        return NULL;
    }
    w->lists[w->list_count++] = copy;
    return copy;
}

size_t watch_list_count(const struct watch *w)
{
    return w->list_count;
}

const struct watch_list *watch_list_at(const struct watch *w, size_t index)
{
    return index < w->list_count ? w->lists[index] : NULL;
}

/* The first node of that key and, of texts, with that text. */
static struct watch_node *find_node(const struct map *map, uint64_t key, const char *text)
{
    struct watch_node *node = key != 0 ? map_get(map, key) : NULL;
    while (node != NULL && text != NULL && strcmp(node->text, text) != 0)
        node = node->next;
    return node;
}

static struct watch_node *make_node(size_t entry, const char *text)
{
    struct watch_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->entry = entry;
    node->joint = node->joint_unnumbered = NO_ENTRY;
    node->text = text != NULL ? strdup(text) : NULL;
    if (text != NULL && node->text == NULL) {
        free(node);
        return NULL;
    }
    return node;
}

/* Add the entry at the end of the chain of `key`. A key of 0 is ignored. */
static int add_map_key(struct map *map, uint64_t key, const char *text, size_t entry)
{
    if (key == 0)
        return 0;
    struct watch_node *last = map_get(map, key);
    for (; last != NULL; last = last->next) {
        bool is_same_text = text == NULL || strcmp(last->text, text) == 0;
        if (last->entry == entry && is_same_text)
            return 0;
        if (last->next == NULL)
            break;
    }
    struct watch_node *node = make_node(entry, text);
    if (node == NULL)
        return ERR_NOMEM;
    if (last != NULL) {
        last->next = node;
        return 0;
    }
    int rc = map_set(map, key, node);
    if (rc != 0)
        free_watch_node(node);
    return rc;
}

static int add_text_key(struct watch *w, const struct watch_entry *row, const char *name,
                        size_t entry)
{
    const char *callsign = row->callsign != NULL ? row->callsign : "";
    bool has_number = row->imo != 0 || row->mmsi != 0 || row->mmsi_count != 0;
    bool is_name_key = !has_number && (callsign[0] == '\0' || row->is_name_enough);
    char text[KEY_TEXT_BYTES];
    int rc = 0;
    if (make_key_text(callsign, name, text))
        rc = add_map_key(&w->keys[KEY_CALLSIGN], hash_key_text(text), text, entry);
    if (rc == 0 && is_name_key && make_key_text(NULL, name, text))
        rc = add_map_key(&w->keys[KEY_NAME], hash_key_text(text), text, entry);
    return rc;
}

/* The keys of a row. A name alone is a key only when the row has nothing better. */
static int add_keys(struct watch *w, const struct watch_entry *row, size_t entry)
{
    int rc = add_map_key(&w->keys[KEY_IMO], row->imo, NULL, entry);
    if (rc == 0)
        rc = add_map_key(&w->keys[KEY_MMSI], row->mmsi, NULL, entry);
    for (size_t i = 0; i < row->mmsi_count && rc == 0; i++)
        rc = add_map_key(&w->keys[KEY_MMSI], row->mmsis[i], NULL, entry);
    if (rc == 0 && row->name != NULL)
        rc = add_text_key(w, row, row->name, entry);
    for (size_t i = 0; i < row->alias_count && rc == 0; i++)
        rc = add_text_key(w, row, row->aliases[i], entry);
    return rc;
}

static int append_entry(struct watch *w, const struct watch_entry *entry)
{
    int rc = array_grow(&w->entries, &w->room, w->joined + 1, sizeof *w->entries);
    if (rc == 0)
        rc = watch_entry_copy(&w->entries[w->joined], entry);
    if (rc == 0)
        w->joined++;
    return rc;
}

/* The entry that the row adds to; NO_ENTRY: it is a new one. */
static size_t find_entry(const struct watch *w, const struct watch_entry *row)
{
    const struct watch_node *node = map_get(&w->keys[row->imo != 0 ? KEY_IMO : KEY_MMSI],
                                            row->imo != 0 ? row->imo : row->mmsi);
    while (node != NULL && w->entries[node->entry].imo != row->imo)
        node = node->next;
    return node != NULL ? node->entry : NO_ENTRY;
}

int watch_add(struct watch *w, const struct watch_entry *entry)
{
    size_t index = entry->imo != 0 || entry->mmsi != 0 ? find_entry(w, entry) : NO_ENTRY;
    int rc;
    if (index != NO_ENTRY) {
        rc = watch_entry_merge(&w->entries[index], entry);
    } else {
        index = w->count;
        rc = append_entry(w, entry);
        w->count = w->joined;
    }
    return rc != 0 ? rc : add_keys(w, entry, index);
}

size_t watch_count(const struct watch *w)
{
    return w->count;
}

size_t watch_count_joined(const struct watch *w)
{
    return w->joined;
}

const struct watch_entry *watch_entry(const struct watch *w, size_t index)
{
    return index < w->joined ? &w->entries[index] : NULL;
}

/* --- entries that share a key --- */

/* The next node from `node` on with the text of `first`, without an IMO number if so
 * asked. */
static const struct watch_node *next_sharing(const struct watch *w,
                                             const struct watch_node *node,
                                             const char *text, bool is_unnumbered)
{
    for (; node != NULL; node = node->next)
        if ((text == NULL || strcmp(node->text, text) == 0) &&
            (!is_unnumbered || w->entries[node->entry].imo == 0))
            return node;
    return NULL;
}

/* Join the entries of the chain from `first` on, if there are two and more. */
static int join_entries(struct watch *w, const struct watch_node *first,
                        bool is_unnumbered, size_t *ret_joint)
{
    const char *text = first->text;
    const struct watch_node *node = next_sharing(w, first, text, is_unnumbered);
    const struct watch_node *next =
        node != NULL ? next_sharing(w, node->next, text, is_unnumbered) : NULL;
    if (next == NULL)
        return 0;
    if (array_grow(&w->entries, &w->room, w->joined + 1, sizeof *w->entries) != 0)
        return ERR_NOMEM;
    struct watch_entry *joint = &w->entries[w->joined];
    int rc = watch_entry_copy(joint, &w->entries[node->entry]);
    if (rc != 0)
        return rc;
    *ret_joint = w->joined++;
    for (; next != NULL && rc == 0;
         next = next_sharing(w, next->next, text, is_unnumbered)) {
        if (w->entries[next->entry].imo != joint->imo)
            joint->imo = 0;
        rc = watch_entry_merge(joint, &w->entries[next->entry]);
    }
    return rc;
}

static int join_chain(struct watch *w, struct watch_node *first)
{
    int rc = 0;
    for (struct watch_node *node = first; node != NULL && rc == 0; node = node->next) {
        bool is_first_of_text = node == next_sharing(w, first, node->text, false);
        if (is_first_of_text)
            rc = join_entries(w, node, false, &node->joint);
        if (is_first_of_text && rc == 0)
            rc = join_entries(w, node, true, &node->joint_unnumbered);
    }
    return rc;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct watch_node *x = *(struct watch_node *const *)a;
    const struct watch_node *y = *(struct watch_node *const *)b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return x->text != NULL && y->text != NULL ? strcmp(x->text, y->text) : 0;
}

/* The chains of several nodes, in the order in which their first entries were added: the
 * order of a table must not reach any output. */
static int seal_key(struct watch *w, const struct map *map)
{
    struct watch_node **chains = malloc((map->count + 1) * sizeof *chains);
    size_t count = 0, cursor = 0;
    uint64_t key;
    void *value;
    int rc = chains != NULL ? 0 : ERR_NOMEM;
    while (rc == 0 && map_next(map, &cursor, &key, &value))
        if (((struct watch_node *)value)->next != NULL)
            chains[count++] = value;
    if (count > 1)
        qsort(chains, count, sizeof *chains, compare_nodes);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = join_chain(w, chains[i]);
    free(chains);
    return rc;
}

int watch_seal(struct watch *w)
{
    int rc = 0;
    for (size_t k = KEY_MMSI; k < KEYS && rc == 0; k++)
        rc = seal_key(w, &w->keys[k]);
    return rc;
}

/* --- matching --- */

static bool entry_contradicts(const struct watch_entry *e, const struct vessel_static *s)
{
    return e->imo != 0 && s->imo != 0 && e->imo != s->imo;
}

/* The entry, or joint entry, for the ship among those from `first` on, which share a key;
 * -1: the ship's IMO number contradicts them all. */
static int64_t choose_entry(const struct watch *w, const struct watch_node *first,
                            const struct vessel_static *s)
{
    size_t joint = s->imo == 0 ? first->joint : first->joint_unnumbered;
    if (joint != NO_ENTRY)
        return (int64_t)joint;
    const char *text = first->text;
    for (const struct watch_node *node = first; node != NULL;
         node = next_sharing(w, node->next, text, false))
        if (!entry_contradicts(&w->entries[node->entry], s))
            return (int64_t)node->entry;
    return -1;
}

int64_t watch_match(const struct watch *w, uint32_t mmsi, const struct vessel_static *s,
                    enum watch_by *ret_by)
{
    static const enum watch_by by[KEYS] = {
        [KEY_IMO] = WATCH_BY_IMO,
        [KEY_MMSI] = WATCH_BY_MMSI,
        [KEY_CALLSIGN] = WATCH_BY_CALLSIGN,
        [KEY_NAME] = WATCH_BY_NAME,
    };
    const uint64_t numbers[] = {[KEY_IMO] = s->imo, [KEY_MMSI] = mmsi};
    char text[KEY_TEXT_BYTES];
    for (int k = 0; k < KEYS; k++) {
        const struct map *map = &w->keys[k];
        const struct watch_node *node = NULL;
        if (map->count == 0)
            continue;
        if (k <= KEY_MMSI)
            node = find_node(map, numbers[k], NULL);
        else if (make_key_text(k == KEY_CALLSIGN ? s->callsign : NULL, s->name, text))
            node = find_node(map, hash_key_text(text), text);
        int64_t entry = node != NULL ? choose_entry(w, node, s) : -1;
        if (entry >= 0) {
            *ret_by = by[k];
            return entry;
        }
    }
    *ret_by = WATCH_BY_NONE;
    return -1;
}

int64_t watch_match_entry(const struct watch *w, const struct watch_entry *entry)
{
    struct vessel_static info;
    enum watch_by by;
    vessel_static_init(&info);
    info.imo = entry->imo;
    text_copy(info.name, sizeof info.name, entry->name);
    text_copy(info.callsign, sizeof info.callsign, entry->callsign);
    return watch_match(w, entry->mmsi, &info, &by);
}
