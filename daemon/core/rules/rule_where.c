/* SPDX-License-Identifier: Apache-2.0 */
/* Places and ships that the kinds stopped, loiter and encounter share: areas, distance
 * from the shore, service vessels. */
#include "rule_where_int.h"

#include <string.h>

#include "lookout/alert/say.h"
#include "lookout/base/units.h"
#include "lookout/detect/zone_list.h"
#include "lookout/geo/shore.h"
#include "lookout/track/vessel_type.h"

static bool is_named(const struct rule_zones *zones, uint32_t zone)
{
    return zones->items != NULL && rule_zones_has(zones, zone);
}

/* Where the distances are not known, no place is offshore. */
static bool is_offshore(const struct rule_look *look, const struct rule_where *where,
                        struct geo_pos pos, double *shore_m)
{
    if (where->offshore_m <= 0)
        return true;
    if (look->world->shore == NULL)
        return false;
    if (*shore_m < 0)
        *shore_m = shore_distance_m(look->world->shore, pos);
    return *shore_m >= where->offshore_m;
}

int rule_where_holds(const struct rule_look *look, const struct rule_where *where,
                     struct geo_pos pos, double *shore_m, bool *ret_holds)
{
    struct zone_list at;
    zone_list_init(&at);
    int rc = zone_list_at(&at, look->world->zones, pos);
    bool is_in = false, is_out = false;
    for (size_t i = 0; rc == 0 && i < at.count; i++) {
        bool is_wanted = is_named(&where->zones, at.items[i]);
        const char *kind = zone_set_info(look->world->zones, at.items[i])->kind;
        is_in = is_in || is_wanted;
        is_out = is_out || is_named(&where->except, at.items[i]) ||
                 (!is_wanted && strcmp(kind, "anchorage") == 0);
    }
    zone_list_finish(&at);
    if (where->zones.items == NULL && !is_out)
        is_in = is_offshore(look, where, pos, shore_m);
    *ret_holds = is_in && !is_out;
    return rc;
}

bool rule_where_is_type(const struct vessel_static *info, int vessel_type)
{
    return vessel_type_of(info->ship_type) == vessel_type;
}

bool rule_where_wants_shore(const struct rule_where *where)
{
    return where->zones.items == NULL && where->offshore_m > 0;
}

void rule_where_say(struct say_writer *w, double shore_m)
{
    if (shore_m >= 0)
        say_text(w, ", %.0f nm%s from the shore", shore_m / NM_M,
                 shore_m >= SHORE_FAR_M ? " and more" : "");
}

static bool is_net_marker(const struct vessel_static *info)
{
    size_t n = strlen(info->name);
    if (!info->is_class_b || info->imo != 0 || n == 0)
        return false;
    bool is_volts = n > 1 && info->name[n - 1] == 'V' && info->name[n - 2] >= '0' &&
                    info->name[n - 2] <= '9';
    return info->name[n - 1] == '%' || is_volts;
}

bool rule_where_is_service(const struct vessel_static *info)
{
    static const int types[] = {
        VESSEL_TUG,     VESSEL_PILOT,           VESSEL_SAR,   VESSEL_PORT_TENDER,
        VESSEL_DREDGER, VESSEL_LAW_ENFORCEMENT, VESSEL_DIVING};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (rule_where_is_type(info, types[i]))
            return true;
    return is_net_marker(info);
}
