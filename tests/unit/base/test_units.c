/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/units.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int code;
        int64_t ms;
    } rows[] = {
        /* clang-format off */
        {"30d",       0, INT64_C(2592000000)},
        {"12h",       0, 43200000},
        {"60min",     0, 3600000},
        {"10s",       0, 10000},
        {"500ms",     0, 500},
        {"0s",        0, 0},
        {"1.5h",      0, 5400000},
        {"0.1s",      0, 100},
        {"10",        ERR_SYNTAX, 0},
        {"10 s",      ERR_SYNTAX, 0},
        {"10m",       ERR_SYNTAX, 0},
        {"10sec",     ERR_SYNTAX, 0},
        {"-1s",       ERR_SYNTAX, 0},
        {"+1s",       ERR_SYNTAX, 0},
        {"010s",      ERR_SYNTAX, 0},
        {".5s",       ERR_SYNTAX, 0},
        {"5.s",       ERR_SYNTAX, 0},
        {"1e3s",      ERR_SYNTAX, 0},
        {"s",         ERR_SYNTAX, 0},
        {"",          ERR_SYNTAX, 0},
        {"10S",       ERR_SYNTAX, 0},
        {"999999999999d", ERR_RANGE, 0},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ms = -7;
        int code = units_parse_duration(rows[i].text, strlen(rows[i].text), &ms);
        if (code != rows[i].code || ms != (code == 0 ? rows[i].ms : -7))
            fail_msg("%s: code %d, %lld ms", rows[i].text, code, (long long)ms);
    }
}

static void test_distances_and_speeds(void **state)
{
    double value = -7;
    assert_int_equal(units_parse_distance("10km", 4, &value), 0);
    assert_near(value, 10000, 0);
    assert_int_equal(units_parse_distance("12nm", 4, &value), 0);
    assert_near(value, 22224, 0);
    assert_int_equal(units_parse_distance("500m", 4, &value), 0);
    assert_near(value, 500, 0);
    assert_int_equal(units_parse_distance("0.5nm", 5, &value), 0);
    assert_near(value, 926, 0);
    assert_int_equal(units_parse_speed("0.5kn", 5, &value), 0);
    assert_near(value, 0.5, 0);
    value = -7;
    assert_int_equal(units_parse_distance("10kn", 4, &value), ERR_SYNTAX);
    assert_int_equal(units_parse_speed("10km", 4, &value), ERR_SYNTAX);
    assert_int_equal(units_parse_distance("10kmx", 4, &value), 0); /* n counts */
}

static void test_numbers(void **state)
{
    static const char *const bad[] = {"",    "-",   "+1",  "1e3",  "0x10", ".5",
                                      "5.",  "1,5", " 1",  "1 ",   "nan",  "inf",
                                      "012", "-01", "--1", "1.2.3"};
    double value = -7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (units_parse_number(bad[i], strlen(bad[i]), &value) != ERR_SYNTAX)
            fail_msg("\"%s\" was taken", bad[i]);
    assert_near(value, -7, 0);
    assert_int_equal(units_parse_number("-12.5", 5, &value), 0);
    assert_near(value, -12.5, 0);
    assert_int_equal(units_parse_number("-0", 2, &value), 0);
    assert_near(value, 0, 0);
    char huge[512];
    memset(huge, '9', sizeof huge);
    assert_int_equal(units_parse_number(huge, sizeof huge, &value), ERR_RANGE);
}

/* The C library's strtod in the C locale rounds correctly. */
static void test_numbers_round_like_strtod(void **state)
{
    struct test_random random = {3};
    print_message("seed %llu\n", (unsigned long long)random.state);
    for (int i = 0; i < 100000; i++) {
        char text[64];
        uint64_t whole = test_random_next(&random) >> test_random_below(&random, 64);
        uint64_t part = test_random_next(&random) >> test_random_below(&random, 64);
        snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)whole,
                 (int)test_random_below(&random, 24), (unsigned long long)part);
        double value = -7;
        assert_int_equal(units_parse_number(text, strlen(text), &value), 0);
        if (value != strtod(text, NULL))
            fail_msg("%s gave %.17g", text, value);
    }
}

static void test_locale_does_not_matter(void **state)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8"};
    bool is_set = false;
    for (size_t i = 0; i < 3 && !is_set; i++)
        is_set = setlocale(LC_ALL, commas[i]) != NULL;
    if (!is_set)
        test_skip("no locale with a decimal comma is installed");
    double value = 0;
    char text[UNITS_TEXT_BYTES];
    int code = units_parse_number("122.43000000000000123", 21, &value);
    units_format_distance(1234.5, text);
    setlocale(LC_ALL, "C");
    assert_int_equal(code, 0);
    assert_near(value, 122.43, 0);
    assert_string_equal(text, "1234.5m");
}

static void test_ints(void **state)
{
    int64_t v = -7;
    assert_int_equal(units_parse_int("9999993", 7, 0, 9999999, &v), 0);
    assert_int_equal(v, 9999993);
    assert_int_equal(
        units_parse_int("-9223372036854775808", 20, INT64_MIN, INT64_MAX, &v), 0);
    assert_true(v == INT64_MIN);
    assert_int_equal(units_parse_int("9223372036854775807", 19, INT64_MIN, INT64_MAX, &v),
                     0);
    assert_true(v == INT64_MAX);
    v = -7;
    assert_int_equal(units_parse_int("9223372036854775808", 19, INT64_MIN, INT64_MAX, &v),
                     ERR_RANGE);
    assert_int_equal(
        units_parse_int("-9223372036854775809", 20, INT64_MIN, INT64_MAX, &v), ERR_RANGE);
    assert_int_equal(units_parse_int("65536", 5, 1, 65535, &v), ERR_RANGE);
    assert_int_equal(units_parse_int("0", 1, 1, 65535, &v), ERR_RANGE);
    assert_int_equal(units_parse_int("010", 3, 0, 100, &v), ERR_SYNTAX);
    assert_int_equal(units_parse_int("1.0", 3, 0, 100, &v), ERR_SYNTAX);
    assert_int_equal(units_parse_int("", 0, 0, 100, &v), ERR_SYNTAX);
    assert_int_equal(v, -7);
}

static void test_formats(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } durations[] = {{5400000, "90min"}, {INT64_C(2592000000), "30d"},
                     {0, "0s"},          {1500, "1500ms"},
                     {60000, "1min"},    {86400000, "1d"},
                     {90000, "90s"}};
    static const struct {
        double m;
        const char *text;
    } distances[] = {{500, "500m"},       {10000, "10km"},   {22224, "12nm"},
                     {0, "0m"},           {1852, "1nm"},     {926, "926m"},
                     {1234.5, "1234.5m"}, {0.125, "0.125m"}, {-500, "-500m"},
                     {1500, "1500m"}};
    char text[UNITS_TEXT_BYTES];
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++)
        assert_string_equal(units_format_duration(durations[i].ms, text),
                            durations[i].text);
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++)
        assert_string_equal(units_format_distance(distances[i].m, text),
                            distances[i].text);
}

TEST_MAIN(NULL, NULL, TEST(test_durations), TEST(test_distances_and_speeds),
          TEST(test_numbers), TEST(test_numbers_round_like_strtod),
          TEST(test_locale_does_not_matter), TEST(test_ints), TEST(test_formats))
