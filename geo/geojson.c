/* SPDX-License-Identifier: Apache-2.0 */
/* GeoJSON to features as drawn: members, types, positions. zone_geometry.c checks whether
 * rings are valid on the earth. Every fault is reported; only a syntax error ends the
 * reading. */
#include "geojson_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corridor_int.h"
#include "geojson_reader_int.h"
#include "json_where_int.h"
#include "lookout/base/buf.h"
#include "lookout/base/units.h"

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

#define ID_BYTES_MAX 200

static void read_id(struct geojson_reader *r, const struct geojson_path *path,
                    const json_t *id)
{
    if (id == NULL && r->is_lone)
        return;
    char number[32];
    const char *text = json_is_string(id) ? json_string_value(id) : number;
    if (json_is_integer(id)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
    } else if (!json_is_string(id)) {
        GEOJSON_FAULT(r, path,
                      "every zone needs an id, a text or a whole number; this is %s",
                      geojson_fault_type_name(id));
        return;
    }
    if (*text == '\0' || strlen(text) > ID_BYTES_MAX || !is_printable(text)) {
        GEOJSON_FAULT(r, path, "an id has 1 to %d bytes and no control characters",
                      ID_BYTES_MAX);
        return;
    }
    r->feature->id = strdup(text);
    r->is_out_of_memory |= r->feature->id == NULL;
}

static void read_text(struct geojson_reader *r, const struct geojson_path *path,
                      const json_t *json, char **ret)
{
    if (json == NULL || json_is_null(json))
        return;
    if (!json_is_string(json) || !is_printable(json_string_value(json))) {
        GEOJSON_FAULT(r, path, "this is a text without control characters, not %s",
                      json_is_string(json) ? "such a one"
                                           : geojson_fault_type_name(json));
        return;
    }
    if (*json_string_value(json) == '\0')
        return;
    *ret = strdup(json_string_value(json));
    r->is_out_of_memory |= *ret == NULL;
}

/* Read the width: the distance that a corridor extends to each side of its line. */
static void read_width(struct geojson_reader *r, const struct geojson_path *path,
                       const json_t *json)
{
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES];
    double m = 0;
    if (json == NULL || json_is_null(json))
        return;
    r->feature->has_width = true;
    const char *text = json_string_value(json);
    if (text != NULL && is_printable(text) &&
        units_parse_distance(text, strlen(text), &m) == 0 && m >= CORRIDOR_LEAST_M &&
        m <= CORRIDOR_MOST_M) {
        r->feature->width_m = m;
        return;
    }
    units_format_distance(CORRIDOR_LEAST_M, least);
    units_format_distance(CORRIDOR_MOST_M, most);
    bool is_shown = text != NULL && is_printable(text);
    GEOJSON_FAULT(
        r, path,
        "a width is a text, a distance with its unit from \"%s\" to \"%s\", such "
        "as \"500m\" or \"2nm\", not %s%.40s%s",
        least, most, is_shown ? "\"" : "",
        is_shown ? text : geojson_fault_type_name(json), is_shown ? "\"" : "");
}

static void read_properties(struct geojson_reader *r, const struct geojson_path *path,
                            const json_t *feature)
{
    const json_t *properties = json_object_get(feature, "properties");
    if (r->is_lone && (properties == NULL || json_is_null(properties)))
        return;
    struct geojson_path at = geojson_path_member(path, "properties");
    if (!json_is_object(properties)) {
        GEOJSON_FAULT(r, &at, "properties is an object with at least an id, not %s",
                      geojson_fault_type_name(properties));
        return;
    }
    struct geojson_path id_at = geojson_path_member(&at, "id");
    const json_t *id = json_object_get(properties, "id");
    if (id == NULL && !r->is_lone && json_object_get(feature, "id") != NULL)
        GEOJSON_FAULT(r, &id_at,
                      "the id is missing: it is read from properties, not from the "
                      "feature's own member");
    else
        read_id(r, &id_at, id);
    struct geojson_path text_at = geojson_path_member(&at, "name");
    read_text(r, &text_at, json_object_get(properties, "name"), &r->feature->name);
    text_at = geojson_path_member(&at, "kind");
    read_text(r, &text_at, json_object_get(properties, "kind"), &r->feature->kind);
    struct geojson_path width_at = geojson_path_member(&at, "width");
    read_width(r, &width_at, json_object_get(properties, "width"));
}

/* Append a fault when an area has a width: only a line can have one. */
static void refuse_width(struct geojson_reader *r, const struct geojson_path *path)
{
    struct geojson_path at = geojson_path_member(path, "properties");
    at = geojson_path_member(&at, "width");
    GEOJSON_FAULT(
        r, &at,
        "a width makes a corridor of a LineString; this is a %s: leave the width "
        "out, or draw the line",
        r->feature->is_multi ? "MultiPolygon" : "Polygon");
}

static void read_feature(struct geojson_reader *r, const struct geojson_path *path,
                         const json_t *json)
{
    if (!json_is_object(json)) {
        GEOJSON_FAULT(r, path, "a feature is an object, not %s",
                      geojson_fault_type_name(json));
        return;
    }
    const char *type = json_string_value(json_object_get(json, "type"));
    if (type == NULL || strcmp(type, "Feature") != 0) {
        struct geojson_path at = geojson_path_member(path, "type");
        GEOJSON_FAULT(r, &at, "the type is \"Feature\"%s%s%s",
                      type != NULL ? ", not \"" : "", type != NULL ? type : "",
                      type != NULL ? "\"" : "");
        return;
    }
    read_properties(r, path, json);
    struct geojson_path at = geojson_path_member(path, "geometry");
    geojson_geometry_read(r, &at, json_object_get(json, "geometry"));
    if (r->feature->has_width && r->feature->polygon_count > 0)
        refuse_width(r, path);
}

void geojson_ring_path(const struct geojson_feature *feature, size_t ring,
                       char ret_path[GEOJSON_PATH_BYTES])
{
    struct geojson_path path = {0};
    memcpy(path.text, feature->path, sizeof feature->path);
    if (!feature->is_bare)
        path = geojson_path_member(&path, "geometry");
    path = geojson_path_member(&path, "coordinates");
    if (feature->is_multi)
        path = geojson_path_index(&path, feature->rings[ring].polygon);
    if (feature->shape == ZONE_AREA && !feature->has_width)
        path = geojson_path_index(&path, feature->rings[ring].in_order);
    memcpy(ret_path, path.text, sizeof path.text);
}

/* Refuse other reference systems: GeoJSON of 2008 allowed them, RFC 7946 does not. */
static void check_crs(struct geojson_source *source, const json_t *root)
{
    const json_t *crs = json_object_get(root, "crs");
    const char *name =
        json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
    if (crs == NULL || json_is_null(crs) ||
        (name != NULL && (strstr(name, "CRS84") != NULL || strstr(name, "4326") != NULL)))
        return;
    geojson_fault(source, "crs", NULL,
                  "zones are read as WGS 84 longitude and latitude (RFC 7946); convert "
                  "the file from \"%s\"",
                  name != NULL ? name : "its reference system");
}

static int read_items(struct geojson_source *source, bool is_lone, const json_t *root,
                      struct geojson_document *ret)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    bool is_collection = type != NULL && strcmp(type, "FeatureCollection") == 0;
    bool is_feature = type != NULL && strcmp(type, "Feature") == 0;
    const json_t *features = json_object_get(root, "features");
    if (!is_collection && !is_feature && !is_lone) {
        geojson_fault(source, type != NULL ? "type" : "", NULL,
                      "the file holds a FeatureCollection or a Feature%s%s%s",
                      type != NULL ? ", not \"" : "", type != NULL ? type : "",
                      type != NULL ? "\"" : "");
        return 0;
    }
    if (is_collection && !json_is_array(features)) {
        geojson_fault(source, "features", NULL, "features is an array, not %s",
                      geojson_fault_type_name(features));
        return 0;
    }
    size_t n = is_collection ? json_array_size(features) : 1;
    if (is_lone && n != 1) {
        geojson_fault(source, "features", NULL, "an area is exactly one feature, not %zu",
                      n);
        return 0;
    }
    ret->items = calloc(n + 1, sizeof *ret->items);
    if (ret->items == NULL)
        return ERR_NOMEM;
    for (ret->count = 0; ret->count < n;) {
        struct geojson_feature *f = &ret->items[ret->count];
        struct geojson_reader r = {.source = source, .feature = f, .is_lone = is_lone};
        struct geojson_path path = {0};
        if (is_collection) {
            path = geojson_path_member(&path, "features");
            path = geojson_path_index(&path, ret->count);
        }
        snprintf(f->path, sizeof f->path, "%.31s", path.text);
        ret->count++;
        f->is_bare = !is_collection && !is_feature;
        if (f->is_bare)
            geojson_geometry_read(&r, &path, root);
        else
            read_feature(&r, &path,
                         is_collection ? json_array_get(features, ret->count - 1) : root);
        if (r.is_out_of_memory)
            return ERR_NOMEM;
    }
    return 0;
}

int geojson_read(struct geojson_source *source, bool is_lone,
                 struct geojson_document *ret)
{
    *ret = (struct geojson_document){0};
    /* A byte order mark is not JSON, but some editors write it. */
    if (source->n >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0) {
        source->text += 3;
        source->n -= 3;
    }
    json_error_t error;
    json_t *root = json_loadb(source->text, source->n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return ERR_NOMEM;
        struct buf text = {0};
        if (buf_printf(&text, "not JSON: %s", error.text) != 0)
            return ERR_NOMEM;
        geojson_fault_add(source, error.line > 0 ? error.line : 1,
                          error.column > 0 ? error.column : 1, &text);
        buf_finish(&text);
        return source->is_out_of_memory ? ERR_NOMEM : 0;
    }
    int rc = 0;
    if (json_is_object(root)) {
        check_crs(source, root);
        rc = read_items(source, is_lone, root, ret);
    } else {
        geojson_fault(source, "", NULL, "the file holds an object, not %s",
                      geojson_fault_type_name(root));
    }
    json_decref(root);
    return source->is_out_of_memory ? ERR_NOMEM : rc;
}

void geojson_finish(struct geojson_document *document)
{
    for (size_t i = 0; i < document->count; i++) {
        struct geojson_feature *f = &document->items[i];
        free(f->id);
        free(f->name);
        free(f->kind);
        free(f->points);
        free(f->rings);
    }
    free(document->items);
    *document = (struct geojson_document){0};
}
