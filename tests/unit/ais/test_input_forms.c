/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is cut off, cut into chunks, or very long. What each form says is told in
 * tests/data/input (test_input_told.c). */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define AISHUB_RAW                                                                       \
    "{\"MMSI\":235085131,\"TIME\":\"1302264927\",\"LONGITUDE\":-818067,\"LATITUDE\":"    \
    "30453520,\"COG\":2351,\"SOG\":59,\"HEADING\":511,\"ROT\":0,\"NAVSTAT\":0,\"IMO\":"  \
    "0,"                                                                                 \
    "\"NAME\":\"EXAMPLE\",\"CALLSIGN\":\"ZIYX3\",\"TYPE\":36,\"A\":8,\"B\":4,\"C\":2,"   \
    "\"D\":2,\"DRAUGHT\":34,\"DEST\":\"\",\"ETA\":\"\"}"

/* What is broken costs itself and nothing else, in an array and on lines. */
static void test_broken(void **state)
{
    static const char good[] =
        "{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":1600000000}";
    static const char *const wrappings[] = {"[%s,%s,%s]", "{\"msgs\":[%s,%s,%s]}",
                                            "%s\n%s\n%s\n",
                                            "data: %s\ndata: %s\ndata: %s\n"};
    static const char *const bad[] = {"{\"mmsi\":431000001,\"lat\":bad}", "{\"mmsi\" 5}",
                                      "{]}", "{\"mmsi\":431000001,\"lat\":1e}"};
    for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            struct inputrun run;
            char text[512];
            if (strcmp(bad[k], "{]}") == 0 && i < 2)
                continue; /* its brackets close what it is in */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(text, sizeof text, wrappings[i], good, bad[k], good);
#pragma GCC diagnostic pop
            inputrun_text(&run, text);
            assert_int_equal(run.count, 2);
            assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
            inputrun_free(&run);
        }
    }
}

/* Cut off anywhere, a line costs itself; a file that ends in an array costs its last. */
static void test_truncated(void **state)
{
    static const char line[] =
        "{\"class\":\"AIS\",\"type\":1,\"nmea\":[\"x\",\"y\"],\"mmsi\":"
        "431000001,\"lat\":1,\"lon\":[2,{\"a\":3}]}";
    for (size_t n = 1; n < sizeof line - 1; n++) {
        struct inputrun run;
        char text[512];
        snprintf(text, sizeof text,
                 "%.*s\n{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000000}\n",
                 (int)n, line);
        inputrun_text(&run, text);
        assert_int_equal(run.count, 1);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
        inputrun_free(&run);
    }
    struct inputrun run;
    inputrun_text(&run, "[{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":1600000000},\n"
                        "{\"mmsi\":431000002,\"lat\":1,\"lo");
    assert_int_equal(run.count, 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    inputrun_free(&run);
}

/* The same reports, however the bytes come, and from a recording's middle on. */
static void test_chunks(void **state)
{
    static const char text[] =
        "[{\"ERROR\":false,\"FORMAT\":\"AIS\"},[" AISHUB_RAW "," AISHUB_RAW "]]\n"
        "{\"stationid\":\"X\",\"msgs\":[\n{\"mmsi\":431000001,\"lat\":1,\"lon\":2,"
        "\"time\":"
        "1600000000},\n{\"mmsi\":431000002,\"lat\":1,\"lon\":2,\"time\":1600000001}\n]}\n"
        "topic/431000003 {\"lat\":1,\"lon\":2,\"time\":1600000002}\n"
        "[\n  {\n    \"mmsi\": 431000004,\n    \"lat\": 1,\n    \"lon\": 2,\n    "
        "\"time\": "
        "1600000003\n  }\n]\n";
    struct input_conf conf = inputrun_tape();
    struct inputrun whole, gaps;
    /* What stands behind the last bracket is the next line's, blanks and all. */
    char lines[256];
    int length = snprintf(lines, sizeof lines, "[{}]}   \xbb\xbb 1600000000 %s\n",
                          inputrun_position(431000001, 42));
    inputrun_bytes(&gaps, &conf, lines, (size_t)length);
    assert_int_equal(gaps.count, 1);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct inputrun run;
        inputrun_chunks(&run, &conf, lines, (size_t)length, seed, 1 + seed % 10);
        assert_true(run.count == 1 && inputrun_same(&run.reports[0], &gaps.reports[0]));
        inputrun_free(&run);
    }
    inputrun_free(&gaps);
    inputrun_bytes(&whole, &conf, text, sizeof text - 1);
    assert_int_equal(whole.count, 6);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct inputrun run;
        inputrun_chunks(&run, &conf, text, sizeof text - 1, seed, 1 + seed % 40);
        assert_int_equal(run.count, whole.count);
        for (size_t i = 0; i < run.count; i++)
            assert_true(inputrun_same(&run.reports[i], &whole.reports[i]));
        inputrun_free(&run);
    }
    for (size_t i = 1; i < whole.count; i++) {
        struct inputrun run;
        uint64_t at = whole.reports[i].begin;
        inputrun_begin(&run, &conf);
        assert_int_equal(input_resume(run.in, text, 64, at, TIME_NONE), 0);
        inputrun_feed(&run, text + at, sizeof text - 1 - (size_t)at, 0);
        assert_int_equal(input_finish(run.in, 0), 0);
        assert_int_equal(run.count, whole.count - i);
        assert_int_equal(run.reports[0].mmsi, whole.reports[i].mmsi);
        assert_int_equal(run.reports[0].begin, at);
        assert_int_equal(run.reports[0].pos.lat_e7, whole.reports[i].pos.lat_e7);
        inputrun_free(&run);
    }
    inputrun_free(&whole);
}

/* An array of any length in one line. */
static void test_large(void **state)
{
    static char text[4000000];
    struct inputrun run;
    size_t n = 0;
    text[n++] = '[';
    while (n + 128 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"mmsi\":431000001,\"lat\":1,\"lon\":2,\"time\":%zu},",
                              1600000000 + n);
    text[n - 1] = ']';
    struct input_conf conf = inputrun_tape();
    inputrun_bytes(&run, &conf, text, n);
    assert_true(run.count > 60000);
    assert_int_equal(run.counts.items, run.count);
    assert_int_equal(run.counts.lines, 1);
    inputrun_free(&run);
}

/* A map of odd paths leads nowhere, and reads no byte that is not its own. */
static void test_odd_maps(void **state)
{
    static const char text[] =
        "{\"records\":[{\"ship\":{\"id\":431000001},\"pos\":[129.0,35.1]}]}\n"
        "{\"mmsi\":431000003,\"lat\":1,\"lon\":2,\"time\":1714564802}\n";
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    (void)state;
    static const char *const maps[] = {"",
                                       ";",
                                       "=",
                                       "mmsi",
                                       "mmsi=",
                                       "=x",
                                       "nothing=x",
                                       "mmsi=.",
                                       "mmsi=..;lat=0",
                                       "mmsi=records.9",
                                       "mmsi=)",
                                       "mmsi=( )",
                                       "mmsi=records.99999999999999999999.x"};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        conf.fields = maps[i];
        inputrun_bytes(&run, &conf, text, sizeof text - 1);
        assert_true(run.count <= 1);
        assert_int_equal(run.counts.lines, 2);
        inputrun_free(&run);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_broken), TEST(test_truncated), TEST(test_chunks),
          TEST(test_large), TEST(test_odd_maps))
