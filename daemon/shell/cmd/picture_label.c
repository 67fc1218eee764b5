/* SPDX-License-Identifier: Apache-2.0 */
/* Where names stand on a picture: beside what they name, none over another. */
#include <stdlib.h>
#include <string.h>

#include "picture_int.h"

/* Of a letter on a PNG; SVG viewers draw them narrower. */
enum { LETTER_WIDTH = 12, LETTER_HEIGHT = 14, CLEAR = 4 };

void picture_labels_finish(struct picture_labels *labels)
{
    free(labels->taken);
    *labels = (struct picture_labels){0};
}

int picture_labels_take(struct picture_labels *labels, const struct picture_box *box)
{
    if (labels->count == labels->room) {
        size_t room = labels->room * 2 + 64;
        struct picture_box *taken = realloc(labels->taken, room * sizeof *taken);
        if (taken == NULL)
            return ERR_NOMEM;
        labels->taken = taken;
        labels->room = room;
    }
    labels->taken[labels->count++] = *box;
    return 0;
}

static bool has_room(const struct picture_labels *labels, const struct picture_view *view,
                     const struct picture_box *box)
{
    if (box->left < 0 || box->top < 0 || box->right > view->width ||
        box->bottom > view->height)
        return false;
    for (size_t i = 0; i < labels->count; i++) {
        const struct picture_box *t = &labels->taken[i];
        if (box->left < t->right && t->left < box->right && box->top < t->bottom &&
            t->top < box->bottom)
            return false;
    }
    return true;
}

int picture_labels_write(struct picture_labels *labels, struct picture_pen *pen,
                         const struct picture_view *view, const struct picture_box *thing,
                         bool is_inside, const char *text)
{
    /* Where the text's middle is, in halves of its size and the thing's: the best first.
     */
    static const struct {
        int x, y;
    } sides[] = {{1, 0}, {0, -1}, {0, 1}, {-1, 0}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
    enum { SIDES = sizeof sides / sizeof sides[0], DISTANCES = 3 };
    double half_x = (double)strlen(text) * LETTER_WIDTH / 2.0,
           half_y = LETTER_HEIGHT / 2.0;
    double x = (thing->left + thing->right) / 2, y = (thing->top + thing->bottom) / 2;
    bool fits_inside = is_inside && 2 * half_x <= thing->right - thing->left;
    for (int i = fits_inside ? -1 : 0; i < SIDES * DISTANCES; i++) {
        struct picture_point at = {.x = x, .y = y};
        if (i >= 0) {
            double clear = CLEAR + i / SIDES * LETTER_HEIGHT;
            at.x +=
                sides[i % SIDES].x * ((thing->right - thing->left) / 2 + half_x + clear);
            at.y +=
                sides[i % SIDES].y * ((thing->bottom - thing->top) / 2 + half_y + clear);
        }
        struct picture_box box = {.left = at.x - half_x,
                                  .top = at.y - half_y,
                                  .right = at.x + half_x,
                                  .bottom = at.y + half_y};
        if (!has_room(labels, view, &box))
            continue;
        at.y = box.bottom;
        int code = picture_labels_take(labels, &box);
        return code != 0 ? code : pen->text(pen, at, text, true);
    }
    return 0;
}
