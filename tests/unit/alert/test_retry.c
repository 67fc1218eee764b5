/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the retry rules of the contract, one row for each. */
#include "lib/testlib.h"

#include <stdio.h>
#include <string.h>

#include "lookout/alert/retry.h"
#include "lookout/base/time.h"

#define NOW INT64_C(1711389840000)

static const struct {
    int status;
    unsigned attempt;
    int64_t retry_after_ms;
    enum retry_verdict verdict;
    int64_t wait_ms; /* with the random number 0.5: no jitter, or half of the late side */
} rows[] = {
    /* clang-format off */
    /* status classes: 2xx is delivered, all others are failures */
    {200, 1, -1, RETRY_DELIVERED, 0}, {201, 1, -1, RETRY_DELIVERED, 0}, {204, 3, -1, RETRY_DELIVERED, 0}, {299, 1, -1, RETRY_DELIVERED, 0},
    {100, 1, -1, RETRY_LATER, 5000},  {199, 1, -1, RETRY_LATER, 5000},
    /* redirects are not followed: they count as failures */
    {300, 1, -1, RETRY_LATER, 5000},  {301, 1, -1, RETRY_LATER, 5000}, {302, 2, -1, RETRY_LATER, 30000}, {307, 1, -1, RETRY_LATER, 5000}, {308, 1, -1, RETRY_LATER, 5000},
    /* no answer: refused, timeout, reset, TLS, DNS */
    {0, 1, -1, RETRY_LATER, 5000},    {0, 2, -1, RETRY_LATER, 30000},  {0, 9, -1, RETRY_LATER, 36000000}, {0, 40, -1, RETRY_LATER, 36000000},
    /* the schedule: 5s 30s 2min 5min 15min 1h 2h 5h 10h; the last one repeats */
    {500, 1, -1, RETRY_LATER, 5000},  {500, 2, -1, RETRY_LATER, 30000}, {500, 3, -1, RETRY_LATER, 120000}, {500, 4, -1, RETRY_LATER, 300000},
    {500, 5, -1, RETRY_LATER, 900000},{500, 6, -1, RETRY_LATER, 3600000}, {500, 7, -1, RETRY_LATER, 7200000}, {500, 8, -1, RETRY_LATER, 18000000}, {500, 9, -1, RETRY_LATER, 36000000},
    {502, 1, -1, RETRY_LATER, 5000},  {504, 1, -1, RETRY_LATER, 5000},  {599, 1, -1, RETRY_LATER, 5000},
    /* 4xx that may pass */
    {401, 1, -1, RETRY_LATER, 5000},  {403, 5, -1, RETRY_LATER, 900000}, {404, 2, -1, RETRY_LATER, 30000}, {408, 1, -1, RETRY_LATER, 5000}, {425, 1, -1, RETRY_LATER, 5000}, {409, 9, -1, RETRY_LATER, 36000000},
    /* poison: dead after the second attempt */
    {400, 1, -1, RETRY_LATER, 5000},  {400, 2, -1, RETRY_DEAD, 0}, {405, 1, -1, RETRY_LATER, 5000}, {405, 2, -1, RETRY_DEAD, 0},
    {413, 1, -1, RETRY_LATER, 5000},  {413, 2, -1, RETRY_DEAD, 0}, {415, 1, -1, RETRY_LATER, 5000}, {415, 2, -1, RETRY_DEAD, 0},
    {422, 1, -1, RETRY_LATER, 5000},  {422, 2, -1, RETRY_DEAD, 0}, {422, 7, -1, RETRY_DEAD, 0},
    /* 410 switches the webhook off */
    {410, 1, -1, RETRY_GONE, 0},      {410, 9, -1, RETRY_GONE, 0},
    /* Retry-After with 429 and 503, the jitter on the late side; 2 h at most; no sooner than a second */
    {429, 1, 60000, RETRY_LATER, 63000},   {503, 1, 60000, RETRY_LATER, 63000}, {503, 9, 2000, RETRY_LATER, 2100},
    {429, 1, 0, RETRY_LATER, 1050},        {429, 1, 30 * DAY_MS, RETRY_LATER, 2 * HOUR_MS},
    {429, 1, -1, RETRY_LATER, 5000},       {503, 2, -1, RETRY_LATER, 30000},
    /* other statuses ignore Retry-After */
    {500, 1, 60000, RETRY_LATER, 5000},    {302, 1, 60000, RETRY_LATER, 5000}, {400, 1, 60000, RETRY_LATER, 5000},
    /* clang-format on */
};

static void answers_mean_what_the_contract_says(void **state)
{
    struct retry_conf conf = retry_conf_default();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct retry_answer answer = {rows[i].status, rows[i].retry_after_ms, RETRY_HTTP};
        int64_t next = -1;
        enum retry_verdict verdict =
            retry_judge(&conf, &answer, rows[i].attempt, NOW, NOW, 0.5, &next);
        if (verdict != rows[i].verdict ||
            (verdict == RETRY_LATER && next - NOW != rows[i].wait_ms))
            fail_msg("status %d attempt %u: verdict %d, wait %lld", rows[i].status,
                     rows[i].attempt, (int)verdict, (long long)(next - NOW));
    }
}

/* By mail: RFC 5321 4.2.1, and RFC 4954 section 6 for the login. */
static void answers_of_mail(void **state)
{
    static const struct {
        int status;
        enum retry_verdict first, second;
    } mails[] = {
        {250, RETRY_DELIVERED, RETRY_DELIVERED}, {0, RETRY_LATER, RETRY_LATER},
        {421, RETRY_LATER, RETRY_LATER},         {451, RETRY_LATER, RETRY_LATER},
        {535, RETRY_LATER, RETRY_LATER},         {530, RETRY_LATER, RETRY_LATER},
        {550, RETRY_LATER, RETRY_DEAD},          {554, RETRY_LATER, RETRY_DEAD},
        {200, RETRY_LATER, RETRY_LATER},
    };
    struct retry_conf conf = retry_conf_default();
    for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
        struct retry_answer answer = {mails[i].status, -1, RETRY_SMTP};
        int64_t next = -1;
        assert_int_equal(retry_judge(&conf, &answer, 1, NOW, NOW, 0.5, &next),
                         mails[i].first);
        assert_int_equal(retry_judge(&conf, &answer, 2, NOW, NOW, 0.5, &next),
                         mails[i].second);
        assert_string_equal(retry_protocol_name(&answer), "SMTP");
    }
}

/* MQTT: PUBACK is delivered, a refused login waits as long as it is told, and all else is
 * tried again. */
static void a_brokers_answers_mean_what_the_contract_says(void **state)
{
    static const struct {
        int status;
        int64_t retry_after_ms;
        enum retry_verdict verdict;
        int64_t wait_ms;
    } answers[] = {
        {RETRY_MQTT_TAKEN, -1, RETRY_DELIVERED, 0},
        {RETRY_MQTT_REFUSED, 300000, RETRY_LATER, 315000},
        {RETRY_MQTT_NONE, -1, RETRY_LATER, 30000},
    };
    struct retry_conf conf = retry_conf_default();
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct retry_answer answer = {answers[i].status, answers[i].retry_after_ms,
                                      RETRY_MQTT};
        int64_t next = NOW;
        assert_int_equal(retry_judge(&conf, &answer, 2, NOW, NOW, 0.5, &next),
                         answers[i].verdict);
        assert_int_equal(next - NOW, answers[i].wait_ms);
        assert_false(retry_is_refusal(&answer));
        assert_string_equal(retry_protocol_name(&answer), "MQTT");
    }
}

static void jitter_stays_within_a_tenth(void **state)
{
    struct retry_conf conf = retry_conf_default();
    struct test_random random = {42};
    struct retry_answer failed = {500, -1, RETRY_HTTP}, hinted = {429, 10000, RETRY_HTTP};
    int64_t least = INT64_MAX, most = 0;
    for (int i = 0; i < 10000; i++) {
        double x = (double)test_random_below(&random, 1000000) / 1e6;
        int64_t next = 0;
        assert_int_equal(retry_judge(&conf, &failed, 2, NOW, NOW, x, &next), RETRY_LATER);
        least = next - NOW < least ? next - NOW : least;
        most = next - NOW > most ? next - NOW : most;
        assert_int_equal(retry_judge(&conf, &hinted, 2, NOW, NOW, x, &next), RETRY_LATER);
        assert_in_range(next - NOW, 10000, 11000); /* never sooner than asked */
    }
    assert_in_range(least, 27000, 27100);
    assert_in_range(most, 32900, 33000);
}

static void retry_for_ends_it(void **state)
{
    struct retry_conf conf = {
        .waits_ms = {1000, 2000}, .wait_count = 2, .retry_for_ms = 4000};
    struct retry_answer failed = {500, -1, RETRY_HTTP}, hinted = {503, 10000, RETRY_HTTP},
                        good = {200, -1, RETRY_HTTP};
    int64_t next = 0;
    assert_int_equal(retry_judge(&conf, &failed, 2, NOW, NOW + 1000, 0.5, &next),
                     RETRY_LATER);
    assert_int_equal(next, NOW + 3000);
    /* the last attempt when retry_for is over */
    assert_int_equal(retry_judge(&conf, &failed, 3, NOW, NOW + 3000, 0.5, &next),
                     RETRY_LATER);
    assert_int_equal(next, NOW + 4000);
    assert_int_equal(retry_judge(&conf, &failed, 4, NOW, NOW + 4000, 0.5, &next),
                     RETRY_DEAD);
    assert_int_equal(retry_judge(&conf, &good, 4, NOW, NOW + 9000, 0.5, &next),
                     RETRY_DELIVERED);
    /* the last attempt also when the receiver asks for a longer wait */
    assert_int_equal(retry_judge(&conf, &hinted, 1, NOW, NOW + 1000, 0.5, &next),
                     RETRY_LATER);
    assert_int_equal(next, NOW + 4000);
    assert_int_equal(retry_judge(&conf, &hinted, 2, NOW, NOW + 4000, 0.5, &next),
                     RETRY_DEAD);
    conf = retry_conf_default();
    assert_int_equal(conf.retry_for_ms, 76 * HOUR_MS);
    assert_int_equal(retry_judge(&conf, &failed, 30, NOW, NOW + 76 * HOUR_MS, 0, &next),
                     RETRY_DEAD);
}

TEST_MAIN(NULL, NULL, TEST(answers_mean_what_the_contract_says), TEST(answers_of_mail),
          TEST(a_brokers_answers_mean_what_the_contract_says),
          TEST(jitter_stays_within_a_tenth), TEST(retry_for_ends_it))
