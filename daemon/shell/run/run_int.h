/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's parts, for the files that make up run. */
#ifndef LOOKOUT_RUN_INT_H
#define LOOKOUT_RUN_INT_H

#include <uv.h>

#include "lookout/api/api.h"
#include "lookout/conf/conf.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/feed.h"
#include "lookout/run/pipeline.h"
#include "lookout/run/run.h"
#include "lookout/run/wake.h"
#include "lookout/store/store.h"

struct run {
    const struct run_options *options; /* borrowed */
    struct conf *conf;                 /* owned */
    struct pipeline pipeline;
    struct store *store;         /* owned */
    struct store_reader *reader; /* owned: counts for metrics and for --once */
    struct delivery *delivery;   /* owned */
    struct wake wake;            /* what the store's commits wake: the delivery */
    struct feeds *feeds;         /* owned until closed */
    struct api *api;             /* owned until closed */
    uv_loop_t loop;
    uv_timer_t tick; /* event time, commits, watchdog */
    uv_signal_t on_term, on_int, on_hup;
    int64_t started_ms, committed_ms, pruned_ms, swept_ms, beat_ms;
    int64_t reloaded_ms;
    bool is_reload_good;
    bool is_live;   /* the feeds are live ones */
    bool is_paused; /* the store is behind */
    bool is_ended;  /* the recordings are through */
    bool is_stopping;
    bool is_api_closing; /* the old one, by a reload; then the new one is opened */
    int rc;              /* what run_daemon returns */
};

/* Whether a configuration listens to live feeds; if not, it reads recordings. */
bool run_is_live(const struct conf *conf);
/* run_reload.c: SIGHUP. A bad file is refused whole and the old goes on. */
void run_reload(struct run *r);
/* run_metrics.c: opens the API where the configuration in force says, to be asked by it.
 */
int run_open_api(struct run *r, struct err *err);
/* Begin to end; run_daemon will return rc. */
void run_stop(struct run *r, int rc);

#endif
