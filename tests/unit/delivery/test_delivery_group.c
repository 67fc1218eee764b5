/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests alerts that are sent together: when, in which order and under which
 * id, and what happens when they fail, are refused, or the sender is restarted. */
#include "lib/testlib.h"

#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "lib/delivery_fixture.h"

#define NEVER_MS 3600000
enum { ALERTS_MOST = 512 };

static struct conf_webhook *desk(struct scene *t, int64_t wait_ms, int64_t interval_ms)
{
    struct conf_webhook *w = scene_desk(t);
    w->group = (struct conf_group){.is_on = true,
                                   .by = 1u << CONF_GROUP_RULE,
                                   .wait_ms = wait_ms,
                                   .interval_ms = interval_ms};
    return w;
}

static struct scene_numbers numbers_of(const struct receiver_request *q)
{
    assert_int_equal(q->body[0], '['); /* also with one alert */
    return scene_numbers_of(q);
}

static void check_numbers(const struct receiver_request *q, const uint64_t *wanted,
                          size_t count)
{
    struct scene_numbers numbers = numbers_of(q);
    assert_int_equal(numbers.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(numbers.n[i], wanted[i]);
}

/* The webhook-id: the first 128 bits of SHA-256 over the ids inside, as hex. */
static void check_id(const struct receiver_request *q)
{
    struct scene_numbers numbers = numbers_of(q);
    char ids[ALERTS_MOST * HASH_ID_BYTES] = "", wanted[40] = "";
    unsigned char sum[EVP_MAX_MD_SIZE];
    for (size_t i = 0; i < numbers.count; i++)
        sender_id(numbers.n[i], ids + strlen(ids));
    assert_int_equal(EVP_Digest(ids, strlen(ids), sum, NULL, EVP_sha256(), NULL), 1);
    for (size_t i = 0; i < 16; i++)
        snprintf(wanted + 2 * i, 3, "%02x", sum[i]);
    assert_string_equal(q->id, wanted);
}

static void what_comes_in_time_goes_together(void **state)
{
    struct scene *t = *state;
    const uint64_t all[] = {0, 1, 2, 3, 4};
    desk(t, 300, NEVER_MS);
    sender_start(&t->sender);
    int64_t begin_ms = receiver_clock_ms();
    sender_alerts(&t->sender, 0, 3, 2);
    sender_alerts(&t->sender, 3, 2, 2);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(t->receiver.count, 1);
    assert_true(t->receiver.requests[0].at_ms - begin_ms >= 290);
    assert_non_null(strstr(t->receiver.requests[0].head,
                           "application/cloudevents-batch+json; charset=utf-8"));
    check_numbers(&t->receiver.requests[0], all, 5);
    check_id(&t->receiver.requests[0]);
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 5);
}

static void a_group_that_goes_on_goes_at_intervals(void **state)
{
    struct scene *t = *state;
    const uint64_t first[] = {0}, then[] = {1, 2, 3};
    desk(t, 20, 700);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 4);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    sender_alerts(&t->sender, 1, 1, 4);
    sender_alerts(&t->sender, 2, 2, 4);
    assert_true(receiver_wait(&t->receiver, receiver_took, 2, LONG_MS));
    check_numbers(&t->receiver.requests[0], first, 1);
    check_numbers(&t->receiver.requests[1], then, 3);
    assert_true(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms >= 650);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(t->receiver.count, 2);
}

/* The alerts of one vessel belong to two groups in turn: none is sent before an earlier
 * one. */
static void a_vessels_order_holds_across_groups(void **state)
{
    struct scene *t = *state;
    t->sender.rules = 2;
    desk(t, 50, 1000);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 6, 1);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    uint64_t next = 0;
    for (size_t i = 0; i < t->receiver.count; i++) {
        struct scene_numbers numbers = numbers_of(&t->receiver.requests[i]);
        for (size_t k = 0; k < numbers.count; k++)
            assert_int_equal(numbers.n[k], next++);
    }
    assert_int_equal(next, 6);
}

/* Each alert was taken once, those of each vessel in order; a repeated bundle is the
 * same. */
static void check_all_taken(const struct receiver *r, size_t count, unsigned vessels)
{
    unsigned taken[ALERTS_MOST] = {0};
    uint64_t last[16] = {0};
    const char *carrier[ALERTS_MOST] = {0};
    for (size_t i = 0; i < r->count; i++) {
        const struct receiver_request *q = &r->requests[i];
        struct scene_numbers numbers = numbers_of(q);
        check_id(q);
        for (size_t k = 0; k < numbers.count; k++) {
            uint64_t n = numbers.n[k];
            assert_true(n < count);
            if (carrier[n] != NULL)
                assert_string_equal(carrier[n], q->id);
            carrier[n] = q->id;
            if (q->status < 200 || q->status > 299)
                continue;
            taken[n]++;
            assert_true(n + 1 > last[n % vessels]);
            last[n % vessels] = n + 1;
        }
    }
    for (size_t n = 0; n < count; n++)
        assert_int_equal(taken[n], 1);
}

static void all_arrive_as_they_were_bundled(void **state)
{
    struct scene *t = *state;
    t->random.state = 20260102;
    t->receiver.decide = scene_fail_at_random;
    t->sender.rules = 3;
    desk(t, 5, 1000)->group.interval_ms = 10;
    sender_start(&t->sender);
    for (uint64_t n = 0; n < 300; n += 20)
        sender_alerts(&t->sender, n, 20, 7);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    check_all_taken(&t->receiver, 300, 7);
    assert_true(t->receiver.count < 300);
}

static void a_small_window_loses_nothing(void **state)
{
    struct scene *t = *state;
    t->random.state = 4;
    t->receiver.decide = scene_fail_at_random;
    t->sender.rules = 2;
    t->sender.tuning.window_rows = 16;
    t->sender.tuning.lane_rows = 4;
    desk(t, 5, NEVER_MS); /* a full window is sent */
    sender_alerts(&t->sender, 0, 60, 3);
    sender_start(&t->sender);
    assert_true(receiver_wait(&t->receiver, receiver_has, 10, LONG_MS));
    for (int i = 0; i < 1000 && sender_counts(&t->sender, "desk").pending > 16; i++)
        assert_true(
            receiver_wait(&t->receiver, receiver_has, t->receiver.count + 1, LONG_MS));
    assert_in_range(sender_counts(&t->sender, "desk").pending, 0, 16);
}

static void order_none_waits_for_nothing(void **state)
{
    struct scene *t = *state;
    t->random.state = 5;
    t->receiver.decide = scene_fail_at_random;
    t->sender.rules = 2;
    desk(t, 20, NEVER_MS)->ordered = false;
    sender_alerts(&t->sender, 0, 20, 1);
    sender_start(&t->sender);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    struct scene_numbers all = numbers_of(&t->receiver.requests[0]);
    assert_int_equal(all.count, 10);
}

/* As many alerts as one request takes are a reason to send all that wait. */
static void a_full_request_goes_at_once(void **state)
{
    struct scene *t = *state;
    desk(t, NEVER_MS, NEVER_MS);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 250, 250);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(t->receiver.count, 3);
    size_t most = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t count = numbers_of(&t->receiver.requests[i]).count;
        most = count > most ? count : most;
    }
    assert_int_equal(most, 100);
}

static void refuse_3(void *context, const struct receiver_request *request,
                     struct receiver_act *act)
{
    struct scene *t = context;
    if (scene_holds(request, 3))
        act->status = t->status;
}

/* A refused alert harms no other: those of its vessel that wait behind it are sent
 * after it is given up. */
static void what_is_refused_is_taken_apart(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = refuse_3;
    t->status = 422;
    desk(t, 50, NEVER_MS);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 8, 2);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    struct store_counts counts = sender_counts(&t->sender, "desk");
    assert_int_equal(counts.delivered, 7);
    assert_int_equal(counts.dead, 1);
    assert_string_equal(t->receiver.requests[0].id, t->receiver.requests[1].id);
    unsigned tries = 0;
    for (size_t i = 2; i < t->receiver.count; i++) {
        assert_int_equal(numbers_of(&t->receiver.requests[i]).count, 1);
        tries += scene_holds(&t->receiver.requests[i], 3);
    }
    assert_int_equal(tries, 2);
    /* and is sent again, alone, when it is put back */
    struct err err = {0};
    scene_say(t, 200);
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 8);
}

static void a_bundle_outlives_a_restart(void **state)
{
    struct scene *t = *state;
    const uint64_t first[] = {0, 1, 2, 3, 4};
    t->receiver.decide = scene_fail;
    desk(t, 50, 60)->retry.waits_ms[0] = 300;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 5, 2);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    sender_alerts(&t->sender, 5, 5, 2);
    scene_say(t, 200);
    sender_start(&t->sender);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    check_numbers(&t->receiver.requests[0], first, 5);
    check_numbers(&t->receiver.requests[1], first, 5);
    assert_string_equal(t->receiver.requests[0].id, t->receiver.requests[1].id);
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 10);
}

/* A critical alert does not wait for the interval, and the alerts before it are sent
 * with it. */
static void a_critical_alert_does_not_wait_for_the_interval(void **state)
{
    struct scene *t = *state;
    t->sender.rules = 2;
    desk(t, 100, NEVER_MS);
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    sender_alert(&t->sender, 2, 445000001, SEVERITY_INFO); /* waits for the interval */
    sender_alert(&t->sender, 3, 445000001, SEVERITY_CRITICAL);
    assert_true(receiver_wait(&t->receiver, receiver_took, 3, LONG_MS));
    assert_true(scene_holds(&t->receiver.requests[1], 2));
    assert_true(scene_holds(&t->receiver.requests[2], 3));
}

static void a_critical_alert_passes_a_failed_bundle(void **state)
{
    struct scene *t = *state;
    const uint64_t critical[] = {2};
    t->sender.tuning.critical_wait_ms = 300;
    t->receiver.decide = scene_fail_0;
    desk(t, 20, 30)->retry.waits_ms[0] = NEVER_MS;
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_alert(&t->sender, 1, 445000001, SEVERITY_INFO);
    sender_alert(&t->sender, 2, 445000001, SEVERITY_CRITICAL);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    check_numbers(&t->receiver.requests[1], critical, 1);
    assert_true(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms >= 290);
    assert_true(sender_wait_pending(&t->sender, "desk", 2));
}

static bool is_siem(const struct receiver_request *q)
{
    return strcmp(q->path, "/hook/siem") == 0;
}

static void fail_0_of_desk(void *context, const struct receiver_request *request,
                           struct receiver_act *act)
{
    if (!is_siem(request))
        scene_fail_0(context, request, act);
}

/* The same holds while the outbox has more rows than the window. Alerts behind the
 * critical one do not go with it, and the thread does not spin meanwhile: another
 * webhook is served. */
static void a_full_window_waits_as_well(void **state)
{
    struct scene *t = *state;
    const uint64_t critical[] = {2};
    size_t siem = 0, at = 0;
    t->sender.tuning.critical_wait_ms = 1500;
    t->sender.tuning.lane_rows = 4;
    t->receiver.decide = fail_0_of_desk;
    desk(t, 20, 30)->retry.waits_ms[0] = NEVER_MS;
    sender_webhook(&t->sender, "siem", "127.0.0.1", t->receiver.port);
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, receiver_has, 2, LONG_MS));
    for (uint64_t n = 1; n < 10; n++)
        sender_alert(&t->sender, n, 445000001,
                     n == 2 ? SEVERITY_CRITICAL : SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, receiver_took, 11, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 9));
    for (size_t i = 0; i < t->receiver.count; i++) {
        const struct receiver_request *q = &t->receiver.requests[i];
        if (is_siem(q))
            siem++;
        else if (!scene_holds(q, 0))
            at = i;
    }
    assert_int_equal(siem, 10);
    assert_int_equal(at, t->receiver.count - 1); /* after all alerts of siem */
    check_numbers(&t->receiver.requests[at], critical, 1);
}

/* The group did not exist when the alerts came: today's configuration counts. */
static void grouping_is_taken_up_and_left(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = scene_fail;
    struct conf_webhook *w = desk(t, 20, 30);
    w->group.is_on = false;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 6, 6);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    w->group.is_on = true;
    w->definition = 2;
    assert_int_equal(delivery_reconfigure(t->sender.delivery, w, 1), 0);
    size_t before = t->receiver.count;
    assert_true(receiver_wait(&t->receiver, receiver_has, before + 20, LONG_MS));
    w->group.is_on = false;
    w->definition = 3;
    assert_int_equal(delivery_reconfigure(t->sender.delivery, w, 1), 0);
    scene_say(t, 200);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 6);
}

static sqlite3 *open_database(const struct scene *t)
{
    char path[600];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/lookout.db", t->sender.directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

/* The database cannot be written for a long time: bundles are sent all the same, after
 * a while. */
static void what_cannot_be_recorded_goes_late(void **state)
{
    struct scene *t = *state;
    t->sender.rules = 2;
    desk(t, 400, NEVER_MS)->in_flight = 1;
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

/* However many groups are due, each probe adds one bundle, and no probe waits until all
 * are on record. */
static void a_dead_webhook_is_probed_bundle_by_bundle(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = scene_fail;
    struct conf_webhook *w = desk(t, 0, NEVER_MS);
    w->group.by = 1u << CONF_GROUP_VESSEL;
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

TEST_MAIN(NULL, NULL, TEST_IN_SCENE(what_comes_in_time_goes_together),
          TEST_IN_SCENE(a_group_that_goes_on_goes_at_intervals),
          TEST_IN_SCENE(a_vessels_order_holds_across_groups),
          TEST_IN_SCENE(all_arrive_as_they_were_bundled),
          TEST_IN_SCENE(a_small_window_loses_nothing),
          TEST_IN_SCENE(order_none_waits_for_nothing),
          TEST_IN_SCENE(a_full_request_goes_at_once),
          TEST_IN_SCENE(what_is_refused_is_taken_apart),
          TEST_IN_SCENE(a_bundle_outlives_a_restart),
          TEST_IN_SCENE(a_critical_alert_does_not_wait_for_the_interval),
          TEST_IN_SCENE(a_critical_alert_passes_a_failed_bundle),
          TEST_IN_SCENE(a_full_window_waits_as_well),
          TEST_IN_SCENE(grouping_is_taken_up_and_left),
          TEST_IN_SCENE(what_cannot_be_recorded_goes_late),
          TEST_IN_SCENE(a_dead_webhook_is_probed_bundle_by_bundle))
