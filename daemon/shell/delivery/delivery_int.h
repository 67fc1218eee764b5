/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the delivery thread: one hook for each webhook, with a bounded window on its
 * part of the outbox, sorted into lanes. A lane is what must keep its order: a vessel's
 * alerts, or with `order: none` a single alert. With `group` alerts that are alike are
 * bundled across lanes (group.c). */
#ifndef LOOKOUT_DELIVERY_INT_H
#define LOOKOUT_DELIVERY_INT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "client.h"
#include "lookout/base/hash.h"
#include "lookout/base/heap.h"
#include "lookout/base/map.h"
#include "lookout/delivery/delivery.h"

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

/* --- webhooks of our own (webhooks.c) --- */

MUST_CHECK int webhook_copy(const struct conf_webhook *from, struct conf_webhook *ret_to);
void webhook_finish(struct conf_webhook *w);
void webhooks_free(struct conf_webhook *webhooks, size_t count);
MUST_CHECK int webhooks_copy(const struct conf_webhook *from, size_t count,
                             struct conf_webhook **ret_to);

/* --- the window (window.c) --- */

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
    /* Where alerts go together: what waits is in its group's list, what goes is in a
     * bundle, led by its first, whose schedule is the bundle's. */
    uint64_t group_key;
    struct group *group;
    struct item *group_next; /* in the group's list, by outbox row */
    struct item *leader;     /* NULL: it waits */
    struct item *with;       /* the bundle's next, by outbox row */
    bool is_alone;           /* a bundle with it was refused: it goes by itself */
    bool was_blocked;        /* it had its time, but was not its vessel's first */
    /* Of a leader. */
    struct heap_node bundle_node;
    int64_t bundle; /* its number on record: the last one's row */
    size_t bundle_count, bundle_bytes;
    bool is_under_way, is_saving, was_waited_for;
    uint64_t saved_mark;     /* on record when the store says so of this */
    struct item *saved_next; /* in the hook's list */
    /* What is sent. */
    struct client_request request;
    char request_id[HASH_ID_BYTES];
    struct delivery_event *events; /* owned, of several; NULL */
    struct delivery_event event;   /* its body */
    char body[];
};

/* What is alike in what the webhook groups by. */
struct group {
    struct heap_node due; /* in one of the window's two heaps, or in none */
    uint64_t key;
    bool is_idle;
    struct item *first, *last; /* borrowed: what waits */
    size_t count;
    int64_t sent_ms; /* clock: when it went last; 0 */
};

struct lane {
    struct heap_node due; /* not in the heap while one is under way */
    uint64_t key;
    struct item *first; /* owned */
    struct item *last;
    struct item *chosen, *under_way;
    size_t count;
    bool is_cut; /* later rows of it were left in the outbox */
    /* Of its items in bundles: how many, the last one's leader, the last one. */
    size_t held;
    struct item *holder, *last_held;
    bool is_woken; /* while group_again is at it */
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
    struct conf_group group;
    size_t bundle_most;                /* alerts in a bundle */
    struct map groups;                 /* key -> group, owned */
    struct map bundles;                /* number -> leader */
    struct heap group_due, group_idle; /* groups that wait; that are kept in mind */
    struct heap bundle_due;            /* leaders */
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
/* What is to be sent next and when; where alerts go together, a bundle's leader. NULL:
 * nothing is, or, when *ret_due_ms is no INT64_MAX, a group is to be formed then; not
 * unless `may_form`. */
struct item *window_next(struct window *w, int64_t now_ms, bool may_form,
                         int64_t *ret_due_ms);
/* The bundle of the group that is due, new and not on record; NULL: nothing of it may go
 * yet, or memory is short. */
struct item *window_form(struct window *w, int64_t now_ms);
/* Under way: its lane waits for window_again or window_remove. */
void window_take(struct window *w, struct item *item);
/* The attempt failed or was not made: again at item->next_ms. */
MUST_CHECK int window_again(struct window *w, struct item *item);
/* Delivered or dead; all of a bundle. */
MUST_CHECK int window_remove(struct window *w, struct item *item);
/* The bundle was refused: each of its alerts goes by itself. */
MUST_CHECK int window_split(struct window *w, struct item *leader, int64_t now_ms);
/* The outage is over: what waits because of it waits no longer than least_ms after its
 * last attempt. */
void window_release(struct window *w, int64_t least_ms);
/* Drop all that is not under way. */
void window_clear(struct window *w);

/* Between window.c and group.c: the item leaves the window; its lane may go, too. */
MUST_CHECK int window_drop(struct window *w, struct item *item);

/* --- what goes together (group.c), called by the window --- */

#define BUNDLE_BYTES ((size_t)1 << 20) /* of bodies in one request */
uint64_t group_key(const struct conf_group *conf, const struct store_pending *row);
MUST_CHECK int group_add(struct window *w, struct item *item);
/* It was bundled under this number before. */
MUST_CHECK int group_add_recorded(struct window *w, struct item *item, int64_t number);
MUST_CHECK int group_hasten_all(struct window *w);
struct item *group_next(struct window *w, int64_t now_ms, bool may_form,
                        int64_t *ret_due_ms);
/* A bundle could go now. */
bool group_has_due_bundle(const struct window *w, int64_t now_ms);
void group_take(struct window *w, struct item *leader);
/* Not before then, whatever its schedule says. */
void group_hold_until(struct window *w, struct item *leader, int64_t due_ms);
MUST_CHECK int group_again(struct window *w, struct item *leader);
MUST_CHECK int group_remove(struct window *w, struct item *leader);
MUST_CHECK int group_hasten(struct window *w, struct item *item,
                            const struct store_pending *row);
void group_release(struct window *w, int64_t least_ms);
void group_clear(struct window *w);

/* --- one webhook (hook.c) --- */

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
    bool is_unread; /* the outbox could not be read */
    int64_t rewind_to;
    unsigned failures;        /* in a row, of the kind that opens the breaker */
    bool is_open;             /* the breaker */
    const struct item *probe; /* the one sent to see whether it may close; NULL */
    struct item *saving;      /* bundles that go when they are on record */
    uint32_t saving_count;
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

/* An outcome to the store, for every alert of the request. */
void hook_record(struct hook *h, const struct item *item, struct store_outcome *outcome);

/* --- its bundles (hook_bundle.c) --- */

/* The bodies, and the id: a hash of the ids inside. */
MUST_CHECK int hook_prepare_bundle(struct item *leader);
/* Not while the webhook has enough to do; a dead one gets a bundle more only when no
 * other can be the probe. */
bool hook_may_form(const struct hook *h, int64_t now);
/* A group is due. */
void hook_form(struct hook *h, int64_t now);
/* What is on record by now goes by its schedule. */
void hook_look_saved(struct hook *h);
/* It goes; perhaps nobody knows yet whether it is on record. */
void hook_unlist(struct hook *h, struct item *leader);

/* --- the thread (delivery.c) --- */

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
/* Give the outcomes so far to the store. */
void delivery_hand_over(struct delivery *d);
/* Everything settled so far is on disk, as far as can be known soon. */
bool delivery_is_settled(struct delivery *d);
/* A request has ended, or a hook is closed: is that all we waited for? */
void delivery_ended(struct delivery *d);

#endif
