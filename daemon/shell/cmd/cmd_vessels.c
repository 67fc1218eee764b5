/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd vessels: what is known of vessels, from the stored state, one JSON object a
 * line. */
#include "cmd.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_state.h"
#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/run/config.h"
#include "lookout/run/pipeline.h"
#include "lookout/track/vessel.h"

/* Zones, rules and watched vessels are those of the configuration the directory was last
 * filled by, where it says which. */
static struct conf *conf_of_state(const char *state)
{
    char path[4096], file[4096] = "";
    struct conf *conf = NULL;
    struct config_options how = {.is_quiet = true, .without_secrets = true};
    snprintf(path, sizeof path, "%s/%s", state, CONFIG_NOTE);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return NULL;
    if (fgets(file, sizeof file, f) != NULL)
        file[strcspn(file, "\n")] = '\0';
    fclose(f);
    return file[0] != '\0' && access(file, R_OK) == 0 &&
                   config_load(file, &how, &conf, NULL) == 0
               ? conf
               : NULL;
}

/* Without a configuration: the shipped gazetteer, no zones, nothing watched. */
static int bare_conf(struct engine_conf *conf)
{
    struct ports_builder *ports = ports_builder_create();
    struct zone_builder *zones = zone_builder_create();
    struct err err = {0};
    memset(conf, 0, sizeof *conf);
    conf->site = strdup("");
    conf->watch = watch_create();
    conf->track = track_conf_default();
    conf->call = call_conf_default();
    conf->limits = detect_limits_default();
    int rc = ports == NULL || zones == NULL || conf->watch == NULL || conf->site == NULL
                 ? ERR_NOMEM
                 : 0;
    if (rc == 0)
        rc = gazetteer_read(ports, NULL, NULL, NULL, &err);
    if (rc == 0)
        rc = ports_builder_build(ports, &conf->ports, &err);
    if (rc == 0)
        rc = zone_builder_build(zones, &conf->zones, &err);
    ports_builder_destroy(ports);
    zone_builder_destroy(zones);
    return rc;
}

static bool matches(json_t *vessel, char *const *wanted, size_t count)
{
    if (count == 0)
        return true;
    char number[24];
    const char *name = json_string_value(json_object_get(vessel, "name"));
    for (size_t i = 0; i < count; i++) {
        static const char *const keys[] = {"mmsi", "imo"};
        for (int k = 0; k < 2; k++) {
            snprintf(number, sizeof number, "%lld",
                     (long long)json_integer_value(json_object_get(vessel, keys[k])));
            if (strcmp(number, wanted[i]) == 0)
                return true;
        }
        char pattern[128];
        snprintf(pattern, sizeof pattern, "*%.100s*", wanted[i]);
        text_upper(pattern);
        char upper[128];
        text_copy(upper, sizeof upper, name != NULL ? name : "");
        text_upper(upper);
        if (name != NULL && text_match(pattern, upper))
            return true;
    }
    return false;
}

/* The age of the last fix is the clock's, not the record's. */
static void add_age(json_t *vessel, int64_t now_ms)
{
    json_t *last = json_object_get(vessel, "last");
    const char *time = json_string_value(json_object_get(last, "time"));
    int64_t time_ms;
    if (time != NULL && time_parse(time, strlen(time), &time_ms) == 0)
        json_object_set_new(last, "age_s", json_integer((now_ms - time_ms) / 1000));
}

static int print_all(const struct engine *e, char *const *wanted, size_t count)
{
    size_t n = engine_vessels(e, NULL, 0), printed = 0;
    uint32_t *mmsi = calloc(n + 1, sizeof *mmsi);
    struct buf text = {0};
    int64_t now_ms = pipeline_clock_ms();
    if (mmsi == NULL)
        return CMD_FAILED;
    n = engine_vessels(e, mmsi, n);
    for (size_t i = 0; i < n; i++) {
        buf_clear(&text);
        if (engine_describe(e, mmsi[i], &text) != 0)
            continue;
        json_t *vessel = json_loads(buf_text(&text), 0, NULL);
        if (vessel != NULL && matches(vessel, wanted, count)) {
            add_age(vessel, now_ms);
            json_dumpf(vessel, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
            putchar('\n');
            printed++;
        }
        json_decref(vessel);
    }
    buf_finish(&text);
    free(mmsi);
    return printed != 0 || (n == 0 && count == 0) ? CMD_DONE : CMD_FAILED;
}

static int show(struct conf *conf, const char *directory, char *const *wanted,
                size_t count)
{
    struct pipeline p;
    struct err err = {0};
    size_t refused = 0;
    int status = CMD_FAILED;
    if (pipeline_init(&p, conf, &err) != 0) {
        fprintf(stderr, "lookoutd vessels: %s\n", err.text);
        return CMD_FAILED;
    }
    if (pipeline_load(&p, directory, &refused, &err) != 0)
        fprintf(stderr, "lookoutd vessels: %s\n", err.text);
    else
        status = print_all(p.engine, wanted, count);
    if (refused != 0)
        fprintf(stderr, "lookoutd vessels: %zu stored vessels cannot be read\n", refused);
    pipeline_finish(&p);
    return status;
}

int cmd_vessels(const struct cmd_args *args)
{
    struct conf *conf = NULL;
    struct conf bare = {0};
    int status = CMD_DONE;
    if (args->config == NULL && args->state == NULL)
        return cmd_refuse(args, "one of -c FILE and --state DIR is needed");
    if (args->config != NULL)
        status = cmd_state_conf(args, false, &conf);
    else
        conf = conf_of_state(args->state);
    if (status != CMD_DONE)
        return status;
    const char *state = args->state != NULL ? args->state : conf->state;
    if (conf != NULL) {
        status = show(conf, state, args->words, args->word_count);
    } else if (bare_conf(&bare.engine) == 0) {
        status = show(&bare, state, args->words, args->word_count);
    } else {
        fputs("lookoutd vessels: the shipped gazetteer cannot be read\n", stderr);
        status = CMD_FAILED;
    }
    engine_conf_finish(&bare.engine);
    conf_destroy(conf);
    return status;
}
