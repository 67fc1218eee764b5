/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings played at the speed of their events: a report is handed on when the time
 * since the opening is the event time since the first report divided by the pace.
 *
 * Several recordings share one clock. The merge passes no report before every source has
 * shown its next one (its head). So heads are shown to the merge ahead of their time,
 * except that of the feed for which all others wait: it is handed on when it is due. */
#include <stddef.h>

#include "feed_int.h"
#include "lookout/base/time.h"

/* a time this far ahead of its recording may be wrong: merge.h refuses it if nothing
 * confirms it, and waiting for it could last for ever */
static const int64_t OUTLIER_MS = HOUR_MS;
enum { OUTLIER_LOOKAHEAD = 3 };

static bool is_paced(const struct feed *feed)
{
    return !feed_path_is_live(feed) && feed->conf.pace > 0 && feed->state != NULL &&
           !feed->is_ended && !feed->is_closing;
}

static uint64_t due_loop_ms(const struct feed *feed, int64_t time_ms)
{
    const struct feeds *f = feed->feeds;
    double ahead_ms = (double)(time_ms - f->pace_event_ms) / feed->conf.pace;
    if (ahead_ms <= 0)
        return f->pace_loop_ms;
    return ahead_ms > 1e15 ? UINT64_MAX : f->pace_loop_ms + (uint64_t)ahead_ms;
}

/* Whether the report is far ahead of the one before, and one of the next ones goes back.
 */
static bool is_outlier(const struct feed *feed, const struct report *head)
{
    int64_t before_ms = feed_file_pushed_ms(feed);
    if (before_ms == TIME_NONE || head->time_ms - before_ms <= OUTLIER_MS)
        return false;
    for (size_t i = 1; i <= OUTLIER_LOOKAHEAD; i++) {
        const struct report *next = feed_file_head(feed, i);
        if (next != NULL && next->time_ms < head->time_ms - OUTLIER_MS)
            return true;
    }
    return false;
}

/* The event time of this feed as the others see it: that of the head in the merge, else
 * of the head that is kept back. False: neither. */
static bool recording_stands_at(const struct feed *feed, int64_t *ret_ms,
                                bool *ret_is_shown)
{
    const struct report *head = feed_file_head(feed, 0);
    *ret_is_shown = !merge_wants(feed->feeds->merge, feed->source) &&
                    merge_pending(feed->feeds->merge, feed->source) > 0;
    if (*ret_is_shown)
        *ret_ms = feed_file_pushed_ms(feed);
    else if (head != NULL)
        *ret_ms = head->time_ms;
    else
        return false;
    return *ret_ms != TIME_NONE;
}

/* Whether the head may be shown ahead of its time: when another feed keeps back an
 * earlier one, or the earliest shown head is due and passes as soon as ours is there. */
static bool may_show(const struct feed *feed, const struct report *head, uint64_t now)
{
    const struct feeds *f = feed->feeds;
    if (!merge_wants(f->merge, feed->source))
        return false;
    for (size_t i = 0; i < f->count; i++) {
        const struct feed *other = f->feeds[i];
        int64_t time_ms;
        bool is_shown;
        if (other == feed || !is_paced(other) ||
            !recording_stands_at(other, &time_ms, &is_shown))
            continue;
        bool is_earlier = time_ms < head->time_ms ||
                          (time_ms == head->time_ms && other->source < feed->source);
        if (is_earlier && (!is_shown || due_loop_ms(other, time_ms) <= now))
            return true;
    }
    return false;
}

/* Hand on the reports that may pass; true when there was one. */
static bool pass_reports(struct feed *feed, uint64_t now)
{
    bool has_passed = false;
    for (;;) {
        const struct report *head = feed_file_head(feed, 0);
        if (head == NULL || (due_loop_ms(feed, head->time_ms) > now &&
                             !is_outlier(feed, head) && !may_show(feed, head, now)))
            return has_passed;
        feed_file_pass(feed);
        has_passed = true;
    }
}

/* The first event time of all; false while a feed's first report is still being read. */
static bool find_base(struct feeds *f)
{
    int64_t first_ms = INT64_MAX;
    for (size_t i = 0; i < f->count; i++) {
        const struct feed *feed = f->feeds[i];
        if (!is_paced(feed))
            continue;
        const struct report *head = feed_file_head(feed, 0);
        if (head == NULL && feed_file_is_reading(feed))
            return false;
        if (head != NULL && head->time_ms < first_ms)
            first_ms = head->time_ms;
    }
    if (first_ms == INT64_MAX)
        return false;
    f->pace_event_ms = first_ms;
    f->pace_loop_ms = f->opened_loop_ms;
    f->has_pace_base = true;
    return true;
}

void feeds_pace(struct feeds *f)
{
    uint64_t now = uv_now(f->loop);
    uint64_t earliest = UINT64_MAX;
    if (!f->has_pace_base && !find_base(f))
        return;
    for (size_t i = 0; i < f->count; i++) {
        struct feed *feed = f->feeds[i];
        if (!is_paced(feed))
            continue;
        if (pass_reports(feed, now))
            feed_path_wake(f); /* more may follow once these are through the merge */
        const struct report *head = feed_file_head(feed, 0);
        if (head != NULL) {
            uint64_t due = due_loop_ms(feed, head->time_ms);
            earliest = due < earliest ? due : earliest;
        }
        int64_t time_ms;
        bool is_shown;
        if (recording_stands_at(feed, &time_ms, &is_shown) && is_shown) {
            uint64_t due = due_loop_ms(feed, time_ms);
            earliest = due > now && due < earliest ? due : earliest;
        }
    }
    if (earliest != UINT64_MAX)
        feed_path_wake_at(f, earliest > now ? earliest : now + 1);
}
