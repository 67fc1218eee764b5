/* SPDX-License-Identifier: Apache-2.0 */
/* The whole engine beside a floor in the same run over the same bytes: a scan for line
 * ends and the XOR checksum of every sentence. Decode, merge, plausibility, tracks, all
 * ports of the gazetteer, 1,000 zones, 10 routes and 20 rules. And how the cost of a fix
 * grows with zones and vessels, and what a vessel weighs. JSON lines.
 *
 * The tape goes by in pieces, each first to the floor, then to input and merge alone,
 * then to the engine, so that a busy machine slows all alike; figures are those of the
 * middle piece, by time of the engine in floors, and `least` of the best: others that use
 * the machine cost more than their time, they take the caches too. The first rounds of a
 * tape are not timed: every ship is new then. `bench_engine PART`, first, zones or
 * vessels, runs that part only.
 */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"

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

/* --- traffic --- */

struct mover {
    double lat, lon, kn, cog;
    int type, length_m;
};

enum { ROUND_S = 60, STATIC_EVERY = 20 };

static struct mover *make_movers(unsigned ships)
{
    static const int types[] = {70, 70, 70, 70, 70, 70, 80, 80, 30, 60};
    struct mover *all = calloc(ships, sizeof *all);
    if (all == NULL)
        abort();
    for (unsigned i = 0; i < ships; i++) {
        struct mover m = {.lat = 10 + 45 * chance(),
                          .lon = 80 + 80 * chance(),
                          .kn = chance() < 0.4 ? 0 : 5 + 12 * chance(),
                          .cog = 359 * chance(),
                          .type = types[(int)(10 * chance())],
                          .length_m = 60 + (int)(240 * chance())};
        all[i] = m;
    }
    return all;
}

/* A minute on: a course kept but for a turn now and then, and what a receiver of
 * satellites adds, some ten metres and a tenth of a knot. */
static void move(struct mover *m, struct aisgen_position *ret)
{
    double step = m->kn * ROUND_S / 3600 / 60;
    if (m->kn > 0 && chance() < 0.01)
        m->cog = fmod(m->cog + 320 + 80 * chance(), 359);
    m->lat += step * cos(m->cog * 0.01745329);
    m->lon += step * sin(m->cog * 0.01745329) / cos(m->lat * 0.01745329);
    ret->lat = m->lat + 2e-4 * (chance() - 0.5);
    ret->lon = m->lon + 2e-4 * (chance() - 0.5);
    ret->sog = m->kn > 0 ? m->kn + 0.2 * (chance() - 0.5) : 0.1 * (int)(2 * chance());
    ret->cog = fmod(m->cog + 359 + 2 * (chance() - 0.5), 359);
}

static void say(const struct mover *m, uint32_t mmsi, struct aisgen_bits *bits)
{
    struct aisgen_static v = {.mmsi = mmsi,
                              .name = "EXAMPLE",
                              .callsign = "X",
                              .destination = "BUSAN",
                              .ship_type = m->type,
                              .to_bow = m->length_m / 2,
                              .to_stern = m->length_m / 2,
                              .hour = 24,
                              .minute = 60};
    aisgen_static5(&v, bits);
}

/* `ships` ships over 80 x 45 degrees, a report each minute. In the first round
 * each says who it is, afterwards every 20th report does. From the second round on ships
 * speak in another order than the one they came in, lest the layout of memory helps. */
static void make_tape(struct buf *tape, unsigned ships, unsigned reports)
{
    buf_clear(tape);
    seed = 7;
    struct mover *movers = make_movers(ships);
    for (unsigned k = 0; k < reports; k++) {
        unsigned round = k / ships;
        unsigned i = (unsigned)((uint64_t)(k % ships) * (round != 0 ? 7919 : 1) % ships);
        struct aisgen_bits bits;
        char text[AISGEN_TEXT_BYTES];
        struct aisgen_tag tag = {.station = "2573135",
                                 .time_s = 1600000000 + (int64_t)round * ROUND_S +
                                           (int64_t)(k % ships) * ROUND_S / ships};
        struct aisgen_position p = {.type = 1,
                                    .mmsi = 412000000u + i,
                                    .heading = 511,
                                    .second = (int)(tag.time_s % 60)};
        move(&movers[i], &p);
        if (round == 0 || (round + i) % STATIC_EVERY == 0)
            say(&movers[i], p.mmsi, &bits);
        else
            aisgen_position(&p, &bits);
        aisgen_tagged(&bits, "AIVDM", (int)(k % 10), 'A', &tag, text);
        if (buf_add_text(tape, text) != 0)
            abort();
    }
    free(movers);
}

/* --- configuration --- */

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
    fputs("site: bench\nlimits: {vessels: 1000000}\nzones: [zones.geojson]\nrules:\n", f);
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
    uint64_t alerts, reports;
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

/* --- running --- */

struct piece {
    double floor_ns, input_ns, engine_ns; /* a report */
};

enum { PIECES_MAX = 1024 };

struct outcome {
    struct piece pieces[PIECES_MAX]; /* what was timed, by engine_ns / floor_ns */
    size_t count;
    uint64_t reports, alerts; /* of what was timed */
    size_t bytes;             /* what the vessels weigh at the end */
    double resident_mb;       /* and all there is but the tape, as the system counts it */
};

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    double p = x->engine_ns / x->floor_ns, q = y->engine_ns / y->floor_ns;
    return (p > q) - (p < q);
}

static const struct piece *middle(const struct outcome *o)
{
    return &o->pieces[o->count / 2];
}

static double floor_s(const char *at, size_t n)
{
    volatile unsigned sink = 0;
    double begin = now_s();
    const char *end = at + n;
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        const char *bang = memchr(at, '!', (size_t)(eol - at));
        unsigned sum = 0;
        for (const char *p = bang + 1; *p != '*'; p++)
            sum ^= (unsigned char)*p;
        sink += sum;
        at = eol + 1;
    }
    return now_s() - begin;
}

static double run_piece(struct input *input, struct counted *c, struct engine *engine,
                        const char *bytes, size_t length)
{
    double begin = now_s();
    for (size_t at = 0; at < length; at += 65536) {
        size_t n = length - at < 65536 ? length - at : 65536;
        const struct report *r;
        if (input_feed(input, bytes + at, n, 0) != 0)
            exit(1);
        while ((r = merge_next(c->merge)) != NULL) {
            const struct report *ahead;
            c->reports++;
            while ((ahead = merge_ahead(c->merge)) != NULL)
                if (engine != NULL)
                    engine_expect(engine, ahead);
            if (engine != NULL && engine_report(engine, r) != 0)
                exit(1);
        }
    }
    return now_s() - begin;
}

static struct input *begin_input(struct counted *c)
{
    struct input_conf conf = {.format = INPUT_NMEA, .start_ms = TIME_NONE};
    struct input_sink sink = {.on_report = on_report, .context = c};
    struct merge_source_conf source = {.is_live = false};
    struct input *input = input_create(&conf, &sink);
    c->merge = merge_create();
    if (input == NULL || c->merge == NULL || merge_add(c->merge, &source) < 0)
        exit(1);
    return input;
}

enum { PIECE_BYTES = 1 << 20 };

/* The memory of the process that is in use, in MB (10^6 bytes). */
static double resident_mb(void)
{
    unsigned long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%lu %lu", &pages, &resident) != 2)
        resident = 0;
    if (f != NULL)
        fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* The tape to an engine; `untimed` reports go by before the clock runs. */
static struct outcome run(const char *directory, const struct buf *tape, uint64_t untimed)
{
    struct outcome o = {0};
    struct counted whole = {0}, bare = {0};
    malloc_trim(0);
    double other_mb = resident_mb();
    struct engine *engine = make_engine(directory, &whole);
    malloc_trim(0); /* as the daemon does */
    size_t before = mallinfo2().uordblks;
    struct input *input = begin_input(&whole);
    struct input *beside = begin_input(&bare);
    size_t at = 0;
    while (at < tape->length) {
        const char *piece = tape->data + at;
        size_t n = tape->length - at;
        if (n > PIECE_BYTES)
            n = (size_t)((const char *)memchr(piece + PIECE_BYTES, '\n',
                                              n - PIECE_BYTES) -
                         piece) +
                1;
        uint64_t reports = whole.reports, alerts = whole.alerts;
        (void)floor_s(piece, n);
        double floor = floor_s(piece, n);
        double bare_s = run_piece(beside, &bare, NULL, piece, n);
        double engine_s = run_piece(input, &whole, engine, piece, n);
        if (reports >= untimed) {
            double ns = 1e9 / (double)(whole.reports - reports);
            if (o.count < PIECES_MAX)
                o.pieces[o.count++] =
                    (struct piece){floor * ns, bare_s * ns, engine_s * ns};
            o.reports += whole.reports - reports;
            o.alerts += whole.alerts - alerts;
        }
        at += n;
    }
    qsort(o.pieces, o.count, sizeof o.pieces[0], compare_pieces);
    input_destroy(beside);
    merge_destroy(bare.merge);
    o.bytes = mallinfo2().uordblks - before;
    o.resident_mb = resident_mb() - other_mb;
    input_destroy(input);
    merge_destroy(whole.merge);
    engine_destroy(engine);
    return o;
}

enum { REPORTS = 400000, SHIPS = 5000, ROUNDS_UNTIMED = 20 };

static double ns_of(const struct outcome *o)
{
    return middle(o)->engine_ns;
}

static void first_figure(const char *directory, const struct buf *tape)
{
    struct outcome o = run(directory, tape, SHIPS * ROUNDS_UNTIMED);
    const struct piece *p = middle(&o), *least = &o.pieces[0];
    printf(
        "{\"figure\":\"engine, 1000 zones, 10 routes, 20 rules\",\"reports_per_s\":%.0f,"
        "\"ns_floor\":%.1f,\"ns_input_and_merge\":%.0f,\"ns\":%.0f,"
        "\"input_times_floor\":%.1f,\"times_floor\":%.1f,\"least\":%.1f,\"must\":20,"
        "\"aim\":10,\"reports\":%llu,\"alerts\":%llu}\n",
        1e9 / p->engine_ns, p->floor_ns, p->input_ns, p->engine_ns,
        p->input_ns / p->floor_ns, p->engine_ns / p->floor_ns,
        least->engine_ns / least->floor_ns, (unsigned long long)o.reports,
        (unsigned long long)o.alerts);
}

static void by_zones(const char *directory, const char *path, const struct buf *tape)
{
    static const unsigned zones[] = {10, 100, 1000, 10000};
    double first = 0;
    for (int i = 0; i < 4; i++) {
        write_zones(path, zones[i], 60);
        struct outcome o = run(directory, tape, SHIPS * ROUNDS_UNTIMED);
        first = i == 0 ? ns_of(&o) : first;
        printf("{\"figure\":\"cost of a report by zones\",\"zones\":%u,\"ns\":%.0f,"
               "\"times_first\":%.2f,\"must\":3}\n",
               zones[i], ns_of(&o), ns_of(&o) / first);
    }
}

static void by_vessels(const char *directory, struct buf *tape)
{
    static const unsigned ships[] = {1000, 10000, 100000, 500000};
    double first = 0;
    for (int i = 0; i < 4; i++) {
        unsigned reports = ships[i] * 4 > REPORTS ? ships[i] * 4 : REPORTS;
        make_tape(tape, ships[i], reports);
        struct outcome o = run(directory, tape, ships[i] * 2);
        first = i == 0 ? ns_of(&o) : first;
        printf("{\"figure\":\"cost of a report by vessels\",\"vessels\":%u,\"ns\":%.0f,"
               "\"times_first\":%.2f,\"must\":3,\"bytes_per_vessel\":%.0f}\n",
               ships[i], ns_of(&o), ns_of(&o) / first, (double)o.bytes / ships[i]);
        printf("{\"figure\":\"resident "
               "memory\",\"vessels\":%u,\"value\":%.1f,\"unit\":\"MB\","
               "\"most\":%.1f,\"aim\":%.1f}\n",
               ships[i], o.resident_mb, 16 + 4.096e-3 * ships[i],
               16 + 2.048e-3 * ships[i]);
    }
}

int main(int argc, char **argv)
{
    char directory[] = "/tmp/lookout-bench-XXXXXX", path[256];
    struct buf tape = {0};
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    write_config(path);
    snprintf(path, sizeof path, "%s/zones.geojson", directory);
    write_zones(path, 1000, 60);
    const char *part = argc > 1 ? argv[1] : "";
    make_tape(&tape, SHIPS, REPORTS + SHIPS * ROUNDS_UNTIMED);
    if (part[0] == '\0' || strcmp(part, "first") == 0)
        first_figure(directory, &tape);
    if (part[0] == '\0' || strcmp(part, "zones") == 0)
        by_zones(directory, path, &tape);
    write_zones(path, 1000, 60);
    if (part[0] == '\0' || strcmp(part, "vessels") == 0)
        by_vessels(directory, &tape);
    unlink(path);
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    unlink(path);
    rmdir(directory);
    buf_finish(&tape);
    return 0;
}
