/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the grid: the zones at a point, the zones of a box of cells. It is built in
 * zone_index_build.c. */
#include "zone_index_int.h"

#include <stdlib.h>
#include <string.h>

/* Zones found at a point: the lowest `room` numbers in order, and how many there are. */
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
    const struct zone_geometry *g = &f->index->geometries[zone];
    if (g->shape == ZONE_AREA && zone_geometry_contains(g, f->p))
        add_found(f, zone);
}

static void take_entry(struct found *f, uint32_t entry)
{
    uint32_t value = entry >> 2;
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

static void take_patch(struct found *f, uint32_t number, uint32_t x, uint32_t y)
{
    const struct grid_patch *patch = &f->index->patches[number];
    unsigned bit = (y & 7) << 3 | (x & 7);
    if (patch->common != 0)
        take_entry(f, patch->common);
    if (patch->any >> bit & 1)
        take_entry(f, f->index->entries[patch->base + bits_below(patch->any, bit)]);
}

size_t zone_index_at(const struct zone_index *index, struct geo_pos p,
                     uint32_t *ret_zones, size_t room)
{
    uint32_t x = ((uint32_t)p.lon_e7 + 1800000000u) / GRID_FINE_E7;
    uint32_t y = ((uint32_t)p.lat_e7 + 900000000u) / GRID_FINE_E7;
    /* The far rims: 180 is -180, and the pole belongs to the row below it. */
    if (x >= GRID_COLUMNS * GRID_TOP_FINES)
        x = 0;
    if (y >= GRID_ROWS * GRID_TOP_FINES)
        y = GRID_ROWS * GRID_TOP_FINES - 1;
    uint32_t top = index->tops[y / GRID_TOP_FINES * GRID_COLUMNS + x / GRID_TOP_FINES];
    if (top == 0)
        return 0;
    const struct grid_block *block = &index->blocks[top - 1];
    unsigned cell = (y >> 3 & 15) << 4 | (x >> 3 & 15), bit = cell & 63;
    uint64_t word = block->any[cell >> 6];
    bool has_entry = word >> bit & 1;
    if (!has_entry && block->common == 0)
        return 0;
    struct found f = {.index = index, .p = p, .zones = ret_zones, .room = room};
    if (block->common != 0)
        take_entry(&f, block->common);
    if (has_entry) {
        uint32_t entry = index->entries[block->base[cell >> 6] + bits_below(word, bit)];
        if (grid_kind_of(entry) == GRID_PATCH)
            take_patch(&f, entry >> 2, x, y);
        else
            take_entry(&f, entry);
    }
    return f.count;
}

void zone_gather_init(struct zone_gather *g)
{
    g->items = g->few;
    g->count = 0;
    g->room = sizeof g->few / sizeof g->few[0];
}

void zone_gather_finish(struct zone_gather *g)
{
    if (g->items != g->few)
        free(g->items);
    zone_gather_init(g);
}

static int compare_items(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void zone_gather_unite(struct zone_gather *g)
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
    /* Of one zone's items the one that touches comes last. */
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
    /* Repetitions are what fills it on long paths. */
    zone_gather_unite(g);
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
    int code = gather_more(g);
    if (code == 0)
        g->items[g->count++] = item;
    return code;
}

static int gather_entry(const struct zone_index *index, uint32_t entry,
                        struct zone_gather *g)
{
    uint32_t value = entry >> 2;
    if (grid_kind_of(entry) == GRID_FULL || grid_kind_of(entry) == GRID_TOUCH)
        return gather_item(g, value << 1 | (grid_kind_of(entry) == GRID_TOUCH));
    const uint32_t *list = index->lists + value;
    int code = 0;
    for (uint32_t i = 1; code == 0 && i <= list[0]; i++)
        code = gather_item(g, list[i]);
    return code;
}

/* Numbers of cells, both ends included. */
struct cells {
    uint32_t x0, x1, y0, y1;
};

static uint32_t at_least(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static int gather_patch(const struct zone_index *index, uint32_t number,
                        const struct cells *c, struct zone_gather *g)
{
    const struct grid_patch *patch = &index->patches[number];
    uint64_t row_mask = (UINT64_C(2) << c->x1) - (UINT64_C(1) << c->x0);
    uint64_t mask = 0;
    for (uint32_t y = c->y0; y <= c->y1; y++)
        mask |= row_mask << 8 * y;
    int code = patch->common != 0 ? gather_entry(index, patch->common, g) : 0;
    for (uint64_t left = patch->any & mask; code == 0 && left != 0; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(left);
        code = gather_entry(index,
                            index->entries[patch->base + bits_below(patch->any, bit)], g);
    }
    return code;
}

/* One cell of 1/16 degree; `c` in cells of 1/128. */
static int gather_cell(const struct zone_index *index, uint32_t entry,
                       const struct cells *c, const uint32_t at[2], struct zone_gather *g)
{
    if (grid_kind_of(entry) != GRID_PATCH)
        return gather_entry(index, entry, g);
    uint32_t x = at[0] * GRID_MIDDLE_FINES, y = at[1] * GRID_MIDDLE_FINES;
    struct cells inner = {.x0 = at_least(c->x0, x) - x,
                          .x1 = at_most(c->x1, x + 7) - x,
                          .y0 = at_least(c->y0, y) - y,
                          .y1 = at_most(c->y1, y + 7) - y};
    return gather_patch(index, entry >> 2, &inner, g);
}

/* One block; `c` in cells of 1/128 degree from its corner. */
static int gather_block(const struct zone_index *index, const struct grid_block *block,
                        const struct cells *c, struct zone_gather *g)
{
    int code = block->common != 0 ? gather_entry(index, block->common, g) : 0;
    uint32_t first = c->x0 >> 3, last = c->x1 >> 3;
    uint64_t row_mask = (UINT64_C(2) << last) - (UINT64_C(1) << first);
    for (uint32_t y = c->y0 >> 3; code == 0 && y <= c->y1 >> 3; y++) {
        uint64_t word = block->any[y >> 2];
        uint64_t left = word & row_mask << 16 * (y & 3);
        for (; code == 0 && left != 0; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            uint32_t entry = index->entries[block->base[y >> 2] + bits_below(word, bit)];
            code = gather_cell(index, entry, c, (uint32_t[2]){bit & 15, y}, g);
        }
    }
    return code;
}

static struct cells cells_of(const struct grid_range *range)
{
    int64_t rows = GRID_ROWS * GRID_TOP_FINES;
    int64_t y0 = range->y0 / GRID_FINE_E7, y1 = range->y1 / GRID_FINE_E7;
    return (struct cells){.x0 = (uint32_t)(range->x0 / GRID_FINE_E7),
                          .x1 = (uint32_t)(range->x1 / GRID_FINE_E7),
                          .y0 = (uint32_t)(y0 < rows ? y0 : rows - 1),
                          .y1 = (uint32_t)(y1 < rows ? y1 : rows - 1)};
}

static const struct grid_block *block_at(const struct zone_index *index, uint32_t column,
                                         uint32_t row)
{
    uint32_t top = index->tops[row * GRID_COLUMNS + column % GRID_COLUMNS];
    return top == 0 ? NULL : &index->blocks[top - 1];
}

int zone_index_gather(const struct zone_index *index, const struct grid_range *range,
                      struct zone_gather *g)
{
    struct cells c = cells_of(range);
    for (uint32_t row = c.y0 / GRID_TOP_FINES; row <= c.y1 / GRID_TOP_FINES; row++)
        for (uint32_t column = c.x0 / GRID_TOP_FINES; column <= c.x1 / GRID_TOP_FINES;
             column++) {
            const struct grid_block *block = block_at(index, column, row);
            if (block == NULL)
                continue;
            uint32_t x = column * GRID_TOP_FINES, y = row * GRID_TOP_FINES;
            struct cells inner = {
                .x0 = at_least(c.x0, x) - x,
                .x1 = at_most(c.x1, x + GRID_TOP_FINES - 1) - x,
                .y0 = at_least(c.y0, y) - y,
                .y1 = at_most(c.y1, y + GRID_TOP_FINES - 1) - y,
            };
            int code = gather_block(index, block, &inner, g);
            if (code != 0)
                return code;
        }
    return 0;
}

int zone_index_gather_touching(const struct zone_index *index,
                               const struct grid_range *range, struct zone_gather *g)
{
    struct cells c = cells_of(range);
    for (uint32_t row = c.y0 / GRID_TOP_FINES; row <= c.y1 / GRID_TOP_FINES; row++)
        for (uint32_t column = c.x0 / GRID_TOP_FINES; column <= c.x1 / GRID_TOP_FINES;
             column++) {
            const struct grid_block *block = block_at(index, column, row);
            int code = block != NULL ? gather_entry(index, block->touching, g) : 0;
            if (code != 0)
                return code;
        }
    return 0;
}
