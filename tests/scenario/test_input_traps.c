/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of input as providers send them, each with what users of other programs fell
 * into: a row a trap. Shapes are the providers' own (IEC 61162-450, USCG/NAIS, Gatehouse,
 * gpsd, AIS-catcher, aisstream.io, MarineCadastre, DMA, Spire, exactEarth, statsat);
 * ships and values are invented. 1600000000 is 2020-09-13T12:26:40Z (date -u). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define SHIP 431000001u
#define AT INT64_C(1600000000000)

struct trap {
    const char *form, *what;
    /* {P}: a position of SHIP, {Q}: of SHIP + 1, {A} {B}: the parts of SHIP's static
     * message; {t:...}: a tag block, its sum right; {g:...}: $PGHP before a {P}. */
    const char *text;
    size_t count;        /* reports */
    int64_t time_ms;     /* of the first */
    const char *station; /* of the first */
    uint32_t lacks;      /* bits that the first must not have */
    uint64_t rejects, voids;
};

/* clang-format off */
#define NOAA_1 "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass\n"
#define NOAA_2 "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,draft,cargo,transceiver\n"
#define DMA "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type," \
    "Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type"
static const struct trap traps[] = {
    {"tag block", "part 2 has only its group: time and station are part 1's", "{t:g:1-2-5,s:X,c:1600000000}{A}\n{t:g:2-2-5}{B}\n", 1, AT, "X", HAS_POSITION, 0, 0},
    {"tag block", "a wrong sum voids the block, not the position", "{t:c:1600000000}{Q}\n\\s:X,c:1600000009*00\\{P}\n", 2, AT, "", 0, 0, 1},
    {"tag block", "a wrong sum on the group's block: the parts join all the same", "{t:c:1600000000}{P}\n\\g:1-2-5,s:X*00\\{A}\n\\g:2-2-5*00\\{B}\n", 2, AT, "", 0, 0, 2},
    {"tag block", "c: in seconds with a fraction", "{t:c:1600000000.000}{P}\n", 1, AT, "", 0, 0, 0},
    {"tag block", "c: in milliseconds", "{t:c:1600000000000}{P}\n", 1, AT, "", 0, 0, 0},
    {"tag block", "c: in microseconds", "{t:c:1600000000000000}{P}\n", 1, AT, "", 0, 0, 0},
    {"tag block", "c: in nanoseconds", "{t:c:1600000000000000000}{P}\n", 1, AT, "", 0, 0, 0},
    {"tag block", "text with blanks", "{t:s:X,c:1600000000,T:2020-09-13 12.26.40}{P}\n", 1, AT, "X", 0, 0, 0},
    {"tag block", "two parts with their blocks on one line", "{t:g:1-2-5,s:X,c:1600000000}{A}{t:g:2-2-5}{B}\n", 1, AT, "X", 0, 0, 0},
    {"tag block", "blocks on one line with sums of 00", "{t:c:1600000000}{P}\n\\g:1-2-5,s:X,c:1600000000*00\\{A}\\g:2-2-5*00\\{B}\n", 2, AT, "", 0, 0, 2},
    {"USCG", "station, then the epoch last", "{P},s26615,d-111,t161344.00,T44.06,x161520,r003669945,1600000000\n", 1, AT, "r003669945", 0, 0, 0},
    {"USCG", "a station with another prefix", "{P},s26615,b003669945,1600000000\n", 1, AT, "b003669945", 0, 0, 0},
    {"USCG", "the station is missing", "{P},s26615,d-111,1600000000\n", 1, AT, "", 0, 0, 0},
    {"two epochs", "of reception, then of the log", "{P},1600000000,1600000002\n", 1, AT, "", 0, 0, 0},
    {"leading time", "nanoseconds", "1600000000000726840 {P}\n", 1, AT, "", 0, 0, 0},
    {"leading time", "milliseconds", "1600000000000 {P}\n", 1, AT, "", 0, 0, 0},
    {"leading time", "ISO 8601 and a semicolon", "2020-09-13T12:26:40;{P}\n", 1, AT, "", 0, 0, 0},
    {"leading time", "ISO 8601 with an offset", "2020-09-13T21:26:40+09:00 {P}\n", 1, AT, "", 0, 0, 0},
    {"Gatehouse", "time and station are the next sentence's", "{g:2020,9,13,12,26,40,0,244,,2190067}\n{P}\n", 1, AT, "2190067", 0, 0, 0},
    {"Gatehouse", "its sum is of another sentence", "{t:c:1600000000}{P}\n{g:2020,9,13,13,0,0,0,244,,2190067}\n{Q}\n", 2, AT, "", 0, 0, 0},
    {"gpsd", "scaled, and the handshake on each connect", "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n{\"class\":\"DEVICES\",\"devices\":[]}\r\n{\"class\":\"WATCH\",\"enable\":true}\r\n"
        "{\"class\":\"AIS\",\"device\":\"x\",\"type\":1,\"repeat\":0,\"mmsi\":431000001,\"scaled\":true,\"turn\":\"nan\",\"speed\":\"nan\",\"lon\":129.2,\"lat\":35.1,\"course\":360.0,\"heading\":511,\"second\":60,\"t\":\"2020-09-13T12:26:40Z\"}\r\n",
        1, AT, "", HAS_SOG | HAS_COG | HAS_HEADING | HAS_UTC_SECOND, 0, 0},
    {"gpsd", "not scaled: 1/600,000 degree", "{\"class\":\"AIS\",\"type\":1,\"mmsi\":431000001,\"scaled\":false,\"turn\":-127,\"speed\":1023,\"lon\":77520000,\"lat\":21060000,\"course\":3600,\"heading\":511,\"second\":63,\"t\":\"2020-09-13T12:26:40Z\"}\n",
        1, AT, "", HAS_SOG | HAS_COG | HAS_HEADING | HAS_UTC_SECOND, 0, 0},
    {"AIS-catcher", "two times: the source's is before the receiver's; what is unknown is absent",
        "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxtime\":\"20200913122643\",\"rxuxtime\":1600000003,\"toa\":1600000000,\"type\":1,\"mmsi\":431000001,\"turn_unscaled\":-128,\"lon\":129.2,\"lat\":35.1}\n",
        1, AT, "", HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS, 0, 0},
    {"AIS-catcher", "rxtime is a date without separators", "{\"class\":\"AIS\",\"rxtime\":\"20200913122640\",\"type\":1,\"mmsi\":431000001,\"lon\":129.2,\"lat\":35.1}\n", 1, AT, "", 0, 0, 0},
    {"AIS-catcher", "sentences in an envelope", "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxuxtime\":1600000000,\"mmsi\":431000001,\"type\":1,\"nmea\":[\"{P}\"]}\n", 1, AT, "", 0, 0, 0},
    {"aisstream", "Go's time; Timestamp is the UTC second; MetaData's position is an old one",
        "{\"MessageType\":\"PositionReport\",\"MetaData\":{\"MMSI\":431000001,\"latitude\":1,\"longitude\":2,\"time_utc\":\"2020-09-13 12:26:40.000540658 +0000 UTC\"},\"Message\":{\"PositionReport\":{\"UserID\":431000001,"
        "\"Latitude\":35.1,\"Longitude\":129.2,\"Timestamp\":41,\"Sog\":102.3,\"Cog\":360,\"TrueHeading\":511,\"NavigationalStatus\":15,\"Valid\":true}}}\n",
        1, AT, "", HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS, 0, 0},
    {"MarineCadastre", "511.0 and 360.0 are none, the IMO has its letters, the last column lacks", NOAA_1 "431000001,2020-09-13T12:26:40,35.1,129.2,8.8,360.0,511.0,X,IMO9999993,HMXX,70,0.0,80.0,12.0,5.6,70.0\n", 1, AT, "", HAS_COG | HAS_HEADING, 0, 0},
    {"MarineCadastre", "longitude first, blanks are none", NOAA_2 "431000001,2020-09-13 12:26:40,129.2,35.1,,,,X,9999993,HMXX,70,,80,12,5.6,70,A\n", 1, AT, "", HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS, 0, 0},
    {"DMA", "the day first, words for the status and for none, 22 columns", DMA "\n13/09/2020 12:26:40,Class A,431000001,35.1,129.2,Unknown value,,8.8,,,Unknown,Unknown,,Undefined,,,,Undefined,,Unknown,,AIS\n",
        1, AT, "", HAS_NAV_STATUS | HAS_COG | HAS_HEADING | HAS_IMO | HAS_CALLSIGN | HAS_DESTINATION | HAS_SHIP_TYPE, 0, 0},
    {"DMA", "26 columns, a base station is no ship", DMA ",A,B,C,D\n13/09/2020 12:26:40,Class A,431000001,35.1,129.2,Moored,,8.8,,,Unknown,,,Cargo,,,,GPS,,,,AIS,70,10,5,7\n"
        "13/09/2020 12:26:40,Base Station,2190001,35.1,129.2,,,,,,,,,,,,,,,,,AIS,,,,\n", 1, AT, "", 0, 0, 0},
    {"Spire", "when it was sent, not when it was stored; a row of statics has no position", "created_at,timestamp,mmsi,msg_type,latitude,longitude,speed,name\n2020-09-13 18:00:00 UTC,2020-09-13T12:26:40Z,431000001,5,,,,X\n", 1, AT, "", HAS_POSITION, 0, 0},
    {"exactEarth", "all quoted, the time in two columns", "\"MMSI\",\"Message_ID\",\"Time(20210701_185151)\",\"Millisecond\",\"Longitude\",\"Latitude\"\n\"431000001\",\"1\",\"20200913_122639\",\"1000\",\"129.2\",\"35.1\"\n"
        "\"431000001\",\"1\",\"20200913_122640\",\"0\",\"129.2\",\"35.1\"\n", 2, AT - 1000, "", 0, 1, 0}, /* 1000 ms are none */
    {"statsat", "semicolons", "mmsi;lon;lat;date_time_utc\n431000001;129.2;35.1;2020-09-13 12:26:40\n", 1, AT, "", 0, 0, 0},
    {"any CSV", "a byte order mark, CR LF, quotes with commas and line ends", "\xEF\xBB\xBFmmsi,time,lat,lon,name\r\n431000001,1600000000,35.1,129.2,\"A, B\r\nC\"\r\n431000002,1600000001,35.1,129.2,D\r\n", 2, AT, "", 0, 0, 0},
    {"one socket", "JSON and sentences, a line end or none", "{\"class\":\"WATCH\"}{t:c:1600000000}{P}{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000001}\r{Q}\n", 3, AT, "", 0, 0, 0},
};
/* clang-format on */

static char *add(char *to, const char *text)
{
    size_t n = strlen(text);
    memcpy(to, text, n + 1);
    return to + n;
}

/* What a mark in braces stands for; NULL: it is a brace. */
static const char *find_mark(const char *at, char *ret, size_t size)
{
    char parts[2][128], content[96], body[160];
    const char *end = strchr(at, '}');
    if (at[2] == '}') {
        inputrun_statics(SHIP, "EXAMPLE TRADER", 3, parts);
        snprintf(ret, size, "%s",
                 at[1] == 'A'   ? parts[0]
                 : at[1] == 'B' ? parts[1]
                                : inputrun_position(SHIP + (at[1] == 'Q'), 41));
        return end + 1;
    }
    if ((at[1] != 't' && at[1] != 'g') || at[2] != ':')
        return NULL;
    snprintf(content, sizeof content, "%.*s", (int)(end - at - 3), at + 3);
    if (at[1] == 't') {
        snprintf(ret, size, "%s", inputrun_tagged(content, ""));
        return end + 1;
    }
    const char *sentence = inputrun_position(SHIP, 41);
    unsigned sum = 0;
    snprintf(body, sizeof body, "PGHP,1,%s,1,%s", content,
             sentence + strlen(sentence) - 2);
    for (const char *p = body; *p != '\0'; p++)
        sum ^= (unsigned char)*p;
    snprintf(ret, size, "$%s*%02X", body, sum);
    return end + 1;
}

static void expand(const char *text, char *to)
{
    char mark[256];
    *to = '\0';
    while (*text != '\0') {
        const char *behind = *text == '{' ? find_mark(text, mark, sizeof mark) : NULL;
        if (behind != NULL) {
            to = add(to, mark);
            text = behind;
        } else {
            *to++ = *text++;
            *to = '\0';
        }
    }
}

static void check(const struct trap *trap)
{
    static char text[8192];
    struct inputrun run, chunks;
    struct input_conf conf = inputrun_tape();
    print_message("%s: %s\n", trap->form, trap->what);
    expand(trap->text, text);
    inputrun_text(&run, text);
    assert_int_equal(run.count, trap->count);
    const struct report *r = &run.reports[0];
    if (trap->voids != 1) /* there the other ship's report comes first */
        assert_int_equal(r->mmsi, SHIP);
    assert_int_equal(r->time_ms, trap->time_ms);
    assert_string_equal(r->station, trap->station);
    assert_int_equal(r->has & trap->lacks, 0);
    assert_true(r->has != 0);
    if ((r->has & HAS_POSITION) != 0) {
        assert_true(r->pos.lat_e7 > 350000000 && r->pos.lat_e7 < 360000000);
        assert_true(r->pos.lon_e7 > 1280000000 && r->pos.lon_e7 < 1300000000);
    }
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), trap->rejects);
    assert_int_equal(run.counts.tag_void, trap->voids);
    /* However the bytes come. */
    inputrun_chunks(&chunks, &conf, text, strlen(text), 11, 7);
    assert_int_equal(chunks.count, run.count);
    for (size_t i = 0; i < run.count; i++)
        assert_true(inputrun_same(&run.reports[i], &chunks.reports[i]));
    inputrun_free(&chunks);
    inputrun_free(&run);
}

static void test_traps(void **state)
{
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++)
        check(&traps[i]);
}

TEST_MAIN(NULL, NULL, TEST(test_traps))
