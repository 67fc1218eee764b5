/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/track/track.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

#define DAY0 INT64_C(1700000000000)

/* A vessel's tracks, and the fate of the last fix. */
struct gate {
    struct tracks tracks;
    struct track_conf conf;
    enum track_verdict verdict;
    struct track *track;
    uint32_t gone;
};

static void gate_begin(struct gate *g)
{
    tracks_init(&g->tracks);
    g->conf = tracks_conf_default();
}

static struct geo_pos at(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

static struct track_fix fix_at(double minute, struct geo_pos pos, double sog_kn)
{
    struct track_fix f = {.time_ms = DAY0 + (int64_t)(minute * 60000.0), .pos = pos};
    if (sog_kn >= 0) {
        f.sog_dkn = (uint16_t)(sog_kn * 10.0 + 0.5);
        f.has = FIX_SOG;
    }
    return f;
}

static enum track_verdict add_fix(struct gate *g, struct track_fix f)
{
    assert_int_equal(
        tracks_add(&g->tracks, &g->conf, &f, &g->verdict, &g->track, &g->gone), 0);
    return g->verdict;
}

static enum track_verdict add(struct gate *g, double minute, struct geo_pos pos)
{
    return add_fix(g, fix_at(minute, pos, -1));
}

#define HOME at(37.0, 125.0)

/* --- the gate --- */

/* Makes a settled track at HOME, last heard at minute 0. */
static void settle(struct gate *g, double sog_kn)
{
    gate_begin(g);
    for (int i = 10; i >= 0; i--)
        assert_int_equal(add_fix(g, fix_at(-i, HOME, sog_kn)), TRACK_ACCEPTED);
    assert_int_equal(g->tracks.count, 1);
}

/* The bound is 25 kn x (dt + 0.25 h). One fix is a metre below it, one 100 m beyond
 * (0.1 % of the sphere's radius does not matter: the same sphere measures). */
static void test_reach_just_below_and_above(void **state)
{
    static const double minutes[] = {1, 60, 24 * 60, 29 * 24 * 60};
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        double reach_m = 25.0 * (minutes[i] / 60.0 + 0.25) * NM_M;
        if (reach_m > 19e6) /* farther than any two places */
            continue;
        struct gate g;
        settle(&g, 0);
        assert_int_equal(add(&g, minutes[i], geo_destination(HOME, 90, reach_m - 1)),
                         TRACK_ACCEPTED);
        tracks_finish(&g.tracks);
        settle(&g, 0);
        assert_int_equal(add(&g, minutes[i], geo_destination(HOME, 90, reach_m + 100)),
                         TRACK_PENDING);
        tracks_finish(&g.tracks);
    }
}

/* A ferry whose 99th percentile is 38 kn is believed at 45.6 kn; one of 48 kn at 50. */
static void test_fast_ships(void **state)
{
    static const struct {
        double sog_kn, believed_kn;
    } cases[] = {{10, 25},   {20, 25}, {21, 25.2}, {38, 45.6},
                 {41, 49.2}, {42, 50}, {90, 50}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gate g;
        settle(&g, cases[i].sog_kn);
        assert_near(tracks_believed_kn(g.track, &g.conf), cases[i].believed_kn, 1e-9);
        double reach_m = cases[i].believed_kn * 1.25 * NM_M;
        add(&g, 60, geo_destination(HOME, 180, reach_m + 100));
        assert_int_equal(g.verdict, TRACK_PENDING);
        tracks_finish(&g.tracks);
        settle(&g, cases[i].sog_kn);
        add(&g, 60, geo_destination(HOME, 180, reach_m - 1));
        assert_int_equal(g.verdict, TRACK_ACCEPTED);
        tracks_finish(&g.tracks);
    }
}

/* 99 of 100 fixes are at 10 kn. One at 45 kn lies beyond the 99th percentile; with two,
 * it does not. Time at the berth says nothing about a ship's speed. */
static void test_percentile(void **state)
{
    struct gate g;
    gate_begin(&g);
    for (int i = 0; i < 300; i++)
        add_fix(&g, fix_at(i, HOME, i % 100 == 50 ? 45 : 10));
    assert_near(tracks_believed_kn(g.track, &g.conf), 25, 1e-9);
    for (int i = 300; i < 302; i++) /* 5 of 302 are 1.7 % */
        add_fix(&g, fix_at(i, HOME, 45));
    assert_near(tracks_believed_kn(g.track, &g.conf), 50, 1e-9);
    for (int i = 310; i < 5000; i++)
        add_fix(&g, fix_at(i, HOME, 0.4));
    assert_near(tracks_believed_kn(g.track, &g.conf), 50, 1e-9);
    tracks_finish(&g.tracks);
}

static void test_histogram_halves(void **state)
{
    struct gate g;
    gate_begin(&g);
    for (int i = 0; i < 70000; i++)
        add_fix(&g, fix_at(i / 60.0, HOME, 12));
    assert_int_equal(g.track->speeds[12], 65535 / 2 + 70000 - 65535);
    assert_near(tracks_believed_kn(g.track, &g.conf), 25, 1e-9);
    tracks_finish(&g.tracks);
}

static void test_anything_after_30_days(void **state)
{
    struct gate g;
    settle(&g, 0);
    assert_int_equal(add(&g, 30 * 24 * 60 + 1, at(-37, -55)), TRACK_ACCEPTED);
    tracks_finish(&g.tracks);
}

/* Type 27 gives 0.1 minute: 185 m of latitude more. */
static void test_coarse_tolerance(void **state)
{
    double reach_m = 25.0 * 1.25 * NM_M;
    struct gate g;
    settle(&g, 0);
    struct track_fix f = fix_at(60, geo_destination(HOME, 0, reach_m + 180), -1);
    f.has |= FIX_COARSE;
    assert_int_equal(add_fix(&g, f), TRACK_ACCEPTED);
    tracks_finish(&g.tracks);
    settle(&g, 0);
    f.pos = geo_destination(HOME, 0, reach_m + 300);
    assert_int_equal(add_fix(&g, f), TRACK_PENDING);
    tracks_finish(&g.tracks);
}

static void test_across_the_antimeridian(void **state)
{
    struct gate g;
    gate_begin(&g);
    add(&g, 0, at(52, 179.95));
    assert_int_equal(add(&g, 30, at(52, -179.95)), TRACK_ACCEPTED);
    tracks_finish(&g.tracks);
}

/* --- several tracks --- */

static void test_first_fix(void **state)
{
    struct gate g;
    gate_begin(&g);
    assert_null(tracks_current(&g.tracks));
    assert_int_equal(add(&g, 0, HOME), TRACK_ACCEPTED);
    assert_int_equal(g.track->id, 1);
    assert_int_equal(g.track->fixes, 1);
    assert_true(g.track->is_confirmed);
    assert_ptr_equal(tracks_current(&g.tracks), g.track);
    tracks_finish(&g.tracks);
}

static void test_ten_bad_fixes_claim_nothing(void **state)
{
    struct gate g;
    settle(&g, 0);
    for (int i = 1; i <= 10; i++) { /* all over the world, with good ones between */
        assert_int_equal(add(&g, i, at(-60 + 12 * i, -100 + 25 * i)), TRACK_PENDING);
        assert_int_equal(g.track->is_confirmed, false);
        assert_int_equal(add(&g, i + 0.5, HOME), TRACK_ACCEPTED);
        assert_int_equal(g.track->id, 1);
    }
    for (int i = 1; i <= 10; i++) /* ten in one place, in ten minutes */
        assert_int_equal(add(&g, 20 + i, at(10, 10)), TRACK_PENDING);
    assert_int_equal(add(&g, 40, HOME), TRACK_ACCEPTED);
    assert_int_equal(tracks_current(&g.tracks)->id, 1);
    assert_true(g.tracks.count <= TRACKS_MAX);
    tracks_finish(&g.tracks);
}

/* Needed are 3 fixes and 30 min: exactly so many, and each just missed. */
static void test_second_track_is_confirmed(void **state)
{
    struct gate g;
    settle(&g, 0);
    assert_int_equal(add(&g, 1, at(10, 10)), TRACK_PENDING);
    assert_int_equal(add(&g, 16, at(10, 10)), TRACK_PENDING);
    assert_int_equal(add(&g, 30.99, at(10, 10)), TRACK_PENDING); /* 29.99 min */
    assert_int_equal(add(&g, 31, at(10, 10)), TRACK_CONFIRMED);
    assert_int_equal(g.track->id, 2);
    assert_int_equal(add(&g, 32, at(10, 10)), TRACK_ACCEPTED);
    assert_int_equal(tracks_current(&g.tracks)->id, 2);
    tracks_finish(&g.tracks);
    settle(&g, 0);
    assert_int_equal(add(&g, 1, at(10, 10)), TRACK_PENDING);
    assert_int_equal(add(&g, 100, at(10, 10)), TRACK_PENDING); /* two fixes only */
    assert_int_equal(add(&g, 101, at(10, 10)), TRACK_CONFIRMED);
    tracks_finish(&g.tracks);
}

static void test_alternating_tracks_stay_separate(void **state)
{
    struct gate g;
    settle(&g, 0);
    uint32_t ids[2] = {1, 2};
    for (int i = 1; i < 400; i++) {
        bool is_second = i % 2 == 1;
        double lon = is_second ? 10 + i * 0.001 : 125 + i * 0.001;
        add(&g, i, at(is_second ? 10 : 37, lon));
        assert_int_equal(g.track->id, ids[is_second]);
        assert_int_equal(g.gone, 0);
    }
    assert_int_equal(g.tracks.count, 2);
    assert_true(g.tracks.items[0]->is_confirmed && g.tracks.items[1]->is_confirmed);
    tracks_finish(&g.tracks);
}

/* Two confirmed ships are within reach of each other: each fix goes to the track that
 * expected it. */
static void test_near_tracks_by_dead_reckoning(void **state)
{
    struct gate g;
    settle(&g, 0);
    struct geo_pos far = geo_destination(HOME, 90, 60000);
    for (int i = 1; i <= 40; i++) {
        add(&g, i, far);
        add(&g, i + 0.5, HOME);
    }
    assert_int_equal(g.tracks.count, 2);
    for (int i = 1; i <= 150; i++) { /* the second sails up to 5 km from the first */
        double left_m = 60000 - i * (55000 / 150.0);
        add(&g, 41 + i, geo_destination(HOME, 90, left_m));
        assert_int_equal(g.track->id, 2);
        add(&g, 41.5 + i, HOME);
        assert_int_equal(g.track->id, 1);
    }
    tracks_finish(&g.tracks);
}

static void test_lone_first_fix_is_replaced(void **state)
{
    struct gate g;
    gate_begin(&g);
    add(&g, 0, at(10, 10)); /* a glitch */
    assert_int_equal(add(&g, 1, HOME), TRACK_REPLACED);
    assert_int_equal(g.track->id, 2);
    assert_int_equal(g.gone, 1);
    assert_int_equal(add(&g, 2, HOME), TRACK_ACCEPTED);
    assert_int_equal(add(&g, 3, at(10, 10)), TRACK_PENDING); /* not a lone fix any more */
    tracks_finish(&g.tracks);
}

/* Two ships alternate from the first fix on: one of them is believed at once, the other
 * after 3 fixes and 30 min, and the choice does not flip any more. */
static void test_alternating_from_the_start(void **state)
{
    struct gate g;
    gate_begin(&g);
    int replaced = 0, confirmed = 0;
    for (int i = 0; i < 100; i++) {
        add(&g, i, i % 2 == 0 ? HOME : at(10, 10));
        replaced += g.verdict == TRACK_REPLACED;
        confirmed += g.verdict == TRACK_CONFIRMED;
        assert_int_equal(g.track->id, 1 + i % 2);
        if (i >= 32)
            assert_int_equal(g.verdict, TRACK_ACCEPTED);
    }
    assert_int_equal(replaced, 2);
    assert_int_equal(confirmed, 1);
    tracks_finish(&g.tracks);
}

/* A jump from a lone first fix is held. Then a far fix replaces that first fix, so
 * there is no track left for which to hold. Fixes that follow the jump make a track of
 * their own, by the usual rule. */
static void test_held_for_a_track_that_was_replaced(void **state)
{
    struct gate g;
    gate_begin(&g);
    struct geo_pos near = geo_destination(HOME, 90, 5000);
    assert_int_equal(add_fix(&g, fix_at(0, HOME, 0)), TRACK_ACCEPTED);
    assert_int_equal(add_fix(&g, fix_at(1, near, 0)), TRACK_PENDING);
    assert_int_equal(add_fix(&g, fix_at(2, at(10, 10), 0)), TRACK_REPLACED);
    int confirmed = 0;
    for (int minute = 3; minute <= 60; minute++) {
        enum track_verdict verdict = add_fix(&g, fix_at(minute, near, 0));
        confirmed += verdict == TRACK_CONFIRMED;
        assert_int_equal(verdict, minute <= 31   ? TRACK_PENDING
                                  : minute == 32 ? TRACK_CONFIRMED
                                                 : TRACK_ACCEPTED);
    }
    assert_int_equal(confirmed, 1);
    tracks_finish(&g.tracks);
}

/* The fix is not newer than the vessel's last one, whichever track it would belong to. */
static void test_old_fixes(void **state)
{
    struct gate g;
    settle(&g, 0);
    assert_int_equal(add(&g, 0, HOME), TRACK_OLD);
    assert_int_equal(add(&g, -5, HOME), TRACK_OLD);
    assert_null(g.track);
    add(&g, 10, at(10, 10));
    assert_int_equal(add(&g, 9, HOME), TRACK_OLD);
    assert_int_equal(add(&g, 10, HOME), TRACK_OLD);
    assert_int_equal(add(&g, 10.1, HOME), TRACK_ACCEPTED);
    tracks_finish(&g.tracks);
}

static void test_eviction(void **state)
{
    struct gate g;
    settle(&g, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(add(&g, 1 + i, at(-50, -150 + 100 * i)), TRACK_PENDING);
    assert_int_equal(g.tracks.count, TRACKS_MAX);
    assert_int_equal(add(&g, 5, at(60, 0)), TRACK_PENDING);
    assert_int_equal(g.gone, 2); /* the oldest unconfirmed, not the first */
    assert_int_equal(g.tracks.count, TRACKS_MAX);
    assert_int_equal(g.tracks.items[0]->id, 1);
    tracks_finish(&g.tracks);
}

static void test_stale_tracks_are_forgotten(void **state)
{
    struct gate g;
    settle(&g, 0);
    add(&g, 1, at(10, 10)); /* one bad fix; the ship is heard every minute */
    add(&g, 61, HOME);
    assert_int_equal(g.tracks.count, 2);
    add(&g, 61.1, HOME);
    assert_int_equal(g.tracks.count, 1);
    assert_int_equal(g.gone, 2);
    tracks_finish(&g.tracks);
    gate_begin(&g);
    for (int i = 10; i >= 0; i--) /* once an hour: ten hours */
        assert_int_equal(add(&g, -60 * i, HOME), TRACK_ACCEPTED);
    add(&g, 1, at(10, 10));
    add(&g, 601, HOME);
    assert_int_equal(g.tracks.count, 2);
    add(&g, 601.1, HOME);
    assert_int_equal(g.gone, 2);
    tracks_finish(&g.tracks);
    settle(&g, 0);
    for (int i = 1; i <= 7 * 24 * 6; i++) { /* confirmed ones: after 7 days of silence */
        add(&g, i * 10, at(10, 10));
        assert_int_equal(g.tracks.count, 2);
    }
    add(&g, 7 * 24 * 60 + 1, at(10, 10));
    assert_int_equal(g.gone, 1);
    assert_int_equal(g.tracks.count, 1);
    tracks_finish(&g.tracks);
}

/* --- fixes --- */

static void test_fix_from_report(void **state)
{
    struct report r = {.time_ms = DAY0, .has = HAS_POSITION | HAS_SOG, .pos = HOME};
    static const struct {
        uint16_t sog_dkn;
        bool is_kept;
    } speeds[] = {{0, true},    {511, true}, {512, false}, {513, true},  {629, true},
                  {630, false}, {631, true}, {1022, true}, {1023, false}};
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        struct track_fix f;
        r.sog_dkn = speeds[i].sog_dkn;
        assert_true(tracks_fix_from_report(&r, &f));
        assert_int_equal((f.has & FIX_SOG) != 0, speeds[i].is_kept);
    }
    struct track_fix f;
    r.pos = (struct geo_pos){0, 0};
    assert_false(tracks_fix_from_report(&r, &f));
    struct gate g;
    settle(&g, 0);
    f.time_ms = DAY0 + 1000; /* and no fix is drawn there */
    assert_int_equal(add_fix(&g, f), TRACK_PENDING);
    assert_null(g.track);
    assert_int_equal(g.tracks.count, 1);
    tracks_finish(&g.tracks);
    r.pos = (struct geo_pos){0, 1};
    assert_true(tracks_fix_from_report(&r, &f));
    r.has = HAS_SOG;
    assert_false(tracks_fix_from_report(&r, &f));
    r.has = HAS_POSITION | HAS_COG | HAS_HEADING | HAS_NAV_STATUS;
    r.cog_ddeg = 3599;
    r.heading_deg = 359;
    r.nav_status = 5;
    r.is_coarse = true;
    r.source = 3;
    assert_true(tracks_fix_from_report(&r, &f));
    assert_int_equal(f.has, FIX_COG | FIX_HEADING | FIX_NAV_STATUS | FIX_COARSE);
    assert_int_equal(f.cog_ddeg, 3599);
    assert_int_equal(f.heading_deg, 359);
    assert_int_equal(f.nav_status, 5);
    assert_int_equal(f.source, 3);
}

/* A minute of latitude in 6 minutes is 10 kn (1,852 m on the mean sphere: 1,853.2 m). */
static void test_speed(void **state)
{
    struct track_fix a = fix_at(0, at(37, 125), -1),
                     b = fix_at(6, at(37.0 + 1 / 60.0, 125), -1);
    assert_near(tracks_speed_kn(&a, &b), 10.0, 0.01);
    b.has = FIX_COARSE; /* 0.1 of that minute may be rounding */
    assert_near(tracks_speed_kn(&a, &b), 9.0, 0.01);
    b.has = FIX_SOG;
    b.sog_dkn = 33;
    assert_near(tracks_speed_kn(&a, &b), 3.3, 1e-9);
    assert_near(tracks_speed_kn(NULL, &b), 3.3, 1e-9);
    assert_near(tracks_speed_kn(NULL, &a), -1, 0);
    assert_near(tracks_speed_kn(&a, &a), -1, 0);
}

TEST_MAIN(NULL, NULL, TEST(test_reach_just_below_and_above), TEST(test_fast_ships),
          TEST(test_percentile), TEST(test_histogram_halves),
          TEST(test_anything_after_30_days), TEST(test_coarse_tolerance),
          TEST(test_across_the_antimeridian), TEST(test_first_fix),
          TEST(test_ten_bad_fixes_claim_nothing), TEST(test_second_track_is_confirmed),
          TEST(test_alternating_tracks_stay_separate),
          TEST(test_near_tracks_by_dead_reckoning), TEST(test_lone_first_fix_is_replaced),
          TEST(test_alternating_from_the_start),
          TEST(test_held_for_a_track_that_was_replaced), TEST(test_old_fixes),
          TEST(test_eviction), TEST(test_stale_tracks_are_forgotten),
          TEST(test_fix_from_report), TEST(test_speed))
