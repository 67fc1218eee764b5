/* SPDX-License-Identifier: Apache-2.0 */
/* A jammed week: 1, 3 and 300 ships sail to and fro in the Gulf of Finland, and are heard
 * for hours at an airport instead. Nothing of that is a gap, a call or an event of a
 * zone. What must be told follows from the contract, section 5. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"
#include "lookout/base/time.h"

#define FIRST 230000001u

/* A port at the airport, and a zone around it. The ships pass shipped ports. */
#define RULES                                                                            \
    "site: test\n"                                                                       \
    "ports:\n"                                                                           \
    "  define:\n"                                                                        \
    "    - {locode: XXAIR, name: Airfield, lat: 59.80, lon: 30.26, entry: 10km}\n"       \
    "zones: [zones.geojson]\n"                                                           \
    "rules:\n"                                                                           \
    "  - {id: gaps, when: gap, after: 6h, moored: 6h}\n"                                 \
    "  - {id: calls, when: port_call, min_confidence: 1, at_start: all}\n"               \
    "  - {id: zones, when: zone, zones: [air], at_start: all}\n"                         \
    "  - {id: where, when: position}\n"
/* With fields of distances over water, which take their time. */
static const char yaml[] = RULES
    "  - {id: dark, when: silent_call, ports: [EETLL], events: [possible, unknown]}\n"
    "  - {id: far, when: route, route: \"~EETLL >> XXAIR\"}\n";
static const char plain_yaml[] = RULES;
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"air\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[30,59.6],"
    "[30.6,59.6],[30.6,60],[30,60],[30,59.6]]]}}]}";

/* The week of one ship, in minutes: heard every 10, jammed from `from` for `hours` in
 * each round of `round` hours. */
struct week {
    uint32_t ships;
    double from_h, hours, round_h;
};

static bool is_jammed(const struct week *w, double minute)
{
    double at = fmod(minute / 60, w->round_h);
    return minute / 60 >= w->from_h && at >= w->from_h && at < w->from_h + w->hours;
}

/* To and fro along 59.9 N between 22 and 27 E at 12 kn, 0.4 degree of longitude an hour;
 * each ship a little apart. */
static void true_place(uint32_t ship, double minute, double ret[2])
{
    double along = fmod(minute / 60 * 0.4 + ship * 0.013, 10.0);
    ret[0] = 59.9 + (ship % 20) * 0.002;
    ret[1] = 22 + (along < 5 ? along : 10 - along);
}

/* Round the airport at 20 kn: 2 km off, one round in 20 minutes. */
static void false_place(uint32_t ship, double minute, double ret[2])
{
    double angle = (minute / 20 + ship * 0.1) * 2 * 3.14159265358979;
    ret[0] = 59.80 + 0.018 * cos(angle);
    ret[1] = 30.26 + 0.036 * sin(angle);
}

static void sail_week(struct enginerun *r, const struct week *w, double from, double to)
{
    for (double minute = from; minute < to; minute += 10)
        for (uint32_t i = 0; i < w->ships; i++) {
            double at[2], now = minute + i * 9.0 / w->ships;
            if (is_jammed(w, minute))
                false_place(i, now, at);
            else
                true_place(i, now, at);
            enginerun_fix(r, FIRST + i, now, at[0], at[1],
                          is_jammed(w, minute) ? 20 : 12);
        }
}

static uint32_t count(const char *told, const char *type)
{
    uint32_t n = 0;
    while ((told = strstr(told, type)) != NULL) {
        told++;
        n++;
    }
    return n;
}

/* Jammed for 8 of each 12 hours: 14 times in the week. */
static void test_jammed_week(void **state)
{
    static const uint32_t ships[] = {1, 3, 300};
    for (size_t k = 0; k < (test_is_sanitized() ? 2 : 3); k++) {
        const struct week w = {ships[k], 3, 8, 12};
        struct enginerun r;
        enginerun_init(&r, yaml, zones);
        sail_week(&r, &w, 0, 7 * 24 * 60);
        const char *told = buf_text(&r.told);
        assert_int_equal(count(told, "where position.misplaced"), ships[k] * 14);
        assert_int_equal(count(told, "where position.returned"), ships[k] * 14);
        assert_int_equal(count(told, ";"), ships[k] * 28);
        assert_int_equal(count(buf_text(&r.calls), "arrived"), 0);
        /* Of each first wave the first three have no three others. */
        uint32_t disturbed = count(buf_text(&r.bodies), "\"interference\":");
        if (ships[k] < 4)
            assert_int_equal(disturbed, 0);
        else
            assert_in_range(disturbed, ships[k] * 26, ships[k] * 28);
        enginerun_finish(&r);
    }
}

/* Jammed from the third hour on without an end: after 48 h what is heard at the airport
 * is a track as any other, but nobody is silent; when the ship is heard again where it
 * can be, the airport is forgotten. */
static void test_jammed_throughout(void **state)
{
    const struct week w = {3, 3, 6.5 * 24 - 3, 1000};
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    sail_week(&r, &w, 0, 8 * 24 * 60);
    const char *told = buf_text(&r.told);
    assert_int_equal(count(told, "where position.misplaced"), 3);
    assert_int_equal(count(told, "where position.returned"), 0);
    assert_int_equal(count(told, "gaps "), 0);
    assert_int_equal(count(told, "arrived"), 0);
    assert_int_equal(count(told, "zones zone.entered"), 3); /* after the 48 h */
    assert_int_equal(count(told, "zones zone.lost"), 0);
    enginerun_finish(&r);
}

/* Saved and loaded every few hours: the same alerts. */
static void test_restarts(void **state)
{
    static const struct week w = {4, 3, 8, 12};
    struct enginerun plain, restarted;
    enginerun_init(&plain, plain_yaml, zones);
    enginerun_init(&restarted, plain_yaml, zones);
    sail_week(&plain, &w, 0, 2 * 24 * 60);
    for (double at = 0; at < 2 * 24 * 60; at += 230) {
        sail_week(&restarted, &w, at, fmin(at + 230, 2 * 24 * 60));
        if ((int)at % 460 == 0)
            enginerun_restart(&restarted, plain_yaml, zones);
        else
            enginerun_reconfigure(&restarted, plain_yaml, zones);
    }
    assert_string_equal(buf_text(&plain.told), buf_text(&restarted.told));
    assert_string_equal(buf_text(&plain.bodies), buf_text(&restarted.bodies));
    enginerun_finish(&plain);
    enginerun_finish(&restarted);
}

TEST_MAIN(NULL, NULL, TEST(test_jammed_week), TEST(test_jammed_throughout),
          TEST(test_restarts))
