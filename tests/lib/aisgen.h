/* SPDX-License-Identifier: Apache-2.0 */
/* An encoder of AIVDM sentences for tests, benchmarks and the demonstration. It writes
 * bits by explicit offsets from ITU-R M.1371-5 annex 8 and knows nothing of the decoder's
 * table, so that one proves the other.
 *
 *     struct aisgen_bits b;
 *     aisgen_position(&(struct aisgen_position){.type = 1, .mmsi = 431000001, .lat
 * = 35.1, .lon = 129.0, .sog = 12.3, .cog = 231.0, .heading = 230, .second = 17}, &b);
 *     char text[AISGEN_TEXT_BYTES];
 *     aisgen_sentences(&b, "AIVDM", 0, 'A', text);           ->
 * "!AIVDM,1,1,,A,...*hh\r\n"
 *
 * All calls abort() on wrong use (test code): a value that does not fit its field, a text
 * with a character outside the six-bit alphabet. */
#ifndef AISGEN_H
#define AISGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AISGEN_BITS_MAX 2048u
/* Enough for the sentences of AISGEN_BITS_MAX bits with tag blocks. */
#define AISGEN_TEXT_BYTES 2048u

struct aisgen_bits {
    unsigned count;
    uint8_t bytes[AISGEN_BITS_MAX / 8];
};

/* --- bits --- */

void aisgen_clear(struct aisgen_bits *b);
/* Append the low `width` bits of value (two's complement for negative ones); it must fit
 * as a signed or an unsigned number. */
void aisgen_put(struct aisgen_bits *b, unsigned width, int64_t value);
/* Append `characters` six-bit characters: the text in upper case, then '@'. */
void aisgen_put_text(struct aisgen_bits *b, unsigned characters, const char *text);
/* Overwrite the bits at `offset` (0 is the first); the message grows with zeros to hold
 * them. */
void aisgen_set(struct aisgen_bits *b, unsigned offset, unsigned width, int64_t value);
void aisgen_set_text(struct aisgen_bits *b, unsigned offset, unsigned characters,
                     const char *text);
/* Zeros up to `count` bits, or cut to it. */
void aisgen_resize(struct aisgen_bits *b, unsigned count);

/* --- whole messages --- */

/* Types 1, 2, 3, 18, 27. Not available is NAN for lat, lon, sog and cog, 511 for heading,
 * 60 for second, 15 for status; all-zero members mean zero. */
struct aisgen_position {
    int type;
    uint32_t mmsi;
    double lat, lon; /* degrees */
    double sog;      /* knots */
    double cog;      /* degrees */
    int heading;     /* degrees */
    int status;      /* navigational status; not in type 18 */
    int second;      /* UTC second; not in type 27 */
    int turn;        /* raw ROT field; types 1-3 only */
    int repeat;
    bool accuracy;
};
void aisgen_position(const struct aisgen_position *p, struct aisgen_bits *ret);

/* Type 5 (and the static part of 19 and 24). Texts may be NULL: empty. */
struct aisgen_static {
    uint32_t mmsi, imo;
    const char *callsign;    /* 7 characters */
    const char *name;        /* 20 characters */
    const char *destination; /* 20 characters */
    int ship_type;
    int to_bow, to_stern, to_port, to_starboard; /* metres */
    double draught;                              /* metres */
    int month, day, hour, minute;                /* ETA; 0, 0, 24, 60 not available */
    int repeat;
};
void aisgen_static5(const struct aisgen_static *s, struct aisgen_bits *ret);
void aisgen_static24a(const struct aisgen_static *s, struct aisgen_bits *ret);
void aisgen_static24b(const struct aisgen_static *s, struct aisgen_bits *ret);
/* Type 19: class B position with static data. */
void aisgen_extended19(const struct aisgen_position *p, const struct aisgen_static *s,
                       struct aisgen_bits *ret);
/* Type 4: base station, UTC at time_ms. */
void aisgen_base4(uint32_t mmsi, double lat, double lon, int64_t time_ms,
                  struct aisgen_bits *ret);
/* Type 14: a safety related broadcast. */
void aisgen_safety14(uint32_t mmsi, const char *text, struct aisgen_bits *ret);

/* --- sentences --- */

/* The whole message as one or more sentences of at most 82 characters, each with CR LF:
 * `formatter` is "AIVDM", "BSVDM", ...; seq (0..9) is written when there is more than one
 * part; channel 'A', 'B' or 0 for an empty field. Returns the number of sentences. */
int aisgen_sentences(const struct aisgen_bits *b, const char *formatter, int seq,
                     char channel, char ret_text[AISGEN_TEXT_BYTES]);
/* The same with a tag block in front of every sentence: s: station, c: time_s (Unix
 * seconds). NULL, negative: left out. Parts of a group carry g:n-total-group in every
 * sentence when group > 0, and only the first then carries s: and c: (as the Norwegian
 * coast network and satellite providers send it). */
struct aisgen_tag {
    const char *station;
    int64_t time_s;
    int group;
};
int aisgen_tagged(const struct aisgen_bits *b, const char *formatter, int seq,
                  char channel, const struct aisgen_tag *tag,
                  char ret_text[AISGEN_TEXT_BYTES]);
/* XOR over the n characters, as in the checksum of a sentence and of a tag block. */
uint8_t aisgen_checksum(const char *text, size_t n);

#endif
