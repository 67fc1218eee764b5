/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests connections to a server over loopback: bytes both ways in any pieces,
 * with and without TLS, servers that do not read or do not answer, early ends, and names
 * whose look-up hangs. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "lib/testlib.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/looptest.h"
#include "lib/tempdir.h"
#include "lib/tlscert.h"
#include "lookout/net/peer.h"

enum { PIECE = 100000, PIECES = 30, TOTAL = PIECE * PIECES };

/* --- names --- */

static pthread_mutex_t names_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t names_go_on = PTHREAD_COND_INITIALIZER;
static bool is_hanging = true;

/* In the place of the system's: hang.example hangs, until the test lets it go on;
 * beside.example has an address as ::1 is one where no interface has version 6. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret_list)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *found = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&real, &found, sizeof real);
    if (strcmp(host, "beside.example") == 0)
        return (hints->ai_flags & AI_ADDRCONFIG) != 0
                   ? EAI_NONAME
                   : real("127.0.0.1", service, hints, ret_list);
    if (strcmp(host, "hang.example") != 0)
        return real(host, service, hints, ret_list);
    pthread_mutex_lock(&names_mutex);
    while (is_hanging)
        pthread_cond_wait(&names_go_on, &names_mutex);
    pthread_mutex_unlock(&names_mutex);
    return EAI_NONAME;
}

static void let_names_go_on(void)
{
    pthread_mutex_lock(&names_mutex);
    is_hanging = false;
    pthread_cond_broadcast(&names_go_on);
    pthread_mutex_unlock(&names_mutex);
}

/* --- a server on a thread of its own, with plain blocking calls --- */

struct server {
    int fd;
    uint16_t port;
    SSL_CTX *tls; /* NULL: without */
    pthread_t thread;
    _Atomic size_t read; /* bytes; all were right */
    bool is_silent;      /* accepts, and does no more */
    int held[2];         /* it reads when a byte comes by this pipe, and has no end */
};

static char byte_at(size_t i)
{
    return (char)('a' + i % 23);
}

/* Reads TOTAL bytes, then sends them back, and says goodbye. */
static void *run_server(void *context)
{
    struct server *s = context;
    static char bytes[7001];
    int fd = accept(s->fd, NULL, NULL);
    SSL *ssl = s->tls != NULL ? SSL_new(s->tls) : NULL;
    ssize_t n = 0;
    if (ssl != NULL) {
        SSL_set_fd(ssl, fd);
        SSL_accept(ssl);
    }
    bool is_held = s->held[0] > 0;
    if (is_held)
        n = read(s->held[0], bytes, 1);
    while (s->read < TOTAL || is_held) {
        n = ssl != NULL ? SSL_read(ssl, bytes, sizeof bytes)
                        : read(fd, bytes, sizeof bytes);
        for (ssize_t i = 0; i < n; i++)
            if (bytes[i] != byte_at(s->read + (size_t)i))
                n = -1;
        if (n <= 0)
            break;
        s->read += (size_t)n;
    }
    for (size_t sent = 0; sent < TOTAL && s->read == TOTAL && !is_held;
         sent += (size_t)n) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = byte_at(sent + i);
        size_t room = TOTAL - sent < sizeof bytes ? TOTAL - sent : sizeof bytes;
        n = ssl != NULL ? SSL_write(ssl, bytes, (int)room) : write(fd, bytes, room);
        if (n <= 0)
            break;
    }
    if (ssl != NULL)
        SSL_shutdown(ssl);
    shutdown(fd, SHUT_WR);
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
    SSL_free(ssl);
    close(fd);
    return NULL;
}

static void server_begin(struct server *s, const struct tlscert *c)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->fd, (const struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&address, &n), 0);
    s->port = ntohs(address.sin_port);
    if (c != NULL) {
        s->tls = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate(s->tls, c->certificate);
        SSL_CTX_use_PrivateKey(s->tls, c->key);
    }
    if (!s->is_silent)
        assert_int_equal(pthread_create(&s->thread, NULL, run_server, s), 0);
}

static void server_end(struct server *s)
{
    if (!s->is_silent)
        pthread_join(s->thread, NULL);
    SSL_CTX_free(s->tls);
    close(s->fd);
}

/* --- the client --- */

struct client {
    struct looptest t;
    struct peer *peer;
    size_t got; /* bytes; all were right */
    bool is_open, is_ended, is_closed, is_wrong;
    char what[40], why[200];
};

static void on_open(void *context)
{
    ((struct client *)context)->is_open = true;
}

static void on_bytes(void *context, const char *bytes, size_t n)
{
    struct client *c = context;
    for (size_t i = 0; i < n; i++)
        c->is_wrong = c->is_wrong || bytes[i] != byte_at(c->got + i);
    c->got += n;
}

static void on_end(void *context, const char *what, const char *why)
{
    struct client *c = context;
    assert_false(c->is_ended);
    c->is_ended = true;
    snprintf(c->what, sizeof c->what, "%s", what);
    snprintf(c->why, sizeof c->why, "%s", why);
}

static void on_closed(void *context)
{
    ((struct client *)context)->is_closed = true;
}

static void client_begin(struct client *c, const struct peer_conf *conf)
{
    const struct peer_sink sink = {.on_open = on_open,
                                   .on_bytes = on_bytes,
                                   .on_end = on_end,
                                   .on_closed = on_closed,
                                   .context = c};
    memset(c, 0, sizeof *c);
    looptest_init(&c->t);
    assert_int_equal(peer_open(&c->t.loop, conf, &sink, &c->peer), 0);
}

static bool is_open(void *client)
{
    return ((const struct client *)client)->is_open;
}

static bool is_ended(void *client)
{
    return ((const struct client *)client)->is_ended;
}

static bool is_closed(void *client)
{
    return ((const struct client *)client)->is_closed;
}

static bool has_echo(void *client)
{
    return ((const struct client *)client)->got >= TOTAL;
}

static void client_end(struct client *c)
{
    peer_close(c->peer);
    looptest_until(&c->t, is_closed, c);
    looptest_finish(&c->t);
}

static int client_write(struct client *c, size_t piece)
{
    static char bytes[PIECE];
    for (size_t k = 0; k < PIECE; k++)
        bytes[k] = byte_at(piece * PIECE + k);
    return peer_write(c->peer, bytes, PIECE);
}

/* Sends TOTAL bytes, as fast as the server takes them. */
static void client_send(struct client *c)
{
    for (size_t i = 0; i < PIECES; i++) {
        int rc;
        while ((rc = client_write(c, i)) == ERR_LIMIT)
            uv_run(&c->t.loop, UV_RUN_ONCE);
        assert_int_equal(rc, 0);
    }
}

/* --- tests --- */

static struct tempdir dir;
static struct tlscert authority, certificate;

static int make_files(void **state)
{
    (void)state;
    tempdir_make(&dir);
    tlscert_authority(&authority, "authority");
    tlscert_make(&certificate, &authority, "IP:127.0.0.1", 10);
    tlscert_write(&authority, tempdir_path(&dir, "ca.pem"), NULL, NULL);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    tlscert_finish(&authority);
    tlscert_finish(&certificate);
    tempdir_remove(&dir);
    return 0;
}

static void test_both_ways(void **state)
{
    const struct tls_files files = {.ca_file = tempdir_path(&dir, "ca.pem")};
    for (int has_tls = 0; has_tls < 2; has_tls++) {
        struct server s = {0};
        struct client c;
        server_begin(&s, has_tls ? &certificate : NULL);
        const struct peer_conf conf = {.host = "127.0.0.1",
                                       .port = s.port,
                                       .tls = has_tls ? &files : NULL,
                                       .connect_ms = 5000};
        client_begin(&c, &conf);
        assert_int_not_equal(peer_write(c.peer, "x", 1), 0); /* too early */
        looptest_until(&c.t, is_open, &c);
        client_send(&c);
        looptest_until(&c.t, has_echo, &c);
        looptest_until(&c.t, is_ended, &c);
        assert_int_equal(c.got, TOTAL);
        assert_false(c.is_wrong);
        assert_string_equal(c.what, "disconnected");
        assert_string_equal(c.why, "closed by the other side");
        client_end(&c);
        server_end(&s);
        assert_int_equal(s.read, TOTAL);
    }
}

/* Paused, nothing is handed over but what was read already. */
static void test_pause(void **state)
{
    struct server s = {0};
    struct client c;
    server_begin(&s, NULL);
    const struct peer_conf conf = {
        .host = "127.0.0.1", .port = s.port, .connect_ms = 5000};
    client_begin(&c, &conf);
    peer_pause(c.peer, true);
    looptest_until(&c.t, is_open, &c);
    client_send(&c);
    looptest_turn(&c.t, 50);
    assert_int_equal(c.got, 0);
    peer_pause(c.peer, false);
    looptest_until(&c.t, has_echo, &c);
    client_end(&c);
    server_end(&s);
}

/* The server accepts and never says a word: what is written must not pile up, and a
 * handshake ends at its limit. */
static void test_silent_server(void **state)
{
    const struct tls_files files = {.ca_file = tempdir_path(&dir, "ca.pem")};
    static char bytes[PIECE];
    struct server s = {.is_silent = true};
    struct client c;
    int rc = 0;
    server_begin(&s, NULL);
    struct peer_conf conf = {.host = "127.0.0.1", .port = s.port, .connect_ms = 5000};
    client_begin(&c, &conf);
    looptest_until(&c.t, is_open, &c);
    for (int i = 0; i < 1000 && rc == 0; i++) {
        rc = peer_write(c.peer, bytes, sizeof bytes);
        looptest_turn(&c.t, 1);
    }
    assert_int_equal(rc, ERR_LIMIT);
    client_end(&c);
    conf.tls = &files;
    conf.connect_ms = 1000; /* the connection takes less, also under load */
    client_begin(&c, &conf);
    looptest_until(&c.t, is_ended, &c);
    assert_string_equal(c.what, "cannot connect");
    assert_string_equal(c.why, "timed out during the TLS handshake");
    client_end(&c);
    server_end(&s);
}

/* Until the server has read so much; it closes when something is wrong. */
static void wait_for_reader(struct client *c, const struct server *s, size_t total)
{
    while (s->read < total && !c->is_ended)
        looptest_turn(&c->t, 1);
    assert_int_equal(s->read, total);
}

/* What is refused while the server does not read is not half sent: TLS goes on. */
static void test_late_reader(void **state)
{
    const struct tls_files files = {.ca_file = tempdir_path(&dir, "ca.pem")};
    struct server s = {.held = {0}};
    struct client c;
    size_t sent = 0;
    assert_int_equal(pipe(s.held), 0);
    server_begin(&s, &certificate);
    const struct peer_conf conf = {
        .host = "127.0.0.1", .port = s.port, .tls = &files, .connect_ms = 60000};
    client_begin(&c, &conf);
    looptest_until(&c.t, is_open, &c);
    while (client_write(&c, sent) == 0 && sent < 1000) {
        sent++;
        uv_run(&c.t.loop, UV_RUN_NOWAIT);
    }
    assert_in_range(sent, 1, 999);
    assert_int_equal(write(s.held[1], "", 1), 1);
    wait_for_reader(&c, &s, sent * PIECE);
    assert_int_equal(client_write(&c, sent), 0);
    wait_for_reader(&c, &s, (sent + 1) * PIECE);
    client_end(&c);
    server_end(&s);
    close(s.held[0]);
    close(s.held[1]);
}

static void test_failures(void **state)
{
    const struct tls_files absent = {.ca_file = "/absent.pem"};
    const struct {
        const char *host;
        const struct tls_files *tls;
        const char *what, *why; /* the beginning of it */
    } rows[] = {
        {"127.0.0.1", NULL, "cannot connect", "connection refused"},
        {"127.0.0.1", &absent, "cannot connect", "ca_file /absent.pem: No such file"},
        {"no-such.invalid", NULL, "cannot look up", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct peer_conf conf = {
            .host = rows[i].host, .port = 1, .tls = rows[i].tls, .connect_ms = 15000};
        struct client c;
        client_begin(&c, &conf);
        looptest_until(&c.t, is_ended, &c);
        assert_string_equal(c.what, rows[i].what);
        assert_memory_equal(c.why, rows[i].why, strlen(rows[i].why));
        client_end(&c);
    }
}

/* It is closed in each of its first steps. */
static void test_closing_early(void **state)
{
    const struct tls_files files = {.ca_file = tempdir_path(&dir, "ca.pem")};
    for (int turns = 0; turns < 12; turns++) {
        struct server s = {.is_silent = true};
        struct client c;
        server_begin(&s, NULL);
        const struct peer_conf conf = {.host = "localhost",
                                       .port = s.port,
                                       .tls = turns % 2 == 0 ? &files : NULL,
                                       .connect_ms = 40};
        client_begin(&c, &conf);
        for (int i = 0; i < turns / 2 && !c.is_open && !c.is_ended; i++)
            uv_run(&c.t.loop, UV_RUN_ONCE);
        client_end(&c);
        assert_int_equal(c.got, 0);
        server_end(&s);
    }
}

/* Names that hang (more than libuv has threads) hold up no other name. The first is given
 * up at its limit, the others are closed while they hang. */
static void test_hanging_names(void **state)
{
    enum { HANGING = 6 };
    struct client hanging[HANGING], good;
    struct server s = {.is_silent = true};
    struct peer_conf conf = {.host = "hang.example", .port = 1, .connect_ms = 100};
    server_begin(&s, NULL);
    for (int i = 0; i < HANGING; i++) {
        client_begin(&hanging[i], &conf);
        conf.connect_ms = 60000;
    }
    conf =
        (struct peer_conf){.host = "beside.example", .port = s.port, .connect_ms = 60000};
    client_begin(&good, &conf);
    looptest_until(&good.t, is_open, &good);
    looptest_until(&hanging[0].t, is_ended, &hanging[0]);
    assert_string_equal(hanging[0].what, "cannot look up");
    assert_string_equal(hanging[0].why, "the look-up takes too long");
    for (int i = 0; i < HANGING; i++)
        client_end(&hanging[i]);
    for (int i = 1; i < HANGING; i++)
        assert_false(hanging[i].is_ended);
    client_end(&good);
    server_end(&s);
    let_names_go_on();
}

TEST_MAIN(make_files, remove_files, TEST(test_both_ways), TEST(test_pause),
          TEST(test_silent_server), TEST(test_failures), TEST(test_closing_early),
          TEST(test_late_reader), TEST(test_hanging_names))
