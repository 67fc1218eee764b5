/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests TLS over bytes against a server of OpenSSL's own in the same process:
 * what is verified, and what happens behind the text. */
#include "lib/testlib.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tempdir.h"
#include "lib/tlscert.h"
#include "lookout/net/tls.h"

static struct tempdir dir;
static struct tlscert authority, stranger;

static int make_files(void **state)
{
    (void)state;
    tempdir_make(&dir);
    tlscert_authority(&authority, "authority");
    tlscert_authority(&stranger, "stranger");
    tlscert_write(&authority, tempdir_path(&dir, "ca.pem"), NULL, NULL);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    tlscert_finish(&authority);
    tlscert_finish(&stranger);
    tempdir_remove(&dir);
    return 0;
}

/* --- a client and a server, joined by bytes --- */

struct pair {
    SSL_CTX *server_context;
    SSL *server;
    BIO *in, *out; /* of the server */
    struct tls *client;
    char text[4096]; /* what the client read */
    size_t text_n;
    struct test_random *random; /* cuts what the client gets; NULL: whole */
};

struct scene {
    const char *names;        /* of the server's certificate */
    const struct tlscert *ca; /* NULL: by itself */
    int days;
    const char *host; /* that the client asks for */
    int version;      /* the most the server speaks; 0: any */
    bool wants_client;
    const char *client_cert, *client_key; /* paths; NULL */
};

static void pair_open(struct pair *p, const struct scene *s)
{
    struct tlscert c = {0};
    struct tls_context *context = NULL;
    struct err err = {0};
    const struct tls_files files = {.ca_file = tempdir_path(&dir, "ca.pem"),
                                    .client_cert = s->client_cert,
                                    .client_key = s->client_key};
    *p = (struct pair){0};
    tlscert_make(&c, s->ca, s->names, s->days);
    p->server_context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(p->server_context, c.certificate);
    SSL_CTX_use_PrivateKey(p->server_context, c.key);
    if (s->version != 0) {
        SSL_CTX_set_security_level(p->server_context, 0); /* to speak TLS 1.1 at all */
        SSL_CTX_set_min_proto_version(p->server_context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(p->server_context, s->version);
    }
    if (s->wants_client) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(p->server_context),
                            authority.certificate);
        SSL_CTX_set_verify(p->server_context,
                           SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    p->server = SSL_new(p->server_context);
    p->in = BIO_new(BIO_s_mem());
    p->out = BIO_new(BIO_s_mem());
    SSL_set_bio(p->server, p->in, p->out);
    SSL_set_accept_state(p->server);
    assert_int_equal(tls_context_create(&files, &context, &err), 0);
    assert_int_equal(tls_create(context, s->host, &p->client), 0);
    tls_context_destroy(context);
    tlscert_finish(&c);
}

static void pair_close(struct pair *p)
{
    tls_destroy(p->client);
    SSL_free(p->server);
    SSL_CTX_free(p->server_context);
    ERR_clear_error();
}

static void client_reads(struct pair *p)
{
    size_t n;
    while ((n = tls_read(p->client, p->text + p->text_n, 100)) > 0) {
        p->text_n += n;
        assert_true(p->text_n + 100 < sizeof p->text);
    }
}

/* Carry bytes both ways until nothing moves. Returns whether something moved. */
static bool carry_once(struct pair *p)
{
    struct buf out = {0};
    char bytes[20000], text[100];
    client_reads(p);
    assert_int_equal(tls_take(p->client, &out), 0);
    bool has_moved = out.length > 0;
    if (out.length > 0)
        assert_int_equal(BIO_write(p->in, out.data, (int)out.length), out.length);
    buf_finish(&out);
    if (SSL_read(p->server, text, sizeof text) > 0)
        has_moved = true;
    ERR_clear_error();
    int n = BIO_read(p->out, bytes, sizeof bytes);
    for (int done = 0; done < n;) {
        int piece = p->random != NULL ? 1 + (int)test_random_below(p->random, 50) : n;
        if (piece > n - done)
            piece = n - done;
        assert_int_equal(tls_feed(p->client, bytes + done, (size_t)piece), 0);
        client_reads(p);
        done += piece;
    }
    return has_moved || n > 0;
}

static void carry(struct pair *p)
{
    for (int i = 0; i < 100 && carry_once(p); i++)
        ;
}

static const struct scene good = {.names = "DNS:ais.example.org",
                                  .ca = &authority,
                                  .days = 10,
                                  .host = "ais.example.org"};

/* --- verification --- */

static void test_verified(void **state)
{
    const struct {
        const char *host, *names;
        const struct tlscert *ca;
        int days;
        const char *fault; /* "": none */
    } rows[] = {
        /* clang-format off */
        {"ais.example.org", "DNS:ais.example.org",   &authority, 10, ""},
        {"ais.example.org", "DNS:*.example.org",     &authority, 10, ""},
        {"ais.example.org.", "DNS:ais.example.org",  &authority, 10, ""},
        {"127.0.0.1",       "IP:127.0.0.1",          &authority, 10, ""},
        {"::1",             "IP:::1",                &authority, 10, ""},
        {"ais.example.org", "DNS:other.example.org", &authority, 10, "the certificate is not one of ais.example.org"},
        {"ais.example.org", "DNS:a*.example.org",    &authority, 10, "the certificate is not one of ais.example.org"},
        {"127.0.0.1",       "IP:127.0.0.2",          &authority, 10, "the certificate is not one of 127.0.0.1"},
        {"127.0.0.1",       "DNS:127.0.0.1",         &authority, 10, "the certificate is not one of 127.0.0.1"},
        {"ais.example.org", "DNS:ais.example.org",   &authority,  0, "the certificate is not good: certificate has expired"},
        {"ais.example.org", "DNS:ais.example.org",   NULL,       10, "the certificate is not good: self-signed certificate"},
        {"ais.example.org", "DNS:ais.example.org",   &stranger,  10, "the certificate is not good: unable to get local issuer certificate"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair p;
        const struct scene s = {.names = rows[i].names,
                                .ca = rows[i].ca,
                                .days = rows[i].days,
                                .host = rows[i].host};
        pair_open(&p, &s);
        carry(&p);
        assert_string_equal(tls_fault(p.client), rows[i].fault);
        assert_int_equal(tls_state_of(p.client),
                         rows[i].fault[0] == '\0' ? TLS_OPEN : TLS_FAILED);
        if (rows[i].fault[0] != '\0')
            assert_int_equal(tls_write(p.client, "x", 1), ERR_IO);
        pair_close(&p);
    }
}

/* A name is sent as SNI, an address is not: RFC 6066 section 3. */
static void test_server_name(void **state)
{
    struct pair p;
    struct scene s = good;
    pair_open(&p, &s);
    carry(&p);
    assert_string_equal(SSL_get_servername(p.server, TLSEXT_NAMETYPE_host_name),
                        "ais.example.org");
    pair_close(&p);
    s.names = "IP:127.0.0.1";
    s.host = "127.0.0.1";
    pair_open(&p, &s);
    carry(&p);
    assert_int_equal(tls_state_of(p.client), TLS_OPEN);
    assert_null(SSL_get_servername(p.server, TLSEXT_NAMETYPE_host_name));
    pair_close(&p);
}

static void test_old_version(void **state)
{
    struct pair p;
    struct scene s = good;
    s.version = TLS1_1_VERSION;
    pair_open(&p, &s);
    carry(&p);
    assert_int_equal(tls_state_of(p.client), TLS_FAILED);
    assert_non_null(
        strstr(tls_fault(p.client), "the peer speaks no TLS of version 1.2 or later"));
    pair_close(&p);
}

static void test_no_tls(void **state)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    struct pair p;
    pair_open(&p, &good);
    client_reads(&p);
    assert_int_equal(tls_feed(p.client, answer, sizeof answer - 1), 0);
    client_reads(&p);
    assert_int_equal(tls_state_of(p.client), TLS_FAILED);
    assert_string_equal(tls_fault(p.client), "the answer is not TLS");
    pair_close(&p);
}

/* The server demands a certificate of ours: TLS 1.3 tells so after the handshake. */
static void test_client_certificate(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct tlscert ours = {0};
    char certificate[100], key[100];
    snprintf(certificate, sizeof certificate, "%s", tempdir_path(&dir, "client.pem"));
    snprintf(key, sizeof key, "%s", tempdir_path(&dir, "client.key"));
    tlscert_make(&ours, &authority, "DNS:client", 10);
    tlscert_write(&ours, certificate, key, NULL);
    tlscert_finish(&ours);
    for (size_t i = 0; i < 2; i++) {
        struct pair p;
        struct scene s = good;
        s.version = versions[i];
        s.wants_client = true;
        pair_open(&p, &s);
        carry(&p);
        assert_int_equal(tls_state_of(p.client), TLS_FAILED);
        assert_non_null(
            strstr(tls_fault(p.client), "the peer wants a client certificate ("));
        pair_close(&p);
        s.client_cert = certificate;
        s.client_key = key;
        pair_open(&p, &s);
        carry(&p);
        assert_string_equal(tls_fault(p.client), "");
        assert_int_equal(tls_state_of(p.client), TLS_OPEN);
        pair_close(&p);
    }
}

/* --- text --- */

/* Text both ways, whatever the pieces the bytes come in; what is written before the
 * handshake waits. */
static void test_in_any_pieces(void **state)
{
    struct test_random random = {11};
    print_message("seed %llu\n", (unsigned long long)random.state);
    for (int round = 0; round < 20; round++) {
        struct pair p;
        pair_open(&p, &good);
        p.random = &random;
        assert_int_equal(tls_write(p.client, "early", 5), 0);
        for (int i = 0; i < 20; i++)
            (void)carry_once(&p); /* the server reads "early" on the way */
        assert_int_equal(tls_state_of(p.client), TLS_OPEN);
        assert_int_equal(SSL_write(p.server, "one ", 4), 4);
        assert_int_equal(SSL_write(p.server, "two", 3), 3);
        carry(&p);
        assert_int_equal(p.text_n, 7);
        assert_memory_equal(p.text, "one two", 7);
        pair_close(&p);
    }
}

static void take_to_server(struct pair *p)
{
    struct buf out = {0};
    assert_int_equal(tls_take(p->client, &out), 0);
    assert_true(out.length > 0);
    assert_int_equal(BIO_write(p->in, out.data, (int)out.length), out.length);
    buf_finish(&out);
}

/* TLS 1.3: the server changes its keys and asks for new ones of ours. */
static void test_key_update(void **state)
{
    struct pair p;
    char text[16] = "";
    pair_open(&p, &good);
    carry(&p);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(SSL_key_update(p.server, SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_write(p.server, "x", 1), 1);
        carry(&p);
    }
    assert_int_equal(p.text_n, 3);
    assert_int_equal(tls_write(p.client, "back", 4), 0);
    take_to_server(&p);
    assert_int_equal(SSL_read(p.server, text, sizeof text), 4);
    assert_string_equal(text, "back");
    pair_close(&p);
}

/* TLS 1.2: the server shakes hands again; what we write meanwhile is not lost. */
static void test_renegotiation(void **state)
{
    struct pair p;
    struct scene s = good;
    char text[16] = "";
    s.version = TLS1_2_VERSION;
    pair_open(&p, &s);
    carry(&p);
    assert_int_equal(SSL_renegotiate(p.server), 1);
    (void)SSL_do_handshake(p.server);
    char bytes[4000];
    int n = BIO_read(p.out, bytes, sizeof bytes);
    assert_true(n > 0);
    assert_int_equal(tls_feed(p.client, bytes, (size_t)n), 0);
    client_reads(&p);
    assert_int_equal(tls_write(p.client, "amid", 4), 0);
    int got = -1;
    for (int i = 0; i < 20 && got <= 0; i++) {
        struct buf out = {0};
        assert_int_equal(tls_take(p.client, &out), 0);
        if (out.length > 0)
            assert_int_equal(BIO_write(p.in, out.data, (int)out.length), out.length);
        buf_finish(&out);
        got = SSL_read(p.server, text, sizeof text);
        n = BIO_read(p.out, bytes, sizeof bytes);
        if (n > 0)
            assert_int_equal(tls_feed(p.client, bytes, (size_t)n), 0);
        client_reads(&p);
    }
    assert_int_equal(got, 4);
    assert_string_equal(text, "amid");
    assert_int_equal(tls_state_of(p.client), TLS_OPEN);
    pair_close(&p);
}

/* close_notify is an orderly end, and ours is sent. */
static void test_ends(void **state)
{
    struct pair p;
    pair_open(&p, &good);
    carry(&p);
    assert_int_equal(SSL_write(p.server, "last", 4), 4);
    SSL_shutdown(p.server);
    carry(&p);
    assert_int_equal(p.text_n, 4);
    assert_int_equal(tls_state_of(p.client), TLS_ENDED);
    tls_shut(p.client);
    take_to_server(&p);
    char text[4];
    assert_int_equal(SSL_read(p.server, text, sizeof text), 0);
    assert_int_equal(SSL_get_shutdown(p.server) & SSL_RECEIVED_SHUTDOWN,
                     SSL_RECEIVED_SHUTDOWN);
    pair_close(&p);
}

/* A byte that is changed on the way breaks the connection. */
static void test_tampered(void **state)
{
    struct pair p;
    char bytes[200];
    pair_open(&p, &good);
    carry(&p);
    assert_int_equal(SSL_write(p.server, "text", 4), 4);
    int n = BIO_read(p.out, bytes, sizeof bytes);
    assert_true(n > 6);
    bytes[n - 1] = (char)(bytes[n - 1] ^ 1);
    assert_int_equal(tls_feed(p.client, bytes, (size_t)n), 0);
    client_reads(&p);
    assert_int_equal(p.text_n, 0);
    assert_int_equal(tls_state_of(p.client), TLS_FAILED);
    pair_close(&p);
}

/* --- files --- */

static void test_files(void **state)
{
    struct tlscert one = {0}, other = {0};
    char certificate[100], key[100], locked[100];
    snprintf(certificate, sizeof certificate, "%s", tempdir_path(&dir, "one.pem"));
    snprintf(key, sizeof key, "%s", tempdir_path(&dir, "other.key"));
    snprintf(locked, sizeof locked, "%s", tempdir_path(&dir, "locked.key"));
    tlscert_make(&one, &authority, "DNS:one", 10);
    tlscert_make(&other, &authority, "DNS:other", 10);
    tlscert_write(&one, certificate, locked, "word");
    tlscert_write(&other, tempdir_path(&dir, "other.pem"), key, NULL);
    tempdir_write(&dir, "rubbish.pem", "rubbish\n");
    const struct {
        struct tls_files files;
        const char *begin, *end;
    } rows[] = {
        {{.ca_file = "/absent.pem"},
         "ca_file /absent.pem: ",
         "No such file or directory"},
        {{.ca_file = tempdir_path(&dir, "rubbish.pem")}, "ca_file ", ""},
        {{.client_cert = "/absent.pem", .client_key = key}, "client_cert ", ""},
        {{.client_cert = certificate, .client_key = key}, "client_key ", "mismatch"},
        {{.client_cert = certificate, .client_key = locked}, "client_key ", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tls_context *context = NULL;
        struct err err = {0};
        assert_int_equal(tls_context_create(&rows[i].files, &context, &err), ERR_INVALID);
        assert_null(context);
        assert_memory_equal(err.text, rows[i].begin, strlen(rows[i].begin));
        assert_non_null(strstr(err.text, rows[i].end));
    }
    tlscert_finish(&one);
    tlscert_finish(&other);
}

TEST_MAIN(make_files, remove_files, TEST(test_verified), TEST(test_server_name),
          TEST(test_old_version), TEST(test_no_tls), TEST(test_client_certificate),
          TEST(test_in_any_pieces), TEST(test_key_update), TEST(test_renegotiation),
          TEST(test_ends), TEST(test_tampered), TEST(test_files))
