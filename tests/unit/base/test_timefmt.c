/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/time.h"

#include <string.h>
#include <time.h>

#include "lib/testlib.h"

/* `date -u -d TEXT +%s` of GNU coreutils. */
static const struct {
    const char *text;
    int64_t seconds;
} known[] = {
    /* clang-format off */
    {"1970-01-01T00:00:00Z", 0},
    {"1969-12-31T23:59:59Z", -1},
    {"2000-02-29T12:34:56Z", 951827696},
    {"2024-03-25T18:04:00Z", 1711389840},
    {"2100-03-01T00:00:00Z", 4107542400},
    {"1900-02-28T00:00:00Z", -2203977600},
    {"9999-12-31T23:59:59Z", 253402300799},
    {"0001-01-01T00:00:00Z", -62135596800},
    /* clang-format on */
};

static void test_known_times(void **state)
{
    char text[TIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        int64_t t;
        assert_int_equal(time_parse(known[i].text, strlen(known[i].text), &t), 0);
        assert_true(t == known[i].seconds * 1000);
        assert_string_equal(time_format(t, text), known[i].text);
    }
    assert_string_equal(time_format(1711389840120, text), "2024-03-25T18:04:00.120Z");
    assert_string_equal(time_format(-1, text), "1969-12-31T23:59:59.999Z");
    assert_string_equal(time_format_short(1711389840120, text), "25 Mar 18:04Z");
    assert_string_equal(time_format_short(0, text), "1 Jan 00:00Z");
}

/* Compares with the C library's gmtime_r, which has its own arithmetic. */
static void test_parts_against_gmtime(void **state)
{
    struct test_random random = {11};
    print_message("seed %llu\n", (unsigned long long)random.state);
    for (int i = 0; i < 100000; i++) {
        int64_t t = (int64_t)test_random_below(&random, UINT64_C(400000000000000)) -
                    INT64_C(100000000000000);
        struct time_parts p;
        time_to_parts(t, &p);
        time_t seconds = (time_t)(t / 1000 - (t % 1000 < 0));
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_equal(p.year, tm.tm_year + 1900);
        assert_int_equal(p.month, tm.tm_mon + 1);
        assert_int_equal(p.day, tm.tm_mday);
        assert_int_equal(p.hour, tm.tm_hour);
        assert_int_equal(p.minute, tm.tm_min);
        assert_int_equal(p.second, tm.tm_sec);
        assert_true(time_from_parts(&p) == t);
    }
}

/* The examples of RFC 3339 section 5.8 except the leap second, and the other accepted
 * forms. */
static void test_accepted_forms(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } forms[] = {
        /* clang-format off */
        {"1985-04-12T23:20:50.52Z",        482196050520},
        {"1996-12-19T16:39:57-08:00",      851042397000},
        {"1937-01-01T12:00:27.87+00:20", -1041337172130},
        {"2024-03-25 18:04:00",           1711389840000},
        {"2024-03-25t18:04:00z",          1711389840000},
        {"2024-03-25T18:04:00.123999999", 1711389840123},
        {"2027-01-31",                    1801353600000},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        int64_t t = 0;
        assert_int_equal(time_parse(forms[i].text, strlen(forms[i].text), &t), 0);
        if (t != forms[i].ms)
            fail_msg("%s gave %lld", forms[i].text, (long long)t);
    }
}

static void test_refused_forms(void **state)
{
    static const struct {
        const char *text;
        int code;
    } forms[] = {
        /* clang-format off */
        {"",                           ERR_SYNTAX},
        {"2024",                       ERR_SYNTAX},
        {"2024-3-25",                  ERR_SYNTAX},
        {"25/03/2024",                 ERR_SYNTAX},
        {"2024-03-25T",                ERR_SYNTAX},
        {"2024-03-25T18:04",           ERR_SYNTAX},
        {"2024-03-25T18:04:00.",       ERR_SYNTAX},
        {"2024-03-25T18:04:00ZZ",      ERR_SYNTAX},
        {"2024-03-25T18:04:00+0900",   ERR_SYNTAX},
        {"2024-03-25T18:04:00 ",       ERR_SYNTAX},
        {"2024-03-25T18:04:00+24:00",  ERR_RANGE},
        {"2024-13-01",                 ERR_RANGE},
        {"2024-00-01",                 ERR_RANGE},
        {"2023-02-29",                 ERR_RANGE},
        {"1900-02-29",                 ERR_RANGE},
        {"2024-04-31",                 ERR_RANGE},
        {"2024-04-01T24:00:00Z",       ERR_RANGE},
        {"2024-04-01T23:60:00Z",       ERR_RANGE},
        {"2016-12-31T23:59:60Z",       ERR_RANGE},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        int64_t t = 42;
        if (time_parse(forms[i].text, strlen(forms[i].text), &t) != forms[i].code)
            fail_msg("%s", forms[i].text);
        assert_true(t == 42);
    }
    /* The length ends the text, not a NUL. */
    int64_t t = 42;
    assert_int_equal(time_parse("2024-03-25T18:04:00Z", 10, &t), 0);
    assert_true(t == INT64_C(1711324800000));
    assert_int_equal(time_parse("2024-03-25\0", 11, &t), ERR_SYNTAX);
}

static void test_extremes_do_not_overflow(void **state)
{
    char text[TIME_TEXT_BYTES];
    assert_true(strlen(time_format(INT64_MIN, text)) < TIME_TEXT_BYTES);
    assert_true(strlen(time_format(INT64_MAX, text)) < TIME_TEXT_BYTES);
    assert_true(strlen(time_format_short(INT64_MIN, text)) < TIME_TEXT_BYTES);
}

TEST_MAIN(NULL, NULL, TEST(test_known_times), TEST(test_parts_against_gmtime),
          TEST(test_accepted_forms), TEST(test_refused_forms),
          TEST(test_extremes_do_not_overflow))
