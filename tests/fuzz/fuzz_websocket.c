/* SPDX-License-Identifier: Apache-2.0 */
/* What a server of WebSockets may answer, after the right handshake or instead of it; in
 * two pieces, cut where the first byte says, and byte by byte: the messages are the same.
 * The first byte's top bit: the handshake is made first. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/net/websocket.h"

/* RFC 6455 section 1.3 */
static const char opening[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct heard {
    size_t count;
    uint64_t hash;
};

static void on_message(void *context, const char *bytes, size_t n)
{
    struct heard *heard = context;
    if (n > WEBSOCKET_MESSAGE_BYTES_MAX)
        abort();
    heard->count++;
    heard->hash = hash_bytes(bytes, n, heard->hash + 1);
}

/* Feeds the bytes in pieces of `piece`; returns what was heard. How it ended may differ:
 * of two faults of a frame the pieces decide which is found first. */
static struct heard run_pieces(const uint8_t *data, size_t size, size_t piece, bool opens)
{
    struct websocket_conf conf = {.host = "x.example", .port = 80, .path = "/"};
    struct heard heard = {0};
    struct websocket *w = NULL;
    struct buf out = {0};
    memcpy(conf.key, "the sample nonce", WEBSOCKET_KEY_BYTES);
    if (websocket_create(&conf, on_message, &heard, &w) != 0)
        abort();
    if (opens)
        websocket_feed(w, opening, sizeof opening - 1, 0);
    for (size_t at = 0; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        websocket_feed(w, (const char *)data + at, n, 0);
        if (websocket_take(w, &out) != 0)
            abort();
    }
    websocket_stop(w, "stopped");
    if (websocket_state_of(w) != WEBSOCKET_ENDED || websocket_end_of(w)->why[0] == '\0')
        abort();
    websocket_destroy(w);
    buf_finish(&out);
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { OPENS = 0x80 };
    if (size < 1)
        return 0;
    bool opens = (data[0] & OPENS) != 0;
    size_t piece = 1 + (data[0] & ~(unsigned)OPENS);
    struct heard one = run_pieces(data + 1, size - 1, piece, opens);
    struct heard other = run_pieces(data + 1, size - 1, 1, opens);
    if (one.count != other.count || one.hash != other.hash)
        abort();
    return 0;
}
