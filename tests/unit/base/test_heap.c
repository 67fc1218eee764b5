/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/heap.h"

#include "lib/testlib.h"

static void test_equal_times_fire_by_seq(void **state)
{
    struct heap h = {0};
    struct heap_node a = {0}, b = {0}, c = {0};
    assert_null(heap_first(&h));
    assert_int_equal(heap_set(&h, &a, 100, 3), 0);
    assert_int_equal(heap_set(&h, &b, 100, 1), 0);
    assert_int_equal(heap_set(&h, &c, -5, 9), 0);
    assert_ptr_equal(heap_first(&h), &c);
    heap_remove(&h, &c);
    heap_remove(&h, &c);
    assert_ptr_equal(heap_first(&h), &b);
    assert_int_equal(heap_set(&h, &b, 200, 1), 0); /* moved, not doubled */
    assert_int_equal(h.count, 2);
    assert_ptr_equal(heap_first(&h), &a);
    heap_finish(&h);
    assert_int_equal(a.place, 0);
    assert_int_equal(b.place, 0);
}

/* Compares the heap with a search through all nodes. */
static void test_against_a_search(void **state)
{
    enum { NODES = 200, STEPS = 50000 };
    static struct heap_node nodes[NODES];
    struct test_random random = {7};
    print_message("seed %llu\n", (unsigned long long)random.state);
    struct heap h;
    heap_init(&h);
    for (int step = 0; step < STEPS; step++) {
        size_t i = (size_t)test_random_below(&random, NODES);
        if (test_random_below(&random, 3) == 0)
            heap_remove(&h, &nodes[i]);
        else
            assert_int_equal(
                heap_set(&h, &nodes[i], (int64_t)test_random_below(&random, 50), i), 0);
        struct heap_node *first = NULL;
        for (size_t j = 0; j < NODES; j++) {
            struct heap_node *n = &nodes[j];
            if (n->place != 0 && (first == NULL || n->due_ms < first->due_ms ||
                                  (n->due_ms == first->due_ms && n->seq < first->seq)))
                first = n;
        }
        assert_ptr_equal(heap_first(&h), first);
    }
    heap_finish(&h);
}

TEST_MAIN(NULL, NULL, TEST(test_equal_times_fire_by_seq), TEST(test_against_a_search))
