/* SPDX-License-Identifier: Apache-2.0 */
/* Distance fields while a configuration is built: between conf_water.c and the cache. */
#ifndef LOOKOUT_CONF_WATER_H
#define LOOKOUT_CONF_WATER_H

#include "lookout/conf/conf.h"
#include "lookout/geo/water.h"

#define CONF_WATER_FILE "water.bin"

struct conf_water_want {
    struct geo_pos *sources; /* owned */
    size_t count;
    double limit_m;
    struct water_field *field; /* held; NULL: not there yet */
    bool is_made;
};
struct conf_water_wants {
    struct conf_water_want *items; /* owned */
    size_t count;
};

/* Those of the wanted fields that are in the directory; returns how many. */
size_t conf_water_cache_read(const char *directory, const struct water *water,
                             struct conf_water_wants *wants);
/* Keep what was made, remove what nobody wants; returns how many could not be kept. */
size_t conf_water_cache_write(const char *directory,
                              const struct conf_water_wants *wants);

#endif
