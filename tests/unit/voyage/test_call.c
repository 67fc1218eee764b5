/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests port calls: places, stops and each of their thresholds.
 * test_call_port.c tests which of several ports has the call, test_call_dark.c tests
 * silence. The port is invented: XAAAA at 37 N 125 E with 10 km and 12 km around it. */
#include <string.h>

#include "lib/callrun.h"

static struct ports *one;

static const struct callrun_port one_port[] = {{"XAAAA", 37, 125}};

static struct geo_pos home(void)
{
    return geo_to_pos((struct geo_point){37, 125});
}

#define KM 1000.0
/* --- the whole of it --- */

static void ordinary_call(struct callrun *r)
{
    callrun_play(r, "0: 30 10; 50: 14.5 10; 66: 9.5 10; 90: 2 4; 100-700: 1 0; "
                    "710: 1.5 4; 720: 4 10; 740: 11 10; 750: 14 10");
    assert_true(r->last_call.entered_ms == CALLRUN_DAY0 + 66 * 60000);
    assert_true(r->last_call.since_ms == r->last_call.arrived_ms);
    assert_int_equal(r->last_call.port, 0);
}

static void test_ordinary_call(void **state)
{
    assert_calls(one, home(), ordinary_call,
                 "entered XAAAA 66 c1; arrived XAAAA 100 c3; departed XAAAA 710 c4; "
                 "left XAAAA 750 c4");
}

static void test_passing_is_no_call(void **state)
{
    /* 18.67 km/h: inside from 10 km (57.9 min) on, out beyond -12 km (128.6 min) */
    assert_call_scene(one, home(), "0-180: 28>-28 10",
                      "entered XAAAA 60 c1; left XAAAA 130 c1");
}

static void test_leap_across_is_nothing(void **state)
{
    assert_call_scene(one, home(), "0: 15 12; 90: -15 12", "");
}

/* --- entry and exit --- */

static void test_entry_and_exit_distance(void **state)
{
    assert_call_scene(one, home(), "0: 20 10; 30: 9.999 5", "entered XAAAA 30 c1");
    assert_call_scene(one, home(), "0: 20 10; 30: 10.001 5; 40-400: 10.001 0", "");
    assert_call_scene(one, home(), "0: 20 10; 30: 9.999 5; 60: 11.999 5; 70: 9.99 5",
                      "entered XAAAA 30 c1");
    assert_call_scene(one, home(), "0: 20 10; 30: 9.999 5; 60: 12.001 5; 70: 10.001 5",
                      "entered XAAAA 30 c1; left XAAAA 60 c1");
}

static void drifting_at_the_edge(struct callrun *r)
{
    callrun_fix(r, 0, 13 * KM, 2);
    for (int i = 1; i < 100; i++)
        callrun_fix(r, i * 10, i % 2 == 0 ? 9.5 * KM : 11.5 * KM, 1);
    callrun_fix(r, 1010, 13 * KM, 2);
}
static void test_drifting_at_the_edge_enters_once(void **state)
{
    assert_calls(one, home(), drifting_at_the_edge,
                 "entered XAAAA 20 c1; left XAAAA 1010 c1");
}

/* --- how long a stop --- */

static void test_exactly_60_minutes(void **state)
{
    assert_call_scene(one, home(),
                      "0: 15 10; 20: 8 6; 30-90/4: 8 0; 91: 8.1 4; 120: 13 10",
                      "entered XAAAA 20 c1; arrived XAAAA 30 c3; departed XAAAA 91 c4; "
                      "left XAAAA 120 c4");
    assert_call_scene(
        one, home(),
        "0: 15 10; 20: 8 6; 30-88/4: 8 0; 88.9: 8 0; 89.9: 8.1 4; 118.9: 13 10",
        "entered XAAAA 20 c1; left XAAAA 118.9 c1");
    assert_call_scene(one, home(),
                      "0: 15 10; 20: 8 6; 30-62/4: 8 0; 63: 8.1 4; 92: 13 10",
                      "entered XAAAA 20 c1; left XAAAA 92 c1");
}

static void test_way_is_not_stop(void **state)
{
    /* The time in which a moving fix came from the berth is no stop: 40 min of stop,
     * then a fix 5 km off an hour later. */
    assert_call_scene(one, home(), "0: 15 10; 20: 1 0; 60: 1 0; 80: 6.5 10; 110: 14 10",
                      "entered XAAAA 20 c1; left XAAAA 110 c1");
    /* The same with a fix 400 m off at 10 kn: the ship had left 78 s before. */
    assert_call_scene(one, home(), "0: 15 10; 20: 1 0; 60: 1 0; 82: 1.4 10; 110: 14 10",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 82 c4; "
                      "left XAAAA 110 c4");
}

static void test_stops_add_up(void **state)
{
    assert_call_scene(one, home(),
                      "0: 15 10; 20-45: 8 0; 50: 7.5 6; 65: 6.5 6; 80-105: 6 0; 110: "
                      "5.5 6; 125: 4.5 6; "
                      "140-165: 4 0; 170: 3.5 6; 185: 2.5 6; 300: 13 10",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 170 c4; "
                      "left XAAAA 300 c4");
}

/* --- what shows a call --- */

/* Minute, km east of home, SOG; the evidence of the arrival, -1 for none. */
static int evidence_after(const double (*fixes)[3], size_t count)
{
    struct call_conf conf = call_conf_default();
    struct call_state s;
    struct call_output out[CALL_OUTPUTS_MAX];
    int evidence = -1;
    call_state_init(&s);
    for (size_t i = 0; i < count; i++) {
        struct track_fix fix = {.time_ms = (int64_t)(fixes[i][0] * 60000),
                                .pos = geo_destination(home(), 90, fixes[i][1] * KM),
                                .sog_dkn = (uint16_t)(fixes[i][2] * 10),
                                .has = FIX_SOG};
        size_t n = call_fix_step(&s, &conf, one, &fix, PORT_NONE, 0, out);
        for (size_t k = 0; k < n; k++)
            if (out[k].event == CALL_ARRIVED)
                evidence = out[k].call.evidence;
    }
    return evidence;
}

static void test_evidence(void **state)
{
    (void)state;
    static const double seen[][3] = {{0, 15, 10}, {20, 8, 6},  {30, 8, 0}, {50, 8, 0},
                                     {70, 8, 0},  {90, 8, 0},  {91, 8, 0}, {500, 8, 0},
                                     {510, 8, 0}, {540, 13, 9}};
    static const double summed[][3] = {
        {0, 15, 10}, {20, 8, 0},    {45, 8, 0},    {50, 7.5, 6}, {65, 6.5, 6}, {80, 6, 0},
        {105, 6, 0}, {110, 5.5, 6}, {125, 4.5, 6}, {140, 4, 0},  {165, 4, 0}};
    static const double silence[][3] = {{0, 15, 10}, {20, 8, 6}, {260, 7, 1}};
    static const double passing[][3] = {{0, 15, 10}, {20, 8, 6}, {60, 13, 6}};
    assert_int_equal(evidence_after(seen, sizeof seen / sizeof *seen), CALL_SEEN);
    assert_int_equal(evidence_after(summed, sizeof summed / sizeof *summed), CALL_SUMMED);
    assert_int_equal(evidence_after(silence, sizeof silence / sizeof *silence),
                     CALL_SILENCE);
    assert_int_equal(evidence_after(passing, sizeof passing / sizeof *passing), -1);
}

/* --- how slow, how fast --- */

static void test_stop_begins_at_half_a_knot(void **state)
{
    assert_call_scene(one, home(), "0: 15 10; 20-120: 5 0.5",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
    assert_call_scene(one, home(), "0: 15 10; 20-120: 5 0.6", "entered XAAAA 20 c1");
}

/* 30 min of stop, then `kn` without a change of place for `minutes`, then 0.6 kn: a
 * stop continues at 0.6 kn but does not begin there. */
#define FAST "0: 15 10; 20-50: 5 0; 52-%d/1: 5>5.2 %.1f; %d-110: 5.2 0.6"
static void test_stop_ends_when_speed_is_held(void **state)
{
    assert_call_scene(one, home(), callrun_scene(FAST, 62, 1.5, 63),
                      "entered XAAAA 20 c1");
    assert_call_scene(one, home(), callrun_scene(FAST, 61, 1.5, 62),
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
    assert_call_scene(one, home(), callrun_scene(FAST, 82, 1.4, 83),
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

static void test_flapping_with_hole(void **state)
{
    /* Two fast fixes hours apart do not prove that the speed was held. */
    assert_call_scene(one, home(),
                      "0: 15 10; 20-40: 5 0; 45: 5.1 1.6; 135: 5.1 1.6; 140: 5.1 0.6",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* The ship moves more than 1 km in 15 min, at a knot less than a ship that has begun to
 * move; then it makes 0.6 kn, at which no other stop begins. */
static void test_stop_ends_when_moved(void **state)
{
    assert_call_scene(one, home(),
                      "0: 15 10; 20-50: 5 0; 51-66/1: 5>6.01 1.4; 67-120/1: 6.01 0.6",
                      "entered XAAAA 20 c1");
    assert_call_scene(one, home(),
                      "0: 15 10; 20-50: 5 0; 51-66/1: 5>5.99 1.4; 67-120/1: 5.99 0.6",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

static void flapping_anchor(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 10, 9 * KM, 5);
    for (int i = 0; i < 400; i++) {
        static const double sog[] = {0.1, 1.6, 0.4, 2.3, 0.9, 0.0, 1.5, 1.1};
        callrun_fix(r, 20 + i * 3, 8 * KM + (i * 37 % 500), sog[i % 8]);
    }
    callrun_fix(r, 1300, 10.5 * KM, 9);
    callrun_fix(r, 1320, 14 * KM, 9);
}
static void test_flapping_is_one_call(void **state)
{
    assert_calls(one, home(), flapping_anchor,
                 "entered XAAAA 10 c1; arrived XAAAA 20 c3; departed XAAAA 1300 c4; "
                 "left XAAAA 1320 c4");
}

/* --- without SOG --- */

static void no_sog(struct callrun *r)
{
    callrun_fix(r, 0, 20 * KM, NO_SOG);
    callrun_fix(r, 60, 8 * KM, NO_SOG);
    callrun_fix(r, 70, 5 * KM, NO_SOG);
    for (int i = 0; i <= 60; i++) /* every 90 s, 30 m of noise: 0.65 kn */
        callrun_fix(r, 80 + i * 1.5, 4 * KM + (i % 2) * 30, NO_SOG);
    callrun_fix(r, 175, 5 * KM, NO_SOG);
    callrun_fix(r, 200, 13 * KM, NO_SOG);
}
static void no_sog_underway(struct callrun *r)
{
    for (int i = 0; i < 200; i++) /* every 10 s at 10 kn, across */
        callrun_fix(r, i * 10.0 / 60, 9 * KM - i * 51.4, NO_SOG);
}
static void test_implied_speed(void **state)
{
    assert_calls(one, home(), no_sog,
                 "entered XAAAA 60 c1; arrived XAAAA 80 c3; departed XAAAA 175 c4; "
                 "left XAAAA 200 c4");
    assert_calls(one, home(), no_sog_underway, "entered XAAAA 0 c1");
}

static void test_implied_speed_over_deafness(void **state)
{
    /* By its places the ship is slow since minute 20; 30 of the 70 min do not count. */
    assert_call_scene(one, home(), "0: 15 -; 20: 5 -; deaf 30; 90: 5 -; 109: 5 -",
                      "entered XAAAA 20 c1");
    assert_call_scene(one, home(),
                      "0: 15 -; 20: 5 -; deaf 30; 90: 5 -; 109: 5 -; 111: 5 -",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

static void test_stuck_sog_is_no_call(void **state)
{
    /* SOG is stuck at 0 while the ship sails through. */
    assert_call_scene(one, home(), "0-180: 28>-28 0",
                      "entered XAAAA 60 c1; left XAAAA 130 c1");
}

/* --- at the start of the data --- */

static void lying_at_start(struct callrun *r)
{
    callrun_play(r, "0-90: 2 0");
    assert_true(r->last_call.at_start);
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == INT64_MIN);
    assert_true(r->last_call.since_ms == CALLRUN_DAY0);
    callrun_play(r, "100: 3.5 8; 140: 13 12");
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == INT64_MIN);
}
static void moving_inside_at_start(struct callrun *r)
{
    callrun_play(r, "0: 5 8; 10-90: 2 0");
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == CALLRUN_DAY0 + 10 * 60000);
}
static void lying_at_start_no_sog(struct callrun *r)
{
    callrun_play(r, "0-90: 2 -");
    assert_true(r->last_call.arrived_ms == INT64_MIN);
    assert_true(r->last_call.since_ms == CALLRUN_DAY0);
}
static void test_under_way_at_start(void **state)
{
    assert_calls(one, home(), lying_at_start,
                 "entered XAAAA 0 c1; arrived XAAAA 0 c2; departed XAAAA 100 c3; "
                 "left XAAAA 140 c3");
    assert_calls(one, home(), moving_inside_at_start,
                 "entered XAAAA 0 c1; arrived XAAAA 10 c2");
    assert_calls(one, home(), lying_at_start_no_sog,
                 "entered XAAAA 0 c1; arrived XAAAA 0 c2");
    assert_call_scene(one, home(), "0-55: 2 0; 58: 3.1 8; 140: 13 12",
                      "entered XAAAA 0 c1; left XAAAA 140 c1");
}

static int setup(void **state)
{
    one = callrun_ports(one_port, 1, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    ports_destroy(one);
    return 0;
}

TEST_MAIN(setup, teardown, TEST(test_ordinary_call), TEST(test_passing_is_no_call),
          TEST(test_leap_across_is_nothing), TEST(test_entry_and_exit_distance),
          TEST(test_drifting_at_the_edge_enters_once), TEST(test_exactly_60_minutes),
          TEST(test_way_is_not_stop), TEST(test_stops_add_up), TEST(test_evidence),
          TEST(test_stop_begins_at_half_a_knot), TEST(test_stop_ends_when_speed_is_held),
          TEST(test_flapping_with_hole), TEST(test_stop_ends_when_moved),
          TEST(test_flapping_is_one_call), TEST(test_implied_speed),
          TEST(test_implied_speed_over_deafness), TEST(test_stuck_sog_is_no_call),
          TEST(test_under_way_at_start))
