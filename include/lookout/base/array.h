/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays: the items are in one allocation, which has room for more items than are
 * in use. */
#ifndef LOOKOUT_ARRAY_H
#define LOOKOUT_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* Make room for `count` items of item_bytes each. `items` is the address of the array's
 * pointer (of any type; NULL when nothing is allocated yet), *room is the number of items
 * it holds. Both are unchanged on failure. New items are not initialised. The room at
 * least doubles. Returns 0 or ERR_NOMEM. */
MUST_CHECK int array_grow(void *items, size_t *room, size_t count, size_t item_bytes);
/* Make room for `more` items beyond `count`, and for no others: for arrays that seldom
 * grow, or of which there are many. `items` as above. Returns 0 or ERR_NOMEM. */
MUST_CHECK int array_extend(void *items, size_t count, size_t more, size_t item_bytes);

/* The index of the first of `count` ascending items that is not below `value`; count:
 * there is none. */
size_t array_find_u32(const uint32_t *items, size_t count, uint32_t value);

#endif
