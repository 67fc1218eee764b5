/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd decode: prints recordings as JSON lines, one object with all data of a message
 * in each line; refused input is counted on stderr. */
#include "cmd.h"
#include "cmd_format.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/ais/ais.h"
#include "lookout/ais/input.h"
#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/feed/reader.h"

enum { CHUNK_BYTES = 64 * 1024, FLUSH_BYTES = 48 * 1024, EXAMPLE_BYTES = 100 };

struct decoding {
    bool is_unscaled;
    enum input_format format;
    char *columns;   /* owned; NULL */
    struct buf out;  /* owned */
    int status;      /* of the first failed write or allocation */
    int saved_errno; /* of a failed write */
    /* Of the input at hand: the first line refused for each reason; "" where there is
     * none to show. */
    char examples[INPUT_REJECTS][EXAMPLE_BYTES];
};

static void flush_out(struct decoding *d)
{
    if (d->out.length > 0 && d->status == 0 &&
        fwrite(d->out.data, 1, d->out.length, stdout) != d->out.length) {
        d->status = ERR_IO;
        d->saved_errno = errno;
    }
    buf_clear(&d->out);
}

static void on_message(void *context, const struct ais_message *message,
                       const struct report *report)
{
    struct decoding *d = context;
    if (d->status != 0)
        return;
    int rc = message != NULL ? ais_message_json(message, report, !d->is_unscaled, &d->out)
                             : ais_report_json(report, &d->out);
    if (rc == 0)
        rc = buf_add_char(&d->out, '\n');
    if (rc != 0)
        d->status = rc;
    else if (d->out.length > FLUSH_BYTES)
        flush_out(d);
}

static void print_progress(const struct reader *r, uint64_t *last, bool is_end)
{
    uint64_t done, size;
    reader_progress(r, &done, &size);
    if (size == 0 || (*last == 0 && is_end))
        return;
    uint64_t percent = done * 100 / size;
    if (is_end)
        fputs("\r         \r", stderr);
    else if (percent != *last)
        fprintf(stderr, "\r%3u %%", (unsigned)percent);
    *last = percent;
}

static void on_reject(void *context, const struct input_refused *refused)
{
    struct decoding *d = context;
    char *example = d->examples[refused->reason];
    if (example[0] == '\0')
        (void)text_clean(refused->text, refused->n, example, EXAMPLE_BYTES);
}

/* What to do about it, where that is not plain. */
static const char *find_hint(enum input_reject reason)
{
    switch ((int)reason) {
    case INPUT_REJECT_DATE_ORDER:
        return "day first or month first? --columns may say it: {time: When "
               "(dd/mm/yyyy)}";
    case INPUT_REJECT_UNKNOWN_UNIT:
        return "--columns may say the unit: {sog: Speed (km/h), time: When (UTC+9)}";
    case INPUT_REJECT_MISSING_COLUMN:
        return "--columns names it, and the header does not have it";
    case INPUT_REJECT_COARSE_POSITIONS:
        return "no more than 3 decimals: 50 m of error or more";
    case INPUT_REJECT_NO_OWN_TIME:
        return "a row takes no other row's time";
    default:
        return NULL;
    }
}

/* The first line of each reason: "  date_order: 3/4/2026,... (what to do)". */
static void print_examples(const struct decoding *d, const struct input_counts *c)
{
    for (int i = 0; i < INPUT_REJECTS; i++) {
        const char *hint = find_hint((enum input_reject)i);
        if (c->rejects[i] == 0 || i == INPUT_REJECT_NO_TIME)
            continue;
        if (d->examples[i][0] == '\0' && hint == NULL)
            continue;
        fprintf(stderr, "  %s: %s%s%s%s\n", input_reject_name((enum input_reject)i),
                d->examples[i], hint != NULL ? " (" : "", hint != NULL ? hint : "",
                hint != NULL ? ")" : "");
    }
}

/* One line, only when something was not used: "a.nmea: 120 lines, 117 messages; refused:
 * bad_checksum 3; passed over: unused_value 1". */
static void print_counts(const char *path, const struct input_counts *c)
{
    struct buf text = {0};
    /* Times are not needed here, so a recording without them is no fault. */
    int rc = cmd_format_rejects(&text, c, INPUT_REJECT_NO_TIME);
    if (rc == 0 && text.length != 0)
        fprintf(stderr, "lookoutd: %s: %llu lines, %llu messages%s\n", path,
                (unsigned long long)c->lines, (unsigned long long)c->messages,
                buf_text(&text));
    buf_finish(&text);
}

/* Rows without a time, of a table whose time's column is not known by its name. */
static void print_unknown(const char *path, const struct input *in)
{
    if (input_header_unknown(in)[0] != '\0' && input_counts(in)->messages != 0)
        fprintf(stderr,
                "lookoutd: %s: no time was found; columns that are not known: %s "
                "(--columns may name the time's: {time: When})\n",
                path, input_header_unknown(in));
}

/* 0, or the code of the failure, with *err. */
static int pump_input(struct decoding *d, struct reader *r, struct input *in,
                      struct err *err)
{
    static char chunk[CHUNK_BYTES];
    bool shows_progress = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0;
    uint64_t last = 0;
    int rc = 0;
    while (rc == 0 && d->status == 0) {
        ssize_t n = reader_read(r, chunk, sizeof chunk, err);
        if (n <= 0) {
            rc = (int)n;
            break;
        }
        if (input_feed(in, chunk, (size_t)n, 0) != 0)
            rc = err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        /* data of a pipe are shown at once */
        flush_out(d);
        if (fflush(stdout) != 0 && d->status == 0) {
            d->status = ERR_IO;
            d->saved_errno = errno;
        }
        if (shows_progress)
            print_progress(r, &last, false);
    }
    /* Also when the end is damaged: the lines before it are good. */
    if (input_finish(in, 0) != 0 && rc == 0)
        rc = err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    flush_out(d);
    if (shows_progress)
        print_progress(r, &last, true);
    return rc;
}

static int decode_input(struct decoding *d, const char *path)
{
    struct err err = {0};
    struct reader *r = NULL;
    int rc = reader_open(path, &r, &err);
    struct input *in = NULL;
    if (rc == 0) {
        struct input_conf conf = {.format = d->format,
                                  .columns = d->columns,
                                  .fields = d->columns,
                                  .start_ms = TIME_NONE};
        struct input_sink sink = {
            .on_message = on_message, .on_reject = on_reject, .context = d};
        memset(d->examples, 0, sizeof d->examples);
        in = input_create(&conf, &sink);
        rc = in != NULL ? pump_input(d, r, in, &err)
                        : err_set(&err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    if (rc != 0)
        fprintf(stderr, "lookoutd: %s\n", err.text);
    if (in != NULL) {
        print_counts(path, input_counts(in));
        print_examples(d, input_counts(in));
        print_unknown(path, in);
    }
    if (rc == 0 && input_counts_nothing(input_counts(in))) {
        fprintf(stderr, "lookoutd: %s: nothing in it was understood\n", path);
        rc = ERR_INVALID;
    }
    input_destroy(in);
    reader_close(r);
    return rc;
}

int cmd_decode(const struct cmd_args *args)
{
    static char standard_input[] = "-";
    char *only[] = {standard_input};
    char **paths = args->word_count > 0 ? args->words : only;
    size_t count = args->word_count > 0 ? args->word_count : 1;
    struct decoding d = {.is_unscaled = args->is_unscaled};
    int result = cmd_format(args, &d.format);
    if (result == CMD_DONE)
        result = cmd_format_columns(args, &d.columns);
    bool is_ready = result == CMD_DONE;
    for (size_t i = 0; is_ready && i < count && d.status == 0; i++)
        if (decode_input(&d, paths[i]) != 0)
            result = CMD_FAILED;
    if (d.status != 0) {
        fprintf(stderr, "lookoutd: decode: %s\n",
                d.status == ERR_IO ? strerror(d.saved_errno) : err_text(d.status));
        result = CMD_FAILED;
    }
    buf_finish(&d.out);
    free(d.columns);
    return result;
}
