/* SPDX-License-Identifier: Apache-2.0 */
/* One track and its zones, played fix by fix. */
#include "zoneplay.h"

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "testlib.h"
#include "zonelib.h"

const char zoneplay_box[] =
    COLLECTION(AREA("box", "[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]]"));
/* WGS 84: 111412.84 cos - 93.5 cos 3 + 0.118 cos 5 of the latitude. */
static const double degree_m = 90163.8; /* of longitude at 36 N */

static int on_event(void *context, const struct zone_event *e)
{
    static const char *const names[] = {"enter", "exit", "lost", "cross"};
    struct play *p = context;
    int rc = buf_printf(&p->told, "%s %s %g", names[e->what],
                        zone_set_info(p->zones, e->zone)->id,
                        (double)e->time_ms / (double)MINUTE_MS);
    if (rc == 0 && e->what == ZONE_CROSSED)
        rc = buf_add_text(&p->told, e->is_left_to_right ? " right" : " left");
    if (rc == 0 && e->is_repeat)
        rc = buf_add_text(&p->told, " back");
    if (rc == 0 && e->certainty != ZONE_OBSERVED)
        rc = buf_printf(&p->told, " %s", zone_state_certainty_name(e->certainty));
    if (rc == 0 && e->what == ZONE_ENTERED && e->is_present)
        rc = buf_add_text(&p->told, " present");
    if (rc == 0 && (e->what == ZONE_EXITED || e->what == ZONE_LOST))
        rc = buf_printf(&p->told, " since %g", (double)e->since_ms / (double)MINUTE_MS);
    if (rc == 0 && e->what == ZONE_LOST)
        rc =
            buf_printf(&p->told, " seen %g", (double)e->last_seen_ms / (double)MINUTE_MS);
    return rc != 0 ? rc : buf_add_text(&p->told, "; ");
}

void zoneplay_reload(struct play *p, const struct zone_set *zones)
{
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    struct wire_reader r;
    zone_wire_save(&p->w, p->zones, &w);
    assert_false(w.failed);
    zone_state_finish(&p->w);
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(zone_wire_load(&p->w, zones, &r), 0);
    assert_true(r.at == r.end);
    p->zones = zones;
    buf_finish(&out);
}

void zoneplay_fix(struct play *p, double minute, double lat, double lon)
{
    struct track_fix f = {.time_ms = (int64_t)(minute * (double)MINUTE_MS),
                          .pos = test_pos(lat, lon)};
    const struct zone_event_sink sink = {on_event, p};
    if (p->sog_kn >= 0) {
        f.has = FIX_SOG;
        f.sog_dkn = (uint16_t)(p->sog_kn * 10 + 0.5);
    }
    assert_int_equal(zone_watch_fix(&p->w, p->zones, &p->limits, &f, &sink), 0);
    if (p->is_reloading)
        zoneplay_reload(p, p->zones);
}

void zoneplay_elapse(struct play *p, double minute)
{
    const struct zone_event_sink sink = {on_event, p};
    assert_int_equal(zone_state_time(&p->w, &p->limits,
                                     (int64_t)(minute * (double)MINUTE_MS), p->silence_ms,
                                     &sink),
                     0);
    if (p->is_reloading)
        zoneplay_reload(p, p->zones);
}

void zoneplay_east(struct play *p, double minute, double metres)
{
    zoneplay_fix(p, minute, 36.0, 126.0 + metres / degree_m);
}

void zoneplay_check(const char *geojson, zoneplay_scenario run, const char *wanted)
{
    struct zone_set *zones = test_zone_set(geojson);
    for (int again = 0; again < 2; again++) {
        struct play p = {
            .zones = zones, .limits = zone_state_limits_default(), .sog_kn = -1};
        p.is_reloading = again != 0;
        zone_state_init(&p.w);
        run(&p);
        assert_string_equal(buf_text(&p.told), wanted);
        zone_state_finish(&p.w);
        buf_finish(&p.told);
    }
    zone_set_destroy(zones);
}
