/* SPDX-License-Identifier: Apache-2.0 */
/* tests/data/rows has rows of every version that was ever written: each of them is
 * read, and the two ships continue as if nothing had happened. config.yaml there says
 * how they were made. The minutes come from the tape and from the sailing below: a line
 * of longitude at 12 kn, reckoned on the sphere by the script that wrote the tape. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/base/time.h"

#define A 445000001u
#define B 445000002u

enum { NEWEST = 7, ROW_MOST = 16384 };

static unsigned hex_of(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A line of a file is an MMSI and its row as hexadecimal digits; 0 is the engine's own.
 * Returns the length; the name of the file is vN.txt. */
static size_t read_row(int version, uint32_t mmsi, unsigned char ret_row[ROW_MOST])
{
    char path[64], key[16];
    snprintf(path, sizeof path, "tests/data/rows/v%d.txt", version);
    snprintf(key, sizeof key, "%09u ", mmsi);
    char *text = test_read_file(test_root_path(path), NULL);
    assert_non_null(text);
    char *at = strstr(text, key);
    assert_non_null(at);
    size_t n = 0;
    for (at += strlen(key); *at != '\n' && *at != '\0'; at += 2)
        ret_row[n++] = (unsigned char)(hex_of(at[0]) << 4 | hex_of(at[1]));
    free(text);
    return n;
}

static void load_row(struct enginerun *r, int version, uint32_t mmsi)
{
    static unsigned char row[ROW_MOST];
    size_t n = read_row(version, mmsi, row);
    if (mmsi == 0)
        assert_int_equal(engine_wire_load_self(r->engine, row, n), 0);
    else
        assert_int_equal(engine_wire_load(r->engine, mmsi, row, n), 0);
}

static void load_version(struct enginerun *r, int version)
{
    enginerun_init_file(r, test_root_path("tests/data/rows/config.yaml"));
    load_row(r, version, 0);
    load_row(r, version, A);
    load_row(r, version, B);
}

/* Fixes each 10 minutes at 12 kn, straight in latitude and longitude; returns the minute
 * of the next one. */
static double sail(struct enginerun *r, double minute, const double from[2],
                   const double to[2])
{
    struct geo_pos a = geo_to_pos((struct geo_point){from[0], from[1]});
    struct geo_pos b = geo_to_pos((struct geo_point){to[0], to[1]});
    double minutes = geo_distance_exact_m(a, b) / (12 * 1852.0 / 60);
    double at = 0;
    for (; at < minutes; at += 10)
        enginerun_fix(r, A, minute + at, from[0] + (to[0] - from[0]) * at / minutes,
                      from[1] + (to[1] - from[1]) * at / minutes, 12);
    return minute + at;
}

/* The ship at Shidao leaves, turns back once more into the box, and goes to
 * Vladivostok; the silent ship is heard again. */
static void go_on(struct enginerun *r)
{
    static const double shidao[] = {36.88, 122.43}, off[] = {36.88, 122.95},
                        back[] = {36.88, 122.6}, vladivostok[] = {43.1, 131.9};
    enginerun_lie(r, A, 2170, 2210, 10, shidao[0], shidao[1]);
    enginerun_fix(r, B, 2215, 35.0, 125.2, 10);
    double minute = sail(r, 2220, shidao, off);
    minute = sail(r, minute, off, back);
    minute = sail(r, minute, back, vladivostok);
    enginerun_lie(r, A, minute, minute + 180, 10, vladivostok[0], vladivostok[1]);
}

/* Until version 3 the hash of a rule's meaning was another for zones and gates: the
 * time from which `repeat` counted is not known any more. */
static const char told_of_old[] =
    "silent gap.ended 445000002 2215; calls port.departed 445000001 2220; "
    "box zone.exited 445000001 2284.98; box zone.entered 445000001 2410.17; "
    "box zone.exited 445000001 2470.52 folded; silent gap.started 445000002 2575; ";
static const char told_of_new[] =
    "silent gap.ended 445000002 2215; calls port.departed 445000001 2220; "
    "box zone.exited 445000001 2284.98; box zone.entered 445000001 2410.17 folded; "
    "box zone.exited 445000001 2470.52 folded; silent gap.started 445000002 2575; "
    "line gate.crossed 445000001 2714.68 folded; ";
static const char told_at_last[] =
    "arms route.matched 445000001 5280; legs voyage.completed 445000001 5280; ";

/* Asserts what only the row can know, as the tape has it. */
static const char *const remembered[] = {
    "EXAMPLE TRADER (IMO 9999993, MMSI 445000001, flag KP from MMSI, desk)",
    "\"destination\":\"VLADIVOSTOK\"",
    "\"last_seen\":\"2024-03-25T02:51:00Z\",\"hours\":10.07",
    "\"since\":\"2024-03-25T01:38:39Z\"",
    "\"arrived_at\":\"2024-03-25T03:10:00Z\"",
    ("{\"locode\":\"KPNAM\",\"name\":\"Nampo\",\"arrived_at\":\"2024-03-24T02:30:00Z\","
     "\"departed_at\":\"2024-03-24T12:10:00Z\""),
};

static void test_each_version(void **state)
{
    for (int version = 1; version <= NEWEST; version++) {
        struct enginerun r;
        print_message("# version %d\n", version);
        load_version(&r, version);
        assert_int_equal(engine_vessel_count(r.engine), 2);
        go_on(&r);
        const char *told = version > 3 ? told_of_new : told_of_old;
        assert_memory_equal(buf_text(&r.told), told, strlen(told));
        assert_non_null(strstr(buf_text(&r.told), told_at_last));
        for (size_t i = 0; i < sizeof remembered / sizeof remembered[0]; i++)
            if (strstr(buf_text(&r.bodies), remembered[i]) == NULL)
                fail_msg("no %s", remembered[i]);
        enginerun_finish(&r);
    }
}

static void send_imo(struct enginerun *r, double minute, uint32_t imo)
{
    struct report report = enginerun_report(A, minute);
    report.has = HAS_IMO;
    report.imo = imo;
    enginerun_send(r, &report);
}

/* A row of before the values that are held were kept: the ship holds the number that it
 * sent last, and since when is not known. */
static void test_old_number(void **state)
{
    for (int version = 1; version <= NEWEST; version++) {
        struct enginerun r;
        load_version(&r, version);
        send_imo(&r, 2215, 9999979);
        send_imo(&r, 2225, 9999979);
        assert_non_null(strstr(buf_text(&r.told), " identity.changed 445000001 2225; "));
        assert_non_null(strstr(buf_text(&r.bodies),
                               "\"identity\":{\"what\":\"imo\",\"from\":9999993,"
                               "\"to\":9999979,\"messages\":2}"));
        enginerun_finish(&r);
    }
}

/* A row of a later version is refused. A row with a part that this release does not
 * know is read without that part, as after a return to this release. A part that is cut
 * off is refused. */
static void test_what_is_to_come(void **state)
{
    static unsigned char row[ROW_MOST];
    static const unsigned char part[] = {0xff, 0x7f, 3, 'a', 'b', 'c'};
    struct enginerun r;
    size_t n = read_row(NEWEST, A, row);
    enginerun_init_file(&r, test_root_path("tests/data/rows/config.yaml"));
    load_row(&r, NEWEST, 0);
    memcpy(row + n, part, sizeof part);
    assert_int_equal(engine_wire_load(r.engine, A, row, n + sizeof part), 0);
    for (size_t cut = 1; cut < sizeof part; cut++)
        assert_int_equal(engine_wire_load(r.engine, A, row, n + cut), ERR_CORRUPT);
    row[0] = NEWEST + 1;
    assert_int_equal(engine_wire_load(r.engine, A, row, n), ERR_CORRUPT);
    row[0] = 0;
    assert_int_equal(engine_wire_load(r.engine, A, row, n), ERR_CORRUPT);
    enginerun_finish(&r);
}

/* A row of any version that is cut off anywhere is refused, or gives its content. */
static void test_cut_rows(void **state)
{
    static unsigned char row[ROW_MOST];
    struct enginerun r;
    enginerun_init_file(&r, test_root_path("tests/data/rows/config.yaml"));
    for (int version = 1; version <= NEWEST; version++) {
        size_t n = read_row(version, A, row);
        load_row(&r, version, 0);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(engine_wire_load(r.engine, A, row, cut), ERR_CORRUPT);
        assert_int_equal(engine_vessel_count(r.engine), 0);
    }
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_each_version), TEST(test_old_number),
          TEST(test_what_is_to_come), TEST(test_cut_rows))
