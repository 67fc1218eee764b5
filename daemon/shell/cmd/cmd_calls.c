/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd calls: port calls and voyages on record. */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_grid.h"
#include "cmd_state.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"

/* A column and its members of the JSON objects; only the store's lines describe a row. */
static const struct {
    const char *name, *call, *voyage;
    const char *heading; /* on a terminal; NULL: not there */
} columns[] = {
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
enum { COLUMNS = sizeof columns / sizeof columns[0] };

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
static int add_csv(struct buf *line, const char *cell)
{
    if (strpbrk(cell, ",\"\r\n") == NULL)
        return buf_add_text(line, cell);
    int rc = buf_add_char(line, '"');
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
    return is_voyage ? columns[column].voyage : columns[column].call;
}

static int put_cell(const json_t *row, int column, struct buf *cell)
{
    const char *member = member_of(row, column);
    int rc = 0;
    buf_clear(cell);
    if (member != NULL)
        add_cell_value(cell, json_object_get(row, member), &rc);
    return rc;
}

static int print_csv(const json_t *row)
{
    struct buf line = {0}, cell = {0};
    int rc = 0;
    for (int i = 0; i < COLUMNS && rc == 0; i++) {
        rc = put_cell(row, i, &cell);
        if (rc == 0 && i != 0)
            rc = buf_add_char(&line, ',');
        if (rc == 0)
            rc = add_csv(&line, buf_text(&cell));
    }
    if (rc == 0 && puts(buf_text(&line)) < 0)
        rc = ERR_IO;
    buf_finish(&line);
    buf_finish(&cell);
    return rc;
}

static int fill_call_row(struct cmd_grid *g, const json_t *row)
{
    struct buf texts[CMD_GRID_COLUMNS] = {{0}};
    char times[CMD_GRID_COLUMNS][CMD_GRID_TEXT_BYTES];
    const char *cells[CMD_GRID_COLUMNS];
    size_t n = 0;
    int rc = 0;
    for (int i = 0; i < COLUMNS && rc == 0; i++) {
        if (columns[i].heading == NULL)
            continue;
        rc = put_cell(row, i, &texts[n]);
        cells[n] = strcmp(columns[i].name + strlen(columns[i].name) - 3, "_at") == 0
                       ? cmd_grid_time(buf_text(&texts[n]), times[n])
                       : buf_text(&texts[n]);
        n++;
    }
    if (rc == 0)
        rc = cmd_grid_add(g, cells);
    for (size_t i = 0; i < n; i++)
        buf_finish(&texts[i]);
    return rc;
}

struct listing {
    const struct cmd_args *args;
    struct cmd_grid *grid; /* NULL: not as a table */
};

static int print_call_line(void *context, int64_t row_id, const char *text)
{
    (void)row_id;
    const struct listing *l = context;
    if (!l->args->is_csv && l->grid == NULL)
        return puts(text) < 0 ? ERR_IO : 0;
    json_t *row = json_loads(text, 0, NULL);
    if (row == NULL)
        return ERR_CORRUPT;
    int rc = l->grid != NULL ? fill_call_row(l->grid, row) : print_csv(row);
    json_decref(row);
    return rc;
}

static int list_calls(struct store_reader *r, const struct store_filter *filter,
                      const struct cmd_args *args)
{
    const char *names[CMD_GRID_COLUMNS];
    struct cmd_grid grid;
    size_t n = 0;
    struct listing listing = {.args = args};
    for (int i = 0; i < COLUMNS; i++)
        if (columns[i].heading != NULL)
            names[n++] = columns[i].heading;
    cmd_grid_init(&grid, names, n);
    if (!args->is_csv && cmd_grid_is_wanted(args))
        listing.grid = &grid;
    for (int i = 0; args->is_csv && i < COLUMNS; i++)
        printf("%s%s%s", i == 0 ? "" : ",", columns[i].name,
               i + 1 == COLUMNS ? "\n" : "");
    int rc = query_calls(r, filter, print_call_line, &listing);
    cmd_grid_print(&grid);
    cmd_grid_finish(&grid);
    if (rc == 0 && fflush(stdout) != 0)
        rc = ERR_IO;
    if (rc != 0)
        fprintf(stderr, "lookoutd calls: %s\n", err_text(rc));
    return rc != 0 ? CMD_FAILED : CMD_DONE;
}

int cmd_calls(const struct cmd_args *args)
{
    struct store_reader *r = NULL;
    struct store_filter filter = {.since_ms = TIME_NONE,
                                  .port = args->port,
                                  .vessels = (const char *const *)args->words,
                                  .vessel_count = args->word_count};
    if (args->is_csv && args->is_json)
        return cmd_refuse(args, "one of --csv and --json");
    int status = cmd_state_since(args, &filter.since_ms);
    if (status == CMD_DONE)
        status = cmd_state_open(args, &r);
    if (status != CMD_DONE)
        return status;
    status = list_calls(r, &filter, args);
    store_reader_close(r);
    return status;
}
