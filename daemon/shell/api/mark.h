/* SPDX-License-Identifier: Apache-2.0 */
/* What the alerts on record say of each vessel: how many are not acknowledged, the case
 * of the last of them, and when there was one last. */
#ifndef LOOKOUT_MARK_H
#define LOOKOUT_MARK_H

#include "lookout/alert/severity.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"

struct mark {
    uint32_t open[SEVERITIES]; /* not acknowledged */
    unsigned counted;          /* bits of severities, while they are counted anew */
    int64_t alerted_ms;        /* event time of the last; TIME_NONE */
    char case_id[HASH_ID_BYTES];
};
struct marks {
    struct map of;             /* MMSI -> struct mark, owned; 0: of no vessel */
    uint64_t open[SEVERITIES]; /* of all */
};
void mark_init(struct marks *m);
void mark_finish(struct marks *m);
/* NULL: no alert is known. */
const struct mark *mark_find(const struct marks *m, uint32_t mmsi);
/* The mark, made when it is new. NULL: out of memory. */
struct mark *mark_obtain(struct marks *m, uint32_t mmsi);
/* So many alerts of that severity are not acknowledged. */
void mark_count(struct marks *m, struct mark *of, enum severity severity, uint64_t open);
/* Severities that were not counted since `counted` was 0 have no alerts. True: that is
 * news. */
bool mark_drop_uncounted(struct marks *m, struct mark *of);
/* The same for all vessels: begin, count, and then walk those of which it is news.
 * *cursor: first 0. */
void mark_begin_count(struct marks *m);
bool mark_end_count(struct marks *m, size_t *cursor, uint32_t *ret_mmsi);
/* 0: nothing is open; else the worst, and one. */
unsigned mark_severity(const struct mark *of);

#endif
