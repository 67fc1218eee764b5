/* SPDX-License-Identifier: Apache-2.0 */
/* Refused input is logged once for each feed and reason, some seconds after the first
 * case, with the count so far and an example. The counters hold the rest. */
#include <inttypes.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/sys/log.h"

enum { TELL_MS = 5000, NONSENSE_LEAST = 20 };

static void tell_reason(struct feed *feed, enum input_reject reason,
                        const struct input_counts *counts)
{
    struct feed_refused *r = &feed->refused[reason];
    bool is_nonsense = counts->sentences + counts->records == 0 &&
                       counts->items >= NONSENSE_LEAST &&
                       feed->conf.transport == CONF_FEED_SERIAL;
    r->is_told = true;
    log_warning("feed", feed->conf.id,
                "%s reason=%s count=%" PRIu64 " lines=%" PRIu64 " example=\"%s\"",
                input_reject_is_note(reason) ? "passed over a part of the input"
                                             : "refused input",
                input_reject_name(reason), r->count, counts->lines, r->example);
    if (is_nonsense)
        log_warning("feed", feed->conf.id,
                    "no line of the device is a sentence: check the baud rate "
                    "baud=%u",
                    (unsigned)feed->conf.baud);
}

void refused_tell(struct feeds *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct feed *feed = f->feeds[i];
        struct feed_status status;
        feeds_status(f, i, &status);
        for (int k = 0; k < INPUT_REJECTS; k++)
            if (feed->refused[k].count != 0 && !feed->refused[k].is_told)
                tell_reason(feed, (enum input_reject)k, &status.input);
    }
}

static void on_timer(uv_timer_t *timer)
{
    refused_tell(timer->data);
}

/* Unprintable characters become dots, and no quote can end the example. */
static void keep_example(struct feed_refused *r, const char *text, size_t n)
{
    size_t length = n < FEED_EXAMPLE_BYTES - 1 ? n : FEED_EXAMPLE_BYTES - 1;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '"')
            c = '\'';
        r->example[i] = c >= 0x20 && c < 0x7f ? c : '.';
    }
    r->example[length] = '\0';
}

void refused_note(void *context, const struct input_refused *refused)
{
    struct feed *feed = context;
    struct feed_refused *r = &feed->refused[refused->reason];
    r->count++;
    if (r->count > 1)
        return;
    keep_example(r, refused->text, refused->n);
    feed_redact_secrets(feed, r->example);
    if (!uv_is_active((uv_handle_t *)&feed->feeds->refusal) && !feed->feeds->is_closing)
        uv_timer_start(&feed->feeds->refusal, on_timer, TELL_MS, 0);
}
