/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a terminal: columns are aligned; a text that does not fit is cut and marked.
 */
#ifndef LOOKOUT_CMD_GRID_H
#define LOOKOUT_CMD_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd.h"
#include "lookout/base/err.h"

enum { CMD_GRID_COLUMNS = 12 };

struct cmd_grid {
    const char *const *names; /* borrowed: headings; '>' before one: numbers, which stand
                                 at the right; '~': texts that may be cut */
    size_t columns;
    const char *indent; /* before each line; "" */
    char **cells;       /* owned: row after row, each text owned */
    size_t rows, room;
    bool is_headed; /* the heading was printed */
};

/* Whether a command prints for people: to a terminal, and without --json. */
bool cmd_grid_is_wanted(const struct cmd_args *args);
/* Columns of the terminal. */
size_t cmd_grid_width(void);
enum { CMD_GRID_TEXT_BYTES = 24 };
/* "2024-03-25 18:04" of an RFC 3339 time; NULL is "". Returns text. */
const char *cmd_grid_time(const char *time, char text[CMD_GRID_TEXT_BYTES]);
/* "12 s", "3 h": the largest unit of which there are two. Returns text. */
const char *cmd_grid_span(int64_t ms, char text[CMD_GRID_TEXT_BYTES]);
/* Print a text in the width of the terminal, its first line from column `indent` on, its
 * further lines indented by as much; then a line end. */
void cmd_grid_print_wrapped(const char *text, size_t indent);
void cmd_grid_init(struct cmd_grid *g, const char *const *names, size_t columns);
void cmd_grid_finish(struct cmd_grid *g);
/* Add a row, a text for each column; NULL is empty. Prints the rows when there are many.
 * ERR_NOMEM */
MUST_CHECK int cmd_grid_add(struct cmd_grid *g, const char *const *cells);
/* Print the rows so far; the heading comes before the first. */
void cmd_grid_print(struct cmd_grid *g);

#endif
