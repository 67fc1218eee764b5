/* SPDX-License-Identifier: Apache-2.0 */
/* The test compares the NFA of routes with a matcher that knows nothing of runs and tries
 * every chain of stops, backwards and forwards, over random patterns and random stops.
 *
 * What a match is, from the published contract (the numbers in brackets are used below):
 *  (1) Stops are calls and visits to zones or gates that the route names, in order.
 *  (2) A second call at the same port in a row merges into the first: consecutive calls
 *      at one port are one stop, which departs when the last of them does. That the ship
 *      stands in a zone as it departs is no stop between them.
 *  (3) A chain takes stops in order, each for a step, the steps ascending; steps left
 *      out on the way, before the first and behind the last must be optional.
 *  (4) ">" before a step: no other call lies between it and the stop before. Where steps
 *      are left out, one ">>" among the separators passed lets other calls lie between.
 *  (5) leg: each departure of a matched stop to the arrival at the next; within: the
 *      departure from the first to the arrival at the last. Both bounds are inclusive; a
 *      visit to a zone departs as it leaves the zone, a crossing as it arrives.
 *  (6) A zone in which the ship stands when it departs continues chains, begins none.
 *  (7) A first stop whose chain was completed by a stop is through with all other chains:
 *      what still follows (optional last steps) goes on from that stop and a chain that
 *      it completed.
 * At each arrival the engine must tell exactly one match when a chain ends there, else
 * none, as long as no run was evicted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lookout/base/time.h"
#include "lookout/rules/route.h"

enum { STOPS_MAX = 12, STEPS_MAX = 5 };

struct stop {
    bool is_call, is_standing;
    uint32_t port, zone;
    int64_t arrived_ms, departed_ms;
};
struct world {
    struct ports *ports;
    struct zone_set *zones;
};
struct play {
    const struct world *world;
    const struct route *route;
    struct route_limits limits;
    struct stop stops[STOPS_MAX];
    uint32_t count;
    bool is_completed_by[STOPS_MAX][STOPS_MAX]; /* first stop, by stop (7) */
};

/* --- the naive matcher ---------------------------------------------------------------
 */

/* The first call of the row of calls that this one belongs to (2). */
static uint32_t row_begin(const struct play *p, uint32_t i)
{
    uint32_t begin = i;
    for (uint32_t k = i; k-- > 0;) {
        const struct stop *s = &p->stops[k];
        if (s->is_standing)
            continue;
        if (!s->is_call || !ports_are_same(p->world->ports, s->port, p->stops[i].port))
            break;
        begin = k;
    }
    return begin;
}

/* When the chain's stop i is departed from, seen by its next stop j (2). */
static int64_t departure(const struct play *p, uint32_t i, uint32_t j)
{
    if (!p->stops[i].is_call)
        return p->stops[i].departed_ms;
    int64_t at_ms = p->stops[i].departed_ms;
    for (uint32_t k = i + 1; k < j; k++)
        if (p->stops[k].is_call && row_begin(p, k) == i)
            at_ms = p->stops[k].departed_ms;
    return at_ms;
}

static bool accepts(const struct play *p, uint32_t step, uint32_t i)
{
    const struct route_step *t = &p->route->steps[step];
    const struct stop *s = &p->stops[i];
    if (s->is_call)
        return t->ports != NULL && port_set_has(t->ports, s->port);
    for (uint32_t k = 0; k < t->zone_count; k++)
        if (t->zones[k] == s->zone)
            return true;
    return false;
}

/* Calls between stops i and j of a chain (4): a row of calls lies where it begins. */
static bool has_calls_between(const struct play *p, uint32_t i, uint32_t j)
{
    for (uint32_t k = i + 1; k < j; k++)
        if (p->stops[k].is_call && row_begin(p, k) > i)
            return true;
    return false;
}

static bool is_optional_between(const struct route *r, uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k++)
        if (!r->steps[k].is_optional)
            return false;
    return true;
}

static bool may_skip_calls(const struct route *r, uint32_t from, uint32_t to)
{
    for (uint32_t k = from + 1; k <= to; k++)
        if (!r->steps[k].is_adjacent)
            return true;
    return false;
}

/* Does a chain that has stop i for `step` (first stop: `first`, which the chain left at
 * `left_ms`) go on to end with stop `end` for a step behind which all is optional? */
static bool goes_on(const struct play *p, uint32_t first, int64_t left_ms, uint32_t i,
                    uint32_t step, uint32_t end)
{
    const struct route *r = p->route;
    if (i == end)
        return is_optional_between(r, step + 1, r->step_count);
    if (p->is_completed_by[first][i] && !is_optional_between(r, step + 1, r->step_count))
        return false; /* (7) */
    for (uint32_t j = i + 1; j <= end; j++) {
        if (j > i + 1 && p->is_completed_by[first][j - 1]) /* (7) */
            return false;
        if (p->stops[j].is_call && row_begin(p, j) != j)
            continue;
        int64_t from_ms = departure(p, i, j);
        int64_t first_ms = i == first ? from_ms : left_ms;
        int64_t at_ms = p->stops[j].arrived_ms;
        if (at_ms - from_ms > p->limits.leg_ms || at_ms - first_ms > p->limits.within_ms)
            continue;
        bool has_others = has_calls_between(p, i, j);
        for (uint32_t t = step + 1; t < r->step_count; t++) {
            if (!is_optional_between(r, step + 1, t))
                break;
            if (accepts(p, t, j) && (!has_others || may_skip_calls(r, step, t)) &&
                goes_on(p, first, first_ms, j, t, end))
                return true;
        }
    }
    return false;
}

/* Is there a match at stop `end`? Notes what it completes. */
static bool is_match(struct play *p, uint32_t end)
{
    bool has_match = false;
    if (p->stops[end].is_call && row_begin(p, end) != end)
        return false;
    for (uint32_t i = 0; i <= end; i++) {
        if (p->stops[i].is_standing || (p->stops[i].is_call && row_begin(p, i) != i))
            continue;
        bool ends = false;
        for (uint32_t t = 0; t < p->route->step_count && !ends; t++) {
            if (!is_optional_between(p->route, 0, t))
                break;
            ends = accepts(p, t, i) && goes_on(p, i, 0, i, t, end);
        }
        p->is_completed_by[i][end] = ends;
        has_match = has_match || ends;
    }
    return has_match;
}

/* --- random patterns and stops --- */

static struct world make_world(void)
{
    static const char *const codes[] = {"AAAAA", "AABBB", "BBAAA", "BBBBB",
                                        "CCAAA", "CCBBB", "DDAAA"};
    static const char *const same[] = {"CCAAA", "CCBBB"};
    static const char *const mix[] = {"AABBB", "CC*", "DDAAA"};
    static const char geojson[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"z1\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"z2\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[2,0],[3,0],[3,1],[2,1],[2,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"g1\"},\"geometry\":{\"type\":"
        "\"LineString\",\"coordinates\":[[5,0],[6,0]]}}]}";
    struct world w = {NULL, test_zone_set(geojson)};
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        assert_int_equal(ports_builder_define(b, codes[i], codes[i],
                                              test_pos(10 + (double)i, 20), -1, -1, NULL,
                                              NULL),
                         0);
    assert_int_equal(ports_builder_same(b, same, 2, NULL), 0);
    assert_int_equal(ports_builder_group(b, "mix", mix, 3, NULL), 0);
    assert_int_equal(ports_assemble(b, &w.ports, NULL), 0);
    ports_builder_destroy(b);
    return w;
}

static const char *random_one(struct test_random *r)
{
    static const char *const ones[] = {"AAAAA", "AABBB", "BBAAA", "CCAAA",
                                       "CCBBB", "AA*",   "BB*",   "*",
                                       "@z1",   "@z2",   "@g1",   "$mix"};
    return ones[test_random_below(r, sizeof ones / sizeof ones[0])];
}

static void random_pattern(struct test_random *r, char *ret, size_t size)
{
    size_t n = 0, steps = 1 + test_random_below(r, STEPS_MAX);
    ret[0] = '\0';
    for (size_t i = 0; i < steps; i++) {
        if (i != 0)
            n += (size_t)snprintf(ret + n, size - n, "%s",
                                  test_random_below(r, 2) ? " > " : " >> ");
        if (test_random_below(r, 3) == 0)
            n += (size_t)snprintf(ret + n, size - n, "(%s | %s)", random_one(r),
                                  random_one(r));
        else
            n += (size_t)snprintf(ret + n, size - n, "%s", random_one(r));
        if (test_random_below(r, 4) == 0)
            n += (size_t)snprintf(ret + n, size - n, "?");
    }
}

static int64_t random_ms(struct test_random *r)
{
    return (int64_t)(1 + test_random_below(r, 5)) * HOUR_MS;
}

static bool is_gate(const struct play *p, uint32_t zone)
{
    return zone_set_info(p->world->zones, zone)->shape == ZONE_GATE;
}

/* Calls with now and then a zone before, during or after them, and standing ones. Zones
 * are stayed in for some hours, those within a call are left before it ends. */
static void random_stops(struct test_random *r, struct play *p)
{
    int64_t now_ms = HOUR_MS;
    uint32_t zones = (uint32_t)zone_set_count(p->world->zones);
    uint32_t ports = (uint32_t)ports_count(p->world->ports);
    uint32_t wanted = 1 + (uint32_t)test_random_below(r, STOPS_MAX);
    p->count = 0;
    while (p->count < wanted) {
        struct stop s = {.port = PORT_NONE, .zone = UINT32_MAX};
        now_ms += random_ms(r);
        s.arrived_ms = s.departed_ms = now_ms;
        s.is_call = test_random_below(r, 3) != 0;
        if (!s.is_call) {
            s.zone = (uint32_t)test_random_below(r, zones);
            if (!is_gate(p, s.zone) && test_random_below(r, 2) == 0)
                s.departed_ms = now_ms += random_ms(r);
            p->stops[p->count++] = s;
            continue;
        }
        s.port = (uint32_t)test_random_below(r, ports);
        now_ms += random_ms(r);
        s.departed_ms = now_ms;
        p->stops[p->count++] = s;
        if (p->count < wanted && test_random_below(r, 6) == 0) {
            struct stop visit = {.port = PORT_NONE,
                                 .zone = (uint32_t)test_random_below(r, zones),
                                 .arrived_ms = now_ms - MINUTE_MS,
                                 .departed_ms = now_ms - MINUTE_MS};
            p->stops[p->count++] = visit;
        }
        if (p->count < wanted && test_random_below(r, 6) == 0) {
            struct stop standing = {.port = PORT_NONE,
                                    .zone = (uint32_t)test_random_below(r, zones),
                                    .arrived_ms = now_ms,
                                    .departed_ms = now_ms,
                                    .is_standing = true};
            if (!is_gate(p, standing.zone))
                standing.departed_ms = now_ms += random_ms(r);
            p->stops[p->count++] = standing;
        }
    }
}

/* --- the two against each other --- */

struct told {
    uint32_t matched, progressed;
};

static int on_output(void *context, const struct route_output *output)
{
    struct told *told = context;
    told->matched += output->event == ROUTE_MATCHED;
    told->progressed += output->event == ROUTE_PROGRESSED;
    assert_int_not_equal(output->event, ROUTE_LAPSED); /* nothing was forecast */
    return 0;
}

/* The stop *open, a call or a zone, is over by then. */
static void depart_before(struct route_state *s, const struct play *p, uint32_t *open,
                          int64_t now_ms)
{
    if (*open == UINT32_MAX || p->stops[*open].departed_ms > now_ms)
        return;
    const struct stop *stop = &p->stops[*open];
    struct route_stop left = {
        .port = stop->port, .zone = stop->zone, .departed_ms = stop->departed_ms};
    route_run_depart(s, &p->limits, p->world->ports, &left);
    *open = UINT32_MAX;
}

static void show(const struct play *p, uint32_t end, const char *pattern)
{
    print_message("%s within %lldh leg %lldh\n", pattern,
                  (long long)(p->limits.within_ms / HOUR_MS),
                  (long long)(p->limits.leg_ms / HOUR_MS));
    for (uint32_t i = 0; i <= end; i++) {
        const struct stop *s = &p->stops[i];
        print_message("  %s %s %.2f-%.2f\n", s->is_standing ? "standing" : "",
                      s->is_call ? ports_get(p->world->ports, s->port)->locode
                                 : zone_set_info(p->world->zones, s->zone)->id,
                      (double)s->arrived_ms / (double)HOUR_MS,
                      (double)s->departed_ms / (double)HOUR_MS);
    }
}

/* Saved and loaded, as at a restart, between any two stops. */
static void reload(struct route_state *s, const struct play *p)
{
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    struct wire_reader r;
    route_wire_save(s, p->world->ports, p->world->zones, &w);
    assert_false(w.failed);
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(route_wire_load(s, p->world->ports, p->world->zones, &r), 0);
    buf_finish(&out);
}

struct tally {
    uint64_t stops, matches, evicted;
};

static void play(struct play *p, struct test_random *r, struct tally *tally,
                 const char *pattern)
{
    struct route_state s;
    uint32_t call = UINT32_MAX, zone = UINT32_MAX; /* that last */
    bool is_reloading = test_random_below(r, 50) == 0;
    route_run_init(&s);
    memset(p->is_completed_by, 0, sizeof p->is_completed_by);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct stop *stop = &p->stops[i];
        struct told told = {0};
        depart_before(&s, p, &call, stop->arrived_ms);
        depart_before(&s, p, &zone, stop->arrived_ms);
        assert_int_equal(route_expire_runs(&s, stop->arrived_ms - 1, on_output, &told),
                         0);
        struct route_stop made = {
            .port = stop->port,
            .zone = stop->zone,
            .confidence = 4,
            .arrived_ms = stop->arrived_ms,
            .departed_ms =
                !stop->is_call && is_gate(p, stop->zone) ? stop->arrived_ms : TIME_NONE,
            .is_standing = stop->is_standing,
        };
        if (stop->is_call)
            call = i;
        else if (!is_gate(p, stop->zone))
            zone = i;
        struct route_way way = {p->route, &p->limits, p->world->ports,
                                7,        on_output,  &told};
        assert_int_equal(route_run_arrive(&s, &way, &made), 0);
        if (s.evicted != 0) {
            tally->evicted++;
            return;
        }
        bool wanted = is_match(p, i);
        tally->stops++;
        tally->matches += wanted;
        if (told.matched != wanted) {
            show(p, i, pattern);
            fail_msg("%u matches told, %d wanted", told.matched, wanted);
        }
        if (is_reloading)
            reload(&s, p);
    }
}

static void test_agrees_with_every_chain(void **state)
{
    const char *sanitized = getenv("LOOKOUT_SANITIZED");
    bool is_slow = sanitized != NULL && sanitized[0] == '1';
    uint64_t wanted = is_slow ? 60000 : 1000000;
    const char *given = getenv("LOOKOUT_SEED");
    struct test_random random = {given != NULL ? strtoull(given, NULL, 10) : 20240325};
    print_message("# seed %llu\n", (unsigned long long)random.state);
    struct world world = make_world();
    struct tally tally = {0};
    static struct play p;
    p.world = &world;
    for (uint64_t done = 0; done < wanted;) {
        char pattern[256];
        struct route *route = NULL;
        random_pattern(&random, pattern, sizeof pattern);
        if (route_compile(world.ports, world.zones, pattern, &route, NULL) != 0)
            continue; /* every step optional */
        p.route = route;
        for (int k = 0; k < 20; k++, done++) {
            p.limits.leg_ms = (int64_t)(1 + test_random_below(&random, 30)) * HOUR_MS;
            p.limits.within_ms = (int64_t)(1 + test_random_below(&random, 60)) * HOUR_MS;
            random_stops(&random, &p);
            play(&p, &random, &tally, pattern);
        }
        route_destroy(route);
    }
    print_message("# %llu plays, %llu stops, %llu matches, %llu ended by eviction\n",
                  (unsigned long long)wanted, (unsigned long long)tally.stops,
                  (unsigned long long)tally.matches, (unsigned long long)tally.evicted);
    /* The comparison must not be an empty one. */
    assert_true(tally.matches > wanted / 10);
    assert_true(tally.evicted < wanted / 50);
    ports_destroy(world.ports);
    zone_set_destroy(world.zones);
}

TEST_MAIN(NULL, NULL, TEST(test_agrees_with_every_chain))
