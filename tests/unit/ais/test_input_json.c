/* SPDX-License-Identifier: Apache-2.0 */
/* JSON forms. The shapes are those of gpsd's gpsd_json(5), AIS-catcher's JSON output,
 * aisstream.io's message models; the values are invented, or gpsd's own for sentences of
 * its sample (synthetic-ais.json and sample.aivdm.js.chk hold the same record unscaled
 * and scaled). */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

static void run_text(struct inputrun *run, const char *text)
{
    struct input_conf conf = inputrun_tape();
    conf.start_ms = INPUTRUN_START;
    inputrun_bytes(run, &conf, text, strlen(text));
}

/* gpsd's record of the first sentence of its sample, unscaled and scaled. */
static void test_gpsd(void **state)
{
    static const char *const texts[] = {
        ("{\"class\":\"AIS\",\"type\":1,\"repeat\":0,\"mmsi\":371798000,\"scaled\":false,"
         "\"status\":0,\"turn\":-127,\"speed\":123,\"accuracy\":true,\"lon\":-74037230,"
         "\"lat\":29028980,\"course\":2240,\"heading\":215,\"second\":33,\"maneuver\":0,"
         "\"raim\":false,\"radio\":68034}\n"),
        ("{\"class\":\"AIS\",\"device\":\"stdin\",\"type\":1,\"repeat\":0,"
         "\"mmsi\":371798000,\"scaled\":true,\"status\":0,\"status_text\":\"Under way "
         "using engine\",\"turn\":\"fastleft\",\"speed\":12.3,\"accuracy\":true,"
         "\"lon\":-123.3953833,\"lat\":48.3816333,\"course\":224.0,\"heading\":215,"
         "\"second\":33,\"maneuver\":0,\"raim\":false,\"radio\":34017}\n")};
    for (size_t i = 0; i < 2; i++) {
        struct inputrun run;
        run_text(&run, texts[i]);
        assert_int_equal(run.count, 1);
        const struct report *r = &run.reports[0];
        assert_int_equal(r->mmsi, 371798000);
        assert_int_equal(r->msg_type, 1);
        assert_int_equal(r->has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING |
                                     HAS_NAV_STATUS | HAS_UTC_SECOND);
        assert_int_equal(r->pos.lat_e7 / 10, 48381633);
        assert_int_equal(r->pos.lon_e7 / 10, -123395383);
        assert_int_equal(r->sog_dkn, 123);
        assert_int_equal(r->cog_ddeg, 2240);
        assert_int_equal(r->heading_deg, 215);
        assert_int_equal(r->utc_second, 33);
        assert_int_equal(r->begin, 0);
        assert_int_equal(r->end,
                         strlen(texts[i]) - 1); /* its line's end is not its own */
        inputrun_free(&run);
    }
}

static void test_gpsd_sentinels(void **state)
{
    static const char *const texts[] = {
        ("{\"class\":\"AIS\",\"type\":1,\"mmsi\":371798000,\"scaled\":false,\"status\":"
         "15,"
         "\"turn\":-128,\"speed\":1023,\"lon\":108600000,\"lat\":54600000,"
         "\"course\":3600,\"heading\":511,\"second\":60}"),
        ("{\"class\":\"AIS\",\"type\":1,\"mmsi\":371798000,\"scaled\":true,\"status\":15,"
         "\"turn\":\"nan\",\"speed\":\"nan\",\"lon\":181.0,\"lat\":91.0,"
         "\"course\":360.0,\"heading\":511,\"second\":63}"),
        ("{\"class\":\"AIS\",\"type\":27,\"mmsi\":371798000,\"scaled\":false,\"status\":"
         "15,"
         "\"speed\":63,\"lon\":108600,\"lat\":54600,\"course\":511}"),
        ("{\"class\":\"AIS\",\"type\":27,\"mmsi\":371798000,\"scaled\":true,\"status\":"
         "15,"
         "\"speed\":63,\"lon\":181.0,\"lat\":91.0,\"course\":511}")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct inputrun run;
        run_text(&run, texts[i]);
        /* Nothing is left to report: the message counts, no report is made of it. */
        assert_int_equal(run.counts.messages, 1);
        assert_int_equal(run.counts.no_report, 1);
        inputrun_free(&run);
    }
}

static void test_gpsd_static(void **state)
{
    struct inputrun run;
    run_text(
        &run,
        "{\"class\":\"AIS\",\"type\":5,\"repeat\":0,\"mmsi\":351759000,"
        "\"scaled\":false,\"imo\":9999993,\"ais_version\":0,\"callsign\":\"3FOF8\","
        "\"shipname\":\"EXAMPLE TRADER\",\"shiptype\":70,\"to_bow\":225,"
        "\"to_stern\":70,\"to_port\":1,\"to_starboard\":31,\"epfd\":1,"
        "\"eta\":\"05-15T14:00Z\",\"draught\":122,\"destination\":\"\",\"dte\":0}\n"
        "{\"class\":\"AIS\",\"type\":27,\"mmsi\":371798000,\"scaled\":false,"
        "\"speed\":12,\"lon\":-73800,\"lat\":21600,\"course\":224}\n"
        "{\"class\":\"AIS\",\"type\":4,\"mmsi\":3669702,\"scaled\":true,\"timestamp\":"
        "\"2007-05-14T19:57:39Z\",\"lon\":-76.35,\"lat\":36.88}\n");
    assert_int_equal(run.count, 2);
    const struct report *r = &run.reports[0];
    assert_int_equal(r->has, HAS_IMO | HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE |
                                 HAS_DIMENSIONS | HAS_DRAUGHT | HAS_DESTINATION |
                                 HAS_STATIC);
    assert_int_equal(r->imo, 9999993);
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_string_equal(r->destination, "");
    assert_int_equal(r->length_m, 295);
    assert_int_equal(r->beam_m, 32);
    assert_int_equal(r->draught_dm, 122);
    r = &run.reports[1];
    assert_true(r->is_coarse);
    assert_int_equal(r->pos.lat_e7, 360000000);
    assert_int_equal(r->pos.lon_e7, -1230000000);
    assert_int_equal(r->sog_dkn, 120);
    assert_int_equal(r->cog_ddeg, 2240);
    assert_int_equal(run.counts.no_report, 1);
    inputrun_free(&run);
}

/* What gpsd says on each connect is no fault, nor what other servers say of themselves.
 */
static void test_handshake(void **state)
{
    struct inputrun run;
    run_text(&run, "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\"}\r\n"
                   "{\"class\":\"DEVICES\",\"devices\":[]}\r\n"
                   "{\"class\":\"WATCH\",\"enable\":true,\"json\":true}\r\n"
                   "{\"class\":\"TPV\",\"lat\":1,\"lon\":2}\r\n{}\r\n"
                   "{\"class\":\"ERROR\",\"message\":\"Can't open /dev/ttyUSB0\"}\r\n"
                   "{\"requestId\":\"6b0e776f\",\"state\":\"COMPLETED\","
                   "\"statusCode\":200}\r\n"
                   "{\"error\":\"Api Key Is Not Valid\"}\r\n" /* aisstream.io */
                   "{\"MessageType\":\"SubscriptionConfirmation\"}\r\n");
    assert_int_equal(run.counts.service, 8);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_JSON), 1); /* {} */
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECT_UNKNOWN_JSON), 0);
    inputrun_free(&run);
}

/* 2024-07-30T06:17:43Z is 1722320263. toa is the source's time, rxuxtime the
 * receiver's, rxtime the same as text. */
static void test_ais_catcher(void **state)
{
    static const struct {
        const char *times;
        int64_t ms;
    } rows[] = {
        {"\"rxtime\":\"20240730061743\",\"rxuxtime\":1722320263.25,\"toa\":1722320262.5",
         1722320262500},
        {"\"rxtime\":\"20240730061743\",\"rxuxtime\":1722320263.25", 1722320263250},
        {"\"rxtime\":\"20240730061743\"", 1722320263000},
        {"\"rxuxtime\":1722320263", 1722320263000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char text[512];
        snprintf(text, sizeof text,
                 "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",%s,\"scaled\":true,"
                 "\"channel\":\"A\",\"nmea\":[\"!AIVDM,1,1,,A,x,0*00\"],"
                 "\"signalpower\":-30.1,\"ppm\":0.4,\"type\":18,\"repeat\":0,"
                 "\"mmsi\":431000001,\"speed\":7.1,\"lon\":129.5,\"lat\":35.25,"
                 "\"turn_unscaled\":-128,\"station_id\":7}\n",
                 rows[i].times);
        run_text(&run, text);
        assert_int_equal(run.count, 1);
        const struct report *r = &run.reports[0];
        assert_int_equal(r->time_ms, rows[i].ms);
        assert_int_equal(r->time_source, REPORT_TIME_PROVIDER);
        assert_int_equal(r->has, HAS_POSITION | HAS_SOG);
        assert_true(r->is_class_b);
        assert_int_equal(r->pos.lat_e7, 352500000);
        inputrun_free(&run);
    }
}

/* AIS-catcher's JSON_NMEA: the sentences in an envelope that knows the time. Both parts
 * of a static message are in one; a decoded object beside its sentences speaks for
 * itself. */
static void test_envelope(void **state)
{
    struct inputrun run;
    char parts[2][128], text[2048];
    inputrun_statics(431000002, "EXAMPLE TRADER", 3, parts);
    snprintf(
        text, sizeof text,
        "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"version\":70,\"driver\":15,"
        "\"hardware\":\"x\",\"channel\":\"A\",\"repeat\":0,\"rxuxtime\":1722320263.25,"
        "\"rxtime\":\"20240730061743\",\"signalpower\":null,\"ppm\":0.5,"
        "\"station_id\":7,\"mmsi\":431000001,\"type\":1,\"nmea\":[\"%s\"]}\n"
        "{\"class\":\"AIS\",\"rxuxtime\":1722320264,\"nmea\":[\"%s\",\"%s\"]}\n"
        "{\"class\":\"AIS\",\"type\":1,\"nmea\":[]}\n"
        "{\"class\":\"AIS\",\"rxuxtime\":1722320265,\"nmea\":[\"!AIVDM,1,1,,A,x,0*00\"]}"
        "\n",
        inputrun_position(431000001, 42), parts[0], parts[1]);
    inputrun_text(&run, text);
    assert_int_equal(run.count, 2);
    const struct report *r = &run.reports[0];
    assert_int_equal(r->mmsi, 431000001);
    assert_int_equal(r->time_ms, 1722320263250);
    assert_int_equal(r->time_source, REPORT_TIME_PROVIDER);
    assert_true((r->has & HAS_POSITION) != 0);
    assert_int_equal(r->begin, 0);
    assert_int_equal(r->end, strchr(text, '\n') - text);
    r = &run.reports[1];
    assert_int_equal(r->mmsi, 431000002);
    assert_int_equal(r->time_ms, 1722320264000);
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_int_equal(r->begin, run.reports[0].end + 1);
    assert_int_equal(run.counts.other, 3);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_CHECKSUM), 1);
    inputrun_free(&run);
}

/* AIS-catcher's JSON_ANNOTATED. */
static void test_annotated(void **state)
{
    struct inputrun run;
    run_text(&run,
             "{\"class\":\"AIS\",\"rxuxtime\":1722320263,\"type\":{\"value\":1},"
             "\"mmsi\":{\"value\":431000001},\"lat\":{\"value\":35.25,\"unit\":\"deg\"},"
             "\"lon\":{\"value\":129.5},\"speed\":{\"value\":7.1,\"unit\":\"knots\"},"
             "\"heading\":{\"value\":511,\"text\":\"n/a\"},\"imo\":{}}");
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].has, HAS_POSITION | HAS_SOG);
    assert_int_equal(run.reports[0].mmsi, 431000001);
    assert_int_equal(run.reports[0].msg_type, 1);
    assert_int_equal(run.reports[0].pos.lat_e7, 352500000);
    assert_int_equal(run.reports[0].sog_dkn, 71);
    inputrun_free(&run);
}

#define STREAM_META                                                                      \
    "\"MetaData\":{\"MMSI\":431000001,\"MMSI_String\":431000001,\"ShipName\":\"LAST "    \
    "KNOWN\",\"latitude\":1.5,\"longitude\":2.5,\"time_utc\":\"2024-07-30 "              \
    "06:17:43.375540658 +0000 UTC\"}"

static void test_aisstream(void **state)
{
    struct inputrun run;
    run_text(
        &run,
        "{\"MessageType\":\"PositionReport\"," STREAM_META
        ",\"Message\":{\"PositionReport\":{\"Cog\":231.5,\"CommunicationState\":59916,"
        "\"Latitude\":35.1,\"Longitude\":129.2,\"MessageID\":3,\"NavigationalStatus\":5,"
        "\"PositionAccuracy\":true,\"Raim\":false,\"RateOfTurn\":-128,"
        "\"RepeatIndicator\":0,\"Sog\":102.3,\"Spare\":0,"
        "\"SpecialManoeuvreIndicator\":0,\"Timestamp\":42,\"TrueHeading\":511,"
        "\"UserID\":431000001,\"Valid\":true}}}\n"
        "{\"MessageType\":\"ShipStaticData\"," STREAM_META
        ",\"Message\":{\"ShipStaticData\":{\"AisVersion\":1,\"CallSign\":\"HMXX   \","
        "\"Destination\":\"BUSAN              "
        "\",\"Dimension\":{\"A\":70,\"B\":10,\"C\":5,"
        "\"D\":7},\"Dte\":false,\"Eta\":{\"Day\":0,\"Hour\":24,\"Minute\":60,\"Month\":0}"
        ","
        "\"FixType\":1,\"ImoNumber\":9999993,\"MaximumStaticDraught\":5.5,\"MessageID\":"
        "5,"
        "\"Name\":\"EXAMPLE TRADER      \",\"RepeatIndicator\":0,\"Spare\":false,"
        "\"Type\":70,\"UserID\":431000001,\"Valid\":true}}}\n"
        "{\"MessageType\":\"StaticDataReport\"," STREAM_META
        ",\"Message\":{\"StaticDataReport\":{\"MessageID\":24,\"PartNumber\":true,"
        "\"ReportA\":{\"Name\":\"NOT THIS\",\"Valid\":false},\"ReportB\":{\"CallSign\":"
        "\"HMYY\",\"Dimension\":{\"A\":8,\"B\":3,\"C\":2,\"D\":1},\"ShipType\":37,"
        "\"Valid\":true},\"UserID\":431000002,\"Valid\":true}}}\n"
        "{\"MessageType\":\"BaseStationReport\"," STREAM_META
        ",\"Message\":{\"BaseStationReport\":{\"UserID\":4310001,\"Latitude\":35,"
        "\"Longitude\":129}}}\n"
        "{\"error\":\"Api Key Is Not Valid\"}\n");
    assert_int_equal(run.count, 3);
    const struct report *r = &run.reports[0];
    assert_int_equal(r->time_ms, 1722320263375);
    assert_int_equal(r->utc_second, 42);
    assert_int_equal(r->msg_type, 3);
    assert_int_equal(r->has, HAS_POSITION | HAS_COG | HAS_NAV_STATUS | HAS_UTC_SECOND);
    assert_int_equal(r->pos.lat_e7, 351000000);
    r = &run.reports[1];
    /* The last known position beside a static message is no fix. */
    assert_int_equal(r->has & (HAS_POSITION | HAS_SOG | HAS_COG), 0);
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_string_equal(r->callsign, "HMXX");
    assert_string_equal(r->destination, "BUSAN");
    assert_int_equal(r->imo, 9999993);
    assert_int_equal(r->ship_type, 70);
    assert_int_equal(r->length_m, 80);
    assert_int_equal(r->draught_dm, 55);
    r = &run.reports[2];
    assert_int_equal(r->mmsi, 431000002);
    assert_int_equal(r->has, HAS_CALLSIGN | HAS_DIMENSIONS | HAS_SHIP_TYPE | HAS_STATIC);
    assert_int_equal(r->length_m, 11);
    assert_int_equal(run.counts.no_report, 1);
    /* What the service says instead of data is no fault of it; its feed tells it. */
    assert_int_equal(run.counts.service, 1);
    inputrun_free(&run);
}

static void test_plain(void **state)
{
    struct inputrun run;
    run_text(&run,
             "{\"mmsi\":431000001,\"lat\":35.1,\"lon\":129.2,\"time\":\"2024-03-25T18:04:"
             "00Z\",\"sog\":12.3,\"cog\":231.0,\"name\":\"EXAMPLE TRADER\","
             "\"imo\":9999993,\"heading\":230,\"source\":\"shore\",\"type\":70}\n"
             "{\"MMSI\":\"431000001\",\"Latitude\":\"35.1\",\"Longitude\":\"129.2\","
             "\"timestamp\":1711389840,\"speed\":\"12.3\"}\n"
             "{\"mmsi\":431000001,\"lat\":35.1,\"lon\":129.2,\"time\":1711389840000}\n");
    assert_int_equal(run.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(run.reports[i].mmsi, 431000001);
        assert_int_equal(run.reports[i].time_ms, 1711389840000);
        assert_int_equal(run.reports[i].pos.lon_e7, 1292000000);
    }
    assert_int_equal(run.reports[0].ship_type, 70);
    assert_string_equal(run.reports[0].station, "shore");
    assert_int_equal(run.reports[1].sog_dkn, 123);
    inputrun_free(&run);
}

/* What `lookoutd decode` prints for a row of a table reads back: no message type there.
 * Zeros, and what rounds to them, are a position that a provider lacks. */
static void test_own(void **state)
{
    struct inputrun run;
    run_text(&run,
             "{\"class\":\"AIS\",\"mmsi\":431000001,\"scaled\":true,\"lon\":129.2000000,"
             "\"lat\":35.1000000,\"shipname\":\"EXAMPLE TRADER\",\"shiptype\":70,"
             "\"length\":208,\"beam\":30,\"t\":\"2024-03-25T18:04:00Z\"}\n"
             "{\"mmsi\":431000001,\"lat\":1e-9,\"lon\":-1e-9,\"sog\":1}\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].has, HAS_POSITION | HAS_NAME | HAS_SHIP_TYPE |
                                             HAS_DIMENSIONS | HAS_STATIC);
    assert_int_equal(run.reports[0].msg_type, 0);
    assert_int_equal(run.reports[0].length_m, 208);
    assert_int_equal(run.reports[0].time_ms, 1711389840000);
    assert_int_equal(run.reports[1].has, HAS_SOG);
    inputrun_free(&run);
}

static void test_bad(void **state)
{
    static const char *const values[] = {
        "{\"class\":\"AIS\",\"type\":\"1\",\"mmsi\":431000001}",
        "{\"class\":\"AIS\",\"type\":1,\"mmsi\":0,\"lat\":1,\"lon\":2}",
        "{\"class\":\"AIS\",\"type\":1,\"lat\":1,\"lon\":2}",
        "{\"class\":\"AIS\",\"type\":1,\"mmsi\":431000001,\"lat\":95,\"lon\":2}",
        "{\"mmsi\":\"ship\",\"lat\":1,\"lon\":2}",
        "{\"mmsi\":431000001,\"lat\":[1],\"lon\":2}",
        "{\"mmsi\":[],\"lat\":1,\"lon\":2}",
        "{\"mmsi\":431000001,\"lat\":1e999,\"lon\":2}",
        "{\"MessageType\":\"PositionReport\",\"Message\":{}}",
        ("{\"MessageType\":\"PositionReport\",\"Message\":{\"PositionReport\":{"
         "\"UserID\":"
         "431000001,\"Latitude\":1,\"Longitude\":2,\"Valid\":false}}}")};
    static const char *const broken[] = {"{", "{\"class\":\"AIS\",", "{\"a\":1", "{]}",
                                         "{\"mmsi\":431000001,\"lat\":1e}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct inputrun run;
        run_text(&run, values[i]);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 1);
        assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECT_BAD_VALUE), 0);
        inputrun_free(&run);
    }
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct inputrun run;
        run_text(&run, broken[i]);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
        inputrun_free(&run);
    }
}

/* Objects one behind the other on a line, and very many of them. */
static void test_many(void **state)
{
    static char text[400000];
    struct inputrun run;
    size_t n = 0;
    while (n + 64 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"mmsi\":431000001,\"lat\":1,"
                              "\"lon\":2}{} ");
    run_text(&run, text);
    uint64_t unknown = inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_JSON);
    assert_int_equal(run.counts.items, run.counts.records + unknown);
    assert_int_equal(run.counts.lines, 1);
    assert_int_equal(run.counts.records, unknown);
    assert_true(run.counts.records > 9000);
    inputrun_free(&run);
}

/* gpsd's record of type 14, and aisstream's: of a distress device it is a report, of a
 * ship it is none. A status of 15 is a test of the one, not given of the other. */
static void test_distress(void **state)
{
    static const char *const texts[] = {
        "{\"class\":\"AIS\",\"type\":14,\"mmsi\":970012345,\"scaled\":true,\"text\":"
        "\"SART TEST\"}\n"
        "{\"class\":\"AIS\",\"type\":14,\"mmsi\":351809000,\"scaled\":true,\"text\":"
        "\"RCVD YR TEST MSG\"}\n"
        "{\"class\":\"AIS\",\"type\":1,\"mmsi\":970012345,\"scaled\":true,\"status\":"
        "15,\"lon\":181.0,\"lat\":91.0}\n",
        "{\"MessageType\":\"SafetyBroadcastMessage\",\"MetaData\":{\"MMSI\":970012345},"
        "\"Message\":{\"SafetyBroadcastMessage\":{\"MessageID\":14,\"Valid\":true,"
        "\"UserID\":970012345,\"Text\":\"SART TEST@@\"}}}\n"
        "{\"MessageType\":\"SafetyBroadcastMessage\",\"MetaData\":{\"MMSI\":351809000},"
        "\"Message\":{\"SafetyBroadcastMessage\":{\"MessageID\":14,\"Valid\":true,"
        "\"UserID\":351809000,\"Text\":\"TEST\"}}}\n"
        "{\"MessageType\":\"PositionReport\",\"MetaData\":{\"MMSI\":970012345},"
        "\"Message\":{\"PositionReport\":{\"MessageID\":1,\"Valid\":true,\"UserID\":"
        "970012345,\"NavigationalStatus\":15,\"Latitude\":91,\"Longitude\":181}}}\n"};
    for (size_t i = 0; i < 2; i++) {
        struct inputrun run;
        run_text(&run, texts[i]);
        assert_int_equal(run.count, 2);
        assert_int_equal(run.counts.no_report, 1);
        assert_int_equal(run.reports[0].has, HAS_TEXT);
        assert_int_equal(run.reports[0].msg_type, 14);
        assert_string_equal(run.reports[0].text, "SART TEST");
        assert_int_equal(run.reports[1].has, HAS_NAV_STATUS);
        assert_int_equal(run.reports[1].nav_status, 15);
        inputrun_free(&run);
    }
}

/* A distress device that does not know its place, and one with a blank text: each is a
 * report. A text without a type of message is one only with words in it. */
static void test_distress_without_place(void **state)
{
    static const struct {
        const char *text;
        uint32_t has;
    } rows[] = {
        {"{\"class\":\"AIS\",\"type\":14,\"mmsi\":970012345,\"text\":\"\"}", HAS_TEXT},
        {"{\"class\":\"AIS\",\"type\":14,\"mmsi\":974012345,\"text\":\" \"}", HAS_TEXT},
        {"{\"class\":\"AIS\",\"type\":14,\"mmsi\":972012345}", HAS_TEXT},
        {"{\"MessageType\":\"SafetyBroadcastMessage\",\"MetaData\":{\"MMSI\":970012345},"
         "\"Message\":{\"SafetyBroadcastMessage\":{\"MessageID\":14,\"Valid\":true,"
         "\"UserID\":970012345,\"Text\":\"\"}}}",
         HAS_TEXT},
        {"{\"class\":\"AIS\",\"type\":1,\"mmsi\":970012345,\"status\":14,\"lon\":181,"
         "\"lat\":91}",
         HAS_NAV_STATUS},
        {"{\"mmsi\":\"974012345\",\"status\":14}", HAS_NAV_STATUS},
        {"{\"mmsi\":974012345,\"text\":\"\",\"status\":15}", HAS_NAV_STATUS},
        {"{\"mmsi\":974012345,\"text\":\"MOB\"}", HAS_TEXT},
        {"{\"mmsi\":974012345,\"text\":\"\"}", 0},
        {"{\"class\":\"AIS\",\"type\":14,\"mmsi\":440000001,\"text\":\"\"}", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        run_text(&run, rows[i].text);
        assert_int_equal(run.count, rows[i].has != 0);
        if (run.count != 0)
            assert_int_equal(run.reports[0].has, rows[i].has);
        inputrun_free(&run);
    }
}

static void test_text(void **state)
{
    struct inputrun run;
    run_text(&run, "{\"mmsi\":431000001,\"name\":\"A\\u0000B\\u001b[31mC\\u202eD\","
                   "\"callsign\":\"TOOLONGCALL\"}");
    assert_int_equal(run.count, 1);
    assert_string_equal(run.reports[0].name, "AB[31mCD");
    assert_int_equal(strlen(run.reports[0].callsign), 7);
    inputrun_free(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_gpsd), TEST(test_gpsd_sentinels), TEST(test_gpsd_static),
          TEST(test_handshake), TEST(test_ais_catcher), TEST(test_aisstream),
          TEST(test_plain), TEST(test_bad), TEST(test_many), TEST(test_text),
          TEST(test_distress), TEST(test_distress_without_place), TEST(test_own),
          TEST(test_envelope), TEST(test_annotated))
