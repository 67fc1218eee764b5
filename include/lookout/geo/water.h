/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is water, and how far it is over water to a place.
 *
 * The grid of the world has cells of 0.1 degree; a cell is water where any water is in
 * it, and a step between two cells is open where their waters touch, so that nothing
 * leaks across an isthmus; canals and narrow straits are opened by a reviewed list
 * (config/make-water.mjs). North of 80 N and south of 80 S there is none. Distances
 * are those of the shortest way on the sphere of mean radius, found by a front that
 * marches over the grid (Sethian's fast marching method with the triangles of the
 * eight-cell stencil); within 5 % of published sea distances
 * (tests/unit/geo/test_water.c).
 *
 * Memory: 6 MB for the grid; a field takes 2 bytes a cell within its limit, 9 MB where it
 * is the whole sea, and 24 MB more while it is made. Immutable once built; different
 * fields may be made in different threads. */
#ifndef LOOKOUT_WATER_H
#define LOOKOUT_WATER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

struct water;
/* Read the grid from the bytes of water.bin. ERR_CORRUPT with what is wrong in err,
 * ERR_NOMEM. */
MUST_CHECK int water_create(const void *bytes, size_t n, struct water **ret_water,
                            struct err *err);
/* A grid may be shared: a new one is held once; the last release frees it (NULL is fine).
 * Fields do not hold it. Not for several threads at once. */
struct water *water_hold(struct water *water);
void water_release(struct water *water);
/* Memory of a grid. */
size_t water_bytes(void);
/* Is the cell of that position water? */
bool water_is_wet(const struct water *water, struct geo_pos pos);
/* May one sail from the cell of a to that of b, where they are the same or side by side?
 */
bool water_is_open(const struct water *water, struct geo_pos a, struct geo_pos b);

/* --- the distance to the nearest of a set of places --- */

struct water_field;
/* Of all sources at once, as far as limit_m over water (INFINITY: everywhere). A source
 * on land counts from the nearest water within 400 km. `water` is borrowed and must
 * outlive the field. ERR_NOMEM. */
MUST_CHECK int water_field_create(const struct water *water,
                                  const struct geo_pos *sources, size_t n, double limit_m,
                                  struct water_field **ret_field);
/* Fields are shared: a new one is held once; the last release frees it. Not for several
 * threads at once. */
struct water_field *water_field_hold(struct water_field *field);
void water_field_release(struct water_field *field);
/* What it was made of, as one number: the key of a cache. */
uint64_t water_field_key(const struct water *water, const struct geo_pos *sources,
                         size_t n, double limit_m);
uint64_t water_field_key_of(const struct water_field *field);
size_t water_field_bytes(const struct water_field *field);

/* Metres over water to the nearest source, < 0 when it cannot be reached (or lies beyond
 * the limit). A position on land counts from the nearest water within 30 km. Some tens of
 * nanoseconds. */
double water_field_distance_m(const struct water_field *field, struct geo_pos pos);
/* Which source that is, SIZE_MAX when none can be reached. Follows the way: some 10 us
 * per 1000 nm. */
size_t water_field_nearest(const struct water_field *field, struct geo_pos pos);

/* For a cache. Loading checks everything: ERR_CORRUPT when it is damaged or was made of
 * something else. */
MUST_CHECK int water_field_save(const struct water_field *field, struct buf *out);
MUST_CHECK int water_field_load(const struct water *water, const struct geo_pos *sources,
                                size_t n, double limit_m, const void *bytes, size_t size,
                                struct water_field **ret_field);

/* --- single questions --- */

/* Metres over water from a to b. Takes some ms per 500 nm. ERR_NOT_FOUND when there is no
 * way, ERR_LIMIT when finding one takes more than a bounded effort (some 100 ms: across
 * an ocean and round a continent), ERR_NOMEM. */
MUST_CHECK int water_reach_between_m(const struct water *water, struct geo_pos a,
                                     struct geo_pos b, double *ret_m);

/* How far it is from one position to everything that lies near the way to a field's
 * sources: places p for which from -> p -> nearest source is at most `factor` times from
 * -> nearest source. Bounded as water_reach_between_m; what is farther than the bound
 * allows is left out. ERR_NOT_FOUND when no source can be reached, ERR_NOMEM. */
struct water_reach;
MUST_CHECK int water_reach_create(const struct water *water,
                                  const struct water_field *field, struct geo_pos from,
                                  double factor, struct water_reach **ret_reach);
void water_reach_destroy(struct water_reach *reach);
/* Metres over water from the position to pos; < 0 when pos lies aside of the way. */
double water_reach_m(const struct water_reach *reach, struct geo_pos pos);
/* Bounding box of all of it: an overestimate; longitudes run on over the antimeridian
 * (low.lon <= high.lon <= low.lon + 360). */
void water_reach_box(const struct water_reach *reach, struct geo_point *ret_low,
                     struct geo_point *ret_high);

#endif
