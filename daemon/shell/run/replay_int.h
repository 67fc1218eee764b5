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

/* The first of what was refused for one reason. */
struct replay_refused {
    bool is_noted;
    uint64_t line, column; /* 0: not known */
    char example[64];      /* its beginning; "" */
};

/* Of so many steps of a recording's clock the summary tells each. */
enum { REPLAY_STEPS = 16 };

/* One recording. */
struct replay_source {
    const char *name;
    struct reader *reader;     /* owned */
    struct input *input;       /* owned */
    struct pipeline *pipeline; /* borrowed: where its reports go */
    uint16_t index;
    bool is_ended;
    struct replay_refused refused[INPUT_REJECTS];
    struct merge_step steps[REPLAY_STEPS]; /* the first ones */
    uint64_t step_count;
    uint64_t righted; /* reports whose times were put right */
};

struct json_t;

struct replay {
    const struct replay_options *options; /* borrowed */
    struct conf *conf;
    struct pipeline pipeline;
    struct water_maker *water; /* owned: makes the distances while reports go by */
    struct tally tally;
    struct store *store;
    struct delivery *delivery;
    struct wake wake; /* woken by the store's commits: the delivery */
    char scratch[64]; /* directory of the outbox when only --deliver is given; "" */
    struct replay_source *sources;
    size_t source_count;
    size_t damaged; /* inputs that ended in an error */
};

/* replay_summary.c: every line accounted for, alerts a day by rule, the noisiest vessels;
 * to stderr. */
void replay_summary(const struct json_t *facts);
/* How far it is, on a terminal. */
void replay_summary_progress(const struct replay *r, bool is_last);

#endif
