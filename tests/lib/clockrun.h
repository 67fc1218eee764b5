/* SPDX-License-Identifier: Apache-2.0 */
/* Twelve ships, played as a recording whose clock makes steps, through the merge into an
 * engine as the shell does it; and what was told, beside what the undisturbed recording
 * tells. */
#ifndef LOOKOUT_CLOCKRUN_H
#define LOOKOUT_CLOCKRUN_H

#include "lib/enginerun.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

enum {
    CLOCKRUN_SHIPS = 12,
    CLOCKRUN_RESTING = 3,
    CLOCKRUN_MINUTES = 600,
    CLOCKRUN_REPORTS = CLOCKRUN_SHIPS * CLOCKRUN_MINUTES,
    CLOCKRUN_TOLD_MAX = 400,
    CLOCKRUN_FILES = 16
};

struct clockrun_world {
    struct report reports[CLOCKRUN_REPORTS];
    double minutes[CLOCKRUN_REPORTS]; /* the true ones */
    size_t count;
};

struct clockrun_told {
    char what[64]; /* "box zone.entered 440000001" */
    double minute;
};
struct clockrun_play {
    struct enginerun run;
    struct merge *merge;
    struct clockrun_told told[CLOCKRUN_TOLD_MAX];
    size_t count;
    struct merge_step steps[16];
    size_t step_count;
    uint64_t far_future;
    bool is_timely, is_whole; /* set before it is played */
};

struct clockrun_off {
    double from, to; /* true minutes in which the clock is off */
    int64_t by_ms;
};

/* Each ship reports once a minute, some reports are lost; they sail to and fro and turn
 * every two hours, or after leg_minutes. */
void clockrun_make(struct clockrun_world *w, uint64_t seed);
void clockrun_make_legs(struct clockrun_world *w, uint64_t seed, unsigned leg_minutes);
/* Play n reports; chunk: reports pushed between two drains, at most. Whole recordings are
 * pushed as the merge wants them. */
void clockrun_play(struct clockrun_play *p, const struct report *reports, size_t n,
                   size_t chunk);
/* At the start, in the middle or at the end; by 3 min to 512 weeks, ahead or back. */
struct clockrun_off clockrun_draw_off(struct test_random *random);
/* Play the world, its clock off. Reports of other sources than the first have the right
 * time, but those of whole recordings, which are all parts of one. */
void clockrun_play_off(struct clockrun_play *p, const struct clockrun_world *w,
                       const struct clockrun_off *off, size_t chunk);
void clockrun_note_step(void *context, const struct merge_step *step);
/* Alerts whose words contain the part. */
size_t clockrun_count(const struct clockrun_play *p, const char *part);
/* What lies outside the time that the clock was off is the same in both. */
void clockrun_assert_same(const struct clockrun_play *base, const struct clockrun_play *p,
                          const struct clockrun_off *off);
/* A step of that size was told, and nothing refused. */
void clockrun_assert_told(const struct clockrun_play *p, const struct clockrun_off *off);
void clockrun_print(const struct clockrun_play *p);

#endif
