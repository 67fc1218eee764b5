/* SPDX-License-Identifier: Apache-2.0 */
/* What is due when, what is urgent first: of all that may go now, the urgent goes before
 * the rest, whatever waited longer. */
#ifndef LOOKOUT_DELIVERY_AGENDA_H
#define LOOKOUT_DELIVERY_AGENDA_H

#include <stdbool.h>

#include "lookout/base/heap.h"

/* Put into the owner's struct; zero it before first use. */
struct agenda_node {
    struct heap_node heap;
    bool is_urgent;
};
struct agenda {
    struct heap urgent, rest;
};
void agenda_init(struct agenda *a);
void agenda_finish(struct agenda *a);
/* Insert, or move: then it needs memory only when `is_urgent` is another, and stays where
 * it was on ERR_NOMEM. */
MUST_CHECK int agenda_set(struct agenda *a, struct agenda_node *node, int64_t due_ms,
                          uint64_t seq, bool is_urgent);
void agenda_remove(struct agenda *a, struct agenda_node *node);
/* What goes next; NULL: nothing. */
struct agenda_node *agenda_first(const struct agenda *a, int64_t now_ms);
/* Does `node` (NULL: nothing) go before `other` (NULL: nothing)? */
bool agenda_precedes(const struct agenda_node *node, const struct agenda_node *other,
                     int64_t now_ms);

#endif
