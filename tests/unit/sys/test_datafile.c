/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests finding shipped files and reading whole files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/testlib.h"
#include "lookout/sys/datafile.h"

static char dir[] = "/tmp/lookout-datafile-XXXXXX";

static int make_dir(void **state)
{
    unsetenv("LOOKOUT_DATADIR");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    return rmdir(dir);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* The test's own executable lies in build/tests of the tree. */
static void test_finds_in_the_tree(void **state)
{
    char path[4096];
    assert_int_equal(datafile_find("ports.csv", path, sizeof path), 0);
    assert_int_equal(access(path, R_OK), 0);
    assert_non_null(strstr(path, "config/ports.csv"));
    char small[8] = "as was";
    assert_int_equal(datafile_find("ports.csv", small, sizeof small), ERR_LIMIT);
    assert_string_equal(small, "as was");
}

static void test_environment_is_the_only_place(void **state)
{
    char path[4096], want[256];
    assert_int_equal(setenv("LOOKOUT_DATADIR", dir, 1), 0);
    assert_int_equal(datafile_find("ports.csv", path, sizeof path), ERR_NOT_FOUND);
    snprintf(want, sizeof want, "%s/ports.csv", dir);
    write_file(want, "x", 1);
    assert_int_equal(datafile_find("ports.csv", path, sizeof path), 0);
    assert_string_equal(path, want);
    unsetenv("LOOKOUT_DATADIR");
    unlink(want);
}

static void test_refuses_unsound_names(void **state)
{
    static const char *const names[] = {"",     "/etc/passwd", "..",
                                        "../x", "a/../b",      "a/.."};
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(datafile_find(names[i], path, sizeof path), ERR_INVALID);
    assert_int_equal(datafile_find("no-such..file", path, sizeof path), ERR_NOT_FOUND);
}

static void test_reads_whole_files(void **state)
{
    char path[256];
    snprintf(path, sizeof path, "%s/f", dir);
    enum { SIZE = 200001 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7);
    write_file(path, bytes, SIZE);
    struct buf b;
    struct err err = {0};
    buf_init(&b);
    assert_int_equal(buf_add_text(&b, "head"), 0);
    assert_int_equal(datafile_read(path, &b, &err), 0);
    assert_int_equal(b.length, SIZE + 4);
    assert_memory_equal(b.data, "head", 4);
    assert_memory_equal(b.data + 4, bytes, SIZE);
    assert_int_equal(b.data[b.length], 0);
    unlink(path);
    assert_int_equal(datafile_read(path, &b, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(datafile_read(dir, &b, &err), ERR_IO);
    assert_int_equal(b.length, SIZE + 4);
    assert_int_equal(datafile_read(dir, &b, NULL), ERR_IO);
    buf_finish(&b);
    free(bytes);
}

/* A pipe without a writer ends at once; one with a writer is read whole. */
static void test_reads_pipes(void **state)
{
    char path[256];
    struct buf b = {0};
    struct err err = {0};
    (void)state;
    snprintf(path, sizeof path, "%s/pipe", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(datafile_read(path, &b, &err), 0);
    assert_int_equal(b.length, 0);
    unlink(path);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "text", 4), 4);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(datafile_read(path, &b, &err), 0);
    assert_string_equal(buf_text(&b), "text");
    close(ends[0]);
    buf_finish(&b);
}

/* A socket that takes less than is given, and a device that takes nothing. */
static void test_writes_all_or_says_no(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    static char given[BYTES], taken[BYTES];
    int ends[2];
    for (size_t i = 0; i < BYTES; i++)
        given[i] = (char)(i * 7 + i / 251);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(datafile_write(ends[1], given, BYTES) ? 0 : 1);
    assert_int_equal(recv(ends[0], taken, BYTES, MSG_WAITALL), BYTES);
    assert_memory_equal(given, taken, BYTES);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_false(datafile_write(full, given, BYTES));
    assert_int_equal(errno, ENOSPC);
    close(full);
}

TEST_MAIN(make_dir, remove_dir, TEST(test_finds_in_the_tree),
          TEST(test_environment_is_the_only_place), TEST(test_refuses_unsound_names),
          TEST(test_reads_whole_files), TEST(test_reads_pipes),
          TEST(test_writes_all_or_says_no))
