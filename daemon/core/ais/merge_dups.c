/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a message by several stations and feeds, folded into the first. A
 * set-associative table: when a set is full of recent messages, the table grows. At the
 * table's limit the oldest message is dropped; at worst, a copy then passes. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/fetch.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "merge_int.h"

/* Copies from one station come within seconds. A ship at anchor sends the same position
 * and the same second again after three minutes at the earliest (ITU-R M.1371-5 table 1),
 * and that is a new message. */
#define COPY_WINDOW_MS (30 * SECOND_MS)
/* A copy from another station may come minutes late. If such a message is new after all,
 * its ship is one that the first station no longer hears; a quarter of an hour later, the
 * message counts. */
#define LATE_WINDOW_MS (15 * MINUTE_MS)

static size_t table_bytes(uint64_t sets)
{
    return sets * MERGE_SEEN_WAYS * sizeof(struct merge_seen);
}

/* Allocate cleared sets; each set fills one cache line. */
static struct merge_seen *make_seen(uint64_t sets)
{
    struct merge_seen *seen = aligned_alloc(table_bytes(1), table_bytes(sets));
    if (seen != NULL)
        memset(seen, 0, table_bytes(sets));
    return seen;
}

int merge_dups_init(struct merge_dups *d)
{
    d->sets = MERGE_SEEN_SETS;
    d->seen = make_seen(d->sets);
    return d->seen != NULL ? 0 : ERR_NOMEM;
}

void merge_dups_finish(struct merge_dups *d)
{
    free(d->seen);
    d->seen = NULL;
}

uint64_t merge_dups_hash(const struct report *r)
{
    uint64_t second = (r->has & HAS_UTC_SECOND) != 0 ? r->utc_second : 60;
    return hash_u64(r->payload_hash, (uint64_t)r->mmsi << 8 | second) | 1;
}

static struct merge_seen *find_set(const struct merge_dups *d, uint64_t hash)
{
    return &d->seen[(hash >> 1 & (d->sets - 1)) * MERGE_SEEN_WAYS];
}

void merge_dups_fetch(const struct merge_dups *d, uint64_t hash)
{
    fetch_line_to_write(find_set(d, hash));
}

/* --- who heard it, and when --- */

static uint16_t origin_of(const struct report *r)
{
    uint32_t h = r->source + 1u;
    for (const char *c = r->station; *c != '\0'; c++)
        h = h * 31 + (unsigned char)*c;
    return (uint16_t)(h ^ h >> 16);
}

static int64_t pack_first(int64_t time_ms, uint16_t origin)
{
    return time_ms * 65536 + origin;
}

static int64_t first_ms(const struct merge_seen *seen)
{
    return (seen->first - (seen->first & 0xffff)) / 65536;
}

static bool is_within(int64_t apart_ms, int64_t window_ms)
{
    return apart_ms >= -window_ms && apart_ms <= window_ms;
}

static bool is_copy_of(const struct merge_seen *seen, const struct report *r)
{
    int64_t apart_ms = r->time_ms - first_ms(seen);
    return is_within(apart_ms, COPY_WINDOW_MS) ||
           (is_within(apart_ms, LATE_WINDOW_MS) &&
            (seen->first & 0xffff) != origin_of(r));
}

/* --- the table --- */

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
static void grow_table(struct merge_dups *d)
{
    struct merge_dups more = {.sets = 2 * d->sets};
    if (more.sets > MERGE_SEEN_SETS_MAX || (more.seen = make_seen(more.sets)) == NULL)
        return;
    for (uint64_t i = 0; i < d->sets * MERGE_SEEN_WAYS; i++)
        if (d->seen[i].hash != 0)
            *find_seen(find_set(&more, d->seen[i].hash), d->seen[i].hash) = d->seen[i];
    free(d->seen);
    *d = more;
}

static void note_first(struct merge_dups *d, const struct report *r, uint64_t hash)
{
    struct merge_seen *seen = find_seen(find_set(d, hash), hash);
    bool is_needed = seen->hash != 0 && seen->hash != hash &&
                     is_within(r->time_ms - first_ms(seen), LATE_WINDOW_MS);
    if (is_needed) {
        grow_table(d);
        seen = find_seen(find_set(d, hash), hash);
    }
    *seen = (struct merge_seen){hash, pack_first(r->time_ms, origin_of(r))};
}

bool merge_dups_is_copy(struct merge_dups *d, const struct report *r, uint64_t hash,
                        int64_t *ret_first_ms)
{
    const struct merge_seen *seen = find_seen(find_set(d, hash), hash);
    if (seen->hash == hash && is_copy_of(seen, r)) {
        *ret_first_ms = first_ms(seen);
        return true;
    }
    note_first(d, r, hash);
    return false;
}

void merge_dups_seen(struct merge_dups *d, const struct report *r)
{
    uint64_t hash = merge_dups_hash(r);
    struct merge_seen *seen = find_seen(find_set(d, hash), hash);
    int64_t later_ms = r->time_ms - first_ms(seen);
    if (seen->hash != hash || later_ms > COPY_WINDOW_MS)
        note_first(d, r, hash);
    else if (later_ms < 0 && later_ms >= -COPY_WINDOW_MS) /* in another order */
        seen->first = pack_first(r->time_ms, origin_of(r));
}
