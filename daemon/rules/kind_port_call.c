/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind port_call: a vessel enters, arrives at, departs from or leaves a watched
 * port. */
#include <stdio.h>

#include "kinds_int.h"
#include "lookout/rule_run.h"
#include "lookout/timefmt.h"

static const struct rule_event events[] = {
    /* clang-format off */
    {"enter",  "port.entered",  "entered",  SEVERITY_INFO},
    {"arrive", "port.arrived",  "arrived",  SEVERITY_INFO},
    {"depart", "port.departed", "departed", SEVERITY_INFO},
    {"leave",  "port.left",     "left",     SEVERITY_INFO},
    /* clang-format on */
};

static const struct rule_key keys[] = {
    /* clang-format off */
    {"ports",          RULE_KEY_PORTS, false, offsetof(struct rule, ports), offsetof(struct rule, ports_text), 0, 0, NULL, "ports: codes, countries \"KP*\", groups \"$name\"; left out: all"},
    {"min_confidence", RULE_KEY_INT,   false, offsetof(struct rule, min_confidence), 0, 1, 4, NULL, "least confidence of an arrival or departure, 1 to 4"},
    {NULL, RULE_KEY_INT, false, 0, 0, 0, 0, NULL, NULL},
    /* clang-format on */
};

static void set_defaults(struct rule *rule)
{
    rule->min_confidence = 2;
}

/* The order of enum call_event is that of the events above. */
static int on_call(struct rule_look *look, const struct call_output *event)
{
    const struct rule *rule = look->rule;
    const struct call *call = &event->call;
    if (rule->ports != NULL && !port_set_has(rule->ports, call->port))
        return 0;
    bool is_stay = event->event == CALL_ARRIVED || event->event == CALL_DEPARTED;
    if (is_stay && call->confidence < rule->min_confidence)
        return 0;
    /* It was in the port when first heard: that it entered, or lay there, is no news. */
    bool was_there = call->at_start &&
                     (event->event == CALL_ENTERED ||
                      (event->event == CALL_ARRIVED && call->arrived_ms == TIME_NONE));
    if (was_there && !rule_tells_at_start(look))
        return 0;
    const struct port *port = ports_get(look->world->ports, call->port);
    int64_t begin_ms = call->entered_ms != TIME_NONE ? call->entered_ms
                       : call->since_ms != TIME_NONE ? call->since_ms
                                                     : event->time_ms;
    struct finding f = {
        .event = (uint32_t)event->event,
        .time_ms = event->time_ms,
        .evidence_ms = begin_ms - HOUR_MS,
        .pos = event->event == CALL_ARRIVED ? call->pos : look->subject->track->last.pos,
        .object = call->port,
        .port = port,
        .call = call,
        .since_ms = TIME_NONE,
        .zone_eta_ms = TIME_NONE,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%s %lld", port->locode,
             (long long)event->time_ms);
    return rule_raise(look, &f);
}

static const struct rule_hooks hooks = {.on_call = on_call};

const struct rule_kind kind_port_call = {
    .name = "port_call",
    .doc = "a vessel enters, arrives at, departs from or leaves a watched port",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
