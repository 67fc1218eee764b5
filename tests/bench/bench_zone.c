/* SPDX-License-Identifier: Apache-2.0 */
/* The zone grid against an STRtree with prepared geometries on GEOS, in one run, over the
 * same random zones and fixes; growth of the cost with the number of zones; building;
 * memory. One JSON line for each figure: name, value, unit, and what it must and aims to
 * be. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/geosoracle.h"
#include "lib/zonegen.h"
#include "lookout/geo/zone.h"

enum { FIXES = 1000000, ROUNDS = 3, REGION_LON = 80, REGION_LAT = 45 };

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void figure(const char *name, size_t zones, double value, const char *unit,
                   const char *bounds)
{
    printf(
        "{\"bench\":\"zone\",\"name\":\"%s\",\"zones\":%zu,\"value\":%.4g,\"unit\":\"%s\""
        "%s}\n",
        name, zones, value, unit, bounds);
    fflush(stdout);
}

struct world {
    struct zonegen gen;
    struct zone_set *set;
    struct geosoracle *oracle;
    struct geo_pos *fixes, *before, *far; /* each fix, the one before it, one 10 nm off */
    double read_s, build_s;
    size_t hits;
};

/* Zones of 20 to 500 vertices and that radius, over 80 x 45 degrees from 20 N 100 E. */
static void generate(struct world *w, size_t zones, double radius_km)
{
    zonegen_init(&w->gen, 4711 + zones);
    while (w->gen.count < zones) {
        double km = radius_km > 0 ? radius_km : zonegen_between(&w->gen, 1, 33);
        struct zonegen_place place = {
            .lat = zonegen_between(&w->gen, 20, 20 + REGION_LAT),
            .lon = zonegen_between(&w->gen, 60, 60 + REGION_LON),
            .radius_deg = km / 111.2,
            .vertices = 20 + (size_t)zonegen_below(&w->gen, 481)};
        zonegen_add(&w->gen, ZONEGEN_STAR, &place, false);
    }
    for (size_t i = 0; i < FIXES; i++) {
        double lat = zonegen_between(&w->gen, 20, 20 + REGION_LAT);
        double lon = zonegen_between(&w->gen, 60, 60 + REGION_LON);
        double course = zonegen_between(&w->gen, 0, 360);
        struct geo_point p = {.lat = lat, .lon = lon};
        w->fixes[i] = geo_to_pos(p);
        /* 2 minutes at 15 kn, and 10 nm. */
        w->before[i] = geo_destination(w->fixes[i], course, 926);
        w->far[i] = geo_destination(w->fixes[i], course, 18520);
    }
}

static void build(struct world *w)
{
    struct buf text = {0};
    struct zone_faults faults = {0};
    zonegen_print(&w->gen, false, &text);
    double begin = cpu_s();
    struct zone_builder *b = zone_set_builder_create();
    int code = zone_set_builder_add(b, "bench", buf_text(&text), text.length, &faults);
    double read = cpu_s();
    if (code == 0)
        code = zone_set_build(b, &w->set, NULL);
    w->build_s = cpu_s() - read;
    w->read_s = read - begin;
    if (code != 0) {
        fprintf(stderr, "bench_zone: %s\n",
                faults.count > 0 ? faults.items[0].text : "cannot build");
        exit(1);
    }
    zone_set_builder_destroy(b);
    geojson_fault_finish_list(&faults);
    buf_finish(&text);
}

static void count_visit(void *context, const struct zone_cuts *cuts)
{
    (void)cuts;
    ++*(size_t *)context;
}

static size_t points_grid(struct world *w)
{
    size_t hits = 0;
    uint32_t zones[64];
    for (size_t i = 0; i < FIXES; i++)
        hits += zone_set_at(w->set, w->fixes[i], zones, 64);
    return hits;
}

static size_t points_geos(struct world *w)
{
    size_t hits = 0;
    for (size_t i = 0; i < FIXES; i++)
        hits += geosoracle_count_at(w->oracle, w->fixes[i]);
    return hits;
}

static size_t paths_grid(struct world *w)
{
    size_t hits = 0;
    for (size_t i = 0; i < FIXES; i++)
        if (zone_along(w->set, w->before[i], w->fixes[i], count_visit, &hits) != 0)
            exit(1);
    return hits;
}

static size_t far_paths_grid(struct world *w)
{
    size_t hits = 0;
    for (size_t i = 0; i < FIXES; i++)
        if (zone_along(w->set, w->far[i], w->fixes[i], count_visit, &hits) != 0)
            exit(1);
    return hits;
}

static size_t paths_geos(struct world *w)
{
    size_t hits = 0;
    for (size_t i = 0; i < FIXES; i++)
        hits += geosoracle_count_along(w->oracle, w->before[i], w->fixes[i]);
    return hits;
}

static size_t far_paths_geos(struct world *w)
{
    size_t hits = 0;
    for (size_t i = 0; i < FIXES; i++)
        hits += geosoracle_count_along(w->oracle, w->far[i], w->fixes[i]);
    return hits;
}

static size_t near_grid(struct world *w)
{
    size_t hits = 0;
    uint32_t zones[64];
    for (size_t i = 0; i < FIXES; i++)
        hits += zone_distance_near(w->set, w->fixes[i], 18520, zones, 64);
    return hits;
}

struct task {
    size_t (*run)(struct world *w);
    double best_ns; /* a fix */
    size_t hits;
};

/* The best of some rounds of each task, taking turns, so that what else the machine does
 * strikes all alike. */
static void time_all(struct world *w, struct task *tasks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tasks[i].best_ns = HUGE_VAL;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < n; i++) {
            double begin = cpu_s();
            tasks[i].hits = tasks[i].run(w);
            tasks[i].best_ns = fmin(tasks[i].best_ns, (cpu_s() - begin) * 1e9 / FIXES);
        }
}

static void tear_down(struct world *w)
{
    geosoracle_destroy(w->oracle);
    zone_set_destroy(w->set);
    zonegen_finish(&w->gen);
    w->oracle = NULL;
    w->set = NULL;
}

static void measure(struct world *w, size_t zones)
{
    enum { POINT, POINT_GEOS, PATH, PATH_GEOS, FAR, FAR_GEOS, NEAR, TASKS };
    struct task t[TASKS] = {{.run = points_grid},    {.run = points_geos},
                            {.run = paths_grid},     {.run = paths_geos},
                            {.run = far_paths_grid}, {.run = far_paths_geos},
                            {.run = near_grid}};
    generate(w, zones, 0);
    build(w);
    w->oracle = geosoracle_create(&w->gen);
    figure("read", zones, w->read_s, "s", "");
    figure("build", zones, w->build_s, "s", zones == 1000 ? ",\"must_max\":0.1" : "");
    figure("memory", zones, (double)zone_set_index_bytes(w->set) / 1e6, "MB", "");
    points_geos(w); /* prepared geometries build their index at the first question */
    paths_geos(w);
    time_all(w, t, TASKS);
    if (t[POINT].hits != t[POINT_GEOS].hits) {
        fprintf(stderr, "bench_zone: %zu hits, GEOS says %zu\n", t[POINT].hits,
                t[POINT_GEOS].hits);
        exit(1);
    }
    figure("point hits", zones, 100.0 * (double)t[POINT].hits / FIXES, "%", "");
    figure("point grid", zones, t[POINT].best_ns, "ns", "");
    figure("point geos", zones, t[POINT_GEOS].best_ns, "ns", "");
    figure("point ratio", zones, t[POINT_GEOS].best_ns / t[POINT].best_ns, "x",
           zones == 1000    ? ",\"must_min\":8,\"aim\":15"
           : zones == 10000 ? ",\"must_min\":3"
                            : "");
    figure("path 0.5 nm hits", zones, 100.0 * (double)t[PATH].hits / FIXES, "%", "");
    figure("path 0.5 nm grid", zones, t[PATH].best_ns, "ns", "");
    figure("path 0.5 nm geos", zones, t[PATH_GEOS].best_ns, "ns", "");
    figure("path by point", zones, t[PATH].best_ns / t[POINT].best_ns, "x",
           ",\"must_max\":3");
    figure("path 0.5 nm ratio", zones, t[PATH_GEOS].best_ns / t[PATH].best_ns, "x", "");
    figure("path 10 nm grid", zones, t[FAR].best_ns, "ns", "");
    figure("path 10 nm ratio", zones, t[FAR_GEOS].best_ns / t[FAR].best_ns, "x", "");
    figure("near 10 nm grid", zones, t[NEAR].best_ns, "ns", "");
    tear_down(w);
}

/* The same total area in ever more zones; all sets at once, taking turns. */
static void measure_growth(struct world *w)
{
    enum { SIZES = 4 };
    struct zone_set *sets[SIZES];
    double best[SIZES];
    size_t zones = 10, hits[SIZES];
    for (int i = 0; i < SIZES; i++, zones *= 10) {
        generate(w, zones, 330 / sqrt((double)zones));
        build(w);
        sets[i] = w->set;
        best[i] = HUGE_VAL;
        zonegen_finish(&w->gen);
    }
    for (int round = 0; round < 2 * ROUNDS; round++)
        for (int i = 0; i < SIZES; i++) {
            w->set = sets[i];
            double begin = cpu_s();
            hits[i] = points_grid(w);
            best[i] = fmin(best[i], (cpu_s() - begin) * 1e9 / FIXES);
        }
    zones = 10;
    for (int i = 0; i < SIZES; i++, zones *= 10) {
        figure("same area hits", zones, 100.0 * (double)hits[i] / FIXES, "%", "");
        figure("same area point grid", zones, best[i], "ns", "");
        figure("same area growth", zones, best[i] / best[0], "x", ",\"must_max\":3");
        zone_set_destroy(sets[i]);
    }
    w->set = NULL;
}

int main(void)
{
    struct world w = {0};
    w.fixes = malloc(FIXES * sizeof *w.fixes);
    w.before = malloc(FIXES * sizeof *w.before);
    w.far = malloc(FIXES * sizeof *w.far);
    if (w.fixes == NULL || w.before == NULL || w.far == NULL)
        return 1;
    for (size_t zones = 10; zones <= 10000; zones *= 10)
        measure(&w, zones);
    measure_growth(&w);
    free(w.fixes);
    free(w.before);
    free(w.far);
    return 0;
}
