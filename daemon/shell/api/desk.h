/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are made from the record, on a thread of their own: at most so many wait.
 */
#ifndef LOOKOUT_DESK_H
#define LOOKOUT_DESK_H

#include "lookout/store/store.h"
#include "request.h"
#include "worker.h"

enum { DESK_WAITING_MOST = 5 /* one under way, and four behind it */ };

/* On the thread; the request's connection sleeps, so all of it may be used. Makes
 * reply.body and, where it is no 200, calls desk_refuse. */
struct desk_task;
typedef int desk_work(struct desk_task *task, struct store_reader *reader);
struct desk_task {
    struct worker_task task;
    struct request *q;
    desk_work *work;
    struct store *store;       /* borrowed */
    int64_t now_ms;            /* clock */
    int64_t event_ms;          /* event time when it was asked; TIME_NONE */
    struct store_batch *batch; /* owned: to be stored before the answer; NULL */
    const char *content_type;
    unsigned status; /* 0: 200 */
    struct err err;  /* of another status: its detail */
    bool is_mute;    /* mutes change by it */
};

/* Ask the desk; 503 when too many wait. The batch is taken over, also on failure. */
int desk_ask(struct request *q, desk_work *work, struct store_batch *batch);
int desk_refuse(struct desk_task *task, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* On the thread: store the batch, and wait until it is on the disk. */
MUST_CHECK int desk_store(struct desk_task *task);

#endif
