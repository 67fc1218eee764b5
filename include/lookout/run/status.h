/* SPDX-License-Identifier: Apache-2.0 */
/* The status for people and for monitors: problems, feeds, vessels, webhooks and the
 * database; of a running daemon, or of the data that it left on disk. */
#ifndef LOOKOUT_STATUS_H
#define LOOKOUT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/conf/conf.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/feed.h"
#include "lookout/store/store.h"

/* The socket in the state directory through which a running daemon is asked. */
#define STATUS_SOCKET "lookoutd.sock"

/* A feed's lines a second, by two looks some seconds apart. */
struct status_rate {
    uint64_t lines;
    double lines_per_s;
};

/* All borrowed; NULL: not known, as when no daemon runs. */
struct status_source {
    const struct conf *conf; /* feeds and webhooks; NULL: those of the database */
    struct store_reader *reader;
    const struct engine *engine;
    const struct merge *merge;
    const struct feeds *feeds; /* NULL: the daemon is not running */
    const struct status_rate *rates;
    size_t rate_count;
    struct delivery *delivery;
    struct store *store;
    bool is_displaced, is_unreadable; /* the state directory; the database */
    bool is_reload_refused;
    int64_t clock_step_ms; /* the clock was set, ahead or back (negative), and event time
                              has not moved on since; 0: no */
    int64_t clock_stepped_ms;   /* to then */
    int64_t started_ms, now_ms; /* clock */
};

/* One line for each problem, the worst first; nothing when all is well. ERR_NOMEM */
MUST_CHECK int status_problems(const struct status_source *s, struct buf *out);
/* How far a clock was set, for people: without a sign, and without jitter. */
int64_t status_clock_step(int64_t step_ms);
/* All of it as one JSON object, problems first. ERR_NOMEM */
MUST_CHECK int status_json(const struct status_source *s, struct buf *out);

#endif
