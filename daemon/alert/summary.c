/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of an alert: who, what, where, when, and what comes next, in a sentence or
 * two that a watch officer can act on. One writer for each type of alert, in a table. */
#include "alert_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lookout/timefmt.h"
#include "lookout/units.h"

/* One sentence being written: the first failure sticks. */
struct writer {
    struct buf *out;
    const struct rule_look *look;
    const struct finding *f;
    int rc;
};

static void say(struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (w->rc == 0)
        w->rc = buf_vprintf(w->out, format, args);
    va_end(args);
}

/* "25 Mar 18:04Z" */
static void say_time(struct writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    say(w, "%s", time_format_short(time_ms, text));
}

/* "25 Mar" */
static void say_day(struct writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    say(w, "%.*s", (int)(strlen(text) - strlen(" 18:04Z")), text);
}

/* "19:04Z" when it is the same day as `other`, else with the day. */
static void say_time_near(struct writer *w, int64_t time_ms, int64_t other_ms)
{
    char text[TIME_TEXT_BYTES], other[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    time_format_short(other_ms, other);
    size_t day = strlen(text) - strlen("18:04Z");
    bool is_same_day = strlen(text) == strlen(other) && strncmp(text, other, day) == 0;
    say(w, "%s", is_same_day ? text + day : text);
}

/* "45 min", "3.5 h", "8.2 d" */
static void say_span(struct writer *w, int64_t ms)
{
    if (ms < 2 * HOUR_MS)
        say(w, "%lld min", (long long)((ms + MINUTE_MS / 2) / MINUTE_MS));
    else if (ms < 2 * DAY_MS)
        say(w, "%.1f h", (double)ms / (double)HOUR_MS);
    else
        say(w, "%.1f d", (double)ms / (double)DAY_MS);
}

static void say_vessel(struct writer *w)
{
    const struct rule_subject *s = w->look->subject;
    const char *name = s->info->name;
    const char *flag = vessel_flag(s->mmsi);
    if (name[0] == '\0' && s->watch != NULL)
        name = s->watch->name;
    say(w, "%s (", name[0] != '\0' ? name : "Unnamed vessel");
    if (s->info->imo != 0)
        say(w, "IMO %u, ", s->info->imo);
    say(w, "MMSI %09u", s->mmsi);
    if (flag[0] != '\0')
        say(w, ", flag %s from MMSI", flag);
    for (size_t i = 0; s->watch != NULL && i < s->watch->tag_count; i++)
        say(w, ", %s", s->watch->tags[i]);
    if (s->watch != NULL && s->watch->tag_count == 0)
        say(w, ", watched");
    say(w, ")");
}

static void say_port(struct writer *w, const struct port *port)
{
    say(w, "%s %s", port->name, port->locode);
}

static void say_motion(struct writer *w)
{
    const struct track_fix *fix = &w->look->subject->track->last;
    if ((fix->has & FIX_SOG) != 0)
        say(w, ", %.1f kn", fix->sog_dkn / 10.0);
    if ((fix->has & FIX_COG) != 0 && (fix->has & FIX_SOG) != 0 && fix->sog_dkn > 5)
        say(w, ", course %03d", (fix->cog_ddeg + 5) / 10 % 360);
}

static void say_declared(struct writer *w)
{
    const char *destination = w->look->subject->info->destination;
    if (destination[0] != '\0')
        say(w, ", destination declared as %s", destination);
}

/* --- port calls and voyages
 * ----------------------------------------------------------------- */

static void port_entered(struct writer *w)
{
    say(w, " entered the area of port ");
    say_port(w, w->f->port);
    say(w, " ");
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

static void say_arrival(struct writer *w, const struct call *call, int64_t arrived_ms)
{
    bool was_there = call != NULL && call->arrived_ms == TIME_NONE;
    if (was_there) {
        say(w, " is lying at ");
        say_port(w, w->f->port);
        say(w, ", since before ");
        say_time(w, call->since_ms);
        return;
    }
    say(w, " arrived ");
    say_port(w, w->f->port);
    say(w, " ");
    say_time(w, arrived_ms);
    if (w->look->now_ms != arrived_ms) {
        say(w, ", confirmed ");
        say_time_near(w, w->look->now_ms, arrived_ms);
    }
}

static void port_arrived(struct writer *w)
{
    say_arrival(w, w->f->call, w->f->time_ms);
    if (w->f->call->kind != CALL_KIND_UNKNOWN)
        say(w, ", at %s", w->f->call->kind == CALL_KIND_ANCHORAGE ? "anchor" : "a berth");
    say_declared(w);
    say(w, ".");
}

static void port_departed(struct writer *w)
{
    const struct call *call = w->f->call;
    say(w, " departed ");
    say_port(w, w->f->port);
    say(w, " ");
    say_time(w, w->f->time_ms);
    if (call->arrived_ms != TIME_NONE) {
        say(w, " after ");
        say_span(w, call->departed_ms - call->arrived_ms);
    }
    say_declared(w);
    say(w, ".");
}

static void port_left(struct writer *w)
{
    say(w, " left the area of port ");
    say_port(w, w->f->port);
    say(w, " ");
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

static void voyage_completed(struct writer *w)
{
    const struct voyage *v = w->f->voyage;
    const struct ports *ports = w->look->world->ports;
    say(w, " sailed from ");
    say_port(w, ports_get(ports, v->from));
    say(w, " ");
    say_time(w, v->departed_ms);
    say(w, " to ");
    say_port(w, ports_get(ports, v->to));
    say(w, " ");
    say_time(w, v->arrived_ms);
    say(w, ": %.0f nm in ", v->distance_m / NM_M);
    say_span(w, v->arrived_ms - v->departed_ms);
    if (v->longest_gap_ms >= HOUR_MS) {
        say(w, ", longest silence ");
        say_span(w, v->longest_gap_ms);
    }
    say(w, ".");
}

/* --- routes
 * ---------------------------------------------------------------------------------- */

/* "RUVVO, RUNJK or RUVYP", at most four, else the step as written */
static void say_step(struct writer *w, const struct route_step *step)
{
    const struct ports *ports = w->look->world->ports;
    uint32_t heads[5];
    size_t n = 0;
    for (uint32_t i = step->ports != NULL ? port_set_next(step->ports, 0) : PORT_NONE;
         i != PORT_NONE && n < 5; i = port_set_next(step->ports, i + 1)) {
        uint32_t head = ports_get(ports, i)->same;
        if (head == i || !port_set_has(step->ports, head))
            heads[n++] = i;
    }
    if (n == 0 || n > 4 || step->zone_count != 0) {
        say(w, "%s", step->text);
        return;
    }
    for (size_t i = 0; i < n; i++)
        say(w, "%s%s",
            i == 0       ? ""
            : i + 1 == n ? " or "
                         : ", ",
            ports_get(ports, heads[i])->locode);
}

static void say_stop(struct writer *w, const struct route_stop *stop)
{
    if (stop->port != PORT_NONE)
        say(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        say(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    say_day(w, stop->arrived_ms);
}

/* "; from Nampo 24 Mar" */
static void say_before(struct writer *w, const struct route_run *run)
{
    if (run->stop_count < 2)
        return;
    const struct route_stop *stop = &run->stops[run->stop_count - 2];
    say(w, "; from ");
    if (stop->port != PORT_NONE)
        say(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        say(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    say_day(w, stop->departed_ms != TIME_NONE ? stop->departed_ms : stop->arrived_ms);
}

static void say_reached(struct writer *w, const struct route_run *run)
{
    const struct route_stop *stop = &run->stops[run->stop_count - 1];
    if (stop->port != PORT_NONE) {
        say_arrival(w, NULL, stop->arrived_ms);
    } else {
        const struct zone_info *zone = zone_info(w->look->world->zones, stop->zone);
        say(w, zone->shape == ZONE_GATE ? " crossed %s " : " was in %s ", zone->name);
        say_time(w, stop->arrived_ms);
    }
    say_before(w, run);
    say(w, ".");
}

static void route_progressed(struct writer *w)
{
    const struct route_run *run = w->f->run;
    const struct route *route = w->look->rule->route;
    uint32_t first, last;
    say_reached(w, run);
    say(w, " %s %u/%u", w->look->rule->id, run->step + 1u, route->step_count);
    if (route_awaits(route, run, &first, &last)) {
        say(w, ", awaits ");
        say_step(w, &route->steps[last]);
        int64_t until_ms = run->expires_ms != TIME_NONE ? run->expires_ms
                           : run->stops[0].departed_ms != TIME_NONE
                               ? run->stops[0].departed_ms + w->look->rule->within_ms
                               : TIME_NONE;
        if (until_ms != TIME_NONE) {
            say(w, " by ");
            say_day(w, until_ms);
        }
    }
    say(w, ".");
}

static void say_chain(struct writer *w, const struct route_run *run)
{
    for (uint8_t i = 0; i < run->stop_count; i++) {
        say(w, "%s", i == 0 ? "" : " > ");
        say_stop(w, &run->stops[i]);
    }
}

static void route_matched(struct writer *w)
{
    say_reached(w, w->f->run);
    say(w, " %s is complete: ", w->look->rule->id);
    say_chain(w, w->f->run);
    say(w, ".");
}

static void route_forecast(struct writer *w)
{
    const struct finding_forecast *fc = w->f->forecast;
    say(w, " is expected at ");
    if (fc->port != PORT_NONE)
        say_port(w, ports_get(w->look->world->ports, fc->port));
    else
        say(w, "the last step");
    if (fc->eta_ms != TIME_NONE) {
        say(w, " about ");
        say_time(w, fc->eta_ms);
    }
    say(w, " (");
    if (fc->is_declared)
        say(w, "destination declared as %s", w->look->subject->info->destination);
    if (fc->is_heading)
        say(w, "%sheading there over water", fc->is_declared ? ", " : "");
    if (fc->is_gate)
        say(w, "%sgate crossed", fc->is_declared || fc->is_heading ? ", " : "");
    say(w, ")");
    for (uint32_t i = 0; i < fc->ahead_count; i++) {
        say(w, i == 0 ? "; ahead: %s in " : ", %s in ",
            zone_info(w->look->world->zones, fc->ahead[i].zone)->name);
        say_span(w, fc->ahead[i].eta_ms - w->look->now_ms);
    }
    say(w, ". %s %u/%u: ", w->look->rule->id, w->f->run->step + 1u,
        w->look->rule->route->step_count);
    say_chain(w, w->f->run);
    if (w->f->run->expires_ms != TIME_NONE) {
        say(w, ", open until ");
        say_day(w, w->f->run->expires_ms);
    }
    say(w, ".");
}

static void route_lapsed(struct writer *w)
{
    uint32_t port = w->f->forecast->port;
    say(w, " did not go on to ");
    if (port != PORT_NONE)
        say_port(w, ports_get(w->look->world->ports, port));
    else
        say(w, "the next step");
    say(w, " as was forecast. %s lapsed ", w->look->rule->id);
    say_time(w, w->f->time_ms);
    say(w, " after ");
    say_chain(w, w->f->run);
    say(w, ".");
}

/* --- zones and gates
 * --------------------------------------------------------------------------- */

static const struct zone_info *info_of(const struct writer *w)
{
    return zone_info(w->look->world->zones, w->f->zone->zone);
}

static void say_certainty(struct writer *w)
{
    if (w->f->zone->certainty != ZONE_OBSERVED)
        say(w, ", %s from the fixes before and after",
            zone_certainty_name(w->f->zone->certainty));
}

static void zone_entered(struct writer *w)
{
    say(w,
        w->f->zone->is_present ? " was in zone %s when first heard "
                               : " entered zone %s ",
        info_of(w)->name);
    say_time(w, w->f->time_ms);
    say_certainty(w);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

static void zone_exited(struct writer *w)
{
    say(w, " left zone %s ", info_of(w)->name);
    say_time(w, w->f->time_ms);
    say(w, " after ");
    say_span(w, w->f->time_ms - w->f->zone->since_ms);
    say_certainty(w);
    say_motion(w);
    say(w, ".");
}

static void zone_approached(struct writer *w)
{
    say(w, " is heading for zone %s: there in ", info_of(w)->name);
    say_span(w, w->f->zone_eta_ms - w->look->now_ms);
    say(w, ", about ");
    say_time(w, w->f->zone_eta_ms);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

static void zone_dwelled(struct writer *w)
{
    say(w, " has been in zone %s for ", info_of(w)->name);
    say_span(w, w->f->time_ms - w->f->zone->since_ms);
    say(w, ", since ");
    say_time(w, w->f->zone->since_ms);
    say_motion(w);
    say(w, ".");
}

static void zone_lost(struct writer *w)
{
    say(w, " fell silent in zone %s: last heard ", info_of(w)->name);
    say_time(w, w->f->zone->last_seen_ms);
    say_motion(w);
    say(w, ".");
}

static void gate_crossed(struct writer *w)
{
    say(w, " crossed gate %s %s ", info_of(w)->name,
        w->f->zone->is_left_to_right ? "left to right" : "right to left");
    say_time(w, w->f->time_ms);
    say_certainty(w);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

/* --- being heard
 * ---------------------------------------------------------------------------------- */

static void vessel_sighted(struct writer *w)
{
    if (w->f->since_ms == TIME_NONE) {
        say(w, " is heard for the first time, ");
    } else {
        say(w, " is heard again after ");
        say_span(w, w->f->time_ms - w->f->since_ms);
        say(w, " of silence, ");
    }
    say_time(w, w->f->time_ms);
    say_motion(w);
    say_declared(w);
    say(w, ".");
}

static void say_others(struct writer *w)
{
    say(w, "; %u other vessel%s heard within 30 nm meanwhile", w->f->gap.others_heard,
        w->f->gap.others_heard == 1 ? " was" : "s were");
}

static void gap_started(struct writer *w)
{
    say(w, " has been silent for %.1f h, since ", w->f->gap.hours);
    say_time(w, w->f->gap.last_seen_ms);
    say_others(w);
    say_motion(w);
    say(w, " at its last report.");
}

static void gap_ended(struct writer *w)
{
    say(w, " is heard again ");
    say_time(w, w->f->time_ms);
    say(w, " after %.1f h of silence", w->f->gap.hours);
    if (w->f->gap.distance_m >= 0)
        say(w, ", %.0f nm away", w->f->gap.distance_m / NM_M);
    if (w->f->gap.implied_kn >= 0)
        say(w, " (%.1f kn on the straight way)", w->f->gap.implied_kn);
    say_others(w);
    say(w, ".");
}

static const struct {
    const char *type;
    void (*write)(struct writer *w);
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
    struct writer w = {.out = out, .look = look, .f = f};
    const char *type = look->rule->kind->events[f->event].type;
    say_vessel(&w);
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
        if (strcmp(writers[i].type, type) == 0)
            writers[i].write(&w);
    return w.rc != 0 ? w.rc : summary_local_time(context, f->time_ms, out);
}
