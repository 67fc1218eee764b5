/* SPDX-License-Identifier: Apache-2.0 */
/* Finds where there is water, and measures distances over water.
 *
 * The grid of the world has cells of 0.1 degree; a cell is a water cell if any part of it
 * is water. The step between two cells is open if their waters touch, so that no way
 * leads across an isthmus. A reviewed list opens canals and narrow straits
 * (config/make-water.mjs). The grid has no water north of 80 N and south of 80 S. A
 * distance is the length of the shortest way on the sphere of mean radius, found by a
 * front that advances over the grid (Sethian's fast marching method with the triangles of
 * the eight-cell stencil); within 5 % of published sea distances
 * (tests/unit/geo/test_water.c).
 *
 * Memory: 6 MB for the grid; a field takes 2 bytes for each cell within its limit, 9 MB
 * for the whole sea, and 24 MB more while it is made. Grids and fields do not change
 * after they are built; different threads may make different fields. A field may also be
 * promised: it is held and handed on at once, while another thread still makes it, and
 * the first question of it waits. So an answer never depends on when a field came. */
#ifndef LOOKOUT_WATER_H
#define LOOKOUT_WATER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

struct water;
/* Read the grid from the bytes of water.bin. ERR_CORRUPT with the reason in err,
 * ERR_NOMEM. */
MUST_CHECK int water_create(const void *bytes, size_t n, struct water **ret_water,
                            struct err *err);
/* A grid may be shared. It counts its holders: water_create makes the first, and the last
 * release frees the grid (NULL is allowed). A field is not a holder of its grid. Only one
 * thread at a time may call these two. */
struct water *water_hold(struct water *water);
void water_release(struct water *water);
/* Memory of a grid, in bytes. */
size_t water_bytes(void);
/* Is the cell of that position water? */
bool water_is_wet(const struct water *water, struct geo_pos pos);
/* Is that cell or one beside it, also at a corner, water? */
bool water_is_near(const struct water *water, struct geo_pos pos);
/* Can a ship sail from the cell of a to the cell of b, when they are the same cell or
 * side by side? */
bool water_is_open(const struct water *water, struct geo_pos a, struct geo_pos b);

/* --- the distance to the nearest of a set of places --- */

struct water_field;
/* What a field is made from. */
struct water_ends {
    const struct geo_pos *sources; /* borrowed */
    size_t count;
    double limit_m; /* over water; INFINITY: everywhere */
    bool is_least;  /* no distance is longer, but by half a cell, than the shortest way
                       that water allows; else that of the way that ships sail, who keep
                       off the coast. Over 35 published distances of up to 2500 nm the
                       least way is 4 % shorter in the mean and 9.4 % at worst */
};
/* Make the field of all sources together. For a source on land, distances are measured
 * from the nearest water within 400 km. `water` is borrowed and must outlive the field.
 * ERR_NOMEM. */
MUST_CHECK int water_field_create(const struct water *water,
                                  const struct water_ends *ends,
                                  struct water_field **ret_field);
/* A field may be shared. It counts its holders: the call that makes it is the first, and
 * the last release frees it. Only one thread at a time may call these two. */
struct water_field *water_field_hold(struct water_field *field);
void water_field_release(struct water_field *field);
/* How a thread that asks something of a field waits until it is made. */
struct water_field_wait {
    void (*wait)(void *context, const struct water_field *field);
    void *context;
};
/* A field that is to be made by one of the three calls below, in any one thread.
 * ERR_NOMEM
 */
MUST_CHECK int water_field_promise(const struct water *water,
                                   const struct water_ends *ends,
                                   const struct water_field_wait *wait,
                                   struct water_field **ret_field);
/* ERR_LIMIT: another thread set *ended (NULL: none does); ERR_NOMEM. It is not made. */
MUST_CHECK int water_field_fill(struct water_field *field, const atomic_bool *ended);
/* From what was saved of a field of the same ends: as water_field_load. */
MUST_CHECK int water_field_fill_saved(struct water_field *field, const void *bytes,
                                      size_t size);
/* No source of it can be reached. Nothing changes of one that is made. */
void water_field_give_up(struct water_field *field);
bool water_field_is_made(const struct water_field *field);
/* A hash of everything that a field is made from: the key of a cache. */
uint64_t water_field_key(const struct water *water, const struct water_ends *ends);
uint64_t water_field_key_of(const struct water_field *field);
size_t water_field_bytes(const struct water_field *field);

/* Metres over water to the nearest source, < 0 when no source can be reached within the
 * limit. For a position on land, the distance is measured from the nearest water within
 * 30 km. One call takes some tens of nanoseconds. */
double water_field_distance_m(const struct water_field *field, struct geo_pos pos);
/* The index of the nearest source, SIZE_MAX when none can be reached. The call follows
 * the way to the source: some 10 us per 1000 nm. */
size_t water_field_nearest(const struct water_field *field, struct geo_pos pos);

/* Save and load a field for a cache. Loading checks everything: ERR_CORRUPT when the
 * bytes are damaged, or the field was made from another grid or other ends. */
MUST_CHECK int water_field_save(const struct water_field *field, struct buf *out);
MUST_CHECK int water_field_load(const struct water *water, const struct water_ends *ends,
                                const void *bytes, size_t size,
                                struct water_field **ret_field);

/* --- single questions --- */

/* Metres over water from a to b. Takes some ms per 500 nm. ERR_NOT_FOUND when there is no
 * way, ERR_LIMIT when the search exceeds its bound (some 100 ms: across an ocean and
 * around a continent), ERR_NOMEM. */
MUST_CHECK int water_reach_between_m(const struct water *water, struct geo_pos a,
                                     struct geo_pos b, double *ret_m);

/* The distances from one position to all places near the way to a field's sources: the
 * places p for which from -> p -> nearest source is at most `factor` times from ->
 * nearest source. The search has the same bound as water_reach_between_m; places beyond
 * it are left out. ERR_NOT_FOUND when no source can be reached, ERR_NOMEM. */
struct water_reach;
MUST_CHECK int water_reach_create(const struct water *water,
                                  const struct water_field *field, struct geo_pos from,
                                  double factor, struct water_reach **ret_reach);
void water_reach_destroy(struct water_reach *reach);
/* Metres over water from the position to pos; < 0 when pos is not near the way. */
double water_reach_m(const struct water_reach *reach, struct geo_pos pos);
/* A bounding box of all these places, which may be larger than necessary. Longitudes
 * continue beyond the antimeridian (low.lon <= high.lon <= low.lon + 360). */
void water_reach_box(const struct water_reach *reach, struct geo_point *ret_low,
                     struct geo_point *ret_high);

#endif
