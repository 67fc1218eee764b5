/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one vessel, as one JSON object for the `vessels` command. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "lookout/alert/body.h"
#include "lookout/base/time.h"

static void put_json_value(json_t *object, const char *name, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, name, value);
}

static void put_text_value(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        put_json_value(object, name, json_string(text));
}

static json_t *time_json(int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    return time_ms != TIME_NONE ? json_string(time_format(time_ms, text)) : NULL;
}

static json_t *fix_json(const struct track_fix *fix)
{
    json_t *o = json_object();
    struct geo_point p = geo_to_point(fix->pos);
    put_json_value(o, "time", time_json(fix->time_ms));
    put_json_value(o, "lat", json_real(round(p.lat * 1e6) / 1e6));
    put_json_value(o, "lon", json_real(round(p.lon * 1e6) / 1e6));
    if ((fix->has & FIX_SOG) != 0)
        put_json_value(o, "sog_kn", json_real(fix->sog_dkn / 10.0));
    if ((fix->has & FIX_COG) != 0)
        put_json_value(o, "cog_deg", json_real(fix->cog_ddeg / 10.0));
    if ((fix->has & FIX_NAV_STATUS) != 0)
        put_json_value(o, "status", json_integer(fix->nav_status));
    return o;
}

static json_t *zones_json(const struct engine *e, const struct zone_watch *w)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->items[i].phase == ZONE_PHASE_ENTERING)
            continue;
        json_t *o = json_object();
        put_text_value(o, "id", zone_set_info(e->conf.zones, w->items[i].zone)->id);
        put_json_value(o, "since", time_json(w->items[i].since_ms));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *describe_port(const struct engine *e, const struct call_state *call)
{
    if (call->current.port == PORT_NONE)
        return NULL;
    const struct port *port = ports_get(e->conf.ports, call->current.port);
    json_t *o = json_object();
    put_text_value(o, "locode", port->locode);
    put_text_value(o, "name", port->name);
    put_json_value(o, "arrived_at", time_json(call->current.arrived_ms));
    return o;
}

static json_t *routes_json(const struct engine *e, struct ship_track *item)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->conf.rule_count; i++) {
        const struct rule *rule = &e->conf.rules[i];
        if (rule->kind->hooks->describe == NULL || item->slots[i] == NULL)
            continue;
        struct rule_look look = {
            .rule = rule, .world = &e->world, .state = &item->slots[i]};
        struct buf text = {0};
        if (buf_add_char(&text, '[') == 0 &&
            rule->kind->hooks->describe(&look, &text) == 0 &&
            buf_add_char(&text, ']') == 0) {
            json_t *o = json_object();
            put_text_value(o, "rule", rule->id);
            put_json_value(o, "runs", json_loads(buf_text(&text), 0, NULL));
            json_array_append_new(list, o);
        }
        buf_finish(&text);
    }
    return list;
}

/* One open run, as a row of a list. */
static json_t *run_json(const struct ship *s, json_t *rule, json_t *run)
{
    static const char *const members[] = {"case",  "step",   "steps",
                                          "calls", "awaits", "forecast"};
    json_t *o = json_object();
    json_object_set(o, "rule", rule);
    put_json_value(o, "mmsi", json_integer((json_int_t)s->mmsi));
    put_text_value(o, "name", s->info.name);
    for (int i = 0; i < 6; i++)
        json_object_set(o, members[i], json_object_get(run, members[i]));
    if (json_object_get(run, "expires") != NULL)
        json_object_set(o, "by", json_object_get(run, "expires"));
    return o;
}

int engine_describe_runs(const struct engine *e, uint32_t mmsi, json_t *list)
{
    const struct ship *s = ship_find(e, mmsi);
    for (uint8_t i = 0; s != NULL && i < s->track_count; i++) {
        json_t *routes = routes_json(e, s->items[i]), *route = NULL, *run = NULL;
        size_t r = 0, k = 0;
        json_array_foreach(routes, r, route)
        {
            json_array_foreach(json_object_get(route, "runs"), k, run)
            {
                json_array_append_new(list,
                                      run_json(s, json_object_get(route, "rule"), run));
            }
        }
        json_decref(routes);
    }
    return list != NULL ? 0 : ERR_NOMEM;
}

static size_t runs_of(const struct engine *e, struct ship_track *item)
{
    size_t count = 0, i = 0;
    json_t *routes = routes_json(e, item), *route = NULL;
    json_array_foreach(routes, i, route)
    {
        count += json_array_size(json_object_get(route, "runs"));
    }
    json_decref(routes);
    return count;
}

size_t engine_describe_run_count(const struct engine *e)
{
    size_t count = 0, cursor = 0;
    for (const struct ship *s; (s = ship_next(e, &cursor)) != NULL;)
        for (uint8_t i = 0; i < s->track_count; i++)
            count += runs_of(e, s->items[i]);
    return count;
}

static void put_watch(json_t *o, const struct ship *s)
{
    put_json_value(o, "watched", json_boolean(s->watch != NULL));
    if (s->watch == NULL)
        return;
    put_text_value(o, "matched_by", watch_by_name((enum watch_by)s->matched_by));
    body_put_watch(o, s->watch);
}

/* The MMSIs under which it was heard before, the newest first. */
static void put_former(json_t *o, const struct ship *s)
{
    const struct identity_former *former = ship_identity_former(s);
    if (former == NULL || former[0].mmsi == 0)
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < IDENTITY_FORMERS && former[i].mmsi != 0; i++) {
        json_t *one = json_object();
        put_json_value(one, "mmsi", json_integer((json_int_t)former[i].mmsi));
        put_json_value(one, "until", time_json(former[i].until_ms));
        json_array_append_new(list, one);
    }
    put_json_value(o, "former", list);
}

static void put_identity(json_t *o, const struct engine *e, const struct ship *s)
{
    put_json_value(o, "mmsi", json_integer((json_int_t)s->mmsi));
    if (s->info.imo != 0)
        put_json_value(o, "imo", json_integer((json_int_t)s->info.imo));
    put_text_value(o, "name", s->info.name);
    put_text_value(o, "callsign", s->info.callsign);
    put_text_value(o, "flag", vessel_flag(s->mmsi));
    if (s->info.ship_type != 0)
        put_json_value(o, "type", json_integer(s->info.ship_type));
    if (s->info.length_m != 0)
        put_json_value(o, "length_m", json_integer(s->info.length_m));
    put_text_value(o, "destination", s->info.destination);
    if (s->declared != PORT_NONE)
        put_text_value(o, "destination_port",
                       ports_get(e->conf.ports, s->declared)->locode);
    if (s->info.draught_dm != 0)
        put_json_value(o, "draught_m", json_real(s->info.draught_dm / 10.0));
    put_former(o, s);
    put_watch(o, s);
}

int engine_describe(const struct engine *e, uint32_t mmsi, struct buf *out)
{
    const struct ship *s = ship_find(e, mmsi);
    if (s == NULL)
        return ERR_NOT_FOUND;
    json_t *o = json_object();
    put_identity(o, e, s);
    const struct track *track = tracks_current(&s->tracks);
    if (track != NULL) {
        put_json_value(o, "last", fix_json(&track->last));
        if (s->tracks.count > 1)
            put_json_value(o, "tracks", json_integer((json_int_t)s->tracks.count));
        struct ship_track *item = ship_track_find(s, track->id);
        if (item != NULL) {
            put_json_value(o, "port", describe_port(e, &item->call));
            put_json_value(o, "zones", zones_json(e, &item->zones));
            put_json_value(o, "routes", routes_json(e, item));
        }
    }
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(o);
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    return rc;
}
