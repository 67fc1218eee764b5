/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/alertcase.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static const char geojson[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"box\",\"name\":\"Yeosu box\","
    "\"kind\":\"watch\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[122,36],"
    "[123,36],[123,37],[122,37],[122,36]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"strait\",\"name\":\"Korea Strait\"},"
    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[129,34],[130,34]]}}]}";

int64_t alertcase_at(double hour)
{
    return ALERTCASE_DAY + llround(hour * (double)HOUR_MS);
}

static struct geo_pos place(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

static void make_zones(struct alertcase *c)
{
    struct zone_faults faults = {0};
    struct zone_builder *b = zone_set_builder_create();
    assert_non_null(b);
    assert_int_equal(zone_set_builder_add(b, "test", geojson, strlen(geojson), &faults),
                     0);
    assert_int_equal(zone_set_build(b, &c->zones, NULL), 0);
    zone_set_builder_destroy(b);
}

static void make_ports(struct alertcase *c)
{
    /* clang-format off */
    static const struct { const char *code, *name; double lat, lon; } rows[] = {
        {"CNSHD", "Shidao",      36.88, 122.43}, {"KPNAM", "Nampo",      38.70, 125.40},
        {"RUNJK", "Nakhodka",    42.80, 132.90}, {"RUVVO", "Vladivostok", 43.10, 131.88},
        {"RUVYP", "Vostochny",   42.73, 133.08}, {"KRYOS", "Yeosu",      34.73, 127.75},
        {"KRPUS", "Busan",       35.10, 129.04},
    };
    /* clang-format on */
    static const char *const far_east[] = {"RUVVO", "RUNJK", "RUVYP"};
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(ports_builder_define(b, rows[i].code, rows[i].name,
                                              place(rows[i].lat, rows[i].lon), -1, -1,
                                              NULL, NULL),
                         0);
    assert_int_equal(ports_builder_group(b, "far-east", far_east, 3, NULL), 0);
    assert_int_equal(ports_assemble(b, &c->ports, NULL), 0);
    ports_builder_destroy(b);
}

static void make_ship(struct alertcase *c)
{
    static char id[] = "v1", note[] = "an invented ship", tag[] = "un1718", none[] = "";
    static char *tags[] = {tag};
    struct watch_entry entry = {.id = id,
                                .name = none,
                                .callsign = none,
                                .note = note,
                                .tags = tags,
                                .tag_count = 1,
                                .imo = 9999993};
    vessel_static_init(&c->info);
    c->info.imo = 9999993;
    c->info.ship_type = 70;
    c->info.length_m = 80;
    c->info.has_destination = true;
    strcpy(c->info.name, "EXAMPLE TRADER");
    strcpy(c->info.callsign, "HMXX");
    strcpy(c->info.destination, "VLADIVOSTOK");
    c->watch = watch_create();
    assert_non_null(c->watch);
    assert_int_equal(watch_add(c->watch, &entry), 0);
}

static void add_fix(struct alertcase *c, double hour, double lat, double lon,
                    uint16_t sog_dkn)
{
    struct track_conf conf = tracks_conf_default();
    struct track_fix fix = {.time_ms = alertcase_at(hour),
                            .pos = place(lat, lon),
                            .sog_dkn = sog_dkn,
                            .cog_ddeg = 2331,
                            .has = FIX_SOG | FIX_COG};
    enum track_verdict verdict;
    struct track *track = NULL;
    uint32_t gone;
    assert_int_equal(tracks_add(&c->tracks, &conf, &fix, &verdict, &track, &gone), 0);
    c->subject.track = track;
}

/* --- what is found --- */

static void find_call(struct alertcase *c, int last)
{
    c->call =
        (struct call){.port = ports_find(c->ports, "CNSHD"),
                      .confidence = (uint8_t)(last == 0   ? 1
                                              : last == 1 ? 3
                                                          : 4),
                      .kind = last == 0   ? CALL_KIND_UNKNOWN
                              : last == 1 ? CALL_KIND_BERTH
                                          : CALL_KIND_ANCHORAGE,
                      .entered_ms = alertcase_at(17.5),
                      .arrived_ms = last >= 1 ? alertcase_at(18 + 4 / 60.0) : TIME_NONE,
                      .since_ms = alertcase_at(18 + 4 / 60.0),
                      .departed_ms = last >= 2 ? alertcase_at(18 + 50 / 60.0) : TIME_NONE,
                      .left_ms = last >= 3 ? alertcase_at(19 + 4 / 60.0) : TIME_NONE};
    const int64_t times[] = {c->call.entered_ms, c->call.arrived_ms, c->call.departed_ms,
                             c->call.left_ms};
    c->finding.detail = &c->call;
    c->finding.time_ms = times[last];
    snprintf(c->finding.occurrence, sizeof c->finding.occurrence, "CNSHD %lld",
             (long long)times[last]);
}

static void find_voyage(struct alertcase *c)
{
    c->voyage = (struct voyage){.from = ports_find(c->ports, "KPNAM"),
                                .to = ports_find(c->ports, "CNSHD"),
                                .departed_ms = alertcase_at(-12),
                                .arrived_ms = alertcase_at(18 + 4 / 60.0),
                                .distance_m = 212.3 * NM_M,
                                .longest_gap_ms = 90 * MINUTE_MS,
                                .draught_departure_dm = 52,
                                .draught_arrival_dm = 49,
                                .destination_count = 2};
    strcpy(c->voyage.destinations[0], "SHIDAO");
    strcpy(c->voyage.destinations[1], "VLADIVOSTOK");
    c->finding.detail = &c->voyage;
    c->finding.time_ms = c->voyage.arrived_ms;
    snprintf(c->finding.occurrence, sizeof c->finding.occurrence, "KPNAM %lld CNSHD %lld",
             (long long)c->voyage.departed_ms, (long long)c->voyage.arrived_ms);
}

static struct route_stop stop_at(const struct alertcase *c, const char *code,
                                 double arrived, double departed)
{
    return (struct route_stop){.port = ports_find(c->ports, code),
                               .zone = UINT32_MAX,
                               .confidence = 4,
                               .arrived_ms = alertcase_at(arrived),
                               .departed_ms =
                                   departed > -1000 ? alertcase_at(departed) : TIME_NONE,
                               .pos = place(36.88, 122.43)};
}

static void find_route(struct alertcase *c, const char *type)
{
    struct route_run *run = &c->run;
    bool is_matched = strcmp(type, "route.matched") == 0;
    bool is_left = strcmp(type, "route.progressed") != 0;
    memset(run, 0, sizeof *run);
    run->stops[0] = stop_at(c, "KPNAM", -42, -12);
    run->stops[1] = stop_at(c, "CNSHD", 18 + 4 / 60.0, is_left ? 18 + 50 / 60.0 : -2000);
    run->stops[1].confidence = 3;
    run->stops[2] = stop_at(c, "RUVVO", 18.5, -2000);
    run->stops[2].confidence = 2;
    run->stop_count = is_matched ? 3 : 2;
    run->step = is_matched ? 2 : 1;
    run->case_id = 0xaa;
    run->expires_ms =
        is_left && !is_matched ? alertcase_at(18 + 50 / 60.0 + 240) : TIME_NONE;
    c->route_told = (struct route_told){run, NULL};
    c->finding.detail = &c->route_told;
    c->finding.case_id = &run->case_id;
    c->finding.time_ms = run->stops[run->stop_count - 1].arrived_ms;
    if (is_matched)
        c->finding.pos = place(43.1, 131.88);
    snprintf(c->finding.occurrence, sizeof c->finding.occurrence, "%016x %u %s %lld",
             0xaa, (unsigned)run->step,
             ports_get(c->ports, run->stops[run->stop_count - 1].port)->locode,
             (long long)c->finding.time_ms);
    if (strcmp(type, "route.forecast") == 0) {
        c->forecast = (struct route_outlook){.port = ports_find(c->ports, "RUVVO"),
                                             .eta_ms = alertcase_at(72 + 18 + 4 / 60.0),
                                             .is_declared = true,
                                             .is_heading = true,
                                             .ahead_count = 1};
        c->forecast.ahead[0].zone = (uint32_t)zone_set_find(c->zones, "box");
        c->forecast.ahead[0].eta_ms = alertcase_at(24 + 23 + 4 / 60.0);
        c->route_told.forecast = &c->forecast;
    } else if (strcmp(type, "route.lapsed") == 0) {
        c->forecast = (struct route_outlook){.port = ports_find(c->ports, "RUVVO"),
                                             .eta_ms = TIME_NONE};
        c->route_told.forecast = &c->forecast;
        c->finding.time_ms = alertcase_at(19);
    }
}

static void find_zone(struct alertcase *c, const char *type)
{
    /* clang-format off */
    static const struct { const char *type; double hour; enum zone_certainty certainty; } rows[] = {
        {"zone.entered",    17.0,            ZONE_OBSERVED},
        {"zone.exited",     18 + 10 / 60.0,  ZONE_INFERRED},
        {"zone.approached", 18 + 4 / 60.0,   ZONE_OBSERVED},
        {"zone.dwelled",    19.0,            ZONE_OBSERVED},
        {"zone.lost",       19 + 4 / 60.0,   ZONE_OBSERVED},
        {"gate.crossed",    18.0,            ZONE_POSSIBLE},
    };
    /* clang-format on */
    bool is_gate = strcmp(type, "gate.crossed") == 0;
    bool is_approach = strcmp(type, "zone.approached") == 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].type, type) != 0)
            continue;
        c->zone = (struct zone_event){
            .zone = (uint32_t)zone_set_find(c->zones, is_gate ? "strait" : "box"),
            .certainty = rows[i].certainty,
            .is_left_to_right = true,
            .time_ms = alertcase_at(rows[i].hour),
            .since_ms = is_approach ? TIME_NONE : alertcase_at(17),
            .last_seen_ms = alertcase_at(18 + 4 / 60.0)};
    }
    c->zone_told = (struct zone_told){&c->zone, TIME_NONE};
    c->finding.detail = is_gate ? (const void *)&c->zone : &c->zone_told;
    c->finding.time_ms = c->zone.time_ms;
    c->finding.pos = place(36.7, 122.2);
    if (is_approach)
        c->zone_told.eta_ms = alertcase_at(20 + 4 / 60.0);
    snprintf(c->finding.occurrence, sizeof c->finding.occurrence, "%s %lld",
             is_gate ? "strait left-to-right" : "box", (long long)c->zone.time_ms);
}

static void find_heard(struct alertcase *c, const char *type)
{
    c->finding.time_ms = alertcase_at(18 + 4 / 60.0);
    int64_t last_ms = c->finding.time_ms;
    if (strcmp(type, "vessel.sighted") == 0) {
        c->finding.detail = &c->sighted_since_ms;
        c->sighted_since_ms = alertcase_at(18 + 4 / 60.0 - 8 * 24);
    } else {
        bool is_end = strcmp(type, "gap.ended") == 0;
        double hours = is_end ? 9.75 : 6;
        last_ms = alertcase_at(18 + 4 / 60.0 - hours);
        c->finding.detail = &c->gap;
        c->gap.last_seen_ms = last_ms;
        c->gap.hours = hours;
        c->gap.heard = (struct coverage_heard){is_end ? 12 : 1,
                                               is_end ? COVERAGE_EDGE : COVERAGE_POOR};
        c->gap.interval_ms = is_end ? 6 * MINUTE_MS : 90 * MINUTE_MS;
        c->gap.distance_m = is_end ? 58.4 * NM_M : -1;
        c->gap.implied_kn = is_end ? 58.4 / 9.75 : -1;
    }
    snprintf(c->finding.occurrence, sizeof c->finding.occurrence, "%lld",
             (long long)last_ms);
}

static void find_it(struct alertcase *c, const char *type)
{
    static const char *const calls[] = {"port.entered", "port.arrived", "port.departed",
                                        "port.left"};
    c->finding = (struct finding){
        .event = c->finding.event, .evidence_ms = TIME_NONE, .pos = place(36.88, 122.43)};
    for (int i = 0; i < 4; i++)
        if (strcmp(type, calls[i]) == 0)
            find_call(c, i);
    if (strcmp(type, "voyage.completed") == 0)
        find_voyage(c);
    else if (strncmp(type, "route.", 6) == 0)
        find_route(c, type);
    else if (strncmp(type, "zone.", 5) == 0 || strncmp(type, "gate.", 5) == 0)
        find_zone(c, type);
    else if (strncmp(type, "port.", 5) != 0)
        find_heard(c, type);
}

bool alertcase_has(const char *type)
{
    static const char *const groups[] = {"port.", "voyage.", "route.", "zone.",
                                         "gate.", "vessel.", "gap."};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strncmp(type, groups[i], strlen(groups[i])) == 0)
            return true;
    return false;
}

struct route_settings *alertcase_route(struct alertcase *c)
{
    return c->rule.settings;
}

static void find_kind(struct alertcase *c, const char *type)
{
    const struct rule_kind *kind = NULL;
    for (size_t k = 0; rule_kinds[k] != NULL; k++)
        for (uint32_t i = 0; i < rule_kinds[k]->event_count; i++)
            if (strcmp(rule_kinds[k]->events[i].type, type) == 0) {
                kind = rule_kinds[k];
                c->finding.event = i;
            }
    assert_non_null(kind);
    assert_int_equal(rule_init(&c->rule, kind), 0);
}

void alertcase_init(struct alertcase *c, const char *type)
{
    static char site[] = "yeosu-watch";
    static char link[] = "https://map.example.org/{mmsi}/{imo}/{id}";
    memset(c, 0, sizeof *c);
    find_kind(c, type);
    c->rule.id = strdup("r-1");
    if (strcmp(type, "route.matched") == 0 || strcmp(type, "route.forecast") == 0)
        c->rule.severity[c->finding.event] = SEVERITY_CRITICAL;
    c->context = (struct alert_context){.site = site, .link = link};
    make_zones(c);
    make_ports(c);
    make_ship(c);
    if (strncmp(type, "route.", 6) == 0)
        assert_int_equal(route_compile(c->ports, c->zones, "KPNAM >> CNSHD >> $far-east",
                                       &alertcase_route(c)->route, NULL),
                         0);
    tracks_init(&c->tracks);
    add_fix(c, 14 + 4 / 60.0, 36.5, 122.0, 80);
    add_fix(c, 18 + 4 / 60.0, 36.88, 122.43, 1);
    c->limits = zone_state_limits_default();
    c->world =
        (struct rule_world){.ports = c->ports, .zones = c->zones, .limits = &c->limits};
    c->subject.mmsi = 445000001;
    c->subject.info = &c->info;
    c->subject.declared = ports_find(c->ports, "RUVVO");
    c->subject.watch = watch_entry(c->watch, 0);
    c->subject.matched_by = WATCH_BY_IMO;
    c->look = (struct rule_look){.rule = &c->rule,
                                 .world = &c->world,
                                 .subject = &c->subject,
                                 .now_ms = alertcase_at(19 + 4 / 60.0),
                                 .is_covered = true};
    find_it(c, type);
}

void alertcase_finish(struct alertcase *c)
{
    rule_finish(&c->rule);
    tracks_finish(&c->tracks);
    watch_destroy(c->watch);
    zone_set_destroy(c->zones);
    ports_destroy(c->ports);
    memset(c, 0, sizeof *c);
}

char *alertcase_body(struct alertcase *c)
{
    struct alert alert = {0};
    assert_int_equal(rule_alert_make(&c->context, &c->look, &c->finding, &alert), 0);
    assert_int_equal(strlen(alert.body), alert.body_bytes);
    char *body = strdup(alert.body);
    alert_finish(&alert);
    return body;
}

char *alertcase_summary(struct alertcase *c)
{
    char *body = alertcase_body(c);
    json_t *event = json_loads(body, 0, NULL);
    assert_non_null(event);
    char *summary = strdup(
        json_string_value(json_object_get(json_object_get(event, "data"), "summary")));
    json_decref(event);
    free(body);
    return summary;
}
