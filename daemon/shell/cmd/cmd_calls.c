/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd calls: port calls and voyages on record. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_grid.h"
#include "cmd_state.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"

static int print_csv(const json_t *row)
{
    struct buf line = {0};
    int rc = query_csv_row(row, &line);
    if (rc == 0 && puts(buf_text(&line)) < 0)
        rc = ERR_IO;
    buf_finish(&line);
    return rc;
}

static int fill_call_row(struct cmd_grid *g, const json_t *row)
{
    struct buf texts[CMD_GRID_COLUMNS] = {{0}};
    char times[CMD_GRID_COLUMNS][CMD_GRID_TEXT_BYTES];
    const char *cells[CMD_GRID_COLUMNS] = {NULL};
    size_t n = 0;
    int rc = 0;
    for (int i = 0; i < query_csv_count && rc == 0; i++) {
        if (query_csv_columns[i].heading == NULL)
            continue;
        rc = query_csv_cell(row, i, &texts[n]);
        cells[n] =
            strcmp(query_csv_columns[i].name + strlen(query_csv_columns[i].name) - 3,
                   "_at") == 0
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
    for (int i = 0; i < query_csv_count; i++)
        if (query_csv_columns[i].heading != NULL)
            names[n++] = query_csv_columns[i].heading;
    cmd_grid_init(&grid, names, n);
    if (!args->is_csv && cmd_grid_is_wanted(args))
        listing.grid = &grid;
    for (int i = 0; args->is_csv && i < query_csv_count; i++)
        printf("%s%s%s", i == 0 ? "" : ",", query_csv_columns[i].name,
               i + 1 == query_csv_count ? "\n" : "");
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
