/* SPDX-License-Identifier: Apache-2.0 */
/* This file splits bytes into lines, with every split point. */
#include <stdlib.h>
#include <string.h>

#include "daemon/core/ais/linebuf_int.h"
#include "lib/testlib.h"

struct seen {
    char text[512]; /* lines joined by '|'; '#' for a line that was too long */
    size_t n;
    uint64_t last_end;
};

static void see(struct seen *s, const struct linebuf_line *line)
{
    if (line->n == 0 && !line->is_too_long)
        return; /* an LF behind its CR, when a chunk ends between them */
    if (line->is_too_long) {
        s->text[s->n++] = '#';
    } else {
        assert_true(s->n + line->n + 1 < sizeof s->text);
        assert_true(line->end >= line->begin + line->n);
        memcpy(s->text + s->n, line->text, line->n);
        s->n += line->n;
    }
    s->text[s->n++] = '|';
    assert_true(line->begin >= s->last_end);
    s->last_end = line->end;
}

/* Split in two at `cut`. */
static void run(const char *bytes, size_t n, size_t cut, struct seen *ret)
{
    struct linebuf b;
    struct linebuf_line line;
    memset(ret, 0, sizeof *ret);
    linebuf_init(&b, 16, 32);
    for (int half = 0; half < 2; half++) {
        const char *at = half == 0 ? bytes : bytes + cut;
        size_t left = half == 0 ? cut : n - cut;
        while (linebuf_next(&b, &at, &left, false, &line) == 1)
            see(ret, &line);
        assert_int_equal(left, 0);
    }
    if (linebuf_flush(&b, &line))
        see(ret, &line);
    assert_int_equal(b.offset, n);
    assert_true(b.capacity <= 256);
    linebuf_finish(&b);
}

static void expect(const char *bytes, size_t n, const char *wanted)
{
    for (size_t cut = 0; cut <= n; cut++) {
        struct seen seen;
        run(bytes, n, cut, &seen);
        assert_string_equal(seen.text, wanted);
    }
}

static void test_ends(void **state)
{
    expect("a\nbc\r\nd\re\0f\tg", 13, "a|bc|d|e|f\tg|");
    expect("", 0, "");
    expect("\n\n", 2, "");
}

static void test_long(void **state)
{
    expect("0123456789abcdef\nx\n", 19, "0123456789abcdef|x|");
    expect("0123456789abcdefg\nx\n", 20, "#|x|");
    expect("0123456789abcdefghijklmnopqrstuvwxyz", 36, "#|");
    /* A line of JSON may be longer than others. */
    expect(" {3456789abcdefghijklmnopqrstuv\n", 32, " {3456789abcdefghijklmnopqrstuv|");
    expect("{123456789abcdefghijklmnopqrstuvw\nx", 35, "#|x|");
}

/* Endless blanks are no JSON. */
static void test_long_blanks(void **state)
{
    expect("                      {}\nx\n", 27, "#|x|");
}

static void test_bounded(void **state)
{
    struct linebuf b;
    struct linebuf_line line;
    size_t count = 0;
    char *megabyte = calloc(1, 1 << 20);
    assert_non_null(megabyte);
    memset(megabyte, 'x', 1 << 20);
    linebuf_init(&b, 4096, 1 << 20);
    for (size_t at = 0; at < 1 << 20; at += 1000) {
        const char *bytes = megabyte + at;
        size_t n = (1 << 20) - at < 1000 ? (1 << 20) - at : 1000;
        while (linebuf_next(&b, &bytes, &n, false, &line) == 1)
            count += line.is_too_long ? 1 : 100;
    }
    assert_int_equal(count, 1);
    assert_true(b.capacity <= 4096);
    linebuf_finish(&b);
    free(megabyte);
}

static void test_drop(void **state)
{
    struct linebuf b;
    struct linebuf_line line;
    linebuf_init(&b, 16, 16);
    const char *bytes = "half";
    size_t n = 4;
    assert_int_equal(linebuf_next(&b, &bytes, &n, false, &line), 0);
    assert_true(linebuf_drop(&b));
    assert_false(linebuf_drop(&b));
    bytes = "whole\n";
    n = 6;
    assert_int_equal(linebuf_next(&b, &bytes, &n, false, &line), 1);
    assert_int_equal(line.n, 5);
    assert_int_equal(line.begin, 4);
    assert_int_equal(line.end, 10);
    linebuf_finish(&b);
}

TEST_MAIN(NULL, NULL, TEST(test_ends), TEST(test_long), TEST(test_long_blanks),
          TEST(test_bounded), TEST(test_drop))
