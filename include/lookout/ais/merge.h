/* SPDX-License-Identifier: Apache-2.0 */
/* Merges the reports of all sources to one stream in the order of event time.
 *
 * Recordings: the earliest head among the sources comes next, once each source has a head
 * or has ended (a source's own reports are reordered within its lateness). A time more
 * than 1 h ahead of its source is held until 3 reports of other vessels confirm it, else
 * refused. What lies behind a step of a recording's clock is held until it is known what
 * the step was (enum merge_step_kind). The first reports of a recording wait for a step
 * among them, and one that begins where another ended goes on by what was known of its
 * clock. Live sources: event time moves on with the clock,
 * less the least lateness. Copies of a report (within 30 s, by other stations
 * and sources within 15 min, in whatever form) are folded: the first is kept, all are
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
    bool is_timely; /* a recording that is followed or paced: nothing waits for long */
    bool is_whole;  /* a recording that is read from its start to its end: its first
                       reports wait, and it may go on where another one ended */
};

struct merge_counts {
    uint64_t passed;
    uint64_t duplicates;
    uint64_t far_future; /* held and refused */
    uint64_t late;       /* older than reports that have passed: still passed on */
};

struct merge *merge_create(void); /* NULL: out of memory */
void merge_destroy(struct merge *m);
/* Add a source; its index (0, 1, ...) is the reports' `source`. Negative: error. */
MUST_CHECK int merge_add(struct merge *m, const struct merge_source_conf *conf);
/* Note a report that passed before a stop, so that its copies are recognised. */
void merge_seen(struct merge *m, const struct report *report);
/* Add a copy of a report of its source. */
MUST_CHECK int merge_push(struct merge *m, const struct report *report);
/* The source has ended, until a report of it is pushed again. */
MUST_CHECK int merge_end(struct merge *m, uint16_t source);
/* A followed recording has brought nothing for a while: held reports not after until_ms
 * are believed, and the others need not wait for this source until a report of it is
 * pushed again. */
MUST_CHECK int merge_rest(struct merge *m, uint16_t source, int64_t until_ms);
/* Live sources: set the clock to now_ms. */
void merge_clock(struct merge *m, int64_t now_ms);
/* Live: somebody set the clock to now_ms. What waits by the old one passes at once. */
void merge_clock_set(struct merge *m, int64_t now_ms);
/* A recording's clock made a step.
 *   RIGHTED   it was off by by_ms from to_ms on, for so many reports: their times are put
 *             right.
 *   SHIFTED   it was set by by_ms, and no time passed: the ships' positions show it. What
 *             is stored of the source's ships moves by by_ms.
 *   REFUSED   it jumped ahead and came back; so many reports are refused.
 *   AHEAD     it was wrong before (as when the number of the GPS week rolls over: 1024
 *             weeks); no time passed between.
 *   BACK      it had jumped ahead, which was believed, and came back.
 *   BESIDE    two clocks go on side by side: the times of one are put right. Told at the
 *             end; of a source that is timely, once it is known.
 *   FAR       lone times were far ahead of the others: refused. Told at the end.
 *   LATE      it went back, and nothing shows that it was set: reports of a ship not
 * newer than what is known of it count for nothing. SHIFTED, AHEAD and BACK are told by
 * merge_next before the first report behind the step, the others by merge_push, merge_end
 * and merge_rest. */
#define MERGE_STEP_KINDS(X)                                                              \
    X(MERGE_STEP_RIGHTED, "righted")                                                     \
    X(MERGE_STEP_SHIFTED, "shifted")                                                     \
    X(MERGE_STEP_REFUSED, "refused")                                                     \
    X(MERGE_STEP_AHEAD, "ahead")                                                         \
    X(MERGE_STEP_BACK, "back")                                                           \
    X(MERGE_STEP_BESIDE, "beside")                                                       \
    X(MERGE_STEP_FAR, "far")                                                             \
    X(MERGE_STEP_LATE, "late")
enum merge_step_kind {
#define MERGE_STEP_KIND(kind, name) kind,
    MERGE_STEP_KINDS(MERGE_STEP_KIND)
#undef MERGE_STEP_KIND
};
const char *merge_step_name(enum merge_step_kind kind);
struct merge_step {
    enum merge_step_kind kind;
    uint16_t source;
    int64_t from_ms, to_ms; /* by the clock: before the step, behind it */
    int64_t by_ms;          /* the size of the step; negative: back */
    int64_t span_ms;        /* RIGHTED, REFUSED: so long, by the clock that was off */
    uint64_t reports;       /* RIGHTED, REFUSED, BESIDE, FAR, LATE: so many */
    uint64_t of_reports;    /* LATE: of so many */
    uint32_t line;          /* of the first report behind the step; 0: not known */
};
/* The recording that this one goes on from, as SHIFTED moves the ships of both. False:
 * from none. */
bool merge_begin_before(const struct merge *m, uint16_t source, uint16_t *ret_before);
/* Either may be NULL. on_copy: merge_next folded a copy, there being several sources;
 * first_ms is the event time of what it is a copy of. */
struct merge_sink {
    void (*on_copy)(void *context, const struct report *copy, int64_t first_ms);
    void (*on_step)(void *context, const struct merge_step *step);
    void *context;
};
void merge_tell(struct merge *m, const struct merge_sink *sink);
/* The next report in order, or NULL when none may pass yet; borrowed until the next call.
 */
const struct report *merge_next(struct merge *m);
/* A report that will come soon, for prefetching: one of the next few reports after the
 * last one of merge_next, each of them once; borrowed until the next call; NULL: no more
 * are known. Does not change what passes. */
const struct report *merge_ahead(struct merge *m);
/* Event time up to which nothing more will come, but what is late: timers due up to it
 * may fire (TIME_NONE: not known yet). Call when merge_next has returned NULL. */
int64_t merge_time(const struct merge *m);
/* True when the merge cannot go on before this source is fed or ended (recordings). */
bool merge_wants(const struct merge *m, uint16_t source);
/* The bytes of memory held for reports that may not pass yet: above its limit the shell
 * stops reading. */
size_t merge_pending(const struct merge *m, uint16_t source);

/* Resuming: the reports of a source that a committed offset still needs. `undelivered`
 * lists the `begin` offsets of its reports in the merge that have not passed, ascending;
 * returns how many there are, and fills up to room. (A message is identified by its
 * begin; its end depends on when it was given out, which earlier lines may change.) */
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
