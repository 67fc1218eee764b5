/* SPDX-License-Identifier: Apache-2.0 */
/* Saved state of tracks, calls, voyages and zones: any bytes are loaded or refused. What
 * loads is used, and what it saves then loads again. The first byte says which. */
#include <stdint.h>
#include <stdlib.h>

#include <string.h>

#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/track.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ports *gazetteer(void)
{
    static struct ports *ports;
    if (ports != NULL)
        return ports;
    struct ports_builder *b = ports_builder_create();
    struct geo_pos a = {370000000, 1250000000}, z = {370000000, 1251690000};
    if (b == NULL || ports_builder_define(b, "XAAAA", "A", a, -1, -1, NULL, NULL) != 0 ||
        ports_builder_define(b, "XBBBB", "B", z, -1, -1, NULL, NULL) != 0 ||
        ports_assemble(b, &ports, NULL) != 0)
        abort();
    ports_builder_destroy(b);
    return ports;
}

static struct track_fix next_fix(int64_t after_ms, int step)
{
    struct geo_pos pos = {370000000, 1250000000 + step * 900000};
    return (struct track_fix){.time_ms = after_ms + 1 + step * 20 * MINUTE_MS,
                              .pos = pos,
                              .has = FIX_SOG,
                              .sog_dkn = (uint16_t)(step % 3 == 0 ? 100 : 0)};
}

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

static void try_tracks(struct wire_reader *r)
{
    struct tracks t, again;
    if (track_wire_load_all(&t, r) != 0)
        return;
    const struct track_conf conf = tracks_conf_default();
    const struct track *current = tracks_current(&t);
    int64_t last_ms = current != NULL ? current->last.time_ms : 0;
    for (int i = 0; i < 8; i++) {
        struct track_fix fix = next_fix(last_ms, i);
        enum track_verdict verdict;
        struct track *track;
        uint32_t gone;
        check(tracks_add(&t, &conf, &fix, &verdict, &track, &gone) == 0);
        struct track_point points[16];
        if (track != NULL)
            check(track_path(track, last_ms, fix.time_ms, points, 16) <= 16);
    }
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    track_wire_save_all(&t, &w);
    wire_reader_init(r, out.data, out.length);
    if (t.next_id <= INT32_MAX) /* beyond that a record counts as damaged */
        check(track_wire_load_all(&again, r) == 0);
    else
        tracks_init(&again);
    tracks_finish(&again);
    tracks_finish(&t);
    buf_finish(&out);
}

static void try_call(struct wire_reader *r)
{
    struct call_state s, again;
    if (call_wire_load(&s, gazetteer(), r) != 0)
        return;
    const struct call_conf conf = call_conf_default();
    int64_t last_ms = s.has_last ? s.last.time_ms : 0;
    for (int i = 0; i < 30; i++) {
        struct track_fix fix = next_fix(last_ms, i);
        struct call_output out[CALL_OUTPUTS_MAX];
        size_t n =
            call_fix_step(&s, &conf, gazetteer(), &fix, PORT_NONE, i * MINUTE_MS, out);
        check(n <= CALL_OUTPUTS_MAX);
    }
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    call_wire_save(&s, gazetteer(), &w);
    wire_reader_init(r, out.data, out.length);
    check(call_wire_load(&again, gazetteer(), r) == 0);
    buf_finish(&out);
}

static void try_voyage(struct wire_reader *r)
{
    struct voyage_state s, again;
    if (voyage_state_load(&s, gazetteer(), r) != 0)
        return;
    int64_t last_ms = s.has_last ? s.last.time_ms : 0;
    for (int i = 0; i < 8; i++) {
        struct track_fix fix = next_fix(last_ms, i);
        struct voyage done;
        voyage_fix(&s, &fix);
        voyage_destination(&s, "SOMEWHERE");
        struct call_output event = {
            .event = (enum call_event)(i % 4),
            .time_ms = fix.time_ms,
            .call = {.port = (uint32_t)(i / 4),
                     .since_ms = fix.time_ms,
                     .departed_ms = last_ms},
        };
        (void)voyage_call(&s, gazetteer(), &event, 0, &done);
    }
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    voyage_state_save(&s, gazetteer(), &w);
    wire_reader_init(r, out.data, out.length);
    check(voyage_state_load(&again, gazetteer(), r) == 0);
    buf_finish(&out);
}

static void try_static(struct wire_reader *r)
{
    struct vessel_static s;
    vessel_static_load(&s, r);
    struct report report = {.has = HAS_NAME | HAS_IMO, .imo = 9999993, .name = "X"};
    (void)vessel_static_update(&s, &report);
}

/* The fixes go through the area and over the gate. */
static const struct zone_set *zones(void)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
        "\"properties\":{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[125.05,36],[125.4,36],[125.4,38],[125.05,38],[125.05,36]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"line\"},\"geometry\":{\"type\":"
        "\"LineString\",\"coordinates\":[[125.2,36],[125.2,38]]}}]}";
    static struct zone_set *set;
    if (set != NULL)
        return set;
    struct zone_builder *b = zone_set_builder_create();
    struct zone_faults faults = {0};
    if (b == NULL || zone_set_builder_add(b, "fuzz", text, strlen(text), &faults) != 0 ||
        zone_set_build(b, &set, NULL) != 0)
        abort();
    zone_set_builder_destroy(b);
    return set;
}

static int on_zone(void *context, const struct zone_event *event)
{
    check(event->zone < zone_set_count(zones()));
    return context != NULL;
}

static void try_zones(struct wire_reader *r)
{
    struct zone_watch w = {0}, again = {0};
    const struct detect_limits limits = zone_state_limits_default();
    if (zone_wire_load(&w, zones(), r) != 0) {
        zone_state_finish(&w);
        return;
    }
    int64_t last_ms = w.has_last ? w.last.time_ms : 0;
    for (int i = 0; i < 8; i++) {
        struct track_fix fix = next_fix(last_ms, i);
        const struct zone_event_sink sink = {on_zone, NULL};
        check(zone_watch_fix(&w, zones(), &limits, &fix, &sink) == 0);
        check(zone_state_time(&w, &limits, fix.time_ms, 0, &sink) == 0);
        (void)zone_state_deadline(&w, &limits, 0);
    }
    struct buf out = {0};
    struct wire_writer writer = {.out = &out};
    zone_wire_save(&w, zones(), &writer);
    wire_reader_init(r, out.data, out.length);
    /* At the end of time a record counts as damaged. */
    int rc = zone_wire_load(&again, zones(), r);
    check(rc == 0 || last_ms > INT64_C(999999990000000));
    zone_state_finish(&again);
    zone_state_finish(&w);
    buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(struct wire_reader *) = {
        try_tracks, try_call, try_voyage, try_static, try_zones};
    if (size == 0)
        return 0;
    struct wire_reader r;
    wire_reader_init(&r, data + 1, size - 1);
    kinds[data[0] % 5](&r);
    return 0;
}
