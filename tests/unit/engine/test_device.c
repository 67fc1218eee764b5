/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests distress devices in the engine: they are not vessels, they outlive
 * stops and changed configurations, their number is bounded, and their words are kept
 * between messages. tests/scenario/distress.scn tests what is told, and when. */
#include <stdio.h>
#include <string.h>

#include "lib/enginerun.h"

#define SART 970012345u
static const char yaml[] = "site: test\n"
                           "rules:\n"
                           "  - {id: sos, when: distress, repeat: 30d}\n"
                           "  - {id: seen, when: sighted, vessels: all}\n"
                           "  - {id: silent, when: gap, after: 1h}\n";

static void say(struct enginerun *r, uint32_t mmsi, double minute, const char *text)
{
    struct report report = enginerun_report(mmsi, minute);
    report.msg_type = 14;
    report.has = HAS_TEXT;
    memset(report.text, 0, sizeof report.text);
    snprintf(report.text, sizeof report.text, "%s", text);
    enginerun_send(r, &report);
}

/* Status 14 is active, 15 under test; there is none beyond. */
static void place(struct enginerun *r, double minute, double lat, int status)
{
    struct report report = enginerun_position(SART, minute, lat, 126.5, 0.5, 90);
    report.nav_status = (uint8_t)status;
    report.has |= status <= 15 ? HAS_NAV_STATUS : 0;
    enginerun_send(r, &report);
}

static void test_no_vessel(void **state)
{
    struct enginerun r;
    uint32_t mmsi[4];
    struct buf text = {0};
    (void)state;
    enginerun_init(&r, yaml, NULL);
    place(&r, 10, 36, 14);
    place(&r, 10, 36, 14);  /* not newer */
    place(&r, 200, 36, 14); /* no gap is told */
    say(&r, SART, 200, "SART ACTIVE");
    enginerun_fix(&r, SART, 201, 0, 0, 0); /* 0 N 0 E is none */
    const struct engine_counts *n = engine_counts(r.engine);
    assert_int_equal(n->reports, 5);
    assert_int_equal(n->distress, 5);
    assert_int_equal(n->old, 1);
    assert_int_equal(n->no_position, 1);
    assert_int_equal(n->not_a_ship + n->fixes + n->statics, 0);
    assert_int_equal(engine_vessel_count(r.engine), 0);
    assert_int_equal(engine_vessels(r.engine, mmsi, 4), 0);
    assert_int_equal(engine_describe(r.engine, SART, &text), ERR_NOT_FOUND);
    assert_true(engine_deadline(r.engine) == INT64_MAX);
    assert_told_by(&r, "sos distress.heard 970012345 10; ");
    buf_finish(&text);
    enginerun_finish(&r);
}

/* A lifeboat does not sail 600 nm in a minute, but its message is told. */
static void test_nothing_is_held(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, "site: test\nrules: [{id: sos, when: distress}]\n", NULL);
    for (int i = 0; i < 4; i++)
        place(&r, 10 + i, i % 2 == 0 ? 36 : 46, 14);
    assert_told_by(&r, "sos distress.heard 970012345 10; sos distress.heard 970012345 11;"
                       " sos distress.heard 970012345 12; "
                       "sos distress.heard 970012345 13; ");
    assert_string_equal(enginerun_member(&r, "data.position.coordinates"),
                        "[126.5,46.0]");
    enginerun_finish(&r);
}

/* In a table without a status, the text decides; before any text it is distress. The
 * severity of a test is info also where the rule has another. */
static void test_test_or_not(void **state)
{
    static const struct {
        int status;       /* 99: not said */
        const char *text; /* NULL: a position */
        const char *severity;
    } rows[] = {
        {99, NULL, "critical"},
        {15, NULL, "info"},
        {99, NULL, "info"},
        {0, NULL, "critical"},
        {99, "SART TEST", "info"},
        {99, NULL, "info"},
        {99, "SART ACTIVE", "critical"},
        {99, NULL, "critical"},
        {99, "epirb self-test", "info"},
        {14, NULL, "critical"},
    };
    struct enginerun r;
    (void)state;
    enginerun_init(&r,
                   "site: test\n"
                   "rules: [{id: sos, when: distress, severity: critical}]\n",
                   NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* Seven hours apart: each is told anew. */
        if (rows[i].text != NULL)
            say(&r, SART, (double)i * 420, rows[i].text);
        else
            place(&r, (double)i * 420, 36, rows[i].status);
        if (strcmp(enginerun_member(&r, "data.severity"), rows[i].severity) != 0)
            fail_msg("row %zu: %s", i, enginerun_member(&r, "data.severity"));
        bool is_test = strcmp(rows[i].severity, "info") == 0;
        assert_string_equal(enginerun_member(&r, "data.distress.test"),
                            is_test ? "true" : "false");
        assert_int_equal(r.alerts, i + 1);
    }
    enginerun_finish(&r);
}

/* After a stop and start, and after a reload, nothing is told twice and what is folded
 * stays folded; a rule whose definition changed starts again. */
static void test_saved(void **state)
{
    static const char changed[] = "site: test\n"
                                  "rules:\n"
                                  "  - {id: sos, when: distress, repeat: 30d}\n"
                                  "  - {id: near, when: distress, again_beyond: 1nm}\n";
    struct enginerun r;
    (void)state;
    enginerun_init(&r, yaml, NULL);
    say(&r, SART, 5, "SART TEST");
    place(&r, 10, 36, 14);
    assert_told_by(&r, "sos distress.heard 970012345 5; sos distress.heard 970012345 "
                       "10; ");
    enginerun_restart(&r, yaml, NULL);
    say(&r, SART, 11, "SART ACTIVE");
    place(&r, 12, 36.01, 14);
    say(&r, SART, 13, "SART TEST");
    assert_told_by(&r, "");
    enginerun_reconfigure(&r, changed, NULL);
    place(&r, 14, 36.01, 14);
    assert_told_by(&r, "near distress.heard 970012345 14; ");
    enginerun_restart(&r, changed, NULL);
    /* 3 nm farther: one rule folds it, the other tells it, with the path from before. */
    place(&r, 15, 36.05, 14);
    assert_told_by(&r, "sos distress.heard 970012345 15 folded; "
                       "near distress.heard 970012345 15; ");
    assert_string_equal(enginerun_member(&r, "data.evidence.geometry.coordinates.0"),
                        "[126.5,36.0]");
    enginerun_finish(&r);
}

/* A thousand devices are kept: the one heard longest ago is forgotten, and is told
 * again when it comes back; one heard since is not. */
static void test_bounded(void **state)
{
    struct enginerun r;
    (void)state;
    enginerun_init(&r, "site: test\nrules: [{id: sos, when: distress}]\n", NULL);
    for (uint32_t i = 0; i < 1000; i++)
        say(&r, 972000000 + i, i / 100.0, "MOB ACTIVE");
    say(&r, 972000000, 20, "MOB ACTIVE");
    assert_int_equal(r.alerts, 1000);
    say(&r, 974000000, 21, "EPIRB ACTIVE");
    buf_clear(&r.told);
    say(&r, 972000000, 22, "MOB ACTIVE");
    say(&r, 972000002, 22, "MOB ACTIVE");
    say(&r, 972000001, 22, "MOB ACTIVE");
    assert_told_by(&r, "sos distress.heard 972000001 22; ");
    enginerun_finish(&r);
}

static int keep_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    assert_int_equal(mmsi, SART);
    buf_clear(context);
    return buf_add(context, record, n);
}

/* A row that is cut off anywhere, or has another version, is refused whole. */
static void test_bad_rows(void **state)
{
    struct enginerun r;
    struct buf row = {0};
    (void)state;
    enginerun_init(&r, yaml, NULL);
    place(&r, 10, 36, 14);
    say(&r, SART, 10, "SART ACTIVE");
    assert_int_equal(engine_wire_save(r.engine, false, keep_row, &row), 0);
    size_t whole = row.length;
    assert_true(whole > 20);
    buf_clear(&row);
    assert_int_equal(engine_wire_save(r.engine, false, keep_row, &row), 0);
    assert_int_equal(row.length, 0); /* clean */
    assert_int_equal(engine_wire_save(r.engine, true, keep_row, &row), 0);
    assert_int_equal(row.length, whole);
    for (size_t n = 0; n < whole; n++)
        assert_int_equal(engine_wire_load(r.engine, SART, row.data, n), ERR_CORRUPT);
    assert_int_equal(engine_wire_load(r.engine, SART, row.data, whole), 0);
    row.data[0] = 2;
    assert_int_equal(engine_wire_load(r.engine, SART, row.data, whole), ERR_CORRUPT);
    buf_finish(&row);
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_no_vessel), TEST(test_nothing_is_held),
          TEST(test_test_or_not), TEST(test_saved), TEST(test_bounded),
          TEST(test_bad_rows))
