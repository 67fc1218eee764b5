/* SPDX-License-Identifier: Apache-2.0 */
/* The state that a rule of kind route keeps of one track. At rest it is shrunk to its
 * runs, 0.9 KB each. */
#ifndef LOOKOUT_ROUTE_KEEP_INT_H
#define LOOKOUT_ROUTE_KEEP_INT_H

#include "lookout/rules/route.h"
#include "lookout/rules/rule_run.h"

struct route_keep {
    uint32_t room;       /* of runs */
    int64_t counted_ms;  /* since_ms of the call that was counted last */
    int64_t told_ms;     /* arrival of the last step that was told */
    int64_t fixes_ms[2]; /* times of the two fixes before the last, TIME_NONE */
    struct route_state runs;
};

/* The state with room for all runs; a missing one is created. NULL: out of memory. */
struct route_keep *route_keep_obtain(struct rule_look *look);
/* Free what is not needed. For most ships, which never match a first step, nothing is
 * kept. For the others the last call is remembered, because a second call in a row at its
 * port continues it. */
void route_keep_tidy(struct rule_look *look);
void route_keep_save(const struct rule_look *look, struct wire_writer *out);
MUST_CHECK int route_keep_load(struct rule_look *look, struct wire_reader *in);

#endif
