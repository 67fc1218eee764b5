/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the coverage that other ships show, the place where a silent ship
 * would be, and the usual time between fixes. The numbers follow from the contract: 3
 * ships and more, 3 hours on. */
#include "lookout/detect/coverage.h"

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static void test_judging(void **state)
{
    static const struct {
        uint32_t near, ahead;
        bool is_under_way;
        enum coverage wanted;
    } rows[] = {
        {0, 0, true, COVERAGE_NONE}, {0, 9, true, COVERAGE_NONE},
        {1, 9, true, COVERAGE_POOR}, {2, 3, false, COVERAGE_POOR},
        {3, 2, true, COVERAGE_EDGE}, {3, 3, true, COVERAGE_GOOD},
        {9, 0, true, COVERAGE_EDGE}, {3, 0, false, COVERAGE_GOOD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            coverage_judge(rows[i].near, rows[i].is_under_way, rows[i].ahead),
            rows[i].wanted);
    assert_string_equal(coverage_names[COVERAGE_NONE], "none");
    assert_string_equal(coverage_names[COVERAGE_POOR], "poor");
    assert_string_equal(coverage_names[COVERAGE_EDGE], "edge");
    assert_string_equal(coverage_names[COVERAGE_GOOD], "good");
}

/* --- a track --- */

static const struct track_fix start = {.pos = {360000000, 1250000000}};

static void add(struct tracks *t, int64_t minutes, double east_nm, struct track_fix fix)
{
    const struct track_conf conf = tracks_conf_default();
    enum track_verdict verdict;
    struct track *track;
    uint32_t gone;
    fix.time_ms = minutes * MINUTE_MS;
    fix.pos = geo_destination(start.pos, 90, east_nm * NM_M);
    assert_int_equal(tracks_add(t, &conf, &fix, &verdict, &track, &gone), 0);
    assert_int_equal(verdict, TRACK_ACCEPTED);
}

static void test_ahead(void **state)
{
    struct tracks t;
    struct geo_pos ahead;
    tracks_init(&t);
    add(&t, 0, 0, start);
    struct track *track = tracks_current(&t);
    assert_false(coverage_ahead(track, &track->last, &ahead)); /* one fix, no speed */
    add(&t, 9, 1.5, start);
    assert_false(coverage_ahead(track, &track->last, &ahead)); /* nine minutes */
    add(&t, 60, 10, start);                                    /* 10 kn over the hour */
    assert_true(coverage_ahead(track, &track->last, &ahead));
    assert_near(geo_distance_m(track->last.pos, ahead) / NM_M, 30, 0.2);
    assert_near(geo_bearing_deg(track->last.pos, ahead), 90, 1);
    /* The ship's own report wins. */
    struct track_fix north = {
        .has = FIX_SOG | FIX_COG, .sog_dkn = 150, .cog_ddeg = 0, .pos = start.pos};
    add(&t, 70, 11.6, north);
    assert_true(coverage_ahead(track, &track->last, &ahead));
    assert_near(geo_distance_m(track->last.pos, ahead) / NM_M, 45, 0.2);
    assert_near(geo_bearing_deg(track->last.pos, ahead), 0, 0.1);
    struct track_fix still = {.has = FIX_SOG, .sog_dkn = 5};
    add(&t, 130, 13, still);
    assert_false(
        coverage_ahead(track, &track->last, &ahead)); /* at rest by its own report */
    tracks_finish(&t);
}

static void test_intervals(void **state)
{
    static const int64_t minutes[] = {0, 10, 20, 30, 32, 300, 310, 320, 330, 340, 1000};
    struct tracks t, again;
    tracks_init(&t);
    add(&t, 0, 0, start);
    const struct track *track = tracks_current(&t);
    assert_int_equal(track_interval_ms(track, 0), 0);
    for (size_t i = 1; i < sizeof minutes / sizeof minutes[0]; i++)
        add(&t, minutes[i], 0, start);
    /* The newest eight of 10 10 10 2 268 10 10 10 10 660; then without the 660. */
    assert_int_equal(track_interval_ms(track, 0), 10 * MINUTE_MS);
    add(&t, 1001, 0, start);
    add(&t, 1002, 0, start);
    add(&t, 1003, 0, start);
    add(&t, 1004, 0, start);
    /* 10 10 10 660 1 1 1 1; 10 10 10 10 660 1 1 of which the middle one is 10 */
    assert_int_equal(track_interval_ms(track, 0), (1 + 10) * MINUTE_MS / 2);
    assert_int_equal(track_interval_ms(track, 1), 10 * MINUTE_MS);
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    struct wire_reader r;
    track_wire_save_all(&t, &w);
    size_t tracks_end = out.length;
    track_wire_save_intervals(&t, &w);
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(track_wire_load_all(&again, &r), 0);
    assert_int_equal(track_interval_ms(tracks_current(&again), 0), 0);
    assert_int_equal(track_wire_load_intervals(&again, &r), 0);
    assert_int_equal(track_interval_ms(tracks_current(&again), 1), 10 * MINUTE_MS);
    for (size_t n = tracks_end + 1; n < out.length; n++) {
        wire_reader_init(&r, (char *)out.data + tracks_end, n - tracks_end);
        assert_int_equal(track_wire_load_intervals(&again, &r), ERR_CORRUPT);
    }
    tracks_finish(&again);
    tracks_finish(&t);
    buf_finish(&out);
}

TEST_MAIN(NULL, NULL, TEST(test_judging), TEST(test_ahead), TEST(test_intervals))
