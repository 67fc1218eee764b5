/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts published to MQTT brokers. A message is delivered when the broker acknowledges
 * it; when the broker does not do so in time, its connection is given up, because an
 * acknowledgement that came later could be taken for that of another message. */
#include "publisher.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lookout/base/buf.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/net/client_id.h"
#include "lookout/net/mqtt_link.h"
#include "lookout/rules/topic.h"

enum {
    IN_FLIGHT_MAX = 256,        /* in_flight is at most so much */
    REFUSED_MS = 5 * 60 * 1000, /* before a login that was refused is tried again */
    CONNECT_MS = 10 * 1000,
    HEADERS_MAX = 64 /* conf_peer.c takes no more */
};

/* A request on its way. */
struct publication {
    struct client_request *request; /* borrowed; NULL: cancelled */
    struct publication *next;       /* among those that wait for the connection */
    struct buf topic, body;
    uint64_t begin_ns, due_loop_ms;
};

struct publisher {
    struct publishers *all;         /* borrowed; NULL: it is being closed */
    const struct conf_webhook *key; /* whose it is; not read */
    struct publisher *next;
    struct conf_webhook conf; /* owned: the definition that it connects by */
    struct target target;
    char client_id[CLIENT_ID_BYTES];
    struct resolve_question question;
    bool is_resolving;
    bool is_beginning;                       /* the timer is for on_begin */
    struct mqtt_link *link;                  /* borrowed, it owns itself; NULL: none */
    struct publication *waiting;             /* owned */
    struct publication *sent[IN_FLIGHT_MAX]; /* owned: id - 1 -> publication */
    uv_timer_t timer;                        /* the earliest due_loop_ms */
    unsigned holds;                          /* the timer, links */
};

/* --- the ends of requests --- */

static void free_publication(struct publication *p)
{
    if (p->request != NULL)
        p->request->publication = NULL;
    buf_finish(&p->topic);
    buf_finish(&p->body);
    free(p);
}

static void end_publication(struct publication *p, enum retry_mqtt answer,
                            const char *reason)
{
    struct client_request *r = p->request;
    if (r != NULL) {
        r->latency_s = (double)(uv_hrtime() - p->begin_ns) / 1e9;
        r->answer = (struct retry_answer){
            .status = (int)answer,
            .retry_after_ms = answer == RETRY_MQTT_REFUSED ? REFUSED_MS : -1,
            .protocol = RETRY_MQTT};
        text_copy(r->reason, sizeof r->reason, reason);
        target_redact(r->webhook, r->reason);
    }
    free_publication(p);
    if (r != NULL)
        r->on_end(r);
}

/* All requests: their ends may bring new ones, which wait for the next connection. */
static void end_publications(struct publisher *p, enum retry_mqtt answer,
                             const char *reason)
{
    struct publication *list = p->waiting;
    p->waiting = NULL;
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++) {
        if (p->sent[i] == NULL)
            continue;
        p->sent[i]->next = list;
        list = p->sent[i];
        p->sent[i] = NULL;
    }
    while (list != NULL) {
        struct publication *next = list->next;
        end_publication(list, answer, reason);
        list = next;
    }
}

static void close_publisher_link(struct publisher *p)
{
    if (p->link != NULL)
        mqtt_link_close(p->link);
    p->link = NULL;
}

static void fail_connection(struct publisher *p, enum retry_mqtt answer,
                            const char *reason)
{
    char text[CLIENT_REASON_BYTES];
    text_copy(text, sizeof text, reason); /* it may be the connection's own */
    close_publisher_link(p);
    end_publications(p, answer, text);
}

/* --- time --- */

static void set_publisher_timer(struct publisher *p);

static uint64_t next_due(const struct publisher *p)
{
    uint64_t due_ms = UINT64_MAX;
    for (const struct publication *x = p->waiting; x != NULL; x = x->next)
        due_ms = x->due_loop_ms < due_ms ? x->due_loop_ms : due_ms;
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
        if (p->sent[i] != NULL && p->sent[i]->due_loop_ms < due_ms)
            due_ms = p->sent[i]->due_loop_ms;
    return due_ms;
}

static void on_due(uv_timer_t *timer)
{
    struct publisher *p = timer->data;
    if (p->all == NULL)
        return;
    if (next_due(p) <= uv_now(timer->loop)) {
        if (p->is_resolving)
            resolver_cancel(p->all->resolver, &p->question);
        p->is_resolving = false;
        fail_connection(p, RETRY_MQTT_NONE, "no answer in time");
    }
    set_publisher_timer(p);
}

static void set_publisher_timer(struct publisher *p)
{
    uint64_t due_ms = next_due(p), now_ms = uv_now(p->timer.loop);
    if (p->all == NULL || p->is_beginning)
        return;
    if (due_ms == UINT64_MAX)
        uv_timer_stop(&p->timer);
    else
        uv_timer_start(&p->timer, on_due, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

/* --- the connection --- */

static void release_publisher(struct publisher *p)
{
    if (--p->holds > 0)
        return;
    conf_webhook_finish(&p->conf);
    free(p);
}

static void publish_one(struct publisher *p, struct publication *x)
{
    size_t i = 0;
    while (i < IN_FLIGHT_MAX && p->sent[i] != NULL)
        i++;
    const struct mqtt_publication publication = {.id = (uint16_t)(i + 1),
                                                 .topic = buf_text(&x->topic),
                                                 .payload = buf_text(&x->body),
                                                 .payload_bytes = x->body.length,
                                                 .is_retained = p->conf.mqtt.is_retained};
    int rc = i < IN_FLIGHT_MAX ? mqtt_link_publish(p->link, &publication) : ERR_LIMIT;
    if (rc == 0)
        p->sent[i] = x;
    else
        end_publication(x, RETRY_MQTT_NONE,
                        rc == ERR_RANGE ? "the message is too long for MQTT"
                                        : err_text(rc));
}

static void publish_waiting(struct publisher *p)
{
    while (p->link != NULL && mqtt_link_is_ready(p->link) && p->waiting != NULL) {
        struct publication *x = p->waiting;
        p->waiting = x->next;
        publish_one(p, x);
    }
}

static void on_ready(void *context, uint8_t granted_qos)
{
    (void)granted_qos;
    publish_waiting(context);
}

static void on_acked(void *context, uint16_t id)
{
    struct publisher *p = context;
    struct publication *x = id <= IN_FLIGHT_MAX ? p->sent[id - 1] : NULL;
    if (x == NULL)
        return;
    p->sent[id - 1] = NULL;
    end_publication(x, RETRY_MQTT_TAKEN, "");
    set_publisher_timer(p);
}

static void on_link_end(void *context, const char *what, const char *why, bool is_refused)
{
    struct publisher *p = context;
    char reason[CLIENT_REASON_BYTES];
    if (is_refused || strcmp(what, "disconnected") == 0)
        snprintf(reason, sizeof reason, "%s", why);
    else
        snprintf(reason, sizeof reason, "%s: %.70s", what, why);
    fail_connection(p, is_refused ? RETRY_MQTT_REFUSED : RETRY_MQTT_NONE, reason);
}

static void on_link_closed(void *context)
{
    release_publisher(context);
}

static bool has_scheme(const struct publisher *p, const char *scheme)
{
    return strncasecmp(p->conf.url, scheme, strlen(scheme)) == 0;
}

/* NULL: no WebSocket. */
static const char *find_websocket_path(const struct publisher *p)
{
    const char *host = strstr(p->conf.url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
    if (!has_scheme(p, "ws"))
        return NULL;
    return path != NULL ? path : "/";
}

static void open_link(struct publisher *p, const char *host)
{
    const struct conf_mqtt *c = &p->conf.mqtt;
    const struct tls_files files = {p->conf.tls.ca_file, p->conf.tls.client_cert,
                                    p->conf.tls.client_key};
    bool is_tls = has_scheme(p, "mqtts:") || has_scheme(p, "wss:");
    struct websocket_header headers[HEADERS_MAX];
    size_t header_count = 0;
    for (; header_count < p->conf.headers.count && header_count < HEADERS_MAX;
         header_count++)
        headers[header_count] =
            (struct websocket_header){p->conf.headers.items[header_count].name,
                                      p->conf.headers.items[header_count].value};
    const struct mqtt_link_conf conf = {
        .peer = {.host = is_tls ? p->target.host : host,
                 .port = p->target.port,
                 .tls = is_tls ? &files : NULL,
                 .connect_ms = CONNECT_MS},
        .host = p->target.host,
        .path = find_websocket_path(p),
        .headers = headers,
        .header_count = header_count,
        .mqtt = {.client_id = c->client_id != NULL ? c->client_id : p->client_id,
                 .user = c->user,
                 .password = c->password.text,
                 .password_bytes = c->password.length,
                 .keepalive_s = (uint32_t)(c->keepalive_ms / SECOND_MS),
                 .is_clean = true}};
    const struct mqtt_link_sink sink = {.on_ready = on_ready,
                                        .on_acked = on_acked,
                                        .on_end = on_link_end,
                                        .on_closed = on_link_closed,
                                        .context = p};
    if (mqtt_link_open(p->all->loop, &conf, &sink, &p->link) == 0)
        p->holds++;
    else
        fail_connection(p, RETRY_MQTT_NONE, err_text(ERR_NOMEM));
}

/* Connect to a checked address; with TLS to the name, which the certificate proves. */
static void connect_resolved(struct publisher *p, const struct resolve_answer *answer)
{
    char text[CLIENT_REASON_BYTES], address[ADDRESS_TEXT_BYTES];
    p->is_resolving = false;
    if (answer->count == 0) {
        snprintf(text, sizeof text, "%.30s: %.60s", p->target.host, answer->reason);
        fail_connection(p, RETRY_MQTT_NONE, text);
        return;
    }
    for (size_t i = 0; i < answer->count && !p->conf.allow_private; i++) {
        if (!address_is_private(&answer->addresses[i]))
            continue;
        snprintf(text, sizeof text, "%.30s is the private address %s", p->target.host,
                 address_format(&answer->addresses[i], address));
        fail_connection(p, RETRY_MQTT_NONE, text);
        return;
    }
    open_link(p, address_format(&answer->addresses[0], address));
}

static void on_resolved(struct resolve_question *q, const struct resolve_answer *answer)
{
    connect_resolved(q->owner, answer);
}

static void connect_publisher(struct publisher *p)
{
    if (p->link != NULL || p->is_resolving)
        return;
    if (p->target.kind != TARGET_NAME) {
        open_link(p, p->target.host);
        return;
    }
    p->question = (struct resolve_question){.on_answer = on_resolved, .owner = p};
    p->is_resolving = true;
    const struct resolve_answer *answer = resolver_ask(
        p->all->resolver, p->target.host, p->all->lookup_deadline_ms, &p->question);
    if (answer != NULL)
        connect_resolved(p, answer);
}

/* --- publishers --- */

static void on_timer_closed(uv_handle_t *handle)
{
    release_publisher(handle->data);
}

/* Requests under way end without on_end. */
static void close_publisher(struct publisher *p)
{
    struct publication *next;
    if (p->is_resolving)
        resolver_cancel(p->all->resolver, &p->question);
    p->all = NULL;
    close_publisher_link(p);
    for (struct publication *x = p->waiting; x != NULL; x = next) {
        next = x->next;
        free_publication(x);
    }
    p->waiting = NULL;
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
        if (p->sent[i] != NULL)
            free_publication(p->sent[i]);
    memset(p->sent, 0, sizeof p->sent);
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}

void publisher_forget(struct publishers *all, const struct conf_webhook *webhook)
{
    struct publisher **at = &all->first;
    while (*at != NULL && (*at)->key != webhook)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    struct publisher *p = *at;
    *at = p->next;
    close_publisher(p);
}

void publisher_close_all(struct publishers *all)
{
    while (all->first != NULL)
        publisher_forget(all, all->first->key);
}

/* The webhook's publisher; NULL: out of memory. */
static struct publisher *get_publisher(struct publishers *all,
                                       const struct client_request *request)
{
    struct publisher *p = all->first;
    while (p != NULL && p->key != request->webhook)
        p = p->next;
    if (p != NULL)
        return p;
    p = calloc(1, sizeof *p);
    if (p == NULL || conf_webhook_copy(request->webhook, &p->conf) != 0) {
        free(p);
        return NULL;
    }
    p->all = all;
    p->key = request->webhook;
    p->target = *request->target;
    p->holds = 1;
    client_id_make(NULL, "", p->client_id);
    uv_timer_init(all->loop, &p->timer);
    p->timer.data = p;
    p->next = all->first;
    all->first = p;
    return p;
}

/* --- requests --- */

static int write_topic(const struct client_request *r, struct buf *out)
{
    json_t *event = json_loadb(r->events[0].body, r->events[0].bytes, 0, NULL);
    int rc = event != NULL ? topic_fill(r->webhook->mqtt.topic, event, out) : ERR_SYNTAX;
    json_decref(event);
    return rc;
}

static int create_publication(struct publisher *p, struct client_request *r,
                              struct publication **ret_publication)
{
    struct publication *x = calloc(1, sizeof *x);
    const char *content_type = NULL;
    if (x == NULL)
        return ERR_NOMEM;
    int rc = write_topic(r, &x->topic);
    if (rc == 0)
        rc =
            delivery_body(r->webhook, r->events, r->event_count, &x->body, &content_type);
    if (rc != 0) {
        free_publication(x);
        return rc;
    }
    x->request = r;
    x->begin_ns = uv_hrtime();
    x->due_loop_ms = uv_now(p->all->loop) + (uint64_t)r->webhook->timeout_ms;
    r->publication = x;
    *ret_publication = x;
    return 0;
}

static int refuse_publication(struct client_request *r, int rc)
{
    r->answer = (struct retry_answer){.retry_after_ms = -1, .protocol = RETRY_MQTT};
    text_copy(r->reason, sizeof r->reason,
              rc == ERR_SYNTAX ? "the stored alert is not valid JSON" : err_text(rc));
    return ERR_IO;
}

static void on_begin(uv_timer_t *timer)
{
    struct publisher *p = timer->data;
    if (p->all == NULL)
        return;
    p->is_beginning = false;
    if (p->link != NULL && mqtt_link_is_ready(p->link))
        publish_waiting(p);
    else
        connect_publisher(p);
    set_publisher_timer(p);
}

int publisher_send(struct publishers *all, struct client_request *request)
{
    struct publication *x = NULL;
    struct publisher *p = get_publisher(all, request);
    int rc = p != NULL ? create_publication(p, request, &x) : ERR_NOMEM;
    if (rc != 0)
        return refuse_publication(request, rc);
    struct publication **at = &p->waiting;
    while (*at != NULL)
        at = &(*at)->next;
    *at = x;
    /* From the loop: a request that fails at once must not end within this call. */
    p->is_beginning = true;
    uv_timer_start(&p->timer, on_begin, 0, 0);
    return 0;
}

void publisher_cancel(struct publishers *all, struct client_request *request)
{
    struct publication *x = request->publication;
    (void)all;
    if (x == NULL)
        return;
    x->request = NULL; /* its acknowledgement tells nobody */
    request->publication = NULL;
}
