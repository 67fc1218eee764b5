/* SPDX-License-Identifier: Apache-2.0 */
#include "storetest.h"

#include <stdlib.h>
#include <string.h>

int storetest_directory_setup(void **state)
{
    *state = strdup(fixture_directory());
    return *state == NULL;
}

int storetest_directory_teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

int storetest_setup(void **state)
{
    struct storetest *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->directory = strdup(fixture_directory());
    t->store = fixture_open(t->directory);
    t->reader = storetest_reader(t->directory);
    *state = t;
    return 0;
}

int storetest_teardown(void **state)
{
    struct storetest *t = *state;
    store_reader_close(t->reader);
    store_close(t->store);
    fixture_remove(t->directory);
    free(t->directory);
    free(t);
    return 0;
}

void storetest_reopen(struct storetest *t)
{
    store_reader_close(t->reader);
    store_close(t->store);
    t->store = fixture_open(t->directory);
    t->reader = storetest_reader(t->directory);
}

struct store_reader *storetest_reader(const char *directory)
{
    struct store_reader *r = NULL;
    struct err err = {0};
    if (store_reader_open(directory, &r, &err) != 0)
        fail_msg("%s", err.text);
    return r;
}

void storetest_submit(struct store *s, struct store_batch *b)
{
    assert_int_equal(store_submit(s, b), 0);
    assert_true(store_flush(s, 10000));
}

void storetest_add(struct store_batch *b, uint64_t n, size_t body_bytes, size_t webhooks,
                   int64_t accepted_ms)
{
    static const char *const both[] = {"desk", "siem"};
    struct alert a;
    fixture_alert(n, body_bytes, &a);
    assert_int_equal(store_batch_alert(b, &a, both, webhooks, accepted_ms), 0);
    free(a.body);
}

void storetest_put(struct store *s, uint64_t from, uint64_t to, size_t webhooks,
                   int64_t accepted_ms)
{
    struct store_batch *b = store_batch_create();
    for (uint64_t n = from; n < to; n++)
        storetest_add(b, n, 700, webhooks, accepted_ms);
    storetest_submit(s, b);
}

struct rows {
    int64_t *outbox;
    size_t count, room;
};

static int take_row(void *context, const struct store_pending *row)
{
    struct rows *rows = context;
    if (rows->count < rows->room)
        rows->outbox[rows->count] = row->outbox;
    rows->count++;
    return 0;
}

size_t storetest_pending(struct store_reader *r, const char *webhook, int64_t *ret_rows,
                         size_t room)
{
    struct rows rows = {.outbox = ret_rows, .room = room};
    assert_int_equal(store_reader_pending(r, webhook, 0, SIZE_MAX, take_row, &rows), 0);
    return rows.count;
}
