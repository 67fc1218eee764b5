/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a server: its name is looked up off the loop, its addresses are tried
 * in turn, with TLS where that is asked for. One attempt; who wants another opens anew.
 * Belongs to one loop and its thread. */
#ifndef LOOKOUT_PEER_H
#define LOOKOUT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/base/err.h"
#include "lookout/net/tls.h"

struct peer_conf {
    const char *host; /* name or IP address; copied, as all of this */
    uint16_t port;
    const struct tls_files *tls; /* NULL: without TLS */
    uint64_t connect_ms; /* limit of the look-up, and of each address with its TLS */
};

struct peer_sink {
    void (*on_open)(void *context);
    void (*on_bytes)(void *context, const char *bytes, size_t n);
    /* It is over, told once: `what` is "cannot look up", "cannot connect" or
     * "disconnected", `why` has the reason in words. Not called after peer_close. */
    void (*on_end)(void *context, const char *what, const char *why);
    /* After peer_close, when nothing is left of it on the loop. */
    void (*on_closed)(void *context);
    void *context;
};

struct peer;
/* Nothing is called before this has returned. ERR_NOMEM: *ret_peer stays as it was. */
MUST_CHECK int peer_open(uv_loop_t *loop, const struct peer_conf *conf,
                         const struct peer_sink *sink, struct peer **ret_peer);
/* Send, once it is open. ERR_LIMIT: the server does not read, and too much waits. */
MUST_CHECK int peer_write(struct peer *p, const void *bytes, size_t n);
/* Stop reading; go on. What was read already still comes. */
void peer_pause(struct peer *p, bool paused);
/* End it; with TLS a close_notify is sent. The memory is freed after on_closed. */
void peer_close(struct peer *p);

#endif
