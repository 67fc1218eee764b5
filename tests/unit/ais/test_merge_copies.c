/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of one message, as the merge folds them. */
#include <string.h>

#include "lib/testlib.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

#define BASE_MS INT64_C(1600000000000)

static void add_sources(struct merge *m, int sources, bool is_live)
{
    struct merge_source_conf conf = {.is_live = is_live};
    assert_non_null(m);
    for (int i = 0; i < sources; i++)
        assert_int_equal(merge_add(m, &conf), i);
}

static struct report same(char ship, int64_t time_ms, uint16_t source, int second)
{
    struct report r = {.time_ms = time_ms, .arrival_ms = time_ms, .source = source};
    r.mmsi = 431000000u + (uint32_t)ship;
    if (second >= 0) {
        r.has = HAS_UTC_SECOND;
        r.utc_second = (uint8_t)second;
    }
    return r;
}

/* One message heard by three stations over seconds, and the same words minutes later: of
 * one source news, of the other a copy up to a quarter of an hour later. */
static void test_duplicates(void **state)
{
    static const struct {
        int64_t time_ms;
        uint16_t source;
        char ship;
        int second;
        bool is_copy;
    } reports[] = {
        {0, 0, 'A', 10, false},       {1000, 1, 'A', 10, true},
        {29000, 0, 'A', 10, true},    {30000, 1, 'A', 10, true},
        {30001, 0, 'A', 10, false},   {30500, 1, 'B', 10, false},
        {31000, 0, 'A', 11, false},   {180000, 0, 'A', 10, false},
        {185000, 1, 'A', 10, true},   {360000, 1, 'A', 10, true},
        {1080000, 1, 'A', 10, true},  {1080001, 1, 'A', 10, false},
        {1260000, 1, 'A', 10, false}, {1260000, 0, 'A', 10, true},
    };
    struct merge *m = merge_create();
    size_t passed = 0;
    add_sources(m, 2, true);
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        struct report r = same(reports[i].ship, BASE_MS + reports[i].time_ms,
                               reports[i].source, reports[i].second);
        assert_int_equal(merge_push(m, &r), 0);
        assert_int_equal(merge_next(m) == NULL, reports[i].is_copy);
        passed += reports[i].is_copy ? 0 : 1;
    }
    assert_int_equal(merge_counts(m, 0)->passed + merge_counts(m, 1)->passed, passed);
    assert_int_equal(merge_counts(m, 0)->duplicates, 2);
    assert_int_equal(merge_counts(m, 1)->duplicates, 5);
    merge_destroy(m);
}

/* A station of the same source that is late. */
static void test_duplicates_of_a_station(void **state)
{
    struct merge *m = merge_create();
    add_sources(m, 1, false);
    for (int i = 0; i < 8; i++) {
        struct report r = same('A', BASE_MS + i / 4 * 180 * SECOND_MS, 0, i % 4);
        strcpy(r.station, i < 4 ? "near" : "far");
        assert_int_equal(merge_push(m, &r), 0);
    }
    assert_int_equal(merge_end(m, 0), 0);
    for (int i = 0; i < 4; i++) {
        const struct report *r = merge_next(m);
        assert_non_null(r);
        assert_int_equal(r->time_ms, BASE_MS);
    }
    assert_null(merge_next(m));
    merge_destroy(m);
}

/* 200 reports a second: nearly every copy is known that comes ten minutes late. */
static void test_duplicates_of_many(void **state)
{
    enum { COUNT = 120000 };
    struct merge *m = merge_create();
    uint64_t passed = 0;
    add_sources(m, 2, true);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            struct report r =
                same('A', BASE_MS + round * 10 * MINUTE_MS + i * 5, (uint16_t)round, -1);
            r.has = HAS_POSITION;
            r.pos.lat_e7 = i * 1000;
            assert_int_equal(merge_push(m, &r), 0);
            passed += merge_next(m) != NULL;
        }
    }
    print_message("passed %d of %d copies\n", (int)passed - COUNT, COUNT);
    assert_true(passed <= COUNT + COUNT / 50);
    merge_destroy(m);
}

TEST_MAIN(NULL, NULL, TEST(test_duplicates), TEST(test_duplicates_of_a_station),
          TEST(test_duplicates_of_many))
