/* SPDX-License-Identifier: Apache-2.0 */
/* `data` of an alert, member by member, in the order of the contract's example. What is
 * unknown is left out. */
#include "alert_int.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"

json_t *body_text(const char *text)
{
    /* An invalid byte becomes U+FFFD, of three bytes. */
    size_t n = strlen(text), room = 3 * n + 1;
    char *clean = malloc(room);
    if (clean == NULL)
        return NULL;
    (void)text_clean(text, n, clean, room);
    json_t *value = json_string(clean);
    free(clean);
    return value;
}

/* A member unless its value is NULL: unknown. */
static void put(json_t *object, const char *name, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, name, value);
}

static void put_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        put(object, name, body_text(text));
}

static void put_number(json_t *object, const char *name, uint32_t value)
{
    if (value != 0)
        put(object, name, json_integer((json_int_t)value));
}

static json_t *rounded(double value, double unit)
{
    return json_real(round(value / unit) * unit);
}

/* What is foreseen is not known to the millisecond. */
static json_t *eta_json(int64_t eta_ms)
{
    return body_time(eta_ms != TIME_NONE ? eta_ms / SECOND_MS * SECOND_MS : TIME_NONE);
}

static json_t *port_json(const struct port *port)
{
    return json_pack("{s:s,s:s}", "locode", port->locode, "name", port->name);
}

static json_t *vessel_json(const struct rule_subject *s)
{
    json_t *o = json_object();
    const struct vessel_static *info = s->info;
    put(o, "mmsi", json_integer((json_int_t)s->mmsi));
    put_number(o, "imo", info->imo);
    put_text(o, "name", info->name);
    put_text(o, "callsign", info->callsign);
    put_text(o, "flag", vessel_flag(s->mmsi));
    put_number(o, "type", info->ship_type);
    put_number(o, "length_m", info->length_m);
    put_text(o, "destination", info->destination);
    put(o, "watched", json_boolean(s->watch != NULL));
    if (s->watch == NULL)
        return o;
    put_text(o, "matched_by", watch_by_name(s->matched_by));
    json_t *tags = json_array();
    for (size_t i = 0; i < s->watch->tag_count; i++)
        json_array_append_new(tags, body_text(s->watch->tags[i]));
    put(o, "tags", tags);
    put_text(o, "watch_id", s->watch->id);
    put_text(o, "note", s->watch->note);
    return o;
}

static void put_call(json_t *data, const struct call *call)
{
    json_t *o = json_object();
    put(o, "entered_at", body_time(call->entered_ms));
    put(o, "arrived_at", body_time(call->arrived_ms));
    put(o, "departed_at", body_time(call->departed_ms));
    put(o, "left_at", body_time(call->left_ms));
    put(o, "kind", json_string(call_kind_name((enum call_kind)call->kind)));
    put(o, "confidence", json_integer(call->confidence));
    put(data, "call", o);
}

static void put_voyage(json_t *data, const struct ports *ports, const struct voyage *v)
{
    json_t *o = json_object(), *destinations = json_array();
    put(o, "from", port_json(ports_get(ports, v->from)));
    put(o, "to", port_json(ports_get(ports, v->to)));
    put(o, "departed_at", body_time(v->departed_ms));
    put(o, "arrived_at", body_time(v->arrived_ms));
    put(o, "distance_nm", rounded(v->distance_m / NM_M, 0.1));
    put(o, "longest_gap_h", rounded((double)v->longest_gap_ms / (double)HOUR_MS, 0.01));
    for (uint8_t i = 0; i < v->destination_count; i++)
        json_array_append_new(destinations, body_text(v->destinations[i]));
    put(o, "destinations", destinations);
    if (v->draught_departure_dm != 0)
        put(o, "draught_departure_m", rounded(v->draught_departure_dm / 10.0, 0.1));
    if (v->draught_arrival_dm != 0)
        put(o, "draught_arrival_m", rounded(v->draught_arrival_dm / 10.0, 0.1));
    put(data, "voyage", o);
}

static json_t *stop_json(const struct rule_world *world, const struct route_stop *stop)
{
    json_t *o = json_object();
    if (stop->port == PORT_NONE) {
        put_text(o, "zone", zone_info(world->zones, stop->zone)->id);
        put(o, "arrived_at", body_time(stop->arrived_ms));
        return o;
    }
    const struct port *port = ports_get(world->ports, stop->port);
    put_text(o, "locode", port->locode);
    put_text(o, "name", port->name);
    put(o, "arrived_at",
        body_time(stop->is_arrival_unknown ? TIME_NONE : stop->arrived_ms));
    put(o, "departed_at", body_time(stop->departed_ms));
    put(o, "confidence", json_integer(stop->confidence));
    return o;
}

static void put_route(json_t *data, const struct rule_look *look,
                      const struct route_run *run)
{
    json_t *o = json_object(), *calls = json_array();
    put_text(o, "pattern", look->rule->route->text);
    put(o, "step", json_integer(run->step + 1));
    put(o, "steps", json_integer((json_int_t)look->rule->route->step_count));
    for (uint8_t i = 0; i < run->stop_count; i++)
        json_array_append_new(calls, stop_json(look->world, &run->stops[i]));
    put(o, "calls", calls);
    uint32_t first, last;
    json_t *awaits = json_array();
    if (route_awaits(look->rule->route, run, &first, &last))
        for (uint32_t j = first; j <= last; j++)
            json_array_append_new(awaits, json_string(look->rule->route->steps[j].text));
    put(o, "awaits", awaits);
    put(o, "until", body_time(run->expires_ms));
    put(data, "route", o);
}

static void put_forecast(json_t *data, const struct rule_look *look,
                         const struct finding_forecast *f)
{
    json_t *o = json_object(), *reasons = json_array(), *ahead = json_array();
    if (f->port != PORT_NONE)
        put(o, "port", port_json(ports_get(look->world->ports, f->port)));
    put(o, "eta", eta_json(f->eta_ms));
    if (f->is_declared)
        json_array_append_new(reasons, json_string("declared"));
    if (f->is_heading)
        json_array_append_new(reasons, json_string("heading"));
    if (f->is_gate)
        json_array_append_new(reasons, json_string("gate"));
    put(o, "reasons", reasons);
    for (uint32_t i = 0; i < f->ahead_count; i++) {
        const struct zone_info *zone = zone_info(look->world->zones, f->ahead[i].zone);
        json_t *z = json_pack("{s:s,s:s}", "id", zone->id, "name", zone->name);
        put(z, "eta", eta_json(f->ahead[i].eta_ms));
        json_array_append_new(ahead, z);
    }
    put(o, "zones_ahead", ahead);
    put(data, "forecast", o);
}

static void put_zone(json_t *data, const struct rule_look *look, const struct finding *f)
{
    const struct zone_event *e = f->zone;
    const struct zone_info *info = zone_info(look->world->zones, e->zone);
    json_t *o = json_object();
    put_text(o, "id", info->id);
    put_text(o, "name", info->name);
    if (info->shape == ZONE_GATE) {
        put_text(o, "direction", e->is_left_to_right ? "left-to-right" : "right-to-left");
        put_text(o, "certainty", zone_certainty_name(e->certainty));
        put(data, "gate", o);
        return;
    }
    put_text(o, "kind", info->kind);
    put_text(o, "certainty", zone_certainty_name(e->certainty));
    put(o, "present", json_boolean(e->is_present));
    const char *type = look->rule->kind->events[f->event].type;
    if (strcmp(type, "zone.entered") != 0)
        put(o, "since", body_time(e->since_ms));
    if (strcmp(type, "zone.dwelled") == 0 || strcmp(type, "zone.lost") == 0)
        put(o, "last_seen", body_time(e->last_seen_ms));
    put(o, "eta", eta_json(f->zone_eta_ms));
    put(data, "zone", o);
}

static void put_gap(json_t *data, const struct finding *f)
{
    json_t *o = json_object();
    put(o, "last_seen", body_time(f->gap.last_seen_ms));
    put(o, "hours", rounded(f->gap.hours, 0.01));
    put(o, "others_heard", json_integer((json_int_t)f->gap.others_heard));
    if (f->gap.distance_m >= 0)
        put(o, "distance_nm", rounded(f->gap.distance_m / NM_M, 0.1));
    if (f->gap.implied_kn >= 0)
        put(o, "implied_kn", rounded(f->gap.implied_kn, 0.1));
    put(data, "gap", o);
}

static void put_motion(json_t *data, const struct finding *f, const struct track_fix *fix)
{
    struct geo_point p = geo_to_point(f->pos);
    put(data, "position",
        json_pack("{s:s,s:[ff]}", "type", "Point", "coordinates",
                  round(p.lon * 1e6) / 1e6, round(p.lat * 1e6) / 1e6));
    if ((fix->has & FIX_SOG) != 0)
        put(data, "sog_kn", rounded(fix->sog_dkn / 10.0, 0.1));
    if ((fix->has & FIX_COG) != 0)
        put(data, "cog_deg", rounded(fix->cog_ddeg / 10.0, 0.1));
}

/* The link with {mmsi}, {imo} and {id} filled in; what is unknown becomes empty. */
static json_t *link_json(const char *link, const struct rule_subject *s)
{
    struct buf text = {0};
    char number[16];
    int rc = 0;
    for (const char *p = link; *p != '\0' && rc == 0;) {
        const char *value = NULL;
        size_t skip = 0;
        if (strncmp(p, "{mmsi}", 6) == 0) {
            snprintf(number, sizeof number, "%09u", s->mmsi);
            value = number;
            skip = 6;
        } else if (strncmp(p, "{imo}", 5) == 0) {
            snprintf(number, sizeof number, "%u", s->info->imo);
            value = s->info->imo != 0 ? number : "";
            skip = 5;
        } else if (strncmp(p, "{id}", 4) == 0) {
            value = s->watch != NULL ? s->watch->id : "";
            skip = 4;
        }
        rc = value != NULL ? buf_add_text(&text, value) : buf_add_char(&text, *p);
        p += value != NULL ? skip : 1;
    }
    json_t *o = rc == 0 ? body_text(buf_text(&text)) : NULL;
    buf_finish(&text);
    return o;
}

static void put_objects(json_t *data, const struct rule_look *look,
                        const struct finding *f)
{
    if (f->port != NULL)
        put(data, "port", port_json(f->port));
    if (f->call != NULL)
        put_call(data, f->call);
    if (f->voyage != NULL)
        put_voyage(data, look->world->ports, f->voyage);
    if (f->zone != NULL)
        put_zone(data, look, f);
    if (f->run != NULL)
        put_route(data, look, f->run);
    if (f->forecast != NULL)
        put_forecast(data, look, f->forecast);
    if (f->gap.is_set)
        put_gap(data, f);
    put(data, "since", body_time(f->since_ms));
}

json_t *body_data(const struct alert_context *context, const struct rule_look *look,
                  const struct finding *f, const char *summary)
{
    json_t *data = json_object();
    const struct rule_subject *s = look->subject;
    char id[HASH_ID_BYTES];
    put_text(data, "rule", look->rule->id);
    put_text(data, "severity", severity_name(look->rule->severity[f->event]));
    if (f->run != NULL) {
        snprintf(id, sizeof id, "%016llx", (unsigned long long)f->run->case_id);
        put_text(data, "case", id);
    }
    put(data, "detected_at", body_time(look->now_ms));
    put_text(data, "summary", summary);
    put(data, "vessel", vessel_json(s));
    put_motion(data, f, &s->track->last);
    put_objects(data, look, f);
    if (context->link != NULL)
        put(data, "link", link_json(context->link, s));
    int64_t since_ms =
        f->evidence_ms != TIME_NONE ? f->evidence_ms : look->now_ms - 6 * HOUR_MS;
    json_t *evidence = body_evidence(s->track, since_ms, s->track->last.time_ms);
    if (evidence == NULL) {
        json_decref(data);
        return NULL;
    }
    put(data, "evidence", evidence);
    return data;
}
