/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences and members of the alerts of kind route. */
#include "route_say_int.h"

#include "lookout/base/time.h"
#include "reach_tell_int.h"
#include "route_settings_int.h"

static const struct route *said_route(const struct rule_look *look)
{
    return route_settings(look->rule)->route;
}

static const struct route_stop *last_said_stop(const struct route_run *run)
{
    return &run->stops[run->stop_count - 1];
}

/* --- sentences --- */

/* "RUVVO, RUNJK or RUVYP", in the order of the configuration and at most four, else the
 * step as written */
static void say_step(struct say_writer *w, const struct rule_look *look,
                     const struct route_step *step)
{
    const struct port_set *set = step->ports;
    size_t n = 0;
    while (set != NULL && port_set_first(set, n) != PORT_NONE)
        n++;
    if (n == 0 || n > 4 || step->zone_count != 0) {
        say_text(w, "%s", step->text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *between = i == 0 ? "" : ", ";
        if (i > 0 && i + 1 == n)
            between = " or ";
        say_text(w, "%s%s", between,
                 ports_get(look->world->ports, port_set_first(set, i))->locode);
    }
}

/* "Nampo 24 Mar" */
static void say_stop(struct say_writer *w, const struct rule_look *look,
                     const struct route_stop *stop, int64_t time_ms)
{
    say_text(w, "%s ",
             stop->port != PORT_NONE
                 ? ports_get(look->world->ports, stop->port)->name
                 : zone_set_info(look->world->zones, stop->zone)->name);
    say_day(w, time_ms);
}

/* "could have called at Nampo KPNAM between 24 Mar 08:00Z and 26 Mar 11:00Z (silent 61
 * h)" */
static void say_dark(struct say_writer *w, const struct rule_look *look,
                     const struct route_stop *stop)
{
    say_text(w, "could have called at ");
    say_port(w, ports_get(look->world->ports, stop->port));
    say_text(w, " ");
    reach_tell_say_between(w, stop->arrived_ms, stop->departed_ms);
    say_text(w, " (silent %.0f h)",
             (double)(stop->silent_to_ms - stop->silent_from_ms) / (double)HOUR_MS);
}

static void say_chain(struct say_writer *w, const struct rule_look *look,
                      const struct route_run *run)
{
    for (uint8_t i = 0; i < run->stop_count; i++) {
        say_text(w, "%s", i == 0 ? "" : " > ");
        say_stop(w, look, &run->stops[i], run->stops[i].arrived_ms);
        say_text(w, "%s", run->stops[i].is_dark ? " (could have called)" : "");
    }
}

/* " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 19:04Z" */
static void say_arrival(struct say_writer *w, const struct rule_look *look,
                        const struct route_stop *stop)
{
    if (stop->port != PORT_NONE) {
        say_text(w, " arrived ");
        say_port(w, ports_get(look->world->ports, stop->port));
        say_text(w, " ");
    } else {
        const struct zone_info *zone = zone_set_info(look->world->zones, stop->zone);
        say_text(w, zone->shape == ZONE_GATE ? " crossed %s " : " was in %s ",
                 zone->name);
    }
    say_time(w, stop->arrived_ms);
    if (stop->port != PORT_NONE && look->now_ms != stop->arrived_ms) {
        say_text(w, ", confirmed ");
        say_time_near(w, look->now_ms, stop->arrived_ms);
    }
}

/* The same, and "; from Nampo 24 Mar." */
static void say_reached(struct say_writer *w, const struct rule_look *look,
                        const struct route_run *run)
{
    const struct route_stop *stop = last_said_stop(run);
    if (stop->is_dark)
        say_text(w, " ");
    if (stop->is_dark)
        say_dark(w, look, stop);
    else
        say_arrival(w, look, stop);
    if (run->stop_count >= 2 && stop[-1].is_dark) {
        say_text(w, "; before that it ");
        say_dark(w, look, stop - 1);
    } else if (run->stop_count >= 2) {
        const struct route_stop *before = stop - 1;
        say_text(w, "; from ");
        say_stop(w, look, before,
                 before->departed_ms != TIME_NONE ? before->departed_ms
                                                  : before->arrived_ms);
    }
    say_text(w, ".");
}

/* While the ship is still at the last stop, the end of its time is unknown: use the end
 * if the ship left now. */
static int64_t until_from_now(const struct rule_look *look, const struct route_run *run)
{
    const struct route_settings *s = route_settings(look->rule);
    int64_t until_ms = last_said_stop(run)->arrived_ms + s->leg_ms;
    bool is_bounded = run->stop_count > 1 && run->stops[0].departed_ms != TIME_NONE;
    int64_t last_ms = is_bounded ? run->stops[0].departed_ms + s->within_ms : until_ms;
    return last_ms < until_ms ? last_ms : until_ms;
}

static void say_step_of(struct say_writer *w, const struct rule_look *look,
                        const struct route_run *run)
{
    say_text(w, " %s %u/%u", look->rule->id, run->step + 1u,
             said_route(look)->step_count);
}

void route_say_progressed(struct say_writer *w, const struct rule_look *look,
                          const struct finding *f)
{
    const struct route_run *run = ((const struct route_told *)f->detail)->run;
    uint32_t first, last;
    say_reached(w, look, run);
    say_step_of(w, look, run);
    if (route_awaits(said_route(look), run, &first, &last)) {
        say_text(w, ", awaits ");
        say_step(w, look, &said_route(look)->steps[last]);
        say_text(w, " by ");
        say_day(w, run->expires_ms != TIME_NONE ? run->expires_ms
                                                : until_from_now(look, run));
    }
    say_text(w, ".");
}

void route_say_matched(struct say_writer *w, const struct rule_look *look,
                       const struct finding *f)
{
    const struct route_run *run = ((const struct route_told *)f->detail)->run;
    say_reached(w, look, run);
    say_text(w, " %s is complete: ", look->rule->id);
    say_chain(w, look, run);
    say_text(w, ".");
}

static void say_reasons(struct say_writer *w, const struct route_outlook *outlook)
{
    const char *before = " because the ship";
    if (outlook->is_declared) {
        say_text(w, "%s declares that destination", before);
        before = " and";
    }
    if (outlook->is_heading) {
        say_text(w, "%s is heading there over water", before);
        before = " and";
    }
    if (outlook->is_gate)
        say_text(w, "%s crossed an awaited gate", before);
}

void route_say_forecast(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct route_told *told = f->detail;
    const struct route_outlook *outlook = told->forecast;
    say_text(w, " is expected at ");
    if (outlook->port != PORT_NONE)
        say_port(w, ports_get(look->world->ports, outlook->port));
    else
        say_text(w, "the last step");
    if (outlook->eta_ms != TIME_NONE) {
        say_text(w, " about ");
        say_time(w, outlook->eta_ms);
    }
    say_text(w, ", forecast made ");
    say_time(w, f->time_ms);
    say_reasons(w, outlook);
    say_text(w, ".");
    for (uint32_t i = 0; i < outlook->ahead_count; i++) {
        say_text(w, i == 0 ? " On the way: %s in " : ", %s in ",
                 zone_set_info(look->world->zones, outlook->ahead[i].zone)->name);
        say_span(w, outlook->ahead[i].eta_ms - look->now_ms);
    }
    say_text(w, outlook->ahead_count > 0 ? "." : "");
    say_step_of(w, look, told->run);
    say_text(w, ": ");
    say_chain(w, look, told->run);
    if (told->run->expires_ms != TIME_NONE) {
        say_text(w, ", open until ");
        say_day(w, told->run->expires_ms);
    }
    say_text(w, ".");
}

void route_say_lapsed(struct say_writer *w, const struct rule_look *look,
                      const struct finding *f)
{
    const struct route_told *told = f->detail;
    uint32_t port = told->forecast->port;
    say_text(w, " did not go on to ");
    if (port != PORT_NONE)
        say_port(w, ports_get(look->world->ports, port));
    else
        say_text(w, "the next step");
    say_text(w, " as was forecast. %s lapsed ", look->rule->id);
    say_time(w, f->time_ms);
    say_text(w, " after ");
    say_chain(w, look, told->run);
    say_text(w, ".");
}

/* --- members --- */

static const char *const reasons[] = {"declared", "heading", "gate", NULL};
static const struct body_field stop_fields[] = {
    {.name = "locode", .type = BODY_TEXT, .is_optional = true},
    {.name = "name", .type = BODY_TEXT, .is_optional = true},
    {.name = "zone", .type = BODY_TEXT, .is_optional = true},
    {.name = "arrived_at", .type = BODY_TIME, .is_optional = true},
    {.name = "departed_at", .type = BODY_TIME, .is_optional = true},
    {.name = "confidence",
     .type = BODY_INTEGER,
     .is_optional = true,
     .least = 1,
     .most = 4},
    {.name = "silent", .type = BODY_TRUTH, .is_optional = true},
    {.name = "silent_from", .type = BODY_TIME, .is_optional = true},
    {.name = "silent_to", .type = BODY_TIME, .is_optional = true},
    {0},
};
static const struct body_field route_fields[] = {
    {.name = "pattern", .type = BODY_TEXT},
    {.name = "step", .type = BODY_INTEGER, .least = 1},
    {.name = "steps", .type = BODY_INTEGER, .least = 1},
    {.name = "calls", .type = BODY_OBJECTS, .fields = stop_fields, .least = 1},
    {.name = "awaits", .type = BODY_TEXTS},
    {.name = "until", .type = BODY_TIME, .is_optional = true},
    {0},
};
static const struct body_field ahead_fields[] = {
    {.name = "id", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "eta", .type = BODY_TIME, .is_optional = true},
    {0},
};
static const struct body_field forecast_fields[] = {
    {.name = "port", .type = BODY_PORT, .is_optional = true},
    {.name = "eta", .type = BODY_TIME, .is_optional = true},
    {.name = "reasons", .type = BODY_TEXTS, .words = reasons},
    {.name = "zones_ahead", .type = BODY_OBJECTS, .fields = ahead_fields},
    {0},
};
const struct body_field route_say_port_field = {
    .name = "port", .type = BODY_PORT, .is_optional = true};
const struct body_field route_say_route_field = {
    .name = "route", .type = BODY_OBJECT, .fields = route_fields};
const struct body_field route_say_forecast_field = {
    .name = "forecast", .type = BODY_OBJECT, .fields = forecast_fields};

/* The port reached, or forecast. */
json_t *route_say_make_port(const struct rule_look *look, const struct finding *f)
{
    const struct route_told *told = f->detail;
    uint32_t port = last_said_stop(told->run)->port;
    if (f->event == ROUTE_SAY_LAPSED)
        port = PORT_NONE;
    if (f->event == ROUTE_SAY_FORECAST)
        port = told->forecast->port;
    return port != PORT_NONE ? body_port(ports_get(look->world->ports, port)) : NULL;
}

static json_t *make_stop(const struct rule_world *world, const struct route_stop *stop)
{
    json_t *o = json_object();
    if (stop->port == PORT_NONE) {
        body_put_text(o, "zone", zone_set_info(world->zones, stop->zone)->id);
        body_put(o, "arrived_at", body_time(stop->arrived_ms));
        return o;
    }
    const struct port *port = ports_get(world->ports, stop->port);
    body_put_text(o, "locode", port->locode);
    body_put_text(o, "name", port->name);
    body_put(o, "arrived_at",
             body_time(stop->is_arrival_unknown ? TIME_NONE : stop->arrived_ms));
    body_put(o, "departed_at", body_time(stop->departed_ms));
    body_put(o, "confidence", json_integer(stop->confidence));
    if (stop->is_dark) {
        body_put(o, "silent", json_true());
        body_put(o, "silent_from", body_time(stop->silent_from_ms));
        body_put(o, "silent_to", body_time(stop->silent_to_ms));
    }
    return o;
}

json_t *route_say_make_route(const struct rule_look *look, const struct finding *f)
{
    const struct route_run *run = ((const struct route_told *)f->detail)->run;
    const struct route *route = said_route(look);
    json_t *o = json_object(), *calls = json_array(), *awaits = json_array();
    uint32_t first, last;
    body_put_text(o, "pattern", route->text);
    body_put(o, "step", json_integer(run->step + 1));
    body_put(o, "steps", json_integer((json_int_t)route->step_count));
    for (uint8_t i = 0; i < run->stop_count; i++)
        json_array_append_new(calls, make_stop(look->world, &run->stops[i]));
    body_put(o, "calls", calls);
    if (route_awaits(route, run, &first, &last))
        for (uint32_t j = first; j <= last; j++)
            json_array_append_new(awaits, json_string(route->steps[j].text));
    body_put(o, "awaits", awaits);
    body_put(o, "until", body_time(run->expires_ms));
    return o;
}

int route_say_way(const struct rule_look *look, const struct route_run *run,
                  struct buf *out)
{
    static const char *const members[] = {"calls", "awaits"};
    const struct route_told told = {.run = run};
    const struct finding f = {.detail = &told};
    json_t *route = route_say_make_route(look, &f);
    int rc = buf_printf(out, ",\"case\":\"%016llx\"", (unsigned long long)run->case_id);
    for (int i = 0; i < 2 && rc == 0; i++) {
        char *text = json_dumps(json_object_get(route, members[i]), JSON_COMPACT);
        rc = text != NULL ? buf_printf(out, ",\"%s\":%s", members[i], text) : ERR_NOMEM;
        free(text);
    }
    json_decref(route);
    return rc;
}

json_t *route_say_make_forecast(const struct rule_look *look, const struct finding *f)
{
    const struct route_outlook *outlook =
        ((const struct route_told *)f->detail)->forecast;
    const bool is_reason[] = {outlook->is_declared, outlook->is_heading,
                              outlook->is_gate};
    json_t *o = json_object(), *list = json_array(), *ahead = json_array();
    if (outlook->port != PORT_NONE)
        body_put(o, "port", body_port(ports_get(look->world->ports, outlook->port)));
    body_put(o, "eta", body_eta(outlook->eta_ms));
    for (size_t i = 0; reasons[i] != NULL; i++)
        if (is_reason[i])
            json_array_append_new(list, json_string(reasons[i]));
    body_put(o, "reasons", list);
    for (uint32_t i = 0; i < outlook->ahead_count; i++) {
        const struct zone_info *zone =
            zone_set_info(look->world->zones, outlook->ahead[i].zone);
        json_t *z = json_pack("{s:s,s:s}", "id", zone->id, "name", zone->name);
        body_put(z, "eta", body_eta(outlook->ahead[i].eta_ms));
        json_array_append_new(ahead, z);
    }
    body_put(o, "zones_ahead", ahead);
    return o;
}
