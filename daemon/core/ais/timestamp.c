/* SPDX-License-Identifier: Apache-2.0 */
/* Parses times in all forms of AIS feeds, recordings and tables. input_time.c decides
 * which time a report gets. */
#include "timestamp_int.h"

#include <math.h>
#include <string.h>

#include "lookout/base/time.h"

struct cursor {
    const char *at;
    const char *end;
    int64_t zone_ms;            /* of a time that gives none */
    enum timestamp_order order; /* known before, or shown by the date read */
    bool is_unordered;          /* the date read has two orders */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool timestamp_is_sane(int64_t t_ms)
{
    return t_ms >= TIMESTAMP_MIN_MS && t_ms < TIMESTAMP_MAX_MS;
}

/* The number of digits at p. */
static size_t digits_at(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && is_digit(*q))
        q++;
    return (size_t)(q - p);
}

/* The value of n digits, n at most 18. */
static int64_t digits_value(const char *p, size_t n)
{
    int64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (p[i] - '0');
    return value;
}

/* Units by magnitude; `fraction` in 1e-9 of the unit. */
static int64_t scale_epoch(uint64_t whole, int64_t fraction_e9)
{
    if (whole < UINT64_C(100000000000))
        return (int64_t)whole * SECOND_MS + fraction_e9 / 1000000;
    if (whole < UINT64_C(100000000000000))
        return (int64_t)whole;
    if (whole < UINT64_C(100000000000000000))
        return (int64_t)(whole / 1000);
    return (int64_t)(whole / 1000000);
}

/* The first nine digits of a fraction, as 1e-9. */
static int64_t fraction_value(const char *p, size_t n)
{
    int64_t value = digits_value(p, n < 9 ? n : 9);
    for (size_t i = n; i < 9; i++)
        value *= 10;
    return value;
}

/* The value of the eight digits at p, most significant first; -1: one of them is not a
 * digit. Combines digits to pairs, fours, eights. */
static int64_t eight_digits(const char *p)
{
    uint64_t word = 0;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    const uint64_t high = UINT64_C(0xF0F0F0F0F0F0F0F0),
                   threes = UINT64_C(0x3030303030303030);
    if ((word & high) != threes ||
        ((word + UINT64_C(0x0606060606060606)) & high) != threes)
        return -1;
    word -= threes;
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (int64_t)((word * 10000 + (word >> 32)) & UINT64_C(0xFFFFFFFF));
}

bool timestamp_parse_epoch(const char *text, size_t n, int64_t *ret_ms)
{
    const char *p = text, *end = text + n;
    int64_t eight = n >= 8 ? eight_digits(p) : -1;
    uint64_t whole = eight >= 0 ? (uint64_t)eight : 0;
    if (eight >= 0)
        p += 8;
    for (; p < end && is_digit(*p); p++)
        whole = whole * 10 + (uint64_t)(*p - '0');
    if (p == text || p - text > 19)
        return false;
    int64_t fraction = 0;
    if (p < end && *p == '.') {
        size_t fraction_n = digits_at(p + 1, end);
        if (fraction_n == 0)
            return false;
        fraction = fraction_value(p + 1, fraction_n);
        p += 1 + fraction_n;
    }
    if (p != end)
        return false;
    *ret_ms = scale_epoch(whole, fraction);
    return true;
}

/* --- calendar times --- */

static int month_days(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool make_time(const struct time_parts *parts, int64_t *ret_ms)
{
    if (parts->year < 1900 || parts->year > 9999 || parts->month < 1 ||
        parts->month > 12 || parts->day < 1 ||
        parts->day > month_days(parts->year, parts->month))
        return false;
    if (parts->hour > 23 || parts->minute > 59 || parts->second > 60)
        return false;
    struct time_parts p = *parts;
    bool is_leap_second = p.second == 60;
    if (is_leap_second)
        p.second = 59;
    *ret_ms = time_from_parts(&p) + (is_leap_second ? SECOND_MS : 0);
    return true;
}

/* Take exactly `width` digits. */
static bool take_stamp_number(struct cursor *c, size_t width, int *ret_value)
{
    if ((size_t)(c->end - c->at) < width || digits_at(c->at, c->at + width) != width)
        return false;
    *ret_value = (int)digits_value(c->at, width);
    c->at += width;
    return true;
}

/* Take one or two digits. */
static bool take_short(struct cursor *c, int *ret_value)
{
    size_t n = digits_at(c->at, c->end);
    if (n < 1 || n > 2)
        return false;
    return take_stamp_number(c, n, ret_value);
}

static bool take_stamp_char(struct cursor *c, char wanted)
{
    if (c->at >= c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Two short numbers were read, as day and month: which is which? Points stand in no
 * country's dates that begin with the month. */
static bool order_date(struct cursor *c, char separator, struct time_parts *p)
{
    int first = p->day, second = p->month;
    enum timestamp_order shown = TIMESTAMP_ORDER_UNKNOWN;
    if (separator == '.' || first == second)
        return true;
    if (first > 12)
        shown = TIMESTAMP_DAY_FIRST;
    else if (second > 12)
        shown = TIMESTAMP_MONTH_FIRST;
    if (c->order == TIMESTAMP_ORDER_UNKNOWN)
        c->order = shown;
    c->is_unordered = c->order == TIMESTAMP_ORDER_UNKNOWN;
    if (c->order == TIMESTAMP_MONTH_FIRST) {
        p->day = second;
        p->month = first;
    }
    return true;
}

static bool take_date(struct cursor *c, struct time_parts *p)
{
    size_t n = digits_at(c->at, c->end);
    if (n == 8 || n == 14)
        return take_stamp_number(c, 4, &p->year) && take_stamp_number(c, 2, &p->month) &&
               take_stamp_number(c, 2, &p->day);
    char separator = (size_t)(c->end - c->at) > n ? c->at[n] : '\0';
    if (separator != '-' && separator != '/' && separator != '.')
        return false;
    if (n == 4)
        return take_stamp_number(c, 4, &p->year) && take_stamp_char(c, separator) &&
               take_short(c, &p->month) && take_stamp_char(c, separator) &&
               take_short(c, &p->day);
    return take_short(c, &p->day) && take_stamp_char(c, separator) &&
           take_short(c, &p->month) && take_stamp_char(c, separator) &&
           take_stamp_number(c, 4, &p->year) && order_date(c, separator, p);
}

static void take_stamp_fraction(struct cursor *c, struct time_parts *p)
{
    if (c->end - c->at < 2 || (*c->at != '.' && *c->at != ',') || !is_digit(c->at[1]))
        return;
    size_t n = digits_at(c->at + 1, c->end);
    p->ms = (int)(fraction_value(c->at + 1, n) / 1000000);
    c->at += 1 + n;
}

/* AM or PM behind a time of day; false: with an hour that neither has. */
static bool take_half_day(struct cursor *c, struct time_parts *p)
{
    const char *at = c->at;
    while (at < c->end && is_blank(*at))
        at++;
    if (c->end - at < 2 || (at[1] | 32) != 'm' ||
        ((at[0] | 32) != 'a' && (at[0] | 32) != 'p'))
        return true;
    if (p->hour < 1 || p->hour > 12)
        return false;
    p->hour = p->hour % 12 + ((at[0] | 32) == 'p' ? 12 : 0);
    c->at = at + 2;
    return true;
}

static bool take_stamp_clock(struct cursor *c, struct time_parts *p)
{
    size_t n = digits_at(c->at, c->end);
    if (n == 6 || n == 4) {
        if (!take_stamp_number(c, 2, &p->hour) || !take_stamp_number(c, 2, &p->minute))
            return false;
        if (n == 6 && !take_stamp_number(c, 2, &p->second))
            return false;
    } else {
        if (!take_short(c, &p->hour) || !take_stamp_char(c, ':') ||
            !take_stamp_number(c, 2, &p->minute))
            return false;
        if (take_stamp_char(c, ':') && !take_stamp_number(c, 2, &p->second))
            return false;
    }
    take_stamp_fraction(c, p);
    return take_half_day(c, p);
}

static bool take_stamp_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* +hh, +hhmm, +hh:mm, and where is_short +h: the offset east of UTC. */
static bool take_offset(struct cursor *c, bool is_short, int64_t *ret_ms)
{
    struct cursor at = *c;
    if (at.at >= at.end || (*at.at != '+' && *at.at != '-'))
        return false;
    bool west = *at.at++ == '-';
    int hours = 0, minutes = 0;
    is_short = is_short && digits_at(at.at, at.end) == 1;
    if (!take_stamp_number(&at, is_short ? 1 : 2, &hours))
        return false;
    bool has_colon = take_stamp_char(&at, ':');
    if (!take_stamp_number(&at, 2, &minutes) && has_colon)
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    int64_t offset = hours * HOUR_MS + minutes * MINUTE_MS;
    *ret_ms = west ? -offset : offset;
    *c = at;
    return true;
}

size_t timestamp_parse_offset(const char *text, size_t n, int64_t *ret_ms)
{
    struct cursor c = {.at = text, .end = text + n};
    return take_offset(&c, true, ret_ms) ? (size_t)(c.at - text) : 0;
}

/* Z, UTC, GMT, an offset, UTC with an offset behind it, or an offset followed by UTC
 * (Go's time.String). */
static int64_t take_stamp_zone(struct cursor *c)
{
    int64_t offset = c->zone_ms;
    struct cursor at = *c;
    while (at.at < at.end && is_blank(*at.at))
        at.at++;
    if (take_stamp_word(&at, "Z") || take_stamp_word(&at, "z")) {
        *c = at;
        return 0;
    }
    bool has_offset = take_offset(&at, false, &offset);
    if (has_offset) {
        *c = at;
        while (at.at < at.end && is_blank(*at.at))
            at.at++;
    }
    if (take_stamp_word(&at, "UTC") || take_stamp_word(&at, "GMT")) {
        if (!has_offset && !take_offset(&at, true, &offset))
            offset = 0;
        *c = at;
    }
    return offset;
}

static bool take_calendar(struct cursor *c, int64_t *ret_ms)
{
    struct time_parts parts = {0};
    struct cursor at = *c;
    if (!take_date(&at, &parts))
        return false;
    struct cursor date_end = at;
    int64_t offset = c->zone_ms, t = 0;
    while (at.at < at.end && is_blank(*at.at))
        at.at++;
    if (at.at == date_end.at && at.at < at.end &&
        (*at.at == 'T' || *at.at == 't' || *at.at == '_'))
        at.at++;
    struct time_parts whole = parts;
    if (at.at < at.end && is_digit(*at.at) && take_stamp_clock(&at, &whole)) {
        offset = take_stamp_zone(&at);
        parts = whole;
    } else {
        at = date_end;
    }
    if (!make_time(&parts, &t))
        return false;
    *ret_ms = t - offset;
    *c = at;
    return true;
}

/* --- whole texts and prefixes --- */

size_t timestamp_parse_prefix(const char *text, size_t n, enum timestamp_order *order,
                              enum timestamp_result *ret, int64_t *ret_ms)
{
    struct cursor c = {.at = text, .end = text + n, .order = *order};
    int64_t t = 0;
    *ret = TIMESTAMP_NONE;
    if (!take_calendar(&c, &t)) {
        size_t whole = digits_at(text, text + n);
        size_t used = whole;
        if (used + 1 < n && text[used] == '.')
            used += 1 + digits_at(text + used + 1, text + n);
        /* Nine digits are 1973..2001 in seconds; fewer are a counter. */
        if (whole < 9 || !timestamp_parse_epoch(text, used, &t))
            return 0;
        c.at = text + used;
    }
    if (c.at < c.end &&
        (is_digit(*c.at) || *c.at == '.' || *c.at == '-' ||
         (*c.at >= 'A' && *c.at <= 'Z') || (*c.at >= 'a' && *c.at <= 'z')))
        return 0;
    *ret = c.is_unordered ? TIMESTAMP_UNORDERED : TIMESTAMP_READ;
    *order = c.order;
    *ret_ms = t;
    return (size_t)(c.at - text);
}

enum timestamp_result timestamp_parse(const char *text, size_t n, int64_t zone_ms,
                                      enum timestamp_order *order, int64_t *ret_ms)
{
    while (n > 0 && is_blank(text[0])) {
        text++;
        n--;
    }
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    struct cursor c = {.at = text, .end = text + n, .zone_ms = zone_ms, .order = *order};
    int64_t t = 0;
    if (n >= 8 && take_calendar(&c, &t) && c.at == c.end) {
        *order = c.order;
        if (c.is_unordered)
            return TIMESTAMP_UNORDERED;
        *ret_ms = t;
        return TIMESTAMP_READ;
    }
    return timestamp_parse_epoch(text, n, ret_ms) ? TIMESTAMP_READ : TIMESTAMP_NONE;
}

bool timestamp_from_integer(int64_t value, int64_t *ret_ms)
{
    if (value < 0)
        return false;
    if (value >= INT64_C(19000101000000) && value <= INT64_C(29991231235959)) {
        int64_t clock = value % 1000000, date = value / 1000000;
        struct time_parts p = {.year = (int)(date / 10000),
                               .month = (int)(date / 100 % 100),
                               .day = (int)(date % 100),
                               .hour = (int)(clock / 10000),
                               .minute = (int)(clock / 100 % 100),
                               .second = (int)(clock % 100)};
        return make_time(&p, ret_ms);
    }
    *ret_ms = scale_epoch((uint64_t)value, 0);
    return true;
}

bool timestamp_from_real(double value, int64_t *ret_ms)
{
    if (!(value >= 0) || value >= 1e19)
        return false;
    double whole = floor(value);
    if (whole == value && value < 1e15)
        return timestamp_from_integer((int64_t)value, ret_ms);
    /* Plus half a microsecond, because 0.25 s as a double may be slightly less. */
    int64_t fraction = (int64_t)((value - whole) * 1e9 + 500);
    *ret_ms = scale_epoch((uint64_t)whole, fraction);
    return true;
}
