/* SPDX-License-Identifier: Apache-2.0 */
/* Steps with "~": calls that a ship could have made while it was silent. */
#ifndef LOOKOUT_ROUTE_DARK_INT_H
#define LOOKOUT_ROUTE_DARK_INT_H

#include "lookout/rules/route.h"
#include "lookout/rules/rule_run.h"

/* The silence since `before`: for each awaited step with "~" the port with the shortest
 * way of those that the ship could have called at, PORT_NONE for others. False: there is
 * none. */
bool route_dark_find(const struct rule_look *look, const struct track_fix *before,
                     struct route_stop ret_stops[ROUTE_STEPS_MAX]);
/* Hooks of the kind. */
int64_t route_dark_least_ms(const struct rule *rule);
const struct port_set *route_dark_ports(const struct rule *rule, uint32_t index);

#endif
