/* SPDX-License-Identifier: Apache-2.0 */
/* The scene of the store's tests: a directory of its own, a store and a reader over it,
 * alerts in bulk. */
#ifndef LOOKOUT_TEST_STORETEST_H
#define LOOKOUT_TEST_STORETEST_H

#include "store_fixture.h"
#include "testlib.h"

/* Before and after a test: *state is a fresh directory's path, or a struct storetest. */
int storetest_directory_setup(void **state);
int storetest_directory_teardown(void **state);
#define TEST_IN_DIRECTORY(name)                                                          \
    TEST_WITH(name, storetest_directory_setup, storetest_directory_teardown)

struct storetest {
    char *directory;             /* owned */
    struct store *store;         /* owned; open with the default options */
    struct store_reader *reader; /* owned */
};
int storetest_setup(void **state);
int storetest_teardown(void **state);
#define TEST_OF_STORE(name) TEST_WITH(name, storetest_setup, storetest_teardown)
/* Close both and open them again. */
void storetest_reopen(struct storetest *t);

struct store_reader *storetest_reader(const char *directory);
/* Hand over the batch, and wait until it is durable. */
void storetest_submit(struct store *s, struct store_batch *b);
/* Add alert `n` with a body of body_bytes for the first `webhooks` of desk and siem. */
void storetest_add(struct store_batch *b, uint64_t n, size_t body_bytes, size_t webhooks,
                   int64_t accepted_ms);
/* Alerts [from, to) of 700 bytes, durable. */
void storetest_put(struct store *s, uint64_t from, uint64_t to, size_t webhooks,
                   int64_t accepted_ms);
/* How many deliveries of the webhook wait; the outbox's rows of the first `room`. */
size_t storetest_pending(struct store_reader *r, const char *webhook, int64_t *ret_rows,
                         size_t room);

#endif
