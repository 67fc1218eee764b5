/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests tag blocks. Checksums are XOR over the characters between the
 * backslashes, as in the published Norwegian sample (`c:1565218798*53`). */
#include <string.h>

#include "daemon/core/ais/tagblock_int.h"
#include "lib/aisgen.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

/* \content*hh\ with the right sum. */
static size_t block(const char *content, char *ret)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = strlen(content);
    uint8_t sum = aisgen_checksum(content, n);
    ret[0] = '\\';
    memcpy(ret + 1, content, n);
    ret[n + 1] = '*';
    ret[n + 2] = hex[sum >> 4];
    ret[n + 3] = hex[sum & 15];
    ret[n + 4] = '\\';
    ret[n + 5] = '\0';
    return n + 5;
}

static void read(const char *content, struct tagblock *t)
{
    static char text[256];
    size_t n = block(content, text);
    bool is_sound = false;
    assert_int_equal(tagblock_length(text, n, &is_sound), n);
    assert_true(is_sound);
    tagblock_read(text, n, t);
}

static void test_keys(void **state)
{
    struct tagblock t;
    tagblock_clear(&t);
    read("s:2573135,c:1565218798,n:5,g:1-2-1234,d:x,t:three words,i:<O>", &t);
    assert_int_equal(t.station_n, 7);
    assert_memory_equal(t.station, "2573135", 7);
    assert_int_equal(t.time_ms, 1565218798000);
    assert_true(t.has_group);
    assert_int_equal(t.group_part, 1);
    assert_int_equal(t.group_total, 2);
    assert_int_equal(t.group_id, 1234);
}

static bool is_sound(const char *text, size_t n)
{
    bool ret = false;
    assert_int_equal(tagblock_length(text, n, &ret), n);
    return ret;
}

static void test_known_sum(void **state)
{
    const char *text = "\\c:1565218798*53\\";
    assert_true(is_sound(text, strlen(text)));
    assert_true(is_sound("\\c:1354719388*56\\", 17));
    assert_false(is_sound("\\g:1-2-9999,c:1565218798*53\\", 28));
    assert_false(is_sound("\\c:1354719388*5\\", 16));
    assert_false(is_sound("\\c:1354719388\\", 14));
    assert_false(is_sound("\\\\", 2));
}

static void test_units(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"c:1565218798", 1565218798000},
        {"c:1565218798.123", 1565218798123},
        {"c:1565218798123", 1565218798123},
        {"c:1565218798123456", 1565218798123},
        {"c:1565218798123456789", 1565218798123},
        {"c:12x", TIME_NONE},
        {"c:", TIME_NONE},
        {"c", TIME_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tagblock t;
        tagblock_clear(&t);
        read(rows[i].text, &t);
        assert_int_equal(t.time_ms, rows[i].ms);
    }
}

static void test_groups(void **state)
{
    static const char *const bad[] = {"g:0-2-1", "g:3-2-1", "g:1-0-1", "g:1-2-",
                                      "g:1-2",   "g:-2-1",  "g:1--1",  "3G2:1"};
    struct tagblock t;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tagblock_clear(&t);
        read(bad[i], &t);
        assert_false(t.has_group);
    }
    /* The older form, and ids that are not numbers. */
    tagblock_clear(&t);
    read("2G2:0125,c:1354719387", &t);
    assert_true(t.has_group);
    assert_int_equal(t.group_part, 2);
    assert_int_equal(t.group_id, 125);
    struct tagblock u;
    tagblock_clear(&t);
    tagblock_clear(&u);
    read("g:1-2-ab12", &t);
    read("g:2-2-ab13", &u);
    assert_true(t.has_group && u.has_group && t.group_id != u.group_id);
}

/* Relayed twice: the block next to the sentence is the original station's. */
static void test_concatenated(void **state)
{
    struct tagblock t;
    tagblock_clear(&t);
    read("s:relay,c:1565218799,g:1-2-7", &t);
    read("s:origin,c:1565218798", &t);
    assert_memory_equal(t.station, "origin", 6);
    assert_int_equal(t.time_ms, 1565218798000);
    assert_int_equal(t.group_id, 7);
}

static void test_length(void **state)
{
    bool sound = true;
    assert_int_equal(tagblock_length("\\s:x", 4, &sound), 0);
    assert_int_equal(tagblock_length("\\", 1, &sound), 0);
    /* A stray backslash before a sentence is no block. */
    const char *text = "\\!AIVDM,1,1,,A,xx,0*00\\!AIVDM";
    assert_int_equal(tagblock_length(text, strlen(text), &sound), 0);
    /* An exclamation mark in a text is. */
    assert_int_equal(tagblock_length("\\t:hey!*00\\x", 12, &sound), 11);
}

TEST_MAIN(NULL, NULL, TEST(test_keys), TEST(test_known_sum), TEST(test_units),
          TEST(test_groups), TEST(test_length), TEST(test_concatenated))
