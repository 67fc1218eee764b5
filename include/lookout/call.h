/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls of one track, as a table-driven state machine, and the voyages between them.
 *
 * Stop: begins at <= 0.5 kn, ends at >= 1.5 kn held 10 min or > 1 km moved. Call: inside
 * a port's entry distance with at least 60 min of stop in all; arrival is the first
 * stop's begin, departure the last stop's end; closed at the exit distance. Confidence as
 * Global Fishing Watch defines it: 4 entry and exit and stop (or gap), 3 one of them and
 * stop, 2 stop only, 1 no stop. */
#ifndef LOOKOUT_CALL_H
#define LOOKOUT_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/err.h"
#include "lookout/ports.h"
#include "lookout/track.h"
#include "lookout/wire.h"

struct call_conf {
    double stop_begin_kn; /* 0.5 */
    double stop_end_kn;   /* 1.5 */
    int64_t stop_end_ms;  /* 10 min */
    double stop_move_m;   /* 1000 */
    int64_t confirm_ms;   /* 60 min */
    int64_t gap_ms;       /* 4 h */
};
struct call_conf call_conf_default(void);

enum call_kind { CALL_KIND_UNKNOWN, CALL_KIND_ANCHORAGE, CALL_KIND_BERTH };
const char *call_kind_name(enum call_kind kind); /* "unknown", "anchorage", "berth" */

struct call {
    uint32_t port;       /* index; PORT_NONE: no call */
    uint8_t confidence;  /* 1..4 as of now */
    uint8_t kind;        /* enum call_kind */
    int64_t entered_ms;  /* first fix inside; TIME_NONE when under way at the start of the
                            data, or after a gap */
    int64_t arrived_ms;  /* first stop's begin; TIME_NONE when it was lying there at the
                            start of the data */
    int64_t since_ms;    /* arrived_ms, or the first fix where that is unknown: never
                            TIME_NONE in a confirmed call */
    int64_t departed_ms; /* last stop's end; TIME_NONE while open */
    int64_t left_ms;     /* first fix out; TIME_NONE while open */
    struct geo_pos pos;  /* where it stopped */
    uint8_t draught_dm;  /* at arrival, 0 unknown; filled by the caller */
};

enum call_event { CALL_ENTERED, CALL_ARRIVED, CALL_DEPARTED, CALL_LEFT };

struct call_output {
    enum call_event event;
    int64_t time_ms;  /* what the event's `time` is */
    struct call call; /* as it stands after the event */
};
#define CALL_OUTPUTS_MAX 8

/* State of one track. Plain memory: copying it copies it. */
struct call_state {
    uint8_t phase; /* private to call.c */
    uint8_t flags;
    struct call current; /* port PORT_NONE at sea */
    int64_t stop_begin_ms, stop_end_ms, fast_since_ms, stopped_ms;
    struct geo_pos stop_pos;
    struct track_fix last; /* the last fix stepped */
    bool has_last;
    double spread_m; /* greatest distance from stop_pos while stopped */
    uint16_t heading_low, heading_high, anchored_fixes, moored_fixes;
};
void call_state_init(struct call_state *s);
/* One believed fix. `declared` is the destination's port or PORT_NONE; silence_ms is how
 * much of the time since the last fix does not count as silence because the daemon or
 * every feed was silent. Events in order into ret (room CALL_OUTPUTS_MAX); returns how
 * many. */
size_t call_step(struct call_state *s, const struct call_conf *conf,
                 const struct ports *ports, const struct track_fix *fix,
                 uint32_t declared, int64_t silence_ms,
                 struct call_output ret[CALL_OUTPUTS_MAX]);
/* Ports changed: the saved call's port is found again by its code, or the call dropped.
 */
void call_state_save(const struct call_state *s, const struct ports *ports,
                     struct wire_writer *w);
MUST_CHECK int call_state_load(struct call_state *s, const struct ports *ports,
                               struct wire_reader *r);

/* --- voyages
 * -------------------------------------------------------------------------------------------------
 */

#define VOYAGE_DESTINATIONS_MAX 8
struct voyage {
    uint32_t from, to; /* port indices */
    int64_t departed_ms, arrived_ms;
    double distance_m; /* along the fixes, on the ellipsoid */
    int64_t longest_gap_ms;
    uint8_t draught_departure_dm, draught_arrival_dm; /* 0 unknown */
    uint8_t destination_count;
    char destinations[VOYAGE_DESTINATIONS_MAX]
                     [24]; /* as declared, in order, repeated ones once */
};
struct voyage_state {
    bool is_open; /* a departure is known */
    struct voyage current;
    struct track_fix last;
    bool has_last;
    char last_destination[24];
};
void voyage_state_init(struct voyage_state *s);
/* Every believed fix, before its call events. */
void voyage_fix(struct voyage_state *s, const struct track_fix *fix);
void voyage_destination(struct voyage_state *s, const char *destination);
/* A call's event; true when *ret_voyage was completed by it (an arrival at another port
 * than the one it departed from). */
bool voyage_call(struct voyage_state *s, const struct ports *ports,
                 const struct call_output *event, uint8_t draught_dm,
                 struct voyage *ret_voyage);
void voyage_state_save(const struct voyage_state *s, const struct ports *ports,
                       struct wire_writer *w);
MUST_CHECK int voyage_state_load(struct voyage_state *s, const struct ports *ports,
                                 struct wire_reader *r);

#endif
