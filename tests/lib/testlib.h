/* SPDX-License-Identifier: Apache-2.0 */
/* What many tests need: doubles compared within a bound, files read whole, real data
 * found, a seeded generator, and cmocka with the headers it wants. */
#ifndef TESTLIB_H
#define TESTLIB_H

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka hands every test a state that few of them read. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* The rows of a test program and its main: functions before and after all of them (or
 * NULL), then the tests; TEST_WITH one with functions of its own before and after it. */
#define TEST(name) cmocka_unit_test(name)
#define TEST_WITH(name, setup, teardown)                                                 \
    cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_MAIN(setup, teardown, ...)                                                  \
    int main(void)                                                                       \
    {                                                                                    \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                 \
        return cmocka_run_group_tests(tests, setup, teardown);                           \
    }

/* |a - b| <= eps, in double (cmocka's own assertion casts to float). NaN fails. */
#define assert_near(a, b, eps) test_assert_near((a), (b), (eps), #a, __FILE__, __LINE__)
void test_assert_near(double a, double b, double eps, const char *what, const char *file,
                      int line);

/* The file's bytes, a NUL behind them; free() it. NULL when it cannot be read. ret_n may
 * be NULL. */
char *test_read_file(const char *path, size_t *ret_n);

/* Leaves out what this machine cannot do, and says why in a line that check.py prints. */
#define test_skip(why)                                                                   \
    do {                                                                                 \
        print_message("# skipped: %s\n", (why));                                         \
        skip();                                                                          \
    } while (0)
#define TEST_NO_DATA "no ../shared/data beside the tree"

/* Path of a file under the real data beside the tree (../shared/data, seen from
 * LOOKOUT_ROOT or "."), NULL when it is not there: test_skip(TEST_NO_DATA) then. Static
 * memory, valid until the next call. */
const char *test_data_path(const char *name);
/* Path of a file of the tree, seen from LOOKOUT_ROOT or ".". Static memory. */
const char *test_root_path(const char *name);
/* Whether this build has sanitizers, which make it slow: tests then play a part. */
bool test_is_sanitized(void);

/* Keep alerts, a body a line, in alerts/ of the build folder, for the check against the
 * JSON Schema; nothing where LOOKOUT_BUILD is not set. */
void test_keep_alerts(const char *prefix, const char *name, const char *alerts);

/* splitmix64: seeded, the same everywhere. */
struct test_random {
    uint64_t state;
};
uint64_t test_random_next(struct test_random *r);
/* 0 .. below - 1; below must not be 0. */
uint64_t test_random_below(struct test_random *r, uint64_t below);

#endif
