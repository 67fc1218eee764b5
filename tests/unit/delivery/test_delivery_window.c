/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests what is sent next, and when, with clocks that the test sets: the
 * window on a real outbox, without a thread or a request; and the breaker. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delivery_fixture.h"
#include "lookout/base/time.h"

#define DAY INT64_C(86400000)

struct desk {
    struct sender sender;
    struct window window;
    struct moment now;
};

static int set_up(void **state)
{
    struct desk *t = calloc(1, sizeof *t);
    if (t == NULL)
        return 1;
    sender_init(&t->sender);
    sender_webhook(&t->sender, "desk", "127.0.0.1", 9);
    window_init(&t->window);
    t->window.rows_most = 4096;
    t->window.lane_most = 1024;
    t->window.bytes_most = 8 << 20;
    t->window.bundle_most = 1;
    t->window.is_ordered = true;
    t->window.critical_wait_ms = 60000;
    t->window.longest_wait_ms = 11 * HOUR_MS;
    t->now = moment_now();
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *t = *state;
    window_clear(&t->window);
    sender_finish(&t->sender);
    free(t);
    return 0;
}

static void load(struct desk *t)
{
    t->window.has_more = true;
    assert_int_equal(window_load(&t->window, t->sender.reader, "desk", &t->now), 0);
    assert_int_equal(window_load_urgent(&t->window, t->sender.reader, "desk", &t->now),
                     0);
}

/* Returns the number of the alert that is sent now and is under way from now on; -1 for
 * none. */
static int64_t send_next(struct desk *t, struct bundle **ret_bundle)
{
    int64_t due_ms = 0, now_ms = t->now.steady_ms;
    struct bundle *b = window_next(&t->window, now_ms, true, &due_ms);
    while (b == NULL && due_ms <= now_ms) {
        (void)group_form(&t->window, now_ms);
        b = window_next(&t->window, now_ms, true, &due_ms);
    }
    if (b == NULL || due_ms > now_ms)
        return -1;
    window_take(&t->window, b);
    assert_int_equal(b->count, 1);
    *ret_bundle = b;
    const char *n = strstr(b->first->body, "\"n\":");
    assert_non_null(n);
    return strtoll(n + 4, NULL, 10);
}

static void deliver(struct desk *t, struct bundle *b)
{
    assert_int_equal(window_remove(&t->window, b), 0);
}

/* --- critical alerts --- */

/* 6,000 alerts of as many vessels wait, more than the window holds; eight are under
 * way. The critical alert of another vessel is sent next. */
static void check_critical_first(struct desk *t)
{
    struct bundle *under_way[8], *b = NULL;
    sender_alerts(&t->sender, 0, 6000, 6000);
    load(t);
    for (int i = 0; i < 8; i++)
        assert_int_equal(send_next(t, &under_way[i]), i);
    sender_alert(&t->sender, 6000, 445900000, SEVERITY_CRITICAL);
    load(t);
    assert_true(t->window.has_more); /* it lies beyond the window */
    t->now.steady_ms += 100;         /* as many as a receiver takes */
    deliver(t, under_way[0]);
    assert_int_equal(send_next(t, &b), 6000);
    deliver(t, b);
    for (int64_t n = 8; n < 100; n++) { /* then the others in order */
        assert_int_equal(send_next(t, &b), n);
        deliver(t, b);
    }
}

static void a_critical_alert_goes_before_all_that_waits(void **state)
{
    check_critical_first(*state);
}

static void a_critical_alert_goes_before_all_groups(void **state)
{
    struct desk *t = *state;
    t->window.bundle_most = 100;
    t->window.group = (struct conf_group){
        .is_on = true, .by = 1u << CONF_GROUP_VESSEL, .interval_ms = HOUR_MS};
    check_critical_first(t);
}

/* Two waiting alerts of the same vessel are sent before the critical one, and no
 * others, also when they fail. */
static void a_critical_alert_takes_its_vessels_along(void **state)
{
    struct desk *t = *state;
    struct bundle *b = NULL;
    t->window.rows_most = 16;
    sender_alerts(&t->sender, 0, 100, 100);
    sender_alert(&t->sender, 100, 445900000, SEVERITY_INFO);
    sender_alert(&t->sender, 101, 445900000, SEVERITY_INFO);
    sender_alert(&t->sender, 102, 445900000, SEVERITY_CRITICAL);
    sender_alert(&t->sender, 103, 445900000, SEVERITY_INFO);
    load(t);
    assert_int_equal(send_next(t, &b), 100);
    b->due_ms = t->now.steady_ms + 1000;
    b->failing_since_ms = t->now.steady_ms;
    assert_int_equal(window_retry(&t->window, b), 0);
    struct bundle *other = NULL;
    assert_int_equal(send_next(t, &other),
                     0); /* no other vessel waits for the failed alert */
    t->now.steady_ms += 1000;
    for (int64_t n = 100; n < 103; n++) {
        assert_int_equal(send_next(t, &b), n);
        deliver(t, b);
    }
    assert_int_equal(send_next(t, &b), 1);
}

static void without_order_only_the_critical_alert_goes_first(void **state)
{
    struct desk *t = *state;
    struct bundle *b = NULL;
    t->window.rows_most = 16;
    t->window.is_ordered = false;
    sender_alerts(&t->sender, 0, 100, 1);
    sender_alert(&t->sender, 100, 445000001, SEVERITY_CRITICAL);
    load(t);
    assert_int_equal(send_next(t, &b), 100);
    assert_int_equal(send_next(t, &b), 0);
}

/* Rows that were read ahead are neither sent twice nor lost when the rest is read. */
static void what_is_read_ahead_goes_once(void **state)
{
    struct desk *t = *state;
    unsigned sent[303] = {0};
    t->window.rows_most = 16;
    sender_alerts(&t->sender, 0, 300, 50);
    for (uint64_t n = 300; n < 303; n++)
        sender_alert(&t->sender, n, 445000001 + (uint32_t)n, SEVERITY_CRITICAL);
    int64_t n = 0;
    for (struct bundle *b = NULL; load(t), (n = send_next(t, &b)) >= 0; deliver(t, b))
        sent[n]++;
    for (size_t i = 0; i < 303; i++)
        assert_int_equal(sent[i], 1);
}

/* --- clocks --- */

/* The alert was tried at `now` and is due again 30 s later, as the store keeps it. */
static void record_attempt(struct desk *t, int64_t wait_ms)
{
    struct bundle *b = NULL;
    struct outcomes outcomes;
    assert_int_equal(outcomes_init(&outcomes, t->sender.store), 0);
    assert_int_equal(send_next(t, &b), 0);
    const struct store_outcome failed = {.attempts = 1,
                                         .status = 503,
                                         .at_ms = t->now.wall_ms,
                                         .next_attempt_ms = t->now.wall_ms + wait_ms};
    outcomes_add(&outcomes, b, &failed);
    outcomes_hand_over(&outcomes);
    outcomes_finish(&outcomes);
    assert_true(store_flush(t->sender.store, 10000));
    window_clear(&t->window);
}

/* Returns when the one alert is due after a restart, counted from now. */
static int64_t due_after_restart(struct desk *t)
{
    int64_t due_ms = 0;
    window_clear(&t->window);
    load(t);
    (void)window_next(&t->window, t->now.steady_ms, true, &due_ms);
    return due_ms - t->now.steady_ms;
}

static void a_restart_waits_what_was_left_whatever_the_clock_says(void **state)
{
    static const struct {
        int64_t step_ms, least_ms, most_ms; /* of the wall clock; due, counted from now */
    } rows[] = {
        /* clang-format off */
        {0,             30000,         30000},
        {10000,         20000,         20000},
        {-9 * 3600000,  30000,         30000}, /* set back by hours: the wait stays */
        {-400 * DAY,    30000,         30000},
        {2 * DAY,       -3 * DAY,      0},     /* set forward: at once */
        /* clang-format on */
    };
    struct desk *t = *state;
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    t->now = moment_now();
    load(t);
    record_attempt(t, 30000);
    const int64_t wall_ms = t->now.wall_ms;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t->now.wall_ms = wall_ms + rows[i].step_ms;
        int64_t due = due_after_restart(t);
        if (due < rows[i].least_ms || due > rows[i].most_ms)
            fail_msg("step %lld: due in %lld ms", (long long)rows[i].step_ms,
                     (long long)due);
    }
}

/* No wait explains this stored time. */
static void no_stored_wait_is_longer_than_any_wait(void **state)
{
    struct desk *t = *state;
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    t->now = moment_now();
    load(t);
    record_attempt(t, 400 * DAY);
    assert_int_equal(due_after_restart(t), t->window.longest_wait_ms);
}

/* The clock was set back, so the times of new alerts lie ahead: they are sent at once,
 * and retry_for counts from now. */
static void what_comes_from_ahead_goes_at_once(void **state)
{
    struct desk *t = *state;
    struct bundle *b = NULL;
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    t->now.wall_ms -= 9 * HOUR_MS;
    load(t);
    assert_int_equal(send_next(t, &b), 0);
    assert_int_equal(bundle_begun_ms(b), t->now.steady_ms);
}

/* --- the breaker --- */

static void five_failures_open_the_breaker(void **state)
{
    struct breaker b = {0};
    const int requests[7] = {0};
    for (int i = 0; i < 4; i++)
        assert_false(breaker_end_dead(&b, &requests[i], 1000, false));
    assert_false(
        breaker_end_alive(&b, &requests[4])); /* an answer starts the count again */
    for (int i = 0; i < 4; i++)
        assert_false(breaker_end_dead(&b, &requests[i], 1000, false));
    assert_int_equal(breaker_allows_at(&b, 10), 10);
    assert_true(breaker_end_dead(&b, &requests[4], 1000, false));
    assert_int_equal(breaker_allows_at(&b, 10), 1000);
    assert_int_equal(breaker_allows_at(&b, 2000), 2000);
    breaker_begin(&b, &requests[5]); /* the probe: one at a time */
    assert_int_equal(breaker_allows_at(&b, 2000), INT64_MAX);
    assert_false(breaker_end_dead(&b, &requests[6], 7000, false)); /* sent before */
    assert_int_equal(breaker_allows_at(&b, 2000), INT64_MAX);
    assert_false(breaker_end_dead(&b, &requests[5], 3000, false));
    assert_int_equal(breaker_allows_at(&b, 2000), 3000);
    assert_true(breaker_end_alive(&b, &requests[5]));
    assert_int_equal(breaker_allows_at(&b, 2000), 2000);
}

/* The breaker waits as long as the receiver asks, whichever request got the answer. */
static void the_probe_waits_as_long_as_the_receiver_asks(void **state)
{
    struct breaker b = {.failures = 4};
    const int requests[2] = {0};
    assert_true(breaker_end_dead(&b, &requests[0], 5000, false));
    assert_false(breaker_end_dead(&b, &requests[1], 7200000, true));
    assert_int_equal(breaker_allows_at(&b, 0), 7200000);
}

#define TEST_AT_DESK(name) TEST_WITH(name, set_up, tear_down)

TEST_MAIN(NULL, NULL, TEST_AT_DESK(a_critical_alert_goes_before_all_that_waits),
          TEST_AT_DESK(a_critical_alert_goes_before_all_groups),
          TEST_AT_DESK(a_critical_alert_takes_its_vessels_along),
          TEST_AT_DESK(without_order_only_the_critical_alert_goes_first),
          TEST_AT_DESK(what_is_read_ahead_goes_once),
          TEST_AT_DESK(a_restart_waits_what_was_left_whatever_the_clock_says),
          TEST_AT_DESK(no_stored_wait_is_longer_than_any_wait),
          TEST_AT_DESK(what_comes_from_ahead_goes_at_once),
          TEST(five_failures_open_the_breaker),
          TEST(the_probe_waits_as_long_as_the_receiver_asks))
