/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests feeds of WebSockets and of aisstream.io over loopback, without TLS:
 * how long a server is left alone, silence, pauses, and the close frame of a reload. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, CLIENTS = 16 };

struct server {
    uv_tcp_t handle;
    uv_tcp_t clients[CLIENTS];
    struct buf got[CLIENTS]; /* what each sent */
    struct looptest *t;
    int accepted, wanted, ended;
    const char *answer; /* to every request; NULL: the right handshake */
    unsigned closed;
};

static const struct feeds_limits limits = {.connect_ms = 5000,
                                           .backoff_min_ms = 4,
                                           .backoff_max_ms = 8,
                                           .refused_ms = 70,
                                           .busy_min_ms = 20,
                                           .busy_max_ms = 60,
                                           .retry_after_max_ms = 50,
                                           .close_ms = 30,
                                           .live_pending_bytes = 100000,
                                           .hold_ms = 5};

static void server_send(struct server *s, int client, const char *bytes, size_t n)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)n);
    assert_int_equal(uv_try_write((uv_stream_t *)&s->clients[client], &buf, 1), (int)n);
}

/* RFC 6455 section 4.2.2 */
static void server_shake(struct server *s, int client)
{
    char key[100] = "", text[200], accept[64];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const char *at = strstr(buf_text(&s->got[client]), "Sec-WebSocket-Key: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "Sec-WebSocket-Key: %60s", key), 1);
    strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    EVP_Digest(key, strlen(key), digest, &n, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)n);
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: "
                          "Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    server_send(s, client, text, (size_t)length);
}

static void on_client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct server *s = stream->data;
    int client = (int)((uv_tcp_t *)stream - s->clients);
    if (n < 0) {
        s->ended++;
        uv_read_stop(stream);
        return;
    }
    bool was_asked = strstr(buf_text(&s->got[client]), "\r\n\r\n") != NULL;
    assert_int_equal(buf_add(&s->got[client], buf->base, (size_t)n), 0);
    if (was_asked || strstr(buf_text(&s->got[client]), "\r\n\r\n") == NULL)
        return;
    if (s->answer == NULL)
        server_shake(s, client);
    else
        server_send(s, client, s->answer, strlen(s->answer));
}

static void on_client_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    static char bytes[4096];
    (void)handle;
    (void)suggested;
    *ret_buf = uv_buf_init(bytes, sizeof bytes);
}

static void on_accept(uv_stream_t *stream, int status)
{
    struct server *s = stream->data;
    assert_int_equal(status, 0);
    assert_in_range(s->accepted, 0, CLIENTS - 1);
    uv_tcp_t *client = &s->clients[s->accepted++];
    uv_tcp_init(&s->t->loop, client);
    client->data = s;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)client), 0);
    uv_read_start((uv_stream_t *)client, on_client_alloc, on_client_read);
}

static void server_open(struct looptest *t, struct server *s, struct conf_feed *conf)
{
    struct sockaddr_storage address;
    int n = sizeof address;
    memset(s, 0, sizeof *s);
    s->t = t;
    uv_tcp_init(&t->loop, &s->handle);
    s->handle.data = s;
    assert_int_equal(feed_net_address("127.0.0.1", 0, &address), 0);
    assert_int_equal(uv_tcp_bind(&s->handle, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->handle, 5, on_accept), 0);
    uv_tcp_getsockname(&s->handle, (struct sockaddr *)&address, &n);
    conf->port = feed_net_port(&address);
}

static void on_server_closed(uv_handle_t *handle)
{
    ((struct server *)handle->data)->closed++;
}

static bool is_server_closed(void *server)
{
    const struct server *s = server;
    return s->closed == 1 + (unsigned)s->accepted;
}

static void server_close(struct server *s)
{
    uv_close((uv_handle_t *)&s->handle, on_server_closed);
    for (int i = 0; i < s->accepted; i++)
        uv_close((uv_handle_t *)&s->clients[i], on_server_closed);
    looptest_until(s->t, is_server_closed, s);
    for (int i = 0; i < CLIENTS; i++)
        buf_finish(&s->got[i]);
}

/* Has the client sent a frame with this first byte? Frames are masked, and short. */
static bool has_frame(const struct server *s, int client, unsigned char first)
{
    const char *text = buf_text(&s->got[client]);
    const char *at = strstr(text, "\r\n\r\n");
    for (size_t i = at == NULL ? s->got[client].length : (size_t)(at - text) + 4;
         i + 1 < s->got[client].length; i += 6 + ((unsigned char)text[i + 1] & 0x7f))
        if ((unsigned char)text[i] == first)
            return true;
    return false;
}

static struct conf_feed websocket_conf(enum conf_transport transport)
{
    static char path[] = "/stream";
    struct conf_feed conf = feedtest_conf("any", transport, "127.0.0.1");
    conf.path = path;
    return conf;
}

/* A feed and its server. */
struct scene {
    struct feedtest w;
    struct server s;
    struct conf_feed conf;
};

static void scene_begin(struct scene *x, enum conf_transport transport,
                        const char *answer)
{
    struct err err;
    x->conf = websocket_conf(transport);
    feedtest_create(&x->w, NULL, 0);
    feeds_set_limits(x->w.feeds, &limits);
    feedtest_open(&x->w);
    server_open(&x->w.t, &x->s, &x->conf);
    x->s.answer = answer;
    assert_int_equal(feeds_reconfigure(x->w.feeds, &x->conf, 1, &err), 0);
}

static void scene_end(struct scene *x)
{
    server_close(&x->s);
    feedtest_finish(&x->w);
}

static bool is_open(void *context)
{
    const struct scene *x = context;
    return feedtest_status(&x->w, feeds_count(x->w.feeds) - 1).is_open;
}

static bool has_accepted(void *context)
{
    const struct scene *x = context;
    return x->s.accepted >= x->s.wanted;
}

static bool has_failed(void *context)
{
    const struct scene *x = context;
    return x->w.feeds->feeds[0]->error[0] != '\0';
}

/* The report of a ship as one text message. */
static void send_report(struct scene *x, int client, uint32_t mmsi)
{
    struct buf line = {0}, frame = {0};
    feedtest_line(&line, mmsi, 0);
    assert_true(line.length < 126);
    assert_int_equal(buf_add_char(&frame, (char)0x81), 0);
    assert_int_equal(buf_add_char(&frame, (char)line.length), 0);
    assert_int_equal(buf_add(&frame, line.data, line.length), 0);
    server_send(&x->s, client, frame.data, frame.length);
    buf_finish(&line);
    buf_finish(&frame);
}

/* Attempts until `count` of them have failed; the waits before the next. */
static void wait_for_failures(struct scene *x, int count, uint64_t *ret_waits)
{
    for (int i = 0; i < count; i++) {
        struct feed *feed = x->w.feeds->feeds[0];
        looptest_until(&x->w.t, has_failed, x);
        ret_waits[i] = feed->wait_ms;
        feed->error[0] = '\0';
    }
}

/* --- tests --- */

static void test_messages(void **state)
{
    struct scene x;
    scene_begin(&x, CONF_FEED_WEBSOCKET, NULL);
    looptest_until(&x.w.t, is_open, &x);
    send_report(&x, 0, SHIP);
    send_report(&x, 0, SHIP + 1);
    feedtest_wait(&x.w, 2);
    struct feed_status status = feedtest_status(&x.w, 0);
    assert_string_equal(status.transport, "websocket");
    assert_int_equal(status.connects, 1);
    assert_int_equal(status.datagrams, 2);
    scene_end(&x);
}

/* What a server answers decides how long it is left alone. */
static void test_waits(void **state)
{
    static const struct {
        const char *answer;
        uint64_t least[4], most[4];
    } rows[] = {
        /* clang-format off */
        {"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n", {70, 70}, {70, 70}},
        {"HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", {70, 70}, {70, 70}},
        {"HTTP/1.1 429 x\r\nContent-Length: 0\r\n\r\n", {20, 40, 60, 60}, {20, 40, 60, 60}},
        {"HTTP/1.1 429 x\r\nRetry-After: 7000\r\nContent-Length: 0\r\n\r\n", {50, 50}, {50, 50}}, /* the most */
        {"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", {3, 6, 6}, {5, 10, 10}}, /* as a server that is not there */
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene x;
        uint64_t waits[4];
        int count = 0;
        while (count < 4 && rows[i].most[count] > 0)
            count++;
        scene_begin(&x, CONF_FEED_WEBSOCKET, rows[i].answer);
        wait_for_failures(&x, count, waits);
        for (int k = 0; k < count; k++)
            assert_in_range(waits[k], rows[i].least[k], rows[i].most[k]);
        assert_int_equal(feedtest_status(&x.w, 0).connects, 0);
        scene_end(&x);
    }
}

static void send_close(struct scene *x, int client, const char *frame, size_t n)
{
    server_send(&x->s, client, frame, n);
    looptest_until(&x->w.t, has_failed, x);
}

/* A close with code 1008 is a refusal, others are not; a report forgives. */
static void test_closed(void **state)
{
    struct scene x;
    scene_begin(&x, CONF_FEED_WEBSOCKET, NULL);
    struct feed *feed = x.w.feeds->feeds[0];
    looptest_until(&x.w.t, is_open, &x);
    send_close(&x, 0, "\x88\x04\x03\xf0no", 6);
    assert_int_equal(feed->wait_ms, limits.refused_ms);
    assert_string_equal(feed->error,
                        "disconnected: closed by the other side: 1008 policy: no");
    looptest_until(&x.w.t, is_open, &x);
    assert_string_equal(feed->error, "");
    send_report(&x, 1, SHIP);
    feedtest_wait(&x.w, 1);
    send_close(&x, 1, "\x88\x02\x03\xe9", 4);
    assert_in_range(feed->wait_ms, 3, 5); /* 4 ms, 25 % either way */
    assert_int_equal(feedtest_status(&x.w, 0).disconnects, 2);
    scene_end(&x);
}

/* What aisstream says before it closes is the reason; it is busy, then. */
static void test_error_message(void **state)
{
    struct scene x;
    scene_begin(&x, CONF_FEED_AISSTREAM, NULL);
    struct feed *feed = x.w.feeds->feeds[0];
    looptest_until(&x.w.t, is_open, &x);
    char frame[64];
    int n = snprintf(frame, sizeof frame, "\x82%c{\"error\":\"Not Valid\"}", 21);
    server_send(&x.s, 0, frame, (size_t)n);
    send_close(&x, 0, "\x88\x00", 2);
    assert_string_equal(feed->error, "disconnected: the server says: Not Valid");
    assert_in_range(feed->wait_ms, 15, limits.busy_min_ms);
    assert_int_equal(feedtest_status(&x.w, 0).input.service, 1);
    scene_end(&x);
}

/* A server may repeat what it was sent: secrets of ours are not told on; an MQTT broker
 * behind a WebSocket is no other. */
static void test_secrets_are_hidden(void **state)
{
    static const struct {
        enum conf_transport transport;
        const char *error;
    } rows[] = {
        {CONF_FEED_WEBSOCKET,
         "cannot connect: HTTP 403 x: no ******** for ******** or ********"},
        {CONF_FEED_MQTT, "refused: HTTP 403 x: no ******** for ******** or ********"},
    };
    static char path[] = "/v1?key=SECRET-1", secret[] = "SECRET-2";
    static char *topics[] = {path};
    struct conf_header header = {(char *)(uintptr_t) "X-Key",
                                 (char *)(uintptr_t) "SECRET-3"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene x;
        struct err err;
        scene_begin(&x, CONF_FEED_WEBSOCKET,
                    "HTTP/1.1 403 x\r\nContent-Length: 36\r\n\r\n"
                    "no SECRET-1 for SECRET-2 or SECRET-3");
        x.conf.transport = rows[i].transport;
        x.conf.path = path;
        x.conf.subscribe = (struct conf_secret){secret, strlen(secret)};
        x.conf.mqtt = (struct conf_mqtt){.user = path,
                                         .password = x.conf.subscribe,
                                         .keepalive_ms = 60000,
                                         .topics = topics,
                                         .topic_count = 1};
        x.conf.headers = (struct conf_headers){&header, 1};
        x.conf.definition++;
        assert_int_equal(feeds_reconfigure(x.w.feeds, &x.conf, 1, &err), 0);
        x.s.wanted = 2;
        looptest_until(&x.w.t, has_accepted, &x);
        struct feed *feed = x.w.feeds->feeds[1];
        while (feed->error[0] == '\0')
            uv_run(&x.w.t.loop, UV_RUN_ONCE);
        assert_string_equal(feed->error, rows[i].error);
        scene_end(&x);
    }
}

static bool has_pinged(void *context)
{
    const struct scene *x = context;
    return has_frame(&x->s, 0, 0x89);
}

/* A ping after half of the idle timeout; any answer keeps a WebSocket. */
static void test_ping(void **state)
{
    struct scene x;
    struct err err;
    scene_begin(&x, CONF_FEED_WEBSOCKET, NULL);
    x.conf.idle_timeout_ms = 60;
    x.conf.definition++;
    looptest_until(&x.w.t, is_open, &x);
    assert_int_equal(feeds_reconfigure(x.w.feeds, &x.conf, 1, &err), 0);
    x.s.wanted = 2;
    looptest_until(&x.w.t, has_accepted, &x);
    looptest_until(&x.w.t, is_open, &x);
    x.s.wanted = 3; /* nobody answers the ping: a third connection */
    looptest_until(&x.w.t, has_accepted, &x);
    assert_true(has_frame(&x.s, 1, 0x89));
    assert_true(has_frame(&x.s, 1, 0x88)); /* and we say that we leave */
    scene_end(&x);
}

/* aisstream may answer pings for days: without a message it is left. */
static void test_silent_aisstream(void **state)
{
    struct scene x;
    x.conf = websocket_conf(CONF_FEED_AISSTREAM);
    x.conf.idle_timeout_ms = 40;
    feedtest_create(&x.w, NULL, 0);
    feeds_set_limits(x.w.feeds, &limits);
    feedtest_open(&x.w);
    server_open(&x.w.t, &x.s, &x.conf);
    struct err err;
    assert_int_equal(feeds_reconfigure(x.w.feeds, &x.conf, 1, &err), 0);
    looptest_until(&x.w.t, has_pinged, &x);
    server_send(&x.s, 0, "\x8a\x00", 2);
    looptest_until(&x.w.t, has_failed, &x);
    assert_string_equal(x.w.feeds->feeds[0]->error, "disconnected: open and silent");
    scene_end(&x);
}

static bool has_closed_first(void *context)
{
    const struct scene *x = context;
    return has_frame(&x->s, 0, 0x88);
}

static bool has_ended_first(void *context)
{
    return ((const struct scene *)context)->s.ended >= 1;
}

/* A reload that changes the feed: 1000 to the old connection, which has a moment to
 * answer; the new one comes when the old one had its time. */
static void test_reload(void **state)
{
    for (int answers = 0; answers < 2; answers++) {
        struct scene x;
        struct err err;
        scene_begin(&x, CONF_FEED_WEBSOCKET, NULL);
        looptest_until(&x.w.t, is_open, &x);
        assert_int_equal(feeds_reconfigure(x.w.feeds, &x.conf, 1, &err), 0); /* same */
        assert_int_equal(x.s.accepted, 1);
        x.conf.definition++;
        assert_int_equal(feeds_reconfigure(x.w.feeds, &x.conf, 1, &err), 0);
        looptest_until(&x.w.t, has_closed_first, &x);
        assert_int_equal(x.s.accepted, 1);
        if (answers)
            server_send(&x.s, 0, "\x88\x02\x03\xe8", 4);
        looptest_until(&x.w.t, has_ended_first, &x);
        looptest_until(&x.w.t, is_open, &x);
        assert_int_equal(x.s.accepted, 2);
        scene_end(&x);
    }
}

/* While the store is behind nothing is read, and that is no silence. */
static void test_paused(void **state)
{
    struct scene x;
    scene_begin(&x, CONF_FEED_WEBSOCKET, NULL);
    looptest_until(&x.w.t, is_open, &x);
    feeds_pause(x.w.feeds, true);
    send_report(&x, 0, SHIP);
    looptest_turn(&x.w.t, 20);
    assert_int_equal(x.w.count, 0);
    feeds_pause(x.w.feeds, false);
    feedtest_wait(&x.w, 1);
    assert_int_equal(feedtest_status(&x.w, 0).disconnects, 0);
    feeds_pause(x.w.feeds, true);
    feeds_pause(x.w.feeds, false);
    send_close(&x, 0, "\x88\x02\x03\xe9", 4);
    feeds_pause(x.w.feeds, true); /* hands are shaken all the same */
    looptest_until(&x.w.t, is_open, &x);
    send_report(&x, 1, SHIP + 1);
    looptest_turn(&x.w.t, 20);
    assert_int_equal(x.w.count, 1);
    feeds_pause(x.w.feeds, false);
    feedtest_wait(&x.w, 2);
    scene_end(&x);
}

/* The end comes while hands are shaken, and while nobody answers. */
static void test_closing_early(void **state)
{
    struct scene x;
    scene_begin(&x, CONF_FEED_WEBSOCKET, "HTTP/1.1 101");
    x.s.wanted = 1;
    looptest_until(&x.w.t, has_accepted, &x);
    looptest_turn(&x.w.t, 5);
    scene_end(&x);
    struct feedtest w;
    struct conf_feed conf = websocket_conf(CONF_FEED_WEBSOCKET);
    conf.port = 1;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, NULL, TEST(test_messages), TEST(test_waits), TEST(test_closed),
          TEST(test_error_message), TEST(test_secrets_are_hidden), TEST(test_ping),
          TEST(test_silent_aisstream), TEST(test_reload), TEST(test_paused),
          TEST(test_closing_early))
