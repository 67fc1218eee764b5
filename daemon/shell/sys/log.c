/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one line to stderr at a time. Under systemd (stderr is the journal's stream) the
 * priority stands in front, as sd-daemon(3) describes. The log is in the lowest room of
 * the shell, so that every other room may log. */
#include "lookout/sys/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_int.h"
#include "lookout/base/hash.h"
#include "lookout/sys/clock.h"

enum { LOG_LINE_BYTES = 2048 };

/* The log's own state: the level, and the recent lines. */
static atomic_int log_level = LOG_LEVEL_INFO;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct log_repeats log_repeats;
static _Thread_local const struct log_about *log_about;

/* clang-format off */
static const struct {
    const char *name;
    int priority; /* syslog(3) */
} levels[] = {
    [LOG_LEVEL_DEBUG]   = {"debug",   7},
    [LOG_LEVEL_INFO]    = {"info",    6},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_ERROR]   = {"error",   3},
};
/* clang-format on */

void log_set_level(enum log_level level)
{
    atomic_store(&log_level, (int)level);
}

/* $JOURNAL_STREAM is "device:inode" of the stream that systemd gave us. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char text[64];
    if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    snprintf(text, sizeof text, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, text) == 0;
}

const char *log_prefix(enum log_level level)
{
    static const char *const prefixes[] = {"<7>", "<6>", "<4>", "<3>"};
    return is_journal() ? prefixes[level] : "";
}

/* Append the text, cut at the end of the line's buffer; returns the new length. */
static size_t append_args(char *line, size_t length, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static size_t append_args(char *line, size_t length, const char *format, va_list args)
{
    size_t room = LOG_LINE_BYTES - 1 - length; /* the line end needs one */
    int n = vsnprintf(line + length, room, format, args);
    if (n < 0)
        return length;
    return length + ((size_t)n < room ? (size_t)n : room - 1);
}

static size_t append_format(char *line, size_t length, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static size_t append_format(char *line, size_t length, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    length = append_args(line, length, format, args);
    va_end(args);
    return length;
}

void log_set_about(const struct log_about *about)
{
    log_about = about;
}

/* Under systemd the line's priority is in front of it: "<6>". */
enum { PRIORITY_BYTES = 3 };

static size_t begin_line(char *line, enum log_level level, const char *group,
                         const char *identity)
{
    size_t n = is_journal()
                   ? append_format(line, 0, "<%d>%s", levels[level].priority, group)
                   : append_format(line, 0, "%s: %s", levels[level].name, group);
    if (identity != NULL && identity[0] != '\0')
        n = append_format(line, n, " %s", identity);
    return append_format(line, n, ": ");
}

/* Hand a complete line to journald with its fields. */
static bool send_to_journal(const char *line, enum log_level level, const char *group,
                            const char *identity)
{
    const struct log_line fields = {.priority = levels[level].priority,
                                    .group = group,
                                    .identity = identity,
                                    .message = line + PRIORITY_BYTES,
                                    .about = log_about};
    return is_journal() && log_journal_send(&fields);
}

/* Texts of peers may contain line ends and escapes, so control characters are removed. */
static void end_line(char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[length++] = '\n';
    for (size_t done = 0; done < length;) {
        ssize_t n = write(STDERR_FILENO, line + done, length - done);
        if (n <= 0)
            return; /* there is no place to report it */
        done += (size_t)n;
    }
}

void log_write(enum log_level level, const char *group, const char *identity,
               const char *format, ...)
{
    if ((int)level < atomic_load(&log_level))
        return;
    char line[LOG_LINE_BYTES];
    size_t length = begin_line(line, level, group, identity);
    va_list args;
    va_start(args, format);
    length = append_args(line, length, format, args);
    va_end(args);
    if (send_to_journal(line, level, group, identity))
        return;
    pthread_mutex_lock(&log_mutex);
    end_line(line, length);
    pthread_mutex_unlock(&log_mutex);
}

void log_to_journal(const char *group, const char *identity, const char *format, ...)
{
    char line[LOG_LINE_BYTES];
    if ((int)LOG_LEVEL_INFO < atomic_load(&log_level) || !is_journal())
        return;
    size_t length = begin_line(line, LOG_LEVEL_INFO, group, identity);
    va_list args;
    va_start(args, format);
    append_args(line, length, format, args);
    va_end(args);
    (void)send_to_journal(line, LOG_LEVEL_INFO, group, identity);
}

bool log_repeat_may(struct log_repeats *repeats, uint64_t key, int64_t now_ms,
                    uint64_t *ret_left_out)
{
    struct log_repeat *place = &repeats->entries[0];
    for (size_t i = 0; i < LOG_REPEATS; i++) {
        struct log_repeat *e = &repeats->entries[i];
        if (e->is_used && e->key == key) {
            if (now_ms - e->written_ms < LOG_REPEAT_INTERVAL_MS) {
                e->left_out++;
                return false;
            }
            *ret_left_out = e->left_out;
            e->left_out = 0;
            e->written_ms = now_ms;
            return true;
        }
        if (place->is_used && (!e->is_used || e->written_ms < place->written_ms))
            place = e;
    }
    *place = (struct log_repeat){.key = key, .written_ms = now_ms, .is_used = true};
    *ret_left_out = 0;
    return true;
}

void log_repeated(enum log_level level, const char *group, const char *identity,
                  const char *key, const char *format, ...)
{
    if ((int)level < atomic_load(&log_level))
        return;
    uint64_t hash =
        hash_text(key, hash_text(identity == NULL ? "" : identity, hash_text(group, 0)));
    uint64_t left_out = 0;
    pthread_mutex_lock(&log_mutex);
    bool may = log_repeat_may(&log_repeats, hash, clock_monotonic_ms(), &left_out);
    pthread_mutex_unlock(&log_mutex);
    if (!may)
        return;
    char line[LOG_LINE_BYTES];
    size_t length = begin_line(line, level, group, identity);
    va_list args;
    va_start(args, format);
    length = append_args(line, length, format, args);
    va_end(args);
    if (left_out > 0)
        length = append_format(line, length, " left_out=%" PRIu64, left_out);
    if (send_to_journal(line, level, group, identity))
        return;
    pthread_mutex_lock(&log_mutex);
    end_line(line, length);
    pthread_mutex_unlock(&log_mutex);
}
