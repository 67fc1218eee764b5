/* SPDX-License-Identifier: Apache-2.0 */
/* Signal K deltas: the shape of the specification (signalk.org/specification, "Delta
 * format"), paths and states as @signalk/nmea0183-signalk and n2k-signalk send them; SI
 * units. The ships are invented. */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define SHIP "vessels.urn:mrn:imo:mmsi:431000001"
#define PLACE                                                                            \
    "{\"path\":\"navigation.position\",\"value\":{\"latitude\":60.217615,\"longitude\":" \
    "25.2026083}}"

/* A delta of one update with these values. */
static void run_values(struct inputrun *run, const char *context, const char *values)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{\"context\":\"%s\",\"updates\":[{\"$source\":\"n2k.43\",\"timestamp\":"
             "\"2014-08-15T15:00:01.665Z\",\"values\":[%s]}]}\n",
             context, values);
    struct input_conf conf = inputrun_tape();
    conf.start_ms = INPUTRUN_START;
    inputrun_bytes(run, &conf, text, strlen(text));
}

/* The values of n2k-signalk's test of PGN 129038: 2.26 m/s are 4.39 kn, 1.54 rad 88.2
 * degrees, 2.2672 rad 129.9 degrees. */
static void test_position(void **state)
{
    struct inputrun run;
    run_values(&run, SHIP,
               PLACE ",{\"path\":\"navigation.speedOverGround\",\"value\":2.26},"
                     "{\"path\":\"navigation.courseOverGroundTrue\",\"value\":1.54},"
                     "{\"path\":\"navigation.headingTrue\",\"value\":2.2672},"
                     "{\"path\":\"navigation.rateOfTurn\",\"value\":0.047},"
                     "{\"path\":\"navigation.state\",\"value\":\"motoring\"},"
                     "{\"path\":\"sensors.ais.class\",\"value\":\"A\"}");
    assert_int_equal(run.count, 1);
    const struct report *r = &run.reports[0];
    assert_int_equal(r->mmsi, 431000001);
    assert_int_equal(r->has,
                     HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS);
    assert_int_equal(r->pos.lat_e7, 602176150);
    assert_int_equal(r->pos.lon_e7, 252026083);
    assert_int_equal(r->sog_dkn, 44);
    assert_int_equal(r->cog_ddeg, 882);
    assert_int_equal(r->heading_deg, 130);
    assert_int_equal(r->nav_status, 0);
    assert_int_equal(r->time_ms, INT64_C(1408114801665));
    assert_string_equal(r->station, "n2k.43");
    inputrun_free(&run);
}

static void test_statics(void **state)
{
    struct inputrun run;
    run_values(
        &run, SHIP,
        "{\"path\":\"\",\"value\":{\"mmsi\":\"431000001\",\"name\":\"EXAMPLE TRADER\"}},"
        "{\"path\":\"\",\"value\":{\"registrations\":{\"imo\":\"IMO 9999993\"},"
        "\"communication\":{\"callsignVhf\":\"HMXX\"}}},"
        "{\"path\":\"design.aisShipType\",\"value\":{\"id\":70,\"name\":\"Cargo\"}},"
        "{\"path\":\"design.length\",\"value\":{\"overall\":80}},"
        "{\"path\":\"design.beam\",\"value\":12},"
        "{\"path\":\"design.draft\",\"value\":{\"current\":5.5}},"
        "{\"path\":\"navigation.destination.commonName\",\"value\":\"BUSAN\"},"
        "{\"path\":\"sensors.ais.class\",\"value\":\"B\"}");
    assert_int_equal(run.count, 1);
    const struct report *r = &run.reports[0];
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_string_equal(r->callsign, "HMXX");
    assert_string_equal(r->destination, "BUSAN");
    assert_int_equal(r->imo, 9999993);
    assert_int_equal(r->ship_type, 70);
    assert_int_equal(r->length_m, 80);
    assert_int_equal(r->beam_m, 12);
    assert_int_equal(r->draught_dm, 55);
    assert_true(r->is_class_b);
    inputrun_free(&run);
}

/* navigation.state as in the specification; the standard has other words. */
static void test_states(void **state)
{
    static const struct {
        const char *word;
        int status; /* -1: none */
    } rows[] = {
        {"motoring", 0},
        {"anchored", 1},
        {"not under command", 2},
        {"restricted manouverability", 3},
        {"constrained by draft", 4},
        {"moored", 5},
        {"aground", 6},
        {"fishing", 7},
        {"sailing", 8},
        {"hazardous material high speed", 9},
        {"ais-sart", 14},
        {"default", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char values[256];
        snprintf(values, sizeof values,
                 PLACE ",{\"path\":\"navigation.state\",\"value\":\"%s\"}", rows[i].word);
        run_values(&run, SHIP, values);
        assert_int_equal(run.count, 1);
        assert_int_equal((run.reports[0].has & HAS_NAV_STATUS) != 0, rows[i].status >= 0);
        if (rows[i].status >= 0)
            assert_int_equal(run.reports[0].nav_status, rows[i].status);
        inputrun_free(&run);
    }
}

static void test_angles(void **state)
{
    static const struct {
        const char *rad;
        int ddeg; /* -1: none */
    } rows[] = {{"0", 0},    {"3.14159", 1800}, {"6.2831853", 0}, {"-1.5707963", 2700},
                {"6.5", -1}, {"-4", -1},        {"null", -1},     {"\"x\"", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char values[256];
        snprintf(values, sizeof values,
                 PLACE ",{\"path\":\"navigation.courseOverGroundTrue\",\"value\":%s}",
                 rows[i].rad);
        run_values(&run, SHIP, values);
        assert_int_equal(run.count, 1);
        assert_int_equal((run.reports[0].has & HAS_COG) != 0, rows[i].ddeg >= 0);
        if (rows[i].ddeg >= 0)
            assert_int_equal(run.reports[0].cog_ddeg, rows[i].ddeg);
        inputrun_free(&run);
    }
}

/* Each update is a report with its own time; the context may come last. */
static void test_updates(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run, "{\"updates\":[{\"timestamp\":\"2014-08-15T15:00:01Z\",\"values\":[" PLACE
              "]},{\"timestamp\":\"2014-08-15T15:00:05Z\",\"values\":[{\"path\":"
              "\"environment.depth.belowKeel\",\"value\":3}]},{\"timestamp\":"
              "\"2014-08-15T15:00:11Z\",\"values\":[{\"path\":\"navigation."
              "speedOverGround\",\"value\":5}]}],\"context\":\"" SHIP "\"}\n"
              "{\"name\":\"signalk-server\",\"version\":\"2.8.0\",\"self\":\"vessels."
              "urn:mrn:imo:mmsi:431000009\",\"roles\":[\"master\"]}\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1408114801000));
    assert_int_equal(run.reports[1].time_ms, INT64_C(1408114811000));
    assert_int_equal(run.reports[1].sog_dkn, 97);
    assert_int_equal(run.counts.other, 1);
    assert_int_equal(run.counts.service, 1);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    inputrun_free(&run);
}

/* A delta that is not about a ship counts as other; one about an unknown ship is
 * refused. */
static void test_others(void **state)
{
    static const struct {
        const char *context, *values;
        int other, bad;
    } rows[] = {
        {"atons.urn:mrn:imo:mmsi:994310001", PLACE, 1, 0},
        {"shore.urn:mrn:imo:mmsi:004310001", PLACE, 1, 0},
        {"aircraft.urn:mrn:imo:mmsi:111232501", PLACE, 1, 0},
        {SHIP, "", 1, 0},
        {SHIP, "{\"path\":\"navigation.position\",\"value\":null}", 1, 0},
        {SHIP, "{\"path\":\"environment.wind.speedApparent\",\"value\":3}", 1, 0},
        {SHIP,
         "{\"path\":\"navigation.position\",\"value\":{\"latitude\":95,\"longitude\":1}}",
         0, 1},
        {SHIP,
         "{\"path\":\"navigation.position\",\"value\":{\"latitude\":[1],\"longitude\":1}"
         "}",
         0, 1},
        {"vessels.self", PLACE, 0, 1},
        {"vessels.urn:mrn:signalk:uuid:c0d79334-4e25-4245-8892-54e8ccc8021d", PLACE, 0,
         1},
        {"vessels.urn:mrn:imo:mmsi:1431000001", PLACE, 0, 1},
        {"vessels.urn:mrn:imo:mmsi:", PLACE, 0, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        run_values(&run, rows[i].context, rows[i].values);
        assert_int_equal(run.count, 0);
        assert_int_equal(run.counts.other, rows[i].other);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), rows[i].bad);
        inputrun_free(&run);
    }
    struct inputrun run;
    inputrun_text(&run,
                  "{\"context\":\"" SHIP "\",\"updates\":[]}\n{\"updates\":[1,{},null]}\n"
                  "{\"context\":5,\"updates\":[{\"values\":{\"path\":\"x\"}}]}\n");
    assert_int_equal(run.count, 0);
    assert_int_equal(run.counts.other, 5);
    inputrun_free(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_position), TEST(test_statics), TEST(test_states),
          TEST(test_angles), TEST(test_updates), TEST(test_others))
