/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the not-available values, row by row. They were written down here
 * from ITU-R M.1371-5 annex 8 (the clause stands beside them), SN/Circ.236,
 * SN.1/Circ.289 and IALA A-124, independently of the table of fields. Each value is put
 * into a message of its form, is read back unchanged, and is absent in a report.
 * test_ais_gpsd.c compares with gpsdecode how each is printed. */
#include "lib/testlib.h"

#include <stdio.h>
#include <string.h>

#include "daemon/core/ais/ais_int.h"
#include "lib/aisgen.h"
#include "lookout/ais/ais.h"

/* 181 and 91 degrees in 1/10,000, 1/1,000 and 1/10 minute */
#define LON_4 (181 * 60 * 10000)
#define LAT_4 (91 * 60 * 10000)
#define LON_3 (181 * 60 * 1000)
#define LAT_3 (91 * 60 * 1000)
#define LON_1 (181 * 60 * 10)
#define LAT_1 (91 * 60 * 10)

struct none {
    const char *name;
    int32_t value;
};

/* clang-format off */
#define DIMENSIONS {"to_bow", 0}, {"to_stern", 0}, {"to_port", 0}, {"to_starboard", 0}
static const struct page {
    const char *form, *clause;
    int type;
    unsigned bits;
    struct {
        unsigned at, width;
        int64_t value;
    } fixed;
    struct none nones[40];
} pages[] = {
    {"1", "3.1", 1, 168, {0, 0, 0}, {{"status", 15}, {"turn", -128}, {"speed", 1023}, {"lon", LON_4}, {"lat", LAT_4},
        {"course", 3600}, {"heading", 511}, {"second", 60}, {"maneuver", 0}}},
    {"4", "3.2", 4, 168, {0, 0, 0}, {{"year", 0}, {"month", 0}, {"day", 0}, {"hour", 24}, {"minute", 60}, {"second", 60},
        {"lon", LON_4}, {"lat", LAT_4}, {"epfd", 0}}},
    {"5", "3.3", 5, 424, {0, 0, 0}, {{"imo", 0}, {"shiptype", 0}, DIMENSIONS, {"epfd", 0}, {"month", 0}, {"day", 0},
        {"hour", 24}, {"minute", 60}, {"draught", 0}, {"dte", 1}}},
    {"7", "3.5", 7, 168, {0, 0, 0}, {{"mmsi2", 0}, {"mmsi3", 0}, {"mmsi4", 0}}},
    {"9", "3.7", 9, 168, {0, 0, 0}, {{"alt", 4095}, {"speed", 1023}, {"lon", LON_4}, {"lat", LAT_4}, {"course", 3600},
        {"second", 60}, {"regional", 0}, {"dte", 1}}},
    {"15", "3.13", 15, 160, {0, 0, 0}, {{"type1_2", 0}, {"offset1_2", 0}, {"mmsi2", 0}, {"type2_1", 0}, {"offset2_1", 0}}},
    {"16", "3.14", 16, 144, {0, 0, 0}, {{"mmsi2", 0}, {"offset2", 0}, {"increment2", 0}}},
    {"17", "3.15", 17, 200, {0, 0, 0}, {{"lon", LON_1}, {"lat", LAT_1}}},
    {"18", "3.16", 18, 168, {0, 0, 0}, {{"speed", 1023}, {"lon", LON_4}, {"lat", LAT_4}, {"course", 3600}, {"heading", 511},
        {"second", 60}}},
    {"19", "3.17", 19, 312, {0, 0, 0}, {{"speed", 1023}, {"lon", LON_4}, {"lat", LAT_4}, {"course", 3600}, {"heading", 511},
        {"second", 60}, {"shiptype", 0}, DIMENSIONS, {"epfd", 0}, {"dte", 1}}},
    {"20", "3.18", 20, 160, {0, 0, 0}, {{"offset1", 0}, {"number1", 0}, {"timeout1", 0}, {"increment1", 0},
        {"offset2", 0}, {"number2", 0}, {"timeout2", 0}, {"increment2", 0},
        {"offset3", 0}, {"number3", 0}, {"timeout3", 0}, {"increment3", 0},
        {"offset4", 0}, {"number4", 0}, {"timeout4", 0}, {"increment4", 0}}},
    {"21", "3.19", 21, 272, {0, 0, 0}, {{"aid_type", 0}, {"lon", LON_4}, {"lat", LAT_4}, DIMENSIONS, {"epfd", 0},
        {"second", 60}, {"regional", 0}}},
    {"22_area", "3.20", 22, 168, {139, 1, 0}, {{"ne_lon", LON_1}, {"ne_lat", LAT_1}, {"sw_lon", LON_1}, {"sw_lat", LAT_1}}},
    {"23", "3.21", 23, 160, {0, 0, 0}, {{"ne_lon", LON_1}, {"ne_lat", LAT_1}, {"sw_lon", LON_1}, {"sw_lat", LAT_1},
        {"quiet", 0}}},
    {"24_b", "3.22", 24, 168, {38, 2, 1}, {{"shiptype", 0}, DIMENSIONS, {"epfd", 0}}},
    {"24_b_craft", "3.22", 24, 168, {8, 32, INT64_C(982310001) << 2 | 1}, {{"shiptype", 0}, {"mothership_mmsi", 0},
        {"epfd", 0}}},
    {"25_broadcast", "3.23", 25, 168, {38, 2, 0}, {{"dest_mmsi", 0}, {"app_id", 0}}}, /* fields that the form lacks */
    {"25_structured", "3.23", 25, 168, {38, 2, 1}, {{"dest_mmsi", 0}}},
    {"25_addressed", "3.23", 25, 168, {38, 2, 2}, {{"app_id", 0}}},
    {"26_broadcast", "3.24", 26, 240, {38, 2, 0}, {{"dest_mmsi", 0}, {"app_id", 0}}},
    {"26_structured", "3.24", 26, 240, {38, 2, 1}, {{"dest_mmsi", 0}}},
    {"26_addressed", "3.24", 26, 240, {38, 2, 2}, {{"app_id", 0}}},
    {"27", "3.25", 27, 96, {0, 0, 0}, {{"status", 15}, {"lon", LON_1}, {"lat", LAT_1}, {"speed", 63}, {"course", 511}}},
    {"6_235_10", "IALA A-124", 6, 136, {72, 16, 235 << 6 | 10}, {{"ana_int", 0}, {"ana_ext1", 0}, {"ana_ext2", 0}, {"racon", 0},
        {"light", 0}}},
    {"6_1_30", "Circ.289", 6, 266, {72, 16, 1 << 6 | 30}, {{"linkage", 0}}},
    {"8_1_29", "Circ.289", 8, 306, {40, 16, 1 << 6 | 29}, {{"linkage", 0}}},
    {"8_1_11", "Circ.236", 8, 352, {40, 16, 1 << 6 | 11}, {{"lat", 0x7FFFFF}, {"lon", 0xFFFFFF}, {"day", 0}, {"hour", 24},
        {"minute", 60}, {"wspeed", 127}, {"wgust", 127}, {"wdir", 511}, {"wgustdir", 511}, {"airtemp", 2047},
        {"humidity", 127}, {"dewpoint", 1023}, {"pressure", 511}, {"pressuretend", 3}, {"visibility", 255},
        {"waterlevel", 511}, {"leveltrend", 3}, {"cspeed", 255}, {"cdir", 511}, {"cspeed2", 255}, {"cdir2", 511},
        {"cdepth2", 31}, {"cspeed3", 255}, {"cdir3", 511}, {"cdepth3", 31}, {"waveheight", 255}, {"waveperiod", 63},
        {"wavedir", 511}, {"swellheight", 255}, {"swellperiod", 63}, {"swelldir", 511}, {"seastate", 15},
        {"watertemp", 1023}, {"preciptype", 7}, {"salinity", 511}, {"ice", 3}}},
    {"8_1_31", "Circ.289", 8, 360, {40, 16, 1 << 6 | 31}, {{"lon", LON_3}, {"lat", LAT_3}, {"day", 0}, {"hour", 24},
        {"minute", 60}, {"wspeed", 127}, {"wgust", 127}, {"wdir", 360}, {"wgustdir", 360}, {"airtemp", -1024},
        {"humidity", 101}, {"dewpoint", 501}, {"pressure", 511}, {"pressuretend", 3}, {"visibility", 127},
        {"waterlevel", 4001}, {"leveltrend", 3}, {"cspeed", 255}, {"cdir", 360}, {"cspeed2", 255}, {"cdir2", 360},
        {"cdepth2", 31}, {"cspeed3", 255}, {"cdir3", 360}, {"cdepth3", 31}, {"waveheight", 255}, {"waveperiod", 63},
        {"wavedir", 360}, {"swellheight", 255}, {"swellperiod", 63}, {"swelldir", 360}, {"seastate", 13},
        {"watertemp", 501}, {"preciptype", 7}, {"salinity", 510}, {"ice", 3}}},
    {"8_200_10", "SC.3/176 2.4.2.1", 8, 168, {40, 16, 200 << 6 | 10}, {{"length", 0}, {"beam", 0}, {"shiptype", 8000},
        {"hazard", 5}, {"draught", 0}, {"loaded", 0}}},
};
/* clang-format on */
enum { PAGES = sizeof pages / sizeof pages[0] };

static const struct page *find_page(const char *form)
{
    for (size_t i = 0; i < PAGES; i++)
        if (strcmp(pages[i].form, form) == 0)
            return &pages[i];
    return NULL;
}

static const struct none *find_none(const struct page *page, const char *name)
{
    for (size_t i = 0; page != NULL && i < 40 && page->nones[i].name != NULL; i++)
        if (strcmp(page->nones[i].name, name) == 0)
            return &page->nones[i];
    return NULL;
}

/* Every row of the table equals the row of this page, and neither has more. */
static void test_every_row_is_on_a_page(void **state)
{
    const struct ais_form *form;
    for (size_t i = 0; (form = ais_form_at(i)) != NULL; i++) {
        size_t found = 0, written = 0;
        const struct page *page = find_page(form->what);
        while (page != NULL && written < 40 && page->nones[written].name != NULL)
            written++;
        for (unsigned k = 0; k < form->row_count; k++) {
            const struct none *none = find_none(page, form->rows[k].name);
            int32_t expected = none != NULL ? none->value : AIS_NO_NONE;
            if (form->rows[k].none != expected)
                fail_msg("%s %s: the table has %d, the standard %d", form->what,
                         form->rows[k].name, form->rows[k].none, expected);
            found += none != NULL ? 1 : 0;
        }
        assert_int_equal(found, written);
    }
}

static void put_ones(struct aisgen_bits *b, const struct page *page)
{
    aisgen_clear(b);
    while (b->count < page->bits)
        aisgen_put(b, 1, b->count & 1);
    aisgen_set(b, 8, 30, 431000001);
    if (page->fixed.width != 0)
        aisgen_set(b, page->fixed.at, page->fixed.width, page->fixed.value);
    aisgen_set(b, 0, 6, page->type);
}

static int decode(const struct aisgen_bits *b, struct ais_bits *bits,
                  struct ais_message *m)
{
    memset(bits, 0, sizeof *bits);
    memcpy(bits->bytes, b->bytes, sizeof b->bytes);
    bits->count = b->count;
    return ais_decode(bits, m);
}

/* The bit of a report that a row's value sets. */
static uint32_t bit_of(const struct ais_field *f)
{
    switch (f->says) {
    case SAYS_STATUS:
        return HAS_NAV_STATUS;
    case SAYS_SPEED:
        return HAS_SOG;
    case SAYS_LON:
    case SAYS_LAT:
        return HAS_POSITION;
    case SAYS_COURSE:
        return HAS_COG;
    case SAYS_HEADING:
        return HAS_HEADING;
    case SAYS_SECOND:
        return HAS_UTC_SECOND;
    case SAYS_IMO:
        return HAS_IMO;
    case SAYS_SHIP_TYPE:
        return HAS_SHIP_TYPE;
    case SAYS_DRAUGHT:
        return HAS_DRAUGHT;
    default:
        return 0;
    }
}

static void check_row(const struct page *page, const struct ais_form *form,
                      const struct ais_field *f, int32_t none)
{
    struct aisgen_bits b;
    struct ais_bits bits;
    struct ais_message m;
    struct report report;
    int32_t value = 0;
    put_ones(&b, page);
    if (f->width != 0)
        aisgen_set(&b, f->offset, f->width, none);
    assert_int_equal(decode(&b, &bits, &m), 0);
    if (m.form != form && m.sub != form)
        fail_msg("%s is another form with %s", page->form, f->name);
    if (f->width == 0) /* a field that this form lacks, printed as not available */
        return;
    assert_int_equal(ais_message_value(&m, f->name, &value), 0);
    if (value != none)
        fail_msg("%s (%s) %s: %d", page->form, page->clause, f->name, value);
    if (report_from_message(&m, &report) == 0 && (report.has & bit_of(f)) != 0)
        fail_msg("%s %s: not available is reported", page->form, f->name);
}

static void test_every_none_is_absence(void **state)
{
    const struct ais_form *form;
    for (size_t i = 0; (form = ais_form_at(i)) != NULL; i++) {
        const struct page *page = find_page(form->what);
        for (unsigned k = 0; page != NULL && k < form->row_count; k++) {
            const struct none *none = find_none(page, form->rows[k].name);
            if (none != NULL)
                check_row(page, form, &form->rows[k], none->value);
        }
    }
}

/* Texts of '@' or blanks alone are not available. Dimensions without a bow and a port
 * side do not give the reference point, but they give the lengths (3.3, figure 41). */
static void test_texts_and_dimensions(void **state)
{
    struct aisgen_bits b;
    struct aisgen_static s = {.mmsi = 431000001, .hour = 24, .minute = 60};
    struct ais_bits bits;
    struct ais_message m;
    struct report report;
    char text[64];
    for (int blank = 0; blank < 2; blank++) {
        s.name = blank != 0 ? "                    " : "";
        s.callsign = s.destination = blank != 0 ? "       " : "";
        aisgen_static5(&s, &b);
        assert_int_equal(decode(&b, &bits, &m), 0);
        assert_int_equal(ais_message_text(&m, "shipname", text, sizeof text), 0);
        assert_string_equal(text, "");
        assert_int_equal(report_from_message(&m, &report), 0);
        /* An empty destination says that the crew left it empty. */
        assert_int_equal(report.has, HAS_DESTINATION | HAS_STATIC);
    }
    s.to_stern = 80;
    s.to_starboard = 12;
    aisgen_static5(&s, &b);
    assert_int_equal(decode(&b, &bits, &m), 0);
    assert_int_equal(report_from_message(&m, &report), 0);
    assert_true((report.has & HAS_DIMENSIONS) != 0);
    assert_int_equal(report.length_m, 80);
    assert_int_equal(report.beam_m, 12);
}

TEST_MAIN(NULL, NULL, TEST(test_every_row_is_on_a_page), TEST(test_every_none_is_absence),
          TEST(test_texts_and_dimensions))
