/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/sys/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/shell/sys/log_int.h"
#include "lib/testlib.h"

/* Sends stderr into a pipe while lines are written. */
struct capture {
    int saved, reader;
    char text[8192];
};

static void capture_begin(struct capture *c)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    c->saved = dup(STDERR_FILENO);
    c->reader = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
}

static const char *capture_end(struct capture *c)
{
    dup2(c->saved, STDERR_FILENO);
    close(c->saved);
    size_t n = 0;
    for (;;) {
        ssize_t got = read(c->reader, c->text + n, sizeof c->text - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    c->text[n] = '\0';
    close(c->reader);
    return c->text;
}

static void test_line(void **state)
{
    struct capture c;
    capture_begin(&c);
    log_set_level(LOG_LEVEL_INFO);
    log_debug("feed", "shore", "unheard");
    log_info("feed", "shore", "connected address=%s", "127.0.0.1:1");
    log_error("store", NULL, "cannot write");
    assert_string_equal(capture_end(&c),
                        "info: feed shore: connected address=127.0.0.1:1\n"
                        "error: store: cannot write\n");
}

static void test_priority_under_systemd(void **state)
{
    struct capture c;
    struct stat st;
    char stream[64];
    capture_begin(&c);
    fstat(STDERR_FILENO, &st);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_warning("feed", "shore", "silent");
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_warning("feed", "shore", "silent");
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(capture_end(&c),
                        "<4>feed shore: silent\nwarning: feed shore: silent\n");
}

static void test_no_line_is_forged(void **state)
{
    struct capture c;
    capture_begin(&c);
    log_info("feed", "x", "said %s", "a\nerror: store: forged\x1b[2J");
    assert_string_equal(capture_end(&c),
                        "info: feed x: said a?error: store: forged?[2J\n");
    char large[5000];
    memset(large, 'y', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    capture_begin(&c);
    log_info("feed", "x", "%s", large);
    const char *text = capture_end(&c);
    assert_in_range(strlen(text), 2000, 2048);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_repeated_is_said_once(void **state)
{
    struct capture c;
    capture_begin(&c);
    for (int i = 0; i < 1000; i++)
        log_repeated(LOG_LEVEL_WARNING, "feed", "shore", "refused", "refused n=%d", i);
    log_repeated(LOG_LEVEL_WARNING, "feed", "mast", "refused", "refused too");
    assert_string_equal(
        capture_end(&c),
        "warning: feed shore: refused n=0\nwarning: feed mast: refused too\n");
}

static void test_repeats_are_counted_and_bounded(void **state)
{
    static struct log_repeats repeats;
    uint64_t left_out = 99;
    assert_true(log_repeat_may(&repeats, 7, 1000, &left_out));
    assert_int_equal(left_out, 0);
    assert_false(log_repeat_may(&repeats, 7, 2000, &left_out));
    assert_false(log_repeat_may(&repeats, 7, 60999, &left_out));
    assert_true(log_repeat_may(&repeats, 7, 61000, &left_out));
    assert_int_equal(left_out, 2);
    /* A flood of other keys removes only the oldest. */
    for (uint64_t key = 100; key < 100 + LOG_REPEATS; key++)
        assert_true(log_repeat_may(&repeats, key, 61000 + (int64_t)key, &left_out));
    assert_false(log_repeat_may(&repeats, 101, 62000, &left_out));
    assert_true(log_repeat_may(&repeats, 7, 62000, &left_out));
}

TEST_MAIN(NULL, NULL, TEST(test_line), TEST(test_priority_under_systemd),
          TEST(test_no_line_is_forged), TEST(test_repeated_is_said_once),
          TEST(test_repeats_are_counted_and_bounded))
