/* SPDX-License-Identifier: Apache-2.0 */
/* The real binary: `lookoutd decode` over files, packed files, standard input; its exit
 * statuses; time and station of a tag block; csv. */
#include "lib/testlib.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/aisgen.h"

static char directory[] = "/tmp/lookout-decode-XXXXXX";

static const char *binary(void)
{
    const char *path = getenv("LOOKOUT_BIN");
    return path != NULL ? path : "build/lookoutd";
}

static int set_up(void **state)
{
    return mkdtemp(directory) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}

struct outcome {
    int exit_status;
    char out[200000], err[4096];
};

static void read_into(const char *name, char *to, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    size_t n;
    char *text = test_read_file(path, &n);
    assert_non_null(text);
    assert_true(n < size);
    memcpy(to, text, n + 1);
    free(text);
}

/* Run a shell line in the directory; "decode" stands for the binary's command. */
static const struct outcome *run(const char *before, const char *arguments)
{
    static struct outcome o;
    char command[8192], here[2048] = "";
    if (binary()[0] != '/')
        assert_non_null(getcwd(here, sizeof here));
    snprintf(command, sizeof command, "cd %s && %s %s/%s decode %s >out 2>err", directory,
             before, here, binary(), arguments);
    int status = system(command);
    assert_true(WIFEXITED(status));
    o.exit_status = WEXITSTATUS(status);
    read_into("out", o.out, sizeof o.out);
    read_into("err", o.err, sizeof o.err);
    return &o;
}

static void write_input(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A ship that does not exist, at 25 March 2024 18:04:00 UTC. */
static const struct aisgen_tag tag = {.station = "r003669945", .time_s = 1711389840};

static void write_voyage(void)
{
    struct aisgen_position p = {.type = 1,
                                .mmsi = 441000001,
                                .lat = 34.5,
                                .lon = 127.75,
                                .sog = 12.3,
                                .cog = 231.4,
                                .heading = 229,
                                .second = 17};
    struct aisgen_static s = {.mmsi = 441000001,
                              .imo = 9999993,
                              .callsign = "DSXX9",
                              .name = "EXAMPLE \"TRADER\\",
                              .destination = "KR PUS",
                              .hour = 24,
                              .minute = 60};
    struct aisgen_bits b;
    char text[2 * AISGEN_TEXT_BYTES];
    aisgen_position(&p, &b);
    aisgen_tagged(&b, "AIVDM", 0, 'A', &tag, text);
    aisgen_static5(&s, &b);
    aisgen_tagged(&b, "AIVDM", 3, 'B', &tag, text + strlen(text));
    write_input("voyage.nmea", text);
}

static void test_lines(void **state)
{
    write_voyage();
    const struct outcome *o = run("", "voyage.nmea");
    assert_int_equal(o->exit_status, 0);
    assert_string_equal(o->err, "");
    assert_string_equal(
        o->out,
        "{\"class\":\"AIS\",\"type\":1,\"repeat\":0,\"mmsi\":441000001,\"scaled\":true,"
        "\"status\":0,\"status_text\":\"Under way using engine\",\"turn\":\"0.00\","
        "\"speed\":12.3,\"accuracy\":false,\"lon\":127.7500000,\"lat\":34.5000000,"
        "\"course\":231.4,\"heading\":229,\"second\":17,\"maneuver\":0,\"raim\":false,"
        "\"radio\":0,\"t\":\"2024-03-25T18:04:00Z\",\"source\":\"r003669945\"}\n"
        "{\"class\":\"AIS\",\"type\":5,\"repeat\":0,\"mmsi\":441000001,\"scaled\":true,"
        "\"ais_version\":0,\"imo\":9999993,\"callsign\":\"DSXX9\","
        "\"shipname\":\"EXAMPLE \\\"TRADER\\\\\",\"shiptype\":0,"
        "\"shiptype_text\":\"Not available\",\"to_bow\":0,\"to_stern\":0,\"to_port\":0,"
        "\"to_starboard\":0,\"epfd\":1,\"epfd_text\":\"GPS\",\"eta\":\"00-00T24:60Z\","
        "\"draught\":0.0,\"destination\":\"KR PUS\",\"dte\":0,"
        "\"t\":\"2024-03-25T18:04:00Z\",\"source\":\"r003669945\"}\n");
}

static void test_unscaled(void **state)
{
    write_voyage();
    const struct outcome *o = run("", "--unscaled voyage.nmea");
    assert_int_equal(o->exit_status, 0);
    /* 34.5 and 127.75 degrees in 1/10,000 minute */
    assert_non_null(strstr(o->out, "\"scaled\":false"));
    assert_non_null(strstr(o->out, "\"speed\":123,"));
    assert_non_null(strstr(o->out, "\"lon\":76650000,\"lat\":20700000,"));
}

/* The same bytes by any way in are the same lines. */
static void test_ways_in(void **state)
{
    write_voyage();
    static char plain[200000];
    strcpy(plain, run("", "voyage.nmea")->out);
    assert_string_equal(run("", "- <voyage.nmea")->out, plain);
    assert_string_equal(run("cat voyage.nmea |", "")->out, plain);
    assert_string_equal(run("gzip -c voyage.nmea |", "")->out, plain);
    assert_string_equal(run("gzip -kf voyage.nmea &&", "voyage.nmea.gz")->out, plain);
    if (system("command -v zstd >/dev/null 2>&1") == 0)
        assert_string_equal(run("zstd -qf voyage.nmea &&", "voyage.nmea.zst")->out,
                            plain);
    assert_string_equal(run("", "--format nmea voyage.nmea")->out, plain);
    const struct outcome *twice = run("", "voyage.nmea voyage.nmea");
    assert_int_equal(strlen(twice->out), 2 * strlen(plain));
}

static void test_refused_is_counted(void **state)
{
    write_input("bad.nmea", "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n"
                            "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B\n"
                            "!AIVDM,1,1,,A,1,0*17\n");
    const struct outcome *o = run("", "bad.nmea");
    assert_int_equal(o->exit_status, 0);
    assert_non_null(strstr(o->out, "371798000"));
    assert_string_equal(o->err, "lookoutd: bad.nmea: 3 lines, 1 messages; refused: "
                                "bad_checksum 1, too_short 1\n"
                                "  bad_checksum: "
                                "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B\n"
                                "  too_short: !AIVDM,1,1,,A,1,0*17\n");
}

/* A map of columns is read as a feed's: strictly, with or without its braces. */
static void test_columns(void **state)
{
    static const char *const maps[] = {
        "--columns '{mmsi: ID, time: T, lat: N1, lon: N2, sog: V (km/h)}' table.csv",
        "--columns 'mmsi: ID, time: T, lat: N1, lon: N2, sog: \"V [km/h]\"' table.csv",
    };
    static const char *const wrong[][2] = {
        {"--columns 'mmsi: ID, latt: Y' table.csv", "did you mean 'lat'?"},
        {"--columns 'mmsi: ID, mmsi: ID' table.csv", "mmsi"},
        {"--columns 'sog: V (bar)' table.csv", "has a unit that is not known"},
        {"--columns 'mmsi=ID' table.csv", "unknown key"},
        {"--columns '{mmsi: ' table.csv", "YAML"},
        {"--columns ID table.csv", "it takes a map of our names"},
    };
    (void)state;
    write_input("table.csv", "ID,T,N1,N2,V\n257111220,1714564800,59.5,10.5,20\n");
    for (size_t i = 0; i < 2; i++) {
        const struct outcome *o = run("", maps[i]);
        assert_int_equal(o->exit_status, 0);
        assert_non_null(strstr(o->out, "\"mmsi\":257111220"));
        assert_non_null(strstr(o->out, "\"speed\":10.8,"));
        assert_string_equal(o->err, "");
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct outcome *o = run("", wrong[i][0]);
        assert_int_equal(o->exit_status, 2);
        assert_string_equal(o->out, "");
        if (strstr(o->err, wrong[i][1]) == NULL)
            fail_msg("%s: %s", wrong[i][0], o->err);
    }
}

static void test_failures(void **state)
{
    write_voyage();
    const struct outcome *o = run("", "absent.nmea voyage.nmea");
    assert_int_equal(o->exit_status, 1);
    assert_non_null(strstr(o->err, "absent.nmea: No such file or directory"));
    assert_non_null(strstr(o->out, "441000001")); /* the others are read all the same */
    o = run("gzip -kf voyage.nmea && head -c 150 voyage.nmea.gz >cut.gz;", "cut.gz");
    assert_int_equal(o->exit_status, 1);
    assert_non_null(strstr(o->err, "cut.gz: cut off"));
    assert_int_equal(run("", "--unscald voyage.nmea")->exit_status, 2);
    o = run("", "--format jsno voyage.nmea");
    assert_int_equal(o->exit_status, 2);
    assert_non_null(strstr(o->err, "did you mean jsonl?"));
    o = run("", "--help");
    assert_int_equal(o->exit_status, 0);
    assert_non_null(strstr(o->out, "usage: lookoutd decode"));
    assert_string_equal(o->err, "");
    char command[512];
    snprintf(command, sizeof command, "%s decode %s/voyage.nmea >/dev/full 2>&1",
             binary(), directory);
    int status = system(command);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

/* csv has no message behind it: what the row says, under the same names. */
static void test_csv(void **state)
{
    write_input("rows.csv", "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,"
                            "CallSign,VesselType,Status,Length,Width,Draft,Cargo\n"
                            "441000001,2023-01-11T00:00:00,34.5,127.75,12.3,231.4,511.0,"
                            "EXAMPLE TRADER,IMO9999993,DSXX9,70,0,80,12,5.6,70\n");
    const struct outcome *o = run("", "rows.csv");
    assert_int_equal(o->exit_status, 0);
    json_error_t error;
    json_t *record = json_loads(o->out, 0, &error);
    assert_non_null(record);
    assert_int_equal(json_integer_value(json_object_get(record, "mmsi")), 441000001);
    assert_near(json_number_value(json_object_get(record, "lat")), 34.5, 1e-9);
    assert_near(json_number_value(json_object_get(record, "lon")), 127.75, 1e-9);
    assert_near(json_number_value(json_object_get(record, "speed")), 12.3, 1e-9);
    assert_null(json_object_get(record, "heading"));
    assert_int_equal(json_integer_value(json_object_get(record, "imo")), 9999993);
    assert_string_equal(json_string_value(json_object_get(record, "shipname")),
                        "EXAMPLE TRADER");
    assert_string_equal(json_string_value(json_object_get(record, "t")),
                        "2023-01-11T00:00:00Z");
    json_decref(record);
}

int main(void)
{
    if (access(binary(), X_OK) != 0) {
        fprintf(stderr, "no %s\n", binary());
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_unscaled),
        cmocka_unit_test(test_ways_in),  cmocka_unit_test(test_refused_is_counted),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_csv),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
