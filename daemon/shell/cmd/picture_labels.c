/* SPDX-License-Identifier: Apache-2.0 */
/* The places of names on a picture: beside their things, none over another. */
#include <math.h>
#include <stdlib.h>

#include "lookout/base/array.h"
#include "picture_int.h"

enum { LABEL_CLEAR = 4 };

void picture_labels_finish(struct picture_labels *labels)
{
    free(labels->taken);
    *labels = (struct picture_labels){0};
}

int picture_labels_take(struct picture_labels *labels, const struct picture_box *box)
{
    int rc = array_grow(&labels->taken, &labels->room, labels->count + 1,
                        sizeof *labels->taken);
    if (rc == 0)
        labels->taken[labels->count++] = *box;
    return rc;
}

double picture_labels_has_taken(const struct picture_labels *labels,
                                const struct picture_box *box)
{
    double sum = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const struct picture_box *t = &labels->taken[i];
        double width = fmin(box->right, t->right) - fmax(box->left, t->left);
        double height = fmin(box->bottom, t->bottom) - fmax(box->top, t->top);
        if (width > 0 && height > 0)
            sum += width * height;
    }
    return sum;
}

static bool label_has_room(const struct picture_labels *labels,
                           const struct picture_box *map, const struct picture_box *box)
{
    bool is_on_map = box->left >= map->left && box->top >= map->top &&
                     box->right <= map->right && box->bottom <= map->bottom;
    return is_on_map && picture_labels_has_taken(labels, box) == 0;
}

/* *ret_box: the best place with room for a text of that size; false: there is none. */
static bool label_find_place(const struct picture_labels *labels,
                             const struct picture_view *view,
                             const struct picture_named *thing, struct picture_point size,
                             struct picture_box *ret_box)
{
    /* The place of the text's middle, in halves of its size and the thing's. */
    static const struct {
        int x, y;
    } sides[] = {{1, 0}, {0, -1}, {0, 1}, {-1, 0}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
    enum { SIDES = sizeof sides / sizeof sides[0], DISTANCES = 2 };
    const struct picture_box *t = &thing->box, map = picture_view_box(view);
    bool fits_inside =
        thing->is_inside && size.x <= t->right - t->left && size.y <= t->bottom - t->top;
    for (int i = fits_inside ? -1 : 0; i < SIDES * DISTANCES; i++) {
        double x = (t->left + t->right) / 2, y = (t->top + t->bottom) / 2;
        if (i >= 0) {
            double clear = LABEL_CLEAR + i / SIDES * size.y;
            x += sides[i % SIDES].x * ((t->right - t->left + size.x) / 2 + clear);
            y += sides[i % SIDES].y * ((t->bottom - t->top + size.y) / 2 + clear);
        }
        *ret_box = (struct picture_box){.left = x - size.x / 2,
                                        .top = y - size.y / 2,
                                        .right = x + size.x / 2,
                                        .bottom = y + size.y / 2};
        if (label_has_room(labels, &map, ret_box))
            return true;
    }
    return false;
}

int picture_labels_write(struct picture_labels *labels, cairo_t *cr,
                         const struct picture_view *view,
                         const struct picture_named *thing)
{
    const char *texts[] = {thing->text, thing->shorter};
    cairo_font_extents_t font;
    cairo_font_extents(cr, &font);
    for (int i = 0; i < 2 && texts[i] != NULL; i++) {
        cairo_text_extents_t extents;
        cairo_text_extents(cr, texts[i], &extents);
        struct picture_point size = {extents.x_advance, font.ascent + font.descent};
        struct picture_box box;
        if (!label_find_place(labels, view, thing, size, &box))
            continue;
        picture_pen_write_rimmed(
            cr, (struct picture_point){box.left, box.top + font.ascent}, texts[i]);
        return picture_labels_take(labels, &box);
    }
    return 0;
}
