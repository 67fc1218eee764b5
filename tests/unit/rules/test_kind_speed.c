/* SPDX-License-Identifier: Apache-2.0 */
/* Ships that are too fast or too slow in an area: changes from one limit to the other,
 * reloads and restarts, a ship at anchor beside the area, and the ships that the rule
 * covers. tests/scenario/speed.scn tests the rest. Minutes count from the first fix; 12
 * kn are 0.00333 degree of latitude a minute, 3 kn a quarter of that. */
#include "lib/enginerun.h"

#define A 440000001u
#define ZONE(id, north)                                                                  \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[126,35.5],[127,35.5],"    \
    "[127," north "],[126," north "],[126,35.5]]]}}"
#define YAML(rule) "site: test\nzones: [zones.geojson]\nrules:\n  - {" rule "}\n"

static const char box[] = ZONE("box", "36.5");
static const char both[] =
    YAML("id: s, when: speed, zones: [box], over: 10kn, under: 5kn, for: 10min");

/* A fix each 5 minutes from `from` to `to`, northward. */
static void sail(struct enginerun *r, double from, double to, double *lat, double kn)
{
    for (double minute = from; minute <= to; minute += 5) {
        enginerun_fix(r, A, minute, *lat, 126.5, kn);
        *lat += kn / 60 * 5 / 60;
    }
}

static void test_both_limits(void **state)
{
    struct enginerun r;
    double lat = 35.6;
    (void)state;
    enginerun_init(&r, both, box);
    r.has_detected = true;
    sail(&r, 0, 10, &lat, 12);
    assert_told_by(&r, "s speed.started 440000001 0@10; ");
    assert_string_equal(enginerun_member(&r, "data.speed.over"), "true");
    assert_string_equal(enginerun_member(&r, "data.zone.id"), "box");
    sail(&r, 15, 20, &lat, 3);
    assert_told_by(&r, "s speed.ended 440000001 15; ");
    sail(&r, 25, 30, &lat, 3);
    assert_told_by(&r, "s speed.started 440000001 15@25; ");
    assert_string_equal(enginerun_member(&r, "data.speed.over"), "false");
    assert_string_equal(enginerun_member(&r, "data.speed.limit_kn"), "5.0");
    sail(&r, 35, 60, &lat, 7);
    assert_told_by(&r, "s speed.ended 440000001 35; ");
    enginerun_finish(&r);
}

/* A spell, told or not, continues over restarts, and over reloads that do not change its
 * rule. */
static void test_reload(void **state)
{
    static const char graver[] =
        YAML("id: s, when: speed, zones: [box], over: 10kn, under: 5kn, for: 10min, "
             "severity: critical");
    static const char two[] = "{\"type\":\"FeatureCollection\",\"features\":[" ZONE(
        "all", "40") "," ZONE("box", "36.5") "]}";
    struct enginerun r;
    double lat = 35.6;
    (void)state;
    enginerun_init(&r, both, box);
    r.has_detected = true;
    sail(&r, 0, 5, &lat, 12);
    enginerun_restart(&r, graver, two);
    sail(&r, 10, 15, &lat, 12);
    assert_told_by(&r, "s speed.started 440000001 0@10; ");
    assert_string_equal(enginerun_member(&r, "data.severity"), "critical");
    enginerun_reconfigure(&r, both, box);
    sail(&r, 20, 25, &lat, 12);
    enginerun_restart(&r, both, two);
    sail(&r, 30, 35, &lat, 8);
    assert_told_by(&r, "s speed.ended 440000001 30; ");
    assert_string_equal(enginerun_member(&r, "data.speed.minutes"), "25.0");
    enginerun_finish(&r);
}

/* When a zone changes, its spell is dropped without an end event, and a new one may
 * begin. */
static void test_changed_zone(void **state)
{
    struct enginerun r;
    double lat = 35.6;
    (void)state;
    enginerun_init(&r, both, box);
    r.has_detected = true;
    sail(&r, 0, 10, &lat, 12);
    assert_told_by(&r, "s speed.started 440000001 0@10; ");
    enginerun_reconfigure(&r, both, ZONE("box", "36.6"));
    sail(&r, 15, 25, &lat, 12);
    assert_told_by(&r, "s speed.started 440000001 15@25; ");
    enginerun_finish(&r);
}

/* When new data show that the rule does not cover a ship, nothing more is told of the
 * ship, not even the end of its spell. */
static void test_covered(void **state)
{
    struct enginerun r;
    double lat = 35.6;
    (void)state;
    enginerun_init(&r,
                   YAML("id: s, when: speed, over: 10kn, for: 10min, vessels: {types: "
                        "[cargo]}"),
                   box);
    r.has_detected = true;
    sail(&r, 0, 10, &lat, 12);
    assert_told_by(&r, "s speed.started 440000001 0@10; ");
    for (int minute = 11; minute <= 12; minute++) {
        struct report fisher = enginerun_report(A, minute);
        fisher.has = HAS_SHIP_TYPE;
        fisher.ship_type = 30;
        enginerun_send(&r, &fisher);
    }
    sail(&r, 15, 20, &lat, 12);
    sail(&r, 25, 60, &lat, 8);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* A ship that came to rest outside and drifts into the area is not under way until it is
 * 1 km from the place where it lay. 0.009 degree of latitude is 1001 m, 1 kn is 0.00139
 * in 5 min. */
static void test_drift(void **state)
{
    struct enginerun r;
    double lat = 35.4990;
    (void)state;
    enginerun_init(&r, YAML("id: s, when: speed, under: 5kn, for: 10min"), box);
    r.has_detected = true;
    enginerun_lie(&r, A, 0, 60, 10, lat, 126.5);
    sail(&r, 65, 95, &lat, 1); /* at 95: 926 m */
    assert_told_by(&r, "");
    sail(&r, 100, 110, &lat, 1);
    assert_told_by(&r, "s speed.started 440000001 100@110; ");
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_both_limits), TEST(test_reload), TEST(test_changed_zone),
          TEST(test_covered), TEST(test_drift))
