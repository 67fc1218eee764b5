/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the delivery thread. The words used here:
 *
 *   hook          one webhook at work: its window, its breaker and its requests
 *   queued alert  a pending row of the outbox that was read into memory
 *   window        the part of a webhook's outbox that is held in memory; it is bounded
 *   lane          the queued alerts that must be sent in order: those of one vessel. With
 *                 `order: none` each queued alert has its own lane
 *   group         the waiting alerts that one request may carry: those that share the
 *                 values named by the webhook's `group`; without `group`, those of one
 * lane bundle        the queued alerts of one request: one alert, or several with
 * `group`. A bundle is formed before its first attempt. It stays together, also over
 *                 restarts, until it is delivered, given up or split. It holds the
 *                 schedule: the attempts made and the time of the next one
 *   agenda        groups, or bundles, in the order in which they may be sent; urgent
 * first urgent        the alert is critical, or a critical alert of its lane waits for it
 *   breaker       stops the requests to a dead receiver, except one probe at a time
 *   outcome       the result of one delivery, to be written to the store
 *
 * Times that end in _ms are those of the monotonic clock, which nobody sets. Times of the
 * wall clock end in _wall_ms. */
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

/* Values that tests change; 0 stands for the product's value. */
struct delivery_tuning {
    struct client_options client;
    int64_t critical_wait_ms; /* 60 s */
    int64_t poll_ms;          /* 1 s: how often `redeliver` is looked for */
    size_t window_rows;       /* 4096 a webhook */
    size_t lane_rows;         /* 1024 a vessel */
    /* A test's offset, added to the wall clock. NULL: none. */
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
/* Initialise libcurl; only the first call of the process does it. */
MUST_CHECK int delivery_init_curl(void);

/* --- the window and what is in it --- */

enum queued_state {
    QUEUED_WAITS,   /* it waits in its group */
    QUEUED_BLOCKED, /* it is due, but an earlier one is not sent */
    QUEUED_BUNDLED  /* it is in its bundle */
};
struct queued {
    struct queued *next;   /* the next of its lane, by outbox row */
    struct queued *mate;   /* the next of its group or bundle */
    struct lane *lane;     /* borrowed */
    struct group *group;   /* borrowed; NULL in a bundle */
    struct bundle *bundle; /* borrowed; NULL outside a bundle */
    enum queued_state state;
    bool goes_alone; /* the receiver refused its bundle */
    uint8_t severity;
    char id[HASH_ID_BYTES];
    int64_t outbox; /* the row of the outbox */
    int64_t accepted_ms;
    int64_t begun_ms;         /* retry_for counts from here */
    int64_t due_ms;           /* it is not sent before */
    int64_t requeued_wall_ms; /* time of `redeliver`; 0: never */
    uint64_t group_key;
    struct delivery_event event; /* borrowed: `body` below */
    char body[];
};

struct lane {
    uint64_t key;
    struct queued *first; /* owned */
    struct queued *last;
    size_t count, critical_count;
    bool is_cut; /* its later rows stay in the outbox */
};

struct group {
    struct agenda_node node; /* on the agenda while alerts wait */
    uint64_t key;
    bool is_idle;
    struct queued *first, *last; /* borrowed: the waiting alerts */
    size_t count;
    int64_t sent_ms; /* time of its last bundle; 0: none */
};

enum bundle_state {
    BUNDLE_PARTIAL,   /* stored earlier; not all its alerts are read */
    BUNDLE_RECORDING, /* new; it is sent once it is stored */
    BUNDLE_READY,     /* it is sent when it is due */
    BUNDLE_UNDER_WAY  /* its request is under way */
};
struct bundle {
    struct agenda_node node; /* on the agenda unless under way */
    enum bundle_state state;
    struct queued *first, *last; /* borrowed */
    size_t count, bytes;
    int64_t number; /* in the store: the row of its last alert */
    /* The schedule. */
    uint32_t attempts;
    bool fails_by_outage;     /* an outage made the last attempt fail */
    int64_t due_ms, tried_ms; /* tried: last attempt of this run; 0 */
    int64_t failing_since_ms; /* 0: it has not failed */
    /* While the bundle is written to the store. */
    uint64_t record_mark;         /* stored when this mark is durable */
    struct bundle *next_recorded; /* the next of the hook's list */
    /* The request. */
    struct hook *hook; /* borrowed */
    struct client_request request;
    char request_id[HASH_ID_BYTES];
    struct delivery_event *events; /* owned */
};

struct window {
    struct map alerts;  /* outbox row -> queued alert, owned */
    struct map lanes;   /* key -> lane, owned */
    struct map groups;  /* key -> group, owned */
    struct map bundles; /* number -> bundle, owned */
    /* Rows below `high` with an outcome that may not be on disk yet. */
    struct map settled;
    struct agenda waiting; /* groups */
    struct agenda going;   /* bundles */
    struct heap idle;      /* empty groups, until their interval ends */
    size_t bytes;          /* of bodies */
    int64_t cursor;        /* rows up to here were read */
    int64_t high;          /* the highest row ever read */
    int64_t urgent_seen;   /* critical rows up to here were read */
    int64_t cut_from;      /* lowest row left unread; INT64_MAX: none */
    bool has_more;         /* the outbox has rows beyond the cursor */
    /* Set by the owner. */
    size_t rows_most, bytes_most, lane_most, bundle_most;
    bool is_ordered;
    struct conf_group group;
    int64_t critical_wait_ms, longest_wait_ms;
};
void window_init(struct window *w);
/* Free the contents; the window is empty and usable again. */
void window_clear(struct window *w);
/* Read rows from the cursor on while there is room. Returns errors of the store. */
MUST_CHECK int window_load(struct window *w, struct store_reader *reader,
                           const char *webhook, const struct moment *now);
/* Read the urgent rows beyond the cursor. */
MUST_CHECK int window_load_urgent(struct window *w, struct store_reader *reader,
                                  const char *webhook, const struct moment *now);
/* Read again from `row` on. All outcomes must be on disk. */
void window_rewind(struct window *w, int64_t row);
/* Whether there are rows to read and room for them. */
bool window_wants_more(const struct window *w);
/* Whether a cut lane has room again; the caller then rewinds to *ret_row. */
bool window_wants_rewind(const struct window *w, int64_t *ret_row);
/* The bundle to be sent next, due at *ret_due_ms. NULL with INT64_MAX: there is none.
 * NULL with another time: a bundle is to be formed then; this needs `may_form`. */
struct bundle *window_next(struct window *w, int64_t now_ms, bool may_form,
                           int64_t *ret_due_ms);
/* Mark the bundle as under way, until window_retry, window_remove or window_split_bundle.
 */
void window_take(struct window *w, struct bundle *b);
/* The attempt failed or was not made; the bundle is due again at its due_ms. */
MUST_CHECK int window_retry(struct window *w, struct bundle *b);
/* The bundle's alerts are delivered or given up. */
MUST_CHECK int window_remove(struct window *w, struct bundle *b);
/* The receiver refused the bundle: each of its alerts is sent by itself. */
MUST_CHECK int window_split_bundle(struct window *w, struct bundle *b, int64_t now_ms);

/* --- queued alerts and their lanes (queued.c) --- */

/* Add the alert of a row to its lane; it is in no group and no bundle yet. *ret_alert is
 * NULL when the lane is full: the row stays in the outbox. */
MUST_CHECK int queued_add(struct window *w, const struct store_pending *row,
                          const struct moment *now, struct queued **ret_alert);
/* `redeliver` put the alert back: its schedule begins again. */
void queued_renew(struct queued *q, const struct store_pending *row,
                  const struct moment *now);
/* Insert into the list of a group or bundle, in the order of outbox rows. */
void queued_link_mate(struct queued *q, struct queued **first, struct queued **last);
/* Remove the alert from the window, and its lane when that is empty. */
MUST_CHECK int queued_drop(struct window *w, struct queued *q);
/* Whether the alerts before it in its lane are all in bundle b (NULL: there are none). */
bool queued_is_next(const struct queued *q, const struct bundle *b);
/* When the alert may be sent before earlier ones of its lane. A critical alert waits at
 * most critical_wait_ms behind an alert that failed. It does not pass a critical alert
 * that has not failed, except those in bundle b (NULL: none). INT64_MAX: another event
 * wakes its group. */
int64_t queued_passes_at(const struct window *w, const struct queued *q,
                         const struct bundle *b);

/* --- bundles (bundle.c) --- */

MUST_CHECK int bundle_create(enum bundle_state state, struct bundle **ret_bundle);
void bundle_destroy(struct bundle *b);
bool bundle_fits(const struct window *w, const struct bundle *b, const struct queued *q);
/* Add q, which is in no group, to the bundle. */
void bundle_join(struct bundle *b, struct queued *q);
/* Register the bundle by its number and put it on the agenda: as urgent when one of its
 * lanes has a critical alert. */
MUST_CHECK int bundle_enter(struct window *w, struct bundle *b);
void bundle_leave(struct window *w, struct bundle *b);
/* Move a bundle of the agenda to due_ms, whatever its schedule says. */
void bundle_postpone(struct window *w, struct bundle *b, int64_t due_ms);
/* The time from which retry_for counts: that of the youngest alert, so that no alert is
 * given up too early. */
int64_t bundle_begun_ms(const struct bundle *b);
/* Set the request's bodies and its id; with `group` the id is a hash of the alerts' ids.
 */
MUST_CHECK int bundle_prepare(struct bundle *b, bool is_grouped);
/* The outage is over: a bundle that waits because of it is due at most least_ms after its
 * last attempt. */
void bundle_release_all(struct window *w, int64_t least_ms);

/* --- groups (group.c) --- */

/* The key of an alert's group (group_key.c). */
uint64_t group_key(const struct conf_group *conf, const struct store_pending *row);
MUST_CHECK int group_add(struct window *w, struct queued *q);
/* Form a new bundle, not stored yet, from the group that is due. NULL: none of its alerts
 * may be sent yet, or memory is short. */
struct bundle *group_form(struct window *w, int64_t now_ms);
/* Schedule the lane's first waiting critical alert, which may pass a failing one. */
MUST_CHECK int group_wake_critical(struct window *w, const struct lane *lane);
/* Schedule the lane's first alert now if it was blocked. */
MUST_CHECK int group_wake_first(struct window *w, const struct lane *lane);
/* Schedule the alert's group for the alert's due_ms. */
MUST_CHECK int group_wake(struct window *w, struct queued *q);
/* No more rows can be read, so no group waits for more alerts: schedule all. */
MUST_CHECK int group_hasten_all(struct window *w);
void group_forget_idle(struct window *w, int64_t now_ms);

/* --- outcomes to the store (outcomes.c) --- */

struct outcomes {
    struct store *store;           /* borrowed */
    struct store_outcome *waiting; /* owned: not in the store yet */
    size_t count, capacity;
};
MUST_CHECK int outcomes_init(struct outcomes *o, struct store *store);
void outcomes_finish(struct outcomes *o);
/* Add the outcome of each alert of the bundle. */
void outcomes_add(struct outcomes *o, const struct bundle *b,
                  const struct store_outcome *outcome);
void outcomes_hand_over(struct outcomes *o);
/* Whether all outcomes so far are on disk; waits some milliseconds for it. */
bool outcomes_are_settled(struct outcomes *o);

/* --- one webhook (hook.c) --- */

/* The state of the thread that the hooks share. */
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
    void (*on_idle)(struct hook_site *site); /* a request ended */
};

enum hook_state {
    HOOK_WORKS,
    HOOK_CHANGES, /* takes `fresh` when no request is under way */
    HOOK_LEAVES,  /* closes when no request is under way */
    HOOK_CLOSED
};
struct hook {
    struct hook_site *site; /* borrowed */
    struct hook *next;
    enum hook_state state;
    bool is_gone;                           /* it answered 410 */
    bool is_unread;                         /* reading the outbox failed */
    struct conf_webhook conf;               /* owned */
    struct conf_webhook fresh;              /* owned: the next definition */
    struct target target;                   /* owned */
    char target_fault[CLIENT_REASON_BYTES]; /* why the URL is unusable; "" */
    uv_timer_t timer;
    struct window window;
    struct breaker breaker;
    struct bundle *recording; /* bundles being written to the store */
    uint32_t recording_count, under_way;
    int64_t rewind_to; /* once all outcomes are on disk; 0: no */
    struct delivery_counts counts;
};

MUST_CHECK int hook_create(struct hook_site *site, const struct conf_webhook *conf,
                           struct hook **ret_hook);
/* Give the hook another definition, or none (NULL). It takes effect when no request is
 * under way. */
MUST_CHECK int hook_change(struct hook *h, const struct conf_webhook *conf);
/* The outbox may have changed: read new rows and send the due bundles. */
void hook_wake(struct hook *h);
/* A reload lifts the switch-off after 410. */
void hook_lift(struct hook *h);
/* Read the outbox again from its beginning. */
void hook_rewind(struct hook *h);
/* Cancel all requests; the memory is freed when the timer is closed. */
void hook_close(struct hook *h);
/* The hook with that id that is not closed; NULL: none. */
struct hook *hook_find(const struct hook_site *site, const char *id);

/* --- bundles are stored before they are sent (hook_record.c) --- */

/* Whether another bundle may be formed: not while the webhook has enough requests, and
 * for a dead receiver only when no other bundle can be the probe. */
bool hook_record_has_room(const struct hook *h, int64_t now_ms);
/* Write the bundle to the store. It is sent once it is stored, or after 2 s anyway. */
void hook_record_begin(struct hook *h, struct bundle *b, const struct moment *now);
/* Bundles that are stored by now follow their schedule. */
void hook_record_look(struct hook *h);
/* The bundle is sent now, whether or not it is known to be stored. */
void hook_record_end(struct hook *h, struct bundle *b);

#endif
