/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching from memory what the next reports will need. With more vessels than fit in the
 * processor's caches, most of the time of a report is waiting for memory; the waits of
 * several reports can go by side by side. Nothing here changes what the engine does. */
#include "engine_int.h"

#include "lookout/base/fetch.h"

enum { LINE_BYTES = 64 };

/* Ask for the lines of memory from at + begin to at + end. */
static inline void fetch_lines(const void *at, size_t begin, size_t end)
{
    const char *byte = at;
    for (size_t i = begin; i < end; i += LINE_BYTES)
        fetch_line(byte + i);
    fetch_line(byte + end - 1);
}

static inline void fetch_tracks(const struct ship *s)
{
    if (s->tracks.count != 0)
        fetch_lines(s->tracks.items[0], 0, offsetof(struct track, path));
    if (s->track_count == 0)
        return;
    const struct ship_track *item = s->items[0];
    fetch_lines(item, 0, offsetof(struct ship_track, call.current.confidence));
    fetch_lines(item, offsetof(struct ship_track, voyage),
                offsetof(struct ship_track, voyage.current.from));
}

static inline void fetch_path(const struct ship *s)
{
    if (s->tracks.count == 0)
        return;
    const struct track *track = s->tracks.items[0];
    uint32_t n = track->path_count;
    fetch_lines(&track->path[n > 2 ? n - 2 : 0], 0, 2 * sizeof track->path[0]);
}

void engine_expect(struct engine *e, const struct report *r)
{
    struct expected *x = &e->expected;
    unsigned at = x->at++ % EXPECT_RING;
    x->mmsi[at] = r->mmsi;
    x->is_static[at] = (r->has & HAS_STATIC) != 0;
    x->ships[at] = NULL;
    map_fetch(&e->ships, r->mmsi);
    if ((r->has & HAS_POSITION) != 0) {
        zone_set_fetch(e->conf.zones, r->pos);
        ports_index_fetch(e->conf.ports, r->pos);
    }
    unsigned second = (at + EXPECT_RING - EXPECT_SHIP) % EXPECT_RING;
    struct ship *s = x->ships[second] = ship_find(e, x->mmsi[second]);
    if (s != NULL)
        fetch_lines(s, 0, offsetof(struct ship, cell_previous));
    if (s != NULL && x->is_static[second])
        fetch_lines(&s->info, 0, sizeof s->info);
    const struct ship *third = x->ships[(at + EXPECT_RING - EXPECT_TRACK) % EXPECT_RING];
    if (third != NULL)
        fetch_tracks(third);
    const struct ship *last = x->ships[(at + EXPECT_RING - EXPECT_PATH) % EXPECT_RING];
    if (last != NULL)
        fetch_path(last);
}

void engine_expect_forget(struct engine *e, const struct ship *s)
{
    for (unsigned i = 0; i < EXPECT_RING; i++)
        if (e->expected.ships[i] == s)
            e->expected.ships[i] = NULL;
}
