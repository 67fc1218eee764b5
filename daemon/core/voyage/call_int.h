/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the port-call machine, for call.c and its test, and declarations that its
 * files share. */
#ifndef LOOKOUT_CALL_INT_H
#define LOOKOUT_CALL_INT_H

#include "lookout/voyage/call.h"

enum call_phase {
    CALL_UNHEARD, /* no fix yet */
    CALL_SEA,     /* in no port's area */
    CALL_AREA,    /* in a port's area, under way */
    CALL_STOPPED, /* in a port's area, in a stop */
    CALL_PHASES
};

enum call_happening {
    CALL_HEARD,    /* the first fix lies in no port's area */
    CALL_ENTERS,   /* fix in a port's area */
    CALL_SWITCHES, /* another port's area holds it better */
    CALL_DARK,     /* a silence counts as a stop */
    CALL_STOPS,    /* a stop begins */
    CALL_STAYS,    /* it goes on */
    CALL_MOVES,    /* it has ended */
    CALL_LEAVES,   /* beyond the exit distance */
    CALL_HAPPENINGS
};

/* One fix on its way through the machine. */
struct call_step {
    struct call_state *s;
    const struct call_conf *conf;
    const struct ports *ports;
    const struct track_fix *fix;
    struct call_output *out;
    size_t count;
    uint32_t declared;
    uint32_t at;       /* the port that holds the fix, as ports_index_at says */
    double speed_kn;   /* < 0: unknown */
    int64_t legs_from; /* the time of speed_kn; of a SOG, the fix's */
    int64_t silent_ms; /* time since the last fix that may count */
    int64_t exempt_ms; /* and that may not */
    /* What CALL_DARK and CALL_MOVES are about. */
    int64_t stop_begin_ms, stop_end_ms, stop_credit_ms;
};

struct call_edge {
    enum call_phase from;
    enum call_happening on;
    enum call_phase to;
    void (*action)(struct call_step *step);
};
extern const struct call_edge call_edges[];
extern const size_t call_edge_count;

/* Handle one happening by the table. */
void call_happens(struct call_step *step, enum call_happening what);
/* No stop yet. */
void call_no_stops(struct call_stops *stops);
/* Reset to no call; the last fix stays. */
void call_forget(struct call_state *s, enum call_phase phase);

#endif
