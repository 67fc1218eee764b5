/* SPDX-License-Identifier: Apache-2.0 */
/* Meetings of slow ships: pairs, tick by tick. */
#include "lookout/detect/meet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"

#define APART_BEFORE_MS (2 * HOUR_MS)

/* --- pairs and partners --- */

static struct meet_pair *find_pair(const struct slow_watch *lower,
                                   const struct slow_ref *other)
{
    struct slow_spell *spell = lower->spell;
    for (size_t i = 0; spell != NULL && i < spell->pair_count; i++)
        if (spell->pairs[i].other.mmsi == other->mmsi &&
            spell->pairs[i].other.track == other->track)
            return &spell->pairs[i];
    return NULL;
}

static struct slow_ref ref_of(const struct slow_watch *w)
{
    return (struct slow_ref){w->mmsi, w->track};
}

static void drop_partner(struct slow_watch *higher, const struct slow_ref *lower)
{
    struct slow_spell *spell = higher != NULL ? higher->spell : NULL;
    for (size_t i = 0; spell != NULL && i < spell->partner_count; i++) {
        if (spell->partners[i].mmsi != lower->mmsi ||
            spell->partners[i].track != lower->track)
            continue;
        spell->partner_count--;
        memmove(&spell->partners[i], &spell->partners[i + 1],
                (spell->partner_count - i) * sizeof spell->partners[0]);
        return;
    }
}

/* Of one that is not there, at its place by MMSI and track. NULL with *ret_rc 0: the ship
 * has as many as it may have. */
static struct meet_pair *add_pair(const struct meet_world *world,
                                  struct slow_watch *lower, struct slow_watch *higher,
                                  int *ret_rc)
{
    struct slow_spell *low = lower->spell, *high = higher->spell;
    if (low->pair_count == MEET_PAIRS_MAX || high->partner_count == MEET_PAIRS_MAX) {
        ++*world->refused;
        return NULL;
    }
    *ret_rc =
        array_grow(&low->pairs, &low->pair_room, low->pair_count + 1, sizeof *low->pairs);
    if (*ret_rc == 0)
        *ret_rc = array_grow(&high->partners, &high->partner_room,
                             high->partner_count + 1, sizeof *high->partners);
    if (*ret_rc != 0)
        return NULL;
    size_t at = low->pair_count++;
    while (at > 0 && low->pairs[at - 1].other.mmsi > higher->mmsi)
        at--;
    memmove(&low->pairs[at + 1], &low->pairs[at],
            (low->pair_count - 1 - at) * sizeof *low->pairs);
    memset(&low->pairs[at], 0, sizeof *low->pairs);
    low->pairs[at].other = ref_of(higher);
    drop_partner(higher, &(struct slow_ref){lower->mmsi, lower->track});
    high->partners[high->partner_count++] = ref_of(lower);
    return &low->pairs[at];
}

/* Tell the end and forget the pair. */
static int end_pair(const struct meet_world *world, struct slow_watch *lower,
                    const struct slow_ref *other)
{
    struct meet_pair *pair = find_pair(lower, other);
    if (pair == NULL)
        return 0;
    struct meet_pair ended = *pair;
    struct slow_spell *spell = lower->spell;
    struct slow_watch *higher = world->find(world->context, other);
    struct slow_ref own = ref_of(lower);
    size_t at = (size_t)(pair - spell->pairs);
    spell->pair_count--;
    memmove(pair, pair + 1, (spell->pair_count - at) * sizeof *pair);
    drop_partner(higher, &own);
    world->changed(world->context, lower, false);
    if (higher != NULL)
        world->changed(world->context, higher, false);
    struct meet_event event = {.what = MEET_ENDED,
                               .pair = &ended,
                               .lower = lower,
                               .higher = higher,
                               .tick_ms = ended.last_ms,
                               .middle = ended.pos,
                               .grid = world->grid};
    return world->tell(world->context, &event);
}

/* --- numbers --- */

static void count_distance(struct meet_pair *pair, double m,
                           const struct detect_limits *limits)
{
    uint32_t dm = (uint32_t)floor(m * 10 + 0.5);
    if (pair->near_ticks == 1 || dm < pair->least_dm)
        pair->least_dm = dm;
    if ((pair->near_ticks - 1) % pair->sample_every != 0)
        return;
    if (pair->sample_count == MEET_SAMPLES) {
        for (int i = 0; i < MEET_SAMPLES / 2; i++)
            pair->samples[i] = pair->samples[2 * i];
        pair->sample_count /= 2;
        pair->sample_every *= 2;
    }
    pair->samples[pair->sample_count++] =
        (uint16_t)floor(m / limits->meet_within_m * UINT16_MAX + 0.5);
}

static int compare_samples(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

double meet_median_m(const struct meet_pair *pair, const struct detect_limits *limits)
{
    uint16_t sorted[MEET_SAMPLES];
    size_t n = pair->sample_count;
    if (n == 0)
        return 0;
    memcpy(sorted, pair->samples, n * sizeof sorted[0]);
    qsort(sorted, n, sizeof sorted[0], compare_samples);
    double middle = ((double)sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return middle / UINT16_MAX * limits->meet_within_m;
}

static uint32_t fixes_until(const struct slow_place *place)
{
    return place->fixes + place->is_fix;
}

static void mark_met(struct slow_watch *w, struct slow_place *place)
{
    w->spell->met_ticks += !place->is_met;
    place->is_met = true;
}

/* --- a tick of a pair --- */

/* The two, the lower MMSI first, and their places. */
struct meeting {
    struct slow_watch *sides[2];
    struct slow_place *places[2];
    double distance_m;
};

static struct meeting meeting_of(struct slow_watch *a, struct slow_place *at,
                                 struct slow_place *other, double m)
{
    struct slow_watch *b = slow_watch_of(other);
    if (a->mmsi < b->mmsi)
        return (struct meeting){{a, b}, {at, other}, m};
    return (struct meeting){{b, a}, {other, at}, m};
}

static bool is_broken_off(const struct meet_pair *pair, int64_t tick_ms,
                          const struct detect_limits *limits)
{
    return tick_ms - pair->both_ms > limits->meet_unheard_ms;
}

static void begin_pair(const struct meet_world *world, const struct meeting *m,
                       struct meet_pair *pair)
{
    int64_t tick_ms = m->places[0]->tick_ms;
    pair->begun_ms = tick_ms;
    pair->shore_m = -1;
    pair->sample_every = 1;
    pair->pos = geo_interpolate(m->places[0]->pos, m->places[1]->pos, 0.5);
    pair->apart_before_m = world->apart_m(world->context, m->sides[0], m->sides[1],
                                          tick_ms - APART_BEFORE_MS);
    for (int i = 0; i < 2; i++)
        pair->first_fixes[i] = m->places[i]->fixes;
}

static int meet_near(const struct meet_world *world, const struct meeting *m)
{
    int64_t tick_ms = m->places[0]->tick_ms;
    struct slow_ref other = ref_of(m->sides[1]);
    struct meet_pair *pair = find_pair(m->sides[0], &other);
    int rc = 0;
    if (pair != NULL && is_broken_off(pair, tick_ms, world->limits)) {
        rc = end_pair(world, m->sides[0], &other);
        pair = NULL;
    }
    if (pair == NULL && rc == 0) {
        pair = add_pair(world, m->sides[0], m->sides[1], &rc);
        if (pair != NULL)
            begin_pair(world, m, pair);
    }
    if (pair == NULL)
        return rc;
    bool is_first = pair->near_ticks == 0;
    pair->last_ms = pair->both_ms = tick_ms;
    pair->apart = 0;
    pair->near_ticks++;
    count_distance(pair, m->distance_m, world->limits);
    for (int i = 0; i < 2; i++) {
        const struct slow_place *place = m->places[i];
        pair->fixes[i] = fixes_until(place) - pair->first_fixes[i];
        if (!is_first && place->unheard_ms > pair->unheard_ms[i])
            pair->unheard_ms[i] = place->unheard_ms;
        world->changed(world->context, m->sides[i], is_first);
    }
    struct meet_event event = {
        .what = MEET_NEAR,
        .pair = pair,
        .lower = m->sides[0],
        .higher = m->sides[1],
        .tick_ms = tick_ms,
        .middle = geo_interpolate(m->places[0]->pos, m->places[1]->pos, 0.5),
        .grid = world->grid};
    return world->tell(world->context, &event);
}

static int meet_apart(const struct meet_world *world, const struct meeting *m)
{
    int64_t tick_ms = m->places[0]->tick_ms;
    struct slow_ref other = ref_of(m->sides[1]);
    struct meet_pair *pair = find_pair(m->sides[0], &other);
    if (pair == NULL || pair->both_ms >= tick_ms)
        return 0; /* near, or judged before */
    if (is_broken_off(pair, tick_ms, world->limits))
        return end_pair(world, m->sides[0], &other);
    bool is_running = tick_ms - pair->both_ms == world->limits->slow_tick_ms;
    pair->apart = is_running ? pair->apart + 1 : 1;
    pair->both_ms = tick_ms;
    for (int i = 0; i < 2; i++)
        if (m->places[i]->unheard_ms > pair->unheard_ms[i])
            pair->unheard_ms[i] = m->places[i]->unheard_ms;
    world->changed(world->context, m->sides[0], false);
    return pair->apart >= MEET_APART_TICKS ? end_pair(world, m->sides[0], &other) : 0;
}

/* --- a tick of a ship --- */

/* The nearest ships with which there is no pair yet, the nearest first; of two equally
 * near the lower MMSI, so that the order of the grid does not matter. */
struct meet_candidate {
    struct slow_place *place;
    double distance_m;
};
struct meet_search {
    struct slow_watch *watch;
    struct slow_place *place;
    struct meet_candidate near[MEET_PAIRS_MAX];
    size_t count;
};

static bool is_pair_known(struct slow_watch *a, struct slow_watch *b)
{
    struct slow_ref ref = ref_of(a->mmsi < b->mmsi ? b : a);
    return find_pair(a->mmsi < b->mmsi ? a : b, &ref) != NULL;
}

static bool comes_before(const struct meet_candidate *a, const struct meet_candidate *b)
{
    if (a->distance_m < b->distance_m || a->distance_m > b->distance_m)
        return a->distance_m < b->distance_m;
    return slow_watch_of(a->place)->mmsi < slow_watch_of(b->place)->mmsi;
}

static int visit_near(void *context, struct slow_place *other, double distance_m)
{
    struct meet_search *search = context;
    struct slow_watch *watch = slow_watch_of(other);
    struct meet_candidate found = {other, distance_m};
    if (watch->mmsi == search->watch->mmsi)
        return 0;
    mark_met(search->watch, search->place);
    mark_met(watch, other);
    if (is_pair_known(search->watch, watch))
        return 0;
    size_t at = search->count;
    while (at > 0 && comes_before(&found, &search->near[at - 1]))
        at--;
    if (at == MEET_PAIRS_MAX)
        return 0;
    search->count += search->count < MEET_PAIRS_MAX;
    for (size_t i = search->count - 1; i > at; i--)
        search->near[i] = search->near[i - 1];
    search->near[at] = found;
    return 0;
}

/* The tick of a pair that is known already. */
static int judge_known(const struct meet_world *world, struct slow_watch *w,
                       struct slow_place *place, const struct slow_ref *ref)
{
    struct slow_watch *b = world->find(world->context, ref);
    struct slow_place *other =
        b != NULL ? slow_watch_place_at(b, place->tick_ms, world->limits->slow_tick_ms)
                  : NULL;
    if (other == NULL)
        return 0;
    double m = geo_distance_m(place->pos, other->pos);
    struct meeting meeting = meeting_of(w, place, other, m);
    return m <= world->limits->meet_within_m ? meet_near(world, &meeting)
                                             : meet_apart(world, &meeting);
}

int meet_place(const struct meet_world *world, struct slow_watch *w,
               struct slow_place *place)
{
    struct meet_search search = {.watch = w, .place = place};
    struct meet_grid_around around = {place->tick_ms, place->pos,
                                      world->limits->meet_within_m};
    struct slow_ref refs[2 * MEET_PAIRS_MAX];
    size_t count = 0;
    int rc = meet_grid_add(world->grid, place);
    if (rc == 0)
        rc = meet_grid_each(world->grid, &around, visit_near, &search);
    for (size_t i = 0; i < w->spell->pair_count; i++)
        refs[count++] = w->spell->pairs[i].other;
    for (size_t i = 0; i < w->spell->partner_count; i++)
        refs[count++] = w->spell->partners[i];
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = judge_known(world, w, place, &refs[i]);
    for (size_t i = 0; i < search.count && rc == 0; i++) {
        struct slow_place *other = search.near[i].place;
        double exact_m = geo_distance_m(place->pos, other->pos);
        struct meeting m = meeting_of(w, place, other, exact_m);
        rc = meet_near(world, &m);
    }
    return rc;
}

int meet_end(const struct meet_world *world, struct slow_watch *w)
{
    struct slow_ref own = ref_of(w);
    int rc = 0;
    while (rc == 0 && w->spell->pair_count > 0) {
        struct slow_ref other = w->spell->pairs[0].other;
        rc = end_pair(world, w, &other);
    }
    while (rc == 0 && w->spell->partner_count > 0) {
        struct slow_ref lower = w->spell->partners[0];
        struct slow_watch *keeper = world->find(world->context, &lower);
        if (keeper != NULL)
            rc = end_pair(world, keeper, &own);
        drop_partner(w, &lower); /* where the other is gone */
    }
    return rc;
}

/* --- time --- */

static int64_t pair_deadline(const struct meet_pair *pair,
                             const struct detect_limits *limits)
{
    /* By then the last place within that time is known. */
    return pair->both_ms + limits->meet_unheard_ms + limits->slow_bridge_ms;
}

int64_t meet_deadline(const struct slow_watch *w, const struct detect_limits *limits)
{
    int64_t first_ms = INT64_MAX;
    for (size_t i = 0; w->spell != NULL && i < w->spell->pair_count; i++) {
        int64_t due_ms = pair_deadline(&w->spell->pairs[i], limits);
        first_ms = due_ms < first_ms ? due_ms : first_ms;
    }
    return first_ms;
}

int meet_time(const struct meet_world *world, struct slow_watch *w, int64_t now_ms)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && w->spell != NULL && i < w->spell->pair_count;) {
        struct slow_ref other = w->spell->pairs[i].other;
        if (pair_deadline(&w->spell->pairs[i], world->limits) > now_ms)
            i++;
        else
            rc = end_pair(world, w, &other);
    }
    return rc;
}

/* --- the crowd --- */

struct crowd {
    const struct meet_event *event;
    uint32_t count, most;
};

/* At an earlier tick a place counts only if it is the newest of its track. */
static int visit_crowd(void *context, struct slow_place *place, double distance_m)
{
    struct crowd *crowd = context;
    const struct meet_event *event = crowd->event;
    const struct slow_watch *w = slow_watch_of(place);
    bool is_newest =
        place->tick_ms == event->tick_ms || place->tick_ms == w->spell->last_ms;
    (void)distance_m;
    crowd->count += is_newest && w != event->lower && w != event->higher;
    return crowd->count > crowd->most;
}

uint32_t meet_crowd(const struct meet_event *event, const struct detect_limits *limits,
                    uint32_t most)
{
    struct crowd crowd = {event, 0, most};
    struct meet_grid_around around = {event->tick_ms, event->middle,
                                      limits->meet_crowd_m};
    int64_t oldest_ms = event->tick_ms - limits->slow_bridge_ms;
    for (; around.tick_ms >= oldest_ms; around.tick_ms -= limits->slow_tick_ms)
        if (meet_grid_each(event->grid, &around, visit_crowd, &crowd) != 0)
            break;
    return crowd.count;
}
