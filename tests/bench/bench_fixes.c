/* SPDX-License-Identifier: Apache-2.0 */
/* What keeping all fixes costs: a day of 10,000 ships that are heard every 5 min, two in
 * five under way, in a commit of every 5 s: the size of the database, fixes a second, and
 * the time to read one ship's day. A JSON line per figure. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/store_fixture.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"

enum { EVERY_S = 300, STEP_S = 5, BEGIN_S = 1742860800, METRES_A_DEGREE = 111320 };

struct made_ship {
    double lat, lon, cog, kn;
    uint32_t due_s;
};

static uint64_t dice = 17;

static uint64_t throw_dice(uint64_t sides)
{
    return hash_u64(++dice, 1) % sides;
}

static double roll(double low, double high)
{
    return low + (high - low) * (double)throw_dice(1000001) / 1e6;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_ship(struct made_ship *s)
{
    *s = (struct made_ship){.lat = roll(-50, 60),
                            .lon = roll(-179, 179),
                            .cog = roll(0, 360),
                            .due_s = (uint32_t)throw_dice(EVERY_S)};
    if (throw_dice(5) < 2)
        s->kn = roll(6, 18);
}

/* The ship moves on; what its receiver says has the noise of GNSS, 5 m, and at rest the
 * course is anything. The next fix comes some seconds early or late. */
static void hear_ship(struct made_ship *s, uint32_t at_s, struct track_fix *ret_fix)
{
    double m = s->kn * 1852 / 3600 * EVERY_S, rad = s->cog * 3.141592653589793 / 180;
    s->lat += m * cos(rad) / METRES_A_DEGREE;
    s->lon += m * sin(rad) / METRES_A_DEGREE;
    s->cog = fmod(s->cog + roll(-3, 3) + 360, 360);
    double lat = s->lat + roll(-5, 5) / METRES_A_DEGREE;
    double lon = s->lon + roll(-5, 5) / METRES_A_DEGREE;
    bool is_moving = s->kn > 0;
    *ret_fix = (struct track_fix){
        .time_ms = ((int64_t)BEGIN_S + at_s) * SECOND_MS,
        .pos = {(int32_t)lround(fmin(fmax(lat, -85), 85) * 1e7),
                (int32_t)lround(remainder(lon, 360) * 1e7)},
        .has = FIX_SOG | FIX_COG | FIX_HEADING | FIX_NAV_STATUS,
        .sog_dkn = (uint16_t)lround(fmax(0, s->kn + roll(-0.2, 0.2)) * 10),
        .cog_ddeg = (uint16_t)(lround((is_moving ? s->cog : roll(0, 360)) * 10) % 3600),
        .heading_deg = (uint16_t)(lround(s->cog) % 360),
        .nav_status = is_moving ? 0 : 5};
    s->due_s = at_s + EVERY_S - 5 + (uint32_t)throw_dice(11);
}

static uint32_t mmsi_of(size_t ship)
{
    return (uint32_t)(200000000 + ship * 55555 % 600000000);
}

static uint64_t play_day(struct store *s, struct made_ship *ships, size_t count)
{
    uint64_t fixes = 0;
    for (uint32_t at_s = 0; at_s < DAY_MS / SECOND_MS; at_s += STEP_S) {
        struct store_batch *b = store_batch_create();
        for (size_t i = 0; i < count; i++) {
            struct track_fix fix;
            const struct engine_fix told = {mmsi_of(i), 1, &fix};
            if (ships[i].due_s >= at_s + STEP_S)
                continue;
            hear_ship(&ships[i], ships[i].due_s, &fix);
            if (b == NULL || store_batch_fix(b, &told) != 0)
                abort();
            fixes++;
        }
        while (store_queued_bytes(s) > 1u << 20)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (store_submit(s, b) != 0)
            abort();
    }
    if (!store_flush(s, 600000))
        abort();
    return fixes;
}

static int count_fix(void *context, const struct engine_fix *fix)
{
    (void)fix;
    ++*(uint64_t *)context;
    return 0;
}

static double read_days(const char *directory, size_t count)
{
    struct store_reader *r = NULL;
    uint64_t damaged = 0, fixes = 0;
    if (store_reader_open(directory, &r, NULL) != 0)
        abort();
    double begin = now_s();
    for (size_t i = 0; i < count; i++) {
        const struct query_fixes q = {mmsi_of(i), TIME_NONE, TIME_NONE};
        if (query_fixes_walk(r, &q, count_fix, &fixes, &damaged) != 0 || damaged != 0)
            abort();
    }
    double ms = (now_s() - begin) * 1000 / (double)count;
    store_reader_close(r);
    return fixes != 0 ? ms : -1;
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
    char directory[512], path[600];
    struct stat st;
    struct made_ship *ships = calloc(count, sizeof *ships);
    snprintf(directory, sizeof directory, "%s", fixture_directory());
    snprintf(path, sizeof path, "%s/lookout.db", directory);
    struct store *s = fixture_open(directory);
    for (size_t i = 0; ships != NULL && i < count; i++)
        make_ship(&ships[i]);
    double begin = now_s();
    uint64_t fixes = play_day(s, ships, count);
    double seconds = now_s() - begin;
    store_close(s);
    if (stat(path, &st) != 0)
        abort();
    double mb = (double)st.st_size / 1e6 * 10000 / (double)count;
    fprintf(stderr, "%llu fixes, %.1f bytes each\n", (unsigned long long)fixes,
            (double)st.st_size / (double)fixes);
    printf("{\"bench\":\"fixes_day\",\"value\":%.1f,\"unit\":\"MB\",\"must_max\":60,"
           "\"aim\":50}\n",
           mb);
    printf("{\"bench\":\"fixes_kept\",\"value\":%.0f,\"unit\":\"fixes/s\"}\n",
           (double)fixes / seconds);
    printf("{\"bench\":\"fixes_read_day\",\"value\":%.2f,\"unit\":\"ms\"}\n",
           read_days(directory, count < 200 ? count : 200));
    fixture_remove(directory);
    free(ships);
    return 0;
}
