/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON by moving a pointer: the memory was reserved before. */
#ifndef LOOKOUT_AIS_JSON_INT_H
#define LOOKOUT_AIS_JSON_INT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lookout/ais/ais.h"
#include "lookout/base/time.h"

struct writer {
    char *at;
    const struct ais_message *message;
    bool scaled;
};

static inline void put(struct writer *w, const char *text, size_t n)
{
    memcpy(w->at, text, n);
    w->at += n;
}

#define PUT(w, literal) put(w, literal, sizeof literal - 1)

static inline unsigned digits_of(uint32_t value)
{
    unsigned n = 1;
    for (uint64_t bound = 10; value >= bound; bound *= 10)
        n++;
    return n;
}

/* At least `least` digits. */
static inline void put_unsigned(struct writer *w, uint32_t value, unsigned least)
{
    unsigned n = digits_of(value);
    if (n < least)
        n = least;
    w->at += n;
    char *to = w->at;
    do {
        *--to = (char)('0' + value % 10);
        value /= 10;
    } while (--n != 0);
}

static inline void put_int(struct writer *w, int32_t value)
{
    if (value < 0)
        *w->at++ = '-';
    put_unsigned(w, value < 0 ? -(uint32_t)value : (uint32_t)value, 1);
}

/* value / 10^digits, |value| < 2^32, digits 0..7 */
static inline void put_decimal(struct writer *w, int64_t value, unsigned digits)
{
    if (value < 0)
        *w->at++ = '-';
    put_unsigned(w, (uint32_t)(value < 0 ? -value : value), digits + 1);
    if (digits == 0)
        return;
    /* Move the fraction, at most seven characters, to make room for the point. */
    char *point = w->at - digits;
    char fraction[8];
    memcpy(fraction, point, sizeof fraction);
    memcpy(point + 1, fraction, sizeof fraction);
    *point = '.';
    w->at++;
}

/* Six-bit text has no control characters, but quotes and backslashes. */
static inline void put_quoted(struct writer *w, const char *text, size_t n)
{
    *w->at++ = '"';
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"' || text[i] == '\\')
            *w->at++ = '\\';
        *w->at++ = text[i];
    }
    *w->at++ = '"';
}

/* A text with any characters (a station's name): control characters as \u00xx. */
static inline void put_foreign(struct writer *w, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    *w->at++ = '"';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f) {
            PUT(w, "\\u00");
            *w->at++ = hex[c >> 4];
            *w->at++ = hex[c & 15];
            continue;
        }
        if (c == '"' || c == '\\')
            *w->at++ = '\\';
        *w->at++ = (char)c;
    }
    *w->at++ = '"';
}

/* t and source, if known. */
static inline void put_origin(struct writer *w, const struct report *report)
{
    if (report->time_ms != TIME_NONE) {
        char text[TIME_TEXT_BYTES];
        PUT(w, ",\"t\":");
        put_foreign(w, time_format(report->time_ms, text));
    }
    if (report->station[0] != '\0') {
        PUT(w, ",\"source\":");
        put_foreign(w, report->station);
    }
}

#endif
