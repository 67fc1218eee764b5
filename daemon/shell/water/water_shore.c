/* SPDX-License-Identifier: Apache-2.0 */
/* Distances from the shore for the rules of a configuration that ask for them. */
#include "lookout/water/water_shore.h"

#include <limits.h>

#include "lookout/geo/shore.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"
#include "lookout/sys/datafile.h"

#define SHORE_FILE "shore.bin"

static bool is_shore_wanted(const struct engine_conf *engine)
{
    for (size_t i = 0; i < engine->rule_count; i++) {
        const struct rule *rule = &engine->rules[i];
        if (rule->settings != NULL && rule->kind->hooks->wants_shore != NULL &&
            rule->kind->hooks->wants_shore(rule))
            return true;
    }
    return false;
}

static int read_shore(struct shore **ret_shore, struct err *err)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    if (datafile_find(SHORE_FILE, path, sizeof path) != 0)
        return err_set(err, ERR_NOT_FOUND, "there is no %s", SHORE_FILE);
    int rc = datafile_read(path, &bytes, err);
    if (rc == 0)
        rc = shore_create(bytes.data, bytes.length, ret_shore, err);
    buf_finish(&bytes);
    return rc;
}

int water_shore_read(struct engine_conf *engine, const struct engine_conf *old,
                     struct err *err)
{
    if (!is_shore_wanted(engine))
        return 0;
    if (old != NULL && old->shore != NULL) {
        engine->shore = shore_hold(old->shore);
        return 0;
    }
    return read_shore(&engine->shore, err);
}

void water_shore_describe(const struct engine_conf *engine, FILE *out)
{
    char path[PATH_MAX];
    if (is_shore_wanted(engine) && datafile_find(SHORE_FILE, path, sizeof path) != 0)
        fprintf(out, "distances from the shore: " SHORE_FILE
                     " is not found: rules with offshore tell nothing outside their "
                     "zones\n");
}
