/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests housekeeping: what is pruned and what never is, the quota, the log
 * folded back, and when a commit comes. The test waits for conditions with a bound,
 * never for a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/storetest.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/sys/clock.h"

/* Waits until `is_so` holds; fails after some 20 s. */
static void wait_for(bool (*is_so)(void *context), void *context)
{
    for (int i = 0; i < 20000; i++) {
        if (is_so(context))
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fail_msg("it never came");
}

static void settle(struct store *s, struct store_reader *r, enum store_state state)
{
    int64_t rows[4096];
    size_t n = storetest_pending(r, "desk", rows, 4096);
    for (size_t i = 0; i < n; i++) {
        struct store_outcome o = {.outbox = rows[i], .state = state};
        assert_int_equal(store_outcomes(s, &o, 1), 0);
    }
    assert_true(store_flush(s, 10000));
}

struct wanted {
    struct store_reader *r;
    uint64_t alerts, records;
};

static int count_line(void *context, int64_t row_id, const char *json)
{
    (void)row_id;
    (void)json;
    ++*(uint64_t *)context;
    return 0;
}

static bool is_pruned_to(void *context)
{
    struct wanted *w = context;
    struct store_counts counts;
    uint64_t records = 0;
    struct store_filter f = {.since_ms = TIME_NONE};
    assert_int_equal(store_reader_counts(w->r, NULL, &counts), 0);
    assert_int_equal(query_calls(w->r, &f, count_line, &records), 0);
    assert_true(counts.alerts >= w->alerts && records >= w->records);
    return counts.alerts == w->alerts && records == w->records;
}

static const struct conf_retain retain = {
    .calls_ms = DAY_MS, .voyages_ms = DAY_MS, .alerts_ms = DAY_MS};

static void test_prune_by_age(void **state)
{
    struct storetest *t = *state;
    struct store_reader *r = t->reader;
    storetest_put(t->store, 0, 300, 1, 1000); /* delivered */
    settle(t->store, r, STORE_DELIVERED);
    storetest_put(t->store, 300, 310, 1, 1000); /* given up */
    settle(t->store, r, STORE_DEAD);
    storetest_put(t->store, 310, 315, 1, 1000); /* waiting: kept */
    storetest_put(t->store, 315, 320, 0, 1000); /* for no webhook */
    storetest_put(t->store, 320, 330, 1, DAY_MS);
    settle(t->store, r, STORE_DELIVERED);       /* the five as well, for now */
    storetest_put(t->store, 330, 333, 1, 1000); /* waiting, old, behind younger rows */
    struct err err = {0};
    char id[HASH_ID_BYTES];
    fixture_id(312, id);
    const char *ids[] = {id};
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, NULL, &err), 1);
    store_prune(t->store, &retain, DAY_MS + 2000);
    struct wanted w = {r, 1 + 10 + 3, 0};
    wait_for(is_pruned_to, &w);
    /* Waiting alerts are still there, with their bodies. */
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 4);
    /* A delivered alert may be pruned, but not the newest row: its number is not given
     * twice. */
    int64_t newest = store_reader_last_alert(r);
    settle(t->store, r, STORE_DELIVERED);
    store_prune(t->store, &retain, 3 * DAY_MS);
    w.alerts = 1;
    wait_for(is_pruned_to, &w);
    assert_int_equal(store_reader_last_alert(r), newest);
    storetest_put(t->store, 400, 401, 1, 1000);
    assert_int_equal(store_reader_last_alert(r), newest + 1);
}

static char port_name[] = "Nampo";
static const struct port nampo = {.locode = "KPNAM", .name = port_name};

static void put_call(struct store *s, uint32_t mmsi)
{
    struct store_batch *b = store_batch_create();
    struct engine_call c = {.mmsi = mmsi, .event = CALL_ARRIVED, .port = &nampo};
    c.call.since_ms = 1;
    struct engine_voyage v = {.mmsi = mmsi, .from = &nampo, .to = &nampo};
    assert_int_equal(store_batch_call(b, &c), 0);
    assert_int_equal(store_batch_voyage(b, &v), 0);
    storetest_submit(s, b);
}

/* Calls and voyages are pruned by the time of their recording, not of their events: a
 * recording of years ago is kept as long as one of today. */
static void test_prune_calls(void **state)
{
    struct storetest *t = *state;
    struct store_reader *r = t->reader;
    for (uint32_t i = 0; i < 250; i++)
        put_call(t->store, 440000000 + i);
    int64_t now_ms = clock_wall_ms();
    struct wanted w = {r, 1, 500};
    storetest_put(t->store, 0, 1, 0, 1000);
    storetest_put(t->store, 1, 2, 0, 1000);
    store_prune(t->store, &retain, now_ms);
    wait_for(is_pruned_to, &w);                     /* the older alert went, no call */
    struct conf_retain some = {.calls_ms = DAY_MS}; /* 0: for ever */
    store_prune(t->store, &some, now_ms + 2 * DAY_MS);
    w.records = 250;
    wait_for(is_pruned_to, &w);
    store_prune(t->store, &retain, now_ms + 2 * DAY_MS);
    w.records = 0;
    wait_for(is_pruned_to, &w);
}

static bool is_below_quota(void *context)
{
    struct wanted *w = context;
    struct store_counts counts;
    assert_int_equal(store_reader_counts(w->r, NULL, &counts), 0);
    /* The 500 waiting rows and the 500 dead ones, and others as far as they fit. */
    return counts.alerts <= w->alerts && counts.pending == 500 && counts.dead == 500;
}

static void test_quota(void **state)
{
    struct store_options options = {.directory = *state};
    struct store *s = NULL;
    assert_int_equal(store_open(&options, &s, NULL), 0);
    store_set_quota(s, 4 << 20);
    struct store_reader *r = storetest_reader(*state);
    storetest_put(s, 0, 500, 1, DAY_MS);
    settle(s, r, STORE_DEAD);
    storetest_put(s, 500, 2500, 1, DAY_MS);
    settle(s, r, STORE_DELIVERED);
    storetest_put(s, 3000, 3500, 1, DAY_MS); /* waiting */
    storetest_put(s, 4000, 9000, 0, DAY_MS);
    store_prune(s, &retain, DAY_MS + 1); /* nothing is old */
    struct wanted w = {.r = r, .alerts = (4 << 20) / 700};
    wait_for(is_below_quota, &w);
    struct store_counts counts;
    assert_int_equal(store_reader_counts(r, NULL, &counts), 0);
    assert_true(counts.alerts > 3000);
    store_reader_close(r);
    store_close(s);
}

struct files {
    char wal[600];
    char database[600];
    off_t size;
};

static bool is_folded_back(void *context)
{
    const struct files *f = context;
    struct stat st;
    return stat(f->wal, &st) == 0 && st.st_size == 0;
}

static bool is_smaller(void *context)
{
    const struct files *f = context;
    struct stat st;
    return stat(f->database, &st) == 0 && st.st_size < f->size / 2;
}

static void test_log_and_free_pages_are_given_back(void **state)
{
    struct files f;
    snprintf(f.wal, sizeof f.wal, "%s/lookout.db-wal", (char *)*state);
    snprintf(f.database, sizeof f.database, "%s/lookout.db", (char *)*state);
    struct store *s = fixture_open(*state);
    for (uint64_t n = 0; n < 40000; n += 4000)
        storetest_put(s, n, n + 4000, 0, 1000);
    wait_for(is_folded_back, &f);
    struct stat st;
    assert_int_equal(stat(f.database, &st), 0);
    f.size = st.st_size;
    assert_true(f.size > 40000 * 700);
    store_prune(s, &retain, 2 * DAY_MS);
    wait_for(is_smaller, &f);
    store_close(s);
    assert_true(stat(f.wal, &st) != 0);
}

static void on_commit(void *context)
{
    int *count = context;
    ++*count;
}

/* Batches that come during a commit or within its 20 ms are committed together. */
static void test_group_commit(void **state)
{
    int count = 0;
    struct store_options options = {
        .directory = *state, .on_commit = on_commit, .context = &count};
    struct store *s = NULL;
    assert_int_equal(store_open(&options, &s, NULL), 0);
    for (uint64_t n = 0; n < 500; n++) {
        struct store_batch *b = store_batch_create();
        storetest_add(b, n, 300, 1, 1);
        assert_int_equal(store_submit(s, b), 0);
    }
    assert_true(store_flush(s, 10000));
    struct store_health health;
    store_health(s, &health);
    assert_true(health.commits < 250);
    assert_true(clock_monotonic_ms() - health.last_commit_ms < 60000);
    store_close(s);
    assert_int_equal(count, (int)health.commits);
    /* There is nothing to send, so there is no call. */
    count = 0;
    assert_int_equal(store_open(&options, &s, NULL), 0);
    storetest_put(s, 1000, 1001, 0, 1);
    store_close(s);
    assert_int_equal(count, 0);
}

/* Closing writes what is queued. */
static void test_close_flushes(void **state)
{
    struct store *s = fixture_open(*state);
    struct store_batch *b = store_batch_create();
    storetest_add(b, 1, 300, 1, 1);
    assert_int_equal(store_submit(s, b), 0);
    store_close(s);
    struct store_reader *r = storetest_reader(*state);
    assert_true(store_reader_last_alert(r) == 1);
    store_reader_close(r);
}

TEST_MAIN(NULL, NULL, TEST_OF_STORE(test_prune_by_age), TEST_OF_STORE(test_prune_calls),
          TEST_IN_DIRECTORY(test_quota),
          TEST_IN_DIRECTORY(test_log_and_free_pages_are_given_back),
          TEST_IN_DIRECTORY(test_group_commit), TEST_IN_DIRECTORY(test_close_flushes))
