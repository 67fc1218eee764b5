/* SPDX-License-Identifier: Apache-2.0 */
/* Two real tracks go through the reader, the gate and the port-call machine, with the
 * shipped gazetteer. The calls must be those that the crews' own navigation status and
 * destination show, and no others. The times come from the shared data's README, which
 * uses the navigation status; a stop begins when the ship lies still and ends when it
 * moves, up to 45 min from the time at which the crew set the status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ports_fixture.h"
#include "lookout/ais/input.h"
#include "lookout/base/time.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/call.h"

struct replay {
    struct ports *ports;
    struct tracks tracks;
    struct track_conf track_conf;
    struct call_conf call_conf;
    struct call_state call;
    struct voyage_state voyage;
    struct vessel_static info;
    uint32_t declared;
    size_t fixes, implausible;
    struct call_output events[64];
    size_t count;
    struct voyage voyages[8];
    size_t voyage_count;
};

static void believe(struct replay *r, const struct track_fix *fix)
{
    r->fixes++;
    voyage_fix(&r->voyage, fix);
    struct call_output out[CALL_OUTPUTS_MAX];
    size_t n = call_fix_step(&r->call, &r->call_conf, r->ports, fix, r->declared, 0, out);
    for (size_t i = 0; i < n; i++) {
        assert_true(r->count < 64 && r->voyage_count < 8);
        r->events[r->count++] = out[i];
        if (voyage_call(&r->voyage, r->ports, &out[i], 0, &r->voyages[r->voyage_count]))
            r->voyage_count++;
    }
}

static void on_report(void *context, const struct report *report)
{
    struct replay *r = context;
    if ((vessel_static_update(&r->info, report) & VESSEL_CHANGED_DESTINATION) != 0) {
        r->declared = destination_resolve(r->ports, r->info.destination);
        voyage_destination(&r->voyage, r->info.destination);
    }
    struct track_fix fix;
    if (!tracks_fix_from_report(report, &fix))
        return;
    enum track_verdict verdict;
    struct track *track;
    uint32_t gone;
    assert_int_equal(
        tracks_add(&r->tracks, &r->track_conf, &fix, &verdict, &track, &gone), 0);
    r->implausible += verdict == TRACK_PENDING || verdict == TRACK_REPLACED;
    if (verdict == TRACK_ACCEPTED)
        believe(r, &fix);
    while (verdict == TRACK_RELEASED && track_hold_next(&r->tracks, track))
        believe(r, &track->last);
}

/* NULL when the data or the gazetteer is not there. */
static struct replay *replay(const char *file)
{
    const char *path = test_data_path(file);
    struct ports *ports = path != NULL ? fixture_shipped_ports() : NULL;
    size_t n = 0;
    char *text = ports != NULL ? test_read_file(path, &n) : NULL;
    if (text == NULL) {
        ports_destroy(ports);
        print_message("%s or config/ports.csv is absent\n", file);
        return NULL;
    }
    struct replay *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->ports = ports;
    r->declared = PORT_NONE;
    tracks_init(&r->tracks);
    r->track_conf = tracks_conf_default();
    r->call_conf = call_conf_default();
    call_state_init(&r->call);
    voyage_state_init(&r->voyage);
    vessel_static_init(&r->info);
    const struct input_conf conf = {.format = INPUT_NMEA, .start_ms = TIME_NONE};
    const struct input_sink sink = {.on_report = on_report, .context = r};
    struct input *in = input_create(&conf, &sink);
    assert_non_null(in);
    assert_int_equal(input_feed(in, text, n, 0), 0);
    assert_int_equal(input_finish(in, 0), 0);
    input_destroy(in);
    free(text);
    return r;
}

static void replay_finish(struct replay *r)
{
    tracks_finish(&r->tracks);
    ports_destroy(r->ports);
    free(r);
}

/* Returns the confirmed calls as their last event has them. */
static size_t calls_of(const struct replay *r, struct call *ret_calls, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct call_output *o = &r->events[i];
        char text[TIME_TEXT_BYTES];
        print_message("  %d %s %s c%d %s\n", o->event,
                      ports_get(r->ports, o->call.port)->locode,
                      time_format(o->time_ms, text), o->call.confidence,
                      call_kind_name((enum call_kind)o->call.kind));
        if (o->event == CALL_ARRIVED)
            assert_true(++count <= room);
        if (o->call.confidence >= 2)
            ret_calls[count - 1] = o->call;
    }
    return count;
}

static void assert_time(const struct replay *r, int64_t time_ms, const char *expected)
{
    (void)r;
    int64_t expected_ms;
    assert_int_equal(time_parse(expected, strlen(expected), &expected_ms), 0);
    assert_near((double)time_ms, (double)expected_ms, 45.0 * (double)MINUTE_MS);
}

static bool is_port(const struct replay *r, uint32_t port, const char *code)
{
    uint32_t other = ports_find(r->ports, code);
    return other != PORT_NONE && ports_are_same(r->ports, port, other);
}

static void test_containerships_polar(void **state)
{
    struct replay *r = replay("tracks/containerships-polar.nmea");
    if (r == NULL)
        test_skip(TEST_NO_DATA);
    struct call calls[3];
    assert_int_equal(calls_of(r, calls, 3), 3);
    /* On 01-07 at 06:18:53 the ship is 12.8 km farther after 14 min at 14.6 kn, which
     * needs 29.6 kn: the fix is held for seven fixes until one comes more than 30 min
     * later, and is then believed. */
    assert_int_equal(r->implausible, 7);
    assert_int_equal(r->tracks.count, 1);

    assert_true(is_port(r, calls[0].port, "NLRTM"));
    assert_true(calls[0].entered_ms == TIME_NONE && calls[0].arrived_ms == TIME_NONE);
    assert_time(r, calls[0].since_ms, "2021-01-01T00:05:31Z");
    assert_time(r, calls[0].departed_ms, "2021-01-02T12:19:00Z");
    assert_int_equal(calls[0].confidence, 3);
    assert_int_equal(calls[0].kind, CALL_KIND_BERTH);

    assert_true(is_port(r, calls[1].port, "RULED"));
    assert_time(r, calls[1].arrived_ms, "2021-01-06T06:31:00Z");
    assert_time(r, calls[1].departed_ms, "2021-01-06T20:33:00Z");
    assert_int_equal(calls[1].confidence, 4);
    assert_int_equal(calls[1].kind, CALL_KIND_BERTH);

    assert_true(is_port(r, calls[2].port, "LVRIX"));
    assert_time(r, calls[2].arrived_ms, "2021-01-08T05:09:00Z");
    assert_time(r, calls[2].departed_ms, "2021-01-08T20:46:00Z");
    assert_int_equal(calls[2].confidence, 4);
    assert_true(r->call.current.confidence < 2);

    assert_int_equal(r->voyage_count, 2);
    /* Rotterdam - Bronka by the Kiel Canal, Bronka - Riga: some 1,100 and 460 nm */
    assert_near(r->voyages[0].distance_m / 1852.0, 1100, 60);
    assert_near(r->voyages[1].distance_m / 1852.0, 460, 25);
    /* the longest gap between fixes of the file on that voyage, 01-04 16:03 to 18:40 */
    assert_near((double)r->voyages[0].longest_gap_ms / (double)HOUR_MS, 2.62, 0.01);
    assert_int_equal(r->voyages[0].destination_count, 2);
    assert_string_equal(r->voyages[0].destinations[1], "RULED");
    replay_finish(r);
}

static void test_sein_frontier(void **state)
{
    struct replay *r = replay("tracks/sein-frontier.nmea");
    if (r == NULL)
        test_skip(TEST_NO_DATA);
    struct call calls[1];
    assert_int_equal(calls_of(r, calls, 1), 1);
    assert_int_equal(r->count, 2); /* entered and arrived, at the start, and no others */
    assert_true(is_port(r, calls[0].port, "PGRAB"));
    assert_true(calls[0].entered_ms == TIME_NONE && calls[0].arrived_ms == TIME_NONE);
    assert_true(calls[0].departed_ms == TIME_NONE);
    assert_time(r, calls[0].since_ms, "2021-01-01T01:35:47Z");
    assert_int_equal(calls[0].kind, CALL_KIND_ANCHORAGE);
    assert_int_equal(r->voyage_count, 0);
    assert_int_equal(r->implausible, 0);
    replay_finish(r);
}

TEST_MAIN(NULL, NULL, TEST(test_containerships_polar), TEST(test_sein_frontier))
