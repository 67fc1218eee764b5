/* SPDX-License-Identifier: Apache-2.0 */
/* Ships lie at rest beside a boundary or on a gate. Their positions jitter by some
 * metres (GPS, and the antenna of a swinging ship): that is no crossing. When they
 * move, their crossings count. Fixes lie at 36 N by the western edge of the box, as in
 * test_zone_watch.c. */
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lib/zoneplay.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static const char gate[] = COLLECTION(LINE("line", "[[126,35.5],[126,36.5]]"));

/* A ship lies at a quay for a day, with a report each 3 minutes, uniformly within
 * `wide` metres of `middle` metres east of the edge. */
static double lie(struct play *p, double minute, double middle, double wide)
{
    struct test_random r = {.state = 20240327};
    print_message("# seed %llu\n", (unsigned long long)r.state);
    p->sog_kn = 0.1;
    for (int i = 0; i < 480; i++, minute += 3) {
        double off = ((double)test_random_below(&r, 2001) / 1000 - 1) * wide;
        zoneplay_east(p, minute, middle + off);
    }
    return minute;
}

static void lies_outside(struct play *p)
{
    p->sog_kn = 8;
    zoneplay_east(p, 0, -2000);
    zoneplay_east(p, 10, -100);
    p->sog_kn = 0;
    zoneplay_east(p, 15, -5);
    double minute = lie(p, 20, -5, 25);
    p->sog_kn = 8;
    zoneplay_east(p, minute, -100);
    zoneplay_east(p, minute + 10, -2000);
}

/* The way in crosses the edge at a tenth. */
static void lies_inside(struct play *p)
{
    p->sog_kn = 8;
    zoneplay_east(p, 0, -10);
    zoneplay_east(p, 10, 90);
    zoneplay_east(p, 20, 95);
    p->sog_kn = 0;
    zoneplay_east(p, 25, 5);
    double minute = lie(p, 30, 5, 25);
    assert_non_null(zone_state_inside(&p->w, 0));
    assert_int_equal(zone_state_inside(&p->w, 0)->last_inside_ms,
                     (int64_t)((minute - 3) * MINUTE_MS));
    p->sog_kn = 8;
    zoneplay_east(p, minute, 1000);
}

/* The ship was never outside: the first fix is inside, and so is the second. */
static void lies_inside_when_first_heard(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, 5);
    zoneplay_east(p, 3, 6);
    lie(p, 6, 3, 25);
}

static void test_lying_at_an_edge(void **state)
{
    zoneplay_check(zoneplay_box, lies_outside, "");
    zoneplay_check(zoneplay_box, lies_inside, "enter box 1; ");
    zoneplay_check(zoneplay_box, lies_inside_when_first_heard, "enter box 0 present; ");
}

/* The ship comes in under way and is heard at rest 20 m inside: two fixes inside. */
static void berths_inside(struct play *p)
{
    p->sog_kn = 8;
    zoneplay_east(p, 0, -180);
    p->sog_kn = 0;
    zoneplay_east(p, 10, 20); /* nine tenths of the way */
    zoneplay_east(p, 20, 21);
    zoneplay_east(p, 30, -4);
    zoneplay_east(p, 40, -5);
}

/* The ship is at rest inside, then moves 100 m outside and stays there. */
static void shifts_out(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, 10);
    zoneplay_east(p, 10, 10);
    zoneplay_east(p, 20, -90); /* a tenth */
    zoneplay_east(p, 30, -91);
}

/* The ship drifts with the current at 0.3 kn, 93 m in 10 minutes, with a fix each
 * minute: it is over the edge at minute 10, and more than 30 m beyond it at 14. */
static void drifts_in(struct play *p)
{
    p->sog_kn = 0.3;
    for (int i = 0; i <= 20; i++)
        zoneplay_east(p, i, -93 + 9.3 * i);
}

static void drifts_out(struct play *p)
{
    p->sog_kn = 0.3;
    for (int i = 0; i <= 20; i++)
        zoneplay_east(p, i, 93 - 9.3 * i);
}

/* The ship goes from 5 m outside to 20 m inside, crossing 4 fifths of 10 minutes after
 * minute 10, and stays there: for an hour since minute 20 this may be jitter. Then the
 * other way round. */
static void shifts_and_stays(struct play *p, double from, double to, double minutes)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, from);
    zoneplay_east(p, 10, from);
    for (double minute = 20; minute <= minutes; minute += 10)
        zoneplay_east(p, minute, to);
}
static void shifts_in(struct play *p)
{
    shifts_and_stays(p, -5, 20, 70);
    assert_string_equal(buf_text(&p->told), "");
    zoneplay_east(p, 80, 20);
    zoneplay_east(p, 90, 20);
}
static void shifts_out_a_little(struct play *p)
{
    shifts_and_stays(p, 5, -20, 70);
    assert_string_equal(buf_text(&p->told), "enter box 0 present; ");
    zoneplay_east(p, 80, -20);
    zoneplay_east(p, 90, -20);
}

/* The ship is heard only twice on the other side, the second time an hour after the
 * first. */
static void shifts_in_and_is_silent(struct play *p)
{
    shifts_and_stays(p, -5, 20, 30);
    zoneplay_elapse(p, 79.9);
    assert_string_equal(buf_text(&p->told), "");
    zoneplay_elapse(p, 80);
    zoneplay_elapse(p, 200);
}
static void shifts_out_and_is_silent(struct play *p)
{
    shifts_and_stays(p, 5, -20, 30);
    zoneplay_elapse(p, 80);
    zoneplay_elapse(p, 200);
}
static void strays_in_and_is_silent(struct play *p)
{
    shifts_and_stays(p, -5, 20, 20);
    zoneplay_elapse(p, 200);
}

/* When the ship is under way, the second fix on a side decides, however near the edge
 * it is. */
static void shifts_in_and_gets_under_way(struct play *p)
{
    shifts_and_stays(p, -5, 20, 20);
    p->sog_kn = 1;
    zoneplay_east(p, 30, 22);
    zoneplay_east(p, 40, -20);
    zoneplay_east(p, 50, -22);
}
static void shifts_out_and_gets_under_way(struct play *p)
{
    shifts_and_stays(p, 5, -20, 20);
    p->sog_kn = 1;
    zoneplay_east(p, 30, -22);
}

/* Without a speed, the ship is not known to be at rest. */
static void shifts_in_without_speed(struct play *p)
{
    p->sog_kn = -1;
    zoneplay_east(p, 0, -5);
    zoneplay_east(p, 10, -5);
    zoneplay_east(p, 20, 20);
    zoneplay_east(p, 30, 20);
}

/* Two fixes are 40 m inside: more than a ship at rest jitters. */
static void swings_in(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, -10);
    zoneplay_east(p, 10, 40); /* a fifth */
    zoneplay_east(p, 20, 41);
}

/* One fix is 40 m inside, others are beside the edge. */
static void strays_in(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, -10);
    zoneplay_east(p, 10, 40);
    zoneplay_east(p, 20, 5);
    zoneplay_east(p, 30, 6);
    zoneplay_east(p, 40, -6);
}

/* The ship is seen at rest 8 m inside, then goes under way through the whole box, or
 * back out, or into it. The box is 90,163.8 m wide; the way from its edge out to the
 * west has no length. */
static void rests_beside(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_east(p, 0, -5);
    zoneplay_east(p, 10, 8);
    p->sog_kn = 12;
}
static void departs_through(struct play *p)
{
    rests_beside(p);
    zoneplay_fix(p, 110, 36.0, 127.25);
    zoneplay_fix(p, 120, 36.0, 127.26);
}
/* The ship was seen inside twice before, so it entered, and left when it was seen to: 1
 * degree of 1.25 in 90 min. */
static void lies_and_departs_through(struct play *p)
{
    rests_beside(p);
    p->sog_kn = 0;
    zoneplay_east(p, 20, 8);
    p->sog_kn = 12;
    zoneplay_fix(p, 110, 36.0, 127.25);
    zoneplay_fix(p, 120, 36.0, 127.26);
}
static void departs_outwards(struct play *p)
{
    rests_beside(p);
    zoneplay_east(p, 20, -1000);
    zoneplay_east(p, 30, -2000);
}
static void departs_inwards(struct play *p)
{
    rests_beside(p);
    zoneplay_east(p, 20, 1000);
}

static void test_moving_at_an_edge(void **state)
{
    zoneplay_check(zoneplay_box, berths_inside, "enter box 9; ");
    zoneplay_check(zoneplay_box, shifts_out,
                   "enter box 0 present; exit box 11 since 0; ");
    zoneplay_check(zoneplay_box, drifts_in, "enter box 10; ");
    zoneplay_check(zoneplay_box, drifts_out,
                   "enter box 0 present; exit box 10 since 0; ");
    zoneplay_check(zoneplay_box, shifts_in, "enter box 12; ");
    zoneplay_check(zoneplay_box, shifts_out_a_little,
                   "enter box 0 present; exit box 12 since 0; ");
    zoneplay_check(zoneplay_box, shifts_in_and_is_silent,
                   "enter box 12; lost box 90 since 12 seen 30; ");
    zoneplay_check(zoneplay_box, shifts_out_and_is_silent,
                   "enter box 0 present; exit box 12 since 0; ");
    zoneplay_check(zoneplay_box, strays_in_and_is_silent, "");
    zoneplay_check(zoneplay_box, shifts_in_and_gets_under_way,
                   "enter box 12; exit box 35.2333 since 12; ");
    zoneplay_check(zoneplay_box, shifts_out_and_gets_under_way,
                   "enter box 0 present; exit box 12 since 0; ");
    zoneplay_check(zoneplay_box, shifts_in_without_speed, "enter box 12; ");
    zoneplay_check(zoneplay_box, swings_in, "enter box 2; ");
    zoneplay_check(zoneplay_box, strays_in, "");
    /* 1 degree of 1.25 in 110 min, as if the lone fix were absent */
    zoneplay_check(zoneplay_box, departs_through,
                   "enter box 0 inferred; exit box 88 inferred since 0; ");
    zoneplay_check(zoneplay_box, lies_and_departs_through,
                   "enter box 3.85; exit box 92 since 3.85; ");
    zoneplay_check(zoneplay_box, departs_outwards, "");
    zoneplay_check(zoneplay_box, departs_inwards, "enter box 3.85; ");
}

/* The ship is at rest just outside the corner, with fixes now north, now west of it;
 * then just inside the corner of a hole. */
static void jitters_over_a_corner(struct play *p)
{
    p->sog_kn = 0;
    for (int i = 0; i < 40; i++)
        zoneplay_fix(p, 3 * i, 36.5 + (i % 2 ? 5e-5 : -5e-5),
                     126.0 + (i % 2 ? 7e-5 : -5e-5));
}

static const char holed[] =
    COLLECTION(AREA("box", "[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]],"
                           "[[126.4,35.9],[126.6,35.9],[126.6,36],[126.4,36],[126.4,"
                           "35.9]]"));
static void jitters_over_a_hole(struct play *p)
{
    p->sog_kn = 0;
    zoneplay_fix(p, 0, 36.1, 126.4);
    p->sog_kn = 5;
    zoneplay_fix(p, 60, 35.99995, 126.39990);
    p->sog_kn = 0;
    for (int i = 0; i < 40; i++)
        zoneplay_fix(p, 63 + 3 * i, 36.0 + (i % 2 ? 5e-5 : -5e-5),
                     126.4 + (i % 2 ? 7e-5 : -5e-5));
}

static void test_corners(void **state)
{
    zoneplay_check(zoneplay_box, jitters_over_a_corner, "");
    zoneplay_check(holed, jitters_over_a_hole, "enter box 0 present; ");
}

/* --- gates --- */

static void lies_on_the_gate(struct play *p)
{
    p->sog_kn = 8;
    zoneplay_east(p, 0, -1000);
    p->sog_kn = 0;
    zoneplay_east(p, 5, -10);
    lie(p, 10, 0, 25);
}

static void lies_and_goes_back(struct play *p)
{
    lies_on_the_gate(p);
    p->sog_kn = 8;
    zoneplay_east(p, 1460, -100);
    zoneplay_east(p, 1470, -1000);
}

/* Whatever the ship did meanwhile, it came from the west and went east. The last fix at
 * rest is the last one before which it crossed an odd number of times. */
static void lies_and_goes_on(struct play *p)
{
    p->sog_kn = 8;
    zoneplay_east(p, 0, -1000);
    p->sog_kn = 0;
    zoneplay_east(p, 10, -10);
    zoneplay_east(p, 20, 10); /* minute 15 */
    zoneplay_east(p, 30, -10);
    zoneplay_east(p, 90, 10); /* minute 60 */
    p->sog_kn = 8;
    zoneplay_east(p, 100, 15);
    assert_string_equal(buf_text(&p->told), "");
    zoneplay_east(p, 110, 100);
    zoneplay_east(p, 120, 1000);
}

static void drifts_over_the_gate(struct play *p)
{
    p->sog_kn = 0.3;
    for (int i = 0; i <= 20; i++)
        zoneplay_east(p, i, -93 + 9.3 * i);
}

/* An hour after the first fix beyond it. */
static void lies_beyond_the_gate(struct play *p)
{
    shifts_and_stays(p, -5, 20, 70);
    assert_string_equal(buf_text(&p->told), "");
    zoneplay_east(p, 80, 20);
}

static void test_lying_on_a_gate(void **state)
{
    zoneplay_check(gate, lies_on_the_gate, "");
    zoneplay_check(gate, lies_and_goes_back, "");
    zoneplay_check(gate, lies_and_goes_on, "cross line 60 right; ");
    zoneplay_check(gate, drifts_over_the_gate, "cross line 10 right; ");
    zoneplay_check(gate, lies_beyond_the_gate, "cross line 12 right; ");
}

/* Without the rule: the literal two fixes. */
static void test_switched_off(void **state)
{
    struct zone_set *zones = test_zone_set(zoneplay_box);
    struct play p = {.zones = zones, .limits = zone_state_limits_default()};
    p.limits.zone_rest_m = 0;
    zone_state_init(&p.w);
    zoneplay_east(&p, 0, -10);
    zoneplay_east(&p, 10, 10);
    zoneplay_east(&p, 20, 10);
    zoneplay_east(&p, 30, -10);
    zoneplay_east(&p, 40, -10);
    assert_string_equal(buf_text(&p.told), "enter box 5; exit box 25 since 5; ");
    zone_state_finish(&p.w);
    buf_finish(&p.told);
    zone_set_destroy(zones);
}

TEST_MAIN(NULL, NULL, TEST(test_lying_at_an_edge), TEST(test_moving_at_an_edge),
          TEST(test_corners), TEST(test_lying_on_a_gate), TEST(test_switched_off))
