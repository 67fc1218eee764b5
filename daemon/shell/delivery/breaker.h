/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit breaker of a webhook: while the receiver is dead, one request at a time,
 * the probe, tests whether the receiver works again. Knows no clock. */
#ifndef LOOKOUT_DELIVERY_BREAKER_H
#define LOOKOUT_DELIVERY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/alert/retry.h"

struct breaker {
    unsigned failures; /* in a row, by an outage */
    bool is_open;
    const void *probe;   /* the request under way as the probe; NULL */
    int64_t probe_at_ms; /* no probe is sent before */
};
/* Whether other alerts would fail too: no answer, 429, or a 5xx. */
bool breaker_is_outage(const struct retry_answer *answer);
/* A request begins. */
void breaker_begin(struct breaker *b, const void *request);
/* The request ended by an outage: the next probe may be sent at probe_at_ms, which the
 * receiver asked for (is_hinted) or not. true: this opened the breaker. */
bool breaker_end_dead(struct breaker *b, const void *request, int64_t probe_at_ms,
                      bool is_hinted);
/* The request ended with another answer: the receiver works. true: this closed the
 * breaker. */
bool breaker_end_alive(struct breaker *b, const void *request);
/* When a bundle that is due at due_ms may be sent; INT64_MAX: not while the probe is
 * under way. */
int64_t breaker_allows_at(const struct breaker *b, int64_t due_ms);

#endif
