/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind port_call: a vessel enters, arrives at, departs from or leaves a watched
 * port. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"

struct settings {
    struct rule_ports ports;
    uint8_t min_confidence; /* 1..4 */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "ports",          .type = KEY_PORTS, RULE_PORTS(settings, ports), .doc = "ports: codes, countries \"KP*\", groups \"$name\"; left out: all"},
    {.name = "min_confidence", .type = KEY_INTEGER,   KEY_AT(settings, min_confidence), .least = 1, .most = 4, .initial = "2", .doc = "least confidence of an arrival, a departure and of leaving, 1 to 4"},
    {0},
};
/* clang-format on */

/* --- what is told --- */

static const struct port *port_of(const struct rule_look *look, const struct finding *f)
{
    const struct call *call = f->detail;
    return ports_get(look->world->ports, call->port);
}

static void say_entered(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct call *call = f->detail;
    say_text(w,
             call->at_start ? " was in the area of port " : " entered the area of port ");
    say_port(w, port_of(look, f));
    say_text(w, call->at_start ? " when first heard " : " ");
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static void say_arrived(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct call *call = f->detail;
    bool was_there = call->arrived_ms == TIME_NONE;
    say_text(w, was_there ? " is lying at " : " arrived ");
    say_port(w, port_of(look, f));
    say_text(w, was_there ? ", since before " : " ");
    say_time(w, was_there ? call->since_ms : f->time_ms);
    if (!was_there && look->now_ms != f->time_ms) {
        say_text(w, ", confirmed ");
        say_time_near(w, look->now_ms, f->time_ms);
    }
    if (call->kind != CALL_KIND_UNKNOWN)
        say_text(w, ", at %s", call->kind == CALL_KIND_ANCHORAGE ? "anchor" : "a berth");
    say_text(w, ".");
}

static void say_departed(struct say_writer *w, const struct rule_look *look,
                         const struct finding *f)
{
    const struct call *call = f->detail;
    say_text(w, " departed ");
    say_port(w, port_of(look, f));
    say_text(w, " ");
    say_time(w, f->time_ms);
    if (call->arrived_ms != TIME_NONE) {
        say_text(w, " after ");
        say_span(w, call->departed_ms - call->arrived_ms);
        say_text(w, " in port");
    }
    say_text(w, ".");
}

static void say_left(struct say_writer *w, const struct rule_look *look,
                     const struct finding *f)
{
    say_text(w, " left the area of port ");
    say_port(w, port_of(look, f));
    say_text(w, " ");
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static const char *const call_kinds[] = {"unknown", "anchorage", "berth", NULL};
static const struct body_field call_fields[] = {
    {.name = "entered_at", .type = BODY_TIME, .is_optional = true},
    {.name = "arrived_at", .type = BODY_TIME, .is_optional = true},
    {.name = "departed_at", .type = BODY_TIME, .is_optional = true},
    {.name = "left_at", .type = BODY_TIME, .is_optional = true},
    {.name = "kind", .type = BODY_TEXT, .words = call_kinds},
    {.name = "confidence", .type = BODY_INTEGER, .least = 1, .most = 4},
    {0},
};
static const struct body_field port_field = {.name = "port", .type = BODY_PORT};
static const struct body_field call_field = {
    .name = "call", .type = BODY_OBJECT, .fields = call_fields};

static json_t *make_port(const struct rule_look *look, const struct finding *f)
{
    return body_port(port_of(look, f));
}

static json_t *make_call(const struct rule_look *look, const struct finding *f)
{
    const struct call *call = f->detail;
    json_t *o = json_object();
    (void)look;
    body_put(o, "entered_at", body_time(call->entered_ms));
    body_put(o, "arrived_at", body_time(call->arrived_ms));
    body_put(o, "departed_at", body_time(call->departed_ms));
    body_put(o, "left_at", body_time(call->left_ms));
    body_put(o, "kind", json_string(call_kind_name((enum call_kind)call->kind)));
    body_put(o, "confidence", json_integer(call->confidence));
    return o;
}

static const struct rule_member members[] = {
    {&port_field, make_port, NULL}, {&call_field, make_call, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [CALL_ENTERED]  = {"enter",  "port.entered",  SEVERITY_INFO, .say = say_entered,  .members = members, .is_asked_for = true},
    [CALL_ARRIVED]  = {"arrive", "port.arrived",  SEVERITY_INFO, .say = say_arrived,  .members = members},
    [CALL_DEPARTED] = {"depart", "port.departed", SEVERITY_INFO, .say = say_departed, .members = members},
    [CALL_LEFT]     = {"leave",  "port.left",     SEVERITY_INFO, .say = say_left,     .members = members, .is_asked_for = true},
};
/* clang-format on */

/* --- what is kept --- */

/* For a rule that does not cover all ships: remembers that the call was told, because the
 * rule may cover a ship again while the ship is still in port. The state is dropped when
 * the ship leaves. */
struct state {
    bool is_entered, is_arrived;
};

static const struct settings *settings_of(const struct rule_look *look)
{
    return look->rule->settings;
}

static int note_call_event(struct rule_look *look, enum call_event event)
{
    if (!look->is_covered || vessel_filter_is_all(&look->rule->vessels))
        return 0;
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct state));
    struct state *state = *look->state;
    if (state == NULL)
        return ERR_NOMEM;
    state->is_entered = state->is_entered || event == CALL_ENTERED;
    state->is_arrived = state->is_arrived || event == CALL_ARRIVED;
    return 0;
}

/* The rows of `events` are in the order of enum call_event. */
static int tell_event(struct rule_look *look, enum call_event event, int64_t time_ms,
                      const struct call *call)
{
    /* The ship was in the port when it was first heard. So its entry and its stay are not
     * told. */
    bool was_there =
        call->at_start && (event == CALL_ENTERED ||
                           (event == CALL_ARRIVED && call->arrived_ms == TIME_NONE));
    if (was_there && !rule_tells_at_start(look))
        return 0;
    if ((event == CALL_ENTERED || event == CALL_ARRIVED) &&
        note_call_event(look, event) != 0)
        return ERR_NOMEM;
    const struct port *port = ports_get(look->world->ports, call->port);
    bool is_stay = event == CALL_ARRIVED || event == CALL_DEPARTED;
    int64_t begin_ms = call->since_ms != TIME_NONE ? call->since_ms : time_ms;
    if (call->entered_ms != TIME_NONE)
        begin_ms = call->entered_ms;
    struct finding f = {
        .event = (uint32_t)event,
        .time_ms = time_ms,
        .evidence_ms = begin_ms - HOUR_MS,
        .pos = is_stay ? call->pos : look->subject->track->last.pos,
        .object = hash_text(port->locode, 0),
        .detail = call,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%s %lld", port->locode,
             (long long)time_ms);
    return rule_raise(look, &f);
}

/* A departure is told after the ship has left the area, because only then it is certain
 * that the ship left. This adds one to the confidence of the arrival. If the confidence
 * of the arrival alone was too low, the arrival is told now. */
static int on_departed(struct rule_look *look, const struct call_output *event)
{
    const struct call *call = &event->call;
    if (call->confidence == settings_of(look)->min_confidence) {
        int rc = tell_event(look, CALL_ARRIVED, call->since_ms, call);
        if (rc != 0)
            return rc;
    }
    return tell_event(look, CALL_DEPARTED, event->time_ms, call);
}

static int on_call(struct rule_look *look, const struct call_output *event)
{
    const struct settings *settings = settings_of(look);
    const struct call *call = &event->call;
    if (event->event == CALL_LEFT) {
        free(*look->state);
        *look->state = NULL;
    }
    if (settings->ports.set != NULL && !port_set_has(settings->ports.set, call->port))
        return 0;
    if (event->event != CALL_ENTERED && call->confidence < settings->min_confidence)
        return 0;
    if (event->event == CALL_DEPARTED)
        return on_departed(look, event);
    return tell_event(look, event->event, event->time_ms, call);
}

/* --- a ship that is known only now --- */

/* Tell the part of the current call that is already known: the entry and the arrival. */
static int tell_call_start(struct rule_look *look, bool is_entered, bool is_arrived)
{
    const struct settings *settings = settings_of(look);
    const struct call *call = &look->subject->call->current;
    bool is_confirmed = call->confidence >= 2;
    if (call->port == PORT_NONE ||
        (settings->ports.set != NULL && !port_set_has(settings->ports.set, call->port)))
        return 0;
    int64_t entered_ms = is_confirmed ? call->entered_ms : call->since_ms;
    if (call->at_start)
        entered_ms = look->subject->track->begun_ms;
    int rc = is_entered ? tell_event(look, CALL_ENTERED, entered_ms, call) : 0;
    if (rc == 0 && is_arrived && is_confirmed &&
        call->confidence >= settings->min_confidence)
        rc = tell_event(look, CALL_ARRIVED, call->since_ms, call);
    return rc;
}

static int on_covered(struct rule_look *look)
{
    const struct state *state = *look->state;
    return tell_call_start(look, state == NULL || !state->is_entered,
                           state == NULL || !state->is_arrived);
}

/* If a call was already in progress at the start, nothing of it was told, unless its stop
 * began later. */
static int on_watched(struct rule_look *look)
{
    const struct call *call = &look->subject->call->current;
    if (look->rule->at_start != RULE_AT_START_WATCHED || !call->at_start)
        return 0;
    return tell_call_start(look, true, call->arrived_ms == TIME_NONE);
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *state = *look->state;
    wire_put_u64(out, (state->is_entered ? 1u : 0) | (state->is_arrived ? 2u : 0));
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    uint64_t flags = wire_get_u64(in);
    struct state *state = flags <= 3 ? calloc(1, sizeof *state) : NULL;
    if (state == NULL)
        return flags <= 3 ? ERR_NOMEM : ERR_CORRUPT;
    state->is_entered = (flags & 1) != 0;
    state->is_arrived = (flags & 2) != 0;
    *look->state = state;
    return 0;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .on_call = on_call,
    .on_covered = on_covered,
    .on_watched = on_watched,
    .save = save_state,
    .load = load_state,
    .forget = free,
};

const struct rule_kind kind_port_call = {
    .name = "port_call",
    .doc = "a vessel enters, arrives at, departs from or leaves a watched port",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
