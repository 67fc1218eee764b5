/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd reach: could a ship have called at ports between two fixes? */
#include "cmd.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_ports.h"
#include "cmd_state.h"
#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/conf/conf.h"
#include "lookout/detect/reach.h"
#include "lookout/water/water_fields.h"

/* --- the question --- */

/* "38.7,124.9,2024-03-24T08:00:00Z" */
static int read_fix(const struct cmd_args *args, const char *option, const char *text,
                    struct geo_pos *ret_pos, int64_t *ret_ms)
{
    struct geo_point point;
    size_t lat = text != NULL ? strcspn(text, ",") : 0;
    size_t lon = text != NULL && text[lat] == ',' ? strcspn(text + lat + 1, ",") : 0;
    const char *time = lon > 0 ? text + lat + 1 + lon : "";
    if (text == NULL)
        return cmd_refuse(args, "%s LAT,LON,TIME is missing", option);
    if (*time != ',' || units_parse_number(text, lat, &point.lat) != 0 ||
        units_parse_number(text + lat + 1, lon, &point.lon) != 0 || point.lat < -90 ||
        point.lat > 90 || point.lon < -180 || point.lon > 180 ||
        time_parse(time + 1, strlen(time + 1), ret_ms) != 0)
        return cmd_refuse(args,
                          "%s '%s': it takes LAT,LON,TIME in degrees and RFC 3339, such "
                          "as 38.3,124.4,2024-03-24T08:00:00Z",
                          option, text);
    *ret_pos = geo_to_pos(point);
    return CMD_DONE;
}

/* "12" or "12kn"; NULL leaves the value. */
static int read_speed(const struct cmd_args *args, const char *option, const char *text,
                      double *kn)
{
    size_t n = text != NULL ? strlen(text) : 0;
    if (text != NULL &&
        ((units_parse_number(text, n, kn) != 0 && units_parse_speed(text, n, kn) != 0) ||
         !(*kn > 0 && *kn <= 200)))
        return cmd_refuse(args, "%s '%s': it takes a speed in knots, such as 12", option,
                          text);
    return CMD_DONE;
}

static int read_ask(const struct cmd_args *args, struct reach_ask *ask)
{
    int status = read_fix(args, "--from", args->from, &ask->from, &ask->from_ms);
    if (status == CMD_DONE)
        status = read_fix(args, "--to", args->to, &ask->to, &ask->to_ms);
    if (status == CMD_DONE)
        status = read_speed(args, "--own", args->own, &ask->own_kn);
    if (status == CMD_DONE)
        status = read_speed(args, "--max", args->max, &ask->max_kn);
    if (status != CMD_DONE)
        return status;
    if (args->stay != NULL &&
        units_parse_duration(args->stay, strlen(args->stay), &ask->stay_ms) != 0)
        return cmd_refuse(args, "--stay '%s': it takes a duration like 3h", args->stay);
    if (ask->own_kn > ask->max_kn)
        return cmd_refuse(args, "--own is more than --max");
    if (ask->to_ms <= ask->from_ms)
        return cmd_refuse(args, "--to is not later than --from");
    if (args->word_count == 0)
        return cmd_refuse(args, "no PORT is given");
    return CMD_DONE;
}

/* --- the answers --- */

/* The ports of the words, in their order. */
static int list_ports(const struct cmd_args *args, struct engine_conf *engine)
{
    int rc = 0;
    for (size_t i = 0; i < args->word_count && rc == 0; i++) {
        const char *pattern = args->words[i];
        struct port_set *set = NULL;
        struct err err = {0};
        rc = port_set_create(engine->ports, &pattern, 1, &set, &err);
        if (rc != 0)
            return cmd_refuse(args, "%s", err.text);
        rc = reach_ports_add(&engine->reach_ports, engine->ports, set);
        port_set_destroy(set);
    }
    if (rc != 0)
        return cmd_refuse(args, "these are more than %d ports", REACH_PORTS_MAX);
    return CMD_DONE;
}

static bool print_answer(const struct ports *ports, const struct reach_answer *answer)
{
    json_t *o = body_reach_port(ports, answer);
    char *line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    bool is_printed = line != NULL && puts(line) >= 0;
    free(line);
    json_decref(o);
    return is_printed;
}

static int answer_ports(const struct cmd_args *args, struct engine_conf *engine,
                        const struct reach_ask *ask, const char *cache)
{
    struct water_fields_options options = {.cache = cache};
    struct water_fields_counts counts;
    struct err err = {0};
    if (water_fields_make(engine, &options, &counts, &err) != 0) {
        fprintf(stderr, "lookoutd %s: no distances over water: %s\n", args->command,
                err.text);
        return CMD_FAILED;
    }
    struct reach_world world = {engine->ports, engine->water, &engine->reach,
                                &engine->reach_ports};
    bool is_printed = true;
    for (size_t i = 0; i < engine->reach_ports.count && is_printed; i++) {
        struct reach_answer answer;
        reach_judge(&world, &engine->reach_ports.items[i], ask, &answer);
        is_printed = print_answer(engine->ports, &answer);
    }
    return is_printed && fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}

int cmd_reach(const struct cmd_args *args)
{
    struct conf *conf = NULL;
    if (args->config != NULL) {
        int status = cmd_state_conf(args, false, &conf);
        if (status != CMD_DONE)
            return status;
    }
    /* Of the ports alone: no rule makes a field. */
    struct engine_conf engine = {
        .reach = conf != NULL ? conf->engine.reach : reach_conf_default(),
        .track = conf != NULL ? conf->engine.track : tracks_conf_default(),
        .ports = conf != NULL ? conf->engine.ports : NULL,
    };
    struct reach_ask ask = {.own_kn = engine.reach.own_kn,
                            .max_kn = engine.track.slow_max_kn,
                            .stay_ms = 3 * HOUR_MS};
    int status = read_ask(args, &ask);
    if (status == CMD_DONE && conf == NULL &&
        (engine.ports = cmd_ports_load(args)) == NULL)
        status = CMD_FAILED;
    if (status == CMD_DONE)
        status = list_ports(args, &engine);
    if (status == CMD_DONE)
        status = answer_ports(args, &engine, &ask, conf != NULL ? conf->state : NULL);
    if (conf != NULL)
        engine.ports = NULL; /* its own */
    engine_conf_finish(&engine);
    conf_destroy(conf);
    return status;
}
