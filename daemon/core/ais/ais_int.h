/* SPDX-License-Identifier: Apache-2.0 */
/* The structure of THE TABLE, for the decoder, the report and the JSON writer. */
#ifndef LOOKOUT_AIS_INT_H
#define LOOKOUT_AIS_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lookout/ais/ais.h"

/* How the bits of a row are read. */
enum ais_kind {
    AIS_U,    /* unsigned integer */
    AIS_I,    /* two's complement */
    AIS_TAIL, /* unsigned; `offset` counts back from the last bit */
    AIS_T,    /* six-bit text; width 0: all remaining bits */
    AIS_D     /* raw bits: the remaining ones, less `width` at the end */
};

/* How a row is printed: gpsd's form of it. */
enum ais_as {
    AS_HIDDEN, /* a field of the standard that gpsd's JSON does not show */
    AS_INT,
    AS_BOOL,
    AS_TEXT,
    AS_DATA,
    AS_AID_NAME, /* name of an aid to navigation with its extension */
    AS_PART,     /* 0 "A", 1 "B" */
    AS_TURN,
    AS_SPEED,             /* 0.1 kn; "nan", "fast" */
    AS_SPEED_SAR,         /* kn; "nan", "fast" */
    AS_ALTITUDE,          /* m; "nan", "high" */
    AS_TIMESTAMP,         /* year, and the five rows behind it */
    AS_ETA,               /* month, and the three rows behind it */
    AS_DAYTIME,           /* day, and the two rows behind it */
    AS_SCALED,            /* from here on: a number by ais_scale_of */
    AS_DEG_4 = AS_SCALED, /* 1/10,000 minute, as degrees with 7 digits */
    AS_DEG_3,             /* 1/1,000 minute, 6 digits */
    AS_DEG_1,             /* 1/10 minute, 4 digits */
    AS_DEG_1_COARSE,      /* 1/10 minute, 1 digit */
    AS_DEG_1_QUOTED,      /* 1/10 minute, 6 digits, in quotes */
    AS_TENTH,
    AS_TWENTIETH,            /* 0.05 V */
    AS_AIRTEMP,              /* SN/Circ.236: 0.1 degree from -60 */
    AS_DEWPOINT,             /* SN/Circ.236: 0.1 degree from -20 */
    AS_LEVEL_236,            /* 0.1 m, and 0.1 degree of water temperature, from -10 */
    AS_LEVEL_289,            /* 0.01 m from -10, printed to 0.1 m */
    AS_HPA_236,              /* hPa from 800 */
    AS_HPA_289,              /* hPa from 799 */
    AS_LABELLED,             /* from here on: ais_labels_of */
    AS_STATUS = AS_LABELLED, /* number and a second member name_text */
    AS_STATUS_LONG_RANGE,    /* the same, the text only when scaled */
    AS_EPFD,
    AS_SHIP_TYPE,
    AS_AID_TYPE,
    AS_STATION_TYPE,
    AS_PRECIPITATION,
    AS_ICE,
    AS_INLAND_TYPE,
    AS_HAZARD,
    AS_LOADED,
    AS_RACON,
    AS_LIGHT,
    AS_TREND_WORD, /* scaled: the word instead of the number */
    AS_PRECIPITATION_WORD,
    AS_ICE_WORD,
    AS_COUNT
};

/* The meaning of a row for a report. */
enum ais_says {
    SAYS_NOTHING,
    SAYS_STATUS,
    SAYS_SPEED,
    SAYS_LON,
    SAYS_LAT,
    SAYS_COURSE,
    SAYS_HEADING,
    SAYS_SECOND,
    SAYS_IMO,
    SAYS_CALLSIGN,
    SAYS_NAME,
    SAYS_SHIP_TYPE,
    SAYS_TO_BOW,
    SAYS_TO_STERN,
    SAYS_TO_PORT,
    SAYS_TO_STARBOARD,
    SAYS_DRAUGHT,
    SAYS_DESTINATION,
    SAYS_TEXT,
    SAYS_COUNT
};

/* `none` of a row without a "not available" value. */
#define AIS_NO_NONE INT32_MIN

/* Longest: ,"mothership_mmsi": */
#define AIS_KEY_BYTES 24

struct ais_field {
    char key[AIS_KEY_BYTES]; /* the name in JSON: ,"name": */
    const char *name;        /* as gpsd names it */
    uint16_t offset;         /* first bit, 0 is the message's first */
    uint16_t width; /* bits; AIS_U and AIS_I 0..32, where 0 reads as 0: a field that
                       this mode of the message does not have and gpsd prints as 0 */
    uint8_t kind;   /* enum ais_kind */
    uint8_t as;     /* enum ais_as */
    uint8_t says;   /* enum ais_says */
    uint8_t key_length;
    int32_t none;       /* the value that means "not available", AIS_NO_NONE */
    const char *clause; /* the standard's section and its name of the field */
};

struct ais_form {
    const struct ais_field *rows;
    const char *what;
    uint16_t row_count;
    uint16_t bits;  /* as the standard has it; the largest for variable ones */
    uint16_t least; /* with fewer bits the message is refused */
    bool is_ship;   /* makes reports; others make them of distress devices, where a row
                       says something */
    bool is_class_b;
    bool is_coarse; /* speed in kn, course in degrees, position in 1/10 minute */
    bool is_static;
    bool zero_rest; /* gpsd prints 0 for rows that were not sent */
    uint32_t says;  /* one bit for each row that a report uses; a test checks it */
};

/* clang-format off */
enum {
    FORM_1, FORM_4, FORM_5, FORM_6, FORM_7, FORM_8, FORM_9, FORM_10, FORM_12, FORM_14, FORM_15,
    FORM_16, FORM_17, FORM_18, FORM_19, FORM_20, FORM_21, FORM_22, FORM_22_ADDRESSED, FORM_23,
    FORM_24_A, FORM_24_B, FORM_24_B_CRAFT, FORM_25, FORM_26 = FORM_25 + 4, FORM_27 = FORM_26 + 4,
    FORM_6_235_10, FORM_6_1_30, FORM_8_1_29, FORM_8_1_11, FORM_8_1_31, FORM_8_200_10, FORMS
};
/* clang-format on */
extern const struct ais_form ais_forms[FORMS];

/* The form of a message, by its type and its first bits; NULL: the type is unknown. */
const struct ais_form *ais_form_of(const struct ais_bits *bits);
/* The form of a sub-message of type 6 or 8; NULL: unknown, or too short. */
const struct ais_form *ais_form_of_sub(const struct ais_bits *bits);
/* Iterate over all forms, for tests: NULL after the last. */
const struct ais_form *ais_form_at(size_t index);

struct ais_scale {
    int32_t add, divide; /* shown = (raw + add) / divide */
    uint8_t digits;
    bool quoted;
};
extern const struct ais_scale ais_scale_of[AS_LABELLED - AS_SCALED];

struct ais_labels {
    const char *const *words;
    uint16_t count;
    bool is_word;        /* the word replaces the number when scaled */
    const char *invalid; /* for numbers beyond the words */
};
extern const struct ais_labels ais_labels_of[AS_COUNT - AS_LABELLED];
/* The word of ERI ship types, which are far apart. */
const char *labels_inland_type(int32_t type);

static inline uint64_t ais_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Read up to 57 bits; 0 bits give 0. The caller has checked that the bits exist. */
static inline uint64_t ais_bits_at(const struct ais_bits *bits, unsigned offset,
                                   unsigned width)
{
    return ais_word(bits->bytes + (offset >> 3)) << (offset & 7) >> 1 >> (63 - width);
}

/* The value of a row of kind AIS_U or AIS_I. */
static inline int32_t ais_field_value(const struct ais_bits *bits,
                                      const struct ais_field *f)
{
    uint32_t raw = (uint32_t)ais_bits_at(bits, f->offset, f->width);
    /* the sign bit has a negative weight: flip it, then subtract it */
    uint32_t sign = (uint32_t)(f->kind == AIS_I) << ((f->width - 1) & 31);
    return (int32_t)((raw ^ sign) - sign);
}

/* The number of bits that a row needs. */
static inline unsigned ais_field_need(const struct ais_field *f)
{
    if (f->kind == AIS_T)
        return f->offset + (f->width != 0 ? 6u : 0u);
    return f->kind == AIS_TAIL ? f->offset : (unsigned)f->offset + f->width;
}

/* Read a text row: untrimmed characters up to the first '@', at most `room`; returns
 * their number. *ret_whole: all characters of the row were received. */
size_t ais_field_text(const struct ais_message *m, const struct ais_field *f, char *to,
                      size_t room);

/* The place where the values of the sub-message begin. */
static inline unsigned ais_sub_base(const struct ais_message *m)
{
    return m->form->row_count;
}

#endif
