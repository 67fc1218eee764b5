/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a receiver's answer means and when the next attempt is due. It knows no
 * clock, socket or store: all inputs are numbers. */
#include "lookout/alert/retry.h"

#include <math.h>

#include "lookout/base/time.h"

/* attempts before an answer is final that a repeat will not change */
enum { POISON_ATTEMPTS = 2 };
/* the longest and the shortest wait that a receiver may ask for */
#define RETRY_AFTER_MOST_MS (2 * HOUR_MS)
#define RETRY_AFTER_LEAST_MS SECOND_MS
#define JITTER 0.1

/* How each answer is handled; a status without a row is tried again until retry_for. */
enum treatment { TREAT_DELIVERED, TREAT_GONE, TREAT_POISON, TREAT_HINTED, TREAT_AGAIN };
static const struct {
    enum retry_protocol protocol;
    int first, last;
    enum treatment treatment;
} treatments[] = {
    /* clang-format off */
    {RETRY_HTTP, 200, 299, TREAT_DELIVERED}, /* 2xx is delivered, everything else is not */
    {RETRY_HTTP, 400, 400, TREAT_POISON},    /* RFC 9110 15.5.1: the same body will be refused again */
    {RETRY_HTTP, 405, 405, TREAT_POISON},    /* 15.5.6 */
    {RETRY_HTTP, 410, 410, TREAT_GONE},      /* Standard Webhooks: the receiver wants no more */
    {RETRY_HTTP, 413, 413, TREAT_POISON},    /* 15.5.14 */
    {RETRY_HTTP, 415, 415, TREAT_POISON},    /* 15.5.16 */
    {RETRY_HTTP, 422, 422, TREAT_POISON},    /* 15.5.21 */
    {RETRY_HTTP, 429, 429, TREAT_HINTED},    /* RFC 6585 section 4: Retry-After */
    {RETRY_HTTP, 503, 503, TREAT_HINTED},    /* RFC 9110 15.6.4: Retry-After */
    {RETRY_SMTP, 250, 250, TREAT_DELIVERED}, /* RFC 5321 4.3.2: after the data */
    {RETRY_SMTP, 530, 530, TREAT_AGAIN},     /* RFC 4954 6: of the login, not of the mail */
    {RETRY_SMTP, 534, 535, TREAT_AGAIN},
    {RETRY_SMTP, 538, 538, TREAT_AGAIN},
    {RETRY_SMTP, 500, 599, TREAT_POISON},    /* RFC 5321 4.2.1: "should not be repeated" */
    {RETRY_MQTT, 2, 2, TREAT_HINTED},        /* types of MQTT's packets: a CONNACK that refuses */
    {RETRY_MQTT, 4, 4, TREAT_DELIVERED},     /* and PUBACK (OASIS MQTT 3.1.1 section 2.2.1) */
    /* clang-format on */
};
enum { TREATMENTS = sizeof treatments / sizeof treatments[0] };

static enum treatment treatment_of(const struct retry_answer *answer)
{
    for (int i = 0; i < TREATMENTS; i++)
        if (answer->protocol == treatments[i].protocol &&
            answer->status >= treatments[i].first && answer->status <= treatments[i].last)
            return treatments[i].treatment;
    return TREAT_AGAIN;
}

bool retry_is_delivered(const struct retry_answer *answer)
{
    return treatment_of(answer) == TREAT_DELIVERED;
}

bool retry_is_refusal(const struct retry_answer *answer)
{
    return treatment_of(answer) == TREAT_POISON;
}

const char *retry_protocol_name(const struct retry_answer *answer)
{
    static const char *const names[] = {
        [RETRY_HTTP] = "HTTP", [RETRY_SMTP] = "SMTP", [RETRY_MQTT] = "MQTT"};
    return names[answer->protocol];
}

struct retry_conf retry_conf_default(void)
{
    static const int64_t waits_s[] = {5, 30, 120, 300, 900, 3600, 7200, 18000, 36000};
    struct retry_conf conf = {.wait_count = sizeof waits_s / sizeof waits_s[0],
                              .retry_for_ms = 76 * HOUR_MS};
    for (size_t i = 0; i < conf.wait_count; i++)
        conf.waits_ms[i] = waits_s[i] * SECOND_MS;
    return conf;
}

static int64_t scheduled_wait(const struct retry_conf *conf, unsigned attempt,
                              double random)
{
    size_t i = attempt == 0 ? 0 : attempt - 1;
    if (i >= conf->wait_count)
        i = conf->wait_count - 1;
    double factor = 1 - JITTER + 2 * JITTER * random;
    return (int64_t)llround((double)conf->waits_ms[i] * factor);
}

/* As the receiver asks, never sooner and at most 2 h; the jitter only makes it later. */
static int64_t hinted_wait(const struct retry_conf *conf, int64_t hint_ms, double random)
{
    int64_t least = conf->waits_ms[0] < RETRY_AFTER_LEAST_MS ? conf->waits_ms[0]
                                                             : RETRY_AFTER_LEAST_MS;
    int64_t wait = hint_ms < RETRY_AFTER_MOST_MS ? hint_ms : RETRY_AFTER_MOST_MS;
    wait = wait < least ? least : wait;
    wait += (int64_t)llround((double)wait * JITTER * random);
    return wait < RETRY_AFTER_MOST_MS ? wait : RETRY_AFTER_MOST_MS;
}

bool retry_is_hinted(const struct retry_answer *answer)
{
    return treatment_of(answer) == TREAT_HINTED && answer->retry_after_ms >= 0;
}

int64_t retry_longest_wait(const struct retry_conf *conf)
{
    int64_t longest = RETRY_AFTER_MOST_MS;
    for (size_t i = 0; i < conf->wait_count; i++) {
        int64_t wait = scheduled_wait(conf, (unsigned)i + 1, 1);
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

enum retry_verdict retry_judge(const struct retry_conf *conf,
                               const struct retry_answer *answer, unsigned attempt,
                               int64_t begun_ms, int64_t now_ms, double random,
                               int64_t *ret_next_ms)
{
    enum treatment treatment = treatment_of(answer);
    if (treatment == TREAT_DELIVERED)
        return RETRY_DELIVERED;
    if (treatment == TREAT_GONE)
        return RETRY_GONE;
    if (treatment == TREAT_POISON && attempt >= POISON_ATTEMPTS)
        return RETRY_DEAD;
    int64_t last_ms = begun_ms + conf->retry_for_ms;
    if (now_ms >= last_ms)
        return RETRY_DEAD;
    int64_t wait = retry_is_hinted(answer)
                       ? hinted_wait(conf, answer->retry_after_ms, random)
                       : scheduled_wait(conf, attempt, random);
    int64_t next = now_ms + wait;
    /* The last attempt is at the end of retry_for, also when the receiver asked for a
     * longer wait. */
    *ret_next_ms = next < last_ms ? next : last_ms;
    return RETRY_LATER;
}
