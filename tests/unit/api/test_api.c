/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "daemon/shell/api/api_int.h"
#include "lib/looptest.h"
#include "lib/testlib.h"
#include "lookout/api/api.h"

struct world {
    struct looptest t;
    struct api *api;
    bool is_good, is_stopped;
    int calls;
};

static int metrics(void *context, struct buf *out)
{
    ((struct world *)context)->calls++;
    return metric_sample(out, "up", NULL, NULL, 1);
}

static bool is_healthy(void *context, struct buf *why)
{
    const struct world *w = context;
    if (!w->is_good)
        assert_int_equal(buf_add_text(why, "the store stands still"), 0);
    return w->is_good;
}

static bool is_ready(void *context, struct buf *why)
{
    (void)why;
    return ((const struct world *)context)->is_good;
}

static int set_up(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    looptest_init(&w.t);
    struct api_sink sink = {.metrics = metrics,
                            .is_healthy = is_healthy,
                            .is_ready = is_ready,
                            .status = metrics,
                            .context = &w};
    struct err err;
    assert_int_equal(api_start(&w.t.loop, "127.0.0.1", 0, &sink, &w.api, &err), 0);
    assert_int_not_equal(api_port(w.api), 0);
    w.is_good = true;
    *state = &w;
    return 0;
}

static void on_stopped(void *context)
{
    ((struct world *)context)->is_stopped = true;
}

static bool is_stopped(void *context)
{
    return ((const struct world *)context)->is_stopped;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    api_stop(w->api, on_stopped, w);
    looptest_until(&w->t, is_stopped, w);
    looptest_finish(&w->t);
    return 0;
}

/* Sends one request on a new connection and puts the whole answer into `ret`. */
static void ask(struct world *w, const char *request, char *ret, size_t size)
{
    struct loopclient c;
    loopclient_connect(&w->t, &c, api_port(w->api));
    looptest_until(&w->t, loopclient_is_settled, &c);
    loopclient_send(&c, request, strlen(request));
    looptest_until(&w->t, loopclient_is_ended, &c);
    assert_true(c.received.length < size);
    memcpy(ret, buf_text(&c.received), c.received.length + 1);
    loopclient_finish(&w->t, &c);
}

#define REQUEST(method, path)                                                            \
    method " " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static void assert_answer(const char *answer, const char *status, const char *body)
{
    const char *end = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, status, strlen(status)) != 0 || end == NULL ||
        strcmp(end + 4, body) != 0)
        fail_msg("not %s with body \"%s\":\n%s", status, body, answer);
}

static void test_paths(void **state)
{
    struct world *w = *state;
    char answer[4096];
    ask(w, REQUEST("GET", "/metrics"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "up 1\n");
    assert_non_null(strstr(answer, "text/plain; version=0.0.4; charset=utf-8"));
    ask(w, REQUEST("GET", "/metrics?x=1"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "up 1\n");
    ask(w, REQUEST("GET", "/healthz"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "ok\n");
    ask(w, REQUEST("GET", "/readyz"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "ok\n");
    w->is_good = false;
    ask(w, REQUEST("GET", "/healthz"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 503 ", "the store stands still\n");
    ask(w, REQUEST("GET", "/readyz"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 503 ", "not ok\n");
}

static void test_other_paths_and_methods(void **state)
{
    struct world *w = *state;
    char answer[4096];
    static const char *const missing[] = {
        REQUEST("GET", "/"), REQUEST("GET", "/metrics/"),
        REQUEST("GET", "/healthz/../metrics"), REQUEST("GET", "/favicon.ico")};
    for (size_t i = 0; i < 4; i++) {
        ask(w, missing[i], answer, sizeof answer);
        assert_true(strncmp(answer, "HTTP/1.1 404 ", 13) == 0);
    }
    static const char *const refused[] = {
        REQUEST("DELETE", "/metrics"), REQUEST("OPTIONS", "/metrics"),
        REQUEST("BREW", "/healthz"),
        ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
         "Connection: close\r\n\r\nhello")};
    for (size_t i = 0; i < 4; i++) {
        ask(w, refused[i], answer, sizeof answer);
        assert_true(strncmp(answer, "HTTP/1.1 405 ", 13) == 0);
        assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
    }
    assert_int_equal(w->calls, 0);
    ask(w, REQUEST("HEAD", "/metrics"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "");
    assert_non_null(strstr(answer, "Content-Length: 5\r\n"));
}

static void test_rubbish_is_survived(void **state)
{
    struct world *w = *state;
    char answer[8192];
    static char large[65536];
    memset(large, 'a', sizeof large - 1);
    memcpy(large, "GET /", 5);
    ask(w, large, answer, sizeof answer); /* a request line without an end */
    ask(w, "\x16\x03\x01\x02\r\n\r\n", answer, sizeof answer);
    ask(w, REQUEST("GET", "/metrics"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "up 1\n");
}

static bool has_two(void *context)
{
    const struct loopclient *c = context;
    const char *first = strstr(buf_text(&c->received), "up 1\n");
    return first != NULL && strstr(first + 1, "up 1\n") != NULL;
}

/* A request comes in pieces, and a second one follows on the same connection. */
static void test_keep_alive_and_pieces(void **state)
{
    struct world *w = *state;
    struct loopclient c;
    loopclient_connect(&w->t, &c, api_port(w->api));
    looptest_until(&w->t, loopclient_is_settled, &c);
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 2; i++)
        for (size_t at = 0; at < sizeof request - 1; at++) {
            loopclient_send(&c, request + at, 1);
            looptest_turn(&w->t, 1);
        }
    looptest_until(&w->t, has_two, &c);
    assert_int_equal(w->calls, 2);
    loopclient_finish(&w->t, &c);
}

/* Silent connections do not lock others out for ever: the limit holds, and a place is
 * free again when a connection ends. */
static void test_many_connections(void **state)
{
    struct world *w = *state;
    enum { CLIENTS = 80 };
    static struct loopclient clients[CLIENTS];
    char answer[4096];
    for (int i = 0; i < CLIENTS; i++) {
        loopclient_connect(&w->t, &clients[i], api_port(w->api));
        looptest_until(&w->t, loopclient_is_settled, &clients[i]);
    }
    for (int i = 0; i < CLIENTS; i++)
        loopclient_finish(&w->t, &clients[i]);
    ask(w, REQUEST("GET", "/healthz"), answer, sizeof answer);
    assert_answer(answer, "HTTP/1.1 200 ", "ok\n");
}

static void test_faulty_address(void **state)
{
    struct world *w = *state;
    struct api_sink sink = {.metrics = metrics,
                            .is_healthy = is_healthy,
                            .is_ready = is_ready,
                            .status = metrics,
                            .context = w};
    struct api *other = NULL;
    struct err err;
    assert_int_equal(api_start(&w->t.loop, "not-an-address", 1, &sink, &other, &err),
                     ERR_INVALID);
    assert_non_null(strstr(err.text, "not-an-address"));
    /* RFC 5737 reserves 192.0.2.1 for documentation: it cannot be bound here */
    assert_int_equal(api_start(&w->t.loop, "192.0.2.1", 80, &sink, &other, &err), ERR_IO);
    /* A second daemon on the same port gets an error; the two do not share it. */
    assert_int_equal(
        api_start(&w->t.loop, "127.0.0.1", api_port(w->api), &sink, &other, &err),
        ERR_IO);
    assert_non_null(strstr(err.text, "127.0.0.1"));
    assert_non_null(strstr(err.text, ": Address already in use"));
    assert_null(other);
}

/* --- slow clients --- */

enum { SLOW = 70 };

/* A request that never ends comes one byte at a time. */
static void drip(struct world *w, struct loopclient *slow)
{
    for (int i = 0; i < SLOW; i++) {
        loopclient_connect(&w->t, &slow[i], api_port(w->api));
        looptest_until(&w->t, loopclient_is_settled, &slow[i]);
        loopclient_send(&slow[i], "G", 1);
        looptest_turn(&w->t, 5);
    }
}

static void finish_slow(struct world *w, struct loopclient *slow)
{
    for (int i = 0; i < SLOW; i++)
        loopclient_finish(&w->t, &slow[i]);
}

/* All of them come from one address, and so does the monitoring client. */
static void test_slow_clients_hide_nothing(void **state)
{
    struct world *w = *state;
    static struct loopclient slow[SLOW];
    char answer[4096];
    memset(slow, 0, sizeof slow);
    drip(w, slow);
    for (int i = 0; i < 20; i++) {
        ask(w, REQUEST("GET", "/healthz"), answer, sizeof answer);
        assert_answer(answer, "HTTP/1.1 200 ", "ok\n");
    }
    int ended = 0;
    for (int i = 0; i < SLOW; i++)
        ended += slow[i].is_ended;
    assert_true(ended >= SLOW - API_PER_ADDRESS);
    finish_slow(w, slow);
}

/* A byte now and then does not lengthen the deadline of a request. */
static void test_deadline_of_a_request(void **state)
{
    struct world *w = *state;
    struct loopclient slow;
    const char *request = "GET /healthz HTTP/1.1\r\nX: ";
    api_set_deadline(w->api, 100);
    loopclient_connect(&w->t, &slow, api_port(w->api));
    looptest_until(&w->t, loopclient_is_settled, &slow);
    for (size_t i = 0; !slow.is_ended; i++) {
        loopclient_send(&slow, i < strlen(request) ? &request[i] : "x", 1);
        uv_run(&w->t.loop, UV_RUN_ONCE);
    }
    assert_int_equal(slow.received.length, 0);
    loopclient_finish(&w->t, &slow);
}

TEST_MAIN(NULL, NULL, TEST_WITH(test_paths, set_up, tear_down),
          TEST_WITH(test_other_paths_and_methods, set_up, tear_down),
          TEST_WITH(test_rubbish_is_survived, set_up, tear_down),
          TEST_WITH(test_keep_alive_and_pieces, set_up, tear_down),
          TEST_WITH(test_many_connections, set_up, tear_down),
          TEST_WITH(test_faulty_address, set_up, tear_down),
          TEST_WITH(test_slow_clients_hide_nothing, set_up, tear_down),
          TEST_WITH(test_deadline_of_a_request, set_up, tear_down))
