/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations for engines of tests. What one of them has made of the data files serves
 * all later ones of the program: the gazetteer (of the same `ports:`), the shore, the
 * grid of the water and the distances over it. */
#ifndef ENGINECONF_H
#define ENGINECONF_H

#include "lookout/engine/engine.h"

enum engineconf_water {
    ENGINECONF_REACH, /* the fields of ports that silent ships may have called at */
    ENGINECONF_ALL    /* those of routes too, and the shore */
};

/* Read the file. Faults are printed, and a code is returned. */
int engineconf_read(const char *path, enum engineconf_water water,
                    struct engine_conf *ret_conf);
/* The same of a text, in a folder of its own that also has `zones` (NULL: none) as
 * zones.geojson. */
int engineconf_make(const char *yaml, const char *zones, enum engineconf_water water,
                    struct engine_conf *ret_conf);

#endif
