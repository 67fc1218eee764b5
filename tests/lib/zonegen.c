/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/zonegen.h"

#include <math.h>
#include <stdlib.h>

#include "lookout/geo/geo.h"

#define TURN 6.28318530717958647692

void zonegen_init(struct zonegen *gen, uint64_t seed)
{
    *gen = (struct zonegen){.random = seed};
}

void zonegen_finish(struct zonegen *gen)
{
    for (size_t i = 0; i < gen->count; i++) {
        for (size_t k = 0; k < gen->zones[i].ring_count; k++)
            free(gen->zones[i].rings[k].xy);
        free(gen->zones[i].rings);
    }
    free(gen->zones);
    *gen = (struct zonegen){0};
}

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static uint64_t next(struct zonegen *gen)
{
    uint64_t z = gen->random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t zonegen_below(struct zonegen *gen, uint64_t below)
{
    return next(gen) % below;
}

double zonegen_between(struct zonegen *gen, double low, double high)
{
    double part = (double)(next(gen) >> 11) / 9007199254740992.0;
    return low + (high - low) * part;
}

static struct zonegen_zone *new_zone(struct zonegen *gen)
{
    gen->zones = realloc(gen->zones, (gen->count + 1) * sizeof *gen->zones);
    must(gen->zones != NULL);
    gen->zones[gen->count] = (struct zonegen_zone){0};
    return &gen->zones[gen->count++];
}

static struct zonegen_ring *new_ring(struct zonegen_zone *zone, size_t count)
{
    zone->rings = realloc(zone->rings, (zone->ring_count + 1) * sizeof *zone->rings);
    must(zone->rings != NULL);
    struct zonegen_ring *ring = &zone->rings[zone->ring_count++];
    ring->count = count;
    ring->xy = malloc(2 * count * sizeof *ring->xy);
    must(ring->xy != NULL);
    return ring;
}

static void set(struct zonegen_ring *ring, size_t i, double x, double y)
{
    ring->xy[2 * i] = x;
    ring->xy[2 * i + 1] = y;
}

static void close_ring(struct zonegen_ring *ring)
{
    set(ring, ring->count - 1, ring->xy[0], ring->xy[1]);
}

/* Bounds of a star's radius and its greatest step from vertex to vertex, as parts of the
 * place's radius. */
struct walk {
    double in, out, step;
};

/* A star is valid however its radius wriggles. */
static void add_star(struct zonegen *gen, struct zonegen_zone *zone,
                     const struct zonegen_place *p, struct walk walk)
{
    struct zonegen_ring *ring = new_ring(zone, p->vertices + 1);
    double phase = zonegen_between(gen, 0, TURN), radius = (walk.in + walk.out) / 2;
    for (size_t i = 0; i < p->vertices; i++) {
        radius += zonegen_between(gen, -walk.step, walk.step);
        radius = fmin(fmax(radius, walk.in), walk.out);
        double angle = phase + TURN * (double)i / (double)p->vertices;
        set(ring, i,
            p->lon + cos(angle) * radius * p->radius_deg / cos(p->lat * TURN / 360),
            p->lat + sin(angle) * radius * p->radius_deg);
    }
    close_ring(ring);
}

static void add_holed(struct zonegen *gen, struct zonegen_zone *zone,
                      const struct zonegen_place *p)
{
    add_star(gen, zone, p, (struct walk){0.8, 1, 0.04});
    size_t holes = 1 + zonegen_below(gen, 3);
    for (size_t i = 0; i < holes; i++) {
        struct zonegen_place hole = *p;
        double angle = TURN * (double)i / (double)holes;
        hole.radius_deg = p->radius_deg * 0.2;
        hole.lat += sin(angle) * 0.4 * p->radius_deg;
        hole.lon += cos(angle) * 0.4 * p->radius_deg / cos(p->lat * TURN / 360);
        hole.vertices = p->vertices / 4 + 3;
        add_star(gen, zone, &hole, (struct walk){0.5, 0.9, 0.08});
    }
}

static void add_sliver(struct zonegen *gen, struct zonegen_zone *zone,
                       const struct zonegen_place *p)
{
    struct zonegen_ring *ring = new_ring(zone, 5);
    double angle = zonegen_between(gen, 0, TURN);
    double thick = pow(10, zonegen_between(gen, -6, -3));
    double dx = cos(angle) * p->radius_deg, dy = sin(angle) * p->radius_deg;
    double nx = -sin(angle) * thick, ny = cos(angle) * thick;
    set(ring, 0, p->lon - dx, p->lat - dy);
    set(ring, 1, p->lon + dx, p->lat + dy);
    set(ring, 2, p->lon + dx + nx, p->lat + dy + ny);
    set(ring, 3, p->lon - dx + nx * 3, p->lat - dy + ny * 3);
    close_ring(ring);
}

static double on_grid(struct zonegen *gen, double value)
{
    static const double steps[] = {1, 0.5, 0.0625, 0.0078125};
    double step = steps[zonegen_below(gen, 4)];
    return round(value / step) * step;
}

static void add_rectangle(struct zonegen *gen, struct zonegen_zone *zone,
                          const struct zonegen_place *p)
{
    struct zonegen_ring *ring = new_ring(zone, 5);
    double x0 = on_grid(gen, p->lon), x1 = on_grid(gen, p->lon + 2 * p->radius_deg);
    double y0 = on_grid(gen, p->lat), y1 = on_grid(gen, p->lat + 2 * p->radius_deg);
    x1 = x1 > x0 ? x1 : x0 + 0.25;
    y1 = y1 > y0 ? y1 : y0 + 0.25;
    set(ring, 0, x0, y0);
    set(ring, 1, x1, y0);
    set(ring, 2, x1, y1);
    set(ring, 3, x0, y1);
    close_ring(ring);
}

/* Two neighbours, west and east of a line from south to north that both use. */
static void add_strip(struct zonegen *gen, const struct zonegen_place *p)
{
    size_t n = p->vertices / 2 + 2;
    double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
    must(x != NULL);
    must(y != NULL);
    for (size_t i = 0; i < n; i++) {
        x[i] = p->lon + zonegen_between(gen, -0.3, 0.3) * p->radius_deg;
        y[i] = p->lat + p->radius_deg * (2.0 * (double)i / (double)(n - 1) - 1);
    }
    for (int side = -1; side <= 1; side += 2) {
        struct zonegen_ring *ring = new_ring(new_zone(gen), n + 3);
        for (size_t i = 0; i < n; i++)
            set(ring, i, x[i], y[i]);
        set(ring, n, p->lon + side * p->radius_deg, y[n - 1]);
        set(ring, n + 1, p->lon + side * p->radius_deg, y[0]);
        close_ring(ring);
    }
    free(x);
    free(y);
}

static void add_comb(struct zonegen *gen, struct zonegen_zone *zone,
                     const struct zonegen_place *p)
{
    size_t teeth = p->vertices / 2 + 2;
    struct zonegen_ring *ring = new_ring(zone, 2 * teeth + 3);
    double width = 2 * p->radius_deg / (double)teeth;
    for (size_t i = 0; i < teeth; i++) {
        double x = p->lon - p->radius_deg + width * (double)i;
        set(ring, 2 * i, x, p->lat + zonegen_between(gen, 0.1, 1) * p->radius_deg);
        set(ring, 2 * i + 1, x + width / 2,
            p->lat - zonegen_between(gen, 0, 0.8) * p->radius_deg);
    }
    set(ring, 2 * teeth, p->lon + p->radius_deg, p->lat - p->radius_deg);
    set(ring, 2 * teeth + 1, p->lon - p->radius_deg, p->lat - p->radius_deg);
    close_ring(ring);
}

static void add_gate(struct zonegen *gen, struct zonegen_zone *zone,
                     const struct zonegen_place *p)
{
    size_t n = 2 + p->vertices / 40;
    struct zonegen_ring *ring = new_ring(zone, n);
    zone->is_gate = true;
    for (size_t i = 0; i < n; i++)
        set(ring, i, p->lon + zonegen_between(gen, -1, 1) * p->radius_deg,
            p->lat + zonegen_between(gen, -1, 1) * p->radius_deg);
}

static void round_zone(struct zonegen_zone *zone)
{
    for (size_t i = 0; i < zone->ring_count; i++)
        for (size_t k = 0; k < 2 * zone->rings[i].count; k++)
            zone->rings[i].xy[k] = round(zone->rings[i].xy[k] * 1e7) / 1e7;
}

void zonegen_add(struct zonegen *gen, enum zonegen_shape shape,
                 const struct zonegen_place *place, bool is_fine)
{
    size_t before = gen->count;
    switch (shape) {
    case ZONEGEN_STAR:
        /* A walk whose extent does not depend on the number of vertices. */
        add_star(gen, new_zone(gen), place,
                 (struct walk){0.5, 1, 0.5 / sqrt((double)place->vertices)});
        break;
    case ZONEGEN_SPIKY:
        add_star(gen, new_zone(gen), place, (struct walk){0.5, 1, 0.1});
        break;
    case ZONEGEN_HOLED:
        add_holed(gen, new_zone(gen), place);
        break;
    case ZONEGEN_SLIVER:
        add_sliver(gen, new_zone(gen), place);
        break;
    case ZONEGEN_RECTANGLE:
        add_rectangle(gen, new_zone(gen), place);
        break;
    case ZONEGEN_STRIP:
        add_strip(gen, place);
        break;
    case ZONEGEN_COMB:
        add_comb(gen, new_zone(gen), place);
        break;
    case ZONEGEN_GATE:
        add_gate(gen, new_zone(gen), place);
        break;
    }
    for (size_t i = before; i < gen->count; i++) {
        gen->zones[i].is_fine = is_fine;
        if (!is_fine)
            round_zone(&gen->zones[i]);
    }
}

static void print_ring(const struct zonegen_ring *ring, bool is_folded, struct buf *out)
{
    for (size_t i = 0; i < ring->count; i++) {
        double x = ring->xy[2 * i];
        must(buf_printf(out, "%s[%.15g,%.15g]", i > 0 ? "," : "",
                        is_folded ? geo_fold_lon(x) : x, ring->xy[2 * i + 1]) == 0);
    }
}

void zonegen_print(const struct zonegen *gen, bool is_folded, struct buf *out)
{
    int code = buf_add_text(out, "{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (size_t i = 0; i < gen->count; i++) {
        const struct zonegen_zone *zone = &gen->zones[i];
        code |= buf_printf(
            out,
            "%s{\"type\":\"Feature\",\"properties\":{\"id\":\"z%zu\"},\"geometry\":"
            "{\"type\":\"%s\",\"coordinates\":[",
            i > 0 ? ",\n" : "", i, zone->is_gate ? "LineString" : "Polygon");
        for (size_t k = 0; k < zone->ring_count; k++) {
            code |= buf_add_text(out, zone->is_gate ? "" : k > 0 ? ",[" : "[");
            print_ring(&zone->rings[k], is_folded, out);
            code |= buf_add_text(out, zone->is_gate ? "" : "]");
        }
        code |= buf_add_text(out, "]}}");
    }
    code |= buf_add_text(out, "\n]}\n");
    must(code == 0);
}
