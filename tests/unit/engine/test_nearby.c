/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests which ships were heard near a place: it compares the cells with a
 * look at every ship, all over the world and mostly at the poles and at 180 degrees. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static const char yaml[] = "site: test\n";

static uint32_t brute(const struct engine *e, const struct ship *except,
                      struct geo_pos pos, int64_t since_ms)
{
    uint32_t n = 0;
    size_t cursor = 0;
    for (const struct ship *s; (s = ship_next(e, &cursor)) != NULL;) {
        const struct track *t = tracks_current(&s->tracks);
        n += s != except && t != NULL &&
             track_path_nearest_m(t, pos, since_ms) <= 30 * NM_M;
    }
    return n;
}

/* Returns the nearest by trying all, in the order of an insertion sort; the watched one
 * last. */
static size_t brute_nearest(const struct engine *e, const struct rule_near_ask *ask,
                            uint32_t *ret_mmsi, size_t room)
{
    double least_m = -1, watched_m = HUGE_VAL;
    uint32_t watched = 0, before = 0;
    size_t n = 0;
    bool has_watched = false;
    for (; n < room; n++) {
        double best_m = HUGE_VAL;
        uint32_t best = 0;
        bool is_watched = false;
        size_t cursor = 0;
        for (const struct ship *s; (s = ship_next(e, &cursor)) != NULL;) {
            const struct track_fix *last = &tracks_current(&s->tracks)->last;
            double m = geo_distance_exact_m(last->pos, ask->pos);
            if (last->time_ms < ask->since_ms ||
                geo_distance_m(last->pos, ask->pos) > ask->within_m)
                continue;
            if (s->watch != NULL && m < watched_m) {
                watched_m = m;
                watched = s->mmsi;
            }
            bool is_behind = m > least_m || (m >= least_m && s->mmsi > before);
            if (is_behind && (m < best_m || (m <= best_m && s->mmsi < best))) {
                best_m = m;
                best = s->mmsi;
                is_watched = s->watch != NULL;
            }
        }
        if (best == 0)
            break;
        has_watched = has_watched || is_watched;
        least_m = best_m;
        ret_mmsi[n] = before = best;
    }
    if (!has_watched && watched != 0)
        ret_mmsi[n - 1] = watched;
    return n;
}

static double uniform(struct test_random *r, double low, double high)
{
    return low + (high - low) * (double)test_random_below(r, 1000001) / 1e6;
}

static void test_against_every_ship(void **state)
{
    static const struct {
        double south, north, west, east;
    } places[] = {
        {34, 38, 124, 128},     {-2, 2, -2, 2},   {-3, 3, 177, 183},
        {84, 90, -180, 180},    {88, 90, 0, 360}, {-90, -88, 0, 360},
        {59.5, 60.5, 179, 181}, {70, 71, -1, 1},  {-0.4, 0.4, 359, 361},
    };
    struct test_random r = {.state = 20240327};
    print_message("# seed %llu\n", (unsigned long long)r.state);
    uint64_t counted = 0;
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
        struct enginerun run;
        enginerun_init(&run, yaml, NULL);
        for (uint32_t i = 0; i < 300; i++) {
            double lat = uniform(&r, places[k].south, places[k].north);
            double lon = geo_fold_lon(uniform(&r, places[k].west, places[k].east));
            enginerun_fix(&run, 440000000 + i, i / 10.0, lat, lon, 5);
        }
        for (int i = 0; i < 200; i++) {
            struct geo_pos pos = geo_to_pos(
                (struct geo_point){uniform(&r, places[k].south, places[k].north),
                                   uniform(&r, places[k].west, places[k].east)});
            const struct ship *except =
                ship_find(run.engine, 440000000 + (uint32_t)test_random_below(&r, 300));
            int64_t since_ms =
                ENGINERUN_DAY0 + (int64_t)test_random_below(&r, 30) * MINUTE_MS;
            uint32_t wanted = brute(run.engine, except, pos, since_ms);
            counted += wanted;
            assert_int_equal(nearby_count(run.engine, except, pos, since_ms), wanted);
        }
        enginerun_finish(&run);
    }
    assert_true(counted > 1000);
}

static void test_nearest(void **state)
{
    static const char watched[] = "site: test\nvessels:\n"
                                  "  - {id: a, mmsi: 440000007}\n"
                                  "  - {id: b, mmsi: 440000155}\n";
    static const double within_nm[] = {5, 60, 600, 3000};
    static const double centres[][2] = {{36, 126}, {0, 180}, {89, 0}, {-75, -179.5}};
    struct test_random r = {.state = 20240401};
    size_t found = 0, last_is_watched = 0;
    for (size_t k = 0; k < sizeof centres / sizeof centres[0]; k++) {
        struct enginerun run;
        enginerun_init(&run, watched, NULL);
        for (uint32_t i = 0; i < 300; i++)
            enginerun_fix(&run, 440000000 + i, i / 10.0,
                          fmin(90, fmax(-90, centres[k][0] + uniform(&r, -4, 4))),
                          geo_fold_lon(centres[k][1] + uniform(&r, -4, 4)), 5);
        for (int i = 0; i < 400; i++) {
            struct rule_near_ask ask = {
                .pos = geo_to_pos((struct geo_point){
                    fmin(90, fmax(-90, centres[k][0] + uniform(&r, -4, 4))),
                    centres[k][1] + uniform(&r, -4, 4)}),
                .within_m = within_nm[i % 4] * NM_M,
                .since_ms = ENGINERUN_DAY0 + (i % 7 == 0 ? 25 * MINUTE_MS : 0)};
            uint32_t wanted[5];
            struct rule_near got[5];
            size_t room = 1 + (size_t)test_random_below(&r, 5);
            size_t n = brute_nearest(run.engine, &ask, wanted, room);
            assert_int_equal(nearby_nearest(run.engine, &ask, got, room), n);
            for (size_t j = 0; j < n; j++)
                assert_int_equal(got[j].mmsi, wanted[j]);
            found += n;
            last_is_watched += n != 0 && got[n - 1].is_watched;
        }
        enginerun_finish(&run);
    }
    assert_true(found > 2000 && last_is_watched > 300);
}

/* Ships that move away or are forgotten leave their cells. */
static void test_moving_and_forgetting(void **state)
{
    struct test_random r = {.state = 7};
    struct enginerun run;
    enginerun_init(&run, yaml, NULL);
    run.engine->conf.vessels_max = 50;
    for (int i = 0; i < 5000; i++) {
        uint32_t mmsi = 440000000 + (uint32_t)test_random_below(&r, 80);
        enginerun_fix(&run, mmsi, i, 36 + uniform(&r, -0.7, 0.7),
                      125 + uniform(&r, -0.7, 0.7), 5);
        if (i % 50 == 0) {
            struct geo_pos pos = geo_to_pos((struct geo_point){36, 125});
            assert_int_equal(nearby_count(run.engine, NULL, pos, TIME_NONE),
                             brute(run.engine, NULL, pos, TIME_NONE));
        }
    }
    assert_int_equal(engine_vessel_count(run.engine), 50);
    assert_true(engine_counts(run.engine)->vessels_forgotten > 100);
    enginerun_finish(&run);
}

/* Each ship sails one leg: the count is between the numbers of legs of which one of 200
 * places lies within 29.7 nm and within 30.3 nm. */
static uint32_t brute_legs(struct geo_point (*legs)[2], size_t count, struct geo_pos pos,
                           double radius_m)
{
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_near = false;
        for (int k = 0; k <= 200 && !is_near; k++) {
            double part = k / 200.0;
            struct geo_point on = {
                legs[i][0].lat + (legs[i][1].lat - legs[i][0].lat) * part,
                legs[i][0].lon + (legs[i][1].lon - legs[i][0].lon) * part};
            is_near = geo_distance_m(geo_to_pos(on), pos) <= radius_m;
        }
        n += is_near;
    }
    return n;
}

static void test_where_they_were(void **state)
{
    (void)state;
    enum { SHIPS = 200, HOURS = 8 };
    struct geo_point legs[SHIPS][2];
    struct test_random r = {.state = 20261130};
    struct enginerun run;
    enginerun_init(&run, yaml, NULL);
    for (size_t i = 0; i < SHIPS; i++) {
        legs[i][0] = (struct geo_point){uniform(&r, 58, 62), uniform(&r, -4, 4)};
        legs[i][1] = (struct geo_point){legs[i][0].lat + uniform(&r, -2, 2),
                                        legs[i][0].lon + uniform(&r, -3, 3)};
    }
    for (int end = 0; end < 2; end++)
        for (size_t i = 0; i < SHIPS; i++)
            enginerun_fix(&run, 440000000 + (uint32_t)i,
                          end * HOURS * 60 + (double)i / 10, legs[i][end].lat,
                          legs[i][end].lon, 12);
    for (int i = 0; i < 500; i++) {
        struct geo_pos pos =
            geo_to_pos((struct geo_point){uniform(&r, 57, 63), uniform(&r, -6, 6)});
        uint32_t count = nearby_count(run.engine, NULL, pos, ENGINERUN_DAY0);
        assert_in_range(count, brute_legs(legs, SHIPS, pos, 29.7 * NM_M),
                        brute_legs(legs, SHIPS, pos, 30.3 * NM_M));
    }
    enginerun_finish(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_where_they_were), TEST(test_against_every_ship),
          TEST(test_nearest), TEST(test_moving_and_forgetting))
