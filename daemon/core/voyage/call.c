/* SPDX-License-Identifier: Apache-2.0 */
/* The port-call state machine: its table, and the actions of its edges. call_fix.c
 * translates fixes into the happenings that drive it; call_wire.c saves it. */
#include "lookout/voyage/call.h"

#include <assert.h>
#include <string.h>

#include "call_int.h"
#include "call_kind_int.h"
#include "lookout/base/time.h"

static_assert(sizeof(struct call_state) <= 448, "a state is kept for every vessel");

struct call_conf call_conf_default(void)
{
    return (struct call_conf){
        .stop_begin_kn = 0.5, /* RTEC maritime: movingMin */
        .stop_end_kn = 1.5,   /* a ship that swings at anchor stays below */
        .stop_end_ms = 10 * MINUTE_MS,
        .stop_move_m = 1000.0,
        .confirm_ms = 60 * MINUTE_MS, /* locks and canal sidings: 16 to 32 min measured */
        .gap_ms = 4 * HOUR_MS,        /* Global Fishing Watch: PORT_GAP at 240 min */
        .way_kn = 10.0,
    };
}

/* --- events --- */

static bool is_confirmed(const struct call_state *s)
{
    return s->current.confidence >= 2;
}

static void emit_event(struct call_step *c, enum call_event event, int64_t time_ms)
{
    assert(c->count < CALL_OUTPUTS_MAX);
    c->out[c->count++] = (struct call_output){event, time_ms, c->s->current};
}

/* Global Fishing Watch: 4 entry, exit and stop; 3 one of the two and stop; 2 stop only; 1
 * none. */
static uint8_t confidence_of(const struct call *call, bool has_stop, bool has_left)
{
    if (!has_stop)
        return 1;
    return (uint8_t)(2 + (call->entered_ms != TIME_NONE) + has_left);
}

static uint32_t port_standing_for(const struct ports *ports, uint32_t port)
{
    return ports_get(ports, port)->same;
}

void call_no_stops(struct call_stops *stops)
{
    *stops = (struct call_stops){.first_ms = TIME_NONE, .end_ms = TIME_NONE};
}

static void open_call(struct call_step *c, uint32_t port, int64_t entered_ms)
{
    struct call_state *s = c->s;
    call_forget(s, (enum call_phase)s->phase);
    s->member = port;
    s->current.port = port_standing_for(c->ports, port);
    s->current.entered_ms = entered_ms;
    s->current.at_start = entered_ms == TIME_NONE;
    s->current.since_ms = c->fix->time_ms;
    s->current.pos = c->fix->pos;
    s->current.confidence = 1;
    s->stop_port = s->current.port;
}

static void close_call(struct call_step *c, int64_t left_ms)
{
    struct call_state *s = c->s;
    s->current.confidence = confidence_of(&s->current, is_confirmed(s), true);
    if (is_confirmed(s)) {
        s->current.kind = call_kind_of(s, c->ports);
        s->current.departed_ms = s->here.end_ms;
        emit_event(c, CALL_DEPARTED, s->here.end_ms);
    }
    s->current.left_ms = left_ms;
    emit_event(c, CALL_LEFT, left_ms);
}

/* A stop that goes on holds all the time since it began, but for what does not count. */
static enum call_evidence evidence_of(const struct call_step *c)
{
    const struct call_stops *stops = &c->s->here;
    if (c->silent_ms >= c->conf->gap_ms)
        return CALL_SILENCE;
    int64_t missing_ms = stops->end_ms - stops->first_ms - stops->total_ms;
    return missing_ms > c->conf->stop_end_ms / 2 ? CALL_SUMMED : CALL_SEEN;
}

static void confirm_call(struct call_step *c)
{
    struct call_state *s = c->s;
    if (is_confirmed(s) || s->here.total_ms < c->conf->confirm_ms)
        return;
    s->current.confidence = confidence_of(&s->current, true, false);
    s->current.since_ms = s->here.first_ms;
    s->current.arrived_ms = s->is_lying ? TIME_NONE : s->here.first_ms;
    s->current.pos = s->here.pos;
    s->current.kind = call_kind_of(s, c->ports);
    s->current.evidence = (uint8_t)evidence_of(c);
    emit_event(c, CALL_ARRIVED, s->current.since_ms);
}

/* --- stops --- */

/* A ship that has called here and has then lain at another port for as long as a call
 * takes belongs to the other port, from its first stop there on. */
static void move_to_other(struct call_step *c)
{
    struct call_state *s = c->s;
    if (s->other.total_ms < c->conf->confirm_ms)
        return;
    struct call_stops stops = s->other;
    uint32_t port = s->stop_port;
    if (c->at != PORT_NONE && ports_are_same(c->ports, c->at, port))
        port = c->at;
    int64_t counted_ms = s->counted_ms;
    struct geo_pos stop_pos = s->stop_pos;
    close_call(c, stops.first_ms);
    open_call(c, port, stops.first_ms);
    emit_event(c, CALL_ENTERED, stops.first_ms);
    s->here = stops;
    s->counted_ms = counted_ms;
    s->stop_pos = stop_pos;
    confirm_call(c);
}

static void count_stop(struct call_step *c, int64_t begin_ms, int64_t end_ms, int64_t ms)
{
    struct call_state *s = c->s;
    bool is_here = s->stop_port == s->current.port;
    struct call_stops *stops = is_here ? &s->here : &s->other;
    if (stops->first_ms == TIME_NONE) {
        stops->first_ms = begin_ms;
        stops->pos = s->stop_pos;
    }
    stops->end_ms = end_ms;
    stops->total_ms += ms > 0 ? ms : 0;
    if (is_here)
        confirm_call(c);
    else
        move_to_other(c);
}

/* Count the stop under way up to this fix. */
static void count_to_fix(struct call_step *c)
{
    struct call_state *s = c->s;
    int64_t ms = c->fix->time_ms - s->counted_ms - s->exempt_ms;
    int64_t begin_ms = s->counted_ms;
    s->counted_ms = c->fix->time_ms;
    s->exempt_ms = 0;
    s->fast_since_ms = TIME_NONE;
    call_kind_count(s, c->fix);
    count_stop(c, begin_ms, c->fix->time_ms, ms);
}

/* --- actions of the table --- */

static void act_none(struct call_step *c)
{
    (void)c;
}

static void act_present(struct call_step *c)
{
    open_call(c, c->at, TIME_NONE);
    emit_event(c, CALL_ENTERED, c->fix->time_ms);
}

static void act_enter(struct call_step *c)
{
    open_call(c, c->at, c->fix->time_ms);
    emit_event(c, CALL_ENTERED, c->fix->time_ms);
}

static void act_switch(struct call_step *c)
{
    bool at_start = c->s->current.at_start;
    c->legs_from = c->fix->time_ms;
    close_call(c, c->fix->time_ms);
    open_call(c, c->at, at_start ? TIME_NONE : c->fix->time_ms);
    emit_event(c, CALL_ENTERED, c->fix->time_ms);
}

static void act_dark(struct call_step *c)
{
    struct call_state *s = c->s;
    s->stop_port = s->current.port;
    s->stop_pos = c->stop_begin_ms < c->fix->time_ms ? s->last.pos : c->fix->pos;
    c->legs_from = c->fix->time_ms;
    count_stop(c, c->stop_begin_ms, c->stop_end_ms, c->stop_credit_ms);
}

static void act_stop(struct call_step *c)
{
    struct call_state *s = c->s;
    if (s->here.first_ms == TIME_NONE && s->current.at_start && s->is_unmoved)
        s->is_lying = true;
    s->stop_pos = c->fix->pos;
    s->counted_ms = c->legs_from;
    s->exempt_ms = c->legs_from < c->fix->time_ms ? c->exempt_ms : 0;
    call_kind_begin(s);
    count_to_fix(c);
}

static void act_stay(struct call_step *c)
{
    count_to_fix(c);
}

static void act_move(struct call_step *c)
{
    struct call_state *s = c->s;
    s->fast_since_ms = TIME_NONE;
    count_stop(c, s->counted_ms, c->stop_end_ms, c->stop_credit_ms);
}

static void act_leave(struct call_step *c)
{
    close_call(c, c->fix->time_ms);
    call_forget(c->s, CALL_SEA);
}

/* --- the table --- */

/* clang-format off */
const struct call_edge call_edges[] = {
    /* from        on             to            action */
    {CALL_UNHEARD, CALL_HEARD,    CALL_SEA,     act_none},    /* nothing to say */
    {CALL_UNHEARD, CALL_ENTERS,   CALL_AREA,    act_present}, /* interface 5: under way at the start, entered_at absent */
    {CALL_SEA,     CALL_ENTERS,   CALL_AREA,    act_enter},   /* interface 6: port.entered, first fix inside */
    {CALL_AREA,    CALL_SWITCHES, CALL_AREA,    act_switch},  /* interface 5: nearest port wins */
    {CALL_AREA,    CALL_DARK,     CALL_AREA,    act_dark},    /* interface 5: silence of 4 h or more */
    {CALL_AREA,    CALL_STOPS,    CALL_STOPPED, act_stop},    /* interface 5: stop begins at <= 0.5 kn */
    {CALL_AREA,    CALL_LEAVES,   CALL_SEA,     act_leave},   /* interface 5: closes at the exit distance */
    {CALL_STOPPED, CALL_STAYS,    CALL_STOPPED, act_stay},    /* interface 5: 60 min of stop make a call */
    {CALL_STOPPED, CALL_MOVES,    CALL_AREA,    act_move},    /* interface 5: >= 1.5 kn held 10 min or > 1 km moved */
};
/* clang-format on */
const size_t call_edge_count = sizeof call_edges / sizeof call_edges[0];

void call_happens(struct call_step *c, enum call_happening what)
{
    for (size_t i = 0; i < call_edge_count; i++) {
        if (call_edges[i].from != c->s->phase || call_edges[i].on != what)
            continue;
        c->s->phase = (uint8_t)call_edges[i].to;
        call_edges[i].action(c);
        return;
    }
}

void call_forget(struct call_state *s, enum call_phase phase)
{
    struct call_state fresh = {.phase = (uint8_t)phase};
    fresh.has_last = s->has_last;
    fresh.is_unmoved = s->is_unmoved;
    fresh.last = s->last;
    fresh.speed_from = s->speed_from;
    fresh.speed_kn = s->speed_kn;
    fresh.current = (struct call){.port = PORT_NONE,
                                  .entered_ms = TIME_NONE,
                                  .arrived_ms = TIME_NONE,
                                  .since_ms = TIME_NONE,
                                  .departed_ms = TIME_NONE,
                                  .left_ms = TIME_NONE};
    fresh.member = fresh.stop_port = PORT_NONE;
    call_no_stops(&fresh.here);
    call_no_stops(&fresh.other);
    fresh.fast_since_ms = TIME_NONE;
    *s = fresh;
}

void call_clamp(struct call_state *s, int64_t now_ms)
{
    int64_t *times[] = {
        &s->current.entered_ms,  &s->current.arrived_ms, &s->current.since_ms,
        &s->current.departed_ms, &s->current.left_ms,    &s->speed_from.time_ms,
        &s->counted_ms,          &s->fast_since_ms,      &s->here.first_ms,
        &s->here.end_ms,         &s->other.first_ms,     &s->other.end_ms};
    if (!s->has_last || s->last.time_ms <= now_ms)
        return;
    s->last.time_ms = now_ms;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        time_clamp(times[i], now_ms);
}

void call_state_init(struct call_state *s)
{
    memset(s, 0, sizeof *s);
    s->is_unmoved = true;
    s->speed_kn = -1;
    call_forget(s, CALL_UNHEARD);
}
