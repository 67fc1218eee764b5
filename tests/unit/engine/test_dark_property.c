/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of dark ships does not depend on how their reports come: random ships lie
 * side by side, drift, sail between two ports, are silent and are jammed, heard by two
 * feeds. However the reports of the feeds are interleaved, wherever the engine is stopped
 * and started, killed and taken up at the last commit, or its configuration is read anew,
 * the alerts are the same, byte for byte. LOOKOUT_SEED=N for other ships; LOOKOUT_FULL=1:
 * many of them, and a stop at every report. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engineconf.h"
#include "lib/enginerun.h"
#include "lookout/ais/merge.h"
#include "lookout/base/map.h"

enum { SHIPS = 12, REPORTS_MAX = 12000, FEEDS = 2 };
static int hours_played = 24;

/* Two ports in the open Yellow Sea, 48 nm apart; a field of one takes a few
 * milliseconds. Limits that are lower than by default make more of all. */
static const char yaml[] =
    "site: test\n"
    "state: ./state\n"
    "ports:\n"
    "  gazetteer: %s\n"
    "  define:\n"
    "    - {locode: XAAAA, name: West, lat: 36.0, lon: 123.0, entry: 2km, exit: 3km}\n"
    "    - {locode: XABBB, name: East, lat: 36.0, lon: 124.0, entry: 2km, exit: 3km}\n"
    "vessels: [{id: v, imo: 9999993}, {id: w, mmsi: 440000005}]\n"
    "detect: {reach: {radius: 60nm}, encounter: {seen: 3}}\n"
    "mutes: [{vessel: 440000003, rule: drift}]\n"
    "rules:\n"
    "  - {id: sts, when: encounter, for: 30min, offshore: 0km, crowd: 3}\n"
    "  - {id: far, when: encounter, for: 1h, crowd: 100, service: true,\n"
    "     vessels: {types: [tanker]}}\n"
    "  - {id: drift, when: loiter, for: 1h, offshore: 0km}\n"
    "  - {id: moored, when: loiter, for: 3h, anchored: true, repeat: 6h}\n"
    "  - {id: gap, when: gap, after: 1h, moored: 2h, could_reach: [\"XA*\"], stay: 0h}\n"
    "  - {id: dark, when: silent_call, ports: [\"XA*\"], after: 1h, stay: 0h,\n"
    "     events: [possible, unknown]}\n"
    "  - {id: way, when: route, route: \"~XAAAA >> XABBB\"}\n"
    "  - {id: back, when: route, route: \"(XAAAA | ~XABBB) > ~XAAAA > XABBB\"}\n"
    "  - {id: call, when: port_call, events: [enter, arrive, depart, leave],\n"
    "     min_confidence: 1, at_start: all}\n"
    "  - {id: odd, when: position, at_start: all}\n"
    "  - {id: deep, when: draught, by: 1m}\n"
    "  - {id: bound, when: destination, away: 5nm}\n"
    "  - {id: who, when: identity}\n";

static struct test_random chance;

static double part(void)
{
    return (double)(test_random_next(&chance) >> 11) / 9007199254740992.0;
}

/* --- the reports --- */

static struct report reports[REPORTS_MAX];
static size_t report_count;
/* Those that pass the merge when the feeds take turns by time: without copies. */
static struct report passed[REPORTS_MAX];
static size_t passed_count;

static uint32_t mmsi_of(int ship)
{
    return 440000001 + (uint32_t)ship;
}

static void add_report(const struct report *r)
{
    assert_true(report_count < REPORTS_MAX);
    reports[report_count] = *r;
    reports[report_count].source = (uint16_t)test_random_below(&chance, FEEDS);
    report_count++;
}

static void say_who(int ship, double minute)
{
    static const uint8_t types[] = {80, 70, 30, 52, 0};
    struct report r = enginerun_report(mmsi_of(ship), minute);
    r.has = HAS_STATIC | HAS_NAME | HAS_SHIP_TYPE | HAS_IMO;
    snprintf(r.name, sizeof r.name, "SHIP %d", ship);
    r.ship_type = types[test_random_below(&chance, 5)];
    r.imo = test_random_below(&chance, 6) == 0 ? 9999993 : 9000003 + (uint32_t)ship;
    add_report(&r);
}

/* What a crew types: for some hours the same, now and then something else once. */
static struct test_random typing;

static void say_bound(int ship, double minute)
{
    static const char *const words[] = {"XAAAA", "XABBB", "FOR ORDERS", "x-abbb", ""};
    struct report r = enginerun_report(mmsi_of(ship), minute);
    uint64_t watch = (uint64_t)ship * 7 + (uint64_t)(minute / 300) * (ship % 3 != 0);
    if (test_random_below(&typing, 10) == 0)
        watch = test_random_next(&typing);
    r.has = HAS_DRAUGHT | HAS_DESTINATION;
    r.draught_dm = (uint8_t)(60 + 10 * (watch % 4));
    snprintf(r.destination, sizeof r.destination, "%s", words[watch % 5]);
    /* Some change their names, and two at a time send one IMO number. */
    if (ship % 3 == 0) {
        r.has |= HAS_STATIC | HAS_NAME | HAS_CALLSIGN | HAS_IMO;
        r.imo = ship % 6 == 0 ? 9999981 : 9999967;
        snprintf(r.name, sizeof r.name, "CREW %d", (int)(minute / 300) % 3);
        snprintf(r.callsign, sizeof r.callsign, "DSA%c", (char)('A' + watch % 5));
    }
    add_report(&r);
}

/* Where ships lie: the places in which they meet, the ports, and where some are jammed.
 */
static const double spots[][2] = {{36.0, 123.5}, {36.003, 123.5}, {36.25, 123.4},
                                  {36.0, 123.0}, {36.0, 124.0},   {36.2, 123.8}};
static const double airport[] = {38.5, 121.0};

struct sailing {
    int ship;
    double minute, lat, lon;
};

static void hear(struct sailing *s, double kn, double course, bool is_jammed)
{
    double lat = is_jammed ? airport[0] + 0.02 * part() : s->lat;
    double lon = is_jammed ? airport[1] + 0.02 * part() : s->lon;
    struct report r =
        enginerun_position(mmsi_of(s->ship), s->minute, lat, lon, kn, course);
    r.has |= HAS_NAV_STATUS;
    r.nav_status = kn < 1 ? 1 : 0;
    add_report(&r);
    if (part() < 0.02)
        say_who(s->ship, s->minute + 0.01);
    if (test_random_below(&typing, 12) == 0)
        say_bound(s->ship, s->minute + 0.02);
}

/* One leg, to a spot or at rest there, heard every so many minutes; now and then from
 * elsewhere, or not at all. */
static void sail_leg(struct sailing *s)
{
    static const double pauses[] = {1, 5, 9, 10, 14, 40, 110};
    const double *to = spots[test_random_below(&chance, 6)];
    double every = pauses[test_random_below(&chance, 7)] * (0.6 + 0.8 * part());
    double lat = to[0] + 0.004 * part(), lon = to[1] + 0.004 * part();
    double north = (lat - s->lat) * 60, east = (lon - s->lon) * 60 * cos(0.63);
    double nm = sqrt(north * north + east * east), kn = 8 + 6 * part();
    double course = atan2(east, north), hours = nm / kn, rest = 5 * part();
    double begin = s->minute, from_lat = s->lat, from_lon = s->lon;
    int way = (int)test_random_below(&chance, 6);
    for (; s->minute < begin + (hours + rest) * 60 && s->minute < hours_played * 60;
         s->minute += every * (0.7 + 0.6 * part())) {
        double done = hours > 0 ? (s->minute - begin) / 60 / hours : 1;
        bool is_under_way = done < 1;
        double drift = is_under_way ? 0 : 0.002 * (s->minute - begin - hours * 60) / 60;
        done = is_under_way ? done : 1;
        s->lat = from_lat + (lat - from_lat) * done + drift;
        s->lon = from_lon + (lon - from_lon) * done;
        if (way == 0 && is_under_way)
            continue; /* silent on the way */
        if (way == 1 && !is_under_way)
            continue; /* silent in place */
        hear(s, is_under_way ? kn : 0.2, fmod(course * 57.29578 + 360, 360),
             way == 2 && is_under_way);
    }
}

static int compare_reports(const void *a, const void *b)
{
    const struct report *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

static void make_world(uint64_t seed)
{
    chance = (struct test_random){seed};
    typing = (struct test_random){seed};
    report_count = 0;
    for (int ship = 0; ship < SHIPS; ship++) {
        const double *from = spots[test_random_below(&chance, 6)];
        struct sailing s = {ship, 60 * part(), from[0], from[1]};
        say_who(ship, s.minute);
        while (s.minute < hours_played * 60)
            sail_leg(&s);
    }
    qsort(reports, report_count, sizeof reports[0], compare_reports);
    for (size_t i = 0; i < report_count; i++) {
        reports[i].begin = reports[i].end = i;
        reports[i].time_source = REPORT_TIME_PROVIDER;
    }
}

/* --- an engine, its last commit, and what it told --- */

struct play {
    struct engine *engine; /* owned */
    struct buf self;       /* as committed */
    struct map rows;       /* the same: MMSI -> struct buf, owned */
    size_t told_then;      /* bytes of `told` at the commit */
    struct buf told;       /* bodies, a line each */
};

static int keep_body(void *context, const struct alert *a)
{
    struct play *p = context;
    int rc = buf_add(&p->told, a->body, a->body_bytes);
    if (rc == 0)
        rc = buf_printf(&p->told, "%s%s", a->is_muted ? " muted" : "",
                        a->is_folded ? " folded" : "");
    return rc != 0 ? rc : buf_add_char(&p->told, '\n');
}

static void load_conf(struct engine_conf *ret)
{
    char text[4096];
    char *ports = realpath(test_root_path("tests/data/rows/ports.csv"), NULL);
    assert_non_null(ports);
    assert_in_range(snprintf(text, sizeof text, yaml, ports), 1, sizeof text - 1);
    assert_int_equal(engineconf_make(text, NULL, ENGINECONF_ALL, ret), 0);
    free(ports);
}

static struct engine *make_engine(struct play *p)
{
    struct engine_conf conf;
    struct engine *engine = NULL;
    struct engine_sink sink = {.on_alert = keep_body, .context = p};
    load_conf(&conf);
    assert_int_equal(engine_create(&conf, &sink, &engine, NULL), 0);
    return engine;
}

static int keep_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct play *p = context;
    struct buf *row = map_get(&p->rows, mmsi);
    if (row == NULL)
        row = calloc(1, sizeof *row);
    assert_non_null(row);
    buf_clear(row);
    assert_int_equal(map_set(&p->rows, mmsi, row), 0);
    return buf_add(row, record, n);
}

static void commit(struct play *p)
{
    buf_clear(&p->self);
    assert_int_equal(engine_wire_save(p->engine, false, keep_row, p), 0);
    assert_int_equal(engine_wire_save_self(p->engine, &p->self), 0);
    p->told_then = p->told.length;
}

/* Killed, and taken up at the last commit. */
static void kill_engine(struct play *p)
{
    struct engine *fresh = make_engine(p);
    engine_destroy(p->engine);
    p->engine = fresh;
    p->told.length = p->told_then;
    if (p->self.length == 0)
        return;
    assert_int_equal(engine_wire_load_self(fresh, p->self.data, p->self.length), 0);
    for (int ship = 0; ship < SHIPS; ship++) {
        const struct buf *row = map_get(&p->rows, mmsi_of(ship));
        if (row != NULL && row->length != 0)
            assert_int_equal(
                engine_wire_load(fresh, mmsi_of(ship), row->data, row->length), 0);
    }
}

static void reload(struct play *p)
{
    struct engine_conf conf;
    load_conf(&conf);
    assert_int_equal(engine_reconfigure(p->engine, &conf, NULL), 0);
}

static void begin_play(struct play *p)
{
    memset(p, 0, sizeof *p);
    map_init(&p->rows);
    p->engine = make_engine(p);
}

static void finish_play(struct play *p)
{
    engine_destroy(p->engine);
    for (int ship = 0; ship < SHIPS; ship++) {
        struct buf *row = map_get(&p->rows, mmsi_of(ship));
        if (row != NULL)
            buf_finish(row);
        free(row);
    }
    map_finish(&p->rows);
    buf_finish(&p->self);
    buf_finish(&p->told);
}

/* --- ways to play --- */

enum way { IN_TURN, INTERLEAVED, STOPPED, KILLED, RELOADED, WAYS };
static const char *const way_names[] = {"in turn", "interleaved", "stopped", "killed",
                                        "reloaded"};

static void end_play(struct play *p)
{
    assert_int_equal(
        engine_tick(p->engine, ENGINERUN_DAY0 + (hours_played + 30) * (int64_t)HOUR_MS),
        0);
}

static uint64_t disturb_one_of = 25; /* reports */

static bool is_now(void)
{
    return test_random_below(&chance, disturb_one_of) == 0;
}

/* Of the feeds, whose reports come in turn by time, or in random portions; event time
 * moves on as far as both reach. */
static void play_merged(struct play *p, bool is_random)
{
    struct merge *merge = merge_create();
    struct merge_source_conf conf = {.is_live = false};
    size_t at[FEEDS] = {0}, turn = 0;
    const struct report *report;
    assert_non_null(merge);
    passed_count = is_random ? passed_count : 0;
    for (int i = 0; i < FEEDS; i++)
        assert_int_equal(merge_add(merge, &conf), i);
    for (int open = FEEDS; open > 0; turn++) {
        uint16_t feed = turn < report_count && !is_random ? reports[turn].source
                                                          : (uint16_t)(turn % FEEDS);
        if (is_random)
            feed = (uint16_t)test_random_below(&chance, FEEDS);
        if (at[feed] > report_count)
            continue;
        for (uint64_t n = is_random ? test_random_below(&chance, 40) : 1; n > 0; n--) {
            while (at[feed] < report_count && reports[at[feed]].source != feed)
                at[feed]++;
            if (at[feed] < report_count)
                assert_int_equal(merge_push(merge, &reports[at[feed]++]), 0);
        }
        if (at[feed] == report_count) {
            assert_int_equal(merge_end(merge, feed), 0);
            at[feed]++;
            open--;
        }
        while ((report = merge_next(merge)) != NULL) {
            assert_int_equal(engine_report(p->engine, report), 0);
            if (!is_random)
                passed[passed_count++] = *report;
        }
        if (merge_time(merge) != TIME_NONE && part() < 0.5)
            assert_int_equal(engine_tick(p->engine, merge_time(merge)), 0);
    }
    merge_destroy(merge);
}

static void play_disturbed(struct play *p, enum way way)
{
    size_t committed = 0, behind = 0;
    for (size_t i = 0; i < passed_count; i++) {
        /* Reports pass again after a kill, but not for ever. */
        bool is_disturbed = i >= behind && is_now();
        if (is_disturbed && way == RELOADED)
            reload(p);
        if (way == KILLED && part() < 0.2) {
            commit(p);
            committed = i;
        }
        if (is_disturbed && way == STOPPED) {
            commit(p);
            kill_engine(p);
        } else if (is_disturbed && way == KILLED) {
            kill_engine(p);
            behind = i + 1;
            i = committed;
        }
        assert_int_equal(engine_report(p->engine, &passed[i]), 0);
    }
}

static void play(struct play *p, enum way way)
{
    begin_play(p);
    if (way <= INTERLEAVED)
        play_merged(p, way == INTERLEAVED);
    else
        play_disturbed(p, way);
    end_play(p);
}

/* --- compared --- */

/* Each kind of alert of these rules; how many there were in all worlds. */
static const char *const kinds[] = {"encounter.started",    "encounter.ended",
                                    "loiter.started",       "loiter.ended",
                                    "gap.started",          "gap.ended",
                                    "route.progressed",     "route.matched",
                                    "silent_call.possible", "silent_call.unknown",
                                    "port.arrived",         "position.misplaced",
                                    "position.returned",    "draught.changed",
                                    "destination.changed",  "destination.contradicted",
                                    "identity.changed",     "identity.shared"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static size_t kind_counts[KINDS];

static void count_kinds(const char *told)
{
    char type[64];
    for (size_t i = 0; i < KINDS; i++) {
        snprintf(type, sizeof type, "\"lookoutd.%s\"", kinds[i]);
        for (const char *at = told; (at = strstr(at, type)) != NULL; at++)
            kind_counts[i]++;
    }
}

/* From the first byte that differs on, and some before. */
static void print_difference(const char *wanted, const char *got)
{
    size_t at = 0, since = 0;
    for (; wanted[at] != '\0' && wanted[at] == got[at]; at++)
        since = wanted[at] == '\n' ? at + 1 : since;
    print_message("# in %.220s\n", wanted + since);
    since = at - since > 100 ? at - 100 : since;
    print_message("# wanted %.300s\n# got    %.300s\n", wanted + since, got + since);
}

static void check_world(uint64_t seed)
{
    struct play plain, other;
    make_world(seed);
    play(&plain, IN_TURN);
    count_kinds(buf_text(&plain.told));
    for (enum way way = INTERLEAVED; way < WAYS; way++) {
        play(&other, way);
        if (strcmp(buf_text(&plain.told), buf_text(&other.told)) != 0) {
            print_message("# world %llu, %s:\n", (unsigned long long)seed,
                          way_names[way]);
            print_difference(buf_text(&plain.told), buf_text(&other.told));
            fail();
        }
        finish_play(&other);
    }
    finish_play(&plain);
}

static bool is_full(void)
{
    const char *value = getenv("LOOKOUT_FULL");
    return value != NULL && value[0] == '1';
}

static void check_all_worlds(void **state)
{
    const char *given = getenv("LOOKOUT_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 1;
    uint64_t worlds = 3;
    if (is_full()) {
        worlds = 300;
        hours_played = 40;
        disturb_one_of = 1 + seed % 25;
    } else if (test_is_sanitized()) {
        worlds = 1;
        hours_played = 12;
        disturb_one_of = 100;
    }
    for (uint64_t i = 0; i < worlds; i++)
        check_world(seed * 1000 + i);
    for (size_t i = 0; i < KINDS; i++)
        print_message("# %zu %s\n", kind_counts[i], kinds[i]);
    for (size_t i = 0; i < KINDS && worlds > 1 && given == NULL; i++)
        if (kind_counts[i] == 0)
            fail_msg("no world has %s", kinds[i]);
}

TEST_MAIN(NULL, NULL, TEST(check_all_worlds))
