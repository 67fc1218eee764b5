/* SPDX-License-Identifier: Apache-2.0 */
/* Points on the earth. At rest a position is int32_t in 1e-7 degree (struct geo_pos);
 * inside geo/ it is double degrees. Latitude comes before longitude. This header knows no
 * ships. */
#ifndef LOOKOUT_GEO_H
#define LOOKOUT_GEO_H

#include <stdbool.h>
#include <stdint.h>

#define GEO_E7 1e7
#define GEO_EARTH_RADIUS_M 6371008.8 /* mean radius (2a + b) / 3 of WGS 84, IUGG 1980 */

/* 1e-7 degree: lat -900000000..900000000, lon -1800000000..1800000000. */
struct geo_pos {
    int32_t lat_e7;
    int32_t lon_e7;
};

/* Degrees: lat -90..90, lon -180..180 unless said otherwise. */
struct geo_point {
    double lat;
    double lon;
};

struct geo_point geo_to_point(struct geo_pos p);
/* Rounded to the nearest; longitudes are folded into -180..180 first. */
struct geo_pos geo_to_pos(struct geo_point p);
/* Any finite longitude into [-180, 180). 180 itself becomes -180. */
double geo_fold_lon(double lon);

/* Distance in metres on the WGS 84 ellipsoid (Karney 2013, by PROJ's geodesic.h; 15 nm
 * error). One call takes about 1 us, too long for the hot path. */
double geo_distance_exact_m(struct geo_pos a, struct geo_pos b);
/* Distance in metres on the sphere of mean radius (haversine), within 0.56 % of the
 * distance on the ellipsoid. For the hot path, and for thresholds that need no better
 * precision. */
double geo_distance_m(struct geo_pos a, struct geo_pos b);
/* Initial great-circle bearing a -> b in degrees [0, 360). */
double geo_bearing_deg(struct geo_pos a, struct geo_pos b);
/* The point at `fraction` of the great circle a -> b. 0 is a, 1 is b; smaller and greater
 * values are allowed. */
struct geo_pos geo_interpolate(struct geo_pos a, struct geo_pos b, double fraction);
/* The point reached from a at bearing_deg after distance_m on the sphere of mean radius.
 */
struct geo_pos geo_destination(struct geo_pos a, double bearing_deg, double distance_m);
/* Smallest angle between two directions, 0..180 degrees. */
double geo_angle_deg(double a_deg, double b_deg);

#endif
