/* SPDX-License-Identifier: Apache-2.0 */
/* Splits bytes into lines. Of a line it knows only the first character, which decides how
 * long the line may be. */
#include "linebuf_int.h"
#include "lookout/base/array.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void linebuf_init(struct linebuf *b, size_t limit_bytes, size_t wide_limit_bytes)
{
    *b = (struct linebuf){.limit_bytes = limit_bytes,
                          .wide_limit_bytes = wide_limit_bytes};
}

void linebuf_finish(struct linebuf *b)
{
    free(b->carry);
    b->carry = NULL;
    b->length = b->capacity = 0;
}

static bool is_end(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

#ifdef __SSE2__
/* The first line end in [p, end), or end: sixteen bytes at a time. */
static const char *find_end(const char *p, const char *end)
{
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0)
            return p + __builtin_ctz(mask);
    }
    while (p < end && !is_end(*p))
        p++;
    return p;
}
#else
/* The first line end in [p, end), or end. Eight bytes at a time: a byte below 0x0E is
 * found by the borrow trick, then looked at (tabs are below it too). */
static const char *find_end(const char *p, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    while (end - p >= 8) {
        uint64_t word = 0;
        memcpy(&word, p, sizeof word);
        if (((word - ones * 0x0E) & ~word & (ones * 0x80)) != 0) {
            for (int i = 0; i < 8; i++) {
                if (is_end(p[i]))
                    return p + i;
            }
        }
        p += 8;
    }
    while (p < end && !is_end(*p))
        p++;
    return p;
}
#endif

/* How long a line may be that goes on so: JSON may stand behind a topic, a time or
 * "data:", and then among the first bytes. */
static size_t limit_of(const struct linebuf *b, const char *text, size_t n)
{
    enum { LOOK_BYTES = 128 };
    if (b->is_wide)
        return b->wide_limit_bytes;
    size_t look = b->limit_bytes < LOOK_BYTES ? b->limit_bytes : LOOK_BYTES;
    for (size_t i = 0; i < look && i < b->length + n; i++) {
        char c = i < b->length ? b->carry[i] : text[i - b->length];
        if (c == '{')
            return b->wide_limit_bytes;
        if (c == '!' || c == '$')
            break;
    }
    return b->limit_bytes;
}

/* Append to the carry; the caller has checked the limit. */
static int carry_add(struct linebuf *b, const char *text, size_t n)
{
    if (array_grow(&b->carry, &b->capacity, b->length + n, 1) != 0)
        return ERR_NOMEM;
    memcpy(b->carry + b->length, text, n);
    b->length += n;
    return 0;
}

/* Whether the line gathered so far and n more bytes are more than it may hold. */
static bool is_overlong(const struct linebuf *b, const char *text, size_t n)
{
    size_t total = b->length + n;
    return total > b->limit_bytes && total > limit_of(b, text, n);
}

/* Nearly all lines are complete in the chunk. The LF after a CR would be an empty line;
 * it is skipped but is never part of the line, so that offsets do not depend on the
 * chunks. */
static inline size_t take_complete(struct linebuf *b, const char *text, size_t n,
                                   size_t length, struct linebuf_line *ret)
{
    size_t taken = length + 1;
    ret->text = text;
    ret->n = length;
    ret->begin = b->offset;
    ret->end = b->offset + taken;
    ret->is_too_long = false;
    ret->number = b->feeds + 1;
    if (text[length] == '\r' && taken < n && text[taken] == '\n')
        taken++;
    b->feeds += text[taken - 1] == '\n';
    b->offset += taken;
    b->begin = b->offset;
    return taken;
}

int linebuf_next(struct linebuf *b, const char **bytes, size_t *n, bool is_whole,
                 struct linebuf_line *ret)
{
    while (*n != 0) {
        const char *text = *bytes;
        size_t length = (size_t)(find_end(text, text + *n) - text);
        bool has_end = length < *n;
        if (has_end && length <= b->limit_bytes && b->length == 0 && !b->is_skipping) {
            size_t taken = take_complete(b, text, *n, length, ret);
            *bytes += taken;
            *n -= taken;
            return 1;
        }
        size_t taken = length + (has_end ? 1 : 0);
        bool is_done = has_end || is_whole, was_skipping = b->is_skipping;
        bool is_over_limit = !was_skipping && is_overlong(b, text, length);
        if (!was_skipping && !is_over_limit && (!is_done || b->length != 0)) {
            int rc = carry_add(b, text, length);
            if (rc < 0)
                return rc;
        }
        *bytes += taken;
        *n -= taken;
        b->offset += taken;
        *ret = (struct linebuf_line){
            .begin = b->begin, .end = b->offset, .number = b->feeds + 1};
        b->feeds += has_end && text[length] == '\n';
        if (is_over_limit || was_skipping) {
            b->length = 0;
            b->is_skipping = !is_done;
            b->begin = b->offset;
            if (!is_over_limit)
                continue;
            ret->is_too_long = true;
            return 1;
        }
        if (!is_done)
            return 0;
        ret->text = b->length != 0 ? b->carry : text;
        ret->n = b->length != 0 ? b->length : length;
        b->length = 0;
        b->begin = b->offset;
        return 1;
    }
    return 0;
}

bool linebuf_flush(struct linebuf *b, struct linebuf_line *ret)
{
    bool had = b->length != 0;
    *ret = (struct linebuf_line){.text = b->carry,
                                 .n = b->length,
                                 .begin = b->begin,
                                 .end = b->offset,
                                 .number = b->feeds + 1};
    b->length = 0;
    b->is_skipping = false;
    b->begin = b->offset;
    return had;
}

bool linebuf_drop(struct linebuf *b)
{
    bool had = b->length != 0;
    b->length = 0;
    b->is_skipping = false;
    b->begin = b->offset;
    return had;
}
