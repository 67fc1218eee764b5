/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/looptest.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/testlib.h"

enum { DEADLINE_MS = 20000 };

static void on_deadline(uv_timer_t *timer)
{
    struct looptest *t = timer->data;
    t->is_late = true;
    uv_stop(&t->loop);
}

void looptest_init(struct looptest *t)
{
    memset(t, 0, sizeof *t);
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    assert_int_equal(uv_loop_init(&t->loop), 0);
    uv_timer_init(&t->loop, &t->deadline);
    t->deadline.data = t;
}

void looptest_finish(struct looptest *t)
{
    uv_close((uv_handle_t *)&t->deadline, NULL);
    uv_run(&t->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t->loop), 0);
}

void looptest_run_until(struct looptest *t, bool (*done)(void *context), void *context,
                        const char *what, const char *file, int line)
{
    t->is_late = false;
    uv_update_time(&t->loop);
    uv_timer_start(&t->deadline, on_deadline, DEADLINE_MS, 0);
    while (!done(context) && !t->is_late)
        uv_run(&t->loop, UV_RUN_ONCE);
    uv_timer_stop(&t->deadline);
    if (!t->is_late)
        return;
    print_error("%s did not come true\n", what);
    _fail(file, line);
}

void looptest_turn(struct looptest *t, int times)
{
    while (times-- > 0)
        uv_run(&t->loop, UV_RUN_NOWAIT);
}

void looptest_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    static char bytes[65536];
    (void)handle;
    (void)suggested;
    *ret_buf = uv_buf_init(bytes, sizeof bytes);
}

void looptest_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct loopclient *c = stream->data;
    if (n < 0)
        c->is_ended = true;
    else
        assert_int_equal(buf_add(&c->received, buf->base, (size_t)n), 0);
}

static void on_connect(uv_connect_t *request, int status)
{
    struct loopclient *c = request->data;
    c->status = status;
    c->is_connected = status == 0;
    c->is_ended = status != 0;
    if (status == 0)
        uv_read_start((uv_stream_t *)&c->handle, looptest_alloc, looptest_read);
}

static void connect_client(struct looptest *t, struct loopclient *c, uint16_t port,
                           int segment_bytes)
{
    struct sockaddr_in address;
    uv_os_fd_t fd;
    memset(c, 0, sizeof *c);
    assert_int_equal(uv_tcp_init_ex(&t->loop, &c->handle, AF_INET), 0);
    assert_int_equal(uv_fileno((uv_handle_t *)&c->handle, &fd), 0);
    if (segment_bytes != 0)
        assert_int_equal(
            setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment_bytes, sizeof segment_bytes),
            0);
    c->handle.data = c->connect.data = c;
    uv_ip4_addr("127.0.0.1", port, &address);
    assert_int_equal(uv_tcp_connect(&c->connect, &c->handle,
                                    (const struct sockaddr *)&address, on_connect),
                     0);
}

void loopclient_connect(struct looptest *t, struct loopclient *c, uint16_t port)
{
    connect_client(t, c, port, 0);
}

void loopclient_connect_small(struct looptest *t, struct loopclient *c, uint16_t port)
{
    connect_client(t, c, port, 536);
}

bool loopclient_is_settled(void *client)
{
    const struct loopclient *c = client;
    return c->is_connected || c->is_ended;
}

bool loopclient_is_ended(void *client)
{
    return ((const struct loopclient *)client)->is_ended;
}

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    free(request);
}

void loopclient_send(struct loopclient *c, const void *bytes, size_t n)
{
    uv_write_t *request = malloc(sizeof *request + n);
    assert_non_null(request);
    char *copy = (char *)(request + 1);
    memcpy(copy, bytes, n);
    uv_buf_t buf = uv_buf_init(copy, (unsigned)n);
    assert_int_equal(uv_write(request, (uv_stream_t *)&c->handle, &buf, 1, on_written),
                     0);
}

static void on_closed(uv_handle_t *handle)
{
    ((struct loopclient *)handle->data)->is_closed = true;
}

static bool is_closed(void *client)
{
    return ((const struct loopclient *)client)->is_closed;
}

void loopclient_finish(struct looptest *t, struct loopclient *c)
{
    uv_close((uv_handle_t *)&c->handle, on_closed);
    looptest_until(t, is_closed, c);
    buf_finish(&c->received);
}
