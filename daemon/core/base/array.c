/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays. */
#include "lookout/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAY_LEAST_ITEMS = 8 };

/* The caller's pointer has a type of its own; only its bytes may be copied. */
static int resize_items(void *items, size_t count, size_t item_bytes)
{
    void *old;
    memcpy(&old, items, sizeof old);
    if (count > SIZE_MAX / 2 / item_bytes)
        return ERR_NOMEM;
    void *grown = realloc(old, count * item_bytes);
    if (grown == NULL)
        return ERR_NOMEM;
    memcpy(items, &grown, sizeof grown);
    return 0;
}

int array_grow(void *items, size_t *room, size_t count, size_t item_bytes)
{
    if (count <= *room)
        return 0;
    size_t more = *room < ARRAY_LEAST_ITEMS / 2 ? ARRAY_LEAST_ITEMS : *room * 2;
    if (more < count)
        more = count;
    int rc = resize_items(items, more, item_bytes);
    if (rc == 0)
        *room = more;
    return rc;
}

int array_extend(void *items, size_t count, size_t more, size_t item_bytes)
{
    return more != 0 ? resize_items(items, count + more, item_bytes) : 0;
}

size_t array_find_u32(const uint32_t *items, size_t count, uint32_t value)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
