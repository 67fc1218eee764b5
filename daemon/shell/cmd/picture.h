/* SPDX-License-Identifier: Apache-2.0 */
/* A picture of zones and ports with land and a grid of degrees, so that a person sees at
 * once whether latitude and longitude were swapped. Drawn through a pen: SVG text or PNG
 * pixels. */
#ifndef LOOKOUT_PICTURE_H
#define LOOKOUT_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/geo/zone.h"
#include "lookout/voyage/ports.h"

struct picture_point {
    double x, y; /* pixels from the upper left corner */
};

struct picture_shape {
    const struct picture_point *points; /* borrowed */
    size_t count;
    const size_t *ring_ends; /* borrowed; index after each ring's last point */
    size_t ring_count;
};

struct picture_style {
    uint32_t fill, stroke; /* 0xRRGGBB */
    double fill_alpha;     /* 0: not filled */
    double stroke_width;   /* 0: no line */
    bool is_open;          /* a line, not rings */
};

/* Each appends to the picture and returns 0 or ERR_NOMEM. */
struct picture_pen {
    int (*begin)(struct picture_pen *pen, int width, int height, uint32_t background);
    int (*shape)(struct picture_pen *pen, const struct picture_shape *shape,
                 const struct picture_style *style);
    /* `x` is the text's left end, or with `is_middle` its middle; `y` its base line. */
    int (*text)(struct picture_pen *pen, struct picture_point at, const char *text,
                bool is_middle);
    int (*end)(struct picture_pen *pen);
    struct buf *out; /* borrowed; holds the file after end() */
    void *canvas;    /* owned by the pen between begin() and finish() */
    void (*finish)(struct picture_pen *pen);
};

struct picture_pen picture_svg_pen(struct buf *out);
struct picture_pen picture_png_pen(struct buf *out);

struct picture_content {
    const struct zone_set *zones;    /* borrowed */
    const struct port *const *ports; /* borrowed array of borrowed ports */
    size_t port_count;
};
/* Draw all of it; the view is the bounding box with a margin, or the world when there is
 * nothing. Names that have no room are left out. 0, ERR_NOMEM, or ERR_CORRUPT when the
 * coast is damaged. */
MUST_CHECK int picture_draw(const struct picture_content *content,
                            struct picture_pen *pen);

/* A glyph of 5 x 7 pixels: 5 columns from the left, bit 0 is the uppermost row. Never
 * NULL; a box for what there is no glyph for. */
const uint8_t *picture_glyph(char c);

#endif
