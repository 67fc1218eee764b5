/* SPDX-License-Identifier: Apache-2.0 */
/* Land on a picture: each ring of the coast is cut at the four sides of the view, so that
 * an SVG holds only the visible part. */
#include <math.h>
#include <stdlib.h>

#include "picture_int.h"

static const struct picture_style land_style = {
    .fill = 0xf1ead8, .fill_alpha = 1, .stroke = 0xa89a78, .width = 0.8};
#define LAND_DETAIL 1.1 /* pixels; points closer together are left out */
#define LAND_BEYOND 4   /* pixels beyond the view, which hide the line along the cut */

/* One side of the box: x or y, at least or at most. */
struct side {
    bool is_y, is_most;
    double at;
};

static double is_off_map(const struct side *side, struct picture_point p)
{
    double value = side->is_y ? p.y : p.x;
    return side->is_most ? value - side->at : side->at - value;
}

/* Sutherland and Hodgman: the part of the ring on one side; `to` has room for 2 n points.
 */
static size_t clip_ring(const struct side *side, const struct picture_point *from,
                        size_t n, struct picture_point *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct picture_point a = from[i], b = from[(i + 1) % n];
        double out_a = is_off_map(side, a), out_b = is_off_map(side, b);
        if (out_a <= 0)
            to[kept++] = a;
        if ((out_a <= 0) != (out_b <= 0)) {
            double t = out_a / (out_a - out_b);
            to[kept++] =
                (struct picture_point){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
        }
    }
    return kept;
}

/* One ring; `room` is for 32 n points: a cut at a side may double them. */
static void land_add_ring(struct picture *p, const struct geo_point *points, size_t n,
                          double turn, struct picture_point *room)
{
    struct picture_box box = picture_view_box(&p->view);
    const struct side sides[4] = {{false, false, box.left - LAND_BEYOND},
                                  {false, true, box.right + LAND_BEYOND},
                                  {true, false, box.top - LAND_BEYOND},
                                  {true, true, box.bottom + LAND_BEYOND}};
    struct picture_point *at = room;
    for (size_t i = 0; i < n; i++)
        at[i] = picture_view_project(&p->view, points[i].lon + turn, points[i].lat);
    for (int i = 0; i < 4; i++) {
        struct picture_point *to = at + n;
        n = clip_ring(&sides[i], at, n, to);
        at = to;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 ||
            hypot(at[i].x - at[kept - 1].x, at[i].y - at[kept - 1].y) >= LAND_DETAIL)
            at[kept++] =
                (struct picture_point){rint(at[i].x * 4) / 4, rint(at[i].y * 4) / 4};
    if (kept < 3)
        return;
    cairo_new_sub_path(p->cr);
    for (size_t i = 0; i < kept; i++)
        cairo_line_to(p->cr, at[i].x, at[i].y);
    cairo_close_path(p->cr);
}

void picture_land_draw(struct picture *p)
{
    const struct coast *coast = &p->coast;
    struct picture_point *room = malloc(32 * coast->point_count * sizeof *room + 1);
    if (room == NULL) {
        p->rc = ERR_NOMEM;
        return;
    }
    for (int turn = -360; turn <= 360; turn += 360)
        for (size_t ring = 0, i = 0; ring < coast->ring_count;
             i = coast->ring_ends[ring++])
            land_add_ring(p, coast->points + i, coast->ring_ends[ring] - i, turn, room);
    picture_pen_paint(p->cr, &land_style);
    free(room);
}
