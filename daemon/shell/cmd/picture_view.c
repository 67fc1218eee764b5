/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the world that a picture shows. */
#include <math.h>
#include <stdlib.h>

#include "picture_int.h"

enum { PICTURE_LONG_SIDE = 1200, PICTURE_SHORT_SIDE = 500 };
#define LEAST_VIEW_DEG 1.0
#define MARGIN 0.2

/* A range that must be visible, in degrees from west to east, over 180 or not. */
struct extent {
    double west, width, south, north;
};

static struct extent extent_of(struct geo_point low, struct geo_point high)
{
    double width = high.lon - low.lon;
    return (struct extent){.west = geo_fold_lon(low.lon),
                           .width = width < 0 ? width + 360 : width,
                           .south = low.lat,
                           .north = high.lat};
}

/* Owned by the caller; NULL: out of memory. */
static struct extent *find_extents(const struct picture_content *content, size_t *ret_n)
{
    size_t zones = zone_set_count(content->zones), n = zones + content->port_count;
    struct extent *extents = malloc((n + 1) * sizeof *extents);
    for (size_t i = 0; extents != NULL && i < n; i++) {
        const struct port *port = i < zones ? NULL : content->ports[i - zones];
        const struct zone_info *info = NULL;
        if (port == NULL)
            info = zone_set_info(content->zones, (uint32_t)i);
        else if (port->area != NULL)
            info = zone_set_info(port->area, 0);
        struct geo_point at = {0};
        if (info == NULL)
            at = geo_to_point(port->pos);
        extents[i] = info != NULL ? extent_of(info->low, info->high) : extent_of(at, at);
    }
    *ret_n = n;
    return extents;
}

static int by_west(const void *a, const void *b)
{
    double x = ((const struct extent *)a)->west;
    double y = ((const struct extent *)b)->west;
    return x < y ? -1 : x > y;
}

/* The smallest range of longitudes that holds all: all longitudes without the widest gap.
 */
static void find_longitudes(struct picture_view *v, struct extent *extents, size_t n)
{
    qsort(extents, n, sizeof *extents, by_west);
    double first = extents[0].west, reached = first, gap = 0;
    for (size_t i = 0; i < n; i++) {
        if (extents[i].west - reached > gap) {
            gap = extents[i].west - reached;
            v->west = extents[i].west;
            v->east = reached + 360;
        }
        reached = fmax(reached, extents[i].west + extents[i].width);
    }
    if (first + 360 - reached > gap) {
        v->west = first;
        v->east = reached;
    }
}

static void widen_range(double *low, double *high, double size)
{
    double more = (size - (*high - *low)) / 2;
    if (more > 0) {
        *low -= more;
        *high += more;
    }
}

/* 0 or ERR_NOMEM. */
static int find_range(struct picture_view *v, const struct picture_content *content)
{
    size_t n;
    struct extent *extents = find_extents(content, &n);
    if (extents == NULL)
        return ERR_NOMEM;
    if (n > 0) {
        v->south = 90;
        v->north = -90;
        for (size_t i = 0; i < n; i++) {
            v->south = fmin(v->south, extents[i].south);
            v->north = fmax(v->north, extents[i].north);
        }
        find_longitudes(v, extents, n);
    }
    free(extents);
    return 0;
}

int picture_view_set(struct picture_view *v, const struct picture_content *content)
{
    *v = (struct picture_view){.west = -180, .east = 180, .south = -85, .north = 85};
    int rc = find_range(v, content);
    if (rc != 0)
        return rc;
    double squeeze = fmax(cos((v->south + v->north) / 2 * PICTURE_RADIAN), 0.1);
    double x = (v->east - v->west) * squeeze, y = v->north - v->south;
    double size = fmax(fmax(x, y), LEAST_VIEW_DEG);
    /* Add a margin, and keep the sides similar in length. */
    double least = size * PICTURE_SHORT_SIDE / PICTURE_LONG_SIDE;
    x = fmax(fmax(x, least), LEAST_VIEW_DEG) * (1 + 2 * MARGIN);
    y = fmax(fmax(y, least), LEAST_VIEW_DEG) * (1 + 2 * MARGIN);
    widen_range(&v->west, &v->east, fmin(x / squeeze, 360));
    widen_range(&v->south, &v->north, y);
    v->south = fmax(v->south, -90);
    v->north = fmin(v->north, 90);
    x = (v->east - v->west) * squeeze;
    y = v->north - v->south;
    double scale = PICTURE_LONG_SIDE / fmax(x, y);
    v->scale_x = scale * squeeze;
    v->scale_y = scale;
    v->width = ceil(x * scale);
    v->height = ceil(y * scale);
    return 0;
}

struct picture_point picture_view_project(const struct picture_view *v, double lon,
                                          double lat)
{
    return (struct picture_point){.x = v->left + (lon - v->west) * v->scale_x,
                                  .y = v->top + (v->north - lat) * v->scale_y};
}

struct picture_box picture_view_box(const struct picture_view *v)
{
    return (struct picture_box){v->left, v->top, v->left + v->width, v->top + v->height};
}

double picture_view_turn(const struct picture_view *v, double lon)
{
    double turn = floor((lon - v->west) / 360) * -360;
    return lon + turn > v->east + 1e-6 ? turn - 360 : turn;
}
