/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a rule of kind route. */
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

static inline const struct route_settings *route_settings(const struct rule *rule)
{
    return rule->settings;
}

#endif
