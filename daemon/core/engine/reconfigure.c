/* SPDX-License-Identifier: Apache-2.0 */
/* A changed configuration does what a restart with it would: every ship is saved under
 * the old one and loaded under the new. */
#include "engine_int.h"

#include <stdlib.h>
#include <string.h>

static int move_ship(const struct engine *from, const struct ship *s, struct engine *to,
                     struct buf *record)
{
    buf_clear(record);
    int rc = ship_save(from, s, record);
    if (rc == 0)
        rc = ship_load(to, s->mmsi, record->data, record->length);
    struct ship *moved = ship_find(to, s->mmsi);
    if (moved != NULL && s->is_dirty)
        ship_mark(to, moved);
    return rc == ERR_CORRUPT ? 0 : rc;
}

static int compare_touched(const void *a, const void *b)
{
    const struct ship *x = *(struct ship *const *)a, *y = *(struct ship *const *)b;
    return (x->touched > y->touched) - (x->touched < y->touched);
}

/* All of them, the one heard longest ago first. */
static int move_ships(const struct engine *from, struct engine *to)
{
    struct buf record = {0};
    struct ship **ships = malloc((from->ships.count + 1) * sizeof *ships), *s;
    size_t n = 0, cursor = 0;
    if (ships == NULL)
        return ERR_NOMEM;
    while ((s = ship_next(from, &cursor)) != NULL)
        ships[n++] = s;
    if (n > 1)
        qsort(ships, n, sizeof *ships, compare_touched);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = move_ship(from, ships[i], to, &record);
    buf_finish(&record);
    free(ships);
    return rc;
}

/* The contents change places, because callers hold the old address. */
static void swap(struct engine *a, struct engine *b)
{
    struct engine kept = *a;
    *a = *b;
    *b = kept;
    struct engine *both[] = {a, b};
    for (int i = 0; i < 2; i++) {
        both[i]->world.limits = &both[i]->conf.limits;
        both[i]->world.track = &both[i]->conf.track;
        both[i]->alert.timezone = &both[i]->conf.timezone;
    }
}

int engine_reconfigure(struct engine *e, struct engine_conf *conf, struct err *err)
{
    struct engine *fresh = NULL;
    int rc = engine_create(conf, &e->sink, &fresh, err);
    if (rc != 0)
        return rc;
    fresh->now_ms = e->now_ms;
    rc = move_ships(e, fresh);
    for (size_t i = 0; i < e->forgotten_count && rc == 0; i++)
        rc = ship_note_forgotten(fresh, e->forgotten[i]);
    if (rc != 0) {
        while (ship_oldest(fresh) != NULL)
            ship_destroy(fresh, ship_oldest(fresh));
        *conf = fresh->conf;
        memset(&fresh->conf, 0, sizeof fresh->conf);
        engine_destroy(fresh);
        return err_set(err, rc, "no memory for the changed configuration");
    }
    memcpy(fresh->sources, e->sources, sizeof e->sources);
    fresh->source_count = e->source_count;
    fresh->daemon = e->daemon;
    fresh->outage_epoch++; /* what is due was reckoned without these */
    uint64_t more_forgotten = fresh->counts.vessels_forgotten;
    fresh->counts = e->counts;
    fresh->counts.vessels_forgotten += more_forgotten;
    swap(e, fresh);
    engine_destroy(fresh);
    return 0;
}
