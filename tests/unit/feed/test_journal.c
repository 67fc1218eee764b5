/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of messages: what was written is read again, in order; of a file that was
 * cut off anywhere, or damaged anywhere, the messages before that place; and a cut
 * deletes the files that are needed no more. */
#include "lib/testlib.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../daemon/shell/feed/journal.h"
#include "lib/tempdir.h"

struct seen {
    char text[4096];
    uint64_t last;
    size_t count;
};

static int note(void *context, const struct journal_message *m)
{
    struct seen *s = context;
    size_t n = strlen(s->text);
    s->count++;
    s->last = m->number;
    snprintf(s->text + n, sizeof s->text - n, "%llu@%lld %.*s=%.*s;",
             (unsigned long long)m->number, (long long)m->arrival_ms, (int)m->topic_bytes,
             m->topic, (int)(m->payload_bytes < 40 ? m->payload_bytes : 40), m->payload);
    return 0;
}

static struct journal *open_journal(const char *directory, struct seen *seen)
{
    struct journal *j = NULL;
    struct err err = {0};
    *seen = (struct seen){0};
    if (journal_open(directory, "finland", &(struct journal_reader){note, seen}, &j,
                     &err) != 0)
        fail_msg("%s", err.text);
    return j;
}

static void write_one(struct journal *j, uint64_t number, const char *payload, size_t n)
{
    struct buf records = {0};
    const struct journal_message m = {.number = number,
                                      .arrival_ms = 1711389840000 + (int64_t)number,
                                      .topic = "ais/x",
                                      .topic_bytes = 5,
                                      .payload = payload,
                                      .payload_bytes = n};
    assert_int_equal(journal_encode(&m, &records), 0);
    assert_int_equal(journal_write(j, number, &records, NULL), 0);
    buf_finish(&records);
}

static size_t count_files(const char *directory)
{
    size_t n = 0;
    DIR *d = opendir(directory);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Three messages in one file; *ret_n: its length. free() the bytes. */
static char *write_three(const char *directory, char *ret_path, size_t *ret_n)
{
    struct seen seen;
    struct journal *j = open_journal(directory, &seen);
    write_one(j, 1, "{\"a\":1}", 7);
    write_one(j, 2, "", 0);
    write_one(j, 3, "!AIVDM", 6);
    journal_close(j);
    snprintf(ret_path, 300, "%s/finland.00000000000000000001.journal", directory);
    return test_read_file(ret_path, ret_n);
}

static const char three[] = "1@1711389840001 ais/x={\"a\":1};2@1711389840002 ais/x=;"
                            "3@1711389840003 ais/x=!AIVDM;";

static void put_file(const char *path, const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

static void a_file_cut_off_anywhere_gives_what_stands_before(void **state)
{
    struct tempdir dir;
    char path[300];
    size_t n = 0, full = 0;
    tempdir_make(&dir);
    char *bytes = write_three(dir.path, path, &n);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    size_t before = 0;
    for (size_t cut = 0; cut <= n; cut++) {
        struct seen seen;
        put_file(path, bytes, cut);
        struct journal *j = open_journal(dir.path, &seen);
        assert_memory_equal(seen.text, three, strlen(seen.text));
        assert_true(seen.count >= before);
        before = seen.count;
        full += seen.count == 3;
        journal_close(j);
    }
    assert_int_equal(before, 3);
    assert_int_equal(full, 1); /* only the whole file has the third */
    free(bytes);
    tempdir_remove(&dir);
}

static void a_damaged_byte_ends_the_file_there(void **state)
{
    struct tempdir dir;
    char path[300];
    size_t n = 0;
    tempdir_make(&dir);
    char *bytes = write_three(dir.path, path, &n);
    for (size_t at = 0; at < n; at++) {
        struct seen seen;
        bytes[at] = (char)~bytes[at];
        put_file(path, bytes, n);
        bytes[at] = (char)~bytes[at];
        journal_close(open_journal(dir.path, &seen));
        assert_true(seen.count < 3);
        assert_memory_equal(seen.text, three, strlen(seen.text));
    }
    free(bytes);
    tempdir_remove(&dir);
}

static void what_comes_after_a_torn_file_is_kept(void **state)
{
    struct tempdir dir;
    char path[300];
    size_t n = 0;
    struct seen seen;
    tempdir_make(&dir);
    char *bytes = write_three(dir.path, path, &n);
    put_file(path, bytes, n - 1);
    struct journal *j = open_journal(dir.path, &seen);
    assert_int_equal(seen.last, 2);
    write_one(j, 3, "again", 5);
    journal_close(j);
    /* a file that a crash left before its first record */
    snprintf(path, sizeof path, "%s/finland.00000000000000000004.journal", dir.path);
    put_file(path, "lookoutd jour", 13);
    j = open_journal(dir.path, &seen);
    assert_int_equal(seen.count, 3);
    write_one(j, 4, "x", 1);
    journal_close(j);
    journal_close(open_journal(dir.path, &seen));
    assert_string_equal(seen.text, "1@1711389840001 ais/x={\"a\":1};2@1711389840002 "
                                   "ais/x=;3@1711389840003 ais/x=again;"
                                   "4@1711389840004 ais/x=x;");
    free(bytes);
    tempdir_remove(&dir);
}

static void a_cut_deletes_whole_files_that_are_needed_no_more(void **state)
{
    enum { PART = 1 << 20, MESSAGES = 12 }; /* four and a bit fill a file */
    struct tempdir dir;
    static char payload[PART];
    struct seen seen;
    tempdir_make(&dir);
    struct journal *j = open_journal(dir.path, &seen);
    for (uint64_t i = 1; i <= MESSAGES; i++)
        write_one(j, i, payload, PART);
    assert_int_equal(count_files(dir.path), 3); /* 1..4, 5..8, 9..12 */
    assert_true(journal_bytes(j) > (uint64_t)MESSAGES * PART);
    journal_cut(j, 4);
    assert_int_equal(count_files(dir.path), 3);
    journal_cut(j, 5);
    assert_int_equal(count_files(dir.path), 2);
    journal_cut(j, 1000);
    assert_int_equal(count_files(dir.path), 1); /* the last stays */
    assert_true(journal_bytes(j) < (uint64_t)5 * PART);
    journal_close(j);
    journal_close(open_journal(dir.path, &seen));
    assert_int_equal(seen.last, MESSAGES);
    assert_int_equal(seen.count, 4);
    tempdir_remove(&dir);
}

static int refuse(void *context, const struct journal_message *m)
{
    return ERR_NOMEM;
}

static void faults_are_told(void **state)
{
    const struct journal_reader reader = {refuse, NULL};
    struct tempdir dir;
    char path[300];
    struct journal *j = NULL;
    struct err err = {0};
    size_t n = 0;
    assert_int_equal(journal_open("/nonexistent", "x", &reader, &j, &err), ERR_IO);
    assert_non_null(strstr(err.text, "/nonexistent: No such file"));
    tempdir_make(&dir);
    free(write_three(dir.path, path, &n));
    assert_int_equal(journal_open(dir.path, "finland", &reader, &j, &err), ERR_NOMEM);
    tempdir_remove(&dir);
}

TEST_MAIN(NULL, NULL, TEST(a_file_cut_off_anywhere_gives_what_stands_before),
          TEST(a_damaged_byte_ends_the_file_there),
          TEST(what_comes_after_a_torn_file_is_kept),
          TEST(a_cut_deletes_whole_files_that_are_needed_no_more), TEST(faults_are_told))
