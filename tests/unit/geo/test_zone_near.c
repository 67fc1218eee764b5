/* SPDX-License-Identifier: Apache-2.0 */
/* Distances to boundaries, zones near by, courses ahead. */
#include <geodesic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/zonegen.h"
#include "lib/zonelib.h"

#define FEATURE(id, g)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id "\"},\"geometry\":" g "}"
#define POLYGON(id, c) FEATURE(id, "{\"type\":\"Polygon\",\"coordinates\":" c "}")
#define GATE(id, c) FEATURE(id, "{\"type\":\"LineString\",\"coordinates\":" c "}")
#define COLLECTION(f) "{\"type\":\"FeatureCollection\",\"features\":[" f "]}"
#define NM_M 1852.0

/* Each test runs twice: few zones are asked one by one, more stand behind a grid. */
static bool with_grid = true, without_grid = false;

static struct zone_set *make(void **state, const char *text)
{
    return *(bool *)*state ? test_zone_set_with_grid(text) : test_zone_set(text);
}

/* The least distance on the ellipsoid to closely spaced points on the boundary. */
static double searched_distance_m(const struct zone_set *set, uint32_t zone,
                                  struct geo_pos p)
{
    double best = 1e9;
    for (size_t ring = 0; ring < zone_set_ring_count(set, zone); ring++)
        for (size_t i = 0; i + 1 < zone_set_ring_size(set, zone, ring); i++) {
            struct geo_point a = zone_set_ring_point(set, zone, ring, i);
            struct geo_point b = zone_set_ring_point(set, zone, ring, i + 1);
            double low = 0, high = 1;
            /* Three times: divide the stretch around the nearest of 100 points again. */
            for (int round = 0; round < 3; round++) {
                double nearest = 0, least = 1e9;
                for (int k = 0; k <= 100; k++) {
                    double t = low + (high - low) * k / 100;
                    struct geo_pos at = test_pos(a.lat + (b.lat - a.lat) * t,
                                                 a.lon + (b.lon - a.lon) * t);
                    double far = geo_distance_exact_m(p, at);
                    if (far < least) {
                        least = far;
                        nearest = t;
                    }
                }
                double step = (high - low) / 100;
                low = fmax(nearest - step, 0);
                high = fmin(nearest + step, 1);
                best = fmin(best, least);
            }
        }
    return best;
}

static void test_boundary_distance(void **state)
{
    struct test_random random = {5};
    struct zone_set *set = make(
        state,
        COLLECTION(POLYGON(
            "mid", "[[[2,50],[7,51],[6,54],[1,55],[2,50]]"
                   "]") "," POLYGON("dateline",
                                    "[[[178,-"
                                    "20],[182,"
                                    "-18],["
                                    "181,-15],"
                                    "[178,-20]"
                                    "]]") "," POLYGON("arctic",
                                                      "[[[10,75],[60,76],[50,80],[5,79],["
                                                      "10,75]]]") "," GATE("gate", "[[-3,"
                                                                                   "0],["
                                                                                   "4,1],"
                                                                                   "[5,-"
                                                                                   "2]"
                                                                                   "]")));
    static const struct {
        double lat, lon, size;
    } around[] = {{52, 4, 4}, {-18, 180, 4}, {77, 30, 20}, {0, 2, 5}};
    double worst = 0;
    size_t counted = 0, beyond = 0;
    for (int i = 0; i < 200; i++) {
        uint32_t zone = (uint32_t)i % 4;
        double size = around[zone].size;
        double x = (double)test_random_below(&random, 20001) / 10000 - 1;
        double y = (double)test_random_below(&random, 20001) / 10000 - 1;
        struct geo_pos p =
            test_pos(around[zone].lat + y * fmin(size, 4), around[zone].lon + x * size);
        double exact = searched_distance_m(set, zone, p);
        double ours = zone_distance_boundary_m(set, zone, p);
        if (exact < 100000 && exact > 1) {
            worst = fmax(worst, fabs(ours - exact) / exact);
            counted++;
        }
        assert_true(fabs(ours - exact) / exact < 0.01);
        /* "Beyond" is returned only when it is true. */
        assert_false(zone_distance_is_beyond(set, zone, p, exact));
        beyond += zone_distance_is_beyond(set, zone, p, exact / 2);
    }
    print_message("%zu distances within 100 km: worst %.3f %%\n", counted, worst * 100);
    assert_true(counted > 80);
    print_message("half the distance: beyond %zu times of 200\n", beyond);
    assert_true(beyond > 60);
    assert_true(worst < 0.005);
    /* One degree of the meridian at the equator, 110574.39 m; on the boundary, the
     * distance is 0. */
    assert_near(zone_distance_boundary_m(set, 0, test_pos(50, 2)), 0, 1e-6);
    zone_set_destroy(set);
    set = make(state, GATE("equator", "[[-5,0],[5,0]]"));
    assert_near(zone_distance_boundary_m(set, 0, test_pos(0.5, 0)), 55287.15, 55);
    assert_near(zone_distance_boundary_m(set, 0, test_pos(0, 3)), 0, 1e-6);
    /* Far away, the sphere is exact enough: 40 degrees north. */
    assert_near(zone_distance_boundary_m(set, 0, test_pos(40, 0)), 4429529,
                0.0056 * 4.4e6);
    zone_set_destroy(set);
}

static void test_near_misses_nothing(void **state)
{
    struct zonegen gen;
    struct buf text = {0};
    zonegen_init(&gen, 31);
    for (int i = 0; i < 300; i++) {
        struct zonegen_place place = {.lat = zonegen_between(&gen, -85, 85),
                                      .lon = zonegen_between(&gen, 120, 240),
                                      .radius_deg = zonegen_between(&gen, 0.02, 2),
                                      .vertices = 20 + (size_t)zonegen_below(&gen, 100)};
        place.radius_deg = fmin(place.radius_deg, (89 - fabs(place.lat)) / 2);
        zonegen_add(&gen, i % 5 == 0 ? ZONEGEN_GATE : ZONEGEN_STAR, &place, false);
    }
    zonegen_print(&gen, true, &text);
    struct zone_set *set = make(state, buf_text(&text));
    size_t near = 0, said = 0;
    for (int i = 0; i < 500; i++) {
        struct geo_pos p =
            test_pos(zonegen_between(&gen, -89.9, 89.9), zonegen_between(&gen, 110, 250));
        double radius = pow(10, zonegen_between(&gen, 4, 6));
        uint32_t zones[300];
        size_t n = zone_distance_near(set, p, radius, zones, 300), k = 0;
        said += n;
        for (size_t z = 1; z < n; z++)
            assert_true(zones[z - 1] < zones[z]);
        for (uint32_t z = 0; z < zone_set_count(set); z++) {
            bool is_said = k < n && zones[k] == z;
            k += is_said;
            if (zone_distance_boundary_m(set, z, p) <= radius * 0.995) {
                near++;
                if (!is_said)
                    fail_msg("zone %u is %.0f m from %.7f %.7f", z,
                             zone_distance_boundary_m(set, z, p), p.lat_e7 / 1e7,
                             p.lon_e7 / 1e7);
            }
        }
        if (n > 1) {
            uint32_t first = 0;
            assert_int_equal(zone_distance_near(set, p, radius, &first, 1), n);
            assert_int_equal(first, zones[0]);
        }
    }
    print_message("%zu boundaries near, %zu said to be\n", near, said);
    assert_true(near > 300);
    assert_true(said < near * 2);
    zone_set_destroy(set);
    zonegen_finish(&gen);
    buf_finish(&text);
}

static bool meets(const struct zone_set *set, uint32_t zone, struct zone_course course,
                  double limit_m, struct zone_approach *ret)
{
    return zone_along_approach(set, zone, &course, limit_m, ret);
}

static void test_approach(void **state)
{
    struct zone_set *set = make(
        state, COLLECTION(POLYGON("box", "[[[1,-1],[3,-1],[3,1],[1,1],[1,-1]]]") "," GATE(
                   "gate", "[[181,-1],[181,1]]")));
    struct zone_approach got = {-1, -1};
    /* A degree of the mean sphere is 60.04 nm; at 12 kn 5 h. */
    const double degree_m = GEO_EARTH_RADIUS_M * 3.14159265358979 / 180;
    assert_true(
        meets(set, 0, (struct zone_course){test_pos(0, 0), 90, 12}, 100 * NM_M, &got));
    assert_near(got.distance_m, degree_m, 5);
    assert_near((double)got.eta_ms, degree_m / (12 * NM_M) * 3600e3, 2000);
    /* Too far; away from it; past it; not moving; no course. */
    assert_false(
        meets(set, 0, (struct zone_course){test_pos(0, 0), 90, 12}, 59 * NM_M, &got));
    assert_false(
        meets(set, 0, (struct zone_course){test_pos(0, 0), 270, 12}, 100 * NM_M, &got));
    assert_false(
        meets(set, 0, (struct zone_course){test_pos(0, 0), 40, 12}, 100 * NM_M, &got));
    assert_false(
        meets(set, 0, (struct zone_course){test_pos(0, 0), 90, 0}, 100 * NM_M, &got));
    assert_false(meets(set, 0, (struct zone_course){test_pos(0, 0), nan(""), 12},
                       100 * NM_M, &got));
    /* Inside already. */
    assert_true(
        meets(set, 0, (struct zone_course){test_pos(0, 2), 90, 12}, 10 * NM_M, &got));
    assert_int_equal(got.eta_ms, 0);
    assert_near(got.distance_m, 0, 0);
    /* A gate over 180. */
    assert_true(meets(set, 1, (struct zone_course){test_pos(0, 179.5), 90, 20},
                      100 * NM_M, &got));
    assert_near(got.distance_m, 1.5 * degree_m, 5);
    assert_near((double)got.eta_ms, 1.5 * degree_m / (20 * NM_M) * 3600e3, 2000);
    zone_set_destroy(set);
}

#define BOTH(test)                                                                       \
    cmocka_unit_test_prestate(test, &without_grid),                                      \
        cmocka_unit_test_prestate(test, &with_grid)

TEST_MAIN(NULL, NULL, BOTH(test_boundary_distance), BOTH(test_near_misses_nothing),
          BOTH(test_approach))
