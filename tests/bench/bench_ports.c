/* SPDX-License-Identifier: Apache-2.0 */
/* What a look-up of the gazetteer costs, against the floor of one great-circle distance:
 * ports_index_at on the open sea, near ports and within them, and a declared destination.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lookout/base/hash.h"
#include "lookout/conf/gazetteer.h"

enum { POSITIONS = 100000, ROUNDS = 10 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_figure(const char *name, double value, const char *unit)
{
    printf("{\"bench\":\"ports: %s\",\"value\":%.1f,\"unit\":\"%s\"}\n", name, value,
           unit);
}

static uint64_t next_below(uint64_t *state, uint64_t below)
{
    return hash_u64(++*state, 7) % below;
}

/* Positions at up to `away_m` from random ports; anywhere on earth where it is < 0. */
static void strew(const struct ports *ports, double away_m, struct geo_pos *ret)
{
    uint64_t r = 0;
    for (int i = 0; i < POSITIONS; i++) {
        if (away_m < 0) {
            ret[i].lat_e7 = (int32_t)next_below(&r, 1400000000) - 700000000;
            ret[i].lon_e7 = (int32_t)(next_below(&r, 3600000000) - 1800000000);
            continue;
        }
        uint32_t k = (uint32_t)next_below(&r, ports_count(ports));
        double bearing = (double)next_below(&r, 360);
        double away = (double)next_below(&r, (uint64_t)away_m + 1);
        ret[i] = geo_destination(ports_get(ports, k)->pos, bearing, away);
    }
}

static double time_at(const struct ports *ports, const struct geo_pos *pos,
                      size_t *ret_hits)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        size_t hits = 0;
        double start = now_s();
        for (int i = 0; i < POSITIONS; i++)
            hits += ports_index_at(ports, pos[i], PORT_NONE) != PORT_NONE;
        double ns = (now_s() - start) / POSITIONS * 1e9;
        best = ns < best ? ns : best;
        *ret_hits = hits;
    }
    return best;
}

static double time_distance(const struct geo_pos *pos)
{
    volatile double sum = 0;
    double start = now_s();
    for (int i = 1; i < POSITIONS; i++)
        sum = sum + geo_distance_m(pos[i - 1], pos[i]);
    return (now_s() - start) / POSITIONS * 1e9;
}

static double time_destinations(const struct ports *ports, const char *text)
{
    enum { TIMES = 2000 };
    volatile uint32_t sum = 0;
    double start = now_s();
    for (int i = 0; i < TIMES; i++)
        sum = sum + destination_resolve(ports, text);
    return (now_s() - start) / TIMES * 1e9;
}

int main(void)
{
    double start = now_s();
    struct ports *ports = NULL;
    struct ports_builder *b = ports_builder_create();
    if (b == NULL || gazetteer_read(b, NULL, NULL, NULL, NULL) != 0 ||
        ports_assemble(b, &ports, NULL) != 0)
        return 1;
    ports_builder_destroy(b);
    print_figure("read and build", (now_s() - start) * 1e3, "ms");
    struct geo_pos *pos = calloc(POSITIONS, sizeof *pos);
    size_t hits = 0;
    if (pos == NULL)
        return 1;
    strew(ports, -1, pos);
    print_figure("one distance (floor)", time_distance(pos), "ns");
    print_figure("ports_at anywhere", time_at(ports, pos, &hits), "ns");
    strew(ports, 60000, pos);
    print_figure("ports_at within 60 km of a port", time_at(ports, pos, &hits), "ns");
    strew(ports, 8000, pos);
    print_figure("ports_at within 8 km of a port", time_at(ports, pos, &hits), "ns");
    print_figure("of these in port", (double)hits * 100 / POSITIONS, "%");
    print_figure("destination: code", time_destinations(ports, "KR PUS>RU VVO"), "ns");
    print_figure("destination: name", time_destinations(ports, "VLADIVOSTOK"), "ns");
    print_figure("destination: typo", time_destinations(ports, "VLADIVOSTK"), "ns");
    print_figure("destination: nothing", time_destinations(ports, "HAPPY NEW YEAR!"),
                 "ns");
    free(pos);
    ports_destroy(ports);
    return 0;
}
