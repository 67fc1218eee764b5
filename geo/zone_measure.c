/* SPDX-License-Identifier: Apache-2.0 */
/* Area and length on the WGS 84 ellipsoid of shapes whose edges are straight in longitude
 * and latitude. The figures are for reports; no decision depends on them. */
#include "zone_geometry_int.h"

#include <math.h>

#include "point_int.h"

#define A_M 6378137.0
#define F (1.0 / 298.257223563)
#define STEP_DEG 1.0

/* Area between the equator and a parallel for one radian of longitude, in m2: b2/2
 * (sin / (1 - e2 sin2) + atanh(e sin) / e), Snyder, USGS PP 1395 (1987), formula 3-12. */
static double area_to(double lat_deg)
{
    const double e2 = F * (2 - F), e = sqrt(e2), b = A_M * (1 - F);
    double s = sin(lat_deg * POINT_RAD);
    return b * b / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e);
}

/* The area under an edge, by Gauss-Legendre integration with 3 points over pieces of at
 * most one degree: exact to 1e-9. */
static double area_under(double lon0, double lat0, double lon1, double lat1)
{
    const double node = 0.77459666924148337704;
    double longest = fmax(fabs(lon1 - lon0), fabs(lat1 - lat0));
    int pieces = longest > STEP_DEG ? (int)ceil(longest / STEP_DEG) : 1;
    double sum = 0;
    for (int i = 0; i < pieces; i++) {
        double middle = (i + 0.5) / pieces, half = 0.5 / pieces;
        double lat = lat0 + (lat1 - lat0) * middle, d = (lat1 - lat0) * half * node;
        sum += (5 * area_to(lat - d) + 8 * area_to(lat) + 5 * area_to(lat + d)) / 18;
    }
    return sum / pieces * (lon1 - lon0) * POINT_RAD;
}

double zone_measure_area_km2(const struct zone_geometry *g)
{
    double total = 0;
    for (size_t ring = 0, i = 0; ring < g->ring_count; i = g->ring_ends[ring++]) {
        double sum = 0;
        for (; i + 1 < g->ring_ends[ring]; i++) {
            const struct zone_vertex *v = &g->vertices[i];
            sum += area_under(v[0].x / GEO_E7, v[0].y / GEO_E7, v[1].x / GEO_E7,
                              v[1].y / GEO_E7);
        }
        total += g->ring_is_hole[ring] ? -fabs(sum) : fabs(sum);
    }
    return total / 1e6;
}

static struct geo_pos pos_at(const struct zone_geometry *g, double x, double y)
{
    return geo_to_pos(
        (struct geo_point){.lat = y / GEO_E7, .lon = (g->west_e7 + x) / GEO_E7});
}

double zone_measure_length_m(const struct zone_geometry *g)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < g->vertex_count; i++) {
        const struct zone_vertex *v = &g->vertices[i];
        double dx = (double)v[1].x - v[0].x, dy = (double)v[1].y - v[0].y;
        int pieces = (int)ceil(fmax(fabs(dx), fabs(dy)) / GEO_E7 / STEP_DEG) + 1;
        struct geo_pos from = pos_at(g, v[0].x, v[0].y);
        for (int k = 1; k <= pieces; k++) {
            double part = (double)k / pieces;
            struct geo_pos to = pos_at(g, v[0].x + dx * part, v[0].y + dy * part);
            sum += geo_distance_exact_m(from, to);
            from = to;
        }
    }
    return sum;
}
