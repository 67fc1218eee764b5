/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket (RFC 6455) over bytes, as the client, without a socket: the handshake, then
 * messages, whole, whatever their frames. No extensions. */
#ifndef LOOKOUT_WEBSOCKET_H
#define LOOKOUT_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

#define WEBSOCKET_MESSAGE_BYTES_MAX ((size_t)1 << 20)
#define WEBSOCKET_HEAD_BYTES_MAX ((size_t)16 << 10) /* of the answer to our request */
#define WEBSOCKET_KEY_BYTES 16

struct websocket_header {
    const char *name, *value;
};
struct websocket_conf {
    const char *host; /* without brackets */
    uint16_t port;
    bool is_tls;                            /* decides which port is not written */
    const char *path;                       /* with the query; begins with '/' */
    const struct websocket_header *headers; /* further ones of the request */
    size_t header_count;
    const char *protocol; /* the subprotocol that is spoken; static; NULL: none */
    uint8_t key[WEBSOCKET_KEY_BYTES]; /* random */
};

enum websocket_state {
    WEBSOCKET_ASKING, /* the request is out, or its refusal is coming in */
    WEBSOCKET_OPEN,   /* also while it is being closed */
    WEBSOCKET_ENDED   /* websocket_end says why; what is to be sent should still go out */
};
struct websocket_end {
    int status;             /* of HTTP, where the request was refused; 0 */
    int code;               /* of the close frame that the peer or we sent; 0: none */
    bool is_ours;           /* we found the fault, or closed first */
    int64_t retry_after_ms; /* of the answer; -1: none */
    char why[200];          /* in words; with the peer's own */
};

struct websocket;
/* on_message is called from websocket_feed alone, with a text or binary message; it must
 * not destroy the WebSocket. */
MUST_CHECK int websocket_create(const struct websocket_conf *conf,
                                void (*on_message)(void *context, const char *bytes,
                                                   size_t n),
                                void *context, struct websocket **ret_websocket);
void websocket_destroy(struct websocket *w); /* takes NULL */

enum websocket_state websocket_state_of(const struct websocket *w);
/* It is open, or was. */
bool websocket_has_opened(const struct websocket *w);
const struct websocket_end *websocket_end_of(const struct websocket *w);

/* Take bytes of the peer; now_ms is the wall clock, for Retry-After. */
void websocket_feed(struct websocket *w, const char *bytes, size_t n, int64_t now_ms);
/* The stream has ended, or the time for the handshake is over: a refusal that is not
 * whole counts as it is. `why` is the reason where nothing better is known. */
void websocket_stop(struct websocket *w, const char *why);
/* Queue a text message; a binary one; a ping; a close frame with code 1000. ERR_NOMEM,
 * ERR_IO: it is not open. */
MUST_CHECK int websocket_send(struct websocket *w, const char *text, size_t n);
MUST_CHECK int websocket_send_binary(struct websocket *w, const void *bytes, size_t n);
MUST_CHECK int websocket_ping(struct websocket *w);
MUST_CHECK int websocket_close(struct websocket *w);
/* Append what is to be sent to the peer now. ERR_NOMEM */
MUST_CHECK int websocket_take(struct websocket *w, struct buf *out);

#endif
