/* SPDX-License-Identifier: Apache-2.0 */
/* CSV by its header: columns are found by name, never by place (MarineCadastre changed
 * the order of latitude and longitude between years). Values may be quoted, and go on
 * over a line's end then, unless the next line is a whole row: quotes are left open in
 * the field, and must not swallow what follows. */
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/csv.h"
#include "lookout/base/time.h"

#define COLUMNS_MAX 256u
#define COLUMNS_MIN 3u
#define VALUE_BYTES 256u
#define OPEN_BYTES 4096u /* the longest row over several lines */

struct row {
    struct csv_cursor cursor;
    bool is_open;           /* a quote that does not end */
    char copy[VALUE_BYTES]; /* of a value with doubled quotes */
};

static void begin_row(struct row *row, const char *text, size_t n, char separator)
{
    row->cursor =
        (struct csv_cursor){.at = text, .end = text + n, .separator = separator};
    row->is_open = false;
}

/* The next value, without its quotes; false: no more. */
static bool next_value(struct row *row, const char **ret, size_t *ret_n)
{
    struct csv_value value;
    if (!csv_next_value(&row->cursor, &value))
        return false;
    row->is_open |= value.is_open;
    *ret = value.text;
    *ret_n = value.n;
    if (value.has_doubled) {
        *ret = row->copy;
        *ret_n = csv_unquote(&value, row->copy, sizeof row->copy);
    }
    return true;
}

/* The field a feed's map gives to this column: "imo=IMO_NO;mmsi=ship id". */
static enum record_field find_mapped(const char *columns, const char *name, size_t n)
{
    const char *at = columns;
    while (at != NULL && *at != '\0') {
        const char *stop = strchr(at, ';');
        size_t length = stop != NULL ? (size_t)(stop - at) : strlen(at);
        const char *equals = memchr(at, '=', length);
        if (equals != NULL) {
            size_t value_n = length - (size_t)(equals + 1 - at);
            if (value_n == n && memcmp(equals + 1, name, n) == 0)
                return record_names_find_key(at, (size_t)(equals - at));
        }
        at = stop != NULL ? stop + 1 : NULL;
    }
    return RECORD_NONE;
}

struct header {
    uint8_t fields[COLUMNS_MAX];
    int rank[RECORD_FIELDS];      /* of the column taken so far */
    size_t column[RECORD_FIELDS]; /* COLUMNS_MAX: none */
    size_t count, known;
};

static void add_column(struct header *h, const char *columns, const char *name, size_t n)
{
    int rank = 0;
    size_t column = h->count++;
    h->fields[column] = RECORD_NONE;
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '\t'))
        n--;
    enum record_field field = find_mapped(columns, name, n);
    if (field != RECORD_NONE)
        rank = -1; /* what the configuration says wins */
    else
        field = record_names_find(name, n, &rank);
    if (field == RECORD_NONE)
        return;
    size_t before = h->column[field];
    if (before != COLUMNS_MAX && rank >= h->rank[field])
        return;
    if (before != COLUMNS_MAX)
        h->fields[before] = RECORD_NONE;
    else
        h->known++;
    h->column[field] = column;
    h->rank[field] = rank;
    h->fields[column] = (uint8_t)field;
}

int input_csv_header(struct input *in, const char *text, size_t n)
{
    struct header h;
    h.count = h.known = 0;
    for (size_t i = 0; i < RECORD_FIELDS; i++)
        h.column[i] = COLUMNS_MAX;
    while (n > 0 && (text[0] == '#' || text[0] == ' ')) {
        text++;
        n--;
    }
    struct row row;
    begin_row(&row, text, n, csv_separator(text, n));
    const char *value = NULL;
    size_t value_n = 0;
    while (h.count < COLUMNS_MAX && next_value(&row, &value, &value_n))
        add_column(&h, in->conf.columns, value, value_n);
    if (h.count < COLUMNS_MIN || h.column[RECORD_MMSI] == COLUMNS_MAX ||
        h.known < COLUMNS_MIN)
        return 0;
    uint8_t *fields = malloc(h.count);
    if (fields == NULL)
        return ERR_NOMEM;
    memcpy(fields, h.fields, h.count);
    free(in->csv.fields);
    in->csv.fields = fields;
    in->csv.count = h.count;
    in->csv.separator = row.cursor.separator;
    return 1;
}

/* A file put together of several has its header again and again. */
static bool is_header_again(struct input *in, const struct record *r,
                            const struct input_piece *piece)
{
    if (!r->is_bad || r->report.mmsi != 0)
        return false;
    int rc = input_csv_header(in, piece->text, piece->n);
    if (rc < 0)
        in->is_nomem = true;
    return rc > 0;
}

/* --- rows over several lines --- */

/* A line that is a row by itself: all columns, or a good MMSI where it should be. */
static bool is_own_row(const struct input *in, const struct input_piece *piece)
{
    struct record record;
    record_clear(&record);
    struct row row;
    begin_row(&row, piece->text, piece->n, in->csv.separator);
    const char *value = NULL;
    size_t value_n = 0, column = 0;
    while (next_value(&row, &value, &value_n)) {
        if (column < in->csv.count && in->csv.fields[column] == RECORD_MMSI)
            record_set_text(&record, RECORD_MMSI, value, value_n);
        column++;
    }
    return (!row.is_open && column == in->csv.count) ||
           (record.report.mmsi != 0 && column >= COLUMNS_MIN);
}

/* Add a line to the row that waits, a blank for the line's end; false: it is too long. */
static bool keep_open(struct input *in, const struct input_piece *piece)
{
    struct input_csv *csv = &in->csv;
    size_t gap = csv->open_n != 0 ? 1 : 0;
    if (csv->open_n + gap + piece->n > OPEN_BYTES)
        return false;
    if (csv->open == NULL && (csv->open = malloc(OPEN_BYTES)) == NULL) {
        in->is_nomem = true;
        return false;
    }
    if (gap != 0)
        csv->open[csv->open_n] = ' ';
    else
        csv->open_begin = piece->begin;
    if (gap == 0)
        csv->open_number = in->line_number;
    memcpy(csv->open + csv->open_n + gap, piece->text, piece->n);
    csv->open_n += gap + piece->n;
    csv->open_end = piece->end;
    return true;
}

/* A sentence in a cell is the message; what stands beside it says when it was heard. */
static bool is_sentence_cell(const struct row *row, const char *value, size_t n)
{
    return value != row->copy && n != 0 && (value[0] == '!' || value[0] == '\\') &&
           input_nmea_find(value, n) < n;
}

/* false: its quotes are open, and may_wait. */
static bool take_input_row(struct input *in, const struct input_piece *piece,
                           bool may_wait)
{
    struct record record;
    record_clear(&record);
    struct row row;
    begin_row(&row, piece->text, piece->n, in->csv.separator);
    const char *value = NULL, *cell = NULL;
    size_t value_n = 0, column = 0, cell_n = 0;
    while (next_value(&row, &value, &value_n)) {
        if (cell == NULL && is_sentence_cell(&row, value, value_n)) {
            cell = value;
            cell_n = value_n;
        }
        if (column < in->csv.count && in->csv.fields[column] != RECORD_NONE)
            record_set_text(&record, (enum record_field)in->csv.fields[column], value,
                            value_n);
        column++;
    }
    if (row.is_open && may_wait && column <= in->csv.count)
        return false;
    in->counts.lines++;
    if (column < COLUMNS_MIN) {
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
    } else if (is_header_again(in, &record, piece)) {
        in->counts.comments++;
    } else if (cell != NULL) {
        in->counts.other++;
        record_close_time(&record);
        input_nmea_cell(in, &record, cell, cell_n, piece);
    } else {
        input_emit_record(in, &record, piece);
    }
    return true;
}

/* The same of a row that began on a line before: that is its place. */
static bool take_open_row(struct input *in, const struct input_piece *piece,
                          bool may_wait)
{
    uint64_t number = in->line_number, begin = in->line_begin, at = in->at;
    in->line_number = in->csv.open_number;
    in->line_begin = in->at = piece->begin;
    bool is_taken = take_input_row(in, piece, may_wait);
    in->line_number = number;
    in->line_begin = begin;
    in->at = at;
    return is_taken;
}

void input_csv_flush(struct input *in)
{
    struct input_csv *csv = &in->csv;
    struct input_piece piece = {csv->open, csv->open_n, csv->open_begin, csv->open_end};
    if (csv->open_n == 0)
        return;
    csv->open_n = 0;
    (void)take_open_row(in, &piece, false);
}

void input_csv_row(struct input *in, const struct input_piece *piece)
{
    struct input_csv *csv = &in->csv;
    if (csv->open_n != 0 && (is_own_row(in, piece) || !keep_open(in, piece)))
        input_csv_flush(in);
    if (csv->open_n != 0) {
        struct input_piece joined = {csv->open, csv->open_n, csv->open_begin,
                                     csv->open_end};
        if (take_open_row(in, &joined, true))
            csv->open_n = 0;
    } else if (!take_input_row(in, piece, true) && !keep_open(in, piece)) {
        (void)take_input_row(in, piece, false);
    }
}
