/* SPDX-License-Identifier: Apache-2.0 */
/* When a ship is at rest: <= 0.5 kn begins a stop, >= 1.5 kn held for 10 min or more than
 * 1 km from its begin ends it. 0.009 degree of latitude is 1000.8 m. */
#include "lookout/voyage/stop.h"

#include "lib/ports_fixture.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"

/* A ship that goes north along a meridian. */
struct one {
    int64_t minute;
    double lat, kn; /* < 0: unknown */
    uint8_t has;    /* besides */
};

static struct track_fix fix_of(const struct one *at)
{
    return (struct track_fix){.time_ms = at->minute * MINUTE_MS,
                              .pos = fixture_pos(at->lat, 20),
                              .has = at->has};
}

/* Plays fixes after a stop that begins with the first; the minute of the fix that ends it
 * (-1: none does), the stop as it is then in *ret. */
static int64_t play(const struct one *fixes, size_t n, struct stop *ret)
{
    struct call_conf conf = call_conf_default();
    struct track_fix before = fix_of(&fixes[0]);
    assert_true(stop_is_slow(&conf, fixes[0].kn));
    stop_begin(ret, &before);
    for (size_t i = 1; i < n; i++) {
        struct track_fix fix = fix_of(&fixes[i]);
        if (stop_fix(ret, &conf, &before, &fix, fixes[i].kn))
            return fixes[i].minute;
        before = fix;
    }
    return -1;
}
#define PLAY(ret, ...)                                                                   \
    play((const struct one[]){__VA_ARGS__},                                              \
         sizeof((const struct one[]){__VA_ARGS__}) / sizeof(struct one), ret)

static void test_begins(void **state)
{
    struct call_conf conf = call_conf_default();
    (void)state;
    assert_true(stop_is_slow(&conf, 0));
    assert_true(stop_is_slow(&conf, 0.5));
    assert_false(stop_is_slow(&conf, 0.6));
    assert_false(stop_is_slow(&conf, -1));
}

static void test_ends_by_speed(void **state)
{
    struct stop s;
    (void)state;
    /* 1.4 kn is neither; 1.5 kn is under way once held for 10 min */
    assert_int_equal(
        PLAY(&s, {0, 30, 0.5, 0}, {5, 30, 1.4, 0}, {10, 30, 1.5, 0}, {19, 30, 1.5, 0}),
        -1);
    assert_int_equal(PLAY(&s, {0, 30, 0.5, 0}, {5, 30, 1.4, 0}, {10, 30, 1.5, 0},
                          {19, 30, 1.5, 0}, {20, 30, 1.5, 0}),
                     20);
    assert_int_equal(stop_end_ms(&s), 10 * MINUTE_MS);
    /* slow again between: not held; what is unknown says nothing */
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {5, 30, 2, 0}, {10, 30, 1, 0},
                          {15, 30, 2, 0}, {20, 30, -1, 0}),
                     -1);
    assert_int_equal(s.last_ms, 10 * MINUTE_MS);
    /* fast fixes 31 min apart do not show it held */
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {5, 30, 2, 0}, {36, 30, 2, 0}), -1);
}

static void test_ends_by_distance(void **state)
{
    struct stop s;
    (void)state;
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {60, 30.0089, 0.5, 0}), -1);
    assert_int_equal(
        PLAY(&s, {0, 30, 0, 0}, {60, 30.0089, 0.5, 0}, {70, 30.0091, 0.5, 0}), 70);
    assert_int_equal(stop_end_ms(&s), 60 * MINUTE_MS);
    /* a position to 0.1' of latitude, 185 m, may be that far off */
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {60, 30.0105, 0, FIX_COARSE}), -1);
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {60, 30.0108, 0, FIX_COARSE}), 60);
    /* under way at the next fix: then it ended, unless half an hour was unheard */
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {30, 30.02, 9, 0}), 30);
    assert_int_equal(stop_end_ms(&s), 30 * MINUTE_MS);
    assert_int_equal(PLAY(&s, {0, 30, 0, 0}, {31, 30.02, 9, 0}), 31);
    assert_int_equal(stop_end_ms(&s), 0);
}

static void test_saved(void **state)
{
    struct stop stops[3], loaded;
    (void)state;
    assert_int_equal(PLAY(&stops[0], {7, 30, 0, FIX_COARSE}), -1);
    assert_int_equal(PLAY(&stops[1], {0, -30, 0.2, 0}, {60, -30, 0.2, 0}), -1);
    assert_int_equal(PLAY(&stops[2], {0, 30, 0, 0}, {9, 30, 0, 0}, {12, 30, 3, 0}), -1);
    for (size_t i = 0; i < 3; i++) {
        struct buf saved = {0};
        struct wire_writer w = {.out = &saved};
        struct wire_reader r;
        stop_save(&stops[i], &w);
        wire_reader_init(&r, saved.data, saved.length);
        stop_load(&loaded, &r);
        assert_false(w.failed || r.failed);
        assert_ptr_equal(r.at, r.end);
        assert_int_equal(loaded.begin.time_ms, stops[i].begin.time_ms);
        assert_int_equal(loaded.begin.pos.lat_e7, stops[i].begin.pos.lat_e7);
        assert_int_equal(loaded.last_ms, stops[i].last_ms);
        assert_int_equal(loaded.fast_since_ms, stops[i].fast_since_ms);
        wire_reader_init(&r, saved.data, saved.length - 1);
        stop_load(&loaded, &r);
        assert_true(r.failed);
        buf_finish(&saved);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_begins), TEST(test_ends_by_speed),
          TEST(test_ends_by_distance), TEST(test_saved))
