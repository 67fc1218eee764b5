/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the way from rows of the outbox to requests: nothing is lost, the
 * order of each vessel is kept, and the rules of the contract hold against a receiver
 * that misbehaves. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/delivery_fixture.h"

/* Returns the number of the one alert in a request. */
static uint64_t number_of(const struct receiver_request *q)
{
    struct scene_numbers numbers = scene_numbers_of(q);
    assert_int_equal(numbers.count, 1);
    return numbers.n[0];
}

/* The receiver took each alert 0 .. count - 1 exactly once, and those of each vessel in
 * order. */
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

static void all_arrive_in_order_of_each_vessel(void **state)
{
    struct scene *t = *state;
    t->random.state = 20260101;
    t->receiver.decide = scene_fail_at_random;
    scene_desk(t);
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
    struct conf_webhook *w = scene_desk(t);
    w->ordered = false;
    w->in_flight = 4;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 40, 1);
    assert_true(receiver_wait(&t->receiver, receiver_took, 40, LONG_MS));
    check_all_taken_in_order(&t->receiver, 40, 1, false);
    assert_int_equal(t->receiver.most_under_way, 4);
}

/* The window has 16 rows, 4 for a vessel: most of the outbox is left behind and read
 * later. */
static void a_small_window_loses_nothing(void **state)
{
    struct scene *t = *state;
    t->sender.tuning.window_rows = 16;
    t->sender.tuning.lane_rows = 4;
    t->random.state = 3;
    t->receiver.decide = scene_fail_at_random;
    scene_desk(t);
    sender_alerts(&t->sender, 0, 200, 3);
    sender_start(&t->sender);
    assert_true(receiver_wait(&t->receiver, receiver_took, 200, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    check_all_taken_in_order(&t->receiver, 200, 3, true);
}

static void gone_switches_off_until_a_reload(void **state)
{
    struct scene *t = *state;
    struct delivery_counts counts;
    t->receiver.decide = scene_fail;
    t->status = 410;
    scene_desk(t)->in_flight = 1;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 5, 5);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    /* after another start the webhook is still off; the stop waits for the request
     * under way */
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
    scene_say(t, 200);
    assert_int_equal(store_webhook_enable(t->sender.store, "desk"), 0);
    assert_int_equal(delivery_reconfigure(t->sender.delivery, t->sender.webhooks, 1), 0);
    assert_true(receiver_wait(&t->receiver, receiver_took, 6, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
}

static void busy_once(void *context, const struct receiver_request *request,
                      struct receiver_act *act)
{
    (void)context;
    if (request->repeat == 0) {
        act->status = 429;
        act->headers = "Retry-After: 1\r\n";
    }
}

static void retry_after_is_obeyed(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = busy_once;
    scene_desk(t)->retry.waits_ms[0] =
        60000; /* the receiver asks for 1 s, which counts */
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    int64_t waited = t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms;
    assert_true(waited >= 990);
}

static void poison_dies_after_the_second_attempt(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = scene_fail_0;
    t->status = 422;
    scene_desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 2, 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_true(receiver_wait(&t->receiver, receiver_took, 1, LONG_MS));
    assert_int_equal(t->receiver.count, 3);
    assert_int_equal(number_of(&t->receiver.requests[1]), 0);
    assert_int_equal(number_of(&t->receiver.requests[2]), 1);
    /* another process puts it back; it is delivered */
    scene_say(t, 200);
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
    t->receiver.decide = redirect;
    scene_desk(t)->retry.waits_ms[0] = 60000;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    assert_int_equal(query_alerts(t->sender.reader, &all, keep_line, &line), 0);
    assert_int_equal(t->receiver.count, 1);
    assert_string_equal(t->receiver.requests[0].path, "/hook/desk");
    assert_non_null(strstr(line, "\"status\":307"));
    assert_non_null(strstr(line, "redirects are not followed"));
    /* The answer of the receiver is on record, without the path of the URL. */
    t->receiver.decide = scene_fail_0;
    t->status = 400;
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
    assert_int_equal(query_alerts(t->sender.reader, &dead, keep_line, &line), 0);
    assert_non_null(strstr(line, "HTTP 400: no such member: ********** and a line"));
    free(line);
}

/* A row that is put back starts its whole schedule again: two attempts where it is
 * refused, retry_for from now on. */
static void what_is_put_back_starts_anew(void **state)
{
    struct scene *t = *state;
    struct err err = {0};
    t->receiver.decide = scene_fail_0;
    t->status = 422;
    scene_desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 4, LONG_MS));
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_int_equal(t->receiver.count, 4);
    sender_stop(&t->sender, 5000);
    /* given up because retry_for was over */
    scene_say(t, 500);
    t->sender.webhooks[0].retry.retry_for_ms = 100;
    sender_start(&t->sender);
    assert_int_equal(store_redeliver(t->sender.directory, NULL, 0, true, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
}

/* While the alert waits for its fourth attempt, a row put back goes at once, and then
 * starts again from the first wait. */
static void what_waits_is_put_forward(void **state)
{
    struct scene *t = *state;
    struct err err = {0};
    char id[HASH_ID_BYTES];
    const char *ids[] = {id};
    sender_id(0, id);
    t->receiver.decide = scene_fail_0;
    scene_desk(t)->retry = (struct retry_conf){
        .waits_ms = {10, 20, 600000}, .wait_count = 3, .retry_for_ms = 3600000};
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 3, LONG_MS));
    assert_true(sender_wait_attempts(&t->sender, id, 3));
    assert_int_equal(store_redeliver(t->sender.directory, ids, 1, false, NULL, &err), 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    assert_true(sender_wait_attempts(&t->sender, id, 3));
}

/* The first alert fails; each other request takes 200 ms. */
static void fail_0_slowly(void *context, const struct receiver_request *request,
                          struct receiver_act *act)
{
    scene_fail_0(context, request, act);
    act->delay_ms = 200;
}

/* The critical alerts keep their order: the second is sent after the first has arrived.
 */
static void a_critical_alert_overtakes_a_failed_one(void **state)
{
    struct scene *t = *state;
    t->sender.tuning.critical_wait_ms = 300;
    t->receiver.decide = fail_0_slowly;
    scene_desk(t)->retry.waits_ms[0] = 60000;
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_alert(&t->sender, 1, 445000001, SEVERITY_WARNING);
    sender_alert(&t->sender, 2, 445000001, SEVERITY_CRITICAL);
    sender_alert(&t->sender, 3, 445000001, SEVERITY_CRITICAL);
    assert_true(receiver_wait(&t->receiver, receiver_took, 2, LONG_MS));
    assert_int_equal(t->receiver.count, 3);
    assert_int_equal(number_of(&t->receiver.requests[1]), 2);
    assert_int_equal(number_of(&t->receiver.requests[2]), 3);
    assert_true(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms >= 290);
    assert_true(t->receiver.requests[2].at_ms - t->receiver.requests[1].at_ms >= 190);
    assert_true(sender_wait_pending(&t->sender, "desk", 2));
}

static void slow_100(void *context, const struct receiver_request *request,
                     struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->delay_ms = 100;
}

static bool has_alert(const struct receiver *r, size_t n)
{
    for (size_t i = 0; i < r->count; i++)
        if (scene_holds(&r->requests[i], n))
            return true;
    return false;
}

/* Alerts for 75 s wait: 6,000 of them, eight sent at a time, 100 ms each. */
static void a_critical_alert_comes_within_a_second_beside_a_backlog(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = slow_100;
    scene_desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 6000, 6000);
    assert_true(receiver_wait(&t->receiver, receiver_has, 16, LONG_MS));
    pthread_mutex_lock(&t->receiver.mutex);
    size_t before = t->receiver.count;
    pthread_mutex_unlock(&t->receiver.mutex);
    sender_alert(&t->sender, 6000, 445900000, SEVERITY_CRITICAL);
    assert_true(receiver_wait(&t->receiver, has_alert, 6000, LONG_MS));
    /* this receiver takes eight at a time, ten times a second */
    assert_true(t->receiver.count - before <= 80);
}

/* The clock is set back by 9 h and forward by 2 days while an alert waits. */
static void the_wall_clock_moves_no_wait(void **state)
{
    struct scene *t = *state;
    _Atomic int64_t step_ms = 0;
    t->sender.tuning.wall_step_ms = &step_ms;
    t->receiver.decide = scene_fail;
    scene_desk(t);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 2, LONG_MS));
    step_ms = INT64_C(-9) * 3600000;
    assert_true(receiver_wait(&t->receiver, receiver_has, 4, LONG_MS));
    sender_stop(&t->sender, 5000); /* what is stored now delays no wait */
    assert_true(store_flush(t->sender.store, 5000));
    step_ms = 0;
    sender_start(&t->sender);
    assert_true(receiver_wait(&t->receiver, receiver_has, 6, LONG_MS));
    step_ms = INT64_C(2) * 86400000;
    assert_true(receiver_wait(&t->receiver, receiver_has, 8, LONG_MS));
    scene_say(t, 200);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 1);
    sender_stop(&t->sender, 0);
}

static void busy_for_a_day(void *context, const struct receiver_request *request,
                           struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->status = 429;
    act->headers = "Retry-After: 86400\r\n";
}

/* The last attempt is made when retry_for is over, whatever wait the receiver asks for.
 */
static void retry_for_ends_with_an_attempt(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = busy_for_a_day;
    scene_desk(t)->retry.retry_for_ms = 800;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(sender_wait_dead(&t->sender, "desk", 1));
    assert_int_equal(t->receiver.count, 2);
    assert_true(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms >= 600);
}

static void the_first_failure_is_a_warning(void **state)
{
    struct scene *t = *state;
    char text[4096];
    int ends[2], saved = dup(STDERR_FILENO);
    t->receiver.decide = scene_fail;
    sender_webhook(&t->sender, "warned", "127.0.0.1", t->receiver.port)
        ->retry.waits_ms[0] = 60000;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    bool has_one = receiver_wait(&t->receiver, receiver_has, 1, LONG_MS);
    sender_stop(&t->sender, 5000);
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    assert_true(has_one && n > 0);
    text[n] = '\0';
    assert_non_null(strstr(text, "warning: delivery warned: an attempt failed: HTTP 500; "
                                 "the next is in "));
    assert_non_null(strstr(text, " attempts=1\n"));
}

static void a_restart_goes_on_with_attempts_and_time(void **state)
{
    struct scene *t = *state;
    t->receiver.decide = scene_fail_0;
    t->status = 422;
    scene_desk(t)->retry.waits_ms[0] = 700;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, receiver_has, 1, LONG_MS));
    sender_stop(&t->sender, 5000);
    assert_true(store_flush(t->sender.store, 5000));
    sender_start(&t->sender);
    assert_true(sender_wait_dead(&t->sender, "desk", 1)); /* this was the second one */
    assert_int_equal(t->receiver.count, 2);
    assert_true(t->receiver.requests[1].at_ms - t->receiver.requests[0].at_ms >= 620);
}

static void a_changed_webhook_is_taken_over(void **state)
{
    struct scene *t = *state;
    struct receiver other = {0};
    receiver_start(&other, 0);
    t->receiver.decide = slow;
    scene_desk(t);
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
    assert_int_equal(t->receiver.count + other.count, 60); /* none was sent twice */
    assert_true(other.count > 0);
    assert_int_equal(delivery_reconfigure(t->sender.delivery, NULL, 0), 0);
    receiver_stop(&other);
}

TEST_MAIN(NULL, NULL, TEST_IN_SCENE(all_arrive_in_order_of_each_vessel),
          TEST_IN_SCENE(order_none_sends_a_vessels_side_by_side),
          TEST_IN_SCENE(a_small_window_loses_nothing),
          TEST_IN_SCENE(gone_switches_off_until_a_reload),
          TEST_IN_SCENE(retry_after_is_obeyed),
          TEST_IN_SCENE(poison_dies_after_the_second_attempt),
          TEST_IN_SCENE(redirects_are_failures_and_secrets_are_not_told),
          TEST_IN_SCENE(what_is_put_back_starts_anew),
          TEST_IN_SCENE(what_waits_is_put_forward),
          TEST_IN_SCENE(a_critical_alert_overtakes_a_failed_one),
          TEST_IN_SCENE(a_critical_alert_comes_within_a_second_beside_a_backlog),
          TEST_IN_SCENE(the_wall_clock_moves_no_wait),
          TEST_IN_SCENE(retry_for_ends_with_an_attempt),
          TEST_IN_SCENE(the_first_failure_is_a_warning),
          TEST_IN_SCENE(a_restart_goes_on_with_attempts_and_time),
          TEST_IN_SCENE(a_changed_webhook_is_taken_over))
