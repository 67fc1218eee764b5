/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the configuration: collected while reading, and given out in the order of the
 * files. */
#include "conf_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/text.h"

void conf_report_nomem(struct conf_reader *r)
{
    r->code = ERR_NOMEM;
}

static bool path_needs_quotes(const char *key)
{
    if (*key == '\0')
        return true;
    for (; *key != '\0'; key++)
        if (!((*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') ||
              (*key >= '0' && *key <= '9') || *key == '_' || *key == '-'))
            return true;
    return false;
}

static int path_step(const struct conf_node *node, struct buf *out)
{
    if (node->key == NULL)
        return buf_printf(out, "[%zu]", node->index);
    char quoted[TEXT_QUOTE_BYTES];
    const char *dot = out->length > 0 ? "." : "";
    if (path_needs_quotes(node->key))
        return buf_printf(out, "%s%s", dot, text_quote(node->key, quoted));
    return buf_printf(out, "%s%.64s", dot, node->key);
}

int conf_report_node_path(const struct conf_node *node, struct buf *out)
{
    const struct conf_node *steps[CONF_DEPTH_MAX + 2];
    size_t count = 0;
    for (; node != NULL && node->parent != NULL && count < CONF_COUNT(steps);
         node = node->parent)
        steps[count++] = node;
    int rc = 0;
    while (count > 0 && rc == 0)
        rc = path_step(steps[--count], out);
    return rc;
}

static int file_index(struct conf_faults *faults, const char *file, size_t *ret_index)
{
    for (size_t i = 0; i < faults->file_count; i++)
        if (strcmp(faults->files[i], file) == 0) {
            *ret_index = i;
            return 0;
        }
    if (array_grow(&faults->files, &faults->file_room, faults->file_count + 1,
                   sizeof *faults->files) != 0 ||
        (faults->files[faults->file_count] = strdup(file)) == NULL)
        return ERR_NOMEM;
    *ret_index = faults->file_count++;
    return 0;
}

void conf_report_first_file(struct conf_faults *faults, const char *file)
{
    size_t index = 0;
    if (file_index(faults, file, &index) != 0)
        return; /* only the order would suffer */
}

static int fault_add(struct conf_faults *faults, const struct conf_place *place,
                     const char *what)
{
    size_t *found = place->is_warning ? &faults->warnings : &faults->errors;
    size_t *kept = place->is_warning ? &faults->warnings_kept : &faults->errors_kept;
    ++*found;
    if (*kept >= (place->is_warning ? CONF_WARNINGS_MAX : CONF_ERRORS_MAX))
        return 0;
    struct conf_fault fault = {
        .line = place->line, .col = place->col, .seq = faults->count};
    int rc = file_index(faults, place->file, &fault.file);
    if (rc == 0)
        rc = array_grow(&faults->items, &faults->capacity, faults->count + 1,
                        sizeof *faults->items);
    struct buf line = {0};
    if (rc == 0)
        rc = buf_add_text(&line, place->file);
    if (rc == 0 && place->line > 0)
        rc = buf_printf(&line, ":%d:%d", place->line, place->col > 0 ? place->col : 1);
    if (rc == 0)
        rc = buf_add_text(&line, place->is_warning ? ": warning: " : ": error: ");
    if (rc == 0 && place->path != NULL && place->path[0] != '\0')
        rc = buf_printf(&line, "%s: ", place->path);
    if (rc == 0)
        rc = buf_add_text(&line, what);
    if (rc == 0 && (fault.text = buf_take(&line)) == NULL)
        rc = ERR_NOMEM;
    buf_finish(&line);
    if (rc == 0) {
        faults->items[faults->count++] = fault;
        ++*kept;
    }
    return rc;
}

static void __attribute__((format(printf, 4, 0)))
fault_format(struct conf_reader *r, const struct conf_place *place, const char *accepted,
             const char *format, va_list args)
{
    struct buf what = {0};
    int rc = buf_vprintf(&what, format, args);
    if (rc == 0 && accepted != NULL)
        rc = buf_printf(&what, " (accepted: %s)", accepted);
    if (rc == 0)
        rc = fault_add(&r->faults, place, buf_text(&what));
    buf_finish(&what);
    if (rc != 0)
        conf_report_nomem(r);
}

static void __attribute__((format(printf, 5, 0)))
fault_node(struct conf_reader *r, const struct conf_node *node,
           const struct conf_place *at, const char *accepted, const char *format,
           va_list args)
{
    struct buf path = {0};
    if (conf_report_node_path(node, &path) != 0) {
        conf_report_nomem(r);
        return;
    }
    struct conf_place place = *at;
    place.file = r->file;
    place.path = buf_text(&path);
    fault_format(r, &place, accepted, format, args);
    buf_finish(&path);
}

void conf_report_error(struct conf_reader *r, const struct conf_node *node,
                       const char *accepted, const char *format, ...)
{
    struct conf_place place = {.line = node->line, .col = node->col};
    va_list args;
    va_start(args, format);
    fault_node(r, node, &place, accepted, format, args);
    va_end(args);
}

void conf_report_error_key(struct conf_reader *r, const struct conf_node *node,
                           const char *accepted, const char *format, ...)
{
    struct conf_place place = {.line = node->key_line, .col = node->key_col};
    if (place.line == 0) {
        place.line = node->line;
        place.col = node->col;
    }
    va_list args;
    va_start(args, format);
    fault_node(r, node, &place, accepted, format, args);
    va_end(args);
}

void conf_report_warning(struct conf_reader *r, const struct conf_node *node,
                         const char *format, ...)
{
    struct conf_place place = {.line = node->line, .col = node->col, .is_warning = true};
    va_list args;
    va_start(args, format);
    fault_node(r, node, &place, NULL, format, args);
    va_end(args);
}

void conf_report_fault_at(struct conf_reader *r, const struct conf_place *place,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault_format(r, place, NULL, format, args);
    va_end(args);
}

static int fault_compare(const void *left, const void *right)
{
    const struct conf_fault *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->col != b->col)
        return a->col < b->col ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int add_rest(const struct conf_faults *faults, const char *what, size_t count,
                    struct conf_report *report)
{
    struct buf line = {0};
    if (count == 0)
        return 0;
    int rc = buf_printf(&line, "%s: %s: %zu more are not shown", faults->files[0], what,
                        count);
    if (rc == 0)
        report->lines[report->count++] = buf_take(&line);
    buf_finish(&line);
    return rc;
}

int conf_report_take_faults(struct conf_faults *faults, struct conf_report *report)
{
    report->errors = faults->errors;
    report->warnings = faults->warnings;
    report->lines = calloc(faults->count + 2, sizeof *report->lines);
    if (report->lines == NULL)
        return ERR_NOMEM;
    if (faults->count > 1)
        qsort(faults->items, faults->count, sizeof *faults->items, fault_compare);
    for (size_t i = 0; i < faults->count; i++) {
        report->lines[report->count++] = faults->items[i].text;
        faults->items[i].text = NULL;
    }
    int rc = add_rest(faults, "error", faults->errors - faults->errors_kept, report);
    if (rc == 0)
        rc =
            add_rest(faults, "warning", faults->warnings - faults->warnings_kept, report);
    return rc;
}

void conf_report_finish_faults(struct conf_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->items[i].text);
    free(faults->items);
    for (size_t i = 0; i < faults->file_count; i++)
        free(faults->files[i]);
    free(faults->files);
    memset(faults, 0, sizeof *faults);
}

void conf_report_finish(struct conf_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        free(report->lines[i]);
    free(report->lines);
    memset(report, 0, sizeof *report);
}
