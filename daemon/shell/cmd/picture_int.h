/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the picture share: which part of the world it shows, and where names
 * have room. */
#ifndef LOOKOUT_PICTURE_INT_H
#define LOOKOUT_PICTURE_INT_H

#include <stdbool.h>

#include "picture.h"

/* Straight in longitude and latitude, true to shape in the middle. */
struct picture_view {
    double west, east, south, north; /* degrees; east may lie beyond 180 */
    double scale_x, scale_y;         /* pixels a degree */
    double left, top;                /* pixels, of its corner on the picture */
    int width, height;
};

/* The view that holds all of it with a margin: the world when there is nothing. 0 or
 * ERR_NOMEM. */
MUST_CHECK int picture_view_set(struct picture_view *v,
                                const struct picture_content *content);
struct picture_point picture_view_project(const struct picture_view *v, double lon,
                                          double lat);
/* The turn (a multiple of 360) that brings something's west side into the view. */
double picture_view_turn(const struct picture_view *v, double lon);

/* Pixels; y runs down. */
struct picture_box {
    double left, top, right, bottom;
};
/* Names that stand, and other places where none may. */
struct picture_labels {
    struct picture_box *taken; /* owned */
    size_t count, room;
};
void picture_labels_finish(struct picture_labels *labels);
/* No name is written over this from here on. 0 or ERR_NOMEM. */
MUST_CHECK int picture_labels_take(struct picture_labels *labels,
                                   const struct picture_box *box);
/* Write the text on `thing` (in its middle, where is_inside and it is wide enough) or
 * right beside it, where it covers no other name and is on the picture whole; nowhere
 * when there is no room. 0 or ERR_NOMEM. */
MUST_CHECK int picture_labels_write(struct picture_labels *labels,
                                    struct picture_pen *pen,
                                    const struct picture_view *view,
                                    const struct picture_box *thing, bool is_inside,
                                    const char *text);

#endif
