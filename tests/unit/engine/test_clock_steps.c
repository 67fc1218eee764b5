/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings whose clock makes steps: random ones at the start, in the middle and at the
 * end tell what the undisturbed recording tells, but for the time that the clock was off.
 * Beside them what looks like a step and is none: a receiver that was off, recordings in
 * a wrong order, a station that is late. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

static const char yaml[] = "site: test\n"
                           "zones: [zones.geojson]\n"
                           "rules:\n"
                           "  - {id: gap, when: gap, after: 1h, moored: 1h}\n"
                           "  - {id: box, when: zone, zones: [box], events: [enter, "
                           "exit, dwell], dwell: 30min}\n"
                           "  - {id: line, when: gate}\n"
                           "  - {id: still, when: stopped, for: 3h}\n";
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[125,35],[125."
    "3,35],[125.3,35.4],[125,35.4],[125,35]]]}},{\"type\":\"Feature\",\"properties\":{"
    "\"id\":\"line\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[125.15,34."
    "5],[125.15,35.8]]}}]}";

enum {
    SHIPS = 12,
    RESTING = 3,
    MINUTES = 600,
    REPORTS = SHIPS * MINUTES,
    TOLD_MAX = 400
};

struct world {
    struct report reports[REPORTS];
    double minutes[REPORTS]; /* the true ones */
    size_t count;
};

/* Each ship reports once a minute, some reports are lost; they sail to and fro. */
static void make_world(struct world *w, uint64_t seed)
{
    struct test_random random = {seed};
    double lons[SHIPS], ways[SHIPS];
    w->count = 0;
    for (int i = 0; i < SHIPS; i++) {
        lons[i] = 124.7 + 0.06 * i;
        ways[i] = i % 2 != 0 ? 1 : -1;
    }
    for (int k = 0; k < MINUTES * SHIPS; k++) {
        int i = k % SHIPS;
        bool is_resting = i < RESTING;
        double kn = is_resting ? 0 : 8 + i, minute = (double)k / SHIPS;
        lons[i] += ways[i] * kn / 60 / 60 / 0.82;
        if (test_random_below(&random, 120) == 0)
            ways[i] = -ways[i];
        if (test_random_below(&random, 5) == 0)
            continue;
        struct report r = enginerun_position(440000001 + (uint32_t)i, minute, 35.2,
                                             lons[i], kn, ways[i] > 0 ? 90 : 270);
        r.has |= HAS_UTC_SECOND;
        r.utc_second = (uint8_t)((uint64_t)(minute * 60) % 60);
        r.line = (uint32_t)w->count + 1;
        w->minutes[w->count] = minute;
        w->reports[w->count++] = r;
    }
}

struct told {
    char what[64]; /* "box zone.entered 440000001" */
    double minute;
};
struct play {
    struct enginerun run;
    struct merge *merge;
    struct told told[TOLD_MAX];
    size_t count;
    struct merge_step steps[16];
    size_t step_count;
    uint64_t far_future;
    bool is_timely; /* set before it is played */
};

static void note_step(void *context, const struct merge_step *step)
{
    struct play *p = context;
    assert_true(p->step_count < sizeof p->steps / sizeof p->steps[0]);
    p->steps[p->step_count++] = *step;
}

/* As the shell does it. */
static void on_step(void *context, const struct merge_step *step)
{
    struct play *p = context;
    int rc = 0;
    if (step->kind == MERGE_STEP_SHIFTED)
        rc = engine_clock_shift(p->run.engine, step->source, step->by_ms);
    else if (step->kind == MERGE_STEP_AHEAD)
        rc = engine_clock_step(p->run.engine, step->from_ms, step->to_ms);
    else if (step->kind == MERGE_STEP_BACK)
        rc = engine_clock_back(p->run.engine, step->source, step->to_ms);
    assert_int_equal(rc, 0);
    note_step(p, step);
}

static void drain(struct play *p)
{
    const struct report *r = NULL;
    while ((r = merge_next(p->merge)) != NULL)
        assert_int_equal(engine_report(p->run.engine, r), 0);
    if (merge_time(p->merge) != TIME_NONE)
        assert_int_equal(engine_tick(p->run.engine, merge_time(p->merge)), 0);
}

static void read_told(struct play *p)
{
    char *save = NULL, *copy = strdup(buf_text(&p->run.told));
    assert_non_null(copy);
    for (char *one = strtok_r(copy, ";", &save); one != NULL;
         one = strtok_r(NULL, ";", &save)) {
        one += *one == ' ';
        char *last = strrchr(one, ' ');
        if (last == NULL)
            continue;
        assert_true(p->count < TOLD_MAX);
        struct told *t = &p->told[p->count++];
        snprintf(t->what, sizeof t->what, "%.*s", (int)(last - one), one);
        t->minute = strtod(last + 1, NULL);
    }
    free(copy);
}

/* chunk: reports pushed between two drains, at most. */
static void play_reports(struct play *p, const struct report *reports, size_t n,
                         size_t chunk)
{
    struct merge_source_conf conf = {.is_timely = p->is_timely};
    bool is_timely = p->is_timely;
    struct test_random random = {n + chunk};
    bool has_other = false;
    for (size_t i = 0; i < n; i++)
        has_other = has_other || reports[i].source != 0;
    memset(p, 0, sizeof *p);
    p->is_timely = is_timely;
    enginerun_init(&p->run, yaml, zones);
    p->merge = merge_create();
    assert_non_null(p->merge);
    merge_tell(p->merge, &(struct merge_sink){.on_step = on_step, .context = p});
    assert_int_equal(merge_add(p->merge, &conf), 0);
    if (has_other)
        assert_int_equal(merge_add(p->merge, &conf), 1);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(merge_push(p->merge, &reports[i]), 0);
        if (test_random_below(&random, (uint32_t)chunk) == 0)
            drain(p);
    }
    assert_int_equal(merge_end(p->merge, 0), 0);
    drain(p);
    if (has_other)
        assert_int_equal(merge_end(p->merge, 1), 0);
    drain(p);
    p->far_future = merge_counts(p->merge, 0)->far_future;
    read_told(p);
    merge_destroy(p->merge);
    enginerun_finish(&p->run);
}

struct off {
    double from, to; /* true minutes in which the clock is off */
    int64_t by_ms;
};

static void play_off(struct play *p, const struct world *w, const struct off *off,
                     size_t chunk)
{
    static struct report reports[REPORTS];
    for (size_t i = 0; i < w->count; i++) {
        bool is_off = w->minutes[i] >= off->from && w->minutes[i] < off->to &&
                      w->reports[i].source == 0;
        reports[i] = w->reports[i];
        reports[i].time_ms += is_off ? off->by_ms : 0;
        reports[i].arrival_ms = reports[i].time_ms;
    }
    play_reports(p, reports, w->count, chunk);
}

static bool has_told(const struct play *p, const struct told *wanted)
{
    for (size_t i = 0; i < p->count; i++) {
        double apart = p->told[i].minute - wanted->minute;
        if (apart >= -1 && apart <= 1 && strcmp(p->told[i].what, wanted->what) == 0)
            return true;
    }
    return false;
}

static bool is_within(const struct told *t, const struct off *off, double by)
{
    double slack = 2 + fabs(by) * 1e-5; /* minutes are told in six digits */
    return t->minute >= off->from + by - slack && t->minute <= off->to + by + slack;
}

static void print_play(const struct play *p)
{
    for (size_t i = 0; i < p->step_count; i++)
        print_error("%s by %g min, line %u\n", merge_step_name(p->steps[i].kind),
                    (double)p->steps[i].by_ms / MINUTE_MS, p->steps[i].line);
}

/* What lies outside the time that the clock was off is the same in both. */
static void assert_same_outside(const struct play *base, const struct play *p,
                                const struct off *off)
{
    double by = (double)off->by_ms / MINUTE_MS;
    for (size_t i = 0; i < base->count; i++) {
        const struct told *t = &base->told[i];
        if (is_within(t, off, 0) || has_told(p, t))
            continue;
        print_play(p);
        fail_msg("missing: %s %g", t->what, t->minute);
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct told *t = &p->told[i];
        if (is_within(t, off, 0) || is_within(t, off, by) || has_told(base, t))
            continue;
        print_play(p);
        fail_msg("not in the undisturbed one: %s %g", t->what, t->minute);
    }
}

static void assert_told_of(const struct play *p, const struct off *off)
{
    bool is_told = false;
    for (size_t i = 0; i < p->step_count && !is_told; i++) {
        int64_t sign = (p->steps[i].by_ms < 0) == (off->by_ms < 0) ? 1 : -1;
        is_told = llabs(p->steps[i].by_ms - sign * off->by_ms) <= MINUTE_MS &&
                  p->steps[i].line != 0;
    }
    if (!is_told)
        print_play(p);
    assert_true(is_told);
    assert_int_equal(p->far_future, 0);
}

/* From `least` to `most`, every magnitude as likely as any other. */
static double draw_size(struct test_random *random, double least, double most)
{
    double size = least;
    while (size * 2 < most && test_random_below(random, 5) != 0)
        size *= 2;
    return size * (1 + (double)test_random_below(random, 1000) / 1000);
}

static struct off draw_off(struct test_random *random)
{
    double span = draw_size(random, 1, MINUTES / 2.0 - 30);
    double size = draw_size(random, 3, 1024.0 * 7 * 24 * 60 / 2);
    double from = 0;
    struct off off;
    uint64_t where = test_random_below(random, 3);
    span = span > MINUTES / 2.0 - 10 ? MINUTES / 2.0 - 10 : span;
    if (where == 1)
        from = 60 + (double)test_random_below(random, MINUTES - 120 - (unsigned)span);
    else if (where == 2)
        from = MINUTES - span;
    off.from = where == 0 ? -1 : from;
    off.to = from + span;
    off.by_ms = (int64_t)(size * 60) * SECOND_MS;
    if (test_random_below(random, 2) == 0)
        off.by_ms = -off.by_ms;
    return off;
}

static void test_random_steps(void **state)
{
    static struct world w;
    static struct play base, p, again;
    unsigned rounds = getenv("LOOKOUT_FULL") != NULL ? 1000 : 60;
    if (getenv("LOOKOUT_SANITIZED") != NULL)
        rounds = 10;
    make_world(&w, 7);
    play_off(&base, &w, &(struct off){0}, 1);
    assert_true(base.count > 40);
    assert_int_equal(base.step_count, 0);
    for (unsigned seed = 0; seed < rounds; seed++) {
        struct test_random random = {seed};
        struct off off = draw_off(&random);
        print_message("seed %u: by %g min from %g to %g\n", seed,
                      (double)off.by_ms / MINUTE_MS, off.from, off.to);
        play_off(&p, &w, &off, 1);
        assert_same_outside(&base, &p, &off);
        assert_told_of(&p, &off);
        if (seed % 10 != 0)
            continue;
        play_off(&again, &w, &off, 50);
        assert_int_equal(again.count, p.count);
        assert_memory_equal(again.told, p.told, sizeof p.told);
    }
}

/* The kinds that a reviewer of the product found. */
static void test_known_steps(void **state)
{
    static struct world w;
    static struct play base, p;
    const int64_t weeks_ms = 1024 * 7 * DAY_MS;
    const struct off offs[] = {
        {-1, 60, 2 * HOUR_MS},    {-1, 5, 3 * HOUR_MS},     {-1, 60, 12 * HOUR_MS},
        {-1, 60, 30 * HOUR_MS},   {-1, 5, 365 * DAY_MS},    {-1, 60, weeks_ms},
        {-1, 60, -weeks_ms},      {-1, 60, -3 * HOUR_MS},   {300, 360, 50 * MINUTE_MS},
        {300, 360, -3 * HOUR_MS}, {300, 310, -weeks_ms},    {300, 360, 90 * MINUTE_MS},
        {300, 316, 3 * HOUR_MS},  {300, 330, 3 * HOUR_MS},  {300, 600, 3 * HOUR_MS},
        {300, 360, 12 * HOUR_MS}, {300, 360, 30 * HOUR_MS}, {300, 360, 365 * DAY_MS},
        {300, 360, weeks_ms},     {300, 590, 3 * HOUR_MS},
    };
    make_world(&w, 11);
    play_off(&base, &w, &(struct off){0}, 1);
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++) {
        print_message("by %g h from %g to %g min\n", (double)offs[i].by_ms / HOUR_MS,
                      offs[i].from, offs[i].to);
        play_off(&p, &w, &offs[i], 1);
        assert_same_outside(&base, &p, &offs[i]);
        assert_told_of(&p, &offs[i]);
    }
}

/* Another recording, whose clock is right, hears three of the ships: the one with the
 * steps makes none of either silent. (One that is ahead from its start leaves all later
 * reports late beside the other, and timers are not told of late ones.) */
static void test_beside_another_recording(void **state)
{
    static struct world w;
    static struct play base, p;
    const struct off offs[] = {
        {300, 360, 3 * HOUR_MS},  {300, 590, 3 * HOUR_MS}, {300, 360, -3 * HOUR_MS},
        {300, 310, 365 * DAY_MS}, {-1, 60, -3 * HOUR_MS},  {-1, 60, -1024 * 7 * DAY_MS},
    };
    make_world(&w, 13);
    for (size_t i = 0; i < w.count; i++)
        w.reports[i].source = w.reports[i].mmsi >= 440000001 + SHIPS - 3;
    play_off(&base, &w, &(struct off){0}, 1);
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++) {
        print_message("by %g h from %g to %g min\n", (double)offs[i].by_ms / HOUR_MS,
                      offs[i].from, offs[i].to);
        play_off(&p, &w, &offs[i], 1);
        assert_same_outside(&base, &p, &offs[i]);
        assert_told_of(&p, &offs[i]);
    }
}

/* --- what is no step --- */

static size_t count_told(const struct play *p, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        count += strstr(p->told[i].what, part) != NULL;
    return count;
}

/* The receiver was off for three hours, in which the ships sailed on: each of them fell
 * silent, as far as anybody knows. */
static void test_a_receiver_that_was_off(void **state)
{
    static struct world w;
    static struct play p;
    static struct report reports[REPORTS];
    size_t n = 0;
    make_world(&w, 3);
    for (size_t i = 0; i < w.count; i++)
        if (w.minutes[i] < 200 || w.minutes[i] >= 380)
            reports[n++] = w.reports[i];
    play_reports(&p, reports, n, 1);
    assert_int_equal(p.step_count, 0);
    assert_int_equal(count_told(&p, "gap.started"), SHIPS);
    assert_int_equal(count_told(&p, "gap.ended"), SHIPS);
    assert_int_equal(p.far_future, 0);
}

/* The second half stands before the first: nobody set a clock. It is told, and what is
 * older than what is known is not used. */
static void test_recordings_in_a_wrong_order(void **state)
{
    static struct world w;
    static struct play p;
    static struct report reports[REPORTS];
    size_t n = 0;
    make_world(&w, 4);
    for (int half = 1; half >= 0; half--)
        for (size_t i = 0; i < w.count; i++)
            if ((w.minutes[i] >= MINUTES / 2.0) == (half == 1))
                reports[n++] = w.reports[i];
    play_reports(&p, reports, n, 1);
    assert_int_equal(p.step_count, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_LATE);
    assert_int_equal(p.far_future, 0);
}

/* A station is 3, 10 or 100 min late with what it hears; now and then the other one
 * pauses. */
static void test_a_late_station(void **state)
{
    static const double lates[] = {3, 10, 100};
    static struct world w;
    static struct play p;
    static struct report reports[REPORTS];
    make_world(&w, 5);
    for (size_t k = 0; k < sizeof lates / sizeof lates[0]; k++) {
        size_t n = 0, late = 0;
        for (size_t i = 0; i < w.count; i++) {
            for (; late < w.count && w.minutes[late] + lates[k] <= w.minutes[i]; late++)
                if (w.reports[late].mmsi % 2 == 0)
                    reports[n++] = w.reports[late];
            bool is_paused = (int)w.minutes[i] % 100 < 5;
            if (w.reports[i].mmsi % 2 != 0 && !is_paused)
                reports[n++] = w.reports[i];
        }
        play_reports(&p, reports, n, 1);
        for (size_t i = 0; i < p.step_count; i++) {
            print_play(&p);
            assert_int_equal(p.steps[i].kind, MERGE_STEP_LATE);
        }
        assert_int_equal(p.far_future, 0);
    }
}

/* Two receivers in one recording: the odd ships, or all of them again, by another clock
 * all along or from the middle on. What is told is the same, by one of the two clocks. */
static void test_two_clocks(void **state)
{
    static const struct {
        double by; /* minutes */
        bool is_all, is_middle;
    } rows[] = {
        {120, false, false},
        {-120, false, false},
        {120, false, true},
        {1440, false, false},
        {120, true, false},
        {-1024 * 7 * 1440.0, true, false},
        {-1024 * 7 * 1440.0, false, false},
    };
    static struct world w;
    static struct play base, p;
    static struct report reports[2 * REPORTS];
    make_world(&w, 8);
    play_off(&base, &w, &(struct off){0}, 1);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t n = 0, off = 0;
        print_message("by %g min, %s\n", rows[k].by, rows[k].is_all ? "all" : "some");
        for (size_t i = 0; i < w.count; i++) {
            bool is_off = (rows[k].is_all || w.reports[i].mmsi % 2 == 0) &&
                          (!rows[k].is_middle || w.minutes[i] > MINUTES / 2.0);
            if (rows[k].is_all || !is_off)
                reports[n++] = w.reports[i];
            if (!is_off)
                continue;
            off++;
            reports[n] = w.reports[i];
            reports[n].arrival_ms = reports[n].time_ms +=
                (int64_t)(rows[k].by * MINUTE_MS);
            n++;
        }
        play_reports(&p, reports, n, 1);
        print_play(&p);
        assert_in_range(p.step_count, 1, 4);
        assert_int_equal(p.steps[p.step_count - 1].kind, MERGE_STEP_BESIDE);
        assert_true(p.steps[p.step_count - 1].reports + 20 > off);
        assert_int_equal(p.far_future, 0);
        assert_same_outside(&base, &p, &(struct off){-2, -1, 0});
    }
}

/* One that is paced does not wait until the clock comes back, and tells the same. */
static void test_a_paced_recording(void **state)
{
    static struct world w;
    static struct play base, p;
    static const struct off off = {300, 360, 180 * MINUTE_MS};
    make_world(&w, 9);
    play_off(&base, &w, &(struct off){0}, 1);
    p.is_timely = true;
    play_off(&p, &w, &off, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
    assert_same_outside(&base, &p, &off);
    assert_int_equal(p.count, base.count);
}

/* Killed while a step is held: what is read again before it says what the step was. */
static void test_a_stop_within_a_step(void **state)
{
    static struct world w;
    static struct play p;
    struct merge_source_conf conf = {.is_live = false};
    size_t held = 0;
    make_world(&w, 10);
    memset(&p, 0, sizeof p);
    p.merge = merge_create();
    assert_non_null(p.merge);
    assert_int_equal(merge_add(p.merge, &conf), 0);
    merge_tell(p.merge, &(struct merge_sink){.on_step = note_step, .context = &p});
    while (w.minutes[held] < MINUTES - 60)
        held++;
    merge_resume(p.merge, 0, w.reports[held - 1].time_ms);
    for (size_t i = 0; i < held; i++)
        merge_seen(p.merge, &w.reports[i]);
    for (size_t i = held; i < w.count; i++) {
        w.reports[i].arrival_ms = w.reports[i].time_ms += 3 * HOUR_MS;
        assert_int_equal(merge_push(p.merge, &w.reports[i]), 0);
    }
    assert_int_equal(merge_end(p.merge, 0), 0);
    assert_int_equal(p.step_count, 1);
    assert_int_equal(p.steps[0].kind, MERGE_STEP_RIGHTED);
    assert_int_equal(p.steps[0].by_ms, 3 * HOUR_MS);
    assert_int_equal(p.steps[0].line, held + 1);
    merge_destroy(p.merge);
}

TEST_MAIN(NULL, NULL, TEST(test_random_steps), TEST(test_known_steps),
          TEST(test_beside_another_recording), TEST(test_a_receiver_that_was_off),
          TEST(test_recordings_in_a_wrong_order), TEST(test_a_late_station),
          TEST(test_two_clocks), TEST(test_a_paced_recording),
          TEST(test_a_stop_within_a_step))
