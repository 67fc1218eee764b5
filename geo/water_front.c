/* SPDX-License-Identifier: Apache-2.0 */
/* The front that advances over the water: cells are taken in the order of their distance
 * (plus the estimated distance to the goal), and each cell improves the eight cells
 * around it.
 *
 * A cell n is reached across the edge between two of its neighbours, A beside it and D at
 * the corner next to A. Where d = t(A) - t(D) > 0 the front comes aslant; along the edge
 * of length b, at the distance a from n, the least of t + way is
 *     t(A) + a sqrt(1 - (d / b)^2)      where d / b < b / sqrt(a^2 + b^2), else t(D) +
 * sqrt(a^2 + b^2) (linear interpolation along the edge: Sethian, Proc. Natl. Acad. Sci.
 * 93 (1996) 1591; Kimmel and Sethian 95 (1998) 8431 for triangles). It needs the steps n
 * - A and A - D to be open, so nothing slips between two diagonal pieces of land. Cells
 * wait in buckets of 1 km; a cell that is improved after it was taken is taken again, so
 * that the width of the buckets costs no precision. */
#include "lookout/base/array.h"
#include "water_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t WAITS = UINT32_C(1) << 31;
static const uint64_t BUCKET_DM = 10000;

int water_front_init(struct water_front *f, const struct water *water)
{
    memset(f, 0, sizeof *f);
    f->water = water;
    f->t = calloc(WATER_CELLS, sizeof *f->t);
    return f->t != NULL ? 0 : ERR_NOMEM;
}

void water_front_finish(struct water_front *f)
{
    for (size_t i = 0; i < WATER_BUCKETS; i++)
        free(f->buckets[i].cells);
    free(f->t);
    memset(f, 0, sizeof *f);
}

double water_front_m(const struct water_front *f, uint32_t cell)
{
    uint32_t t = f->t[cell] & ~WAITS;
    return t == 0 ? -1 : (t - 1) / WATER_DM;
}

/* --- waiting --- */

static bool push_cell(struct water_bucket *bucket, uint32_t cell)
{
    if (bucket->count == bucket->room &&
        array_grow(&bucket->cells, &bucket->room, bucket->count + 1,
                   sizeof *bucket->cells) != 0)
        return false;
    bucket->cells[bucket->count++] = cell;
    return true;
}

static void improve_cell(struct water_front *f, uint32_t cell, double t_dm)
{
    uint32_t t = (uint32_t)(t_dm + 0.5);
    uint32_t known = f->t[cell] & ~WAITS;
    if (known != 0 && known - 1 <= t)
        return;
    uint64_t key = t;
    if (f->rest_dm != NULL) {
        uint32_t rest = f->rest_dm(f->context, cell, t);
        if (rest == UINT32_MAX)
            return;
        key += rest;
    }
    uint64_t bucket = key / BUCKET_DM;
    if (bucket < f->at)
        bucket = f->at;
    if (bucket >= f->at + WATER_BUCKETS)
        bucket = f->at + WATER_BUCKETS - 1;
    f->t[cell] = (t + 1) | WAITS;
    if (push_cell(&f->buckets[bucket % WATER_BUCKETS], cell))
        f->waiting++;
    else
        f->is_failed = true;
}

/* Near land, ships stay away from the coast and follow channels. So the length of a cell
 * with a closed side is multiplied by this factor. Over 51 distances of NGA Pub. 151, the
 * mean error is -2.1 % without the factor and -1.0 % with 1.5. */
static const double COAST = 1.5;

/* The least way must not be longer than one that a ship could sail, straight from corner
 * to corner of the water. In open water it is not. Where cells are closed there is
 * nothing to interpolate between: the way goes over middles, in the direction of a side
 * or of a corner. Of all straight ways the one halfway between these two is the shortest
 * beside it: by the cosine of half the angle between side and corner, 0.92 at the equator
 * and 0.82 at 70 degrees. */
static double slowness_of(const struct water_front *f, uint32_t cell)
{
    static const unsigned all = (1u << WATER_SIDES) - 1;
    if ((f->water->cells[cell] & all) == all)
        return 1;
    return f->is_least ? f->water->narrow[cell / WATER_COLS] : COAST;
}

/* --- marching --- */

/* The lengths of the sides of the triangle n - A - D, in dm. */
struct sides {
    double a, b, slant;
};

/* Measure the lengths around the step between two rows, `south` and the next row north.
 * row_a is the row of the step n - A when that step goes east or west. */
static struct sides measure_sides(const struct water_front *f, uint32_t n,
                                  bool is_a_meridional, uint32_t south)
{
    const struct water *water = f->water;
    double slow = slowness_of(f, n) * WATER_DM;
    double height = water->height_m * slow, width = water->between_m[south] * slow;
    return (struct sides){is_a_meridional ? height : width,
                          is_a_meridional ? width : height, water->slant_m[south] * slow};
}

/* Compute t of n from the triangle with A (t_a) and D (t_d); the formula is at the top of
 * this file. */
static double cross_cell(const struct sides *s, double t_a, double t_d)
{
    double d = t_a - t_d;
    if (d <= 0)
        return t_a + s->a;
    if (d * s->slant >= s->b * s->b)
        return t_d + s->slant;
    double sine = d / s->b;
    return t_a + s->a * sqrt(1 - sine * sine);
}

/* No way over a cell of t_c shortens the way to this one: half of a cell's neighbours. */
static bool is_behind(const struct water_front *f, uint32_t cell, double t_c)
{
    uint32_t t = f->t[cell] & ~WAITS;
    return t != 0 && t - 1 <= t_c;
}

/* The taken cell c improves two cells: the cell ahead of it and the cell at its corner.
 * `turn` is at right angles to `ahead`. */
static void spread_corner(struct water_front *f, uint32_t c, double t_c, unsigned ahead,
                          unsigned turn)
{
    const struct water *water = f->water;
    uint32_t row = c / WATER_COLS;
    uint32_t south = ahead == WATER_S || turn == WATER_S ? row - 1 : row;
    bool is_meridional = ahead == WATER_N || ahead == WATER_S;
    uint32_t n = water_beside(c, ahead);
    /* c is A for the cell ahead; D is beside c. */
    if (water_has_open(water, c, turn) && !is_behind(f, n, t_c)) {
        struct sides s = measure_sides(f, n, is_meridional, south);
        uint32_t t_d = f->t[water_beside(c, turn)] & ~WAITS;
        if (t_d != 0)
            improve_cell(f, n, cross_cell(&s, t_c, t_d - 1));
    }
    /* c is D for the cell at its corner; n is A, between the two. */
    uint32_t corner = water_has_open(water, n, turn) ? water_beside(n, turn) : n;
    if (corner != n && (is_behind(f, n, t_c) || !is_behind(f, corner, t_c))) {
        struct sides s = measure_sides(f, corner, !is_meridional, south);
        uint32_t t_a = f->t[n] & ~WAITS;
        improve_cell(f, corner, t_a != 0 ? cross_cell(&s, t_a - 1, t_c) : t_c + s.slant);
    }
}

static void take_cell(struct water_front *f, uint32_t c)
{
    const struct water *water = f->water;
    double t_c = (double)((f->t[c] & ~WAITS) - 1);
    uint32_t row = c / WATER_COLS;
    for (unsigned ahead = 0; ahead < WATER_SIDES; ahead++) {
        if (!water_has_open(water, c, ahead))
            continue;
        bool is_meridional = ahead == WATER_N || ahead == WATER_S;
        double step = is_meridional ? water->height_m : water->width_m[row];
        uint32_t n = water_beside(c, ahead);
        if (!is_behind(f, n, t_c))
            improve_cell(f, n, t_c + step * slowness_of(f, n) * WATER_DM);
        unsigned left = (ahead + 1) % WATER_SIDES, right = (ahead + 3) % WATER_SIDES;
        if (is_meridional || row + 1 < WATER_ROWS)
            spread_corner(f, c, t_c, ahead, is_meridional ? left : WATER_N);
        if (is_meridional || row > 0)
            spread_corner(f, c, t_c, ahead, is_meridional ? right : WATER_S);
    }
}

uint32_t water_front_next(struct water_front *f)
{
    while (f->waiting != 0 && !f->is_failed) {
        struct water_bucket *bucket = &f->buckets[f->at % WATER_BUCKETS];
        if (bucket->next == bucket->count) {
            bucket->next = bucket->count = 0;
            f->at++;
            continue;
        }
        /* First in, first out: cells that are farther back improve the cells ahead before
         * those are taken. */
        uint32_t cell = bucket->cells[bucket->next++];
        f->waiting--;
        if ((f->t[cell] & WAITS) == 0)
            continue;
        f->t[cell] &= ~WAITS;
        take_cell(f, cell);
        return cell;
    }
    return WATER_CELL_NONE;
}

static void begin_at(struct water_front *f, struct geo_pos pos, uint32_t cell)
{
    improve_cell(f, cell, geo_distance_m(pos, water_cell_middle(cell)) * WATER_DM);
}

bool water_front_begin(struct water_front *f, struct geo_pos pos, double most_m)
{
    const struct water *water = f->water;
    uint32_t own = water_cell_at(pos);
    uint32_t cell = water_cell_near(water, pos, most_m, NULL, NULL);
    if (cell == WATER_CELL_NONE)
        return false;
    begin_at(f, pos, cell);
    for (unsigned side = 0; side < WATER_SIDES && cell == own; side++) {
        if (!water_has_open(water, cell, side))
            continue;
        uint32_t next = water_beside(cell, side);
        unsigned left = (side + 1) % WATER_SIDES;
        begin_at(f, pos, next);
        if (water_has_open(water, next, left))
            begin_at(f, pos, water_beside(next, left));
    }
    return true;
}
