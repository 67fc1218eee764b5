/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the gazetteer's readers: what they accept, and that each fault is
 * told with its place. */
#include "lib/ports_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct faults {
    int line[16], col[16];
    char text[16][ERR_TEXT_BYTES];
    size_t count;
};

static void on_fault(void *context, int line, int col, const char *text)
{
    struct faults *f = context;
    assert_true(f->count < 16);
    f->line[f->count] = line;
    f->col[f->count] = col;
    snprintf(f->text[f->count++], ERR_TEXT_BYTES, "%s", text);
}

/* Reads and builds; *ret_ports is NULL when the build fails. Returns the reader's code.
 */
static int read_csv(const char *text, struct faults *faults, struct ports **ret_ports)
{
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    faults->count = 0;
    *ret_ports = NULL;
    int rc = ports_csv_read(b, text, strlen(text), on_fault, faults);
    assert_int_equal(ports_assemble(b, ret_ports, NULL), 0);
    ports_builder_destroy(b);
    return rc;
}

static void test_accepted_forms(void **state)
{
    static struct faults f;
    struct ports *p = NULL;
    /* byte-order mark, other order of columns, CRLF, remarks, quotes, no last newline */
    assert_int_equal(read_csv("\xEF\xBB\xBF# made by hand\r\n"
                              "name,locode,lon,lat,note\r\n"
                              "\"Sea, the \"\"Old\"\"\",aa abc,-179.5,-0.25,\"two\n"
                              "lines\"\r\n"
                              "\r\n"
                              "# a remark\n"
                              "Br\xC3\xA6nd\xC3\xB8,AADEF,180,90,",
                              &f, &p),
                     0);
    assert_int_equal(f.count, 0);
    assert_int_equal(ports_count(p), 2);
    const struct port *a = ports_get(p, 0);
    assert_string_equal(a->locode, "AAABC");
    assert_string_equal(a->name, "Sea, the \"Old\"");
    assert_int_equal(a->pos.lat_e7, -2500000);
    assert_int_equal(a->pos.lon_e7, -1795000000);
    assert_int_equal(ports_get(p, 1)->pos.lat_e7, 900000000);
    ports_destroy(p);
    assert_int_equal(read_csv("locode,name,lat,lon\n", &f, &p), 0);
    assert_int_equal(ports_count(p), 0);
    assert_int_equal(ports_index_at(p, fixture_pos(1, 1), PORT_NONE), PORT_NONE);
    ports_destroy(p);
}

static const struct {
    const char *text;
    int line, col;
    const char *part; /* of the first fault */
} bad_rows[] = {
    /* clang-format off */
    {"",                                            1,  1, "no header"},
    {"locode,name,lat\nA",                          1,  1, "names no column 'lon'"},
    {"locode,name,lat,lon,lon\n",                   1, 21, "column 'lon' is given twice"},
    {"locode,name,lat,lon,entry_m\n",               1, 21, "did you mean entry_km"},
    {"locode,name,lat,lon\nAAAAA,A,1\n",            2,  1, "3 fields, but the header has 4"},
    {"locode,name,lat,lon\nAAAAA,A,1,2,3\n",        2,  1, "5 fields, but the header has 4"},
    {"locode,name,lat,lon\nAAAA,A,1,2\n",           2,  1, "'AAAA' is not a UN/LOCODE"},
    {"locode,name,lat,lon\n1AAAA,A,1,2\n",          2,  1, "'1AAAA' is not a UN/LOCODE"},
    {"locode,name,lat,lon\nAAAAA,,1,2\n",           2,  7, "the name is empty"},
    {"locode,name,lat,lon\nAAAAA,A\x01,1,2\n",      2,  7, "control characters"},
    {"locode,name,lat,lon\nAAAAA,A\x07,1,2\n",      2,  7, "control characters"},
    {"locode,name,lat,lon\nAAAAA,A\xFF,1,2\n",      2,  7, "not UTF-8"},
    {"locode,name,lat,lon\nAAAAA,A,90.1,2\n",       2,  9, "'90.1' is not a latitude"},
    {"locode,name,lat,lon\nAAAAA,A,1e1,2\n",        2,  9, "'1e1' is not a latitude"},
    {"locode,name,lat,lon\nAAAAA,A,1,-180.1\n",     2, 11, "'-180.1' is not a longitude"},
    {"locode,name,lat,lon\nAAAAA,A,1,2W\n",         2, 11, "'2W' is not a longitude"},
    {"locode,name,lat,lon\nAAAAA,A,,2\n",           2,  9, "'' is not a latitude"},
    {"locode,name,lat,lon,entry_km\nAAAAA,A,1,2,0\n",    2, 13, "'0' is not an entry distance in km"},
    {"locode,name,lat,lon,entry_km\nAAAAA,A,1,2,101\n",  2, 13, "0.1 to 100"},
    {"locode,name,lat,lon,codes\nAAAAA,A,1,2,AABBB X\n", 2, 13, "'X' is not a UN/LOCODE"},
    {"locode,name,lat,lon,places\nAAAAA,A,1,2,1 2;3\n",        2, 13, "'3' is not a place"},
    {"locode,name,lat,lon,places\nAAAAA,A,1,2,1 2 3 4\n",      2, 13, "'1 2 3 4' is not a place"},
    {"locode,name,lat,lon,places\nAAAAA,A,1,2,91 2\n",         2, 13, "'91 2' is not a place"},
    {"locode,name,lat,lon,places\nAAAAA,A,1,2,1 -181\n",       2, 13, "'1 -181' is not a place"},
    {"locode,name,lat,lon,places\nAAAAA,A,1,2,1 2 0\n",        2, 13, "0.1 to 100"},
    {"locode,name,lat,lon,same\nAAAAA,A,1,2,X\n",              2, 13, "'X' is not a UN/LOCODE"},
    {"locode,name,lat,lon,same\nAAAAA,A,1,2,AABBB\n",          2,  1, "names AABBB as the same port, but no row has that code"},
    {"locode,name,lat,lon\nAAAAA,\"A,1,2\n",        2,  7, "not closed"},
    {"locode,name,lat,lon\nAAAAA,\"A\"B,1,2\n",     2,  7, "behind a closing quote"},
    {"locode,name,lat,lon\nAAAAA,A,1,2\n\nAA AAA,B,3,4\n", 4, 1, "AAAAA is already in line 2"},
    {"locode,name,lat,lon,codes\nAAAAA,A,1,2,AABBB\nAABBB,B,1,2,\n", 2, 1, "a port of its own, in line 3"},
    {"locode,name,lat,lon,codes\nAAAAA,A,1,2,AACCC\nAABBB,B,1,2,AACCC\n", 3, 1, "also one of AAAAA, in line 2"},
    /* clang-format on */
};

static void test_faults_have_places(void **state)
{
    static struct faults f;
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        struct ports *p = NULL;
        assert_int_not_equal(read_csv(bad_rows[i].text, &f, &p), 0);
        assert_true(f.count >= 1);
        if (strstr(f.text[0], bad_rows[i].part) == NULL)
            fail_msg("row %zu: '%s' lacks '%s'", i, f.text[0], bad_rows[i].part);
        assert_int_equal(f.line[0], bad_rows[i].line);
        assert_int_equal(f.col[0], bad_rows[i].col);
        ports_destroy(p);
    }
}

static void test_every_fault_is_told(void **state)
{
    static struct faults f;
    struct ports *p = NULL;
    assert_int_equal(
        read_csv("locode,name,lat,lon\nA,,x,y\nAAAAA,A,1,2\nB,B,1,2\n", &f, &p),
        ERR_INVALID);
    assert_int_equal(f.count, 5);
    /* the good row is kept */
    assert_int_equal(ports_count(p), 1);
    ports_destroy(p);
}

static void test_area_faults(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } bad[] = {
        {"{", ""},
        {"[]", "neither a FeatureCollection"},
        {"{\"type\":\"FeatureCollection\",\"features\":[{}]}",
         "feature 1: properties.locode is missing"},
        {"{\"type\":\"Feature\",\"properties\":{\"locode\":\"NAMPO!\"},\"geometry\":"
         "null}",
         "'NAMPO!'"},
        {"{\"type\":\"Feature\",\"properties\":{\"locode\":\"KPNAM\"}}",
         "neither a FeatureCollection"},
        {"{\"type\":\"Feature\",\"properties\":{\"locode\":\"KPNAM\"},\"geometry\":null}",
         "area of KPNAM"},
        {"{\"type\":\"Feature\",\"properties\":{\"locode\":\"KPNAM\"},\"geometry\":{"
         "\"type\":\"Point\",\"coordinates\":[1,2]}}",
         "area of KPNAM"},
        {"{\"type\":\"Feature\",\"properties\":{\"locode\":\"KPNAM\"},\"geometry\":{"
         "\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}}",
         "area of KPNAM"},
    };
    static struct faults f;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ports_builder *b = ports_builder_create();
        f.count = 0;
        assert_int_not_equal(
            ports_areas_read(b, bad[i].text, strlen(bad[i].text), on_fault, &f), 0);
        assert_int_equal(f.count, 1);
        assert_non_null(strstr(f.text[0], bad[i].part));
        ports_builder_destroy(b);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_accepted_forms), TEST(test_faults_have_places),
          TEST(test_every_fault_is_told), TEST(test_area_faults))
