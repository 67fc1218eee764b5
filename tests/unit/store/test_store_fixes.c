/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes that are kept: what is read is what was given, to the resolution of a pack; what
 * is damaged is left out and counted; what is old, not wanted or too much goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "lib/storetest.h"
#include "lookout/base/time.h"
#include "lookout/track/fix_pack.h"

enum { HOUR = 475000, SHIPS = 5, MINUTES = 180 };
#define BEGIN_MS (HOUR * HOUR_MS)

static struct track_fix fix_at(uint32_t ship, int minute)
{
    return (struct track_fix){
        .time_ms = BEGIN_MS + minute * MINUTE_MS + 700,
        .pos = {.lat_e7 = (int32_t)(345000000 + minute * 5000),
                .lon_e7 = (int32_t)(1277000000 - minute * 7001 - (int)ship * 100000)},
        .has = FIX_SOG | FIX_COG,
        .sog_dkn = (uint16_t)(100 + minute % 7),
        .cog_ddeg = (uint16_t)(minute * 10)};
}

static uint32_t mmsi_of(uint32_t ship)
{
    return ship == 0 ? 999999999 : 440000000 + ship;
}

static void put_fix(struct store_batch *b, uint32_t mmsi, uint32_t track,
                    const struct track_fix *fix)
{
    const struct engine_fix f = {.mmsi = mmsi, .track = track, .fix = fix};
    assert_int_equal(store_batch_fix(b, &f), 0);
}

/* Three hours of five ships, a commit a minute. */
static void put_hours(struct store *s)
{
    for (int minute = 0; minute < MINUTES; minute++) {
        struct store_batch *b = store_batch_create();
        for (uint32_t ship = 0; ship < SHIPS; ship++) {
            struct track_fix fix = fix_at(ship, minute);
            put_fix(b, mmsi_of(ship), ship == 1 && minute % 2 == 1 ? 2 : 1, &fix);
        }
        assert_false(store_batch_is_empty(b));
        assert_int_equal(store_submit(s, b), 0);
    }
    assert_true(store_flush(s, 60000));
}

struct seen {
    uint32_t ship;
    int next;  /* the minute that comes next */
    int count; /* of fixes */
    int stop_at;
};

static int see_fix(void *context, const struct engine_fix *read)
{
    struct seen *seen = context;
    struct track_fix fix = fix_at(seen->ship, seen->next);
    fix_pack_round(&fix);
    assert_int_equal(read->mmsi, mmsi_of(seen->ship));
    assert_int_equal(read->track, 1 + (seen->ship == 1 && seen->next % 2 == 1));
    assert_true(read->fix->time_ms == fix.time_ms);
    assert_int_equal(read->fix->pos.lat_e7, fix.pos.lat_e7);
    assert_int_equal(read->fix->pos.lon_e7, fix.pos.lon_e7);
    assert_int_equal(read->fix->sog_dkn, fix.sog_dkn);
    assert_int_equal(read->fix->cog_ddeg, fix.cog_ddeg);
    seen->next++;
    return ++seen->count == seen->stop_at ? 77 : 0;
}

static int walk(struct store_reader *r, struct seen *seen, int64_t since_ms,
                int64_t until_ms, uint64_t *ret_damaged)
{
    const struct query_fixes q = {mmsi_of(seen->ship), since_ms, until_ms};
    return query_fixes_walk(r, &q, see_fix, seen, ret_damaged);
}

static void test_kept(void **state)
{
    struct storetest *t = *state;
    uint64_t damaged = 9;
    struct seen nothing = {.ship = 1};
    assert_int_equal(walk(t->reader, &nothing, TIME_NONE, TIME_NONE, &damaged),
                     ERR_NOT_FOUND);
    put_hours(t->store);
    for (uint32_t ship = 0; ship < SHIPS; ship++) {
        struct seen all = {.ship = ship};
        assert_int_equal(walk(t->reader, &all, TIME_NONE, TIME_NONE, &damaged), 0);
        assert_int_equal(all.count, MINUTES);
        assert_int_equal(damaged, 0);
    }
    /* From the minute 50 to before the minute 130, times being cut to seconds. */
    struct seen part = {.ship = 2, .next = 50};
    assert_int_equal(walk(t->reader, &part, BEGIN_MS + 50 * MINUTE_MS,
                          BEGIN_MS + 130 * MINUTE_MS, &damaged),
                     0);
    assert_int_equal(part.count, 80);
    struct seen some = {.ship = 3, .stop_at = 10};
    assert_int_equal(walk(t->reader, &some, TIME_NONE, TIME_NONE, &damaged), 77);
    assert_int_equal(some.count, 10);
    struct seen other = {.ship = 4};
    assert_int_equal(
        walk(t->reader, &other, BEGIN_MS + 99 * HOUR_MS, TIME_NONE, &damaged), 0);
    assert_int_equal(other.count, 0);
}

static int count_fix(void *context, const struct engine_fix *read)
{
    (void)read;
    ++*(int *)context;
    return 0;
}

static int count_kept(struct store_reader *r, uint32_t mmsi, uint64_t *ret_damaged)
{
    int count = 0;
    const struct query_fixes q = {mmsi, TIME_NONE, TIME_NONE};
    int rc = query_fixes_walk(r, &q, count_fix, &count, ret_damaged);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    return count;
}

/* One a second of a track; a late one of another track comes in its turn. */
static void test_same_second(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    struct track_fix fix = fix_at(1, 0);
    uint64_t damaged = 0;
    put_fix(b, 440000001, 1, &fix);
    fix.time_ms += 299; /* still 0:00:00 */
    put_fix(b, 440000001, 1, &fix);
    put_fix(b, 440000001, 2, &fix);
    fix.time_ms += 1;
    put_fix(b, 440000001, 1, &fix);
    fix.pos.lat_e7 = INT32_MAX; /* nowhere */
    fix.time_ms += 5000;
    put_fix(b, 440000001, 1, &fix);
    fix.pos.lat_e7 = 1;
    put_fix(b, 440000001, 1, &fix);
    storetest_submit(t->store, b);
    assert_int_equal(count_kept(t->reader, 440000001, &damaged), 4);
}

static void change(const char *directory, const char *sql)
{
    char path[600];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/lookout.db", directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_changes(db), 1);
    sqlite3_close(db);
}

/* Of ship 2 the middle hour is another than was written, of ship 3 the last one is torn:
 * with its sum, as no reader but the pack's can tell. */
static void test_damaged(void **state)
{
    struct storetest *t = *state;
    char sql[300];
    uint64_t damaged = 0;
    put_hours(t->store);
    snprintf(sql, sizeof sql,
             "UPDATE fixes SET pack = X'01' || substr(pack, 2, 50) WHERE row = %lld",
             ((long long)HOUR + 1) * (1 << 30) + mmsi_of(2));
    change(t->directory, sql);
    assert_int_equal(count_kept(t->reader, mmsi_of(2), &damaged), 120);
    assert_int_equal(damaged, 1);
    snprintf(sql, sizeof sql,
             "UPDATE fixes SET pack = substr(pack, 1, length(pack) - 1), sum = NULL"
             " WHERE row = %lld",
             ((long long)HOUR + 2) * (1 << 30) + mmsi_of(3));
    change(t->directory, sql);
    assert_int_equal(count_kept(t->reader, mmsi_of(3), &damaged), 179);
    assert_int_equal(damaged, 1);
    assert_int_equal(count_kept(t->reader, mmsi_of(4), &damaged), 180);
    assert_int_equal(damaged, 0);
    /* What is added to the damaged hour begins it anew. */
    struct store_batch *b = store_batch_create();
    struct track_fix fix = fix_at(2, 119);
    put_fix(b, mmsi_of(2), 1, &fix);
    storetest_submit(t->store, b);
    assert_int_equal(count_kept(t->reader, mmsi_of(2), &damaged), 121);
    assert_int_equal(damaged, 0);
}

static void wait_for_fixes(struct store_reader *r, int fixes)
{
    uint64_t damaged = 0;
    int count = -1;
    for (int i = 0; i < 20000 && count != fixes; i++) {
        if (count >= 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        count = count_kept(r, mmsi_of(1), &damaged);
    }
    assert_int_equal(count, fixes);
}

static void test_pruned(void **state)
{
    struct storetest *t = *state;
    struct conf_retain retain = {.fixes_ms = 2 * HOUR_MS};
    put_hours(t->store);
    /* An hour ahead of the clock is no measure of age, and is kept. */
    struct store_batch *b = store_batch_create();
    struct track_fix ahead = fix_at(1, 0);
    ahead.time_ms += 1000 * HOUR_MS;
    put_fix(b, mmsi_of(1), 1, &ahead);
    storetest_submit(t->store, b);
    /* The clock is 100 h ahead of the recording, whose last hour is the measure. */
    store_prune(t->store, &retain, BEGIN_MS + 100 * HOUR_MS);
    wait_for_fixes(t->reader, MINUTES + 1);
    retain.fixes_ms = HOUR_MS;
    store_prune(t->store, &retain, BEGIN_MS + 100 * HOUR_MS);
    wait_for_fixes(t->reader, 121);
    /* Not wanted any more: but for the newest hour or two. */
    retain.fixes_ms = 0;
    store_prune(t->store, &retain, BEGIN_MS + 2000 * HOUR_MS);
    wait_for_fixes(t->reader, 1);
}

/* For room fixes go before alerts. */
static void test_first_to_go(void **state)
{
    struct storetest *t = *state;
    struct conf_retain retain = {.fixes_ms = 100 * HOUR_MS};
    struct store_counts counts;
    storetest_put(t->store, 0, 1000, 0, BEGIN_MS);
    put_hours(t->store);
    store_set_quota(t->store, 1 << 10);
    retain.alerts_ms = 400 * DAY_MS;
    store_set_quota(t->store, 1000 * 700);
    store_prune(t->store, &retain, BEGIN_MS);
    wait_for_fixes(t->reader, 0);
    assert_int_equal(store_reader_counts(t->reader, NULL, &counts), 0);
    assert_true(counts.alerts > 300);
}

static void test_geojson(void **state)
{
    struct query_tracks tracks = {0};
    struct buf out = {0};
    struct track_fix a = {.time_ms = 0, .pos = {-345000000, -1799999990}}, b = a;
    b.time_ms = 1000;
    b.pos.lon_e7 = 4;
    const struct engine_fix fixes[] = {{1, 2, &a}, {1, 1, &b}, {1, 1, &a}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(query_tracks_add(&tracks, &fixes[i]), 0);
    assert_int_equal(query_tracks_write(&tracks, 440000001, true, &out), 0);
    assert_string_equal(
        buf_text(&out),
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
        "[[-179.999999,-34.500000],[0.000000,-34.500000]]},\"properties\":{"
        "\"mmsi\":440000001,\"track\":1,\"times\":[\"1970-01-01T00:00:00Z\","
        "\"1970-01-01T00:00:01Z\"],\"complete\":true}},"
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":"
        "[-179.999999,-34.500000]},\"properties\":{\"mmsi\":440000001,\"track\":2,"
        "\"times\":[\"1970-01-01T00:00:00Z\"],\"complete\":true}}");
    query_tracks_finish(&tracks);
    buf_finish(&out);
}

TEST_MAIN(NULL, NULL, TEST_OF_STORE(test_kept), TEST_OF_STORE(test_same_second),
          TEST_OF_STORE(test_damaged), TEST_OF_STORE(test_pruned),
          TEST_OF_STORE(test_first_to_go), TEST(test_geojson))
