/* SPDX-License-Identifier: Apache-2.0 */
/* vessels and vessel_lists: the watched ones. Entries that are one ship by IMO number, or
 * by MMSI where no IMO number is given, are joined and carry the tags of all. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_vessels.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/track/vessel.h"

static void imo_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void mmsi_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base);
/* clang-format off */
#define OTHER .type = CONF_TYPE_OTHER
const struct conf_key conf_vessel_keys[] = {
    {"id",       .type = CONF_TYPE_ID, CONF_AT(watch_entry, id), .doc = "its name in this file"},
    {"name",     .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, name), .least = 1, .most = 34, .doc = "as the ship sends it"},
    {"imo",      OTHER, .read = imo_read,  .accepts = IMO_ACCEPTS, .doc = "its IMO number: decides where it is known"},
    {"mmsi",     OTHER, .read = mmsi_read, .accepts = MMSI_ACCEPTS, .doc = "its MMSI"},
    {"callsign", .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, callsign), .least = 1, .most = 7, .doc = "its call sign; counts together with the name"},
    {"tags",     OTHER, .read = tags_read, .accepts = TAGS_ACCEPTS, .doc = "words that rules may ask for"},
    {"note",     .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, note), .most = 1000, .doc = "for the reader"},
    {0},
};
/* clang-format on */

/* --- keys --- */

static void imo_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    const struct conf_bounds bounds = {1000000, 9999999, IMO_ACCEPTS};
    int64_t value = 0;
    if (!conf_int(r, node, &bounds, &value))
        return;
    if (!vessel_imo_is_valid((uint32_t)value))
        conf_error(r, node, IMO_ACCEPTS, "the check digit of %s is wrong", node->text);
    else
        entry->imo = (uint32_t)value;
}

static void mmsi_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    const struct conf_bounds bounds = {100000000, 999999999, MMSI_ACCEPTS};
    int64_t value = 0;
    if (!conf_int(r, node, &bounds, &value))
        return;
    if (!vessel_is_ship((uint32_t)value))
        conf_error(r, node, MMSI_ACCEPTS, "%s is not a ship's", node->text);
    else
        entry->mmsi = (uint32_t)value;
}

bool conf_vessels_tags(struct conf_reader *r, const struct conf_node *node,
                       char ***ret_tags, size_t *ret_count)
{
    if (!conf_is_list(r, node, 1, TAGS_ACCEPTS))
        return false;
    bool is_good = true;
    const char *tag = NULL;
    for (size_t i = 0; i < node->count; i++)
        is_good = conf_id(r, node->items[i], &tag) && is_good;
    return is_good && conf_texts(r, node, TAGS_ACCEPTS, ret_tags, ret_count);
}

static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    (void)conf_vessels_tags(r, node, &entry->tags, &entry->tag_count);
}

/* --- entries --- */

static void entry_finish(struct watch_entry *entry)
{
    free(entry->id);
    free(entry->name);
    free(entry->callsign);
    free(entry->note);
    conf_texts_free(entry->tags, entry->tag_count);
    memset(entry, 0, sizeof *entry);
}

static uint64_t entry_number(const struct watch_entry *entry)
{
    return entry->imo != 0 ? entry->imo : entry->mmsi;
}

static bool has_tag(const struct watch_entry *entry, const char *tag)
{
    for (size_t i = 0; i < entry->tag_count; i++)
        if (strcmp(entry->tags[i], tag) == 0)
            return true;
    return false;
}

void conf_vessels_add_tags(struct conf_reader *r, struct watch_entry *entry,
                           char *const *tags, size_t count)
{
    char **all = realloc(entry->tags, (entry->tag_count + count + 1) * sizeof *all);
    if (all == NULL) {
        conf_reader_nomem(r);
        return;
    }
    entry->tags = all;
    for (size_t i = 0; i < count; i++)
        if (!has_tag(entry, tags[i]) && (all[entry->tag_count] = conf_copy(r, tags[i])))
            entry->tag_count++;
}

static void fill(char **into, char **from)
{
    if (*into != NULL && **into != '\0')
        return;
    free(*into);
    *into = *from;
    *from = NULL;
}

/* Take the entry over: joined with an earlier one of the same ship, or as a new one. */
void conf_vessels_add(struct vessels *v, struct watch_entry *entry)
{
    uint64_t number = entry_number(entry);
    void *known = number != 0 ? map_get(&v->by_number, number) : NULL;
    if (known != NULL) {
        struct watch_entry *first = &v->entries[(uintptr_t)known - 1];
        conf_vessels_add_tags(v->r, first, entry->tags, entry->tag_count);
        fill(&first->id, &entry->id);
        fill(&first->name, &entry->name);
        fill(&first->callsign, &entry->callsign);
        fill(&first->note, &entry->note);
        if (first->mmsi == 0)
            first->mmsi = entry->mmsi;
        entry_finish(entry);
        return;
    }
    if (v->count == v->capacity) {
        size_t capacity = v->capacity > 0 ? 2 * v->capacity : 64;
        struct watch_entry *entries = realloc(v->entries, capacity * sizeof *entries);
        if (entries == NULL) {
            conf_reader_nomem(v->r);
            entry_finish(entry);
            return;
        }
        v->entries = entries;
        v->capacity = capacity;
    }
    v->entries[v->count++] = *entry;
    if (number != 0 && map_set(&v->by_number, number, (void *)(uintptr_t)v->count) != 0)
        conf_reader_nomem(v->r);
}

/* Tags that rules may name, each once. */
void conf_vessels_know_tags(struct vessels *v, char *const *tags, size_t count)
{
    struct conf_reader *r = v->r;
    for (size_t i = 0; i < count && r->code == 0; i++) {
        uint64_t key = hash_text(tags[i], 0);
        if (map_get(&v->tags, key) != NULL)
            continue;
        char **all = realloc(r->tags, (r->tag_count + 1) * sizeof *all);
        if (all == NULL || map_set(&v->tags, key, v) != 0) {
            conf_reader_nomem(r);
            r->tags = all != NULL ? all : r->tags;
            return;
        }
        r->tags = all;
        if ((all[r->tag_count] = conf_copy(r, tags[i])) != NULL)
            r->tag_count++;
    }
}

/* --- vessels: --- */

static void check_taken(struct vessels *v, const struct conf_node *list, size_t index,
                        const char *key)
{
    const struct conf_node *mine = conf_node_get(list->items[index], key);
    if (mine == NULL || mine->kind != CONF_NODE_SCALAR)
        return;
    uint64_t hash = hash_text(mine->text, hash_text(key, 1));
    uintptr_t line = (uintptr_t)map_get(&v->taken, hash);
    if (line != 0)
        conf_error(v->r, mine, NULL, "is taken by the vessel in line %d", (int)line);
    else if (map_set(&v->taken, hash, (void *)(uintptr_t)mine->line) != 0)
        conf_reader_nomem(v->r);
}

static void vessel_read(struct vessels *v, const struct conf_node *list, size_t index)
{
    struct conf_reader *r = v->r;
    const struct conf_node *node = list->items[index];
    struct watch_entry entry = {0};
    size_t errors = r->faults.errors;
    if (conf_read_mapping(r, node, conf_vessel_keys, &entry)) {
        check_taken(v, list, index, "id");
        check_taken(v, list, index, "imo");
        check_taken(v, list, index, "mmsi");
        if (conf_node_get(node, "imo") == NULL && conf_node_get(node, "mmsi") == NULL &&
            conf_node_get(node, "name") == NULL)
            conf_error(r, node, "imo, mmsi or name",
                       "the vessel cannot be recognised by what is given");
    }
    conf_vessels_know_tags(v, entry.tags, entry.tag_count);
    if (errors == r->faults.errors)
        conf_vessels_add(v, &entry);
    else
        entry_finish(&entry);
}

/* --- both --- */

static void to_watch(struct vessels *v)
{
    static char empty[] = "";
    struct conf_reader *r = v->r;
    struct watch *watch = watch_create();
    r->conf->engine.watch = watch;
    if (watch == NULL)
        conf_reader_nomem(r);
    for (size_t i = 0; i < v->count && r->code == 0; i++) {
        struct watch_entry entry = v->entries[i];
        entry.id = entry.id != NULL ? entry.id : empty;
        entry.name = entry.name != NULL ? entry.name : empty;
        entry.callsign = entry.callsign != NULL ? entry.callsign : empty;
        entry.note = entry.note != NULL ? entry.note : empty;
        if (watch_add(watch, &entry) != 0)
            conf_reader_nomem(r);
    }
}

void conf_vessels_read(struct conf_reader *r, const struct conf_node *vessels,
                       const struct conf_node *lists)
{
    struct vessels v = {.r = r};
    map_init(&v.by_number);
    map_init(&v.tags);
    map_init(&v.taken);
    if (vessels != NULL && conf_is_list(r, vessels, 0, "a list of vessels"))
        for (size_t i = 0; i < vessels->count && r->code == 0; i++)
            vessel_read(&v, vessels, i);
    if (lists != NULL && conf_is_list(r, lists, 0, "a list of CSV files"))
        for (size_t i = 0; i < lists->count && r->code == 0; i++)
            conf_list_read(&v, lists->items[i]);
    to_watch(&v);
    for (size_t i = 0; i < v.count; i++)
        entry_finish(&v.entries[i]);
    free(v.entries);
    map_finish(&v.by_number);
    map_finish(&v.tags);
    map_finish(&v.taken);
}
