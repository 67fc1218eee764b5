/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the water grid share: the cells, and the front that marches over
 * them. */
#ifndef LOOKOUT_WATER_INT_H
#define LOOKOUT_WATER_INT_H

#include "lookout/geo/water.h"

enum { WATER_ROWS = 1600, WATER_COLS = 3600, WATER_CELLS = WATER_ROWS * WATER_COLS };
#define WATER_CELL_DEG 0.1
#define WATER_SOUTH_DEG (-80.0)
#define WATER_CELL_NONE UINT32_MAX
#define WATER_SNAP_M 400e3 /* how far a source may lie from its water */
#define WATER_NEAR_M 30e3  /* how far a position may lie from its water */

/* Sides of a cell, counter-clockwise; also the bits of `open`. */
enum { WATER_E, WATER_N, WATER_W, WATER_S, WATER_SIDES };
#define WATER_WET 0x10u

struct water {
    uint32_t holders;
    uint64_t hash;                /* of the bytes it was made of */
    double height_m;              /* of a cell */
    double width_m[WATER_ROWS];   /* of a cell, at its middle */
    double between_m[WATER_ROWS]; /* of a cell, at the parallel between it and the next */
    double slant_m[WATER_ROWS]; /* from a middle to that of the next row's next column */
    uint8_t cells[WATER_CELLS]; /* WATER_WET and a bit for each side that is open */
};

/* The cell of a position; WATER_CELL_NONE beyond the grid. */
uint32_t water_cell_at(struct geo_pos pos);
struct geo_pos water_cell_middle(uint32_t cell);
/* The cell behind that side (the caller knows that it is open: rows end at the poles). */
static inline uint32_t water_beside(uint32_t cell, unsigned side)
{
    uint32_t col = cell % WATER_COLS;
    switch (side) {
    case WATER_E:
        return col + 1 < WATER_COLS ? cell + 1 : cell + 1 - WATER_COLS;
    case WATER_W:
        return col > 0 ? cell - 1 : cell + WATER_COLS - 1;
    case WATER_N:
        return cell + WATER_COLS;
    default:
        return cell - WATER_COLS;
    }
}
static inline bool water_has_open(const struct water *water, uint32_t cell, unsigned side)
{
    return (water->cells[cell] >> side & 1u) != 0;
}
/* The wet cell that `accepts` (NULL: any) nearest to pos within most_m; distance to its
 * middle in *ret_m. WATER_CELL_NONE when there is none. */
typedef bool (*water_accepts)(const void *context, uint32_t cell);
uint32_t water_cell_near(const struct water *water, struct geo_pos pos, double most_m,
                         water_accepts accepts, const void *context);

/* --- the front --- */

/* Distances are kept in decimetres: 2^31 of them are 214,748 km. */
#define WATER_DM 10.0

struct water_bucket {
    uint32_t *cells; /* owned */
    uint32_t next, count;
    size_t room;
};
enum { WATER_BUCKETS = 512 };
struct water_front {
    const struct water *water; /* borrowed */
    uint32_t *t; /* owned: a cell's distance in dm + 1; 0: not reached; top bit: waits */
    struct water_bucket buckets[WATER_BUCKETS]; /* owned content; round by key */
    uint64_t at;                                /* bucket under way */
    size_t waiting;
    bool is_failed; /* out of memory */
    /* What a cell's distance is increased by for the order in which cells are taken (0
     * where NULL), UINT32_MAX to leave it out. */
    uint32_t (*rest_dm)(const void *context, uint32_t cell, uint32_t t_dm);
    const void *context;
};
MUST_CHECK int water_front_init(struct water_front *f, const struct water *water);
void water_front_finish(struct water_front *f);
/* Begin at a position: its cell and the ones open to it, or the nearest water. False when
 * there is no water near. */
bool water_front_begin(struct water_front *f, struct geo_pos pos, double most_m);
/* The next cell: its distance is final as far as the order goes. WATER_CELL_NONE at the
 * end. */
uint32_t water_front_next(struct water_front *f);
/* Distance in m; < 0 where the front has not been. */
double water_front_m(const struct water_front *f, uint32_t cell);

/* --- between the middles of cells --- */

/* A distance for each cell: < 0 for none. */
struct water_view {
    const struct water *water;
    double (*cell_m)(const void *context, uint32_t cell);
    const void *context;
};
/* At any position: interpolated between the middles around it where they belong
 * together, else the cell's own and its slope. */
double water_view_m(const struct water_view *view, struct geo_pos pos);

#endif
