/* SPDX-License-Identifier: Apache-2.0 */
/* A child submits batches and is killed at any instant. Each batch that was reported
 * durable is there, whole; each other batch is there whole or not at all, in order. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/storetest.h"
#include "lookout/base/time.h"

#define VESSELS 5
#define ALERTS 3

static const char *const both[] = {"desk", "siem"};

static uint64_t seed_of_run(void)
{
    const char *given = getenv("LOOKOUT_SEED");
    if (given != NULL)
        return strtoull(given, NULL, 10);
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000003u + (uint64_t)t.tv_nsec;
}

/* --- the child: no assertions of cmocka here --- */

static void put(struct store_batch *b, uint64_t k)
{
    int code = store_batch_engine(b, &k, sizeof k);
    for (uint32_t i = 0; i < VESSELS; i++)
        code |= store_batch_vessel(b, 445000001 + i, &k, sizeof k);
    code |= store_batch_feed(b, "tape", &k, sizeof k);
    for (uint64_t i = 0; i < ALERTS; i++) {
        struct alert a;
        fixture_alert(k * ALERTS + i, 600 + k % 7 * 900, &a);
        code |= store_batch_alert(b, &a, both, 2, 1);
        free(a.body);
    }
    if (code != 0)
        _exit(3);
}

/* Reports each durable batch as 8 bytes on fd, until it is killed. */
static void child(const char *directory, uint64_t first, struct test_random random,
                  int fd)
{
    struct store_options options = {.directory = directory,
                                    .exclusive = true,
                                    .commit_ms = 2,
                                    .checkpoint_bytes = 200000};
    struct store *s = NULL;
    if (store_open(&options, &s, NULL) != 0)
        _exit(2);
    for (uint64_t k = first;; k++) {
        struct store_batch *b = store_batch_create();
        if (b == NULL)
            _exit(3);
        put(b, k);
        if (store_submit(s, b) != 0)
            _exit(4);
        if (test_random_next(&random) % 4 != 0)
            continue; /* several in one commit */
        if (!store_flush(s, 60000))
            _exit(5);
        if (write(fd, &k, sizeof k) != (ssize_t)sizeof k)
            _exit(6);
    }
}

/* --- what is found after it --- */

static int check_vessel(void *context, uint32_t mmsi, const void *record, size_t n)
{
    (void)mmsi;
    assert_int_equal(n, sizeof(uint64_t));
    assert_memory_equal(record, context, n);
    return 0;
}

struct walk {
    uint64_t next; /* alert expected next */
};

static int check_row(void *context, const struct store_pending *row)
{
    struct walk *w = context;
    char id[HASH_ID_BYTES];
    fixture_id(w->next++, id);
    assert_string_equal(row->id, id);
    return 0;
}

static uint64_t record_of(const struct buf *out)
{
    uint64_t k = 0;
    assert_int_equal(out->length, sizeof k);
    memcpy(&k, out->data, sizeof k);
    return k;
}

/* Returns the number of the last batch found; UINT64_MAX for none. */
static uint64_t check(const char *directory)
{
    struct store_reader *r = NULL;
    struct err err = {0};
    int code = store_reader_open(directory, &r, &err);
    if (code == ERR_NOT_FOUND)
        return UINT64_MAX; /* killed before the schema was there */
    if (code != 0)
        fail_msg("%s", err.text);
    struct buf out = {0};
    code = store_reader_engine(r, &out);
    uint64_t last = code == 0 ? record_of(&out) : UINT64_MAX;
    if (code == 0) {
        assert_int_equal(store_reader_vessels(r, check_vessel, &last), 0);
        buf_clear(&out);
        assert_int_equal(store_reader_feed(r, "tape", &out), 0);
        assert_int_equal(record_of(&out), last);
    } else {
        assert_int_equal(code, ERR_NOT_FOUND);
    }
    for (int i = 0; i < 2; i++) {
        struct walk w = {0};
        assert_int_equal(store_reader_pending(r, both[i], 0, SIZE_MAX, check_row, &w), 0);
        assert_int_equal(w.next, last == UINT64_MAX ? 0 : (last + 1) * ALERTS);
    }
    buf_finish(&out);
    store_reader_close(r);
    return last;
}

static void sleep_us(uint64_t us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(us % 1000000) * 1000}, NULL);
}

static void test_kill_at_any_instant(void **state)
{
    struct test_random random = {seed_of_run()};
    const char *rounds_given = getenv("LOOKOUT_KILLS");
    uint64_t rounds = rounds_given != NULL ? strtoull(rounds_given, NULL, 10) : 25;
    print_message("seed %" PRIu64 " (LOOKOUT_SEED), %" PRIu64 " kills (LOOKOUT_KILLS)\n",
                  random.state, rounds);
    char *directory = strdup(fixture_directory());
    uint64_t last = UINT64_MAX, acknowledged = UINT64_MAX;
    for (uint64_t i = 0; i < rounds; i++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        uint64_t first = last + 1;
        struct test_random child_random = {test_random_next(&random)};
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(fds[0]);
            child(directory, first, child_random, fds[1]);
        }
        close(fds[1]);
        uint64_t k = 0;
        /* Every other child runs until its first durable batch, however slow the disk
         * is: otherwise every kill might fall into the making of the database. */
        if (i % 2 == 1) {
            assert_int_equal(read(fds[0], &k, sizeof k), sizeof k);
            acknowledged = k;
        }
        sleep_us(test_random_next(&random) % (i % 5 == 0 ? 8000 : 60000));
        kill(pid, SIGKILL);
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        while (read(fds[0], &k, sizeof k) == (ssize_t)sizeof k)
            acknowledged = k;
        close(fds[0]);
        last = check(directory); /* as the child left it: no daemon has repaired it */
        assert_true(acknowledged == UINT64_MAX ||
                    (last != UINT64_MAX && last >= acknowledged));
    }
    print_message("%" PRIu64 " batches\n", last + 1);
    assert_true(last != UINT64_MAX);
    fixture_remove(directory);
    free(directory);
}

TEST_MAIN(NULL, NULL, TEST(test_kill_at_any_instant))
