/* SPDX-License-Identifier: Apache-2.0 */
/* maritime.csv of OpenSanctions: a row for each IMO number of a vessel or organisation;
 * several values in a cell stand between ';'. */
#include <string.h>

#include "list_int.h"
#include "lookout/base/text.h"

/* clang-format off */
enum column { COLUMN_TYPE, COLUMN_NAME, COLUMN_IMO, COLUMN_TOPICS, COLUMN_FLAG, COLUMN_MMSI, COLUMN_ENTRY, COLUMN_PROGRAMS,
              COLUMN_ALIASES, COLUMNS };
static const char *const headers[COLUMNS] = {
    "type", "caption", "imo", "risk", "flag", "mmsi", "id", "datasets", "aliases"};
/* clang-format on */

static bool is_opensanctions(const struct list_head *head)
{
    static const char *const needed[] = {"type", "caption", "imo",     "risk",
                                         "mmsi", "id",      "datasets"};
    return list_format_has_columns(head, needed, sizeof needed / sizeof needed[0]);
}

static const char *cell_of_opensanctions(const struct list_reader *r, enum column column)
{
    return list_row_field(r, r->places[column]);
}

static int read_opensanctions_ship(struct list_reader *r, const char *text, size_t n)
{
    struct list_ship *ship = &r->draft.ship;
    (void)text;
    (void)n;
    if (!r->has_header) {
        for (size_t i = 0; i < COLUMNS; i++)
            r->places[i] = list_format_find_column(&r->csv, headers[i]);
        r->has_header = true;
        r->columns = r->csv.count;
        return 0;
    }
    if (!text_equal_fold(cell_of_opensanctions(r, COLUMN_TYPE), "VESSEL"))
        return 0;
    list_draft_begin(r);
    list_draft_set(r, &ship->entry, cell_of_opensanctions(r, COLUMN_ENTRY));
    list_draft_set(r, &ship->name, cell_of_opensanctions(r, COLUMN_NAME));
    list_draft_imo(r, cell_of_opensanctions(r, COLUMN_IMO));
    list_draft_mmsi(r, cell_of_opensanctions(r, COLUMN_MMSI));
    list_draft_set(r, &ship->flag, cell_of_opensanctions(r, COLUMN_FLAG));
    list_draft_split(r, &ship->topics, cell_of_opensanctions(r, COLUMN_TOPICS), ";");
    list_draft_split(r, &ship->programs, cell_of_opensanctions(r, COLUMN_PROGRAMS), ";");
    list_draft_split(r, &ship->aliases, cell_of_opensanctions(r, COLUMN_ALIASES), ";");
    return list_draft_end(r);
}

const struct list_kind list_opensanctions_kind = {
    .format = LIST_OPENSANCTIONS,
    .name = "opensanctions",
    .looks = "OpenSanctions' maritime.csv, with the columns type, caption, imo, risk, "
             "mmsi, id and datasets",
    .recognise = is_opensanctions,
    .row = read_opensanctions_ship};
