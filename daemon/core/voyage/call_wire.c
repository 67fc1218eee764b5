/* SPDX-License-Identifier: Apache-2.0 */
/* Saved state of the port-call machine. Ports are saved by code, because the gazetteer
 * may have changed when the state is read. */
#include <string.h>

#include "call_int.h"
#include "lookout/base/time.h"

#define FLAG_HAS_LAST 1u
#define FLAG_UNMOVED 2u
#define FLAG_LYING 4u
#define FLAG_HEADING 8u
#define FLAG_AT_START 16u
#define FLAGS 31u

static const char *port_code_of(const struct ports *ports, uint32_t port)
{
    return port != PORT_NONE ? ports_get(ports, port)->locode : "";
}

/* PORT_NONE for "" and for a code that is no longer known. */
static uint32_t get_port(const struct ports *ports, struct wire_reader *r)
{
    char code[LOCODE_BYTES];
    wire_get_text(r, code, sizeof code);
    return !r->failed && code[0] != '\0' ? ports_find(ports, code) : PORT_NONE;
}

/* Times are written as differences from the time of the last fix: one to three bytes
 * instead of six. 0 is TIME_NONE; a difference d is written as d + 1, or as d when it is
 * negative. */
static void put_time(struct wire_writer *w, int64_t base_ms, int64_t time_ms)
{
    int64_t difference = time_ms - (time_ms != TIME_NONE ? base_ms : time_ms);
    wire_put_i64(w, time_ms == TIME_NONE ? 0 : difference + (difference >= 0));
}

#define TIME_LIMIT_MS INT64_C(100000000000000)

static int64_t get_time(struct wire_reader *r, int64_t base_ms)
{
    int64_t value = wire_get_i64(r);
    if (value > TIME_LIMIT_MS || value < -TIME_LIMIT_MS)
        r->failed = true;
    if (r->failed || value == 0)
        return TIME_NONE;
    return base_ms + value - (value > 0);
}

/* A length of time, 0 or more. */
static int64_t get_span(struct wire_reader *r)
{
    return (int64_t)wire_get_limited(r, (uint64_t)TIME_LIMIT_MS);
}

static void put_stops(struct wire_writer *w, int64_t base_ms,
                      const struct call_stops *stops)
{
    put_time(w, base_ms, stops->first_ms);
    if (stops->first_ms == TIME_NONE)
        return;
    put_time(w, base_ms, stops->end_ms);
    wire_put_u64(w, (uint64_t)stops->total_ms);
    track_wire_save_pos(stops->pos, w);
}

static void get_stops(struct wire_reader *r, int64_t base_ms, struct call_stops *stops)
{
    *stops = (struct call_stops){.first_ms = TIME_NONE, .end_ms = TIME_NONE};
    stops->first_ms = get_time(r, base_ms);
    if (stops->first_ms == TIME_NONE)
        return;
    stops->end_ms = get_time(r, base_ms);
    stops->total_ms = get_span(r);
    stops->pos = track_wire_load_pos(r);
    if (stops->end_ms == TIME_NONE)
        r->failed = true;
}

static void write_call(struct wire_writer *w, const struct call_state *s,
                       const struct ports *ports)
{
    int64_t base_ms = s->last.time_ms;
    const struct call *call = &s->current;
    wire_put_text(w, port_code_of(ports, call->port));
    wire_put_text(w, port_code_of(ports, s->member));
    wire_put_text(w, port_code_of(ports, s->stop_port));
    wire_put_u64(w, call->confidence);
    wire_put_u64(w, call->kind);
    wire_put_u64(w, call->draught_dm);
    put_time(w, base_ms, call->entered_ms);
    put_time(w, base_ms, call->arrived_ms);
    put_time(w, base_ms, call->since_ms);
    track_wire_save_pos(call->pos, w);
    put_stops(w, base_ms, &s->here);
    put_stops(w, base_ms, &s->other);
    track_wire_save_pos(s->stop_pos, w);
    put_time(w, base_ms, s->counted_ms);
    wire_put_u64(w, (uint64_t)s->exempt_ms);
    put_time(w, base_ms, s->fast_since_ms);
    wire_put_u64(w, (uint64_t)s->fast_credit_ms);
    wire_put_f64(w, s->spread_m);
    wire_put_u64(w, s->heading_low);
    wire_put_u64(w, s->heading_high);
    wire_put_u64(w, s->anchored_fixes);
    wire_put_u64(w, s->moored_fixes);
}

void call_wire_save(const struct call_state *s, const struct ports *ports,
                    struct wire_writer *w)
{
    wire_put_u64(w, s->phase);
    wire_put_u64(
        w, (s->has_last ? FLAG_HAS_LAST : 0) | (s->is_unmoved ? FLAG_UNMOVED : 0) |
               (s->is_lying ? FLAG_LYING : 0) | (s->has_heading ? FLAG_HEADING : 0) |
               (s->current.at_start ? FLAG_AT_START : 0));
    if (s->has_last) {
        track_wire_save_fix(&s->last, w);
        track_wire_save_fix(&s->speed_from, w);
    }
    if (s->phase == CALL_AREA || s->phase == CALL_STOPPED)
        write_call(w, s, ports);
}

/* Read the call; false when its port is no longer known. */
static bool get_call(struct wire_reader *r, struct call_state *s,
                     const struct ports *ports)
{
    int64_t base_ms = s->last.time_ms;
    struct call *call = &s->current;
    call->port = get_port(ports, r);
    s->member = get_port(ports, r);
    s->stop_port = get_port(ports, r);
    call->confidence = (uint8_t)wire_get_limited(r, 4);
    call->kind = (uint8_t)wire_get_limited(r, CALL_KIND_BERTH);
    call->draught_dm = (uint8_t)wire_get_limited(r, UINT8_MAX);
    call->entered_ms = get_time(r, base_ms);
    call->arrived_ms = get_time(r, base_ms);
    call->since_ms = get_time(r, base_ms);
    call->pos = track_wire_load_pos(r);
    get_stops(r, base_ms, &s->here);
    get_stops(r, base_ms, &s->other);
    s->stop_pos = track_wire_load_pos(r);
    s->counted_ms = get_time(r, base_ms);
    s->exempt_ms = get_span(r);
    s->fast_since_ms = get_time(r, base_ms);
    s->fast_credit_ms = get_span(r);
    s->spread_m = wire_get_f64(r);
    s->heading_low = (uint16_t)wire_get_limited(r, 359);
    s->heading_high = (uint16_t)wire_get_limited(r, 359);
    s->anchored_fixes = (uint16_t)wire_get_limited(r, UINT16_MAX);
    s->moored_fixes = (uint16_t)wire_get_limited(r, UINT16_MAX);
    bool is_confirmed = call->confidence >= 2;
    if (call->confidence == 0 || !(s->spread_m >= 0 && s->spread_m < 1e9) ||
        call->since_ms == TIME_NONE || (is_confirmed && s->here.first_ms == TIME_NONE) ||
        (s->phase == CALL_STOPPED && s->counted_ms == TIME_NONE))
        r->failed = true;
    return call->port != PORT_NONE;
}

/* Meanwhile the gazetteer may have moved ports into or out of `same` groups. */
static void reconcile_ports(struct call_state *s, const struct ports *ports)
{
    uint32_t known = s->current.port;
    s->current.port = ports_get(ports, known)->same;
    if (s->member == PORT_NONE || !ports_are_same(ports, s->member, s->current.port))
        s->member = known;
    if (s->stop_port == PORT_NONE || ports_are_same(ports, s->stop_port, known))
        s->stop_port = s->current.port;
    else
        s->stop_port = ports_get(ports, s->stop_port)->same;
}

int call_wire_load(struct call_state *s, const struct ports *ports, struct wire_reader *r)
{
    struct call_state loaded;
    call_state_init(&loaded);
    call_state_init(s);
    loaded.phase = (uint8_t)wire_get_limited(r, CALL_PHASES - 1);
    uint64_t flags = wire_get_limited(r, FLAGS);
    loaded.has_last = (flags & FLAG_HAS_LAST) != 0;
    loaded.is_unmoved = (flags & FLAG_UNMOVED) != 0;
    loaded.is_lying = (flags & FLAG_LYING) != 0;
    loaded.has_heading = (flags & FLAG_HEADING) != 0;
    if (loaded.has_last) {
        track_wire_load_fix(&loaded.last, r);
        track_wire_load_fix(&loaded.speed_from, r);
    }
    bool has_call = loaded.phase == CALL_AREA || loaded.phase == CALL_STOPPED;
    bool is_known = true;
    if (has_call) {
        loaded.current.at_start = (flags & FLAG_AT_START) != 0;
        is_known = get_call(r, &loaded, ports);
    }
    if (r->failed || (loaded.phase != CALL_UNHEARD) != loaded.has_last)
        return ERR_CORRUPT;
    if (!is_known)
        return 0;
    *s = loaded;
    if (has_call)
        reconcile_ports(s, ports);
    return 0;
}
