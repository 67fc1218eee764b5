/* SPDX-License-Identifier: Apache-2.0 */
/* The zones of one track are saved and loaded: with zones that changed or are gone, and
 * from damaged records. */
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lib/zoneplay.h"
#include "lookout/base/buf.h"
#include "lookout/detect/zone_watch.h"

static void test_changed_zones(void **state)
{
    struct zone_set *box = test_zone_set(zoneplay_box);
    /* A zone with the same id, moved a little; and another zone that holds the ship. */
    struct zone_set *moved = test_zone_set(COLLECTION(
        AREA("box", "[[126.1,35.5],[127,35.5],[127,36.5],[126.1,"
                    "36.5],[126.1,35.5]]") "," AREA("new", "[[126,35],[128,35],[128,37],["
                                                           "126,37],[126,35]]")));
    struct zone_set *none = test_zone_set(COLLECTION(""));
    struct play p = {.zones = box, .limits = zone_state_limits_default(), .sog_kn = -1};
    zone_state_init(&p.w);
    zoneplay_fix(&p, 0, 36.0, 126.5);
    zoneplay_reload(&p, moved);
    zoneplay_fix(&p, 10, 36.0, 126.5);
    zoneplay_fix(&p, 20, 36.0, 127.5); /* half way out of the box */
    zoneplay_reload(&p, none);
    zoneplay_fix(&p, 30, 36.0, 126.5);
    zoneplay_reload(&p, box); /* the zone is back with the ship in it: nothing is told */
    zoneplay_fix(&p, 40, 36.0, 126.5);
    zoneplay_fix(&p, 50, 36.0, 127.5);
    assert_string_equal(buf_text(&p.told), "enter box 0 present; exit box 15 since 0; "
                                           "exit box 45 since 30; ");
    zone_state_finish(&p.w);
    buf_finish(&p.told);
    zone_set_destroy(box);
    zone_set_destroy(moved);
    zone_set_destroy(none);
}

static void test_damaged_records(void **state)
{
    struct zone_set *zones = test_zone_set(zoneplay_box);
    struct play p = {.zones = zones, .limits = zone_state_limits_default(), .sog_kn = -1};
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    zone_state_init(&p.w);
    zoneplay_east(&p, 0, 1000);
    zoneplay_east(&p, 10, -100);
    zone_wire_save(&p.w, zones, &w);
    for (size_t n = 0; n < out.length; n++) {
        struct zone_watch cut;
        struct wire_reader r;
        wire_reader_init(&r, out.data, n);
        assert_int_equal(zone_wire_load(&cut, zones, &r), ERR_CORRUPT);
        zone_state_finish(&cut);
    }
    zone_state_finish(&p.w);
    buf_finish(&p.told);
    buf_finish(&out);
    zone_set_destroy(zones);
}

TEST_MAIN(NULL, NULL, TEST(test_changed_zones), TEST(test_damaged_records))
