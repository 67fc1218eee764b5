/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: queued alerts wait in their group until the group is due. Then the alerts that
 * may be sent form a bundle. The alerts of a lane keep their order: an alert waits while
 * an earlier one of its lane is outside its bundle. Knows no clock. */
#include <stdlib.h>

#include "delivery_int.h"
#include "lookout/alert/severity.h"
#include "lookout/base/time.h"

static struct group *group_of(struct heap_node *node)
{
    return (void *)((char *)node - offsetof(struct group, node.heap));
}

static struct group *group_get(struct window *w, uint64_t key)
{
    struct group *g = map_get(&w->groups, key);
    if (g != NULL)
        return g;
    g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->key = key;
    if (map_set(&w->groups, key, g) != 0) {
        free(g);
        return NULL;
    }
    return g;
}

static void group_free(struct window *w, struct group *g)
{
    map_remove(&w->groups, g->key);
    free(g);
}

/* --- when a group is due --- */

/* Schedule the group for at_ms, unless it is due earlier. */
static int wake_group_by(struct window *w, struct group *g, int64_t at_ms, bool is_urgent)
{
    const struct heap_node *node = &g->node.heap;
    if (g->is_idle)
        heap_remove(&w->idle, &g->node.heap);
    g->is_idle = false;
    if (node->place != 0) {
        is_urgent = is_urgent || g->node.is_urgent;
        at_ms = node->due_ms < at_ms ? node->due_ms : at_ms;
        if (at_ms == node->due_ms && is_urgent == g->node.is_urgent)
            return 0;
    }
    return agenda_set(&w->waiting, &g->node, at_ms, (uint64_t)g->first->outbox,
                      is_urgent);
}

int group_wake(struct window *w, struct queued *q)
{
    return wake_group_by(w, q->group, q->due_ms, q->lane->critical_count > 0);
}

/* No alert waits in the group: it is freed when its interval ends. */
static void rest_group(struct window *w, struct group *g, int64_t now_ms)
{
    agenda_remove(&w->waiting, &g->node);
    g->is_idle = true;
    if (w->group.interval_ms == 0 ||
        heap_set(&w->idle, &g->node.heap, now_ms + w->group.interval_ms, g->key) != 0)
        group_free(w, g);
}

void group_forget_idle(struct window *w, int64_t now_ms)
{
    struct heap_node *node;
    while ((node = heap_first(&w->idle)) != NULL && node->due_ms <= now_ms) {
        heap_remove(&w->idle, node);
        group_free(w, group_of(node));
    }
}

/* When the group should be sent because of this new alert. */
static int64_t due_for(const struct window *w, const struct group *g,
                       const struct queued *q)
{
    const struct conf_group *conf = &w->group;
    bool goes_on = g->sent_ms != 0 && q->accepted_ms < g->sent_ms + conf->interval_ms;
    int64_t due =
        goes_on ? g->sent_ms + conf->interval_ms : q->accepted_ms + conf->wait_ms;
    int64_t most =
        conf->wait_ms < w->critical_wait_ms ? conf->wait_ms : w->critical_wait_ms;
    if (q->severity == SEVERITY_CRITICAL && q->accepted_ms + most < due)
        due = q->accepted_ms + most;
    if (g->count >= w->bundle_most || q->goes_alone || q->requeued_wall_ms != 0)
        due = q->due_ms;
    return due > q->due_ms ? due : q->due_ms;
}

/* The alerts before a critical one in its lane become urgent too. */
static int hasten_before(struct window *w, const struct queued *critical, int64_t due_ms)
{
    int rc = 0;
    for (struct queued *q = critical->lane->first; q != critical && rc == 0; q = q->next)
        if (q->bundle == NULL)
            rc =
                wake_group_by(w, q->group, q->due_ms > due_ms ? q->due_ms : due_ms, true);
        else if (q->bundle->node.heap.place != 0)
            rc = agenda_set(&w->going, &q->bundle->node, q->bundle->node.heap.due_ms,
                            q->bundle->node.heap.seq, true);
    return rc;
}

int group_add(struct window *w, struct queued *q)
{
    struct group *g = group_get(w, q->group_key);
    if (g == NULL)
        return ERR_NOMEM;
    queued_link_mate(q, &g->first, &g->last);
    g->count++;
    q->group = g;
    q->bundle = NULL;
    q->state = QUEUED_WAITS;
    int64_t due_ms = due_for(w, g, q);
    int rc = wake_group_by(w, g, due_ms, q->lane->critical_count > 0);
    return rc == 0 && q->severity == SEVERITY_CRITICAL ? hasten_before(w, q, due_ms) : rc;
}

int group_wake_critical(struct window *w, const struct lane *lane)
{
    struct queued *q = lane->first;
    while (q != NULL && (q->bundle != NULL || q->severity != SEVERITY_CRITICAL))
        q = q->next;
    int64_t at_ms = q != NULL ? queued_passes_at(w, q, NULL) : INT64_MAX;
    return at_ms != INT64_MAX ? wake_group_by(w, q->group, at_ms, true) : 0;
}

int group_wake_first(struct window *w, const struct lane *lane)
{
    const struct queued *first = lane->first;
    if (first == NULL || first->state != QUEUED_BLOCKED)
        return 0;
    return wake_group_by(w, first->group, first->due_ms, lane->critical_count > 0);
}

int group_hasten_all(struct window *w)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    int rc = 0;
    while (rc == 0 && map_next(&w->groups, &cursor, &key, &value)) {
        struct group *g = value;
        if (g->first != NULL && g->node.heap.place != 0)
            rc = wake_group_by(w, g, g->first->due_ms, false);
    }
    return rc;
}

/* --- forming a bundle --- */

/* When to look again at the alerts that stay in the group. */
struct look {
    int64_t at_ms; /* INT64_MAX: another event wakes it */
    bool is_urgent;
};

/* When q may join b (NULL: a new bundle). INT64_MAX: another event wakes the group. */
static int64_t goes_at(const struct window *w, const struct bundle *b,
                       const struct queued *q, int64_t now_ms)
{
    if (q->due_ms > now_ms)
        return q->due_ms;
    return queued_is_next(q, b) ? now_ms : queued_passes_at(w, q, b);
}

/* Move the alerts that may be sent from the group into *bundle; the first creates it. */
static int gather_alerts(struct window *w, struct group *g, int64_t now_ms,
                         struct bundle **bundle, struct look *ret_look)
{
    struct queued *before = NULL, *next;
    *ret_look = (struct look){.at_ms = INT64_MAX};
    for (struct queued *q = g->first; q != NULL; q = next) {
        next = q->mate;
        bool has_room = *bundle == NULL || bundle_fits(w, *bundle, q);
        int64_t at_ms = goes_at(w, *bundle, q, now_ms);
        if (!has_room || at_ms > now_ms) {
            at_ms = has_room || q->due_ms > now_ms ? at_ms : now_ms;
            ret_look->at_ms = at_ms < ret_look->at_ms ? at_ms : ret_look->at_ms;
            ret_look->is_urgent |= q->lane->critical_count > 0;
            q->state = q->due_ms <= now_ms ? QUEUED_BLOCKED : QUEUED_WAITS;
            before = q;
            continue;
        }
        if (*bundle == NULL && bundle_create(BUNDLE_READY, bundle) != 0)
            return ERR_NOMEM;
        *(before != NULL ? &before->mate : &g->first) = next;
        if (g->last == q)
            g->last = before;
        g->count--;
        bundle_join(*bundle, q);
    }
    return 0;
}

struct bundle *group_form(struct window *w, int64_t now_ms)
{
    struct agenda_node *node = agenda_first(&w->waiting, now_ms);
    if (node == NULL)
        return NULL;
    struct group *g = group_of(&node->heap);
    struct bundle *b = NULL;
    struct look look;
    agenda_remove(&w->waiting, node);
    if (gather_alerts(w, g, now_ms, &b, &look) != 0)
        look.at_ms = now_ms + SECOND_MS;
    if (b != NULL)
        g->sent_ms = now_ms;
    /* The group has just left the agenda, so putting it back needs no memory. */
    if (g->first == NULL)
        rest_group(w, g, now_ms);
    else if (look.at_ms != INT64_MAX)
        (void)wake_group_by(w, g, look.at_ms, look.is_urgent);
    if (b == NULL)
        return NULL;
    b->number = b->last->outbox;
    b->due_ms = now_ms;
    if (bundle_enter(w, b) == 0)
        return b;
    bundle_leave(w, b);
    struct queued *next;
    int rc = 0;
    for (struct queued *q = b->first; q != NULL; q = next) {
        next = q->mate;
        q->due_ms = now_ms + SECOND_MS; /* out of memory: try later */
        rc = group_add(w, q) != 0 ? ERR_NOMEM : rc;
    }
    bundle_destroy(b);
    return NULL;
}
