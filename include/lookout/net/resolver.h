/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up names on separate threads. Each name has one look-up at a time, and answers
 * are kept for a minute.
 *
 * libcurl's own resolver is not used, for two reasons. It freezes the loop: when a
 * request times out during the look-up, libcurl waits for the thread that calls
 * getaddrinfo (measured with 7.88: 4.5 s with a timeout of 500 ms). And it does not give
 * the address before it connects; but a name that leads to a private address must be
 * refused, and the connection is pinned to the checked addresses. Here a look-up that
 * hangs costs the loop nothing: the question ends at its deadline, and the thread ends by
 * itself later. */
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

/* Looks up a name; it may take long, because it runs on a separate thread. */
typedef void (*resolve_lookup)(void *context, const char *host,
                               struct resolve_answer *ret_answer);
void resolver_lookup_system(void *context, const char *host,
                            struct resolve_answer *ret_answer);
/* The same with addresses of a version that no interface but the loopback has: a server
 * beside us may listen on ::1 alone. */
void resolver_lookup_all(void *context, const char *host,
                         struct resolve_answer *ret_answer);

struct resolver;
MUST_CHECK int resolver_create(uv_loop_t *loop, resolve_lookup lookup, void *context,
                               struct resolver **ret_resolver);
/* No question may be open. The memory is freed when the loop has closed the handles;
 * look-ups that still run end by themselves. */
void resolver_close(struct resolver *r);

/* A question. The caller owns the zeroed memory, which is in use until the answer or
 * resolver_cancel. */
struct resolve_question {
    void (*on_answer)(struct resolve_question *q, const struct resolve_answer *answer);
    void *owner;
    struct resolve_question *next;
    struct resolve_host *host;
    uint64_t until_ms; /* the loop's time */
};
/* Returns the answer when it is known, else NULL. Then on_answer is called later; after
 * deadline_ms at the latest, with a reason instead of addresses. */
const struct resolve_answer *resolver_ask(struct resolver *r, const char *host,
                                          int64_t deadline_ms,
                                          struct resolve_question *q);
void resolver_cancel(struct resolver *r, struct resolve_question *q);

#endif
