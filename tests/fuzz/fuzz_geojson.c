/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as GeoJSON; of what is accepted, every question must be answered alike by the
 * grid and by the zone itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/geo/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

struct walk {
    const struct zone_set *set;
    struct geo_pos a, b;
};

static void visit(void *context, const struct zone_cuts *cuts)
{
    const struct walk *w = context;
    must(cuts->zone < zone_set_count(w->set) && cuts->count <= ZONE_CUTS_MAX);
    if (zone_set_info(w->set, cuts->zone)->shape == ZONE_AREA) {
        must(cuts->inside_at_start == zone_set_contains(w->set, cuts->zone, w->a));
        must(cuts->inside_at_end == zone_set_contains(w->set, cuts->zone, w->b));
        must((cuts->inside_at_start != cuts->inside_at_end) == (cuts->count % 2 == 1));
    }
    for (uint32_t i = 0; i < cuts->count; i++)
        must(cuts->fraction[i] >= (i > 0 ? cuts->fraction[i - 1] : 0) &&
             cuts->fraction[i] <= 1);
}

static void ask_at(const struct zone_set *set, struct geo_pos p)
{
    uint32_t zones[16];
    size_t n = zone_set_at(set, p, zones, 16), held = 0;
    for (uint32_t i = 0; i < zone_set_count(set); i++) {
        held += zone_set_contains(set, i, p);
        must(zone_distance_boundary_m(set, i, p) >= 0);
    }
    must(n == held);
    zone_distance_near(set, p, 20000, zones, 16);
}

static void ask(const struct zone_set *set)
{
    struct geo_pos last = {0};
    for (uint32_t zone = 0; zone < zone_set_count(set) && zone < 4; zone++) {
        size_t n = zone_set_ring_size(set, zone, 0);
        must(zone_set_find(set, zone_set_info(set, zone)->id) == zone);
        for (size_t i = 0; i < n && i < 8; i++) {
            struct geo_pos p = geo_to_pos(zone_set_ring_point(set, zone, 0, i));
            if (zone_set_info(set, zone)->shape == ZONE_AREA)
                must(zone_set_contains(set, zone, p));
            ask_at(set, p);
            p.lat_e7 += p.lat_e7 < 0 ? 1234567 : -1234567;
            ask_at(set, p);
            struct walk w = {.set = set, .a = last, .b = p};
            must(zone_along(set, last, p, visit, &w) == 0);
            const struct zone_course course = {p, 45, 10};
            struct zone_approach ahead;
            zone_along_approach(set, zone, &course, 50000, &ahead);
            last = p;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone_faults faults = {0};
    struct zone_set *set = NULL;
    struct zone_builder *b = zone_set_builder_create();
    if (b == NULL)
        return 0;
    int code = zone_set_builder_add(b, "one", (const char *)data, size, &faults);
    must((code == ERR_INVALID) == (faults.count > 0));
    for (size_t i = 0; i < faults.count; i++)
        must(faults.items[i].line >= 1 && faults.items[i].col >= 1 &&
             faults.items[i].text[0] != '\0');
    if (zone_set_build(b, &set, NULL) == 0)
        ask(set);
    zone_set_destroy(set);
    zone_set_builder_destroy(b);
    geojson_fault_finish_list(&faults);
    set = NULL;
    if (zone_set_read_area((const char *)data, size, &set, NULL) == 0)
        ask(set);
    zone_set_destroy(set);
    return 0;
}
