/* SPDX-License-Identifier: Apache-2.0 */
/* Bad fixes change nothing: up to ten of them within 30 min, wherever they lie, leave
 * every alert as it was, if the reported speeds cannot make the steps to them. An
 * invented ship lies at a quay, crosses a gate and a zone, and lies at another quay. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/base/units.h"

enum { SHIP = 440000001, OTHER = 440000009 };

static const char yaml[] =
    "site: test\nzones: [zones.geojson]\nvessels: [{id: ship, mmsi: 440000001}]\n"
    "ports:\n  define:\n"
    "    - {locode: QQAAA, name: Alpha, lat: 36, lon: -150, entry: 2km, exit: 3km}\n"
    "    - {locode: QQBBB, name: Beta, lat: 36, lon: -149, entry: 2km, exit: 3km}\n"
    "    - {locode: QWCCC, name: Gamma, lat: 36, lon: -148, entry: 2km, exit: 3km}\n"
    "rules:\n"
    "  - {id: zone, when: zone, zones: [box], events: [enter, exit]}\n"
    "  - {id: gate, when: gate}\n"
    "  - {id: calls, when: port_call, at_start: all, events: [enter, arrive, depart, "
    "leave]}\n"
    "  - {id: legs, when: voyage}\n"
    "  - {id: lay, when: stopped, for: 90min, vessels: watched}\n"
    "  - {id: route, when: route, route: \"QQAAA >> QQBBB >> QWCCC\"}\n";
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":"
    "\"Polygon\",\"coordinates\":[[[-149.6,35.9],[-149.4,35.9],[-149.4,36.1],[-149.6,36."
    "1],"
    "[-149.6,35.9]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"line\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[-149.7,35.9],[-149.7,36.1]]}}]}";

/* At 36 N the ship calls at the ports, at 33 N it lies as long where there is none. */
static double parallel = 36;

/* Returns where the ship truly is: at Alpha until 120, then at 12 kn along the parallel
 * for 90 km (243 min), at Beta until 620, then on to Gamma. */
static struct report true_fix(double minute)
{
    const double turn = 243;
    double share = minute < 120 ? 0 : minute < 120 + turn ? (minute - 120) / turn : 1;
    double onward = minute < 620 ? 0 : (minute - 620) / turn;
    bool is_sailing = (share > 0 && share < 1) || onward > 0;
    return enginerun_position(SHIP, minute, parallel, -150 + share + onward,
                              is_sailing ? 12.0 : 0.0, 90);
}

/* Returns a place so far away that neither 12 kn nor a rest explains it from any fix
 * within the next hour: 1.5 x 12 kn for 62 min are 34.5 km. */
static void move_away(struct report *r, struct test_random *random)
{
    bool is_sailing = r->sog_dkn != 0;
    double least_m = is_sailing ? 35000 : 600;
    double m = least_m + (double)test_random_below(random, 50000 - (uint64_t)least_m);
    double bearing = (double)test_random_below(random, 360);
    r->pos = geo_destination(r->pos, bearing, m);
}

struct burst {
    double from;     /* minute of the first */
    double span;     /* minutes */
    unsigned count;  /* at most ten */
    bool is_agreed;  /* all at one place */
    bool is_instead; /* they replace the true fixes, else lie between */
};

static char *play(double step, const struct burst *burst, struct test_random *random)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    unsigned left = burst != NULL ? burst->count : 0;
    struct report agreed = true_fix(burst != NULL ? burst->from : 0);
    move_away(&agreed, random);
    for (double minute = 0; minute <= 900; minute += step) {
        struct report report = true_fix(minute), bad = report;
        struct report other = enginerun_position(OTHER, minute, 30, -170, 0, 0);
        bool is_bad = left > 0 && minute >= burst->from &&
                      minute <= burst->from + burst->span &&
                      (burst->is_instead || (int)(minute / step) % 2 == 1);
        if (is_bad) {
            move_away(&bad, random);
            if (burst->is_agreed)
                bad.pos = agreed.pos;
            enginerun_send(&r, &bad);
            left--;
        } else {
            enginerun_send(&r, &report);
        }
        enginerun_send(&r, &other);
        if (minute == 300)
            enginerun_restart(&r, yaml, zones);
    }
    char *told = strdup(buf_text(&r.told));
    enginerun_finish(&r);
    return told;
}

/* The crossing of a boundary is interpolated between the fixes around it, so a burst
 * keeps away from these fixes, and from those at which a stop begins and ends. */
static bool is_clear_of_events(const struct burst *b)
{
    static const double events[] = {120, 193, 217, 266, 363, 620};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i] > b->from - 25 && events[i] < b->from + b->span + 25)
            return false;
    return true;
}

static const double steps[] = {2, 3, 5, 10};

/* Asserts that bursts change nothing in without[i]; frees the texts. */
static void check_bursts(char *without[4], struct test_random *random)
{
    /* Sanitized runs are slow: a slice. */
    const char *sanitized = getenv("LOOKOUT_SANITIZED");
    int played = 0, runs = sanitized != NULL && sanitized[0] != 0 ? 15 : 100;
    for (int run = 0; played < runs; run++) {
        struct burst b = {.from = 20 + (double)test_random_below(random, 800),
                          .span = (double)test_random_below(random, 30),
                          .count = 1 + (unsigned)test_random_below(random, 10),
                          .is_agreed = test_random_below(random, 2) != 0,
                          .is_instead = test_random_below(random, 2) != 0};
        size_t i = (size_t)test_random_below(random, 4);
        if (!is_clear_of_events(&b))
            continue;
        played++;
        char *with = play(steps[i], &b, random);
        if (strcmp(with, without[i]) != 0)
            print_message("step %g: %u bad fixes from %g for %g min, agreed %d, instead "
                          "%d\n",
                          steps[i], b.count, b.from, b.span, b.is_agreed, b.is_instead);
        assert_string_equal(with, without[i]);
        free(with);
    }
    for (size_t i = 0; i < 4; i++)
        free(without[i]);
}

static void test_any_burst_of_ten(void **state)
{
    struct test_random random = {20261130};
    char *without[4];
    (void)state;
    for (size_t i = 0; i < 4; i++)
        without[i] = play(steps[i], NULL, &random);
    assert_non_null(strstr(without[0], "gate gate.crossed"));
    assert_non_null(strstr(without[0], "zone zone.exited"));
    assert_non_null(strstr(without[0], "legs voyage.completed"));
    assert_non_null(strstr(without[0], "route route.progressed"));
    check_bursts(without, &random);
}

/* The ship is in no port: it lay there from the beginning, and again. */
static void test_any_burst_at_sea(void **state)
{
    struct test_random random = {20261130};
    char *without[4];
    (void)state;
    parallel = 33;
    for (size_t i = 0; i < 4; i++) {
        without[i] = play(steps[i], NULL, &random);
        assert_non_null(strstr(without[i], "lay stop.started 440000001 0; "));
        assert_non_null(strstr(without[i], "lay stop.ended 440000001 1"));
        assert_non_null(strstr(without[i], "lay stop.started 440000001 3"));
        assert_non_null(strstr(without[i], "lay stop.ended 440000001 6"));
        assert_null(strstr(without[i], "calls"));
    }
    check_bursts(without, &random);
    parallel = 36;
}

/* The nearest miss: twelve fixes continue from a jump, 7 km away. The ship is there, at
 * each fix's own time. */
static void test_twelve_are_the_ship(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    r.has_detected = true;
    for (int minute = 0; minute <= 90; minute += 3)
        enginerun_fix(&r, SHIP, minute, 36, -150, 0);
    buf_clear(&r.told);
    for (int k = 1; k <= 11; k++)
        enginerun_fix(&r, SHIP, 90 + k, 36, -149.92, 0);
    assert_told_by(&r, "");
    enginerun_fix(&r, SHIP, 102, 36, -149.92, 0);
    assert_told_by(
        &r, "calls port.departed 440000001 91@102; calls port.left 440000001 91@102; ");
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_any_burst_of_ten), TEST(test_any_burst_at_sea),
          TEST(test_twelve_are_the_ship))
