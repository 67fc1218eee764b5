/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls of one track, as a table-driven state machine, and the voyages between them.
 *
 * Stop: begins at <= 0.5 kn, ends at >= 1.5 kn held 10 min or > 1 km moved. Call: inside
 * a port's entry distance with at least 60 min of stops in all; arrival is the begin of
 * the first stop, departure the end of the last stop; closed at the exit distance.
 * Confidence as Global Fishing Watch defines it: 4 entry and exit and stop (or gap), 3
 * one of them and stop, 2 stop only, 1 no stop.
 *
 * Silence of 4 h or more counts as a stop. Between two fixes inside the area, all of it
 * counts. Otherwise it counts for the port whose area the ship was in before or is in
 * after: the silence less the time of the way, if 60 min or more remain. The way is the
 * great circle, sailed at the faster of the speeds before and after (10 kn when both are
 * slower or unknown), plus a quarter. So a ship that only sailed on while it was not
 * heard has made no call.
 *
 * The ports of a `same` group are one port here, known by the index of the port that
 * represents it. Where areas overlap, a ship that has not stopped belongs to the nearer
 * port (2 km of hysteresis, the declared port first), a stopped ship to the port where it
 * stops, and a ship that has called changes port only after 60 min of stop at the other.
 */
#ifndef LOOKOUT_CALL_H
#define LOOKOUT_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/track/track.h"
#include "lookout/voyage/ports.h"

struct call_conf {
    double stop_begin_kn; /* 0.5 */
    double stop_end_kn;   /* 1.5 */
    int64_t stop_end_ms;  /* 10 min */
    double stop_move_m;   /* 1000 */
    int64_t confirm_ms;   /* 60 min */
    int64_t gap_ms;       /* 4 h */
    double way_kn;        /* 10: the least speed assumed during a silence */
};
struct call_conf call_conf_default(void);

enum call_kind { CALL_KIND_UNKNOWN, CALL_KIND_ANCHORAGE, CALL_KIND_BERTH };
const char *call_kind_name(enum call_kind kind); /* "unknown", "anchorage", "berth" */

/* What shows that a ship lay as long as makes a call. */
enum call_evidence {
    CALL_SEEN,    /* one stop, heard all along */
    CALL_SUMMED,  /* several stops that are long enough together */
    CALL_SILENCE, /* a silence of call_conf.gap_ms or more that counts as a stop */
    CALL_EVIDENCES
};

struct call {
    uint32_t port;       /* index; PORT_NONE: no call */
    uint8_t confidence;  /* 1..4 as of now */
    uint8_t kind;        /* enum call_kind */
    bool at_start;       /* the ship was inside when first heard */
    int64_t entered_ms;  /* first fix inside; TIME_NONE when at_start */
    int64_t arrived_ms;  /* first stop's begin; TIME_NONE when it was lying there at the
                            start of the data */
    int64_t since_ms;    /* arrived_ms, or the first fix where that is unknown; until the
                            call is confirmed (confidence >= 2) the first fix inside */
    int64_t departed_ms; /* last stop's end; TIME_NONE while open */
    int64_t left_ms;     /* first fix out; TIME_NONE while open */
    struct geo_pos pos;  /* where it stopped */
    uint8_t draught_dm;  /* at arrival, 0 unknown; filled by the caller */
    uint8_t evidence;    /* enum call_evidence; of CALL_ARRIVED alone, and not saved */
};

enum call_event { CALL_ENTERED, CALL_ARRIVED, CALL_DEPARTED, CALL_LEFT };

struct call_output {
    enum call_event event;
    int64_t time_ms;  /* what the event's `time` is */
    struct call call; /* the call after the event */
};
#define CALL_OUTPUTS_MAX 8

/* The sum of the stops at one port. */
struct call_stops {
    int64_t first_ms,
        end_ms; /* begin of the first and end of the last; TIME_NONE: none */
    int64_t total_ms;
    struct geo_pos pos; /* of the first */
};

/* The state of one track: plain memory that may be copied. All members but `current` and
 * `speed_kn` are private to daemon/core/voyage/. */
struct call_state {
    uint8_t phase;
    bool has_last;
    bool is_unmoved;             /* never faster than stop_begin_kn since first heard */
    bool is_lying;               /* the ship was stopped when first heard */
    uint32_t member;             /* the port of the same-group where the ship is */
    uint32_t stop_port;          /* the port of the stop under way */
    int64_t exempt_ms;           /* since counted_ms: time that does not count */
    struct track_fix last;       /* the last fix stepped */
    struct track_fix speed_from; /* begin of the leg for the speed of fixes without SOG */
    double speed_kn;             /* stops go by it: at the last fix; < 0: unknown */
    struct call current;         /* port PORT_NONE at sea */
    int64_t counted_ms;          /* the stop under way is counted up to here */
    int64_t fast_since_ms;       /* first fix of those >= stop_end_kn; TIME_NONE */
    int64_t fast_credit_ms;      /* counts beyond counted_ms if the stop ended then */
    struct geo_pos stop_pos;
    struct call_stops here, other;
    double spread_m; /* greatest distance from stop_pos while stopped */
    uint16_t heading_low, heading_high, anchored_fixes, moored_fixes;
    bool has_heading;
};
void call_state_init(struct call_state *s);
/* The clock was set back to now_ms: times ahead of it are cut to it. */
void call_clamp(struct call_state *s, int64_t now_ms);
/* Take one believed fix. `declared` is the destination's port or PORT_NONE; silence_ms is
 * the time since the last fix that does not count as silence, because the daemon or every
 * feed was silent. Writes the events in order to ret (room CALL_OUTPUTS_MAX); returns how
 * many. */
size_t call_fix_step(struct call_state *s, const struct call_conf *conf,
                     const struct ports *ports, const struct track_fix *fix,
                     uint32_t declared, int64_t silence_ms,
                     struct call_output ret[CALL_OUTPUTS_MAX]);
/* The ports changed: find the call's port again by its code, or drop the call. */
void call_wire_save(const struct call_state *s, const struct ports *ports,
                    struct wire_writer *w);
MUST_CHECK int call_wire_load(struct call_state *s, const struct ports *ports,
                              struct wire_reader *r);

/* --- voyages --- */

#define VOYAGE_DESTINATIONS_MAX 8
struct voyage {
    double distance_m; /* along the fixes, on the ellipsoid */
    int64_t longest_gap_ms;
    uint8_t destination_count;
    uint8_t draught_departure_dm, draught_arrival_dm; /* 0 unknown */
    uint32_t from, to;                                /* port indices */
    int64_t departed_ms, arrived_ms;
    char destinations[VOYAGE_DESTINATIONS_MAX]
                     [24]; /* as declared, in order, repeated ones once */
};
/* The way and the silence since the departure (or since the last still fix before it). */
struct voyage_sum {
    double distance_m;
    int64_t longest_gap_ms;
    uint8_t destination_count;
};
/* What every fix needs stands first. */
struct voyage_state {
    bool is_open; /* a departure is known; else `current` collects what would
                     belong to the voyage if it began at the last still fix */
    bool has_last, is_still, is_in_area;
    bool is_begun;           /* only sums were added to `current` since it began */
    struct geo_pos leg_from; /* end of the last leg that was added */
    int64_t last_gap_ms;     /* time between the last two fixes */
    struct track_fix last;
    struct voyage_sum before;  /* at the fix before the last */
    struct voyage_sum unreset; /* at the last fix, if it had not begun anew */
    struct voyage current;
    int64_t arrival_ms; /* of `arrival`; TIME_NONE */
    char last_destination[24];
    struct voyage_sum arrival; /* at the first still fix in the area it is in */
    struct geo_pos from_pos;   /* where it lay before it departed */
};
void voyage_state_init(struct voyage_state *s);
/* The clock was set back to now_ms: times ahead of it are cut to it. */
void voyage_clamp(struct voyage_state *s, int64_t now_ms);
/* Take a believed fix, before its call events. Legs shorter than 500 m are gathered;
 * moves within 1 km of the place where the ship came to rest are no distance. */
void voyage_fix(struct voyage_state *s, const struct track_fix *fix);
void voyage_destination(struct voyage_state *s, const char *destination);
/* Take an event of a call from call_fix_step; true when it completed *ret_voyage (an
 * arrival at another port than that of the departure). */
bool voyage_call(struct voyage_state *s, const struct ports *ports,
                 const struct call_output *event, uint8_t draught_dm,
                 struct voyage *ret_voyage);
void voyage_state_save(const struct voyage_state *s, const struct ports *ports,
                       struct wire_writer *w);
MUST_CHECK int voyage_state_load(struct voyage_state *s, const struct ports *ports,
                                 struct wire_reader *r);

#endif
