/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the watched vessels: entries of the same ship, by IMO number or, without one,
 * by MMSI, are joined and have the tags of all. */
#include "conf_watched.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"

void conf_watched_init(struct conf_watched *v, struct conf_reader *r)
{
    memset(v, 0, sizeof *v);
    v->r = r;
    map_init(&v->by_number);
    map_init(&v->tags);
}

void conf_watched_finish(struct conf_watched *v)
{
    for (size_t i = 0; i < v->count; i++)
        conf_watched_entry_finish(&v->entries[i]);
    free(v->entries);
    map_finish(&v->by_number);
    map_finish(&v->tags);
}

void conf_watched_entry_finish(struct watch_entry *entry)
{
    free(entry->id);
    free(entry->name);
    free(entry->callsign);
    free(entry->note);
    conf_memory_texts_free(entry->tags, entry->tag_count);
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

void conf_watched_add_tags(struct conf_reader *r, struct watch_entry *entry,
                           char *const *tags, size_t count)
{
    char **all = realloc(entry->tags, (entry->tag_count + count + 1) * sizeof *all);
    if (all == NULL) {
        conf_report_nomem(r);
        return;
    }
    entry->tags = all;
    for (size_t i = 0; i < count; i++)
        if (!has_tag(entry, tags[i]) &&
            (all[entry->tag_count] = conf_memory_copy(r, tags[i])))
            entry->tag_count++;
}

static void fill_entry(char **into, char **from)
{
    if (*into != NULL && **into != '\0')
        return;
    free(*into);
    *into = *from;
    *from = NULL;
}

/* Take over the entry: join it with an earlier one of the same ship, or add it. */
void conf_watched_add(struct conf_watched *v, struct watch_entry *entry)
{
    uint64_t number = entry_number(entry);
    void *known = number != 0 ? map_get(&v->by_number, number) : NULL;
    if (known != NULL) {
        struct watch_entry *first = &v->entries[(uintptr_t)known - 1];
        conf_watched_add_tags(v->r, first, entry->tags, entry->tag_count);
        fill_entry(&first->id, &entry->id);
        fill_entry(&first->name, &entry->name);
        fill_entry(&first->callsign, &entry->callsign);
        fill_entry(&first->note, &entry->note);
        if (first->mmsi == 0)
            first->mmsi = entry->mmsi;
        conf_watched_entry_finish(entry);
        return;
    }
    if (array_grow(&v->entries, &v->capacity, v->count + 1, sizeof *v->entries) != 0) {
        conf_report_nomem(v->r);
        conf_watched_entry_finish(entry);
        return;
    }
    v->entries[v->count++] = *entry;
    if (number != 0 && map_set(&v->by_number, number, (void *)(uintptr_t)v->count) != 0)
        conf_report_nomem(v->r);
}

/* Remember tags that rules may name, each once. */
void conf_watched_know_tags(struct conf_watched *v, char *const *tags, size_t count)
{
    struct conf_reader *r = v->r;
    for (size_t i = 0; i < count && r->code == 0; i++) {
        uint64_t key = hash_text(tags[i], 0);
        if (map_get(&v->tags, key) != NULL)
            continue;
        if (array_grow(&r->tags, &r->tag_room, r->tag_count + 1, sizeof *r->tags) != 0 ||
            map_set(&v->tags, key, v) != 0)
            conf_report_nomem(r);
        else if ((r->tags[r->tag_count] = conf_memory_copy(r, tags[i])) != NULL)
            r->tag_count++;
    }
}

void conf_watched_hand_over(struct conf_watched *v)
{
    static char empty[] = "";
    struct conf_reader *r = v->r;
    struct watch *watch = watch_create();
    r->conf->engine.watch = watch;
    if (watch == NULL)
        conf_report_nomem(r);
    for (size_t i = 0; i < v->count && r->code == 0; i++) {
        struct watch_entry entry = v->entries[i];
        entry.id = entry.id != NULL ? entry.id : empty;
        entry.name = entry.name != NULL ? entry.name : empty;
        entry.callsign = entry.callsign != NULL ? entry.callsign : empty;
        entry.note = entry.note != NULL ? entry.note : empty;
        if (watch_add(watch, &entry) != 0)
            conf_report_nomem(r);
    }
}
