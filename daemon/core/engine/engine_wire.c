/* SPDX-License-Identifier: Apache-2.0 */
/* Saved state: one record for each ship and one for the engine. Ports, zones and rules
 * are saved by code and id, so that the state survives a changed configuration; parts
 * that depend on something changed are left out.
 *
 * Records of every version are read: an upgrade forgets no ship. What a ship keeps beyond
 * what version 7 has is a part of ship_parts.c, which needs no new version. A function
 * that reads what has changed since asks wire_reader_is_before, and rows of each version
 * are kept in tests/data/rows. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

/* What each version brought: 2 folds name their rule's definition, routes the two fixes
 * of a heading, and the engine the silence of its sources; 3 speeds in zones, crossings
 * that wait at gates, and when a route was told; 4 held fixes; 5 the times for the order
 * of forgetting; 6 the lag of the feeds; 7 parts. */
enum { RECORD_VERSION = 7, RECORD_VERSION_LEAST = 1 };
#define LAG_MAX_MS (INT64_MAX / 8)

/* --- a ship --- */

/* A rule's own state, after its length, so that it can be skipped. */
static int save_slot(const struct engine *e, const struct rule_subject *subject,
                     void **slots, size_t rule, struct wire_writer *w)
{
    const struct rule *r = &e->conf.rules[rule];
    struct buf part = {0};
    struct wire_writer inner = {.out = &part};
    struct rule_look look = {
        .rule = r, .world = &e->world, .subject = subject, .state = &slots[rule]};
    r->kind->hooks->save(&look, &inner);
    int rc = inner.failed ? ERR_NOMEM : 0;
    wire_put_text(w, r->id);
    wire_put_u64(w, r->definition);
    wire_put_bytes(w, part.data, part.length);
    buf_finish(&part);
    return rc;
}

int engine_wire_save_slots(const struct engine *e, const struct rule_subject *subject,
                           void **slots, struct wire_writer *w)
{
    uint64_t count = 0;
    int rc = 0;
    for (size_t i = 0; i < e->conf.rule_count; i++)
        count += slots[i] != NULL && e->conf.rules[i].kind->hooks->save != NULL;
    wire_put_u64(w, count);
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++)
        if (slots[i] != NULL && e->conf.rules[i].kind->hooks->save != NULL)
            rc = save_slot(e, subject, slots, i, w);
    return rc;
}

static int save_track(const struct engine *e, const struct ship *s,
                      struct ship_track *item, struct wire_writer *w)
{
    struct rule_subject subject = {.mmsi = s->mmsi,
                                   .info = &s->info,
                                   .track = item->track,
                                   .call = &item->call,
                                   .zones = &item->zones};
    wire_put_u64(w, item->id);
    call_wire_save(&item->call, e->conf.ports, w);
    voyage_state_save(&item->voyage, e->conf.ports, w);
    zone_wire_save(&item->zones, e->conf.zones, w);
    return engine_wire_save_slots(e, &subject, item->slots, w);
}

void engine_wire_save_folds(const struct engine *e, const struct folds *folds,
                            struct wire_writer *w)
{
    wire_put_u64(w, folds->count);
    for (uint32_t i = 0; i < folds->count; i++) {
        const struct fold *f = &folds->items[i];
        wire_put_text(w, e->conf.rules[f->rule].id);
        wire_put_u64(w, e->conf.rules[f->rule].definition);
        wire_put_u64(w, f->event);
        wire_put_u64(w, f->object);
        wire_put_i64(w, f->time_ms);
    }
}

int engine_wire_save_ship(const struct engine *e, const struct ship *s, struct buf *out)
{
    struct wire_writer w = {.out = out};
    int rc = 0;
    wire_put_u64(&w, RECORD_VERSION);
    vessel_static_save(&s->info, &w);
    track_wire_save_all(&s->tracks, &w);
    wire_put_u64(&w, s->track_count);
    for (uint8_t i = 0; i < s->track_count && rc == 0; i++)
        rc = save_track(e, s, s->items[i], &w);
    engine_wire_save_folds(e, &s->folds, &w);
    track_hold_save(&s->tracks, &w);
    wire_put_i64(&w, s->first_ms);
    wire_put_i64(&w, s->touched_ms);
    wire_put_i64(&w, s->told_ms);
    wire_put_i64(&w, s->lag_ms);
    if (rc == 0)
        rc = ship_parts_save(e, s, &w);
    if (rc == 0 && w.failed)
        rc = ERR_NOMEM;
    return rc;
}

static int64_t find_rule(const struct engine *e, const char *id)
{
    for (size_t i = 0; i < e->conf.rule_count; i++)
        if (strcmp(e->conf.rules[i].id, id) == 0)
            return (int64_t)i;
    return -1;
}

static int load_slot(struct look_frame *frame, struct wire_reader *r)
{
    const struct engine *e = frame->engine;
    char id[256];
    size_t n = 0;
    wire_get_text(r, id, sizeof id);
    uint64_t definition = wire_get_u64(r);
    const void *part = wire_get_bytes(r, &n);
    if (r->failed)
        return ERR_CORRUPT;
    int64_t rule = find_rule(e, id);
    if (rule < 0 || e->conf.rules[rule].definition != definition ||
        e->conf.rules[rule].kind->hooks->load == NULL)
        return 0;
    struct wire_reader inner;
    wire_reader_init(&inner, part, n);
    inner.version = r->version;
    inner.shift_ms = r->shift_ms;
    struct rule_look *look = look_at(frame, (size_t)rule);
    int rc = look_done(frame, (size_t)rule, look->rule->kind->hooks->load(look, &inner));
    if (rc == ERR_NOMEM)
        return rc;
    if (rc != 0 && *look->state != NULL) {
        /* A port or zone of the state is gone: only this rule starts anew. */
        look->rule->kind->hooks->forget(*look->state);
        *look->state = NULL;
        (void)look_done(frame, (size_t)rule, rc);
    }
    return 0;
}

int engine_wire_load_slots(struct look_frame *frame, struct wire_reader *r)
{
    int rc = 0;
    uint64_t count = wire_get_u64(r);
    for (uint64_t i = 0; i < count && rc == 0; i++)
        rc = r->failed ? ERR_CORRUPT : load_slot(frame, r);
    return rc;
}

static struct track *track_by_id(const struct ship *s, uint64_t id)
{
    for (uint32_t i = 0; i < s->tracks.count; i++)
        if (s->tracks.items[i]->id == id)
            return s->tracks.items[i];
    return NULL;
}

static int load_track(struct engine *e, struct ship *s, struct wire_reader *r)
{
    struct track *track = track_by_id(s, wire_get_u64(r));
    if (r->failed || track == NULL)
        return ERR_CORRUPT;
    struct ship_track *item = ship_track_add(e, s, track);
    if (item == NULL)
        return ERR_NOMEM;
    int rc = call_wire_load(&item->call, e->conf.ports, r);
    if (rc == 0)
        rc = voyage_state_load(&item->voyage, e->conf.ports, r);
    if (rc == 0)
        rc = zone_wire_load(&item->zones, e->conf.zones, r);
    struct look_frame frame;
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    return rc == 0 ? engine_wire_load_slots(&frame, r) : rc;
}

int engine_wire_load_folds(const struct engine *e, struct folds *folds,
                           struct wire_reader *r)
{
    bool has_definition = !wire_reader_is_before(r, 2);
    size_t count = wire_get_count(r, has_definition ? 5 : 4);
    if (count == 0)
        return r->failed ? ERR_CORRUPT : 0;
    folds->items = calloc(count, sizeof *folds->items);
    if (folds->items == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count && !r->failed; i++) {
        char id[256];
        struct fold fold;
        wire_get_text(r, id, sizeof id);
        uint64_t definition = has_definition ? wire_get_u64(r) : 0;
        fold.event = (uint32_t)wire_get_u64(r);
        fold.object = wire_get_u64(r);
        fold.time_ms = wire_get_time(r);
        int64_t rule = find_rule(e, id);
        if (rule < 0 || (has_definition && e->conf.rules[rule].definition != definition))
            continue;
        fold.rule = (uint32_t)rule;
        folds->items[folds->count++] = fold;
    }
    return r->failed ? ERR_CORRUPT : 0;
}

/* When it was heard: of a record without these times, as far as its tracks tell. */
static int load_times(struct ship *s, struct wire_reader *r)
{
    bool has_times = !wire_reader_is_before(r, 5);
    if (has_times) {
        s->first_ms = wire_get_time(r);
        s->touched_ms = wire_get_time(r);
        s->told_ms = s->alerted_ms = wire_get_time(r);
    }
    for (uint32_t i = 0; !has_times && i < s->tracks.count; i++) {
        const struct track *track = s->tracks.items[i];
        if (i == 0 || track->begun_ms < s->first_ms)
            s->first_ms = track->begun_ms;
        if (i == 0 || track->heard_ms > s->touched_ms)
            s->touched_ms = track->heard_ms;
    }
    s->lag_ms = wire_reader_is_before(r, 6) ? 0 : wire_get_i64(r);
    bool is_sane = s->first_ms >= 0 && s->touched_ms >= s->first_ms &&
                   s->touched_ms <= INT64_MAX / 4 &&
                   (s->told_ms == TIME_NONE || s->told_ms >= 0) && s->lag_ms >= 0 &&
                   s->lag_ms <= LAG_MAX_MS;
    return r->failed || !is_sane ? ERR_CORRUPT : 0;
}

static bool read_version(struct wire_reader *r)
{
    r->version = wire_get_u64(r);
    return r->version >= RECORD_VERSION_LEAST && r->version <= RECORD_VERSION;
}

static int load_ship(struct engine *e, struct ship *s, struct wire_reader *r)
{
    if (!read_version(r))
        return ERR_CORRUPT;
    vessel_static_load(&s->info, r);
    int rc = track_wire_load_all(&s->tracks, r);
    if (rc != 0)
        return rc;
    rc = ship_identify(e, s, false);
    uint64_t tracks = wire_get_u64(r);
    if (r->failed || tracks > TRACKS_MAX)
        return ERR_CORRUPT;
    for (uint64_t i = 0; i < tracks && rc == 0; i++)
        rc = load_track(e, s, r);
    if (rc == 0)
        rc = engine_wire_load_folds(e, &s->folds, r);
    if (rc == 0 && !wire_reader_is_before(r, 4))
        rc = track_hold_load(&s->tracks, r);
    if (rc == 0)
        rc = load_times(s, r);
    if (rc == 0 && !wire_reader_is_before(r, 7))
        rc = ship_parts_load(e, s, r);
    if (rc == 0)
        rc = ship_identity_load_older(e, s);
    const struct track *current = tracks_current(&s->tracks);
    if (rc == 0 && current != NULL)
        rc = nearby_move(e, s, current->last.pos);
    return rc != 0 ? rc : engine_time_schedule(e, s);
}

int engine_wire_load_shifted(struct engine *e, uint32_t mmsi, const void *record,
                             size_t n, int64_t shift_ms)
{
    struct ship *old = ship_find(e, mmsi);
    if (old != NULL)
        ship_destroy(e, old);
    struct ship *s = ship_obtain(e, mmsi);
    if (s == NULL)
        return ERR_NOMEM;
    struct wire_reader r;
    wire_reader_init(&r, record, n);
    r.shift_ms = shift_ms;
    int rc = load_ship(e, s, &r);
    if (rc == 0)
        rc = ship_forget_list(e, s, s->touched_ms);
    ship_unmark(e, s);
    if (rc != 0)
        ship_destroy(e, s);
    return rc;
}

int engine_wire_load_ship(struct engine *e, uint32_t mmsi, const void *record, size_t n)
{
    return engine_wire_load_shifted(e, mmsi, record, n, 0);
}

int engine_wire_load(struct engine *e, uint32_t mmsi, const void *record, size_t n)
{
    if (report_is_distress(mmsi))
        return device_load(e, mmsi, record, n);
    return engine_wire_load_ship(e, mmsi, record, n);
}

/* --- the engine --- */

int engine_wire_save_self(const struct engine *e, struct buf *out)
{
    struct wire_writer w = {.out = out};
    wire_put_u64(&w, RECORD_VERSION);
    wire_put_i64(&w, e->now_ms);
    silence_save(e, &w);
    return w.failed ? ERR_NOMEM : 0;
}

int engine_wire_load_self(struct engine *e, const void *record, size_t n)
{
    struct wire_reader r;
    wire_reader_init(&r, record, n);
    bool is_known = read_version(&r);
    int64_t now_ms = wire_get_i64(&r);
    if (r.failed || !is_known)
        return ERR_CORRUPT;
    int rc = wire_reader_is_before(&r, 2) ? 0 : silence_load(e, &r);
    if (rc != 0) {
        memset(e->sources, 0, sizeof e->sources);
        memset(&e->daemon, 0, sizeof e->daemon);
        return rc;
    }
    e->now_ms = now_ms;
    return 0;
}

static int compare_ships(const void *a, const void *b)
{
    const struct ship *x = *(struct ship *const *)a, *y = *(struct ship *const *)b;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

static int compare_mmsi(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int save_ships(struct engine *e, struct ship **ships, size_t n, engine_row row,
                      void *context)
{
    struct buf record = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        buf_clear(&record);
        rc = engine_wire_save_ship(e, ships[i], &record);
        if (rc == 0)
            rc = row(context, ships[i]->mmsi, record.data, record.length);
        if (rc == 0)
            ship_unmark(e, ships[i]);
    }
    buf_finish(&record);
    return rc;
}

static int save_forgotten(struct engine *e, engine_row row, void *context)
{
    int rc = 0;
    if (e->forgotten_count > 1)
        qsort(e->forgotten, e->forgotten_count, sizeof *e->forgotten, compare_mmsi);
    for (size_t i = 0; i < e->forgotten_count && rc == 0; i++)
        if (ship_find(e, e->forgotten[i]) == NULL &&
            device_find(e, e->forgotten[i]) == NULL)
            rc = row(context, e->forgotten[i], NULL, 0);
    if (rc == 0)
        e->forgotten_count = 0;
    return rc;
}

int engine_wire_save(struct engine *e, bool all, engine_row row, void *context)
{
    size_t n = 0, room = 0;
    for (const struct ship *s = e->dirty; !all && s != NULL; s = s->dirty_next)
        room++;
    struct ship **ships = malloc(((all ? e->ships.count : room) + 1) * sizeof *ships);
    if (ships == NULL)
        return ERR_NOMEM;
    size_t cursor = 0;
    for (struct ship *s = all ? ship_next(e, &cursor) : e->dirty; s != NULL;
         s = all ? ship_next(e, &cursor) : s->dirty_next)
        ships[n++] = s;
    if (n > 1)
        qsort(ships, n, sizeof *ships, compare_ships);
    int rc = save_forgotten(e, row, context);
    if (rc == 0)
        rc = save_ships(e, ships, n, row, context);
    free(ships);
    return rc == 0 ? device_save(e, all, row, context) : rc;
}
