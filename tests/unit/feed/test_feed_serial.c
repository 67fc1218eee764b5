/* SPDX-License-Identifier: Apache-2.0 */
/* A serial feed on a pseudo-terminal that is reached by a name, as a USB receiver is. */
#define _XOPEN_SOURCE 700 /* posix_openpt and its relatives */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001 };

/* Returns the master's side of a new pseudo-terminal, whose slave gets the name. */
static int plug_in(const char *name)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    unlink(name);
    assert_int_equal(symlink(ptsname(master), name), 0);
    return master;
}

static bool is_open(void *context)
{
    return feedtest_status(context, 0).is_open;
}

static bool is_lost(void *context)
{
    return !feedtest_status(context, 0).is_open;
}

static void put(int fd, const char *bytes, size_t n)
{
    assert_int_equal(write(fd, bytes, n), (ssize_t)n);
}

static void test_device_vanishes_and_returns(void **state)
{
    struct feedtest w;
    const char *name = feedtest_path("ttyAIS");
    struct conf_feed conf = feedtest_conf("mast", CONF_FEED_SERIAL, name);
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w); /* not there yet, which is no failure */
    looptest_turn(&w.t, 3);
    assert_false(feedtest_status(&w, 0).is_open);
    int master = plug_in(name);
    looptest_until(&w.t, is_open, &w);
    struct buf first = {0}, half = {0}, third = {0};
    feedtest_line(&first, SHIP, 0);
    feedtest_line(&half, SHIP + 1, 0);
    feedtest_line(&third, SHIP + 2, 0);
    put(master, first.data, first.length);
    put(master, half.data, half.length / 2);
    feedtest_wait(&w, 1);
    close(master);
    unlink(name);
    looptest_until(&w.t, is_lost, &w);
    master = plug_in(name);
    looptest_until(&w.t, is_open, &w);
    put(master, half.data + half.length / 2, half.length - half.length / 2);
    put(master, third.data, third.length);
    feedtest_wait(&w, 2);
    assert_int_equal(w.reports[0].mmsi, SHIP);
    assert_int_equal(w.reports[1].mmsi, SHIP + 2);
    assert_int_equal(feedtest_status(&w, 0).connects, 2);
    assert_int_equal(feedtest_status(&w, 0).disconnects, 1);
    close(master);
    buf_finish(&first);
    buf_finish(&half);
    buf_finish(&third);
    feedtest_finish(&w);
}

/* No byte is changed on its way: there is no echo, no line discipline and no flow
 * control. */
static void test_line_is_raw(void **state)
{
    struct feedtest w;
    const char *name = feedtest_path("ttyRAW");
    struct conf_feed conf = feedtest_conf("mast", CONF_FEED_SERIAL, name);
    conf.baud = 4800;
    int master = plug_in(name);
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    assert_true(feedtest_status(&w, 0).is_open);
    struct termios t;
    assert_int_equal(tcgetattr(master, &t), 0); /* the two sides of a pty share it */
    assert_int_equal(cfgetispeed(&t), B4800);
    assert_int_equal(cfgetospeed(&t), B4800);
    assert_int_equal(t.c_lflag & (tcflag_t)(ICANON | ECHO | ISIG), 0);
    assert_int_equal(t.c_iflag & (tcflag_t)(ICRNL | IXON | ISTRIP), 0);
    assert_int_equal(t.c_cflag & (tcflag_t)CSIZE, CS8);
    /* The line holds control characters that a terminal in cooked mode would act on; it
     * is no sentence. */
    struct buf b = {0};
    assert_int_equal(buf_add(&b, "\x03\x04\x11\x13\x1a\x1c\r\n", 8), 0);
    feedtest_line(&b, SHIP, 0);
    put(master, b.data, b.length);
    feedtest_wait(&w, 1);
    assert_int_equal(feedtest_status(&w, 0).bytes, b.length);
    char echoed;
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(read(master, &echoed, 1), -1);
    assert_int_equal(errno, EAGAIN);
    feeds_pause(w.feeds, true);
    put(master, b.data, b.length);
    looptest_turn(&w.t, 3);
    assert_int_equal(feedtest_status(&w, 0).bytes, b.length);
    feeds_pause(w.feeds, false);
    close(master);
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_what_is_no_terminal(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("mast", CONF_FEED_SERIAL, "/dev/null");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w); /* told in the log, tried again */
    looptest_turn(&w.t, 3);
    assert_false(feedtest_status(&w, 0).is_open);
    feedtest_finish(&w);
    struct err err;
    conf.baud = 12345;
    feedtest_create(&w, &conf, 1);
    assert_int_equal(feeds_open(w.feeds, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "12345"));
    feedtest_finish(&w);
}

TEST_MAIN(NULL, feedtest_remove_files, TEST(test_device_vanishes_and_returns),
          TEST(test_line_is_raw), TEST(test_what_is_no_terminal))
