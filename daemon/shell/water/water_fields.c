/* SPDX-License-Identifier: Apache-2.0 */
/* Distance fields for a configuration, of its routes and of the ports that a silent ship
 * may have called at: finds which are wanted, and has them made (water_maker.c). */
#include "lookout/water/water_fields.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/base/array.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"
#include "lookout/sys/datafile.h"
#include "lookout/water/water_maker.h"
#include "water_int.h"

#define WATER_FILE "water.bin"

/* --- what is wanted --- */

static bool is_wanted(const struct rule *rule, uint32_t index, struct rule_water *ret)
{
    if (rule->settings == NULL) /* its fault has been reported */
        return false;
    const struct rule_hooks *hooks = rule->kind->hooks;
    return hooks->wants_water != NULL && hooks->wants_water(rule, index, ret);
}

/* The ship cannot sail farther within the rule's bounds. */
static double limit_m(const struct rule_water *want, const struct engine_conf *engine)
{
    return (double)want->within_ms / 1000.0 * engine->track.max_kn * KN_MPS;
}

static void set_sources(struct water_want *want, struct geo_pos *sources, size_t count)
{
    want->sources = sources;
    want->ends.sources = sources;
    want->ends.count = count;
}

static int list_sources(const struct engine_conf *engine, const struct rule_water *wanted,
                        struct water_want *want)
{
    const struct port_set *set = wanted->ports;
    size_t count = 0;
    struct geo_pos *sources = malloc((port_set_count(set) + 1) * sizeof *sources);
    if (sources == NULL)
        return ERR_NOMEM;
    for (uint32_t p = port_set_next(set, 0); p != PORT_NONE;
         p = port_set_next(set, p + 1))
        sources[count++] = ports_get(engine->ports, p)->pos;
    want->ends.limit_m = limit_m(wanted, engine);
    set_sources(want, sources, count);
    return 0;
}

/* Of one port. Its field is that of the least way, which bounds what a ship can do. */
static int list_places(const struct engine_conf *engine, uint32_t port,
                       struct water_want *want)
{
    struct geo_pos *places = NULL;
    size_t count = 0;
    int rc = reach_ports_places(engine->ports, port, &places, &count);
    if (rc != 0)
        return rc;
    want->ends.limit_m = engine->reach.radius_m;
    want->ends.is_least = true;
    set_sources(want, places, count);
    return 0;
}

/* A set that several steps await is wanted once. */
static struct water_want *find_want(struct water_wants *wants,
                                    const struct water_want *like)
{
    for (size_t i = 0; i < wants->count; i++) {
        const struct water_ends *a = &wants->items[i].ends, *b = &like->ends;
        if (a->limit_m == b->limit_m && a->is_least == b->is_least &&
            a->count == b->count &&
            memcmp(a->sources, b->sources, a->count * sizeof *a->sources) == 0)
            return &wants->items[i];
    }
    return NULL;
}

/* Takes the sources over. */
static int add_want(struct water_wants *wants, const struct water_want *want)
{
    bool is_known = find_want(wants, want) != NULL;
    int rc =
        is_known ? 0 : array_extend(&wants->items, wants->count, 1, sizeof *wants->items);
    if (is_known || rc != 0)
        free(want->sources);
    else
        wants->items[wants->count++] = *want;
    return rc;
}

static int list_wants(struct water_wants *wants, const struct engine_conf *engine)
{
    int rc = 0;
    for (size_t i = 0; i < engine->rule_count; i++) {
        struct rule_water wanted;
        for (uint32_t k = 0; rc == 0 && is_wanted(&engine->rules[i], k, &wanted); k++) {
            struct water_want want = {.sources = NULL};
            rc = list_sources(engine, &wanted, &want);
            rc = rc == 0 ? add_want(wants, &want) : rc;
        }
    }
    for (size_t i = 0; i < engine->reach_ports.count && rc == 0; i++) {
        struct water_want want = {.sources = NULL};
        rc = list_places(engine, engine->reach_ports.items[i].port, &want);
        rc = rc == 0 ? add_want(wants, &want) : rc;
    }
    return rc;
}

/* Whether a rule wants the grid, beside the fields. */
static bool has_ways(const struct engine_conf *engine)
{
    for (size_t i = 0; i < engine->rule_count; i++) {
        const struct rule *rule = &engine->rules[i];
        if (rule->settings != NULL && rule->kind->hooks->wants_ways != NULL &&
            rule->kind->hooks->wants_ways(rule))
            return true;
    }
    return false;
}

void water_fields_describe(const struct engine_conf *engine, FILE *out)
{
    char path[PATH_MAX];
    struct water_wants wants = {0};
    if (list_wants(&wants, engine) == 0 && wants.count > 0) {
        size_t limited = 0, sets = wants.count;
        for (size_t i = 0; i < wants.count; i++)
            limited += wants.items[i].ends.is_least;
        sets -= limited;
        fprintf(out, "distances over water: to ");
        if (sets > 0)
            fprintf(out, "%zu set%s of ports%s", sets, sets > 1 ? "s" : "",
                    limited > 0 ? " and " : ", ");
        if (limited > 0)
            fprintf(out, "%zu port%s for silent vessels, ", limited,
                    limited > 1 ? "s" : "");
        if (datafile_find(WATER_FILE, path, sizeof path) == 0)
            fprintf(out,
                    "at most %zu MB; made while the daemon runs, and a forecast that "
                    "needs one waits for it\n",
                    6 + sets * 9 + limited * 2);
        else
            fprintf(out, "but " WATER_FILE " is not found: routes are forecast by the "
                         "declared destination alone, nothing is said of zones ahead, "
                         "and for silent vessels only straight distances are used\n");
    }
    if (has_ways(engine) && datafile_find(WATER_FILE, path, sizeof path) != 0)
        fputs("ways over water: " WATER_FILE " is not found: no destination is "
              "contradicted\n",
              out);
    water_maker_drop_wants(&wants);
}

/* --- those that are there --- */

static void share_fields(const struct water *water, const struct engine_conf *old,
                         struct water_wants *wants, struct water_fields_counts *counts)
{
    if (old == NULL || old->water != water)
        return;
    for (size_t i = 0; i < wants->count; i++) {
        struct water_want *want = &wants->items[i];
        uint64_t key = water_field_key(water, &want->ends);
        for (size_t k = 0; k < old->field_count && want->field == NULL; k++)
            if (water_field_key_of(old->fields[k]) == key) {
                want->field = water_field_hold(old->fields[k]);
                want->step = WATER_DONE;
                counts->shared++;
                counts->bytes += water_field_bytes(want->field);
            }
    }
}

/* --- the grid --- */

static int read_water(struct water **ret_water, struct err *err)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    int rc = datafile_find(WATER_FILE, path, sizeof path);
    if (rc != 0)
        return err_set(err, ERR_NOT_FOUND, "there is no %s", WATER_FILE);
    rc = datafile_read(path, &bytes, err);
    if (rc == 0)
        rc = water_create(bytes.data, bytes.length, ret_water, err);
    buf_finish(&bytes);
    return rc;
}

/* --- the whole --- */

/* Frees the sources of `like`. */
static struct water_field *find_wanted_field(struct water_wants *wants,
                                             const struct water_want *like)
{
    struct water_want *want = find_want(wants, like);
    free(like->sources);
    return want != NULL ? want->field : NULL;
}

/* Hand the fields to the configuration; its steps and its ports point to them. */
static int hand_over(struct water_wants *wants, struct water *water,
                     struct engine_conf *engine)
{
    struct water_field **fields = calloc(wants->count + 1, sizeof(struct water_field *));
    if (fields == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < engine->rule_count; i++) {
        struct rule_water wanted;
        for (uint32_t k = 0; is_wanted(&engine->rules[i], k, &wanted); k++) {
            struct water_want like = {.sources = NULL};
            if (list_sources(engine, &wanted, &like) == 0)
                *wanted.field = find_wanted_field(wants, &like);
        }
    }
    for (size_t i = 0; i < engine->reach_ports.count; i++) {
        struct water_want like = {.sources = NULL};
        struct reach_port *port = &engine->reach_ports.items[i];
        if (list_places(engine, port->port, &like) == 0)
            port->field = find_wanted_field(wants, &like);
    }
    for (size_t i = 0; i < wants->count; i++)
        fields[i] = water_field_hold(wants->items[i].field);
    engine->fields = fields;
    engine->field_count = wants->count;
    engine->water = water_hold(water);
    return 0;
}

static int promise_fields(struct water *water, struct water_wants *wants,
                          struct water_maker *maker)
{
    const struct water_field_wait wait = {water_maker_wait, maker};
    int rc = 0;
    for (size_t i = 0; i < wants->count && rc == 0; i++) {
        struct water_want *want = &wants->items[i];
        if (want->field == NULL)
            rc = water_field_promise(water, &want->ends, &wait, &want->field);
    }
    return rc;
}

/* One processor is left to the thread that asks. */
static int count_threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 2 ? (int)processors - 1 : 1;
}

/* Make them, or begin to. Takes the wants over. */
static int fulfil_wants(struct water *water, struct water_wants *wants,
                        struct engine_conf *engine,
                        const struct water_fields_options *options,
                        struct water_fields_counts *counts)
{
    struct water_maker *maker = water_maker_create(water, options);
    counts->fields = wants->count;
    counts->bytes = water_bytes();
    share_fields(water, options->old, wants, counts);
    int rc = maker != NULL ? promise_fields(water, wants, maker) : ERR_NOMEM;
    if (rc == 0) {
        water_maker_begin(maker, wants, counts, count_threads());
        wants = water_maker_wants(maker);
        if (options->later == NULL)
            rc = water_maker_finish(maker, counts);
    }
    if (rc == 0)
        rc = hand_over(wants, water, engine);
    if (rc == 0 && options->later != NULL)
        *options->later = maker;
    else
        water_maker_destroy(maker);
    return rc;
}

int water_fields_make(struct engine_conf *engine,
                      const struct water_fields_options *options,
                      struct water_fields_counts *ret_counts, struct err *err)
{
    struct water_wants wants = {0};
    struct water_fields_counts counts = {0};
    struct water *water = NULL;
    int rc = list_wants(&wants, engine);
    if (rc == 0 && (wants.count > 0 || has_ways(engine))) {
        if (options->old != NULL && options->old->water != NULL)
            water = water_hold(options->old->water);
        else
            rc = read_water(&water, err);
        if (rc == 0)
            rc = fulfil_wants(water, &wants, engine, options, &counts);
    }
    water_release(water);
    water_maker_drop_wants(&wants);
    if (rc == 0)
        *ret_counts = counts;
    else if (rc == ERR_NOMEM)
        err_set(err, rc, "no memory for the distances over water");
    return rc;
}
