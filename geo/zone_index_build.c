/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the grid, level by level. A zone is stored at a finer level only where its
 * boundary runs. Memory is bounded: beyond a budget, cells are not refined any further,
 * and the exact test decides there. */
#include "zone_index_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "zone_raster_int.h"

enum {
    TOPS = GRID_COLUMNS * GRID_ROWS,
    BLOCK_CELLS = GRID_TOP_MIDDLES * GRID_TOP_MIDDLES,
    CELL_CELLS = GRID_MIDDLE_FINES * GRID_MIDDLE_FINES
};
#define BUDGET_BYTES ((size_t)64 << 20)
#define BUDGET_ZONE_BYTES ((size_t)8 << 10) /* in addition, for each zone */

/* A zone in a cell of 1 degree. */
struct record {
    uint32_t top, item; /* item: zone << 1 | touches */
};

struct build {
    struct zone_index *index;          /* borrowed */
    const struct zone_geometry *zones; /* borrowed */
    size_t budget_bytes;
    struct record *records; /* owned */
    size_t record_count, record_room;
    struct record *sorted;  /* owned; by cell, then by zone */
    struct map known_lists; /* hash of a list -> its offset */
    uint8_t *classes;       /* owned; for each zone of a block */
    size_t classes_room;
    uint8_t *inner_classes; /* owned; for each zone of a cell */
    size_t inner_classes_room;
    /* Owned: the items of a cell, the items that touch it, the items of one list. */
    uint32_t *items, *touching, *list;
};

size_t zone_index_build_own_bytes(const struct zone_index *index)
{
    return sizeof *index + index->zone_count * sizeof *index->strips +
           (index->tops != NULL ? TOPS * sizeof *index->tops : 0) +
           index->block_room * sizeof *index->blocks +
           index->entry_room * sizeof *index->entries +
           index->list_room * sizeof *index->lists;
}

static size_t bytes_used(const struct zone_index *index)
{
    return index->block_count * sizeof *index->blocks +
           index->entry_count * sizeof *index->entries +
           index->list_count * sizeof *index->lists;
}

/* Make the entry for some items: for none, for one, or for a list. Equal lists are stored
 * only once. */
static int make_entry(struct build *b, const uint32_t *items, size_t n, uint32_t *ret)
{
    struct zone_index *index = b->index;
    if (n <= 1) {
        *ret = 0;
        if (n != 0)
            *ret = grid_entry(items[0] & 1 ? GRID_TOUCH : GRID_FULL, items[0] >> 1);
        return 0;
    }
    uint64_t hash = hash_bytes(items, n * sizeof *items, n);
    uintptr_t known = (uintptr_t)map_get(&b->known_lists, hash);
    if (known != 0 && index->lists[known] == n &&
        memcmp(index->lists + known + 1, items, n * sizeof *items) == 0) {
        *ret = grid_entry(GRID_LIST, (uint32_t)known);
        return 0;
    }
    size_t offset = index->list_count;
    if (offset + n + 1 > GRID_VALUE_MAX)
        return ERR_LIMIT;
    int rc = array_grow(&index->lists, &index->list_room, offset + n + 1,
                        sizeof *index->lists);
    if (rc == 0)
        rc = map_set(&b->known_lists, hash, (void *)offset);
    if (rc != 0)
        return rc;
    index->lists[offset] = (uint32_t)n;
    memcpy(index->lists + offset + 1, items, n * sizeof *items);
    index->list_count += n + 1;
    *ret = grid_entry(GRID_LIST, (uint32_t)offset);
    return 0;
}

static int add_entry(struct zone_index *index, uint32_t entry)
{
    int rc = array_grow(&index->entries, &index->entry_room, index->entry_count + 1,
                        sizeof *index->entries);
    if (rc == 0)
        index->entries[index->entry_count++] = entry;
    return rc;
}

/* Collect the items of one cell of a raster that was classified for n zones. */
static size_t items_of(const uint8_t *classes, size_t cells, size_t cell,
                       const uint32_t *zones, size_t n, uint32_t *ret_items)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t class = classes[i * cells + cell];
        if (class != ZONE_RASTER_EMPTY)
            ret_items[count++] = (zones[i] & ~1u) | (class == ZONE_RASTER_TOUCH);
    }
    return count;
}

static int add_entries(struct zone_index *index, const uint32_t *entries, size_t n,
                       enum grid_kind kind, uint32_t *ret)
{
    size_t offset = index->entry_count;
    if (offset + n > GRID_VALUE_MAX)
        return ERR_LIMIT;
    int rc = array_grow(&index->entries, &index->entry_room, offset + n,
                        sizeof *index->entries);
    if (rc != 0)
        return rc;
    memcpy(index->entries + offset, entries, n * sizeof *entries);
    index->entry_count += n;
    *ret = grid_entry(kind, (uint32_t)offset);
    return 0;
}

/* Make the entry of a cell of 1/16 degree in which one zone has a boundary. */
static int make_single(struct build *b, uint32_t common, uint32_t item, uint32_t *ret)
{
    uint32_t single[SINGLE_WORDS] = {0};
    single[SINGLE_COMMON] = common;
    single[SINGLE_ZONE] = item >> 1;
    for (size_t i = 0; i < CELL_CELLS; i++) {
        uint32_t bit = UINT32_C(1) << i % 32;
        if (b->inner_classes[i] != ZONE_RASTER_EMPTY)
            single[SINGLE_LOW + i / 32] |= bit;
        if (b->inner_classes[i] == ZONE_RASTER_FULL)
            single[SINGLE_FULL_LOW + i / 32] |= bit;
    }
    return add_entries(b->index, single, SINGLE_WORDS, GRID_SINGLE, ret);
}

/* Make the entry of a cell in which several zones have a boundary. */
static int make_patch(struct build *b, uint32_t common, const uint32_t *items, size_t n,
                      uint32_t *ret)
{
    uint32_t patch[PATCH_CELLS + CELL_CELLS] = {0};
    size_t used = PATCH_CELLS;
    patch[PATCH_COMMON] = common;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < CELL_CELLS; i++) {
        size_t count = items_of(b->inner_classes, CELL_CELLS, i, items, n, b->list);
        if (count == 0)
            continue;
        patch[PATCH_LOW + i / 32] |= UINT32_C(1) << i % 32;
        rc = make_entry(b, b->list, count, &patch[used++]);
    }
    return rc == 0 ? add_entries(b->index, patch, used, GRID_PATCH, ret) : rc;
}

/* Make one cell of 1/16 degree. It is refined where a boundary runs in it. */
static int make_cell(struct build *b, const struct zone_raster *cell,
                     const uint32_t *items, size_t n, uint32_t *ret)
{
    struct zone_raster raster = {.x = cell->x,
                                 .y = cell->y,
                                 .size = GRID_FINE_E7,
                                 .columns = GRID_MIDDLE_FINES,
                                 .rows = GRID_MIDDLE_FINES};
    uint32_t common = 0;
    size_t full = 0, touching = 0;
    for (size_t i = 0; i < n; i++)
        if (items[i] & 1)
            b->touching[touching++] = items[i];
        else
            b->list[full++] = items[i];
    if (touching == 0 || bytes_used(b->index) > b->budget_bytes)
        return make_entry(b, items, n, ret);
    int rc = make_entry(b, b->list, full, &common);
    if (rc == 0)
        rc = array_grow(&b->inner_classes, &b->inner_classes_room, touching * CELL_CELLS,
                        1);
    for (size_t i = 0; rc == 0 && i < touching; i++)
        zone_raster_classify(&b->zones[b->touching[i] >> 1], &raster,
                             b->inner_classes + i * CELL_CELLS);
    if (rc != 0)
        return rc;
    return touching == 1 ? make_single(b, common, b->touching[0], ret)
                         : make_patch(b, common, b->touching, touching, ret);
}

/* Make the cells of 1/16 degree of a block in which `n` zones have a boundary. */
static int refine_block(struct build *b, uint32_t top, const uint32_t *zones, size_t n,
                        struct grid_block *block)
{
    struct zone_raster raster = {.x = (int64_t)(top % GRID_COLUMNS) * GRID_TOP_E7,
                                 .y = (int64_t)(top / GRID_COLUMNS) * GRID_TOP_E7,
                                 .size = GRID_MIDDLE_E7,
                                 .columns = GRID_TOP_MIDDLES,
                                 .rows = GRID_TOP_MIDDLES};
    int rc = array_grow(&b->classes, &b->classes_room, n * BLOCK_CELLS, 1);
    for (size_t i = 0; rc == 0 && i < n; i++)
        zone_raster_classify(&b->zones[zones[i] >> 1], &raster,
                             b->classes + i * BLOCK_CELLS);
    uint32_t entries[BLOCK_CELLS];
    for (size_t i = 0; rc == 0 && i < BLOCK_CELLS; i++) {
        struct zone_raster cell = {
            .x = raster.x + (int64_t)(i % GRID_TOP_MIDDLES) * GRID_MIDDLE_E7,
            .y = raster.y + (int64_t)(i / GRID_TOP_MIDDLES) * GRID_MIDDLE_E7};
        size_t count = items_of(b->classes, BLOCK_CELLS, i, zones, n, b->items);
        entries[i] = 0;
        if (count > 0)
            rc = make_cell(b, &cell, b->items, count, &entries[i]);
    }
    for (size_t i = 0; rc == 0 && i < BLOCK_CELLS; i++) {
        if (i % 64 == 0)
            block->base[i / 64] = (uint32_t)b->index->entry_count;
        if (entries[i] == 0)
            continue;
        block->any[i / 64] |= UINT64_C(1) << i % 64;
        rc = add_entry(b->index, entries[i]);
    }
    return rc;
}

/* Make one cell of 1 degree from its records. */
static int make_block(struct build *b, const struct record *records, size_t n)
{
    struct zone_index *index = b->index;
    struct grid_block block = {0};
    uint32_t *full = malloc(2 * n * sizeof *full);
    if (full == NULL)
        return ERR_NOMEM;
    uint32_t *touch = full + n;
    size_t full_count = 0, touch_count = 0;
    for (size_t i = 0; i < n; i++)
        if (records[i].item & 1)
            touch[touch_count++] = records[i].item;
        else
            full[full_count++] = records[i].item;
    bool is_refined = bytes_used(index) + touch_count * BLOCK_CELLS < b->budget_bytes;
    int rc = make_entry(b, touch, touch_count, &block.touching);
    if (rc == 0 && is_refined)
        rc = make_entry(b, full, full_count, &block.common);
    if (rc == 0 && is_refined && touch_count > 0)
        rc = refine_block(b, records[0].top, touch, touch_count, &block);
    if (rc == 0 && !is_refined) {
        for (size_t i = 0; i < n; i++)
            full[i] = records[i].item;
        rc = make_entry(b, full, n, &block.common);
    }
    free(full);
    if (rc == 0)
        rc = array_grow(&index->blocks, &index->block_room, index->block_count + 1,
                        sizeof *index->blocks);
    if (rc != 0)
        return rc;
    index->tops[records[0].top] = (uint32_t)index->block_count;
    index->blocks[index->block_count++] = block;
    return 0;
}

/* Record the cells of 1 degree that a zone contains or has a boundary in. */
static int record_zone(struct build *b, uint32_t zone, uint8_t *classes)
{
    const struct zone_geometry *g = &b->zones[zone];
    int64_t x0 = (int64_t)g->west_e7 + ZONE_TURN_E7 / 2;
    int64_t y0 = (int64_t)g->low + ZONE_TURN_E7 / 4,
            y1 = (int64_t)g->high + ZONE_TURN_E7 / 4;
    int64_t column = x0 / GRID_TOP_E7, row = y0 / GRID_TOP_E7;
    int64_t columns = (x0 + g->width) / GRID_TOP_E7 - column + 1;
    int64_t rows = y1 / GRID_TOP_E7 - row + 1;
    struct zone_raster raster = {
        .x = column * GRID_TOP_E7,
        .y = row * GRID_TOP_E7,
        .size = GRID_TOP_E7,
        .columns = (int)(columns < GRID_COLUMNS ? columns : GRID_COLUMNS),
        .rows = (int)(rows < GRID_ROWS - row ? rows : GRID_ROWS - row)};
    zone_raster_classify(g, &raster, classes);
    for (int i = 0; i < raster.rows * raster.columns; i++) {
        if (classes[i] == ZONE_RASTER_EMPTY)
            continue;
        int rc = array_grow(&b->records, &b->record_room, b->record_count + 1,
                            sizeof *b->records);
        if (rc != 0)
            return rc;
        int64_t at = (column + i % raster.columns) % GRID_COLUMNS +
                     (row + i / raster.columns) * GRID_COLUMNS;
        b->records[b->record_count++] = (struct record){
            .top = (uint32_t)at, .item = zone << 1 | (classes[i] == ZONE_RASTER_TOUCH)};
    }
    return 0;
}

/* Sort the records by cell, and within a cell by zone. */
static int sort_records(struct build *b)
{
    size_t *first = calloc(TOPS + 1, sizeof *first);
    b->sorted = malloc((b->record_count + 1) * sizeof *b->sorted);
    if (first == NULL || b->sorted == NULL) {
        free(first);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < b->record_count; i++)
        first[b->records[i].top + 1]++;
    for (size_t i = 1; i <= TOPS; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < b->record_count; i++)
        b->sorted[first[b->records[i].top]++] = b->records[i];
    free(first);
    return 0;
}

/* A block is as large as a cache line. Align the blocks, so that each one fills exactly
 * one cache line. */
static int align_blocks(struct zone_index *index)
{
    size_t bytes = index->block_count * sizeof *index->blocks;
    struct grid_block *aligned = aligned_alloc(sizeof *aligned, bytes);
    if (aligned == NULL)
        return ERR_NOMEM;
    memcpy(aligned, index->blocks, bytes);
    free(index->blocks);
    index->blocks = aligned;
    index->block_room = index->block_count;
    return 0;
}
_Static_assert(sizeof(struct grid_block) == 64, "a line of the cache");

static int build_grid(struct build *b, size_t count)
{
    struct zone_index *index = b->index;
    if (count <= GRID_LEAST)
        return 0;
    index->tops = calloc(TOPS, sizeof *index->tops);
    b->items = malloc((count + 1) * sizeof *b->items);
    b->touching = malloc((count + 1) * sizeof *b->touching);
    b->list = malloc((count + 1) * sizeof *b->list);
    uint8_t *classes = malloc(TOPS);
    int rc = index->tops == NULL || b->items == NULL || b->touching == NULL ||
                     b->list == NULL || classes == NULL
                 ? ERR_NOMEM
                 : array_grow(&index->lists, &index->list_room, 1, sizeof *index->lists);
    if (rc == 0)
        rc = array_grow(&index->blocks, &index->block_room, 1, sizeof *index->blocks);
    if (rc == 0) {
        /* The empty list, and the empty block. */
        index->lists[0] = 0;
        index->list_count = 1;
        index->blocks[0] = (struct grid_block){0};
        index->block_count = 1;
    }
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = record_zone(b, (uint32_t)i, classes);
    free(classes);
    if (rc == 0)
        rc = sort_records(b);
    for (size_t i = 0; rc == 0 && i < b->record_count;) {
        size_t n = 1;
        while (i + n < b->record_count && b->sorted[i + n].top == b->sorted[i].top)
            n++;
        rc = make_block(b, b->sorted + i, n);
        i += n;
    }
    return rc == 0 ? align_blocks(index) : rc;
}

static int list_strips(struct zone_index *index, const struct zone_geometry *geometries,
                       size_t count)
{
    index->strips = malloc((count + 1) * sizeof(struct zone_strips *));
    if (index->strips == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        index->strips[i] = geometries[i].strips;
    index->zone_count = count;
    return 0;
}

int zone_index_build(const struct zone_geometry *geometries, size_t count,
                     struct zone_index **ret_index)
{
    if (count > GRID_VALUE_MAX >> 1)
        return ERR_LIMIT;
    struct build b = {.zones = geometries,
                      .budget_bytes = BUDGET_BYTES + count * BUDGET_ZONE_BYTES};
    map_init(&b.known_lists);
    b.index = calloc(1, sizeof *b.index);
    int rc = b.index == NULL ? ERR_NOMEM : list_strips(b.index, geometries, count);
    if (rc == 0)
        rc = build_grid(&b, count);
    free(b.records);
    free(b.sorted);
    free(b.classes);
    free(b.inner_classes);
    free(b.items);
    free(b.touching);
    free(b.list);
    map_finish(&b.known_lists);
    if (rc != 0) {
        zone_index_build_destroy(b.index);
        return rc;
    }
    *ret_index = b.index;
    return 0;
}

void zone_index_build_destroy(struct zone_index *index)
{
    if (index == NULL)
        return;
    free(index->strips);
    free(index->tops);
    free(index->blocks);
    free(index->entries);
    free(index->lists);
    free(index);
}
