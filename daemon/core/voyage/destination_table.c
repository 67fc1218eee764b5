/* SPDX-License-Identifier: Apache-2.0 */
/* The reviewed names of declared destinations, read from CSV. Every fault is reported, a
 * faulty row is left out. */
#include <stdlib.h>
#include <string.h>

#include "destination_int.h"
#include "lookout/base/array.h"
#include "lookout/base/csv.h"
#include "ports_int.h"

struct reading {
    struct ports_builder *b;
    struct csv csv;
    struct ports_reading to;
};

static bool name_is_sound(const struct csv_field *name)
{
    size_t n = 0;
    while (destination_is_alnum(name->text[n]))
        n++;
    return n > 0 && n == name->length && n < DESTINATION_NAME_BYTES;
}

static int take_row(struct reading *r)
{
    const struct csv *csv = &r->csv;
    struct destination_row row = {.line = csv->line};
    if (csv->fault != NULL) {
        ports_builder_report(&r->to, ERR_SYNTAX, csv->fault_line, csv->fault_col, "%s",
                             csv->fault);
        return 0;
    }
    if (csv->count != 2) {
        ports_builder_report(&r->to, ERR_SYNTAX, csv->line, 1,
                             "the row has %zu fields, but the header has 2", csv->count);
        return 0;
    }
    const struct csv_field *name = &csv->fields[0], *code = &csv->fields[1];
    bool is_name = name_is_sound(name), is_code = ports_code_read(code->text, row.locode);
    if (!is_name)
        ports_builder_report(
            &r->to, ERR_INVALID, csv->line, name->col,
            "'%.40s' is not a name in the compared form (1 to %d upper-case "
            "letters and digits, nothing else)",
            name->text, DESTINATION_NAME_BYTES - 1);
    if (!is_code)
        ports_builder_report(
            &r->to, ERR_INVALID, csv->line, code->col,
            "'%.40s' is not a UN/LOCODE (two letters, then three letters or digits)",
            code->text);
    if (!is_name || !is_code)
        return 0;
    memcpy(row.name, name->text, name->length + 1);
    struct destination_table *t = &r->b->destinations;
    int rc = array_grow(&t->rows, &t->room, t->count + 1, sizeof row);
    if (rc == 0)
        t->rows[t->count++] = row;
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const struct destination_row *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : x->line - y->line;
}

/* Sort the rows by name; a second row of a name is a fault. */
static void drop_repeated(struct reading *r)
{
    struct destination_table *t = &r->b->destinations;
    size_t kept = 0;
    if (t->count == 0)
        return;
    qsort(t->rows, t->count, sizeof *t->rows, by_name);
    for (size_t i = 0; i < t->count; i++) {
        if (kept > 0 && strcmp(t->rows[i].name, t->rows[kept - 1].name) == 0)
            ports_builder_report(&r->to, ERR_EXISTS, t->rows[i].line, 1,
                                 "%s is already in line %d", t->rows[i].name,
                                 t->rows[kept - 1].line);
        else
            t->rows[kept++] = t->rows[i];
    }
    t->count = kept;
}

static bool is_header(const struct csv *csv)
{
    return csv->fault == NULL && csv->count == 2 &&
           strcmp(csv->fields[0].text, "name") == 0 &&
           strcmp(csv->fields[1].text, "locode") == 0;
}

int destination_table_read(struct ports_builder *b, const char *text, size_t n,
                           ports_fault fault, void *context)
{
    struct reading r = {.b = b, .to = {.fault = fault, .context = context}};
    csv_init(&r.csv, text, n, ',');
    r.csv.has_remarks = true;
    int rc = csv_next(&r.csv);
    if (rc == 1 && !is_header(&r.csv)) {
        ports_builder_report(&r.to, ERR_SYNTAX, r.csv.line, 1,
                             "the header is not name,locode");
        rc = 0;
    } else if (rc == 0) {
        ports_builder_report(&r.to, ERR_SYNTAX, 1, 1, "no header (name,locode)");
    }
    while (rc == 1) {
        rc = csv_next(&r.csv);
        if (rc == 1 && take_row(&r) != 0)
            rc = ERR_NOMEM;
    }
    drop_repeated(&r);
    csv_finish(&r.csv);
    return rc != 0 ? rc : r.to.first;
}

void destination_table_finish(struct destination_table *t)
{
    free(t->rows);
    *t = (struct destination_table){0};
}
