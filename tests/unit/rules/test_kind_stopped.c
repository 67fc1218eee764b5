/* SPDX-License-Identifier: Apache-2.0 */
/* Ships at rest outside every port: reloads, silent feeds, days of silence, and the ships
 * that the rule covers. tests/scenario/stopped.scn tests the rest. The open Pacific at 36
 * N 170 W; minutes count from the first fix. */
#include <math.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"

#define A 440000001u
#define B 440000002u
#define AREA(id, west, east)                                                             \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" west ",35],[" east      \
    ",35],[" east ",37],[" west ",37],[" west ",35]]]}}"
static const char one_zone[] =
    "{\"type\":\"FeatureCollection\",\"features\":[" AREA("far", "-100", "-99") "]}";
static const char two_zones[] = "{\"type\":\"FeatureCollection\",\"features\":[" AREA(
    "all", "-171", "-169") "," AREA("far", "-100", "-99") "]}";

static const char yaml[] = "site: test\nzones: [zones.geojson]\nrules:\n"
                           "  - {id: lay, when: stopped, for: 6h}\n";

/* A fix every ten minutes at 36 N 170 W. */
static void lie(struct enginerun *r, double from, double to)
{
    enginerun_lie(r, A, from, to, 10, 36, -170);
}

static void sail_off(struct enginerun *r, double minute)
{
    enginerun_fix(r, A, minute, 36.02, -170, 10);
}

/* A stop is told once, also over reloads: a new area elsewhere does not affect a rule
 * that names no area, and a new severity does not affect the stop. */
static void test_reload(void **state)
{
    static const char graver[] = "site: test\nzones: [zones.geojson]\nrules:\n"
                                 "  - {id: gap, when: gap, after: 90h, moored: 90h}\n"
                                 "  - {id: lay, when: stopped, for: 6h, severity: "
                                 "critical}\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    lie(&r, 0, 200);
    enginerun_reconfigure(&r, yaml, two_zones);
    lie(&r, 210, 350);
    enginerun_restart(&r, graver, one_zone);
    lie(&r, 360, 400);
    assert_told_by(&r, "lay stop.started 440000001 0@360; ");
    assert_string_equal(enginerun_member(&r, "data.severity"), "critical");
    enginerun_reconfigure(&r, yaml, two_zones);
    lie(&r, 410, 1000);
    enginerun_restart(&r, yaml, one_zone);
    sail_off(&r, 1010);
    assert_told_by(&r, "lay stop.ended 440000001 1010; ");
    enginerun_finish(&r);
}

/* A rule that has changed starts without its old stops. */
static void test_changed_rule(void **state)
{
    static const char shorter[] = "site: test\nzones: [zones.geojson]\nrules:\n"
                                  "  - {id: lay, when: stopped, for: 2h}\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    lie(&r, 0, 200);
    enginerun_reconfigure(&r, shorter, one_zone);
    lie(&r, 210, 330);
    assert_told_by(&r, "lay stop.started 440000001 210@330; ");
    enginerun_finish(&r);
}

/* Time during which no feed was heard does not count: `for` ends later by that time. */
static void test_silent_feed(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    lie(&r, 0, 300);
    enginerun_tick(&r, 320);
    silence_set_source(r.engine, 0, true);
    enginerun_tick(&r, 420);
    silence_set_source(r.engine, 0, false);
    enginerun_tick(&r, 425);
    assert_told_by(&r, "");
    lie(&r, 430, 600);
    /* 130 min from fix to fix, 120 of which were silent: from 300 to 420 */
    assert_told_by(&r, "lay stop.started 440000001 0@480; ");
    enginerun_finish(&r);
}

/* A stop that was told continues over days of silence when the ship is found in the same
 * place. */
static void test_silent_days(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    lie(&r, 0, 360);
    assert_told_by(&r, "lay stop.started 440000001 0@360; ");
    lie(&r, 360 + 3 * 1440, 800 + 3 * 1440);
    assert_told_by(&r, "");
    sail_off(&r, 810 + 3 * 1440);
    assert_told_by(&r, "lay stop.ended 440000001 5130; ");
    enginerun_finish(&r);
}

/* A stop is told only if the rule covers the ship when `for` ends. A turns out to be a
 * fishing vessel; B has sent no type and may be one. */
static void test_covered(void **state)
{
    static const char cargo[] =
        "site: test\nzones: [zones.geojson]\nrules:\n"
        "  - {id: lay, when: stopped, for: 6h, vessels: {types: [cargo]}}\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, cargo, one_zone);
    r.has_detected = true;
    lie(&r, 0, 60);
    enginerun_lie(&r, B, 61, 101, 10, 36, -165);
    for (int minute = 110; minute <= 120; minute += 10) {
        struct report fisher = enginerun_report(A, minute);
        fisher.has = HAS_SHIP_TYPE;
        fisher.ship_type = 30;
        enginerun_send(&r, &fisher);
    }
    for (int minute = 130; minute <= 500; minute += 10) {
        enginerun_fix(&r, A, minute, 36, -170, 0);
        enginerun_fix(&r, B, minute + 1, 36, -165, 0);
    }
    assert_told_by(&r, "lay stop.started 440000002 61@421; ");
    enginerun_finish(&r);
}

/* At the edge of a port: a stay that counts as a port call is not a stop outside. */
static void test_at_the_edge(void **state)
{
    static const char port[] =
        "site: test\nzones: [zones.geojson]\n"
        "ports: {define: [{locode: QQAAA, name: Alpha, lat: 36, lon: -170, entry: 5km, "
        "exit: 7km}]}\n"
        "rules:\n  - {id: lay, when: stopped, for: 6h}\n"
        "  - {id: calls, when: port_call, at_start: all}\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, port, one_zone);
    r.has_detected = true;
    /* 0.0540 degrees of latitude are 6.0 km, 0.0445 4.9 km, 0.0455 5.06 km */
    enginerun_fix(&r, A, 0, 36.02, -170, 5);
    enginerun_lie(&r, A, 30, 600, 10, 36.054, -170); /* in, and not out yet */
    assert_told_by(&r, "calls port.arrived 440000001 30@90; ");
    enginerun_lie(&r, B, 601, 801, 10, 36.0455, -170); /* outside, and swings in */
    enginerun_lie(&r, B, 811, 1300, 10, 36.0445, -170);
    assert_told_by(&r, "calls port.arrived 440000002 811@871; ");
    enginerun_finish(&r);
}

/* --- a ship that swings around her anchor --- */

/* Degrees of latitude of a distance; of longitude at 36 N they are longer by 1 / cos 36.
 */
#define DEG(metres) ((metres) / 111195.0)

enum { UNDER_WAY = 0, AT_ANCHOR = 1, NO_STATUS = 99 };

static void fix_with(struct enginerun *r, double minute, double north_m, double east_m,
                     double kn, int status)
{
    struct report report =
        enginerun_position(A, minute, 36 + DEG(north_m),
                           -170 + DEG(east_m) / cos(36 * 3.14159265358979 / 180), kn, 0);
    if (status != NO_STATUS) {
        report.nav_status = (uint8_t)status;
        report.has |= HAS_NAV_STATUS;
    }
    enginerun_send(r, &report);
}

/* Once around a circle in 12 h, a fix every ten minutes. */
static void swing(struct enginerun *r, int from, int to, double radius_m, int status)
{
    for (int minute = from; minute <= to; minute += 10) {
        double angle = 2 * 3.14159265358979 * minute / 720;
        fix_with(r, minute, radius_m * cos(angle), radius_m * sin(angle), 0.4, status);
    }
}

/* A circle with a radius of half a mile, 926 m: its places are up to 1,852 m apart. The
 * ship is at anchor by her own status; of a
 * ship that says nothing a circle of 450 m is one stop. */
static void test_swings(void **state)
{
    static const struct {
        double radius_m;
        int status;
    } rows[] = {{926, AT_ANCHOR}, {450, NO_STATUS}, {450, UNDER_WAY}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct enginerun r;
        enginerun_init(&r, yaml, one_zone);
        r.has_detected = true;
        swing(&r, 0, 900, rows[i].radius_m, rows[i].status);
        enginerun_restart(&r, yaml, one_zone);
        swing(&r, 910, 3000, rows[i].radius_m, rows[i].status);
        assert_told_by(&r, "lay stop.started 440000001 0@360; ");
        fix_with(&r, 3010, 4000, 0, 10, UNDER_WAY);
        assert_told_by(&r, "lay stop.ended 440000001 3010; ");
        enginerun_finish(&r);
    }
}

/* A ship that swings 600 m in ten minutes, at 0.1 kn by her own report, has two tracks
 * that are at rest by turns. Her stop is told once, ends once, and a later stay at the
 * place is another. */
static void test_swings_wildly(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    for (int minute = 0; minute <= 900; minute += 10) {
        if (minute == 600)
            enginerun_restart(&r, yaml, one_zone);
        fix_with(&r, minute, minute % 20 == 0 ? 0 : 600, 0, 0.1, AT_ANCHOR);
    }
    assert_told_by(&r, "lay stop.started 440000001 0@360; ");
    fix_with(&r, 910, 3500, 0, 10, UNDER_WAY);
    fix_with(&r, 920, 6500, 0, 10, UNDER_WAY);
    assert_told_by(&r, "lay stop.ended 440000001 910; ");
    for (int minute = 970; minute <= 1700; minute += 10)
        fix_with(&r, minute, minute % 20 == 0 ? 0 : 600, 0, 0.1, AT_ANCHOR);
    assert_told_by(&r, "lay stop.started 440000001 970@1330; ");
    enginerun_finish(&r);
}

/* She calms down at one of the two places, so that only one of her tracks is heard. The
 * stop goes on in it, also when the other track is forgotten after a week. */
static void test_calms_down(void **state)
{
    for (int place = 0; place <= 600; place += 600) {
        struct enginerun r;
        (void)state;
        enginerun_init(&r, yaml, one_zone);
        r.has_detected = true;
        for (int minute = 0; minute <= 900; minute += 10)
            fix_with(&r, minute, minute % 20 == 0 ? 0 : 600, 0, 0.1, AT_ANCHOR);
        assert_told_by(&r, "lay stop.started 440000001 0@360; ");
        for (int minute = 910; minute <= 10 * 1440; minute += 60)
            fix_with(&r, minute, place, 0, 0.1, AT_ANCHOR);
        assert_told_by(&r, "");
        fix_with(&r, 10 * 1440, 5000, 0, 10, UNDER_WAY);
        assert_told_by(&r, "lay stop.ended 440000001 14350@14400; ");
        enginerun_finish(&r);
    }
}

/* Nearest misses: a shift of anchorage by 1.5 nm under way is the end of one stop and the
 * begin of another; adrift or dragging at 0.4 kn (1 km in 81 min) a ship is not at rest
 * for 6 h; two ships with one MMSI, at rest 3 km apart, are two. */
static void test_does_not_swing(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, one_zone);
    r.has_detected = true;
    for (int minute = 0; minute <= 400; minute += 10)
        fix_with(&r, minute, 0, 0, 0.1, AT_ANCHOR);
    for (int minute = 410; minute <= 430; minute += 10)
        fix_with(&r, minute, (minute - 400) * 92.6, 0, 3, AT_ANCHOR);
    for (int minute = 440; minute <= 900; minute += 10)
        fix_with(&r, minute, 2778, 0, 0.1, AT_ANCHOR);
    assert_told_by(&r,
                   "lay stop.started 440000001 0@360; lay stop.ended 440000001 410@420; "
                   "lay stop.started 440000001 440@800; ");
    enginerun_finish(&r);
    for (int status = UNDER_WAY; status <= AT_ANCHOR; status++) {
        enginerun_init(&r, yaml, one_zone);
        for (int minute = 0; minute <= 2000; minute += 10)
            fix_with(&r, minute, minute * 12.35, 0, 0.4, status);
        assert_told_by(&r, "");
        enginerun_finish(&r);
    }
    enginerun_init(&r, yaml, one_zone);
    for (int minute = 0; minute <= 900; minute += 10)
        fix_with(&r, minute, minute % 20 == 0 ? 0 : 3000, 0, 0.1, AT_ANCHOR);
    /* The track of the second place begins with its third fix, 40 min on. */
    assert_told_by(&r, "lay stop.started 440000001 0; lay stop.started 440000001 50; ");
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_reload), TEST(test_changed_rule), TEST(test_silent_feed),
          TEST(test_silent_days), TEST(test_covered), TEST(test_at_the_edge),
          TEST(test_swings), TEST(test_swings_wildly), TEST(test_calms_down),
          TEST(test_does_not_swing))
