/* SPDX-License-Identifier: Apache-2.0 */
/* A ship at rest, wherever she lies: a stop begins at <= 0.5 kn and ends at >= 1.5 kn
 * held for 10 min, or more than 1 km from where it began (struct call_conf has the
 * numbers). A ship that is at anchor by her own status may go twice as far: she swings
 * around her anchor, and the stop began somewhere on her circle. Its radius is the length
 * of the ship and of the cable, 785 m for 400 m and 14 shackles of 27.5 m.
 * Knows nothing of ports: the stops of port calls are call.h's. */
#ifndef LOOKOUT_STOP_H
#define LOOKOUT_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/wire.h"
#include "lookout/track/track.h"
#include "lookout/voyage/call.h"

/* Two fast fixes farther apart than this do not show that the speed was held. */
#define STOP_HOLE_MS (30 * INT64_C(60000))

/* A stop under way. */
struct stop {
    struct track_fix begin;  /* the fix with which it began */
    int64_t last_ms;         /* the newest fix at rest */
    int64_t fast_since_ms;   /* the first of the fast fixes since; TIME_NONE: none */
    uint32_t said, anchored; /* fixes with a status; those at anchor or moored */
};

/* Speeds are in kn, < 0 where unknown: then they neither begin nor end anything. */
bool stop_is_slow(const struct call_conf *conf, double kn);
void stop_begin(struct stop *s, const struct track_fix *fix);
/* The next fix; `before` is the one before it. True: the stop is over. */
bool stop_fix(struct stop *s, const struct call_conf *conf,
              const struct track_fix *before, const struct track_fix *fix, double kn);
/* When a stop that is over ended: at the first fast fix; where none was seen, or nothing
 * was heard for 30 min before it, at the last fix at rest. */
int64_t stop_end_ms(const struct stop *s);
/* Is the fix more than stop_move_m from where the stop began? A coarse position counts
 * from the edge of its error. */
bool stop_has_moved(const struct call_conf *conf, struct geo_pos from,
                    const struct track_fix *before, const struct track_fix *fix);
/* Is the ship at anchor or moored in most of the fixes that have a navigation status? */
bool stop_is_anchored(const struct stop *s);
/* The counts of statuses are for the caller to save; without them they begin anew. */
void stop_save(const struct stop *s, struct wire_writer *w);
void stop_load(struct stop *s, struct wire_reader *r); /* a fault shows in r->failed */

#endif
