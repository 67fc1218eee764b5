/* SPDX-License-Identifier: Apache-2.0 */
/* One reader of /stream and the next: what it gets, in what order, and what it costs the
 * others when it does not read. */
#include "daemon/shell/api/stream.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/apiworld.h"
#include "lib/conf_fixture.h"
#include "lib/testlib.h"

#define STREAM "/api/v1/stream"
static const char plain[] =
    "vessels: [{id: v1, name: EXAMPLE, mmsi: 431000003}]\napi: {listen: "
    "\"127.0.0.1:8047\", streams: 4}\n";

static int set_up(void **state)
{
    struct apiworld *w = malloc(sizeof *w);
    apiworld_init(w, plain);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    apiworld_finish(*state);
    free(*state);
    return 0;
}

/* A reader of a stream: until so often a text has come. */
struct reader {
    struct apiworld *w;
    struct loopclient c;
    const char *text;
    size_t count, scanned, found;
};

static bool has_come(void *context)
{
    struct reader *r = context;
    for (size_t at; (at = apiworld_find(&r->c, r->scanned, r->text)) != SIZE_MAX;
         r->found++)
        r->scanned = at + 1;
    size_t most = r->c.received.length, n = strlen(r->text);
    if (most > n && most - n > r->scanned)
        r->scanned = most - n;
    return r->found >= r->count;
}

static void read_until(struct reader *r, const char *text, size_t count)
{
    r->text = text;
    r->count = count;
    r->scanned = r->found = 0;
    looptest_until(&r->w->t, has_come, r);
}

static void read_on(struct reader *r, const char *text)
{
    r->text = text;
    r->count = r->found + 1;
    looptest_until(&r->w->t, has_come, r);
}

static void begin_reader(struct reader *r, struct apiworld *w, const char *target,
                         const char *fields)
{
    memset(r, 0, sizeof *r);
    r->w = w;
    apiworld_ask(w, &r->c, "GET", target, fields);
}

static void end_reader(struct reader *r)
{
    loopclient_finish(&r->w->t, &r->c);
}

static size_t position_of(const struct reader *r, const char *text)
{
    size_t at = apiworld_find(&r->c, 0, text);
    if (at == SIZE_MAX)
        fail_msg("%s is not in:\n%.2000s", text, buf_text(&r->c.received));
    return at;
}

/* --- what is shown --- */

static bool has_vessels(void *context)
{
    const struct apiworld *w = context;
    return w->api->live->roll.count >= 5 &&
           w->api->live->marks.open[SEVERITY_WARNING] == w->alerts;
}

/* 445000001 has the alert, 431000003 is watched, 431000002 was heard last. */
static void test_first_come_alerts_then_watched_then_last_heard(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    apiworld_alerts(w, 1); /* of 445000001, by fixture_alert */
    apiworld_fix(w, 431000003, 0, 0, 0);
    apiworld_fix(w, 445000001, 0, 0, 1);
    apiworld_fix(w, 431000004, 60, 0, 2);
    apiworld_fix(w, 431000005, 61, 0, 3);
    apiworld_fix(w, 431000002, 90, 0, 4);
    looptest_until(&w->t, has_vessels, w);
    static const struct {
        const char *target;
        size_t left_out;
        bool shown[4];
    } cases[] = {{STREAM "?max=1", 4, {true, false, false, false}},
                 {STREAM "?max=2", 3, {true, true, false, false}},
                 {STREAM "?max=3", 2, {true, true, true, false}},
                 {STREAM "?max=4", 1, {true, true, true, true}}};
    static const char *const rows[] = {"[445000001,", "[431000003,", "[431000002,",
                                       "[431000005,"};
    for (size_t i = 0; i < 4; i++) {
        char left_out[40];
        snprintf(left_out, sizeof left_out, "\"left_out\":%zu}\n", cases[i].left_out);
        begin_reader(&r, w, cases[i].target, "");
        read_until(&r, "event: vessels", 1);
        read_until(&r, left_out, 1);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(apiworld_count(&r.c, rows[k]) != 0, cases[i].shown[k]);
        end_reader(&r);
    }
}

/* West of east: the box lies across 180 degrees. */
static void test_box_across_the_antimeridian(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    apiworld_fix(w, 431000001, 0, 0, 179.5);
    apiworld_fix(w, 431000002, 0, 0, -179.5);
    apiworld_fix(w, 431000004, 0, 0, 169);
    apiworld_fix(w, 431000005, 0, 11, 179);
    apiworld_fix(w, 431000006, 0, 0, 0);
    looptest_until(&w->t, has_vessels, w);
    begin_reader(&r, w, STREAM "?bbox=170,-10,-170,10", "");
    read_until(&r, "[431000002,", 1);
    assert_int_equal(apiworld_count(&r.c, "[431000001,"), 1);
    assert_int_equal(apiworld_count(&r.c, "[43100000"), 2);
    position_of(&r, "\"left_out\":0}");
    /* She leaves over 170 E, and comes in from 169 E. */
    apiworld_fix(w, 431000001, 60, 0, 169.9);
    apiworld_fix(w, 431000004, 60, 0, 170.1);
    read_until(&r, "event: gone\ndata: {\"mmsi\":[431000001]}", 1);
    read_until(&r, "[431000004,", 1);
    end_reader(&r);
}

/* More vessels than `max` come while it is read: it says that they are left out. */
static void test_left_out_is_told_when_it_begins(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    apiworld_fleet(w, 431000010, 5, 0);
    looptest_until(&w->t, has_vessels, w);
    begin_reader(&r, w, STREAM "?max=5", "");
    read_until(&r, "[431000014,", 1);
    apiworld_fleet(w, 431000010, 7, 1);
    read_until(&r, "\"left_out\":2,", 1);
    end_reader(&r);
}

/* --- readers who do not read --- */

enum { FLEET = 6000 };

static bool has_fleet(void *context)
{
    struct apiworld *w = context;
    return w->api->live->roll.count >= FLEET;
}

struct slow {
    struct apiworld *w;
    double minute;
    uint64_t resyncs;
};

static void assert_bounded(const struct apiworld *w)
{
    for (const struct stream *s = w->api->live->streams; s != NULL; s = s->next)
        assert_true(stream_unsent(s) <= STREAM_BACKLOG + 1000);
}

/* All vessels move at each beat, until the one who does not read is late. */
static bool is_late(void *context)
{
    struct slow *s = context;
    const struct live *l = s->w->api->live;
    assert_bounded(s->w);
    if (l->phase == LIVE_RESTS && l->changed_count == 0 && l->resyncs == s->resyncs)
        apiworld_fleet(s->w, 431000010, FLEET, ++s->minute);
    return l->resyncs > s->resyncs;
}

/* The rows of the last picture: each vessel once, in order. */
static void assert_whole_picture(const struct reader *r)
{
    size_t at = apiworld_find(&r->c, position_of(r, "event: late"), "event: hello");
    for (uint32_t i = 0; i < FLEET && at != SIZE_MAX; i++) {
        char row[20];
        snprintf(row, sizeof row, "[%u,", (unsigned)(431000010 + i));
        at = apiworld_find(&r->c, at, row);
        if (at == SIZE_MAX)
            fail_msg("no %s behind the late hello", row);
    }
}

/* A beat of all vessels is 0.6 MB: the backlog is 1 MiB at most. */
static void test_slow_reader_is_late_and_gets_a_whole_picture(void **state)
{
    struct apiworld *w = *state;
    static struct reader slow, quick;
    struct slow s = {.w = w};
    apiworld_fleet(w, 431000010, FLEET, 0);
    looptest_until(&w->t, has_fleet, w);
    begin_reader(&quick, w, STREAM "?vessels=none", "");
    begin_reader(&slow, w, STREAM, "");
    read_until(&slow, "event: hello", 1);
    uv_read_stop((uv_stream_t *)&slow.c.handle);
    looptest_until(&w->t, is_late, &s);
    apiworld_alerts(w, 1);
    read_until(&quick, "event: alert", 1);
    assert_int_equal(apiworld_count(&quick.c, "event: late"), 0);
    uv_read_start((uv_stream_t *)&slow.c.handle, looptest_alloc, looptest_read);
    read_until(&slow, "event: hello", 2);
    read_on(&slow, "[431006009,");
    read_until(&slow, "event: alert", 1);
    assert_int_equal(apiworld_count(&slow.c, "event: late"), 1);
    assert_whole_picture(&slow);
    end_reader(&slow);
    end_reader(&quick);
}

/* One beat of more than the backlog, to a reader who keeps up: all of it, and not late.
 */
static void test_large_beat_is_not_late(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    enum { MANY = 12500 };
    apiworld_fleet(w, 431000010, MANY, 0);
    looptest_until(&w->t, has_fleet, w);
    begin_reader(&r, w, STREAM, "");
    read_until(&r, "[431012509,", 1);
    for (int i = 1; i <= 2; i++) {
        apiworld_fleet(w, 431000010, MANY, i);
        read_until(&r, "[431012509,", (size_t)i + 1);
        assert_bounded(w);
    }
    assert_int_equal(apiworld_count(&r.c, "event: late"), 0);
    assert_int_equal(apiworld_count(&r.c, "event: hello"), 1);
    assert_int_equal(apiworld_count(&r.c, "[431000010,"), 3);
    end_reader(&r);
}

/* --- coming and going --- */

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d) != NULL)
        count++;
    closedir(d);
    return count;
}

static bool is_without_streams(void *context)
{
    const struct apiworld *w = context;
    return w->api->live->stream_count == 0 && w->api->clients.first == NULL;
}

static void test_coming_and_going_leaves_nothing(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    apiworld_fleet(w, 431000010, 5, 0);
    size_t before = 0;
    double minute = 0;
    for (int i = 0; i < 200; i++) {
        begin_reader(&r, w, STREAM, "");
        read_until(&r, "event: vessels", 1);
        assert_int_equal(w->api->live->stream_count, 1);
        end_reader(&r);
        /* The departure is noticed by what is sent next. */
        while (!is_without_streams(w)) {
            apiworld_fleet(w, 431000010, 5, ++minute);
            looptest_turn(&w->t, 50);
            uv_run(&w->t.loop, UV_RUN_ONCE);
        }
        if (i == 0)
            before = count_descriptors();
    }
    assert_int_equal(count_descriptors(), before);
}

/* HEAD has no stream, and its connection waits for the next request as any does. */
static void test_head_holds_no_place(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    api_set_deadline(w->api, 50);
    memset(&r, 0, sizeof r);
    r.w = w;
    loopclient_connect(&w->t, &r.c, api_port(w->api));
    looptest_until(&w->t, loopclient_is_settled, &r.c);
    static const char request[] = "HEAD " STREAM " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    loopclient_send(&r.c, request, sizeof request - 1);
    read_until(&r, "HTTP/1.1 200", 1);
    looptest_until(&w->t, loopclient_is_ended, &r.c);
    end_reader(&r);
}

/* api.streams */
static void test_only_so_many_streams(void **state)
{
    struct apiworld *w = *state;
    static struct reader r[5];
    for (int i = 0; i < 4; i++) {
        begin_reader(&r[i], w, STREAM, "");
        read_until(&r[i], "event: hello", 1);
    }
    begin_reader(&r[4], w, STREAM, "");
    read_until(&r[4], "all 4 streams are taken", 1);
    position_of(&r[4], "HTTP/1.1 503");
    position_of(&r[4], "Retry-After: 10\r\n");
    for (int i = 0; i < 5; i++)
        end_reader(&r[i]);
}

/* --- what was missed --- */

static const int64_t step = STORE_EVENTS_AN_ALERT;

static void test_last_event_id(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    char field[80];
    apiworld_alerts(w, 3);
    static const struct {
        const char *id;
        size_t alerts;
    } cases[] = {{"a0", 3},
                 {"a1048576", 2},
                 {"a3145728", 0},
                 /* None of ours: from now on. */
                 {"3145728", 0},
                 {"a", 0},
                 {"a-1", 0},
                 {"a1x", 0},
                 {"a99999999999999999999999", 0},
                 /* Of another record, from beyond this one: from now on, too. */
                 {"a9223372036854775807", 0},
                 {"a104857600", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(field, sizeof field, "Last-Event-ID: %s\r\n", cases[i].id);
        begin_reader(&r, w, STREAM "?vessels=none", field);
        read_until(&r, "event: hello", 1);
        apiworld_alerts(w, 1);
        snprintf(field, sizeof field, "id: a%lld\nevent: alert\n",
                 (long long)((int64_t)w->alerts * step));
        read_until(&r, field, 1);
        size_t missed = cases[i].alerts + (cases[i].alerts != 0 || i == 2 ? i : 0);
        assert_int_equal(apiworld_count(&r.c, "event: alert"), missed + 1);
        end_reader(&r);
    }
}

enum { MANY_ALERTS = 3000, MORE_ALERTS = 500 };

static bool has_rested(void *context)
{
    struct apiworld *w = context;
    const struct stream *s = w->api->live->streams;
    assert_bounded(w);
    return s != NULL && s->is_resting;
}

/* 3,000 alerts are 3 MB: a reader that does not read has them wait on record. */
static void test_what_was_missed_waits_on_record(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    char id[40];
    apiworld_alerts(w, MANY_ALERTS);
    begin_reader(&r, w, STREAM "?vessels=none", "Last-Event-ID: a0\r\n");
    uv_read_stop((uv_stream_t *)&r.c.handle);
    looptest_until(&w->t, has_rested, w);
    apiworld_alerts(w, MORE_ALERTS); /* and more come meanwhile */
    for (int i = 0; i < 20; i++) {
        uv_run(&w->t.loop, UV_RUN_ONCE);
        assert_bounded(w);
    }
    uv_read_start((uv_stream_t *)&r.c.handle, looptest_alloc, looptest_read);
    snprintf(id, sizeof id, "id: a%lld\n",
             (long long)((MANY_ALERTS + MORE_ALERTS) * step));
    read_until(&r, id, 1);
    assert_int_equal(apiworld_count(&r.c, "event: alert"), (MANY_ALERTS + MORE_ALERTS));
    size_t at = 0;
    for (int64_t i = 1; i <= (MANY_ALERTS + MORE_ALERTS); i++) {
        snprintf(id, sizeof id, "id: a%lld\n", (long long)(i * step));
        at = apiworld_find(&r.c, at, id);
        if (at == SIZE_MAX)
            fail_msg("%s is not there, or not in order", id);
    }
    end_reader(&r);
}

/* The same of a reader that was there before they came. */
static void test_a_storm_of_alerts_waits_on_record(void **state)
{
    struct apiworld *w = *state;
    static struct reader r;
    begin_reader(&r, w, STREAM "?vessels=none", "");
    read_until(&r, "event: hello", 1);
    uv_read_stop((uv_stream_t *)&r.c.handle);
    apiworld_alerts(w, MANY_ALERTS);
    looptest_until(&w->t, has_rested, w);
    uv_read_start((uv_stream_t *)&r.c.handle, looptest_alloc, looptest_read);
    read_until(&r, "event: alert", MANY_ALERTS);
    assert_int_equal(apiworld_count(&r.c, "event: alert"), MANY_ALERTS);
    end_reader(&r);
}

#define CASE(name) TEST_WITH(name, set_up, tear_down)
TEST_MAIN(conf_fixture_set_up, conf_fixture_tear_down,
          CASE(test_first_come_alerts_then_watched_then_last_heard),
          CASE(test_box_across_the_antimeridian),
          CASE(test_left_out_is_told_when_it_begins),
          CASE(test_slow_reader_is_late_and_gets_a_whole_picture),
          CASE(test_large_beat_is_not_late), CASE(test_coming_and_going_leaves_nothing),
          CASE(test_head_holds_no_place), CASE(test_only_so_many_streams),
          CASE(test_last_event_id), CASE(test_what_was_missed_waits_on_record),
          CASE(test_a_storm_of_alerts_waits_on_record))
