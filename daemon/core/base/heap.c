/* SPDX-License-Identifier: Apache-2.0 */
/* Binary timer heap over the owners' nodes. */
#include "lookout/base/heap.h"
#include "lookout/base/array.h"

#include <stdlib.h>

void heap_init(struct heap *h)
{
    *h = (struct heap){0};
}

void heap_finish(struct heap *h)
{
    for (size_t i = 0; i < h->count; i++)
        h->nodes[i]->place = 0;
    free(h->nodes);
    *h = (struct heap){0};
}

static bool is_node_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->seq < b->seq;
}

/* Put the node at 1-based place. */
static void put_node(struct heap *h, size_t place, struct heap_node *node)
{
    h->nodes[place - 1] = node;
    node->place = place;
}

/* Move the node at place up or down to where it belongs. */
static void settle_node(struct heap *h, size_t place)
{
    struct heap_node *node = h->nodes[place - 1];
    while (place > 1 && is_node_before(node, h->nodes[place / 2 - 1])) {
        put_node(h, place, h->nodes[place / 2 - 1]);
        place /= 2;
    }
    for (;;) {
        size_t child = place * 2;
        if (child > h->count)
            break;
        if (child < h->count && is_node_before(h->nodes[child], h->nodes[child - 1]))
            child++;
        if (!is_node_before(h->nodes[child - 1], node))
            break;
        put_node(h, place, h->nodes[child - 1]);
        place = child;
    }
    put_node(h, place, node);
}

int heap_set(struct heap *h, struct heap_node *node, int64_t due_ms, uint64_t seq)
{
    if (node->place == 0) {
        int rc =
            array_grow(&h->nodes, &h->capacity, h->count + 1, sizeof(struct heap_node *));
        if (rc != 0)
            return rc;
        h->count++;
        put_node(h, h->count, node);
    }
    node->due_ms = due_ms;
    node->seq = seq;
    settle_node(h, node->place);
    return 0;
}

void heap_remove(struct heap *h, struct heap_node *node)
{
    size_t place = node->place;
    if (place == 0)
        return;
    node->place = 0;
    struct heap_node *last = h->nodes[h->count - 1];
    h->count--;
    if (last == node)
        return;
    put_node(h, place, last);
    settle_node(h, place);
}

struct heap_node *heap_first(const struct heap *h)
{
    return h->count == 0 ? NULL : h->nodes[0];
}
