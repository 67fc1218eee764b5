/* SPDX-License-Identifier: Apache-2.0 */
/* Route patterns over port calls: compiles the text to steps, and runs the NFA of a
 * vessel over its calls.
 *
 *   route := step { (">" | ">>") step }
 *   step  := one [ "?" ] | "(" one { "|" one } ")" [ "?" ]
 *   one   := [ "~" ] port | "*" | "@" zone-id        "~": also one that it could have
 *                                                    called at while it was silent */
#ifndef LOOKOUT_ROUTE_H
#define LOOKOUT_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/geo/water.h"
#include "lookout/geo/zone.h"
#include "lookout/voyage/ports.h"

#define ROUTE_STEPS_MAX 16
#define ROUTE_RUNS_MAX 8
#define ROUTE_CALLS_MAX 16

struct route_step {
    struct port_set *ports; /* owned; NULL when the step names no port */
    struct port_set *dark;  /* owned: those of them with "~"; NULL: none */
    uint32_t *zones;        /* owned: indices of zones and gates */
    uint64_t *zone_keys;    /* owned: hashes of their ids, for case ids */
    uint32_t zone_count;
    bool is_optional;
    bool is_adjacent; /* ">" before it: no call between it and the step before */
    char *text;       /* owned: the step as written */
    /* Distance over water to the step's ports, in the order of port_set_next; borrowed
     * from the configuration, NULL when none was made. */
    const struct water_field *field;
};
struct route {
    struct route_step steps[ROUTE_STEPS_MAX];
    uint32_t step_count;
    char *text; /* owned: the pattern as written */
};

/* Compile a pattern. A fault names the column (err->col, from 1) and what was expected
 * there. */
MUST_CHECK int route_compile(const struct ports *ports, const struct zone_set *zones,
                             const char *text, struct route **ret_route, struct err *err);
void route_destroy(struct route *route);
/* Append the route in words: "a call at any of KP* (9 ports), then, other calls allowed
 * between, ...". */
MUST_CHECK int route_describe(const struct route *route, const struct ports *ports,
                              const struct zone_set *zones, struct buf *out);

struct route_limits {
    int64_t within_ms; /* departure of the first step to arrival at the last */
    int64_t leg_ms;    /* departure of each matched step to arrival at the next */
};

/* One matched step of a run. */
struct route_stop {
    uint32_t port; /* PORT_NONE for a zone or gate step */
    uint32_t zone; /* UINT32_MAX for a port step */
    uint8_t step;  /* 0-based step it matched */
    uint8_t confidence;
    bool is_standing;        /* the ship was in that zone before: it begins no runs */
    bool is_arrival_unknown; /* a call under way when the data began, or without a stop:
                                arrived_ms is its first fix or entry, not for telling */
    bool is_dark;            /* it could have called there while it was silent: arrived_ms
                                is the earliest and departed_ms the latest time */
    int64_t arrived_ms;      /* or crossing; the first fix where the arrival is unknown */
    int64_t departed_ms;     /* TIME_NONE while there; of a gate, the crossing */
    struct geo_pos pos;
    int64_t silent_from_ms, silent_to_ms; /* is_dark */
};
struct route_run {
    struct route_stop stops[ROUTE_CALLS_MAX];
    uint8_t stop_count;
    uint8_t step;          /* last matched step */
    bool has_foreign_call; /* a call that matched nothing came after the last stop: ">"
                              may not follow */
    bool is_forecast;
    int64_t forecast_ms;
    uint32_t forecast_port; /* PORT_NONE */
    uint64_t case_id; /* the same for all alerts of this run: from route, vessel and first
                         stop */
    int64_t expires_ms; /* TIME_NONE while the last matched stop is not departed from */
    int64_t until_ms;   /* end of `within`; TIME_NONE while the first stop is not departed
                           from */
    bool is_lapsed;     /* `leg` is over, and told where it had been forecast; it lives on
                           (until `within` is over) only because a second call in a row at
                           its last port would merge into the first and depart later */
};
struct route_state {
    uint32_t run_count;
    uint32_t evicted;
    uint32_t last_port; /* of the stop before when that was a call, else PORT_NONE */
    int64_t last_ms;    /* its arrival, the first where calls in a row merged */
    bool is_spent;      /* a run that began there was completed since */
    struct route_run runs[ROUTE_RUNS_MAX]; /* last, so that a state at rest needs memory
                                              for those only that there are */
};

enum route_event { ROUTE_PROGRESSED, ROUTE_MATCHED, ROUTE_LAPSED };
struct route_output {
    enum route_event event;
    int64_t time_ms;
    struct route_run run; /* a copy after the event */
};
#define ROUTE_OUTPUTS_MAX (2 * ROUTE_RUNS_MAX)
typedef int (*route_sink)(void *context, const struct route_output *output);

void route_run_init(struct route_state *s);
/* Of what stops are applied to the runs: the same for all stops of a ship under a rule.
 */
struct route_way {
    const struct route *route; /* borrowed, as are the next two */
    const struct route_limits *limits;
    const struct ports *ports;
    uint64_t seed; /* makes case ids: the hash of rule and vessel */
    route_sink sink;
    void *context;
};
/* Take a call (port), an entered zone or a crossed gate (zone). A second call at the same
 * port with no other stop between continues the first. Each run that advances, completes
 * or breaks goes to the sink, in the order of age; a non-zero result of the sink ends the
 * step. */
MUST_CHECK int route_run_arrive(struct route_state *s, const struct route_way *way,
                                const struct route_stop *stop);
/* Take a silence: in stops[i] the call that it could have made for step i, PORT_NONE:
 * none. Where a step takes it, it is a call; all else is as if it were absent. */
MUST_CHECK int route_run_arrive_dark(struct route_state *s, const struct route_way *way,
                                     const struct route_stop stops[ROUTE_STEPS_MAX]);
/* Whether step `step` is awaited: a run waits for it, or could begin with it. */
bool route_run_awaits(const struct route_state *s, const struct route *route,
                      uint32_t step);
/* The ship left a zone, or the port of its last call; the call may have a higher
 * confidence now. Of `left`, the port or zone, departed_ms and confidence are used. */
void route_run_depart(struct route_state *s, const struct route_limits *limits,
                      const struct ports *ports, const struct route_stop *left);
/* Whether the state may be forgotten: no run waits for a step, and no run began with the
 * last call that a continuation of this call could begin again. */
bool route_run_is_idle(const struct route_state *s, const struct route *route);
/* The time when the next run expires, INT64_MAX for none; and the expiry of all runs due
 * at or before now_ms. */
int64_t route_expire_deadline(const struct route_state *s);
MUST_CHECK int route_expire_runs(struct route_state *s, int64_t now_ms, route_sink sink,
                                 void *context);
/* The steps that may come next after `run`: the first and last index; false when it is
 * complete. */
bool route_awaits(const struct route *route, const struct route_run *run,
                  uint32_t *ret_first, uint32_t *ret_last);
/* Whether only optional steps follow the step (0-based). */
bool route_is_complete(const struct route *route, uint32_t step);
void route_wire_save(const struct route_state *s, const struct ports *ports,
                     const struct zone_set *zones, struct wire_writer *w);
MUST_CHECK int route_wire_load(struct route_state *s, const struct ports *ports,
                               const struct zone_set *zones, struct wire_reader *r);

#endif
