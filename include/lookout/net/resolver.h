/* SPDX-License-Identifier: Apache-2.0 */
/* Names to addresses on threads of their own. One look-up at a time for each name,
 * answers kept for a while.
 *
 * Why not libcurl's resolver: it freezes the loop. When a request times out while its
 * name is still looked up, libcurl joins the thread that calls getaddrinfo, and waits as
 * long as the name server takes (measured with 7.88: 4.5 s under a timeout of 500 ms).
 * Nor can its look-up be asked for the address before it connects: a webhook's name that
 * leads to a private address is refused, and the connection is pinned to what was
 * checked. Here a look-up that hangs costs the loop nothing: the question ends at its
 * deadline, the thread ends by itself and finds nobody. */
#ifndef LOOKOUT_DELIVERY_RESOLVE_H
#define LOOKOUT_DELIVERY_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "address.h"
#include "lookout/base/err.h"

#define RESOLVE_ADDRESSES 8
#define RESOLVE_HOST_BYTES 256

struct resolve_answer {
    struct address addresses[RESOLVE_ADDRESSES];
    size_t count;
    char reason[64]; /* why there are none; "" */
};

/* Looks a name up, taking as long as it likes; called on a thread of its own. */
typedef void (*resolve_lookup)(void *context, const char *host,
                               struct resolve_answer *ret_answer);
void resolver_lookup_system(void *context, const char *host,
                            struct resolve_answer *ret_answer);

struct resolver;
MUST_CHECK int resolver_create(uv_loop_t *loop, resolve_lookup lookup, void *context,
                               struct resolver **ret_resolver);
/* No question may be open. The memory goes with the loop's handles; look-ups that hang go
 * on by themselves and find nobody. */
void resolver_close(struct resolver *r);

/* A question; the memory is the asker's, zeroed, and in use until the answer or
 * resolver_cancel. */
struct resolve_question {
    void (*on_answer)(struct resolve_question *q, const struct resolve_answer *answer);
    void *owner;
    struct resolve_question *next;
    struct resolve_host *host;
    uint64_t until_ms; /* the loop's time */
};
/* The answer when it is known, else NULL, and on_answer comes later, after deadline_ms at
 * the latest with a reason. */
const struct resolve_answer *resolver_ask(struct resolver *r, const char *host,
                                          int64_t deadline_ms,
                                          struct resolve_question *q);
void resolver_cancel(struct resolver *r, struct resolve_question *q);

#endif
