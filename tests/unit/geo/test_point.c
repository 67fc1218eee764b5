/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lookout/geo/geo.h"

static void test_fold(void **state)
{
    assert_near(geo_fold_lon(190), -170, 0);
    assert_near(geo_fold_lon(-190), 170, 0);
    assert_near(geo_fold_lon(180), -180, 0);
    assert_near(geo_fold_lon(-180), -180, 0);
    assert_near(geo_fold_lon(360), 0, 0);
    assert_near(geo_fold_lon(-360), 0, 0);
    assert_near(geo_fold_lon(539.5), 179.5, 0);
    assert_near(geo_fold_lon(-1e-300 - 180), -180, 0);
    assert_near(geo_fold_lon(12.3456789), 12.3456789, 0);
    assert_true(geo_fold_lon(nextafter(-180, -181)) < 180);
    assert_true(geo_fold_lon(nextafter(-180, -181)) >= -180);
}

static void test_rounding(void **state)
{
    struct geo_pos p = test_pos(-12.34567894, 190.00000006);
    assert_int_equal(p.lat_e7, -123456789);
    assert_int_equal(p.lon_e7, -1699999999);
    struct geo_point back = geo_to_point(p);
    assert_near(back.lat, -12.3456789, 0);
    assert_near(back.lon, -169.9999999, 0);
}

/* The first rows of the table in geographiclib's test suite (Karney, geodtest.c). */
/* clang-format off */
static const struct {
    double lat1, lon1, azimuth, lat2, lon2, metres;
} geodesics[] = {
    { 35.60777, -139.44815, 111.098748429560326, -11.17491, -69.95921,  8935244.5604818305},
    { 55.52454,  106.05087,  22.020059880982801,  77.03196, 197.18234,  4105086.1713924406},
    {-21.97856,  142.59065, -32.44456876433189,   41.84138,  98.56635,  8394328.894657671},
    {-66.99028,  112.2363,  173.73491240878403,  -12.70631, 285.90344, 11150344.2312080241},
};
/* clang-format on */

static void test_ellipsoid(void **state)
{
    for (size_t i = 0; i < sizeof geodesics / sizeof geodesics[0]; i++) {
        struct geo_pos a = test_pos(geodesics[i].lat1, geodesics[i].lon1);
        struct geo_pos b = test_pos(geodesics[i].lat2, geodesics[i].lon2);
        assert_near(geo_distance_exact_m(a, b), geodesics[i].metres, 1e-6);
        /* The sphere's bearing is near the ellipsoid's. */
        assert_near(geo_angle_deg(geo_bearing_deg(a, b), geodesics[i].azimuth), 0, 0.5);
    }
    /* A quarter of the meridian and of the equator of WGS 84. */
    assert_near(geo_distance_exact_m(test_pos(0, 0), test_pos(90, 0)), 10001965.729,
                0.001);
    assert_near(geo_distance_exact_m(test_pos(0, 179), test_pos(0, -179)),
                2 * 6378137 * 3.14159265358979324 / 180, 0.001);
}

static void test_sphere_against_ellipsoid(void **state)
{
    struct test_random random = {20240325};
    double worst = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_pos a = {
            .lat_e7 = (int32_t)test_random_below(&random, 1800000001) - 900000000,
            .lon_e7 =
                (int32_t)((int64_t)test_random_below(&random, 3600000001) - 1800000000)};
        struct geo_pos b = {
            .lat_e7 = (int32_t)test_random_below(&random, 1800000001) - 900000000,
            .lon_e7 =
                (int32_t)((int64_t)test_random_below(&random, 3600000001) - 1800000000)};
        double exact = geo_distance_exact_m(a, b), sphere = geo_distance_m(a, b);
        worst = fmax(worst, fabs(sphere - exact) / exact);
        /* The same distance, computed as a destination. */
        double bearing = geo_bearing_deg(a, b);
        assert_true(bearing >= 0 && bearing < 360);
        struct geo_pos there = geo_destination(a, bearing, sphere);
        assert_true(geo_distance_m(there, b) < 0.3);
    }
    assert_true(worst < 0.0056);
    assert_true(worst > 0.004); /* the bound is nearly reached */
}

/* Movable Type Scripts, "Calculate distance, bearing and more between points" (Veness):
 * the worked examples of bearing and destination. */
static void test_bearing_and_destination(void **state)
{
    assert_near(geo_bearing_deg(test_pos(35, 45), test_pos(35, 135)), 60.16, 0.01);
    struct geo_pos to = geo_destination(
        test_pos(53 + 19 / 60.0 + 14 / 3600.0, -(1 + 43 / 60.0 + 47 / 3600.0)),
        96 + 1 / 60.0 + 18 / 3600.0, 124800);
    assert_near(to.lat_e7 / 1e7, 53 + 11 / 60.0 + 18 / 3600.0, 0.5 / 3600);
    assert_near(to.lon_e7 / 1e7, 8 / 60.0, 1.0 / 3600);
    assert_near(geo_bearing_deg(test_pos(0, 179), test_pos(0, -179)), 90, 1e-9);
    assert_near(geo_bearing_deg(test_pos(0, -179), test_pos(0, 179)), 270, 1e-9);
    assert_near(geo_bearing_deg(test_pos(10, 5), test_pos(20, 5)), 0, 1e-9);
    assert_near(geo_bearing_deg(test_pos(20, 5), test_pos(10, 5)), 180, 1e-9);
}

static void test_interpolate(void **state)
{
    struct geo_pos a = test_pos(0, 0), b = test_pos(0, 90);
    struct geo_pos middle = geo_interpolate(a, b, 0.5);
    assert_near(middle.lat_e7, 0, 1);
    assert_near(middle.lon_e7, 450000000, 1);
    /* Over the pole, over 180, beyond the ends, and between two equal points. */
    assert_near(geo_interpolate(test_pos(60, 10), test_pos(60, -170), 0.5).lat_e7,
                900000000, 1);
    assert_near(
        fabs((double)geo_interpolate(test_pos(5, 179), test_pos(-5, -179), 0.5).lon_e7),
        1800000000, 1);
    assert_near(geo_interpolate(a, b, 1.5).lon_e7, 1350000000, 1);
    assert_near(geo_interpolate(a, b, -0.5).lon_e7, -450000000, 1);
    struct geo_pos same = geo_interpolate(test_pos(12, 34), test_pos(12, 34), 0.7);
    assert_int_equal(same.lat_e7, 120000000);
    assert_int_equal(same.lon_e7, 340000000);
    /* The ends are exact. */
    assert_int_equal(geo_interpolate(a, b, 1).lon_e7, b.lon_e7);
    /* Equal fractions are equal parts of the length, also for neighbouring fixes. */
    a = test_pos(59.9, 10.7);
    b = test_pos(59.9002, 10.7005);
    double whole = geo_distance_m(a, b);
    assert_near(geo_distance_m(a, geo_interpolate(a, b, 0.25)), whole / 4, 0.02);
}

static void test_angle(void **state)
{
    assert_near(geo_angle_deg(350, 10), 20, 1e-12);
    assert_near(geo_angle_deg(10, 350), 20, 1e-12);
    assert_near(geo_angle_deg(0, 180), 180, 1e-12);
    assert_near(geo_angle_deg(90, 90), 0, 0);
    assert_near(geo_angle_deg(0, 359.9), 0.1, 1e-9);
}

TEST_MAIN(NULL, NULL, TEST(test_fold), TEST(test_rounding), TEST(test_ellipsoid),
          TEST(test_sphere_against_ellipsoid), TEST(test_bearing_and_destination),
          TEST(test_interpolate), TEST(test_angle))
