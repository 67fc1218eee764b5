/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of all sources to one stream in event-time order.
 *
 * Recordings: the earliest head among the sources comes next, once each source has a head
 * or has ended (a source's own reports are reordered within its lateness). A time more
 * than 1 h ahead of its source is held until 3 reports of other vessels confirm it, else
 * refused. Live sources: event time moves on with the clock, less lateness. Duplicates
 * (the same payload by other stations within 30 s) are folded: the first is kept, all are
 * counted. The result depends on the sources' content alone, never on how it was chunked.
 */
#ifndef LOOKOUT_MERGE_H
#define LOOKOUT_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/err.h"

struct merge;

struct merge_source_conf {
    bool is_live;
    int64_t lateness_ms;
};

struct merge_counts {
    uint64_t passed;
    uint64_t duplicates;
    uint64_t far_future; /* held and refused */
    uint64_t late; /* older than what was already passed on: passed on all the same */
};

struct merge *merge_create(void); /* NULL: out of memory */
void merge_destroy(struct merge *m);
/* Add a source; its index (0, 1, ...) is what reports carry in `source`. Negative: error.
 */
MUST_CHECK int merge_add(struct merge *m, const struct merge_source_conf *conf);
/* A report that was passed on before a stop: its copies are known for what they are. */
void merge_seen(struct merge *m, const struct report *report);
/* Take a copy of a report of its source. */
MUST_CHECK int merge_push(struct merge *m, const struct report *report);
/* No more reports of this source until it is pushed to again. */
MUST_CHECK int merge_end(struct merge *m, uint16_t source);
/* A recording that is followed has brought nothing for a while: what is held is believed
 * where its time is not after until_ms, and the others need not wait for this source
 * until it is pushed to again. */
MUST_CHECK int merge_rest(struct merge *m, uint16_t source, int64_t until_ms);
/* Live: the clock stands at now_ms. */
void merge_clock(struct merge *m, int64_t now_ms);
/* The next report in order, or NULL when none may pass yet; borrowed until the next call.
 */
const struct report *merge_next(struct merge *m);
/* What will be heard soon, for what is worth fetching from memory ahead: one of the next
 * few reports behind the one merge_next returned last, each of them once; borrowed until
 * the next call; NULL: no more are known. Changes nothing in what passes. */
const struct report *merge_ahead(struct merge *m);
/* Event time up to which nothing more will come: timers due up to it may fire (TIME_NONE:
 * not known yet). Call when merge_next has returned NULL. */
int64_t merge_time(const struct merge *m);
/* True when the merge cannot go on before this source is fed or ended (recordings). */
bool merge_wants(const struct merge *m, uint16_t source);
/* Bytes of memory held for reports that may not pass yet: the shell stops reading above
 * its limit. */
size_t merge_pending(const struct merge *m, uint16_t source);

/* Resuming: what a committed offset must know of a source. `undelivered` lists the
 * `begin` offsets of its reports that are in the merge and not yet passed on, ascending;
 * returns how many there are, fills up to room. (Where a message begins is its own; where
 * it ends depends on when it was handed out, which what came before may change.) */
size_t merge_undelivered(const struct merge *m, uint16_t source, uint64_t *ret_begins,
                         size_t room);
/* The lowest `begin` of the undelivered reports of a source, UINT64_MAX when there is
 * none. */
uint64_t merge_needed_offset(const struct merge *m, uint16_t source);
/* The source's latest accepted event time, to save; and to set it again on resuming. */
int64_t merge_source_time(const struct merge *m, uint16_t source);
void merge_resume(struct merge *m, uint16_t source, int64_t time_ms);
const struct merge_counts *merge_counts(const struct merge *m, uint16_t source);

#endif
