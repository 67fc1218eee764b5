/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the GeoJSON reader share: features and geometries. Private to
 * geo/. */
#ifndef LOOKOUT_GEOJSON_READER_INT_H
#define LOOKOUT_GEOJSON_READER_INT_H

#include <jansson.h>

#include "geojson_path_int.h"

/* One feature in the making. */
struct geojson_reader {
    struct geojson_source *source;
    struct geojson_feature *feature;
    bool is_lone, is_out_of_memory;
};

/* The fault of a feature: marks it. */
#define GEOJSON_FAULT(r, path, ...)                                                      \
    do {                                                                                 \
        (r)->feature->has_fault = true;                                                  \
        geojson_fault((r)->source, (path)->text, (r)->feature->id, __VA_ARGS__);         \
    } while (0)

/* "a text", "an object" and so on; "nothing" for NULL. */
const char *geojson_type_name(const json_t *value);

/* Read a geometry into the reader's feature. */
void geojson_geometry_read(struct geojson_reader *r, const struct geojson_path *path,
                           const json_t *geometry);

#endif
