/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer's CSV: RFC 4180 with a header, LF or CRLF. A byte-order mark and lines
 * that begin with '#' are skipped. Every fault is reported, and a faulty row is left out.
 */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/csv.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"
#include "ports_int.h"

enum column {
    COL_LOCODE,
    COL_NAME,
    COL_LAT,
    COL_LON,
    COL_ENTRY_KM,
    COL_CODES,
    COL_SOURCE,
    COL_NOTE,
    COL_NAMES,
    COL_PLACES,
    COL_SAME,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "locode", "name", "lat",   "lon",    "entry_km", "codes",
    "source", "note", "names", "places", "same",
};
enum { REQUIRED = COL_LON + 1, FIELDS_MAX = 32 };

#define ENTRY_KM_MIN 0.1
#define ENTRY_KM_MAX 100.0
#define NAME_BYTES 128

struct reader {
    struct ports_builder *b;
    struct csv csv;
    int column_of[FIELDS_MAX]; /* enum column of each field by the header */
    size_t header_count;
    struct ports_reading to;
};

/* --- the header --- */

static void read_header(struct reader *r)
{
    bool has[COLUMNS] = {false};
    r->header_count = r->csv.count;
    if (r->header_count > FIELDS_MAX) {
        ports_builder_report(&r->to, ERR_SYNTAX, r->csv.line, 1, "more than %d columns",
                             FIELDS_MAX);
        r->header_count = FIELDS_MAX;
    }
    for (size_t i = 0; i < r->header_count; i++) {
        const struct csv_field *f = &r->csv.fields[i];
        int column = 0;
        while (column < COLUMNS && strcmp(f->text, column_names[column]) != 0)
            column++;
        r->column_of[i] = column;
        if (column == COLUMNS) {
            const char *near = text_nearest(f->text, column_names, COLUMNS);
            ports_builder_report(
                &r->to, ERR_SYNTAX, r->csv.line, f->col,
                "unknown column '%.40s'%s%s (locode, name, lat, lon, entry_km, codes, "
                "source, note, names, places, same)",
                f->text, near != NULL ? "; did you mean " : "", near != NULL ? near : "");
        } else if (has[column]) {
            ports_builder_report(&r->to, ERR_SYNTAX, r->csv.line, f->col,
                                 "column '%s' is given twice", f->text);
        } else {
            has[column] = true;
        }
    }
    for (int c = 0; c < REQUIRED; c++)
        if (!has[c])
            ports_builder_report(
                &r->to, ERR_SYNTAX, r->csv.line, 1,
                "the header names no column '%s' (required: locode, name, lat, lon)",
                column_names[c]);
}

/* --- one row --- */

static bool read_csv_number(struct reader *r, const struct csv_field *f, const char *what,
                            double limit, double *ret_value)
{
    double value = 0;
    if (units_parse_number(f->text, f->length, &value) == 0 && value >= -limit &&
        value <= limit) {
        *ret_value = value;
        return true;
    }
    ports_builder_report(&r->to, ERR_INVALID, r->csv.line, f->col,
                         "'%.40s' is not a %s (decimal degrees, -%.0f to %.0f)", f->text,
                         what, limit, limit);
    return false;
}

static bool read_name(struct reader *r, const struct csv_field *f)
{
    char clean[NAME_BYTES + 1];
    size_t n = text_clean(f->text, f->length, clean, sizeof clean);
    if (n == 0)
        ports_builder_report(&r->to, ERR_INVALID, r->csv.line, f->col,
                             "the name is empty");
    else if (f->length >= NAME_BYTES)
        ports_builder_report(&r->to, ERR_INVALID, r->csv.line, f->col,
                             "the name is longer than %d bytes", NAME_BYTES - 1);
    else if (n != f->length || memcmp(clean, f->text, n) != 0)
        ports_builder_report(&r->to, ERR_INVALID, r->csv.line, f->col,
                             "the name has control characters or is not UTF-8");
    else
        return true;
    return false;
}

static bool read_entry(struct reader *r, const struct csv_field *f, double *ret_m)
{
    double km = 0;
    if (f->length == 0)
        return true;
    if (units_parse_number(f->text, f->length, &km) != 0 || km < ENTRY_KM_MIN ||
        km > ENTRY_KM_MAX) {
        ports_builder_report(
            &r->to, ERR_INVALID, r->csv.line, f->col,
            "'%.40s' is not an entry distance in km (%.1f to %.0f, or empty)", f->text,
            ENTRY_KM_MIN, ENTRY_KM_MAX);
        return false;
    }
    *ret_m = km * 1000;
    return true;
}

/* Other codes, blank-separated, into upper case. */
static int read_codes(struct reader *r, const struct csv_field *f, struct ports_entry *e,
                      bool *is_good)
{
    int rc = ports_builder_split(f->text, f->length, ' ', &e->codes, &e->code_count);
    for (size_t i = 0; rc == 0 && i < e->code_count; i++) {
        char locode[LOCODE_BYTES];
        if (ports_code_read(e->codes[i], locode)) {
            text_copy(e->codes[i], strlen(e->codes[i]) + 1, locode);
            continue;
        }
        ports_builder_report(
            &r->to, ERR_INVALID, r->csv.line, f->col,
            "'%.40s' is not a UN/LOCODE (two letters, three letters or digits; several "
            "are separated by blanks)",
            e->codes[i]);
        *is_good = false;
    }
    return rc;
}

static bool read_place_field(const char *text, struct port_place *ret_place)
{
    char **parts = NULL;
    size_t n = 0;
    double lat = 0, lon = 0, km = -0.001;
    if (ports_builder_split(text, strlen(text), ' ', &parts, &n) != 0)
        return false;
    bool is_good = n >= 2 && n <= 3 &&
                   units_parse_number(parts[0], strlen(parts[0]), &lat) == 0 &&
                   units_parse_number(parts[1], strlen(parts[1]), &lon) == 0 &&
                   lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180;
    if (is_good && n == 3)
        is_good = units_parse_number(parts[2], strlen(parts[2]), &km) == 0 &&
                  km >= ENTRY_KM_MIN && km <= ENTRY_KM_MAX;
    ports_builder_free_texts(parts, n);
    *ret_place = (struct port_place){.pos = geo_to_pos((struct geo_point){lat, lon}),
                                     .entry_m = km * 1000};
    return is_good;
}

/* "lat lon [km]", separated by semicolons. */
static int read_places(struct reader *r, const struct csv_field *f, struct ports_entry *e,
                       bool *is_good)
{
    char **parts = NULL;
    size_t n = 0;
    int rc = ports_builder_split(f->text, f->length, ';', &parts, &n);
    if (rc == 0 && n != 0 && (e->places = calloc(n, sizeof *e->places)) == NULL)
        rc = ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (read_place_field(parts[i], &e->places[i])) {
            e->place_count++;
            continue;
        }
        ports_builder_report(
            &r->to, ERR_INVALID, r->csv.line, f->col,
            "'%.40s' is not a place (latitude, longitude and, if need be, the entry "
            "distance in km, %.1f to %.0f; several are separated by semicolons)",
            parts[i], ENTRY_KM_MIN, ENTRY_KM_MAX);
        *is_good = false;
        break;
    }
    ports_builder_free_texts(parts, n);
    return rc;
}

static int read_column(struct reader *r, int column, const struct csv_field *f,
                       struct ports_entry *e, bool *is_good)
{
    double degrees = 0;
    switch (column) {
    case COL_LOCODE:
        if (ports_code_read(f->text, e->locode))
            return 0;
        ports_builder_report(
            &r->to, ERR_INVALID, r->csv.line, f->col,
            "'%.40s' is not a UN/LOCODE (two letters, then three letters or digits)",
            f->text);
        break;
    case COL_NAME:
        if (!read_name(r, f))
            break;
        e->name = strndup(f->text, f->length);
        return e->name != NULL ? 0 : ERR_NOMEM;
    case COL_LAT:
        if (!read_csv_number(r, f, "latitude", 90, &degrees))
            break;
        e->pos.lat_e7 = geo_to_pos((struct geo_point){degrees, 0}).lat_e7;
        return 0;
    case COL_LON:
        if (!read_csv_number(r, f, "longitude", 180, &degrees))
            break;
        e->pos.lon_e7 = geo_to_pos((struct geo_point){0, degrees}).lon_e7;
        return 0;
    case COL_ENTRY_KM:
        *is_good &= read_entry(r, f, &e->entry_m);
        return 0;
    case COL_CODES:
        return read_codes(r, f, e, is_good);
    case COL_SOURCE:
        e->source = strndup(f->text, f->length);
        return e->source != NULL ? 0 : ERR_NOMEM;
    case COL_NAMES:
        return ports_builder_split(f->text, f->length, ';', &e->names, &e->name_count);
    case COL_PLACES:
        return read_places(r, f, e, is_good);
    case COL_SAME:
        if (f->length == 0 || ports_code_read(f->text, e->same))
            return 0;
        ports_builder_report(
            &r->to, ERR_INVALID, r->csv.line, f->col,
            "'%.40s' is not a UN/LOCODE (the code of the port that represents it)",
            f->text);
        break;
    default: /* a note, or an unknown column that was reported */
        return 0;
    }
    *is_good = false;
    return 0;
}

/* Keep the row, unless an earlier row has its code. */
static int keep_row(struct reader *r, struct ports_entry *e)
{
    uint64_t key = ports_code_key(e->locode);
    uintptr_t before = (uintptr_t)map_get(&r->b->row_by_code, key);
    if (before != 0) {
        ports_builder_report(&r->to, ERR_EXISTS, r->csv.line, 1,
                             "%s is already in line %d", e->locode,
                             r->b->rows[before - 1].line);
        ports_builder_finish_entry(e);
        return 0;
    }
    if (array_grow(&r->b->rows, &r->b->row_room, r->b->row_count + 1, sizeof *e) != 0 ||
        map_set(&r->b->row_by_code, key, (void *)(uintptr_t)(r->b->row_count + 1)) != 0)
        return ERR_NOMEM;
    r->b->rows[r->b->row_count++] = *e;
    return 0;
}

static int take_ports_row(struct reader *r)
{
    if (r->csv.fault != NULL) {
        ports_builder_report(&r->to, ERR_SYNTAX, r->csv.fault_line, r->csv.fault_col,
                             "%s", r->csv.fault);
        return 0;
    }
    if (r->csv.count != r->header_count) {
        ports_builder_report(&r->to, ERR_SYNTAX, r->csv.line, 1,
                             "the row has %zu fields, but the header has %zu",
                             r->csv.count, r->header_count);
        return 0;
    }
    struct ports_entry e = {
        .line = r->csv.line, .has_pos = true, .entry_m = -1, .exit_m = -1};
    bool is_good = true;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->csv.count; i++)
        rc = read_column(r, r->column_of[i], &r->csv.fields[i], &e, &is_good);
    if (rc == 0 && is_good)
        rc = keep_row(r, &e);
    if (rc != 0 || !is_good)
        ports_builder_finish_entry(&e);
    return rc;
}

/* --- codes over all rows --- */

/* The port that represents a row must be a row itself. */
static void check_same(struct reader *r, const struct ports_entry *e)
{
    if (e->same[0] != '\0' &&
        map_get(&r->b->row_by_code, ports_code_key(e->same)) == NULL)
        ports_builder_report(&r->to, ERR_NOT_FOUND, e->line, 1,
                             "%s names %s as the same port, but no row has that code",
                             e->locode, e->same);
}

/* Another code must not be a row's own code, nor another code of a second row. */
static int check_codes(struct reader *r)
{
    struct map others;
    int rc = 0;
    map_init(&others);
    for (size_t i = 0; rc == 0 && i < r->b->row_count; i++) {
        const struct ports_entry *e = &r->b->rows[i];
        check_same(r, e);
        for (size_t k = 0; rc == 0 && k < e->code_count; k++) {
            uint64_t key = ports_code_key(e->codes[k]);
            uintptr_t row = (uintptr_t)map_get(&r->b->row_by_code, key);
            uintptr_t other = (uintptr_t)map_get(&others, key);
            if (row != 0)
                ports_builder_report(
                    &r->to, ERR_EXISTS, e->line, 1,
                    "other code %s of %s is a port of its own, in line %d", e->codes[k],
                    e->locode, r->b->rows[row - 1].line);
            else if (other != 0)
                ports_builder_report(&r->to, ERR_EXISTS, e->line, 1,
                                     "other code %s of %s is also one of %s, in line %d",
                                     e->codes[k], e->locode, r->b->rows[other - 1].locode,
                                     r->b->rows[other - 1].line);
            rc = map_set(&others, key, (void *)(uintptr_t)(i + 1));
        }
    }
    map_finish(&others);
    return rc;
}

int ports_csv_read(struct ports_builder *b, const char *text, size_t n, ports_fault fault,
                   void *context)
{
    struct reader r = {.b = b, .to = {.fault = fault, .context = context}};
    csv_init(&r.csv, text, n, ',');
    r.csv.has_remarks = true;
    int rc = csv_next(&r.csv);
    if (rc == 0)
        ports_builder_report(&r.to, ERR_SYNTAX, 1, 1,
                             "no header (locode,name,lat,lon,...)");
    else if (rc == 1 && r.csv.fault != NULL)
        ports_builder_report(&r.to, ERR_SYNTAX, r.csv.fault_line, r.csv.fault_col, "%s",
                             r.csv.fault);
    else if (rc == 1)
        read_header(&r);
    bool is_readable = r.to.first == 0;
    while (rc == 1 && is_readable) {
        rc = csv_next(&r.csv);
        if (rc == 1 && take_ports_row(&r) != 0)
            rc = ERR_NOMEM;
    }
    csv_finish(&r.csv);
    if (rc == 0 && is_readable)
        rc = check_codes(&r);
    return rc < 0 ? rc : r.to.first;
}
