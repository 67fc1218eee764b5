/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the picture share.
 *
 * view    which part of the world the map shows, and where on the page
 * label   a name beside its thing, where it covers no other
 * kinds   what the zones are of; a colour each */
#ifndef LOOKOUT_PICTURE_INT_H
#define LOOKOUT_PICTURE_INT_H

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

#include "coast.h"
#include "picture.h"

#define PICTURE_RADIAN 0.017453292519943295 /* a degree */

struct picture_point {
    double x, y; /* pixels from the upper left corner; y runs down */
};
struct picture_box {
    double left, top, right, bottom;
};

/* --- view --- */

/* Straight in longitude and latitude, true to shape in the middle. */
struct picture_view {
    double west, east, south, north; /* degrees; east may lie beyond 180 */
    double scale_x, scale_y;         /* pixels a degree */
    double left, top;                /* pixels, of its corner on the page */
    double width, height;            /* pixels */
};

/* The view of all things with a margin; the world when there are none. Its corner is at
 * 0, 0. 0 or ERR_NOMEM. */
MUST_CHECK int picture_view_set(struct picture_view *v,
                                const struct picture_content *content);
struct picture_point picture_view_project(const struct picture_view *v, double lon,
                                          double lat);
struct picture_box picture_view_box(const struct picture_view *v);
/* The multiple of 360 degrees that brings a west side into the view. */
double picture_view_turn(const struct picture_view *v, double lon);

/* --- what is drawn --- */

struct picture_style {
    uint32_t fill, stroke; /* 0xRRGGBB */
    double fill_alpha;     /* 0: not filled */
    double width;          /* of the line in pixels; 0: no line */
};

/* Kinds of zones in the order of their first zones; when there are more kinds than
 * colours, the last colour is shared. */
enum { PICTURE_KINDS = 7 };
struct picture_kinds {
    const char *names[PICTURE_KINDS]; /* borrowed from the zones; "" for none */
    size_t count;
    bool has_gates;
};

/* The places of names, and other places where no name may stand. */
struct picture_labels {
    struct picture_box *taken; /* owned */
    size_t count, room;
};

/* A drawn thing, and the name to be written at it. */
struct picture_named {
    struct picture_box box;
    bool is_inside;             /* the name may stand in its middle */
    const char *text, *shorter; /* borrowed; shorter may be NULL */
};

/* The page that is being drawn. */
struct picture {
    cairo_t *cr;
    struct picture_view view;
    struct coast coast; /* owned content */
    struct picture_kinds kinds;
    struct picture_labels labels; /* owned content */
    struct picture_named *names;  /* owned */
    size_t name_count;
    int rc; /* the first error of drawing */
};

/* Fill and stroke cairo's path, then clear it. */
void picture_pen_paint(cairo_t *cr, const struct picture_style *style);
/* Draw a text with its left end on the base line at `at`; rimmed: with an outline, so
 * that it is readable. */
void picture_pen_write(cairo_t *cr, struct picture_point at, const char *text);
void picture_pen_write_rimmed(cairo_t *cr, struct picture_point at, const char *text);

/* Draw the land within the view. Sets p->rc to ERR_NOMEM. */
void picture_land_draw(struct picture *p);

/* The style of a zone of that kind. */
struct picture_style picture_things_style(const struct picture_kinds *kinds,
                                          const char *kind);
extern const struct picture_style picture_things_port, picture_things_gate;
/* Add the kinds of these zones. */
void picture_things_kinds(struct picture_kinds *kinds, const struct zone_set *zones);
/* Draw zones, gates and ports; p->names gets a row each and has room for all. */
void picture_things_draw(struct picture *p, const struct picture_content *content);

/* --- labels --- */

void picture_labels_finish(struct picture_labels *labels);
/* Keep names off this box. 0 or ERR_NOMEM. */
MUST_CHECK int picture_labels_take(struct picture_labels *labels,
                                   const struct picture_box *box);
/* Write the thing's text, or the shorter one, in its middle (if is_inside and it is wide
 * enough) or beside it, where it hides no other name and is completely on the map;
 * nowhere when there is no room. 0 or ERR_NOMEM. */
MUST_CHECK int picture_labels_write(struct picture_labels *labels, cairo_t *cr,
                                    const struct picture_view *view,
                                    const struct picture_named *thing);
/* The part of the box that is taken, in square pixels; an area that is taken twice counts
 * twice. */
double picture_labels_has_taken(const struct picture_labels *labels,
                                const struct picture_box *box);

#endif
