/* SPDX-License-Identifier: Apache-2.0 */
/* With `group`, a bundle is stored before it is sent, so that after a crash the same
 * alerts are sent together under the same id. */
#include "delivery_int.h"

enum { PATIENCE_MS = 2000 }; /* how long to wait for the store */

bool hook_record_has_room(const struct hook *h, int64_t now_ms)
{
    if (h->under_way + h->recording_count >= h->conf.in_flight)
        return false;
    if (!h->breaker.is_open)
        return true;
    const struct agenda_node *going = agenda_first(&h->window.going, now_ms);
    bool has_probe = going != NULL && going->heap.due_ms <= now_ms;
    return h->recording_count == 0 && !has_probe;
}

/* A full disk does not stop the bundle: it is then sent unrecorded, and only its id may
 * differ after a crash. */
void hook_record_begin(struct hook *h, struct bundle *b, const struct moment *now)
{
    const struct store_outcome outcome = {.state = STORE_PENDING,
                                          .next_attempt_ms = now->wall_ms,
                                          .at_ms = now->wall_ms,
                                          .bundle = b->number};
    outcomes_add(&h->site->outcomes, b, &outcome);
    outcomes_hand_over(&h->site->outcomes);
    b->record_mark = store_mark(h->site->store);
    b->state = BUNDLE_RECORDING;
    b->next_recorded = h->recording;
    h->recording = b;
    h->recording_count++;
    bundle_postpone(&h->window, b, now->steady_ms + PATIENCE_MS);
}

void hook_record_end(struct hook *h, struct bundle *b)
{
    struct bundle **at = &h->recording;
    while (*at != b)
        at = &(*at)->next_recorded;
    *at = b->next_recorded;
    b->state = BUNDLE_READY;
    h->recording_count--;
}

void hook_record_look(struct hook *h)
{
    struct bundle *next;
    for (struct bundle *b = h->recording; b != NULL; b = next) {
        next = b->next_recorded;
        if (!store_is_durable(h->site->store, b->record_mark))
            continue;
        hook_record_end(h, b);
        bundle_postpone(&h->window, b, b->due_ms);
    }
}
