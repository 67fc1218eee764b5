/* SPDX-License-Identifier: Apache-2.0 */
/* A changed configuration does what a restart with it would: every ship is saved under
 * the old one and loaded under the new. */
#include "engine_int.h"

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
    struct buf record = {0};
    int rc = engine_create(conf, &e->sink, &fresh, err);
    if (rc != 0)
        return rc;
    fresh->now_ms = e->now_ms;
    for (const struct ship *s = e->oldest; s != NULL && rc == 0; s = s->newer)
        rc = move_ship(e, s, fresh, &record);
    buf_finish(&record);
    if (rc != 0) {
        while (fresh->oldest != NULL)
            ship_destroy(fresh, fresh->oldest);
        *conf = fresh->conf;
        memset(&fresh->conf, 0, sizeof fresh->conf);
        engine_destroy(fresh);
        return err_set(err, rc, "no memory for the changed configuration");
    }
    memcpy(fresh->sources, e->sources, sizeof e->sources);
    fresh->source_count = e->source_count;
    fresh->daemon = e->daemon;
    fresh->counts = e->counts;
    fresh->forgotten = e->forgotten;
    fresh->forgotten_count = e->forgotten_count;
    fresh->forgotten_room = e->forgotten_room;
    e->forgotten = NULL;
    e->forgotten_count = e->forgotten_room = 0;
    swap(e, fresh);
    engine_destroy(fresh);
    return 0;
}
