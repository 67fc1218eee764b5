/* SPDX-License-Identifier: Apache-2.0 */
/* Saved state of tracks. A track begins with its complete last fix; all other points are
 * written as differences, backwards in time. Times are in seconds and positions in AIS
 * units of 1/10000 minute when all of them allow it. A full path takes some 500 bytes. */
#include <stdlib.h>
#include <string.h>

#include "track_int.h"

#define LAT_MAX_E7 900000000
#define LON_MAX_E7 1800000000
/* 1/10000 minute: 600,000 units a degree; 3 units are 50e-7 degree. */
#define AIS_UNIT_E7 INT64_C(50)
#define AIS_UNITS INT64_C(3)
/* A time beyond this (year 5138) is damage; within it, differences cannot overflow. */
#define TIME_LIMIT_MS INT64_C(100000000000000)

enum { SCALE_SECONDS = 1, SCALE_AIS = 2, SCALE_BITS = 3 };

/* --- scaled numbers --- */

static int64_t round_div(int64_t a, int64_t b)
{
    return a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b);
}

static int64_t to_ais(int32_t e7)
{
    return round_div(e7 * AIS_UNITS, AIS_UNIT_E7);
}

static int64_t from_ais(int64_t units)
{
    return round_div(units * AIS_UNIT_E7, AIS_UNITS);
}

static unsigned scale_of(const struct track_point *p)
{
    unsigned scale = 0;
    if (p->time_ms % 1000 == 0)
        scale |= SCALE_SECONDS;
    if (from_ais(to_ais(p->pos.lat_e7)) == p->pos.lat_e7 &&
        from_ais(to_ais(p->pos.lon_e7)) == p->pos.lon_e7)
        scale |= SCALE_AIS;
    return scale;
}

/* Differences are between neighbouring points; writer and reader keep the same last
 * point. */
struct point_coder {
    unsigned scale;
    int64_t time, lat, lon;
};

static void put_point(struct point_coder *c, const struct track_point *p,
                      struct wire_writer *w)
{
    bool is_ais = (c->scale & SCALE_AIS) != 0;
    int64_t time = (c->scale & SCALE_SECONDS) != 0 ? p->time_ms / 1000 : p->time_ms;
    int64_t lat = is_ais ? to_ais(p->pos.lat_e7) : p->pos.lat_e7;
    int64_t lon = is_ais ? to_ais(p->pos.lon_e7) : p->pos.lon_e7;
    wire_put_i64(w, c->time - time);
    wire_put_i64(w, lat - c->lat);
    wire_put_i64(w, lon - c->lon);
    c->time = time;
    c->lat = lat;
    c->lon = lon;
}

/* Add a read difference to a number; a fault if the sum leaves -limit..limit. */
static int64_t add_limited(struct wire_reader *r, int64_t base, int64_t sign,
                           int64_t limit)
{
    int64_t difference = wire_get_i64(r);
    if (difference > 2 * limit || difference < -2 * limit)
        r->failed = true;
    int64_t sum = r->failed ? 0 : base + sign * difference;
    if (sum > limit || sum < -limit)
        r->failed = true;
    return r->failed ? 0 : sum;
}

static void get_point(struct point_coder *c, struct wire_reader *r,
                      struct track_point *ret_point)
{
    bool is_ais = (c->scale & SCALE_AIS) != 0;
    bool is_seconds = (c->scale & SCALE_SECONDS) != 0;
    c->time = add_limited(r, c->time, -1, TIME_LIMIT_MS);
    c->lat = add_limited(r, c->lat, 1, LON_MAX_E7);
    c->lon = add_limited(r, c->lon, 1, LON_MAX_E7);
    int64_t time_ms = is_seconds ? c->time * 1000 : c->time;
    int64_t lat = is_ais ? from_ais(c->lat) : c->lat;
    int64_t lon = is_ais ? from_ais(c->lon) : c->lon;
    if (lat > LAT_MAX_E7 || lat < -LAT_MAX_E7 || lon > LON_MAX_E7 || lon < -LON_MAX_E7 ||
        time_ms > TIME_LIMIT_MS || time_ms < -TIME_LIMIT_MS)
        r->failed = true;
    if (r->failed)
        lat = lon = time_ms = 0;
    *ret_point =
        (struct track_point){time_ms + r->shift_ms, {(int32_t)lat, (int32_t)lon}};
}

/* --- fixes --- */

static struct track_point point_of(const struct track_fix *fix)
{
    return (struct track_point){fix->time_ms, fix->pos};
}

static void put_fix(struct point_coder *c, const struct track_fix *fix,
                    struct wire_writer *w)
{
    struct track_point point = point_of(fix);
    put_point(c, &point, w);
    wire_put_u64(w, fix->has);
    wire_put_u64(w, fix->source);
    if ((fix->has & FIX_SOG) != 0)
        wire_put_u64(w, fix->sog_dkn);
    if ((fix->has & FIX_COG) != 0)
        wire_put_u64(w, fix->cog_ddeg);
    if ((fix->has & FIX_HEADING) != 0)
        wire_put_u64(w, fix->heading_deg);
    if ((fix->has & FIX_NAV_STATUS) != 0)
        wire_put_u64(w, fix->nav_status);
}

static void get_fix(struct point_coder *c, struct wire_reader *r,
                    struct track_fix *ret_fix)
{
    struct track_point point;
    get_point(c, r, &point);
    struct track_fix fix = {.time_ms = point.time_ms, .pos = point.pos};
    fix.has = (uint8_t)wire_get_limited(r, FIX_SOG | FIX_COG | FIX_NAV_STATUS |
                                               FIX_HEADING | FIX_COARSE);
    fix.source = (uint16_t)wire_get_limited(r, UINT16_MAX);
    if ((fix.has & FIX_SOG) != 0)
        fix.sog_dkn = (uint16_t)wire_get_limited(r, 1022);
    if ((fix.has & FIX_COG) != 0)
        fix.cog_ddeg = (uint16_t)wire_get_limited(r, 3599);
    if ((fix.has & FIX_HEADING) != 0)
        fix.heading_deg = (uint16_t)wire_get_limited(r, 359);
    if ((fix.has & FIX_NAV_STATUS) != 0)
        fix.nav_status = (uint8_t)wire_get_limited(r, 15);
    *ret_fix = fix;
}

void track_wire_save_pos(struct geo_pos pos, struct wire_writer *w)
{
    wire_put_i64(w, pos.lat_e7);
    wire_put_i64(w, pos.lon_e7);
}

struct geo_pos track_wire_load_pos(struct wire_reader *r)
{
    int64_t lat = wire_get_i64(r), lon = wire_get_i64(r);
    if (lat < -900000000 || lat > 900000000 || lon < -1800000000 || lon > 1800000000)
        r->failed = true;
    return r->failed ? (struct geo_pos){0, 0}
                     : (struct geo_pos){(int32_t)lat, (int32_t)lon};
}

void track_wire_save_fix(const struct track_fix *fix, struct wire_writer *w)
{
    struct track_point point = point_of(fix);
    struct point_coder coder = {.scale = scale_of(&point)};
    wire_put_u64(w, coder.scale);
    put_fix(&coder, fix, w);
}

void track_wire_load_fix(struct track_fix *fix, struct wire_reader *r)
{
    struct point_coder coder = {.scale = (unsigned)wire_get_limited(r, SCALE_BITS)};
    get_fix(&coder, r, fix);
}

/* --- tracks --- */

static void put_speeds(const struct track *t, struct wire_writer *w)
{
    uint64_t used = 0;
    for (size_t i = 0; i < TRACK_SPEED_BINS; i++)
        used += t->speeds[i] != 0;
    wire_put_u64(w, used);
    for (size_t i = 0; i < TRACK_SPEED_BINS; i++) {
        if (t->speeds[i] == 0)
            continue;
        wire_put_u64(w, i);
        wire_put_u64(w, t->speeds[i]);
    }
}

static void get_speeds(struct track *t, struct wire_reader *r)
{
    size_t used = wire_get_count(r, 2);
    for (size_t i = 0; i < used && !r->failed; i++) {
        size_t bin = wire_get_limited(r, TRACK_SPEED_BINS - 1);
        t->speeds[bin] = (uint16_t)wire_get_limited(r, UINT16_MAX);
    }
}

static unsigned scale_of_track(const struct track *t)
{
    struct track_point first = point_of(&t->first), last = point_of(&t->last);
    struct track_point before = point_of(&t->before);
    unsigned scale = scale_of(&first) & scale_of(&last) & scale_of(&before);
    for (uint32_t i = 0; i < t->path_count; i++)
        scale &= scale_of(&t->path[i]);
    return scale;
}

void track_wire_save(const struct track *t, struct wire_writer *w)
{
    struct point_coder coder = {.scale = scale_of_track(t)};
    wire_put_u64(w, coder.scale);
    wire_put_u64(w, t->id);
    wire_put_u64(w, t->is_confirmed ? 1 : 0);
    wire_put_u64(w, t->fixes);
    put_fix(&coder, &t->last, w);
    if (t->fixes > 1) {
        struct point_coder aside = coder;
        put_fix(&aside, &t->before, w);
        put_fix(&aside, &t->first, w);
    }
    put_speeds(t, w);
    wire_put_u64(w, (uint64_t)t->path_tolerance_m); /* already whole metres */
    /* The newest point of the path is the last fix. */
    wire_put_u64(w, t->path_count);
    for (uint32_t i = t->path_count - 1; i > 0; i--)
        put_point(&coder, &t->path[i - 1], w);
    wire_put_bytes(w, t->path_error, t->path_count);
}

static void get_path(struct track *t, struct point_coder *coder, struct wire_reader *r)
{
    t->path_count = (uint32_t)wire_get_limited(r, TRACK_PATH_POINTS);
    if (t->path_count == 0)
        r->failed = true;
    if (r->failed)
        return;
    uint32_t newest = t->path_count - 1;
    t->path[newest] = point_of(&t->last);
    for (uint32_t i = newest; i > 0; i--) {
        get_point(coder, r, &t->path[i - 1]);
        if (t->path[i - 1].time_ms >= t->path[i].time_ms)
            r->failed = true;
    }
    size_t n;
    const void *errors = wire_get_bytes(r, &n);
    if (errors == NULL || n != t->path_count)
        r->failed = true;
    else
        memcpy(t->path_error, errors, n);
}

int track_wire_load(struct track *t, struct wire_reader *r)
{
    memset(t, 0, sizeof *t);
    struct point_coder coder = {.scale = (unsigned)wire_get_limited(r, SCALE_BITS)};
    t->id = (uint32_t)wire_get_limited(r, UINT32_MAX);
    t->is_confirmed = wire_get_limited(r, 1) != 0;
    t->fixes = (uint32_t)wire_get_limited(r, UINT32_MAX);
    get_fix(&coder, r, &t->last);
    t->first = t->last;
    if (t->fixes > 1) {
        struct point_coder aside = coder;
        get_fix(&aside, r, &t->before);
        get_fix(&aside, r, &t->first);
        if (t->before.time_ms >= t->last.time_ms || t->first.time_ms > t->before.time_ms)
            r->failed = true;
    }
    t->begun_ms = t->first.time_ms;
    t->heard_ms = t->last.time_ms;
    get_speeds(t, r);
    t->path_tolerance_m = (double)wire_get_limited(r, UINT32_MAX);
    get_path(t, &coder, r);
    return r->failed || t->id == 0 || t->fixes == 0 ? ERR_CORRUPT : 0;
}

void track_wire_save_all(const struct tracks *t, struct wire_writer *w)
{
    wire_put_u64(w, t->next_id);
    wire_put_u64(w, t->count);
    for (uint32_t i = 0; i < t->count; i++)
        track_wire_save(t->items[i], w);
}

int track_wire_load_all(struct tracks *t, struct wire_reader *r)
{
    tracks_init(t);
    t->next_id = (uint32_t)wire_get_limited(r, INT32_MAX);
    uint64_t count = wire_get_limited(r, TRACKS_MAX);
    int rc = r->failed || t->next_id == 0 ? ERR_CORRUPT : 0;
    for (uint64_t i = 0; i < count && rc == 0; i++) {
        struct track *track = malloc(sizeof *track);
        if (track == NULL) {
            rc = ERR_NOMEM;
            break;
        }
        t->items[t->count++] = track;
        rc = track_wire_load(track, r);
        if (rc == 0 && track->id >= t->next_id)
            rc = ERR_CORRUPT;
        for (uint32_t k = 0; k + 1 < t->count && rc == 0; k++)
            if (t->items[k]->id >= track->id)
                rc = ERR_CORRUPT;
    }
    if (rc != 0)
        tracks_finish(t);
    return rc;
}

/* --- intervals --- */

void track_wire_save_intervals(const struct tracks *t, struct wire_writer *w)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct track *track = t->items[i];
        if (track->fixes < 2)
            continue;
        wire_put_u64(w, track->id);
        for (int k = 0; k < TRACK_INTERVALS; k++)
            wire_put_u64(w, track->intervals_s[k]);
    }
}

int track_wire_load_intervals(struct tracks *t, struct wire_reader *r)
{
    while (!r->failed && r->at != r->end) {
        uint64_t id = wire_get_u64(r);
        struct track *track = NULL;
        for (uint32_t i = 0; i < t->count; i++)
            if (t->items[i]->id == id)
                track = t->items[i];
        for (int k = 0; k < TRACK_INTERVALS; k++) {
            uint64_t s = wire_get_limited(r, UINT16_MAX);
            if (track != NULL)
                track->intervals_s[k] = (uint16_t)s;
        }
    }
    return r->failed ? ERR_CORRUPT : 0;
}
