/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd calls: port calls and voyages on record, as a table. */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_state.h"
#include "lookout/base/buf.h"
#include "lookout/base/timefmt.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

/* A column and the members of the JSON objects it is made of; the store's lines are the
 * one description of a row. */
static const struct {
    const char *name, *call, *voyage;
} columns[] = {
    /* clang-format off */
    {"record",        "record",      "record"},
    {"mmsi",          "mmsi",        "mmsi"},
    {"imo",           "imo",         "imo"},
    {"name",          "name",        "name"},
    {"port",          "locode",      "from"},
    {"port_name",     "port",        "from_name"},
    {"to",            NULL,          "to"},
    {"to_name",       NULL,          "to_name"},
    {"entered_at",    "entered_at",  NULL},
    {"arrived_at",    "arrived_at",  "arrived_at"},
    {"departed_at",   "departed_at", "departed_at"},
    {"left_at",       "left_at",     NULL},
    {"kind",          "kind",        NULL},
    {"confidence",    "confidence",  NULL},
    {"lat",           "lat",         NULL},
    {"lon",           "lon",         NULL},
    {"draught_m",     "draught_m",   "draught_departure_m"},
    {"draught_to_m",  NULL,          "draught_arrival_m"},
    {"distance_nm",   NULL,          "distance_nm"},
    {"longest_gap_h", NULL,          "longest_gap_h"},
    {"destinations",  NULL,          "destinations"},
    /* clang-format on */
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void add_value(struct buf *cell, const json_t *value, int *code)
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
        /* As it stood: at most 5 decimals, without the zeros that say nothing. */
        *code = buf_printf(cell, "%.8g", json_real_value(value));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, one)
        {
            if (i != 0 && *code == 0)
                *code = buf_add_text(cell, "; ");
            add_value(cell, one, code);
        }
    }
}

/* RFC 4180: quoted where it must be. */
static int add_csv(struct buf *line, const char *cell)
{
    if (strpbrk(cell, ",\"\r\n") == NULL)
        return buf_add_text(line, cell);
    int code = buf_add_char(line, '"');
    for (; code == 0 && *cell != '\0'; cell++) {
        if (*cell == '"')
            code = buf_add_char(line, '"');
        if (code == 0)
            code = buf_add_char(line, *cell);
    }
    return code != 0 ? code : buf_add_char(line, '"');
}

/* Tabs and line ends would break the table; there are none in cleaned text. */
static int add_table(struct buf *line, const char *cell)
{
    int code = 0;
    for (; code == 0 && *cell != '\0'; cell++)
        code = buf_add_char(line, (unsigned char)*cell < 0x20 ? ' ' : *cell);
    return code;
}

static int format_row(const json_t *row, enum format format, struct buf *line)
{
    const char *record = json_string_value(json_object_get(row, "record"));
    bool is_voyage = record != NULL && strcmp(record, "voyage") == 0;
    struct buf cell = {0};
    int code = 0;
    for (int i = 0; i < COLUMNS && code == 0; i++) {
        const char *member = is_voyage ? columns[i].voyage : columns[i].call;
        buf_clear(&cell);
        if (member != NULL)
            add_value(&cell, json_object_get(row, member), &code);
        if (code == 0 && i != 0)
            code = buf_add_char(line, format == FORMAT_CSV ? ',' : '\t');
        if (code == 0)
            code = format == FORMAT_CSV ? add_csv(line, buf_text(&cell))
                                        : add_table(line, buf_text(&cell));
    }
    buf_finish(&cell);
    return code;
}

static int print_line(void *context, int64_t row_id, const char *text)
{
    (void)row_id;
    const enum format *format = context;
    if (*format == FORMAT_JSON)
        return puts(text) < 0 ? ERR_IO : 0;
    json_t *row = json_loads(text, 0, NULL);
    if (row == NULL)
        return ERR_CORRUPT;
    struct buf line = {0};
    int code = format_row(row, *format, &line);
    if (code == 0 && puts(buf_text(&line)) < 0)
        code = ERR_IO;
    buf_finish(&line);
    json_decref(row);
    return code;
}

static int list(struct store_reader *r, const struct store_filter *filter,
                enum format format)
{
    for (int i = 0; i < COLUMNS && format != FORMAT_JSON; i++)
        printf("%s%s", i == 0 ? "" : format == FORMAT_CSV ? "," : "\t", columns[i].name);
    if (format != FORMAT_JSON)
        putchar('\n');
    int code = store_reader_calls(r, filter, print_line, &format);
    if (code == 0 && fflush(stdout) != 0)
        code = ERR_IO;
    if (code != 0)
        fprintf(stderr, "lookoutd calls: %s\n", err_text(code));
    return code != 0 ? CMD_FAILED : CMD_DONE;
}

int cmd_calls(const struct cmd_args *args)
{
    struct store_reader *r = NULL;
    struct store_filter filter = {.since_ms = TIME_NONE,
                                  .port = args->port,
                                  .vessels = (const char *const *)args->words,
                                  .vessel_count = args->word_count};
    enum format format = FORMAT_TABLE;
    if (args->is_csv && args->is_json)
        return cmd_refuse(args, "one of --csv and --json");
    if (args->is_csv || args->is_json)
        format = args->is_csv ? FORMAT_CSV : FORMAT_JSON;
    int status = cmd_state_since(args, &filter.since_ms);
    if (status == CMD_DONE)
        status = cmd_state_open(args, &r);
    if (status != CMD_DONE)
        return status;
    status = list(r, &filter, format);
    store_reader_close(r);
    return status;
}
