/* SPDX-License-Identifier: Apache-2.0 */
/* The grid: which zones hold a cell wholly, which have a boundary in it. Private to geo/.
 *
 * Three levels of cells, 1 degree, 1/16 and 1/128 (about 870 m), each only where it is
 * needed. A level below the first is a bit for each cell, empty or not, and entries for
 * those that are not: most fixes end at a bit. */
#ifndef LOOKOUT_ZONE_INDEX_INT_H
#define LOOKOUT_ZONE_INDEX_INT_H

#include "zone_geometry_int.h"

enum {
    GRID_FINE_E7 = 78125,  /* 1/128 degree */
    GRID_MIDDLE_FINES = 8, /* 1/16 degree */
    GRID_TOP_MIDDLES = 16, /* 1 degree */
    GRID_MIDDLE_E7 = GRID_FINE_E7 * GRID_MIDDLE_FINES,
    GRID_TOP_E7 = GRID_MIDDLE_E7 * GRID_TOP_MIDDLES,
    GRID_TOP_FINES = GRID_MIDDLE_FINES * GRID_TOP_MIDDLES,
    GRID_COLUMNS = 360,
    GRID_ROWS = 180,
    GRID_LEAST = 4
};

/* What is known of a cell, in 32 bits: the low ones say of what kind the rest is. */
enum grid_kind {
    GRID_LIST,   /* offset of a list; 0 is the empty one */
    GRID_FULL,   /* one zone that holds the cell */
    GRID_TOUCH,  /* one zone with a boundary in the cell */
    GRID_PATCH,  /* a finer level: offset of a patch in the entries */
    GRID_SINGLE, /* a finer level for one boundary: offset of it in the entries */
    GRID_KIND_BITS = 3
};
static inline uint32_t grid_entry(enum grid_kind kind, uint32_t value)
{
    return value << GRID_KIND_BITS | (uint32_t)kind;
}
static inline enum grid_kind grid_kind_of(uint32_t entry)
{
    return (enum grid_kind)(entry & ((1u << GRID_KIND_BITS) - 1));
}
static inline uint32_t grid_value_of(uint32_t entry)
{
    return entry >> GRID_KIND_BITS;
}
#define GRID_VALUE_MAX (UINT32_MAX >> GRID_KIND_BITS)

/* The cells of 1/128 degree in one of 1/16: a patch is three entries, a bit for each cell
 * that has one, low half and high half, and an entry for all cells alike; behind them the
 * cells' entries in the order of the bits. So all of it is read from one place. */
enum { PATCH_LOW, PATCH_HIGH, PATCH_COMMON, PATCH_CELLS };
/* The same where only one zone has a boundary: bits for the cells it meets, bits for
 * those of them that it holds, its number. */
enum {
    SINGLE_LOW,
    SINGLE_HIGH,
    SINGLE_COMMON,
    SINGLE_FULL_LOW,
    SINGLE_FULL_HIGH,
    SINGLE_ZONE,
    SINGLE_WORDS
};
static inline uint64_t grid_bits(const uint32_t *halves)
{
    return (uint64_t)halves[1] << 32 | halves[0];
}

/* The cells of 1/16 degree in one of 1. */
struct grid_block {
    uint64_t any[4];
    uint32_t base[4];
    uint32_t common;
    uint32_t touching; /* list of all zones with a boundary in the block */
    uint32_t pad[2];
};

struct zone_index {
    const struct zone_strips **strips; /* owned, what they point at is the geometries' */
    size_t zone_count;
    /* Number of the block of each cell of 1 degree, 0 for the empty one; owned. NULL
     * where there is no grid: up to GRID_LEAST zones are asked one by one, so that the
     * area of a port costs no table of the world. */
    uint32_t *tops;
    struct grid_block *blocks; /* owned; aligned to a line of the cache */
    uint32_t *entries;         /* owned */
    uint32_t
        *lists; /* owned; each a count and as many (zone << 1 | touches), ascending */
    size_t block_count, entry_count, list_count;
    size_t block_room, entry_room, list_room;
};

/* Geometries must be indexed and outlive the index. */
MUST_CHECK int zone_index_build(const struct zone_geometry *geometries, size_t count,
                                struct zone_index **ret_index);
void zone_index_build_destroy(struct zone_index *index);
size_t zone_index_build_own_bytes(const struct zone_index *index);

/* As zone_set_at. */
size_t zone_index_at(const struct zone_index *index, struct geo_pos p,
                     uint32_t *ret_zones, size_t room);

/* Have what the two questions need of this place fetched from memory. */
void zone_index_fetch(const struct zone_index *index, struct geo_pos p);
/* Is there certainly no zone in any cell between two positions? False where telling would
 * take longer. For steps of less than a degree. */
bool zone_index_is_clear(const struct zone_index *index, struct geo_pos a,
                         struct geo_pos b);

/* Zones of some cells: zone << 1 | touches; unsorted, with repetitions. */
struct zone_gather {
    uint32_t *items; /* owned unless it is `few` */
    size_t count, room;
    uint32_t few[64];
};
void zone_index_gather_init(struct zone_gather *g);
void zone_index_gather_finish(struct zone_gather *g);
/* Sort and unite: one item for each zone, which touches when one did. */
void zone_index_gather_unite(struct zone_gather *g);
/* Add the zones of all cells that a straight line meets, or comes within 1e-7 degree of:
 * x from longitude -180, up to a turn either way, and y from latitude -90, in 1e-7
 * degree. 0 or ERR_NOMEM. */
struct grid_point {
    int64_t x, y;
};
MUST_CHECK int zone_index_gather(const struct zone_index *index, struct grid_point p,
                                 struct grid_point q, struct zone_gather *g);
/* Add the zones with a boundary in the 1 degree cells that a box meets; x 0..3 turns. */
struct grid_range {
    int64_t x0, x1, y0, y1;
};
MUST_CHECK int zone_index_gather_touching(const struct zone_index *index,
                                          const struct grid_range *range,
                                          struct zone_gather *g);

#endif
