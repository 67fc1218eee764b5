/* SPDX-License-Identifier: Apache-2.0 */
/* Ships at rest outside every port: reloads, silent feeds, days of silence, and the ships
 * that the rule covers. tests/scenario/stopped.scn tests the rest. The open Pacific at 36
 * N 170 W; minutes count from the first fix. */
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

TEST_MAIN(NULL, NULL, TEST(test_reload), TEST(test_changed_rule), TEST(test_silent_feed),
          TEST(test_silent_days), TEST(test_covered), TEST(test_at_the_edge))
