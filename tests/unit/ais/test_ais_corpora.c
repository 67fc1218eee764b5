/* SPDX-License-Identifier: Apache-2.0 */
/* This file decodes recordings of others: libais' decoded examples, member by member
 * (schwehr/libais test/data/typeexamples, Apache-2.0), and each corpus of
 * ../shared/data, counted by type. */
#include "lib/testlib.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aislines.h"
#include "lookout/ais/ais.h"

struct record {
    json_t *json; /* owned */
    struct ais_bits bits;
};
static struct record records[64];
static size_t record_count;

static void keep_record(void *context, const struct ais_bits *bits)
{
    (void)context;
    struct ais_message m;
    struct buf out = {0};
    assert_true(record_count < sizeof records / sizeof records[0]);
    assert_int_equal(ais_decode(bits, &m), 0);
    assert_int_equal(ais_message_json(&m, NULL, true, &out), 0);
    records[record_count].json = json_loadb(out.data, out.length, 0, NULL);
    records[record_count].bits = *bits;
    assert_non_null(records[record_count++].json);
    buf_finish(&out);
}

/* libais spells out the communication state, spare bits and a few names of its own. A
 * value that the decoder does not print under libais' name is proved from the decoder's
 * raw `radio`, or named here with the reason. */
static const struct {
    int type; /* 0: any */
    const char *key, *reason;
} left_out[] = {
    /* clang-format off */
    {0,  "spare",             "spare bits have no row"},
    {0,  "spare2",            "the same"},
    {0,  "spare3",            "the same"},
    {0,  "spare4",            "the same"},
    {0,  "device",            "no device here"},
    {0,  "shiptype_text",     "libais has its own words"},
    {0,  "received_stations", "a part of radio, checked by check_radio"},
    {0,  "slot_number",       "the same"},
    {0,  "slot_offset",       "the same"},
    {0,  "slot_timeout",      "the same"},
    {0,  "sync_state",        "the same"},
    {0,  "slot_increment",    "the same"},
    {0,  "slots_to_allocate", "the same"},
    {0,  "keep_flag",         "the same"},
    {0,  "commstate_cs_fill", "the same"},
    {4,  "transmission_ctl",  "decoded as txctl, which gpsd does not print"},
    {11, "transmission_ctl",  "the same"},
    {9,  "alt_sensor",        "decoded, not printed by gpsd"},
    {9,  "assigned",          "the same"},
    {21, "assigned",          "the same"},
    {23, "txrx",              "the same"},
    {18, "mode",              "gpsd's name is assigned, not printed"},
    {18, "unit",              "gpsd's name is cs"},
    {24, "part_num",          "gpsd's name is part, \"A\" or \"B\""},
    {9,  "speed",             "libais divides the knots of an aircraft by ten; ITU-R M.1371-5 3.7 has whole knots"},
    {27, "gnss",              "libais negates the bit"},
    {6,  "retransmit",        "libais negates the bit"},
    {15, "offset1_2",         "104 bits: libais reads a slot offset that was cut off"},
    {15, "offset2_2",         "a name of libais for bits that do not exist"},
    {15, "type2_2",           "the same"},
    {15, "msg_2",             "the same"},
    {15, "slot_offset_2",     "the same"},
    {26, "dac",               "gpsd's app_id is dac and fid, checked by check_app_id"},
    {26, "fid",               "the same"},
    {21, "name",              "libais has '-' for '_' and '`' for '['; ITU-R M.1371-5 table 47 is ours"},
    {6,  "text",              "IFM 0 (1/0), not one of the sub-messages that are decoded: raw bits"},
    {6,  "ack_required",      "the same"},
    {6,  "msg_seq",           "the same"},
    {8,  "duration_minutes",  "area notice (1/22): raw bits"},
    {8,  "link_id",           "the same"},
    {8,  "notice_type",       "the same"},
    {8,  "notice_type_str",   "the same"},
    {8,  "sub_areas",         "the same"},
    /* clang-format on */
};

static bool is_left_out(int type, const char *key)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if ((left_out[i].type == 0 || left_out[i].type == type) &&
            strcmp(left_out[i].key, key) == 0)
            return true;
    return false;
}

static double number_of(const json_t *value)
{
    if (json_is_boolean(value))
        return json_is_true(value);
    if (json_is_string(value))
        return strtod(json_string_value(value), NULL);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* libais computes in float; the decoder's coarse positions have the digits that gpsd
 * prints. */
static double tolerance(int type, const char *key)
{
    if (type == 17 && (strcmp(key, "lon") == 0 || strcmp(key, "lat") == 0))
        return 0.0501;
    if (type == 27 && (strcmp(key, "lon") == 0 || strcmp(key, "lat") == 0))
        return 0.0000501;
    return 2e-5;
}

static bool is_same(int type, const char *key, const json_t *ours, const json_t *theirs)
{
    if (json_equal(ours, theirs))
        return true;
    if (strcmp(key, "turn") == 0 && json_is_null(theirs))
        return strcmp(json_string_value(ours), "n/a") == 0;
    double a = number_of(ours), b = number_of(theirs);
    if (strcmp(key, "turn") == 0) /* a text of two digits */
        return fabs(a - b) <= 0.00501;
    return fabs(a - b) <= tolerance(type, key);
}

/* Communication state, ITU-R M.1371-5 annex 2 3.3.7.2 (SOTDMA) and 3.3.7.3 (ITDMA): sync
 * state 2 bits; then slot time-out 3 and sub-message 14, or slot increment 13, number of
 * slots 3 and keep flag 1. */
static void check_radio(const json_t *ours, const json_t *theirs)
{
    static const struct {
        const char *key;
        unsigned shift, mask;
    } parts[] = {
        {"sync_state", 17, 3},
        {"slot_timeout", 14, 7},
        {"received_stations", 0, 0x3fff},
        {"slot_number", 0, 0x3fff},
        {"slot_offset", 0, 0x3fff},
        {"slot_increment", 4, 0x1fff},
        {"slots_to_allocate", 1, 7},
        {"keep_flag", 0, 1},
        {"commstate_cs_fill", 0, 0x7ffff},
    };
    const json_t *radio = json_object_get(ours, "radio");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const json_t *value = json_object_get(theirs, parts[i].key);
        if (value == NULL)
            continue;
        long long said = json_is_boolean(value) ? json_is_true(value)
                                                : (long long)json_integer_value(value);
        assert_int_equal(json_integer_value(radio) >> parts[i].shift & parts[i].mask,
                         said);
    }
}

static void check_app_id(const json_t *ours, const json_t *theirs)
{
    const json_t *dac = json_object_get(theirs, "dac"),
                 *fid = json_object_get(theirs, "fid");
    if (json_object_get(ours, "app_id") != NULL && dac != NULL && fid != NULL)
        assert_int_equal(json_integer_value(json_object_get(ours, "app_id")),
                         json_integer_value(dac) << 6 | json_integer_value(fid));
}

static void test_libais_examples(void **state)
{
    if (test_data_path("corpora/typeexamples.nmea") == NULL)
        test_skip(TEST_NO_DATA);
    size_t n;
    char *text = test_read_file(test_data_path("corpora/typeexamples.nmea"), &n);
    char *said = test_read_file(test_data_path("corpora/typeexamples.json"), NULL);
    assert_int_equal(aislines_each(text, n, keep_record, NULL), 26);
    unsigned faults = 0;
    char *line = said;
    for (size_t i = 0; i < record_count; i++) {
        char *eol = strchr(line, '\n');
        json_t *theirs = json_loadb(line, (size_t)(eol - line), 0, NULL),
               *ours = records[i].json;
        line = eol + 1;
        int type = (int)json_integer_value(json_object_get(ours, "type"));
        const char *key;
        json_t *value;
        json_object_foreach(theirs, key, value)
        {
            if (is_left_out(type, key) ||
                is_same(type, key, json_object_get(ours, key), value))
                continue;
            print_error("type %d: %s differs\n", type, key);
            faults++;
        }
        check_radio(ours, theirs);
        check_app_id(ours, theirs);
        json_decref(theirs);
        json_decref(ours);
    }
    free(text);
    free(said);
    assert_int_equal(faults, 0);
}

struct yield {
    unsigned by_type[28];
    unsigned refused, reports;
};

static void count_message(void *context, const struct ais_bits *bits)
{
    struct yield *y = context;
    struct ais_message m;
    struct report r;
    if (ais_decode(bits, &m) != 0) {
        y->refused++;
        return;
    }
    y->by_type[m.type]++;
    y->reports += report_from_message(&m, &r) == 0;
}

/* These numbers come from a script in another language that reads lines, parts and the
 * first six bits of each message. */
static const struct {
    const char *file;
    unsigned messages, reports;
    struct {
        unsigned type, count;
    } types[8];
} corpora[] = {
    /* clang-format off */
    {"corpora/kystverket-1000.nm4",         877,  877, {{1, 621}, {3, 115}, {5, 123}, {18, 12}, {24, 6}}},
    {"corpora/nmea_plus-samples.txt",       377,  371, {{1, 291}, {3, 60}, {5, 20}, {8, 6}}},
    {"corpora/decode_encode_messages.txt",  601,  463, {{1, 282}, {3, 35}, {4, 71}, {5, 15}, {8, 30}, {18, 103}, {20, 37}, {24, 28}}},
    {"corpora/small_cb_example.txt",         11,    9, {{1, 5}, {5, 4}, {8, 1}, {20, 1}}}, /* one is "!--VDM" */
    {"tracks/sein-frontier.nmea",           379,  379, {{3, 297}, {5, 82}}},
    {"tracks/containerships-polar.nmea",   4124, 4124, {{1, 1468}, {3, 861}, {5, 1766}, {24, 4}, {27, 25}}},
    /* clang-format on */
};

static void test_yield(void **state)
{
    unsigned seen = 0;
    for (size_t i = 0; i < sizeof corpora / sizeof corpora[0]; i++) {
        const char *path = test_data_path(corpora[i].file);
        if (path == NULL)
            continue;
        size_t n;
        char *text = test_read_file(path, &n);
        struct yield y = {0};
        size_t messages = aislines_each(text, n, count_message, &y);
        free(text);
        seen++;
        if (messages != corpora[i].messages || y.refused != 0 ||
            y.reports != corpora[i].reports)
            fail_msg("%s: %zu messages, %u reports, %u refused", corpora[i].file,
                     messages, y.reports, y.refused);
        for (size_t k = 0; k < 8 && corpora[i].types[k].type != 0; k++)
            assert_int_equal(y.by_type[corpora[i].types[k].type],
                             corpora[i].types[k].count);
    }
    if (seen == 0)
        test_skip(TEST_NO_DATA);
}

TEST_MAIN(NULL, NULL, TEST(test_libais_examples), TEST(test_yield))
