/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds are late, and clocks are set: what a feed hears late makes no ship silent, and
 * time that a clock leaves out is no silence. */
#include <stdio.h>

#include "lib/enginerun.h"
#include "lookout/base/time.h"

static const char yaml[] =
    "site: test\n"
    "zones: [zones.geojson]\n"
    "rules:\n"
    "  - {id: gap, when: gap, after: 6h}\n"
    "  - {id: box, when: zone, zones: [box], events: [enter, exit, lost]}\n";
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[124,35],[126,"
    "35],[126,37],[124,37],[124,35]]]}}]}";

enum { SHIP = 440000001, OTHER = 440000002, FAST = 0, SLOW = 1 };

/* Gives a report of that ship for `minute`, after which the engine's time is `now`. */
static void hear(struct enginerun *r, uint32_t mmsi, uint16_t source, double minute,
                 double now)
{
    struct report report = enginerun_position(mmsi, minute, 30, 120, 10, 90);
    report.pos.lon_e7 += (int32_t)(minute * 20000); /* about 6 kn */
    report.source = source;
    enginerun_tick(r, now);
    enginerun_send(r, &report);
}

/* The feed's clock is seven hours behind (local time sent as UTC): its ships are heard
 * all the time, for a day. */
static void test_a_clock_behind(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    for (int minute = 0; minute <= 24 * 60; minute += 10) {
        hear(&r, OTHER, FAST, minute, minute);
        hear(&r, SHIP, SLOW, minute - 420, minute);
        hear(&r, OTHER + 1, SLOW, minute - 420, minute);
    }
    assert_told_by(&r, "");
    /* Two ships fall silent: each is told after six hours of its feed's own clock. */
    for (int minute = 24 * 60 + 10; minute <= 30 * 60; minute += 10) {
        enginerun_tick(&r, minute - 1);
        assert_told_by(&r, "");
        hear(&r, OTHER + 1, SLOW, minute - 420, minute);
    }
    enginerun_tick(&r, 30 * 60 + 5);
    assert_told_by(&r,
                   "gap gap.started 440000002 1800; gap gap.started 440000001 1380; ");
    enginerun_finish(&r);
}

/* The feed is three hours late, and a zone is lost after one hour: also over restarts. */
static void test_a_late_feed_in_a_zone(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    for (int minute = 0; minute <= 600; minute += 10) {
        struct report report =
            enginerun_position(SHIP, minute, 36, 123.8 + minute * 0.004, 10, 90);
        report.source = SLOW;
        enginerun_tick(&r, minute + 180);
        enginerun_send(&r, &report);
        if (minute % 50 == 0)
            enginerun_restart(&r, yaml, zones);
    }
    assert_told_by(&r, "box zone.entered 440000001 50; box zone.exited 440000001 550; ");
    enginerun_finish(&r);
}

/* A fast feed hears the ship for the last time at 0, a slow one, three hours late,
 * until 5 h: on the slow feed's clock the silence is not full before 11 h, which is 14
 * h here. */
static void test_two_feeds(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    hear(&r, SHIP, SLOW, -180, -1);
    hear(&r, SHIP, FAST, 0, 0);
    for (int minute = 10; minute <= 8 * 60; minute += 10) {
        hear(&r, OTHER, FAST, minute, minute);
        hear(&r, minute - 180 <= 300 ? SHIP : OTHER + 1, SLOW, minute - 180, minute);
    }
    assert_told_by(&r, "");
    for (int minute = 8 * 60; minute < 14 * 60; minute += 10) {
        hear(&r, OTHER, FAST, minute, minute);
        hear(&r, OTHER + 1, SLOW, minute - 180, minute);
    }
    assert_told_by(&r, "");
    hear(&r, OTHER, FAST, 14 * 60 + 1, 14 * 60 + 1);
    hear(&r, OTHER + 1, SLOW, 11 * 60 + 1, 14 * 60 + 1);
    enginerun_tick(&r, 14 * 60 + 6);
    assert_told_by(&r, "gap gap.started 440000001 660; ");
    enginerun_finish(&r);
}

/* The slow feed brings only copies of the ship's reports: it hears the ship all the
 * same. When the slow feed falls silent, the engine does not wait for it. */
static void test_copies(void **state)
{
    for (int is_silent = 0; is_silent < 2; is_silent++) {
        struct enginerun r;
        enginerun_init(&r, yaml, zones);
        hear(&r, SHIP, FAST, 0, 0);
        enginerun_tick(&r, 180);
        engine_clock_note_copy(r.engine, SHIP, SLOW, ENGINERUN_DAY0);
        silence_set_source(r.engine, SLOW, is_silent != 0);
        enginerun_tick(&r, 6 * 60 + 1);
        assert_told_by(&r, is_silent ? "gap gap.started 440000001 360; " : "");
        hear(&r, OTHER, SLOW, 6 * 60, 9 * 60);
        enginerun_tick(&r, 9 * 60 + 6);
        assert_told_by(&r, is_silent ? "" : "gap gap.started 440000001 360; ");
        enginerun_finish(&r);
    }
}

/* A report from within a told gap ends nothing; the next one does, and the gap is never
 * shorter than `after`. */
static void test_a_gap_is_no_shorter(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    hear(&r, SHIP, FAST, 0, 0);
    enginerun_tick(&r, 6 * 60);
    assert_told_by(&r, "gap gap.started 440000001 360; ");
    enginerun_restart(&r, yaml, zones);
    hear(&r, SHIP, FAST, 300, 7 * 60);
    assert_told_by(&r, "");
    hear(&r, SHIP, FAST, 430, 430);
    assert_told_by(&r, "gap gap.ended 440000001 430; ");
    assert_string_equal(enginerun_member(&r, "data.gap.hours"), "7.17");
    enginerun_finish(&r);
}

static void step(struct enginerun *r, double from, double to)
{
    assert_int_equal(engine_clock_step(r->engine,
                                       ENGINERUN_DAY0 + (int64_t)(from * MINUTE_MS),
                                       ENGINERUN_DAY0 + (int64_t)(to * MINUTE_MS)),
                     0);
}

/* A ship sails through the box, with the arrival times of a clock that is set at minute
 * 100 by `jump` minutes, and back at minute 200. */
static void sail_through_steps(struct enginerun *r, int jump, bool is_restarted)
{
    for (int minute = 0; minute <= 600; minute += 5) {
        int ahead = minute > 100 && minute <= 200 ? jump : 0;
        if (minute == 105)
            step(r, 100, 100 + jump);
        if (minute == 205)
            step(r, 200 + jump, 200);
        if (is_restarted && (minute == 105 || minute == 205 || minute == 150))
            enginerun_restart(r, yaml, zones);
        struct report report =
            enginerun_position(SHIP, minute + ahead, 36, 123.8 + minute * 0.004, 10, 90);
        enginerun_send(r, &report);
    }
}

/* Known ships continue: the clock goes from nine hours back to two days ahead, and back
 * again. A silence of another ship that would be due in the omitted time is not told. */
static void test_steps(void **state)
{
    static const struct {
        int jump;
        const char *told; /* the other ship: six hours of time that passed */
    } rows[] = {
        {-540, "-80"}, /* last heard at 0, which was cut to -440 */
        {-2, "360"},   {30, "360"}, {540, "360"}, {2880, "360"},
    };
    char told[160];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int restarts = 0; restarts < 2; restarts++) {
            struct enginerun r;
            enginerun_init(&r, yaml, zones);
            hear(&r, OTHER, FAST, 0, 0);
            sail_through_steps(&r, rows[i].jump, restarts != 0);
            print_message("a step of %d min\n", rows[i].jump);
            snprintf(told, sizeof told,
                     "box zone.entered 440000001 50; gap gap.started 440000002 %s; "
                     "box zone.exited 440000001 550; ",
                     rows[i].told);
            assert_told_by(&r, told);
            /* And the ship itself, on the present clock. */
            enginerun_tick(&r, 600 + 360 - 1);
            assert_told_by(&r, "");
            enginerun_tick(&r, 600 + 360);
            assert_told_by(&r, "gap gap.started 440000001 960; ");
            enginerun_finish(&r);
        }
    }
}

TEST_MAIN(NULL, NULL, TEST(test_a_clock_behind), TEST(test_a_late_feed_in_a_zone),
          TEST(test_two_feeds), TEST(test_copies), TEST(test_a_gap_is_no_shorter),
          TEST(test_steps))
