/* SPDX-License-Identifier: Apache-2.0 */
/* The path that is kept as evidence: at most TRACK_PATH_POINTS points, the newest exact.
 *
 * Each point carries the error that its loss would make: its distance from the place
 * where a ship that sails evenly between its neighbours would be at that time
 * (synchronised Euclidean distance), and at least the error of points dropped beside it.
 * While that error stays below the tolerance, the newest point is overwritten, so
 * straight legs and berths cost little. When the path is full, the point with the least
 * error is dropped; errors of old points count less. After SQUISH-E (Muckell et al.,
 * GeoInformatica 18, 2014). */
#include <math.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/geo/near.h"
#include "track_int.h"

#define BASE_TOLERANCE_M 30.0 /* GPS noise and the swing of a ship at a berth */
/* the error of a point of this age counts half */
#define HALF_AGE_MS (24.0 * (double)HOUR_MS)
#define PATH_MAX_AGE_MS (60 * DAY_MS)
#define E7_METRES (GEO_EARTH_RADIUS_M * 3.14159265358979323846 / 180.0 / GEO_E7)
#define FULL_TURN_E7 INT64_C(3600000000)

/* Round to the nearest; halves away from zero. */
static int64_t round_e7(double value)
{
    return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

/* The place at this fraction (0 to 1) of the way from a to b, straight in latitude and
 * longitude, as evidence lines are drawn. */
static struct geo_pos place_between(const struct track_point *a,
                                    const struct track_point *b, double part)
{
    double lat = ((double)b->pos.lat_e7 - (double)a->pos.lat_e7) * part;
    double lon = (double)near_lon_step_e7(a->pos.lon_e7, b->pos.lon_e7) * part;
    int64_t folded = a->pos.lon_e7 + round_e7(lon);
    if (folded > FULL_TURN_E7 / 2)
        folded -= FULL_TURN_E7;
    if (folded < -FULL_TURN_E7 / 2)
        folded += FULL_TURN_E7;
    return (struct geo_pos){a->pos.lat_e7 + (int32_t)round_e7(lat), (int32_t)folded};
}

/* Where a ship that sails evenly from a to b is at time_ms. */
static struct geo_pos even_passage(const struct track_point *a,
                                   const struct track_point *b, int64_t time_ms)
{
    if (time_ms <= a->time_ms || b->time_ms <= a->time_ms)
        return a->pos;
    if (time_ms >= b->time_ms)
        return b->pos;
    double part = (double)(time_ms - a->time_ms) / (double)(b->time_ms - a->time_ms);
    return place_between(a, b, part);
}

/* The distance of m from the even passage a -> b, in metres on the plane at m. The error
 * is below 1 % up to 100 km, which is enough to rank points. */
static double passage_error_m(const struct track_point *a, const struct track_point *m,
                              const struct track_point *b)
{
    struct geo_pos even = even_passage(a, b, m->time_ms);
    double north = ((double)m->pos.lat_e7 - (double)even.lat_e7) * E7_METRES;
    double east = (double)near_lon_step_e7(even.lon_e7, m->pos.lon_e7) * E7_METRES;
    east *= cos(geo_to_point(m->pos).lat * (3.14159265358979323846 / 180.0));
    return sqrt(north * north + east * east);
}

/* An error takes one byte: whole metres up to 31, then a shift (high 4 bits) and 16..31
 * (low 5 bits, one of them implied), up to 507 km, within 6 %. Rounded up; otherwise a
 * slow turn that is heard every 2 s would have no error at all. */
static uint8_t error_code(double error_m)
{
    uint32_t m = error_m < 500000.0 ? (uint32_t)ceil(error_m) : 500000;
    uint32_t shift = 0;
    for (; m > 31; shift++)
        m = (m + 1) / 2;
    return (uint8_t)(shift * 16 + m);
}

static double error_of(uint8_t code)
{
    uint32_t shift = code < 32 ? 0 : code / 16u - 1;
    return (double)((code - shift * 16u) << shift);
}

void track_path_remove(struct track *t, uint32_t at)
{
    size_t after = t->path_count - at - 1;
    memmove(&t->path[at], &t->path[at + 1], after * sizeof t->path[0]);
    memmove(&t->path_error[at], &t->path_error[at + 1], after * sizeof t->path_error[0]);
    t->path_count--;
}

/* The error of an inner point after a neighbour with error least_m was dropped. The
 * greater of the two errors counts, not their sum: a straight leg of weeks must not
 * outweigh a turn. */
static void path_weigh(struct track *t, uint32_t at, double least_m)
{
    if (at == 0 || at + 1 >= t->path_count)
        return;
    double error_m = passage_error_m(&t->path[at - 1], &t->path[at], &t->path[at + 1]);
    t->path_error[at] = error_code(fmax(error_m, least_m));
}

/* Drop the inner point with the least error. */
static void path_thin(struct track *t, int64_t now_ms)
{
    uint32_t least = 1;
    double least_weight = HUGE_VAL;
    for (uint32_t i = 1; i + 1 < t->path_count; i++) {
        double age = (double)(now_ms - t->path[i].time_ms) / HALF_AGE_MS;
        double weight = error_of(t->path_error[i]) / (1.0 + age);
        if (weight < least_weight) {
            least_weight = weight;
            least = i;
        }
    }
    double error_m = error_of(t->path_error[least]);
    if (error_m > t->path_tolerance_m)
        t->path_tolerance_m = error_m;
    track_path_remove(t, least);
    path_weigh(t, least - 1, error_m);
    path_weigh(t, least, error_m);
}

void track_path_add(struct track *t, const struct track_fix *fix)
{
    const struct track_point point = {fix->time_ms, fix->pos};
    if (fix->time_ms - t->begun_ms > PATH_MAX_AGE_MS)
        while (t->path_count > 2 && t->path[1].time_ms < fix->time_ms - PATH_MAX_AGE_MS)
            track_path_remove(t, 0);
    uint32_t n = t->path_count;
    if (n >= 2) {
        double error_m = passage_error_m(&t->path[n - 2], &t->path[n - 1], &point) +
                         error_of(t->path_error[n - 1]);
        if (error_m <= BASE_TOLERANCE_M) {
            t->path[n - 1] = point;
            t->path_error[n - 1] = error_code(error_m);
            return;
        }
        t->path_error[n - 1] = error_code(error_m);
    }
    if (n == TRACK_PATH_POINTS)
        path_thin(t, fix->time_ms);
    t->path[t->path_count] = point;
    t->path_error[t->path_count] = 0;
    t->path_count++;
}

/* --- reading it --- */

/* The place of the track at time_ms, which lies within the path. */
static struct track_point path_at(const struct track *t, int64_t time_ms)
{
    uint32_t i = 0;
    while (i + 2 < t->path_count && t->path[i + 1].time_ms < time_ms)
        i++;
    struct track_point at = {time_ms, t->path[i].pos};
    if (t->path_count > 1)
        at.pos = even_passage(&t->path[i], &t->path[i + 1], time_ms);
    return at;
}

/* Remove the inner points with the least error until `room` points are left. */
static size_t thin_points(struct track_point *points, size_t count, size_t room)
{
    while (count > room) {
        size_t least = 1;
        double least_error = HUGE_VAL;
        for (size_t i = 1; i + 1 < count; i++) {
            double error = passage_error_m(&points[i - 1], &points[i], &points[i + 1]);
            if (error < least_error) {
                least_error = error;
                least = i;
            }
        }
        memmove(&points[least], &points[least + 1],
                (count - least - 1) * sizeof points[0]);
        count--;
    }
    return count;
}

void track_path_prepend(struct track *t, const struct track *before)
{
    struct track_point points[TRACK_PATH_POINTS];
    uint32_t count = t->path_count;
    memcpy(points, t->path, count * sizeof points[0]);
    memcpy(t->path, before->path, before->path_count * sizeof t->path[0]);
    memcpy(t->path_error, before->path_error, before->path_count);
    t->path_count = before->path_count;
    t->path_tolerance_m = fmax(t->path_tolerance_m, before->path_tolerance_m);
    for (uint32_t i = 0; i < count; i++) {
        const struct track_fix fix = {.time_ms = points[i].time_ms, .pos = points[i].pos};
        track_path_add(t, &fix);
    }
    for (size_t i = 0; i < TRACK_SPEED_BINS; i++) {
        uint32_t sum = (uint32_t)t->speeds[i] + before->speeds[i];
        t->speeds[i] = sum < UINT16_MAX ? (uint16_t)sum : UINT16_MAX;
    }
}

size_t track_path(const struct track *t, int64_t since_ms, int64_t until_ms,
                  struct track_point *ret_points, size_t room)
{
    if (t->path_count == 0 || room < 2)
        return 0;
    int64_t begin_ms = t->path[0].time_ms;
    int64_t end_ms = t->path[t->path_count - 1].time_ms;
    if (until_ms < begin_ms || until_ms < since_ms)
        return 0;
    if (since_ms > begin_ms)
        begin_ms = since_ms < end_ms ? since_ms : end_ms;
    if (until_ms < end_ms)
        end_ms = until_ms;
    struct track_point points[TRACK_PATH_POINTS + 2];
    size_t count = 0;
    points[count++] = path_at(t, begin_ms);
    for (uint32_t i = 0; i < t->path_count; i++)
        if (t->path[i].time_ms > begin_ms && t->path[i].time_ms < end_ms)
            points[count++] = t->path[i];
    if (end_ms > begin_ms)
        points[count++] = path_at(t, end_ms);
    count = thin_points(points, count, room);
    memcpy(ret_points, points, count * sizeof points[0]);
    return count;
}

/* The least distance of the passage from a to b to pos, by the plane at pos. */
static double passage_nearest_m(const struct track_point *a, const struct track_point *b,
                                struct geo_pos pos)
{
    double shrink = cos(geo_to_point(pos).lat * (3.14159265358979323846 / 180.0));
    double ax = (double)near_lon_step_e7(pos.lon_e7, a->pos.lon_e7) * shrink;
    double ay = (double)a->pos.lat_e7 - (double)pos.lat_e7;
    double dx = (double)near_lon_step_e7(a->pos.lon_e7, b->pos.lon_e7) * shrink;
    double dy = (double)b->pos.lat_e7 - (double)a->pos.lat_e7;
    double square = dx * dx + dy * dy;
    double part = square > 0 ? -(ax * dx + ay * dy) / square : 0;
    if (part < 0)
        part = 0;
    if (part > 1)
        part = 1;
    return geo_distance_m(place_between(a, b, part), pos);
}

double track_path_nearest_m(const struct track *t, struct geo_pos pos, int64_t since_ms)
{
    uint32_t i = t->path_count;
    if (i == 0 || t->path[i - 1].time_ms < since_ms)
        return HUGE_VAL;
    struct track_point to = t->path[--i];
    double least_m = geo_distance_m(to.pos, pos);
    while (i > 0 && to.time_ms > since_ms) {
        struct track_point from = t->path[--i];
        if (from.time_ms < since_ms)
            from = path_at(t, since_ms);
        double distance_m = passage_nearest_m(&from, &to, pos);
        least_m = distance_m < least_m ? distance_m : least_m;
        to = from;
    }
    return least_m;
}
