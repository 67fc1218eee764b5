/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds say and ask of the row that is read. */
#include <stdarg.h>
#include <stdio.h>

#include "list_int.h"

void list_row_fault(struct list_reader *r, const char *format, ...)
{
    char text[400];
    va_list args;
    if (r->options->on_fault == NULL || r->pass != 0)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    r->options->on_fault(r->options->context, r->rows.line, text);
}

void list_row_leave(struct list_reader *r, const char *why)
{
    if (r->pass != 0)
        return;
    r->whole->list.left_out[LIST_LEFT_FAULTY]++;
    list_row_fault(r, "the row is left out: %s", why);
}

int list_row_fail(struct list_reader *r, const char *accepted, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->trouble.text, sizeof r->trouble.text, format, args);
    va_end(args);
    r->trouble.accepted = accepted;
    return ERR_INVALID;
}

const char *list_row_field(const struct list_reader *r, size_t place)
{
    return place < r->csv.count ? r->csv.fields[place].text : "";
}
