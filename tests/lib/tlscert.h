/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for tests of TLS, made when they are needed, by OpenSSL; keys are EC
 * P-256. */
#ifndef TLSCERT_H
#define TLSCERT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct tlscert {
    X509 *certificate; /* owned */
    EVP_PKEY *key;     /* owned */
};
/* An authority. */
void tlscert_authority(struct tlscert *ca, const char *name);
/* A certificate by an authority (NULL: signed by itself) with these subject alternative
 * names ("DNS:ais.example.org", "IP:127.0.0.1"), valid from now - 1 day for `days`. */
void tlscert_make(struct tlscert *c, const struct tlscert *ca, const char *names,
                  int days);
void tlscert_finish(struct tlscert *c);
/* Write as PEM; `password` locks the key, NULL: it does not. */
void tlscert_write(const struct tlscert *c, const char *certificate_path,
                   const char *key_path, const char *password);

#endif
