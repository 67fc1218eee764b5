/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the form of a message in THE TABLE: by its type and, for some types, by its first
 * bits. */
#include "ais_int.h"

/* clang-format off */
static const uint8_t form_of_type[28] = {
    FORMS,    FORM_1,   FORM_1,   FORM_1,   FORM_4,  FORM_5,  FORM_6,  FORM_7,  FORM_8,  FORM_9,
    FORM_10,  FORM_4,   FORM_12,  FORM_7,   FORM_14, FORM_15, FORM_16, FORM_17, FORM_18, FORM_19,
    FORM_20,  FORM_21,  FORM_22,  FORM_23,  FORM_24_A, FORM_25, FORM_26, FORM_27,
};

static const struct {
    uint8_t type, form;
    uint16_t dac, fid;
} subs[] = {
    {6, FORM_6_235_10, 235, 10},
    {6, FORM_6_235_10, 250, 10},
    {6, FORM_6_1_30,     1, 30},
    {8, FORM_8_1_29,     1, 29},
    {8, FORM_8_1_11,     1, 11},
    {8, FORM_8_1_31,     1, 31},
    {8, FORM_8_200_10, 200, 10},
};
/* clang-format on */

/* The bits that decide the form; 0 if they were not sent: the least length of every form
 * includes them, so such a message is refused as too short. */
static unsigned deciding_bits(const struct ais_bits *bits, unsigned offset,
                              unsigned width)
{
    return bits->count >= offset + width ? (unsigned)ais_bits_at(bits, offset, width) : 0;
}

const struct ais_form *ais_form_of(const struct ais_bits *bits)
{
    unsigned type = deciding_bits(bits, 0, 6);
    if (type == 0 || type > 27)
        return NULL;
    unsigned form = form_of_type[type];
    if (type >= 25 && type <= 26) {
        form += deciding_bits(bits, 38, 2);
    } else if (type == 22) {
        /* The indicator comes after the part that it describes. */
        if (deciding_bits(bits, 139, 1) != 0)
            form = FORM_22_ADDRESSED;
    } else if (type == 24) {
        unsigned part = deciding_bits(bits, 38, 2);
        bool is_craft = deciding_bits(bits, 8, 30) / 10000000 == 98;
        if (part > 1)
            return NULL;
        if (part == 1)
            form = is_craft ? FORM_24_B_CRAFT : FORM_24_B;
    }
    return &ais_forms[form];
}

const struct ais_form *ais_form_of_sub(const struct ais_bits *bits)
{
    unsigned type = deciding_bits(bits, 0, 6);
    unsigned at = type == 6 ? 72 : 40;
    unsigned dac = deciding_bits(bits, at, 10);
    unsigned fid = deciding_bits(bits, at + 10, 6);
    for (size_t i = 0; i < sizeof subs / sizeof subs[0]; i++) {
        const struct ais_form *form = &ais_forms[subs[i].form];
        if (subs[i].type != type || subs[i].dac != dac || subs[i].fid != fid ||
            bits->count < form->least)
            continue;
        /* National and regional codes are reused: only the exact length and a valid
         * number of blue cones identify an inland ship (168 bits). */
        if (dac != 1 && bits->count != form->bits)
            continue;
        if (dac == 200 && ais_bits_at(bits, 141, 3) > 5)
            continue;
        return form;
    }
    return NULL;
}

const struct ais_form *ais_form_at(size_t index)
{
    return index < FORMS ? &ais_forms[index] : NULL;
}
