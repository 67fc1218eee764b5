/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests what a reload keeps, and the limit of vessels. Ships and minutes are
 * invented; the expected alerts follow from the contract. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/base/time.h"

#define A 440000001u
#define B 440000002u
#define C 440000003u

#define ZONES(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define SQUARE(id, west, east)                                                           \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" west ",35.5],[" east    \
    ",35.5],[" east ",36.5],[" west ",36.5],[" west ",35.5]]]}}"
static const char box[] = ZONES(SQUARE("box", "126", "127"));
static const char box_rule[] = "site: test\nzones: [zones.geojson]\nrules:\n"
                               "  - {id: box, when: zone, zones: [box], at_start: all}\n";

/* An unchanged rule continues: the dwell under way is told at its time. */
static void test_reload_keeps_unchanged_rules(void **state)
{
    static const char before[] =
        "site: test\nzones: [zones.geojson]\nrules:\n"
        "  - {id: box, when: zone, zones: [box], at_start: all, dwell: 2h}\n";
    static const char after[] =
        "site: test\nzones: [zones.geojson]\nrules:\n"
        "  - {id: gap, when: gap, after: 30h}\n"
        "  - {id: box, when: zone, zones: [box], at_start: all, dwell: 2h, severity: "
        "critical}\n";
    struct enginerun r;
    enginerun_init(&r, before, box);
    enginerun_fix(&r, A, 0, 36, 126.5, 0);
    enginerun_reconfigure(&r, after, box);
    enginerun_fix(&r, A, 50, 36, 126.5, 0);
    enginerun_fix(&r, A, 100, 36, 126.5, 0);
    enginerun_reconfigure(&r, before, box);
    enginerun_tick(&r, 130);
    enginerun_reconfigure(&r, after, box);
    enginerun_tick(&r, 159);
    assert_told_by(&r, "box zone.entered 440000001 0; box zone.dwelled 440000001 120; ");
    enginerun_finish(&r);
}

/* A changed zone is entered again without an alert; a removed one gives no event. */
static void test_reload_of_zones(void **state)
{
    struct enginerun r;
    enginerun_init(&r, box_rule, box);
    enginerun_fix(&r, A, 0, 36, 126.5, 0);
    enginerun_reconfigure(&r, box_rule, ZONES(SQUARE("box", "126.2", "127")));
    enginerun_fix(&r, A, 10, 36, 126.5, 0);
    assert_told_by(&r, "box zone.entered 440000001 0; ");
    enginerun_fix(&r, A, 50, 36, 126.1, 10); /* out of the new one: 3/4 of the way */
    assert_told_by(&r, "box zone.exited 440000001 40; ");
    enginerun_fix(&r, A, 90, 36, 126.5, 10);
    enginerun_reconfigure(&r, "site: test\n", NULL);
    enginerun_fix(&r, A, 100, 36, 126.5, 0);
    enginerun_reconfigure(&r, box_rule, box);
    enginerun_fix(&r, A, 110, 36, 126.5, 0);
    assert_told_by(&r, "box zone.entered 440000001 60; ");
    enginerun_finish(&r);
}

/* A changed route drops its runs; an unchanged one keeps them. Nampo and Shidao have
 * areas, so that a stop in them is a call. */
static void sail_story(struct enginerun *r, const char *again, bool is_changed)
{
    enginerun_lie(r, A, 0, 600, 20, 38.7160, 125.4000);
    for (int i = 1; i <= 5; i++)
        enginerun_fix(r, A, 600 + 60 * i, 38.7160 - 0.25 * i, 125.4 - 0.4 * i, 12);
    enginerun_reconfigure(r, again, NULL);
    for (int i = 1; i <= 8; i++)
        enginerun_fix(r, A, 900 + 60 * i, 37.466 - 0.075 * i, 123.4 - 0.12 * i, 8);
    enginerun_lie(r, A, 1400, 1600, 20, 36.875, 122.433);
    if (is_changed)
        assert_told_by(r, "");
    else
        assert_told_by(r, "arms route.progressed 440000001 1400; ");
}

static void test_reload_of_routes(void **state)
{
    static const char before[] = "site: test\nrules:\n  - {id: arms, when: route, route: "
                                 "\"KP* >> CNSHD >> RU*\"}\n";
    static const char more[] =
        "site: test\nrules:\n  - {id: seen, when: sighted, vessels: watched}\n"
        "  - {id: arms, when: route, route: \"KP* >> CNSHD >> RU*\"}\n";
    static const char changed[] =
        "site: test\nrules:\n  - {id: arms, when: route, route: "
        "\"KP* >> CNSHD >> (RU* | JP*)\"}\n";
    struct enginerun r;
    enginerun_init(&r, before, NULL);
    sail_story(&r, more, false);
    enginerun_finish(&r);
    enginerun_init(&r, before, NULL);
    sail_story(&r, changed, true);
    enginerun_finish(&r);
}

/* The limit was lowered: the ships heard longest ago are forgotten, and their rows are
 * deleted. */
struct rows {
    uint32_t kept, deleted;
};
static int count_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct rows *rows = context;
    (void)mmsi;
    (void)record;
    rows->kept += n != 0;
    rows->deleted += n == 0;
    return 0;
}

static void test_reload_with_a_lower_limit(void **state)
{
    struct enginerun r;
    struct rows rows = {0};
    struct engine_conf conf;
    enginerun_init(&r, "site: test\n", NULL);
    for (uint32_t i = 0; i < 20; i++)
        enginerun_fix(&r, A + i, i, 36, 126.5, 0);
    enginerun_conf("site: test\n", NULL, &conf);
    conf.vessels_max = 5;
    assert_int_equal(engine_reconfigure(r.engine, &conf, NULL), 0);
    assert_int_equal(engine_vessel_count(r.engine), 5);
    assert_int_equal(engine_wire_save(r.engine, false, count_row, &rows), 0);
    assert_int_equal(rows.kept, 5);
    assert_int_equal(rows.deleted, 15);
    uint32_t mmsi[8] = {0};
    assert_int_equal(engine_vessels(r.engine, mmsi, 8), 5);
    assert_int_equal(mmsi[0], A); /* all are strangers: the newest are forgotten first */
    assert_int_equal(mmsi[4], A + 4);
    enginerun_finish(&r);
}

static void fix_between(struct enginerun *r, uint32_t i)
{
    enginerun_fix(r, A + i * 7 % 60, 100 + i, 36, 126.5, 0);
}

/* A step, then a report: alerts between them are not lost, whichever ship they are of.
 * Returns how many came. */
static uint32_t follow_in_steps(struct enginerun *r, struct engine_conf *conf)
{
    struct engine *fresh = NULL;
    struct engine_sink sink = {.on_alert = enginerun_on_alert, .context = r};
    bool is_done = false;
    uint32_t between = 0;
    assert_int_equal(engine_create(conf, &sink, &fresh, NULL), 0);
    engine_reconfigure_follow(fresh, r->engine);
    while (!is_done) {
        assert_int_equal(engine_reconfigure_follow_some(fresh, r->engine, 3, &is_done),
                         0);
        if (!is_done)
            fix_between(r, between++);
    }
    assert_int_equal(engine_reconfigure_end_following(fresh, r->engine), 0);
    engine_destroy(fresh);
    return between;
}

static int add_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct buf *rows = context;
    int rc = buf_printf(rows, "%u:%zu:", mmsi, n);
    return rc == 0 && n != 0 ? buf_add(rows, record, n) : rc;
}

static void test_reload_in_steps(void **state)
{
    struct buf rows[2] = {{0}};
    uint32_t between = 0;
    for (int at_once = 0; at_once < 2; at_once++) {
        struct enginerun r;
        struct engine_conf conf;
        enginerun_init(&r, "site: test\n", NULL);
        for (uint32_t i = 0; i < 50; i++)
            enginerun_fix(&r, A + i, i, 36, 126.5, 0);
        enginerun_conf("site: test\nrules: [{id: seen, when: sighted}]\n", NULL, &conf);
        conf.vessels_max = 40;
        if (at_once) {
            for (uint32_t i = 0; i < between; i++)
                fix_between(&r, i);
            assert_int_equal(engine_reconfigure(r.engine, &conf, NULL), 0);
        } else {
            between = follow_in_steps(&r, &conf);
            assert_in_range(between, 16, 40);
        }
        assert_int_equal(engine_vessel_count(r.engine), 40);
        assert_int_equal(engine_wire_save(r.engine, true, add_row, &rows[at_once]), 0);
        enginerun_finish(&r);
    }
    assert_int_equal(rows[0].length, rows[1].length);
    assert_memory_equal(rows[0].data, rows[1].data, rows[0].length);
    buf_finish(&rows[0]);
    buf_finish(&rows[1]);
}

static void test_eviction(void **state)
{
    struct enginerun r;
    struct rows rows = {0};
    struct engine_conf conf;
    enginerun_init(&r, "site: test\n", NULL);
    enginerun_conf("site: test\n", NULL, &conf);
    conf.vessels_max = 2;
    assert_int_equal(engine_reconfigure(r.engine, &conf, NULL), 0);
    enginerun_fix(&r, A, 0, 36, 126.5, 0);
    enginerun_fix(&r, B, 1, 36, 126.5, 0);
    enginerun_fix(&r, A, 2, 36, 126.5, 0);
    enginerun_fix(&r, C, 3, 36, 126.5, 0); /* B was heard longest ago */
    uint32_t mmsi[4];
    assert_int_equal(engine_vessels(r.engine, mmsi, 4), 2);
    assert_int_equal(mmsi[0], A);
    assert_int_equal(mmsi[1], C);
    assert_int_equal(engine_counts(r.engine)->vessels_forgotten, 1);
    assert_int_equal(engine_wire_save(r.engine, false, count_row, &rows), 0);
    assert_int_equal(rows.kept, 2);
    assert_int_equal(rows.deleted, 1);
    rows = (struct rows){0};
    assert_int_equal(engine_wire_save(r.engine, false, count_row, &rows), 0);
    assert_int_equal(rows.kept + rows.deleted, 0); /* nothing changed since */
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_reload_keeps_unchanged_rules), TEST(test_reload_of_zones),
          TEST(test_reload_of_routes), TEST(test_reload_with_a_lower_limit),
          TEST(test_reload_in_steps), TEST(test_eviction))
