/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that reads the database for the API, with a reader of its own. Tasks are done
 * one after the other; each ends on the loop. */
#ifndef LOOKOUT_WORKER_H
#define LOOKOUT_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "lookout/base/err.h"

struct store_reader;
struct worker_task {
    /* On the thread. reader NULL: the database cannot be opened. */
    void (*work)(struct worker_task *task, struct store_reader *reader);
    /* On the loop; also, with is_given_up, for a task that the end came before. */
    void (*done)(struct worker_task *task, bool is_given_up);
    struct worker_task *next;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    uv_async_t async;
    char *directory; /* owned: of the database */
    struct worker_task *first, *last, *finished;
    size_t waiting; /* tasks that are not done yet */
    bool is_ending;
    void (*on_closed)(void *context);
    void *closed_context;
};

MUST_CHECK int worker_start(struct worker *w, uv_loop_t *loop, const char *directory);
void worker_add(struct worker *w, struct worker_task *task);
/* Whether the daemon ends: long tasks give up. On the thread. */
bool worker_is_ending(struct worker *w);
/* Waits for the task under way; the others are given up. */
void worker_stop(struct worker *w, void (*on_closed)(void *context), void *context);

#endif
