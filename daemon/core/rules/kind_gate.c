/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind gate: a vessel crosses a watched line. */
#include <stdio.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/rules/rule_run.h"

static const struct rule_event events[] = {
    {"cross", "gate.crossed", "crossed", SEVERITY_INFO},
};

/* enum rule_direction */
static const char *const directions[] = {"any", "left-to-right", "right-to-left", NULL};

static const struct rule_key keys[] = {
    /* clang-format off */
    {"gates",     RULE_KEY_GATES, false, offsetof(struct rule, gates), offsetof(struct rule, gate_count), 0, 0, NULL, "ids of gates (LineString); left out: all"},
    {"direction", RULE_KEY_WORD,  false, offsetof(struct rule, direction), 0, 0, 0, directions, "as seen along the line as drawn"},
    {NULL, RULE_KEY_INT, false, 0, 0, 0, 0, NULL, NULL},
    /* clang-format on */
};

static int on_zone(struct rule_look *look, const struct zone_event *event)
{
    const struct rule *rule = look->rule;
    if (event->what != ZONE_CROSSED ||
        !rule_has_index(rule->gates, rule->gate_count, event->zone))
        return 0;
    enum rule_direction direction = event->is_left_to_right
                                        ? RULE_DIRECTION_LEFT_TO_RIGHT
                                        : RULE_DIRECTION_RIGHT_TO_LEFT;
    /* Who asks for one way is told of it though the ship came back from the other. */
    if (rule->direction == RULE_DIRECTION_ANY ? event->is_repeat
                                              : rule->direction != direction)
        return 0;
    struct finding f = {
        .event = 0,
        .time_ms = event->time_ms,
        .evidence_ms = TIME_NONE,
        .pos = event->pos,
        .object = hash_text(zone_info(look->world->zones, event->zone)->id, 0),
        .zone = event,
        .since_ms = TIME_NONE,
        .zone_eta_ms = TIME_NONE,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%.200s %s %lld",
             zone_info(look->world->zones, event->zone)->id, directions[direction],
             (long long)event->time_ms);
    return rule_raise(look, &f);
}

static const struct rule_hooks hooks = {.on_zone = on_zone};

const struct rule_kind kind_gate = {
    .name = "gate",
    .doc = "a vessel crosses a watched line",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .hooks = &hooks,
};
