/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching from memory what the next reports will need. With more vessels than fit in the
 * processor's caches, most of the time of a report is waiting for memory; the waits of
 * several reports can go by side by side. Nothing here changes what the engine does. */
#include "engine_int.h"

enum { LINE_BYTES = 64 };

/* Read a byte. Processors may drop a prefetch, and do from pages whose address they do
 * not have at hand; a load they do not. Its value is not used, so nothing waits for it.
 */
static void touch(const void *at)
{
    (void)*(const volatile char *)at;
}

/* The lines of memory from at + begin to at + end. */
static void fetch(const void *at, size_t begin, size_t end)
{
    const char *byte = at;
    for (size_t i = begin; i < end; i += LINE_BYTES)
        touch(byte + i);
    touch(byte + end - 1);
}

static void touch_tracks(const struct ship *s)
{
    fetch(s, LINE_BYTES, offsetof(struct ship, cell_previous));
    if (s->tracks.count != 0)
        touch(s->tracks.items[0]);
    if (s->track_count != 0)
        touch(s->items[0]);
}

static void fetch_tracks(const struct ship *s)
{
    if (s->tracks.count == 0 || s->track_count == 0)
        return;
    const struct track *track = s->tracks.items[0];
    const struct ship_track *item = s->items[0];
    uint32_t n = track->path_count;
    fetch(track, 0, offsetof(struct track, path));
    fetch(&track->path[n > 2 ? n - 2 : 0], 0, 2 * sizeof track->path[0]);
    fetch(item, 0, offsetof(struct ship_track, call.counted_ms));
    fetch(item, offsetof(struct ship_track, voyage),
          offsetof(struct ship_track, voyage.current.destinations[1]));
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
        touch(s);
    const struct ship *third = x->ships[(at + EXPECT_RING - EXPECT_PAGE) % EXPECT_RING];
    if (third != NULL)
        touch_tracks(third);
    const struct ship *last = x->ships[(at + EXPECT_RING - EXPECT_TRACK) % EXPECT_RING];
    if (last != NULL)
        fetch_tracks(last);
}

void expect_forget(struct engine *e, const struct ship *s)
{
    for (unsigned i = 0; i < EXPECT_RING; i++)
        if (e->expected.ships[i] == s)
            e->expected.ships[i] = NULL;
}
