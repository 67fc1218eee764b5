/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests which of several ports has a call, whether it is at an anchorage or a
 * berth, and the machine's table. */
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
/* --- which port --- */

static void test_nearer_port_takes_over(void **state)
{
    /* 18 km/h: within 10 km of XBBBB from 25 km (50 min); 2 km nearer to XAAAA from
     * 6.5 km (111.7 min) on */
    /* XBBBB lies 15 km east of XAAAA: a ship from the east meets its circle first, and
     * a ship bound for XAAAA passes 0 km from it. */
    assert_call_scene(many, home(), "0-130: 40>1 10; 140-300: 1 0",
                      "entered XBBBB 50 c1; left XBBBB 115 c1; entered XAAAA 115 c1; "
                      "arrived XAAAA 140 c3");
}

static void test_declared_port_wins(void **state)
{
    /* 5.5 km from XBBBB */
    assert_call_scene(many, home(), "bound XAAAA; 0: 26 10; 60: 9.5 10; 70-200: 9 0",
                      "entered XAAAA 60 c1; arrived XAAAA 70 c3");
    assert_call_scene(many, home(), "0: 26 10; 60: 9.5 10; bound XAAAA; 70-200: 9 0",
                      "entered XBBBB 60 c1; left XBBBB 70 c1; entered XAAAA 70 c1; "
                      "arrived XAAAA 70 c3");
}

static void test_switch_after_a_stop_only(void **state)
{
    /* The ship has called at XAAAA and goes east, past XBBBB or to it. */
    assert_call_scene(many, home(), "0: -15 10; 60-200: 1 0; 210-345: 2>42 10",
                      "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                      "left XAAAA 245 c4; entered XBBBB 245 c1; left XBBBB 295 c1");
    /* 10 km from XAAAA, 5 km from XBBBB */
    assert_call_scene(many, home(),
                      "0: -15 10; 60-200: 1 0; 210-230: 3>9 10; 240-500: 10 0",
                      "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                      "left XAAAA 240 c4; entered XBBBB 240 c1; arrived XBBBB 240 c3");
    /* 30 min more there: the 55 min before do not count any longer */
    assert_call_scene(many, home(),
                      "0: -15 10; 60-200: 1 0; 210-230: 3>9 10; 240-295: 10 0; 310: 5 "
                      "10; 320-330: 2 0; 340-360: 3>9 10; 370-400: 10 0",
                      "entered XAAAA 60 c1; arrived XAAAA 60 c3");
}

/* The ship drifts on the line midway between two ports, a mile to and fro. */
static void midway(struct callrun *r)
{
    callrun_fix(r, 0, 7.5 * KM, 3);
    for (int i = 1; i < 200; i++)
        callrun_fix(r, i * 5, 7.5 * KM + (i % 2 == 0 ? 800 : -800), 1);
}
static void test_midway_does_not_flap(void **state)
{
    assert_calls(many, home(), midway, "entered XAAAA 0 c1");
}

static void test_same_ports_are_one(void **state)
{
    /* ZDDDD and ZEEEE are one port with the code of the first and the area of both. The
     * ship is 3.5 km from ZEEEE, 14 km from ZDDDD */
    assert_call_scene(many, geo_to_pos((struct geo_point){20, 110}),
                      "0-60: 40>21 10; 70-140: 14 0; 150-240: 12>-11 10; 245: -12.5 10",
                      "entered ZDDDD 70 c1; arrived ZDDDD 70 c3; departed ZDDDD 150 c4; "
                      "left ZDDDD 245 c4");
}

static void test_port_at_180_degrees(void **state)
{
    assert_call_scene(
        many, geo_to_pos((struct geo_point){52, 180}),
        "0: 30 10; 60: 9 10; 90: 2 10; 100-170: -1 0; 190: -5 10; 220: -13 10",
        "entered YCCCC 60 c1; arrived YCCCC 100 c3; departed YCCCC 190 c4; "
        "left YCCCC 220 c4");
}

static void test_next_entry_closes(void **state)
{
    /* The ship goes straight from the area of one port into that of another. */
    assert_call_scene(many, home(), "0: -15 10; 60-130: -3 0; 200: 20 12; 230-300: 14 0",
                      "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 200 c4; "
                      "left XAAAA 200 c4; entered XBBBB 200 c1; arrived XBBBB 230 c3");
}

/* XBBBB has an area of 0.1 x 0.1 degree around its point (8.9 x 11.1 km), within
 * XAAAA's circle at its western edge: areas win over points, however near these are. */
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
    assert_int_equal(ports_csv_read(b, csv, sizeof csv - 1, NULL, NULL), 0);
    assert_int_equal(ports_areas_read(b, area, sizeof area - 1, NULL, NULL), 0);
    assert_int_equal(ports_assemble(b, &ports, &err), 0);
    ports_builder_destroy(b);
    return ports;
}

static void test_areas_before_points(void **state)
{
    struct ports *ports = with_area();
    /* The edge is 8.0 km east of XAAAA: 0.09 degree x 111.195 km x cos 37. */
    assert_call_scene(ports, home(), "0: -15 10; 60: 5 8; 70-140: 8.1 0",
                      "entered XAAAA 60 c1; left XAAAA 70 c1; entered XBBBB 70 c1; "
                      "arrived XBBBB 70 c3");
    assert_call_scene(ports, home(), "0: -15 10; 60: 5 8; 70-140: 7.9 0",
                      "entered XAAAA 60 c1; arrived XAAAA 70 c3");
    /* East of it no other port is near: the ship has left at 1 km beyond the edge, 16.9
     * km east. */
    assert_call_scene(ports, home(), "0: 25 10; 60-120: 16 0; 130: 17.8 4; 140: 18.0 4",
                      "entered XBBBB 60 c1; arrived XBBBB 60 c3; departed XBBBB 130 c4; "
                      "left XBBBB 140 c4");
    ports_destroy(ports);
}

/* --- kind --- */

/* How a ship lies in the port, and the kind of the call. */
static const struct {
    int status, swing_deg;
    double spread_m;
    enum call_kind kind;
} lies[] = {
    {1, 0, 0, CALL_KIND_ANCHORAGE}, /* the crew's status says so */
    {5, 90, 300, CALL_KIND_BERTH},  /* the crew's status says so */
    {0, 70, 110, CALL_KIND_ANCHORAGE}, {0, 14, 40, CALL_KIND_BERTH},
    {0, 30, 80, CALL_KIND_UNKNOWN},
};
static size_t lie;

static void lie_in_port(struct callrun *r)
{
    callrun_fix(r, 0, 15 * KM, 10);
    for (int i = 0; i < 30; i++) {
        r->nav_status = lies[lie].status;
        r->heading_deg = (350 + (i % 3) * lies[lie].swing_deg / 2) % 360;
        callrun_fix(r, 20 + i * 5, 5 * KM + (i % 2) * lies[lie].spread_m, 0);
    }
    r->heading_deg = -1;
    callrun_fix(r, 200, 13 * KM, 12);
    assert_int_equal(r->last_call.kind, lies[lie].kind);
}

static void test_kind(void **state)
{
    for (lie = 0; lie < sizeof lies / sizeof lies[0]; lie++)
        assert_calls(one, home(), lie_in_port,
                     "entered XAAAA 20 c1; arrived XAAAA 20 c3; departed XAAAA 200 c4; "
                     "left XAAAA 200 c4");
    assert_string_equal(call_kind_name(CALL_KIND_ANCHORAGE), "anchorage");
    assert_string_equal(call_kind_name(CALL_KIND_BERTH), "berth");
    assert_string_equal(call_kind_name(CALL_KIND_UNKNOWN), "unknown");
}

/* --- the table --- */

/* No edge is there twice, none is outside the enums; every phase but the first is
 * reached, and every happening has an edge. */
static void test_table(void **state)
{
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
    static const char *const same[] = {"ZDDDD", "ZEEEE"};
    one = callrun_ports(many_ports, 1, NULL, 0);
    many = callrun_ports(many_ports, sizeof many_ports / sizeof many_ports[0], same, 2);
    return 0;
}

static int teardown(void **state)
{
    ports_destroy(one);
    ports_destroy(many);
    return 0;
}

TEST_MAIN(setup, teardown, TEST(test_nearer_port_takes_over),
          TEST(test_declared_port_wins), TEST(test_switch_after_a_stop_only),
          TEST(test_midway_does_not_flap), TEST(test_same_ports_are_one),
          TEST(test_port_at_180_degrees), TEST(test_next_entry_closes),
          TEST(test_areas_before_points), TEST(test_kind), TEST(test_table))
