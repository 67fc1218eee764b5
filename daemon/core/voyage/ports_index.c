/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the port that holds a position. A grid of a quarter of a degree covers the earth;
 * each cell lists the places of ports whose circle or area may reach into it. Most cells
 * at sea are empty and cost one load. Near ports, a box of integers excludes all but the
 * few places whose distance must be computed. */
#include <math.h>
#include <stdlib.h>

#include "lookout/base/fetch.h"
#include "ports_int.h"

#define CELL_E7 2500000
#define ROWS 720
#define COLS 1440
#define WORDS ((size_t)ROWS * COLS / 64)
#define HALF_TURN_E7 1800000000
#define TIE_M 25000.0
#define DEGREE (3.14159265358979323846 / 180)
#define MARGIN_E7 2 /* rounding of degrees to 1e-7 */

static uint32_t grid_row_of(int64_t lat_e7)
{
    int64_t row = (lat_e7 + HALF_TURN_E7 / 2) / CELL_E7;
    if (row < 0)
        return 0;
    return row >= ROWS ? ROWS - 1 : (uint32_t)row;
}

/* The cell of any longitude, also beyond 180 degrees. */
static int64_t col_of(int64_t lon_e7)
{
    int64_t shifted = lon_e7 + HALF_TURN_E7;
    return shifted >= 0 ? shifted / CELL_E7 : -((-shifted + CELL_E7 - 1) / CELL_E7);
}

/* --- reaches --- */

/* The box around a circle on the sphere: half its width in longitude is asin(sin r / cos
 * lat) when the pole lies outside the circle. */
static struct ports_reach reach_of_circle(struct geo_pos pos, double radius_m)
{
    double r = radius_m / GEO_EARTH_RADIUS_M;
    double lat = (double)pos.lat_e7 / GEO_E7 * DEGREE;
    double lat_half = r / DEGREE * GEO_E7 + MARGIN_E7;
    double lon_half = HALF_TURN_E7;
    if (fabs(lat) + r < 90 * DEGREE)
        lon_half = asin(sin(r) / cos(lat)) / DEGREE * GEO_E7 + MARGIN_E7;
    struct ports_reach reach = {.middle = pos, .cos_lat = cos(lat), .sin_lat = sin(lat)};
    reach.lat_half_e7 = lat_half < HALF_TURN_E7 ? (int32_t)lat_half : HALF_TURN_E7;
    reach.lon_half_e7 = lon_half < HALF_TURN_E7 ? (uint32_t)lon_half : HALF_TURN_E7;
    return reach;
}

static struct ports_reach reach_of_place(struct geo_pos pos, double entry_m,
                                         double exit_m)
{
    struct ports_reach reach = reach_of_circle(pos, exit_m > entry_m ? exit_m : entry_m);
    reach.entry_m = entry_m;
    reach.exit_m = exit_m;
    return reach;
}

static struct ports_reach reach_of_area(const struct zone_set *area, double exit_m)
{
    const struct zone_info *info = zone_set_info(area, 0);
    double width = info->high.lon - info->low.lon;
    if (width < 0)
        width += 360;
    struct geo_point middle = {.lat = (info->low.lat + info->high.lat) / 2,
                               .lon = info->low.lon + width / 2};
    /* A distance beyond the edge is widest in longitude where the area is farthest from
     * the equator. */
    double top = fmax(fabs(info->low.lat), fabs(info->high.lat));
    struct ports_reach rim =
        reach_of_circle(geo_to_pos((struct geo_point){top, 0}), exit_m);
    double lon_half = width / 2 * GEO_E7 + (double)rim.lon_half_e7;
    double lat_half =
        (info->high.lat - info->low.lat) / 2 * GEO_E7 + (double)rim.lat_half_e7;
    struct ports_reach reach = {
        .middle = geo_to_pos(middle), .is_area = 1, .exit_m = exit_m};
    reach.lat_half_e7 = lat_half < HALF_TURN_E7 ? (int32_t)lat_half : HALF_TURN_E7;
    reach.lon_half_e7 = lon_half < HALF_TURN_E7 ? (uint32_t)lon_half : HALF_TURN_E7;
    return reach;
}

/* The part of `used` and `ranks` that leads to a cell's span: the number of the cell
 * among the used ones. */
static uint32_t slot_of(const struct ports_index *index, uint32_t cell)
{
    uint64_t before = (UINT64_C(1) << (cell % 64)) - 1;
    return index->ranks[cell / 64] +
           (uint32_t)__builtin_popcountll(index->used[cell / 64] & before);
}

enum place_pass { MARK_CELLS, COUNT_REACHES, STORE_REACHES };

/* Do a pass's part at each cell that the reach may touch. `nexts` has a number for each
 * used cell: how many reaches it has, then where its next one is stored. */
static void place_reach(struct ports_index *index, const struct ports_reach *reach,
                        enum place_pass pass, uint32_t *nexts)
{
    int64_t lat = reach->middle.lat_e7, lon = reach->middle.lon_e7;
    uint32_t top = grid_row_of(lat + reach->lat_half_e7);
    int64_t west = col_of(lon - (int64_t)reach->lon_half_e7);
    int64_t east = col_of(lon + (int64_t)reach->lon_half_e7);
    if (east - west >= COLS)
        east = west + COLS - 1;
    for (uint32_t row = grid_row_of(lat - reach->lat_half_e7); row <= top; row++)
        for (int64_t col = west; col <= east; col++) {
            uint32_t cell = row * COLS + (uint32_t)((col + 2 * COLS) % COLS);
            if (pass == MARK_CELLS)
                index->used[cell / 64] |= UINT64_C(1) << (cell % 64);
            else if (pass == COUNT_REACHES)
                nexts[slot_of(index, cell)]++;
            else
                index->reaches[nexts[slot_of(index, cell)]++] = *reach;
        }
}

static size_t count_places(const struct port *ports, size_t count)
{
    size_t n = count;
    for (size_t i = 0; i < count; i++)
        n += ports[i].place_count;
    return n;
}

/* Call for the cells that each place of each port reaches, in order. */
static void collect_places(const struct port *ports, size_t count, double least_m,
                           struct ports_reach *all)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct port *p = &ports[i];
        double exit_m = fmax(p->exit_m, least_m);
        all[n] = p->area != NULL ? reach_of_area(p->area, exit_m)
                                 : reach_of_place(p->pos, p->entry_m, exit_m);
        all[n++].port = (uint32_t)i;
        for (size_t k = 0; k < p->place_count; k++) {
            const struct port_place *place = &p->places[k];
            all[n] =
                reach_of_place(place->pos, place->entry_m, fmax(place->exit_m, least_m));
            all[n++].port = (uint32_t)i;
        }
    }
}

/* Number the used cells; returns how many there are. */
static uint32_t rank_cells(struct ports_index *index)
{
    uint32_t slots = 0;
    for (size_t w = 0; w < WORDS; w++) {
        index->ranks[w] = slots;
        slots += (uint32_t)__builtin_popcountll(index->used[w]);
    }
    return slots;
}

/* Give each used cell its span, of as many reaches as `nexts` counts; `nexts` becomes
 * where the spans begin. */
static int begin_spans(struct ports_index *index, uint32_t slots, uint32_t *nexts)
{
    index->starts = calloc((size_t)slots + 1, sizeof *index->starts);
    if (index->starts == NULL)
        return ERR_NOMEM;
    for (uint32_t slot = 0; slot < slots; slot++) {
        index->starts[slot + 1] = index->starts[slot] + nexts[slot];
        nexts[slot] = index->starts[slot];
    }
    index->reaches = calloc((size_t)index->starts[slots] + 1, sizeof *index->reaches);
    return index->reaches != NULL ? 0 : ERR_NOMEM;
}

/* The reaches of a cell; false when it has none. */
static bool find_span(const struct ports_index *index, uint32_t cell, uint32_t *ret_begin,
                      uint32_t *ret_end)
{
    if ((index->used[cell / 64] >> (cell % 64) & 1u) == 0)
        return false;
    uint32_t slot = slot_of(index, cell);
    *ret_begin = index->starts[slot];
    *ret_end = index->starts[slot + 1];
    return true;
}

static int place_all(struct ports_index *index, const struct ports_reach *all,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        place_reach(index, &all[i], MARK_CELLS, NULL);
    uint32_t slots = rank_cells(index);
    uint32_t *nexts = calloc((size_t)slots + 1, sizeof *nexts);
    if (nexts == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        place_reach(index, &all[i], COUNT_REACHES, nexts);
    int rc = begin_spans(index, slots, nexts);
    for (size_t i = 0; i < count && rc == 0; i++)
        place_reach(index, &all[i], STORE_REACHES, nexts);
    free(nexts);
    return rc;
}

int ports_index_build(struct ports_index *index, const struct port *ports, size_t count,
                      double least_m)
{
    const size_t places = count_places(ports, count);
    struct ports_reach *all = calloc(places + 1, sizeof *all);
    struct ports_index built = {.used = calloc(WORDS, sizeof *built.used),
                                .ranks = calloc(WORDS, sizeof *built.ranks)};
    int rc = ERR_NOMEM;
    if (all != NULL && built.used != NULL && built.ranks != NULL) {
        collect_places(ports, count, least_m, all);
        rc = place_all(&built, all, places);
    }
    if (rc == 0)
        *index = built;
    else
        ports_index_finish(&built);
    free(all);
    return rc;
}

void ports_index_finish(struct ports_index *index)
{
    free(index->used);
    free(index->ranks);
    free(index->starts);
    free(index->reaches);
    *index = (struct ports_index){0};
}

/* --- the question --- */

static bool in_box(const struct ports_reach *reach, struct geo_pos pos)
{
    int64_t dlat = (int64_t)pos.lat_e7 - reach->middle.lat_e7;
    int64_t dlon = (int64_t)pos.lon_e7 - reach->middle.lon_e7;
    dlat = dlat < 0 ? -dlat : dlat;
    dlon = dlon < 0 ? -dlon : dlon;
    if (dlon > HALF_TURN_E7)
        dlon = 2 * (int64_t)HALF_TURN_E7 - dlon;
    return dlat <= reach->lat_half_e7 && dlon <= (int64_t)reach->lon_half_e7;
}

/* --- distances: rough where that decides, else exact --- */

/* The distance on a plane along the middle parallel, with cos((a + b) / 2) to the first
 * order: within 0.2 % of the great circle up to 100 km and 80 degrees of latitude (a test
 * checks it). Farther out there is no rough distance. */
#define ROUGH_SHARE 0.002
#define ROUGH_MAX_M 100000.0
#define ROUGH_COS_MIN 0.1736 /* 80 degrees */

struct candidate {
    uint32_t port;
    struct geo_pos pos; /* of the place; of an area's port its position */
    bool is_area;
    bool is_exact;
    double distance_m;
};

static void make_exact(struct candidate *c, struct geo_pos pos)
{
    if (c->is_exact)
        return;
    c->distance_m = geo_distance_m(c->pos, pos);
    c->is_exact = true;
}

static bool rough_distance(const struct ports_reach *reach, struct geo_pos pos,
                           double *ret_m)
{
    if (reach->is_area || reach->cos_lat < ROUGH_COS_MIN || reach->entry_m > ROUGH_MAX_M)
        return false;
    const double e7_m = GEO_EARTH_RADIUS_M * DEGREE / GEO_E7;
    int64_t dlon_e7 = (int64_t)pos.lon_e7 - reach->middle.lon_e7;
    if (dlon_e7 > HALF_TURN_E7)
        dlon_e7 -= 2 * (int64_t)HALF_TURN_E7;
    else if (dlon_e7 < -HALF_TURN_E7)
        dlon_e7 += 2 * (int64_t)HALF_TURN_E7;
    double dlat = (double)((int64_t)pos.lat_e7 - reach->middle.lat_e7);
    double half_rad = dlat / GEO_E7 * DEGREE / 2;
    double dlon = (double)dlon_e7 * (reach->cos_lat - reach->sin_lat * half_rad);
    *ret_m = sqrt(dlat * dlat + dlon * dlon) * e7_m;
    return true;
}

/* Whether the place holds the position, and the distance between them. */
static bool port_holds(const struct ports *ports, const struct ports_reach *reach,
                       struct geo_pos pos, struct candidate *ret)
{
    struct candidate c = {
        .port = reach->port, .pos = reach->middle, .is_area = reach->is_area != 0};
    if (!in_box(reach, pos))
        return false;
    if (c.is_area) {
        c.pos = ports->items[c.port].pos;
        if (!zone_set_contains(ports->items[c.port].area, 0, pos))
            return false;
    }
    double limit = reach->entry_m;
    if (!rough_distance(reach, pos, &c.distance_m) ||
        fabs(c.distance_m - limit) <= limit * ROUGH_SHARE)
        make_exact(&c, pos);
    *ret = c;
    return c.is_area || c.distance_m <= limit;
}

/* Whether the position is still within the exit of the place. */
static bool keeps_place(const struct ports *ports, const struct ports_reach *reach,
                        struct geo_pos pos)
{
    if (!in_box(reach, pos))
        return false;
    if (reach->is_area == 0)
        return geo_distance_m(reach->middle, pos) <= reach->exit_m;
    const struct zone_set *area = ports->items[reach->port].area;
    if (zone_set_contains(area, 0, pos))
        return true;
    return reach->exit_m > 0 && !zone_distance_is_beyond(area, 0, pos, reach->exit_m) &&
           zone_distance_boundary_m(area, 0, pos) <= reach->exit_m;
}

/* Areas come before points, then the nearer place, then the first. */
static void consider_port(struct candidate *best, struct candidate *c, struct geo_pos pos)
{
    if (best->port != PORT_NONE && c->is_area == best->is_area) {
        double apart = fabs(c->distance_m - best->distance_m);
        if (apart <= 2 * ROUGH_SHARE * fmax(c->distance_m, best->distance_m)) {
            make_exact(c, pos);
            make_exact(best, pos);
        }
    }
    bool is_better = best->port == PORT_NONE || (c->is_area && !best->is_area) ||
                     (c->is_area == best->is_area && c->distance_m < best->distance_m);
    if (is_better)
        *best = *c;
}

static uint32_t port_cell_of(struct geo_pos pos)
{
    return grid_row_of(pos.lat_e7) * COLS + (uint32_t)(col_of(pos.lon_e7) % COLS);
}

void ports_index_fetch(const struct ports *ports, struct geo_pos pos)
{
    fetch_line(&ports->index.used[port_cell_of(pos) / 64]);
}

uint32_t ports_index_at(const struct ports *ports, struct geo_pos pos, uint32_t declared)
{
    uint32_t begin = 0, end = 0;
    if (!find_span(&ports->index, port_cell_of(pos), &begin, &end))
        return PORT_NONE;
    struct candidate nearest = {.port = PORT_NONE}, meant = {.port = PORT_NONE}, c;
    for (uint32_t i = begin; i < end; i++) {
        if (!port_holds(ports, &ports->index.reaches[i], pos, &c))
            continue;
        consider_port(&nearest, &c, pos);
        if (declared != PORT_NONE &&
            ports->items[c.port].same == ports->items[declared].same)
            consider_port(&meant, &c, pos);
    }
    if (nearest.port == PORT_NONE)
        return PORT_NONE;
    const struct candidate *best = &nearest;
    if (meant.port != PORT_NONE && meant.is_area == nearest.is_area &&
        geo_distance_m(nearest.pos, meant.pos) <= TIE_M)
        best = &meant;
    return ports->items[best->port].same;
}

bool ports_index_holds(const struct ports *ports, uint32_t port, struct geo_pos pos,
                       enum ports_edge edge)
{
    uint32_t begin = 0, end = 0, head = ports->items[port].same;
    struct candidate c;
    if (!find_span(&ports->index, port_cell_of(pos), &begin, &end))
        return false;
    for (uint32_t i = begin; i < end; i++) {
        const struct ports_reach *reach = &ports->index.reaches[i];
        if (ports->items[reach->port].same != head)
            continue;
        if (edge == PORTS_EDGE_ENTRY ? port_holds(ports, reach, pos, &c)
                                     : keeps_place(ports, reach, pos))
            return true;
    }
    return false;
}

int ports_index_widen(struct ports *ports, double least_m)
{
    struct ports_index around;
    if (ports->around.used != NULL && ports->around_m >= least_m &&
        ports->around_m <= least_m)
        return 0;
    int rc = ports_index_build(&around, ports->items, ports->count, least_m);
    if (rc != 0)
        return rc;
    ports_index_finish(&ports->around);
    ports->around = around;
    ports->around_m = least_m;
    return 0;
}

bool ports_index_is_near(const struct ports *ports, struct geo_pos pos)
{
    uint32_t begin = 0, end = 0;
    if (ports->around.used == NULL ||
        !find_span(&ports->around, port_cell_of(pos), &begin, &end))
        return false;
    for (uint32_t i = begin; i < end; i++)
        if (keeps_place(ports, &ports->around.reaches[i], pos))
            return true;
    return false;
}
