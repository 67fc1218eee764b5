/* SPDX-License-Identifier: Apache-2.0 */
/* The things on a picture: areas in the colours of their kinds, gates with an arrow from
 * left to right, ports with their radius or area. */
#include <math.h>
#include <string.h>

#include "picture_int.h"

enum {
    DOT_RADIUS = 3, /* of a port, and of a gate's ends */
    SMALL = 10,     /* a smaller area gets a circle around it */
    ARROW = 24,
    ARROW_HEAD = 9
};
#define M_A_DEGREE 111195.0 /* of latitude, on the sphere of mean radius */

/* The last colour is for all further kinds. */
static const uint32_t kind_colours[PICTURE_KINDS] = {
    0xb5362a, 0x7a3b9a, 0xc07a10, 0x2b6fb0, 0xa83279, 0x6b5b2e, 0x5f6b73};
const struct picture_style picture_things_port = {.fill = 0x12765f,
                                                  .fill_alpha = 0.12,
                                                  .stroke = 0x12765f,
                                                  .width = 1},
                           picture_things_gate = {.stroke = 0x1d3f8a, .width = 2.4};
static const struct picture_style dot_style = {.fill = 0x0b5345,
                                               .fill_alpha = 1,
                                               .stroke = 0xffffff,
                                               .width = 1},
                                  gate_end_style = {.fill = 0x1d3f8a, .fill_alpha = 1};

struct picture_style picture_things_style(const struct picture_kinds *kinds,
                                          const char *kind)
{
    size_t i = 0;
    while (i + 1 < PICTURE_KINDS && i < kinds->count &&
           strcmp(kinds->names[i], kind) != 0)
        i++;
    return (struct picture_style){.fill = kind_colours[i],
                                  .fill_alpha = 0.16,
                                  .stroke = kind_colours[i],
                                  .width = 1.6};
}

void picture_things_kinds(struct picture_kinds *kinds, const struct zone_set *zones)
{
    for (uint32_t zone = 0; zone < zone_set_count(zones); zone++) {
        const struct zone_info *info = zone_set_info(zones, zone);
        size_t i = 0;
        if (info->shape == ZONE_GATE) {
            kinds->has_gates = true;
            continue;
        }
        while (i < kinds->count && strcmp(kinds->names[i], info->kind) != 0)
            i++;
        if (i == kinds->count && i < PICTURE_KINDS)
            kinds->names[kinds->count++] = info->kind;
    }
    if (kinds->count == PICTURE_KINDS)
        kinds->names[PICTURE_KINDS - 1] = "other kinds";
}

static void add_dot(cairo_t *cr, struct picture_point at, double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, at.x, at.y, radius, 0, 360 * PICTURE_RADIAN);
    cairo_close_path(cr);
}

static struct picture_box path_box(cairo_t *cr)
{
    struct picture_box box;
    cairo_path_extents(cr, &box.left, &box.top, &box.right, &box.bottom);
    return box;
}

static void take_box(struct picture *p, const struct picture_box *box)
{
    int rc = picture_labels_take(&p->labels, box);
    p->rc = p->rc != 0 ? p->rc : rc;
}

/* The rings or the line, as cairo's path. */
static void add_zone(const struct picture *p, const struct zone_set *set, uint32_t zone)
{
    const struct zone_info *info = zone_set_info(set, zone);
    double turn = picture_view_turn(&p->view, info->low.lon);
    for (size_t ring = 0; ring < zone_set_ring_count(set, zone); ring++) {
        cairo_new_sub_path(p->cr);
        for (size_t i = 0; i < zone_set_ring_size(set, zone, ring); i++) {
            struct geo_point at = zone_set_ring_point(set, zone, ring, i);
            struct picture_point to =
                picture_view_project(&p->view, at.lon + turn, at.lat);
            cairo_line_to(p->cr, to.x, to.y);
        }
        if (info->shape == ZONE_AREA)
            cairo_close_path(p->cr);
    }
}

/* The direction to the right of the line a - b, from its middle. y runs down: right of a
 * -> b is (-dy, dx). */
static struct picture_box draw_arrow(cairo_t *cr, struct picture_point a,
                                     struct picture_point b)
{
    double length = fmax(hypot(b.x - a.x, b.y - a.y), 1e-9);
    double dx = (b.x - a.x) / length, dy = (b.y - a.y) / length;
    struct picture_point m = {(a.x + b.x) / 2, (a.y + b.y) / 2};
    struct picture_point tip = {m.x - dy * ARROW, m.y + dx * ARROW};
    struct picture_point neck = {tip.x + dy * ARROW_HEAD, tip.y - dx * ARROW_HEAD};
    double half_x = dx * ARROW_HEAD / 2, half_y = dy * ARROW_HEAD / 2;
    cairo_move_to(cr, m.x, m.y);
    cairo_line_to(cr, neck.x, neck.y);
    struct picture_box box = path_box(cr);
    picture_pen_paint(cr, &picture_things_gate);
    cairo_move_to(cr, tip.x, tip.y);
    cairo_line_to(cr, neck.x + half_x, neck.y + half_y);
    cairo_line_to(cr, neck.x - half_x, neck.y - half_y);
    cairo_close_path(cr);
    struct picture_box head = path_box(cr);
    picture_pen_paint(cr, &gate_end_style);
    return (struct picture_box){fmin(box.left, head.left), fmin(box.top, head.top),
                                fmax(box.right, head.right),
                                fmax(box.bottom, head.bottom)};
}

static void draw_gate(struct picture *p, const struct zone_set *set, uint32_t zone,
                      struct picture_box *ret_box)
{
    double turn = picture_view_turn(&p->view, zone_set_info(set, zone)->low.lon);
    size_t n = zone_set_ring_size(set, zone, 0), middle = (n - 1) / 2;
    add_zone(p, set, zone);
    struct picture_box box = path_box(p->cr);
    picture_pen_paint(p->cr, &picture_things_gate);
    if (n < 2)
        return;
    struct picture_point points[4];
    const size_t at[4] = {0, middle, middle + 1, n - 1};
    for (int i = 0; i < 4; i++) {
        struct geo_point q = zone_set_ring_point(set, zone, 0, at[i]);
        points[i] = picture_view_project(&p->view, q.lon + turn, q.lat);
    }
    add_dot(p->cr, points[0], DOT_RADIUS);
    add_dot(p->cr, points[3], DOT_RADIUS);
    picture_pen_paint(p->cr, &gate_end_style);
    struct picture_box arrow = draw_arrow(p->cr, points[1], points[2]);
    take_box(p, &arrow);
    if (fmax(box.right - box.left, box.bottom - box.top) >= 6 * SMALL) {
        /* The name is at its beginning, clear of the arrow. */
        *ret_box =
            (struct picture_box){points[0].x - DOT_RADIUS, points[0].y - DOT_RADIUS,
                                 points[0].x + DOT_RADIUS, points[0].y + DOT_RADIUS};
    } else {
        *ret_box = (struct picture_box){
            fmin(box.left, arrow.left), fmin(box.top, arrow.top),
            fmax(box.right, arrow.right), fmax(box.bottom, arrow.bottom)};
    }
}

static void draw_zone(struct picture *p, const struct zone_set *set, uint32_t zone,
                      struct picture_named *ret)
{
    const struct zone_info *info = zone_set_info(set, zone);
    ret->text = info->id;
    if (info->shape == ZONE_GATE) {
        draw_gate(p, set, zone, &ret->box);
        return;
    }
    struct picture_style style = picture_things_style(&p->kinds, info->kind);
    add_zone(p, set, zone);
    ret->box = path_box(p->cr);
    picture_pen_paint(p->cr, &style);
    ret->is_inside =
        fmax(ret->box.right - ret->box.left, ret->box.bottom - ret->box.top) >= SMALL;
    if (ret->is_inside)
        return;
    style.fill_alpha = 0;
    add_dot(p->cr,
            (struct picture_point){(ret->box.left + ret->box.right) / 2,
                                   (ret->box.top + ret->box.bottom) / 2},
            SMALL);
    ret->box = path_box(p->cr);
    picture_pen_paint(p->cr, &style);
    take_box(p, &ret->box);
}

/* Its area, or the circle within which a ship is in port; a dot at its position. */
static void draw_port(struct picture *p, const struct port *port,
                      struct picture_named *ret)
{
    const struct picture_view *v = &p->view;
    struct geo_point pos = geo_to_point(port->pos);
    struct picture_point at =
        picture_view_project(v, pos.lon + picture_view_turn(v, pos.lon), pos.lat);
    if (port->area != NULL) {
        add_zone(p, port->area, 0);
    } else {
        double radius_deg = port->entry_m / M_A_DEGREE;
        double squeeze = fmax(cos(pos.lat * PICTURE_RADIAN), 0.01);
        cairo_save(p->cr);
        cairo_translate(p->cr, at.x, at.y);
        cairo_scale(p->cr, radius_deg / squeeze * v->scale_x, radius_deg * v->scale_y);
        add_dot(p->cr, (struct picture_point){0, 0}, 1);
        cairo_restore(p->cr);
    }
    picture_pen_paint(p->cr, &picture_things_port);
    add_dot(p->cr, at, DOT_RADIUS);
    *ret = (struct picture_named){
        .box = path_box(p->cr), .text = port->name, .shorter = port->locode};
    picture_pen_paint(p->cr, &dot_style);
    take_box(p, &ret->box);
}

void picture_things_draw(struct picture *p, const struct picture_content *content)
{
    for (uint32_t i = 0; i < zone_set_count(content->zones); i++)
        draw_zone(p, content->zones, i, &p->names[p->name_count++]);
    for (size_t i = 0; i < content->port_count; i++)
        draw_port(p, content->ports[i], &p->names[p->name_count++]);
}
