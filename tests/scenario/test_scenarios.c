/* SPDX-License-Identifier: Apache-2.0 */
/* Every scenario file of this folder: told as expected, and the same when the bytes come
 * in random chunks and when the daemon is restarted again and again. The alerts are kept
 * for the check against their JSON Schema. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/scenario.h"
#include "lib/testlib.h"

static void keep(const char *name, const char *alerts)
{
    const char *build = getenv("LOOKOUT_BUILD");
    char path[512];
    if (build == NULL)
        return;
    snprintf(path, sizeof path, "%s/alerts", build);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/alerts/%s.jsonl", build, name);
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return;
    fputs(alerts, f);
    fclose(f);
}

static void run_file(void **state)
{
    const char *name = *state;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", test_root_path("tests/scenario"), name);
    struct scenario *s = scenario_read(path);
    assert_non_null(s);
    char *plain = scenario_run(s, SCENARIO_PLAIN, 1);
    assert_non_null(plain);
    keep(name, plain);
    int bad = scenario_check(s, plain);
    char *chunks = scenario_run(s, SCENARIO_CHUNKS, 2024);
    char *restarts = scenario_run(s, SCENARIO_RESTARTS, 2024);
    assert_non_null(chunks);
    assert_non_null(restarts);
    bad |= strcmp(plain, chunks) != 0 &&
           fprintf(stderr, "%s: other chunks tell otherwise\n", path);
    bad |= strcmp(plain, restarts) != 0 &&
           fprintf(stderr, "%s: restarts tell otherwise\n", path);
    free(plain);
    free(chunks);
    free(restarts);
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
    int n = scandir(test_root_path("tests/scenario"), &names, is_scenario, alphasort);
    if (n <= 0) {
        printf("1..1\nnot ok 1 - no scenario is found\n");
        return 1;
    }
    struct CMUnitTest *tests = calloc((size_t)n, sizeof *tests);
    for (int i = 0; i < n; i++) {
        tests[i].name = names[i]->d_name;
        tests[i].test_func = run_file;
        tests[i].initial_state = names[i]->d_name;
    }
    int failed = _cmocka_run_group_tests("scenarios", tests, (size_t)n, NULL, NULL);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    free(tests);
    return failed;
}
