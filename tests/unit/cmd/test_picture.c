/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the picture of zones: a PNG with land, sea, zones and ports at their
 * places; an SVG with the same shapes; names that do not cover each other. cairo itself
 * reads the PNG. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/cmd/picture_int.h"
#include "lib/zonelib.h"

#define SEA 0xd9e9f2
#define LAND 0xf1ead8
/* The map's corner on the page. */
#define LEFT 66
#define TOP 18

struct png {
    cairo_surface_t *surface; /* owned */
    uint32_t width, height;
};

struct piece {
    const char *at;
    size_t left;
};

static cairo_status_t read_piece(void *closure, unsigned char *to, unsigned n)
{
    struct piece *piece = closure;
    if (n > piece->left)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, piece->at, n);
    piece->at += n;
    piece->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

static struct buf draw(const struct picture_content *content, enum picture_form form)
{
    struct buf out = {0};
    struct err err = {0};
    assert_int_equal(picture_draw(content, form, &out, &err), 0);
    return out;
}

static struct png draw_png(const struct picture_content *content)
{
    struct buf out = draw(content, PICTURE_PNG);
    struct piece piece = {out.data, out.length};
    cairo_surface_t *s = cairo_image_surface_create_from_png_stream(read_piece, &piece);
    assert_int_equal(cairo_surface_status(s), CAIRO_STATUS_SUCCESS);
    assert_int_equal(piece.left, 0);
    buf_finish(&out);
    return (struct png){s, (uint32_t)cairo_image_surface_get_width(s),
                        (uint32_t)cairo_image_surface_get_height(s)};
}

static uint32_t pixel_at(const struct png *png, double x, double y)
{
    assert_true(x >= 0 && x < png->width && y >= 0 && y < png->height);
    size_t row = (size_t)y * (size_t)cairo_image_surface_get_stride(png->surface);
    uint32_t pixel;
    memcpy(&pixel, cairo_image_surface_get_data(png->surface) + row + 4 * (size_t)x, 4);
    return pixel & 0xffffff;
}

/* The box runs from 126 to 129 E and 35 to 38 N; the picture adds 0.2 of its size on each
 * side and is 1200 pixels high, as wide in kilometres. */
static uint32_t pixel_of(const struct png *png, double lat, double lon)
{
    double scale = 1200 / (3 * 1.4), squeeze = cos(36.5 * 3.14159265358979 / 180);
    return pixel_at(png, LEFT + ((lon - 127.5) + 1.5 * 1.4) * squeeze * scale,
                    TOP + (36.5 + 1.5 * 1.4 - lat) * scale);
}

static void test_png(void **state)
{
    struct zone_set *set = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"korea\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[126,35],[129,35],[129,38],[126,38],[126,35]],"
        "[[127,36],[128,36],[128,37],[127,37],[127,36]]]}}");
    struct png png = draw_png(&(struct picture_content){.zones = set});
    assert_true(png.height > 1200);
    assert_int_equal(pixel_of(&png, 36.4, 127.2), LAND); /* in the hole */
    assert_int_equal(pixel_of(&png, 35.7, 129.55), SEA); /* of Japan */
    uint32_t zone = pixel_of(&png, 35.6, 127.3);         /* land under the zone */
    assert_true(zone != LAND && (zone >> 16) > (zone & 0xff) + 0x20);
    cairo_surface_destroy(png.surface);
    zone_set_destroy(set);
}

static void test_svg(void **state)
{
    struct zone_set *set = test_zone_set(
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"<&>\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[179,-17],[181,-17],[181,-16],[179,-17]]]}},{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"g\"},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":"
        "[[-179,-17],[-178,-16]]}}]}");
    /* Colours as cairo writes them, in hundredths of 255. */
    static const char *const shapes[] = {
        "fill:rgb(70.980392%,21.176471%,16.470588%)",   /* 0xb5362a, the zone */
        "fill:rgb(94.509804%,91.764706%,84.705882%)",   /* 0xf1ead8, Fiji */
        "stroke:rgb(11.372549%,24.705882%,54.117647%)", /* 0x1d3f8a, the gate */
    };
    struct buf out = draw(&(struct picture_content){.zones = set}, PICTURE_SVG);
    const char *svg = buf_text(&out);
    assert_non_null(strstr(svg, "<svg "));
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        assert_non_null(strstr(svg, shapes[i]));
    assert_null(strstr(svg, "<text")); /* names are shapes: no font is needed */
    assert_string_equal(svg + out.length - 7, "</svg>\n");
    buf_finish(&out);
    zone_set_destroy(set);
}

/* One port is a point with a circle of 10 km, one is an area; both lie across the
 * antimeridian from the zone, and the view takes the short way. */
static void test_ports(void **state)
{
    static char names[2][8] = {"round", "shaped"};
    struct zone_set *set = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[178,0],[179,0],[179,1],[178,1],[178,0]]]}}");
    struct zone_set *area = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"a\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[-178,0],[-177,0],[-177,1],[-178,0]]]}}");
    struct port round = {.locode = "XXAAA",
                         .name = names[0],
                         .pos = {5000000, -1790000000},
                         .entry_m = 10e3};
    struct port shaped = {
        .locode = "XXBBB", .name = names[1], .pos = {5000000, -1775000000}, .area = area};
    const struct port *ports[] = {&round, &shaped};
    struct png png = draw_png(
        &(struct picture_content){.zones = set, .ports = ports, .port_count = 2});
    /* 5 degrees and 0.4 of them are 1200 pixels: 171.43 a degree; in height as much as
     * 500 of 1200 pixels. 10 km are 0.08993 degree (111.195 km each, on the sphere of
     * 6371.0088 km): 15.4 pixels. */
    double scale = 1200 / 7.0, x = LEFT + 4 * scale, y = TOP + 250;
    assert_int_equal(png.width, LEFT + 1200 + TOP);
    assert_int_not_equal(pixel_at(&png, x, y), SEA);
    assert_int_not_equal(pixel_at(&png, x - 14, y), SEA);
    assert_int_equal(pixel_at(&png, x - 17, y), SEA);
    assert_int_not_equal(pixel_at(&png, x - 5, y + 13), SEA);
    assert_int_equal(pixel_at(&png, x - 5, y + 20), SEA);
    assert_int_not_equal(pixel_at(&png, LEFT + 5.8 * scale, y + 0.2 * scale), SEA);
    assert_int_equal(pixel_at(&png, LEFT + 5.2 * scale, y - 0.2 * scale), SEA);
    assert_int_not_equal(pixel_at(&png, LEFT + 1.2 * scale, y + 0.2 * scale), SEA);
    cairo_surface_destroy(png.surface);
    zone_set_destroy(area);
    zone_set_destroy(set);
}

/* Hundreds of things lie side by side, closer than their names are wide: some names are
 * drawn, and they cover neither each other nor the map's edge. */
static void test_names_have_room(void **state)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 8, 8);
    cairo_t *cr = cairo_create(surface);
    struct picture_view view = {.width = 800, .height = 600};
    struct picture_labels labels = {0};
    for (int i = 0; i < 400; i++) {
        char name[16];
        double x = 20 + i % 20 * 40, y = 20 + i / 20 * 28;
        snprintf(name, sizeof name, "zone-%03d", i);
        struct picture_named thing = {
            .box = {x, y, x + 15, y + 15}, .text = name, .shorter = name + 5};
        assert_int_equal(picture_labels_write(&labels, cr, &view, &thing), 0);
    }
    assert_true(labels.count > 50 && labels.count <= 400);
    for (size_t i = 0; i < labels.count; i++) {
        const struct picture_box *a = &labels.taken[i];
        assert_true(a->left >= 0 && a->top >= 0 && a->right <= 800 && a->bottom <= 600);
        assert_true(a->right - a->left > 10 && a->bottom - a->top > 5);
        for (size_t k = 0; k < i; k++) {
            const struct picture_box *b = &labels.taken[k];
            assert_true(a->left >= b->right || b->left >= a->right ||
                        a->top >= b->bottom || b->top >= a->bottom);
        }
    }
    picture_labels_finish(&labels);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

/* Each kind has a colour of its own until the colours are used up; gates have no kind. */
static void test_kinds(void **state)
{
    struct buf text = {0};
    assert_int_equal(
        buf_add_text(&text, "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":"
                            "\"Feature\",\"properties\":{\"id\":\"g\",\"kind\":\"line\"},"
                            "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
                            "[[0,0],[1,1]]}}"),
        0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(
            buf_printf(&text,
                       ",{\"type\":\"Feature\",\"properties\":{\"id\":\"z%d\",\"kind\":"
                       "\"k%d\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[["
                       "%d,0],[%d.5,0],[%d,1],[%d,0]]]}}",
                       i, i % 10, i, i, i, i),
            0);
    assert_int_equal(buf_add_text(&text, "]}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    struct picture_kinds kinds = {0};
    picture_things_kinds(&kinds, set);
    assert_true(kinds.has_gates);
    assert_int_equal(kinds.count, PICTURE_KINDS);
    assert_string_equal(kinds.names[0], "k0");
    assert_string_equal(kinds.names[PICTURE_KINDS - 2], "k5");
    assert_string_equal(kinds.names[PICTURE_KINDS - 1], "other kinds");
    assert_int_not_equal(picture_things_style(&kinds, "k0").stroke,
                         picture_things_style(&kinds, "k1").stroke);
    assert_int_equal(picture_things_style(&kinds, "k7").stroke,
                     picture_things_style(&kinds, "k9").stroke);
    struct buf svg = draw(&(struct picture_content){.zones = set}, PICTURE_SVG);
    assert_true(svg.length > 1000);
    buf_finish(&svg);
    buf_finish(&text);
    zone_set_destroy(set);
}

static void test_no_zones(void **state)
{
    struct zone_set *set =
        test_zone_set("{\"type\":\"FeatureCollection\",\"features\":[]}");
    struct png png = draw_png(&(struct picture_content){.zones = set});
    assert_int_equal(png.width, LEFT + 1200 + TOP);
    cairo_surface_destroy(png.surface);
    assert_int_equal(setenv("LOOKOUT_DATADIR", "/nonexistent", 1), 0);
    struct buf out = {0};
    struct err err = {0};
    assert_int_equal(
        picture_draw(&(struct picture_content){.zones = set}, PICTURE_PNG, &out, &err),
        ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "coast.txt"));
    assert_int_equal(unsetenv("LOOKOUT_DATADIR"), 0);
    buf_finish(&out);
    zone_set_destroy(set);
}

/* Land is 29.2 % of the earth (CIA World Factbook, "World"): thinning lost no ring, and
 * drew none the wrong way around the globe. */
static void test_coast(void **state)
{
    struct coast coast;
    assert_int_equal(coast_read(&coast, NULL), 0);
    double land = 0;
    for (size_t ring = 0, first = 0; ring < coast.ring_count;
         first = coast.ring_ends[ring++]) {
        double sum = 0;
        for (size_t i = first; i < coast.ring_ends[ring]; i++) {
            struct geo_point a = coast.points[i];
            struct geo_point b =
                coast.points[i + 1 < coast.ring_ends[ring] ? i + 1 : first];
            assert_true(fabs(a.lon) <= 540 && fabs(a.lat) <= 90);
            assert_true(fabs(b.lon - a.lon) < 180 || fabs(a.lat) == 90);
            sum += (b.lon - a.lon) *
                   (sin(a.lat * 0.0174532925199) + sin(b.lat * 0.0174532925199)) / 2;
        }
        land += sum;
    }
    assert_near(fabs(land) * 0.0174532925199 / (4 * 3.14159265358979), 0.29, 0.01);
    coast_finish(&coast);
}

TEST_MAIN(NULL, NULL, TEST(test_png), TEST(test_svg), TEST(test_ports),
          TEST(test_names_have_room), TEST(test_kinds), TEST(test_no_zones),
          TEST(test_coast))
