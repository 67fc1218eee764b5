/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/zonelib.h"

#include <string.h>

struct geo_pos test_pos(double lat, double lon)
{
    return geo_to_pos((struct geo_point){.lat = lat, .lon = lon});
}

static const char far_away[] = "{\"type\":\"FeatureCollection\",\"features\":["
#define FAR(id, lon)                                                                     \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id "\"},\"geometry\":{\"type\":"   \
    "\"Polygon\",\"coordinates\":[[[" lon ",-70],[" lon ".5,-70],[" lon ".5,-69],[" lon  \
    ",-70]]]}}"
    FAR("far1", "61") "," FAR("far2", "62") "," FAR("far3", "63") "," FAR(
        "far4", "64") "," FAR("far5", "65") "]}";

static struct zone_set *make_set(const char *text, const char *more)
{
    struct zone_faults faults = {0};
    struct zone_builder *b = zone_set_builder_create();
    struct zone_set *set = NULL;
    assert_non_null(b);
    int code = zone_set_builder_add(b, "test.geojson", text, strlen(text), &faults);
    if (code == 0 && more != NULL)
        code = zone_set_builder_add(b, "more.geojson", more, strlen(more), &faults);
    for (size_t i = 0; i < faults.count; i++)
        print_message("%d:%d: %s\n", faults.items[i].line, faults.items[i].col,
                      faults.items[i].text);
    assert_int_equal(code, 0);
    assert_int_equal(zone_set_build(b, &set, NULL), 0);
    zone_set_builder_destroy(b);
    geojson_fault_finish_list(&faults);
    return set;
}

struct zone_set *test_zone_set(const char *text)
{
    return make_set(text, NULL);
}

struct zone_set *test_zone_set_with_grid(const char *text)
{
    return make_set(text, far_away);
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
