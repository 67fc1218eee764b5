/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket that sends AIS data, and aisstream.io, which is one with a subscription.
 *
 *   socket  one connection, from its look-up on; it outlives its use by the second that
 *           the peer has to answer our close frame, so that a reload or a stop leaves no
 *           half-open connection that the peer still counts (aisstream issue 292)
 *
 * A peer that refuses is left alone for longer than one that is not there. */
#include <jansson.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/base/text.h"
#include "lookout/net/websocket.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

enum { SAID_BYTES = 121, HEADERS_MAX = 64 };

struct socket {
    struct feed *feed; /* borrowed */
    struct peer *peer;
    struct websocket *websocket; /* owned; NULL: not connected */
    uv_timer_t timer;            /* the limit of the handshake, or of our close */
    unsigned holds;              /* the peer and the timer */
    bool is_retired;             /* the feed has left it */
    bool is_done;                /* its handles are closing */
};

struct websocket_feed {
    struct feed *feed;     /* borrowed */
    struct socket *socket; /* NULL: none */
    uv_timer_t timer;      /* the wait before an attempt, or the idle timeout */
    uint64_t wait_ms;      /* before the next attempt, after a failure */
    uint64_t busy_wait_ms; /* the same, after a peer that wants fewer of us */
    uint64_t attempt_loop_ms;
    uint64_t received_loop_ms; /* any bytes */
    uint64_t message_loop_ms;
    bool is_doubted;       /* idle for too long, unless something lies in the socket */
    bool is_pinged;        /* since the last bytes */
    char said[SAID_BYTES]; /* the error that a message of aisstream tells; "" */
};

static void begin_socket(struct websocket_feed *w);
static void drop_socket(struct websocket_feed *w, const char *why);

static bool is_aisstream(const struct feed *feed)
{
    return feed->conf.transport == CONF_FEED_AISSTREAM;
}

/* --- the socket --- */

static void let_socket_go(struct socket *s)
{
    if (--s->holds > 0)
        return;
    struct feed *feed = s->feed;
    websocket_destroy(s->websocket);
    free(s);
    feeds_release(feed);
}

static void on_closed(void *context)
{
    struct feed *feed = ((struct socket *)context)->feed;
    let_socket_go(context);
    feeds_release(feed); /* the peer's own hold */
}

static void on_timer_closed(uv_handle_t *handle)
{
    let_socket_go(handle->data);
}

static void close_socket_handles(struct socket *s)
{
    if (s->is_done)
        return;
    s->is_done = true;
    if (s->peer != NULL)
        peer_close(s->peer);
    uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

/* Send what waits; false: that failed. */
static bool flush_websocket(struct socket *s)
{
    struct buf out = {0};
    int rc = websocket_take(s->websocket, &out);
    if (rc == 0 && out.length > 0)
        rc = peer_write(s->peer, out.data, out.length);
    buf_finish(&out);
    return rc == 0;
}

static void on_close_late(uv_timer_t *timer)
{
    close_socket_handles(timer->data);
}

/* The feed leaves it: say so to the peer, and wait for its answer for a moment. */
static void retire_socket(struct socket *s)
{
    s->is_retired = true;
    if (s->websocket == NULL || websocket_state_of(s->websocket) != WEBSOCKET_OPEN ||
        websocket_close(s->websocket) != 0 || !flush_websocket(s)) {
        close_socket_handles(s);
        return;
    }
    peer_pause(s->peer, false); /* its answer must be read */
    uv_timer_start(&s->timer, on_close_late, s->feed->feeds->limits.close_ms, 0);
}

/* --- waits --- */

static uint64_t double_busy(struct websocket_feed *w)
{
    const struct feeds_limits *limits = &w->feed->feeds->limits;
    uint64_t wait =
        w->busy_wait_ms < limits->busy_min_ms ? limits->busy_min_ms : w->busy_wait_ms;
    w->busy_wait_ms = wait * 2 < limits->busy_max_ms ? wait * 2 : limits->busy_max_ms;
    return wait < limits->busy_max_ms ? wait : limits->busy_max_ms;
}

/* How long the peer is left alone; `end` is NULL where it was not reached. */
static uint64_t choose_wait(struct websocket_feed *w, const struct websocket_end *end)
{
    enum { POLICY = 1008, TOO_MANY = 429, UNAVAILABLE = 503 };
    const struct feeds_limits *limits = &w->feed->feeds->limits;
    uint64_t wait = feed_net_backoff(w->feed->feeds, &w->wait_ms);
    if (end == NULL)
        return wait;
    bool is_told = end->retry_after_ms >= 0 &&
                   (end->status == TOO_MANY || end->status == UNAVAILABLE);
    if (end->status == 401 || end->status == 403 ||
        (end->code == POLICY && !end->is_ours)) {
        wait = limits->refused_ms;
    } else if (is_told) {
        uint64_t asked = (uint64_t)end->retry_after_ms;
        if (asked > limits->retry_after_max_ms)
            asked = limits->retry_after_max_ms;
        wait = asked > wait ? asked : wait;
    } else if (end->status == TOO_MANY || w->said[0] != '\0') {
        wait = double_busy(w);
    }
    /* aisstream answers quick attempts with 429 (issues 117, 287) */
    uint64_t since_ms = uv_now(w->feed->feeds->loop) - w->attempt_loop_ms;
    if (is_aisstream(w->feed) && since_ms < limits->busy_min_ms &&
        wait < limits->busy_min_ms - since_ms)
        wait = limits->busy_min_ms - since_ms;
    return wait;
}

static void on_retry(uv_timer_t *timer)
{
    begin_socket(timer->data);
}

/* The connection, or the attempt, is over. */
static void retry_websocket_later(struct websocket_feed *w, const char *what,
                                  const char *why, const struct websocket_end *end)
{
    struct feed *feed = w->feed;
    char text[sizeof feed->error];
    bool was_open = feed->is_open;
    snprintf(text, sizeof text, w->said[0] != '\0' ? "the server says: %s" : "%s",
             w->said[0] != '\0' ? w->said : why);
    uint64_t wait_ms = choose_wait(w, end);
    feed->is_open = false;
    if (was_open) {
        feed->disconnects++;
        input_reset(feed->input);
    }
    struct socket *s = w->socket;
    w->socket = NULL;
    if (s != NULL)
        retire_socket(s);
    if (feed->is_closing)
        return;
    feed_net_fail(feed, was_open ? "disconnected" : what, text, wait_ms);
    uv_timer_start(&w->timer, on_retry, wait_ms, 0);
}

static void drop_socket(struct websocket_feed *w, const char *why)
{
    static const struct websocket_end reached = {.is_ours = true, .retry_after_ms = -1};
    retry_websocket_later(w, "disconnected", why, &reached);
}

/* --- silence --- */

static void on_idle(uv_timer_t *timer)
{
    struct websocket_feed *w = timer->data;
    const struct feed *feed = w->feed;
    uint64_t now = uv_now(feed->feeds->loop);
    uint64_t limit_ms = (uint64_t)feed->conf.idle_timeout_ms;
    /* aisstream's connections may be open and silent for days (issues 215, 263, 282):
     * there only messages are a sign of life */
    uint64_t heard_ms = is_aisstream(feed) ? w->message_loop_ms : w->received_loop_ms;
    uint64_t due_ms = heard_ms + limit_ms;
    uint64_t ping_ms = w->received_loop_ms + limit_ms / 2;
    if (feed_path_is_paused(feed)) { /* we are not reading */
        w->received_loop_ms = w->message_loop_ms = now;
        due_ms = now + limit_ms;
    } else if (now >= due_ms && w->is_doubted) {
        drop_socket(w, is_aisstream(feed) ? "open and silent" : "idle timeout");
        return;
    } else if (now >= ping_ms && !w->is_pinged) {
        w->is_pinged = true;
        if (websocket_ping(w->socket->websocket) != 0 || !flush_websocket(w->socket)) {
            drop_socket(w, "the other side does not read");
            return;
        }
    }
    w->is_doubted = now >= due_ms;
    if (w->is_doubted)
        due_ms = now + FEED_DOUBT_MS;
    else if (!w->is_pinged && ping_ms > now && ping_ms < due_ms)
        due_ms = ping_ms;
    uv_timer_start(&w->timer, on_idle, due_ms - now, 0);
}

/* --- messages --- */

/* The text of {"error": "..."}, which aisstream sends before it closes. */
static void note_error(struct websocket_feed *w, const char *bytes, size_t n)
{
    static const char begin[] = "{\"error\"";
    if (n < sizeof begin - 1 || memcmp(bytes, begin, sizeof begin - 1) != 0)
        return;
    json_t *root = json_loadb(bytes, n, 0, NULL);
    const char *text = json_string_value(json_object_get(root, "error"));
    if (text != NULL) {
        text_clean(text, strlen(text), w->said, sizeof w->said);
        feed_redact_secrets(w->feed, w->said);
        log_warning("feed", w->feed->conf.id, "the server says: %s", w->said);
    }
    json_decref(root);
}

static void on_message(void *context, const char *bytes, size_t n)
{
    struct socket *s = context;
    struct feed *feed = s->feed;
    struct websocket_feed *w = feed->state;
    if (s->is_retired)
        return;
    uint64_t before = input_counts(feed->input)->service;
    w->message_loop_ms = uv_now(feed->feeds->loop);
    feed_path_datagram(feed, feed->input, bytes, n);
    if (input_counts(feed->input)->service != before) {
        note_error(w, bytes, n);
        return;
    }
    w->wait_ms = w->busy_wait_ms = 0; /* the next attempt may come soon */
    w->said[0] = '\0';
}

/* --- events of the connection --- */

static void finish_socket(struct socket *s)
{
    struct websocket_feed *w = s->feed->state;
    struct websocket_end end = *websocket_end_of(s->websocket);
    if (s->is_retired)
        close_socket_handles(s);
    else
        retry_websocket_later(w, "cannot connect", end.why, &end);
}

static bool send_subscription(const struct socket *s)
{
    const struct conf_secret *text = &s->feed->conf.subscribe;
    return text->text == NULL ||
           websocket_send(s->websocket, text->text, text->length) == 0;
}

static void open_feed_websocket(struct socket *s)
{
    struct feed *feed = s->feed;
    struct websocket_feed *w = feed->state;
    uv_timer_stop(&s->timer);
    w->message_loop_ms = uv_now(feed->feeds->loop);
    feed_net_connected(feed);
    peer_pause(s->peer, feed_path_is_paused(feed));
    uv_timer_start(&w->timer, on_idle, (uint64_t)feed->conf.idle_timeout_ms / 2, 0);
}

static void on_bytes(void *context, const char *bytes, size_t n)
{
    struct socket *s = context;
    struct feed *feed = s->feed;
    struct feeds *f = feed->feeds;
    struct websocket_feed *w = feed->state;
    if (s->websocket == NULL || s->is_done)
        return;
    bool had_opened = websocket_has_opened(s->websocket);
    if (!s->is_retired) {
        w->received_loop_ms = uv_now(f->loop);
        w->is_doubted = w->is_pinged = false;
    }
    websocket_feed(s->websocket, bytes, n, clock_wall_ms());
    bool is_new = websocket_has_opened(s->websocket) && !had_opened && !s->is_retired;
    if (is_new)
        open_feed_websocket(s);
    bool is_over = websocket_state_of(s->websocket) == WEBSOCKET_ENDED;
    bool is_sent = (!is_new || is_over || send_subscription(s)) && flush_websocket(s);
    if (is_over)
        finish_socket(s);
    else if (!is_sent && !s->is_retired)
        drop_socket(w, "the other side does not read");
    feed_path_flush(f);
}

static void on_handshake_late(uv_timer_t *timer)
{
    struct socket *s = timer->data;
    websocket_stop(s->websocket, "timed out during the WebSocket's handshake");
    finish_socket(s);
}

static int create_websocket(struct socket *s)
{
    const struct conf_feed *conf = &s->feed->conf;
    struct websocket_header headers[HEADERS_MAX];
    struct websocket_conf c = {.host = conf->address,
                               .port = conf->port,
                               .is_tls = conf->is_tls,
                               .path = conf->path,
                               .headers = headers};
    for (; c.header_count < conf->headers.count && c.header_count < HEADERS_MAX;
         c.header_count++)
        headers[c.header_count] =
            (struct websocket_header){conf->headers.items[c.header_count].name,
                                      conf->headers.items[c.header_count].value};
    if (RAND_bytes(c.key, sizeof c.key) != 1)
        return ERR_IO;
    return websocket_create(&c, on_message, s, &s->websocket);
}

static void on_open(void *context)
{
    struct socket *s = context;
    int rc = create_websocket(s);
    peer_pause(s->peer, false); /* also of a paused feed the handshake is read */
    if (rc == 0 && flush_websocket(s))
        uv_timer_start(&s->timer, on_handshake_late, s->feed->feeds->limits.connect_ms,
                       0);
    else
        retry_websocket_later(s->feed->state, "cannot connect", err_text(rc), NULL);
}

static void on_end(void *context, const char *what, const char *why)
{
    struct socket *s = context;
    if (s->is_retired) {
        close_socket_handles(s);
    } else if (s->websocket == NULL) {
        retry_websocket_later(s->feed->state, what, why, NULL);
    } else {
        bool is_open = websocket_state_of(s->websocket) == WEBSOCKET_OPEN;
        char text[160];
        snprintf(text, sizeof text, "%s%s", why,
                 is_open ? ", without a close frame"
                         : " during the WebSocket's handshake");
        websocket_stop(s->websocket, text);
        finish_socket(s);
    }
}

static void begin_socket(struct websocket_feed *w)
{
    struct feed *feed = w->feed;
    struct socket *s = calloc(1, sizeof *s);
    if (s == NULL) {
        retry_websocket_later(w, "cannot connect", err_text(ERR_NOMEM), NULL);
        return;
    }
    const struct peer_sink sink = {.on_open = on_open,
                                   .on_bytes = on_bytes,
                                   .on_end = on_end,
                                   .on_closed = on_closed,
                                   .context = s};
    s->feed = feed;
    uv_timer_init(feed->feeds->loop, &s->timer);
    s->timer.data = s;
    s->holds = 1;
    feeds_hold(feed);
    w->socket = s;
    w->said[0] = '\0';
    w->attempt_loop_ms = uv_now(feed->feeds->loop);
    if (feed_net_open_peer(feed, &sink, &s->peer) == 0)
        s->holds++;
    else
        retry_websocket_later(w, "cannot connect", err_text(ERR_NOMEM), NULL);
}

/* --- the transport --- */

/* The wait before the first attempt: a reload lets the old connection go first. */
static uint64_t first_wait(const struct feed *feed)
{
    const struct feeds *f = feed->feeds;
    for (size_t i = 0; i < f->count; i++)
        if (f->feeds[i] != feed && f->feeds[i]->is_closing && !f->feeds[i]->is_gone &&
            strcmp(f->feeds[i]->conf.id, feed->conf.id) == 0)
            return f->limits.close_ms;
    return 0;
}

static int websocket_open(struct feed *feed, struct err *err)
{
    (void)err;
    struct websocket_feed *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ERR_NOMEM;
    feed->state = w;
    w->feed = feed;
    uv_timer_init(feed->feeds->loop, &w->timer);
    w->timer.data = w;
    feeds_hold(feed);
    uv_timer_start(&w->timer, on_retry, first_wait(feed), 0);
    return 0;
}

static void websocket_pause(struct feed *feed, bool paused)
{
    struct websocket_feed *w = feed->state;
    w->received_loop_ms = w->message_loop_ms = uv_now(feed->feeds->loop);
    if (w->socket != NULL && feed->is_open)
        peer_pause(w->socket->peer, paused);
}

static void on_feed_timer_closed(uv_handle_t *handle)
{
    feeds_release(((struct websocket_feed *)handle->data)->feed);
}

static void websocket_close_feed(struct feed *feed)
{
    struct websocket_feed *w = feed->state;
    if (w == NULL)
        return;
    struct socket *s = w->socket;
    w->socket = NULL;
    if (s != NULL)
        retire_socket(s);
    uv_close((uv_handle_t *)&w->timer, on_feed_timer_closed);
}

#define WEBSOCKET_OPS                                                                    \
    .open = websocket_open, .pause = websocket_pause, .close = websocket_close_feed
const struct feed_ops feed_websocket = {.name = "websocket", WEBSOCKET_OPS};
const struct feed_ops feed_aisstream = {.name = "aisstream", WEBSOCKET_OPS};
