/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: the queued alerts of one request, and when it is due. Knows no groups. */
#include <stdlib.h>

#include "delivery_int.h"
#include "lookout/base/buf.h"

#define BYTES_MOST ((size_t)1 << 20) /* of bodies in one request */

int bundle_create(enum bundle_state state, struct bundle **ret_bundle)
{
    struct bundle *b = calloc(1, sizeof *b);
    if (b == NULL)
        return ERR_NOMEM;
    b->state = state;
    *ret_bundle = b;
    return 0;
}

void bundle_destroy(struct bundle *b)
{
    if (b == NULL)
        return;
    free(b->events);
    free(b);
}

bool bundle_fits(const struct window *w, const struct bundle *b, const struct queued *q)
{
    return b->count < w->bundle_most && !q->goes_alone && !b->first->goes_alone &&
           b->bytes + q->event.bytes <= BYTES_MOST;
}

void bundle_join(struct bundle *b, struct queued *q)
{
    queued_link_mate(q, &b->first, &b->last);
    b->count++;
    b->bytes += q->event.bytes;
    q->group = NULL;
    q->bundle = b;
    q->state = QUEUED_BUNDLED;
}

static bool is_urgent(const struct bundle *b)
{
    for (const struct queued *q = b->first; q != NULL; q = q->mate)
        if (q->lane->critical_count > 0)
            return true;
    return false;
}

int bundle_enter(struct window *w, struct bundle *b)
{
    int rc = map_set(&w->bundles, (uint64_t)b->number, b);
    return rc == 0 ? agenda_set(&w->going, &b->node, b->due_ms,
                                (uint64_t)b->first->outbox, is_urgent(b))
                   : rc;
}

void bundle_leave(struct window *w, struct bundle *b)
{
    agenda_remove(&w->going, &b->node);
    map_remove(&w->bundles, (uint64_t)b->number);
}

void bundle_postpone(struct window *w, struct bundle *b, int64_t due_ms)
{
    int rc = agenda_set(&w->going, &b->node, due_ms, (uint64_t)b->first->outbox,
                        b->node.is_urgent);
    (void)rc; /* moving on the agenda needs no memory */
}

int64_t bundle_begun_ms(const struct bundle *b)
{
    int64_t begun_ms = b->first->begun_ms;
    for (const struct queued *q = b->first; q != NULL; q = q->mate)
        begun_ms = q->begun_ms > begun_ms ? q->begun_ms : begun_ms;
    return begun_ms;
}

int bundle_prepare(struct bundle *b, bool is_grouped)
{
    struct buf ids = {0};
    size_t n = 0;
    int rc = 0;
    free(b->events);
    b->events = calloc(b->count, sizeof *b->events);
    if (b->events == NULL)
        return ERR_NOMEM;
    for (const struct queued *q = b->first; q != NULL && rc == 0; q = q->mate) {
        b->events[n++] = q->event;
        rc = is_grouped ? buf_add_text(&ids, q->id) : 0;
    }
    if (rc == 0 && is_grouped)
        hash_id(buf_text(&ids), ids.length, b->request_id);
    buf_finish(&ids);
    b->request.id = is_grouped ? b->request_id : b->first->id;
    b->request.events = b->events;
    b->request.event_count = n;
    return rc;
}

void bundle_release_all(struct window *w, int64_t least_ms)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&w->bundles, &cursor, &key, &value)) {
        struct bundle *b = value;
        if (!b->fails_by_outage || b->state == BUNDLE_UNDER_WAY ||
            b->tried_ms + least_ms >= b->due_ms)
            continue;
        b->due_ms = b->tried_ms + least_ms;
        bundle_postpone(w, b, b->due_ms);
    }
}
