/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings whose clock makes steps: random ones at the start, in the middle and at the
 * end tell what the undisturbed recording tells, but for the time that the clock was off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clockrun.h"

static void test_random_steps(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p, again;
    unsigned rounds = getenv("LOOKOUT_FULL") != NULL ? 1000 : 60;
    if (getenv("LOOKOUT_SANITIZED") != NULL)
        rounds = 10;
    clockrun_make(&w, 7);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    assert_true(base.count > 40);
    assert_int_equal(base.step_count, 0);
    for (unsigned seed = 0; seed < rounds; seed++) {
        struct test_random random = {seed};
        struct clockrun_off off = clockrun_draw_off(&random);
        print_message("seed %u: by %g min from %g to %g\n", seed,
                      (double)off.by_ms / MINUTE_MS, off.from, off.to);
        clockrun_play_off(&p, &w, &off, 1);
        clockrun_assert_same(&base, &p, &off);
        clockrun_assert_told(&p, &off);
        if (seed % 10 != 0)
            continue;
        clockrun_play_off(&again, &w, &off, 50);
        assert_int_equal(again.count, p.count);
        assert_memory_equal(again.told, p.told, sizeof p.told);
    }
}

/* The kinds that a reviewer of the product found. */
static void test_known_steps(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    const int64_t weeks_ms = 1024 * 7 * DAY_MS;
    const struct clockrun_off offs[] = {
        {-1, 60, 2 * HOUR_MS},    {-1, 5, 3 * HOUR_MS},     {-1, 60, 12 * HOUR_MS},
        {-1, 60, 30 * HOUR_MS},   {-1, 5, 365 * DAY_MS},    {-1, 60, weeks_ms},
        {-1, 60, -weeks_ms},      {-1, 60, -3 * HOUR_MS},   {300, 360, 50 * MINUTE_MS},
        {300, 360, -3 * HOUR_MS}, {300, 310, -weeks_ms},    {300, 360, 90 * MINUTE_MS},
        {300, 316, 3 * HOUR_MS},  {300, 330, 3 * HOUR_MS},  {300, 600, 3 * HOUR_MS},
        {300, 360, 12 * HOUR_MS}, {300, 360, 30 * HOUR_MS}, {300, 360, 365 * DAY_MS},
        {300, 360, weeks_ms},     {300, 590, 3 * HOUR_MS},
    };
    clockrun_make(&w, 11);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++) {
        print_message("by %g h from %g to %g min\n", (double)offs[i].by_ms / HOUR_MS,
                      offs[i].from, offs[i].to);
        clockrun_play_off(&p, &w, &offs[i], 1);
        clockrun_assert_same(&base, &p, &offs[i]);
        clockrun_assert_told(&p, &offs[i]);
    }
}

/* Another recording, whose clock is right, hears three of the ships: the one with the
 * steps makes none of either silent. (One that is ahead from its start leaves all later
 * reports late beside the other, and timers are not told of late ones.) */
static void test_beside_another_recording(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    const struct clockrun_off offs[] = {
        {300, 360, 3 * HOUR_MS},  {300, 590, 3 * HOUR_MS}, {300, 360, -3 * HOUR_MS},
        {300, 310, 365 * DAY_MS}, {-1, 60, -3 * HOUR_MS},  {-1, 60, -1024 * 7 * DAY_MS},
    };
    clockrun_make(&w, 13);
    for (size_t i = 0; i < w.count; i++)
        w.reports[i].source = w.reports[i].mmsi >= 440000001 + CLOCKRUN_SHIPS - 3;
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++) {
        print_message("by %g h from %g to %g min\n", (double)offs[i].by_ms / HOUR_MS,
                      offs[i].from, offs[i].to);
        clockrun_play_off(&p, &w, &offs[i], 1);
        clockrun_assert_same(&base, &p, &offs[i]);
        clockrun_assert_told(&p, &offs[i]);
    }
}

/* One that is paced does not wait until the clock comes back, and tells the same. */
static void test_a_paced_recording(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    static const struct clockrun_off off = {300, 360, 180 * MINUTE_MS};
    clockrun_make(&w, 9);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    p.is_timely = true;
    clockrun_play_off(&p, &w, &off, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
    clockrun_assert_same(&base, &p, &off);
    assert_int_equal(p.count, base.count);
}

/* Killed while a step is held: what is read again before it says what the step was. */
static void test_a_stop_within_a_step(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play p;
    struct merge_source_conf conf = {.is_live = false};
    size_t held = 0;
    clockrun_make(&w, 10);
    memset(&p, 0, sizeof p);
    p.merge = merge_create();
    assert_non_null(p.merge);
    assert_int_equal(merge_add(p.merge, &conf), 0);
    merge_tell(p.merge,
               &(struct merge_sink){.on_step = clockrun_note_step, .context = &p});
    while (w.minutes[held] < CLOCKRUN_MINUTES - 60)
        held++;
    merge_resume(p.merge, 0, w.reports[held - 1].time_ms);
    for (size_t i = 0; i < held; i++)
        merge_seen(p.merge, &w.reports[i]);
    for (size_t i = held; i < w.count; i++) {
        w.reports[i].arrival_ms = w.reports[i].time_ms += 3 * HOUR_MS;
        assert_int_equal(merge_push(p.merge, &w.reports[i]), 0);
    }
    assert_int_equal(merge_end(p.merge, 0), 0);
    assert_int_equal(p.step_count, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
    assert_int_equal(p.steps[0].by_ms, 3 * HOUR_MS);
    assert_int_equal(p.steps[0].line, held + 1);
    merge_destroy(p.merge);
}

TEST_MAIN(NULL, NULL, TEST(test_random_steps), TEST(test_known_steps),
          TEST(test_beside_another_recording), TEST(test_a_paced_recording),
          TEST(test_a_stop_within_a_step))
