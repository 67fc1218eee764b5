/* SPDX-License-Identifier: Apache-2.0 */
/* Saved form of a track's zones: by id and geometry, so that a changed zone is a new
 * zone. Rows before version 3 have no speeds, and of gates only the latest crossing. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "zone_watch_int.h"

static void save_fix(const struct track_fix *f, struct wire_writer *w)
{
    wire_put_i64(w, f->time_ms);
    track_wire_save_pos(f->pos, w);
    wire_put_u64(w, (f->has & FIX_SOG) != 0 ? 1 + (uint64_t)f->sog_dkn : 0);
}

/* some 30,000 years: the sum of two still fits */
static const int64_t time_limit_ms = INT64_C(1000000000000000);

static int64_t load_time(struct wire_reader *r)
{
    int64_t at_ms = wire_get_time(r);
    if (at_ms != TIME_NONE && (at_ms > time_limit_ms || at_ms < -time_limit_ms))
        r->failed = true;
    return r->failed ? 0 : at_ms;
}

static void load_fix(struct track_fix *f, struct wire_reader *r)
{
    memset(f, 0, sizeof *f);
    f->time_ms = load_time(r);
    f->pos = track_wire_load_pos(r);
    uint64_t sog = wire_reader_is_before(r, 3) ? 0 : wire_get_u64(r);
    if (f->time_ms == TIME_NONE || sog > 1 + UINT16_MAX)
        r->failed = true;
    f->has = sog != 0 ? FIX_SOG : 0;
    f->sog_dkn = sog != 0 ? (uint16_t)(sog - 1) : 0;
}

static void save_zone(const struct zone_set *zones, uint32_t zone, struct wire_writer *w)
{
    const struct zone_info *info = zone_set_info(zones, zone);
    wire_put_text(w, info->id);
    wire_put_u64(w, info->geometry);
}

/* The zone of that id if its geometry is unchanged, else -1. */
static int64_t load_zone(const struct zone_set *zones, struct wire_reader *r)
{
    char id[256];
    wire_get_text(r, id, sizeof id);
    uint64_t geometry = wire_get_u64(r);
    int64_t zone = r->failed ? -1 : zone_set_find(zones, id);
    return zone >= 0 && zone_set_info(zones, (uint32_t)zone)->geometry == geometry ? zone
                                                                                   : -1;
}

static void save_gate(const struct gate_memory *m, struct wire_writer *w)
{
    wire_put_i64(w, m->last_ms);
    wire_put_u64(w, (uint64_t)m->told | (uint64_t)m->has_deferred << 2 |
                        (uint64_t)m->is_far << 3);
    if (!m->has_deferred)
        return;
    wire_put_i64(w, m->deferred.time_ms);
    track_wire_save_pos(m->deferred.pos, w);
    wire_put_i64(w, m->deferred.last_seen_ms);
    wire_put_u64(w, (uint64_t)m->deferred.certainty << 1 |
                        (uint64_t)m->deferred.is_left_to_right);
}

static void load_gate(struct gate_memory *m, struct wire_reader *r)
{
    m->last_ms = load_time(r);
    if (wire_reader_is_before(r, 3))
        return;
    uint64_t flags = wire_get_u64(r);
    m->told = (uint8_t)(flags & (GATE_LEFT_TO_RIGHT | GATE_RIGHT_TO_LEFT));
    m->has_deferred = (flags & 4) != 0;
    m->is_far = (flags & 8) != 0;
    if (!m->has_deferred)
        return;
    m->deferred.what = ZONE_CROSSED;
    m->deferred.time_ms = load_time(r);
    m->deferred.pos = track_wire_load_pos(r);
    m->deferred.last_seen_ms = load_time(r);
    flags = wire_get_u64(r);
    m->deferred.is_left_to_right = (flags & 1) != 0;
    m->deferred.certainty = (enum zone_certainty)(flags >> 1);
}

void zone_wire_save(const struct zone_watch *w, const struct zone_set *zones,
                    struct wire_writer *out)
{
    wire_put_u64(out, w->has_last);
    if (w->has_last)
        save_fix(&w->last, out);
    wire_put_u64(out, w->count);
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        save_zone(zones, p->zone, out);
        wire_put_u64(out, p->phase);
        wire_put_u64(out, (uint64_t)p->is_present | (uint64_t)p->is_lost << 1 |
                              (uint64_t)p->has_base << 2 |
                              (uint64_t)p->pending.is_present << 3 |
                              (uint64_t)p->is_far << 4 | (uint64_t)p->is_beside << 5);
        wire_put_i64(out, p->since_ms);
        wire_put_i64(out, p->last_inside_ms);
        wire_put_i64(out, p->pending.time_ms);
        wire_put_i64(out, p->pending.last_seen_ms);
        wire_put_u64(out, (uint64_t)p->pending.certainty);
        track_wire_save_pos(p->pending.pos, out);
        if (p->has_base)
            save_fix(&p->base, out);
    }
    wire_put_u64(out, w->gate_count);
    for (uint32_t i = 0; i < w->gate_count; i++) {
        save_zone(zones, w->gates[i].gate, out);
        save_gate(&w->gates[i], out);
    }
}

static void load_presence(struct zone_presence *p, struct wire_reader *r)
{
    p->phase = (uint8_t)wire_get_u64(r);
    uint64_t flags = wire_get_u64(r);
    p->is_present = (flags & 1) != 0;
    p->is_lost = (flags & 2) != 0;
    p->has_base = (flags & 4) != 0;
    p->pending.is_present = (flags & 8) != 0;
    p->is_far = (flags & 16) != 0;
    p->is_beside = (flags & 32) != 0;
    p->since_ms = load_time(r);
    p->last_inside_ms = load_time(r);
    p->pending.time_ms = load_time(r);
    p->pending.last_seen_ms = load_time(r);
    p->pending.certainty = (enum zone_certainty)wire_get_u64(r);
    p->pending.pos = track_wire_load_pos(r);
    if (p->has_base)
        load_fix(&p->base, r);
}

static int by_zone(const void *a, const void *b)
{
    uint32_t x = ((const struct zone_presence *)a)->zone;
    uint32_t y = ((const struct zone_presence *)b)->zone;
    return x < y ? -1 : x > y;
}

static int enter_one(struct zone_watch *w, uint32_t zone)
{
    if (array_extend(&w->items, w->count, 1, sizeof *w->items) != 0)
        return ERR_NOMEM;
    w->room = w->count + 1;
    struct zone_presence *p = &w->items[w->count++];
    memset(p, 0, sizeof *p);
    p->zone = zone;
    p->phase = ZONE_PHASE_INSIDE;
    p->is_present = true;
    p->since_ms = p->last_inside_ms = w->last.time_ms;
    return 0;
}

/* Zones that hold the last fix and are not in the record are new or changed: they are
 * entered silently. */
static int enter_silently(struct zone_watch *w, const struct zone_set *zones)
{
    struct zone_list at;
    zone_list_init(&at);
    int rc = zone_list_at(&at, zones, w->last.pos);
    for (size_t i = 0; i < at.count && rc == 0; i++)
        if (zone_state_find(w, at.items[i]) == NULL)
            rc = enter_one(w, at.items[i]);
    zone_list_finish(&at);
    return rc;
}

static int load_gates(struct zone_watch *w, const struct zone_set *zones,
                      struct wire_reader *in)
{
    size_t count = wire_get_count(in, wire_reader_is_before(in, 3) ? 3 : 4);
    w->gates = count != 0 ? calloc(count, sizeof *w->gates) : NULL;
    if (count != 0 && w->gates == NULL)
        return ERR_NOMEM;
    w->gate_room = (uint32_t)count;
    for (size_t i = 0; i < count && !in->failed; i++) {
        int64_t gate = load_zone(zones, in);
        struct gate_memory *m = &w->gates[w->gate_count];
        *m = (struct gate_memory){0};
        load_gate(m, in);
        if (m->deferred.certainty > ZONE_POSSIBLE)
            return ERR_CORRUPT;
        m->gate = m->deferred.zone = (uint32_t)gate;
        w->gate_count += gate >= 0;
    }
    return in->failed ? ERR_CORRUPT : 0;
}

int zone_wire_load(struct zone_watch *w, const struct zone_set *zones,
                   struct wire_reader *in)
{
    zone_state_init(w);
    w->has_last = wire_get_u64(in) != 0;
    if (w->has_last)
        load_fix(&w->last, in);
    size_t count = wire_get_count(in, 11);
    w->items = count != 0 ? calloc(count, sizeof *w->items) : NULL;
    if (count != 0 && w->items == NULL)
        return ERR_NOMEM;
    w->room = (uint32_t)count;
    for (size_t i = 0; i < count && !in->failed; i++) {
        struct zone_presence *p = &w->items[w->count];
        memset(p, 0, sizeof *p);
        int64_t zone = load_zone(zones, in);
        load_presence(p, in);
        if (zone < 0)
            continue;
        if (p->phase > ZONE_PHASE_LEAVING || p->pending.certainty > ZONE_POSSIBLE)
            return ERR_CORRUPT;
        p->zone = (uint32_t)zone;
        p->pending.zone = p->zone;
        w->count++;
    }
    if (in->failed)
        return ERR_CORRUPT;
    int rc = w->has_last ? enter_silently(w, zones) : 0;
    if (w->count > 1)
        qsort(w->items, w->count, sizeof w->items[0], by_zone);
    return rc != 0 ? rc : load_gates(w, zones, in);
}
