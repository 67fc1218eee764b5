/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind gate: a vessel crosses a watched line. */
#include <stdio.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"

enum direction { ANY, LEFT_TO_RIGHT, RIGHT_TO_LEFT };
static const char *const directions[] = {"any", "left-to-right", "right-to-left", NULL};

struct settings {
    struct rule_zones gates;
    uint8_t direction; /* enum direction */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "gates",     .type = KEY_GATES, RULE_ZONES(settings, gates), .doc = "ids of gates (LineString); left out: all"},
    {.name = "direction", .type = KEY_WORD,  KEY_AT(settings, direction), .words = directions, .initial = "any", .doc = "as seen along the line as drawn"},
    {0},
};
/* clang-format on */

/* --- what is told --- */

static void say_crossed(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct zone_event *event = f->detail;
    say_text(w, " crossed gate %s %s ",
             zone_set_info(look->world->zones, event->zone)->name,
             event->is_left_to_right ? "left to right" : "right to left");
    say_time(w, f->time_ms);
    say_certainty(w, event->certainty);
    say_text(w, ".");
}

static const struct body_field gate_fields[] = {
    {.name = "id", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "direction", .type = BODY_TEXT, .words = directions + LEFT_TO_RIGHT},
    {.name = "certainty", .type = BODY_TEXT, .words = body_certainties},
    {0},
};
static const struct body_field gate_field = {
    .name = "gate", .type = BODY_OBJECT, .fields = gate_fields};

static json_t *make_gate(const struct rule_look *look, const struct finding *f)
{
    const struct zone_event *event = f->detail;
    const struct zone_info *info = zone_set_info(look->world->zones, event->zone);
    json_t *o = json_object();
    body_put_text(o, "id", info->id);
    body_put_text(o, "name", info->name);
    body_put_text(o, "direction",
                  directions[event->is_left_to_right ? LEFT_TO_RIGHT : RIGHT_TO_LEFT]);
    body_put_text(o, "certainty", zone_state_certainty_name(event->certainty));
    return o;
}

static const struct rule_member members[] = {{&gate_field, make_gate, NULL}, {0}};

static const struct rule_event events[] = {
    {"cross", "gate.crossed", SEVERITY_INFO, .say = say_crossed, .members = members},
};

/* --- hooks --- */

static int on_zone(struct rule_look *look, const struct zone_event *event)
{
    const struct settings *settings = look->rule->settings;
    if (event->what != ZONE_CROSSED || !rule_zones_has(&settings->gates, event->zone))
        return 0;
    enum direction direction = event->is_left_to_right ? LEFT_TO_RIGHT : RIGHT_TO_LEFT;
    /* A rule with one direction tells each crossing in that direction, also when the ship
     * has just crossed back. */
    if (settings->direction == ANY ? event->is_repeat : settings->direction != direction)
        return 0;
    struct finding f = {
        .event = 0,
        .time_ms = event->time_ms,
        .evidence_ms = TIME_NONE,
        .pos = event->pos,
        .object = hash_text(zone_set_info(look->world->zones, event->zone)->id, 0),
        .detail = event,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%.200s %s %lld",
             zone_set_info(look->world->zones, event->zone)->id, directions[direction],
             (long long)event->time_ms);
    return rule_raise(look, &f);
}

static const struct rule_hooks hooks = {.on_zone = on_zone};

const struct rule_kind kind_gate = {
    .name = "gate",
    .doc = "a vessel crosses a watched line",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
