/* SPDX-License-Identifier: Apache-2.0 */
/* Other ships heard near a place. Ships are listed in cells of one degree by their last
 * position; their paths show where they were before. */
#include <math.h>

#include "engine_int.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum { COLUMNS = 360, ROWS = 180 };

static uint32_t nearby_cell_of(struct geo_pos pos)
{
    enum { DEGREE_E7 = 10000000 };
    int64_t row = ((int64_t)pos.lat_e7 + 90 * (int64_t)DEGREE_E7) / DEGREE_E7;
    int64_t column = ((int64_t)pos.lon_e7 + 180 * (int64_t)DEGREE_E7) / DEGREE_E7;
    row = row >= ROWS ? ROWS - 1 : row;
    column = column >= COLUMNS ? column - COLUMNS : column;
    return (uint32_t)(row * COLUMNS + column);
}

void nearby_remove(struct engine *e, struct ship *s)
{
    if (!s->has_cell)
        return;
    if (s->cell_next != NULL)
        s->cell_next->cell_previous = s->cell_previous;
    if (s->cell_previous != NULL)
        s->cell_previous->cell_next = s->cell_next;
    else if (s->cell_next == NULL || map_set(&e->cells, s->cell, s->cell_next) != 0)
        map_remove(&e->cells, s->cell);
    s->has_cell = false;
    s->cell_next = s->cell_previous = NULL;
}

int nearby_move(struct engine *e, struct ship *s, struct geo_pos pos)
{
    uint32_t cell = nearby_cell_of(pos);
    if (s->has_cell && s->cell == cell)
        return 0;
    nearby_remove(e, s);
    struct ship *first = map_get(&e->cells, cell);
    int rc = map_set(&e->cells, cell, s);
    if (rc != 0)
        return rc;
    s->cell = cell;
    s->has_cell = true;
    s->cell_next = first;
    if (first != NULL)
        first->cell_previous = s;
    return 0;
}

/* --- looking around --- */

/* What is asked of the ships around a place. */
struct nearby_walk {
    const struct engine *e;
    struct geo_pos pos;
    double reach_m; /* no ship is asked that lies farther than that, and some cells */
    void (*visit)(void *context, const struct ship *s, const struct track *track);
    void *context;
};

static void visit_cell(const struct nearby_walk *w, uint32_t cell)
{
    const struct ship *s = map_get(&w->e->cells, cell);
    for (; s != NULL; s = s->cell_next) {
        const struct track *track = tracks_current(&s->tracks);
        if (track != NULL)
            w->visit(w->context, s, track);
    }
}

static void visit_around(const struct nearby_walk *w)
{
    static const double degree_m = 111000;
    double lat = w->pos.lat_e7 / GEO_E7, lon = w->pos.lon_e7 / GEO_E7;
    double dlat = w->reach_m / degree_m;
    double shrink = cos((fabs(lat) + dlat) * 0.017453292519943295);
    double dlon = shrink > 0.01 ? dlat / shrink : 180;
    int low_row = (int)floor(lat - dlat), high_row = (int)floor(lat + dlat);
    int low_column = (int)floor(lon - dlon), high_column = (int)floor(lon + dlon);
    if (high_column - low_column >= COLUMNS) {
        low_column = -180;
        high_column = 179;
    }
    for (int row = low_row; row <= high_row; row++) {
        for (int column = low_column; column <= high_column; column++) {
            if (row < -90 || row > 89)
                continue;
            uint32_t cell = (uint32_t)((row + 90) * COLUMNS +
                                       (((column + 180) % COLUMNS) + COLUMNS) % COLUMNS);
            visit_cell(w, cell);
        }
    }
}

/* --- how many there were --- */

struct nearby_counting {
    const struct engine *e;
    const struct ship *except;
    struct geo_pos pos;
    int64_t since_ms;
    uint32_t count;
};

static void count_ship(void *context, const struct ship *s, const struct track *track)
{
    struct nearby_counting *c = context;
    if (s != c->except && track_path_nearest_m(track, c->pos, c->since_ms) <=
                              c->e->conf.limits.gap_nearby_m)
        c->count++;
}

/* The way that a ship may have sailed meanwhile: at 25 kn, for a day at most. */
static double gone_since_m(const struct engine *e, int64_t since_ms)
{
    int64_t most_ms = since_ms == TIME_NONE ? DAY_MS : e->now_ms - since_ms;
    if (most_ms < 0)
        most_ms = 0;
    if (most_ms > DAY_MS)
        most_ms = DAY_MS;
    return (double)most_ms / (double)HOUR_MS * 25 * NM_M;
}

uint32_t nearby_count(const struct engine *e, const struct ship *except,
                      struct geo_pos pos, int64_t since_ms)
{
    struct nearby_counting c = {e, except, pos, since_ms, 0};
    double reach_m = e->conf.limits.gap_nearby_m + gone_since_m(e, since_ms);
    struct nearby_walk w = {e, pos, reach_m, count_ship, &c};
    visit_around(&w);
    return c.count;
}

struct coverage_heard nearby_heard(const struct engine *e, const struct ship *s,
                                   const struct track *track,
                                   const struct track_fix *from, int64_t since_ms)
{
    struct geo_pos ahead;
    struct coverage_heard heard = {.others = nearby_count(e, s, from->pos, since_ms)};
    bool is_under_way = coverage_ahead(track, from, &ahead);
    uint32_t others_ahead = is_under_way && heard.others >= COVERAGE_FEW
                                ? nearby_count(e, s, ahead, since_ms)
                                : 0;
    heard.coverage = coverage_judge(heard.others, is_under_way, others_ahead);
    return heard;
}

/* --- which are nearest now --- */

struct nearby_choosing {
    const struct rule_near_ask *ask;
    struct rule_near *near; /* the nearest so far, in order */
    size_t count, room;
    struct rule_near watched; /* the nearest that is watched; mmsi 0: none */
};

/* Of two equally near the lower MMSI, so that the order of the cells does not matter. */
static bool is_nearer(const struct rule_near *a, const struct rule_near *b)
{
    return a->distance_m < b->distance_m ||
           (a->distance_m <= b->distance_m && a->mmsi < b->mmsi);
}

static void keep_near(struct nearby_choosing *c, const struct rule_near *near)
{
    size_t at = c->count;
    if (near->is_watched && (c->watched.mmsi == 0 || is_nearer(near, &c->watched)))
        c->watched = *near;
    while (at > 0 && is_nearer(near, &c->near[at - 1]))
        at--;
    if (at == c->room)
        return;
    c->count += c->count < c->room;
    for (size_t i = c->count - 1; i > at; i--)
        c->near[i] = c->near[i - 1];
    c->near[at] = *near;
}

static void choose_ship(void *context, const struct ship *s, const struct track *track)
{
    struct nearby_choosing *c = context;
    const struct track_fix *last = &track->last;
    const struct rule_near_ask *ask = c->ask;
    if (last->time_ms < ask->since_ms ||
        (ask->until_ms != 0 && last->time_ms >= ask->until_ms) ||
        geo_distance_m(last->pos, ask->pos) > ask->within_m)
        return;
    const char *name = s->info.name;
    if (name[0] == '\0' && s->watch != NULL)
        name = s->watch->name;
    struct rule_near near = {.mmsi = s->mmsi,
                             .imo = s->info.imo,
                             .name = name,
                             .is_watched = s->watch != NULL,
                             .distance_m = geo_distance_exact_m(last->pos, ask->pos),
                             .bearing_deg = geo_bearing_deg(last->pos, ask->pos),
                             .heard_ms = last->time_ms};
    keep_near(c, &near);
}

size_t nearby_nearest(const struct engine *e, const struct rule_near_ask *ask,
                      struct rule_near *ret, size_t room)
{
    struct nearby_choosing c = {.ask = ask, .near = ret, .room = room};
    struct nearby_walk w = {e, ask->pos, ask->within_m, choose_ship, &c};
    visit_around(&w);
    bool has_watched = c.watched.mmsi == 0 || ask->until_ms != 0;
    for (size_t i = 0; i < c.count; i++)
        has_watched = has_watched || ret[i].is_watched;
    if (!has_watched)
        ret[c.count - 1] = c.watched;
    return c.count;
}
