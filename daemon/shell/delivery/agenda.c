/* SPDX-License-Identifier: Apache-2.0 */
/* An agenda is two heaps: one of urgent nodes, one of the rest. */
#include "agenda.h"

#include <stddef.h>

void agenda_init(struct agenda *a)
{
    heap_init(&a->urgent);
    heap_init(&a->rest);
}

void agenda_finish(struct agenda *a)
{
    heap_finish(&a->urgent);
    heap_finish(&a->rest);
}

static struct heap *heap_of(struct agenda *a, bool is_urgent)
{
    return is_urgent ? &a->urgent : &a->rest;
}

int agenda_set(struct agenda *a, struct agenda_node *node, int64_t due_ms, uint64_t seq,
               bool is_urgent)
{
    struct agenda_node before = *node;
    if (before.heap.place != 0 && before.is_urgent != is_urgent)
        heap_remove(heap_of(a, before.is_urgent), &node->heap);
    node->is_urgent = is_urgent;
    int rc = heap_set(heap_of(a, is_urgent), &node->heap, due_ms, seq);
    if (rc == 0 || before.heap.place == 0 || before.is_urgent == is_urgent)
        return rc;
    node->is_urgent = before.is_urgent;
    /* The node has just left that heap, so this needs no memory. */
    return heap_set(heap_of(a, before.is_urgent), &node->heap, before.heap.due_ms,
                    before.heap.seq) != 0
               ? ERR_NOMEM
               : rc;
}

void agenda_remove(struct agenda *a, struct agenda_node *node)
{
    heap_remove(heap_of(a, node->is_urgent), &node->heap);
}

bool agenda_precedes(const struct agenda_node *node, const struct agenda_node *other,
                     int64_t now_ms)
{
    if (node == NULL || other == NULL)
        return node != NULL;
    bool goes = node->is_urgent && node->heap.due_ms <= now_ms;
    bool other_goes = other->is_urgent && other->heap.due_ms <= now_ms;
    return goes != other_goes ? goes : node->heap.due_ms < other->heap.due_ms;
}

static struct agenda_node *first_of(const struct heap *heap)
{
    struct heap_node *first = heap_first(heap);
    return first == NULL ? NULL
                         : (void *)((char *)first - offsetof(struct agenda_node, heap));
}

struct agenda_node *agenda_first(const struct agenda *a, int64_t now_ms)
{
    struct agenda_node *urgent = first_of(&a->urgent), *rest = first_of(&a->rest);
    return agenda_precedes(rest, urgent, now_ms) ? rest : urgent;
}
