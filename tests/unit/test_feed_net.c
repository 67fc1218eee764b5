/* SPDX-License-Identifier: Apache-2.0 */
/* udp, tcp and listen over loopback. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, OTHER = 431000002 };

static struct conf_cidr cidr4(uint32_t address, uint8_t prefix)
{
    struct conf_cidr c = {.family = 4, .prefix = prefix};
    address = htonl(address);
    memcpy(c.bytes, &address, 4);
    return c;
}

static void send_datagram(uint16_t port, const void *bytes, size_t n)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(sendto(fd, bytes, n, 0, (const struct sockaddr *)&to, sizeof to),
                     (ssize_t)n);
    close(fd);
}

/* ---- senders ---- */

static void test_cidr(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        uint8_t prefix;
        const char *address;
        bool is_inside;
    } rows[] = {
        /* clang-format off */
        {"127.0.0.0",    8, "127.1.2.3",           true},
        {"127.0.0.0",    8, "128.0.0.1",           false},
        {"10.1.128.0",  17, "10.1.255.255",        true},
        {"10.1.128.0",  17, "10.1.127.255",        false},
        {"192.0.2.7",   32, "192.0.2.7",           true},
        {"192.0.2.7",   32, "192.0.2.6",           false},
        {"0.0.0.0",      0, "203.0.113.9",         true},
        {"0.0.0.0",      0, "2001:db8::1",         false},
        {"127.0.0.0",    8, "::ffff:127.0.0.1",    true},  /* mapped, RFC 4291 2.5.5.2 */
        {"2001:db8::",  32, "2001:db8:ffff::1",    true},
        {"2001:db8::",  32, "2001:db9::1",         false},
        {"fe80::",      10, "febf::1",             true},
        {"fe80::",      10, "fec0::1",             false},
        {"::1",        128, "::1",                 true},
        {"::",           0, "127.0.0.1",           false},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf_cidr c = {.prefix = rows[i].prefix};
        c.family = strchr(rows[i].network, ':') == NULL ? 4 : 6;
        inet_pton(c.family == 4 ? AF_INET : AF_INET6, rows[i].network, c.bytes);
        struct sockaddr_storage address;
        assert_int_equal(feed_address(rows[i].address, 1, &address), 0);
        if (feed_cidr_contains(&c, (const struct sockaddr *)&address) !=
            rows[i].is_inside)
            fail_msg("%s/%d and %s", rows[i].network, rows[i].prefix, rows[i].address);
    }
}

static void test_backoff_grows_and_is_jittered(void **state)
{
    (void)state;
    struct feeds f = {.limits = {.backoff_min_ms = 1000, .backoff_max_ms = 60000}};
    static const uint64_t steps[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    uint64_t wait_ms = 0;
    bool differs = false;
    for (size_t i = 0; i < 8; i++) {
        uint64_t got = feed_backoff(&f, &wait_ms);
        assert_in_range(got, steps[i] * 3 / 4, steps[i] * 5 / 4);
        differs = differs || got != steps[i];
    }
    assert_true(differs);
}

/* Every counter is summed: each is given a value of its own. */
static void test_counts_are_all_summed(void **state)
{
    (void)state;
    struct input_counts one, sum = {0};
    uint64_t words[sizeof one / 8];
    for (size_t i = 0; i < sizeof one / 8; i++)
        words[i] = i + 1;
    memcpy(&one, words, sizeof one);
    feed_counts_add(&sum, &one);
    assert_memory_equal(&sum, &one, sizeof one);
}

/* ---- udp ---- */

static void test_udp(void **state)
{
    (void)state;
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
    send_datagram(status.port, b.data, b.length - 2); /* two, the last without its end */
    buf_clear(&b);
    feedtest_line(&b, SHIP + 2, 0);
    send_datagram(status.port, b.data, b.length);
    send_datagram(status.port, "", 0); /* empty ones are no end of anything */
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

/* Two stations send messages of two parts with one sequence number, in turns. */
static void test_udp_keeps_senders_apart(void **state)
{
    (void)state;
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
    /* More senders than there is memory for: the oldest go, the counts stay. */
    struct buf b = {0};
    for (unsigned i = 0; i < 100; i++) {
        buf_clear(&b);
        feedtest_line(&b, SHIP + 10 + i, 0);
        send_datagram(ntohs(to.sin_port), b.data, b.length);
    }
    feedtest_wait(&w, 102);
    assert_int_equal(feedtest_status(&w, 0).clients, 64);
    assert_int_equal(feedtest_status(&w, 0).input.reports, 102);
    for (unsigned i = 0; i < 2; i++) {
        close(fds[i]);
        buf_finish(&texts[i]);
    }
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

/* What a live feed's lateness holds back is bounded: above the limit it is not read. */
static void test_lateness_is_bounded(void **state)
{
    (void)state;
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
        send_datagram(feedtest_status(&w, 0).port, b.data, b.length);
        looptest_turn(&w.t, 1);
    } while (!is_held(&w) && sent < 5000);
    assert_true(is_held(&w));
    assert_int_equal(w.count, 0);
    uint64_t read = feedtest_status(&w, 0).datagrams;
    for (unsigned i = 0; i < 5; i++, sent++) {
        buf_clear(&b);
        feedtest_line(&b, SHIP + sent, 0);
        send_datagram(feedtest_status(&w, 0).port, b.data, b.length);
    }
    feeds_pause(w.feeds, true); /* the one does not undo the other */
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
    (void)state;
    struct feedtest w;
    struct conf_cidr from[2] = {cidr4(0x0a000000, 8), cidr4(0xc0000207, 32)};
    struct conf_cidr local = cidr4(0x7f000000, 8);
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
        send_datagram(feedtest_status(&w, 0).port, b.data, b.length);
    buf_clear(&b);
    feedtest_line(&b, OTHER, 0);
    send_datagram(feedtest_status(&w, 1).port, b.data, b.length);
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

/* While we do not read, the kernel's buffer fills: what it drops is counted, and with
 * what came makes all that was sent. */
static void test_udp_counts_kernel_drops(void **state)
{
    (void)state;
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
        send_datagram(port, large, sizeof large);
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
    (void)state;
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

/* ---- listen ---- */

static bool has_clients(void *context)
{
    const struct feedtest *w = context;
    return feedtest_status(w, 0).clients == w->wanted;
}

static void test_listen_keeps_senders_apart(void **state)
{
    (void)state;
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
    /* Both send a message of two parts with the same sequence number, in turns. */
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
    (void)state;
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

static void test_listen_puts_out_the_idle_and_the_unwanted(void **state)
{
    (void)state;
    struct feedtest w;
    struct conf_cidr elsewhere = cidr4(0x0a000000, 8);
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

/* ---- tcp ---- */

struct server {
    uv_tcp_t handle;
    uv_tcp_t clients[8]; /* the last accepted is the one that is talked to */
    struct looptest *t;
    int accepted;
    bool has_client, is_closed;
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
    assert_int_equal(feed_address("127.0.0.1", port, &address), 0);
    assert_int_equal(uv_tcp_bind(&s->handle, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->handle, 5, on_accept), 0);
    uv_tcp_getsockname(&s->handle, (struct sockaddr *)&address, &n);
    return feed_port(&address);
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

/* The server breaks off in the middle of a line: that half is dropped, and does not grow
 * together with what the next connection brings. */
static void test_tcp_reconnects_and_drops_the_half_line(void **state)
{
    (void)state;
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

/* Nobody listens at first; later somebody does. */
static void test_tcp_waits_for_the_server(void **state)
{
    (void)state;
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
    (void)state;
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

/* A name that is none: told, tried again, and closing does not wait for it. */
static void test_tcp_unknown_name(void **state)
{
    (void)state;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("partner", CONF_FEED_TCP, "no-such.invalid");
    conf.port = 1;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_turn(&w.t, 3);
    assert_false(feedtest_status(&w, 0).is_open);
    feedtest_finish(&w);
}

/* Split-point independence over a real connection: the same bytes in random pieces. */
static void test_tcp_in_any_pieces(void **state)
{
    (void)state;
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

/* ---- all ---- */

static bool is_silent(void *context)
{
    return ((const struct feedtest *)context)->silences > 0;
}

static void test_silence_and_recovery(void **state)
{
    (void)state;
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    conf.silent_after_ms = 40;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_until(&w.t, is_silent, &w);
    assert_true(feedtest_status(&w, 0).is_silent);
    assert_int_equal(w.recoveries, 0);
    send_datagram(feedtest_status(&w, 0).port, "rubbish", 7); /* is no report */
    looptest_turn(&w.t, 5);
    assert_int_equal(w.recoveries, 0);
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    send_datagram(feedtest_status(&w, 0).port, b.data, b.length);
    feedtest_wait(&w, 1);
    assert_int_equal(w.recoveries, 1);
    assert_false(feedtest_status(&w, 0).is_silent);
    w.silences = 0;
    looptest_until(&w.t, is_silent, &w); /* and again */
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_reload_keeps_what_did_not_change(void **state)
{
    (void)state;
    struct feedtest w;
    struct err err;
    struct conf_feed confs[2] = {feedtest_conf("stays", CONF_FEED_UDP, "127.0.0.1"),
                                 feedtest_conf("goes", CONF_FEED_UDP, "127.0.0.1")};
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    uint16_t stays = feedtest_status(&w, 0).port;
    uint16_t goes = feedtest_status(&w, 1).port;
    confs[1] = feedtest_conf("comes", CONF_FEED_UDP, "127.0.0.1");
    confs[1].port = goes; /* takes over the address at once */
    assert_int_equal(feeds_reconfigure(w.feeds, confs, 2, &err), 0);
    assert_int_equal(feeds_count(w.feeds), 3);
    assert_int_equal(feedtest_status(&w, 0).port, stays);
    assert_true(feedtest_status(&w, 1).is_gone);
    assert_true(feedtest_status(&w, 2).is_open);
    assert_int_equal(feedtest_status(&w, 2).port, goes);
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    send_datagram(goes, b.data, b.length);
    buf_clear(&b);
    feedtest_line(&b, OTHER, 0);
    send_datagram(stays, b.data, b.length);
    feedtest_wait(&w, 2);
    assert_int_equal(feedtest_status(&w, 0).input.reports, 1);
    assert_int_equal(feedtest_status(&w, 2).input.reports, 1);
    /* One that cannot be opened is told, the others go on. */
    struct conf_feed more[3] = {confs[0], confs[1],
                                feedtest_conf("twice", CONF_FEED_UDP, "127.0.0.1")};
    more[2].port = stays;
    assert_int_equal(feeds_reconfigure(w.feeds, more, 3, &err), ERR_IO);
    assert_non_null(strstr(err.text, "twice"));
    assert_true(feedtest_status(&w, 0).is_open);
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_closing_what_was_never_opened(void **state)
{
    (void)state;
    struct feedtest w;
    struct conf_feed confs[5] = {feedtest_conf("a", CONF_FEED_UDP, "127.0.0.1"),
                                 feedtest_conf("b", CONF_FEED_TCP, "127.0.0.1"),
                                 feedtest_conf("c", CONF_FEED_LISTEN, "127.0.0.1"),
                                 feedtest_conf("d", CONF_FEED_SERIAL, "/dev/null"),
                                 feedtest_conf("e", CONF_FEED_FILE, "/dev/null")};
    feedtest_create(&w, confs, 5);
    for (size_t i = 0; i < 5; i++)
        assert_false(feedtest_status(&w, i).is_open);
    feedtest_finish(&w);
    feedtest_create(&w, NULL, 0);
    feedtest_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cidr),
        cmocka_unit_test(test_backoff_grows_and_is_jittered),
        cmocka_unit_test(test_counts_are_all_summed),
        cmocka_unit_test(test_udp),
        cmocka_unit_test(test_udp_keeps_senders_apart),
        cmocka_unit_test(test_lateness_is_bounded),
        cmocka_unit_test(test_udp_refuses_other_senders),
        cmocka_unit_test(test_udp_counts_kernel_drops),
        cmocka_unit_test(test_udp_address_in_use),
        cmocka_unit_test(test_listen_keeps_senders_apart),
        cmocka_unit_test(test_listen_limits),
        cmocka_unit_test(test_listen_puts_out_the_idle_and_the_unwanted),
        cmocka_unit_test(test_tcp_reconnects_and_drops_the_half_line),
        cmocka_unit_test(test_tcp_waits_for_the_server),
        cmocka_unit_test(test_tcp_idle_timeout),
        cmocka_unit_test(test_tcp_unknown_name),
        cmocka_unit_test(test_tcp_in_any_pieces),
        cmocka_unit_test(test_silence_and_recovery),
        cmocka_unit_test(test_reload_keeps_what_did_not_change),
        cmocka_unit_test(test_closing_what_was_never_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
