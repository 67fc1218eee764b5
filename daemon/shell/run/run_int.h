/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's parts, for the files of run.
 *
 * Circle: run*: run.c owns the parts and starts them; each part that fails or has alerts
 * of its own calls run_fail or run_commit. */
#ifndef LOOKOUT_RUN_INT_H
#define LOOKOUT_RUN_INT_H

#include <stdatomic.h>
#include <uv.h>

#include "lookout/api/api.h"
#include "lookout/conf/conf.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/feed.h"
#include "lookout/relay/relay.h"
#include "lookout/run/pipeline.h"
#include "lookout/run/run.h"
#include "lookout/run/status.h"
#include "lookout/run/wake.h"
#include "lookout/store/store.h"
#include "watchdog.h"

/* A reload: a worker reads the file and creates a new engine. The loop lets it take over
 * ship by ship and puts it in force at a commit. Then a worker frees the old engine. */
enum reload_phase { RELOAD_NONE, RELOAD_READING, RELOAD_FOLLOWING, RELOAD_FREEING };
struct reload {
    enum reload_phase phase;
    bool is_wanted;        /* SIGHUP came and is not handled yet */
    bool is_lists_wanted;  /* lists were read anew; nothing else is */
    bool is_of_lists;      /* so is the reload under way */
    uint64_t wanted_ms;    /* the loop's time of the first such signal */
    uv_timer_t timer;      /* waits for the end of a burst */
    uv_idle_t step;        /* while FOLLOWING */
    uv_work_t work;        /* while READING and FREEING */
    atomic_bool is_ended;  /* the daemon stops: the worker skips long work */
    struct conf *conf;     /* owned: the new one, then the old one to be freed */
    struct engine *engine; /* owned: likewise */
    struct err err;
    int rc;
};

/* The longest turns of the loop in this minute and the one before. */
struct run_turns {
    uint64_t at_ns, idle_ns; /* at the last turn's end */
    uint64_t longest_ns[2];
    uint64_t minute;
};

/* How near the vessels are to their limit, as it was told. */
enum run_limit { LIMIT_FAR, LIMIT_NEAR, LIMIT_REACHED, LIMIT_SECOND };

/* What is known of the wall clock beside the monotonic one. */
struct run_clock {
    int64_t steady_ms;  /* the monotonic clock at the last look */
    int64_t offset_ms;  /* wall less monotonic then */
    int64_t step_ms;    /* the last step, ahead or back (negative); 0: none */
    int64_t stepped_ms; /* the wall clock behind it */
    int64_t settled_ms; /* event time has moved again when it is here; of recordings, the
                           monotonic clock */
};

struct run {
    const struct run_options *options; /* borrowed */
    struct conf *conf;                 /* owned */
    struct pipeline pipeline;
    struct store *store;         /* owned */
    struct store_reader *reader; /* owned: counts for metrics and for --once */
    struct delivery *delivery;   /* owned */
    struct wake wake;            /* woken by the store's commits: the delivery */
    struct feeds *feeds;         /* owned until closed */
    struct relays *relays;       /* owned */
    struct api *api;             /* owned until closed */
    struct api *local;           /* the same, on the socket in the state directory */
    struct status_rate *rates;   /* owned: of the feeds */
    size_t rate_count;
    uint64_t rated_ms; /* of the loop's time */
    uv_loop_t loop;
    uv_timer_t tick; /* event time, commits, watchdog */
    uv_signal_t on_term, on_int, on_hup;
    uv_prepare_t turn; /* once in each turn of the loop: its busy time */
    struct run_turns turns;
    struct run_clock clock;
    int64_t started_ms;                        /* of the wall clock */
    int64_t committed_ms, pruned_ms, swept_ms; /* of the monotonic one */
    int64_t commit_wait_ms; /* from one commit to the next; 0: nothing was stored yet */
    uint64_t ended_ms;      /* of the loop's time: since is_ended */
    uint64_t dead_before;   /* deliveries that were given up before the start */
    struct watchdog watchdog;
    struct reload reload;
    struct water_maker *water;     /* owned: makes distances; NULL: all are made */
    struct run_lists *lists;       /* owned: refreshing them */
    struct run_listings *listings; /* owned: telling what they change */
    int64_t reloaded_ms;
    enum run_limit limit_told;
    uint64_t forgotten_told; /* vessels, of which the log knows */
    bool is_displaced;       /* the state directory or its lock was removed */
    bool is_unreadable;      /* the database cannot be read */
    uint64_t replaced_told;  /* databases that gave way to new ones */
    uint64_t looked_ms;      /* at these three, of the loop's time */
    bool is_reload_good;
    bool is_live;   /* the feeds are live ones */
    bool is_paused; /* the store is behind */
    bool is_ended;  /* the recordings are through */
    bool is_stopping;
    bool is_api_closing; /* by a reload: the old one closes, then the new opens */
    int rc;              /* the result of run_daemon */
};

/* Whether a configuration listens to live feeds; if not, it reads recordings. */
bool run_is_live(const struct conf *conf);
/* run_reload.c: SIGHUP. A burst of signals is one reload; a bad file is refused as a
 * whole and the old configuration stays. */
void run_reload_init(struct run *r);
void run_reload_ask(struct run *r);
/* Lists of the configuration in force have new content on offer. */
void run_reload_ask_lists(struct run *r);
/* The daemon stops: abandon the reload under way. */
void run_reload_stop(struct run *r);

/* run_lists.c: lists are looked at as often as their `refresh` says, those of the
 * configuration in force. False: out of memory. */
bool run_lists_init(struct run *r);
void run_lists_follow(struct run *r);
void run_lists_stop(struct run *r);
void run_lists_finish(struct run *r);
/* run_listings.c: the versions of lists go on record, and the ships that they add or drop
 * are told: against what is on record, or against the lists before a reload. */
bool run_listings_init(struct run *r);
MUST_CHECK int run_listings_begin(struct run *r);
void run_listings_compare(struct run *r, const struct watch *before);
void run_listings_finish(struct run *r);
/* run_water.c: the distances over water that are not made yet. */
void run_water_look(struct run *r);
size_t run_water_left(const struct run *r);
void run_water_stop(struct run *r);
/* run_mutes.c: the mutes that people added go from the record into the engine, and the
 * streams are told. */
MUST_CHECK int run_mutes_load(struct run *r);
void run_mutes_changed(void *context);
/* run_api.c: opens the API at the address of the configuration. */
int run_api_open(struct run *r, struct err *err);
/* Open the socket, which is a convenience: a failure is only logged. */
void run_api_open_local(struct run *r);
/* run_relay.c: the relays of the configuration in force. */
MUST_CHECK int run_relay_open(struct run *r, struct err *err);
MUST_CHECK int run_relay_follow(struct run *r, struct err *err);
void run_relay_stop(struct run *r);
MUST_CHECK int run_relay_metrics(const struct run *r, struct buf *out);
/* run_metrics.c: the answers to the monitoring paths. */
struct api_sink run_metrics_sink(struct run *r);
/* Lines a second of each feed, looked at every few seconds. */
void run_metrics_rate(struct run *r);
/* Feed all waiting reports to the engine. */
void run_drain(struct run *r);
/* A cut of all that is known goes to the store. */
void run_commit(struct run *r);
/* run_trouble.c: something is wrong with the daemon itself: the log and every webhook
 * hear of it. `what` is a word of the alert's schema. */
void run_trouble(struct run *r, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Ships come to be forgotten, or are. */
void run_trouble_limits(struct run *r);
/* The database, every few seconds: was it removed, replaced, can it be read? */
void run_trouble_database(struct run *r);
/* It cannot go on: says why and ends. */
void run_fail(struct run *r, const char *what, int rc);
/* Hand on and commit an alert of the run's own, unless its making gave an error. */
void run_alert(struct run *r, int rc, struct alert *alert);
/* Begin to stop; run_daemon will return rc. */
void run_stop(struct run *r, int rc);

/* run_clock.c: the first look at the clocks. */
void run_clock_begin(struct run *r);
/* Read the clocks into clock.steady_ms and pipeline.clock_ms. A step of the wall clock is
 * told, and event time goes on from there. */
void run_clock_look(struct run *r);
/* After loading: what is stored ahead of the clock is cut to it, which is told; what is
 * behind it is time in which the daemon was down. */
void run_clock_resume(struct run *r);
/* Event time has moved again since the last step, if there was one. */
bool run_clock_is_settled(const struct run *r);

/* run_watchdog.c: each tick. */
void run_watchdog_look(struct run *r);

/* run_signal.c: until the loop watches the signals, SIGTERM and SIGINT end the process
 * with 0. Whether SIGHUP came meanwhile. */
void run_signal_begin(void);
bool run_signal_has_hup(void);

/* run_process.c: append process_cpu_seconds_total and the like. ERR_NOMEM. */
MUST_CHECK int run_process_metrics(struct buf *out);

#endif
