/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON by moving a pointer: the room was reserved before. */
#ifndef LOOKOUT_AIS_JSON_INT_H
#define LOOKOUT_AIS_JSON_INT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lookout/ais.h"
#include "lookout/timefmt.h"

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

static inline void put_text(struct writer *w, const char *text)
{
    put(w, text, strlen(text));
}

/* At least `digits` digits. */
static inline void put_unsigned(struct writer *w, uint64_t value, unsigned digits)
{
    char text[20];
    unsigned n = 0;
    do {
        text[sizeof text - ++n] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || n < digits);
    put(w, text + sizeof text - n, n);
}

static inline void put_int(struct writer *w, int32_t value)
{
    if (value < 0)
        *w->at++ = '-';
    put_unsigned(w, value < 0 ? (uint64_t) - (int64_t)value : (uint64_t)value, 1);
}

/* value / 10^digits */
static inline void put_decimal(struct writer *w, int64_t value, unsigned digits)
{
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    if (value < 0)
        *w->at++ = '-';
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    put_unsigned(w, size / powers[digits], 1);
    if (digits != 0) {
        *w->at++ = '.';
        put_unsigned(w, size % powers[digits], digits);
    }
}

/* Six-bit text holds no control characters; quotes and backslashes it does. */
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

/* A text that may hold anything (a station's name): control characters as \u00xx. */
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

/* t and source, where known. */
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
