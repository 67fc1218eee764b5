/* SPDX-License-Identifier: Apache-2.0 */
/* How a recording begins that is read from its start to its end.
 *
 * A clock that is wrong at first is known as wrong when it is set: by then what came
 * before would have passed, and beside other recordings it would have passed at the wrong
 * place. So the first reports wait, as many as are held behind a step, and a step among
 * them moves those before it.
 *
 * A recorder that begins a new file each hour or day does so with the clock that it has.
 * When the file's first report is the next to pass, and another recording has ended that
 * heard the same ships just before, the file goes on by what was known of the clock
 * there: its reports are judged again, as if both were one recording. Where it was off
 * from its first report to its last, the places of its ships tell where it belongs. */
#include <stdlib.h>

#include "lookout/base/time.h"
#include "merge_int.h"

/* All sources together keep no more nodes than this while they begin. */
#define OPENING_ALL (16u * MERGE_HELD_MAX)
/* Among so many of the first reports the ships are looked for that the other heard. */
#define LOOK_AT 256u
#define HEARD_MS (30 * MINUTE_MS)

void merge_begin_note_first(struct merge_source *s, const struct merge_node *node)
{
    if (s->waiting == 0 && s->time_ms == TIME_NONE)
        s->begins_ms = node->own_ms;
}

void merge_begin_note(const struct merge *m, struct merge_source *s)
{
    size_t most = OPENING_ALL / m->source_count;
    if (s->is_opening && s->waiting >= (most < MERGE_HELD_MAX ? most : MERGE_HELD_MAX))
        s->is_opening = false;
}

bool merge_begin_move(struct merge *m, struct merge_source *s,
                      const struct merge_step *step)
{
    if (s->is_begun)
        return false;
    merge_flush(s);
    if (s->first == NULL)
        return false;
    struct merge_step told = *step;
    told.kind = MERGE_STEP_RIGHTED;
    told.by_ms = -step->by_ms;
    told.line = s->first->report.line;
    told.span_ms = s->last->report.time_ms - s->first->report.time_ms;
    told.reports = 0;
    /* Both clocks were steady for long: which one is right is no more than likely. */
    if (step->span_ms != 0 && told.span_ms * 2 > step->span_ms)
        return false;
    for (struct merge_node *node = s->first; node != NULL; node = node->next) {
        node->report.arrival_ms = node->report.time_ms += step->by_ms;
        told.reports++;
    }
    merge_step_tell(m, s, &told);
    return true;
}

/* --- one that goes on --- */

/* Do the first reports tell of the ships that the other heard last: four of them, or all
 * if they are fewer? */
static bool is_next_part(const struct merge_source *s, const struct merge_source *before)
{
    uint32_t mmsi[MERGE_CONFIRM + 1];
    unsigned ships = 0, looked = 0, heard = 0;
    for (unsigned i = 0; i < MERGE_HEARD; i++) {
        const struct merge_heard *h = &before->heard[i];
        heard += h->mmsi != 0 && before->time_ms - h->time_ms <= HEARD_MS;
    }
    const struct merge_node *node = s->first;
    for (; node != NULL && looked < LOOK_AT && ships <= MERGE_CONFIRM; looked++) {
        uint32_t ship = node->report.mmsi;
        unsigned k = 0;
        while (k < ships && mmsi[k] != ship)
            k++;
        if (k == ships && merge_clock_has_heard(before, ship, HEARD_MS))
            mmsi[ships++] = ship;
        node = node->next;
    }
    return ships != 0 && ships >= (heard <= MERGE_CONFIRM ? heard : MERGE_CONFIRM + 1);
}

/* The recording that ended last of those that this one goes on from; NULL: none. */
static struct merge_source *find_ended_part(const struct merge *m,
                                            const struct merge_source *s)
{
    struct merge_source *found = NULL;
    for (size_t i = 0; i < m->source_count; i++) {
        struct merge_source *other = m->sources[i];
        bool is_over = other != s && !other->conf.is_live && other->is_ended &&
                       other->is_begun && other->time_ms != TIME_NONE &&
                       other->time_ms <= s->first->own_ms + MERGE_STEP_MS;
        if (!is_over || other->is_continued || !is_next_part(s, other))
            continue;
        if (found == NULL || other->time_ms > found->time_ms)
            found = other;
    }
    return found;
}

static int compare_orders(const void *a, const void *b)
{
    const struct merge_node *x = *(struct merge_node *const *)a;
    const struct merge_node *y = *(struct merge_node *const *)b;
    return (x->order > y->order) - (x->order < y->order);
}

/* All nodes that wait, with their own times and without the steps found among them, in
 * the order of arrival; the caller frees the array. */
static struct merge_node **take_waiting(struct merge *m, struct merge_source *s,
                                        size_t *ret_count)
{
    struct merge_node **nodes = malloc((s->waiting + 1) * sizeof(struct merge_node *));
    size_t count = 0;
    if (nodes == NULL)
        return NULL;
    for (; s->first != NULL; s->first = s->first->next)
        nodes[count++] = s->first;
    for (; s->heap_count != 0; s->heap_count--)
        nodes[count++] = s->heap[s->heap_count - 1];
    for (; s->held_count != 0; s->held_count--)
        nodes[count++] = s->held[s->held_count - 1];
    s->last = NULL;
    m->steps -= s->step != NULL;
    s->step = NULL;
    for (size_t i = 0; i < count; i++) {
        m->steps -= nodes[i]->step != NULL;
        nodes[i]->step = NULL;
        nodes[i]->report.arrival_ms = nodes[i]->report.time_ms = nodes[i]->own_ms;
    }
    qsort(nodes, count, sizeof(struct merge_node *), compare_orders);
    *ret_count = count;
    return nodes;
}

static void take_over_clock(struct merge_source *s, struct merge_source *before)
{
    s->time_ms = before->time_ms;
    s->last_ms = before->last_ms;
    s->steady_ms = before->steady_ms;
    s->shifted_ms = before->shifted_ms;
    s->off_ms = before->off_ms;
    s->lost_ms = before->lost_ms;
    s->lost_ships = before->lost_ships;
    s->jump = before->jump;
    s->late = (struct merge_late){.row = 0};
    s->accepted = 0;
    s->passed_ships = before->passed_ships;
    for (unsigned i = 0; i <= MERGE_CONFIRM; i++)
        s->passed_mmsi[i] = before->passed_mmsi[i];
    for (unsigned i = 0; i < MERGE_HEARD; i++)
        s->heard[i] = before->heard[i];
    s->side = (struct merge_side){.is_known = before->side.is_known,
                                  .is_lone = before->side.is_lone,
                                  .lone_until_ms = before->side.lone_until_ms,
                                  .by_ms = before->side.by_ms,
                                  .refused = s->side.refused,
                                  .refused_line = s->side.refused_line,
                                  .refused_ms = s->side.refused_ms,
                                  .refused_from_ms = s->side.refused_from_ms};
}

/* All that waits is judged again, by what is known of the other one's clock. */
static int judge_again(struct merge *m, struct merge_source *s,
                       struct merge_source *before)
{
    int rc = 0;
    size_t count = 0;
    struct merge_node **nodes = take_waiting(m, s, &count);
    if (nodes == NULL)
        return ERR_NOMEM;
    take_over_clock(s, before);
    for (size_t i = 0; i < count; i++) {
        int pushed = merge_hold_push(m, s, nodes[i]);
        rc = rc < 0 ? rc : pushed;
    }
    free(nodes);
    return rc;
}

/* The source begins: where the other one ended, or by itself (NULL). */
static int begin_source(struct merge *m, struct merge_source *s,
                        struct merge_source *before)
{
    int rc = 0;
    s->is_begun = true;
    s->before = before;
    if (before != NULL) {
        before->is_continued = true;
        merge_step_forget_untold(s);
        rc = judge_again(m, s, before);
    } else {
        merge_step_tell_untold(m, s);
    }
    if (!s->is_ended)
        return rc;
    int ended = merge_end(m, (uint16_t)s->index);
    return rc < 0 ? rc : ended;
}

void merge_begin_note_end(struct merge *m, struct merge_source *s)
{
    s->is_opening = false;
    if (s->is_to_try || !s->is_begun || !s->conf.is_whole ||
        s->index + 1 == m->source_count)
        return;
    s->is_to_try = true;
    m->tries++;
}

/* Of the sources behind it the first one whose ships go on from there, though its clock
 * says another time. NULL: none. */
static struct merge_source *find_stepped(const struct merge *m, struct merge_source *s)
{
    for (size_t i = s->index + 1; i < m->source_count; i++) {
        struct merge_source *next = m->sources[i];
        if (!next->is_begun && next->first != NULL && is_next_part(next, s) &&
            merge_jump_is_step(s, next->first))
            return next;
    }
    return NULL;
}

static bool try_ended(struct merge *m)
{
    for (size_t i = 0; m->tries != 0 && i < m->source_count; i++) {
        struct merge_source *s = m->sources[i];
        if (!s->is_to_try)
            continue;
        s->is_to_try = false;
        m->tries--;
        if (s->is_continued || s->time_ms == TIME_NONE)
            continue;
        struct merge_source *next = find_stepped(m, s);
        if (next == NULL)
            continue;
        int rc = begin_source(m, next, s);
        m->failed = rc < 0 ? rc : m->failed;
        return true;
    }
    return false;
}

/* Do half of the sources or more begin after the one before them? */
static bool are_in_order(const struct merge *m)
{
    size_t later = 0;
    for (size_t i = 1; i < m->source_count; i++)
        later += m->sources[i]->begins_ms > m->sources[i - 1]->begins_ms;
    return later != 0 && later * 2 >= m->source_count - 1;
}

/* Where the sources are in the order of time, those that have ended need not wait for
 * their turn: one whose clock is behind would be the next else. */
static bool begin_in_order(struct merge *m)
{
    for (; m->ordered < m->source_count; m->ordered++) {
        struct merge_source *s = m->sources[m->ordered];
        if (!s->conf.is_whole || !s->is_ended)
            return false;
        if (s->is_begun || s->first == NULL)
            continue;
        if (!are_in_order(m))
            return false;
        int rc = begin_source(m, s, find_ended_part(m, s));
        m->failed = rc < 0 ? rc : m->failed;
        return true;
    }
    return false;
}

bool merge_begin_before(const struct merge *m, uint16_t source, uint16_t *ret_before)
{
    if (source >= m->source_count || m->sources[source]->before == NULL)
        return false;
    *ret_before = (uint16_t)m->sources[source]->before->index;
    return true;
}

bool merge_begin(struct merge *m, struct merge_source *s)
{
    if (try_ended(m) || begin_in_order(m))
        return true;
    if (s->is_begun)
        return false;
    int rc = begin_source(m, s, find_ended_part(m, s));
    m->failed = rc < 0 ? rc : m->failed;
    return true;
}
