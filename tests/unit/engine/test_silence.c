/* SPDX-License-Identifier: Apache-2.0 */
/* Sources and the daemon are silent: this file tests which part of a ship's silence
 * does not count, and what the gap rule does with it. "Not while the feed that heard
 * the vessel is silent", and for port calls "time in which the daemon or every feed was
 * silent does not" count. */
#include <string.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"
#include "lookout/base/time.h"

static const char yaml[] =
    "site: test\nrules:\n  - {id: gap, when: gap, events: [start], after: 6h}\n";

static int64_t at(double hour)
{
    return ENGINERUN_DAY0 + (int64_t)(hour * (double)HOUR_MS);
}

static void heard(struct enginerun *r, uint32_t mmsi, uint16_t source, double hour)
{
    struct report report = enginerun_position(mmsi, hour * 60, 36, 125, 10, 90);
    report.source = source;
    enginerun_send(r, &report);
}

/* Returns the hours of [since, now] in which the source, or all, was silent. */
static void assert_silence(const struct enginerun *r, uint16_t source, double since,
                           double one, double all)
{
    assert_near((double)silence_of(r->engine, source, at(since), NULL) / (double)HOUR_MS,
                one, 1e-9);
    assert_near((double)silence_of_all(r->engine, at(since), NULL) / (double)HOUR_MS, all,
                1e-9);
}

static void test_spans(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    heard(&r, 440000001, 0, 0);
    heard(&r, 440000002, 1, 0.5);
    assert_silence(&r, 0, 0, 0, 0);
    /* source 0 is silent from hour 0, source 1 from hour 1 on; known at 2 */
    heard(&r, 440000002, 1, 1);
    enginerun_tick(&r, 120);
    silence_set_source(r.engine, 0, true);
    assert_silence(&r, 0, 0, 2, 0);
    assert_silence(&r, 0, 1.5, 0.5, 0);
    assert_true(silence_is_now(r.engine, 0));
    silence_set_source(r.engine, 1, true);
    assert_silence(&r, 1, 0, 1, 1);
    enginerun_tick(&r, 240);
    assert_silence(&r, 1, 0, 3, 3);
    silence_set_source(r.engine, 0, false);
    enginerun_tick(&r, 300);
    assert_silence(&r, 0, 0, 4, 3); /* together: from 1 to 4 */
    assert_silence(&r, 1, 0, 4, 3);
    silence_set_source(r.engine, 1, false);
    enginerun_tick(&r, 360);
    assert_silence(&r, 1, 0, 4, 3);
    enginerun_finish(&r);
}

/* Silences one after the other are not together. */
static void test_sources_in_turn(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    heard(&r, 440000001, 0, 0);
    heard(&r, 440000002, 1, 0);
    heard(&r, 440000002, 1, 5);
    silence_set_source(r.engine, 0, true);
    silence_set_source(r.engine, 0, false); /* 0: 0 to 5 */
    heard(&r, 440000001, 0, 10);
    silence_set_source(r.engine, 1, true);
    silence_set_source(r.engine, 1, false); /* 1: 5 to 10 */
    assert_silence(&r, 0, 0, 5, 0);
    assert_silence(&r, 1, 0, 5, 0);
    enginerun_finish(&r);
}

/* The daemon was down while the source was silent, too: that time counts once. */
static void test_daemon_and_source(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    heard(&r, 440000001, 0, 0);
    enginerun_tick(&r, 60);
    silence_add_outage(r.engine, at(1), at(4));
    enginerun_tick(&r, 240);
    silence_set_source(r.engine, 0, true);
    assert_silence(&r, 0, 0, 4, 4);
    silence_set_source(r.engine, 0, false);
    assert_silence(&r, 0, 0, 4, 4);
    assert_silence(&r, 0, 3, 1, 1);
    assert_silence(&r, SOURCES_MAX, 0, 3, 4); /* no source: the daemon's alone */
    enginerun_finish(&r);
}

/* A gap of 6 h: the feed's silence of 5 h does not count, neither for the gap nor for
 * its deadline, also over a restart. */
static void test_gap(void **state)
{
    for (int restarts = 0; restarts < 2; restarts++) {
        struct enginerun r;
        enginerun_init(&r, yaml, NULL);
        heard(&r, 440000001, 0, 0);
        heard(&r, 440000002, 0, 1);
        enginerun_tick(&r, 1.2 * 60);
        silence_set_source(r.engine, 0, true);
        enginerun_tick(&r, 8 * 60);
        assert_told_by(&r, "");
        heard(&r, 440000003, 0, 9); /* the source is heard: no longer silent */
        silence_set_source(r.engine, 0, false);
        if (restarts)
            enginerun_restart(&r, yaml, NULL);
        enginerun_tick(&r, 13.99 * 60);
        assert_told_by(&r, ""); /* 6 h and 8 h of silence */
        enginerun_tick(&r, 14 * 60);
        assert_told_by(&r, "gap gap.started 440000001 840; ");
        enginerun_tick(&r, 15 * 60);
        assert_told_by(&r,
                       "gap gap.started 440000002 900; gap gap.started 440000003 900; ");
        enginerun_finish(&r);
    }
}

static void test_gap_after_an_outage(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    heard(&r, 440000001, 0, 0);
    enginerun_restart(&r, yaml, NULL);
    silence_add_outage(r.engine, at(0), at(10));
    enginerun_tick(&r, 15.99 * 60);
    assert_told_by(&r, "");
    enginerun_tick(&r, 16 * 60);
    assert_told_by(&r, "gap gap.started 440000001 960; ");
    enginerun_finish(&r);
}

/* There are more outages than the memory holds: the newest count. */
static void test_many(void **state)
{
    struct enginerun r;
    enginerun_init(&r, yaml, NULL);
    heard(&r, 440000001, 0, 0);
    for (int i = 0; i < 3 * OUTAGES_MAX; i++)
        silence_add_outage(r.engine, at(i + 0.5), at(i + 1));
    enginerun_tick(&r, 60 * 3 * OUTAGES_MAX);
    assert_silence(&r, 0, 2 * OUTAGES_MAX, OUTAGES_MAX * 0.5, OUTAGES_MAX * 0.5);
    assert_silence(&r, 0, 3 * OUTAGES_MAX - 0.25, 0.25, 0.25);
    /* a source that does not exist */
    silence_set_source(r.engine, SOURCES_MAX, true);
    assert_false(silence_is_now(r.engine, SOURCES_MAX));
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_spans), TEST(test_sources_in_turn),
          TEST(test_daemon_and_source), TEST(test_gap), TEST(test_gap_after_an_outage),
          TEST(test_many))
