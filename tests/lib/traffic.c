/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/traffic.h"

#include <math.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"

/* clang-format off */
#define NAMPO  {38.716, 125.400, 6}, {38.690, 125.250, 0}, {38.670, 125.060, 0}
#define TO_SHIDAO {38.3, 124.4, 0}, {37.6, 123.6, 0}, {36.95, 122.9, 0}, {36.8, 122.55, 0}, {36.875, 122.433, 7}
const struct plan traffic_plans[] = {
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
    {0},
};
const struct plan traffic_story =
    {"VLADIVOSTOK",  1, SAILS,  true,  false, 445, 70, 10, 10, 0.00, {NAMPO, TO_SHIDAO, {36.8, 122.55, 0}, {36.3, 123.2, 0}, {34.5, 124.2, 0}, {33.3, 125.3, 0}}};
/* clang-format on */

struct test_random traffic_random = {20240324};

double traffic_chance(void)
{
    return (double)test_random_below(&traffic_random, 1000000) / 1e6;
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
    m->lat = p.lat + (traffic_chance() - 0.5) * swing_deg;
    m->lon = p.lon + (traffic_chance() - 0.5) * swing_deg;
    m->sog = traffic_chance() < 0.8 ? 0 : 0.2;
}

bool traffic_heads_for_declared(const struct mover *m, const struct ports *ports)
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
    m->sog = m->kn + (traffic_chance() - 0.5) * 0.4;
}

static void fish(struct mover *m, double ms)
{
    struct geo_pos middle = place(m, 0);
    struct geo_pos here = geo_to_pos((struct geo_point){m->lat, m->lon});
    m->sog = traffic_chance() < 0.2 ? 0.3 : m->kn;
    m->cog = fmod(m->cog + 60 * (traffic_chance() - 0.5) + 360, 360);
    if (geo_distance_m(middle, here) > 20000)
        m->cog = geo_bearing_deg(here, middle);
    struct geo_point p =
        geo_to_point(geo_destination(here, m->cog, m->sog * KN_MPS * ms / 1000));
    m->lat = p.lat;
    m->lon = p.lon;
}

void traffic_move(struct mover *m, double ms)
{
    if (m->plan->manner == SAILS)
        sail(m, ms);
    else if (m->plan->manner == FISHES)
        fish(m, ms);
    else
        lie(m, 4e-3);
}

void traffic_set_out(struct mover *m, const struct plan *plan, uint32_t number)
{
    memset(m, 0, sizeof *m);
    m->plan = plan;
    m->mmsi = plan->mid * 1000000 + number;
    m->kn = plan->least_kn + (plan->most_kn - plan->least_kn) * traffic_chance();
    m->shift_lat = (traffic_chance() - 0.5) * plan->spread_deg;
    m->shift_lon = (traffic_chance() - 0.5) * plan->spread_deg;
    m->cog = 359 * traffic_chance();
    m->to = plan->manner == SAILS ? 1 : 0;
    m->stay_ms = plan->stages[0].stay_h * (double)HOUR_MS;
    lie(m, 1e-4);
    if (plan->is_once)
        m->stay_ms += 6 * traffic_chance() * (double)HOUR_MS;
    else if (plan->manner == SAILS)
        for (int k = (int)(traffic_chance() * 400); k > 0; k--)
            sail(m, 10.0 * (double)MINUTE_MS);
}
