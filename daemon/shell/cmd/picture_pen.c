/* SPDX-License-Identifier: Apache-2.0 */
/* The pen of the picture: fills and lines of a style, texts with and without a rim. */
#include "picture_int.h"

#define TEXT_COLOUR 0x24323b

static void set_colour(cairo_t *cr, uint32_t rgb, double alpha)
{
    cairo_set_source_rgba(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                          (rgb & 255) / 255.0, alpha);
}

void picture_pen_paint(cairo_t *cr, const struct picture_style *style)
{
    if (style->fill_alpha > 0) {
        set_colour(cr, style->fill, style->fill_alpha);
        cairo_fill_preserve(cr);
    }
    if (style->width > 0) {
        set_colour(cr, style->stroke, 1);
        cairo_set_line_width(cr, style->width);
        cairo_stroke_preserve(cr);
    }
    cairo_new_path(cr);
}

void picture_pen_write(cairo_t *cr, struct picture_point at, const char *text)
{
    set_colour(cr, TEXT_COLOUR, 1);
    cairo_move_to(cr, at.x, at.y);
    cairo_show_text(cr, text);
    cairo_new_path(cr);
}

void picture_pen_write_rimmed(cairo_t *cr, struct picture_point at, const char *text)
{
    cairo_move_to(cr, at.x, at.y);
    cairo_text_path(cr, text);
    set_colour(cr, 0xffffff, 0.75);
    cairo_set_line_width(cr, 3);
    cairo_stroke(cr);
    picture_pen_write(cr, at, text);
}
