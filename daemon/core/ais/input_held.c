/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a recording whose dates may be day first or month first wait until a date of
 * the same table shows its order: one number above 12 speaks for the whole file. What can
 * wait is bounded; live rows do not wait. */
#include <stdlib.h>
#include <string.h>

#include "input_int.h"

#define HELD_BYTES (1u << 20)

struct held_row {
    struct input_piece piece; /* its text stands behind this */
    uint64_t number;          /* of its line */
};

bool input_held_keep(struct input *in, const struct input_piece *piece)
{
    struct input_held *held = &in->held;
    const struct held_row row = {*piece, in->line_number};
    size_t need = sizeof row + piece->n;
    if (in->conf.is_live || held->is_over)
        return false;
    if (held->bytes == NULL && (held->bytes = malloc(HELD_BYTES)) == NULL) {
        in->is_nomem = true;
        return false;
    }
    if (held->n + need > HELD_BYTES) {
        held->is_over = true;
        input_held_release(in);
        return false;
    }
    if (held->n == 0)
        held->begin = piece->begin;
    memcpy(held->bytes + held->n, &row, sizeof row);
    memcpy(held->bytes + held->n + sizeof row, piece->text, piece->n);
    held->n += need;
    return true;
}

void input_held_release(struct input *in)
{
    struct input_held *held = &in->held;
    size_t n = held->n;
    held->n = 0;
    for (size_t at = 0; at < n;) {
        struct held_row row;
        memcpy(&row, held->bytes + at, sizeof row);
        row.piece.text = held->bytes + at + sizeof row;
        struct input_spot spot = input_spot_set(in, &row.piece, row.number);
        input_csv_again(in, &row.piece);
        input_spot_restore(in, &spot);
        at += sizeof row + row.piece.n;
    }
}

void input_held_settle(struct input *in, enum timestamp_order order)
{
    if (order == in->date_order)
        return;
    in->date_order = order;
    input_held_release(in);
}
