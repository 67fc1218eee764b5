/* SPDX-License-Identifier: Apache-2.0 */
/* Every scenario file of this folder: told as expected, and the same when the bytes come
 * in random chunks and when the daemon is restarted again and again (LOOKOUT_SEED=N for
 * other chunks and instants). The alerts are kept for the check against their JSON
 * Schema. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scenario.h"
#include "lib/testlib.h"

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] == '1';
}

static uint64_t seed = 2024;

/* Played that way it tells the same. */
static int check_way(const struct scenario *s, unsigned way, const char *plain,
                     const char *path)
{
    char *told = scenario_run(s, way, seed);
    assert_non_null(told);
    int bad = strcmp(plain, told) != 0 &&
              fprintf(stderr, "%s: %s tell otherwise (LOOKOUT_SEED=%llu)\n", path,
                      way == SCENARIO_CHUNKS ? "other chunks" : "restarts",
                      (unsigned long long)seed);
    free(told);
    return bad;
}

/* Under sanitizers, which make it slow, each scenario is played once, in the way that
 * goes through most code. */
static void run_file(void **state)
{
    const char *name = *state;
    char path[512];
    bool is_once = is_set("LOOKOUT_SANITIZED") && !is_set("LOOKOUT_FULL");
    snprintf(path, sizeof path, "%s/%s", test_root_path("tests/scenario"), name);
    struct scenario *s = scenario_read(path);
    assert_non_null(s);
    char *told = scenario_run(
        s, is_once ? SCENARIO_CHUNKS | SCENARIO_RESTARTS : SCENARIO_PLAIN, seed);
    assert_non_null(told);
    test_keep_alerts("", name, told);
    int bad = scenario_check(s, told);
    if (!is_once) {
        bad |= check_way(s, SCENARIO_CHUNKS, told, path);
        bad |= check_way(s, SCENARIO_RESTARTS, told, path);
    }
    free(told);
    scenario_free(s);
    assert_int_equal(bad, 0);
}

static int is_scenario(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".scn") == 0;
}

/* `test_scenarios gate` plays the scenarios whose name begins so. */
int main(int argc, char **argv)
{
    char pattern[256];
    if (argc > 1) {
        snprintf(pattern, sizeof pattern, "%s*", argv[1]);
        cmocka_set_test_filter(pattern);
    }
    struct dirent **names = NULL;
    const char *given = getenv("LOOKOUT_SEED");
    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    int n = scandir(test_root_path("tests/scenario"), &names, is_scenario, alphasort);
    if (n <= 0) {
        printf("1..1\nnot ok 1 - no scenario is found\n");
        return 1;
    }
    struct CMUnitTest *tests = calloc((size_t)n, sizeof *tests);
    bool is_one_meant = argc < 2;
    for (int i = 0; i < n; i++) {
        is_one_meant |=
            argc > 1 && strncmp(names[i]->d_name, argv[1], strlen(argv[1])) == 0;
        tests[i].name = names[i]->d_name;
        tests[i].test_func = run_file;
        tests[i].initial_state = names[i]->d_name;
    }
    int failed = is_one_meant
                     ? _cmocka_run_group_tests("scenarios", tests, (size_t)n, NULL, NULL)
                     : 1;
    if (!is_one_meant)
        fprintf(stderr, "no scenario's name begins with '%s'\n", argv[1]);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    free(tests);
    return failed;
}
