/* SPDX-License-Identifier: Apache-2.0 */
/* This file reads times as providers write them. The expected values are those of `date
 * -u -d ... +%s`. */
#include <string.h>

#include "daemon/core/ais/timestamp_int.h"
#include "lib/testlib.h"

struct row {
    const char *text;
    int64_t ms; /* -1: refused */
};

/* clang-format off */
static const struct row whole[] = {
    {"1565218798",                              1565218798000},
    {"1565218798.25",                           1565218798250},
    {"1565218798250",                           1565218798250},
    {"1565218798250123",                        1565218798250},
    {"1550303566167726840",                     1550303566167},
    {" 1565218798 ",                            1565218798000},
    {"2017-02-20T00:00:00",                     1487548800000},
    {"2017-02-20T00:00:00Z",                    1487548800000},
    {"2017-02-20 00:00:00.5",                   1487548800500},
    {"2017-02-20T01:00:00+01:00",               1487548800000},
    {"2017-02-19T19:30:00-0430",                1487548800000},
    {"2017-12-01 00:00:00+00",                  1512086400000},
    {"2017-02-20",                              1487548800000},
    {"20/02/2017 00:00:00",                     1487548800000},
    {"2017/02/20 00:00",                        1487548800000},
    {"20210701_185151",                         1625165511000},
    {"20240730061743",                          1722320263000},
    {"2024-07-30 06:17:43.375540658 +0000 UTC", 1722320263375},
    {"2016-12-31T23:59:60Z",                    1483228800000},
    {"2023-02-29T00:00:00Z",                    -1},
    {"2023-13-01T00:00:00Z",                    -1},
    {"2023-12-01T24:00:00Z",                    -1},
    {"12345678901234567890",                    -1},
    {"-5",                                      -1},
    {"1565218798x",                             -1},
    {"1565218798.",                             -1},
    {"yesterday",                               -1},
    {"",                                        -1},
};
/* clang-format on */

static void test_whole(void **state)
{
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        int64_t t = -1;
        enum timestamp_order order = TIMESTAMP_ORDER_UNKNOWN;
        bool ok = timestamp_parse(whole[i].text, strlen(whole[i].text), 0, &order, &t) ==
                  TIMESTAMP_READ;
        if (ok != (whole[i].ms >= 0) || t != whole[i].ms)
            fail_msg("%s: %d %lld", whole[i].text, (int)ok, (long long)t);
    }
}

struct prefix {
    const char *text;
    size_t length; /* 0: none */
    int64_t ms;
};

/* clang-format off */
static const struct prefix prefixes[] = {
    {"1550303566167726840 !AIVDM",   19, 1550303566167},
    {"2017-02-20T00:00:00;!BSVDM",   19, 1487548800000},
    {"2017-02-20 00:00:00Z,!BSVDM",  20, 1487548800000},
    {"1565218798.5 x",               12, 1565218798500},
    {"12345678 ",                     0, 0},
    {"1565218798abc",                 0, 0},
    {"rubbish",                       0, 0},
};
/* clang-format on */

static void test_prefix(void **state)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        int64_t t = 0;
        enum timestamp_order order = TIMESTAMP_ORDER_UNKNOWN;
        enum timestamp_result result;
        size_t n = timestamp_parse_prefix(prefixes[i].text, strlen(prefixes[i].text),
                                          &order, &result, &t);
        if (n != prefixes[i].length || t != prefixes[i].ms)
            fail_msg("%s: %zu %lld", prefixes[i].text, n, (long long)t);
    }
}

static void test_numbers(void **state)
{
    int64_t t = 0;
    assert_true(timestamp_from_integer(1565218798, &t));
    assert_int_equal(t, 1565218798000);
    assert_true(timestamp_from_integer(1565218798250, &t));
    assert_int_equal(t, 1565218798250);
    assert_true(timestamp_from_integer(20240730061743, &t));
    assert_int_equal(t, 1722320263000);
    assert_false(timestamp_from_integer(-1, &t));
    assert_false(timestamp_from_integer(20241330061743, &t));
    assert_true(timestamp_from_real(1565218798.25, &t));
    assert_int_equal(t, 1565218798250);
    assert_false(timestamp_from_real(-1.0, &t));
    assert_false(timestamp_from_real(1e30, &t));
}

static void test_sane(void **state)
{
    assert_true(timestamp_is_sane(1565218798000));
    assert_false(timestamp_is_sane(631151999999));
    assert_true(timestamp_is_sane(631152000000));
    assert_false(timestamp_is_sane(4102444800000));
    assert_false(timestamp_is_sane(0));
}

TEST_MAIN(NULL, NULL, TEST(test_whole), TEST(test_prefix), TEST(test_numbers),
          TEST(test_sane))
