/* SPDX-License-Identifier: Apache-2.0 */
/* Zones against GEOS's own predicates: random fixes and random paths over 1,000 random
 * zones with holes, slivers, combs, shared edges, edges on the grid's lines, and the
 * antimeridian. A difference within 1e-7 degree of a boundary is counted and reported; a
 * difference farther away fails the test.
 *
 * Every run uses a fixed seed and a random seed (LOOKOUT_SEED=N repeats it).
 * LOOKOUT_FULL=1 runs 10 million fixes and 1 million paths. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/zone_path_int.h"
#include "lib/geosoracle.h"
#include "lib/zonegen.h"
#include "lib/zonelib.h"

#define MARGIN_DEG 1.0000001e-7
enum { ZONES = 1000, ROOM = 256, TURN_DEG = 360 };

struct world {
    struct zonegen gen;
    struct geosoracle *oracle;
    struct zone_set *set;
    struct test_random random;
    uint64_t seed;
    /* The number of disagreements within the margin, for zones drawn finer than the
     * resolution of positions and for the others; and the number of answers that were not
     * empty. */
    size_t near_fine, near, met;
};

static size_t scale(size_t full)
{
    const char *is_full = getenv("LOOKOUT_FULL"),
               *sanitized = getenv("LOOKOUT_SANITIZED");
    if (is_full != NULL && *is_full == '1')
        return full;
    return sanitized != NULL && *sanitized == '1' ? full / 400 : full / 25;
}

static double between(struct world *w, double low, double high)
{
    return low + (high - low) * (double)(test_random_next(&w->random) >> 11) / 0x1p53;
}

static void generate(struct world *w)
{
    static const enum zonegen_shape shapes[] = {
        ZONEGEN_STAR,  ZONEGEN_SPIKY, ZONEGEN_HOLED,     ZONEGEN_SLIVER,
        ZONEGEN_STRIP, ZONEGEN_COMB,  ZONEGEN_RECTANGLE, ZONEGEN_GATE,
    };
    while (w->gen.count < ZONES) {
        struct zonegen_place place = {
            .lat = zonegen_between(&w->gen, -70, 70),
            .lon = zonegen_between(&w->gen, 150, 210), /* over 180 */
            .radius_deg = pow(10, zonegen_between(&w->gen, -2, 0.3)),
            .vertices = 20 + (size_t)zonegen_below(&w->gen, 480)};
        if (zonegen_below(&w->gen, 100) == 0)
            place.vertices = 10000;
        enum zonegen_shape shape =
            shapes[zonegen_below(&w->gen, sizeof shapes / sizeof shapes[0])];
        zonegen_add(&w->gen, shape, &place, zonegen_below(&w->gen, 2));
    }
}

static void build(struct world *w, uint64_t seed)
{
    struct buf text = {0};
    zonegen_init(&w->gen, seed);
    generate(w);
    w->seed = seed;
    w->random = (struct test_random){seed ^ 0x5eed};
    zonegen_print(&w->gen, seed & 1, &text);
    w->set = test_zone_set(buf_text(&text));
    buf_finish(&text);
    w->oracle = geosoracle_create(&w->gen);
    assert_int_equal(zone_set_count(w->set), w->gen.count);
    print_message("seed %llu: %zu zones, index %zu bytes\n", (unsigned long long)seed,
                  w->gen.count, zone_set_index_bytes(w->set));
}

static void take_down(struct world *w)
{
    geosoracle_destroy(w->oracle);
    zone_set_destroy(w->set);
    zonegen_finish(&w->gen);
}

/* A position at a critical place: on a vertex, near an edge, around a zone, or anywhere.
 */
static struct geo_pos random_pos(struct world *w)
{
    const struct zonegen_zone *zone =
        &w->gen.zones[test_random_below(&w->random, w->gen.count)];
    const struct zonegen_ring *ring =
        &zone->rings[test_random_below(&w->random, zone->ring_count)];
    const double *v = ring->xy + 2 * test_random_below(&w->random, ring->count - 1);
    double along = between(w, 0, 1), off = pow(10, between(w, -8, 0));
    double x = v[0] + (v[2] - v[0]) * along, y = v[1] + (v[3] - v[1]) * along;
    switch (test_random_below(&w->random, 6)) {
    case 0: /* a vertex, rounded */
        return test_pos(v[1], v[0]);
    case 1: /* level with a vertex, where rays meet it */
        return test_pos(v[1], v[0] + between(w, -0.5, 0.5));
    case 2: /* anywhere */
        return test_pos(between(w, -90, 90), between(w, -180, 180));
    case 3: /* on the grid's lines */
        return test_pos(round(y * 128) / 128, round(x * 128) / 128);
    default:
        return test_pos(fmin(fmax(y + between(w, -off, off), -90), 90),
                        x + between(w, -off, off));
    }
}

/* The first number that is in only one of the two ascending lists, or -1. */
static int64_t first_difference(const uint32_t *a, size_t n, const uint32_t *b, size_t m,
                                size_t *at_a, size_t *at_b)
{
    while (*at_a < n || *at_b < m) {
        if (*at_b == m || (*at_a < n && a[*at_a] < b[*at_b]))
            return a[(*at_a)++];
        if (*at_a == n || b[*at_b] < a[*at_a])
            return b[(*at_b)++];
        (*at_a)++;
        (*at_b)++;
    }
    return -1;
}

static void count_near(struct world *w, uint32_t zone)
{
    if (w->gen.zones[zone].is_fine)
        w->near_fine++;
    else
        w->near++;
}

static void compare_fix(struct world *w)
{
    uint32_t ours[ROOM], theirs[ROOM];
    struct geo_pos p = random_pos(w);
    size_t n = zone_set_at(w->set, p, ours, ROOM);
    size_t m = geosoracle_at(w->oracle, p, theirs, ROOM);
    assert_true(n <= ROOM && m <= ROOM);
    w->met += n > 0;
    size_t i = 0, k = 0;
    for (int64_t zone; (zone = first_difference(ours, n, theirs, m, &i, &k)) >= 0;) {
        double margin = geosoracle_point_margin(w->oracle, (uint32_t)zone, p);
        if (margin > MARGIN_DEG)
            fail_msg(
                "seed %llu zone %lld at %.7f %.7f: %zu of ours, %zu of GEOS, %g degree "
                "from its boundary",
                (unsigned long long)w->seed, (long long)zone, p.lat_e7 / 1e7,
                p.lon_e7 / 1e7, n, m, margin);
        count_near(w, (uint32_t)zone);
    }
    for (size_t z = 0; z < n; z++)
        assert_true(zone_set_contains(w->set, ours[z], p));
}

static void report(const struct world *w, const char *what, size_t count)
{
    print_message(
        "seed %llu: %zu %s, %zu in or through a zone. Differ from GEOS within "
        "1e-7 degree of a boundary: %zu for zones drawn finer than that, %zu for "
        "others; beyond: none\n",
        (unsigned long long)w->seed, count, what, w->met, w->near_fine, w->near);
}

static void run_fixes(struct world *w, size_t fixes)
{
    w->near_fine = w->near = w->met = 0;
    for (size_t i = 0; i < fixes; i++)
        compare_fix(w);
    report(w, "fixes", fixes);
}

/* Most paths are small steps between fixes, which are one straight piece; some paths are
 * long. */
static void random_path(struct world *w, struct zone_path *path)
{
    struct geo_pos a = random_pos(w), b = random_pos(w);
    double kind = between(w, 0, 1), step = kind < 0.8 ? 0.05 : kind < 0.95 ? 1 : 8;
    if (between(w, 0, 1) < 0.9)
        b = test_pos(fmin(fmax(a.lat_e7 / 1e7 + between(w, -step, step), -89), 89),
                     a.lon_e7 / 1e7 + between(w, -step, step));
    else if (fabs((double)b.lat_e7 - a.lat_e7) > 10e7)
        b.lat_e7 = a.lat_e7;
    if (between(w, 0, 1) < 0.05)
        b.lon_e7 = a.lon_e7; /* along a meridian */
    zone_path_init(path, a, b);
}

static void compare_cuts(struct world *w, const struct zone_cuts *cuts,
                         const struct geosoracle_line *line)
{
    /* Fractions are parts of the great circle's length; on one short piece, parts of the
     * length on the plane. */
    double part = geosoracle_part_inside(w->oracle, cuts->zone, line);
    if (zone_set_info(w->set, cuts->zone)->shape == ZONE_GATE) {
        if (geosoracle_gate_margin(w->oracle, cuts->zone, line) > MARGIN_DEG &&
            cuts->count < ZONE_CUTS_MAX - 1)
            assert_near(cuts->count, part, 0);
        return;
    }
    double inside = 0, from = 0;
    bool is_inside = cuts->inside_at_start;
    for (uint32_t i = 0; i < cuts->count; i++, is_inside = !is_inside)
        if (is_inside)
            inside += cuts->fraction[i] - from;
        else
            from = cuts->fraction[i];
    assert_true(is_inside == cuts->inside_at_end);
    if (is_inside)
        inside += 1 - from;
    if (cuts->count < ZONE_CUTS_MAX - 1)
        assert_near(inside, part, 1e-5);
}

static void compare_path(struct world *w, const struct zone_path *path)
{
    double xy[2 * (ZONE_PATH_PIECES_MAX + 1)];
    for (int i = 0; i <= path->pieces; i++) {
        xy[2 * i] = (double)(path->knots[i].x - ZONE_TURN_E7 / 2) / 1e7;
        xy[2 * i + 1] = path->knots[i].y / 1e7;
    }
    struct geosoracle_line line = {.xy = xy, .count = (size_t)path->pieces + 1};
    struct test_along along;
    uint32_t ours[ROOM], theirs[ROOM];
    test_zone_along(w->set, path->a, path->b, &along);
    for (size_t i = 0; i < along.count; i++)
        ours[i] = along.cuts[i].zone;
    size_t m = geosoracle_along(w->oracle, &line, theirs, ROOM), k = 0, n = 0;
    assert_true(m <= ROOM);
    w->met += along.count > 0;
    for (int64_t zone;
         (zone = first_difference(ours, along.count, theirs, m, &n, &k)) >= 0;) {
        bool is_gate = zone_set_info(w->set, (uint32_t)zone)->shape == ZONE_GATE;
        bool is_ours = test_along_zone(&along, (uint32_t)zone) != NULL;
        double by = is_ours ? MARGIN_DEG : -MARGIN_DEG;
        bool is_near =
            is_gate
                ? geosoracle_gate_margin(w->oracle, (uint32_t)zone, &line) < MARGIN_DEG
                : geosoracle_meets_grown(w->oracle, (uint32_t)zone, &line, by) == is_ours;
        if (!is_near)
            fail_msg("seed %llu zone %lld, path %.7f %.7f to %.7f %.7f: only %s meets it",
                     (unsigned long long)w->seed, (long long)zone, path->a.lat_e7 / 1e7,
                     path->a.lon_e7 / 1e7, path->b.lat_e7 / 1e7, path->b.lon_e7 / 1e7,
                     is_ours ? "ours" : "GEOS");
        count_near(w, (uint32_t)zone);
    }
    for (size_t i = 0; i < along.count; i++) {
        const struct zone_cuts *cuts = &along.cuts[i];
        if (zone_set_info(w->set, cuts->zone)->shape == ZONE_AREA) {
            assert_true(cuts->inside_at_start ==
                        zone_set_contains(w->set, cuts->zone, path->a));
            assert_true(cuts->inside_at_end ==
                        zone_set_contains(w->set, cuts->zone, path->b));
        }
        if (path->pieces == 1 && !w->gen.zones[cuts->zone].is_fine &&
            test_random_below(&w->random, 4) == 0)
            compare_cuts(w, cuts, &line);
    }
}

static void run_paths(struct world *w, size_t paths)
{
    w->near_fine = w->near = w->met = 0;
    size_t pieces = 0;
    for (size_t i = 0; i < paths; i++) {
        struct zone_path path;
        random_path(w, &path);
        if (path.pieces == 0)
            continue;
        pieces += (size_t)path.pieces;
        compare_path(w, &path);
    }
    print_message("%zu straight pieces\n", pieces);
    report(w, "paths", paths);
}

static void run(uint64_t seed)
{
    struct world w = {0};
    build(&w, seed);
    run_fixes(&w, scale(10000000) / 2);
    run_paths(&w, scale(1000000) / 2);
    take_down(&w);
}

static void test_fixed_seed(void **state)
{
    run(20240325);
}

static void test_random_seed(void **state)
{
    const char *given = getenv("LOOKOUT_SEED");
    uint64_t seed = 0;
    FILE *f = fopen("/dev/urandom", "rb");
    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    else if (f != NULL && fread(&seed, 4, 1, f) != 1)
        seed = 1;
    if (f != NULL)
        fclose(f);
    print_message("LOOKOUT_SEED=%llu\n", (unsigned long long)seed);
    run(seed);
}

TEST_MAIN(NULL, NULL, TEST(test_fixed_seed), TEST(test_random_seed))
