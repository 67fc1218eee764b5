/* SPDX-License-Identifier: Apache-2.0 */
/* For a moment the disk cannot be read, or memory is short: whatever call fails, the
 * result is an error and never an answer; nothing is taken for damage, nothing is lost,
 * and a second query is answered. */
#include "lib/testlib.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delivery_fixture.h"
#include "lib/fault_vfs.h"
#include "lib/receiver.h"
#include "lib/storetest.h"
#include "lookout/base/time.h"

enum { ALERTS = 6, MOST = 4000 /* so many calls without an end are a loop */ };

static int setup(void **state)
{
    fault_vfs_install();
    return storetest_directory_setup(state);
}

static int teardown(void **state)
{
    fault_vfs_fail_read(0);
    fault_vfs_remove();
    return storetest_directory_teardown(state);
}

/* Makes alerts for one webhook, which has answered 410. */
static void fill(const char *directory)
{
    struct store *s = fixture_open(directory);
    struct store_batch *b = store_batch_create();
    for (uint64_t n = 0; n < ALERTS; n++)
        storetest_add(b, n, 300, 1, 1000);
    assert_int_equal(store_batch_vessel(b, 445000001, "x", 1), 0);
    assert_int_equal(store_batch_engine(b, "engine", 6), 0);
    assert_int_equal(store_batch_feed(b, "tape", "feed", 4), 0);
    assert_int_equal(store_submit(s, b), 0);
    assert_int_equal(store_webhook_gone(s, "desk", 2000), 0);
    assert_true(store_flush(s, 10000));
    store_close(s);
}

/* --- what a reader is asked --- */

static int count_pending(void *context, const struct store_pending *row)
{
    (void)row;
    ++*(unsigned *)context;
    return 0;
}

static int count_line(void *context, int64_t row, const char *json)
{
    (void)row;
    assert_int_equal(json[strlen(json) - 1], '}');
    ++*(unsigned *)context;
    return 0;
}

static int count_record(void *context, uint32_t mmsi, const void *record, size_t n)
{
    assert_int_equal(mmsi, 445000001);
    assert_int_equal(n, 1);
    assert_memory_equal(record, "x", 1);
    ++*(unsigned *)context;
    return 0;
}

static int ask_pending(struct store_reader *r)
{
    unsigned count = 0;
    int code = store_reader_pending(r, "desk", 0, 100, count_pending, &count);
    assert_true(code != 0 || count == ALERTS);
    return code;
}

static int ask_alerts(struct store_reader *r)
{
    const struct store_filter all = {.since_ms = TIME_NONE};
    unsigned count = 0;
    int code = query_alerts(r, &all, count_line, &count);
    assert_true(code != 0 || count == ALERTS);
    return code;
}

static int ask_gone(struct store_reader *r)
{
    bool is_gone = false;
    int code = store_reader_webhook_is_gone(r, "desk", &is_gone);
    assert_true(code != 0 || is_gone);
    return code;
}

static int ask_counts(struct store_reader *r)
{
    struct store_counts counts = {0};
    int code = store_reader_counts(r, "desk", &counts);
    assert_true(code != 0 || (counts.pending == ALERTS && counts.alerts == ALERTS));
    return code;
}

static int ask_vessels(struct store_reader *r)
{
    unsigned count = 0;
    int code = store_reader_vessels(r, count_record, &count);
    assert_true(code != 0 || count == 1);
    return code;
}

static int ask_engine(struct store_reader *r)
{
    struct buf out = {0};
    int code = store_reader_engine(r, &out);
    assert_true(code != 0 || strcmp(buf_text(&out), "engine") == 0);
    assert_int_not_equal(code, ERR_NOT_FOUND); /* that would be an answer */
    buf_finish(&out);
    return code;
}

static int ask_feed(struct store_reader *r)
{
    struct buf out = {0};
    int code = store_reader_feed(r, "tape", &out);
    assert_true(code != 0 || strcmp(buf_text(&out), "feed") == 0);
    assert_int_not_equal(code, ERR_NOT_FOUND);
    buf_finish(&out);
    return code;
}

static int ask_calls(struct store_reader *r)
{
    const struct store_filter all = {.since_ms = TIME_NONE};
    unsigned count = 0;
    return query_calls(r, &all, count_line, &count);
}

static const struct {
    const char *name;
    int (*ask)(struct store_reader *r);
} questions[] = {
    {"pending", ask_pending}, {"alerts", ask_alerts},   {"gone", ask_gone},
    {"counts", ask_counts},   {"vessels", ask_vessels}, {"engine", ask_engine},
    {"feed", ask_feed},       {"calls", ask_calls},
};

static void every_reading_call_fails_once(void **state)
{
    fill(*state);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        unsigned n = 0, faults = 0;
        for (bool strikes = true; strikes; faults += strikes) {
            struct store_reader *r = NULL;
            struct err err = {0};
            assert_true(n < MOST);
            fault_vfs_fail_read(++n);
            int code = store_reader_open(*state, &r, &err);
            if (code != 0) {
                assert_true(code == ERR_IO || code == ERR_NOMEM);
                assert_true(err.text[0] != '\0');
            } else {
                (void)questions[i].ask(r);
            }
            strikes = fault_vfs_reads_failed() != 0;
            fault_vfs_fail_read(0);
            if (code != 0)
                assert_int_equal(store_reader_open(*state, &r, &err), 0);
            assert_int_equal(questions[i].ask(r), 0);
            store_reader_close(r);
        }
        print_message("%s: %u reading calls\n", questions[i].name, faults);
        assert_true(faults > 5);
    }
}

static void a_daemon_begins_over_a_disk_that_hesitates(void **state)
{
    fill(*state);
    unsigned n = 0;
    for (bool strikes = true; strikes;) {
        struct store *s = NULL;
        struct err err = {0};
        const struct store_options options = {.directory = *state, .exclusive = true};
        assert_true(n < MOST);
        fault_vfs_fail_read(++n);
        int code = store_open(&options, &s, &err);
        strikes = fault_vfs_reads_failed() != 0;
        fault_vfs_fail_read(0);
        if (code != 0) { /* reported, and not taken for damage */
            assert_true(code == ERR_IO);
            assert_int_equal(store_open(&options, &s, &err), 0);
        }
        store_close(s);
        struct store_reader *r = NULL;
        assert_int_equal(store_reader_open(*state, &r, &err), 0);
        assert_int_equal(ask_pending(r), 0);
        store_reader_close(r);
    }
    assert_true(n > 10);
}

static void what_is_put_back_is_all_or_nothing(void **state)
{
    fill(*state);
    unsigned n = 0;
    for (bool strikes = true; strikes;) {
        char first[HASH_ID_BYTES], second[HASH_ID_BYTES];
        const char *ids[] = {first, second};
        struct err err = {0};
        fixture_id(0, first);
        fixture_id(1, second);
        assert_true(n < MOST);
        fault_vfs_fail_read(++n);
        int64_t count = store_redeliver(*state, ids, 2, false, "desk", &err);
        strikes = fault_vfs_reads_failed() != 0;
        fault_vfs_fail_read(0);
        assert_true(count == 2 || count < 0);
        assert_true(count == 2 || err.text[0] != '\0');
    }
}

/* An outbox that cannot be read for a moment is read again without a cause from
 * outside: nothing else happens that would remind the sender. */
static void the_sender_looks_again(void **state)
{
    struct sender sender;
    struct receiver receiver = {0};
    struct err err = {0};
    char id[HASH_ID_BYTES];
    const char *ids[] = {id};
    size_t taken = 1;
    unsigned struck = 0;
    receiver_start(&receiver, 0);
    sender_init(&sender);
    sender_webhook(&sender, "desk", "127.0.0.1", receiver.port);
    sender_start(&sender);
    sender_alerts(&sender, 0, 1, 1);
    assert_true(receiver_wait(&receiver, receiver_took, taken, 15000));
    assert_true(sender_wait_pending(&sender, "desk", 0));
    sender_id(0, id);
    for (unsigned n = 1; n <= 60; n++) {
        fault_vfs_fail_read(n);
        int64_t count = store_redeliver(sender.directory, ids, 1, false, NULL, &err);
        if (count < 0) { /* the failing call was the query's own */
            fault_vfs_fail_read(0);
            continue;
        }
        if (!receiver_wait(&receiver, receiver_took, ++taken, 15000))
            fail_msg("not sent again after reading call %u failed", n);
        struck += fault_vfs_reads_failed() != 0;
        fault_vfs_fail_read(0);
        assert_true(sender_wait_pending(&sender, "desk", 0));
    }
    print_message("struck %u times\n", struck);
    assert_true(struck > 5);
    sender_finish(&sender);
    receiver_stop(&receiver);
}

#define TEST_OF_READING(name) TEST_WITH(name, setup, teardown)

TEST_MAIN(NULL, NULL, TEST_OF_READING(every_reading_call_fails_once),
          TEST_OF_READING(a_daemon_begins_over_a_disk_that_hesitates),
          TEST_OF_READING(what_is_put_back_is_all_or_nothing),
          TEST_OF_READING(the_sender_looks_again))
