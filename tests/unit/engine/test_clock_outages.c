/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a step of a recording's clock and is none: a receiver that was off,
 * recordings in a wrong order, a station that is late. Receivers that were off and whose
 * clock is wrong since; two clocks in one recording. */
#include <stdlib.h>
#include <string.h>

#include "lib/clockrun.h"

/* The receiver was off for three hours, in which the ships sailed on: each of them fell
 * silent, as far as anybody knows. */
static void test_a_receiver_that_was_off(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play p;
    static struct report reports[CLOCKRUN_REPORTS];
    size_t n = 0;
    clockrun_make(&w, 3);
    for (size_t i = 0; i < w.count; i++)
        if (w.minutes[i] < 200 || w.minutes[i] >= 380)
            reports[n++] = w.reports[i];
    clockrun_play(&p, reports, n, 1);
    assert_int_equal(p.step_count, 0);
    assert_int_equal(clockrun_count(&p, "gap.started"), CLOCKRUN_SHIPS);
    assert_int_equal(clockrun_count(&p, "gap.ended"), CLOCKRUN_SHIPS);
    assert_int_equal(p.far_future, 0);
}

/* It was off for 100 minutes, and its clock is wrong for an hour since: it went on from
 * where it had stopped or from the half hour before, or began elsewhere. When it is set,
 * all is put right: what is told is what a right clock tells. */
static void test_a_wrong_clock_behind_an_outage(void **state)
{
    static const double offs[] = {
        -100, -130, -97.25, 180, 720, -280, 7 * 1440.0 * 1024, -7 * 1440.0 * 1024};
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    static struct report reports[CLOCKRUN_REPORTS];
    clockrun_make_legs(&w, 31, 400);
    for (size_t k = 0; k <= sizeof offs / sizeof offs[0]; k++) {
        struct clockrun_play *to = k == 0 ? &base : &p;
        double by = k == 0 ? 0 : offs[k - 1];
        size_t n = 0;
        print_message("by %g min\n", by);
        for (size_t i = 0; i < w.count; i++) {
            if (w.minutes[i] >= 200 && w.minutes[i] < 300)
                continue;
            reports[n] = w.reports[i];
            if (w.minutes[i] < 360 && w.minutes[i] >= 300)
                reports[n].time_ms += (int64_t)(by * MINUTE_MS);
            reports[n].arrival_ms = reports[n].time_ms;
            n++;
        }
        to->is_whole = true;
        clockrun_play(to, reports, n, 1);
        if (k == 0)
            continue;
        clockrun_assert_same(&base, &p, &(struct clockrun_off){-2, -1, 0});
        assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
        assert_int_equal(p.count, base.count);
        assert_int_equal(p.far_future, 0);
    }
}

/* The second half stands before the first: nobody set a clock. It is told, and what is
 * older than what is known is not used. */
static void test_recordings_in_a_wrong_order(void **state)
{
    static struct clockrun_world w;
    static struct clockrun_play p;
    static struct report reports[CLOCKRUN_REPORTS];
    size_t n = 0;
    clockrun_make(&w, 4);
    for (int half = 1; half >= 0; half--)
        for (size_t i = 0; i < w.count; i++)
            if ((w.minutes[i] >= CLOCKRUN_MINUTES / 2.0) == (half == 1))
                reports[n++] = w.reports[i];
    clockrun_play(&p, reports, n, 1);
    assert_int_equal(p.step_count, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_LATE);
    assert_int_equal(p.far_future, 0);
}

/* A station is 3, 10 or 100 min late with what it hears; now and then the other one
 * pauses. */
static void test_a_late_station(void **state)
{
    static const double lates[] = {3, 10, 100};
    static struct clockrun_world w;
    static struct clockrun_play p;
    static struct report reports[CLOCKRUN_REPORTS];
    clockrun_make(&w, 5);
    for (size_t k = 0; k < sizeof lates / sizeof lates[0]; k++) {
        size_t n = 0, late = 0;
        for (size_t i = 0; i < w.count; i++) {
            for (; late < w.count && w.minutes[late] + lates[k] <= w.minutes[i]; late++)
                if (w.reports[late].mmsi % 2 == 0)
                    reports[n++] = w.reports[late];
            bool is_paused = (int)w.minutes[i] % 100 < 5;
            if (w.reports[i].mmsi % 2 != 0 && !is_paused)
                reports[n++] = w.reports[i];
        }
        clockrun_play(&p, reports, n, 1);
        for (size_t i = 0; i < p.step_count; i++) {
            clockrun_print(&p);
            assert_int_equal(p.steps[i].kind, MERGE_STEP_LATE);
        }
        assert_int_equal(p.far_future, 0);
    }
}

/* Two receivers in one recording: the odd ships, or all of them again, by another clock
 * all along or from the middle on. What is told is the same, by one of the two clocks. */
static void test_two_clocks(void **state)
{
    static const struct {
        double by; /* minutes */
        bool is_all, is_middle;
    } rows[] = {
        {120, false, false},
        {-120, false, false},
        {120, false, true},
        {1440, false, false},
        {120, true, false},
        {-1024 * 7 * 1440.0, true, false},
        {-1024 * 7 * 1440.0, false, false},
    };
    static struct clockrun_world w;
    static struct clockrun_play base, p;
    static struct report reports[2 * CLOCKRUN_REPORTS];
    clockrun_make(&w, 8);
    clockrun_play_off(&base, &w, &(struct clockrun_off){0}, 1);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t n = 0, off = 0;
        print_message("by %g min, %s\n", rows[k].by, rows[k].is_all ? "all" : "some");
        for (size_t i = 0; i < w.count; i++) {
            bool is_off = (rows[k].is_all || w.reports[i].mmsi % 2 == 0) &&
                          (!rows[k].is_middle || w.minutes[i] > CLOCKRUN_MINUTES / 2.0);
            if (rows[k].is_all || !is_off)
                reports[n++] = w.reports[i];
            if (!is_off)
                continue;
            off++;
            reports[n] = w.reports[i];
            reports[n].arrival_ms = reports[n].time_ms +=
                (int64_t)(rows[k].by * MINUTE_MS);
            n++;
        }
        clockrun_play(&p, reports, n, 1);
        clockrun_print(&p);
        assert_in_range(p.step_count, 1, 4);
        assert_int_equal(p.steps[p.step_count - 1].kind, MERGE_STEP_BESIDE);
        assert_true(p.steps[p.step_count - 1].reports + 20 > off);
        assert_int_equal(p.far_future, 0);
        clockrun_assert_same(&base, &p, &(struct clockrun_off){-2, -1, 0});
    }
}

TEST_MAIN(NULL, NULL, TEST(test_a_receiver_that_was_off),
          TEST(test_a_wrong_clock_behind_an_outage),
          TEST(test_recordings_in_a_wrong_order), TEST(test_a_late_station),
          TEST(test_two_clocks))
