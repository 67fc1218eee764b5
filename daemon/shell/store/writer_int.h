/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between the threads, the writer thread and its housekeeping. */
#ifndef LOOKOUT_STORE_WRITER_INT_H
#define LOOKOUT_STORE_WRITER_INT_H

#include <pthread.h>

#include "store_int.h"

#define STORE_QUEUE_BYTES ((size_t)64 << 20)
/* at this multiple of its limit the queue refuses batches */
#define STORE_QUEUE_REFUSE 4
/* idle time before a checkpoint of the write-ahead log */
#define STORE_IDLE_MS 1000

struct store_queue {
    pthread_mutex_t mutex;            /* guards all below */
    pthread_cond_t wake;              /* the writer: work, flush, stop */
    pthread_cond_t done;              /* flushers: something became durable */
    struct store_batch *head, **tail; /* owned */
    size_t queued_bytes;              /* not durable yet, including those being written */
    size_t limit_bytes;
    int64_t commit_ms;
    uint64_t submitted, durable; /* batches by their seq */
    uint64_t refused;
    uint64_t asked, answered; /* signs of life */
    int flushers;
    bool is_stopping, is_ended;
    int64_t stop_by_ms; /* monotonic; 0: not yet set */
    bool prune_is_wanted;
    struct conf_retain prune_retain;
    int64_t quota_bytes; /* 0: as it was */
    int64_t prune_now_ms;
    struct store_health health;
};
MUST_CHECK int store_writer_queue_init(struct store_queue *q, int64_t commit_ms,
                                       size_t limit_bytes);
void store_writer_queue_finish(struct store_queue *q);
/* Takes over the batch in any case. ERR_LIMIT: queued, but over the limit. ERR_NOMEM:
 * refused and destroyed. */
MUST_CHECK int store_writer_queue_put(struct store_queue *q, struct store_batch *b);
bool store_writer_queue_flush(struct store_queue *q, int64_t timeout_ms);

/* The progress of pruning. */
struct store_prune {
    bool is_running;
    struct conf_retain retain;
    int64_t now_ms;       /* clock */
    int64_t last_step_ms; /* monotonic */
    int kind;             /* alerts, then calls, then voyages */
    int64_t after;        /* rows of that kind up to here were read */
};

struct writer {
    struct store_queue *queue;       /* borrowed */
    const struct store_place *place; /* borrowed */
    struct store_options options;    /* texts not used after the start */
    struct store_db db;              /* the thread's own once it runs */
    int64_t last_commit_ms;          /* monotonic */
    int damages;                     /* found by commits, one after the other */
    int64_t idle_ms;                 /* how long to wait for work before housekeeping */
    int64_t quota_bytes;
    struct store_prune prune;
    pthread_t thread;
};
MUST_CHECK int store_writer_start(struct writer *w);
/* Write the queue and join the thread. */
void store_writer_stop(struct writer *w);

/* Opens the database, making it when absent. One that is damaged is set aside, a new one
 * made and filled with what can be read: then *ret_replaced says so, also beside a
 * failure. */
enum store_doubt {
    STORE_TRUSTED,
    STORE_IN_DOUBT, /* look through all of it first */
    STORE_DAMAGED   /* whatever a look shows: commits to it fail */
};
MUST_CHECK int store_open_or_replace(const struct store_place *place,
                                     enum store_doubt doubt, struct store_db *ret_db,
                                     struct store_replaced *ret_replaced,
                                     struct err *err);

/* --- store_house.c: on the writer's thread --- */

/* The queue is empty: do one small step of housekeeping; sets w->idle_ms. */
void store_house_step(struct writer *w);
void store_house_after_commit(struct writer *w);
void store_house_at_end(struct writer *w);

#endif
