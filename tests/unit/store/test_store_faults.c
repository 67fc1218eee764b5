/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the store on a disk that fails: whatever call fails, the accepted
 * batches are there in the end, whole and once, and no fault is taken for damage. */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "lib/fault_vfs.h"
#include "lib/storetest.h"
#include "lookout/base/time.h"

/* --- memory of SQLite's that runs out at the n-th request --- */

static sqlite3_mem_methods real_memory;
static atomic_uint memory_calls, memory_fail_at, memory_failed;

static bool memory_is_struck(void)
{
    unsigned n = atomic_fetch_add(&memory_calls, 1) + 1;
    bool strikes = n == atomic_load(&memory_fail_at);
    if (strikes)
        atomic_fetch_add(&memory_failed, 1);
    return strikes;
}

static void *failing_malloc(int n)
{
    return memory_is_struck() ? NULL : real_memory.xMalloc(n);
}

static void *failing_realloc(void *p, int n)
{
    return memory_is_struck() ? NULL : real_memory.xRealloc(p, n);
}

static void memory_fail(unsigned n)
{
    atomic_store(&memory_fail_at, 0);
    atomic_store(&memory_calls, 0);
    atomic_store(&memory_failed, 0);
    atomic_store(&memory_fail_at, n);
}

static int group_setup(void **state)
{
    sqlite3_mem_methods failing;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory) != SQLITE_OK)
        return 1;
    failing = real_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK;
}

/* --- helpers --- */

static int setup(void **state)
{
    fault_vfs_install();
    return storetest_directory_setup(state);
}

static int teardown(void **state)
{
    memory_fail(0);
    fault_vfs_remove();
    return storetest_directory_teardown(state);
}

struct heard {
    atomic_uint errors, commits;
    char text[512]; /* of the first error; read once `errors` is not 0 */
};

static void on_error(void *context, const char *text)
{
    struct heard *h = context;
    if (atomic_load(&h->errors) == 0)
        snprintf(h->text, sizeof h->text, "%s", text);
    atomic_fetch_add(&h->errors, 1);
}

static void on_commit(void *context)
{
    struct heard *h = context;
    atomic_fetch_add(&h->commits, 1);
}

static int open_store(const char *directory, struct heard *h, struct store **ret_store,
                      struct err *err)
{
    struct store_options options = {.directory = directory,
                                    .exclusive = true,
                                    .on_commit = on_commit,
                                    .on_error = on_error,
                                    .context = h};
    return store_open(&options, ret_store, err);
}

static struct store *open_sound(const char *directory, struct heard *h)
{
    struct store *s = NULL;
    assert_int_equal(open_store(directory, h, &s, NULL), 0);
    return s;
}

/* Makes batch k: the engine's record and two vessels contain k, and there are two
 * alerts. */
static struct store_batch *batch(uint64_t k)
{
    struct store_batch *b = store_batch_create();
    assert_non_null(b);
    for (uint64_t i = 0; i < 2; i++)
        storetest_add(b, 2 * k + i, 3000, 1, 1);
    assert_int_equal(store_batch_vessel(b, 445000001, &k, sizeof k), 0);
    assert_int_equal(store_batch_vessel(b, 445000002, &k, sizeof k), 0);
    assert_int_equal(store_batch_engine(b, &k, sizeof k), 0);
    return b;
}

static int check_vessel(void *context, uint32_t mmsi, const void *record, size_t n)
{
    (void)mmsi;
    assert_int_equal(n, sizeof(uint64_t));
    assert_memory_equal(context, record, n);
    return 0;
}

/* Asserts that batches 0..last are there, whole and once, and no others. */
static void check(const char *directory, uint64_t last)
{
    struct store_reader *r = storetest_reader(directory);
    struct buf out = {0};
    assert_int_equal(store_reader_engine(r, &out), 0);
    assert_int_equal(out.length, sizeof last);
    assert_memory_equal(out.data, &last, sizeof last);
    assert_int_equal(store_reader_vessels(r, check_vessel, &last), 0);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 2 * (last + 1));
    buf_finish(&out);
    store_reader_close(r);
}

static void assert_nothing_set_aside(const char *directory)
{
    DIR *d = opendir(directory);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strstr(e->d_name, "damaged") != NULL)
            fail_msg("%s was set aside", e->d_name);
    closedir(d);
}

static void clear(const char *directory)
{
    fixture_remove(directory);
    assert_int_equal(mkdir(directory, 0700), 0);
}

/* Opens, and tries once more when the fault met the opening itself. */
static struct store *open_at_last(const char *directory, struct heard *h)
{
    struct store *s = NULL;
    struct err err = {0};
    if (open_store(directory, h, &s, &err) != 0) {
        assert_true(err.text[0] != '\0');
        assert_true(err.code == ERR_IO || err.code == ERR_NOMEM);
        if (open_store(directory, h, &s, &err) != 0)
            fail_msg("%s", err.text);
    }
    return s;
}

/* --- tests --- */

static void test_commits_are_synced(void **state)
{
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    for (uint64_t k = 0; k < 20; k++) {
        storetest_submit(s, batch(k));
        assert_true(fault_vfs_log_is_synced());
    }
    store_close(s);
    assert_int_equal(atomic_load(&h.commits), 20);
    check(*state, 19);
}

/* One call fails, at every place where a file is changed, from the first open to the
 * close. */
static void test_every_file_call_fails_once(void **state)
{
    unsigned n = 0, struck = 0;
    do {
        clear(*state);
        fault_vfs_fail(++n, false);
        struct heard h = {0};
        struct store *s = open_at_last(*state, &h);
        for (uint64_t k = 0; k < 3; k++) {
            storetest_submit(s, batch(k));
        }
        store_close(s);
        struck = fault_vfs_failed();
        fault_vfs_fail(0, false);
        check(*state, 2);
        assert_nothing_set_aside(*state);
        s = open_at_last(*state, &h);
        store_close(s);
        check(*state, 2);
    } while (struck != 0);
    assert_true(n > 20);
    print_message("%u calls that change a file\n", n - 1);
}

/* From the n-th call on nothing can be written, until the disk works again. */
static void test_every_file_call_fails_for_long(void **state)
{
    unsigned n = 0, struck = 0;
    do {
        clear(*state);
        struct heard h = {0};
        struct store *s = open_at_last(*state, &h);
        fault_vfs_fail(++n, true);
        assert_int_equal(store_submit(s, batch(0)), 0);
        bool is_durable = store_flush(s, 30);
        assert_int_equal(store_submit(s, batch(1)), 0);
        is_durable = store_flush(s, 30) && is_durable;
        struck = fault_vfs_failed();
        struct store_health health;
        store_health(s, &health);
        assert_true(is_durable || health.is_failing || struck == 0);
        fault_vfs_fail(0, false);
        assert_true(store_flush(s, 10000));
        store_health(s, &health);
        assert_false(health.is_failing);
        assert_int_equal(store_queued_bytes(s), 0);
        if (!is_durable && struck != 0)
            assert_true(atomic_load(&h.errors) != 0);
        store_close(s);
        check(*state, 1);
        assert_nothing_set_aside(*state);
    } while (struck != 0);
    assert_true(n > 5);
}

/* From the n-th call on nothing can be written while the database is made: a reader
 * finds nothing yet or all of it, as after a kill at that instant. */
static void test_a_new_database_is_whole_or_none(void **state)
{
    unsigned n = 0, struck = 0;
    do {
        clear(*state);
        struct heard h = {0};
        struct store *s = NULL;
        fault_vfs_fail(++n, true);
        bool is_open = open_store(*state, &h, &s, NULL) == 0;
        struck = fault_vfs_failed();
        fault_vfs_fail(0, false);
        struct store_reader *r = NULL;
        struct err err = {0};
        int code = store_reader_open(*state, &r, &err);
        if (code != 0 && (is_open || code != ERR_NOT_FOUND))
            fail_msg("call %u: %s", n, err.text);
        store_reader_close(r);
        store_close(s);
    } while (struck != 0);
    assert_true(n > 10);
}

static void test_memory_runs_out(void **state)
{
    /* Every request of the opening fails in turn; then every request of the commits. */
    unsigned n = 0, struck = 0;
    do {
        clear(*state);
        memory_fail(++n);
        struct heard h = {0};
        struct store *s = NULL;
        struct err err = {0};
        int code = open_store(*state, &h, &s, &err);
        struck = atomic_load(&memory_failed);
        memory_fail(0);
        if (code != 0) {
            assert_int_equal(code, ERR_NOMEM);
            s = open_at_last(*state, &h);
        }
        storetest_submit(s, batch(0));
        store_close(s);
        check(*state, 0);
        assert_nothing_set_aside(*state);
        n += n / 8; /* all of the first, later ever fewer: they repeat */
    } while (struck != 0);
    n = 0;
    do {
        clear(*state);
        struct heard h = {0};
        struct store *s = open_at_last(*state, &h);
        memory_fail(++n);
        storetest_submit(s, batch(0));
        struck = atomic_load(&memory_failed);
        memory_fail(0);
        store_close(s);
        check(*state, 0);
    } while (struck != 0);
}

static void fill_until_full(struct store *s, struct heard *h, uint64_t *k)
{
    while (atomic_load(&h->errors) == 0) {
        assert_int_equal(store_submit(s, batch((*k)++)), 0);
        if (!store_flush(s, 20) && *k > 5000)
            fail_msg("the disk does not fill");
    }
}

static void test_disk_full(void **state)
{
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    fault_vfs_limit(1 << 20);
    uint64_t k = 0;
    fill_until_full(s, &h, &k);
    assert_non_null(strstr(h.text, "full"));
    struct store_health health;
    store_health(s, &health);
    assert_true(health.is_failing);
    assert_non_null(strstr(health.text, "full"));
    assert_int_equal(store_submit(s, batch(k++)), 0); /* more may come meanwhile */
    fault_vfs_limit(0);
    assert_true(store_flush(s, 10000));
    store_close(s);
    check(*state, k - 1);
    assert_nothing_set_aside(*state);
}

/* The kernel does the same: a limit on the size of files gives EFBIG. */
static void test_file_too_big(void **state)
{
    struct heard h = {0};
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct store *s = open_sound(*state, &h);
    small = before;
    small.rlim_cur = 1 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    uint64_t k = 0;
    fill_until_full(s, &h, &k);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(h.text, "lookout.db"));
    assert_true(store_flush(s, 10000));
    store_close(s);
    check(*state, k - 1);
    assert_nothing_set_aside(*state);
}

static void test_queue_is_bounded(void **state)
{
    struct heard h = {0};
    struct store_options options = {.directory = *state,
                                    .queue_bytes = 50000,
                                    .on_error = on_error,
                                    .on_commit = on_commit,
                                    .context = &h};
    struct store *s = NULL;
    assert_int_equal(store_open(&options, &s, NULL), 0);
    fault_vfs_fail(1, true);
    uint64_t k = 0;
    int code = 0;
    while (code == 0)
        code = store_submit(s, batch(k++));
    assert_int_equal(code, ERR_LIMIT); /* that batch is queued, too */
    assert_true(store_queued_bytes(s) > 50000 && store_queued_bytes(s) < 60000);
    struct store_health health;
    store_health(s, &health);
    assert_true(health.is_full);
    uint64_t accepted = k;
    while (code == ERR_LIMIT)
        if ((code = store_submit(s, batch(accepted))) == ERR_LIMIT)
            accepted++;
    assert_int_equal(code, ERR_NOMEM);
    assert_true(store_queued_bytes(s) <= 200000);
    store_health(s, &health);
    assert_int_equal(health.refused, 1);
    fault_vfs_fail(0, false);
    assert_true(store_flush(s, 10000));
    store_close(s);
    check(*state, accepted - 1);
}

/* Closing with a dead disk ends, and reports that something is lost. */
static void test_close_over_a_dead_disk(void **state)
{
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    storetest_submit(s, batch(0));
    fault_vfs_fail(1, true);
    assert_int_equal(store_submit(s, batch(1)), 0);
    store_close(s);
    assert_true(atomic_load(&h.errors) > 0);
    fault_vfs_fail(0, false);
    check(*state, 0);
}

TEST_MAIN(group_setup, NULL, TEST_WITH(test_commits_are_synced, setup, teardown),
          TEST_WITH(test_every_file_call_fails_once, setup, teardown),
          TEST_WITH(test_every_file_call_fails_for_long, setup, teardown),
          TEST_WITH(test_a_new_database_is_whole_or_none, setup, teardown),
          TEST_WITH(test_memory_runs_out, setup, teardown),
          TEST_WITH(test_disk_full, setup, teardown),
          TEST_WITH(test_file_too_big, setup, teardown),
          TEST_WITH(test_queue_is_bounded, setup, teardown),
          TEST_WITH(test_close_over_a_dead_disk, setup, teardown))
