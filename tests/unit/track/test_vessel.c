/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/track/vessel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/track/vessel_int.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

/* ITU-R M.585-9, annexes 1 and 2: the forms of identities. */
static void test_is_ship(void **state)
{
    static const struct {
        uint32_t mmsi;
        bool is_ship;
    } cases[] = {
        {445000001, true},  {201000000, true},  {775999999, true},  {100000000, true},
        {110999999, true},  {111000000, false}, {111999999, false}, {112000000, true},
        {99999999, false},  {9999999, false},   {0, false},         {970000001, false},
        {971000000, true},  {972000000, false}, {973999999, true},  {974999999, false},
        {975000000, true},  {979999999, true},  {980000000, false}, {989999999, false},
        {990000000, false}, {999999999, false}, {800000000, true},  {1000000000, false},
        {UINT32_MAX, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (vessel_is_ship(cases[i].mmsi) != cases[i].is_ship)
            fail_msg("%u", (unsigned)cases[i].mmsi);
}

/* ITU-R M.585-9 annex 2. An identity that the input accepts is accepted here. */
static void test_distress_names(void **state)
{
    for (uint32_t kind = 960; kind < 1000; kind++)
        for (uint32_t at = 0; at < 2; at++) {
            uint32_t mmsi = kind * 1000000 + at * 999999;
            const char *name = kind == 970   ? "AIS-SART"
                               : kind == 972 ? "MOB device"
                               : kind == 974 ? "EPIRB"
                                             : NULL;
            if (name != NULL)
                assert_string_equal(vessel_distress_name(mmsi), name);
            else
                assert_null(vessel_distress_name(mmsi));
            assert_int_equal(report_is_distress(mmsi), name != NULL);
        }
}

/* ITU, Table of Maritime Identification Digits; ISO 3166-1. */
static void test_flag(void **state)
{
    static const struct {
        uint32_t mmsi;
        const char *flag;
    } cases[] = {
        {445000001, "KP"}, {440000001, "KR"}, {441723000, "KR"}, {412000001, "CN"},
        {413000001, "CN"}, {414999999, "CN"}, {416000001, "TW"}, {273000001, "RU"},
        {671000001, "TG"}, {477000001, "HK"}, {453000001, "MO"}, {209515000, "CY"},
        {201000000, "AL"}, {775000000, "VE"}, {200999999, ""},   {776000000, ""},
        {442000001, ""},   {2730001, "RU"},   {27300001, "RU"},  {111273001, "RU"},
        {982730001, "RU"}, {992730001, "RU"}, {970273001, ""},   {0, ""},
        {1273000001u, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(vessel_flag(cases[i].mmsi), cases[i].flag) != 0)
            fail_msg("%u: %s", (unsigned)cases[i].mmsi, vessel_flag(cases[i].mmsi));
}

static void test_mids_ascend(void **state)
{
    for (size_t i = 0; i < vessel_mid_count; i++) {
        assert_in_range(vessel_mids[i].mid, 201, 775);
        assert_int_equal(strlen(vessel_mids[i].country), 2);
        if (i > 0)
            assert_true(vessel_mids[i - 1].mid < vessel_mids[i].mid);
    }
}

static const struct vessel_mid *mid_row(unsigned long mid)
{
    for (size_t i = 0; i < vessel_mid_count; i++)
        if (vessel_mids[i].mid == mid)
            return &vessel_mids[i];
    return NULL;
}

/* Every row of the ITU's table is in the product's table, under the same name; 306 is
 * there once for each of its three users. */
static void test_mids_agree_with_itu(void **state)
{
    const char *path = test_data_path("reference/itu-mid.csv");
    char *text = path != NULL ? test_read_file(path, NULL) : NULL;
    if (text == NULL)
        test_skip(TEST_NO_DATA);
    size_t matched = 0;
    bool has_306 = false;
    for (char *line = strtok(text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        char *name;
        unsigned long mid = strtoul(line, &name, 10);
        if (mid == 0)
            continue;
        const struct vessel_mid *row = mid_row(mid);
        assert_non_null(row);
        name += name[0] == ',' ? 1 : 0;
        if (name[0] == '"') {
            name++;
            name[strlen(name) - 1] = '\0';
        }
        bool is_same = strcmp(row->allocated_to, name) == 0;
        if (mid == 306)
            has_306 = has_306 || is_same;
        else
            assert_string_equal(row->allocated_to, name);
        matched += mid != 306;
    }
    free(text);
    assert_true(has_306);
    assert_int_equal(matched + 1, vessel_mid_count);
}

/* IMO Res. A.1117(30) shows 9074729: 9x7 + 0x6 + 7x5 + 4x4 + 7x3 + 2x2 = 139. 9814002 and
 * 9999993 by the same sum (132, 243). */
static void test_imo(void **state)
{
    assert_true(vessel_imo_is_valid(9074729));
    assert_true(vessel_imo_is_valid(9814002));
    assert_true(vessel_imo_is_valid(9999993));
    assert_false(vessel_imo_is_valid(9074728));
    assert_false(vessel_imo_is_valid(9074730));
    assert_false(vessel_imo_is_valid(1234567)); /* passes the sum */
    assert_false(vessel_imo_is_valid(0));
    assert_false(vessel_imo_is_valid(999999));
    assert_false(vessel_imo_is_valid(10000000));
    assert_false(vessel_imo_is_valid(74729)); /* leading zeros */
}

static struct report report_at(int64_t time_ms)
{
    return (struct report){.time_ms = time_ms, .mmsi = 445000001, .msg_type = 5};
}

static struct report named(int64_t time_ms, const char *name, uint32_t imo)
{
    struct report r = report_at(time_ms);
    r.has = HAS_STATIC | (name != NULL ? HAS_NAME : 0u) | (imo != 0 ? HAS_IMO : 0u);
    if (name != NULL)
        snprintf(r.name, sizeof r.name, "%s", name);
    r.imo = imo;
    return r;
}

static void test_first_name_at_once_change_twice(void **state)
{
    struct vessel_static s;
    vessel_static_init(&s);
    assert_true(s.name_ms == TIME_NONE);
    struct report r = named(1000, "EXAMPLE TRADER", 9999993);
    assert_int_equal(vessel_static_update(&s, &r), VESSEL_CHANGED_IDENTITY);
    assert_string_equal(s.name, "EXAMPLE TRADER");
    assert_int_equal(s.imo, 9999993);
    assert_true(s.name_ms == 1000 && s.imo_ms == 1000);

    r = named(2000, "OTHER", 9074729);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_string_equal(s.name, "EXAMPLE TRADER");
    assert_int_equal(s.imo, 9999993);
    assert_true(s.name_ms == 1000);
    /* the old value came between: the count starts again */
    r = named(3000, "EXAMPLE TRADER", 9999993);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_true(s.name_ms == 3000);
    r = named(4000, "OTHER", 9074729);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    /* another value came between: likewise */
    r = named(5000, "OTHEX", 9814002);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    r = named(6000, "OTHER", 9074729);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    r = named(7000, "OTHER", 9074729);
    assert_int_equal(vessel_static_update(&s, &r), VESSEL_CHANGED_IDENTITY);
    assert_string_equal(s.name, "OTHER");
    assert_int_equal(s.imo, 9074729);
}

static void test_imo_filler_is_none(void **state)
{
    struct vessel_static s;
    vessel_static_init(&s);
    struct report r = named(1000, NULL, 1234567);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_int_equal(s.imo, 0);
}

static void test_destination_since(void **state)
{
    struct vessel_static s;
    vessel_static_init(&s);
    struct report r = report_at(1000);
    r.has = HAS_DESTINATION;
    snprintf(r.destination, sizeof r.destination, "RUVVO");
    assert_int_equal(vessel_static_update(&s, &r), VESSEL_CHANGED_DESTINATION);
    r.time_ms = 5000;
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_true(s.destination_since_ms == 1000 && s.destination_ms == 5000);
    r.time_ms = 6000;
    r.destination[0] = '\0'; /* the crew left it empty: the alert shows that */
    assert_int_equal(vessel_static_update(&s, &r), VESSEL_CHANGED_DESTINATION);
    assert_true(s.has_destination && s.destination_since_ms == 6000);
    r = report_at(7000); /* the message does not contain it */
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_true(s.destination_ms == 6000);
}

static void test_hull(void **state)
{
    struct vessel_static s;
    vessel_static_init(&s);
    struct report r = report_at(1000);
    r.has = HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_DRAUGHT | HAS_CALLSIGN;
    r.ship_type = 70;
    r.length_m = 80;
    r.beam_m = 13;
    r.draught_dm = 52;
    snprintf(r.callsign, sizeof r.callsign, "HMXX");
    assert_int_equal(vessel_static_update(&s, &r),
                     VESSEL_CHANGED_IDENTITY | VESSEL_CHANGED_OTHER);
    assert_int_equal(vessel_static_update(&s, &r), 0);
    assert_int_equal(s.ship_type, 70);
    assert_int_equal(s.length_m, 80);
    assert_int_equal(s.beam_m, 13);
    assert_int_equal(s.draught_dm, 52);
    assert_string_equal(s.callsign, "HMXX");
}

static void test_save_load(void **state)
{
    struct vessel_static s, back;
    vessel_static_init(&s);
    struct report r = named(1000, "EXAMPLE TRADER", 9999993);
    r.has |= HAS_DESTINATION | HAS_DRAUGHT;
    r.draught_dm = 52;
    snprintf(r.destination, sizeof r.destination, "RUVVO");
    vessel_static_update(&s, &r);
    r = named(2000, "OTHER", 9074729); /* pending */
    vessel_static_update(&s, &r);
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    vessel_static_save(&s, &w);
    assert_false(w.failed);
    struct wire_reader in;
    wire_reader_init(&in, b.data, b.length);
    vessel_static_load(&back, &in);
    assert_false(in.failed);
    assert_true(in.at == in.end);
    r.time_ms = 3000;
    assert_int_equal(vessel_static_update(&s, &r), VESSEL_CHANGED_IDENTITY);
    assert_int_equal(vessel_static_update(&back, &r), VESSEL_CHANGED_IDENTITY);
    assert_string_equal(back.name, s.name);
    assert_string_equal(back.destination, "RUVVO");
    assert_true(back.destination_since_ms == 1000 && back.callsign_ms == TIME_NONE);
    for (size_t n = 0; n < b.length; n++) { /* every cut is a fault, and none crashes */
        wire_reader_init(&in, b.data, n);
        vessel_static_load(&back, &in);
        assert_true(in.failed);
        assert_string_equal(back.name, "");
    }
    buf_finish(&b);
}

TEST_MAIN(NULL, NULL, TEST(test_is_ship), TEST(test_distress_names), TEST(test_flag),
          TEST(test_mids_ascend), TEST(test_mids_agree_with_itu), TEST(test_imo),
          TEST(test_first_name_at_once_change_twice), TEST(test_imo_filler_is_none),
          TEST(test_destination_since), TEST(test_hull), TEST(test_save_load))
