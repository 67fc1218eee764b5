/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted array of MMSIs that changes by merging. */
#include "roll.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"

void roll_finish(struct roll *r)
{
    free(r->items);
    free(r->other);
    memset(r, 0, sizeof *r);
}

size_t roll_find(const struct roll *r, uint32_t mmsi)
{
    return array_find_u32(r->items, r->count, mmsi);
}

bool roll_has(const struct roll *r, uint32_t mmsi)
{
    size_t at = roll_find(r, mmsi);
    return at < r->count && r->items[at] == mmsi;
}

int roll_merge(struct roll *r, const uint32_t *changed, const bool *is_there,
               size_t count)
{
    int rc = array_grow(&r->other, &r->other_room, r->count + count, sizeof *r->other);
    size_t n = 0, at = 0;
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        size_t next = roll_find(r, changed[i]);
        if (next > at)
            memcpy(r->other + n, r->items + at, (next - at) * sizeof *r->items);
        n += next - at;
        at = next + (next < r->count && r->items[next] == changed[i]);
        if (is_there[i])
            r->other[n++] = changed[i];
    }
    if (r->count > at)
        memcpy(r->other + n, r->items + at, (r->count - at) * sizeof *r->items);
    n += r->count - at;
    uint32_t *items = r->items;
    size_t room = r->room;
    r->items = r->other;
    r->room = r->other_room;
    r->other = items;
    r->other_room = room;
    r->count = n;
    return 0;
}

int roll_add(struct roll *r, uint32_t mmsi)
{
    size_t at = roll_find(r, mmsi);
    if (at < r->count && r->items[at] == mmsi)
        return 0;
    int rc = array_grow(&r->items, &r->room, r->count + 1, sizeof *r->items);
    if (rc != 0)
        return rc;
    memmove(r->items + at + 1, r->items + at, (r->count - at) * sizeof *r->items);
    r->items[at] = mmsi;
    r->count++;
    return 0;
}

void roll_remove(struct roll *r, uint32_t mmsi)
{
    size_t at = roll_find(r, mmsi);
    if (at == r->count || r->items[at] != mmsi)
        return;
    r->count--;
    memmove(r->items + at, r->items + at + 1, (r->count - at) * sizeof *r->items);
}
