/* SPDX-License-Identifier: Apache-2.0 */
/* The motion of one MMSI: decides which fixes are believed and to which of several tracks
 * each belongs, and keeps the path that serves as evidence. Knows nothing of ports, zones
 * or rules.
 *
 * A fix is believed when the ship can have reached it from the track at max(25 kn, 1.2 x
 * the track's 99th percentile speed), at most 50 kn, with 0.25 h of slack. Another fix
 * starts a second track. A second track is confirmed (may raise events) when it has gone
 * on for 3 fixes and 30 min, or at once when the first track was a lone fix. Tracks that
 * alternate are different ships. But one that goes on alone, while a believed track is
 * not heard, is far: it may be the same ship, whose position is disturbed. It is
 * confirmed after 48 h.
 *
 * A jump is a step of at most 30 min, over 400 m and more than 1.5 x the way that the
 * greater of both reported speeds makes. The fix after a jump is held, and so are the
 * fixes that go on from it. When more than ten have gone on, or one more than 30 min
 * after the first, the track goes on with all of them, each at its own time. A fix that
 * goes on from before the jump shows that the held fixes were wrong, or belong to another
 * ship. */
#ifndef LOOKOUT_TRACK_H
#define LOOKOUT_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/geo/geo.h"

struct track_conf {
    double slow_max_kn;     /* 25: floor of the believed speed */
    double speed_factor;    /* 1.2 on the 99th percentile */
    double max_kn;          /* 50 */
    double slack_h;         /* 0.25 */
    uint32_t confirm_fixes; /* 3 */
    int64_t confirm_ms;     /* 30 min; the hold of a jump ends then, too */
    double jump_m;          /* 400: shorter steps are no jumps */
    double jump_factor;     /* 1.5 on the greater of both reported speeds */
    int64_t jump_ms;        /* 30 min: longer steps are no jumps */
    int64_t far_ms; /* 48 h: for so long a far track is not believed, though it goes on
                       alone */
};
struct track_conf tracks_conf_default(void);

enum track_fix_has {
    FIX_SOG = 1u << 0,
    FIX_COG = 1u << 1,
    FIX_NAV_STATUS = 1u << 2,
    FIX_HEADING = 1u << 3,
    FIX_COARSE = 1u << 4
};

struct track_fix {
    int64_t time_ms;
    struct geo_pos pos;
    uint16_t sog_dkn, cog_ddeg, heading_deg;
    uint16_t source;
    uint8_t nav_status;
    uint8_t has; /* enum track_fix_has */
};
/* False when the report has no position; exactly 0 N 0 E is not a position. Speeds of
 * 51.2, 63.0 and 102.3 kn are artefacts of receivers and are left out. */
bool tracks_fix_from_report(const struct report *r, struct track_fix *ret_fix);
/* Say in a report what the fix says, and nothing else of it. */
void track_fix_to_report(const struct track_fix *fix, struct report *ret);
/* The speed in kn: the reported one, else the speed between the two fixes, less the
 * possible error of coarse positions (prev may be NULL: then -1, unknown). */
double tracks_speed_kn(const struct track_fix *prev, const struct track_fix *fix);

#define TRACK_PATH_POINTS 64
#define TRACK_INTERVALS 8
struct track_point {
    int64_t time_ms;
    struct geo_pos pos;
};

/* The members that every fix needs come first. */
struct track {
    uint32_t id; /* 1 for the first track of the MMSI, 2 for the next, ... */
    bool is_confirmed;
    uint32_t fixes; /* accepted since the beginning, saturating */
    uint32_t path_count;
    /* A ring of the times between the last fixes, in seconds of 1 and more; 0: not known.
     * That after the n-th fix is at n modulo TRACK_INTERVALS. */
    uint16_t intervals_s[TRACK_INTERVALS];
    int64_t begun_ms;              /* time of its first fix */
    struct track_fix last, before; /* before: the fix before the last, when fixes >= 2 */
    uint16_t speeds[52]; /* histogram of believed speeds by 1 kn, rounded, of 0.5 kn and
                            more; halved when a bin is full; [51]: 51 kn and more */
    uint8_t path_error[TRACK_PATH_POINTS]; /* coded: how far the path would move without
                                               this point, or did without others beside
                                               it; private to track_path.c */
    struct track_point
        path[TRACK_PATH_POINTS]; /* simplified evidence, oldest first, the newest exact */
    double path_tolerance_m;     /* grows as the path is thinned */
    struct track_fix first;
    int64_t heard_ms;        /* time of the newest fix, believed or held for it */
    struct track_hold *hold; /* owned; NULL but for an unconfirmed track that began by a
                                jump from another */
};

/* This many fixes end a hold: the first one and eleven that go on from it. */
#define TRACK_HOLD_MAX 12
struct track_hold {
    uint32_t of;   /* id of the track that the first fix jumped from */
    bool is_apart; /* that track went on without these fixes */
    uint8_t count; /* of fixes that are kept */
    uint8_t next;  /* released: the next one to give out */
    struct track_fix fixes[TRACK_HOLD_MAX];
};

#define TRACKS_MAX 4
struct tracks {
    struct track *items[TRACKS_MAX]; /* owned; the order is that of creation */
    uint32_t count;
    uint32_t next_id;
};

enum track_verdict {
    TRACK_OLD,       /* not newer than the vessel's last fix: dropped */
    TRACK_ACCEPTED,  /* continues *ret_track, which is confirmed; also the vessel's very
                        first fix (fixes == 1) */
    TRACK_PENDING,   /* belongs to an unconfirmed track: no events */
    TRACK_CONFIRMED, /* this fix confirms *ret_track: events may start; its earlier fixes
                        claim nothing */
    TRACK_RELEASED,  /* this fix ends a hold: *ret_track goes on with the held fixes, of
                        which track_hold_next gives one after the other */
    TRACK_REPLACED   /* the only confirmed track was a lone fix and *ret_track takes its
                        place at once; the lone fix waits unconfirmed, lest two ships that
                        alternate from the first fix on replace each other for ever */
};
void tracks_init(struct tracks *t);
void tracks_finish(struct tracks *t);
/* Judge a fix. *ret_track is the track it belongs to (borrowed; NULL for TRACK_OLD, and
 * for TRACK_PENDING when the fix lies at 0 N 0 E). *ret_gone is the id of a track that
 * was removed or replaced, 0 for none; the owner drops its data of that track, and a
 * track that is confirmed again under the same id begins anew. Unconfirmed tracks are
 * removed after 24 h of silence, confirmed ones after 7 days while another goes on. At
 * TRACKS_MAX the unconfirmed track heard longest ago makes room, else the confirmed one.
 * ERR_NOMEM, else 0. */
MUST_CHECK int tracks_add(struct tracks *t, const struct track_conf *conf,
                          const struct track_fix *fix, enum track_verdict *ret_verdict,
                          struct track **ret_track, uint32_t *ret_gone);
/* Whether the track is far: not confirmed, not held, and no confirmed track was heard
 * since it began, of which one had gone on for 3 fixes and 30 min itself. */
bool tracks_is_far(const struct tracks *t, const struct track_conf *conf,
                   const struct track *track);
/* The ship is heard where it is believed to be: the tracks that are neither confirmed nor
 * held are dropped. */
void tracks_drop_far(struct tracks *t);
/* Drop the track of that id, if there is one. */
void tracks_drop(struct tracks *t, uint32_t id);
/* After TRACK_RELEASED: add the next held fix to that track. False when none is left. */
bool track_hold_next(struct tracks *t, struct track *track);
/* The confirmed track with the newest fix; when none is confirmed, the track with the
 * newest fix; NULL when there are no tracks. */
struct track *tracks_current(const struct tracks *t);
/* Whether the fix, which is not older than the track's last, can be reached from it. */
bool tracks_can_reach(const struct track *track, const struct track_conf *conf,
                      const struct track_fix *fix);
/* The speed in kn up to which this track's fixes are believed. */
double tracks_believed_kn(const struct track *track, const struct track_conf *conf);
/* The usual time between fixes: the median of the newest intervals, of which the newest
 * `left_out` do not count. 0: not known. */
int64_t track_interval_ms(const struct track *track, uint32_t left_out);
/* The 99th percentile of this track's speeds of 0.5 kn and more, in whole kn; < 0: fewer
 * than `least` are known. */
double tracks_usual_kn(const struct track *track, uint32_t least);
/* Copy the points of the path from since_ms (TIME_NONE: all) to until_ms into ret_points
 * (room >= 2), oldest first; returns how many. The ends are the places of the track at
 * since_ms and until_ms, as far as the path reaches: fixes, or interpolated between two
 * kept points. */
size_t track_path(const struct track *track, int64_t since_ms, int64_t until_ms,
                  struct track_point *ret_points, size_t room);
/* The track goes on from one that ended before it began: its path and its speeds come
 * before those of the track. */
void track_path_prepend(struct track *track, const struct track *before);
/* The clock was set back to now_ms: times ahead of it are cut to it. */
void track_clock_clamp(struct tracks *t, int64_t now_ms);
/* The least distance in metres of the path to pos from since_ms (TIME_NONE: ever) on;
 * right within 1 % up to 100 km. HUGE_VAL when the path ends before. */
double track_path_nearest_m(const struct track *track, struct geo_pos pos,
                            int64_t since_ms);
/* A fault sets r->failed; *fix is valid in any case. */
/* A position; a place that is not on the earth fails the reader. */
void track_wire_save_pos(struct geo_pos pos, struct wire_writer *w);
struct geo_pos track_wire_load_pos(struct wire_reader *r);
void track_wire_save_fix(const struct track_fix *fix, struct wire_writer *w);
void track_wire_load_fix(struct track_fix *fix, struct wire_reader *r);
void track_wire_save_all(const struct tracks *t, struct wire_writer *w);
/* The intervals of all tracks are a part of their own. */
void track_wire_save_intervals(const struct tracks *t, struct wire_writer *w);
MUST_CHECK int track_wire_load_intervals(struct tracks *t, struct wire_reader *r);
/* The held fixes are a part of their own, which older records lack. */
void track_hold_save(const struct tracks *t, struct wire_writer *w);
MUST_CHECK int track_hold_load(struct tracks *t,
                               struct wire_reader *r); /* ERR_CORRUPT, ERR_NOMEM */
MUST_CHECK int track_wire_load_all(struct tracks *t,
                                   struct wire_reader *r); /* ERR_CORRUPT, ERR_NOMEM */

#endif
