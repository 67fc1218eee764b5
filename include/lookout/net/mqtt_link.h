/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to an MQTT broker on a loop: TCP, with TLS and a WebSocket where they are
 * asked for, and MQTT on it. One attempt; who wants another opens anew. Belongs to one
 * loop and its thread. */
#ifndef LOOKOUT_MQTT_LINK_H
#define LOOKOUT_MQTT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/base/err.h"
#include "lookout/net/mqtt.h"
#include "lookout/net/peer.h"
#include "lookout/net/websocket.h"

struct mqtt_link_conf {
    struct peer_conf peer;
    const char *host; /* as a WebSocket's request names it; borrowed */
    const char *path; /* of a WebSocket; NULL: none. Borrowed, as the headers' texts */
    const struct websocket_header *headers;
    size_t header_count;
    struct mqtt_conf mqtt; /* its texts, and those above, are borrowed until on_closed */
};
struct mqtt_link_sink {
    /* Logged in, and subscribed; granted_qos: the lowest that the broker granted. */
    void (*on_ready)(void *context, uint8_t granted_qos);
    void (*on_message)(void *context,
                       const struct mqtt_message *message); /* may be NULL */
    void (*on_acked)(void *context, uint16_t id);           /* may be NULL */
    /* The messages of one read have been handed on. May be NULL. */
    void (*on_pause)(void *context);
    /* It is over, told once. is_refused: the broker does not want us, or not so. Not
     * called after mqtt_link_close, which is still needed. */
    void (*on_end)(void *context, const char *what, const char *why, bool is_refused);
    /* After mqtt_link_close, when nothing is left of it on the loop. */
    void (*on_closed)(void *context);
    void *context;
};

struct mqtt_link;
/* Nothing is called before this has returned. ERR_NOMEM: *ret_link stays as it was. */
MUST_CHECK int mqtt_link_open(uv_loop_t *loop, const struct mqtt_link_conf *conf,
                              const struct mqtt_link_sink *sink,
                              struct mqtt_link **ret_link);
bool mqtt_link_is_ready(const struct mqtt_link *l);
/* Acknowledge a message of QoS 1. */
void mqtt_link_acknowledge(struct mqtt_link *l, uint16_t id);
/* Publish, once it is ready. ERR_NOMEM, ERR_RANGE (too long for MQTT), ERR_LIMIT (the
 * broker does not read), ERR_IO (the connection is broken). */
MUST_CHECK int mqtt_link_publish(struct mqtt_link *l, const struct mqtt_publication *p);
/* Stop reading; go on. */
void mqtt_link_pause(struct mqtt_link *l, bool paused);
/* Say goodbye where there is a connection, and end it. */
void mqtt_link_close(struct mqtt_link *l);

#endif
