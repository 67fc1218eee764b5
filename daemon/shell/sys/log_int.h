/* SPDX-License-Identifier: Apache-2.0 */
/* The rate limit of repeated log lines, apart from the clock so that it can be tested. */
#ifndef LOOKOUT_LOG_INT_H
#define LOOKOUT_LOG_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_REPEATS = 256, LOG_REPEAT_INTERVAL_MS = 60000 };

struct log_repeat {
    uint64_t key; /* hash of group, identity, key */
    int64_t written_ms;
    uint64_t left_out;
    bool is_used;
};

struct log_repeats {
    struct log_repeat entries[LOG_REPEATS];
};

/* May the line with this key be written at now_ms? *ret_left_out: how many of it were not
 * since the last that was. When the table is full the one written longest ago is
 * forgotten. */
bool log_repeat_may(struct log_repeats *repeats, uint64_t key, int64_t now_ms,
                    uint64_t *ret_left_out);

#endif
