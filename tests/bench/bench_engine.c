/* SPDX-License-Identifier: Apache-2.0 */
/* The whole engine beside a floor in the same run over the same bytes: a scan for line
 * ends and the XOR checksum of every sentence. Decode, merge, plausibility, tracks, all
 * ports of the gazetteer, 1,000 zones, 10 routes and 20 rules. And how the cost of a fix
 * grows with zones and vessels, and what a vessel weighs. JSON lines. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lookout/conf.h"
#include "lookout/engine.h"
#include "lookout/input.h"
#include "lookout/merge.h"
#include "lookout/timefmt.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t seed = 7;

static double chance(void)
{
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Ships on straight courses over 80 x 45 degrees, a fix each three minutes; every 20th
 * report is a static one. */
static void make_tape(struct buf *tape, unsigned ships, unsigned reports)
{
    buf_clear(tape);
    seed = 7;
    double *lat = calloc(ships, sizeof *lat), *lon = calloc(ships, sizeof *lon);
    double *kn = calloc(ships, sizeof *kn), *cog = calloc(ships, sizeof *cog);
    for (unsigned i = 0; i < ships; i++) {
        lat[i] = 10 + 45 * chance();
        lon[i] = 80 + 80 * chance();
        kn[i] = chance() < 0.4 ? 0 : 5 + 12 * chance();
        cog[i] = 359 * chance();
    }
    for (unsigned k = 0; k < reports; k++) {
        unsigned i = k % ships;
        struct aisgen_bits bits;
        char text[AISGEN_TEXT_BYTES];
        struct aisgen_tag tag = {
            "2573135", 1600000000 + (int64_t)(k / ships) * 180 + (int64_t)i * 180 / ships,
            0};
        double step = kn[i] * 180 / 3600 / 60;
        lat[i] += step * cos(cog[i] * 0.01745329);
        lon[i] += step * sin(cog[i] * 0.01745329) / cos(lat[i] * 0.01745329);
        struct aisgen_position p = {.type = 1,
                                    .mmsi = 412000000u + i,
                                    .lat = lat[i],
                                    .lon = lon[i],
                                    .sog = kn[i],
                                    .cog = cog[i],
                                    .heading = 511,
                                    .second = (int)(tag.time_s % 60)};
        struct aisgen_static v = {.mmsi = p.mmsi,
                                  .name = "EXAMPLE",
                                  .callsign = "X",
                                  .destination = "BUSAN",
                                  .ship_type = 70,
                                  .to_bow = 60,
                                  .to_stern = 60,
                                  .hour = 24,
                                  .minute = 60};
        if (k / ships % 20 == 10)
            aisgen_static24a(&v, &bits);
        else
            aisgen_position(&p, &bits);
        aisgen_tagged(&bits, "AIVDM", 0, 'A', &tag, text);
        if (buf_add_text(tape, text) != 0)
            abort();
    }
    free(lat);
    free(lon);
    free(kn);
    free(cog);
}

static void write_zones(const char *path, unsigned zones, double area)
{
    FILE *f = fopen(path, "w");
    seed = 11;
    double radius = sqrt(area / zones);
    fputs("{\"type\":\"FeatureCollection\",\"features\":[", f);
    for (unsigned i = 0; i < zones; i++) {
        double y = 12 + 41 * chance(), x = 82 + 76 * chance();
        unsigned n = 20 + (unsigned)(180 * chance());
        fprintf(f,
                "%s{\"type\":\"Feature\",\"properties\":{\"id\":\"z%u\"},\"geometry\":{"
                "\"type\":\"Polygon\",\"coordinates\":[[",
                i ? "," : "", i);
        for (unsigned k = 0; k <= n; k++) {
            double a = 6.283185307 * (k % n) / n, r = radius * (0.8 + 0.2 * sin(5 * a));
            fprintf(f, "%s[%.6f,%.6f]", k ? "," : "", x + r * cos(a), y + r * sin(a));
        }
        fputs("]]}}", f);
    }
    fputs("]}", f);
    fclose(f);
}

static void write_config(const char *path)
{
    static const char *const routes[] = {"KP* >> CNSHD >> RUVVO",
                                         "CN* >> KR*",
                                         "JP* > KR* > CN*",
                                         "SG* >> CN*",
                                         "VN* >> (CN* | KR*)",
                                         "KR* >> JP* >> RU*",
                                         "PH* > *",
                                         "ID* >> SG* >> MY*",
                                         "IN* >> LK*",
                                         "TH* >> VN* >> CN*"};
    FILE *f = fopen(path, "w");
    fputs("site: bench\nzones: [zones.geojson]\nrules:\n", f);
    for (int i = 0; i < 10; i++)
        fprintf(f, "  - {id: route%d, when: route, route: \"%s\"}\n", i, routes[i]);
    fputs("  - {id: zones, when: zone, events: [enter, exit, dwell, lost], dwell: 2h}\n"
          "  - {id: near, when: zone, events: [approach], vessels: {types: [tanker]}}\n"
          "  - {id: calls, when: port_call}\n  - {id: legs, when: voyage}\n  - {id: "
          "seen, when: sighted}\n"
          "  - {id: gone, when: gap}\n  - {id: kp, when: port_call, ports: [\"KP*\"]}\n"
          "  - {id: ru, when: voyage, to: [\"RU*\"]}\n  - {id: tankers, when: gap, "
          "vessels: {types: [tanker]}}\n"
          "  - {id: long, when: zone, events: [enter], vessels: {min_length: 200m}}\n",
          f);
    fclose(f);
}

struct counted {
    uint64_t alerts;
    struct merge *merge;
};

static int on_alert(void *context, const struct alert *alert)
{
    struct counted *c = context;
    (void)alert;
    c->alerts++;
    return 0;
}

static void on_report(void *context, const struct report *report)
{
    struct counted *c = context;
    if (merge_push(c->merge, report) != 0)
        abort();
}

static struct engine *make_engine(const char *directory, struct counted *c)
{
    char path[256];
    struct conf_context context = {.host = "bench"};
    struct conf_report report = {0};
    struct conf *conf = NULL;
    struct engine *engine = NULL;
    struct engine_sink sink = {.on_alert = on_alert, .context = c};
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    if (conf_load(path, &context, &conf, &report) != 0) {
        for (size_t i = 0; i < report.count; i++)
            fprintf(stderr, "%s\n", report.lines[i]);
        exit(1);
    }
    if (engine_create(&conf->engine, &sink, &engine, NULL) != 0)
        exit(1);
    conf_report_finish(&report);
    conf_destroy(conf);
    return engine;
}

/* Seconds for the tape; *ret_bytes is what the vessels weigh at its end. */
static double run(const char *directory, const struct buf *tape, struct counted *c,
                  size_t *ret_bytes)
{
    struct input_conf input_conf = {.format = INPUT_NMEA, .start_ms = TIME_NONE};
    struct input_sink sink = {.on_report = on_report, .context = c};
    struct merge_source_conf source = {.is_live = false};
    struct engine *engine = make_engine(directory, c);
    size_t before = mallinfo2().uordblks;
    c->merge = merge_create();
    struct input *input = input_create(&input_conf, &sink);
    if (merge_add(c->merge, &source) < 0)
        exit(1);
    double begin = now_s();
    for (size_t at = 0; at < tape->length; at += 65536) {
        size_t n = tape->length - at < 65536 ? tape->length - at : 65536;
        const struct report *r;
        if (input_feed(input, tape->data + at, n, 0) != 0)
            exit(1);
        while ((r = merge_next(c->merge)) != NULL)
            if (engine_report(engine, r) != 0)
                exit(1);
    }
    double seconds = now_s() - begin;
    *ret_bytes = mallinfo2().uordblks - before;
    input_destroy(input);
    merge_destroy(c->merge);
    engine_destroy(engine);
    return seconds;
}

static double floor_s(const struct buf *tape)
{
    volatile unsigned sink = 0;
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        double begin = now_s();
        const char *at = tape->data, *end = tape->data + tape->length;
        while (at < end) {
            const char *eol = memchr(at, '\n', (size_t)(end - at));
            const char *bang = memchr(at, '!', (size_t)(eol - at));
            unsigned sum = 0;
            for (const char *p = bang + 1; *p != '*'; p++)
                sum ^= (unsigned char)*p;
            sink += sum;
            at = eol + 1;
        }
        double seconds = now_s() - begin;
        best = seconds < best ? seconds : best;
    }
    return best;
}

enum { REPORTS = 400000 };

int main(int argc, char **argv)
{
    char directory[] = "/tmp/lookout-bench-XXXXXX", path[256];
    struct buf tape = {0};
    struct counted c = {0};
    size_t bytes = 0;
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    write_config(path);
    snprintf(path, sizeof path, "%s/zones.geojson", directory);
    write_zones(path, 1000, 60);
    make_tape(&tape, 5000, REPORTS);
    double base = floor_s(&tape), whole = run(directory, &tape, &c, &bytes);
    printf("{\"figure\":\"engine, 1000 zones, 10 routes, 20 "
           "rules\",\"reports_per_s\":%.0f,\"floor_s\":%.4f,\"engine_s\":%.4f,\"times_"
           "floor\":%.1f,\"must\":20,\"aim\":10,\"alerts\":%llu}\n",
           REPORTS / whole, base, whole, whole / base, (unsigned long long)c.alerts);
    if (argc > 1 && strcmp(argv[1], "first") == 0)
        return 0;
    static const unsigned zones[] = {10, 100, 1000, 10000};
    double first = 0;
    for (int i = 0; i < 4; i++) {
        write_zones(path, zones[i], 60);
        double s = run(directory, &tape, &c, &bytes);
        first = i == 0 ? s : first;
        printf("{\"figure\":\"cost of a report by "
               "zones\",\"zones\":%u,\"ns\":%.0f,\"times_first\":%.2f,\"must\":3}\n",
               zones[i], s / REPORTS * 1e9, s / first);
    }
    write_zones(path, 1000, 60);
    static const unsigned ships[] = {1000, 10000, 100000, 500000};
    for (int i = 0; i < 4; i++) {
        unsigned reports = ships[i] * 4 > REPORTS ? ships[i] * 4 : REPORTS;
        make_tape(&tape, ships[i], reports);
        double s = run(directory, &tape, &c, &bytes);
        first = i == 0 ? s / reports : first;
        printf("{\"figure\":\"cost of a report by "
               "vessels\",\"vessels\":%u,\"ns\":%.0f,\"times_first\":%.2f,\"bytes_per_"
               "vessel\":%.0f,\"must\":3}\n",
               ships[i], s / reports * 1e9, s / reports / first,
               (double)bytes / ships[i]);
    }
    unlink(path);
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    unlink(path);
    rmdir(directory);
    buf_finish(&tape);
    return 0;
}
