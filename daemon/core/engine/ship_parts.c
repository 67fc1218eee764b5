/* SPDX-License-Identifier: Apache-2.0 */
/* The parts at the end of a ship's row. Each is written as its number, its length and its
 * bytes, and only where there is something to keep. A reader passes over the numbers that
 * it does not know, and a part that is missing leaves the ship as it was made. So neither
 * an upgrade nor the way back to the release before forgets a ship.
 *
 * To add a part: a row in the table below with the next number, a function that writes
 * (nothing at all where nothing is kept) and one that reads. A number is never used for
 * anything else. A part may grow at its end: `r->at != r->end` asks whether a record has
 * more. What changes otherwise is a new part, and the old one is still read. A part of
 * tracks names each track by its id, and ports, zones and rules by code and id. The
 * version of the row (engine_wire.c) does not change with a part. */
#include "engine_int.h"
#include "ship_identity_int.h"

struct ship_part {
    uint64_t number; /* from 1; 0 ends the table */
    void (*save)(const struct engine *e, const struct ship *s, struct wire_writer *w);
    /* The ship, its tracks and the rules' states are loaded. ERR_CORRUPT, ERR_NOMEM */
    int (*load)(struct engine *e, struct ship *s, struct wire_reader *r);
};

static void save_intervals(const struct engine *e, const struct ship *s,
                           struct wire_writer *w)
{
    (void)e;
    track_wire_save_intervals(&s->tracks, w);
}

static int load_intervals(struct engine *e, struct ship *s, struct wire_reader *r)
{
    (void)e;
    return track_wire_load_intervals(&s->tracks, r);
}

/* What the row itself says of alerts leaves out those of rules that tell of all that
 * come. */
static void save_alerted(const struct engine *e, const struct ship *s,
                         struct wire_writer *w)
{
    (void)e;
    if (s->alerted_ms != s->told_ms)
        wire_put_i64(w, s->alerted_ms);
}

static int load_alerted(struct engine *e, struct ship *s, struct wire_reader *r)
{
    (void)e;
    s->alerted_ms = wire_get_time(r);
    return r->failed || s->alerted_ms < 0 ? ERR_CORRUPT : 0;
}

/* clang-format off */
static const struct ship_part ship_parts[] = {
    {1, save_intervals, load_intervals}, /* the times between fixes of each track */
    {2, ship_far_save, ship_far_load},     /* where it is heard, and cannot be */
    {3, ship_slow_save, ship_slow_load},   /* slow spells, and the meetings that it keeps */
    {4, ship_watch_save, ship_watch_load}, /* as which entry of the list it is watched */
    /* 5 and 6: another IMO number, and since when, which 7 says since */
    {7, ship_identity_save, ship_identity_load}, /* whom it says it is */
    {8, save_alerted, load_alerted},       /* when an alert of it was told */
    {0},
};
/* clang-format on */

int ship_parts_save(const struct engine *e, const struct ship *s, struct wire_writer *w)
{
    struct buf part = {0};
    int rc = 0;
    for (const struct ship_part *p = ship_parts; p->number != 0 && rc == 0; p++) {
        struct wire_writer inner = {.out = &part};
        buf_clear(&part);
        p->save(e, s, &inner);
        rc = inner.failed ? ERR_NOMEM : 0;
        if (rc != 0 || part.length == 0)
            continue;
        wire_put_u64(w, p->number);
        wire_put_bytes(w, part.data, part.length);
    }
    buf_finish(&part);
    return rc;
}

static int load_part(struct engine *e, struct ship *s, uint64_t number,
                     struct wire_reader *r)
{
    for (const struct ship_part *p = ship_parts; p->number != 0; p++)
        if (p->number == number)
            return p->load(e, s, r);
    return 0;
}

int ship_parts_load(struct engine *e, struct ship *s, struct wire_reader *r)
{
    int rc = 0;
    while (rc == 0 && !r->failed && r->at != r->end) {
        uint64_t number = wire_get_u64(r);
        size_t n = 0;
        const void *bytes = wire_get_bytes(r, &n);
        struct wire_reader part;
        if (r->failed)
            return ERR_CORRUPT;
        wire_reader_init(&part, bytes, n);
        part.shift_ms = r->shift_ms;
        rc = load_part(e, s, number, &part);
        if (rc == 0 && part.failed)
            rc = ERR_CORRUPT;
    }
    return rc != 0 || !r->failed ? rc : ERR_CORRUPT;
}
