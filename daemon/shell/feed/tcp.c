/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a server that sends data: looks up the name, connects, and begins again
 * with growing waits whenever the connection breaks or is silent for idle_timeout. A
 * half-open connection looks like silence, so the idle timeout ends it (OpenCPN issue
 * 1142, SignalK 1425). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/sys/log.h"

/* How gpsd greets (gpsd_json(5)), and what makes it send: until it is asked it says no
 * more. Any other server sends by itself, and is told nothing. */
static const char gpsd_greeting[] = "{\"class\":\"VERSION\",";
static const char gpsd_watch[] = "?WATCH={\"enable\":true,\"json\":true};\n";

/* One attempt or connection; freed when its handle is closed. */
struct tcp_link {
    uv_tcp_t handle;
    uv_connect_t connect;
    struct feed *feed; /* borrowed */
    size_t greeted;    /* bytes that were gpsd's greeting so far; SIZE_MAX: settled */
};

struct tcp_feed {
    struct feed *feed; /* borrowed */
    uv_timer_t timer;  /* an attempt's limit, the wait before one, or the idle timeout */
    uv_getaddrinfo_t lookup;
    struct addrinfo *addresses; /* owned; the result of the look-up */
    struct addrinfo *next;      /* borrowed from addresses: the next to try */
    struct tcp_link *link;      /* borrowed, its handle owns it; NULL: none */
    uint64_t wait_ms;           /* before the next attempt */
    uint64_t received_loop_ms;
    bool is_looking_up;
    bool is_doubted; /* idle for too long, unless something lies in the socket */
};

static void look_up_peer(struct tcp_feed *tcp);
static void try_next(struct tcp_feed *tcp);

static void on_link_closed(uv_handle_t *handle)
{
    struct tcp_link *link = handle->data;
    struct feed *feed = link->feed;
    free(link);
    feeds_release(feed);
}

static void close_link(struct tcp_feed *tcp)
{
    if (tcp->link == NULL)
        return;
    uv_close((uv_handle_t *)&tcp->link->handle, on_link_closed);
    tcp->link = NULL;
}

static void on_retry(uv_timer_t *timer)
{
    look_up_peer(timer->data);
}

static void retry_tcp_later(struct tcp_feed *tcp, const char *what, const char *why)
{
    struct feed *feed = tcp->feed;
    close_link(tcp);
    uv_freeaddrinfo(tcp->addresses);
    tcp->addresses = tcp->next = NULL;
    if (feed->is_closing)
        return;
    uint64_t wait_ms = feed_net_backoff(feed->feeds, &tcp->wait_ms);
    log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, what,
                 "%s reason=\"%s\" address=%s port=%u next_attempt_ms=%llu", what, why,
                 feed->conf.address, (unsigned)feed->conf.port,
                 (unsigned long long)wait_ms);
    uv_timer_start(&tcp->timer, on_retry, wait_ms, 0);
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

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    struct tcp_link *link = handle->data;
    (void)suggested;
    *ret_buf = uv_buf_init(link->feed->feeds->scratch, FEED_STREAM_BYTES);
}

/* What the server sends first may be gpsd's greeting: ask it for its reports. false: it
 * cannot be asked. */
static bool answer_greeting(struct tcp_link *link, const char *bytes, size_t n)
{
    const size_t length = sizeof gpsd_greeting - 1;
    for (size_t i = 0; i < n && link->greeted < length; i++)
        link->greeted =
            bytes[i] == gpsd_greeting[link->greeted] ? link->greeted + 1 : SIZE_MAX;
    if (link->greeted != length)
        return true;
    link->greeted = SIZE_MAX;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)gpsd_watch, sizeof gpsd_watch - 1);
    log_info("feed", link->feed->conf.id, "gpsd is asked for its reports");
    return uv_try_write((uv_stream_t *)&link->handle, &buf, 1) == (int)buf.len;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct tcp_link *link = stream->data;
    struct feed *feed = link->feed;
    struct tcp_feed *tcp = feed->state;
    if (link != tcp->link || n == 0)
        return;
    if (n < 0) {
        close_connection(tcp,
                         n == UV_EOF ? "closed by the other side" : uv_strerror((int)n));
        return;
    }
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    tcp->is_doubted = false;
    tcp->wait_ms = 0; /* the connection works: the next attempt may come soon */
    bool is_asked = answer_greeting(link, buf->base, (size_t)n);
    feed_path_bytes(feed, feed->input, buf->base, (size_t)n);
    if (!is_asked)
        close_connection(tcp, "gpsd cannot be asked");
    feed_path_flush(feed->feeds);
}

static void on_connect(uv_connect_t *request, int status)
{
    struct tcp_link *link = request->data;
    struct feed *feed = link->feed;
    struct tcp_feed *tcp = feed->state;
    if (link != tcp->link)
        return; /* given up meanwhile */
    if (status == 0 && !feed_path_is_paused(feed))
        status = uv_read_start((uv_stream_t *)&link->handle, on_alloc, on_read);
    if (status != 0) {
        close_link(tcp);
        if (tcp->next != NULL)
            try_next(tcp);
        else
            retry_tcp_later(tcp, "cannot connect", uv_strerror(status));
        return;
    }
    enum { KEEPALIVE_S = 60 };
    uv_tcp_keepalive(&link->handle, 1, KEEPALIVE_S);
    feed->is_open = true;
    feed->connects++;
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    tcp->is_doubted = false;
    log_info("feed", feed->conf.id, "connected address=%s port=%u", feed->conf.address,
             (unsigned)feed->conf.port);
    uv_timer_start(&tcp->timer, on_idle, (uint64_t)feed->conf.idle_timeout_ms, 0);
}

static void on_attempt_over(uv_timer_t *timer)
{
    struct tcp_feed *tcp = timer->data;
    close_link(tcp);
    if (tcp->next != NULL)
        try_next(tcp);
    else
        retry_tcp_later(tcp, "cannot connect", "timed out");
}

static void try_next(struct tcp_feed *tcp)
{
    struct feed *feed = tcp->feed;
    const struct addrinfo *address = tcp->next;
    tcp->next = address->ai_next;
    struct tcp_link *link = calloc(1, sizeof *link);
    if (link == NULL || uv_tcp_init(feed->feeds->loop, &link->handle) != 0) {
        free(link);
        retry_tcp_later(tcp, "cannot connect", "out of memory");
        return;
    }
    link->feed = feed;
    link->handle.data = link->connect.data = link;
    tcp->link = link;
    feeds_hold(feed);
    int rc = uv_tcp_connect(&link->connect, &link->handle, address->ai_addr, on_connect);
    if (rc == 0) {
        uv_timer_start(&tcp->timer, on_attempt_over, feed->feeds->limits.connect_ms, 0);
        return;
    }
    if (tcp->next == NULL) {
        retry_tcp_later(tcp, "cannot connect", uv_strerror(rc));
        return;
    }
    close_link(tcp);
    uv_timer_start(&tcp->timer, on_attempt_over, 0, 0);
}

static void on_looked_up(uv_getaddrinfo_t *request, int status,
                         struct addrinfo *addresses)
{
    struct tcp_feed *tcp = request->data;
    struct feed *feed = tcp->feed;
    tcp->is_looking_up = false;
    if (feed->is_closing) {
        uv_freeaddrinfo(addresses);
    } else if (status != 0 || addresses == NULL) {
        uv_freeaddrinfo(addresses);
        retry_tcp_later(tcp, "cannot look up",
                        status != 0 ? uv_strerror(status) : "no address");
    } else {
        tcp->addresses = tcp->next = addresses;
        try_next(tcp);
    }
    feeds_release(feed);
}

static void look_up_peer(struct tcp_feed *tcp)
{
    struct feed *feed = tcp->feed;
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)feed->conf.port);
    tcp->lookup.data = tcp;
    int rc = uv_getaddrinfo(feed->feeds->loop, &tcp->lookup, on_looked_up,
                            feed->conf.address, port, &hints);
    if (rc != 0) {
        retry_tcp_later(tcp, "cannot look up", uv_strerror(rc));
        return;
    }
    tcp->is_looking_up = true;
    feeds_hold(feed);
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
    look_up_peer(tcp);
    return 0;
}

static void tcp_pause(struct feed *feed, bool paused)
{
    struct tcp_feed *tcp = feed->state;
    if (tcp->link == NULL || !feed->is_open)
        return;
    uv_stream_t *stream = (uv_stream_t *)&tcp->link->handle;
    tcp->received_loop_ms = uv_now(feed->feeds->loop);
    if (paused)
        uv_read_stop(stream);
    else
        uv_read_start(stream, on_alloc, on_read);
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
    close_link(tcp);
    uv_freeaddrinfo(tcp->addresses);
    tcp->addresses = tcp->next = NULL;
    if (tcp->is_looking_up)
        uv_cancel((uv_req_t *)&tcp->lookup); /* its callback is still called */
    uv_close((uv_handle_t *)&tcp->timer, on_timer_closed);
}

const struct feed_ops feed_tcp = {
    .name = "tcp",
    .open = tcp_open,
    .pause = tcp_pause,
    .close = tcp_close,
};
