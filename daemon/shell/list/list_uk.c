/* SPDX-License-Identifier: Apache-2.0 */
/* The UK Sanctions List as CSV: a line with the date of the report, a header, and a row
 * for each name of each person, entity or ship. Rows of one id are one ship. */
#include <stdio.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/text.h"

/* clang-format off */
enum column { COLUMN_ENTRY, COLUMN_NAME_1, COLUMN_NAME_2, COLUMN_NAME_3, COLUMN_NAME_4, COLUMN_NAME_5, COLUMN_NAME_6,
              COLUMN_REGIME, COLUMN_TYPE, COLUMN_IMO, COLUMN_FLAG, COLUMN_OWNER, COLUMN_OLD_TYPE, COLUMNS };
static const char *const headers[COLUMNS] = {
    "Unique ID", "Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6", "Regime Name", "Designation Type",
    "IMO number", "Current believed flag of ship", "Current owner/operator (s)", "Individual, Entity, Ship"};
/* clang-format on */

static const char report_date[] = "Report Date:";

/* The text behind the line with the date, if there is one. */
static struct list_head skip_date(const struct list_head *head)
{
    struct list_head rest = *head;
    size_t n = sizeof report_date - 1;
    if (head->n < n || memcmp(head->text, report_date, n) != 0)
        return rest;
    const char *end = memchr(head->text, '\n', head->n);
    size_t skipped = end != NULL ? (size_t)(end - head->text) + 1 : head->n;
    rest.text += skipped;
    rest.n -= skipped;
    return rest;
}

static bool is_uk(const struct list_head *head)
{
    static const char *const now[] = {"Unique ID", "Name 6", "Designation Type"};
    static const char *const before[] = {"Unique ID", "Name 6",
                                         "Individual, Entity, Ship"};
    struct list_head rest = skip_date(head);
    return list_format_has_columns(&rest, now, 3) ||
           list_format_has_columns(&rest, before, 3);
}

/* "11-Sep-2026" and "11/09/2026" as 2026-09-11; any other text as it is. */
static void take_report_date(struct list *list, const char *text)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    unsigned day = 0, month = 0, year = 0;
    char word[4] = "";
    char clean[sizeof list->published];
    text += strspn(text, " ");
    if (sscanf(text, "%2u-%3[A-Za-z]-%4u", &day, word, &year) == 3)
        for (unsigned i = 0; i < 12; i++)
            month = text_equal_fold(word, months[i]) ? i + 1 : month;
    else if (sscanf(text, "%2u/%2u/%4u", &day, &month, &year) != 3)
        month = 0;
    text_clean(text, strlen(text), clean, sizeof clean);
    if (month >= 1 && month <= 12 && day >= 1 && day <= 31 && year >= 1000)
        snprintf(list->published, sizeof list->published, "%04u-%02u-%02u", year % 10000,
                 month, day);
    else
        text_copy(list->published, sizeof list->published, clean);
}

static const char *cell_of_uk(const struct list_reader *r, enum column column)
{
    return list_row_field(r, r->places[column]);
}

static void take_uk_name(struct list_reader *r)
{
    struct buf name = {0};
    for (unsigned i = COLUMN_NAME_1; i <= COLUMN_NAME_6; i++) {
        const char *part = cell_of_uk(r, (enum column)i);
        if (*part != '\0' &&
            buf_printf(&name, "%s%s", name.length != 0 ? " " : "", part) != 0)
            r->draft.rc = ERR_NOMEM;
    }
    list_draft_set(r, &r->draft.ship.name, buf_text(&name));
    buf_finish(&name);
}

static int take_uk_header(struct list_reader *r)
{
    const char *first = list_row_field(r, 0);
    size_t n = sizeof report_date - 1;
    if (strncmp(first, report_date, n) == 0) {
        take_report_date(&r->whole->list, first + n);
        return 0;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        r->places[i] = list_format_find_column(&r->csv, headers[i]);
    if (r->places[COLUMN_TYPE] == SIZE_MAX)
        r->places[COLUMN_TYPE] = r->places[COLUMN_OLD_TYPE];
    r->has_header = true;
    r->columns = r->csv.count;
    return 0;
}

static int read_uk_ship(struct list_reader *r, const char *text, size_t n)
{
    struct list_ship *ship = &r->draft.ship;
    (void)text;
    (void)n;
    if (!r->has_header)
        return take_uk_header(r);
    if (!text_equal_fold(cell_of_uk(r, COLUMN_TYPE), "Ship"))
        return 0;
    list_draft_begin(r);
    list_draft_set(r, &ship->entry, cell_of_uk(r, COLUMN_ENTRY));
    take_uk_name(r);
    list_draft_add(r, &ship->programs, cell_of_uk(r, COLUMN_REGIME));
    list_draft_imo(r, cell_of_uk(r, COLUMN_IMO));
    list_draft_set(r, &ship->flag, cell_of_uk(r, COLUMN_FLAG));
    list_draft_split(r, &ship->owners, cell_of_uk(r, COLUMN_OWNER), ";");
    return list_draft_end(r);
}

const struct list_kind list_uk_kind = {
    .format = LIST_UK,
    .name = "uk",
    .looks = "the UK Sanctions List as CSV, with the columns Unique ID, Name 6 and "
             "Designation Type",
    .recognise = is_uk,
    .row = read_uk_ship};
