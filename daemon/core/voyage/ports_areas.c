/* SPDX-License-Identifier: Apache-2.0 */
/* Areas of ports from GeoJSON: the reader of zones checks each geometry; this file finds
 * the features and their port codes. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "ports_int.h"

struct areas {
    struct ports_builder *b;
    struct ports_reading to;
};

/* Read a feature's geometry with the reader of zones. */
static int read_geometry(struct areas *a, const json_t *feature, const char *locode,
                         struct zone_set **ret_area)
{
    const json_t *geometry = json_object_get(feature, "geometry");
    char *text = json_dumps(geometry, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text == NULL) {
        ports_builder_report(&a->to, ERR_SYNTAX, 0, 0, "area of %s: it has no geometry",
                             locode);
        return 0;
    }
    struct err err = {0};
    int rc = zone_set_read_area(text, strlen(text), ret_area, &err);
    free(text);
    if (rc == ERR_NOMEM)
        return rc;
    if (rc != 0)
        ports_builder_report(&a->to, rc, 0, 0, "area of %s: %s", locode, err.text);
    return 0;
}

static int take_feature(struct areas *a, const json_t *feature, size_t number)
{
    const json_t *properties = json_object_get(feature, "properties");
    const char *code = json_string_value(json_object_get(properties, "locode"));
    struct ports_area area = {.area = NULL};
    if (code == NULL || !ports_code_read(code, area.locode)) {
        ports_builder_report(
            &a->to, ERR_INVALID, 0, 0,
            "feature %zu: properties.locode is %s%.40s%s (a UN/LOCODE is needed)", number,
            code != NULL ? "'" : "", code != NULL ? code : "missing",
            code != NULL ? "'" : "");
        return 0;
    }
    for (size_t i = 0; i < a->b->area_count; i++)
        if (ports_code_key(a->b->areas[i].locode) == ports_code_key(area.locode)) {
            ports_builder_report(
                &a->to, ERR_EXISTS, 0, 0,
                "feature %zu: %s has an area already (one MultiPolygon may hold "
                "several parts)",
                number, area.locode);
            return 0;
        }
    int rc = read_geometry(a, feature, area.locode, &area.area);
    if (rc != 0 || area.area == NULL)
        return rc;
    struct ports_builder *b = a->b;
    if (array_grow(&b->areas, &b->area_room, b->area_count + 1, sizeof area) != 0) {
        zone_set_destroy(area.area);
        return ERR_NOMEM;
    }
    b->areas[b->area_count++] = area;
    return 0;
}

int ports_areas_read(struct ports_builder *b, const char *text, size_t n,
                     ports_fault fault, void *context)
{
    struct areas a = {.b = b, .to = {.fault = fault, .context = context}};
    json_error_t error;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        ports_builder_report(&a.to, ERR_SYNTAX, error.line, error.column, "%s",
                             error.text);
        return a.to.first;
    }
    const json_t *features = json_object_get(root, "features");
    int rc = 0;
    if (json_is_array(features))
        for (size_t i = 0; rc == 0 && i < json_array_size(features); i++)
            rc = take_feature(&a, json_array_get(features, i), i + 1);
    else if (json_object_get(root, "geometry") != NULL)
        rc = take_feature(&a, root, 1);
    else
        ports_builder_report(&a.to, ERR_SYNTAX, 1, 1,
                             "neither a FeatureCollection nor a Feature");
    json_decref(root);
    return rc != 0 ? rc : a.to.first;
}
