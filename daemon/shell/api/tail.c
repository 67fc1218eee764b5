/* SPDX-License-Identifier: Apache-2.0 */
/* What is stored becomes events and marks. Everything is taken from the record, not from
 * the engine: so a stream tells what a restart would tell, and in the same order. */
#include "tail.h"

#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/store/store.h"
#include "stream.h"
#include "worker.h"

enum { EVENTS_MOST = 200, RECOUNT_LOOKS = 4 * 600 };

struct tail_event {
    int64_t number;
    bool is_alert;
    char *json; /* owned */
};
struct tail_mark {
    uint32_t mmsi;
    int severity;
    uint64_t open;
    char case_id[HASH_ID_BYTES];
    int64_t time_ms;
};
struct tail_task {
    struct worker_task task;
    struct tail *tail;
    bool is_for_stream;    /* alone, not for all */
    struct stream *stream; /* borrowed, the loop's; NULL: it is gone */
    struct tail_task *next_catching;
    int64_t after;
    bool is_count; /* all vessels are counted anew */
    /* the result */
    int rc;
    int64_t last; /* number of the last event on record, before they were read */
    bool is_all;  /* no further events were there */
    struct tail_event *events; /* owned */
    size_t event_count, event_room;
    struct tail_mark *marks; /* owned */
    size_t mark_count, mark_room;
};
struct tail {
    struct api *api;
    struct worker worker;
    int64_t last;    /* event number told last; -1: not known yet */
    int64_t version; /* of the database, the thread's */
    bool is_looking;
    unsigned looks;
    struct tail_task *catching; /* those for streams */
};
static void end_task(struct worker_task *task, bool is_given_up);

/* --- on the thread --- */

static int keep_mark(void *context, uint32_t mmsi, int severity, uint64_t open,
                     const char *case_id, int64_t time_ms)
{
    struct tail_task *t = context;
    int rc = array_grow(&t->marks, &t->mark_room, t->mark_count + 1, sizeof *t->marks);
    if (rc != 0 || severity < 0 || severity >= SEVERITIES)
        return rc;
    struct tail_mark *mark = &t->marks[t->mark_count++];
    *mark = (struct tail_mark){
        .mmsi = mmsi, .severity = severity, .open = open, .time_ms = time_ms};
    text_copy(mark->case_id, sizeof mark->case_id, case_id);
    return 0;
}

static int keep_event(void *context, const struct query_event *event)
{
    struct tail_task *t = context;
    int rc =
        array_grow(&t->events, &t->event_room, t->event_count + 1, sizeof *t->events);
    char *json = rc == 0 ? strdup(event->json) : NULL;
    if (json == NULL)
        return ERR_NOMEM;
    t->events[t->event_count++] =
        (struct tail_event){event->number, event->is_alert, json};
    return 0;
}

/* The MMSI of each event's vessel is counted anew. */
static int count_vessels(struct tail_task *t, struct store_reader *reader,
                         const uint32_t *mmsi, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        bool is_double = false;
        for (size_t j = 0; j < i; j++)
            is_double = is_double || mmsi[j] == mmsi[i];
        if (!is_double)
            rc = query_list_open(reader, mmsi[i], keep_mark, t);
    }
    return rc;
}

struct listening {
    struct tail_task *task;
    uint32_t mmsi[EVENTS_MOST];
    size_t count;
};

static int hear_event(void *context, const struct query_event *event)
{
    struct listening *l = context;
    l->mmsi[l->count++] = event->mmsi;
    return keep_event(l->task, event);
}

static void read_tail(struct worker_task *task, struct store_reader *reader)
{
    struct tail_task *t = (struct tail_task *)task;
    struct listening l = {.task = t};
    if (reader == NULL) {
        t->rc = ERR_IO;
        return;
    }
    if (t->is_count) {
        t->after = query_list_last_event(reader);
        t->rc = t->after < 0 ? ERR_IO : query_list_open(reader, -1, keep_mark, t);
        return;
    }
    if (t->is_for_stream) {
        t->last = query_list_last_event(reader);
        /* A number from beyond the record is of another one. */
        if (t->last >= 0 && t->after > t->last)
            t->after = t->last;
    }
    int64_t version = store_reader_version(reader);
    if (!t->is_for_stream && version == t->tail->version) {
        t->is_all = true;
        return;
    }
    t->rc = query_list_events(reader, t->after, EVENTS_MOST, hear_event, &l);
    t->is_all = l.count < EVENTS_MOST;
    if (t->rc == 0 && !t->is_for_stream)
        t->rc = count_vessels(t, reader, l.mmsi, l.count);
    if (t->rc == 0 && !t->is_for_stream && t->is_all)
        t->tail->version = version;
}

/* --- on the loop --- */

static void free_task(struct tail_task *t)
{
    for (size_t i = 0; i < t->event_count; i++)
        free(t->events[i].json);
    free(t->events);
    free(t->marks);
    free(t);
}

static void take_mark(struct tail *t, const struct tail_mark *from)
{
    struct live *l = t->api->live;
    struct mark *mark = mark_obtain(&l->marks, from->mmsi);
    if (mark == NULL)
        return;
    unsigned before = mark_severity(mark);
    bool is_same = strcmp(mark->case_id, from->case_id) == 0 || from->case_id[0] == '\0';
    mark_count(&l->marks, mark, (enum severity)from->severity, from->open);
    if (!is_same)
        text_copy(mark->case_id, sizeof mark->case_id, from->case_id);
    if (from->time_ms != TIME_NONE &&
        (mark->alerted_ms == TIME_NONE || from->time_ms > mark->alerted_ms))
        mark->alerted_ms = from->time_ms;
    if (!is_same || mark_severity(mark) != before)
        live_note(l, from->mmsi);
}

/* All alerts of the vessels were counted: what is not among them is on record no more. */
static void take_marks(struct tail *t, const struct tail_task *task)
{
    struct live *l = t->api->live;
    struct mark *mark = NULL;
    if (task->is_count) {
        mark_begin_count(&l->marks);
    } else {
        for (size_t i = 0; i < task->mark_count; i++)
            if ((mark = mark_obtain(&l->marks, task->marks[i].mmsi)) != NULL)
                mark->counted = 0;
    }
    for (size_t i = 0; i < task->mark_count; i++)
        take_mark(t, &task->marks[i]);
    if (task->is_count) {
        uint32_t mmsi = 0;
        for (size_t cursor = 0; mark_end_count(&l->marks, &cursor, &mmsi);)
            live_note(l, mmsi);
        return;
    }
    for (size_t i = 0; i < task->mark_count; i++)
        if ((mark = mark_obtain(&l->marks, task->marks[i].mmsi)) != NULL &&
            mark_drop_uncounted(&l->marks, mark))
            live_note(l, task->marks[i].mmsi);
}

static void tell_stream_event(struct stream *s, const struct tail_event *event)
{
    if (!s->is_over && event->number > s->event_at &&
        stream_tell(s, event->is_alert ? "alert" : "acknowledged", event->number,
                    event->json) != 0)
        stream_end(s);
}

static void tell_all_streams(struct tail *t, const struct tail_task *task)
{
    for (size_t i = 0; i < task->event_count; i++) {
        for (struct stream *s = t->api->live->streams; s != NULL; s = s->next) {
            if (s->is_catching)
                continue;
            /* A reader who is behind has them from the record, once it has taken some. */
            if (s->urgent.length > STREAM_WAITS)
                s->is_catching = s->is_resting = true;
            else
                tell_stream_event(s, &task->events[i]);
        }
        t->last = task->events[i].number;
    }
}

static void tell_catching(struct tail *t, struct tail_task *task)
{
    struct stream *s = task->stream;
    if (s->event_at > task->after)
        s->event_at = task->after;
    for (size_t i = 0; i < task->event_count; i++)
        tell_stream_event(s, &task->events[i]);
    if (task->rc != 0)
        stream_end(s);
    else if (task->is_all && t->last <= task->last)
        s->is_catching = false;
    else if (stream_unsent(s) > STREAM_WAITS)
        s->is_resting = true;
    else
        tail_catch_up(t, s);
}

static bool add_task(struct tail *t, struct stream *s, int64_t after, bool is_count)
{
    struct tail_task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return false;
    task->is_for_stream = s != NULL;
    if (s != NULL) {
        task->next_catching = t->catching;
        t->catching = task;
    }
    task->tail = t;
    task->stream = s;
    task->after = after;
    task->is_count = is_count;
    task->task.work = read_tail;
    task->task.done = end_task;
    worker_add(&t->worker, &task->task);
    return true;
}

static void end_look(struct tail *t, struct tail_task *task)
{
    t->is_looking = false;
    if (task->rc != 0)
        return;
    take_marks(t, task);
    if (task->is_count && t->last < 0)
        t->last = task->after;
    tell_all_streams(t, task);
    if (!task->is_all && !task->is_count)
        tail_look(t);
}

static void end_task(struct worker_task *ended, bool is_given_up)
{
    struct tail_task *task = (struct tail_task *)ended;
    struct tail *t = task->tail;
    if (!is_given_up && !task->is_for_stream)
        end_look(t, task);
    else if (!is_given_up && task->stream != NULL)
        tell_catching(t, task);
    struct tail_task **at = &t->catching;
    while (*at != NULL && *at != task)
        at = &(*at)->next_catching;
    if (*at != NULL)
        *at = task->next_catching;
    free_task(task);
}

void tail_look(struct tail *t)
{
    if (t->is_looking)
        return;
    bool is_count = t->last < 0 || ++t->looks % RECOUNT_LOOKS == 0;
    t->is_looking = true;
    if (!add_task(t, NULL, t->last, is_count))
        t->is_looking = false;
}

void tail_catch_up(struct tail *t, struct stream *s)
{
    if (!add_task(t, s, s->event_at, false))
        stream_end(s);
}

void tail_forget(struct tail *t, struct stream *s)
{
    for (struct tail_task *task = t->catching; task != NULL; task = task->next_catching)
        if (task->stream == s)
            task->stream = NULL;
}

int64_t tail_last(const struct tail *t)
{
    return t->last;
}

int tail_create(struct api *api, uv_loop_t *loop, struct tail **ret)
{
    struct api_look look;
    struct tail *t = calloc(1, sizeof *t);
    if (t == NULL || !api_look(api, &look)) {
        free(t);
        return ERR_NOMEM;
    }
    t->api = api;
    t->last = t->version = -1;
    int rc = worker_start(&t->worker, loop, look.conf->state);
    if (rc == 0)
        *ret = t;
    else
        free(t);
    return rc;
}

void tail_stop(struct tail *t, void (*on_closed)(void *context), void *context)
{
    worker_stop(&t->worker, on_closed, context);
}

void tail_destroy(struct tail *t)
{
    free(t);
}
