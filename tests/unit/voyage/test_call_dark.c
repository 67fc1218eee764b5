/* SPDX-License-Identifier: Apache-2.0 */
/* Silence: what of it counts as a stop, and what does not. Invented ports:
 * XAAAA at 37 N 125 E and XBBBB 200 km east of it. */
#include <string.h>

#include "lib/callrun.h"

static struct ports *two;

static const struct callrun_port two_ports[] = {
    {"XAAAA", 37, 125},
    {"XBBBB", 37, 127.2521}, /* 200 km: 200,000 / (111,195 cos 37) degrees */
};

static struct geo_pos home(void)
{
    return geo_to_pos((struct geo_point){37, 125});
}

#define KM 1000.0
#define LIE(t0, t1, at_km)                                                               \
    callrun_leg(r, (struct callrun_leg){(t0), (t1), 5, (at_km)*KM, (at_km)*KM, 0})

/* --- within the area --- */

static void silent_inside(struct callrun *r, double minutes)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 8 * KM, 6);
    callrun_fix(r, 20 + minutes, 7 * KM, 1); /* hardly under way: it lay there */
    callrun_fix(r, 60 + minutes, 13 * KM, 12);
}
static void sailed_on_inside(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 8 * KM, 6);
    callrun_fix(r, 20 + 600, 7 * KM, 6);
    callrun_fix(r, 60 + 600, 13 * KM, 12);
}
static void silent_inside_4h(struct callrun *r)
{
    silent_inside(r, 240);
}
static void silent_inside_less(struct callrun *r)
{
    silent_inside(r, 240 - 1 / 60000.0); /* a millisecond less */
}
static void test_silence_inside(void **state)
{
    (void)state;
    assert_calls(two, home(), silent_inside_4h,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 260 c4; "
                 "left XAAAA 300 c4");
    assert_calls(two, home(), silent_inside_less,
                 "entered XAAAA 20 c1; left XAAAA 300.0 c1");
    /* under way at both ends: confidence 1 at most */
    assert_calls(two, home(), sailed_on_inside, "entered XAAAA 20 c1; left XAAAA 660 c1");
}

/* 10 h unheard, of which the daemon or every feed was silent for 6 h and a minute, or a
 * minute less. */
static void deaf_too_long(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 8 * KM, 6);
    r->silence_ms = 361 * 60000;
    callrun_fix(r, 620, 7 * KM, 1);
}
static void deaf_less(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 8 * KM, 6);
    r->silence_ms = 360 * 60000;
    callrun_fix(r, 620, 7 * KM, 1);
}
static void test_time_of_deafness_does_not_count(void **state)
{
    (void)state;
    assert_calls(two, home(), deaf_too_long, "entered XAAAA 20 c1");
    assert_calls(two, home(), deaf_less, "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* A stop under way over an hour of deafness: that hour is not counted. */
static void deaf_while_stopped(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 50, 5);
    r->silence_ms = 60 * 60000;
    LIE(110, 139, 5);
}
static void deaf_then_enough(struct callrun *r)
{
    deaf_while_stopped(r);
    callrun_fix(r, 140, 5 * KM, 0);
}
static void test_deaf_while_stopped(void **state)
{
    (void)state;
    assert_calls(two, home(), deaf_while_stopped, "entered XAAAA 20 c1");
    assert_calls(two, home(), deaf_then_enough,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

/* It lay 20 min, went silent for 5 h and is heard 3 km off, in the port still. */
static void shifted_unheard(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 40, 5);
    callrun_fix(r, 340, 2 * KM, 6);
    callrun_fix(r, 400, 13 * KM, 12);
}
static void shifted_unheard_shorter(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 40, 5);
    callrun_fix(r, 270, 2 * KM, 6); /* 3 h 50: a stop all the same until seen to end */
    callrun_fix(r, 400, 13 * KM, 12);
}
static void test_shifted_unheard(void **state)
{
    (void)state;
    assert_calls(two, home(), shifted_unheard,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 340 c4; "
                 "left XAAAA 400 c4");
    assert_calls(two, home(), shifted_unheard_shorter,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 270 c4; "
                 "left XAAAA 400 c4");
}

/* --- in and out unheard --- */

/* Into the area, where it makes 1 kn, then heard `km` off at 12 kn, at which the way was
 * sailed: 22.224 km an hour. */
static void silent_out(struct callrun *r, double minutes, double km)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 5 * KM, 1);
    callrun_fix(r, 20 + minutes, (5 + km) * KM, 12);
}
static void out_leaves_61_min(struct callrun *r)
{
    silent_out(r, 300, 22.224 * 239 / 60);
}
static void out_leaves_59_min(struct callrun *r)
{
    silent_out(r, 300, 22.224 * 241 / 60);
}
static void out_sailed_on(struct callrun *r)
{
    silent_out(r, 24 * 60, 12 * 1.852 * 24); /* a day unheard at its speed: nothing */
}
static void out_sailed_on_slowly(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 5 * KM, 5); /* under way before and after, at her own 5 kn */
    callrun_fix(r, 20 + 480, 45 * KM, 5);
}
static void out_found_at_rest(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 5 * KM, 1);
    callrun_fix(r, 20 + 480, 14 * KM, 0); /* there it spent the silence */
}
static void out_near_but_short(struct callrun *r)
{
    silent_out(r, 239, 20); /* 172 min are left, but the silence is under 4 h */
}
static void test_way_out_leaves_an_hour(void **state)
{
    (void)state;
    assert_calls(two, home(), out_leaves_61_min,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 81 c4; "
                 "left XAAAA 320 c4");
    assert_calls(two, home(), out_leaves_59_min,
                 "entered XAAAA 20 c1; left XAAAA 320 c1");
    assert_calls(two, home(), out_sailed_on, "entered XAAAA 20 c1; left XAAAA 1460 c1");
    assert_calls(two, home(), out_sailed_on_slowly,
                 "entered XAAAA 20 c1; left XAAAA 500 c1");
    assert_calls(two, home(), out_found_at_rest,
                 "entered XAAAA 20 c1; left XAAAA 500 c1");
    assert_calls(two, home(), out_near_but_short,
                 "entered XAAAA 20 c1; left XAAAA 259 c1");
}

static void silent_in(struct callrun *r, double minutes, double km)
{
    callrun_fix(r, 0, (5 + km) * KM, 12);
    callrun_fix(r, minutes, 5 * KM, 1);
    callrun_fix(r, minutes + 60, 14 * KM, 6);
}
static void in_leaves_61_min(struct callrun *r)
{
    silent_in(r, 300, 22.224 * 239 / 60);
}
static void in_leaves_59_min(struct callrun *r)
{
    silent_in(r, 300, 22.224 * 241 / 60);
}
static void in_sailed_on(struct callrun *r)
{
    silent_in(r, 24 * 60, 12 * 1.852 * 24);
}
static void in_lay_outside(struct callrun *r)
{
    callrun_fix(r, 0, 14 * KM, 0);
    callrun_fix(r, 480, 5 * KM, 1);
    callrun_fix(r, 540, 14 * KM, 6);
}
static void test_way_in_leaves_an_hour(void **state)
{
    (void)state;
    assert_calls(two, home(), in_leaves_61_min,
                 "entered XAAAA 300 c1; arrived XAAAA 300 c3; departed XAAAA 300 c4; "
                 "left XAAAA 360 c4");
    assert_calls(two, home(), in_leaves_59_min,
                 "entered XAAAA 300 c1; left XAAAA 360 c1");
    assert_calls(two, home(), in_lay_outside, "entered XAAAA 480 c1; left XAAAA 540 c1");
    assert_calls(two, home(), in_sailed_on, "entered XAAAA 1440 c1; left XAAAA 1500 c1");
}

/* Near the port before and after, never inside: it claims nothing. */
static void dark_beside(struct callrun *r)
{
    callrun_fix(r, 0, 13 * KM, 10);
    callrun_fix(r, 1000, -13 * KM, 10);
}
static void test_never_heard_inside(void **state)
{
    (void)state;
    assert_calls(two, home(), dark_beside, "");
}

/* It lay there, fell silent for three days and is heard 100 km off: it lay there for as
 * long as the way leaves. 100 km at 12 kn: 270 min. */
static void vanished_at_berth(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 40, 1);
    callrun_fix(r, 40 + 3 * 1440, 101 * KM, 12);
}
static void vanished_shortly(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 100, 1);
    callrun_fix(r, 100 + 292, 101 * KM, 12); /* 22 min are left: no stop more */
}
static void test_vanished_at_berth(void **state)
{
    (void)state;
    assert_calls(two, home(), vanished_at_berth,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 4090.0 c4; "
                 "left XAAAA 4360 c4");
    assert_calls(two, home(), vanished_shortly,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 100 c4; "
                 "left XAAAA 392 c4");
}

/* From one area into another, unheard between: the port it was bound into before gets the
 * call; the other one when it had called at the first already, or lies there now. */
static void dark_then_other(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 5 * KM, 1);
    callrun_fix(r, 20 + 3000, 195 * KM, 12);
}
static void called_dark_then_other(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    LIE(20, 100, 1);
    callrun_fix(r, 120, 5 * KM, 10);
    callrun_fix(r, 120 + 3000, 195 * KM, 1);
}
static void dark_then_lying(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    callrun_fix(r, 20, 5 * KM, 6);
    callrun_fix(r, 20 + 3000, 199 * KM, 0);
}
static void test_dark_from_port_to_port(void **state)
{
    (void)state;
    /* 190 km at 12 kn: 513.0 min */
    assert_calls(two, home(), dark_then_other,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 2507.0 c4; "
                 "left XAAAA 3020 c4; entered XBBBB 3020 c1");
    assert_calls(two, home(), called_dark_then_other,
                 "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 120 c4; "
                 "left XAAAA 3120 c4; entered XBBBB 3120 c1; arrived XBBBB 3120 c3");
    assert_calls(two, home(), dark_then_lying,
                 "entered XAAAA 20 c1; left XAAAA 3020 c1; entered XBBBB 3020 c1; "
                 "arrived XBBBB 3020 c3");
}

static int setup(void **state)
{
    (void)state;
    two = callrun_ports(two_ports, sizeof two_ports / sizeof two_ports[0], NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ports_destroy(two);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_inside),
        cmocka_unit_test(test_time_of_deafness_does_not_count),
        cmocka_unit_test(test_deaf_while_stopped),
        cmocka_unit_test(test_shifted_unheard),
        cmocka_unit_test(test_way_out_leaves_an_hour),
        cmocka_unit_test(test_way_in_leaves_an_hour),
        cmocka_unit_test(test_never_heard_inside),
        cmocka_unit_test(test_vanished_at_berth),
        cmocka_unit_test(test_dark_from_port_to_port),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
