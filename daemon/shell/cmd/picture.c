/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a picture of zones: the map in a frame of degrees, a world map in a corner,
 * a scale bar and a legend below; one drawing for SVG and PNG. */
#include "picture.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture_int.h"

enum {
    FRAME = 6,    /* pixels: the band of black and white around the map */
    LEFT = 66,    /* beside the map, with the degrees of latitude */
    RIGHT = 18,   /* and on the other side and above it */
    DEGREES = 26, /* below the map: its frame and the degrees of longitude */
    LEGEND_ROW = 20,
    LEGEND_CELL = 158,
    LEGEND_AT = 300, /* where the legend begins, right of the scale bar */
    SWATCH = 22,
    WORLD_WIDTH = 200,
    GRID_SPACE = 105, /* between lines, at the least */
    SCALE_MOST = 200  /* of the scale bar */
};
enum { TEXT_SIZE = 12, NAME_SIZE = 13 };

/* clang-format off */
static const struct picture_style
    page_style  = {.fill = 0xffffff, .fill_alpha = 1},
    sea_style   = {.fill = 0xd9e9f2, .fill_alpha = 1},
    grid_style  = {.stroke = 0x9bb8c8, .width = 0.6},
    line_style  = {.stroke = 0x33444f, .width = 1},
    dark_style  = {.fill = 0x33444f, .fill_alpha = 1},
    here_style  = {.stroke = 0xc0281c, .width = 1.6};
/* clang-format on */

static void paint_box(cairo_t *cr, const struct picture_box *b,
                      const struct picture_style *style)
{
    cairo_rectangle(cr, b->left, b->top, b->right - b->left, b->bottom - b->top);
    picture_pen_paint(cr, style);
}

/* --- the frame --- */

static double find_grid_step(const struct picture_view *v)
{
    static const double steps[] = {1 / 60.0, 2 / 60.0, 5 / 60.0, 10 / 60.0, 0.25, 0.5,
                                   1,        2,        5,        10,        15,   30};
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof steps[0] &&
           steps[i] * fmin(v->scale_x, v->scale_y) < GRID_SPACE)
        i++;
    return steps[i];
}

/* Degrees and minutes, as charts have them. */
static void print_degrees(char text[32], double value, const char *signs)
{
    long minutes = lround(fabs(value) * 60);
    char sign[2] = {signs[value < 0], '\0'};
    if (minutes == 0 || minutes == 180L * 60)
        sign[0] = '\0';
    if (minutes % 60 == 0)
        snprintf(text, 32, "%ld\u00b0%s", minutes / 60, sign);
    else
        snprintf(text, 32, "%ld\u00b0%02ld\u2032%s", minutes / 60, minutes % 60, sign);
}

/* One axis of the frame: its degrees in pixels, and its side. */
struct axis {
    double low, high; /* degrees */
    bool is_lat;
};

/* The place where the line of the degree meets the frame: left or below. */
static struct picture_point axis_point(const struct picture_view *v,
                                       const struct axis *axis, double degree)
{
    return axis->is_lat ? picture_view_project(v, v->west, degree)
                        : picture_view_project(v, degree, v->south);
}

static void draw_degree(struct picture *p, const struct axis *axis, double degree)
{
    const struct picture_view *v = &p->view;
    struct picture_point at = axis_point(v, axis, degree);
    cairo_text_extents_t extents;
    char text[32];
    cairo_move_to(p->cr, at.x, at.y);
    cairo_line_to(p->cr, axis->is_lat ? v->left + v->width : at.x,
                  axis->is_lat ? at.y : v->top);
    picture_pen_paint(p->cr, &grid_style);
    print_degrees(text, axis->is_lat ? degree : geo_fold_lon(degree),
                  axis->is_lat ? "NS" : "EW");
    cairo_text_extents(p->cr, text, &extents);
    if (axis->is_lat)
        at = (struct picture_point){at.x - FRAME - 5 - extents.x_advance, at.y + 4};
    else
        at = (struct picture_point){at.x - extents.x_advance / 2, at.y + FRAME + 15};
    picture_pen_write(p->cr, at, text);
}

/* Every second step of the band is dark, on both sides of the map. */
static void draw_band(struct picture *p, const struct axis *axis, double from, double to)
{
    const struct picture_view *v = &p->view;
    struct picture_point a = axis_point(v, axis, fmax(from, axis->low));
    struct picture_point b = axis_point(v, axis, fmin(to, axis->high));
    struct picture_box box =
        axis->is_lat ? (struct picture_box){v->left - FRAME, b.y, v->left, a.y}
                     : (struct picture_box){a.x, a.y, b.x, a.y + FRAME};
    paint_box(p->cr, &box, &dark_style);
    double x = axis->is_lat ? v->width + FRAME : 0;
    double y = axis->is_lat ? 0 : -v->height - FRAME;
    box = (struct picture_box){box.left + x, box.top + y, box.right + x, box.bottom + y};
    paint_box(p->cr, &box, &dark_style);
}

static void draw_axis(struct picture *p, const struct axis *axis, double step)
{
    for (int i = (int)ceil(axis->low / step); i * step <= axis->high; i++)
        draw_degree(p, axis, i * step);
    for (int i = (int)floor(axis->low / step); i * step < axis->high; i++)
        if (i % 2 == 0)
            draw_band(p, axis, i * step, (i + 1) * step);
}

static void draw_grid(struct picture *p)
{
    const struct picture_view *v = &p->view;
    const struct axis lon = {v->west, v->east, false}, lat = {v->south, v->north, true};
    struct picture_box map = picture_view_box(v), outer = map;
    double step = find_grid_step(v);
    draw_axis(p, &lon, step);
    draw_axis(p, &lat, step);
    outer.left -= FRAME;
    outer.top -= FRAME;
    outer.right += FRAME;
    outer.bottom += FRAME;
    paint_box(p->cr, &map, &line_style);
    paint_box(p->cr, &outer, &line_style);
}

/* --- below the map --- */

/* The largest 1, 2 or 5 times a power of ten that is at most `most`. */
static double round_down(double most)
{
    double power = pow(10, floor(log10(most)));
    if (most >= 5 * power)
        return 5 * power;
    return most >= 2 * power ? 2 * power : power;
}

/* A minute of latitude is a nautical mile. */
static void draw_scale(struct picture *p, double top)
{
    const struct picture_view *v = &p->view;
    double nm_px = v->scale_y / 60, nm = round_down(SCALE_MOST / nm_px);
    char text[64], degrees[32];
    struct picture_box bar = {v->left, top + 2, v->left + nm * nm_px, top + 8};
    struct picture_box half = {bar.left, bar.top, bar.left + nm * nm_px / 2, bar.bottom};
    paint_box(p->cr, &half, &dark_style);
    paint_box(p->cr, &bar, &line_style);
    print_degrees(degrees, round((v->south + v->north) / 2), "NS");
    snprintf(text, sizeof text, "%g nm at %s", nm, degrees);
    picture_pen_write(p->cr, (struct picture_point){bar.left, bar.bottom + 15}, text);
}

struct legend_row {
    enum { LEGEND_AREA, LEGEND_GATE, LEGEND_PORT } what;
    const char *text;
    struct picture_style style;
};

static size_t list_legend(const struct picture_kinds *kinds, size_t port_count,
                          struct legend_row rows[PICTURE_KINDS + 2])
{
    size_t n = 0;
    for (size_t i = 0; i < kinds->count; i++)
        rows[n++] = (struct legend_row){
            LEGEND_AREA, kinds->names[i][0] != '\0' ? kinds->names[i] : "zone",
            picture_things_style(kinds, kinds->names[i])};
    if (kinds->has_gates)
        rows[n++] =
            (struct legend_row){LEGEND_GATE, "gate, left to right", picture_things_gate};
    if (port_count > 0)
        rows[n++] =
            (struct legend_row){LEGEND_PORT, "port, its reach", picture_things_port};
    return n;
}

static size_t legend_columns(const struct picture_view *v)
{
    double columns = floor((v->width - LEGEND_AT) / LEGEND_CELL);
    return columns < 1 ? 1 : (size_t)columns;
}

static void draw_swatch(cairo_t *cr, const struct legend_row *row,
                        struct picture_point at)
{
    double middle = at.x + SWATCH / 2.0;
    if (row->what == LEGEND_PORT) {
        cairo_new_sub_path(cr);
        cairo_arc(cr, middle, at.y - 4, 7, 0, 360 * PICTURE_RADIAN);
    } else if (row->what == LEGEND_AREA) {
        cairo_rectangle(cr, at.x, at.y - 10, SWATCH, 12);
    } else {
        cairo_move_to(cr, middle - 5, at.y - 11);
        cairo_line_to(cr, middle - 5, at.y + 3);
        cairo_move_to(cr, middle - 5, at.y - 4);
        cairo_line_to(cr, middle + 8, at.y - 4);
        cairo_move_to(cr, middle + 4, at.y - 8);
        cairo_line_to(cr, middle + 8, at.y - 4);
        cairo_line_to(cr, middle + 4, at.y);
    }
    picture_pen_paint(cr, &row->style);
}

static void draw_legend(struct picture *p, const struct legend_row *rows, size_t n,
                        double top)
{
    size_t columns = legend_columns(&p->view);
    for (size_t i = 0; i < n; i++) {
        struct picture_point at = {p->view.left + LEGEND_AT +
                                       (double)(i % columns) * LEGEND_CELL,
                                   top + 12 + (double)(i / columns) * LEGEND_ROW};
        draw_swatch(p->cr, &rows[i], at);
        cairo_save(p->cr);
        cairo_rectangle(p->cr, at.x, at.y - LEGEND_ROW, LEGEND_CELL - 8, 2 * LEGEND_ROW);
        cairo_clip(p->cr);
        picture_pen_write(p->cr, (struct picture_point){at.x + SWATCH + 7, at.y},
                          rows[i].text);
        cairo_restore(p->cr);
    }
}

/* --- the world --- */

/* The corner of the map where a box of that size hides the least. */
static struct picture_box find_corner(const struct picture *p, double width,
                                      double height)
{
    struct picture_box map = picture_view_box(&p->view), best = {0};
    double least = HUGE_VAL;
    for (int i = 0; i < 4; i++) {
        struct picture_box box = {.left =
                                      i % 2 == 0 ? map.right - width - 10 : map.left + 10,
                                  .top = i < 2 ? map.top + 10 : map.bottom - height - 10};
        box.right = box.left + width;
        box.bottom = box.top + height;
        double taken = picture_labels_has_taken(&p->labels, &box);
        for (size_t k = 0; k < p->name_count; k++) {
            struct picture_labels one = {&p->names[k].box, 1, 1};
            taken += picture_labels_has_taken(&one, &box);
        }
        if (taken < least) {
            least = taken;
            best = box;
        }
    }
    return best;
}

/* The world in a corner, with a mark where the map is. */
static void draw_world(struct picture *p)
{
    struct picture_view main = p->view;
    double scale = WORLD_WIDTH / 360.0;
    if (main.east - main.west > 90 || main.width < 2 * WORLD_WIDTH)
        return;
    struct picture_box all = find_corner(p, WORLD_WIDTH, WORLD_WIDTH / 2.0);
    p->view = (struct picture_view){.west = -180,
                                    .east = 180,
                                    .south = -90,
                                    .north = 90,
                                    .scale_x = scale,
                                    .scale_y = scale,
                                    .left = all.left,
                                    .top = all.top,
                                    .width = WORLD_WIDTH,
                                    .height = WORLD_WIDTH / 2.0};
    cairo_save(p->cr);
    cairo_rectangle(p->cr, all.left, all.top, WORLD_WIDTH, WORLD_WIDTH / 2.0);
    cairo_clip(p->cr);
    paint_box(p->cr, &all, &sea_style);
    picture_land_draw(p);
    double lon = geo_fold_lon((main.west + main.east) / 2),
           lat = (main.south + main.north) / 2;
    double half_x = fmax((main.east - main.west) / 2, 3 / scale);
    double half_y = fmax((main.north - main.south) / 2, 3 / scale);
    struct picture_point a = picture_view_project(&p->view, lon - half_x, lat + half_y);
    struct picture_point b = picture_view_project(&p->view, lon + half_x, lat - half_y);
    paint_box(p->cr, &(struct picture_box){a.x, a.y, b.x, b.y}, &here_style);
    cairo_restore(p->cr);
    paint_box(p->cr, &all, &line_style);
    p->view = main;
    int rc = picture_labels_take(&p->labels, &all);
    p->rc = p->rc != 0 ? p->rc : rc;
}

/* --- the page --- */

static void draw_map(struct picture *p, const struct picture_content *content)
{
    struct picture_box map = picture_view_box(&p->view);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, map.left, map.top, p->view.width, p->view.height);
    cairo_clip(p->cr);
    paint_box(p->cr, &map, &sea_style);
    picture_land_draw(p);
    cairo_restore(p->cr);
    draw_grid(p);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, map.left, map.top, p->view.width, p->view.height);
    cairo_clip(p->cr);
    picture_things_draw(p, content);
    draw_world(p);
    cairo_set_font_size(p->cr, NAME_SIZE);
    for (size_t i = 0; p->rc == 0 && i < p->name_count; i++)
        p->rc = picture_labels_write(&p->labels, p->cr, &p->view, &p->names[i]);
    cairo_restore(p->cr);
}

static cairo_status_t write_piece(void *closure, const unsigned char *data, unsigned n)
{
    return buf_add(closure, data, n) == 0 ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static cairo_surface_t *make_surface(enum picture_form form, double width, double height,
                                     struct buf *out)
{
    if (form == PICTURE_PNG)
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(write_piece, out, width, height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    return surface;
}

static void set_font(cairo_t *cr)
{
    /* Letters have the same places in pixels and in shapes. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, TEXT_SIZE);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
}

/* Draw the page on a surface of that form; p has its view, coast and names. */
static int draw_page(struct picture *p, const struct picture_content *content,
                     enum picture_form form, struct buf *out)
{
    struct legend_row rows[PICTURE_KINDS + 2];
    picture_things_kinds(&p->kinds, content->zones);
    size_t n = list_legend(&p->kinds, content->port_count, rows);
    size_t lines = (n + legend_columns(&p->view) - 1) / legend_columns(&p->view);
    double below = p->view.top + p->view.height + DEGREES + 10;
    double height = below + fmax(30, (double)lines * LEGEND_ROW) + 8;
    double width = LEFT + p->view.width + RIGHT;
    cairo_surface_t *surface = make_surface(form, width, height, out);
    p->cr = cairo_create(surface);
    set_font(p->cr);
    paint_box(p->cr, &(struct picture_box){0, 0, width, height}, &page_style);
    draw_map(p, content);
    draw_scale(p, below);
    draw_legend(p, rows, n, below);
    cairo_status_t status = cairo_status(p->cr);
    cairo_destroy(p->cr);
    if (status == CAIRO_STATUS_SUCCESS && form == PICTURE_PNG)
        status = cairo_surface_write_to_png_stream(surface, write_piece, out);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (p->rc != 0 || status == CAIRO_STATUS_SUCCESS)
        return p->rc;
    return status == CAIRO_STATUS_NO_MEMORY ? ERR_NOMEM : ERR_INVALID;
}

int picture_draw(const struct picture_content *content, enum picture_form form,
                 struct buf *out, struct err *err)
{
    struct picture p = {0};
    size_t n = zone_set_count(content->zones) + content->port_count;
    p.names = calloc(n + 1, sizeof *p.names);
    int rc = p.names == NULL ? ERR_NOMEM : picture_view_set(&p.view, content);
    if (rc == 0)
        rc = coast_read(&p.coast, err);
    else
        err_set(err, rc, "%s", err_text(rc));
    if (rc == 0) {
        p.view.left = LEFT;
        p.view.top = RIGHT;
        rc = draw_page(&p, content, form, out);
        if (rc != 0)
            err_set(err, rc, "%s", err_text(rc));
    }
    picture_labels_finish(&p.labels);
    coast_finish(&p.coast);
    free(p.names);
    return rc;
}
