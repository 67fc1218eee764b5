/* SPDX-License-Identifier: Apache-2.0 */
/* Queued alerts, and the lanes that keep their order. */
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/alert/alert.h"
#include "lookout/base/text.h"
#include "lookout/rules/rule.h"

/* --- lanes --- */

static struct lane *lane_get(struct window *w, uint64_t key)
{
    struct lane *lane = map_get(&w->lanes, key);
    if (lane != NULL)
        return lane;
    lane = calloc(1, sizeof *lane);
    if (lane == NULL)
        return NULL;
    lane->key = key;
    if (map_set(&w->lanes, key, lane) != 0) {
        free(lane);
        return NULL;
    }
    return lane;
}

static void lane_free_if_empty(struct window *w, struct lane *lane)
{
    if (lane->first != NULL || lane->is_cut)
        return;
    map_remove(&w->lanes, lane->key);
    free(lane);
}

static void lane_insert(struct lane *lane, struct queued *q)
{
    struct queued **at = &lane->first;
    if (lane->last != NULL && lane->last->outbox < q->outbox)
        at = &lane->last->next;
    while (*at != NULL && (*at)->outbox < q->outbox)
        at = &(*at)->next;
    q->next = *at;
    *at = q;
    if (q->next == NULL)
        lane->last = q;
    q->lane = lane;
    lane->count++;
    lane->critical_count += q->severity == SEVERITY_CRITICAL;
}

static void lane_unlink(struct lane *lane, struct queued *q)
{
    struct queued **at = &lane->first, *before = NULL;
    while (*at != q) {
        before = *at;
        at = &before->next;
    }
    *at = q->next;
    if (lane->last == q)
        lane->last = before;
    lane->count--;
    lane->critical_count -= q->severity == SEVERITY_CRITICAL;
}

/* --- queued alerts --- */

/* Stored times are those of the wall clock, which may have been set since. So the rest of
 * a wait is bounded: by the whole wait, and by the longest wait of the schedule. */
static int64_t due_of(const struct window *w, const struct store_pending *row,
                      const struct moment *now)
{
    int64_t from = row->accepted_ms; /* when the wait began */
    from = row->begun_ms > from ? row->begun_ms : from;
    from = row->tried_ms > from ? row->tried_ms : from;
    int64_t most = row->next_attempt_ms > from ? row->next_attempt_ms - from : 0;
    int64_t left = row->next_attempt_ms - now->wall_ms;
    most = most < w->longest_wait_ms ? most : w->longest_wait_ms;
    return now->steady_ms + (left < most ? left : most);
}

static struct queued *queued_create(const struct window *w,
                                    const struct store_pending *row,
                                    const struct moment *now)
{
    struct queued *q = calloc(1, sizeof *q + row->body_bytes + 1);
    if (q == NULL)
        return NULL;
    int64_t begun_wall_ms = row->begun_ms != 0 ? row->begun_ms : row->accepted_ms;
    q->outbox = row->outbox;
    q->severity = row->severity;
    q->accepted_ms = now->steady_ms - moment_age_ms(now, row->accepted_ms);
    q->begun_ms = now->steady_ms - moment_age_ms(now, begun_wall_ms);
    q->due_ms = due_of(w, row, now);
    q->requeued_wall_ms = row->begun_ms;
    text_copy(q->id, sizeof q->id, row->id);
    memcpy(q->body, row->body, row->body_bytes);
    q->event = (struct delivery_event){q->body, row->body_bytes};
    return q;
}

int queued_add(struct window *w, const struct store_pending *row,
               const struct moment *now, struct queued **ret_alert)
{
    struct lane *lane = lane_get(w, w->is_ordered ? row->mmsi : (uint64_t)row->outbox);
    if (lane == NULL)
        return ERR_NOMEM;
    if (lane->is_cut || lane->count >= w->lane_most) {
        lane->is_cut = true;
        w->cut_from = row->outbox < w->cut_from ? row->outbox : w->cut_from;
        *ret_alert = NULL;
        return 0;
    }
    struct queued *q = queued_create(w, row, now);
    int rc = q == NULL ? ERR_NOMEM : map_set(&w->alerts, (uint64_t)row->outbox, q);
    if (rc != 0) {
        free(q);
        lane_free_if_empty(w, lane);
        return rc;
    }
    q->group_key = w->group.is_on ? group_key(&w->group, row) : lane->key;
    lane_insert(lane, q);
    w->bytes += q->event.bytes;
    *ret_alert = q;
    return 0;
}

void queued_renew(struct queued *q, const struct store_pending *row,
                  const struct moment *now)
{
    q->requeued_wall_ms = row->begun_ms;
    q->begun_ms = q->due_ms = now->steady_ms;
}

int queued_drop(struct window *w, struct queued *q)
{
    struct lane *lane = q->lane;
    int rc = 0;
    if (q->outbox > w->cursor) /* the cursor will reach this row */
        rc = map_set(&w->settled, (uint64_t)q->outbox, w);
    map_remove(&w->alerts, (uint64_t)q->outbox);
    lane_unlink(lane, q);
    w->bytes -= q->event.bytes;
    free(q);
    lane_free_if_empty(w, lane);
    return rc;
}

void queued_link_mate(struct queued *q, struct queued **first, struct queued **last)
{
    struct queued **at = first;
    if (*last != NULL && (*last)->outbox < q->outbox)
        at = &(*last)->mate;
    while (*at != NULL && (*at)->outbox < q->outbox)
        at = &(*at)->mate;
    q->mate = *at;
    *at = q;
    if (q->mate == NULL)
        *last = q;
}

bool queued_is_next(const struct queued *q, const struct bundle *b)
{
    const struct queued *before = q->lane->first;
    while (before != q && b != NULL && before->bundle == b)
        before = before->next;
    return before == q;
}

int64_t queued_passes_at(const struct window *w, const struct queued *q,
                         const struct bundle *b)
{
    int64_t since = INT64_MAX;
    if (q->severity != SEVERITY_CRITICAL)
        return INT64_MAX;
    for (const struct queued *i = q->lane->first; i != q; i = i->next) {
        int64_t failing = i->bundle != NULL ? i->bundle->failing_since_ms : 0;
        bool goes_along = b != NULL && i->bundle == b;
        if (i->severity == SEVERITY_CRITICAL && failing == 0 && !goes_along)
            return INT64_MAX;
        if (failing != 0 && failing < since)
            since = failing;
    }
    if (since == INT64_MAX)
        return INT64_MAX;
    return (q->accepted_ms > since ? q->accepted_ms : since) + w->critical_wait_ms;
}
