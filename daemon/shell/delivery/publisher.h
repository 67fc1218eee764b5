/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts published to MQTT brokers: a connection for each webhook, opened when there is
 * something to send. Private to the client. */
#ifndef LOOKOUT_DELIVERY_PUBLISHER_H
#define LOOKOUT_DELIVERY_PUBLISHER_H

#include "client.h"

struct publisher;
struct publishers {
    uv_loop_t *loop;           /* borrowed */
    struct resolver *resolver; /* borrowed */
    int64_t lookup_deadline_ms;
    struct publisher *first; /* owned */
};

/* As client_send and client_cancel. */
MUST_CHECK int publisher_send(struct publishers *all, struct client_request *request);
void publisher_cancel(struct publishers *all, struct client_request *request);
/* Close the webhook's connection. No request of it may be under way. */
void publisher_forget(struct publishers *all, const struct conf_webhook *webhook);
/* Close all connections; requests under way end without on_end. */
void publisher_close_all(struct publishers *all);

#endif
