/* SPDX-License-Identifier: Apache-2.0 */
/* Searches the grid: for the zones at a point, along a line, and in a box of cells.
 * zone_index_build.c builds the grid. */
#include "zone_index_int.h"
#include "zone_strips_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/fetch.h"

/* The zones found at a point: the lowest `room` numbers in order, and the number of all.
 */
struct found {
    const struct zone_index *index;
    struct geo_pos p;
    uint32_t *zones;
    size_t room, count;
};

static void add_found(struct found *f, uint32_t zone)
{
    size_t kept = f->count < f->room ? f->count : f->room;
    f->count++;
    if (kept == f->room) {
        if (kept == 0 || f->zones[kept - 1] < zone)
            return;
        kept--;
    }
    for (; kept > 0 && f->zones[kept - 1] > zone; kept--)
        f->zones[kept] = f->zones[kept - 1];
    f->zones[kept] = zone;
}

static void test_zone(struct found *f, uint32_t zone)
{
    const struct zone_strips *strips = f->index->strips[zone];
    if (strips != NULL && zone_strips_contain(strips, f->p))
        add_found(f, zone);
}

static void take_entry(struct found *f, uint32_t entry)
{
    uint32_t value = grid_value_of(entry);
    if (grid_kind_of(entry) == GRID_FULL) {
        add_found(f, value);
    } else if (grid_kind_of(entry) == GRID_TOUCH) {
        test_zone(f, value);
    } else {
        const uint32_t *list = f->index->lists + value;
        for (uint32_t i = 1; i <= list[0]; i++)
            if (list[i] & 1)
                test_zone(f, list[i] >> 1);
            else
                add_found(f, list[i] >> 1);
    }
}

static inline unsigned bits_below(uint64_t word, unsigned bit)
{
    return (unsigned)__builtin_popcountll(word & ((UINT64_C(1) << bit) - 1));
}

static void take_patch(struct found *f, const uint32_t *patch, uint32_t x, uint32_t y)
{
    uint64_t any = grid_bits(patch + PATCH_LOW);
    unsigned bit = (y & 7) << 3 | (x & 7);
    if (patch[PATCH_COMMON] != 0)
        take_entry(f, patch[PATCH_COMMON]);
    if (any >> bit & 1)
        take_entry(f, patch[PATCH_CELLS + bits_below(any, bit)]);
}

static void take_single(struct found *f, const uint32_t *single, uint32_t x, uint32_t y)
{
    unsigned bit = (y & 7) << 3 | (x & 7);
    if (single[SINGLE_COMMON] != 0)
        take_entry(f, single[SINGLE_COMMON]);
    if ((grid_bits(single + SINGLE_LOW) >> bit & 1) == 0)
        return;
    if (grid_bits(single + SINGLE_FULL_LOW) >> bit & 1)
        add_found(f, single[SINGLE_ZONE]);
    else
        test_zone(f, single[SINGLE_ZONE]);
}

/* The column and row of a cell of 1/128 degree. At the last edges, longitude 180 is -180,
 * and the North Pole belongs to the row below it. */
static inline uint32_t fine_column(struct geo_pos p)
{
    uint32_t x = ((uint32_t)p.lon_e7 + 1800000000u) / GRID_FINE_E7;
    return x < GRID_COLUMNS * GRID_TOP_FINES ? x : 0;
}

static inline uint32_t fine_row(struct geo_pos p)
{
    uint32_t y = ((uint32_t)p.lat_e7 + 900000000u) / GRID_FINE_E7;
    return y < GRID_ROWS * GRID_TOP_FINES ? y : GRID_ROWS * GRID_TOP_FINES - 1;
}

static inline const struct grid_block *block_of(const struct zone_index *index,
                                                uint32_t x, uint32_t y)
{
    return &index->blocks[index->tops[y / GRID_TOP_FINES * GRID_COLUMNS +
                                      x / GRID_TOP_FINES]];
}

size_t zone_index_at(const struct zone_index *index, struct geo_pos p,
                     uint32_t *ret_zones, size_t room)
{
    struct found f = {.index = index, .p = p, .zones = ret_zones, .room = room};
    if (index->tops == NULL) {
        for (uint32_t i = 0; i < index->zone_count; i++)
            test_zone(&f, i);
        return f.count;
    }
    uint32_t x = fine_column(p), y = fine_row(p);
    const struct grid_block *block = block_of(index, x, y);
    unsigned cell = (y >> 3 & 15) << 4 | (x >> 3 & 15), bit = cell & 63;
    uint64_t word = block->any[cell >> 6];
    bool has_entry = word >> bit & 1;
    if (!has_entry && block->common == 0)
        return 0;
    if (block->common != 0)
        take_entry(&f, block->common);
    if (has_entry) {
        uint32_t entry = index->entries[block->base[cell >> 6] + bits_below(word, bit)];
        if (grid_kind_of(entry) == GRID_SINGLE)
            take_single(&f, index->entries + grid_value_of(entry), x, y);
        else if (grid_kind_of(entry) == GRID_PATCH)
            take_patch(&f, index->entries + grid_value_of(entry), x, y);
        else
            take_entry(&f, entry);
    }
    return f.count;
}

void zone_index_gather_init(struct zone_gather *g)
{
    g->items = g->few;
    g->count = 0;
    g->room = sizeof g->few / sizeof g->few[0];
}

void zone_index_gather_finish(struct zone_gather *g)
{
    if (g->items != g->few)
        free(g->items);
    zone_index_gather_init(g);
}

static int compare_items(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void zone_index_gather_unite(struct zone_gather *g)
{
    if (g->count < 2)
        return;
    if (g->count <= 8) {
        for (size_t i = 1; i < g->count; i++) {
            uint32_t item = g->items[i];
            size_t k = i;
            for (; k > 0 && g->items[k - 1] > item; k--)
                g->items[k] = g->items[k - 1];
            g->items[k] = item;
        }
    } else {
        qsort(g->items, g->count, sizeof *g->items, compare_items);
    }
    /* Among the items of one zone, the item that touches comes last. */
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++)
        if (i + 1 == g->count || g->items[i] >> 1 != g->items[i + 1] >> 1)
            g->items[kept++] = g->items[i];
    g->count = kept;
}

static int gather_more(struct zone_gather *g)
{
    if (g->count < g->room)
        return 0;
    /* On long paths, repetitions fill the list. */
    zone_index_gather_unite(g);
    if (g->count < g->room / 2)
        return 0;
    size_t room = g->room * 2;
    uint32_t *items = malloc(room * sizeof *items);
    if (items == NULL)
        return ERR_NOMEM;
    memcpy(items, g->items, g->count * sizeof *items);
    if (g->items != g->few)
        free(g->items);
    g->items = items;
    g->room = room;
    return 0;
}

static inline int gather_item(struct zone_gather *g, uint32_t item)
{
    if (g->count > 0 && g->items[g->count - 1] == item)
        return 0;
    int rc = gather_more(g);
    if (rc == 0)
        g->items[g->count++] = item;
    return rc;
}

static int gather_entry(const struct zone_index *index, uint32_t entry,
                        struct zone_gather *g)
{
    uint32_t value = grid_value_of(entry);
    if (grid_kind_of(entry) == GRID_FULL || grid_kind_of(entry) == GRID_TOUCH)
        return gather_item(g, value << 1 | (grid_kind_of(entry) == GRID_TOUCH));
    const uint32_t *list = index->lists + value;
    int rc = 0;
    for (uint32_t i = 1; rc == 0 && i <= list[0]; i++)
        rc = gather_item(g, list[i]);
    return rc;
}

void zone_index_fetch(const struct zone_index *index, struct geo_pos p)
{
    if (index->tops != NULL)
        fetch_line(block_of(index, fine_column(p), fine_row(p)));
}

bool zone_index_is_clear(const struct zone_index *index, struct geo_pos a,
                         struct geo_pos b)
{
    if (index->tops == NULL)
        return false;
    uint32_t x0 = fine_column(a), x1 = fine_column(b);
    uint32_t y0 = fine_row(a), y1 = fine_row(b);
    if (((x0 ^ x1) | (y0 ^ y1)) >= GRID_TOP_FINES)
        return false; /* not both in one cell of 1 degree */
    const struct grid_block *block = block_of(index, x0, y0);
    if (block->common != 0)
        return false;
    uint32_t west = (x0 < x1 ? x0 : x1) >> 3 & 15, east = (x0 < x1 ? x1 : x0) >> 3 & 15;
    uint32_t south = (y0 < y1 ? y0 : y1) >> 3 & 15, north = (y0 < y1 ? y1 : y0) >> 3 & 15;
    uint64_t row_mask = (UINT64_C(2) << east) - (UINT64_C(1) << west), met = 0;
    for (uint32_t y = south; y <= north; y++)
        met |= block->any[y >> 2] >> 16 * (y & 3) & row_mask;
    return met == 0;
}

/* Without a grid, add every zone, because the path may meet each of them. */
static int gather_lone(const struct zone_index *index, struct zone_gather *g)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < index->zone_count; i++)
        rc = gather_item(g, i << 1 | 1);
    return rc;
}

/* A line on the grid, from its southern to its northern end. */
struct line {
    struct grid_point south, north;
    double slope; /* columns per row */
};

struct span {
    int64_t from, to;
};

/* The columns of cells that the line meets in the rows between two latitudes. A cell is
 * 2^shift cells of 1/128 degree wide. A small margin on all sides covers the rounding. */
static inline struct span columns_between(const struct line *line, int64_t low,
                                          int64_t high, unsigned shift)
{
    const struct grid_point *s = &line->south, *n = &line->north;
    int64_t a = low <= s->y ? s->x : s->x + (int64_t)(line->slope * (double)(low - s->y));
    int64_t b =
        high >= n->y ? n->x : s->x + (int64_t)(line->slope * (double)(high - s->y));
    if (a > b) {
        int64_t swap = a;
        a = b;
        b = swap;
    }
    /* x may be off by a turn in either direction. This constant makes it positive, so
     * that the division rounds down. */
    const int64_t lift = (int64_t)GRID_COLUMNS * GRID_TOP_FINES * 2;
    return (struct span){
        .from =
            (((a - 2 + lift * GRID_FINE_E7) / GRID_FINE_E7) >> shift) - (lift >> shift),
        .to =
            (((b + 2 + lift * GRID_FINE_E7) / GRID_FINE_E7) >> shift) - (lift >> shift)};
}

/* Clip a span to the `count` cells from `first`, and count it from there. False when
 * nothing is left. */
static inline bool clip_span(struct span *span, int64_t first, int64_t count)
{
    span->from = span->from > first ? span->from - first : 0;
    span->to = span->to < first + count - 1 ? span->to - first : count - 1;
    return span->from <= span->to;
}

static struct span rows_of(const struct line *line, int64_t size, int64_t first,
                           int64_t count)
{
    struct span rows = {.from = (line->south.y > 0 ? line->south.y - 1 : 0) / size,
                        .to = (line->north.y + 1) / size};
    if (!clip_span(&rows, first, count))
        rows = (struct span){.from = 0, .to = -1};
    return rows;
}

static inline uint64_t bits_of(struct span span)
{
    return (UINT64_C(2) << span.to) - (UINT64_C(1) << span.from);
}

/* The cells of 1/128 degree that the line meets in one cell of 1/16 degree, as bits.
 * Column and row count cells of 1/16 degree. */
static uint64_t mask_of(const struct line *line, const int64_t at[2])
{
    int64_t first = at[0] * GRID_MIDDLE_FINES, bottom = at[1] * GRID_MIDDLE_FINES;
    struct span rows = rows_of(line, GRID_FINE_E7, bottom, GRID_MIDDLE_FINES);
    uint64_t mask = 0;
    for (int64_t y = rows.from; y <= rows.to; y++) {
        int64_t low = (bottom + y) * GRID_FINE_E7;
        struct span columns = columns_between(line, low, low + GRID_FINE_E7, 0);
        if (clip_span(&columns, first, GRID_MIDDLE_FINES))
            mask |= bits_of(columns) << 8 * y;
    }
    return mask;
}

static int gather_patch(const struct zone_index *index, const uint32_t *patch,
                        uint64_t mask, struct zone_gather *g)
{
    uint64_t any = grid_bits(patch + PATCH_LOW);
    int rc = patch[PATCH_COMMON] != 0 ? gather_entry(index, patch[PATCH_COMMON], g) : 0;
    for (uint64_t left = any & mask; rc == 0 && left != 0; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(left);
        rc = gather_entry(index, patch[PATCH_CELLS + bits_below(any, bit)], g);
    }
    return rc;
}

static int gather_single(const struct zone_index *index, const uint32_t *single,
                         uint64_t mask, struct zone_gather *g)
{
    uint64_t any = grid_bits(single + SINGLE_LOW) & mask;
    uint64_t touched = any & ~grid_bits(single + SINGLE_FULL_LOW);
    int rc =
        single[SINGLE_COMMON] != 0 ? gather_entry(index, single[SINGLE_COMMON], g) : 0;
    if (rc == 0 && any != 0)
        rc = gather_item(g, single[SINGLE_ZONE] << 1 | (touched != 0));
    return rc;
}

/* Add the zones of one cell of 1/16 degree. */
static int gather_cell(const struct zone_index *index, uint32_t entry,
                       const struct line *line, const int64_t at[2],
                       struct zone_gather *g)
{
    const uint32_t *finer = index->entries + grid_value_of(entry);
    if (grid_kind_of(entry) == GRID_PATCH)
        return gather_patch(index, finer, mask_of(line, at), g);
    if (grid_kind_of(entry) == GRID_SINGLE)
        return gather_single(index, finer, mask_of(line, at), g);
    return gather_entry(index, entry, g);
}

/* Add the zones of one cell of 1 degree. Column and row count such cells. */
static int gather_block(const struct zone_index *index, const struct grid_block *block,
                        const struct line *line, const int64_t at[2],
                        struct zone_gather *g)
{
    int64_t first = at[0] * GRID_TOP_MIDDLES, bottom = at[1] * GRID_TOP_MIDDLES;
    struct span rows = rows_of(line, GRID_MIDDLE_E7, bottom, GRID_TOP_MIDDLES);
    int rc = block->common != 0 ? gather_entry(index, block->common, g) : 0;
    for (int64_t y = rows.from; rc == 0 && y <= rows.to; y++) {
        uint64_t word = block->any[y >> 2];
        if ((word >> 16 * (y & 3) & 0xffff) == 0)
            continue;
        int64_t low = (bottom + y) * GRID_MIDDLE_E7;
        struct span columns = columns_between(line, low, low + GRID_MIDDLE_E7, 3);
        if (!clip_span(&columns, first, GRID_TOP_MIDDLES))
            continue;
        uint64_t left = word & bits_of(columns) << 16 * (y & 3);
        for (; rc == 0 && left != 0; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            uint32_t entry = index->entries[block->base[y >> 2] + bits_below(word, bit)];
            int64_t cell[2] = {first + (bit & 15), bottom + y};
            rc = gather_cell(index, entry, line, cell, g);
        }
    }
    return rc;
}

int zone_index_gather(const struct zone_index *index, struct grid_point p,
                      struct grid_point q, struct zone_gather *g)
{
    if (index->tops == NULL)
        return gather_lone(index, g);
    struct line line = {.south = p.y < q.y ? p : q, .north = p.y < q.y ? q : p};
    double rise = (double)(line.north.y - line.south.y);
    line.slope = rise > 0 ? (double)(line.north.x - line.south.x) / rise : 0;
    struct span rows = rows_of(&line, GRID_TOP_E7, 0, GRID_ROWS);
    int rc = 0;
    for (int64_t y = rows.from; y <= rows.to; y++) {
        int64_t low = y * GRID_TOP_E7;
        struct span columns = columns_between(&line, low, low + GRID_TOP_E7, 7);
        for (int64_t x = columns.from; rc == 0 && x <= columns.to; x++) {
            int64_t column = (x + 2 * GRID_COLUMNS) % GRID_COLUMNS;
            uint32_t top = index->tops[y * GRID_COLUMNS + column];
            if (top != 0)
                rc = gather_block(index, &index->blocks[top], &line, (int64_t[2]){x, y},
                                  g);
        }
    }
    return rc;
}

int zone_index_gather_touching(const struct zone_index *index,
                               const struct grid_range *range, struct zone_gather *g)
{
    if (index->tops == NULL)
        return gather_lone(index, g);
    int64_t south = range->y0 / GRID_TOP_E7, north = range->y1 / GRID_TOP_E7;
    int rc = 0;
    for (int64_t y = south; y <= north && y < GRID_ROWS; y++)
        for (int64_t x = range->x0 / GRID_TOP_E7; x <= range->x1 / GRID_TOP_E7; x++) {
            uint32_t top = index->tops[y * GRID_COLUMNS + x % GRID_COLUMNS];
            if (rc == 0 && index->blocks[top].touching != 0)
                rc = gather_entry(index, index->blocks[top].touching, g);
        }
    return rc;
}
