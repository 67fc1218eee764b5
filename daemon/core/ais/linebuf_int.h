/* SPDX-License-Identifier: Apache-2.0 */
/* Splits bytes, in any chunking, into lines. LF, CR and NUL end a line. A line that is
 * complete in a chunk is passed on in place; only a cut one is copied. Memory is bounded
 * by the line limit: a longer line is reported once and skipped to its end. */
#ifndef LOOKOUT_LINEBUF_INT_H
#define LOOKOUT_LINEBUF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct linebuf {
    char *carry; /* owned; the cut line so far */
    size_t length, capacity;
    size_t limit_bytes;      /* of lines of sentences */
    size_t wide_limit_bytes; /* of lines of JSON and CSV */
    bool is_wide;            /* every line may be; else those with an early '{' */
    bool is_skipping;        /* inside a line that was too long */
    uint64_t offset;         /* of the next byte */
    uint64_t begin;          /* of the line that is being gathered */
    uint64_t feeds;          /* line feeds so far */
};

struct linebuf_line {
    const char *text; /* borrowed until the next call; without the line's end */
    size_t n;
    uint64_t begin, end; /* offsets: first byte, behind the line's end */
    uint64_t number;     /* from 1, by line feeds, as editors count */
    bool is_too_long;    /* no text then */
};

void linebuf_init(struct linebuf *b, size_t limit_bytes, size_t wide_limit_bytes);
void linebuf_finish(struct linebuf *b);
/* Take the next line from *bytes, advancing *bytes and *n. 1: *ret is a line (may be
 * empty); 0: all bytes are taken and no line is complete; ERR_NOMEM. With is_whole, the
 * rest at the end is a line too. */
MUST_CHECK int linebuf_next(struct linebuf *b, const char **bytes, size_t *n,
                            bool is_whole, struct linebuf_line *ret);
/* Take the last line, which has no end; false: there is none. */
bool linebuf_flush(struct linebuf *b, struct linebuf_line *ret);
/* Drop the partial line; true when there was one. */
bool linebuf_drop(struct linebuf *b);

#endif
