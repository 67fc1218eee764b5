/* SPDX-License-Identifier: Apache-2.0 */
/* Corridors: makes, of a line as drawn, the area within a width of the line.
 * zone_geometry.c checks whether that area is valid on the earth, as it does for every
 * area.
 *
 * The line is straight in longitude and latitude from position to position, like the
 * edges of zones. On both sides of each stretch, points are placed at right angles to it,
 * at the width along the geodesic: these are the places at that distance from the stretch
 * (Gauss's lemma). Arcs join the points around each bend and around the ends. GEOS unites
 * the pieces.
 *
 * Error: the chords of an arc lie at most 0.034 % of the width inside it. The points of a
 * side are 10 km apart; the side is off by at most 0.1 % of the width up to latitude 87.
 */
#include "corridor_int.h"

#include <geodesic.h>
#include <math.h>
#include <stdlib.h>

#include "geos_int.h"
#include "lookout/base/array.h"
#include "lookout/base/units.h"
#include "point_int.h"

#define A_M 6378137.0
#define F (1.0 / 298.257223563)

static const double side_step_m = 10000;
static const double arc_step_deg = 3;
/* Beyond this latitude, a parallel bends almost as sharply as the edge of the widest
 * corridor. */
static const double most_lat_deg = 88;
/* The length of one degree of a meridian, at latitude 80 and beyond. */
static const double lat_degree_m = 111600;

/* The line between two different positions. Longitudes continue beyond 180. */
struct stretch {
    struct geo_point from, to;
};

struct corridor {
    struct geojson_feature *feature;
    struct geod_geodesic wgs84;
    struct stretch *stretches; /* owned */
    size_t stretch_count;
    double *xy;        /* owned: rings that together cover the corridor */
    size_t *ring_ends; /* owned */
    size_t count, room, ring_count, ring_room;
    bool is_out_of_memory;
};

/* --- pieces --- */

static void add_corner(struct corridor *c, struct geo_point p)
{
    if (array_grow(&c->xy, &c->room, c->count + 1, 2 * sizeof *c->xy) != 0) {
        c->is_out_of_memory = true;
        return;
    }
    c->xy[2 * c->count] = p.lon;
    c->xy[2 * c->count + 1] = p.lat;
    c->count++;
}

/* Make one piece of the corners that were added since the last piece: a ring that ends at
 * its first corner. */
static void close_piece(struct corridor *c, struct geo_point first)
{
    add_corner(c, first);
    if (array_grow(&c->ring_ends, &c->ring_room, c->ring_count + 1,
                   sizeof *c->ring_ends) != 0)
        c->is_out_of_memory = true;
    else
        c->ring_ends[c->ring_count++] = c->count;
}

/* The place at the distance of the corridor's width from `from`. */
static struct geo_point go_out(const struct corridor *c, struct geo_point from,
                               double azimuth_deg)
{
    struct geo_point to;
    geod_direct(&c->wgs84, from.lat, from.lon, azimuth_deg, c->feature->width_m, &to.lat,
                &to.lon, NULL);
    to.lon += 360 * round((from.lon - to.lon) / 360);
    return to;
}

static struct geo_point point_along(const struct stretch *s, double part)
{
    return (struct geo_point){.lat = s->from.lat + (s->to.lat - s->from.lat) * part,
                              .lon = s->from.lon + (s->to.lon - s->from.lon) * part};
}

/* The lengths in metres of a degree of latitude and of a degree of longitude at a
 * latitude: radii of curvature of the meridian and of the prime vertical (Snyder, USGS PP
 * 1395, 1987, formulas 4-18 to 4-21). */
static void degree_lengths(double lat, double *ret_lat_m, double *ret_lon_m)
{
    const double e2 = F * (2 - F);
    double s = sin(lat * POINT_RAD), w = sqrt(1 - e2 * s * s);
    *ret_lat_m = A_M * (1 - e2) / (w * w * w) * POINT_RAD;
    *ret_lon_m = A_M / w * cos(lat * POINT_RAD) * POINT_RAD;
}

/* The direction of the stretch at one of its points. */
static double azimuth_at(const struct stretch *s, struct geo_point p)
{
    double lat_m, lon_m;
    degree_lengths(p.lat, &lat_m, &lon_m);
    return atan2((s->to.lon - s->from.lon) * lon_m, (s->to.lat - s->from.lat) * lat_m) /
           POINT_RAD;
}

static int count_steps(const struct stretch *s)
{
    double lat_m, lon_m;
    degree_lengths(fmin(fabs(s->from.lat), fabs(s->to.lat)), &lat_m, &lon_m);
    double length_m =
        hypot((s->to.lon - s->from.lon) * lon_m, (s->to.lat - s->from.lat) * lat_m);
    return 1 + (int)(length_m / side_step_m);
}

/* Add the band along a stretch: its left side forwards, then its right side backwards.
 * The ends of the line are corners too, so that no gap is left beside the arcs. */
static void add_band(struct corridor *c, const struct stretch *s)
{
    int steps = count_steps(s);
    struct geo_point first = {0};
    for (int i = 0; i <= steps; i++) {
        struct geo_point p = point_along(s, (double)i / steps);
        struct geo_point left = go_out(c, p, azimuth_at(s, p) - 90);
        first = i == 0 ? left : first;
        add_corner(c, left);
    }
    add_corner(c, point_along(s, 1));
    for (int i = steps; i >= 0; i--) {
        struct geo_point p = point_along(s, (double)i / steps);
        add_corner(c, go_out(c, p, azimuth_at(s, p) + 90));
    }
    add_corner(c, s->from);
    close_piece(c, first);
}

/* Add the sector around a place from one azimuth to another. */
static void add_sector(struct corridor *c, struct geo_point around, double from_deg,
                       double to_deg)
{
    int steps = 1 + (int)(fabs(to_deg - from_deg) / arc_step_deg);
    add_corner(c, around);
    for (int i = 0; i < steps; i++)
        add_corner(
            c, go_out(c, around, from_deg + (to_deg - from_deg) * ((double)i / steps)));
    add_corner(c, go_out(c, around, to_deg));
    close_piece(c, around);
}

/* Add the sector on the outer side of the bend between two stretches. */
static void add_bend(struct corridor *c, const struct stretch *before,
                     const struct stretch *after)
{
    double in_deg = azimuth_at(before, before->to);
    double out_deg = azimuth_at(after, after->from);
    double turn_deg = remainder(out_deg - in_deg, 360);
    double side_deg = turn_deg > 0 ? -90 : 90;
    if (turn_deg != 0)
        add_sector(c, before->to, in_deg + side_deg, in_deg + side_deg + turn_deg);
}

static void add_pieces(struct corridor *c)
{
    const struct stretch *first = c->stretches, *last = first + c->stretch_count - 1;
    double begin_deg = azimuth_at(first, first->from),
           end_deg = azimuth_at(last, last->to);
    for (const struct stretch *s = first; s <= last && !c->is_out_of_memory; s++) {
        add_band(c, s);
        if (s < last)
            add_bend(c, s, s + 1);
    }
    add_sector(c, first->from, begin_deg + 90, begin_deg + 270);
    add_sector(c, last->to, end_deg - 90, end_deg + 90);
}

/* --- the line --- */

static void report_line(struct corridor *c, struct geojson_source *source,
                        const char *what)
{
    char path[GEOJSON_PATH_BYTES];
    geojson_ring_path(c->feature, 0, path);
    geojson_fault(source, path, c->feature->id, "%s", what);
    c->feature->has_fault = true;
}

/* Does the corridor end well before the poles? */
static bool check_poles(struct corridor *c, struct geojson_source *source)
{
    const struct geojson_feature *f = c->feature;
    char path[GEOJSON_PATH_BYTES], width[UNITS_TEXT_BYTES];
    double farthest = 0;
    for (size_t i = 0; i < f->point_count; i++)
        farthest = fmax(farthest, fabs(f->points[i].lat));
    farthest += f->width_m / lat_degree_m;
    if (farthest < most_lat_deg)
        return true;
    geojson_ring_path(f, 0, path);
    geojson_fault(source, path, f->id,
                  "with a width of %s the corridor reaches latitude %.2f: corridors end "
                  "short of latitude %g",
                  units_format_distance(f->width_m, width), fmin(farthest, 90),
                  most_lat_deg);
    c->feature->has_fault = true;
    return false;
}

/* Follow the line the shorter way from position to position. */
static int make_stretches(struct corridor *c)
{
    const struct geojson_feature *f = c->feature;
    struct geo_point at = f->points[0];
    c->stretches = calloc(f->point_count, sizeof *c->stretches);
    if (c->stretches == NULL)
        return ERR_NOMEM;
    for (size_t i = 1; i < f->point_count; i++) {
        struct geo_point to = f->points[i];
        to.lon = at.lon + remainder(to.lon - at.lon, 360);
        if (to.lon != at.lon || to.lat != at.lat)
            c->stretches[c->stretch_count++] = (struct stretch){at, to};
        at = to;
    }
    return 0;
}

/* --- the area --- */

static int take_ring(void *context, const struct geos_ring *ring)
{
    struct geojson_feature *f = context;
    struct geojson_ring made = {.first = f->point_count,
                                .count = ring->count,
                                .polygon = ring->polygon,
                                .in_order = ring->in_order};
    if (array_grow(&f->points, &f->point_room, f->point_count + ring->count,
                   sizeof *f->points) != 0 ||
        array_grow(&f->rings, &f->ring_room, f->ring_count + 1, sizeof *f->rings) != 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < ring->count; i++)
        f->points[f->point_count++] =
            (struct geo_point){.lat = ring->xy[2 * i + 1], .lon = ring->xy[2 * i]};
    f->rings[f->ring_count++] = made;
    f->polygon_count = ring->polygon + 1;
    return 0;
}

/* Replace the line by the united pieces. */
static int take_area(struct corridor *c, struct geos_checker *geos,
                     struct geojson_source *source)
{
    struct geojson_feature *f = c->feature;
    const struct geos_polygon pieces = {
        .xy = c->xy, .ring_ends = c->ring_ends, .ring_count = c->ring_count};
    f->shape = ZONE_AREA;
    f->point_count = f->ring_count = 0;
    int rc = geos_unite(geos, &pieces, take_ring, f);
    if (rc == ERR_INVALID)
        report_line(c, source, "GEOS cannot draw the corridor: use fewer positions");
    return rc == ERR_INVALID ? 0 : rc;
}

int corridor_draw(struct geojson_feature *feature, struct geos_checker *geos,
                  struct geojson_source *source)
{
    struct corridor c = {.feature = feature};
    int rc = 0;
    geod_init(&c.wgs84, A_M, F);
    if (!check_poles(&c, source))
        return 0;
    rc = make_stretches(&c);
    if (rc == 0 && c.stretch_count == 0)
        report_line(&c, source,
                    "the line has no extent: it needs two different positions");
    if (rc == 0 && c.stretch_count > 0) {
        add_pieces(&c);
        rc = c.is_out_of_memory ? ERR_NOMEM : take_area(&c, geos, source);
    }
    free(c.stretches);
    free(c.xy);
    free(c.ring_ends);
    return rc;
}
