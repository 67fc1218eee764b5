/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake of a WebSocket: the request, and the answer to it. Pure. */
#ifndef LOOKOUT_WEBSOCKET_INT_H
#define LOOKOUT_WEBSOCKET_INT_H

#include "lookout/net/websocket.h"

#define WEBSOCKET_KEY_TEXT_BYTES 25 /* base64 of the key */
#define WEBSOCKET_WORDS_BYTES 512   /* of a refusal's body are read */

/* What of the request the answer must fit. */
struct websocket_asked {
    char key[WEBSOCKET_KEY_TEXT_BYTES];
    const char *protocol; /* borrowed; NULL: none */
};

/* The key as the request carries it. */
void websocket_shake_key(const uint8_t key[WEBSOCKET_KEY_BYTES],
                         char ret_text[WEBSOCKET_KEY_TEXT_BYTES]);
/* Append the request. ERR_NOMEM */
MUST_CHECK int websocket_shake_request(const struct websocket_conf *conf,
                                       struct buf *out);
/* Whether a whole head is of an interim answer, which the final one follows. */
bool websocket_shake_is_interim(const char *head, size_t n);
/* What an answer means. */
struct websocket_answer {
    bool is_open;             /* it opens the WebSocket */
    struct websocket_end end; /* else why not */
    size_t body_bytes;        /* of a refusal: so much of a body is worth waiting for */
};
/* Judge a whole head, with the blank line at its end. */
void websocket_shake_judge(const char *head, size_t n,
                           const struct websocket_asked *asked, int64_t now_ms,
                           struct websocket_answer *ret_answer);
/* Add the words of a refusal's body to its reason. */
void websocket_shake_words(const char *body, size_t n, struct websocket_end *end);

#endif
