/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings that are read from their start to their end: a clock that is wrong at first
 * costs nothing, and one recording in several files tells what it tells in one, wherever
 * the files are cut and whatever the clock does. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/clockrun.h"

/* Until the clock is set the reports wait: all that is told has the right time. */
static void test_a_wrong_start(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    const int64_t offs_ms[] = {2 * HOUR_MS,       -3 * HOUR_MS,   12 * HOUR_MS,
                               1024 * 7 * DAY_MS, 20 * MINUTE_MS, -365 * DAY_MS,
                               -1024 * 7 * DAY_MS};
    clockrun_make(&w, 21);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    for (size_t i = 0; i < sizeof offs_ms / sizeof offs_ms[0]; i++) {
        struct clockrun_off off = {-1, 60, offs_ms[i]};
        print_message("by %g h\n", (double)off.by_ms / HOUR_MS);
        p.is_whole = true;
        clockrun_play_off(&p, &w, &off, 1);
        clockrun_assert_same(&base, &p, &(struct clockrun_off){-2, -1, 0});
        clockrun_assert_told(&p, &off);
        assert_int_equal(p.count, base.count);
        assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
    }
}

/* Where both clocks go on for about as long, neither is put right. */
static void test_a_doubtful_start(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play p;
    clockrun_make(&w, 22);
    p.is_whole = true;
    clockrun_play_off(&p, &w, &(struct clockrun_off){-1, 280, 3 * HOUR_MS}, 1);
    assert_int_equal(p.step_count, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_SHIFTED);
}

/* Cut into files of at least half an hour. What the files before have shown decides which
 * of two clocks is right, so each time the right one has gone on for longer. */
static unsigned cut_files(struct clockrun_world *w, struct test_random *random,
                          struct clockrun_off *off)
{
    double cuts[CLOCKRUN_FILES];
    unsigned files = 2 + (unsigned)test_random_below(random, 9);
    for (unsigned k = 0; k < files; k++)
        cuts[k] = CLOCKRUN_MINUTES * (k + 1.0) / files -
                  (k + 1 < files ? (double)test_random_below(random, 20) : 0);
    if (off->from < 0 && off->to > cuts[0] / 3)
        off->to = cuts[0] / 3;
    if (off->to >= CLOCKRUN_MINUTES && off->from < CLOCKRUN_MINUTES * 0.8)
        off->from = CLOCKRUN_MINUTES * 0.8;
    if (off->from > 0 && off->to - off->from > off->from * 0.9)
        off->to = off->from * 1.9;
    unsigned k = 0;
    for (size_t i = 0; i < w->count; i++) {
        while (k + 1 < files && w->minutes[i] >= cuts[k])
            k++;
        w->reports[i].source = (uint16_t)k;
    }
    return files;
}

static void test_one_recording_in_files(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    unsigned rounds = getenv("LOOKOUT_FULL") != NULL ? 400 : 30;
    if (getenv("LOOKOUT_SANITIZED") != NULL)
        rounds = 8;
    clockrun_make(&w, 23);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    for (unsigned seed = 0; seed < rounds; seed++) {
        struct test_random random = {seed};
        struct clockrun_off off = clockrun_draw_off(&random);
        unsigned files = cut_files(&w, &random, &off);
        print_message("seed %u: by %g min from %g to %g, %u files\n", seed,
                      (double)off.by_ms / MINUTE_MS, off.from, off.to, files);
        p.is_whole = true;
        clockrun_play_off(&p, &w, &off, 1);
        clockrun_assert_same(&base, &p, &off);
        clockrun_assert_told(&p, &off);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_a_wrong_start), TEST(test_a_doubtful_start),
          TEST(test_one_recording_in_files))
