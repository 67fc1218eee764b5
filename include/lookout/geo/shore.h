/* SPDX-License-Identifier: Apache-2.0 */
/* How far a place is from the shore: from Natural Earth's coast at 1:10 million, which
 * draws islands from about 1 km on. Lakes and rivers are land.
 *
 * The grid has a node at every 0.05 degree, with its distance on the sphere in steps of
 * 0.25 km up to 60 nm. Between nodes the distance is interpolated; where that would be
 * wrong by more than 1.8 km the cell has finer nodes. So a distance is good to 2 km
 * (tests/unit/geo/test_shore.c measures it). The grid stays packed in memory, as large as
 * its file; a look-up unpacks two rows, in some 20 us. It does not change. */
#ifndef LOOKOUT_SHORE_H
#define LOOKOUT_SHORE_H

#include <stddef.h>

#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

/* Greater distances are not told apart. */
#define SHORE_FAR_M (60 * 1852.0)

struct shore;
/* Read the grid from the bytes of shore.bin, which are copied. ERR_CORRUPT with the
 * reason in err, ERR_NOMEM. */
MUST_CHECK int shore_create(const void *bytes, size_t n, struct shore **ret_shore,
                            struct err *err);
/* A grid may be shared. It counts its holders: shore_create makes the first, and the last
 * release frees the grid (NULL is allowed). Only one thread at a time may call these two.
 */
struct shore *shore_hold(struct shore *shore);
void shore_release(struct shore *shore);
/* Metres from the shore: 0 on land, SHORE_FAR_M at most. */
double shore_distance_m(const struct shore *shore, struct geo_pos pos);

#endif
