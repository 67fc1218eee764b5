/* SPDX-License-Identifier: Apache-2.0 */
/* The thresholds that decide what a ship did. */
#ifndef LOOKOUT_LIMITS_H
#define LOOKOUT_LIMITS_H

#include <stdint.h>

/* The thresholds of zones, gates and gaps; each one is a configuration key. */
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
};
struct detect_limits zone_state_limits_default(void);

#endif
