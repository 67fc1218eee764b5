/* SPDX-License-Identifier: Apache-2.0 */
/* Encounters and loitering where a scenario cannot say it: a reload with another `for`,
 * net markers, places of a track that wait for a tick that is slow, mutes of either ship,
 * a crowd that is not heard at the tick, restarts at every minute, and a clock that is
 * set back. */
#include "lib/enginerun.h"

static const char base[] =
    "site: t\nstate: ./s\n"
    "ports: {define: [{locode: QQAAA, name: Alpha, lat: 0, lon: -140}]}\n";

static void begin(struct enginerun *r, const char *rules)
{
    char yaml[2000];
    snprintf(yaml, sizeof yaml, "%srules:\n%s", base, rules);
    enginerun_init(r, yaml, NULL);
    r->has_detected = true;
}

static const char sts[] = "  - {id: sts, when: encounter, offshore: 0km}\n";

/* Both lie side by side, heard every ten minutes. */
static void lie_together(struct enginerun *r, double from, double to)
{
    for (double at = from; at <= to; at += 10) {
        enginerun_fix(r, 440000001, at, 5, -140, 0);
        enginerun_fix(r, 440000002, at + 1, 5.001, -140, 0);
    }
}

/* The fix of 121 gives the other its place at 120: it is heard later. */
static void told_by_the_one_heard_later(void **state)
{
    struct enginerun r;
    begin(&r, sts);
    lie_together(&r, 0, 110);
    assert_told_by(&r, "");
    lie_together(&r, 120, 120);
    assert_told_by(&r, "");
    /* Its first place is that of minute 10: two fixes are around it. */
    lie_together(&r, 130, 240);
    assert_told_by(&r, "sts encounter.started 440000001 10@131; ");
    enginerun_finish(&r);
}

/* A rule with another `for` is another rule: what is as old is told under it, once. */
static void a_reload_with_another_for(void **state)
{
    struct enginerun r;
    char yaml[2000];
    begin(&r, sts);
    lie_together(&r, 0, 70);
    snprintf(yaml, sizeof yaml,
             "%srules:\n  - {id: sts, when: encounter, offshore: 0km, for: 1h}\n", base);
    enginerun_reconfigure(&r, yaml, NULL);
    assert_told_by(&r, "");
    lie_together(&r, 80, 200);
    assert_told_by(&r, "sts encounter.started 440000001 10@81; ");
    snprintf(yaml, sizeof yaml,
             "%srules:\n  - {id: sts, when: encounter, offshore: 0km, for: 6h}\n", base);
    enginerun_reconfigure(&r, yaml, NULL);
    lie_together(&r, 210, 380);
    assert_told_by(&r, "sts encounter.started 440000001 10@371; ");
    enginerun_finish(&r);
}

/* Ticks of another length are others: the spells begin anew. */
static void a_reload_with_other_ticks(void **state)
{
    struct enginerun r;
    char yaml[2000];
    begin(&r, sts);
    lie_together(&r, 0, 110);
    snprintf(yaml, sizeof yaml, "%sdetect: {slow: {tick: 20min}}\nrules:\n%s", base, sts);
    enginerun_reconfigure(&r, yaml, NULL);
    lie_together(&r, 120, 300);
    assert_told_by(&r, "sts encounter.started 440000001 120@241; ");
    enginerun_finish(&r);
}

static void identify(struct enginerun *r, uint32_t mmsi, const char *name, bool is_b,
                     uint8_t type)
{
    struct report report = enginerun_report(mmsi, 0);
    report.has = HAS_NAME | (type != 0 ? HAS_SHIP_TYPE : 0);
    report.is_class_b = is_b;
    report.ship_type = type;
    snprintf(report.name, sizeof report.name, "%s", name);
    enginerun_send(r, &report);
}

static void net_markers_are_no_ships(void **state)
{
    static const struct {
        const char *name;
        bool is_b, is_marker;
    } rows[] = {{"12345-87%", true, true},   {"NET 12.6V", true, true},
                {"NET 12.6V", false, false}, {"NAV", true, false},
                {"V", true, false},          {"M/V 7", true, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct enginerun r;
        begin(&r, sts);
        identify(&r, 440000002, rows[i].name, rows[i].is_b, 0);
        lie_together(&r, 0, 180);
        assert_int_equal(r.alerts, rows[i].is_marker ? 0 : 1);
        enginerun_finish(&r);
    }
}

static void a_mute_of_either_mutes(void **state)
{
    static const uint32_t muted[] = {440000001, 440000002, 440000003};
    for (size_t i = 0; i < 3; i++) {
        struct enginerun r;
        char rules[400];
        snprintf(rules, sizeof rules, "%smutes: [{vessel: %u, rule: sts}]\n", sts,
                 muted[i]);
        begin(&r, rules);
        lie_together(&r, 0, 180);
        assert_int_equal(r.alerts, 1);
        assert_int_equal(r.delivered, i < 2 ? 0 : 1);
        enginerun_finish(&r);
    }
}

/* Five more, each heard once in 50 minutes: at the tick at which it would be told their
 * places are not known yet. */
static void a_crowd_counts_by_its_last_places(void **state)
{
    struct enginerun r;
    begin(&r, sts);
    for (double at = 0; at <= 300; at += 10) {
        for (uint32_t i = 0; i < 5; i++)
            if ((int)at % 50 == 0)
                enginerun_fix(&r, 440000010 + i, at + 0.1, 5.005 + 0.001 * i, -140, 0);
        lie_together(&r, at, at);
    }
    assert_told_by(&r, "");
    enginerun_finish(&r);
    begin(&r, "  - {id: sts, when: encounter, offshore: 0km, crowd: 5}\n");
    for (double at = 0; at <= 300; at += 10) {
        for (uint32_t i = 0; i < 5; i++)
            if ((int)at % 50 == 0)
                enginerun_fix(&r, 440000010 + i, at + 0.1, 5.005 + 0.001 * i, -140, 0);
        lie_together(&r, at, at);
    }
    assert_true(r.alerts >= 1);
    enginerun_finish(&r);
}

/* A restart after each minute changes nothing, nor one in the hours in which nothing is
 * heard; the end comes by its timer, 14 h after the last tick. */
static void a_restart_at_every_minute(void **state)
{
    for (double cut = 0; cut <= 240; cut++) {
        struct enginerun r;
        char yaml[2000];
        begin(&r, sts);
        snprintf(yaml, sizeof yaml, "%srules:\n%s", base, sts);
        for (double at = 0; at <= 230; at += 10) {
            if (cut >= at && cut < at + 10)
                enginerun_restart(&r, yaml, NULL);
            lie_together(&r, at, at);
        }
        if (cut == 240)
            enginerun_restart(&r, yaml, NULL);
        enginerun_tick(&r, 230 + 840 - 11);
        assert_int_equal(r.alerts, 1);
        enginerun_tick(&r, 230 + 840);
        assert_told_by(&r, "sts encounter.started 440000001 10@131; "
                           "sts encounter.ended 440000001 230@1070; ");
        enginerun_finish(&r);
        cut += cut < 100 || cut > 140 ? 12 : 0;
    }
}

/* After the clock was set back by a day ships begin anew: with the fix that was cut to
 * it. */
static void the_clock_is_set_back(void **state)
{
    struct enginerun r;
    begin(&r, sts);
    lie_together(&r, 2000, 2100);
    const int64_t from_ms = ENGINERUN_DAY0 + 2102 * MINUTE_MS;
    assert_int_equal(engine_clock_step(r.engine, from_ms, ENGINERUN_DAY0), 0);
    lie_together(&r, 10, 150);
    assert_told_by(&r, "sts encounter.started 440000001 10@131; ");
    enginerun_finish(&r);
}

/* Lie side by side from a minute of a clock that is by_min ahead. */
static void lie_together_by(struct enginerun *r, double from, double to, double by_min)
{
    lie_together(r, from + by_min, to + by_min);
}

/* A recording's clock that is set while two lie side by side: no time passed, so that
 * neither the meeting nor the spell is older for it, and what was told is not told again.
 */
static void the_clock_is_set_meanwhile(void **state)
{
    static const char rules[] =
        "  - {id: sts, when: encounter, offshore: 0km}\n"
        "  - {id: slow, when: loiter, offshore: 0km, vessels: {types: [tanker]}}\n";
    static const double steps_min[] = {420, -420, 423, -57};
    for (size_t i = 0; i < sizeof steps_min / sizeof steps_min[0]; i++) {
        struct enginerun r;
        double by = steps_min[i];
        char expected[200];
        begin(&r, rules);
        r.has_detected = false;
        lie_together(&r, 1000, 1060);
        const int64_t by_ms = (int64_t)by * MINUTE_MS;
        assert_int_equal(engine_clock_shift(r.engine, 0, by_ms), 0);
        lie_together_by(&r, 1070, 1100, by);
        assert_told_by(&r, "");
        lie_together_by(&r, 1110, 1200, by);
        /* Ticks move by whole ticks: the nearest. */
        double begun = 1010 + (by > 420 ? 420 : by < -50 && by > -60 ? -60 : by);
        snprintf(expected, sizeof expected, "sts encounter.started 440000001 %g; ",
                 begun);
        assert_told_by(&r, expected);
        assert_int_equal(engine_clock_shift(r.engine, 0, -by_ms), 0);
        lie_together(&r, 1210, 1400);
        assert_told_by(&r, "");
        for (double at = 1410; at < 1500; at += 10) {
            enginerun_fix(&r, 440000001, at, 5 - (at - 1400) * 0.00278, -140, 10);
            enginerun_fix(&r, 440000002, at + 1, 5.001, -140, 0);
        }
        snprintf(expected, sizeof expected, "sts encounter.ended 440000001 1400; ");
        assert_told_by(&r, expected);
        enginerun_finish(&r);
    }
}

TEST_MAIN(NULL, NULL, TEST(told_by_the_one_heard_later), TEST(a_reload_with_another_for),
          TEST(a_reload_with_other_ticks), TEST(net_markers_are_no_ships),
          TEST(a_mute_of_either_mutes), TEST(a_crowd_counts_by_its_last_places),
          TEST(a_restart_at_every_minute), TEST(the_clock_is_set_back),
          TEST(the_clock_is_set_meanwhile))
