/* SPDX-License-Identifier: Apache-2.0 */
/* What `detail` of a finding is for kinds whose findings tests make by hand. A kind may
 * as well keep its own to itself; port_call and voyage tell a struct call, a struct
 * voyage; gate a struct zone_event. */
#ifndef LOOKOUT_KIND_DETAILS_INT_H
#define LOOKOUT_KIND_DETAILS_INT_H

#include <stdint.h>

#include "lookout/detect/coverage.h"
#include "lookout/detect/zone_watch.h"
#include "lookout/rules/route.h"

struct zone_told {
    const struct zone_event *event; /* borrowed */
    int64_t eta_ms;                 /* approached; TIME_NONE */
};
struct reach_answer;
struct reach_told;

struct sighted_told {
    int64_t since_ms; /* last fix before; TIME_NONE */
};
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

/* What is foreseen of a run. */
struct route_outlook {
    uint32_t port; /* expected port; PORT_NONE when only a zone or gate is awaited */
    int64_t eta_ms;
    bool is_declared, is_heading, is_gate;
    struct {
        uint32_t zone;
        int64_t eta_ms;
    } ahead[8];
    uint32_t ahead_count;
};
struct route_told {
    const struct route_run *run;          /* borrowed */
    const struct route_outlook *forecast; /* borrowed; NULL: nothing is foreseen */
};

#endif
