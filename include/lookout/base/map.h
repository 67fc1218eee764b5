/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map from uint64_t to a pointer: open addressing, linear probing, grows at 70 %
 * load. */
#ifndef LOOKOUT_MAP_H
#define LOOKOUT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct map_slot; /* private */

struct map {
    struct map_slot *slots; /* owned */
    size_t capacity;        /* power of two, or 0 */
    size_t count;
};

void map_init(struct map *m);
/* Free the table, but not the memory that the values point to. */
void map_finish(struct map *m);
/* NULL when absent. */
void *map_get(const struct map *m, uint64_t key);
/* Prefetch the memory that map_get will need. */
void map_fetch(const struct map *m, uint64_t key);
/* Set or replace; value must not be NULL. ERR_NOMEM leaves the map as it was. */
MUST_CHECK int map_set(struct map *m, uint64_t key, void *value);
/* Remove and return the value, NULL when absent. */
void *map_remove(struct map *m, uint64_t key);
/* Iterate: start with *cursor = 0; false at the end. The map must not change meanwhile.
 * The order is that of the table and must not reach any output. */
bool map_next(const struct map *m, size_t *cursor, uint64_t *ret_key, void **ret_value);

#endif
