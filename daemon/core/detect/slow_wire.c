/* SPDX-License-Identifier: Apache-2.0 */
/* Saved form of a track's slow spell and of the pairs that it keeps. Ticks of another
 * length, or under other limits, are others: what was saved under them is dropped. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/detect/meet.h"
#include "slow_watch_int.h"

/* some 30,000 years: the sum of two still fits */
#define TIME_LIMIT_MS UINT64_C(1000000000000000)
#define FIXES_MAX UINT32_MAX

static uint64_t hash_limits(const struct detect_limits *limits)
{
    uint64_t kn = 0, port = 0, within = 0;
    memcpy(&kn, &limits->slow_kn, sizeof kn);
    memcpy(&port, &limits->slow_port_m, sizeof port);
    memcpy(&within, &limits->meet_within_m, sizeof within);
    uint64_t h = hash_u64((uint64_t)limits->slow_tick_ms, 1);
    h = hash_u64((uint64_t)limits->slow_bridge_ms, h);
    h = hash_u64(limits->slow_fast, h);
    h = hash_u64(kn, h);
    h = hash_u64(port, h);
    return hash_u64(within, h);
}

static void save_place(const struct slow_place *p, struct wire_writer *w)
{
    wire_put_u64(w, (uint64_t)p->tick_ms);
    track_wire_save_pos(p->pos, w);
    wire_put_u64(w, (uint64_t)p->unheard_ms);
    wire_put_u64(w, p->fixes);
    wire_put_u64(w, p->anchored);
    wire_put_u64(w, (uint64_t)p->is_fix | (uint64_t)p->is_fix_anchored << 1 |
                        (uint64_t)p->is_listed << 2 | (uint64_t)p->is_met << 3);
}

/* A tick, moved by the ticks of the reader's shift. */
static int64_t load_tick(struct wire_reader *r)
{
    int64_t tick_ms = (int64_t)wire_get_limited(r, TIME_LIMIT_MS) + r->shift_ms;
    if (tick_ms < 0)
        r->failed = true;
    return tick_ms;
}

static void load_place(struct slow_place *p, struct wire_reader *r)
{
    memset(p, 0, sizeof *p);
    p->tick_ms = load_tick(r);
    p->pos = track_wire_load_pos(r);
    p->unheard_ms = (int64_t)wire_get_limited(r, TIME_LIMIT_MS);
    p->fixes = (uint32_t)wire_get_limited(r, FIXES_MAX);
    p->anchored = (uint32_t)wire_get_limited(r, FIXES_MAX);
    uint64_t flags = wire_get_limited(r, 15);
    p->is_fix = (flags & 1) != 0;
    p->is_fix_anchored = (flags & 2) != 0;
    p->is_listed = (flags & 4) != 0;
    p->is_met = (flags & 8) != 0;
}

/* A distance on the earth; -1: not known. */
static double load_metres(struct wire_reader *r)
{
    double m = wire_get_f64(r);
    if (!(m >= -1 && m <= 1e8))
        r->failed = true;
    return r->failed ? -1 : m;
}

static void save_pair(const struct meet_pair *p, struct wire_writer *w)
{
    wire_put_u64(w, p->other.mmsi);
    wire_put_u64(w, p->other.track);
    wire_put_u64(w, (uint64_t)p->begun_ms);
    wire_put_u64(w, (uint64_t)p->last_ms);
    wire_put_u64(w, (uint64_t)p->both_ms);
    wire_put_u64(w, p->near_ticks);
    wire_put_u64(w, p->apart);
    track_wire_save_pos(p->pos, w);
    wire_put_u64(w, p->least_dm);
    wire_put_f64(w, p->shore_m);
    wire_put_f64(w, p->apart_before_m);
    for (int i = 0; i < 2; i++) {
        wire_put_u64(w, (uint64_t)p->unheard_ms[i]);
        wire_put_u64(w, p->first_fixes[i]);
        wire_put_u64(w, p->fixes[i]);
    }
    wire_put_u64(w, p->sample_every);
    wire_put_u64(w, p->sample_count);
    for (uint8_t i = 0; i < p->sample_count; i++)
        wire_put_u64(w, p->samples[i]);
}

static void load_pair(struct meet_pair *p, struct wire_reader *r)
{
    p->other.mmsi = (uint32_t)wire_get_limited(r, UINT32_MAX);
    p->other.track = (uint32_t)wire_get_limited(r, UINT32_MAX);
    p->begun_ms = load_tick(r);
    p->last_ms = load_tick(r);
    p->both_ms = load_tick(r);
    p->near_ticks = (uint32_t)wire_get_limited(r, UINT32_MAX);
    p->apart = (uint32_t)wire_get_limited(r, MEET_APART_TICKS);
    p->pos = track_wire_load_pos(r);
    p->least_dm = (uint32_t)wire_get_limited(r, UINT32_MAX);
    p->shore_m = load_metres(r);
    p->apart_before_m = load_metres(r);
    for (int i = 0; i < 2; i++) {
        p->unheard_ms[i] = (int64_t)wire_get_limited(r, TIME_LIMIT_MS);
        p->first_fixes[i] = (uint32_t)wire_get_limited(r, FIXES_MAX);
        p->fixes[i] = (uint32_t)wire_get_limited(r, FIXES_MAX);
    }
    p->sample_every = (uint32_t)wire_get_limited(r, UINT32_MAX);
    p->sample_count = (uint8_t)wire_get_limited(r, MEET_SAMPLES);
    if (p->sample_every == 0)
        r->failed = true;
    for (uint8_t i = 0; i < p->sample_count; i++)
        p->samples[i] = (uint16_t)wire_get_limited(r, UINT16_MAX);
}

static const struct slow_place *oldest_first(const struct slow_spell *spell, uint32_t i)
{
    uint32_t back = spell->count - 1 - i;
    return &spell->places[(spell->newest + spell->room - back) % spell->room];
}

static void save_slow_spell(const struct slow_spell *spell, struct wire_writer *w)
{
    wire_put_u64(w, (uint64_t)spell->begun_ms);
    wire_put_u64(w, (uint64_t)spell->last_ms);
    track_wire_save_pos(spell->begin, w);
    wire_put_u64(w, spell->fasts);
    wire_put_u64(w, spell->fixes);
    wire_put_u64(w, spell->anchored);
    wire_put_u64(w, (uint64_t)spell->observed_ms);
    wire_put_f64(w, spell->shore_m);
    wire_put_f64(w, spell->radius_m);
    wire_put_u64(w, spell->met_ticks);
    wire_put_u64(w, spell->first_fixes);
    wire_put_u64(w, spell->first_anchored);
    wire_put_u64(w, spell->pending);
    wire_put_u64(w, spell->count);
    for (uint32_t i = 0; i < spell->count; i++)
        save_place(oldest_first(spell, i), w);
    wire_put_u64(w, spell->partner_count);
    for (size_t i = 0; i < spell->partner_count; i++) {
        wire_put_u64(w, spell->partners[i].mmsi);
        wire_put_u64(w, spell->partners[i].track);
    }
    wire_put_u64(w, spell->pair_count);
    for (size_t i = 0; i < spell->pair_count; i++)
        save_pair(&spell->pairs[i], w);
}

void slow_wire_save(const struct slow_watch *watch, const struct detect_limits *limits,
                    struct wire_writer *w)
{
    wire_put_u64(w, hash_limits(limits));
    wire_put_u64(w, watch->fixes);
    wire_put_u64(w, watch->anchored);
    wire_put_u64(w, (uint64_t)watch->unheard_ms);
    wire_put_u64(w, (uint64_t)watch->run | (uint64_t)watch->clear << 2 |
                        (uint64_t)watch->has_last << 4 |
                        (uint64_t)watch->has_before << 5 |
                        (uint64_t)(watch->spell != NULL) << 6);
    if (watch->has_last) {
        struct slow_place last = slow_watch_last(watch);
        save_place(&last, w);
    }
    if (watch->has_before)
        save_place(&watch->before, w);
    if (watch->spell != NULL)
        save_slow_spell(watch->spell, w);
}

static int load_pairs(struct slow_spell *spell, struct wire_reader *r)
{
    size_t count = wire_get_count(r, 2);
    if (count > MEET_PAIRS_MAX)
        return ERR_CORRUPT;
    spell->partners = calloc(count + 1, sizeof *spell->partners);
    if (spell->partners == NULL)
        return ERR_NOMEM;
    spell->partner_room = count + 1;
    spell->partner_count = count;
    for (size_t i = 0; i < count; i++) {
        spell->partners[i].mmsi = (uint32_t)wire_get_limited(r, UINT32_MAX);
        spell->partners[i].track = (uint32_t)wire_get_limited(r, UINT32_MAX);
    }
    count = wire_get_count(r, 15);
    if (count > MEET_PAIRS_MAX)
        return ERR_CORRUPT;
    spell->pairs = calloc(count + 1, sizeof *spell->pairs);
    if (spell->pairs == NULL)
        return ERR_NOMEM;
    spell->pair_room = count + 1;
    spell->pair_count = count;
    for (size_t i = 0; i < count; i++)
        load_pair(&spell->pairs[i], r);
    return 0;
}

static int load_places(struct slow_spell *spell, struct meet_grid *grid,
                       struct wire_reader *r)
{
    int rc = 0;
    spell->pending = (uint32_t)wire_get_limited(r, spell->room);
    uint32_t count = (uint32_t)wire_get_limited(r, spell->room);
    for (uint32_t i = 0; i < count && rc == 0; i++) {
        struct slow_place *place = &spell->places[i];
        load_place(place, r);
        place->index = (uint16_t)i;
        bool is_listed = place->is_listed;
        place->is_listed = false;
        spell->count = i + 1;
        spell->newest = i;
        if (is_listed && !r->failed)
            rc = meet_grid_add(grid, place);
    }
    if (rc == 0 && (r->failed || spell->pending > count))
        rc = ERR_CORRUPT;
    return rc;
}

static int load_slow_spell(struct slow_watch *watch, const struct detect_limits *limits,
                           struct meet_grid *grid, struct wire_reader *r)
{
    struct slow_spell *spell = slow_watch_new_spell(watch, limits);
    if (spell == NULL)
        return ERR_NOMEM;
    watch->spell = spell;
    spell->begun_ms = load_tick(r);
    spell->last_ms = load_tick(r);
    spell->begin = track_wire_load_pos(r);
    spell->fasts = (uint32_t)wire_get_limited(r, UINT32_MAX);
    spell->fixes = (uint32_t)wire_get_limited(r, FIXES_MAX);
    spell->anchored = (uint32_t)wire_get_limited(r, FIXES_MAX);
    spell->observed_ms = (int64_t)wire_get_limited(r, TIME_LIMIT_MS);
    spell->shore_m = load_metres(r);
    spell->radius_m = load_metres(r);
    spell->met_ticks = (uint32_t)wire_get_limited(r, UINT32_MAX);
    spell->first_fixes = (uint32_t)wire_get_limited(r, FIXES_MAX);
    spell->first_anchored = (uint32_t)wire_get_limited(r, FIXES_MAX);
    int rc = load_places(spell, grid, r);
    return rc != 0 ? rc : load_pairs(spell, r);
}

int slow_wire_load(struct slow_watch *watch, const struct detect_limits *limits,
                   struct meet_grid *grid, struct wire_reader *r)
{
    if (wire_get_u64(r) != hash_limits(limits))
        return r->failed ? ERR_CORRUPT : 0;
    r->shift_ms = wire_reader_shift(r, limits->slow_tick_ms);
    watch->fixes = (uint32_t)wire_get_limited(r, FIXES_MAX);
    watch->anchored = (uint32_t)wire_get_limited(r, FIXES_MAX);
    watch->unheard_ms = (int64_t)wire_get_limited(r, TIME_LIMIT_MS);
    uint64_t flags = wire_get_limited(r, 127);
    watch->run = (uint8_t)(flags & 3);
    watch->clear = (uint8_t)(flags >> 2 & 3);
    watch->has_last = (flags & 16) != 0;
    watch->has_before = (flags & 32) != 0;
    if (watch->has_last)
        load_place(&watch->last, r);
    if (watch->has_before)
        load_place(&watch->before, r);
    int rc =
        (flags & 64) != 0 && !r->failed ? load_slow_spell(watch, limits, grid, r) : 0;
    if (rc == 0 && r->failed)
        rc = ERR_CORRUPT;
    return rc;
}
