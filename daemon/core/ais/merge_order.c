/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of a source that wait within its lateness: a heap by time. */
#include "lookout/base/array.h"
#include "merge_int.h"

static bool is_report_before(const struct merge_node *a, const struct merge_node *b)
{
    if (a->report.time_ms != b->report.time_ms)
        return a->report.time_ms < b->report.time_ms;
    return a->order < b->order;
}

int merge_order_push(struct merge_source *s, struct merge_node *node)
{
    if (array_grow(&s->heap, &s->heap_room, s->heap_count + 1,
                   sizeof(struct merge_node *)) != 0)
        return ERR_NOMEM;
    size_t at = s->heap_count++;
    while (at > 0 && is_report_before(node, s->heap[(at - 1) / 2])) {
        s->heap[at] = s->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->heap[at] = node;
    return 0;
}

struct merge_node *merge_order_pop(struct merge_source *s)
{
    struct merge_node *top = s->heap[0];
    struct merge_node *node = s->heap[--s->heap_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= s->heap_count)
            break;
        if (child + 1 < s->heap_count &&
            is_report_before(s->heap[child + 1], s->heap[child]))
            child++;
        if (!is_report_before(s->heap[child], node))
            break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    if (s->heap_count != 0)
        s->heap[at] = node;
    return top;
}
