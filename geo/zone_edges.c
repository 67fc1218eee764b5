/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of one zone in order: strips of latitude for the point test, boxes for paths
 * and distances; and the exact point test itself. */
#include "zone_geometry_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* About this many edges have their lower end in one strip. */
enum { EDGES_A_STRIP = 4, STRIPS_MAX = 1 << 16, LISTED_MAX = 5 };

__extension__ typedef __int128 wide; /* products of fine coordinates need 96 bits */

static uint32_t strip_of(const struct zone_geometry *g, int64_t y)
{
    return (uint32_t)((double)(y - g->low) * g->strip_scale);
}

/* Call-free walk over edges: i is the first vertex of each; ring ends are skipped. */
#define FOR_EDGES(g, ring, i)                                                            \
    for (size_t ring = 0, i = 0; ring < (g)->ring_count; i = (g)->ring_ends[ring++])     \
        for (; i + 1 < (g)->ring_ends[ring]; i++)

/* How often edges are listed when there are that many strips; sets them up. */
static size_t cut_strips(struct zone_geometry *g, size_t strips)
{
    g->strips = (uint32_t)strips;
    g->strip_scale = (double)strips / ((double)g->high - g->low + 1);
    size_t total = 0;
    FOR_EDGES(g, ring, i)
    {
        int32_t a = g->vertices[i].y, b = g->vertices[i + 1].y;
        total += strip_of(g, a < b ? b : a) - strip_of(g, a < b ? a : b) + 1;
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
    /* All that a point test reads lies together: strips, edges, vertices. */
    size_t words = g->strips + 2 + total;
    words += words % 2;
    size_t vertex_bytes = g->vertex_count * sizeof *g->vertices;
    uint32_t *memory = malloc(words * sizeof *memory + vertex_bytes);
    if (memory == NULL)
        return ERR_NOMEM;
    memset(memory, 0, (g->strips + 2) * sizeof *memory);
    memcpy(memory + words, g->vertices, vertex_bytes);
    free(g->vertices);
    g->memory = memory;
    g->vertices = (struct zone_vertex *)(memory + words);
    g->strip_first = memory;
    g->strip_edges = g->strip_first + g->strips + 2;
    /* Count two places up, so that filling leaves each beginning in its place. */
    FOR_EDGES(g, ring, i)
    {
        int32_t a = g->vertices[i].y, b = g->vertices[i + 1].y;
        uint32_t from = strip_of(g, a < b ? a : b), to = strip_of(g, a < b ? b : a);
        for (uint32_t s = from; s <= to; s++)
            g->strip_first[s + 2]++;
    }
    for (uint32_t s = 1; s < g->strips + 2; s++)
        g->strip_first[s] += g->strip_first[s - 1];
    FOR_EDGES(g, ring, i)
    {
        int32_t a = g->vertices[i].y, b = g->vertices[i + 1].y;
        uint32_t from = strip_of(g, a < b ? a : b), to = strip_of(g, a < b ? b : a);
        for (uint32_t s = from; s <= to; s++)
            g->strip_edges[g->strip_first[s + 1]++] = (uint32_t)i;
    }
    g->index_bytes += words * sizeof *memory;
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
    const uint32_t *edge = g->strip_edges + g->strip_first[strip];
    const uint32_t *end = g->strip_edges + g->strip_first[strip + 1];
    bool is_inside = false;
    for (; edge < end; edge++) {
        const struct zone_vertex *low = &g->vertices[*edge], *high = low + 1;
        if (low->y > high->y) {
            low = high;
            high--;
        }
        int64_t y0 = low->y * unit, y1 = high->y * unit;
        if (y < y0 || y > y1)
            continue;
        int64_t x0 = low->x * unit, x1 = high->x * unit;
        if (x > x0 && x > x1)
            continue;
        if (x < x0 && x < x1) {
            is_inside ^= y < y1;
            continue;
        }
        if (y0 == y1)
            return true; /* on a level edge */
        wide at_edge = (wide)(x1 - x0) * (y - y0), at_point = (wide)(x - x0) * (y1 - y0);
        if (at_edge == at_point)
            return true;
        is_inside ^= at_edge > at_point && y < y1;
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
