/* SPDX-License-Identifier: Apache-2.0 */
/* CSV forms: headers as published by NOAA (MarineCadastre, to 2023 and from 2024), the
 * Danish Maritime Authority (22 and 26 columns), Spire, exactEarth; rows invented. */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define NOAA_OLD                                                                         \
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,"      \
    "Status,Length,Width,Draft,Cargo,TransceiverClass\n"
#define NOAA_NEW                                                                         \
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,"  \
    "vessel_type,status,length,width,draft,cargo,transceiver\n"
#define DANISH                                                                           \
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,"    \
    "COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position "  \
    "fixing device,Draught,Destination,ETA,Data source type"

static void expect_trader(const struct report *r, int64_t time_ms)
{
    assert_int_equal(r->mmsi, 431000001);
    assert_int_equal(r->time_ms, time_ms);
    assert_int_equal(r->time_source, REPORT_TIME_PROVIDER);
    assert_int_equal(r->pos.lat_e7, 351000000);
    assert_int_equal(r->pos.lon_e7, 1292000000);
    assert_int_equal(r->sog_dkn, 88);
    assert_int_equal(r->cog_ddeg, 2727);
    assert_int_equal(r->imo, 9999993);
    assert_string_equal(r->name, "EXAMPLE TRADER");
    assert_string_equal(r->callsign, "HMXX");
    assert_int_equal(r->length_m, 208);
    assert_int_equal(r->beam_m, 30);
    assert_int_equal(r->draught_dm, 80);
    assert_true((r->has & HAS_STATIC) != 0);
}

/* 2023-01-11T00:00:01Z is 1673395201. */
static void test_noaa(void **state)
{
    struct inputrun run;
    inputrun_text(&run, NOAA_OLD
                  "431000001,2023-01-11T00:00:01,35.1,129.2,8.8,272.7,270.0,EXAMPLE "
                  "TRADER,IMO9999993,HMXX,70,0.0,208.0,30.0,8.0,70.0,A\n"
                  "431000002,2023-01-11T00:00:02,35.1,129.2,0.0,360.0,511.0,,,,,,,,,,B\n"
                  "431000003,2023-01-11T00:00:03,35.1,129.2,0.0,360.0,511.0,,,,,,,,,\n");
    assert_int_equal(run.count, 3);
    expect_trader(&run.reports[0], 1673395201000);
    assert_int_equal(run.reports[0].heading_deg, 270);
    assert_int_equal(run.reports[0].nav_status, 0);
    assert_int_equal(run.reports[1].has, HAS_POSITION | HAS_SOG);
    assert_true(run.reports[1].is_class_b);
    assert_int_equal(run.reports[2].has, HAS_POSITION | HAS_SOG);
    assert_int_equal(run.counts.comments, 1);
    inputrun_free(&run);
    /* Longitude first, blanks for sentinels, no "IMO". */
    inputrun_text(&run, NOAA_NEW "431000001,2023-01-11 00:00:01,129.2,35.1,8.8,272.7,,"
                                 "EXAMPLE TRADER,9999993,HMXX,70,0,208,30,8.0,70,A\n");
    expect_trader(&run.reports[0], 1673395201000);
    assert_int_equal(run.reports[0].has & HAS_HEADING, 0);
    inputrun_free(&run);
}

/* Day first: 05/04/2023 is the fifth of April, 1680652800. */
static void test_danish(void **state)
{
    static const char row[] =
        "05/04/2023 00:00:00,Class A,431000001,35.1,129.2,Moored,0.0,8.8,272.7,270,"
        "9999993,HMXX,EXAMPLE TRADER,Cargo,No additional information,30,208,GPS,8.0,"
        "BUSAN,,AIS";
    struct inputrun run;
    char text[2048];
    for (int wide = 0; wide < 2; wide++) {
        snprintf(text, sizeof text, "%s%s\r\n%s%s\r\n", DANISH,
                 wide != 0 ? ",A,B,C,D" : "", row, wide != 0 ? ",200,8,10,20" : "");
        inputrun_text(&run, text);
        assert_int_equal(run.count, 1);
        expect_trader(&run.reports[0], 1680652800000);
        assert_int_equal(run.reports[0].nav_status, 5);
        assert_int_equal(run.reports[0].ship_type, 70);
        assert_string_equal(run.reports[0].destination, "BUSAN");
        assert_false(run.reports[0].is_class_b);
        inputrun_free(&run);
    }
    snprintf(text, sizeof text,
             "%s\n05/04/2023 00:00:01,Base Station,2190001,55.1,12.2,Unknown value,,,,,"
             "Unknown,,,Undefined,,,,GPS,,,,AIS\n"
             "05/04/2023 00:00:02,Class B,431000002,55.1,12.2,Unknown value,,,,,Unknown,"
             "Unknown,,Undefined,,,,Undefined,,Unknown,,AIS\n"
             "05/04/2023 00:00:03,Class A,431000003,91.000000,0.000000,Unknown value,,,,,"
             "Unknown,Unknown,,Undefined,,,,Undefined,,Unknown,,AIS\n",
             DANISH);
    inputrun_text(&run, text);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].has, HAS_POSITION);
    assert_true(run.reports[0].is_class_b);
    assert_int_equal(run.counts.no_report, 2);
    inputrun_free(&run);
}

/* The Danish tables name distress devices by words; what they do not know of a status is
 * 15. Other tables leave the status out: that is no 15. */
static void test_distress(void **state)
{
    char text[2048];
    struct inputrun run;
    snprintf(text, sizeof text,
             "%s\n05/04/2023 00:00:00,Search and Rescue Transponder,970012345,55.1,12.2,"
             "Unknown value,,,,,Unknown,,,Undefined,,,,GPS,,,,AIS\n"
             "05/04/2023 00:00:01,Man Overboard Device,972012345,55.1,12.2,AIS-SART "
             "(active),,,,,Unknown,,,Undefined,,,,GPS,,,,AIS\n"
             "05/04/2023 00:00:02,SAR Airborne,111219501,55.1,12.2,Unknown value,,,,,"
             "Unknown,,,Undefined,,,,GPS,,,,AIS\n",
             DANISH);
    inputrun_text(&run, text);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.counts.no_report, 1);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run.reports[i].has, HAS_POSITION | HAS_NAV_STATUS);
        assert_int_equal(run.reports[i].nav_status, i == 0 ? 15 : 14);
    }
    inputrun_free(&run);
    inputrun_text(&run, "mmsi,time,lat,lon,text\n"
                        "974012345,2023-01-11T00:00:01Z,35,129,\n"
                        "974012345,2023-01-11T00:00:02Z,,,EPIRB ACTIVE\n"
                        "431000001,2023-01-11T00:00:03Z,35,129,EPIRB ACTIVE\n");
    assert_int_equal(run.count, 3);
    assert_int_equal(run.reports[0].has, HAS_POSITION);
    assert_int_equal(run.reports[1].has, HAS_TEXT);
    assert_string_equal(run.reports[1].text, "EPIRB ACTIVE");
    assert_int_equal(run.reports[2].has, HAS_POSITION);
    inputrun_free(&run);
    inputrun_text(&run, "mmsi,time,type,status,lat,lon,text\n"
                        "970012345,2023-01-11T00:00:01Z,14,,,,\n"
                        "970012345,2023-01-11T00:00:02Z,1,14,,,\n"
                        "431000001,2023-01-11T00:00:03Z,14,,,,\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].has, HAS_TEXT);
    assert_int_equal(run.reports[1].has, HAS_NAV_STATUS);
    assert_int_equal(run.reports[1].nav_status, 14);
    inputrun_free(&run);
}

static void test_spire(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run,
        "created_at,timestamp,mmsi,msg_type,latitude,longitude,speed,course,heading,rot,"
        "imo,name,call_sign,flag,draught,ship_type,length,width,destination,"
        "collection_type\n"
        "2023-01-11 06:00:00 UTC,2023-01-11T00:00:01Z,431000001,1,35.1,129.2,8.8,272.7,,,"
        ",,,KR,,,,,,satellite\n"
        "2023-01-11 06:00:00 UTC,2023-01-11T00:00:02Z,431000001,5,,,,,,,9999993,"
        "\"EXAMPLE, \"\"THE\"\" TRADER\",HMXX,KR,8.0,70,208,30,BUSAN,satellite\n"
        "2023-01-11 06:00:00 UTC,2023-01-11T00:00:03Z,4310001,4,35.1,129.2,,,,,,,,KR,,,,,"
        ",terrestrial\n");
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].time_ms, 1673395201000);
    assert_int_equal(run.reports[0].has, HAS_POSITION | HAS_SOG | HAS_COG);
    assert_int_equal(run.reports[0].msg_type, 1);
    assert_int_equal(run.reports[1].has & HAS_POSITION, 0);
    assert_string_equal(run.reports[1].name, "EXAMPLE, \"THE\" TRADER");
    assert_int_equal(run.counts.no_report, 1);
    inputrun_free(&run);
}

/* All quoted, the time in two columns, its zero in the header's name. */
static void test_exact_earth(void **state)
{
    struct inputrun run;
    inputrun_text(
        &run, "\"MMSI\",\"Message_ID\",\"Repeat_indicator\",\"Time(20210701_185151)\","
              "\"Millisecond\",\"Region\",\"Longitude\",\"Latitude\",\"SOG\"\n"
              "\"431000001\",\"1\",\"0\",\"20230111_000001\",\"250\",\"66\","
              "\"129.2\",\"35.1\",\"8.8\"\n");
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].time_ms, 1673395201250);
    assert_int_equal(run.reports[0].pos.lat_e7, 351000000);
    assert_int_equal(run.reports[0].sog_dkn, 88);
    inputrun_free(&run);
}

static void test_separators(void **state)
{
    static const char *const texts[] = {
        "mmsi;lon;lat;date_time_utc\n431000001;129.2;35.1;2023-01-11 00:00:01\n",
        "mmsi\tlon\tlat\tdate_time_utc\n431000001\t129.2\t35.1\t2023-01-11 00:00:01\n",
        "mmsi|lon|lat|date_time_utc\n431000001|129.2|35.1|2023-01-11 00:00:01\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct inputrun run;
        inputrun_text(&run, texts[i]);
        assert_int_equal(run.count, 1);
        assert_int_equal(run.reports[0].pos.lon_e7, 1292000000);
        assert_int_equal(run.reports[0].time_ms, 1673395201000);
        inputrun_free(&run);
    }
}

static void test_columns(void **state)
{
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    const char *text = "ship no;when;breite;laenge;NR;imo\n"
                       "431000001;11/01/2023 00:00:01;35.1;129.2;9999993;77\n";
    conf.columns = "mmsi=ship no;time=when [dd/mm/yyyy];lat=breite;lon=laenge;imo=NR";
    inputrun_bytes(&run, &conf, text, strlen(text));
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].mmsi, 431000001);
    assert_int_equal(run.reports[0].time_ms, 1673395201000);
    assert_int_equal(run.reports[0].pos.lat_e7, 351000000);
    assert_int_equal(run.reports[0].imo, 9999993);
    inputrun_free(&run);
    /* Without the map it is no header of ours. */
    inputrun_text(&run, text);
    assert_int_equal(run.count, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 2);
    inputrun_free(&run);
}

static void test_broken_rows(void **state)
{
    struct inputrun run;
    inputrun_text(&run, NOAA_OLD
                  "431000001,2023-01-11T00:00:01,35.1,129.2\n"
                  "one,2023-01-11T00:00:01,35.1,129.2\n"
                  "431000001,2023-01-11T00:00:01,95.1,129.2\n"
                  "rubbish\n"
                  "431000001,2023-01-11T00:00:01,35.1,129.2,8,8,8,\"OPEN QUOTE,1,2\n"
                  "431000001,yesterday,35.1,129.2\n"
                  "431000001,0001-01-01T00:00:00,35.1,129.2\n" NOAA_OLD
                  "431000001,2023-01-11T00:00:04,35.1,129.2\n"
                  ",,,\n");
    assert_int_equal(run.count, 3);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 3);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_TIME), 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_OWN_TIME), 0);
    assert_int_equal(run.counts.comments, 2);
    inputrun_free(&run);
}

/* A value goes on over the line's end in quotes; a quote left open takes nothing of a
 * whole row behind it. Python's csv module writes and reads the first text so. */
static void test_line_ends_in_quotes(void **state)
{
    static const char text[] =
        "mmsi,time,lat,lon,name,destination\r\n"
        "431000001,1600000000,35.1,129.2,\"A, \"\"B\"\"\",\"BUSAN\nKR\"\r\n"
        "431000002,1600000001,35.1,129.2,\"X\nY\nZ\",BUSAN\r\n"
        "431000003,1600000002,35.1,129.2,\"OPEN,BUSAN\r\n"
        "431000004,1600000003,35.1,129.2,\"D\",\"E\"\r\n"
        "431000005,1600000004,35.1,129.2,LAST,\"ONE";
    struct inputrun run, chunks;
    struct input_conf conf = inputrun_tape();
    inputrun_text(&run, text);
    assert_int_equal(run.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(run.reports[i].mmsi, 431000001 + i);
    assert_string_equal(run.reports[0].name, "A, \"B\"");
    assert_string_equal(run.reports[0].destination, "BUSAN KR");
    assert_string_equal(run.reports[1].name, "X Y Z");
    assert_string_equal(run.reports[1].destination, "BUSAN");
    assert_string_equal(run.reports[3].destination, "E");
    assert_string_equal(run.reports[4].destination, "ONE");
    /* Behind the CR: its LF belongs to no line. */
    assert_int_equal(run.reports[0].end + 1, run.reports[1].begin);
    assert_int_equal(run.counts.lines, 9);
    assert_int_equal(run.counts.items, 6);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    inputrun_chunks(&chunks, &conf, text, strlen(text), 3, 9);
    assert_int_equal(chunks.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(inputrun_same(&run.reports[i], &chunks.reports[i]));
    inputrun_free(&chunks);
    inputrun_free(&run);
    /* The row that waits is still needed, and dropped with a broken connection. */
    inputrun_begin(&run, &conf);
    inputrun_feed(&run, text, (size_t)(strstr(text, "KR") - text), 0);
    assert_int_equal(input_needed_offset(run.in), strchr(text, '\n') + 1 - text);
    input_reset(run.in);
    inputrun_end(&run, 0);
    assert_int_equal(run.count, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    inputrun_free(&run);
}

/* A quote left open for good: bounded, counted, and the rows behind it are read. */
static void test_open_quote_flood(void **state)
{
    static char text[64000];
    struct inputrun run;
    size_t n = (size_t)snprintf(text, sizeof text,
                                "mmsi,time,lat,lon,name,destination\n"
                                "431000001,1600000000,35.1,129.2,\"A");
    for (int i = 0; i < 2000; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\nwords and more words");
    (void)snprintf(text + n, sizeof text - n, "\n431000002,1600000001,35.1,129.2,B,C\n");
    inputrun_text(&run, text);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[1].mmsi, 431000002);
    assert_string_equal(run.reports[1].name, "B");
    inputrun_free(&run);
}

/* Headers in the field: an index column without a name before tabs (pandas), units in
 * brackets, date and time of day in two columns, decimal commas (European spreadsheets),
 * AISHub, NARI's Brest set. */
static void test_field_headers(void **state)
{
    static const char *const texts[] = {
        "\tmmsi\ttime\tlat\tlon\n7\t431000001\t1600000000\t35.1\t129.2\n",
        ",mmsi,time,lat,lon\n7,431000001,1600000000,35.1,129.2\n",
        "MMSI,Timestamp (UTC),Latitude [deg],Longitude [deg]\n"
        "431000001,2020-09-13T12:26:40Z,35.1,129.2\n",
        "mmsi;lat;lon;date_time_utc\n431000001;35,1;129,2;2020-09-13 12:26:40\n",
        "mmsi,lat,lon,time\n431000001,\"35,1\",\"129,2\",1600000000\n",
        "MMSI,TSTAMP,LATITUDE,LONGITUDE,COG,SOG,HEADING,NAVSTAT,IMO,NAME,CALLSIGN,TYPE,A,"
        "B,C,D,DRAUGHT,DEST,ETA\n431000001,2020-09-13 12:26:40 GMT,35.1,129.2,272,8.8,"
        "511,0,9999993,X,Y,70,1,2,3,4,5.1,BUSAN,\n",
        "mmsi,date,time,lat,lon\n431000001,2020-09-13,12:26:40,35.1,129.2\n",
        "Date;Time (UTC);MMSI;Lat;Lon\n13.09.2020;12:26:40.000;431000001;35,1;129,2\n",
        "date,mmsi,lat,lon\n2020-09-13T12:26:40Z,431000001,35.1,129.2\n",
        "date,timestamp,mmsi,lat,lon\n2020-09-12,1600000000,431000001,35.1,129.2\n",
        "sourcemmsi,navigationalstatus,rateofturn,speedoverground,courseoverground,"
        "trueheading,lon,lat,t\n431000001,0,0,8.8,272,270,129.2,35.1,1600000000\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct inputrun run;
        print_message("%s", texts[i]);
        inputrun_text(&run, texts[i]);
        assert_int_equal(run.count, 1);
        assert_int_equal(run.reports[0].mmsi, 431000001);
        assert_int_equal(run.reports[0].time_ms, 1600000000000);
        assert_int_equal(run.reports[0].pos.lat_e7, 351000000);
        assert_int_equal(run.reports[0].pos.lon_e7, 1292000000);
        inputrun_free(&run);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_noaa), TEST(test_danish), TEST(test_distress),
          TEST(test_spire), TEST(test_exact_earth), TEST(test_separators),
          TEST(test_columns), TEST(test_broken_rows), TEST(test_line_ends_in_quotes),
          TEST(test_open_quote_flood), TEST(test_field_headers))
