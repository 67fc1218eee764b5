/* SPDX-License-Identifier: Apache-2.0 */
/* Finds steps of a recording's clock: ahead and back again, or wrong from the start. The
 * user who replays the recording is told, and no alert is made of time that did not pass.
 */
#include "lookout/base/time.h"
#include "merge_int.h"

#define FAR_MS HOUR_MS
/* A believed jump has come back after this many reports in a row in the old time. Fewer
 * reports may only be late. */
#define BACK_REPORTS 20
/* It is not plausible that a recorder stops for longer than this and continues in the
 * same file. */
#define AHEAD_MS (365 * DAY_MS)
/* The number of the GPS week has ten bits. */
#define ROLLOVER_MS (1024 * 7 * DAY_MS)

static void hand_out_step(struct merge *m, const struct merge_step *step)
{
    if (m->sink.on_step != NULL)
        m->sink.on_step(m->sink.context, step);
}

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

static bool is_rollover(int64_t jump_ms)
{
    int64_t rest_ms = (jump_ms + DAY_MS) % ROLLOVER_MS;
    return jump_ms > DAY_MS && rest_ms <= 2 * DAY_MS;
}

void merge_step_believe(struct merge *m, struct merge_source *s, int64_t low_ms)
{
    struct merge_jump *jump = &s->jump;
    merge_step_forget_back(s);
    jump->is_known = true;
    jump->from_ms = s->time_ms;
    jump->low_ms = low_ms;
    int64_t jump_ms = low_ms - s->time_ms;
    bool are_many = s->passed_ships > MERGE_CONFIRM;
    if (!is_rollover(jump_ms) && (jump_ms < AHEAD_MS || !are_many))
        return;
    m->has_ahead = true;
    m->ahead = (struct merge_step){.kind = MERGE_STEP_AHEAD,
                                   .source = (uint16_t)s->index,
                                   .from_ms = s->time_ms,
                                   .to_ms = low_ms};
}

void merge_step_refuse(struct merge *m, struct merge_source *s, uint64_t reports)
{
    struct merge_step step = {.kind = MERGE_STEP_REFUSED,
                              .source = (uint16_t)s->index,
                              .from_ms = s->time_ms,
                              .to_ms = s->jump.low_ms,
                              .reports = reports};
    merge_step_forget_back(s);
    hand_out_step(m, &step);
}

bool merge_step_is_back(struct merge_source *s, const struct merge_node *node)
{
    const struct merge_jump *jump = &s->jump;
    int64_t t = node->report.time_ms;
    int64_t since_ms = s->time_ms - jump->low_ms; /* the time that it went on ahead */
    if (!jump->is_known || t < jump->from_ms - FAR_MS ||
        t > jump->from_ms + since_ms + FAR_MS) {
        merge_step_forget_back(s);
        return false;
    }
    return merge_step_note_back(s, node->report.mmsi, BACK_REPORTS);
}

void merge_step_back(struct merge_source *s, const struct merge_node *node)
{
    s->back_at = node;
    s->back = (struct merge_step){.kind = MERGE_STEP_BACK,
                                  .source = (uint16_t)s->index,
                                  .from_ms = s->time_ms,
                                  .to_ms = node->report.time_ms};
    s->jump.is_known = false;
    merge_step_forget_back(s);
    merge_flush(s);
    s->time_ms = node->report.time_ms;
}

void merge_step_pass(struct merge *m, struct merge_source *s,
                     const struct merge_node *node)
{
    if (s->back_at == node) {
        s->back_at = NULL;
        s->passed_ms = m->passed_ms = node->report.time_ms;
        hand_out_step(m, &s->back);
    }
    if (m->has_ahead && node->report.time_ms > m->ahead.from_ms + FAR_MS) {
        m->has_ahead = false;
        hand_out_step(m, &m->ahead);
    }
}
