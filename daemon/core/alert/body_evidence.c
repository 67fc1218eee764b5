/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: the path of a track as GeoJSON, cut where it crosses 180 degrees. */
#include <math.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

/* Six decimals of a degree are a tenth of a metre, finer than AIS. */
static json_t *make_coordinate(double lat, double lon)
{
    return json_pack("[ff]", round(lon * 1e6) / 1e6, round(lat * 1e6) / 1e6);
}

struct lines {
    json_t *parts; /* array of arrays of coordinates */
    json_t *times; /* array of arrays of texts, side by side with it */
};

static int add_point(struct lines *l, double lat, double lon, int64_t time_ms)
{
    size_t last = json_array_size(l->parts) - 1;
    if (json_array_append_new(json_array_get(l->parts, last),
                              make_coordinate(lat, lon)) != 0 ||
        json_array_append_new(json_array_get(l->times, last), body_time(time_ms)) != 0)
        return ERR_NOMEM;
    return 0;
}

static int begin_part(struct lines *l)
{
    return json_array_append_new(l->parts, json_array()) != 0 ||
                   json_array_append_new(l->times, json_array()) != 0
               ? ERR_NOMEM
               : 0;
}

/* End the part at the antimeridian and begin the next on its other side (RFC
 * 7946, 3.1.9). */
static int cut_line(struct lines *l, const struct track_point *a,
                    const struct track_point *b)
{
    struct geo_point p = geo_to_point(a->pos), q = geo_to_point(b->pos);
    double edge = p.lon > 0 ? 180 : -180;
    double span = q.lon + 2 * edge - p.lon;
    double fraction = span != 0 ? (edge - p.lon) / span : 0;
    double lat = p.lat + (q.lat - p.lat) * fraction;
    int64_t time_ms =
        a->time_ms + (int64_t)((double)(b->time_ms - a->time_ms) * fraction);
    int rc = add_point(l, lat, edge, time_ms);
    if (rc == 0)
        rc = begin_part(l);
    return rc != 0 ? rc : add_point(l, lat, -edge, time_ms);
}

static bool is_over(const struct track_point *a, const struct track_point *b)
{
    return fabs(geo_to_point(b->pos).lon - geo_to_point(a->pos).lon) > 180;
}

static int fill_points(struct lines *l, const struct track_point *points, size_t n)
{
    int rc = begin_part(l);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct geo_point p = geo_to_point(points[i].pos);
        if (i != 0 && is_over(&points[i - 1], &points[i]))
            rc = cut_line(l, &points[i - 1], &points[i]);
        if (rc == 0)
            rc = add_point(l, p.lat, p.lon, points[i].time_ms);
    }
    return rc;
}

/* A Point, LineString or MultiLineString. */
static json_t *make_feature(const struct lines *l)
{
    size_t parts = json_array_size(l->parts);
    json_t *line = json_array_get(l->parts, 0), *times = json_array_get(l->times, 0);
    if (parts > 1)
        return json_pack("{s:s,s:{s:s,s:O},s:{s:O}}", "type", "Feature", "geometry",
                         "type", "MultiLineString", "coordinates", l->parts, "properties",
                         "times", l->times);
    bool is_point = json_array_size(line) == 1;
    return json_pack("{s:s,s:{s:s,s:O},s:{s:O}}", "type", "Feature", "geometry", "type",
                     is_point ? "Point" : "LineString", "coordinates",
                     is_point ? json_array_get(line, 0) : line, "properties", "times",
                     times);
}

/* The path with at most TRACK_PATH_POINTS points in its evidence: each cut adds two. */
static size_t take_path(const struct track *track, int64_t since_ms, int64_t until_ms,
                        struct track_point ret[TRACK_PATH_POINTS])
{
    size_t room = TRACK_PATH_POINTS, n, cuts;
    do {
        n = track_path(track, since_ms, until_ms, ret, room);
        cuts = 0;
        for (size_t i = 1; i < n; i++)
            cuts += is_over(&ret[i - 1], &ret[i]);
        room = room > 4 ? room - 2 : 2;
    } while (n > 2 && n + 2 * cuts > TRACK_PATH_POINTS);
    return n;
}

json_t *body_evidence_json(const struct track *track, int64_t since_ms, int64_t until_ms)
{
    struct track_point points[TRACK_PATH_POINTS];
    size_t n = take_path(track, since_ms, until_ms, points);
    if (n == 0) {
        points[0].time_ms = track->last.time_ms;
        points[0].pos = track->last.pos;
        n = 1;
    }
    struct lines l = {json_array(), json_array()};
    json_t *ret = NULL;
    if (l.parts != NULL && l.times != NULL && fill_points(&l, points, n) == 0)
        ret = make_feature(&l);
    json_decref(l.parts);
    json_decref(l.times);
    return ret;
}
