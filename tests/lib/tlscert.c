/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/tlscert.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/testlib.h"

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(certificate, e, -1), 1);
    X509_EXTENSION_free(e);
}

static void begin_certificate(struct tlscert *c, const char *name, int days)
{
    static long serial;
    c->key = EVP_EC_gen("P-256");
    c->certificate = X509_new();
    assert_non_null(c->key);
    assert_non_null(c->certificate);
    X509_set_version(c->certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c->certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(c->certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(c->certificate), (days - 1) * 86400L);
    X509_set_pubkey(c->certificate, c->key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c->certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
}

static void sign_certificate(struct tlscert *c, const struct tlscert *ca)
{
    X509_set_issuer_name(c->certificate, X509_get_subject_name(ca->certificate));
    assert_true(X509_sign(c->certificate, ca->key, EVP_sha256()) > 0);
}

void tlscert_authority(struct tlscert *ca, const char *name)
{
    begin_certificate(ca, name, 30);
    add_extension(ca->certificate, NID_basic_constraints, "critical,CA:TRUE");
    sign_certificate(ca, ca);
}

void tlscert_make(struct tlscert *c, const struct tlscert *ca, const char *names,
                  int days)
{
    begin_certificate(c, names, days);
    add_extension(c->certificate, NID_subject_alt_name, names);
    sign_certificate(c, ca != NULL ? ca : c);
}

void tlscert_finish(struct tlscert *c)
{
    X509_free(c->certificate);
    EVP_PKEY_free(c->key);
    *c = (struct tlscert){0};
}

void tlscert_write(const struct tlscert *c, const char *certificate_path,
                   const char *key_path, const char *password)
{
    FILE *f = fopen(certificate_path, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_X509(f, c->certificate), 1);
    fclose(f);
    if (key_path == NULL)
        return;
    f = fopen(key_path, "w");
    assert_non_null(f);
    assert_int_equal(chmod(key_path, 0600), 0);
    assert_int_equal(
        PEM_write_PrivateKey(f, c->key, password != NULL ? EVP_aes_128_cbc() : NULL,
                             (const unsigned char *)password,
                             password != NULL ? (int)strlen(password) : 0, NULL, NULL),
        1);
    fclose(f);
}
