/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind port_call: a vessel enters, arrives at, departs from or leaves a watched
 * port. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/rules/rule_run.h"

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

/* Of a rule that is not for all, that the call was told: a ship may come under it again
 * while it lies there. Forgotten when it leaves. */
struct state {
    bool is_entered, is_arrived;
};

static int note(struct rule_look *look, enum call_event event)
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

/* The order of enum call_event is that of the events above. */
static int tell(struct rule_look *look, enum call_event event, int64_t time_ms,
                const struct call *call)
{
    /* It was in the port when first heard: that it entered, or lay there, is no news. */
    bool was_there =
        call->at_start && (event == CALL_ENTERED ||
                           (event == CALL_ARRIVED && call->arrived_ms == TIME_NONE));
    if (was_there && !rule_tells_at_start(look))
        return 0;
    if ((event == CALL_ENTERED || event == CALL_ARRIVED) && note(look, event) != 0)
        return ERR_NOMEM;
    const struct port *port = ports_get(look->world->ports, call->port);
    bool is_stay = event == CALL_ARRIVED || event == CALL_DEPARTED;
    int64_t begin_ms = call->entered_ms != TIME_NONE ? call->entered_ms
                       : call->since_ms != TIME_NONE ? call->since_ms
                                                     : time_ms;
    struct finding f = {
        .event = (uint32_t)event,
        .time_ms = time_ms,
        .evidence_ms = begin_ms - HOUR_MS,
        .pos = is_stay ? call->pos : look->subject->track->last.pos,
        .object = hash_text(port->locode, 0),
        .port = port,
        .call = call,
        .since_ms = TIME_NONE,
        .zone_eta_ms = TIME_NONE,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%s %lld", port->locode,
             (long long)time_ms);
    return rule_raise(look, &f);
}

/* A departure is told when the ship has left the area: only then is it known that it
 * left, which adds one to the confidence that the arrival had. An arrival that was not
 * sure enough by itself is told now. */
static int on_departed(struct rule_look *look, const struct call_output *event)
{
    const struct call *call = &event->call;
    if (call->confidence == look->rule->min_confidence) {
        int rc = tell(look, CALL_ARRIVED, call->since_ms, call);
        if (rc != 0)
            return rc;
    }
    return tell(look, CALL_DEPARTED, event->time_ms, call);
}

static int on_call(struct rule_look *look, const struct call_output *event)
{
    const struct rule *rule = look->rule;
    const struct call *call = &event->call;
    if (event->event == CALL_LEFT) {
        free(*look->state);
        *look->state = NULL;
    }
    if (rule->ports != NULL && !port_set_has(rule->ports, call->port))
        return 0;
    bool is_stay = event->event == CALL_ARRIVED || event->event == CALL_DEPARTED;
    if (is_stay && call->confidence < rule->min_confidence)
        return 0;
    if (event->event == CALL_DEPARTED)
        return on_departed(look, event);
    return tell(look, event->event, event->time_ms, call);
}

/* --- a ship that is known only now --- */

/* What stands of the call under way: that it entered, and that it lies there. */
static int tell_call(struct rule_look *look, bool is_entered, bool is_arrived)
{
    const struct rule *rule = look->rule;
    const struct call *call = &look->subject->call->current;
    bool is_confirmed = call->confidence >= 2;
    if (call->port == PORT_NONE ||
        (rule->ports != NULL && !port_set_has(rule->ports, call->port)))
        return 0;
    int64_t entered_ms = call->at_start ? look->subject->track->begun_ms
                         : is_confirmed ? call->entered_ms
                                        : call->since_ms;
    int rc = is_entered ? tell(look, CALL_ENTERED, entered_ms, call) : 0;
    if (rc == 0 && is_arrived && is_confirmed && call->confidence >= rule->min_confidence)
        rc = tell(look, CALL_ARRIVED, call->since_ms, call);
    return rc;
}

static int on_covered(struct rule_look *look)
{
    const struct state *state = *look->state;
    return tell_call(look, state == NULL || !state->is_entered,
                     state == NULL || !state->is_arrived);
}

/* Of a call that was under way at the start nothing was told, unless its stop began
 * later.
 */
static int on_watched(struct rule_look *look)
{
    const struct call *call = &look->subject->call->current;
    if (look->rule->at_start != RULE_AT_START_WATCHED || !call->at_start)
        return 0;
    return tell_call(look, true, call->arrived_ms == TIME_NONE);
}

static void save(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *state = *look->state;
    wire_put_u64(out, (state->is_entered ? 1u : 0) | (state->is_arrived ? 2u : 0));
}

static int load(struct rule_look *look, struct wire_reader *in)
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
    .on_call = on_call,
    .on_covered = on_covered,
    .on_watched = on_watched,
    .save = save,
    .load = load,
    .forget = free,
};

const struct rule_kind kind_port_call = {
    .name = "port_call",
    .doc = "a vessel enters, arrives at, departs from or leaves a watched port",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
