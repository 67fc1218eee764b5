/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/callrun.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

static const char *const event_names[] = {"entered", "arrived", "departed", "left"};

static void reload(struct callrun *r)
{
    struct buf b = {0};
    struct wire_writer w = {.out = &b};
    call_wire_save(&r->state, r->ports, &w);
    voyage_state_save(&r->voyage, r->ports, &w);
    assert_false(w.failed);
    struct wire_reader in;
    wire_reader_init(&in, b.data, b.length);
    memset(&r->state, 0xa5, sizeof r->state);
    memset(&r->voyage, 0xa5, sizeof r->voyage);
    assert_int_equal(call_wire_load(&r->state, r->ports, &in), 0);
    assert_int_equal(voyage_state_load(&r->voyage, r->ports, &in), 0);
    assert_true(in.at == in.end);
    buf_finish(&b);
}

static void put_minute(struct buf *b, int64_t time_ms)
{
    if (time_ms == TIME_NONE) {
        assert_int_equal(buf_add_text(b, "-"), 0);
        return;
    }
    double minute = (double)(time_ms - CALLRUN_DAY0) / 60000.0;
    bool is_whole = fabs(minute - round(minute)) < 1e-9;
    assert_int_equal(buf_printf(b, "%.*f", is_whole ? 0 : 1, minute), 0);
}

static void note_event(struct callrun *r, const struct call_output *o)
{
    struct buf *b = &r->events;
    const struct port *port = ports_get(r->ports, o->call.port);
    assert_int_equal(buf_printf(b, "%s%s %s ", b->length != 0 ? "; " : "",
                                event_names[o->event], port->locode),
                     0);
    put_minute(b, o->time_ms);
    assert_int_equal(buf_printf(b, " c%d", o->call.confidence), 0);
    r->last_call = o->call;
    struct voyage v;
    if (!voyage_call(&r->voyage, r->ports, o, 50, &v))
        return;
    b = &r->voyages;
    assert_int_equal(buf_printf(b, "%s%s>%s ", b->length != 0 ? "; " : "",
                                ports_get(r->ports, v.from)->locode,
                                ports_get(r->ports, v.to)->locode),
                     0);
    put_minute(b, v.departed_ms);
    assert_int_equal(buf_add_text(b, ".."), 0);
    put_minute(b, v.arrived_ms);
    assert_int_equal(buf_printf(b, " %.0fkm gap %.0fmin", v.distance_m / 1000.0,
                                (double)v.longest_gap_ms / 60000.0),
                     0);
    for (int i = 0; i < v.destination_count; i++)
        assert_int_equal(buf_printf(b, " [%s]", v.destinations[i]), 0);
    r->last_voyage = v;
}

void callrun_fix_at(struct callrun *r, double minute, struct geo_pos pos, double sog_kn)
{
    struct track_fix f = {.time_ms = CALLRUN_DAY0 + llround(minute * 60000.0),
                          .pos = pos,
                          .has = r->extra_has};
    if (sog_kn >= 0) {
        f.has |= FIX_SOG;
        f.sog_dkn = (uint16_t)lround(sog_kn * 10.0);
    }
    if (r->nav_status >= 0) {
        f.has |= FIX_NAV_STATUS;
        f.nav_status = (uint8_t)r->nav_status;
    }
    if (r->heading_deg >= 0) {
        f.has |= FIX_HEADING;
        f.heading_deg = (uint16_t)r->heading_deg;
    }
    if (r->is_reloading)
        reload(r);
    voyage_fix(&r->voyage, &f);
    struct call_output out[CALL_OUTPUTS_MAX];
    size_t n =
        call_fix_step(&r->state, &r->conf, r->ports, &f, r->declared, r->silence_ms, out);
    r->silence_ms = 0;
    for (size_t i = 0; i < n; i++)
        note_event(r, &out[i]);
}

void callrun_fix(struct callrun *r, double minute, double east_m, double sog_kn)
{
    double bearing = east_m >= 0 ? 90.0 : 270.0;
    callrun_fix_at(r, minute, geo_destination(r->origin, bearing, fabs(east_m)), sog_kn);
}

void callrun_leg(struct callrun *r, struct callrun_leg leg)
{
    for (double t = leg.from; t <= leg.to + 1e-9; t += leg.step) {
        double part = leg.to > leg.from ? (t - leg.from) / (leg.to - leg.from) : 0;
        callrun_fix(r, t, leg.from_m + part * (leg.to_m - leg.from_m), leg.sog_kn);
    }
}

/* One part of a scene that is fixes; false when it is none. */
static bool play_fixes(struct callrun *r, const char *part)
{
    struct callrun_leg leg = {.step = 5};
    char sog[16];
    int used = 0, more = 0;
    if (sscanf(part, "%lf%n", &leg.from, &used) != 1)
        return false;
    leg.to = leg.from;
    if (sscanf(part + used, "-%lf%n", &leg.to, &more) == 1)
        used += more;
    if (sscanf(part + used, "/%lf%n", &leg.step, &more) == 1)
        used += more;
    if (sscanf(part + used, ": %lf%n", &leg.from_m, &more) != 1)
        return false;
    used += more;
    leg.to_m = leg.from_m;
    if (sscanf(part + used, ">%lf%n", &leg.to_m, &more) == 1)
        used += more;
    if (sscanf(part + used, " %15s", sog) != 1)
        return false;
    leg.sog_kn = strcmp(sog, "-") == 0 ? NO_SOG : strtod(sog, NULL);
    leg.from_m *= 1000;
    leg.to_m *= 1000;
    callrun_leg(r, leg);
    return true;
}

void callrun_play(struct callrun *r, const char *scene)
{
    char part[128];
    for (const char *at = scene; *at != '\0';) {
        size_t n = strcspn(at, ";");
        assert_true(n < sizeof part);
        memcpy(part, at, n);
        part[n] = '\0';
        at += n + (at[n] != '\0');
        at += strspn(at, " ");
        if (strncmp(part, "deaf ", 5) == 0)
            r->silence_ms = strtol(part + 5, NULL, 10) * 60000;
        else if (strncmp(part, "bound ", 6) == 0)
            r->declared = ports_find(r->ports, part + 6);
        else if (strncmp(part, "to ", 3) == 0)
            voyage_destination(&r->voyage, part + 3);
        else if (!play_fixes(r, part))
            fail_msg("'%s' is no part of a scene", part);
    }
}

const char *callrun_scene(const char *format, ...)
{
    static char scene[512];
    va_list args;
    va_start(args, format);
    vsnprintf(scene, sizeof scene, format, args);
    va_end(args);
    return scene;
}

/* A scenario, or a scene where there is none. */
struct play {
    callrun_scenario scenario;
    const char *scene, *expected, *voyages, *file;
    int line;
};

static void play_both_ways(const struct ports *ports, struct geo_pos origin,
                           const struct play *p)
{
    for (int pass = 0; pass < 2; pass++) {
        struct callrun r = {.ports = ports,
                            .conf = call_conf_default(),
                            .origin = origin,
                            .declared = PORT_NONE,
                            .is_reloading = pass == 1,
                            .nav_status = -1,
                            .heading_deg = -1};
        call_state_init(&r.state);
        voyage_state_init(&r.voyage);
        if (p->scenario != NULL)
            p->scenario(&r);
        else
            callrun_play(&r, p->scene);
        if (strcmp(buf_text(&r.events), p->expected) != 0)
            print_error("%s:%d: %s\n  got      %s\n  expected %s\n", p->file, p->line,
                        pass == 1 ? "reloading" : "straight", buf_text(&r.events),
                        p->expected);
        _assert_string_equal(buf_text(&r.events), p->expected, p->file, p->line);
        if (p->voyages != NULL)
            _assert_string_equal(buf_text(&r.voyages), p->voyages, p->file, p->line);
        buf_finish(&r.events);
        buf_finish(&r.voyages);
    }
}

void callrun_assert(const struct ports *ports, struct geo_pos origin,
                    callrun_scenario scenario, const char *expected, const char *voyages,
                    const char *file, int line)
{
    play_both_ways(ports, origin,
                   &(struct play){scenario, NULL, expected, voyages, file, line});
}

void callrun_assert_scene(const struct ports *ports, struct geo_pos origin,
                          const char *scene, const char *expected, const char *voyages,
                          const char *file, int line)
{
    play_both_ways(ports, origin,
                   &(struct play){NULL, scene, expected, voyages, file, line});
}

struct ports *callrun_ports(const struct callrun_port *ports, size_t n,
                            const char *const *same, size_t same_count)
{
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    struct err err;
    for (size_t i = 0; i < n; i++) {
        struct geo_pos pos = geo_to_pos((struct geo_point){ports[i].lat, ports[i].lon});
        assert_int_equal(ports_builder_define(b, ports[i].code, ports[i].code, pos, -1,
                                              -1, NULL, &err),
                         0);
    }
    if (same_count != 0)
        assert_int_equal(ports_builder_same(b, same, same_count, &err), 0);
    struct ports *built = NULL;
    assert_int_equal(ports_assemble(b, &built, &err), 0);
    ports_builder_destroy(b);
    return built;
}
