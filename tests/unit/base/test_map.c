/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/map.h"

#include "lib/testlib.h"

static void test_set_get_remove(void **state)
{
    struct map m = {0};
    int a, b;
    assert_null(map_get(&m, 0));
    assert_null(map_remove(&m, 0));
    assert_int_equal(map_set(&m, 0, &a), 0);
    assert_int_equal(map_set(&m, UINT64_MAX, &b), 0);
    assert_ptr_equal(map_get(&m, 0), &a);
    assert_int_equal(map_set(&m, 0, &b), 0);
    assert_int_equal(m.count, 2);
    assert_ptr_equal(map_remove(&m, 0), &b);
    assert_null(map_get(&m, 0));
    assert_ptr_equal(map_get(&m, UINT64_MAX), &b);
    map_finish(&m);
    assert_int_equal(m.count, 0);
}

/* Compares the map with a plain array: keys 0..499, random sets and removes. */
static void test_against_an_array(void **state)
{
    enum { KEYS = 500, STEPS = 200000 };
    struct test_random random = {20240325};
    print_message("seed %llu\n", (unsigned long long)random.state);
    static int things[KEYS];
    void *expected[KEYS] = {0};
    size_t count = 0;
    struct map m;
    map_init(&m);
    for (int i = 0; i < STEPS; i++) {
        size_t key = (size_t)test_random_below(&random, KEYS);
        if (test_random_below(&random, 2) == 0) {
            assert_ptr_equal(map_remove(&m, key), expected[key]);
            count -= expected[key] != NULL;
            expected[key] = NULL;
        } else {
            count += expected[key] == NULL;
            expected[key] = &things[test_random_below(&random, KEYS)];
            assert_int_equal(map_set(&m, key, expected[key]), 0);
        }
        size_t other = (size_t)test_random_below(&random, KEYS);
        assert_ptr_equal(map_get(&m, other), expected[other]);
        assert_int_equal(m.count, count);
    }
    size_t cursor = 0;
    size_t walked = 0;
    uint64_t key;
    void *value;
    while (map_next(&m, &cursor, &key, &value)) {
        assert_ptr_equal(value, expected[key]);
        walked++;
    }
    assert_int_equal(walked, count);
    map_finish(&m);
}

TEST_MAIN(NULL, NULL, TEST(test_set_get_remove), TEST(test_against_an_array))
