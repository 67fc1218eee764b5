/* SPDX-License-Identifier: Apache-2.0 */
/* Slow spells of a track. The detector looks at each track at fixed times (ticks), each
 * 10 min counted from 1970, whenever its fixes came. At a tick the track is on the great
 * circle between the believed fixes around it, in proportion to time, where these are at
 * most 2 h apart; else it has no place then. A tick is slow when the track came less than
 * 2 kn x 10 min from its place at the tick before, fast otherwise; with no place at the
 * tick before it is neither.
 *
 * A spell begins at the tick before the first of two slow ticks running, if at all three
 * of them every place and area of every port is more than 10 km away, and the ship beyond
 * its exit distance. It ends at the last slow tick before 3 fast ones running, before a
 * tick at which it is that near a port, or before a silence over which it made 2 kn or
 * more on the great circle. Silence alone ends nothing. (struct detect_limits has the
 * numbers.)
 *
 * Fast ticks belong to the spell when a slow one follows them in it: until then they are
 * not certain. */
#ifndef LOOKOUT_SLOW_WATCH_H
#define LOOKOUT_SLOW_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/detect/limits.h"
#include "lookout/detect/meet_grid.h"
#include "lookout/track/track.h"
#include "lookout/voyage/ports.h"

struct meet_pair;
struct slow_watch;

/* Another track, of which only the number is kept. */
struct slow_ref {
    uint32_t mmsi, track;
};

struct slow_spell {
    struct slow_watch *watch;  /* whose it is */
    int64_t begun_ms, last_ms; /* its begin, and the last tick that is certain */
    struct geo_pos begin;
    uint32_t fasts;      /* fast ticks running */
    uint32_t fixes;      /* from its begin to its last tick, */
    uint32_t anchored;   /* and those of them with status 1 or 5 */
    int64_t observed_ms; /* time between ticks that both have places */
    double shore_m; /* from the shore to its begin, once a rule has asked; < 0: not yet */
    double radius_m;           /* the farthest of its places from its begin */
    uint32_t met_ticks;        /* at which another slow ship was near */
    struct meet_pair *pairs;   /* owned: with ships of higher MMSI, ascending */
    struct slow_ref *partners; /* owned: ships of lower MMSI that keep a pair with it */
    size_t pair_count, pair_room, partner_count, partner_room;
    uint32_t first_fixes, first_anchored;  /* of the track before its begin */
    uint32_t room, newest, count, pending; /* of the ring; pending: not certain yet */
    struct slow_place places[];
};

/* From a fix to the next. */
struct slow_leg {
    int64_t from_ms, to_ms;
    struct geo_pos from, to;
};

struct slow_watch {
    uint32_t mmsi, track;
    int64_t next_ms;          /* a fix before it stands at no new tick; 0: not known */
    uint32_t fixes, anchored; /* of the track so far */
    int64_t unheard_ms; /* the longest time between two fixes since the last place */
    uint8_t run;        /* slow ticks running, 2 at most */
    uint8_t clear;      /* of the ticks running those far from ports, 3 at most */
    bool has_last, has_before;
    bool is_rough;            /* last.pos is not reckoned yet: it is on that leg */
    struct slow_leg leg;      /* while it is rough */
    struct slow_spell *spell; /* owned; NULL: none */
    struct slow_place last;   /* the newest place, */
    struct slow_place before; /* and, when that is slow, the one before */
};

enum slow_happening {
    SLOW_PLACED, /* one more tick with a place is in the spell for certain */
    SLOW_ENDED   /* the spell is over, at its last_ms, and will be gone after the event */
};
struct slow_event {
    enum slow_happening what;
    struct slow_watch *watch;
    struct slow_place *place; /* PLACED */
};
typedef int (*slow_sink)(void *context, const struct slow_event *event);

/* What a step needs. */
struct slow_step {
    const struct detect_limits *limits;
    const struct ports *ports;
    struct meet_grid *grid;
    slow_sink sink;
    void *context;
};

struct slow_watch *slow_watch_create(uint32_t mmsi, uint32_t track);
/* NULL is allowed. The places leave the grid. */
void slow_watch_destroy(struct slow_watch *w, struct meet_grid *grid);
/* Take a believed fix; `before` is the track's fix before it, NULL: none. The events go
 * to the sink in the order of ticks. ERR_NOMEM, or the sink's non-zero result. */
MUST_CHECK int slow_watch_fix(struct slow_watch *w, const struct slow_step *step,
                              const struct track_fix *before,
                              const struct track_fix *fix);
/* The place of the spell at that tick that is certain; NULL: none, or it is too old. */
struct slow_place *slow_watch_place_at(const struct slow_watch *w, int64_t tick_ms,
                                       int64_t length_ms);
/* The watch whose spell has that place. */
struct slow_watch *slow_watch_of(struct slow_place *place);
/* Give up the spell without an event: the clock was set back. */
void slow_watch_clamp(struct slow_watch *w, struct meet_grid *grid, int64_t now_ms);

/* --- slow_wire.c --- */

void slow_wire_save(const struct slow_watch *w, const struct detect_limits *limits,
                    struct wire_writer *out);
/* What was saved under other limits is dropped. Listed places go into the grid.
 * ERR_CORRUPT, ERR_NOMEM. */
MUST_CHECK int slow_wire_load(struct slow_watch *w, const struct detect_limits *limits,
                              struct meet_grid *grid, struct wire_reader *in);

#endif
