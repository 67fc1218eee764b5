/* SPDX-License-Identifier: Apache-2.0 */
/* Slow spells and meetings against a model of the contract's words: random ships in a few
 * kilometres of open sea drift, lie, sail and are silent. The model looks at whole tracks
 * and knows nothing of grids, rings and states; the engine gets the fixes one by one, and
 * with restarts. LOOKOUT_SEED=N for other ships. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/enginerun.h"
#include "lookout/geo/geo.h"

enum { SHIPS = 7, HOURS = 60, TICKS = HOURS * 6 + 1, FIXES = 4000, WORLDS = 40 };
#define TICK_MS INT64_C(600000)
#define NEVER INT64_MAX

static const char yaml[] =
    "site: test\n"
    "state: ./state\n"
    "ports: {gazetteer: %s}\n"
    "rules:\n"
    "  - {id: m, when: encounter, for: 1h, offshore: 0km, crowd: 100}\n"
    "  - {id: s, when: loiter, for: 1h, offshore: 0km}\n";

static struct test_random chance;

static double part(void)
{
    return (double)(test_random_next(&chance) >> 11) / 9007199254740992.0;
}

/* --- the ships --- */

struct fix {
    int64_t time_ms;
    struct geo_pos pos;
};
static struct fix fixes[SHIPS][FIXES];
static size_t fix_count[SHIPS];

static uint32_t mmsi_of(int ship)
{
    return 440000001 + (uint32_t)ship;
}

/* Spans of minutes to hours, each at some speed, heard now and then. No two fixes of the
 * world have the same time. */
static void sail(int ship)
{
    double lat = 5 + 0.006 * part(), lon = -140 + 0.006 * part();
    int64_t time_ms = ENGINERUN_DAY0 + (int64_t)(part() * 3.6e6) / 10 * 10 + ship;
    const int64_t end_ms = ENGINERUN_DAY0 + (int64_t)HOURS * HOUR_MS;
    static const double speeds[] = {0, 0, 0, 0.3, 1, 1.9, 1.99, 2.3, 6, 10};
    static const double pauses[] = {1, 3, 10, 45, 90, 119, 121, 300, 800};
    fix_count[ship] = 0;
    while (time_ms < end_ms) {
        double kn = speeds[(int)(part() * 10)], course = part() * 6.283185;
        double every_min = pauses[(int)(part() * part() * 9)];
        int64_t until_ms = time_ms + (int64_t)((0.2 + 6 * part()) * 3.6e6);
        if (lat > 5.008 || lat < 4.998 || lon > -139.992 || lon < -140.002)
            course = atan2(-139.997 - lon, 5.003 - lat); /* back */
        while (time_ms < until_ms && time_ms < end_ms) {
            struct geo_pos pos = geo_to_pos((struct geo_point){lat, lon});
            assert_true(fix_count[ship] < FIXES);
            fixes[ship][fix_count[ship]++] = (struct fix){time_ms, pos};
            double minutes = every_min * (0.7 + 0.6 * part());
            int64_t step_ms = (int64_t)(minutes * 6000) * 10;
            step_ms = step_ms < 10 ? 10 : step_ms;
            /* Now and then exactly at a tick, but for the ship's own milliseconds. */
            time_ms += step_ms;
            double nm = kn * (double)step_ms / 3.6e6;
            lat += nm / 60 * cos(course);
            lon += nm / 60 * sin(course);
        }
    }
}

/* --- the model --- */

/* Great circle, by vectors; the code under test uses haversines. */
static void to_vector(struct geo_pos pos, double v[3])
{
    double lat = pos.lat_e7 / 1e7 * 0.017453292519943295;
    double lon = pos.lon_e7 / 1e7 * 0.017453292519943295;
    v[0] = cos(lat) * cos(lon);
    v[1] = cos(lat) * sin(lon);
    v[2] = sin(lat);
}

static double apart_m(const double a[3], const double b[3])
{
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2],
           z = a[0] * b[1] - a[1] * b[0];
    return 6371008.8 *
           atan2(sqrt(x * x + y * y + z * z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

enum pace { NEITHER, SLOW, FAST, NOWHERE };
struct spell {
    int begin, last;      /* ticks */
    int64_t over_ms;      /* when its end is known; NEVER */
    int64_t known[TICKS]; /* when a tick of it is certain; NEVER */
};
struct model {
    bool has[TICKS];
    double at[TICKS][3];
    int64_t heard[TICKS]; /* the fix that gives the place */
    enum pace pace[TICKS];
    int64_t moved[TICKS]; /* the fix that ends a silence before the tick over which it
                             made 2 kn; NEVER */
    struct spell spells[64];
    int spell_count;
};
static struct model models[SHIPS];
static bool is_unclear; /* a threshold was missed by so little that rounding decides */

static void note_near(double value, double limit, double by)
{
    is_unclear = is_unclear || fabs(value - limit) < by;
}

static void place_ticks(int ship)
{
    struct model *m = &models[ship];
    memset(m, 0, sizeof *m);
    for (int k = 0; k < TICKS; k++)
        m->moved[k] = NEVER;
    for (size_t i = 1; i < fix_count[ship]; i++) {
        const struct fix *a = &fixes[ship][i - 1], *b = &fixes[ship][i];
        double p[3], q[3], gap = (double)(b->time_ms - a->time_ms);
        to_vector(a->pos, p);
        to_vector(b->pos, q);
        int first = (int)((a->time_ms - ENGINERUN_DAY0) / TICK_MS) + 1;
        int last = (int)((b->time_ms - ENGINERUN_DAY0) / TICK_MS);
        if (gap > 7.2e6) {
            double kn = apart_m(p, q) / 1852 / (gap / 3.6e6);
            note_near(kn, 2, 1e-4);
            if (kn >= 2 && last + 1 < TICKS)
                m->moved[last + 1] = b->time_ms;
            continue;
        }
        for (int k = first; k <= last && k < TICKS; k++) {
            double f = ((double)(ENGINERUN_DAY0 + k * TICK_MS - a->time_ms)) / gap;
            double length = 0;
            for (int j = 0; j < 3; j++) {
                m->at[k][j] = (1 - f) * p[j] + f * q[j];
                length += m->at[k][j] * m->at[k][j];
            }
            for (int j = 0; j < 3; j++)
                m->at[k][j] /= sqrt(length);
            m->has[k] = true;
            m->heard[k] = b->time_ms;
        }
    }
    for (int k = 0; k < TICKS; k++) {
        bool is_next = k > 0 && m->has[k] && m->has[k - 1];
        m->pace[k] = m->has[k] ? NEITHER : NOWHERE;
        if (!is_next)
            continue;
        double way_m = apart_m(m->at[k - 1], m->at[k]);
        note_near(way_m, 2 * 1852.0 / 6, 0.05);
        m->pace[k] = way_m < 2 * 1852.0 / 6 ? SLOW : FAST;
    }
}

/* The spell that begins at tick b: how long it goes on, and when what is known. */
static int follow_spell(struct model *m, int b)
{
    struct spell *s = &m->spells[m->spell_count++];
    int fasts = 0, open = b, k = b + 1;
    assert_true(m->spell_count < 64);
    *s = (struct spell){.begin = b, .last = b + 2, .over_ms = NEVER};
    for (int i = 0; i < TICKS; i++)
        s->known[i] = NEVER;
    for (; k < TICKS; k++) {
        if (k > b + 2 && m->moved[k] != NEVER) {
            s->over_ms = m->moved[k];
            return k;
        }
        if (m->pace[k] == NOWHERE) {
            fasts = 0;
            continue;
        }
        fasts = m->pace[k] == FAST ? fasts + 1 : 0;
        if (fasts == 3) {
            s->over_ms = m->heard[k];
            return k + 1;
        }
        if (m->pace[k] != SLOW || k < b + 2)
            continue;
        for (; open <= k; open++)
            if (m->has[open])
                s->known[open] = m->heard[k];
        s->last = k;
    }
    return TICKS;
}

static void find_spells(int ship)
{
    struct model *m = &models[ship];
    for (int k = 2; k < TICKS;) {
        bool is_begin = m->pace[k] == SLOW && m->pace[k - 1] == SLOW;
        k = is_begin ? follow_spell(m, k - 2) + 1 : k + 1;
    }
}

static struct buf expected;

static void expect(const char *rule, const char *type, int ship, int time, int64_t at_ms)
{
    assert_int_equal(buf_printf(&expected, "%s %s %u %d@%lld\n", rule, type,
                                mmsi_of(ship), time * 10, (long long)at_ms),
                     0);
}

struct meeting {
    int begin, last, both, apart, near;
    bool is_told;
};

static void end_meeting(struct meeting *x, int lower, int64_t at_ms)
{
    if (x->near > 0 && x->is_told)
        expect("m", "encounter.ended", lower, x->last, at_ms);
    *x = (struct meeting){0};
}

static int64_t deadline_of(const struct meeting *x)
{
    return ENGINERUN_DAY0 + x->both * TICK_MS + 14 * HOUR_MS;
}

static int met[SHIPS][64][TICKS]; /* of a spell: 1 at ticks with another near, known */
static int64_t met_ms[SHIPS][64][TICKS];

static void meet(int a, int i, int b, int j)
{
    struct spell *s = &models[a].spells[i], *t = &models[b].spells[j];
    struct meeting x = {0};
    int64_t over_ms = s->over_ms < t->over_ms ? s->over_ms : t->over_ms;
    for (int k = 0; k < TICKS; k++) {
        if (s->known[k] == NEVER || t->known[k] == NEVER)
            continue;
        int64_t known_ms = s->known[k] > t->known[k] ? s->known[k] : t->known[k];
        if (known_ms > over_ms)
            break; /* the other's places are gone by then */
        double m = apart_m(models[a].at[k], models[b].at[k]);
        note_near(m, 500, 0.05);
        if (x.near > 0 && known_ms >= deadline_of(&x))
            end_meeting(&x, a, deadline_of(&x));
        else if (x.near > 0 && k - x.both > 72)
            end_meeting(&x, a, known_ms);
        if (m <= 500) {
            if (x.near == 0)
                x = (struct meeting){.begin = k};
            x.last = x.both = k;
            x.apart = 0;
            x.near++;
            for (int side = 0; side < 2; side++) {
                int ship = side == 0 ? a : b, n = side == 0 ? i : j;
                if (met[ship][n][k] == 0 || met_ms[ship][n][k] > known_ms)
                    met_ms[ship][n][k] = known_ms;
                met[ship][n][k] = 1;
            }
            if (!x.is_told && x.last - x.begin >= 6 && x.near >= 6) {
                x.is_told = true;
                expect("m", "encounter.started", a, x.begin, known_ms);
            }
        } else if (x.near > 0) {
            x.apart = k - x.both == 1 ? x.apart + 1 : 1;
            x.both = k;
            if (x.apart == 3)
                end_meeting(&x, a, known_ms);
        }
    }
    const int64_t end_ms = ENGINERUN_DAY0 + (HOURS + 48) * HOUR_MS;
    if (x.near > 0 && over_ms < deadline_of(&x))
        end_meeting(&x, a, over_ms);
    else if (x.near > 0 && deadline_of(&x) <= end_ms)
        end_meeting(&x, a, deadline_of(&x));
}

static void loiter(int ship, int i)
{
    struct spell *s = &models[ship].spells[i];
    bool is_told = false;
    for (int k = s->begin + 6; k <= s->last && !is_told; k++) {
        int count = 0;
        if (s->known[k] == NEVER)
            continue;
        /* Of the ticks that are known with this one, those up to it. */
        for (int n = 0; n < TICKS; n++)
            count +=
                met[ship][i][n] != 0 && (met_ms[ship][i][n] < s->known[k] ||
                                         (met_ms[ship][i][n] == s->known[k] && n <= k));
        if (count < 6) {
            is_told = true;
            expect("s", "loiter.started", ship, s->begin, s->known[k]);
        }
    }
    if (is_told && s->over_ms != NEVER)
        expect("s", "loiter.ended", ship, s->last, s->over_ms);
}

static void run_model(void)
{
    is_unclear = false;
    buf_clear(&expected);
    memset(met, 0, sizeof met);
    for (int ship = 0; ship < SHIPS; ship++) {
        place_ticks(ship);
        find_spells(ship);
    }
    for (int a = 0; a < SHIPS; a++)
        for (int b = a + 1; b < SHIPS; b++)
            for (int i = 0; i < models[a].spell_count; i++)
                for (int j = 0; j < models[b].spell_count; j++)
                    meet(a, i, b, j);
    for (int ship = 0; ship < SHIPS; ship++)
        for (int i = 0; i < models[ship].spell_count; i++)
            loiter(ship, i);
}

/* --- the engine --- */

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the lines of a text, in place. */
static char *sort_lines(const char *text)
{
    char *copy = strdup(text), *lines[2000], *rest = copy, *line;
    size_t n = 0;
    struct buf out = {0};
    assert_non_null(copy);
    while ((line = strtok_r(rest, "\n", &rest)) != NULL && n < 2000)
        lines[n++] = line;
    qsort(lines, n, sizeof lines[0], compare_lines);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(buf_printf(&out, "%s\n", lines[i]), 0);
    free(copy);
    char *sorted = strdup(buf_text(&out));
    buf_finish(&out);
    assert_non_null(sorted);
    return sorted;
}

/* The lines of a that b lacks. */
static void print_missing(const char *what, const char *a, const char *b)
{
    while (*a != '\0') {
        int n = (int)strcspn(a, "\n");
        char line[128];
        snprintf(line, sizeof line, "%.*s\n", n, a);
        if (strstr(b, line) == NULL)
            print_message("# %s: %s", what, line);
        a += n + 1;
    }
}

static struct buf told;

static int keep_alert(void *context, const struct alert *a)
{
    (void)context;
    return buf_printf(&told, "%s %s %u %lld@%lld\n", a->rule,
                      a->type + strlen("lookoutd."), a->mmsi,
                      (long long)((a->time_ms - ENGINERUN_DAY0) / MINUTE_MS),
                      (long long)a->detected_ms);
}

static struct engine *make_engine(void)
{
    struct engine_conf conf;
    struct engine *engine = NULL;
    struct engine_sink sink = {.on_alert = keep_alert};
    char text[4096 + sizeof yaml];
    char *ports = realpath(test_root_path("tests/data/rows/ports.csv"), NULL);
    assert_non_null(ports);
    snprintf(text, sizeof text, yaml, ports);
    free(ports);
    enginerun_conf(text, NULL, &conf);
    assert_int_equal(engine_create(&conf, &sink, &engine, NULL), 0);
    return engine;
}

static int move_ship(void *context, uint32_t mmsi, const void *record, size_t n)
{
    return n != 0 ? engine_wire_load(context, mmsi, record, n) : 0;
}

static struct engine *restart(struct engine *e)
{
    struct engine *fresh = make_engine();
    struct buf self = {0};
    assert_int_equal(engine_wire_save_self(e, &self), 0);
    assert_int_equal(engine_wire_load_self(fresh, self.data, self.length), 0);
    assert_int_equal(engine_wire_save(e, true, move_ship, fresh), 0);
    buf_finish(&self);
    engine_destroy(e);
    return fresh;
}

static void run_engine(double restarts)
{
    struct engine *e = make_engine();
    size_t next[SHIPS] = {0};
    buf_clear(&told);
    for (;;) {
        int first = -1;
        for (int ship = 0; ship < SHIPS; ship++)
            if (next[ship] < fix_count[ship] &&
                (first < 0 ||
                 fixes[ship][next[ship]].time_ms < fixes[first][next[first]].time_ms))
                first = ship;
        if (first < 0)
            break;
        const struct fix *fix = &fixes[first][next[first]++];
        struct report r = {.mmsi = mmsi_of(first),
                           .time_ms = fix->time_ms,
                           .arrival_ms = fix->time_ms,
                           .has = HAS_POSITION | HAS_SOG,
                           .pos = fix->pos,
                           .sog_dkn = 150}; /* no step is a jump */
        assert_int_equal(engine_report(e, &r), 0);
        if (part() < restarts)
            e = restart(e);
    }
    assert_int_equal(engine_tick(e, ENGINERUN_DAY0 + (HOURS + 48) * HOUR_MS), 0);
    engine_destroy(e);
}

static void the_engine_is_the_model(void **state)
{
    const char *seed = getenv("LOOKOUT_SEED");
    const char *sanitized = getenv("LOOKOUT_SANITIZED");
    int worlds = sanitized != NULL && sanitized[0] == '1' ? WORLDS / 10 : WORLDS;
    int unclear = 0, started = 0, loitered = 0;
    chance.state = seed != NULL ? strtoull(seed, NULL, 10) : 1;
    for (int world = 0; world < worlds; world++) {
        uint64_t own = chance.state;
        for (int ship = 0; ship < SHIPS; ship++)
            sail(ship);
        run_model();
        unclear += is_unclear;
        if (is_unclear)
            continue;
        char *wanted = sort_lines(buf_text(&expected));
        for (int way = 0; way < 3; way++) {
            run_engine(way == 2 ? 0.01 : 0);
            char *got = sort_lines(buf_text(&told));
            print_missing("the engine does not tell", wanted, got);
            print_missing("the model does not know", got, wanted);
            if (strcmp(wanted, got) != 0)
                fail_msg("world %d (LOOKOUT_SEED=%llu), way %d", world,
                         (unsigned long long)own, way);
            free(got);
        }
        for (const char *at = wanted; (at = strstr(at, "encounter.started")) != NULL;
             at++)
            started++;
        for (const char *at = wanted; (at = strstr(at, "loiter.started")) != NULL; at++)
            loitered++;
        free(wanted);
    }
    print_message("# %d worlds, %d left out: %d encounters, %d loiterings\n", worlds,
                  unclear, started, loitered);
    assert_true(unclear < worlds / 3 && started >= worlds && loitered > worlds);
    buf_finish(&expected);
    buf_finish(&told);
}

TEST_MAIN(NULL, NULL, TEST(the_engine_is_the_model))
