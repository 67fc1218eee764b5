/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/clockrun.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void clockrun_make_legs(struct clockrun_world *w, uint64_t seed, unsigned leg_minutes)
{
    struct test_random random = {seed};
    double lons[CLOCKRUN_SHIPS], ways[CLOCKRUN_SHIPS];
    w->count = 0;
    for (int i = 0; i < CLOCKRUN_SHIPS; i++) {
        lons[i] = 124.7 + 0.06 * i;
        ways[i] = i % 2 != 0 ? 1 : -1;
    }
    for (int k = 0; k < CLOCKRUN_MINUTES * CLOCKRUN_SHIPS; k++) {
        int i = k % CLOCKRUN_SHIPS;
        bool is_resting = i < CLOCKRUN_RESTING;
        double kn = is_resting ? 0 : 8 + i, minute = (double)k / CLOCKRUN_SHIPS;
        lons[i] += ways[i] * kn / 60 / 60 / 0.82;
        if (test_random_below(&random, leg_minutes) == 0)
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

void clockrun_note_step(void *context, const struct merge_step *step)
{
    struct clockrun_play *p = context;
    assert_true(p->step_count < sizeof p->steps / sizeof p->steps[0]);
    p->steps[p->step_count++] = *step;
}

void clockrun_make(struct clockrun_world *w, uint64_t seed)
{
    clockrun_make_legs(w, seed, 120);
}

/* As the shell does it. */
static void on_step(void *context, const struct merge_step *step)
{
    struct clockrun_play *p = context;
    int rc = 0;
    uint16_t source = step->source;
    if (step->kind == MERGE_STEP_SHIFTED) {
        do
            rc = engine_clock_shift(p->run.engine, source, step->by_ms);
        while (rc == 0 && merge_begin_before(p->merge, source, &source));
    } else if (step->kind == MERGE_STEP_AHEAD)
        rc = engine_clock_step(p->run.engine, step->from_ms, step->to_ms);
    else if (step->kind == MERGE_STEP_BACK)
        rc = engine_clock_back(p->run.engine, step->source, step->to_ms);
    assert_int_equal(rc, 0);
    clockrun_note_step(p, step);
}

static void drain(struct clockrun_play *p)
{
    const struct report *r = NULL;
    while ((r = merge_next(p->merge)) != NULL)
        assert_int_equal(engine_report(p->run.engine, r), 0);
    if (merge_time(p->merge) != TIME_NONE)
        assert_int_equal(engine_tick(p->run.engine, merge_time(p->merge)), 0);
}

static void read_told(struct clockrun_play *p)
{
    char *save = NULL, *copy = strdup(buf_text(&p->run.told));
    assert_non_null(copy);
    for (char *one = strtok_r(copy, ";", &save); one != NULL;
         one = strtok_r(NULL, ";", &save)) {
        one += *one == ' ';
        char *last = strrchr(one, ' ');
        if (last == NULL)
            continue;
        assert_true(p->count < CLOCKRUN_TOLD_MAX);
        struct clockrun_told *t = &p->told[p->count++];
        snprintf(t->what, sizeof t->what, "%.*s", (int)(last - one), one);
        t->minute = strtod(last + 1, NULL);
    }
    free(copy);
}

static void end_source(struct clockrun_play *p, uint16_t source)
{
    assert_int_equal(merge_end(p->merge, source), 0);
    drain(p);
}

static void push_in_order(struct clockrun_play *p, const struct report *reports, size_t n,
                          size_t chunk)
{
    struct test_random random = {n + chunk};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(merge_push(p->merge, &reports[i]), 0);
        if (test_random_below(&random, (uint32_t)chunk) == 0)
            drain(p);
    }
}

/* Of each recording the next report, as long as the merge wants any. */
static void push_as_wanted(struct clockrun_play *p, const struct report *reports,
                           size_t n, uint16_t sources)
{
    size_t at[CLOCKRUN_FILES] = {0};
    bool is_ended[CLOCKRUN_FILES] = {false};
    for (unsigned ended = 0; ended < sources;) {
        for (uint16_t k = 0; k < sources; k++) {
            while (!is_ended[k] && merge_wants(p->merge, k)) {
                while (at[k] < n && reports[at[k]].source != k)
                    at[k]++;
                is_ended[k] = at[k] == n;
                ended += is_ended[k];
                int rc = is_ended[k] ? merge_end(p->merge, k)
                                     : merge_push(p->merge, &reports[at[k]++]);
                assert_int_equal(rc, 0);
            }
        }
        drain(p);
    }
}

void clockrun_play(struct clockrun_play *p, const struct report *reports, size_t n,
                   size_t chunk)
{
    struct merge_source_conf conf = {.is_timely = p->is_timely, .is_whole = p->is_whole};
    uint16_t sources = 1;
    for (size_t i = 0; i < n; i++)
        if (reports[i].source >= sources)
            sources = (uint16_t)(reports[i].source + 1);
    assert_in_range(sources, 1, CLOCKRUN_FILES);
    memset(p, 0, sizeof *p);
    p->is_timely = conf.is_timely;
    p->is_whole = conf.is_whole;
    enginerun_init(&p->run, yaml, zones);
    p->merge = merge_create();
    assert_non_null(p->merge);
    merge_tell(p->merge, &(struct merge_sink){.on_step = on_step, .context = p});
    for (uint16_t k = 0; k < sources; k++)
        assert_int_equal(merge_add(p->merge, &conf), k);
    if (conf.is_whole)
        push_as_wanted(p, reports, n, sources);
    else
        push_in_order(p, reports, n, chunk);
    for (uint16_t k = 0; !conf.is_whole && k < sources; k++)
        end_source(p, k);
    for (uint16_t k = 0; k < sources; k++)
        p->far_future += merge_counts(p->merge, k)->far_future;
    read_told(p);
    merge_destroy(p->merge);
    enginerun_finish(&p->run);
}

void clockrun_play_off(struct clockrun_play *p, const struct clockrun_world *w,
                       const struct clockrun_off *off, size_t chunk)
{
    static struct report reports[CLOCKRUN_REPORTS];
    for (size_t i = 0; i < w->count; i++) {
        bool is_off = w->minutes[i] >= off->from && w->minutes[i] < off->to &&
                      (w->reports[i].source == 0 || p->is_whole);
        reports[i] = w->reports[i];
        reports[i].time_ms += is_off ? off->by_ms : 0;
        reports[i].arrival_ms = reports[i].time_ms;
    }
    clockrun_play(p, reports, w->count, chunk);
}

static bool has_told(const struct clockrun_play *p, const struct clockrun_told *wanted)
{
    for (size_t i = 0; i < p->count; i++) {
        double apart = p->told[i].minute - wanted->minute;
        if (apart >= -1 && apart <= 1 && strcmp(p->told[i].what, wanted->what) == 0)
            return true;
    }
    return false;
}

static bool is_within(const struct clockrun_told *t, const struct clockrun_off *off,
                      double by)
{
    double slack = 2 + fabs(by) * 1e-5; /* minutes are told in six digits */
    return t->minute >= off->from + by - slack && t->minute <= off->to + by + slack;
}

void clockrun_print(const struct clockrun_play *p)
{
    for (size_t i = 0; i < p->step_count; i++)
        print_error("%s by %g min, line %u\n", merge_step_name(p->steps[i].kind),
                    (double)p->steps[i].by_ms / MINUTE_MS, p->steps[i].line);
}

/* What lies outside the time that the clock was off is the same in both. */
void clockrun_assert_same(const struct clockrun_play *base, const struct clockrun_play *p,
                          const struct clockrun_off *off)
{
    double by = (double)off->by_ms / MINUTE_MS;
    for (size_t i = 0; i < base->count; i++) {
        const struct clockrun_told *t = &base->told[i];
        if (is_within(t, off, 0) || has_told(p, t))
            continue;
        clockrun_print(p);
        fail_msg("missing: %s %g", t->what, t->minute);
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct clockrun_told *t = &p->told[i];
        if (is_within(t, off, 0) || is_within(t, off, by) || has_told(base, t))
            continue;
        clockrun_print(p);
        fail_msg("not in the undisturbed one: %s %g", t->what, t->minute);
    }
}

void clockrun_assert_told(const struct clockrun_play *p, const struct clockrun_off *off)
{
    bool is_told = false;
    for (size_t i = 0; i < p->step_count && !is_told; i++) {
        int64_t sign = (p->steps[i].by_ms < 0) == (off->by_ms < 0) ? 1 : -1;
        is_told = llabs(p->steps[i].by_ms - sign * off->by_ms) <= MINUTE_MS &&
                  p->steps[i].line != 0;
    }
    if (!is_told)
        clockrun_print(p);
    assert_true(is_told);
    assert_int_equal(p->far_future, 0);
}

size_t clockrun_count(const struct clockrun_play *p, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        count += strstr(p->told[i].what, part) != NULL;
    return count;
}

/* From `least` to `most`, every magnitude as likely as any other. */
static double draw_size(struct test_random *random, double least, double most)
{
    double size = least;
    while (size * 2 < most && test_random_below(random, 5) != 0)
        size *= 2;
    return size * (1 + (double)test_random_below(random, 1000) / 1000);
}

struct clockrun_off clockrun_draw_off(struct test_random *random)
{
    double span = draw_size(random, 1, CLOCKRUN_MINUTES / 2.0 - 30);
    double size = draw_size(random, 3, 1024.0 * 7 * 24 * 60 / 2);
    double from = 0;
    struct clockrun_off off;
    uint64_t where = test_random_below(random, 3);
    span = span > CLOCKRUN_MINUTES / 2.0 - 10 ? CLOCKRUN_MINUTES / 2.0 - 10 : span;
    if (where == 1)
        from = 60 +
               (double)test_random_below(random, CLOCKRUN_MINUTES - 120 - (unsigned)span);
    else if (where == 2)
        from = CLOCKRUN_MINUTES - span;
    off.from = where == 0 ? -1 : from;
    off.to = from + span;
    off.by_ms = (int64_t)(size * 60) * SECOND_MS;
    if (test_random_below(random, 2) == 0)
        off.by_ms = -off.by_ms;
    return off;
}
