/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences and members of the alerts of kind route. */
#ifndef LOOKOUT_ROUTE_SAY_INT_H
#define LOOKOUT_ROUTE_SAY_INT_H

#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/rules/rule_run.h"

/* The events of the kind. */
enum { ROUTE_SAY_PROGRESSED, ROUTE_SAY_MATCHED, ROUTE_SAY_FORECAST, ROUTE_SAY_LAPSED };

void route_say_progressed(struct say_writer *w, const struct rule_look *look,
                          const struct finding *f);
void route_say_matched(struct say_writer *w, const struct rule_look *look,
                       const struct finding *f);
void route_say_forecast(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f);
void route_say_lapsed(struct say_writer *w, const struct rule_look *look,
                      const struct finding *f);

extern const struct body_field route_say_port_field, route_say_route_field,
    route_say_forecast_field;
json_t *route_say_make_port(const struct rule_look *look, const struct finding *f);
json_t *route_say_make_route(const struct rule_look *look, const struct finding *f);
/* Append ,"case":"...","calls":[...],"awaits":[...] of a run, as alerts have them. */
struct route_run;
int route_say_way(const struct rule_look *look, const struct route_run *run,
                  struct buf *out);
json_t *route_say_make_forecast(const struct rule_look *look, const struct finding *f);

#endif
