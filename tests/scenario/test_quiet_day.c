/* SPDX-License-Identifier: Apache-2.0 */
/* Quiet where it must be: three days of dense ordinary traffic under the rules of the
 * demonstration (config/demo.yaml) and, of every vessel, those of dark ships. 2,000
 * ships: coasters and ferries, fishing fleets, crowded anchorages, canal transits, and
 * some that do all but the pattern: from North Korea to Dalian, to Shidao and back, on to
 * Incheon, Qingdao and Shanghai, to Vladivostok without Shidao, to Vladivostok from
 * Shidao alone. Now and then one is silent for hours or has a fix from elsewhere. One
 * ship more does what must be told: whatever is critical must be hers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engineconf.h"
#include "lib/tempdir.h"
#include "lib/testlib.h"
#include "lib/traffic.h"
#include "lookout/alert/severity.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "lookout/voyage/ports.h"

enum { DAYS = 3, SHIPS = 2000, STORY_MMSI = 445999999 };
#define BEGIN_MS INT64_C(1711238400000) /* 2024-03-24T00:00:00Z */
#define SILENT_MS (6 * HOUR_MS)         /* `after` of silent calls */

/* --- what is heard -------------------------------------------------------------------
 */

struct heard {
    struct engine *engine;
    uint64_t reports, alerts, story_critical;
    uint64_t calls_in_canals, calls, encounters, loiterings;
    uint64_t possible, possible_of_heard, misplaced;
    uint64_t static_told, static_unexplained; /* draughts, destinations, names */
    struct buf critical;                      /* of other ships: there must be none */
};

static struct mover movers[SHIPS + 1];

static const struct mover *find_mover(uint32_t mmsi)
{
    uint32_t i = 0;
    while (i < SHIPS && movers[i].mmsi != mmsi)
        i++;
    assert_int_equal(movers[i].mmsi, mmsi);
    return &movers[i];
}

/* Nobody's draught and destination are told but theirs, for these reasons. */
static const struct {
    const char *destination; /* of their plan: its first ships */
    int ships;
    double by_m; /* deeper, or less deep, from that hour on */
    int at_h;
    const char *then; /* declared from that hour on; NULL: as before */
    const char *why;
} reasons[] = {
    /* clang-format off */
    {"FOR ORDERS", 3, -6.0, 30, NULL,     "unload at the roads off Shanghai, on to lighters, outside of every port"},
    {"CNSHD",      2,  2.5, 20, NULL,     "load at the roads of Shidao"},
    {"YEOSU",      2,  0.0, 24, "ULSAN",  "wait for orders, and get them"},
    /* clang-format on */
};
enum { REASONS = sizeof reasons / sizeof reasons[0] };

/* The reason for which the ship changes what it sends; -1: none. */
static int reason_of(const struct mover *m)
{
    for (int i = 0; i < REASONS; i++) {
        const struct mover *first = m;
        while (first > movers && first[-1].plan == m->plan)
            first--;
        if (m->plan->manner == LIES && m - first < reasons[i].ships &&
            strcmp(m->plan->destination, reasons[i].destination) == 0)
            return i;
    }
    return -1;
}

/* Nobody who was heard all the time could have called anywhere unseen. */
static void count_silent_call(struct heard *h, const struct alert *a)
{
    h->possible++;
    if (find_mover(a->mmsi)->longest_ms >= SILENT_MS)
        return;
    h->possible_of_heard++;
    print_message("# %.*s\n", (int)a->body_bytes, a->body);
}

/* Who changed what it sends, and why. */
static void count_static(struct heard *h, const struct alert *a)
{
    int reason = reason_of(find_mover(a->mmsi));
    h->static_told++;
    h->static_unexplained += reason < 0;
    const char *summary = strstr(a->body, "\"summary\":");
    print_message("# %s: %.300s\n", reason < 0 ? "why?" : reasons[reason].why,
                  summary != NULL ? summary : a->type);
}

static int on_alert(void *context, const struct alert *a)
{
    struct heard *h = context;
    h->alerts++;
    h->loiterings += strcmp(a->type, "lookoutd.loiter.started") == 0;
    h->misplaced += strcmp(a->type, "lookoutd.position.misplaced") == 0;
    if (strcmp(a->type, "lookoutd.silent_call.possible") == 0 &&
        strcmp(a->rule, "unseen") == 0)
        count_silent_call(h, a);
    if (strcmp(a->type, "lookoutd.encounter.started") == 0 &&
        strcmp(a->rule, "sts") == 0) {
        h->encounters++;
        print_message("# %.*s\n", (int)a->body_bytes, a->body);
    }
    if (strcmp(a->rule, "depth") == 0 || strcmp(a->rule, "bound") == 0 ||
        strcmp(a->rule, "who") == 0)
        count_static(h, a);
    if (a->severity != SEVERITY_CRITICAL)
        return 0;
    if (a->mmsi == STORY_MMSI) {
        h->story_critical++;
        return 0;
    }
    int rc = buf_add(&h->critical, a->body, a->body_bytes);
    return rc != 0 ? rc : buf_add_char(&h->critical, '\n');
}

static int on_call(void *context, const struct engine_call *call)
{
    struct heard *h = context;
    if (call->event != CALL_ARRIVED)
        return 0;
    h->calls++;
    if (find_mover(call->mmsi)->plan->has_no_call) {
        h->calls_in_canals++;
        print_message("# called: %u at %s\n", call->mmsi, call->port->locode);
    }
    return 0;
}

static struct test_random static_random = {1};

static bool happens(uint32_t in_thousand)
{
    return test_random_below(&static_random, 1000) < in_thousand;
}

/* 3.5 m to 11 m; 0.2 m a day are burnt; now and then it is garbled, or typed wrong once.
 */
static uint8_t draught_of(const struct mover *m, int64_t age_ms)
{
    int reason = reason_of(m);
    double draught_m = 3.5 + (double)(m->mmsi * 7919 % 75) / 10;
    if (reason >= 0 && age_ms >= reasons[reason].at_h * HOUR_MS)
        draught_m += reasons[reason].by_m + (reasons[reason].by_m < 0 ? 2.5 : 0);
    if (reason >= 0 && reasons[reason].by_m < 0)
        draught_m += 4;
    if (m->plan->manner == SAILS)
        draught_m -= 0.2 * (double)age_ms / (double)DAY_MS;
    return m->is_garbled ? (uint8_t)(1 + test_random_below(&static_random, 254))
                         : (uint8_t)(draught_m * 10 + 0.5);
}

/* Cleared on the way back; now and then spelt otherwise, or cut off. */
static void write_destination(char *text, size_t size, const struct heard *h,
                              const struct mover *m, int64_t age_ms)
{
    int reason = reason_of(m);
    const char *words = m->plan->destination;
    if (reason >= 0 && reasons[reason].then != NULL &&
        age_ms >= reasons[reason].at_h * HOUR_MS)
        words = reasons[reason].then;
    if (!traffic_heads_for_declared(m, engine_conf(h->engine)->ports))
        words = "";
    int most = m->is_garbled ? 3 : (int)size - 1;
    snprintf(text, size, happens(50) ? "%.*s ." : "%.*s", most, words);
    if (m->is_garbled && text[0] != '\0')
        text[0] = (char)('A' + test_random_below(&static_random, 26));
}

/* Now and then padded; cut off or garbled once. */
static void write_name(char *text, size_t size, const struct mover *m)
{
    uint32_t k = m->mmsi;
    int most = m->is_garbled && k % 2 ? 7 : (int)size - 1;
    snprintf(text, size, happens(50) ? "%.*s   ." : "%.*s", most,
             (char[]){'M', 'V', ' ', 'Q', 'U', 'I', 'E', 'T', ' ', (char)('A' + k % 26),
                      (char)('A' + k / 26 % 26), (char)('A' + k / 676 % 26), 0});
    if (m->is_garbled)
        text[4] = 'X';
}

static void say_static(struct heard *h, struct mover *m, int64_t time_ms)
{
    struct report r = {.mmsi = m->mmsi,
                       .time_ms = time_ms,
                       .arrival_ms = time_ms,
                       .has = HAS_SHIP_TYPE | HAS_DESTINATION | HAS_DRAUGHT | HAS_NAME,
                       .ship_type = m->plan->type};
    m->is_garbled = !m->is_garbled && happens(4);
    r.draught_dm = draught_of(m, time_ms - BEGIN_MS);
    write_name(r.name, sizeof r.name, m);
    write_destination(r.destination, sizeof r.destination, h, m, time_ms - BEGIN_MS);
    assert_int_equal(engine_report(h->engine, &r), 0);
    h->reports++;
}

static void note_heard(struct mover *m, int64_t time_ms)
{
    if (m->heard_ms != 0 && time_ms - m->heard_ms > m->longest_ms)
        m->longest_ms = time_ms - m->heard_ms;
    m->heard_ms = time_ms;
}

static void say(struct heard *h, struct mover *m, int64_t time_ms)
{
    if (time_ms < m->silent_until_ms)
        return;
    /* Silence of four hours in a port counts as a call there: not in the canals. */
    double most_h = m->plan->has_no_call ? 3.5 : 8;
    if (m->mmsi != STORY_MMSI && traffic_chance() < 0.0003)
        m->silent_until_ms =
            time_ms + (int64_t)((1 + (most_h - 1) * traffic_chance()) * (double)HOUR_MS);
    struct geo_point p = {m->lat, m->lon};
    if (m->mmsi != STORY_MMSI && traffic_chance() < 0.0003)
        p = (struct geo_point){-60 + 120 * traffic_chance(),
                               -180 + 360 * traffic_chance()};
    else
        note_heard(m, time_ms);
    struct report r = {.mmsi = m->mmsi,
                       .time_ms = time_ms,
                       .arrival_ms = time_ms,
                       .has = HAS_POSITION | HAS_SOG | HAS_COG,
                       .pos = geo_to_pos(p),
                       .sog_dkn = (uint16_t)(m->sog * 10 + 0.5),
                       .cog_ddeg = (uint16_t)(m->cog * 10)};
    assert_int_equal(engine_report(h->engine, &r), 0);
    h->reports++;
}

/* --- the demonstration's rules -------------------------------------------------------
 */

/* Drops a top-level section of the YAML text. */
static void drop_section(char *yaml, const char *key)
{
    char *at = strstr(yaml, key);
    assert_non_null(at);
    char *end = at;
    do {
        end = strchr(end, '\n');
        end = end != NULL ? end + 1 : at + strlen(at);
    } while (*end == ' ');
    memmove(at, end, strlen(end) + 1);
}

/* The kinds that tell of dark ships, for every vessel. */
static const char more_rules[] =
    "rules:\n"
    "  - {id: sts, when: encounter, vessels: all}\n"
    "  - {id: drift, when: loiter, vessels: all}\n"
    "  - {id: gone, when: gap, vessels: all, could_reach: [\"$dprk\"]}\n"
    "  - {id: unseen, when: silent_call, vessels: all, ports: [\"$dprk\"]}\n"
    "  - {id: where, when: position, vessels: all}\n"
    "  - {id: depth, when: draught, vessels: all}\n"
    "  - {id: bound, when: destination, vessels: all}\n"
    "  - {id: who, when: identity, vessels: all}\n";

static char *add_rules(char *yaml)
{
    char *rules = strstr(yaml, "rules:\n");
    assert_non_null(rules);
    struct buf out = {0};
    assert_int_equal(buf_add(&out, yaml, (size_t)(rules - yaml)), 0);
    assert_int_equal(buf_add_text(&out, more_rules), 0);
    assert_int_equal(buf_add_text(&out, rules + strlen("rules:\n")), 0);
    char *text = strdup(buf_text(&out));
    buf_finish(&out);
    free(yaml);
    assert_non_null(text);
    return text;
}

static struct engine *make_engine(struct heard *h)
{
    struct tempdir dir;
    struct engine_conf conf;
    struct engine *engine = NULL;
    struct engine_sink sink = {.on_alert = on_alert, .on_call = on_call, .context = h};
    char *yaml = test_read_file(test_root_path("config/demo.yaml"), NULL);
    assert_non_null(yaml);
    drop_section(yaml, "state:");
    drop_section(yaml, "feeds:");
    drop_section(yaml, "webhooks:");
    yaml = add_rules(yaml);
    tempdir_make(&dir);
    tempdir_copy(&dir, "demo-zones.geojson", test_root_path("config/demo-zones.geojson"));
    tempdir_write(&dir, "demo.yaml", yaml);
    assert_int_equal(
        engineconf_read(tempdir_path(&dir, "demo.yaml"), ENGINECONF_ALL, &conf), 0);
    assert_int_equal(engine_create(&conf, &sink, &engine, NULL), 0);
    tempdir_remove(&dir);
    free(yaml);
    return engine;
}

static void test_ordinary_traffic(void **state)
{
    const char *sanitized = getenv("LOOKOUT_SANITIZED");
    bool is_slow = sanitized != NULL && sanitized[0] == '1';
    int64_t step_ms = (is_slow ? 20 : 6) * MINUTE_MS;
    struct heard h = {0};
    uint32_t count = 0;
    const char *given = getenv("LOOKOUT_SEED");
    if (given != NULL)
        traffic_random.state = strtoull(given, NULL, 10);
    print_message("# seed %llu\n", (unsigned long long)traffic_random.state);
    for (size_t i = 0; traffic_plans[i].ships > 0; i++)
        for (int k = 0; k < traffic_plans[i].ships; k++, count++)
            traffic_set_out(&movers[count], &traffic_plans[i], count + 1);
    assert_int_equal(count, SHIPS);
    traffic_set_out(&movers[count], &traffic_story, 0);
    movers[count].mmsi = STORY_MMSI;
    h.engine = make_engine(&h);
    for (int64_t t = 0; t < DAYS * DAY_MS; t += step_ms)
        for (uint32_t i = 0; i <= SHIPS; i++) {
            int64_t at_ms = BEGIN_MS + t + step_ms * i / (SHIPS + 1);
            traffic_move(&movers[i], (double)step_ms);
            if ((t / step_ms + i) % 10 == 0)
                say_static(&h, &movers[i], at_ms);
            say(&h, &movers[i], at_ms);
        }
    print_message("# %llu reports, %llu calls, %llu alerts\n",
                  (unsigned long long)h.reports, (unsigned long long)h.calls,
                  (unsigned long long)h.alerts);
    engine_destroy(h.engine);
    assert_string_equal(buf_text(&h.critical), "");
    assert_int_equal(h.calls_in_canals, 0);
    print_message(
        "# %llu encounters, %llu loiterings, %llu possible calls, %llu misplaced\n",
        (unsigned long long)h.encounters, (unsigned long long)h.loiterings,
        (unsigned long long)h.possible, (unsigned long long)h.misplaced);
    assert_true(h.encounters <= 5);
    assert_int_equal(h.possible_of_heard, 0);
    assert_int_equal(h.misplaced, 0);
    print_message("# %llu draughts, destinations and identities\n",
                  (unsigned long long)h.static_told);
    assert_int_equal(h.static_unexplained, 0);
    assert_true(h.static_told >= 5 && h.static_told < 20);
    /* The rules were at work, and the story was told in the midst of it. */
    assert_true(h.story_critical >= 1);
    assert_true(h.calls > SHIPS / 2);
    assert_true(h.alerts > 100);
    buf_finish(&h.critical);
}

TEST_MAIN(NULL, NULL, TEST(test_ordinary_traffic))
