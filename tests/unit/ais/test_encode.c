/* SPDX-License-Identifier: Apache-2.0 */
/* From reports back to AIS: what a report says comes back by our own reader and by
 * Debian's gpsdecode, bit for bit as tests' own encoder writes it (aisgen.c, which does
 * not know the decoder's table), and "not available" stays so. */
#include "lib/testlib.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lib/inputrun.h"
#include "lookout/ais/encode.h"
#include "lookout/base/time.h"

#define TIME_MS INT64_C(1700000000000)

static const struct encode_tag yeosu = {.station = "yeosu", .sequence = 7};

/* A ship that does not exist. */
static const struct report trader = {
    .mmsi = 441000001,
    .time_ms = TIME_MS,
    .has = HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS | HAS_IMO |
           HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_DRAUGHT |
           HAS_DESTINATION,
    .pos = {.lat_e7 = 345000000, .lon_e7 = 1277500000},
    .sog_dkn = 123,
    .cog_ddeg = 2314,
    .heading_deg = 229,
    .nav_status = 5,
    .imo = 9999993,
    .callsign = "DSXX9",
    .name = "EXAMPLE TRADER",
    .ship_type = 70,
    .length_m = 80,
    .beam_m = 12,
    .draught_dm = 56,
    .destination = "KR PUS"};

/* The bits are those of an encoder that was written from the standard by itself. */
static void test_bits_of_the_standard(void **state)
{
    struct aisgen_bits by_hand;
    struct ais_bits bits;
    const struct aisgen_static said = {.mmsi = 441000001,
                                       .imo = 9999993,
                                       .callsign = "DSXX9",
                                       .name = "EXAMPLE TRADER",
                                       .destination = "KR PUS",
                                       .ship_type = 70,
                                       .to_stern = 80,
                                       .to_starboard = 12,
                                       .draught = 5.6,
                                       .hour = 24,
                                       .minute = 60};
    struct aisgen_position at = {.type = 1,
                                 .mmsi = 441000001,
                                 .lat = 34.5,
                                 .lon = 127.75,
                                 .sog = 12.3,
                                 .cog = 231.4,
                                 .heading = 229,
                                 .status = 5,
                                 .second = 60,
                                 .turn = -128};
    aisgen_position(&at, &by_hand);
    encode_bits(&trader, ENCODE_1, &bits);
    assert_int_equal(bits.count, by_hand.count);
    assert_memory_equal(bits.bytes, by_hand.bytes, by_hand.count / 8);
    at.type = 18;
    aisgen_position(&at, &by_hand);
    aisgen_set(&by_hand, 141, 1, 0); /* a report does not say which access it has */
    encode_bits(&trader, ENCODE_18, &bits);
    assert_int_equal(bits.count, by_hand.count);
    assert_memory_equal(bits.bytes, by_hand.bytes, by_hand.count / 8);
    aisgen_static5(&said, &by_hand);
    aisgen_set(&by_hand, 270, 4, 0); /* what gives the positions is not known */
    aisgen_set(&by_hand, 422, 1, 1); /* DTE not available */
    encode_bits(&trader, ENCODE_5, &bits);
    assert_int_equal(bits.count, by_hand.count);
    assert_memory_equal(bits.bytes, by_hand.bytes, by_hand.count / 8);
    aisgen_static24a(&said, &by_hand);
    encode_bits(&trader, ENCODE_24_A, &bits);
    assert_memory_equal(bits.bytes, by_hand.bytes, bits.count / 8);
    aisgen_static24b(&said, &by_hand);
    encode_bits(&trader, ENCODE_24_B, &bits);
    assert_memory_equal(bits.bytes, by_hand.bytes, bits.count / 8);
}

/* The sums are those of `printf 's:yeosu,c:1700000000' | ...`, a XOR over the bytes, as
 * aisgen_checksum gives them. */
static void test_sentences(void **state)
{
    struct buf out = {0};
    assert_int_equal(encode_static(&trader, &yeosu, &out), 0);
    char *second = strstr(buf_text(&out), "\r\n");
    assert_non_null(second);
    *second = '\0';
    second += 2;
    const char *tag = "s:yeosu,c:1700000000";
    char expected[64];
    snprintf(expected, sizeof expected, "\\%s*%02X\\!AIVDM,2,1,7,A,", tag,
             aisgen_checksum(tag, strlen(tag)));
    assert_memory_equal(out.data, expected, strlen(expected));
    expected[strlen(expected) - 7] = '\0'; /* ...,2, */
    assert_memory_equal(second, expected, strlen(expected));
    /* 71 characters, 60 of them in the first; two bits of the last are no bits. */
    assert_int_equal(strlen(strchr(out.data, '!')), 82 - 2);
    assert_non_null(strstr(second, "!AIVDM,2,2,7,A,"));
    assert_non_null(strstr(second, ",2*"));
    for (const char *s = out.data; s != NULL; s = s == second ? NULL : second) {
        const char *from = strchr(s, '!') + 1, *star = strchr(from, '*');
        snprintf(expected, sizeof expected, "%02X",
                 aisgen_checksum(from, (size_t)(star - from)));
        assert_memory_equal(star + 1, expected, 2);
    }
    buf_finish(&out);
}

static void test_stations(void **state)
{
    static const struct {
        const char *station, *tag;
    } cases[] = {
        {"a b,c*d\\e:f!g$h", "s:a_b_c_d_e_f_g_h"},
        {"a-station-with-a-long-name", "s:a-station-with-"},
        {"\xc3\x85lesund", "s:__lesund"},
    };
    struct report r = trader;
    r.time_ms = TIME_NONE;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        assert_int_equal(
            encode_position(&r, &(struct encode_tag){.station = cases[i].station}, &out),
            0);
        assert_memory_equal(out.data + 1, cases[i].tag, strlen(cases[i].tag));
        assert_int_equal(out.data[1 + strlen(cases[i].tag)], '*');
        buf_finish(&out);
    }
}

/* What six bits cannot say. Columns: the name as known, as it comes back. */
static void test_odd_names(void **state)
{
    static const char *const names[][2] = {
        {"lower Case", "LOWER CASE"},
        {"ST. MARY'S \"2\" [A]^_", "ST. MARY'S \"2\" [A]^_"},
        {"A@B", "A?B"},
        {"\xc3\x85SE {1}~`", "?SE ?1???"},
        {"broken \xff byte", "BROKEN ? BYTE"},
        {"12345678901234567890123", "12345678901234567890"},
        {"\xed\x95\x9c\xea\xb5\xad", "??"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct report r = trader;
        struct buf out = {0};
        struct inputrun run;
        memset(r.name, 0, sizeof r.name);
        memcpy(r.name, names[i][0], strlen(names[i][0]));
        assert_int_equal(encode_static(&r, &yeosu, &out), 0);
        inputrun_text(&run, out.data);
        assert_int_equal(run.count, 1);
        assert_string_equal(run.reports[0].name, names[i][1]);
        inputrun_free(&run);
        buf_finish(&out);
    }
}

/* --- every report comes back --- */

static void random_text(struct test_random *random, char *to, size_t most)
{
    static const char letters[] = "ABCXYZ0189 !\"#&'()*+,-./:;<=>?[\\]^_";
    size_t n = 1 + (size_t)test_random_below(random, most);
    for (size_t i = 0; i < n; i++)
        to[i] = letters[test_random_below(random, sizeof letters - 1)];
    if (to[0] == ' ')
        to[0] = 'A';
    if (to[n - 1] == ' ')
        to[n - 1] = 'Z';
}

static struct report random_report(struct test_random *random)
{
    struct report r = {.time_ms = TIME_MS};
    r.mmsi = 200000000u + (uint32_t)test_random_below(random, 500000000);
    r.is_class_b = test_random_below(random, 2) != 0;
    r.has = (uint32_t)test_random_next(random) &
            (HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS | HAS_IMO |
             HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_DRAUGHT |
             HAS_DESTINATION | HAS_UTC_SECOND);
    r.pos.lat_e7 = (int32_t)test_random_below(random, 1800000001) - 900000000;
    r.pos.lon_e7 = (int32_t)((int64_t)test_random_below(random, 3600000001) - 1800000000);
    r.sog_dkn = (uint16_t)test_random_below(random, 1023);
    r.cog_ddeg = (uint16_t)test_random_below(random, 3600);
    r.heading_deg = (uint16_t)test_random_below(random, 360);
    r.nav_status = (uint8_t)test_random_below(random, 15);
    r.utc_second = (uint8_t)test_random_below(random, 60);
    r.imo = 9999993;
    r.ship_type = (uint8_t)(1 + test_random_below(random, 255));
    r.draught_dm = (uint8_t)(1 + test_random_below(random, 255));
    r.length_m = (uint16_t)(1 + test_random_below(random, 1022));
    r.beam_m = (uint16_t)test_random_below(random, 127);
    random_text(random, r.callsign, 7);
    random_text(random, r.name, 20);
    random_text(random, r.destination, 20);
    return r;
}

static void expect_motion(const struct report *said, const struct report *back)
{
    uint32_t may = HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_UTC_SECOND;
    if (!said->is_class_b)
        may |= HAS_NAV_STATUS;
    assert_int_equal(back->msg_type, said->is_class_b ? 18 : 1);
    assert_int_equal(back->mmsi, said->mmsi);
    assert_int_equal(back->time_ms, TIME_MS);
    assert_string_equal(back->station, "yeosu");
    assert_int_equal(back->has, said->has & may);
    if ((back->has & HAS_POSITION) != 0) { /* half of 1/10,000 minute is 8.4e-7 degree */
        assert_near(back->pos.lat_e7, said->pos.lat_e7, 9);
        assert_near(back->pos.lon_e7, said->pos.lon_e7, 9);
    }
    if ((back->has & HAS_SOG) != 0)
        assert_int_equal(back->sog_dkn, said->sog_dkn);
    if ((back->has & HAS_COG) != 0)
        assert_int_equal(back->cog_ddeg, said->cog_ddeg);
    if ((back->has & HAS_HEADING) != 0)
        assert_int_equal(back->heading_deg, said->heading_deg);
    if ((back->has & HAS_NAV_STATUS) != 0)
        assert_int_equal(back->nav_status, said->nav_status);
    if ((back->has & HAS_UTC_SECOND) != 0)
        assert_int_equal(back->utc_second, said->utc_second);
}

static void expect_static(const struct report *said, const struct report *back,
                          uint32_t may)
{
    /* An empty destination is one, too. */
    uint32_t expected = (said->has & may) | HAS_STATIC | (may & HAS_DESTINATION);
    assert_int_equal(back->mmsi, said->mmsi);
    assert_int_equal(back->has, expected);
    if ((said->has & may & HAS_IMO) != 0)
        assert_int_equal(back->imo, said->imo);
    if ((said->has & may & HAS_NAME) != 0)
        assert_string_equal(back->name, said->name);
    if ((said->has & may & HAS_CALLSIGN) != 0)
        assert_string_equal(back->callsign, said->callsign);
    if ((may & HAS_DESTINATION) != 0)
        assert_string_equal(back->destination,
                            (said->has & HAS_DESTINATION) != 0 ? said->destination : "");
    if ((said->has & may & HAS_SHIP_TYPE) != 0)
        assert_int_equal(back->ship_type, said->ship_type);
    if ((said->has & may & HAS_DRAUGHT) != 0)
        assert_int_equal(back->draught_dm, said->draught_dm);
    if ((said->has & may & HAS_DIMENSIONS) != 0) {
        assert_int_equal(back->length_m, said->length_m);
        assert_int_equal(back->beam_m, said->beam_m);
    }
}

static void test_round_trip(void **state)
{
    enum { REPORTS = 400 };
    static struct report said[REPORTS];
    struct test_random random = {.state = 20261130};
    struct buf out = {0};
    struct inputrun run;
    print_message("seed 20261130\n");
    for (unsigned i = 0; i < REPORTS; i++) {
        const struct encode_tag tag = {.station = "yeosu", .sequence = i};
        said[i] = random_report(&random);
        assert_int_equal(encode_position(&said[i], &tag, &out), 0);
        assert_int_equal(encode_static(&said[i], &tag, &out), 0);
    }
    inputrun_text(&run, out.data);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    const struct report *back = run.reports;
    uint32_t hull = HAS_SHIP_TYPE | HAS_CALLSIGN | HAS_DIMENSIONS;
    for (size_t i = 0; i < REPORTS; i++) {
        expect_motion(&said[i], back++);
        if (said[i].is_class_b) {
            expect_static(&said[i], back++, HAS_NAME);
            expect_static(&said[i], back++, hull);
        } else {
            expect_static(&said[i], back++,
                          hull | HAS_NAME | HAS_IMO | HAS_DRAUGHT | HAS_DESTINATION);
        }
    }
    assert_int_equal(back - run.reports, run.count);
    inputrun_free(&run);
    buf_finish(&out);
}

/* --- gpsd --- */

/* What gpsdecode says of the ship, one object a message. NULL: it is not installed. */
static json_t *decode_by_gpsd(const struct buf *sentences)
{
    if (system("command -v gpsdecode >/dev/null 2>&1") != 0)
        return NULL;
    char path[] = "/tmp/lookout-encode-XXXXXX", command[96], line[2048];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, sentences->data, sentences->length), sentences->length);
    close(fd);
    snprintf(command, sizeof command, "gpsdecode -j <%s 2>/dev/null", path);
    FILE *pipe = popen(command, "r");
    json_t *list = json_array();
    while (fgets(line, sizeof line, pipe) != NULL)
        if (strstr(line, "\"class\":\"AIS\"") != NULL)
            json_array_append_new(list, json_loads(line, 0, NULL));
    pclose(pipe);
    unlink(path);
    return list;
}

static double number_in(const json_t *list, size_t index, const char *key)
{
    const json_t *value = json_object_get(json_array_get(list, index), key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static const char *text_in(const json_t *list, size_t index, const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_array_get(list, index), key));
    return text != NULL ? text : "(none)";
}

/* Class A, then class B, then a ship of which nothing is known but its number. */
static void test_gpsdecode(void **state)
{
    struct buf out = {0};
    struct report small = trader;
    const struct report unknown = {.mmsi = 273000009, .time_ms = TIME_MS};
    small.mmsi = 441000002;
    small.is_class_b = true;
    const struct report *const ships[] = {&trader, &small, &unknown};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(encode_position(ships[i], &yeosu, &out), 0);
        assert_int_equal(encode_static(ships[i], &yeosu, &out), 0);
    }
    json_t *said = decode_by_gpsd(&out);
    buf_finish(&out);
    if (said == NULL)
        test_skip("no gpsdecode (package gpsd-clients)");
    /* 3.22 tells both parts of message 24 together, of the second */
    assert_int_equal(json_array_size(said), 6);
    static const int types[] = {1, 5, 18, 24, 1, 5};
    for (size_t i = 0; i < 6; i++)
        assert_near(number_in(said, i, "type"), types[i], 0);
    for (size_t i = 0; i < 4; i += 2) {
        assert_near(number_in(said, i, "mmsi"), ships[i / 2]->mmsi, 0);
        assert_near(number_in(said, i, "lat"), 34.5, 1e-6);
        assert_near(number_in(said, i, "lon"), 127.75, 1e-6);
        assert_near(number_in(said, i, "speed"), 12.3, 1e-9);
        assert_near(number_in(said, i, "course"), 231.4, 1e-9);
        assert_near(number_in(said, i, "heading"), 229, 0);
        assert_string_equal(text_in(said, i + 1, "shipname"), "EXAMPLE TRADER");
        assert_string_equal(text_in(said, i + 1, "callsign"), "DSXX9");
        assert_near(number_in(said, i + 1, "shiptype"), 70, 0);
        assert_near(number_in(said, i + 1, "to_stern"), 80, 0);
        assert_near(number_in(said, i + 1, "to_starboard"), 12, 0);
    }
    assert_near(number_in(said, 1, "imo"), 9999993, 0);
    assert_near(number_in(said, 1, "draught"), 5.6, 1e-9);
    assert_string_equal(text_in(said, 1, "destination"), "KR PUS");
    /* gpsd has 181 and 91 degrees, 360 and 511 for what is not available */
    assert_near(number_in(said, 4, "lon"), 181, 1e-6);
    assert_near(number_in(said, 4, "lat"), 91, 1e-6);
    assert_near(number_in(said, 4, "course"), 360, 1e-6);
    assert_near(number_in(said, 4, "heading"), 511, 0);
    assert_string_equal(text_in(said, 5, "shipname"), "");
    json_decref(said);
}

TEST_MAIN(NULL, NULL, TEST(test_bits_of_the_standard), TEST(test_sentences),
          TEST(test_stations), TEST(test_odd_names), TEST(test_round_trip),
          TEST(test_gpsdecode))
