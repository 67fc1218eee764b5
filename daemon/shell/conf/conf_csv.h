/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180, and what spreadsheets make of it) row by row; private to the
 * configuration reader. */
#ifndef LOOKOUT_CONF_CSV_H
#define LOOKOUT_CONF_CSV_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_CSV_FIELDS_MAX 256

struct conf_csv {
    char *at, *end; /* borrowed: the text, changed in place */
    char separator; /* ',' ';' or tab: whichever the first line has most of */
    int line;       /* of the row last read, from 1 */
    int next_line;
    char *fields[CONF_CSV_FIELDS_MAX]; /* borrowed, NUL-terminated, blanks trimmed */
    size_t count;
    const char *fault; /* of the row, or NULL */
};

/* text: n bytes and a NUL behind them. */
void conf_csv_init(struct conf_csv *csv, char *text, size_t n);
/* The next row that is not blank; false at the end. A row with a fault has no fields. */
bool conf_csv_next(struct conf_csv *csv);

#endif
