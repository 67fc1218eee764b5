/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiver's answer means and when the next attempt is due. Knows no clock, no
 * socket and no store: all of them come in as numbers. */
#include "lookout/alert/retry.h"

#include <math.h>
#include <string.h>

#include "lookout/base/timefmt.h"

/* Attempts after which an answer that no repeat will change is given up. */
enum { POISON_ATTEMPTS = 2 };
/* No wait that a receiver asks for is longer; no repeat it asks for is sooner. */
#define RETRY_AFTER_MOST_MS DAY_MS
#define RETRY_AFTER_LEAST_MS SECOND_MS
#define JITTER 0.1

/* How each answer is treated; a status that is in no row is tried again until retry_for.
 */
enum treatment { TREAT_DELIVERED, TREAT_GONE, TREAT_POISON, TREAT_HINTED, TREAT_AGAIN };
static const struct {
    int first, last;
    enum treatment treatment;
} treatments[] = {
    /* clang-format off */
    {200, 299, TREAT_DELIVERED}, /* interface.md 6: 2xx is delivered, everything else is not */
    {400, 400, TREAT_POISON},    /* RFC 9110 15.5.1: the same body will be refused again */
    {405, 405, TREAT_POISON},    /* 15.5.6 */
    {410, 410, TREAT_GONE},      /* Standard Webhooks: the receiver wants no more */
    {413, 413, TREAT_POISON},    /* 15.5.14 */
    {415, 415, TREAT_POISON},    /* 15.5.16 */
    {422, 422, TREAT_POISON},    /* 15.5.21 */
    {429, 429, TREAT_HINTED},    /* RFC 6585 section 4: Retry-After */
    {503, 503, TREAT_HINTED},    /* RFC 9110 15.6.4: Retry-After */
    /* clang-format on */
};
enum { TREATMENTS = sizeof treatments / sizeof treatments[0] };

static enum treatment treatment_of(int status)
{
    for (int i = 0; i < TREATMENTS; i++)
        if (status >= treatments[i].first && status <= treatments[i].last)
            return treatments[i].treatment;
    return TREAT_AGAIN;
}

bool retry_is_refusal(int status)
{
    return treatment_of(status) == TREAT_POISON;
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

/* As asked for, never sooner; the jitter is on the late side. */
static int64_t hinted_wait(const struct retry_conf *conf, int64_t hint_ms, double random)
{
    int64_t least = conf->waits_ms[0] < RETRY_AFTER_LEAST_MS ? conf->waits_ms[0]
                                                             : RETRY_AFTER_LEAST_MS;
    int64_t wait = hint_ms < RETRY_AFTER_MOST_MS ? hint_ms : RETRY_AFTER_MOST_MS;
    wait = wait < least ? least : wait;
    return wait + (int64_t)llround((double)wait * JITTER * random);
}

enum retry_verdict retry_judge(const struct retry_conf *conf,
                               const struct retry_answer *answer, unsigned attempt,
                               int64_t accepted_ms, int64_t now_ms, double random,
                               int64_t *ret_next_ms)
{
    enum treatment treatment = treatment_of(answer->status);
    if (treatment == TREAT_DELIVERED)
        return RETRY_DELIVERED;
    if (treatment == TREAT_GONE)
        return RETRY_GONE;
    if (treatment == TREAT_POISON && attempt >= POISON_ATTEMPTS)
        return RETRY_DEAD;
    int64_t last_ms = accepted_ms + conf->retry_for_ms;
    if (now_ms >= last_ms)
        return RETRY_DEAD;
    bool is_hinted = treatment == TREAT_HINTED && answer->retry_after_ms >= 0;
    int64_t next = now_ms + (is_hinted ? hinted_wait(conf, answer->retry_after_ms, random)
                                       : scheduled_wait(conf, attempt, random));
    /* The last attempt is made when retry_for is over, not a whole wait before; but a
     * receiver that asked to be left alone longer is. */
    if (next > last_ms && is_hinted)
        return RETRY_DEAD;
    *ret_next_ms = next < last_ms ? next : last_ms;
    return RETRY_LATER;
}

/* --- Retry-After: RFC 9110 section 10.2.3, dates section 5.6.7 --- */

struct cursor {
    const char *at, *end;
};

static bool take_text(struct cursor *c, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0)
        return false;
    c->at += n;
    return true;
}

static bool take_number(struct cursor *c, int digits, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < digits; i++, c->at++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9')
            return false;
        value = value * 10 + (*c->at - '0');
    }
    *ret_value = value;
    return true;
}

static bool take_month(struct cursor *c, int *ret_month)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int i = 0; i < 12; i++)
        if (take_text(c, months[i])) {
            *ret_month = i + 1;
            return true;
        }
    return false;
}

static bool take_clock(struct cursor *c, struct time_parts *p)
{
    return take_number(c, 2, &p->hour) && take_text(c, ":") &&
           take_number(c, 2, &p->minute) && take_text(c, ":") &&
           take_number(c, 2, &p->second);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_fixdate(struct cursor c, int64_t now_ms, struct time_parts *p)
{
    (void)now_ms;
    return take_text(&c, ", ") && take_number(&c, 2, &p->day) && take_text(&c, " ") &&
           take_month(&c, &p->month) && take_text(&c, " ") &&
           take_number(&c, 4, &p->year) && take_text(&c, " ") && take_clock(&c, p) &&
           take_text(&c, " GMT") && c.at == c.end;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT": a year that seems more than 50 years ahead is the
 * last one with these digits. */
static bool read_rfc850(struct cursor c, int64_t now_ms, struct time_parts *p)
{
    if (!take_text(&c, ", ") || !take_number(&c, 2, &p->day) || !take_text(&c, "-") ||
        !take_month(&c, &p->month) || !take_text(&c, "-") ||
        !take_number(&c, 2, &p->year) || !take_text(&c, " ") || !take_clock(&c, p) ||
        !take_text(&c, " GMT") || c.at != c.end)
        return false;
    struct time_parts now;
    time_to_parts(now_ms, &now);
    p->year += now.year - now.year % 100;
    if (p->year > now.year + 50)
        p->year -= 100;
    else if (p->year <= now.year - 50)
        p->year += 100;
    return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime(struct cursor c, int64_t now_ms, struct time_parts *p)
{
    (void)now_ms;
    if (!take_text(&c, " ") || !take_month(&c, &p->month) || !take_text(&c, " "))
        return false;
    int digits = take_text(&c, " ") ? 1 : 2;
    return take_number(&c, digits, &p->day) && take_text(&c, " ") && take_clock(&c, p) &&
           take_text(&c, " ") && take_number(&c, 4, &p->year) && c.at == c.end;
}

static bool is_date(const struct time_parts *p)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (p->year % 4 == 0 && p->year % 100 != 0) || p->year % 400 == 0;
    return p->day >= 1 && p->day <= days[p->month - 1] + (p->month == 2 && is_leap) &&
           p->hour <= 23 && p->minute <= 59 && p->second <= 60;
}

static int64_t read_date(struct cursor c, int64_t now_ms)
{
    static bool (*const forms[])(struct cursor, int64_t, struct time_parts *) = {
        read_fixdate, read_rfc850, read_asctime};
    /* The name of the day says nothing that the date does not. */
    while (c.at < c.end &&
           ((*c.at >= 'A' && *c.at <= 'Z') || (*c.at >= 'a' && *c.at <= 'z')))
        c.at++;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct time_parts p = {0};
        if (!forms[i](c, now_ms, &p) || !is_date(&p))
            continue;
        if (p.second == 60) /* a leap second; the next minute begins with it */
            p.second = 59;
        int64_t wait = time_from_parts(&p) - now_ms;
        return wait < 0 ? 0 : wait;
    }
    return -1;
}

int64_t retry_after_parse(const char *value, size_t n, int64_t now_ms)
{
    struct cursor c = {value, value + n};
    while (c.at < c.end && (*c.at == ' ' || *c.at == '\t'))
        c.at++;
    while (c.end > c.at && (c.end[-1] == ' ' || c.end[-1] == '\t'))
        c.end--;
    if (c.at == c.end)
        return -1;
    int64_t seconds = 0;
    const char *p = c.at;
    for (; p < c.end && *p >= '0' && *p <= '9'; p++)
        if (seconds <= RETRY_AFTER_MOST_MS / SECOND_MS)
            seconds = seconds * 10 + (*p - '0');
    int64_t wait = p == c.end ? seconds * SECOND_MS : read_date(c, now_ms);
    return wait > RETRY_AFTER_MOST_MS ? RETRY_AFTER_MOST_MS : wait;
}
