/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests senders that connect over loopback: listen. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, OTHER = 431000002 };

/* --- listen --- */

static bool has_clients(void *context)
{
    const struct feedtest *w = context;
    return feedtest_status(w, 0).clients == w->wanted;
}

static void test_listen_keeps_senders_apart(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("uplink", CONF_FEED_LISTEN, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    struct loopclient a, b;
    uint16_t port = feedtest_status(&w, 0).port;
    loopclient_connect(&w.t, &a, port);
    loopclient_connect(&w.t, &b, port);
    w.wanted = 2;
    looptest_until(&w.t, has_clients, &w);
    /* Both senders send a message of two parts with the same sequence number, in turns.
     */
    struct buf first = {0}, second = {0};
    feedtest_static(&first, SHIP, 0);
    feedtest_static(&second, OTHER, 0);
    size_t half = (size_t)(strchr(first.data, '\n') + 1 - first.data);
    loopclient_send(&a, first.data, half);
    loopclient_send(&b, second.data, half);
    looptest_turn(&w.t, 5);
    loopclient_send(&b, second.data + half, second.length - half);
    loopclient_send(&a, first.data + half, first.length - half - 2); /* no line end */
    feedtest_wait(&w, 1);
    assert_int_equal(w.reports[0].mmsi, OTHER);
    uv_shutdown_t shutdown;
    assert_int_equal(uv_shutdown(&shutdown, (uv_stream_t *)&a.handle, NULL), 0);
    feedtest_wait(&w, 2); /* an orderly end ends the line */
    assert_int_equal(w.reports[1].mmsi, SHIP);
    loopclient_finish(&w.t, &a);
    loopclient_finish(&w.t, &b);
    w.wanted = 0;
    looptest_until(&w.t, has_clients, &w);
    struct feed_status status = feedtest_status(&w, 0);
    assert_int_equal(status.connects, 2);
    assert_int_equal(status.disconnects, 2);
    assert_int_equal(status.input.reports, 2); /* counts outlive the connections */
    assert_int_equal(status.input.sentences, 4);
    buf_finish(&first);
    buf_finish(&second);
    feedtest_finish(&w);
}

static void test_listen_limits(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("uplink", CONF_FEED_LISTEN, "127.0.0.1");
    conf.max_clients = 2;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    struct loopclient c[3];
    for (int i = 0; i < 3; i++) {
        loopclient_connect(&w.t, &c[i], feedtest_status(&w, 0).port);
        looptest_until(&w.t, loopclient_is_settled, &c[i]);
    }
    looptest_until(&w.t, loopclient_is_ended, &c[2]);
    assert_false(c[0].is_ended || c[1].is_ended);
    assert_int_equal(feedtest_status(&w, 0).clients, 2);
    assert_int_equal(feedtest_status(&w, 0).refused_senders, 1);
    loopclient_finish(&w.t, &c[0]);
    w.wanted = 1;
    looptest_until(&w.t, has_clients, &w);
    loopclient_finish(&w.t, &c[2]);
    loopclient_connect(&w.t, &c[2], feedtest_status(&w, 0).port); /* a place is free */
    w.wanted = 2;
    looptest_until(&w.t, has_clients, &w);
    loopclient_finish(&w.t, &c[1]);
    loopclient_finish(&w.t, &c[2]);
    feedtest_finish(&w);
}

/* Seventy connections drip bytes and hold all places; a sender of reports still gets a
 * place, and keeps it. */
static void test_listen_drips(void **state)
{
    enum { SLOW = 70 };
    static struct loopclient slow[SLOW];
    struct feedtest w;
    struct loopclient sender;
    struct buf line = {0};
    struct conf_feed conf = feedtest_conf("uplink", CONF_FEED_LISTEN, "127.0.0.1");
    (void)state;
    memset(slow, 0, sizeof slow);
    conf.max_clients = 8;
    feedtest_create(&w, &conf, 1);
    struct feeds_limits limits = w.feeds->limits;
    limits.mute_ms = 0; /* those that have brought no report yet */
    feeds_set_limits(w.feeds, &limits);
    feedtest_open(&w);
    uint16_t port = feedtest_status(&w, 0).port;
    loopclient_connect(&w.t, &sender, port);
    looptest_until(&w.t, loopclient_is_settled, &sender);
    feedtest_line(&line, SHIP, 0);
    loopclient_send(&sender, line.data, line.length);
    feedtest_wait(&w, 1);
    for (int i = 0; i < SLOW; i++) {
        loopclient_connect(&w.t, &slow[i], port);
        looptest_until(&w.t, loopclient_is_settled, &slow[i]);
        loopclient_send(&slow[i], "!", 1);
        looptest_turn(&w.t, 3);
    }
    w.wanted = 8;
    looptest_until(&w.t, has_clients, &w);
    buf_clear(&line);
    feedtest_line(&line, OTHER, 0);
    loopclient_send(&sender, line.data, line.length);
    feedtest_wait(&w, 2);
    assert_false(sender.is_ended);
    for (int i = 0; i < SLOW; i++)
        loopclient_finish(&w.t, &slow[i]);
    loopclient_finish(&w.t, &sender);
    buf_finish(&line);
    feedtest_finish(&w);
}

/* One address cannot take all places from another, even if all its senders report. */
static void test_listen_places_by_address(void **state)
{
    enum { PLACES = 6 };
    struct feedtest w;
    int fds[PLACES];
    struct loopclient other;
    struct buf line = {0};
    struct conf_feed conf = feedtest_conf("uplink", CONF_FEED_LISTEN, "127.0.0.1");
    (void)state;
    conf.max_clients = PLACES;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    uint16_t port = feedtest_status(&w, 0).port;
    struct sockaddr_in from = {.sin_family = AF_INET}, to;
    assert_int_equal(uv_ip4_addr("127.0.0.2", 0, &from), 0);
    assert_int_equal(uv_ip4_addr("127.0.0.1", port, &to), 0);
    for (unsigned i = 0; i < PLACES; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(fds[i], (struct sockaddr *)&from, sizeof from), 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&to, sizeof to), 0);
        buf_clear(&line);
        feedtest_line(&line, SHIP + i, 0);
        assert_int_equal(write(fds[i], line.data, line.length), (ssize_t)line.length);
        feedtest_wait(&w, i + 1);
    }
    loopclient_connect(&w.t, &other, port);
    looptest_until(&w.t, loopclient_is_settled, &other);
    buf_clear(&line);
    feedtest_line(&line, SHIP + 100, 0);
    loopclient_send(&other, line.data, line.length);
    feedtest_wait(&w, PLACES + 1);
    assert_false(other.is_ended);
    assert_int_equal(feedtest_status(&w, 0).clients, PLACES);
    loopclient_finish(&w.t, &other);
    for (unsigned i = 0; i < PLACES; i++)
        close(fds[i]);
    buf_finish(&line);
    feedtest_finish(&w);
}

/* The process is frozen for longer than idle_timeout: it reads what came meanwhile
 * before a timer judges. The loop stands still while the bytes come. */
static void test_listen_after_a_freeze(void **state)
{
    struct feedtest w;
    struct loopclient sender;
    struct buf line = {0};
    struct conf_feed conf = feedtest_conf("uplink", CONF_FEED_LISTEN, "127.0.0.1");
    (void)state;
    conf.idle_timeout_ms = 1000;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    loopclient_connect(&w.t, &sender, feedtest_status(&w, 0).port);
    looptest_until(&w.t, loopclient_is_settled, &sender);
    w.wanted = 1;
    looptest_until(&w.t, has_clients, &w);
    feedtest_line(&line, SHIP, 0);
    uv_os_fd_t fd;
    assert_int_equal(uv_fileno((uv_handle_t *)&sender.handle, &fd), 0);
    assert_int_equal(write(fd, line.data, line.length), (ssize_t)line.length);
    for (uint64_t begin = uv_hrtime(); uv_hrtime() - begin < 1300000000u;)
        continue;
    feedtest_wait(&w, 1);
    assert_int_equal(feedtest_status(&w, 0).disconnects, 0);
    loopclient_finish(&w.t, &sender);
    buf_finish(&line);
    feedtest_finish(&w);
}

static void test_listen_puts_out_the_idle_and_the_unwanted(void **state)
{
    struct feedtest w;
    struct conf_cidr elsewhere = feedtest_cidr4(0x0a000000, 8);
    struct conf_feed confs[2] = {feedtest_conf("idle", CONF_FEED_LISTEN, "127.0.0.1"),
                                 feedtest_conf("closed", CONF_FEED_LISTEN, "127.0.0.1")};
    confs[0].idle_timeout_ms = 30;
    confs[1].from = &elsewhere;
    confs[1].from_count = 1;
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    struct loopclient idle, unwanted;
    loopclient_connect(&w.t, &idle, feedtest_status(&w, 0).port);
    loopclient_connect(&w.t, &unwanted, feedtest_status(&w, 1).port);
    looptest_until(&w.t, loopclient_is_ended, &unwanted);
    looptest_until(&w.t, loopclient_is_ended, &idle);
    assert_int_equal(feedtest_status(&w, 0).disconnects, 1);
    assert_int_equal(feedtest_status(&w, 1).refused_senders, 1);
    assert_int_equal(feedtest_status(&w, 1).connects, 0);
    loopclient_finish(&w.t, &idle);
    loopclient_finish(&w.t, &unwanted);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, NULL, TEST(test_listen_keeps_senders_apart), TEST(test_listen_limits),
          TEST(test_listen_drips), TEST(test_listen_places_by_address),
          TEST(test_listen_after_a_freeze),
          TEST(test_listen_puts_out_the_idle_and_the_unwanted))
