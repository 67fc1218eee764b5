/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the store as its users see it: batches go in, readers find them, also
 * after closing and opening. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/storetest.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"

struct rows {
    size_t count;
    int64_t outbox[64];
    char id[64][HASH_ID_BYTES];
    uint32_t attempts[64];
    int64_t next_ms[64];
    size_t stop_at;
};

static int collect(void *context, const struct store_pending *row)
{
    struct rows *rows = context;
    assert_true(rows->count < 64);
    size_t i = rows->count++;
    rows->outbox[i] = row->outbox;
    memcpy(rows->id[i], row->id, HASH_ID_BYTES);
    rows->attempts[i] = row->attempts;
    rows->next_ms[i] = row->next_attempt_ms;
    assert_string_equal(row->type, "lookoutd.zone.entered");
    assert_int_equal(row->body_bytes, 700);
    assert_int_equal(strlen(row->body), 700);
    assert_int_equal(row->severity, 1);
    return rows->stop_at != 0 && rows->count >= rows->stop_at ? ERR_LIMIT : 0;
}

static struct rows pending(struct store_reader *r, const char *webhook, int64_t after,
                           size_t limit)
{
    struct rows rows = {0};
    assert_int_equal(store_reader_pending(r, webhook, after, limit, collect, &rows), 0);
    return rows;
}

static void test_alerts_come_back_in_order(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    assert_true(store_batch_is_empty(b));
    for (uint64_t n = 0; n < 5; n++)
        storetest_add(b, n, 700, n == 3 ? 1 : 2, 5000 + (int64_t)n);
    assert_false(store_batch_is_empty(b));
    assert_true(store_batch_bytes(b) > 3500);
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    struct rows rows = pending(r, "desk", 0, 100);
    assert_int_equal(rows.count, 5);
    for (uint64_t n = 0; n < 5; n++) {
        char id[HASH_ID_BYTES];
        fixture_id(n, id);
        assert_string_equal(rows.id[n], id);
        assert_int_equal(rows.attempts[n], 0);
        assert_int_equal(rows.next_ms[n], 5000 + (int64_t)n);
        assert_true(n == 0 || rows.outbox[n] > rows.outbox[n - 1]);
    }
    assert_int_equal(pending(r, "siem", 0, 100).count, 4);
    assert_int_equal(pending(r, "nobody", 0, 100).count, 0);
    assert_int_equal(pending(r, "desk", rows.outbox[1], 100).count, 3);
    assert_int_equal(pending(r, "desk", 0, 2).count, 2);
    struct rows some = {.stop_at = 2};
    assert_int_equal(store_reader_pending(r, "desk", 0, 100, collect, &some), ERR_LIMIT);
    assert_int_equal(some.count, 2);
}

static void test_same_id_is_stored_once(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    storetest_add(b, 1, 700, 1, 5001);
    storetest_add(b, 1, 700, 2, 5001);
    storetest_submit(t->store, b);
    b = store_batch_create();
    storetest_add(b, 1, 700, 2, 5001);
    storetest_add(b, 2, 700, 2, 5001);
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    assert_int_equal(pending(r, "desk", 0, 100).count, 2);
    assert_int_equal(pending(r, "siem", 0, 100).count, 1);
}

static void test_marked_alerts_are_not_delivered(void **state)
{
    static const char *const both[] = {"desk", "siem"};
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    for (uint64_t n = 0; n < 3; n++) {
        struct alert a;
        fixture_alert(n, 300, &a);
        a.is_muted = n == 0;
        a.is_folded = n == 1;
        a.is_history = n == 2;
        assert_int_equal(store_batch_alert(b, &a, both, 2, 1), 0);
        free(a.body);
    }
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    struct store_counts counts;
    assert_int_equal(store_reader_counts(r, NULL, &counts), 0);
    assert_int_equal(counts.alerts, 3);
    assert_int_equal(counts.pending, 0);
    assert_true(counts.oldest_pending_ms == TIME_NONE);
}

static void test_outcomes(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    for (uint64_t n = 0; n < 3; n++)
        storetest_add(b, n, 700, 1, 5000 + (int64_t)n);
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    int64_t version = store_reader_version(r);
    assert_int_equal(store_reader_version(r), version);
    struct rows rows = pending(r, "desk", 0, 100);
    struct store_outcome outcomes[] = {
        {rows.outbox[0], STORE_DELIVERED, 1, 0, 204, "", 6000, 0, 0},
        {rows.outbox[1], STORE_PENDING, 2, 9000, 503, "HTTP 503", 6000, 0, 0},
        {rows.outbox[2], STORE_DEAD, 7, 0, 400, "HTTP 400", 6000, 0, 0},
    };
    assert_int_equal(store_outcomes(t->store, outcomes, 3), 0);
    assert_true(store_flush(t->store, 10000));
    assert_true(store_reader_version(r) != version);
    rows = pending(r, "desk", 0, 100);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.attempts[0], 2);
    assert_int_equal(rows.next_ms[0], 9000);
    struct store_counts counts;
    assert_int_equal(store_reader_counts(r, "desk", &counts), 0);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(counts.dead, 1);
    assert_int_equal(counts.delivered, 1);
    assert_int_equal(counts.oldest_pending_ms, 5001);
    assert_true(counts.database_bytes > 0);
    assert_int_equal(store_reader_counts(r, "nobody", &counts), 0);
    assert_int_equal(counts.pending, 0);
}

static bool is_gone(struct store_reader *r, const char *webhook)
{
    bool answer = false;
    assert_int_equal(store_reader_webhook_is_gone(r, webhook, &answer), 0);
    return answer;
}

static void test_webhook_gone(void **state)
{
    struct storetest *t = *state;
    assert_int_equal(store_webhook_gone(t->store, "desk", 1000), 0);
    assert_true(store_flush(t->store, 10000));
    struct store_reader *r = t->reader;
    assert_true(is_gone(r, "desk"));
    assert_false(is_gone(r, "siem"));
    store_close(t->store);
    t->store = fixture_open(t->directory);
    assert_true(is_gone(r, "desk"));
    assert_int_equal(store_webhook_enable(t->store, "desk"), 0);
    assert_true(store_flush(t->store, 10000));
    assert_false(is_gone(r, "desk"));
}

struct vessels {
    uint32_t mmsi[8];
    char record[8][16];
    size_t count;
};

static int vessel(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct vessels *v = context;
    assert_true(v->count < 8 && n < 16);
    v->mmsi[v->count] = mmsi;
    memcpy(v->record[v->count], record, n);
    v->record[v->count++][n] = '\0';
    return 0;
}

static void test_records(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_vessel(b, 445000002, "two", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000001, "one", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000003, "three", 5), 0);
    assert_int_equal(store_batch_vessel(b, 445000002, "TWO", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000003, NULL, 0), 0);
    assert_int_equal(store_batch_engine(b, "a\0b", 3), 0);
    assert_int_equal(store_batch_feed(b, "tape", "offset 7", 8), 0);
    storetest_submit(t->store, b);
    storetest_reopen(t);
    struct store_reader *r = t->reader;
    struct vessels v = {0};
    assert_int_equal(store_reader_vessels(r, vessel, &v), 0);
    assert_int_equal(v.count, 2);
    assert_int_equal(v.mmsi[0], 445000001);
    assert_string_equal(v.record[0], "one");
    assert_string_equal(v.record[1], "TWO");
    struct buf out = {0};
    assert_int_equal(store_reader_engine(r, &out), 0);
    assert_int_equal(out.length, 3);
    assert_memory_equal(out.data, "a\0b", 3);
    buf_clear(&out);
    assert_int_equal(store_reader_feed(r, "tape", &out), 0);
    assert_string_equal(buf_text(&out), "offset 7");
    assert_int_equal(store_reader_feed(r, "other", &out), ERR_NOT_FOUND);
    buf_finish(&out);
}

/* "LIST SHA-256 ships, entries;" */
static int note_list(void *context, const struct store_list *list)
{
    return buf_printf(context, "%s %s %s %s %s %lld %llu %.*s;", list->id, list->file,
                      list->format, list->sha256, list->published,
                      (long long)list->read_ms, (unsigned long long)list->ships,
                      (int)list->entries_bytes,
                      list->entries != NULL ? (const char *)list->entries : "");
}

/* Each version of a list stays on record; the newest alone keeps its ships. */
static void test_lists(void **state)
{
    struct storetest *t = *state;
    struct store_list list = {.id = "OFAC",
                              .file = "sdn.csv",
                              .format = "ofac",
                              .sha256 = "aa",
                              .published = "",
                              .read_ms = 5000,
                              .ships = 3,
                              .entries = "old",
                              .entries_bytes = 3};
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_list(b, &list), 0);
    list.id = "UK";
    list.published = "2026-09-11";
    assert_int_equal(store_batch_list(b, &list), 0);
    storetest_submit(t->store, b);
    b = store_batch_create();
    list.id = "OFAC";
    list.sha256 = "bb";
    list.entries = "new";
    assert_int_equal(store_batch_list(b, &list), 0);
    storetest_submit(t->store, b);
    storetest_reopen(t);
    struct buf out = {0};
    assert_int_equal(store_reader_lists(t->reader, note_list, &out), 0);
    assert_string_equal(buf_text(&out), "OFAC sdn.csv ofac aa  5000 3 ;"
                                        "UK sdn.csv ofac aa 2026-09-11 5000 3 old;"
                                        "OFAC sdn.csv ofac bb 2026-09-11 5000 3 new;");
    buf_finish(&out);
}

static unsigned mode_of(const char *directory, const char *name)
{
    char path[600];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void test_permissions_and_lock(void **state)
{
    char directory[600];
    snprintf(directory, sizeof directory, "%s/a", (char *)*state);
    struct store_options options = {.directory = directory, .exclusive = true};
    struct store *s = NULL, *second = NULL;
    struct err err = {0};
    assert_int_equal(store_open(&options, &s, &err), 0);
    struct store_batch *b = store_batch_create();
    storetest_add(b, 1, 700, 1, 5001);
    storetest_submit(s, b);
    assert_int_equal(mode_of(*state, "a"), 0700);
    assert_int_equal(mode_of(directory, "lookout.db"), 0600);
    assert_int_equal(mode_of(directory, "lookout.db-wal"), 0600);
    assert_int_equal(mode_of(directory, "lookout.db-shm"), 0600);
    assert_int_equal(mode_of(directory, "lock"), 0600);
    assert_int_equal(store_open(&options, &second, &err), ERR_EXISTS);
    assert_non_null(strstr(err.text, "in use by another lookoutd"));
    assert_null(second);
    struct store_reader *r = storetest_reader(directory);
    assert_int_equal(pending(r, "desk", 0, 9).count, 1);
    store_reader_close(r);
    store_close(s);
    assert_int_equal(store_open(&options, &s, &err), 0);
    store_close(s);
    fixture_remove(directory);
}

static void test_nothing_there(void **state)
{
    struct store_reader *r = NULL;
    struct err err = {0};
    assert_int_equal(store_reader_open(*state, &r, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "no database"));
    struct store_options options = {.directory = *state, .read_only = true};
    struct store *s = NULL;
    assert_int_equal(store_open(&options, &s, &err), ERR_NOT_FOUND);
    assert_null(s);
}

/* An attempt was under way when its delivery was put back. If it fails, it takes
 * nothing from the new schedule; if it delivers, the alert is delivered. */
static void test_outcome_after_redeliver(void **state)
{
    struct storetest *t = *state;
    struct err err = {0};
    struct store_batch *b = store_batch_create();
    storetest_add(b, 0, 700, 1, 5001);
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    struct rows rows = pending(r, "desk", 0, 100);
    assert_int_equal(rows.count, 1);
    struct store_outcome outcome = {.outbox = rows.outbox[0],
                                    .state = STORE_DEAD,
                                    .attempts = 5,
                                    .status = 400,
                                    .at_ms = 6000};
    char id[HASH_ID_BYTES];
    const char *ids[] = {id};
    fixture_id(0, id);
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, NULL, &err), 1);
    assert_int_equal(store_outcomes(t->store, &outcome, 1), 0);
    assert_true(store_flush(t->store, 10000));
    assert_int_equal(pending(r, "desk", 0, 100).count, 1);
    outcome.state = STORE_DELIVERED;
    assert_int_equal(store_outcomes(t->store, &outcome, 1), 0);
    assert_true(store_flush(t->store, 10000));
    assert_int_equal(pending(r, "desk", 0, 100).count, 0);
}

TEST_MAIN(NULL, NULL, TEST_OF_STORE(test_alerts_come_back_in_order),
          TEST_OF_STORE(test_same_id_is_stored_once),
          TEST_OF_STORE(test_marked_alerts_are_not_delivered),
          TEST_OF_STORE(test_outcomes), TEST_OF_STORE(test_outcome_after_redeliver),
          TEST_OF_STORE(test_webhook_gone), TEST_OF_STORE(test_records),
          TEST_OF_STORE(test_lists), TEST_IN_DIRECTORY(test_permissions_and_lock),
          TEST_IN_DIRECTORY(test_nothing_there))
