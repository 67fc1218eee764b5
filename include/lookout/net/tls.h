/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over bytes, as the client: OpenSSL between two memory buffers, without a socket.
 * The peer's certificate and name are always verified; nothing switches that off. TLS 1.2
 * at least. */
#ifndef LOOKOUT_TLS_H
#define LOOKOUT_TLS_H

#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* PEM files; NULL: the system's authorities, no certificate of ours. */
struct tls_files {
    const char *ca_file, *client_cert, *client_key; /* borrowed */
};
struct tls_context;
/* Read the files: slow, so that it does not belong on a loop. ERR_NOMEM, ERR_INVALID (a
 * file is no good: *err says which and why). */
MUST_CHECK int tls_context_create(const struct tls_files *files,
                                  struct tls_context **ret_context, struct err *err);
void tls_context_destroy(struct tls_context *context); /* takes NULL */

enum tls_state {
    TLS_SHAKING, /* hands are shaken: nothing can be read yet */
    TLS_OPEN,
    TLS_ENDED, /* the peer has said that it is through: close_notify */
    TLS_FAILED /* tls_fault says why */
};

/* One connection. `host` is a name, which is also sent as SNI, or an IP address. The
 * context may be destroyed before it. */
struct tls;
MUST_CHECK int tls_create(struct tls_context *context, const char *host,
                          struct tls **ret_tls);
void tls_destroy(struct tls *t); /* takes NULL */

enum tls_state tls_state_of(const struct tls *t);
/* In words; "" while nothing has failed. */
const char *tls_fault(const struct tls *t);

/* Take bytes from the peer, for tls_read. ERR_NOMEM */
MUST_CHECK int tls_feed(struct tls *t, const void *bytes, size_t n);
/* Go on with what was taken: returns how many bytes of the peer's text came out; 0: no
 * more for now, and the state says why. Call it until it returns 0, also before the first
 * bytes came: the client begins. */
size_t tls_read(struct tls *t, void *ret_bytes, size_t n);
/* Send text: it waits while hands are shaken. ERR_NOMEM, ERR_IO (it has failed). */
MUST_CHECK int tls_write(struct tls *t, const void *bytes, size_t n);
/* Say that we are through. */
void tls_shut(struct tls *t);
/* Append what is to be sent to the peer now. ERR_NOMEM */
MUST_CHECK int tls_take(struct tls *t, struct buf *out);

#endif
