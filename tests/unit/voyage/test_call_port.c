/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls: which of several ports, anchorage or berth, and the machine's table. */
#include <string.h>

#include "daemon/core/voyage/call_int.h"
#include "lib/callrun.h"

static struct ports *one;  /* XAAAA alone */
static struct ports *many; /* XAAAA, XBBBB 15 km east of it, YCCCC at 180 degrees, ... */

static const struct callrun_port many_ports[] = {
    {"XAAAA", 37, 125},
    {"XBBBB", 37, 125.16897}, /* 15.01 km */
    {"YCCCC", 52, 180},
    {"ZDDDD", 20, 110},
    {"ZEEEE", 20, 110.1} /* 10.45 km; one port with ZDDDD */
};

static struct geo_pos home(void)
{
    return geo_to_pos((struct geo_point){37, 125});
}

#define KM 1000.0
#define LIE(t0, t1, at_km)                                                               \
    callrun_leg(r, (struct callrun_leg){(t0), (t1), 5, (at_km)*KM, (at_km)*KM, 0})

/* --- which port --- */

/* XBBBB lies 15 km east of XAAAA: coming from the east its circle comes first, and a ship
 * bound for XAAAA passes 0 km from it. */
static void through_one_to_another(struct callrun *r)
{
    callrun_leg(r, (struct callrun_leg){0, 130, 5, 40 * KM, 1 * KM, 10});
    LIE(140, 300, 1);
}
static void test_nearer_port_takes_over(void **state)
{
    (void)state;
    /* 18 km/h: within 10 km of XBBBB from 25 km (50 min); 2 km nearer to XAAAA from
     * 6.5 km (111.7 min) on */
    assert_calls(many, home(), through_one_to_another,
                 "entered XBBBB 50 c1; left XBBBB 115 c1; entered XAAAA 115 c1; "
                 "arrived XAAAA 140 c3");
}

static void declared_port(struct callrun *r)
{
    r->declared = ports_find(r->ports, "XAAAA");
    callrun_fix(r, 0, 26 * KM, 10);
    callrun_fix(r, 60, 9.5 * KM, 10); /* 5.5 km from XBBBB */
    LIE(70, 200, 9);
}
static void declared_late(struct callrun *r)
{
    callrun_fix(r, 0, 26 * KM, 10);
    callrun_fix(r, 60, 9.5 * KM, 10);
    r->declared = ports_find(r->ports, "XAAAA");
    LIE(70, 200, 9);
}
static void test_declared_port_wins(void **state)
{
    (void)state;
    assert_calls(many, home(), declared_port, "entered XAAAA 60 c1; arrived XAAAA 70 c3");
    assert_calls(many, home(), declared_late,
                 "entered XBBBB 60 c1; left XBBBB 70 c1; entered XAAAA 70 c1; "
                 "arrived XAAAA 70 c3");
}

/* It has called at XAAAA and goes east, past XBBBB, or to it. */
static void out_past_another(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    LIE(60, 200, 1);
    callrun_leg(r, (struct callrun_leg){210, 345, 5, 2 * KM, 42 * KM, 10});
}
static void shift_to_another(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    LIE(60, 200, 1);
    callrun_leg(r, (struct callrun_leg){210, 230, 5, 3 * KM, 9 * KM, 10});
    LIE(240, 500, 10); /* 10 km from XAAAA, 5 km from XBBBB */
}
static void pause_at_another(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    LIE(60, 200, 1);
    callrun_leg(r, (struct callrun_leg){210, 230, 5, 3 * KM, 9 * KM, 10});
    LIE(240, 295, 10);
    callrun_fix(r, 310, 5 * KM, 10);
    LIE(320, 330, 2);
    callrun_leg(r, (struct callrun_leg){340, 360, 5, 3 * KM, 9 * KM, 10});
    LIE(370, 400, 10); /* 30 min more there: the 55 before do not count any longer */
}
static void test_switch_after_a_stop_only(void **state)
{
    (void)state;
    assert_calls(many, home(), out_past_another,
                 "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                 "left XAAAA 245 c4; entered XBBBB 245 c1; left XBBBB 295 c1");
    assert_calls(many, home(), shift_to_another,
                 "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                 "left XAAAA 240 c4; entered XBBBB 240 c1; arrived XBBBB 240 c3");
    assert_calls(many, home(), pause_at_another,
                 "entered XAAAA 60 c1; arrived XAAAA 60 c3");
}

/* Drifting on the line midway between two ports, a mile to and fro. */
static void midway(struct callrun *r)
{
    callrun_fix(r, 0, 7.5 * KM, 3);
    for (int i = 1; i < 200; i++)
        callrun_fix(r, i * 5, 7.5 * KM + (i % 2 == 0 ? 800 : -800), 1);
}
static void test_midway_does_not_flap(void **state)
{
    (void)state;
    assert_calls(many, home(), midway, "entered XAAAA 0 c1");
}

/* ZDDDD and ZEEEE are one port: known by the first, in the area of either. */
static void same_ports(struct callrun *r)
{
    callrun_leg(r, (struct callrun_leg){0, 60, 5, 40 * KM, 21 * KM, 10});
    LIE(70, 140, 14); /* 3.5 km from ZEEEE, 14 km from ZDDDD */
    callrun_leg(r, (struct callrun_leg){150, 240, 5, 12 * KM, -11 * KM, 10});
    callrun_fix(r, 245, -12.5 * KM, 10);
}
static void test_same_ports_are_one(void **state)
{
    (void)state;
    assert_calls(many, geo_to_pos((struct geo_point){20, 110}), same_ports,
                 "entered ZDDDD 70 c1; arrived ZDDDD 70 c3; departed ZDDDD 150 c4; "
                 "left ZDDDD 245 c4");
}

static void at_180(struct callrun *r)
{
    callrun_fix(r, 0, 30 * KM, 10);
    callrun_fix(r, 60, 9 * KM, 10);
    callrun_fix(r, 90, 2 * KM, 10);
    LIE(100, 170, -1);
    callrun_fix(r, 190, -5 * KM, 10);
    callrun_fix(r, 220, -13 * KM, 10);
}
static void test_port_at_180_degrees(void **state)
{
    (void)state;
    assert_calls(many, geo_to_pos((struct geo_point){52, 180}), at_180,
                 "entered YCCCC 60 c1; arrived YCCCC 100 c3; departed YCCCC 190 c4; "
                 "left YCCCC 220 c4");
}

/* Straight from the area of one port into that of another. */
static void from_port_to_port(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    LIE(60, 130, -3);
    callrun_fix(r, 200, 20 * KM, 12);
    LIE(230, 300, 14);
}
static void test_next_entry_closes(void **state)
{
    (void)state;
    assert_calls(many, home(), from_port_to_port,
                 "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 200 c4; "
                 "left XAAAA 200 c4; entered XBBBB 200 c1; arrived XBBBB 230 c3");
}

/* XBBBB by an area of 0.1 x 0.1 degree around its point (8.9 x 11.1 km), within XAAAA's
 * circle at its western edge: areas come before points, however near. */
static struct ports *with_area(void)
{
    static const char area[] =
        "{\"type\":\"Feature\",\"properties\":{\"locode\":\"XBBBB\"},\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[125.09,36.95],[125.19,36.95],"
        "[125.19,37.05],[125.09,37.05],[125.09,36.95]]]}}";
    static const char csv[] = "locode,name,lat,lon\nXAAAA,A,37,125\nXBBBB,B,37,125.14\n";
    struct ports_builder *b = ports_builder_create();
    struct ports *ports = NULL;
    struct err err;
    assert_non_null(b);
    assert_int_equal(ports_builder_csv(b, csv, sizeof csv - 1, NULL, NULL), 0);
    assert_int_equal(ports_builder_areas(b, area, sizeof area - 1, NULL, NULL), 0);
    assert_int_equal(ports_builder_build(b, &ports, &err), 0);
    ports_builder_destroy(b);
    return ports;
}

/* The edge is 8.0 km east of XAAAA: 0.09 degree x 111.195 km x cos 37. */
static void lying_in_the_area(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    callrun_fix(r, 60, 5 * KM, 8);
    LIE(70, 140, 8.1);
}
static void lying_before_the_area(struct callrun *r)
{
    callrun_fix(r, 0, -15 * KM, 10);
    callrun_fix(r, 60, 5 * KM, 8);
    LIE(70, 140, 7.9);
}
/* East of it nothing else is near: left at 1 km beyond the edge, 16.9 km east. */
static void out_of_the_area(struct callrun *r)
{
    callrun_fix(r, 0, 25 * KM, 10);
    LIE(60, 120, 16);
    callrun_fix(r, 130, 17.8 * KM, 4);
    callrun_fix(r, 140, 18.0 * KM, 4);
}
static void test_areas_before_points(void **state)
{
    (void)state;
    struct ports *ports = with_area();
    assert_calls(ports, home(), lying_in_the_area,
                 "entered XAAAA 60 c1; left XAAAA 70 c1; entered XBBBB 70 c1; "
                 "arrived XBBBB 70 c3");
    assert_calls(ports, home(), lying_before_the_area,
                 "entered XAAAA 60 c1; arrived XAAAA 70 c3");
    assert_calls(ports, home(), out_of_the_area,
                 "entered XBBBB 60 c1; arrived XBBBB 60 c3; departed XBBBB 130 c4; "
                 "left XBBBB 140 c4");
    ports_destroy(ports);
}

/* --- kind --- */

static void lie_with(struct callrun *r, int status, int swing_deg, double spread_m)
{
    callrun_fix(r, 0, 15 * KM, 10);
    for (int i = 0; i < 30; i++) {
        r->nav_status = status;
        r->heading_deg = (350 + (i % 3) * swing_deg / 2) % 360;
        callrun_fix(r, 20 + i * 5, 5 * KM + (i % 2) * spread_m, 0);
    }
    r->heading_deg = -1;
    callrun_fix(r, 200, 13 * KM, 12);
}
static void kind_status_anchor(struct callrun *r)
{
    lie_with(r, 1, 0, 0);
    assert_int_equal(r->last_call.kind, CALL_KIND_ANCHORAGE);
}
static void kind_status_moored(struct callrun *r)
{
    lie_with(r, 5, 90, 300);
    assert_int_equal(r->last_call.kind, CALL_KIND_BERTH);
}
static void kind_swinging(struct callrun *r)
{
    lie_with(r, 0, 70, 110);
    assert_int_equal(r->last_call.kind, CALL_KIND_ANCHORAGE);
}
static void kind_still(struct callrun *r)
{
    lie_with(r, 0, 14, 40);
    assert_int_equal(r->last_call.kind, CALL_KIND_BERTH);
}
static void kind_neither(struct callrun *r)
{
    lie_with(r, 0, 30, 80);
    assert_int_equal(r->last_call.kind, CALL_KIND_UNKNOWN);
}
static void test_kind(void **state)
{
    (void)state;
    static const char events[] =
        "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 200 c4; "
        "left XAAAA 200 c4";
    assert_calls(one, home(), kind_status_anchor, events);
    assert_calls(one, home(), kind_status_moored, events);
    assert_calls(one, home(), kind_swinging, events);
    assert_calls(one, home(), kind_still, events);
    assert_calls(one, home(), kind_neither, events);
    assert_string_equal(call_kind_name(CALL_KIND_ANCHORAGE), "anchorage");
    assert_string_equal(call_kind_name(CALL_KIND_BERTH), "berth");
    assert_string_equal(call_kind_name(CALL_KIND_UNKNOWN), "unknown");
}

/* --- the table --- */

/* No edge twice, none out of the enums, every phase but the first is reached and every
 * happening has an edge. */
static void test_table(void **state)
{
    (void)state;
    bool reached[CALL_PHASES] = {[CALL_UNHEARD] = true}, used[CALL_HAPPENINGS] = {false};
    bool left[CALL_PHASES] = {false};
    for (size_t i = 0; i < call_edge_count; i++) {
        const struct call_edge *e = &call_edges[i];
        assert_true(e->from < CALL_PHASES && e->to < CALL_PHASES);
        assert_true(e->on < CALL_HAPPENINGS);
        assert_non_null(e->action);
        reached[e->to] = left[e->from] = used[e->on] = true;
        for (size_t k = 0; k < i; k++)
            assert_false(call_edges[k].from == e->from && call_edges[k].on == e->on);
    }
    for (size_t p = 0; p < CALL_PHASES; p++)
        assert_true(reached[p] && left[p]);
    for (size_t h = 0; h < CALL_HAPPENINGS; h++)
        assert_true(used[h]);
}

static int setup(void **state)
{
    (void)state;
    static const char *const same[] = {"ZDDDD", "ZEEEE"};
    one = callrun_ports(many_ports, 1, NULL, 0);
    many = callrun_ports(many_ports, sizeof many_ports / sizeof many_ports[0], same, 2);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ports_destroy(one);
    ports_destroy(many);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearer_port_takes_over),
        cmocka_unit_test(test_declared_port_wins),
        cmocka_unit_test(test_switch_after_a_stop_only),
        cmocka_unit_test(test_midway_does_not_flap),
        cmocka_unit_test(test_same_ports_are_one),
        cmocka_unit_test(test_port_at_180_degrees),
        cmocka_unit_test(test_next_entry_closes),
        cmocka_unit_test(test_areas_before_points),
        cmocka_unit_test(test_kind),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
