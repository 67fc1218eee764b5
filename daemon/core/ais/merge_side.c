/* SPDX-License-Identifier: Apache-2.0 */
/* Two clocks side by side in one recording, as of two receivers that write to one file.
 *
 * The times of one receiver are ahead of the other's by the same size throughout, and
 * each report in normal time refutes those ahead of it (merge_hold.c). When eight reports
 * of four ships were refuted so within little, by four reports or more, they go by a
 * clock of their own: from then on its reports are put right by the difference, and so
 * are those that were refused. Of two such clocks that of the first report counts as
 * right, and never one that is behind by a rollover of the GPS week.
 *
 * A recording that is followed cannot wait until a clock that made a step comes back
 * (merge_jump.c): what goes by the new one is put right in the same way, until it was so
 * for as long as it went by the old one; then it follows the new one. */
#include <stdlib.h>

#include "lookout/base/time.h"
#include "merge_int.h"

#define SIDE_LEAST 8u
#define SIDE_TURNS 4u
/* So many reports in a row by the source's own clock: the other one is over. */
#define SIDE_OVER 20u
/* The differences from the other clock are as far apart as its reports. */
#define SIDE_SPREAD_MS (10 * MINUTE_MS)
/* As far as the one clock may go on while nothing comes by the other. */
#define SIDE_NEAR_MS (15 * MINUTE_MS)

/* --- those refused are noted --- */

static void note_side_ship(struct merge_side *side, uint32_t mmsi)
{
    unsigned k = 0;
    while (k < side->ships && side->mmsi[k] != mmsi)
        k++;
    if (k == side->ships && k <= MERGE_CONFIRM)
        side->mmsi[side->ships++] = mmsi;
}

void merge_side_note(struct merge_source *s, const struct report *r)
{
    struct merge_side *side = &s->side;
    if (side->refused++ != 0)
        return;
    side->refused_line = r->line;
    side->refused_ms = r->time_ms;
    side->refused_from_ms = s->time_ms;
}

/* It came between the last report by the other clock and the next one, which refutes it.
 */
static void note_side(struct merge_source *s, const struct report *r, int64_t next_ms)
{
    struct merge_side *side = &s->side;
    int64_t ahead_ms = r->time_ms - s->time_ms, least_ms = r->time_ms - next_ms;
    int64_t most_ms = s->accepted != 0 ? r->time_ms - s->last_ms : INT64_MAX;
    bool is_apart = llabs(ahead_ms - side->ahead_ms) > SIDE_SPREAD_MS;
    if (side->kept_count == 0 || is_apart || side->kept_count == MERGE_SIDE_KEPT) {
        side->is_first = side->is_first && side->kept_count == 0;
        side->kept_count = side->ships = side->turns = 0;
        side->ahead_ms = ahead_ms;
        side->most_ms = most_ms;
        side->least_ms = least_ms;
    }
    side->most_ms = most_ms < side->most_ms ? most_ms : side->most_ms;
    side->least_ms = least_ms > side->least_ms ? least_ms : side->least_ms;
    side->kept[side->kept_count++] = *r;
    note_side_ship(side, r->mmsi);
}

/* --- and put right --- */

static struct merge_step make_side_step(const struct merge_source *s,
                                        enum merge_step_kind kind, int64_t by_ms)
{
    return (struct merge_step){.kind = kind,
                               .from_ms = s->time_ms,
                               .to_ms = s->time_ms + by_ms,
                               .by_ms = by_ms,
                               .reports = s->side.righted,
                               .line = s->side.line};
}

/* All that came so far was by the wrong clock. */
static int change_sides(struct merge *m, struct merge_source *s)
{
    int64_t by_ms = s->side.by_ms;
    struct merge_step step = make_side_step(s, MERGE_STEP_SHIFTED, by_ms);
    step.reports = 0;
    merge_flush(s);
    merge_clock_shift(s, by_ms);
    s->time_ms += by_ms;
    s->last_ms += by_ms;
    s->steady_ms += by_ms;
    s->jump.is_known = false;
    s->side.by_ms = -by_ms;
    return merge_step_queue(m, s, &step);
}

static int accept_kept(struct merge *m, struct merge_source *s, int64_t by_ms)
{
    struct merge_side *side = &s->side;
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < side->kept_count; i++) {
        struct merge_node *node = merge_take_node(m);
        if (node == NULL)
            return ERR_NOMEM;
        node->report = side->kept[i];
        node->report.arrival_ms = node->report.time_ms -= by_ms;
        node->order = m->orders++;
        node->own_ms = node->report.time_ms + by_ms;
        node->step = NULL;
        s->waiting++;
        s->counts.far_future--;
        side->refused--;
        side->righted += by_ms != 0;
        rc = merge_accept(m, s, node);
    }
    side->kept_count = 0;
    return rc;
}

static int begin_side(struct merge *m, struct merge_source *s)
{
    struct merge_side *side = &s->side;
    int64_t about_ms = side->least_ms + (side->most_ms - side->least_ms) / 2;
    int64_t by_ms = merge_clock_round(
        about_ms, llabs(side->most_ms - side->least_ms) / 2 + SECOND_MS);
    bool is_right = side->is_first || merge_step_is_rollover(by_ms);
    side->is_known = true;
    side->by_ms = by_ms;
    side->line = side->kept[0].line;
    int rc = is_right ? change_sides(m, s) : 0;
    int accepted = accept_kept(m, s, is_right ? 0 : by_ms);
    if (s->conf.is_timely) {
        struct merge_step step = make_side_step(s, MERGE_STEP_BESIDE, side->by_ms);
        merge_step_tell(m, s, &step);
    }
    return rc < 0 ? rc : accepted;
}

int merge_side_refuse(struct merge *m, struct merge_source *s,
                      const struct merge_node *node)
{
    struct merge_side *side = &s->side;
    if (s->held_count == 0)
        return 0;
    for (size_t i = 0; i < s->held_count; i++) {
        merge_side_note(s, &s->held[i]->report);
        if (!side->is_known)
            note_side(s, &s->held[i]->report, node->report.time_ms);
        merge_hold_refuse(m, s, s->held[i]);
    }
    s->held_count = 0;
    side->turns++;
    bool is_side = !side->is_known && side->kept_count >= SIDE_LEAST &&
                   side->ships > MERGE_CONFIRM && side->turns >= SIDE_TURNS;
    return is_side ? begin_side(m, s) : 0;
}

void merge_side_begin_lone(struct merge_source *s, int64_t by_ms)
{
    struct merge_side *side = &s->side;
    if (side->is_known)
        return;
    side->is_known = side->is_lone = true;
    side->by_ms = by_ms;
    side->others = 0;
    side->lone_until_ms = s->time_ms + (s->time_ms - s->steady_ms);
}

int merge_side_right(struct merge *m, struct merge_source *s, struct report *r)
{
    struct merge_side *side = &s->side;
    if (!side->is_known)
        return 0;
    int64_t near_ms = llabs(side->by_ms) / 4;
    near_ms = near_ms < SIDE_NEAR_MS ? near_ms : SIDE_NEAR_MS;
    if (llabs(r->time_ms - side->by_ms - s->time_ms) > near_ms) {
        if (side->is_lone && ++side->others >= SIDE_OVER)
            side->is_known = side->is_lone = false;
        return 0;
    }
    side->others = 0;
    if (side->is_lone && s->time_ms > side->lone_until_ms) {
        side->is_known = side->is_lone = false;
        return change_sides(m, s);
    }
    r->arrival_ms = r->time_ms -= side->by_ms;
    side->righted++;
    return 0;
}

void merge_side_tell(struct merge *m, struct merge_source *s)
{
    struct merge_side *side = &s->side;
    if (!s->is_begun)
        return;
    if (side->is_known && !side->is_lone && !s->conf.is_timely) {
        struct merge_step step = make_side_step(s, MERGE_STEP_BESIDE, side->by_ms);
        merge_step_tell(m, s, &step);
    }
    if (side->refused != 0)
        merge_step_tell(
            m, s,
            &(struct merge_step){.kind = MERGE_STEP_FAR,
                                 .from_ms = side->refused_from_ms,
                                 .to_ms = side->refused_ms,
                                 .by_ms = merge_clock_round(
                                     side->refused_ms - side->refused_from_ms, MINUTE_MS),
                                 .reports = side->refused,
                                 .line = side->refused_line});
    side->refused = 0;
}
