/* SPDX-License-Identifier: Apache-2.0 */
/* The escapes of HELP and of label values, and the forms of a value, as Prometheus'
 * "Text-based format" defines them.
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#include <math.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/api/api.h"

static void test_family_and_samples(void **state)
{
    struct buf b = {0};
    assert_int_equal(metric_family(&b, "lookoutd_feed_bytes_total", "counter",
                                   "Bytes read.\nA back\\slash and a \"quote\"."),
                     0);
    assert_int_equal(metric_sample(&b, "up", NULL, NULL, 1), 0);
    assert_int_equal(
        metric_sample(&b, "lookoutd_feed_bytes_total", "feed", "shore", 12345), 0);
    assert_int_equal(metric_sample2(&b, "x", "feed", "C:\\DIR\nFILE.TXT", "reason",
                                    "say \"so\"", -0.5),
                     0);
    assert_string_equal(
        buf_text(&b),
        "# HELP lookoutd_feed_bytes_total Bytes read.\\nA back\\\\slash and a "
        "\"quote\".\n"
        "# TYPE lookoutd_feed_bytes_total counter\n"
        "up 1\n"
        "lookoutd_feed_bytes_total{feed=\"shore\"} 12345\n"
        "x{feed=\"C:\\\\DIR\\nFILE.TXT\",reason=\"say \\\"so\\\"\"} -0.5\n");
    buf_finish(&b);
}

static void test_values(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        /* clang-format off */
        {0,                    "v 0\n"},
        {-0.0,                 "v 0\n"},
        {1711389840,           "v 1711389840\n"},
        {9007199254740992.0,   "v 9007199254740992\n"},
        {0.1,                  "v 0.1\n"},
        {1.0 / 3,              "v 0.3333333333333333\n"},
        {1e300,                "v 1e+300\n"},
        {(double)INFINITY,     "v +Inf\n"},
        {-(double)INFINITY,    "v -Inf\n"},
        {(double)NAN,          "v NaN\n"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = {0};
        assert_int_equal(metric_sample(&b, "v", NULL, NULL, rows[i].value), 0);
        assert_string_equal(buf_text(&b), rows[i].text);
        buf_finish(&b);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_family_and_samples), TEST(test_values))
