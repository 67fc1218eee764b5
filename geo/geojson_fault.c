/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of GeoJSON: the list of them, and words for them. */
#include "geojson_int.h"
#include "lookout/base/array.h"

#include <stdarg.h>
#include <stdlib.h>

#include "geojson_reader_int.h"
#include "json_where_int.h"
#include "lookout/base/buf.h"

void geojson_fault_add(struct geojson_source *source, int line, int col, struct buf *text)
{
    struct zone_faults *faults = source->faults;
    char *copy = buf_take(text);
    if (copy == NULL ||
        array_extend(&faults->items, faults->count, 1, sizeof *faults->items) != 0) {
        free(copy);
        source->is_out_of_memory = true;
        return;
    }
    faults->items[faults->count++] =
        (struct zone_fault){.line = line, .col = col, .text = copy};
}

void geojson_fault(struct geojson_source *source, const char *path, const char *id,
                   const char *format, ...)
{
    struct buf text = {0};
    int line = 0, col = 0, code = 0;
    json_where(source->text, source->n, path, &line, &col);
    if (*path != '\0')
        code = buf_add_text(&text, path);
    if (code == 0 && id != NULL)
        code = buf_printf(&text, "%s(id \"%s\")", *path != '\0' ? " " : "", id);
    if (code == 0 && text.length != 0)
        code = buf_add_text(&text, ": ");
    va_list args;
    va_start(args, format);
    if (code == 0)
        code = buf_vprintf(&text, format, args);
    va_end(args);
    if (code == 0)
        geojson_fault_add(source, line, col, &text);
    else
        source->is_out_of_memory = true;
    buf_finish(&text);
}

void geojson_fault_finish_list(struct zone_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->items[i].text);
    free(faults->items);
    *faults = (struct zone_faults){0};
}

const char *geojson_fault_type_name(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null"};
    return value == NULL ? "nothing" : names[json_typeof(value)];
}
