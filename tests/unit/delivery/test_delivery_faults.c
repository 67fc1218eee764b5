/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests receivers that are dead, slow or hang, and names that lead to the
 * wrong place or to none: a fault of one webhook does not delay another. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/delivery_fixture.h"
#include "lib/receiver.h"

/* A name server of the test: it answers as told, and can hang. */
struct names {
    pthread_mutex_t mutex;
    pthread_cond_t released;
    bool hangs;
    unsigned asked, answered;
    struct resolve_answer answers[2]; /* the first answer, and the later ones */
};

struct faulty_scene {
    struct sender sender;
    struct receiver receiver;
    struct names names;
};

static void look_up(void *context, const char *host, struct resolve_answer *ret_answer)
{
    struct names *names = context;
    (void)host;
    pthread_mutex_lock(&names->mutex);
    unsigned asked = names->asked++;
    while (names->hangs)
        pthread_cond_wait(&names->released, &names->mutex);
    *ret_answer = names->answers[asked == 0 ? 0 : 1];
    names->answered++;
    pthread_cond_broadcast(&names->released);
    pthread_mutex_unlock(&names->mutex);
}

static void release(struct names *names)
{
    pthread_mutex_lock(&names->mutex);
    names->hangs = false;
    pthread_cond_broadcast(&names->released);
    while (names->answered < names->asked) /* the threads use our memory */
        pthread_cond_wait(&names->released, &names->mutex);
    pthread_mutex_unlock(&names->mutex);
}

static struct resolve_answer answer_of(const char *text)
{
    struct resolve_answer answer = {.count = 1};
    assert_true(address_parse(text, &answer.addresses[0]));
    return answer;
}

static int setup(void **state)
{
    struct faulty_scene *t = calloc(1, sizeof *t);
    sender_init(&t->sender);
    receiver_start(&t->receiver, 0);
    pthread_mutex_init(&t->names.mutex, NULL);
    pthread_cond_init(&t->names.released, NULL);
    t->sender.tuning.client.lookup = look_up;
    t->sender.tuning.client.lookup_context = &t->names;
    t->sender.tuning.client.lookup_deadline_ms = 150;
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct faulty_scene *t = *state;
    sender_finish(&t->sender);
    receiver_stop(&t->receiver);
    release(&t->names);
    pthread_cond_destroy(&t->names.released);
    pthread_mutex_destroy(&t->names.mutex);
    free(t);
    return 0;
}

static bool is_for(const struct receiver_request *q, const char *webhook)
{
    return strcmp(q->path + strlen("/hook/"), webhook) == 0;
}

static size_t taken_by(const struct receiver *r, const char *webhook)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        n += is_for(&r->requests[i], webhook) && r->requests[i].status == 200;
    return n;
}

static bool desk_took(const struct receiver *r, size_t n)
{
    return taken_by(r, "desk") >= n;
}

/* --- one suffers, the others do not --- */

static void hang_siem(void *context, const struct receiver_request *request,
                      struct receiver_act *act)
{
    (void)context;
    if (is_for(request, "siem"))
        act->manner = RECEIVER_HANG;
}

static void a_webhook_that_hangs_slows_no_other(void **state)
{
    struct faulty_scene *t = *state;
    t->receiver.decide = hang_siem;
    sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
    /* None of its requests ends during this test. */
    sender_webhook(&t->sender, "siem", "127.0.0.1", t->receiver.port)->timeout_ms = 60000;
    sender_webhook(&t->sender, "dead", "127.0.0.1", receiver_free_port());
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 500, 50);
    assert_true(receiver_wait(&t->receiver, desk_took, 500, LONG_MS));
    assert_int_equal(sender_counts(&t->sender, "siem").pending, 500);
    struct delivery_counts counts;
    assert_true(delivery_counts(t->sender.delivery, "siem", &counts));
    assert_int_equal(counts.in_flight, 8);
}

static void a_name_server_that_hangs_freezes_nothing(void **state)
{
    struct faulty_scene *t = *state;
    t->names.hangs = true;
    t->names.answers[0] = t->names.answers[1] = answer_of("127.0.0.1");
    sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
    sender_webhook(&t->sender, "siem", "siem.example", t->receiver.port)->allow_private =
        true;
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_true(receiver_wait(&t->receiver, desk_took, 1, LONG_MS));
    /* 40 in a row without a pause; the look-up ends only by release() */
    for (uint64_t n = 1; n <= 40; n++) {
        sender_alert(&t->sender, n, 445000001, SEVERITY_INFO);
        assert_true(receiver_wait(&t->receiver, desk_took, n + 1, LONG_MS));
    }
    assert_int_equal(taken_by(&t->receiver, "siem"), 0);
    /* Only one look-up runs at a time, however often the deadline passes. */
    pthread_mutex_lock(&t->names.mutex);
    assert_int_equal(t->names.asked, 1);
    pthread_mutex_unlock(&t->names.mutex);
    release(&t->names);
    assert_true(sender_wait_pending(&t->sender, "siem", 0));
    assert_int_equal(taken_by(&t->receiver, "siem"), 41);
}

/* --- where names lead --- */

static const char *reason_of(struct faulty_scene *t, char ret_text[96]);

static void check_refused(struct faulty_scene *t, struct resolve_answer answer)
{
    char reason[96];
    t->names.answers[0] = t->names.answers[1] = answer;
    sender_webhook(&t->sender, "desk", "inside.example", t->receiver.port)
        ->retry.waits_ms[0] = 60000;
    sender_start(&t->sender);
    sender_alert(&t->sender, 0, 445000001, SEVERITY_INFO);
    assert_string_equal(reason_of(t, reason),
                        "inside.example is the private address 127.0.0.1");
    assert_int_equal(t->receiver.count, 0);
}

static void a_name_that_leads_inside_is_refused(void **state)
{
    static const char *const inside[] = {"127.0.0.1",       "10.1.2.3",
                                         "169.254.169.254", "::ffff:127.0.0.1",
                                         "fd00:ec2::254",   "100.64.0.1"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        struct address a;
        assert_true(address_parse(inside[i], &a));
        assert_true(address_is_private(&a));
    }
    check_refused(*state, answer_of(inside[0]));
}

/* A name is refused also when only one of its addresses is private. */
static void a_name_that_leads_inside_too_is_refused(void **state)
{
    struct resolve_answer both = answer_of("8.8.8.8");
    both.addresses[both.count++] = answer_of("127.0.0.1").addresses[0];
    check_refused(*state, both);
}

/* The name is public when it is checked and private when it is used. The request goes
 * to the checked address, and the name server is asked once. */
static void a_name_is_pinned_to_what_was_checked(void **state)
{
    struct faulty_scene *t = *state;
    t->names.answers[0] = answer_of("127.0.0.1"); /* the address of the test's receiver */
    t->names.answers[1] = answer_of("127.0.0.9"); /* an address without a receiver */
    struct conf_webhook *w =
        sender_webhook(&t->sender, "desk", "rebinding.example", t->receiver.port);
    w->allow_private = true;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 50, 10);
    assert_true(receiver_wait(&t->receiver, desk_took, 50, LONG_MS));
    assert_non_null(strstr(t->receiver.requests[0].head, "Host: rebinding.example:"));
    pthread_mutex_lock(&t->names.mutex);
    assert_int_equal(t->names.asked, 1);
    pthread_mutex_unlock(&t->names.mutex);
}

static void localhost_is_meant(void **state)
{
    struct faulty_scene *t = *state;
    sender_webhook(&t->sender, "desk", "localhost", t->receiver.port);
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, desk_took, 1, LONG_MS));
    assert_int_equal(t->names.asked, 0);
}

static void a_name_without_address_is_tried_again(void **state)
{
    struct faulty_scene *t = *state;
    snprintf(t->names.answers[0].reason, sizeof t->names.answers[0].reason,
             "no such name");
    t->names.answers[1] = answer_of("127.0.0.1");
    sender_webhook(&t->sender, "desk", "late.example", t->receiver.port)->allow_private =
        true;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, desk_took, 1, LONG_MS));
    assert_int_equal(t->names.asked, 2);
}

/* --- answers that never end ----------------------------------------------------------
 */

static void drip_then_take(void *context, const struct receiver_request *request,
                           struct receiver_act *act)
{
    static const enum receiver_manner manners[] = {RECEIVER_DRIP_HEADER, RECEIVER_HANG,
                                                   RECEIVER_RESET, RECEIVER_HALF_CLOSE,
                                                   RECEIVER_GARBAGE};
    (void)context;
    if (request->repeat < sizeof manners / sizeof manners[0])
        act->manner = manners[request->repeat];
}

static void every_bad_manner_is_tried_again_under_the_same_id(void **state)
{
    struct faulty_scene *t = *state;
    t->receiver.decide = drip_then_take;
    sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port)->timeout_ms = 200;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(receiver_wait(&t->receiver, desk_took, 1, LONG_MS));
    assert_int_equal(t->receiver.count, 6);
    for (size_t i = 1; i < t->receiver.count; i++)
        assert_string_equal(t->receiver.requests[i].id, t->receiver.requests[0].id);
}

static void drip_body(void *context, const struct receiver_request *request,
                      struct receiver_act *act)
{
    (void)context;
    (void)request;
    act->manner = RECEIVER_DRIP_BODY;
}

static void a_2xx_counts_though_its_body_never_ends(void **state)
{
    struct faulty_scene *t = *state;
    t->receiver.decide = drip_body;
    sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port)->timeout_ms = 200;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 1, 1);
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_int_equal(t->receiver.count, 1);
    assert_int_equal(sender_counts(&t->sender, "desk").delivered, 1);
}

/* --- the breaker ----------------------------------------------------------------------
 */

static void refuse(void *context, const struct receiver_request *request,
                   struct receiver_act *act)
{
    (void)request;
    act->status = *(int *)context;
}

static void a_dead_webhook_is_probed_not_flooded(void **state)
{
    struct faulty_scene *t = *state;
    struct delivery_counts counts;
    int status = 503;
    t->receiver.decide = refuse;
    t->receiver.context = &status;
    struct conf_webhook *w =
        sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
    w->retry = (struct retry_conf){
        .waits_ms = {200, 60000}, .wait_count = 2, .retry_for_ms = 600000};
    w->in_flight = 2;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 100, 100);
    assert_true(receiver_wait(&t->receiver, receiver_has, 9, LONG_MS));
    /* Five or six failures open the breaker; after that it tries one request at a time,
     * 200 ms apart. */
    assert_true(delivery_counts(t->sender.delivery, "desk", &counts));
    assert_true(counts.is_open);
    for (size_t i = 7; i < 9; i++)
        assert_true(t->receiver.requests[i].at_ms - t->receiver.requests[i - 1].at_ms >=
                    180);
    pthread_mutex_lock(&t->receiver.mutex);
    status = 200;
    pthread_mutex_unlock(&t->receiver.mutex);
    /* When the receiver is back, all alerts are sent, including those that would have
     * waited 60 s. */
    assert_true(receiver_wait(&t->receiver, receiver_took, 100, LONG_MS));
    assert_true(sender_wait_pending(&t->sender, "desk", 0));
    assert_true(delivery_counts(t->sender.delivery, "desk", &counts));
    assert_false(counts.is_open);
    assert_int_equal(counts.delivered, 100);
}

/* --- the end --- */

static void mixed(void *context, const struct receiver_request *request,
                  struct receiver_act *act)
{
    (void)context;
    if (request->mmsi == 445000001)
        act->manner = RECEIVER_HANG;
    else
        act->delay_ms = 150;
}

static void a_stop_lets_end_what_can(void **state)
{
    struct faulty_scene *t = *state;
    t->receiver.decide = mixed;
    sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port)->timeout_ms = 60000;
    sender_start(&t->sender);
    sender_alerts(&t->sender, 0, 2, 2);
    assert_true(receiver_wait(&t->receiver, receiver_has, 2, LONG_MS));
    int64_t begin = receiver_clock_ms();
    sender_stop(&t->sender, 5000);
    assert_true(receiver_clock_ms() - begin < LONG_MS);
    assert_true(store_flush(t->sender.store, 5000));
    struct store_counts c = sender_counts(&t->sender, "desk");
    assert_int_equal(c.delivered, 1);
    assert_int_equal(c.pending, 1);
    sender_start(&t->sender);
}

/* --- helpers --- */

static int keep_reason(void *context, int64_t row, const char *json)
{
    char *text = context;
    const char *at = strstr(json, "\"reason\":\"");
    (void)row;
    if (at != NULL)
        snprintf(text, 96, "%.*s", (int)strcspn(at + 10, "\""), at + 10);
    return 0;
}

static const char *reason_of(struct faulty_scene *t, char ret_text[96])
{
    const struct store_filter all = {.since_ms = INT64_MIN};
    struct timespec pause = {.tv_nsec = 5000000};
    ret_text[0] = '\0';
    for (int i = 0; i < 2000 && ret_text[0] == '\0'; i++) {
        assert_int_equal(query_alerts(t->sender.reader, &all, keep_reason, ret_text), 0);
        nanosleep(&pause, NULL);
    }
    return ret_text;
}

#define TEST_AMONG_NAMES(name) TEST_WITH(name, setup, teardown)

TEST_MAIN(NULL, NULL, TEST_AMONG_NAMES(a_webhook_that_hangs_slows_no_other),
          TEST_AMONG_NAMES(a_name_server_that_hangs_freezes_nothing),
          TEST_AMONG_NAMES(a_name_that_leads_inside_is_refused),
          TEST_AMONG_NAMES(a_name_that_leads_inside_too_is_refused),
          TEST_AMONG_NAMES(a_name_is_pinned_to_what_was_checked),
          TEST_AMONG_NAMES(localhost_is_meant),
          TEST_AMONG_NAMES(a_name_without_address_is_tried_again),
          TEST_AMONG_NAMES(every_bad_manner_is_tried_again_under_the_same_id),
          TEST_AMONG_NAMES(a_2xx_counts_though_its_body_never_ends),
          TEST_AMONG_NAMES(a_dead_webhook_is_probed_not_flooded),
          TEST_AMONG_NAMES(a_stop_lets_end_what_can))
