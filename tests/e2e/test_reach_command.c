/* SPDX-License-Identifier: Apache-2.0 */
/* The real binary: `lookoutd reach` says of random silences what the library says, by
 * fields that are made here; and its exit statuses. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ports_fixture.h"
#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/detect/reach.h"

enum { SILENCES = 40, PORTS = 3 };
static const char *const codes[PORTS] = {"KPNAM", "CNSHD", "RUVVO"};
static char config[] = "/tmp/lookout-reach-XXXXXX";
static struct ports *ports;
static struct water *water;
static struct water_field *fields[PORTS];
static struct reach_conf conf;
static struct reach_ports reach;

static void make_field(size_t i)
{
    struct geo_pos *places = NULL;
    struct water_ends ends = {.limit_m = conf.radius_m, .is_least = true};
    reach.items[i].port = ports_get(ports, ports_find(ports, codes[i]))->same;
    assert_int_equal(reach_ports_places(ports, reach.items[i].port, &places, &ends.count),
                     0);
    ends.sources = places;
    assert_int_equal(water_field_create(water, &ends, &fields[i]), 0);
    reach.items[i].field = fields[i];
    free(places);
}

static int set_up(void **state)
{
    size_t n = 0;
    char *grid = test_read_file(test_root_path("config/water.bin"), &n);
    int rc = grid != NULL ? water_create(grid, n, &water, NULL) : -1;
    int file = mkstemp(config);
    static const char text[] = "detect: {reach: {radius: 700km}}\n"
                               "ports: {groups: {three: [KPNAM, CNSHD, RUVVO]}}\n";
    free(grid);
    if (file < 0 || write(file, text, sizeof text - 1) < 0 || close(file) != 0)
        return -1;
    ports = fixture_shipped_ports();
    conf = reach_conf_default();
    conf.radius_m = 700e3;
    reach.count = PORTS;
    for (size_t i = 0; i < PORTS && rc == 0; i++)
        make_field(i);
    return rc;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < PORTS; i++)
        water_field_release(fields[i]);
    water_release(water);
    ports_destroy(ports);
    return unlink(config);
}

/* What the command prints, and its exit status. */
static int run(const char *arguments, char *ret_out, size_t size)
{
    const char *binary = getenv("LOOKOUT_BIN");
    char command[1024];
    snprintf(command, sizeof command, "%s reach %s 2>/dev/null",
             binary != NULL ? binary : "build/lookoutd", arguments);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(ret_out, 1, size - 1, f);
    ret_out[n] = '\0';
    int status = pclose(f);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static double between(struct test_random *r, double low, double high)
{
    return low + (high - low) * (double)test_random_below(r, 10001) / 10000;
}

static void as_the_library(void **state)
{
    struct reach_world world = {ports, water, &conf, &reach};
    struct test_random r = {40};
    int verdicts[3] = {0, 0, 0};
    int silences = test_is_sanitized() ? SILENCES / 5 : SILENCES;
    for (int i = 0; i < silences; i++) {
        char arguments[512], out[4096], from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
        double lat1 = between(&r, 34, 40), lon1 = between(&r, 120, 126);
        double lat2 = between(&r, 34, 40), lon2 = between(&r, 120, 126);
        int64_t from_ms = INT64_C(1711238400000);
        int64_t to_ms =
            from_ms + (int64_t)test_random_below(&r, 72 * 3600) * SECOND_MS + SECOND_MS;
        snprintf(arguments, sizeof arguments,
                 "-c %s --from %.4f,%.4f,%s --to %.4f,%.4f,%s --own 11 --max 20kn "
                 "--stay 2h '$three'",
                 config, lat1, lon1, time_format(from_ms, from), lat2, lon2,
                 time_format(to_ms, to));
        assert_int_equal(run(arguments, out, sizeof out), 0);
        char *line = out;
        for (size_t k = 0; k < PORTS; k++) {
            /* in the order of codes: CNSHD, KPNAM, RUVVO */
            static const size_t order[PORTS] = {1, 0, 2};
            char rounded[4][16];
            struct reach_answer answer;
            struct reach_ask ask = {.from_ms = from_ms,
                                    .to_ms = to_ms,
                                    .own_kn = 11,
                                    .max_kn = 20,
                                    .stay_ms = 2 * HOUR_MS};
            snprintf(rounded[0], 16, "%.4f", lat1);
            snprintf(rounded[1], 16, "%.4f", lon1);
            snprintf(rounded[2], 16, "%.4f", lat2);
            snprintf(rounded[3], 16, "%.4f", lon2);
            ask.from = fixture_pos(strtod(rounded[0], NULL), strtod(rounded[1], NULL));
            ask.to = fixture_pos(strtod(rounded[2], NULL), strtod(rounded[3], NULL));
            reach_judge(&world, &reach.items[order[k]], &ask, &answer);
            json_t *wanted = body_reach_port(ports, &answer);
            size_t length = strcspn(line, "\n");
            char *text = json_dumps(wanted, JSON_COMPACT | JSON_REAL_PRECISION(10));
            assert_non_null(text);
            if (strlen(text) != length || strncmp(text, line, length) != 0)
                fail_msg("%s: wanted %s, is %.*s", arguments, text, (int)length, line);
            free(text);
            json_decref(wanted);
            verdicts[answer.verdict]++;
            line += length + 1;
        }
        assert_int_equal(*line, '\0');
    }
    print_message("impossible %d, unknown %d, possible %d\n", verdicts[0], verdicts[1],
                  verdicts[2]);
    assert_true(verdicts[0] > 5 && verdicts[1] > 5 && verdicts[2] > 5);
}

/* Wrong usage is 2, and says nothing on standard output. */
static void wrong_usage(void **state)
{
    static const char *const rows[] = {
        "",
        "KPNAM",
        "--from 1,2,2024-01-01 KPNAM",
        "--from 1,2,2024-01-02 --to 1,2,2024-01-01 KPNAM",
        "--from 91,2,2024-01-01 --to 1,2,2024-01-02 KPNAM",
        "--from 1,2 --to 1,2,2024-01-02 KPNAM",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 XXXXX",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 '*'",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 '$three'",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 --own 0 KPNAM",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 --own 30 KPNAM",
        "--from 1,2,2024-01-01 --to 1,2,2024-01-02 --stay 3 KPNAM",
    };
    char out[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (run(rows[i], out, sizeof out) != 2)
            fail_msg("'%s' is taken", rows[i]);
        assert_string_equal(out, "");
    }
}

TEST_MAIN(set_up, tear_down, TEST(as_the_library), TEST(wrong_usage))
