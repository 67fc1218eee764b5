/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/text.h"

#include <stdio.h>
#include <string.h>

#include "lib/testlib.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static void test_clean(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        /* clang-format off */
        {"EXAMPLE TRADER",            "EXAMPLE TRADER"},
        {"  EXAMPLE  TRADER   ",      "EXAMPLE  TRADER"},
        {"a\tb\r\nc\x1b[31m\x7f",     "abc[31m"},
        {"\xc2\x85x\xc2\x9f",         "x"},                 /* C1 */
        {"\xef\xbb\xbfx",             "x"},                 /* byte order mark */
        {"a\xe2\x80\xa8" "b\xe2\x80\xae" "c\xe2\x81\xa9",   "abc"},
        {"\xeb\xb6\x80\xec\x82\xb0",  "\xeb\xb6\x80\xec\x82\xb0"},
        {"\xf0\x9f\x9a\xa2",          "\xf0\x9f\x9a\xa2"},
        {"a\xff" "b",                 "a" BAD "b"},
        {"\xc0\xaf",                  BAD BAD},             /* overlong '/' */
        {"\xe0\x80\xaf",              BAD BAD BAD},
        {"\xed\xa0\x80",              BAD BAD BAD},         /* surrogate */
        {"\xf4\x90\x80\x80",          BAD BAD BAD BAD},     /* past U+10FFFF */
        {"x\xe2\x82",                 "x" BAD BAD},         /* cut short */
        {"",                          ""},
        {"   ",                       ""},
        /* clang-format on */
    };
    char out[64];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = text_clean(rows[i].text, strlen(rows[i].text), out, sizeof out);
        assert_string_equal(out, rows[i].expected);
        assert_int_equal(n, strlen(out));
    }
    assert_int_equal(text_clean("a\0b", 3, out, sizeof out), 2);
    assert_string_equal(out, "ab");
}

static void test_clean_cuts_at_a_character(void **state)
{
    char out[6];
    assert_int_equal(text_clean("ab\xeb\xb6\x80z", 6, out, 5), 2);
    assert_string_equal(out, "ab");
    assert_int_equal(text_clean("ab\xeb\xb6\x80z", 6, out, 6), 5);
    assert_int_equal(text_clean("abc d", 5, out, 5), 3); /* no blank at the end */
    assert_string_equal(out, "abc");
    assert_int_equal(text_clean("x", 1, out, 1), 0);
    assert_string_equal(out, "");
}

static void test_copy(void **state)
{
    char out[4];
    text_copy(out, sizeof out, "abcdef");
    assert_string_equal(out, "abc");
    text_copy(out, sizeof out, "ab\xc3\xa9");
    assert_string_equal(out, "ab");
    text_copy(out, sizeof out, "");
    assert_string_equal(out, "");
    assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5),
                     5); /* not UTF-8: unchanged */
}

static void test_case(void **state)
{
    char text[] = "ruvvo \xc3\xa9";
    text_upper(text);
    assert_string_equal(text, "RUVVO \xc3\xa9");
    assert_true(text_equal_fold("Nampo", "NAMPO"));
    assert_true(text_equal_fold("", ""));
    assert_false(text_equal_fold("Nampo", "Namp"));
    assert_false(text_equal_fold("Namp", "Nampo"));
    assert_false(text_equal_fold("[", "{")); /* 32 apart, no letters */
}

static void test_match(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        /* clang-format off */
        {"KP*",     "KPNAM",  true},
        {"KP*",     "KRPUS",  false},
        {"KP*",     "KP",     true},
        {"*",       "",       true},
        {"",        "",       true},
        {"",        "x",      false},
        {"?",       "",       false},
        {"??VVO",   "RUVVO",  true},
        {"?",       "\xc3\xa9", true},
        {"*a*b",    "xaxbxab", true},
        {"*a*b",    "xaxbxa", false},
        {"a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
        {"ruvvo",   "RUVVO",  false},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (text_match(rows[i].pattern, rows[i].text) != rows[i].matches)
            fail_msg("%s on %s", rows[i].pattern, rows[i].text);
}

/* kitten/sitting is 3 (Levenshtein); "CA"/"ABC" is 3 by optimal string alignment (2 by
 * the unrestricted distance): Wikipedia, "Damerau-Levenshtein distance". */
static void test_distance(void **state)
{
    assert_int_equal(text_distance("kitten", "sitting", 9), 3);
    assert_int_equal(text_distance("CA", "ABC", 9), 3);
    assert_int_equal(text_distance("endpoint", "endpoitn", 9), 1);
    assert_int_equal(text_distance("", "abc", 9), 3);
    assert_int_equal(text_distance("abc", "", 9), 3);
    assert_int_equal(text_distance("same", "same", 0), 0);
    assert_int_equal(text_distance("kitten", "sitting", 2), 3);
    assert_int_equal(text_distance("aaaaaaaa", "bbbbbbbb", 2), 3);
    char longer[66];
    memset(longer, 'x', 65);
    longer[65] = '\0';
    assert_int_equal(text_distance(longer, longer, 5), 6);
}

static void test_nearest(void **state)
{
    static const char *const words[] = {"udp", "tcp", "listen", "serial", "file"};
    assert_string_equal(text_nearest("lisen", words, 5), "listen");
    assert_string_equal(text_nearest("fiel", words, 5), "file");
    assert_string_equal(text_nearest("upd", words, 5), "udp");
    assert_string_equal(text_nearest("tcp", words, 5), "tcp");
    assert_null(text_nearest("xyz", words, 5));
    assert_null(text_nearest("webhook", words, 5));
    assert_null(text_nearest("", words, 5));
    assert_null(text_nearest("udp", words, 0));
}

/* 73 bytes fit beside two quotes, three dots and the NUL; of a longer text 73 are shown.
 */
static void test_quote(void **state)
{
    char text[100], wanted[2 * TEXT_QUOTE_BYTES], quoted[TEXT_QUOTE_BYTES];
    (void)state;
    assert_string_equal(text_quote("Nampo", quoted), "'Nampo'");
    assert_string_equal(text_quote("a\x1b\nb", quoted), "'ab'");
    memset(text, 'x', sizeof text);
    text[73] = '\0';
    snprintf(wanted, sizeof wanted, "'%s'", text);
    assert_string_equal(text_quote(text, quoted), wanted);
    text[73] = 'x';
    text[99] = '\0';
    snprintf(wanted, sizeof wanted, "'%.73s...'", text);
    assert_string_equal(text_quote(text, quoted), wanted);
}

TEST_MAIN(NULL, NULL, TEST(test_clean), TEST(test_clean_cuts_at_a_character),
          TEST(test_copy), TEST(test_case), TEST(test_match), TEST(test_distance),
          TEST(test_nearest), TEST(test_quote))
