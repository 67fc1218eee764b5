/* SPDX-License-Identifier: Apache-2.0 */
/* A golden alert for every type: those that tests/unit/alert makes by hand are compared
 * there; any other stands in tests/data/alert as the scenario of its kind tells it, byte
 * for byte but for blanks and line ends. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alertcase.h"
#include "lib/scenario.h"

/* Is the line among the alerts, a line each? */
static bool is_told(const char *alerts, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = alerts; (at = strstr(at, line)) != NULL; at++)
        if ((at == alerts || at[-1] == '\n') && at[n] == '\n')
            return true;
    return false;
}

/* The golden alert on one line; free() it. */
static char *read_golden(const char *type)
{
    char name[96];
    snprintf(name, sizeof name, "tests/data/alert/%s.json", type);
    char *text = test_read_file(test_root_path(name), NULL);
    json_t *golden = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (golden == NULL)
        fail_msg("there is no golden alert %s: keep one that the kind's scenario tells, "
                 "as .github/CONTRIBUTING.md shows",
                 name);
    char *line = json_dumps(golden, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(golden);
    free(text);
    return line;
}

/* What tests/scenario/KIND.scn tells; free() it. */
static char *run_scenario(const struct rule_kind *kind)
{
    char name[96];
    snprintf(name, sizeof name, "tests/scenario/%s.scn", kind->name);
    for (char *p = name; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
    struct scenario *s = scenario_read(test_root_path(name));
    if (s == NULL)
        fail_msg("kind %s has no scenario %s: write one that tells each of its events",
                 kind->name, name);
    char *alerts = scenario_run(s, SCENARIO_PLAIN, 1);
    scenario_free(s);
    assert_non_null(alerts);
    return alerts;
}

static void test_golden(void **state)
{
    for (size_t k = 0; rule_kinds[k] != NULL; k++) {
        char *alerts = NULL;
        for (uint32_t e = 0; e < rule_kinds[k]->event_count; e++) {
            const char *type = rule_kinds[k]->events[e].type;
            char *golden = read_golden(type);
            if (alerts == NULL && !alertcase_has(type))
                alerts = run_scenario(rule_kinds[k]);
            if (!alertcase_has(type) && !is_told(alerts, golden))
                fail_msg("the scenario of %s does not tell its golden %s", type, golden);
            free(golden);
        }
        free(alerts);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_golden))
