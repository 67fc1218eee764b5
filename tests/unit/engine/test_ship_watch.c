/* SPDX-License-Identifier: Apache-2.0 */
/* A list that is read anew while ships lie in zones and ports: those that it adds are
 * told then, once, and with the time at which they came. Minutes are invented. */
#include <stdio.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/base/time.h"

#define A 440000001u
#define B 440000002u

#define CONF(vessels)                                                                    \
    "site: test\nports:\n  define:\n"                                                    \
    "    - {locode: XXAAA, name: Alpha, lat: 0, lon: -140}\n"                            \
    "zones: [zones.geojson]\n" vessels "rules:\n"                                        \
    "  - {id: box, when: zone, zones: [box], vessels: watched, events: [enter]}\n"       \
    "  - {id: all, when: zone, zones: [box], events: [enter]}\n"                         \
    "  - {id: calls, when: port_call, vessels: {tags: [un]}}\n"
static const char nobody[] = CONF("");
static const char listed[] = CONF("vessels: [{id: a, mmsi: 440000001}]\n");
static const char tagged[] = CONF("vessels: [{id: a, mmsi: 440000001, tags: [un]}]\n");
static const char box[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-140.5,-0.5],"
    "[-139.5,-0.5],[-139.5,0.5],[-140.5,0.5],[-140.5,-0.5]]]}}]}";

/* A comes into the box at 5 and into the port, and lies there; B was there before. */
static void arrive(struct enginerun *r)
{
    enginerun_fix(r, B, 0, 0.01, -140, 0);
    enginerun_fix(r, A, 0, 0, -140.6, 12);
    enginerun_fix(r, A, 60, 0, -140.4, 12);
    enginerun_fix(r, A, 120, 0, -140.001, 0);
    enginerun_lie(r, A, 130, 600, 10, 0, -140);
}

static void test_reload(void **state)
{
    struct enginerun r;
    enginerun_init(&r, nobody, box);
    arrive(&r);
    assert_told_by(&r, "all zone.entered 440000001 30; ");
    enginerun_reconfigure(&r, listed, box);
    assert_told_by(&r, "");
    /* There is something to do at once; it is told once. */
    assert_true(engine_deadline(r.engine) <= engine_now(r.engine));
    enginerun_tick(&r, 601);
    assert_told_by(&r, "box zone.entered 440000001 30; ");
    enginerun_lie(&r, A, 610, 650, 10, 0, -140);
    enginerun_reconfigure(&r, listed, box);
    enginerun_tick(&r, 655);
    enginerun_restart(&r, listed, box);
    enginerun_lie(&r, A, 660, 700, 10, 0, -140);
    assert_told_by(&r, "");
    /* Another tag makes another rule cover it. */
    enginerun_reconfigure(&r, tagged, box);
    enginerun_lie(&r, A, 710, 720, 10, 0, -140);
    assert_told_by(&r, "calls port.arrived 440000001 120; ");
    /* Dropped, and added again: what was told stays told. */
    enginerun_reconfigure(&r, nobody, box);
    enginerun_lie(&r, A, 730, 740, 10, 0, -140);
    enginerun_reconfigure(&r, tagged, box);
    enginerun_lie(&r, A, 750, 760, 10, 0, -140);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* As a restart with the changed file; a ship that is heard no more is told as well. */
static void test_restart(void **state)
{
    struct enginerun r;
    enginerun_init(&r, nobody, box);
    arrive(&r);
    assert_told_by(&r, "all zone.entered 440000001 30; ");
    enginerun_restart(&r, tagged, box);
    enginerun_fix(&r, B, 610, 0.01, -140, 0);
    assert_told_by(&r, "box zone.entered 440000001 30; calls port.arrived 440000001 "
                       "120; ");
    enginerun_restart(&r, tagged, box);
    enginerun_fix(&r, B, 620, 0.01, -140, 0);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* The ship that sends another IMO number stays the entry's over a restart, and leaves it
 * with the entry. */
static void test_before(void **state)
{
    static const char by_imo[] = CONF("vessels: [{id: a, imo: 9999993}]\n");
    struct enginerun r;
    enginerun_init(&r, by_imo, box);
    struct report report = enginerun_report(A, 0);
    report.has = HAS_IMO;
    report.imo = 9999993;
    enginerun_send(&r, &report);
    for (int i = 1; i < 3; i++) {
        report = enginerun_report(A, 10 * i);
        report.has = HAS_IMO;
        report.imo = 9999979;
        enginerun_send(&r, &report);
    }
    enginerun_restart(&r, by_imo, box);
    enginerun_fix(&r, A, 60, 0, -140.6, 12);
    enginerun_fix(&r, A, 120, 0, -140.4, 12);
    enginerun_fix(&r, A, 130, 0, -140.3, 12);
    assert_told_by(&r, "box zone.entered 440000001 90; all zone.entered 440000001 90; ");
    assert_string_equal(enginerun_member(&r, "data.vessel.matched_by"), "before");
    enginerun_restart(&r, nobody, box);
    enginerun_fix(&r, A, 300, 0, -140.6, 12);
    enginerun_fix(&r, A, 310, 0, -140.7, 12);
    enginerun_fix(&r, A, 400, 0, -140.4, 12);
    enginerun_fix(&r, A, 410, 0, -140.3, 12);
    assert_string_equal(enginerun_member(&r, "data.vessel.watched"), "false");
    enginerun_finish(&r);
}

static void send_imo(struct enginerun *r, uint32_t mmsi, double minute, uint32_t imo)
{
    struct report report = enginerun_report(mmsi, minute);
    report.has = HAS_IMO;
    report.imo = imo;
    enginerun_send(r, &report);
}

/* Another IMO number of a watched ship is told without any rule when two messages 10
 * minutes apart brought it and none between the one before; not going back to that. */
static void test_imo_changes(void **state)
{
    static const char yaml[] = "site: test\nvessels: [{id: a, imo: 9999993}]\n";
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    send_imo(&r, A, -10, 9999993);
    enginerun_fix(&r, A, 0, 0, -140, 0);
    enginerun_fix(&r, B, 0, 1, -140, 0);
    send_imo(&r, A, 1, 9999993);
    send_imo(&r, B, 1, 9999967);
    send_imo(&r, A, 10, 9999979);
    send_imo(&r, A, 19, 9999979); /* nine minutes */
    send_imo(&r, A, 19.5, 9999993);
    send_imo(&r, A, 20, 9999979);
    send_imo(&r, B, 20, 9999955); /* on no list */
    send_imo(&r, B, 40, 9999955);
    enginerun_restart(&r, yaml, NULL);
    assert_told_by(&r, "");
    send_imo(&r, A, 41, 9999979);
    assert_told_by(&r, " identity.changed 440000001 41; ");
    assert_string_equal(enginerun_member(&r, "data.identity.from_since"),
                        "2024-03-23T23:50:00Z");
    send_imo(&r, A, 60, 9999993);
    send_imo(&r, A, 80, 9999993);
    send_imo(&r, A, 90, 9999979);
    send_imo(&r, A, 110, 9999979);
    assert_told_by(&r, "");
    send_imo(&r, A, 120, 9999981);
    send_imo(&r, A, 130, 9999981);
    assert_told_by(&r, " identity.changed 440000001 130; ");
    assert_string_equal(enginerun_member(&r, "data.identity.from_since"),
                        "2024-03-24T01:30:00Z");
    enginerun_finish(&r);
}

/* --- a list that drops a ship --- */

static const char head[] = "imo,name\n9999967,OTHER\n", star[] = "9999993,STAR\n";

/* A configuration whose one list has those rows. */
static void make_listed(const char *path, const char *rows, char ret_yaml[300])
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fprintf(f, "%s%s", head, rows) > 0);
    assert_int_equal(fclose(f), 0);
    snprintf(ret_yaml, 300, "site: test\nvessel_lists: [{file: %s, list: own}]\n", path);
}

static int note_listing(void *context, const struct alert *alert, struct json_t *data)
{
    json_decref(data);
    return buf_printf(context, "%s %u; ", alert->type + strlen("lookoutd."), alert->mmsi);
}

/* The ship is told that the list has dropped, also where it sends another IMO number than
 * the entry's since; what was never on the list is not. */
static void check_delisted(uint32_t imo_since, bool is_restarted)
{
    static const char path[] = "/tmp/lookout-ship-watch.csv";
    char with[300], without[300];
    struct engine_conf before;
    struct buf told = {0};
    struct enginerun r;
    make_listed(path, star, with);
    enginerun_conf(with, NULL, &before);
    enginerun_init(&r, with, NULL);
    enginerun_fix(&r, A, 0, 0, -140, 0);
    enginerun_fix(&r, B, 0, 1, -140, 0);
    send_imo(&r, A, 1, 9999993);
    send_imo(&r, B, 1, 9999979);
    for (int minute = 10; imo_since != 0 && minute <= 30; minute += 10)
        send_imo(&r, A, minute, imo_since);
    make_listed(path, "", without);
    if (is_restarted)
        enginerun_restart(&r, without, NULL);
    else
        enginerun_reconfigure(&r, without, NULL);
    assert_int_equal(
        engine_listings(r.engine, before.watch, ENGINERUN_DAY0, note_listing, &told), 0);
    assert_string_equal(buf_text(&told), "vessel.delisted 440000001; ");
    buf_finish(&told);
    enginerun_finish(&r);
    engine_conf_finish(&before);
    remove(path);
}

static void test_delisted(void **state)
{
    check_delisted(0, false);
    check_delisted(9999981, false);
    check_delisted(9999981, true);
}

TEST_MAIN(NULL, NULL, TEST(test_imo_changes), TEST(test_delisted), TEST(test_reload),
          TEST(test_restart), TEST(test_before))
