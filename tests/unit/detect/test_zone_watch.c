/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the zones of one track: each rule of the contract on entering,
 * leaving, passing and being lost. Each scenario is played a second time with all state
 * saved and loaded between any two fixes, and must tell the same. The box is 126..127
 * E, 35.5..36.5 N. Fixes lie at 36 N, where a degree of longitude is 90,163.8 m (WGS
 * 84: 111412.84 cos - 93.5 cos 3 + 0.118 cos 5 of the latitude), or on both sides of
 * meridians, so that a crossing between them is half way. */
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lib/zoneplay.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/detect/zone_watch.h"

/* --- entering and leaving --- */

static void enters_by_two(struct play *p)
{
    zoneplay_east(p, 0, -100);
    zoneplay_east(p, 10, 100); /* half way: minute 5 */
    assert_string_equal(buf_text(&p->told), "");
    assert_true(zone_state_is_pending(&p->w, 0));
    assert_null(zone_state_inside(&p->w, 0));
    zoneplay_east(p, 20, 150);
    assert_non_null(zone_state_inside(&p->w, 0));
}

static void enters_shallow(struct play *p)
{
    zoneplay_east(p, 0, -198);
    zoneplay_east(p, 10, 198);
}

static void enters_deep(struct play *p)
{
    zoneplay_east(p, 0, -202);
    zoneplay_east(p, 10, 202);
}

static void leaves_by_two(struct play *p)
{
    zoneplay_east(p, 0, -300);
    zoneplay_east(p, 10, 300);
    zoneplay_east(p, 20, -300);
    assert_string_equal(buf_text(&p->told), "enter box 5; ");
    assert_non_null(zone_state_inside(&p->w, 0)); /* until it is certain */
    zoneplay_east(p, 30, -310);
}

static void leaves_near(struct play *p)
{
    zoneplay_east(p, 0, -495);
    zoneplay_east(p, 10, 495);
    zoneplay_east(p, 20, -495);
}

static void leaves_far(struct play *p)
{
    zoneplay_east(p, 0, -505);
    zoneplay_east(p, 10, 505);
    zoneplay_east(p, 20, -505);
}

static void lone_inside(struct play *p)
{
    zoneplay_east(p, 0, -100);
    zoneplay_east(p, 10, 100);
    zoneplay_east(p, 20, -100);
    zoneplay_east(p, 30, -100);
}

static void lone_outside(struct play *p)
{
    zoneplay_east(p, 0, 1000);
    zoneplay_east(p, 10, -100);
    zoneplay_east(p, 20, 100);
    zoneplay_east(p, 30, 1000);
}

/* The time is that of the crossing on the way from the fix before the lone one. */
static void lone_then_through(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 125.9);
    zoneplay_east(p, 10, 100);
    zoneplay_fix(p, 80, 36.0, 125.8);
    zoneplay_fix(p, 90, 36.0, 125.7);
}

static void test_entering_and_leaving(void **state)
{
    zoneplay_check(zoneplay_box, enters_by_two, "enter box 5; ");
    zoneplay_check(zoneplay_box, enters_shallow, "");
    zoneplay_check(zoneplay_box, enters_deep, "enter box 5; ");
    zoneplay_check(zoneplay_box, leaves_by_two, "enter box 5; exit box 15 since 5; ");
    zoneplay_check(zoneplay_box, leaves_near, "enter box 5; ");
    zoneplay_check(zoneplay_box, leaves_far, "enter box 5; exit box 15 since 5; ");
    zoneplay_check(zoneplay_box, lone_inside, "");
    zoneplay_check(zoneplay_box, lone_outside, "enter box 0 present; ");
    zoneplay_check(zoneplay_box, lone_then_through, "");
}

/* --- when first heard --- */

static void first_deep(struct play *p)
{
    zoneplay_east(p, 3, 250);
    zoneplay_east(p, 13, -600);
}

static void first_shallow(struct play *p)
{
    zoneplay_east(p, 3, 150);
    assert_string_equal(buf_text(&p->told), "");
    zoneplay_east(p, 13, 160);
}

static void first_shallow_gone(struct play *p)
{
    zoneplay_east(p, 3, 150);
    zoneplay_east(p, 13, -160);
    zoneplay_east(p, 23, -300);
}

static void test_first_heard_inside(void **state)
{
    /* 250 m in, 600 m out: 2.94 min of 10; to the second */
    zoneplay_check(zoneplay_box, first_deep,
                   "enter box 3 present; exit box 5.93333 since 3; ");
    zoneplay_check(zoneplay_box, first_shallow, "enter box 3 present; ");
    zoneplay_check(zoneplay_box, first_shallow_gone, "");
}

/* --- between fixes --- */

static void passes(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 125.5);
    zoneplay_fix(p, 120, 36.0, 127.5); /* edges at a quarter and three quarters, nearly */
}

static void passes_slowly(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 125.5);
    zoneplay_fix(p, 120 + 1 / 60.0, 36.0, 127.5);
}

/* The U is open to the north: its arms are 126..126.3 and 126.7..127. */
static const char u_shape[] =
    COLLECTION(AREA("u", "[[126,35.5],[127,35.5],[127,36.5],[126.7,36.5],[126.7,35.6],"
                         "[126.3,35.6],[126.3,36.5],[126,36.5],[126,35.5]]"));
static void leaves_and_returns(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 126.2);
    zoneplay_fix(p, 60, 36.0, 126.8);
    zoneplay_fix(p, 70, 36.0, 126.81);
}

/* The ship is just out of the box in the west, then far in the east: it sailed through.
 */
static void leaves_then_passes(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 126.5);
    zoneplay_east(p, 10, -100);
    zoneplay_fix(p, 70, 36.0, 127.5);
    zoneplay_fix(p, 80, 36.0, 127.6);
}

/* The ship is just inside one arm of the U, then just inside the other. */
static void enters_then_returns(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 125.9);
    zoneplay_fix(p, 10, 36.0, 126.001);
    zoneplay_fix(p, 70, 36.0, 126.999);
}

static void test_between_fixes(void **state)
{
    struct zone_set *zones = test_zone_set(zoneplay_box);
    struct play p = {.zones = zones, .limits = zone_state_limits_default(), .sog_kn = -1};
    zone_state_init(&p.w);
    passes(&p);
    assert_string_equal(buf_text(&p.told), "enter box 30 inferred; exit box 90 inferred "
                                           "since 30; ");
    zone_state_finish(&p.w);
    buf_finish(&p.told);
    zone_set_destroy(zones);
    zoneplay_check(zoneplay_box, passes_slowly,
                   "enter box 30 possible; exit box 90.0167 possible since 30; ");
    /* 0.1 and 0.5 of 0.6 degrees */
    zoneplay_check(u_shape, leaves_and_returns,
                   "enter u 0 present; exit u 10 inferred since 0; "
                   "enter u 50 inferred; ");
}

static void test_between_fixes_while_unsure(void **state)
{
    /* From 126 - 0.00111 to 127.5 E in 60 min: in after 0.04, out after 40.03 min. */
    zoneplay_check(
        zoneplay_box, leaves_then_passes,
        "enter box 0 present; exit box 9.98333 since 0; enter box 10.05 inferred; "
        "exit box 50.0167 inferred since 10.05; ");
    zoneplay_check(
        u_shape, enters_then_returns,
        "enter u 9.9; exit u 27.9833 inferred since 9.9; enter u 52.0167 inferred; ");
}

/* --- leaps --- */

/* 10 degrees of latitude are 600 nm: what lay between is unknown. */
static void leaps_out_after_a_lone_fix(struct play *p)
{
    zoneplay_east(p, 0, -100);
    zoneplay_east(p, 10, 100);
    zoneplay_fix(p, 3000, 25.0, 126.0);
    zoneplay_fix(p, 3010, 25.0, 126.0);
}

static void leaps_in_after_a_lone_fix(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 126.001); /* 90 m in */
    zoneplay_fix(p, 3000, 48.9, 126.5);
    zoneplay_fix(p, 3010, 48.9, 126.5);
}

static void leaps_out_and_in(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 126.5);
    zoneplay_fix(p, 3000, 20.0, 126.5);
    zoneplay_fix(p, 6000, 36.0, 126.5);
}

static void leaps_when_just_out(struct play *p)
{
    zoneplay_east(p, 0, 250);
    zoneplay_east(p, 10, -250);
    zoneplay_fix(p, 3000, 20.0, 126.5);
}

static const char tall[] =
    COLLECTION(AREA("tall", "[[126,35.5],[127,35.5],[127,49],[126,49],[126,35.5]]"));

static void test_leaps(void **state)
{
    zoneplay_check(zoneplay_box, leaps_out_after_a_lone_fix, "");
    zoneplay_check(tall, leaps_in_after_a_lone_fix, "enter tall 0 present; ");
    zoneplay_check(zoneplay_box, leaps_out_and_in,
                   "enter box 0 present; exit box 0 possible since 0; "
                   "enter box 6000; ");
    zoneplay_check(zoneplay_box, leaps_when_just_out,
                   "enter box 0 present; exit box 5 since 0; ");
}

/* --- lost --- */

static void is_lost(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 126.5);
    zoneplay_fix(p, 10, 36.0, 126.51);
    assert_int_equal(zone_state_deadline(&p->w, &p->limits, 0), 70 * MINUTE_MS);
    zoneplay_elapse(p, 69.99);
    assert_string_equal(buf_text(&p->told), "enter box 0 present; ");
    zoneplay_elapse(p, 70);
    zoneplay_elapse(p, 200);
    assert_true(zone_state_deadline(&p->w, &p->limits, 0) == INT64_MAX);
    zoneplay_fix(p, 300, 36.0, 126.52); /* heard again: may be lost again */
    zoneplay_elapse(p, 361);
    p->silence_ms = 20 * MINUTE_MS; /* the feed was silent meanwhile */
    zoneplay_fix(p, 400, 36.0, 126.53);
    zoneplay_elapse(p, 479);
    zoneplay_elapse(p, 480);
}

static void test_lost(void **state)
{
    zoneplay_check(
        zoneplay_box, is_lost,
        "enter box 0 present; lost box 70 since 0 seen 10; lost box 360 since 0 seen "
        "300; lost box 480 since 0 seen 400; ");
}

static void lies(struct play *p)
{
    zoneplay_east(p, 0, 100);
    zoneplay_east(p, 10, 100); /* not moved a metre */
    zoneplay_east(p, 20, 100);
    assert_int_equal(zone_state_inside(&p->w, 0)->last_inside_ms, 20 * MINUTE_MS);
}

/* --- shapes --- */

static const char pacific[] =
    COLLECTION(AREA("pacific", "[[179,-1],[181,-1],[181,1],[179,1],[179,-1]]"));
static void crosses_180(struct play *p)
{
    zoneplay_fix(p, 0, 0.0, 178.9);
    zoneplay_fix(p, 10, 0.0, 179.1);
    zoneplay_fix(p, 60, 0.0, -179.9);
    zoneplay_fix(p, 70, 0.0, -179.1);
    zoneplay_fix(p, 80, 0.0, -178.9);
    zoneplay_fix(p, 90, 0.0, -178.8);
}

/* Inner in outer; the right one touches the outer's edge. */
static const char nested[] =
    COLLECTION(AREA("outer", "[[126,35],[128,35],[128,37],[126,37],[126,35]]") "," AREA(
        "inner", "[[126.5,35.5],[127.5,35.5],[127.5,36.5],[126.5,36.5],[126.5,35."
                 "5]]") "," AREA("right", "[[128,35],[129,35],[129,37],[128,37],["
                                          "128,35]]"));
static void goes_through_all(struct play *p)
{
    for (int i = 0; i <= 16; i++)
        zoneplay_fix(p, 10 * i, 36.0, 125.75 + 0.25 * i);
}

/* The zones have an edge in common; the eastern zone is drawn first. */
static const char neighbours[] =
    COLLECTION(AREA("right", "[[128,35],[129,35],[129,37],[128,37],[128,35]]") "," AREA(
        "left", "[[127,35],[128,35],[128,37],[127,37],[127,35]]"));
static void crosses_the_edge(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 127.5);
    zoneplay_fix(p, 10, 36.0, 127.9);
    zoneplay_fix(p, 20, 36.0, 128.1);
}
/* A place on the edge is inside both zones. */
static void moors_on_the_edge(struct play *p)
{
    for (int i = 0; i < 5; i++)
        zoneplay_fix(p, 10 * i, 36.0, 128.0);
    zoneplay_fix(p, 60, 36.0, 128.1);
}

static void test_shapes(void **state)
{
    zoneplay_check(zoneplay_box, lies, "enter box 0 present; ");
    zoneplay_check(neighbours, crosses_the_edge,
                   "enter left 0 present; exit left 15 since 0; enter right 15; ");
    zoneplay_check(neighbours, moors_on_the_edge,
                   "enter right 0 present; enter left 0 present; exit left 40 since 0; ");
    zoneplay_check(pacific, crosses_180, "enter pacific 5; exit pacific 75 since 5; ");
    zoneplay_check(
        nested, goes_through_all,
        "enter outer 10; enter inner 30; exit inner 70 since 30; exit outer 90 since "
        "10; enter right 90; exit right 130 since 90; ");
}

/* --- any path at all --- */

struct checker {
    bool is_inside[8];
    int64_t since_ms[8], last_ms[8];
    uint64_t events;
};

static int alternates(void *context, const struct zone_event *e)
{
    struct checker *c = context;
    c->events++;
    if (e->what == ZONE_CROSSED)
        return 0;
    if (e->what != ZONE_LOST)
        assert_true(e->time_ms >= c->last_ms[e->zone]);
    assert_int_equal(c->is_inside[e->zone], e->what != ZONE_ENTERED);
    if (e->what == ZONE_ENTERED)
        c->since_ms[e->zone] = e->time_ms;
    assert_true(e->since_ms == c->since_ms[e->zone]);
    if (e->what == ZONE_LOST)
        return 0;
    c->last_ms[e->zone] = e->time_ms;
    c->is_inside[e->zone] = e->what == ZONE_ENTERED;
    return 0;
}

/* Random walks with some long leaps, saved and loaded at any time: enter and exit
 * alternate, and times do not go back. */
static void test_random_walks(void **state)
{
    struct test_random r = {.state = 20240326};
    print_message("# seed %llu\n", (unsigned long long)r.state);
    struct zone_set *sets[] = {test_zone_set(nested), test_zone_set(u_shape),
                               test_zone_set(pacific), test_zone_set(tall)};
    static const double home[][2] = {{36, 127}, {36, 126.5}, {0, 180}, {42, 126.5}};
    uint64_t events = 0;
    for (int walk = 0; walk < 400; walk++) {
        size_t k = test_random_below(&r, 4);
        struct play p = {
            .zones = sets[k], .limits = zone_state_limits_default(), .sog_kn = -1};
        struct checker c = {0};
        const struct zone_event_sink sink = {alternates, &c};
        double lat = home[k][0], lon = home[k][1];
        int64_t now_ms = 0;
        static const double steps[] = {0.0002, 0.004, 0.5};
        double step = steps[test_random_below(&r, 3)];
        for (int i = 0; i < 8; i++)
            c.last_ms[i] = INT64_MIN;
        zone_state_init(&p.w);
        for (int i = 0; i < 200; i++) {
            now_ms += (int64_t)(1 + test_random_below(&r, 200)) * MINUTE_MS;
            assert_int_equal(zone_state_time(&p.w, &p.limits, now_ms, 0, &sink), 0);
            lat += step * ((double)test_random_below(&r, 2001) / 1000 - 1);
            lon += step * ((double)test_random_below(&r, 2001) / 1000 - 1);
            if (test_random_below(&r, 10) == 0) {
                lat = home[k][0] + (double)test_random_below(&r, 3) - 1;
                lon = home[k][1] + (double)test_random_below(&r, 5) * 0.5 - 1;
            }
            if (test_random_below(&r, 40) == 0)
                lat = -lat - 20;
            lat = lat > 80 ? 80 : lat < -80 ? -80 : lat;
            struct track_fix f = {.time_ms = ++now_ms, .pos = test_pos(lat, lon)};
            f.has = test_random_below(&r, 4) != 0 ? FIX_SOG : 0;
            f.sog_dkn = (uint16_t)test_random_below(&r, 8);
            assert_int_equal(zone_watch_fix(&p.w, p.zones, &p.limits, &f, &sink), 0);
            if (test_random_below(&r, 5) == 0)
                zoneplay_reload(&p, p.zones);
        }
        events += c.events;
        zone_state_finish(&p.w);
    }
    assert_true(events > 5000);
    for (size_t k = 0; k < 4; k++)
        zone_set_destroy(sets[k]);
}

TEST_MAIN(NULL, NULL, TEST(test_entering_and_leaving), TEST(test_first_heard_inside),
          TEST(test_between_fixes), TEST(test_between_fixes_while_unsure),
          TEST(test_leaps), TEST(test_lost), TEST(test_shapes), TEST(test_random_walks))
