/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as services send it: members, units and wrappings as their documentation shows
 * them, its values where it gives some; ships' names are invented. What a service says of
 * a value that is not available must come out as nothing. */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

static void expect_position(const struct report *r, uint32_t mmsi, double lat, double lon)
{
    assert_int_equal(r->mmsi, mmsi);
    assert_true((r->has & HAS_POSITION) != 0);
    assert_near(r->pos.lat_e7 / 1e7, lat, 1e-6);
    assert_near(r->pos.lon_e7 / 1e7, lon, 1e-6);
}

/* Every object is a message or counted by a name: one of `reason`, or none. */
static void expect_refused(const char *text, enum input_reject reason)
{
    struct inputrun run;
    inputrun_text(&run, text);
    assert_int_equal(run.count, 0);
    assert_int_equal(inputrun_rejects(&run, reason), 1);
    assert_int_equal(inputrun_other_rejects(&run, reason), 0);
    inputrun_free(&run);
}

#define AISHUB_RAW                                                                       \
    "{\"MMSI\":235085131,\"TIME\":\"1302264927\",\"LONGITUDE\":-818067,\"LATITUDE\":"    \
    "30453520,\"COG\":2351,\"SOG\":59,\"HEADING\":511,\"ROT\":0,\"NAVSTAT\":0,\"IMO\":"  \
    "0,"                                                                                 \
    "\"NAME\":\"EXAMPLE\",\"CALLSIGN\":\"ZIYX3\",\"TYPE\":36,\"A\":8,\"B\":4,\"C\":2,"   \
    "\"D\":2,\"DRAUGHT\":34,\"DEST\":\"\",\"ETA\":\"\"}"

/* https://www.aishub.net/api and http://www.aishub.net/xml-description.html: "LONGITUDE -
 * AIS format - in 1/10000 minute i.e. degrees multiplied by 600000", COG, SOG and DRAUGHT
 * in tenths; the answer is an array of a header and an array of ships. */
static void test_aishub(void **state)
{
    struct inputrun run;
    inputrun_text(&run, "[{\"ERROR\":false,\"USERNAME\":\"AH_1\",\"FORMAT\":\"AIS\","
                        "\"LATITUDE_MIN\":-90,\"RECORDS\":2},[" AISHUB_RAW "," AISHUB_RAW
                        "]]\n[" AISHUB_RAW "]\n");
    assert_int_equal(run.count, 3);
    assert_int_equal(run.counts.other, 1);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    for (size_t i = 0; i < 3; i++) {
        const struct report *r = &run.reports[i];
        expect_position(r, 235085131, 50.755866667, -1.363445);
        assert_int_equal(r->has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_NAV_STATUS |
                                     HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE |
                                     HAS_DIMENSIONS | HAS_DRAUGHT | HAS_DESTINATION |
                                     HAS_STATIC);
        assert_int_equal(r->time_ms, INT64_C(1302264927000));
        assert_int_equal(r->sog_dkn, 59);
        assert_int_equal(r->cog_ddeg, 2351);
        assert_int_equal(r->ship_type, 36);
        assert_int_equal(r->length_m, 12);
        assert_int_equal(r->beam_m, 4);
        assert_int_equal(r->draught_dm, 34);
    }
    inputrun_free(&run);
}

/* The second example of the same page: FORMAT HUMAN. A small type is a ship's too. */
static void test_aishub_human(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run, "[{\"ERROR\":false,\"USERNAME\":\"AH_1\",\"FORMAT\":\"HUMAN\"},"
              "[{\"MMSI\":413811000,\"TIME\":\"2011-04-12 10:40:27 GMT\",\"LONGITUDE\":"
              "118.44586666667,\"LATITUDE\":38.874833333333,\"COG\":356,\"SOG\":0.1,"
              "\"HEADING\":116,\"NAVSTAT\":1,\"IMO\":9118824,\"NAME\":\"EXAMPLE\","
              "\"CALLSIGN\":\"BVKU\",\"TYPE\":20,\"A\":197,\"B\":27,\"C\":20,\"D\":12,"
              "\"DRAUGHT\":7.5,\"DEST\":\"CAOFEIDIAN\",\"ETA\":\"04-10 07:00\"}]]");
    assert_int_equal(run.count, 1);
    const struct report *r = &run.reports[0];
    expect_position(r, 413811000, 38.874833333, 118.445866667);
    assert_int_equal(r->time_ms, INT64_C(1302604827000));
    assert_int_equal(r->sog_dkn, 1);
    assert_int_equal(r->cog_ddeg, 3560);
    assert_int_equal(r->heading_deg, 116);
    assert_int_equal(r->nav_status, 1);
    assert_int_equal(r->imo, 9118824);
    assert_int_equal(r->ship_type, 20);
    assert_int_equal(r->length_m, 224);
    assert_int_equal(r->draught_dm, 75);
    assert_string_equal(r->destination, "CAOFEIDIAN");
    inputrun_free(&run);
}

/* What the services' error answers say is told, as the example of the reason. */
static void test_errors(void **state)
{
    expect_refused("[{\"ERROR\":true,\"USERNAME\":\"AH_1\",\"FORMAT\":\"AIS\","
                   "\"ERROR_MESSAGE\":\"Too frequent requests!\"}]",
                   INPUT_REJECT_UNKNOWN_JSON);
    expect_refused(
        "{\"errors\":[{\"code\":\"5\",\"detail\":\"ABOVE SERVICE CALL LIMIT\"}]}",
        INPUT_REJECT_UNKNOWN_JSON);
}

/* https://servicedocs.marinetraffic.com, Vessel Positions of a Static Fleet (PS07):
 * protocol jsono. "SPEED returned in (knots x10)", "HEADING values -1 or 511 indicate
 * lack of data", STATUS 97: a SAR aircraft, whose HEADING is its altitude. */
static void test_marinetraffic(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "[{\"MMSI\":\"304010417\",\"IMO\":\"9015462\",\"SHIP_ID\":\"359396\",\"LAT\":"
        "\"47.758499\",\"LON\":\"-5.154223\",\"SPEED\":\"74\",\"HEADING\":\"329\","
        "\"COURSE\":\"327\",\"STATUS\":\"0\",\"TIMESTAMP\":\"2017-05-19T09:39:57\","
        "\"DSRC\":\"TER\",\"UTC_SECONDS\":\"54\"},\n"
        "{\"MMSI\":215819000,\"LAT\":38.4,\"LON\":24.1,\"SPEED\":2,\"HEADING\":-1,"
        "\"COURSE\":77,\"STATUS\":99,\"TIMESTAMP\":\"2017-05-19T09:44:27\",\"DSRC\":"
        "\"TER\","
        "\"SHIPTYPE\":\"7\",\"LENGTH\":\"184.98\",\"WIDTH\":\"27\",\"DRAUGHT\":\"95\"},\n"
        "{\"MMSI\":\"111232501\",\"LAT\":\"50\",\"LON\":\"-1\",\"SPEED\":\"900\","
        "\"HEADING\":"
        "\"300\",\"COURSE\":\"10\",\"STATUS\":\"97\",\"TIMESTAMP\":\"2017-05-19T09:44:"
        "27\","
        "\"DSRC\":\"TER\"},\n"
        "{\"MMSI\":\"304010417\",\"LAT\":\"91\",\"LON\":\"181\",\"SPEED\":\"1023\","
        "\"HEADING\":"
        "\"511\",\"COURSE\":\"360\",\"STATUS\":\"15\",\"TIMESTAMP\":\"2017-05-19T09:39:"
        "57\","
        "\"DSRC\":\"SAT\"}]\n");
    assert_int_equal(run.count, 2);
    const struct report *r = &run.reports[0];
    expect_position(r, 304010417, 47.758499, -5.154223);
    assert_int_equal(r->time_ms, INT64_C(1495186797000));
    assert_int_equal(r->sog_dkn, 74);
    assert_int_equal(r->cog_ddeg, 3270);
    assert_int_equal(r->heading_deg, 329);
    assert_int_equal(r->utc_second, 54);
    r = &run.reports[1];
    assert_int_equal(r->sog_dkn, 2);
    assert_int_equal(r->has & HAS_HEADING, 0);
    assert_true(r->is_class_b);
    assert_int_equal(r->draught_dm, 95);
    assert_int_equal(r->length_m, 185);
    assert_int_equal(run.counts.no_report, 2);
    inputrun_free(&run);
    /* protocol json: rows whose columns have no names. */
    expect_refused("[[\"304010417\",\"9015462\",\"47.758499\",\"-5.154223\",\"74\"]]",
                   INPUT_REJECT_UNKNOWN_JSON);
}

/* https://api.vesselfinder.com/docs/response-ais.html and vessels.html: the AIS data in a
 * member of that name, speeds in knots, "511 indicates there is no heading data". */
static void test_vesselfinder(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "[{\"AIS\":{\"MMSI\":215096000,\"TIMESTAMP\":\"2017-08-11 11:14:03 UTC\","
        "\"LATITUDE\":42.82085,\"LONGITUDE\":9.98676,\"COURSE\":357.0,\"SPEED\":11.2,"
        "\"HEADING\":511,\"NAVSTAT\":0,\"IMO\":9228801,\"NAME\":\"EXAMPLE\",\"CALLSIGN\":"
        "\"9HCD7\",\"TYPE\":89,\"A\":152,\"B\":30,\"C\":7,\"D\":20,\"DRAUGHT\":10.7,"
        "\"DESTINATION\":\"GENOA\",\"ETA_AIS\":\"08-11 14:00\",\"ETA\":\"2017-08-11 "
        "14:00:00"
        " UTC\",\"SRC\":\"TER\",\"ZONE\":\"West "
        "Mediterranean\"},\"VOYAGE\":{\"LASTPORT\":\"X\","
        "\"DEPARTURE\":\"2017-08-09 17:26:38 UTC\"},\"MASTERDATA\":{\"IMO\":9228801,"
        "\"NAME\":\"OTHER\",\"TYPE\":\"Tanker\",\"LENGTH\":190}}]");
    assert_int_equal(run.count, 1);
    const struct report *r = &run.reports[0];
    expect_position(r, 215096000, 42.82085, 9.98676);
    assert_int_equal(r->time_ms, INT64_C(1502450043000));
    assert_int_equal(r->sog_dkn, 112);
    assert_int_equal(r->cog_ddeg, 3570);
    assert_int_equal(r->has & HAS_HEADING, 0);
    assert_int_equal(r->ship_type, 89);
    assert_int_equal(r->length_m, 182);
    assert_int_equal(r->draught_dm, 107);
    assert_string_equal(r->name, "EXAMPLE");
    inputrun_free(&run);
}

#define DIGITRAFFIC_FEATURE(mmsi, place, values)                                         \
    "{\"mmsi\":" mmsi ",\"type\":\"Feature\",\"geometry\":" place                        \
    ",\"properties\":{\"mmsi\":" mmsi "," values ",\"posAcc\":true,\"raim\":false}}"

/* https://meri.digitraffic.fi/swagger, /api/ais/v1/locations: longitude before latitude,
 * `timestamp` is the UTC second (60 to 63: none), timestampExternal ms since 1970. */
static void test_digitraffic(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "{\"type\":\"FeatureCollection\",\"dataUpdatedTime\":\"2024-05-01T12:00:05Z\","
        "\"features\":[\n" DIGITRAFFIC_FEATURE(
            "219598000", "{\"type\":\"Point\",\"coordinates\":[20.85169,55.770832]}",
            "\"sog\":0.1,\"cog\":346.5,\"navStat\":1,\"rot\":4,\"heading\":79,"
            "\"timestamp\":59,"
            "\"timestampExternal\":1659212938646") ",\n" DIGITRAFFIC_FEATURE("219598001",
                                                                             "{\"type\":"
                                                                             "\"Point\","
                                                                             "\"coordinat"
                                                                             "es\":"
                                                                             "[181,91]}",
                                                                             "\"sog\":"
                                                                             "102.3,"
                                                                             "\"cog\":"
                                                                             "360.0,"
                                                                             "\"navStat\""
                                                                             ":15,"
                                                                             "\"rot\":-"
                                                                             "128,"
                                                                             "\"heading\""
                                                                             ":511,"
                                                                             "\"timestamp"
                                                                             "\":60,"
                                                                             "\"timestamp"
                                                                             "External\":"
                                                                             "16592129386"
                                                                             "46") ","
                                                                                   "\n" DIGITRAFFIC_FEATURE(
                                                                                       "2"
                                                                                       "1"
                                                                                       "9"
                                                                                       "5"
                                                                                       "9"
                                                                                       "8"
                                                                                       "0"
                                                                                       "0"
                                                                                       "2",
                                                                                       "n"
                                                                                       "u"
                                                                                       "l"
                                                                                       "l",
                                                                                       "\"sog\":1.5,\"timestampExternal\":1659212938646") "\n]}\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.counts.other, 1);
    assert_int_equal(run.counts.no_report, 1);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    const struct report *r = &run.reports[0];
    expect_position(r, 219598000, 55.770832, 20.85169);
    assert_int_equal(r->time_ms, INT64_C(1659212938646));
    assert_int_equal(r->utc_second, 59);
    assert_int_equal(r->sog_dkn, 1);
    assert_int_equal(r->nav_status, 1);
    assert_int_equal(r->heading_deg, 79);
    assert_int_equal(run.reports[1].mmsi, 219598002);
    assert_int_equal(run.reports[1].has, HAS_SOG);
    inputrun_free(&run);
}

/* /api/ais/v1/vessels of the same, and the messages of its MQTT topics as mosquitto_sub
 * -v prints them: the draught in 0.1 m, the ship in the topic alone. */
static void test_digitraffic_vessels(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "[{\"timestamp\":1659212938646,\"destination\":\"UST LUGA\",\"mmsi\":538007963,"
        "\"callSign\":\"V7WW7\",\"imo\":9543756,\"shipType\":70,\"draught\":68,\"eta\":"
        "733376,"
        "\"posType\":15,\"referencePointA\":160,\"referencePointB\":33,"
        "\"referencePointC\":20,"
        "\"referencePointD\":12,\"name\":\"EXAMPLE\"}]\n"
        "vessels-v2/538007963/metadata "
        "{\"timestamp\":1668075026035,\"destination\":\"UST "
        "LUGA\",\"name\":\"EXAMPLE\",\"draught\":68,\"eta\":733376,\"posType\":15,"
        "\"refA\":160,"
        "\"refB\":33,\"refC\":20,\"refD\":12,\"callSign\":\"V7WW7\",\"imo\":9543756,"
        "\"type\":70}\n"
        "vessels-v2/538007963/location {\"time\":1668075025,\"sog\":10.7,\"cog\":326.6,"
        "\"navStat\":0,\"rot\":0,\"posAcc\":true,\"raim\":false,\"heading\":325,\"lon\":"
        "20.345818,"
        "\"lat\":60.03802}\n"
        "vessels-v2/status {\"updated\":1668075025}\n"
        "{\"time\":1668075025,\"sog\":10.7,\"lon\":20.345818,\"lat\":60.03802}\n");
    assert_int_equal(run.count, 3);
    for (size_t i = 0; i < 2; i++) {
        const struct report *r = &run.reports[i];
        assert_int_equal(r->mmsi, 538007963);
        assert_int_equal(r->draught_dm, 68);
        assert_int_equal(r->ship_type, 70);
        assert_int_equal(r->length_m, 193);
        assert_int_equal(r->beam_m, 32);
        assert_int_equal(r->imo, 9543756);
        assert_int_equal(r->time_ms,
                         i == 0 ? INT64_C(1659212938646) : INT64_C(1668075026035));
    }
    expect_position(&run.reports[2], 538007963, 60.03802, 20.345818);
    assert_int_equal(run.reports[2].time_ms, INT64_C(1668075025000));
    assert_int_equal(run.reports[2].sog_dkn, 107);
    /* Of no ship: the topic of the whole, and a position without any topic. */
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_JSON), 2);
    inputrun_free(&run);
}

/* AIS-catcher's README, "Posting messages over HTTP": the station is the post's. Its
 * forks send the sentences alone. */
static void test_aiscatcher_post(void **state)
{
    struct inputrun run;
    char text[2048];
    inputrun_text(
        &run,
        "{\n\t\"protocol\": \"jsonaiscatcher\",\n\t\"encodetime\": \"20221102171325\",\n"
        "\t\"stationid\": \"MyStation\",\n\t\"receiver\":\n\t\t{\n\t\t\"description\": "
        "\"AIS-catcher v0.39\",\n\t\t\"version\": 39\n\t\t},\n\t\"msgs\": [ \n\t\t"
        "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxtime\":\"20221102171324\","
        "\"scaled\":"
        "true,\"channel\":\"A\",\"nmea\":[\"!AIVDM,1,1,,A,13`fL1PP140KCELMBO7SS?wH0@Jv,0*"
        "50\"],"
        "\"ppm\":0.000000,\"type\":1,\"mmsi\":244030470,\"status\":0,\"speed\":6.800000,"
        "\"lon\":5.964237,\"lat\":51.185970,\"course\":90.800003,\"second\":44}\n\t]\n}"
        "\n");
    assert_int_equal(run.count, 1);
    assert_int_equal(run.counts.other, 1);
    const struct report *r = &run.reports[0];
    expect_position(r, 244030470, 51.18597, 5.964237);
    assert_int_equal(r->time_ms, INT64_C(1667409204000));
    assert_int_equal(r->sog_dkn, 68);
    assert_string_equal(r->station, "MyStation");
    inputrun_free(&run);

    snprintf(text, sizeof text,
             "{\"protocol\":\"jsonaiscatcher\",\"encodetime\":\"1719654321\","
             "\"stationid\":\"S2\","
             "\"rxtime\":1719654320,\"msgs\":[\"%s\",\"%s\"]}",
             inputrun_position(431000001, 42), inputrun_position(431000002, 43));
    inputrun_text(&run, text);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[1].mmsi, 431000002);
    assert_int_equal(run.reports[1].time_ms, INT64_C(1719654320000));
    assert_string_equal(run.reports[1].station, "S2");
    inputrun_free(&run);
}

/* http://wiki.ham.fi/JSON_AIS.en, "transport message": groups by the path of servers.
 * What one post says does not hold for the next. */
static void test_jsonais(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "{\"protocol\":\"jsonais\",\"encodetime\":\"20081013091401\",\"stationid\":\"A\","
        "\"groups\":[{\"path\":[{\"name\":\"aprs.fi\",\"url\":\"http://aprs.fi/"
        "\"}],\"msgs\":["
        "{\"msgtype\":3,\"mmsi\":2320787,\"status\":14,\"speed\":0,\"lon\":-1.110237956,"
        "\"lat\":"
        "50.799621582,\"course\":0,\"heading\":0,\"rxtime\":\"20081013091401\"}]},"
        "{\"path\":[],\"msgs\":[{\"msgtype\":5,\"mmsi\":211189000,\"imo\":8705383,"
        "\"callsign\":"
        "\"DQEJ\",\"shipname\":\"EXAMPLE\",\"shiptype\":69,\"length\":0,\"width\":0,"
        "\"draught\":5.8,\"rxtime\":\"20081013091717\"}]}]}\n"
        "{\"protocol\":\"jsonais\",\"msgs\":[{\"mmsi\":431000001,\"lat\":1,\"lon\":2,"
        "\"time\":"
        "1600000000}]}\n");
    assert_int_equal(run.count, 3);
    expect_position(&run.reports[0], 2320787, 50.799621582, -1.110237956);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1223889241000));
    assert_string_equal(run.reports[0].station, "A");
    assert_int_equal(run.reports[1].draught_dm, 58);
    assert_int_equal(run.reports[1].ship_type, 69);
    assert_string_equal(run.reports[2].station, "");
    inputrun_free(&run);
}

/* Sentences in texts: with the time beside them, with line ends in them, in an array. */
static void test_sentences(void **state)
{
    struct inputrun run;
    char parts[2][128], text[4096];
    inputrun_statics(431000002, "EXAMPLE TRADER", 3, parts);
    snprintf(text, sizeof text,
             "{\"timestamp\":\"2024-05-01T12:00:00Z\",\"nmea\":\"%s\"}\n"
             "{\"ts\":1714564801,\"station\":\"S\",\"payload\":\"%s\\r\\n%s\\r\\n\"}\n"
             "{\"time\":\"2024-05-01T12:00:02Z\",\"raw\":\"%s\",\"id\":7}\n"
             "[\"%s\", \"no sentence\"]\n",
             inputrun_position(431000001, 42), parts[0], parts[1],
             inputrun_tagged("s:shore", inputrun_position(431000003, 43)),
             inputrun_position(431000004, 44));
    char *backslash = strchr(strstr(text, "\"raw\":"), '\\');
    /* JSON doubles it. */
    for (int i = 0; i < 2; i++) {
        memmove(backslash + 1, backslash, strlen(backslash) + 1);
        backslash = strchr(backslash + 2, '\\');
    }
    inputrun_text(&run, text);
    assert_int_equal(run.count, 4);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1714564800000));
    assert_int_equal(run.reports[0].sog_dkn, 123);
    assert_string_equal(run.reports[1].name, "EXAMPLE TRADER");
    assert_string_equal(run.reports[1].station, "S");
    assert_int_equal(run.reports[1].time_ms, INT64_C(1714564801000));
    assert_string_equal(run.reports[2].station, "shore");
    assert_int_equal(run.reports[3].mmsi, 431000004);
    inputrun_free(&run);
}

/* AIS-catcher's CSV of messages: the sentence in the cell is the message, received_at its
 * time. */
static void test_sentence_cell(void **state)
{
    struct inputrun run;
    char text[1024];
    snprintf(text, sizeof text,
             "id,mmsi,received_at,published_at,station_id,type,channel,nmea\n"
             "0,431000001,2024-05-01 12:00:00,2024-05-01 12:00:01,7,1,A,\"%s\"\n"
             "1,431000001,2024-05-01 12:00:02,2024-05-01 12:00:03,7,1,A,\n",
             inputrun_position(431000001, 42));
    inputrun_text(&run, text);
    assert_int_equal(run.count, 1);
    expect_position(&run.reports[0], 431000001, 35.1, 129.0);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1714564800000));
    assert_string_equal(run.reports[0].station, "7");
    assert_int_equal(run.counts.no_report, 1);
    inputrun_free(&run);
}

/* https://html.spec.whatwg.org/multipage/server-sent-events.html */
static void test_events(void **state)
{
    struct inputrun run;
    char text[1024];
    snprintf(
        text, sizeof text,
        ": keep alive\n\nevent: position\nid: 257111220\nretry: 3000\n"
        "data: {\"mmsi\":431000001,\"lat\":35.1,\"lon\":129.0,\"time\":1600000000}\n\n"
        "data:[{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000001},{\"mmsi\":"
        "431000003,\"lat\":1,\"lon\":2,\"time\":1600000002}]\n\n"
        "data: {\"nmea\":\"%s\",\"time\":1600000003}\n\ndata: %s\n\n",
        inputrun_position(431000004, 42), inputrun_position(431000005, 42));
    inputrun_text(&run, text);
    assert_int_equal(run.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(run.reports[i].mmsi, 431000001 + i);
    assert_int_equal(run.reports[3].time_ms, INT64_C(1600000003000));
    assert_int_equal(run.counts.comments, 4);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    inputrun_free(&run);
}

/* A time in front of an object is its time, when it has none of its own. */
static void test_logged(void **state)
{
    struct inputrun run;
    inputrun_text(&run,
                  "2024-05-01T12:00:00Z {\"mmsi\":431000001,\"lat\":35.1,\"lon\":129}\n"
                  "[2024-05-01 12:00:01] [INFO] {\"mmsi\":431000001,\"sog\":5,\"time\":"
                  "1600000000}\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1714564800000));
    assert_int_equal(run.reports[1].time_ms, INT64_C(1600000000000));
    inputrun_free(&run);
}

/* Values that are none, and what is no number. Python writes NaN and Infinity bare. */
static void test_numbers(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "{\"mmsi\":431000001,\"lat\":35.1,\"lon\":129.0,\"sog\":NaN,\"cog\":-Infinity,"
        "\"heading\":Infinity,\"name\":\"NaN Infinity\",\"time\":1600000000}\n"
        "{\"mmsi\":\"431000001\",\"lat\":\"35.1\",\"lon\":\" 129.0 "
        "\",\"sog\":\"Infinity\","
        "\"cog\":\"\",\"heading\":null,\"destination\":null,\"time\":\"1600000000\"}\n"
        "{\"mmsi\":431000001,\"lat\":NaN,\"lon\":NaN,\"sog\":1.0,\"time\":1600000000}\n");
    assert_int_equal(run.count, 3);
    assert_int_equal(run.reports[0].has, HAS_POSITION | HAS_NAME | HAS_STATIC);
    assert_string_equal(run.reports[0].name, "NaN Infinity");
    assert_int_equal(run.reports[1].has, HAS_POSITION);
    assert_int_equal(run.reports[2].has, HAS_SOG);
    inputrun_free(&run);
    expect_refused("{\"mmsi\":431000001,\"lat\":\"Infinity\",\"lon\":2}",
                   INPUT_REJECT_BAD_VALUE);
    expect_refused("{\"mmsi\":431000001,\"lat\":1e999,\"lon\":2}",
                   INPUT_REJECT_NOT_A_SENTENCE);
    expect_refused("{\"mmsi\":431000001,\"lat\":NaN1,\"lon\":2}",
                   INPUT_REJECT_NOT_A_SENTENCE);
    expect_refused("{\"mmsi\":-Infinity,\"lat\":1,\"lon\":2}", INPUT_REJECT_BAD_VALUE);
}

/* What is broken costs itself and nothing else, in an array and on lines. */
static void test_broken(void **state)
{
    static const char good[] =
        "{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":1600000000}";
    static const char *const wrappings[] = {"[%s,%s,%s]", "{\"msgs\":[%s,%s,%s]}",
                                            "%s\n%s\n%s\n",
                                            "data: %s\ndata: %s\ndata: %s\n"};
    static const char *const bad[] = {"{\"mmsi\":431000001,\"lat\":bad}", "{\"mmsi\" 5}",
                                      "{]}", "{\"mmsi\":431000001,\"lat\":1e999}"};
    for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            struct inputrun run;
            char text[512];
            if (strcmp(bad[k], "{]}") == 0 && i < 2)
                continue; /* its brackets close what it is in */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(text, sizeof text, wrappings[i], good, bad[k], good);
#pragma GCC diagnostic pop
            inputrun_text(&run, text);
            assert_int_equal(run.count, 2);
            assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
            inputrun_free(&run);
        }
    }
}

/* Cut off anywhere, a line costs itself; a file that ends in an array costs its last. */
static void test_truncated(void **state)
{
    static const char line[] =
        "{\"class\":\"AIS\",\"type\":1,\"nmea\":[\"x\",\"y\"],\"mmsi\":"
        "431000001,\"lat\":1,\"lon\":[2,{\"a\":3}]}";
    for (size_t n = 1; n < sizeof line - 1; n++) {
        struct inputrun run;
        char text[512];
        snprintf(text, sizeof text,
                 "%.*s\n{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000000}\n",
                 (int)n, line);
        inputrun_text(&run, text);
        assert_int_equal(run.count, 1);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
        inputrun_free(&run);
    }
    struct inputrun run;
    inputrun_text(&run, "[{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":1600000000},\n"
                        "{\"mmsi\":431000002,\"lat\":1,\"lo");
    assert_int_equal(run.count, 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    inputrun_free(&run);
}

/* The same reports, however the bytes come, and from a recording's middle on. */
static void test_chunks(void **state)
{
    static const char text[] =
        "[{\"ERROR\":false,\"FORMAT\":\"AIS\"},[" AISHUB_RAW "," AISHUB_RAW "]]\n"
        "{\"stationid\":\"X\",\"msgs\":[\n{\"mmsi\":431000001,\"lat\":1,\"lon\":2,"
        "\"time\":"
        "1600000000},\n{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000001}\n]}\n"
        "topic/431000003 {\"lat\":1,\"lon\":2,\"time\":1600000002}\n"
        "[\n  {\n    \"mmsi\": 431000004,\n    \"lat\": 1,\n    \"lon\": 2,\n    "
        "\"time\": "
        "1600000003\n  }\n]\n";
    struct input_conf conf = inputrun_tape();
    struct inputrun whole, gaps;
    /* What stands behind the last bracket is the next line's, blanks and all. */
    char lines[256];
    int length = snprintf(lines, sizeof lines, "[{}]}   \xbb\xbb 1600000000 %s\n",
                          inputrun_position(431000001, 42));
    inputrun_bytes(&gaps, &conf, lines, (size_t)length);
    assert_int_equal(gaps.count, 1);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct inputrun run;
        inputrun_chunks(&run, &conf, lines, (size_t)length, seed, 1 + seed % 10);
        assert_true(run.count == 1 && inputrun_same(&run.reports[0], &gaps.reports[0]));
        inputrun_free(&run);
    }
    inputrun_free(&gaps);
    inputrun_bytes(&whole, &conf, text, sizeof text - 1);
    assert_int_equal(whole.count, 6);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct inputrun run;
        inputrun_chunks(&run, &conf, text, sizeof text - 1, seed, 1 + seed % 40);
        assert_int_equal(run.count, whole.count);
        for (size_t i = 0; i < run.count; i++)
            assert_true(inputrun_same(&run.reports[i], &whole.reports[i]));
        inputrun_free(&run);
    }
    for (size_t i = 1; i < whole.count; i++) {
        struct inputrun run;
        uint64_t at = whole.reports[i].begin;
        inputrun_begin(&run, &conf);
        assert_int_equal(input_resume(run.in, text, 64, at, TIME_NONE), 0);
        inputrun_feed(&run, text + at, sizeof text - 1 - (size_t)at, 0);
        assert_int_equal(input_finish(run.in, 0), 0);
        assert_int_equal(run.count, whole.count - i);
        assert_int_equal(run.reports[0].mmsi, whole.reports[i].mmsi);
        assert_int_equal(run.reports[0].begin, at);
        assert_int_equal(run.reports[0].pos.lat_e7, whole.reports[i].pos.lat_e7);
        inputrun_free(&run);
    }
    inputrun_free(&whole);
}

/* An array of any length in one line. */
static void test_large(void **state)
{
    static char text[4000000];
    struct inputrun run;
    size_t n = 0;
    text[n++] = '[';
    while (n + 128 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":%zu},",
                              1600000000 + n);
    text[n - 1] = ']';
    struct input_conf conf = inputrun_tape();
    inputrun_bytes(&run, &conf, text, n);
    assert_true(run.count > 60000);
    assert_int_equal(run.counts.lines, run.count);
    inputrun_free(&run);
}

/* A configuration's `fields:`: paths, items of arrays, names with dots in them. What it
 * names is not looked for elsewhere. */
static void test_fields(void **state)
{
    static const char text[] =
        "{\"records\":[{\"ship\":{\"id\":431000001,\"name.x\":\"EXAMPLE\"},\"pos\":[129."
        "0,35.1],"
        "\"when\":\"2024-05-01T12:00:00Z\",\"v\":{\"kn\":\"12.3\"},\"speed\":99,"
        "\"heading\":44},"
        "{\"ship\":{\"id\":431000002},\"pos\":[129.0,35.1],\"when\":1714564801,\"v\":{},"
        "\"speed\":6},{\"ship\":{},\"pos\":[1,2]}]}\n"
        "{\"mmsi\":431000003,\"lat\":1,\"lon\":2,\"time\":1714564802}\n"
        "{\"ship\":{\"id\":\"x\"},\"pos\":[1,2]}\n";
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    conf.fields = "mmsi=ship.id;lat=pos.1;lon=pos.0;time=when;sog=v.kn;name=ship.name.x";
    inputrun_bytes(&run, &conf, text, sizeof text - 1);
    assert_int_equal(run.count, 2);
    const struct report *r = &run.reports[0];
    expect_position(r, 431000001, 35.1, 129.0);
    assert_int_equal(r->time_ms, INT64_C(1714564800000));
    assert_int_equal(r->sog_dkn, 123);
    assert_int_equal(r->heading_deg, 44);
    assert_string_equal(r->name, "EXAMPLE");
    r = &run.reports[1];
    expect_position(r, 431000002, 35.1, 129.0);
    assert_int_equal(r->has & HAS_SOG, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_JSON), 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 2);
    inputrun_free(&run);
    /* Units; a member's own name may have one too. 22.78 km/h are 12.3 kn. */
    static const char fast[] =
        "{\"id\":431000001,\"lat\":1,\"lon\":2,\"t\":1600000000,\"v\":"
        "\"22.78\",\"c\":[0,0,0,0,0,0,0,0,0,0,1.5708],\"d (dm)\":68}";
    conf.fields = "mmsi=id;sog=v (km/h);cog=c.10 [rad];draught=d (dm)";
    inputrun_bytes(&run, &conf, fast, sizeof fast - 1);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].sog_dkn, 123);
    assert_int_equal(run.reports[0].cog_ddeg, 900);
    assert_int_equal(run.reports[0].draught_dm, 68);
    inputrun_free(&run);
    conf.fields = "mmsi=id;sog=v (furlongs)";
    inputrun_bytes(&run, &conf, fast, sizeof fast - 1);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].has & HAS_SOG, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_UNIT), 1);
    inputrun_free(&run);
    /* Odd maps lead nowhere. */
    static const char *const maps[] = {"",
                                       ";",
                                       "=",
                                       "mmsi",
                                       "mmsi=",
                                       "=x",
                                       "nothing=x",
                                       "mmsi=.",
                                       "mmsi=..;lat=0",
                                       "mmsi=records.9",
                                       "mmsi=)",
                                       "mmsi=( )",
                                       "mmsi=records.99999999999999999999.x"};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        conf.fields = maps[i];
        inputrun_bytes(&run, &conf, text, sizeof text - 1);
        assert_true(run.count <= 1);
        inputrun_free(&run);
    }
}

/* Popular forms that were once not taken, some without a word. */
static void test_once_lost(void **state)
{
    /* clang-format off */
    static const struct {
        const char *text;
        size_t count;
        int sog_dkn; /* -1: none */
        int64_t time_ms;
    } rows[] = {
        {"[{\"mmsi\":257111220,\"lat\":59.5,\"lon\":10.5,\"time\":\"2024-05-01T12:00:00Z\"},{\"mmsi\":257111221,\"lat\":59.6,\"lon\":10.6,\"time\":\"2024-05-01T12:00:00Z\"}]", 2, -1, INT64_C(1714564800000)}, /* array.json */
        {"{\"mmsi\":257111220,\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[10.5,59.5]},\"properties\":{\"mmsi\":257111220,\"sog\":12.3,\"cog\":45.0,\"navStat\":5,\"heading\":44,\"timestamp\":14,\"timestampExternal\":1714564800123}}", 1, 123, INT64_C(1714564800123)}, /* digitraffic-feature.jsonl */
        {"vessels-v2/257111220/location {\"time\":1714564800,\"sog\":12.3,\"cog\":45.0,\"navStat\":0,\"heading\":44,\"lon\":10.5,\"lat\":59.5}", 1, 123, INT64_C(1714564800000)}, /* digitraffic-mqtt.txt */
        {"{\"protocol\":\"jsonaiscatcher\",\"encodetime\":\"20240501120001\",\"stationid\":\"X1\",\"msgs\":[{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxuxtime\":1714564800,\"scaled\":true,\"channel\":\"A\",\"nmea\":[\"!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18\"],\"type\":1,\"mmsi\":257111220,\"lat\":59.5,\"lon\":10.5,\"speed\":12.3}]}", 1, 123, INT64_C(1714564800000)}, /* aiscatcher-post.json */
        {"{\"MMSI\":\"257111220\",\"LAT\":\"59.5\",\"LON\":\"10.5\",\"SPEED\":\"74\",\"HEADING\":\"44\",\"COURSE\":\"45\",\"STATUS\":\"0\",\"TIMESTAMP\":\"2024-05-01T12:00:00\",\"DSRC\":\"TER\"}", 1, 74, INT64_C(1714564800000)}, /* marinetraffic-ps07.jsonl */
        {"{\"timestamp\":\"2024-05-01T12:00:00Z\",\"nmea\":\"!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18\"}", 1, 123, INT64_C(1714564800000)}, /* nmea-string.jsonl */
        {"{\"context\":\"vessels.urn:mrn:imo:mmsi:257111220\",\"updates\":[{\"timestamp\":\"2024-05-01T12:00:00.000Z\",\"values\":[{\"path\":\"navigation.position\",\"value\":{\"latitude\":59.5,\"longitude\":10.5}},{\"path\":\"navigation.speedOverGround\",\"value\":6.3277}]}]}", 1, 123, INT64_C(1714564800000)}, /* signalk-delta.jsonl */
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        inputrun_text(&run, rows[i].text);
        assert_int_equal(run.count, rows[i].count);
        const struct report *r = &run.reports[0];
        expect_position(r, 257111220, 59.5, 10.5);
        assert_int_equal((r->has & HAS_SOG) != 0, rows[i].sog_dkn >= 0);
        if (rows[i].sog_dkn >= 0)
            assert_int_equal(r->sog_dkn, rows[i].sog_dkn);
        assert_int_equal(r->time_ms, rows[i].time_ms);
        assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
        inputrun_free(&run);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_aishub), TEST(test_aishub_human), TEST(test_errors),
          TEST(test_marinetraffic), TEST(test_vesselfinder), TEST(test_digitraffic),
          TEST(test_digitraffic_vessels), TEST(test_aiscatcher_post), TEST(test_jsonais),
          TEST(test_sentences), TEST(test_sentence_cell), TEST(test_events),
          TEST(test_logged), TEST(test_numbers), TEST(test_broken), TEST(test_truncated),
          TEST(test_chunks), TEST(test_large), TEST(test_fields), TEST(test_once_lost))
