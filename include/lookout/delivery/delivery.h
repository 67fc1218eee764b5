/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: outbox rows to signed HTTP requests, outcomes back to the store. Its own
 * thread and loop; names are resolved under a deadline of ours, never inside libcurl. */
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
    bool is_gone, is_open;   /* 410; circuit breaker open */
    int64_t last_success_ms; /* clock; TIME_NONE */
    double last_latency_s;
};

/* Starts the thread. While a webhook is dead (five attempts in a row without an answer,
 * with 429 or with 5xx) one probe goes out at a time, the first wait apart or as late as
 * its Retry-After asks; once it takes alerts again, what waited for that waits no longer
 * than the first wait. The webhooks are copied. `random_seed` makes jitter repeatable in
 * tests. */
MUST_CHECK int delivery_start(const struct conf_webhook *webhooks, size_t count,
                              struct store *store, const char *directory,
                              uint64_t random_seed, struct delivery **ret_delivery,
                              struct err *err);
/* Something was committed: look again. Any thread. */
void delivery_wake(struct delivery *d);
/* New webhooks after a reload; those whose definition did not change keep their
 * connections and breaker; every 410 is lifted. */
MUST_CHECK int delivery_reconfigure(struct delivery *d,
                                    const struct conf_webhook *webhooks, size_t count);
/* No new attempts; those under way may end within grace_ms; outcomes go to the store.
 * Joins the thread and frees: delivery_wake must not be called any more. */
void delivery_stop(struct delivery *d, int64_t grace_ms);
/* Any thread. false: no such webhook. */
bool delivery_counts(struct delivery *d, const char *webhook,
                     struct delivery_counts *ret_counts);

/* An alert's CloudEvents body; borrowed. */
struct delivery_event {
    const char *body;
    size_t bytes;
};
/* The request's body as the webhook wants it: of one alert, or where it has a `group` of
 * one or several. `json` has the envelope's members and data's in one object; where both
 * have one of a name, data's stands. The content type is borrowed from the webhook or
 * static. ERR_SYNTAX: an alert's body is no JSON. */
MUST_CHECK int delivery_body(const struct conf_webhook *webhook,
                             const struct delivery_event *events, size_t count,
                             struct buf *out, const char **ret_content_type);
/* How many alerts a request may hold where the webhook has a `group`. */
size_t delivery_body_most(const struct conf_webhook *webhook);
/* "v1,<base64> v1,<base64>" over "id.timestamp.body", one for each secret. */
MUST_CHECK int delivery_sign(const struct conf_webhook *webhook, const char *id,
                             int64_t timestamp_s, const char *body, size_t n,
                             struct buf *out);
/* What a receiver has in hand; all borrowed, the headers NULL when absent. */
struct delivery_signed {
    const char *id, *timestamp, *signature; /* webhook-id, -timestamp, -signature */
    const char *body;
    size_t body_bytes;
};
/* The receiver's side: 0 when one of the signatures is by one of the webhook's secrets
 * and the timestamp within 5 min of now; else err says what is wrong. */
MUST_CHECK int delivery_sign_verify(const struct conf_webhook *webhook,
                                    const struct delivery_signed *message, int64_t now_s,
                                    struct err *err);
/* "whsec_<base64 of 24 to 64 bytes>" to its bytes (owned: wipe and free). ERR_SYNTAX,
 * ERR_RANGE. */
MUST_CHECK int delivery_sign_secret(const char *text, size_t n,
                                    struct conf_secret *ret_secret);
/* One request, now, by the same code, waiting for its end: `test-webhook`. Prints what
 * came back into text. 0: 2xx. */
MUST_CHECK int delivery_try(const struct conf_webhook *webhook, const struct alert *alert,
                            struct buf *text);

#endif
