/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/enginerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engineconf.h"

static const char *event_names[] = {"entered", "arrived", "departed", "left"};

static double minute_of(int64_t time_ms)
{
    return (double)(time_ms - ENGINERUN_DAY0) / (double)MINUTE_MS;
}

int enginerun_on_alert(void *context, const struct alert *a)
{
    struct enginerun *r = context;
    char *body = NULL;
    r->alerts++;
    r->delivered += !a->is_muted && !a->is_folded;
    int rc = buf_printf(&r->told, "%s %s %u %g", a->rule, a->type + strlen("lookoutd."),
                        a->mmsi, minute_of(a->time_ms));
    if (rc == 0 && r->has_detected && a->detected_ms != a->time_ms)
        rc = buf_printf(&r->told, "@%g", minute_of(a->detected_ms));
    if (rc == 0 && a->is_muted)
        rc = buf_add_text(&r->told, " muted");
    if (rc == 0 && a->is_folded)
        rc = buf_add_text(&r->told, " folded");
    if (rc == 0)
        rc = buf_add_text(&r->told, "; ");
    if (rc == 0)
        rc = buf_add(&r->bodies, a->body, a->body_bytes);
    r->last = *a;
    r->last.body = body;
    return rc != 0 ? rc : buf_add_char(&r->bodies, '\n');
}

static int on_call(void *context, const struct engine_call *call)
{
    struct enginerun *r = context;
    return buf_printf(&r->calls, "%s %s %u %g; ", event_names[call->event],
                      call->port->locode, call->mmsi,
                      minute_of(call->event == CALL_DEPARTED  ? call->call.departed_ms
                                : call->event == CALL_LEFT    ? call->call.left_ms
                                : call->event == CALL_ARRIVED ? call->call.since_ms
                                                              : call->call.since_ms));
}

void enginerun_conf(const char *yaml, const char *zones, struct engine_conf *ret)
{
    assert_int_equal(engineconf_make(yaml, zones, ENGINECONF_REACH, ret), 0);
}

static struct engine *make_of(struct enginerun *r, struct engine_conf *conf)
{
    struct engine_sink sink = {
        .on_alert = enginerun_on_alert, .on_call = on_call, .context = r};
    struct engine *engine = NULL;
    assert_int_equal(engine_create(conf, &sink, &engine, NULL), 0);
    return engine;
}

static struct engine *make(struct enginerun *r, const char *yaml, const char *zones)
{
    struct engine_conf conf;
    enginerun_conf(yaml, zones, &conf);
    return make_of(r, &conf);
}

void enginerun_init_file(struct enginerun *r, const char *path)
{
    struct engine_conf conf;
    memset(r, 0, sizeof *r);
    assert_int_equal(engineconf_read(path, ENGINECONF_REACH, &conf), 0);
    r->engine = make_of(r, &conf);
}

void enginerun_init(struct enginerun *r, const char *yaml, const char *zones)
{
    memset(r, 0, sizeof *r);
    r->engine = make(r, yaml, zones);
}

void enginerun_finish(struct enginerun *r)
{
    engine_destroy(r->engine);
    buf_finish(&r->told);
    buf_finish(&r->bodies);
    buf_finish(&r->calls);
    memset(r, 0, sizeof *r);
}

struct report enginerun_report(uint32_t mmsi, double minute)
{
    int64_t time_ms = ENGINERUN_DAY0 + (int64_t)(minute * (double)MINUTE_MS);
    return (struct report){.mmsi = mmsi, .time_ms = time_ms, .arrival_ms = time_ms};
}

struct report enginerun_position(uint32_t mmsi, double minute, double lat, double lon,
                                 double sog, double cog)
{
    struct report r = enginerun_report(mmsi, minute);
    r.has = HAS_POSITION | HAS_SOG | HAS_COG;
    r.pos = geo_to_pos((struct geo_point){lat, lon});
    r.sog_dkn = (uint16_t)(sog * 10 + 0.5);
    r.cog_ddeg = (uint16_t)(cog * 10 + 0.5);
    return r;
}

void enginerun_send(struct enginerun *r, const struct report *report)
{
    assert_int_equal(engine_report(r->engine, report), 0);
}

void enginerun_fix(struct enginerun *r, uint32_t mmsi, double minute, double lat,
                   double lon, double sog)
{
    struct report report = enginerun_position(mmsi, minute, lat, lon, sog, 90);
    enginerun_send(r, &report);
}

void enginerun_tick(struct enginerun *r, double minute)
{
    assert_int_equal(
        engine_tick(r->engine, ENGINERUN_DAY0 + (int64_t)(minute * (double)MINUTE_MS)),
        0);
}

void enginerun_lie(struct enginerun *r, uint32_t mmsi, double from, double to,
                   double step, double lat, double lon)
{
    for (double at = from; at <= to; at += step)
        enginerun_fix(r, mmsi, at, lat, lon, 0);
}

static int move_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    return n != 0 ? engine_wire_load(context, mmsi, record, n) : 0;
}

void enginerun_restart(struct enginerun *r, const char *yaml, const char *zones)
{
    struct engine *fresh = make(r, yaml, zones);
    struct buf self = {0};
    assert_int_equal(engine_wire_save_self(r->engine, &self), 0);
    assert_int_equal(engine_wire_load_self(fresh, self.data, self.length), 0);
    assert_int_equal(engine_wire_save(r->engine, true, move_row, fresh), 0);
    buf_finish(&self);
    engine_destroy(r->engine);
    r->engine = fresh;
}

void enginerun_reconfigure(struct enginerun *r, const char *yaml, const char *zones)
{
    struct engine_conf conf;
    enginerun_conf(yaml, zones, &conf);
    assert_int_equal(engine_reconfigure(r->engine, &conf, NULL), 0);
}

const char *enginerun_member(const struct enginerun *r, const char *path)
{
    static char text[1024];
    char copy[96];
    const char *all = buf_text(&r->bodies), *line = all + strlen(all);
    text[0] = '\0';
    while (line > all && (line[-1] != '\n' || line[0] == '\0'))
        line--;
    json_t *body = json_loadb(line, strcspn(line, "\n"), 0, NULL), *at = body;
    assert_non_null(body);
    snprintf(copy, sizeof copy, "%s", path);
    char *save = NULL;
    for (char *name = strtok_r(copy, ".", &save); name != NULL && at != NULL;
         name = strtok_r(NULL, ".", &save)) {
        char *end;
        size_t index = strtoul(name, &end, 10);
        at = *end == '\0' && json_is_array(at) ? json_array_get(at, index)
                                               : json_object_get(at, name);
    }
    if (json_is_string(at)) {
        snprintf(text, sizeof text, "%s", json_string_value(at));
    } else if (at != NULL) {
        char *dump =
            json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(10));
        assert_non_null(dump);
        snprintf(text, sizeof text, "%s", dump);
        free(dump);
    }
    json_decref(body);
    return text;
}
