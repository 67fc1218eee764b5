/* SPDX-License-Identifier: Apache-2.0 */
/* The distances from the shore: reading them, and the distance of a place.
 *
 * Form of shore.bin (written by config/make-shore.mjs): "LKSHORE1", then a row of nodes
 * for each 0.05 degree from 90 S to 90 N: its length in bytes (LEB128), and bits, the
 * highest of a byte first. "Gamma" is Elias' code of a number from 1 on; "Rice k" is a
 * signed number in zigzag form, its part above k bits as that many ones and a zero, then
 * its k low bits. A row begins with its k in two bits. Then come runs, until the row is
 * full: a bit (0 the value of the node before stays, 1 values follow), gamma of its
 * length plus 1, and of values the Rice k of value less 2 a - b, which is cut to 0..445
 * (a and b: the two nodes before; 445 each before the first; after a value that stayed
 * they are the same). Then come the divided cells that lie north-east of the row's nodes,
 * ended by gamma of 1: gamma of 1 plus the columns since the row's last such cell (at
 * first: of the column plus 2), a bit (0 divided by 2, 1 by 4), and the finer nodes but
 * the corners, row by row, the Rice 3 of each less the one before, of the first less the
 * south-west corner. */
#include "lookout/geo/shore.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3601, COLS = 7200, FAR = 445, CELL_RICE = 3, PARTS_MAX = 4 };
#define STEP_M 250.0
#define CELL_E7 500000 /* of 1e-7 degree */
#define NORTH_E7 900000000
#define HALF_TURN_E7 INT64_C(1800000000)

static const char magic[] = "LKSHORE1";
enum { MAGIC_BYTES = sizeof magic - 1, BYTES_MAX = 16 << 20 };

struct shore {
    uint32_t holders;
    uint32_t begin[ROWS + 1]; /* of each row's bits; the length in front counts to the row
                                 before */
    uint32_t end[ROWS];
    uint8_t bytes[]; /* of the file */
};

/* --- bits --- */

struct bits {
    const uint8_t *at, *end;
    unsigned free; /* bits of *at that are left; 0: none */
    bool is_failed;
};

static unsigned get_bit(struct bits *b)
{
    if (b->free == 0) {
        if (b->at + 1 >= b->end) {
            b->is_failed = true;
            return 1; /* ends every loop over zeros */
        }
        b->at++;
        b->free = 8;
    }
    b->free--;
    return *b->at >> b->free & 1u;
}

static uint32_t get_bits(struct bits *b, unsigned count)
{
    uint32_t value = 0;
    while (count-- > 0)
        value = value << 1 | get_bit(b);
    return value;
}

static uint32_t get_gamma(struct bits *b)
{
    unsigned zeros = 0;
    while (get_bit(b) == 0)
        if (++zeros > 16)
            b->is_failed = true;
    return b->is_failed ? 1 : UINT32_C(1) << zeros | get_bits(b, zeros);
}

static int32_t get_rice(struct bits *b, unsigned k)
{
    uint32_t high = 0;
    while (!b->is_failed && get_bit(b) == 1)
        if (++high > 2 * FAR)
            b->is_failed = true;
    uint32_t z = high << k | get_bits(b, k);
    return (z & 1u) != 0 ? -(int32_t)(z / 2) - 1 : (int32_t)(z / 2);
}

/* --- rows --- */

static void keep_node(struct bits *b, int32_t value, uint16_t *ret)
{
    if (value < 0 || value > FAR)
        b->is_failed = true;
    *ret = (uint16_t)value;
}

/* The nodes of a row; `b` then stands at its divided cells. */
static void read_nodes(struct bits *b, uint16_t nodes[COLS])
{
    unsigned k = get_bits(b, 2);
    int32_t last = FAR, before = FAR;
    for (uint32_t col = 0; col < COLS && !b->is_failed;) {
        bool is_same = get_bit(b) == 0;
        uint32_t length = get_gamma(b) - 1;
        if (length > COLS - col)
            b->is_failed = true;
        for (uint32_t i = 0; i < length && !b->is_failed; i++, col++) {
            int32_t ahead = 2 * last - before;
            if (ahead < 0)
                ahead = 0;
            if (ahead > FAR)
                ahead = FAR;
            int32_t value = is_same ? last : ahead + get_rice(b, k);
            keep_node(b, value, &nodes[col]);
            before = is_same ? value : last;
            last = value;
        }
    }
}

/* A divided cell: its finer nodes, the corners left out. */
struct shore_cell {
    uint32_t col;
    uint32_t parts; /* 2 or 4 */
    uint16_t nodes[PARTS_MAX + 1][PARTS_MAX + 1];
};

static bool is_corner(const struct shore_cell *cell, uint32_t y, uint32_t x)
{
    return y % cell->parts == 0 && x % cell->parts == 0;
}

/* The next divided cell; `cell` holds the one before, at first with col UINT32_MAX. False
 * at the end. */
static bool next_cell(struct bits *b, const uint16_t nodes[COLS], struct shore_cell *cell)
{
    uint32_t gap = get_gamma(b) - 1;
    if (gap == 0 || b->is_failed)
        return false;
    cell->col += gap;
    cell->parts = get_bit(b) != 0 ? 4 : 2;
    if (cell->col >= COLS) {
        b->is_failed = true;
        return false;
    }
    int32_t value = nodes[cell->col];
    for (uint32_t y = 0; y <= cell->parts; y++)
        for (uint32_t x = 0; x <= cell->parts; x++) {
            if (is_corner(cell, y, x))
                continue;
            value += get_rice(b, CELL_RICE);
            keep_node(b, value, &cell->nodes[y][x]);
        }
    return !b->is_failed;
}

static struct bits row_bits(const struct shore *shore, uint32_t row)
{
    return (struct bits){.at = shore->bytes + shore->begin[row] - 1,
                         .end = shore->bytes + shore->end[row]};
}

/* --- the file --- */

static bool find_rows(struct shore *shore, size_t n)
{
    size_t at = MAGIC_BYTES;
    for (uint32_t row = 0; row < ROWS; row++) {
        size_t length = 0;
        bool is_whole = false;
        for (unsigned shift = 0; shift < 28 && at < n && !is_whole; shift += 7) {
            is_whole = shore->bytes[at] < 128;
            length |= (size_t)(shore->bytes[at++] & 127u) << shift;
        }
        if (!is_whole || length > n - at)
            return false;
        shore->begin[row] = (uint32_t)at;
        at += length;
        shore->end[row] = (uint32_t)at;
    }
    return at == n;
}

/* Every row is read once, so that no look-up can fail. */
static bool are_rows_sound(const struct shore *shore)
{
    uint16_t nodes[COLS];
    for (uint32_t row = 0; row < ROWS; row++) {
        struct bits b = row_bits(shore, row);
        struct shore_cell cell = {.col = UINT32_MAX};
        read_nodes(&b, nodes);
        while (!b.is_failed && next_cell(&b, nodes, &cell))
            ;
        if (b.is_failed || b.at + 1 != b.end || (row + 1 == ROWS && cell.parts != 0))
            return false;
    }
    return true;
}

int shore_create(const void *bytes, size_t n, struct shore **ret_shore, struct err *err)
{
    if (n < MAGIC_BYTES || n > BYTES_MAX || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return err_set(err, ERR_CORRUPT, "not distances from the shore (LKSHORE1)");
    struct shore *shore = calloc(1, sizeof *shore + n);
    if (shore == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the distances from the shore");
    shore->holders = 1;
    memcpy(shore->bytes, bytes, n);
    if (!find_rows(shore, n) || !are_rows_sound(shore)) {
        free(shore);
        return err_set(err, ERR_CORRUPT, "the distances from the shore are damaged");
    }
    *ret_shore = shore;
    return 0;
}

struct shore *shore_hold(struct shore *shore)
{
    shore->holders++;
    return shore;
}

void shore_release(struct shore *shore)
{
    if (shore != NULL && --shore->holders == 0)
        free(shore);
}

/* --- a place --- */

/* A place in a cell: its parts to the north and to the east, 0 to 1. */
struct shore_at {
    uint32_t row, col;
    double north, east;
};

static struct shore_at locate_cell(struct geo_pos pos)
{
    int64_t y = (int64_t)pos.lat_e7 + NORTH_E7, x = (int64_t)pos.lon_e7 + HALF_TURN_E7;
    x %= 2 * HALF_TURN_E7;
    int64_t row = y / CELL_E7 < ROWS - 1 ? y / CELL_E7 : ROWS - 2;
    struct shore_at at = {.row = (uint32_t)row, .col = (uint32_t)(x / CELL_E7)};
    at.north = (double)(y - row * CELL_E7) / CELL_E7;
    at.east = (double)(x % CELL_E7) / CELL_E7;
    return at;
}

static double interpolate_nodes(const struct shore_cell *cell, const struct shore_at *at)
{
    double y = at->north * cell->parts, x = at->east * cell->parts;
    uint32_t r = y < cell->parts ? (uint32_t)y : cell->parts - 1;
    uint32_t c = x < cell->parts ? (uint32_t)x : cell->parts - 1;
    double v = y - r, u = x - c;
    const uint16_t *low = &cell->nodes[r][c], *high = &cell->nodes[r + 1][c];
    return (1 - v) * ((1 - u) * low[0] + u * low[1]) +
           v * ((1 - u) * high[0] + u * high[1]);
}

double shore_distance_m(const struct shore *shore, struct geo_pos pos)
{
    struct shore_at at = locate_cell(pos);
    uint32_t east = (at.col + 1) % COLS;
    uint16_t low[COLS], high[COLS];
    struct bits b = row_bits(shore, at.row), above = row_bits(shore, at.row + 1);
    read_nodes(&b, low);
    read_nodes(&above, high);
    struct shore_cell cell = {.col = UINT32_MAX};
    while (next_cell(&b, low, &cell) && cell.col < at.col)
        ;
    if (cell.col != at.col)
        cell.parts = 1;
    cell.nodes[0][0] = low[at.col];
    cell.nodes[0][cell.parts] = low[east];
    cell.nodes[cell.parts][0] = high[at.col];
    cell.nodes[cell.parts][cell.parts] = high[east];
    double m = interpolate_nodes(&cell, &at) * STEP_M;
    return m < SHORE_FAR_M ? m : SHORE_FAR_M;
}
