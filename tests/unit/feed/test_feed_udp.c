/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests datagrams over loopback. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, OTHER = 431000002 };

static void test_udp(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    struct feed_status status = feedtest_status(&w, 0);
    assert_true(status.is_open);
    assert_string_equal(status.transport, "udp");
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    feedtest_line(&b, OTHER, 0);
    feedtest_send(status.port, b.data, b.length - 2); /* two, the last without its end */
    buf_clear(&b);
    feedtest_line(&b, SHIP + 2, 0);
    feedtest_send(status.port, b.data, b.length);
    feedtest_send(status.port, "", 0); /* empty datagrams end nothing */
    feedtest_wait(&w, 3);
    assert_int_equal(w.reports[0].mmsi, SHIP);
    assert_int_equal(w.reports[1].mmsi, OTHER);
    assert_int_equal(w.reports[2].mmsi, SHIP + 2);
    status = feedtest_status(&w, 0);
    assert_int_equal(status.input.reports, 3);
    assert_int_equal(status.kernel_drops, 0);
    assert_int_equal(status.refused_senders, 0);
    buf_finish(&b);
    feedtest_finish(&w);
}

/* Two stations send messages of two parts with the same sequence number, in turns. */
static void test_udp_keeps_senders_apart(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    struct sockaddr_in to = {.sin_family = AF_INET};
    to.sin_port = htons(feedtest_status(&w, 0).port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct buf texts[2] = {{0}};
    int fds[2];
    size_t halves[2];
    for (unsigned i = 0; i < 2; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(connect(fds[i], (const struct sockaddr *)&to, sizeof to), 0);
        feedtest_static(&texts[i], SHIP + i, 0);
        halves[i] = (size_t)(strchr(texts[i].data, '\n') + 1 - texts[i].data);
        assert_int_equal(send(fds[i], texts[i].data, halves[i], 0), (ssize_t)halves[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        size_t n = texts[i].length - halves[i];
        assert_int_equal(send(fds[i], texts[i].data + halves[i], n, 0), (ssize_t)n);
    }
    feedtest_wait(&w, 2);
    assert_int_equal(w.reports[0].mmsi, SHIP);
    assert_int_equal(w.reports[1].mmsi, OTHER);
    assert_int_equal(feedtest_status(&w, 0).clients, 2);
    /* More senders come than the memory holds: the oldest are forgotten, the counts
     * stay. */
    struct buf b = {0};
    for (unsigned i = 0; i < 100; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
        for (unsigned k = 0; k < 2; k++) {
            buf_clear(&b);
            feedtest_line(&b, SHIP + 10 + 100 * k + i, 0);
            assert_int_equal(send(fd, b.data, b.length, 0), (ssize_t)b.length);
        }
        close(fd);
    }
    feedtest_wait(&w, 202);
    assert_int_equal(feedtest_status(&w, 0).clients, 64);
    assert_int_equal(feedtest_status(&w, 0).input.reports, 202);
    for (unsigned i = 0; i < 2; i++) {
        close(fds[i]);
        buf_finish(&texts[i]);
    }
    buf_finish(&b);
    feedtest_finish(&w);
}

static void send_from(int fd, uint16_t port, const void *bytes, size_t n)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(sendto(fd, bytes, n, 0, (const struct sockaddr *)&to, sizeof to),
                     (ssize_t)n);
}

/* Each datagram comes from a new port, as a shell loop sends them. After some of these,
 * the parts of a message still find each other, also when one port comes back (of some
 * 28,000 ports one does by chance, or its sender stays). The test keeps the sockets to
 * the end, so that no other port comes back. */
static void test_ports_that_come_once(void **state)
{
    enum { LONE = 10, STAYS = 20, SHIPS = 30, SOCKETS = LONE + 2 * (SHIPS - LONE) };
    int fds[SOCKETS];
    unsigned used = 0;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    uint16_t port = feedtest_status(&w, 0).port;
    struct buf b = {0};
    for (unsigned i = 0; i < SOCKETS; i++)
        fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
    for (unsigned i = 0; i < SHIPS; i++) {
        buf_clear(&b);
        if (i < LONE || i == STAYS)
            feedtest_line(&b, SHIP + i, 0);
        else
            feedtest_static(&b, SHIP + i, 0);
        size_t half = i < LONE || i == STAYS
                          ? b.length
                          : (size_t)(strchr(b.data, '\n') + 1 - b.data);
        send_from(i == STAYS ? fds[STAYS - 1] : fds[used++], port, b.data, half);
        if (half < b.length)
            send_from(fds[used++], port, b.data + half, b.length - half);
        feedtest_wait(&w, i + 1);
        assert_int_equal(w.reports[i].mmsi, SHIP + i);
    }
    assert_int_equal(feedtest_status(&w, 0).input.reports, SHIPS);
    assert_true(feedtest_status(&w, 0).clients < SHIPS);
    for (unsigned i = 0; i < SOCKETS; i++)
        close(fds[i]);
    buf_finish(&b);
    feedtest_finish(&w);
}

static bool is_held(void *context)
{
    return ((const struct feedtest *)context)->feeds->feeds[0]->is_held;
}

static bool is_read_again(void *context)
{
    return !is_held(context);
}

/* The reports that a live feed's lateness holds back are bounded: above the limit the
 * feed is not read. */
static void test_lateness_is_bounded(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    conf.lateness_ms = 300;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    struct buf b = {0};
    unsigned sent = 0;
    do {
        buf_clear(&b);
        feedtest_line(&b, SHIP + sent++, 0);
        feedtest_send(feedtest_status(&w, 0).port, b.data, b.length);
        looptest_turn(&w.t, 1);
    } while (!is_held(&w) && sent < 5000);
    assert_true(is_held(&w));
    assert_int_equal(w.count, 0);
    uint64_t read = feedtest_status(&w, 0).datagrams;
    for (unsigned i = 0; i < 5; i++, sent++) {
        buf_clear(&b);
        feedtest_line(&b, SHIP + sent, 0);
        feedtest_send(feedtest_status(&w, 0).port, b.data, b.length);
    }
    feeds_pause(w.feeds, true); /* one does not undo the other */
    feeds_pause(w.feeds, false);
    looptest_turn(&w.t, 2);
    assert_true(is_held(&w));
    assert_int_equal(feedtest_status(&w, 0).datagrams, read);
    looptest_until(&w.t, is_read_again, &w); /* in time */
    assert_true(w.count > 0);
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_udp_refuses_other_senders(void **state)
{
    struct feedtest w;
    struct conf_cidr from[2] = {feedtest_cidr4(0x0a000000, 8),
                                feedtest_cidr4(0xc0000207, 32)};
    struct conf_cidr local = feedtest_cidr4(0x7f000000, 8);
    struct conf_feed confs[2] = {feedtest_conf("closed", CONF_FEED_UDP, "127.0.0.1"),
                                 feedtest_conf("open", CONF_FEED_UDP, "127.0.0.1")};
    confs[0].from = from;
    confs[0].from_count = 2;
    confs[1].from = &local;
    confs[1].from_count = 1;
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    for (int i = 0; i < 3; i++)
        feedtest_send(feedtest_status(&w, 0).port, b.data, b.length);
    buf_clear(&b);
    feedtest_line(&b, OTHER, 0);
    feedtest_send(feedtest_status(&w, 1).port, b.data, b.length);
    feedtest_wait(&w, 1);
    looptest_turn(&w.t, 10);
    assert_int_equal(w.count, 1);
    assert_int_equal(w.reports[0].mmsi, OTHER);
    assert_int_equal(feedtest_status(&w, 0).refused_senders, 3);
    assert_int_equal(feedtest_status(&w, 0).datagrams, 0);
    assert_int_equal(feedtest_status(&w, 1).refused_senders, 0);
    buf_finish(&b);
    feedtest_finish(&w);
}

static bool is_drained(void *context)
{
    const struct feedtest *w = context;
    struct feed_status status = feedtest_status(w, 0);
    return status.datagrams + status.kernel_drops >= w->wanted;
}

/* While the feed does not read, the kernel's buffer fills. The dropped datagrams are
 * counted, and with those that came they make all that were sent. */
static void test_udp_counts_kernel_drops(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    uint16_t port = feedtest_status(&w, 0).port;
    feeds_pause(w.feeds, true);
    enum { DATAGRAMS = 3000, BYTES = 32768 };
    static char large[BYTES];
    memset(large, '#', sizeof large);
    for (int i = 0; i < DATAGRAMS; i++)
        feedtest_send(port, large, sizeof large);
    struct feed_status status = feedtest_status(&w, 0);
    assert_int_equal(status.datagrams, 0);
    assert_true(status.kernel_drops > 0);
    feeds_pause(w.feeds, false);
    w.wanted = DATAGRAMS;
    looptest_until(&w.t, is_drained, &w);
    looptest_turn(&w.t, 3);
    status = feedtest_status(&w, 0);
    assert_int_equal(status.datagrams + status.kernel_drops, DATAGRAMS);
    feedtest_finish(&w);
}

static void test_udp_address_in_use(void **state)
{
    struct feedtest w, second;
    struct err err;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    conf.port = feedtest_status(&w, 0).port;
    feedtest_create(&second, &conf, 1);
    assert_int_equal(feeds_open(second.feeds, &err), ERR_IO);
    assert_non_null(strstr(err.text, "feed shore: cannot receive on 127.0.0.1"));
    feedtest_finish(&second);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, NULL, TEST(test_ports_that_come_once), TEST(test_udp),
          TEST(test_udp_keeps_senders_apart), TEST(test_lateness_is_bounded),
          TEST(test_udp_refuses_other_senders), TEST(test_udp_counts_kernel_drops),
          TEST(test_udp_address_in_use))
