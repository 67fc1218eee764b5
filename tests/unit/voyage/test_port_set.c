/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests patterns over ports. */
#include "lib/ports_fixture.h"

#include <stdlib.h>
#include <string.h>

static struct ports *make(const char *extra)
{
    static const char base[] = "locode,name,lat,lon\nKPNAM,Nampo,38.7,125.4\n"
                               "KPCHO,Chongjin,41.7,129.8\nRUVVO,Vladivostok,43.1,131.9\n"
                               "RUNJK,Nakhodka,42.8,132.9\nRULED,St P,59.9,30.3\n"
                               "RUKDT,Kronshtadt,60,29.8\n";
    static const char *const dprk[] = {"KP*"}, *const far_east[] = {"RUVVO", "RUNJK"};
    static const char *const one[] = {"RULED", "RUBRK", "RUKDT"};
    static const char *const story[] = {"$far-east", "$dprk"}, *const none[] = {NULL};
    struct ports_builder *b = ports_builder_create();
    char text[1024];
    assert_true(sizeof base + strlen(extra) <= sizeof text);
    memcpy(text, base, sizeof base);
    memcpy(text + sizeof base - 1, extra, strlen(extra) + 1);
    assert_int_equal(ports_csv_read(b, text, strlen(text), NULL, NULL), 0);
    /* the outer group before the inner ones */
    assert_int_equal(ports_builder_group(b, "story", story, 2, NULL), 0);
    assert_int_equal(ports_builder_group(b, "dprk", dprk, 1, NULL), 0);
    assert_int_equal(ports_builder_group(b, "far-east", far_east, 2, NULL), 0);
    assert_int_equal(ports_builder_group(b, "none", none, 0, NULL), 0);
    assert_int_equal(ports_builder_same(b, one, 3, NULL), 0);
    return fixture_assemble(b);
}

static struct port_set *compile(const struct ports *p, const char *a, const char *b)
{
    const char *patterns[2] = {a, b};
    struct port_set *set = NULL;
    struct err err = {0};
    size_t n = (size_t)(a != NULL) + (size_t)(b != NULL);
    if (port_set_create(p, patterns, n, &set, &err) != 0)
        fail_msg("%s", err.text);
    return set;
}

static void test_members(void **state)
{
    static const struct {
        const char *a, *b;
        const char *members; /* by ascending code */
    } rows[] = {
        {"RUVVO", NULL, "RUVVO"},
        {"ru vvo", NULL, "RUVVO"},
        {"KP*", NULL, "KPCHO KPNAM"},
        {"kp*", NULL, "KPCHO KPNAM"},
        {"*", NULL, "KPCHO KPNAM RUKDT RULED RUNJK RUVVO"},
        {"$dprk", "RUNJK", "KPCHO KPNAM RUNJK"},
        {"$story", NULL, "KPCHO KPNAM RUNJK RUVVO"},
        {"RUKDT", NULL, "RUKDT RULED"}, /* one port */
        {"RUBRK", NULL, "RUKDT RULED"}, /* a code of the list alone */
        {"$none", NULL, ""},
        {NULL, NULL, ""},
    };
    struct ports *p = make("");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct port_set *set = compile(p, rows[i].a, rows[i].b);
        char got[128] = "";
        size_t n = 0, count = 0;
        for (uint32_t k = port_set_next(set, 0); k != PORT_NONE;
             k = port_set_next(set, k + 1)) {
            assert_true(port_set_has(set, k));
            if (n != 0)
                got[n++] = ' ';
            memcpy(got + n, ports_get(p, k)->locode, LOCODE_BYTES);
            n += LOCODE_BYTES - 1;
            count++;
        }
        assert_string_equal(got, rows[i].members);
        assert_int_equal(port_set_count(set), count);
        assert_false(port_set_has(set, PORT_NONE));
        assert_false(port_set_has(set, 64));
        port_set_destroy(set);
    }
    port_set_destroy(NULL);
    ports_destroy(p);
}

static void test_errors_help(void **state)
{
    static const struct {
        const char *pattern;
        int code;
        const char *part;
    } rows[] = {
        {"RUVVX", ERR_NOT_FOUND, "did you mean RUVVO (Vladivostok)?"},
        {"QQQQQ", ERR_NOT_FOUND, "'QQQQQ' is not a port of the gazetteer"},
        {"Vladivostok", ERR_NOT_FOUND, "did you mean RUVVO (Vladivostok)?"},
        {"vladi", ERR_NOT_FOUND, "did you mean RUVVO (Vladivostok)?"},
        {"ZZ*", ERR_NOT_FOUND, "no port of country ZZ"},
        {"$dprc", ERR_NOT_FOUND, "did you mean '$dprk'?"},
        {"$", ERR_NOT_FOUND, "there is no group '$'"},
        {"$zzzzzzz", ERR_NOT_FOUND, "there is '$story' and others"},
        {"", ERR_SYNTAX, "is not a port pattern"},
        {"RUV*", ERR_SYNTAX, "'RUV*' is not a port pattern (a UN/LOCODE like"},
        {"**", ERR_SYNTAX, "is not a port pattern"},
        {"Nampo!", ERR_SYNTAX, "is not a port pattern"},
    };
    struct ports *p = make("");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *patterns[2] = {"RUVVO", rows[i].pattern};
        struct port_set *set = NULL;
        struct err err = {0};
        assert_int_equal(port_set_create(p, patterns, 2, &set, &err), rows[i].code);
        assert_null(set);
        assert_int_equal(err.col, 2);
        if (strstr(err.text, rows[i].part) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, rows[i].part);
        assert_int_equal(port_set_create(p, patterns, 2, &set, NULL), rows[i].code);
    }
    ports_destroy(p);
}

/* Only the members decide, not the order, the pattern, or the place of a code among
 * all. */
static void test_hash(void **state)
{
    struct ports *p = make(""), *q = make("AAAAA,First,1,1\n");
    struct port_set *a = compile(p, "RUVVO", "RUNJK"), *b = compile(p, "$far-east", NULL),
                    *c = compile(q, "RUNJK", "RUVVO"), *d = compile(p, "RUVVO", NULL),
                    *e = compile(p, NULL, NULL);
    assert_int_equal(port_set_hash(p, a), port_set_hash(p, b));
    assert_int_equal(port_set_hash(p, a), port_set_hash(q, c));
    assert_int_not_equal(port_set_hash(p, a), port_set_hash(p, d));
    assert_int_not_equal(port_set_hash(p, d), port_set_hash(p, e));
    port_set_destroy(a);
    port_set_destroy(b);
    port_set_destroy(c);
    port_set_destroy(d);
    port_set_destroy(e);
    ports_destroy(p);
    ports_destroy(q);
}

/* Texts for people keep the order of the configuration. Of ports that are one they show
 * the head alone, as `same` names it (here the shipped group RULED, RUKDT), and they
 * show five of many. */
static void test_order_as_written(void **state)
{
    static const struct {
        const char *a, *b, *first;
    } rows[] = {
        {"$far-east", NULL, "RUVVO RUNJK"},
        {"$story", NULL, "RUVVO RUNJK KPCHO KPNAM"},
        {"RUNJK", "$far-east", "RUNJK RUVVO"},
        {"RUVVO", "KP*", "RUVVO KPCHO KPNAM"},
        {"RUKDT", "RULED", "RULED"},
        {"*", NULL, "KPCHO KPNAM RULED RUNJK RUVVO"},
        {"$none", NULL, ""},
    };
    struct ports *p = make("");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct port_set *set = compile(p, rows[i].a, rows[i].b);
        char text[64] = "";
        for (size_t k = 0; port_set_first(set, k) != PORT_NONE; k++) {
            strcat(text, k != 0 ? " " : "");
            strcat(text, ports_get(p, port_set_first(set, k))->locode);
        }
        assert_string_equal(text, rows[i].first);
        port_set_destroy(set);
    }
    ports_destroy(p);
    p = make("RUOYA,Olya,45.8,47.6\n");
    struct port_set *all = compile(p, "*", NULL);
    assert_int_equal(port_set_first(all, PORT_SET_FIRST), PORT_NONE);
    assert_int_not_equal(port_set_first(all, PORT_SET_FIRST - 1), PORT_NONE);
    port_set_destroy(all);
    ports_destroy(p);
}

TEST_MAIN(NULL, NULL, TEST(test_members), TEST(test_errors_help),
          TEST(test_order_as_written), TEST(test_hash))
