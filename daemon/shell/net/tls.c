/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over bytes: OpenSSL reads from one memory buffer and writes to another. What the
 * protocol does by itself behind the text (session tickets, KeyUpdate, renegotiation in
 * TLS 1.2) goes by the same two buffers, so that tls_read may leave bytes to send, and a
 * text that is written may have to wait for bytes of the peer. */
#include "lookout/net/tls.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"

struct tls_context {
    SSL_CTX *ssl; /* owned */
};

struct tls {
    SSL *ssl;        /* owned */
    BIO *in, *out;   /* borrowed from ssl */
    struct buf text; /* written, and not yet encrypted */
    enum tls_state state;
    bool was_asked; /* for a certificate of ours */
    char host[256];
    char fault[160];
};

/* --- contexts --- */

/* A key that is locked would ask for its password on the terminal. */
static int give_no_password(char *ret_text, int size, int is_writing, void *context)
{
    (void)ret_text;
    (void)size;
    (void)is_writing;
    (void)context;
    return 0;
}

/* Called when the peer asks for a certificate and there is none of ours. */
static int on_certificate_wanted(SSL *ssl, X509 **ret_certificate, EVP_PKEY **ret_key)
{
    struct tls *t = SSL_get_app_data(ssl);
    (void)ret_certificate;
    (void)ret_key;
    if (t != NULL)
        t->was_asked = true;
    return 0;
}

/* Why OpenSSL could not read a file. */
static int blame_file(const char *key, const char *path, struct err *err)
{
    unsigned long code = ERR_peek_error(); /* the first is the cause */
    const char *reason = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
                                                : ERR_reason_error_string(code);
    int rc = err_set(err, ERR_INVALID, "%s %s: %s", key, path,
                     reason != NULL ? reason : "cannot be used");
    ERR_clear_error();
    return rc;
}

static int load_files(SSL_CTX *ssl, const struct tls_files *files, struct err *err)
{
    if (files->ca_file == NULL)
        SSL_CTX_set_default_verify_paths(ssl);
    else if (SSL_CTX_load_verify_file(ssl, files->ca_file) != 1)
        return blame_file("ca_file", files->ca_file, err);
    if (files->client_cert == NULL || files->client_key == NULL)
        return 0;
    if (SSL_CTX_use_certificate_chain_file(ssl, files->client_cert) != 1)
        return blame_file("client_cert", files->client_cert, err);
    if (SSL_CTX_use_PrivateKey_file(ssl, files->client_key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ssl) != 1)
        return blame_file("client_key", files->client_key, err);
    return 0;
}

int tls_context_create(const struct tls_files *files, struct tls_context **ret_context,
                       struct err *err)
{
    struct tls_context *c = calloc(1, sizeof *c);
    ERR_clear_error();
    if (c != NULL)
        c->ssl = SSL_CTX_new(TLS_client_method());
    if (c == NULL || c->ssl == NULL ||
        SSL_CTX_set_min_proto_version(c->ssl, TLS1_2_VERSION) != 1) {
        tls_context_destroy(c);
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(c->ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(c->ssl, give_no_password);
    SSL_CTX_set_client_cert_cb(c->ssl, on_certificate_wanted);
    int rc = load_files(c->ssl, files, err);
    if (rc == 0)
        *ret_context = c;
    else
        tls_context_destroy(c);
    return rc;
}

void tls_context_destroy(struct tls_context *context)
{
    if (context == NULL)
        return;
    SSL_CTX_free(context->ssl);
    free(context);
}

/* --- connections --- */

/* The name or address that the certificate must have. */
static bool set_peer_name(struct tls *t)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), t->host) == 1)
        return true;
    SSL_set_hostflags(t->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(t->ssl, t->host) == 1 &&
           SSL_set_tlsext_host_name(t->ssl, t->host) == 1;
}

int tls_create(struct tls_context *context, const char *host, struct tls **ret_tls)
{
    struct tls *t = calloc(1, sizeof *t);
    if (t == NULL)
        return ERR_NOMEM;
    t->ssl = SSL_new(context->ssl);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
        BIO_free(t->in);
        BIO_free(t->out);
        t->in = t->out = NULL;
        tls_destroy(t);
        return ERR_NOMEM;
    }
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_app_data(t->ssl, t);
    SSL_set_connect_state(t->ssl);
    text_copy(t->host, sizeof t->host, host);
    size_t n = strlen(t->host);
    if (n > 1 && t->host[n - 1] == '.') /* absolute; certificates have no dot there */
        t->host[n - 1] = '\0';
    if (!set_peer_name(t)) {
        tls_destroy(t);
        return ERR_NOMEM;
    }
    *ret_tls = t;
    return 0;
}

void tls_destroy(struct tls *t)
{
    if (t == NULL)
        return;
    SSL_free(t->ssl);
    buf_finish(&t->text);
    free(t);
}

enum tls_state tls_state_of(const struct tls *t)
{
    return t->state;
}

const char *tls_fault(const struct tls *t)
{
    return t->fault;
}

/* --- faults in words --- */

/* What the alert of the peer means to us. RFC 8446 section 6.2. */
static void say_alert(struct tls *t, int alert)
{
    const char *name = SSL_alert_desc_string_long(alert);
    if (t->was_asked)
        snprintf(t->fault, sizeof t->fault, "the peer wants a client certificate (%s)",
                 name);
    else if (alert == SSL_AD_PROTOCOL_VERSION)
        snprintf(t->fault, sizeof t->fault,
                 "the peer speaks no TLS of version 1.2 or later (%s)", name);
    else
        snprintf(t->fault, sizeof t->fault, "the peer refuses us: %s", name);
}

static void say_fault(struct tls *t)
{
    enum { ALERT_BASE = SSL_AD_REASON_OFFSET };
    unsigned long code = ERR_peek_last_error();
    int reason = ERR_GET_REASON(code);
    long verified = SSL_get_verify_result(t->ssl);
    const char *text = ERR_reason_error_string(code);
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH ||
        verified == X509_V_ERR_IP_ADDRESS_MISMATCH)
        snprintf(t->fault, sizeof t->fault, "the certificate is not one of %.100s",
                 t->host);
    else if (verified != X509_V_OK)
        snprintf(t->fault, sizeof t->fault, "the certificate is not good: %s",
                 X509_verify_cert_error_string(verified));
    else if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= ALERT_BASE)
        say_alert(t, reason - ALERT_BASE);
    else if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
             (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST))
        text_copy(t->fault, sizeof t->fault, "the answer is not TLS");
    else if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason == SSL_R_UNSUPPORTED_PROTOCOL)
        text_copy(t->fault, sizeof t->fault,
                  "the peer speaks no TLS of version 1.2 or later");
    else
        snprintf(t->fault, sizeof t->fault, "TLS has failed: %s",
                 text != NULL ? text : "it gives no reason");
}

/* After a call of OpenSSL that did nothing: whether it only waits for bytes. */
static bool is_waiting(struct tls *t, int rc)
{
    int why = SSL_get_error(t->ssl, rc);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return true;
    if (why == SSL_ERROR_ZERO_RETURN) {
        t->state = TLS_ENDED;
    } else {
        say_fault(t);
        t->state = TLS_FAILED;
    }
    ERR_clear_error();
    return false;
}

/* --- bytes --- */

int tls_feed(struct tls *t, const void *bytes, size_t n)
{
    if (n > INT_MAX || BIO_write(t->in, bytes, (int)n) != (int)n)
        return ERR_NOMEM;
    return 0;
}

/* Encrypt the text that waits. */
static void write_text(struct tls *t)
{
    if (t->state != TLS_OPEN || t->text.length == 0)
        return;
    ERR_clear_error();
    int n = t->text.length > INT_MAX ? INT_MAX : (int)t->text.length;
    int rc = SSL_write(t->ssl, t->text.data, n);
    if (rc > 0)
        buf_drop(&t->text, (size_t)rc);
    else
        (void)is_waiting(t, rc);
}

size_t tls_read(struct tls *t, void *ret_bytes, size_t n)
{
    ERR_clear_error();
    if (t->state == TLS_SHAKING) {
        int rc = SSL_do_handshake(t->ssl);
        if (rc != 1) {
            (void)is_waiting(t, rc);
            return 0;
        }
        t->state = TLS_OPEN;
    }
    write_text(t);
    if (t->state != TLS_OPEN)
        return 0;
    ERR_clear_error();
    int rc = SSL_read(t->ssl, ret_bytes, n > INT_MAX ? INT_MAX : (int)n);
    if (rc > 0)
        return (size_t)rc;
    (void)is_waiting(t, rc);
    write_text(t); /* it may have waited for what was read */
    return 0;
}

int tls_write(struct tls *t, const void *bytes, size_t n)
{
    if (t->state == TLS_ENDED || t->state == TLS_FAILED)
        return ERR_IO;
    int rc = buf_add(&t->text, bytes, n);
    if (rc == 0)
        write_text(t);
    return rc != 0 || t->state != TLS_FAILED ? rc : ERR_IO;
}

void tls_shut(struct tls *t)
{
    ERR_clear_error();
    if (t->state == TLS_OPEN || t->state == TLS_ENDED)
        (void)SSL_shutdown(t->ssl);
    ERR_clear_error();
}

int tls_take(struct tls *t, struct buf *out)
{
    char *bytes = NULL;
    long n = BIO_get_mem_data(t->out, &bytes);
    if (n <= 0)
        return 0;
    int rc = buf_add(out, bytes, (size_t)n);
    if (rc == 0)
        (void)BIO_reset(t->out);
    return rc;
}
