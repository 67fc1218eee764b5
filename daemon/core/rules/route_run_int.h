/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a route's runs share. */
#ifndef LOOKOUT_ROUTE_RUN_INT_H
#define LOOKOUT_ROUTE_RUN_INT_H

#include "lookout/rules/route.h"

static inline const struct route_stop *route_run_last(const struct route_run *run)
{
    return &run->stops[run->stop_count - 1];
}

/* A forecast that fails is told once. */
static inline bool route_run_has_to_lapse(const struct route_run *run)
{
    return run->is_forecast && !run->is_lapsed;
}

void route_run_remove(struct route_state *s, uint32_t index);

#endif
