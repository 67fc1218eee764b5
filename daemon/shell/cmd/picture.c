/* SPDX-License-Identifier: Apache-2.0 */
/* What is on the picture of zones: the view, land, the grid of degrees, areas, gates with
 * an arrow from their left to their right, ports, and names. */
#include "picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coast.h"
#include "picture_int.h"

enum {
    WORLD_WIDTH = 240,
    DOT_HALF = 3, /* of a port */
    SMALL = 10,   /* what is smaller gets a mark around it */
    CIRCLE_POINTS = 72
};

struct drawing {
    struct picture_pen *pen;
    struct picture_view view;
    struct picture_labels labels; /* owned content */
    /* Owned: the shape in the making, and a second one for clipping. */
    struct picture_point *points, *clipped;
    size_t point_room, clipped_room;
    size_t *ring_ends;
    size_t ring_room;
    size_t point_count, ring_count;
};

/* clang-format off */
static const struct picture_style
    land_style = {.fill = 0xe9e2cf, .fill_alpha = 1},
    grid_style = {.stroke = 0xb9cbd6, .stroke_width = 1, .is_open = true},
    area_style = {.fill = 0xd04030, .fill_alpha = 0.3, .stroke = 0xb02010, .stroke_width = 2},
    frame_style = {.fill = 0xd8e8f0, .fill_alpha = 1, .stroke = 0x607080, .stroke_width = 1},
    here_style = {.stroke = 0xd00000, .stroke_width = 2},
    port_style = {.fill = 0x207858, .fill_alpha = 0.2, .stroke = 0x207858, .stroke_width = 1},
    dot_style = {.fill = 0x104030, .fill_alpha = 1},
    gate_style = {.stroke = 0x2040b0, .stroke_width = 3, .is_open = true};
/* clang-format on */
#define SEA_COLOUR 0xd8e8f0u
#define M_A_DEGREE 111195.0 /* of latitude, on the sphere of mean radius */

/* Something drawn, and what is to be written at it. */
struct named {
    struct picture_box box;
    bool is_inside;
    const char *text; /* borrowed */
};

static int grow(void *array, size_t *room, size_t count, size_t size)
{
    if (count <= *room)
        return 0;
    size_t more = count * 2 + 64;
    void *old = NULL;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, more * size);
    if (grown == NULL)
        return ERR_NOMEM;
    memcpy(array, &grown, sizeof grown);
    *room = more;
    return 0;
}

static void begin_shape(struct drawing *d)
{
    d->point_count = d->ring_count = 0;
}

static int add_point(struct drawing *d, struct picture_point p)
{
    int code = grow(&d->points, &d->point_room, d->point_count + 1, sizeof *d->points);
    if (code == 0)
        d->points[d->point_count++] = p;
    return code;
}

static int end_ring(struct drawing *d)
{
    int code =
        grow(&d->ring_ends, &d->ring_room, d->ring_count + 1, sizeof *d->ring_ends);
    if (code == 0)
        d->ring_ends[d->ring_count++] = d->point_count;
    return code;
}

static int draw_shape(struct drawing *d, const struct picture_style *style)
{
    struct picture_shape shape = {.points = d->points,
                                  .count = d->point_count,
                                  .ring_ends = d->ring_ends,
                                  .ring_count = d->ring_count};
    return d->point_count > 0 ? d->pen->shape(d->pen, &shape, style) : 0;
}

/* One side of the clipping box, a little outside the picture: x or y, at least or at
 * most.
 */
struct side {
    bool is_y, is_most;
    double at;
};

static double beyond(const struct side *side, struct picture_point p)
{
    double value = side->is_y ? p.y : p.x;
    return side->is_most ? value - side->at : side->at - value;
}

/* Sutherland and Hodgman: the last ring of the shape, cut off at one side. */
static int clip_ring(struct drawing *d, size_t first, const struct side *side)
{
    size_t n = d->point_count - first, kept = 0;
    int code = grow(&d->clipped, &d->clipped_room, 2 * n, sizeof *d->clipped);
    if (code != 0 || n == 0)
        return code;
    for (size_t i = 0; i < n; i++) {
        struct picture_point a = d->points[first + i];
        struct picture_point b = d->points[first + (i + 1) % n];
        double out_a = beyond(side, a), out_b = beyond(side, b);
        if (out_a <= 0)
            d->clipped[kept++] = a;
        if ((out_a <= 0) != (out_b <= 0)) {
            double t = out_a / (out_a - out_b);
            d->clipped[kept++] = (struct picture_point){.x = a.x + (b.x - a.x) * t,
                                                        .y = a.y + (b.y - a.y) * t};
        }
    }
    code = grow(&d->points, &d->point_room, first + kept, sizeof *d->points);
    if (code != 0)
        return code;
    memcpy(d->points + first, d->clipped, kept * sizeof *d->points);
    d->point_count = first + kept;
    return 0;
}

static int add_land_ring(struct drawing *d, const struct coast_point *points, size_t n,
                         double turn)
{
    const struct picture_view *v = &d->view;
    const struct side sides[4] = {{false, false, v->left},
                                  {false, true, v->left + v->width},
                                  {true, false, v->top},
                                  {true, true, v->top + v->height}};
    size_t first = d->point_count;
    int code = 0;
    for (size_t i = 0; code == 0 && i < n; i++)
        code = add_point(d, picture_view_project(v, points[i].lon + turn, points[i].lat));
    for (int i = 0; code == 0 && i < 4; i++)
        code = clip_ring(d, first, &sides[i]);
    return code == 0 && d->point_count > first ? end_ring(d) : code;
}

static int draw_land(struct drawing *d)
{
    struct coast coast;
    int code = coast_read(&coast);
    if (code != 0)
        return code;
    begin_shape(d);
    for (int turn = -360; turn <= 360; turn += 360)
        for (size_t ring = 0, i = 0; code == 0 && ring < coast.ring_count;
             i = coast.ring_ends[ring++])
            code = add_land_ring(d, coast.points + i, coast.ring_ends[ring] - i, turn);
    if (code == 0)
        code = draw_shape(d, &land_style);
    coast_finish(&coast);
    return code;
}

static double grid_step(double degrees)
{
    static const double steps[] = {0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 45};
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof steps[0] && degrees / steps[i] > 9)
        i++;
    return steps[i];
}

static int draw_line(struct drawing *d, struct picture_point a, struct picture_point b,
                     const struct picture_style *style)
{
    begin_shape(d);
    int code = add_point(d, a);
    if (code == 0)
        code = add_point(d, b);
    if (code == 0)
        code = end_ring(d);
    return code == 0 ? draw_shape(d, style) : code;
}

static void print_degrees(char text[32], double value, const char *signs)
{
    char number[24];
    snprintf(number, sizeof number, "%.2f", fabs(value));
    size_t n = strlen(number);
    while (n > 1 && number[n - 1] == '0')
        number[--n] = '\0';
    if (n > 1 && (number[n - 1] == '.' || number[n - 1] == ','))
        number[--n] = '\0';
    snprintf(text, 32, "%s%c", number, signs[value < 0]);
    if (fabs(value) < 1e-9 || fabs(value) > 180 - 1e-9)
        text[strlen(text) - 1] = '\0';
}

/* Beside the end of its line; names keep clear of it. */
static int write_degrees(struct drawing *d, struct picture_point end, const char *text)
{
    struct picture_point at = {.x = end.x + 3, .y = end.y - 4};
    struct picture_box box = {.left = at.x,
                              .top = at.y - 14,
                              .right = at.x + 12 * (double)strlen(text),
                              .bottom = at.y};
    int code = picture_labels_take(&d->labels, &box);
    return code == 0 ? d->pen->text(d->pen, at, text, false) : code;
}

static int draw_grid(struct drawing *d)
{
    const struct picture_view *v = &d->view;
    char text[32];
    int code = 0;
    double step = grid_step(fmax(v->east - v->west, v->north - v->south));
    for (double lon = ceil(v->west / step) * step; code == 0 && lon <= v->east;
         lon += step) {
        code = draw_line(d, picture_view_project(v, lon, v->north),
                         picture_view_project(v, lon, v->south), &grid_style);
        print_degrees(text, geo_fold_lon(lon), "EW");
        if (code == 0)
            code = write_degrees(d, picture_view_project(v, lon, v->south), text);
    }
    for (double lat = ceil(v->south / step) * step; code == 0 && lat <= v->north;
         lat += step) {
        code = draw_line(d, picture_view_project(v, v->west, lat),
                         picture_view_project(v, v->east, lat), &grid_style);
        print_degrees(text, lat, "NS");
        if (code == 0)
            code = write_degrees(d, picture_view_project(v, v->west, lat), text);
    }
    return code;
}

/* From the middle of a gate to its right. */
static int draw_arrow(struct drawing *d, struct picture_box *ret_box)
{
    size_t middle = (d->point_count - 1) / 2;
    struct picture_point a = d->points[middle], b = d->points[middle + 1];
    double length = hypot(b.x - a.x, b.y - a.y);
    if (length == 0)
        return 0;
    /* y runs down: right of a -> b is (-dy, dx). */
    double dx = (b.x - a.x) / length, dy = (b.y - a.y) / length;
    struct picture_point m = {.x = (a.x + b.x) / 2, .y = (a.y + b.y) / 2};
    struct picture_point tip = {.x = m.x - dy * 18, .y = m.y + dx * 18};
    struct picture_point left = {.x = tip.x + dy * 7 + dx * 5,
                                 .y = tip.y - dx * 7 + dy * 5};
    struct picture_point right = {.x = tip.x + dy * 7 - dx * 5,
                                  .y = tip.y - dx * 7 - dy * 5};
    struct picture_box box = {.left = fmin(m.x, tip.x) - 6,
                              .top = fmin(m.y, tip.y) - 6,
                              .right = fmax(m.x, tip.x) + 6,
                              .bottom = fmax(m.y, tip.y) + 6};
    *ret_box = box;
    int code = picture_labels_take(&d->labels, &box);
    if (code == 0)
        code = draw_line(d, m, tip, &gate_style);
    if (code == 0)
        code = draw_line(d, left, tip, &gate_style);
    return code == 0 ? draw_line(d, right, tip, &gate_style) : code;
}

static int draw_circle(struct drawing *d, struct picture_point middle, double x_radius,
                       double y_radius, const struct picture_style *style)
{
    int code = 0;
    begin_shape(d);
    for (int i = 0; code == 0 && i < CIRCLE_POINTS; i++) {
        double angle = i * (2 * 3.141592653589793 / CIRCLE_POINTS);
        code =
            add_point(d, (struct picture_point){.x = middle.x + x_radius * cos(angle),
                                                .y = middle.y + y_radius * sin(angle)});
    }
    if (code == 0)
        code = end_ring(d);
    return code == 0 ? draw_shape(d, style) : code;
}

static struct picture_box box_of(const struct drawing *d)
{
    struct picture_box box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < d->point_count; i++) {
        box.left = fmin(box.left, d->points[i].x);
        box.top = fmin(box.top, d->points[i].y);
        box.right = fmax(box.right, d->points[i].x);
        box.bottom = fmax(box.bottom, d->points[i].y);
    }
    return box;
}

/* The rings or the line, as the shape in the making. */
static int add_zone(struct drawing *d, const struct zone_set *set, uint32_t zone)
{
    const struct zone_info *info = zone_info(set, zone);
    double turn = picture_view_turn(&d->view, info->low.lon);
    int code = 0;
    begin_shape(d);
    for (size_t ring = 0; code == 0 && ring < zone_ring_count(set, zone); ring++) {
        size_t n = zone_ring_size(set, zone, ring);
        /* A ring's last point is its first again. */
        for (size_t i = 0; code == 0 && i + (info->shape == ZONE_AREA) < n; i++) {
            struct geo_point p = zone_ring_point(set, zone, ring, i);
            code = add_point(d, picture_view_project(&d->view, p.lon + turn, p.lat));
        }
        if (code == 0)
            code = end_ring(d);
    }
    return code;
}

static int draw_gate(struct drawing *d, struct named *ret_named)
{
    struct picture_box *box = &ret_named->box, arrow = {0};
    int code = draw_shape(d, &gate_style);
    *box = box_of(d);
    if (code == 0 && d->point_count > 1) {
        struct picture_point first = d->points[0];
        code = draw_arrow(d, &arrow);
        if (fmax(box->right - box->left, box->bottom - box->top) >= 4 * SMALL) {
            /* The name at its beginning, clear of the arrow. */
            *box =
                (struct picture_box){first.x - 2, first.y - 2, first.x + 2, first.y + 2};
        } else {
            box->left = fmin(box->left, arrow.left);
            box->top = fmin(box->top, arrow.top);
            box->right = fmax(box->right, arrow.right);
            box->bottom = fmax(box->bottom, arrow.bottom);
        }
    }
    return code;
}

static int draw_area(struct drawing *d, const struct picture_style *style,
                     struct named *ret_named)
{
    int code = draw_shape(d, style);
    struct picture_box *box = &ret_named->box;
    *box = box_of(d);
    ret_named->is_inside = true;
    if (code != 0 || fmax(box->right - box->left, box->bottom - box->top) >= SMALL)
        return code;
    ret_named->is_inside = false;
    struct picture_point middle = {.x = (box->left + box->right) / 2,
                                   .y = (box->top + box->bottom) / 2};
    struct picture_style mark = {.stroke = style->stroke, .stroke_width = 2};
    code = draw_circle(d, middle, SMALL, SMALL, &mark);
    *box = box_of(d);
    return code == 0 ? picture_labels_take(&d->labels, box) : code;
}

static int draw_zone(struct drawing *d, const struct zone_set *set, uint32_t zone,
                     struct named *ret_named)
{
    const struct zone_info *info = zone_info(set, zone);
    *ret_named = (struct named){.text = info->id};
    int code = add_zone(d, set, zone);
    if (code != 0 || d->point_count == 0)
        return code;
    return info->shape == ZONE_GATE ? draw_gate(d, ret_named)
                                    : draw_area(d, &area_style, ret_named);
}

static int draw_box(struct drawing *d, struct picture_point a, struct picture_point b,
                    const struct picture_style *style)
{
    const struct picture_point corners[4] = {
        {a.x, a.y}, {b.x, a.y}, {b.x, b.y}, {a.x, b.y}};
    int code = 0;
    begin_shape(d);
    for (int i = 0; code == 0 && i < 4; i++)
        code = add_point(d, corners[i]);
    if (code == 0)
        code = end_ring(d);
    return code == 0 ? draw_shape(d, style) : code;
}

/* Its area, or the circle within which a ship is in port; a dot at its position. */
static int draw_port(struct drawing *d, const struct port *port, struct named *ret_named)
{
    const struct picture_view *v = &d->view;
    struct geo_point p = geo_to_point(port->pos);
    struct picture_point at =
        picture_view_project(v, p.lon + picture_view_turn(v, p.lon), p.lat);
    int code = 0;
    if (port->area != NULL) {
        code = add_zone(d, port->area, 0);
        if (code == 0)
            code = draw_shape(d, &port_style);
    } else {
        double radius_deg = port->entry_m / M_A_DEGREE;
        double squeeze = fmax(cos(p.lat * 0.017453292519943), 0.01);
        code = draw_circle(d, at, radius_deg / squeeze * v->scale_x,
                           radius_deg * v->scale_y, &port_style);
    }
    struct picture_box dot = {at.x - DOT_HALF, at.y - DOT_HALF, at.x + DOT_HALF,
                              at.y + DOT_HALF};
    if (code == 0)
        code = draw_box(d, (struct picture_point){dot.left, dot.top},
                        (struct picture_point){dot.right, dot.bottom}, &dot_style);
    if (code == 0)
        code = picture_labels_take(&d->labels, &dot);
    *ret_named = (struct named){.box = dot, .text = port->locode};
    return code;
}

/* The world in a corner, with a mark where the picture is. */
static int draw_world(struct drawing *d)
{
    struct picture_view main = d->view;
    double scale = WORLD_WIDTH / 360.0;
    if (main.east - main.west > 90)
        return 0;
    d->view = (struct picture_view){.west = -180,
                                    .east = 180,
                                    .south = -90,
                                    .north = 90,
                                    .scale_x = scale,
                                    .scale_y = scale,
                                    .left = main.width - WORLD_WIDTH - 8,
                                    .top = 8,
                                    .width = WORLD_WIDTH,
                                    .height = WORLD_WIDTH / 2};
    const struct picture_view *v = &d->view;
    struct picture_point corner = picture_view_project(v, -180, 90),
                         opposite = picture_view_project(v, 180, -90);
    struct picture_box all = {corner.x, corner.y, opposite.x, opposite.y};
    int code = picture_labels_take(&d->labels, &all);
    if (code == 0)
        code = draw_box(d, corner, opposite, &frame_style);
    if (code == 0)
        code = draw_land(d);
    double lon = geo_fold_lon((main.west + main.east) / 2),
           lat = (main.south + main.north) / 2;
    double half_x = fmax((main.east - main.west) / 2, 3.0 / scale);
    double half_y = fmax((main.north - main.south) / 2, 3.0 / scale);
    if (code == 0)
        code = draw_box(d, picture_view_project(v, lon - half_x, lat + half_y),
                        picture_view_project(v, lon + half_x, lat - half_y), &here_style);
    d->view = main;
    return code;
}

static int draw_all(struct drawing *d, const struct picture_content *content,
                    struct named *names)
{
    size_t zones = zone_count(content->zones), n = 0;
    int code = draw_land(d);
    if (code == 0)
        code = draw_grid(d);
    for (uint32_t i = 0; code == 0 && i < zones; i++)
        code = draw_zone(d, content->zones, i, &names[n++]);
    for (size_t i = 0; code == 0 && i < content->port_count; i++)
        code = draw_port(d, content->ports[i], &names[n++]);
    if (code == 0)
        code = draw_world(d);
    for (size_t i = 0; code == 0 && i < n; i++)
        code = picture_labels_write(&d->labels, d->pen, &d->view, &names[i].box,
                                    names[i].is_inside, names[i].text);
    return code;
}

int picture_draw(const struct picture_content *content, struct picture_pen *pen)
{
    struct drawing d = {.pen = pen};
    size_t n = zone_count(content->zones) + content->port_count;
    struct named *names = calloc(n + 1, sizeof *names);
    int code = names == NULL ? ERR_NOMEM : picture_view_set(&d.view, content);
    if (code == 0)
        code = pen->begin(pen, d.view.width, d.view.height, SEA_COLOUR);
    if (code == 0)
        code = draw_all(&d, content, names);
    if (code == 0)
        code = pen->end(pen);
    pen->finish(pen);
    picture_labels_finish(&d.labels);
    free(names);
    free(d.points);
    free(d.clipped);
    free(d.ring_ends);
    return code;
}
