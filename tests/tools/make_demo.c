/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the recording of the demonstration: seven days of invented ships around Korea,
 * as AIVDM sentences with tag-block times, to stdout. One of them does what a real cargo
 * ship did in March 2024: Nampo, Shidao, then round the south of Korea towards
 * Vladivostok. Another does the same, but switches its transponder off before Nampo and
 * on again 60 hours later, and meets a tanker in the Yellow Sea. All ships, names and
 * numbers are invented; the same seed gives the same bytes.
 *
 *     make_demo [SEED] > demo.nmea */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lookout/base/time.h"
#include "lookout/geo/geo.h"

enum { DAYS = 7, STEP_S = 60, UNDER_WAY_S = 180, STOPPED_S = 600, STATIC_S = 1800 };
static const double nm_m = 1852;

struct waypoint {
    double lat, lon;
    double stay_h;           /* > 0: lies here so long */
    const char *destination; /* declared from here on; NULL: as before */
};

/* --- routes: water all the way --- */

/* clang-format off */
static const struct waypoint story[] = {
    {38.7160, 125.4000, 14, "CNSHD"}, {38.690, 125.250, 0, NULL}, {38.670, 125.060, 0, NULL}, {38.300, 124.400, 0, NULL},
    {37.600, 123.600, 0, NULL}, {36.950, 122.900, 0, NULL}, {36.800, 122.550, 0, NULL},
    {36.8750, 122.4330, 18, "VLADIVOSTOK"}, {36.800, 122.550, 0, NULL}, {36.300, 123.200, 0, NULL}, {34.500, 124.200, 0, NULL},
    {33.300, 125.300, 0, NULL}, {32.850, 126.300, 0, NULL}, {33.250, 127.250, 0, NULL}, {34.150, 128.150, 0, NULL},
    {34.550, 128.850, 0, NULL}, {34.870, 129.230, 0, NULL}, {35.400, 129.900, 0, NULL}, {38.500, 131.800, 0, NULL},
    {42.600, 132.150, 0, NULL}, {42.980, 132.050, 0, NULL}, {43.060, 131.940, 0, NULL}, {43.0950, 131.8850, 12, NULL}};
/* Heard by the fishing fleet, silent from DARK_FROM to Nampo and back to DARK_TO, then beside the tanker. */
enum { DARK_FROM = 1, DARK_TO = 11 };
static const struct waypoint dark[] = {
    {34.300, 123.900, 0, "CNSHD"}, {35.150, 123.700, 0, NULL}, {37.600, 123.900, 0, NULL}, {38.300, 124.400, 0, NULL},
    {38.670, 125.060, 0, NULL}, {38.690, 125.250, 0, NULL}, {38.7160, 125.4000, 20.4, NULL}, {38.690, 125.250, 0, NULL},
    {38.670, 125.060, 0, NULL}, {38.300, 124.400, 0, NULL}, {37.600, 123.900, 0, NULL}, {36.300, 123.450, 0, NULL},
    {36.100, 123.200, 6, NULL}, {36.800, 122.550, 0, NULL}, {36.8750, 122.4330, 10, "VLADIVOSTOK"}, {36.800, 122.550, 0, NULL},
    {36.300, 123.200, 0, NULL}, {34.500, 124.200, 0, NULL}, {33.300, 125.300, 0, NULL}, {32.850, 126.300, 0, NULL},
    {33.250, 127.250, 0, NULL}, {34.150, 128.150, 0, NULL}, {34.550, 128.850, 0, NULL}, {34.870, 129.230, 0, NULL},
    {35.400, 129.900, 0, NULL}, {38.500, 131.800, 0, NULL}, {42.600, 132.150, 0, NULL}};
static const struct waypoint beside[] = {
    {30.6200, 122.0700, 32.5, ""}, {30.650, 122.500, 0, NULL}, {31.200, 122.900, 0, NULL}, {33.000, 123.000, 0, NULL},
    {35.000, 122.900, 0, NULL}, {36.1015, 123.2015, 9, NULL}, {35.000, 122.900, 0, NULL}, {33.000, 123.000, 0, NULL},
    {31.200, 122.900, 0, NULL}, {30.650, 122.500, 0, NULL}};
static const struct waypoint shidao_incheon[] = {
    {36.8750, 122.4330, 7, "KRINC"}, {36.800, 122.550, 0, NULL}, {36.900, 123.500, 0, NULL}, {37.150, 125.500, 0, NULL},
    {37.250, 126.250, 0, NULL}, {37.4600, 126.5900, 7, "CNSHD"}, {37.250, 126.250, 0, NULL}, {37.150, 125.500, 0, NULL},
    {36.900, 123.500, 0, NULL}, {36.800, 122.550, 0, NULL}};
static const struct waypoint dalian_yantai[] = {
    {38.9300, 121.6700, 4, "CNYNT"}, {38.850, 121.850, 0, NULL}, {38.000, 121.600, 0, NULL}, {37.5500, 121.4000, 4, "CNDLC"},
    {38.000, 121.600, 0, NULL}, {38.850, 121.850, 0, NULL}};
static const struct waypoint busan_vladivostok[] = {
    {35.0950, 129.0450, 16, "RUVVO"}, {35.010, 129.130, 0, NULL}, {35.400, 129.900, 0, NULL}, {38.500, 131.800, 0, NULL},
    {42.600, 132.150, 0, NULL}, {42.980, 132.050, 0, NULL}, {43.060, 131.940, 0, NULL}, {43.0950, 131.8850, 20, "KRPUS"},
    {43.060, 131.940, 0, NULL}, {42.980, 132.050, 0, NULL}, {42.600, 132.150, 0, NULL}, {38.500, 131.800, 0, NULL},
    {35.400, 129.900, 0, NULL}, {35.010, 129.130, 0, NULL}};
static const struct waypoint donghae_vladivostok[] = {
    {37.4950, 129.1450, 10, "VLADIVOSTOK"}, {37.600, 129.500, 0, NULL}, {39.500, 131.000, 0, NULL}, {42.600, 132.150, 0, NULL},
    {42.980, 132.050, 0, NULL}, {43.060, 131.940, 0, NULL}, {43.0950, 131.8850, 14, "DONGHAE"}, {43.060, 131.940, 0, NULL},
    {42.980, 132.050, 0, NULL}, {42.600, 132.150, 0, NULL}, {39.500, 131.000, 0, NULL}, {37.600, 129.500, 0, NULL}};
static const struct waypoint yeosu_busan[] = {
    {34.7350, 127.7500, 9, "KRPUS"}, {34.650, 127.850, 0, NULL}, {34.300, 128.100, 0, NULL}, {34.450, 128.700, 0, NULL},
    {34.950, 129.050, 0, NULL}, {35.0950, 129.0450, 11, "KRYOS"}, {34.950, 129.050, 0, NULL}, {34.450, 128.700, 0, NULL},
    {34.300, 128.100, 0, NULL}, {34.650, 127.850, 0, NULL}};
static const struct waypoint jeju_busan[] = {
    {33.5250, 126.5450, 6, "KRPUS"}, {33.650, 126.750, 0, NULL}, {34.200, 128.200, 0, NULL}, {34.550, 128.850, 0, NULL},
    {34.950, 129.050, 0, NULL}, {35.0950, 129.0450, 6, "KRCJU"}, {34.950, 129.050, 0, NULL}, {34.550, 128.850, 0, NULL},
    {34.200, 128.200, 0, NULL}, {33.650, 126.750, 0, NULL}};
static const struct waypoint shanghai_busan[] = {
    {30.6200, 122.0700, 22, "KRPUS"}, {30.650, 122.500, 0, NULL}, {31.200, 123.500, 0, NULL}, {32.700, 126.600, 0, NULL},
    {33.600, 127.900, 0, NULL}, {34.550, 128.850, 0, NULL}, {34.950, 129.050, 0, NULL}, {35.0950, 129.0450, 18, "CNSHA"},
    {34.950, 129.050, 0, NULL}, {34.550, 128.850, 0, NULL}, {33.600, 127.900, 0, NULL}, {32.700, 126.600, 0, NULL},
    {31.200, 123.500, 0, NULL}, {30.650, 122.500, 0, NULL}};
static const struct waypoint qingdao_incheon[] = {
    {36.0700, 120.3100, 12, "KR INC"}, {35.950, 120.450, 0, NULL}, {36.000, 122.000, 0, NULL}, {36.800, 124.500, 0, NULL},
    {37.150, 125.500, 0, NULL}, {37.250, 126.250, 0, NULL}, {37.4600, 126.5900, 12, "QINGDAO"}, {37.250, 126.250, 0, NULL},
    {37.150, 125.500, 0, NULL}, {36.800, 124.500, 0, NULL}, {36.000, 122.000, 0, NULL}, {35.950, 120.450, 0, NULL}};
static const struct waypoint nampo_dalian[] = {
    {38.7160, 125.4000, 20, "DALIAN"}, {38.690, 125.250, 0, NULL}, {38.670, 125.060, 0, NULL}, {38.400, 124.000, 0, NULL},
    {38.600, 122.500, 0, NULL}, {38.800, 121.950, 0, NULL}, {38.9300, 121.6700, 24, "NAMPO"}, {38.800, 121.950, 0, NULL},
    {38.600, 122.500, 0, NULL}, {38.400, 124.000, 0, NULL}, {38.670, 125.060, 0, NULL}, {38.690, 125.250, 0, NULL}};
static const struct waypoint nampo_shidao[] = {
    {38.7160, 125.4000, 16, "CNSHD"}, {38.690, 125.250, 0, NULL}, {38.670, 125.060, 0, NULL}, {38.300, 124.400, 0, NULL},
    {37.600, 123.600, 0, NULL}, {36.950, 122.900, 0, NULL}, {36.800, 122.550, 0, NULL}, {36.8750, 122.4330, 20, "NAMPO"},
    {36.800, 122.550, 0, NULL}, {36.950, 122.900, 0, NULL}, {37.600, 123.600, 0, NULL}, {38.300, 124.400, 0, NULL},
    {38.670, 125.060, 0, NULL}, {38.690, 125.250, 0, NULL}};
static const struct waypoint vladivostok_nakhodka[] = {
    {43.0950, 131.8850, 10, "NAKHODKA"}, {43.060, 131.940, 0, NULL}, {42.980, 132.050, 0, NULL}, {42.650, 132.250, 0, NULL},
    {42.650, 132.850, 0, NULL}, {42.8000, 132.8850, 12, "RUVVO"}, {42.650, 132.850, 0, NULL}, {42.650, 132.250, 0, NULL},
    {42.980, 132.050, 0, NULL}, {43.060, 131.940, 0, NULL}};
static const struct waypoint vostochny_busan[] = {
    {42.7500, 133.0700, 26, "KR PUS"}, {42.600, 133.000, 0, NULL}, {38.500, 132.000, 0, NULL}, {35.400, 129.900, 0, NULL},
    {35.010, 129.130, 0, NULL}, {35.0950, 129.0450, 20, "RU VYP"}, {35.010, 129.130, 0, NULL}, {35.400, 129.900, 0, NULL},
    {38.500, 132.000, 0, NULL}, {42.600, 133.000, 0, NULL}};
static const struct waypoint hakata_busan[] = {
    {33.6050, 130.3950, 5, "BUSAN"}, {33.680, 130.250, 0, NULL}, {33.950, 130.050, 0, NULL}, {34.800, 129.650, 0, NULL},
    {35.010, 129.130, 0, NULL}, {35.0950, 129.0450, 5, "HAKATA"}, {35.010, 129.130, 0, NULL}, {34.800, 129.650, 0, NULL},
    {33.950, 130.050, 0, NULL}, {33.680, 130.250, 0, NULL}};
static const struct waypoint tianjin_shanghai[] = {
    {38.9700, 117.8200, 24, "CNSHA"}, {38.850, 118.200, 0, NULL}, {38.350, 120.600, 0, NULL}, {38.150, 121.500, 0, NULL},
    {37.800, 122.900, 0, NULL}, {36.600, 123.200, 0, NULL}, {33.000, 123.000, 0, NULL}, {31.200, 122.900, 0, NULL},
    {30.650, 122.500, 0, NULL}, {30.6200, 122.0700, 20, "CN TXG"}, {30.650, 122.500, 0, NULL}, {31.200, 122.900, 0, NULL},
    {33.000, 123.000, 0, NULL}, {36.600, 123.200, 0, NULL}, {37.800, 122.900, 0, NULL}, {38.150, 121.500, 0, NULL},
    {38.350, 120.600, 0, NULL}, {38.850, 118.200, 0, NULL}};
static const struct waypoint fishing[] = {
    {35.500, 123.600, 0, ""}, {35.560, 123.720, 0, NULL}, {35.470, 123.790, 0, NULL}, {35.420, 123.650, 0, NULL}};
static const struct waypoint anchorage[] = {{34.6450, 127.8900, 1000, "YEOSU"}, {34.640, 127.900, 0, NULL}};

#define ROUTE(r) r, sizeof r / sizeof r[0]
struct plan {
    const char *name;      /* a number is put behind it for the second ship on */
    const struct waypoint *route;
    size_t count;
    int ships;
    uint32_t mid;          /* country digits of the MMSI */
    int type, length_m;
    double kn;
};
static const struct plan plans[] = {
    {"EXAMPLE TRADER",  ROUTE(story),                1, 445, 70,  98, 10.4},
    {"EXAMPLE FERRY",   ROUTE(shidao_incheon),       2, 412, 60, 170, 18.0},
    {"EXAMPLE BOHAI",   ROUTE(dalian_yantai),        2, 413, 60, 160, 16.0},
    {"EXAMPLE BRIDGE",  ROUTE(busan_vladivostok),    2, 440, 71, 150, 14.5},
    {"EXAMPLE DREAM",   ROUTE(donghae_vladivostok),  1, 351, 60, 140, 17.0},
    {"EXAMPLE COASTER", ROUTE(yeosu_busan),          3, 440, 79,  80, 10.5},
    {"EXAMPLE ISLAND",  ROUTE(jeju_busan),           2, 441, 60, 150, 18.0},
    {"EXAMPLE CARRIER", ROUTE(shanghai_busan),       3, 477, 71, 220, 15.0},
    {"EXAMPLE LOTUS",   ROUTE(qingdao_incheon),      2, 414, 70, 120, 12.0},
    {"EXAMPLE RIVER",   ROUTE(nampo_dalian),         2, 445, 70,  90,  9.5},
    {"EXAMPLE RETURN",  ROUTE(nampo_shidao),         1, 445, 70,  85,  9.8},
    {"EXAMPLE AMUR",    ROUTE(vladivostok_nakhodka), 2, 273, 79, 100, 10.0},
    {"EXAMPLE COAL",    ROUTE(vostochny_busan),      1, 538, 70, 180, 12.0},
    {"EXAMPLE CAMELLIA",ROUTE(hakata_busan),         2, 431, 60, 160, 18.5},
    {"EXAMPLE GRAIN",   ROUTE(tianjin_shanghai),     3, 636, 70, 190, 12.5},
    {"EXAMPLE NET",     ROUTE(fishing),              8, 412, 30,  30,  3.5},
    {"EXAMPLE TANKER",  ROUTE(anchorage),            4, 538, 80, 180, 10.0},
    {"EXAMPLE SHADOW",  ROUTE(dark),                 1, 445, 70,  95, 11.0},
    {"EXAMPLE LIGHTER", ROUTE(beside),               1, 538, 80, 110, 11.0},
};
/* clang-format on */
enum { PLANS = sizeof plans / sizeof plans[0], SHIPS_MAX = 64 };

struct ship {
    const struct plan *plan;
    char name[24], callsign[8];
    uint32_t mmsi, imo;
    double shift_lat,
        shift_lon; /* of the whole route, so that ships of one plan differ */
    double kn;
    size_t at;       /* waypoint it is at, or has left */
    double sailed_m; /* since that waypoint */
    double stay_s;   /* still to lie there */
    const char *destination;
    double lat, lon, sog, cog;
    int position_due_s, static_due_s, sequence;
};

/* --- chance: splitmix64 --- */

static uint64_t seed = 20240324;

static double chance(void)
{
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* --- sailing --- */

/* The ships that somebody is to tell of begin at the first waypoint and keep to the hour.
 */
static bool is_told(const struct plan *plan)
{
    return plan->route == story || plan->route == dark || plan->route == beside;
}

/* What has no way back lies at its last waypoint. */
static bool is_at_end(const struct ship *s)
{
    return (s->plan->route == story || s->plan->route == dark) &&
           s->at + 1 == s->plan->count;
}

static bool is_silent(const struct ship *s)
{
    return s->plan->route == dark && s->at >= DARK_FROM && s->at < DARK_TO;
}

static struct geo_pos place(const struct ship *s, size_t waypoint)
{
    const struct waypoint *w = &s->plan->route[waypoint % s->plan->count];
    /* Berths are shifted little, the open sea more. */
    double scale = w->stay_h > 0 ? 0.15 : 1;
    struct geo_point p = {w->lat + s->shift_lat * scale, w->lon + s->shift_lon * scale};
    return geo_to_pos(p);
}

static void arrive(struct ship *s)
{
    const struct waypoint *w = &s->plan->route[s->at % s->plan->count];
    s->sailed_m = 0;
    s->stay_s = w->stay_h * 3600;
    if (w->destination != NULL)
        s->destination = w->destination;
}

static void sail(struct ship *s, double seconds)
{
    if (s->stay_s > 0 || is_at_end(s)) {
        s->stay_s -= seconds;
        struct geo_point p = geo_to_point(place(s, s->at));
        s->lat = p.lat + (chance() - 0.5) * 2e-4;
        s->lon = p.lon + (chance() - 0.5) * 2e-4;
        s->sog = chance() < 0.8 ? 0 : 0.1;
        return;
    }
    struct geo_pos a = place(s, s->at), b = place(s, s->at + 1);
    double leg_m = geo_distance_m(a, b);
    s->sailed_m += s->kn * nm_m / 3600 * seconds;
    if (s->sailed_m >= leg_m) {
        s->at++;
        arrive(s);
        sail(s, 0);
        return;
    }
    struct geo_pos p = geo_interpolate(a, b, s->sailed_m / leg_m);
    struct geo_point q = geo_to_point(p);
    s->lat = q.lat;
    s->lon = q.lon;
    s->sog = s->kn + (chance() - 0.5) * 0.6;
    s->cog = geo_bearing_deg(p, b);
}

/* --- sending --- */

static void put(const struct aisgen_bits *bits, struct ship *s, int64_t time_s)
{
    static const char *const stations[] = {"EXAMPLE-1", "EXAMPLE-2"};
    char text[AISGEN_TEXT_BYTES];
    bool is_first = chance() < 0.5;
    struct aisgen_tag tag = {.station = stations[is_first], .time_s = time_s};
    s->sequence = (s->sequence + 1) % 10;
    aisgen_tagged(bits, "AIVDM", s->sequence, is_first ? 'A' : 'B', &tag, text);
    fputs(text, stdout);
    if (chance() < 0.02) {
        /* The other station heard it, too. */
        tag.station = stations[!is_first];
        tag.time_s = time_s + 1;
        aisgen_tagged(bits, "AIVDM", s->sequence, is_first ? 'A' : 'B', &tag, text);
        fputs(text, stdout);
    }
}

static void send_position(struct ship *s, int64_t time_s)
{
    struct aisgen_bits bits;
    bool is_stopped = s->sog < 0.5;
    struct aisgen_position p = {.type = is_stopped ? 3 : 1,
                                .mmsi = s->mmsi,
                                .lat = s->lat,
                                .lon = s->lon,
                                .sog = s->sog,
                                .cog = s->cog,
                                .heading = (int)s->cog % 360,
                                .status = !is_stopped                   ? 0
                                          : s->plan->route == anchorage ? 1
                                                                        : 5,
                                .second = (int)(time_s % 60)};
    aisgen_position(&p, &bits);
    put(&bits, s, time_s);
}

static void send_static(struct ship *s, int64_t time_s)
{
    struct aisgen_bits bits;
    int length_m = s->plan->length_m;
    struct aisgen_static v = {.mmsi = s->mmsi,
                              .imo = s->imo,
                              .callsign = s->callsign,
                              .name = s->name,
                              .destination = s->destination,
                              .ship_type = s->plan->type,
                              .to_bow = length_m / 2,
                              .to_stern = length_m - length_m / 2,
                              .to_port = length_m / 14,
                              .to_starboard = length_m / 14,
                              .draught = length_m / 25.0,
                              .hour = 24,
                              .minute = 60};
    aisgen_static5(&v, &bits);
    put(&bits, s, time_s);
}

/* --- setting out --- */

/* 99xxxx with a right check digit: the highest numbers, which no ship bears. */
static uint32_t invented_imo(int number)
{
    static const unsigned weights[] = {7, 6, 5, 4, 3, 2};
    uint32_t head = (uint32_t)(999999 - number), rest = head;
    unsigned sum = 0;
    for (int i = 5; i >= 0; i--) {
        sum += rest % 10 * weights[i];
        rest /= 10;
    }
    return head * 10 + sum % 10;
}

static void set_out(struct ship *s, const struct plan *plan, int number, int nth)
{
    memset(s, 0, sizeof *s);
    s->plan = plan;
    s->mmsi = plan->mid * 1000000 + 1 + (uint32_t)number;
    s->imo = invented_imo(number);
    s->destination = "";
    if (nth == 0)
        snprintf(s->name, sizeof s->name, "%.19s", plan->name);
    else
        snprintf(s->name, sizeof s->name, "%.16s %d", plan->name, nth + 1);
    snprintf(s->callsign, sizeof s->callsign, "X%c%04d", 'A' + number % 26, number);
    s->kn = plan->kn * (0.95 + 0.1 * chance());
    bool is_exact = is_told(plan);
    double spread = plan->route == fishing ? 0.5 : plan->route == anchorage ? 0.2 : 0.03;
    s->shift_lat = is_exact ? 0 : (chance() - 0.5) * spread;
    s->shift_lon = is_exact ? 0 : (chance() - 0.5) * spread;
    if (is_exact)
        s->kn = plan->kn;
    arrive(s);
    /* The others are somewhere on their way when the recording begins. */
    for (int k = is_exact ? 0 : (int)(chance() * 5000); k > 0; k--)
        sail(s, STEP_S);
    s->position_due_s = (int)(chance() * UNDER_WAY_S);
    s->static_due_s = s->position_due_s + 2;
}

int main(int argc, char **argv)
{
    static struct ship ships[SHIPS_MAX];
    int count = 0;
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    for (int i = 0; i < PLANS; i++)
        for (int k = 0; k < plans[i].ships && count < SHIPS_MAX; k++, count++)
            set_out(&ships[count], &plans[i], count, k);
    struct time_parts begin = {.year = 2024, .month = 3, .day = 18};
    int64_t begin_s = time_from_parts(&begin) / 1000;
    for (int t = 0; t < DAYS * 86400; t++) {
        for (int i = 0; i < count; i++) {
            struct ship *s = &ships[i];
            if (t % STEP_S == i % STEP_S)
                sail(s, STEP_S);
            if (is_silent(s))
                continue;
            if (t >= s->position_due_s) {
                send_position(s, begin_s + t);
                s->position_due_s = t + (s->sog < 0.5 ? STOPPED_S : UNDER_WAY_S);
            }
            if (t >= s->static_due_s) {
                send_static(s, begin_s + t);
                s->static_due_s = t + STATIC_S;
            }
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
