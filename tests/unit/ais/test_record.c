/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests names, numbers and sentinels of providers' records. The sentinels are
 * those of ITU-R M.1371-5 tables 45, 46 and 50, the words those of the Danish and United
 * States tables. */
#include "daemon/core/ais/record_int.h"

#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-122.34567", -122.34567},
        {"+5", 5},
        {" 12.5 ", 12.5},
        {"1e3", 1000},
        {"2.5E-1", 0.25},
        {".5", 0.5},
        {"5.", 5},
        {"431000001", 431000001},
        {"129.1234567", 129.1234567},
        {"00012", 12},
        {"1,5", 1.5},
        {"123456789012345678901234567890", 1.2345678901234568e29},
    };
    static const char *const bad[] = {"",      " ",    "-",   ".",    "1,5,2",
                                      "1 2",   "0x10", "1e",  "e5",   "1e9999",
                                      "1.2.3", "12kn", "NaN", "1,2.3"};
    double value = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(record_text_number(good[i].text, strlen(good[i].text), &value));
        assert_near(value, good[i].value,
                    1e-12 * (good[i].value < 0 ? -good[i].value : good[i].value));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(record_text_number(bad[i], strlen(bad[i]), &value));
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        enum record_field field;
    } rows[] = {
        {"MMSI", RECORD_MMSI},
        {"BaseDateTime", RECORD_TIME},
        {"base_date_time", RECORD_TIME},
        {"# Timestamp", RECORD_TIME},
        {"Time(20210701_185151)", RECORD_TIME},
        {"LAT", RECORD_LAT},
        {"longitude", RECORD_LON},
        {"Navigational status", RECORD_STATUS},
        {"Ship type", RECORD_SHIP_TYPE},
        {"call_sign", RECORD_CALLSIGN},
        {"TransceiverClass", RECORD_CLASS},
        {"Type of mobile", RECORD_MOBILE},
        {"Type of position fixing device", RECORD_NONE},
        {"Data source type", RECORD_NONE},
        {"Cargo type", RECORD_NONE},
        {"flag", RECORD_NONE},
        {"", RECORD_NONE},
        {"---", RECORD_NONE},
        {"a name far longer than any of those that anybody uses", RECORD_NONE},
    };
    int rank = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (record_names_find(rows[i].name, strlen(rows[i].name), &rank) != rows[i].field)
            fail_msg("%s", rows[i].name);
    }
    /* Each name that a columns map may use is a field. */
    static const char *const keys[] = {
        "time", "mmsi",     "lat",  "lon",  "sog",    "cog",  "heading", "status",
        "imo",  "callsign", "name", "type", "length", "beam", "draught", "destination"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_not_equal(record_names_find_key(keys[i], strlen(keys[i])),
                             RECORD_NONE);
    assert_int_equal(record_names_find_key("speed", 5), RECORD_NONE);
}

/* The search by halves finds every name of the table. */
static void test_sorted(void **state)
{
    static const char *const all[] = {"a",
                                      "aistype",
                                      "b",
                                      "basedatetime",
                                      "beam",
                                      "c",
                                      "callsign",
                                      "class",
                                      "cog",
                                      "course",
                                      "courseoverground",
                                      "createdat",
                                      "d",
                                      "date",
                                      "datetime",
                                      "datetimeutc",
                                      "destination",
                                      "draft",
                                      "draught",
                                      "dtposutc",
                                      "eventtime",
                                      "hdg",
                                      "heading",
                                      "imo",
                                      "imonum",
                                      "imonumber",
                                      "lat",
                                      "latitude",
                                      "length",
                                      "lng",
                                      "lon",
                                      "long",
                                      "longitude",
                                      "maximumstaticdraught",
                                      "messageid",
                                      "messagetype",
                                      "millisecond",
                                      "mmsi",
                                      "mmsinumber",
                                      "msgtime",
                                      "msgtype",
                                      "name",
                                      "navigationalstatus",
                                      "navigationstatus",
                                      "navstatus",
                                      "receivedat",
                                      "rxtime",
                                      "rxuxtime",
                                      "second",
                                      "shipandcargotype",
                                      "shipname",
                                      "shiptype",
                                      "sog",
                                      "source",
                                      "speed",
                                      "speedoverground",
                                      "station",
                                      "stationid",
                                      "status",
                                      "t",
                                      "time",
                                      "timestamp",
                                      "timestamputc",
                                      "timeutc",
                                      "toa",
                                      "tobow",
                                      "toport",
                                      "tostarboard",
                                      "tostern",
                                      "transceiver",
                                      "transceiverclass",
                                      "trueheading",
                                      "ts",
                                      "typeofmobile",
                                      "userid",
                                      "utcsecond",
                                      "vesselname",
                                      "vesseltype",
                                      "width"};
    int rank = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (record_names_find(all[i], strlen(all[i]), &rank) == RECORD_NONE)
            fail_msg("%s", all[i]);
    }
}

struct row {
    enum record_field field;
    const char *text;
    uint32_t has; /* bit that must, or must not, come */
    bool is_given;
};

/* clang-format off */
static const struct row rows[] = {
    {RECORD_SOG,       "0",        HAS_SOG,        true},
    {RECORD_SOG,       "102.2",    HAS_SOG,        true},
    {RECORD_SOG,       "102.3",    HAS_SOG,        false},
    {RECORD_SOG,       "-1",       HAS_SOG,        false},
    {RECORD_SOG,       "",         HAS_SOG,        false},
    {RECORD_SOG,       "nan",      HAS_SOG,        false},
    {RECORD_COG,       "359.9",    HAS_COG,        true},
    {RECORD_COG,       "360.0",    HAS_COG,        false},
    {RECORD_COG,       "-97.8",    HAS_COG,        false},
    {RECORD_HEADING,   "0.0",      HAS_HEADING,    true},
    {RECORD_HEADING,   "511.0",    HAS_HEADING,    false},
    {RECORD_HEADING,   "360",      HAS_HEADING,    false},
    {RECORD_STATUS,    "14",       HAS_NAV_STATUS, true},
    {RECORD_STATUS,    "15",       HAS_NAV_STATUS, false},
    {RECORD_STATUS,    "5.0",      HAS_NAV_STATUS, true},
    {RECORD_STATUS,    "Moored",   HAS_NAV_STATUS, true},
    {RECORD_STATUS,    "Unknown value", HAS_NAV_STATUS, false},
    {RECORD_IMO,       "9999993",  HAS_IMO,        true},
    {RECORD_IMO,       "IMO9999993", HAS_IMO,      true},
    {RECORD_IMO,       "9999994",  HAS_IMO,        false},
    {RECORD_IMO,       "0",        HAS_IMO,        false},
    {RECORD_IMO,       "1234567",  HAS_IMO,        false},
    {RECORD_IMO,       "Unknown",  HAS_IMO,        false},
    {RECORD_SHIP_TYPE, "70.0",     HAS_SHIP_TYPE,  true},
    {RECORD_SHIP_TYPE, "0",        HAS_SHIP_TYPE,  false},
    {RECORD_SHIP_TYPE, "1004",     HAS_SHIP_TYPE,  false},
    {RECORD_SHIP_TYPE, "Cargo",    HAS_SHIP_TYPE,  true},
    {RECORD_SHIP_TYPE, "Undefined", HAS_SHIP_TYPE, false},
    {RECORD_DRAUGHT,   "5.5",      HAS_DRAUGHT,    true},
    {RECORD_DRAUGHT,   "0.0",      HAS_DRAUGHT,    false},
    {RECORD_NAME,      "EXAMPLE TRADER", HAS_NAME, true},
    {RECORD_NAME,      "@@@@@@@",  HAS_NAME,       false},
    {RECORD_NAME,      "   ",      HAS_NAME,       false},
    {RECORD_CALLSIGN,  "Unknown",  HAS_CALLSIGN,   false},
    {RECORD_SECOND,    "59",       HAS_UTC_SECOND, true},
    {RECORD_SECOND,    "60",       HAS_UTC_SECOND, false},
    {RECORD_SECOND,    "63",       HAS_UTC_SECOND, false},
};
/* clang-format on */

static void test_sentinels(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct record r;
        record_clear(&r);
        record_set_text(&r, RECORD_MMSI, "431000001", 9);
        record_set_text(&r, rows[i].field, rows[i].text, strlen(rows[i].text));
        assert_true(record_close(&r));
        if (((r.report.has & rows[i].has) != 0) != rows[i].is_given)
            fail_msg("row %zu: %s", i, rows[i].text);
    }
}

static bool place(const char *lat, const char *lon, struct record *r)
{
    record_clear(r);
    record_set_text(r, RECORD_MMSI, "431000001", 9);
    record_set_text(r, RECORD_LAT, lat, strlen(lat));
    record_set_text(r, RECORD_LON, lon, strlen(lon));
    return record_close(r);
}

static void test_positions(void **state)
{
    struct record r;
    assert_true(place("35.1234567", "-129.7654321", &r));
    assert_int_equal(r.report.has, HAS_POSITION);
    assert_int_equal(r.report.pos.lat_e7, 351234567);
    assert_int_equal(r.report.pos.lon_e7, -1297654321);
    assert_true(place("91", "181", &r) && r.report.has == 0);
    assert_true(place("91.0", "129", &r) && r.report.has == 0);
    assert_true(place("0", "0", &r) && r.report.has == 0);
    assert_true(place("0.0", "6.5", &r) && r.report.has == HAS_POSITION);
    assert_true(place("", "", &r) && r.report.has == 0);
    assert_true(place("35", "190", &r));
    assert_int_equal(r.report.pos.lon_e7, -1700000000);
    assert_true(place("-90", "-180", &r));
    assert_false(place("95", "129", &r));
    assert_false(place("35", "1290", &r));
    assert_false(place("north", "129", &r));
}

static void test_mmsi(void **state)
{
    static const char *const bad[] = {"0",    "1000000000", "-5",  "12.5",
                                      "ship", "",           "1e12"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct record r;
        record_clear(&r);
        record_set_text(&r, RECORD_MMSI, bad[i], strlen(bad[i]));
        assert_false(record_close(&r));
    }
}

static void set(struct record *r, enum record_field field, const char *text)
{
    record_set_text(r, field, text, strlen(text));
}

static void test_dimensions(void **state)
{
    struct record r;
    record_clear(&r);
    set(&r, RECORD_MMSI, "431000001");
    set(&r, RECORD_TO_BOW, "70");
    set(&r, RECORD_TO_STERN, "10");
    set(&r, RECORD_TO_PORT, "5");
    set(&r, RECORD_TO_STARBOARD, "7");
    assert_true(record_close(&r));
    assert_int_equal(r.report.length_m, 80);
    assert_int_equal(r.report.beam_m, 12);
    assert_int_equal(r.report.has, HAS_DIMENSIONS | HAS_STATIC);
    record_clear(&r);
    set(&r, RECORD_MMSI, "431000001");
    set(&r, RECORD_LENGTH, "228.99");
    assert_true(record_close(&r));
    assert_int_equal(r.report.length_m, 229);
    assert_int_equal(r.report.beam_m, 0);
    record_clear(&r);
    set(&r, RECORD_MMSI, "431000001");
    set(&r, RECORD_LENGTH, "0");
    set(&r, RECORD_BEAM, "0");
    assert_true(record_close(&r));
    assert_int_equal(r.report.has, 0);
}

/* The greatest error of a position, in 1/10000 minute: 0.0001 degree for 4 decimals, and
 * 0.00001 degree for 5 and more. */
static void test_rounding(void **state)
{
    struct record r;
    assert_true(place("35", "129", &r));
    assert_int_equal(r.report.rounding, 60);
    assert_true(place("35.1234", "-129.0001", &r));
    assert_int_equal(r.report.rounding, 60);
    assert_true(place("35.1234", "129.00001", &r));
    assert_int_equal(r.report.rounding, 6);
    assert_true(place("35.1234567", "129", &r));
    assert_int_equal(r.report.rounding, 6);
    record_clear(&r);
    set(&r, RECORD_MMSI, "431000001");
    set(&r, RECORD_IMO, "9999993");
    assert_true(record_close(&r));
    assert_int_equal(r.report.rounding, 0);
}

static void test_types(void **state)
{
    for (unsigned type = 0; type < 30; type++)
        assert_int_equal(record_is_ship_type(type),
                         type == 1 || type == 2 || type == 3 || type == 5 || type == 18 ||
                             type == 19 || type == 24 || type == 27);
}

TEST_MAIN(NULL, NULL, TEST(test_numbers), TEST(test_names), TEST(test_sorted),
          TEST(test_sentinels), TEST(test_positions), TEST(test_mmsi),
          TEST(test_dimensions), TEST(test_rounding), TEST(test_types))
