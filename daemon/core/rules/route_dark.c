/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that a ship could have made while it was silent, for the steps of a route. The
 * silence is one of six hours to ten days, without the time in which feeds were silent,
 * whatever the coverage: the route's other calls say that the ship went that way. */
#include "route_dark_int.h"

#include "lookout/base/time.h"
#include "reach_tell_int.h"
#include "route_keep_int.h"
#include "route_settings_int.h"

int64_t route_dark_least_ms(const struct rule *rule)
{
    return route_dark_ports(rule, 0) != NULL ? REACH_TELL_AFTER_H * HOUR_MS : INT64_MAX;
}

const struct port_set *route_dark_ports(const struct rule *rule, uint32_t index)
{
    const struct route *route = route_settings(rule)->route;
    for (uint32_t i = 0; route != NULL && i < route->step_count; i++)
        if (route->steps[i].dark != NULL && index-- == 0)
            return route->steps[i].dark;
    return NULL;
}

/* Whether the silence is the ship's own, and neither too short nor too long. */
static bool counts_silence(const struct rule_look *look, const struct track_fix *before)
{
    int64_t ms = look->subject->track->last.time_ms - before->time_ms;
    return ms - look->subject->silence_ms >= REACH_TELL_AFTER_H * HOUR_MS &&
           ms <= REACH_TELL_MOST_D * DAY_MS;
}

static struct route_stop make_dark_stop(const struct rule_look *look,
                                        const struct reach_answer *answer,
                                        const struct reach_ask *ask)
{
    return (struct route_stop){
        .port = answer->port,
        .zone = UINT32_MAX,
        .confidence = 1,
        .is_dark = true,
        .arrived_ms = answer->earliest_ms,
        .departed_ms = answer->latest_ms,
        .pos = ports_get(look->world->ports, answer->port)->pos,
        .silent_from_ms = ask->from_ms,
        .silent_to_ms = ask->to_ms,
    };
}

bool route_dark_find(const struct rule_look *look, const struct track_fix *before,
                     struct route_stop ret_stops[ROUTE_STEPS_MAX])
{
    const struct route *route = route_settings(look->rule)->route;
    const struct route_keep *state = *look->state;
    struct reach_answer answers[REACH_PORTS_MAX];
    bool is_any = false;
    if (!counts_silence(look, before))
        return false;
    struct reach_ask ask = reach_tell_ask(look, before, REACH_TELL_STAY_H * HOUR_MS);
    for (uint32_t i = 0; i < route->step_count; i++) {
        const struct port_set *dark = route->steps[i].dark;
        ret_stops[i] = (struct route_stop){.port = PORT_NONE, .zone = UINT32_MAX};
        if (dark == NULL ||
            !route_run_awaits(state != NULL ? &state->runs : NULL, route, i))
            continue;
        size_t count = reach_judge_all(&look->world->reach, dark, &ask, answers);
        for (size_t k = 0; k < count && ret_stops[i].port == PORT_NONE; k++)
            if (answers[k].verdict == REACH_POSSIBLE)
                ret_stops[i] = make_dark_stop(look, &answers[k], &ask);
        is_any = is_any || ret_stops[i].port != PORT_NONE;
    }
    return is_any;
}
