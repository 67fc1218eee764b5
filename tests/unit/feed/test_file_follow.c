/* SPDX-License-Identifier: Apache-2.0 */
/* Other programs rotate a followed file: no line is lost, and none comes twice. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, BEGIN_S = FEEDTEST_BEGIN_S, LINES_MAX = 4000 };

/* The writer of the file, and the feed that follows it. */
struct follow {
    struct feedtest w;
    struct conf_feed conf;
    struct buf record;
    char path[128];
    int fd;                       /* of the writer; perhaps a file moved away */
    unsigned written, moved;      /* number of lines; of rotated files */
    unsigned passed;              /* reports of the ended runs */
    unsigned char got[LINES_MAX]; /* how often each line came */
};

static void open_feed(struct follow *f)
{
    feedtest_create(&f->w, &f->conf, 1);
    if (f->record.length > 0)
        feeds_resume(f->w.feeds, "tail", f->record.data, f->record.length);
    feedtest_open(&f->w);
}

static void close_feed(struct follow *f)
{
    buf_clear(&f->record);
    assert_int_equal(feeds_record(f->w.feeds, 0, &f->record), 0);
    for (size_t i = 0; i < f->w.count; i++) {
        int64_t line = f->w.reports[i].time_ms / 1000 - BEGIN_S;
        assert_in_range(line, 0, f->written - 1);
        f->got[line]++;
    }
    f->passed += (unsigned)f->w.count;
    feedtest_finish(&f->w);
}

static void open_writer(struct follow *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = open(f->path, O_CREAT | O_WRONLY | O_APPEND, 0600);
    assert_true(f->fd >= 0);
}

static void write_lines(struct follow *f, unsigned count)
{
    struct buf b = {0};
    for (unsigned i = 0; i < count; i++, f->written++)
        feedtest_line(&b, SHIP + f->written % 40, BEGIN_S + f->written);
    assert_int_equal(write(f->fd, b.data, b.length), (ssize_t)b.length);
    buf_finish(&b);
}

static void begin(struct follow *f, const char *name, unsigned lines)
{
    memset(f, 0, sizeof *f);
    f->fd = -1;
    snprintf(f->path, sizeof f->path, "%s", feedtest_file(name, "", 0));
    f->conf = feedtest_conf("tail", CONF_FEED_FILE, f->path);
    f->conf.follow = true;
    open_writer(f);
    write_lines(f, lines);
    open_feed(f);
}

static void wait_all(struct follow *f)
{
    feedtest_wait(&f->w, f->written - f->passed);
}

static void end(struct follow *f)
{
    wait_all(f);
    looptest_turn(&f->w.t, 30); /* what comes twice may come later */
    close_feed(f);
    for (unsigned i = 0; i < f->written; i++)
        if (f->got[i] != 1)
            fail_msg("line %u came %u times", i, f->got[i]);
    close(f->fd);
    buf_finish(&f->record);
}

static const char *next_name(struct follow *f)
{
    static char name[64];
    const char *base = strrchr(f->path, '/') + 1;
    snprintf(name, sizeof name, "%s.%u", base, ++f->moved);
    return feedtest_path(name);
}

/* logrotate's `create`: the writer uses the old file for a while. */
static void rename_file(struct follow *f, unsigned late)
{
    assert_int_equal(rename(f->path, next_name(f)), 0);
    write_lines(f, late);
    open_writer(f);
}

/* logrotate's `copytruncate`; `unread` lines are in the copy alone. */
static void copy_and_cut(struct follow *f, unsigned unread)
{
    char bytes[65536];
    ssize_t n;
    write_lines(f, unread);
    int from = open(f->path, O_RDONLY);
    int to = open(next_name(f), O_CREAT | O_WRONLY, 0600);
    assert_true(from >= 0 && to >= 0);
    while ((n = read(from, bytes, sizeof bytes)) > 0)
        assert_int_equal(write(to, bytes, (size_t)n), n);
    close(from);
    close(to);
    assert_int_equal(ftruncate(f->fd, 0), 0);
}

static void test_renamed(void **state)
{
    struct follow f;
    (void)state;
    begin(&f, "renamed.nmea", 20);
    wait_all(&f);
    write_lines(&f, 3); /* not read yet when the file is renamed */
    rename_file(&f, 5);
    write_lines(&f, 7);
    end(&f);
}

static void test_copied_and_cut(void **state)
{
    struct follow f;
    (void)state;
    begin(&f, "cut.nmea", 20);
    wait_all(&f);
    copy_and_cut(&f, 4);
    write_lines(&f, 3); /* shorter than what was read */
    wait_all(&f);
    copy_and_cut(&f, 4);
    write_lines(&f, 60); /* longer than what was read: the size says nothing */
    end(&f);
}

/* There is no copy: the lines read before are handed on, and the lines written anew
 * come. */
static void test_written_anew_and_longer(void **state)
{
    struct follow f;
    (void)state;
    begin(&f, "anew.nmea", 20);
    wait_all(&f);
    assert_int_equal(ftruncate(f.fd, 0), 0);
    write_lines(&f, 50);
    end(&f);
}

/* The first sentence of a message stands in the old file, the second in the new. */
static void test_message_in_two_files(void **state)
{
    struct follow f;
    struct buf b = {0};
    (void)state;
    begin(&f, "parts.nmea", 20);
    wait_all(&f);
    feedtest_static(&b, SHIP + f.written % 40, BEGIN_S + f.written);
    f.written++;
    const char *second = (const char *)memchr(b.data, '\n', b.length) + 1;
    size_t n = (size_t)(second - (const char *)b.data);
    assert_int_equal(write(f.fd, b.data, n), (ssize_t)n);
    rename_file(&f, 0);
    assert_int_equal(write(f.fd, second, b.length - n), (ssize_t)(b.length - n));
    write_lines(&f, 5);
    end(&f);
    buf_finish(&b);
}

static void test_turned_over_while_down(void **state)
{
    struct follow f;
    (void)state;
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        begin(&f, is_cut ? "down-cut.nmea" : "down.nmea", 20);
        wait_all(&f);
        close_feed(&f);
        write_lines(&f, 10);
        if (is_cut)
            copy_and_cut(&f, 3);
        else
            rename_file(&f, 3);
        write_lines(&f, 40);
        open_feed(&f);
        end(&f);
    }
}

/* Any rotation comes in any order. Two rotations between two looks would lose a file,
 * so each waits until a line of the file before has come. */
static void test_anything(void **state)
{
    enum { TRIALS = 12, STEPS = 40 };
    (void)state;
    for (uint64_t seed = 1; seed <= TRIALS; seed++) {
        struct test_random random = {.state = seed};
        struct follow f;
        char name[32];
        print_message("seed %llu\n", (unsigned long long)seed);
        snprintf(name, sizeof name, "any%llu.nmea", (unsigned long long)seed);
        begin(&f, name, 20);
        for (int step = 0; step < STEPS; step++) {
            unsigned some = (unsigned)test_random_below(&random, 8);
            switch (test_random_below(&random, 6)) {
            case 0:
                wait_all(&f);
                rename_file(&f, some);
                write_lines(&f, 1);
                break;
            case 1:
                wait_all(&f);
                copy_and_cut(&f, some);
                write_lines(&f, 1 + 10 * some);
                break;
            case 2:
                close_feed(&f);
                write_lines(&f, some);
                open_feed(&f);
                break;
            case 3:
                looptest_turn(&f.w.t, (int)some);
                break;
            default:
                write_lines(&f, some);
                break;
            }
        }
        end(&f);
    }
}

TEST_MAIN(NULL, feedtest_remove_files, TEST(test_renamed), TEST(test_copied_and_cut),
          TEST(test_written_anew_and_longer), TEST(test_message_in_two_files),
          TEST(test_turned_over_while_down), TEST(test_anything))
