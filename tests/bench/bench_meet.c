/* SPDX-License-Identifier: Apache-2.0 */
/* What encounters and loitering cost: nanoseconds a report with rules of these kinds
 * against none, in the same run; 100,000 vessels of which 5,000 are slow, in pairs; and a
 * fleet of 300 trawlers in one cell against as many that are far from each other. JSON
 * lines. `bench_meet PART`, world or fleet, runs that part only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lookout/ais/report.h"
#include "lookout/base/time.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"
#include "lookout/water/water_shore.h"

#define BEGIN_MS INT64_C(1711238400000)

static const char *const rules[] = {
    "  - {id: seen, when: sighted, vessels: {types: [sailing]}}\n",
    "  - {id: sts, when: encounter, offshore: 0km}\n"
    "  - {id: drift, when: loiter, offshore: 0km}\n",
    "  - {id: sts, when: encounter}\n"
    "  - {id: drift, when: loiter}\n",
};

static uint64_t alerts;

static int count_alert(void *context, const struct alert *alert)
{
    (void)context;
    (void)alert;
    alerts++;
    return 0;
}

static struct engine *make_engine(const char *text)
{
    char directory[] = "/tmp/lookout-bench-XXXXXX", path[64];
    struct conf_context context = {.host = "bench"};
    struct conf_report report = {0};
    struct conf *conf = NULL;
    struct engine *engine = NULL;
    struct engine_sink sink = {.on_alert = count_alert};
    if (mkdtemp(directory) == NULL)
        exit(1);
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    FILE *f = fopen(path, "w");
    if (f == NULL)
        exit(1);
    fprintf(f, "site: bench\nlimits: {vessels: 1000000}\nrules:\n%s", text);
    fclose(f);
    if (conf_load(path, &context, &conf, &report) != 0 ||
        water_shore_read(&conf->engine, NULL, NULL) != 0 ||
        engine_create(&conf->engine, &sink, &engine, NULL) != 0)
        exit(1);
    unlink(path);
    rmdir(directory);
    conf_report_finish(&report);
    conf_destroy(conf);
    return engine;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct world {
    uint32_t ships, slow; /* slow ones lie in pairs, 100 m apart */
    double fleet_deg;     /* > 0: the slow ones lie in a square of that side instead */
    int64_t every_ms, span_ms;
};

/* Lattices over the middle of the Pacific, far from ports. */
static struct geo_pos place(const struct world *w, uint32_t i, int64_t t_ms)
{
    struct geo_point p;
    if (w->fleet_deg > 0 && i < w->slow) {
        p.lat = 5 + w->fleet_deg * (i % 20) / 20;
        p.lon = -140 + w->fleet_deg * (i / 20) / 20;
    } else if (i < w->slow) {
        p.lat = -20 + 0.4 * (i / 2 % 100) + (i % 2 != 0 ? 0.0009 : 0);
        p.lon = -160 + 0.4 * (i / 200);
    } else {
        p.lat = -40 + 80 * ((double)(i % 997) / 997) + 2.78e-8 * (double)t_ms; /* 6 kn */
        p.lon = -170 + 40 * ((double)(i % 991) / 991);
    }
    return geo_to_pos(p);
}

/* Nanoseconds a report, of the second half of the time. */
static double run_world(const struct world *w, const char *text, uint64_t *ret_alerts)
{
    struct engine *engine = make_engine(text);
    double begin = 0;
    uint64_t timed = 0;
    alerts = 0;
    for (int64_t t = 0; t < w->span_ms; t += w->every_ms) {
        if (timed == 0 && 2 * t >= w->span_ms)
            begin = now_s();
        for (uint32_t i = 0; i < w->ships; i++) {
            struct report r = {.mmsi = 412000000 + i,
                               .time_ms = BEGIN_MS + t + w->every_ms * i / w->ships,
                               .has = HAS_POSITION | HAS_SOG,
                               .pos = place(w, i, t),
                               .sog_dkn = i < w->slow ? 0 : 60};
            r.arrival_ms = r.time_ms;
            if (engine_report(engine, &r) != 0)
                exit(1);
            timed += 2 * t >= w->span_ms;
        }
    }
    double ns = (now_s() - begin) / (double)timed * 1e9;
    engine_destroy(engine);
    *ret_alerts = alerts;
    return ns;
}

static void bench_world(void)
{
    const struct world w = {100000, 5000, 0, 10 * MINUTE_MS, 4 * HOUR_MS};
    uint64_t told = 0;
    double bare_ns = run_world(&w, rules[0], &told);
    double free_ns = run_world(&w, rules[1], &told);
    double ns = run_world(&w, rules[2], &told);
    printf("{\"bench\":\"meet: 100,000 vessels, 5,000 slow, against no such rule\","
           "\"value\":%.2f,\"unit\":\"x\",\"must_max\":2,\"ns\":%.0f,\"bare_ns\":%.0f,"
           "\"anywhere_ns\":%.0f,\"alerts\":%llu}\n",
           ns / bare_ns, ns, bare_ns, free_ns, (unsigned long long)told);
}

static void bench_fleet(void)
{
    const struct world together = {300, 300, 0.009, MINUTE_MS, 24 * HOUR_MS};
    const struct world apart = {300, 300, 4, MINUTE_MS, 24 * HOUR_MS};
    uint64_t told = 0;
    double apart_ns = run_world(&apart, rules[2], &told);
    double ns = run_world(&together, rules[2], &told);
    printf("{\"bench\":\"meet: 300 trawlers in one cell, against 300 far apart\","
           "\"value\":%.2f,\"unit\":\"x\",\"must_max\":10,\"ns\":%.0f,\"apart_ns\":%.0f,"
           "\"alerts\":%llu}\n",
           ns / apart_ns, ns, apart_ns, (unsigned long long)told);
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : NULL;
    if (part == NULL || strcmp(part, "world") == 0)
        bench_world();
    if (part == NULL || strcmp(part, "fleet") == 0)
        bench_fleet();
    return 0;
}
