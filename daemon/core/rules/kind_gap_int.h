/* SPDX-License-Identifier: Apache-2.0 */
/* What a finding of kind gap tells. */
#ifndef LOOKOUT_KIND_GAP_INT_H
#define LOOKOUT_KIND_GAP_INT_H

#include <stdint.h>

#include "lookout/detect/coverage.h"

struct reach_answer;
struct reach_told;

struct gap_told {
    int64_t last_seen_ms;
    double hours;
    struct coverage_heard heard; /* others, meanwhile */
    int64_t interval_ms;         /* its usual time between fixes before; 0: not known */
    double distance_m;           /* < 0: unknown (started) */
    double implied_kn;           /* < 0 */
    const struct reach_told *reach;     /* borrowed; NULL: the rule does not ask */
    const struct reach_answer *nearest; /* borrowed: of the ports that it cannot have
                                           reached; NULL */
};

#endif
