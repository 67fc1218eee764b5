/* SPDX-License-Identifier: Apache-2.0 */
/* Splits bytes, in chunks of any size, into JSON values, wherever the lines end. It knows
 * brackets, quotes and lines, but not the meaning of a value; a parser checks whether a
 * value is valid JSON. An array is taken apart, so that one object, not the whole file,
 * bounds the memory.
 *
 *     {..}{..}            an OBJECT each
 *     [{..}, [{..}]]      the same
 *     {.., "msgs":[{..    a BATCH: after jsonbuf_enter the elements are OBJECTs, and the
 *                         object itself comes at its end, with that array empty
 *     ["..", 1]           a ROW: an array with no object or array in it
 *
 * A value that is cut off must not swallow the values after it. A value is BROKEN when a
 * line ends within quotes, and when a line begins with '{' or with a byte that cannot
 * continue JSON. */
#ifndef LOOKOUT_JSONBUF_INT_H
#define LOOKOUT_JSONBUF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

enum jsonbuf_kind {
    JSONBUF_OBJECT,
    JSONBUF_BATCH,
    JSONBUF_ROW,
    JSONBUF_BROKEN,
    JSONBUF_TOO_LONG /* no text; the rest of the value is skipped */
};

struct jsonbuf_piece {
    enum jsonbuf_kind kind;
    const char *text; /* borrowed until the next call */
    size_t n;
    uint64_t begin, end; /* offsets: its first byte, after its last byte */
    uint64_t document;   /* the same for all pieces of one outermost value */
    bool has_batch;      /* an object some of whose arrays were taken apart */
};

enum { JSONBUF_LEVELS = 64 }; /* greatest depth of nested arrays */

/* An array that is taken apart. */
struct jsonbuf_level {
    size_t start;   /* of the object around it, in the text */
    uint64_t begin; /* the same as offset */
    unsigned depth; /* open brackets of that object, with this array's; 0: no object */
    unsigned asked;
};

struct jsonbuf {
    char *text; /* owned: nested objects that are taken apart, then the value */
    size_t n, capacity, limit_bytes;
    size_t start;      /* of the value at hand, in the text */
    uint64_t begin;    /* the same as offset */
    uint64_t offset;   /* of the next byte */
    uint64_t document; /* counts outermost values */
    struct jsonbuf_level levels[JSONBUF_LEVELS];
    unsigned level_count;
    unsigned depth;       /* open brackets of the value at hand; 0: between values */
    unsigned array_depth; /* of its outermost open array; 0: none */
    unsigned asked;       /* number of its BATCHes */
    bool is_array;        /* the value at hand is an array */
    bool is_first;        /* the '{' is the first element of that array */
    bool is_one;          /* its arrays are not taken apart */
    bool has_batch;
    bool in_string, is_escaped;
    bool is_line_start; /* only blanks since the line began */
    bool is_column_0;   /* nothing since the line began */
    bool has_comma;     /* between values */
    bool is_skipping;   /* the rest of a value that was too long */
    bool was_json;      /* commas and closing brackets belong to earlier JSON */
};

void jsonbuf_init(struct jsonbuf *b, size_t limit_bytes);
void jsonbuf_finish(struct jsonbuf *b);
/* Whether a value is open: the next bytes belong to it. */
static inline bool jsonbuf_is_open(const struct jsonbuf *b)
{
    return b->depth != 0 || b->level_count != 0;
}
/* The lowest byte that the value at hand needs. */
static inline uint64_t jsonbuf_needed(const struct jsonbuf *b)
{
    return b->depth != 0 ? b->begin : b->offset;
}
/* Does a line with this beginning start a value? 1: yes; 0: no; -1: more bytes are
 * needed. A line of a log may also begin with '['. */
int jsonbuf_begins(const struct jsonbuf *b, const char *text, size_t n);
/* Take the next piece from *bytes, and advance *bytes and *n. 1: *ret is a piece; 0: all
 * bytes are taken, or the next bytes are not JSON; ERR_NOMEM. */
MUST_CHECK int jsonbuf_next(struct jsonbuf *b, const char **bytes, size_t *n,
                            struct jsonbuf_piece *ret);
/* After a BATCH: take the object's array apart. Without this call, the object is returned
 * as one piece. */
void jsonbuf_enter(struct jsonbuf *b);
/* End the input. true: *ret is the value that is broken by the end. */
bool jsonbuf_flush(struct jsonbuf *b, struct jsonbuf_piece *ret);

#endif
