/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a server that sends data, with TLS where the feed says so: it begins
 * again with growing waits whenever the connection breaks or is silent for idle_timeout.
 * A half-open connection looks like silence, so the idle timeout ends it (OpenCPN issue
 * 1142, SignalK 1425). */
#include <stdlib.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/net/peer.h"
#include "lookout/sys/log.h"

/* How gpsd greets (gpsd_json(5)), and what makes it send: until it is asked it says no
 * more. Any other server sends by itself, and is told nothing. */
static const char gpsd_greeting[] = "{\"class\":\"VERSION\",";
static const char gpsd_watch[] = "?WATCH={\"enable\":true,\"json\":true};\n";

struct tcp_feed {
    struct feed *feed; /* borrowed */
    uv_timer_t timer;  /* the wait before an attempt, or the idle timeout */
    struct peer *peer; /* the attempt or the connection; NULL: none */
    size_t greeted;    /* bytes that were gpsd's greeting so far; SIZE_MAX: settled */
    uint64_t wait_ms;  /* before the next attempt */
    uint64_t received_loop_ms;
    bool is_doubted; /* idle for too long, unless something lies in the socket */
};

static void open_peer(struct tcp_feed *tcp);

static void close_peer(struct tcp_feed *tcp)
{
    if (tcp->peer != NULL)
        peer_close(tcp->peer);
    tcp->peer = NULL;
}

static void on_retry(uv_timer_t *timer)
{
    open_peer(timer->data);
}

static void retry_tcp_later(struct tcp_feed *tcp, const char *what, const char *why)
{
    struct feed *feed = tcp->feed;
    close_peer(tcp);
    if (feed->is_closing)
        return;
    feed_net_fail(feed, what, why, feed_net_backoff(feed->feeds, &tcp->wait_ms));
    uv_timer_start(&tcp->timer, on_retry, feed->wait_ms, 0);
}

static void close_connection(struct tcp_feed *tcp, const char *why)
{
    struct feed *feed = tcp->feed;
    feed->is_open = false;
    feed->disconnects++;
    input_reset(feed->input); /* the next connection does not continue half a line */
    retry_tcp_later(tcp, "disconnected", why);
}

static void on_idle(uv_timer_t *timer)
{
    struct tcp_feed *tcp = timer->data;
    const struct feed *feed = tcp->feed;
    uint64_t idle_ms = uv_now(feed->feeds->loop) - tcp->received_loop_ms;
    uint64_t limit_ms = (uint64_t)feed->conf.idle_timeout_ms;
    if (feed_path_is_paused(feed)) /* we are not reading */
        uv_timer_start(&tcp->timer, on_idle, limit_ms, 0);
    else if (idle_ms < limit_ms)
        uv_timer_start(&tcp->timer, on_idle, limit_ms - idle_ms, 0);
    else if (tcp->is_doubted)
        close_connection(tcp, "idle timeout");
    else
        uv_timer_start(&tcp->timer, on_idle, FEED_DOUBT_MS, 0);
    tcp->is_doubted = idle_ms >= limit_ms;
}

/* What the server sends first may be gpsd's greeting: ask it for its reports. false: it
 * cannot be asked. */
static bool answer_greeting(struct tcp_feed *tcp, const char *bytes, size_t n)
{
    const size_t length = sizeof gpsd_greeting - 1;
    for (size_t i = 0; i < n && tcp->greeted < length; i++)
        tcp->greeted =
            bytes[i] == gpsd_greeting[tcp->greeted] ? tcp->greeted + 1 : SIZE_MAX;
    if (tcp->greeted != length)
        return true;
    tcp->greeted = SIZE_MAX;
    log_info("feed", tcp->feed->conf.id, "gpsd is asked for its reports");
    return peer_write(tcp->peer, gpsd_watch, sizeof gpsd_watch - 1) == 0;
}

static void on_bytes(void *context, const char *bytes, size_t n)
{
    struct tcp_feed *tcp = context;
    struct feed *feed = tcp->feed;
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    tcp->is_doubted = false;
    tcp->wait_ms = 0; /* the connection works: the next attempt may come soon */
    bool is_asked = answer_greeting(tcp, bytes, n);
    feed_path_bytes(feed, feed->input, bytes, n);
    if (!is_asked)
        close_connection(tcp, "gpsd cannot be asked");
    feed_path_flush(feed->feeds);
}

static void on_open(void *context)
{
    struct tcp_feed *tcp = context;
    struct feed *feed = tcp->feed;
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    tcp->is_doubted = false;
    tcp->greeted = 0;
    feed_net_connected(feed);
    uv_timer_start(&tcp->timer, on_idle, (uint64_t)feed->conf.idle_timeout_ms, 0);
}

static void on_end(void *context, const char *what, const char *why)
{
    struct tcp_feed *tcp = context;
    if (tcp->feed->is_open)
        close_connection(tcp, why);
    else
        retry_tcp_later(tcp, what, why);
}

static void on_closed(void *context)
{
    feeds_release(((struct tcp_feed *)context)->feed);
}

static void open_peer(struct tcp_feed *tcp)
{
    const struct peer_sink sink = {.on_open = on_open,
                                   .on_bytes = on_bytes,
                                   .on_end = on_end,
                                   .on_closed = on_closed,
                                   .context = tcp};
    int rc = feed_net_open_peer(tcp->feed, &sink, &tcp->peer);
    if (rc != 0)
        retry_tcp_later(tcp, "cannot connect", err_text(rc));
}

static int tcp_open(struct feed *feed, struct err *err)
{
    (void)err;
    struct tcp_feed *tcp = calloc(1, sizeof *tcp);
    if (tcp == NULL)
        return ERR_NOMEM;
    feed->state = tcp;
    tcp->feed = feed;
    uv_timer_init(feed->feeds->loop, &tcp->timer);
    tcp->timer.data = tcp;
    feeds_hold(feed);
    open_peer(tcp);
    return 0;
}

static void tcp_pause(struct feed *feed, bool paused)
{
    struct tcp_feed *tcp = feed->state;
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    if (tcp->peer != NULL)
        peer_pause(tcp->peer, paused);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct tcp_feed *tcp = handle->data;
    feeds_release(tcp->feed);
}

static void tcp_close(struct feed *feed)
{
    struct tcp_feed *tcp = feed->state;
    if (tcp == NULL)
        return;
    close_peer(tcp);
    uv_close((uv_handle_t *)&tcp->timer, on_timer_closed);
}

const struct feed_ops feed_tcp = {
    .name = "tcp",
    .open = tcp_open,
    .pause = tcp_pause,
    .close = tcp_close,
};
