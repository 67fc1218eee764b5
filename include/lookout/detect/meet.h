/* SPDX-License-Identifier: Apache-2.0 */
/* Meetings of slow ships. Two ships in slow spells are near at a tick when they are at
 * most 500 m apart. A meeting begins at the first near tick. It ends at the last one when
 * at 3 ticks running both have places and are not near, when the spell of one is over, or
 * when 12 h pass without a tick at which both have places. Two tracks of one MMSI never
 * meet.
 *
 * A ship keeps MEET_PAIRS_MAX pairs as the lower and as many as the higher MMSI, begun
 * with the nearest first: among more it is a fleet. A pair is kept by the lower MMSI;
 * each tick of a pair is judged once, when it is certain for the later of the two. */
#ifndef LOOKOUT_MEET_H
#define LOOKOUT_MEET_H

#include "lookout/detect/slow_watch.h"

enum { MEET_SAMPLES = 128, MEET_PAIRS_MAX = 12, MEET_APART_TICKS = 3 };

struct meet_pair {
    struct slow_ref other;     /* of the higher MMSI */
    int64_t begun_ms, last_ms; /* the first and the last near tick */
    int64_t both_ms;           /* the last tick at which both had places */
    uint32_t near_ticks;
    uint32_t apart;     /* ticks running at which they were not near */
    struct geo_pos pos; /* the middle at the first near tick */
    uint32_t least_dm;
    double shore_m; /* from the shore to pos, once a rule has asked; < 0: not yet */
    double apart_before_m; /* 2 h before; < 0: not known */
    int64_t
        unheard_ms[2]; /* the longest time without a fix, of the lower and the higher */
    uint32_t first_fixes[2],
        fixes[2]; /* before the begin; from it to the last near tick */
    uint8_t sample_count;
    uint32_t sample_every; /* of the near ticks, so that all of a meeting are few */
    uint16_t samples[MEET_SAMPLES]; /* distances, in 1 / 65535 of 500 m */
};
/* The median of the distances at near ticks, in metres; of more than 128 ticks, of every
 * second, fourth, ... */
double meet_median_m(const struct meet_pair *pair, const struct detect_limits *limits);

enum meet_happening { MEET_NEAR, MEET_ENDED };
struct meet_event {
    enum meet_happening what;
    struct meet_pair *pair;                  /* of which a rule may set shore_m */
    const struct slow_watch *lower, *higher; /* higher NULL: that track is gone */
    int64_t tick_ms;                         /* NEAR: the tick */
    struct geo_pos middle;                   /* NEAR: between the two then */
    const struct meet_grid *grid;
};
/* NEAR: the slow tracks with a place at the tick within meet_crowd_m of the middle,
 * without these two. One whose place then is not certain yet counts by its last one, for
 * as long as it may still get one. Counts no further than to more than `most`. */
uint32_t meet_crowd(const struct meet_event *event, const struct detect_limits *limits,
                    uint32_t most);

/* What the meetings need. */
struct meet_world {
    struct meet_grid *grid;
    const struct detect_limits *limits;
    struct slow_watch *(*find)(void *context, const struct slow_ref *ref); /* NULL */
    /* How far apart the two were at that time; < 0: not known. */
    double (*apart_m)(void *context, const struct slow_watch *a,
                      const struct slow_watch *b, int64_t time_ms);
    int (*tell)(void *context, const struct meet_event *event);
    /* It is to be saved; is_earlier: it has a pair more, so that its meet_deadline may
     * have come earlier. */
    void (*changed)(void *context, const struct slow_watch *w, bool is_earlier);
    void *context;
    uint64_t *refused; /* counts pairs beyond MEET_PAIRS_MAX of a ship */
};
/* A tick of the watch is certain: list it and judge its pairs. ERR_NOMEM, or the result
 * of `tell`. */
MUST_CHECK int meet_place(const struct meet_world *world, struct slow_watch *w,
                          struct slow_place *place);
/* The spell is over: so are all its pairs. */
MUST_CHECK int meet_end(const struct meet_world *world, struct slow_watch *w);
/* When the next of the watch's pairs is over because nothing was heard; INT64_MAX: never.
 * And the end of those that are over at now_ms. */
int64_t meet_deadline(const struct slow_watch *w, const struct detect_limits *limits);
MUST_CHECK int meet_time(const struct meet_world *world, struct slow_watch *w,
                         int64_t now_ms);

#endif
