/* SPDX-License-Identifier: Apache-2.0 */
/* The places of slow ships by tick and cell. A row of cells is 0.01 degree high; it is
 * divided into as many whole columns as are about as wide, so that near the poles, too, a
 * cell is no narrower than it is high. */
#include "lookout/detect/meet_grid.h"

#include <math.h>

#include "lookout/geo/near.h"

#define ROW_E7 100000
#define ROW_M (GEO_EARTH_RADIUS_M * DEGREE / 100)
#define DEGREE 0.017453292519943295769
#define NORTH_E7 900000000
#define HALF_TURN_E7 INT64_C(1800000000)
enum { ROWS = 18001, COLS_MAX = 36000 };

void meet_grid_init(struct meet_grid *grid, int64_t tick_ms)
{
    map_init(&grid->cells);
    grid->tick_ms = tick_ms;
}

void meet_grid_finish(struct meet_grid *grid)
{
    map_finish(&grid->cells);
}

static uint32_t grid_row(int32_t lat_e7)
{
    return (uint32_t)((lat_e7 + NORTH_E7) / ROW_E7);
}

/* How many columns the row has: by its parallel nearer to the pole. */
static uint32_t columns_of(uint32_t row)
{
    double lat = ((double)row - 9000) / 100;
    double widest = fabs(lat) > fabs(lat + 0.01) ? fabs(lat) : fabs(lat + 0.01);
    double columns = floor(COLS_MAX * cos(widest * DEGREE));
    return columns < 1 ? 1 : (uint32_t)columns;
}

static uint32_t column_of(uint32_t columns, int64_t lon_e7)
{
    int64_t east = (lon_e7 + HALF_TURN_E7) % (2 * HALF_TURN_E7);
    return (uint32_t)(east * columns / (2 * HALF_TURN_E7));
}

/* Tick numbers take 31 bits up to the year 2100 where a tick is a minute. */
static uint64_t cell_key(const struct meet_grid *grid, int64_t tick_ms, uint32_t row,
                         uint32_t column)
{
    return (uint64_t)(tick_ms / grid->tick_ms) << 32 | (uint64_t)row << 16 | column;
}

static uint64_t key_of(const struct meet_grid *grid, const struct slow_place *place)
{
    uint32_t row = grid_row(place->pos.lat_e7);
    return cell_key(grid, place->tick_ms, row,
                    column_of(columns_of(row), place->pos.lon_e7));
}

int meet_grid_add(struct meet_grid *grid, struct slow_place *place)
{
    uint64_t key = key_of(grid, place);
    struct slow_place *first = map_get(&grid->cells, key);
    int rc = map_set(&grid->cells, key, place);
    if (rc != 0)
        return rc;
    place->is_listed = true;
    place->previous = NULL;
    place->next = first;
    if (first != NULL)
        first->previous = place;
    return 0;
}

void meet_grid_remove(struct meet_grid *grid, struct slow_place *place)
{
    if (!place->is_listed)
        return;
    if (place->next != NULL)
        place->next->previous = place->previous;
    if (place->previous != NULL)
        place->previous->next = place->next;
    else if (place->next == NULL ||
             map_set(&grid->cells, key_of(grid, place), place->next) != 0)
        map_remove(&grid->cells, key_of(grid, place));
    place->is_listed = false;
    place->previous = place->next = NULL;
}

/* --- looking around --- */

/* The distance by a plane along the parallel of `a`: within 1 % at 20 km up to 80 degrees
 * of latitude. */
static double rough_m(struct geo_pos a, struct geo_pos b, double cos_lat)
{
    const double e7_m = GEO_EARTH_RADIUS_M * DEGREE / GEO_E7;
    double north = (double)((int64_t)b.lat_e7 - a.lat_e7) * e7_m;
    double east = (double)near_lon_step_e7(a.lon_e7, b.lon_e7) * e7_m * cos_lat;
    return sqrt(north * north + east * east);
}

static int visit_list(const struct meet_grid *grid, uint64_t key,
                      const struct meet_grid_around *around, meet_grid_visit visit,
                      void *context)
{
    int rc = 0;
    struct slow_place *place = map_get(&grid->cells, key);
    double cos_lat = place != NULL ? cos(around->pos.lat_e7 / GEO_E7 * DEGREE) : 0;
    while (place != NULL && rc == 0) {
        struct slow_place *next = place->next;
        double m = rough_m(around->pos, place->pos, cos_lat);
        bool is_clear = cos_lat > 0.17 && fabs(m - around->radius_m) > m * 0.02;
        if (!is_clear)
            m = geo_distance_m(around->pos, place->pos);
        if (m <= around->radius_m)
            rc = visit(context, place, m);
        place = next;
    }
    return rc;
}

int meet_grid_each(const struct meet_grid *grid, const struct meet_grid_around *around,
                   meet_grid_visit visit, void *context)
{
    int64_t high_e7 = (int64_t)(around->radius_m / ROW_M * ROW_E7) + 1;
    int64_t south = (int64_t)around->pos.lat_e7 - high_e7;
    int64_t north = (int64_t)around->pos.lat_e7 + high_e7;
    south = south < -NORTH_E7 ? -NORTH_E7 : south;
    north = north > NORTH_E7 ? NORTH_E7 : north;
    uint32_t top = grid_row((int32_t)north);
    int rc = 0;
    for (uint32_t row = grid_row((int32_t)south); row <= top && rc == 0; row++) {
        uint32_t columns = columns_of(row);
        uint32_t own = column_of(columns, around->pos.lon_e7);
        /* A column is no narrower than a row is high; but next to a pole. */
        uint32_t reach = (uint32_t)(around->radius_m / ROW_M) + 1;
        bool is_whole = columns <= 2 * reach + 1;
        uint32_t count = is_whole ? columns : 2 * reach + 1;
        uint32_t first = is_whole ? 0 : (own + columns - reach) % columns;
        for (uint32_t i = 0; i < count && rc == 0; i++)
            rc = visit_list(grid,
                            cell_key(grid, around->tick_ms, row, (first + i) % columns),
                            around, visit, context);
    }
    return rc;
}
