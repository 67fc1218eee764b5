/* SPDX-License-Identifier: Apache-2.0 */
/* Encoder of AIVDM sentences, by explicit offsets; see aisgen.h. */
#include "lib/aisgen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, long long value)
{
    fprintf(stderr, "aisgen: %s: %lld\n", what, value);
    abort();
}

/* --- bits --- */

void aisgen_clear(struct aisgen_bits *b)
{
    memset(b, 0, sizeof *b);
}

void aisgen_resize(struct aisgen_bits *b, unsigned count)
{
    if (count > AISGEN_BITS_MAX)
        die("too many bits", count);
    for (unsigned at = count; at < b->count; at++)
        b->bytes[at / 8] &= (uint8_t) ~(0x80u >> at % 8);
    b->count = count;
}

void aisgen_set(struct aisgen_bits *b, unsigned offset, unsigned width, int64_t value)
{
    if (width > 48 || value >= INT64_C(1) << width ||
        (width > 0 && value < -(INT64_C(1) << (width - 1))))
        die("value does not fit its field", (long long)value);
    if (offset + width > b->count)
        aisgen_resize(b, offset + width);
    for (unsigned i = 0; i < width; i++) {
        unsigned at = offset + i;
        uint8_t mask = (uint8_t)(0x80u >> at % 8);
        if (((uint64_t)value >> (width - 1 - i) & 1) != 0)
            b->bytes[at / 8] |= mask;
        else
            b->bytes[at / 8] &= (uint8_t)~mask;
    }
}

void aisgen_put(struct aisgen_bits *b, unsigned width, int64_t value)
{
    aisgen_set(b, b->count, width, value);
}

void aisgen_set_text(struct aisgen_bits *b, unsigned offset, unsigned characters,
                     const char *text)
{
    if (text == NULL)
        text = "";
    if (strlen(text) > characters)
        die("text too long for its field", (long long)strlen(text));
    for (unsigned i = 0; i < characters; i++) {
        int c = *text != '\0' ? *text++ : '@';
        if (c >= 'a' && c <= 'z')
            c -= 'a' - 'A';
        if (c < 32 || c > 95)
            die("character outside the six-bit alphabet", c);
        aisgen_set(b, offset + 6 * i, 6, c >= 64 ? c - 64 : c);
    }
}

void aisgen_put_text(struct aisgen_bits *b, unsigned characters, const char *text)
{
    aisgen_set_text(b, b->count, characters, text);
}

/* --- whole messages --- */

static int64_t scaled(double value, double factor, int64_t not_available)
{
    return isnan(value) ? not_available : (int64_t)llround(value * factor);
}

static void head(struct aisgen_bits *b, int type, int repeat, uint32_t mmsi)
{
    aisgen_clear(b);
    aisgen_put(b, 6, type);
    aisgen_put(b, 2, repeat);
    aisgen_put(b, 30, mmsi);
}

/* ITU-R M.1371-5 annex 8, 3.1: bits from 38 */
static void position_a(const struct aisgen_position *p, struct aisgen_bits *b)
{
    aisgen_set(b, 38, 4, p->status);
    aisgen_set(b, 42, 8, p->turn);
    aisgen_set(b, 50, 10, scaled(p->sog, 10, 1023));
    aisgen_set(b, 60, 1, p->accuracy);
    aisgen_set(b, 61, 28, scaled(p->lon, 600000, 108600000));
    aisgen_set(b, 89, 27, scaled(p->lat, 600000, 54600000));
    aisgen_set(b, 116, 12, scaled(p->cog, 10, 3600));
    aisgen_set(b, 128, 9, p->heading);
    aisgen_set(b, 137, 6, p->second);
    aisgen_resize(b, 168);
}

/* 3.16 and 3.17: bits 38 to 138 are the same */
static void position_b(const struct aisgen_position *p, struct aisgen_bits *b)
{
    aisgen_set(b, 46, 10, scaled(p->sog, 10, 1023));
    aisgen_set(b, 56, 1, p->accuracy);
    aisgen_set(b, 57, 28, scaled(p->lon, 600000, 108600000));
    aisgen_set(b, 85, 27, scaled(p->lat, 600000, 54600000));
    aisgen_set(b, 112, 12, scaled(p->cog, 10, 3600));
    aisgen_set(b, 124, 9, p->heading);
    aisgen_set(b, 133, 6, p->second);
}

/* 3.25 */
static void position_27(const struct aisgen_position *p, struct aisgen_bits *b)
{
    aisgen_set(b, 38, 1, p->accuracy);
    aisgen_set(b, 40, 4, p->status);
    aisgen_set(b, 44, 18, scaled(p->lon, 600, 108600));
    aisgen_set(b, 62, 17, scaled(p->lat, 600, 54600));
    aisgen_set(b, 79, 6, scaled(p->sog, 1, 63));
    aisgen_set(b, 85, 9, scaled(p->cog, 1, 511));
    aisgen_resize(b, 96);
}

void aisgen_position(const struct aisgen_position *p, struct aisgen_bits *ret)
{
    head(ret, p->type, p->repeat, p->mmsi);
    if (p->type >= 1 && p->type <= 3) {
        position_a(p, ret);
    } else if (p->type == 18) {
        position_b(p, ret);
        aisgen_set(ret, 141, 1, 1); /* carrier sense */
        aisgen_resize(ret, 168);
    } else if (p->type == 27) {
        position_27(p, ret);
    } else {
        die("not a position report", p->type);
    }
}

static void sides(const struct aisgen_static *s, unsigned offset, struct aisgen_bits *b)
{
    aisgen_set(b, offset, 9, s->to_bow);
    aisgen_set(b, offset + 9, 9, s->to_stern);
    aisgen_set(b, offset + 18, 6, s->to_port);
    aisgen_set(b, offset + 24, 6, s->to_starboard);
}

/* 3.3 */
void aisgen_static5(const struct aisgen_static *s, struct aisgen_bits *ret)
{
    head(ret, 5, s->repeat, s->mmsi);
    aisgen_set(ret, 40, 30, s->imo);
    aisgen_set_text(ret, 70, 7, s->callsign);
    aisgen_set_text(ret, 112, 20, s->name);
    aisgen_set(ret, 232, 8, s->ship_type);
    sides(s, 240, ret);
    aisgen_set(ret, 270, 4, 1); /* GPS */
    aisgen_set(ret, 274, 4, s->month);
    aisgen_set(ret, 278, 5, s->day);
    aisgen_set(ret, 283, 5, s->hour);
    aisgen_set(ret, 288, 6, s->minute);
    aisgen_set(ret, 294, 8, llround(s->draught * 10));
    aisgen_set_text(ret, 302, 20, s->destination);
    aisgen_resize(ret, 424);
}

/* 3.22.1 */
void aisgen_static24a(const struct aisgen_static *s, struct aisgen_bits *ret)
{
    head(ret, 24, s->repeat, s->mmsi);
    aisgen_set(ret, 38, 2, 0);
    aisgen_set_text(ret, 40, 20, s->name);
    aisgen_resize(ret, 160);
}

/* 3.22.2 */
void aisgen_static24b(const struct aisgen_static *s, struct aisgen_bits *ret)
{
    head(ret, 24, s->repeat, s->mmsi);
    aisgen_set(ret, 38, 2, 1);
    aisgen_set(ret, 40, 8, s->ship_type);
    aisgen_set_text(ret, 90, 7, s->callsign);
    sides(s, 132, ret);
    aisgen_resize(ret, 168);
}

/* 3.17 */
void aisgen_extended19(const struct aisgen_position *p, const struct aisgen_static *s,
                       struct aisgen_bits *ret)
{
    head(ret, 19, p->repeat, p->mmsi);
    position_b(p, ret);
    aisgen_set_text(ret, 143, 20, s->name);
    aisgen_set(ret, 263, 8, s->ship_type);
    sides(s, 271, ret);
    aisgen_set(ret, 301, 4, 1);
    aisgen_resize(ret, 312);
}

/* 3.12 */
void aisgen_safety14(uint32_t mmsi, const char *text, struct aisgen_bits *ret)
{
    head(ret, 14, 0, mmsi);
    aisgen_resize(ret, 40);
    aisgen_put_text(ret, (unsigned)strlen(text), text);
}

/* 3.2 */
void aisgen_base4(uint32_t mmsi, double lat, double lon, int64_t time_ms,
                  struct aisgen_bits *ret)
{
    /* Days to a date: the civil calendar from 1970, one year after the other. */
    int64_t seconds = time_ms / 1000, days = seconds / 86400;
    int year = 1970, month = 1;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (;; year++) {
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (days < 365 + is_leap)
            break;
        days -= 365 + is_leap;
    }
    for (;; month++) {
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        int length = lengths[month - 1] + (month == 2 && is_leap);
        if (days < length)
            break;
        days -= length;
    }
    head(ret, 4, 0, mmsi);
    aisgen_set(ret, 38, 14, year);
    aisgen_set(ret, 52, 4, month);
    aisgen_set(ret, 56, 5, days + 1);
    aisgen_set(ret, 61, 5, seconds / 3600 % 24);
    aisgen_set(ret, 66, 6, seconds / 60 % 60);
    aisgen_set(ret, 72, 6, seconds % 60);
    aisgen_set(ret, 79, 28, scaled(lon, 600000, 108600000));
    aisgen_set(ret, 107, 27, scaled(lat, 600000, 54600000));
    aisgen_set(ret, 134, 4, 7); /* surveyed */
    aisgen_resize(ret, 168);
}

/* --- sentences --- */

uint8_t aisgen_checksum(const char *text, size_t n)
{
    uint8_t sum = 0;
    while (n-- > 0)
        sum ^= (uint8_t)*text++;
    return sum;
}

static unsigned six_at(const struct aisgen_bits *b, unsigned offset)
{
    unsigned six = 0;
    for (unsigned at = offset; at < offset + 6; at++)
        six = six << 1 | (at < b->count ? b->bytes[at / 8] >> (7 - at % 8) & 1u : 0u);
    return six;
}

struct part {
    int index, total;    /* from 1 */
    unsigned begin, end; /* characters of the armored payload */
};

static size_t put_tag(const struct aisgen_tag *tag, const struct part *p, char *to,
                      size_t room)
{
    if (tag == NULL)
        return 0;
    char text[128] = "";
    size_t n = 0;
    bool is_grouped = tag->group > 0 && p->total > 1;
    if (is_grouped)
        n += (size_t)snprintf(text + n, sizeof text - n, "g:%d-%d-%d,", p->index,
                              p->total, tag->group);
    if (tag->station != NULL && (!is_grouped || p->index == 1))
        n += (size_t)snprintf(text + n, sizeof text - n, "s:%s,", tag->station);
    if (tag->time_s >= 0 && (!is_grouped || p->index == 1))
        n += (size_t)snprintf(text + n, sizeof text - n, "c:%" PRId64 ",", tag->time_s);
    if (n == 0)
        return 0;
    text[--n] = '\0';
    return (size_t)snprintf(to, room, "\\%s*%02X\\", text, aisgen_checksum(text, n));
}

int aisgen_tagged(const struct aisgen_bits *b, const char *formatter, int seq,
                  char channel, const struct aisgen_tag *tag,
                  char ret_text[AISGEN_TEXT_BYTES])
{
    /* 82 characters, less "!AIVDM,1,1,1,A," and ",0*hh\r\n": 60 of payload. */
    enum { PAYLOAD = 60 };
    unsigned characters = (b->count + 5) / 6;
    int total = characters <= PAYLOAD ? 1 : (int)((characters + PAYLOAD - 1) / PAYLOAD);
    size_t n = 0;
    for (int i = 1; i <= total; i++) {
        struct part p = {i, total, (unsigned)(i - 1) * PAYLOAD,
                         i == total ? characters : (unsigned)i * PAYLOAD};
        n += put_tag(tag, &p, ret_text + n, AISGEN_TEXT_BYTES - n);
        char *sentence = ret_text + n;
        char id[2] = {total > 1 ? (char)('0' + seq % 10) : '\0', '\0'};
        char on[2] = {channel, '\0'};
        n += (size_t)snprintf(ret_text + n, AISGEN_TEXT_BYTES - n, "!%s,%d,%d,%s,%s,",
                              formatter, total, i, id, on);
        if (n + PAYLOAD + 8 > AISGEN_TEXT_BYTES)
            die("too many sentences", total);
        for (unsigned k = p.begin; k < p.end; k++) {
            unsigned six = six_at(b, 6 * k);
            ret_text[n++] = (char)(six < 40 ? six + 48 : six + 56);
        }
        unsigned fill = i == total ? 6 * characters - b->count : 0;
        n += (size_t)snprintf(ret_text + n, AISGEN_TEXT_BYTES - n, ",%u", fill);
        uint8_t sum =
            aisgen_checksum(sentence + 1, (size_t)(ret_text + n - sentence) - 1);
        n += (size_t)snprintf(ret_text + n, AISGEN_TEXT_BYTES - n, "*%02X\r\n", sum);
    }
    return total;
}

int aisgen_sentences(const struct aisgen_bits *b, const char *formatter, int seq,
                     char channel, char ret_text[AISGEN_TEXT_BYTES])
{
    return aisgen_tagged(b, formatter, seq, channel, NULL, ret_text);
}
