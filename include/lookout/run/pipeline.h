/* SPDX-License-Identifier: Apache-2.0 */
/* From the merge through the engine to the store and a stream of alerts: the code that
 * `run` and `replay` share. One commit is one consistent cut of the engine and the feeds.
 */
#ifndef LOOKOUT_PIPELINE_H
#define LOOKOUT_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lookout/ais/merge.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"
#include "lookout/feed/feed.h"
#include "lookout/store/store.h"

struct pipeline {
    struct conf *conf;         /* borrowed; its engine part moves into the engine */
    struct engine *engine;     /* owned */
    struct merge *merge;       /* owned */
    struct store *store;       /* borrowed; NULL: nothing is kept */
    struct feeds *feeds;       /* borrowed; NULL: no resume records */
    struct store_batch *batch; /* owned */
    FILE *alerts;              /* borrowed; NULL: not printed */
    bool is_history;           /* alerts are marked, not delivered */
    bool has_alerts;           /* in the batch */
    uint64_t mark;             /* of a commit whose feeds' records are being stored */
    bool is_marked;
    int64_t clock_ms; /* set by the caller before it drains */
    int (*on_alert)(void *context, const struct alert *alert);     /* NULL: none */
    int (*on_call)(void *context, const struct engine_call *call); /* NULL: none */
    /* The engine has taken in that report; NULL: none. */
    void (*on_report)(void *context, const struct report *report);
    /* A recording's clock made a step, which the engine has followed; NULL: none. */
    void (*on_step)(void *context, const struct merge_step *step);
    void *context;
    int64_t first_ms; /* event time of the first report; TIME_NONE. A step of its clock
                         moves it: what lies between is no time that passed */
    uint16_t first_source;
    int rc; /* the first failure, which stops everything */
};

/* Takes over conf->engine. */
MUST_CHECK int pipeline_init(struct pipeline *p, struct conf *conf, struct err *err);
void pipeline_finish(struct pipeline *p);
/* The sink for an engine that will replace p's. */
struct engine_sink pipeline_sink(struct pipeline *p);
/* Load the stored vessels and time. *ret_refused: rows that could not be read. */
MUST_CHECK int pipeline_load(struct pipeline *p, const char *directory,
                             size_t *ret_refused, struct err *err);
/* Feed all reports that the merge lets pass to the engine; then time moves on as far as
 * it may. */
MUST_CHECK int pipeline_drain(struct pipeline *p);
/* Hand the batch to the store as one cut. `all`: rows of all vessels. No effect without a
 * store. */
MUST_CHECK int pipeline_commit(struct pipeline *p, bool all);
/* Store an alert of the shell itself, for every webhook. Takes it over. */
MUST_CHECK int pipeline_alert(struct pipeline *p, struct alert *alert);

/* A step in words: at most so many bytes. */
#define PIPELINE_STEP_BYTES 400
void pipeline_say_step(const struct merge_step *step, char *ret_text, size_t room);

#endif
