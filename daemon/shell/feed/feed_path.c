/* SPDX-License-Identifier: Apache-2.0 */
/* The path of bytes and reports: transport -> input -> (resume, pace) -> merge -> owner;
 * the pump of file feeds; and silence, when nothing comes on that path. */
#include <inttypes.h>

#include "feed_int.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

bool feed_path_is_live(const struct feed *feed)
{
    return feed->conf.transport != CONF_FEED_FILE;
}

/* --- reports --- */

static void note_heard(struct feed *feed)
{
    struct feeds *f = feed->feeds;
    int64_t since_ms = feed->heard_ms;
    feed->heard_loop_ms = uv_now(f->loop);
    feed->heard_ms = clock_wall_ms();
    feed->is_doubted = false;
    if (!feed->is_silent)
        return;
    feed->is_silent = false;
    log_info("feed", feed->conf.id, "the feed is heard again");
    if (f->sink.on_silence != NULL)
        f->sink.on_silence(f->sink.context, feed->source, false, since_ms);
    feed_path_arm_silence(f);
}

/* A clock that is wrong, or a feed that is late. */
static void warn_of_behind(const struct feed *feed, const struct report *report)
{
    char behind[UNITS_TEXT_BYTES];
    int64_t behind_ms = report->arrival_ms - report->time_ms;
    if (behind_ms <= FEED_BEHIND_MS || behind_ms <= feed->conf.lateness_ms)
        return;
    units_format_duration((behind_ms + MINUTE_MS / 2) / MINUTE_MS * MINUTE_MS, behind);
    log_repeated(
        LOG_LEVEL_WARNING, "feed", feed->conf.id, "behind",
        "reports are behind the clock: is the clock of its receiver right? If it "
        "is a late feed, say so by `lateness` behind=%s",
        behind);
}

static void on_report(void *context, const struct report *report)
{
    struct feed *feed = context;
    if (feed_path_is_live(feed)) {
        note_heard(feed);
        warn_of_behind(feed, report);
    }
    if (feed->ops->report != NULL)
        feed->ops->report(feed, report);
    else
        feed_path_push(feed, report);
}

void feed_path_push(struct feed *feed, const struct report *report)
{
    feed->feeds->is_dirty = true;
    int rc = merge_push(feed->feeds->merge, report);
    if (rc != 0)
        log_repeated(LOG_LEVEL_ERROR, "feed", feed->conf.id, "push",
                     "lost a report reason=\"%s\"", err_text(rc));
}

struct input *feed_path_create_input(struct feed *feed)
{
    struct input_conf conf = {
        .format = feed->conf.format,
        .is_live = feed_path_is_live(feed),
        .lateness_ms = feed->conf.lateness_ms,
        .start_ms = feed->conf.start_ms,
        .source = feed->source,
        .columns = feed->conf.columns,
        .fields = feed->conf.fields,
    };
    struct input_sink sink = {
        .on_report = on_report, .on_reject = refused_note, .context = feed};
    return input_create(&conf, &sink);
}

void feed_path_add_counts(struct input_counts *sum, const struct input_counts *c)
{
    sum->bytes += c->bytes;
    sum->lines += c->lines;
    sum->items += c->items;
    sum->comments += c->comments;
    sum->other += c->other;
    sum->service += c->service;
    sum->sentences += c->sentences;
    sum->records += c->records;
    sum->joined += c->joined;
    sum->pending_parts += c->pending_parts;
    sum->messages += c->messages;
    sum->reports += c->reports;
    sum->no_report += c->no_report;
    sum->tag_void += c->tag_void;
    sum->time_replaced += c->time_replaced;
    sum->late += c->late;
    for (size_t i = 0; i < INPUT_REJECTS; i++)
        sum->rejects[i] += c->rejects[i];
    if (c->last_heard_ms >= sum->last_heard_ms) {
        sum->last_heard_ms = c->last_heard_ms;
        sum->behind_ms = c->behind_ms;
    }
}

void feed_path_retire_input(struct feed *feed, struct input *input)
{
    if (input == NULL)
        return;
    input_reset(input); /* unfinished messages are counted now */
    feed_path_add_counts(&feed->past, input_counts(input));
    input_destroy(input);
}

static void check_input(struct feed *feed, int code)
{
    if (code != 0)
        log_repeated(LOG_LEVEL_ERROR, "feed", feed->conf.id, "input",
                     "lost a part of the input reason=\"%s\"", err_text(code));
}

/* Reports of base stations and buoys count as signs of life too: the feed works, there
 * are no ships. */
static void note_others(struct feed *feed, const struct input *input, uint64_t before)
{
    if (feed_path_is_live(feed) && input_counts(input)->no_report != before)
        note_heard(feed);
}

void feed_path_bytes(struct feed *feed, struct input *input, const char *bytes, size_t n)
{
    uint64_t others = input_counts(input)->no_report;
    feed->bytes += n;
    check_input(
        feed, input_feed(input, bytes, n, feed_path_is_live(feed) ? clock_wall_ms() : 0));
    note_others(feed, input, others);
}

void feed_path_message(struct feed *feed, const struct buf *message, int64_t arrival_ms)
{
    struct input *input = feed->input;
    uint64_t others = input_counts(input)->no_report;
    feed->bytes += message->length;
    feed->datagrams++;
    check_input(feed, input_datagram(input, message->data, message->length, arrival_ms));
    note_others(feed, input, others);
}

void feed_path_datagram(struct feed *feed, struct input *input, const char *bytes,
                        size_t n)
{
    uint64_t others = input_counts(input)->no_report;
    feed->bytes += n;
    feed->datagrams++;
    check_input(feed, input_datagram(input, bytes, n, clock_wall_ms()));
    note_others(feed, input, others);
}

bool feed_path_is_paused(const struct feed *feed)
{
    return feed->feeds->is_paused || feed->is_held;
}

/* --- live feeds that hold too many reports in the merge --- */

static bool is_feed_over(const struct feed *feed)
{
    const struct feeds *f = feed->feeds;
    return merge_pending(f->merge, feed->source) > f->limits.live_pending_bytes;
}

static void on_hold(uv_timer_t *timer)
{
    struct feeds *f = timer->data;
    bool is_any_held = false;
    merge_clock(f->merge, clock_wall_ms());
    f->is_dirty = true;
    feed_path_flush(f); /* the clock may have let some pass */
    for (size_t i = 0; i < f->count; i++) {
        struct feed *feed = f->feeds[i];
        if (!feed->is_held || feed->is_closing)
            continue;
        feed->is_held = is_feed_over(feed);
        is_any_held = is_any_held || feed->is_held;
        if (!feed->is_held && !f->is_paused)
            feed->ops->pause(feed, false);
    }
    if (!is_any_held)
        uv_timer_stop(timer);
}

static void hold_what_is_over(struct feeds *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct feed *feed = f->feeds[i];
        if (!feed_path_is_live(feed) || feed->is_held || feed->is_closing ||
            feed->state == NULL || !is_feed_over(feed))
            continue;
        feed->is_held = true;
        log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "held",
                     "the feed is read slower: its lateness holds back bytes=%zu",
                     merge_pending(f->merge, feed->source));
        if (!f->is_paused)
            feed->ops->pause(feed, true);
        uv_timer_start(&f->hold, on_hold, f->limits.hold_ms, f->limits.hold_ms);
    }
}

void feed_path_flush(struct feeds *f)
{
    if (!f->is_dirty || f->is_closing)
        return;
    f->is_dirty = false;
    merge_clock(f->merge, clock_wall_ms());
    if (f->sink.on_data != NULL)
        f->sink.on_data(f->sink.context);
    if (!f->is_closing)
        hold_what_is_over(f);
}

/* --- the ends of file feeds --- */

static void tell_end(struct feeds *f)
{
    bool has_file = false;
    for (size_t i = 0; i < f->count; i++) {
        const struct feed *feed = f->feeds[i];
        if (feed_path_is_live(feed) || feed->is_gone || feed->is_closing)
            continue;
        if (!feed->is_ended)
            return;
        has_file = true;
    }
    if (!has_file || f->has_ended || f->is_closing)
        return;
    f->has_ended = true;
    refused_tell(f);
    if (f->sink.on_end != NULL)
        f->sink.on_end(f->sink.context);
}

void feed_path_end(struct feed *feed)
{
    feed->is_open = false;
    feed->is_ended = true;
    int rc = merge_end(feed->feeds->merge, feed->source);
    if (rc != 0)
        log_error("feed", feed->conf.id, "cannot end the recording reason=\"%s\"",
                  err_text(rc));
    feed->feeds->is_dirty = true;
    log_info("feed", feed->conf.id, "the recording has ended bytes=%" PRIu64,
             feed->bytes);
}

static void on_pump(uv_idle_t *handle)
{
    struct feeds *f = handle->data;
    bool is_busy = false;
    for (size_t i = 0; i < f->count && !f->is_paused && !f->is_closing; i++) {
        struct feed *feed = f->feeds[i];
        if (!feed_path_is_live(feed) && !feed->is_closing)
            is_busy = feed_file_pump(feed) || is_busy;
    }
    if (!f->is_paused && !f->is_closing)
        feeds_pace(f);
    if (f->is_dirty) {
        is_busy = true;
        feed_path_flush(f);
        tell_end(f);
    }
    if (!is_busy)
        uv_idle_stop(handle);
}

static void on_pace(uv_timer_t *timer)
{
    struct feeds *f = timer->data;
    if (!f->is_paused && !f->is_closing)
        uv_idle_start(&f->pump, on_pump);
}

void feed_path_wake(struct feeds *f)
{
    if (f->is_open && !f->is_paused && !f->is_closing)
        uv_idle_start(&f->pump, on_pump);
}

/* The pace timer fires at this time of the loop's clock. */
void feed_path_wake_at(struct feeds *f, uint64_t due_loop_ms)
{
    uint64_t now = uv_now(f->loop);
    uv_timer_start(&f->pace, on_pace, due_loop_ms > now ? due_loop_ms - now : 0, 0);
}

/* --- silence --- */

static void on_silence(uv_timer_t *timer)
{
    struct feeds *f = timer->data;
    uint64_t now = uv_now(f->loop);
    for (size_t i = 0; i < f->count && !f->is_closing; i++) {
        struct feed *feed = f->feeds[i];
        if (!feed_path_is_live(feed) || feed->is_closing || feed->is_silent ||
            now - feed->heard_loop_ms < (uint64_t)feed->conf.silent_after_ms)
            continue;
        feed->is_doubted = !feed->is_doubted;
        if (feed->is_doubted)
            continue;
        feed->is_silent = true;
        char since[TIME_TEXT_BYTES];
        log_warning("feed", feed->conf.id, "the feed is silent since=%s",
                    time_format(feed->heard_ms, since));
        if (f->sink.on_silence != NULL)
            f->sink.on_silence(f->sink.context, i, true, feed->heard_ms);
    }
    feed_path_arm_silence(f);
}

/* The timer is set for the earliest time when a feed can fall silent; when that feed was
 * heard since, it fires in vain. */
void feed_path_arm_silence(struct feeds *f)
{
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < f->count; i++) {
        const struct feed *feed = f->feeds[i];
        if (!feed_path_is_live(feed) || feed->is_closing || feed->is_silent)
            continue;
        uint64_t due = feed->heard_loop_ms + (uint64_t)feed->conf.silent_after_ms;
        if (feed->is_doubted)
            due = uv_now(f->loop) + FEED_DOUBT_MS;
        if (due < earliest)
            earliest = due;
    }
    if (f->is_closing || !f->is_open)
        return;
    if (earliest == UINT64_MAX) {
        uv_timer_stop(&f->silence);
        return;
    }
    uint64_t now = uv_now(f->loop);
    uv_timer_start(&f->silence, on_silence, earliest > now ? earliest - now : 0, 0);
}
