/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a message by several stations and feeds, folded into the first. What
 * identifies a message is what all forms of it tell alike: the ship, the UTC second of
 * its position, position, speed and course; or the static data; or the text. Records,
 * which tell less, are compared by place: merge_place.c.
 *
 * The table is set-associative: when a set is full of recent messages, the table grows.
 * At the table's limit the oldest message is dropped; at worst, a copy then passes. */
#include <stdlib.h>

#include "lookout/base/fetch.h"
#include "lookout/base/hash.h"
#include "merge_int.h"

#define MOTION (HAS_POSITION | HAS_SOG | HAS_COG)
#define STATICS                                                                          \
    (HAS_IMO | HAS_IMO_WRONG | HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE |                 \
     HAS_DIMENSIONS | HAS_DRAUGHT | HAS_DESTINATION | HAS_TEXT)

static size_t table_bytes(uint64_t sets)
{
    return sets * MERGE_SEEN_WAYS * sizeof(struct merge_seen);
}

/* Cleared sets; each set fills one cache line. The memory that they lie in is only taken
 * where it is used. */
static struct merge_seen *make_seen(uint64_t sets, void **ret_memory)
{
    uint64_t line = table_bytes(1);
    char *memory = calloc(1, table_bytes(sets) + line);
    *ret_memory = memory;
    if (memory == NULL)
        return NULL;
    return (struct merge_seen *)(void *)(memory +
                                         (line - (uintptr_t)memory % line) % line);
}

int merge_dups_init(struct merge_dups *d)
{
    d->sets = MERGE_SEEN_SETS;
    d->seen = make_seen(d->sets, &d->memory[0]);
    return d->seen != NULL ? 0 : ERR_NOMEM;
}

void merge_dups_finish(struct merge_dups *d)
{
    free(d->memory[0]);
    free(d->memory[1]);
    d->memory[0] = d->memory[1] = NULL;
    d->seen = d->places = NULL;
}

/* Without memory for it, such copies pass. */
void merge_dups_note_places(struct merge_dups *d)
{
    if (d->places == NULL)
        d->places = make_seen(MERGE_PLACE_SETS, &d->memory[1]);
}

/* --- what identifies a message --- */

/* A distress device under test and one in use differ by their status alone. */
static uint64_t hash_motion(const struct report *r)
{
    uint64_t second = (r->has & HAS_UTC_SECOND) != 0 ? r->utc_second : 60;
    uint64_t status = report_is_distress(r->mmsi) ? r->nav_status : 0;
    uint64_t motion = (uint64_t)r->mmsi << 34 | (uint64_t)(r->has & MOTION) << 31 |
                      (uint64_t)r->is_coarse << 30 | second << 24 |
                      (uint64_t)r->sog_dkn << 14 | r->cog_ddeg;
    uint64_t place = status << 60 | (uint64_t)merge_place_raw(r->pos.lat_e7) << 32 |
                     merge_place_raw(r->pos.lon_e7);
    return hash_finalise(hash_finalise(motion) ^ place) | 1;
}

static uint64_t hash_static(const struct report *r)
{
    uint64_t hash = hash_finalise((uint64_t)r->mmsi << 32 |
                                  (uint64_t)r->draught_dm << 16 | (r->has & STATICS));
    hash = hash_finalise(hash ^ ((uint64_t)r->imo << 40 | (uint64_t)r->ship_type << 32 |
                                 (uint64_t)r->length_m << 16 | r->beam_m));
    if ((r->has & HAS_TEXT) != 0)
        return hash_text(r->text, hash) | 1;
    hash = hash_text(r->callsign, hash);
    hash = hash_text(r->name, hash);
    return hash_text(r->destination, hash) | 1;
}

uint64_t merge_dups_hash(const struct report *r)
{
    bool has_static = (r->has & STATICS) != 0;
    return has_static && (r->has & HAS_POSITION) == 0 ? hash_static(r) : hash_motion(r);
}

/* --- who heard it, and when --- */

static uint16_t origin_of(const struct report *r)
{
    uint32_t h = r->source + 1u;
    for (const char *c = r->station; *c != '\0'; c++)
        h = h * 31 + (unsigned char)*c;
    return (uint16_t)(h ^ h >> 16);
}

void merge_dups_note(struct merge_seen *seen, uint64_t hash, const struct report *r)
{
    *seen = (struct merge_seen){hash, r->time_ms * 65536 + origin_of(r)};
}

int64_t merge_dups_first_ms(const struct merge_seen *seen)
{
    return (seen->first - (seen->first & 0xffff)) / 65536;
}

bool merge_dups_is_origin(const struct merge_seen *seen, const struct report *r)
{
    return (seen->first & 0xffff) == origin_of(r);
}

static bool is_within(int64_t apart_ms, int64_t window_ms)
{
    return apart_ms >= -window_ms && apart_ms <= window_ms;
}

static bool is_copy_of(const struct merge_seen *seen, const struct report *r)
{
    int64_t apart_ms = r->time_ms - merge_dups_first_ms(seen);
    if (is_within(apart_ms, MERGE_COPY_MS))
        return true;
    return is_within(apart_ms, MERGE_LATE_MS) && !merge_dups_is_origin(seen, r);
}

/* --- the table --- */

static struct merge_seen *find_set(const struct merge_dups *d, uint64_t hash)
{
    return &d->seen[(hash >> 1 & (d->sets - 1)) * MERGE_SEEN_WAYS];
}

void merge_dups_fetch(const struct merge_dups *d, uint64_t hash)
{
    fetch_line_to_write(find_set(d, hash));
}

/* Find the entry with that content, or else the entry that may be replaced. */
static struct merge_seen *find_seen(struct merge_seen *set, uint64_t hash)
{
    struct merge_seen *oldest = set;
    for (size_t i = 0; i < MERGE_SEEN_WAYS; i++) {
        struct merge_seen *seen = &set[i];
        if (seen->hash == hash)
            return seen;
        if (seen->hash == 0 || (oldest->hash != 0 && seen->first < oldest->first))
            oldest = seen;
    }
    return oldest;
}

/* Double the number of sets, if the limit and the memory allow it. */
static bool grow_table(struct merge_dups *d)
{
    struct merge_dups more = *d;
    more.sets *= 2;
    if (more.sets > MERGE_SEEN_SETS_MAX ||
        (more.seen = make_seen(more.sets, &more.memory[0])) == NULL)
        return false;
    for (uint64_t i = 0; i < d->sets * MERGE_SEEN_WAYS; i++)
        if (d->seen[i].hash != 0)
            *find_seen(find_set(&more, d->seen[i].hash), d->seen[i].hash) = d->seen[i];
    free(d->memory[0]);
    *d = more;
    return true;
}

static void note_first(struct merge_dups *d, const struct report *r, uint64_t hash)
{
    struct merge_seen *seen;
    bool is_needed;
    do {
        seen = find_seen(find_set(d, hash), hash);
        is_needed = seen->hash != 0 && seen->hash != hash &&
                    is_within(r->time_ms - merge_dups_first_ms(seen), MERGE_LATE_MS);
    } while (is_needed && grow_table(d));
    merge_dups_note(seen, hash, r);
}

/* --- copies --- */

/* What it is a copy of; NULL: nothing. */
static const struct merge_seen *find_copied(const struct merge_dups *d,
                                            const struct report *r, uint64_t hash)
{
    const struct merge_seen *seen = find_seen(find_set(d, hash), hash);
    return seen->hash == hash && is_copy_of(seen, r) ? seen : NULL;
}

/* Distress devices are told from one another by their status, which not all forms have;
 * their reports are few. */
static bool has_place(const struct merge_dups *d, const struct report *r)
{
    return d->places != NULL && (r->has & HAS_POSITION) != 0 &&
           !report_is_distress(r->mmsi);
}

/* Providers write a position with fewer digits than were sent. */
static bool is_by_place(const struct report *r)
{
    return r->rounding != 0 && !report_is_distress(r->mmsi);
}

/* *ret_first_ms: the time of the first; TIME_NONE: which one that is cannot be told. */
static bool is_known(const struct merge_dups *d, const struct report *r, uint64_t hash,
                     int64_t *ret_first_ms)
{
    const struct merge_seen *seen = NULL;
    if (!is_by_place(r))
        seen = find_copied(d, r, hash);
    if (seen == NULL && has_place(d, r) && (d->rounding | r->rounding) != 0)
        seen = merge_place_find(d, r);
    if (seen == NULL)
        return false;
    /* Of a slow ship, or a coarse one, it may be a copy of an earlier report. */
    bool is_sure = (r->has & HAS_POSITION) == 0 ||
                   (r->sog_dkn >= MERGE_SLOW_DKN && !report_is_rounded(r));
    *ret_first_ms = is_sure ? merge_dups_first_ms(seen) : TIME_NONE;
    return true;
}

/* What a record with a position says of its ship beside it is sent every few minutes, and
 * repeated by its source all the time. */
static bool is_static_news(struct merge_dups *d, const struct report *r)
{
    uint64_t hash = hash_static(r);
    const struct merge_seen *seen = find_seen(find_set(d, hash), hash);
    if (seen->hash == hash &&
        is_within(r->time_ms - merge_dups_first_ms(seen), MERGE_LATE_MS))
        return false;
    note_first(d, r, hash);
    return true;
}

static bool is_composite(const struct report *r)
{
    return (r->has & HAS_POSITION) != 0 && (r->has & STATICS) != 0;
}

static void note_report(struct merge_dups *d, const struct report *r, uint64_t hash)
{
    if (!is_by_place(r))
        note_first(d, r, hash);
    if (r->rounding != 0)
        merge_dups_note_places(d);
    if (has_place(d, r))
        merge_place_note(d, r);
    if (is_composite(r))
        note_first(d, r, hash_static(r));
}

bool merge_dups_sift(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    struct report *r = &node->report;
    int64_t first_ms = 0;
    if (!is_known(&m->dups, r, node->hash, &first_ms)) {
        note_report(&m->dups, r, node->hash);
        return true;
    }
    if (first_ms == TIME_NONE)
        first_ms = r->time_ms - s->behind_ms;
    else
        s->behind_ms = r->time_ms > first_ms ? r->time_ms - first_ms : 0;
    if (m->sink.on_copy != NULL && m->source_count > 1)
        m->sink.on_copy(m->sink.context, r,
                        r->time_ms < first_ms ? r->time_ms : first_ms);
    if (is_composite(r) && is_static_news(&m->dups, r)) {
        r->has &= ~(uint32_t)REPORT_MOTION;
        return true;
    }
    s->counts.duplicates++;
    return false;
}

void merge_dups_seen(struct merge_dups *d, const struct report *r)
{
    uint64_t hash = merge_dups_hash(r);
    int64_t first_ms = 0;
    bool is_noted = is_known(d, r, hash, &first_ms);
    bool is_earlier = is_noted && r->time_ms < first_ms; /* in another order */
    if (!is_noted || (is_earlier && r->time_ms >= first_ms - MERGE_COPY_MS))
        note_report(d, r, hash);
}
