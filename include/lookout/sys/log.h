/* SPDX-License-Identifier: Apache-2.0 */
/* The shell's log: one line to stderr, "<N>" priority prefix under systemd, "level:
 * group: sentence key=value" otherwise. Never a secret. Thread-safe. */
#ifndef LOOKOUT_LOG_H
#define LOOKOUT_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

void log_set_level(enum log_level level);
/* group: "feed", "store", "delivery", ...; identity: feed id, webhook id, or NULL. */
void log_write(enum log_level level, const char *group, const char *identity,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Log a reason that may repeat: the first line of each (group, identity, key) at once,
 * then at most one line a minute with the number of lines left out. */
void log_repeated(enum log_level level, const char *group, const char *identity,
                  const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* What lines are about: fields of the journal (VESSEL= RULE= ALERT=), by which
 * journalctl finds them. A line's identity is one, too: FEED=, WEBHOOK=, RELAY=. All
 * borrowed; NULL: no such field. */
struct log_about {
    const char *vessel, *rule, *alert;
};
/* The following lines of this thread are about that; NULL: nothing in particular. */
void log_set_about(const struct log_about *about);
/* Under systemd write a line of level info for the journal alone; elsewhere nothing. */
void log_to_journal(const char *group, const char *identity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The prefix of a line of that level on stderr: "<N>" under systemd, else "". */
const char *log_prefix(enum log_level level);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
