/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit breaker of a webhook. */
#include "breaker.h"

#include <stddef.h>

enum { FAILURES_MOST = 5 }; /* in a row; then only probes are sent */

bool breaker_is_outage(const struct retry_answer *answer)
{
    if (answer->protocol == RETRY_MQTT)
        return answer->status != RETRY_MQTT_TAKEN;
    if (answer->protocol == RETRY_SMTP) /* a 5xx is of the mail, but for the login's */
        return answer->status == 0 || (answer->status >= 400 && answer->status < 500) ||
               (answer->status >= 530 && answer->status <= 538);
    return answer->status == 0 || answer->status == 429 || answer->status >= 500;
}

void breaker_begin(struct breaker *b, const void *request)
{
    if (b->is_open)
        b->probe = request;
}

bool breaker_end_dead(struct breaker *b, const void *request, int64_t probe_at_ms,
                      bool is_hinted)
{
    bool was_probe = b->probe == request, was_open = b->is_open;
    if (was_probe)
        b->probe = NULL;
    if (++b->failures < FAILURES_MOST)
        return false;
    b->is_open = true;
    /* A request sent before the breaker opened says nothing new, except a Retry-After. */
    if (!was_open || was_probe || (is_hinted && probe_at_ms > b->probe_at_ms))
        b->probe_at_ms = probe_at_ms;
    return !was_open;
}

bool breaker_end_alive(struct breaker *b, const void *request)
{
    bool was_open = b->is_open;
    if (b->probe == request)
        b->probe = NULL;
    b->failures = 0;
    b->is_open = false;
    return was_open;
}

int64_t breaker_allows_at(const struct breaker *b, int64_t due_ms)
{
    if (!b->is_open)
        return due_ms;
    if (b->probe != NULL)
        return INT64_MAX;
    return due_ms > b->probe_at_ms ? due_ms : b->probe_at_ms;
}
