/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets of relays. All readers of a relay share one copy of what is sent. A reader
 * that leaves too much unread is put out, so that it costs neither memory nor time. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/net/inherit.h"
#include "lookout/sys/log.h"
#include "relay_int.h"

enum {
    BACKLOG = 64,
    UNREAD_MOST = 256 << 10, /* bytes of a reader, beside what the kernel holds */
    KEEPALIVE_S = 60
};

struct relay_reader {
    uv_tcp_t handle;
    struct relay_socket *socket; /* borrowed */
    struct relay_reader *next;
};

/* Bytes under way to several readers. */
struct relay_block {
    unsigned held;
    size_t length;
    char bytes[];
};

struct relay_write {
    uv_write_t request;
    struct relay_block *block; /* held */
};

static void release_block(struct relay_block *block)
{
    if (--block->held == 0)
        free(block);
}

/* --- closing --- */

static void release_socket(struct relay_socket *s)
{
    if (--s->open_handles == 0)
        free(s);
}

static void on_server_closed(uv_handle_t *handle)
{
    release_socket(handle->data);
}

static void on_reader_closed(uv_handle_t *handle)
{
    struct relay_reader *reader = handle->data;
    release_socket(reader->socket);
    free(reader);
}

static void drop_reader(struct relay_reader *reader)
{
    struct relay_socket *s = reader->socket;
    struct relay_reader **place = &s->readers;
    while (*place != NULL && *place != reader)
        place = &(*place)->next;
    if (*place == NULL)
        return;
    *place = reader->next;
    s->clients--;
    uv_close((uv_handle_t *)&reader->handle, on_reader_closed);
}

void relay_socket_close(struct relay_socket *s)
{
    if (s == NULL)
        return;
    s->id = NULL;
    while (s->readers != NULL)
        drop_reader(s->readers);
    s->is_open = false;
    uv_close(&s->handle.any, on_server_closed);
}

/* --- readers --- */

static void on_reader_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    static char ignored[512]; /* a relay takes nothing in */
    (void)handle;
    (void)suggested;
    *ret_buf = uv_buf_init(ignored, sizeof ignored);
}

static void on_reader_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0)
        drop_reader(stream->data);
}

static void on_arrival(uv_stream_t *server, int status)
{
    struct relay_socket *s = server->data;
    struct relay_reader *reader = status == 0 ? calloc(1, sizeof *reader) : NULL;
    if (reader == NULL || uv_tcp_init(server->loop, &reader->handle) != 0) {
        log_repeated(LOG_LEVEL_WARNING, "relay", s->id, "accept",
                     "cannot accept a reader reason=\"%s\"",
                     status != 0 ? uv_strerror(status) : "out of memory");
        free(reader);
        return;
    }
    reader->socket = s;
    reader->handle.data = reader;
    s->open_handles++;
    s->counts.connects++;
    int rc = uv_accept(server, (uv_stream_t *)&reader->handle);
    bool is_full = s->clients >= s->max_clients;
    if (rc == 0 && !is_full)
        rc = uv_read_start((uv_stream_t *)&reader->handle, on_reader_alloc,
                           on_reader_read);
    if (is_full) {
        s->counts.refused++;
        log_repeated(LOG_LEVEL_WARNING, "relay", s->id, "max_clients",
                     "refused a reader: %u are connected (max_clients)",
                     (unsigned)s->clients);
    }
    if (rc != 0 || is_full) {
        uv_close((uv_handle_t *)&reader->handle, on_reader_closed);
        return;
    }
    uv_tcp_keepalive(&reader->handle, 1, KEEPALIVE_S);
    reader->next = s->readers;
    s->readers = reader;
    s->clients++;
    s->arrivals++;
}

/* --- sending --- */

static void on_written(uv_write_t *request, int status)
{
    struct relay_write *write = (struct relay_write *)request;
    struct relay_reader *reader = request->handle->data;
    release_block(write->block);
    free(write);
    if (status != 0 && status != UV_ECANCELED)
        drop_reader(reader);
}

static void write_block(struct relay_reader *reader, struct relay_block *block)
{
    struct relay_socket *s = reader->socket;
    uv_stream_t *stream = (uv_stream_t *)&reader->handle;
    if (uv_stream_get_write_queue_size(stream) + block->length > UNREAD_MOST) {
        s->counts.slow++;
        log_repeated(LOG_LEVEL_WARNING, "relay", s->id, "slow",
                     "put out a reader that does not read");
        drop_reader(reader);
        return;
    }
    struct relay_write *write = malloc(sizeof *write);
    uv_buf_t buf = uv_buf_init(block->bytes, (unsigned)block->length);
    if (write != NULL && uv_write(&write->request, stream, &buf, 1, on_written) == 0) {
        write->block = block;
        block->held++;
        return;
    }
    free(write);
    drop_reader(reader);
}

static void send_to_readers(struct relay_socket *s, const struct buf *sentences)
{
    struct relay_block *block = malloc(sizeof *block + sentences->length);
    if (block == NULL)
        return;
    block->held = 1;
    block->length = sentences->length;
    memcpy(block->bytes, sentences->data, sentences->length);
    struct relay_reader *next;
    for (struct relay_reader *reader = s->readers; reader != NULL; reader = next) {
        next = reader->next;
        write_block(reader, block);
    }
    release_block(block);
}

static void send_datagrams(struct relay_socket *s, const struct buf *sentences)
{
    size_t at = 0;
    while (at < sentences->length) {
        char *begin = sentences->data + at;
        const char *end = memchr(begin, '\n', sentences->length - at);
        size_t n = end != NULL ? (size_t)(end - begin) + 1 : sentences->length - at;
        uv_buf_t buf = uv_buf_init(begin, (unsigned)n);
        int rc = uv_udp_try_send(&s->handle.udp, &buf, 1,
                                 (const struct sockaddr *)&s->address);
        if (rc < 0) {
            s->counts.failed++;
            log_repeated(LOG_LEVEL_WARNING, "relay", s->id, "send",
                         "a datagram is lost reason=\"%s\"", uv_strerror(rc));
        }
        at += n;
    }
}

bool relay_socket_is_read(const struct relay_socket *s)
{
    return s != NULL && (s->is_udp || s->readers != NULL);
}

void relay_socket_send(struct relay_socket *s, const struct buf *sentences)
{
    for (size_t i = 0; i < sentences->length; i++)
        s->counts.sentences += sentences->data[i] == '\n';
    s->counts.bytes += sentences->length;
    if (s->is_udp)
        send_datagrams(s, sentences);
    else
        send_to_readers(s, sentences);
}

void relay_socket_status(const struct relay_socket *s, struct relay_status *ret)
{
    struct sockaddr_storage address;
    int n = sizeof address;
    *ret = s->counts;
    ret->is_open = true;
    ret->clients = s->clients;
    if (s->is_udp ||
        uv_tcp_getsockname(&s->handle.tcp, (struct sockaddr *)&address, &n) != 0)
        return;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address;
    const struct sockaddr_in *in = (const struct sockaddr_in *)&address;
    ret->port = ntohs(address.ss_family == AF_INET6 ? in6->sin6_port : in->sin_port);
}

/* --- opening --- */

static int open_tcp(uv_loop_t *loop, struct relay_socket *s)
{
    int rc = uv_tcp_init(loop, &s->handle.tcp);
    if (rc != 0)
        return rc;
    s->is_open = true;
    int inherited = inherit_socket((const struct sockaddr *)&s->address, SOCK_STREAM);
    rc = inherited >= 0
             ? uv_tcp_open(&s->handle.tcp, inherited)
             : uv_tcp_bind(&s->handle.tcp, (const struct sockaddr *)&s->address, 0);
    return rc == 0 ? uv_listen((uv_stream_t *)&s->handle.tcp, BACKLOG, on_arrival) : rc;
}

static int open_udp(uv_loop_t *loop, struct relay_socket *s)
{
    struct sockaddr_storage any = {.ss_family = s->address.ss_family};
    int rc = uv_udp_init_ex(loop, &s->handle.udp, (unsigned)s->address.ss_family);
    if (rc != 0)
        return rc;
    s->is_open = true;
    rc = uv_udp_bind(&s->handle.udp, (const struct sockaddr *)&any, 0);
    return rc == 0 && any.ss_family == AF_INET ? uv_udp_set_broadcast(&s->handle.udp, 1)
                                               : rc;
}

int relay_socket_open(uv_loop_t *loop, const struct conf_relay *conf, const char *id,
                      struct relay_socket **ret_socket, struct err *err)
{
    struct relay_socket *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    s->id = id;
    s->is_udp = conf->is_udp;
    s->max_clients = conf->max_clients;
    s->open_handles = 1;
    s->counts.id = id;
    int rc = uv_ip4_addr(conf->address, conf->port, (struct sockaddr_in *)&s->address);
    if (rc != 0)
        rc = uv_ip6_addr(conf->address, conf->port, (struct sockaddr_in6 *)&s->address);
    if (rc == 0)
        rc = s->is_udp ? open_udp(loop, s) : open_tcp(loop, s);
    s->handle.any.data = s;
    if (rc == 0) {
        *ret_socket = s;
        return 0;
    }
    if (s->is_open)
        relay_socket_close(s);
    else
        free(s);
    return err_set(err, ERR_IO, "relay %s: cannot %s %s port %u: %s", id,
                   conf->is_udp ? "send to" : "listen on", conf->address,
                   (unsigned)conf->port, uv_strerror(rc));
}
