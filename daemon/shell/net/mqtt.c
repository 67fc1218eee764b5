/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of an MQTT 3.1.1 connection. Numbers of sections are those of the
 * OASIS Standard of 29 October 2014. */
#include "lookout/net/mqtt.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

/* Section 2.2.1: the type of a packet, and the flags that it must have, in its first
 * byte. */
enum packet_type {
    PACKET_CONNECT = 0x10,
    PACKET_CONNACK = 0x20,
    PACKET_PUBLISH = 0x30, /* its flags vary: 3.3.1 */
    PACKET_PUBACK = 0x40,
    PACKET_SUBSCRIBE = 0x82,
    PACKET_SUBACK = 0x90,
    PACKET_PINGREQ = 0xc0,
    PACKET_PINGRESP = 0xd0,
    PACKET_DISCONNECT = 0xe0
};
enum {
    PUBLISH_RETAIN = 0x01, /* 3.3.1 */
    PUBLISH_QOS1 = 0x02,
    PUBLISH_QOS2 = 0x04,
    TEXT_BYTES_MAX = 65535, /* 1.5.3 */
    FAILURE = 0x80,         /* 3.9.3: a subscription is refused */
    SUBSCRIBE_ID = 1        /* nothing is published before the answer */
};
#define ANSWER_MS (30 * SECOND_MS) /* how long the broker may take to answer */

enum mqtt_state { MQTT_CONNECTING, MQTT_SUBSCRIBING, MQTT_READY };
struct mqtt {
    struct mqtt_conf conf; /* borrowed contents */
    struct mqtt_sink sink;
    enum mqtt_state state;
    struct buf in;        /* the beginning of a packet */
    struct buf out;       /* the packet that is being written */
    int64_t sent_ms;      /* last packet of ours */
    int64_t received_ms;  /* last bytes of the broker */
    int64_t answer_by_ms; /* an answer is awaited until then; INT64_MAX: none */
};

struct mqtt *mqtt_create(const struct mqtt_conf *conf, const struct mqtt_sink *sink)
{
    struct mqtt *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->conf = *conf;
    m->sink = *sink;
    m->answer_by_ms = INT64_MAX;
    return m;
}

void mqtt_destroy(struct mqtt *m)
{
    if (m == NULL)
        return;
    buf_finish(&m->in);
    buf_finish(&m->out);
    free(m);
}

bool mqtt_is_ready(const struct mqtt *m)
{
    return m->state == MQTT_READY;
}

/* --- packets to the broker --- */

static int put_u16(struct buf *b, size_t value)
{
    const unsigned char bytes[2] = {(unsigned char)(value >> 8), (unsigned char)value};
    return buf_add(b, bytes, sizeof bytes);
}

/* 1.5.3 */
static int put_text(struct buf *b, const char *text, size_t n)
{
    int rc = n <= TEXT_BYTES_MAX ? put_u16(b, n) : ERR_RANGE;
    return rc == 0 ? buf_add(b, text, n) : rc;
}

/* 2.2.3: seven bits a byte, the lowest first. */
static int put_length(struct buf *b, size_t n)
{
    int rc = 0;
    do {
        rc = buf_add_char(b, (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
        n >>= 7;
    } while (n > 0 && rc == 0);
    return rc;
}

static int begin_packet(struct mqtt *m, int first, size_t n)
{
    buf_clear(&m->out);
    int rc = n <= MQTT_PACKET_BYTES_MAX ? buf_add_char(&m->out, (char)first) : ERR_RANGE;
    return rc == 0 ? put_length(&m->out, n) : rc;
}

/* Nothing is sent of a packet that could not be written whole. */
static int end_packet(struct mqtt *m, int rc, int64_t now_ms)
{
    if (rc == 0) {
        m->sent_ms = now_ms;
        m->sink.on_write(m->sink.context, m->out.data, m->out.length);
    }
    return rc;
}

/* A packet of an id alone, or of nothing. */
static int send_short(struct mqtt *m, int first, const uint16_t *id, int64_t now_ms)
{
    int rc = begin_packet(m, first, id != NULL ? 2 : 0);
    if (rc == 0 && id != NULL)
        rc = put_u16(&m->out, *id);
    return end_packet(m, rc, now_ms);
}

/* 3.1 */
int mqtt_begin(struct mqtt *m, int64_t now_ms)
{
    const struct mqtt_conf *c = &m->conf;
    size_t id_bytes = strlen(c->client_id);
    size_t user_bytes = c->user != NULL ? strlen(c->user) : 0;
    bool has_password = c->user != NULL && c->password != NULL;
    size_t n = 10 + 2 + id_bytes + (c->user != NULL ? 2 + user_bytes : 0) +
               (has_password ? 2 + c->password_bytes : 0);
    int flags = (c->is_clean ? 0x02 : 0) | (has_password ? 0x40 : 0) |
                (c->user != NULL ? 0x80 : 0);
    struct buf *b = &m->out;
    int rc = begin_packet(m, PACKET_CONNECT, n);
    if (rc == 0)
        rc = buf_add(b, "\0\4MQTT\4", 7); /* the protocol's name and level */
    if (rc == 0)
        rc = buf_add_char(b, (char)flags);
    if (rc == 0)
        rc = put_u16(b, c->keepalive_s <= UINT16_MAX ? c->keepalive_s : UINT16_MAX);
    if (rc == 0)
        rc = put_text(b, c->client_id, id_bytes);
    if (rc == 0 && c->user != NULL)
        rc = put_text(b, c->user, user_bytes);
    if (rc == 0 && has_password)
        rc = put_text(b, c->password, c->password_bytes);
    m->answer_by_ms = now_ms + ANSWER_MS;
    return end_packet(m, rc, now_ms);
}

/* 3.8 */
static int subscribe_topics(struct mqtt *m, int64_t now_ms)
{
    const struct mqtt_conf *c = &m->conf;
    size_t n = 2;
    for (size_t i = 0; i < c->topic_count; i++)
        n += 2 + strlen(c->topics[i]) + 1;
    int rc = begin_packet(m, PACKET_SUBSCRIBE, n);
    if (rc == 0)
        rc = put_u16(&m->out, SUBSCRIBE_ID);
    for (size_t i = 0; i < c->topic_count && rc == 0; i++) {
        rc = put_text(&m->out, c->topics[i], strlen(c->topics[i]));
        if (rc == 0)
            rc = buf_add_char(&m->out, (char)c->qos);
    }
    m->state = MQTT_SUBSCRIBING;
    m->answer_by_ms = now_ms + ANSWER_MS;
    return end_packet(m, rc, now_ms);
}

/* 3.3 */
int mqtt_publish(struct mqtt *m, const struct mqtt_publication *p, int64_t now_ms)
{
    size_t topic_bytes = strlen(p->topic);
    int rc = begin_packet(
        m, PACKET_PUBLISH | PUBLISH_QOS1 | (p->is_retained ? PUBLISH_RETAIN : 0),
        2 + topic_bytes + 2 + p->payload_bytes);
    if (rc == 0)
        rc = put_text(&m->out, p->topic, topic_bytes);
    if (rc == 0)
        rc = put_u16(&m->out, p->id);
    if (rc == 0)
        rc = buf_add(&m->out, p->payload, p->payload_bytes);
    return end_packet(m, rc, now_ms);
}

/* 3.4 */
int mqtt_acknowledge(struct mqtt *m, uint16_t id, int64_t now_ms)
{
    return send_short(m, PACKET_PUBACK, &id, now_ms);
}

void mqtt_leave(struct mqtt *m)
{
    (void)send_short(m, PACKET_DISCONNECT, NULL, m->sent_ms);
}

/* --- time --- */

int64_t mqtt_deadline(const struct mqtt *m)
{
    int64_t ping_ms = m->sent_ms + (int64_t)m->conf.keepalive_s * SECOND_MS;
    int64_t idle_ms = m->received_ms + m->conf.idle_ms / 2;
    if (m->answer_by_ms != INT64_MAX)
        return m->answer_by_ms;
    return m->conf.idle_ms > 0 && idle_ms < ping_ms ? idle_ms : ping_ms;
}

int mqtt_tick(struct mqtt *m, int64_t now_ms, struct err *err)
{
    if (now_ms < mqtt_deadline(m))
        return 0;
    if (m->answer_by_ms != INT64_MAX)
        return err_set(err, ERR_IO, "the broker does not answer");
    int64_t wait_ms = m->conf.idle_ms / 2;
    m->answer_by_ms = now_ms + (wait_ms > 0 && wait_ms < ANSWER_MS ? wait_ms : ANSWER_MS);
    return send_short(m, PACKET_PINGREQ, NULL, now_ms);
}

int mqtt_hold(struct mqtt *m, int64_t now_ms)
{
    if (now_ms < mqtt_deadline(m))
        return 0;
    m->received_ms = now_ms;
    m->answer_by_ms = m->state == MQTT_READY ? INT64_MAX : now_ms + ANSWER_MS;
    return m->state == MQTT_READY ? send_short(m, PACKET_PINGREQ, NULL, now_ms) : 0;
}

/* --- packets of the broker --- */

struct packet {
    unsigned char first;
    const unsigned char *body;
    size_t n;
};

static int say_breach(struct err *err, const char *what)
{
    return err_set(err, ERR_SYNTAX, "the broker does not speak MQTT 3.1.1: %s", what);
}

static int take_ready(struct mqtt *m, uint8_t granted_qos)
{
    m->state = MQTT_READY;
    m->sink.on_ready(m->sink.context, granted_qos);
    return 0;
}

/* 3.2.2.3 */
static int take_connack(struct mqtt *m, const struct packet *p, int64_t now_ms,
                        struct err *err)
{
    static const char *const reasons[] = {
        NULL,
        "unacceptable protocol version",
        "client identifier rejected",
        "server unavailable",
        "bad user name or password",
        "not authorized",
    };
    if (m->state != MQTT_CONNECTING || p->n != 2)
        return say_breach(err, "an unexpected CONNACK");
    unsigned code = p->body[1];
    if (code >= sizeof reasons / sizeof reasons[0])
        return err_set(err, ERR_INVALID, "the broker refuses the connection: code %u",
                       code);
    if (code != 0)
        return err_set(err, ERR_INVALID, "the broker refuses the connection: %s",
                       reasons[code]);
    m->answer_by_ms = INT64_MAX;
    return m->conf.topic_count > 0 ? subscribe_topics(m, now_ms) : take_ready(m, 1);
}

/* 3.9 */
static int take_suback(struct mqtt *m, const struct packet *p, struct err *err)
{
    char text[80];
    uint8_t lowest = 1;
    if (m->state != MQTT_SUBSCRIBING || p->n != 2 + m->conf.topic_count ||
        p->body[0] != 0 || p->body[1] != SUBSCRIBE_ID)
        return say_breach(err, "an unexpected SUBACK");
    for (size_t i = 0; i < m->conf.topic_count; i++) {
        unsigned code = p->body[2 + i];
        text_copy(text, sizeof text, m->conf.topics[i]);
        if (code == FAILURE)
            return err_set(err, ERR_INVALID, "the broker refuses the topic %s", text);
        if (code > m->conf.qos)
            return say_breach(err, "a SUBACK with another QoS");
        lowest = code < lowest ? (uint8_t)code : lowest;
    }
    m->answer_by_ms = INT64_MAX;
    return take_ready(m, lowest);
}

/* 3.3 */
static int take_publish(struct mqtt *m, const struct packet *p, struct err *err)
{
    bool is_acknowledged = (p->first & PUBLISH_QOS1) != 0;
    size_t topic_bytes = p->n >= 2 ? (size_t)p->body[0] << 8 | p->body[1] : 0;
    size_t head = 2 + topic_bytes + (is_acknowledged ? 2 : 0);
    if ((p->first & PUBLISH_QOS2) != 0)
        return say_breach(err, "a message of QoS 2");
    if (m->state == MQTT_CONNECTING || topic_bytes == 0 || p->n < head)
        return say_breach(err, "a message without a topic");
    struct mqtt_message message = {
        .topic = (const char *)p->body + 2,
        .topic_bytes = topic_bytes,
        .payload = (const char *)p->body + head,
        .payload_bytes = p->n - head,
        .is_retained = (p->first & PUBLISH_RETAIN) != 0,
    };
    if (is_acknowledged)
        message.id = (uint16_t)(p->body[head - 2] << 8 | p->body[head - 1]);
    if (is_acknowledged && message.id == 0)
        return say_breach(err, "a message of QoS 1 without an id");
    if (m->sink.on_message != NULL)
        m->sink.on_message(m->sink.context, &message);
    return 0;
}

static int take_puback(struct mqtt *m, const struct packet *p, struct err *err)
{
    if (m->state != MQTT_READY || p->n != 2)
        return say_breach(err, "an unexpected PUBACK");
    unsigned id = (unsigned)p->body[0] << 8 | p->body[1];
    if (id == 0) /* 2.3.1 */
        return say_breach(err, "a PUBACK without an id");
    if (m->sink.on_acked != NULL)
        m->sink.on_acked(m->sink.context, (uint16_t)id);
    return 0;
}

static int take_packet(struct mqtt *m, const struct packet *p, int64_t now_ms,
                       struct err *err)
{
    switch (p->first) {
    case PACKET_CONNACK:
        return take_connack(m, p, now_ms, err);
    case PACKET_SUBACK:
        return take_suback(m, p, err);
    case PACKET_PUBACK:
        return take_puback(m, p, err);
    case PACKET_PINGRESP:
        if (m->state == MQTT_READY)
            m->answer_by_ms = INT64_MAX;
        return 0;
    default:
        if ((p->first & 0xf0) == PACKET_PUBLISH)
            return take_publish(m, p, err);
        return say_breach(err, "an unknown packet");
    }
}

/* Find the packet at the beginning. *ret_bytes: its length with its head; 0: more bytes
 * are needed. */
static int find_packet(const unsigned char *bytes, size_t n, struct packet *ret_packet,
                       size_t *ret_bytes, struct err *err)
{
    size_t length = 0, at = 1;
    *ret_bytes = 0;
    do {
        if (at > 4) /* 2.2.3 */
            return say_breach(err, "a length of more than four bytes");
        if (at >= n)
            return 0;
        length |= (size_t)(bytes[at] & 0x7f) << 7 * (at - 1);
    } while (bytes[at++] & 0x80);
    if (length > MQTT_PACKET_BYTES_MAX)
        return err_set(err, ERR_LIMIT, "a message is longer than %zu bytes",
                       MQTT_PACKET_BYTES_MAX);
    if (n - at < length)
        return 0;
    *ret_packet = (struct packet){bytes[0], bytes + at, length};
    *ret_bytes = at + length;
    return 0;
}

int mqtt_feed(struct mqtt *m, const void *bytes, size_t n, int64_t now_ms,
              struct err *err)
{
    int rc = buf_add(&m->in, bytes, n);
    size_t used = 0;
    m->received_ms = now_ms;
    if (rc != 0)
        return err_set(err, rc, "%s", err_text(rc));
    while (rc == 0) {
        struct packet p;
        size_t length = 0;
        const unsigned char *at = (const unsigned char *)m->in.data + used;
        rc = find_packet(at, m->in.length - used, &p, &length, err);
        if (rc != 0 || length == 0)
            break;
        rc = take_packet(m, &p, now_ms, err);
        if (rc == ERR_NOMEM || rc == ERR_RANGE)
            rc = err_set(err, rc, "%s", err_text(rc));
        used += length;
    }
    buf_drop(&m->in, used);
    return rc;
}

/* --- filters --- */

bool mqtt_is_filter(const char *text)
{
    size_t n = strlen(text);
    if (n == 0 || n > TEXT_BYTES_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool begins = i == 0 || text[i - 1] == '/';
        bool ends = text[i + 1] == '\0' || text[i + 1] == '/';
        if (text[i] == '#' && (!begins || text[i + 1] != '\0'))
            return false;
        if (text[i] == '+' && (!begins || !ends))
            return false;
    }
    return true;
}
