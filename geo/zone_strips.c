/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts an area's edges into strips of latitude, and tests points exactly against the
 * edges of one strip. */
#include "zone_strips_int.h"

#include <stdlib.h>
#include <string.h>

/* EDGES_A_STRIP: the number of vertices per strip. LISTED_MAX: how often a vertex may be
 * listed in all strips together, on average. */
enum { EDGES_A_STRIP = 8, STRIPS_MAX = 1 << 16, LISTED_MAX = 5, CACHE_LINE = 64 };

__extension__ typedef __int128 wide; /* products of fine coordinates need 96 bits */

/* The plan of the strips, made before their memory is allocated. */
struct cut {
    const struct zone_geometry *g; /* borrowed */
    double scale;
    uint32_t count;
};

static uint32_t strip_of(int64_t y, int32_t low, double scale)
{
    return (uint32_t)((double)(y - low) * scale);
}

struct span {
    uint32_t from, to;
};

static struct span strips_of(const struct cut *c, size_t edge)
{
    int32_t a = c->g->vertices[edge].y, b = c->g->vertices[edge + 1].y;
    return (struct span){.from = strip_of(a < b ? a : b, c->g->low, c->scale),
                         .to = strip_of(a < b ? b : a, c->g->low, c->scale)};
}

/* Does the edge begin a run in the strip? It does not if the edge before it is also in
 * the strip. */
static bool begins_run(const struct cut *c, size_t edge, size_t first_of_ring,
                       uint32_t strip)
{
    if (edge == first_of_ring)
        return true;
    struct span before = strips_of(c, edge - 1);
    return strip < before.from || strip > before.to;
}

#define FOR_EDGES(g, ring, begin, i)                                                     \
    for (size_t ring = 0, begin = 0; ring < (g)->ring_count;                             \
         begin = (g)->ring_ends[ring++])                                                 \
        for (size_t i = begin; i + 1 < (g)->ring_ends[ring]; i++)

/* The number of vertices that all strips list together when there are `strips` strips. */
static size_t cut_strips(struct cut *c, size_t strips)
{
    c->count = (uint32_t)strips;
    c->scale = (double)strips / ((double)c->g->high - c->g->low + 1);
    size_t total = 0;
    FOR_EDGES(c->g, ring, begin, i)
    {
        struct span span = strips_of(c, i);
        for (uint32_t s = span.from; s <= span.to; s++)
            total += begins_run(c, i, begin, s) ? 2 : 1;
    }
    return total;
}

static void fill_strips(const struct cut *c, struct zone_strips *z)
{
    struct zone_run_vertex *runs = (struct zone_run_vertex *)(z->first + z->words);
    /* The counts are stored two places higher, so that after filling each beginning is in
     * its place. */
    FOR_EDGES(c->g, ring, begin, i)
    {
        struct span span = strips_of(c, i);
        for (uint32_t s = span.from; s <= span.to; s++)
            z->first[s + 2] += begins_run(c, i, begin, s) ? 2 : 1;
    }
    for (uint32_t s = 1; s < c->count + 2; s++)
        z->first[s] += z->first[s - 1];
    FOR_EDGES(c->g, ring, begin, i)
    {
        const struct zone_vertex *v = &c->g->vertices[i];
        struct span span = strips_of(c, i);
        for (uint32_t s = span.from; s <= span.to; s++) {
            if (begins_run(c, i, begin, s))
                runs[z->first[s + 1]++] =
                    (struct zone_run_vertex){.x = v[0].x, .y2 = v[0].y * 2 + 1};
            runs[z->first[s + 1]++] =
                (struct zone_run_vertex){.x = v[1].x, .y2 = v[1].y * 2};
        }
    }
}

static size_t bytes_for(size_t words, size_t vertices)
{
    size_t bytes = sizeof(struct zone_strips) + words * sizeof(uint32_t) +
                   vertices * sizeof(struct zone_run_vertex);
    return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

int zone_strips_create(const struct zone_geometry *g, struct zone_strips **ret)
{
    struct cut c = {.g = g};
    size_t strips = g->vertex_count / EDGES_A_STRIP;
    if (strips < 1)
        strips = 1;
    if (strips > STRIPS_MAX)
        strips = STRIPS_MAX;
    /* An edge that is longer than the height of a strip is listed in several strips. A
     * shape like a comb, with all its teeth in every strip, must not cost the square of
     * its number of edges. */
    size_t total = cut_strips(&c, strips);
    while (total > (size_t)LISTED_MAX * g->vertex_count && strips > 1)
        total = cut_strips(&c, strips /= 2);
    if (total > UINT32_MAX)
        return ERR_LIMIT;
    size_t words = c.count + 2 + c.count % 2;
    struct zone_strips *z = aligned_alloc(CACHE_LINE, bytes_for(words, total));
    if (z == NULL)
        return ERR_NOMEM;
    memset(z->first, 0, words * sizeof *z->first);
    z->west_e7 = g->west_e7;
    z->width = g->width;
    z->low = g->low;
    z->high = g->high;
    z->scale = c.scale;
    z->count = c.count;
    z->words = (uint32_t)words;
    fill_strips(&c, z);
    *ret = z;
    return 0;
}

size_t zone_strips_bytes(const struct zone_strips *z)
{
    return bytes_for(z->words, z->first[z->count]);
}

/* The sign of a b - c d. In whole 1e-7 degrees (33 and 31 bits), each product fits in 64
 * bits. */
static inline int compare_products(int64_t a, int64_t b, int64_t c, int64_t d,
                                   unsigned bits)
{
    if (bits == 0)
        return (a * b > c * d) - (a * b < c * d);
    wide p = (wide)a * b, q = (wide)c * d;
    return (p > q) - (p < q);
}

/* Even-odd rule over the edges of one strip, boundary included. x, y and the coordinates
 * are compared in units of 1 / 2^bits of 1e-7 degree. An edge counts when it crosses the
 * ray that goes east from the point; its lower end may lie on the ray, its upper end may
 * not. The loop has only one branch, because the processor would predict others wrongly
 * half of the time. */
static inline bool even_odd(const struct zone_run_vertex *v,
                            const struct zone_run_vertex *end, int64_t x, int64_t y,
                            unsigned bits)
{
    const int64_t unit = INT64_C(1) << bits;
    bool is_inside = false, is_on = false;
    int64_t x0 = 0, y0 = 0;
    for (int64_t x1, y1; v < end; v++, x0 = x1, y0 = y1) {
        x1 = v->x * unit;
        y1 = (v->y2 >> 1) * unit;
        bool is_crossed = (y0 <= y) ^ (y1 <= y);
        bool is_level = is_crossed | (y0 == y) | (y1 == y);
        if ((v->y2 & 1) | !is_level)
            continue; /* a run begins, or the edge is all above or below */
        int side = compare_products(x1 - x0, y - y0, x - x0, y1 - y0, bits);
        bool is_east = (side > 0) ^ (y1 < y0);
        bool is_within = ((x0 <= x) ^ (x1 <= x)) | (x0 == x) | (x1 == x);
        is_on |= (side == 0) & is_within;
        is_inside ^= is_crossed & is_east;
    }
    return is_on | is_inside;
}

static inline bool strips_contain(const struct zone_strips *z, int64_t x, int32_t y)
{
    uint32_t strip = strip_of(y, z->low, z->scale);
    const struct zone_run_vertex *runs =
        (const struct zone_run_vertex *)(z->first + z->words);
    const struct zone_run_vertex *v = runs + z->first[strip];
    const struct zone_run_vertex *end = runs + z->first[strip + 1];
    return even_odd(v, end, x, y, 0);
}

bool zone_strips_contain(const struct zone_strips *z, struct geo_pos p)
{
    if (p.lat_e7 < z->low || p.lat_e7 > z->high)
        return false;
    int64_t x = (int64_t)p.lon_e7 - z->west_e7;
    x += x < 0 ? ZONE_TURN_E7 : 0;
    x -= x >= ZONE_TURN_E7 ? ZONE_TURN_E7 : 0;
    for (; x <= z->width; x += ZONE_TURN_E7)
        if (strips_contain(z, x, p.lat_e7))
            return true;
    return false;
}

static bool contains_fine(const struct zone_strips *z, int64_t x, int64_t y)
{
    uint32_t strip = strip_of(y >> ZONE_FINE_BITS, z->low, z->scale);
    const struct zone_run_vertex *runs =
        (const struct zone_run_vertex *)(z->first + z->words);
    const struct zone_run_vertex *v = runs + z->first[strip];
    const struct zone_run_vertex *end = runs + z->first[strip + 1];
    return even_odd(v, end, x, y, ZONE_FINE_BITS);
}

bool zone_strips_contain_fine(const struct zone_strips *z, int64_t x, int64_t y)
{
    const int64_t unit = INT64_C(1) << ZONE_FINE_BITS;
    if (y < z->low * unit || y > z->high * unit)
        return false;
    x %= ZONE_TURN_E7 * unit;
    if (x < 0)
        x += ZONE_TURN_E7 * unit;
    for (; x <= z->width * unit; x += ZONE_TURN_E7 * unit)
        if (contains_fine(z, x, y))
            return true;
    return false;
}
