/* SPDX-License-Identifier: Apache-2.0 */
/* The thresholds that decide what a ship did. */
#ifndef LOOKOUT_LIMITS_H
#define LOOKOUT_LIMITS_H

#include <stdint.h>

/* The thresholds of zones, gates, gaps, slow ships, meetings and disturbed
 * positions; each one is a
 * configuration key. */
struct detect_limits {
    double gate_clear_m;         /* 500 */
    double zone_enter_depth_m;   /* 200 */
    double zone_exit_depth_m;    /* 500 */
    double zone_rest_m;          /* 30; 0: off */
    double zone_rest_kn;         /* 0.5 */
    int64_t zone_rest_ms;        /* 60 min */
    int64_t zone_lost_ms;        /* 60 min */
    int64_t zone_possible_ms;    /* 2 h */
    int64_t zone_dwell_fresh_ms; /* 2 h */
    double approach_min_kn;      /* 1 */
    double gap_nearby_m;         /* 30 nm */
    int64_t slow_tick_ms;        /* 10 min */
    int64_t slow_bridge_ms;      /* 2 h */
    double slow_kn;              /* 2 */
    uint32_t slow_fast;          /* 3 */
    double slow_port_m;          /* 10 km */
    double meet_within_m;        /* 500 */
    uint32_t meet_seen;          /* 6 */
    int64_t meet_unheard_ms;     /* 12 h */
    double meet_crowd_m;         /* 2 km */
    uint32_t far_ships;          /* 3 */
    double far_within_m;         /* 50 nm */
    int64_t far_span_ms;         /* 6 h */
};
struct detect_limits zone_state_limits_default(void);

#endif
