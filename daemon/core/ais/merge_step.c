/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a recording's clock: which of them are told, and when. The user who replays
 * the recording is told each of them, and no alert is made of time that did not pass. */
#include <stdlib.h>

#include "lookout/base/time.h"
#include "merge_int.h"

/* A believed jump has come back after this many reports in a row in the old time. Fewer
 * reports may only be late. */
#define BACK_REPORTS 20
/* So many late reports in a row are a clock that went back. */
#define LATE_REPORTS 20
/* It is not plausible that a recorder stops for longer than this and continues in the
 * same file. */
#define AHEAD_MS (365 * DAY_MS)
/* The number of the GPS week has ten bits. */
#define ROLLOVER_MS (1024 * 7 * DAY_MS)

const char *merge_step_name(enum merge_step_kind kind)
{
    static const char *const names[] = {
#define MERGE_STEP_NAME(kind, name) name,
        MERGE_STEP_KINDS(MERGE_STEP_NAME)
#undef MERGE_STEP_NAME
    };
    return names[kind];
}

/* --- telling --- */

/* One that is found before its source has begun may be judged again. */
static bool keep_untold(struct merge_source *s, const struct merge_step *step)
{
    struct merge_queued *untold = s->is_begun ? NULL : malloc(sizeof *untold);
    if (untold == NULL)
        return false;
    *untold = (struct merge_queued){.next = s->untold, .step = *step};
    s->untold = untold;
    return true;
}

void merge_step_forget_untold(struct merge_source *s)
{
    while (s->untold != NULL) {
        struct merge_queued *untold = s->untold;
        s->untold = untold->next;
        free(untold);
    }
}

void merge_step_tell(struct merge *m, struct merge_source *s,
                     const struct merge_step *step)
{
    struct merge_step told = *step;
    told.source = (uint16_t)s->index;
    if (!keep_untold(s, &told) && m->sink.on_step != NULL)
        m->sink.on_step(m->sink.context, &told);
}

void merge_step_tell_untold(struct merge *m, struct merge_source *s)
{
    struct merge_queued *ordered = NULL;
    while (s->untold != NULL) {
        struct merge_queued *untold = s->untold;
        s->untold = untold->next;
        untold->next = ordered;
        ordered = untold;
    }
    for (struct merge_queued *one = ordered; one != NULL; one = one->next)
        merge_step_tell(m, s, &one->step);
    s->untold = ordered;
    merge_step_forget_untold(s);
}

int merge_step_queue(struct merge *m, struct merge_source *s,
                     const struct merge_step *step)
{
    if (step->kind != MERGE_STEP_BACK && merge_begin_move(m, s, step))
        return 0;
    struct merge_queued *queued = calloc(1, sizeof *queued);
    if (queued == NULL)
        return ERR_NOMEM;
    queued->step = *step;
    queued->next = m->queued;
    m->queued = queued;
    s->step = &queued->step;
    m->steps++;
    return 0;
}

void merge_step_pass_one(struct merge *m, struct merge_source *s)
{
    struct merge_node *node = s->first;
    const struct merge_step *step = node->step;
    if (step == NULL)
        return;
    node->step = NULL;
    m->steps--;
    if (step->kind != MERGE_STEP_AHEAD && s->passed_ms != TIME_NONE)
        s->passed_ms = m->passed_ms = node->report.time_ms;
    merge_step_tell(m, s, step);
}

void merge_step_pass(struct merge *m)
{
    for (size_t i = 0; i < m->source_count; i++) {
        struct merge_source *s = m->sources[i];
        bool is_waiting = s->before != NULL && s->before->first != NULL;
        if (s->first != NULL && !is_waiting)
            merge_step_pass_one(m, s);
    }
}

/* --- back in the time before --- */

bool merge_step_note_back(struct merge_source *s, uint32_t mmsi, unsigned reports)
{
    struct merge_jump *jump = &s->jump;
    unsigned k = 0;
    while (k < jump->back_ships && jump->back_mmsi[k] != mmsi)
        k++;
    if (k == jump->back_ships && k <= MERGE_CONFIRM)
        jump->back_mmsi[jump->back_ships++] = mmsi;
    jump->back_count++;
    /* Reports of four ships are needed, or of all ships of a source that has fewer. */
    unsigned needed =
        s->passed_ships <= MERGE_CONFIRM ? s->passed_ships : MERGE_CONFIRM + 1;
    return jump->back_count >= reports && jump->back_ships >= needed;
}

void merge_step_forget_back(struct merge_source *s)
{
    s->jump.back_count = s->jump.back_ships = 0;
}

bool merge_step_is_rollover(int64_t jump_ms)
{
    int64_t rest_ms = (jump_ms + DAY_MS) % ROLLOVER_MS;
    return jump_ms > DAY_MS && rest_ms <= 2 * DAY_MS;
}

int merge_step_believe(struct merge *m, struct merge_source *s, int64_t low_ms)
{
    struct merge_jump *jump = &s->jump;
    merge_step_forget_back(s);
    jump->is_known = true;
    jump->from_ms = s->time_ms;
    jump->believed_ms = low_ms;
    int64_t jump_ms = low_ms - s->time_ms;
    /* The receiver was off, and its clock was set meanwhile. */
    if (jump->votes.lost > MERGE_CONFIRM)
        s->steady_ms = low_ms;
    jump->votes.lost = 0;
    bool are_many = s->passed_ships > MERGE_CONFIRM;
    if (!merge_step_is_rollover(jump_ms) && (jump_ms < AHEAD_MS || !are_many))
        return 0;
    s->steady_ms = low_ms;
    int64_t weeks_ms = (jump_ms + ROLLOVER_MS / 2) / ROLLOVER_MS * ROLLOVER_MS;
    bool is_weeks = weeks_ms != 0 && llabs(weeks_ms - jump_ms) < HOUR_MS;
    return merge_step_queue(m, s,
                            &(struct merge_step){.kind = MERGE_STEP_AHEAD,
                                                 .from_ms = s->time_ms,
                                                 .to_ms = low_ms,
                                                 .by_ms = is_weeks ? weeks_ms : jump_ms,
                                                 .line = s->held[0]->report.line});
}

/* Is it in the time before a believed jump, as that has gone on since? */
static bool is_before_jump(const struct merge_source *s, int64_t time_ms)
{
    const struct merge_jump *jump = &s->jump;
    int64_t since_ms = s->time_ms - jump->believed_ms;
    return jump->is_known && time_ms >= jump->from_ms - MERGE_FAR_MS &&
           time_ms <= jump->from_ms + since_ms + MERGE_FAR_MS;
}

int merge_step_look_back(struct merge *m, struct merge_source *s,
                         const struct merge_node *node)
{
    int64_t t = node->report.time_ms;
    if (t >= s->time_ms - MERGE_FAR_MS || !is_before_jump(s, t)) {
        merge_step_forget_back(s);
        return 0;
    }
    if (!merge_step_note_back(s, node->report.mmsi, BACK_REPORTS))
        return 0;
    struct merge_step step = {.kind = MERGE_STEP_BACK,
                              .from_ms = s->time_ms,
                              .to_ms = t,
                              .by_ms = t - s->time_ms,
                              .line = node->report.line};
    s->jump.is_known = false;
    merge_step_forget_back(s);
    merge_flush(s);
    s->time_ms = s->steady_ms = t;
    s->late.row = 0;
    return merge_step_queue(m, s, &step);
}

void merge_step_note_late(struct merge *m, struct merge_source *s,
                          const struct merge_node *node)
{
    struct merge_late *late = &s->late;
    const struct report *r = &node->report;
    if (r->time_ms >= s->time_ms - MERGE_STEP_MS) {
        late->row = 0;
        return;
    }
    late->reports++;
    if (r->time_ms - s->time_ms < late->most_ms)
        late->most_ms = r->time_ms - s->time_ms;
    if (late->row == 0) {
        late->row_line = r->line;
        late->row_ms = r->time_ms;
        late->row_from_ms = s->time_ms;
    }
    if (late->row <= LATE_REPORTS)
        late->row++;
    if (late->row != LATE_REPORTS || late->step.kind == MERGE_STEP_LATE)
        return;
    late->step = (struct merge_step){.kind = MERGE_STEP_LATE,
                                     .from_ms = late->row_from_ms,
                                     .to_ms = late->row_ms,
                                     .line = late->row_line};
    if (s->conf.is_timely)
        merge_step_tell_late(m, s);
}

void merge_step_tell_late(struct merge *m, struct merge_source *s)
{
    struct merge_step step = s->late.step;
    if (step.kind != MERGE_STEP_LATE || !s->is_begun)
        return;
    step.by_ms = s->late.most_ms;
    step.reports = s->late.reports;
    step.of_reports = s->accepted + (s->conf.is_timely ? 1 : 0);
    merge_step_tell(m, s, &step);
}
