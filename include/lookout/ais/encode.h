/* SPDX-License-Identifier: Apache-2.0 */
/* From a report back to AIS: messages by the same table that the decoder reads, and
 * AIVDM sentences of them with tag blocks.
 *
 *     struct report --encode_bits--> struct ais_bits
 *                   --encode_position, encode_static--> text
 */
#ifndef LOOKOUT_ENCODE_H
#define LOOKOUT_ENCODE_H

#include "lookout/ais/ais.h"
#include "lookout/ais/report.h"
#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* Messages that a report can be written as. */
enum encode_message {
    ENCODE_1,    /* position of class A */
    ENCODE_5,    /* static and voyage data of class A */
    ENCODE_18,   /* position of class B */
    ENCODE_24_A, /* name of class B */
    ENCODE_24_B, /* type, call sign and size of class B */
    ENCODE_MESSAGES
};

/* Write the report's data as that message; what is not known gets the standard's "not
 * available". Speeds beyond 102.2 kn are written as 102.2. Texts are written in upper
 * case, '?' stands for each character that six bits do not have, and what is longer than
 * the field is cut. Of the four sides of a ship only their sums are known: the antenna is
 * written at the bow and on the port side, the standard's way to leave its place open. */
void encode_bits(const struct report *report, enum encode_message message,
                 struct ais_bits *ret_bits);

/* What stands before and in each sentence. */
struct encode_tag {
    const char *station; /* for s: 1 to 15 characters, those that NMEA 0183 reserves, and
                            blanks, become '_'; borrowed */
    unsigned sequence;   /* of a message in several sentences; its last digit counts */
};
/* Append the position of the report as a sentence with CR LF: message 1, or 18 of class
 * B. Its tag block has the station and, unless time_ms is TIME_NONE, the time in seconds.
 * ERR_NOMEM. */
MUST_CHECK int encode_position(const struct report *report, const struct encode_tag *tag,
                               struct buf *out);
/* The same of its static data: message 5 in two sentences, or both parts of 24. */
MUST_CHECK int encode_static(const struct report *report, const struct encode_tag *tag,
                             struct buf *out);

#endif
