/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes bits to a message: chooses the form and reads its rows, as far as there are
 * bits. Texts are read on demand. */
#include "lookout/ais/ais.h"

#include <string.h>

#include "ais_int.h"

/* Read the rows whose bits are complete; returns their number. Rows are in the order of
 * the bits that they need, so the first incomplete row ends the reading. */
static unsigned read_field_rows(const struct ais_bits *bits, const struct ais_form *form,
                                int32_t *values)
{
    const unsigned count = form->row_count;
    const unsigned bit_count = bits->count;
    unsigned i = 0;
    for (; i < count; i++) {
        const struct ais_field *f = &form->rows[i];
        if (ais_field_need(f) > bit_count)
            break;
        if (f->kind <= AIS_I) {
            values[i] = ais_field_value(bits, f);
        } else if (f->kind == AIS_TAIL) {
            values[i] = (int32_t)ais_bits_at(bits, bit_count - f->offset, f->width);
        } else {
            values[i] = 0;
        }
    }
    return i;
}

int ais_open(const struct ais_bits *bits, struct ais_message *ret)
{
    if (bits->count < 38)
        return ERR_RANGE;
    const struct ais_form *form = ais_form_of(bits);
    if (form == NULL)
        return ERR_UNSUPPORTED;
    if (bits->count < form->least)
        return ERR_RANGE;
    ret->bits = bits;
    ret->form = form;
    ret->sub = NULL;
    ret->count = ret->sub_count = 0;
    ret->type = (uint8_t)ais_bits_at(bits, 0, 6);
    ret->repeat = (uint8_t)ais_bits_at(bits, 6, 2);
    ret->mmsi = (uint32_t)ais_bits_at(bits, 8, 30);
    return 0;
}

int ais_decode(const struct ais_bits *bits, struct ais_message *ret)
{
    int rc = ais_open(bits, ret);
    if (rc < 0)
        return rc;
    ret->count = (uint8_t)read_field_rows(bits, ret->form, ret->values);
    if (ret->type == 6 || ret->type == 8) {
        ret->sub = ais_form_of_sub(bits);
        if (ret->sub != NULL)
            ret->sub_count =
                (uint8_t)read_field_rows(bits, ret->sub, ret->values + ais_sub_base(ret));
    }
    return 0;
}

size_t ais_field_text(const struct ais_message *m, const struct ais_field *f, char *to,
                      size_t room)
{
    /* ITU-R M.1371-5 annex 8 table 47: 0..31 are '@'..'_', 32..63 are ' '..'?'. */
    unsigned left = m->bits->count > f->offset ? m->bits->count - f->offset : 0;
    size_t characters = left / 6;
    if (f->width != 0 && characters > f->width / 6u)
        characters = f->width / 6u;
    if (characters > room)
        characters = room;
    size_t n = 0;
    unsigned at = f->offset;
    while (n < characters) {
        /* Nine characters to a word. */
        uint64_t word = ais_word(m->bits->bytes + (at >> 3)) << (at & 7);
        for (unsigned k = 0; k < 9 && n < characters; k++) {
            unsigned six = (unsigned)(word >> 58);
            word <<= 6;
            if (six == 0)
                return n;
            to[n++] = (char)(six < 32 ? six + 64 : six);
        }
        at += 54;
    }
    return n;
}

static const struct ais_field *find_row(const struct ais_message *m, const char *name,
                                        unsigned *ret_index)
{
    for (unsigned i = 0; i < m->count; i++)
        if (strcmp(m->form->rows[i].name, name) == 0) {
            *ret_index = i;
            return &m->form->rows[i];
        }
    for (unsigned i = 0; i < m->sub_count; i++)
        if (strcmp(m->sub->rows[i].name, name) == 0) {
            *ret_index = ais_sub_base(m) + i;
            return &m->sub->rows[i];
        }
    return NULL;
}

int ais_message_value(const struct ais_message *message, const char *name,
                      int32_t *ret_value)
{
    unsigned index = 0;
    const struct ais_field *f = find_row(message, name, &index);
    /* a width of 0: a field that this mode does not have */
    if (f == NULL || f->kind == AIS_T || f->kind == AIS_D || f->width == 0)
        return ERR_NOT_FOUND;
    *ret_value = message->values[index];
    return 0;
}

int ais_message_text(const struct ais_message *message, const char *name, char *ret_text,
                     size_t size)
{
    unsigned index = 0;
    const struct ais_field *f = find_row(message, name, &index);
    if (f == NULL || f->kind != AIS_T)
        return ERR_NOT_FOUND;
    char text[AIS_BITS_MAX / 6];
    size_t n = ais_field_text(message, f, text, sizeof text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    if (n >= size)
        return ERR_RANGE;
    memcpy(ret_text, text, n);
    ret_text[n] = '\0';
    return 0;
}
