/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests how YAML 1.1 and 1.2 read plain scalars. The expectations for 1.1 are
 * those of PyYAML 6.0's resolver and, for y, n and =, those of yaml.org/type/bool and
 * /value; for 1.2 those of the core schema (YAML 1.2.2 section 10.3.2). */
#include "lib/testlib.h"

#include "daemon/shell/conf/conf_int.h"

static const struct {
    const char *text;
    enum conf_plain plain;
} rows[] = {
    /* clang-format off */
    {"abc",        CONF_PLAIN_TEXT},   /* str, str */
    {"RUVVO",      CONF_PLAIN_TEXT},
    {"10km",       CONF_PLAIN_TEXT},
    {"0.5kn",      CONF_PLAIN_TEXT},
    {"60x",        CONF_PLAIN_TEXT},
    {"153.44.253.27:5631", CONF_PLAIN_TEXT},
    {"3FXY8",      CONF_PLAIN_TEXT},
    {"1-2",        CONF_PLAIN_TEXT},
    {"none",       CONF_PLAIN_TEXT},
    {"nO",         CONF_PLAIN_TEXT},   /* of mixed case: str in both */
    {"-",          CONF_PLAIN_TEXT},
    {"0xG",        CONF_PLAIN_TEXT},
    {"0",          CONF_PLAIN_INT},    /* int, int */
    {"7",          CONF_PLAIN_INT},
    {"-12",        CONF_PLAIN_INT},
    {"440000001",  CONF_PLAIN_INT},
    {"36.88",      CONF_PLAIN_NUMBER}, /* float, float */
    {"-122.5",     CONF_PLAIN_NUMBER},
    {"0.0",        CONF_PLAIN_NUMBER},
    {"true",       CONF_PLAIN_BOOL},   /* bool, bool */
    {"false",      CONF_PLAIN_BOOL},
    {"",           CONF_PLAIN_NULL},   /* null, null */
    {"~",          CONF_PLAIN_NULL},
    {"null",       CONF_PLAIN_NULL},
    {"NULL",       CONF_PLAIN_NULL},
    {"2027-01-31", CONF_PLAIN_DATE},   /* timestamp, str */
    {"2027-1-3",   CONF_PLAIN_DATE},   /* a timestamp in 1.1 only with a time behind it; refused as text all the same */
    {"2027-01-31T12:00:00Z", CONF_PLAIN_DATE},
    {"2027-01-31x", CONF_PLAIN_TEXT},
    {"on",         CONF_PLAIN_UNLIKE}, /* bool, str */
    {"Off",        CONF_PLAIN_UNLIKE},
    {"yes",        CONF_PLAIN_UNLIKE},
    {"NO",         CONF_PLAIN_UNLIKE},
    {"y",          CONF_PLAIN_UNLIKE},
    {"True",       CONF_PLAIN_UNLIKE}, /* bool in both, but not the way it is written here */
    {"007",        CONF_PLAIN_UNLIKE}, /* int 7 of octal digits, int 7 of decimal ones */
    {"010",        CONF_PLAIN_UNLIKE}, /* 8, 10 */
    {"1_000",      CONF_PLAIN_UNLIKE}, /* 1000, str */
    {"12:30",      CONF_PLAIN_UNLIKE}, /* 750, str */
    {"0x1F",       CONF_PLAIN_UNLIKE},
    {"0o17",       CONF_PLAIN_UNLIKE}, /* str, 15 */
    {"0b11",       CONF_PLAIN_UNLIKE}, /* 3, str */
    {"9E12",       CONF_PLAIN_UNLIKE}, /* str, 9e12 */
    {"1e3",        CONF_PLAIN_UNLIKE}, /* str, 1000.0 */
    {"+5",         CONF_PLAIN_UNLIKE},
    {".5",         CONF_PLAIN_UNLIKE},
    {"5.",         CONF_PLAIN_UNLIKE},
    {"-.inf",      CONF_PLAIN_UNLIKE},
    {".NaN",       CONF_PLAIN_UNLIKE},
    {"<<",         CONF_PLAIN_UNLIKE}, /* merge, str */
    {"=",          CONF_PLAIN_UNLIKE}, /* value, str */
    /* clang-format on */
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < CONF_COUNT(rows); i++)
        if (conf_plain_of(rows[i].text) != rows[i].plain)
            fail_msg("'%s' is %d, not %d", rows[i].text, conf_plain_of(rows[i].text),
                     rows[i].plain);
}

TEST_MAIN(NULL, NULL, TEST(test_rows))
