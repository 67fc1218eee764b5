/* SPDX-License-Identifier: Apache-2.0 */
/* Who else was heard near a place: ships stand in cells of one degree by their last
 * position, and their paths tell where they were before. */
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

static uint32_t count_cell(const struct engine *e, uint32_t cell,
                           const struct ship *except, struct geo_pos pos,
                           int64_t since_ms)
{
    uint32_t count = 0;
    for (const struct ship *s = map_get(&e->cells, cell); s != NULL; s = s->cell_next) {
        const struct track *track = tracks_current(&s->tracks);
        if (s != except && track != NULL &&
            track_path_nearest_m(track, pos, since_ms) <= e->conf.limits.gap_nearby_m)
            count++;
    }
    return count;
}

/* How far a ship that was near has gone meanwhile: at 25 kn, of a day at most. */
static double gone_since_m(const struct engine *e, int64_t since_ms)
{
    int64_t most_ms = since_ms == TIME_NONE ? DAY_MS : e->now_ms - since_ms;
    most_ms = most_ms < 0 ? 0 : most_ms > DAY_MS ? DAY_MS : most_ms;
    return (double)most_ms / (double)HOUR_MS * 25 * NM_M;
}

uint32_t nearby_count(const struct engine *e, const struct ship *except,
                      struct geo_pos pos, int64_t since_ms)
{
    static const double degree_m = 111000;
    double lat = pos.lat_e7 / GEO_E7, lon = pos.lon_e7 / GEO_E7;
    double dlat = (e->conf.limits.gap_nearby_m + gone_since_m(e, since_ms)) / degree_m;
    double shrink = cos((fabs(lat) + dlat) * 0.017453292519943295);
    double dlon = shrink > 0.01 ? dlat / shrink : 180;
    int low_row = (int)floor(lat - dlat), high_row = (int)floor(lat + dlat);
    int low_column = (int)floor(lon - dlon), high_column = (int)floor(lon + dlon);
    if (high_column - low_column >= COLUMNS) {
        low_column = -180;
        high_column = 179;
    }
    uint32_t count = 0;
    for (int row = low_row; row <= high_row; row++) {
        for (int column = low_column; column <= high_column; column++) {
            if (row < -90 || row > 89)
                continue;
            uint32_t cell = (uint32_t)((row + 90) * COLUMNS +
                                       (((column + 180) % COLUMNS) + COLUMNS) % COLUMNS);
            count += count_cell(e, cell, except, pos, since_ms);
        }
    }
    return count;
}
