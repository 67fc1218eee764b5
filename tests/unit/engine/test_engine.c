/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the engine as a whole: the order of time and alerts, which ships are
 * covered when, and what a restart keeps. Ships and minutes are
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

/* --- time --- */

/* The zone is lost at 60 and the gap begins at 60; a report at 60 comes after both. */
static void test_timers_fire_before_reports(void **state)
{
    struct enginerun r;
    enginerun_init(&r,
                   "site: test\nzones: [zones.geojson]\nrules:\n"
                   "  - {id: box, when: zone, zones: [box], at_start: all}\n"
                   "  - {id: gap, when: gap, after: 1h, moored: 1h}\n"
                   "  - {id: seen, when: sighted}\n",
                   box);
    enginerun_fix(&r, A, 0, 36, 126.5, 5);
    assert_told_by(&r, "box zone.entered 440000001 0; seen vessel.sighted 440000001 0; ");
    assert_true(engine_deadline(r.engine) == ENGINERUN_DAY0 + HOUR_MS);
    enginerun_fix(&r, B, 59, 30, 120, 5);
    assert_told_by(&r, "seen vessel.sighted 440000002 59; ");
    enginerun_fix(&r, A, 60, 36, 126.5, 5);
    assert_told_by(&r, "box zone.lost 440000001 60; gap gap.started 440000001 60; gap "
                       "gap.ended 440000001 60; ");
    enginerun_tick(&r, 30); /* time does not go back */
    assert_true(engine_now(r.engine) == ENGINERUN_DAY0 + HOUR_MS);
    enginerun_tick(&r, 119);
    assert_told_by(&r, "gap gap.started 440000002 119; ");
    enginerun_finish(&r);
}

/* Many timers are due in one step forward: they fire by their time, and by MMSI where
 * times are equal. */
static void test_order_of_timers(void **state)
{
    struct enginerun r;
    enginerun_init(&r,
                   "site: test\nrules:\n"
                   "  - {id: six, when: gap, events: [start], after: 6h}\n"
                   "  - {id: two, when: gap, events: [start], after: 2h}\n",
                   NULL);
    r.has_detected = true;
    enginerun_fix(&r, C, 0, 36, 126.5, 5);
    enginerun_fix(&r, B, 0, 36, 126.5, 5);
    enginerun_fix(&r, A, 10, 36, 126.5, 5);
    enginerun_tick(&r, 1000);
    assert_told_by(&r, "two gap.started 440000002 120; two gap.started 440000003 120; "
                       "two gap.started 440000001 130; six gap.started 440000002 360; "
                       "six gap.started 440000003 360; six gap.started 440000001 370; ");
    assert_true(engine_deadline(r.engine) == INT64_MAX);
    enginerun_finish(&r);
}

static void test_what_is_counted(void **state)
{
    struct enginerun r;
    enginerun_init(&r, "site: test\n", NULL);
    enginerun_fix(&r, A, 10, 36, 126.5, 5);
    enginerun_fix(&r, A, 10, 36, 126.5, 5); /* not newer */
    enginerun_fix(&r, A, 9, 36, 126.5, 5);
    enginerun_fix(&r, A, 10.5, 36, 126.5, 5);
    enginerun_fix(&r, A, 11, 50, 126.5, 5);       /* out of reach */
    enginerun_fix(&r, A, 12, 0, 0, 5);            /* 0 N 0 E is none */
    enginerun_fix(&r, 4400001, 13, 36, 126.5, 5); /* a coast station: 004400001 */
    const struct engine_counts *n = engine_counts(r.engine);
    assert_int_equal(n->reports, 7);
    assert_int_equal(n->fixes, 3);
    assert_int_equal(n->old, 2);
    assert_int_equal(n->implausible, 1);
    assert_int_equal(n->no_position, 1);
    assert_int_equal(n->not_a_ship, 1);
    assert_int_equal(engine_vessel_count(r.engine), 1);
    enginerun_finish(&r);
}

/* --- who is covered --- */

static void say_type(struct enginerun *r, uint32_t mmsi, double minute, uint8_t type)
{
    struct report report = enginerun_report(mmsi, minute);
    report.has = HAS_STATIC | HAS_SHIP_TYPE;
    report.ship_type = type;
    enginerun_send(r, &report);
}

static void say_name(struct enginerun *r, uint32_t mmsi, double minute, const char *name)
{
    struct report report = enginerun_report(mmsi, minute);
    report.has = HAS_STATIC | HAS_NAME;
    snprintf(report.name, sizeof report.name, "%s", name);
    enginerun_send(r, &report);
}

/* The identity of the ship becomes known after its last fix: its timers are set all the
 * same. */
static void test_identified_before_it_falls_silent(void **state)
{
    struct enginerun r;
    enginerun_init(&r,
                   "site: test\nvessels: [{id: v, name: EXAMPLE}]\nrules:\n"
                   "  - {id: gap, when: gap, vessels: watched, after: 6h}\n",
                   NULL);
    enginerun_fix(&r, A, 0, 36, 126.5, 5);
    say_name(&r, A, 5, "EXAMPLE");
    enginerun_tick(&r, 400);
    assert_told_by(&r, "gap gap.started 440000001 360; ");
    enginerun_finish(&r);
}

/* A ship is known to be a tanker only when it is inside: it is told then, with the time
 * at which it entered. A ship whose type changes to and fro is told once. */
static void test_covered_after_it_entered(void **state)
{
    struct enginerun r;
    enginerun_init(&r,
                   "site: test\nzones: [zones.geojson]\nrules:\n"
                   "  - {id: tankers, when: zone, zones: [box], events: [enter, exit], "
                   "vessels: {types: [tanker]}}\n",
                   box);
    r.has_detected = true;
    say_type(&r, A, 0, 70);
    enginerun_fix(&r, A, 0, 36, 125.9, 29);
    enginerun_fix(&r, A, 20, 36, 126.1, 29);
    assert_told_by(&r, "");
    say_type(&r, A, 30, 80);
    assert_told_by(&r, "tankers zone.entered 440000001 10@30; ");
    say_type(&r, A, 40, 70);
    say_type(&r, A, 50, 80);
    assert_told_by(&r, "");
    enginerun_fix(&r, A, 60, 36, 125.9, 29);
    assert_told_by(&r, "tankers zone.exited 440000001 40@60; ");
    /* A ship is told when it enters, and has another type for a while. */
    say_type(&r, B, 60, 80);
    enginerun_fix(&r, B, 60, 36, 125.9, 29);
    enginerun_fix(&r, B, 80, 36, 126.1, 29);
    assert_told_by(&r, "tankers zone.entered 440000002 70@80; ");
    say_type(&r, B, 90, 70);
    say_type(&r, B, 100, 80);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* The first fix is `sighted`; a ship that is recognised later is told then. */
static void test_sighted_when_recognised(void **state)
{
    static const char yaml[] =
        "site: test\nvessels: [{id: v, name: EXAMPLE}]\nrules:\n"
        "  - {id: seen, when: sighted, vessels: watched, again_after: 7d}\n";
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    r.has_detected = true;
    enginerun_fix(&r, A, 0, 36, 126.5, 5);
    say_name(&r, A, 5, "EXAMPLE");
    assert_told_by(&r, "seen vessel.sighted 440000001 0@5; ");
    enginerun_fix(&r, A, 10, 36, 126.5, 5);
    say_name(&r, B, 11, "EXAMPLE");
    assert_told_by(&r, "");
    enginerun_fix(&r, B, 12, 36, 126.6, 5);
    assert_told_by(&r, "seen vessel.sighted 440000002 12; ");
    enginerun_restart(&r, yaml, NULL);
    enginerun_fix(&r, A, 20, 36, 126.5, 5);
    enginerun_fix(&r, B, 21, 36, 126.6, 5);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* --- repeat and mutes --- */

static const char two_zones[] =
    ZONES(SQUARE("box", "126", "127") "," SQUARE("other", "127.2", "128"));
static const char three_zones[] = ZONES(SQUARE("aaa", "120", "121") "," SQUARE(
    "box", "126", "127") "," SQUARE("other", "127.2", "128"));

#define REPEAT_RULE                                                                      \
    "rules:\n  - {id: in, when: zone, zones: [box, other], events: [enter], repeat: "    \
    "12h}\n"

static void visit(struct enginerun *r, uint32_t mmsi, double minute, double lon)
{
    enginerun_fix(r, mmsi, minute, 36, lon - 0.1, 29);
    enginerun_fix(r, mmsi, minute + 20, 36, lon + 0.1, 29);
    enginerun_fix(r, mmsi, minute + 40, 36, lon - 0.1, 29);
}

/* Alerts within 12 h for one vessel and zone fold, counted from the first that was
 * told. This is kept over a restart, and over a reload that adds a zone before the
 * others. */
static void test_repeat(void **state)
{
    static const char yaml[] = "site: test\nzones: [zones.geojson]\n" REPEAT_RULE;
    struct enginerun r;
    enginerun_init(&r, yaml, two_zones);
    visit(&r, A, 0, 126);
    visit(&r, B, 60, 126); /* another vessel */
    assert_told_by(&r, "in zone.entered 440000001 10; in zone.entered 440000002 70; ");
    visit(&r, A, 120, 126);
    assert_told_by(&r, "in zone.entered 440000001 130 folded; ");
    assert_string_equal(r.last.why, "repeat 12h, told of 2024-03-24T00:10:00Z");
    enginerun_restart(&r, yaml, two_zones);
    visit(&r, A, 240, 126);
    assert_told_by(&r, "in zone.entered 440000001 250 folded; ");
    enginerun_reconfigure(&r, yaml, three_zones);
    visit(&r, A, 440,
          127.2); /* another zone, entered a twelfth of the way before the first */
    assert_told_by(&r, "in zone.entered 440000001 293.333 folded; in zone.entered "
                       "440000001 450; ");
    visit(&r, A, 719, 126); /* 11 h 59 min after the first */
    assert_told_by(&r, "in zone.entered 440000001 499.917 folded; in zone.entered "
                       "440000001 729 folded; ");
    visit(&r, A, 760, 126); /* 12 h 30 min */
    assert_told_by(&r, "in zone.entered 440000001 770; ");
    assert_int_equal(engine_counts(r.engine)->alerts_folded, 4); /* since the restart */
    enginerun_finish(&r);
}

/* The mute ends at 2024-03-24T06:00Z; the alert that it kept quiet folds nothing. */
static void test_mutes(void **state)
{
    static const char yaml[] = "site: test\nzones: [zones.geojson]\n"
                               "mutes: [{vessel: 440000001, rule: in, until: "
                               "\"2024-03-24T06:00:00Z\"}]\n" REPEAT_RULE;
    struct enginerun r;
    enginerun_init(&r, yaml, two_zones);
    visit(&r, A, 0, 126);
    visit(&r, B, 60, 126);
    assert_told_by(&r,
                   "in zone.entered 440000001 10 muted; in zone.entered 440000002 70; ");
    visit(&r, A, 335, 126); /* noticed at 5:55 */
    assert_told_by(&r, "in zone.entered 440000001 345 muted; ");
    assert_string_equal(r.last.why, "by `mutes`, until 2024-03-24T06:00:00Z");
    visit(&r, A, 400, 126);
    assert_told_by(&r, "in zone.entered 440000001 410; ");
    assert_string_equal(r.last.why, "");
    assert_int_equal(engine_counts(r.engine)->alerts_muted, 2);
    enginerun_finish(&r);
}

static void add_mute(struct engine_mutes *mutes, const char *zone, uint32_t vessel,
                     int64_t from_minute)
{
    struct engine_mute mute = {.zone = (char *)(uintptr_t)zone,
                               .why = (char *)(uintptr_t) "works",
                               .vessel = vessel,
                               .mmsi = vessel == 9074729 ? A : 0,
                               .from_ms = ENGINERUN_DAY0 + from_minute * MINUTE_MS,
                               .until_ms = ENGINERUN_DAY0 + 900 * MINUTE_MS,
                               .ended_ms = ENGINERUN_DAY0 + 800 * MINUTE_MS};
    assert_int_equal(engine_mute_add(mutes, &mute), 0);
}

static void say_imo(struct enginerun *r, uint32_t mmsi, double minute, uint32_t imo)
{
    struct report report = enginerun_report(mmsi, minute);
    report.has = HAS_IMO;
    report.imo = imo;
    enginerun_send(r, &report);
}

/* Mutes that people added hold from and until their times, over a reload, by zone, and
 * follow a ship by its IMO number, but not its MMSI to another ship. */
static void test_added_mutes(void **state)
{
    static const char yaml[] = "site: test\nzones: [zones.geojson]\nrules:\n"
                               "  - {id: in, when: zone, zones: [box, other], events: "
                               "[enter]}\n";
    struct enginerun r;
    struct engine_mutes mutes = {NULL, 0};
    add_mute(&mutes, NULL, 9074729, 0);
    add_mute(&mutes, "other", 0, 300);
    enginerun_init(&r, yaml, two_zones);
    engine_mute_set(r.engine, &mutes);
    assert_int_equal(engine_mute_count(r.engine), 2);
    visit(&r, A, 0, 126); /* no IMO number known: by the MMSI */
    assert_told_by(&r, "in zone.entered 440000001 10 muted; ");
    assert_string_equal(r.last.why, "works, until 2024-03-24T15:00:00Z");
    enginerun_reconfigure(&r, yaml, two_zones);
    say_imo(&r, B, 99, 9074729);
    assert_int_equal(engine_mute_ship(r.engine, B), 9074729);
    visit(&r, B, 100, 126);
    visit(&r, C, 200, 127.2); /* before the zone is muted */
    assert_told_by(&r, "in zone.entered 440000002 110 muted; in zone.entered "
                       "440000003 210; ");
    say_imo(&r, A, 290, 9334260); /* another ship */
    visit(&r, A, 300, 126);
    visit(&r, C, 400, 127.2);
    visit(&r, B, 800, 126); /* ended */
    assert_told_by(&r, "in zone.entered 440000001 310; in zone.entered 440000003 410 "
                       "muted; in zone.entered 440000002 810; ");
    enginerun_finish(&r);
}

/* --- identity --- */

/* The same alert has the same id, whenever and wherever it is noticed; no two alerts
 * have one id. */
static void test_identity(void **state)
{
    char ids[3][HASH_ID_BYTES];
    struct enginerun r;
    for (int i = 0; i < 3; i++) {
        enginerun_init(&r,
                       i == 2 ? "site: elsewhere\nzones: [zones.geojson]\nrules:\n"
                                "  - {id: box, when: zone, at_start: all}\n"
                              : box_rule,
                       box);
        if (i == 1)
            enginerun_fix(&r, B, 0, 30, 120, 5);
        enginerun_fix(&r, A, 0, 36, 125.9, 10);
        enginerun_fix(&r, A, 20, 36, 126.1, 10);
        memcpy(ids[i], r.last.id, sizeof ids[i]);
        enginerun_fix(&r, A, 40, 36, 125.9, 10);
        enginerun_fix(&r, A, 60, 36, 126.1, 10);
        assert_string_not_equal(r.last.id, ids[i]);
        enginerun_finish(&r);
    }
    assert_string_equal(ids[0], ids[1]);
    assert_string_equal(ids[0], ids[2]);
}

/* --- saved state --- */

static void test_damaged_records(void **state)
{
    struct enginerun r, other;
    enginerun_init(&r, box_rule, box);
    enginerun_init(&other, box_rule, box);
    struct buf self = {0};
    assert_int_equal(engine_wire_load(other.engine, A, "\377\377\377", 3), ERR_CORRUPT);
    assert_int_equal(engine_vessel_count(other.engine), 0);
    enginerun_fix(&r, A, 0, 36, 126.5, 0);
    assert_int_equal(engine_wire_save_self(r.engine, &self), 0);
    for (size_t n = 0; n < self.length; n++)
        assert_int_equal(engine_wire_load_self(other.engine, self.data, n), ERR_CORRUPT);
    assert_true(engine_now(other.engine) == TIME_NONE);
    assert_int_equal(engine_wire_load_self(other.engine, self.data, self.length), 0);
    assert_true(engine_now(other.engine) == ENGINERUN_DAY0);
    buf_finish(&self);
    enginerun_finish(&r);
    enginerun_finish(&other);
}

static void test_describe(void **state)
{
    struct enginerun r;
    struct buf text = {0};
    enginerun_init(&r, box_rule, box);
    assert_int_equal(engine_describe(r.engine, A, &text), ERR_NOT_FOUND);
    say_name(&r, A, 0, "EXAMPLE");
    enginerun_fix(&r, A, 0, 36, 126.5, 7.5);
    assert_int_equal(engine_describe(r.engine, A, &text), 0);
    assert_string_equal(
        buf_text(&text),
        "{\"mmsi\":440000001,\"name\":\"EXAMPLE\",\"flag\":\"KR\",\"watched\":false,"
        "\"last\":{\"time\":\"2024-03-24T00:00:00Z\",\"lat\":36.0,\"lon\":126.5,"
        "\"sog_kn\":7.5,\"cog_deg\":90.0},\"zones\":[{\"id\":\"box\",\"since\":"
        "\"2024-03-24T00:00:00Z\"}],\"routes\":[]}");
    buf_finish(&text);
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_timers_fire_before_reports), TEST(test_order_of_timers),
          TEST(test_what_is_counted), TEST(test_identified_before_it_falls_silent),
          TEST(test_covered_after_it_entered), TEST(test_sighted_when_recognised),
          TEST(test_repeat), TEST(test_mutes), TEST(test_added_mutes),
          TEST(test_identity), TEST(test_damaged_records), TEST(test_describe))
