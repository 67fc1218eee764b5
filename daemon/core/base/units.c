/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities with units, and decimal numbers, free of the locale. */
#include "lookout/base/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

/* Of names with the same ending, the longest comes first. */
/* clang-format off */
static const struct unit durations[] = { /* in ms, largest first */
    {"d",   86400000},
    {"h",    3600000},
    {"min",    60000},
    {"s",       1000},
    {"ms",         1},
};
static const struct unit distances[] = { /* in m */
    {"km", 1000},
    {"nm", NM_M},
    {"m",     1},
};
static const struct unit speeds[] = { /* in kn */
    {"kn", 1},
};
/* clang-format on */
enum {
    DURATIONS = sizeof durations / sizeof durations[0],
    DISTANCES = sizeof distances / sizeof distances[0],
    SPEEDS = sizeof speeds / sizeof speeds[0]
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of the unsigned decimal number at the beginning: digits without a leading
 * zero, then an optional point and digits. 0: there is none. *ret_point: the place of the
 * point, or the length. */
static size_t scan_number(const char *text, size_t n, size_t *ret_point)
{
    size_t i = 0;
    while (i < n && is_digit(text[i]))
        i++;
    if (i == 0 || (i > 1 && text[0] == '0'))
        return 0;
    *ret_point = i;
    if (i == n || text[i] != '.')
        return i;
    size_t point = i++;
    while (i < n && is_digit(text[i]))
        i++;
    return i == point + 1 ? 0 : i;
}

/* The value of a number that scan_number accepted. Up to 2^53 and 22 decimals, one exact
 * division rounds correctly (Clinger 1990). Beyond that, strtod gets digits and an
 * exponent: a form without the decimal point, which is the only part that depends on the
 * locale. */
static int number_value(const char *text, size_t n, size_t point, double *ret_value)
{
    enum { DIGITS_MAX = 300 };
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char digits[DIGITS_MAX + 16];
    if (n > DIGITS_MAX)
        return ERR_RANGE;
    size_t count = 0;
    uint64_t mantissa = 0;
    bool fits = true;
    for (size_t i = 0; i < n; i++) {
        if (i == point)
            continue;
        digits[count++] = text[i];
        mantissa = mantissa * 10 + (uint64_t)(text[i] - '0');
        fits = fits && mantissa <= (UINT64_C(1) << 53);
    }
    size_t decimals = point < n ? n - point - 1 : 0;
    if (fits && decimals < sizeof powers / sizeof powers[0]) {
        *ret_value = (double)mantissa / powers[decimals];
        return 0;
    }
    snprintf(digits + count, sizeof digits - count, "e-%zu", decimals);
    *ret_value = strtod(digits, NULL);
    return isfinite(*ret_value) ? 0 : ERR_RANGE;
}

static int parse_with_units(const char *text, size_t n, const struct unit *units,
                            size_t unit_count, double *ret_value)
{
    size_t point;
    size_t length = scan_number(text, n, &point);
    if (length == 0)
        return ERR_SYNTAX;
    for (size_t i = 0; i < unit_count; i++) {
        if (strlen(units[i].name) != n - length ||
            memcmp(units[i].name, text + length, n - length) != 0)
            continue;
        double value = 0;
        int rc = number_value(text, length, point, &value);
        if (rc == 0)
            *ret_value = value * units[i].factor;
        return rc;
    }
    return ERR_SYNTAX;
}

int units_parse_duration(const char *text, size_t n, int64_t *ret_ms)
{
    double ms;
    int rc = parse_with_units(text, n, durations, DURATIONS, &ms);
    if (rc != 0)
        return rc;
    if (ms > 9e15) /* beyond exact doubles: 285,000 years */
        return ERR_RANGE;
    *ret_ms = llround(ms);
    return 0;
}

int units_parse_distance(const char *text, size_t n, double *ret_m)
{
    return parse_with_units(text, n, distances, DISTANCES, ret_m);
}

int units_parse_speed(const char *text, size_t n, double *ret_kn)
{
    return parse_with_units(text, n, speeds, SPEEDS, ret_kn);
}

int units_parse_number(const char *text, size_t n, double *ret_value)
{
    bool is_negative = n > 0 && text[0] == '-';
    size_t skip = is_negative ? 1 : 0;
    size_t point;
    size_t length = scan_number(text + skip, n - skip, &point);
    if (length == 0 || length != n - skip)
        return ERR_SYNTAX;
    double value = 0;
    int rc = number_value(text + skip, length, point, &value);
    if (rc == 0)
        *ret_value = is_negative ? -value : value;
    return rc;
}

int units_parse_int(const char *text, size_t n, int64_t min, int64_t max,
                    int64_t *ret_value)
{
    bool is_negative = n > 0 && text[0] == '-';
    size_t i = is_negative ? 1 : 0;
    size_t point;
    size_t length = scan_number(text + i, n - i, &point);
    if (length == 0 || length != n - i || point != length)
        return ERR_SYNTAX;
    int64_t value = 0; /* kept negative: that range is larger */
    for (; i < n; i++) {
        int digit = text[i] - '0';
        if (value < (INT64_MIN + digit) / 10)
            return ERR_RANGE;
        value = value * 10 - digit;
    }
    if (!is_negative) {
        if (value == INT64_MIN)
            return ERR_RANGE;
        value = -value;
    }
    if (value < min || value > max)
        return ERR_RANGE;
    *ret_value = value;
    return 0;
}

const char *units_format_duration(int64_t ms, char ret_text[UNITS_TEXT_BYTES])
{
    size_t i = 0;
    while (i < DURATIONS - 1 && ms % (int64_t)durations[i].factor != 0)
        i++;
    if (ms == 0)
        i = 3; /* "0s" */
    snprintf(ret_text, UNITS_TEXT_BYTES, "%" PRId64 "%s",
             ms / (int64_t)durations[i].factor, durations[i].name);
    return ret_text;
}

/* Metres to the millimetre, without the locale's decimal point and trailing zeros. */
static void format_metres(double m, char ret_text[UNITS_TEXT_BYTES])
{
    int64_t mm = llround(fabs(m) * 1000);
    int64_t rest = mm % 1000;
    int digits = 3;
    while (digits > 0 && rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    const char *sign = m < 0 ? "-" : "";
    if (digits == 0)
        snprintf(ret_text, UNITS_TEXT_BYTES, "%s%" PRId64 "m", sign, mm / 1000);
    else
        snprintf(ret_text, UNITS_TEXT_BYTES, "%s%" PRId64 ".%0*" PRId64 "m", sign,
                 mm / 1000, digits, rest);
}

const char *units_format_distance(double m, char ret_text[UNITS_TEXT_BYTES])
{
    if (!(fabs(m) < 1e12)) {
        snprintf(ret_text, UNITS_TEXT_BYTES, "?");
        return ret_text;
    }
    format_metres(m, ret_text);
    if (m == 0)
        return ret_text;
    size_t shortest = strchr(ret_text, '.') == NULL ? strlen(ret_text) : SIZE_MAX;
    for (size_t i = 0; i < DISTANCES - 1; i++) {
        double whole = round(m / distances[i].factor);
        if (whole == 0 || fabs(whole * distances[i].factor - m) > 1e-9 * fabs(m))
            continue;
        char text[UNITS_TEXT_BYTES];
        int n = snprintf(text, sizeof text, "%" PRId64 "%s", (int64_t)whole,
                         distances[i].name);
        if (n > 0 && (size_t)n < shortest) {
            shortest = (size_t)n;
            memcpy(ret_text, text, sizeof text);
        }
    }
    return ret_text;
}
