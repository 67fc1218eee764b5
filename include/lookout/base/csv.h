/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180, and what spreadsheets make of it): value by value over one row, and row
 * by row over a text. */
#ifndef LOOKOUT_CSV_H
#define LOOKOUT_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* --- values --- */

/* The separator (comma, semicolon, tab or bar) that the text has most of; a comma where
 * there is none. */
char csv_separator(const char *text, size_t n);

struct csv_value {
    const char *text; /* borrowed; without its quotes */
    size_t n;         /* bytes */
    bool is_quoted;
    bool has_doubled; /* holds "" for ": see csv_unquote */
    bool is_open;     /* a quote that does not end: the value is all the rest */
    bool has_tail;    /* text behind the closing quote, which is passed over */
};

/* Where the next value of a row begins. */
struct csv_cursor {
    const char *at, *end; /* borrowed */
    char separator;
    bool is_done; /* the row has ended; `at` is its line's end or `end` */
};

/* The next value; false: the row has no more. Blanks before a value are passed over; a
 * line's end ends the row, unless it lies in quotes. */
bool csv_next_value(struct csv_cursor *c, struct csv_value *ret);
/* Copy a value with "" as ", cut to `room` bytes; returns how many. */
size_t csv_unquote(const struct csv_value *value, char *ret, size_t room);

/* --- rows --- */

#define CSV_FIELDS_MAX 256

struct csv_field {
    const char *text; /* borrowed from the reader; NUL-terminated, blanks trimmed */
    size_t length;
    int col; /* from 1, in bytes of the row's first line */
};

struct csv {
    struct csv_cursor cursor;
    bool has_remarks; /* pass over lines that begin with '#'; off, until it is set */
    int line;         /* of the row last read, from 1 */
    int next_line;
    struct csv_field fields[CSV_FIELDS_MAX];
    size_t count;
    const char *fault; /* of the row, or NULL; a static text */
    int fault_line, fault_col;
    struct buf row; /* owned: the texts of the fields */
};

/* text: n bytes, borrowed until csv_finish; a byte-order mark is passed over. separator
 * '\0': the one that the first line has most of. */
void csv_init(struct csv *csv, const char *text, size_t n, char separator);
void csv_finish(struct csv *csv);
/* The next row that is not blank: 1, 0 at the end, ERR_NOMEM. A row with a fault has no
 * fields; the rest of its line is passed over. */
MUST_CHECK int csv_next(struct csv *csv);

#endif
