/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of an MQTT 3.1.1 connection (OASIS Standard, 29 October 2014): turns
 * the broker's bytes, in any chunking, into messages and acknowledgements, and says which
 * bytes to send. Knows no socket and no clock: bytes and times come in by calls.
 *
 * It has QoS 0 and 1. A message of QoS 1 is acknowledged when its owner says so, so that
 * the message can be on disk before the broker forgets it. */
#ifndef LOOKOUT_MQTT_H
#define LOOKOUT_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* The longest packet that is taken. */
#define MQTT_PACKET_BYTES_MAX ((size_t)1 << 20)

/* Borrowed while the connection lives. */
struct mqtt_conf {
    const char *client_id;
    const char *user; /* NULL: none, and no password */
    const char *password;
    size_t password_bytes;
    uint32_t keepalive_s; /* at least 1 */
    int64_t idle_ms; /* after half of it without a byte, the broker is asked for a sign
                        of life; 0: by keepalive alone */
    bool is_clean;   /* the broker forgets what it holds for this client */
    char *const *topics; /* filters to subscribe to; none: only publish */
    size_t topic_count;
    uint8_t qos; /* of the subscriptions: 0 or 1 */
};

/* Borrowed for the time of the call. */
struct mqtt_message {
    const char *topic; /* UTF-8, not terminated */
    size_t topic_bytes;
    const char *payload;
    size_t payload_bytes;
    uint16_t id; /* of QoS 1, to be acknowledged; 0: QoS 0 */
    bool is_retained;
};

struct mqtt_sink {
    /* Send these bytes. */
    void (*on_write)(void *context, const void *bytes, size_t n);
    /* Connected, and subscribed; granted_qos: the lowest that the broker granted. */
    void (*on_ready)(void *context, uint8_t granted_qos);
    void (*on_message)(void *context,
                       const struct mqtt_message *message); /* may be NULL */
    /* The broker took the message that was published with that id. May be NULL. */
    void (*on_acked)(void *context, uint16_t id);
    void *context;
};

struct mqtt;
/* NULL: out of memory. */
struct mqtt *mqtt_create(const struct mqtt_conf *conf, const struct mqtt_sink *sink);
void mqtt_destroy(struct mqtt *m); /* NULL is fine */
/* The connection is open: log in. ERR_NOMEM, ERR_RANGE (a text longer than 65535 bytes).
 */
MUST_CHECK int mqtt_begin(struct mqtt *m, int64_t now_ms);
/* Take the broker's next bytes. An error ends the connection, and err says why:
 * ERR_INVALID (the broker refuses the login or a subscription), ERR_SYNTAX, ERR_LIMIT (a
 * packet longer than MQTT_PACKET_BYTES_MAX), ERR_NOMEM. */
MUST_CHECK int mqtt_feed(struct mqtt *m, const void *bytes, size_t n, int64_t now_ms,
                         struct err *err);
/* Send a ping when one is due. ERR_IO: the broker does not answer. */
MUST_CHECK int mqtt_tick(struct mqtt *m, int64_t now_ms, struct err *err);
/* In place of mqtt_tick, while nothing is read: an answer may be there unread, so that
 * none is awaited. Pings are sent: the broker keeps the connection. ERR_NOMEM */
MUST_CHECK int mqtt_hold(struct mqtt *m, int64_t now_ms);
/* When mqtt_tick has something to do. */
int64_t mqtt_deadline(const struct mqtt *m);
bool mqtt_is_ready(const struct mqtt *m);
/* Acknowledge a message of QoS 1. ERR_NOMEM */
MUST_CHECK int mqtt_acknowledge(struct mqtt *m, uint16_t id, int64_t now_ms);
/* Publish with QoS 1; id: 1..65535, of no message that is under way. ERR_NOMEM, ERR_RANGE
 * (too long). */
struct mqtt_publication {
    uint16_t id;
    const char *topic;
    const char *payload;
    size_t payload_bytes;
    bool is_retained;
};
MUST_CHECK int mqtt_publish(struct mqtt *m, const struct mqtt_publication *p,
                            int64_t now_ms);
/* Say goodbye; the connection is to be closed behind it. */
void mqtt_leave(struct mqtt *m);
/* Whether a text may be subscribed to: not empty, at most 65535 bytes of UTF-8, '#' only
 * as the last level, '+' only as a whole level (section 4.7.1). */
bool mqtt_is_filter(const char *text);

#endif
