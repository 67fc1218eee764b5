/* SPDX-License-Identifier: Apache-2.0 */
/* Classifies cells for the grid. Cells near an edge are marked as TOUCH. For the others,
 * one exact point test decides, and its result also holds for connected neighbours. */
#include "zone_raster_int.h"

#include <math.h>
#include <string.h>

/* For marking, a cell counts as this much larger on all sides, in 1e-7 degree. The margin
 * is larger than the rounding of the interpolation below. */
#define RIM 1

/* The raster in the frame of the zone. */
struct frame {
    const struct zone_raster *raster; /* borrowed */
    uint8_t *classes;                 /* borrowed */
    int64_t x, y;                     /* of its corner */
    bool is_marked;
};

static int64_t raster_cell_of(int64_t distance, int64_t size)
{
    return distance >= 0 ? distance / size : -((size - 1 - distance) / size);
}

static int clamp_cell(int64_t cell, int count)
{
    if (cell < 0)
        return 0;
    return cell >= count ? count - 1 : (int)cell;
}

static void mark_row(struct frame *f, int row, int64_t west, int64_t east)
{
    const struct zone_raster *r = f->raster;
    int64_t from = raster_cell_of(west - RIM, r->size),
            to = raster_cell_of(east + RIM, r->size);
    if (to < 0 || from >= r->columns)
        return;
    int first = clamp_cell(from, r->columns), last = clamp_cell(to, r->columns);
    memset(f->classes + (size_t)row * (size_t)r->columns + first, ZONE_RASTER_TOUCH,
           (size_t)(last - first) + 1);
    f->is_marked = true;
}

static void mark_edge(struct frame *f, const struct zone_vertex *a,
                      const struct zone_vertex *b)
{
    const struct zone_raster *r = f->raster;
    if (a->y > b->y) {
        const struct zone_vertex *swap = a;
        a = b;
        b = swap;
    }
    int64_t x0 = a->x - f->x, y0 = a->y - f->y, x1 = b->x - f->x, y1 = b->y - f->y;
    int64_t from = raster_cell_of(y0 - RIM, r->size),
            to = raster_cell_of(y1 + RIM, r->size);
    if (to < 0 || from >= r->rows)
        return;
    int first = clamp_cell(from, r->rows), last = clamp_cell(to, r->rows);
    double slope = y1 > y0 ? (double)(x1 - x0) / (double)(y1 - y0) : 0;
    for (int row = first; row <= last; row++) {
        int64_t low = row * r->size - RIM, high = (row + 1) * r->size + RIM;
        double at_low = low <= y0 ? (double)x0 : (double)x0 + slope * (double)(low - y0);
        double at_high =
            high >= y1 ? (double)x1 : (double)x0 + slope * (double)(high - y0);
        mark_row(f, row, (int64_t)floor(fmin(at_low, at_high)),
                 (int64_t)ceil(fmax(at_low, at_high)));
    }
}

static bool boxes_overlap(const struct zone_box *box, const struct zone_box *range)
{
    return box->x0 <= range->x1 && box->x1 >= range->x0 && box->y0 <= range->y1 &&
           box->y1 >= range->y0;
}

static void mark_edges(struct frame *f, const struct zone_geometry *g)
{
    const struct zone_raster *r = f->raster;
    struct zone_box range = {.x0 = f->x - RIM,
                             .x1 = f->x + r->size * r->columns + RIM,
                             .y0 = (int32_t)(f->y - RIM),
                             .y1 = (int32_t)(f->y + r->size * r->rows + RIM)};
    for (size_t group = 0; group < g->group_count; group++) {
        if (!boxes_overlap(&g->groups[group], &range))
            continue;
        size_t leaf = group * ZONE_GROUP_LEAVES, end = leaf + ZONE_GROUP_LEAVES;
        for (; leaf < end && leaf < g->leaf_count; leaf++) {
            const struct zone_leaf *l = &g->leaves[leaf];
            if (!boxes_overlap(&l->box, &range))
                continue;
            for (uint32_t i = l->first; i < l->first + l->count; i++)
                mark_edge(f, &g->vertices[i], &g->vertices[i + 1]);
        }
    }
}

static uint8_t class_of_middle(const struct zone_geometry *g, const struct zone_raster *r,
                               int column, int row)
{
    int64_t x = r->x + column * r->size + r->size / 2 - ZONE_TURN_E7 / 2;
    int64_t y = r->y + row * r->size + r->size / 2 - ZONE_TURN_E7 / 4;
    while (x >= ZONE_TURN_E7 / 2)
        x -= ZONE_TURN_E7;
    struct geo_pos p = {.lat_e7 = (int32_t)y, .lon_e7 = (int32_t)x};
    return zone_edges_contain(g, p) ? ZONE_RASTER_FULL : ZONE_RASTER_EMPTY;
}

static void fill_classes(const struct zone_geometry *g, const struct zone_raster *r,
                         uint8_t *classes)
{
    for (int row = 0; row < r->rows; row++)
        for (int column = 0; column < r->columns; column++) {
            uint8_t *c = classes + (size_t)row * (size_t)r->columns + column;
            if (*c == ZONE_RASTER_TOUCH)
                continue;
            if (column > 0 && c[-1] != ZONE_RASTER_TOUCH)
                *c = c[-1];
            else if (row > 0 && c[-r->columns] != ZONE_RASTER_TOUCH)
                *c = c[-r->columns];
            else
                *c = class_of_middle(g, r, column, row);
        }
}

void zone_raster_classify(const struct zone_geometry *g, const struct zone_raster *raster,
                          uint8_t *ret)
{
    size_t cells = (size_t)raster->columns * (size_t)raster->rows;
    memset(ret, ZONE_RASTER_EMPTY, cells);
    struct frame f = {.raster = raster, .classes = ret};
    f.y = raster->y - ZONE_TURN_E7 / 4;
    int64_t x = raster->x - ((int64_t)g->west_e7 + ZONE_TURN_E7 / 2);
    for (f.x = x - 2 * ZONE_TURN_E7; f.x <= (int64_t)g->width; f.x += ZONE_TURN_E7)
        if (f.x + raster->size * raster->columns >= 0)
            mark_edges(&f, g);
    if (g->shape != ZONE_AREA)
        return;
    if (f.is_marked)
        fill_classes(g, raster, ret);
    else
        memset(ret, class_of_middle(g, raster, 0, 0), cells);
}
