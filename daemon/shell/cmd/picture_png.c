/* SPDX-License-Identifier: Apache-2.0 */
/* The pen that paints pixels and writes them as PNG (ISO/IEC 15948), 8 bits of red, green
 * and blue, deflated by zlib. Edges are smoothed: four lines a row, exact across. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "picture.h"

enum { SUBROWS = 4, GLYPH_SCALE = 2, GLYPH_ADVANCE = 6 * GLYPH_SCALE };

struct canvas {
    int width, height;
    uint8_t *pixels; /* owned; 3 bytes each, rows from the top */
    double *cover;   /* owned; of one row, 0..1 */
    double *cuts;    /* owned; of one line with a shape */
    size_t cuts_room;
};

static int begin(struct picture_pen *pen, int width, int height, uint32_t background)
{
    struct canvas *c = calloc(1, sizeof *c);
    pen->canvas = c;
    if (c == NULL)
        return ERR_NOMEM;
    c->width = width;
    c->height = height;
    size_t pixels = (size_t)width * (size_t)height;
    c->pixels = malloc(pixels * 3);
    c->cover = malloc((size_t)width * sizeof *c->cover);
    if (c->pixels == NULL || c->cover == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < pixels; i++) {
        c->pixels[3 * i] = (uint8_t)(background >> 16);
        c->pixels[3 * i + 1] = (uint8_t)(background >> 8);
        c->pixels[3 * i + 2] = (uint8_t)background;
    }
    return 0;
}

static void finish(struct picture_pen *pen)
{
    struct canvas *c = pen->canvas;
    if (c == NULL)
        return;
    free(c->pixels);
    free(c->cover);
    free(c->cuts);
    free(c);
    pen->canvas = NULL;
}

static void blend(uint8_t *pixel, uint32_t colour, double alpha)
{
    for (int i = 0; i < 3; i++) {
        double wanted = colour >> (16 - 8 * i) & 0xff;
        pixel[i] = (uint8_t)lround(pixel[i] + (wanted - pixel[i]) * alpha);
    }
}

static int compare_cuts(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Where the line at y enters and leaves the shape, by even and odd. */
static int cut_line(struct canvas *c, const struct picture_shape *shape, double y,
                    size_t *ret_count)
{
    size_t n = 0;
    for (size_t ring = 0, first = 0; ring < shape->ring_count;
         first = shape->ring_ends[ring++])
        for (size_t i = first; i < shape->ring_ends[ring]; i++) {
            const struct picture_point *a = &shape->points[i];
            const struct picture_point *b =
                &shape->points[i + 1 < shape->ring_ends[ring] ? i + 1 : first];
            if ((a->y <= y) == (b->y <= y))
                continue;
            if (n == c->cuts_room) {
                size_t room = c->cuts_room * 2 + 64;
                double *cuts = realloc(c->cuts, room * sizeof *cuts);
                if (cuts == NULL)
                    return ERR_NOMEM;
                c->cuts = cuts;
                c->cuts_room = room;
            }
            c->cuts[n++] = a->x + (b->x - a->x) * (y - a->y) / (b->y - a->y);
        }
    if (n > 1)
        qsort(c->cuts, n, sizeof *c->cuts, compare_cuts);
    *ret_count = n;
    return 0;
}

static void cover_span(struct canvas *c, double from, double to)
{
    from = fmax(from, 0);
    to = fmin(to, c->width);
    for (int x = (int)from; x < c->width && x < to; x++)
        c->cover[x] += (fmin(to, x + 1) - fmax(from, x)) / SUBROWS;
}

static int fill(struct canvas *c, const struct picture_shape *shape, uint32_t colour,
                double alpha)
{
    double top = c->height, bottom = 0;
    for (size_t i = 0; i < shape->count; i++) {
        top = fmin(top, shape->points[i].y);
        bottom = fmax(bottom, shape->points[i].y);
    }
    int first = (int)fmax(top, 0), last = (int)fmin(bottom, c->height - 1);
    for (int row = first; row <= last; row++) {
        memset(c->cover, 0, (size_t)c->width * sizeof *c->cover);
        for (int sub = 0; sub < SUBROWS; sub++) {
            size_t n = 0;
            int code = cut_line(c, shape, row + (sub + 0.5) / SUBROWS, &n);
            if (code != 0)
                return code;
            for (size_t i = 0; i + 1 < n; i += 2)
                cover_span(c, c->cuts[i], c->cuts[i + 1]);
        }
        uint8_t *pixel = c->pixels + (size_t)row * (size_t)c->width * 3;
        for (int x = 0; x < c->width; x++, pixel += 3)
            if (c->cover[x] > 0)
                blend(pixel, colour, fmin(c->cover[x], 1) * alpha);
    }
    return 0;
}

/* A line as a narrow rectangle, a little longer than it is so that corners close. */
static int stroke(struct canvas *c, struct picture_point a, struct picture_point b,
                  const struct picture_style *style)
{
    double length = hypot(b.x - a.x, b.y - a.y), half = style->stroke_width / 2;
    if (length == 0)
        return 0;
    double dx = (b.x - a.x) / length * half, dy = (b.y - a.y) / length * half;
    struct picture_point corners[4] = {
        {a.x - dx * 0.5 - dy, a.y - dy * 0.5 + dx},
        {b.x + dx * 0.5 - dy, b.y + dy * 0.5 + dx},
        {b.x + dx * 0.5 + dy, b.y + dy * 0.5 - dx},
        {a.x - dx * 0.5 + dy, a.y - dy * 0.5 - dx},
    };
    size_t end = 4;
    struct picture_shape line = {
        .points = corners, .count = 4, .ring_ends = &end, .ring_count = 1};
    return fill(c, &line, style->stroke, 1);
}

static int shape(struct picture_pen *pen, const struct picture_shape *shape,
                 const struct picture_style *style)
{
    struct canvas *c = pen->canvas;
    int code = 0;
    if (style->fill_alpha > 0)
        code = fill(c, shape, style->fill, style->fill_alpha);
    if (style->stroke_width <= 0)
        return code;
    for (size_t ring = 0, first = 0; ring < shape->ring_count;
         first = shape->ring_ends[ring++]) {
        size_t end = shape->ring_ends[ring];
        for (size_t i = first; code == 0 && i < end; i++)
            if (i + 1 < end)
                code = stroke(c, shape->points[i], shape->points[i + 1], style);
            else if (!style->is_open)
                code = stroke(c, shape->points[i], shape->points[first], style);
    }
    return code;
}

static void paint_block(struct canvas *c, int x, int y)
{
    for (int dy = 0; dy < GLYPH_SCALE; dy++)
        for (int dx = 0; dx < GLYPH_SCALE; dx++)
            if (x + dx >= 0 && x + dx < c->width && y + dy >= 0 && y + dy < c->height)
                blend(c->pixels +
                          ((size_t)(y + dy) * (size_t)c->width + (size_t)(x + dx)) * 3,
                      0, 0.9);
}

static int text(struct picture_pen *pen, struct picture_point at, const char *text,
                bool is_middle)
{
    int x = (int)at.x, y = (int)at.y - 7 * GLYPH_SCALE;
    if (is_middle)
        x -= (int)strlen(text) * GLYPH_ADVANCE / 2;
    for (; *text != '\0'; text++, x += GLYPH_ADVANCE) {
        const uint8_t *glyph = picture_glyph(*text);
        for (int column = 0; column < 5; column++)
            for (int row = 0; row < 7; row++)
                if (glyph[column] >> row & 1)
                    paint_block(pen->canvas, x + column * GLYPH_SCALE,
                                y + row * GLYPH_SCALE);
    }
    return 0;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static int add_chunk(struct buf *out, const char type[4], const uint8_t *data, size_t n)
{
    uint8_t word[4];
    uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
    if (n > 0)
        crc = crc32(crc, data, (uInt)n);
    put_u32(word, (uint32_t)n);
    int code = buf_add(out, word, 4);
    if (code == 0)
        code = buf_add(out, type, 4);
    if (code == 0 && n > 0)
        code = buf_add(out, data, n);
    put_u32(word, (uint32_t)crc);
    return code == 0 ? buf_add(out, word, 4) : code;
}

/* Rows with a filter byte in front, deflated. */
static int add_pixels(struct buf *out, const struct canvas *c)
{
    size_t row_bytes = (size_t)c->width * 3,
           raw_bytes = (row_bytes + 1) * (size_t)c->height;
    uLongf packed_bytes = compressBound((uLong)raw_bytes);
    uint8_t *raw = malloc(raw_bytes), *packed = malloc(packed_bytes);
    int code = raw == NULL || packed == NULL ? ERR_NOMEM : 0;
    for (int row = 0; code == 0 && row < c->height; row++) {
        uint8_t *to = raw + (size_t)row * (row_bytes + 1);
        to[0] = 0;
        memcpy(to + 1, c->pixels + (size_t)row * row_bytes, row_bytes);
    }
    if (code == 0 && compress2(packed, &packed_bytes, raw, (uLong)raw_bytes, 9) != Z_OK)
        code = ERR_NOMEM;
    if (code == 0)
        code = add_chunk(out, "IDAT", packed, packed_bytes);
    free(raw);
    free(packed);
    return code;
}

static int end(struct picture_pen *pen)
{
    const struct canvas *c = pen->canvas;
    uint8_t header[13] = {[8] = 8, [9] = 2}; /* 8 bits, red green blue */
    put_u32(header, (uint32_t)c->width);
    put_u32(header + 4, (uint32_t)c->height);
    int code = buf_add(pen->out, "\x89PNG\r\n\x1a\n", 8);
    if (code == 0)
        code = add_chunk(pen->out, "IHDR", header, sizeof header);
    if (code == 0)
        code = add_pixels(pen->out, c);
    return code == 0 ? add_chunk(pen->out, "IEND", NULL, 0) : code;
}

struct picture_pen picture_png_pen(struct buf *out)
{
    return (struct picture_pen){.begin = begin,
                                .shape = shape,
                                .text = text,
                                .end = end,
                                .finish = finish,
                                .out = out};
}
