/* SPDX-License-Identifier: Apache-2.0 */
/* Points on the earth: conversions, distances, bearings, great circles. This file knows
 * no zones.
 *
 * The spherical formulas use unit vectors or the haversine, both of which stay precise
 * for near points. Distances on the ellipsoid use Karney's method (J. Geodesy 87, 2013,
 * 43-55), in the implementation of PROJ. */
#include "point_int.h"

#include <geodesic.h>
#include <math.h>
#include <stddef.h>

#define WGS84_A_M 6378137.0
#define WGS84_F (1.0 / 298.257223563)

struct geo_point geo_to_point(struct geo_pos p)
{
    return (struct geo_point){.lat = p.lat_e7 / GEO_E7, .lon = p.lon_e7 / GEO_E7};
}

double geo_fold_lon(double lon)
{
    if (lon >= -180 && lon < 180)
        return lon;
    double folded = fmod(lon + 180, 360);
    if (folded < 0)
        folded += 360;
    /* A tiny negative remainder rounds up to 360 itself. */
    return folded >= 360 ? -180 : folded - 180;
}

struct geo_pos geo_to_pos(struct geo_point p)
{
    return (struct geo_pos){.lat_e7 = (int32_t)lround(p.lat * GEO_E7),
                            .lon_e7 = (int32_t)lround(geo_fold_lon(p.lon) * GEO_E7)};
}

double geo_distance_exact_m(struct geo_pos a, struct geo_pos b)
{
    struct geod_geodesic wgs84;
    double metres = 0;
    geod_init(&wgs84, WGS84_A_M, WGS84_F);
    geod_inverse(&wgs84, a.lat_e7 / GEO_E7, a.lon_e7 / GEO_E7, b.lat_e7 / GEO_E7,
                 b.lon_e7 / GEO_E7, &metres, NULL, NULL);
    return metres;
}

double geo_distance_m(struct geo_pos a, struct geo_pos b)
{
    const double half = POINT_RAD / GEO_E7 / 2;
    double south_north = sin(((double)b.lat_e7 - a.lat_e7) * half);
    double west_east = sin(((double)b.lon_e7 - a.lon_e7) * half);
    double h = south_north * south_north + cos(a.lat_e7 * 2 * half) *
                                               cos(b.lat_e7 * 2 * half) * west_east *
                                               west_east;
    return 2 * GEO_EARTH_RADIUS_M * asin(sqrt(h < 1 ? h : 1));
}

double geo_bearing_deg(struct geo_pos a, struct geo_pos b)
{
    double from = a.lat_e7 * (POINT_RAD / GEO_E7), to = b.lat_e7 * (POINT_RAD / GEO_E7);
    double east = ((double)b.lon_e7 - a.lon_e7) * (POINT_RAD / GEO_E7);
    double y = sin(east) * cos(to);
    /* cos(from) sin(to) - sin(from) cos(to) cos(east), without the cancellation. */
    double half = sin(east / 2);
    double x = sin(to - from) + 2 * sin(from) * cos(to) * half * half;
    double degrees = atan2(y, x) / POINT_RAD;
    if (degrees < 0)
        degrees += 360;
    return degrees >= 360 ? 0 : degrees;
}

static void to_vector(struct geo_pos p, double ret[3])
{
    double lat = p.lat_e7 * (POINT_RAD / GEO_E7), lon = p.lon_e7 * (POINT_RAD / GEO_E7);
    ret[0] = cos(lat) * cos(lon);
    ret[1] = cos(lat) * sin(lon);
    ret[2] = sin(lat);
}

static struct geo_pos from_vector(const double v[3])
{
    return geo_to_pos(
        (struct geo_point){.lat = atan2(v[2], hypot(v[0], v[1])) / POINT_RAD,
                           .lon = atan2(v[1], v[0]) / POINT_RAD});
}

static void cross_product(const double a[3], const double b[3], double ret[3])
{
    ret[0] = a[1] * b[2] - a[2] * b[1];
    ret[1] = a[2] * b[0] - a[0] * b[2];
    ret[2] = a[0] * b[1] - a[1] * b[0];
}

static double vector_length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

void geo_arc_init(struct point_arc *arc, struct geo_pos a, struct geo_pos b)
{
    double end[3], normal[3];
    to_vector(a, arc->start);
    to_vector(b, end);
    cross_product(arc->start, end, normal);
    double sine = vector_length(normal);
    double cosine =
        arc->start[0] * end[0] + arc->start[1] * end[1] + arc->start[2] * end[2];
    arc->angle = atan2(sine, cosine);
    if (sine < 1e-15) {
        /* The ends are the same point or opposite points. All directions are equally
         * long, so the arc goes north. */
        double east[3] = {-arc->start[1], arc->start[0], 0};
        if (vector_length(east) < 1e-15)
            east[0] = 1;
        cross_product(arc->start, east, arc->tangent);
    } else {
        cross_product(normal, arc->start, arc->tangent);
    }
    double scale = vector_length(arc->tangent);
    for (int i = 0; i < 3; i++)
        arc->tangent[i] /= scale;
}

struct geo_pos geo_arc_at(const struct point_arc *arc, double fraction)
{
    double c = cos(arc->angle * fraction), s = sin(arc->angle * fraction);
    double v[3];
    for (int i = 0; i < 3; i++)
        v[i] = c * arc->start[i] + s * arc->tangent[i];
    return from_vector(v);
}

struct geo_pos geo_interpolate(struct geo_pos a, struct geo_pos b, double fraction)
{
    /* The ends are exact; only points between them are rounded. */
    if (fraction == 0)
        return a;
    if (fraction == 1)
        return b;
    struct point_arc arc;
    geo_arc_init(&arc, a, b);
    return geo_arc_at(&arc, fraction);
}

struct geo_pos geo_destination(struct geo_pos a, double bearing_deg, double distance_m)
{
    double lat = a.lat_e7 * (POINT_RAD / GEO_E7), lon = a.lon_e7 * (POINT_RAD / GEO_E7);
    double north = cos(bearing_deg * POINT_RAD), east = sin(bearing_deg * POINT_RAD);
    double angle = distance_m / GEO_EARTH_RADIUS_M;
    double c = cos(angle), s = sin(angle);
    double start[3], v[3];
    to_vector(a, start);
    double toward[3] = {-north * sin(lat) * cos(lon) - east * sin(lon),
                        -north * sin(lat) * sin(lon) + east * cos(lon), north * cos(lat)};
    for (int i = 0; i < 3; i++)
        v[i] = c * start[i] + s * toward[i];
    return from_vector(v);
}

double geo_angle_deg(double a_deg, double b_deg)
{
    double d = fmod(fabs(a_deg - b_deg), 360);
    return d > 180 ? 360 - d : d;
}
