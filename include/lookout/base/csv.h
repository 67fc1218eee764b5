/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180, and the variants that spreadsheets write): value by value over one row,
 * and row by row over a text. */
#ifndef LOOKOUT_CSV_H
#define LOOKOUT_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* --- values --- */

/* The separator (comma, semicolon, tab or bar) that occurs most often in the text; a
 * comma when there is none. */
char csv_separator(const char *text, size_t n);

struct csv_value {
    const char *text; /* borrowed; without its quotes */
    size_t n;         /* bytes */
    bool is_quoted;
    bool has_doubled; /* holds "" for ": see csv_unquote */
    bool is_open;     /* the closing quote is missing */
    bool has_tail;    /* text after the closing quote is skipped */
};

/* The place where the next value of a row begins. */
struct csv_cursor {
    const char *at, *end; /* borrowed */
    char separator;
    bool is_done; /* the row has ended; `at` is its line's end or `end` */
};

/* Read the next value; false: the row has no more values. Blanks before a value are
 * skipped. A line end ends the row, unless it is inside quotes. */
bool csv_next_value(struct csv_cursor *c, struct csv_value *ret);
/* Copy a value, with "" as ", cut to `room` bytes; returns the number of bytes. */
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
    bool has_remarks; /* skip lines that begin with '#'; off at first */
    int line;         /* line of the last row, from 1 */
    int next_line;
    struct csv_field fields[CSV_FIELDS_MAX];
    size_t count;
    const char *fault; /* of the row, or NULL; a static text */
    int fault_line, fault_col;
    struct buf row; /* owned: the texts of the fields */
};

/* text: n bytes, borrowed until csv_finish; a byte-order mark is skipped. separator '\0':
 * the separator that occurs most often in the first line. */
void csv_init(struct csv *csv, const char *text, size_t n, char separator);
void csv_finish(struct csv *csv);
/* Read the next row that is not blank: 1, 0 at the end, ERR_NOMEM. A row with a fault has
 * no fields, and the rest of its line is skipped. */
MUST_CHECK int csv_next(struct csv *csv);

#endif
