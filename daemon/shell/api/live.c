/* SPDX-License-Identifier: Apache-2.0 */
/* The beat and the jobs. Each turn of the loop does one step of one thing, so that the
 * loop is never held for long, however many vessels and streams there are. */
#include "live.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "lookout/base/array.h"
#include "lookout/engine/engine.h"
#include "request.h"
#include "row.h"
#include "stream.h"
#include "tail.h"

enum {
    LOOK_MS = 250,  /* at what was stored */
    BEAT_LOOKS = 4, /* a beat a second */
    COMMENT_BEATS = 15,
    RENDER_STEP = 500,
    TAKE_MOST = 20000, /* vessels of one beat; the rest follows in the next */
    LIVE_HANDLES = 2
};

/* --- which vessels there are --- */

static int compare_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static size_t drop_doubles(uint32_t *items, size_t count)
{
    size_t n = 0;
    qsort(items, count, sizeof *items, compare_number);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || items[n - 1] != items[i])
            items[n++] = items[i];
    return n;
}

/* All vessels, anew. */
static int fill_roll(struct live *l, const struct engine *engine)
{
    size_t count = engine_vessels(engine, NULL, 0);
    int rc = array_grow(&l->roll.items, &l->roll.room, count + 1, sizeof *l->roll.items);
    if (rc == 0)
        l->roll.count = engine_vessels(engine, l->roll.items, count);
    return rc;
}

static int merge_roll(struct live *l, const struct engine *engine)
{
    struct engine_vessel v;
    bool *is_there = calloc(l->changed_count + 1, sizeof *is_there);
    if (is_there == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < l->changed_count; i++)
        is_there[i] = engine_vessel_look(engine, l->changed[i], &v);
    int rc = roll_merge(&l->roll, l->changed, is_there, l->changed_count);
    free(is_there);
    return rc;
}

/* --- the beat --- */

static int begin_beat(struct live *l, const struct api_look *look)
{
    int rc = array_grow(&l->changed, &l->changed_room, l->changed_count + TAKE_MOST,
                        sizeof *l->changed);
    if (rc == 0)
        rc = array_grow(&l->rows, &l->row_room, l->changed_room, sizeof *l->rows);
    if (rc != 0)
        return rc;
    l->changed_count += engine_vessel_take(look->engine, l->changed + l->changed_count,
                                           TAKE_MOST, &l->is_whole);
    l->changed_count = drop_doubles(l->changed, l->changed_count);
    buf_clear(&l->text);
    l->rendered = 0;
    if (!l->is_whole)
        return merge_roll(l, look->engine);
    rc = fill_roll(l, look->engine);
    for (struct stream *s = l->streams; s != NULL; s = s->next)
        stream_renew(s);
    return rc;
}

static int render_row(struct live *l, const struct api_look *look, size_t i)
{
    struct live_row *row = &l->rows[i];
    struct engine_vessel v;
    memset(row, 0, sizeof *row);
    row->mmsi = l->changed[i];
    row->at = l->text.length;
    if (!engine_vessel_look(look->engine, row->mmsi, &v))
        return 0;
    const struct mark *mark = mark_find(&l->marks, row->mmsi);
    row->is_there = true;
    row->is_watched = v.is_watched;
    row->severity = (uint8_t)mark_severity(mark);
    row->has_place = v.has_fix;
    row->lat = row_degrees(v.last.pos.lat_e7);
    row->lon = row_degrees(v.last.pos.lon_e7);
    int rc = row_write(&l->text, &v, mark);
    row->length = l->text.length - row->at;
    return rc;
}

/* One step of the beat under way; true while there is more. */
static bool step_beat(struct live *l)
{
    struct api_look look;
    int rc = 0;
    if (!api_look(l->api, &look))
        l->phase = LIVE_RESTS;
    if (l->phase == LIVE_TAKES) {
        rc = begin_beat(l, &look);
        l->phase = l->streams != NULL ? LIVE_RENDERS : LIVE_RESTS;
    } else if (l->phase == LIVE_RENDERS) {
        for (size_t n = 0; n < RENDER_STEP && l->rendered < l->changed_count && rc == 0;
             n++)
            rc = render_row(l, &look, l->rendered++);
        if (l->rendered == l->changed_count) {
            l->phase = LIVE_SENDS;
            l->sending = l->streams;
        }
    } else if (l->phase == LIVE_SENDS && l->sending != NULL) {
        struct stream *s = l->sending;
        l->sending = s->next;
        stream_beat_send(s);
    } else {
        l->phase = LIVE_RESTS;
    }
    if (rc != 0)
        l->phase = LIVE_RESTS;
    if (l->phase == LIVE_RESTS)
        l->changed_count = 0;
    return l->phase != LIVE_RESTS;
}

/* --- events that are not of vessels --- */

static void tell_streams(struct live *l, const char *event, const char *json)
{
    for (struct stream *s = l->streams; s != NULL; s = s->next)
        if (stream_tell(s, event, 0, json) != 0)
            stream_end(s);
}

static void tell_whats(struct live *l)
{
    static const char *const names[] = {"zones", "rules", "ports", "mutes"};
    json_t *what = json_array();
    for (unsigned i = 0; i < 4; i++)
        if ((l->whats & 1u << i) != 0)
            json_array_append_new(what, json_string(names[i]));
    json_t *o = json_object();
    json_object_set_new(o, "what", what);
    char *text = json_dumps(o, JSON_COMPACT);
    if (text != NULL)
        tell_streams(l, "changed", text);
    free(text);
    json_decref(o);
    l->whats = 0;
}

/* Of each feed: is it open, is it silent. Told when that changes. */
static void tell_feeds(struct live *l)
{
    static const char *const members[] = {"id", "open", "silent"};
    json_t *list = json_array(), *feed = NULL, *states = json_array(), *before = NULL;
    size_t i = 0;
    if (l->api->sink.feeds(l->api->sink.context, list) == 0)
        json_array_foreach(list, i, feed)
        {
            json_t *o = json_object();
            for (int k = 0; k < 3; k++)
                json_object_set(o, members[k], json_object_get(feed, members[k]));
            json_array_append_new(states, o);
        }
    char *text = json_dumps(states, JSON_COMPACT);
    if (text != NULL && l->feeds != NULL && strcmp(text, l->feeds) != 0) {
        before = json_loads(l->feeds, 0, NULL);
        json_array_foreach(states, i, feed)
        {
            if (json_equal(feed, json_array_get(before, i)))
                continue;
            char *one = json_dumps(feed, JSON_COMPACT);
            if (one != NULL)
                tell_streams(l, "feed", one);
            free(one);
        }
        json_decref(before);
    }
    if (text != NULL) {
        free(l->feeds);
        l->feeds = text;
    }
    json_decref(list);
    json_decref(states);
}

static void on_beat(uv_timer_t *timer)
{
    struct live *l = timer->data;
    int64_t begin_ns = api_metrics_cpu_ns();
    tail_look(l->api->tail);
    if (++l->looks % BEAT_LOOKS != 0)
        return;
    l->beats++;
    if (l->streams != NULL) {
        tell_feeds(l);
        if (l->whats != 0)
            tell_whats(l);
        for (struct stream *s = l->streams; s != NULL && l->beats % COMMENT_BEATS == 0;
             s = s->next)
            stream_comment(s);
    }
    l->whats = 0;
    api_metrics_step(l->api, begin_ns);
    if (l->phase != LIVE_RESTS)
        return;
    l->phase = LIVE_TAKES;
    live_wake(l);
}

/* --- steps --- */

static bool step_job(struct live *l)
{
    struct job *job = l->jobs;
    if (job == NULL)
        return false;
    l->jobs = job->next;
    job->next = NULL;
    if (!job->step(job))
        return l->jobs != NULL;
    struct job **at = &l->jobs;
    while (*at != NULL)
        at = &(*at)->next;
    *at = job;
    return true;
}

static bool step_streams(struct live *l)
{
    for (struct stream *s = l->streams; s != NULL; s = s->next)
        if (stream_step(s))
            return true;
    return false;
}

static void on_idle(uv_idle_t *idle)
{
    struct live *l = idle->data;
    int64_t begin_ns = api_metrics_cpu_ns();
    static bool (*const steps[])(struct live * l) = {step_job, step_beat, step_streams};
    /* One of them in each turn: none keeps the others waiting. */
    bool is_more = false;
    for (unsigned i = 0; i < 3 && !is_more; i++)
        is_more = steps[l->turn++ % 3](l);
    api_metrics_step(l->api, begin_ns);
    if (!is_more)
        uv_idle_stop(idle);
}

void live_wake(struct live *l)
{
    if (l->on_closed == NULL && !uv_is_active((uv_handle_t *)&l->idle))
        uv_idle_start(&l->idle, on_idle);
}

void live_add_job(struct live *l, struct job *job)
{
    struct job **at = &l->jobs;
    while (*at != NULL)
        at = &(*at)->next;
    *at = job;
    request_suspend(job->q);
    live_wake(l);
}

void live_note(struct live *l, uint32_t mmsi)
{
    /* Into the beat to come; one under way has been taken already. */
    struct api_look look;
    if (mmsi != 0 && api_look(l->api, &look))
        engine_vessel_note_one(look.engine, mmsi);
}

/* --- beginning and end --- */

int live_create(struct api *api, uv_loop_t *loop, struct live **ret)
{
    struct live *l = calloc(1, sizeof *l);
    struct api_look look;
    if (l == NULL || !api_look(api, &look)) {
        free(l);
        return ERR_NOMEM;
    }
    l->api = api;
    mark_init(&l->marks);
    engine_vessel_note_changes(look.engine);
    uv_timer_init(loop, &l->timer);
    uv_idle_init(loop, &l->idle);
    l->timer.data = l->idle.data = l;
    l->open_handles = LIVE_HANDLES;
    l->looks = BEAT_LOOKS - 1; /* the first beat at once: nothing is known before it */
    uv_timer_start(&l->timer, on_beat, 0, LOOK_MS);
    *ret = l;
    return 0;
}

static void on_live_closed(uv_handle_t *handle)
{
    struct live *l = handle->data;
    if (--l->open_handles == 0)
        l->on_closed(l->closed_context);
}

void live_stop(struct live *l, void (*on_closed)(void *context), void *context)
{
    l->on_closed = on_closed;
    l->closed_context = context;
    while (l->jobs != NULL) {
        struct job *job = l->jobs;
        l->jobs = job->next;
        struct request *q = job->q;
        job->destroy(job);
        if (reply_problem(q, MHD_HTTP_SERVICE_UNAVAILABLE, "the server ends") != 0)
            q->reply.status = MHD_HTTP_SERVICE_UNAVAILABLE;
        request_resume(q);
    }
    for (struct stream *s = l->streams; s != NULL; s = s->next)
        stream_end(s);
    uv_close((uv_handle_t *)&l->timer, on_live_closed);
    uv_close((uv_handle_t *)&l->idle, on_live_closed);
}

void live_destroy(struct live *l)
{
    if (l == NULL)
        return;
    mark_finish(&l->marks);
    roll_finish(&l->roll);
    buf_finish(&l->text);
    free(l->changed);
    free(l->rows);
    free(l->feeds);
    free(l);
}
