/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes of deliveries are collected here and handed to the store many at a time. */
#include <stdlib.h>

#include "delivery_int.h"
#include "lookout/base/array.h"
#include "lookout/sys/log.h"

enum {
    OUTCOMES_MOST = 512, /* handed over at a time */
    SETTLE_MS = 30       /* how long a reader waits for the disk */
};

int outcomes_init(struct outcomes *o, struct store *store)
{
    struct store_outcome *waiting = calloc(OUTCOMES_MOST, sizeof *waiting);
    *o = (struct outcomes){.store = store, .waiting = waiting, .capacity = OUTCOMES_MOST};
    return waiting != NULL ? 0 : ERR_NOMEM;
}

void outcomes_finish(struct outcomes *o)
{
    free(o->waiting);
}

void outcomes_hand_over(struct outcomes *o)
{
    if (o->count == 0)
        return;
    if (store_outcomes(o->store, o->waiting, o->count) == 0)
        o->count = 0;
    else
        log_repeated(LOG_LEVEL_ERROR, "delivery", NULL, "outcomes",
                     "out of memory: outcomes wait count=%zu", o->count);
}

static struct store_outcome *outcomes_grow(struct outcomes *o)
{
    if (o->count >= OUTCOMES_MOST)
        outcomes_hand_over(o);
    if (array_grow(&o->waiting, &o->capacity, o->count + 1, sizeof *o->waiting) != 0)
        return NULL;
    return &o->waiting[o->count++];
}

void outcomes_add(struct outcomes *o, const struct bundle *b,
                  const struct store_outcome *outcome)
{
    for (const struct queued *q = b->first; q != NULL; q = q->mate) {
        struct store_outcome *own = outcomes_grow(o);
        if (own == NULL) { /* the alert is sent again after a restart */
            log_error("delivery", NULL, "out of memory: an outcome is lost");
            return;
        }
        *own = *outcome;
        own->outbox = q->outbox;
        own->begun_ms = q->requeued_wall_ms;
    }
}

bool outcomes_are_settled(struct outcomes *o)
{
    outcomes_hand_over(o);
    return o->count == 0 && store_flush(o->store, SETTLE_MS);
}
