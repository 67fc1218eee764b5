/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles and what stands in their way: a database that nobody can write to, a webhook
 * that is dead. */
#include "lib/testlib.h"

#include <sqlite3.h>
#include <stdio.h>

#include "lib/delivery_fixture.h"

#define NEVER_MS 3600000

static struct conf_webhook *desk(struct scene *t, unsigned by, int64_t wait_ms)
{
    struct conf_webhook *w =
        sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
    w->group = (struct conf_group){
        .is_on = true, .by = 1u << by, .wait_ms = wait_ms, .interval_ms = NEVER_MS};
    return w;
}

static sqlite3 *open_database(const struct scene *t)
{
    char path[600];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/lookout.db", t->sender.directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

/* Nobody can write to the database for long: bundles go all the same, after a while. */
static void what_cannot_be_recorded_goes_late(void **state)
{
    struct scene *t = *state;
    t->sender.rules = 2;
    desk(t, CONF_GROUP_RULE, 400)->in_flight = 1;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 2, 2);
    sqlite3 *other = open_database(t);
    int rc = sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    bool both = receiver_wait(&t->receiver, receiver_took, 2, LONG_MS);
    sqlite3_close(other);
    assert_int_equal(rc, SQLITE_OK);
    assert_true(both);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
}

static void refuse(void *context, const struct receiver_request *request,
                   struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->status = 500;
}

static int bundles_on_record(const struct scene *t)
{
    sqlite3 *db = open_database(t);
    sqlite3_stmt *q = NULL;
    sqlite3_busy_timeout(db, LONG_MS);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(DISTINCT bundle) FROM outbox", -1, &q, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int count = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return count;
}

/* However many groups are due: a bundle more for each probe, and no probe waits until
 * all of them are on record. */
static void a_dead_webhook_is_probed_bundle_by_bundle(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = refuse;
    struct conf_webhook *w = desk(t, CONF_GROUP_VESSEL, 0);
    w->retry.waits_ms[0] = 100;
    sender_alerts(&t->sender, 0, 200, 200);
    sender_start(&t->sender);
    assert_true(receiver_wait(&t->receiver, receiver_has, 12, LONG_MS));
    int bundles = bundles_on_record(t);
    pthread_mutex_lock(&t->receiver.mutex);
    size_t requests = t->receiver.count;
    pthread_mutex_unlock(&t->receiver.mutex);
    print_message("%d bundles on record, %zu requests\n", bundles, requests);
    assert_in_range(bundles, 1, requests + w->in_flight);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_recorded_goes_late),
        TEST(a_dead_webhook_is_probed_bundle_by_bundle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
