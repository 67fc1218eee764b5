/* SPDX-License-Identifier: Apache-2.0 */
/* Vessels as a picture shows them, and the list of those that changed. */
#include "lookout/engine/engine_vessel.h"

#include <string.h>

#include "engine_int.h"
#include "lookout/base/array.h"

static const struct ship_track *current_item(const struct ship *s)
{
    const struct track *track = tracks_current(&s->tracks);
    return track != NULL ? ship_track_find(s, track->id) : NULL;
}

bool engine_vessel_look(const struct engine *e, uint32_t mmsi, struct engine_vessel *ret)
{
    const struct ship *s = ship_find(e, mmsi);
    if (s == NULL)
        return false;
    const struct track *track = tracks_current(&s->tracks);
    const struct ship_track *item = current_item(s);
    *ret = (struct engine_vessel){.mmsi = mmsi,
                                  .imo = s->info.imo,
                                  .name = s->info.name,
                                  .callsign = s->info.callsign,
                                  .flag = vessel_flag(mmsi),
                                  .type = s->info.ship_type,
                                  .length_m = s->info.length_m,
                                  .is_watched = s->watch != NULL,
                                  .has_fix = track != NULL,
                                  .port = ""};
    if (track != NULL)
        ret->last = track->last;
    if (item != NULL && item->call.current.port != PORT_NONE)
        ret->port = ports_get(e->conf.ports, item->call.current.port)->locode;
    return true;
}

bool engine_vessel_is_in(const struct engine *e, uint32_t mmsi, const char *zone)
{
    const struct ship *s = ship_find(e, mmsi);
    const struct ship_track *item = s != NULL ? current_item(s) : NULL;
    for (uint32_t i = 0; item != NULL && i < item->zones.count; i++)
        if (item->zones.items[i].phase != ZONE_PHASE_ENTERING &&
            strcmp(zone_set_info(e->conf.zones, item->zones.items[i].zone)->id, zone) ==
                0)
            return true;
    return false;
}

const struct tracks *engine_vessel_tracks(const struct engine *e, uint32_t mmsi)
{
    const struct ship *s = ship_find(e, mmsi);
    return s != NULL ? &s->tracks : NULL;
}

/* --- changes --- */

void engine_vessel_note_changes(struct engine *e)
{
    e->changes.is_kept = true;
    e->changes.is_lost = true;
}

void engine_vessel_note(struct engine *e, uint32_t mmsi)
{
    struct changes *c = &e->changes;
    if (!c->is_kept)
        return;
    if (c->count == c->room &&
        array_grow(&c->items, &c->room, c->count + 1, sizeof *c->items) != 0)
        c->is_lost = true;
    else
        c->items[c->count++] = mmsi;
}

void engine_vessel_note_one(struct engine *e, uint32_t mmsi)
{
    struct ship *s = ship_find(e, mmsi);
    if (s == NULL || s->is_changed)
        return;
    s->is_changed = e->changes.is_kept;
    engine_vessel_note(e, mmsi);
}

size_t engine_vessel_take(struct engine *e, uint32_t *ret_mmsi, size_t room,
                          bool *ret_is_lost)
{
    struct changes *c = &e->changes;
    size_t n = c->count < room ? c->count : room;
    for (size_t i = 0; i < n; i++) {
        ret_mmsi[i] = c->items[--c->count];
        struct ship *s = ship_find(e, ret_mmsi[i]);
        if (s != NULL)
            s->is_changed = false;
    }
    *ret_is_lost = c->is_lost;
    c->is_lost = false;
    return n;
}
