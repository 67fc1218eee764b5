/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded window on the pending rows of one webhook. Rows are read in ascending order,
 * each once. Urgent rows are read ahead of the rest. Rows that `redeliver` puts back, and
 * rows for which a lane had no room, are read again. Knows no clock and no network. */
#include <inttypes.h>
#include <stdlib.h>

#include "delivery_int.h"
#include "lookout/sys/log.h"

enum {
    LOAD_ROWS = 256,    /* read at a time */
    URGENT_ROWS = 1024, /* urgent rows held beyond rows_most */
    COMPLETE_MS = 10000 /* wait for the missing alerts of a bundle */
};

void window_init(struct window *w)
{
    *w = (struct window){.cut_from = INT64_MAX, .has_more = true};
    map_init(&w->alerts);
    map_init(&w->lanes);
    map_init(&w->groups);
    map_init(&w->bundles);
    map_init(&w->settled);
    agenda_init(&w->waiting);
    agenda_init(&w->going);
    heap_init(&w->idle);
}

static void free_values(struct map *m, void (*destroy)(void *value))
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(m, &cursor, &key, &value))
        destroy(value);
    map_finish(m);
}

static void destroy_bundle(void *value)
{
    bundle_destroy(value);
}

void window_clear(struct window *w)
{
    agenda_finish(&w->waiting);
    agenda_finish(&w->going);
    heap_finish(&w->idle);
    free_values(&w->bundles, destroy_bundle);
    free_values(&w->groups, free);
    free_values(&w->alerts, free);
    free_values(&w->lanes, free);
    map_finish(&w->settled);
    w->bytes = 0;
    w->cursor = w->high = w->urgent_seen = 0;
    w->cut_from = INT64_MAX;
    w->has_more = true;
}

/* --- reading --- */

/* Put the alert into its bundle, which was tried or stored before. */
static int join_recorded(struct window *w, struct queued *q,
                         const struct store_pending *row, int64_t number)
{
    struct bundle *b = map_get(&w->bundles, (uint64_t)number);
    if (b != NULL && b->state == BUNDLE_UNDER_WAY) /* too late to join */
        return group_add(w, q);
    if (b == NULL) {
        int rc = bundle_create(w->group.is_on ? BUNDLE_PARTIAL : BUNDLE_READY, &b);
        if (rc != 0 || map_set(&w->bundles, (uint64_t)number, b) != 0) {
            bundle_destroy(b);
            return group_add(w, q);
        }
        b->number = number;
        b->attempts = row->attempts;
        b->due_ms = q->due_ms;
        /* The time of the first failure is not stored; it is after begun_ms. */
        b->failing_since_ms = row->attempts > 0 ? q->begun_ms : 0;
    }
    b->due_ms = q->due_ms < b->due_ms ? q->due_ms : b->due_ms;
    b->attempts = row->attempts < b->attempts ? row->attempts : b->attempts;
    bundle_join(b, q);
    return bundle_enter(w, b);
}

static int add_due_row(struct window *w, const struct store_pending *row,
                       const struct moment *now)
{
    struct queued *q = NULL;
    int rc = queued_add(w, row, now, &q);
    if (rc != 0 || q == NULL)
        return rc;
    int64_t own = row->attempts > 0 ? row->outbox : 0;
    int64_t number = w->group.is_on ? row->bundle : own;
    rc = number != 0 ? join_recorded(w, q, row, number) : group_add(w, q);
    if (rc == 0 || q->group != NULL || q->bundle != NULL)
        return rc;
    int lost = queued_drop(w, q); /* out of memory: read it again */
    map_remove(&w->settled, (uint64_t)row->outbox);
    return lost != 0 ? lost : rc;
}

/* A row that is in memory already: if `redeliver` put it back, its schedule begins again.
 */
static int renew_row(struct window *w, struct queued *q, const struct store_pending *row,
                     const struct moment *now)
{
    if (row->begun_ms <= q->requeued_wall_ms)
        return 0;
    queued_renew(q, row, now);
    struct bundle *b = q->bundle;
    if (b == NULL)
        return group_wake(w, q);
    b->attempts = row->attempts;
    if (b->state == BUNDLE_UNDER_WAY || b->state == BUNDLE_RECORDING)
        return 0;
    b->due_ms = q->due_ms;
    return bundle_enter(w, b);
}

struct loading {
    struct window *window;
    const struct moment *now;
    size_t rows;
    int64_t last;
    bool is_ahead; /* these rows do not move the cursor */
};

static int on_row(void *context, const struct store_pending *row)
{
    struct loading *loading = context;
    struct window *w = loading->window;
    struct queued *known = map_get(&w->alerts, (uint64_t)row->outbox);
    int rc = 0;
    if (row->is_damaged)
        log_repeated(LOG_LEVEL_ERROR, "delivery", row->webhook, "damaged",
                     "an alert is not what was written, and not sent: row=%" PRId64,
                     row->outbox);
    else if (known != NULL)
        rc = renew_row(w, known, row, loading->now);
    else if (map_get(&w->settled, (uint64_t)row->outbox) == NULL)
        rc = add_due_row(w, row, loading->now);
    if (rc != 0)
        return rc;
    loading->rows++;
    loading->last = row->outbox;
    w->high = row->outbox > w->high ? row->outbox : w->high;
    if (!loading->is_ahead)
        w->cursor = row->outbox;
    return 0;
}

static bool has_window_room(const struct window *w)
{
    return w->alerts.count < w->rows_most && w->bytes < w->bytes_most;
}

/* Not for a few rows: a quarter of the window must be free. */
bool window_wants_more(const struct window *w)
{
    return w->has_more && w->alerts.count <= w->rows_most - w->rows_most / 4 &&
           w->bytes <= w->bytes_most - w->bytes_most / 4;
}

int window_load(struct window *w, struct store_reader *reader, const char *webhook,
                const struct moment *now)
{
    int rc = 0;
    w->has_more = true;
    while (rc == 0 && w->has_more && has_window_room(w)) {
        size_t room = w->rows_most - w->alerts.count;
        size_t limit = room < LOAD_ROWS ? room : LOAD_ROWS;
        struct loading loading = {.window = w, .now = now};
        rc = store_reader_pending(reader, webhook, w->cursor, limit, on_row, &loading);
        if (rc == 0 && loading.rows < limit)
            w->has_more = false;
    }
    /* The outbox has more rows than the window holds. */
    if (rc == 0 && w->group.is_on && (w->has_more || w->cut_from != INT64_MAX))
        rc = group_hasten_all(w);
    if (!w->has_more) /* no pending row lies between */
        w->cursor = w->high;
    /* The cursor is past all settled rows: none is read again. */
    if (w->cursor >= w->high && w->settled.count > 0)
        map_finish(&w->settled);
    return rc;
}

int window_load_urgent(struct window *w, struct store_reader *reader, const char *webhook,
                       const struct moment *now)
{
    if (!w->has_more || w->alerts.count >= w->rows_most + URGENT_ROWS)
        return 0;
    struct loading loading = {
        .window = w, .now = now, .last = w->cursor, .is_ahead = true};
    int rc;
    do {
        const struct store_urgent which = {.webhook = webhook,
                                           .after = loading.last,
                                           .critical_after = w->urgent_seen,
                                           .is_ordered = w->is_ordered,
                                           .limit = LOAD_ROWS};
        loading.rows = 0;
        rc = store_reader_urgent(reader, &which, on_row, &loading);
        if (rc == 0 && loading.rows < LOAD_ROWS)
            w->urgent_seen = w->high;
    } while (rc == 0 && loading.rows == LOAD_ROWS &&
             w->alerts.count < w->rows_most + URGENT_ROWS);
    return rc;
}

void window_rewind(struct window *w, int64_t row)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    map_finish(&w->settled);
    w->cursor = row - 1 < w->cursor ? row - 1 : w->cursor;
    w->urgent_seen = row - 1 < w->urgent_seen ? row - 1 : w->urgent_seen;
    w->has_more = true;
    w->cut_from = INT64_MAX;
    while (map_next(&w->lanes, &cursor, &key, &value))
        ((struct lane *)value)->is_cut = false;
}

bool window_wants_rewind(const struct window *w, int64_t *ret_row)
{
    /* Rows beyond the cursor come first; the rows left behind stay in the outbox. */
    if (w->cut_from == INT64_MAX || w->alerts.count > w->rows_most / 2)
        return false;
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&w->lanes, &cursor, &key, &value)) {
        const struct lane *lane = value;
        if (lane->is_cut && lane->count <= w->lane_most / 4) {
            *ret_row = w->cut_from;
            return true;
        }
    }
    return false;
}

/* --- sending --- */

/* Whether all alerts of the bundle were read, as far as is known. */
static bool is_complete(const struct window *w, const struct bundle *b)
{
    return (!w->has_more || w->cursor >= b->number) && w->cut_from > b->number;
}

struct bundle *window_next(struct window *w, int64_t now_ms, bool may_form,
                           int64_t *ret_due_ms)
{
    group_forget_idle(w, now_ms);
    for (;;) {
        struct agenda_node *going = agenda_first(&w->going, now_ms);
        struct agenda_node *waiting = may_form ? agenda_first(&w->waiting, now_ms) : NULL;
        bool forms = agenda_precedes(waiting, going, now_ms);
        struct agenda_node *first = forms ? waiting : going;
        *ret_due_ms = first != NULL ? first->heap.due_ms : INT64_MAX;
        if (forms || going == NULL)
            return NULL;
        struct bundle *b = (void *)((char *)going - offsetof(struct bundle, node));
        if (*ret_due_ms > now_ms || b->state != BUNDLE_PARTIAL)
            return b;
        b->state = BUNDLE_READY;
        if (is_complete(w, b))
            return b;
        bundle_postpone(w, b, now_ms + COMPLETE_MS);
    }
}

void window_take(struct window *w, struct bundle *b)
{
    agenda_remove(&w->going, &b->node);
    b->state = BUNDLE_UNDER_WAY;
}

int window_retry(struct window *w, struct bundle *b)
{
    int rc = 0;
    b->state = BUNDLE_READY;
    for (const struct queued *q = b->first; q != NULL && rc == 0; q = q->mate)
        if (q->lane->critical_count > 0)
            rc = group_wake_critical(w, q->lane);
    return rc == 0 ? bundle_enter(w, b) : rc;
}

int window_remove(struct window *w, struct bundle *b)
{
    struct queued *next;
    int rc = 0;
    bundle_leave(w, b);
    for (struct queued *q = b->first; q != NULL; q = next) {
        struct lane *lane = q->lane;
        bool stays = lane->count > 1;
        next = q->mate;
        rc = queued_drop(w, q) != 0 ? ERR_NOMEM : rc;
        rc = stays && group_wake_first(w, lane) != 0 ? ERR_NOMEM : rc;
        rc = stays && lane->critical_count > 0 && group_wake_critical(w, lane) != 0
                 ? ERR_NOMEM
                 : rc;
    }
    bundle_destroy(b);
    return rc;
}

int window_split_bundle(struct window *w, struct bundle *b, int64_t now_ms)
{
    struct queued *next;
    int rc = 0;
    bundle_leave(w, b);
    for (struct queued *q = b->first; q != NULL; q = next) {
        next = q->mate;
        q->goes_alone = true;
        q->due_ms = now_ms;
        rc = group_add(w, q) != 0 ? ERR_NOMEM : rc;
    }
    bundle_destroy(b);
    return rc;
}
