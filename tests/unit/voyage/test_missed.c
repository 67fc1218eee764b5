/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests stays outside every port, gathered by place. */
#include "lookout/voyage/missed.h"

#include <stdlib.h>

#include "lib/ports_fixture.h"
#include "lookout/base/time.h"

static struct ports *ports;

static int load(void **state)
{
    ports = fixture_ports("XXAAA,Alpha,10,20,10,,\n");
    return 0;
}

static int unload(void **state)
{
    ports_destroy(ports);
    return 0;
}

/* A ship lies still, with a report every ten minutes. */
struct lying {
    uint32_t mmsi;
    double lat, lon;
    int64_t from_min, to_min;
    unsigned sog_dkn;
};

static void lie(struct missed *m, struct lying l)
{
    for (int64_t minute = l.from_min; minute <= l.to_min; minute += 10) {
        struct report r = {.mmsi = l.mmsi,
                           .time_ms = minute * MINUTE_MS,
                           .has = HAS_POSITION | HAS_SOG,
                           .pos = fixture_pos(l.lat, l.lon),
                           .sog_dkn = (uint16_t)l.sog_dkn};
        assert_int_equal(missed_report(m, &r), 0);
    }
}

/* 0.01 degree of latitude is 1.1 km; Alpha's point is 111.2 km from 11 N. */
static void test_stays_are_gathered(void **state)
{
    struct missed *m = missed_create(ports, 6 * HOUR_MS);
    const struct missed_place *places = NULL;
    size_t n = 0;
    assert_non_null(m);
    lie(m, (struct lying){366000001, 11.00, 20, 0, 600, 0});     /* 10 h */
    lie(m, (struct lying){366000002, 11.02, 20, 1000, 1480, 2}); /* 8 h, 2.2 km off */
    lie(m, (struct lying){366000001, 11.01, 20, 2000, 2420, 0}); /* 7 h more */
    lie(m, (struct lying){366000003, 11.50, 20, 0, 1200, 0});    /* 20 h elsewhere */
    lie(m, (struct lying){366000004, 11.00, 20, 0, 300, 0});     /* too short */
    lie(m, (struct lying){366000005, 10.05, 20, 0, 900, 0});     /* in the port */
    lie(m, (struct lying){366000006, 11.00, 20, 0, 900, 16});    /* 1.6 kn: no stop */
    lie(m, (struct lying){3669999, 11.00, 20, 0, 900, 0});       /* a coast station */
    assert_int_equal(missed_places(m, &places, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(places[0].ships, 2);
    assert_int_equal(places[0].stays, 3);
    assert_int_equal(places[0].total_ms, 25 * HOUR_MS);
    assert_int_equal(places[0].mmsi, 366000001);
    assert_int_equal(places[0].port, 0);
    assert_near(places[0].port_m, 111195, 1);
    assert_int_equal(places[1].ships, 1);
    assert_int_equal(places[1].total_ms, 20 * HOUR_MS);
    missed_destroy(m);
}

/* A stop ends at 1.5 kn held for 10 min, when the ship has moved 1 km, or when nothing
 * was heard for a day. */
static void test_what_ends_a_stay(void **state)
{
    struct missed *m = missed_create(ports, 6 * HOUR_MS);
    const struct missed_place *places = NULL;
    size_t n = 0;
    assert_non_null(m);
    lie(m, (struct lying){366000001, 11.00, 20, 0, 240, 0});
    lie(m, (struct lying){366000001, 11.00, 20, 250, 270, 20});
    lie(m, (struct lying){366000001, 11.00, 20, 280, 480, 0});
    lie(m, (struct lying){366000002, 12.00, 20, 0, 240, 0});
    lie(m, (struct lying){366000002, 12.01, 20, 250, 480, 0});
    lie(m, (struct lying){366000003, 13.00, 20, 0, 100, 0});
    lie(m, (struct lying){366000003, 13.00, 20, 100 + 25 * 60, 200 + 25 * 60, 0});
    assert_int_equal(missed_places(m, &places, &n), 0);
    assert_int_equal(n, 0);
    missed_destroy(m);
    missed_destroy(NULL);
}

TEST_MAIN(load, unload, TEST(test_stays_are_gathered), TEST(test_what_ends_a_stay))
