/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a silent ship could have called at a port: each verdict by great circles worked
 * out by hand, and `impossible` against sails that another search finds over the water.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/ports_fixture.h"
#include "lib/sail.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/detect/reach.h"

static struct water *water;
static struct ports *ports;
static struct reach_conf conf;
static struct reach_ports reach;
static struct reach_world world;

static int set_up(void **state)
{
    (void)state;
    size_t n = 0;
    char *grid = test_read_file(test_root_path("config/water.bin"), &n);
    int rc = grid != NULL ? water_create(grid, n, &water, NULL) : ERR_NOT_FOUND;
    free(grid);
    ports = fixture_ports("KPNAM,Nampo,38.716,125.40,10,,\n"
                          "CNSHD,Shidao,36.88,122.43,8,,\n"
                          "CNTAO,Qingdao,36.07,120.32,10,,\n"
                          "SESTO,Stockholm,59.3,18.1,10,,\n"
                          "SGSIN,Singapore,1.26,103.8,10,,\n"
                          "NOTOS,Tromso,69.65,18.95,10,,\n"
                          "CAVIC,Victoria,48.4,-123.4,10,,\n"
                          "USAKU,Akutan,54.13,-165.8,10,,\n"
                          "TRIST,Istanbul,41.0,29.0,10,,\n"
                          "PFAAA,Ocean,-30.05,-120.05,10,,\n"
                          "FJAAA,Date line,-30.05,179.95,10,,\n"
                          "IRAAA,Caspian,42.0,51.0,10,,\n"
                          "DEDUI,Duisburg,51.43,6.75,10,,\n");
    conf = reach_conf_default();
    world = (struct reach_world){ports, water, &conf, &reach};
    return rc;
}

static int tear_down(void **state)
{
    (void)state;
    ports_destroy(ports);
    water_release(water);
    return 0;
}

/* The port with its field. */
static struct reach_port port_of(const char *code)
{
    struct reach_port port = {.port = ports_find(ports, code)};
    struct geo_pos *places = NULL;
    struct water_ends ends = {.limit_m = conf.radius_m, .is_least = true};
    struct water_field *field = NULL;
    assert_int_equal(reach_ports_places(ports, port.port, &places, &ends.count), 0);
    ends.sources = places;
    assert_int_equal(water_field_create(water, &ends, &field), 0);
    free(places);
    port.field = field;
    return port;
}

static void release(struct reach_port *port)
{
    /* the configuration's in the daemon, ours here */
    union {
        const struct water_field *borrowed;
        struct water_field *owned;
    } field = {port->field};
    water_field_release(field.owned);
}

static struct reach_ask ask_of(double lat1, double lon1, double lat2, double lon2,
                               double hours)
{
    return (struct reach_ask){.from = fixture_pos(lat1, lon1),
                              .to = fixture_pos(lat2, lon2),
                              .from_ms = 0,
                              .to_ms = (int64_t)(hours * (double)HOUR_MS),
                              .own_kn = 12,
                              .max_kn = 25,
                              .stay_ms = 3 * HOUR_MS};
}

static enum reach_verdict judge(const struct reach_port *port,
                                const struct reach_ask *ask)
{
    struct reach_answer answer;
    reach_judge(&world, port, ask, &answer);
    return answer.verdict;
}

/* In the open South Pacific: from a degree south of the port, there and back 120 nm (of
 * 60.04 nm on the sphere of mean radius). At 25 kn that is 4.80 h and 3 h of stay; at 12
 * kn 10.01 and 3. */
static void open_sea(void **state)
{
    struct reach_port port = port_of("PFAAA");
    struct reach_answer a;
    struct reach_ask ask = ask_of(-31.05, -120.05, -31.05, -120.05, 7.75);
    assert_int_equal(judge(&port, &ask), REACH_IMPOSSIBLE);
    ask.to_ms = (int64_t)(7.85 * (double)HOUR_MS);
    assert_int_equal(judge(&port, &ask), REACH_UNKNOWN);
    ask.to_ms = (int64_t)(12.9 * (double)HOUR_MS);
    assert_int_equal(judge(&port, &ask), REACH_UNKNOWN);
    ask.to_ms = (int64_t)(13.2 * (double)HOUR_MS);
    reach_judge(&world, &port, &ask, &a);
    assert_int_equal(a.verdict, REACH_POSSIBLE);
    assert_near(a.way_m / NM_M, 120.08, 1.5);
    assert_near(a.needed_kn, 120.08 / 10.2, 0.2);
    assert_near((double)a.earliest_ms / (double)HOUR_MS, 60.04 / 12, 0.07);
    assert_near((double)a.latest_ms / (double)HOUR_MS, 13.2 - 60.04 / 12, 0.07);
    /* no time at all, and none but for the stay, beside the port */
    ask = ask_of(-30.25, -120.05, -30.25, -120.05, 3);
    reach_judge(&world, &port, &ask, &a);
    assert_int_equal(a.verdict, REACH_IMPOSSIBLE);
    assert_true(a.needed_kn < 0);
    ask.to_ms += 3 * HOUR_MS;
    assert_int_equal(judge(&port, &ask), REACH_POSSIBLE);
    release(&port);
}

static void over_the_date_line(void **state)
{
    struct reach_port port = port_of("FJAAA");
    struct reach_ask ask = ask_of(-30.05, -179.05, -30.05, -179.05, 13);
    struct reach_answer a;
    reach_judge(&world, &port, &ask, &a);
    /* a degree of longitude at 30.05 S, of 51.97 nm, twice */
    assert_near(a.way_m / NM_M, 103.9, 1.5);
    assert_int_equal(a.verdict, REACH_POSSIBLE);
    release(&port);
}

/* From the north of Shandong to Qingdao and back. Straight over the peninsula 121 nm each
 * way: 9.7 h at 25 kn. Round Chengshan Jiao (37.40 N 122.75 E) 78 and 146 nm: 18 h; and
 * 37 h at 12 kn. */
static void round_shandong(void **state)
{
    struct reach_port port = port_of("CNTAO");
    struct reach_ask ask = ask_of(37.9, 121.3, 37.9, 121.3, 3 + 14);
    struct reach_answer a;
    assert_int_equal(judge(&port, &ask), REACH_IMPOSSIBLE);
    ask.to_ms = (3 + 19) * HOUR_MS;
    assert_int_equal(judge(&port, &ask), REACH_UNKNOWN);
    ask.to_ms = (3 + 38) * HOUR_MS;
    reach_judge(&world, &port, &ask, &a);
    assert_int_equal(a.verdict, REACH_POSSIBLE);
    assert_near(a.way_m / NM_M, 2 * (78 + 146), 0.08 * 448);
    /* by the great circle alone, 242 nm, it would be possible in half the time */
    struct reach_port none = {.port = port.port};
    ask.to_ms = (3 + 14) * HOUR_MS;
    assert_int_equal(judge(&none, &ask), REACH_UNKNOWN);
    ask.to_ms = (3 + 9) * HOUR_MS;
    assert_int_equal(judge(&none, &ask), REACH_IMPOSSIBLE);
    release(&port);
}

/* Where the grid has no way, and where the field ends, only the great circle bounds. */
static void unknown_ways(void **state)
{
    struct reach_port caspian = port_of("IRAAA"), ocean = port_of("PFAAA");
    struct reach_port river = port_of("DEDUI");
    struct reach_ask ask = ask_of(44.0, 30.5, 44.0, 30.5, 240);
    struct reach_answer a;
    reach_judge(&world, &caspian, &ask, &a);
    assert_int_equal(a.verdict, REACH_UNKNOWN);
    assert_true(a.way_m < 0 && a.needed_kn < 0);
    assert_int_equal(a.earliest_ms, TIME_NONE);
    /* 35 degrees south of north of it: 2101 nm each way, at 25 kn 168.1 h */
    ask = ask_of(4.97, -120.05, 4.97, -120.05, 3 + 167);
    assert_int_equal(judge(&ocean, &ask), REACH_IMPOSSIBLE);
    ask.to_ms = (3 + 169) * HOUR_MS;
    assert_int_equal(judge(&ocean, &ask), REACH_UNKNOWN);
    ask.to_ms = (3 + 2000) * HOUR_MS;
    assert_int_equal(judge(&ocean, &ask), REACH_UNKNOWN);
    /* A port up a river that the grid does not have is not bounded by a way to a mouth.
     */
    ask = ask_of(53.9, 8.0, 53.9, 8.0, 3 + 15);
    reach_judge(&world, &river, &ask, &a);
    assert_true(a.verdict != REACH_IMPOSSIBLE);
    release(&caspian);
    release(&ocean);
    release(&river);
}

static struct port_set *set_of(const char *a, const char *b)
{
    const char *patterns[] = {a, b};
    struct port_set *set = NULL;
    assert_int_equal(port_set_create(ports, patterns, b != NULL ? 2 : 1, &set, NULL), 0);
    return set;
}

/* Nampo and Shidao from a place off Shidao: the nearer first; in the port of neither. */
static void several_ports(void **state)
{
    struct port_set *both = set_of("KPNAM", "CNSHD"), *one = set_of("KPNAM", NULL);
    struct reach_answer a[REACH_PORTS_MAX];
    reach.count = 0;
    assert_int_equal(reach_ports_add(&reach, ports, both), 0);
    assert_int_equal(reach_ports_add(&reach, ports, one), 0);
    assert_int_equal(reach.count, 2);
    for (size_t i = 0; i < 2; i++)
        reach.items[i] = port_of(ports_get(ports, reach.items[i].port)->locode);
    struct reach_ask ask = ask_of(36.8, 123.0, 37.6, 123.6, 60);
    assert_int_equal(reach_judge_all(&world, both, &ask, a), 2);
    assert_string_equal(ports_get(ports, a[0].port)->locode, "CNSHD");
    assert_string_equal(ports_get(ports, a[1].port)->locode, "KPNAM");
    assert_true(a[0].way_m < a[1].way_m);
    assert_int_equal(a[1].verdict, REACH_POSSIBLE);
    assert_int_equal(reach_judge_all(&world, one, &ask, a), 1);
    /* 5 km from Shidao, within its 8: that is a matter of port calls */
    ask.from = fixture_pos(36.88, 122.486);
    assert_int_equal(reach_judge_all(&world, both, &ask, a), 1);
    assert_string_equal(ports_get(ports, a[0].port)->locode, "KPNAM");
    for (size_t i = 0; i < 2; i++)
        release(&reach.items[i]);
    reach.count = 0;
    port_set_destroy(both);
    port_set_destroy(one);
}

/* A ship that sails at its greatest speed from one place to the port and on to another,
 * by ways that a search of another kind finds, is never judged to have been unable to.
 * In half the time nearly none is judged able. */
static void sails_are_never_impossible(void **state)
{
    static const char *const codes[] = {"KPNAM", "CNSHD", "SESTO", "SGSIN", "NOTOS",
                                        "CAVIC", "USAKU", "TRIST", "FJAAA"};
    static struct sail sail;
    const char *sanitized = getenv("LOOKOUT_SANITIZED");
    size_t count =
        sanitized != NULL && sanitized[0] == '1' ? 2 : sizeof codes / sizeof codes[0];
    struct test_random r = {14};
    int wrong = 0, sails = 0, idle = 0;
    for (size_t c = 0; c < count; c++) {
        struct reach_port port = port_of(codes[c]);
        assert_true(sail_from(&sail, water, ports_get(ports, port.port)->pos) >
                    SAIL_POINTS / 20);
        for (int i = 0; i < 20000; i++) {
            int from = (int)test_random_below(&r, SAIL_POINTS);
            int to = (int)test_random_below(&r, SAIL_POINTS);
            if (sail.length_m[from] < 10e3 || sail.length_m[to] < 10e3)
                continue;
            double kn = 8 + (double)test_random_below(&r, 30);
            double s = (sail.length_m[from] + sail.length_m[to]) / (kn * KN_MPS);
            struct reach_ask ask = {.from = sail_point(&sail, from),
                                    .to = sail_point(&sail, to),
                                    .to_ms = (int64_t)(s * 1000) + 1 + HOUR_MS,
                                    .own_kn = kn,
                                    .max_kn = kn,
                                    .stay_ms = HOUR_MS};
            sails++;
            wrong += judge(&port, &ask) == REACH_IMPOSSIBLE;
            ask.to_ms = (int64_t)(s * 500) + HOUR_MS;
            idle += judge(&port, &ask) != REACH_IMPOSSIBLE;
        }
        release(&port);
    }
    print_message("%d sails, of which %d were judged able in half the time\n", sails,
                  idle);
    assert_true(sails > 10000);
    assert_int_equal(wrong, 0);
    assert_true(idle < sails / 50);
}

TEST_MAIN(set_up, tear_down, TEST(open_sea), TEST(over_the_date_line),
          TEST(round_shandong), TEST(unknown_ways), TEST(several_ports),
          TEST(sails_are_never_impossible))
