/* SPDX-License-Identifier: Apache-2.0 */
/* Compact records: LEB128 varints, zigzag for signed ones, little-endian doubles. */
#include "lookout/base/wire.h"

#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"

enum { VARINT_MAX_BYTES = 10 };

static void put_bytes(struct wire_writer *w, const void *bytes, size_t n)
{
    if (!w->failed && buf_add(w->out, bytes, n) != 0)
        w->failed = true;
}

void wire_put_u64(struct wire_writer *w, uint64_t value)
{
    unsigned char bytes[VARINT_MAX_BYTES];
    size_t n = 0;
    while (value >= 0x80) {
        bytes[n++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (unsigned char)value;
    put_bytes(w, bytes, n);
}

void wire_put_i64(struct wire_writer *w, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    wire_put_u64(w, ((uint64_t)value << 1) ^ sign);
}

void wire_put_f64(struct wire_writer *w, double value)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    put_bytes(w, bytes, sizeof bytes);
}

void wire_put_bytes(struct wire_writer *w, const void *bytes, size_t n)
{
    wire_put_u64(w, n);
    put_bytes(w, bytes, n);
}

void wire_put_text(struct wire_writer *w, const char *text)
{
    wire_put_bytes(w, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

void wire_reader_init(struct wire_reader *r, const void *bytes, size_t n)
{
    r->at = bytes;
    r->end = n == 0 ? r->at : r->at + n;
    r->shift_ms = 0;
    r->failed = false;
    r->version = 0;
}

bool wire_reader_is_before(const struct wire_reader *r, uint64_t version)
{
    return r->version != 0 && r->version < version;
}

/* The next n bytes; NULL, and the fault is noted, when there are fewer. */
static const unsigned char *get_bytes(struct wire_reader *r, uint64_t n)
{
    if (r->failed || n > (uint64_t)(r->end - r->at)) {
        r->failed = true;
        return NULL;
    }
    const unsigned char *p = r->at;
    if (n > 0)
        r->at += n;
    return p;
}

uint64_t wire_get_u64(struct wire_reader *r)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_MAX_BYTES; i++) {
        const unsigned char *p = get_bytes(r, 1);
        if (p == NULL)
            return 0;
        if (i == VARINT_MAX_BYTES - 1 && *p > 1)
            break; /* more than 64 bits */
        value |= (uint64_t)(*p & 0x7f) << (7 * i);
        if (*p < 0x80)
            return value;
    }
    r->failed = true;
    return 0;
}

uint64_t wire_get_limited(struct wire_reader *r, uint64_t max)
{
    uint64_t value = wire_get_u64(r);
    if (value <= max)
        return value;
    r->failed = true;
    return 0;
}

int64_t wire_get_i64(struct wire_reader *r)
{
    uint64_t value = wire_get_u64(r);
    uint64_t bits = (value >> 1) ^ (0 - (value & 1));
    int64_t result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

int64_t wire_get_time(struct wire_reader *r)
{
    int64_t time_ms = wire_get_i64(r);
    return time_ms == TIME_NONE || time_ms == 0 ? time_ms : time_ms + r->shift_ms;
}

int64_t wire_reader_shift(const struct wire_reader *r, int64_t step_ms)
{
    int64_t half_ms = r->shift_ms < 0 ? -step_ms / 2 : step_ms / 2;
    return (r->shift_ms + half_ms) / step_ms * step_ms;
}

double wire_get_f64(struct wire_reader *r)
{
    const unsigned char *p = get_bytes(r, 8);
    if (p == NULL)
        return 0;
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)p[i] << (8 * i);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

const void *wire_get_bytes(struct wire_reader *r, size_t *ret_n)
{
    uint64_t n = wire_get_u64(r);
    const unsigned char *p = get_bytes(r, n);
    *ret_n = p == NULL ? 0 : (size_t)n;
    return p;
}

void wire_get_text(struct wire_reader *r, char *ret_text, size_t size)
{
    size_t n;
    const char *p = wire_get_bytes(r, &n);
    if (size == 0)
        return;
    n = p == NULL ? 0 : text_cut(p, n, size - 1);
    if (n > 0)
        memcpy(ret_text, p, n);
    ret_text[n] = '\0';
}

size_t wire_get_count(struct wire_reader *r, size_t least_bytes)
{
    uint64_t n = wire_get_u64(r);
    uint64_t left = (uint64_t)(r->end - r->at);
    if (least_bytes == 0)
        least_bytes = 1;
    if (r->failed || n > left / least_bytes) {
        r->failed = true;
        return 0;
    }
    return (size_t)n;
}
