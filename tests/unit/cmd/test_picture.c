/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of zones: a PNG that inflates to what it should, with land, sea and zones
 * where they are; an SVG with the same shapes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "daemon/shell/cmd/coast.h"
#include "daemon/shell/cmd/picture.h"
#include "lib/zonelib.h"

static uint32_t get_u32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

struct png {
    uint32_t width, height;
    unsigned char *rows; /* owned; each with its filter byte */
};

/* Chunks and checksums as ISO/IEC 15948 has them; one IDAT. */
static struct png read_png(const struct buf *file)
{
    struct png png = {0};
    size_t at = 8;
    assert_memory_equal(file->data, "\x89PNG\r\n\x1a\n", 8);
    bool is_ended = false;
    while (at < file->length) {
        uint32_t n = get_u32(file->data + at);
        const char *type = file->data + at + 4, *data = type + 4;
        assert_true(at + 12 + n <= file->length);
        assert_int_equal(get_u32(data + n), crc32(0, (const Bytef *)type, n + 4));
        if (memcmp(type, "IHDR", 4) == 0) {
            png.width = get_u32(data);
            png.height = get_u32(data + 4);
            assert_memory_equal(data + 8, "\x08\x02\0\0\0", 5);
        } else if (memcmp(type, "IDAT", 4) == 0) {
            uLongf room = (uLongf)(png.width * 3 + 1) * png.height;
            uLongf expected = room;
            png.rows = malloc(room);
            assert_int_equal(uncompress(png.rows, &room, (const Bytef *)data, n), Z_OK);
            assert_int_equal(room, expected);
        } else {
            assert_memory_equal(type, "IEND", 4);
            is_ended = true;
        }
        at += 12 + n;
    }
    assert_true(is_ended);
    return png;
}

/* The box runs from 126 to 129 E and 35 to 38 N; the picture adds 0.3 of its size on each
 * side and is as wide in kilometres as high. */
static uint32_t pixel_at(const struct png *png, double lat, double lon)
{
    double squeeze = cos(36.5 * 3.14159265358979 / 180), high = 3 * 1.6;
    double wide = 3 * squeeze * 1.6;
    double scale = png->height / high;
    uint32_t x = (uint32_t)(((lon - 127.5) * squeeze + wide / 2) * scale);
    uint32_t y = (uint32_t)((36.5 + high / 2 - lat) * scale);
    assert_true(x < png->width && y < png->height);
    const unsigned char *p = png->rows + (size_t)y * (png->width * 3 + 1) + 1 + 3 * x;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static int draw(const struct zone_set *set, struct picture_pen *pen)
{
    struct picture_content content = {.zones = set};
    return picture_draw(&content, pen);
}

static void test_png(void **state)
{
    (void)state;
    struct zone_set *set = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"korea\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[126,35],[129,35],[129,38],[126,38],[126,35]],"
        "[[127,36],[128,36],[128,37],[127,37],[127,36]]]}}");
    struct buf out = {0};
    struct picture_pen pen = picture_png_pen(&out);
    assert_int_equal(draw(set, &pen), 0);
    struct png png = read_png(&out);
    assert_int_equal(png.height, 1200);
    assert_int_equal(pixel_at(&png, 36.4, 127.2), 0xe9e2cf); /* land in the hole */
    assert_int_equal(pixel_at(&png, 35.7, 129.9), 0xd8e8f0); /* the Sea of Japan */
    uint32_t zone = pixel_at(&png, 35.6, 127.3);             /* land under the zone */
    assert_true((zone >> 16) > (zone & 0xff) + 0x30);
    free(png.rows);
    buf_finish(&out);
    zone_set_destroy(set);
}

static void test_svg(void **state)
{
    (void)state;
    struct zone_set *set = test_zone_set(
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"<&>\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[179,-17],[181,-17],[181,-16],[179,-17]]]}},{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"g\"},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":"
        "[[-179,-17],[-178,-16]]}}]}");
    struct buf out = {0};
    struct picture_pen pen = picture_svg_pen(&out);
    assert_int_equal(draw(set, &pen), 0);
    const char *svg = buf_text(&out);
    assert_memory_equal(svg, "<svg ", 5);
    assert_non_null(strstr(svg, "&lt;&amp;>"));
    assert_non_null(strstr(svg, "fill=\"#d04030\""));   /* the zone */
    assert_non_null(strstr(svg, "fill=\"#e9e2cf\""));   /* Fiji */
    assert_non_null(strstr(svg, "stroke=\"#2040b0\"")); /* the gate */
    assert_non_null(strstr(svg, ">180</text>"));
    assert_non_null(strstr(svg, ">178W</text>"));
    assert_string_equal(svg + out.length - 7, "</svg>\n");
    buf_finish(&out);
    zone_set_destroy(set);
}

/* Of the names on an SVG the place, as written there; -1: it is not. */
static void place_of(const char *svg, const char *name, double *ret_x, double *ret_y)
{
    char end[64];
    snprintf(end, sizeof end, ">%s</text>", name);
    const char *at = strstr(svg, end);
    *ret_x = *ret_y = -1;
    while (at != NULL && at > svg && strncmp(at, "<text ", 6) != 0)
        at--;
    if (at != NULL)
        assert_int_equal(sscanf(at, "<text x=\" %lf\" y=\" %lf\"", ret_x, ret_y), 2);
}

/* A port by its point with a circle of 10 km, and one by its area; both over the
 * antimeridian from the zone, and the view takes the short way. */
static void test_ports(void **state)
{
    (void)state;
    struct zone_set *set = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[178,0],[179,0],[179,1],[178,1],[178,0]]]}}");
    struct zone_set *area = test_zone_set(
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"a\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[-178,0],[-177,0],[-177,1],[-178,0]]]}}");
    struct port round = {
        .locode = "XXAAA", .pos = {5000000, -1790000000}, .entry_m = 10e3};
    struct port shaped = {.locode = "XXBBB", .pos = {5000000, -1775000000}, .area = area};
    const struct port *ports[] = {&round, &shaped};
    struct picture_content content = {.zones = set, .ports = ports, .port_count = 2};
    struct buf out = {0};
    struct picture_pen pen = picture_svg_pen(&out);
    assert_int_equal(picture_draw(&content, &pen), 0);
    const char *svg = buf_text(&out);
    double box_x, a_x, b_x, y;
    place_of(svg, "box", &box_x, &y);
    place_of(svg, "XXAAA", &a_x, &y);
    place_of(svg, "XXBBB", &b_x, &y);
    assert_true(0 < box_x && box_x < a_x && a_x < b_x && b_x < 1200);
    size_t fills = 0;
    for (const char *at = svg; (at = strstr(at, "fill=\"#207858\"")) != NULL; at++)
        fills++;
    assert_int_equal(fills, 2);
    /* 5 degrees and 0.6 of them are 1200 pixels: 150 a degree; 10 km are 0.08993 degree
     * (111.195 km each, on the sphere of 6371.0088 km): 13.5 pixels. */
    const char *circle = strstr(svg, "fill=\"#207858\"");
    while (strncmp(circle, "<path", 5) != 0)
        circle--;
    double right, top, down = 0, x = 0;
    assert_int_equal(sscanf(circle, "<path d=\"M%lf %lf", &right, &y), 2);
    top = y;
    for (const char *at = strchr(circle, 'L'); *at == 'L'; at = strpbrk(at + 1, "LZ")) {
        assert_int_equal(sscanf(at, "L%lf %lf", &x, &y), 2);
        top = fmin(top, y);
        down = fmax(down, y);
    }
    assert_near(down - top, 2 * 0.08993 * 150, 0.3);
    buf_finish(&out);
    zone_set_destroy(area);
    zone_set_destroy(set);
}

/* Hundreds of zones side by side, closer than their names are wide: names that stand do
 * not cover each other, and there are some. */
static void test_names_have_room(void **state)
{
    (void)state;
    struct buf text = {0};
    assert_int_equal(
        buf_add_text(&text, "{\"type\":\"FeatureCollection\",\"features\":["), 0);
    for (int i = 0; i < 400; i++) {
        double lon = i % 20 * 0.1, lat = i / 20 * 0.1;
        assert_int_equal(
            buf_printf(&text,
                       "%s{\"type\":\"Feature\",\"properties\":{\"id\":\"zone-%03d\"},"
                       "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.1f,%.1f],"
                       "[%.2f,%.1f],[%.1f,%.2f],[%.1f,%.1f]]]}}",
                       i > 0 ? "," : "", i, lon, lat, lon + 0.05, lat, lon, lat + 0.05,
                       lon, lat),
            0);
    }
    assert_int_equal(buf_add_text(&text, "]}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    struct buf out = {0};
    struct picture_pen pen = picture_svg_pen(&out);
    assert_int_equal(draw(set, &pen), 0);
    double xs[400], ys[400];
    size_t n = 0;
    for (int i = 0; i < 400; i++) {
        char name[16];
        snprintf(name, sizeof name, "zone-%03d", i);
        place_of(buf_text(&out), name, &xs[n], &ys[n]);
        n += xs[n] >= 0;
    }
    assert_true(n > 50 && n < 400);
    /* 8 letters, at most 9 pixels each in SVG's 14 pixel sans-serif. */
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(fabs(xs[i] - xs[k]) >= 72 || fabs(ys[i] - ys[k]) >= 14);
    buf_finish(&text);
    buf_finish(&out);
    zone_set_destroy(set);
}

static void test_no_zones(void **state)
{
    (void)state;
    struct zone_set *set =
        test_zone_set("{\"type\":\"FeatureCollection\",\"features\":[]}");
    struct buf out = {0};
    struct picture_pen pen = picture_png_pen(&out);
    assert_int_equal(draw(set, &pen), 0);
    struct png png = read_png(&out);
    assert_int_equal(png.width, 1200);
    free(png.rows);
    buf_finish(&out);
    zone_set_destroy(set);
}

/* Land is 29.2 % of the earth (CIA World Factbook, "World"): no ring was lost in
 * thinning, none drawn the wrong way around the globe. */
static void test_coast(void **state)
{
    (void)state;
    struct coast coast;
    assert_int_equal(coast_read(&coast), 0);
    double land = 0;
    for (size_t ring = 0, first = 0; ring < coast.ring_count;
         first = coast.ring_ends[ring++]) {
        double sum = 0;
        for (size_t i = first; i < coast.ring_ends[ring]; i++) {
            struct coast_point a = coast.points[i];
            struct coast_point b =
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png),      cmocka_unit_test(test_svg),
        cmocka_unit_test(test_ports),    cmocka_unit_test(test_names_have_room),
        cmocka_unit_test(test_no_zones), cmocka_unit_test(test_coast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
