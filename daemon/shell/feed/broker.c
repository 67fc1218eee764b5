/* SPDX-License-Identifier: Apache-2.0 */
/* An MQTT broker as a feed: connects, logs in and subscribes, and begins again with
 * growing waits whenever the connection breaks. A login or a topic that the broker
 * refuses is tried again after five minutes. */
#include <stdlib.h>
#include <string.h>

#include "broker_int.h"
#include "lookout/base/time.h"
#include "lookout/net/client_id.h"
#include "lookout/net/mqtt_link.h"
#include "lookout/sys/log.h"

enum { HEADERS_MAX = 64 };      /* conf_peer.c takes no more */
enum { STABLE_MS = 60 * 1000 }; /* it held so long: the next wait is short */

struct broker {
    struct feed *feed; /* borrowed */
    struct broker_keep keep;
    uv_timer_t timer;       /* the wait before an attempt */
    struct mqtt_link *link; /* borrowed, it owns itself; NULL: none */
    char client_id[CLIENT_ID_BYTES];
    unsigned session;
    uint64_t wait_ms; /* before the next attempt */
    uint64_t ready_loop_ms;
};

static void connect_broker(struct broker *b);

/* --- ends --- */

static void close_session(struct broker *b)
{
    if (b->link != NULL)
        mqtt_link_close(b->link);
    b->link = NULL;
    b->session++;
}

static void on_retry(uv_timer_t *timer)
{
    connect_broker(timer->data);
}

static void on_end(void *context, const char *what, const char *why, bool is_refused)
{
    struct broker *b = context;
    struct feed *feed = b->feed;
    if (feed->is_open) {
        feed->is_open = false;
        feed->disconnects++;
        if (uv_now(feed->feeds->loop) - b->ready_loop_ms >= STABLE_MS)
            b->wait_ms = 0;
    }
    close_session(b);
    uint64_t wait_ms = is_refused ? feed->feeds->limits.refused_ms
                                  : feed_net_backoff(feed->feeds, &b->wait_ms);
    feed_net_fail(feed, what, why, wait_ms);
    uv_timer_start(&b->timer, on_retry, wait_ms, 0);
}

/* --- the broker's messages --- */

static void on_ready(void *context, uint8_t granted_qos)
{
    struct broker *b = context;
    struct feed *feed = b->feed;
    feed->is_open = true;
    feed->connects++;
    feed->error[0] = '\0';
    log_info("feed", feed->conf.id, "connected and subscribed address=%s port=%u",
             feed->conf.address, (unsigned)feed->conf.port);
    b->ready_loop_ms = uv_now(feed->feeds->loop);
    if (b->keep.journal != NULL && granted_qos < feed->conf.mqtt.qos)
        log_warning("feed", feed->conf.id,
                    "the broker grants QoS 0 alone: it keeps no messages for us");
}

static void on_message(void *context, const struct mqtt_message *message)
{
    struct broker *b = context;
    bool is_kept = broker_keep_take(&b->keep, message, b->session);
    if (message->id != 0 && !is_kept)
        mqtt_link_acknowledge(b->link, message->id);
}

static void look_at_fullness(struct broker *b)
{
    if (b->link != NULL)
        mqtt_link_pause(b->link,
                        feed_path_is_paused(b->feed) || broker_keep_is_full(&b->keep));
}

static void on_pause(void *context)
{
    struct broker *b = context;
    feed_path_flush(b->feed->feeds);
    look_at_fullness(b);
}

static void on_kept(struct feed *feed, const struct broker_batch *batch)
{
    struct broker *b = feed->state;
    for (size_t i = 0; i < batch->count && b->link != NULL; i++)
        if (batch->session == b->session)
            mqtt_link_acknowledge(b->link, batch->ids[i]);
    look_at_fullness(b);
}

/* --- the connection --- */

static void on_closed(void *context)
{
    struct broker *b = context;
    feeds_release(b->feed);
}

static void connect_broker(struct broker *b)
{
    struct feed *feed = b->feed;
    const struct conf_feed *f = &feed->conf;
    const struct conf_mqtt *c = &f->mqtt;
    const struct tls_files files = {f->tls.ca_file, f->tls.client_cert,
                                    f->tls.client_key};
    struct websocket_header headers[HEADERS_MAX];
    size_t header_count = 0;
    for (; header_count < f->headers.count && header_count < HEADERS_MAX; header_count++)
        headers[header_count] = (struct websocket_header){
            f->headers.items[header_count].name, f->headers.items[header_count].value};
    bool is_clean = b->keep.journal == NULL;
    /* A look from beside (`check --connect`) must not take the daemon's place. */
    bool has_own_id = c->client_id != NULL && feed->feeds->directory != NULL;
    const struct mqtt_link_conf conf = {
        .peer = {.host = f->address,
                 .port = f->port,
                 .tls = f->is_tls ? &files : NULL,
                 .connect_ms = feed->feeds->limits.connect_ms},
        .host = f->address,
        .path = f->path,
        .headers = headers,
        .header_count = header_count,
        .mqtt = {.client_id = has_own_id ? c->client_id : b->client_id,
                 .user = c->user,
                 .password = c->password.text,
                 .password_bytes = c->password.length,
                 .keepalive_s = (uint32_t)(c->keepalive_ms / SECOND_MS),
                 .idle_ms = f->idle_timeout_ms,
                 .is_clean = is_clean,
                 .topics = c->topics,
                 .topic_count = c->topic_count,
                 .qos = is_clean ? 0 : c->qos}};
    const struct mqtt_link_sink sink = {.on_ready = on_ready,
                                        .on_message = on_message,
                                        .on_pause = on_pause,
                                        .on_end = on_end,
                                        .on_closed = on_closed,
                                        .context = b};
    feed_path_flush(feed->feeds); /* messages of the journal */
    if (mqtt_link_open(feed->feeds->loop, &conf, &sink, &b->link) != 0) {
        on_end(b, "cannot connect", err_text(ERR_NOMEM), false);
        return;
    }
    feeds_hold(feed);
    look_at_fullness(b);
}

/* --- the feed --- */

static int broker_open(struct feed *feed, struct err *err)
{
    struct broker *b = calloc(1, sizeof *b);
    if (b == NULL)
        return ERR_NOMEM;
    feed->state = b;
    b->feed = feed;
    b->keep.on_kept = on_kept;
    client_id_make(feed->feeds->directory, feed->conf.id, b->client_id);
    uv_timer_init(feed->feeds->loop, &b->timer);
    b->timer.data = b;
    feeds_hold(feed);
    int rc = broker_keep_init(&b->keep, feed, err);
    if (rc == 0)
        uv_timer_start(&b->timer, on_retry, 0, 0);
    return rc;
}

static void broker_pause(struct feed *feed, bool paused)
{
    (void)paused;
    look_at_fullness(feed->state);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct broker *b = handle->data;
    feeds_release(b->feed);
}

static void broker_close(struct feed *feed)
{
    struct broker *b = feed->state;
    if (b == NULL)
        return;
    close_session(b);
    broker_keep_close(&b->keep);
    uv_close((uv_handle_t *)&b->timer, on_timer_closed);
}

static void broker_destroy(struct feed *feed)
{
    struct broker *b = feed->state;
    broker_keep_finish(&b->keep);
    free(b);
}

static int broker_record(struct feed *feed, struct buf *out)
{
    struct broker *b = feed->state;
    return broker_keep_record(&b->keep, out);
}

static void broker_mark(struct feed *feed)
{
    struct broker *b = feed->state;
    broker_keep_mark(&b->keep);
}

static void broker_stored(struct feed *feed)
{
    struct broker *b = feed->state;
    broker_keep_stored(&b->keep);
}

const struct feed_ops feed_mqtt = {
    .name = "mqtt",
    .open = broker_open,
    .pause = broker_pause,
    .close = broker_close,
    .destroy = broker_destroy,
    .record = broker_record,
    .mark = broker_mark,
    .stored = broker_stored,
};
