/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a replay, for its files. */
#ifndef LOOKOUT_REPLAY_INT_H
#define LOOKOUT_REPLAY_INT_H

#include "lookout/ais/input.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/reader.h"
#include "lookout/run/pipeline.h"
#include "lookout/run/replay.h"
#include "lookout/run/wake.h"
#include "tally_int.h"

/* One recording. */
struct replay_source {
    const char *name;
    struct reader *reader; /* owned */
    struct input *input;   /* owned */
    uint16_t index;
    bool is_ended;
};

struct replay {
    const struct replay_options *options; /* borrowed */
    struct conf *conf;
    struct pipeline pipeline;
    struct tally tally;
    struct store *store;
    struct delivery *delivery;
    struct wake wake; /* woken by the store's commits: the delivery */
    char scratch[64]; /* directory of the outbox when only --deliver is given; "" */
    struct replay_source *sources;
    size_t source_count;
    size_t damaged; /* inputs that ended in an error */
};

/* replay_summary.c: prints to stderr how many lines were used or refused, alerts per day
 * for each rule, and the vessels with the most alerts. */
void replay_summary(const struct replay *r);
/* Show the progress on a terminal. */
void replay_summary_progress(const struct replay *r, bool is_last);

#endif
