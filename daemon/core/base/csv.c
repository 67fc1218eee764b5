/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: the values of a row, and the rows of a text. */
#include "lookout/base/csv.h"

#include <string.h>

char csv_separator(const char *text, size_t n)
{
    static const char separators[] = {',', ';', '\t', '|'};
    char best = ',';
    size_t most = 0;
    for (size_t i = 0; i < sizeof separators; i++) {
        size_t count = 0;
        for (size_t k = 0; k < n; k++)
            count += text[k] == separators[i];
        if (count > most) {
            most = count;
            best = separators[i];
        }
    }
    return best;
}

static bool csv_is_blank(const struct csv_cursor *c, char letter)
{
    return (letter == ' ' || letter == '\t' || letter == '\r') && letter != c->separator;
}

/* Skip to the separator or the row's end; false when other text than blanks comes before
 * it. */
static bool csv_skip_to_end(struct csv_cursor *c)
{
    bool is_blank = true;
    for (; c->at < c->end && *c->at != c->separator && *c->at != '\n'; c->at++)
        is_blank &= csv_is_blank(c, *c->at);
    return is_blank;
}

/* c->at is behind the opening quote. */
static void csv_read_quoted(struct csv_cursor *c, struct csv_value *ret)
{
    const char *at = c->at;
    *ret = (struct csv_value){.text = at, .is_quoted = true};
    while (at < c->end && (*at != '"' || (at + 1 < c->end && at[1] == '"'))) {
        bool is_doubled = *at == '"';
        ret->has_doubled |= is_doubled;
        at += is_doubled ? 2 : 1;
    }
    ret->n = (size_t)(at - c->at);
    ret->is_open = at == c->end;
    c->at = ret->is_open ? at : at + 1;
    ret->has_tail = !csv_skip_to_end(c);
}

bool csv_next_value(struct csv_cursor *c, struct csv_value *ret)
{
    if (c->is_done)
        return false;
    while (c->at < c->end && csv_is_blank(c, *c->at))
        c->at++;
    if (c->at < c->end && *c->at == '"') {
        c->at++;
        csv_read_quoted(c, ret);
    } else {
        /* Local copies: the compiler must assume that a byte written may change c's
         * members. */
        const char *at = c->at, *const end = c->end;
        const char separator = c->separator;
        while (at < end && *at != separator && *at != '\n')
            at++;
        *ret = (struct csv_value){.text = c->at, .n = (size_t)(at - c->at)};
        c->at = at;
    }
    c->is_done = c->at == c->end || *c->at != c->separator;
    c->at += c->is_done ? 0 : 1;
    return true;
}

size_t csv_unquote(const struct csv_value *value, char *ret, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < value->n && n < room; i++) {
        ret[n++] = value->text[i];
        if (value->has_doubled && value->text[i] == '"')
            i++;
    }
    return n;
}

/* --- rows --- */

void csv_init(struct csv *csv, const char *text, size_t n, char separator)
{
    memset(csv, 0, sizeof *csv);
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        n -= 3;
    }
    const char *line_end = n > 0 ? memchr(text, '\n', n) : NULL;
    if (separator == '\0')
        separator = csv_separator(text, line_end != NULL ? (size_t)(line_end - text) : n);
    csv->cursor =
        (struct csv_cursor){.at = text, .end = text + n, .separator = separator};
    csv->next_line = 1;
}

void csv_finish(struct csv *csv)
{
    buf_finish(&csv->row);
}

static void csv_fail(struct csv *csv, int line, int col, const char *fault)
{
    if (csv->fault == NULL) {
        csv->fault = fault;
        csv->fault_line = line;
        csv->fault_col = col;
    }
}

/* Append the field's text to the row's buffer, with its NUL. */
static int csv_add_field(struct csv *csv, const struct csv_value *value, int col)
{
    if (csv->count == CSV_FIELDS_MAX) {
        csv_fail(csv, csv->line, col, "the row has too many fields");
        return 0;
    }
    if (buf_reserve(&csv->row, value->n + 1) != 0)
        return ERR_NOMEM;
    char *text = csv->row.data + csv->row.length;
    size_t n = csv_unquote(value, text, value->n), first = 0;
    while (n > 0 && csv_is_blank(&csv->cursor, text[n - 1]))
        n--;
    while (first < n && csv_is_blank(&csv->cursor, text[first]))
        first++;
    memmove(text, text + first, n - first);
    text[n - first] = '\0';
    csv->row.length += n - first + 1;
    csv->fields[csv->count++] = (struct csv_field){.length = n - first, .col = col};
    return 0;
}

static int csv_read_row(struct csv *csv)
{
    const char *line_begin = csv->cursor.at;
    struct csv_value value;
    csv->cursor.is_done = false;
    csv->line = csv->next_line++;
    csv->count = 0;
    csv->fault = NULL;
    buf_clear(&csv->row);
    while (csv_next_value(&csv->cursor, &value)) {
        int line = csv->next_line - 1;
        int col = (int)(value.text - line_begin) + 1 - value.is_quoted;
        for (size_t i = 0; value.is_quoted && i < value.n; i++)
            csv->next_line += value.text[i] == '\n';
        if (value.is_open)
            csv_fail(csv, line, col, "a quote is not closed");
        else if (value.has_tail)
            csv_fail(csv, csv->next_line - 1, col, "text behind a closing quote");
        if (csv_add_field(csv, &value, col) != 0)
            return ERR_NOMEM;
    }
    if (csv->cursor.at < csv->cursor.end)
        csv->cursor.at++;
    if (csv->fault != NULL)
        csv->count = 0;
    /* The buffer no longer moves, so the fields can point into it. */
    const char *text = buf_text(&csv->row);
    for (size_t i = 0; i < csv->count; i++) {
        csv->fields[i].text = text;
        text += csv->fields[i].length + 1;
    }
    return 0;
}

static void csv_skip_remarks(struct csv *csv)
{
    struct csv_cursor *c = &csv->cursor;
    while (csv->has_remarks && c->at < c->end && *c->at == '#') {
        const char *line_end = memchr(c->at, '\n', (size_t)(c->end - c->at));
        c->at = line_end != NULL ? line_end + 1 : c->end;
        csv->next_line++;
    }
}

int csv_next(struct csv *csv)
{
    for (;;) {
        csv_skip_remarks(csv);
        if (csv->cursor.at >= csv->cursor.end)
            return 0;
        if (csv_read_row(csv) != 0)
            return ERR_NOMEM;
        if (csv->fault != NULL || csv->count > 1 || csv->fields[0].length > 0)
            return 1;
    }
}
