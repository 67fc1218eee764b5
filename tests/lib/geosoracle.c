/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/geosoracle.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

struct zone {
    uint32_t number;
    GEOSGeometry *geometry;            /* owned */
    const GEOSPreparedGeometry *ready; /* owned */
    bool is_gate;
};

struct geosoracle {
    GEOSContextHandle_t handle; /* owned */
    struct zone *zones;         /* owned */
    size_t count;
    GEOSSTRtree *tree; /* owned */
};

static GEOSGeometry *make_geometry(struct geosoracle *o, const struct zonegen_zone *zone)
{
    GEOSGeometry *rings[8];
    for (size_t i = 0; i < zone->ring_count; i++) {
        GEOSCoordSequence *s = GEOSCoordSeq_copyFromBuffer_r(
            o->handle, zone->rings[i].xy, (unsigned)zone->rings[i].count, 0, 0);
        rings[i] = zone->is_gate ? GEOSGeom_createLineString_r(o->handle, s)
                                 : GEOSGeom_createLinearRing_r(o->handle, s);
        must(rings[i] != NULL);
    }
    return zone->is_gate ? rings[0]
                         : GEOSGeom_createPolygon_r(o->handle, rings[0], rings + 1,
                                                    (unsigned)zone->ring_count - 1);
}

struct geosoracle *geosoracle_create(const struct zonegen *gen)
{
    struct geosoracle *o = calloc(1, sizeof *o);
    must(o != NULL);
    o->handle = GEOS_init_r();
    o->count = gen->count;
    o->zones = calloc(gen->count, sizeof *o->zones);
    must(o->zones != NULL);
    o->tree = GEOSSTRtree_create_r(o->handle, 10);
    for (size_t i = 0; i < gen->count; i++) {
        struct zone *z = &o->zones[i];
        z->number = (uint32_t)i;
        z->is_gate = gen->zones[i].is_gate;
        z->geometry = make_geometry(o, &gen->zones[i]);
        must(z->geometry != NULL);
        z->ready = GEOSPrepare_r(o->handle, z->geometry);
        GEOSSTRtree_insert_r(o->handle, o->tree, z->geometry, z);
    }
    return o;
}

void geosoracle_destroy(struct geosoracle *o)
{
    GEOSSTRtree_destroy_r(o->handle, o->tree);
    for (size_t i = 0; i < o->count; i++) {
        GEOSPreparedGeom_destroy_r(o->handle, o->zones[i].ready);
        GEOSGeom_destroy_r(o->handle, o->zones[i].geometry);
    }
    GEOS_finish_r(o->handle);
    free(o->zones);
    free(o);
}

struct query {
    struct geosoracle *oracle;
    const GEOSGeometry *geometry;
    bool is_point;
    uint32_t *zones;
    size_t room, count;
};

static void ask(void *item, void *context)
{
    const struct zone *z = item;
    struct query *q = context;
    if (q->is_point && z->is_gate)
        return;
    char yes = GEOSPreparedIntersects_r(q->oracle->handle, z->ready, q->geometry);
    must(yes == 0 || yes == 1);
    if (yes == 0)
        return;
    for (size_t i = 0; i < q->count && i < q->room; i++)
        if (q->zones[i] == z->number)
            return; /* met in another turn too */
    if (q->count < q->room)
        q->zones[q->count] = z->number;
    q->count++;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static GEOSGeometry *point_at(struct geosoracle *o, double x, double y)
{
    return GEOSGeom_createPointFromXY_r(o->handle, x, y);
}

size_t geosoracle_at(struct geosoracle *o, struct geo_pos p, uint32_t *ret_zones,
                     size_t room)
{
    struct query q = {.oracle = o, .is_point = true, .zones = ret_zones, .room = room};
    for (int turn = -360; turn <= 360; turn += 360) {
        /* The sum is rounded once: whole 1e-7 degrees stay exact to a few 1e-14. */
        double x = (double)(p.lon_e7 + turn * INT64_C(10000000)) / 1e7;
        GEOSGeometry *point = point_at(o, x, p.lat_e7 / 1e7);
        q.geometry = point;
        GEOSSTRtree_query_r(o->handle, o->tree, point, ask, &q);
        GEOSGeom_destroy_r(o->handle, point);
    }
    qsort(ret_zones, q.count, sizeof *ret_zones, compare);
    return q.count;
}

size_t geosoracle_count_at(struct geosoracle *o, struct geo_pos p)
{
    struct query q = {.oracle = o, .is_point = true};
    GEOSGeometry *point = point_at(o, p.lon_e7 / 1e7, p.lat_e7 / 1e7);
    q.geometry = point;
    GEOSSTRtree_query_r(o->handle, o->tree, point, ask, &q);
    GEOSGeom_destroy_r(o->handle, point);
    return q.count;
}

static GEOSGeometry *line_of(struct geosoracle *o, const struct geosoracle_line *line,
                             double turn)
{
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(o->handle, (unsigned)line->count, 2);
    for (unsigned i = 0; i < line->count; i++) {
        /* As for points: the knots are whole 1e-7 degrees. */
        double x = (double)(llround(line->xy[2 * i] * 1e7) + llround(turn * 1e7)) / 1e7;
        GEOSCoordSeq_setXY_r(o->handle, s, i, x, line->xy[2 * i + 1]);
    }
    GEOSGeometry *made = GEOSGeom_createLineString_r(o->handle, s);
    must(made != NULL);
    return made;
}

size_t geosoracle_count_along(struct geosoracle *o, struct geo_pos a, struct geo_pos b)
{
    struct query q = {.oracle = o};
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(o->handle, 2, 2);
    GEOSCoordSeq_setXY_r(o->handle, s, 0, a.lon_e7 / 1e7, a.lat_e7 / 1e7);
    GEOSCoordSeq_setXY_r(o->handle, s, 1, b.lon_e7 / 1e7, b.lat_e7 / 1e7);
    GEOSGeometry *line = GEOSGeom_createLineString_r(o->handle, s);
    q.geometry = line;
    GEOSSTRtree_query_r(o->handle, o->tree, line, ask, &q);
    GEOSGeom_destroy_r(o->handle, line);
    return q.count;
}

size_t geosoracle_along(struct geosoracle *o, const struct geosoracle_line *line,
                        uint32_t *ret_zones, size_t room)
{
    struct query q = {.oracle = o, .zones = ret_zones, .room = room};
    for (int turn = -720; turn <= 720; turn += 360) {
        GEOSGeometry *made = line_of(o, line, turn);
        q.geometry = made;
        GEOSSTRtree_query_r(o->handle, o->tree, made, ask, &q);
        GEOSGeom_destroy_r(o->handle, made);
    }
    qsort(ret_zones, q.count, sizeof *ret_zones, compare);
    return q.count;
}

double geosoracle_point_margin(struct geosoracle *o, uint32_t zone, struct geo_pos p)
{
    GEOSGeometry *boundary = GEOSBoundary_r(o->handle, o->zones[zone].geometry);
    double least = 1e9;
    for (int turn = -360; turn <= 360; turn += 360) {
        double far = 0;
        GEOSGeometry *point = point_at(o, p.lon_e7 / 1e7 + turn, p.lat_e7 / 1e7);
        must(GEOSDistance_r(o->handle, boundary, point, &far) == 1);
        least = fmin(least, far);
        GEOSGeom_destroy_r(o->handle, point);
    }
    GEOSGeom_destroy_r(o->handle, boundary);
    return least;
}

bool geosoracle_meets_grown(struct geosoracle *o, uint32_t zone,
                            const struct geosoracle_line *line, double by)
{
    GEOSGeometry *grown = GEOSBuffer_r(o->handle, o->zones[zone].geometry, by, 8);
    bool meets = false;
    for (int turn = -720; turn <= 720; turn += 360) {
        GEOSGeometry *made = line_of(o, line, turn);
        meets |= GEOSIntersects_r(o->handle, grown, made) == 1;
        GEOSGeom_destroy_r(o->handle, made);
    }
    GEOSGeom_destroy_r(o->handle, grown);
    return meets;
}

double geosoracle_gate_margin(struct geosoracle *o, uint32_t zone,
                              const struct geosoracle_line *line)
{
    const GEOSGeometry *gate = o->zones[zone].geometry;
    double least = 1e9;
    for (int turn = -720; turn <= 720; turn += 360) {
        GEOSGeometry *made = line_of(o, line, turn);
        const GEOSGeometry *pair[2] = {gate, made};
        for (int side = 0; side < 2; side++) {
            int count = GEOSGeomGetNumPoints_r(o->handle, pair[side]);
            for (int i = 0; i < count; i++) {
                if (side == 1 && i != 0 && i != count - 1)
                    continue;
                double far = 0;
                GEOSGeometry *vertex = GEOSGeomGetPointN_r(o->handle, pair[side], i);
                must(GEOSDistance_r(o->handle, vertex, pair[1 - side], &far) == 1);
                least = fmin(least, far);
                GEOSGeom_destroy_r(o->handle, vertex);
            }
        }
        GEOSGeom_destroy_r(o->handle, made);
    }
    return least;
}

double geosoracle_part_inside(struct geosoracle *o, uint32_t zone,
                              const struct geosoracle_line *line)
{
    double inside = 0, whole = 1;
    bool is_gate = o->zones[zone].is_gate;
    for (int turn = -720; turn <= 720; turn += 360) {
        GEOSGeometry *made = line_of(o, line, turn);
        GEOSGeometry *common =
            GEOSIntersection_r(o->handle, o->zones[zone].geometry, made);
        must(common != NULL);
        double length = 0;
        if (is_gate)
            inside += GEOSisEmpty_r(o->handle, common)
                          ? 0
                          : GEOSGetNumGeometries_r(o->handle, common);
        else if (GEOSLength_r(o->handle, common, &length) == 1)
            inside += length;
        must(GEOSLength_r(o->handle, made, &whole) == 1);
        GEOSGeom_destroy_r(o->handle, common);
        GEOSGeom_destroy_r(o->handle, made);
    }
    return is_gate ? inside : inside / whole;
}
