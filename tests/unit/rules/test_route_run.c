/* SPDX-License-Identifier: Apache-2.0 */
/* The events that the NFA of a route tells, case by case: progress, matches, lapses,
 * bounds, caps. Also its saved form. test_route_property tests that the NFA finds every
 * match. */
#include <stdio.h>
#include <string.h>

#include "lib/ports_fixture.h"
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/rules/route.h"

static struct ports *ports;
static struct zone_set *zones;

static int set_up(void **state)
{
    ports =
        fixture_ports("XAAAA,XAAAA,10,20,,,\nXABBB,XABBB,11,20,,,\nXBAAA,XBAAA,12,20,,,\n"
                      "XBBBB,XBBBB,13,20,,,\nXCAAA,XCAAA,14,20,,,\n");
    zones = test_zone_set(
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"line\"},\"geometry\":{\"type\":"
        "\"LineString\",\"coordinates\":[[5,0],[6,0]]}}]}");
    return 0;
}

static int tear_down(void **state)
{
    ports_destroy(ports);
    zone_set_destroy(zones);
    return 0;
}

/* --- playing --- */

struct play {
    struct route *route;
    struct route_limits limits;
    struct route_state s;
    struct buf told; /* "progressed 2 of 8: XAAAA 1, XABBB 5; " hours since 0 */
    uint64_t last_case;
};

static void begin(struct play *p, const char *pattern)
{
    memset(p, 0, sizeof *p);
    assert_int_equal(route_compile(ports, zones, pattern, &p->route, NULL), 0);
    p->limits = (struct route_limits){30 * DAY_MS, 10 * DAY_MS};
    route_run_init(&p->s);
}

static void finish(struct play *p)
{
    route_destroy(p->route);
    buf_finish(&p->told);
}

static int on_output(void *context, const struct route_output *o)
{
    static const char *const names[] = {"progressed", "matched", "lapsed"};
    struct play *p = context;
    p->last_case = o->run.case_id;
    int rc = buf_printf(&p->told, "%s %u at %lld:", names[o->event], o->run.step + 1u,
                        (long long)(o->time_ms / HOUR_MS));
    for (uint8_t i = 0; i < o->run.stop_count && rc == 0; i++) {
        const struct route_stop *stop = &o->run.stops[i];
        rc = buf_printf(&p->told, " %s",
                        stop->port != PORT_NONE ? ports_get(ports, stop->port)->locode
                                                : zone_set_info(zones, stop->zone)->id);
    }
    return rc != 0 ? rc : buf_add_text(&p->told, "; ");
}

static void arrive(struct play *p, const char *where, double hour)
{
    int64_t zone = zone_set_find(zones, where);
    int64_t at_ms = (int64_t)(hour * (double)HOUR_MS);
    struct route_stop stop = {
        .port = zone < 0 ? ports_find(ports, where) : PORT_NONE,
        .zone = zone < 0 ? UINT32_MAX : (uint32_t)zone,
        .confidence = 4,
        .arrived_ms = at_ms,
        .departed_ms = zone < 0 ? TIME_NONE : at_ms,
    };
    struct route_way way = {p->route, &p->limits, ports, 1, on_output, p};
    assert_int_equal(route_run_arrive(&p->s, &way, &stop), 0);
}

static void depart(struct play *p, const char *where, double hour)
{
    int64_t zone = zone_set_find(zones, where);
    struct route_stop left = {.port = zone < 0 ? ports_find(ports, where) : PORT_NONE,
                              .zone = zone < 0 ? UINT32_MAX : (uint32_t)zone,
                              .departed_ms = (int64_t)(hour * (double)HOUR_MS)};
    route_run_depart(&p->s, &p->limits, ports, &left);
}

/* The ship stands in the zone as it departs. */
static void stand(struct play *p, const char *where, double hour)
{
    struct route_stop stop = {
        .port = PORT_NONE,
        .zone = (uint32_t)zone_set_find(zones, where),
        .confidence = 4,
        .arrived_ms = (int64_t)(hour * (double)HOUR_MS),
        .departed_ms = TIME_NONE,
        .is_standing = true,
    };
    struct route_way way = {p->route, &p->limits, ports, 1, on_output, p};
    assert_int_equal(route_run_arrive(&p->s, &way, &stop), 0);
}

/* A call of one hour. */
static void call(struct play *p, const char *where, double hour)
{
    arrive(p, where, hour);
    depart(p, where, hour + 1);
}

static void expire(struct play *p, double hour)
{
    assert_int_equal(
        route_expire_runs(&p->s, (int64_t)(hour * (double)HOUR_MS), on_output, p), 0);
}

#define assert_told(p, text)                                                             \
    do {                                                                                 \
        assert_string_equal(buf_text(&(p)->told), text);                                 \
        buf_clear(&(p)->told);                                                           \
    } while (0)

/* --- what is told --- */

static void test_each_step_is_told_once(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> XABBB >> XBAAA");
    call(&p, "XAAAA", 0);
    assert_told(&p, "");
    call(&p, "XABBB", 10);
    assert_told(&p, "progressed 2 at 10: XAAAA XABBB; ");
    uint64_t first = p.last_case;
    call(&p, "XBBBB", 20);
    call(&p, "XABBB", 30); /* the step again: no news */
    assert_told(&p, "");
    call(&p, "XBAAA", 40);
    assert_told(&p, "matched 3 at 40: XAAAA XABBB XBAAA; ");
    assert_int_equal(p.last_case, first);
    call(&p, "XBBBB", 50);
    call(&p, "XBAAA", 60); /* the case is closed */
    assert_told(&p, "");
    assert_int_equal(p.s.run_count, 0);
    finish(&p);
}

static void test_adjacent(void **state)
{
    struct play p;
    begin(&p, "XAAAA > XABBB");
    call(&p, "XAAAA", 0);
    call(&p, "XBAAA", 10);
    call(&p, "XABBB", 20);
    assert_told(&p, "");
    call(&p, "XAAAA", 30);
    call(&p, "XABBB", 40);
    assert_told(&p, "matched 2 at 40: XAAAA XABBB; ");
    finish(&p);
    begin(&p, "XAAAA > @box > XABBB"); /* ">" beside @: no call between */
    call(&p, "XAAAA", 0);
    arrive(&p, "box", 5);
    arrive(&p, "line", 6);
    call(&p, "XABBB", 10);
    assert_told(&p, "progressed 2 at 5: XAAAA box; matched 3 at 10: XAAAA box XABBB; ");
    call(&p, "XAAAA", 20);
    arrive(&p, "box", 25);
    call(&p, "XBAAA", 30);
    call(&p, "XABBB", 40);
    assert_told(&p, "progressed 2 at 25: XAAAA box; ");
    finish(&p);
}

static void test_optional_steps(void **state)
{
    struct play p;
    begin(&p, "XAAAA > XABBB? > XBAAA");
    call(&p, "XAAAA", 0);
    call(&p, "XBAAA", 10);
    assert_told(&p, "matched 3 at 10: XAAAA XBAAA; ");
    call(&p, "XAAAA", 20);
    call(&p, "XABBB", 30);
    call(&p, "XBAAA", 40);
    assert_told(&p, "progressed 2 at 30: XAAAA XABBB; matched 3 at 40: XAAAA XABBB "
                    "XBAAA; ");
    finish(&p);
    /* One stop fits an optional step and the step after it: the match counts. */
    begin(&p, "XAAAA >> XABBB? >> XABBB");
    call(&p, "XAAAA", 0);
    call(&p, "XABBB", 10);
    assert_told(&p, "matched 3 at 10: XAAAA XABBB; ");
    finish(&p);
    begin(&p, "XAAAA >> XABBB >> XBAAA?");
    call(&p, "XAAAA", 0);
    call(&p, "XABBB", 10);
    assert_told(&p, "matched 2 at 10: XAAAA XABBB; ");
    call(&p, "XBAAA", 20);
    assert_told(&p, "matched 3 at 20: XAAAA XABBB XBAAA; ");
    finish(&p);
}

/* The bounds of leg and within are exact to the millisecond. */
static void test_bounds(void **state)
{
    static const struct {
        double arrival_h;
        const char *told;
    } rows[] = {
        {1 + 240, "matched 2 at 241: XAAAA XABBB; "}, /* leg: 10 d after the departure */
        {1 + 240 + 1e-6, ""},                         /* 3.6 ms more */
    };
    for (size_t i = 0; i < 2; i++) {
        struct play p;
        begin(&p, "XAAAA >> XABBB");
        call(&p, "XAAAA", 0);
        call(&p, "XABBB", rows[i].arrival_h);
        assert_told(&p, rows[i].told);
        finish(&p);
    }
    for (int more = 0; more < 2; more++) {
        struct play p;
        begin(&p, "XAAAA >> XABBB >> XBAAA");
        p.limits.within_ms = 15 * DAY_MS;
        call(&p, "XAAAA", 0);
        call(&p, "XABBB", 150);
        call(&p, "XBAAA", 1 + 360 + (more ? 1e-6 : 0));
        assert_told(&p, more ? "progressed 2 at 150: XAAAA XABBB; "
                             : "progressed 2 at 150: XAAAA XABBB; matched 3 at 361: "
                               "XAAAA XABBB XBAAA; ");
        finish(&p);
    }
}

/* A zone entered in port: `within` still counts from the departure. */
static void test_zone_in_port(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> @box >> XABBB");
    p.limits.within_ms = 5 * DAY_MS;
    arrive(&p, "XAAAA", 0);
    arrive(&p, "box", 2);
    depart(&p, "XAAAA", 10);
    assert_told(&p, "progressed 2 at 2: XAAAA box; ");
    call(&p, "XABBB", 131); /* 5 d 1 h after the departure */
    assert_told(&p, "");
    finish(&p);
}

static void test_calls_in_a_row_are_one(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> XABBB >> XBAAA");
    call(&p, "XAAAA", 0);
    call(&p, "XABBB", 10);
    assert_told(&p, "progressed 2 at 10: XAAAA XABBB; ");
    expire(&p, 10 + 1 + 240 + 1); /* leg is over */
    call(&p, "XABBB", 300);       /* but the call goes on */
    call(&p, "XBAAA", 500);       /* 199 h after it, 499 h after the first departure */
    assert_told(&p, "matched 3 at 500: XAAAA XABBB XBAAA; ");
    finish(&p);
    begin(&p, "XAAAA >> XABBB");
    call(&p, "XAAAA", 0);
    expire(&p, 300);
    assert_int_equal(p.s.run_count, 0);
    call(&p, "XAAAA", 300);
    call(&p, "XABBB", 310);
    assert_told(&p, "matched 2 at 310: XAAAA XABBB; ");
    finish(&p);
    begin(&p, "XAAAA"); /* the only step: one call, one match */
    call(&p, "XAAAA", 0);
    call(&p, "XAAAA", 10);
    assert_told(&p, "matched 1 at 0: XAAAA; ");
    call(&p, "XABBB", 20);
    call(&p, "XAAAA", 30);
    assert_told(&p, "matched 1 at 30: XAAAA; ");
    finish(&p);
    /* An older stay at the port is not continued. */
    begin(&p, "XAAAA >> XABBB");
    call(&p, "XAAAA", 0);
    call(&p, "XBAAA", 10);
    call(&p, "XAAAA", 20);
    call(&p, "XAAAA", 30);
    assert_int_equal(p.s.run_count, 2);
    assert_int_equal(p.s.runs[0].stops[0].departed_ms, 1 * HOUR_MS);
    assert_int_equal(p.s.runs[1].stops[0].departed_ms, 31 * HOUR_MS);
    finish(&p);
}

/* Found by test_route_property with the seed 24843. "A second call at the same port in a
 * row merges into the first" (interface, section 4): the calls at XAAAA from 5 to 10 and
 * from 16 to 17 are one, since standing in the box is no call. Its run was over at 15,
 * five hours after the first departure, and begins again at 16. XBAAA at 19 completes the
 * route over the box: 4 h after 15, 9 h after 10. The way over XBAAA and the box to XAAAA
 * at 26, 9 h after 17, begins with the same call, whose case is closed. */
static void test_case_of_a_call_that_goes_on(void **state)
{
    struct play p;
    begin(&p, "XAAAA > (XBAAA | @box)? > @box > XBAAA? > *");
    p.limits = (struct route_limits){9 * HOUR_MS, 5 * HOUR_MS};
    arrive(&p, "XAAAA", 5);
    depart(&p, "XAAAA", 10);
    stand(&p, "box", 10);
    assert_told(&p, "progressed 3 at 10: XAAAA box; ");
    uint64_t first = p.last_case;
    depart(&p, "box", 15);
    expire(&p, 15.5);
    call(&p, "XAAAA", 16);
    arrive(&p, "XBAAA", 19);
    assert_told(&p, "matched 5 at 19: XAAAA box XBAAA; ");
    assert_int_equal(p.last_case, first);
    depart(&p, "XBAAA", 24);
    stand(&p, "box", 24);
    depart(&p, "box", 25);
    arrive(&p, "XAAAA", 26);
    assert_told(&p, "");
    finish(&p);
    /* Without the box the call that goes on matches, in the case of the first call. */
    begin(&p, "XAAAA > XBAAA > XABBB");
    p.limits = (struct route_limits){9 * HOUR_MS, 5 * HOUR_MS};
    call(&p, "XAAAA", 5);
    uint64_t begun = p.s.runs[0].case_id;
    expire(&p, 15);
    assert_int_equal(p.s.run_count, 0);
    call(&p, "XAAAA", 16);
    call(&p, "XBAAA", 19);
    call(&p, "XABBB", 21);
    assert_told(&p, "progressed 2 at 19: XAAAA XBAAA; matched 3 at 21: XAAAA XBAAA "
                    "XABBB; ");
    assert_int_equal(p.last_case, begun);
    finish(&p);
}

/* A run that was forecast but is not completed is told as lapsed, once. */
static void test_lapses(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> XABBB");
    call(&p, "XAAAA", 0);
    expire(&p, 241); /* never forecast: nothing is told */
    assert_told(&p, "");
    call(&p, "XAAAA", 250);
    p.s.runs[0].is_forecast = true;
    assert_int_equal(route_expire_deadline(&p.s), (251 + 240) * HOUR_MS);
    expire(&p, 251 + 240 - 0.001);
    assert_told(&p, "");
    expire(&p, 251 + 240);
    assert_told(&p, "lapsed 1 at 491: XAAAA; ");
    assert_int_equal(route_expire_deadline(&p.s), INT64_MAX);
    finish(&p);
    begin(&p, "XAAAA > XABBB"); /* another call breaks it */
    call(&p, "XAAAA", 0);
    p.s.runs[0].is_forecast = true;
    call(&p, "XBAAA", 30);
    assert_told(&p, "lapsed 1 at 30: XAAAA; ");
    assert_int_equal(p.s.run_count, 0);
    finish(&p);
    begin(&p,
          "XAAAA >> XABBB >> XBAAA"); /* that waits for the port to go on: told once */
    call(&p, "XAAAA", 0);
    call(&p, "XABBB", 10);
    for (uint32_t i = 0; i < p.s.run_count; i++)
        p.s.runs[i].is_forecast = p.s.runs[i].step == 1;
    buf_clear(&p.told);
    expire(&p, 10 + 241);
    assert_told(&p, "lapsed 2 at 251: XAAAA XABBB; ");
    expire(&p, 1000);
    call(&p, "XBBBB", 1001);
    assert_told(&p, "");
    assert_int_equal(p.s.run_count, 0);
    finish(&p);
}

static void test_two_at_once(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> XABBB >> XBAAA");
    call(&p, "XAAAA", 0);
    call(&p, "XBBBB", 5);
    call(&p, "XAAAA", 10); /* a second case */
    call(&p, "XABBB", 20); /* advances both: the older is told */
    assert_told(&p, "progressed 2 at 20: XAAAA XABBB; ");
    call(&p, "XBAAA", 30); /* completes both: one match */
    assert_told(&p, "matched 3 at 30: XAAAA XABBB XBAAA; ");
    assert_int_equal(p.s.run_count, 0);
    finish(&p);
    begin(&p, "* >> *"); /* one call ends a run and begins another */
    call(&p, "XAAAA", 0);
    call(&p, "XABBB", 10);
    call(&p, "XBAAA", 20);
    assert_told(&p, "matched 2 at 10: XAAAA XABBB; matched 2 at 20: XABBB XBAAA; ");
    finish(&p);
}

/* More open runs than fit: the older runs of a step are dropped, the newest can still
 * match, and the dropped runs are counted. */
static void test_cap(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> XABBB");
    for (int i = 0; i < ROUTE_RUNS_MAX + 3; i++) {
        call(&p, "XAAAA", 10 * i);
        call(&p, "XBAAA", 10 * i + 5);
        assert_true(p.s.run_count <= ROUTE_RUNS_MAX);
    }
    assert_int_equal(p.s.evicted, 3);
    assert_int_equal(p.s.runs[0].stops[0].arrived_ms, 0); /* the oldest is kept */
    assert_int_equal(p.s.runs[ROUTE_RUNS_MAX - 1].stops[0].arrived_ms,
                     (ROUTE_RUNS_MAX + 2) * 10 * HOUR_MS); /* and the newest */
    call(&p, "XABBB", 10 * ROUTE_RUNS_MAX + 240);
    assert_told(&p, "matched 2 at 320: XAAAA XABBB; ");
    finish(&p);
}

/* Zones entered in the same second are separate cases, and the ids of the cases do not
 * depend on the order of zones in the file. */
static void test_cases_of_zones(void **state)
{
    struct play p;
    begin(&p, "(@box | @line) >> XAAAA");
    arrive(&p, "box", 1);
    arrive(&p, "line", 1);
    assert_int_equal(p.s.run_count, 2);
    assert_true(p.s.runs[0].case_id != p.s.runs[1].case_id);
    finish(&p);
    uint64_t case_id = 0;
    begin(&p, "@line >> XAAAA");
    arrive(&p, "line", 1);
    case_id = p.s.runs[0].case_id;
    finish(&p);
    struct zone_set *kept = zones;
    zones = test_zone_set(
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"line\"},\"geometry\":{\"type\":"
        "\"LineString\",\"coordinates\":[[5,0],[6,0]]}}]}");
    begin(&p, "@line >> XAAAA");
    arrive(&p, "line", 1);
    assert_true(p.s.runs[0].case_id == case_id);
    finish(&p);
    zone_set_destroy(zones);
    zones = kept;
}

/* --- saved state --- */

static void test_saved_state(void **state)
{
    struct play p;
    begin(&p, "XAAAA >> (@box | XABBB) >> XBAAA >> XBBBB");
    call(&p, "XAAAA", 0);
    arrive(&p, "box", 10);
    call(&p, "XBAAA", 20);
    p.s.runs[p.s.run_count - 1].is_forecast = true;
    p.s.runs[p.s.run_count - 1].forecast_port = ports_find(ports, "XBBBB");
    struct buf out = {0}, again = {0};
    struct wire_writer w = {.out = &out}, v = {.out = &again};
    route_wire_save(&p.s, ports, zones, &w);
    struct route_state s;
    struct wire_reader r;
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(route_wire_load(&s, ports, zones, &r), 0);
    assert_true(r.at == r.end);
    route_wire_save(&s, ports, zones, &v);
    assert_int_equal(out.length, again.length);
    assert_memory_equal(out.data, again.data, out.length);
    for (size_t n = 0; n < out.length; n++) { /* cut short anywhere: refused */
        wire_reader_init(&r, out.data, n);
        assert_int_equal(route_wire_load(&s, ports, zones, &r), ERR_CORRUPT);
    }
    /* When a zone no longer exists, the state is dropped. */
    struct zone_set *none = test_zone_set("{\"type\":\"FeatureCollection\",\"features\":"
                                          "[]}");
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(route_wire_load(&s, ports, none, &r), ERR_CORRUPT);
    zone_set_destroy(none);
    buf_finish(&out);
    buf_finish(&again);
    finish(&p);
}

TEST_MAIN(set_up, tear_down, TEST(test_each_step_is_told_once), TEST(test_adjacent),
          TEST(test_optional_steps), TEST(test_bounds), TEST(test_zone_in_port),
          TEST(test_calls_in_a_row_are_one), TEST(test_case_of_a_call_that_goes_on),
          TEST(test_lapses), TEST(test_two_at_once), TEST(test_cap),
          TEST(test_cases_of_zones), TEST(test_saved_state))
