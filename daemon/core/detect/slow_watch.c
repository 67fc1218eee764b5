/* SPDX-License-Identifier: Apache-2.0 */
/* Ticks and slow spells of a track. */
#include "lookout/detect/slow_watch.h"

#include <stdlib.h>
#include <string.h>

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
    w->before = w->last;
    w->has_before = w->has_last;
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

static struct slow_place place_at_tick(const struct slow_watch *w,
                                       const struct track_fix *before,
                                       const struct track_fix *fix, int64_t tick_ms)
{
    bool is_fix = tick_ms == fix->time_ms;
    struct slow_place place = {.tick_ms = tick_ms,
                               .pos = fix->pos,
                               .unheard_ms = w->unheard_ms,
                               .fixes = w->fixes,
                               .anchored = w->anchored,
                               .is_fix = is_fix,
                               .is_fix_anchored = is_fix && says_anchored(fix)};
    if (!is_fix)
        place.pos = geo_interpolate(before->pos, fix->pos,
                                    (double)(tick_ms - before->time_ms) /
                                        (double)(fix->time_ms - before->time_ms));
    return place;
}

/* Over a silence no tick has a place. */
static int pass_silence(struct slow_watch *w, const struct slow_step *step,
                        const struct track_fix *before, const struct track_fix *fix)
{
    double hours = (double)(fix->time_ms - before->time_ms) / 3.6e6;
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
    int64_t tick_ms = last_ms;
    int rc = 0;
    if (is_bridged)
        tick_ms = (before->time_ms / length_ms + 1) * length_ms;
    else if (before != NULL && before->time_ms < fix->time_ms)
        rc = pass_silence(w, step, before, fix);
    if (!is_bridged && last_ms != fix->time_ms)
        tick_ms = last_ms + length_ms;
    for (; tick_ms <= last_ms && rc == 0; tick_ms += length_ms) {
        struct slow_place place = place_at_tick(w, before, fix, tick_ms);
        int64_t gap_ms = before != NULL ? fix->time_ms - before->time_ms : 0;
        place.unheard_ms = gap_ms > place.unheard_ms ? gap_ms : place.unheard_ms;
        rc = take_place(w, step, &place);
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
