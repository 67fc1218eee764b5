/* SPDX-License-Identifier: Apache-2.0 */
/* The pen that writes SVG 1.1. */
#include "picture.h"

static int begin(struct picture_pen *pen, int width, int height, uint32_t background)
{
    return buf_printf(
        pen->out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"14\">\n"
        "<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
        width, height, width, height, width, height, background);
}

/* Tenths of a pixel, without the locale's decimal sign. */
static int add_tenths(struct buf *out, char before, double value)
{
    long tenths = (long)(value * 10 + (value < 0 ? -0.5 : 0.5));
    long whole = tenths < 0 ? -tenths : tenths;
    return buf_printf(out, "%c%s%ld.%ld", before, tenths < 0 ? "-" : "", whole / 10,
                      whole % 10);
}

static int shape(struct picture_pen *pen, const struct picture_shape *shape,
                 const struct picture_style *style)
{
    int code = buf_add_text(pen->out, "<path d=\"");
    for (size_t ring = 0, i = 0; ring < shape->ring_count; ring++) {
        for (size_t first = i; code == 0 && i < shape->ring_ends[ring]; i++) {
            code = add_tenths(pen->out, i == first ? 'M' : 'L', shape->points[i].x);
            if (code == 0)
                code = add_tenths(pen->out, ' ', shape->points[i].y);
        }
        if (code == 0 && !style->is_open)
            code = buf_add_char(pen->out, 'Z');
    }
    if (code == 0 && style->fill_alpha > 0)
        code = buf_printf(pen->out,
                          "\" fill=\"#%06x\" fill-opacity=\"0.%02d\" fill-rule=\"evenodd",
                          style->fill, (int)(style->fill_alpha * 100 - 0.5));
    else if (code == 0)
        code = buf_add_text(pen->out, "\" fill=\"none");
    if (code == 0 && style->stroke_width > 0) {
        code = buf_printf(pen->out, "\" stroke=\"#%06x\" stroke-width=\"", style->stroke);
        if (code == 0)
            code = add_tenths(pen->out, ' ', style->stroke_width);
    }
    return code == 0 ? buf_add_text(pen->out, "\"/>\n") : code;
}

static int text(struct picture_pen *pen, struct picture_point at, const char *text,
                bool is_middle)
{
    int code = buf_add_text(pen->out, "<text x=\"");
    if (code == 0)
        code = add_tenths(pen->out, ' ', at.x);
    if (code == 0)
        code = buf_add_text(pen->out, "\" y=\"");
    if (code == 0)
        code = add_tenths(pen->out, ' ', at.y);
    if (code == 0)
        code = buf_printf(pen->out, "\"%s>", is_middle ? " text-anchor=\"middle\"" : "");
    for (; code == 0 && *text != '\0'; text++)
        code = *text == '<'   ? buf_add_text(pen->out, "&lt;")
               : *text == '&' ? buf_add_text(pen->out, "&amp;")
                              : buf_add_char(pen->out, *text);
    return code == 0 ? buf_add_text(pen->out, "</text>\n") : code;
}

static int end(struct picture_pen *pen)
{
    return buf_add_text(pen->out, "</svg>\n");
}

static void finish(struct picture_pen *pen)
{
    (void)pen;
}

struct picture_pen picture_svg_pen(struct buf *out)
{
    return (struct picture_pen){.begin = begin,
                                .shape = shape,
                                .text = text,
                                .end = end,
                                .finish = finish,
                                .out = out};
}
