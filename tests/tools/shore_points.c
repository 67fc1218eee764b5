/* SPDX-License-Identifier: Apache-2.0 */
/* Makes tests/data/geo/shore-points.csv: random places and their distances from the
 * shore, by another way than config/make-shore.mjs. Each place is compared with every
 * edge of Natural Earth's land, and the distance to the nearest point of an edge is
 * PROJ's geodesic; a place is on land when an odd number of edges lie north of it on its
 * meridian.
 *
 *     npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
 *     build/shore_points package/land-10m.json >tests/data/geo/shore-points.csv */
#include <geodesic.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DEGREE (3.14159265358979323846 / 180)
#define NM_M 1852.0

struct place {
    double lat, lon, xyz[3];
};
static struct place (*edges)[2];
static size_t edge_count, edge_room;

static struct place place_at(double lat, double lon)
{
    const double a = 6378137, e2 = 0.00669437999014;
    double s = sin(lat * DEGREE), c = cos(lat * DEGREE), n = a / sqrt(1 - e2 * s * s);
    return (struct place){
        lat,
        lon,
        {n * c * cos(lon * DEGREE), n * c * sin(lon * DEGREE), n * (1 - e2) * s}};
}

static void add_edge(struct place a, struct place b)
{
    if (edge_count == edge_room) {
        edge_room = edge_room != 0 ? 2 * edge_room : 1024;
        edges = realloc(edges, edge_room * sizeof *edges);
        if (edges == NULL)
            abort();
    }
    edges[edge_count][0] = a;
    edges[edge_count++][1] = b;
}

/* A ring's arcs; ~i is arc i from its end to its beginning, which has the same edges. */
static void add_ring(const json_t *topology, const json_t *ring)
{
    const json_t *transform = json_object_get(topology, "transform");
    const json_t *scale = json_object_get(transform, "scale");
    const json_t *translate = json_object_get(transform, "translate");
    for (size_t i = 0; i < json_array_size(ring); i++) {
        json_int_t n = json_integer_value(json_array_get(ring, i));
        const json_t *arc =
            json_array_get(json_object_get(topology, "arcs"), (size_t)(n < 0 ? ~n : n));
        double x = 0, y = 0;
        struct place before = {0};
        for (size_t k = 0; k < json_array_size(arc); k++) {
            const json_t *step = json_array_get(arc, k);
            x += json_number_value(json_array_get(step, 0));
            y += json_number_value(json_array_get(step, 1));
            struct place p =
                place_at(y * json_number_value(json_array_get(scale, 1)) +
                             json_number_value(json_array_get(translate, 1)),
                         x * json_number_value(json_array_get(scale, 0)) +
                             json_number_value(json_array_get(translate, 0)));
            if (k > 0)
                add_edge(before, p);
            before = p;
        }
    }
}

static void add_geometry(const json_t *topology, const json_t *g)
{
    const json_t *parts = json_object_get(g, "geometries");
    const json_t *arcs = json_object_get(g, "arcs");
    const char *type = json_string_value(json_object_get(g, "type"));
    for (size_t i = 0; i < json_array_size(parts); i++)
        add_geometry(topology, json_array_get(parts, i));
    for (size_t i = 0; i < json_array_size(arcs); i++) {
        const json_t *polygon = json_array_get(arcs, i);
        if (type != NULL && type[0] == 'P')
            add_ring(topology, polygon);
        for (size_t k = 0; type != NULL && type[0] == 'M' && k < json_array_size(polygon);
             k++)
            add_ring(topology, json_array_get(polygon, k));
    }
}

static bool is_land(double lat, double lon)
{
    bool is_odd = false;
    for (size_t i = 0; i < edge_count; i++) {
        double ax = edges[i][0].lon - lon, bx = edges[i][1].lon - lon;
        ax -= 360 * round(ax / 360);
        bx -= 360 * round(bx / 360);
        if ((ax > 0) == (bx > 0) || fabs(ax - bx) > 180)
            continue;
        double at =
            edges[i][0].lat + (edges[i][1].lat - edges[i][0].lat) * ax / (ax - bx);
        is_odd = is_odd != (at > lat);
    }
    return is_odd;
}

/* The square of the distance in space to an edge, and how far along the edge it is. */
static double square_to(const struct place *p, struct place *const edge, double *ret_part)
{
    double along = 0, length = 0, square = 0;
    for (int k = 0; k < 3; k++) {
        double way = edge[1].xyz[k] - edge[0].xyz[k];
        along += way * (p->xyz[k] - edge[0].xyz[k]);
        length += way * way;
    }
    double part = length > 0 ? along / length : 0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    for (int k = 0; k < 3; k++) {
        double d = p->xyz[k] - edge[0].xyz[k] - part * (edge[1].xyz[k] - edge[0].xyz[k]);
        square += d * d;
    }
    *ret_part = part;
    return square;
}

/* Edges along the pole or the antimeridian close a ring and are no coast. */
static bool is_seam(struct place *const edge)
{
    return (edge[0].lat < -89.9 && edge[1].lat < -89.9) ||
           (fabs(edge[0].lon) > 179.999999 && fabs(edge[1].lon) > 179.999999);
}

static double distance_m(double lat, double lon)
{
    struct geod_geodesic wgs84;
    struct place p = place_at(lat, lon);
    double best = HUGE_VAL, part = 0, at = 0, m = 0;
    size_t nearest = 0;
    if (is_land(lat, lon))
        return 0;
    for (size_t i = 0; i < edge_count; i++) {
        double square = is_seam(edges[i]) ? HUGE_VAL : square_to(&p, edges[i], &at);
        if (square < best) {
            best = square;
            nearest = i;
            part = at;
        }
    }
    struct place *a = &edges[nearest][0], *b = &edges[nearest][1];
    double way = b->lon - a->lon;
    way -= 360 * round(way / 360);
    geod_init(&wgs84, 6378137, 1 / 298.257223563);
    geod_inverse(&wgs84, lat, lon, a->lat + part * (b->lat - a->lat), a->lon + part * way,
                 &m, NULL, NULL);
    return m;
}

static double random_part(void)
{
    static uint64_t seed = 20240324;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* So many places of each kind: anywhere, and near a coast. */
enum { ANYWHERE = 300, NEAR = 900, CLOSE = 900 };

int main(int argc, char **argv)
{
    json_t *topology = argc == 2 ? json_load_file(argv[1], 0, NULL) : NULL;
    const json_t *objects = json_object_get(topology, "objects");
    if (objects == NULL)
        return 2;
    add_geometry(topology, json_object_get(objects, "land"));
    printf("# Made by tests/tools/shore_points.c: latitude, longitude, metres from the "
           "shore\n");
    for (int i = 0; i < ANYWHERE + NEAR + CLOSE;) {
        double lat = asin(2 * random_part() - 1) / DEGREE,
               lon = 360 * random_part() - 180;
        const struct place *coast =
            &edges[(size_t)(random_part() * (double)edge_count)][0];
        double reach = i < ANYWHERE + NEAR ? 1.2 : 0.1;
        if (i >= ANYWHERE) {
            lat = coast->lat + reach * (2 * random_part() - 1);
            lon = coast->lon + reach * (2 * random_part() - 1) / cos(coast->lat * DEGREE);
            lon -= 360 * floor((lon + 180) / 360);
        }
        if (fabs(lat) > 89)
            continue;
        printf("%.5f,%.5f,%.0f\n", lat, lon, distance_m(lat, lon));
        i++;
    }
    json_decref(topology);
    free(edges);
    return 0;
}
