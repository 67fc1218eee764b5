/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to an MQTT broker on a loop. */
#include "lookout/net/mqtt_link.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

enum { TICK_MS = 1000 }; /* the shortest wait for what MQTT has to do by time */

struct mqtt_link {
    uv_loop_t *loop; /* borrowed */
    struct mqtt_link_sink sink;
    struct peer *peer; /* borrowed: it owns itself; NULL: closed */
    struct mqtt *mqtt; /* owned */
    struct websocket_conf websocket_conf;
    struct websocket_header *headers; /* owned: the list; the texts are borrowed */
    struct websocket *websocket;      /* owned; NULL: none, or not yet */
    uint64_t connect_ms;
    uv_timer_t timer;
    unsigned holds; /* the peer and the timer */
    bool is_paused, is_over, is_closing;
    bool is_feeding; /* the WebSocket: what is to be sent goes out behind it */
    int write_rc;    /* the first failed write */
    int read_rc;     /* of a message of the WebSocket */
    struct err fault;
};

static int64_t now_of(const struct mqtt_link *l)
{
    return (int64_t)uv_now(l->loop);
}

/* --- ends --- */

static void release_link(struct mqtt_link *l)
{
    if (--l->holds > 0)
        return;
    struct mqtt_link_sink sink = l->sink;
    mqtt_destroy(l->mqtt);
    websocket_destroy(l->websocket);
    free(l->headers);
    free(l);
    sink.on_closed(sink.context);
}

static void on_timer_closed(uv_handle_t *handle)
{
    release_link(handle->data);
}

static void end_link(struct mqtt_link *l, const char *what, const char *why,
                     bool is_refused)
{
    if (l->is_over || l->is_closing)
        return;
    l->is_over = true;
    uv_timer_stop(&l->timer);
    l->sink.on_end(l->sink.context, what, why, is_refused);
}

/* --- time --- */

static void set_timer(struct mqtt_link *l);

static void on_timer(uv_timer_t *timer)
{
    struct mqtt_link *l = timer->data;
    struct err err = {0};
    int rc = l->is_paused ? mqtt_hold(l->mqtt, now_of(l))
                          : mqtt_tick(l->mqtt, now_of(l), &err);
    if (rc == ERR_IO)
        end_link(l, "disconnected", err.text, false);
    else
        set_timer(l); /* without memory for a ping, again in a second */
}

static void set_timer(struct mqtt_link *l)
{
    int64_t wait_ms = mqtt_deadline(l->mqtt) - now_of(l);
    if (!l->is_over && !l->is_closing)
        uv_timer_start(&l->timer, on_timer,
                       wait_ms > TICK_MS ? (uint64_t)wait_ms : (uint64_t)TICK_MS, 0);
}

/* --- MQTT's side --- */

static int flush_frames(struct mqtt_link *l)
{
    struct buf out = {0};
    int rc = websocket_take(l->websocket, &out);
    if (rc == 0 && out.length > 0 && l->peer != NULL)
        rc = peer_write(l->peer, out.data, out.length);
    buf_finish(&out);
    return rc;
}

static void on_write(void *context, const void *bytes, size_t n)
{
    struct mqtt_link *l = context;
    int rc = ERR_IO;
    if (l->peer != NULL && l->websocket == NULL)
        rc = peer_write(l->peer, bytes, n);
    else if (l->peer != NULL)
        rc = websocket_send_binary(l->websocket, bytes, n);
    if (rc == 0 && l->websocket != NULL && !l->is_feeding)
        rc = flush_frames(l);
    if (l->write_rc == 0)
        l->write_rc = rc;
}

static void on_ready(void *context, uint8_t granted_qos)
{
    struct mqtt_link *l = context;
    set_timer(l); /* a ping may be due before the time of the answer */
    l->sink.on_ready(l->sink.context, granted_qos);
}

static void on_message(void *context, const struct mqtt_message *message)
{
    struct mqtt_link *l = context;
    if (l->sink.on_message != NULL)
        l->sink.on_message(l->sink.context, message);
}

static void on_acked(void *context, uint16_t id)
{
    struct mqtt_link *l = context;
    if (l->sink.on_acked != NULL)
        l->sink.on_acked(l->sink.context, id);
}

/* --- the connection's side --- */

static void log_in(struct mqtt_link *l)
{
    int rc = mqtt_begin(l->mqtt, now_of(l));
    if (rc != 0)
        end_link(l, "cannot log in", err_text(rc), true);
    else
        set_timer(l);
}

static void end_by_fault(struct mqtt_link *l, int rc, const struct err *err)
{
    if (rc != 0)
        end_link(l, rc == ERR_INVALID ? "refused" : "disconnected", err->text,
                 rc == ERR_INVALID);
}

/* One message of the WebSocket; packets need not begin or end with it (MQTT 3.1.1,
 * section 6). */
static void on_frames(void *context, const char *bytes, size_t n)
{
    struct mqtt_link *l = context;
    if (l->read_rc == 0)
        l->read_rc = mqtt_feed(l->mqtt, bytes, n, now_of(l), &l->fault);
}

static void on_shake_late(uv_timer_t *timer)
{
    end_link(timer->data, "cannot connect", "timed out", false);
}

static void open_websocket(struct mqtt_link *l)
{
    struct websocket_conf *c = &l->websocket_conf;
    int rc = RAND_bytes(c->key, sizeof c->key) == 1 ? 0 : ERR_IO;
    if (rc == 0)
        rc = websocket_create(c, on_frames, l, &l->websocket);
    if (rc == 0)
        rc = flush_frames(l);
    if (rc != 0)
        end_link(l, "cannot connect", err_text(rc), false);
    else
        uv_timer_start(&l->timer, on_shake_late, l->connect_ms, 0);
}

static void on_open(void *context)
{
    struct mqtt_link *l = context;
    if (l->websocket_conf.path != NULL)
        open_websocket(l);
    else
        log_in(l);
}

static void end_with_websocket(struct mqtt_link *l)
{
    const struct websocket_end *end = websocket_end_of(l->websocket);
    bool is_refused = end->status == 401 || end->status == 403;
    const char *what =
        websocket_has_opened(l->websocket) ? "disconnected" : "cannot connect";
    if (is_refused)
        what = "refused";
    end_link(l, what, end->why, is_refused);
}

static void read_websocket(struct mqtt_link *l, const char *bytes, size_t n)
{
    bool was_open = websocket_has_opened(l->websocket);
    l->is_feeding = true;
    websocket_feed(l->websocket, bytes, n, now_of(l));
    l->is_feeding = false;
    if (!was_open && websocket_has_opened(l->websocket))
        log_in(l);
    int rc = flush_frames(l);
    if (l->write_rc == 0)
        l->write_rc = rc;
    end_by_fault(l, l->read_rc, &l->fault);
    if (websocket_state_of(l->websocket) == WEBSOCKET_ENDED)
        end_with_websocket(l);
}

static void on_bytes(void *context, const char *bytes, size_t n)
{
    struct mqtt_link *l = context;
    if (l->is_over)
        return;
    if (l->websocket != NULL)
        read_websocket(l, bytes, n);
    else
        end_by_fault(l, mqtt_feed(l->mqtt, bytes, n, now_of(l), &l->fault), &l->fault);
    if (l->write_rc != 0)
        end_link(l, "disconnected", "the other side does not read", false);
    if (l->sink.on_pause != NULL && !l->is_closing)
        l->sink.on_pause(l->sink.context);
}

static void on_peer_end(void *context, const char *what, const char *why)
{
    struct mqtt_link *l = context;
    if (l->websocket == NULL) {
        end_link(l, what, why, false);
        return;
    }
    websocket_stop(l->websocket, why);
    end_with_websocket(l);
}

static void on_peer_closed(void *context)
{
    release_link(context);
}

/* --- its owner's side --- */

int mqtt_link_open(uv_loop_t *loop, const struct mqtt_link_conf *conf,
                   const struct mqtt_link_sink *sink, struct mqtt_link **ret_link)
{
    struct mqtt_link *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    const struct mqtt_sink mqtt_sink = {.on_write = on_write,
                                        .on_ready = on_ready,
                                        .on_message = on_message,
                                        .on_acked = on_acked,
                                        .context = l};
    const struct peer_sink peer_sink = {.on_open = on_open,
                                        .on_bytes = on_bytes,
                                        .on_end = on_peer_end,
                                        .on_closed = on_peer_closed,
                                        .context = l};
    l->loop = loop;
    l->sink = *sink;
    l->connect_ms = conf->peer.connect_ms;
    if (conf->header_count > 0) {
        l->headers = calloc(conf->header_count, sizeof *l->headers);
        if (l->headers != NULL)
            memcpy(l->headers, conf->headers, conf->header_count * sizeof *l->headers);
    }
    l->websocket_conf = (struct websocket_conf){.host = conf->host,
                                                .port = conf->peer.port,
                                                .is_tls = conf->peer.tls != NULL,
                                                .path = conf->path,
                                                .headers = l->headers,
                                                .header_count = conf->header_count,
                                                .protocol = "mqtt"};
    l->mqtt = mqtt_create(&conf->mqtt, &mqtt_sink);
    if (l->mqtt == NULL || (conf->header_count > 0 && l->headers == NULL) ||
        peer_open(loop, &conf->peer, &peer_sink, &l->peer) != 0) {
        mqtt_destroy(l->mqtt);
        free(l->headers);
        free(l);
        return ERR_NOMEM;
    }
    uv_timer_init(loop, &l->timer);
    l->timer.data = l;
    l->holds = 2;
    *ret_link = l;
    return 0;
}

bool mqtt_link_is_ready(const struct mqtt_link *l)
{
    return mqtt_is_ready(l->mqtt) && !l->is_over;
}

void mqtt_link_acknowledge(struct mqtt_link *l, uint16_t id)
{
    /* A connection that breaks, or memory that is short: the broker sends it again. */
    if (mqtt_link_is_ready(l))
        (void)!mqtt_acknowledge(l->mqtt, id, now_of(l));
}

int mqtt_link_publish(struct mqtt_link *l, const struct mqtt_publication *p)
{
    if (!mqtt_link_is_ready(l))
        return ERR_IO;
    l->write_rc = 0;
    int rc = mqtt_publish(l->mqtt, p, now_of(l));
    rc = rc != 0 ? rc : l->write_rc;
    l->write_rc = 0; /* told */
    return rc;
}

void mqtt_link_pause(struct mqtt_link *l, bool paused)
{
    if (l->is_paused == paused)
        return;
    l->is_paused = paused;
    if (!l->is_over)
        peer_pause(l->peer, paused);
}

void mqtt_link_close(struct mqtt_link *l)
{
    if (mqtt_link_is_ready(l))
        mqtt_leave(l->mqtt);
    if (l->websocket != NULL && websocket_close(l->websocket) == 0)
        (void)!flush_frames(l);
    l->is_closing = true;
    peer_close(l->peer);
    l->peer = NULL;
    uv_close((uv_handle_t *)&l->timer, on_timer_closed);
}
