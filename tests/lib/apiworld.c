/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/apiworld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/api/live.h"
#include "lib/conf_fixture.h"
#include "lib/enginerun.h"
#include "lib/store_fixture.h"
#include "lib/storetest.h"
#include "lib/testlib.h"

/* A beat of the stream each 4 of these, instead of a second. */
enum { LOOK_MS = 2 };

static int give_metrics(void *context, struct buf *out)
{
    (void)context;
    return buf_add_text(out, "up 1\n");
}

static bool is_good(void *context, struct buf *why)
{
    (void)context;
    (void)why;
    return true;
}

static int give_feeds(void *context, struct json_t *list)
{
    (void)context;
    (void)list;
    return 0;
}

static void give_look(void *context, struct api_look *ret)
{
    struct apiworld *w = context;
    *ret = (struct api_look){.conf = w->conf,
                             .engine = w->pipeline.engine,
                             .store = w->store,
                             .is_live = true};
}

void apiworld_init(struct apiworld *w, const char *yaml)
{
    struct buf text = {0};
    struct err err = {0};
    memset(w, 0, sizeof *w);
    looptest_init(&w->t);
    snprintf(w->directory, sizeof w->directory, "%s", fixture_directory());
    assert_int_equal(buf_printf(&text, "state: %s\n%s", w->directory, yaml), 0);
    w->conf = conf_fixture_good(buf_text(&text));
    buf_finish(&text);
    w->store = fixture_open(w->directory);
    assert_int_equal(pipeline_init(&w->pipeline, w->conf, &err), 0);
    const struct api_sink sink = {.metrics = give_metrics,
                                  .is_healthy = is_good,
                                  .is_ready = is_good,
                                  .status = give_metrics,
                                  .look = give_look,
                                  .feeds = give_feeds,
                                  .context = w};
    assert_int_equal(api_start(&w->t.loop, "127.0.0.1", 0, &sink, &w->api, &err), 0);
    uv_timer_set_repeat(&w->api->live->timer, LOOK_MS);
}

static void note_stopped(void *context)
{
    ((struct apiworld *)context)->is_stopped = true;
}

static bool is_stopped(void *context)
{
    return ((const struct apiworld *)context)->is_stopped;
}

/* A test that failed leaves its clients open. */
static void close_left(uv_handle_t *handle, void *context)
{
    struct apiworld *w = context;
    if (handle != (uv_handle_t *)&w->t.deadline && !uv_is_closing(handle))
        uv_close(handle, NULL);
}

void apiworld_finish(struct apiworld *w)
{
    api_stop(w->api, note_stopped, w);
    looptest_until(&w->t, is_stopped, w);
    uv_walk(&w->t.loop, close_left, w);
    looptest_finish(&w->t);
    pipeline_finish(&w->pipeline);
    store_close(w->store);
    conf_destroy(w->conf);
    fixture_remove(w->directory);
}

void apiworld_fix(struct apiworld *w, uint32_t mmsi, double minute, double lat,
                  double lon)
{
    struct report report = enginerun_position(mmsi, minute, lat, lon, 5, 90);
    assert_int_equal(engine_report(w->pipeline.engine, &report), 0);
}

void apiworld_fleet(struct apiworld *w, uint32_t mmsi, uint32_t count, double minute)
{
    for (uint32_t i = 0; i < count; i++)
        apiworld_fix(w, mmsi + i, minute, 0, 1 + 0.001 * i);
}

void apiworld_alerts(struct apiworld *w, uint64_t count)
{
    storetest_put(w->store, w->alerts, w->alerts + count, 0, 1711389840000);
    w->alerts += count;
}

void apiworld_ask(struct apiworld *w, struct loopclient *c, const char *method,
                  const char *target, const char *fields)
{
    char head[8192];
    const char *host = strncmp(fields, "Host:", 5) == 0 ? "" : "Host: localhost\r\n";
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.0\r\n%s%s\r\n", method, target,
                     host, fields);
    assert_true(n > 0 && (size_t)n < sizeof head);
    loopclient_connect_small(&w->t, c, api_port(w->api));
    looptest_until(&w->t, loopclient_is_settled, c);
    loopclient_send(c, head, (size_t)n);
}

const char *apiworld_answer(struct apiworld *w, const char *method, const char *target,
                            const char *fields, const char *body)
{
    static char answer[1 << 20];
    struct loopclient c;
    char more[1024];
    snprintf(more, sizeof more, "%sContent-Length: %zu\r\n", fields, strlen(body));
    apiworld_ask(w, &c, method, target, more);
    loopclient_send(&c, body, strlen(body));
    looptest_until(&w->t, loopclient_is_ended, &c);
    snprintf(answer, sizeof answer, "%s", buf_text(&c.received));
    loopclient_finish(&w->t, &c);
    return answer;
}

size_t apiworld_find(const struct loopclient *c, size_t from, const char *text)
{
    const char *all = buf_text(&c->received);
    size_t n = strlen(text), length = c->received.length;
    while (from + n <= length) {
        const char *at = memchr(all + from, text[0], length - n + 1 - from);
        if (at == NULL)
            break;
        if (memcmp(at, text, n) == 0)
            return (size_t)(at - all);
        from = (size_t)(at - all) + 1;
    }
    return SIZE_MAX;
}

size_t apiworld_count(const struct loopclient *c, const char *text)
{
    size_t count = 0;
    for (size_t at = 0; (at = apiworld_find(c, at, text)) != SIZE_MAX; at++)
        count++;
    return count;
}
