/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd vessels: prints what is known of vessels from the stored state, one JSON
 * object in each line; of one ship its story. */
#include "cmd.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_grid.h"
#include "cmd_state.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/run/pipeline.h"
#include "lookout/sys/clock.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/ports.h"
#include "story.h"

/* Without a configuration: the shipped gazetteer, no zones, no watched vessels. */
static int bare_conf(struct engine_conf *conf)
{
    struct ports_builder *ports = ports_builder_create();
    struct zone_builder *zones = zone_set_builder_create();
    struct err err = {0};
    memset(conf, 0, sizeof *conf);
    conf->site = strdup("");
    conf->watch = watch_create();
    conf->track = tracks_conf_default();
    conf->call = call_conf_default();
    conf->limits = zone_state_limits_default();
    int rc = ports == NULL || zones == NULL || conf->watch == NULL || conf->site == NULL
                 ? ERR_NOMEM
                 : 0;
    if (rc == 0)
        rc = gazetteer_read(ports, NULL, NULL, NULL, &err);
    if (rc == 0)
        rc = ports_assemble(ports, &conf->ports, &err);
    if (rc == 0)
        rc = zone_set_build(zones, &conf->zones, &err);
    ports_builder_destroy(ports);
    zone_set_builder_destroy(zones);
    return rc;
}

static bool has_number(const json_t *ship, const char *key, const char *wanted)
{
    char number[24];
    snprintf(number, sizeof number, "%lld",
             (long long)json_integer_value(json_object_get(ship, key)));
    return strcmp(number, wanted) == 0;
}

static bool had_number(const json_t *vessel, const char *wanted)
{
    size_t i = 0;
    json_t *former = NULL;
    json_array_foreach(json_object_get(vessel, "former"), i, former)
    {
        if (has_number(former, "mmsi", wanted))
            return true;
    }
    return false;
}

static bool matches_wanted(json_t *vessel, const char *const *wanted, size_t count)
{
    if (count == 0)
        return true;
    const char *name = json_string_value(json_object_get(vessel, "name"));
    for (size_t i = 0; i < count; i++) {
        if (has_number(vessel, "mmsi", wanted[i]) ||
            has_number(vessel, "imo", wanted[i]) || had_number(vessel, wanted[i]))
            return true;
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

/* The age of the last fix is computed by the clock; the record has none. */
static void add_age(json_t *vessel, int64_t now_ms)
{
    json_t *last = json_object_get(vessel, "last");
    const char *time = json_string_value(json_object_get(last, "time"));
    int64_t time_ms;
    if (time != NULL && time_parse(time, strlen(time), &time_ms) == 0)
        json_object_set_new(last, "age_s", json_integer((now_ms - time_ms) / 1000));
}

/* --- as a table --- */

static const char *text_of(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static void add_word(char *text, size_t size, const char *word)
{
    size_t n = strlen(text);
    if (word != NULL)
        snprintf(text + n, size - n, "%s%s", n > 0 ? " " : "", word);
}

/* The port, then the zones. */
static void put_places(const json_t *vessel, char *text, size_t size)
{
    size_t i = 0;
    json_t *zone = NULL;
    add_word(text, size, text_of(json_object_get(vessel, "port"), "locode"));
    json_array_foreach(json_object_get(vessel, "zones"), i, zone)
    {
        add_word(text, size,
                 json_is_string(zone) ? json_string_value(zone) : text_of(zone, "id"));
    }
}

static int add_vessel_row(struct cmd_grid *g, const json_t *vessel)
{
    char mmsi[24], imo[24] = "", sog[24] = "", age[CMD_GRID_TEXT_BYTES] = "",
                   time[CMD_GRID_TEXT_BYTES], places[200] = "", watched[64] = "";
    const json_t *last = json_object_get(vessel, "last");
    int64_t number = json_integer_value(json_object_get(vessel, "imo"));
    snprintf(mmsi, sizeof mmsi, "%09lld",
             (long long)json_integer_value(json_object_get(vessel, "mmsi")));
    if (number != 0)
        snprintf(imo, sizeof imo, "%lld", (long long)number);
    if (json_object_get(last, "age_s") != NULL)
        cmd_grid_span(SECOND_MS * json_integer_value(json_object_get(last, "age_s")),
                      age);
    if (json_object_get(last, "sog_kn") != NULL)
        snprintf(sog, sizeof sog, "%.1f",
                 json_number_value(json_object_get(last, "sog_kn")));
    put_places(vessel, places, sizeof places);
    if (json_is_true(json_object_get(vessel, "watched")))
        snprintf(watched, sizeof watched, "%s", text_of(vessel, "matched_by"));
    const char *cells[] = {mmsi,
                           imo,
                           text_of(vessel, "name"),
                           text_of(vessel, "flag"),
                           cmd_grid_time(text_of(last, "time"), time),
                           age,
                           sog,
                           places,
                           watched};
    return cmd_grid_add(g, cells);
}

static int print_vessel(struct cmd_grid *g, json_t *vessel)
{
    if (g != NULL)
        return add_vessel_row(g, vessel);
    json_dumpf(vessel, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
    return putchar('\n') == EOF ? ERR_IO : 0;
}

/* What a run of the command works on. */
struct listing {
    const struct cmd_args *args;
    const struct engine *engine;
    const char *directory;
    struct cmd_grid *grid; /* NULL: JSON lines */
    json_t *found;         /* owned: what matches the words; NULL: there are none */
    int64_t now_ms;
    size_t printed;
};

static int take_described(struct listing *l, const char *text)
{
    json_t *vessel = json_loads(text, 0, NULL);
    int rc = 0;
    if (vessel != NULL && matches_wanted(vessel, (const char *const *)l->args->words,
                                         l->args->word_count)) {
        add_age(vessel, l->now_ms);
        rc = l->found == NULL ? print_vessel(l->grid, vessel)
                              : -json_array_append(l->found, vessel);
        l->printed++;
    }
    json_decref(vessel);
    return rc < 0 && l->found != NULL ? ERR_NOMEM : rc;
}

/* One vessel, or several MMSIs that send one IMO number. */
static bool is_one_ship(const json_t *found)
{
    const json_t *imo = json_object_get(json_array_get(found, 0), "imo");
    size_t n = json_array_size(found);
    for (size_t i = 1; i < n; i++)
        if (imo == NULL ||
            !json_equal(imo, json_object_get(json_array_get(found, i), "imo")))
            return false;
    return n != 0;
}

/* The one heard last comes first. */
static void put_newest_first(json_t *found)
{
    size_t newest = 0;
    const char *last = "";
    for (size_t i = 0; i < json_array_size(found); i++) {
        const char *time =
            text_of(json_object_get(json_array_get(found, i), "last"), "time");
        if (time != NULL && strcmp(time, last) > 0) {
            newest = i;
            last = time;
        }
    }
    json_t *first = json_incref(json_array_get(found, newest));
    json_array_remove(found, newest);
    json_array_insert_new(found, 0, first);
}

static void put_nearest_port(const struct ports *ports, json_t *vessel)
{
    const json_t *last = json_object_get(vessel, "last");
    double m = 0;
    struct geo_pos pos = geo_to_pos(
        (struct geo_point){.lat = json_number_value(json_object_get(last, "lat")),
                           .lon = json_number_value(json_object_get(last, "lon"))});
    uint32_t port = last != NULL ? ports_nearest(ports, pos, &m) : PORT_NONE;
    if (port != PORT_NONE)
        json_object_set_new(vessel, "nearest",
                            json_pack("{s:s,s:s,s:f}", "locode",
                                      ports_get(ports, port)->locode, "name",
                                      ports_get(ports, port)->name, "distance_nm",
                                      round(m / NM_M * 10) / 10));
}

static int print_matches(struct listing *l)
{
    size_t i = 0;
    json_t *vessel = NULL;
    int rc = 0;
    json_array_foreach(l->found, i, vessel)
    {
        if (rc == 0)
            rc = print_vessel(l->grid, vessel);
    }
    return rc;
}

static int tell_story(struct listing *l)
{
    struct store_reader *r = NULL;
    struct err err = {0};
    const struct ports *ports = engine_conf(l->engine)->ports;
    json_t *story = NULL;
    char made[TIME_TEXT_BYTES];
    put_newest_first(l->found);
    put_nearest_port(ports, json_array_get(l->found, 0));
    int rc = store_reader_open(l->directory, &r, &err);
    if (rc == 0)
        rc = story_tell(r, l->found, ports, &story);
    if (rc != 0)
        fprintf(stderr, "lookoutd vessels: %s\n",
                err.text[0] != '\0' ? err.text : err_text(rc));
    store_reader_close(r);
    if (rc == 0 && (l->args->is_text || l->grid != NULL))
        story_print(l->found, story, time_format(l->now_ms, made));
    else if (rc == 0) {
        json_object_set(json_array_get(l->found, 0), "story", story);
        rc = print_matches(l);
    }
    json_decref(story);
    return rc;
}

static int print_all(struct listing *l)
{
    size_t n = engine_vessels(l->engine, NULL, 0);
    uint32_t *mmsi = calloc(n + 1, sizeof *mmsi);
    struct buf text = {0};
    int rc = mmsi != NULL ? 0 : ERR_NOMEM;
    n = rc == 0 ? engine_vessels(l->engine, mmsi, n) : 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        buf_clear(&text);
        if (engine_describe(l->engine, mmsi[i], &text) == 0)
            rc = take_described(l, buf_text(&text));
    }
    buf_finish(&text);
    free(mmsi);
    if (rc == 0 && l->found != NULL)
        rc = is_one_ship(l->found) ? tell_story(l) : print_matches(l);
    bool is_found = l->printed != 0 || (n == 0 && l->args->word_count == 0);
    return rc == 0 && is_found ? CMD_DONE : CMD_FAILED;
}

/* What a command does with the vessels of the state: an enum cmd_exit. */
struct use {
    int (*run)(const struct use *use, const struct engine *engine, const char *directory);
    const struct cmd_args *args;
    json_t *found; /* borrowed */
};

static int list_vessels(const struct use *use, const struct engine *engine,
                        const char *directory)
{
    static const char *const names[] = {"MMSI", ">IMO",         "~NAME",
                                        "FLAG", "LAST FIX",     ">AGE",
                                        ">KN",  "~PORT, ZONES", "WATCHED"};
    struct cmd_grid grid;
    struct listing l = {.args = use->args,
                        .engine = engine,
                        .directory = directory,
                        .grid = cmd_grid_is_wanted(use->args) ? &grid : NULL,
                        .found = use->args->word_count != 0 ? json_array() : NULL,
                        .now_ms = clock_wall_ms()};
    cmd_grid_init(&grid, names, 9);
    int status = print_all(&l);
    cmd_grid_print(&grid);
    cmd_grid_finish(&grid);
    json_decref(l.found);
    return status;
}

static void add_numbers(json_t *found, const json_t *vessel)
{
    size_t i = 0;
    json_t *former = NULL;
    json_array_append(found, json_object_get(vessel, "mmsi"));
    json_array_foreach(json_object_get(vessel, "former"), i, former)
    {
        if (json_is_integer(json_object_get(former, "mmsi")))
            json_array_append(found, json_object_get(former, "mmsi"));
    }
}

static int find_vessels(const struct use *use, const struct engine *engine,
                        const char *directory)
{
    size_t n = engine_vessels(engine, NULL, 0);
    uint32_t *mmsi = calloc(n + 1, sizeof *mmsi);
    struct buf text = {0};
    n = mmsi != NULL ? engine_vessels(engine, mmsi, n) : 0;
    (void)directory;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&text);
        json_t *vessel = engine_describe(engine, mmsi[i], &text) == 0
                             ? json_loads(buf_text(&text), 0, NULL)
                             : NULL;
        if (vessel != NULL &&
            matches_wanted(vessel, use->args->vessels, use->args->vessel_count))
            add_numbers(use->found, vessel);
        json_decref(vessel);
    }
    buf_finish(&text);
    free(mmsi);
    return CMD_DONE;
}

static int use_vessels(const struct use *use, struct conf *conf, const char *directory)
{
    const char *command = use->args->command;
    struct pipeline p;
    struct err err = {0};
    size_t refused = 0;
    int status = CMD_FAILED;
    if (pipeline_init(&p, conf, &err) != 0) {
        fprintf(stderr, "lookoutd %s: %s\n", command, err.text);
        return CMD_FAILED;
    }
    if (pipeline_load(&p, directory, &refused, &err) != 0)
        fprintf(stderr, "lookoutd %s: %s\n", command, err.text);
    else
        status = use->run(use, p.engine, directory);
    if (refused != 0)
        fprintf(stderr, "lookoutd %s: %zu stored vessels cannot be read\n", command,
                refused);
    pipeline_finish(&p);
    return status;
}

/* With the configuration that is given or that the state names, or with none. */
static int load_vessels(const struct use *use)
{
    const struct cmd_args *args = use->args;
    struct conf *conf = NULL;
    struct conf bare = {0};
    int status = cmd_state_known(args, &conf);
    if (status != CMD_DONE)
        return status;
    const char *state = args->state != NULL ? args->state : conf->state;
    if (conf != NULL) {
        status = use_vessels(use, conf, state);
    } else if (bare_conf(&bare.engine) == 0) {
        status = use_vessels(use, &bare, state);
    } else {
        fprintf(stderr, "lookoutd %s: the shipped gazetteer cannot be read\n",
                args->command);
        status = CMD_FAILED;
    }
    engine_conf_finish(&bare.engine);
    conf_destroy(conf);
    return status;
}

int cmd_vessels_find(const struct cmd_args *args, json_t *found)
{
    const struct use use = {find_vessels, args, found};
    return load_vessels(&use);
}

int cmd_vessels(const struct cmd_args *args)
{
    const struct use use = {list_vessels, args, NULL};
    if (args->config == NULL && args->state == NULL)
        return cmd_refuse(args, "one of -c FILE and --state DIR is needed");
    if (args->is_json && args->is_text)
        return cmd_refuse(args, "one of --json and --text");
    return load_vessels(&use);
}
