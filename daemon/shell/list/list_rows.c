/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts bytes, in any chunks, into rows of CSV or into lines. A row that is complete in
 * its chunk is not copied. A quote that is never closed costs its line alone. */
#include <string.h>

#include "list_int.h"

/* Where a byte of CSV stands (RFC 4180): at a value's begin, inside one without quotes,
 * inside quotes, or behind a quote there. */
enum list_quoting { QUOTING_START, QUOTING_PLAIN, QUOTING_INSIDE, QUOTING_BEHIND };
enum { OPEN_MAX = 20 }; /* quotes that are not closed; then quotes mean nothing */

void list_rows_init(struct list_rows *rows, list_rows_take take, void *context)
{
    memset(rows, 0, sizeof *rows);
    rows->line = 1;
    rows->take = take;
    rows->context = context;
}

void list_rows_finish(struct list_rows *rows)
{
    buf_finish(&rows->pending);
}

/* The state behind one byte of a row. */
static enum list_quoting next_quoting(enum list_quoting q, char c, char separator)
{
    bool is_blank = (c == ' ' || c == '\t' || c == '\r') && c != separator;
    switch (q) {
    case QUOTING_START:
        if (c == '"')
            return QUOTING_INSIDE;
        return is_blank || c == separator ? QUOTING_START : QUOTING_PLAIN;
    case QUOTING_INSIDE:
        return c == '"' ? QUOTING_BEHIND : QUOTING_INSIDE;
    case QUOTING_BEHIND:
        if (c == '"')
            return QUOTING_INSIDE;
        break;
    case QUOTING_PLAIN:
        break;
    }
    return c == separator ? QUOTING_START : QUOTING_PLAIN;
}

/* The place behind the row's line end; n and more: it is not among the bytes. */
static size_t find_row_end(struct list_rows *rows, const char *bytes, size_t at, size_t n)
{
    if (rows->separator == '\0' || rows->is_plain) {
        const char *end = memchr(bytes + at, '\n', n - at);
        return end != NULL ? (size_t)(end - bytes) + 1 : SIZE_MAX;
    }
    enum list_quoting q = (enum list_quoting)rows->quoting;
    for (; at < n; at++) {
        if (bytes[at] == '\n' && q != QUOTING_INSIDE) {
            rows->quoting = QUOTING_START;
            return at + 1;
        }
        q = next_quoting(q, bytes[at], rows->separator);
    }
    rows->quoting = (uint8_t)q;
    return SIZE_MAX;
}

static int count_line_ends(const char *text, size_t n)
{
    int count = 0;
    for (const char *at = text, *end = text + n;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        count++;
    return count;
}

/* Give out a row; its line end stays with it. */
static int give_row(struct list_rows *rows, const char *text, size_t n,
                    enum list_row state)
{
    int rc = rows->take(rows->context, text, n, state);
    rows->line += count_line_ends(text, n);
    return rc;
}

/* The quote of the pending row is not closed: its first line is a row by itself, and what
 * follows is read anew. */
static int break_open_row(struct list_rows *rows)
{
    struct buf text = rows->pending;
    const char *end = memchr(buf_text(&text), '\n', text.length);
    size_t first = end != NULL ? (size_t)(end - text.data) + 1 : text.length;
    rows->pending = (struct buf){0};
    rows->quoting = QUOTING_START;
    rows->is_plain = ++rows->open > OPEN_MAX;
    int rc = give_row(rows, buf_text(&text), first, LIST_ROW_OPEN);
    if (rc == 0 && text.length > first)
        rc = list_rows_feed(rows, text.data + first, text.length - first);
    buf_finish(&text);
    return rc;
}

static int give_long_line(struct list_rows *rows)
{
    buf_clear(&rows->pending);
    rows->is_skipping = true;
    return rows->take(rows->context, "", 0, LIST_ROW_LONG);
}

/* Keep the begin of a row that is not complete. */
static int keep_rest(struct list_rows *rows, const char *bytes, size_t n)
{
    bool is_csv = rows->separator != '\0' && !rows->is_plain;
    size_t most = is_csv ? LIST_ROW_BYTES_MAX : LIST_LINE_BYTES_MAX;
    if (rows->is_skipping)
        return 0;
    if (rows->pending.length + n > most && !is_csv)
        return give_long_line(rows);
    if (buf_add(&rows->pending, bytes, n) != 0)
        return ERR_NOMEM;
    return rows->pending.length > most ? break_open_row(rows) : 0;
}

/* A row ends with these bytes. */
static int end_row(struct list_rows *rows, const char *bytes, size_t n)
{
    if (rows->is_skipping) {
        rows->is_skipping = false;
        rows->line++;
        return 0;
    }
    if (rows->pending.length == 0)
        return give_row(rows, bytes, n, LIST_ROW_WHOLE);
    if (buf_add(&rows->pending, bytes, n) != 0)
        return ERR_NOMEM;
    int rc =
        give_row(rows, buf_text(&rows->pending), rows->pending.length, LIST_ROW_WHOLE);
    buf_clear(&rows->pending);
    return rc;
}

int list_rows_feed(struct list_rows *rows, const char *bytes, size_t n)
{
    int rc = 0;
    for (size_t at = 0; at < n && rc == 0;) {
        size_t end = find_row_end(rows, bytes, at, n);
        if (end > n)
            return keep_rest(rows, bytes + at, n - at);
        rc = end_row(rows, bytes + at, end - at);
        at = end;
    }
    return rc;
}

int list_rows_end(struct list_rows *rows)
{
    int rc = 0;
    while (rc == 0 && rows->pending.length != 0 && rows->quoting == QUOTING_INSIDE &&
           !rows->is_plain)
        rc = break_open_row(rows);
    if (rc == 0 && rows->pending.length != 0)
        rc =
            give_row(rows, buf_text(&rows->pending), rows->pending.length, LIST_ROW_LAST);
    buf_clear(&rows->pending);
    rows->is_skipping = false;
    return rc;
}
