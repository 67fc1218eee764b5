/* SPDX-License-Identifier: Apache-2.0 */
/* From outbox rows to requests: nothing is lost, order is kept for each vessel, and the
 * rules of interface.md section 7 hold against a receiver that misbehaves. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delivery_fixture.h"

static struct conf_webhook *desk(struct scene *t)
{
    return sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
}

/* The number of an alert in its body. */
static uint64_t number_of(const struct receiver_request *q)
{
    const char *n = strstr(q->body, "\"n\":");
    assert_non_null(n);
    return strtoull(n + 4, NULL, 10);
}

/* Every alert 0 .. count - 1 was taken exactly once; of each vessel in order. */
static void check_all_taken_in_order(const struct receiver *r, size_t count,
                                     unsigned vessels, bool in_order)
{
    unsigned *taken = calloc(count, sizeof *taken);
    int64_t *last = calloc(vessels, sizeof *last);
    for (size_t i = 0; i < r->count; i++) {
        const struct receiver_request *q = &r->requests[i];
        if (q->status < 200 || q->status > 299)
            continue;
        uint64_t n = number_of(q);
        assert_true(n < count);
        taken[n]++;
        if (in_order)
            assert_true((int64_t)n + 1 > last[n % vessels]);
        last[n % vessels] = (int64_t)n + 1;
        char id[HASH_ID_BYTES];
        sender_id(n, id);
        assert_string_equal(q->id, id);
    }
    for (size_t n = 0; n < count; n++)
        assert_int_equal(taken[n], 1);
    free(taken);
    free(last);
}

static void fail_at_random(void *context, const struct receiver_request *request,
                           struct receiver_act *act)
{
    static const enum receiver_manner manners[] = {RECEIVER_RESET, RECEIVER_HALF_CLOSE,
                                                   RECEIVER_GARBAGE};
    struct scene *t = context;
    uint64_t die = test_random_below(&t->random, 10);
    (void)request;
    act->delay_ms = (int64_t)test_random_below(&t->random, 4);
    if (die == 0)
        act->status = 500;
    else if (die == 1)
        act->manner = manners[test_random_below(&t->random, 3)];
}

static void all_arrive_in_order_of_each_vessel(void **state)
{
    struct scene *t = *state;
    t->random.state = 20260101;
    t->receiver.decide = fail_at_random;
    t->receiver.context = t;
    desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 150, 10);
    sender_alerts(&t->sender, 150, 150, 10);
    assert_true(receiver_wait(&t->receiver, receiver_took, 300, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 300);
    check_all_taken_in_order(&t->receiver, 300, 10, true);
    assert_false(t->receiver.had_two_of_a_vessel);
    assert_in_range(t->receiver.most_under_way, 2, 8);
}

static void slow(void *context, const struct receiver_request *request,
                 struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->delay_ms = 30;
}

static void order_none_sends_a_vessels_side_by_side(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = slow;
    struct conf_webhook *w = desk(t);
    w->ordered = false;
    w->in_flight = 4;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 40, 1);
    assert_true(receiver_wait(&t->receiver, receiver_took, 40, LONG_MS));
    check_all_taken_in_order(&t->receiver, 40, 1, false);
    assert_int_equal(t->receiver.most_under_way, 4);
}

/* A window of 16 rows, 4 for a vessel: most of the outbox is left behind and read again.
 */
static void a_small_window_loses_nothing(void **state)
{
    struct scene *t = *state;
    t->sender.tuning.window_rows = 16;
    t->sender.tuning.lane_rows = 4;
    t->random.state = 3;
    t->receiver.decide = fail_at_random;
    t->receiver.context = t;
    desk(t);
    sender_alerts(&t->sender, 0, 200, 3);
    sender_start(&t->sender);
    assert_true(receiver_wait(&t->receiver, receiver_took, 200, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    check_all_taken_in_order(&t->receiver, 200, 3, true);
}

static void gone(void *context, const struct receiver_request *request,
                 struct receiver_act *act)
{
    (void)request;
    act->status = *(int *)context;
}

static void gone_switches_off_until_a_reload(void **state)
{
    struct scene *t = *state;
    int status = 410;
    struct delivery_counts counts;
    t->receiver.decide = gone;
    t->receiver.context = &status;
    desk(t)->in_flight = 1;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 5, 5);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    /* another start: still off. The stop waits for what is under way. */
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    bool is_gone = false;
    assert_int_equal(store_reader_webhook_is_gone(t->sender.reader, "desk", &is_gone), 0);
    assert_true(is_gone);
    assert_int_equal(t->receiver.count, 1);
    assert_int_equal(sender_counts(&t->sender, "desk").pending, 5);
    sender_start(&t->sender);
    assert_true(delivery_counts(t->sender.delivery, "desk", &counts));
    assert_true(counts.is_gone);
    sender_alerts(&t->sender, 5, 1, 7);
    sender_stop(&t->sender, 0);
    assert_int_equal(t->receiver.count, 1);
    sender_start(&t->sender);
    pthread_mutex_lock(&t->receiver.mutex);
    status = 200;
    pthread_mutex_unlock(&t->receiver.mutex);
    assert_int_equal(store_webhook_enable(t->sender.store, "desk"), 0);
    assert_int_equal(delivery_reconfigure(t->sender.delivery, t->sender.webhooks, 1), 0);
    assert_true(receiver_wait(&t->receiver, receiver_took, 6, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
}

static void busy_once(void *context, const struct receiver_request *request,
                      struct receiver_act *act)
{
    const char *const *header = context;
    if (request->repeat == 0) {
        act->status = 429;
        act->headers = *header;
    }
}

static void retry_after_is_obeyed(void **state)
{
    struct scene *t = *state;
    const char *header = "Retry-After: 1\r\n";
    t->receiver.decide = busy_once;
    t->receiver.context = &header;
    desk(t)->retry.waits_ms[0] = 2000; /* no sooner than 1 s: the receiver's word */
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    int64_t waited = t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms;
    assert_in_range(waited, 990, 1900);
}

static void poison_one(void *context, const struct receiver_request *request,
                       struct receiver_act *act)
{
    if (number_of(request) == 0) {
        act->status = *(int *)context;
        act->body = "no such member: /hook/desk and a\tline";
    }
}

static void poison_dies_after_the_second_attempt(void **state)
{
    struct scene *t = *state;
    int status = 422;
    t->receiver.decide = poison_one;
    t->receiver.context = &status;
    desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 2, 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    assert_int_equal(t->receiver.count, 3);
    assert_int_equal(number_of(&t->receiver.requests[1]), 0);
    assert_int_equal(number_of(&t->receiver.requests[2]), 1);
    /* put back by another process, and delivered */
    pthread_mutex_lock(&t->receiver.mutex);
    status = 200;
    pthread_mutex_unlock(&t->receiver.mutex);
    struct err err = {0};
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_took, 2, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(sender_counts(&t->sender, "desk").dead, 0);
}

static int keep_line(void *context, int64_t row, const char *json)
{
    (void)row;
    char **text = context;
    free(*text);
    *text = strdup(json);
    return 0;
}

static void redirect(void *context, const struct receiver_request *request,
                     struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->status = 307;
    act->headers = "Location: /elsewhere\r\n";
}

static void redirects_are_failures_and_secrets_are_not_told(void **state)
{
    struct scene *t = *state;
    char *line = NULL;
    const struct store_filter all = {.since_ms = INT64_MIN};
    int status = 400;
    t->receiver.decide = redirect;
    desk(t)->retry.waits_ms[0] = 60000;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    assert_int_equal(store_reader_alerts(t->sender.reader, &all, keep_line, &line), 0);
    assert_int_equal(t->receiver.count, 1);
    assert_string_equal(t->receiver.requests[0].path, "/hook/desk");
    assert_non_null(strstr(line, "\"status\":307"));
    assert_non_null(strstr(line, "redirects are not followed"));
    /* What the receiver says is on record, but for the URL's path. */
    t->receiver.decide = poison_one;
    t->receiver.context = &status;
    t->sender.webhooks[0].retry.waits_ms[0] = 20;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 1, 1, 1);
    struct err err = {0};
    char id[HASH_ID_BYTES];
    sender_id(0, id);
    const char *ids[] = {id};
    assert_int_equal(store_redeliver(t->sender.directory, ids, 1, false, NULL, &err), 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    struct store_filter dead = {.since_ms = INT64_MIN, .dead = true};
    assert_int_equal(store_reader_alerts(t->sender.reader, &dead, keep_line, &line), 0);
    assert_non_null(strstr(line, "HTTP 400: no such member: ********** and a line"));
    free(line);
}

static void fail_first(void *context, const struct receiver_request *request,
                       struct receiver_act *act)
{
    (void)context;
    if (number_of(request) == 0)
        act->status = 500;
}

/* What is put back has its whole schedule before it again: two attempts of what is
 * refused, retry_for from now on. */
static void what_is_put_back_starts_anew(void **state)
{
    struct scene *t = *state;
    int status = 422;
    struct err err = {0};
    t->receiver.decide = poison_one;
    t->receiver.context = &status;
    desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 4, LONG_MS));
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_int_equal(t->receiver.count, 4);
    sender_stop(&t->sender, 5000);
    /* given up because retry_for was over */
    status = 500;
    t->sender.webhooks[0].retry.retry_for_ms = 100;
    sender_start(&t->sender);
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
}

/* While it waits for its fourth attempt: at once, and from the first wait on. */
static void what_waits_is_put_forward(void **state)
{
    struct scene *t = *state;
    struct err err = {0};
    char id[HASH_ID_BYTES];
    const char *ids[] = {id};
    sender_id(0, id);
    t->receiver.decide = fail_first;
    desk(t)->retry = (struct retry_conf){
        .waits_ms = {10, 20, 600000}, .wait_count = 3, .retry_for_ms = 3600000};
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 3, LONG_MS));
    assert_true(sender_wait_attempts(&t->sender, id, 3));
    assert_int_equal(store_redeliver(t->sender.directory, ids, 1, false, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    assert_true(sender_wait_attempts(&t->sender, id, 3));
}

static void a_critical_alert_overtakes_a_failed_one(void **state)
{
    struct scene *t = *state;
    t->sender.tuning.critical_wait_ms = 300;
    t->receiver.decide = fail_first;
    desk(t)->retry.waits_ms[0] = 60000;
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    sender_alert(&t->sender, 1, 445000001, SEVERITY_WARNING);
    sender_alert(&t->sender, 2, 445000001, SEVERITY_CRITICAL);
    sender_alert(&t->sender, 3, 445000001, SEVERITY_CRITICAL);
    assert_true(receiver_wait(&t->receiver, receiver_took, 2, LONG_MS));
    assert_int_equal(t->receiver.count, 3);
    assert_int_equal(number_of(&t->receiver.requests[1]), 2);
    assert_int_equal(number_of(&t->receiver.requests[2]), 3);
    assert_in_range(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms, 290,
                    2000);
    assert_true(sender_wait_pending(&t->sender, "desk", 2));
}

static void a_restart_goes_on_with_attempts_and_time(void **state)
{
    struct scene *t = *state;
    int status = 422;
    t->receiver.decide = poison_one;
    t->receiver.context = &status;
    desk(t)->retry.waits_ms[0] = 700;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    sender_start(&t->sender);
    assert_true(sender_wait_dead(&t->sender, "desk", 1)); /* this one was the second */
    assert_int_equal(t->receiver.count, 2);
    assert_in_range(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms, 620,
                    3000);
}

static void a_changed_webhook_is_taken_over(void **state)
{
    struct scene *t = *state;
    struct receiver other = {0};
    receiver_start(&other, 0);
    t->receiver.decide = slow;
    desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 60, 20);
    assert_true(receiver_wait(&t->receiver, receiver_has, 10, LONG_MS));
    struct conf_webhook moved = t->sender.webhooks[0];
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/hook/desk", other.port);
    moved.url = url;
    moved.definition = 2;
    assert_int_equal(delivery_reconfigure(t->sender.delivery, &moved, 1), 0);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(t->receiver.count + other.count, 60); /* none twice */
    assert_true(other.count > 0);
    assert_int_equal(delivery_reconfigure(t->sender.delivery, NULL, 0), 0);
    receiver_stop(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_arrive_in_order_of_each_vessel),
        TEST(order_none_sends_a_vessels_side_by_side),
        TEST(a_small_window_loses_nothing),
        TEST(gone_switches_off_until_a_reload),
        TEST(retry_after_is_obeyed),
        TEST(poison_dies_after_the_second_attempt),
        TEST(redirects_are_failures_and_secrets_are_not_told),
        TEST(what_is_put_back_starts_anew),
        TEST(what_waits_is_put_forward),
        TEST(a_critical_alert_overtakes_a_failed_one),
        TEST(a_restart_goes_on_with_attempts_and_time),
        TEST(a_changed_webhook_is_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
