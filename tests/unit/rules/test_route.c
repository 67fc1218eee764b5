/* SPDX-License-Identifier: Apache-2.0 */
/* Route patterns: the compiled form of each pattern, every syntax error with its column
 * and what was expected there, and the pattern in words. The grammar is that of
 * the published contract; columns are counted by hand. */
#include <string.h>

#include "lib/ports_fixture.h"
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lookout/base/buf.h"
#include "lookout/rules/route.h"

static struct ports *ports;
static struct zone_set *zones;

static int set_up(void **state)
{
    static const char *const dprk[] = {"XA*"};
    static const char *const same[] = {"XCAAA", "XCBBB"};
    static const struct {
        const char *code, *name;
    } rows[] = {{"XAAAA", "Alpha"}, {"XABBB", "Beta"},  {"XBAAA", "Gamma"},
                {"XBBBB", "Delta"}, {"XBCCC", "Kappa"}, {"XBDDD", "Lambda"},
                {"XBEEE", "Mu"},    {"XCAAA", "Nu"},    {"XCBBB", "Xi"}};
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(ports_builder_define(b, rows[i].code, rows[i].name,
                                              test_pos(10 + (double)i, 20), -1, -1, NULL,
                                              NULL),
                         0);
    assert_int_equal(ports_builder_group(b, "far", dprk, 1, NULL), 0);
    assert_int_equal(ports_builder_same(b, same, 2, NULL), 0);
    assert_int_equal(ports_assemble(b, &ports, NULL), 0);
    ports_builder_destroy(b);
    zones = test_zone_set(
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"box-1\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"strait\"},\"geometry\":{\"type\":"
        "\"LineString\",\"coordinates\":[[5,0],[6,0]]}}]}");
    return 0;
}

static int tear_down(void **state)
{
    ports_destroy(ports);
    zone_set_destroy(zones);
    return 0;
}

static struct route *compile(const char *text)
{
    struct route *route = NULL;
    struct err err = {0};
    if (route_compile(ports, zones, text, &route, &err) != 0)
        fail_msg("%s: col %d: %s", text, err.col, err.text);
    return route;
}

static void test_faults_name_their_column(void **state)
{
    static const struct {
        const char *text;
        int col;
        const char *says; /* part of the text */
    } rows[] = {
        /* clang-format off */
        {"",                  1, "ends where a port"},
        {"   ",               4, "ends where a port"},
        {"XA* >",             6, "ends where a port"},
        {"XA* >> ",           8, "ends where a port"},
        {"> XA*",             1, "'>' where a port"},
        {"XA* > > XB*",       7, "'>' where a port"},
        {"XA* >>> XB*",       7, "'>' where a port"},
        {"XA* XB*",           5, "'X' where '>', '>>', '?' or the end"},
        {"XA* & XB*",         5, "'&' where '>'"},
        {"XA*?? > XB*",       5, "'?' where '>', '>>' or the end"},
        {"? > XB*",           1, "'?' where a port"},
        {"XA* | XB*",         5, "'|' where '>'"},
        {"XA*)",              4, "')' where '>'"},
        {"(XA* | XBAAA",     13, "ends where '|' or ')'"},
        {"(XA* XBAAA)",       6, "'X' where '|' or ')'"},
        {"(XA* > XBAAA)",     6, "'>' where '|' or ')'"},
        {"(XA*? | XBAAA)",    5, "'?' where '|' or ')'"},
        {"()",                2, "')' where a port"},
        {"(XA* | )",          8, "')' where a port"},
        {"((XA*))",           2, "'(' where a port"},
        {"XA* > @",           8, "ends where the id of a zone or gate"},
        {"XA* > @ box-1",     8, "' ' where the id of a zone or gate"},
        {"XA* > @box-2",      7, "no zone or gate 'box-2'"},
        {"XA* > ZZ*",         7, "ZZ*"},
        {"XA* > XAZZZ",       7, "XAZZZ"},
        {"XA* > $none",       7, "none"},
        {"XA* > (XBAAA | $none)", 16, "none"},
        {"XA* > XB",          7, "XB"},
        {"XA* > **",          8, "'*' where '>'"},
        {"XA*?",              1, "every step may be left out"},
        {"XA*? >> (XB* | *)?", 1, "every step may be left out"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct route *route = NULL;
        struct err err = {0};
        assert_int_not_equal(route_compile(ports, zones, rows[i].text, &route, &err), 0);
        assert_null(route);
        if (err.col != rows[i].col || strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: col %d: %s", rows[i].text, err.col, err.text);
    }
}

static void test_limits(void **state)
{
    struct buf text = {0};
    struct route *route = NULL;
    struct err err = {0};
    for (int i = 0; i < ROUTE_STEPS_MAX; i++)
        assert_int_equal(buf_add_text(&text, i == 0 ? "*" : " > *"), 0);
    route = compile(buf_text(&text));
    assert_int_equal(route->step_count, ROUTE_STEPS_MAX);
    route_destroy(route);
    route = NULL;
    assert_int_equal(buf_add_text(&text, " > *"), 0);
    assert_int_equal(route_compile(ports, zones, buf_text(&text), &route, &err),
                     ERR_LIMIT);
    assert_int_equal(err.col, 4 * ROUTE_STEPS_MAX); /* "*" and 15 of " > *", then " >" */
    buf_clear(&text);
    for (int i = 0; i < 65; i++)
        assert_int_equal(buf_add_text(&text, i == 0 ? "(*" : "|*"), 0);
    assert_int_equal(buf_add_char(&text, ')'), 0);
    assert_int_equal(route_compile(ports, zones, buf_text(&text), &route, &err),
                     ERR_LIMIT);
    assert_int_equal(err.col, 2 + 2 * 64);
    buf_finish(&text);
}

/* The codes of those of the nine ports that the step has. */
static void assert_step(const struct route_step *step, const char *codes)
{
    char got[128] = "";
    for (uint32_t i = 0; i < ports_count(ports); i++)
        if (step->ports != NULL && port_set_has(step->ports, i)) {
            strcat(got, got[0] != '\0' ? " " : "");
            strcat(got, ports_get(ports, i)->locode);
        }
    assert_string_equal(got, codes);
}

static void test_steps(void **state)
{
    struct route *r = compile(" $far>XBAAA ? >>( XCBBB|@box-1 | @strait )>* >\t@strait?");
    assert_int_equal(r->step_count, 5);
    assert_step(&r->steps[0], "XAAAA XABBB");
    assert_step(&r->steps[1], "XBAAA");
    assert_step(&r->steps[2], "XCAAA XCBBB"); /* `same` codes are one port */
    assert_step(&r->steps[3], "XAAAA XABBB XBAAA XBBBB XBCCC XBDDD XBEEE XCAAA XCBBB");
    assert_null(r->steps[4].ports);
    assert_int_equal(r->steps[2].zone_count, 2);
    assert_int_equal(r->steps[2].zones[0], zone_set_find(zones, "box-1"));
    assert_int_equal(r->steps[2].zones[1], zone_set_find(zones, "strait"));
    static const bool adjacent[] = {false, true, false, true, true};
    static const bool optional[] = {false, true, false, false, true};
    for (uint32_t i = 0; i < 5; i++) {
        if (i != 0)
            assert_int_equal(r->steps[i].is_adjacent, adjacent[i]);
        assert_int_equal(r->steps[i].is_optional, optional[i]);
    }
    assert_string_equal(r->steps[1].text, "XBAAA ?");
    assert_string_equal(r->steps[2].text, "( XCBBB|@box-1 | @strait )");
    route_destroy(r);
}

static void assert_words(const char *pattern, const char *words)
{
    struct route *route = compile(pattern);
    struct buf out = {0};
    assert_int_equal(route_describe(route, ports, zones, &out), 0);
    assert_string_equal(buf_text(&out), words);
    buf_finish(&out);
    route_destroy(route);
}

static void test_words(void **state)
{
    assert_words("XBAAA", "a call at Gamma XBAAA");
    assert_words("$far > (XC* | @strait)? >> *",
                 "a call at Alpha XAAAA or Beta XABBB; then, as the next call, a call at "
                 "Nu XCAAA or crossing gate strait (may be left out); then, with any "
                 "other calls between, a call at any port");
    assert_words("@box-1 >> (XB* | XA*)",
                 "being in zone box-1; then, with any other calls between, a call at "
                 "Gamma XBAAA, Delta XBBBB, Kappa XBCCC, Lambda XBDDD and 3 more");
}

static void test_awaits(void **state)
{
    struct route *r = compile("XAAAA > XABBB? > XBAAA? >> XBBBB > XBCCC?");
    static const struct {
        uint8_t step;
        bool awaits;
        uint32_t first, last;
    } rows[] = {{0, true, 1, 3},
                {1, true, 2, 3},
                {2, true, 3, 3},
                {3, true, 4, 4},
                {4, false, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct route_run run = {.step = rows[i].step};
        uint32_t first = 0, last = 0;
        assert_int_equal(route_awaits(r, &run, &first, &last), rows[i].awaits);
        assert_int_equal(first, rows[i].first);
        assert_int_equal(last, rows[i].last);
    }
    route_destroy(r);
}

TEST_MAIN(set_up, tear_down, TEST(test_faults_name_their_column), TEST(test_limits),
          TEST(test_steps), TEST(test_words), TEST(test_awaits))
