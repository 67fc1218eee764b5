/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a rule of kind route, and what its findings tell. */
#ifndef LOOKOUT_ROUTE_SETTINGS_INT_H
#define LOOKOUT_ROUTE_SETTINGS_INT_H

#include <stdint.h>

#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"

enum route_forecast_mode { FORECAST_LAST, FORECAST_EVERY, FORECAST_NEVER };

struct route_settings {
    struct route *route;       /* owned */
    int64_t within_ms, leg_ms; /* 30 d, 10 d */
    uint8_t min_confidence;    /* 1..4 */
    uint8_t forecast;          /* enum route_forecast_mode */
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

static inline const struct route_settings *route_settings(const struct rule *rule)
{
    return rule->settings;
}

#endif
