/* SPDX-License-Identifier: Apache-2.0 */
/* Calls and voyages as one table: its columns, and a line of CSV for each. */
#include <jansson.h>
#include <string.h>

#include "lookout/store/store.h"

const struct query_column query_csv_columns[] = {
    /* clang-format off */
    {"record",        "record",      "record",              NULL},
    {"mmsi",          "mmsi",        "mmsi",                "MMSI"},
    {"imo",           "imo",         "imo",                 NULL},
    {"name",          "name",        "name",                "~NAME"},
    {"port",          "locode",      "from",                NULL},
    {"port_name",     "port",        "from_name",           "~PORT"},
    {"to",            NULL,          "to",                  NULL},
    {"to_name",       NULL,          "to_name",             "~TO"},
    {"entered_at",    "entered_at",  NULL,                  NULL},
    {"arrived_at",    "arrived_at",  "arrived_at",          "ARRIVED"},
    {"departed_at",   "departed_at", "departed_at",         "DEPARTED"},
    {"left_at",       "left_at",     NULL,                  NULL},
    {"kind",          "kind",        NULL,                  NULL},
    {"confidence",    "confidence",  NULL,                  ">C"},
    {"lat",           "lat",         NULL,                  NULL},
    {"lon",           "lon",         NULL,                  NULL},
    {"draught_m",     "draught_m",   "draught_departure_m", NULL},
    {"draught_to_m",  NULL,          "draught_arrival_m",   NULL},
    {"distance_nm",   NULL,          "distance_nm",         NULL},
    {"longest_gap_h", NULL,          "longest_gap_h",       NULL},
    {"destinations",  NULL,          "destinations",        NULL},
    /* clang-format on */
};
const int query_csv_count = sizeof query_csv_columns / sizeof query_csv_columns[0];

static void add_cell_value(struct buf *cell, const json_t *value, int *code)
{
    if (*code != 0)
        return;
    const json_t *one = NULL;
    size_t i = 0;
    if (json_is_string(value)) {
        *code = buf_add_text(cell, json_string_value(value));
    } else if (json_is_integer(value)) {
        *code = buf_printf(cell, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        /* The number with at most 5 decimals, without trailing zeros. */
        *code = buf_printf(cell, "%.8g", json_real_value(value));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, one)
        {
            if (i != 0 && *code == 0)
                *code = buf_add_text(cell, "; ");
            add_cell_value(cell, one, code);
        }
    }
}

/* RFC 4180: quoted if needed. */
static int add_quoted_cell(struct buf *line, const char *cell, bool is_formula)
{
    const char *guard = is_formula ? "'" : "";
    if (strpbrk(cell, ",\"\r\n") == NULL)
        return buf_printf(line, "%s%s", guard, cell);
    int rc = buf_printf(line, "\"%s", guard);
    for (; rc == 0 && *cell != '\0'; cell++) {
        if (*cell == '"')
            rc = buf_add_char(line, '"');
        if (rc == 0)
            rc = buf_add_char(line, *cell);
    }
    return rc != 0 ? rc : buf_add_char(line, '"');
}

static const char *member_of(const json_t *row, int column)
{
    const char *record = json_string_value(json_object_get(row, "record"));
    bool is_voyage = record != NULL && strcmp(record, "voyage") == 0;
    return is_voyage ? query_csv_columns[column].voyage : query_csv_columns[column].call;
}

int query_csv_cell(const json_t *row, int column, struct buf *cell)
{
    const char *member = member_of(row, column);
    int rc = 0;
    buf_clear(cell);
    if (member != NULL)
        add_cell_value(cell, json_object_get(row, member), &rc);
    return rc;
}

int query_csv_head(struct buf *out)
{
    int rc = 0;
    for (int i = 0; i < query_csv_count && rc == 0; i++)
        rc = buf_printf(out, "%s%s", i == 0 ? "" : ",", query_csv_columns[i].name);
    return rc;
}

/* A text is none that a spreadsheet computes: names off the air may begin so. */
static bool may_be_formula(const json_t *row, int column, const char *cell)
{
    const char *member = member_of(row, column);
    const json_t *value = member != NULL ? json_object_get(row, member) : NULL;
    return !json_is_number(value) && cell[0] != '\0' &&
           strchr("=+-@\t\r", cell[0]) != NULL;
}

int query_csv_row(const json_t *row, struct buf *out)
{
    struct buf cell = {0};
    int rc = 0;
    for (int i = 0; i < query_csv_count && rc == 0; i++) {
        rc = query_csv_cell(row, i, &cell);
        if (rc == 0 && i != 0)
            rc = buf_add_char(out, ',');
        if (rc == 0)
            rc = add_quoted_cell(out, buf_text(&cell),
                                 may_be_formula(row, i, buf_text(&cell)));
    }
    buf_finish(&cell);
    return rc;
}
