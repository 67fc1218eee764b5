/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: one loop for feeds, engine and API; the store and the delivery have threads
 * of their own. */
#ifndef LOOKOUT_RUN_H
#define LOOKOUT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct run_options {
    const char *file; /* the configuration; borrowed */
    bool is_once;     /* end when the recordings are through and their alerts settled */
    int64_t wait_ms;  /* with is_once: time limit of the deliveries */
};

/* Run the daemon until a signal ends it. Failures are logged. 0; ERR_INVALID: the
 * configuration is faulty; any other code: it failed. */
MUST_CHECK int run_daemon(const struct run_options *options);

#endif
