/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the delivery thread. The words used here:
 *
 *   hook          one webhook at work: its window, its breaker, its requests
 *   queued alert  a pending row of the outbox that was read into memory
 *   window        the part of a webhook's outbox that is in memory: as much as is allowed
 *   lane          the queued alerts that keep their order: a vessel's; with `order: none`
 *                 each queued alert has a lane of its own
 *   group         the queued alerts that wait and may go together: alike in what the
 *                 webhook's `group` names; without `group`, those of one lane
 *   bundle        the queued alerts of one request: one, or with `group` several. It is
 *                 made when it goes first and stays together until it is delivered, dead
 *                 or taken apart, over restarts, too. It has the schedule: attempts made,
 *                 when the next is due
 *   agenda        groups, or bundles, in the order in which they may go; urgent ones
 * first urgent        it is critical, or a critical alert of its lane waits for it
 *   breaker       stops the requests to a dead receiver, but for one probe at a time
 *   outcome       what became of one delivery, on its way to the store
 *
 * Times end in _ms and are the steady clock's, which nobody sets; those of the wall clock
 * end in _wall_ms. */
#ifndef LOOKOUT_DELIVERY_INT_H
#define LOOKOUT_DELIVERY_INT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "agenda.h"
#include "breaker.h"
#include "client.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/delivery/delivery.h"
#include "moment.h"

/* What tests make shorter or take over; 0 is the product's value. */
struct delivery_tuning {
    struct client_options client;
    int64_t critical_wait_ms; /* 60 s */
    int64_t poll_ms;          /* 1 s: looking for what another process put back */
    size_t window_rows;       /* 4096 a webhook */
    size_t lane_rows;         /* 1024 a vessel */
    /* Added to the wall clock: a test sets it forward and back. NULL: nothing. */
    _Atomic int64_t *wall_step_ms;
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

/* --- webhooks of our own (webhook.c) --- */

MUST_CHECK int webhook_copy(const struct conf_webhook *from, struct conf_webhook *ret_to);
void webhook_finish(struct conf_webhook *w);
void webhook_free_all(struct conf_webhook *webhooks, size_t count);
MUST_CHECK int webhook_copy_all(const struct conf_webhook *from, size_t count,
                                struct conf_webhook **ret_to);

/* --- the window and what is in it --- */

enum queued_state {
    QUEUED_WAITS,   /* in its group */
    QUEUED_BLOCKED, /* in its group: it is due, but not its lane's next */
    QUEUED_BUNDLED  /* in its bundle */
};
struct queued {
    struct queued *next;   /* in its lane, by outbox row */
    struct queued *mate;   /* the next in its group or bundle, by outbox row */
    struct lane *lane;     /* borrowed */
    struct group *group;   /* borrowed; not while it is bundled */
    struct bundle *bundle; /* borrowed; only while it is bundled */
    enum queued_state state;
    bool goes_alone; /* a bundle with it was refused */
    uint8_t severity;
    char id[HASH_ID_BYTES];
    int64_t outbox; /* its row */
    int64_t accepted_ms;
    int64_t begun_ms;         /* retry_for counts from then */
    int64_t due_ms;           /* while it waits: not before */
    int64_t requeued_wall_ms; /* when somebody put it back; 0: nobody did */
    uint64_t group_key;
    struct delivery_event event; /* its body */
    char body[];
};

struct lane {
    uint64_t key;
    struct queued *first; /* owned */
    struct queued *last;
    size_t count, critical_count;
    bool is_cut; /* later rows of it were left in the outbox */
};

struct group {
    struct agenda_node node; /* on the agenda while alerts wait; else perhaps idle */
    uint64_t key;
    bool is_idle;
    struct queued *first, *last; /* borrowed: what waits */
    size_t count;
    int64_t sent_ms; /* when a bundle of it was made last; 0 */
};

enum bundle_state {
    BUNDLE_PARTIAL,   /* it is on record, and its further alerts are still to be read */
    BUNDLE_RECORDING, /* new: it goes when it is on record */
    BUNDLE_READY,     /* it goes when it is due */
    BUNDLE_UNDER_WAY
};
struct bundle {
    struct agenda_node node; /* on the agenda unless it is under way */
    enum bundle_state state;
    struct queued *first, *last; /* borrowed */
    size_t count, bytes;
    int64_t number; /* on record: the row of the last alert */
    /* Its schedule. */
    uint32_t attempts;
    bool fails_by_outage;     /* its last failure ends with the outage */
    int64_t due_ms, tried_ms; /* tried: the last attempt of this run; 0 */
    int64_t failing_since_ms; /* 0: it has not failed */
    /* While it is recorded. */
    uint64_t record_mark;         /* it is on record when the store says so of this */
    struct bundle *next_recorded; /* in the hook's list */
    /* Its request. */
    struct hook *hook; /* borrowed */
    struct client_request request;
    char request_id[HASH_ID_BYTES];
    struct delivery_event *events; /* owned */
};

struct window {
    struct map alerts;  /* outbox row -> queued alert: all of them, owned */
    struct map lanes;   /* key -> lane, owned */
    struct map groups;  /* key -> group, owned */
    struct map bundles; /* number -> bundle, owned */
    struct map settled; /* rows before `high` that are settled, perhaps not yet on disk */
    struct agenda waiting; /* groups */
    struct agenda going;   /* bundles */
    struct heap idle;      /* groups without alerts, kept until their interval is over */
    size_t bytes;          /* of bodies */
    int64_t cursor;        /* rows up to here were looked at */
    int64_t high;          /* the highest row ever looked at */
    int64_t urgent_seen;   /* critical alerts up to this row were looked at */
    int64_t cut_from;      /* lowest row that was left behind; INT64_MAX */
    bool has_more;         /* the outbox has rows beyond the cursor */
    /* Set by the owner. */
    size_t rows_most, bytes_most, lane_most, bundle_most;
    bool is_ordered;
    struct conf_group group;
    int64_t critical_wait_ms, longest_wait_ms;
};
void window_init(struct window *w);
/* Drop all. */
void window_clear(struct window *w);
/* Read on from the cursor while there is room. ERR_* of the store. */
MUST_CHECK int window_load(struct window *w, struct store_reader *reader,
                           const char *webhook, const struct moment *now);
/* What is beyond the cursor and urgent. */
MUST_CHECK int window_load_urgent(struct window *w, struct store_reader *reader,
                                  const char *webhook, const struct moment *now);
/* Read again from `row` on; what was settled must be on disk. */
void window_rewind(struct window *w, int64_t row);
/* Is there something to read, and room for it? */
bool window_wants_more(const struct window *w);
/* A lane that was cut has room again: rewind to *ret_row. */
bool window_wants_rewind(const struct window *w, int64_t *ret_row);
/* The bundle to be sent next, due at *ret_due_ms. NULL: there is none, or, when
 * *ret_due_ms is no INT64_MAX, one is to be formed then; not unless `may_form`. */
struct bundle *window_next(struct window *w, int64_t now_ms, bool may_form,
                           int64_t *ret_due_ms);
/* It is under way until window_retry, window_remove or window_split_bundle. */
void window_take(struct window *w, struct bundle *b);
/* The attempt failed or was not made: again at due_ms. */
MUST_CHECK int window_retry(struct window *w, struct bundle *b);
/* Its alerts are delivered or dead. */
MUST_CHECK int window_remove(struct window *w, struct bundle *b);
/* It was refused: each of its alerts goes by itself. */
MUST_CHECK int window_split_bundle(struct window *w, struct bundle *b, int64_t now_ms);

/* --- queued alerts and their lanes (queued.c) --- */

/* In its lane, in no group or bundle. *ret_alert NULL: the lane is full, the row is left
 * behind. */
MUST_CHECK int queued_add(struct window *w, const struct store_pending *row,
                          const struct moment *now, struct queued **ret_alert);
/* Put back by somebody: its schedule begins anew. */
void queued_renew(struct queued *q, const struct store_pending *row,
                  const struct moment *now);
/* Into a list of mates, by outbox row. */
void queued_link_mate(struct queued *q, struct queued **first, struct queued **last);
/* It leaves the window; its lane may go, too. */
MUST_CHECK int queued_drop(struct window *w, struct queued *q);
/* Is it its lane's next, but for what is in this bundle (NULL: none)? */
bool queued_is_next(const struct queued *q, const struct bundle *b);
/* When it may go though it is not its lane's next: a critical alert waits at most
 * critical_wait_ms behind one that failed, and passes no critical one that has not failed
 * but in its bundle (NULL: none). INT64_MAX: when something wakes it. */
int64_t queued_passes_at(const struct window *w, const struct queued *q,
                         const struct bundle *b);

/* --- bundles (bundle.c) --- */

MUST_CHECK int bundle_create(enum bundle_state state, struct bundle **ret_bundle);
void bundle_destroy(struct bundle *b);
bool bundle_fits(const struct window *w, const struct bundle *b, const struct queued *q);
/* q is in no group. */
void bundle_join(struct bundle *b, struct queued *q);
/* Known by its number, and on the agenda; urgent when one of its lanes has a critical
 * alert. */
MUST_CHECK int bundle_enter(struct window *w, struct bundle *b);
void bundle_leave(struct window *w, struct bundle *b);
/* It is on the agenda: not before then, whatever its schedule says. */
void bundle_postpone(struct window *w, struct bundle *b, int64_t due_ms);
/* retry_for counts from the youngest: none is given up before its time. */
int64_t bundle_begun_ms(const struct bundle *b);
/* The bodies, and the id: with `group` a hash of the ids inside. */
MUST_CHECK int bundle_prepare(struct bundle *b, bool is_grouped);
/* The outage is over: what waits because of it waits no longer than least_ms after its
 * last attempt. */
void bundle_release_all(struct window *w, int64_t least_ms);

/* --- groups (group.c) --- */

/* By group_key.c. */
uint64_t group_key(const struct conf_group *conf, const struct store_pending *row);
MUST_CHECK int group_add(struct window *w, struct queued *q);
/* The bundle of the group that is due, new and not on record; NULL: nothing of it may go
 * yet, or memory is short. */
struct bundle *group_form(struct window *w, int64_t now_ms);
/* The lane's first critical alert that waits may pass what fails there. */
MUST_CHECK int group_wake_critical(struct window *w, const struct lane *lane);
/* The lane's first alert goes at once if it was blocked. */
MUST_CHECK int group_wake_first(struct window *w, const struct lane *lane);
/* It may go at due_ms. */
MUST_CHECK int group_wake(struct window *w, struct queued *q);
/* Nothing more can be read: no group waits for more alerts. */
MUST_CHECK int group_hasten_all(struct window *w);
void group_forget_idle(struct window *w, int64_t now_ms);

/* --- outcomes to the store (outcomes.c) --- */

struct outcomes {
    struct store *store;           /* borrowed */
    struct store_outcome *waiting; /* owned: not handed over yet */
    size_t count, capacity;
};
MUST_CHECK int outcomes_init(struct outcomes *o, struct store *store);
void outcomes_finish(struct outcomes *o);
/* For every alert of the bundle. */
void outcomes_add(struct outcomes *o, const struct bundle *b,
                  const struct store_outcome *outcome);
void outcomes_hand_over(struct outcomes *o);
/* Everything settled so far is on disk, as far as can be known soon. */
bool outcomes_are_settled(struct outcomes *o);

/* --- one webhook (hook.c) --- */

/* What the hooks share: the thread's. */
struct hook_site {
    uv_loop_t loop;
    pthread_mutex_t mutex; /* guards the list of hooks, their ids, states and counts */
    struct hook *hooks;    /* owned */
    struct client *client;
    struct store *store; /* borrowed */
    struct store_reader *reader;
    struct outcomes outcomes;
    struct delivery_tuning tuning;
    uint64_t random;
    bool is_stopping;
    void (*on_idle)(struct hook_site *site); /* a request has ended */
};

enum hook_state {
    HOOK_WORKS,
    HOOK_CHANGES, /* has another definition as soon as nothing is under way */
    HOOK_LEAVES,  /* is closed as soon as nothing is under way */
    HOOK_CLOSED
};
struct hook {
    struct hook_site *site; /* borrowed */
    struct hook *next;
    enum hook_state state;
    bool is_gone;                           /* 410 */
    bool is_unread;                         /* the outbox could not be read */
    struct conf_webhook conf;               /* owned */
    struct conf_webhook fresh;              /* owned: the definition it changes to */
    struct target target;                   /* owned */
    char target_fault[CLIENT_REASON_BYTES]; /* why target cannot be used; "" */
    uv_timer_t timer;
    struct window window;
    struct breaker breaker;
    struct bundle *recording; /* bundles that go when they are on record */
    uint32_t recording_count, under_way;
    int64_t rewind_to; /* as soon as what is settled is on disk; 0: no need */
    struct delivery_counts counts;
};

MUST_CHECK int hook_create(struct hook_site *site, const struct conf_webhook *conf,
                           struct hook **ret_hook);
/* Another definition, or none (NULL): taken once what is under way has ended. */
MUST_CHECK int hook_change(struct hook *h, const struct conf_webhook *conf);
/* The outbox may have changed: look for what is new, and send what is due. */
void hook_wake(struct hook *h);
/* A reload: what was 410 may be tried again. */
void hook_lift(struct hook *h);
/* Look at the outbox from its beginning. */
void hook_rewind(struct hook *h);
/* Ends everything; the memory goes with the last handle. */
void hook_close(struct hook *h);
/* By its id, unless it is closed; NULL. */
struct hook *hook_find(const struct hook_site *site, const char *id);

/* --- bundles that are put on record before they go (hook_record.c) --- */

/* A bundle more may be formed: not while the webhook has enough to do; a dead one gets
 * one only when no other can be the probe. */
bool hook_record_has_room(const struct hook *h, int64_t now_ms);
/* It goes when it is on record, or after a while all the same. */
void hook_record_begin(struct hook *h, struct bundle *b, const struct moment *now);
/* What is on record by now goes by its schedule. */
void hook_record_look(struct hook *h);
/* It goes; perhaps nobody knows yet whether it is on record. */
void hook_record_end(struct hook *h, struct bundle *b);

#endif
