/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in any chunking to JSON values, wherever their lines end. Knows brackets, quotes
 * and lines, and nothing of what a value means: whether it is JSON is for a parser to
 * say. An array is taken apart, so that memory is bounded by one object and not by a
 * file.
 *
 *     {..}{..}            an OBJECT each
 *     [{..}, [{..}]]      the same
 *     {.., "msgs":[{..    a BATCH: after jsonbuf_enter the elements are OBJECTs, and the
 *                         object itself comes at its end, with that array empty
 *     ["..", 1]           a ROW: an array with no object or array in it
 *
 * A value that is cut off must not swallow what follows. It is BROKEN where a line ends
 * within quotes, and where a line begins with '{', or with what JSON cannot go on with.
 */
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
    JSONBUF_TOO_LONG /* no text; the rest of it is skipped */
};

struct jsonbuf_piece {
    enum jsonbuf_kind kind;
    const char *text; /* borrowed until the next call */
    size_t n;
    uint64_t begin, end; /* offsets: its first byte, behind its last */
    uint64_t document;   /* the same for all pieces of one outermost value */
    bool has_batch;      /* an object some of whose arrays were taken apart */
};

enum { JSONBUF_LEVELS = 64 }; /* of arrays within one another */

/* An array that is taken apart. */
struct jsonbuf_level {
    size_t start;   /* of the object it is in, in the text */
    uint64_t begin; /* the same as offset */
    unsigned depth; /* of that object's brackets, this array's too; 0: in no object */
    unsigned asked;
};

struct jsonbuf {
    char *text; /* owned: objects that are taken apart, one in another; then the value */
    size_t n, capacity, limit_bytes;
    size_t start;      /* of the value at hand, in the text */
    uint64_t begin;    /* the same as offset */
    uint64_t offset;   /* of the next byte */
    uint64_t document; /* counts outermost values */
    struct jsonbuf_level levels[JSONBUF_LEVELS];
    unsigned level_count;
    unsigned depth;       /* open brackets of the value at hand; 0: between values */
    unsigned array_depth; /* of its outermost open array; 0: none */
    unsigned asked;       /* so many BATCHes of it */
    bool is_array;        /* the value at hand is an array */
    bool is_first;        /* nothing stands before the '{' in that array */
    bool is_one;          /* its arrays are not taken apart */
    bool has_batch;
    bool in_string, is_escaped;
    bool is_line_start; /* nothing but blanks since the line began */
    bool is_column_0;   /* nor those */
    bool has_comma;     /* between values */
    bool is_skipping;   /* a value that was too long */
    bool was_json;      /* commas and closing brackets here belong to what went before */
};

void jsonbuf_init(struct jsonbuf *b, size_t limit_bytes);
void jsonbuf_finish(struct jsonbuf *b);
/* Whether a value is open: the next bytes are its. */
static inline bool jsonbuf_is_open(const struct jsonbuf *b)
{
    return b->depth != 0 || b->level_count != 0;
}
/* The lowest byte that the value at hand needs. */
static inline uint64_t jsonbuf_needed(const struct jsonbuf *b)
{
    return b->depth != 0 ? b->begin : b->offset;
}
/* Does a value begin a line that begins so? 1: yes; 0: no; -1: more must be known. A line
 * of a log may begin with '[' too. */
int jsonbuf_begins(const struct jsonbuf *b, const char *text, size_t n);
/* Take the next piece from *bytes, moving *bytes and *n on. 1: *ret is one; 0: all bytes
 * are taken, or what follows is no JSON; ERR_NOMEM. */
MUST_CHECK int jsonbuf_next(struct jsonbuf *b, const char **bytes, size_t *n,
                            struct jsonbuf_piece *ret);
/* The answer to a BATCH: take it apart. Without it the object is one piece. */
void jsonbuf_enter(struct jsonbuf *b);
/* The bytes end here. true: *ret is what is broken by that. */
bool jsonbuf_flush(struct jsonbuf *b, struct jsonbuf_piece *ret);

#endif
