/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching from memory what the next reports will need. With more vessels than fit in the
 * processor's caches, most of the time of a report is waiting for memory; the waits of
 * several reports can go by side by side. Nothing here changes what the engine does. */
#include "engine_int.h"

enum { LINE_BYTES = 64 };

/* The lines of memory from at + begin to at + end. */
static void fetch(const void *at, size_t begin, size_t end)
{
    const char *stop = (const char *)at + end;
    const char *line = (const char *)at + begin;
    line -= (uintptr_t)line % LINE_BYTES;
    for (; line < stop; line += LINE_BYTES)
        __builtin_prefetch(line, 1);
}

static void fetch_tracks(const struct ship *s)
{
    const struct track *track = s->tracks.items[0];
    const struct ship_track *item = s->items[0];
    if (s->tracks.count == 0 || s->track_count == 0)
        return;
    fetch(track, 0, offsetof(struct track, path) + 2 * sizeof track->path[0]);
    fetch(item, 0, offsetof(struct ship_track, call.counted_ms));
    fetch(item, offsetof(struct ship_track, voyage),
          offsetof(struct ship_track, voyage.current.destinations));
}

void engine_expect(struct engine *e, uint32_t mmsi)
{
    struct expected *x = &e->expected;
    unsigned at = x->at++ % EXPECT_RING;
    x->mmsi[at] = mmsi;
    x->ships[at] = NULL;
    map_fetch(&e->ships, mmsi);
    unsigned second = (at + EXPECT_RING - EXPECT_SHIP) % EXPECT_RING;
    struct ship *s = x->ships[second] = ship_find(e, x->mmsi[second]);
    if (s != NULL)
        fetch(s, 0, offsetof(struct ship, cell_previous));
    const struct ship *third = x->ships[(at + EXPECT_RING - EXPECT_TRACK) % EXPECT_RING];
    if (third != NULL)
        fetch_tracks(third);
}

void expect_forget(struct engine *e, const struct ship *s)
{
    for (unsigned i = 0; i < EXPECT_RING; i++)
        if (e->expected.ships[i] == s)
            e->expected.ships[i] = NULL;
}
