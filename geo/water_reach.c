/* SPDX-License-Identifier: Apache-2.0 */
/* Single distances over water: from one place to another, and to all places near the way
 * to a field's sources. Both run a front over part of the grid. */
#include "water_int.h"

#include <stdlib.h>

/* The bound of a search: about 100 ms. */
enum { CELLS_MAX = 400000 };

/* --- from a to b --- */

struct aim {
    struct geo_pos pos;
};

/* The least distance from a cell to the goal: the great circle, minus the amount by which
 * a distance over the grid may be too short. */
static uint32_t great_circle(const void *context, uint32_t cell, uint32_t t_dm)
{
    const struct aim *aim = context;
    (void)t_dm;
    return (uint32_t)(0.99 * WATER_DM *
                      geo_distance_m(water_cell_middle(cell), aim->pos));
}

static int march_to(struct water_front *f, uint32_t goal)
{
    for (size_t taken = 0; taken < CELLS_MAX; taken++) {
        uint32_t cell = water_front_next(f);
        if (f->is_failed)
            return ERR_NOMEM;
        if (cell == WATER_CELL_NONE)
            return ERR_NOT_FOUND;
        if (cell == goal)
            return 0;
    }
    return ERR_LIMIT;
}

int water_reach_between_m(const struct water *water, struct geo_pos a, struct geo_pos b,
                          double *ret_m)
{
    struct water_front front;
    uint32_t goal = water_cell_near(water, b, WATER_SNAP_M, NULL, NULL);
    if (goal == WATER_CELL_NONE)
        return ERR_NOT_FOUND;
    struct aim aim = {water_cell_middle(goal)};
    int rc = water_front_init(&front, water);
    if (rc == 0) {
        front.rest_dm = great_circle;
        front.context = &aim;
        front.at = (uint64_t)(0.99 * WATER_DM * geo_distance_m(a, aim.pos)) / 10000;
        rc = water_front_begin(&front, a, WATER_SNAP_M) ? march_to(&front, goal)
                                                        : ERR_NOT_FOUND;
    }
    if (rc == 0) {
        /* Both positions are in one cell or in two neighbouring cells: the great circle
         * is more exact than the distance between the middles. */
        double m = water_front_m(&front, goal), straight_m = geo_distance_m(a, b);
        double aside_m = geo_distance_m(aim.pos, b);
        if (m < 2 * water->height_m)
            *ret_m = straight_m;
        else if (water_cell_at(b) == goal)
            *ret_m = m + straight_m - geo_distance_m(a, aim.pos);
        else
            *ret_m = m + aside_m;
    }
    water_front_finish(&front);
    return rc;
}

/* --- near the way --- */

struct water_reach {
    const struct water_field *field; /* borrowed */
    struct water_front front;
    double most_m;
    struct geo_pos from;
    int32_t low_row, high_row, low_col,
        high_col; /* of taken cells; columns continue over 180 */
};

static uint32_t near_way(const void *context, uint32_t cell, uint32_t t_dm)
{
    const struct water_reach *reach = context;
    double rest_m = water_field_distance_m(reach->field, water_cell_middle(cell));
    return rest_m >= 0 && t_dm / WATER_DM + rest_m <= reach->most_m ? 0 : UINT32_MAX;
}

static void widen_reach(struct water_reach *reach, uint32_t cell)
{
    int32_t row = (int32_t)(cell / WATER_COLS), col = (int32_t)(cell % WATER_COLS);
    int32_t first = (int32_t)(water_cell_at(reach->from) % WATER_COLS);
    int32_t ahead =
        (col - first + WATER_COLS + WATER_COLS / 2) % WATER_COLS - WATER_COLS / 2;
    reach->low_row = row < reach->low_row ? row : reach->low_row;
    reach->high_row = row > reach->high_row ? row : reach->high_row;
    reach->low_col = ahead < reach->low_col ? ahead : reach->low_col;
    reach->high_col = ahead > reach->high_col ? ahead : reach->high_col;
}

static int march_along(struct water_reach *reach)
{
    for (size_t taken = 0; taken < CELLS_MAX; taken++) {
        uint32_t cell = water_front_next(&reach->front);
        if (cell == WATER_CELL_NONE)
            break;
        widen_reach(reach, cell);
    }
    return reach->front.is_failed ? ERR_NOMEM : 0;
}

int water_reach_create(const struct water *water, const struct water_field *field,
                       struct geo_pos from, double factor, struct water_reach **ret_reach)
{
    double rest_m = water_field_distance_m(field, from);
    if (rest_m < 0)
        return ERR_NOT_FOUND;
    struct water_reach *reach = calloc(1, sizeof *reach);
    if (reach == NULL)
        return ERR_NOMEM;
    reach->field = field;
    reach->from = from;
    reach->most_m = factor * rest_m + 2 * water->height_m;
    reach->low_row = WATER_ROWS;
    int rc = water_front_init(&reach->front, water);
    if (rc == 0) {
        reach->front.rest_dm = near_way;
        reach->front.context = reach;
        rc = water_front_begin(&reach->front, from, WATER_NEAR_M) ? march_along(reach)
                                                                  : ERR_NOT_FOUND;
    }
    if (rc != 0) {
        water_reach_destroy(reach);
        return rc;
    }
    *ret_reach = reach;
    return 0;
}

void water_reach_destroy(struct water_reach *reach)
{
    if (reach == NULL)
        return;
    water_front_finish(&reach->front);
    free(reach);
}

static double reached_m(const void *context, uint32_t cell)
{
    return water_front_m(context, cell);
}

double water_reach_m(const struct water_reach *reach, struct geo_pos pos)
{
    struct water_view view = {reach->front.water, reached_m, &reach->front};
    return water_view_m(&view, pos);
}

void water_reach_box(const struct water_reach *reach, struct geo_point *ret_low,
                     struct geo_point *ret_high)
{
    int32_t first = (int32_t)(water_cell_at(reach->from) % WATER_COLS);
    ret_low->lat = WATER_SOUTH_DEG + (reach->low_row - 1) * WATER_CELL_DEG;
    ret_high->lat = WATER_SOUTH_DEG + (reach->high_row + 2) * WATER_CELL_DEG;
    ret_low->lon = -180 + (first + reach->low_col - 1) * WATER_CELL_DEG;
    ret_high->lon = -180 + (first + reach->high_col + 2) * WATER_CELL_DEG;
}
