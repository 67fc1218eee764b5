/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"

static void test_append_and_drop(void **state)
{
    struct buf b = {0};
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_add_text(&b, "one"), 0);
    assert_int_equal(buf_add_char(&b, ' '), 0);
    assert_int_equal(buf_add(&b, "two\0three", 9), 0);
    assert_int_equal(b.length, 13);
    assert_memory_equal(b.data, "one two\0three", 14);
    buf_drop(&b, 8);
    assert_string_equal(buf_text(&b), "three");
    buf_drop(&b, 100);
    assert_int_equal(b.length, 0);
    assert_string_equal(buf_text(&b), "");
    buf_finish(&b);
    buf_drop(&b, 1);
    assert_null(b.data);
}

static void test_grows_and_formats(void **state)
{
    struct buf b;
    buf_init(&b);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_printf(&b, "%04d", i), 0);
    assert_int_equal(b.length, 40000);
    assert_memory_equal(b.data + 4 * 1234, "1234", 4);
    assert_int_equal(b.data[40000], '\0');
    buf_clear(&b);
    assert_int_equal(buf_printf(&b, "%0500d|", 7), 0); /* longer than the content */
    assert_int_equal(b.length, 501);
    assert_string_equal(b.data + 499, "7|");
    buf_finish(&b);
}

static void test_one_format_longer_than_the_buffer(void **state)
{
    struct buf b = {0};
    assert_int_equal(buf_add_text(&b, "a"), 0);
    assert_int_equal(buf_printf(&b, "%5000s", "z"), 0);
    assert_int_equal(b.length, 5001);
    assert_int_equal(b.data[5000], 'z');
    buf_finish(&b);
}

static void test_take_leaves_it_usable(void **state)
{
    struct buf b = {0};
    char *empty = buf_take(&b);
    assert_string_equal(empty, "");
    free(empty);
    assert_int_equal(buf_add_text(&b, "mine"), 0);
    char *text = buf_take(&b);
    assert_string_equal(text, "mine");
    free(text);
    assert_int_equal(b.length, 0);
    assert_int_equal(buf_add_text(&b, "again"), 0);
    assert_string_equal(buf_text(&b), "again");
    buf_finish(&b);
}

static void test_absurd_size_is_refused(void **state)
{
    struct buf b = {0};
    assert_int_equal(buf_add_text(&b, "kept"), 0);
    assert_int_equal(buf_reserve(&b, SIZE_MAX - 2), ERR_NOMEM);
    assert_string_equal(buf_text(&b), "kept");
    buf_finish(&b);
}

TEST_MAIN(NULL, NULL, TEST(test_append_and_drop), TEST(test_grows_and_formats),
          TEST(test_one_format_longer_than_the_buffer), TEST(test_take_leaves_it_usable),
          TEST(test_absurd_size_is_refused))
