/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_grid.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"

enum { ROWS_MOST = 500, COLUMN_LEAST = 4, WIDTH_LEAST = 40, WIDTH_USUAL = 80, GAP = 2 };

bool cmd_grid_is_wanted(const struct cmd_args *args)
{
    return !args->is_json && isatty(STDOUT_FILENO) == 1;
}

size_t cmd_grid_width(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_USUAL;
    return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
}

const char *cmd_grid_time(const char *time, char text[CMD_GRID_TEXT_BYTES])
{
    snprintf(text, CMD_GRID_TEXT_BYTES, "%.16s", time != NULL ? time : "");
    if (strlen(text) > 10)
        text[10] = ' ';
    return text;
}

const char *cmd_grid_span(int64_t ms, char text[CMD_GRID_TEXT_BYTES])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "min"}, {SECOND_MS, "s"}};
    size_t i = 0;
    while (i < 3 && ms < 2 * units[i].ms)
        i++;
    snprintf(text, CMD_GRID_TEXT_BYTES, "%" PRId64 " %s", ms / units[i].ms,
             units[i].unit);
    return text;
}

void cmd_grid_init(struct cmd_grid *g, const char *const *names, size_t columns)
{
    /* Names of ships and ports are UTF-8, whatever the locale. */
    setlocale(LC_CTYPE, "C.UTF-8");
    *g = (struct cmd_grid){.names = names, .columns = columns, .indent = ""};
}

static void forget_rows(struct cmd_grid *g)
{
    for (size_t i = 0; i < g->rows * g->columns; i++)
        free(g->cells[i]);
    g->rows = 0;
}

void cmd_grid_finish(struct cmd_grid *g)
{
    forget_rows(g);
    free(g->cells);
    g->cells = NULL;
}

int cmd_grid_add(struct cmd_grid *g, const char *const *cells)
{
    if (g->rows == ROWS_MOST)
        cmd_grid_print(g);
    if (array_grow(&g->cells, &g->room, g->rows + 1, g->columns * sizeof *g->cells) != 0)
        return ERR_NOMEM;
    char **row = &g->cells[g->rows * g->columns];
    for (size_t i = 0; i < g->columns; i++) {
        row[i] = strdup(cells[i] != NULL ? cells[i] : "");
        if (row[i] != NULL)
            continue;
        while (i > 0)
            free(row[--i]);
        return ERR_NOMEM;
    }
    g->rows++;
    return 0;
}

/* The width of the next character in columns, and its bytes. */
static size_t next_width(const char *text, size_t *ret_bytes)
{
    wchar_t c = 0;
    mbstate_t state = {0};
    size_t n = mbrtowc(&c, text, strlen(text), &state);
    *ret_bytes = n == 0 || n > 8 ? 1 : n;
    int width = wcwidth(c);
    return width < 0 ? 1 : (size_t)width;
}

static size_t text_width(const char *text)
{
    size_t width = 0, n = 0;
    for (; *text != '\0'; text += n)
        width += next_width(text, &n);
    return width;
}

/* Print n bytes without control characters. */
static void print_clean(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        putchar((unsigned char)text[i] < 0x20 ? ' ' : text[i]);
}

void cmd_grid_print_wrapped(const char *text, size_t indent)
{
    size_t most = cmd_grid_width(), at = indent, n = 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    while (*text != '\0') {
        size_t word = strcspn(text, " "), width = 0;
        for (size_t i = 0; i < word; i += n)
            width += next_width(text + i, &n);
        if (at > indent && at + 1 + width > most) {
            printf("\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            putchar(' ');
            at++;
        }
        print_clean(text, word);
        at += width;
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_cell(const char *text, size_t width, bool is_right, bool is_last)
{
    size_t whole = text_width(text), used = 0, n = 0;
    if (is_right && whole < width)
        printf("%*s", (int)(width - whole), "");
    size_t room = whole > width ? width - 1 : width;
    while (*text != '\0') {
        size_t w = next_width(text, &n);
        if (used + w > room)
            break;
        /* Control characters would break the line. */
        if (n == 1 && (unsigned char)*text < 0x20)
            putchar(' ');
        else
            printf("%.*s", (int)n, text);
        used += w;
        text += n;
    }
    if (whole > width) {
        fputs("\342\200\246", stdout); /* an ellipsis */
        used++;
    }
    if (!is_last)
        printf("%*s", (int)((is_right ? 0 : width - used) + GAP), "");
}

static const char *name_of(const struct cmd_grid *g, size_t column)
{
    return g->names[column] + strspn(g->names[column], ">~");
}

/* Cut the widest of the columns that may be cut, until all fit. */
static void fit_columns(const struct cmd_grid *g, size_t *widths)
{
    size_t most = cmd_grid_width(), sum = strlen(g->indent);
    for (size_t i = 0; i < g->columns; i++) {
        widths[i] = text_width(name_of(g, i));
        for (size_t r = 0; r < g->rows; r++) {
            size_t w = text_width(g->cells[r * g->columns + i]);
            widths[i] = w > widths[i] ? w : widths[i];
        }
        sum += widths[i] + (i > 0 ? GAP : 0);
    }
    while (sum > most) {
        size_t widest = CMD_GRID_COLUMNS;
        for (size_t i = 0; i < g->columns; i++)
            if (g->names[i][0] == '~' && widths[i] > COLUMN_LEAST &&
                (widest == CMD_GRID_COLUMNS || widths[i] >= widths[widest]))
                widest = i;
        if (widest == CMD_GRID_COLUMNS)
            return;
        widths[widest]--;
        sum--;
    }
}

void cmd_grid_print(struct cmd_grid *g)
{
    size_t widths[CMD_GRID_COLUMNS];
    if (g->rows == 0)
        return;
    fit_columns(g, widths);
    for (size_t r = g->is_headed ? 1 : 0; r <= g->rows; r++) {
        fputs(g->indent, stdout);
        for (size_t i = 0; i < g->columns; i++)
            print_cell(r == 0 ? name_of(g, i) : g->cells[(r - 1) * g->columns + i],
                       widths[i], g->names[i][0] == '>', i + 1 == g->columns);
        putchar('\n');
    }
    g->is_headed = true;
    forget_rows(g);
}
