/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind voyage: a vessel completes a voyage between watched ports. */
#include <stdio.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_run.h"

struct settings {
    struct rule_ports from, to;
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "from", .type = KEY_PORTS, RULE_PORTS(settings, from), .doc = "ports of departure; left out: all"},
    {.name = "to",   .type = KEY_PORTS, RULE_PORTS(settings, to),   .doc = "ports of arrival; left out: all"},
    {0},
};
/* clang-format on */

/* --- what is told --- */

static void say_completed(struct say_writer *w, const struct rule_look *look,
                          const struct finding *f)
{
    const struct voyage *v = f->detail;
    const struct ports *ports = look->world->ports;
    say_text(w, " completed a voyage: departed ");
    say_port(w, ports_get(ports, v->from));
    say_text(w, " ");
    say_time(w, v->departed_ms);
    say_text(w, ", arrived ");
    say_port(w, ports_get(ports, v->to));
    say_text(w, " ");
    say_time(w, v->arrived_ms);
    say_text(w, "; %.0f nm in ", v->distance_m / NM_M);
    say_span(w, v->arrived_ms - v->departed_ms);
    if (v->longest_gap_ms >= HOUR_MS) {
        say_text(w, ", longest silence on the way ");
        say_span(w, v->longest_gap_ms);
    }
    say_text(w, ".");
}

static const struct body_field voyage_fields[] = {
    {.name = "from", .type = BODY_PORT},
    {.name = "to", .type = BODY_PORT},
    {.name = "departed_at", .type = BODY_TIME},
    {.name = "arrived_at", .type = BODY_TIME},
    {.name = "distance_nm", .type = BODY_NUMBER},
    {.name = "longest_gap_h", .type = BODY_NUMBER},
    {.name = "destinations", .type = BODY_TEXTS},
    {.name = "draught_departure_m", .type = BODY_NUMBER, .is_optional = true},
    {.name = "draught_arrival_m", .type = BODY_NUMBER, .is_optional = true},
    {0},
};
static const struct body_field voyage_field = {
    .name = "voyage", .type = BODY_OBJECT, .fields = voyage_fields};

static json_t *make_voyage(const struct rule_look *look, const struct finding *f)
{
    const struct voyage *v = f->detail;
    const struct ports *ports = look->world->ports;
    json_t *o = json_object(), *destinations = json_array();
    body_put(o, "from", body_port(ports_get(ports, v->from)));
    body_put(o, "to", body_port(ports_get(ports, v->to)));
    body_put(o, "departed_at", body_time(v->departed_ms));
    body_put(o, "arrived_at", body_time(v->arrived_ms));
    body_put(o, "distance_nm", body_rounded(v->distance_m / NM_M, 0.1));
    body_put(o, "longest_gap_h",
             body_rounded((double)v->longest_gap_ms / (double)HOUR_MS, 0.01));
    for (uint8_t i = 0; i < v->destination_count; i++)
        json_array_append_new(destinations, body_text(v->destinations[i]));
    body_put(o, "destinations", destinations);
    if (v->draught_departure_dm != 0)
        body_put(o, "draught_departure_m",
                 body_rounded(v->draught_departure_dm / 10.0, 0.1));
    if (v->draught_arrival_dm != 0)
        body_put(o, "draught_arrival_m", body_rounded(v->draught_arrival_dm / 10.0, 0.1));
    return o;
}

static const struct rule_member members[] = {{&voyage_field, make_voyage, NULL}, {0}};

static const struct rule_event events[] = {
    {"complete", "voyage.completed", SEVERITY_INFO, .say = say_completed,
     .members = members},
};

/* --- hooks --- */

static int on_voyage(struct rule_look *look, const struct voyage *voyage)
{
    const struct settings *s = look->rule->settings;
    if ((s->from.set != NULL && !port_set_has(s->from.set, voyage->from)) ||
        (s->to.set != NULL && !port_set_has(s->to.set, voyage->to)))
        return 0;
    const struct ports *ports = look->world->ports;
    struct finding f = {
        .event = 0,
        .time_ms = voyage->arrived_ms,
        .evidence_ms = voyage->departed_ms,
        .pos = look->subject->call->current.pos,
        .object = hash_text(ports_get(ports, voyage->to)->locode,
                            hash_text(ports_get(ports, voyage->from)->locode, 0)),
        .detail = voyage,
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
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
