/* SPDX-License-Identifier: Apache-2.0 */
/* Distances over water: published distances, open straits and canals, closed land, the
 * antimeridian, the form of the cache, and the places near a way. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sea_distances.h"
#include "lib/testlib.h"
#include "lookout/geo/water.h"

#define NM 1852.0

static struct water *water;
static char *grid;
static size_t grid_bytes;

static struct geo_pos at(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

static struct water_field *field_of(struct geo_pos source, double limit_m)
{
    struct water_field *field = NULL;
    const struct water_ends ends = {.sources = &source, .count = 1, .limit_m = limit_m};
    assert_int_equal(water_field_create(water, &ends, &field), 0);
    return field;
}

/* One and a half times the farthest published distance of the port. */
static double farthest_m(const char *from)
{
    double nm = 0;
    for (size_t i = 0; i < sea_distance_count; i++)
        if (strcmp(sea_distances[i].from, from) == 0)
            nm = fmax(nm, sea_distances[i].nm);
    return 1.5 * nm * NM;
}

static void published_distances(void **state)
{
    struct water_field *field = NULL;
    const char *last = "";
    int bad = 0;
    /* Fields take five times as long under a sanitizer, which tests the first port's. */
    for (size_t i = 0; i < sea_distance_count; i++) {
        const struct sea_distance *row = &sea_distances[i];
        if (test_is_sanitized() && strcmp(row->from, sea_distances[0].from) != 0)
            continue;
        if (strcmp(row->from, last) != 0) {
            water_field_release(field);
            field = field_of(at(row->from_lat, row->from_lon), farthest_m(row->from));
            last = row->from;
        }
        double nm = water_field_distance_m(field, at(row->to_lat, row->to_lon)) / NM;
        double error = (nm / row->nm - 1) * 100;
        if (!(error >= row->least && error <= row->most))
            bad += fprintf(stderr, "%s - %s: %.0f nm, published %.0f (%+.1f %%)\n",
                           row->from, row->to, nm, row->nm, error) > 0;
    }
    water_field_release(field);
    assert_int_equal(bad, 0);
}

/* In the open sea, the distance is that of the great circle, within 1 % for every
 * direction and latitude. */
static void the_open_sea(void **state)
{
    static const double bearings[] = {0, 13, 27, 45, 63, 80, 90, 151, 200, 290, 333};
    static const double middles[][2] = {{10, -150}, {-45, 100}, {-55, -130}, {40, -40}};
    for (size_t k = 0; k < 4; k++) {
        struct geo_pos middle = at(middles[k][0], middles[k][1]);
        struct water_field *field = field_of(middle, 2000e3);
        for (size_t i = 0; i < sizeof bearings / sizeof bearings[0]; i++) {
            struct geo_pos p = geo_destination(middle, bearings[i], 600e3);
            assert_near(water_field_distance_m(field, p) / 600e3, 1, 0.01);
        }
        water_field_release(field);
    }
}

struct passage {
    const char *name;
    double a_lat, a_lon, b_lat, b_lon;
    double least_nm, most_nm;
};

/* The way through is short; the way around would be longer than `most`. */
static const struct passage open_ways[] = {
    /* clang-format off */
    {"Suez Canal",      31.5,   32.4,  29.5,  32.55, 110,  220},
    {"Panama Canal",     9.6,  -79.9,   8.6, -79.4,   60,  120},
    {"Kiel Canal",      54.0,    8.7,  54.5,  10.3,   55,  120},
    {"Bosporus",        41.4,   29.2,  40.9,  28.9,   25,   60},
    {"Dardanelles",     40.0,   26.0,  40.5,  27.1,   50,  100},
    {"Kerch Strait",    45.0,   36.5,  45.6,  36.8,   30,   70},
    {"Kanmon Strait",   34.05, 130.7,  33.9, 131.2,   20,   60},
    {"Oresund",         56.3,   12.3,  55.3,  12.7,   60,  100},
    {"Great Belt",      56.1,   10.9,  54.6,  10.8,   90,  150},
    {"Messina",         38.5,   15.7,  37.7,  15.6,   45,   80},
    {"Gibraltar",       35.9,   -6.5,  36.0,  -4.8,   80,  120},
    {"Bab el Mandeb",   13.5,   42.8,  12.2,  44.0,  100,  150},
    {"Hormuz",          26.0,   55.5,  25.5,  57.0,   80,  150},
    {"Singapore",        1.2,  103.0,   1.4, 105.0,  115,  170},
    {"Sunda Strait",    -6.5,  105.0,  -5.5, 106.2,   85,  140},
    {"Magellan Strait",-52.6,  -68.3, -52.7, -75.0,  280,  520},
    {"Tsugaru Strait",  41.5,  139.8,  41.6, 141.5,   75,  120},
    {"La Perouse",      46.0,  141.0,  46.0, 143.5,  100,  160},
    {"Korea Strait",    34.0,  128.0,  35.8, 130.0,  140,  190},
    {"Jeju Strait",     33.9,  125.8,  34.1, 128.0,  105,  150},
    {"Torres Strait",  -10.5,  141.5, -10.0, 143.5,  115,  190},
    {"Bering Strait",   65.0, -169.0,  67.0,-168.5,  115,  160},
    {"Cook Strait",    -41.0,  173.9, -41.6, 175.0,   55,  110},
    {"Bass Strait",    -39.5,  143.5, -39.3, 148.0,  205,  260},
    {"Florida Strait",  24.2,  -83.0,  25.5, -79.8,  190,  240},
    {"Nevelskoy",       51.5,  141.6,  53.6, 141.5,  120,  220},
    /* clang-format on */
};

/* The two places are close in a straight line, but far apart over water: at least
 * `least`. */
static const struct passage closed_land[] = {
    /* clang-format off */
    {"Korea",              37.2, 126.3, 37.5, 129.3,  470, 900},
    {"Korea at Wonsan",    38.9, 125.0, 39.3, 127.7,  700, 1200},
    {"Jutland",            56.3,   7.9, 56.4,  11.0,  200, 400},
    {"Kra",                10.0,  98.4, 10.0,  99.5, 1000, 1700},
    {"Malay peninsula",     4.0, 100.4,  4.2, 103.6,  400, 700},
    {"Kamchatka",          55.0, 155.3, 55.5, 163.0,  450, 1200},
    {"Sakhalin",           50.0, 142.1, 50.0, 143.8,  250, 700},
    {"Corinth",            37.98, 22.5, 37.9,  23.3,  230, 400},
    {"Peloponnese",        38.2,  21.5, 37.4,  22.9,  180, 350},
    {"Italy",              42.0,  11.7, 42.5,  14.3,  600, 1200},
    {"Iberia and France",  43.5,  -2.0, 42.5,   3.3, 1200, 1900},
    {"Florida",            27.5, -82.9, 27.5, -80.1,  350, 600},
    {"Baja California",    28.0,-114.5, 28.0,-112.3,  450, 900},
    {"Yucatan and Central America", 17.0, -88.0, 13.5, -91.0, 1500, 2500},
    {"Crimea",             45.9,  33.3, 45.9,  35.2,  250, 450},
    {"Kola",               69.4,  33.7, 67.0,  32.5,  450, 900},
    {"Kyushu",             32.6, 130.0, 32.7, 131.9,  180, 400},
    {"Honshu",             36.9, 137.1, 34.7, 137.3,  600, 1100},
    {"Cornwall",           50.6,  -4.9, 50.2,  -4.8,   90, 200},
    {"Auckland isthmus",  -37.05, 174.5,-36.8, 174.95, 300, 700},
    {"Sinai at Aqaba",     29.0,  32.9, 29.0,  34.7,  150, 350},
    /* clang-format on */
};

static int check_passages(const struct passage *rows, size_t count)
{
    int bad = 0;
    for (size_t i = 0; i < count; i++) {
        const struct passage *row = &rows[i];
        double m = -1;
        int rc = water_reach_between_m(water, at(row->a_lat, row->a_lon),
                                       at(row->b_lat, row->b_lon), &m);
        if (rc != 0 || m / NM < row->least_nm || m / NM > row->most_nm)
            bad += fprintf(stderr, "%s: %d, %.0f nm\n", row->name, rc, m / NM) > 0;
    }
    return bad;
}

static void straits_and_canals_are_open(void **state)
{
    assert_int_equal(check_passages(open_ways, sizeof open_ways / sizeof open_ways[0]),
                     0);
}

static void land_is_closed(void **state)
{
    assert_int_equal(
        check_passages(closed_land, sizeof closed_land / sizeof closed_land[0]), 0);
}

static void cells(void **state)
{
    assert_true(water_is_wet(water, at(0, -30)));
    assert_false(water_is_wet(water, at(48.0, 100.0)));
    assert_false(water_is_wet(water, at(85, 0)));
    assert_false(water_is_wet(water, at(-85, 0)));
    assert_true(water_is_open(water, at(10.01, -150.01), at(10.01, -150.11)));
    assert_true(water_is_open(water, at(10.01, -150.01), at(10.01, -150.01)));
    assert_false(water_is_open(water, at(10.01, -150.01), at(10.01, -150.35)));
    assert_true(water_is_open(water, at(10.01, 179.99), at(10.01, -179.99)));
    assert_false(water_is_open(water, at(10.01, 179.99), at(85, -179.99)));
}

/* 4 degrees of longitude at 50 N: 154.2 nm. */
static void across_the_antimeridian(void **state)
{
    double m = 0;
    assert_int_equal(water_reach_between_m(water, at(50, 178), at(50, -178), &m), 0);
    assert_near(m / NM, 154.2, 1.5);
    struct water_field *field = field_of(at(50, 179.99), 1000e3);
    assert_near(water_field_distance_m(field, at(50, -178)) / NM, 77.5, 2);
    assert_near(water_field_distance_m(field, at(50, 178)) / NM, 76.7, 2);
    /* 180 degrees itself, with both signs, and the cells beside it */
    double a = water_field_distance_m(field, (struct geo_pos){480000000, 1800000000});
    double b = water_field_distance_m(field, (struct geo_pos){480000000, -1800000000});
    assert_near(a, b, 6000);
    assert_near(a / NM, 120, 4);
    water_field_release(field);
}

/* The Caspian is a sea of its own; lakes count as land, and their ports are too far from
 * the sea. */
static void what_cannot_be_reached(void **state)
{
    double m = 0;
    struct water_field *field = field_of(at(43.1, 131.9), HUGE_VAL);
    assert_true(water_field_distance_m(field, at(42.0, 51.0)) < 0);  /* Caspian */
    assert_true(water_field_distance_m(field, at(47.5, -87.5)) < 0); /* Lake Superior */
    assert_true(water_field_distance_m(field, at(48.0, 100.0)) < 0); /* Mongolia */
    assert_true(water_field_distance_m(field, at(89.0, 0.0)) < 0);
    assert_int_equal(water_field_nearest(field, at(48.0, 100.0)), SIZE_MAX);
    assert_int_equal(water_field_nearest(field, at(42.0, 51.0)), SIZE_MAX);
    water_field_release(field);
    assert_int_equal(water_reach_between_m(water, at(42.0, 51.0), at(48.0, 100.0), &m),
                     ERR_NOT_FOUND);
    field = NULL;
    const struct water_ends none = {.limit_m = HUGE_VAL};
    assert_int_equal(water_field_create(water, &none, &field), 0);
    assert_true(water_field_distance_m(field, at(0, 0)) < 0);
    water_field_release(field);
}

static void the_limit(void **state)
{
    struct water_field *far = field_of(at(43.1, 131.9), HUGE_VAL);
    struct water_field *near = field_of(at(43.1, 131.9), 500 * NM);
    struct geo_pos busan = at(35.1, 129.05), niigata = at(37.95, 139.05);
    assert_true(water_field_distance_m(near, niigata) > 0);
    assert_near(water_field_distance_m(near, niigata),
                water_field_distance_m(far, niigata), 1);
    assert_true(water_field_distance_m(near, busan) < 0);
    assert_true(water_field_bytes(near) < water_field_bytes(far) / 10);
    assert_true(water_field_bytes(far) < 12 << 20);
    assert_true(water_field_key_of(near) != water_field_key_of(far));
    water_field_release(near);
    water_field_release(far);
}

static void the_nearest_of_several(void **state)
{
    const struct geo_pos ports[] = {at(43.1, 131.9), at(35.1, 129.05), at(38.7, 125.4)};
    struct water_field *field = NULL;
    const struct water_ends ends = {.sources = ports, .count = 3, .limit_m = HUGE_VAL};
    assert_int_equal(water_field_create(water, &ends, &field), 0);
    assert_int_equal(water_field_nearest(field, at(42.0, 132.0)), 0);
    assert_int_equal(water_field_nearest(field, at(34.5, 128.5)), 1);
    assert_int_equal(water_field_nearest(field, at(38.0, 124.0)), 2);
    /* 37.5 N 127 E is on land west of the divide: from Incheon's waters Nampo is nearer,
     * though Busan is equally near in a straight line. */
    assert_int_equal(water_field_nearest(field, at(37.2, 126.2)), 2);
    struct water_field *held = water_field_hold(field);
    water_field_release(field);
    assert_true(water_field_distance_m(held, ports[0]) >= 0);
    water_field_release(held);
}

/* Along a course, the distance falls by the distance sailed, without steps between cells.
 */
static void it_falls_smoothly(void **state)
{
    struct water_field *field = field_of(at(43.1, 131.9), 1500 * NM);
    struct geo_pos from = at(36.5, 130.5), to = at(42.0, 132.0);
    double sailed_m = geo_distance_m(from, to);
    double last_m = water_field_distance_m(field, from);
    for (int i = 1; i <= 400; i++) {
        double m = water_field_distance_m(field, geo_interpolate(from, to, i / 400.0));
        assert_near(last_m - m, sailed_m / 400, 450);
        last_m = m;
    }
    water_field_release(field);
}

static void saved_and_loaded(void **state)
{
    const struct geo_pos ports[] = {at(43.1, 131.9), at(42.75, 133.07)};
    struct water_field *field = NULL, *again = NULL;
    struct buf bytes = {0};
    const struct water_ends ends = {.sources = ports, .count = 2, .limit_m = 900 * NM};
    struct water_ends farther = ends, fewer = ends, least = ends;
    farther.limit_m = 901 * NM;
    fewer.count = 1;
    least.is_least = true;
    assert_int_equal(water_field_create(water, &ends, &field), 0);
    assert_int_equal(water_field_save(field, &bytes), 0);
    assert_int_equal(water_field_load(water, &ends, bytes.data, bytes.length, &again), 0);
    struct test_random r = {7};
    for (int i = 0; i < 20000; i++) {
        struct geo_pos p = {(int32_t)test_random_below(&r, 300000000) + 250000000,
                            (int32_t)test_random_below(&r, 400000000) + 1150000000};
        assert_true(water_field_distance_m(field, p) == water_field_distance_m(again, p));
    }
    water_field_release(again);
    /* with another limit, with other ports, by another way, cut short, or with any bit
     * changed */
    assert_int_equal(water_field_load(water, &farther, bytes.data, bytes.length, &again),
                     ERR_CORRUPT);
    assert_int_equal(water_field_load(water, &fewer, bytes.data, bytes.length, &again),
                     ERR_CORRUPT);
    assert_int_equal(water_field_load(water, &least, bytes.data, bytes.length, &again),
                     ERR_CORRUPT);
    for (int i = 0; i < 50; i++) {
        size_t n = test_random_below(&r, bytes.length);
        size_t bit = test_random_below(&r, bytes.length);
        assert_int_equal(water_field_load(water, &ends, bytes.data, n, &again),
                         ERR_CORRUPT);
        bytes.data[bit] ^= 16;
        assert_int_equal(water_field_load(water, &ends, bytes.data, bytes.length, &again),
                         ERR_CORRUPT);
        bytes.data[bit] ^= 16;
    }
    buf_finish(&bytes);
    water_field_release(field);
}

/* From Shidao to Vladivostok: the box off Yeosu lies near the way, Shanghai does not. */
static void what_lies_near_the_way(void **state)
{
    struct geo_pos shidao = at(36.8, 122.6), box = at(34.15, 128.15);
    struct water_field *field = field_of(at(43.1, 131.9), 2000 * NM);
    struct water_reach *reach = NULL;
    assert_int_equal(water_reach_create(water, field, shidao, 1.15, &reach), 0);
    double there_m = water_reach_m(reach, box), direct_m = 0;
    assert_true(there_m > 0);
    assert_int_equal(water_reach_between_m(water, shidao, box, &direct_m), 0);
    assert_near(there_m / direct_m, 1, 0.02);
    assert_true(there_m + water_field_distance_m(field, box) <
                1.15 * water_field_distance_m(field, shidao));
    assert_true(water_reach_m(reach, at(31.0, 122.5)) < 0);
    assert_true(water_reach_m(reach, at(39.5, 123.0)) < 0);
    struct geo_point low, high;
    water_reach_box(reach, &low, &high);
    assert_true(low.lat < 34 && high.lat > 43 && low.lon < 122.6 && high.lon > 131.9);
    assert_true(high.lon - low.lon < 40);
    water_reach_destroy(reach);
    assert_int_equal(water_reach_create(water, field, at(42.0, 51.0), 1.15, &reach),
                     ERR_NOT_FOUND);
    water_field_release(field);
}

static void single_ways_agree_with_fields(void **state)
{
    struct geo_pos busan = at(35.1, 129.05);
    struct water_field *field = field_of(busan, 4000 * NM);
    static const double places[][2] = {{37.46, 126.59}, {36.875, 122.433}, {43.1, 131.9},
                                       {31.2, 122.9},   {34.7, 135.2},     {1.25, 103.9}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        double m = 0;
        assert_int_equal(
            water_reach_between_m(water, busan, at(places[i][0], places[i][1]), &m), 0);
        double by_field_m = water_field_distance_m(field, at(places[i][0], places[i][1]));
        assert_near(m / by_field_m, 1, 0.02);
    }
    double m = 0;
    assert_int_equal(water_reach_between_m(water, busan, busan, &m), 0);
    assert_near(m, 0, 1);
    /* Across the Pacific, the search reaches its bound. */
    assert_int_equal(water_reach_between_m(water, busan, at(-33, -71.7), &m), ERR_LIMIT);
    water_field_release(field);
}

static void a_damaged_grid(void **state)
{
    struct water *other = NULL;
    struct err err = {0};
    static const char no_grid[] = "LKWATER1\x01\x02\x03";
    assert_int_equal(water_create(no_grid, sizeof no_grid, &other, &err), ERR_CORRUPT);
    assert_true(err.text[0] != '\0');
    assert_int_equal(water_create("", 0, &other, NULL), ERR_CORRUPT);
    assert_int_equal(water_create(grid, grid_bytes - 1, &other, NULL), ERR_CORRUPT);
    assert_int_equal(water_create(grid, grid_bytes + 1, &other, NULL), ERR_CORRUPT);
    water_release(NULL);
    water_field_release(NULL);
    water_reach_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_distances),
        cmocka_unit_test(the_open_sea),
        cmocka_unit_test(straits_and_canals_are_open),
        cmocka_unit_test(land_is_closed),
        cmocka_unit_test(cells),
        cmocka_unit_test(across_the_antimeridian),
        cmocka_unit_test(what_cannot_be_reached),
        cmocka_unit_test(the_limit),
        cmocka_unit_test(the_nearest_of_several),
        cmocka_unit_test(it_falls_smoothly),
        cmocka_unit_test(saved_and_loaded),
        cmocka_unit_test(what_lies_near_the_way),
        cmocka_unit_test(single_ways_agree_with_fields),
        cmocka_unit_test(a_damaged_grid),
    };
    grid = test_read_file(test_root_path("config/water.bin"), &grid_bytes);
    if (grid == NULL || water_create(grid, grid_bytes, &water, NULL) != 0) {
        printf("1..1\nnot ok 1 - config/water.bin is not read\n");
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    water_release(water);
    free(grid);
    return failed;
}
