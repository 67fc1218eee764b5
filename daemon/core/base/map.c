/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map with open addressing and linear probing. Removal shifts later entries back, so
 * there are no tombstones and a long-lived table stays fast. */
#include "lookout/base/map.h"

#include <stdlib.h>

#include "lookout/base/fetch.h"
#include "lookout/base/hash.h"

struct map_slot {
    uint64_t key;
    void *value; /* NULL: the slot is free */
};

enum { MAP_LEAST_CAPACITY = 16 };

void map_init(struct map *m)
{
    *m = (struct map){0};
}

void map_finish(struct map *m)
{
    free(m->slots);
    *m = (struct map){0};
}

/* The slot of the key, or the free one where it would go; capacity must not be 0. */
static size_t find_slot(const struct map *m, uint64_t key)
{
    size_t mask = m->capacity - 1;
    size_t i = (size_t)hash_u64(key, 0) & mask;
    while (m->slots[i].value != NULL && m->slots[i].key != key)
        i = (i + 1) & mask;
    return i;
}

void *map_get(const struct map *m, uint64_t key)
{
    return m->capacity == 0 ? NULL : m->slots[find_slot(m, key)].value;
}

void map_fetch(const struct map *m, uint64_t key)
{
    if (m->capacity != 0)
        fetch_line(&m->slots[(size_t)hash_u64(key, 0) & (m->capacity - 1)]);
}

static int grow_map(struct map *m)
{
    if (m->capacity > SIZE_MAX / 2 / sizeof *m->slots)
        return ERR_NOMEM;
    struct map larger = {.capacity =
                             m->capacity == 0 ? MAP_LEAST_CAPACITY : m->capacity * 2,
                         .count = m->count};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].value != NULL)
            larger.slots[find_slot(&larger, m->slots[i].key)] = m->slots[i];
    free(m->slots);
    *m = larger;
    return 0;
}

int map_set(struct map *m, uint64_t key, void *value)
{
    if (m->capacity > 0) {
        struct map_slot *slot = &m->slots[find_slot(m, key)];
        if (slot->value != NULL) {
            slot->value = value;
            return 0;
        }
    }
    if ((m->count + 1) * 10 > m->capacity * 7) {
        int rc = grow_map(m);
        if (rc != 0)
            return rc;
    }
    m->slots[find_slot(m, key)] = (struct map_slot){.key = key, .value = value};
    m->count++;
    return 0;
}

void *map_remove(struct map *m, uint64_t key)
{
    if (m->capacity == 0)
        return NULL;
    size_t mask = m->capacity - 1;
    size_t hole = find_slot(m, key);
    void *value = m->slots[hole].value;
    if (value == NULL)
        return NULL;
    m->count--;
    /* Close the hole: pull back each later slot of the run whose home lies at or before
     * it. */
    for (size_t i = (hole + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
        size_t home = (size_t)hash_u64(m->slots[i].key, 0) & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole] = (struct map_slot){0};
    return value;
}

bool map_next(const struct map *m, size_t *cursor, uint64_t *ret_key, void **ret_value)
{
    while (*cursor < m->capacity) {
        const struct map_slot *slot = &m->slots[(*cursor)++];
        if (slot->value != NULL) {
            *ret_key = slot->key;
            *ret_value = slot->value;
            return true;
        }
    }
    return false;
}
