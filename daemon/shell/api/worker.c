/* SPDX-License-Identifier: Apache-2.0 */
/* A queue, a thread, and the way back to the loop. */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/store/store.h"

static struct worker_task *take_task(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    while (w->first == NULL && !w->is_ending)
        pthread_cond_wait(&w->wake, &w->mutex);
    struct worker_task *task = w->is_ending ? NULL : w->first;
    if (task != NULL)
        w->first = task->next;
    if (w->first == NULL)
        w->last = NULL;
    pthread_mutex_unlock(&w->mutex);
    return task;
}

static void *work_tasks(void *context)
{
    struct worker *w = context;
    struct store_reader *reader = NULL;
    struct worker_task *task;
    while ((task = take_task(w)) != NULL) {
        if (reader == NULL && store_reader_open(w->directory, &reader, NULL) != 0)
            reader = NULL;
        task->work(task, reader);
        pthread_mutex_lock(&w->mutex);
        task->next = w->finished;
        w->finished = task;
        pthread_mutex_unlock(&w->mutex);
        uv_async_send(&w->async);
    }
    store_reader_close(reader);
    return NULL;
}

static void end_tasks(struct worker *w, struct worker_task *tasks, bool is_given_up)
{
    /* The last comes first: turn them round. */
    struct worker_task *in_order = NULL;
    while (tasks != NULL) {
        struct worker_task *next = tasks->next;
        tasks->next = in_order;
        in_order = tasks;
        tasks = next;
    }
    while (in_order != NULL) {
        struct worker_task *next = in_order->next;
        w->waiting--;
        in_order->done(in_order, is_given_up);
        in_order = next;
    }
}

static void on_finished(uv_async_t *async)
{
    struct worker *w = async->data;
    pthread_mutex_lock(&w->mutex);
    struct worker_task *tasks = w->finished;
    w->finished = NULL;
    pthread_mutex_unlock(&w->mutex);
    end_tasks(w, tasks, false);
}

int worker_start(struct worker *w, uv_loop_t *loop, const char *directory)
{
    memset(w, 0, sizeof *w);
    w->directory = strdup(directory);
    if (w->directory == NULL)
        return ERR_NOMEM;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->async.data = w;
    int rc = uv_async_init(loop, &w->async, on_finished);
    if (rc == 0)
        rc = pthread_create(&w->thread, NULL, work_tasks, w);
    if (rc == 0)
        return 0;
    free(w->directory);
    return ERR_NOMEM;
}

void worker_add(struct worker *w, struct worker_task *task)
{
    task->next = NULL;
    w->waiting++;
    pthread_mutex_lock(&w->mutex);
    if (w->last != NULL)
        w->last->next = task;
    else
        w->first = task;
    w->last = task;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
}

bool worker_is_ending(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    bool is_ending = w->is_ending;
    pthread_mutex_unlock(&w->mutex);
    return is_ending;
}

static void on_worker_closed(uv_handle_t *handle)
{
    struct worker *w = handle->data;
    free(w->directory);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mutex);
    w->on_closed(w->closed_context);
}

void worker_stop(struct worker *w, void (*on_closed)(void *context), void *context)
{
    w->on_closed = on_closed;
    w->closed_context = context;
    pthread_mutex_lock(&w->mutex);
    w->is_ending = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    end_tasks(w, w->finished, false);
    struct worker_task *task = w->first, *turned = NULL;
    while (task != NULL) {
        struct worker_task *next = task->next;
        task->next = turned;
        turned = task;
        task = next;
    }
    end_tasks(w, turned, true);
    uv_close((uv_handle_t *)&w->async, on_worker_closed);
}
