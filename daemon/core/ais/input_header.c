/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the header of a table: which column is what, in which unit, by known names and by
 * a feed's map. */
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/csv.h"
#include "lookout/base/text.h"

#define COLUMNS_MAX 256u
#define KNOWN_MIN 3u /* columns of a table of ships that are known */

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

/* An entry of a feed's map: "imo=IMO_NO;mmsi=ship id;sog=v [km/h]". */
struct entry {
    const char *key, *text; /* borrowed; text: the column as the map has it */
    size_t key_n, text_n;
};

/* The next entry, moving *map on; false: there are no more. */
static bool next_entry(const char **map, struct entry *ret)
{
    while (*map != NULL && **map != '\0') {
        const char *at = *map, *stop = strchr(at, ';');
        size_t n = stop != NULL ? (size_t)(stop - at) : strlen(at);
        const char *equals = memchr(at, '=', n);
        *map = stop != NULL ? stop + 1 : NULL;
        if (equals == NULL)
            continue;
        size_t key_n = (size_t)(equals - at);
        *ret = (struct entry){at, equals + 1, key_n, n - key_n - 1};
        return true;
    }
    return false;
}

/* The column as a feed's map has it; *ret_found: a bit for the entry. */
static bool find_mapped(const char *map, const char *name, size_t n,
                        struct record_column *ret, uint64_t *ret_found)
{
    struct entry e;
    size_t unit = 0;
    for (unsigned i = 0; next_entry(&map, &e); i++) {
        if (!is_own_name(e.text, e.text_n, name, n, &unit))
            continue;
        record_column_map(record_names_find_key(e.key, e.key_n), name, n, ret);
        if (unit < e.text_n)
            ret->is_unknown_unit =
                !record_column_unit(ret, e.text + unit, e.text_n - unit);
        *ret_found |= UINT64_C(1) << (i & 63);
        return ret->field != RECORD_NONE;
    }
    return false;
}

bool input_header_knows_unit(const char *field, const char *header)
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
    uint64_t found;    /* a bit for each entry of the map that a column is */
    bool is_tenths;    /* MarineTraffic's: knots and metres times ten */
    bool is_sentences; /* a column of sentences is among them */
    bool is_words;     /* each column's name begins as a name does */
};

/* Whether a name is the wanted one, in either case and with any signs in it. */
static bool is_head_name(const char *name, size_t n, const char *wanted)
{
    size_t i = 0;
    for (size_t k = 0; k < n; k++) {
        if (name[k] == ' ' || name[k] == '_' || name[k] == '-')
            continue;
        if (wanted[i] == '\0' || (name[k] | 32) != wanted[i])
            return false;
        i++;
    }
    return n != 0 && wanted[i] == '\0';
}

/* How tables call a column of sentences. */
static bool is_sentence_name(const char *name, size_t n)
{
    static const char *const names[] = {
        "nmea",     "nmeasentence", "nmeamessage", "nmea0183", "raw",     "rawdata",
        "rawnmea",  "rawmessage",   "rawsentence", "rawais",   "aivdm",   "vdm",
        "sentence", "aismessage",   "aisdata",     "message",  "payload", "packet"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_head_name(name, n, names[i]))
            return true;
    }
    return false;
}

static void add_column(struct header *h, const char *map, const char *name, size_t n)
{
    size_t column = h->count++;
    struct record_column *c = &h->columns[column];
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '\t'))
        n--;
    h->is_tenths |= is_head_name(name, n, "dsrc");
    h->is_sentences |= is_sentence_name(name, n);
    h->is_words &= n == 0 || name[0] == '_' || (unsigned char)name[0] >= 0x80 ||
                   ((name[0] | 32) >= 'a' && (name[0] | 32) <= 'z');
    bool is_ours =
        find_mapped(map, name, n, c, &h->found) || record_column_find(name, n, true, c);
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
    csv->has_time_column =
        has_clock || has_date || h->is_unknown[RECORD_TIME] || h->is_unknown[RECORD_DATE];
    csv->has_time = csv->has_time_column;
    csv->is_sentences = h->is_sentences;
    csv->has_ships = has_column(h, RECORD_MMSI);
    csv->is_unplaced = (!has_column(h, RECORD_LAT) && h->is_unknown[RECORD_LAT]) ||
                       (!has_column(h, RECORD_LON) && h->is_unknown[RECORD_LON]);
    for (size_t i = 0; i < RECORD_FIELDS; i++) {
        if (h->is_unknown[i] && !has_column(h, (enum record_field)i))
            input_reject(in, INPUT_REJECT_UNKNOWN_UNIT);
    }
}

/* Tell which columns the map names and the header does not have. */
static void tell_missing(struct input *in, const struct header *h)
{
    const char *map = in->conf.columns, *line = in->line;
    size_t line_n = in->line_n;
    struct entry e;
    for (unsigned i = 0; next_entry(&map, &e); i++) {
        if ((h->found >> (i & 63) & 1) != 0)
            continue;
        in->line = e.text;
        in->line_n = e.text_n;
        input_reject(in, INPUT_REJECT_MISSING_COLUMN);
    }
    in->line = line;
    in->line_n = line_n;
}

/* Keep the names of the columns that are not known, as many as there is room for. */
static void keep_unknown(struct input *in, const struct header *h, const char *text,
                         size_t n)
{
    struct input_row row;
    const char *name = NULL;
    size_t name_n = 0, at = 0;
    char *ret = in->csv.passed_over, clean[INPUT_COLUMNS_BYTES];
    ret[0] = '\0';
    if (in->csv.has_time_column || in->csv.is_sentences)
        return;
    input_row_begin(&row, text, n, in->csv.separator);
    for (size_t i = 0; i < h->count && input_row_next(&row, &name, &name_n); i++) {
        if (h->columns[i].field != RECORD_NONE)
            continue;
        size_t clean_n = text_clean(name, name_n, clean, sizeof clean);
        if (clean_n == 0 || at + clean_n + 3 > sizeof in->csv.passed_over)
            continue;
        if (at != 0) {
            memcpy(ret + at, ", ", 2);
            at += 2;
        }
        memcpy(ret + at, clean, clean_n + 1);
        at += clean_n;
    }
}

const char *input_header_unknown(const struct input *in)
{
    return in->csv.passed_over;
}

static bool has_columns(const struct input_csv *csv, const struct input_column *columns,
                        size_t count)
{
    bool is_same = csv->count == count;
    for (size_t i = 0; is_same && i < count; i++)
        is_same = csv->columns[i].field == columns[i].field &&
                  csv->columns[i].scale == columns[i].scale &&
                  csv->columns[i].zone_ms == columns[i].zone_ms;
    return is_same;
}

/* Ships and something about them; or sentences and something beside them. */
static bool is_table_header(const struct header *h)
{
    return (h->count >= KNOWN_MIN && has_column(h, RECORD_MMSI) &&
            h->known >= KNOWN_MIN) ||
           (h->is_sentences && h->is_words && h->count >= 2);
}

static void read_columns(const char *map, const char *text, size_t n, struct header *ret,
                         char *ret_separator)
{
    struct input_row row;
    const char *value = NULL;
    size_t value_n = 0;
    memset(ret, 0, sizeof *ret);
    ret->type = COLUMNS_MAX;
    ret->is_words = true;
    for (size_t i = 0; i < RECORD_FIELDS; i++)
        ret->column[i] = COLUMNS_MAX;
    *ret_separator = csv_separator(text, n);
    input_row_begin(&row, text, n, *ret_separator);
    while (ret->count < COLUMNS_MAX && input_row_next(&row, &value, &value_n))
        add_column(ret, map, value, value_n);
}

int input_header_read(struct input *in, const char *text, size_t n)
{
    struct header h;
    char separator = ',';
    while (n > 0 && (text[0] == '#' || text[0] == ' ')) {
        text++;
        n--;
    }
    read_columns(in->conf.columns, text, n, &h, &separator);
    if (!is_table_header(&h)) {
        if (h.is_words && h.found != 0) /* what it lacks is why it is none */
            tell_missing(in, &h);
        return 0;
    }
    settle_type(&h);
    settle_tenths(&h);
    struct input_column *columns = calloc(h.count, sizeof *columns);
    if (columns == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < h.count; i++)
        columns[i] = (struct input_column){h.columns[i].scale, h.columns[i].zone_ms,
                                           (uint8_t)h.columns[i].field};
    if (!has_columns(&in->csv, columns, h.count))
        input_held_release(in); /* the rows that wait are of another table */
    free(in->csv.columns);
    in->csv.columns = columns;
    in->csv.count = h.count;
    in->csv.separator = separator;
    settle_header(in, &h);
    keep_unknown(in, &h, text, n);
    tell_missing(in, &h);
    return 1;
}
