/* SPDX-License-Identifier: Apache-2.0 */
/* Two feeds hear the same ships, one of them late: random interleavings tell what one
 * feed alone tells, under the same ids, and no alert comes a report later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

static const char yaml[] =
    "site: test\n"
    "zones: [zones.geojson]\n"
    "rules:\n"
    "  - {id: gap, when: gap, after: 2h, moored: 2h}\n"
    "  - {id: box, when: zone, events: [enter, exit, dwell], dwell: 1h}\n"
    "  - {id: line, when: gate}\n"
    "  - {id: seen, when: sighted, again_after: 2h}\n";
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[125,35],[125."
    "3,"
    "35],[125.3,35.4],[125,35.4],[125,35]]]}},{\"type\":\"Feature\",\"properties\":{"
    "\"id\":"
    "\"line\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[125.15,34.5],[125."
    "15,"
    "35.8]]}}]}";

enum { SHIPS = 6, REPORTS = 400, HEARD_MAX = 2 * SHIPS * REPORTS, HOURS = 15 };

struct heard {
    struct report report;
    size_t order;
};
struct world {
    struct report sent[SHIPS * REPORTS];
    size_t count;
};

/* Ships sail to and fro at 12 kn, and fall silent for hours now and then; one ship lies
 * still, sends everything twice, and is heard all the time. */
static void make_world(struct world *w, struct test_random *random)
{
    w->count = 0;
    for (uint32_t i = 0; i < SHIPS; i++) {
        double lon = 124.9 + 0.1 * (double)i, way = i % 2 != 0 ? 1 : -1, minute = i;
        bool is_moored = i == 0;
        for (int k = 0; k < REPORTS && minute < HOURS * 60 + (is_moored ? 300 : 0); k++) {
            double step =
                is_moored ? 3 : 1 + (double)test_random_below(random, 200) / 100;
            if (!is_moored && test_random_below(random, 60) == 0)
                step += 60 + (double)test_random_below(random, 180);
            minute += step;
            lon += is_moored ? 0 : way * step * 0.2 / 60 / 0.82;
            if (test_random_below(random, 40) == 0)
                way = -way;
            struct report r =
                enginerun_position(440000001 + i, minute, 35.2, lon, is_moored ? 0 : 12,
                                   is_moored ? k / 2 % 360
                                   : way > 0 ? 90
                                             : 270);
            r.has |= HAS_UTC_SECOND;
            r.utc_second = (uint8_t)(r.time_ms / SECOND_MS % 60);
            w->sent[w->count++] = r;
        }
    }
}

static int compare_arrival(const void *a, const void *b)
{
    const struct heard *x = a, *y = b;
    if (x->report.arrival_ms != y->report.arrival_ms)
        return x->report.arrival_ms < y->report.arrival_ms ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* One way of hearing the world. */
struct hearing {
    int64_t delay_ms;    /* of the second feed; 0: there is none */
    int64_t jitter_ms;   /* and up to so much more */
    int64_t lateness_ms; /* its setting */
    bool is_stamped;     /* it gives the time of sending, else that of arrival */
    unsigned share;      /* it hears so many of ten reports */
};

static size_t hear_all(const struct world *w, const struct hearing *h,
                       struct test_random *random, struct heard *ret)
{
    struct test_random near = {7}; /* the first feed is the same in all ways */
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) {
        struct report r = w->sent[i];
        r.arrival_ms = r.time_ms + (int64_t)test_random_below(&near, 2000);
        ret[n] = (struct heard){r, n};
        n++;
        if (h->delay_ms == 0 || test_random_below(random, 10) >= h->share)
            continue;
        r.source = 1;
        r.arrival_ms = r.time_ms + h->delay_ms;
        if (h->jitter_ms > 0)
            r.arrival_ms += (int64_t)test_random_below(random, (uint64_t)h->jitter_ms);
        if (!h->is_stamped)
            r.time_ms = r.arrival_ms;
        ret[n] = (struct heard){r, n};
        n++;
    }
    qsort(ret, n, sizeof *ret, compare_arrival);
    return n;
}

struct play {
    struct enginerun run;
    struct merge *merge;
    struct buf when; /* "<id> <arrival>\n" of alerts that a report raised */
};

static void on_copy(void *context, const struct report *copy, int64_t first_ms)
{
    struct play *p = context;
    engine_clock_note_copy(p->run.engine, copy->mmsi, copy->source, first_ms);
}

/* Whether the alert is of a timer, which may fire when a report comes. */
static bool is_of_time(const char *type)
{
    return strstr(type, "gap.") != NULL || strstr(type, "dwelled") != NULL;
}

static void drain(struct play *p, int64_t now_ms)
{
    const struct report *r;
    merge_clock(p->merge, now_ms);
    while ((r = merge_next(p->merge)) != NULL) {
        /* The report does not cause a timer that is due meanwhile. */
        assert_int_equal(engine_tick(p->run.engine, r->time_ms), 0);
        uint32_t before = p->run.alerts;
        assert_int_equal(engine_report(p->run.engine, r), 0);
        if (p->run.alerts != before && !is_of_time(p->run.last.type))
            assert_int_equal(buf_printf(&p->when, "%s %lld\n", p->run.last.id,
                                        (long long)(now_ms / SECOND_MS)),
                             0);
    }
    assert_int_equal(engine_tick(p->run.engine, merge_time(p->merge)), 0);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns the lines of a text in alphabetical order. */
static void sort_lines(struct buf *text)
{
    char *lines[4096], *save = NULL, *copy = strdup(buf_text(text));
    size_t n = 0;
    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &save); line != NULL && n < 4096;
         line = strtok_r(NULL, "\n", &save))
        lines[n++] = line;
    qsort(lines, n, sizeof lines[0], compare_lines);
    buf_clear(text);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(buf_printf(text, "%s\n", lines[i]), 0);
    free(copy);
}

static void play_hearing(struct play *p, const struct world *w, const struct hearing *h,
                         uint64_t seed)
{
    static struct heard heard[HEARD_MAX];
    struct test_random random = {seed};
    struct merge_source_conf fast = {.is_live = true},
                             slow = {.is_live = true, .lateness_ms = h->lateness_ms};
    memset(p, 0, sizeof *p);
    enginerun_init(&p->run, yaml, zones);
    p->merge = merge_create();
    assert_non_null(p->merge);
    merge_tell(p->merge, &(struct merge_sink){.on_copy = on_copy, .context = p});
    assert_int_equal(merge_add(p->merge, &fast), 0);
    if (h->delay_ms != 0)
        assert_int_equal(merge_add(p->merge, &slow), 1);
    size_t n = hear_all(w, h, &random, heard);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(merge_push(p->merge, &heard[i].report), 0);
        if (i + 1 < n && test_random_below(&random, 3) == 0 &&
            heard[i + 1].report.arrival_ms - heard[i].report.arrival_ms < 50)
            continue; /* they come in one read */
        drain(p, heard[i].report.arrival_ms);
    }
    int64_t end_ms = ENGINERUN_DAY0 + (HOURS + 24) * HOUR_MS;
    drain(p, end_ms - 12 * HOUR_MS); /* the reports that the lateness held back */
    silence_set_source(p->run.engine, 1, true); /* nothing waits for it for ever */
    drain(p, end_ms);
    sort_lines(&p->run.bodies);
    sort_lines(&p->when);
    merge_destroy(p->merge);
}

/* Returns the ids of all alerts, or of all but those of timers, sorted. */
static void list_ids(const struct play *p, bool with_timers, struct buf *ret)
{
    static const char begin[] = "{\"specversion\":\"1.0\",\"id\":\"";
    static const char type[] = "\"type\":\"";
    for (const char *at = buf_text(&p->run.bodies); (at = strstr(at, begin)) != NULL;
         at++) {
        const char *found = strstr(at, type);
        char name[40];
        assert_non_null(found);
        snprintf(name, sizeof name, "%.39s", found + sizeof type - 1);
        if (with_timers || !is_of_time(name))
            assert_int_equal(buf_printf(ret, "%.32s\n", at + sizeof begin - 1), 0);
    }
    sort_lines(ret);
}

static void finish_play(struct play *p)
{
    enginerun_finish(&p->run);
    buf_finish(&p->when);
}

static void test_two_feeds(void **state)
{
    static const struct hearing hearings[] = {
        {4 * SECOND_MS, 3 * SECOND_MS, 0, true, 10},
        {185 * SECOND_MS, 0, 0, false, 10},
        {185 * SECOND_MS, 20 * SECOND_MS, 0, true, 10},
        {7 * MINUTE_MS, 4 * MINUTE_MS, 0, false, 7},
        {7 * MINUTE_MS, 4 * MINUTE_MS, 0, true, 7},
        {7 * MINUTE_MS, 4 * MINUTE_MS, 15 * MINUTE_MS, true, 10},
        {3 * HOUR_MS, 0, 0, true, 10},
        {3 * HOUR_MS, 20 * MINUTE_MS, 4 * HOUR_MS, true, 8}, /* beyond `after` */
    };
    static struct world w;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct test_random random = {seed};
        struct hearing alone = {.delay_ms = 0};
        struct play one;
        make_world(&w, &random);
        play_hearing(&one, &w, &alone, seed);
        assert_true(one.run.alerts > 20);
        assert_true(one.when.length > 10 * 33);
        for (size_t i = 0; i < sizeof hearings / sizeof hearings[0]; i++) {
            struct play two;
            struct buf ids = {0}, right = {0};
            /* An alert that is due and over before a late feed has come so far is not
             * told. */
            bool with_timers = hearings[i].delay_ms < 2 * HOUR_MS;
            print_message("seed %d hearing %d: %u alerts\n", (int)seed, (int)i,
                          one.run.alerts);
            play_hearing(&two, &w, &hearings[i], seed);
            list_ids(&one, with_timers, &right);
            list_ids(&two, with_timers, &ids);
            assert_true(!with_timers || right.length == 33 * one.run.alerts);
            assert_string_equal(buf_text(&ids), buf_text(&right));
            assert_string_equal(buf_text(&two.when), buf_text(&one.when));
            finish_play(&two);
            buf_finish(&ids);
            buf_finish(&right);
        }
        finish_play(&one);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_two_feeds))
