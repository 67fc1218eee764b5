/* SPDX-License-Identifier: Apache-2.0 */
/* GEOS's own answers about the same zones: an STRtree of boxes and prepared geometries
 * behind it, as one would build a geofence on GEOS. Zones are given as generated, not as
 * our reader understood them. */
#ifndef GEOSORACLE_H
#define GEOSORACLE_H

#include "lib/zonegen.h"
#include "lookout/geo/geo.h"

struct geosoracle;

struct geosoracle *geosoracle_create(const struct zonegen *gen);
void geosoracle_destroy(struct geosoracle *o);

/* Areas that hold the point, boundary included, ascending; how many there are. */
size_t geosoracle_at(struct geosoracle *o, struct geo_pos p, uint32_t *ret_zones,
                     size_t room);
/* The same without looking at other turns of the globe: for timing. */
size_t geosoracle_count_at(struct geosoracle *o, struct geo_pos p);
size_t geosoracle_count_along(struct geosoracle *o, struct geo_pos a, struct geo_pos b);

/* A line of knots, x in degrees running on over 180. */
struct geosoracle_line {
    const double *xy; /* borrowed */
    size_t count;
};
/* Zones and gates that the line meets, ascending. */
size_t geosoracle_along(struct geosoracle *o, const struct geosoracle_line *line,
                        uint32_t *ret_zones, size_t room);

/* Degrees from the boundary of a zone to the point; to the line. */
double geosoracle_point_margin(struct geosoracle *o, uint32_t zone, struct geo_pos p);
/* Would the line still (not) meet the zone if the zone were `by` degrees larger or, below
 * 0, smaller? */
bool geosoracle_meets_grown(struct geosoracle *o, uint32_t zone,
                            const struct geosoracle_line *line, double by);
/* For a gate: how near does the line, or an end of it, come to just touching: the least
 * of the distances of line ends to the gate and of gate vertices to the line. */
double geosoracle_gate_margin(struct geosoracle *o, uint32_t zone,
                              const struct geosoracle_line *line);
/* Part of the line's planar length inside the zone, 0..1; for a gate the number of
 * points at which it is met. */
double geosoracle_part_inside(struct geosoracle *o, uint32_t zone,
                              const struct geosoracle_line *line);

#endif
