/* SPDX-License-Identifier: Apache-2.0 */
/* canboat's JSON of NMEA 2000: the shapes and values that `analyzer -json` printed, from
 * its own tests, from those of n2k-signalk (129038, in degrees and with -si in radians)
 * and of users; ships' names are invented. */
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

/* One message in degrees, in radians, with -nv, and with -camel. 2.26 m/s are 4.39 kn. */
static void test_position(void **state)
{
    static const char *const texts[] = {
        ("{\"timestamp\":\"2014-08-15-15:00:01.665\",\"prio\":\"4\",\"src\":\"43\","
         "\"dst\":\"255\","
         "\"pgn\":\"129038\",\"description\":\"AIS Class A Position Report\",\"fields\":{"
         "\"Message ID\":\"1\",\"Repeat Indicator\":\"Initial\",\"User "
         "ID\":\"230982000\","
         "\"Longitude\":\"25.2026083\",\"Latitude\":\"60.2176150\",\"Position "
         "Accuracy\":\"High\","
         "\"RAIM\":\"not in use\",\"Time "
         "Stamp\":\"0\",\"COG\":\"154.0\",\"SOG\":\"2.26\","
         "\"Communication State\":\"2286\",\"AIS Transceiver information\":\"Channel B "
         "VDL "
         "reception\",\"Heading\":\"153.0\",\"Rate of Turn\":\"0.047\",\"Nav "
         "Status\":\"Under way "
         "using engine\"}}"),
        ("{\"timestamp\":\"2014-08-15T15:00:01.665Z\",\"prio\":4,\"src\":43,\"dst\":255,"
         "\"pgn\":"
         "129038,\"description\":\"AIS Class A Position Report\",\"fields\":{\"Message "
         "ID\":1,"
         "\"User ID\":230982000,\"Longitude\":25.2026083,\"Latitude\":60.2176150,\"Time "
         "Stamp\":"
         "\"0\",\"COG\":2.6878,\"SOG\":2.26,\"Heading\":2.6704,\"Nav Status\":\"Under "
         "way using "
         "engine\"}}"),
        ("{\"timestamp\":\"2014-08-15T15:00:01.665Z\",\"pgn\":129038,\"fields\":{"
         "\"Message ID\":"
         "{\"value\":1,\"name\":\"Scheduled Class A position report\"},\"User "
         "ID\":230982000,"
         "\"Longitude\":25.2026083,\"Latitude\":60.2176150,\"Time "
         "Stamp\":{\"value\":0},\"COG\":"
         "154.0,\"SOG\":2.26,\"Heading\":153.0,\"Nav "
         "Status\":{\"value\":0,\"name\":\"Under way "
         "using engine\"}}}"),
        ("{\"timestamp\":\"2014-08-15T15:00:01.665Z\",\"pgn\":129038,\"fields\":{"
         "\"messageId\":1,"
         "\"userId\":230982000,\"longitude\":25.2026083,\"latitude\":60.2176150,"
         "\"timeStamp\":0,"
         "\"cog\":154.0,\"sog\":2.26,\"heading\":153.0,\"navStatus\":\"Under way using "
         "engine\"}}"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct inputrun run;
        run_text(&run, texts[i]);
        assert_int_equal(run.count, 1);
        const struct report *r = &run.reports[0];
        assert_int_equal(r->mmsi, 230982000);
        assert_int_equal(r->msg_type, 1);
        assert_int_equal(r->has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING |
                                     HAS_NAV_STATUS | HAS_UTC_SECOND);
        assert_int_equal(r->pos.lat_e7, 602176150);
        assert_int_equal(r->pos.lon_e7, 252026083);
        assert_int_equal(r->sog_dkn, 44);
        assert_int_equal(r->cog_ddeg, 1540);
        assert_int_equal(r->heading_deg, 153);
        assert_int_equal(r->nav_status, 0);
        assert_int_equal(r->utc_second, 0);
        assert_int_equal(r->time_ms, INT64_C(1408114801665));
        inputrun_free(&run);
    }
}

/* Due north in degrees is not read as radians, nor due north-east in radians as
 * degrees. */
static void test_angles(void **state)
{
    static const struct {
        const char *cog, *heading;
        int cog_ddeg, heading_deg;
    } rows[] = {{"5.0", "4.9", 50, 5},
                {"0.0", "0.0", 0, 0},
                {"0.7854", "1.5", 450, 86},
                {"1.0", "6.2831", 573, 0}, /* 359.99 degrees: north */
                {"359.9", "5.5", 3599, 6}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char text[512];
        snprintf(
            text, sizeof text,
            "{\"timestamp\":\"2014-08-15T15:00:01Z\",\"pgn\":129039,\"fields\":{\"User "
            "ID\":"
            "230982000,\"Longitude\":25.2,\"Latitude\":60.2,\"COG\":%s,\"Heading\":%s}}",
            rows[i].cog, rows[i].heading);
        run_text(&run, text);
        assert_int_equal(run.count, 1);
        assert_true(run.reports[0].is_class_b);
        assert_int_equal(run.reports[0].cog_ddeg, rows[i].cog_ddeg);
        assert_int_equal((run.reports[0].has & HAS_HEADING) != 0,
                         rows[i].heading_deg >= 0);
        if (rows[i].heading_deg >= 0)
            assert_int_equal(run.reports[0].heading_deg, rows[i].heading_deg);
        inputrun_free(&run);
    }
}

static void test_statics(void **state)
{
    struct inputrun run;
    run_text(&run, "{\"timestamp\":\"2011-11-24-22:42:04.388\",\"prio\":6,\"src\":43,"
                   "\"dst\":255,\"pgn\":"
                   "129794,\"description\":\"AIS Class A Static and Voyage Related "
                   "Data\",\"fields\":{"
                   "\"Message ID\":5,\"User ID\":431000001,\"IMO "
                   "number\":9999993,\"Callsign\":\"HMXX\","
                   "\"Name\":\"EXAMPLE TRADER\",\"Type of ship\":\"Cargo "
                   "ship\",\"Length\":295.0,\"Beam\":"
                   "32.0,\"Position reference from Starboard\":1.0,\"Position reference "
                   "from Bow\":225.0,"
                   "\"ETA Date\":\"2011.05.15\",\"ETA "
                   "Time\":\"14:00:00\",\"Draft\":12.20,\"Destination\":"
                   "\"BUSAN\",\"AIS version indicator\":\"ITU-R M.1371-1\",\"GNSS "
                   "type\":\"GPS\",\"DTE\":"
                   "\"Available\"}}\n"
                   "{\"timestamp\":\"2011-11-24-22:42:05.000\",\"pgn\":129809,\"fields\":"
                   "{\"Message ID\":24,"
                   "\"User ID\":431000002,\"Name\":\"EXAMPLE YACHT\"}}\n"
                   "{\"timestamp\":\"2011-11-24-22:42:06.000\",\"pgn\":129810,\"fields\":"
                   "{\"Message ID\":24,"
                   "\"User ID\":431000002,\"Type of ship\":\"Sailing\",\"Vendor "
                   "ID\":\"X\",\"Callsign\":"
                   "\"HMYY\",\"Length\":11.0,\"Beam\":3.0,\"Mothership User ID\":0}}\n");
    assert_int_equal(run.count, 3);
    const struct report *r = &run.reports[0];
    assert_int_equal(r->time_ms, INT64_C(1322174524388));
    assert_int_equal(r->msg_type, 5);
    assert_int_equal(r->imo, 9999993);
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_string_equal(r->callsign, "HMXX");
    assert_string_equal(r->destination, "BUSAN");
    assert_int_equal(r->ship_type, 70);
    assert_int_equal(r->length_m, 295);
    assert_int_equal(r->beam_m, 32);
    assert_int_equal(r->draught_dm, 122);
    assert_string_equal(run.reports[1].name, "EXAMPLE YACHT");
    assert_true(run.reports[1].is_class_b);
    r = &run.reports[2];
    assert_int_equal(r->mmsi, 431000002);
    assert_int_equal(r->ship_type, 36);
    assert_int_equal(r->length_m, 11);
    inputrun_free(&run);
}

/* Base stations, buoys and aircraft are not ships; wind is not AIS; an AIS message
 * without its ship or with an impossible place is refused. */
static void test_others(void **state)
{
    struct inputrun run;
    run_text(&run,
             "{\"pgn\":129793,\"fields\":{\"User "
             "ID\":4310001,\"Longitude\":1,\"Latitude\":2}}\n"
             "{\"pgn\":129041,\"fields\":{\"User "
             "ID\":994310001,\"Longitude\":1,\"Latitude\":2}}\n"
             "{\"pgn\":129798,\"fields\":{\"User "
             "ID\":111232501,\"Longitude\":1,\"Latitude\":2}}\n"
             "{\"pgn\":129038,\"fields\":{\"User ID\":431000001,\"Time Stamp\":\"Not "
             "available\"}}\n"
             "{\"pgn\":130306,\"fields\":{\"Wind Speed\":3.2,\"Latitude\":2}}\n"
             "{\"pgn\":\"x\",\"fields\":{\"User ID\":431000001}}\n"
             "{\"pgn\":129038,\"fields\":{\"Longitude\":1,\"Latitude\":2}}\n"
             "{\"pgn\":129038,\"fields\":{\"User "
             "ID\":431000001,\"Longitude\":1,\"Latitude\":98}}\n"
             "{\"version\":\"4.12.0\",\"units\":\"std\",\"showLookupValues\":false}\n"
             "{\"pgn\":129038,\"fields\":[]}\n");
    assert_int_equal(run.count, 0);
    assert_int_equal(run.counts.no_report, 4);
    assert_int_equal(run.counts.other, 3);
    assert_int_equal(run.counts.service, 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 2);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECT_BAD_VALUE), 0);
    inputrun_free(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_position), TEST(test_angles), TEST(test_statics),
          TEST(test_others))
