/* SPDX-License-Identifier: Apache-2.0 */
/* The same ships heard by feeds of different forms and delays: sentences, AIS-catcher's
 * JSON, plain JSON and CSV without the UTC second, AISHub's table, and CSV with no more
 * than time and place. Whatever feeds there are, the alerts are those of the fastest one
 * alone, under the same ids. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/enginerun.h"
#include "lib/inputrun.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

static const char yaml[] =
    "site: test\n"
    "zones: [zones.geojson]\n"
    "rules:\n"
    "  - {id: gap, when: gap, after: 1h, moored: 1h}\n"
    "  - {id: box, when: zone, events: [enter, exit, dwell], dwell: 1h}\n"
    "  - {id: line, when: gate}\n"
    "  - {id: lay, when: stopped, for: 1h}\n"
    "  - {id: seen, when: sighted, again_after: 1h}\n";
static const char zones[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
    "{\"id\":\"box\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[125,35],[125."
    "3,35],[125.3,35.4],[125,35.4],[125,35]]]}},{\"type\":\"Feature\",\"properties\":{"
    "\"id\":\"line\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[125.15,34.5"
    "],[125.15,35.8]]}}]}";

#define DEG_PER_RAD 57.295779513082321

enum { SHIPS = 6, SENT_MAX = 6000, HOURS = 9, DELAY_MAX_S = 14 * 60 };
enum form { SENTENCES, AIS_CATCHER, PLAIN_JSON, PLAIN_CSV, AISHUB, BARE_CSV, FORMS };

/* What a ship sent: a position in the units of the standard, or its static data. */
struct sent {
    int64_t time_s;
    uint32_t mmsi;
    int32_t lat_raw, lon_raw; /* 1/10000 minute */
    int sog_dkn, cog_ddeg, status;
    bool is_static;
    const char *destination;
};

struct world {
    struct sent sent[SENT_MAX];
    size_t count;
};

static int compare_sent(const void *a, const void *b)
{
    const struct sent *x = a, *y = b;
    if (x->time_s != y->time_s)
        return x->time_s < y->time_s ? -1 : 1;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

/* One ship: to and fro at 3 to 20 kn, at rest for an hour or two now and then, silent for
 * hours now and then. At rest she says the same again and again, or swings. */
static void make_ship(struct world *w, uint32_t index, struct test_random *random)
{
    double at_s = index, knots = 12, cog = index % 2 != 0 ? 90 : 270;
    double lat = 35.2, lon = 124.9 + 0.1 * index;
    bool is_at_rest = false, does_swing = index % 2 == 0;
    const char *destination = "BUSAN";
    for (int k = 0; at_s < HOURS * 3600 && w->count + 200 < SENT_MAX; k++) {
        if (test_random_below(random, 60) == 0) {
            is_at_rest = !is_at_rest;
            knots = 3 + (double)test_random_below(random, 170) / 10;
            cog = (double)test_random_below(random, 3600) / 10;
            destination = is_at_rest ? "BUSAN" : "YEOSU";
        }
        double swing = is_at_rest && does_swing
                           ? ((double)test_random_below(random, 100) - 50) * 1e-6
                           : 0;
        w->sent[w->count++] = (struct sent){
            .time_s = ENGINERUN_DAY0 / SECOND_MS + (int64_t)at_s,
            .mmsi = 440000001 + index,
            .lat_raw = (int32_t)((lat + swing) * 600000 + 0.5),
            .lon_raw = (int32_t)((lon - swing) * 600000 + 0.5),
            .sog_dkn =
                is_at_rest ? (int)test_random_below(random, 2) : (int)(knots * 10 + 0.5),
            .cog_ddeg = (int)(cog * 10),
            .status = is_at_rest ? 5 : 0,
        };
        w->sent[w->count] = w->sent[w->count - 1];
        if (k % 6 == 0) {
            w->sent[w->count].is_static = true;
            w->sent[w->count++].destination = destination;
        }
        double step_s = 10 * (1 + (double)test_random_below(random, is_at_rest ? 18 : 9));
        if (test_random_below(random, 100) == 0)
            step_s += 3600 + (double)test_random_below(random, 7200);
        at_s += step_s;
        double sailed_nm = is_at_rest ? 0 : knots * step_s / 3600;
        lat += sailed_nm / 60 * cos(cog / DEG_PER_RAD);
        lon += sailed_nm / 60 * sin(cog / DEG_PER_RAD) / cos(lat / DEG_PER_RAD);
        bool is_outside = lat < 34.9 || lat > 35.5 || lon < 124.7 || lon > 125.6;
        if (is_outside) /* back to the middle */
            cog = lon < 125.15 ? 80 + (double)test_random_below(random, 200) / 10
                               : 260 + (double)test_random_below(random, 200) / 10;
        if (lat < 34.9 || lat > 35.5)
            lat = 35.2;
    }
}

static void make_world(struct world *w, struct test_random *random)
{
    w->count = 0;
    for (uint32_t i = 0; i < SHIPS; i++)
        make_ship(w, i, random);
    /* Another ship goes on, so that what is due of these is told, however late the feed.
     */
    for (int k = 0; k < 180; k++)
        w->sent[w->count++] =
            (struct sent){.time_s = ENGINERUN_DAY0 / SECOND_MS + HOURS * 3600 + k * 60,
                          .mmsi = 440000001 + SHIPS,
                          .lat_raw = 36 * 600000 + k * 600,
                          .lon_raw = 126 * 600000 + 7,
                          .sog_dkn = 36};
    assert_true(w->count < SENT_MAX);
    qsort(w->sent, w->count, sizeof w->sent[0], compare_sent);
}

/* --- the forms --- */

static void write_sentences(const struct sent *s, int64_t time_s, struct buf *out)
{
    struct aisgen_bits bits;
    struct aisgen_tag tag = {.time_s = time_s};
    char text[AISGEN_TEXT_BYTES];
    if (s->is_static) {
        struct aisgen_static said = {.mmsi = s->mmsi,
                                     .imo = 9999993,
                                     .callsign = "D5XX",
                                     .name = "EXAMPLE",
                                     .destination = s->destination,
                                     .ship_type = 70,
                                     .to_bow = 80,
                                     .to_stern = 20,
                                     .to_port = 8,
                                     .to_starboard = 8,
                                     .draught = 6.5};
        aisgen_static5(&said, &bits);
    } else {
        struct aisgen_position said = {.type = 1,
                                       .mmsi = s->mmsi,
                                       .lat = s->lat_raw / 600000.0,
                                       .lon = s->lon_raw / 600000.0,
                                       .sog = s->sog_dkn / 10.0,
                                       .cog = s->cog_ddeg / 10.0,
                                       .heading = 511,
                                       .status = s->status,
                                       .second = (int)(s->time_s % 60)};
        aisgen_position(&said, &bits);
    }
    aisgen_tagged(&bits, "AIVDM", (int)(s->mmsi % 10), 'A', &tag, text);
    assert_int_equal(buf_printf(out, "%s", text), 0);
}

#define STATIC_JSON                                                                      \
    "\"imo\":9999993,\"callsign\":\"D5XX\",\"shipname\":\"EXAMPLE\",\"shiptype\":70,"    \
    "\"to_bow\":80,\"to_stern\":20,\"to_port\":8,\"to_starboard\":8,\"draught\":6.5,"    \
    "\"destination\":\"%s\""

/* AIS-catcher reckons positions as floats. */
static void write_ais_catcher(const struct sent *s, int64_t time_s, struct buf *out)
{
    double lat = (double)((float)s->lat_raw / 600000.0F);
    double lon = (double)((float)s->lon_raw / 600000.0F);
    int rc = s->is_static
                 ? buf_printf(out,
                              "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxuxtime\""
                              ":%lld,\"type\":5,\"mmsi\":%u," STATIC_JSON "}\n",
                              (long long)time_s, s->mmsi, s->destination)
                 : buf_printf(out,
                              "{\"class\":\"AIS\",\"device\":\"AIS-catcher\",\"rxuxtime\""
                              ":%lld,\"type\":1,\"mmsi\":%u,\"status\":%d,\"speed\":%.1f,"
                              "\"lon\":%.6f,\"lat\":%.6f,\"course\":%.1f,\"heading\":511,"
                              "\"second\":%d}\n",
                              (long long)time_s, s->mmsi, s->status, s->sog_dkn / 10.0,
                              lon, lat, s->cog_ddeg / 10.0, (int)(s->time_s % 60));
    assert_int_equal(rc, 0);
}

/* Rounded to 5 decimals. */
static void write_plain_json(const struct sent *s, int64_t time_s, struct buf *out)
{
    char time[TIME_TEXT_BYTES];
    time_format(time_s * SECOND_MS, time);
    if (!s->is_static)
        assert_int_equal(buf_printf(out,
                                    "{\"mmsi\":%u,\"lat\":%.5f,\"lon\":%.5f,\"sog\":%.1f,"
                                    "\"cog\":%.1f,\"time\":\"%s\"}\n",
                                    s->mmsi, s->lat_raw / 600000.0, s->lon_raw / 600000.0,
                                    s->sog_dkn / 10.0, s->cog_ddeg / 10.0, time),
                         0);
}

/* Cut to 4 decimals, the course to whole degrees. */
static void write_plain_csv(const struct sent *s, int64_t time_s, struct buf *out)
{
    char time[TIME_TEXT_BYTES];
    time_format(time_s * SECOND_MS, time);
    if (out->length == 0)
        assert_int_equal(buf_printf(out, "mmsi,time,lat,lon,sog,cog\n"), 0);
    if (!s->is_static)
        assert_int_equal(buf_printf(out, "%u,%s,%d.%04d,%d.%04d,%.1f,%d\n", s->mmsi, time,
                                    s->lat_raw / 600000, s->lat_raw % 600000 / 60,
                                    s->lon_raw / 600000, s->lon_raw % 600000 / 60,
                                    s->sog_dkn / 10.0, s->cog_ddeg / 10),
                         0);
}

/* A ship's row has its last static data beside the position. */
static void write_aishub(const struct sent *s, int64_t time_s, struct buf *out)
{
    static const char *destinations[SHIPS];
    const char **destination = &destinations[(s->mmsi - 440000001) % SHIPS];
    char time[TIME_TEXT_BYTES];
    time_format(time_s * SECOND_MS, time);
    if (out->length == 0)
        memset(destinations, 0, sizeof destinations);
    if (s->is_static) {
        *destination = s->destination;
        return;
    }
    assert_int_equal(
        buf_printf(out,
                   "[{\"ERROR\":false,\"USERNAME\":\"AH\",\"FORMAT\":\"HUMAN\"},[{"
                   "\"MMSI\":%u,\"TIME\":\"%.10s %.8s GMT\",\"LONGITUDE\":%.5f,"
                   "\"LATITUDE\":%.5f,\"COG\":%.1f,\"SOG\":%.1f,\"HEADING\":511,"
                   "\"NAVSTAT\":%d,\"IMO\":9999993,\"NAME\":\"EXAMPLE\",\"CALLSIGN\":"
                   "\"D5XX\",\"TYPE\":70,\"A\":80,\"B\":20,\"C\":8,\"D\":8,\"DRAUGHT\":"
                   "6.5,\"DEST\":\"%s\"}]]\n",
                   s->mmsi, time, time + 11, s->lon_raw / 600000.0, s->lat_raw / 600000.0,
                   s->cog_ddeg / 10.0, s->sog_dkn / 10.0, s->status,
                   *destination != NULL ? *destination : ""),
        0);
}

static void write_bare_csv(const struct sent *s, int64_t time_s, struct buf *out)
{
    char time[TIME_TEXT_BYTES];
    time_format(time_s * SECOND_MS, time);
    if (out->length == 0)
        assert_int_equal(buf_printf(out, "mmsi,time,lat,lon\n"), 0);
    if (!s->is_static)
        assert_int_equal(buf_printf(out, "%u,%s,%.5f,%.5f\n", s->mmsi, time,
                                    s->lat_raw / 600000.0, s->lon_raw / 600000.0),
                         0);
}

static void (*const writers[FORMS])(const struct sent *, int64_t, struct buf *) = {
    write_sentences, write_ais_catcher, write_plain_json,
    write_plain_csv, write_aishub,      write_bare_csv,
};

/* --- feeds --- */

struct feed {
    struct inputrun run;
    int64_t delay_s;
};

static void hear_world(const struct world *w, enum form form, struct feed *feed)
{
    struct buf text = {0};
    for (size_t i = 0; i < w->count; i++)
        writers[form](&w->sent[i], w->sent[i].time_s + feed->delay_s, &text);
    struct input_conf conf = inputrun_tape();
    inputrun_bytes(&feed->run, &conf, text.data, text.length);
    assert_int_equal(inputrun_other_rejects(&feed->run, INPUT_REJECT_FRAGMENT_ORPHAN), 0);
    assert_true(feed->run.count > w->count / 2);
    buf_finish(&text);
}

struct play {
    struct enginerun run;
    uint64_t passed;
};

static void on_copy(void *context, const struct report *copy, int64_t first_ms)
{
    struct play *p = context;
    engine_clock_note_copy(p->run.engine, copy->mmsi, copy->source, first_ms);
}

/* Replay those feeds whose bits are set. */
static void play_feeds(struct play *p, const struct feed *feeds, unsigned mask)
{
    struct merge_source_conf conf = {.is_live = false};
    struct merge *merge = merge_create();
    assert_non_null(merge);
    memset(p, 0, sizeof *p);
    enginerun_init(&p->run, yaml, zones);
    merge_tell(merge, &(struct merge_sink){.on_copy = on_copy, .context = p});
    for (unsigned form = 0; form < FORMS; form++) {
        if ((mask >> form & 1) == 0)
            continue;
        int source = merge_add(merge, &conf);
        assert_true(source >= 0);
        for (size_t i = 0; i < feeds[form].run.count; i++) {
            struct report r = feeds[form].run.reports[i];
            r.source = (uint16_t)source;
            assert_int_equal(merge_push(merge, &r), 0);
        }
        assert_int_equal(merge_end(merge, (uint16_t)source), 0);
    }
    const struct report *r = NULL;
    while ((r = merge_next(merge)) != NULL) {
        p->passed += (r->has & HAS_POSITION) != 0;
        assert_int_equal(engine_report(p->run.engine, r), 0);
    }
    merge_destroy(merge);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The ids of all alerts with their types, sorted. */
static void list_ids(const struct play *p, struct buf *ret)
{
    static const char begin[] = "{\"specversion\":\"1.0\",\"id\":\"";
    static const char type[] = "\"type\":\"";
    char *lines[2048];
    size_t n = 0;
    for (const char *at = buf_text(&p->run.bodies); (at = strstr(at, begin)) != NULL;
         at++) {
        const char *found = strstr(at, type);
        assert_non_null(found);
        assert_true(n < sizeof lines / sizeof lines[0]);
        lines[n] = malloc(96);
        assert_non_null(lines[n]);
        snprintf(lines[n++], 96, "%.32s %.40s", at + sizeof begin - 1,
                 found + sizeof type - 1);
    }
    qsort(lines, n, sizeof lines[0], compare_lines);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(buf_printf(ret, "%s\n", lines[i]), 0);
        free(lines[i]);
    }
}

/* The lines of `a` that `b` has not. */
static unsigned print_missing(const char *what, const struct buf *a, const struct buf *b)
{
    unsigned missing = 0;
    for (const char *line = buf_text(a); *line != '\0'; line = strchr(line, '\n') + 1) {
        char text[160];
        snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n") + 1, line);
        if (strstr(buf_text(b), text) == NULL) {
            print_message("  %s: %s", what, text);
            missing++;
        }
    }
    return missing;
}

static unsigned find_fastest(const struct feed *feeds, unsigned mask)
{
    unsigned fastest = FORMS;
    for (unsigned form = 0; form < FORMS; form++) {
        if ((mask >> form & 1) != 0 &&
            (fastest == FORMS || feeds[form].delay_s < feeds[fastest].delay_s))
            fastest = form;
    }
    return fastest;
}

static void check_subsets(const struct feed *feeds, uint64_t seed)
{
    struct buf right[FORMS] = {{0}};
    uint64_t passed[FORMS];
    for (unsigned form = 0; form < FORMS; form++) {
        struct play alone;
        play_feeds(&alone, feeds, 1u << form);
        assert_true(alone.run.alerts > 30);
        list_ids(&alone, &right[form]);
        passed[form] = alone.passed;
        enginerun_finish(&alone.run);
    }
    for (unsigned mask = 1; mask < 1u << FORMS; mask++) {
        struct play all;
        struct buf ids = {0};
        unsigned fastest = find_fastest(feeds, mask);
        play_feeds(&all, feeds, mask);
        list_ids(&all, &ids);
        print_message("seed %d: feeds %#x, fastest %u: %d reports for %d\n", (int)seed,
                      mask, fastest, (int)all.passed, (int)passed[fastest]);
        unsigned wrong = print_missing("not told", &right[fastest], &ids) +
                         print_missing("told", &ids, &right[fastest]);
        assert_int_equal(all.passed, passed[fastest]);
        assert_int_equal(wrong, 0);
        enginerun_finish(&all.run);
        buf_finish(&ids);
    }
    for (unsigned form = 0; form < FORMS; form++)
        buf_finish(&right[form]);
}

static void test_feed_forms(void **state)
{
    static struct world w;
    /* Under sanitizers, which make it slow, one seed is played. */
    uint64_t seeds = test_is_sanitized() ? 1 : 3;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct test_random random = {seed};
        struct feed feeds[FORMS];
        make_world(&w, &random);
        for (unsigned form = 0; form < FORMS; form++) {
            /* Some give the time of sending, others that of their own reception. */
            bool is_late = test_random_below(&random, 3) != 0;
            feeds[form].delay_s =
                is_late ? (int64_t)test_random_below(&random, DELAY_MAX_S) : 0;
            print_message("seed %d: form %u is %d s late\n", (int)seed, form,
                          (int)feeds[form].delay_s);
            hear_world(&w, (enum form)form, &feeds[form]);
        }
        check_subsets(feeds, seed);
        for (unsigned form = 0; form < FORMS; form++)
            inputrun_free(&feeds[form].run);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_feed_forms))
