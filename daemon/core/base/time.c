/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic and RFC 3339. The day counts follow H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms": eras of 400 years, years begun in March. */
#include "lookout/base/time.h"

#include <stdbool.h>
#include <stdio.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_EPOCH = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100;
    return era * DAYS_PER_ERA + day_of_era + day_of_year - DAYS_TO_EPOCH;
}

int64_t time_from_parts(const struct time_parts *p)
{
    return days_from_civil(p->year, p->month, p->day) * DAY_MS + p->hour * HOUR_MS +
           p->minute * MINUTE_MS + p->second * SECOND_MS + p->ms;
}

void time_to_parts(int64_t t_ms, struct time_parts *ret_parts)
{
    int64_t days = floor_div(t_ms, DAY_MS);
    int64_t rest = t_ms % DAY_MS;
    if (rest < 0)
        rest += DAY_MS;
    days += DAYS_TO_EPOCH;
    int64_t era = floor_div(days, DAYS_PER_ERA);
    int64_t doe = days - era * DAYS_PER_ERA; /* day of era, 0..146096 */
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t m = (5 * doy + 2) / 153; /* 0 is March */
    ret_parts->day = (int)(doy - (153 * m + 2) / 5 + 1);
    ret_parts->month = (int)(m < 10 ? m + 3 : m - 9);
    ret_parts->year = (int)(yoe + era * 400 + (m >= 10));
    ret_parts->hour = (int)(rest / HOUR_MS);
    ret_parts->minute = (int)(rest / MINUTE_MS % 60);
    ret_parts->second = (int)(rest / SECOND_MS % 60);
    ret_parts->ms = (int)(rest % SECOND_MS);
}

const char *time_format(int64_t t_ms, char ret_text[TIME_TEXT_BYTES])
{
    struct time_parts p;
    time_to_parts(t_ms, &p);
    int n = snprintf(ret_text, TIME_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", p.year,
                     p.month, p.day, p.hour, p.minute, p.second);
    size_t at = n < 0 ? 0 : (size_t)n;
    if (p.ms != 0)
        snprintf(ret_text + at, TIME_TEXT_BYTES - at, ".%03dZ", p.ms);
    else
        snprintf(ret_text + at, TIME_TEXT_BYTES - at, "Z");
    return ret_text;
}

const char *time_format_short(int64_t t_ms, char ret_text[TIME_TEXT_BYTES])
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct time_parts p;
    time_to_parts(t_ms, &p);
    snprintf(ret_text, TIME_TEXT_BYTES, "%d %s %02d:%02dZ", p.day, months[p.month - 1],
             p.hour, p.minute);
    return ret_text;
}

/* Helpers for reading: `at` moves over the text, and each helper returns false on text
 * that does not fit. */
struct cursor {
    const char *at, *end;
};

static bool take_time_char(struct cursor *c, const char *one_of)
{
    if (c->at == c->end || *c->at == '\0')
        return false;
    for (const char *p = one_of; *p != '\0'; p++)
        if (*c->at == *p) {
            c->at++;
            return true;
        }
    return false;
}

static bool take_digits(struct cursor *c, int count, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9')
            return false;
        value = value * 10 + (*c->at++ - '0');
    }
    *ret_value = value;
    return true;
}

/* The digits after the point; digits finer than a millisecond are cut off. */
static bool take_time_fraction(struct cursor *c, int *ret_ms)
{
    int value = 0;
    int digits = 0;
    for (; c->at != c->end && *c->at >= '0' && *c->at <= '9'; c->at++, digits++)
        if (digits < 3)
            value = value * 10 + (*c->at - '0');
    if (digits == 0)
        return false;
    for (; digits < 3; digits++)
        value *= 10;
    *ret_ms = value;
    return true;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing (UTC); offset in minutes east. */
static int take_time_zone(struct cursor *c, int *ret_minutes)
{
    *ret_minutes = 0;
    if (c->at == c->end || take_time_char(c, "Zz"))
        return 0;
    bool is_west = *c->at == '-';
    int hours, minutes;
    if (!take_time_char(c, "+-") || !take_digits(c, 2, &hours) ||
        !take_time_char(c, ":") || !take_digits(c, 2, &minutes))
        return ERR_SYNTAX;
    if (hours > 23 || minutes > 59)
        return ERR_RANGE;
    *ret_minutes = (hours * 60 + minutes) * (is_west ? -1 : 1);
    return 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}

int time_parse(const char *text, size_t n, int64_t *ret_ms)
{
    struct cursor c = {text, text + n};
    struct time_parts p = {0};
    int zone_minutes = 0;
    if (!take_digits(&c, 4, &p.year) || !take_time_char(&c, "-") ||
        !take_digits(&c, 2, &p.month) || !take_time_char(&c, "-") ||
        !take_digits(&c, 2, &p.day))
        return ERR_SYNTAX;
    if (c.at != c.end) {
        if (!take_time_char(&c, "Tt ") || !take_digits(&c, 2, &p.hour) ||
            !take_time_char(&c, ":") || !take_digits(&c, 2, &p.minute) ||
            !take_time_char(&c, ":") || !take_digits(&c, 2, &p.second))
            return ERR_SYNTAX;
        if (take_time_char(&c, ".") && !take_time_fraction(&c, &p.ms))
            return ERR_SYNTAX;
        int rc = take_time_zone(&c, &zone_minutes);
        if (rc != 0)
            return rc;
        if (c.at != c.end)
            return ERR_SYNTAX;
    }
    if (p.month < 1 || p.month > 12 || p.day < 1 ||
        p.day > days_in_month(p.year, p.month) || p.hour > 23 || p.minute > 59 ||
        p.second > 59)
        return ERR_RANGE;
    *ret_ms = time_from_parts(&p) - zone_minutes * MINUTE_MS;
    return 0;
}
