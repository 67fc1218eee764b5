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
#include "lookout/alert/severity.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "lookout/voyage/ports.h"

enum { DAYS = 3, SHIPS = 2000, STORY_MMSI = 445999999 };
#define BEGIN_MS INT64_C(1711238400000) /* 2024-03-24T00:00:00Z */
#define SILENT_MS (6 * HOUR_MS)         /* `after` of silent calls */

/* --- where they go -------------------------------------------------------------------
 */

struct stage {
    double lat, lon;
    double stay_h; /* > 0: lies here so long */
};
enum { STAGES_MAX = 14 };
enum manner { SAILS, FISHES, LIES };

struct plan {
    const char *destination;
    int ships;
    enum manner manner;
    bool is_once; /* sets out at the first stage within twelve hours, ends at the last;
                     else somewhere on its way, there and back */
    bool has_no_call; /* must not call anywhere */
    uint32_t mid;
    uint8_t type;
    double least_kn, most_kn;
    double spread_deg; /* how far the ships' ways lie apart */
    struct stage stages[STAGES_MAX];
};

/* clang-format off */
#define NAMPO  {38.716, 125.400, 6}, {38.690, 125.250, 0}, {38.670, 125.060, 0}
#define TO_SHIDAO {38.3, 124.4, 0}, {37.6, 123.6, 0}, {36.95, 122.9, 0}, {36.8, 122.55, 0}, {36.875, 122.433, 7}
static const struct plan plans[] = {
    /* All but the pattern. */
    {"DALIAN",      20, SAILS,  true,  false, 445, 70,  8, 11, 0.02, {NAMPO, {38.4, 124.0, 0}, {38.6, 122.5, 0}, {38.8, 121.95, 0}, {38.93, 121.67, 20}}},
    {"",            25, SAILS,  true,  false, 445, 70,  9, 12, 0.02, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.95, 122.9, 0}, {37.6, 123.6, 0}, {38.3, 124.4, 0}, {38.67, 125.06, 0}, {38.716, 125.4, 9}}},
    {"",            20, SAILS,  true,  false, 445, 70,  9, 12, 0.02, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.9, 123.5, 0}, {37.15, 125.5, 0}, {37.25, 126.25, 0}, {37.46, 126.59, 20}}},
    {"KR INC",      10, SAILS,  true,  false, 445, 79,  8, 12, 0.02, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.9, 123.5, 0}, {37.15, 125.5, 0}, {37.25, 126.25, 0}, {37.46, 126.59, 20}}},
    {"",            20, SAILS,  true,  false, 445, 70,  9, 13, 0.02, {NAMPO, TO_SHIDAO, {36.7, 122.6, 0}, {33.0, 123.0, 0}, {31.2, 122.9, 0}, {30.65, 122.5, 0}, {30.62, 122.07, 20}}},
    {"CNSHA",       10, SAILS,  true,  false, 445, 79,  8, 13, 0.02, {NAMPO, TO_SHIDAO, {36.7, 122.6, 0}, {33.0, 123.0, 0}, {31.2, 122.9, 0}, {30.65, 122.5, 0}, {30.62, 122.07, 20}}},
    {"QINGDAO",     10, SAILS,  true,  false, 445, 70,  8, 12, 0.02, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.5, 122.3, 0}, {35.95, 120.6, 0}, {36.07, 120.31, 20}}},
    {"VLADIVOSTOK", 10, SAILS,  true,  false, 445, 70,  8, 11, 0.02, {{41.767, 129.82, 8}, {41.7, 129.95, 0}, {42.3, 131.2, 0}, {42.9, 131.9, 0}, {43.06, 131.94, 0}, {43.095, 131.885, 20}}},
    {"VLADIVOSTOK", 15, SAILS,  true,  false, 412, 70, 10, 13, 0.02, {{36.875, 122.433, 5}, {36.8, 122.55, 0}, {36.3, 123.2, 0}, {34.5, 124.2, 0}, {33.3, 125.3, 0}, {32.85, 126.3, 0}, {33.25, 127.25, 0}, {34.15, 128.15, 0}, {34.55, 128.85, 0}, {35.4, 129.9, 0}, {42.6, 132.15, 0}}},
    {"RUVVO",       40, SAILS,  false, false, 440, 71, 12, 16, 0.03, {{35.095, 129.045, 14}, {35.01, 129.13, 0}, {35.4, 129.9, 0}, {38.5, 131.8, 0}, {42.6, 132.15, 0}, {42.98, 132.05, 0}, {43.06, 131.94, 0}, {43.095, 131.885, 18}}},
    /* Ferries and coasters. */
    {"KRINC",       30, SAILS,  false, false, 412, 60, 16, 20, 0.02, {{36.875, 122.433, 7}, {36.8, 122.55, 0}, {36.9, 123.5, 0}, {37.15, 125.5, 0}, {37.25, 126.25, 0}, {37.46, 126.59, 7}}},
    {"CNYNT",       60, SAILS,  false, false, 413, 60, 13, 17, 0.03, {{38.93, 121.67, 4}, {38.85, 121.85, 0}, {38.0, 121.6, 0}, {37.55, 121.40, 4}}},
    {"KRPUS",       80, SAILS,  false, false, 440, 79,  8, 12, 0.03, {{34.735, 127.75, 9}, {34.65, 127.85, 0}, {34.3, 128.1, 0}, {34.45, 128.7, 0}, {34.95, 129.05, 0}, {35.095, 129.045, 11}}},
    {"KRCJU",       40, SAILS,  false, false, 441, 60, 15, 19, 0.03, {{33.525, 126.545, 6}, {33.65, 126.75, 0}, {34.2, 128.2, 0}, {34.55, 128.85, 0}, {34.95, 129.05, 0}, {35.095, 129.045, 6}}},
    {"BUSAN",      120, SAILS,  false, false, 477, 71, 12, 18, 0.05, {{30.62, 122.07, 20}, {30.65, 122.5, 0}, {31.2, 123.5, 0}, {32.7, 126.6, 0}, {33.6, 127.9, 0}, {34.55, 128.85, 0}, {34.95, 129.05, 0}, {35.095, 129.045, 18}}},
    {"QINGDAO",     80, SAILS,  false, false, 414, 70, 10, 13, 0.04, {{36.07, 120.31, 12}, {35.95, 120.45, 0}, {36.0, 122.0, 0}, {36.8, 124.5, 0}, {37.15, 125.5, 0}, {37.25, 126.25, 0}, {37.46, 126.59, 12}}},
    {"CN TXG",     160, SAILS,  false, false, 636, 70, 10, 14, 0.05, {{38.97, 117.82, 20}, {38.85, 118.2, 0}, {38.35, 120.6, 0}, {38.15, 121.5, 0}, {37.8, 122.9, 0}, {36.6, 123.2, 0}, {33.0, 123.0, 0}, {31.2, 122.9, 0}, {30.65, 122.5, 0}, {30.62, 122.07, 20}}},
    {"HAKATA",      40, SAILS,  false, false, 431, 60, 16, 20, 0.02, {{33.605, 130.395, 5}, {33.68, 130.25, 0}, {33.95, 130.05, 0}, {34.8, 129.65, 0}, {35.01, 129.13, 0}, {35.095, 129.045, 5}}},
    /* Fishing fleets: Yellow Sea, off Shidao, East China Sea, Sea of Japan. */
    {"FISHING",    300, FISHES, false, false, 412, 30,  2,  5, 1.20, {{35.5, 123.6, 0}}},
    {"",           200, FISHES, false, false, 412, 30,  2,  5, 0.50, {{36.7, 122.9, 0}}},
    {"FISHING",    120, FISHES, false, false, 440, 30,  2,  5, 0.80, {{34.0, 128.0, 0}}},
    {"",           100, FISHES, false, false, 273, 30,  2,  5, 0.80, {{41.8, 131.8, 0}}},
    /* Anchorages: Yeosu, Busan, Vladivostok, off Shanghai, Shidao. */
    {"YEOSU",       60, LIES,   false, false, 538, 80,  0,  0, 0.10, {{34.645, 127.89, 1}}},
    {"KRPUS",       60, LIES,   false, false, 351, 70,  0,  0, 0.06, {{35.04, 129.09, 1}}},
    {"RUVVO",       30, LIES,   false, false, 273, 70,  0,  0, 0.05, {{43.05, 131.90, 1}}},
    {"FOR ORDERS", 100, LIES,   false, false, 636, 70,  0,  0, 0.20, {{31.0, 122.7, 1}}},
    {"CNSHD",       40, LIES,   false, false, 412, 70,  0,  0, 0.04, {{36.84, 122.46, 1}}},
    /* Canals: Suez with a wait in the Great Bitter Lake; Kiel with its locks. */
    {"SUEZ CANAL", 100, SAILS,  false, true,  538, 80,  8, 10, 0.00, {{32.2, 32.4, 0}, {31.4, 32.37, 0}, {31.26, 32.31, 0}, {30.9, 32.315, 0}, {30.45, 32.355, 0}, {30.33, 32.375, 0.7}, {30.18, 32.57, 0}, {29.95, 32.575, 0}, {29.4, 32.6, 0}}},
    {"VIA NOK",    100, SAILS,  false, true,  211, 70,  7,  9, 0.00, {{54.0, 8.1, 0}, {53.98, 8.7, 0}, {53.885, 9.12, 0}, {53.895, 9.145, 0.5}, {54.03, 9.3, 0}, {54.25, 9.6, 0}, {54.33, 9.9, 0}, {54.366, 10.14, 0.5}, {54.42, 10.2, 0}, {54.6, 10.4, 0}, {54.6, 11.2, 0}}},
};
/* What must be told: Nampo, Shidao, declared for Vladivostok. */
static const struct plan story =
    {"VLADIVOSTOK",  1, SAILS,  true,  false, 445, 70, 10, 10, 0.00, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.3, 123.2, 0}, {34.5, 124.2, 0}, {33.3, 125.3, 0}}};
/* clang-format on */

/* --- how they go ---------------------------------------------------------------------
 */

struct mover {
    const struct plan *plan;
    uint32_t mmsi;
    double kn, shift_lat, shift_lon;
    size_t from, to; /* stages it is between, or lies at `from` */
    double sailed_m, stay_ms;
    double lat, lon, sog, cog; /* now */
    int64_t silent_until_ms;
    bool is_garbled; /* its last message with static data: never two in a row */
    int64_t heard_ms, longest_ms; /* of its sound fixes: the last, the longest pause */
};

static struct test_random random_state = {20240324};

static double chance(void)
{
    return (double)test_random_below(&random_state, 1000000) / 1e6;
}

static size_t stage_count(const struct plan *p)
{
    size_t n = 0;
    while (n < STAGES_MAX && p->stages[n].lat != 0)
        n++;
    return n;
}

static struct geo_pos place(const struct mover *m, size_t at)
{
    const struct stage *s = &m->plan->stages[at];
    double part = s->stay_h > 0 && m->plan->manner == SAILS ? 0.2 : 1;
    return geo_to_pos(
        (struct geo_point){s->lat + m->shift_lat * part, s->lon + m->shift_lon * part});
}

static void lie(struct mover *m, double swing_deg)
{
    struct geo_point p = geo_to_point(place(m, m->from));
    m->lat = p.lat + (chance() - 0.5) * swing_deg;
    m->lon = p.lon + (chance() - 0.5) * swing_deg;
    m->sog = chance() < 0.8 ? 0 : 0.2;
}

/* Whether the ship is under way to the end that it declares, or there. The other end lies
 * farther from the declared port. */
static bool heads_for_declared(const struct mover *m, const struct ports *ports)
{
    uint32_t port = destination_resolve(ports, m->plan->destination);
    size_t last = stage_count(m->plan) - 1;
    if (port == PORT_NONE || last == 0)
        return true;
    bool is_last = ports_distance_m(ports, port, place(m, last)) <
                   ports_distance_m(ports, port, place(m, 0));
    return m->from == (is_last ? last : 0) || (m->to > m->from) == is_last;
}

/* The next stage, or back at the end; one that goes once stays there. */
static void set_forth(struct mover *m)
{
    size_t last = stage_count(m->plan) - 1, before = m->from;
    m->from = m->to;
    m->sailed_m = 0;
    m->stay_ms = m->plan->stages[m->from].stay_h * (double)HOUR_MS;
    if (m->from == last && m->plan->is_once)
        m->stay_ms = HUGE_VAL;
    if (m->from == last || (m->from < before && m->from != 0))
        m->to = m->from - 1;
    else
        m->to = m->from + 1;
}

static void sail(struct mover *m, double ms)
{
    if (m->stay_ms > 0) {
        m->stay_ms -= ms;
        lie(m, 2e-4);
        return;
    }
    struct geo_pos a = place(m, m->from), b = place(m, m->to);
    double leg_m = geo_distance_m(a, b);
    m->sailed_m += m->kn * KN_MPS * ms / 1000;
    if (m->sailed_m >= leg_m) {
        set_forth(m);
        sail(m, 0);
        return;
    }
    struct geo_pos p = geo_interpolate(a, b, m->sailed_m / leg_m);
    struct geo_point q = geo_to_point(p);
    m->lat = q.lat;
    m->lon = q.lon;
    m->cog = geo_bearing_deg(p, b);
    m->sog = m->kn + (chance() - 0.5) * 0.4;
}

static void fish(struct mover *m, double ms)
{
    struct geo_pos middle = place(m, 0);
    struct geo_pos here = geo_to_pos((struct geo_point){m->lat, m->lon});
    m->sog = chance() < 0.2 ? 0.3 : m->kn;
    m->cog = fmod(m->cog + 60 * (chance() - 0.5) + 360, 360);
    if (geo_distance_m(middle, here) > 20000)
        m->cog = geo_bearing_deg(here, middle);
    struct geo_point p =
        geo_to_point(geo_destination(here, m->cog, m->sog * KN_MPS * ms / 1000));
    m->lat = p.lat;
    m->lon = p.lon;
}

static void move(struct mover *m, double ms)
{
    if (m->plan->manner == SAILS)
        sail(m, ms);
    else if (m->plan->manner == FISHES)
        fish(m, ms);
    else
        lie(m, 4e-3);
}

static void set_out(struct mover *m, const struct plan *plan, uint32_t number)
{
    memset(m, 0, sizeof *m);
    m->plan = plan;
    m->mmsi = plan->mid * 1000000 + number;
    m->kn = plan->least_kn + (plan->most_kn - plan->least_kn) * chance();
    m->shift_lat = (chance() - 0.5) * plan->spread_deg;
    m->shift_lon = (chance() - 0.5) * plan->spread_deg;
    m->cog = 359 * chance();
    m->to = plan->manner == SAILS ? 1 : 0;
    m->stay_ms = plan->stages[0].stay_h * (double)HOUR_MS;
    lie(m, 1e-4);
    if (plan->is_once)
        m->stay_ms += 6 * chance() * (double)HOUR_MS;
    else if (plan->manner == SAILS)
        for (int k = (int)(chance() * 400); k > 0; k--)
            sail(m, 10.0 * (double)MINUTE_MS);
}

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
    if (!heads_for_declared(m, engine_conf(h->engine)->ports))
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
    if (m->mmsi != STORY_MMSI && chance() < 0.0003)
        m->silent_until_ms =
            time_ms + (int64_t)((1 + (most_h - 1) * chance()) * (double)HOUR_MS);
    struct geo_point p = {m->lat, m->lon};
    if (m->mmsi != STORY_MMSI && chance() < 0.0003)
        p = (struct geo_point){-60 + 120 * chance(), -180 + 360 * chance()};
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
        random_state.state = strtoull(given, NULL, 10);
    print_message("# seed %llu\n", (unsigned long long)random_state.state);
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        for (int k = 0; k < plans[i].ships; k++, count++)
            set_out(&movers[count], &plans[i], count + 1);
    assert_int_equal(count, SHIPS);
    set_out(&movers[count], &story, 0);
    movers[count].mmsi = STORY_MMSI;
    h.engine = make_engine(&h);
    for (int64_t t = 0; t < DAYS * DAY_MS; t += step_ms)
        for (uint32_t i = 0; i <= SHIPS; i++) {
            int64_t at_ms = BEGIN_MS + t + step_ms * i / (SHIPS + 1);
            move(&movers[i], (double)step_ms);
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
