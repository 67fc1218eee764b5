/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule of kind route keeps of one track. At rest it is cut down to the runs that
 * there are, 0.8 KB each. */
#ifndef LOOKOUT_ROUTE_KEEP_INT_H
#define LOOKOUT_ROUTE_KEEP_INT_H

#include "lookout/rules/route.h"
#include "lookout/rules/rule_run.h"

struct route_keep {
    uint32_t room;       /* of runs */
    int64_t counted_ms;  /* since_ms of the call that was counted last */
    int64_t told_ms;     /* arrival of the last step told of a ship that was covered */
    int64_t fixes_ms[2]; /* times of the two fixes before the last, TIME_NONE */
    struct route_state runs;
};

/* The state with room for all runs, made when there is none; NULL: out of memory. */
struct route_keep *route_keep_obtain(struct rule_look *look);
/* Give back what is not needed. Most ships never match a first step: nothing is kept for
 * them. Of those whose last call did, that call is remembered: a second one in a row is
 * the first going on. */
void route_keep_tidy(struct rule_look *look);
void route_keep_save(const struct rule_look *look, struct wire_writer *out);
MUST_CHECK int route_keep_load(struct rule_look *look, struct wire_reader *in);

#endif
