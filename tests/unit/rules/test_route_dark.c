/* SPDX-License-Identifier: Apache-2.0 */
/* Steps with "~": how the NFA of a route takes calls that a ship could have made while it
 * was silent. Hours count from 0; a silence gives each step a port, or none. */
#include <stdio.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/rules/route.h"

static struct ports *ports;
static struct route *route;
static struct route_state state;
static struct route_limits limits;
static struct buf told; /* "progressed 2: AAA 5 BBB 9; " hours of arrival */

static int set_up(void **context)
{
    static const char *const codes[] = {"XAAAA", "XABBB", "XBAAA"};
    struct ports_builder *b = ports_builder_create();
    (void)context;
    for (size_t i = 0; i < 3; i++)
        if (ports_builder_define(b, codes[i], codes[i],
                                 geo_to_pos((struct geo_point){10 + (double)i, 20}), -1,
                                 -1, NULL, NULL) != 0)
            return -1;
    int rc = ports_assemble(b, &ports, NULL);
    ports_builder_destroy(b);
    return rc;
}

static int tear_down(void **context)
{
    (void)context;
    ports_destroy(ports);
    return 0;
}

static void begin(const char *pattern)
{
    assert_int_equal(route_compile(ports, NULL, pattern, &route, NULL), 0);
    limits = (struct route_limits){30 * DAY_MS, 10 * DAY_MS};
    route_run_init(&state);
}

static void finish(void)
{
    route_destroy(route);
    buf_finish(&told);
}

static int on_output(void *context, const struct route_output *o)
{
    static const char *const names[] = {"progressed", "matched", "lapsed"};
    (void)context;
    int rc = buf_printf(&told, "%s %u:", names[o->event], o->run.step + 1u);
    for (uint8_t i = 0; i < o->run.stop_count && rc == 0; i++)
        rc = buf_printf(&told, " %s %lld%s",
                        ports_get(ports, o->run.stops[i].port)->locode + 2,
                        (long long)(o->run.stops[i].arrived_ms / HOUR_MS),
                        o->run.stops[i].is_dark ? "~" : "");
    return rc != 0 ? rc : buf_add_text(&told, "; ");
}

/* A call of one hour. */
static void call(const char *code, int64_t hour)
{
    struct route_stop stop = {.port = ports_find(ports, code),
                              .zone = UINT32_MAX,
                              .confidence = 4,
                              .arrived_ms = hour * HOUR_MS,
                              .departed_ms = TIME_NONE};
    struct route_way way = {route, &limits, ports, 1, on_output, NULL};
    assert_int_equal(route_run_arrive(&state, &way, &stop), 0);
    stop.departed_ms = (hour + 1) * HOUR_MS;
    route_run_depart(&state, &limits, ports, &stop);
}

/* A silence in which it could have called from hour to hour: the ports of the steps, NULL
 * for none. */
static void silence(const char *const codes[2], int64_t from, int64_t to)
{
    struct route_stop stops[ROUTE_STEPS_MAX];
    for (uint32_t i = 0; i < route->step_count; i++) {
        const char *code = i < 2 ? codes[i] : NULL;
        stops[i] = (struct route_stop){.port = code != NULL ? ports_find(ports, code)
                                                            : PORT_NONE,
                                       .zone = UINT32_MAX,
                                       .confidence = 1,
                                       .is_dark = true,
                                       .arrived_ms = from * HOUR_MS,
                                       .departed_ms = to * HOUR_MS,
                                       .silent_from_ms = (from - 2) * HOUR_MS,
                                       .silent_to_ms = (to + 2) * HOUR_MS};
    }
    struct route_way way = {route, &limits, ports, 1, on_output, NULL};
    assert_int_equal(route_run_arrive_dark(&state, &way, stops), 0);
}

#define assert_told(text)                                                                \
    do {                                                                                 \
        assert_string_equal(buf_text(&told), text);                                      \
        buf_clear(&told);                                                                \
    } while (0)

static void as_a_call(void **context)
{
    begin("~XAAAA > XABBB");
    silence((const char *const[]){"XAAAA", NULL}, 10, 20);
    assert_told("");
    call("XABBB", 30);
    assert_told("matched 2: AAA 10~ BBB 30; ");
    finish();
    /* the last step itself */
    begin("XABBB >> ~XAAAA");
    call("XABBB", 3);
    silence((const char *const[]){NULL, "XAAAA"}, 10, 20);
    assert_told("matched 2: BBB 3 AAA 10~; ");
    finish();
}

/* Where no step takes it, it is as if it were absent: ">" is not broken. */
static void as_if_absent(void **context)
{
    begin("(XAAAA | ~XBAAA) > XABBB");
    call("XAAAA", 1);
    silence((const char *const[]){"XBAAA", NULL}, 10, 20);
    call("XABBB", 30);
    assert_told("matched 2: AAA 1 BBB 30; ");
    finish();
    begin("(XAAAA | ~XBAAA) > XABBB");
    silence((const char *const[]){"XBAAA", NULL}, 10, 20);
    call("XAAAA", 22);
    call("XABBB", 30);
    assert_told("matched 2: AAA 22 BBB 30; ");
    finish();
}

/* It merges with nothing: a call at the port of the call before it is another one for a
 * run that has taken the silence, and only once. */
static void between_two_calls_at_one_port(void **context)
{
    begin("~XAAAA >> XABBB >> XBAAA");
    call("XABBB", 1);
    silence((const char *const[]){"XAAAA", NULL}, 10, 20);
    call("XABBB", 30);
    assert_told("progressed 2: AAA 10~ BBB 30; ");
    call("XABBB", 40);
    assert_told("");
    call("XBAAA", 50);
    assert_told("matched 3: AAA 10~ BBB 30 AAA 50; ");
    finish();
}

/* One silence is one call, though two steps could take it. */
static void one_call_a_silence(void **context)
{
    begin("~XAAAA >> ~XABBB");
    silence((const char *const[]){"XAAAA", "XABBB"}, 10, 20);
    assert_told("");
    silence((const char *const[]){"XAAAA", "XABBB"}, 50, 60);
    assert_told("matched 2: AAA 10~ BBB 50~; ");
    finish();
}

/* `leg` counts from the latest departure, `within` too. */
static void bounds(void **context)
{
    begin("~XAAAA >> XABBB");
    silence((const char *const[]){"XAAAA", NULL}, 10, 20);
    call("XABBB", 20 + 240);
    assert_told("matched 2: AAA 10~ BBB 260; ");
    silence((const char *const[]){"XAAAA", NULL}, 310, 320);
    call("XABBB", 320 + 241);
    assert_told("");
    finish();
}

static void saved(void **context)
{
    struct buf record = {0};
    struct wire_writer w = {.out = &record};
    struct wire_reader r;
    struct route_state again;
    begin("~XAAAA >> XABBB");
    silence((const char *const[]){"XAAAA", NULL}, 10, 20);
    route_wire_save(&state, ports, NULL, &w);
    wire_reader_init(&r, record.data, record.length);
    assert_int_equal(route_wire_load(&again, ports, NULL, &r), 0);
    assert_int_equal(again.run_count, 1);
    assert_true(again.runs[0].stops[0].is_dark);
    assert_int_equal(again.runs[0].stops[0].confidence, 1);
    assert_int_equal(again.runs[0].stops[0].silent_from_ms, 8 * HOUR_MS);
    assert_int_equal(again.runs[0].stops[0].silent_to_ms, 22 * HOUR_MS);
    state = again;
    call("XABBB", 30);
    assert_told("matched 2: AAA 10~ BBB 30; ");
    buf_finish(&record);
    finish();
}

/* Only a step that is awaited may take it. */
static void awaited(void **context)
{
    begin("XAAAA >> ~XABBB >> ~XBAAA");
    assert_false(route_run_awaits(&state, route, 1));
    assert_true(route_run_awaits(NULL, route, 0));
    call("XAAAA", 1);
    assert_true(route_run_awaits(&state, route, 1));
    assert_false(route_run_awaits(&state, route, 2));
    assert_null(route->steps[0].dark);
    assert_true(port_set_has(route->steps[1].dark, ports_find(ports, "XABBB")));
    assert_string_equal(route->steps[1].text, "~XABBB");
    finish();
}

static void faults(void **context)
{
    static const struct {
        const char *text;
        int col;
    } rows[] = {{"~*", 2},      {"XAAAA >> ~@box", 11}, {"~", 2},
                {"~ XAAAA", 2}, {"~~XAAAA", 2},         {"(XAAAA|~) > XABBB", 9}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct route *none = NULL;
        struct err err = {0};
        assert_int_not_equal(route_compile(ports, NULL, rows[i].text, &none, &err), 0);
        if (err.col != rows[i].col)
            fail_msg("%s: col %d: %s", rows[i].text, err.col, err.text);
    }
}

TEST_MAIN(set_up, tear_down, TEST(as_a_call), TEST(as_if_absent),
          TEST(between_two_calls_at_one_port), TEST(one_call_a_silence), TEST(bounds),
          TEST(saved), TEST(awaited), TEST(faults))
