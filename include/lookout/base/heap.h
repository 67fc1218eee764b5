/* SPDX-License-Identifier: Apache-2.0 */
/* Timer heap: intrusive nodes ordered by (due_ms, seq), so that nodes with equal times
 * come in a fixed order. */
#ifndef LOOKOUT_HEAP_H
#define LOOKOUT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* Embedded in the owner's struct; zero it before first use. */
struct heap_node {
    int64_t due_ms;
    uint64_t seq; /* decides between equal times; the owner chooses it (for instance MMSI
                     << 16 | kind) */
    size_t place; /* 1-based place in the heap; 0 = not in it */
};

struct heap {
    struct heap_node **nodes; /* owned array of borrowed nodes */
    size_t count;
    size_t capacity;
};

void heap_init(struct heap *h);
void heap_finish(struct heap *h);
/* Insert a node that is due at due_ms, or move it when it is in the heap. */
MUST_CHECK int heap_set(struct heap *h, struct heap_node *node, int64_t due_ms,
                        uint64_t seq);
/* Remove a node; no effect when it is not in the heap. */
void heap_remove(struct heap *h, struct heap_node *node);
/* The earliest node, which stays in the heap; NULL when the heap is empty. */
struct heap_node *heap_first(const struct heap *h);

#endif
