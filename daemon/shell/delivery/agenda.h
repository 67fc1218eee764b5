/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in the order in which they are due. Of the nodes that are due now, urgent ones
 * come before the rest, even when others waited longer. */
#ifndef LOOKOUT_DELIVERY_AGENDA_H
#define LOOKOUT_DELIVERY_AGENDA_H

#include <stdbool.h>

#include "lookout/base/heap.h"

/* Embedded in the owner's struct; zero it before first use. */
struct agenda_node {
    struct heap_node heap;
    bool is_urgent;
};
struct agenda {
    struct heap urgent, rest;
};
void agenda_init(struct agenda *a);
void agenda_finish(struct agenda *a);
/* Insert or move a node. A move needs memory only when `is_urgent` changes; on ERR_NOMEM
 * the node stays where it was. */
MUST_CHECK int agenda_set(struct agenda *a, struct agenda_node *node, int64_t due_ms,
                          uint64_t seq, bool is_urgent);
void agenda_remove(struct agenda *a, struct agenda_node *node);
/* The node that comes first; NULL: the agenda is empty. */
struct agenda_node *agenda_first(const struct agenda *a, int64_t now_ms);
/* Whether `node` comes before `other`; NULL stands for no node. */
bool agenda_precedes(const struct agenda_node *node, const struct agenda_node *other,
                     int64_t now_ms);

#endif
