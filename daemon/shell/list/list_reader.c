/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a list from bytes: finds its format by the first of them, then gives each row to
 * that format. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_int.h"

enum { HEAD_BYTES = 1 << 16 }; /* by so many the format is recognised */

/* --- rows --- */

/* DOS ends a file so, and OFAC still does. */
static bool is_end_mark(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r' || text[n - 1] == ' '))
        n--;
    return n == 0 || (n == 1 && text[0] == '\x1a');
}

static int parse_csv_row(struct list_reader *r, const char *text, size_t n)
{
    struct csv *csv = &r->csv;
    csv->cursor =
        (struct csv_cursor){.at = text, .end = text + n, .separator = r->rows.separator};
    csv->line = csv->next_line = r->rows.line;
    return csv_next(csv);
}

/* A file that was cut ends in a row that is too short. */
static void note_cut(struct list_reader *r, enum list_row state)
{
    if (state == LIST_ROW_LAST && r->columns != 0 && r->csv.count < r->columns)
        r->whole->list.is_cut = true;
}

static int take_csv_row(struct list_reader *r, const char *text, size_t n,
                        enum list_row state)
{
    int next = parse_csv_row(r, text, n);
    if (next <= 0)
        return next;
    if (r->csv.fault != NULL) {
        r->whole->list.is_cut |= state != LIST_ROW_WHOLE && text[n - 1] != '\n';
        if (r->kind->format == LIST_CSV && !r->has_header)
            return list_row_fail(r, r->kind->looks, "the file has no header");
        list_row_leave(r, r->csv.fault);
        return 0;
    }
    note_cut(r, state);
    return r->kind->row(r, text, n);
}

static int take_list_row(void *context, const char *text, size_t n, enum list_row state)
{
    struct list_reader *r = context;
    if (state == LIST_ROW_LONG) {
        list_row_leave(r, "the line is too long");
        return 0;
    }
    if (is_end_mark(text, n))
        return 0;
    if (!r->kind->has_lines)
        return take_csv_row(r, text, n, state);
    int rc = r->kind->row(r, text, n);
    if (rc == ERR_SYNTAX) {
        r->whole->list.is_cut |= state == LIST_ROW_LAST;
        list_row_leave(r, "the line is not JSON");
    }
    return rc == ERR_SYNTAX ? 0 : rc;
}

/* --- the whole --- */

struct list_reader *list_reader_create(const struct list_options *options)
{
    struct list_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->options = options;
    r->whole = list_make();
    map_init(&r->by_entry);
    list_rows_init(&r->rows, take_list_row, r);
    if (r->whole != NULL)
        return r;
    list_reader_destroy(r);
    return NULL;
}

void list_reader_destroy(struct list_reader *r)
{
    if (r == NULL)
        return;
    if (r->kind != NULL && r->kind->finish != NULL)
        r->kind->finish(r);
    list_draft_finish(r);
    list_rows_finish(&r->rows);
    csv_finish(&r->csv);
    buf_finish(&r->head);
    map_finish(&r->by_entry);
    if (r->whole != NULL)
        list_release(&r->whole->list);
    free(r);
}

void list_reader_beside(struct list_reader *r, const struct buf *comments,
                        const struct buf *aliases)
{
    r->comments = comments;
    r->others = aliases;
}

/* The separator of CSV is that of the first line which has several values. */
static char find_separator(const struct list_head *head)
{
    const char *at = head->text, *end = at + head->n;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t n = line_end != NULL ? (size_t)(line_end - at) : (size_t)(end - at);
        char separator = csv_separator(at, n);
        if (memchr(at, separator, n) != NULL || line_end == NULL)
            return separator;
        at = line_end + 1;
    }
    return ',';
}

/* The format is known by now, or never. */
static int begin_reading(struct list_reader *r)
{
    struct list_head head = {buf_text(&r->head), r->head.length};
    size_t mark = 0;
    if (head.n >= 3 && memcmp(head.text, "\xEF\xBB\xBF", 3) == 0)
        mark = 3;
    head.text += mark;
    head.n -= mark;
    struct list_head first = {head.text, head.n < HEAD_BYTES ? head.n : HEAD_BYTES};
    r->kind = list_format_find(r->options->format, &first, &r->trouble);
    if (r->kind == NULL)
        return ERR_INVALID;
    r->whole->list.format = r->kind->format;
    r->rows.separator = r->kind->has_lines ? '\0' : find_separator(&first);
    int rc = r->kind->begin != NULL ? r->kind->begin(r) : 0;
    if (rc == 0)
        rc = list_rows_feed(&r->rows, head.text, head.n);
    buf_finish(&r->head);
    return rc;
}

static int feed_bytes(struct list_reader *r, const char *bytes, size_t n)
{
    if (r->kind != NULL)
        return list_rows_feed(&r->rows, bytes, n);
    if (buf_add(&r->head, bytes, n) != 0)
        return ERR_NOMEM;
    return r->head.length >= HEAD_BYTES ? begin_reading(r) : 0;
}

int list_reader_feed(struct list_reader *r, const char *bytes, size_t n,
                     struct list_trouble *ret_trouble)
{
    int rc = 0;
    if (memchr(bytes, 0, n) != NULL)
        rc = list_row_fail(r, "a text file", "it holds a NUL byte: it is not text");
    if (rc == 0)
        rc = feed_bytes(r, bytes, n);
    if (rc == ERR_INVALID)
        *ret_trouble = r->trouble;
    return rc;
}

static int end_pass(struct list_reader *r, bool *ret_is_done)
{
    int rc = r->kind == NULL ? begin_reading(r) : 0;
    if (rc == 0)
        rc = list_rows_end(&r->rows);
    *ret_is_done = true;
    if (rc == 0 && r->kind->end != NULL)
        rc = r->kind->end(r, ret_is_done);
    char separator = r->rows.separator;
    list_rows_finish(&r->rows);
    list_rows_init(&r->rows, take_list_row, r);
    r->rows.separator = separator;
    r->pass++;
    return rc;
}

int list_reader_end(struct list_reader *r, bool *ret_is_done,
                    struct list_trouble *ret_trouble)
{
    int rc = end_pass(r, ret_is_done);
    if (rc == ERR_INVALID)
        *ret_trouble = r->trouble;
    return rc;
}

struct list *list_reader_take(struct list_reader *r)
{
    struct list_whole *whole = r->whole;
    r->whole = NULL;
    return whole != NULL ? &whole->list : NULL;
}
