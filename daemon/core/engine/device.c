/* SPDX-License-Identifier: Apache-2.0 */
/* Distress devices (AIS-SART, man overboard, EPIRB): their reports go to the rules that
 * listen to them. Devices are not ships: they are not counted as ships, and they have no
 * port calls, zones or silences. */
#include "engine_int.h"

#include <math.h>
#include <stdlib.h>

#include "lookout/base/time.h"

/* With more devices than this, the device heard longest ago is forgotten. Real distress
 * involves only a few devices. So many come only from tests of a receiver in port, or
 * from noise. */
enum { DEVICES_MAX = 1000 };
enum { RECORD_VERSION = 1 };

/* --- lifetime --- */

struct device *device_find(const struct engine *e, uint32_t mmsi)
{
    return map_get(&e->devices, mmsi);
}

struct device *device_next(const struct engine *e, size_t *cursor)
{
    uint64_t key;
    void *value;
    return map_next(&e->devices, cursor, &key, &value) ? value : NULL;
}

static void device_destroy(struct engine *e, struct device *d)
{
    for (size_t i = 0; d->slots != NULL && i < e->conf.rule_count; i++)
        if (d->slots[i] != NULL)
            e->conf.rules[i].kind->hooks->forget(d->slots[i]);
    map_remove(&e->devices, d->mmsi);
    tracks_finish(&d->tracks);
    free(d->folds.items);
    free(d->slots);
    free(d);
}

void device_destroy_all(struct engine *e)
{
    struct device *d;
    size_t cursor = 0;
    while ((d = device_next(e, &cursor)) != NULL) {
        device_destroy(e, d);
        cursor = 0;
    }
    map_finish(&e->devices);
}

static int forget_oldest(struct engine *e)
{
    struct device *oldest = NULL, *d;
    size_t cursor = 0;
    while ((d = device_next(e, &cursor)) != NULL)
        if (oldest == NULL || d->said.heard_ms < oldest->said.heard_ms ||
            (d->said.heard_ms == oldest->said.heard_ms && d->mmsi < oldest->mmsi))
            oldest = d;
    int rc = ship_forget_note(e, oldest->mmsi);
    if (rc == 0)
        device_destroy(e, oldest);
    return rc;
}

/* NULL: out of memory. */
static struct device *obtain_device(struct engine *e, uint32_t mmsi)
{
    struct device *d = device_find(e, mmsi);
    if (d != NULL)
        return d;
    if (e->devices.count >= DEVICES_MAX && forget_oldest(e) != 0)
        return NULL;
    d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->mmsi = mmsi;
    distress_init(&d->said);
    tracks_init(&d->tracks);
    vessel_static_init(&d->info);
    d->slots = calloc(e->conf.rule_count + 1, sizeof *d->slots);
    if (d->slots == NULL || map_set(&e->devices, mmsi, d) != 0) {
        device_destroy(e, d);
        return NULL;
    }
    return d;
}

/* --- reports --- */

/* Add a fix. A position that seems to jump is accepted too, because a lifeboat in
 * distress must be told. */
static int add_fix(struct engine *e, struct device *d, const struct track_fix *fix,
                   bool *ret_is_new)
{
    struct track_conf every = tracks_conf_default();
    enum track_verdict verdict = TRACK_OLD;
    struct track *track = NULL;
    uint32_t gone = 0;
    every.slow_max_kn = every.max_kn = every.jump_m = HUGE_VAL;
    int rc = tracks_add(&d->tracks, &every, fix, &verdict, &track, &gone);
    *ret_is_new = rc == 0 && verdict != TRACK_OLD;
    e->counts.old += rc == 0 && verdict == TRACK_OLD;
    return rc;
}

int device_report(struct engine *e, const struct report *r)
{
    struct device *d = obtain_device(e, r->mmsi);
    struct track_fix fix;
    bool has_fix = false;
    int rc = 0;
    if (d == NULL)
        return ERR_NOMEM;
    e->counts.distress++;
    if (tracks_fix_from_report(r, &fix))
        rc = add_fix(e, d, &fix, &has_fix);
    else
        e->counts.no_position += (r->has & HAS_POSITION) != 0;
    if (rc != 0)
        return rc;
    d->is_dirty = true;
    (void)vessel_static_update(&d->info, r);
    struct distress_event event = distress_hear(&d->said, r, has_fix);
    struct look_frame frame;
    look_begin_device(&frame, e, d);
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_distress != NULL)
            rc = hooks->on_distress(look_at(&frame, i), &event);
    }
    return rc;
}

/* --- saved state --- */

static int save_device(const struct engine *e, const struct device *d, struct buf *out)
{
    struct wire_writer w = {.out = out};
    struct rule_subject subject = {.mmsi = d->mmsi, .info = &d->info};
    wire_put_u64(&w, RECORD_VERSION);
    distress_save(&d->said, &w);
    vessel_static_save(&d->info, &w);
    track_wire_save_all(&d->tracks, &w);
    engine_wire_save_folds(e, &d->folds, &w);
    int rc = engine_wire_save_slots(e, &subject, d->slots, &w);
    return rc == 0 && w.failed ? ERR_NOMEM : rc;
}

static int load_device(struct engine *e, struct device *d, struct wire_reader *r)
{
    struct look_frame frame;
    if (wire_get_u64(r) != RECORD_VERSION)
        return ERR_CORRUPT;
    distress_load(&d->said, r);
    vessel_static_load(&d->info, r);
    int rc = track_wire_load_all(&d->tracks, r);
    if (rc == 0)
        rc = engine_wire_load_folds(e, &d->folds, r);
    look_begin_device(&frame, e, d);
    if (rc == 0)
        rc = engine_wire_load_slots(&frame, r);
    return rc == 0 && r->failed ? ERR_CORRUPT : rc;
}

static int load_shifted(struct engine *e, uint32_t mmsi, const void *record, size_t n,
                        int64_t shift_ms)
{
    struct device *d = device_find(e, mmsi);
    if (d != NULL)
        device_destroy(e, d);
    d = obtain_device(e, mmsi);
    if (d == NULL)
        return ERR_NOMEM;
    struct wire_reader r;
    wire_reader_init(&r, record, n);
    r.shift_ms = shift_ms;
    int rc = load_device(e, d, &r);
    d->is_dirty = shift_ms != 0;
    if (rc != 0)
        device_destroy(e, d);
    return rc;
}

int device_load(struct engine *e, uint32_t mmsi, const void *record, size_t n)
{
    return load_shifted(e, mmsi, record, n, 0);
}

static int compare_devices(const void *a, const void *b)
{
    const struct device *x = *(struct device *const *)a, *y = *(struct device *const *)b;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

int device_save(struct engine *e, bool all, engine_row row, void *context)
{
    struct device *list[DEVICES_MAX], *d;
    size_t n = 0, cursor = 0;
    struct buf record = {0};
    int rc = 0;
    while ((d = device_next(e, &cursor)) != NULL)
        if (all || d->is_dirty)
            list[n++] = d;
    if (n > 1)
        qsort(list, n, sizeof *list, compare_devices);
    for (size_t i = 0; i < n && rc == 0; i++) {
        buf_clear(&record);
        rc = save_device(e, list[i], &record);
        if (rc == 0)
            rc = row(context, list[i]->mmsi, record.data, record.length);
        list[i]->is_dirty = list[i]->is_dirty && rc != 0;
    }
    buf_finish(&record);
    return rc;
}

int device_shift_all(struct engine *e, int64_t by_ms)
{
    uint32_t mmsi[DEVICES_MAX];
    struct buf record = {0};
    struct device *d;
    size_t n = 0, cursor = 0;
    int rc = 0;
    while ((d = device_next(e, &cursor)) != NULL)
        mmsi[n++] = d->mmsi;
    for (size_t i = 0; i < n && rc == 0; i++) {
        buf_clear(&record);
        d = device_find(e, mmsi[i]);
        if (d != NULL)
            rc = save_device(e, d, &record);
        if (d != NULL && rc == 0)
            rc = load_shifted(e, mmsi[i], record.data, record.length, by_ms);
    }
    buf_finish(&record);
    return rc;
}

int device_move_all(struct engine *from, struct engine *to)
{
    struct buf record = {0};
    struct device *d;
    size_t cursor = 0;
    int rc = 0;
    while (rc == 0 && (d = device_next(from, &cursor)) != NULL) {
        buf_clear(&record);
        rc = save_device(from, d, &record);
        if (rc == 0)
            rc = device_load(to, d->mmsi, record.data, record.length);
        struct device *moved = device_find(to, d->mmsi);
        if (moved != NULL)
            moved->is_dirty = d->is_dirty;
        rc = rc == ERR_CORRUPT ? 0 : rc;
    }
    buf_finish(&record);
    return rc;
}
