/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: sends the outbox rows as signed HTTP requests and writes the outcomes to the
 * store. It has a thread and a loop of its own. */
#ifndef LOOKOUT_DELIVERY_H
#define LOOKOUT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/store/store.h"

struct delivery;

struct delivery_counts {
    uint64_t attempts, delivered, failed, dead;
    uint32_t in_flight;
    bool is_gone, is_open;   /* answered 410; breaker is open */
    int64_t last_success_ms; /* wall clock; TIME_NONE */
    double last_latency_s;
};

/* Start the thread. A webhook is dead after five attempts in a row without an answer,
 * with 429 or with 5xx. Then one probe is sent at a time, at intervals of the first wait
 * or as the receiver's Retry-After asks. When the webhook takes alerts again, waiting
 * alerts are sent within the first wait. The webhooks are copied. `random_seed` makes
 * jitter repeatable in tests. */
MUST_CHECK int delivery_start(const struct conf_webhook *webhooks, size_t count,
                              struct store *store, const char *directory,
                              uint64_t random_seed, struct delivery **ret_delivery,
                              struct err *err);
/* The store has committed alerts: read the outbox. Any thread may call this. */
void delivery_wake(struct delivery *d);
/* Ask the thread for a sign of life; and whether it has given the last one. */
void delivery_ask(struct delivery *d);
bool delivery_has_answered(struct delivery *d);
/* Take the webhooks of a reload. Those whose definition did not change keep their
 * connections and breaker. Webhooks that answered 410 are switched on again. */
MUST_CHECK int delivery_reconfigure(struct delivery *d,
                                    const struct conf_webhook *webhooks, size_t count);
/* Make no new attempts; those under way may end within grace_ms. The outcomes go to the
 * store. Joins the thread and frees d: delivery_wake must not be called any more. */
void delivery_stop(struct delivery *d, int64_t grace_ms);
/* Any thread may call this. false: there is no such webhook. */
bool delivery_counts(struct delivery *d, const char *webhook,
                     struct delivery_counts *ret_counts);

/* An alert's CloudEvents body; borrowed. */
struct delivery_event {
    const char *body;
    size_t bytes;
};
/* Make the request's body in the webhook's format, from one alert or, with `group`, from
 * several. `json` has the members of the envelope and of data in one object; where both
 * have a member of one name, that of data is taken. The content type is borrowed from the
 * webhook or static. ERR_SYNTAX: an alert's body is not JSON. */
MUST_CHECK int delivery_body(const struct conf_webhook *webhook,
                             const struct delivery_event *events, size_t count,
                             struct buf *out, const char **ret_content_type);
/* How many alerts a request may hold when the webhook has a `group`. */
size_t delivery_body_most(const struct conf_webhook *webhook);
/* "v1,<base64> v1,<base64>" over "id.timestamp.body", one for each secret. */
MUST_CHECK int delivery_sign(const struct conf_webhook *webhook, const char *id,
                             int64_t timestamp_s, const char *body, size_t n,
                             struct buf *out);
/* A received request; all borrowed. Headers are NULL when absent. */
struct delivery_signed {
    const char *id, *timestamp, *signature; /* webhook-id, -timestamp, -signature */
    const char *body;
    size_t body_bytes;
};
/* Verify as a receiver does: 0 when one of the webhook's secrets made one of the
 * signatures and the timestamp is within 5 min of now; else err says what is wrong. */
MUST_CHECK int delivery_sign_verify(const struct conf_webhook *webhook,
                                    const struct delivery_signed *message, int64_t now_s,
                                    struct err *err);
/* Send one request now with the same code and wait for its end (`test-webhook`). Adds the
 * answer to text. 0: the answer was 2xx. */
MUST_CHECK int delivery_try(const struct conf_webhook *webhook, const struct alert *alert,
                            struct buf *text);

#endif
