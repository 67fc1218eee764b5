/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/wire.h"

#include <math.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"

/* DWARF 4, appendix C, figure 22: 2 -> 02, 127 -> 7f, 128 -> 80 01, 129 -> 81 01, 12857
 * -> b9 64. Zigzag: Protocol Buffers, "Encoding": -1 -> 1, 1 -> 2, -2 -> 3. */
static void test_known_bytes(void **state)
{
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    wire_put_u64(&w, 2);
    wire_put_u64(&w, 127);
    wire_put_u64(&w, 128);
    wire_put_u64(&w, 129);
    wire_put_u64(&w, 12857);
    wire_put_i64(&w, -1);
    wire_put_i64(&w, 1);
    wire_put_i64(&w, -2);
    wire_put_text(&w, "ab");
    wire_put_text(&w, NULL);
    wire_put_f64(&w, 1.0); /* IEEE 754: 3ff0 0000 0000 0000 */
    assert_false(w.failed);
    static const char expected[] = "\x02\x7f\x80\x01\x81\x01\xb9\x64\x01\x02\x03\x02"
                                   "ab\0\0\0\0\0\0\0\xf0\x3f";
    assert_int_equal(b.length, sizeof expected - 1);
    assert_memory_equal(b.data, expected, b.length);
    buf_finish(&b);
}

static void test_round_trip(void **state)
{
    static const int64_t values[] = {0, 1, -1, 63, -64, 64, INT64_MAX, INT64_MIN};
    enum { VALUES = sizeof values / sizeof values[0] };
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    for (int i = 0; i < VALUES; i++) {
        wire_put_i64(&w, values[i]);
        wire_put_u64(&w, (uint64_t)values[i]);
    }
    wire_put_f64(&w, -0.1);
    wire_put_f64(&w, HUGE_VAL);
    wire_put_bytes(&w, "\0\1\2", 3);
    wire_put_text(&w, "h\xc3\xa9llo");
    struct wire_reader r;
    wire_reader_init(&r, b.data, b.length);
    for (int i = 0; i < VALUES; i++) {
        assert_true(wire_get_i64(&r) == values[i]);
        assert_true(wire_get_u64(&r) == (uint64_t)values[i]);
    }
    assert_true(wire_get_f64(&r) == -0.1);
    assert_true(isinf(wire_get_f64(&r)));
    size_t n;
    const void *bytes = wire_get_bytes(&r, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(bytes, "\0\1\2", 3);
    char text[3];
    wire_get_text(&r, text, sizeof text);
    assert_string_equal(text, "h"); /* not half an e acute */
    assert_false(r.failed);
    assert_ptr_equal(r.at, r.end);
    buf_finish(&b);
}

/* Times move by the shift; what stands for no time does not. */
static void test_times(void **state)
{
    static const int64_t values[] = {5000, -5000, TIME_NONE, 0};
    static const int64_t shifted[] = {6000, -4000, TIME_NONE, 0};
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    struct wire_reader r;
    for (int i = 0; i < 4; i++)
        wire_put_i64(&w, values[i]);
    wire_reader_init(&r, b.data, b.length);
    r.shift_ms = 1000;
    for (int i = 0; i < 4; i++)
        assert_true(wire_get_time(&r) == shifted[i]);
    assert_false(r.failed);
    buf_finish(&b);
}

/* Every prefix of a record is a fault; after a fault everything reads as 0. */
static void test_limited(void **state)
{
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    wire_put_u64(&w, 7);
    wire_put_u64(&w, 8);
    wire_put_u64(&w, 1);
    struct wire_reader r;
    wire_reader_init(&r, b.data, b.length);
    assert_int_equal(wire_get_limited(&r, 7), 7);
    assert_false(r.failed);
    assert_int_equal(wire_get_limited(&r, 7), 0);
    assert_true(r.failed);
    assert_int_equal(wire_get_limited(&r, 7), 0); /* nothing is read after a fault */
    buf_finish(&b);
}

static void test_cut_records_fail(void **state)
{
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    wire_put_u64(&w, 300);
    wire_put_f64(&w, 2.5);
    wire_put_text(&w, "text");
    for (size_t n = 0; n <= b.length; n++) {
        struct wire_reader r;
        char text[16] = "junk";
        wire_reader_init(&r, b.data, n);
        wire_get_u64(&r);
        wire_get_f64(&r);
        wire_get_text(&r, text, sizeof text);
        assert_true(r.failed == (n < b.length));
        if (r.failed) {
            assert_string_equal(text, "");
            assert_true(wire_get_u64(&r) == 0);
            assert_null(wire_get_bytes(&r, &(size_t){0}));
        }
    }
    buf_finish(&b);
}

static void test_hostile_numbers_fail(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},     /* 65 bits */
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11}, /* eleven bytes */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wire_reader r;
        wire_reader_init(&r, bad[i].bytes, bad[i].n);
        assert_true(wire_get_u64(&r) == 0);
        assert_true(r.failed);
    }
    struct wire_reader r;
    wire_reader_init(&r, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    assert_true(wire_get_u64(&r) == UINT64_MAX);
    assert_false(r.failed);
}

static void test_count_is_bounded_by_what_is_left(void **state)
{
    struct wire_reader r;
    wire_reader_init(&r, "\x03......", 7);
    assert_int_equal(wire_get_count(&r, 2), 3);
    assert_false(r.failed);
    wire_reader_init(&r, "\x04......", 7);
    assert_int_equal(wire_get_count(&r, 2), 0);
    assert_true(r.failed);
}

TEST_MAIN(NULL, NULL, TEST(test_known_bytes), TEST(test_round_trip), TEST(test_times),
          TEST(test_limited), TEST(test_cut_records_fail),
          TEST(test_hostile_numbers_fail), TEST(test_count_is_bounded_by_what_is_left))
