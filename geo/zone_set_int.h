/* SPDX-License-Identifier: Apache-2.0 */
/* The declarations that the files behind zone.h share. Private to geo/. */
#ifndef LOOKOUT_ZONE_SET_INT_H
#define LOOKOUT_ZONE_SET_INT_H

#include "lookout/base/map.h"
#include "lookout/geo/zone.h"
#include "zone_geometry_int.h"

struct zone_index;

struct zone_set {
    struct zone_info *infos;          /* owned */
    struct zone_geometry *geometries; /* owned */
    uint32_t *next_same; /* owned; next zone whose id has the same hash, or ZONE_NONE */
    size_t count;
    struct map ids;           /* hash of an id -> number of the first zone, plus one */
    struct zone_index *index; /* owned */
};
#define ZONE_NONE UINT32_MAX

#endif
