/* SPDX-License-Identifier: Apache-2.0 */
/* Jumps: steps that are too long for the reported speeds of both ends. The fixes after a
 * jump are held until enough other fixes go on from there, or until one goes on from
 * before the jump. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/near.h"
#include "track_int.h"

static double step_m(const struct track_fix *last, const struct track_fix *fix)
{
    return geo_distance_m(last->pos, fix->pos) - tracks_coarse_m(last, fix);
}

static double seconds_between(const struct track_fix *last, const struct track_fix *fix)
{
    return (double)(fix->time_ms - last->time_ms) / 1000.0;
}

bool track_hold_is_jump(const struct track_fix *last, const struct track_conf *conf,
                        const struct track_fix *fix)
{
    if ((last->has & fix->has & FIX_SOG) == 0 ||
        fix->time_ms - last->time_ms > conf->jump_ms)
        return false;
    double most_m = near_most_m(last->pos, fix->pos);
    if (most_m <= conf->jump_m)
        return false;
    uint16_t sog_dkn = last->sog_dkn > fix->sog_dkn ? last->sog_dkn : fix->sog_dkn;
    double made_m =
        conf->jump_factor * sog_dkn / 10.0 * KN_MPS * seconds_between(last, fix);
    if (most_m <= made_m)
        return false;
    double m = step_m(last, fix);
    return m > conf->jump_m && m > made_m;
}

bool track_hold_goes_on(const struct track *held, const struct track_conf *conf,
                        const struct track_fix *fix)
{
    if (!track_hold_is_jump(&held->last, conf, fix))
        return true;
    double believed_mps = tracks_believed_kn(held, conf) * KN_MPS;
    return step_m(&held->last, fix) <= believed_mps * seconds_between(&held->last, fix);
}

int track_hold_begin(struct track *track, const struct track *of)
{
    track->hold = calloc(1, sizeof *track->hold);
    if (track->hold == NULL)
        return ERR_NOMEM;
    track->hold->of = of->id;
    return 0;
}

static struct track *find_id(const struct tracks *t, uint32_t id)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->items[i]->id == id)
            return t->items[i];
    return NULL;
}

/* The track went on, so the fixes that are held because they jumped from it are wrong, or
 * belong to another ship. */
static void set_apart(const struct tracks *t, const struct track *track)
{
    for (uint32_t i = 0; i < t->count; i++) {
        struct track_hold *hold = t->items[i]->hold;
        if (hold != NULL && hold->of == track->id) {
            hold->is_apart = true;
            hold->count = 0;
        }
    }
}

enum track_verdict track_hold_judge(struct tracks *t, const struct track_conf *conf,
                                    struct track *track, struct track **ret_track)
{
    struct track_hold *hold = track->hold;
    *ret_track = track;
    if (hold == NULL) {
        if (track->is_confirmed && t->count > 1)
            set_apart(t, track);
        return TRACK_ACCEPTED;
    }
    struct track *of = find_id(t, hold->of);
    /* No track is left that could go on from here, or that is believed. */
    if (hold->is_apart || of == NULL || !of->is_confirmed) {
        hold->is_apart = true;
        hold->count = 0;
        return TRACK_ACCEPTED;
    }
    if (hold->count < TRACK_HOLD_MAX)
        hold->fixes[hold->count++] = track->last;
    of->heard_ms = track->last.time_ms;
    if (hold->count < TRACK_HOLD_MAX &&
        track->last.time_ms - track->begun_ms <= conf->confirm_ms)
        return TRACK_PENDING;
    *ret_track = of;
    return TRACK_RELEASED;
}

/* The track whose held fixes are given out, because it is full or old enough. Of the
 * tracks that jumped from the same track, only this one is not apart. */
static struct track *find_released(const struct tracks *t, const struct track *of,
                                   uint32_t *ret_at)
{
    struct track *newest = NULL;
    for (uint32_t i = 0; i < t->count; i++) {
        struct track *track = t->items[i];
        if (track->hold == NULL || track->hold->of != of->id || track->hold->is_apart)
            continue;
        if (newest == NULL || track->last.time_ms > newest->last.time_ms) {
            newest = track;
            *ret_at = i;
        }
    }
    return newest;
}

bool track_hold_next(struct tracks *t, struct track *track)
{
    uint32_t at = 0;
    struct track *held = find_released(t, track, &at);
    if (held == NULL)
        return false;
    if (held->hold->next == held->hold->count) {
        (void)tracks_remove(t, at);
        set_apart(t, track);
        return false;
    }
    tracks_add_to(track, &held->hold->fixes[held->hold->next++]);
    return true;
}

void track_hold_save(const struct tracks *t, struct wire_writer *w)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct track *track = t->items[i];
        wire_put_i64(w, track->heard_ms - track->last.time_ms);
        wire_put_u64(w, track->hold != NULL ? track->hold->of : 0);
        if (track->hold == NULL)
            continue;
        wire_put_u64(w, track->hold->is_apart);
        wire_put_u64(w, track->hold->count);
        for (uint8_t k = 0; k < track->hold->count; k++)
            track_wire_save_fix(&track->hold->fixes[k], w);
    }
}

static int load_hold(struct track *track, uint64_t of, struct wire_reader *r)
{
    if (of >= track->id || track->is_confirmed)
        return ERR_CORRUPT;
    track->hold = calloc(1, sizeof *track->hold);
    if (track->hold == NULL)
        return ERR_NOMEM;
    track->hold->of = (uint32_t)of;
    track->hold->is_apart = wire_get_u64(r) != 0;
    uint64_t count = wire_get_u64(r);
    if (r->failed || count >= TRACK_HOLD_MAX)
        return ERR_CORRUPT;
    for (uint64_t k = 0; k < count; k++) {
        struct track_fix *fix = &track->hold->fixes[track->hold->count++];
        track_wire_load_fix(fix, r);
        if (k > 0 && fix->time_ms <= fix[-1].time_ms)
            return ERR_CORRUPT;
    }
    return r->failed ? ERR_CORRUPT : 0;
}

int track_hold_load(struct tracks *t, struct wire_reader *r)
{
    int rc = 0;
    for (uint32_t i = 0; i < t->count && rc == 0; i++) {
        struct track *track = t->items[i];
        int64_t ahead_ms = wire_get_i64(r);
        uint64_t of = wire_get_u64(r);
        if (r->failed || ahead_ms < 0 || ahead_ms > DAY_MS)
            return ERR_CORRUPT;
        track->heard_ms = track->last.time_ms + ahead_ms;
        if (of != 0)
            rc = load_hold(track, of, r);
    }
    return rc;
}
