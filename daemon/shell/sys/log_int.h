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

/* Whether the line with this key may be written at now_ms. *ret_left_out: the number of
 * such lines that were left out since the last one. When the table is full, the key
 * written longest ago is forgotten. */
bool log_repeat_may(struct log_repeats *repeats, uint64_t key, int64_t now_ms,
                    uint64_t *ret_left_out);

/* log_journal.c. All borrowed. */
struct log_about;
struct log_line {
    int priority; /* syslog(3) */
    const char *group, *identity, *message;
    const struct log_about *about; /* NULL */
};
/* False: journald did not take it. */
bool log_journal_send(const struct log_line *line);
/* For tests: another socket than journald's. */
void log_journal_use(const char *path);

#endif
