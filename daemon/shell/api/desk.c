/* SPDX-License-Identifier: Apache-2.0 */
/* Hands requests to the thread that reads the record, and its answers back. */
#include "desk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_int.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/sys/clock.h"
#include "tail.h"

enum { DURABLE_MS = 10000, NAP_MS = 2 };

static void work_desk(struct worker_task *worked, struct store_reader *reader)
{
    struct desk_task *task = (struct desk_task *)worked;
    int rc = reader == NULL ? ERR_IO : task->work(task, reader);
    if (rc != 0)
        desk_refuse(task, MHD_HTTP_INTERNAL_SERVER_ERROR, "the record: %s", err_text(rc));
}

static int make_reply(struct desk_task *task, bool is_given_up)
{
    struct request *q = task->q;
    if (is_given_up)
        return reply_problem(q, MHD_HTTP_SERVICE_UNAVAILABLE, "the server ends");
    if (task->status != 0)
        return reply_problem(q, task->status, "%s", task->err.text);
    return reply_body(q, task->content_type);
}

static void end_desk(struct worker_task *worked, bool is_given_up)
{
    struct desk_task *task = (struct desk_task *)worked;
    struct request *q = task->q;
    if (make_reply(task, is_given_up) != 0)
        q->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (task->is_mute && task->status == 0 && !is_given_up &&
        q->api->sink.on_mutes != NULL)
        q->api->sink.on_mutes(q->api->sink.context);
    store_batch_destroy(task->batch);
    free(task);
    request_resume(q);
}

int desk_ask(struct request *q, desk_work *work, struct store_batch *batch)
{
    struct api_look look;
    struct desk_task *task = NULL;
    bool is_change = strcmp(q->route->method, "GET") != 0;
    struct worker *desk = is_change ? q->api->clerk : q->api->desk;
    if (desk == NULL || !api_look(q->api, &look)) {
        store_batch_destroy(batch);
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "the record is not served here");
    }
    if (desk->waiting >= DESK_WAITING_MOST) {
        store_batch_destroy(batch);
        q->reply.retry_s = 1;
        return reply_problem(q, MHD_HTTP_SERVICE_UNAVAILABLE,
                             is_change ? "too many changes wait; ask again"
                                       : "too many lists are being made; ask again");
    }
    task = calloc(1, sizeof *task);
    if (task == NULL) {
        store_batch_destroy(batch);
        return ERR_NOMEM;
    }
    task->task.work = work_desk;
    task->task.done = end_desk;
    task->q = q;
    task->work = work;
    task->store = look.store;
    task->now_ms = clock_wall_ms();
    task->event_ms = engine_now(look.engine);
    task->batch = batch;
    task->content_type = "application/json";
    request_suspend(q);
    worker_add(desk, &task->task);
    return 0;
}

int desk_refuse(struct desk_task *task, unsigned status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(task->err.text, sizeof task->err.text, format, args);
    va_end(args);
    task->status = status;
    return 0;
}

int desk_store(struct desk_task *task)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    struct store_batch *batch = task->batch;
    task->batch = NULL;
    int rc = store_submit(task->store, batch);
    uint64_t mark = store_mark(task->store);
    if (rc != 0 && rc != ERR_LIMIT)
        return rc;
    for (int64_t waited = 0; !store_is_durable(task->store, mark); waited += NAP_MS) {
        if (waited >= DURABLE_MS)
            return ERR_IO;
        nanosleep(&nap, NULL);
    }
    return 0;
}
