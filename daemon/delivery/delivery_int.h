/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the delivery thread: one hook for each webhook, with a bounded window on its
 * part of the outbox, sorted into lanes. A lane is what must keep its order: a vessel's
 * alerts, or with `order: none` a single alert. */
#ifndef LOOKOUT_DELIVERY_INT_H
#define LOOKOUT_DELIVERY_INT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "client.h"
#include "lookout/delivery.h"
#include "lookout/hash.h"
#include "lookout/heap.h"
#include "lookout/map.h"

/* What tests make shorter; 0 is the product's value. */
struct delivery_tuning {
    struct client_options client;
    int64_t critical_wait_ms; /* 60 s */
    int64_t poll_ms;          /* 1 s: looking for what another process put back */
    size_t window_rows;       /* 4096 a webhook */
    size_t lane_rows;         /* 1024 a vessel */
};
struct delivery_setting {
    struct store *store;
    const char *directory;
    uint64_t random_seed;
    struct delivery_tuning tuning;
};
MUST_CHECK int delivery_start_tuned(const struct conf_webhook *webhooks, size_t count,
                                    const struct delivery_setting *setting,
                                    struct delivery **ret_delivery, struct err *err);
/* libcurl's own beginning, once a process. */
MUST_CHECK int delivery_init_curl(void);

/* --- webhooks of our own (webhooks.c) --------------------------------------------- */

MUST_CHECK int webhook_copy(const struct conf_webhook *from, struct conf_webhook *ret_to);
void webhook_finish(struct conf_webhook *w);
void webhooks_free(struct conf_webhook *webhooks, size_t count);
MUST_CHECK int webhooks_copy(const struct conf_webhook *from, size_t count,
                             struct conf_webhook **ret_to);

/* --- the window (window.c) -------------------------------------------------------- */

struct item {
    struct item *next; /* in its lane, by outbox row */
    struct lane *lane;
    struct hook *hook; /* once it was sent */
    int64_t outbox;
    int64_t accepted_ms, next_ms; /* clock */
    int64_t begun_ms;             /* clock: its schedule's begin; 0: accepted_ms */
    int64_t tried_ms;             /* clock, the last attempt of this run; 0 */
    int64_t failing_since_ms;     /* clock; 0: not failed */
    uint32_t attempts;
    uint8_t severity;
    bool is_outage; /* its last failure was of the kind that ends with the outage */
    char id[HASH_ID_BYTES];
    struct client_request request;
    struct delivery_event event; /* its body */
    char body[];
};

struct lane {
    struct heap_node due; /* not in the heap while one is under way */
    uint64_t key;
    struct item *first; /* owned */
    struct item *last;
    struct item *chosen, *under_way;
    size_t count;
    bool is_cut; /* later rows of it were left in the outbox */
};

struct window {
    struct map items;   /* outbox row -> item: all of them */
    struct map lanes;   /* key -> lane */
    struct map settled; /* rows before `high` that are settled, perhaps not yet on disk */
    struct heap due;    /* lanes that may send */
    size_t bytes;       /* of bodies */
    size_t rows_most, bytes_most, lane_most;
    int64_t cursor;   /* rows up to here were looked at */
    int64_t high;     /* the highest row ever looked at */
    int64_t cut_from; /* lowest row that was left behind; INT64_MAX */
    bool has_more;    /* the outbox has rows beyond the cursor */
    bool is_ordered;
    int64_t critical_wait_ms;
};
void window_init(struct window *w);
void window_finish(struct window *w);
/* Read on from the cursor while there is room. ERR_* of the store. */
MUST_CHECK int window_load(struct window *w, struct store_reader *reader,
                           const char *webhook);
/* Read again from `row` on; what was settled must be on disk. */
void window_rewind(struct window *w, int64_t row);
/* Is there something to read, and room for it? */
bool window_wants_more(const struct window *w);
/* A lane that was cut has room again: rewind to *ret_row. */
bool window_wants_rewind(const struct window *w, int64_t *ret_row);
/* The lane whose turn is next and when; NULL: none. Its item is lane->chosen. */
struct lane *window_next(struct window *w, int64_t *ret_due_ms);
/* Under way: the lane waits for window_done. */
void window_take(struct window *w, struct lane *lane);
/* The attempt failed or was not made: again at item->next_ms. */
MUST_CHECK int window_again(struct window *w, struct item *item);
/* Delivered or dead. */
MUST_CHECK int window_remove(struct window *w, struct item *item);
/* The outage is over: what waits because of it waits no longer than least_ms after its
 * last attempt. */
void window_release(struct window *w, int64_t least_ms);
/* Drop all that is not under way. */
void window_clear(struct window *w);

/* --- one webhook (hook.c) --------------------------------------------------------- */

struct hook {
    struct delivery *delivery; /* borrowed */
    struct hook *next;
    struct conf_webhook conf;  /* owned */
    struct conf_webhook fresh; /* owned: in force as soon as nothing is under way */
    struct target target;      /* owned */
    char target_fault[CLIENT_REASON_BYTES]; /* why target cannot be used; "" */
    uv_timer_t timer;
    struct window window;
    uint32_t under_way;
    bool has_fresh, is_removed, is_closed;
    bool is_gone;
    bool wants_rewind;
    int64_t rewind_to;
    unsigned failures;             /* in a row, of the kind that opens the breaker */
    bool is_open;                  /* the breaker */
    const struct item *probe;      /* the one sent to see whether it may close; NULL */
    int64_t probe_at_ms;           /* clock: not before */
    struct delivery_counts counts; /* under the delivery's mutex */
};

MUST_CHECK int hook_create(struct delivery *d, const struct conf_webhook *conf,
                           struct hook **ret_hook);
/* Another definition, or none (NULL): taken once what is under way has ended. */
MUST_CHECK int hook_change(struct hook *h, const struct conf_webhook *conf);
/* Send what is due, reading on where there is room. */
void hook_look(struct hook *h);
/* The outbox may have changed: the same, and look for what is new. */
void hook_wake(struct hook *h);
/* A reload: what was 410 may be tried again. */
void hook_lift(struct hook *h);
/* Look at the outbox from its beginning. */
void hook_rewind(struct hook *h);
/* Ends everything; the memory goes with the last handle. */
void hook_close(struct hook *h);

/* --- the thread (delivery.c) ------------------------------------------------------ */

struct delivery {
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what is marked [m] */
    uv_loop_t loop;
    uv_async_t async;
    uv_timer_t poll, grace;
    uv_prepare_t prepare;
    struct client *client;
    struct store *store; /* borrowed */
    struct store_reader *reader;
    struct delivery_tuning tuning;
    struct hook *hooks; /* owned; the list is [m] for others */
    uint64_t random;
    int64_t version, requeues;
    struct store_outcome *outcomes; /* owned: not handed over yet */
    size_t outcome_count, outcome_capacity;
    bool is_stopping, is_closing;
    bool stop_wanted;           /* [m] */
    int64_t stop_grace_ms;      /* [m] */
    struct conf_webhook *fresh; /* [m] owned: of a reload */
    size_t fresh_count;         /* [m] */
    bool has_fresh;             /* [m] */
};

/* 0 <= x < 1 */
double delivery_random(struct delivery *d);
void delivery_outcome(struct delivery *d, const struct store_outcome *outcome);
/* Everything settled so far is on disk, as far as can be known soon. */
bool delivery_is_settled(struct delivery *d);
/* A request has ended, or a hook is closed: is that all we waited for? */
void delivery_ended(struct delivery *d);

#endif
