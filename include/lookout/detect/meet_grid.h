/* SPDX-License-Identifier: Apache-2.0 */
/* The places of slow ships by tick and cell: who else was there then? */
#ifndef LOOKOUT_MEET_GRID_H
#define LOOKOUT_MEET_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/map.h"
#include "lookout/geo/geo.h"

/* Where a track was at a tick. */
struct slow_place {
    int64_t tick_ms;
    struct geo_pos pos;
    int64_t unheard_ms; /* the longest time between two fixes since the place before */
    uint32_t fixes;     /* of the track, before the tick */
    uint32_t anchored;  /* those of them with status 1 or 5 */
    uint16_t index;     /* among the places of its spell */
    bool is_fix;        /* a fix stands at the tick, */
    bool is_fix_anchored;
    bool is_listed; /* it is in the spell for certain, and so in the grid */
    bool is_met;    /* another slow ship was near then */
    struct slow_place *previous, *next; /* of its tick and cell, while it is listed */
};

/* Cells of 0.01 degree of latitude and as many metres of longitude. */
struct meet_grid {
    struct map cells; /* tick and cell -> the first struct slow_place there */
    int64_t tick_ms;  /* the length of a tick */
};
void meet_grid_init(struct meet_grid *grid, int64_t tick_ms);
void meet_grid_finish(struct meet_grid *grid);
/* ERR_NOMEM: the place is not listed. */
MUST_CHECK int meet_grid_add(struct meet_grid *grid, struct slow_place *place);
void meet_grid_remove(struct meet_grid *grid, struct slow_place *place);
/* Visit the places at that tick within radius_m of pos, with their distance to 1 %, until
 * a visit is not 0, which is returned. The visited places are not to be listed or removed
 * meanwhile. */
typedef int (*meet_grid_visit)(void *context, struct slow_place *place,
                               double distance_m);
struct meet_grid_around {
    int64_t tick_ms;
    struct geo_pos pos;
    double radius_m; /* 20 km at most */
};
int meet_grid_each(const struct meet_grid *grid, const struct meet_grid_around *around,
                   meet_grid_visit visit, void *context);

#endif
