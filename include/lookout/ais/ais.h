/* SPDX-License-Identifier: Apache-2.0 */
/* AIS messages 1-27 of ITU-R M.1371-5: six-bit payload to a message of raw field values
 * by one table, and from there to a report or to JSON with gpsd's names. The table
 * (daemon/core/ais/fields.c) can be read with the standard beside it.
 *
 *     characters --armor_add--> struct ais_bits --ais_decode--> struct ais_message
 *     struct ais_message --report_from_message--> struct report
 *                        --ais_message_json----> text
 * Where only the report is wanted, ais_open does for ais_decode.
 */
#ifndef LOOKOUT_AIS_H
#define LOOKOUT_AIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* Nine sentences of 64 characters. The longest message of the standard has 1,064 bits
 * (type 26 over five slots); further bits are kept unchanged. */
#define AIS_BITS_MAX 3456u

/* A message's bits, most significant first, as they went over the air. */
struct ais_bits {
    uint32_t count; /* bits in use, 0..AIS_BITS_MAX */
    /* Bit n is bit 7 - n % 8 of byte n / 8. Bits after `count` have no meaning; the spare
     * room lets a field be read as one 64-bit word. */
    uint8_t bytes[AIS_BITS_MAX / 8 + 16];
};

/* Empty the bits; cheap (nothing is cleared). */
static inline void ais_bits_clear(struct ais_bits *bits)
{
    bits->count = 0;
}

/* Append the n armored characters of one sentence's payload (IEC 61162-1: '0'..'W',
 * '`'..'w'), less the last fill_bits (0..5) of them. ERR_SYNTAX: a character outside the
 * alphabet or more fill bits than there can be; ERR_LIMIT: more than AIS_BITS_MAX; the
 * bits are as before then. */
MUST_CHECK int armor_add(const char *chars, size_t n, unsigned fill_bits,
                         struct ais_bits *bits);
/* The same for empty bits: a message of one sentence. */
MUST_CHECK int armor_decode(const char *chars, size_t n, unsigned fill_bits,
                            struct ais_bits *ret_bits);

struct ais_form; /* private: the rows of THE TABLE that apply to a message */

/* Room for the rows of the longest form and of the longest sub-message. */
#define AIS_VALUES_MAX 80u

/* A decoded message: raw values as sent, row by row of its forms. The message's length
 * decides which rows exist: values[0 .. count) are complete, no others are read. Use
 * ais_message_value for a single one. */
struct ais_message {
    const struct ais_bits *bits; /* borrowed from the caller of ais_decode; texts and raw
                                    data are read from it when they are asked for */
    const struct ais_form *form; /* static */
    const struct ais_form *sub;  /* static; the sub-message of type 6 or 8, NULL when it
                                    is none we know: then the raw bits stand for it */
    uint32_t mmsi;
    uint8_t type;                   /* 1..27 */
    uint8_t repeat;                 /* 0..3 */
    uint8_t count;                  /* rows of `form` whose bits are all there */
    uint8_t sub_count;              /* rows of `sub` whose bits are all there */
    int32_t values[AIS_VALUES_MAX]; /* [0, count) of form; those of sub behind all rows
                                       of form; two's complement where signed */
};

/* Decode. `bits` must stay unchanged while `ret` is used. ERR_UNSUPPORTED: type 0 or
 * above 27, part 2 or 3 of type 24; ERR_RANGE: too short for the least form of its type
 * (the shortest useful length in the table, not the nominal one). ret is undefined on
 * failure. */
MUST_CHECK int ais_decode(const struct ais_bits *bits, struct ais_message *ret);

/* The same as far as a report needs it: no values and no sub-message are read. */
MUST_CHECK int ais_open(const struct ais_bits *bits, struct ais_message *ret);

/* One raw value by gpsd's name ("speed", "lon", ...; parts of a date as "year" ...).
 * ERR_NOT_FOUND: the message has no such number, or is too short for it. */
MUST_CHECK int ais_message_value(const struct ais_message *message, const char *name,
                                 int32_t *ret_value);
/* One text by gpsd's name ("shipname", "callsign", ...): cut at the first '@', blanks
 * dropped at the end, never longer than what was received. ERR_NOT_FOUND as above;
 * ERR_RANGE when size is too small. */
MUST_CHECK int ais_message_text(const struct ais_message *message, const char *name,
                                char *ret_text, size_t size);

/* Make a report of the message: mmsi, has and the members that `has` names, msg_type,
 * is_class_b, is_coarse. All other members of *ret are set to zero, the times to
 * TIME_NONE. Not-available values are absent; an IMO number counts only with a
 * correct check digit. ERR_NOT_FOUND: the message is not about a ship (types other than
 * 1-3, 5, 18, 19, 24, 27, and 14 of a distress device): then only mmsi and msg_type
 * are set. */
MUST_CHECK int report_from_message(const struct ais_message *message, struct report *ret);

/* One JSON object as `lookoutd decode` prints it (gpsd's class AIS), plus t (report's
 * time_ms unless TIME_NONE) and source (its station unless "") when known; no line end.
 * report may be NULL. ERR_NOMEM. */
MUST_CHECK int ais_message_json(const struct ais_message *message,
                                const struct report *report, bool scaled,
                                struct buf *out);
/* The same for a report without an AIS message (csv, json of providers): gpsd's names and
 * scaling for its data, all other members absent; "type" is left out when it is unknown.
 * ERR_NOMEM. */
MUST_CHECK int ais_report_json(const struct report *report, struct buf *out);

#endif
