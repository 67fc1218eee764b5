/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts that go together. What is alike waits in its group until the group is due; then
 * what may go at once is bundled, and a bundle stays one: the same alerts under the same
 * id until they are delivered, over restarts, too. A vessel's alerts keep their order:
 * one that has an earlier one outside its bundle waits for it. Knows no clock. */
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/base/timefmt.h"
#include "lookout/rules/rule.h"

/* What a bundle on record lacks is waited for so long. */
#define COMPLETE_MS 10000

/* --- groups --- */

/* Wakes it, unless it wakes before. */
static int wake_by(struct window *w, struct group *g, int64_t at_ms)
{
    if (g->is_idle)
        heap_remove(&w->group_idle, &g->due);
    g->is_idle = false;
    if (g->due.place != 0 && g->due.due_ms <= at_ms)
        return 0;
    return heap_set(&w->group_due, &g->due, at_ms, g->key);
}

/* Nothing waits in it: forgotten when the interval is over. */
static void rest(struct window *w, struct group *g, int64_t now_ms)
{
    heap_remove(&w->group_due, &g->due);
    g->is_idle = true;
    if (heap_set(&w->group_idle, &g->due, now_ms + w->group.interval_ms, g->key) != 0) {
        map_remove(&w->groups, g->key);
        free(g);
    }
}

static void forget_idle(struct window *w, int64_t now_ms)
{
    struct heap_node *node;
    while ((node = heap_first(&w->group_idle)) != NULL && node->due_ms <= now_ms) {
        struct group *g = (void *)((char *)node - offsetof(struct group, due));
        heap_remove(&w->group_idle, node);
        map_remove(&w->groups, g->key);
        free(g);
    }
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

static void link_item(struct group *g, struct item *item)
{
    struct item **at = &g->first;
    if (g->last != NULL && g->last->outbox < item->outbox)
        at = &g->last->group_next;
    while (*at != NULL && (*at)->outbox < item->outbox)
        at = &(*at)->group_next;
    item->group_next = *at;
    *at = item;
    if (item->group_next == NULL)
        g->last = item;
    g->count++;
}

/* When an alert that comes now wants its group to go. */
static int64_t due_of(const struct window *w, const struct group *g,
                      const struct item *item)
{
    const struct conf_group *conf = &w->group;
    bool goes_on = g->sent_ms != 0 && item->accepted_ms < g->sent_ms + conf->interval_ms;
    int64_t due =
        goes_on ? g->sent_ms + conf->interval_ms : item->accepted_ms + conf->wait_ms;
    int64_t most =
        conf->wait_ms < w->critical_wait_ms ? conf->wait_ms : w->critical_wait_ms;
    if (item->severity == SEVERITY_CRITICAL && item->accepted_ms + most < due)
        due = item->accepted_ms + most;
    if (g->count >= w->bundle_most || item->is_alone || item->begun_ms != 0)
        due = 0;
    return due > item->next_ms ? due : item->next_ms;
}

int group_add(struct window *w, struct item *item)
{
    struct group *g = group_get(w, item->group_key);
    if (g == NULL)
        return ERR_NOMEM;
    item->group = g;
    item->leader = NULL;
    link_item(g, item);
    int64_t due = due_of(w, g, item);
    int rc = wake_by(w, g, due);
    if (item->severity != SEVERITY_CRITICAL)
        return rc;
    /* What of its vessel goes before it does not hold it up. */
    for (struct item *i = item->lane->first; i != item && rc == 0; i = i->next)
        if (i->leader == NULL)
            rc = wake_by(w, i->group, i->next_ms > due ? i->next_ms : due);
    return rc;
}

/* --- bundles --- */

static void hold(struct item *leader, struct item *item)
{
    item->leader = leader;
    item->lane->held++;
    item->lane->holder = leader;
    item->lane->last_held = item;
}

static void let_go(struct item *item)
{
    struct lane *lane = item->lane;
    lane->held--;
    if (lane->last_held == item)
        lane->last_held = NULL;
    if (lane->holder == item->leader)
        lane->holder = NULL;
    item->leader = NULL;
}

/* When a critical alert may pass what failed before it; INT64_MAX: never. */
static int64_t passes_at(const struct window *w, const struct item *item)
{
    int64_t since = INT64_MAX;
    if (item->severity != SEVERITY_CRITICAL)
        return INT64_MAX;
    for (const struct item *i = item->lane->first; i != item; i = i->next) {
        int64_t failing = i->leader != NULL ? i->leader->failing_since_ms : 0;
        if (failing != 0 && failing < since)
            since = failing;
    }
    if (since == INT64_MAX)
        return INT64_MAX;
    since = item->accepted_ms > since ? item->accepted_ms : since;
    return since + w->critical_wait_ms;
}

/* Is nothing of its vessel before it but what is in this bundle (leader NULL: none)? */
static bool is_next(const struct item *leader, const struct item *item)
{
    const struct lane *lane = item->lane;
    if (lane->held == 0)
        return lane->first == item;
    return leader != NULL && lane->holder == leader && lane->last_held != NULL &&
           lane->last_held->next == item;
}

static bool fits(const struct window *w, const struct item *leader,
                 const struct item *item)
{
    return leader == NULL || (leader->bundle_count < w->bundle_most && !item->is_alone &&
                              !leader->is_alone &&
                              leader->bundle_bytes + item->event.bytes <= BUNDLE_BYTES);
}

/* Behind `last` of the bundle; NULL: it begins one. */
static void join(struct item *leader, struct item *last, struct item *item)
{
    item->with = last != NULL ? last->with : NULL;
    if (last != NULL)
        last->with = item;
    if (leader == item)
        leader->bundle_count = leader->bundle_bytes = 0;
    leader->bundle_count++;
    leader->bundle_bytes += item->event.bytes;
    item->was_blocked = false;
    hold(leader, item);
}

/* Out of the group's list into a bundle what may go; NULL: nothing may. *ret_wake_ms:
 * when to look again. */
static struct item *gather(struct window *w, struct group *g, int64_t now_ms,
                           int64_t *ret_wake_ms)
{
    struct item *leader = NULL, *last = NULL, *before = NULL, *next;
    *ret_wake_ms = INT64_MAX;
    for (struct item *item = g->first; item != NULL; item = next) {
        next = item->group_next;
        bool has_room = fits(w, leader, item);
        bool goes = item->next_ms <= now_ms && has_room;
        bool passes = goes && !is_next(leader, item);
        if (!goes || (passes && passes_at(w, item) > now_ms)) {
            int64_t wake = item->next_ms > now_ms ? item->next_ms
                           : has_room             ? passes_at(w, item)
                                                  : now_ms;
            *ret_wake_ms = wake < *ret_wake_ms ? wake : *ret_wake_ms;
            item->was_blocked = item->next_ms <= now_ms;
            before = item;
            continue;
        }
        if (before != NULL)
            before->group_next = next;
        else
            g->first = next;
        if (g->last == item)
            g->last = before;
        g->count--;
        leader = leader != NULL ? leader : item;
        join(leader, last, item);
        if (passes) /* alone: what is behind it waits for what is before it */
            item->lane->holder = NULL;
        last = item;
    }
    if (leader != NULL)
        leader->bundle = last->outbox;
    return leader;
}

/* Its alerts wait in their groups again. */
static int dissolve(struct window *w, struct item *leader)
{
    struct item *next;
    int rc = 0;
    heap_remove(&w->bundle_due, &leader->bundle_node);
    map_remove(&w->bundles, (uint64_t)leader->bundle);
    for (struct item *i = leader; i != NULL; i = next) {
        next = i->with;
        let_go(i);
        i->with = NULL;
        i->bundle = 0;
        rc = group_add(w, i) != 0 ? ERR_NOMEM : rc;
    }
    return rc;
}

/* Known by its number, and due. */
static int enter(struct window *w, struct item *leader)
{
    int rc = map_set(&w->bundles, (uint64_t)leader->bundle, leader);
    return rc == 0 ? heap_set(&w->bundle_due, &leader->bundle_node, leader->next_ms,
                              (uint64_t)leader->outbox)
                   : rc;
}

struct item *window_form(struct window *w, int64_t now_ms)
{
    struct heap_node *node = heap_first(&w->group_due);
    int64_t wake_ms;
    if (node == NULL)
        return NULL;
    struct group *g = (void *)((char *)node - offsetof(struct group, due));
    heap_remove(&w->group_due, node);
    struct item *leader = gather(w, g, now_ms, &wake_ms);
    if (leader != NULL)
        g->sent_ms = now_ms;
    if (g->first == NULL)
        rest(w, g, now_ms);
    else if (wake_ms != INT64_MAX)
        (void)wake_by(w, g, wake_ms); /* the node was in: there is room for it */
    if (leader == NULL)
        return NULL;
    leader->next_ms = now_ms;
    leader->failing_since_ms = 0;
    leader->was_waited_for = true; /* it is complete, whatever is still to be read */
    if (enter(w, leader) == 0)
        return leader;
    for (struct item *i = leader; i != NULL; i = i->with)
        i->next_ms = now_ms + SECOND_MS; /* out of memory: perhaps later */
    (void)dissolve(w, leader);
    return NULL;
}

/* Nothing more can be read: nobody waits for further ones of his group. */
int group_hasten_all(struct window *w)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    int rc = 0;
    while (rc == 0 && map_next(&w->groups, &cursor, &key, &value)) {
        struct group *g = value;
        if (g->first != NULL && g->due.place != 0)
            rc = wake_by(w, g, 0);
    }
    return rc;
}

/* --- bundles on record --- */

static int begin_recorded(struct window *w, struct item *item, int64_t number)
{
    item->bundle = number;
    join(item, NULL, item);
    return enter(w, item);
}

/* It comes before the leader: it leads. */
static int lead(struct window *w, struct item *leader, struct item *item)
{
    heap_remove(&w->bundle_due, &leader->bundle_node);
    item->bundle = leader->bundle;
    item->failing_since_ms = leader->failing_since_ms;
    join(item, NULL, item);
    item->with = leader;
    item->bundle_count += leader->bundle_count;
    item->bundle_bytes += leader->bundle_bytes;
    for (struct item *i = leader; i != NULL; i = i->with) {
        i->leader = item;
        i->lane->holder = item;
    }
    return enter(w, item);
}

int group_add_recorded(struct window *w, struct item *item, int64_t number)
{
    struct item *leader = map_get(&w->bundles, (uint64_t)number);
    if (leader == NULL)
        return begin_recorded(w, item, number);
    if (leader->is_under_way) /* too late: it goes by itself */
        return group_add(w, item);
    int64_t next_ms = item->next_ms < leader->next_ms ? item->next_ms : leader->next_ms;
    uint32_t attempts =
        item->attempts < leader->attempts ? item->attempts : leader->attempts;
    int rc;
    if (item->outbox < leader->outbox) {
        rc = lead(w, leader, item);
        leader = item;
    } else {
        struct item *last = leader;
        while (last->with != NULL && last->with->outbox < item->outbox)
            last = last->with;
        join(leader, last, item);
        rc = 0;
    }
    leader->next_ms = next_ms;
    leader->attempts = attempts;
    return rc == 0 ? enter(w, leader) : rc;
}

/* All its alerts were read, as far as can be seen. */
static bool is_complete(const struct window *w, const struct item *leader)
{
    return (!w->has_more || w->cursor >= leader->bundle) && w->cut_from > leader->bundle;
}

/* --- sending --- */

bool group_has_due_bundle(const struct window *w, int64_t now_ms)
{
    const struct heap_node *bundle = heap_first(&w->bundle_due);
    return bundle != NULL && bundle->due_ms <= now_ms;
}

struct item *group_next(struct window *w, int64_t now_ms, bool may_form,
                        int64_t *ret_due_ms)
{
    forget_idle(w, now_ms);
    for (;;) {
        struct heap_node *bundle = heap_first(&w->bundle_due);
        struct heap_node *group = may_form ? heap_first(&w->group_due) : NULL;
        int64_t group_ms = group != NULL ? group->due_ms : INT64_MAX;
        *ret_due_ms = group_ms;
        if (bundle == NULL || bundle->due_ms > group_ms)
            return NULL;
        struct item *leader =
            (void *)((char *)bundle - offsetof(struct item, bundle_node));
        *ret_due_ms = bundle->due_ms;
        if (bundle->due_ms > now_ms || leader->was_waited_for || is_complete(w, leader))
            return leader;
        leader->was_waited_for = true;
        group_hold_until(w, leader, now_ms + COMPLETE_MS);
    }
}

void group_take(struct window *w, struct item *leader)
{
    heap_remove(&w->bundle_due, &leader->bundle_node);
    leader->is_under_way = true;
}

void group_hold_until(struct window *w, struct item *leader, int64_t due_ms)
{
    int rc =
        heap_set(&w->bundle_due, &leader->bundle_node, due_ms, (uint64_t)leader->outbox);
    (void)rc; /* it is in the heap: moves, needs no memory */
}

int group_again(struct window *w, struct item *leader)
{
    int rc = 0;
    leader->is_under_way = false;
    for (struct item *i = leader; i != NULL; i = i->with) {
        /* Once for each vessel, however many of its alerts are in it. */
        struct item *k = i->lane->is_woken ? NULL : i->next;
        for (i->lane->is_woken = true; k != NULL && rc == 0; k = k->next) {
            int64_t at = k->leader == NULL ? passes_at(w, k) : INT64_MAX;
            if (at != INT64_MAX)
                rc = wake_by(w, k->group, at);
        }
    }
    for (struct item *i = leader; i != NULL; i = i->with)
        i->lane->is_woken = false;
    return rc == 0 ? enter(w, leader) : rc;
}

/* The first of a lane, that nobody is before any more, goes at once if it had its time.
 */
static int poke(struct window *w, const struct lane *lane)
{
    const struct item *first = lane->first;
    if (first == NULL || lane->held > 0 || !first->was_blocked)
        return 0;
    return wake_by(w, first->group, 0);
}

static int drop(struct window *w, struct item *item)
{
    struct lane *lane = item->lane;
    bool stays = lane->count > 1;
    let_go(item);
    int rc = window_drop(w, item);
    return stays && poke(w, lane) != 0 ? ERR_NOMEM : rc;
}

int group_remove(struct window *w, struct item *leader)
{
    struct item *next;
    int rc = 0;
    heap_remove(&w->bundle_due, &leader->bundle_node);
    map_remove(&w->bundles, (uint64_t)leader->bundle);
    for (struct item *i = leader->with; i != NULL; i = next) {
        next = i->with;
        rc = drop(w, i) != 0 ? ERR_NOMEM : rc;
    }
    return drop(w, leader) != 0 ? ERR_NOMEM : rc;
}

int window_split(struct window *w, struct item *leader, int64_t now_ms)
{
    leader->is_under_way = false;
    for (struct item *i = leader; i != NULL; i = i->with) {
        i->is_alone = true;
        i->attempts = 0;
        i->failing_since_ms = 0;
        i->next_ms = now_ms;
    }
    return dissolve(w, leader);
}

int group_hasten(struct window *w, struct item *item, const struct store_pending *row)
{
    struct item *leader = item->leader;
    if (leader == NULL) {
        item->next_ms = row->next_attempt_ms;
        return wake_by(w, item->group, item->next_ms);
    }
    leader->attempts = row->attempts;
    if (leader->is_under_way || leader->is_saving)
        return 0;
    leader->next_ms = row->next_attempt_ms;
    return enter(w, leader);
}

void group_release(struct window *w, int64_t least_ms)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&w->bundles, &cursor, &key, &value)) {
        struct item *leader = value;
        if (!leader->is_outage || leader->is_under_way ||
            leader->tried_ms + least_ms >= leader->next_ms)
            continue;
        leader->next_ms = leader->tried_ms + least_ms;
        group_hold_until(w, leader, leader->next_ms); /* it is in the heap */
    }
}

void group_clear(struct window *w)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    heap_finish(&w->group_due);
    heap_finish(&w->group_idle);
    heap_finish(&w->bundle_due);
    while (map_next(&w->groups, &cursor, &key, &value))
        free(value);
    map_finish(&w->groups);
    map_finish(&w->bundles);
}
