/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit breaker of a webhook: while the receiver is dead, one request at a time,
 * the probe, finds out whether it lives again. Knows no clock. */
#ifndef LOOKOUT_DELIVERY_BREAKER_H
#define LOOKOUT_DELIVERY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/alert/retry.h"

struct breaker {
    unsigned failures; /* in a row, of the kind that opens it */
    bool is_open;
    const void *probe;   /* the request under way as the probe; NULL */
    int64_t probe_at_ms; /* open: no probe before */
};
/* Would other alerts fare no better: no answer, 429, or a fault on the receiver's side?
 */
bool breaker_is_outage(const struct retry_answer *answer);
/* A request begins. */
void breaker_begin(struct breaker *b, const void *request);
/* The request ended, and the receiver is dead: the next probe may go at probe_at_ms,
 * which the receiver asked for (is_hinted) or not. true: this opened the breaker. */
bool breaker_end_dead(struct breaker *b, const void *request, int64_t probe_at_ms,
                      bool is_hinted);
/* The request ended with another answer: the receiver lives. true: this closed it. */
bool breaker_end_alive(struct breaker *b, const void *request);
/* When what is due at due_ms may go; INT64_MAX: not while the probe is under way. */
int64_t breaker_allows_at(const struct breaker *b, int64_t due_ms);

#endif
