/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of one list, as they are kept from one version to the next; and what a newer
 * version adds and drops. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/track/watch_roll.h"

enum { PROGRAMS_MAX = 64, TEXT_BYTES = 1024 };

/* --- kept --- */

static const struct watch_source *source_in(const struct watch_entry *e,
                                            const struct watch_list *list, size_t *at)
{
    while (*at < e->source_count)
        if (e->sources[(*at)++].list == list)
            return &e->sources[*at - 1];
    return NULL;
}

static void save_ship_of(const struct watch_entry *e, const struct watch_source *source,
                         struct wire_writer *w)
{
    wire_put_u64(w, 1);
    wire_put_u64(w, e->imo);
    wire_put_u64(w, e->mmsi);
    wire_put_text(w, e->name);
    wire_put_text(w, e->callsign);
    wire_put_text(w, source->entry);
    wire_put_text(w, source->name);
    size_t programs =
        source->program_count < PROGRAMS_MAX ? source->program_count : PROGRAMS_MAX;
    wire_put_u64(w, programs);
    for (size_t i = 0; i < programs; i++)
        wire_put_text(w, source->programs[i]);
}

void watch_roll_save(const struct watch *w, const struct watch_list *list,
                     struct wire_writer *out)
{
    for (size_t i = 0; i < watch_count(w); i++) {
        const struct watch_entry *e = watch_entry(w, i);
        const struct watch_source *source;
        for (size_t at = 0; e != NULL && (source = source_in(e, list, &at)) != NULL;)
            save_ship_of(e, source, out);
    }
    wire_put_u64(out, 0);
}

static char *take_text(struct wire_reader *r)
{
    char text[TEXT_BYTES];
    wire_get_text(r, text, sizeof text);
    return strdup(text);
}

/* One ship of the record. ERR_CORRUPT, ERR_NOMEM */
static int load_ship_of(struct watch *w, const struct watch_list *list,
                        struct wire_reader *r)
{
    char *programs[PROGRAMS_MAX];
    struct watch_source source = {.list = list, .programs = programs};
    struct watch_entry e = {.sources = &source, .source_count = 1};
    e.imo = (uint32_t)wire_get_limited(r, 9999999);
    e.mmsi = (uint32_t)wire_get_limited(r, 999999999);
    e.name = take_text(r);
    e.callsign = take_text(r);
    source.entry = take_text(r);
    source.name = take_text(r);
    bool is_whole = e.name != NULL && e.callsign != NULL && source.entry != NULL &&
                    source.name != NULL;
    size_t count = (size_t)wire_get_limited(r, PROGRAMS_MAX);
    for (; is_whole && source.program_count < count; source.program_count++) {
        programs[source.program_count] = take_text(r);
        is_whole = programs[source.program_count] != NULL;
        if (!is_whole)
            break;
    }
    int rc = is_whole ? 0 : ERR_NOMEM;
    if (rc == 0)
        rc = r->failed ? ERR_CORRUPT : watch_add(w, &e);
    for (size_t i = 0; i < source.program_count; i++)
        free(programs[i]);
    free(e.name);
    free(e.callsign);
    free(source.entry);
    free(source.name);
    return rc;
}

int watch_roll_load(struct watch *w, const struct watch_list *list, struct wire_reader *r)
{
    int rc = 0;
    while (rc == 0 && wire_get_limited(r, 1) == 1)
        rc = load_ship_of(w, list, r);
    return rc == 0 && r->failed ? ERR_CORRUPT : rc;
}

/* --- what changed --- */

uint64_t watch_roll_key(const struct watch_entry *e, const struct watch_source *source)
{
    uint64_t hash = hash_text(source->list->id, 0);
    if (source->entry[0] != '\0')
        return hash_text(source->entry, hash) | 1;
    hash = hash_u64(e->imo != 0 ? e->imo : e->mmsi, hash);
    if (e->imo == 0 && e->mmsi == 0)
        hash = hash_text(e->name, hash_text(e->callsign, hash));
    return hash | 1;
}

static int collect_sources(const struct watch *w, struct map *ret)
{
    int rc = 0;
    for (size_t i = 0; i < watch_count(w) && rc == 0; i++) {
        const struct watch_entry *e = watch_entry(w, i);
        for (size_t k = 0; e != NULL && k < e->source_count && rc == 0; k++)
            rc = map_set(ret, watch_roll_key(e, &e->sources[k]), &e->sources[k]);
    }
    return rc;
}

static bool has_list(const struct watch *w, const char *id)
{
    for (size_t i = 0; i < watch_list_count(w); i++)
        if (strcmp(watch_list_at(w, i)->id, id) == 0)
            return true;
    return false;
}

/* Whether a source without an entry id, in a row that is the same ship by its numbers or
 * names, is of that list: rows without ids gain and lose numbers. */
static bool has_same_ship(const struct watch *w, const struct watch_entry *e,
                          const struct watch_source *source)
{
    int64_t at = source->entry[0] == '\0' ? watch_match_entry(w, e) : -1;
    const struct watch_entry *same = at >= 0 ? watch_entry(w, (size_t)at) : NULL;
    for (size_t i = 0; same != NULL && i < same->source_count; i++)
        if (same->sources[i].entry[0] == '\0' &&
            strcmp(same->sources[i].list->id, source->list->id) == 0)
            return true;
    return false;
}

/* Give out the sources of w that `others` lacks. */
static int tell_lacking(const struct watch *w, const struct watch *other,
                        const struct map *others, const struct watch_roll_sink *sink)
{
    bool is_added = sink->now == w;
    int rc = 0;
    for (size_t i = 0; i < watch_count(w) && rc == 0; i++) {
        const struct watch_entry *e = watch_entry(w, i);
        for (size_t k = 0; e != NULL && k < e->source_count && rc == 0; k++) {
            const struct watch_source *source = &e->sources[k];
            if (map_get(others, watch_roll_key(e, source)) == NULL &&
                (is_added || has_list(other, source->list->id)) &&
                !has_same_ship(other, e, source))
                rc = sink->on_change(sink->context, is_added, e, source);
        }
    }
    return rc;
}

int watch_roll_compare(const struct watch *before, const struct watch_roll_sink *sink)
{
    struct map old_ones, new_ones;
    map_init(&old_ones);
    map_init(&new_ones);
    int rc = collect_sources(before, &old_ones);
    if (rc == 0)
        rc = collect_sources(sink->now, &new_ones);
    if (rc == 0)
        rc = tell_lacking(before, sink->now, &new_ones, sink);
    if (rc == 0)
        rc = tell_lacking(sink->now, before, &old_ones, sink);
    map_finish(&old_ones);
    map_finish(&new_ones);
    return rc;
}
