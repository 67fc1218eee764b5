/* SPDX-License-Identifier: Apache-2.0 */
/* Vessels as a picture shows them, and the list of those that changed. */
#include "lookout/engine/engine_vessel.h"

#include <string.h>

#include "engine_int.h"
#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/rules/vessel_filter.h"

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

bool engine_vessel_is_of(const struct engine *e, uint32_t mmsi,
                         const struct vessel_filter *filter)
{
    const struct ship *s = ship_find(e, mmsi);
    if (s == NULL)
        return false;
    const struct rule_subject subject = {
        .mmsi = mmsi, .info = &s->info, .watch = s->watch};
    return vessel_filter_matches(filter, &subject);
}

int64_t engine_vessel_told_ms(const struct engine *e, uint32_t mmsi)
{
    const struct ship *s = ship_find(e, mmsi);
    return s != NULL ? s->alerted_ms : TIME_NONE;
}

static void fill_static(const struct vessel_static *info, struct report *ret)
{
    ret->is_class_b = info->is_class_b;
    ret->imo = info->imo;
    ret->ship_type = info->ship_type;
    ret->length_m = info->length_m;
    ret->beam_m = info->beam_m;
    ret->draught_dm = info->draught_dm;
    text_copy(ret->callsign, sizeof ret->callsign, info->callsign);
    text_copy(ret->name, sizeof ret->name, info->name);
    text_copy(ret->destination, sizeof ret->destination, info->destination);
    ret->has |= (info->imo != 0 ? HAS_IMO : 0u) |
                (info->callsign[0] != '\0' ? HAS_CALLSIGN : 0u) |
                (info->name[0] != '\0' ? HAS_NAME : 0u) |
                (info->ship_type != 0 ? HAS_SHIP_TYPE : 0u) |
                (info->length_m != 0 ? HAS_DIMENSIONS : 0u) |
                (info->draught_dm != 0 ? HAS_DRAUGHT : 0u) |
                (info->has_destination ? HAS_DESTINATION : 0u);
}

bool engine_vessel_report(const struct engine *e, uint32_t mmsi, struct report *ret)
{
    const struct ship *s = ship_find(e, mmsi);
    const struct track *track = s != NULL ? tracks_current(&s->tracks) : NULL;
    if (track == NULL)
        return false;
    *ret = (struct report){.mmsi = mmsi};
    track_fix_to_report(&track->last, ret);
    fill_static(&s->info, ret);
    return true;
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
