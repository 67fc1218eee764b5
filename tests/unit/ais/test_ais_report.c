/* SPDX-License-Identifier: Apache-2.0 */
/* From messages to reports: a value that means "not available" is left out, a message of
 * another length gives the fields that it holds whole, and types that say nothing of a
 * ship make no report. Offsets, scales and not-available values are those of ITU-R
 * M.1371-5 annex 8, section 3. */
#include "lib/testlib.h"

#include <math.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lookout/ais/ais.h"
#include "lookout/base/time.h"

static int report_of(const struct aisgen_bits *from, struct report *r)
{
    static struct ais_bits bits;
    struct ais_message m;
    memset(&bits, 0xff, sizeof bits); /* what lies behind the end must not matter */
    memcpy(bits.bytes, from->bytes, (from->count + 7) / 8);
    bits.count = from->count;
    int status = ais_decode(&bits, &m);
    if (status == 0)
        status = report_from_message(&m, r);
    /* The result is the same when the caller asks for no values. */
    struct report bare;
    memset(&m, 0xa5, sizeof m);
    int bare_status = ais_open(&bits, &m);
    if (bare_status == 0)
        bare_status = report_from_message(&m, &bare);
    assert_int_equal(bare_status, status);
    if (status == 0)
        assert_memory_equal(&bare, r, sizeof bare);
    return status;
}

/* A ship that does not exist: IMO 9999993 passes the check digit. */
static const struct aisgen_position somewhere = {.type = 1,
                                                 .mmsi = 441000001,
                                                 .lat = 34.5,
                                                 .lon = 127.75,
                                                 .sog = 12.3,
                                                 .cog = 231.4,
                                                 .heading = 229,
                                                 .status = 0,
                                                 .second = 17};
static const struct aisgen_static someone = {.mmsi = 441000001,
                                             .imo = 9999993,
                                             .callsign = "DSXX9",
                                             .name = "EXAMPLE TRADER",
                                             .destination = "KR PUS",
                                             .ship_type = 70,
                                             .to_bow = 60,
                                             .to_stern = 20,
                                             .to_port = 7,
                                             .to_starboard = 5,
                                             .draught = 5.6,
                                             .hour = 24,
                                             .minute = 60};

static void test_position_report(void **state)
{
    for (int type = 1; type <= 3; type++) {
        struct aisgen_position p = somewhere;
        struct aisgen_bits b;
        struct report r;
        p.type = type;
        aisgen_position(&p, &b);
        assert_int_equal(report_of(&b, &r), 0);
        assert_int_equal(r.has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING |
                                    HAS_NAV_STATUS | HAS_UTC_SECOND);
        assert_int_equal(r.mmsi, 441000001);
        assert_int_equal(r.msg_type, type);
        assert_int_equal(r.pos.lat_e7, 345000000);
        assert_int_equal(r.pos.lon_e7, 1277500000);
        assert_int_equal(r.sog_dkn, 123);
        assert_int_equal(r.cog_ddeg, 2314);
        assert_int_equal(r.heading_deg, 229);
        assert_int_equal(r.nav_status, 0);
        assert_int_equal(r.utc_second, 17);
        assert_false(r.is_class_b);
        assert_false(r.is_coarse);
        assert_true(r.time_ms == TIME_NONE && r.arrival_ms == TIME_NONE);
    }
}

static void test_positions_keep_sign_and_digits(void **state)
{
    /* 1/10,000 minute is 166.67e-7 degree. The positions are the corners of the earth. */
    static const struct {
        double lat, lon;
    } places[] = {
        {-90, -180}, {90, 180}, {0, 0}, {-33.8600017, 151.2}, {51.5, -0.0000167}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct aisgen_position p = somewhere;
        struct aisgen_bits b;
        struct report r;
        p.lat = places[i].lat;
        p.lon = places[i].lon;
        aisgen_position(&p, &b);
        assert_int_equal(report_of(&b, &r), 0);
        assert_true((r.has & HAS_POSITION) != 0);
        assert_near(r.pos.lat_e7 / 1e7, p.lat, 0.00001 / 60 * 5 + 1e-7);
        assert_near(r.pos.lon_e7 / 1e7, p.lon, 0.00001 / 60 * 5 + 1e-7);
    }
}

static void test_class_b(void **state)
{
    struct aisgen_position p = somewhere;
    struct aisgen_bits b;
    struct report r;
    p.type = 18;
    aisgen_position(&p, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has,
                     HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_UTC_SECOND);
    assert_true(r.is_class_b);
    assert_int_equal(r.sog_dkn, 123);
    assert_int_equal(r.pos.lon_e7, 1277500000);

    p.type = 19;
    aisgen_extended19(&p, &someone, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING |
                                HAS_UTC_SECOND | HAS_NAME | HAS_SHIP_TYPE |
                                HAS_DIMENSIONS | HAS_STATIC);
    assert_string_equal(r.name, "EXAMPLE TRADER");
    assert_int_equal(r.length_m, 80);
    assert_int_equal(r.beam_m, 12);
    assert_true(r.is_class_b);
}

static void test_long_range(void **state)
{
    struct aisgen_position p = somewhere;
    struct aisgen_bits b;
    struct report r;
    p.type = 27;
    p.sog = 12;
    p.cog = 231;
    aisgen_position(&p, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_NAV_STATUS);
    assert_true(r.is_coarse);
    assert_int_equal(r.sog_dkn, 120);
    assert_int_equal(r.cog_ddeg, 2310);
    assert_int_equal(r.pos.lat_e7, 345000000);
    assert_int_equal(r.pos.lon_e7, 1277500000);
    /* Some transponders send a full slot instead of 96 bits. */
    aisgen_resize(&b, 168);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.sog_dkn, 120);
}

static void test_static_report(void **state)
{
    struct aisgen_bits b;
    struct report r;
    aisgen_static5(&someone, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_IMO | HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE |
                                HAS_DIMENSIONS | HAS_DRAUGHT | HAS_DESTINATION |
                                HAS_STATIC);
    assert_int_equal(r.imo, 9999993);
    assert_string_equal(r.callsign, "DSXX9");
    assert_string_equal(r.name, "EXAMPLE TRADER");
    assert_string_equal(r.destination, "KR PUS");
    assert_int_equal(r.ship_type, 70);
    assert_int_equal(r.draught_dm, 56);
    assert_int_equal(r.length_m, 80);
    assert_int_equal(r.beam_m, 12);
    assert_false(r.is_class_b);
}

static void test_static_parts(void **state)
{
    struct aisgen_bits b;
    struct report r;
    aisgen_static24a(&someone, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_NAME | HAS_STATIC);
    assert_string_equal(r.name, "EXAMPLE TRADER");
    assert_true(r.is_class_b);
    aisgen_resize(&b, 168); /* some stations send spare bits */
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_NAME | HAS_STATIC);

    aisgen_static24b(&someone, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_CALLSIGN | HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_STATIC);
    assert_string_equal(r.callsign, "DSXX9");
    assert_int_equal(r.length_m, 80);
    aisgen_resize(&b, 162); /* some stations send fewer bits */
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_CALLSIGN | HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_STATIC);

    /* The craft of a ship names that ship in the bits of the dimensions. */
    struct aisgen_static craft = someone;
    craft.mmsi = 984410001;
    aisgen_static24b(&craft, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_CALLSIGN | HAS_SHIP_TYPE | HAS_STATIC);
}

/* A field with its "not available" value is left out; a field with the value next to it
 * is kept. */
static const struct {
    int type;
    unsigned at, width;
    int64_t none, some;
    uint32_t has;
} sentinels[] = {
    /* clang-format off */
    {1,  38,  4,        15,        14, HAS_NAV_STATUS},
    {1,  50, 10,      1023,      1022, HAS_SOG},
    {1,  61, 28, 108600000, 108000000, HAS_POSITION},
    {1,  61, 28, 108000001, -108000000, HAS_POSITION},  /* beyond 180 degrees */
    {1,  61, 28, -108000001, 0,        HAS_POSITION},
    {1,  89, 27,  54600000,  54000000, HAS_POSITION},
    {1,  89, 27,  54000001, -54000000, HAS_POSITION},
    {1, 116, 12,      3600,      3599, HAS_COG},
    {1, 116, 12,      4095,         0, HAS_COG},        /* 3601-4095 should not be used */
    {1, 128,  9,       511,       359, HAS_HEADING},
    {1, 128,  9,       360,         0, HAS_HEADING},
    {1, 137,  6,        60,        59, HAS_UTC_SECOND},
    {1, 137,  6,        61,         0, HAS_UTC_SECOND}, /* manual input */
    {1, 137,  6,        62,         1, HAS_UTC_SECOND}, /* dead reckoning */
    {1, 137,  6,        63,         2, HAS_UTC_SECOND}, /* inoperative */
    {18, 46, 10,      1023,         0, HAS_SOG},
    {18, 57, 28, 108600000,         1, HAS_POSITION},
    {18, 85, 27,  54600000,        -1, HAS_POSITION},
    {18, 112, 12,     3600,         0, HAS_COG},
    {18, 124, 9,       511,         0, HAS_HEADING},
    {18, 133, 6,        60,         0, HAS_UTC_SECOND},
    {27, 40,  4,        15,         5, HAS_NAV_STATUS},
    {27, 44, 18,    108600,    108000, HAS_POSITION},
    {27, 62, 17,     54600,    -54000, HAS_POSITION},
    {27, 79,  6,        63,        62, HAS_SOG},
    {27, 85,  9,       511,       359, HAS_COG},
    {27, 85,  9,       360,         0, HAS_COG},
    {5,  40, 30,         0,   9999993, HAS_IMO},
    {5,  40, 30,   9999994,   9074729, HAS_IMO},        /* a wrong check digit; 9074729 is IMO's own example */
    {5,  40, 30,   1234567,   9999993, HAS_IMO},        /* its check digit holds: a known filler */
    {5,  40, 30, 1073741823,  9999993, HAS_IMO},
    {5, 232,  8,         0,         1, HAS_SHIP_TYPE},
    {5, 294,  8,         0,       255, HAS_DRAUGHT},
    {5,  70, 42,         0,  INT64_C(1) << 36, HAS_CALLSIGN}, /* "@@@@@@@", "A@@@@@@" */
    {5, 240, 30,         0,  INT64_C(1) << 21, HAS_DIMENSIONS},
    {5, 240, 30,       100,  INT64_C(1) << 12, HAS_DIMENSIONS}, /* a beam without a length */
    /* clang-format on */
};

static void test_not_available_is_absence(void **state)
{
    for (size_t i = 0; i < sizeof sentinels / sizeof sentinels[0]; i++) {
        struct aisgen_position p = somewhere;
        struct aisgen_bits b;
        struct report r;
        p.type = sentinels[i].type;
        if (p.type == 5)
            aisgen_static5(&someone, &b);
        else
            aisgen_position(&p, &b);
        aisgen_set(&b, sentinels[i].at, sentinels[i].width, sentinels[i].none);
        assert_int_equal(report_of(&b, &r), 0);
        if ((r.has & sentinels[i].has) != 0)
            fail_msg("type %d bit %u: %lld is there", p.type, sentinels[i].at,
                     (long long)sentinels[i].none);
        aisgen_set(&b, sentinels[i].at, sentinels[i].width, sentinels[i].some);
        assert_int_equal(report_of(&b, &r), 0);
        if ((r.has & sentinels[i].has) == 0)
            fail_msg("type %d bit %u: %lld is absent", p.type, sentinels[i].at,
                     (long long)sentinels[i].some);
    }
}

static void test_empty_destination_is_said(void **state)
{
    struct aisgen_static s = someone;
    struct aisgen_bits b;
    struct report r;
    s.destination = "";
    s.name = "";
    aisgen_static5(&s, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_true((r.has & HAS_DESTINATION) != 0);
    assert_true((r.has & HAS_NAME) == 0);
    assert_string_equal(r.destination, "");
    s.name = "  A B  ";
    aisgen_static5(&s, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_string_equal(r.name, "A B");
}

/* Status 15 of a distress device says that the device is under test (ITU-R M.1371-5 table
 * 47), and the safety message of such a device is a report. Neither holds for ships,
 * coast stations, aircraft and aids to navigation. */
static void test_distress_devices(void **state)
{
    static const struct {
        uint32_t mmsi;
        bool is_distress;
    } rows[] = {{970012345, true},  {972012345, true},  {974012345, true},
                {969999999, false}, {971012345, false}, {973012345, false},
                {975000000, false}, {984410001, false}, {994410001, false},
                {111440001, false}, {4400001, false},   {441000001, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aisgen_position p = somewhere;
        struct aisgen_bits b;
        struct report r;
        uint32_t status = rows[i].is_distress ? HAS_NAV_STATUS : 0;
        p.mmsi = rows[i].mmsi;
        p.status = 15;
        p.lat = p.lon = (double)NAN;
        aisgen_position(&p, &b);
        assert_int_equal(report_of(&b, &r), 0);
        assert_int_equal(r.has & (HAS_NAV_STATUS | HAS_POSITION), status);
        assert_int_equal(r.nav_status, rows[i].is_distress ? 15 : 0);

        aisgen_safety14(rows[i].mmsi, "SART TEST", &b);
        assert_int_equal(report_of(&b, &r), rows[i].is_distress ? 0 : ERR_NOT_FOUND);
        assert_int_equal(r.mmsi, rows[i].mmsi);
        assert_int_equal(r.msg_type, 14);
        assert_int_equal(r.has, rows[i].is_distress ? HAS_TEXT : 0);
        assert_string_equal(r.text, rows[i].is_distress ? "SART TEST" : "");
    }
}

/* A safety message has 156 characters at most (3.12); the report's text is cut. Blanks
 * around the text are left out. A message without any character is a report, too. */
static void test_distress_texts(void **state)
{
    char longest[157], blanks[] = "  MOB ACTIVE  ";
    struct aisgen_bits b;
    struct report r;
    memset(longest, 'X', sizeof longest - 1);
    longest[156] = '\0';
    aisgen_safety14(972000001, longest, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(strlen(r.text), sizeof r.text - 1);
    assert_memory_equal(r.text, longest, sizeof r.text - 1);
    aisgen_safety14(972000001, blanks, &b);
    assert_int_equal(report_of(&b, &r), 0);
    assert_string_equal(r.text, "MOB ACTIVE");
    static const char *const empty[] = {"", " ", "  @", "@@@"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        aisgen_safety14(972000001, empty[i], &b);
        assert_int_equal(report_of(&b, &r), 0);
        assert_int_equal(r.has, HAS_TEXT);
        assert_string_equal(r.text, "");
    }
}

/* Lengths that stations send: 204 bits of type 1-3, type 5 of 420, 422, 424 and
 * 426 bits, type 19 cut off. */
static void test_odd_lengths(void **state)
{
    struct aisgen_bits b;
    struct report whole, r;
    aisgen_position(&somewhere, &b);
    assert_int_equal(report_of(&b, &whole), 0);
    static const unsigned lengths_1[] = {163, 166, 168, 204, 252};
    for (size_t i = 0; i < sizeof lengths_1 / sizeof lengths_1[0]; i++) {
        aisgen_resize(&b, lengths_1[i]);
        assert_int_equal(report_of(&b, &r), 0);
        assert_memory_equal(&r, &whole, sizeof r);
    }
    aisgen_resize(&b, 137); /* the time stamp is cut off */
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, whole.has & ~(uint32_t)HAS_UTC_SECOND);
    aisgen_resize(&b, 115); /* half a latitude is no position */
    assert_int_equal(report_of(&b, &r), ERR_RANGE);

    struct aisgen_static s = someone;
    s.destination = "ABCDEFGHIJKLMNOPQRST";
    static const unsigned lengths_5[] = {420, 422, 423, 424, 426, 430};
    for (size_t i = 0; i < sizeof lengths_5 / sizeof lengths_5[0]; i++) {
        aisgen_static5(&s, &b);
        aisgen_resize(&b, lengths_5[i]);
        assert_int_equal(report_of(&b, &r), 0);
        assert_string_equal(r.destination, lengths_5[i] < 422 ? "ABCDEFGHIJKLMNOPQRS"
                                                              : "ABCDEFGHIJKLMNOPQRST");
        assert_string_equal(r.name, "EXAMPLE TRADER");
    }
    aisgen_resize(&b, 380); /* a piece of a destination is none */
    assert_int_equal(report_of(&b, &r), 0);
    assert_true((r.has & HAS_DESTINATION) == 0);
    assert_true((r.has & HAS_DRAUGHT) != 0);

    aisgen_extended19(&somewhere, &someone, &b);
    aisgen_set(&b, 0, 6, 19);
    aisgen_resize(&b, 200); /* a piece of a name is none */
    assert_int_equal(report_of(&b, &r), 0);
    assert_int_equal(r.has, HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING |
                                HAS_UTC_SECOND | HAS_STATIC);
}

static void test_others_make_no_report(void **state)
{
    static const int types[] = {4,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                15, 16, 17, 20, 21, 22, 23, 25, 26};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct aisgen_bits b;
        struct report r;
        aisgen_clear(&b);
        aisgen_resize(&b, 360);
        aisgen_set(&b, 0, 6, types[i]);
        aisgen_set(&b, 8, 30, 2442101);
        assert_int_equal(report_of(&b, &r), ERR_NOT_FOUND);
        assert_int_equal(r.has, 0);
        assert_int_equal(r.mmsi, 2442101);
        assert_int_equal(r.msg_type, types[i]);
    }
}

static void test_armor(void **state)
{
    struct ais_bits bits;
    /* IEC 61162-1 table: '0' is 0, 'W' 39, '`' 40, 'w' 63 */
    assert_int_equal(armor_decode("0W`w", 4, 0, &bits), 0);
    assert_int_equal(bits.count, 24);
    assert_memory_equal(bits.bytes, "\x02\x7a\x3f", 3);
    for (int c = 0; c < 256; c++) {
        char text[1] = {(char)c};
        bool is_valid = (c >= '0' && c <= 'W') || (c >= '`' && c <= 'w');
        assert_int_equal(armor_decode(text, 1, 0, &bits), is_valid ? 0 : ERR_SYNTAX);
    }
    /* A wrong character is found at each of eight places and in the remainder. */
    for (size_t at = 0; at < 12; at++)
        for (int c = 0; c < 256; c++) {
            char text[12] = "w0W`w0W`w0W`";
            text[at] = (char)c;
            bool is_valid = (c >= '0' && c <= 'W') || (c >= '`' && c <= 'w');
            assert_int_equal(armor_decode(text, sizeof text, 0, &bits),
                             is_valid ? 0 : ERR_SYNTAX);
        }
    assert_int_equal(armor_decode("000000000X00", 12, 0, &bits), ERR_SYNTAX);
    assert_int_equal(bits.count, 0);
    assert_int_equal(armor_decode("0", 1, 6, &bits), ERR_SYNTAX);
    assert_int_equal(armor_decode("", 0, 1, &bits), ERR_SYNTAX);
    assert_int_equal(armor_decode("", 0, 0, &bits), 0);
    assert_int_equal(bits.count, 0);
    assert_int_equal(armor_decode("w", 1, 2, &bits), 0);
    assert_int_equal(bits.count, 4);
    static char longest[AIS_BITS_MAX / 6 + 1];
    memset(longest, 'w', sizeof longest);
    assert_int_equal(armor_decode(longest, sizeof longest - 1, 0, &bits), 0);
    assert_int_equal(bits.count, AIS_BITS_MAX);
    assert_int_equal(armor_add("0", 1, 0, &bits), ERR_LIMIT);
    assert_int_equal(bits.count, AIS_BITS_MAX);
    assert_int_equal(armor_decode(longest, sizeof longest, 0, &bits), ERR_LIMIT);
}

/* Characters that come in any pieces, with fill bits between them too, give the same bits
 * as a reader that takes one bit at a time. */
static void test_armor_in_pieces(void **state)
{
    struct test_random random = {7};
    for (int round = 0; round < 2000; round++) {
        struct ais_bits bits;
        uint8_t slow[AIS_BITS_MAX / 8 + 1] = {0};
        unsigned count = 0;
        ais_bits_clear(&bits);
        memset(bits.bytes, 0xaa, sizeof bits.bytes);
        for (int piece = 0; piece < 4; piece++) {
            char text[40];
            size_t n = 1 + test_random_below(&random, sizeof text);
            unsigned fill = (unsigned)test_random_below(&random, 6);
            for (size_t i = 0; i < n; i++) {
                unsigned six = (unsigned)test_random_below(&random, 64);
                text[i] = (char)(six < 40 ? six + 48 : six + 56);
                for (unsigned k = 0; k < 6 && 6 * i + k < 6 * n - fill; k++, count++)
                    if ((six >> (5 - k) & 1) != 0)
                        slow[count / 8] |= (uint8_t)(0x80u >> count % 8);
            }
            assert_int_equal(armor_add(text, n, fill, &bits), 0);
            assert_int_equal(bits.count, count);
        }
        bits.bytes[count / 8] &= (uint8_t)(0xff00u >> count % 8);
        assert_memory_equal(bits.bytes, slow, (count + 7) / 8);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_position_report),
          TEST(test_positions_keep_sign_and_digits), TEST(test_class_b),
          TEST(test_long_range), TEST(test_static_report), TEST(test_static_parts),
          TEST(test_not_available_is_absence), TEST(test_empty_destination_is_said),
          TEST(test_odd_lengths), TEST(test_distress_devices), TEST(test_distress_texts),
          TEST(test_others_make_no_report), TEST(test_armor), TEST(test_armor_in_pieces))
