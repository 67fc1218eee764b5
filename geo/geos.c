/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that uses GEOS. When zones are read, GEOS checks whether rings are valid
 * and draws corridors. GEOS is not used for fixes and paths. */
#include "geos_int.h"

#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLIVER_DEG 2e-7

struct geos_checker {
    GEOSContextHandle_t handle; /* owned */
};

struct geos_checker *geos_checker_create(void)
{
    struct geos_checker *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    /* Without handlers GEOS prints no messages. */
    g->handle = GEOS_init_r();
    if (g->handle == NULL) {
        free(g);
        return NULL;
    }
    return g;
}

void geos_checker_destroy(struct geos_checker *g)
{
    if (g == NULL)
        return;
    GEOS_finish_r(g->handle);
    free(g);
}

static GEOSGeometry *make_ring(struct geos_checker *g, const double *xy, size_t n,
                               double shift)
{
    GEOSCoordSequence *sequence =
        GEOSCoordSeq_copyFromBuffer_r(g->handle, xy, (unsigned)n, 0, 0);
    if (sequence == NULL)
        return NULL;
    for (unsigned i = 0; shift != 0 && i < n; i++)
        GEOSCoordSeq_setX_r(g->handle, sequence, i, xy[2 * i] + shift);
    /* The ring becomes the owner of the sequence, also when making the ring fails. */
    return GEOSGeom_createLinearRing_r(g->handle, sequence);
}

static GEOSGeometry *make_polygon(struct geos_checker *g,
                                  const struct geos_polygon *polygon, double shift)
{
    GEOSGeometry **rings = calloc(polygon->ring_count, sizeof(GEOSGeometry *));
    size_t made = 0;
    if (rings == NULL)
        return NULL;
    for (size_t first = 0; made < polygon->ring_count; made++) {
        rings[made] = make_ring(g, polygon->xy + 2 * first,
                                polygon->ring_ends[made] - first, shift);
        if (rings[made] == NULL)
            break;
        first = polygon->ring_ends[made];
    }
    GEOSGeometry *made_polygon = NULL;
    if (made == polygon->ring_count)
        made_polygon =
            GEOSGeom_createPolygon_r(g->handle, rings[0], rings + 1, (unsigned)made - 1);
    else
        while (made > 0)
            GEOSGeom_destroy_r(g->handle, rings[--made]);
    free(rings);
    return made_polygon;
}

static void read_place(struct geos_checker *g, const GEOSGeometry *point,
                       struct geos_fault *ret)
{
    ret->has_place = point != NULL && GEOSGeomGetX_r(g->handle, point, &ret->x) == 1 &&
                     GEOSGeomGetY_r(g->handle, point, &ret->y) == 1 && isfinite(ret->x) &&
                     isfinite(ret->y);
}

int geos_check(struct geos_checker *g, const struct geos_polygon *polygon,
               bool *ret_valid, struct geos_fault *ret_fault)
{
    GEOSGeometry *p = make_polygon(g, polygon, 0);
    if (p == NULL)
        return ERR_NOMEM;
    char *reason = NULL;
    GEOSGeometry *place = NULL;
    /* The result 2 is an exception: GEOS gave no answer, so the polygon counts as not
     * valid. */
    *ret_valid = GEOSisValidDetail_r(g->handle, p, 0, &reason, &place) == 1;
    *ret_fault = (struct geos_fault){0};
    snprintf(ret_fault->reason, sizeof ret_fault->reason, "%.79s",
             reason != NULL ? reason : "GEOS cannot tell whether it is valid");
    read_place(g, place, ret_fault);
    GEOSFree_r(g->handle, reason);
    GEOSGeom_destroy_r(g->handle, place);
    GEOSGeom_destroy_r(g->handle, p);
    return 0;
}

/* When parts with a common edge are rounded separately, they may overlap along that edge
 * by less than the resolution of positions. Such parts count as touching, not as
 * overlapping. The width of a long thin shape is twice its area divided by its perimeter.
 */
static bool is_sliver(struct geos_checker *g, const GEOSGeometry *both)
{
    double area = 0, perimeter = 0;
    return both != NULL && GEOSArea_r(g->handle, both, &area) == 1 &&
           GEOSLength_r(g->handle, both, &perimeter) == 1 &&
           2 * area <= SLIVER_DEG * perimeter;
}

int geos_overlap(struct geos_checker *g, const struct geos_polygon *a,
                 const struct geos_polygon *b, double shift, bool *ret_overlap,
                 struct geos_fault *ret_fault)
{
    GEOSGeometry *p = make_polygon(g, a, 0), *q = make_polygon(g, b, shift);
    GEOSGeometry *both = NULL, *place = NULL;
    int rc = p == NULL || q == NULL ? ERR_NOMEM : 0;
    *ret_overlap = rc == 0 && GEOSRelatePattern_r(g->handle, p, q, "T********") == 1;
    if (*ret_overlap) {
        both = GEOSIntersection_r(g->handle, p, q);
        *ret_overlap = !is_sliver(g, both);
    }
    if (*ret_overlap) {
        if (both != NULL)
            place = GEOSPointOnSurface_r(g->handle, both);
        *ret_fault = (struct geos_fault){.reason = "Overlap"};
        read_place(g, place, ret_fault);
    }
    GEOSGeom_destroy_r(g->handle, place);
    GEOSGeom_destroy_r(g->handle, both);
    GEOSGeom_destroy_r(g->handle, q);
    GEOSGeom_destroy_r(g->handle, p);
    return rc;
}

/* --- what pieces cover --- */

/* Make one collection of all pieces; NULL when GEOS fails. */
static GEOSGeometry *make_pieces(struct geos_checker *g,
                                 const struct geos_polygon *pieces)
{
    GEOSGeometry **made = calloc(pieces->ring_count, sizeof(GEOSGeometry *));
    GEOSGeometry *all = NULL;
    size_t count = 0;
    for (size_t first = 0; made != NULL && count < pieces->ring_count; count++) {
        size_t n = pieces->ring_ends[count] - first;
        const struct geos_polygon one = {
            .xy = pieces->xy + 2 * first, .ring_ends = &n, .ring_count = 1};
        made[count] = make_polygon(g, &one, 0);
        if (made[count] == NULL)
            break;
        first = pieces->ring_ends[count];
    }
    if (count == pieces->ring_count)
        all = GEOSGeom_createCollection_r(g->handle, GEOS_MULTIPOLYGON, made,
                                          (unsigned)count);
    else
        while (count > 0)
            GEOSGeom_destroy_r(g->handle, made[--count]);
    free(made);
    return all;
}

static int give_ring(struct geos_checker *g, const GEOSGeometry *line,
                     struct geos_ring ring, geos_ring_sink sink, void *context)
{
    const GEOSCoordSequence *s =
        line != NULL ? GEOSGeom_getCoordSeq_r(g->handle, line) : NULL;
    unsigned n = 0;
    if (s == NULL || GEOSCoordSeq_getSize_r(g->handle, s, &n) != 1)
        return ERR_INVALID;
    double *xy = malloc((size_t)n * 2 * sizeof *xy);
    if (xy == NULL)
        return ERR_NOMEM;
    ring.xy = xy;
    ring.count = n;
    int rc = ERR_INVALID;
    if (GEOSCoordSeq_copyToBuffer_r(g->handle, s, xy, 0, 0) == 1)
        rc = sink(context, &ring);
    free(xy);
    return rc;
}

/* Is the ring only a gap that rounding leaves between two pieces? */
static bool is_crack(struct geos_checker *g, const GEOSGeometry *ring)
{
    GEOSGeometry *copy = ring != NULL ? GEOSGeom_clone_r(g->handle, ring) : NULL;
    GEOSGeometry *hole =
        copy != NULL ? GEOSGeom_createPolygon_r(g->handle, copy, NULL, 0) : NULL;
    bool is_so = hole != NULL && is_sliver(g, hole);
    GEOSGeom_destroy_r(g->handle, hole);
    return is_so;
}

static int give_polygon(struct geos_checker *g, const GEOSGeometry *polygon,
                        uint32_t number, geos_ring_sink sink, void *context)
{
    struct geos_ring ring = {.polygon = number};
    int holes = GEOSGetNumInteriorRings_r(g->handle, polygon);
    int rc = give_ring(g, GEOSGetExteriorRing_r(g->handle, polygon), ring, sink, context);
    for (int i = 0; i < holes && rc == 0; i++) {
        const GEOSGeometry *hole = GEOSGetInteriorRingN_r(g->handle, polygon, i);
        if (is_crack(g, hole))
            continue;
        ring.in_order++;
        rc = give_ring(g, hole, ring, sink, context);
    }
    return rc;
}

int geos_unite(struct geos_checker *g, const struct geos_polygon *pieces,
               geos_ring_sink sink, void *context)
{
    GEOSGeometry *all = make_pieces(g, pieces);
    GEOSGeometry *one = all != NULL ? GEOSUnaryUnion_r(g->handle, all) : NULL;
    int n = one != NULL ? GEOSGetNumGeometries_r(g->handle, one) : 0;
    int rc = n > 0 ? 0 : ERR_INVALID;
    for (int i = 0; i < n && rc == 0; i++)
        rc = give_polygon(g, GEOSGetGeometryN_r(g->handle, one, i), (uint32_t)i, sink,
                          context);
    GEOSGeom_destroy_r(g->handle, one);
    GEOSGeom_destroy_r(g->handle, all);
    return rc;
}
