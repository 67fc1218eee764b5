/* SPDX-License-Identifier: Apache-2.0 */
/* The MMSIs of all known vessels, in order: lists and streams walk it a part at a time
 * while vessels come and go. */
#ifndef LOOKOUT_ROLL_H
#define LOOKOUT_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct roll {
    uint32_t *items; /* owned, ascending */
    size_t count, room;
    uint32_t *other; /* owned: as much room again, for merging */
    size_t other_room;
};
void roll_finish(struct roll *r);
/* The index of the first that is not below mmsi. */
size_t roll_find(const struct roll *r, uint32_t mmsi);
bool roll_has(const struct roll *r, uint32_t mmsi);
/* Take in vessels that are there (is_there, given for each), and drop those that are not.
 * `changed` is sorted, without doubles. */
MUST_CHECK int roll_merge(struct roll *r, const uint32_t *changed, const bool *is_there,
                          size_t count);
MUST_CHECK int roll_add(struct roll *r, uint32_t mmsi);
void roll_remove(struct roll *r, uint32_t mmsi);

#endif
