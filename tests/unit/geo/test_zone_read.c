/* SPDX-License-Identifier: Apache-2.0 */
/* Reading zones: the accepted texts, and the report of each fault. */
#include <geodesic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/zonelib.h"
#include "lookout/base/buf.h"

#define GEOMETRY(g)                                                                      \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"a\"},\"geometry\":" g "}"
#define POLYGON(c) GEOMETRY("{\"type\":\"Polygon\",\"coordinates\":" c "}")
#define SQUARE "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]"
#define PROPERTIES(p)                                                                    \
    "{\"type\":\"Feature\",\"properties\":" p                                            \
    ",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":" SQUARE "}}"

/* clang-format off */
static const struct {
    const char *text, *fault;
    int line, col;
} faults[] = {
    {"",                                            "not JSON",                                      1, 1},
    {"{\n \"type\": \"Feature\",,}",                "not JSON",                                      2, 20},
    {"{\"type\":1,\"type\":2}",                     "duplicate object key",                          1, 16},
    {"[]",                                          "the file holds an object, not an array",        1, 1},
    {"{\"type\":\"Polygon\",\"coordinates\":" SQUARE "}", "type: the file holds a FeatureCollection or a Feature, not \"Polygon\"", 1, 9},
    {"{\"type\":\"FeatureCollection\"}",            "features: features is an array, not nothing",   1, 1},
    {"{\"type\":\"FeatureCollection\",\"features\":[\n3]}", "features[0]: a feature is an object, not a number", 2, 1},
    {"{\"type\":\"FeatureCollection\",\"features\":[{}]}",  "features[0].type: the type is \"Feature\"", 1, 41},
    {PROPERTIES("null"),                            "properties is an object with at least an id, not null", 1, 32},
    {PROPERTIES("{}"),                              "properties.id: every zone needs an id, a text or a whole number; this is nothing", 1, 32},
    {PROPERTIES("{\"id\":1.5}"),                    "every zone needs an id, a text or a whole number; this is a number", 1, 38},
    {PROPERTIES("{\"id\":\"\"}"),                   "an id has 1 to 200 bytes",                      1, 38},
    {PROPERTIES("{\"id\":\"a\\u0007\"}"),           "no control characters",                         1, 38},
    {PROPERTIES("{\"id\":\"a\",\"name\":[]}"),      "properties.name (id \"a\"): this is a text",    1, 49},
    {PROPERTIES("{\"id\":\"a\",\"kind\":true}"),    "properties.kind (id \"a\"): this is a text without control characters, not true", 1, 49},
    {GEOMETRY("null"),                              "geometry (id \"a\"): the geometry is a Polygon, MultiPolygon or LineString, not null", 1, 54},
    {GEOMETRY("{\"type\":\"Circle\"}"),             "geometry.type (id \"a\"): the type is Polygon, MultiPolygon or LineString, not \"Circle\"", 1, 62},
    {GEOMETRY("{\"type\":\"Point\",\"coordinates\":[0,0]}"), "Point is not accepted: a zone has an extent", 1, 62},
    {GEOMETRY("{\"type\":\"MultiLineString\",\"coordinates\":[]}"), "MultiLineString is not accepted: a gate is one line: draw a LineString feature for each", 1, 62},
    {GEOMETRY("{\"type\":\"GeometryCollection\"}"), "GeometryCollection is not accepted",            1, 62},
    {GEOMETRY("{\"type\":\"LineString\",\"coordinates\":[[0,0]]}"), "a LineString is an array of at least two positions", 1, 89},
    {GEOMETRY("{\"type\":\"LineString\",\"coordinates\":[[1,2],[361,2]]}"), "coordinates[1] (id \"a\"): longitude 361 is outside -360..360", 1, 96},
    {GEOMETRY("{\"type\":\"LineString\",\"coordinates\":[[1,2],[1,2]]}"), "the line has no extent", 1, 89},
    {GEOMETRY("{\"type\":\"MultiPolygon\",\"coordinates\":[]}"), "a MultiPolygon is an array of at least one polygon", 1, 91},
    {POLYGON("[]"),                                 "a Polygon is an array of at least one ring",    1, 86},
    {POLYGON("[7]"),                                "coordinates[0] (id \"a\"): a ring is an array of positions, not a number", 1, 87},
    {POLYGON("[[[0,0],[1,0],[0,0]]]"),              "a ring has at least 4 positions",               1, 87},
    {POLYGON("[[[0,0],[1,0],[1,1],[0,1]]]"),        "the ring is not closed",                        1, 87},
    {POLYGON("[[[0,0],[1],[1,1],[0,0]]]"),          "coordinates[0][1] (id \"a\"): a position is [longitude, latitude]", 1, 94},
    {POLYGON("[[[0,0],[\"1\",0],[1,1],[0,0]]]"),    "a position is [longitude, latitude], two numbers in degrees", 1, 94},
    {POLYGON("[[[34,127],[35,127],[35,128],[34,127]]]"), "latitude 127 is outside -90..90: latitude and longitude may be swapped; GeoJSON wants [longitude, latitude]; so are 3 more positions of it", 1, 88},
    {POLYGON("[[[127,340],[128,34],[128,35],[127,340]]]"), "latitude 340 is outside -90..90: are these degrees?; so are 1 more", 1, 88},
    {POLYGON("[[[0,0],[1,1],[1,0],[0,1],[0,0]]]"),  "Self-intersection at longitude 0.5000000, latitude 0.5000000; two edges cross", 1, 87},
    {POLYGON("[[[0,0],[2,0],[2,2],[0,2],[0,0]],[[5,5],[6,5],[6,6],[5,5]]]"), "Hole lies outside shell at longitude 5.0000000, latitude 5.0000000; move the hole", 1, 87},
    {POLYGON("[[[0,0],[1,0],[1,0],[0,0]]]"),        "Too few points in geometry component",          1, 87},
    {POLYGON("[[[-180,80],[0,80],[180,80],[180,90],[-180,90],[-180,80]]]"), "coordinates[0] (id \"a\"): the ring goes around a pole", 1, 87},
    {POLYGON("[[[-180,80],[-90,80],[0,80],[90,80],[180,80],[-180,80]]]"), "zones around a pole are not supported", 1, 131},
    {POLYGON("[[[-180,-60],[180,-60],[180,60],[-180,60],[-180,-60]]]"), "coordinates[0][1] (id \"a\"): a step of 360 degrees of longitude leads nowhere", 1, 99},
    {POLYGON("[[[0,80],[120,80],[-120,80],[0,80]]]"), "the ring goes around a pole",                 1, 87},
    {POLYGON("[[[0,-80],[-120,-80],[120,-80],[0,-80]]]"), "zones around a pole are not supported",   1, 87},
    {POLYGON("[[[0,80],[10,90],[20,80],[0,80]]]"),  "the ring reaches a pole",                       1, 87},
    {POLYGON("[[[0,0],[1e-8,0],[1e-8,1e-8],[0,0]]]"), "the ring has no extent at a resolution of 1e-7 degree", 1, 87},
    {GEOMETRY("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[2,0],[2,2],[0,2],[0,0]]],[[[1,1],[3,1],[3,3],[1,3],[1,1]]]]}"), "coordinates[1][0] (id \"a\"): Overlap at longitude 1.5000000, latitude 1.5000000; parts of one MultiPolygon must not overlap", 1, 127},
    {"{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3857\"}},\"features\":[]}", "crs: zones are read as WGS 84 longitude and latitude (RFC 7946); convert the file from \"EPSG:3857\"", 1, 35},
};
/* clang-format on */
enum { FAULTS = sizeof faults / sizeof faults[0] };

static void test_each_fault(void **state)
{
    size_t wrong = 0;
    for (size_t i = 0; i < FAULTS; i++) {
        struct zone_faults found = {0};
        struct zone_builder *b = zone_set_builder_create();
        assert_int_equal(
            zone_set_builder_add(b, "f", faults[i].text, strlen(faults[i].text), &found),
            ERR_INVALID);
        assert_int_equal(found.count, 1);
        const struct zone_fault *fault = &found.items[0];
        if (strstr(fault->text, faults[i].fault) == NULL ||
            fault->line != faults[i].line || fault->col != faults[i].col) {
            print_message("row %zu: %d:%d: %s\n  wanted %d:%d: %s\n", i, fault->line,
                          fault->col, fault->text, faults[i].line, faults[i].col,
                          faults[i].fault);
            wrong++;
        }
        geojson_fault_finish_list(&found);
        zone_set_builder_destroy(b);
    }
    assert_int_equal(wrong, 0);
}

/* All faults are reported at once, in the order of the file; ids must be unique over all
 * files. */
static void test_all_faults_of_two_files(void **state)
{
    static const char first[] =
        "{\"type\":\"FeatureCollection\",\"features\":[\n" PROPERTIES("{\"id\":7}") "]}";
    static const char second[] =
        "{\"type\":\"FeatureCollection\",\"features\":[\n" /* 1 */
        POLYGON("[[[0,0],[1,1],[1,0],[0,1],[0,0]],[[0,0]]]") ",\n" PROPERTIES(
            "{\"id\":\"7\"}") ",\n"                     /* 3 */
        PROPERTIES("{\"id\":\"a\"}") ",\n"              /* 4 */
        PROPERTIES("{\"id\":\"b\"}") ",\n"              /* 5 */
        PROPERTIES("{\"id\":\"b\",\"name\":1}") "]}\n"; /* 6 */
    struct zone_faults found = {0};
    struct zone_builder *b = zone_set_builder_create();
    assert_int_equal(zone_set_builder_add(b, "one.json", first, strlen(first), &found),
                     0);
    assert_int_equal(zone_set_builder_add(b, "two.json", second, strlen(second), &found),
                     ERR_INVALID);
    static const struct {
        int line;
        const char *text;
    } wanted[] = {
        {2, "features[0].geometry.coordinates[1] (id \"a\"): a ring has at least 4"},
        {3, "features[1].properties.id (id \"7\"): this id is taken by features[0] of "
            "one.json"},
        {4, "features[2].properties.id (id \"a\"): this id is taken by features[0]"},
        {6, "features[4].properties.id (id \"b\"): this id is taken by features[3]"},
        {6, "features[4].properties.name (id \"b\")"},
    };
    assert_int_equal(found.count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < found.count; i++) {
        print_message("%d:%d: %s\n", found.items[i].line, found.items[i].col,
                      found.items[i].text);
        assert_int_equal(found.items[i].line, wanted[i].line);
        assert_non_null(strstr(found.items[i].text, wanted[i].text));
    }
    geojson_fault_finish_list(&found);
    zone_set_builder_destroy(b);
}

static void test_what_is_known_of_zones(void **state)
{
    struct zone_set *set = test_zone_set(
        "\xEF\xBB\xBF{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\","
        "\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},\"features\":["
        "{\"type\":\"Feature\",\"id\":9,\"properties\":{\"id\":42,\"name\":\"B\\u00e4y\","
        "\"kind\":\"box\",\"more\":[1]},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[10,50,7],[11,50,7],[11,51,7],[10,51,7],[10,50,7]],"
        "[[10.2,50.2],[10.2,50.4],[10.4,50.4],[10.2,50.2]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"g\",\"name\":null},\"geometry\":"
        "{\"type\":\"LineString\",\"coordinates\":[[179,0],[-179,0]]}}]}");
    assert_int_equal(zone_set_count(set), 2);
    const struct zone_info *box = zone_set_info(set, 0), *gate = zone_set_info(set, 1);
    assert_string_equal(box->id, "42");
    assert_string_equal(box->name, "B\xc3\xa4y");
    assert_string_equal(box->kind, "box");
    assert_int_equal(box->shape, ZONE_AREA);
    assert_int_equal(box->vertices, 7);
    assert_false(box->antimeridian);
    assert_near(box->low.lat, 50, 0);
    assert_near(box->high.lon, 11, 0);
    assert_string_equal(gate->name, "g");
    assert_string_equal(gate->kind, "");
    assert_int_equal(gate->shape, ZONE_GATE);
    assert_true(gate->antimeridian);
    assert_near(gate->low.lon, 179, 0);
    assert_near(gate->high.lon, -179, 0);
    /* Two degrees of the equator of WGS 84. */
    assert_near(gate->length_m, 2 * 111319.49079327358, 1e-3);
    assert_int_equal(zone_set_find(set, "g"), 1);
    assert_int_equal(zone_set_find(set, "42"), 0);
    assert_int_equal(zone_set_find(set, "nothing"), -1);
    assert_int_equal(zone_set_ring_count(set, 0), 2);
    assert_int_equal(zone_set_ring_size(set, 0, 1), 4);
    assert_near(zone_set_ring_point(set, 0, 1, 1).lat, 50.4, 1e-9);
    assert_near(zone_set_ring_point(set, 1, 0, 1).lon, 181, 1e-9);
    zone_set_destroy(set);
}

/* The whole ellipsoid has 510065621.724 km2 (Karney 2013, section 6). Bands of 0.0000001
 * degree at the poles are missing: less than a thousandth of a m2. */
static void test_area(void **state)
{
    struct zone_set *set = test_zone_set(
        POLYGON("[[[0,-89.9999999],[90,-89.9999999],[180,-89.9999999],[180,89.9999999],"
                "[90,89.9999999],[0,89.9999999],[0,-89.9999999]]]"));
    assert_near(zone_set_info(set, 0)->area_km2, 510065621.724 / 2, 0.01);
    zone_set_destroy(set);
    /* The same as PROJ's geodesic polygon, drawn in steps so small that they do not
     * differ from straight ones. */
    set = test_zone_set(POLYGON("[[[10,50],[13,51],[12,55],[9,53],[10,50]]]"));
    static const double corners[5][2] = {{10, 50}, {13, 51}, {12, 55}, {9, 53}, {10, 50}};
    struct geod_geodesic wgs84;
    struct geod_polygon polygon;
    double area_m2 = 0;
    geod_init(&wgs84, 6378137, 1 / 298.257223563);
    geod_polygon_init(&polygon, 0);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2000; k++) {
            double t = k / 2000.0;
            const double *a = corners[i], *b = corners[i + 1];
            geod_polygon_addpoint(&wgs84, &polygon, a[1] + (b[1] - a[1]) * t,
                                  a[0] + (b[0] - a[0]) * t);
        }
    geod_polygon_compute(&wgs84, &polygon, 0, 1, &area_m2, NULL);
    assert_near(zone_set_info(set, 0)->area_km2, area_m2 / 1e6, 0.01);
    zone_set_destroy(set);
}

static void test_empty(void **state)
{
    struct zone_set *set =
        test_zone_set("{\"type\":\"FeatureCollection\",\"features\":[]}");
    assert_int_equal(zone_set_count(set), 0);
    assert_int_equal(zone_set_at(set, test_pos(0, 0), NULL, 0), 0);
    struct test_along along;
    test_zone_along(set, test_pos(0, 0), test_pos(1, 1), &along);
    assert_int_equal(along.count, 0);
    assert_int_equal(zone_distance_near(set, test_pos(0, 0), 1e6, NULL, 0), 0);
    assert_int_equal(zone_set_find(set, "a"), -1);
    zone_set_destroy(set);
}

static void test_geometry_hash(void **state)
{
    struct zone_set *a = test_zone_set(POLYGON(SQUARE)),
                    *b = test_zone_set(PROPERTIES("{\"id\":\"b\"}")),
                    *c = test_zone_set(
                        POLYGON("[[[0,0],[1,0],[1,1.0000001],[0,1],[0,0]]]")),
                    *d = test_zone_set(POLYGON("[[[5,0],[6,0],[6,1],[5,1],[5,0]]]"));
    assert_true(zone_set_info(a, 0)->geometry == zone_set_info(b, 0)->geometry);
    assert_true(zone_set_info(a, 0)->geometry != zone_set_info(c, 0)->geometry);
    assert_true(zone_set_info(a, 0)->geometry != zone_set_info(d, 0)->geometry);
    zone_set_destroy(a);
    zone_set_destroy(b);
    zone_set_destroy(c);
    zone_set_destroy(d);
}

static void test_area_for_ports(void **state)
{
    struct zone_set *set = NULL;
    struct err err = {0};
    static const char bare[] = "{\"type\":\"Polygon\",\"coordinates\":" SQUARE "}";
    static const char feature[] = PROPERTIES("{\"name\":\"Inner\"}");
    static const char line[] = "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]}";
    static const char two[] = "{\"type\":\"FeatureCollection\",\"features\":[" PROPERTIES(
        "null") "," PROPERTIES("null") "]}";
    assert_int_equal(zone_set_read_area(bare, strlen(bare), &set, &err), 0);
    assert_true(zone_set_contains(set, 0, test_pos(0.5, 0.5)));
    zone_set_destroy(set);
    assert_int_equal(zone_set_read_area(feature, strlen(feature), &set, &err), 0);
    assert_string_equal(zone_set_info(set, 0)->name, "Inner");
    zone_set_destroy(set);
    set = NULL;
    assert_int_equal(zone_set_read_area(line, strlen(line), &set, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "an area is a Polygon, a MultiPolygon, or a "
                                     "LineString whose feature has a width"));
    assert_int_equal(err.col, 36);
    assert_int_equal(zone_set_read_area(two, strlen(two), &set, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "exactly one feature, not 2"));
    assert_null(set);
}

static void test_ten_thousand_vertices(void **state)
{
    struct buf text = {0};
    assert_int_equal(buf_add_text(&text,
                                  "{\"type\":\"Feature\",\"properties\":{\"id\":1},"
                                  "\"geometry\":{\"type\":\"Polygon\",\"coordinates\""
                                  ":[["),
                     0);
    /* A saw: 5,000 teeth along 50 degrees of the 10th parallel. */
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_printf(&text, "[%.3f,%d],", i * 0.005, 10 + i % 2), 0);
    assert_int_equal(buf_add_text(&text, "[50,0],[0,0],[0,10]]]}}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    assert_int_equal(zone_set_info(set, 0)->vertices, 10002);
    for (int i = 2; i < 9998; i++) {
        assert_int_equal(zone_set_contains(set, 0, test_pos(10.9, i * 0.005)), i % 2);
        assert_true(zone_set_contains(set, 0, test_pos(9.9, i * 0.005)));
    }
    assert_true(zone_set_index_bytes(set) < 5000000);
    zone_set_destroy(set);
    buf_finish(&text);
}

TEST_MAIN(NULL, NULL, TEST(test_each_fault), TEST(test_all_faults_of_two_files),
          TEST(test_what_is_known_of_zones), TEST(test_area), TEST(test_empty),
          TEST(test_geometry_hash), TEST(test_area_for_ports),
          TEST(test_ten_thousand_vertices))
