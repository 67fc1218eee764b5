/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests growing arrays: items stay, the room doubles, a size that no memory
 * holds is refused. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/testlib.h"
#include "lookout/base/array.h"

static void test_items_stay(void **state)
{
    int *items = NULL;
    size_t room = 0, moves = 0;
    for (size_t i = 0; i < 10000; i++) {
        size_t before = room;
        assert_int_equal(array_grow(&items, &room, i + 1, sizeof *items), 0);
        assert_true(room > i);
        moves += room != before;
        items[i] = (int)i;
    }
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(items[i], i);
    assert_true(moves < 15); /* log2(10000) is 13.3 */
    assert_int_equal(array_grow(&items, &room, 100000, sizeof *items), 0);
    assert_int_equal(room, 100000);
    assert_int_equal(items[9999], 9999);
    free(items);
}

static void test_extending(void **state)
{
    int *items = NULL;
    assert_int_equal(array_extend(&items, 0, 0, sizeof *items), 0);
    assert_null(items);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(array_extend(&items, i, 1, sizeof *items), 0);
        items[i] = (int)i;
    }
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(items[i], i);
    assert_int_equal(array_extend(&items, SIZE_MAX / 4, 1, sizeof *items), ERR_NOMEM);
    assert_int_equal(items[99], 99);
    free(items);
}

static void test_too_large(void **state)
{
    uint64_t *items = NULL;
    size_t room = 0;
    assert_int_equal(array_grow(&items, &room, SIZE_MAX / 4, sizeof *items), ERR_NOMEM);
    assert_null(items);
    assert_int_equal(room, 0);
}

/* Every set of 0..6 against a walk from its beginning. */
static void test_finding(void **state)
{
    for (unsigned set = 0; set < 1u << 7; set++) {
        uint32_t items[7];
        size_t count = 0;
        for (uint32_t v = 0; v < 7; v++)
            if ((set >> v & 1u) != 0)
                items[count++] = v;
        for (uint32_t value = 0; value <= 7; value++) {
            size_t want = 0;
            while (want < count && items[want] < value)
                want++;
            assert_int_equal(array_find_u32(items, count, value), want);
        }
    }
    assert_int_equal(array_find_u32(NULL, 0, 1), 0);
}

TEST_MAIN(NULL, NULL, TEST(test_finding), TEST(test_items_stay), TEST(test_extending),
          TEST(test_too_large))
