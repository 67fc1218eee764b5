/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes, and the gate that decides which track a fix belongs to. */
#include "lookout/track/track.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/near.h"
#include "track_int.h"

/* A vessel may cost 2 KB, its evidence included. */
static_assert(sizeof(struct track) <= 1360, "a track is kept for every vessel");

/* a track this old does not tell where its ship is */
#define REACH_ANY_MS (30 * DAY_MS)
#define UNCONFIRMED_MAX_SILENCE_MS (24 * HOUR_MS)
#define STRAY_MIN_SILENCE_MS HOUR_MS
#define STRAY_INTERVALS 10
#define CONFIRMED_MAX_SILENCE_MS (7 * DAY_MS)
/* dead reckoning over a longer time is worse than the last position */
#define RECKON_MAX_MS HOUR_MS
/* speeds over shorter times are noise, over longer ones a mean */
#define IMPLIED_MIN_MS MINUTE_MS
#define IMPLIED_MAX_MS HOUR_MS
#define UNDER_WAY_KN 0.5

struct track_conf tracks_conf_default(void)
{
    return (struct track_conf){
        .slow_max_kn = 25.0, /* GlobalFishingWatch/gpsdio-segment max_knots */
        .speed_factor = 1.2,
        .max_kn = 50.0,
        .slack_h = 0.25, /* gpsdio-segment buffer_hours */
        .confirm_fixes = 3,
        .confirm_ms = 30 * MINUTE_MS,
        .jump_m = 400.0,
        .jump_factor = 1.5,
        .jump_ms = 30 * MINUTE_MS,
        .far_ms = 48 * HOUR_MS,
    };
}

/* --- fixes --- */

/* SOG values that receivers invent (gpsdio-segment drops the same): all ones of 9, 6 and
 * 10 bits. */
static bool is_sog_artefact(uint16_t sog_dkn)
{
    return sog_dkn == 512 || sog_dkn == 630 || sog_dkn == 1023;
}

/* Receivers put ships of unknown position at 0 N 0 E. */
static bool is_nowhere(struct geo_pos pos)
{
    return pos.lat_e7 == 0 && pos.lon_e7 == 0;
}

bool tracks_fix_from_report(const struct report *r, struct track_fix *ret_fix)
{
    struct track_fix fix = {.time_ms = r->time_ms, .pos = r->pos, .source = r->source};
    if ((r->has & HAS_SOG) != 0 && !is_sog_artefact(r->sog_dkn)) {
        fix.sog_dkn = r->sog_dkn;
        fix.has |= FIX_SOG;
    }
    if ((r->has & HAS_COG) != 0) {
        fix.cog_ddeg = r->cog_ddeg;
        fix.has |= FIX_COG;
    }
    if ((r->has & HAS_NAV_STATUS) != 0) {
        fix.nav_status = r->nav_status;
        fix.has |= FIX_NAV_STATUS;
    }
    if ((r->has & HAS_HEADING) != 0) {
        fix.heading_deg = r->heading_deg;
        fix.has |= FIX_HEADING;
    }
    if (r->is_coarse)
        fix.has |= FIX_COARSE;
    *ret_fix = fix;
    return (r->has & HAS_POSITION) != 0 && !is_nowhere(r->pos);
}

double tracks_coarse_m(const struct track_fix *a, const struct track_fix *b)
{
    return ((a->has | b->has) & FIX_COARSE) != 0 ? COARSE_M : 0.0;
}

double tracks_speed_kn(const struct track_fix *prev, const struct track_fix *fix)
{
    if ((fix->has & FIX_SOG) != 0)
        return fix->sog_dkn / 10.0;
    if (prev == NULL || fix->time_ms <= prev->time_ms)
        return -1.0;
    double run_m = geo_distance_m(prev->pos, fix->pos) - tracks_coarse_m(prev, fix);
    double seconds = (double)(fix->time_ms - prev->time_ms) / 1000.0;
    return run_m > 0 ? run_m / seconds / KN_MPS : 0.0;
}

/* --- one track --- */

static void count_speed(struct track *t, const struct track_fix *prev,
                        const struct track_fix *fix)
{
    if ((fix->has & FIX_SOG) == 0) {
        int64_t dt = prev != NULL ? fix->time_ms - prev->time_ms : 0;
        if (dt < IMPLIED_MIN_MS || dt > IMPLIED_MAX_MS)
            return;
    }
    double kn = tracks_speed_kn(prev, fix);
    if (kn < UNDER_WAY_KN)
        return;
    size_t bin = kn < TRACK_SPEED_BINS - 1 ? (size_t)(kn + 0.5) : TRACK_SPEED_BINS - 1;
    if (t->speeds[bin] == UINT16_MAX)
        for (size_t i = 0; i < TRACK_SPEED_BINS; i++)
            t->speeds[i] /= 2;
    t->speeds[bin]++;
}

double tracks_usual_kn(const struct track *track, uint32_t least)
{
    uint32_t total = 0, seen = 0;
    for (size_t i = 0; i < TRACK_SPEED_BINS; i++)
        total += track->speeds[i];
    size_t bin = 0;
    for (; bin + 1 < TRACK_SPEED_BINS; bin++) {
        seen += track->speeds[bin];
        if ((uint64_t)seen * 100 >= (uint64_t)total * 99)
            break;
    }
    return total >= least ? (double)bin : -1;
}

double tracks_believed_kn(const struct track *track, const struct track_conf *conf)
{
    double kn = tracks_usual_kn(track, 1) * conf->speed_factor;
    if (kn < conf->slow_max_kn)
        kn = conf->slow_max_kn;
    return kn < conf->max_kn ? kn : conf->max_kn;
}

void tracks_add_to(struct track *t, const struct track_fix *fix)
{
    count_speed(t, t->fixes != 0 ? &t->last : NULL, fix);
    if (t->fixes == 0) {
        t->first = *fix;
        t->begun_ms = fix->time_ms;
    } else {
        track_interval_note(t, fix->time_ms - t->last.time_ms);
        t->before = t->last;
    }
    t->last = *fix;
    t->heard_ms = fix->time_ms;
    if (t->fixes < UINT32_MAX)
        t->fixes++;
    track_path_add(t, fix);
}

bool tracks_can_reach(const struct track *t, const struct track_conf *conf,
                      const struct track_fix *fix)
{
    int64_t dt = fix->time_ms - t->last.time_ms;
    if (dt > REACH_ANY_MS)
        return true;
    double hours = (double)dt / (double)HOUR_MS + conf->slack_h;
    if (near_most_m(t->last.pos, fix->pos) <= conf->slow_max_kn * hours * NM_M)
        return true;
    double distance_m =
        geo_distance_m(t->last.pos, fix->pos) - tracks_coarse_m(&t->last, fix);
    /* The floor is enough: nearly every fix needs no look at the histogram. */
    if (distance_m <= conf->slow_max_kn * hours * NM_M)
        return true;
    return distance_m <= tracks_believed_kn(t, conf) * hours * NM_M;
}

/* The distance in metres between the fix and the expected place of the track: its last
 * position or, when the last fix is recent, the dead-reckoned position, whichever is
 * nearer. */
static double discrepancy_m(const struct track *t, const struct track_fix *fix)
{
    const struct track_fix *last = &t->last;
    double distance_m = geo_distance_m(last->pos, fix->pos);
    int64_t dt = fix->time_ms - last->time_ms;
    if ((last->has & FIX_SOG) == 0 || (last->has & FIX_COG) == 0 || dt > RECKON_MAX_MS)
        return distance_m;
    double run_m = last->sog_dkn / 10.0 * KN_MPS * (double)dt / 1000.0;
    struct geo_pos reckoned = geo_destination(last->pos, last->cog_ddeg / 10.0, run_m);
    return fmin(distance_m, geo_distance_m(reckoned, fix->pos));
}

void tracks_destroy_one(struct track *track)
{
    if (track == NULL)
        return;
    free(track->hold);
    free(track);
}

/* --- the tracks of one MMSI --- */

void tracks_init(struct tracks *t)
{
    memset(t, 0, sizeof *t);
    t->next_id = 1;
}

void tracks_finish(struct tracks *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        tracks_destroy_one(t->items[i]);
    tracks_init(t);
}

struct track *tracks_current(const struct tracks *t)
{
    struct track *best = NULL;
    for (uint32_t i = 0; i < t->count; i++) {
        struct track *track = t->items[i];
        bool is_better = best == NULL || (track->is_confirmed && !best->is_confirmed) ||
                         (track->is_confirmed == best->is_confirmed &&
                          track->last.time_ms > best->last.time_ms);
        if (is_better)
            best = track;
    }
    return best;
}

uint32_t tracks_remove(struct tracks *t, uint32_t at)
{
    uint32_t id = t->items[at]->id;
    tracks_destroy_one(t->items[at]);
    t->count--;
    for (uint32_t i = at; i < t->count; i++)
        t->items[i] = t->items[i + 1];
    t->items[t->count] = NULL;
    return id;
}

static bool is_newer_than_all(const struct tracks *t, const struct track_fix *fix)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (fix->time_ms <= t->items[i]->last.time_ms)
            return false;
    return true;
}

/* Whether the fix may continue the track. A jump is never continued, except by a track
 * that is held already: a ship whose reported speed is stuck makes one jump after the
 * other. */
static bool may_continue(const struct track *track, const struct track_conf *conf,
                         const struct track_fix *fix)
{
    if (track->hold != NULL)
        return track_hold_goes_on(track, conf, fix);
    return !track->is_confirmed || !track_hold_is_jump(&track->last, conf, fix);
}

static bool is_at_rest(const struct track_fix *fix)
{
    return (fix->has & FIX_SOG) != 0 && fix->sog_dkn <= UNDER_WAY_KN * 10;
}

/* A track that the fix may continue, and the distance in metres from the place where the
 * track expected it. */
struct candidate {
    struct track *track;
    double off_m;
};

/* An unconfirmed track takes a fix from a confirmed one that expected it elsewhere: while
 * it is held for that one, while it is the one that is heard (in hours of silence a ship
 * could reach any place), and when both lie still at two places. */
static bool takes_over(const struct candidate *it, const struct candidate *confirmed,
                       const struct track_conf *conf, const struct track_fix *fix)
{
    if (confirmed->off_m <= conf->jump_m || it->off_m >= confirmed->off_m / 2)
        return false;
    if (it->track->hold != NULL && !it->track->hold->is_apart)
        return true;
    if (it->track->hold == NULL && it->track->last.time_ms > confirmed->track->heard_ms)
        return true;
    return is_at_rest(fix) && is_at_rest(&it->track->last) &&
           is_at_rest(&confirmed->track->last);
}

/* Of two tracks the confirmed one is preferred, then the one that expected the fix
 * nearest, then the older one. */
static bool is_preferred(const struct candidate *it, const struct candidate *best,
                         const struct track_conf *conf, const struct track_fix *fix)
{
    if (best->track == NULL)
        return true;
    if (it->track->is_confirmed == best->track->is_confirmed)
        return it->off_m < best->off_m;
    return it->track->is_confirmed ? !takes_over(best, it, conf, fix)
                                   : takes_over(it, best, conf, fix);
}

/* The track that the fix continues; NULL: none. *ret_jumped is the nearest confirmed
 * track that the fix could continue if there were no jump; NULL: none. */
static struct track *find_track(const struct tracks *t, const struct track_conf *conf,
                                const struct track_fix *fix, struct track **ret_jumped)
{
    struct candidate best = {0}, jumped = {0};
    *ret_jumped = NULL;
    for (uint32_t i = 0; i < t->count; i++) {
        struct candidate it = {.track = t->items[i]};
        if (!tracks_can_reach(it.track, conf, fix))
            continue;
        bool may = may_continue(it.track, conf, fix);
        if (t->count == 1 && may)
            return it.track;
        it.off_m = discrepancy_m(it.track, fix);
        if (may && is_preferred(&it, &best, conf, fix))
            best = it;
        if (!may && it.track->is_confirmed &&
            (jumped.track == NULL || it.off_m < jumped.off_m))
            jumped = it;
    }
    *ret_jumped = jumped.track;
    return best.track;
}

/* The limit is reached: remove the unconfirmed track heard longest ago, else the
 * confirmed one heard longest ago. */
static uint32_t make_track_room(struct tracks *t)
{
    if (t->count < TRACKS_MAX)
        return 0;
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < t->count; i++) {
        const struct track *track = t->items[i], *best = t->items[oldest];
        bool is_better = (!track->is_confirmed && best->is_confirmed) ||
                         (track->is_confirmed == best->is_confirmed &&
                          track->last.time_ms < best->last.time_ms);
        if (is_better)
            oldest = i;
    }
    return tracks_remove(t, oldest);
}

/* Lone bad fixes, hours apart, are no track while the ship itself is heard all the time:
 * what is not confirmed is forgotten after ten of the usual times between its fixes. */
static int64_t stray_max_silence_ms(const struct track *current)
{
    int64_t ms = track_interval_ms(current, 0) * STRAY_INTERVALS;
    if (ms == 0 || ms > UNCONFIRMED_MAX_SILENCE_MS)
        return UNCONFIRMED_MAX_SILENCE_MS;
    return ms < STRAY_MIN_SILENCE_MS ? STRAY_MIN_SILENCE_MS : ms;
}

/* A track beside `current` that was silent for too long, if there is one. */
static uint32_t forget_stale_tracks(struct tracks *t, const struct track *current)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct track *track = t->items[i];
        int64_t silence = current->last.time_ms - track->last.time_ms;
        int64_t limit = CONFIRMED_MAX_SILENCE_MS;
        if (!track->is_confirmed)
            limit = stray_max_silence_ms(current);
        if (track != current && silence > limit)
            return tracks_remove(t, i);
    }
    return 0;
}

/* The only confirmed track beside `track`, when it is a lone fix; *ret_confirmed: the
 * number of confirmed tracks. */
static struct track *find_lone(const struct tracks *t, const struct track *track,
                               uint32_t *ret_confirmed)
{
    struct track *lone = NULL;
    *ret_confirmed = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->items[i]->is_confirmed)
            continue;
        ++*ret_confirmed;
        if (t->items[i] != track && t->items[i]->fixes == 1)
            lone = t->items[i];
    }
    return *ret_confirmed == 1 ? lone : NULL;
}

static bool has_gone_on_itself(const struct track *track, const struct track_conf *conf)
{
    return track->fixes >= conf->confirm_fixes &&
           track->last.time_ms - track->begun_ms >= conf->confirm_ms;
}

bool tracks_is_far(const struct tracks *t, const struct track_conf *conf,
                   const struct track *track)
{
    bool is_one_believed = false;
    if (track->is_confirmed || (track->hold != NULL && !track->hold->is_apart))
        return false;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct track *other = t->items[i];
        if (!other->is_confirmed)
            continue;
        if (other->heard_ms > track->begun_ms)
            return false;
        is_one_believed = is_one_believed || has_gone_on_itself(other, conf);
    }
    return is_one_believed;
}

void tracks_drop_far(struct tracks *t)
{
    for (uint32_t i = t->count; i-- > 0;)
        if (!t->items[i]->is_confirmed && t->items[i]->hold == NULL)
            (void)tracks_remove(t, i);
}

void tracks_drop(struct tracks *t, uint32_t id)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->items[i]->id == id) {
            (void)tracks_remove(t, i);
            return;
        }
}

/* The verdict on a fix that was added to `track`; confirms the track when its time has
 * come. */
static enum track_verdict judge_fix(const struct tracks *t, const struct track_conf *conf,
                                    struct track *track, uint32_t *ret_gone)
{
    if (track->is_confirmed)
        return TRACK_ACCEPTED;
    uint32_t confirmed;
    struct track *lone = find_lone(t, track, &confirmed);
    if (lone != NULL && track->hold == NULL) {
        lone->is_confirmed = false;
        track->is_confirmed = true;
        *ret_gone = lone->id;
        return TRACK_REPLACED;
    }
    /* Ten fixes after a jump within 30 min are still held. */
    int64_t age = track->last.time_ms - track->begun_ms - (track->hold != NULL ? 1 : 0);
    bool has_gone_on = track->fixes >= conf->confirm_fixes && age >= conf->confirm_ms;
    if (has_gone_on && age < conf->far_ms)
        has_gone_on = !tracks_is_far(t, conf, track);
    if (confirmed == 0 || has_gone_on) {
        track->is_confirmed = true;
        free(track->hold);
        track->hold = NULL;
        return TRACK_CONFIRMED;
    }
    return TRACK_PENDING;
}

/* Begin a new track; it is held when it jumped from another. NULL: out of memory. */
static struct track *begin_track(struct tracks *t, const struct track *jumped,
                                 uint32_t *ret_gone)
{
    struct track *track = calloc(1, sizeof *track);
    if (track == NULL || (jumped != NULL && track_hold_begin(track, jumped) != 0)) {
        tracks_destroy_one(track);
        return NULL;
    }
    *ret_gone = make_track_room(t);
    track->id = t->next_id++;
    track->is_confirmed = t->count == 0;
    t->items[t->count++] = track;
    return track;
}

int tracks_add(struct tracks *t, const struct track_conf *conf,
               const struct track_fix *fix, enum track_verdict *ret_verdict,
               struct track **ret_track, uint32_t *ret_gone)
{
    bool is_new = is_newer_than_all(t, fix);
    if (!is_new || is_nowhere(fix->pos)) {
        *ret_verdict = is_new ? TRACK_PENDING : TRACK_OLD;
        *ret_track = NULL;
        *ret_gone = 0;
        return 0;
    }
    uint32_t gone = 0;
    struct track *jumped;
    struct track *track = find_track(t, conf, fix, &jumped);
    if (track == NULL) {
        track = begin_track(t, jumped, &gone);
        if (track == NULL)
            return ERR_NOMEM;
    }
    tracks_add_to(track, fix);
    *ret_verdict = track_hold_judge(t, conf, track, &track);
    if (*ret_verdict == TRACK_ACCEPTED)
        *ret_verdict = judge_fix(t, conf, track, &gone);
    if (gone == 0 && track->is_confirmed)
        gone = forget_stale_tracks(t, track);
    *ret_track = track;
    *ret_gone = gone;
    return 0;
}
