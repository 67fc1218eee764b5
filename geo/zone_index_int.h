/* SPDX-License-Identifier: Apache-2.0 */
/* The grid: for each cell, the zones that contain the whole cell and the zones that have
 * a boundary in it. Private to geo/.
 *
 * Three levels of cells, 1 degree, 1/16 and 1/128 (about 870 m), and a finer level exists
 * only where it is needed. The second and third levels have one bit for each cell (empty
 * or not) and an entry for each cell that is not empty. For most fixes, reading one bit
 * is enough. */
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

/* The content of a cell, in 32 bits. The low bits give the kind of content, the other
 * bits its value. */
enum grid_kind {
    GRID_LIST,   /* offset of a list; 0 is the empty one */
    GRID_FULL,   /* one zone that contains the cell */
    GRID_TOUCH,  /* one zone with a boundary in the cell */
    GRID_PATCH,  /* a finer level: offset of its patch */
    GRID_SINGLE, /* a finer level for one boundary: offset of its entries */
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

/* A patch: the cells of 1/128 degree in one cell of 1/16 degree. It starts with three
 * entries. The first two (low half and high half) have one bit for each cell that has an
 * entry of its own; the third is the entry that all cells have in common. The entries of
 * single cells follow in the order of the bits, so that the whole patch is read from one
 * place in memory. */
enum { PATCH_LOW, PATCH_HIGH, PATCH_COMMON, PATCH_CELLS };
/* The same where only one zone has a boundary: bits for the cells that the zone meets,
 * bits for those of them that the zone contains, and the number of the zone. */
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

/* The cells of 1/16 degree in one cell of 1 degree. */
struct grid_block {
    uint64_t any[4];
    uint32_t base[4];
    uint32_t common;
    uint32_t touching; /* list of all zones with a boundary in the block */
    uint32_t pad[2];
};

struct zone_index {
    const struct zone_strips **strips; /* owned array; the strips are borrowed */
    size_t zone_count;
    /* Owned: the number of the block of each cell of 1 degree; 0 is the empty block. NULL
     * when there is no grid: a set of up to GRID_LEAST zones is tested zone by zone, so
     * that the area of a port needs no table of the whole world. */
    uint32_t *tops;
    struct grid_block *blocks; /* owned; aligned to cache lines */
    uint32_t *entries;         /* owned */
    uint32_t *lists; /* owned; each: a count, then the (zone << 1 | touches), ascending */
    size_t block_count, entry_count, list_count;
    size_t block_room, entry_room, list_room;
};

/* Geometries must be indexed and outlive the index. */
MUST_CHECK int zone_index_build(const struct zone_geometry *geometries, size_t count,
                                struct zone_index **ret_index);
void zone_index_build_destroy(struct zone_index *index);
size_t zone_index_build_own_bytes(const struct zone_index *index);

/* Find the areas at a point, as zone_set_at does. */
size_t zone_index_at(const struct zone_index *index, struct geo_pos p,
                     uint32_t *ret_zones, size_t room);

/* Prefetch into the cache the memory that the searches at this place will read. */
void zone_index_fetch(const struct zone_index *index, struct geo_pos p);
/* True when there is certainly no zone in any cell between two positions. It may return
 * false where a certain answer would take longer. For steps of less than a degree. */
bool zone_index_is_clear(const struct zone_index *index, struct geo_pos a,
                         struct geo_pos b);

/* A list of the zones of some cells, as (zone << 1 | touches): unsorted, with
 * repetitions. */
struct zone_gather {
    uint32_t *items; /* owned unless it is `few` */
    size_t count, room;
    uint32_t few[64];
};
void zone_index_gather_init(struct zone_gather *g);
void zone_index_gather_finish(struct zone_gather *g);
/* Sort the list and leave one item for each zone. The item touches if any of the zone's
 * items touched. */
void zone_index_gather_unite(struct zone_gather *g);
/* Add the zones of all cells that a straight line meets or passes within 1e-7 degree. In
 * 1e-7 degree, x counts from longitude -180 (up to one turn either way) and y from
 * latitude -90. Returns 0 or ERR_NOMEM. */
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
