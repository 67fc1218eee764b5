/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded window on the pending rows of one webhook, sorted into lanes that keep their
 * order. Rows come in ascending order and each is read once; only what another process
 * puts back, or what a crowded lane had to leave behind, is read again. Knows no clock
 * and no network. */
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/alert/alert.h"
#include "lookout/base/text.h"
#include "lookout/rules/rule.h"

enum { LOAD_ROWS = 256 }; /* read at a time */

void window_init(struct window *w)
{
    *w = (struct window){.cut_from = INT64_MAX, .has_more = true};
    map_init(&w->items);
    map_init(&w->lanes);
    map_init(&w->settled);
    heap_init(&w->due);
    map_init(&w->groups);
    map_init(&w->bundles);
    heap_init(&w->group_due);
    heap_init(&w->group_idle);
    heap_init(&w->bundle_due);
}

/* --- lanes --- */

/* Which of a lane's items goes next, and when. The first; but a critical one waits at
 * most critical_wait_ms behind one that failed. */
static struct item *choose(const struct window *w, const struct lane *lane,
                           int64_t *ret_due_ms)
{
    struct item *chosen = lane->first;
    int64_t due = chosen->next_ms;
    int64_t failing_since = chosen->failing_since_ms;
    if (failing_since != 0)
        for (struct item *i = chosen->next; i != NULL; i = i->next) {
            if (i->failing_since_ms != 0 && i->failing_since_ms < failing_since)
                failing_since = i->failing_since_ms;
            if (i->severity != SEVERITY_CRITICAL)
                continue;
            int64_t since =
                i->accepted_ms > failing_since ? i->accepted_ms : failing_since;
            int64_t own = since + w->critical_wait_ms;
            own = own > i->next_ms ? own : i->next_ms;
            if (own < due) {
                due = own;
                chosen = i;
            }
        }
    *ret_due_ms = due;
    return chosen;
}

/* Into the heap with what goes next, unless one is under way. */
static int schedule(struct window *w, struct lane *lane)
{
    if (lane->under_way != NULL)
        return 0;
    int64_t due;
    lane->chosen = choose(w, lane, &due);
    return heap_set(&w->due, &lane->due, due, (uint64_t)lane->chosen->outbox);
}

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
    if (lane->first != NULL)
        return;
    heap_remove(&w->due, &lane->due);
    map_remove(&w->lanes, lane->key);
    free(lane);
}

static void lane_insert(struct lane *lane, struct item *item)
{
    struct item **at = &lane->first;
    if (lane->last != NULL && lane->last->outbox < item->outbox)
        at = &lane->last->next;
    while (*at != NULL && (*at)->outbox < item->outbox)
        at = &(*at)->next;
    item->next = *at;
    *at = item;
    if (item->next == NULL)
        lane->last = item;
    item->lane = lane;
    lane->count++;
}

static void lane_unlink(struct lane *lane, struct item *item)
{
    struct item **at = &lane->first, *before = NULL;
    while (*at != item) {
        before = *at;
        at = &before->next;
    }
    *at = item->next;
    if (lane->last == item)
        lane->last = before;
    lane->count--;
    if (lane->under_way == item)
        lane->under_way = NULL;
}

/* --- reading --- */

static struct item *item_create(const struct store_pending *row)
{
    struct item *item = calloc(1, sizeof *item + row->body_bytes + 1);
    if (item == NULL)
        return NULL;
    item->outbox = row->outbox;
    item->accepted_ms = row->accepted_ms;
    item->next_ms = row->next_attempt_ms;
    item->begun_ms = row->begun_ms;
    item->attempts = row->attempts;
    item->severity = row->severity;
    /* Since when it fails is not on record; it was not before it was accepted. */
    int64_t begun_ms = row->begun_ms != 0 ? row->begun_ms : row->accepted_ms;
    item->failing_since_ms = row->attempts > 0 ? begun_ms : 0;
    text_copy(item->id, sizeof item->id, row->id);
    memcpy(item->body, row->body, row->body_bytes);
    item->event = (struct delivery_event){item->body, row->body_bytes};
    return item;
}

static int add(struct window *w, struct lane *lane, const struct store_pending *row)
{
    struct item *item = item_create(row);
    int rc = item == NULL ? ERR_NOMEM : map_set(&w->items, (uint64_t)row->outbox, item);
    if (rc != 0) {
        free(item);
        lane_free_if_empty(w, lane);
        return rc;
    }
    lane_insert(lane, item);
    w->bytes += item->event.bytes;
    if (!w->group.is_on)
        return schedule(w, lane);
    item->group_key = group_key(&w->group, row);
    return row->bundle != 0 ? group_add_recorded(w, item, row->bundle)
                            : group_add(w, item);
}

/* Known already; put back by somebody it is due earlier than we thought, and has its
 * whole schedule before it. */
static int hasten(struct window *w, struct item *item, const struct store_pending *row)
{
    if (row->begun_ms <= item->begun_ms)
        return 0;
    item->begun_ms = row->begun_ms;
    item->attempts = row->attempts;
    if (w->group.is_on)
        return group_hasten(w, item, row);
    if (item->lane->under_way == item)
        return 0;
    item->next_ms = row->next_attempt_ms;
    return schedule(w, item->lane);
}

struct loading {
    struct window *window;
    size_t rows;
};

static int on_row(void *context, const struct store_pending *row)
{
    struct loading *loading = context;
    struct window *w = loading->window;
    struct item *known = map_get(&w->items, (uint64_t)row->outbox);
    int rc = 0;
    if (known != NULL) {
        rc = hasten(w, known, row);
    } else if (map_get(&w->settled, (uint64_t)row->outbox) == NULL) {
        uint64_t key = w->is_ordered ? row->mmsi : (uint64_t)row->outbox;
        struct lane *lane = lane_get(w, key);
        if (lane == NULL)
            return ERR_NOMEM;
        if (lane->is_cut || lane->count >= w->lane_most) {
            lane->is_cut = true;
            if (row->outbox < w->cut_from)
                w->cut_from = row->outbox;
        } else {
            rc = add(w, lane, row);
        }
    }
    if (rc != 0)
        return rc;
    loading->rows++;
    w->cursor = row->outbox;
    return 0;
}

static bool has_room(const struct window *w)
{
    return w->has_more && w->items.count < w->rows_most && w->bytes < w->bytes_most;
}

/* There is more than it holds. */
static bool is_full(const struct window *w)
{
    if (w->cut_from != INT64_MAX)
        return true;
    return w->has_more && (w->items.count >= w->rows_most || w->bytes >= w->bytes_most);
}

/* Not for a row at a time. */
bool window_wants_more(const struct window *w)
{
    return w->has_more && w->items.count <= w->rows_most - w->rows_most / 4 &&
           w->bytes <= w->bytes_most - w->bytes_most / 4;
}

int window_load(struct window *w, struct store_reader *reader, const char *webhook)
{
    int rc = 0;
    w->has_more = true;
    while (rc == 0 && has_room(w)) {
        size_t room = w->rows_most - w->items.count;
        size_t limit = room < LOAD_ROWS ? room : LOAD_ROWS;
        struct loading loading = {.window = w};
        rc = store_reader_pending(reader, webhook, w->cursor, limit, on_row, &loading);
        if (rc == 0 && loading.rows < limit)
            w->has_more = false;
    }
    if (w->cursor > w->high)
        w->high = w->cursor;
    if (rc == 0 && w->group.is_on && is_full(w))
        rc = group_hasten_all(w);
    if (!w->has_more) /* nothing pending lies between */
        w->cursor = w->high;
    /* Past everything that was ever settled: none of it will be read again. */
    if (w->cursor >= w->high && w->settled.count > 0)
        map_finish(&w->settled);
    return rc;
}

void window_rewind(struct window *w, int64_t row)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    map_finish(&w->settled);
    if (row - 1 < w->cursor)
        w->cursor = row - 1;
    w->has_more = true;
    w->cut_from = INT64_MAX;
    while (map_next(&w->lanes, &cursor, &key, &value)) {
        struct lane *lane = value;
        lane->is_cut = false;
    }
}

bool window_wants_rewind(const struct window *w, int64_t *ret_row)
{
    /* Reading on first: the rows left behind lie before the cursor, and stay there. */
    if (w->cut_from == INT64_MAX || w->items.count > w->rows_most / 2)
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

struct item *window_next(struct window *w, int64_t now_ms, bool may_form,
                         int64_t *ret_due_ms)
{
    if (w->group.is_on)
        return group_next(w, now_ms, may_form, ret_due_ms);
    struct heap_node *node = heap_first(&w->due);
    *ret_due_ms = node != NULL ? node->due_ms : INT64_MAX;
    if (node == NULL)
        return NULL;
    return ((struct lane *)(void *)((char *)node - offsetof(struct lane, due)))->chosen;
}

void window_take(struct window *w, struct item *item)
{
    if (w->group.is_on) {
        group_take(w, item);
        return;
    }
    heap_remove(&w->due, &item->lane->due);
    item->lane->under_way = item;
}

int window_again(struct window *w, struct item *item)
{
    struct lane *lane = item->lane;
    if (w->group.is_on)
        return group_again(w, item);
    if (lane->under_way == item)
        lane->under_way = NULL;
    return schedule(w, lane);
}

int window_drop(struct window *w, struct item *item)
{
    struct lane *lane = item->lane;
    int rc = 0;
    if (item->outbox > w->cursor) /* a rewound cursor will meet it */
        rc = map_set(&w->settled, (uint64_t)item->outbox, w);
    map_remove(&w->items, (uint64_t)item->outbox);
    lane_unlink(lane, item);
    w->bytes -= item->event.bytes;
    free(item->events);
    free(item);
    if (!lane->is_cut)
        lane_free_if_empty(w, lane);
    return rc;
}

int window_remove(struct window *w, struct item *item)
{
    if (w->group.is_on)
        return group_remove(w, item);
    struct lane *lane = item->lane;
    bool has_more = lane->count > 1;
    int rc = window_drop(w, item);
    return has_more && schedule(w, lane) != 0 ? ERR_NOMEM : rc;
}

void window_release(struct window *w, int64_t least_ms)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    if (w->group.is_on) {
        group_release(w, least_ms);
        return;
    }
    while (map_next(&w->lanes, &cursor, &key, &value)) {
        struct lane *lane = value;
        for (struct item *i = lane->first; i != NULL; i = i->next)
            if (i->is_outage && i->tried_ms + least_ms < i->next_ms)
                i->next_ms = i->tried_ms + least_ms;
        if (lane->first != NULL && lane->under_way == NULL)
            (void)schedule(w, lane); /* already in the heap: moves, needs no memory */
    }
}

/* --- end --- */

void window_clear(struct window *w)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    heap_finish(&w->due);
    group_clear(w);
    while (map_next(&w->items, &cursor, &key, &value)) {
        free(((struct item *)value)->events);
        free(value);
    }
    cursor = 0;
    while (map_next(&w->lanes, &cursor, &key, &value))
        free(value);
    map_finish(&w->items);
    map_finish(&w->lanes);
    map_finish(&w->settled);
    w->bytes = 0;
    w->cursor = w->high = 0;
    w->cut_from = INT64_MAX;
    w->has_more = true;
}

void window_finish(struct window *w)
{
    window_clear(w);
}
