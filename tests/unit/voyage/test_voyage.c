/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests voyages between calls, and the saved state of both. The ports are
 * invented: XAAAA at 37 N 125 E and XBBBB 200 km east of it. */
#include <string.h>

#include "lib/callrun.h"

static struct ports *two;

static const struct callrun_port two_ports[] = {
    {"XAAAA", 37, 125},
    {"XBBBB", 37, 127.2521}, /* 200 km: 200,000 / (111,195 cos 37) degrees */
};

static struct geo_pos home(void)
{
    return geo_to_pos((struct geo_point){37, 125});
}

/* --- voyages --- */

/* A call at XAAAA, 200 km at 10 kn, a call at XBBBB. */
#define CALL "0: -15 10; 60-200: 0 0; "
static void one_voyage(struct callrun *r)
{
    callrun_play(r, "to OLD; " CALL "to XBBBB; 210-850/10: 2>199 10; 860-930: 200 0");
    assert_int_equal(r->last_voyage.draught_departure_dm, 50);
    assert_int_equal(r->last_voyage.draught_arrival_dm, 50);
    /* the way is the geodesic, equal to PROJ's length within the rounding of positions */
    struct geo_pos end = geo_destination(r->origin, 90, 200e3);
    assert_near(r->last_voyage.distance_m, geo_distance_exact_m(r->origin, end), 1.0);
}
static void test_voyage(void **state)
{
    /* OLD was still declared when the ship last lay still; 200 km on the sphere of mean
     * radius are 200.3 km on the ellipsoid at 37 N, going east */
    assert_voyages(two, home(), one_voyage,
                   "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                   "left XAAAA 250 c4; entered XBBBB 830 c1; arrived XBBBB 860 c3",
                   "XAAAA>XBBBB 210..860 200km gap 10min [OLD] [XBBBB]");
}

static void test_destinations_in_order_once(void **state)
{
    /* NEXT is declared after the arrival, before the arrival is certain */
    assert_voyage_scene(
        two, home(),
        CALL "210-310/10: 2>40 10; to ONE; to TWO; to ; to ONE; to THREE; "
             "320-700/10: 41>199 10; 710-740: 200 0; to NEXT; 745-800: 200 0",
        "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
        "left XAAAA 240 c4; entered XBBBB 680 c1; arrived XBBBB 710 c3",
        "XAAAA>XBBBB 210..710 200km gap 10min [ONE] [TWO] [THREE]");
}

/* The ship is adrift for three days on the way, with a changing SOG and 400 m of
 * jitter: this adds no distance. */
static void adrift(struct callrun *r)
{
    callrun_play(r, CALL "210-510/10: 2>100 10");
    for (int i = 0; i < 400; i++)
        callrun_fix(r, 520 + i * 10, 100e3 + (i % 2) * 400, i % 3 == 0 ? 0.3 : 1.6);
    callrun_play(r, "4520-4860/10: 100>199 10; 4870-4940: 200 0");
}
static void test_distance(void **state)
{
    assert_voyages(two, home(), adrift,
                   "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
                   "left XAAAA 250 c4; entered XBBBB 4830 c1; arrived XBBBB 4870 c3",
                   "XAAAA>XBBBB 210..4870 200km gap 10min");
    /* back at the same port: there is no voyage, and the next begins there */
    assert_voyage_scene(
        two, home(),
        CALL "210-510/10: 2>100 10; 520-820/10: 100>2 10; 830-900: 1 0; "
             "910-1550/10: 2>199 10; 1560-1630: 200 0",
        "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
        "left XAAAA 250 c4; entered XAAAA 800 c1; arrived XAAAA 830 c3; "
        "departed XAAAA 910 c4; left XAAAA 950 c4; entered XBBBB 1530 c1; "
        "arrived XBBBB 1560 c3",
        "XAAAA>XBBBB 910..1560 199km gap 10min");
}

/* The ship is dark at the berth and on the way out: only the part of the silence after
 * the departure is a gap of the voyage. 100 km at 12 kn take 270 min. */
static void test_voyage_after_dark(void **state)
{
    assert_voyage_scene(
        two, home(), CALL "4520: 100 12; 4530-4830/10: 101>199 10; 4840-4900: 200 0",
        "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 4250.0 c4; "
        "left XAAAA 4520 c4; entered XBBBB 4810 c1; arrived XBBBB 4840 c3",
        "XAAAA>XBBBB 4250.0..4840 200km gap 270min");
    /* The same, but the ship is heard adrift and then goes back 50 km: 100 + 50 + 150
     * km, 0.15 % more on the ellipsoid going east at 37 N. A ship found at rest outside
     * may have lain there all the time: it departed when it was last heard. */
    assert_voyage_scene(
        two, home(),
        CALL "4520: 100 0.2; 4530-4630/10: 99>50 10; 4640-5040/10: 51>199 10; "
             "5050-5120: 200 0",
        "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 200 c4; "
        "left XAAAA 4520 c4; entered XBBBB 5020 c1; arrived XBBBB 5050 c3",
        "XAAAA>XBBBB 200..5050 301km gap 4320min");
}

/* The silence is the call itself: the voyage to it ends before, the next begins after.
 * The ship is unheard for 50 h from 850 on, where it made 1 kn, then heard 50 km off:
 * at 12 kn 135 min of way. */
static void test_voyages_around_a_dark_call(void **state)
{
    assert_voyage_scene(
        two, home(),
        CALL "210-840/10: 2>195 10; 850: 195 1; 3850: 145 12; 3860-4350/10: 145>1 10; "
             "4360-4430: 0 0",
        "entered XAAAA 60 c1; arrived XAAAA 60 c3; departed XAAAA 210 c4; "
        "left XAAAA 250 c4; entered XBBBB 830 c1; arrived XBBBB 850 c3; "
        "departed XBBBB 3715.0 c4; left XBBBB 3850 c4; entered XAAAA 4320 c1; "
        "arrived XAAAA 4360 c3",
        "XAAAA>XBBBB 210..850 195km gap 10min; "
        "XBBBB>XAAAA 3715.0..4360 195km gap 135min");
}

/* --- saved state --- */

static size_t save_call(const struct call_state *s, struct buf *b)
{
    struct wire_writer w = {.out = b};
    call_wire_save(s, two, &w);
    assert_false(w.failed);
    return b->length;
}

static void begin(struct callrun *r)
{
    *r = (struct callrun){.ports = two,
                          .conf = call_conf_default(),
                          .origin = home(),
                          .declared = PORT_NONE,
                          .nav_status = 1,
                          .heading_deg = 90};
    call_state_init(&r->state);
    voyage_state_init(&r->voyage);
}

/* The gazetteer lacks that port: the call is dropped. It has the port at another index:
 * the call is found. */
static void test_ports_changed(void **state)
{
    static const struct callrun_port others[] = {{"WAAAA", 1, 1}, {"XAAAA", 37, 125}};
    struct callrun r;
    begin(&r);
    callrun_play(&r, "0: 15 10; 20-90/1: 1 0");
    struct buf b = {0};
    save_call(&r.state, &b);
    struct ports *without = callrun_ports(others, 1, NULL, 0);
    struct ports *with = callrun_ports(others, 2, NULL, 0);
    struct wire_reader in;
    struct call_state loaded;
    wire_reader_init(&in, b.data, b.length);
    assert_int_equal(call_wire_load(&loaded, without, &in), 0);
    assert_true(in.at == in.end);
    assert_true(loaded.current.port == PORT_NONE);
    wire_reader_init(&in, b.data, b.length);
    assert_int_equal(call_wire_load(&loaded, with, &in), 0);
    assert_int_equal(loaded.current.port, ports_find(with, "XAAAA"));
    assert_int_equal(loaded.current.confidence, 3);
    ports_destroy(without);
    ports_destroy(with);
    buf_finish(&b);
    buf_finish(&r.events);
}

static void test_damage_is_refused(void **state)
{
    struct callrun r;
    begin(&r);
    callrun_play(&r, "0: 15 10; 20-90/1: 1 0");
    struct buf b = {0}, v = {0};
    save_call(&r.state, &b);
    struct wire_writer w = {.out = &v};
    voyage_state_save(&r.voyage, two, &w);
    print_message("a call under way: %zu bytes, a voyage: %zu bytes\n", b.length,
                  v.length);
    struct wire_reader in;
    struct call_state loaded;
    struct voyage_state voyage;
    for (size_t n = 0; n < b.length; n++) {
        wire_reader_init(&in, b.data, n);
        assert_int_equal(call_wire_load(&loaded, two, &in), ERR_CORRUPT);
        assert_true(loaded.current.port == PORT_NONE);
    }
    for (size_t n = 0; n < v.length; n++) {
        wire_reader_init(&in, v.data, n);
        assert_int_equal(voyage_state_load(&voyage, two, &in), ERR_CORRUPT);
        assert_false(voyage.is_open);
    }
    struct test_random random = {4711};
    for (int i = 0; i < 20000;
         i++) { /* a record is loaded or refused; stepping it never crashes */
        size_t at = test_random_below(&random, b.length);
        char kept = b.data[at];
        b.data[at] = (char)test_random_below(&random, 256);
        wire_reader_init(&in, b.data, b.length);
        struct callrun again = r;
        again.events = again.voyages = (struct buf){0};
        if (call_wire_load(&again.state, two, &in) == 0) {
            callrun_play(&again, "100: 1 0; 200: 30 12");
        }
        buf_finish(&again.events);
        buf_finish(&again.voyages);
        b.data[at] = kept;
    }
    buf_finish(&b);
    buf_finish(&v);
    buf_finish(&r.events);
}

static int setup(void **state)
{
    two = callrun_ports(two_ports, sizeof two_ports / sizeof two_ports[0], NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    ports_destroy(two);
    return 0;
}

TEST_MAIN(setup, teardown, TEST(test_voyage), TEST(test_destinations_in_order_once),
          TEST(test_distance), TEST(test_voyage_after_dark),
          TEST(test_voyages_around_a_dark_call), TEST(test_ports_changed),
          TEST(test_damage_is_refused))
