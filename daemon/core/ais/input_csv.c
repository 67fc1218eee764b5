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

/* Whether the map's text means this column: it is the whole of it, or all before a last
 * bracket, in which the map says the unit. */
static bool is_own_name(const char *text, size_t text_n, const char *name, size_t n,
                        size_t *ret_unit)
{
    *ret_unit = text_n;
    if (text_n == n && memcmp(text, name, n) == 0)
        return true;
    if (text_n <= n || memcmp(text, name, n) != 0)
        return false;
    size_t at = n;
    while (at < text_n && text[at] == ' ')
        at++;
    *ret_unit = at;
    char close = text[at] == '[' ? ']' : ')';
    return (text[at] == '[' || text[at] == '(') &&
           memchr(text + at, close, text_n - at) == text + text_n - 1;
}

/* The column as a feed's map has it: "imo=IMO_NO;mmsi=ship id;sog=v [km/h]". */
static bool find_mapped(const char *columns, const char *name, size_t n,
                        struct record_column *ret)
{
    const char *at = columns;
    while (at != NULL && *at != '\0') {
        const char *stop = strchr(at, ';');
        size_t length = stop != NULL ? (size_t)(stop - at) : strlen(at), unit = 0;
        const char *equals = memchr(at, '=', length);
        size_t key_n = equals != NULL ? (size_t)(equals - at) : 0;
        const char *text = at + key_n + 1;
        size_t text_n = equals != NULL ? length - key_n - 1 : 0;
        if (equals != NULL && is_own_name(text, text_n, name, n, &unit)) {
            record_column_map(record_names_find_key(at, key_n), name, n, ret);
            if (unit < text_n)
                ret->is_unknown_unit =
                    !record_column_unit(ret, text + unit, text_n - unit);
            return ret->field != RECORD_NONE;
        }
        at = stop != NULL ? stop + 1 : NULL;
    }
    return false;
}

bool input_csv_knows_unit(const char *field, const char *header)
{
    struct record_column column = {.scale = 1.0};
    const char *bracket = strrchr(header, '['), *other = strrchr(header, '(');
    column.field = record_names_find_key(field, strlen(field));
    if (bracket == NULL || (other != NULL && other > bracket))
        bracket = other;
    return bracket == NULL || record_column_unit(&column, bracket, strlen(bracket));
}

struct header {
    struct record_column columns[COLUMNS_MAX];
    size_t column[RECORD_FIELDS];   /* the one taken so far; COLUMNS_MAX: none */
    bool is_unknown[RECORD_FIELDS]; /* a column of it has a unit that is not known */
    size_t type;                    /* the column "type"; COLUMNS_MAX: none */
    size_t count, known;
    bool is_tenths; /* MarineTraffic's: knots and metres times ten */
};

static bool is_head_name(const char *name, size_t n, const char *wanted)
{
    size_t i = 0;
    while (i < n && wanted[i] != '\0' && (name[i] | 32) == wanted[i])
        i++;
    return i == n && wanted[i] == '\0';
}

static void add_column(struct header *h, const char *map, const char *name, size_t n)
{
    size_t column = h->count++;
    struct record_column *c = &h->columns[column];
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '\t'))
        n--;
    h->is_tenths |= is_head_name(name, n, "dsrc");
    bool is_ours = find_mapped(map, name, n, c) || record_column_find(name, n, true, c);
    if (!is_ours && h->type == COLUMNS_MAX && is_head_name(name, n, "type"))
        h->type = column;
    if (!is_ours)
        return;
    enum record_field field = c->field;
    size_t before = h->column[field];
    h->known += before == COLUMNS_MAX && !h->is_unknown[field] ? 1 : 0;
    h->is_unknown[field] |= c->is_unknown_unit;
    if (c->is_unknown_unit ||
        (before != COLUMNS_MAX && c->rank >= h->columns[before].rank)) {
        c->field = RECORD_NONE;
        return;
    }
    if (before != COLUMNS_MAX)
        h->columns[before].field = RECORD_NONE;
    h->column[field] = column;
}

static bool has_column(const struct header *h, enum record_field field)
{
    return h->column[field] != COLUMNS_MAX;
}

/* A ship's type where names, numbers or sizes stand beside it; else the value tells. */
static void settle_type(struct header *h)
{
    bool has_statics = has_column(h, RECORD_NAME) || has_column(h, RECORD_CALLSIGN) ||
                       has_column(h, RECORD_IMO) || has_column(h, RECORD_LENGTH) ||
                       has_column(h, RECORD_TO_BOW);
    if (h->type == COLUMNS_MAX)
        return;
    if (has_column(h, RECORD_SHIP_TYPE))
        h->columns[h->type].field =
            has_column(h, RECORD_MSG_TYPE) ? RECORD_NONE : RECORD_MSG_TYPE;
    else if (has_column(h, RECORD_MSG_TYPE) || has_statics)
        h->columns[h->type].field = RECORD_SHIP_TYPE;
    else
        h->columns[h->type].field = RECORD_TYPE;
}

static void settle_tenths(struct header *h)
{
    static const enum record_field fields[] = {RECORD_SOG, RECORD_DRAUGHT};
    for (size_t i = 0; h->is_tenths && i < 2; i++) {
        if (has_column(h, fields[i]) && !h->columns[h->column[fields[i]]].has_unit)
            h->columns[h->column[fields[i]]].scale = 0.1;
    }
}

/* What the columns together say of the table. */
static void settle_header(struct input *in, const struct header *h)
{
    static const enum record_field times[] = {RECORD_TIME, RECORD_DATE};
    struct input_csv *csv = &in->csv;
    for (size_t i = 0; i < 2; i++) {
        if (has_column(h, times[i]) &&
            h->columns[h->column[times[i]]].order != TIMESTAMP_ORDER_UNKNOWN)
            in->date_order = h->columns[h->column[times[i]]].order;
    }
    /* The Danish Maritime Authority's tables: DD/MM/YYYY. */
    if (has_column(h, RECORD_MOBILE) && in->date_order == TIMESTAMP_ORDER_UNKNOWN)
        in->date_order = TIMESTAMP_DAY_FIRST;
    bool has_clock = has_column(h, RECORD_TIME), has_date = has_column(h, RECORD_DATE);
    csv->has_date = has_clock && has_date;
    csv->has_time =
        has_clock || has_date || h->is_unknown[RECORD_TIME] || h->is_unknown[RECORD_DATE];
    csv->is_unplaced = (!has_column(h, RECORD_LAT) && h->is_unknown[RECORD_LAT]) ||
                       (!has_column(h, RECORD_LON) && h->is_unknown[RECORD_LON]);
    for (size_t i = 0; i < RECORD_FIELDS; i++) {
        if (h->is_unknown[i] && !has_column(h, (enum record_field)i))
            input_reject(in, INPUT_REJECT_UNKNOWN_UNIT);
    }
}

int input_csv_header(struct input *in, const char *text, size_t n)
{
    struct header h;
    memset(&h, 0, sizeof h);
    h.type = COLUMNS_MAX;
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
    if (h.count < COLUMNS_MIN || !has_column(&h, RECORD_MMSI) || h.known < COLUMNS_MIN)
        return 0;
    settle_type(&h);
    settle_tenths(&h);
    struct input_column *columns = malloc(h.count * sizeof *columns);
    if (columns == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < h.count; i++)
        columns[i] =
            (struct input_column){h.columns[i].scale, (uint8_t)h.columns[i].field};
    free(in->csv.columns);
    in->csv.columns = columns;
    in->csv.count = h.count;
    in->csv.separator = row.cursor.separator;
    settle_header(in, &h);
    return 1;
}

/* A file joined from several files repeats the header. */
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

/* Whether a line is a row by itself: all columns, or a valid MMSI at its place. */
static bool is_own_row(const struct input *in, const struct input_piece *piece)
{
    struct record record;
    record_clear(&record);
    struct row row;
    begin_row(&row, piece->text, piece->n, in->csv.separator);
    const char *value = NULL;
    size_t value_n = 0, column = 0;
    while (next_value(&row, &value, &value_n)) {
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

/* A sentence in a cell is the message; what stands beside it says when it was heard. */
static bool is_sentence_cell(const struct row *row, const char *value, size_t n)
{
    return value != row->copy && n != 0 && (value[0] == '!' || value[0] == '\\') &&
           input_nmea_find(value, n) < n;
}

/* The values of a row. */
struct cells {
    size_t count;
    const char *sentence; /* the first cell that holds one; NULL: none */
    size_t sentence_n;
};

static void read_row(const struct input *in, struct row *row, struct record *record,
                     struct cells *ret)
{
    const struct input_column *column = in->csv.columns, *end = column + in->csv.count;
    struct cells cells = {0};
    const char *value = NULL;
    size_t value_n = 0;
    while (next_value(row, &value, &value_n)) {
        if (cells.sentence == NULL && is_sentence_cell(row, value, value_n)) {
            cells.sentence = value;
            cells.sentence_n = value_n;
        }
        if (column < end && column->field != RECORD_NONE) {
            record->scale = column->scale;
            record_set_text(record, (enum record_field)column->field, value, value_n);
        }
        column += column < end ? 1 : 0;
        cells.count++;
    }
    *ret = cells;
    /* A day whose time of day is missing is no time. */
    if (in->csv.has_date && record->clock[0] == '\0')
        record->date[0] = '\0';
    record_close_time(record);
    record->needs_time = in->csv.has_time;
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

/* A sentence in a row takes no other row's time either; a tag block may bring its own. */
static bool has_cell_time(const struct input *in, const struct record *record,
                          const struct cells *cells)
{
    return in->conf.is_live || !record->needs_time || cells->sentence[0] == '\\' ||
           (record->time_ms != TIME_NONE && timestamp_is_sane(record->time_ms));
}

/* false: its quotes are open, and may_wait. */
static bool take_input_row(struct input *in, const struct input_piece *piece,
                           bool may_wait)
{
    struct record record;
    struct row row;
    record_clear(&record);
    record.order = in->date_order;
    begin_row(&row, piece->text, piece->n, in->csv.separator);
    struct cells cells;
    read_row(in, &row, &record, &cells);
    if (row.is_open && may_wait && cells.count <= in->csv.count)
        return false;
    if (cells.count >= COLUMNS_MIN && !settle_order(in, &record, piece))
        return true;
    in->counts.lines++;
    if (cells.count < COLUMNS_MIN) {
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
    } else if (is_header_again(in, &record, piece)) {
        in->counts.comments++;
    } else if (cells.sentence != NULL && has_cell_time(in, &record, &cells)) {
        in->counts.other++;
        input_nmea_cell(in, &record, cells.sentence, cells.sentence_n, piece);
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
    uint64_t number = in->line_number, begin = in->line_begin, at = in->at;
    in->line_number = in->csv.open_number;
    in->line_begin = in->at = piece->begin;
    bool is_taken = take_input_row(in, piece, may_wait);
    in->line_number = number;
    in->line_begin = begin;
    in->at = at;
    return is_taken;
}

void input_csv_prove(struct input *in, const char *text, size_t n)
{
    struct record record;
    struct row row;
    struct cells cells;
    record_clear(&record);
    record.order = in->date_order;
    begin_row(&row, text, n, in->csv.separator);
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
