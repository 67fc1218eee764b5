/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/feed/recording.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { PLAIN_BYTES = 300000 };

/* Makes text that does not compress to nothing, the same each time. */
static char *plain(void)
{
    struct test_random random = {5};
    char *text = malloc(PLAIN_BYTES);
    assert_non_null(text);
    for (size_t i = 0; i < PLAIN_BYTES; i++)
        text[i] = i % 61 == 60 ? '\n' : (char)('0' + test_random_below(&random, 60));
    return text;
}

static size_t pack_gzip(const void *bytes, size_t n, unsigned char *ret, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    z.next_in = (z_const Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    z.next_out = ret;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t packed = room - z.avail_out;
    deflateEnd(&z);
    return packed;
}

/* Packs with a checksum, as zstd(1) does. */
static size_t pack_zstd(const void *bytes, size_t n, void *ret, size_t room)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t packed = ZSTD_compress2(context, ret, room, bytes, n);
    ZSTD_freeCCtx(context);
    assert_false(ZSTD_isError(packed));
    return packed;
}

/* Returns all bytes that come out, in reads of up to `room` bytes. */
static size_t read_all(struct recording *r, char *ret, size_t most, size_t room,
                       int *ret_code)
{
    size_t total = 0;
    struct err err = {0};
    do {
        size_t n = 0;
        assert_true(total + room <= most);
        *ret_code = recording_read(r, ret + total, room, &n, &err);
        total += n;
    } while (*ret_code == 0 && !recording_is_ended(r));
    return total;
}

static void check_file(const char *path, const char *expected, size_t n, size_t room)
{
    struct recording *r;
    char *out = malloc(2 * PLAIN_BYTES + room);
    int code;
    assert_int_equal(recording_open(path, &r, NULL), 0);
    size_t got = read_all(r, out, 2 * PLAIN_BYTES + room, room, &code);
    assert_int_equal(code, 0);
    assert_int_equal(got, n);
    assert_memory_equal(out, expected, n);
    assert_false(recording_is_cut(r));
    recording_close(r);
    free(out);
}

static void test_plain_gzip_and_zstd(void **state)
{
    static const size_t rooms[] = {1 << 20, 65536, 1000, 7};
    static unsigned char packed[2 * PLAIN_BYTES];
    char *text = plain();
    const char *path = feedtest_file("plain", text, PLAIN_BYTES);
    for (size_t i = 0; i < 3; i++)
        check_file(path, text, PLAIN_BYTES, rooms[i]);
    size_t n = pack_gzip(text, PLAIN_BYTES, packed, sizeof packed);
    path = feedtest_file("x.gz", packed, n);
    for (size_t i = 0; i < 4; i++)
        check_file(path, text, PLAIN_BYTES, rooms[i]);
    n = pack_zstd(text, PLAIN_BYTES, packed, sizeof packed);
    path = feedtest_file("named-anyhow", packed, n);
    for (size_t i = 0; i < 4; i++)
        check_file(path, text, PLAIN_BYTES, rooms[i]);
    free(text);
}

/* RFC 1952 section 2.2: members follow each other; gzip(1) ignores trailing zeros. */
static void test_several_members(void **state)
{
    static unsigned char packed[2 * PLAIN_BYTES];
    char *text = plain();
    size_t n = pack_gzip(text, 100000, packed, sizeof packed);
    n += pack_gzip(text + 100000, PLAIN_BYTES - 100000, packed + n, sizeof packed - n);
    memset(packed + n, 0, 1000);
    check_file(feedtest_file("two.gz", packed, n + 1000), text, PLAIN_BYTES, 65536);
    n = pack_zstd(text, 100000, packed, sizeof packed);
    n += pack_zstd(text + 100000, PLAIN_BYTES - 100000, packed + n, sizeof packed - n);
    check_file(feedtest_file("two.zst", packed, n), text, PLAIN_BYTES, 65536);
    free(text);
}

static void test_damaged_and_cut(void **state)
{
    static unsigned char packed[2 * PLAIN_BYTES];
    static char out[3 * PLAIN_BYTES];
    char *text = plain();
    struct recording *r;
    int code;
    for (int zstd = 0; zstd < 2; zstd++) {
        size_t n = zstd ? pack_zstd(text, PLAIN_BYTES, packed, sizeof packed)
                        : pack_gzip(text, PLAIN_BYTES, packed, sizeof packed);
        const char *path = feedtest_file("cut", packed, n / 2);
        assert_int_equal(recording_open(path, &r, NULL), 0);
        size_t got = read_all(r, out, sizeof out, 65536, &code);
        assert_int_equal(code, 0);
        assert_true(recording_is_cut(r));
        assert_memory_equal(out, text, got);
        recording_close(r);
        memset(packed + n / 2, 0xff, 100);
        path = feedtest_file("damaged", packed, n);
        assert_int_equal(recording_open(path, &r, NULL), 0);
        read_all(r, out, sizeof out, 65536, &code);
        assert_int_equal(code, ERR_CORRUPT);
        recording_close(r);
    }
    free(text);
}

static void test_small_files(void **state)
{
    check_file(feedtest_file("empty", "", 0), "", 0, 100);
    check_file(feedtest_file("two", "!A", 2), "!A", 2, 100);
    check_file(feedtest_file("magic", "\x1f", 1), "\x1f", 1, 100);
}

static void test_what_cannot_be_read_is_named(void **state)
{
    struct recording *r = NULL;
    struct err err;
    char out[100];
    size_t n;
    int code;
    assert_int_equal(recording_open(feedtest_path("none"), &r, &err), ERR_IO);
    assert_non_null(strstr(err.text, "none: No such file"));
    assert_int_equal(recording_open("/", &r, &err), ERR_IO);
    assert_non_null(strstr(err.text, "directory"));
    const char *path = feedtest_file("a.zip", "PK\x03\x04\x14\0\0\0", 8);
    assert_int_equal(recording_open(path, &r, &err), 0);
    do {
        code = recording_read(r, out, sizeof out, &n, &err);
    } while (code == 0 && !recording_is_ended(r));
    assert_int_equal(code, ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "zip"));
    recording_close(r);
    recording_close(NULL);
}

static void test_seek(void **state)
{
    static unsigned char packed[2 * PLAIN_BYTES];
    static char out[2 * PLAIN_BYTES];
    char *text = plain();
    const char *paths[3];
    paths[0] = feedtest_file("plain", text, PLAIN_BYTES);
    size_t n = pack_gzip(text, PLAIN_BYTES, packed, sizeof packed);
    paths[1] = feedtest_file("x.gz", packed, n);
    n = pack_zstd(text, PLAIN_BYTES, packed, sizeof packed);
    paths[2] = feedtest_file("x.zst", packed, n);
    for (int i = 0; i < 3; i++) {
        struct recording *r;
        int code;
        assert_int_equal(recording_open(paths[i], &r, NULL), 0);
        assert_int_equal(recording_seek(r, 123456), 0);
        size_t got = read_all(r, out, sizeof out, 65536, &code);
        assert_int_equal(got, PLAIN_BYTES - 123456);
        assert_memory_equal(out, text + 123456, got);
        recording_close(r);
    }
    free(text);
}

static void test_identity(void **state)
{
    struct recording *r;
    struct recording_identity first, now;
    const char *path = feedtest_file("log", "one\n", 4);
    assert_int_equal(recording_open(path, &r, NULL), 0);
    assert_int_equal(recording_identify(r, NULL, &first), 0);
    assert_int_equal(first.head_bytes, 4);
    feedtest_append(path, "two\n", 4); /* grown: the same file */
    assert_int_equal(recording_identify(r, &first, &now), 0);
    assert_memory_equal(&now, &first, sizeof now);
    recording_close(r);
    path = feedtest_file("log", "One\nTwo\n", 8); /* another file has the name */
    assert_int_equal(recording_open(path, &r, NULL), 0);
    assert_int_equal(recording_identify(r, &first, &now), 0);
    assert_true(now.head_hash != first.head_hash);
    recording_close(r);
}

TEST_MAIN(NULL, feedtest_remove_files, TEST(test_plain_gzip_and_zstd),
          TEST(test_several_members), TEST(test_damaged_and_cut), TEST(test_small_files),
          TEST(test_what_cannot_be_read_is_named), TEST(test_seek), TEST(test_identity))
