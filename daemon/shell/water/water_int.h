/* SPDX-License-Identifier: Apache-2.0 */
/* The distance fields that a configuration wants; private to the room. */
#ifndef LOOKOUT_WATER_INT_H
#define LOOKOUT_WATER_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/geo/water.h"

struct water_want {
    struct geo_pos *sources;   /* owned */
    struct water_ends ends;    /* of these sources */
    struct water_field *field; /* held; NULL: not made yet */
    bool is_made;
};
struct water_wants {
    struct water_want *items; /* owned */
    size_t count;
};

/* Read the wanted fields that are in the directory; returns how many. */
size_t water_cache_read(const char *directory, const struct water *water,
                        struct water_wants *wants);
/* Write the new fields, remove unused ones; returns how many could not be written. */
size_t water_cache_write(const char *directory, const struct water_wants *wants);

#endif
