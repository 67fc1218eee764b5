/* SPDX-License-Identifier: Apache-2.0 */
/* The water grid: reading it, cells and positions, and distances between the middles of
 * cells. water_front.c and water_field.c compute distances over water.
 *
 * Form of water.bin (written by config/make-water.mjs), numbers as LEB128: "LKWATER1",
 * rows, columns, south edge + 90 degrees; then for each row from the south: runs of land
 * and water cells in turn from 180 W on, land first, until the row is full; then steps
 * that are closed though both cells are water: gap * 2 + (0 to the east | 1 to the
 * north), where gap is 1 + the columns since the row's last such step (at first: 2 + the
 * column), ended by 0. */
#include "water_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "point_int.h"

static const char magic[] = "LKWATER1";
enum { MAGIC_BYTES = sizeof magic - 1, BYTES_MAX = 16 << 20 };

/* --- reading --- */

struct source {
    const uint8_t *at, *end;
    bool is_failed;
};

static uint32_t get_number(struct source *s)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28 && s->at < s->end; shift += 7) {
        uint8_t byte = *s->at++;
        value |= (uint32_t)(byte & 127u) << shift;
        if (byte < 128)
            return value;
    }
    s->is_failed = true;
    return 0;
}

static bool read_runs(struct source *s, uint8_t *row)
{
    bool is_wet = false;
    for (uint32_t col = 0; col < WATER_COLS; is_wet = !is_wet) {
        uint32_t run = get_number(s);
        if (s->is_failed || run > WATER_COLS - col || (run == 0 && col != 0))
            return false;
        if (is_wet)
            memset(row + col, WATER_WET, run);
        col += run;
    }
    return true;
}

static bool is_wet(const struct water *water, uint32_t cell)
{
    return (water->cells[cell] & WATER_WET) != 0;
}

static void open_step(struct water *water, uint32_t cell, uint32_t other, unsigned side)
{
    if (!is_wet(water, cell) || !is_wet(water, other))
        return;
    water->cells[cell] |= (uint8_t)(1u << side);
    water->cells[other] |= (uint8_t)(1u << (side + 2));
}

static void close_step(struct water *water, uint32_t cell, unsigned side)
{
    uint32_t other = water_beside(cell, side);
    water->cells[cell] &= (uint8_t) ~(1u << side);
    water->cells[other] &= (uint8_t) ~(1u << (side + 2));
}

/* Read the closed steps of a row. The row above must be known. */
static bool read_closed(struct source *s, struct water *water, uint32_t row)
{
    uint32_t col = UINT32_MAX; /* -1 */
    for (;;) {
        uint32_t code = get_number(s);
        if (s->is_failed)
            return false;
        if (code == 0)
            return true;
        unsigned side = (code & 1u) != 0 ? WATER_N : WATER_E;
        if (code < 2)
            return false;
        col += (code >> 1) - 1;
        if (col >= WATER_COLS || (side == WATER_N && row + 1 == WATER_ROWS))
            return false;
        close_step(water, row * WATER_COLS + col, side);
    }
}

static void open_all_sides(struct water *water)
{
    for (uint32_t cell = 0; cell < WATER_CELLS; cell++) {
        open_step(water, cell, water_beside(cell, WATER_E), WATER_E);
        if (cell + WATER_COLS < WATER_CELLS)
            open_step(water, cell, water_beside(cell, WATER_N), WATER_N);
    }
}

/* Runs and closed steps alternate in the file, but a step can be opened only after all
 * runs are read. So the reader goes over the rows twice. */
static bool read_water_rows(struct source s, struct water *water)
{
    struct source again = s;
    for (uint32_t row = 0; row < WATER_ROWS; row++) {
        if (!read_runs(&s, water->cells + row * WATER_COLS))
            return false;
        while (get_number(&s) != 0)
            ;
        if (s.is_failed)
            return false;
    }
    if (s.at != s.end)
        return false;
    open_all_sides(water);
    uint8_t scratch[WATER_COLS];
    for (uint32_t row = 0; row < WATER_ROWS; row++)
        if (!read_runs(&again, scratch) || !read_closed(&again, water, row))
            return false;
    return true;
}

static bool read_water_head(struct source *s)
{
    if (s->end - s->at < MAGIC_BYTES || memcmp(s->at, magic, MAGIC_BYTES) != 0)
        return false;
    s->at += MAGIC_BYTES;
    uint32_t rows = get_number(s), cols = get_number(s), south = get_number(s);
    return !s->is_failed && rows == WATER_ROWS && cols == WATER_COLS &&
           south == (uint32_t)(WATER_SOUTH_DEG + 90);
}

static void measure_rows(struct water *water)
{
    const double degree_m = GEO_EARTH_RADIUS_M * POINT_RAD;
    water->height_m = degree_m * WATER_CELL_DEG;
    for (int row = 0; row < WATER_ROWS; row++) {
        double lat = WATER_SOUTH_DEG + (row + 0.5) * WATER_CELL_DEG;
        water->width_m[row] = water->height_m * cos(lat * POINT_RAD);
        water->between_m[row] =
            water->height_m * cos((lat + WATER_CELL_DEG / 2) * POINT_RAD);
        water->slant_m[row] = hypot(water->height_m, water->between_m[row]);
        water->narrow[row] = cos(atan2(water->height_m, water->width_m[row]) / 2);
    }
}

int water_create(const void *bytes, size_t n, struct water **ret_water, struct err *err)
{
    if (n > BYTES_MAX)
        return err_set(err, ERR_CORRUPT, "the water grid is too large");
    struct source s = {.at = bytes, .end = (const uint8_t *)bytes + n};
    if (!read_water_head(&s))
        return err_set(err, ERR_CORRUPT, "this is no water grid of this version");
    struct water *water = calloc(1, sizeof *water);
    if (water == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the water grid");
    if (!read_water_rows(s, water)) {
        free(water);
        return err_set(err, ERR_CORRUPT, "the water grid is damaged");
    }
    water->holders = 1;
    water->hash = hash_bytes(bytes, n, 0);
    measure_rows(water);
    *ret_water = water;
    return 0;
}

struct water *water_hold(struct water *water)
{
    water->holders++;
    return water;
}

void water_release(struct water *water)
{
    if (water != NULL && --water->holders == 0)
        free(water);
}

size_t water_bytes(void)
{
    return sizeof(struct water);
}

/* --- cells and positions --- */

#define CELL_E7 1000000 /* of 1e-7 degree */

uint32_t water_cell_at(struct geo_pos pos)
{
    int64_t row = ((int64_t)pos.lat_e7 - (int64_t)(WATER_SOUTH_DEG * GEO_E7));
    int64_t col = ((int64_t)pos.lon_e7 + INT64_C(1800000000)) / CELL_E7 % WATER_COLS;
    if (row < 0 || row >= (int64_t)WATER_ROWS * CELL_E7)
        return WATER_CELL_NONE;
    return (uint32_t)(row / CELL_E7 * WATER_COLS + col);
}

struct geo_pos water_cell_middle(uint32_t cell)
{
    int32_t row = (int32_t)(cell / WATER_COLS), col = (int32_t)(cell % WATER_COLS);
    return (struct geo_pos){
        (int32_t)(WATER_SOUTH_DEG * GEO_E7) + row * CELL_E7 + CELL_E7 / 2,
        (int32_t)(INT64_C(-1800000000) + (int64_t)col * CELL_E7 + CELL_E7 / 2)};
}

bool water_is_wet(const struct water *water, struct geo_pos pos)
{
    uint32_t cell = water_cell_at(pos);
    return cell != WATER_CELL_NONE && is_wet(water, cell);
}

bool water_is_near(const struct water *water, struct geo_pos pos)
{
    uint32_t cell = water_cell_at(pos);
    if (cell == WATER_CELL_NONE)
        return false;
    int64_t row = cell / WATER_COLS, col = cell % WATER_COLS;
    for (int64_t r = row - 1; r <= row + 1; r++)
        for (int64_t c = col - 1; c <= col + 1; c++)
            if (r >= 0 && r < WATER_ROWS &&
                is_wet(water, (uint32_t)(r * WATER_COLS + (c + WATER_COLS) % WATER_COLS)))
                return true;
    return false;
}

bool water_is_open(const struct water *water, struct geo_pos a, struct geo_pos b)
{
    uint32_t from = water_cell_at(a), to = water_cell_at(b);
    if (from == WATER_CELL_NONE || to == WATER_CELL_NONE)
        return false;
    if (from == to)
        return is_wet(water, from);
    for (unsigned side = 0; side < WATER_SIDES; side++)
        if (water_has_open(water, from, side) && water_beside(from, side) == to)
            return true;
    return false;
}

struct nearest {
    const struct water *water;
    struct geo_pos pos;
    water_accepts accepts;
    const void *context;
    uint32_t cell;
    double m;
};

static void look_at_cell(struct nearest *near, int64_t row, int64_t col)
{
    if (row < 0 || row >= WATER_ROWS)
        return;
    col = (col % WATER_COLS + WATER_COLS) % WATER_COLS;
    uint32_t cell = (uint32_t)(row * WATER_COLS + col);
    if (!is_wet(near->water, cell) ||
        (near->accepts != NULL && !near->accepts(near->context, cell)))
        return;
    double m = geo_distance_m(near->pos, water_cell_middle(cell));
    if (m < near->m) {
        near->m = m;
        near->cell = cell;
    }
}

/* Search in growing squares around the position's cell, until no cell farther out can be
 * nearer. */
uint32_t water_cell_near(const struct water *water, struct geo_pos pos, double most_m,
                         water_accepts accepts, const void *context)
{
    struct nearest near = {water, pos, accepts, context, WATER_CELL_NONE, most_m};
    uint32_t own = water_cell_at(pos);
    if (own == WATER_CELL_NONE)
        return WATER_CELL_NONE;
    if (is_wet(water, own) && (accepts == NULL || accepts(context, own)))
        return own;
    int64_t row = own / WATER_COLS, col = own % WATER_COLS;
    for (int64_t ring = 1; ring < WATER_COLS / 2; ring++) {
        int64_t polar = row < WATER_ROWS / 2 ? row - ring : row + ring;
        if (polar < 0)
            polar = 0;
        if (polar >= WATER_ROWS)
            polar = WATER_ROWS - 1;
        if ((double)(ring - 1) * water->width_m[polar] > near.m)
            break;
        for (int64_t k = -ring; k <= ring; k++) {
            look_at_cell(&near, row + k, col - ring);
            look_at_cell(&near, row + k, col + ring);
            look_at_cell(&near, row - ring, col + k);
            look_at_cell(&near, row + ring, col + k);
        }
    }
    return near.cell;
}

/* --- between the middles of cells --- */

/* Find the four cells whose middles surround a position, south-west first. False when
 * they are not all connected. */
static bool find_corners(const struct water *water, uint32_t cell, bool is_east,
                         bool is_north, uint32_t ret[4])
{
    unsigned across = is_east ? WATER_E : WATER_W, along = is_north ? WATER_N : WATER_S;
    if (!water_has_open(water, cell, across) || !water_has_open(water, cell, along))
        return false;
    uint32_t a = water_beside(cell, across), b = water_beside(cell, along);
    if (!water_has_open(water, a, along) || !water_has_open(water, b, across))
        return false;
    uint32_t c = water_beside(a, along);
    uint32_t low[2] = {is_east ? cell : a, is_east ? a : cell};
    uint32_t high[2] = {is_east ? b : c, is_east ? c : b};
    ret[0] = is_north ? low[0] : high[0];
    ret[1] = is_north ? low[1] : high[1];
    ret[2] = is_north ? high[0] : low[0];
    ret[3] = is_north ? high[1] : low[1];
    return true;
}

static bool interpolate_cells(const struct water_view *view, uint32_t cell,
                              const double at[2], double *ret_m)
{
    uint32_t corners[4];
    double m[4];
    if (!find_corners(view->water, cell, at[0] >= 0, at[1] >= 0, corners))
        return false;
    for (int i = 0; i < 4; i++)
        if ((m[i] = view->cell_m(view->context, corners[i])) < 0)
            return false;
    double x = at[0] >= 0 ? at[0] : 1 + at[0], y = at[1] >= 0 ? at[1] : 1 + at[1];
    *ret_m = (1 - y) * ((1 - x) * m[0] + x * m[1]) + y * ((1 - x) * m[2] + x * m[3]);
    return true;
}

/* The change of the distance over one cell, in the direction from `down` to `up`. It uses
 * the neighbours that have a distance. */
static double slope_at(const struct water_view *view, uint32_t cell, unsigned up,
                       unsigned down, double own_m)
{
    double rise = 0;
    int count = 0;
    if (water_has_open(view->water, cell, up)) {
        double m = view->cell_m(view->context, water_beside(cell, up));
        rise += m >= 0 ? m - own_m : 0;
        count += m >= 0;
    }
    if (water_has_open(view->water, cell, down)) {
        double m = view->cell_m(view->context, water_beside(cell, down));
        rise += m >= 0 ? own_m - m : 0;
        count += m >= 0;
    }
    return count > 0 ? rise / count : 0;
}

static bool has_value(const void *context, uint32_t cell)
{
    const struct water_view *view = context;
    return view->cell_m(view->context, cell) >= 0;
}

double water_view_m(const struct water_view *view, struct geo_pos pos)
{
    uint32_t cell = water_cell_at(pos);
    if (cell == WATER_CELL_NONE)
        return -1;
    double own_m = is_wet(view->water, cell) ? view->cell_m(view->context, cell) : -1,
           m = 0;
    if (own_m < 0) {
        cell = water_cell_near(view->water, pos, WATER_NEAR_M, has_value, view);
        return cell == WATER_CELL_NONE ? -1
                                       : view->cell_m(view->context, cell) +
                                             geo_distance_m(pos, water_cell_middle(cell));
    }
    /* The position east and north of the middle, in cells: -0.5..0.5. */
    struct geo_pos middle = water_cell_middle(cell);
    double at[2] = {((double)pos.lon_e7 - middle.lon_e7) / CELL_E7,
                    ((double)pos.lat_e7 - middle.lat_e7) / CELL_E7};
    if (at[0] > 1 || at[0] < -1)
        at[0] = 0; /* 180 degrees itself */
    if (interpolate_cells(view, cell, at, &m))
        return m;
    m = own_m + at[0] * slope_at(view, cell, WATER_E, WATER_W, own_m) +
        at[1] * slope_at(view, cell, WATER_N, WATER_S, own_m);
    return m > 0 ? m : 0;
}
