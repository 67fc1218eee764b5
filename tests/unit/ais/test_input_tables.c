/* SPDX-License-Identifier: Apache-2.0 */
/* Tables by their columns: units, zones and orders of dates, each kind with its nearest
 * misses, what waits for an order, and the accounting. Whole tables are told in
 * tests/data/input (test_input_told.c). Ships and rows are invented. Times are those of
 * `date -u -d ... +%s`. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define NOON INT64_C(1714564800000) /* 2024-05-01T12:00:00Z */

/* --- units --- */

struct speed_row {
    const char *head, *value;
    int dkn;      /* -1: no speed */
    bool is_told; /* unknown_unit */
};

/* clang-format off */
/* 1 kn is 1,852 m an hour: 10 m/s are 19.44 kn, 20 km/h are 10.80 kn, 10 mph 8.69 kn. */
static const struct speed_row speeds[] = {
    {"SOG",                     "12.3", 123, false},
    {"SOG (kn)",                "12.3", 123, false},
    {"sog_knots",               "12.3", 123, false},
    {"Speed [kts]",             "12.3", 123, false},
    {"SPEED (KNOTSx10)",        "123",  123, false},
    {"SPEED (KNOTS*10)",        "123",  123, false},
    {"speed (1/10 knot)",       "123",  123, false},
    {"SOG (m/s)",               "10",   194, false},
    {"speed_mps",               "10",   194, false},
    {"speed m/s",               "10",   194, false},
    {"SOG in m/s",              "10",   194, false},
    {"speed (in knots)",        "12.3", 123, false},
    {"speedOverGround_m_s",     "10",   194, false},
    {"speed_kmh",               "20",   108, false},
    {"SPEED_KMH",               "20",   108, false},
    {"speedKmh",                "20",   108, false},
    {"SPEEDKMH",                "20",   108, false},
    {"Speed over ground (km/h)", "20",  108, false},
    {"speed (mph)",             "10",   87,  false},
    {"SOG (furlongs/fortnight)", "12",  -1,  true},
    {"speed (rad)",             "12",   -1,  true},
    {"sog_bar",                 "12",   -1,  true},
    {"speed (\xE8\x8A\x82)",    "12",   -1,  true},
    {"speed ()",                "12",   -1,  true},
    {"speedometer",             "12",   -1,  false}, /* another name altogether */
};
/* clang-format on */

static void test_speeds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        const struct speed_row *row = &speeds[i];
        struct inputrun run;
        char text[256];
        snprintf(text, sizeof text,
                 "mmsi,time,lat,lon,%s\n257111220,2024-05-01 12:00:00,59.5,10.5,%s\n",
                 row->head, row->value);
        inputrun_text(&run, text);
        assert_int_equal(run.count, 1);
        int dkn = (run.reports[0].has & HAS_SOG) != 0 ? run.reports[0].sog_dkn : -1;
        if (dkn != row->dkn ||
            (inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_UNIT) == 1) != row->is_told)
            fail_msg("%s: %d", row->head, dkn);
        inputrun_free(&run);
    }
}

struct place_row {
    const char *lat_head, *lat, *lon_head, *lon;
    bool is_taken;
};

/* clang-format off */
/* 59.5 and 10.5 degrees: 1.0384709 and 0.1832596 rad (python3 math.radians), 35,700,000
 * and 6,300,000 of the standard's 1/10000 min. */
static const struct place_row places[] = {
    {"lat",               "59.5",      "lon",                "10.5",      true},
    {"Latitude (deg)",    "59.5",      "Longitude (deg)",    "10.5",      true},
    {"Latitude (\xC2\xB0)", "59.5",    "Longitude (\xC2\xB0)", "10.5",    true},
    {"lat_deg",           "59.5",      "lon_deg",            "10.5",      true},
    {"lat_rad",           "1.0384710", "lon_rad",            "0.1832596", true},
    {"LATITUDE [RAD]",    "1.0384710", "LONGITUDE [RAD]",    "0.1832596", true},
    {"lat_e7",            "595000000", "lon_e7",             "105000000", true},
    {"lat (1/10000 min)", "35700000",  "lon (1/10000 min)",  "6300000",   true},
    {"lat (ddmm.mmmm)",   "5930.0",    "lon (ddmm.mmmm)",    "1030.0",    false},
    {"lat (gon)",         "66.1",      "lon",                "10.5",      false},
    {"lat",               "59.5",      "lon_gon",            "11.7",      false},
    {"lat (kn)",          "59.5",      "lon",                "10.5",      false},
};
/* clang-format on */

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct place_row *row = &places[i];
        struct inputrun run;
        char text[256];
        snprintf(text, sizeof text,
                 "mmsi,time,%s,%s,sog\n257111220,2024-05-01 12:00:00,%s,%s,1\n",
                 row->lat_head, row->lon_head, row->lat, row->lon);
        print_message("%s", text);
        inputrun_text(&run, text);
        assert_int_equal(run.count, row->is_taken ? 1 : 0);
        if (row->is_taken) {
            assert_true(fabs(run.reports[0].pos.lat_e7 / 1e7 - 59.5) < 1e-5);
            assert_true(fabs(run.reports[0].pos.lon_e7 / 1e7 - 10.5) < 1e-5);
        } else {
            assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), 1);
            assert_true(inputrun_rejects(&run, INPUT_REJECT_UNKNOWN_UNIT) > 0);
        }
        inputrun_free(&run);
    }
}

/* A feed's map names the column whole; behind it in brackets may stand the unit. */
static void test_mapped_units(void **state)
{
    static const struct {
        const char *map, *head;
        int dkn;
    } rows[] = {
        {"sog=v", "v", 200},
        {"sog=v [km/h]", "v", 108},
        {"sog=v (km/h)", "v", 108},
        {"sog=v (km/h)", "v (km/h)", 108},
        {"sog=vitesse_kmh", "vitesse_kmh", 108},
        {"sog=vitesse (noeuds) [kn]", "vitesse (noeuds)", 200},
        {"sog=vitesse (noeuds)", "vitesse (noeuds)", -1},
        {"sog=v [bar]", "v", -1},
        {"sog=v [km/h]", "vv", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        struct input_conf conf = inputrun_tape();
        char text[256];
        snprintf(text, sizeof text, "mmsi,time,lat,lon,%s\n257111220,1714564800,1,2,20\n",
                 rows[i].head);
        conf.columns = rows[i].map;
        inputrun_bytes(&run, &conf, text, strlen(text));
        assert_int_equal(run.count, 1);
        int dkn = (run.reports[0].has & HAS_SOG) != 0 ? run.reports[0].sog_dkn : -1;
        if (dkn != rows[i].dkn)
            fail_msg("%s: %d", rows[i].map, dkn);
        inputrun_free(&run);
    }
}

/* --- times --- */

/* A time in a zone that is not UTC, or of no known form, is no time of the row. */
static void test_time_heads(void **state)
{
    static const struct {
        const char *head, *value;
        bool is_taken;
    } rows[] = {
        {"Timestamp (UTC)", "2024-05-01 12:00:00", true},
        {"TIMESTAMP UTC", "2024-05-01 12:00:00", true},
        {"timestamp_utc", "2024-05-01 12:00:00", true},
        {"time [GMT]", "2024-05-01 12:00:00", true},
        {"timestamp_ms", "1714564800000", true},
        {"time (epoch s)", "1714564800", true},
        {"Time(20210701_185151)", "20240501_120000", true},
        {"time (yyyy-mm-dd hh:mm:ss)", "2024-05-01 12:00:00", true},
        {"time (dd/mm/yyyy)", "01/05/2024 12:00", true},
        {"time (mm/dd/yyyy hh:mm UTC)", "05/01/2024 12:00", true},
        {"time", "05/01/2024 12:00:00 PM", false},
        {"time (local)", "2024-05-01 12:00:00", false},
        {"timestamp_local", "2024-05-01 12:00:00", false},
        {"Time (CET)", "2024-05-01 12:00:00", false},
        {"Time (Europe/Oslo)", "2024-05-01 12:00:00", false},
        {"time (mm/dd/yyyy local)", "05/01/2024 12:00", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char text[256];
        snprintf(text, sizeof text, "mmsi,lat,lon,%s\n257111220,59.5,10.5,%s\n",
                 rows[i].head, rows[i].value);
        print_message("%s", text);
        inputrun_text(&run, text);
        assert_int_equal(run.count, rows[i].is_taken ? 1 : 0);
        if (rows[i].is_taken)
            assert_int_equal(run.reports[0].time_ms, NOON);
        else
            assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_OWN_TIME) +
                                 inputrun_rejects(&run, INPUT_REJECT_DATE_ORDER),
                             1);
        inputrun_free(&run);
    }
}

/* --- the order of dates --- */

#define ORDER_HEAD "MMSI,BaseDateTime,LAT,LON\n"

struct order_row {
    const char *head;
    const char *dates[4];
    int64_t seconds[4]; /* 0: refused */
};

/* clang-format off */
static const struct order_row orders[] = {
    /* One number above 12 shows the order of all, before it and behind it. */
    {ORDER_HEAD, {"12/31/2024 23:59", "1/2/2025 0:04", "1/13/2025 0:04"},       {1735689540, 1735776240, 1736726640}},
    {ORDER_HEAD, {"1/2/2025 0:04", "1/3/2025 0:04", "1/13/2025 0:04"},          {1735776240, 1735862640, 1736726640}},
    {ORDER_HEAD, {"1/2/2025 0:04", "13/2/2025 0:04", "2/3/2025 0:04"},          {1738368240, 1739405040, 1740873840}},
    {ORDER_HEAD, {"01-02-2025 00:04:00", "13-02-2025 00:04:00"},                {1738368240, 1739405040}},
    {ORDER_HEAD, {"1/2/2025 12:04:00 AM", "1/13/2025 12:04:00 AM", "1/13/2025 1:04:00 PM"}, {1735776240, 1736726640, 1736773440}},
    /* Nothing shows it: 05/05 is the same in both. */
    {ORDER_HEAD, {"03/04/2026 10:00", "05/05/2026 10:00", "12/12/2026 10:00"},  {0, 1777975200, 1797069600}},
    {ORDER_HEAD, {"03/04/2026", "03-04-2026 10:00", "3/4/2026 1:00 PM"},        {0, 0, 0}},
    /* A date that is none in either order shows nothing. */
    {ORDER_HEAD, {"3/4/2026 10:00", "31/31/2026 10:00", "2/30/2026 10:00", "0/13/2026 10:00"}, {0, 0, 0, 0}},
    /* Once shown, a date of the other order is none. */
    {ORDER_HEAD, {"1/13/2025 0:04", "13/1/2025 0:04", "1/2/2025 0:04"},         {1736726640, 0, 1735776240}},
    /* Year first, and points, have one order. */
    {ORDER_HEAD, {"2026/04/03 10:00", "2026-04-03 10:00", "03.04.2026 10:00", "3/4/2026 10:00"}, {1775210400, 1775210400, 1775210400, 0}},
    /* The header says it, or is that of the Danish Maritime Authority. */
    {"mmsi,time (mm/dd/yyyy),lat,lon\n",  {"03/04/2026 10:00"},                 {1772618400}},
    {"mmsi,time (dd/mm/yyyy),lat,lon\n",  {"03/04/2026 10:00", "03/14/2026 10:00"}, {1775210400, 0}},
    {"mmsi,# Timestamp,Type of mobile,lat,lon\n", {"03/04/2026 10:00,Class A"}, {1775210400}},
};
/* clang-format on */

static size_t make_order_text(const struct order_row *row, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s", row->head);
    for (size_t i = 0; i < 4 && row->dates[i] != NULL; i++)
        n += (size_t)snprintf(text + n, size - n, "25711122%zu,%s,59.5,10.5\n", i,
                              row->dates[i]);
    return n;
}

static void check_order(const struct order_row *row, const struct inputrun *run)
{
    size_t at = 0, refused = 0;
    for (size_t i = 0; i < 4 && row->dates[i] != NULL; i++) {
        if (row->seconds[i] == 0) {
            refused++;
            continue;
        }
        assert_true(at < run->count);
        assert_int_equal(run->reports[at].mmsi, 257111220 + i);
        assert_int_equal(run->reports[at].time_ms, row->seconds[i] * 1000);
        at++;
    }
    assert_int_equal(run->count, at);
    assert_int_equal(inputrun_rejects(run, INPUT_REJECT_DATE_ORDER) +
                         inputrun_rejects(run, INPUT_REJECT_BAD_TIME),
                     refused);
    assert_int_equal(inputrun_rejects(run, INPUT_REJECT_NO_OWN_TIME), 0);
}

static void test_date_orders(void **state)
{
    struct input_conf conf = inputrun_tape();
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct inputrun run;
        char text[512];
        size_t n = make_order_text(&orders[i], text, sizeof text);
        print_message("%s", text);
        inputrun_bytes(&run, &conf, text, n);
        check_order(&orders[i], &run);
        inputrun_free(&run);
        inputrun_chunks(&run, &conf, text, n, 5 + i, 7);
        check_order(&orders[i], &run);
        inputrun_free(&run);
    }
}

/* What waits for an order is bounded, still needed by its source, and told in the end. */
static void test_held_rows(void **state)
{
    static char text[3 << 20];
    struct input_conf conf = inputrun_tape();
    struct inputrun run;
    (void)state;
    size_t head = strlen(ORDER_HEAD), n = head, rows = 0;
    memcpy(text, ORDER_HEAD, n);
    for (; n < sizeof text - 64; rows++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "257111220,1/2/2025 0:04,%zu,2\n", rows % 60);
    inputrun_begin(&run, &conf);
    inputrun_feed(&run, text, head + 60, 0);
    assert_int_equal(input_needed_offset(run.in), head);
    inputrun_feed(&run, text + head + 60, n - head - 60, 0);
    inputrun_end(&run, 0);
    assert_int_equal(run.count, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_DATE_ORDER), rows);
    inputrun_free(&run);
    /* A number above 12 that comes too late speaks for what is behind it alone. */
    n += (size_t)snprintf(text + n, sizeof text - n, "257111221,1/13/2025 0:04,1,2\n");
    inputrun_bytes(&run, &conf, text, n);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].mmsi, 257111221);
    inputrun_free(&run);
}

/* A recording that is resumed knows what its beginning showed. */
static void test_order_resumed(void **state)
{
    const char *text = ORDER_HEAD "257111220,1/13/2025 0:04,1,2\n"
                                  "257111221,1/2/2025 0:04,1,2\n";
    struct input_conf conf = inputrun_tape();
    struct inputrun run;
    size_t n = strlen(text), at = (size_t)(strstr(text, "257111221") - text);
    (void)state;
    inputrun_begin(&run, &conf);
    assert_int_equal(input_resume(run.in, text, at, at, TIME_NONE), 0);
    inputrun_feed(&run, text + at, n - at, 0);
    assert_int_equal(input_finish(run.in, 0), 0);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].time_ms, INT64_C(1735776240000));
    inputrun_free(&run);
}

/* --- the accounting --- */

/* --- the accounting --- */

/* What a table has that is not known is named where none of its columns is a time. */
static void test_unknown_columns(void **state)
{
    static const struct {
        const char *header, *unknown;
    } heads[] = {{"MMSI,Zeit,LAT,LON,Fahrt", "Zeit, Fahrt"},
                 {"mmsi;\"local_time\";lat;lon", "local_time"},
                 {"mmsi,time,lat,lon,Fahrt", ""},
                 {"mmsi,lat,lon,sog", ""}};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct inputrun run;
        struct input_conf conf = inputrun_tape();
        char text[200];
        inputrun_begin(&run, &conf);
        int n = snprintf(text, sizeof text, "%s\n", heads[i].header);
        inputrun_feed(&run, text, (size_t)n, 0);
        assert_string_equal(input_header_unknown(run.in), heads[i].unknown);
        inputrun_end(&run, 0);
        inputrun_free(&run);
    }
}

/* Lines of every form, good and bad, in random order and chunks: each is used or counted
 * under one named reason, and what is refused is handed to the sink with its line. */
static void test_accounting(void **state)
{
    static const char *const lines[] = {
        "mmsi,time,lat,lon,sog",
        "MMSI,BaseDateTime,LAT,LON,speed (bar)",
        "mmsi,time (local),lat,lon",
        "mmsi,lat_gon,lon,time",
        "257111220,2024-05-01 12:00:00,59.5,10.5,1",
        "257111220,1/2/2024 12:00,59.5,10.5,1",
        "257111220,1/13/2024 12:00,59.5,10.5,1",
        "257111221,,59.5,10.5,1",
        "257111221,never,59.5,10.5,1",
        "2.57E+08,2024-05-01 12:00:00,59.5,10.5,1",
        "257111221,2024-05-01 12:00:00,99.5,10.5,1",
        "257111221,2024-05-01 12:00:00,\"59.5,10.5,1",
        "257111221",
        "# remark",
        "words",
        "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18",
        "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18,1036800000",
        "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*19",
        "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0",
        "!AIVDM,2,1,1,A,53m<le000001@0000000000000000000000,0*00",
        "\\s:x,c:1714564800*00\\!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18",
        "$GPRMC,120000.00,A,5930.000,N,01030.000,E,5.0,045.0,010524,,,A*56",
        "$PGHP,1,2012,12,6,9,53,48,612,244,,2190067,1,18*00",
        "{\"mmsi\":257111220,\"lat\":1,\"lon\":2,\"time\":\"03/04/2026 10:00\"}",
        "{\"mmsi\":257111220,\"lat\":1,\"lon\":2}",
        "{\"class\":\"VERSION\"}",
        "{\"mmsi\":",
        "[{\"mmsi\":257111220,\"lat\":1,\"lon\":2,\"time\":1714564800},{\"x\":1}]",
        "data: {\"mmsi\":257111220,\"lat\":1,\"lon\":2,\"speed_bar\":3,\"t\":1714564800}",
        "{\"nmea\":\"!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18\",\"time\":\"x\"}",
        "{\"foo\":[1,2]}",
        "257111222,,\"!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18\"",
    };
    enum { COUNT = sizeof lines / sizeof lines[0], TEXTS = 300, LINES = 40 };
    struct test_random random = {20240501};
    (void)state;
    for (int i = 0; i < TEXTS; i++) {
        static char text[LINES * 128];
        struct inputrun run;
        struct input_conf conf = i % 3 == 0 ? inputrun_live() : inputrun_tape();
        size_t n = 0;
        for (int k = 0; k < LINES; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                                  lines[test_random_below(&random, COUNT)]);
        conf.start_ms = i % 2 == 0 ? INPUTRUN_START : TIME_NONE;
        inputrun_chunks(&run, &conf, text, n, (uint64_t)i + 1, 50); /* adds up: its end */
        assert_true(run.counts.lines >= LINES / 2);
        inputrun_free(&run);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_speeds), TEST(test_places), TEST(test_mapped_units),
          TEST(test_time_heads), TEST(test_date_orders), TEST(test_held_rows),
          TEST(test_order_resumed), TEST(test_unknown_columns), TEST(test_accounting))
