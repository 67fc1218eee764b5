/* SPDX-License-Identifier: Apache-2.0 */
/* The declarations that the two files of the GeoJSON reader share: one file reads
 * features, the other reads geometries. Private to geo/. */
#ifndef LOOKOUT_GEOJSON_READER_INT_H
#define LOOKOUT_GEOJSON_READER_INT_H

#include <jansson.h>

#include "geojson_path_int.h"

/* The feature that is being read. */
struct geojson_reader {
    struct geojson_source *source;
    struct geojson_feature *feature;
    bool is_lone, is_out_of_memory;
};

/* Append a fault of the feature and mark the feature as faulty. */
#define GEOJSON_FAULT(r, path, ...)                                                      \
    do {                                                                                 \
        (r)->feature->has_fault = true;                                                  \
        geojson_fault((r)->source, (path)->text, (r)->feature->id, __VA_ARGS__);         \
    } while (0)

/* The name of the value's type: "a text", "an object" and so on; "nothing" for NULL. */
const char *geojson_fault_type_name(const json_t *value);

/* Read a geometry into the reader's feature. */
void geojson_geometry_read(struct geojson_reader *r, const struct geojson_path *path,
                           const json_t *geometry);

#endif
