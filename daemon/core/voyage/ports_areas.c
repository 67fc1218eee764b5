/* SPDX-License-Identifier: Apache-2.0 */
/* Areas of ports out of GeoJSON: the reader of zones judges each geometry, this file only
 * finds the features and the codes they are for. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ports_int.h"

struct areas {
    struct ports_builder *b;
    ports_fault fault;
    void *context;
    int first;
};

static void report_area(struct areas *a, int code, int line, int col, const char *format,
                        ...) __attribute__((format(printf, 5, 6)));

static void report_area(struct areas *a, int code, int line, int col, const char *format,
                        ...)
{
    char text[ERR_TEXT_BYTES + 64];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (a->fault != NULL)
        a->fault(a->context, line, col, text);
    if (a->first == 0)
        a->first = code;
}

/* A feature's geometry through the reader of zones. */
static int read_geometry(struct areas *a, const json_t *feature, const char *locode,
                         struct zone_set **ret_area)
{
    const json_t *geometry = json_object_get(feature, "geometry");
    char *text = json_dumps(geometry, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text == NULL) {
        report_area(a, ERR_SYNTAX, 0, 0, "area of %s: it has no geometry", locode);
        return 0;
    }
    struct err err = {0};
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    int rc = zone_set_read_area(text, n, ret_area, &err);
    free(text);
    if (rc == ERR_NOMEM)
        return rc;
    if (rc != 0)
        report_area(a, rc, 0, 0, "area of %s: %s", locode, err.text);
    return 0;
}

static int take_feature(struct areas *a, const json_t *feature, size_t number)
{
    const json_t *properties = json_object_get(feature, "properties");
    const char *code = json_string_value(json_object_get(properties, "locode"));
    struct ports_area area = {.area = NULL};
    if (code == NULL || !ports_code_read(code, area.locode)) {
        report_area(a, ERR_INVALID, 0, 0,
                    "feature %zu: properties.locode is %s%.40s%s (a UN/LOCODE is needed)",
                    number, code != NULL ? "'" : "", code != NULL ? code : "missing",
                    code != NULL ? "'" : "");
        return 0;
    }
    for (size_t i = 0; i < a->b->area_count; i++)
        if (ports_code_key(a->b->areas[i].locode) == ports_code_key(area.locode)) {
            report_area(a, ERR_EXISTS, 0, 0,
                        "feature %zu: %s has an area already (one MultiPolygon may hold "
                        "several parts)",
                        number, area.locode);
            return 0;
        }
    int rc = read_geometry(a, feature, area.locode, &area.area);
    if (rc != 0 || area.area == NULL)
        return rc;
    struct ports_builder *b = a->b;
    if (ports_builder_grow((void **)&b->areas, &b->area_room, b->area_count,
                           sizeof area) != 0) {
        zone_set_destroy(area.area);
        return ERR_NOMEM;
    }
    b->areas[b->area_count++] = area;
    return 0;
}

int ports_areas_read(struct ports_builder *b, const char *text, size_t n,
                     ports_fault fault, void *context)
{
    struct areas a = {.b = b, .fault = fault, .context = context};
    json_error_t error;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        report_area(&a, ERR_SYNTAX, error.line, error.column, "%s", error.text);
        return a.first;
    }
    const json_t *features = json_object_get(root, "features");
    int rc = 0;
    if (json_is_array(features))
        for (size_t i = 0; rc == 0 && i < json_array_size(features); i++)
            rc = take_feature(&a, json_array_get(features, i), i + 1);
    else if (json_object_get(root, "geometry") != NULL)
        rc = take_feature(&a, root, 1);
    else
        report_area(&a, ERR_SYNTAX, 1, 1, "neither a FeatureCollection nor a Feature");
    json_decref(root);
    return rc != 0 ? rc : a.first;
}
