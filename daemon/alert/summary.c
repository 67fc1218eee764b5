/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of an alert: who, what, where, when, and what comes next, in a sentence or
 * two that a watch officer can act on. One writer for each type of alert, in a table. */
#include "alert_int.h"
#include "summary_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lookout/timefmt.h"
#include "lookout/units.h"

void summary_say(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (w->rc == 0)
        w->rc = buf_vprintf(w->out, format, args);
    va_end(args);
}

/* "25 Mar 18:04Z" */
void summary_say_time(struct writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    summary_say(w, "%s", time_format_short(time_ms, text));
}

/* "25 Mar" */
void summary_say_day(struct writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    summary_say(w, "%.*s", (int)(strlen(text) - strlen(" 18:04Z")), text);
}

/* "19:04Z" when it is the same day as `other`, else with the day. */
void summary_say_time_near(struct writer *w, int64_t time_ms, int64_t other_ms)
{
    char text[TIME_TEXT_BYTES], other[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    time_format_short(other_ms, other);
    size_t day = strlen(text) - strlen("18:04Z");
    bool is_same_day = strlen(text) == strlen(other) && strncmp(text, other, day) == 0;
    summary_say(w, "%s", is_same_day ? text + day : text);
}

/* "45 min", "3.5 h", "8.2 d" */
void summary_say_span(struct writer *w, int64_t ms)
{
    if (ms < 2 * HOUR_MS)
        summary_say(w, "%lld min", (long long)((ms + MINUTE_MS / 2) / MINUTE_MS));
    else if (ms < 2 * DAY_MS)
        summary_say(w, "%.1f h", (double)ms / (double)HOUR_MS);
    else
        summary_say(w, "%.1f d", (double)ms / (double)DAY_MS);
}

static void say_vessel(struct writer *w)
{
    const struct rule_subject *s = w->look->subject;
    const char *name = s->info->name;
    const char *flag = vessel_flag(s->mmsi);
    if (name[0] == '\0' && s->watch != NULL)
        name = s->watch->name;
    summary_say(w, "%s (", name[0] != '\0' ? name : "Unnamed vessel");
    if (s->info->imo != 0)
        summary_say(w, "IMO %u, ", s->info->imo);
    summary_say(w, "MMSI %09u", s->mmsi);
    if (flag[0] != '\0')
        summary_say(w, ", flag %s from MMSI", flag);
    for (size_t i = 0; s->watch != NULL && i < s->watch->tag_count; i++)
        summary_say(w, ", %s", s->watch->tags[i]);
    if (s->watch != NULL && s->watch->tag_count == 0)
        summary_say(w, ", watched");
    summary_say(w, ")");
}

void summary_say_port(struct writer *w, const struct port *port)
{
    summary_say(w, "%s %s", port->name, port->locode);
}

void summary_say_motion(struct writer *w)
{
    const struct track_fix *fix = &w->look->subject->track->last;
    if ((fix->has & FIX_SOG) != 0)
        summary_say(w, ", %.1f kn", fix->sog_dkn / 10.0);
    if ((fix->has & FIX_COG) != 0 && (fix->has & FIX_SOG) != 0 && fix->sog_dkn > 5)
        summary_say(w, ", course %03d", (fix->cog_ddeg + 5) / 10 % 360);
}

void summary_say_declared(struct writer *w)
{
    const char *destination = w->look->subject->info->destination;
    if (destination[0] != '\0')
        summary_say(w, ", destination declared as %s", destination);
}

/* --- port calls and voyages
 * ----------------------------------------------------------------- */

static void port_entered(struct writer *w)
{
    summary_say(w, " entered the area of port ");
    summary_say_port(w, w->f->port);
    summary_say(w, " ");
    summary_say_time(w, w->f->time_ms);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

void summary_say_arrival(struct writer *w, const struct call *call, int64_t arrived_ms)
{
    bool was_there = call != NULL && call->arrived_ms == TIME_NONE;
    if (was_there) {
        summary_say(w, " is lying at ");
        summary_say_port(w, w->f->port);
        summary_say(w, ", since before ");
        summary_say_time(w, call->since_ms);
        return;
    }
    summary_say(w, " arrived ");
    summary_say_port(w, w->f->port);
    summary_say(w, " ");
    summary_say_time(w, arrived_ms);
    if (w->look->now_ms != arrived_ms) {
        summary_say(w, ", confirmed ");
        summary_say_time_near(w, w->look->now_ms, arrived_ms);
    }
}

static void port_arrived(struct writer *w)
{
    summary_say_arrival(w, w->f->call, w->f->time_ms);
    if (w->f->call->kind != CALL_KIND_UNKNOWN)
        summary_say(w, ", at %s",
                    w->f->call->kind == CALL_KIND_ANCHORAGE ? "anchor" : "a berth");
    summary_say_declared(w);
    summary_say(w, ".");
}

static void port_departed(struct writer *w)
{
    const struct call *call = w->f->call;
    summary_say(w, " departed ");
    summary_say_port(w, w->f->port);
    summary_say(w, " ");
    summary_say_time(w, w->f->time_ms);
    if (call->arrived_ms != TIME_NONE) {
        summary_say(w, " after ");
        summary_say_span(w, call->departed_ms - call->arrived_ms);
    }
    summary_say_declared(w);
    summary_say(w, ".");
}

static void port_left(struct writer *w)
{
    summary_say(w, " left the area of port ");
    summary_say_port(w, w->f->port);
    summary_say(w, " ");
    summary_say_time(w, w->f->time_ms);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

static void voyage_completed(struct writer *w)
{
    const struct voyage *v = w->f->voyage;
    const struct ports *ports = w->look->world->ports;
    summary_say(w, " sailed from ");
    summary_say_port(w, ports_get(ports, v->from));
    summary_say(w, " ");
    summary_say_time(w, v->departed_ms);
    summary_say(w, " to ");
    summary_say_port(w, ports_get(ports, v->to));
    summary_say(w, " ");
    summary_say_time(w, v->arrived_ms);
    summary_say(w, ": %.0f nm in ", v->distance_m / NM_M);
    summary_say_span(w, v->arrived_ms - v->departed_ms);
    if (v->longest_gap_ms >= HOUR_MS) {
        summary_say(w, ", longest silence ");
        summary_say_span(w, v->longest_gap_ms);
    }
    summary_say(w, ".");
}

/* --- zones and gates
 * --------------------------------------------------------------------------- */

static const struct zone_info *info_of(const struct writer *w)
{
    return zone_info(w->look->world->zones, w->f->zone->zone);
}

static void say_certainty(struct writer *w)
{
    if (w->f->zone->certainty == ZONE_INFERRED)
        summary_say(w, ", inferred from the fixes before and after");
    if (w->f->zone->certainty == ZONE_POSSIBLE)
        summary_say(w, ", possible by fixes far apart");
}

static void zone_entered(struct writer *w)
{
    summary_say(w,
                w->f->zone->is_present ? " was in zone %s when first heard "
                                       : " entered zone %s ",
                info_of(w)->name);
    summary_say_time(w, w->f->time_ms);
    say_certainty(w);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

static void zone_exited(struct writer *w)
{
    summary_say(w, " left zone %s ", info_of(w)->name);
    summary_say_time(w, w->f->time_ms);
    summary_say(w, " after ");
    summary_say_span(w, w->f->time_ms - w->f->zone->since_ms);
    say_certainty(w);
    summary_say_motion(w);
    summary_say(w, ".");
}

static void zone_approached(struct writer *w)
{
    summary_say(w, " is heading for zone %s: there in ", info_of(w)->name);
    summary_say_span(w, w->f->zone_eta_ms - w->look->now_ms);
    summary_say(w, ", about ");
    summary_say_time(w, w->f->zone_eta_ms);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

static void zone_dwelled(struct writer *w)
{
    summary_say(w, " has been in zone %s for ", info_of(w)->name);
    summary_say_span(w, w->f->time_ms - w->f->zone->since_ms);
    summary_say(w, ", since ");
    summary_say_time(w, w->f->zone->since_ms);
    summary_say_motion(w);
    summary_say(w, ".");
}

static void zone_lost(struct writer *w)
{
    summary_say(w, " fell silent in zone %s: last heard ", info_of(w)->name);
    summary_say_time(w, w->f->zone->last_seen_ms);
    summary_say_motion(w);
    summary_say(w, ".");
}

static void gate_crossed(struct writer *w)
{
    summary_say(w, " crossed gate %s %s ", info_of(w)->name,
                w->f->zone->is_left_to_right ? "left to right" : "right to left");
    summary_say_time(w, w->f->time_ms);
    say_certainty(w);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

/* --- being heard
 * ---------------------------------------------------------------------------------- */

static void vessel_sighted(struct writer *w)
{
    if (w->f->since_ms == TIME_NONE) {
        summary_say(w, " is heard for the first time, ");
    } else {
        summary_say(w, " is heard again after ");
        summary_say_span(w, w->f->time_ms - w->f->since_ms);
        summary_say(w, " of silence, ");
    }
    summary_say_time(w, w->f->time_ms);
    summary_say_motion(w);
    summary_say_declared(w);
    summary_say(w, ".");
}

static void say_others(struct writer *w)
{
    summary_say(w, "; %u other vessel%s heard within 30 nm meanwhile",
                w->f->gap.others_heard, w->f->gap.others_heard == 1 ? " was" : "s were");
}

static void gap_started(struct writer *w)
{
    summary_say(w, " has been silent for %.1f h, since ", w->f->gap.hours);
    summary_say_time(w, w->f->gap.last_seen_ms);
    say_others(w);
    summary_say_motion(w);
    summary_say(w, " at its last report.");
}

static void gap_ended(struct writer *w)
{
    summary_say(w, " is heard again ");
    summary_say_time(w, w->f->time_ms);
    summary_say(w, " after %.1f h of silence", w->f->gap.hours);
    if (w->f->gap.distance_m >= 0)
        summary_say(w, ", %.0f nm away", w->f->gap.distance_m / NM_M);
    if (w->f->gap.implied_kn >= 0)
        summary_say(w, " (%.1f kn on the straight way)", w->f->gap.implied_kn);
    say_others(w);
    summary_say(w, ".");
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
    {"route.progressed", summary_route_progressed},
    {"route.matched",    summary_route_matched},
    {"route.forecast",   summary_route_forecast},
    {"route.lapsed",     summary_route_lapsed},
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
