/* SPDX-License-Identifier: Apache-2.0 */
/* Corridors: places at a known distance from a line are inside or outside. PROJ's
 * geodesics measure the distance, to the nearest of very many points of the line. Also
 * tested: the faults that are reported for widths that make no corridor. */
#include <geodesic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/zonelib.h"
#include "lookout/base/buf.h"

enum { KNOTS_MAX = 2048 };

/* A line and the width of its corridor. */
struct course {
    const char *what;
    double width_m;
    size_t count;
    double knots[8][2]; /* longitude, latitude */
};

/* clang-format off */
static const struct course courses[] = {
    {"a cable along the equator",            1852,   2, {{10, 0}, {13, 0}}},
    {"along a parallel of the far north",    3704,   2, {{10, 78}, {40, 78}}},
    {"from north to south",                  926,    2, {{-30, 71}, {-30, 55}}},
    {"a cable with bends",                   1852,   6, {{24.7, 59.9}, {24.2, 59.6}, {24.6, 59.5}, {24.1, 59.45}, {22, 59.2}, {19, 57.9}}},
    {"a hairpin, there and back",            5556,   3, {{5, 52}, {6, 52.3}, {5, 52}}},
    {"a bend within the width",              18520,  5, {{5, 52}, {5.1, 52}, {5.1, 52.05}, {5.0, 52.05}, {4.8, 52.06}}},
    {"a crossing of itself",                 1000,   4, {{5, 52}, {6, 52.3}, {6, 52}, {5, 52.3}}},
    {"over the antimeridian",                3704,   3, {{178.5, -17}, {-179, -18}, {-177, -16}}},
    {"over it with running longitudes",      3704,   3, {{178.5, -17}, {181, -18}, {183, -16}}},
    {"10 m wide",                            10,     3, {{126, 36}, {126.01, 36.01}, {126.03, 36}}},
    {"the widest",                           185200, 3, {{-60, 40}, {-40, 45}, {-10, 50}}},
    {"the widest, far north",                185200, 2, {{0, 84}, {60, 86}}},
    {"an ocean",                             1852,   3, {{-74, 40}, {-40, 48}, {-9, 39}}},
};
/* clang-format on */
enum { COURSES = sizeof courses / sizeof courses[0] };

static struct geod_geodesic wgs84;

static struct zone_set *corridor_of(const struct course *c)
{
    struct buf text = {0};
    assert_int_equal(
        buf_printf(
            &text,
            "{\"type\":\"Feature\",\"properties\":{\"id\":\"c\",\"width\":\"%.0fm\"},"
            "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[",
            c->width_m),
        0);
    for (size_t i = 0; i < c->count; i++)
        assert_int_equal(buf_printf(&text, "%s[%.9g,%.9g]", i > 0 ? "," : "",
                                    c->knots[i][0], c->knots[i][1]),
                         0);
    assert_int_equal(buf_add_text(&text, "]}}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    buf_finish(&text);
    return set;
}

/* The longitude and latitude at a fraction of a stretch, the shorter way around the
 * earth. */
static void along(const struct course *c, size_t stretch, double part, double ret[2])
{
    const double *a = c->knots[stretch], *b = c->knots[stretch + 1];
    ret[0] = a[0] + remainder(b[0] - a[0], 360) * part;
    ret[1] = a[1] + (b[1] - a[1]) * part;
}

static double distance_at(const struct course *c, size_t stretch, double part,
                          const double p[2])
{
    double q[2], metres;
    along(c, stretch, part, q);
    geod_inverse(&wgs84, q[1], q[0], p[1], p[0], &metres, NULL, NULL);
    return metres;
}

/* The distance to the nearest point of the line: among 200 points of each stretch, then
 * by ternary search around the nearest of them. */
static double distance_to_line(const struct course *c, const double p[2])
{
    double least = HUGE_VAL;
    for (size_t s = 0; s + 1 < c->count; s++) {
        double best = 0, best_m = HUGE_VAL;
        for (int i = 0; i <= 200; i++) {
            double m = distance_at(c, s, i / 200.0, p);
            best = m < best_m ? i / 200.0 : best;
            best_m = fmin(best_m, m);
        }
        double low = fmax(best - 0.005, 0), high = fmin(best + 0.005, 1);
        for (int i = 0; i < 40; i++) {
            double third = (high - low) / 3;
            if (distance_at(c, s, low + third, p) < distance_at(c, s, high - third, p))
                high -= third;
            else
                low += third;
        }
        least = fmin(least, distance_at(c, s, (low + high) / 2, p));
    }
    return least;
}

static double unit_random(void)
{
    return (double)rand() / RAND_MAX;
}

/* Within 0.1 % of the width (or the resolution of positions) of the edge, both answers
 * are right. */
static void test_distance(void **state)
{
    enum { PLACES = 400 };
    size_t wrong = 0;
    (void)state;
    srand(11);
    for (size_t k = 0; k < COURSES; k++) {
        const struct course *c = &courses[k];
        struct zone_set *set = corridor_of(c);
        const struct zone_info *info = zone_set_info(set, 0);
        size_t inside = 0, outside = 0;
        assert_int_equal(info->shape, ZONE_AREA);
        assert_near(info->width_m, c->width_m, 1e-9);
        double margin_m = fmax(c->width_m * 0.001, 0.03);
        for (int i = 0; i < PLACES; i++) {
            double from[2], p[2], away = c->width_m * (0.6 + 0.8 * unit_random());
            size_t stretch =
                (size_t)(unit_random() * (double)(c->count - 1)) % (c->count - 1);
            double part = i % 8 == 0 ? 0 : i % 8 == 1 ? 1 : unit_random();
            along(c, stretch, part, from);
            geod_direct(&wgs84, from[1], from[0], 360 * unit_random(), away, &p[1], &p[0],
                        NULL);
            double m = distance_to_line(c, p);
            bool is_in = zone_set_contains(set, 0, test_pos(p[1], p[0]));
            bool must_in = m<c->width_m - margin_m, must_out = m> c->width_m + margin_m;
            if ((is_in && must_out) || (!is_in && must_in)) {
                print_message("%s: %.7f %.7f at %.3f m is %s\n", c->what, p[1], p[0], m,
                              is_in ? "inside" : "outside");
                wrong++;
            }
            inside += must_in;
            outside += must_out;
        }
        print_message("%s: %zu vertices, %.1f km2\n", c->what, info->vertices,
                      info->area_km2);
        assert_true(inside > PLACES / 8 && outside > PLACES / 16);
        zone_set_destroy(set);
    }
    assert_int_equal(wrong, 0);
}

/* The area of a straight corridor: twice its width times its length, plus a circle. Along
 * the equator, 3 degrees of 111319.490793 m (WGS 84) and a width of one nautical mile. */
static void test_area(void **state)
{
    (void)state;
    struct zone_set *set = corridor_of(&courses[0]);
    double wanted = 2 * 1.852 * 3 * 111.319490793 + 3.14159265358979 * 1.852 * 1.852;
    assert_near(zone_set_info(set, 0)->area_km2, wanted, wanted * 0.0005);
    assert_int_equal(zone_set_ring_count(set, 0), 1);
    zone_set_destroy(set);
}

/* A cable that runs in a ring encloses an area that does not belong to the corridor. */
static void test_ring(void **state)
{
    (void)state;
    static const struct course ring = {
        "a ring", 1852, 5, {{5, 54}, {6, 54}, {6, 54.5}, {5, 54.5}, {5, 54}}};
    struct zone_set *set = corridor_of(&ring);
    assert_int_equal(zone_set_ring_count(set, 0), 2);
    assert_true(zone_set_contains(set, 0, test_pos(54.01, 5.5)));
    assert_false(zone_set_contains(set, 0, test_pos(54.25, 5.5)));
    assert_true(zone_set_contains(set, 0, test_pos(54, 4.98)));
    /* 0.017 degrees of latitude there are 1893 m; the inner corner is within both arms */
    assert_false(zone_set_contains(set, 0, test_pos(53.983, 5)));
    assert_true(zone_set_contains(set, 0, test_pos(54.015, 5.02)));
    zone_set_destroy(set);
}

/* A survey has a position every 50 m: 5,000 of them along a wavy cable. */
static void test_survey(void **state)
{
    (void)state;
    struct buf text = {0};
    assert_int_equal(buf_add_text(&text,
                                  "{\"type\":\"Feature\",\"properties\":{\"id\":\"s\","
                                  "\"width\":\"1nm\"},\"geometry\":{\"type\":"
                                  "\"LineString\",\"coordinates\":[[20,57]"),
                     0);
    for (int i = 1; i < 5000; i++)
        assert_int_equal(
            buf_printf(&text, ",[%.7f,%.7f]", 20 + i * 0.0008, 57 + 0.05 * sin(i * 0.02)),
            0);
    assert_int_equal(buf_add_text(&text, "]}}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    assert_int_equal(zone_set_ring_count(set, 0), 1);
    for (int i = 1; i < 5000; i += 7)
        assert_true(zone_set_contains(
            set, 0, test_pos(57 + 0.05 * sin(i * 0.02), 20 + i * 0.0008)));
    zone_set_destroy(set);
    buf_finish(&text);
}

#define LINE(properties, coordinates)                                                    \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"c\"," properties                     \
    "},\"geometry\":{\"type\":\"LineString\",\"coordinates\":" coordinates "}}"
#define WIDTH(text) LINE("\"width\":" text, "[[1,2],[3,4]]")

static void test_faults(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text, *fault; } rows[] = {
        {WIDTH("2"),         "properties.width (id \"c\"): a width is a text, a distance with its unit from \"10m\" to \"100nm\", such as \"500m\" or \"2nm\", not a number"},
        {WIDTH("\"2\""),     "such as \"500m\" or \"2nm\", not \"2\""},
        {WIDTH("\"2 nm\""),  "not \"2 nm\""},
        {WIDTH("\"2kn\""),   "not \"2kn\""},
        {WIDTH("\"0nm\""),   "not \"0nm\""},
        {WIDTH("0"),         "not a number"},
        {WIDTH("\"-1nm\""),  "not \"-1nm\""},
        {WIDTH("\"9m\""),    "not \"9m\""},
        {WIDTH("\"101nm\""), "not \"101nm\""},
        {WIDTH("true"),      "not true"},
        {WIDTH("[\"2nm\"]"), "not an array"},
        {LINE("\"width\":\"2nm\"", "[[1,2],[1,2]]"), "geometry.coordinates (id \"c\"): the line has no extent: it needs two different positions"},
        {LINE("\"width\":\"60nm\"", "[[1,86],[2,87.2]]"), "geometry.coordinates (id \"c\"): with a width of 60nm the corridor reaches latitude 88.20: corridors end short of latitude 88"},
        {LINE("\"width\":\"60nm\"", "[[1,-60],[2,-90]]"), "the corridor reaches latitude 90.00"},
        {LINE("\"width\":\"2nm\"", "[[-179,60],[0,60],[179,60],[270,60]]"), "geometry.coordinates (id \"c\"): the corridor spans more than 360 degrees of longitude"},
        {"{\"type\":\"Feature\",\"properties\":{\"id\":\"c\",\"width\":\"2nm\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}}",
         "properties.width (id \"c\"): a width makes a corridor of a LineString; this is a Polygon: leave the width out, or draw the line"},
        {"{\"type\":\"Feature\",\"properties\":{\"id\":\"c\",\"width\":\"2nm\"},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]]]}}",
         "this is a MultiPolygon"},
    };
    /* clang-format on */
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct zone_faults found = {0};
        struct zone_builder *b = zone_set_builder_create();
        int rc = zone_set_builder_add(b, "f", rows[i].text, strlen(rows[i].text), &found);
        if (rc != ERR_INVALID || found.count != 1 ||
            strstr(found.items[0].text, rows[i].fault) == NULL ||
            found.items[0].col < 20) {
            print_message("row %zu: %d:%d %s\n  wanted %s\n", i,
                          found.count > 0 ? found.items[0].line : 0,
                          found.count > 0 ? found.items[0].col : 0,
                          found.count > 0 ? found.items[0].text : "nothing",
                          rows[i].fault);
            wrong++;
        }
        geojson_fault_finish_list(&found);
        zone_set_builder_destroy(b);
    }
    assert_int_equal(wrong, 0);
}

/* A line whose width is null is a gate, and a corridor may be a port's area. */
static void test_beside(void **state)
{
    (void)state;
    static const char quay[] =
        "{\"type\":\"Feature\",\"properties\":{\"width\":\"500m\"},\"geometry\":"
        "{\"type\":\"LineString\",\"coordinates\":[[125.38,38.7],[125.42,38.7]]}}";
    struct zone_set *set = test_zone_set(WIDTH("null"));
    assert_int_equal(zone_set_info(set, 0)->shape, ZONE_GATE);
    assert_near(zone_set_info(set, 0)->width_m, 0, 0);
    zone_set_destroy(set);
    struct err err = {0};
    assert_int_equal(zone_set_read_area(quay, strlen(quay), &set, &err), 0);
    assert_true(zone_set_contains(set, 0, test_pos(38.704, 125.4)));
    assert_false(zone_set_contains(set, 0, test_pos(38.705, 125.4)));
    zone_set_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance), cmocka_unit_test(test_area),
        cmocka_unit_test(test_ring),     cmocka_unit_test(test_survey),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_beside),
    };
    geod_init(&wgs84, 6378137, 1 / 298.257223563);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
