/* SPDX-License-Identifier: Apache-2.0 */
/* What is on the picture of zones: the view, land, the grid of degrees, areas, gates with
 * an arrow from their left to their right, and names. */
#include "picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coast.h"

enum {
    PICTURE_LONG_SIDE = 1200,
    PICTURE_SHORT_SIDE = 500,
    WORLD_WIDTH = 240,
    LABELS_MAX = 200
};
#define LEAST_VIEW_DEG 1.0
#define MARGIN 0.3

/* Straight in longitude and latitude, true to shape in the middle. */
struct view {
    double west, east, south, north; /* degrees; east may lie beyond 180 */
    double scale_x, scale_y;         /* pixels a degree */
    double left, top;                /* pixels, of its corner on the picture */
    int width, height;
};

struct drawing {
    struct picture_pen *pen;
    struct view view;
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
    gate_style = {.stroke = 0x2040b0, .stroke_width = 3, .is_open = true};
/* clang-format on */
#define SEA_COLOUR 0xd8e8f0u

static double fold(double lon)
{
    return geo_fold_lon(lon);
}

/* The smallest range of longitudes that holds all zones: the one whose west side is a
 * zone's from which all others, eastwards, end soonest. */
static void find_longitudes(const struct zone_set *set, struct view *v)
{
    double best = 360;
    for (uint32_t i = 0; i < zone_count(set); i++) {
        double west = zone_info(set, i)->low.lon, reach = 0;
        for (uint32_t k = 0; k < zone_count(set) && reach < best; k++) {
            const struct zone_info *info = zone_info(set, k);
            double width = info->high.lon - info->low.lon;
            if (width < 0)
                width += 360;
            double offset = fold(info->low.lon - west);
            reach = fmax(reach, (offset < 0 ? offset + 360 : offset) + width);
        }
        if (reach < best) {
            best = reach;
            v->west = west;
            v->east = west + reach;
        }
    }
}

static void widen(double *low, double *high, double size)
{
    double more = (size - (*high - *low)) / 2;
    if (more > 0) {
        *low -= more;
        *high += more;
    }
}

static void set_view(const struct zone_set *set, struct view *v)
{
    *v = (struct view){.west = -180, .east = 180, .south = -85, .north = 85};
    if (zone_count(set) > 0) {
        v->south = 90;
        v->north = -90;
        for (uint32_t i = 0; i < zone_count(set); i++) {
            v->south = fmin(v->south, zone_info(set, i)->low.lat);
            v->north = fmax(v->north, zone_info(set, i)->high.lat);
        }
        find_longitudes(set, v);
    }
    double squeeze = fmax(cos((v->south + v->north) / 2 * 0.017453292519943), 0.1);
    double x = (v->east - v->west) * squeeze, y = v->north - v->south;
    double size = fmax(fmax(x, y), LEAST_VIEW_DEG);
    /* A margin, and no side much longer than the other. */
    double least = size * PICTURE_SHORT_SIDE / PICTURE_LONG_SIDE;
    x = fmax(fmax(x, least), LEAST_VIEW_DEG) * (1 + 2 * MARGIN);
    y = fmax(fmax(y, least), LEAST_VIEW_DEG) * (1 + 2 * MARGIN);
    widen(&v->west, &v->east, fmin(x / squeeze, 360));
    widen(&v->south, &v->north, y);
    v->south = fmax(v->south, -90);
    v->north = fmin(v->north, 90);
    x = (v->east - v->west) * squeeze;
    y = v->north - v->south;
    double scale = PICTURE_LONG_SIDE / fmax(x, y);
    v->scale_x = scale * squeeze;
    v->scale_y = scale;
    v->width = (int)ceil(x * scale);
    v->height = (int)ceil(y * scale);
}

static struct picture_point project(const struct view *v, double lon, double lat)
{
    return (struct picture_point){.x = v->left + (lon - v->west) * v->scale_x,
                                  .y = v->top + (v->north - lat) * v->scale_y};
}

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
    const struct view *v = &d->view;
    const struct side sides[4] = {{false, false, v->left},
                                  {false, true, v->left + v->width},
                                  {true, false, v->top},
                                  {true, true, v->top + v->height}};
    size_t first = d->point_count;
    int code = 0;
    for (size_t i = 0; code == 0 && i < n; i++)
        code = add_point(d, project(v, points[i].lon + turn, points[i].lat));
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

static int draw_grid(struct drawing *d)
{
    const struct view *v = &d->view;
    char text[32];
    int code = 0;
    double step = grid_step(fmax(v->east - v->west, v->north - v->south));
    for (double lon = ceil(v->west / step) * step; code == 0 && lon <= v->east;
         lon += step) {
        code = draw_line(d, project(v, lon, v->north), project(v, lon, v->south),
                         &grid_style);
        print_degrees(text, fold(lon), "EW");
        struct picture_point at = project(v, lon, v->south);
        if (code == 0)
            code =
                d->pen->text(d->pen, (struct picture_point){.x = at.x + 3, .y = at.y - 4},
                             text, false);
    }
    for (double lat = ceil(v->south / step) * step; code == 0 && lat <= v->north;
         lat += step) {
        code =
            draw_line(d, project(v, v->west, lat), project(v, v->east, lat), &grid_style);
        print_degrees(text, lat, "NS");
        struct picture_point at = project(v, v->west, lat);
        if (code == 0)
            code =
                d->pen->text(d->pen, (struct picture_point){.x = at.x + 3, .y = at.y - 4},
                             text, false);
    }
    return code;
}

/* The turn that brings a zone's west side into the view. */
static double turn_of(const struct view *v, double lon)
{
    double turn = floor((lon - v->west) / 360) * -360;
    return lon + turn > v->east + 1e-6 ? turn - 360 : turn;
}

/* From the middle of a gate to its right. */
static int draw_arrow(struct drawing *d)
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
    int code = draw_line(d, m, tip, &gate_style);
    if (code == 0)
        code = draw_line(d, left, tip, &gate_style);
    return code == 0 ? draw_line(d, right, tip, &gate_style) : code;
}

static int draw_zone(struct drawing *d, const struct zone_set *set, uint32_t zone)
{
    const struct zone_info *info = zone_info(set, zone);
    double turn = turn_of(&d->view, info->low.lon);
    int code = 0;
    begin_shape(d);
    for (size_t ring = 0; code == 0 && ring < zone_ring_count(set, zone); ring++) {
        size_t n = zone_ring_size(set, zone, ring);
        /* A ring's last point is its first again. */
        for (size_t i = 0; code == 0 && i + (info->shape == ZONE_AREA) < n; i++) {
            struct geo_point p = zone_ring_point(set, zone, ring, i);
            code = add_point(d, project(&d->view, p.lon + turn, p.lat));
        }
        if (code == 0)
            code = end_ring(d);
    }
    if (code == 0)
        code = draw_shape(d, info->shape == ZONE_AREA ? &area_style : &gate_style);
    if (code == 0 && info->shape == ZONE_GATE && d->point_count > 1)
        code = draw_arrow(d);
    return code;
}

static int draw_name(struct drawing *d, const struct zone_set *set, uint32_t zone)
{
    const struct zone_info *info = zone_info(set, zone);
    double turn = turn_of(&d->view, info->low.lon), lat = 0, lon = 0;
    if (info->shape == ZONE_GATE) {
        /* At its beginning, clear of the arrow. */
        struct geo_point first = zone_ring_point(set, zone, 0, 0);
        lat = first.lat;
        lon = first.lon;
    } else {
        double width = info->high.lon - info->low.lon;
        lat = (info->low.lat + info->high.lat) / 2;
        lon = info->low.lon + (width < 0 ? width + 360 : width) / 2;
    }
    struct picture_point at = project(&d->view, lon + turn, lat);
    at.y += info->shape == ZONE_GATE ? -6 : 6;
    return d->pen->text(d->pen, at, info->id, true);
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

/* The world in a corner, with a mark where the picture is. */
static int draw_world(struct drawing *d)
{
    struct view main = d->view;
    double scale = WORLD_WIDTH / 360.0;
    if (main.east - main.west > 90)
        return 0;
    d->view = (struct view){.west = -180,
                            .east = 180,
                            .south = -90,
                            .north = 90,
                            .scale_x = scale,
                            .scale_y = scale,
                            .left = main.width - WORLD_WIDTH - 8,
                            .top = 8,
                            .width = WORLD_WIDTH,
                            .height = WORLD_WIDTH / 2};
    const struct view *v = &d->view;
    int code = draw_box(d, project(v, -180, 90), project(v, 180, -90), &frame_style);
    if (code == 0)
        code = draw_land(d);
    double lon = fold((main.west + main.east) / 2), lat = (main.south + main.north) / 2;
    double half_x = fmax((main.east - main.west) / 2, 3.0 / scale);
    double half_y = fmax((main.north - main.south) / 2, 3.0 / scale);
    if (code == 0)
        code = draw_box(d, project(v, lon - half_x, lat + half_y),
                        project(v, lon + half_x, lat - half_y), &here_style);
    d->view = main;
    return code;
}

int picture_draw(const struct zone_set *set, struct picture_pen *pen)
{
    struct drawing d = {.pen = pen};
    set_view(set, &d.view);
    int code = pen->begin(pen, d.view.width, d.view.height, SEA_COLOUR);
    if (code == 0)
        code = draw_land(&d);
    if (code == 0)
        code = draw_grid(&d);
    for (uint32_t i = 0; code == 0 && i < zone_count(set); i++)
        code = draw_zone(&d, set, i);
    /* More names than this hide what they name. */
    for (uint32_t i = 0; code == 0 && i < zone_count(set) && i < LABELS_MAX; i++)
        code = draw_name(&d, set, i);
    if (code == 0)
        code = draw_world(&d);
    if (code == 0)
        code = pen->end(pen);
    pen->finish(pen);
    free(d.points);
    free(d.clipped);
    free(d.ring_ends);
    return code;
}
