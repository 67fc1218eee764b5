/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of routes: what was reached, what is awaited, what is foreseen. */
#include "summary_int.h"

#include "lookout/timefmt.h"

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
        summary_say(w, "%s", step->text);
        return;
    }
    for (size_t i = 0; i < n; i++)
        summary_say(w, "%s%s",
                    i == 0       ? ""
                    : i + 1 == n ? " or "
                                 : ", ",
                    ports_get(ports, heads[i])->locode);
}

static void say_stop(struct writer *w, const struct route_stop *stop)
{
    if (stop->port != PORT_NONE)
        summary_say(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        summary_say(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    summary_say_day(w, stop->arrived_ms);
}

/* "; from Nampo 24 Mar" */
static void say_before(struct writer *w, const struct route_run *run)
{
    if (run->stop_count < 2)
        return;
    const struct route_stop *stop = &run->stops[run->stop_count - 2];
    summary_say(w, "; from ");
    if (stop->port != PORT_NONE)
        summary_say(w, "%s ", ports_get(w->look->world->ports, stop->port)->name);
    else
        summary_say(w, "%s ", zone_info(w->look->world->zones, stop->zone)->name);
    summary_say_day(w, stop->departed_ms != TIME_NONE ? stop->departed_ms
                                                      : stop->arrived_ms);
}

static void say_reached(struct writer *w, const struct route_run *run)
{
    const struct route_stop *stop = &run->stops[run->stop_count - 1];
    if (stop->port != PORT_NONE) {
        summary_say_arrival(w, NULL, stop->arrived_ms);
    } else {
        const struct zone_info *zone = zone_info(w->look->world->zones, stop->zone);
        summary_say(w, zone->shape == ZONE_GATE ? " crossed %s " : " was in %s ",
                    zone->name);
        summary_say_time(w, stop->arrived_ms);
    }
    say_before(w, run);
    summary_say(w, ".");
}

/* While the ship is still at the last stop nobody knows when its time will be over: what
 * it would be if it left as it came. */
static int64_t until_from_now(const struct writer *w, const struct route_run *run)
{
    const struct rule *rule = w->look->rule;
    int64_t until_ms = run->stops[run->stop_count - 1].arrived_ms + rule->leg_ms;
    bool is_bounded = run->stop_count > 1 && run->stops[0].departed_ms != TIME_NONE;
    int64_t last_ms = is_bounded ? run->stops[0].departed_ms + rule->within_ms : until_ms;
    return last_ms < until_ms ? last_ms : until_ms;
}

void summary_route_progressed(struct writer *w)
{
    const struct route_run *run = w->f->run;
    const struct route *route = w->look->rule->route;
    uint32_t first, last;
    say_reached(w, run);
    summary_say(w, " %s %u/%u", w->look->rule->id, run->step + 1u, route->step_count);
    if (route_awaits(route, run, &first, &last)) {
        summary_say(w, ", awaits ");
        say_step(w, &route->steps[last]);
        summary_say(w, " by ");
        summary_say_day(w, run->expires_ms != TIME_NONE ? run->expires_ms
                                                        : until_from_now(w, run));
    }
    summary_say(w, ".");
}

static void say_chain(struct writer *w, const struct route_run *run)
{
    for (uint8_t i = 0; i < run->stop_count; i++) {
        summary_say(w, "%s", i == 0 ? "" : " > ");
        say_stop(w, &run->stops[i]);
    }
}

void summary_route_matched(struct writer *w)
{
    say_reached(w, w->f->run);
    summary_say(w, " %s is complete: ", w->look->rule->id);
    say_chain(w, w->f->run);
    summary_say(w, ".");
}

void summary_route_forecast(struct writer *w)
{
    const struct finding_forecast *fc = w->f->forecast;
    summary_say(w, " is expected at ");
    if (fc->port != PORT_NONE)
        summary_say_port(w, ports_get(w->look->world->ports, fc->port));
    else
        summary_say(w, "the last step");
    if (fc->eta_ms != TIME_NONE) {
        summary_say(w, " about ");
        summary_say_time(w, fc->eta_ms);
    }
    summary_say(w, " (");
    if (fc->is_declared)
        summary_say(w, "destination declared as %s", w->look->subject->info->destination);
    if (fc->is_heading)
        summary_say(w, "%sheading there over water", fc->is_declared ? ", " : "");
    if (fc->is_gate)
        summary_say(w, "%sgate crossed", fc->is_declared || fc->is_heading ? ", " : "");
    summary_say(w, ")");
    for (uint32_t i = 0; i < fc->ahead_count; i++) {
        summary_say(w, i == 0 ? "; ahead: %s in " : ", %s in ",
                    zone_info(w->look->world->zones, fc->ahead[i].zone)->name);
        summary_say_span(w, fc->ahead[i].eta_ms - w->look->now_ms);
    }
    summary_say(w, ". %s %u/%u: ", w->look->rule->id, w->f->run->step + 1u,
                w->look->rule->route->step_count);
    say_chain(w, w->f->run);
    if (w->f->run->expires_ms != TIME_NONE) {
        summary_say(w, ", open until ");
        summary_say_day(w, w->f->run->expires_ms);
    }
    summary_say(w, ".");
}

void summary_route_lapsed(struct writer *w)
{
    uint32_t port = w->f->forecast->port;
    summary_say(w, " did not go on to ");
    if (port != PORT_NONE)
        summary_say_port(w, ports_get(w->look->world->ports, port));
    else
        summary_say(w, "the next step");
    summary_say(w, " as was forecast. %s lapsed ", w->look->rule->id);
    summary_say_time(w, w->f->time_ms);
    summary_say(w, " after ");
    say_chain(w, w->f->run);
    summary_say(w, ".");
}
