/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests connections to a server over loopback: tcp. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, OTHER = 431000002 };

struct server {
    uv_tcp_t handle;
    uv_tcp_t clients[8]; /* the last connection accepted is used */
    struct looptest *t;
    int accepted;
    bool has_client, is_closed;
    char asked[128]; /* what the client sent */
    size_t asked_n;
};

static void on_accept(uv_stream_t *stream, int status)
{
    struct server *s = stream->data;
    assert_int_equal(status, 0);
    assert_in_range(s->accepted, 0, 7);
    uv_tcp_t *client = &s->clients[s->accepted++];
    uv_tcp_init(&s->t->loop, client);
    client->data = s;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)client), 0);
    s->has_client = true;
}

static uint16_t server_open(struct looptest *t, struct server *s, uint16_t port)
{
    struct sockaddr_storage address;
    int n = sizeof address;
    memset(s, 0, sizeof *s);
    s->t = t;
    uv_tcp_init(&t->loop, &s->handle);
    s->handle.data = s;
    assert_int_equal(feed_net_address("127.0.0.1", port, &address), 0);
    assert_int_equal(uv_tcp_bind(&s->handle, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->handle, 5, on_accept), 0);
    uv_tcp_getsockname(&s->handle, (struct sockaddr *)&address, &n);
    return feed_net_port(&address);
}

static void on_server_closed(uv_handle_t *handle)
{
    ((struct server *)handle->data)->is_closed = true;
}

static bool server_is_closed(void *server)
{
    return ((const struct server *)server)->is_closed;
}

static void close_and_wait(struct looptest *t, struct server *s, uv_tcp_t *handle)
{
    s->is_closed = false;
    uv_close((uv_handle_t *)handle, on_server_closed);
    looptest_until(t, server_is_closed, s);
}

static bool has_client(void *server)
{
    return ((const struct server *)server)->has_client;
}

static void server_send(struct server *s, const void *bytes, size_t n)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)n);
    assert_int_equal(uv_try_write((uv_stream_t *)&s->clients[s->accepted - 1], &buf, 1),
                     (int)n);
}

static void server_drop(struct server *s)
{
    s->has_client = false;
    close_and_wait(s->t, s, &s->clients[s->accepted - 1]);
}

static bool is_open(void *context)
{
    return feedtest_status(context, 0).is_open;
}

/* The server ends the connection in the middle of a line: that half is dropped, and is
 * not joined with the bytes of the next connection. */
static void test_tcp_reconnects_and_drops_the_half_line(void **state)
{
    struct server s;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "localhost");
    struct err err;
    feedtest_create(&w, NULL, 0);
    feedtest_open(&w);
    conf.port = server_open(&w.t, &s, 0);
    assert_int_equal(feeds_reconfigure(w.feeds, &conf, 1, &err), 0); /* opened by it */
    looptest_until(&w.t, has_client, &s);
    struct buf first = {0}, whole = {0}, half = {0};
    feedtest_line(&first, SHIP, 0);
    feedtest_line(&whole, SHIP + 5, 0);
    feedtest_line(&half, OTHER, 0);
    server_send(&s, first.data, first.length);
    server_send(&s, half.data, half.length / 2);
    feedtest_wait(&w, 1);
    server_drop(&s);
    looptest_until(&w.t, has_client, &s);
    assert_int_equal(s.accepted, 2);
    server_send(&s, half.data + half.length / 2, half.length - half.length / 2);
    server_send(&s, whole.data, whole.length);
    feedtest_wait(&w, 2);
    assert_int_equal(w.reports[0].mmsi, SHIP);
    assert_int_equal(w.reports[1].mmsi, SHIP + 5);
    struct feed_status status = feedtest_status(&w, 0);
    assert_int_equal(status.connects, 2);
    assert_int_equal(status.disconnects, 1);
    assert_true(status.is_open);
    server_drop(&s);
    close_and_wait(&w.t, &s, &s.handle);
    buf_finish(&first);
    buf_finish(&whole);
    buf_finish(&half);
    feedtest_finish(&w);
}

/* At first nobody listens; later a server does. */
static void test_tcp_waits_for_the_server(void **state)
{
    struct server s;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "127.0.0.1");
    struct looptest t;
    looptest_init(&t);
    conf.port = server_open(&t, &s, 0);
    close_and_wait(&t, &s, &s.handle);
    looptest_finish(&t);
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_turn(&w.t, 20);
    assert_false(feedtest_status(&w, 0).is_open);
    server_open(&w.t, &s, conf.port);
    looptest_until(&w.t, has_client, &s);
    looptest_until(&w.t, is_open, &w);
    server_drop(&s);
    close_and_wait(&w.t, &s, &s.handle);
    feedtest_finish(&w);
}

/* A connection that is open and silent is given up after idle_timeout. */
static void test_tcp_idle_timeout(void **state)
{
    struct server s;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "127.0.0.1");
    conf.idle_timeout_ms = 30;
    struct looptest t;
    looptest_init(&t);
    conf.port = server_open(&t, &s, 0);
    close_and_wait(&t, &s, &s.handle);
    looptest_finish(&t);
    feedtest_create(&w, &conf, 1);
    server_open(&w.t, &s, conf.port);
    feedtest_open(&w);
    looptest_until(&w.t, has_client, &s);
    s.has_client = false;
    looptest_until(&w.t, has_client, &s); /* the first is still open, and silent */
    assert_int_equal(s.accepted, 2);
    assert_int_equal(feedtest_status(&w, 0).disconnects, 1);
    close_and_wait(&w.t, &s, &s.clients[0]);
    server_drop(&s);
    close_and_wait(&w.t, &s, &s.handle);
    feedtest_finish(&w);
}

/* The name does not exist: this is reported and tried again, and closing does not wait
 * for it. */
static void test_tcp_unknown_name(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "no-such.invalid");
    conf.port = 1;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_turn(&w.t, 3);
    assert_false(feedtest_status(&w, 0).is_open);
    feedtest_finish(&w);
}

/* The same bytes come over a real connection in random pieces, with the same result. */
static void test_tcp_in_any_pieces(void **state)
{
    struct test_random random = {17};
    print_message("seed %llu\n", (unsigned long long)random.state);
    struct server s;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "127.0.0.1");
    feedtest_create(&w, NULL, 0);
    feedtest_open(&w);
    conf.port = server_open(&w.t, &s, 0);
    struct err err;
    assert_int_equal(feeds_reconfigure(w.feeds, &conf, 1, &err), 0);
    looptest_until(&w.t, has_client, &s);
    struct buf b = {0};
    for (unsigned i = 0; i < 100; i++)
        feedtest_line(&b, SHIP + i, 0);
    for (size_t at = 0; at < b.length;) {
        size_t n = 1 + (size_t)test_random_below(&random, 200);
        if (n > b.length - at)
            n = b.length - at;
        server_send(&s, b.data + at, n);
        looptest_turn(&w.t, 1);
        at += n;
    }
    feedtest_wait(&w, 100);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(w.reports[i].mmsi, SHIP + i);
    assert_int_equal(feedtest_status(&w, 0).bytes, b.length);
    server_drop(&s);
    close_and_wait(&w.t, &s, &s.handle);
    buf_finish(&b);
    feedtest_finish(&w);
}

/* --- gpsd --- */

static bool has_asked(void *server)
{
    struct server *s = server;
    char text[128];
    uv_os_fd_t fd = -1;
    if (s->accepted == 0 || s->asked_n != 0)
        return s->asked_n != 0;
    assert_int_equal(uv_fileno((uv_handle_t *)&s->clients[s->accepted - 1], &fd), 0);
    ssize_t n = recv(fd, text, sizeof text, MSG_DONTWAIT);
    if (n <= 0)
        return false;
    s->asked_n = (size_t)n;
    assert_true(s->asked_n < sizeof s->asked);
    memcpy(s->asked, text, s->asked_n);
    return true;
}

/* What gpsd sends then, and a report of which no other report is a copy. */
static void send_gpsd_reports(struct server *s, unsigned mmsi)
{
    char text[512];
    int n = snprintf(
        text, sizeof text,
        "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/"
        "ais\"}]}\r\n"
        "{\"class\":\"WATCH\",\"enable\":true,\"json\":true,\"nmea\":false}\r\n"
        "{\"class\":\"AIS\",\"device\":\"/dev/ais\",\"type\":1,\"repeat\":0,\"mmsi\":%u,"
        "\"scaled\":false,\"status\":0,\"turn\":-127,\"speed\":123,\"accuracy\":true,"
        "\"lon\":"
        "-74037230,\"lat\":29028980,\"course\":2240,\"heading\":215,\"second\":33}\r\n",
        mmsi);
    server_send(s, text, (size_t)n);
}

/* gpsd sends its greeting and waits for "?WATCH" (gpsd_json(5)). Then its reports
 * follow, among objects about itself. This happens on each connection, in whatever
 * pieces the greeting comes. */
static void test_tcp_gpsd(void **state)
{
    static const char greeting[] =
        "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,"
        "\"proto_minor\":14}\r\n";
    struct server s;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("mast", CONF_FEED_TCP, "127.0.0.1");
    struct err err;
    feedtest_create(&w, NULL, 0);
    feedtest_open(&w);
    conf.port = server_open(&w.t, &s, 0);
    assert_int_equal(feeds_reconfigure(w.feeds, &conf, 1, &err), 0);
    for (size_t round = 0; round < 2; round++) {
        size_t cut = round == 0 ? sizeof greeting - 1 : 7;
        looptest_until(&w.t, has_client, &s);
        s.asked_n = 0;
        server_send(&s, greeting, cut);
        looptest_turn(&w.t, 3);
        server_send(&s, greeting + cut, sizeof greeting - 1 - cut);
        looptest_until(&w.t, has_asked, &s);
        s.asked[s.asked_n] = '\0';
        assert_string_equal(s.asked, "?WATCH={\"enable\":true,\"json\":true};\n");
        send_gpsd_reports(&s, SHIP + (unsigned)round);
        feedtest_wait(&w, round + 1);
        assert_int_equal(w.reports[round].mmsi, SHIP + round);
        server_drop(&s);
    }
    assert_int_equal(feedtest_status(&w, 0).input.service, 6);
    looptest_until(&w.t, has_client, &s);
    /* Another server gets no request, whatever it sends later. */
    s.asked_n = 0;
    server_send(&s, "\n", 1);
    server_send(&s, greeting, sizeof greeting - 1);
    send_gpsd_reports(&s, SHIP + 2);
    feedtest_wait(&w, 3);
    looptest_turn(&w.t, 3);
    assert_false(has_asked(&s));
    server_drop(&s);
    close_and_wait(&w.t, &s, &s.handle);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, NULL, TEST(test_tcp_reconnects_and_drops_the_half_line),
          TEST(test_tcp_waits_for_the_server), TEST(test_tcp_idle_timeout),
          TEST(test_tcp_unknown_name), TEST(test_tcp_in_any_pieces), TEST(test_tcp_gpsd))
