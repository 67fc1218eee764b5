/* SPDX-License-Identifier: Apache-2.0 */
/* Copies where one of both is a record, JSON or CSV: it rounds the position, and may lack
 * the UTC second. It is a copy when another station or source has lately told the same
 * ship at the same place, with the same second if both know it.
 *
 * - "The same place" of a ship that moves: positions as near as both are rounded, speed
 *   and course alike where both have them. At 3 kn she is 15 m on after 10 s, and 4
 *   decimals are 11 m.
 * - Of a slow ship: the same cell of the grid, some 50 m. Without the second nothing
 * tells a copy from her own next report at the same place, so one entry for the cell
 * stands for all. She is heard on by the source that told her first, and neither her
 * silence nor her departure shows later; when that source hears her no longer, the
 * other's reports count a quarter of an hour later.
 * - A source that repeats itself: only at the same time, or within half a minute when the
 *   ship was elsewhere by then. A ship at rest that says the same every ten seconds is
 *   heard every time.
 *
 * - Of two or three decimals: its ship was lately heard from elsewhere, in a cell of a
 *   wider grid that the rounding reaches. It is no news then, whichever report it copies.
 * A feed's first position may have so few by chance: it is compared as above, too.
 *
 * The table is a grid of 256/10000 minute, four entries for a cell of a ship and a
 * second, and four for any second. Where a ship reports more often in a cell, one entry
 * stands for all of it: what has the same motion there is a copy. */
#include <stdlib.h>

#include "lookout/base/hash.h"
#include "merge_int.h"

#define CELL_BITS 8
#define CELL_MASK 0xffu
#define NO_SOG 1023u
#define NO_COG 4095u
/* Sources round knots and degrees to whole ones. */
#define SOG_APART_DKN 5u
#define COG_APART_DDEG 10u
/* 40 m in 0.1 kn x ms: no position is rounded by as much. */
#define MOVED_DKN_MS 777600
#define ROUNDINGS 3u
#define ANY_SECOND 60u
/* In place of the second: the grids of coarse positions. */
#define COARSE_SECOND 61u
/* Of the hash of ship, cell and second an entry keeps the first 22 bits. */
#define TAG_SHIFT 42

/* What an entry says, in the rest of its hash. */
struct place {
    uint32_t lat_raw, lon_raw; /* 1/10000 minute */
    uint32_t sog_dkn, cog_ddeg;
    unsigned rounding; /* 1/10000 minute */
    bool has_second;
    bool is_whole; /* it stands for all of its cell */
};

struct cell {
    uint32_t lat, lon, second;
};

static const uint8_t roundings[ROUNDINGS] = {0, 6, 60};

/* Of 3 decimals and of 2: cells wider than what a rounding reaches to both sides. */
static const unsigned coarse_bits[MERGE_COARSE_GRIDS] = {11, 14};
static const uint32_t coarse_roundings[MERGE_COARSE_GRIDS] = {REPORT_ROUNDING_3,
                                                              REPORT_ROUNDING_2};

static struct place place_of(const struct report *r)
{
    return (struct place){
        .lat_raw = merge_place_raw(r->pos.lat_e7),
        .lon_raw = merge_place_raw(r->pos.lon_e7),
        .sog_dkn = (r->has & HAS_SOG) != 0 ? r->sog_dkn : NO_SOG,
        .cog_ddeg = (r->has & HAS_COG) != 0 ? r->cog_ddeg : NO_COG,
        .rounding = report_is_rounded(r) ? REPORT_ROUNDING_4 : r->rounding,
        .has_second = (r->has & HAS_UTC_SECOND) != 0,
    };
}

static uint64_t hash_cell(const struct report *r, const struct cell *cell)
{
    uint64_t ship = (uint64_t)r->mmsi << 7 | (uint64_t)r->is_coarse << 6 | cell->second;
    return hash_finalise(hash_finalise(ship) ^ ((uint64_t)cell->lat << 32 | cell->lon));
}

static struct merge_seen *find_place_set(const struct merge_dups *d, uint64_t hash)
{
    return &d->places[(hash & (MERGE_PLACE_SETS - 1)) * MERGE_SEEN_WAYS];
}

/* Never 0: the last two bits are not. */
static uint64_t pack_place(uint64_t hash, const struct place *p)
{
    unsigned rounding = 0;
    while (rounding + 1 < ROUNDINGS && roundings[rounding] < p->rounding)
        rounding++;
    return hash >> TAG_SHIFT << TAG_SHIFT | (uint64_t)(p->lat_raw & CELL_MASK) << 34 |
           (uint64_t)(p->lon_raw & CELL_MASK) << 26 | (uint64_t)p->sog_dkn << 16 |
           (uint64_t)p->cog_ddeg << 4 | (uint64_t)p->is_whole << 3 |
           (uint64_t)p->has_second << 2 | (rounding + 1);
}

static struct place unpack_place(uint64_t packed, const struct cell *cell)
{
    return (struct place){
        .lat_raw = cell->lat << CELL_BITS | (uint32_t)(packed >> 34 & CELL_MASK),
        .lon_raw = cell->lon << CELL_BITS | (uint32_t)(packed >> 26 & CELL_MASK),
        .sog_dkn = (uint32_t)(packed >> 16 & NO_SOG),
        .cog_ddeg = (uint32_t)(packed >> 4 & NO_COG),
        .rounding = roundings[(packed & 3) - 1],
        .has_second = (packed >> 2 & 1) != 0,
        .is_whole = (packed >> 3 & 1) != 0,
    };
}

static bool is_tagged(const struct merge_seen *seen, uint64_t hash)
{
    return seen->hash != 0 && seen->hash >> TAG_SHIFT == hash >> TAG_SHIFT;
}

static bool is_slow(const struct place *p)
{
    return p->sog_dkn < MERGE_SLOW_DKN || p->sog_dkn == NO_SOG;
}

static uint32_t find_difference(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static bool is_motion_alike(const struct place *a, const struct place *b)
{
    uint32_t turn = find_difference(a->cog_ddeg, b->cog_ddeg);
    bool is_course = a->cog_ddeg == NO_COG || b->cog_ddeg == NO_COG ||
                     turn <= COG_APART_DDEG || turn >= 3600 - COG_APART_DDEG;
    return is_course && (a->sog_dkn == NO_SOG || b->sog_dkn == NO_SOG ||
                         find_difference(a->sog_dkn, b->sog_dkn) <= SOG_APART_DKN);
}

static bool is_near(const struct place *a, const struct place *b)
{
    uint32_t most = a->rounding + b->rounding + 1;
    if (a->is_whole)
        return is_motion_alike(a, b);
    return find_difference(a->lat_raw, b->lat_raw) <= most &&
           find_difference(a->lon_raw, b->lon_raw) <= most && is_motion_alike(a, b);
}

static bool is_at_place(const struct merge_seen *seen, const struct place *theirs,
                        const struct report *r, const struct place *p)
{
    int64_t apart_ms = llabs(r->time_ms - merge_dups_first_ms(seen));
    if (apart_ms > MERGE_LATE_MS || theirs->rounding + p->rounding == 0)
        return false; /* of sentences the message tells */
    bool is_same = is_near(theirs, p);
    if (!is_same && !(is_slow(theirs) && is_slow(p)))
        return false;
    if (apart_ms == 0 || !merge_dups_is_origin(seen, r))
        return true;
    return is_same && !theirs->is_whole && apart_ms <= MERGE_COPY_MS &&
           apart_ms * p->sog_dkn > MOVED_DKN_MS && !is_slow(p);
}

static struct merge_seen *find_in_cell(const struct merge_dups *d, const struct report *r,
                                       const struct place *p, const struct cell *cell)
{
    uint64_t hash = hash_cell(r, cell);
    struct merge_seen *set = find_place_set(d, hash);
    for (size_t i = 0; i < MERGE_SEEN_WAYS; i++) {
        if (!is_tagged(&set[i], hash))
            continue;
        struct place theirs = unpack_place(set[i].hash, cell);
        /* Seconds that both know are compared by the cell of the second. */
        bool is_other = cell->second == ANY_SECOND && theirs.has_second && p->has_second;
        if (!is_other && is_at_place(&set[i], &theirs, r, p))
            return &set[i];
    }
    return NULL;
}

/* The cell of the report, and those beside it that its rounding reaches. */
static struct merge_seen *find_around(const struct merge_dups *d, const struct report *r,
                                      const struct place *p, uint32_t second)
{
    uint32_t reach = d->rounding + p->rounding + 1;
    uint32_t lat_end = (p->lat_raw + reach) >> CELL_BITS;
    uint32_t lon_end = (p->lon_raw + reach) >> CELL_BITS;
    for (uint32_t lat = (p->lat_raw - reach) >> CELL_BITS; lat <= lat_end; lat++) {
        for (uint32_t lon = (p->lon_raw - reach) >> CELL_BITS; lon <= lon_end; lon++) {
            struct cell cell = {lat, lon, second};
            struct merge_seen *found = find_in_cell(d, r, p, &cell);
            if (found != NULL)
                return found;
        }
    }
    return NULL;
}

/* --- coarse positions --- */

static uint64_t hash_coarse(const struct report *r, unsigned grid, uint32_t lat,
                            uint32_t lon)
{
    struct cell cell = {lat, lon, COARSE_SECOND + grid};
    return hash_cell(r, &cell);
}

static struct merge_seen *find_tagged(const struct merge_dups *d, uint64_t hash)
{
    struct merge_seen *set = find_place_set(d, hash);
    for (size_t i = 0; i < MERGE_SEEN_WAYS; i++) {
        if (is_tagged(&set[i], hash))
            return &set[i];
    }
    return NULL;
}

static struct merge_seen *find_coarse(const struct merge_dups *d, const struct report *r,
                                      const struct place *p)
{
    unsigned grid = r->rounding > REPORT_ROUNDING_3 ? 1 : 0, bits = coarse_bits[grid];
    uint32_t reach = coarse_roundings[grid];
    uint32_t lat_end = (p->lat_raw + reach) >> bits,
             lon_end = (p->lon_raw + reach) >> bits;
    for (uint32_t lat = (p->lat_raw - reach) >> bits; lat <= lat_end; lat++) {
        for (uint32_t lon = (p->lon_raw - reach) >> bits; lon <= lon_end; lon++) {
            struct merge_seen *seen = find_tagged(d, hash_coarse(r, grid, lat, lon));
            if (seen != NULL && !merge_dups_is_origin(seen, r) &&
                llabs(r->time_ms - merge_dups_first_ms(seen)) <= MERGE_LATE_MS)
                return seen;
        }
    }
    return NULL;
}

struct merge_seen *merge_place_find(const struct merge_dups *d, const struct report *r)
{
    struct place p = place_of(r);
    struct merge_seen *found = NULL;
    if (report_is_rounded(r))
        found = find_coarse(d, r, &p);
    if (found == NULL && p.has_second)
        found = find_around(d, r, &p, r->utc_second);
    return found != NULL ? found : find_around(d, r, &p, ANY_SECOND);
}

/* --- noting --- */

/* May p take the entry's place in its cell? One entry stands for all slow ones, and one
 * for all where they are many. */
static bool is_replaced(const struct merge_seen *seen, uint64_t packed, struct place *p)
{
    static const struct cell nowhere;
    if (!is_tagged(seen, packed))
        return false;
    struct place theirs = unpack_place(seen->hash, &nowhere);
    p->is_whole = theirs.is_whole && is_motion_alike(&theirs, p);
    return seen->hash == packed || p->is_whole || (is_slow(&theirs) && is_slow(p));
}

/* Its cell is full: may p and the entry become one that stands for all of the cell? */
static bool may_widen(const struct merge_seen *seen, uint64_t packed,
                      const struct place *p)
{
    static const struct cell nowhere;
    if (!is_tagged(seen, packed) || is_slow(p))
        return false;
    struct place theirs = unpack_place(seen->hash, &nowhere);
    return !is_slow(&theirs) && is_motion_alike(&theirs, p);
}

static bool is_older(const struct merge_seen *a, const struct merge_seen *b)
{
    return b->hash != 0 && (a->hash == 0 || a->first < b->first);
}

/* The entry that is free, or of a report that is over; else one of p's cell that is
 * widened; else the oldest. */
static struct merge_seen *choose_place(struct merge_seen *set, uint64_t packed,
                                       const struct report *r, struct place *p)
{
    struct merge_seen *oldest = set, *wide = NULL;
    for (size_t i = 0; i < MERGE_SEEN_WAYS; i++) {
        if (is_replaced(&set[i], packed, p))
            return &set[i];
        if (is_older(&set[i], oldest))
            oldest = &set[i];
        if (may_widen(&set[i], packed, p) && (wide == NULL || is_older(&set[i], wide)))
            wide = &set[i];
    }
    bool is_free = oldest->hash == 0 ||
                   llabs(r->time_ms - merge_dups_first_ms(oldest)) > MERGE_LATE_MS;
    p->is_whole = !is_free && wide != NULL;
    return p->is_whole ? wide : oldest;
}

static void note_in_cell(struct merge_dups *d, const struct report *r,
                         const struct place *p, uint32_t second)
{
    struct cell cell = {p->lat_raw >> CELL_BITS, p->lon_raw >> CELL_BITS, second};
    struct place noted = *p;
    uint64_t hash = hash_cell(r, &cell);
    struct merge_seen *to =
        choose_place(find_place_set(d, hash), pack_place(hash, p), r, &noted);
    merge_dups_note(to, pack_place(hash, &noted), r);
}

static void note_coarse(struct merge_dups *d, const struct report *r,
                        const struct place *p, unsigned grid)
{
    unsigned bits = coarse_bits[grid];
    uint64_t hash = hash_coarse(r, grid, p->lat_raw >> bits, p->lon_raw >> bits);
    struct merge_seen *set = find_place_set(d, hash), *to = find_tagged(d, hash);
    struct merge_seen *oldest = set;
    for (size_t i = 1; i < MERGE_SEEN_WAYS; i++) {
        if (is_older(&set[i], oldest))
            oldest = &set[i];
    }
    merge_dups_note(to != NULL ? to : oldest, hash >> TAG_SHIFT << TAG_SHIFT | 1, r);
}

void merge_place_note(struct merge_dups *d, const struct report *r)
{
    struct place p = place_of(r);
    if (report_is_rounded(r))
        d->coarse |= r->rounding > REPORT_ROUNDING_3 ? 2 : 1;
    for (unsigned grid = 0; grid < MERGE_COARSE_GRIDS; grid++) {
        if ((d->coarse >> grid & 1) != 0)
            note_coarse(d, r, &p, grid);
    }
    if (p.has_second)
        note_in_cell(d, r, &p, r->utc_second);
    note_in_cell(d, r, &p, ANY_SECOND);
    d->rounding = p.rounding > d->rounding ? p.rounding : d->rounding;
}
