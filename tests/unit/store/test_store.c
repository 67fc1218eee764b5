/* SPDX-License-Identifier: Apache-2.0 */
/* The store as its users see it: what goes in by batches comes out by readers, over
 * closing and opening again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "lookout/base/buf.h"
#include "lookout/base/timefmt.h"

static const char *const desk[] = {"desk"};
static const char *const both[] = {"desk", "siem"};

static int setup(void **state)
{
    *state = strdup(fixture_directory());
    return *state == NULL;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static struct store_reader *reader(const char *directory)
{
    struct store_reader *r = NULL;
    struct err err = {0};
    if (store_reader_open(directory, &r, &err) != 0)
        fail_msg("%s", err.text);
    return r;
}

static void put_alert(struct store_batch *b, uint64_t n, const char *const *webhooks,
                      size_t count)
{
    struct alert a;
    fixture_alert(n, 700, &a);
    assert_int_equal(store_batch_alert(b, &a, webhooks, count, 5000 + (int64_t)n), 0);
    free(a.body);
}

static void submit(struct store *s, struct store_batch *b)
{
    assert_int_equal(store_submit(s, b), 0);
    assert_true(store_flush(s, 10000));
}

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
    struct store *s = fixture_open(*state);
    struct store_batch *b = store_batch_create();
    assert_true(store_batch_is_empty(b));
    for (uint64_t n = 0; n < 5; n++)
        put_alert(b, n, n == 3 ? desk : both, n == 3 ? 1 : 2);
    assert_false(store_batch_is_empty(b));
    assert_true(store_batch_bytes(b) > 3500);
    submit(s, b);
    struct store_reader *r = reader(*state);
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
    store_reader_close(r);
    store_close(s);
}

static void test_same_id_is_stored_once(void **state)
{
    struct store *s = fixture_open(*state);
    struct store_batch *b = store_batch_create();
    put_alert(b, 1, desk, 1);
    put_alert(b, 1, both, 2);
    submit(s, b);
    b = store_batch_create();
    put_alert(b, 1, both, 2);
    put_alert(b, 2, both, 2);
    submit(s, b);
    struct store_reader *r = reader(*state);
    assert_int_equal(pending(r, "desk", 0, 100).count, 2);
    assert_int_equal(pending(r, "siem", 0, 100).count, 1);
    store_reader_close(r);
    store_close(s);
}

static void test_marked_alerts_are_not_delivered(void **state)
{
    struct store *s = fixture_open(*state);
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
    submit(s, b);
    struct store_reader *r = reader(*state);
    struct store_counts counts;
    assert_int_equal(store_reader_counts(r, NULL, &counts), 0);
    assert_int_equal(counts.alerts, 3);
    assert_int_equal(counts.pending, 0);
    assert_true(counts.oldest_pending_ms == TIME_NONE);
    store_reader_close(r);
    store_close(s);
}

static void test_outcomes(void **state)
{
    struct store *s = fixture_open(*state);
    struct store_batch *b = store_batch_create();
    for (uint64_t n = 0; n < 3; n++)
        put_alert(b, n, desk, 1);
    submit(s, b);
    struct store_reader *r = reader(*state);
    int64_t version = store_reader_version(r);
    assert_int_equal(store_reader_version(r), version);
    struct rows rows = pending(r, "desk", 0, 100);
    struct store_outcome outcomes[] = {
        {rows.outbox[0], STORE_DELIVERED, 1, 0, 204, "", 6000, 0, 0},
        {rows.outbox[1], STORE_PENDING, 2, 9000, 503, "HTTP 503", 6000, 0, 0},
        {rows.outbox[2], STORE_DEAD, 7, 0, 400, "HTTP 400", 6000, 0, 0},
    };
    assert_int_equal(store_outcomes(s, outcomes, 3), 0);
    assert_true(store_flush(s, 10000));
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
    store_reader_close(r);
    store_close(s);
}

static bool is_gone(struct store_reader *r, const char *webhook)
{
    bool answer = false;
    assert_int_equal(store_reader_webhook_is_gone(r, webhook, &answer), 0);
    return answer;
}

static void test_webhook_gone(void **state)
{
    struct store *s = fixture_open(*state);
    assert_int_equal(store_webhook_gone(s, "desk", 1000), 0);
    assert_true(store_flush(s, 10000));
    struct store_reader *r = reader(*state);
    assert_true(is_gone(r, "desk"));
    assert_false(is_gone(r, "siem"));
    store_close(s);
    s = fixture_open(*state);
    assert_true(is_gone(r, "desk"));
    assert_int_equal(store_webhook_enable(s, "desk"), 0);
    assert_true(store_flush(s, 10000));
    assert_false(is_gone(r, "desk"));
    store_reader_close(r);
    store_close(s);
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
    struct store *s = fixture_open(*state);
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_vessel(b, 445000002, "two", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000001, "one", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000003, "three", 5), 0);
    assert_int_equal(store_batch_vessel(b, 445000002, "TWO", 3), 0);
    assert_int_equal(store_batch_vessel(b, 445000003, NULL, 0), 0);
    assert_int_equal(store_batch_engine(b, "a\0b", 3), 0);
    assert_int_equal(store_batch_feed(b, "tape", "offset 7", 8), 0);
    submit(s, b);
    store_close(s);
    s = fixture_open(*state);
    struct store_reader *r = reader(*state);
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
    store_reader_close(r);
    store_close(s);
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
    put_alert(b, 1, desk, 1);
    submit(s, b);
    assert_int_equal(mode_of(*state, "a"), 0700);
    assert_int_equal(mode_of(directory, "lookout.db"), 0600);
    assert_int_equal(mode_of(directory, "lookout.db-wal"), 0600);
    assert_int_equal(mode_of(directory, "lookout.db-shm"), 0600);
    assert_int_equal(mode_of(directory, "lock"), 0600);
    assert_int_equal(store_open(&options, &second, &err), ERR_EXISTS);
    assert_non_null(strstr(err.text, "in use by another lookoutd"));
    assert_null(second);
    struct store_reader *r = reader(directory);
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

/* An attempt that was under way when its delivery was put back: failed, it takes nothing
 * from the new schedule; delivered, it is delivered. */
static void test_outcome_after_redeliver(void **state)
{
    struct store *s = fixture_open(*state);
    struct err err = {0};
    struct store_batch *b = store_batch_create();
    put_alert(b, 0, desk, 1);
    submit(s, b);
    struct store_reader *r = reader(*state);
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
    assert_int_equal(store_redeliver(*state, ids, 1, false, NULL, &err), 1);
    assert_int_equal(store_outcomes(s, &outcome, 1), 0);
    assert_true(store_flush(s, 10000));
    assert_int_equal(pending(r, "desk", 0, 100).count, 1);
    outcome.state = STORE_DELIVERED;
    assert_int_equal(store_outcomes(s, &outcome, 1), 0);
    assert_true(store_flush(s, 10000));
    assert_int_equal(pending(r, "desk", 0, 100).count, 0);
    store_reader_close(r);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alerts_come_back_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_id_is_stored_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marked_alerts_are_not_delivered, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_outcomes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outcome_after_redeliver, setup, teardown),
        cmocka_unit_test_setup_teardown(test_webhook_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_records, setup, teardown),
        cmocka_unit_test_setup_teardown(test_permissions_and_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
