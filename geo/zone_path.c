/* SPDX-License-Identifier: Apache-2.0 */
/* Great-circle paths, and the places where they meet the boundary of a zone.
 *
 * A path is cut into pieces that are straight in longitude and latitude. Its ends are
 * exact; the knots between them are rounded to 1e-7 degree. Integers decide whether a
 * piece meets an edge. The place on the piece is computed to 2^-28 of the piece. The
 * boundary of an area belongs to the area, so a path crosses from one part to a part that
 * touches it without a cut. Between contacts with the boundary, one exact point test
 * decides between inside and outside. */
#include "zone_path_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "point_int.h"
#include "zone_strips_int.h"

__extension__ typedef __int128 wide;

/* The number of parts of a piece; contacts in different parts are distinguished. */
#define TICKS (INT64_C(1) << ZONE_FINE_BITS)

/* A step of this longitude lets a great circle rise above its higher end by at most the
 * step squared / 16, in latitude. */
#define BULGE_E7 10000000
#define BULGE_LAT_E7 11000.0

static int64_t shorter_way(int64_t step)
{
    if (step > ZONE_TURN_E7 / 2)
        return step - ZONE_TURN_E7;
    return step < -ZONE_TURN_E7 / 2 ? step + ZONE_TURN_E7 : step;
}

/* The distance between a straight piece and its great circle is at most tan(lat) / 8R (E2
 * + 2EN), where E and N are the lengths of the piece east and north: the second
 * derivatives of the great circle in longitude and latitude are 2 tan(lat) lon' lat' and
 * -sin(lat) cos(lat) lon'2. */
static int pieces_for(const struct zone_path *path, int64_t dx)
{
    const double to_m = GEO_EARTH_RADIUS_M * POINT_RAD / GEO_E7;
    double lat = fmax(fabs((double)path->a.lat_e7), fabs((double)path->b.lat_e7));
    if (llabs(dx) > BULGE_E7)
        lat = fmax(lat, fabs((double)geo_interpolate(path->a, path->b, 0.5).lat_e7));
    else
        lat = fmin(lat + BULGE_LAT_E7, 900000000);
    double cosine = cos(lat * (POINT_RAD / GEO_E7));
    double tangent = sqrt(1 - cosine * cosine) / cosine;
    double east = fabs((double)dx) * cosine * to_m;
    double north = fabs((double)path->b.lat_e7 - path->a.lat_e7) * to_m;
    double off = tangent / (8 * GEO_EARTH_RADIUS_M) * (east * east + 2 * east * north);
    /* At the pole itself the value is NaN, and the number of pieces does not matter
     * there. */
    if (!(off > ZONE_PATH_ERROR_M))
        return 1;
    double pieces = ceil(sqrt(off / ZONE_PATH_ERROR_M));
    return pieces < ZONE_PATH_PIECES_MAX ? (int)pieces : ZONE_PATH_PIECES_MAX;
}

void zone_path_init(struct zone_path *path, struct geo_pos a, struct geo_pos b)
{
    path->a = a;
    path->b = b;
    int64_t dx = shorter_way((int64_t)b.lon_e7 - a.lon_e7);
    path->knots[0] =
        (struct zone_path_knot){.x = (int64_t)a.lon_e7 + ZONE_TURN_E7 / 2, .y = a.lat_e7};
    if (dx == 0 && a.lat_e7 == b.lat_e7) {
        path->pieces = 0;
        return;
    }
    path->pieces = zone_path_is_short(a, b) ? 1 : pieces_for(path, dx);
    struct point_arc arc;
    if (path->pieces > 1)
        geo_arc_init(&arc, a, b);
    int32_t lon = a.lon_e7;
    for (int i = 1; i <= path->pieces; i++) {
        struct geo_pos at =
            i == path->pieces ? b : geo_arc_at(&arc, (double)i / path->pieces);
        path->knots[i] = (struct zone_path_knot){
            .x = path->knots[i - 1].x + shorter_way((int64_t)at.lon_e7 - lon),
            .y = at.lat_e7};
        lon = at.lon_e7;
    }
}

/* A contact with the boundary, in ticks from the beginning of the path. For a gate, it is
 * a crossing with its direction. */
struct contact {
    int64_t from, to;
    bool left_to_right;
};

enum { CONTACTS_FEW = 32 };

struct contacts {
    struct contact *items; /* owned unless it is `few` */
    size_t count, room;
    struct contact few[CONTACTS_FEW];
};

static int add_contact(struct contacts *c, struct contact contact)
{
    if (c->count == c->room) {
        size_t room = c->room * 2;
        struct contact *items = malloc(room * sizeof *items);
        if (items == NULL)
            return ERR_NOMEM;
        memcpy(items, c->items, c->count * sizeof *items);
        if (c->items != c->few)
            free(c->items);
        c->items = items;
        c->room = room;
    }
    c->items[c->count++] = contact;
    return 0;
}

struct point {
    int64_t x, y;
};

/* Twice the area of a, b, p: greater than 0 when p is left of a -> b. */
static wide turn_of(struct point a, struct point b, struct point p)
{
    return (wide)(b.x - a.x) * (p.y - a.y) - (wide)(b.y - a.y) * (p.x - a.x);
}

static int sign_of(wide value)
{
    return (value > 0) - (value < 0);
}

/* One piece of the path, in the frame of the zone. */
struct piece {
    struct point p, q;
    int64_t begin; /* ticks before it */
};

static bool is_apart(int64_t a, int64_t b, int64_t low, int64_t high)
{
    return (a < low && b < low) || (a > high && b > high);
}

static bool misses_box(const struct piece *s, const struct zone_box *box)
{
    return is_apart(s->p.x, s->q.x, box->x0, box->x1) ||
           is_apart(s->p.y, s->q.y, box->y0, box->y1);
}

/* The place at the share at / all of the piece, in ticks; not rounded. */
static double tick_of(wide at, wide all)
{
    return (double)at / (double)all * (double)TICKS;
}

/* Add the stretch that the piece shares with an edge on the same line. */
static int add_stretch(const struct piece *s, struct point a, struct point b,
                       struct contacts *c)
{
    bool by_x = llabs(s->q.x - s->p.x) >= llabs(s->q.y - s->p.y);
    int64_t p = by_x ? s->p.x : s->p.y, q = by_x ? s->q.x : s->q.y;
    double t0 = tick_of((by_x ? a.x : a.y) - p, q - p);
    double t1 = tick_of((by_x ? b.x : b.y) - p, q - p);
    double from = fmax(fmin(t0, t1), 0), to = fmin(fmax(t0, t1), (double)TICKS);
    if (from > to)
        return 0;
    return add_contact(c, (struct contact){.from = s->begin + (int64_t)floor(from),
                                           .to = s->begin + (int64_t)ceil(to)});
}

/* Add the contact of the piece with an area's edge. */
static int meet_edge(const struct piece *s, struct point a, struct point b,
                     struct contacts *c)
{
    int side_a = sign_of(turn_of(s->p, s->q, a)),
        side_b = sign_of(turn_of(s->p, s->q, b));
    if (side_a * side_b > 0)
        return 0;
    wide from = turn_of(a, b, s->p), to = turn_of(a, b, s->q);
    if (sign_of(from) * sign_of(to) > 0)
        return 0;
    if (side_a == 0 && side_b == 0)
        return add_stretch(s, a, b, c);
    double tick = tick_of(from, from - to);
    /* The margin is a little larger than the rounding of the division. The contact never
     * extends beyond the piece. */
    double low = fmax(floor(tick - 1e-6), 0),
           high = fmin(ceil(tick + 1e-6), (double)TICKS);
    return add_contact(c, (struct contact){.from = s->begin + (int64_t)low,
                                           .to = s->begin + (int64_t)high});
}

/* The side of a gate's edge is never zero: every position of a ship counts as moved north
 * by a tiny amount and east by a far tinier amount, in the same way everywhere. So a ship
 * crosses a line exactly once, even if fixes lie on the line or paths go through its
 * vertices. */
static int side_of_edge(wide area, struct point a, struct point b)
{
    if (area != 0)
        return sign_of(area);
    if (b.x != a.x)
        return b.x > a.x ? 1 : -1;
    return b.y > a.y ? -1 : 1;
}

static int side_of_path(wide area, const struct piece *s)
{
    if (area != 0)
        return sign_of(area);
    if (s->q.x != s->p.x)
        return s->q.x > s->p.x ? -1 : 1;
    return s->q.y > s->p.y ? 1 : -1;
}

static int cross_edge(const struct piece *s, struct point a, struct point b,
                      struct contacts *c)
{
    if (side_of_path(turn_of(s->p, s->q, a), s) ==
        side_of_path(turn_of(s->p, s->q, b), s))
        return 0;
    wide from = turn_of(a, b, s->p), to = turn_of(a, b, s->q);
    int side = side_of_edge(from, a, b);
    if (side == side_of_edge(to, a, b))
        return 0;
    double tick = from == to ? 0 : tick_of(from, from - to);
    int64_t at = s->begin + (int64_t)fmin(fmax(tick, 0), (double)TICKS);
    return add_contact(c,
                       (struct contact){.from = at, .to = at, .left_to_right = side > 0});
}

/* Find all contacts of one piece with the zone in one of its turns around the earth. */
static int meet_piece(const struct zone_geometry *g, const struct piece *s,
                      struct contacts *c)
{
    for (size_t group = 0; group < g->group_count; group++) {
        if (misses_box(s, &g->groups[group]))
            continue;
        size_t leaf = group * ZONE_GROUP_LEAVES, end = leaf + ZONE_GROUP_LEAVES;
        for (; leaf < end && leaf < g->leaf_count; leaf++) {
            const struct zone_leaf *l = &g->leaves[leaf];
            if (misses_box(s, &l->box))
                continue;
            for (uint32_t i = l->first; i < l->first + l->count; i++) {
                struct point a = {g->vertices[i].x, g->vertices[i].y};
                struct point b = {g->vertices[i + 1].x, g->vertices[i + 1].y};
                if (is_apart(a.x, b.x, s->p.x < s->q.x ? s->p.x : s->q.x,
                             s->p.x < s->q.x ? s->q.x : s->p.x) ||
                    is_apart(a.y, b.y, s->p.y < s->q.y ? s->p.y : s->q.y,
                             s->p.y < s->q.y ? s->q.y : s->p.y))
                    continue;
                int rc = g->shape == ZONE_GATE ? cross_edge(s, a, b, c)
                                               : meet_edge(s, a, b, c);
                if (rc != 0)
                    return rc;
            }
        }
    }
    return 0;
}

/* x of a knot in the frame of the zone, 0 <= x < a turn. */
static int64_t frame_x(const struct zone_geometry *g, int64_t knot_x)
{
    int64_t x = (knot_x - g->west_e7 - ZONE_TURN_E7 / 2) % ZONE_TURN_E7;
    return x < 0 ? x + ZONE_TURN_E7 : x;
}

static int meet_path(const struct zone_path *path, const struct zone_geometry *g,
                     struct contacts *c)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < path->pieces; i++) {
        const struct zone_path_knot *k = &path->knots[i];
        if (is_apart(k[0].y, k[1].y, g->low, g->high))
            continue;
        int64_t x = frame_x(g, k[0].x), dx = k[1].x - k[0].x;
        for (x -= ZONE_TURN_E7; rc == 0 && x <= 2 * ZONE_TURN_E7; x += ZONE_TURN_E7) {
            struct piece s = {
                .p = {x, k[0].y}, .q = {x + dx, k[1].y}, .begin = i * TICKS};
            if (!is_apart(x, x + dx, 0, g->width))
                rc = meet_piece(g, &s, c);
        }
    }
    return rc;
}

static int compare_contacts(const void *a, const void *b)
{
    const struct contact *p = a, *q = b;
    if (p->from != q->from)
        return p->from < q->from ? -1 : 1;
    return p->to < q->to ? -1 : p->to > q->to;
}

/* Is the path inside the area at this tick? At this tick it must not meet a boundary. */
static bool is_inside_at(const struct zone_path *path, const struct zone_geometry *g,
                         int64_t tick)
{
    int i = (int)(tick / TICKS);
    if (i == path->pieces)
        i--;
    const struct zone_path_knot *k = &path->knots[i];
    int64_t t = tick - i * TICKS;
    int64_t x = frame_x(g, k[0].x) * TICKS + (k[1].x - k[0].x) * t;
    int64_t y = k[0].y * TICKS + ((int64_t)k[1].y - k[0].y) * t;
    return zone_strips_contain_fine(g->strips, x, y);
}

/* The cuts in order. When there are too many, pairs of cuts in the middle are dropped. */
struct cut_list {
    struct zone_cuts *cuts; /* borrowed */
    size_t total;
    double last[ZONE_CUTS_MAX / 2]; /* ring buffer of the newest cuts */
    bool last_left_to_right[ZONE_CUTS_MAX / 2];
    double scale;
};
enum { CUTS_HALF = ZONE_CUTS_MAX / 2 };

static void add_cut(struct cut_list *list, int64_t tick, bool left_to_right)
{
    struct zone_cuts *cuts = list->cuts;
    double fraction = fmin((double)tick * list->scale, 1);
    if (list->total < CUTS_HALF) {
        cuts->fraction[list->total] = fraction;
        cuts->left_to_right[list->total] = left_to_right;
    } else {
        list->last[list->total % CUTS_HALF] = fraction;
        list->last_left_to_right[list->total % CUTS_HALF] = left_to_right;
    }
    list->total++;
}

static void finish_cuts(struct cut_list *list)
{
    size_t tail = list->total > CUTS_HALF ? list->total - CUTS_HALF : 0;
    if (tail > CUTS_HALF)
        tail = CUTS_HALF - list->total % 2;
    size_t head = list->total < CUTS_HALF ? list->total : CUTS_HALF;
    for (size_t i = 0; i < tail; i++) {
        size_t from = (list->total - tail + i) % CUTS_HALF;
        list->cuts->fraction[head + i] = list->last[from];
        list->cuts->left_to_right[head + i] = list->last_left_to_right[from];
    }
    list->cuts->count = (uint32_t)(head + tail);
}

/* Add the stretch of the path from `from` to `to` that lies inside the area. */
static void add_inside(struct cut_list *list, int64_t from, int64_t to, int64_t end)
{
    if (from > 0 || !list->cuts->inside_at_start)
        add_cut(list, from, false);
    if (to < end || !list->cuts->inside_at_end)
        add_cut(list, to, false);
}

static void cut_area(const struct zone_path *path, const struct zone_geometry *g,
                     const struct contacts *c, struct cut_list *list)
{
    struct zone_cuts *cuts = list->cuts;
    cuts->inside_at_start = zone_edges_contain(g, path->a);
    cuts->inside_at_end = cuts->inside_at_start;
    if (c->count == 0)
        return;
    cuts->inside_at_end = zone_edges_contain(g, path->b);
    const int64_t end = path->pieces * TICKS;
    int64_t inside_from = cuts->inside_at_start ? 0 : -1; /* -1: outside */
    int64_t reached = 0;                                  /* end of the last contact */
    for (size_t i = 0; i < c->count; i++) {
        const struct contact *contact = &c->items[i];
        /* Look at the gap before this contact. Contacts within two ticks count as one. */
        if (i > 0 && contact->from > reached + 2 &&
            !is_inside_at(path, g, reached + (contact->from - reached) / 2)) {
            add_inside(list, inside_from, reached, end);
            inside_from = -1;
        }
        if (inside_from < 0)
            inside_from = contact->from;
        if (contact->to > reached)
            reached = contact->to;
    }
    add_inside(list, inside_from, cuts->inside_at_end ? end : reached, end);
}

int zone_path_cuts(const struct zone_path *path, const struct zone_geometry *g,
                   struct zone_cuts *ret)
{
    struct contacts c = {.room = CONTACTS_FEW};
    c.items = c.few;
    int rc = meet_path(path, g, &c);
    if (rc == 0) {
        struct cut_list list = {.cuts = ret,
                                .scale = 1.0 / (double)(path->pieces * TICKS)};
        ret->inside_at_start = ret->inside_at_end = false;
        if (c.count > 1)
            qsort(c.items, c.count, sizeof c.items[0], compare_contacts);
        if (g->shape == ZONE_AREA)
            cut_area(path, g, &c, &list);
        else
            for (size_t i = 0; i < c.count; i++)
                add_cut(&list, c.items[i].from, c.items[i].left_to_right);
        finish_cuts(&list);
    }
    if (c.items != c.few)
        free(c.items);
    return rc;
}
