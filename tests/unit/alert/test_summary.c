/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests what varies in the sentences of alerts; tests/data/alert has one
 * sentence of every type (test_alert). The expected sentences were written by hand from
 * the contract's example and from the questions of a watch officer: who, what, where,
 * when, what next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alertcase.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

#define WHO "EXAMPLE TRADER (IMO 9999993, MMSI 445000001, flag KP from MMSI, un1718)"
#define PORT " Position 36°52.8'N 122°25.8'E, 0.1 kn" /* 36.88 N 122.43 E */
#define LAST " Last position 36°52.8'N 122°25.8'E, 0.1 kn"
#define LAST_BOX " Last position 36°42.0'N 122°12.0'E, 0.1 kn"
#define BOX " Position 36°42.0'N 122°12.0'E, 0.1 kn" /* 36.7 N 122.2 E */
/* Speed and course have a time of their own when it differs from the alert's. */
#define THEN " Position 36°42.0'N 122°12.0'E; last report 25 Mar 18:04Z"
#define DECLARED "; destination declared as VLADIVOSTOK."

static void assert_says(struct alertcase *c, const char *wanted)
{
    char *summary = alertcase_summary(c);
    assert_string_equal(summary, wanted);
    free(summary);
}

/* --- who --- */

static void test_who(void **state)
{
    static const char tail[] =
        " left the area of port Shidao CNSHD 25 Mar 19:04Z." LAST ".";
    static char none[] = "", name[] = "FROM THE LIST", a[] = "a", b[] = "b";
    static char *tags[] = {a, b};
    struct alertcase c;
    char text[256];
    alertcase_init(&c, "port.left");
    c.info.destination[0] = '\0';
    snprintf(text, sizeof text, "%s%s", WHO, tail);
    assert_says(&c, text);
    struct watch_entry entry = {
        .id = none, .name = none, .callsign = none, .note = none, .tags = tags};
    c.subject.watch = &entry;
    entry.tag_count = 2;
    snprintf(text, sizeof text, "%s%s",
             "EXAMPLE TRADER (IMO 9999993, MMSI 445000001, flag KP from MMSI, a, b)",
             tail);
    assert_says(&c, text);
    entry.tag_count = 0;
    c.info.imo = 0;
    c.subject.mmsi = 100000001; /* no country has 100 */
    snprintf(text, sizeof text, "%s%s", "EXAMPLE TRADER (MMSI 100000001, watched)", tail);
    assert_says(&c, text);
    c.info.name[0] = '\0';
    snprintf(text, sizeof text, "%s%s", "Unnamed vessel (MMSI 100000001, watched)", tail);
    assert_says(&c, text);
    entry.name = name;
    snprintf(text, sizeof text, "%s%s", "FROM THE LIST (MMSI 100000001, watched)", tail);
    assert_says(&c, text);
    c.subject.watch = NULL;
    snprintf(text, sizeof text, "%s%s", "Unnamed vessel (MMSI 100000001)", tail);
    assert_says(&c, text);
    alertcase_finish(&c);
}

/* --- calls --- */

static void test_arrivals(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "port.arrived");
    c.info.destination[0] = '\0';
    c.call.kind = CALL_KIND_ANCHORAGE;
    assert_says(&c, WHO
                " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 19:04Z, at anchor." PORT
                ".");
    c.call.kind = CALL_KIND_UNKNOWN;
    c.look.now_ms = alertcase_at(24.25); /* the next day */
    assert_says(&c, WHO
                " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 26 Mar 00:15Z." PORT ".");
    c.call.at_start = true; /* under way when the data began */
    c.call.arrived_ms = c.call.entered_ms = TIME_NONE;
    assert_says(&c,
                WHO " is lying at Shidao CNSHD, since before 25 Mar 18:04Z." PORT ".");
    alertcase_finish(&c);
    alertcase_init(&c, "port.departed");
    c.info.destination[0] = '\0';
    c.call.arrived_ms = TIME_NONE;
    assert_says(&c, WHO " departed Shidao CNSHD 25 Mar 18:50Z." LAST ".");
    alertcase_finish(&c);
}

static void test_spans(void **state)
{
    static const struct {
        int64_t ms;
        const char *said;
    } rows[] = {
        {20 * SECOND_MS, "0 min"},  {119 * MINUTE_MS, "119 min"},
        {120 * MINUTE_MS, "2.0 h"}, {47 * HOUR_MS + 57 * MINUTE_MS, "48.0 h"},
        {48 * HOUR_MS, "2.0 d"},    {36 * DAY_MS, "36.0 d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct alertcase c;
        char text[256];
        alertcase_init(&c, "port.departed");
        c.info.destination[0] = '\0';
        c.call.arrived_ms = c.call.departed_ms - rows[i].ms;
        snprintf(text, sizeof text,
                 "%s departed Shidao CNSHD 25 Mar 18:50Z after %s in port." LAST ".", WHO,
                 rows[i].said);
        assert_says(&c, text);
        alertcase_finish(&c);
    }
}

/* --- routes --- */

static void use_route(struct alertcase *c, const char *pattern)
{
    route_destroy(alertcase_route(c)->route);
    assert_int_equal(
        route_compile(c->ports, c->zones, pattern, &alertcase_route(c)->route, NULL), 0);
}

static void test_what_is_awaited(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "route.progressed");
    /* `within` counts from the departure at 24 Mar 12:00Z and ends before `leg` would */
    alertcase_route(&c)->within_ms = 5 * DAY_MS;
    assert_says(&c, WHO
                " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 19:04Z; from Nampo "
                "24 Mar. r-1 2/3, awaits RUVVO, RUNJK or RUVYP by 29 Mar." PORT DECLARED);
    use_route(&c,
              "KPNAM >> CNSHD >> *"); /* more than four stops: the pattern as written */
    c.run.expires_ms = alertcase_at(24 * 3);
    assert_says(&c,
                WHO " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 19:04Z; from Nampo "
                    "24 Mar. r-1 2/3, awaits * by 28 Mar." PORT DECLARED);
    use_route(&c, "KPNAM >> CNSHD >> (RUVVO | @box)");
    c.look.now_ms = c.finding.time_ms;
    assert_says(&c,
                WHO " arrived Shidao CNSHD 25 Mar 18:04Z; from Nampo 24 Mar. r-1 2/3, "
                    "awaits (RUVVO | @box) by 28 Mar." PORT DECLARED);
    alertcase_finish(&c);
}

static void test_zone_steps(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "route.progressed");
    use_route(&c, "KPNAM >> (@box | @strait) >> RUVVO");
    c.run.stops[1].port = PORT_NONE;
    c.run.stops[1].zone = (uint32_t)zone_set_find(c.zones, "strait");
    c.run.stops[1].departed_ms = c.run.stops[1].arrived_ms;
    c.run.expires_ms = alertcase_at(24 * 3);
    assert_says(&c,
                WHO " crossed Korea Strait 25 Mar 18:04Z; from Nampo 24 Mar. r-1 2/3, "
                    "awaits RUVVO by 28 Mar." PORT DECLARED);
    c.run.stops[1].zone = (uint32_t)zone_set_find(c.zones, "box");
    assert_says(&c, WHO " was in Yeosu box 25 Mar 18:04Z; from Nampo 24 Mar. r-1 2/3, "
                        "awaits RUVVO by 28 Mar." PORT DECLARED);
    alertcase_finish(&c);
}

static void test_forecasts(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "route.forecast");
    c.forecast.ahead_count = 0;
    c.forecast.is_declared = false;
    c.forecast.eta_ms = TIME_NONE;
    assert_says(&c, WHO
                " is expected at Vladivostok RUVVO, forecast made 25 Mar 18:04Z because "
                "the ship is heading there over water. r-1 2/3: Nampo 23 Mar > "
                "Shidao 25 Mar, open until 4 Apr." PORT DECLARED);
    c.forecast.is_heading = false;
    c.forecast.is_gate = true;
    c.forecast.port = PORT_NONE;
    assert_says(&c, WHO " is expected at the last step, forecast made 25 Mar 18:04Z "
                        "because the ship crossed an awaited gate. r-1 2/3: Nampo 23 "
                        "Mar > Shidao 25 Mar, open until 4 Apr." PORT DECLARED);
    alertcase_finish(&c);
    alertcase_init(&c, "route.lapsed");
    c.forecast.port = PORT_NONE;
    assert_says(&c, WHO " did not go on to the next step as was forecast. r-1 lapsed 25 "
                        "Mar 19:00Z after Nampo 23 Mar > Shidao 25 Mar." LAST DECLARED);
    alertcase_finish(&c);
}

/* --- zones, gaps --- */

static void test_zones(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "zone.entered");
    c.info.destination[0] = '\0';
    c.zone.is_present = true;
    assert_says(&c, WHO " was in zone Yeosu box when first heard 25 Mar 17:00Z." THEN
                        ", 0.1 kn.");
    c.zone.is_present = false;
    c.zone.certainty = ZONE_POSSIBLE;
    assert_says(&c, WHO " entered zone Yeosu box 25 Mar 17:00Z, possible only: the fixes "
                        "before and after are far apart in time." THEN ", 0.1 kn.");
    struct track track = *c.subject.track;
    track.last.sog_dkn = 123;
    track.last.cog_ddeg = 59;
    c.zone.certainty = ZONE_OBSERVED;
    c.subject.track = &track;
    assert_says(&c, WHO " entered zone Yeosu box 25 Mar 17:00Z." THEN
                        ", 12.3 kn, course 006.");
    track.last.cog_ddeg = 3599; /* north, not 360 */
    assert_says(&c, WHO " entered zone Yeosu box 25 Mar 17:00Z." THEN
                        ", 12.3 kn, course 000.");
    alertcase_finish(&c);
    alertcase_init(&c, "gate.crossed");
    c.info.destination[0] = '\0';
    c.zone.certainty = ZONE_OBSERVED;
    c.zone.is_left_to_right = false;
    assert_says(&c,
                WHO " crossed gate Korea Strait right to left 25 Mar 18:00Z." BOX ".");
    alertcase_finish(&c);
}

static void test_gaps(void **state)
{
    struct alertcase c;
    alertcase_init(&c, "gap.ended");
    c.gap.distance_m = c.gap.implied_kn = -1;
    c.gap.heard = (struct coverage_heard){0, COVERAGE_NONE};
    assert_says(&c,
                WHO " is heard again 25 Mar 18:04Z after 9.8 h of silence. Meanwhile 0 "
                    "other vessels were heard within 30 nm of where it was last "
                    "heard: coverage is none. Before, it was usually heard every 6 "
                    "min." PORT DECLARED);
    c.gap.interval_ms = 0;
    c.limits.gap_nearby_m = 100000; /* the value of the key, not a number in the text */
    assert_says(&c,
                WHO " is heard again 25 Mar 18:04Z after 9.8 h of silence. Meanwhile 0 "
                    "other vessels were heard within 100 km of where it was last "
                    "heard: coverage is none." PORT DECLARED);
    c.gap.heard = (struct coverage_heard){4, COVERAGE_GOOD};
    c.gap.interval_ms = 10 * SECOND_MS;
    assert_says(&c,
                WHO " is heard again 25 Mar 18:04Z after 9.8 h of silence. Meanwhile 4 "
                    "other vessels were heard within 100 km of where it was last "
                    "heard: coverage is good. Before, it was usually heard every 10 "
                    "s." PORT DECLARED);
    alertcase_finish(&c);
    alertcase_init(&c, "vessel.sighted");
    c.info.destination[0] = '\0';
    c.sighted_since_ms = TIME_NONE;
    assert_says(&c, WHO " is heard for the first time 25 Mar 18:04Z." PORT ".");
    alertcase_finish(&c);
}

/* Degrees and minutes are given to a tenth. The values were worked out by hand: 60' is
 * the next degree. */
static void test_places(void **state)
{
    static const struct {
        double lat, lon;
        const char *said;
    } rows[] = {
        {36.88, 122.43, "36°52.8'N 122°25.8'E"},    {-0.5, -0.01, "00°30.0'S 000°00.6'W"},
        {59.9999, 5.99999, "60°00.0'N 006°00.0'E"}, {-90, -180, "90°00.0'S 180°00.0'W"},
        {1.00166, -179.95, "01°00.1'N 179°57.0'W"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        struct say_writer w = {.out = &out};
        say_place(&w, geo_to_pos((struct geo_point){rows[i].lat, rows[i].lon}));
        assert_int_equal(w.rc, 0);
        assert_string_equal(buf_text(&out), rows[i].said);
        buf_finish(&out);
    }
}

/* --- local time --- */

/* Korea is UTC+9 all year; Norway changed to CEST (UTC+2) on 2024-03-31 at 01:00Z (IANA
 * tz database). */
static void test_local_time(void **state)
{
    static int64_t always[] = {TIME_NONE};
    static int32_t nine[] = {32400};
    static char kst[][8] = {"KST"};
    static int64_t begins[] = {TIME_NONE, INT64_C(1711846800000)};
    static int32_t offsets[] = {3600, 7200};
    static char names[][8] = {"CET", "CEST"};
    struct engine_timezone seoul = {
        .begin_ms = always, .offset_s = nine, .abbreviation = kst, .count = 1};
    struct engine_timezone oslo = {
        .begin_ms = begins, .offset_s = offsets, .abbreviation = names, .count = 2};
    struct alertcase c;
    alertcase_init(&c, "gate.crossed");
    c.info.destination[0] = '\0';
    c.zone.certainty = ZONE_OBSERVED;
    c.context.timezone = &seoul;
    assert_says(&c, WHO " crossed gate Korea Strait left to right 25 Mar 18:00Z (26 Mar "
                        "03:00 KST)." BOX ".");
    c.context.timezone = &oslo;
    assert_says(&c, WHO " crossed gate Korea Strait left to right 25 Mar 18:00Z (19:00 "
                        "CET)." BOX ".");
    c.finding.time_ms = INT64_C(1711846800000) - SECOND_MS;
    assert_says(&c, WHO " crossed gate Korea Strait left to right 31 Mar 00:59Z (01:59 "
                        "CET)." LAST_BOX ".");
    c.finding.time_ms = INT64_C(1711846800000);
    assert_says(&c, WHO " crossed gate Korea Strait left to right 31 Mar 01:00Z (03:00 "
                        "CEST)." LAST_BOX ".");
    alertcase_finish(&c);
    /* In a forecast, too, each time has its own local time, and a day is a local day. */
    alertcase_init(&c, "route.forecast");
    c.context.timezone = &seoul;
    c.forecast.ahead_count = 0;
    assert_says(&c,
                WHO " is expected at Vladivostok RUVVO about 28 Mar 18:04Z (29 Mar 03:04 "
                    "KST), forecast made 25 Mar 18:04Z (26 Mar 03:04 KST) because the "
                    "ship declares that destination and is heading there over water. "
                    "r-1 2/3: Nampo 23 Mar > Shidao 25 Mar (26 Mar KST), open until 4 "
                    "Apr (5 Apr KST)." PORT DECLARED);
    alertcase_finish(&c);
}

TEST_MAIN(NULL, NULL, TEST(test_who), TEST(test_arrivals), TEST(test_spans),
          TEST(test_what_is_awaited), TEST(test_zone_steps), TEST(test_forecasts),
          TEST(test_zones), TEST(test_gaps), TEST(test_places), TEST(test_local_time))
