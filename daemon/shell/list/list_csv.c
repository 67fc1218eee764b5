/* SPDX-License-Identifier: Apache-2.0 */
/* Any CSV with a header: a ship a row; the columns have our names, or those that the
 * configuration gives. */
#include <string.h>

#include "list_int.h"
#include "lookout/base/text.h"

static bool is_any(const struct list_head *head)
{
    (void)head;
    return true;
}

/* By the given header, else by our name. */
static bool find_given(struct list_reader *r, enum list_column column)
{
    const struct list_options *o = r->options;
    const char *given = o->columns != NULL ? o->columns[column] : NULL;
    const char *header = given != NULL ? given : list_columns[column];
    r->places[column] = SIZE_MAX;
    for (size_t i = 0; i < r->csv.count; i++)
        if (text_equal_fold(r->csv.fields[i].text, header)) {
            r->places[column] = i;
            return true;
        }
    if (given == NULL || o->on_header == NULL)
        return given == NULL;
    const char *headers[CSV_FIELDS_MAX];
    for (size_t i = 0; i < r->csv.count; i++)
        headers[i] = r->csv.fields[i].text;
    o->on_header(o->context, column, headers, r->csv.count);
    return false;
}

static int take_csv_header(struct list_reader *r)
{
    bool is_good = true;
    for (unsigned i = 0; i < LIST_COLUMNS; i++)
        is_good = find_given(r, (enum list_column)i) && is_good;
    r->has_header = true;
    r->columns = r->csv.count;
    if (!is_good)
        return list_row_fail(r, NULL, "%s", "");
    if (r->places[LIST_COLUMN_IMO] == SIZE_MAX &&
        r->places[LIST_COLUMN_MMSI] == SIZE_MAX &&
        r->places[LIST_COLUMN_NAME] == SIZE_MAX)
        return list_row_fail(r, "columns imo, mmsi or name, or others by `columns:`",
                             "the list has no column that identifies a vessel");
    return 0;
}

static const char *cell_of(const struct list_reader *r, enum list_column column)
{
    return list_row_field(r, r->places[column]);
}

static int read_csv_ship(struct list_reader *r, const char *text, size_t n)
{
    (void)text;
    (void)n;
    if (!r->has_header)
        return take_csv_header(r);
    struct list_ship *ship = &r->draft.ship;
    list_draft_begin(r);
    list_draft_set(r, &ship->id, cell_of(r, LIST_COLUMN_ID));
    list_draft_set(r, &ship->entry, cell_of(r, LIST_COLUMN_ENTRY));
    list_draft_set(r, &ship->name, cell_of(r, LIST_COLUMN_NAME));
    list_draft_set(r, &ship->callsign, cell_of(r, LIST_COLUMN_CALLSIGN));
    list_draft_set(r, &ship->note, cell_of(r, LIST_COLUMN_NOTE));
    list_draft_split(r, &ship->programs, cell_of(r, LIST_COLUMN_PROGRAM), ";");
    list_draft_split(r, &ship->owners, cell_of(r, LIST_COLUMN_OWNER), ";");
    list_draft_imo(r, cell_of(r, LIST_COLUMN_IMO));
    list_draft_mmsi(r, cell_of(r, LIST_COLUMN_MMSI));
    return list_draft_end(r);
}

static int end_csv(struct list_reader *r, bool *ret_is_done)
{
    (void)ret_is_done;
    return r->has_header
               ? 0
               : list_row_fail(r, "a CSV file with a header", "the file has no header");
}

const struct list_kind list_csv_kind = {.format = LIST_CSV,
                                        .name = "csv",
                                        .looks = "a CSV file with a header",
                                        .recognise = is_any,
                                        .row = read_csv_ship,
                                        .end = end_csv};
