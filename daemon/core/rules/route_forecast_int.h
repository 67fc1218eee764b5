/* SPDX-License-Identifier: Apache-2.0 */
/* The forecast of a route's next step: between kind_route.c and the files that make it.
 */
#ifndef LOOKOUT_ROUTE_FORECAST_INT_H
#define LOOKOUT_ROUTE_FORECAST_INT_H

#include "lookout/geo/water.h"
#include "lookout/rules/rule_run.h"
#include "route_settings_int.h"

/* Whether the awaited port of this run may be forecast at the track's last fix. fixes_ms
 * are the times of the two fixes before it, the older first (TIME_NONE: none). *ret is
 * set when *ret_is_due is true. 0 or ERR_NOMEM. */
MUST_CHECK int route_forecast(const struct rule_look *look, const struct route_run *run,
                              const int64_t fixes_ms[2], struct route_outlook *ret,
                              bool *ret_is_due);

/* The zones of zone rules that lie on the way to a field's ports, the nearest first, with
 * the time to each at `kn`. */
MUST_CHECK int route_ahead_zones(const struct rule_look *look,
                                 const struct water_field *field, double kn,
                                 struct route_outlook *ret);
/* The same on the way to one port, distance_m away over water, when a nearer port is
 * awaited too. Across an ocean, the way to `usual` is used. */
MUST_CHECK int route_ahead_zones_of(const struct rule_look *look, uint32_t port,
                                    double distance_m, const struct water_field *usual,
                                    double kn, struct route_outlook *ret);

#endif
