/* SPDX-License-Identifier: Apache-2.0 */
/* Counting alerts for the summary of a replay: by rule and day, by vessel. */
#ifndef LOOKOUT_TALLY_INT_H
#define LOOKOUT_TALLY_INT_H

#include <stdio.h>

#include "lookout/alert/alert.h"
#include "lookout/base/map.h"

struct tally_row {
    char name[112]; /* "rule type" */
    uint64_t count, critical;
};
struct tally {
    struct tally_row *rows; /* owned */
    size_t row_count;
    struct map vessels; /* MMSI -> count + 1 as a pointer-sized number */
    uint64_t alerts, muted, folded;
    int64_t first_ms, last_ms; /* of event time, set by the caller */
};
void tally_init(struct tally *t);
void tally_finish(struct tally *t);
MUST_CHECK int tally_add(struct tally *t, const struct alert *alert);
/* "alerts: ..." lines: a day by rule, then the noisiest vessels. */
void tally_print(const struct tally *t, FILE *out);

#endif
