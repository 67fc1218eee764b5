/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests which part of a silence counts as a stop. The ports are invented:
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

/* --- within the area --- */

static void test_silence_inside(void **state)
{
    /* 1 kn: hardly under way, so the ship lay there */
    assert_call_scene(two, home(), "0: 15 10; 20: 8 6; 260: 7 1; 300: 13 12",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 260 c4; "
                      "left XAAAA 300 c4");
    assert_call_scene(two, home(),
                      callrun_scene("0: 15 10; 20: 8 6; %.9f: 7 1; %.9f: 13 12",
                                    260 - 1 / 60000.0, 300 - 1 / 60000.0),
                      "entered XAAAA 20 c1; left XAAAA 300.0 c1");
    /* under way at both ends: confidence 1 at most */
    assert_call_scene(two, home(), "0: 15 10; 20: 8 6; 620: 7 6; 660: 13 12",
                      "entered XAAAA 20 c1; left XAAAA 660 c1");
}

static void test_time_of_deafness_does_not_count(void **state)
{
    /* The ship is unheard for 10 h, of which the daemon or every feed was silent for 6
     * h and a minute, or a minute less. */
    assert_call_scene(two, home(), "0: 15 10; 20: 8 6; deaf 361; 620: 7 1",
                      "entered XAAAA 20 c1");
    assert_call_scene(two, home(), "0: 15 10; 20: 8 6; deaf 360; 620: 7 1",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

static void test_deaf_while_stopped(void **state)
{
    /* A stop goes on over an hour in which the daemon was deaf: that hour does not
     * count. */
    assert_call_scene(two, home(), "0: 15 10; 20-50: 5 0; deaf 60; 110-139: 5 0",
                      "entered XAAAA 20 c1");
    assert_call_scene(two, home(),
                      "0: 15 10; 20-50: 5 0; deaf 60; 110-139: 5 0; 140: 5 0",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3");
}

static void test_shifted_unheard(void **state)
{
    /* The ship lay 20 min, was silent for 5 h and is heard 3 km off, still in the port.
     */
    assert_call_scene(two, home(), "0: 15 10; 20-40: 5 0; 340: 2 6; 400: 13 12",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 340 c4; "
                      "left XAAAA 400 c4");
    /* 3 h 50: it counts as a stop until it is seen to end */
    assert_call_scene(two, home(), "0: 15 10; 20-40: 5 0; 270: 2 6; 400: 13 12",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 270 c4; "
                      "left XAAAA 400 c4");
}

/* --- in and out unheard --- */

/* The ship enters the area, where it makes 1 kn, and is then heard `km` off at 12 kn,
 * the speed of the whole way: 22.224 km an hour. */
#define OUT "0: 15 10; 20: 5 1; %d: %.9f 12"
static void test_way_out_leaves_an_hour(void **state)
{
    assert_call_scene(two, home(), callrun_scene(OUT, 320, 5 + 22.224 * 239 / 60),
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 81 c4; "
                      "left XAAAA 320 c4");
    assert_call_scene(two, home(), callrun_scene(OUT, 320, 5 + 22.224 * 241 / 60),
                      "entered XAAAA 20 c1; left XAAAA 320 c1");
    /* a day unheard at its speed: no call */
    assert_call_scene(two, home(), callrun_scene(OUT, 1460, 5 + 12 * 1.852 * 24),
                      "entered XAAAA 20 c1; left XAAAA 1460 c1");
    /* under way before and after, at her own 5 kn */
    assert_call_scene(two, home(), "0: 15 10; 20: 5 5; 500: 45 5",
                      "entered XAAAA 20 c1; left XAAAA 500 c1");
    /* found at rest: it spent the silence there */
    assert_call_scene(two, home(), "0: 15 10; 20: 5 1; 500: 14 0",
                      "entered XAAAA 20 c1; left XAAAA 500 c1");
    /* 172 min are left, but the silence is under 4 h */
    assert_call_scene(two, home(), callrun_scene(OUT, 259, 25.0),
                      "entered XAAAA 20 c1; left XAAAA 259 c1");
}

#define IN "0: %.9f 12; %d: 5 1; %d: 14 6"
static void test_way_in_leaves_an_hour(void **state)
{
    assert_call_scene(
        two, home(), callrun_scene(IN, 5 + 22.224 * 239 / 60, 300, 360),
        "entered XAAAA 300 c1; arrived XAAAA 300 c3; departed XAAAA 300 c4; "
        "left XAAAA 360 c4");
    assert_call_scene(two, home(), callrun_scene(IN, 5 + 22.224 * 241 / 60, 300, 360),
                      "entered XAAAA 300 c1; left XAAAA 360 c1");
    /* the ship lay outside */
    assert_call_scene(two, home(), "0: 14 0; 480: 5 1; 540: 14 6",
                      "entered XAAAA 480 c1; left XAAAA 540 c1");
    assert_call_scene(two, home(), callrun_scene(IN, 5 + 12 * 1.852 * 24, 1440, 1500),
                      "entered XAAAA 1440 c1; left XAAAA 1500 c1");
}

static void test_never_heard_inside(void **state)
{
    /* The ship is near the port before and after the silence, never inside: there is no
     * call. */
    assert_call_scene(two, home(), "0: 13 10; 1000: -13 10", "");
}

static void test_vanished_at_berth(void **state)
{
    /* The ship lay there, was silent for three days and is heard 100 km off: it lay
     * there for as long as the way leaves. 100 km at 12 kn take 270 min. */
    assert_call_scene(
        two, home(), "0: 15 10; 20-40: 1 0; 4360: 101 12",
        "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 4090.0 c4; "
        "left XAAAA 4360 c4");
    /* 22 min are left, too short for a stop */
    assert_call_scene(two, home(), "0: 15 10; 20-100: 1 0; 392: 101 12",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 100 c4; "
                      "left XAAAA 392 c4");
}

/* The ship goes from one area into another, unheard between. The port to which it was
 * bound before gets the call; the other one gets it when the ship had already called at
 * the first, or lies there now. */
static void test_dark_from_port_to_port(void **state)
{
    /* 190 km at 12 kn: 513.0 min */
    assert_call_scene(
        two, home(), "0: 15 10; 20: 5 1; 3020: 195 12",
        "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 2507.0 c4; "
        "left XAAAA 3020 c4; entered XBBBB 3020 c1");
    assert_call_scene(two, home(), "0: 15 10; 20-100: 1 0; 120: 5 10; 3120: 195 1",
                      "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 120 c4; "
                      "left XAAAA 3120 c4; entered XBBBB 3120 c1; arrived XBBBB 3120 c3");
    assert_call_scene(two, home(), "0: 15 10; 20: 5 6; 3020: 199 0",
                      "entered XAAAA 20 c1; left XAAAA 3020 c1; entered XBBBB 3020 c1; "
                      "arrived XBBBB 3020 c3");
}

static int setup(void **state)
{
    two = callrun_ports(two_ports, sizeof two_ports / sizeof two_ports[0], NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    ports_destroy(two);
    return 0;
}

TEST_MAIN(setup, teardown, TEST(test_silence_inside),
          TEST(test_time_of_deafness_does_not_count), TEST(test_deaf_while_stopped),
          TEST(test_shifted_unheard), TEST(test_way_out_leaves_an_hour),
          TEST(test_way_in_leaves_an_hour), TEST(test_never_heard_inside),
          TEST(test_vanished_at_berth), TEST(test_dark_from_port_to_port))
