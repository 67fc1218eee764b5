/* SPDX-License-Identifier: Apache-2.0 */
/* The watched vessels: finds the entry of the list for a vessel. Look-ups use hashes.
 * Each key (IMO number, MMSI, call sign with name, name alone) leads to a chain of
 * entries in the order in which they were added. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/base/text.h"
#include "lookout/track/vessel.h"

struct watch_node {
    struct watch_node *next; /* owned: a later entry with the same key */
    size_t entry;
};

enum { KEY_IMO, KEY_MMSI, KEY_CALLSIGN, KEY_NAME, KEYS };

struct watch {
    struct watch_entry *entries; /* owned */
    size_t count, room;
    struct map keys[KEYS]; /* values: owned struct watch_node */
};

const char *watch_by_name(enum watch_by by)
{
    static const char *const names[] = {"none", "imo", "mmsi", "callsign", "name"};
    return (size_t)by < sizeof names / sizeof names[0] ? names[by] : "none";
}

/* --- texts as they are compared --- */

#define NORMAL_BYTES 64

/* Keep letters and digits only, in upper case (bytes beyond ASCII stay): "Example-Trader"
 * and "EXAMPLE TRADER" are the same name. */
static void normalise_name(const char *text, char ret_normal[NORMAL_BYTES])
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < NORMAL_BYTES; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_lower = c >= 'a' && c <= 'z';
        bool is_upper = c >= 'A' && c <= 'Z';
        bool is_digit = c >= '0' && c <= '9';
        if (is_lower)
            c = (unsigned char)(c - 'a' + 'A');
        if (is_lower || is_upper || is_digit || c >= 0x80)
            ret_normal[n++] = (char)c;
    }
    ret_normal[n] = '\0';
}

static bool same_text(const char *a, const char *b)
{
    char x[NORMAL_BYTES], y[NORMAL_BYTES];
    normalise_name(a, x);
    normalise_name(b, y);
    return x[0] != '\0' && strcmp(x, y) == 0;
}

/* The hash of the normalised texts; 0, which is not a key, when one of them is empty. */
static uint64_t text_key(const char *callsign, const char *name)
{
    char normal[NORMAL_BYTES];
    uint64_t hash = 0;
    if (callsign != NULL) {
        normalise_name(callsign, normal);
        if (normal[0] == '\0')
            return 0;
        hash = hash_text(normal, 1);
    }
    normalise_name(name, normal);
    return normal[0] != '\0' ? hash_text(normal, hash) | 1 : 0;
}

/* --- entries --- */

static void entry_finish(struct watch_entry *e)
{
    free(e->id);
    free(e->name);
    free(e->callsign);
    free(e->note);
    for (size_t i = 0; i < e->tag_count; i++)
        free(e->tags[i]);
    free(e->tags);
    memset(e, 0, sizeof *e);
}

static char *copy_of_text(const char *text)
{
    return strdup(text != NULL ? text : "");
}

static bool entry_has_tag(const struct watch_entry *e, const char *tag)
{
    for (size_t i = 0; i < e->tag_count; i++)
        if (strcmp(e->tags[i], tag) == 0)
            return true;
    return false;
}

static int entry_add_tags(struct watch_entry *e, const struct watch_entry *from)
{
    if (from->tag_count == 0)
        return 0;
    char **tags = realloc(e->tags, (e->tag_count + from->tag_count) * sizeof *tags);
    if (tags == NULL)
        return ERR_NOMEM;
    e->tags = tags;
    for (size_t i = 0; i < from->tag_count; i++) {
        if (entry_has_tag(e, from->tags[i]))
            continue;
        char *tag = copy_of_text(from->tags[i]);
        if (tag == NULL)
            return ERR_NOMEM;
        e->tags[e->tag_count++] = tag;
    }
    return 0;
}

static int entry_copy(struct watch_entry *e, const struct watch_entry *from)
{
    memset(e, 0, sizeof *e);
    e->imo = from->imo;
    e->mmsi = from->mmsi;
    e->id = copy_of_text(from->id);
    e->name = copy_of_text(from->name);
    e->callsign = copy_of_text(from->callsign);
    e->note = copy_of_text(from->note);
    int rc = entry_add_tags(e, from);
    if (e->id == NULL || e->name == NULL || e->callsign == NULL || e->note == NULL)
        rc = ERR_NOMEM;
    if (rc != 0)
        entry_finish(e);
    return rc;
}

/* Replace an empty text by the text of another row. */
static int fill_text(char **text, const char *from)
{
    if ((*text)[0] != '\0' || from == NULL || from[0] == '\0')
        return 0;
    char *copy = copy_of_text(from);
    if (copy == NULL)
        return ERR_NOMEM;
    free(*text);
    *text = copy;
    return 0;
}

static int entry_merge(struct watch_entry *e, const struct watch_entry *from)
{
    if (e->mmsi == 0)
        e->mmsi = from->mmsi;
    int rc = fill_text(&e->id, from->id);
    if (rc == 0)
        rc = fill_text(&e->name, from->name);
    if (rc == 0)
        rc = fill_text(&e->callsign, from->callsign);
    if (rc == 0)
        rc = fill_text(&e->note, from->note);
    return rc != 0 ? rc : entry_add_tags(e, from);
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
                free(node);
            }
        }
        map_finish(&w->keys[k]);
    }
    for (size_t i = 0; i < w->count; i++)
        entry_finish(&w->entries[i]);
    free(w->entries);
    free(w);
}

/* Add the entry at the end of the chain of `key`. A key of 0 is ignored. */
static int add_map_key(struct map *map, uint64_t key, size_t entry)
{
    if (key == 0)
        return 0;
    struct watch_node *last = map_get(map, key);
    for (; last != NULL; last = last->next) {
        if (last->entry == entry)
            return 0;
        if (last->next == NULL)
            break;
    }
    struct watch_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return ERR_NOMEM;
    node->entry = entry;
    if (last != NULL) {
        last->next = node;
        return 0;
    }
    int rc = map_set(map, key, node);
    if (rc != 0)
        free(node);
    return rc;
}

/* The keys of a row. A name alone is a key only when the row has nothing better. */
static int add_keys(struct watch *w, const struct watch_entry *row, size_t entry)
{
    const char *callsign = row->callsign != NULL ? row->callsign : "";
    const char *name = row->name != NULL ? row->name : "";
    bool is_name_alone = row->imo == 0 && row->mmsi == 0 && callsign[0] == '\0';
    const uint64_t keys[KEYS] = {
        [KEY_IMO] = row->imo,
        [KEY_MMSI] = row->mmsi,
        [KEY_CALLSIGN] = text_key(callsign, name),
        [KEY_NAME] = is_name_alone ? text_key(NULL, name) : 0,
    };
    for (size_t k = 0; k < KEYS; k++) {
        int rc = add_map_key(&w->keys[k], keys[k], entry);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int append_entry(struct watch *w, const struct watch_entry *entry)
{
    int rc = array_grow(&w->entries, &w->room, w->count + 1, sizeof *w->entries);
    if (rc == 0)
        rc = entry_copy(&w->entries[w->count], entry);
    if (rc == 0)
        w->count++;
    return rc;
}

int watch_add(struct watch *w, const struct watch_entry *entry)
{
    const struct watch_node *known =
        entry->imo != 0 ? map_get(&w->keys[KEY_IMO], entry->imo) : NULL;
    size_t index = known != NULL ? known->entry : w->count;
    int rc =
        known != NULL ? entry_merge(&w->entries[index], entry) : append_entry(w, entry);
    return rc != 0 ? rc : add_keys(w, entry, index);
}

size_t watch_count(const struct watch *w)
{
    return w->count;
}

const struct watch_entry *watch_entry(const struct watch *w, size_t index)
{
    return index < w->count ? &w->entries[index] : NULL;
}

/* --- matching --- */

static bool entry_contradicts(const struct watch_entry *e, const struct vessel_static *s)
{
    return e->imo != 0 && s->imo != 0 && e->imo != s->imo;
}

/* Hashes of texts may collide, so compare the texts. A merged row may have brought the
 * name or call sign by which the entry was found, so only the entry's own texts are
 * compared. */
static bool key_agrees(const struct watch_entry *e, const struct vessel_static *s,
                       int key)
{
    if (entry_contradicts(e, s))
        return false;
    if (key == KEY_NAME)
        return same_text(e->name, s->name);
    if (key == KEY_CALLSIGN && e->imo == 0)
        return same_text(e->name, s->name) && same_text(e->callsign, s->callsign);
    return true;
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
    const uint64_t keys[KEYS] = {
        [KEY_IMO] = s->imo,
        [KEY_MMSI] = mmsi,
        [KEY_CALLSIGN] =
            w->keys[KEY_CALLSIGN].count != 0 ? text_key(s->callsign, s->name) : 0,
        [KEY_NAME] = w->keys[KEY_NAME].count != 0 ? text_key(NULL, s->name) : 0,
    };
    for (int k = 0; k < KEYS; k++) {
        const struct watch_node *node =
            keys[k] != 0 ? map_get(&w->keys[k], keys[k]) : NULL;
        for (; node != NULL; node = node->next) {
            if (!key_agrees(&w->entries[node->entry], s, k))
                continue;
            *ret_by = by[k];
            return (int64_t)node->entry;
        }
    }
    *ret_by = WATCH_BY_NONE;
    return -1;
}
