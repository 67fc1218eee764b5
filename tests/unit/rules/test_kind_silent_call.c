/* SPDX-License-Identifier: Apache-2.0 */
/* Kind silent_call where scenarios do not reach: feeds and the daemon that were silent,
 * others that were heard only until `after`, late reports, restarts and reloads inside
 * the silence, and reports of one moment in any order. The ship lies 53 nm off Nampo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"

#define REACH "detect: {reach: {radius: 300nm}}\n"
static const char yaml[] =
    "site: test\n" REACH "rules:\n  - {id: unseen, when: silent_call, ports: [KPNAM], "
    "vessels: {flags: [KR]}, events: [possible, unknown]}\n";
static const char before[] =
    "site: test\n" REACH "rules:\n  - {id: other, when: silent_call, ports: [KPNAM], "
    "vessels: {types: [tug], flags: [US]}}\n";
enum { SHIP = 440000001, OTHERS = 412000011 };

static void hear_others(struct enginerun *r, double hour)
{
    for (unsigned i = 0; i < 4; i++)
        enginerun_fix(r, OTHERS + i, hour * 60, 38.3 + 0.02 * i, 124.5, 0);
}

static void hear_ship(struct enginerun *r, double hour)
{
    enginerun_fix(r, SHIP, hour * 60, 38.3, 124.4, 0);
}

/* Silent from 0 on; others go on being heard, every hour from..to. */
static void begin(struct enginerun *r, const char *text, int from, int to)
{
    enginerun_init(r, text, NULL);
    hear_ship(r, 0);
    for (int hour = from; hour <= to; hour++)
        hear_others(r, hour);
}

/* 20 h of the silence are the feed's. */
static void feed_was_silent(void **state)
{
    for (int extra = 0; extra < 2; extra++) {
        struct enginerun r;
        begin(&r, yaml, 0, 1);
        silence_set_source(r.engine, 0, true);
        enginerun_tick(&r, 21 * 60);
        silence_set_source(r.engine, 0, false);
        for (int hour = 21; hour <= 25 + 2 * extra; hour++)
            hear_others(&r, hour);
        hear_ship(&r, 25.5 + 2 * extra);
        assert_told_by(&r, extra ? "unseen silent_call.possible 440000001 1650; " : "");
        if (extra)
            assert_string_equal(enginerun_member(&r, "data.silent_call.hours"), "27.5");
        enginerun_finish(&r);
    }
}

static void daemon_was_down(void **state)
{
    struct enginerun r;
    begin(&r, yaml, 0, 1);
    silence_add_outage(r.engine, ENGINERUN_DAY0 + HOUR_MS, ENGINERUN_DAY0 + 21 * HOUR_MS);
    for (int hour = 21; hour <= 25; hour++)
        hear_others(&r, hour);
    hear_ship(&r, 25.5);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

/* Those count who were heard until `after`, not those who came days later. */
static void others_are_counted_in_time(void **state)
{
    struct enginerun r;
    begin(&r, yaml, 1, 5);
    hear_others(&r, 40);
    hear_ship(&r, 60);
    assert_told_by(&r, "unseen silent_call.possible 440000001 3600; ");
    assert_string_equal(enginerun_member(&r, "data.silent_call.coverage"), "good");
    enginerun_finish(&r);
    begin(&r, yaml, 7, 59);
    hear_ship(&r, 60);
    assert_told_by(&r, "unseen silent_call.unknown 440000001 3600; ");
    assert_string_equal(enginerun_member(&r, "data.silent_call.others_heard"), "0");
    assert_string_equal(enginerun_member(&r, "data.silent_call.reach.0.verdict"),
                        "unknown");
    enginerun_finish(&r);
}

/* One silence, one alert; the next one counts anew. */
static void once_a_silence(void **state)
{
    struct enginerun r;
    begin(&r, yaml, 0, 59);
    hear_ship(&r, 60);
    hear_ship(&r, 61);
    assert_told_by(&r, "unseen silent_call.possible 440000001 3600; ");
    for (int hour = 61; hour <= 67; hour++)
        hear_others(&r, hour);
    hear_ship(&r, 66.9);
    assert_told_by(&r, "");
    enginerun_finish(&r);
}

static void restarts(void **state)
{
    for (int hour = 1; hour <= 13; hour += 4) {
        struct enginerun r;
        begin(&r, yaml, 0, hour);
        enginerun_restart(&r, yaml, NULL);
        for (int later = hour; later < 60; later++)
            hear_others(&r, later);
        hear_ship(&r, 60);
        assert_told_by(&r, "unseen silent_call.possible 440000001 3600; ");
        assert_string_equal(enginerun_member(&r, "data.silent_call.silent_from"),
                            "2024-03-24T00:00:00Z");
        enginerun_finish(&r);
    }
}

/* A rule that comes inside the silence counts it from its begin. */
static void reloads(void **state)
{
    for (int hour = 1; hour <= 13; hour += 6) {
        struct enginerun r;
        begin(&r, before, 0, hour);
        enginerun_reconfigure(&r, yaml, NULL);
        for (int later = hour + 1; later < 30; later++)
            hear_others(&r, later);
        hear_ship(&r, 30);
        assert_told_by(&r, "unseen silent_call.possible 440000001 1800; ");
        enginerun_finish(&r);
    }
}

/* All that is heard at one moment, in any order. */
static void any_order(void **state)
{
    struct test_random random = {14};
    for (int round = 0; round < 10; round++) {
        struct enginerun r;
        enginerun_init(&r, yaml, NULL);
        for (int hour = 0; hour <= 30; hour++) {
            unsigned order[5] = {0, 1, 2, 3, 4};
            for (unsigned i = 4; i > 0; i--) {
                unsigned k = (unsigned)test_random_below(&random, i + 1), kept = order[i];
                order[i] = order[k];
                order[k] = kept;
            }
            for (unsigned i = 0; i < 5; i++) {
                if (order[i] < 4)
                    enginerun_fix(&r, OTHERS + order[i], hour * 60,
                                  38.3 + 0.02 * order[i], 124.5, 0);
                else if (hour == 0 || hour == 30)
                    hear_ship(&r, hour);
            }
        }
        assert_told_by(&r, "unseen silent_call.possible 440000001 1800; ");
        assert_string_equal(enginerun_member(&r, "data.silent_call.others_heard"), "4");
        enginerun_finish(&r);
    }
}

/* Replayed, it is the same alert. */
static void same_id(void **state)
{
    char first[64] = "";
    for (int i = 0; i < 2; i++) {
        struct enginerun r;
        begin(&r, yaml, 0, 29);
        hear_ship(&r, 30);
        if (i == 0)
            snprintf(first, sizeof first, "%s", enginerun_member(&r, "id"));
        assert_string_equal(enginerun_member(&r, "id"), first);
        enginerun_finish(&r);
    }
}

TEST_MAIN(NULL, NULL, TEST(feed_was_silent), TEST(daemon_was_down),
          TEST(others_are_counted_in_time), TEST(once_a_silence), TEST(restarts),
          TEST(reloads), TEST(any_order), TEST(same_id))
