/* SPDX-License-Identifier: Apache-2.0 */
/* A short list of zone indices: the zones at a place, or near it. */
#ifndef LOOKOUT_ZONE_LIST_H
#define LOOKOUT_ZONE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/geo/zone.h"

/* Indices of zones: a few, or on the heap. */
enum { ZONE_LIST_FEW = 64 };
struct zone_list {
    uint32_t *items; /* owned unless it is `few` */
    size_t count, room;
    uint32_t few[ZONE_LIST_FEW];
};
void zone_list_init(struct zone_list *list);
void zone_list_finish(struct zone_list *list);
MUST_CHECK int zone_list_add(struct zone_list *list, uint32_t zone); /* ERR_NOMEM */
bool zone_list_has(const struct zone_list *list, uint32_t zone);
/* Replace the contents by the areas at the place, or by the zones near it. ERR_NOMEM. */
MUST_CHECK int zone_list_at(struct zone_list *list, const struct zone_set *zones,
                            struct geo_pos pos);
MUST_CHECK int zone_list_near(struct zone_list *list, const struct zone_set *zones,
                              struct geo_pos pos, double radius_m);

#endif
