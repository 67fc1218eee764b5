/* SPDX-License-Identifier: Apache-2.0 */
/* Applies the rules of a configuration to recordings, as fast as possible. */
#ifndef LOOKOUT_REPLAY_H
#define LOOKOUT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/input.h"
#include "lookout/base/err.h"

/* All texts are borrowed. */
struct replay_options {
    const char *file;         /* the configuration; its feeds are not opened */
    const char *alerts_file;  /* NULL: stdout */
    const char *summary_file; /* the closing summary as one event; NULL: not written */
    const char *state;  /* directory to fill, "" for that of the configuration; NULL:
                           nothing is kept */
    bool is_delivering; /* post the alerts, and wait until all are settled */
    int64_t start_ms;   /* TIME_NONE: the recordings have times of their own */
    enum input_format format;
    const char *columns; /* as struct input_conf takes it; NULL */
    char *const *inputs;
    size_t input_count;
};

/* Prints alerts as JSON lines, and a summary and failures to stderr. 0; ERR_INVALID: the
 * configuration is faulty or the options do not go with the inputs; any other code: it
 * failed. */
MUST_CHECK int replay_run(const struct replay_options *options);

#endif
