/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays: items in one allocation, with room for more than are in use. */
#ifndef LOOKOUT_ARRAY_H
#define LOOKOUT_ARRAY_H

#include <stddef.h>

#include "lookout/base/err.h"

/* Make room for `count` items of item_bytes each. `items` is the address of the array's
 * pointer (of any type; NULL when nothing was allocated yet), *room how many items it
 * holds; both stay as they are on failure. The new items are not set. Room at least
 * doubles. 0 or ERR_NOMEM. */
MUST_CHECK int array_grow(void *items, size_t *room, size_t count, size_t item_bytes);

#endif
