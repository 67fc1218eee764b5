/* SPDX-License-Identifier: Apache-2.0 */
/* Member paths as faults show them: "features[3].geometry.coordinates[0]". Private to
 * geo/. */
#ifndef LOOKOUT_GEOJSON_PATH_INT_H
#define LOOKOUT_GEOJSON_PATH_INT_H

#include <stddef.h>
#include <stdio.h>

#include "geojson_int.h"

/* The buffer is long enough for the deepest path of a zone; a longer path is cut. */
struct geojson_path {
    char text[GEOJSON_PATH_BYTES];
};

static inline struct geojson_path geojson_path_member(const struct geojson_path *path,
                                                      const char *name)
{
    struct geojson_path longer;
    snprintf(longer.text, sizeof longer.text, "%.70s%s%.20s", path->text,
             path->text[0] != '\0' ? "." : "", name);
    return longer;
}

static inline struct geojson_path geojson_path_index(const struct geojson_path *path,
                                                     size_t index)
{
    struct geojson_path longer;
    snprintf(longer.text, sizeof longer.text, "%.72s[%zu]", path->text, index);
    return longer;
}

#endif
