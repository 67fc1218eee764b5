/* SPDX-License-Identifier: Apache-2.0 */
/* This file reads recordings as one stream of bytes: plain, gzip (also of several
 * members), zstd (several frames), cut off, damaged. zlib and libzstd make the packed
 * files. */
#include "lib/testlib.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "lookout/feed/reader.h"

enum { TEXT_BYTES = 700000, ROOM = 2 * TEXT_BYTES };

static char text[TEXT_BYTES];
static char directory[] = "/tmp/lookout-reader-XXXXXX";
static char path[128];

static int set_up(void **state)
{
    /* A part of the text is hard to pack, so that the packed files span several reads. */
    struct test_random random = {11};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 3 == 0 ? 'a' : test_random_next(&random) & 0xff);
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file", directory);
    return 0;
}

static int tear_down(void **state)
{
    unlink(path);
    rmdir(directory);
    return 0;
}

static void write_file(const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static size_t pack_gzip(const char *from, size_t n, char *to, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    z.next_in = (Bytef *)(uintptr_t)from;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t pack_zstd(const char *from, size_t n, char *to, size_t room)
{
    size_t packed = ZSTD_compress(to, room, from, n, 3);
    assert_false(ZSTD_isError(packed));
    return packed;
}

/* Reads all in steps of `step` into a static buffer of *ret_n bytes; returns the code
 * at the end. */
static const char *read_all(size_t step, size_t *ret_n, int *ret_status, struct err *err)
{
    static char all[ROOM];
    struct reader *r = NULL;
    assert_int_equal(reader_open(path, &r, err), 0);
    size_t total = 0;
    ssize_t n;
    while ((n = reader_read(r, all + total, step, err)) > 0) {
        total += (size_t)n;
        assert_true(total + step <= sizeof all);
        assert_true(reader_offset(r) == total);
    }
    *ret_n = total;
    *ret_status = (int)n;
    reader_close(r);
    return all;
}

static void check_reads(size_t expected)
{
    static const size_t steps[] = {1 << 16, 4096, 777};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        size_t n;
        int status;
        struct err err = {0};
        const char *all = read_all(steps[i], &n, &status, &err);
        assert_int_equal(status, 0);
        assert_int_equal(n, expected);
        assert_memory_equal(all, text, expected);
    }
}

static void test_plain(void **state)
{
    static const size_t sizes[] = {0, 1, 3, 4, 5, 128 * 1024, 128 * 1024 + 1, TEXT_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_file(text, sizes[i]);
        check_reads(sizes[i]);
    }
}

static void test_gzip(void **state)
{
    static char packed[ROOM];
    size_t n = pack_gzip(text, sizeof text, packed, sizeof packed);
    write_file(packed, n);
    check_reads(sizeof text);
    /* two members, RFC 1952 2.2 */
    n = pack_gzip(text, 1000, packed, sizeof packed);
    n += pack_gzip(text + 1000, sizeof text - 1000, packed + n, sizeof packed - n);
    write_file(packed, n);
    check_reads(sizeof text);
    n = pack_gzip(text, 0, packed, sizeof packed);
    write_file(packed, n);
    check_reads(0);
}

static void test_zstd(void **state)
{
    static char packed[ROOM];
    size_t n = pack_zstd(text, sizeof text, packed, sizeof packed);
    write_file(packed, n);
    check_reads(sizeof text);
    n = pack_zstd(text, 1000, packed, sizeof packed);
    n += pack_zstd(text + 1000, sizeof text - 1000, packed + n, sizeof packed - n);
    write_file(packed, n);
    check_reads(sizeof text);
}

static void check_fault(const void *bytes, size_t n, const char *word)
{
    write_file(bytes, n);
    struct err err = {0};
    size_t got;
    int status;
    const char *all = read_all(4096, &got, &status, &err);
    assert_int_equal(status, ERR_CORRUPT);
    assert_non_null(strstr(err.text, word));
    assert_non_null(strstr(err.text, path));
    /* the bytes before the fault are good */
    assert_true(got <= sizeof text); /* all of them, when only the trailer is cut */
    assert_memory_equal(all, text, got < 1000 ? got : 1000);
}

static void test_damaged(void **state)
{
    static char packed[ROOM];
    size_t n = pack_gzip(text, sizeof text, packed, sizeof packed);
    check_fault(packed, n / 2, "cut off");
    check_fault(packed, n - 1, "cut off");
    packed[n / 2] ^= 0x55;
    packed[n / 2 + 1] ^= 0x55;
    write_file(packed, n);
    struct err err = {0};
    size_t got;
    int status;
    (void)read_all(4096, &got, &status, &err);
    assert_int_equal(status, ERR_CORRUPT);
    n = pack_zstd(text, sizeof text, packed, sizeof packed);
    check_fault(packed, n / 2, "cut off");
    memset(packed + n / 2, 0x55, 64);
    write_file(packed, n);
    (void)read_all(4096, &got, &status, &err);
    assert_true(status == ERR_CORRUPT || status == 0);
}

static void test_cannot_open(void **state)
{
    struct reader *r = NULL;
    struct err err = {0};
    assert_int_equal(reader_open("/nonexistent/file", &r, &err), ERR_IO);
    assert_string_equal(err.text, "/nonexistent/file: No such file or directory");
    assert_int_equal(reader_open(directory, &r, &err), ERR_IO);
    assert_non_null(strstr(err.text, "Is a directory"));
    assert_null(r);
    reader_close(NULL);
}

/* Standard input is a pipe with a packed stream that comes byte by byte. */
static void test_standard_input(void **state)
{
    char packed[4096];
    size_t n = pack_gzip(text, 1000, packed, sizeof packed);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(write(ends[1], packed + i, 1), 1);
    close(ends[1]);
    struct reader *r = NULL;
    struct err err = {0};
    char all[2000];
    assert_int_equal(reader_open("-", &r, &err), 0);
    size_t total = 0;
    ssize_t got;
    while ((got = reader_read(r, all + total, sizeof all - total, &err)) > 0)
        total += (size_t)got;
    assert_int_equal(got, 0);
    assert_int_equal(total, 1000);
    assert_memory_equal(all, text, 1000);
    uint64_t done, size;
    reader_progress(r, &done, &size);
    assert_true(size == 0);
    reader_close(r);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
}

TEST_MAIN(set_up, tear_down, TEST(test_plain), TEST(test_gzip), TEST(test_zstd),
          TEST(test_damaged), TEST(test_cannot_open), TEST(test_standard_input))
