/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests which reports are copies of others. The reports are texts as feeds send
 * them: in the same form or in another, late, rounded, without the UTC second. Some are
 * nearly copies, but are not. A line is "source seconds text"; the expected value names
 * the lines that pass, in letters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/inputrun.h"
#include "lib/testlib.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

enum { SOURCES = 3 };
#define START INPUTRUN_START

struct ear {
    struct merge *merge;
    const struct report *passed; /* the last one; NULL: none */
    uint64_t copies;
};

static void begin(struct ear *ear)
{
    struct merge_source_conf conf = {.is_live = true};
    memset(ear, 0, sizeof *ear);
    ear->merge = merge_create();
    assert_non_null(ear->merge);
    for (int i = 0; i < SOURCES; i++)
        assert_int_equal(merge_add(ear->merge, &conf), i);
}

static void end(struct ear *ear)
{
    merge_destroy(ear->merge);
}

/* The report of the text comes from that source, `second` after the start, and has the
 * time of its arrival. Returns whether it passes. */
static bool hear(struct ear *ear, uint16_t source, double second, const char *text)
{
    struct inputrun run;
    struct input_conf conf = inputrun_live();
    int64_t at_ms = START + (int64_t)(second * 1000);
    inputrun_begin(&run, &conf);
    inputrun_feed(&run, text, strlen(text), at_ms);
    inputrun_end(&run, at_ms);
    if (run.count != 1)
        fail_msg("%d reports in %s", (int)run.count, text);
    struct report r = run.reports[0];
    inputrun_free(&run);
    r.source = source;
    r.time_ms = r.arrival_ms = at_ms;
    assert_int_equal(merge_push(ear->merge, &r), 0);
    ear->passed = merge_next(ear->merge);
    ear->copies += ear->passed == NULL;
    return ear->passed != NULL;
}

struct said {
    double lat, lon, sog, cog;
    int second;
};

static const char *sentence(const struct said *s)
{
    static char text[AISGEN_TEXT_BYTES];
    struct aisgen_bits bits;
    struct aisgen_position p = {.type = 1,
                                .mmsi = 440000001,
                                .lat = s->lat,
                                .lon = s->lon,
                                .sog = s->sog,
                                .cog = s->cog,
                                .heading = 511,
                                .second = s->second};
    aisgen_position(&p, &bits);
    aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
    return text;
}

/* JSON without the UTC second; and with it, as AIS-catcher writes it. */
static const char *json(const struct said *s, int decimals)
{
    static char text[400];
    snprintf(text, sizeof text,
             "{\"mmsi\":440000001,\"lat\":%.*f,\"lon\":%.*f,\"sog\":%.1f,\"cog\":%.1f}\n",
             decimals, s->lat, decimals, s->lon, s->sog, s->cog);
    return text;
}

static const char *json_second(const struct said *s)
{
    static char text[400];
    snprintf(text, sizeof text,
             "{\"class\":\"AIS\",\"type\":1,\"mmsi\":440000001,\"lat\":%.6f,\"lon\":%.6f,"
             "\"speed\":%.1f,\"course\":%.1f,\"second\":%d}\n",
             s->lat, s->lon, s->sog, s->cog, s->second);
    return text;
}

static const struct said sailing = {58.1234567, 3.7654321, 10.0, 45.0, 17};
static const struct said moored = {58.1234567, 3.7654321, 0.0, 45.0, 17};

/* A report of a moving ship is the same report in any form, from any other feed, and up
 * to a quarter of an hour late. */
static void test_forms(void **state)
{
    for (int first = 0; first < 4; first++) {
        for (int second = 0; second < 4; second++) {
            for (uint16_t source = 1; source < 3; source++) {
                struct ear ear;
                const char *forms[4];
                begin(&ear);
                for (int i = 0; i < 2; i++) {
                    forms[0] = sentence(&sailing);
                    forms[1] = json_second(&sailing);
                    forms[2] = json(&sailing, 6);
                    int form = i == 0 ? first : second;
                    const char *text = form == 3 ? NULL : forms[form];
                    bool does_pass = hear(&ear, i == 0 ? 0 : source, i * 180,
                                          text != NULL ? text : json(&sailing, 4));
                    assert_int_equal(does_pass, i == 0);
                }
                forms[0] = sentence(&sailing);
                assert_false(hear(&ear, 2, 900, forms[0]));
                assert_false(hear(&ear, 2, 3, json(&sailing, 5)));
                end(&ear);
            }
        }
    }
}

/* A position of 4 decimals is the same place as the exact one: anywhere on earth, and
 * whether it was rounded or cut. */
static void test_roundings(void **state)
{
    struct test_random random = {11};
    struct ear ear;
    begin(&ear);
    for (int i = 0; i < 3000; i++) {
        struct said s = sailing, cut;
        s.lat = ((double)test_random_below(&random, 107000000) - 53500000) / 600000;
        s.lon = ((double)test_random_below(&random, 215000000) - 107500000) / 600000;
        int decimals = 4 + (int)test_random_below(&random, 3);
        double scale = decimals == 4 ? 1e4 : decimals == 5 ? 1e5 : 1e6;
        cut = s;
        if (test_random_below(&random, 2) == 0) {
            cut.lat = (double)(int64_t)(s.lat * scale) / scale;
            cut.lon = (double)(int64_t)(s.lon * scale) / scale;
        }
        bool is_first = test_random_below(&random, 2) == 0;
        assert_true(hear(&ear, 0, i, is_first ? sentence(&s) : json(&cut, decimals)));
        if (hear(&ear, 1, i + 0.5, is_first ? json(&cut, decimals) : sentence(&s)))
            fail_msg("%d decimals of %.7f %.7f", decimals, s.lat, s.lon);
    }
    assert_int_equal(ear.copies, 3000);
    end(&ear);
}

/* A report of another ship, place, speed, course or second is no copy. A distance of 20 m
 * is more than any rounding.
 */
static void test_near_misses(void **state)
{
    struct said others[5];
    for (size_t i = 0; i < 5; i++)
        others[i] = sailing;
    others[0].lat += 20 / 111120.0;
    others[1].lon += 20 / 111120.0 / 0.528; /* cos 58.12 */
    others[2].sog = 11;
    others[3].cog = 50;
    others[4].second = 27;
    for (size_t i = 0; i < 5; i++) {
        struct ear ear;
        begin(&ear);
        assert_true(hear(&ear, 0, 0, sentence(&sailing)));
        assert_true(hear(&ear, 1, 2, sentence(&others[i])));
        assert_false(hear(&ear, 2, 4, json_second(&others[i])));
        end(&ear);
        begin(&ear);
        assert_true(hear(&ear, 0, 0, json_second(&sailing)));
        assert_true(hear(&ear, 1, 2, json_second(&others[i])));
        end(&ear);
        begin(&ear);
        assert_true(hear(&ear, 0, 0, sentence(&sailing)));
        assert_int_equal(hear(&ear, 1, 2, json(&others[i], 4)), i != 4);
        end(&ear);
    }
}

/* A ship at rest sends the same report all day. Every report of the feed that has the
 * ship passes, and another feed adds nothing. When the first feed falls silent, reports
 * of the other pass a quarter of an hour later. */
static void test_rest(void **state)
{
    struct ear ear;
    begin(&ear);
    for (int i = 0; i < 360; i++) {
        assert_true(hear(&ear, 0, i * 10, json(&moored, 5)));
        assert_false(hear(&ear, 1, i * 10 + 4, json(&moored, 4)));
        assert_false(hear(&ear, 2, i * 10 + 5, sentence(&moored)));
    }
    for (int i = 360; i < 720; i++)
        assert_int_equal(hear(&ear, 1, i * 10 + 4, json(&moored, 4)),
                         i * 10 + 4 > 359 * 10 + 900);
    end(&ear);
    /* The same UTC second three minutes later, from the same feed, is the next report. */
    begin(&ear);
    for (int i = 0; i < 20; i++) {
        assert_true(hear(&ear, 0, i * 180, sentence(&moored)));
        assert_false(hear(&ear, 1, i * 180 + 90, json_second(&moored)));
    }
    end(&ear);
    /* The UTC second shows which report the first feed missed. */
    begin(&ear);
    struct said missed = moored;
    missed.second = 27;
    assert_true(hear(&ear, 0, 0, sentence(&moored)));
    assert_true(hear(&ear, 1, 10, json_second(&missed)));
    end(&ear);
}

/* A service that is asked every minute repeats its last report. */
static void test_repeated_answer(void **state)
{
    struct ear ear;
    begin(&ear);
    assert_true(hear(&ear, 0, 0, json(&moored, 5)));
    assert_false(hear(&ear, 0, 0, json(&moored, 5)));
    end(&ear);
}

#define STATIC "\"imo\":9999993,\"name\":\"EXAMPLE\",\"type\":70,\"destination\":"

/* A record has a place and static data, and its place is a copy. Its static data pass
 * once. */
static void test_static_beside(void **state)
{
    static const char with[] = "{\"mmsi\":440000001,\"lat\":58.12346,\"lon\":3.76543,"
                               "\"sog\":10.0,\"cog\":45.0," STATIC "\"BUSAN\"}\n";
    static const char other[] = "{\"mmsi\":440000001,\"lat\":58.12346,\"lon\":3.76543,"
                                "\"sog\":10.0,\"cog\":45.0," STATIC "\"YEOSU\"}\n";
    struct ear ear;
    begin(&ear);
    assert_true(hear(&ear, 0, 0, sentence(&sailing)));
    assert_true(hear(&ear, 1, 60, with));
    assert_int_equal(ear.passed->has,
                     HAS_STATIC | HAS_IMO | HAS_NAME | HAS_SHIP_TYPE | HAS_DESTINATION);
    assert_false(hear(&ear, 1, 120, with));
    assert_true(hear(&ear, 1, 130, other));
    assert_string_equal(ear.passed->destination, "YEOSU");
    assert_false(hear(&ear, 2, 140, with)); /* a late copy does not bring BUSAN back */
    assert_int_equal(merge_counts(ear.merge, 1)->duplicates, 1);
    end(&ear);
}

/* Returns the report of the feed's i-th line; the ship sails north. */
static struct said on_way(const struct said *start, double second)
{
    struct said s = *start;
    s.lat += s.sog / 3600 * second / 60;
    s.second = (int)second % 60;
    return s;
}

/* A ship reports more often than its place changes. Each of its reports passes. The other
 * feed's reports come minutes later without the UTC second, and none of them passes. */
static void test_dense(void **state)
{
    static const struct {
        double kn, every;
    } ways[] = {{5, 3.3}, {3.5, 6}, {4, 3}, {3, 2}, {20, 2}, {8, 2}};
    static const double delays[] = {127, 607};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] * 4; i++) {
        double delay = delays[i & 1], every = ways[i / 4].every, late = 0;
        bool is_record = (i & 2) != 0;
        struct said start = sailing;
        struct ear ear;
        start.sog = ways[i / 4].kn;
        start.cog = 0;
        begin(&ear);
        for (double now = 0; now < 1500; now += every) {
            for (; late + delay <= now; late += every) {
                struct said old = on_way(&start, late);
                if (hear(&ear, 1, late + delay, json(&old, 5)))
                    fail_msg("%.1f kn, %.1f s, %.0f s late: at %.1f", start.sog, every,
                             delay, late);
            }
            struct said s = on_way(&start, now);
            assert_true(hear(&ear, 0, now, is_record ? json(&s, 6) : sentence(&s)));
        }
        end(&ear);
    }
}

/* Sends the records of one connection, so that the usual number of decimals is known. */
static bool hear_rounded(struct ear *ear, double second, const struct said *s,
                         int decimals)
{
    struct said coarse = *s;
    double scale = decimals == 3 ? 1e3 : 1e2;
    coarse.lat = (double)(int64_t)(s->lat * scale + 0.5) / scale;
    coarse.lon = (double)(int64_t)(s->lon * scale + 0.5) / scale;
    return hear(ear, 1, second, json(&coarse, decimals));
}

/* Positions of two or three decimals do not pass for a ship that another feed has. They
 * pass for a ship that no other feed has. */
static void test_coarse(void **state)
{
    for (int decimals = 2; decimals <= 3; decimals++) {
        struct ear ear;
        begin(&ear);
        struct said north = sailing;
        north.cog = 0;
        for (int i = 0; i < 30; i++) {
            struct said s = on_way(&north, i * 120);
            assert_true(hear_rounded(&ear, i * 120, &s, decimals));
        }
        for (int i = 60; i < 90; i++) {
            struct said s = on_way(&north, i * 120), old = on_way(&north, i * 120 - 120);
            assert_true(hear(&ear, 0, i * 120, sentence(&s)));
            if (i > 60)
                assert_false(hear_rounded(&ear, i * 120 + 30, &old, decimals));
            assert_false(hear(&ear, 2, i * 120 + 40, json(&s, 5)));
        }
        /* The first feed has lost her. */
        for (int i = 100; i < 110; i++) {
            struct said s = on_way(&north, i * 120);
            assert_true(hear_rounded(&ear, i * 120, &s, decimals));
        }
        end(&ear);
    }
}

/* A distress message and a test of the same device are no copies: only the status
 * differs.
 */
static void test_distress(void **state)
{
    static const char text[] = "{\"class\":\"AIS\",\"type\":1,\"mmsi\":970000001,\"lat\":"
                               "58.1,\"lon\":3.7,\"speed\":0.0,\"status\":%d}\n";
    char test[200], real[200];
    struct ear ear;
    snprintf(test, sizeof test, text, 15);
    snprintf(real, sizeof real, text, 14);
    begin(&ear);
    assert_true(hear(&ear, 0, 0, test));
    assert_false(hear(&ear, 1, 60, test));
    assert_true(hear(&ear, 1, 61, real));
    assert_false(hear(&ear, 0, 120, real));
    end(&ear);
}

/* The message of a repeater is a copy, and so is one that a receiver padded. */
static void test_repeater(void **state)
{
    struct aisgen_position p = {.type = 1,
                                .mmsi = 440000001,
                                .lat = 58.1,
                                .lon = 3.7,
                                .sog = 10,
                                .cog = 45,
                                .heading = 44,
                                .second = 17};
    char text[AISGEN_TEXT_BYTES];
    struct aisgen_bits bits;
    struct ear ear;
    begin(&ear);
    for (int i = 0; i < 3; i++) {
        p.repeat = i;
        aisgen_position(&p, &bits);
        if (i == 2)
            aisgen_resize(&bits, 204);
        aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
        assert_int_equal(hear(&ear, 0, i, text), i == 0);
    }
    end(&ear);
}

TEST_MAIN(NULL, NULL, TEST(test_forms), TEST(test_roundings), TEST(test_near_misses),
          TEST(test_rest), TEST(test_repeated_answer), TEST(test_static_beside),
          TEST(test_dense), TEST(test_coarse), TEST(test_distress), TEST(test_repeater))
