/* SPDX-License-Identifier: Apache-2.0 */
/* The declarations that the files of the water grid share: the cells, and the front that
 * advances over them. */
#ifndef LOOKOUT_WATER_INT_H
#define LOOKOUT_WATER_INT_H

#include "lookout/geo/water.h"

enum { WATER_ROWS = 1600, WATER_COLS = 3600, WATER_CELLS = WATER_ROWS * WATER_COLS };
#define WATER_CELL_DEG 0.1
#define WATER_SOUTH_DEG (-80.0)
#define WATER_CELL_NONE UINT32_MAX
#define WATER_SNAP_M 400e3 /* a source's greatest distance from water */
#define WATER_NEAR_M 30e3  /* a position's greatest distance from water */

/* Sides of a cell, counter-clockwise; also the bits of `open`. */
enum { WATER_E, WATER_N, WATER_W, WATER_S, WATER_SIDES };
#define WATER_WET 0x10u

struct water {
    uint32_t holders;
    uint64_t hash;                /* of the bytes of water.bin */
    double height_m;              /* of a cell */
    double width_m[WATER_ROWS];   /* of a cell, at its middle */
    double between_m[WATER_ROWS]; /* of a cell, at its northern edge */
    double slant_m[WATER_ROWS];   /* from its middle to the next diagonal one */
    double narrow[WATER_ROWS];    /* how much shorter a straight way can be than one over
                                     the middles of cells, as a factor */
    uint8_t cells[WATER_CELLS];   /* WATER_WET, and one bit for each open side */
};

/* The cell of a position; WATER_CELL_NONE beyond the grid. */
uint32_t water_cell_at(struct geo_pos pos);
struct geo_pos water_cell_middle(uint32_t cell);
/* The neighbour of the cell on that side. The caller makes sure that the side is open,
 * because there is no row beyond the last one. */
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
/* The water cell nearest to pos, within most_m, that the function `accepts` allows (NULL:
 * every water cell). *ret_m is the distance to its middle. WATER_CELL_NONE when there is
 * none. */
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
    uint32_t *t; /* owned: distance in dm + 1; 0: not reached; top bit: the cell waits */
    struct water_bucket buckets[WATER_BUCKETS]; /* owned contents */
    uint64_t at;                                /* the current bucket */
    size_t waiting;
    bool is_failed; /* out of memory */
    bool is_least;  /* no way is longer than a ship could sail it; see slowness_of */
    /* The estimated distance from the cell to the goal. It is added to the cell's
     * distance to decide the order in which cells are taken. NULL: 0 for every cell.
     * UINT32_MAX: the cell is left out. */
    uint32_t (*rest_dm)(const void *context, uint32_t cell, uint32_t t_dm);
    const void *context;
};
MUST_CHECK int water_front_init(struct water_front *f, const struct water *water);
void water_front_finish(struct water_front *f);
/* Start the front at a position: at its cell and the cells that are open to it, or at the
 * nearest water. False when there is no water within most_m. */
bool water_front_begin(struct water_front *f, struct geo_pos pos, double most_m);
/* Take the next cell, in the order of distance plus estimate. WATER_CELL_NONE at the end.
 * A cell whose distance becomes smaller later is taken again. */
uint32_t water_front_next(struct water_front *f);
/* Distance in m; < 0 for a cell that the front did not reach. */
double water_front_m(const struct water_front *f, uint32_t cell);

/* --- between the middles of cells --- */

/* A distance for each cell; < 0: the cell has none. */
struct water_view {
    const struct water *water;
    double (*cell_m)(const void *context, uint32_t cell);
    const void *context;
};
/* The distance at any position. Where the four cells around the position are connected,
 * it is interpolated between their middles. Elsewhere it is the distance of the
 * position's own cell, corrected by the slope in that cell. */
double water_view_m(const struct water_view *view, struct geo_pos pos);

#endif
