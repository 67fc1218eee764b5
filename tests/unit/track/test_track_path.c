/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the path that is kept as evidence, and saved tracks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"
#include "lookout/track/track.h"

#define DAY0 INT64_C(1700000000000)

static struct geo_pos at(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

static struct track *add(struct tracks *t, int64_t time_ms, struct geo_pos pos)
{
    struct track_conf conf = tracks_conf_default();
    struct track_fix f = {.time_ms = time_ms, .pos = pos};
    enum track_verdict verdict;
    struct track *track;
    uint32_t gone;
    assert_int_equal(tracks_add(t, &conf, &f, &verdict, &track, &gone), 0);
    assert_int_equal(verdict, TRACK_ACCEPTED);
    return track;
}

/* A voyage with corners: the ship leaves a berth where it lay 30 h, and sails 4 legs at
 * 10 kn, with fixes every 10 s at sea and every 3 min at the berth, and 8 m of noise. */
struct voyage_fix {
    int64_t time_ms;
    struct geo_pos pos;
};
#define LEGS 4
static const struct geo_point corners[LEGS + 1] = {
    {38.7, 125.2}, {38.2, 124.0}, {36.9, 122.8}, {34.0, 124.5}, {34.3, 127.7}};

static size_t make_voyage(struct voyage_fix **ret_fixes, uint64_t seed)
{
    struct test_random random = {seed};
    size_t room = 60000, count = 0;
    struct voyage_fix *fixes = malloc(room * sizeof *fixes);
    assert_non_null(fixes);
    int64_t time_ms = DAY0;
    struct geo_pos berth = geo_to_pos(corners[0]);
    for (int i = 0; i < 600; i++, time_ms += 180000)
        fixes[count++] = (struct voyage_fix){
            time_ms, geo_destination(berth, (double)test_random_below(&random, 360),
                                     (double)test_random_below(&random, 8))};
    for (int leg = 0; leg < LEGS; leg++) {
        struct geo_pos a = geo_to_pos(corners[leg]), b = geo_to_pos(corners[leg + 1]);
        double length_m = geo_distance_m(a, b);
        for (double run = 0; run < length_m; run += 51.4, time_ms += 10000) {
            struct geo_pos on = geo_interpolate(a, b, run / length_m);
            assert_true(count < room);
            fixes[count++] = (struct voyage_fix){
                time_ms, geo_destination(on, (double)test_random_below(&random, 360),
                                         (double)test_random_below(&random, 8))};
        }
    }
    *ret_fixes = fixes;
    return count;
}

static double worst_error_m(const struct track *t, const struct voyage_fix *fixes,
                            size_t count)
{
    double worst = 0;
    uint32_t k = 0;
    for (size_t i = 0; i < count; i++) {
        if (fixes[i].time_ms < t->path[0].time_ms)
            continue;
        while (k + 2 < t->path_count && t->path[k + 1].time_ms < fixes[i].time_ms)
            k++;
        int64_t span = t->path[k + 1].time_ms - t->path[k].time_ms;
        double part = (double)(fixes[i].time_ms - t->path[k].time_ms) / (double)span;
        struct geo_pos on = geo_interpolate(t->path[k].pos, t->path[k + 1].pos, part);
        worst = fmax(worst, geo_distance_m(on, fixes[i].pos));
    }
    return worst;
}

static void test_long_voyage_in_64_points(void **state)
{
    struct voyage_fix *fixes;
    size_t count = make_voyage(&fixes, 7);
    struct tracks t;
    tracks_init(&t);
    for (size_t i = 0; i < count; i++)
        add(&t, fixes[i].time_ms, fixes[i].pos);
    const struct track *track = t.items[0];
    assert_true(track->path_count <= TRACK_PATH_POINTS);
    const struct track_point *first = &track->path[0];
    const struct track_point *last = &track->path[track->path_count - 1];
    assert_true(first->time_ms == fixes[0].time_ms);
    assert_memory_equal(&first->pos, &fixes[0].pos, sizeof first->pos);
    assert_true(last->time_ms == fixes[count - 1].time_ms);
    assert_memory_equal(&last->pos, &fixes[count - 1].pos, sizeof last->pos);
    /* Straight legs and a berth need no more than their corners: 64 points hold the whole
     * voyage of 510 nm to within 500 m. */
    double worst = worst_error_m(track, fixes, count);
    print_message("%zu fixes, %u points, worst %.0f m, tolerance %.0f m\n", count,
                  (unsigned)track->path_count, worst, track->path_tolerance_m);
    assert_true(worst < 500);
    int at_berth = 0;
    for (uint32_t i = 0; i < track->path_count; i++)
        at_berth += track->path[i].time_ms < DAY0 + 600 * 180000;
    assert_true(at_berth <= 16);
    tracks_finish(&t);
    free(fixes);
}

/* The ship circles at 20 kn, heard every 2 s: no single step departs from the chord. */
static void turn(double radius_m, double allowed_m)
{
    struct tracks t;
    tracks_init(&t);
    struct geo_pos centre = at(35, 128);
    size_t count = 3000;
    struct voyage_fix *fixes = malloc(count * sizeof *fixes);
    assert_non_null(fixes);
    for (size_t i = 0; i < count; i++) {
        double bearing = (double)i * 20.577 / radius_m * 180.0 / 3.14159265358979;
        fixes[i].time_ms = DAY0 + (int64_t)i * 2000;
        fixes[i].pos = geo_destination(centre, fmod(bearing, 360), radius_m);
        add(&t, fixes[i].time_ms, fixes[i].pos);
    }
    const struct track *track = t.items[0];
    double worst = worst_error_m(track, fixes, count);
    print_message("circle of %.0f m: %u points, worst %.0f m\n", radius_m,
                  (unsigned)track->path_count, worst);
    assert_true(worst < allowed_m);
    tracks_finish(&t);
    free(fixes);
}

static void test_slow_turns_are_kept(void **state)
{
    turn(5000, 150);
    turn(50000, 100);
    turn(500000, 100);
}

static void test_old_points_go(void **state)
{
    struct tracks t;
    tracks_init(&t);
    for (int day = 0; day < 200; day++)
        add(&t, DAY0 + day * DAY_MS, at(10 + day % 7, 100 + day % 5));
    const struct track *track = t.items[0];
    assert_true(track->path[1].time_ms >= DAY0 + (199 - 60) * DAY_MS);
    assert_true(track->first.time_ms == DAY0);
    tracks_finish(&t);
}

/* --- track_path --- */

static void test_path_between_times(void **state)
{
    struct tracks t;
    tracks_init(&t);
    struct track_point p[TRACK_PATH_POINTS + 2];
    struct track none = {0};
    assert_int_equal(track_path(&none, TIME_NONE, INT64_MAX, p, 64), 0);
    struct track *track = add(&t, DAY0, at(37, 125));
    assert_int_equal(track_path(track, TIME_NONE, INT64_MAX, p, 64), 1);
    add(&t, DAY0 + HOUR_MS, at(37, 125.2));
    add(&t, DAY0 + 2 * HOUR_MS, at(37.2, 125.2));
    add(&t, DAY0 + 3 * HOUR_MS, at(37.2, 125.0));
    assert_int_equal(track_path(track, TIME_NONE, INT64_MAX, p, 64), 4);
    assert_true(p[0].time_ms == DAY0 && p[3].time_ms == DAY0 + 3 * HOUR_MS);
    /* both ends lie between fixes: halfway on the first and on the last leg */
    size_t n = track_path(track, DAY0 + HOUR_MS / 2, DAY0 + 5 * HOUR_MS / 2, p, 64);
    assert_int_equal(n, 4);
    assert_true(p[0].time_ms == DAY0 + HOUR_MS / 2);
    assert_int_equal(p[0].pos.lon_e7, 1251000000);
    assert_int_equal(p[3].pos.lon_e7, 1251000000);
    assert_int_equal(p[3].pos.lat_e7, 372000000);
    assert_true(p[3].time_ms == DAY0 + 5 * HOUR_MS / 2);
    /* at fixes: the fixes themselves */
    n = track_path(track, DAY0 + HOUR_MS, DAY0 + 2 * HOUR_MS, p, 64);
    assert_int_equal(n, 2);
    assert_int_equal(p[0].pos.lon_e7, 1252000000);
    assert_int_equal(p[1].pos.lat_e7, 372000000);
    n = track_path(track, DAY0 + HOUR_MS, DAY0 + HOUR_MS, p, 64);
    assert_int_equal(n, 1);
    assert_int_equal(track_path(track, DAY0 + 9 * HOUR_MS, INT64_MAX, p, 64), 1);
    assert_true(p[0].time_ms == DAY0 + 3 * HOUR_MS);
    assert_int_equal(track_path(track, TIME_NONE, DAY0 - 1, p, 64), 0);
    /* too little room: the ends stay */
    n = track_path(track, TIME_NONE, INT64_MAX, p, 2);
    assert_int_equal(n, 2);
    assert_true(p[0].time_ms == DAY0 && p[1].time_ms == DAY0 + 3 * HOUR_MS);
    n = track_path(track, TIME_NONE, INT64_MAX, p, 3);
    assert_int_equal(n, 3);
    tracks_finish(&t);
}

static void test_path_over_the_antimeridian(void **state)
{
    struct tracks t;
    tracks_init(&t);
    struct track *track = add(&t, DAY0, at(52, 179.9));
    add(&t, DAY0 + HOUR_MS, at(52, -179.9));
    struct track_point p[4];
    assert_int_equal(track_path(track, DAY0 + HOUR_MS / 4, DAY0 + 3 * HOUR_MS / 4, p, 4),
                     2);
    assert_int_equal(p[0].pos.lon_e7, 1799500000);
    assert_int_equal(p[1].pos.lon_e7, -1799500000);
    tracks_finish(&t);
}

/* --- saved --- */

static void save(const struct tracks *t, struct buf *b)
{
    buf_clear(b);
    struct wire_writer w = {.out = b};
    track_wire_save_all(t, &w);
    assert_false(w.failed);
}

static int load(struct tracks *t, const void *bytes, size_t n)
{
    struct wire_reader r;
    wire_reader_init(&r, bytes, n);
    int error = track_wire_load_all(t, &r);
    if (error == 0)
        assert_true(r.at == r.end);
    return error;
}

/* Positions in AIS units and whole seconds, as AIS sends them; then others. */
static void test_saved_and_loaded_alike(void **state)
{
    for (int odd = 0; odd < 2; odd++) {
        struct voyage_fix *fixes;
        size_t count = make_voyage(&fixes, 11);
        struct tracks t, back;
        tracks_init(&t);
        struct buf a = {0}, b = {0};
        for (size_t i = 0; i < count; i++) {
            struct geo_pos pos = fixes[i].pos;
            pos.lat_e7 = odd ? pos.lat_e7 : pos.lat_e7 / 50 * 50;
            pos.lon_e7 = odd ? pos.lon_e7 : pos.lon_e7 / 50 * 50;
            add(&t, fixes[i].time_ms + odd * 7, pos);
            if (i % 997 != 0 && i + 1 != count)
                continue;
            save(&t, &a);
            assert_int_equal(load(&back, a.data, a.length), 0);
            save(&back, &b); /* and the track goes on from there */
            assert_int_equal(a.length, b.length);
            assert_memory_equal(a.data, b.data, a.length);
            tracks_finish(&t);
            t = back;
        }
        print_message("full track: %zu bytes\n", a.length);
        assert_true(a.length < (odd ? 900u : 750u));
        tracks_finish(&t);
        free(fixes);
        buf_finish(&a);
        buf_finish(&b);
    }
}

static void test_damage_is_refused(void **state)
{
    struct tracks t, back;
    tracks_init(&t);
    struct track_conf conf = tracks_conf_default();
    for (int i = 0; i < 40; i++) {
        struct track_fix f = {.time_ms = DAY0 + i * HOUR_MS,
                              .pos = at(i % 3 == 2 ? -37 : 37, 125 + i % 5 * 0.1),
                              .has = FIX_SOG | FIX_COG | FIX_HEADING | FIX_NAV_STATUS,
                              .sog_dkn = 100};
        enum track_verdict verdict;
        struct track *track;
        uint32_t gone;
        assert_int_equal(tracks_add(&t, &conf, &f, &verdict, &track, &gone), 0);
    }
    assert_int_equal(t.count, 2);
    struct buf b = {0};
    save(&t, &b);
    for (size_t n = 0; n < b.length; n++) {
        assert_int_equal(load(&back, b.data, n), ERR_CORRUPT);
        assert_int_equal(back.count, 0);
    }
    struct test_random random = {99};
    for (int i = 0; i < 20000; i++) { /* any bytes: refused or loaded, never a crash */
        size_t at_byte = test_random_below(&random, b.length);
        char kept = b.data[at_byte];
        b.data[at_byte] = (char)test_random_below(&random, 256);
        struct wire_reader r;
        wire_reader_init(&r, b.data, b.length);
        if (track_wire_load_all(&back, &r) == 0)
            tracks_finish(&back);
        b.data[at_byte] = kept;
    }
    buf_finish(&b);
    tracks_finish(&t);
}

/* Returns the metres of so many degrees of latitude on the sphere of 6371008.8 m. */
static double degrees_m(double degrees)
{
    return degrees * 6371008.8 * 3.14159265358979323846 / 180;
}

static bool is_about(double value_m, double wanted_m)
{
    return fabs(value_m - wanted_m) <= 0.01 * wanted_m;
}

/* The ship sails north along 179.9 E from 36 N to 37 N in 3 h, then east over 180
 * degrees. */
static void test_nearest(void **state)
{
    (void)state;
    struct tracks t;
    tracks_init(&t);
    add(&t, DAY0, at(36, 179.9));
    add(&t, DAY0 + 3 * HOUR_MS, at(37, 179.9));
    struct track *track = add(&t, DAY0 + 6 * HOUR_MS, at(37, -179.1));
    double abeam_m = degrees_m(0.4) * cos(36.5 * 3.14159265358979323846 / 180);
    struct geo_pos abeam = at(36.5, -179.7), south = at(35.8, 179.9);
    assert_true(is_about(track_path_nearest_m(track, abeam, TIME_NONE), abeam_m));
    assert_true(is_about(track_path_nearest_m(track, south, TIME_NONE), degrees_m(0.2)));
    /* since the ship was at 36.5 N, the nearest place */
    assert_true(is_about(track_path_nearest_m(track, south, DAY0 + 3 * HOUR_MS / 2),
                         degrees_m(0.7)));
    assert_true(
        is_about(track_path_nearest_m(track, at(37.1, -179.1), DAY0 + 6 * HOUR_MS),
                 degrees_m(0.1)));
    assert_true(track_path_nearest_m(track, south, DAY0 + 6 * HOUR_MS + 1) > 1e300);
    tracks_finish(&t);
}

TEST_MAIN(NULL, NULL, TEST(test_nearest), TEST(test_long_voyage_in_64_points),
          TEST(test_slow_turns_are_kept), TEST(test_old_points_go),
          TEST(test_path_between_times), TEST(test_path_over_the_antimeridian),
          TEST(test_saved_and_loaded_alike), TEST(test_damage_is_refused))
