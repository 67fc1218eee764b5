/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the bodies of alerts. tests/data/alert holds one golden file for each
 * type. They were written by hand from the published contract of alerts; their ids are
 * the output of `printf 'rule\nlookoutd.TYPE\nvessel\noccurrence' | sha256sum | cut
 * -c-32`. The other tests assert what holds for every body: it has no sentinel and no
 * control character, it is valid UTF-8, and its evidence is cut at 180 degrees and has
 * at most 64 points. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alertcase.h"
#include "lookout/alert/body.h"
#include "lookout/base/time.h"

/* Calls the function for every type of alert that alertcase makes. */
static void each_type(void (*check)(const char *type))
{
    for (size_t k = 0; rule_kinds[k] != NULL; k++)
        for (uint32_t e = 0; e < rule_kinds[k]->event_count; e++)
            if (alertcase_has(rule_kinds[k]->events[e].type))
                check(rule_kinds[k]->events[e].type);
}

/* The body equals the golden file byte for byte, except for blanks and line ends. */
static void assert_golden(const char *type, const char *body)
{
    char name[96];
    snprintf(name, sizeof name, "tests/data/alert/%s.json", type);
    char *text = test_read_file(test_root_path(name), NULL);
    assert_non_null(text);
    json_t *golden = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(golden);
    char *line = json_dumps(golden, JSON_COMPACT | JSON_REAL_PRECISION(10));
    test_keep_alerts("unit-", type, body);
    assert_string_equal(body, line);
    free(line);
    free(text);
    json_decref(golden);
}

static void check_golden(const char *type)
{
    struct alertcase c;
    alertcase_init(&c, type);
    char *body = alertcase_body(&c);
    assert_golden(type, body);
    free(body);
    alertcase_finish(&c);
}

static void test_golden(void **state)
{
    each_type(check_golden);
}

static void test_golden_of_the_shell(void **state)
{
    static char site[] = "yeosu-watch";
    struct alert_context context = {.site = site};
    struct alert alert = {0};
    int64_t now_ms = alertcase_at(19 + 4 / 60.0), since_ms = alertcase_at(18 + 50 / 60.0);
    assert_int_equal(alert_make_feed(&context, true, "shore", since_ms, now_ms, &alert),
                     0);
    assert_golden("feed.silent", alert.body);
    assert_int_equal(alert.severity, SEVERITY_CRITICAL);
    assert_string_equal(alert.rule, "");
    assert_int_equal(alert.mmsi, 0);
    alert_finish(&alert);
    assert_int_equal(alert_make_feed(&context, false, "shore", since_ms, now_ms, &alert),
                     0);
    assert_golden("feed.recovered", alert.body);
    assert_int_equal(alert.severity, SEVERITY_INFO);
    alert_finish(&alert);
    assert_int_equal(alert_make_trouble(&context, "limit",
                                        "180000 of 200000 vessels are known.", now_ms,
                                        &alert),
                     0);
    assert_golden("trouble", alert.body);
    assert_int_equal(alert.severity, SEVERITY_WARNING);
    assert_string_equal(alert.rule, "");
    alert_finish(&alert);
    assert_int_equal(alert_make_test(&context, now_ms, &alert), 0);
    assert_golden("test", alert.body);
    alert_finish(&alert);
}

/* --- lists --- */

static char list_id[] = "OFAC-SDN", list_file[] = "sdn.csv", published[] = "2024-03-25",
            list_sum[] =
                "c4658a14c1b7f5d6f9cef8268a7cb5376045b91f7c19f035070314c42055a61c";
static const struct watch_list test_list = {
    .id = list_id, .file = list_file, .published = published, .sha256 = list_sum};

/* The ship of the other alerts, as that list has it. */
static void make_entry(struct watch_entry *ret_entry, struct watch_source *ret_source)
{
    static char none[] = "", name[] = "EXAMPLE TRADER", entry[] = "1001",
                program[] = "DPRK4", owner[] = "EXAMPLE SHIPPING";
    static char *programs[] = {program}, *owners[] = {owner};
    *ret_source = (struct watch_source){.list = &test_list,
                                        .entry = entry,
                                        .name = name,
                                        .programs = programs,
                                        .program_count = 1,
                                        .owners = owners,
                                        .owner_count = 1};
    *ret_entry = (struct watch_entry){.id = none,
                                      .name = name,
                                      .callsign = none,
                                      .note = none,
                                      .imo = 9999993,
                                      .sources = ret_source,
                                      .source_count = 1};
}

static void check_listing(const struct alert_listing *listing, const char *golden)
{
    static char site[] = "yeosu-watch";
    struct alert_context context = {.site = site};
    struct alert alert;
    json_t *data = NULL;
    assert_int_equal(alert_list_begin(&context, listing, &alert, &data), 0);
    json_object_set_new(data, "calls", json_array());
    json_object_set_new(data, "silences", json_array());
    assert_int_equal(alert_list_seal(&alert, site, data), 0);
    assert_golden(golden, alert.body);
    assert_int_equal(alert.severity, SEVERITY_WARNING);
    assert_string_equal(alert.rule, "");
    assert_int_equal(alert.imo, 9999993);
    alert_finish(&alert);
}

/* A ship that was heard is listed; one that was not is taken off. */
static void test_golden_of_lists(void **state)
{
    struct alertcase c;
    struct watch_entry entry;
    struct watch_source source;
    alertcase_init(&c, "zone.entered");
    make_entry(&entry, &source);
    struct body_ship heard = {445000001, &c.info, &entry, WATCH_BY_IMO, NULL},
                     unheard = {0};
    struct alert_listing listing = {.is_listed = true,
                                    .ship = &heard,
                                    .entry = &entry,
                                    .source = &source,
                                    .list = &test_list,
                                    .read_ms = alertcase_at(19)};
    check_listing(&listing, "vessel.listed");
    listing.is_listed = false;
    listing.ship = &unheard;
    check_listing(&listing, "vessel.delisted");
    alertcase_finish(&c);
}

static void test_golden_of_a_refused_list(void **state)
{
    static char site[] = "yeosu-watch";
    struct alert_context context = {.site = site};
    struct alert alert;
    const struct alert_refusal refusal = {
        .id = list_id,
        .file = list_file,
        .sha256 = list_sum,
        .in_force = "",
        .reason = "it has 3 ships, fewer than 50% of the 12 that the list had",
        .ships = 3,
        .ships_before = 12,
        .read_ms = alertcase_at(19)};
    assert_int_equal(alert_list_make_refused(&context, &refusal, &alert), 0);
    assert_golden("list.refused", alert.body);
    assert_int_equal(alert.severity, SEVERITY_CRITICAL);
    assert_int_equal(alert.mmsi, 0);
    alert_finish(&alert);
}

/* --- identity --- */

static void id_of(struct alertcase *c, char ret_id[HASH_ID_BYTES])
{
    struct alert alert = {0};
    assert_int_equal(rule_alert_make(&c->context, &c->look, &c->finding, &alert), 0);
    memcpy(ret_id, alert.id, HASH_ID_BYTES);
    alert_finish(&alert);
}

/* The time of noticing, the site and the names do not change an alert's identity.
 * Another rule, type, vessel or occurrence makes another alert. */
static void test_identity(void **state)
{
    struct alertcase c;
    char first[HASH_ID_BYTES], id[HASH_ID_BYTES];
    static char elsewhere[] = "elsewhere";
    alertcase_init(&c, "zone.entered");
    id_of(&c, first);
    c.look.now_ms += HOUR_MS;
    c.context.site = elsewhere;
    c.context.link = NULL;
    strcpy(c.info.name, "OTHER NAME");
    c.subject.watch = NULL;
    id_of(&c, id);
    assert_string_equal(id, first);
    strcat(c.finding.occurrence, "1");
    id_of(&c, id);
    assert_string_not_equal(id, first);
    c.finding.occurrence[strlen(c.finding.occurrence) - 1] = '\0';
    c.finding.event = 1;
    id_of(&c, id);
    assert_string_not_equal(id, first);
    c.finding.event = 0;
    c.subject.mmsi++;
    id_of(&c, id);
    assert_string_not_equal(id, first);
    c.subject.mmsi--;
    c.rule.id[0] = 'q';
    id_of(&c, id);
    assert_string_not_equal(id, first);
    c.rule.id[0] = 'r';
    id_of(&c, id);
    assert_string_equal(id, first);
    alertcase_finish(&c);
}

/* --- what is unknown --- */

/* Nothing is known of this ship but its MMSI and a position without speed. */
static void check_nothing_known(const char *type)
{
    struct alertcase c;
    alertcase_init(&c, type);
    vessel_static_init(&c.info);
    c.subject.mmsi = 666000111; /* Somalia, ITU MID 666 */
    c.subject.watch = NULL;
    c.subject.matched_by = WATCH_BY_NONE;
    c.context.link = NULL;
    struct track track = *c.subject.track;
    track.last.has = 0;
    c.subject.track = &track;
    c.call.entered_ms = c.call.arrived_ms = TIME_NONE;
    c.call.at_start = true;
    c.voyage.destination_count = 0;
    c.voyage.draught_arrival_dm = c.voyage.draught_departure_dm = 0;
    c.forecast.eta_ms = TIME_NONE;
    c.forecast.port = PORT_NONE;
    if (strcmp(type, "vessel.sighted") == 0)
        c.sighted_since_ms = TIME_NONE;
    char *body = alertcase_body(&c);
    static const char *const never[] = {
        "511",           "102.3",   "360",        "-9223372036854775808",
        "1023",          "null",    "\"\"",       "292277",
        "4294967295",    "nan",     "imo",        "callsign",
        "sog_kn",        "cog_deg", "matched_by", "tags",
        "destination\"", "draught"};
    for (size_t k = 0; k < sizeof never / sizeof never[0]; k++)
        if (strstr(body, never[k]) != NULL)
            fail_msg("%s has %s: %s", type, never[k], body);
    json_t *event = json_loads(body, 0, NULL);
    assert_non_null(event);
    json_t *vessel = json_object_get(json_object_get(event, "data"), "vessel");
    assert_int_equal(json_object_size(vessel), 3);
    assert_int_equal(json_integer_value(json_object_get(vessel, "mmsi")), 666000111);
    assert_string_equal(json_string_value(json_object_get(vessel, "flag")), "SO");
    assert_true(json_is_false(json_object_get(vessel, "watched")));
    char name[64];
    snprintf(name, sizeof name, "unknown-%s", type);
    test_keep_alerts("unit-", name, body);
    json_decref(event);
    free(body);
    c.subject.track = NULL;
    alertcase_finish(&c);
}

static void test_nothing_known(void **state)
{
    each_type(check_nothing_known);
}

/* Nobody saw a ship enter that was inside when it was first heard. */
static void test_there_at_start(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "port.entered");
    char *body = alertcase_body(&c);
    assert_non_null(strstr(body, " entered the area of port "));
    free(body);
    c.call.at_start = true;
    c.call.entered_ms = TIME_NONE;
    body = alertcase_body(&c);
    assert_non_null(strstr(body, " was in the area of port "));
    assert_non_null(strstr(body, " when first heard "));
    assert_null(strstr(body, "entered the area"));
    free(body);
    alertcase_finish(&c);
}

/* The contract: "A call under way when the data begin counts, its entered_at and
 * arrived_at absent". The same holds for the calls of a route, also after the state is
 * saved and read again. */
static void test_route_from_a_call_under_way(void **state)
{
    struct alertcase c;
    struct buf saved = {0};
    struct wire_writer w = {.out = &saved};
    struct wire_reader r;
    struct route_state runs = {.run_count = 1, .last_port = PORT_NONE};
    alertcase_init(&c, "route.progressed");
    c.run.stops[0].is_arrival_unknown = true;
    runs.runs[0] = c.run;
    route_wire_save(&runs, c.ports, c.zones, &w);
    memset(&runs, 0, sizeof runs);
    wire_reader_init(&r, saved.data, saved.length);
    assert_int_equal(route_wire_load(&runs, c.ports, c.zones, &r), 0);
    c.run = runs.runs[0];
    char *body = alertcase_body(&c);
    json_t *event = json_loads(body, 0, NULL), *calls, *first;
    assert_int_equal(
        json_unpack(event, "{s:{s:{s:o}}}", "data", "route", "calls", &calls), 0);
    first = json_array_get(calls, 0);
    assert_null(json_object_get(first, "arrived_at"));
    assert_non_null(json_object_get(first, "departed_at"));
    assert_int_equal(json_integer_value(json_object_get(first, "confidence")),
                     c.run.stops[0].confidence);
    assert_non_null(json_object_get(json_array_get(calls, 1), "arrived_at"));
    test_keep_alerts("unit-", "under-way", body);
    json_decref(event);
    free(body);
    buf_finish(&saved);
    alertcase_finish(&c);
}

/* No feed should let these bytes in. The body does not let them out either. */
static void test_hostile_text(void **state)
{
    static const char *const texts[] = {
        "A\nB\tC\x01\x7f", "\xc3\x28 \xff\xfe", "\xe2\x80\xae EVIL", "\xf0\x9f\x9a\xa2",
        "\"}],\\\"",       "\xed\xa0\x80",      "\xc2\x85NEXT"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct alertcase c;
        alertcase_init(&c, i % 2 == 0 ? "zone.entered" : "voyage.completed");
        strcpy(c.info.name, texts[i]);
        strcpy(c.info.destination, texts[i]);
        strcpy(c.voyage.destinations[0], texts[i]);
        memcpy(c.info.callsign, "\xff\n\x80", 4);
        char *body = alertcase_body(&c);
        json_t *event = json_loads(body, 0, NULL); /* refuses invalid UTF-8 */
        assert_non_null(event);
        json_t *data = json_object_get(event, "data");
        const char *said[] = {
            json_string_value(json_object_get(data, "summary")),
            json_string_value(json_object_get(json_object_get(data, "vessel"), "name")),
            json_string_value(
                json_object_get(json_object_get(data, "vessel"), "callsign"))};
        for (size_t k = 0; k < 3; k++) {
            assert_non_null(said[k]);
            for (const char *p = said[k]; *p != '\0'; p++)
                assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
            assert_null(strstr(said[k], "\xe2\x80\xae")); /* right-to-left override */
            assert_null(strstr(said[k], "\xc2\x85"));     /* a C1 control */
        }
        assert_null(strchr(body, '\n'));
        json_decref(event);
        free(body);
        alertcase_finish(&c);
    }
}

/* --- evidence --- */

static void sail(struct tracks *t, struct track **ret_track, int n, double lon0,
                 double dlon)
{
    struct track_conf conf = tracks_conf_default();
    tracks_init(t);
    for (int i = 0; i < n; i++) {
        double lat = 10 + (i % 2 ? 0.02 : 0.0) + (i % 3) * 0.005;
        struct track_fix fix = {
            .time_ms = alertcase_at(i * 0.1),
            .pos = geo_to_pos((struct geo_point){lat, geo_fold_lon(lon0 + dlon * i)})};
        enum track_verdict verdict;
        uint32_t gone;
        assert_int_equal(tracks_add(t, &conf, &fix, &verdict, ret_track, &gone), 0);
    }
}

static json_t *evidence_of(struct alertcase *c, json_t **ret_event)
{
    char *body = alertcase_body(c);
    *ret_event = json_loads(body, 0, NULL);
    free(body);
    assert_non_null(*ret_event);
    return json_object_get(json_object_get(*ret_event, "data"), "evidence");
}

/* A ship zigzags over 180 degrees. Its evidence is a MultiLineString; no segment is
 * longer than half the world; the times stand beside the points; there are at most 64
 * points; the two ends are exact. */
static void test_evidence_over_180(void **state)
{
    for (int turns = 0; turns < 2; turns++) {
        struct alertcase c;
        struct tracks t;
        struct track *track = NULL;
        json_t *event;
        alertcase_init(&c, "zone.entered");
        sail(&t, &track, 300, turns ? 179.99 : 179, turns ? 0.0001 : 0.01);
        c.subject.track = track;
        c.finding.evidence_ms = alertcase_at(0);
        json_t *evidence = evidence_of(&c, &event);
        json_t *geometry = json_object_get(evidence, "geometry");
        json_t *parts = json_object_get(geometry, "coordinates");
        json_t *times = json_object_get(json_object_get(evidence, "properties"), "times");
        assert_string_equal(json_string_value(json_object_get(geometry, "type")),
                            "MultiLineString");
        size_t points = 0;
        assert_int_equal(json_array_size(parts), json_array_size(times));
        for (size_t i = 0; i < json_array_size(parts); i++) {
            json_t *part = json_array_get(parts, i);
            points += json_array_size(part);
            assert_true(json_array_size(part) >= 2);
            assert_int_equal(json_array_size(part),
                             json_array_size(json_array_get(times, i)));
            double last = json_number_value(json_array_get(json_array_get(part, 0), 0));
            for (size_t k = 0; k < json_array_size(part); k++) {
                double lon =
                    json_number_value(json_array_get(json_array_get(part, k), 0));
                assert_true(lon >= -180 && lon <= 180);
                assert_true(lon - last < 180 && last - lon < 180);
                last = lon;
            }
        }
        assert_true(points <= 64);
        json_t *first = json_array_get(json_array_get(parts, 0), 0);
        assert_near(json_number_value(json_array_get(first, 0)), turns ? 179.99 : 179,
                    1e-6);
        json_decref(event);
        tracks_finish(&t);
        alertcase_finish(&c);
    }
}

static void test_evidence_of_one_fix(void **state)
{
    struct alertcase c;
    json_t *event;
    alertcase_init(&c, "vessel.sighted");
    struct track track = *c.subject.track;
    c.finding.evidence_ms = alertcase_at(18 + 4 / 60.0);
    track.fixes = 1;
    track.first = track.last;
    track.path[0] = track.path[track.path_count - 1];
    track.path_count = 1;
    c.subject.track = &track;
    json_t *evidence = evidence_of(&c, &event);
    json_t *geometry = json_object_get(evidence, "geometry");
    assert_string_equal(json_string_value(json_object_get(geometry, "type")), "Point");
    assert_near(
        json_number_value(json_array_get(json_object_get(geometry, "coordinates"), 0)),
        122.43, 1e-9);
    json_decref(event);
    alertcase_finish(&c);
}

TEST_MAIN(NULL, NULL, TEST(test_golden), TEST(test_golden_of_the_shell),
          TEST(test_golden_of_lists), TEST(test_golden_of_a_refused_list),
          TEST(test_identity), TEST(test_nothing_known), TEST(test_there_at_start),
          TEST(test_route_from_a_call_under_way), TEST(test_hostile_text),
          TEST(test_evidence_over_180), TEST(test_evidence_of_one_fix))
