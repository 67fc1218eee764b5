/* SPDX-License-Identifier: Apache-2.0 */
/* Reads CSV by its header: columns are found by name, not by position (MarineCadastre
 * changed the order of latitude and longitude between years). Quoted values may continue
 * over a line end, unless the next line is a complete row: some writers leave quotes
 * open, and these must not hide the following rows. */
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/csv.h"
#include "lookout/base/time.h"

#define COLUMNS_MIN 3u
#define OPEN_BYTES 4096u /* the longest row over several lines */

/* A file joined from several files repeats the header. */
static bool is_header_again(struct input *in, const struct record *r,
                            const struct input_piece *piece)
{
    bool may_be = r->is_bad || in->csv.is_sentences;
    if (!may_be || r->report.mmsi != 0)
        return false;
    int rc = input_header_read(in, piece->text, piece->n);
    if (rc < 0)
        in->is_nomem = true;
    return rc > 0;
}

/* --- rows over several lines --- */

/* Whether a line is a row by itself: all columns, or a valid MMSI at its place. */
static bool is_own_row(const struct input *in, const struct input_piece *piece)
{
    struct record record;
    record_clear(&record);
    struct input_row row;
    input_row_begin(&row, piece->text, piece->n, in->csv.separator);
    const char *value = NULL;
    size_t value_n = 0, column = 0;
    while (input_row_next(&row, &value, &value_n)) {
        if (column < in->csv.count && in->csv.columns[column].field == RECORD_MMSI)
            record_set_text(&record, RECORD_MMSI, value, value_n);
        column++;
    }
    return (!row.is_open && column == in->csv.count) ||
           (record.report.mmsi != 0 && column >= COLUMNS_MIN);
}

/* Add a line to the waiting row, with a blank for the line end; false: it is too long. */
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

/* The values of a row. */
struct cells {
    size_t count;
    const char *sentence; /* the first cell that holds one; NULL: none */
    size_t sentence_n;
    bool is_other; /* a cell is another sentence */
};

/* A sentence in a cell is the message; what stands beside it says when it was heard.
 * Where the commas of a sentence without quotes separate the cells too, it is the rest of
 * the row. true: the row is at its end. */
static bool find_sentence(const struct input_row *row, const char *value, size_t n,
                          struct cells *cells)
{
    const char *end = row->cursor.end;
    if (value == row->copy || n == 0 || cells->sentence != NULL)
        return false;
    cells->is_other |= value[0] == '$';
    if (value[0] != '!' && value[0] != '\\')
        return false;
    char separator = row->cursor.separator;
    bool is_whole = row->is_quoted || (separator != ',' && separator != ';');
    size_t length = is_whole ? n : (size_t)(end - value);
    if (input_nmea_find(value, length) == length)
        return false;
    cells->sentence = value;
    cells->sentence_n = length;
    return !is_whole;
}

/* A table of sentences of whose columns none is known as its time: the first that has a
 * time of day is. */
static void read_loose_time(struct input *in, struct record *record, const char *value,
                            size_t n)
{
    int64_t t = 0;
    if (record->time_ms == TIME_NONE && !record->is_unordered &&
        input_cell_time(in, value, n, &t) != TIMESTAMP_NONE)
        record_set_time_text(record, RECORD_RANK_LAST, value, n);
}

static void read_row(struct input *in, struct input_row *row, struct record *record,
                     struct cells *ret)
{
    const struct input_column *column = in->csv.columns, *end = column + in->csv.count;
    bool is_loose = in->csv.is_sentences && !in->csv.has_time_column;
    struct cells cells = {0};
    const char *value = NULL;
    size_t value_n = 0;
    while (input_row_next(row, &value, &value_n)) {
        cells.count++;
        if (find_sentence(row, value, value_n, &cells))
            break;
        if (column < end && column->field != RECORD_NONE) {
            record->scale = column->scale;
            record->zone_ms = column->zone_ms;
            record_set_text(record, (enum record_field)column->field, value, value_n);
        } else if (is_loose) {
            read_loose_time(in, record, value, value_n);
        }
        column += column < end ? 1 : 0;
    }
    *ret = cells;
    /* A day whose time of day is missing is no time. */
    if (in->csv.has_date && record->clock[0] == '\0')
        record->date[0] = '\0';
    record_close_time(record);
    record->needs_time = in->csv.has_time;
    in->csv.has_time |= is_loose && record->time_ms != TIME_NONE;
}

/* false: the row waits for a date that shows the order of day and month. */
static bool settle_order(struct input *in, const struct record *record,
                         const struct input_piece *piece)
{
    input_held_settle(in, record->order);
    bool has_order = in->date_order != TIMESTAMP_ORDER_UNKNOWN;
    bool must_wait = record->is_unordered && record->time_ms == TIME_NONE;
    return has_order || (!must_wait && in->held.n == 0) || !input_held_keep(in, piece);
}

/* The fewest cells of a row. */
static size_t cells_least(const struct input_csv *csv)
{
    return csv->count < COLUMNS_MIN ? csv->count : COLUMNS_MIN;
}

/* A table of sentences has rows without one, or with another. */
static void take_bare_row(struct input *in, const struct cells *cells)
{
    if (cells->is_other)
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
}

/* false: its quotes are open, and may_wait. */
static bool take_input_row(struct input *in, const struct input_piece *piece,
                           bool may_wait)
{
    struct record record;
    struct input_row row;
    record_clear(&record);
    record.order = in->date_order;
    input_row_begin(&row, piece->text, piece->n, in->csv.separator);
    struct cells cells;
    read_row(in, &row, &record, &cells);
    if (row.is_open && may_wait && cells.count <= in->csv.count)
        return false;
    if (cells.count >= cells_least(&in->csv) && !settle_order(in, &record, piece))
        return true;
    in->counts.items++;
    if (cells.count < cells_least(&in->csv)) {
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
    } else if (cells.sentence != NULL) {
        in->counts.other++;
        input_cell_take(in, &record, cells.sentence, cells.sentence_n, piece);
    } else if (is_header_again(in, &record, piece)) {
        in->counts.comments++;
    } else if (in->csv.is_sentences && !in->csv.has_ships) {
        take_bare_row(in, &cells);
    } else {
        record.is_bad |= in->csv.is_unplaced;
        input_emit_record(in, &record, piece);
    }
    return true;
}

/* The same of a row that began on a line before: that is its place. */
static bool take_open_row(struct input *in, const struct input_piece *piece,
                          bool may_wait)
{
    struct input_spot spot = input_spot_set(in, piece, in->csv.open_number);
    bool is_taken = take_input_row(in, piece, may_wait);
    input_spot_restore(in, &spot);
    return is_taken;
}

void input_csv_prove(struct input *in, const char *text, size_t n)
{
    struct record record;
    struct input_row row;
    struct cells cells;
    record_clear(&record);
    record.order = in->date_order;
    input_row_begin(&row, text, n, in->csv.separator);
    read_row(in, &row, &record, &cells);
    in->date_order = record.order;
}

void input_csv_again(struct input *in, const struct input_piece *piece)
{
    (void)take_input_row(in, piece, false);
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
