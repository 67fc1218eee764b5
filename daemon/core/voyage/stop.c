/* SPDX-License-Identifier: Apache-2.0 */
/* When a stop begins, goes on and ends. */
#include "lookout/voyage/stop.h"

#include "lookout/base/time.h"
#include "lookout/geo/near.h"

#define COARSE_M 185.2 /* 0.1 minute of latitude */

bool stop_is_slow(const struct call_conf *conf, double kn)
{
    return kn >= 0 && kn <= conf->stop_begin_kn;
}

/* Navigation status 1 (at anchor) or 5 (moored), ITU-R M.1371-5 table 47; 15 is none. */
static void note_status(struct stop *s, const struct track_fix *fix)
{
    bool has_status = (fix->has & FIX_NAV_STATUS) != 0 && fix->nav_status != 15;
    s->said += has_status;
    s->anchored += has_status && (fix->nav_status == 1 || fix->nav_status == 5);
}

void stop_begin(struct stop *s, const struct track_fix *fix)
{
    *s = (struct stop){.begin = *fix, .last_ms = fix->time_ms};
    s->fast_since_ms = TIME_NONE;
    note_status(s, fix);
}

bool stop_is_anchored(const struct stop *s)
{
    return 2 * (uint64_t)s->anchored > s->said;
}

static bool is_farther(double most_m, struct geo_pos from, const struct track_fix *before,
                       const struct track_fix *fix)
{
    most_m += ((before->has | fix->has) & FIX_COARSE) != 0 ? COARSE_M : 0.0;
    return near_most_m(from, fix->pos) > most_m &&
           geo_distance_m(from, fix->pos) > most_m;
}

bool stop_has_moved(const struct call_conf *conf, struct geo_pos from,
                    const struct track_fix *before, const struct track_fix *fix)
{
    return is_farther(conf->stop_move_m, from, before, fix);
}

static bool is_fast_held(struct stop *s, const struct call_conf *conf,
                         const struct track_fix *before, const struct track_fix *fix)
{
    bool has_hole = fix->time_ms - before->time_ms > STOP_HOLE_MS;
    if (s->fast_since_ms == TIME_NONE || has_hole)
        s->fast_since_ms = fix->time_ms;
    return fix->time_ms - s->fast_since_ms >= conf->stop_end_ms;
}

bool stop_fix(struct stop *s, const struct call_conf *conf,
              const struct track_fix *before, const struct track_fix *fix, double kn)
{
    bool is_held = false;
    if (kn >= conf->stop_end_kn)
        is_held = is_fast_held(s, conf, before, fix);
    else if (kn >= 0)
        s->fast_since_ms = TIME_NONE;
    double most_m = (stop_is_anchored(s) ? 2 : 1) * conf->stop_move_m;
    if (is_held || is_farther(most_m, s->begin.pos, before, fix))
        return true;
    note_status(s, fix);
    if (s->fast_since_ms == TIME_NONE)
        s->last_ms = fix->time_ms;
    return false;
}

int64_t stop_end_ms(const struct stop *s)
{
    bool is_seen =
        s->fast_since_ms != TIME_NONE && s->fast_since_ms - s->last_ms <= STOP_HOLE_MS;
    return is_seen ? s->fast_since_ms : s->last_ms;
}

void stop_save(const struct stop *s, struct wire_writer *w)
{
    bool is_fast = s->fast_since_ms != TIME_NONE;
    track_wire_save_fix(&s->begin, w);
    wire_put_u64(w, (uint64_t)(s->last_ms - s->begin.time_ms));
    wire_put_u64(w, is_fast ? (uint64_t)(s->fast_since_ms - s->last_ms) : 0);
}

#define SPAN_LIMIT_MS UINT64_C(100000000000000)

void stop_load(struct stop *s, struct wire_reader *r)
{
    track_wire_load_fix(&s->begin, r);
    s->last_ms = s->begin.time_ms + (int64_t)wire_get_limited(r, SPAN_LIMIT_MS);
    int64_t fast_ms = (int64_t)wire_get_limited(r, SPAN_LIMIT_MS);
    s->fast_since_ms = fast_ms > 0 ? s->last_ms + fast_ms : TIME_NONE;
    s->said = s->anchored = 0;
}
