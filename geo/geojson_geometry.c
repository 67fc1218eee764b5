/* SPDX-License-Identifier: Apache-2.0 */
/* Geometries of GeoJSON as drawn: types, rings, positions. Faults in the positions of one
 * ring are reported once, with their number. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geojson_reader_int.h"
#include "lookout/base/array.h"

static bool read_polygon(struct geojson_reader *r, const struct geojson_path *path,
                         const json_t *coordinates);
static bool read_multi_polygon(struct geojson_reader *r, const struct geojson_path *path,
                               const json_t *coordinates);
static bool read_line_string(struct geojson_reader *r, const struct geojson_path *path,
                             const json_t *coordinates);

/* clang-format off */
static const struct {
    const char *type;
    bool (*read)(struct geojson_reader *r, const struct geojson_path *path, const json_t *coordinates);
    const char *instead; /* if refused: the types that are accepted */
} geometry_types[] = {
    {"Polygon",            read_polygon,       NULL},
    {"MultiPolygon",       read_multi_polygon, NULL},
    {"LineString",         read_line_string,          NULL},
    {"MultiLineString",    NULL, "a gate is one line: draw a LineString feature for each, with an id of its own"},
    {"Point",              NULL, "a zone has an extent: draw a Polygon around the point"},
    {"MultiPoint",         NULL, "a zone has an extent: draw Polygons around the points"},
    {"GeometryCollection", NULL, "use one MultiPolygon, or a feature for each part"},
};
/* clang-format on */
enum { GEOMETRY_TYPES = sizeof geometry_types / sizeof geometry_types[0] };

static bool reserve_items(struct geojson_reader *r, void *items, size_t *room,
                          size_t count, size_t size)
{
    if (array_grow(items, room, count, size) == 0)
        return true;
    r->is_out_of_memory = true;
    return false;
}

static bool add_geometry_point(struct geojson_reader *r, struct geo_point p)
{
    struct geojson_feature *f = r->feature;
    if (!reserve_items(r, &f->points, &f->point_room, f->point_count + 1, sizeof p))
        return false;
    f->points[f->point_count++] = p;
    return true;
}

static bool add_ring(struct geojson_reader *r, struct geojson_ring ring)
{
    struct geojson_feature *f = r->feature;
    if (!reserve_items(r, &f->rings, &f->ring_room, f->ring_count + 1, sizeof ring))
        return false;
    f->rings[f->ring_count++] = ring;
    return true;
}

/* The kinds of fault of a position. The faults of a ring are counted, and the first is
 * reported. */
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

static void position_fault(struct geojson_reader *r, const struct geojson_path *path,
                           enum position_fault fault, struct geo_point p, size_t more)
{
    char others[64] = "";
    if (more > 0)
        snprintf(others, sizeof others, "; so are %zu more positions of it", more);
    if (fault == POSITION_FORM)
        GEOJSON_FAULT(r, path,
                      "a position is [longitude, latitude], two numbers in degrees%s",
                      others);
    else if (fault == POSITION_LON)
        GEOJSON_FAULT(r, path, "longitude %.10g is outside -360..360%s", p.lon, others);
    else if (p.lon >= -90 && p.lon <= 90)
        GEOJSON_FAULT(
            r, path,
            "latitude %.10g is outside -90..90: latitude and longitude may be swapped; "
            "GeoJSON wants [longitude, latitude]%s",
            p.lat, others);
    else
        GEOJSON_FAULT(r, path, "latitude %.10g is outside -90..90: are these degrees?%s",
                      p.lat, others);
}

/* Read the positions of a line or ring into the feature; false when there is a fault. */
static bool read_positions(struct geojson_reader *r, const struct geojson_path *path,
                           const json_t *json)
{
    enum position_fault first = POSITION_SOUND;
    struct geo_point first_point = {0};
    size_t first_index = 0, faults = 0, n = json_array_size(json);
    for (size_t i = 0; i < n; i++) {
        struct geo_point p = {0};
        enum position_fault fault = read_position(json_array_get(json, i), &p);
        if (fault == POSITION_SOUND) {
            if (!add_geometry_point(r, p))
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

/* Compare at the resolution of positions. 190 and -170 degrees are the same place. */
static bool is_same_place(struct geo_point a, struct geo_point b)
{
    struct geo_pos p = geo_to_pos(a), q = geo_to_pos(b);
    return p.lat_e7 == q.lat_e7 &&
           ((int64_t)p.lon_e7 - q.lon_e7) % INT64_C(3600000000) == 0;
}

/* A box as wide as the whole globe, drawn with four corners, has no width after its
 * longitudes are folded. A ring that reaches a pole is reported later, by
 * zone_geometry.c. */
static bool has_whole_turn(struct geojson_reader *r, const struct geojson_path *path,
                           const struct geojson_ring *ring)
{
    const struct geo_point *p = r->feature->points + ring->first;
    for (size_t i = 1; i < ring->count; i++) {
        bool is_along_pole = fabs(p[i].lat) == 90 && p[i].lat == p[i - 1].lat;
        if (fabs(p[i].lon - p[i - 1].lon) < 360 || is_along_pole)
            continue;
        struct geojson_path at = geojson_path_index(path, i);
        GEOJSON_FAULT(r, &at,
                      "a step of %.10g degrees of longitude leads nowhere: follow the "
                      "parallel in steps of at most 180 degrees; zones around a pole are "
                      "not supported",
                      fabs(p[i].lon - p[i - 1].lon));
        return true;
    }
    return false;
}

static bool read_ring(struct geojson_reader *r, const struct geojson_path *path,
                      const json_t *json, struct geojson_ring ring)
{
    struct geojson_feature *f = r->feature;
    if (!json_is_array(json)) {
        GEOJSON_FAULT(r, path, "a ring is an array of positions, not %s",
                      geojson_fault_type_name(json));
        return false;
    }
    ring.first = f->point_count;
    ring.count = json_array_size(json);
    if (!read_positions(r, path, json))
        return false;
    if (ring.count < 4) {
        GEOJSON_FAULT(r, path,
                      "a ring has at least 4 positions, the last one the same as the "
                      "first; this has %zu",
                      ring.count);
        return false;
    }
    if (!is_same_place(f->points[ring.first], f->points[ring.first + ring.count - 1])) {
        GEOJSON_FAULT(
            r, path,
            "the ring is not closed: its last position differs from its first; repeat "
            "the first one at the end");
        return false;
    }
    return !has_whole_turn(r, path, &ring) && add_ring(r, ring);
}

static bool read_polygon(struct geojson_reader *r, const struct geojson_path *path,
                         const json_t *coordinates)
{
    size_t n = json_array_size(coordinates);
    if (!json_is_array(coordinates) || n == 0) {
        GEOJSON_FAULT(r, path, "a Polygon is an array of at least one ring");
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

static bool read_multi_polygon(struct geojson_reader *r, const struct geojson_path *path,
                               const json_t *coordinates)
{
    size_t n = json_array_size(coordinates);
    if (!json_is_array(coordinates) || n == 0) {
        GEOJSON_FAULT(r, path, "a MultiPolygon is an array of at least one polygon");
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

static bool read_line_string(struct geojson_reader *r, const struct geojson_path *path,
                             const json_t *coordinates)
{
    r->feature->shape = ZONE_GATE;
    if (r->is_lone && !r->feature->has_width) {
        GEOJSON_FAULT(r, path,
                      "an area is a Polygon, a MultiPolygon, or a LineString whose "
                      "feature has a width, such as \"500m\"; this one has none");
        return false;
    }
    if (!json_is_array(coordinates) || json_array_size(coordinates) < 2) {
        GEOJSON_FAULT(r, path, "a LineString is an array of at least two positions");
        return false;
    }
    return read_positions(r, path, coordinates) &&
           add_ring(r, (struct geojson_ring){.count = r->feature->point_count});
}

void geojson_geometry_read(struct geojson_reader *r, const struct geojson_path *path,
                           const json_t *geometry)
{
    if (!json_is_object(geometry)) {
        GEOJSON_FAULT(r, path,
                      "the geometry is a Polygon, MultiPolygon or LineString, not %s",
                      geojson_fault_type_name(geometry));
        return;
    }
    struct geojson_path at = geojson_path_member(path, "type");
    const json_t *type = json_object_get(geometry, "type");
    for (int i = 0; i < GEOMETRY_TYPES; i++) {
        if (!json_is_string(type) ||
            strcmp(json_string_value(type), geometry_types[i].type) != 0)
            continue;
        if (geometry_types[i].read == NULL) {
            GEOJSON_FAULT(r, &at, "%s is not accepted: %s", geometry_types[i].type,
                          geometry_types[i].instead);
            return;
        }
        at = geojson_path_member(path, "coordinates");
        geometry_types[i].read(r, &at, json_object_get(geometry, "coordinates"));
        return;
    }
    GEOJSON_FAULT(r, &at, "the type is Polygon, MultiPolygon or LineString%s%s%s",
                  json_is_string(type) ? ", not \"" : "",
                  json_is_string(type) ? json_string_value(type) : "",
                  json_is_string(type) ? "\"" : "");
}
