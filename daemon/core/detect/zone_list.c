/* SPDX-License-Identifier: Apache-2.0 */
/* Short lists of zone indices: on the stack while there are few, else on the heap. */
#include "lookout/detect/zone_list.h"

#include <stdlib.h>
#include <string.h>

void zone_list_init(struct zone_list *list)
{
    list->items = list->few;
    list->count = 0;
    list->room = ZONE_LIST_FEW;
}

void zone_list_finish(struct zone_list *list)
{
    if (list->items != list->few)
        free(list->items);
}

static int reserve_list(struct zone_list *list, size_t room)
{
    if (room <= list->room)
        return 0;
    uint32_t *items = malloc(room * sizeof *items);
    if (items == NULL)
        return ERR_NOMEM;
    memcpy(items, list->items, list->count * sizeof *items);
    zone_list_finish(list);
    list->items = items;
    list->room = room;
    return 0;
}

int zone_list_add(struct zone_list *list, uint32_t zone)
{
    int rc = list->count == list->room ? reserve_list(list, 2 * list->room) : 0;
    if (rc == 0)
        list->items[list->count++] = zone;
    return rc;
}

bool zone_list_has(const struct zone_list *list, uint32_t zone)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == zone)
            return true;
    return false;
}

int zone_list_at(struct zone_list *list, const struct zone_set *zones, struct geo_pos pos)
{
    size_t n = zone_set_at(zones, pos, list->items, list->room);
    if (n > list->room) {
        int rc = reserve_list(list, n);
        if (rc != 0)
            return rc;
        n = zone_set_at(zones, pos, list->items, list->room);
    }
    list->count = n;
    return 0;
}

int zone_list_near(struct zone_list *list, const struct zone_set *zones,
                   struct geo_pos pos, double radius_m)
{
    size_t n = zone_distance_near(zones, pos, radius_m, list->items, list->room);
    if (n > list->room) {
        int rc = reserve_list(list, n);
        if (rc != 0)
            return rc;
        n = zone_distance_near(zones, pos, radius_m, list->items, list->room);
    }
    list->count = n;
    return 0;
}
