/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of one zone, in their order, with bounding boxes over them: for paths and
 * distances. */
#include "zone_geometry_int.h"
#include "zone_strips_int.h"

#include <stdlib.h>

static struct zone_box box_over(const struct zone_vertex *v, size_t n)
{
    struct zone_box box = {.x0 = v[0].x, .x1 = v[0].x, .y0 = v[0].y, .y1 = v[0].y};
    for (size_t i = 1; i < n; i++) {
        box.x0 = v[i].x < box.x0 ? v[i].x : box.x0;
        box.x1 = v[i].x > box.x1 ? v[i].x : box.x1;
        box.y0 = v[i].y < box.y0 ? v[i].y : box.y0;
        box.y1 = v[i].y > box.y1 ? v[i].y : box.y1;
    }
    return box;
}

static int build_boxes(struct zone_geometry *g)
{
    size_t most = g->vertex_count / ZONE_LEAF_EDGES + g->ring_count;
    g->leaves = malloc(most * sizeof *g->leaves);
    g->groups = malloc((most / ZONE_GROUP_LEAVES + 1) * sizeof *g->groups);
    if (g->leaves == NULL || g->groups == NULL)
        return ERR_NOMEM;
    for (size_t ring = 0, i = 0; ring < g->ring_count; i = g->ring_ends[ring++])
        for (size_t edges = g->ring_ends[ring] - i - 1; edges > 0;) {
            uint32_t count =
                (uint32_t)(edges < ZONE_LEAF_EDGES ? edges : ZONE_LEAF_EDGES);
            g->leaves[g->leaf_count++] =
                (struct zone_leaf){.box = box_over(g->vertices + i, count + 1u),
                                   .first = (uint32_t)i,
                                   .count = count};
            edges -= count;
            i += count;
        }
    for (size_t i = 0; i < g->leaf_count; i++) {
        struct zone_box box = g->leaves[i].box;
        if (i % ZONE_GROUP_LEAVES == 0) {
            g->groups[g->group_count++] = box;
            continue;
        }
        struct zone_box *group = &g->groups[g->group_count - 1];
        group->x0 = box.x0 < group->x0 ? box.x0 : group->x0;
        group->x1 = box.x1 > group->x1 ? box.x1 : group->x1;
        group->y0 = box.y0 < group->y0 ? box.y0 : group->y0;
        group->y1 = box.y1 > group->y1 ? box.y1 : group->y1;
    }
    return 0;
}

int zone_edges_index(struct zone_geometry *g)
{
    int rc = build_boxes(g);
    return rc == 0 && g->shape == ZONE_AREA ? zone_strips_create(g, &g->strips) : rc;
}

bool zone_edges_contain(const struct zone_geometry *g, struct geo_pos p)
{
    return g->strips != NULL && zone_strips_contain(g->strips, p);
}
