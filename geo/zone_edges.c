/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of one zone in order: strips of latitude for the point test, boxes for paths
 * and distances; and the exact point test itself. */
#include "zone_geometry_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Vertices for each strip; and how often they may be listed in all strips together. */
enum { EDGES_A_STRIP = 8, STRIPS_MAX = 1 << 16, LISTED_MAX = 5 };

__extension__ typedef __int128 wide; /* products of fine coordinates need 96 bits */

static uint32_t strip_of(const struct zone_geometry *g, int64_t y)
{
    return (uint32_t)((double)(y - g->low) * g->strip_scale);
}

struct span {
    uint32_t from, to;
};

static struct span strips_of(const struct zone_geometry *g, size_t edge)
{
    int32_t a = g->vertices[edge].y, b = g->vertices[edge + 1].y;
    return (struct span){.from = strip_of(g, a < b ? a : b),
                         .to = strip_of(g, a < b ? b : a)};
}

/* Places that an edge takes in a strip: its end, and its beginning where the edge before
 * it is not in the strip. */
static bool begins_run(const struct zone_geometry *g, size_t edge, size_t first_of_ring,
                       uint32_t strip)
{
    if (edge == first_of_ring)
        return true;
    struct span before = strips_of(g, edge - 1);
    return strip < before.from || strip > before.to;
}

#define FOR_EDGES(g, ring, first, i)                                                     \
    for (size_t ring = 0, first = 0; ring < (g)->ring_count;                             \
         first = (g)->ring_ends[ring++])                                                 \
        for (size_t i = first; i + 1 < (g)->ring_ends[ring]; i++)

/* How many vertices all strips list when there are that many; sets them up. */
static size_t cut_strips(struct zone_geometry *g, size_t strips)
{
    g->strips = (uint32_t)strips;
    g->strip_scale = (double)strips / ((double)g->high - g->low + 1);
    size_t total = 0;
    FOR_EDGES(g, ring, first, i)
    {
        struct span span = strips_of(g, i);
        for (uint32_t s = span.from; s <= span.to; s++)
            total += begins_run(g, i, first, s) ? 2 : 1;
    }
    return total;
}

static int build_strips(struct zone_geometry *g)
{
    size_t strips = g->vertex_count / EDGES_A_STRIP;
    strips = strips < 1 ? 1 : strips > STRIPS_MAX ? STRIPS_MAX : strips;
    /* Edges that are longer than a strip is high are listed often: a comb with all its
     * teeth in every strip must not cost the square of its edges. */
    size_t total = cut_strips(g, strips);
    while (total > LISTED_MAX * g->vertex_count && strips > 1)
        total = cut_strips(g, strips /= 2);
    if (total > UINT32_MAX)
        return ERR_NOMEM;
    /* Lists behind their index, so that a point test reads from one place. */
    size_t words = g->strips + 2 + g->strips % 2;
    uint32_t *first_of = malloc(words * sizeof *first_of + total * sizeof *g->strip_runs);
    if (first_of == NULL)
        return ERR_NOMEM;
    memset(first_of, 0, words * sizeof *first_of);
    g->strip_first = first_of;
    g->strip_runs = (struct zone_run_vertex *)(first_of + words);
    g->index_bytes += words * sizeof *first_of + total * sizeof *g->strip_runs;
    /* Count two places up, so that filling leaves each beginning in its place. */
    FOR_EDGES(g, ring, first, i)
    {
        struct span span = strips_of(g, i);
        for (uint32_t s = span.from; s <= span.to; s++)
            first_of[s + 2] += begins_run(g, i, first, s) ? 2 : 1;
    }
    for (uint32_t s = 1; s < g->strips + 2; s++)
        first_of[s] += first_of[s - 1];
    FOR_EDGES(g, ring, first, i)
    {
        const struct zone_vertex *v = &g->vertices[i];
        struct span span = strips_of(g, i);
        for (uint32_t s = span.from; s <= span.to; s++) {
            if (begins_run(g, i, first, s))
                g->strip_runs[first_of[s + 1]++] =
                    (struct zone_run_vertex){.x = v[0].x, .y2 = v[0].y * 2 + 1};
            g->strip_runs[first_of[s + 1]++] =
                (struct zone_run_vertex){.x = v[1].x, .y2 = v[1].y * 2};
        }
    }
    return 0;
}

static struct zone_box box_over(const struct zone_vertex *v, size_t n)
{
    struct zone_box box = {.x0 = v[0].x, .x1 = v[0].x, .y0 = v[0].y, .y1 = v[0].y};
    for (size_t i = 1; i < n; i++) {
        box.x0 = v[i].x < box.x0 ? v[i].x : box.x0;
        box.x1 = v[i].x > box.x1 ? v[i].x : box.x1;
        box.y0 = v[i].y < box.y0 ? v[i].y : box.y0;
        box.y1 = v[i].y > box.y1 ? v[i].y : box.y1;
    }
    return box;
}

static int build_boxes(struct zone_geometry *g)
{
    size_t most = g->vertex_count / ZONE_LEAF_EDGES + g->ring_count;
    g->leaves = malloc(most * sizeof *g->leaves);
    g->groups = malloc((most / ZONE_GROUP_LEAVES + 1) * sizeof *g->groups);
    if (g->leaves == NULL || g->groups == NULL)
        return ERR_NOMEM;
    for (size_t ring = 0, i = 0; ring < g->ring_count; i = g->ring_ends[ring++])
        for (size_t edges = g->ring_ends[ring] - i - 1; edges > 0;) {
            uint32_t count =
                (uint32_t)(edges < ZONE_LEAF_EDGES ? edges : ZONE_LEAF_EDGES);
            g->leaves[g->leaf_count++] =
                (struct zone_leaf){.box = box_over(g->vertices + i, count + 1u),
                                   .first = (uint32_t)i,
                                   .count = count};
            edges -= count;
            i += count;
        }
    for (size_t i = 0; i < g->leaf_count; i++) {
        struct zone_box box = g->leaves[i].box;
        if (i % ZONE_GROUP_LEAVES == 0) {
            g->groups[g->group_count++] = box;
            continue;
        }
        struct zone_box *group = &g->groups[g->group_count - 1];
        group->x0 = box.x0 < group->x0 ? box.x0 : group->x0;
        group->x1 = box.x1 > group->x1 ? box.x1 : group->x1;
        group->y0 = box.y0 < group->y0 ? box.y0 : group->y0;
        group->y1 = box.y1 > group->y1 ? box.y1 : group->y1;
    }
    g->index_bytes +=
        g->leaf_count * sizeof *g->leaves + g->group_count * sizeof *g->groups;
    return 0;
}

int zone_geometry_index(struct zone_geometry *g)
{
    int code = build_boxes(g);
    return code == 0 && g->shape == ZONE_AREA ? build_strips(g) : code;
}

/* Even-odd rule over the edges of one strip, boundary included. x, y and the coordinates
 * are compared in units of 1 / 2^bits of 1e-7 degree. An edge counts where it crosses the
 * ray east of the point and its lower end, but not its upper one, may lie on the ray. */
static inline bool contains(const struct zone_geometry *g, int64_t x, int64_t y,
                            unsigned bits)
{
    const int64_t unit = INT64_C(1) << bits;
    uint32_t strip = strip_of(g, y >> bits);
    const struct zone_run_vertex *v = g->strip_runs + g->strip_first[strip];
    const struct zone_run_vertex *end = g->strip_runs + g->strip_first[strip + 1];
    bool is_inside = false;
    int64_t x0 = 0, y0 = 0;
    for (int64_t x1, y1; v < end; v++, x0 = x1, y0 = y1) {
        x1 = v->x * unit;
        y1 = (v->y2 >> 1) * unit;
        if ((v->y2 & 1) || (y0 < y && y1 < y) || (y0 > y && y1 > y))
            continue; /* a run begins, or the edge is not level with the point */
        if (x0 < x && x1 < x)
            continue;
        bool is_crossing = (y0 <= y) != (y1 <= y);
        if (x0 > x && x1 > x) {
            is_inside ^= is_crossing;
            continue;
        }
        wide at_edge = (wide)(x1 - x0) * (y - y0), at_point = (wide)(x - x0) * (y1 - y0);
        if (at_edge == at_point)
            return true;
        is_inside ^= is_crossing && (at_edge > at_point) == (y1 > y0);
    }
    return is_inside;
}

bool zone_geometry_contains(const struct zone_geometry *g, struct geo_pos p)
{
    if (p.lat_e7 < g->low || p.lat_e7 > g->high)
        return false;
    for (int64_t x = zone_geometry_x(g, p.lon_e7); x <= g->width; x += ZONE_TURN_E7)
        if (contains(g, x, p.lat_e7, 0))
            return true;
    return false;
}

bool zone_geometry_contains_fine(const struct zone_geometry *g, int64_t x, int64_t y)
{
    const int64_t unit = INT64_C(1) << ZONE_FINE_BITS;
    if (y < g->low * unit || y > g->high * unit)
        return false;
    x %= ZONE_TURN_E7 * unit;
    if (x < 0)
        x += ZONE_TURN_E7 * unit;
    for (; x <= g->width * unit; x += ZONE_TURN_E7 * unit)
        if (contains(g, x, y, ZONE_FINE_BITS))
            return true;
    return false;
}
