/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of an alert: who, what, where, when, and what comes next, in a sentence or
 * two that a watch officer can act on. One writer for each type of alert, in a table. */
#include "alert_int.h"
#include "say_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"

/* --- port calls and voyages --- */

static void port_entered(struct say_writer *w)
{
    bool was_there = w->f->call->at_start;
    say_text(w, was_there ? " was in the area of port " : " entered the area of port ");
    say_port(w, w->f->port);
    say_text(w, was_there ? " when first heard " : " ");
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

static void say_arrival(struct say_writer *w, const struct call *call, int64_t arrived_ms)
{
    bool was_there = call != NULL && call->arrived_ms == TIME_NONE;
    if (was_there) {
        say_text(w, " is lying at ");
        say_port(w, w->f->port);
        say_text(w, ", since before ");
        say_time(w, call->since_ms);
        return;
    }
    say_text(w, " arrived ");
    say_port(w, w->f->port);
    say_text(w, " ");
    say_time(w, arrived_ms);
    if (w->look->now_ms != arrived_ms) {
        say_text(w, ", confirmed ");
        say_time_near(w, w->look->now_ms, arrived_ms);
    }
}

static void port_arrived(struct say_writer *w)
{
    say_arrival(w, w->f->call, w->f->time_ms);
    if (w->f->call->kind != CALL_KIND_UNKNOWN)
        say_text(w, ", at %s",
                 w->f->call->kind == CALL_KIND_ANCHORAGE ? "anchor" : "a berth");
    say_declared(w);
    say_text(w, ".");
}

static void port_departed(struct say_writer *w)
{
    const struct call *call = w->f->call;
    say_text(w, " departed ");
    say_port(w, w->f->port);
    say_text(w, " ");
    say_time(w, w->f->time_ms);
    if (call->arrived_ms != TIME_NONE) {
        say_text(w, " after ");
        say_span(w, call->departed_ms - call->arrived_ms);
    }
    say_declared(w);
    say_text(w, ".");
}

static void port_left(struct say_writer *w)
{
    say_text(w, " left the area of port ");
    say_port(w, w->f->port);
    say_text(w, " ");
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

static void voyage_completed(struct say_writer *w)
{
    const struct voyage *v = w->f->voyage;
    const struct ports *ports = w->look->world->ports;
    say_text(w, " sailed from ");
    say_port(w, ports_get(ports, v->from));
    say_text(w, " ");
    say_time(w, v->departed_ms);
    say_text(w, " to ");
    say_port(w, ports_get(ports, v->to));
    say_text(w, " ");
    say_time(w, v->arrived_ms);
    say_text(w, ": %.0f nm in ", v->distance_m / NM_M);
    say_span(w, v->arrived_ms - v->departed_ms);
    if (v->longest_gap_ms >= HOUR_MS) {
        say_text(w, ", longest silence ");
        say_span(w, v->longest_gap_ms);
    }
    say_text(w, ".");
}

/* --- routes --- */

/* "RUVVO, RUNJK or RUVYP", in the order of the configuration and at most four, else the
 * step as written */
static void say_step(struct say_writer *w, const struct route_step *step)
{
    const struct ports *ports = w->look->world->ports;
    const struct port_set *set = step->ports;
    size_t n = 0;
    while (set != NULL && port_set_first(set, n) != PORT_NONE)
        n++;
    if (n == 0 || n > 4 || step->zone_count != 0) {
        say_text(w, "%s", step->text);
        return;
    }
    for (size_t i = 0; i < n; i++)
        say_text(w, "%s%s",
                 i == 0       ? ""
                 : i + 1 == n ? " or "
                              : ", ",
                 ports_get(ports, port_set_first(set, i))->locode);
}

static void say_stop(struct say_writer *w, const struct route_stop *stop)
{
    if (stop->port != PORT_NONE)
        say_text(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        say_text(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    say_day(w, stop->arrived_ms);
}

/* "; from Nampo 24 Mar" */
static void say_before(struct say_writer *w, const struct route_run *run)
{
    if (run->stop_count < 2)
        return;
    const struct route_stop *stop = &run->stops[run->stop_count - 2];
    say_text(w, "; from ");
    if (stop->port != PORT_NONE)
        say_text(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        say_text(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    say_day(w, stop->departed_ms != TIME_NONE ? stop->departed_ms : stop->arrived_ms);
}

static void say_reached(struct say_writer *w, const struct route_run *run)
{
    const struct route_stop *stop = &run->stops[run->stop_count - 1];
    if (stop->port != PORT_NONE) {
        say_arrival(w, NULL, stop->arrived_ms);
    } else {
        const struct zone_info *zone = zone_info(w->look->world->zones, stop->zone);
        say_text(w, zone->shape == ZONE_GATE ? " crossed %s " : " was in %s ",
                 zone->name);
        say_time(w, stop->arrived_ms);
    }
    say_before(w, run);
    say_text(w, ".");
}

/* While the ship is still at the last stop nobody knows when its time will be over: what
 * it would be if it left as it came. */
static int64_t until_from_now(const struct say_writer *w, const struct route_run *run)
{
    const struct rule *rule = w->look->rule;
    int64_t until_ms = run->stops[run->stop_count - 1].arrived_ms + rule->leg_ms;
    bool is_bounded = run->stop_count > 1 && run->stops[0].departed_ms != TIME_NONE;
    int64_t last_ms = is_bounded ? run->stops[0].departed_ms + rule->within_ms : until_ms;
    return last_ms < until_ms ? last_ms : until_ms;
}

static void route_progressed(struct say_writer *w)
{
    const struct route_run *run = w->f->run;
    const struct route *route = w->look->rule->route;
    uint32_t first, last;
    say_reached(w, run);
    say_text(w, " %s %u/%u", w->look->rule->id, run->step + 1u, route->step_count);
    if (route_awaits(route, run, &first, &last)) {
        say_text(w, ", awaits ");
        say_step(w, &route->steps[last]);
        say_text(w, " by ");
        say_day(w,
                run->expires_ms != TIME_NONE ? run->expires_ms : until_from_now(w, run));
    }
    say_text(w, ".");
}

static void say_chain(struct say_writer *w, const struct route_run *run)
{
    for (uint8_t i = 0; i < run->stop_count; i++) {
        say_text(w, "%s", i == 0 ? "" : " > ");
        say_stop(w, &run->stops[i]);
    }
}

static void route_matched(struct say_writer *w)
{
    say_reached(w, w->f->run);
    say_text(w, " %s is complete: ", w->look->rule->id);
    say_chain(w, w->f->run);
    say_text(w, ".");
}

static void route_forecast(struct say_writer *w)
{
    const struct finding_forecast *fc = w->f->forecast;
    say_text(w, " is expected at ");
    if (fc->port != PORT_NONE)
        say_port(w, ports_get(w->look->world->ports, fc->port));
    else
        say_text(w, "the last step");
    if (fc->eta_ms != TIME_NONE) {
        say_text(w, " about ");
        say_time(w, fc->eta_ms);
    }
    say_text(w, " (");
    if (fc->is_declared)
        say_text(w, "destination declared as %s", w->look->subject->info->destination);
    if (fc->is_heading)
        say_text(w, "%sheading there over water", fc->is_declared ? ", " : "");
    if (fc->is_gate)
        say_text(w, "%sgate crossed", fc->is_declared || fc->is_heading ? ", " : "");
    say_text(w, ")");
    for (uint32_t i = 0; i < fc->ahead_count; i++) {
        say_text(w, i == 0 ? "; ahead: %s in " : ", %s in ",
                 zone_info(w->look->world->zones, fc->ahead[i].zone)->name);
        say_span(w, fc->ahead[i].eta_ms - w->look->now_ms);
    }
    say_text(w, ". %s %u/%u: ", w->look->rule->id, w->f->run->step + 1u,
             w->look->rule->route->step_count);
    say_chain(w, w->f->run);
    if (w->f->run->expires_ms != TIME_NONE) {
        say_text(w, ", open until ");
        say_day(w, w->f->run->expires_ms);
    }
    say_text(w, ".");
}

static void route_lapsed(struct say_writer *w)
{
    uint32_t port = w->f->forecast->port;
    say_text(w, " did not go on to ");
    if (port != PORT_NONE)
        say_port(w, ports_get(w->look->world->ports, port));
    else
        say_text(w, "the next step");
    say_text(w, " as was forecast. %s lapsed ", w->look->rule->id);
    say_time(w, w->f->time_ms);
    say_text(w, " after ");
    say_chain(w, w->f->run);
    say_text(w, ".");
}

/* --- zones and gates --- */

static const struct zone_info *info_of(const struct say_writer *w)
{
    return zone_info(w->look->world->zones, w->f->zone->zone);
}

static void say_certainty(struct say_writer *w)
{
    if (w->f->zone->certainty == ZONE_INFERRED)
        say_text(w, ", inferred from the fixes before and after");
    if (w->f->zone->certainty == ZONE_POSSIBLE)
        say_text(w, ", possible by fixes far apart");
}

static void zone_entered(struct say_writer *w)
{
    say_text(w,
             w->f->zone->is_present ? " was in zone %s when first heard "
                                    : " entered zone %s ",
             info_of(w)->name);
    say_time(w, w->f->time_ms);
    say_certainty(w);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

static void zone_exited(struct say_writer *w)
{
    say_text(w, " left zone %s ", info_of(w)->name);
    say_time(w, w->f->time_ms);
    say_text(w, " after ");
    say_span(w, w->f->time_ms - w->f->zone->since_ms);
    say_certainty(w);
    say_motion(w);
    say_text(w, ".");
}

static void zone_approached(struct say_writer *w)
{
    say_text(w, " is heading for zone %s: there in ", info_of(w)->name);
    say_span(w, w->f->zone_eta_ms - w->look->now_ms);
    say_text(w, ", about ");
    say_time(w, w->f->zone_eta_ms);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

static void zone_dwelled(struct say_writer *w)
{
    say_text(w, " has been in zone %s for ", info_of(w)->name);
    say_span(w, w->f->time_ms - w->f->zone->since_ms);
    say_text(w, ", since ");
    say_time(w, w->f->zone->since_ms);
    say_motion(w);
    say_text(w, ".");
}

static void zone_lost(struct say_writer *w)
{
    say_text(w, " fell silent in zone %s: last heard ", info_of(w)->name);
    say_time(w, w->f->zone->last_seen_ms);
    say_motion(w);
    say_text(w, ".");
}

static void gate_crossed(struct say_writer *w)
{
    say_text(w, " crossed gate %s %s ", info_of(w)->name,
             w->f->zone->is_left_to_right ? "left to right" : "right to left");
    say_time(w, w->f->time_ms);
    say_certainty(w);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

/* --- being heard --- */

static void vessel_sighted(struct say_writer *w)
{
    if (w->f->since_ms == TIME_NONE) {
        say_text(w, " is heard for the first time, ");
    } else {
        say_text(w, " is heard again after ");
        say_span(w, w->f->time_ms - w->f->since_ms);
        say_text(w, " of silence, ");
    }
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say_text(w, ".");
}

static void say_others(struct say_writer *w)
{
    say_text(w, "; %u other vessel%s heard within 30 nm meanwhile",
             w->f->gap.others_heard, w->f->gap.others_heard == 1 ? " was" : "s were");
}

static void gap_started(struct say_writer *w)
{
    say_text(w, " has been silent for %.1f h, since ", w->f->gap.hours);
    say_time(w, w->f->gap.last_seen_ms);
    say_others(w);
    say_motion(w);
    say_text(w, " at its last report.");
}

static void gap_ended(struct say_writer *w)
{
    say_text(w, " is heard again ");
    say_time(w, w->f->time_ms);
    say_text(w, " after %.1f h of silence", w->f->gap.hours);
    if (w->f->gap.distance_m >= 0)
        say_text(w, ", %.0f nm away", w->f->gap.distance_m / NM_M);
    if (w->f->gap.implied_kn >= 0)
        say_text(w, " (%.1f kn on the straight way)", w->f->gap.implied_kn);
    say_others(w);
    say_text(w, ".");
}

static const struct {
    const char *type;
    void (*write)(struct say_writer *w);
} writers[] = {
    /* clang-format off */
    {"port.entered",     port_entered},
    {"port.arrived",     port_arrived},
    {"port.departed",    port_departed},
    {"port.left",        port_left},
    {"voyage.completed", voyage_completed},
    {"route.progressed", route_progressed},
    {"route.matched",    route_matched},
    {"route.forecast",   route_forecast},
    {"route.lapsed",     route_lapsed},
    {"zone.entered",     zone_entered},
    {"zone.exited",      zone_exited},
    {"zone.approached",  zone_approached},
    {"zone.dwelled",     zone_dwelled},
    {"zone.lost",        zone_lost},
    {"gate.crossed",     gate_crossed},
    {"vessel.sighted",   vessel_sighted},
    {"gap.started",      gap_started},
    {"gap.ended",        gap_ended},
    /* clang-format on */
};

int summary_local_time(const struct alert_context *context, int64_t time_ms,
                       struct buf *out)
{
    const struct engine_timezone *tz = context->timezone;
    if (tz == NULL || tz->count == 0)
        return 0;
    size_t i = tz->count - 1;
    while (i > 0 && tz->begin_ms[i] > time_ms)
        i--;
    char text[TIME_TEXT_BYTES];
    time_format_short(time_ms + tz->offset_s[i] * SECOND_MS, text);
    text[strlen(text) - 1] = '\0'; /* the Z */
    return buf_printf(out, " Local time %s %s.", text, tz->abbreviation[i]);
}

int summary_write(const struct alert_context *context, const struct rule_look *look,
                  const struct finding *f, struct buf *out)
{
    struct say_writer w = {.out = out, .look = look, .f = f};
    const char *type = look->rule->kind->events[f->event].type;
    say_vessel(&w);
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
        if (strcmp(writers[i].type, type) == 0)
            writers[i].write(&w);
    return w.rc != 0 ? w.rc : summary_local_time(context, f->time_ms, out);
}
