/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of Standard Webhooks 1.0: HMAC-SHA256 over "id.timestamp.body", made by the
 * sender and checked by `listen`. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/units.h"
#include "lookout/delivery/delivery.h"

enum {
    DIGEST_BYTES = 32,
    SIGNATURE_BYTES = 44, /* its base64 */
    TOLERANCE_S = 5 * 60  /* Standard Webhooks: "a few minutes" */
};

static int sign_one(const struct conf_secret *secret, const struct buf *content,
                    char ret_base64[SIGNATURE_BYTES + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (HMAC(EVP_sha256(), secret->text, (int)secret->length,
             (const unsigned char *)content->data, content->length, digest, &n) == NULL ||
        n != DIGEST_BYTES)
        return ERR_NOMEM;
    EVP_EncodeBlock((unsigned char *)ret_base64, digest, DIGEST_BYTES);
    return 0;
}

static int write_content(struct buf *content, const char *id, int64_t timestamp_s,
                         const char *body, size_t n)
{
    int rc = buf_printf(content, "%s.%lld.", id, (long long)timestamp_s);
    return rc != 0 ? rc : buf_add(content, body, n);
}

int delivery_sign(const struct conf_webhook *webhook, const char *id, int64_t timestamp_s,
                  const char *body, size_t n, struct buf *out)
{
    struct buf content = {0};
    size_t before = out->length;
    int rc = write_content(&content, id, timestamp_s, body, n);
    for (size_t i = 0; i < webhook->secret_count && rc == 0; i++) {
        char base64[SIGNATURE_BYTES + 1];
        rc = sign_one(&webhook->secrets[i], &content, base64);
        if (rc == 0)
            rc = buf_printf(out, "%sv1,%s", i == 0 ? "" : " ", base64);
    }
    buf_finish(&content);
    if (rc != 0 && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    return rc;
}

/* Whether `expected` is among the header's signatures, which spaces separate. Each is
 * compared in constant time. */
static bool is_signature_among(const char *header, const char *expected)
{
    bool is_found = false;
    for (const char *at = header; *at != '\0';) {
        size_t n = strcspn(at, " ");
        if (n == 3 + SIGNATURE_BYTES && memcmp(at, "v1,", 3) == 0 &&
            CRYPTO_memcmp(at + 3, expected, SIGNATURE_BYTES) == 0)
            is_found = true;
        at += n;
        at += strspn(at, " ");
    }
    return is_found;
}

int delivery_sign_verify(const struct conf_webhook *webhook,
                         const struct delivery_signed *message, int64_t now_s,
                         struct err *err)
{
    int64_t timestamp_s = 0;
    if (message->id == NULL || message->timestamp == NULL || message->signature == NULL)
        return err_set(err, ERR_NOT_FOUND, "the request is not signed");
    if (units_parse_int(message->timestamp, strlen(message->timestamp), 0,
                        INT64_MAX / 1000, &timestamp_s) != 0)
        return err_set(err, ERR_SYNTAX, "webhook-timestamp is not a number of seconds");
    if (llabs(timestamp_s - now_s) > TOLERANCE_S)
        return err_set(err, ERR_RANGE,
                       "webhook-timestamp differs from the clock by %lld s",
                       (long long)(timestamp_s - now_s));
    struct buf content = {0};
    bool is_good = false;
    int rc = write_content(&content, message->id, timestamp_s, message->body,
                           message->body_bytes);
    for (size_t i = 0; i < webhook->secret_count && rc == 0; i++) {
        char expected[SIGNATURE_BYTES + 1];
        rc = sign_one(&webhook->secrets[i], &content, expected);
        if (rc == 0 && is_signature_among(message->signature, expected))
            is_good = true;
    }
    buf_finish(&content);
    if (rc != 0)
        return err_set(err, rc, "%s", err_text(rc));
    return is_good ? 0
                   : err_set(err, ERR_INVALID, "no signature was made with this secret");
}
