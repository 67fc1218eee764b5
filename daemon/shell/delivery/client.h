/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests on a loop: libcurl's multi interface, its sockets in uv_polls, its
 * timeout in a uv_timer. Knows webhooks, no queues and no store. */
#ifndef LOOKOUT_DELIVERY_CLIENT_H
#define LOOKOUT_DELIVERY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/alert/retry.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/delivery/delivery.h"
#include "lookout/net/resolver.h"
#include "target.h"

struct client;
struct client_options {
    resolve_lookup lookup; /* NULL: the system's */
    void *lookup_context;
    int64_t lookup_deadline_ms; /* 0: 5 s */
};
MUST_CHECK int client_create(uv_loop_t *loop, const struct client_options *options,
                             struct client **ret_client);
/* Requests under way end without on_end; the memory is freed when the loop has closed the
 * handles. */
void client_close(struct client *c);
/* Set how many connections are kept open at most. */
void client_set_connections(struct client *c, long most);

#define CLIENT_REASON_BYTES 96 /* that of struct store_outcome */
struct client_request {
    /* Set by the caller; borrowed until the end. */
    const struct conf_webhook *webhook;
    const struct target *target;
    const char *id;                      /* of the alert or the bundle */
    const struct delivery_event *events; /* before formatting */
    size_t event_count;
    void (*on_end)(struct client_request *request);
    void *owner;
    /* The result. */
    struct retry_answer answer;
    char reason[CLIENT_REASON_BYTES]; /* why it failed; without secrets */
    char said[160];                   /* start of the answer; no secrets */
    double latency_s;
    /* Private. */
    struct transfer *transfer;
    struct publication *publication;
};
/* 0: the request is under way, and on_end is called later. Otherwise it has ended already
 * (answer and reason say how), and on_end is not called. */
MUST_CHECK int client_send(struct client *c, struct client_request *request);
/* The webhook's definition is about to change or to go: close what it keeps open. No
 * request of it may be under way. */
void client_forget(struct client *c, const struct conf_webhook *webhook);
/* End the request without on_end. */
void client_cancel(struct client *c, struct client_request *request);

#endif
