/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a feature as drawn to whole 1e-7 degrees counted from its west side. It
 * unwraps rings at the antimeridian, refuses geometries that are not valid on the earth,
 * and lets GEOS check the rest. */
#include "zone_geometry_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geos_int.h"

#define HALF_TURN_E7 (ZONE_TURN_E7 / 2)

/* The part of the work arrays that belongs to one polygon, and its range of longitudes.
 */
struct polygon {
    size_t ring, ring_end; /* in the feature's rings */
    int64_t x0, x1;
    double y0, y1;
    int64_t shift; /* from x to x in the zone's frame */
};

struct work {
    struct geojson_feature *feature; /* borrowed */
    struct geojson_source *source;   /* borrowed */
    struct geos_checker *geos;       /* borrowed */
    int64_t *x;               /* owned; unwrapped longitude of each point, 1e-7 degree */
    double *xy;               /* owned; the same for GEOS, as exact as given */
    size_t *ring_ends;        /* owned; of one polygon at a time */
    struct polygon *polygons; /* owned */
    size_t polygon_count;
};

#define FAULT(w, ring, ...)                                                              \
    do {                                                                                 \
        char path_[GEOJSON_PATH_BYTES];                                                  \
        geojson_ring_path((w)->feature, ring, path_);                                    \
        geojson_fault((w)->source, path_, (w)->feature->id, __VA_ARGS__);                \
        (w)->feature->has_fault = true;                                                  \
    } while (0)

/* For each fault that GEOS finds, known by the beginning of its reason: the advice to the
 * user. */
/* clang-format off */
static const struct {
    const char *reason, *remedy;
} remedies[] = {
    {"Self-intersection",      "two edges cross: reorder the positions, or split the area into parts that do not overlap"},
    {"Ring Self-intersection", "the ring touches itself: split it there into two rings, or move the position"},
    {"Hole lies outside",      "move the hole into the outer ring, or draw it as a polygon of its own"},
    {"Holes are nested",       "a hole within a hole is land again: draw it as a polygon of its own"},
    {"Nested holes",           "a hole within a hole is land again: draw it as a polygon of its own"},
    {"Interior is disconnect", "the holes cut the area in two: draw each piece as a polygon of a MultiPolygon"},
    {"Too few points",         "the ring has no extent: it needs three different positions"},
    {"Duplicate Rings",        "the ring is there twice: remove one"},
    {"Overlap",                "parts of one MultiPolygon must not overlap: unite them, or give them ids of their own"},
};
/* clang-format on */
enum { REMEDIES = sizeof remedies / sizeof remedies[0] };

static const char *remedy_of(const char *reason)
{
    for (int i = 0; i < REMEDIES; i++)
        if (strncmp(reason, remedies[i].reason, strlen(remedies[i].reason)) == 0)
            return remedies[i].remedy;
    return "redraw the ring";
}

static const char *shape_word(const struct geojson_feature *feature)
{
    if (feature->shape == ZONE_GATE)
        return "line";
    return feature->has_width ? "corridor" : "ring";
}

static int64_t degrees_to_e7(double degrees)
{
    return llround(degrees * GEO_E7);
}

/* Bring a step into -HALF_TURN_E7..HALF_TURN_E7; a half turn keeps its sign. */
static int64_t shorter_way(int64_t step)
{
    while (step > HALF_TURN_E7)
        step -= ZONE_TURN_E7;
    while (step < -HALF_TURN_E7)
        step += ZONE_TURN_E7;
    return step;
}

static void set_x(struct work *w, size_t point, int64_t x)
{
    const struct geo_point *p = &w->feature->points[point];
    w->x[point] = x;
    /* The longitude as given is moved by a whole number of turns. */
    w->xy[2 * point] = p->lon + (double)(x - degrees_to_e7(p->lon)) / GEO_E7;
    w->xy[2 * point + 1] = p->lat;
}

/* The two ends of a ring may differ by a turn and by rounding. Make them equal for GEOS.
 */
static void close_ring(struct work *w, size_t ring)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    double *first = w->xy + 2 * r->first, *last = first + 2 * (r->count - 1);
    if (w->feature->shape == ZONE_AREA)
        memcpy(last, first, 2 * sizeof *first);
}

/* Follow a ring or line the shorter way from position to position. */
static void unwrap_ring(struct work *w, size_t ring)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    const struct geo_point *p = w->feature->points;
    int64_t before = degrees_to_e7(p[r->first].lon);
    int64_t x = shorter_way(before);
    if (x == HALF_TURN_E7)
        x = -HALF_TURN_E7;
    for (size_t i = r->first; i < r->first + r->count; i++) {
        int64_t lon = degrees_to_e7(p[i].lon);
        x += shorter_way(lon - before);
        before = lon;
        set_x(w, i, x);
    }
    close_ring(w, ring);
}

static void shift_ring(struct work *w, size_t ring, int64_t by)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    for (size_t i = r->first; by != 0 && i < r->first + r->count; i++)
        set_x(w, i, w->x[i] + by);
    close_ring(w, ring);
}

static void ring_range(const struct work *w, size_t ring, int64_t *ret_x0,
                       int64_t *ret_x1)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    *ret_x0 = *ret_x1 = w->x[r->first];
    for (size_t i = r->first; i < r->first + r->count; i++) {
        if (w->x[i] < *ret_x0)
            *ret_x0 = w->x[i];
        if (w->x[i] > *ret_x1)
            *ret_x1 = w->x[i];
    }
}

/* Refuse a ring that goes around a pole or touches one: in longitude and latitude, it has
 * no inside. */
static bool check_pole(struct work *w, size_t ring)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    const struct geo_point *p = w->feature->points;
    size_t last = r->first + r->count - 1;
    if (w->feature->shape == ZONE_AREA && w->x[last] != w->x[r->first]) {
        FAULT(w, ring,
              "the ring goes around a pole (its longitudes run once round the earth): "
              "zones around a pole are not supported; a ring of the whole globe's width "
              "follows its parallels in steps of at most 180 degrees there and back");
        return false;
    }
    for (size_t i = r->first; i <= last; i++)
        if (fabs(p[i].lat) == 90) {
            FAULT(w, ring, "the %s reaches a pole: zones end short of latitude 90",
                  shape_word(w->feature));
            return false;
        }
    return true;
}

static void report_geos(struct work *w, size_t ring, const struct geos_fault *fault)
{
    if (fault->has_place)
        FAULT(w, ring, "%s at longitude %.7f, latitude %.7f; %s", fault->reason,
              geo_fold_lon(fault->x), fault->y, remedy_of(fault->reason));
    else
        FAULT(w, ring, "%s; %s", fault->reason, remedy_of(fault->reason));
}

static struct geos_polygon to_geos(struct work *w, const struct polygon *p)
{
    const struct geojson_ring *rings = w->feature->rings;
    size_t begin = rings[p->ring].first;
    for (size_t i = p->ring; i < p->ring_end; i++)
        w->ring_ends[i] = rings[i].first + rings[i].count - begin;
    return (struct geos_polygon){.xy = w->xy + 2 * begin,
                                 .ring_ends = w->ring_ends + p->ring,
                                 .ring_count = p->ring_end - p->ring};
}

/* Move the rings of a polygon next to each other and check them. Returns ERR_NOMEM or 0.
 */
static int check_polygon(struct work *w, struct polygon *p)
{
    for (size_t i = p->ring; i < p->ring_end; i++) {
        unwrap_ring(w, i);
        if (!check_pole(w, i))
            return 0;
    }
    ring_range(w, p->ring, &p->x0, &p->x1);
    if (p->x1 - p->x0 > ZONE_TURN_E7) {
        FAULT(w, p->ring, "the %s spans more than 360 degrees of longitude",
              shape_word(w->feature));
        return 0;
    }
    const struct geojson_ring *outer = &w->feature->rings[p->ring];
    p->y0 = p->y1 = w->feature->points[outer->first].lat;
    for (size_t i = outer->first; i < outer->first + outer->count; i++) {
        p->y0 = fmin(p->y0, w->feature->points[i].lat);
        p->y1 = fmax(p->y1, w->feature->points[i].lat);
    }
    if (w->feature->shape == ZONE_GATE) {
        if (p->x0 == p->x1 && degrees_to_e7(p->y0) == degrees_to_e7(p->y1))
            FAULT(w, p->ring, "the line has no extent: it needs two different positions");
        return 0;
    }
    for (size_t i = p->ring + 1; i < p->ring_end; i++) {
        int64_t x0 = 0, x1 = 0;
        ring_range(w, i, &x0, &x1);
        int64_t by = 0;
        while (x0 + by < p->x0)
            by += ZONE_TURN_E7;
        while (x0 + by - ZONE_TURN_E7 >= p->x0)
            by -= ZONE_TURN_E7;
        shift_ring(w, i, by);
    }
    struct geos_polygon polygon = to_geos(w, p);
    struct geos_fault fault = {0};
    bool valid = false;
    int rc = geos_check(w->geos, &polygon, &valid, &fault);
    if (rc == 0 && !valid)
        report_geos(w, p->ring, &fault);
    return rc;
}

/* The parts of one zone may touch, also along a whole edge (as in a zone that is split at
 * 180), but must not overlap. */
static int check_polygon_pair(struct work *w, size_t i, size_t k)
{
    const struct polygon *p = &w->polygons[i], *q = &w->polygons[k];
    if (p->y1 <= q->y0 || q->y1 <= p->y0)
        return 0;
    for (int64_t shift = -ZONE_TURN_E7; shift <= ZONE_TURN_E7; shift += ZONE_TURN_E7) {
        if (q->x1 + shift <= p->x0 || q->x0 + shift >= p->x1)
            continue;
        struct geos_polygon a = to_geos(w, p), b = to_geos(w, q);
        struct geos_fault fault = {0};
        bool overlap = false;
        int rc = geos_overlap(w->geos, &a, &b, (double)shift / GEO_E7, &overlap, &fault);
        if (rc != 0)
            return rc;
        if (overlap) {
            report_geos(w, q->ring, &fault);
            return 0;
        }
    }
    return 0;
}

static int compare_polygons(const void *a, const void *b)
{
    const struct polygon *p = a, *q = b;
    if (p->y0 != q->y0)
        return p->y0 < q->y0 ? -1 : 1;
    return p->ring < q->ring ? -1 : p->ring > q->ring;
}

static int check_polygons(struct work *w)
{
    size_t n = w->polygon_count;
    for (size_t i = 0; i < n; i++) {
        int rc = check_polygon(w, &w->polygons[i]);
        if (rc != 0)
            return rc;
    }
    if (w->feature->has_fault || n < 2)
        return 0;
    /* The polygons are sorted by their south sides. So the search for a polygon's
     * partners ends at the first one that lies north of it. */
    qsort(w->polygons, n, sizeof *w->polygons, compare_polygons);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && w->polygons[k].y0 < w->polygons[i].y1; k++) {
            int rc = check_polygon_pair(w, i, k);
            if (rc != 0)
                return rc;
        }
    return 0;
}

static int64_t folded_start(const struct polygon *p)
{
    int64_t x = p->x0 % ZONE_TURN_E7;
    return x < 0 ? x + ZONE_TURN_E7 : x;
}

static int compare_starts(const void *a, const void *b)
{
    int64_t p = folded_start(a), q = folded_start(b);
    return p < q ? -1 : p > q;
}

/* Choose the west side: the start from which the parts, each moved east of it, extend the
 * shortest distance east. This joins parts that were split at 180. */
static void choose_west(struct work *w, struct zone_geometry *ret)
{
    size_t n = w->polygon_count;
    struct polygon *p = w->polygons;
    qsort(p, n, sizeof *p, compare_starts);
    int64_t last = INT64_MIN; /* furthest east of the parts from i on */
    for (size_t i = n; i-- > 0;) {
        int64_t end = folded_start(&p[i]) + p[i].x1 - p[i].x0;
        last = end > last ? end : last;
        p[i].shift = last; /* temporary, until the west side is known */
    }
    int64_t best = INT64_MAX, west = 0, before = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        int64_t start = folded_start(&p[i]), east = p[i].shift;
        if (i > 0 && before + ZONE_TURN_E7 > east)
            east = before + ZONE_TURN_E7;
        if (east - start < best) {
            best = east - start;
            west = start;
        }
        int64_t end = start + p[i].x1 - p[i].x0;
        before = end > before ? end : before;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t start = folded_start(&p[i]);
        p[i].shift = (start < west ? start + ZONE_TURN_E7 : start) - west - p[i].x0;
    }
    ret->west_e7 = (int32_t)(west >= HALF_TURN_E7 ? west - ZONE_TURN_E7 : west);
    if (best > (int64_t)UINT32_MAX)
        FAULT(w, 0,
              "the parts overlap around the globe: split the widest ones at a meridian");
    else
        ret->width = (uint32_t)best;
}

/* Add one ring to the vertices, without vertices that rounding made equal. False when no
 * ring is left. */
static bool place_ring(const struct work *w, size_t ring, int64_t shift,
                       struct zone_geometry *ret)
{
    const struct geojson_ring *r = &w->feature->rings[ring];
    uint32_t begin = ret->vertex_count;
    for (size_t i = r->first; i < r->first + r->count; i++) {
        struct zone_vertex v = {.x = (uint32_t)(w->x[i] + shift),
                                .y = (int32_t)degrees_to_e7(w->feature->points[i].lat)};
        const struct zone_vertex *before = ret->vertices + ret->vertex_count - 1;
        if (ret->vertex_count == begin || before->x != v.x || before->y != v.y)
            ret->vertices[ret->vertex_count++] = v;
    }
    size_t least = w->feature->shape == ZONE_AREA ? 4 : 2;
    if (ret->vertex_count - begin < least) {
        ret->vertex_count = begin;
        return false;
    }
    ret->ring_is_hole[ret->ring_count] = r->in_order != 0;
    ret->ring_ends[ret->ring_count++] = ret->vertex_count;
    return true;
}

static int place_vertices(struct work *w, struct zone_geometry *ret)
{
    const struct geojson_feature *f = w->feature;
    ret->vertices = malloc(f->point_count * sizeof *ret->vertices);
    ret->ring_ends = malloc(f->ring_count * sizeof *ret->ring_ends);
    ret->ring_is_hole = malloc(f->ring_count * sizeof *ret->ring_is_hole);
    if (ret->vertices == NULL || ret->ring_ends == NULL || ret->ring_is_hole == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < w->polygon_count; i++) {
        const struct polygon *p = &w->polygons[i];
        for (size_t k = p->ring; k < p->ring_end; k++)
            if (!place_ring(w, k, p->shift, ret) && k == p->ring) {
                FAULT(w, k, "the ring has no extent at a resolution of 1e-7 degree");
                break;
            }
    }
    ret->low = INT32_MAX;
    ret->high = INT32_MIN;
    for (size_t i = 0; i < ret->vertex_count; i++) {
        int32_t y = ret->vertices[i].y;
        ret->low = y < ret->low ? y : ret->low;
        ret->high = y > ret->high ? y : ret->high;
    }
    return 0;
}

static int set_up(struct work *w)
{
    const struct geojson_feature *f = w->feature;
    w->x = malloc(f->point_count * sizeof *w->x);
    w->xy = malloc(f->point_count * 2 * sizeof *w->xy);
    w->ring_ends = malloc(f->ring_count * sizeof *w->ring_ends);
    w->polygons = calloc(f->ring_count, sizeof *w->polygons);
    if (w->x == NULL || w->xy == NULL || w->ring_ends == NULL || w->polygons == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->ring_count; i++) {
        if (i == 0 || f->rings[i].polygon != f->rings[i - 1].polygon)
            w->polygons[w->polygon_count++].ring = i;
        w->polygons[w->polygon_count - 1].ring_end = i + 1;
    }
    return 0;
}

int zone_geometry_make(struct zone_geometry *ret, struct geojson_feature *feature,
                       struct geos_checker *geos, struct geojson_source *source)
{
    struct work w = {.feature = feature, .source = source, .geos = geos};
    *ret = (struct zone_geometry){.shape = feature->shape};
    int rc = set_up(&w);
    if (rc == 0)
        rc = check_polygons(&w);
    if (rc == 0 && !feature->has_fault)
        choose_west(&w, ret);
    if (rc == 0 && !feature->has_fault)
        rc = place_vertices(&w, ret);
    free(w.x);
    free(w.xy);
    free(w.ring_ends);
    free(w.polygons);
    if (rc != 0 || feature->has_fault)
        zone_geometry_finish(ret);
    return rc;
}

void zone_geometry_finish(struct zone_geometry *g)
{
    free(g->vertices);
    free(g->strips);
    free(g->ring_ends);
    free(g->ring_is_hole);
    free(g->leaves);
    free(g->groups);
    *g = (struct zone_geometry){0};
}
