/* SPDX-License-Identifier: Apache-2.0 */
/* What requests say, taken apart: query strings, boxes, cursors, fields. */
#include <stdio.h>
#include <string.h>

#include "daemon/shell/api/ask.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

static int parse(const char *query, unsigned allowed, struct ask_values *v,
                 struct err *err)
{
    static char text[1000];
    snprintf(text, sizeof text, "%s", query);
    return ask_parse_query(text, allowed, v, err);
}

static void test_target(void **state)
{
    (void)state;
    char *query = NULL;
    char good[] = "/api/v1/vessels/4%340?q=a%20b&x";
    assert_true(ask_split_target(good, &query));
    assert_string_equal(good, "/api/v1/vessels/440");
    assert_string_equal(query, "q=a%20b&x");
    /* a broken escape, a NUL, half a character of UTF-8, no path */
    char bad[][16] = {"/a%4", "/a%zz", "/a%00b", "/%c3", "a/b", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ask_split_target(bad[i], &query));
}

static void test_query(void **state)
{
    (void)state;
    struct ask_values v;
    struct err err;
    assert_int_equal(parse("limit=7&q=M%C3%96WE+1&&watched=false", ~0u, &v, &err), 0);
    assert_int_equal(v.limit, 7);
    assert_string_equal(v.q, "M\xc3\x96WE 1");
    assert_int_equal(v.watched, ASK_FALSE);
    assert_int_equal(parse("", 0, &v, &err), 0);
    assert_int_equal(v.limit, 100); /* picture.md section 9: the default */
    assert_int_equal(v.since_ms, TIME_NONE);
    assert_int_equal(parse("since=2024-03-25&until=36h", ~0u, &v, &err), 0);
    assert_int_equal(v.since_ms, INT64_C(1711324800000)); /* date -d 2024-03-25 +%s */
    assert_false(v.is_since_back);
    assert_true(v.is_until_back);
    assert_int_equal(v.until_ms, 36 * 3600 * 1000);
}

static void test_refused(void **state)
{
    static const struct {
        const char *query, *says;
    } rows[] = {
        {"limit=0", "limit: '0' is not accepted (accepted: 1 to 1000)"},
        {"limit=1001", "(accepted: 1 to 1000)"},
        {"limit=+1", "(accepted: 1 to 1000)"},
        {"limit=1&limit=2", "limit is given twice"},
        {"colour=red", "unknown parameter 'colour' (accepted: limit, bbox, flag"},
        {"rule=x", "unknown parameter 'rule'"},
        {"flag=kp", "two letters"},
        {"bbox=1,2,3", "west,south,east,north"},
        {"q=%", "escapes"},
        {"since=yesterday", "duration back from event time"},
        {"acknowledged=yes", "true or false"},
    };
    unsigned allowed = ASK_BIT(LIMIT) | ASK_BIT(FLAG) | ASK_BIT(BBOX) | ASK_BIT(SINCE) |
                       ASK_BIT(ACKNOWLEDGED) | ASK_BIT(Q);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ask_values v;
        struct err err = {0};
        assert_int_equal(
            parse(rows[i].query, allowed & ~(i == 4 ? ASK_BIT(Q) : 0), &v, &err),
            ERR_INVALID);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].query, err.text);
    }
}

static void test_box(void **state)
{
    (void)state;
    struct ask_box box;
    assert_true(ask_parse_box("124,32,132.5,40", &box));
    assert_true(ask_box_contains(&box, 36, 130));
    assert_false(ask_box_contains(&box, 36, 133));
    assert_true(ask_parse_box("170,-10,-170,10", &box)); /* over the antimeridian */
    assert_true(ask_box_contains(&box, 0, 179) && ask_box_contains(&box, 0, -179));
    assert_false(ask_box_contains(&box, 0, 0));
    static const char *const bad[] = {"",          "1,2,3",     "1,2,3,4,5", "1,5,2,4",
                                      "0,0,181,1", "0,-91,1,1", "a,b,c,d",   "nan,0,1,1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ask_parse_box(bad[i], &box));
}

static void test_cursor(void **state)
{
    (void)state;
    char text[ASK_CURSOR_BYTES];
    const struct ask_cursor one = {.numbers = {-5, INT64_MAX}, .count = 2};
    struct ask_cursor two;
    assert_true(ask_parse_cursor(ask_format_cursor(&one, text), 2, &two));
    assert_int_equal(two.numbers[0], -5);
    assert_int_equal(two.numbers[1], INT64_MAX);
    assert_false(ask_parse_cursor(text, 1, &two));
    assert_false(ask_parse_cursor("1", 2, &two));
    assert_false(ask_parse_cursor("1.99999999999999999999", 2, &two));
    assert_false(ask_parse_cursor("", 1, &two));
}

static void test_fields(void **state)
{
    (void)state;
    size_t n = 0;
    const char *value = ask_find_cookie("a=1; lookout=abc; b=2", "lookout", &n);
    assert_non_null(value);
    assert_memory_equal(value, "abc", 3);
    assert_int_equal(n, 3);
    assert_null(ask_find_cookie("xlookout=abc; lookoutx=1", "lookout", &n));
    assert_null(ask_find_cookie(NULL, "lookout", &n));
    assert_string_equal(ask_bearer("bearer  abc"), "abc");
    assert_null(ask_bearer("Basic abc"));
    assert_true(ask_host_is("LocalHost:8047", "localhost"));
    assert_true(ask_host_is("[::1]:80", "::1"));
    assert_false(ask_host_is("localhost.evil.example", "localhost"));
    assert_false(ask_host_is("localhost:80@evil", "localhost"));
    assert_true(ask_accepts_gzip("br, gzip;q=0.5"));
    assert_false(ask_accepts_gzip("gzip;q=0"));
    assert_false(ask_accepts_gzip("br, x-gzip"));
    assert_true(ask_is_json("application/json; charset=utf-8"));
    assert_false(ask_is_json("text/plain"));
    assert_false(ask_is_json("application/jsonx"));
}

TEST_MAIN(NULL, NULL, TEST(test_target), TEST(test_query), TEST(test_refused),
          TEST(test_box), TEST(test_cursor), TEST(test_fields))
