/* SPDX-License-Identifier: Apache-2.0 */
/* Distances from the shore: places whose distance another program has measured, and files
 * that are damaged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/geo/shore.h"

static struct shore *shore;
static char *bytes;
static size_t size;

static struct geo_pos at(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

/* tests/tools/shore_points.c compares each place with every edge of Natural Earth's land
 * and measures on the ellipsoid with PROJ. */
static void the_same_to_2_km(void **state)
{
    char *text = test_read_file(test_root_path("tests/data/geo/shore-points.csv"), NULL);
    double worst = 0, lat, lon, m;
    unsigned rows = 0, on_land = 0, far = 0;
    assert_non_null(text);
    for (char *line = strchr(text, '\n'); line != NULL && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        assert_int_equal(sscanf(line + 1, "%lf,%lf,%lf", &lat, &lon, &m), 3);
        double ours = shore_distance_m(shore, at(lat, lon));
        double theirs = m < SHORE_FAR_M ? m : SHORE_FAR_M;
        double wrong = ours > theirs ? ours - theirs : theirs - ours;
        if (wrong > 2000)
            print_message("# %.5f %.5f: %.0f m, should be %.0f\n", lat, lon, ours, m);
        worst = wrong > worst ? wrong : worst;
        on_land += m <= 0;
        far += m >= SHORE_FAR_M;
        rows++;
    }
    print_message("# %u places, at worst %.0f m wrong\n", rows, worst);
    assert_true(worst <= 2000);
    assert_true(rows == 2100 && on_land > 300 && far > 100);
    free(text);
}

/* In the middle of a sea, of a country, and of lakes, which are land; on 180 degrees and
 * at the poles. */
static void corners_of_the_world(void **state)
{
    assert_near(shore_distance_m(shore, at(0, -140)), SHORE_FAR_M, 0);
    assert_near(shore_distance_m(shore, at(47, 100)), 0, 0);
    assert_near(shore_distance_m(shore, at(47.5, -87.5)), 0, 0); /* Lake Superior */
    assert_near(shore_distance_m(shore, at(90, 0)), SHORE_FAR_M, 0);
    assert_near(shore_distance_m(shore, at(-90, 0)), 0, 0);
    assert_near(shore_distance_m(shore, at(30, 180)), SHORE_FAR_M, 0);
    assert_near(shore_distance_m(shore, at(-75, 180)), /* the Ross Sea */
                shore_distance_m(shore, at(-75, -180)), 0);
    /* Wrangel Island lies on 180 degrees. */
    assert_near(shore_distance_m(shore, at(71.2, 180)), 0, 0);
    assert_near(shore_distance_m(shore, at(71.2, 179.9999)), 0, 0);
    assert_near(shore_distance_m(shore, at(71.2, -179.9999)), 0, 0);
}

static void what_is_damaged_is_refused(void **state)
{
    struct shore *none = NULL;
    struct err err = {0};
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    const size_t lengths[] = {0, 7, 8, 9, 100, size / 2, size - 1};
    memcpy(copy, bytes, size);
    copy[size] = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(shore_create(copy, lengths[i], &none, &err), ERR_CORRUPT);
    assert_int_equal(shore_create(copy, size + 1, &none, &err), ERR_CORRUPT);
    copy[3] ^= 1;
    assert_int_equal(shore_create(copy, size, &none, &err), ERR_CORRUPT);
    copy[3] ^= 1;
    assert_null(none);
    /* A bit that is turned either shows or gives another distance; nothing else happens.
     */
    struct test_random random = {1};
    for (int i = 0; i < 20; i++) {
        size_t where = 8 + test_random_below(&random, size - 8);
        copy[where] ^= (char)(1u << test_random_below(&random, 8));
        int rc = shore_create(copy, size, &none, &err);
        assert_true(rc == 0 || rc == ERR_CORRUPT);
        if (rc == 0) {
            double m = shore_distance_m(none, at(36.5, 124));
            assert_true(m >= 0 && m <= SHORE_FAR_M);
            shore_release(none);
            none = NULL;
        }
        memcpy(copy, bytes, size);
    }
    free(copy);
}

static void the_last_holder_frees(void **state)
{
    struct shore *again = shore_hold(shore);
    shore_release(again);
    shore_release(NULL);
    assert_near(shore_distance_m(shore, at(0, -140)), SHORE_FAR_M, 0);
}

static int read_all(void **state)
{
    struct err err = {0};
    bytes = test_read_file(test_root_path("config/shore.bin"), &size);
    return bytes == NULL || shore_create(bytes, size, &shore, &err) != 0;
}

static int free_all(void **state)
{
    shore_release(shore);
    free(bytes);
    return 0;
}

TEST_MAIN(read_all, free_all, TEST(the_same_to_2_km), TEST(corners_of_the_world),
          TEST(what_is_damaged_is_refused), TEST(the_last_holder_frees))
