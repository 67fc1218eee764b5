/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls: places, stops and every threshold of them. Which of several ports is in
 * test_call_port.c, silence in test_call_dark.c. The port is invented: XAAAA at 37 N 125
 * E with 10 km and 12 km around it. */
#include <string.h>

#include "lib/callrun.h"

static struct ports *one;

static const struct callrun_port one_port[] = {{"XAAAA", 37, 125}};

static struct geo_pos home(void)
{
    return geo_to_pos((struct geo_point){37, 125});
}

#define KM 1000.0
#define LIE(t0, t1, at_km)                                                               \
    callrun_leg(r, (struct callrun_leg){(t0), (t1), 5, (at_km)*KM, (at_km)*KM, 0})

/* --- the whole of it --- */

static void ordinary_call(struct callrun *r)
{
    callrun_fix(r, 0, 30 * KM, 10);
    callrun_fix(r, 50, 14.5 * KM, 10);
    callrun_fix(r, 66, 9.5 * KM, 10);
    callrun_fix(r, 90, 2 * KM, 4);
    LIE(100, 700, 1);
    callrun_fix(r, 710, 1.5 * KM, 4);
    callrun_fix(r, 720, 4 * KM, 10);
    callrun_fix(r, 740, 11 * KM, 10);
    callrun_fix(r, 750, 14 * KM, 10);
    assert_true(r->last_call.entered_ms == CALLRUN_DAY0 + 66 * 60000);
    assert_true(r->last_call.since_ms == r->last_call.arrived_ms);
    assert_int_equal(r->last_call.port, 0);
}

static void test_ordinary_call(void **state)
{
    (void)state;
    assert_calls(one, home(), ordinary_call,
                 "entered XAAAA 66 c1; arrived XAAAA 100 c3; departed XAAAA 710 c4; "
                 "left XAAAA 750 c4");
}

static void passing(struct callrun *r)
{
    callrun_leg(r, (struct callrun_leg){0, 180, 5, 28 * KM, -28 * KM, 10});
}
static void test_passing_is_no_call(void **state)
{
    (void)state;
    /* 18.67 km/h: inside from 10 km (57.9 min) on, out beyond -12 km (128.6 min) */
    assert_calls(one, home(), passing, "entered XAAAA 60 c1; left XAAAA 130 c1");
}

static void leaping(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 12);
    callrun_fix(r, 90, -15 * KM, 12);
}
static void test_leap_across_is_nothing(void **state)
{
    (void)state;
    assert_calls(one, home(), leaping, "");
}

/* --- entry and exit --- */

static void to_just_inside(struct callrun *r)
{
    callrun_fix(r, 0, 20 * KM, 10);
    callrun_fix(r, 30, 9999, 5);
}
static void to_just_outside(struct callrun *r)
{
    callrun_fix(r, 0, 20 * KM, 10);
    callrun_fix(r, 30, 10001, 5);
    LIE(40, 400, 10.001);
}
static void out_to_just_within(struct callrun *r)
{
    to_just_inside(r);
    callrun_fix(r, 60, 11999, 5);
    callrun_fix(r, 70, 9990, 5);
}
static void out_to_just_beyond(struct callrun *r)
{
    to_just_inside(r);
    callrun_fix(r, 60, 12001, 5);
    callrun_fix(r, 70, 10001, 5);
}
static void test_entry_and_exit_distance(void **state)
{
    (void)state;
    assert_calls(one, home(), to_just_inside, "entered XAAAA 30 c1");
    assert_calls(one, home(), to_just_outside, "");
    assert_calls(one, home(), out_to_just_within, "entered XAAAA 30 c1");
    assert_calls(one, home(), out_to_just_beyond,
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
    (void)state;
    assert_calls(one, home(), drifting_at_the_edge,
                 "entered XAAAA 20 c1; left XAAAA 1010 c1");
}

/* --- how long a stop --- */

static void stop_of(struct callrun *r, double minutes)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 8 * KM, 6);
    for (double t = 30; t < 30 + minutes - 1e-9; t += 4)
        callrun_fix(r, t, 8 * KM, 0);
    callrun_fix(r, 30 + minutes, 8 * KM, 0);
    callrun_fix(r, 31 + minutes, 8.1 * KM, 4);
    callrun_fix(r, 60 + minutes, 13 * KM, 10);
}
static void stop_of_60(struct callrun *r)
{
    stop_of(r, 60);
}
static void stop_of_59(struct callrun *r)
{
    stop_of(r, 58.9);
}
static void stop_of_32(struct callrun *r)
{
    stop_of(r, 32);
}
static void test_exactly_60_minutes(void **state)
{
    (void)state;
    assert_calls(one, home(), stop_of_60,
                 "entered XAAAA 20 c1; arrived XAAAA 30 c3; departed XAAAA 91 c4; "
                 "left XAAAA 120 c4");
    assert_calls(one, home(), stop_of_59, "entered XAAAA 20 c1; left XAAAA 118.9 c1");
    assert_calls(one, home(), stop_of_32, "entered XAAAA 20 c1; left XAAAA 92 c1");
}

/* The time a moving fix took to come from the berth is no stop: 40 min of stop, then 5 km
 * off an hour later. */
static void sparse_departure(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 1 * KM, 0);
    callrun_fix(r, 60, 1 * KM, 0);
    callrun_fix(r, 80, 6.5 * KM, 10);
    callrun_fix(r, 110, 14 * KM, 10);
}
/* The same, but 400 m off at 10 kn: it had left 78 s before. */
static void sparse_departure_later(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 1 * KM, 0);
    callrun_fix(r, 60, 1 * KM, 0);
    callrun_fix(r, 82, 1.4 * KM, 10);
    callrun_fix(r, 110, 14 * KM, 10);
}
static void test_way_is_not_stop(void **state)
{
    (void)state;
    assert_calls(one, home(), sparse_departure, "entered XAAAA 20 c1; left XAAAA 110 c1");
    assert_calls(one, home(), sparse_departure_later,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 82 c4; "
                 "left XAAAA 110 c4");
}

static void three_short_stops(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    for (int i = 0; i < 3; i++) {
        LIE(20 + i * 60, 45 + i * 60, 8 - 2 * i);
        callrun_fix(r, 50 + i * 60, (7.5 - 2 * i) * KM, 6);
        callrun_fix(r, 65 + i * 60, (6.5 - 2 * i) * KM, 6);
    }
    callrun_fix(r, 300, 13 * KM, 10);
}
static void test_stops_add_up(void **state)
{
    (void)state;
    assert_calls(one, home(), three_short_stops,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 170 c4; "
                 "left XAAAA 300 c4");
}

/* --- how slow, how fast --- */

static void slow_at(struct callrun *r, double kn)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_leg(r, (struct callrun_leg){20, 120, 5, 5 * KM, 5 * KM, kn});
}
static void slow_half(struct callrun *r)
{
    slow_at(r, 0.5);
}
static void slow_six(struct callrun *r)
{
    slow_at(r, 0.6);
}
static void test_stop_begins_at_half_a_knot(void **state)
{
    (void)state;
    assert_calls(one, home(), slow_half, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
    assert_calls(one, home(), slow_six, "entered XAAAA 20 c1");
}

/* 30 min of stop, then `kn` in place for `minutes`, then 0.6 kn: a stop goes on at 0.6 kn
 * but does not begin there. */
static void fast_for(struct callrun *r, double kn, double minutes)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 50, 5);
    callrun_leg(r, (struct callrun_leg){52, 52 + minutes, 1, 5 * KM, 5.2 * KM, kn});
    callrun_leg(r, (struct callrun_leg){53 + minutes, 110, 5, 5.2 * KM, 5.2 * KM, 0.6});
}
static void fast_held(struct callrun *r)
{
    fast_for(r, 1.5, 10);
}
static void fast_not_held(struct callrun *r)
{
    fast_for(r, 1.5, 9);
}
static void not_fast(struct callrun *r)
{
    fast_for(r, 1.4, 30);
}
static void test_stop_ends_when_speed_is_held(void **state)
{
    (void)state;
    assert_calls(one, home(), fast_held, "entered XAAAA 20 c1");
    assert_calls(one, home(), fast_not_held, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
    assert_calls(one, home(), not_fast, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* Two fast fixes hours apart do not show a speed that was held. */
static void fast_with_hole(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 40, 5);
    callrun_fix(r, 45, 5.1 * KM, 1.6);
    callrun_fix(r, 135, 5.1 * KM, 1.6);
    callrun_fix(r, 140, 5.1 * KM, 0.6);
}
static void test_flapping_with_hole(void **state)
{
    (void)state;
    assert_calls(one, home(), fast_with_hole, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* Moved more than 1 km, in 15 min at a knot less than a ship makes that has begun to
 * move; then 0.6 kn, which begins no other stop. */
static void moved_by(struct callrun *r, double metres)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 50, 5);
    callrun_leg(r, (struct callrun_leg){51, 66, 1, 5 * KM, 5 * KM + metres, 1.4});
    callrun_leg(r,
                (struct callrun_leg){67, 120, 1, 5 * KM + metres, 5 * KM + metres, 0.6});
}
static void moved_1010(struct callrun *r)
{
    moved_by(r, 1010);
}
static void moved_990(struct callrun *r)
{
    moved_by(r, 990);
}
static void test_stop_ends_when_moved(void **state)
{
    (void)state;
    assert_calls(one, home(), moved_1010, "entered XAAAA 20 c1");
    assert_calls(one, home(), moved_990, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
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
    (void)state;
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
    (void)state;
    assert_calls(one, home(), no_sog,
                 "entered XAAAA 60 c1; arrived XAAAA 80 c3; departed XAAAA 175 c4; "
                 "left XAAAA 200 c4");
    assert_calls(one, home(), no_sog_underway, "entered XAAAA 0 c1");
}

/* Slow since minute 20 by its places; 30 of the 70 min do not count. */
static void no_sog_deaf(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, NO_SOG);
    callrun_fix(r, 20, 5 * KM, NO_SOG);
    r->silence_ms = 30 * 60000;
    callrun_fix(r, 90, 5 * KM, NO_SOG);
    callrun_fix(r, 109, 5 * KM, NO_SOG);
}
static void no_sog_deaf_enough(struct callrun *r)
{
    no_sog_deaf(r);
    callrun_fix(r, 111, 5 * KM, NO_SOG);
}
static void test_implied_speed_over_deafness(void **state)
{
    (void)state;
    assert_calls(one, home(), no_sog_deaf, "entered XAAAA 20 c1");
    assert_calls(one, home(), no_sog_deaf_enough,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* SOG stuck at 0 while the ship sails through. */
static void stuck_sog(struct callrun *r)
{
    callrun_leg(r, (struct callrun_leg){0, 180, 5, 28 * KM, -28 * KM, 0});
}
static void test_stuck_sog_is_no_call(void **state)
{
    (void)state;
    assert_calls(one, home(), stuck_sog, "entered XAAAA 60 c1; left XAAAA 130 c1");
}

/* --- at the start of the data --- */

static void lying_at_start(struct callrun *r)
{
    LIE(0, 90, 2);
    assert_true(r->last_call.at_start);
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == INT64_MIN);
    assert_true(r->last_call.since_ms == CALLRUN_DAY0);
    callrun_fix(r, 100, 3.5 * KM, 8);
    callrun_fix(r, 140, 13 * KM, 12);
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == INT64_MIN);
}
static void moving_inside_at_start(struct callrun *r)
{
    callrun_fix(r, 0, 5 * KM, 8);
    LIE(10, 90, 2);
    assert_true(r->last_call.entered_ms == INT64_MIN);
    assert_true(r->last_call.arrived_ms == CALLRUN_DAY0 + 10 * 60000);
}
static void lying_at_start_no_sog(struct callrun *r)
{
    callrun_leg(r, (struct callrun_leg){0, 90, 5, 2 * KM, 2 * KM, NO_SOG});
    assert_true(r->last_call.arrived_ms == INT64_MIN);
    assert_true(r->last_call.since_ms == CALLRUN_DAY0);
}
static void lying_too_short_at_start(struct callrun *r)
{
    LIE(0, 55, 2);
    callrun_fix(r, 58, 3.1 * KM, 8);
    callrun_fix(r, 140, 13 * KM, 12);
}
static void test_under_way_at_start(void **state)
{
    (void)state;
    assert_calls(one, home(), lying_at_start,
                 "entered XAAAA 0 c1; arrived XAAAA 0 c2; departed XAAAA 100 c3; "
                 "left XAAAA 140 c3");
    assert_calls(one, home(), moving_inside_at_start,
                 "entered XAAAA 0 c1; arrived XAAAA 10 c2");
    assert_calls(one, home(), lying_at_start_no_sog,
                 "entered XAAAA 0 c1; arrived XAAAA 0 c2");
    assert_calls(one, home(), lying_too_short_at_start,
                 "entered XAAAA 0 c1; left XAAAA 140 c1");
}

static int setup(void **state)
{
    (void)state;
    one = callrun_ports(one_port, 1, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ports_destroy(one);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_call),
        cmocka_unit_test(test_passing_is_no_call),
        cmocka_unit_test(test_leap_across_is_nothing),
        cmocka_unit_test(test_entry_and_exit_distance),
        cmocka_unit_test(test_drifting_at_the_edge_enters_once),
        cmocka_unit_test(test_exactly_60_minutes),
        cmocka_unit_test(test_way_is_not_stop),
        cmocka_unit_test(test_stops_add_up),
        cmocka_unit_test(test_stop_begins_at_half_a_knot),
        cmocka_unit_test(test_stop_ends_when_speed_is_held),
        cmocka_unit_test(test_flapping_with_hole),
        cmocka_unit_test(test_stop_ends_when_moved),
        cmocka_unit_test(test_flapping_is_one_call),
        cmocka_unit_test(test_implied_speed),
        cmocka_unit_test(test_implied_speed_over_deafness),
        cmocka_unit_test(test_stuck_sog_is_no_call),
        cmocka_unit_test(test_under_way_at_start),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
