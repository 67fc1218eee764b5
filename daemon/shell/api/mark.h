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
/* `by` more (or fewer) alerts of that severity are not acknowledged. */
void mark_count(struct marks *m, struct mark *of, enum severity severity, int64_t by);
/* 0: nothing is open; else the worst, and one. */
unsigned mark_severity(const struct mark *of);

#endif
