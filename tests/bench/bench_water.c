/* SPDX-License-Identifier: Apache-2.0 */
/* Distances over water: reading the grid, making a field, loading it from its cached
 * form, looking up; one way by itself; zones' ground for a forecast; and the error
 * against each published distance. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/sea_distances.h"
#include "lookout/base/hash.h"
#include "lookout/geo/water.h"
#include "lookout/sys/datafile.h"

#define NM 1852.0
enum { POSITIONS = 100000 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_figure(const char *name, double value, const char *unit)
{
    printf("{\"bench\":\"water: %s\",\"value\":%.4g,\"unit\":\"%s\"}\n", name, value,
           unit);
}

static struct geo_pos at(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

static struct water_field *make(const struct water *water, double lat, double lon)
{
    struct geo_pos source = at(lat, lon);
    struct water_field *field = NULL;
    const struct water_ends ends = {.sources = &source, .count = 1, .limit_m = HUGE_VAL};
    if (water_field_create(water, &ends, &field) != 0)
        abort();
    return field;
}

static void time_field(const struct water *water)
{
    double start = now_s();
    struct water_field *field = make(water, 43.1, 131.9), *again = NULL;
    print_figure("make a field of the whole sea", now_s() - start, "s");
    print_figure("a field in memory", (double)water_field_bytes(field) / 1e6, "MB");
    struct buf bytes = {0};
    struct geo_pos source = at(43.1, 131.9);
    if (water_field_save(field, &bytes) != 0)
        abort();
    print_figure("a field in the cache", (double)bytes.length / 1e6, "MB");
    start = now_s();
    const struct water_ends ends = {.sources = &source, .count = 1, .limit_m = HUGE_VAL};
    if (water_field_load(water, &ends, bytes.data, bytes.length, &again) != 0)
        abort();
    print_figure("load a field from the cache", (now_s() - start) * 1e3, "ms");
    static struct geo_pos pos[POSITIONS];
    for (uint64_t i = 0; i < POSITIONS; i++)
        pos[i] = (struct geo_pos){
            (int32_t)(hash_u64(i, 1) % 1200000000) - 600000000,
            (int32_t)((int64_t)(hash_u64(i, 2) % 3600000000) - 1800000000)};
    double sum = 0;
    start = now_s();
    for (int i = 0; i < POSITIONS; i++)
        sum += water_field_distance_m(field, pos[i]);
    print_figure("look up, anywhere on earth", (now_s() - start) / POSITIONS * 1e9, "ns");
    struct geo_pos a = at(33, 125), b = at(42, 132);
    for (int i = 0; i < POSITIONS; i++)
        pos[i] = geo_interpolate(a, b, (double)i / POSITIONS);
    start = now_s();
    for (int i = 0; i < POSITIONS; i++)
        sum += water_field_distance_m(field, pos[i]);
    print_figure("look up, along a course", (now_s() - start) / POSITIONS * 1e9, "ns");
    if (isnan(sum))
        abort();
    water_field_release(again);
    water_field_release(field);
    buf_finish(&bytes);
}

static void time_questions(const struct water *water)
{
    double m = 0, start = now_s();
    int rc = water_reach_between_m(water, at(36.8, 122.6), at(43.1, 131.9), &m);
    if (rc == 0)
        print_figure("one way by itself, Shidao to Vladivostok", (now_s() - start) * 1e3,
                     "ms");
    struct water_field *field = make(water, 43.1, 131.9);
    struct water_reach *reach = NULL;
    static const double from[][2] = {{36.8, 122.6}, {51.9, 3.9}};
    static const char *const names[] = {"what lies near the way, from Shidao",
                                        "what lies near the way, from Rotterdam"};
    for (int i = 0; i < 2; i++) {
        start = now_s();
        rc = water_reach_create(water, field, at(from[i][0], from[i][1]), 1.15, &reach);
        if (rc != 0)
            abort();
        print_figure(names[i], (now_s() - start) * 1e3, "ms");
        water_reach_destroy(reach);
    }
    water_field_release(field);
}

static void measure_errors(const struct water *water)
{
    double worst = 0, sum = 0, sum_abs = 0;
    struct water_field *field = NULL;
    for (size_t i = 0; i < sea_distance_count; i++) {
        const struct sea_distance *row = &sea_distances[i];
        bool is_same = i > 0 && strcmp(row->from, sea_distances[i - 1].from) == 0;
        if (!is_same) {
            water_field_release(field);
            field = make(water, row->from_lat, row->from_lon);
        }
        double nm = water_field_distance_m(field, at(row->to_lat, row->to_lon)) / NM;
        double error = (nm / row->nm - 1) * 100;
        printf("# %-15s %-18s published %5.0f nm, over the grid %5.0f, %+.1f %%\n",
               row->from, row->to, row->nm, nm, error);
        worst = fabs(error) > worst ? fabs(error) : worst;
        sum += error;
        sum_abs += fabs(error);
    }
    water_field_release(field);
    print_figure("error against published distances, mean",
                 sum / (double)sea_distance_count, "%");
    print_figure("error against published distances, mean of its size",
                 sum_abs / (double)sea_distance_count, "%");
    print_figure("error against published distances, worst", worst, "%");
}

int main(void)
{
    char path[4096];
    struct buf bytes = {0};
    struct err err = {0};
    struct water *water = NULL;
    if (datafile_find("water.bin", path, sizeof path) != 0 ||
        datafile_read(path, &bytes, &err) != 0) {
        fprintf(stderr, "water.bin is not found\n");
        return 1;
    }
    double start = now_s();
    if (water_create(bytes.data, bytes.length, &water, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    print_figure("read the grid", (now_s() - start) * 1e3, "ms");
    print_figure("the grid in memory", (double)water_bytes() / 1e6, "MB");
    time_field(water);
    time_questions(water);
    measure_errors(water);
    water_release(water);
    buf_finish(&bytes);
    return 0;
}
