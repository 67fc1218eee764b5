/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a message by several stations are folded into the first. The table is
 * set-associative: when a set is full of younger entries, the oldest is dropped, which at
 * worst lets a copy pass. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/fetch.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "merge_int.h"

/* Copies come within seconds; a ship at anchor sends the same position and the same
 * second again after three minutes at the earliest (ITU-R M.1371-5 table 1), and that is
 * a new report. */
#define COPY_WINDOW_MS (30 * SECOND_MS)

int merge_dups_init(struct merge_dups *d)
{
    const size_t set_bytes = MERGE_SEEN_WAYS * sizeof *d->seen; /* a line of memory */
    d->seen = aligned_alloc(set_bytes, MERGE_SEEN_SETS * set_bytes);
    if (d->seen == NULL)
        return ERR_NOMEM;
    memset(d->seen, 0, MERGE_SEEN_SETS * set_bytes);
    return 0;
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

void merge_dups_fetch(const struct merge_dups *d, uint64_t hash)
{
    fetch_line_to_write(&d->seen[hash % MERGE_SEEN_SETS * MERGE_SEEN_WAYS]);
}

/* The entry of which r is a copy; NULL: none, and *ret_oldest may be replaced. */
static struct merge_seen *find_seen(struct merge_dups *d, const struct report *r,
                                    uint64_t hash, struct merge_seen **ret_oldest)
{
    struct merge_seen *set = &d->seen[hash % MERGE_SEEN_SETS * MERGE_SEEN_WAYS];
    struct merge_seen *oldest = set;
    for (size_t i = 0; i < MERGE_SEEN_WAYS; i++) {
        struct merge_seen *seen = &set[i];
        if (seen->hash == hash) {
            int64_t apart = r->time_ms - seen->first_ms;
            if (apart >= -COPY_WINDOW_MS && apart <= COPY_WINDOW_MS)
                return seen;
            oldest = seen;
            break;
        }
        if (seen->hash == 0 || (oldest->hash != 0 && seen->first_ms < oldest->first_ms))
            oldest = seen;
    }
    *ret_oldest = oldest;
    return NULL;
}

bool merge_dups_is_copy(struct merge_dups *d, const struct report *r, uint64_t hash)
{
    struct merge_seen *oldest = NULL;
    if (find_seen(d, r, hash, &oldest) != NULL)
        return true;
    *oldest = (struct merge_seen){hash, r->time_ms};
    return false;
}

void merge_dups_seen(struct merge_dups *d, const struct report *r)
{
    struct merge_seen *oldest = NULL;
    uint64_t hash = merge_dups_hash(r);
    struct merge_seen *seen = find_seen(d, r, hash, &oldest);
    if (seen == NULL)
        *oldest = (struct merge_seen){hash, r->time_ms};
    else if (r->time_ms < seen->first_ms)
        seen->first_ms = r->time_ms; /* read in another order than it passed */
}
