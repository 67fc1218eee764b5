/* SPDX-License-Identifier: Apache-2.0 */
/* Zones and gates of one track: every rule of the contract's section 5 on entering,
 * leaving, passing, being lost; each scenario is played a second time with all state
 * saved and loaded between any two fixes, and must tell the same.
 *
 * The box is 126..127 E, 35.5..36.5 N. Fixes lie at 36 N, where a degree of longitude is
 * 90,163.8 m (WGS 84: 111412.84 cos - 93.5 cos 3 + 0.118 cos 5 of the latitude), or on
 * meridians' both sides, so that a crossing between lies half way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lookout/buf.h"
#include "lookout/rule_run.h"
#include "lookout/timefmt.h"
#include "lookout/units.h"

#define AREA(id, ring)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" ring "]}}"
#define LINE(id, points)                                                                 \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":" points "}}"
#define COLLECTION(features)                                                             \
    "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static const char box_only[] =
    COLLECTION(AREA("box", "[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]]"));
static const double degree_m = 90163.8; /* of longitude at 36 N */

struct play {
    const struct zone_set *zones;
    struct rule_limits limits;
    struct zone_watch w;
    struct buf told;
    bool is_reloading;
    int64_t silence_ms;
};

static int on_event(void *context, const struct zone_event *e)
{
    static const char *const names[] = {"enter", "exit", "lost", "cross"};
    struct play *p = context;
    int rc =
        buf_printf(&p->told, "%s %s %g", names[e->what], zone_info(p->zones, e->zone)->id,
                   (double)e->time_ms / (double)MINUTE_MS);
    if (rc == 0 && e->what == ZONE_CROSSED)
        rc = buf_add_text(&p->told, e->is_left_to_right ? " right" : " left");
    if (rc == 0 && e->certainty != ZONE_OBSERVED)
        rc = buf_printf(&p->told, " %s", zone_certainty_name(e->certainty));
    if (rc == 0 && e->what == ZONE_ENTERED && e->is_present)
        rc = buf_add_text(&p->told, " present");
    if (rc == 0 && (e->what == ZONE_EXITED || e->what == ZONE_LOST))
        rc = buf_printf(&p->told, " since %g", (double)e->since_ms / (double)MINUTE_MS);
    if (rc == 0 && e->what == ZONE_LOST)
        rc =
            buf_printf(&p->told, " seen %g", (double)e->last_seen_ms / (double)MINUTE_MS);
    return rc != 0 ? rc : buf_add_text(&p->told, "; ");
}

static void reload(struct play *p, const struct zone_set *zones)
{
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    struct wire_reader r;
    zone_watch_save(&p->w, p->zones, &w);
    assert_false(w.failed);
    zone_watch_finish(&p->w);
    wire_reader_init(&r, out.data, out.length);
    assert_int_equal(zone_watch_load(&p->w, zones, &r), 0);
    assert_true(r.at == r.end);
    p->zones = zones;
    buf_finish(&out);
}

static void fix(struct play *p, double minute, double lat, double lon)
{
    struct track_fix f = {.time_ms = (int64_t)(minute * (double)MINUTE_MS),
                          .pos = test_pos(lat, lon)};
    assert_int_equal(zone_watch_fix(&p->w, p->zones, &p->limits, &f, on_event, p), 0);
    if (p->is_reloading)
        reload(p, p->zones);
}

static void elapse(struct play *p, double minute)
{
    assert_int_equal(zone_watch_time(&p->w, &p->limits,
                                     (int64_t)(minute * (double)MINUTE_MS), p->silence_ms,
                                     on_event, p),
                     0);
    if (p->is_reloading)
        reload(p, p->zones);
}

/* Metres east of the box's western edge, at 36 N. */
static void east(struct play *p, double minute, double metres)
{
    fix(p, minute, 36.0, 126.0 + metres / degree_m);
}

typedef void (*scenario)(struct play *p);
static void check(const char *geojson, scenario run, const char *wanted)
{
    struct zone_set *zones = test_zone_set(geojson);
    for (int again = 0; again < 2; again++) {
        struct play p = {.zones = zones, .limits = rule_limits_default()};
        p.is_reloading = again != 0;
        zone_watch_init(&p.w);
        run(&p);
        assert_string_equal(buf_text(&p.told), wanted);
        zone_watch_finish(&p.w);
        buf_finish(&p.told);
    }
    zone_set_destroy(zones);
}

/* --- entering and leaving
 * ---------------------------------------------------------------------- */

static void enters_by_two(struct play *p)
{
    east(p, 0, -100);
    east(p, 10, 100); /* half way: minute 5 */
    assert_string_equal(buf_text(&p->told), "");
    assert_true(zone_watch_is_pending(&p->w, 0));
    assert_null(zone_watch_inside(&p->w, 0));
    east(p, 20, 150);
    assert_non_null(zone_watch_inside(&p->w, 0));
}

static void enters_shallow(struct play *p)
{
    east(p, 0, -198);
    east(p, 10, 198);
}

static void enters_deep(struct play *p)
{
    east(p, 0, -202);
    east(p, 10, 202);
}

static void leaves_by_two(struct play *p)
{
    east(p, 0, -300);
    east(p, 10, 300);
    east(p, 20, -300);
    assert_string_equal(buf_text(&p->told), "enter box 5; ");
    assert_non_null(zone_watch_inside(&p->w, 0)); /* until it is sure */
    east(p, 30, -310);
}

static void leaves_near(struct play *p)
{
    east(p, 0, -495);
    east(p, 10, 495);
    east(p, 20, -495);
}

static void leaves_far(struct play *p)
{
    east(p, 0, -505);
    east(p, 10, 505);
    east(p, 20, -505);
}

static void lone_inside(struct play *p)
{
    east(p, 0, -100);
    east(p, 10, 100);
    east(p, 20, -100);
    east(p, 30, -100);
}

static void lone_outside(struct play *p)
{
    east(p, 0, 1000);
    east(p, 10, -100);
    east(p, 20, 100);
    east(p, 30, 1000);
}

/* Time is that of the crossing on the way from the fix before the lone one. */
static void lone_then_through(struct play *p)
{
    fix(p, 0, 36.0, 125.9);
    east(p, 10, 100);
    fix(p, 80, 36.0, 125.8);
    fix(p, 90, 36.0, 125.7);
}

static void test_entering_and_leaving(void **state)
{
    (void)state;
    check(box_only, enters_by_two, "enter box 5; ");
    check(box_only, enters_shallow, "");
    check(box_only, enters_deep, "enter box 5; ");
    check(box_only, leaves_by_two, "enter box 5; exit box 15 since 5; ");
    check(box_only, leaves_near, "enter box 5; ");
    check(box_only, leaves_far, "enter box 5; exit box 15 since 5; ");
    check(box_only, lone_inside, "");
    check(box_only, lone_outside, "enter box 0 present; ");
    check(box_only, lone_then_through, "");
}

/* --- when first heard
 * ------------------------------------------------------------------------- */

static void first_deep(struct play *p)
{
    east(p, 3, 250);
    east(p, 13, -600);
}

static void first_shallow(struct play *p)
{
    east(p, 3, 150);
    assert_string_equal(buf_text(&p->told), "");
    east(p, 13, 160);
}

static void first_shallow_gone(struct play *p)
{
    east(p, 3, 150);
    east(p, 13, -160);
    east(p, 23, -300);
}

static void test_first_heard_inside(void **state)
{
    (void)state;
    /* 250 m in, 600 m out: 2.94 min of 10; to the second */
    check(box_only, first_deep, "enter box 3 present; exit box 5.93333 since 3; ");
    check(box_only, first_shallow, "enter box 3 present; ");
    check(box_only, first_shallow_gone, "");
}

/* --- between fixes
 * ------------------------------------------------------------------------------ */

static void passes(struct play *p)
{
    fix(p, 0, 36.0, 125.5);
    fix(p, 120, 36.0, 127.5); /* edges at a quarter and three quarters, nearly */
}

static void passes_slowly(struct play *p)
{
    fix(p, 0, 36.0, 125.5);
    fix(p, 120 + 1 / 60.0, 36.0, 127.5);
}

/* The U is open to the north: its arms are 126..126.3 and 126.7..127. */
static const char u_shape[] =
    COLLECTION(AREA("u", "[[126,35.5],[127,35.5],[127,36.5],[126.7,36.5],[126.7,35.6],"
                         "[126.3,35.6],[126.3,36.5],[126,36.5],[126,35.5]]"));
static void leaves_and_returns(struct play *p)
{
    fix(p, 0, 36.0, 126.2);
    fix(p, 60, 36.0, 126.8);
    fix(p, 70, 36.0, 126.81);
}

/* Just out of the box in the west, then far in the east: it sailed through. */
static void leaves_then_passes(struct play *p)
{
    fix(p, 0, 36.0, 126.5);
    east(p, 10, -100);
    fix(p, 70, 36.0, 127.5);
    fix(p, 80, 36.0, 127.6);
}

/* Just into one arm of the U, then just into the other. */
static void enters_then_returns(struct play *p)
{
    fix(p, 0, 36.0, 125.9);
    fix(p, 10, 36.0, 126.001);
    fix(p, 70, 36.0, 126.999);
}

static void test_between_fixes(void **state)
{
    (void)state;
    struct zone_set *zones = test_zone_set(box_only);
    struct play p = {.zones = zones, .limits = rule_limits_default()};
    zone_watch_init(&p.w);
    passes(&p);
    assert_string_equal(buf_text(&p.told), "enter box 30 inferred; exit box 90 inferred "
                                           "since 30; ");
    zone_watch_finish(&p.w);
    buf_finish(&p.told);
    zone_set_destroy(zones);
    check(box_only, passes_slowly,
          "enter box 30 possible; exit box 90.0167 possible since 30; ");
    /* 0.1 and 0.5 of 0.6 degrees */
    check(u_shape, leaves_and_returns,
          "enter u 0 present; exit u 10 inferred since 0; "
          "enter u 50 inferred; ");
}

static void test_between_fixes_while_unsure(void **state)
{
    (void)state;
    /* From 126 - 0.00111 to 127.5 E in 60 min: in after 0.04, out after 40.03 min. */
    check(box_only, leaves_then_passes,
          "enter box 0 present; exit box 9.98333 since 0; enter box 10.05 inferred; "
          "exit box 50.0167 inferred since 10.05; ");
    check(u_shape, enters_then_returns,
          "enter u 9.9; exit u 27.9833 inferred since 9.9; enter u 52.0167 inferred; ");
}

/* --- leaps
 * ----------------------------------------------------------------------------------------
 */

/* 10 degrees of latitude are 600 nm; nobody can say what lay between. */
static void leaps_out_after_a_lone_fix(struct play *p)
{
    east(p, 0, -100);
    east(p, 10, 100);
    fix(p, 3000, 25.0, 126.0);
    fix(p, 3010, 25.0, 126.0);
}

static void leaps_in_after_a_lone_fix(struct play *p)
{
    fix(p, 0, 36.0, 126.001); /* 90 m in */
    fix(p, 3000, 48.9, 126.5);
    fix(p, 3010, 48.9, 126.5);
}

static void leaps_out_and_in(struct play *p)
{
    fix(p, 0, 36.0, 126.5);
    fix(p, 3000, 20.0, 126.5);
    fix(p, 6000, 36.0, 126.5);
}

static void leaps_when_just_out(struct play *p)
{
    east(p, 0, 250);
    east(p, 10, -250);
    fix(p, 3000, 20.0, 126.5);
}

static const char tall[] =
    COLLECTION(AREA("tall", "[[126,35.5],[127,35.5],[127,49],[126,49],[126,35.5]]"));

static void test_leaps(void **state)
{
    (void)state;
    check(box_only, leaps_out_after_a_lone_fix, "");
    check(tall, leaps_in_after_a_lone_fix, "enter tall 0 present; ");
    check(box_only, leaps_out_and_in,
          "enter box 0 present; exit box 0 possible since 0; "
          "enter box 6000; ");
    check(box_only, leaps_when_just_out, "enter box 0 present; exit box 5 since 0; ");
}

/* --- lost
 * -----------------------------------------------------------------------------------------
 */

static void is_lost(struct play *p)
{
    fix(p, 0, 36.0, 126.5);
    fix(p, 10, 36.0, 126.51);
    assert_int_equal(zone_watch_deadline(&p->w, &p->limits, 0), 70 * MINUTE_MS);
    elapse(p, 69.99);
    assert_string_equal(buf_text(&p->told), "enter box 0 present; ");
    elapse(p, 70);
    elapse(p, 200);
    assert_true(zone_watch_deadline(&p->w, &p->limits, 0) == INT64_MAX);
    fix(p, 300, 36.0, 126.52); /* heard again: may be lost again */
    elapse(p, 361);
    p->silence_ms = 20 * MINUTE_MS; /* the feed was silent meanwhile */
    fix(p, 400, 36.0, 126.53);
    elapse(p, 479);
    elapse(p, 480);
}

static void test_lost(void **state)
{
    (void)state;
    check(box_only, is_lost,
          "enter box 0 present; lost box 70 since 0 seen 10; lost box 360 since 0 seen "
          "300; lost box 480 since 0 seen 400; ");
}

static void lies(struct play *p)
{
    east(p, 0, 100);
    east(p, 10, 100); /* not moved a metre */
    east(p, 20, 100);
    assert_int_equal(zone_watch_inside(&p->w, 0)->last_inside_ms, 20 * MINUTE_MS);
}

/* --- shapes
 * ---------------------------------------------------------------------------------------
 */

static const char pacific[] =
    COLLECTION(AREA("pacific", "[[179,-1],[181,-1],[181,1],[179,1],[179,-1]]"));
static void crosses_180(struct play *p)
{
    fix(p, 0, 0.0, 178.9);
    fix(p, 10, 0.0, 179.1);
    fix(p, 60, 0.0, -179.9);
    fix(p, 70, 0.0, -179.1);
    fix(p, 80, 0.0, -178.9);
    fix(p, 90, 0.0, -178.8);
}

/* Inner in outer; the right one touches the outer's edge. */
static const char nested[] =
    COLLECTION(AREA("outer", "[[126,35],[128,35],[128,37],[126,37],[126,35]]") "," AREA(
        "inner", "[[126.5,35.5],[127.5,35.5],[127.5,36.5],[126.5,36.5],[126.5,35."
                 "5]]") "," AREA("right", "[[128,35],[129,35],[129,37],[128,37],["
                                          "128,35]]"));
static void goes_through_all(struct play *p)
{
    for (int i = 0; i <= 16; i++)
        fix(p, 10 * i, 36.0, 125.75 + 0.25 * i);
}

static void test_shapes(void **state)
{
    (void)state;
    check(box_only, lies, "enter box 0 present; ");
    check(pacific, crosses_180, "enter pacific 5; exit pacific 75 since 5; ");
    check(nested, goes_through_all,
          "enter outer 10; enter inner 30; exit inner 70 since 30; exit outer 90 since "
          "10; enter right 90; exit right 130 since 90; ");
}

/* --- gates: drawn from south to north, so that left is west
 * ------------------------------------- */

static const char gate[] = COLLECTION(LINE("line", "[[126,35.5],[126,36.5]]"));
static void crosses_and_returns(struct play *p)
{
    east(p, 0, -100);
    east(p, 10, 100); /* told */
    east(p, 20, -100);
    east(p, 44.9, -100);
    east(p, 45, 100); /* 29.95 min after the last crossing, told or not */
    east(p, 75, 100);
    east(p, 75.1, -100); /* 30.1 min */
}

static void crosses_unheard(struct play *p)
{
    east(p, 0, -100);
    east(p, 120, 100);
    east(p, 200, 100);
    east(p, 320.02, -100);
}

static const char bent[] =
    COLLECTION(LINE("bent", "[[126,35.5],[126,36.5],[126.2,36.5],[126.2,35.5]]"));
static void crosses_twice(struct play *p)
{
    fix(p, 0, 36.0, 125.9);
    fix(p, 10, 36.0, 126.3);
    fix(p, 90, 36.0, 126.1); /* half of it: inside the bend */
}

static void misses(struct play *p)
{
    fix(p, 0, 36.6, 125.9);
    fix(p, 10, 36.6, 126.1);
}

static void test_gates(void **state)
{
    (void)state;
    check(gate, crosses_and_returns, "cross line 5 right; cross line 75.05 left; ");
    check(gate, crosses_unheard,
          "cross line 60 right; cross line 260.017 left possible; ");
    check(bent, crosses_twice, "cross bent 50 right; ");
    check(gate, misses, "");
}

/* --- saved state
 * --------------------------------------------------------------------------------- */

static void test_changed_zones(void **state)
{
    (void)state;
    struct zone_set *box = test_zone_set(box_only);
    /* The same id, moved a little; and another one that holds the ship. */
    struct zone_set *moved = test_zone_set(COLLECTION(
        AREA("box", "[[126.1,35.5],[127,35.5],[127,36.5],[126.1,"
                    "36.5],[126.1,35.5]]") "," AREA("new", "[[126,35],[128,35],[128,37],["
                                                           "126,37],[126,35]]")));
    struct zone_set *none = test_zone_set(COLLECTION(""));
    struct play p = {.zones = box, .limits = rule_limits_default()};
    zone_watch_init(&p.w);
    fix(&p, 0, 36.0, 126.5);
    reload(&p, moved);
    fix(&p, 10, 36.0, 126.5);
    fix(&p, 20, 36.0, 127.5); /* half way out of the box */
    reload(&p, none);
    fix(&p, 30, 36.0, 126.5);
    reload(&p, box); /* back, the ship in it: silently */
    fix(&p, 40, 36.0, 126.5);
    fix(&p, 50, 36.0, 127.5);
    assert_string_equal(buf_text(&p.told), "enter box 0 present; exit box 15 since 0; "
                                           "exit box 45 since 30; ");
    zone_watch_finish(&p.w);
    buf_finish(&p.told);
    zone_set_destroy(box);
    zone_set_destroy(moved);
    zone_set_destroy(none);
}

static void test_damaged_records(void **state)
{
    (void)state;
    struct zone_set *zones = test_zone_set(box_only);
    struct play p = {.zones = zones, .limits = rule_limits_default()};
    struct buf out = {0};
    struct wire_writer w = {.out = &out};
    zone_watch_init(&p.w);
    east(&p, 0, 1000);
    east(&p, 10, -100);
    zone_watch_save(&p.w, zones, &w);
    for (size_t n = 0; n < out.length; n++) {
        struct zone_watch cut;
        struct wire_reader r;
        wire_reader_init(&r, out.data, n);
        assert_int_equal(zone_watch_load(&cut, zones, &r), ERR_CORRUPT);
        zone_watch_finish(&cut);
    }
    zone_watch_finish(&p.w);
    buf_finish(&p.told);
    buf_finish(&out);
    zone_set_destroy(zones);
}

/* --- any path at all
 * ------------------------------------------------------------------------------- */

struct checker {
    bool is_inside[8];
    int64_t since_ms[8], last_ms[8];
    uint64_t events;
};

static int alternates(void *context, const struct zone_event *e)
{
    struct checker *c = context;
    c->events++;
    if (e->what == ZONE_CROSSED)
        return 0;
    if (e->what != ZONE_LOST)
        assert_true(e->time_ms >= c->last_ms[e->zone]);
    assert_int_equal(c->is_inside[e->zone], e->what != ZONE_ENTERED);
    if (e->what == ZONE_ENTERED)
        c->since_ms[e->zone] = e->time_ms;
    assert_true(e->since_ms == c->since_ms[e->zone]);
    if (e->what == ZONE_LOST)
        return 0;
    c->last_ms[e->zone] = e->time_ms;
    c->is_inside[e->zone] = e->what == ZONE_ENTERED;
    return 0;
}

/* Random walks, long leaps now and then, saved and loaded at any time: enter and exit
 * alternate, times do not run back. */
static void test_random_walks(void **state)
{
    (void)state;
    struct test_random r = {.state = 20240326};
    print_message("# seed %llu\n", (unsigned long long)r.state);
    struct zone_set *sets[] = {test_zone_set(nested), test_zone_set(u_shape),
                               test_zone_set(pacific), test_zone_set(tall)};
    static const double home[][2] = {{36, 127}, {36, 126.5}, {0, 180}, {42, 126.5}};
    uint64_t events = 0;
    for (int walk = 0; walk < 400; walk++) {
        size_t k = test_random_below(&r, 4);
        struct play p = {.zones = sets[k], .limits = rule_limits_default()};
        struct checker c = {0};
        double lat = home[k][0], lon = home[k][1];
        int64_t now_ms = 0;
        double step = test_random_below(&r, 2) ? 0.004 : 0.5;
        for (int i = 0; i < 8; i++)
            c.last_ms[i] = INT64_MIN;
        zone_watch_init(&p.w);
        for (int i = 0; i < 200; i++) {
            now_ms += (int64_t)(1 + test_random_below(&r, 200)) * MINUTE_MS;
            assert_int_equal(zone_watch_time(&p.w, &p.limits, now_ms, 0, alternates, &c),
                             0);
            lat += step * ((double)test_random_below(&r, 2001) / 1000 - 1);
            lon += step * ((double)test_random_below(&r, 2001) / 1000 - 1);
            if (test_random_below(&r, 10) == 0) {
                lat = home[k][0] + (double)test_random_below(&r, 3) - 1;
                lon = home[k][1] + (double)test_random_below(&r, 5) * 0.5 - 1;
            }
            if (test_random_below(&r, 40) == 0)
                lat = -lat - 20;
            lat = lat > 80 ? 80 : lat < -80 ? -80 : lat;
            struct track_fix f = {.time_ms = ++now_ms, .pos = test_pos(lat, lon)};
            assert_int_equal(zone_watch_fix(&p.w, p.zones, &p.limits, &f, alternates, &c),
                             0);
            if (test_random_below(&r, 5) == 0)
                reload(&p, p.zones);
        }
        events += c.events;
        zone_watch_finish(&p.w);
    }
    assert_true(events > 5000);
    for (size_t k = 0; k < 4; k++)
        zone_set_destroy(sets[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entering_and_leaving),
        cmocka_unit_test(test_first_heard_inside),
        cmocka_unit_test(test_between_fixes),
        cmocka_unit_test(test_between_fixes_while_unsure),
        cmocka_unit_test(test_leaps),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_gates),
        cmocka_unit_test(test_changed_zones),
        cmocka_unit_test(test_damaged_records),
        cmocka_unit_test(test_random_walks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
