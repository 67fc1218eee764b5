/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/sys/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/shell/sys/log_int.h"
#include "lib/tempdir.h"
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

/* stderr is the stream that systemd gave us. */
static void pretend_systemd(void)
{
    struct stat st;
    char stream[64];
    fstat(STDERR_FILENO, &st);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
}

/* The fields of a datagram stand in lines of NAME=value
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL), so journalctl finds RULE=arms-route. */
static void test_fields_for_the_journal(void **state)
{
    struct tempdir dir;
    struct capture c;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char got[4096];
    tempdir_make(&dir);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir.path);
    int journal = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(journal, (struct sockaddr *)&address, sizeof address), 0);
    log_journal_use(address.sun_path);
    log_set_level(LOG_LEVEL_INFO);
    capture_begin(&c);
    log_to_journal("alert", "arms-route", "nowhere");
    pretend_systemd();
    const struct log_about about = {
        .vessel = "441000001", .rule = "arms-route", .alert = "0123\nFORGED=1"};
    log_set_about(&about);
    log_to_journal("alert", "arms-route", "lookoutd.route.matched");
    log_set_about(NULL);
    log_warning("delivery", "desk", "an attempt failed");
    log_journal_use("/nonexistent/socket");
    log_error("store", NULL, "by the stream");
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(capture_end(&c), "<3>store: by the stream\n");
    static const char *const wanted[] = {
        "MESSAGE=alert arms-route: lookoutd.route.matched\nPRIORITY=6\n"
        "SYSLOG_IDENTIFIER=lookoutd\nVESSEL=441000001\nRULE=arms-route\n"
        "ALERT=0123?FORGED=1\n",
        "MESSAGE=delivery desk: an attempt failed\nPRIORITY=4\n"
        "SYSLOG_IDENTIFIER=lookoutd\nWEBHOOK=desk\n"};
    for (int i = 0; i < 2; i++) {
        ssize_t n = recv(journal, got, sizeof got - 1, MSG_DONTWAIT);
        assert_true(n > 0);
        got[n] = '\0';
        assert_string_equal(got, wanted[i]);
    }
    assert_int_equal(recv(journal, got, sizeof got, MSG_DONTWAIT), -1);
    close(journal);
    tempdir_remove(&dir);
}

/* A journal that takes nothing holds nobody up: the line goes to the stream. */
static void test_journal_that_is_full(void **state)
{
    struct tempdir dir;
    struct capture c;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    tempdir_make(&dir);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir.path);
    int journal = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(journal, (struct sockaddr *)&address, sizeof address), 0);
    log_journal_use(address.sun_path);
    capture_begin(&c);
    pretend_systemd();
    for (int i = 0; i < 700; i++) /* more than net.unix.max_dgram_qlen, 512 at most */
        log_to_journal("alert", "r", "n=%d", i);
    log_warning("feed", "shore", "silent");
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(capture_end(&c), "<4>feed shore: silent\n");
    log_journal_use("/nonexistent/socket");
    close(journal);
    tempdir_remove(&dir);
}

/* A journald that comes back gets the next line, and those meanwhile go to the stream. */
static void test_journal_that_is_restarted(void **state)
{
    struct tempdir dir;
    struct capture c;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char got[4096];
    tempdir_make(&dir);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir.path);
    log_journal_use(address.sun_path);
    capture_begin(&c);
    pretend_systemd();
    for (int i = 0; i < 2; i++) {
        int journal = socket(AF_UNIX, SOCK_DGRAM, 0);
        assert_int_equal(bind(journal, (struct sockaddr *)&address, sizeof address), 0);
        log_warning("feed", "shore", "heard");
        assert_true(recv(journal, got, sizeof got, MSG_DONTWAIT) > 0);
        close(journal);
        assert_int_equal(unlink(address.sun_path), 0);
        if (i == 0)
            log_warning("feed", "shore", "between");
    }
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(capture_end(&c), "<4>feed shore: between\n");
    log_journal_use("/nonexistent/socket");
    tempdir_remove(&dir);
}

static void test_priority_under_systemd(void **state)
{
    struct capture c;
    log_journal_use("/nonexistent/socket");
    capture_begin(&c);
    pretend_systemd();
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
          TEST(test_fields_for_the_journal), TEST(test_journal_that_is_full),
          TEST(test_journal_that_is_restarted), TEST(test_no_line_is_forged),
          TEST(test_repeated_is_said_once), TEST(test_repeats_are_counted_and_bounded))
