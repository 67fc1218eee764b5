/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/zonelib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/buf.h"

struct geo_pos test_pos(double lat, double lon)
{
    return geo_to_pos((struct geo_point){.lat = lat, .lon = lon});
}

char *test_feature(const char *id, const char *geometry)
{
    struct buf text = {0};
    assert_int_equal(buf_printf(&text,
                                "{\"type\":\"Feature\",\"properties\":{\"id\":\"%s\"},"
                                "\"geometry\":%s}",
                                id, geometry),
                     0);
    return buf_take(&text);
}

struct zone_set *test_zone_set(const char *text)
{
    struct zone_faults faults = {0};
    struct zone_builder *b = zone_builder_create();
    struct zone_set *set = NULL;
    assert_non_null(b);
    int code = zone_builder_add(b, "test.geojson", text, strlen(text), &faults);
    for (size_t i = 0; i < faults.count; i++)
        print_message("%d:%d: %s\n", faults.items[i].line, faults.items[i].col,
                      faults.items[i].text);
    assert_int_equal(code, 0);
    assert_int_equal(zone_builder_build(b, &set, NULL), 0);
    zone_builder_destroy(b);
    zone_faults_finish(&faults);
    return set;
}

struct zone_set *test_zone_features(const char *const *features, size_t n)
{
    struct buf text = {0};
    assert_int_equal(
        buf_add_text(&text, "{\"type\":\"FeatureCollection\",\"features\":["), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(buf_printf(&text, "%s%s", i > 0 ? "," : "", features[i]), 0);
    assert_int_equal(buf_add_text(&text, "]}"), 0);
    struct zone_set *set = test_zone_set(buf_text(&text));
    buf_finish(&text);
    return set;
}

static void visit(void *context, const struct zone_cuts *cuts)
{
    struct test_along *along = context;
    assert_true(along->count < sizeof along->cuts / sizeof along->cuts[0]);
    along->cuts[along->count++] = *cuts;
}

void test_zone_along(const struct zone_set *set, struct geo_pos a, struct geo_pos b,
                     struct test_along *ret)
{
    ret->count = 0;
    assert_int_equal(zone_along(set, a, b, visit, ret), 0);
    for (size_t i = 1; i < ret->count; i++)
        assert_true(ret->cuts[i - 1].zone < ret->cuts[i].zone);
    for (size_t i = 0; i < ret->count; i++)
        for (uint32_t k = 0; k < ret->cuts[i].count; k++) {
            double fraction = ret->cuts[i].fraction[k];
            assert_true(fraction >= (k > 0 ? ret->cuts[i].fraction[k - 1] : 0));
            assert_true(fraction <= 1);
        }
}

const struct zone_cuts *test_along_zone(const struct test_along *along, uint32_t zone)
{
    for (size_t i = 0; i < along->count; i++)
        if (along->cuts[i].zone == zone)
            return &along->cuts[i];
    return NULL;
}
