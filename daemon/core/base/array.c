/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays. */
#include "lookout/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAY_LEAST_ITEMS = 8 };

int array_grow(void *items, size_t *room, size_t count, size_t item_bytes)
{
    if (count <= *room)
        return 0;
    size_t more = *room < ARRAY_LEAST_ITEMS / 2 ? ARRAY_LEAST_ITEMS : *room * 2;
    if (more < count)
        more = count;
    if (more > SIZE_MAX / 2 / item_bytes)
        return ERR_NOMEM;
    /* The caller's pointer has a type of its own; only its bytes may be copied. */
    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = realloc(old, more * item_bytes);
    if (grown == NULL)
        return ERR_NOMEM;
    memcpy(items, &grown, sizeof grown);
    *room = more;
    return 0;
}
