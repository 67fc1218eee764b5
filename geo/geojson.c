/* SPDX-License-Identifier: Apache-2.0 */
/* GeoJSON to features as drawn: members, types, positions. Whether rings make sense on
 * the earth is zone_geometry.c's question. Every fault is reported, none ends the reading
 * but one of syntax. */
#include "geojson_int.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geojson_path_int.h"
#include "json_where_int.h"
#include "lookout/buf.h"

/* One feature in the making. */
struct reader {
    struct geojson_source *source;
    struct geojson_feature *feature;
    bool is_lone, is_out_of_memory;
};

static bool read_polygon(struct reader *r, const struct geojson_path *path,
                         const json_t *coordinates);
static bool read_multi_polygon(struct reader *r, const struct geojson_path *path,
                               const json_t *coordinates);
static bool read_line(struct reader *r, const struct geojson_path *path,
                      const json_t *coordinates);

/* clang-format off */
static const struct {
    const char *type;
    bool (*read)(struct reader *r, const struct geojson_path *path, const json_t *coordinates);
    const char *instead; /* where it is refused: what would be accepted */
} geometry_types[] = {
    {"Polygon",            read_polygon,       NULL},
    {"MultiPolygon",       read_multi_polygon, NULL},
    {"LineString",         read_line,          NULL},
    {"MultiLineString",    NULL, "a gate is one line: draw a LineString feature for each, with an id of its own"},
    {"Point",              NULL, "a zone has an extent: draw a Polygon around the point"},
    {"MultiPoint",         NULL, "a zone has an extent: draw Polygons around the points"},
    {"GeometryCollection", NULL, "use one MultiPolygon, or a feature for each part"},
};
/* clang-format on */
enum { GEOMETRY_TYPES = sizeof geometry_types / sizeof geometry_types[0] };

static void add_fault(struct geojson_source *source, int line, int col, struct buf *text)
{
    struct zone_faults *faults = source->faults;
    struct zone_fault *items = NULL;
    char *copy = buf_take(text);
    if (copy != NULL)
        items = realloc(faults->items, (faults->count + 1) * sizeof *items);
    if (items == NULL) {
        free(copy);
        source->is_out_of_memory = true;
        return;
    }
    faults->items = items;
    items[faults->count++] = (struct zone_fault){.line = line, .col = col, .text = copy};
}

void geojson_fault(struct geojson_source *source, const char *path, const char *id,
                   const char *format, ...)
{
    struct buf text = {0};
    int line = 0, col = 0, code = 0;
    json_where(source->text, source->n, path, &line, &col);
    if (*path != '\0')
        code = buf_add_text(&text, path);
    if (code == 0 && id != NULL)
        code = buf_printf(&text, "%s(id \"%s\")", *path != '\0' ? " " : "", id);
    if (code == 0 && text.length != 0)
        code = buf_add_text(&text, ": ");
    va_list args;
    va_start(args, format);
    if (code == 0)
        code = buf_vprintf(&text, format, args);
    va_end(args);
    if (code == 0)
        add_fault(source, line, col, &text);
    else
        source->is_out_of_memory = true;
    buf_finish(&text);
}

void zone_faults_finish(struct zone_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->items[i].text);
    free(faults->items);
    *faults = (struct zone_faults){0};
}

/* The fault of a feature: marks it. */
#define FAULT(r, path, ...)                                                              \
    do {                                                                                 \
        (r)->feature->has_fault = true;                                                  \
        geojson_fault((r)->source, (path)->text, (r)->feature->id, __VA_ARGS__);         \
    } while (0)

static const char *type_name(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null"};
    return value == NULL ? "nothing" : names[json_typeof(value)];
}

static bool reserve(struct reader *r, void **items, size_t *room, size_t count,
                    size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *grown = realloc(*items, more * size);
    if (grown == NULL) {
        r->is_out_of_memory = true;
        return false;
    }
    *items = grown;
    *room = more;
    return true;
}

static bool add_point(struct reader *r, struct geo_point p)
{
    struct geojson_feature *f = r->feature;
    void *items = f->points;
    if (!reserve(r, &items, &f->point_room, f->point_count, sizeof p))
        return false;
    f->points = items;
    f->points[f->point_count++] = p;
    return true;
}

static bool add_ring(struct reader *r, struct geojson_ring ring)
{
    struct geojson_feature *f = r->feature;
    void *items = f->rings;
    if (!reserve(r, &items, &f->ring_room, f->ring_count, sizeof ring))
        return false;
    f->rings = items;
    f->rings[f->ring_count++] = ring;
    return true;
}

/* What is wrong with a position: counted over a ring, the first one told. */
enum position_fault { POSITION_SOUND, POSITION_FORM, POSITION_LAT, POSITION_LON };

static enum position_fault read_position(const json_t *json, struct geo_point *ret)
{
    if (!json_is_array(json) || json_array_size(json) < 2 ||
        !json_is_number(json_array_get(json, 0)) ||
        !json_is_number(json_array_get(json, 1)))
        return POSITION_FORM;
    ret->lon = json_number_value(json_array_get(json, 0));
    ret->lat = json_number_value(json_array_get(json, 1));
    if (!(ret->lat >= -90 && ret->lat <= 90))
        return POSITION_LAT;
    if (!(ret->lon >= -360 && ret->lon <= 360))
        return POSITION_LON;
    return POSITION_SOUND;
}

static void position_fault(struct reader *r, const struct geojson_path *path,
                           enum position_fault fault, struct geo_point p, size_t more)
{
    char others[64] = "";
    if (more > 0)
        snprintf(others, sizeof others, "; so are %zu more positions of it", more);
    if (fault == POSITION_FORM)
        FAULT(r, path, "a position is [longitude, latitude], two numbers in degrees%s",
              others);
    else if (fault == POSITION_LON)
        FAULT(r, path, "longitude %.10g is outside -360..360%s", p.lon, others);
    else if (p.lon >= -90 && p.lon <= 90)
        FAULT(r, path,
              "latitude %.10g is outside -90..90: latitude and longitude may be swapped; "
              "GeoJSON wants [longitude, latitude]%s",
              p.lat, others);
    else
        FAULT(r, path, "latitude %.10g is outside -90..90: are these degrees?%s", p.lat,
              others);
}

/* The positions of a line or ring into the feature; false when there is a fault. */
static bool read_positions(struct reader *r, const struct geojson_path *path,
                           const json_t *json)
{
    enum position_fault first = POSITION_SOUND;
    struct geo_point first_point = {0};
    size_t first_index = 0, faults = 0, n = json_array_size(json);
    for (size_t i = 0; i < n; i++) {
        struct geo_point p = {0};
        enum position_fault fault = read_position(json_array_get(json, i), &p);
        if (fault == POSITION_SOUND) {
            if (!add_point(r, p))
                return false;
        } else if (faults++ == 0) {
            first = fault;
            first_point = p;
            first_index = i;
        }
    }
    if (faults == 0)
        return true;
    struct geojson_path at = geojson_path_index(path, first_index);
    position_fault(r, &at, first, first_point, faults - 1);
    return false;
}

/* At the resolution of all positions; 190 and -170 degrees are the same place. */
static bool is_same_place(struct geo_point a, struct geo_point b)
{
    struct geo_pos p = geo_to_pos(a), q = geo_to_pos(b);
    return p.lat_e7 == q.lat_e7 &&
           ((int64_t)p.lon_e7 - q.lon_e7) % INT64_C(3600000000) == 0;
}

static bool read_ring(struct reader *r, const struct geojson_path *path,
                      const json_t *json, struct geojson_ring ring)
{
    struct geojson_feature *f = r->feature;
    if (!json_is_array(json)) {
        FAULT(r, path, "a ring is an array of positions, not %s", type_name(json));
        return false;
    }
    ring.first = f->point_count;
    ring.count = json_array_size(json);
    if (!read_positions(r, path, json))
        return false;
    if (ring.count < 4) {
        FAULT(r, path,
              "a ring has at least 4 positions, the last one the same as the "
              "first; this has %zu",
              ring.count);
        return false;
    }
    if (!is_same_place(f->points[ring.first], f->points[ring.first + ring.count - 1])) {
        FAULT(r, path,
              "the ring is not closed: its last position differs from its first; repeat "
              "the first one at the end");
        return false;
    }
    return add_ring(r, ring);
}

static bool read_polygon(struct reader *r, const struct geojson_path *path,
                         const json_t *coordinates)
{
    size_t n = json_array_size(coordinates);
    if (!json_is_array(coordinates) || n == 0) {
        FAULT(r, path, "a Polygon is an array of at least one ring");
        return false;
    }
    bool is_sound = true;
    uint32_t polygon = (uint32_t)r->feature->polygon_count++;
    for (size_t i = 0; i < n; i++) {
        struct geojson_path at = geojson_path_index(path, i);
        struct geojson_ring ring = {.polygon = polygon, .in_order = (uint32_t)i};
        is_sound &= read_ring(r, &at, json_array_get(coordinates, i), ring);
    }
    return is_sound;
}

static bool read_multi_polygon(struct reader *r, const struct geojson_path *path,
                               const json_t *coordinates)
{
    size_t n = json_array_size(coordinates);
    if (!json_is_array(coordinates) || n == 0) {
        FAULT(r, path, "a MultiPolygon is an array of at least one polygon");
        return false;
    }
    bool is_sound = true;
    r->feature->is_multi = true;
    for (size_t i = 0; i < n; i++) {
        struct geojson_path at = geojson_path_index(path, i);
        is_sound &= read_polygon(r, &at, json_array_get(coordinates, i));
    }
    return is_sound;
}

static bool read_line(struct reader *r, const struct geojson_path *path,
                      const json_t *coordinates)
{
    r->feature->shape = ZONE_GATE;
    if (r->is_lone) {
        FAULT(r, path, "an area is a Polygon or a MultiPolygon, not a LineString");
        return false;
    }
    if (!json_is_array(coordinates) || json_array_size(coordinates) < 2) {
        FAULT(r, path, "a LineString is an array of at least two positions");
        return false;
    }
    return read_positions(r, path, coordinates) &&
           add_ring(r, (struct geojson_ring){.count = r->feature->point_count});
}

static void read_geometry(struct reader *r, const struct geojson_path *path,
                          const json_t *geometry)
{
    if (!json_is_object(geometry)) {
        FAULT(r, path, "the geometry is a Polygon, MultiPolygon or LineString, not %s",
              type_name(geometry));
        return;
    }
    struct geojson_path at = geojson_path_member(path, "type");
    const json_t *type = json_object_get(geometry, "type");
    for (int i = 0; i < GEOMETRY_TYPES; i++) {
        if (!json_is_string(type) ||
            strcmp(json_string_value(type), geometry_types[i].type) != 0)
            continue;
        if (geometry_types[i].read == NULL) {
            FAULT(r, &at, "%s is not accepted: %s", geometry_types[i].type,
                  geometry_types[i].instead);
            return;
        }
        at = geojson_path_member(path, "coordinates");
        geometry_types[i].read(r, &at, json_object_get(geometry, "coordinates"));
        return;
    }
    FAULT(r, &at, "the type is Polygon, MultiPolygon or LineString%s%s%s",
          json_is_string(type) ? ", not \"" : "",
          json_is_string(type) ? json_string_value(type) : "",
          json_is_string(type) ? "\"" : "");
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

#define ID_BYTES_MAX 200

static void read_id(struct reader *r, const struct geojson_path *path, const json_t *id)
{
    if (id == NULL && r->is_lone)
        return;
    char number[32];
    const char *text = json_is_string(id) ? json_string_value(id) : number;
    if (json_is_integer(id)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
    } else if (!json_is_string(id)) {
        FAULT(r, path, "every zone needs an id, a text or a whole number; this is %s",
              type_name(id));
        return;
    }
    if (*text == '\0' || strlen(text) > ID_BYTES_MAX || !is_printable(text)) {
        FAULT(r, path, "an id has 1 to %d bytes and no control characters", ID_BYTES_MAX);
        return;
    }
    r->feature->id = strdup(text);
    r->is_out_of_memory |= r->feature->id == NULL;
}

static void read_text(struct reader *r, const struct geojson_path *path,
                      const json_t *json, char **ret)
{
    if (json == NULL || json_is_null(json))
        return;
    if (!json_is_string(json) || !is_printable(json_string_value(json))) {
        FAULT(r, path, "this is a text without control characters, not %s",
              json_is_string(json) ? "such a one" : type_name(json));
        return;
    }
    if (*json_string_value(json) == '\0')
        return;
    *ret = strdup(json_string_value(json));
    r->is_out_of_memory |= *ret == NULL;
}

static void read_properties(struct reader *r, const struct geojson_path *path,
                            const json_t *feature)
{
    const json_t *properties = json_object_get(feature, "properties");
    if (r->is_lone && (properties == NULL || json_is_null(properties)))
        return;
    struct geojson_path at = geojson_path_member(path, "properties");
    if (!json_is_object(properties)) {
        FAULT(r, &at, "properties is an object with at least an id, not %s",
              type_name(properties));
        return;
    }
    struct geojson_path id_at = geojson_path_member(&at, "id");
    const json_t *id = json_object_get(properties, "id");
    if (id == NULL && !r->is_lone && json_object_get(feature, "id") != NULL)
        FAULT(r, &id_at,
              "the id is missing: it is read from properties, not from the "
              "feature's own member");
    else
        read_id(r, &id_at, id);
    struct geojson_path text_at = geojson_path_member(&at, "name");
    read_text(r, &text_at, json_object_get(properties, "name"), &r->feature->name);
    text_at = geojson_path_member(&at, "kind");
    read_text(r, &text_at, json_object_get(properties, "kind"), &r->feature->kind);
}

static void read_feature(struct reader *r, const struct geojson_path *path,
                         const json_t *json)
{
    if (!json_is_object(json)) {
        FAULT(r, path, "a feature is an object, not %s", type_name(json));
        return;
    }
    const char *type = json_string_value(json_object_get(json, "type"));
    if (type == NULL || strcmp(type, "Feature") != 0) {
        struct geojson_path at = geojson_path_member(path, "type");
        FAULT(r, &at, "the type is \"Feature\"%s%s%s", type != NULL ? ", not \"" : "",
              type != NULL ? type : "", type != NULL ? "\"" : "");
        return;
    }
    read_properties(r, path, json);
    struct geojson_path at = geojson_path_member(path, "geometry");
    read_geometry(r, &at, json_object_get(json, "geometry"));
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
    if (feature->shape == ZONE_AREA)
        path = geojson_path_index(&path, feature->rings[ring].in_order);
    memcpy(ret_path, path.text, sizeof path.text);
}

/* GeoJSON of 2008 could name another reference system; RFC 7946 cannot. */
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
                      type_name(features));
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
        struct reader r = {.source = source, .feature = f, .is_lone = is_lone};
        struct geojson_path path = {0};
        if (is_collection) {
            path = geojson_path_member(&path, "features");
            path = geojson_path_index(&path, ret->count);
        }
        snprintf(f->path, sizeof f->path, "%.31s", path.text);
        ret->count++;
        f->is_bare = !is_collection && !is_feature;
        if (f->is_bare)
            read_geometry(&r, &path, root);
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
    /* A byte order mark is not JSON, but editors leave it. */
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
        add_fault(source, error.line > 0 ? error.line : 1,
                  error.column > 0 ? error.column : 1, &text);
        buf_finish(&text);
        return source->is_out_of_memory ? ERR_NOMEM : 0;
    }
    int code = 0;
    if (json_is_object(root)) {
        check_crs(source, root);
        code = read_items(source, is_lone, root, ret);
    } else {
        geojson_fault(source, "", NULL, "the file holds an object, not %s",
                      type_name(root));
    }
    json_decref(root);
    return source->is_out_of_memory ? ERR_NOMEM : code;
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
