/* SPDX-License-Identifier: Apache-2.0 */
/* Paths: their distance from the geodesic, and the places where they meet areas and
 * gates. */
#include <geodesic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "geo/zone_path_int.h"
#include "lib/zonelib.h"

#define FEATURE(id, g)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id "\"},\"geometry\":" g "}"
#define POLYGON(id, c) FEATURE(id, "{\"type\":\"Polygon\",\"coordinates\":" c "}")
#define MULTI(id, c) FEATURE(id, "{\"type\":\"MultiPolygon\",\"coordinates\":" c "}")
#define GATE(id, c) FEATURE(id, "{\"type\":\"LineString\",\"coordinates\":" c "}")
#define COLLECTION(f) "{\"type\":\"FeatureCollection\",\"features\":[" f "]}"

#define NM_M 1852.0

/* Each test runs twice: few zones are asked one by one, more stand behind a grid. */
static bool with_grid = true, without_grid = false;

static struct zone_set *make(void **state, const char *text)
{
    return *(bool *)*state ? test_zone_set_with_grid(text) : test_zone_set(text);
}

static void wgs84(struct geod_geodesic *g)
{
    geod_init(g, 6378137, 1 / 298.257223563);
}

/* Metres from a point to the nearest of the path's pieces, on a plane at the point. */
static double off_path(const struct zone_path *path, double lat, double lon)
{
    double best = 1e9, width = cos(lat * 3.14159265358979 / 180);
    for (int i = 0; i < path->pieces; i++) {
        const struct zone_path_knot *k = &path->knots[i];
        double x0 = geo_fold_lon((double)k[0].x / 1e7 - 180 - lon) * width;
        double x1 = x0 + (double)(k[1].x - k[0].x) / 1e7 * width;
        double y0 = k[0].y / 1e7 - lat, y1 = k[1].y / 1e7 - lat;
        double dx = x1 - x0, dy = y1 - y0;
        double t = -(x0 * dx + y0 * dy) / (dx * dx + dy * dy);
        t = fmin(fmax(t, 0), 1);
        best = fmin(best, hypot(x0 + t * dx, y0 + t * dy) * 111320);
    }
    return best;
}

/* The greatest distance between our path and the geodesic of the ellipsoid. */
static double path_error_m(struct geo_pos a, double bearing, double length_m)
{
    struct geod_geodesic g;
    struct geod_geodesicline line;
    double lat = 0, lon = 0, worst = 0;
    wgs84(&g);
    geod_direct(&g, a.lat_e7 / 1e7, a.lon_e7 / 1e7, bearing, length_m, &lat, &lon, NULL);
    struct geo_pos b = test_pos(lat, lon);
    struct zone_path path;
    zone_path_init(&path, a, b);
    geod_inverseline(&line, &g, a.lat_e7 / 1e7, a.lon_e7 / 1e7, b.lat_e7 / 1e7,
                     b.lon_e7 / 1e7, 0);
    for (int i = 1; i < 200; i++) {
        geod_position(&line, line.s13 * i / 200, &lat, &lon, NULL);
        worst = fmax(worst, off_path(&path, lat, lon));
    }
    return worst;
}

static void test_paths_keep_to_the_geodesic(void **state)
{
    double worst = 0;
    for (int bearing = 0; bearing < 360; bearing += 5)
        worst = fmax(worst, path_error_m(test_pos(60, 170), bearing, 300 * NM_M));
    print_message("60 N, 300 nm: at most %.1f m from the geodesic\n", worst);
    assert_true(worst < 150);
    worst = 0;
    for (int lat = -70; lat <= 70; lat += 10)
        for (int bearing = 0; bearing < 360; bearing += 15)
            worst = fmax(worst, path_error_m(test_pos(lat, -175), bearing, 100 * NM_M));
    print_message("70 S to 70 N, 100 nm: at most %.1f m\n", worst);
    assert_true(worst < 50);
    worst = 0;
    for (int bearing = 0; bearing < 360; bearing += 15)
        worst = fmax(worst, path_error_m(test_pos(75, 20), bearing, 600 * NM_M));
    print_message("75 N, 600 nm: at most %.1f m\n", worst);
    assert_true(worst < 600);
    /* Short paths, which are always one piece. */
    worst = 0;
    for (int bearing = 0; bearing < 360; bearing += 15)
        worst = fmax(worst, path_error_m(test_pos(79.9, 20), bearing, 950));
    assert_true(worst < 1.5);
}

static void test_an_area_entered_and_left(void **state)
{
    struct zone_set *set =
        make(state, POLYGON("box", "[[[1,-1],[3,-1],[3,1],[1,1],[1,-1]]]"));
    struct test_along along;
    /* Along the equator, which is a great circle: the fractions are those of longitude.
     */
    test_zone_along(set, test_pos(0, 0), test_pos(0, 4), &along);
    assert_int_equal(along.count, 1);
    const struct zone_cuts *cuts = &along.cuts[0];
    assert_false(cuts->inside_at_start);
    assert_false(cuts->inside_at_end);
    assert_int_equal(cuts->count, 2);
    assert_near(cuts->fraction[0], 0.25, 1e-8);
    assert_near(cuts->fraction[1], 0.75, 1e-8);
    /* Paths that enter, that leave, and that are wholly inside. */
    test_zone_along(set, test_pos(0, 0), test_pos(0, 2), &along);
    assert_int_equal(along.cuts[0].count, 1);
    assert_true(along.cuts[0].inside_at_end);
    assert_near(along.cuts[0].fraction[0], 0.5, 1e-8);
    test_zone_along(set, test_pos(0, 2), test_pos(0, 4), &along);
    assert_int_equal(along.cuts[0].count, 1);
    assert_true(along.cuts[0].inside_at_start);
    assert_false(along.cuts[0].inside_at_end);
    test_zone_along(set, test_pos(0, 2), test_pos(0.5, 2.5), &along);
    assert_int_equal(along.count, 1);
    assert_int_equal(along.cuts[0].count, 0);
    assert_true(along.cuts[0].inside_at_start && along.cuts[0].inside_at_end);
    /* A path past the zone, and a path of length 0. */
    test_zone_along(set, test_pos(2, 0), test_pos(2, 4), &along);
    assert_int_equal(along.count, 0);
    test_zone_along(set, test_pos(0, 2), test_pos(0, 2), &along);
    assert_int_equal(along.count, 0);
    zone_set_destroy(set);
}

/* A great circle along the 60th parallel rises north of it: 0.29 km over 50 nm, 10.5 km
 * over 300 nm (d2 tan(lat) / 8R). Areas are tested against the path, not against the
 * chord. */
static void test_the_bulge_of_the_great_circle(void **state)
{
    struct zone_set *set =
        make(state, POLYGON("north", "[[[4,60.09],[6,60.09],[6,61],[4,61],[4,60.09]]]"));
    struct test_along along;
    /* 300 nm: 5 degrees of longitude either side of 5 E. */
    test_zone_along(set, test_pos(60, 0), test_pos(60, 10), &along);
    assert_int_equal(along.count, 1);
    assert_int_equal(along.cuts[0].count, 2);
    zone_set_destroy(set);
    set = make(state, POLYGON("north", "[[[4,60.1],[6,60.1],[6,61],[4,61],[4,60.1]]]"));
    test_zone_along(set, test_pos(60, 0), test_pos(60, 10), &along);
    assert_int_equal(along.count, 0);
    zone_set_destroy(set);
}

static void test_holes_and_touching(void **state)
{
    struct zone_set *set = make(
        state,
        COLLECTION(POLYGON(
            "ring",
            "[[[0,-2],[6,-2],[6,2],[0,2],[0,-2]],"
            "[[2,-1],[4,-1],[4,1],[2,1],[2,-1]]]") "," POLYGON("west",
                                                               "[[[10,-1],[11,-1],["
                                                               "11,1],[10,1],[10,-1]]"
                                                               "]") "," POLYGON("eas"
                                                                                "t",
                                                                                "[[["
                                                                                "11,-"
                                                                                "1],["
                                                                                "12,-"
                                                                                "1],["
                                                                                "12,"
                                                                                "1],["
                                                                                "11,"
                                                                                "1],["
                                                                                "11,-"
                                                                                "1]]"
                                                                                "]") "," MULTI("both",
                                                                                               "[[[[10,-1],[11,-1],[11,1],[10,1],[10,-1]]],"
                                                                                               "[[[11,-1],[12,-1],[12,1],[11,1],[11,-1]]]]")));
    struct test_along along;
    test_zone_along(set, test_pos(0, -1), test_pos(0, 7), &along);
    assert_int_equal(along.count, 1);
    assert_int_equal(along.cuts[0].count, 4);
    assert_near(along.cuts[0].fraction[1], 3 / 8.0, 1e-8);
    assert_near(along.cuts[0].fraction[2], 5 / 8.0, 1e-8);
    /* Neighbours: the path leaves one zone where it enters the other. Parts of one zone
     * count as one. */
    test_zone_along(set, test_pos(0, 9), test_pos(0, 13), &along);
    assert_int_equal(along.count, 3);
    assert_near(along.cuts[0].fraction[1], along.cuts[1].fraction[0], 1e-8);
    assert_int_equal(along.cuts[2].count, 2);
    assert_near(along.cuts[2].fraction[0], 0.25, 1e-8);
    assert_near(along.cuts[2].fraction[1], 0.75, 1e-8);
    /* Both zones contain a fix on their common edge, and so does the zone made of both.
     */
    uint32_t zones[8];
    assert_int_equal(zone_set_at(set, test_pos(0, 11), zones, 8), 3);
    /* Along the common edge; through a corner only; just past the corner. */
    test_zone_along(set, test_pos(-0.5, 11), test_pos(0.5, 11), &along);
    assert_int_equal(along.count, 3);
    assert_int_equal(along.cuts[0].count, 0);
    assert_true(along.cuts[0].inside_at_start && along.cuts[2].inside_at_end);
    test_zone_along(set, test_pos(0.98, 9.98), test_pos(1.02, 10.02), &along);
    const struct zone_cuts *touch = test_along_zone(&along, 1);
    assert_non_null(touch);
    assert_int_equal(touch->count, 2);
    assert_near(touch->fraction[0], touch->fraction[1], 1e-8);
    test_zone_along(set, test_pos(0.9800001, 9.98), test_pos(1.0200001, 10.02), &along);
    assert_null(test_along_zone(&along, 1));
    zone_set_destroy(set);
}

/* The same area drawn over 180 in four ways. */
static void test_the_antimeridian(void **state)
{
    struct zone_set *set = make(
        state,
        COLLECTION(POLYGON(
            "on",
            "[[[170,10],[190,10],[190,20],[170,20],[170,10]"
            "]]") "," POLYGON("folded",
                              "[[[170,10],[-170,"
                              "10],[-170,20],["
                              "170,20],[170,10]]"
                              "]") "," POLYGON("west",
                                               "[[[-190,10],[-170,10],[-170,20],[-190,20]"
                                               ",[-"
                                               "190,"
                                               "10]]]") "," MULTI("split",
                                                                  "[[[[170,10],[180,10],["
                                                                  "180,"
                                                                  "20]"
                                                                  ",[170,20],[170,10]]],"
                                                                  "[[[-180,10],[-170,10],"
                                                                  "[-"
                                                                  "170,"
                                                                  "20],[-180,20],[-180,"
                                                                  "10]]]"
                                                                  "]")));
    uint32_t zones[8];
    struct test_along along;
    for (uint32_t i = 0; i < 4; i++) {
        const struct zone_info *info = zone_set_info(set, i);
        assert_true(info->antimeridian);
        assert_near(info->low.lon, 170, 0);
        assert_near(info->high.lon, -170, 0);
        assert_near(info->area_km2, zone_set_info(set, 0)->area_km2, 1e-3);
    }
    assert_int_equal(zone_set_at(set, test_pos(15, 180), zones, 8), 4);
    assert_int_equal(zone_set_at(set, test_pos(15, -180), zones, 8), 4);
    assert_int_equal(zone_set_at(set, test_pos(15, 170), zones, 8), 4);
    assert_int_equal(zone_set_at(set, test_pos(15, -170), zones, 8), 4);
    assert_int_equal(zone_set_at(set, test_pos(15, 169.9999999), zones, 8), 0);
    assert_int_equal(zone_set_at(set, test_pos(15, 0), zones, 8), 0);
    test_zone_along(set, test_pos(15, 179), test_pos(15, -179), &along);
    assert_int_equal(along.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(along.cuts[i].count, 0);
        assert_true(along.cuts[i].inside_at_start && along.cuts[i].inside_at_end);
    }
    test_zone_along(set, test_pos(15, -169.5), test_pos(15, 179.5), &along);
    assert_int_equal(along.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(along.cuts[i].count, 1);
        assert_near(along.cuts[i].fraction[0], along.cuts[0].fraction[0], 1e-8);
    }
    zone_set_destroy(set);
}

static void test_a_band_around_the_globe(void **state)
{
    struct zone_set *set =
        make(state,
             POLYGON("band", "[[[-180,-10],[-60,-10],[60,-10],[180,-10],[180,10],[60,10],"
                             "[-60,10],[-180,10],[-180,-10]]]"));
    uint32_t zone;
    for (int lon = -180; lon <= 180; lon += 5) {
        assert_int_equal(zone_set_at(set, test_pos(0, lon), &zone, 1), 1);
        assert_int_equal(zone_set_at(set, test_pos(10.1, lon), &zone, 1), 0);
    }
    assert_near(zone_set_info(set, 0)->low.lon, -180, 0);
    assert_near(zone_set_info(set, 0)->high.lon, 180, 0);
    struct test_along along;
    test_zone_along(set, test_pos(0, 175), test_pos(0, -175), &along);
    assert_int_equal(along.count, 1);
    assert_int_equal(along.cuts[0].count, 0);
    zone_set_destroy(set);
}

static void test_gates(void **state)
{
    struct zone_set *set = make(
        state,
        COLLECTION(
            GATE("north", "[[0,0],[0,2]]") "," GATE("south", "[[0,2],[0,0]]") "," GATE(
                "bent", "[[1,0],[2,1],[1,2]]") "," GATE("over", "[[179,-1],[181,1]]")));
    struct test_along along;
    /* Eastwards over a line drawn northwards: from left to right. */
    test_zone_along(set, test_pos(1, -0.5), test_pos(1, 0.5), &along);
    assert_int_equal(along.count, 2);
    assert_int_equal(along.cuts[0].count, 1);
    assert_true(along.cuts[0].left_to_right[0]);
    assert_false(along.cuts[1].left_to_right[0]);
    assert_near(along.cuts[0].fraction[0], 0.5, 1e-8);
    /* Back. */
    test_zone_along(set, test_pos(1, 0.5), test_pos(1, -0.5), &along);
    assert_false(along.cuts[0].left_to_right[0]);
    assert_true(along.cuts[1].left_to_right[0]);
    /* Past the end of a gate; over both legs of a gate with a bend. */
    test_zone_along(set, test_pos(2.01, -0.5), test_pos(2.01, 0.5), &along);
    assert_int_equal(along.count, 0);
    test_zone_along(set, test_pos(0.1, 1.2), test_pos(1.9, 1.2), &along);
    assert_int_equal(along.count, 1);
    assert_int_equal(along.cuts[0].count, 2);
    assert_true(along.cuts[0].left_to_right[0] != along.cuts[0].left_to_right[1]);
    /* Over 180. */
    test_zone_along(set, test_pos(0, 179.9), test_pos(0, -179.9), &along);
    assert_int_equal(along.count, 1);
    assert_true(along.cuts[0].left_to_right[0]);
    zone_set_destroy(set);
}

/* Even with fixes on the line and its vertices, the ends of a track decide its crossings:
 * one crossing, net, when the ends are on different sides, and none when they are on the
 * same side. */
static void test_fixes_on_a_gate(void **state)
{
    struct zone_set *set = make(
        state, GATE("g", "[[0,-5],[0,0],[0.0000002,0.0000002],[0,0.0000004],[0,5]]"));
    struct test_random random = {99};
    for (int run = 0; run < 20000; run++) {
        /* A walk on the grid of positions around the vertices, from west to east or back.
         */
        bool is_east = test_random_below(&random, 2);
        struct geo_pos at = {.lat_e7 = 0, .lon_e7 = is_east ? -20 : 20};
        int crossed = 0;
        for (int step = 0; step < 30; step++) {
            struct geo_pos to = {.lat_e7 = (int32_t)test_random_below(&random, 9) - 2,
                                 .lon_e7 = (int32_t)test_random_below(&random, 9) - 4};
            if (step == 29)
                to = (struct geo_pos){.lat_e7 = 3, .lon_e7 = is_east ? 20 : -20};
            struct test_along along;
            test_zone_along(set, at, to, &along);
            for (uint32_t i = 0; along.count > 0 && i < along.cuts[0].count; i++)
                crossed += along.cuts[0].left_to_right[i] ? 1 : -1;
            assert_true(crossed >= -1 && crossed <= 1);
            at = to;
        }
        assert_int_equal(crossed, is_east ? 1 : -1);
    }
    zone_set_destroy(set);
}

/* With more cuts than fit, the first and the last cuts stay, in pairs. */
static void test_many_cuts(void **state)
{
    struct zone_set *set =
        make(state, COLLECTION(POLYGON(
                        "comb",
                        "[[[0,-1],[0.05,1],[0.1,-1],[0.15,1],[0.2,-1],[0.25,1],[0.3,-1],["
                        "0.35,1],"
                        "[0.4,-1],[0.45,1],[0.5,-1],[0.55,1],[0.6,-1],[0.65,1],[0.7,-1],["
                        "0.75,1],"
                        "[0.8,-1],[0.85,1],[0.9,-1],[0.95,1],[1,-1],[1,-2],[0,-2],[0,-1]]"
                        "]") "," GATE("saw", "[[0,-1],[0.05,1],[0.1,-1],[0.15,1],[0.2,-1]"
                                             ",[0.25,1],[0.3,-1],[0.35,1],"
                                             "[0.4,-1],[0.45,1],[0.5,-1],[0.55,1],[0.6,-"
                                             "1],[0.65,1],[0.7,-1],[0.75,1],"
                                             "[0.8,-1],[0.85,1],[0.9,-1]]")));
    struct test_along along;
    test_zone_along(set, test_pos(0, -0.5), test_pos(0, 1.5), &along);
    assert_int_equal(along.count, 2);
    const struct zone_cuts *comb = &along.cuts[0], *saw = &along.cuts[1];
    assert_int_equal(comb->count, 16); /* of 20 */
    assert_near(comb->fraction[0], 0.525 / 2, 1e-7);
    assert_near(comb->fraction[15], 1.475 / 2, 1e-7);
    assert_int_equal(saw->count, 16); /* of 18 */
    assert_false(saw->left_to_right[0] == saw->left_to_right[1]);
    assert_near(saw->fraction[15], 1.375 / 2, 1e-7);
    /* An odd number keeps its parity. */
    test_zone_along(set, test_pos(0, -0.5), test_pos(0, 0.95), &along);
    assert_true(along.cuts[0].inside_at_end);
    assert_int_equal(along.cuts[0].count, 15); /* of 19 */
    zone_set_destroy(set);
}

#define BOTH(test)                                                                       \
    cmocka_unit_test_prestate(test, &without_grid),                                      \
        cmocka_unit_test_prestate(test, &with_grid)

TEST_MAIN(NULL, NULL, TEST(test_paths_keep_to_the_geodesic),
          BOTH(test_an_area_entered_and_left), BOTH(test_the_bulge_of_the_great_circle),
          BOTH(test_holes_and_touching), BOTH(test_the_antimeridian),
          BOTH(test_a_band_around_the_globe), BOTH(test_gates),
          BOTH(test_fixes_on_a_gate), BOTH(test_many_cuts))
