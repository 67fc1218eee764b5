/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the values of a row one by one, without their quotes. */
#include "input_int.h"

void input_row_begin(struct input_row *row, const char *text, size_t n, char separator)
{
    row->cursor =
        (struct csv_cursor){.at = text, .end = text + n, .separator = separator};
    row->is_open = row->is_quoted = false;
}

bool input_row_next(struct input_row *row, const char **ret, size_t *ret_n)
{
    struct csv_value value;
    if (!csv_next_value(&row->cursor, &value))
        return false;
    row->is_open |= value.is_open;
    row->is_quoted = value.is_quoted;
    *ret = value.text;
    *ret_n = value.n;
    if (value.has_doubled) {
        *ret = row->copy;
        *ret_n = csv_unquote(&value, row->copy, sizeof row->copy);
    }
    return true;
}
