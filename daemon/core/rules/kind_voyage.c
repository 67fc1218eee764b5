/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind voyage: a vessel completes a voyage between watched ports. */
#include <stdio.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/rules/rule_run.h"

static const struct rule_event events[] = {
    {"complete", "voyage.completed", "completed", SEVERITY_INFO},
};

static const struct rule_key keys[] = {
    /* clang-format off */
    {"from", RULE_KEY_PORTS, false, offsetof(struct rule, from), offsetof(struct rule, from_text), 0, 0, NULL, "ports of departure; left out: all"},
    {"to",   RULE_KEY_PORTS, false, offsetof(struct rule, to),   offsetof(struct rule, to_text),   0, 0, NULL, "ports of arrival; left out: all"},
    {NULL, RULE_KEY_INT, false, 0, 0, 0, 0, NULL, NULL},
    /* clang-format on */
};

static int on_voyage(struct rule_look *look, const struct voyage *voyage)
{
    const struct rule *rule = look->rule;
    if ((rule->from != NULL && !port_set_has(rule->from, voyage->from)) ||
        (rule->to != NULL && !port_set_has(rule->to, voyage->to)))
        return 0;
    const struct ports *ports = look->world->ports;
    struct finding f = {
        .event = 0,
        .time_ms = voyage->arrived_ms,
        .evidence_ms = voyage->departed_ms,
        .pos = look->subject->call->current.pos,
        .object = hash_text(ports_get(ports, voyage->to)->locode,
                            hash_text(ports_get(ports, voyage->from)->locode, 0)),
        .voyage = voyage,
        .since_ms = TIME_NONE,
        .zone_eta_ms = TIME_NONE,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%s %lld %s %lld",
             ports_get(ports, voyage->from)->locode, (long long)voyage->departed_ms,
             ports_get(ports, voyage->to)->locode, (long long)voyage->arrived_ms);
    return rule_raise(look, &f);
}

static const struct rule_hooks hooks = {.on_voyage = on_voyage};

const struct rule_kind kind_voyage = {
    .name = "voyage",
    .doc = "a vessel completes a voyage between watched ports",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .hooks = &hooks,
};
