/* SPDX-License-Identifier: Apache-2.0 */
/* Holds what lies behind a step of a recording's clock, until it is known what the step
 * was.
 *
 * Held are reports more than two minutes behind their source's time or ahead of it (more
 * than an hour ahead: since four ships agree on it, see merge_hold.c). They go by the new
 * clock; those nearer to the time before the step, as it has gone on since, by the old.
 *   - Where the ships' positions show that no time passed (merge_clock.c), it was a step.
 *     When the clock comes back, the times between are put right. Where it does not, as
 *     far as can be held, or until the end, the clock that was steady for longer is
 *     right: what is stored moves to the new one, or the reports to the old one.
 *   - Where they show that the receiver was off, but not for as long as its clock says
 * (it began where it had stopped, an hour earlier, or at a wrong time), the times are put
 *     right once the clock is set; where it is not, they pass as they are.
 *   - Where the positions show that time passed, or reports come late, they pass as they
 *     are, and so they do where positions tell nothing: at once when they are near,
 *     otherwise when enough are held. */
#include <stdlib.h>

#include "lookout/base/time.h"
#include "merge_int.h"

/* A recording that is followed or paced waits no longer for its clock to come back. */
#define SETTLE_MS (15 * MINUTE_MS)
/* Among so many reports there are some of ships that were heard just before. */
#define ASK_NEAR 16u
#define ASK_MOST 512u
/* As lone reports with wrong times do not make a step. */
#define RIGHT_LEAST 4u

static int64_t measure_interval(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The time of the clock before the step, had it gone on. */
static int64_t find_old_time(const struct merge_source *s)
{
    if (s->jump.is_lost)
        return s->jump.high_ms - merge_clock_lost_by(s);
    return s->time_ms + (s->jump.high_ms - s->jump.low_ms);
}

static enum merge_clock find_clock(const struct merge_source *s, int64_t time_ms)
{
    int64_t from_old = measure_interval(time_ms, find_old_time(s));
    int64_t from_new = measure_interval(time_ms, s->jump.high_ms);
    if (from_new <= from_old)
        return from_new <= MERGE_FAR_MS ? MERGE_CLOCK_NEW : MERGE_CLOCK_OTHER;
    return from_old <= MERGE_FAR_MS || (time_ms >= s->time_ms && time_ms < s->jump.low_ms)
               ? MERGE_CLOCK_OLD
               : MERGE_CLOCK_OTHER;
}

static void take_new(struct merge_source *s, const struct merge_node *node)
{
    struct merge_jump *jump = &s->jump;
    int64_t t = node->report.time_ms;
    jump->reports++;
    jump->others = 0;
    jump->low_ms = t < jump->low_ms ? t : jump->low_ms;
    jump->high_ms = t > jump->high_ms ? t : jump->high_ms;
    if (!jump->is_step && !jump->is_lost)
        merge_clock_ask(s, &node->report);
}

/* --- how it ends --- */

static void end_jump(struct merge_source *s)
{
    s->jump.is_held = s->jump.is_step = s->jump.is_lost = false;
    s->held_count = 0;
    merge_step_forget_back(s);
}

static int accept_late(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    int rc = merge_step_look_back(m, s, node);
    merge_step_note_late(m, s, node);
    int accepted = merge_accept(m, s, node);
    return rc < 0 ? rc : accepted;
}

static bool is_far_ahead(const struct merge_source *s, const struct merge_node *node)
{
    return node->report.time_ms > s->time_ms + MERGE_FAR_MS;
}

/* They pass as they are. What is far ahead is refuted by a later one, or waits for others
 * that agree. */
static int release_held(struct merge *m, struct merge_source *s)
{
    struct merge_node **held = s->held;
    size_t count = s->held_count, near = count;
    int rc = 0;
    end_jump(s);
    s->held = NULL;
    s->held_room = 0;
    while (near > 0 && is_far_ahead(s, held[near - 1]))
        near--;
    for (size_t i = 0; i < count; i++) {
        int taken = 0;
        if (i < near && is_far_ahead(s, held[i]))
            merge_hold_refuse(m, s, held[i]);
        else
            taken =
                i < near ? accept_late(m, s, held[i]) : merge_hold_push(m, s, held[i]);
        rc = rc < 0 ? rc : taken;
    }
    free(held);
    return rc;
}

static uint32_t first_line(const struct merge_source *s)
{
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i]->clock == MERGE_CLOCK_NEW)
            return s->held[i]->report.line;
    return 0;
}

static struct merge_step make_step(const struct merge_source *s,
                                   enum merge_step_kind kind, int64_t by_ms)
{
    const struct merge_jump *jump = &s->jump;
    return (struct merge_step){.kind = kind,
                               .from_ms = s->time_ms,
                               .to_ms = jump->low_ms,
                               .by_ms = by_ms,
                               .span_ms = jump->high_ms - jump->low_ms,
                               .reports = jump->reports,
                               .line = first_line(s)};
}

/* The clock came back: refuse the reports by the new one, and accept the others. */
static int refuse_held(struct merge *m, struct merge_source *s)
{
    size_t count = s->held_count;
    int rc = 0;
    struct merge_step step =
        make_step(s, MERGE_STEP_REFUSED, s->jump.low_ms - s->time_ms);
    int64_t far_ms = s->time_ms + MERGE_FAR_MS; /* accepting moves the source's time */
    end_jump(s);
    merge_step_tell(m, s, &step);
    for (size_t i = 0; i < count; i++) {
        if (s->held[i]->report.time_ms > far_ms) {
            merge_hold_refuse(m, s, s->held[i]);
            continue;
        }
        int accepted = merge_accept(m, s, s->held[i]);
        rc = rc < 0 ? rc : accepted;
    }
    return rc;
}

/* The times by the new clock are put right by the size of the step. */
static int right_held(struct merge *m, struct merge_source *s, int64_t by_ms)
{
    size_t count = s->held_count;
    int rc = 0;
    struct merge_step step = make_step(s, MERGE_STEP_RIGHTED, by_ms);
    int64_t least_ms = s->time_ms; /* they came behind it */
    bool was_off = s->jump.is_lost;
    end_jump(s);
    merge_step_tell(m, s, &step);
    for (size_t i = 0; i < count; i++) {
        struct merge_node *node = s->held[i];
        struct report *r = &node->report;
        if (node->clock == MERGE_CLOCK_NEW)
            r->time_ms = r->time_ms - by_ms < least_ms ? least_ms : r->time_ms - by_ms;
        r->arrival_ms = r->time_ms;
        bool is_behind_pause = was_off && node->clock == MERGE_CLOCK_NEW;
        if (!is_behind_pause && is_far_ahead(s, node)) {
            merge_hold_refuse(m, s, node);
            continue;
        }
        int accepted = merge_accept(m, s, node);
        rc = rc < 0 ? rc : accepted;
    }
    return rc;
}

/* The new clock goes on: what is stored follows it, and what came by neither or by the
 * old one since is refused. */
static int follow_step(struct merge *m, struct merge_source *s)
{
    size_t count = s->held_count;
    int64_t by_ms = merge_clock_step(s);
    struct merge_step step = make_step(s, MERGE_STEP_SHIFTED, by_ms);
    int rc = 0;
    merge_flush(s);
    merge_clock_shift(s, by_ms);
    s->steady_ms = s->jump.low_ms;
    s->shifted_ms = by_ms == -s->shifted_ms ? 0 : by_ms;
    s->off_ms = 0;
    s->time_ms = TIME_NONE;
    s->jump.is_known = false;
    end_jump(s);
    rc = merge_step_queue(m, s, &step);
    for (size_t i = 0; i < count; i++) {
        if (s->held[i]->clock != MERGE_CLOCK_NEW) {
            merge_hold_refuse(m, s, s->held[i]);
            continue;
        }
        int accepted = merge_accept(m, s, s->held[i]);
        rc = rc < 0 ? rc : accepted;
    }
    return rc;
}

static int believe_jump(struct merge *m, struct merge_source *s)
{
    int64_t high_ms = s->jump.high_ms;
    bool is_near = s->jump.is_near || !s->jump.is_ahead;
    if (is_near)
        return release_held(m, s);
    s->jump.is_held = s->jump.is_step = s->jump.is_lost = false;
    return merge_hold_believe(m, s, high_ms);
}

/* Enough ships are back: a jump of some length is put right, where the times before and
 * after it leave room for it. */
static int come_back(struct merge *m, struct merge_source *s)
{
    const struct merge_jump *jump = &s->jump;
    int64_t room_ms = jump->back_ms - s->time_ms, span_ms = jump->high_ms - jump->low_ms;
    bool has_room = room_ms >= span_ms - MERGE_STEP_MS && room_ms >= 0;
    if (jump->reports < RIGHT_LEAST || !has_room)
        return jump->is_ahead && !jump->is_near ? refuse_held(m, s) : release_held(m, s);
    return right_held(
        m, s, jump->is_lost ? merge_clock_step_behind(s) : merge_clock_step_between(s));
}

/* Is it known as a wrong clock, or far ahead? */
static bool is_jump_firm(const struct merge_jump *jump)
{
    return jump->is_step || jump->is_lost || (jump->is_ahead && !jump->is_near);
}

/* Back to where the clock was before the last step. */
static bool is_step_home(const struct merge_source *s)
{
    return s->shifted_ms != 0 && merge_clock_step(s) == -s->shifted_ms;
}

int merge_jump_settle(struct merge *m, struct merge_source *s, bool is_end)
{
    const struct merge_jump *jump = &s->jump;
    if (!jump->is_held)
        return 0;
    if (is_jump_firm(jump) && s->held[s->held_count - 1]->clock == MERGE_CLOCK_OLD)
        return come_back(m, s);
    if (!jump->is_step)
        return believe_jump(m, s);
    int64_t old_ms = s->time_ms - s->steady_ms - s->off_ms;
    int64_t new_ms = jump->high_ms - jump->low_ms + s->off_ms;
    bool was_longer = s->steady_ms != TIME_NONE && old_ms > new_ms;
    bool is_lone = s->conf.is_timely && !is_end && !s->side.is_known && !is_step_home(s);
    if (!was_longer || (!is_end && !is_lone))
        return follow_step(m, s);
    int64_t by_ms = merge_clock_step(s);
    if (is_lone)
        merge_side_begin_lone(s, by_ms);
    s->off_ms = new_ms;
    return right_held(m, s, by_ms);
}

/* --- while it is held --- */

/* After a report by the new clock: decide what can be decided. */
static int judge_jump(struct merge *m, struct merge_source *s)
{
    struct merge_jump *jump = &s->jump;
    bool is_far = jump->is_ahead && !jump->is_near;
    if (!jump->is_step && !jump->is_lost) {
        enum merge_verdict verdict = merge_clock_judge(s);
        if (verdict == MERGE_NO_STEP)
            return believe_jump(m, s);
        jump->is_step = verdict == MERGE_STEP;
        jump->is_lost = verdict == MERGE_LOST;
        unsigned most = !is_far && jump->votes.count == 0 ? ASK_NEAR : ASK_MOST;
        if (verdict == MERGE_UNDECIDED && !is_far && s->held_count >= most)
            return release_held(m, s);
    }
    bool is_home = jump->is_step && is_step_home(s);
    bool is_full = s->held_count >= MERGE_HELD_MAX ||
                   (s->conf.is_timely && jump->high_ms - jump->low_ms >= SETTLE_MS);
    return is_home || is_full ? merge_jump_settle(m, s, false) : 0;
}

/* A report by the clock before the step. */
static int judge_back(struct merge *m, struct merge_source *s, uint32_t mmsi, int64_t t)
{
    struct merge_jump *jump = &s->jump;
    jump->back_ms = jump->back_count == 0 || t < jump->back_ms ? t : jump->back_ms;
    jump->others = 0;
    bool is_back = merge_step_note_back(s, mmsi, 1);
    if (!is_jump_firm(jump))
        return release_held(m, s);
    return is_back || s->held_count >= MERGE_HELD_MAX ? come_back(m, s) : 0;
}

/* Four reports in a row by neither clock: the clock made another step. */
static int judge_others(struct merge *m, struct merge_source *s)
{
    enum { MOST = MERGE_CONFIRM + 1 };
    struct merge_node *others[MOST];
    size_t count = 0;
    if (++s->jump.others < MOST)
        return 0;
    while (count < MOST && s->held_count > 1)
        others[count++] = s->held[--s->held_count];
    int rc = merge_jump_settle(m, s, false);
    while (count > 0) {
        int taken = merge_hold_push(m, s, others[--count]);
        rc = rc < 0 ? rc : taken;
    }
    return rc;
}

int merge_jump_take(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    int64_t t = node->report.time_ms;
    uint32_t mmsi = node->report.mmsi;
    node->clock = (uint8_t)find_clock(s, t);
    int rc = merge_hold_keep(m, s, node);
    if (rc != 0)
        return rc;
    switch ((enum merge_clock)node->clock) {
    case MERGE_CLOCK_NEW:
        take_new(s, node);
        return judge_jump(m, s);
    case MERGE_CLOCK_OLD:
        return judge_back(m, s, mmsi, t);
    case MERGE_CLOCK_OTHER:
        break;
    }
    return judge_others(m, s);
}

static void start_jump(struct merge_source *s, int64_t low_ms, int64_t high_ms)
{
    struct merge_jump *jump = &s->jump;
    merge_step_forget_back(s);
    jump->is_held = true;
    jump->is_step = jump->is_lost = false;
    jump->is_ahead = low_ms > s->time_ms;
    jump->is_near = jump->is_ahead && high_ms <= s->time_ms + MERGE_FAR_MS;
    jump->reports = jump->others = 0;
    jump->low_ms = low_ms;
    jump->high_ms = high_ms;
    jump->votes = (struct merge_votes){.count = 0};
}

bool merge_jump_is_step(struct merge_source *s, const struct merge_node *first)
{
    const struct merge_jump kept = s->jump;
    bool is_step = false, is_decided = false;
    start_jump(s, first->report.time_ms, first->report.time_ms);
    for (const struct merge_node *node = first;
         node != NULL && s->jump.reports < ASK_MOST && !is_decided; node = node->next) {
        take_new(s, node);
        enum merge_verdict verdict = merge_clock_judge(s);
        is_step = verdict == MERGE_STEP && s->jump.votes.moving > MERGE_CONFIRM;
        is_decided = is_step || verdict == MERGE_NO_STEP;
    }
    s->jump = kept;
    return is_step;
}

int merge_jump_begin(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    start_jump(s, node->report.time_ms, node->report.time_ms);
    return merge_jump_take(m, s, node);
}

int merge_jump_begin_lost(struct merge *m, struct merge_source *s,
                          struct merge_node *node)
{
    start_jump(s, node->report.time_ms, node->report.time_ms);
    s->jump.is_ahead = s->jump.is_near = false; /* by its clock no hour passed */
    return merge_jump_take(m, s, node);
}

int merge_jump_begin_held(struct merge *m, struct merge_source *s, int64_t low_ms,
                          int64_t high_ms)
{
    start_jump(s, low_ms, high_ms);
    for (size_t i = 0; i < s->held_count; i++) {
        struct merge_node *node = s->held[i];
        node->clock = (uint8_t)find_clock(s, node->report.time_ms);
        if (node->clock == MERGE_CLOCK_NEW)
            take_new(s, node);
    }
    return judge_jump(m, s);
}
