/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a server: certificates are read on a worker, then the name is looked
 * up, then its addresses are tried until one answers and, with TLS, is verified. Each
 * step has the same limit of time, so that a server that drips its handshake is given up
 * as one that does not answer. */
#include "lookout/net/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/text.h"
#include "lookout/net/resolver.h"

enum {
    READ_BYTES = 65536,
    TEXT_BYTES = 16384,         /* the most that one record of TLS holds */
    UNSENT_BYTES_MAX = 1 << 20, /* to a server that does not read */
    KEEPALIVE_S = 60
};

/* An attempt at one address, or the connection; freed when its handle is closed. */
struct peer_socket {
    uv_tcp_t handle;
    uv_connect_t connect;
    struct peer *peer; /* borrowed */
    struct tls *tls;   /* owned; NULL: without */
};

struct peer_write {
    uv_write_t request;
    struct buf bytes; /* owned */
};

struct peer {
    uv_loop_t *loop; /* borrowed */
    struct peer_sink sink;
    char *host; /* owned */
    uint16_t port;
    bool has_tls, is_open, is_paused, is_over, is_closing;
    char *ca_file, *client_cert, *client_key; /* owned; NULL */
    uint64_t connect_ms;
    uv_timer_t timer; /* the limit of a step; 0 ms: a fault is told */
    uv_work_t work;
    bool is_working;
    struct resolver *resolver; /* owned; NULL: there was no name to look up */
    struct resolve_question question;
    struct tls_context *context; /* owned; made by the worker */
    struct sockaddr_storage addresses[RESOLVE_ADDRESSES];
    size_t address_count, next; /* the next to try */
    struct peer_socket *socket; /* borrowed, its handle owns it; NULL: none */
    unsigned holds;             /* open handles and requests under way */
    const char *what;           /* the fault to tell */
    char why[200];
    char read[READ_BYTES];
};

static void try_next_address(struct peer *p);

/* --- ends --- */

static void free_peer(struct peer *p)
{
    tls_context_destroy(p->context);
    free(p->host);
    free(p->ca_file);
    free(p->client_cert);
    free(p->client_key);
    free(p);
}

static void release_peer(struct peer *p)
{
    if (--p->holds > 0)
        return;
    struct peer_sink sink = p->sink;
    free_peer(p);
    sink.on_closed(sink.context);
}

static void on_socket_closed(uv_handle_t *handle)
{
    struct peer_socket *s = handle->data;
    struct peer *p = s->peer;
    tls_destroy(s->tls);
    free(s);
    release_peer(p);
}

static void close_socket(struct peer *p)
{
    if (p->socket == NULL)
        return;
    uv_close((uv_handle_t *)&p->socket->handle, on_socket_closed);
    p->socket = NULL;
}

/* Tell the owner that it is over. */
static void end_peer(struct peer *p, const char *what, const char *why)
{
    char text[sizeof p->why]; /* `why` may be part of what is closed now */
    text_copy(text, sizeof text, why);
    close_socket(p);
    uv_timer_stop(&p->timer);
    p->is_open = false;
    if (p->is_over || p->is_closing)
        return;
    p->is_over = true;
    p->sink.on_end(p->sink.context, what, text);
}

static void on_told(uv_timer_t *timer)
{
    struct peer *p = timer->data;
    end_peer(p, p->what, p->why);
}

/* The same from the loop, because the owner is still calling us. */
static void end_peer_later(struct peer *p, const char *what, const char *why)
{
    p->what = what;
    text_copy(p->why, sizeof p->why, why);
    uv_timer_start(&p->timer, on_told, 0, 0);
}

/* An address does not answer, or not well: the next one may. */
static void fail_address(struct peer *p, const char *why)
{
    if (p->next == p->address_count) {
        end_peer(p, "cannot connect", why);
        return;
    }
    close_socket(p);
    try_next_address(p);
}

/* --- sending --- */

static void on_written(uv_write_t *request, int status)
{
    struct peer_write *w = request->data;
    (void)status; /* a connection that broke is told by reading */
    buf_finish(&w->bytes);
    free(w);
}

static bool is_queue_full(const struct peer_socket *s)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&s->handle) >
           UNSENT_BYTES_MAX;
}

/* Send the bytes, which are taken over. */
static int send_bytes(struct peer_socket *s, struct buf *bytes)
{
    struct peer_write *w = calloc(1, sizeof *w);
    int rc = w == NULL ? ERR_NOMEM : 0;
    if (rc == 0 && is_queue_full(s))
        rc = ERR_LIMIT;
    if (rc == 0) {
        w->bytes = *bytes;
        buf_init(bytes);
        w->request.data = w;
        uv_buf_t out = uv_buf_init(w->bytes.data, (unsigned)w->bytes.length);
        if (uv_write(&w->request, (uv_stream_t *)&s->handle, &out, 1, on_written) == 0)
            return 0;
        rc = ERR_IO;
        *bytes = w->bytes;
    }
    free(w);
    buf_finish(bytes);
    return rc;
}

/* Send what TLS has to send. */
static int flush_tls(struct peer_socket *s)
{
    struct buf out = {0};
    int rc = tls_take(s->tls, &out);
    if (rc == 0 && out.length > 0)
        return send_bytes(s, &out);
    buf_finish(&out);
    return rc;
}

int peer_write(struct peer *p, const void *bytes, size_t n)
{
    if (p->socket == NULL || !p->is_open)
        return ERR_IO;
    if (is_queue_full(p->socket)) /* before TLS counts a record that does not go out */
        return ERR_LIMIT;
    if (p->socket->tls != NULL) {
        int rc = tls_write(p->socket->tls, bytes, n);
        return rc == 0 ? flush_tls(p->socket) : rc;
    }
    struct buf out = {0};
    int rc = buf_add(&out, bytes, n);
    if (rc == 0 && n > 0)
        return send_bytes(p->socket, &out);
    buf_finish(&out);
    return rc;
}

/* --- receiving --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    struct peer_socket *s = handle->data;
    (void)suggested;
    *ret_buf = uv_buf_init(s->peer->read, sizeof s->peer->read);
}

static void announce_connection(struct peer *p)
{
    struct peer_socket *s = p->socket;
    uv_timer_stop(&p->timer);
    p->is_open = true;
    if (p->is_paused)
        uv_read_stop((uv_stream_t *)&s->handle);
    p->sink.on_open(p->sink.context);
}

/* A fault of TLS: before it is open the next address may be better. */
static void end_tls(struct peer_socket *s)
{
    struct peer *p = s->peer;
    bool is_orderly = tls_state_of(s->tls) == TLS_ENDED;
    const char *why = is_orderly ? "closed by the other side" : tls_fault(s->tls);
    if (is_orderly) {
        tls_shut(s->tls);
        (void)!flush_tls(s); /* it need not hear our goodbye */
    }
    if (p->is_open)
        end_peer(p, "disconnected", why);
    else
        fail_address(p, is_orderly ? "closed during the TLS handshake" : why);
}

/* Work off what TLS has taken. The owner may close the peer in any of its callbacks. */
static void run_tls(struct peer_socket *s)
{
    struct peer *p = s->peer;
    char text[TEXT_BYTES];
    size_t n;
    do {
        n = tls_read(s->tls, text, sizeof text);
        int rc = flush_tls(s);
        if (rc != 0) {
            end_peer(p, p->is_open ? "disconnected" : "cannot connect",
                     rc == ERR_LIMIT ? "the other side does not read" : err_text(rc));
            return;
        }
        if (!p->is_open && (n > 0 || tls_state_of(s->tls) == TLS_OPEN))
            announce_connection(p);
        if (n > 0 && p->socket == s)
            p->sink.on_bytes(p->sink.context, text, n);
    } while (n > 0 && p->socket == s);
    if (p->socket == s &&
        (tls_state_of(s->tls) == TLS_ENDED || tls_state_of(s->tls) == TLS_FAILED))
        end_tls(s);
}

/* The stream ended or broke. */
static void end_stream(struct peer_socket *s, int status)
{
    struct peer *p = s->peer;
    const char *why = status == UV_EOF ? "closed by the other side" : uv_strerror(status);
    if (s->tls != NULL && status == UV_EOF)
        why = p->is_open ? "cut off: the TLS connection ended without a close_notify"
                         : "closed during the TLS handshake";
    if (p->is_open)
        end_peer(p, "disconnected", why);
    else
        fail_address(p, why);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct peer_socket *s = stream->data;
    struct peer *p = s->peer;
    if (s != p->socket || n == 0)
        return;
    if (n < 0) {
        end_stream(s, (int)n);
    } else if (s->tls == NULL) {
        p->sink.on_bytes(p->sink.context, buf->base, (size_t)n);
    } else if (tls_feed(s->tls, buf->base, (size_t)n) != 0) {
        end_peer(p, "disconnected", err_text(ERR_NOMEM));
    } else {
        run_tls(s);
    }
}

/* --- connecting --- */

static void on_connect(uv_connect_t *request, int status)
{
    struct peer_socket *s = request->data;
    struct peer *p = s->peer;
    if (s != p->socket)
        return; /* given up meanwhile */
    if (status == 0 && p->has_tls && tls_create(p->context, p->host, &s->tls) != 0)
        status = UV_ENOMEM;
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&s->handle, on_alloc, on_read);
    if (status != 0) {
        fail_address(p, uv_strerror(status));
        return;
    }
    uv_tcp_keepalive(&s->handle, 1, KEEPALIVE_S);
    uv_tcp_nodelay(&s->handle, 1);
    if (s->tls != NULL)
        run_tls(s);
    else
        announce_connection(p);
}

static void on_attempt_late(uv_timer_t *timer)
{
    struct peer *p = timer->data;
    bool is_shaking = p->socket != NULL && p->socket->tls != NULL;
    fail_address(p, is_shaking ? "timed out during the TLS handshake" : "timed out");
}

static void try_next_address(struct peer *p)
{
    const struct sockaddr *address = (const struct sockaddr *)&p->addresses[p->next++];
    struct peer_socket *s = calloc(1, sizeof *s);
    if (s == NULL || uv_tcp_init(p->loop, &s->handle) != 0) {
        free(s);
        end_peer(p, "cannot connect", err_text(ERR_NOMEM));
        return;
    }
    s->peer = p;
    s->handle.data = s->connect.data = s;
    p->socket = s;
    p->holds++;
    int rc = uv_tcp_connect(&s->connect, &s->handle, address, on_connect);
    if (rc == 0)
        uv_timer_start(&p->timer, on_attempt_late, p->connect_ms, 0);
    else
        fail_address(p, uv_strerror(rc));
}

/* --- looking up --- */

/* Note a numeric address, to be tried; false: it is none. */
static bool add_address(struct peer *p, const char *text)
{
    struct sockaddr_storage *a = &p->addresses[p->address_count];
    bool is_one = uv_ip4_addr(text, p->port, (struct sockaddr_in *)a) == 0 ||
                  uv_ip6_addr(text, p->port, (struct sockaddr_in6 *)a) == 0;
    p->address_count += is_one ? 1 : 0;
    return is_one;
}

static void on_answer(struct resolve_question *q, const struct resolve_answer *answer)
{
    struct peer *p = q->owner;
    char text[ADDRESS_TEXT_BYTES];
    for (size_t i = 0; i < answer->count; i++)
        add_address(p, address_format(&answer->addresses[i], text));
    if (p->address_count > 0)
        try_next_address(p);
    else
        end_peer(p, "cannot look up", answer->reason);
}

static void on_numeric(uv_timer_t *timer)
{
    try_next_address(timer->data);
}

/* An address needs no look-up. A name has a thread of its own and not one of libuv's
 * pool, which looks up two names at a time: two that hang would hold up all others. */
static void look_up_host(struct peer *p)
{
    if (add_address(p, p->host)) {
        uv_timer_start(&p->timer, on_numeric, 0, 0); /* our owner is still calling us */
        return;
    }
    const struct resolve_answer *answer = NULL;
    p->question = (struct resolve_question){.on_answer = on_answer, .owner = p};
    int rc = resolver_create(p->loop, resolver_lookup_all, NULL, &p->resolver);
    if (rc == 0)
        answer = resolver_ask(p->resolver, p->host, (int64_t)p->connect_ms, &p->question);
    if (rc != 0 || answer != NULL) /* no thread */
        end_peer_later(p, "cannot look up", rc != 0 ? err_text(rc) : answer->reason);
}

/* --- certificates --- */

/* On a worker's thread: it touches nothing else of the peer. */
static void read_certificates(uv_work_t *work)
{
    struct peer *p = work->data;
    const struct tls_files files = {.ca_file = p->ca_file,
                                    .client_cert = p->client_cert,
                                    .client_key = p->client_key};
    struct err err = {0};
    if (tls_context_create(&files, &p->context, &err) != 0)
        text_copy(p->why, sizeof p->why, err.text);
}

static void on_certificates_read(uv_work_t *work, int status)
{
    struct peer *p = work->data;
    p->is_working = false;
    if (!p->is_closing && status == 0 && p->context != NULL)
        look_up_host(p);
    else if (!p->is_closing)
        end_peer(p, "cannot connect", p->why[0] != '\0' ? p->why : uv_strerror(status));
    release_peer(p);
}

/* --- lives --- */

static bool copy_peer_text(const char *from, char **ret_to)
{
    if (from == NULL)
        return true;
    *ret_to = strdup(from);
    return *ret_to != NULL;
}

static bool copy_conf(struct peer *p, const struct peer_conf *conf)
{
    static const struct tls_files none = {0};
    const struct tls_files *files = conf->tls != NULL ? conf->tls : &none;
    p->port = conf->port;
    p->connect_ms = conf->connect_ms;
    p->has_tls = conf->tls != NULL;
    return copy_peer_text(conf->host, &p->host) &&
           copy_peer_text(files->ca_file, &p->ca_file) &&
           copy_peer_text(files->client_cert, &p->client_cert) &&
           copy_peer_text(files->client_key, &p->client_key);
}

int peer_open(uv_loop_t *loop, const struct peer_conf *conf, const struct peer_sink *sink,
              struct peer **ret_peer)
{
    struct peer *p = calloc(1, sizeof *p);
    if (p == NULL || !copy_conf(p, conf)) {
        if (p != NULL)
            free_peer(p);
        return ERR_NOMEM;
    }
    p->loop = loop;
    p->sink = *sink;
    uv_timer_init(loop, &p->timer);
    p->timer.data = p->work.data = p;
    p->holds = 1;
    *ret_peer = p;
    if (!p->has_tls) {
        look_up_host(p);
    } else if (uv_queue_work(loop, &p->work, read_certificates, on_certificates_read) ==
               0) {
        p->is_working = true;
        p->holds++;
    } else {
        end_peer_later(p, "cannot connect", err_text(ERR_NOMEM));
    }
    return 0;
}

void peer_pause(struct peer *p, bool paused)
{
    p->is_paused = paused;
    if (p->socket == NULL || !p->is_open)
        return;
    if (paused)
        uv_read_stop((uv_stream_t *)&p->socket->handle);
    else
        uv_read_start((uv_stream_t *)&p->socket->handle, on_alloc, on_read);
}

static void on_timer_closed(uv_handle_t *handle)
{
    release_peer(handle->data);
}

void peer_close(struct peer *p)
{
    p->is_closing = true;
    if (p->socket != NULL && p->socket->tls != NULL) {
        tls_shut(p->socket->tls);
        (void)!flush_tls(p->socket); /* it cannot be told any more */
    }
    close_socket(p);
    if (p->resolver != NULL) {
        resolver_cancel(p->resolver, &p->question);
        resolver_close(p->resolver); /* a look-up that hangs ends by itself */
        p->resolver = NULL;
    }
    if (p->is_working)
        uv_cancel((uv_req_t *)&p->work);
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}
