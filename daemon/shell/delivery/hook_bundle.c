/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts that go together, as a webhook sends them: a bundle is on record before it goes,
 * so that the same alerts go under the same id after a crash. */
#include <stdlib.h>

#include "delivery_int.h"
#include "lookout/base/buf.h"

enum { SAVE_PATIENCE_MS = 2000 }; /* for a bundle to be on record */

int hook_prepare_bundle(struct item *leader)
{
    struct buf ids = {0};
    size_t n = 0;
    int rc = 0;
    leader->events = calloc(leader->bundle_count, sizeof *leader->events);
    if (leader->events == NULL)
        return ERR_NOMEM;
    for (const struct item *i = leader; i != NULL && rc == 0; i = i->with) {
        leader->events[n++] = i->event;
        rc = buf_add_text(&ids, i->id);
    }
    if (rc == 0)
        hash_id(buf_text(&ids), ids.length, leader->request_id);
    buf_finish(&ids);
    leader->request.id = leader->request_id;
    leader->request.events = leader->events;
    leader->request.event_count = n;
    return rc;
}

void hook_unlist(struct hook *h, struct item *leader)
{
    struct item **at = &h->saving;
    while (*at != leader)
        at = &(*at)->saved_next;
    *at = leader->saved_next;
    leader->is_saving = false;
    h->saving_count--;
}

void hook_look_saved(struct hook *h)
{
    struct item *next;
    for (struct item *i = h->saving; i != NULL; i = next) {
        next = i->saved_next;
        if (!store_is_durable(h->delivery->store, i->saved_mark))
            continue;
        hook_unlist(h, i);
        group_hold_until(&h->window, i, i->next_ms);
    }
}

/* The same alerts go under the same id after a crash. A disk that is full does not hold
 * them up for ever: then only their id may differ. */
static void save(struct hook *h, struct item *leader, int64_t now)
{
    struct store_outcome outcome = {.state = STORE_PENDING,
                                    .next_attempt_ms = now,
                                    .at_ms = now,
                                    .bundle = leader->bundle};
    leader->attempts = 0;
    hook_record(h, leader, &outcome);
    delivery_hand_over(h->delivery);
    leader->saved_mark = store_mark(h->delivery->store);
    leader->is_saving = true;
    leader->saved_next = h->saving;
    h->saving = leader;
    h->saving_count++;
    group_hold_until(&h->window, leader, now + SAVE_PATIENCE_MS);
}

bool hook_may_form(const struct hook *h, int64_t now)
{
    if (h->under_way + h->saving_count >= h->conf.in_flight)
        return false;
    return !h->is_open ||
           (h->saving_count == 0 && !group_has_due_bundle(&h->window, now));
}

void hook_form(struct hook *h, int64_t now)
{
    struct item *leader = window_form(&h->window, now);
    if (leader != NULL)
        save(h, leader, now);
}
