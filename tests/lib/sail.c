/* SPDX-License-Identifier: Apache-2.0 */
/* Dijkstra's search over points that see each other over water. */
#include "lib/sail.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lookout/base/heap.h"

#define STEP_DEG 0.05
enum { SEES = 4 }; /* steps to each side: 80 directions */

struct search {
    struct sail *s;
    struct heap heap;
    struct heap_node nodes[SAIL_POINTS];
};

struct geo_pos sail_point(const struct sail *s, int i)
{
    double lon = s->low.lon + i % SAIL_SIDE * STEP_DEG;
    lon = lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
    return geo_to_pos((struct geo_point){s->low.lat + i / SAIL_SIDE * STEP_DEG, lon});
}

/* Diagonally by one of the two cells between. */
static bool is_step_open(const struct water *water, struct geo_pos a, struct geo_pos b)
{
    struct geo_pos c = {a.lat_e7, b.lon_e7}, d = {b.lat_e7, a.lon_e7};
    return water_is_open(water, a, b) ||
           (water_is_open(water, a, c) && water_is_open(water, c, b)) ||
           (water_is_open(water, a, d) && water_is_open(water, d, b));
}

static bool sees(const struct water *water, struct geo_pos a, struct geo_pos b)
{
    double dlat = (double)b.lat_e7 - a.lat_e7, dlon = (double)b.lon_e7 - a.lon_e7;
    int steps = (int)(fmax(fabs(dlat), fabs(dlon)) / 1e5) + 1;
    bool is_open = water_is_wet(water, a) && fabs(dlon) < 1e9;
    struct geo_pos at = a;
    for (int k = 1; k <= steps && is_open; k++) {
        struct geo_pos next = {(int32_t)(a.lat_e7 + dlat * k / steps),
                               (int32_t)(a.lon_e7 + dlon * k / steps)};
        is_open = is_step_open(water, at, next);
        at = next;
    }
    return is_open;
}

static void improve(struct search *x, int i, double m)
{
    if (x->s->length_m[i] >= 0 && x->s->length_m[i] <= m)
        return;
    x->s->length_m[i] = m;
    if (heap_set(&x->heap, &x->nodes[i], (int64_t)m, (uint32_t)i) != 0)
        abort();
}

static void look_around(struct search *x, int i)
{
    struct geo_pos here = sail_point(x->s, i);
    for (int k = 0; k < (2 * SEES + 1) * (2 * SEES + 1); k++) {
        int row = i / SAIL_SIDE + k / (2 * SEES + 1) - SEES;
        int col = i % SAIL_SIDE + k % (2 * SEES + 1) - SEES;
        int to = row * SAIL_SIDE + col;
        if (row < 0 || col < 0 || row >= SAIL_SIDE || col >= SAIL_SIDE || to == i)
            continue;
        struct geo_pos there = sail_point(x->s, to);
        double m = x->s->length_m[i] + geo_distance_m(here, there);
        if ((x->s->length_m[to] < 0 || m < x->s->length_m[to]) &&
            sees(x->s->water, here, there))
            improve(x, to, m);
    }
}

int sail_from(struct sail *s, const struct water *water, struct geo_pos from)
{
    static struct search x;
    struct geo_point middle = geo_to_point(from);
    int count = 0;
    x = (struct search){.s = s};
    heap_init(&x.heap);
    s->water = water;
    /* a quarter of a cell from its sides */
    s->low.lat = floor(middle.lat * 10) / 10 + 0.025 - SAIL_HALF * STEP_DEG;
    s->low.lon = floor(middle.lon * 10) / 10 + 0.025 - SAIL_HALF * STEP_DEG;
    for (int i = 0; i < SAIL_POINTS; i++)
        s->length_m[i] = -1;
    for (int i = 0; i < SAIL_POINTS; i++) {
        double m = geo_distance_m(from, sail_point(s, i));
        if (m < 20e3 && sees(water, from, sail_point(s, i)))
            improve(&x, i, m);
    }
    for (struct heap_node *node; (node = heap_first(&x.heap)) != NULL; count++) {
        heap_remove(&x.heap, node);
        look_around(&x, (int)(node - x.nodes));
    }
    heap_finish(&x.heap);
    return count;
}
