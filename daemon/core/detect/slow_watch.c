/* SPDX-License-Identifier: Apache-2.0 */
/* Ticks and slow spells of a track. */
#include "lookout/detect/slow_watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "slow_watch_int.h"

struct slow_watch *slow_watch_create(uint32_t mmsi, uint32_t track)
{
    struct slow_watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->mmsi = mmsi;
    w->track = track;
    return w;
}

void slow_watch_drop_spell(struct slow_watch *w, struct meet_grid *grid)
{
    struct slow_spell *spell = w->spell;
    if (spell == NULL)
        return;
    for (uint32_t i = 0; i < spell->count; i++)
        meet_grid_remove(grid, &spell->places[i]);
    free(spell->pairs);
    free(spell->partners);
    free(spell);
    w->spell = NULL;
}

void slow_watch_destroy(struct slow_watch *w, struct meet_grid *grid)
{
    if (w == NULL)
        return;
    slow_watch_drop_spell(w, grid);
    free(w);
}

void slow_watch_clamp(struct slow_watch *w, struct meet_grid *grid, int64_t now_ms)
{
    if (!w->has_last || w->last.tick_ms <= now_ms)
        return;
    slow_watch_drop_spell(w, grid);
    w->has_last = w->has_before = false;
    w->run = w->clear = 0;
    w->next_ms = 0;
}

struct slow_watch *slow_watch_of(struct slow_place *place)
{
    struct slow_place *first = place - place->index;
    return ((struct slow_spell *)(void *)((char *)first -
                                          offsetof(struct slow_spell, places)))
        ->watch;
}

/* --- the places of a spell --- */

/* So many that a place is still there when the other ship's is certain: that takes the
 * time that ticks between two fixes wait, and the ticks that are not certain. */
static uint32_t ring_room(const struct detect_limits *limits)
{
    return (uint32_t)(limits->slow_bridge_ms / limits->slow_tick_ms) +
           2 * limits->slow_fast + 2;
}

struct slow_spell *slow_watch_new_spell(struct slow_watch *w,
                                        const struct detect_limits *limits)
{
    uint32_t room = ring_room(limits);
    struct slow_spell *spell = calloc(1, sizeof *spell + room * sizeof spell->places[0]);
    if (spell == NULL)
        return NULL;
    spell->watch = w;
    spell->room = room;
    spell->newest = room - 1;
    spell->shore_m = -1;
    return spell;
}

static struct slow_place *place_back(struct slow_spell *spell, uint32_t back)
{
    return &spell->places[(spell->newest + spell->room - back) % spell->room];
}

struct slow_place *slow_watch_place_at(const struct slow_watch *w, int64_t tick_ms,
                                       int64_t length_ms)
{
    if (w->spell == NULL || tick_ms < w->spell->begun_ms || tick_ms > w->spell->last_ms)
        return NULL;
    for (uint32_t back = 0; back < w->spell->count; back++) {
        struct slow_place *place = place_back(w->spell, back);
        if (place->tick_ms == tick_ms)
            return place->is_listed ? place : NULL;
        if (place->tick_ms < tick_ms - length_ms)
            return NULL;
    }
    return NULL;
}

static void push_place(struct slow_spell *spell, const struct slow_place *place,
                       struct meet_grid *grid)
{
    spell->newest = (spell->newest + 1) % spell->room;
    struct slow_place *to = &spell->places[spell->newest];
    if (spell->count == spell->room)
        meet_grid_remove(grid, to);
    else
        spell->count++;
    *to = *place;
    to->index = (uint16_t)spell->newest;
    to->is_listed = to->is_met = false;
    to->previous = to->next = NULL;
    if (spell->pending < spell->room)
        spell->pending++;
}

/* The numbers of the spell up to a place that is certain. */
static void count_place(struct slow_spell *spell, const struct slow_place *place,
                        int64_t length_ms)
{
    double radius_m = geo_distance_m(spell->begin, place->pos);
    if (place->tick_ms - spell->last_ms == length_ms)
        spell->observed_ms += length_ms;
    if (radius_m > spell->radius_m)
        spell->radius_m = radius_m;
    spell->last_ms = place->tick_ms;
    spell->fixes = place->fixes + place->is_fix - spell->first_fixes;
    spell->anchored = place->anchored + place->is_fix_anchored - spell->first_anchored;
}

static int settle_places(struct slow_watch *w, const struct slow_step *step)
{
    struct slow_spell *spell = w->spell;
    int rc = 0;
    while (spell->pending > 0 && rc == 0) {
        struct slow_place *place = place_back(spell, --spell->pending);
        count_place(spell, place, step->limits->slow_tick_ms);
        struct slow_event event = {SLOW_PLACED, w, place};
        rc = step->sink(step->context, &event);
    }
    return rc;
}

/* --- the spell --- */

static int begin_slow_spell(struct slow_watch *w, const struct slow_step *step,
                            const struct slow_place *place)
{
    struct slow_spell *spell = slow_watch_new_spell(w, step->limits);
    if (spell == NULL)
        return ERR_NOMEM;
    spell->begun_ms = w->before.tick_ms;
    spell->last_ms = w->before.tick_ms;
    spell->begin = w->before.pos;
    spell->first_fixes = w->before.fixes;
    spell->first_anchored = w->before.anchored;
    w->spell = spell;
    push_place(spell, &w->before, step->grid);
    push_place(spell, &w->last, step->grid);
    push_place(spell, place, step->grid);
    return settle_places(w, step);
}

static int end_slow_spell(struct slow_watch *w, const struct slow_step *step)
{
    struct slow_event event = {SLOW_ENDED, w, NULL};
    int rc = step->sink(step->context, &event);
    slow_watch_drop_spell(w, step->grid);
    return rc;
}

enum pace { PACE_NEITHER, PACE_SLOW, PACE_FAST };

static int go_on_slow(struct slow_watch *w, const struct slow_step *step,
                      const struct slow_place *place, enum pace pace)
{
    struct slow_spell *spell = w->spell;
    push_place(spell, place, step->grid);
    spell->fasts = pace == PACE_FAST ? spell->fasts + 1 : 0;
    if (pace == PACE_SLOW)
        return settle_places(w, step);
    return spell->fasts >= step->limits->slow_fast ? end_slow_spell(w, step) : 0;
}

static enum pace pace_of(const struct slow_watch *w, const struct slow_step *step,
                         const struct slow_place *place)
{
    int64_t length_ms = step->limits->slow_tick_ms;
    if (!w->has_last || place->tick_ms - w->last.tick_ms != length_ms)
        return PACE_NEITHER;
    double most_m = step->limits->slow_kn * KN_MPS * (double)length_ms / 1000;
    return geo_distance_m(w->last.pos, place->pos) < most_m ? PACE_SLOW : PACE_FAST;
}

/* Keep count of the slow ticks running, and of those far from ports. */
static void count_run(struct slow_watch *w, const struct slow_step *step, enum pace pace,
                      bool is_near)
{
    if (pace != PACE_SLOW) {
        w->run = w->clear = 0;
        return;
    }
    if (w->run == 0)
        w->clear = ports_index_is_near(step->ports, w->last.pos) ? 0 : 1;
    w->run = 2 < w->run + 1 ? 2 : (uint8_t)(w->run + 1);
    if (is_near)
        w->clear = 0;
    else if (w->clear < 3)
        w->clear++;
}

static int take_place(struct slow_watch *w, const struct slow_step *step,
                      const struct slow_place *place)
{
    int rc = 0;
    enum pace pace = pace_of(w, step, place);
    bool is_asked = w->spell != NULL || pace == PACE_SLOW;
    bool is_near = is_asked && ports_index_is_near(step->ports, place->pos);
    if (w->spell != NULL)
        rc = is_near ? end_slow_spell(w, step) : go_on_slow(w, step, place, pace);
    count_run(w, step, pace, is_near);
    if (rc == 0 && w->spell == NULL && w->run == 2 && w->clear == 3)
        rc = begin_slow_spell(w, step, place);
    w->has_before = pace == PACE_SLOW;
    if (w->has_before)
        w->before = w->last;
    w->last = *place;
    w->has_last = true;
    w->unheard_ms = 0;
    return rc;
}

/* --- ticks --- */

static bool says_anchored(const struct track_fix *fix)
{
    return (fix->has & FIX_NAV_STATUS) != 0 &&
           (fix->nav_status == 1 || fix->nav_status == 5);
}

/* A place between fixes has the later one's position so far. */
static struct slow_place place_at_tick(const struct slow_watch *w,
                                       const struct track_fix *before,
                                       const struct track_fix *fix, int64_t tick_ms)
{
    bool is_fix = tick_ms == fix->time_ms;
    int64_t gap_ms = before != NULL ? fix->time_ms - before->time_ms : 0;
    return (struct slow_place){.tick_ms = tick_ms,
                               .pos = fix->pos,
                               .unheard_ms =
                                   gap_ms > w->unheard_ms ? gap_ms : w->unheard_ms,
                               .fixes = w->fixes,
                               .anchored = w->anchored,
                               .is_fix = is_fix,
                               .is_fix_anchored = is_fix && says_anchored(fix)};
}

static double part_of_leg(const struct slow_leg *leg, int64_t tick_ms)
{
    return (double)(tick_ms - leg->from_ms) / (double)(leg->to_ms - leg->from_ms);
}

static struct geo_pos pos_on_leg(const struct slow_leg *leg, int64_t tick_ms)
{
    return geo_interpolate(leg->from, leg->to, part_of_leg(leg, tick_ms));
}

struct slow_place slow_watch_last(const struct slow_watch *w)
{
    struct slow_place last = w->last;
    if (w->is_rough)
        last.pos = pos_on_leg(&w->leg, last.tick_ms);
    return last;
}

/* --- ticks that are fast beyond doubt --- */

/* Most ships sail, so most ticks are fast by far. Between fixes at most half a degree
 * apart and not near a pole, the place on the straight line in degrees is within 140 m of
 * that on the great circle: R dlat dlon sin(lat) / 4 to the side and
 * R dlon^2 sin(lat) cos(lat) / 8 along it. What is 500 m more than the limit between two
 * such places is more than the limit between the exact ones, which nobody needs then. */
enum { ROUGH_LEG_E7 = 5000000, ROUGH_LAT_E7 = 700000000 };
#define ROUGH_M 500.0

static bool is_short(struct geo_pos a, struct geo_pos b)
{
    return llabs((int64_t)a.lat_e7 - b.lat_e7) <= ROUGH_LEG_E7 &&
           llabs((int64_t)a.lon_e7 - b.lon_e7) <= ROUGH_LEG_E7;
}

static double rough_distance_m(struct geo_pos a, struct geo_pos b)
{
    const double e7_rad = 3.14159265358979323846 / 180.0 / GEO_E7;
    double north = (double)b.lat_e7 - a.lat_e7;
    double east = ((double)b.lon_e7 - a.lon_e7) * cos(a.lat_e7 * e7_rad);
    return sqrt(north * north + east * east) * (GEO_EARTH_RADIUS_M * e7_rad);
}

/* Whether the tick is fast, and no more of it matters; the place is noted then. */
static bool pass_fast_tick(struct slow_watch *w, const struct slow_step *step,
                           const struct slow_leg *leg, const struct slow_place *place)
{
    int64_t length_ms = step->limits->slow_tick_ms;
    double most_m = step->limits->slow_kn * KN_MPS * (double)length_ms / 1000;
    struct geo_pos pos = place->pos;
    if (w->spell != NULL || !w->has_last || place->tick_ms - w->last.tick_ms != length_ms)
        return false;
    if (!place->is_fix) {
        double part = part_of_leg(leg, place->tick_ms);
        if (!is_short(leg->from, leg->to) || abs(leg->to.lat_e7) > ROUGH_LAT_E7)
            return false;
        pos.lat_e7 = leg->from.lat_e7 +
                     (int32_t)(((double)leg->to.lat_e7 - leg->from.lat_e7) * part);
        pos.lon_e7 = leg->from.lon_e7 +
                     (int32_t)(((double)leg->to.lon_e7 - leg->from.lon_e7) * part);
    }
    if (!is_short(w->last.pos, pos) || abs(pos.lat_e7) > ROUGH_LAT_E7 ||
        rough_distance_m(w->last.pos, pos) < most_m + ROUGH_M)
        return false;
    w->run = w->clear = 0;
    w->has_before = false;
    w->last = *place;
    w->last.pos = pos;
    w->is_rough = !place->is_fix;
    if (w->is_rough)
        w->leg = *leg;
    w->unheard_ms = 0;
    return true;
}

static int pass_tick(struct slow_watch *w, const struct slow_step *step,
                     const struct slow_leg *leg, struct slow_place *place)
{
    if (pass_fast_tick(w, step, leg, place))
        return 0;
    if (w->has_last)
        w->last = slow_watch_last(w);
    w->is_rough = false;
    if (!place->is_fix)
        place->pos = pos_on_leg(leg, place->tick_ms);
    return take_place(w, step, place);
}

/* Over a silence no tick has a place. */
static int pass_silence(struct slow_watch *w, const struct slow_step *step,
                        const struct track_fix *before, const struct track_fix *fix)
{
    double hours = (double)(fix->time_ms - before->time_ms) / (double)HOUR_MS;
    w->run = w->clear = 0;
    if (w->spell == NULL)
        return 0;
    w->spell->fasts = 0;
    bool has_moved =
        geo_distance_m(before->pos, fix->pos) / NM_M / hours >= step->limits->slow_kn;
    return has_moved ? end_slow_spell(w, step) : 0;
}

static int pass_ticks(struct slow_watch *w, const struct slow_step *step,
                      const struct track_fix *before, const struct track_fix *fix)
{
    const int64_t length_ms = step->limits->slow_tick_ms;
    const int64_t last_ms = fix->time_ms / length_ms * length_ms;
    bool is_bridged = before != NULL && before->time_ms < fix->time_ms &&
                      fix->time_ms - before->time_ms <= step->limits->slow_bridge_ms;
    struct slow_leg leg = {.to_ms = fix->time_ms, .to = fix->pos};
    int64_t tick_ms = last_ms;
    int rc = 0;
    if (is_bridged) {
        leg.from_ms = before->time_ms;
        leg.from = before->pos;
    }
    if (is_bridged)
        tick_ms = (before->time_ms / length_ms + 1) * length_ms;
    else if (before != NULL && before->time_ms < fix->time_ms)
        rc = pass_silence(w, step, before, fix);
    if (!is_bridged && last_ms != fix->time_ms)
        tick_ms = last_ms + length_ms;
    for (; tick_ms <= last_ms && rc == 0; tick_ms += length_ms) {
        struct slow_place place = place_at_tick(w, before, fix, tick_ms);
        rc = pass_tick(w, step, &leg, &place);
    }
    w->next_ms = last_ms + length_ms;
    return rc;
}

int slow_watch_fix(struct slow_watch *w, const struct slow_step *step,
                   const struct track_fix *before, const struct track_fix *fix)
{
    int rc = 0;
    if (fix->time_ms >= w->next_ms)
        rc = pass_ticks(w, step, before, fix);
    w->fixes++;
    w->anchored += says_anchored(fix);
    if (before != NULL && fix->time_ms - before->time_ms > w->unheard_ms)
        w->unheard_ms = fix->time_ms - before->time_ms;
    return rc;
}
