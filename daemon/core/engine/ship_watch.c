/* SPDX-License-Identifier: Apache-2.0 */
/* Whose ship a ship is on the watch list: by what it sends, or as the one that it was
 * before. And what changes by a list that was read anew. */
#include "engine_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"

/* --- watched stays watched --- */

/* Another ship sends the entry's IMO number. */
static bool is_taken_over(const struct engine *e, const struct ship *s,
                          const struct watch_entry *entry)
{
    size_t cursor = 0;
    const struct ship *other;
    while (entry->imo != 0 && (other = ship_next(e, &cursor)) != NULL)
        if (other != s && other->info.imo == entry->imo)
            return true;
    return false;
}

/* A match is new while the first IMO number may still come: it then voids the match. */
static bool is_match_new(const struct engine *e, const struct ship *s)
{
    bool is_by_number = s->matched_by == WATCH_BY_IMO || s->matched_by == WATCH_BY_BEFORE;
    return !is_by_number && e->now_ms - s->first_ms < DAY_MS;
}

static bool contradicts_entry(uint32_t imo, const struct watch_entry *entry)
{
    return imo != 0 && entry->imo != 0 && imo != entry->imo;
}

/* The ship goes on as the entry's, whatever it sends now; `match` is what that means. */
static bool stays_watched(const struct engine *e, const struct ship *s, int64_t match)
{
    const struct watch_entry *entry = s->watch;
    if (entry == NULL)
        return false;
    if (match >= 0 && !contradicts_entry(s->info.imo, entry))
        return false;
    if (contradicts_entry(s->info.imo, entry) && is_match_new(e, s))
        return false;
    return !is_taken_over(e, s, entry);
}

static void set_match(struct engine *e, struct ship *s, int64_t entry, enum watch_by by)
{
    ship_forget_unguard(e, s);
    s->watch = entry >= 0 ? watch_entry(e->conf.watch, (size_t)entry) : NULL;
    e->kept_watched -= s->matched_by == WATCH_BY_BEFORE;
    e->kept_watched += by == WATCH_BY_BEFORE;
    s->matched_by = (uint8_t)by;
    if (entry >= 0)
        ship_forget_guard(e, s, (size_t)entry);
}

void ship_watch_match(struct engine *e, struct ship *s)
{
    enum watch_by by = WATCH_BY_NONE;
    int64_t entry = watch_match(e->conf.watch, s->mmsi, &s->info, &by);
    if (stays_watched(e, s, entry)) {
        int64_t before = watch_match_entry(e->conf.watch, s->watch);
        entry = before >= 0 ? before : entry;
        by = before >= 0 ? WATCH_BY_BEFORE : by;
    }
    set_match(e, s, entry, by);
}

int ship_watch_release(struct engine *e, struct ship *s)
{
    size_t cursor = 0;
    struct ship *other;
    int rc = 0;
    if (e->kept_watched == 0 || s->watch == NULL || s->matched_by != WATCH_BY_IMO)
        return 0;
    while (rc == 0 && (other = ship_next(e, &cursor)) != NULL) {
        if (other == s || other->matched_by != WATCH_BY_BEFORE || other->watch == NULL ||
            other->watch->imo != s->info.imo)
            continue;
        ship_mark(e, other);
        rc = ship_identify(e, other, true);
    }
    return rc;
}

int ship_watch_inherit(struct engine *e, struct ship *s, const struct ship *before)
{
    if (s->watch != NULL || before->watch == NULL ||
        contradicts_entry(s->info.imo, before->watch))
        return 0;
    set_match(e, s, watch_match_entry(e->conf.watch, before->watch), WATCH_BY_BEFORE);
    return ship_cover(e, s, s->watch, SHIP_TELL_WATCHED);
}

/* --- saved state --- */

enum { TAGS_MAX = 64, TEXT_BYTES = 256 };

void ship_watch_save(const struct engine *e, const struct ship *s, struct wire_writer *w)
{
    const struct watch_entry *entry = s->watch;
    (void)e;
    wire_put_u64(w, s->matched_by);
    if (entry == NULL)
        return;
    wire_put_u64(w, entry->imo);
    wire_put_u64(w, entry->mmsi);
    wire_put_text(w, entry->name);
    wire_put_text(w, entry->callsign);
    uint64_t tags = entry->tag_count < TAGS_MAX ? entry->tag_count : TAGS_MAX;
    wire_put_u64(w, tags);
    for (uint64_t i = 0; i < tags; i++)
        wire_put_text(w, entry->tags[i]);
}

/* The entry as it was: texts in one block, tags that point into another. */
struct saved_entry {
    char name[TEXT_BYTES], callsign[TEXT_BYTES];
    char texts[TAGS_MAX][TEXT_BYTES];
    char *tags[TAGS_MAX];
    struct watch_entry entry;
};

static bool read_saved_entry(struct saved_entry *saved, struct wire_reader *r)
{
    saved->entry.imo = (uint32_t)wire_get_limited(r, UINT32_MAX);
    saved->entry.mmsi = (uint32_t)wire_get_limited(r, UINT32_MAX);
    wire_get_text(r, saved->name, sizeof saved->name);
    wire_get_text(r, saved->callsign, sizeof saved->callsign);
    saved->entry.name = saved->name;
    saved->entry.callsign = saved->callsign;
    saved->entry.tags = saved->tags;
    saved->entry.tag_count = (size_t)wire_get_limited(r, TAGS_MAX);
    for (size_t i = 0; i < saved->entry.tag_count; i++) {
        wire_get_text(r, saved->texts[i], TEXT_BYTES);
        saved->tags[i] = saved->texts[i];
    }
    return !r->failed;
}

static int note_news(struct engine *e, struct ship *s)
{
    int rc = array_grow(&e->news, &e->news_room, e->news_count + 1, sizeof *e->news);
    if (rc == 0) {
        e->news[e->news_count++] = s->mmsi;
        s->is_news = true;
    }
    return rc;
}

/* What it is now by the list, against what it was as it was saved: the rules see it as it
 * was until that is told. */
static int compare_with_saved(struct engine *e, struct ship *s,
                              const struct watch_entry *was)
{
    s->was_watched = was != NULL;
    int rc = ship_cover(e, s, was, SHIP_TELL_NOTHING);
    return rc == 0 ? note_news(e, s) : rc;
}

static void finish_left(struct ship_left *left)
{
    free(left->entry.name);
    free(left->entry.callsign);
}

static int note_left(struct engine *e, const struct ship *s,
                     const struct watch_entry *was)
{
    int rc = array_grow(&e->left, &e->left_room, e->left_count + 1, sizeof *e->left);
    if (rc != 0)
        return rc;
    struct watch_entry entry = {.imo = was->imo,
                                .mmsi = was->mmsi,
                                .name = strdup(was->name),
                                .callsign = strdup(was->callsign)};
    e->left[e->left_count++] = (struct ship_left){s->mmsi, entry};
    return entry.name != NULL && entry.callsign != NULL ? 0 : ERR_NOMEM;
}

const struct watch_entry *ship_watch_left(const struct engine *e, uint32_t mmsi)
{
    for (size_t i = 0; i < e->left_count; i++)
        if (e->left[i].mmsi == mmsi)
            return &e->left[i].entry;
    return NULL;
}

void ship_watch_finish(struct engine *e)
{
    for (size_t i = 0; i < e->left_count; i++)
        finish_left(&e->left[i]);
    free(e->left);
}

int ship_watch_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    uint64_t by = wire_get_limited(r, WATCH_BY_BEFORE);
    if (r->failed)
        return ERR_CORRUPT;
    if (by == WATCH_BY_NONE)
        return s->watch != NULL ? compare_with_saved(e, s, NULL) : 0;
    struct saved_entry *saved = calloc(1, sizeof *saved);
    if (saved == NULL)
        return ERR_NOMEM;
    int rc = read_saved_entry(saved, r) ? 0 : ERR_CORRUPT;
    int64_t before =
        rc == 0 ? watch_match_entry(e->conf.watch, &saved->entry) : INT64_C(-1);
    bool is_lost = s->watch == NULL || contradicts_entry(s->info.imo, &saved->entry);
    if (rc == 0 && is_lost && before >= 0)
        set_match(e, s, before, WATCH_BY_BEFORE);
    if (rc == 0 && by == WATCH_BY_BEFORE && s->watch == NULL)
        rc = note_left(e, s, &saved->entry);
    if (rc == 0)
        rc = compare_with_saved(e, s, &saved->entry);
    free(saved);
    return rc;
}

/* --- what a list brought --- */

int ship_watch_tell_news(struct engine *e)
{
    int rc = 0;
    size_t count = e->news_count;
    e->news_count = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct ship *s = ship_find(e, e->news[i]);
        if (s == NULL || !s->is_news)
            continue;
        s->is_news = false;
        s->settled = 0;
        ship_mark(e, s);
        rc = ship_cover(e, s, s->watch,
                        s->was_watched ? SHIP_TELL_COVERED : SHIP_TELL_WATCHED);
        if (rc == 0)
            rc = engine_time_schedule(e, s);
    }
    return rc;
}
