/* SPDX-License-Identifier: Apache-2.0 */
/* Running a scenario: input, merge and engine in one process, under simulated time. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engineconf.h"
#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "scenario_int.h"
#include "testlib.h"

struct running {
    const struct scenario *s;
    unsigned way;
    struct test_random random;
    uint64_t per_restart; /* reports between restarts, in the mean */
    struct engine *engine;
    struct merge *merge;
    struct input *input;
    struct buf out;
    int failed;
};

static int on_alert(void *context, const struct alert *alert)
{
    struct running *r = context;
    if (alert->is_muted || alert->is_folded)
        return 0;
    int rc = buf_add(&r->out, alert->body, alert->body_bytes);
    return rc != 0 ? rc : buf_add_char(&r->out, '\n');
}

static struct engine *make_engine(struct running *r)
{
    const char *zones = r->s->has_zones ? buf_text(&r->s->zones) : NULL;
    struct engine_sink sink = {.on_alert = on_alert, .context = r};
    struct engine_conf conf;
    struct engine *engine = NULL;
    if (engineconf_make(buf_text(&r->s->config), zones, ENGINECONF_ALL, &conf) != 0)
        return NULL;
    int rc = engine_create(&conf, &sink, &engine, NULL);
    return rc == 0 ? engine : NULL;
}

static int move_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    return n != 0 ? engine_wire_load(context, mmsi, record, n) : 0; /* that one goes */
}

/* What a stop and a start do to the engine. */
static void restart(struct running *r)
{
    struct engine *fresh = make_engine(r);
    struct buf self = {0};
    if (fresh == NULL || engine_wire_save_self(r->engine, &self) != 0 ||
        engine_wire_load_self(fresh, self.data, self.length) != 0 ||
        engine_wire_save(r->engine, true, move_row, fresh) != 0) {
        fprintf(stderr, "%s: a restart failed\n", r->s->path);
        r->failed = 1;
    }
    buf_finish(&self);
    if (fresh == NULL)
        return;
    engine_destroy(r->engine);
    r->engine = fresh;
}

static void on_report(void *context, const struct report *report)
{
    struct running *r = context;
    r->failed |= merge_push(r->merge, report) != 0;
}

static void drain(struct running *r)
{
    const struct report *report;
    while ((report = merge_next(r->merge)) != NULL && !r->failed) {
        if ((r->way & SCENARIO_RESTARTS) != 0 &&
            test_random_below(&r->random, r->per_restart) == 0)
            restart(r);
        r->failed |= engine_report(r->engine, report) != 0;
    }
    int64_t time_ms = merge_time(r->merge);
    if (time_ms != TIME_NONE)
        r->failed |= engine_tick(r->engine, time_ms) != 0;
}

static void feed(struct running *r, const char *bytes, size_t n)
{
    while (n != 0 && !r->failed) {
        size_t part =
            (r->way & SCENARIO_CHUNKS) != 0 ? 1 + test_random_below(&r->random, 200) : n;
        part = part < n ? part : n;
        r->failed |= input_feed(r->input, bytes, part, 0) != 0;
        drain(r);
        bytes += part;
        n -= part;
    }
}

static int go(struct running *r)
{
    struct buf all = {0};
    for (size_t i = 0; i < r->s->line_count; i++)
        if (buf_add_text(&all, r->s->lines[i].text) != 0)
            return 1;
    struct merge_source_conf source = {.is_live = false};
    struct input_conf conf = {.format = INPUT_AUTO, .start_ms = TIME_NONE};
    struct input_sink sink = {.on_report = on_report, .context = r};
    r->merge = merge_create();
    r->input = input_create(&conf, &sink);
    r->engine = make_engine(r);
    r->failed |= r->merge == NULL || r->input == NULL || r->engine == NULL ||
                 merge_add(r->merge, &source) != 0;
    if (!r->failed) {
        feed(r, all.data, all.length);
        r->failed |= input_finish(r->input, 0) != 0 || merge_end(r->merge, 0) != 0;
        drain(r);
    }
    buf_finish(&all);
    engine_destroy(r->engine);
    input_destroy(r->input);
    merge_destroy(r->merge);
    return r->failed;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] == '1';
}

/* A restart reads the whole gazetteer, five times as long under a sanitizer: a dozen or
 * three in a long scenario, but any number with LOOKOUT_FULL=1. */
static uint64_t reports_per_restart(const struct scenario *s)
{
    size_t restarts = is_set("LOOKOUT_SANITIZED") ? 3 : 12;
    uint64_t per_restart = is_set("LOOKOUT_FULL") ? 0 : s->line_count / restarts;
    return per_restart > 12 ? per_restart : 12;
}

char *scenario_run(const struct scenario *s, unsigned way, uint64_t seed)
{
    struct running r = {.s = s, .way = way, .random = {seed}};
    r.per_restart = reports_per_restart(s);
    if (go(&r) != 0) {
        buf_finish(&r.out);
        return NULL;
    }
    if (r.out.data == NULL && buf_add_text(&r.out, "") != 0)
        return NULL;
    return buf_take(&r.out);
}

/* --- what was told against what was expected --- */

static json_t *member_at(json_t *data, const char *path)
{
    char copy[96];
    snprintf(copy, sizeof copy, "%s", path);
    json_t *at = data;
    for (char *save = NULL, *name = strtok_r(copy, ".", &save);
         name != NULL && at != NULL; name = strtok_r(NULL, ".", &save)) {
        char *end;
        size_t index = strtoul(name, &end, 10);
        at = *end == '\0' && json_is_array(at) ? json_array_get(at, index)
                                               : json_object_get(at, name);
    }
    return at;
}

static int check_member(json_t *data, const char *pair, char *ret_got, size_t size)
{
    char path[96];
    const char *equal = strchr(pair, '=');
    snprintf(path, sizeof path, "%.*s", (int)(equal - pair), pair);
    json_t *value = member_at(data, path);
    if (value == NULL) {
        snprintf(ret_got, size, "(absent)");
    } else if (json_is_string(value)) {
        snprintf(ret_got, size, "%s", json_string_value(value));
    } else {
        char *text =
            json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(10));
        snprintf(ret_got, size, "%s", text != NULL ? text : "?");
        free(text);
    }
    return strcmp(ret_got, equal + 1) != 0;
}

static int check_one(const struct scenario *s, const struct scenario_expected *e,
                     json_t *alert)
{
    int bad = 0;
    json_t *data = json_object_get(alert, "data");
    const char *type = json_string_value(json_object_get(alert, "type"));
    const char *time = json_string_value(json_object_get(alert, "time"));
    int64_t time_ms = 0;
    if (time_parse(time, strlen(time), &time_ms) != 0 ||
        llabs(time_ms - e->time_ms) > e->tolerance_ms)
        bad = fprintf(stderr, "%s:%d: at %s\n", s->path, e->line, time);
    if (strcmp(type + strlen("lookoutd."), e->type) != 0)
        bad = fprintf(stderr, "%s:%d: %s\n", s->path, e->line, type);
    json_int_t mmsi = json_integer_value(member_at(data, "vessel.mmsi"));
    for (size_t i = 0; i < s->ship_count; i++)
        if (strcmp(s->ships[i].key, e->ship) == 0 && s->ships[i].mmsi != mmsi)
            bad = fprintf(stderr, "%s:%d: of %lld\n", s->path, e->line, (long long)mmsi);
    char *members = strdup(e->members), *rest = members;
    for (char *pair; (pair = scenario_word(&rest)) != NULL;) {
        char got[256];
        if (strchr(pair, '=') == NULL || check_member(data, pair, got, sizeof got) != 0)
            bad =
                fprintf(stderr, "%s:%d: wanted %s, is %s\n", s->path, e->line, pair, got);
    }
    free(members);
    return bad != 0;
}

int scenario_check(const struct scenario *s, const char *alerts)
{
    int bad = 0;
    size_t n = 0;
    for (const char *at = alerts; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        json_t *alert = json_loadb(at, length, 0, NULL);
        if (alert == NULL)
            return fprintf(stderr, "%s: an alert is no JSON\n", s->path) > 0;
        if (n >= s->expected_count) {
            fprintf(stderr, "%s: not expected: %s %s %s\n", s->path,
                    json_string_value(json_object_get(alert, "time")),
                    json_string_value(json_object_get(alert, "type")),
                    json_string_value(member_at(alert, "data.summary")));
            bad = 1;
        } else {
            bad |= check_one(s, &s->expected[n], alert);
        }
        json_decref(alert);
        n++;
        at += length + (at[length] == '\n');
    }
    for (; n < s->expected_count; n++)
        bad = fprintf(stderr, "%s:%d: never told: %s\n", s->path, s->expected[n].line,
                      s->expected[n].type) > 0;
    return bad;
}
