/* SPDX-License-Identifier: Apache-2.0 */
/* The name server answers after 5 s: the test replaces getaddrinfo for the program and
 * for the libraries. The sending loop goes on undisturbed. The test compares the loop's
 * longest gap with that of an idle loop, so that a busy machine does not fail it. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "lib/testlib.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "daemon/shell/delivery/client.h"
#include "daemon/shell/delivery/delivery_int.h"
#include "lib/receiver.h"

enum { HANG_MS = 5000, GAP_MOST_MS = 100, BEAT_MS = 1, PAUSE_MS = 5 };

static _Atomic unsigned asked, answered, dots;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **res)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&next, &symbol, sizeof next);
    if (node != NULL && strncmp(node, "dot.example", 11) == 0) {
        dots++;
        return next("127.0.0.1", service, hints, res);
    }
    if (node == NULL || strcmp(node, "hang.example") != 0)
        return next(node, service, hints, res);
    const struct timespec hang = {.tv_sec = HANG_MS / 1000};
    asked++;
    nanosleep(&hang, NULL);
    answered++;
    return next("127.0.0.1", service, hints, res);
}

/* --- how long a loop stands still --- */

struct beat {
    uv_timer_t timer;
    uint64_t last_ns, gap_ns, count;
};

static void on_beat(uv_timer_t *timer)
{
    struct beat *b = timer->data;
    uint64_t now = uv_hrtime();
    if (b->last_ns != 0 && now - b->last_ns > b->gap_ns)
        b->gap_ns = now - b->last_ns;
    b->last_ns = now;
    b->count++;
}

static void beat_start(struct beat *b, uv_loop_t *loop)
{
    *b = (struct beat){.timer = {.data = NULL}};
    uv_timer_init(loop, &b->timer);
    b->timer.data = b;
    uv_timer_start(&b->timer, on_beat, BEAT_MS, BEAT_MS);
}

struct idle {
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t end;
    struct beat beat;
};

static void on_end_wanted(uv_async_t *async)
{
    struct idle *idle = async->data;
    uv_close((uv_handle_t *)&idle->beat.timer, NULL);
    uv_close((uv_handle_t *)&idle->end, NULL);
}

static void *run_idle(void *context)
{
    struct idle *idle = context;
    uv_run(&idle->loop, UV_RUN_DEFAULT);
    return NULL;
}

static void idle_start(struct idle *idle)
{
    uv_loop_init(&idle->loop);
    uv_async_init(&idle->loop, &idle->end, on_end_wanted);
    idle->end.data = idle;
    beat_start(&idle->beat, &idle->loop);
    assert_int_equal(pthread_create(&idle->thread, NULL, run_idle, idle), 0);
}

/* Returns the loop's largest gap. */
static uint64_t idle_stop(struct idle *idle)
{
    uv_async_send(&idle->end);
    pthread_join(idle->thread, NULL);
    assert_int_equal(uv_loop_close(&idle->loop), 0);
    return idle->beat.gap_ns;
}

/* --- requests --- */

struct scene {
    uv_loop_t loop;
    struct client *client;
    struct beat beat;
    struct receiver receiver;
};

/* Sends to one webhook, one request after the other with short pauses, until
 * `until_ns`. */
struct stream {
    struct scene *scene;
    struct conf_webhook webhook;
    struct target target;
    struct client_request request;
    char url[64];
    uint64_t next_ns, until_ns;
    unsigned ended, taken;
    bool is_idle;
};

static const struct delivery_event event = {"{}", 2};

static void on_end(struct client_request *request)
{
    struct stream *s = request->owner;
    s->ended++;
    s->taken += request->answer.status == 200;
    s->is_idle = true;
}

static void stream_init(struct stream *s, struct scene *t, const char *host,
                        int64_t timeout_ms)
{
    *s = (struct stream){.scene = t, .is_idle = true};
    snprintf(s->url, sizeof s->url, "http://%s:%u/", host, t->receiver.port);
    s->webhook = (struct conf_webhook){
        .url = s->url, .timeout_ms = timeout_ms, .in_flight = 1, .allow_private = true};
    assert_int_equal(target_parse(&s->webhook, &s->target, NULL), 0);
}

static void stream_go_on(struct stream *s)
{
    uint64_t now = uv_hrtime();
    if (!s->is_idle || now >= s->until_ns || now < s->next_ns)
        return;
    s->is_idle = false;
    s->next_ns = now + PAUSE_MS * UINT64_C(1000000);
    s->request = (struct client_request){.webhook = &s->webhook,
                                         .target = &s->target,
                                         .id = "0",
                                         .events = &event,
                                         .event_count = 1,
                                         .on_end = on_end,
                                         .owner = s};
    if (client_send(s->scene->client, &s->request) != 0)
        on_end(&s->request);
}

static int setup(void **state)
{
    struct scene *t = calloc(1, sizeof *t);
    const struct client_options options = {0};
    assert_int_equal(delivery_init_curl(), 0);
    receiver_start(&t->receiver, 0);
    uv_loop_init(&t->loop);
    assert_int_equal(client_create(&t->loop, &options, &t->client), 0);
    *state = t;
    return 0;
}

/* This holds also while a look-up hangs: no thread is joined. */
static int teardown(void **state)
{
    struct scene *t = *state;
    client_close(t->client);
    uv_run(&t->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t->loop), 0);
    receiver_stop(&t->receiver);
    free(t);
    return 0;
}

static void the_loop_never_stands_still(void **state)
{
    struct scene *t = *state;
    struct stream hanging, good;
    struct idle idle;
    /* The deadline passes again and again while the look-up hangs. */
    stream_init(&hanging, t, "hang.example", 500);
    stream_init(&good, t, "127.0.0.1", 5000);
    unsigned before = asked;
    idle_start(&idle);
    beat_start(&t->beat, &t->loop);
    hanging.until_ns = good.until_ns = uv_hrtime() + (HANG_MS + 500) * UINT64_C(1000000);
    while (uv_hrtime() < good.until_ns || !good.is_idle || !hanging.is_idle) {
        stream_go_on(&hanging);
        stream_go_on(&good);
        uv_run(&t->loop, UV_RUN_ONCE);
    }
    uint64_t idle_ns = idle_stop(&idle);
    uv_close((uv_handle_t *)&t->beat.timer, NULL);
    print_message("largest gap of the loop: %.1f ms; of an idle one beside it: %.1f ms; "
                  "%u requests taken, %u at the hanging name\n",
                  (double)t->beat.gap_ns / 1e6, (double)idle_ns / 1e6, good.taken,
                  hanging.taken);
    assert_in_range(asked - before, 1, 2);
    assert_int_equal(good.taken, good.ended);
    assert_true(good.taken > 10);
    /* The alert fails by its own deadline while the look-up hangs, and is taken once
     * there is an answer. */
    assert_in_range(hanging.ended - hanging.taken, 5, 12);
    assert_true(hanging.taken > 0);
    assert_true(t->beat.gap_ns <= GAP_MOST_MS * UINT64_C(1000000) + idle_ns);
}

/* Requests that wait for a name can be given up at once, and everything can be closed. */
static void the_end_does_not_wait_for_a_look_up(void **state)
{
    struct scene *t = *state;
    struct stream hanging;
    unsigned before = answered;
    stream_init(&hanging, t, "hang.example", 60000);
    hanging.until_ns = UINT64_MAX;
    stream_go_on(&hanging);
    assert_false(hanging.is_idle);
    client_cancel(t->client, &hanging.request);
    client_close(t->client);
    uv_run(&t->loop, UV_RUN_DEFAULT);
    assert_int_equal(answered, before); /* the look-up still hangs */
    const struct client_options options = {0};
    assert_int_equal(client_create(&t->loop, &options, &t->client), 0);
}

/* libcurl finds an absolute name, too, among the pinned addresses. */
static void only_we_look_up_a_name_with_a_dot_at_its_end(void **state)
{
    struct scene *t = *state;
    struct stream dot;
    stream_init(&dot, t, "dot.example.", 5000);
    dot.until_ns = UINT64_MAX;
    stream_go_on(&dot);
    while (!dot.is_idle)
        uv_run(&t->loop, UV_RUN_ONCE);
    assert_int_equal(dot.taken, 1);
    assert_int_equal(dots, 1);
}

#define TEST_WITH_CLIENT(name) TEST_WITH(name, setup, teardown)

TEST_MAIN(NULL, NULL, TEST_WITH_CLIENT(the_loop_never_stands_still),
          TEST_WITH_CLIENT(only_we_look_up_a_name_with_a_dot_at_its_end),
          TEST_WITH_CLIENT(the_end_does_not_wait_for_a_look_up))
