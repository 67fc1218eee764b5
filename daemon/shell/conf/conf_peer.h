/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection to a peer needs beside its address, for feeds and for webhooks: a
 * URL, certificates, HTTP headers. Private to the configuration reader. */
#ifndef LOOKOUT_CONF_PEER_H
#define LOOKOUT_CONF_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf_address.h"
#include "lookout/conf/conf.h"

/* The rows of certificates, in a struct that has `struct conf_tls` as a member. */
/* clang-format off */
#define CONF_PEER_TLS_KEYS(owner, member, with) \
    {.name = "ca_file",       .type = KEY_PATH, KEY_AT(owner, member.ca_file), .doc = with "a PEM file of the certificate authorities to trust instead of the system's"}, \
    {.name = "client_cert",   .type = KEY_PATH, KEY_AT(owner, member.client_cert), .doc = with "a PEM file of our client certificate"}, \
    {.name = "client_key",    .type = KEY_PATH, KEY_AT(owner, member.client_key), .doc = with "a PEM file of its private key"}
/* A row of headers: `headers_read` calls conf_peer_read_headers. */
#define CONF_PEER_HEADERS \
    .type = KEY_OWN, .accepts = "a mapping of names to texts, such as {X-Site: yeosu}; a text may be {file: PATH} or {credential: NAME}", \
    .sub = conf_secret_keys, .schema = "{\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [{\"type\": \"string\"}, %]}}"
/* clang-format on */

/* Report certificates that cannot be read, a key that others can, and one without the
 * other. */
void conf_peer_check_tls(struct conf_reader *r, const struct conf_node *node,
                         const struct conf_tls *tls);

/* Read a mapping of headers; those named in `reserved` (ends with NULL) are faults. */
void conf_peer_read_headers(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, const char *const *reserved,
                            struct conf_headers *ret_headers);
MUST_CHECK int conf_peer_copy_headers(const struct conf_headers *from,
                                      struct conf_headers *ret_to);
void conf_peer_finish_headers(struct conf_headers *headers);

/* A scheme that a URL may have, and its port where the URL names none. */
struct conf_scheme {
    const char *name; /* "wss" */
    uint16_t port;
    bool is_tls;
};
struct conf_url {
    const struct conf_scheme *scheme; /* of the given ones */
    char host[CONF_HOST_BYTES];       /* without brackets */
    uint16_t port;
    const char *path; /* borrowed from the text; begins with '/', '?' or is "" */
};
/* The fault of a URL in words, or NULL. The URL may be a secret and is never quoted. The
 * schemes end with a row without a name. */
const char *conf_peer_parse_url(const char *text, const struct conf_scheme *schemes,
                                struct conf_url *ret_url);
/* Put the URL's path, which then begins with '/', in the place of what stands there. */
void conf_peer_set_path(struct conf_reader *r, const struct conf_url *url, char **path);

#endif
