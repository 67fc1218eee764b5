/* SPDX-License-Identifier: Apache-2.0 */
/* Forged ships come in floods; this file tests what must outlive them. The limit is
 * 1000 ships here and 200,000 by default. The places are Nampo and Shidao as in
 * tests/scenario/route-story.scn. */
#include <string.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"
#include "lookout/base/time.h"

#define CARGO 445000001u   /* not on the list, with an open run */
#define WATCHED 445000002u /* by MMSI */
#define BY_IMO 445000003u  /* watched by IMO number */
#define SILENT 445000004u  /* with an open gap */
#define FORGED 200000000u

enum { LIMIT = 1000, SECOND_LIMIT = 1250 };

static const char yaml[] =
    "site: test\n"
    "limits: {vessels: 1000}\n"
    "vessels:\n"
    "  - {id: w, name: WATCHED, mmsi: 445000002}\n"
    "  - {id: i, name: BY IMO, imo: 9074729}\n"
    "rules:\n"
    "  - {id: arms, when: route, route: \"KP* >> CNSHD >> RU*\"}\n"
    "  - {id: silent, when: gap, vessels: watched, after: 6h}\n"
    "  - {id: still, when: gap, vessels: {flags: [KP]}, after: 2h}\n";

static void send_imo(struct enginerun *r, uint32_t mmsi, double minute)
{
    struct report report = enginerun_report(mmsi, minute);
    report.has = HAS_IMO;
    report.imo = 9074729; /* check digit: 7*9+6*0+5*7+4*4+3*7+2*2 = 139 */
    enginerun_send(r, &report);
}

/* Sends so many forged ships, each heard once, within two seconds at 60,000 a second. */
static void flood(struct enginerun *r, uint32_t count, double minute)
{
    for (uint32_t i = 0; i < count; i++)
        enginerun_fix(r, FORGED + i, minute + i / 3600000.0, 10 + i % 100 / 10.0,
                      20 + i % 1000 / 100.0, 12);
    assert_in_range(engine_vessel_count(r->engine), LIMIT, LIMIT + 8);
}

/* The ships leave Nampo and go dark at sea; the others are heard for an hour and are
 * then silent. */
static void play_dark_ships(struct enginerun *r)
{
    send_imo(r, BY_IMO, 0);
    for (double minute = 0; minute <= 60; minute += 20) {
        enginerun_fix(r, WATCHED, minute, 35, 130, 8);
        enginerun_fix(r, BY_IMO, minute, 34, 130, 8);
        enginerun_fix(r, SILENT, minute, 33, 130, 8);
        enginerun_fix(r, CARGO, minute, 38.7160, 125.4000, 0);
    }
    enginerun_lie(r, CARGO, 80, 200, 20, 38.7160, 125.4000);
    enginerun_fix(r, CARGO, 300, 38.66, 125.0, 8);
    assert_told_by(r, "still gap.started 445000002 180; "
                      "still gap.started 445000003 180; "
                      "still gap.started 445000004 180; ");
}

static void assert_known(const struct enginerun *r, uint32_t mmsi, bool is_known)
{
    if ((ship_find(r->engine, mmsi) != NULL) != is_known)
        fail_msg("%u is %s", mmsi, is_known ? "forgotten" : "known");
}

static void assert_dark_ships_known(const struct enginerun *r)
{
    static const uint32_t ships[] = {CARGO, WATCHED, BY_IMO, SILENT};
    for (size_t i = 0; i < sizeof ships / sizeof ships[0]; i++)
        assert_known(r, ships[i], true);
}

/* The alerts that the dark ships must still give: the gaps of the watched ones, the end
 * of the open gap, the next step of the run. */
static void assert_dark_ships_go_on(struct enginerun *r)
{
    enginerun_tick(r, 430);
    assert_told_by(r, "still gap.started 445000001 420; "
                      "silent gap.started 445000002 420; "
                      "silent gap.started 445000003 420; ");
    enginerun_fix(r, SILENT, 440, 33.5, 130.1, 8);
    assert_told_by(r, "still gap.ended 445000004 440; ");
    enginerun_lie(r, CARGO, 1400, 1520, 20, 36.875, 122.433);
    assert_non_null(strstr(buf_text(&r->told), "arms route.progressed 445000001 1400; "));
    buf_clear(&r->told);
}

enum between { NOTHING, RESTART, RELOAD, BETWEENS };

static void test_flood(void **state)
{
    (void)state;
    for (enum between between = NOTHING; between < BETWEENS; between++) {
        struct enginerun r;
        enginerun_init(&r, yaml, NULL);
        play_dark_ships(&r);
        flood(&r, 20000, 301);
        assert_dark_ships_known(&r);
        if (between == RESTART)
            enginerun_restart(&r, yaml, NULL);
        if (between == RELOAD)
            enginerun_reconfigure(&r, yaml, NULL);
        flood(&r, 20000, 310);
        assert_dark_ships_known(&r);
        const struct engine_counts *counts = engine_counts(r.engine);
        assert_int_equal(counts->forgotten[ENGINE_FORGOT_KNOWN], 0);
        assert_int_equal(counts->forgotten[ENGINE_FORGOT_OPEN], 0);
        assert_int_equal(counts->forgotten[ENGINE_FORGOT_STRANGER],
                         counts->vessels_forgotten);
        assert_dark_ships_go_on(&r);
        enginerun_finish(&r);
    }
}

/* Two replays of one flood give the same alerts and leave the same ships. */
static void test_twice(void **state)
{
    static uint32_t kept[2][SECOND_LIMIT];
    size_t counts[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct test_random random = {.state = 11};
        struct enginerun r;
        enginerun_init(&r, yaml, NULL);
        for (int k = 0; k < 30000; k++)
            enginerun_fix(&r, FORGED + (uint32_t)test_random_below(&random, 3000),
                          k / 60.0, 10, 20, 0);
        counts[i] = engine_vessels(r.engine, kept[i], SECOND_LIMIT);
        assert_true(engine_counts(r.engine)->forgotten[ENGINE_FORGOT_KNOWN] > 0);
        assert_true(engine_counts(r.engine)->forgotten[ENGINE_FORGOT_STRANGER] > 0);
        enginerun_finish(&r);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_memory_equal(kept[0], kept[1], counts[0] * sizeof kept[0][0]);
}

/* Watched ships are never forgotten, but a watched identity can be forged: the ship
 * heard before the forgeries stays, and the memory is bounded. */
static void test_forged_identities(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, NULL);
    play_dark_ships(&r);
    for (uint32_t i = 0; i < 20000; i++)
        send_imo(&r, FORGED + i, 301);
    assert_in_range(engine_vessel_count(r.engine), LIMIT, SECOND_LIMIT);
    assert_dark_ships_known(&r);
    assert_int_equal(engine_counts(r.engine)->forgotten[ENGINE_FORGOT_KNOWN], 0);
    enginerun_finish(&r);
}

/* Forged ships with alerts have something open, too: they are forgotten before ships
 * that were heard for long. */
static void test_flood_with_alerts(void **state)
{
    static const char box[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[10,10],[40,10],[40,30],[10,30],[10,10]]]}}]}";
    char text[2048];
    struct enginerun r;
    (void)state;
    snprintf(text, sizeof text,
             "%s  - {id: box, when: zone, zones: [box], events: [enter], "
             "at_start: all}\nzones: [zones.geojson]\n",
             yaml);
    enginerun_init(&r, text, box);
    play_dark_ships(&r);
    uint32_t alerts = r.alerts;
    for (uint32_t i = 0; i < 5000; i++)
        enginerun_fix(&r, FORGED + i, 301 + i / 3600000.0, 15, 20, 12);
    assert_true(r.alerts - alerts > 4900);
    assert_int_equal(engine_vessel_count(r.engine), SECOND_LIMIT);
    assert_dark_ships_known(&r);
    assert_true(engine_counts(r.engine)->forgotten[ENGINE_FORGOT_OPEN] > 3000);
    buf_clear(&r.told);
    assert_dark_ships_go_on(&r);
    enginerun_finish(&r);
}

/* After the flood, new ships do not push each other out: ships heard only once are
 * forgotten an hour later. */
static void test_after_the_flood(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, NULL);
    flood(&r, 5000, 0);
    for (double minute = 61; minute < 65; minute++)
        for (uint32_t i = 0; i < 800; i++)
            enginerun_fix(&r, CARGO + 1000 + i, minute, 30, 140, 0);
    for (uint32_t i = 0; i < 800; i++)
        assert_known(&r, CARGO + 1000 + i, true);
    enginerun_finish(&r);
}

/* More ships are heard for long than there is room for: CARGO is the one heard longest
 * ago. */
static void crowd_out(struct enginerun *r, double minute)
{
    for (int i = 0; i < 2; i++, minute += 35)
        for (uint32_t k = 0; k < 990; k++)
            enginerun_fix(r, FORGED + k, minute, 30, 140, 0);
    for (uint32_t k = 0; k < 60; k++)
        enginerun_fix(r, FORGED + 2000 + k, minute, 30, 140, 0);
    assert_known(r, CARGO, false);
}

/* A forgotten ship that is heard again within again_after is not sighted again; after
 * that it is, with the time of its last fix. */
static void test_sighted_once(void **state)
{
    static const char seen[] = "site: test\n"
                               "limits: {vessels: 1000}\n"
                               "rules: [{id: seen, when: sighted, again_after: 7d}]\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, seen, NULL);
    enginerun_fix(&r, CARGO, 0, 36, 125, 0);
    enginerun_fix(&r, CARGO, 40, 36, 125, 0); /* known */
    assert_told_by(&r, "seen vessel.sighted 445000001 0; ");
    crowd_out(&r, 41);
    buf_clear(&r.told);
    enginerun_fix(&r, CARGO, 120, 36, 125, 0);
    assert_told_by(&r, "");
    enginerun_fix(&r, CARGO, 160, 36, 125, 0);
    crowd_out(&r, 161);
    enginerun_reconfigure(&r, seen, NULL); /* the memory is kept */
    buf_clear(&r.told);
    enginerun_fix(&r, CARGO, 40 + 8 * 1440, 36, 125, 0);
    assert_told_by(&r, "seen vessel.sighted 445000001 11560; ");
    assert_string_equal(enginerun_member(&r, "data.since"), "2024-03-24T02:40:00Z");
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_flood), TEST(test_twice), TEST(test_forged_identities),
          TEST(test_flood_with_alerts), TEST(test_after_the_flood),
          TEST(test_sighted_once))
