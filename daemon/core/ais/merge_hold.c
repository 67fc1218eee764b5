/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the reports of a recording whose times are far ahead, until others confirm them.
 *
 * A report more than an hour ahead of its source's time is held. It is believed in three
 * cases:
 *   - Four ships have held reports around it (each within an hour of the next), so that
 *     three others agree with it, or all ships of a source that has fewer. Then
 *     merge_jump.c asks whether the clock made a step, and whether it comes back.
 *   - The source has shown fewer than three other ships, and three further reports of any
 *     ship came, none of them in normal time. Without this case, a recording of one ship
 *     with gaps of hours would never continue.
 *   - 8,192 reports are held and nothing contradicted them.
 *
 * A report in normal time refutes and refuses all held reports, unless four ships agree.
 * At the end of the source, held reports pass if the source has few ships, else they are
 * refused.
 *
 * A source without a time gathers four reports. Those up to an hour ahead of their lower
 * median begin the source; reports farther ahead are held as usual. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "merge_int.h"

#define FAR_MS MERGE_FAR_MS

static bool is_far(const struct merge_source *s, const struct merge_node *node)
{
    return node->report.time_ms > s->time_ms + FAR_MS;
}

/* The number of ships other than mmsi that this source has shown, up to MERGE_CONFIRM. */
static unsigned other_ships(const struct merge_source *s, uint32_t mmsi)
{
    unsigned others = 0;
    for (unsigned i = 0; i < s->passed_ships; i++)
        others += s->passed_mmsi[i] != mmsi ? 1 : 0;
    return others < MERGE_CONFIRM ? others : MERGE_CONFIRM;
}

static bool has_few_ships(const struct merge_source *s, const struct merge_node *node)
{
    return other_ships(s, node->report.mmsi) < MERGE_CONFIRM;
}

void merge_hold_refuse(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    s->counts.far_future++;
    merge_drop(m, s, node);
}

int merge_hold_keep(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    if (array_grow(&s->held, &s->held_room, s->held_count + 1,
                   sizeof(struct merge_node *)) != 0) {
        merge_drop(m, s, node);
        return ERR_NOMEM;
    }
    s->held[s->held_count++] = node;
    return 0;
}

/* The range of held times that is connected with the latest one by steps of at most an
 * hour. The number of passes is bounded: times in falling order join one step in each
 * pass. */
static void find_cluster(const struct merge_source *s, int64_t *ret_low,
                         int64_t *ret_high)
{
    int64_t low = s->held[s->held_count - 1]->report.time_ms, high = low;
    bool has_grown = true;
    for (int pass = 0; has_grown && pass < 8; pass++) {
        has_grown = false;
        for (size_t i = 0; i < s->held_count; i++) {
            int64_t t = s->held[i]->report.time_ms;
            if (t < low && t >= low - FAR_MS) {
                low = t;
                has_grown = true;
            } else if (t > high && t <= high + FAR_MS) {
                high = t;
                has_grown = true;
            }
        }
    }
    *ret_low = low;
    *ret_high = high;
}

/* Whether enough ships agree on the latest held time; if so, returns the range of times.
 */
static bool is_time_confirmed(const struct merge_source *s, int64_t *ret_low,
                              int64_t *ret_high)
{
    uint32_t ships[MERGE_CONFIRM + 1];
    unsigned count = 0;
    int64_t low = 0, high = 0;
    find_cluster(s, &low, &high);
    for (size_t i = 0; i < s->held_count && count <= MERGE_CONFIRM; i++) {
        const struct report *r = &s->held[i]->report;
        if (r->time_ms < low || r->time_ms > high)
            continue;
        unsigned k = 0;
        while (k < count && ships[k] != r->mmsi)
            k++;
        if (k == count)
            ships[count++] = r->mmsi;
    }
    *ret_low = low;
    *ret_high = high;
    return count > MERGE_CONFIRM;
}

/* When too few ships confirm the held times: the time up to which the held reports are
 * believed, TIME_NONE for none. */
static int64_t find_believed(const struct merge_source *s)
{
    int64_t high = 0;
    if (s->held_count >= MERGE_HELD_MAX) {
        high = s->held[0]->report.time_ms;
        for (size_t i = 1; i < s->held_count; i++) {
            if (s->held[i]->report.time_ms > high)
                high = s->held[i]->report.time_ms;
        }
        return high;
    }
    if (s->held_count <= MERGE_CONFIRM)
        return TIME_NONE;
    const struct merge_node *waited = s->held[s->held_count - 1 - MERGE_CONFIRM];
    return has_few_ships(s, waited) ? waited->report.time_ms : TIME_NONE;
}

/* Review the held reports in the order of arrival after the source's time has moved:
 * those in normal time are accepted, and refute earlier ones that are still far ahead. */
static int review_held(struct merge *m, struct merge_source *s)
{
    size_t count = s->held_count, kept = 0;
    int rc = 0;
    for (size_t i = 0; i < count; i++) {
        struct merge_node *node = s->held[i];
        if (is_far(s, node)) {
            s->held[kept++] = node;
            continue;
        }
        for (size_t k = 0; k < kept; k++)
            merge_hold_refuse(m, s, s->held[k]);
        kept = 0;
        int accepted = merge_accept(m, s, node);
        rc = rc < 0 ? rc : accepted;
    }
    s->held_count = kept;
    return rc;
}

/* The earliest held time far ahead of the source's. */
static int64_t find_low(const struct merge_source *s)
{
    int64_t low = INT64_MAX;
    for (size_t i = 0; i < s->held_count; i++)
        if (is_far(s, s->held[i]) && s->held[i]->report.time_ms < low)
            low = s->held[i]->report.time_ms;
    return low;
}

/* Believe held times up to `high`: accept all held ones up to an hour ahead of it that
 * came before the last believed one, then review the rest. */
int merge_hold_believe(struct merge *m, struct merge_source *s, int64_t high)
{
    size_t last = 0, kept = 0;
    int rc = 0;
    rc = merge_step_believe(m, s, find_low(s));
    for (size_t i = 0; i < s->held_count; i++) {
        if (s->held[i]->report.time_ms == high)
            last = i;
    }
    for (size_t i = 0; i < s->held_count; i++) {
        struct merge_node *node = s->held[i];
        if (i > last) {
            s->held[kept++] = node;
        } else if (node->report.time_ms > high + FAR_MS) {
            merge_hold_refuse(m, s, node);
        } else {
            int accepted = merge_accept(m, s, node);
            rc = rc < 0 ? rc : accepted;
        }
    }
    s->held_count = kept;
    int reviewed = review_held(m, s);
    return rc < 0 ? rc : reviewed;
}

/* Take a report in normal time or behind it. */
static int take_near(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    int rc = merge_step_look_back(m, s, node);
    merge_step_note_late(m, s, node);
    int accepted = merge_accept(m, s, node);
    return rc < 0 ? rc : accepted;
}

/* Does a report out of its source's time begin a step? Not of a source whose clock is
 * known to have gone back. */
static bool is_off(const struct merge_source *s, const struct merge_node *node)
{
    int64_t t = node->report.time_ms;
    return (t > s->time_ms + MERGE_STEP_MS && merge_clock_has_moving(s)) ||
           (t < s->time_ms - MERGE_STEP_MS - s->conf.lateness_ms && s->late.row == 0);
}

static bool are_all_between(const struct merge_source *s, int64_t low, int64_t high)
{
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i]->report.time_ms < low || s->held[i]->report.time_ms > high)
            return false;
    return true;
}

/* Judge the held reports: believe as many of them as the rules above allow. */
static int judge_held(struct merge *m, struct merge_source *s)
{
    int rc = 0;
    while (rc == 0 && s->held_count != 0) {
        int64_t low = 0, high = 0, believed = TIME_NONE;
        bool is_confirmed = is_time_confirmed(s, &low, &high);
        bool is_full = s->held_count >= MERGE_HELD_MAX;
        if (is_confirmed && !is_full)
            return merge_jump_begin_held(m, s, low, high);
        if (!is_confirmed || is_full)
            believed = find_believed(s);
        if (believed == TIME_NONE)
            return 0;
        if (!is_full && are_all_between(s, low, high))
            return merge_jump_begin_held(m, s, low, high);
        rc = merge_hold_believe(m, s, believed);
    }
    return rc;
}

/* Near the time of its source, ahead of it or behind. */
static int take_anywhere(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    if (s->jump.is_held)
        return merge_jump_take(m, s, node);
    int64_t ahead_ms = node->report.time_ms - s->time_ms;
    if (s->held_count == 0 && ahead_ms <= MERGE_STEP_MS && ahead_ms >= -MERGE_STEP_MS) {
        merge_step_forget_back(s);
        s->late.row = 0;
        return merge_clock_is_lost(s, &node->report) ? merge_jump_begin_lost(m, s, node)
                                                     : merge_accept(m, s, node);
    }
    if (!is_far(s, node))
        return is_off(s, node) ? merge_jump_begin(m, s, node) : take_near(m, s, node);
    int rc = merge_hold_keep(m, s, node);
    return rc == 0 ? judge_held(m, s) : rc;
}

static int take_into_merge(struct merge *m, struct merge_source *s,
                           struct merge_node *node)
{
    int righted = merge_side_right(m, s, &node->report), rc = 0;
    if (!s->jump.is_held && s->held_count != 0 && !is_far(s, node)) {
        rc = merge_side_refuse(m, s, node);
        int again = merge_side_right(m, s, &node->report);
        rc = rc < 0 ? rc : again;
    }
    int taken = take_anywhere(m, s, node);
    rc = rc < 0 ? rc : taken;
    return righted < 0 ? righted : rc;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The gathered first reports begin the source. */
static int start_source(struct merge *m, struct merge_source *s)
{
    struct merge_node *nodes[MERGE_START];
    int64_t times[MERGE_START];
    size_t count = s->held_count;
    int rc = 0;
    for (size_t i = 0; i < count; i++) {
        nodes[i] = s->held[i];
        times[i] = nodes[i]->report.time_ms;
    }
    qsort(times, count, sizeof times[0], compare_times);
    s->held_count = 0;
    s->is_started = true;
    s->time_ms = s->steady_ms = times[(count - 1) / 2];
    s->side.is_first = count == MERGE_START && is_far(s, nodes[0]);
    for (size_t i = 0; i < count; i++) {
        int taken = take_into_merge(m, s, nodes[i]);
        rc = rc < 0 ? rc : taken;
    }
    return rc;
}

int merge_hold_push(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    if (s->is_started)
        return take_into_merge(m, s, node);
    int rc = merge_hold_keep(m, s, node);
    if (rc == 0 && s->held_count == MERGE_START)
        rc = start_source(m, s);
    return rc;
}

int merge_hold_rest(struct merge *m, struct merge_source *s, int64_t until_ms)
{
    int rc = 0;
    int64_t high = TIME_NONE;
    size_t count = 0;
    if (s->jump.is_held && s->jump.high_ms <= until_ms)
        rc = merge_jump_settle(m, s, false);
    for (size_t i = 0; i < s->held_count; i++)
        count += s->held[i]->report.time_ms <= until_ms;
    if (!s->is_started && count * 2 > s->held_count) /* its median is not after it */
        rc = start_source(m, s);
    if (!s->is_started || s->jump.is_held)
        return rc;
    for (size_t i = 0; i < s->held_count; i++) {
        int64_t t = s->held[i]->report.time_ms;
        if (t <= until_ms && (high == TIME_NONE || t > high))
            high = t;
    }
    int believed = high != TIME_NONE ? merge_hold_believe(m, s, high) : 0;
    return rc < 0 ? rc : believed;
}

int merge_hold_end(struct merge *m, struct merge_source *s)
{
    int rc = 0;
    if (!s->is_started && s->held_count != 0)
        rc = start_source(m, s);
    int settled = merge_jump_settle(m, s, true);
    rc = rc < 0 ? rc : settled;
    bool pass[MERGE_HELD_MAX];
    size_t count = s->held_count;
    for (size_t i = 0; i < count; i++)
        pass[i] = has_few_ships(s, s->held[i]);
    s->held_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct merge_node *node = s->held[i];
        if (!pass[i]) {
            merge_side_note(s, &node->report);
            merge_hold_refuse(m, s, node);
            continue;
        }
        int accepted = merge_accept(m, s, node);
        rc = rc < 0 ? rc : accepted;
    }
    merge_side_tell(m, s);
    if (!s->conf.is_timely)
        merge_step_tell_late(m, s);
    return rc;
}
