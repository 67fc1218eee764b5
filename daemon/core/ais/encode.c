/* SPDX-License-Identifier: Apache-2.0 */
/* From a report back to AIS, by the rows that the decoder reads: each row is filled with
 * what the report has for it, or with its "not available". */
#include "lookout/ais/encode.h"

#include <stdbool.h>
#include <string.h>

#include "ais_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

enum {
    SOG_MOST = 1022,        /* 102.2 kn or more */
    SIDE_MOST_LENGTH = 511, /* of to_bow and to_stern, m */
    SIDE_MOST_BEAM = 63,    /* of to_port and to_starboard, m */
    PAYLOAD_MOST = 60,      /* characters; a sentence has 82 with its line end */
    STATION_MOST = 15       /* NMEA 0183 4.10: s: has up to 15 characters */
};

/* clang-format off */
static const struct {
    uint8_t type, form, part; /* part: of message 24 */
} messages[ENCODE_MESSAGES] = {
    [ENCODE_1]    = {1,  FORM_1,    0},
    [ENCODE_5]    = {5,  FORM_5,    0},
    [ENCODE_18]   = {18, FORM_18,   0},
    [ENCODE_24_A] = {24, FORM_24_A, 0},
    [ENCODE_24_B] = {24, FORM_24_B, 1},
};
/* clang-format on */

/* --- bits --- */

static void set_bits(struct ais_bits *bits, const struct ais_field *f, uint32_t value)
{
    for (unsigned i = 0; i < f->width; i++) {
        unsigned at = f->offset + i;
        if (value >> (f->width - 1u - i) & 1u)
            bits->bytes[at / 8] |= (uint8_t)(0x80u >> at % 8);
    }
}

/* The six bits of a character of ASCII in upper case; '?' where there are none. '@' ends
 * a text, so it has none inside. */
static uint32_t six_bits_of(uint32_t code)
{
    if (code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    if (code > '@' && code <= '_')
        return code - 64;
    return code >= ' ' && code < '@' ? code : '?';
}

static void set_row_text(struct ais_bits *bits, const struct ais_field *f,
                         const char *text)
{
    struct ais_field character = {.offset = f->offset, .width = 6};
    for (size_t left = strlen(text); left > 0 && character.offset < f->offset + f->width;
         character.offset = (uint16_t)(character.offset + 6)) {
        uint32_t code = '?';
        size_t n = text_utf8(text, left, &code);
        set_bits(bits, &character, six_bits_of(n != 0 ? code : '?'));
        text += n != 0 ? n : 1;
        left -= n != 0 ? n : 1;
    }
}

/* Nearest, half away from zero. */
static int32_t e7_to_raw(int32_t e7)
{
    int64_t raw = (int64_t)e7 * 600000, half = e7 < 0 ? -5000000 : 5000000;
    return (int32_t)((raw + half) / 10000000);
}

static int32_t find_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The text of a row; NULL: it has none, or it is not known. */
static const char *row_text_of(const struct report *r, const struct ais_field *f)
{
    if (f->says == SAYS_CALLSIGN && (r->has & HAS_CALLSIGN) != 0)
        return r->callsign;
    if (f->says == SAYS_NAME && (r->has & HAS_NAME) != 0)
        return r->name;
    if (f->says == SAYS_DESTINATION && (r->has & HAS_DESTINATION) != 0)
        return r->destination;
    return NULL;
}

/* A side of the ship. ITU-R M.1371-5 3.3.3: where the reference point is not known, A and
 * C are 0, B and D are not; what does not fit there goes to the other side. */
static int32_t ship_side_of(const struct report *r, const struct ais_field *f)
{
    bool is_length = f->says == SAYS_TO_BOW || f->says == SAYS_TO_STERN;
    int32_t whole = is_length ? r->length_m : r->beam_m;
    int32_t most = is_length ? SIDE_MOST_LENGTH : SIDE_MOST_BEAM;
    if (f->says == SAYS_TO_STERN || f->says == SAYS_TO_STARBOARD)
        return find_least(whole, most);
    return whole > most ? find_least(whole - most, most) : 0;
}

/* The value of a row of a number. False: it is not known. */
static bool find_row_value(const struct report *r, const struct ais_field *f,
                           int32_t *ret_value)
{
    /* clang-format off */
    const struct {
        uint32_t has;
        int32_t value;
    } known[SAYS_COUNT] = {
        [SAYS_STATUS]       = {HAS_NAV_STATUS, r->nav_status},
        [SAYS_SPEED]        = {HAS_SOG,        find_least(r->sog_dkn, SOG_MOST)},
        [SAYS_LON]          = {HAS_POSITION,   e7_to_raw(r->pos.lon_e7)},
        [SAYS_LAT]          = {HAS_POSITION,   e7_to_raw(r->pos.lat_e7)},
        [SAYS_COURSE]       = {HAS_COG,        r->cog_ddeg},
        [SAYS_HEADING]      = {HAS_HEADING,    r->heading_deg},
        [SAYS_SECOND]       = {HAS_UTC_SECOND, r->utc_second},
        [SAYS_IMO]          = {HAS_IMO,        (int32_t)r->imo},
        [SAYS_SHIP_TYPE]    = {HAS_SHIP_TYPE,  r->ship_type},
        [SAYS_TO_BOW]       = {HAS_DIMENSIONS, ship_side_of(r, f)},
        [SAYS_TO_STERN]     = {HAS_DIMENSIONS, ship_side_of(r, f)},
        [SAYS_TO_PORT]      = {HAS_DIMENSIONS, ship_side_of(r, f)},
        [SAYS_TO_STARBOARD] = {HAS_DIMENSIONS, ship_side_of(r, f)},
        [SAYS_DRAUGHT]      = {HAS_DRAUGHT,    r->draught_dm},
    };
    /* clang-format on */
    if (known[f->says].has == 0 || (r->has & known[f->says].has) == 0)
        return false;
    *ret_value = known[f->says].value;
    return true;
}

void encode_bits(const struct report *report, enum encode_message message,
                 struct ais_bits *ret_bits)
{
    const struct ais_form *form = &ais_forms[messages[message].form];
    memset(ret_bits, 0, sizeof *ret_bits);
    ret_bits->count = form->bits;
    set_bits(ret_bits, &(struct ais_field){.width = 6}, messages[message].type);
    for (unsigned i = 0; i < form->row_count; i++) {
        const struct ais_field *f = &form->rows[i];
        int32_t value = f->none != AIS_NO_NONE ? f->none : 0;
        const char *text = row_text_of(report, f);
        if (text != NULL)
            set_row_text(ret_bits, f, text);
        if (f->kind != AIS_U && f->kind != AIS_I)
            continue;
        if (strcmp(f->name, "mmsi") == 0)
            value = (int32_t)report->mmsi;
        else if (strcmp(f->name, "part") == 0)
            value = messages[message].part;
        else
            (void)find_row_value(report, f, &value);
        set_bits(ret_bits, f, (uint32_t)value);
    }
}

/* --- sentences --- */

/* "*hh" over the text from `begin`. */
static int add_checksum(struct buf *out, size_t begin)
{
    unsigned sum = 0;
    for (size_t i = begin; i < out->length; i++)
        sum ^= (unsigned char)out->data[i];
    return buf_printf(out, "*%02X", sum);
}

static int add_tag(const struct report *report, const struct encode_tag *tag,
                   struct buf *out)
{
    char station[STATION_MOST + 1];
    size_t n = 0;
    for (; tag->station[n] != '\0' && n < STATION_MOST; n++) {
        bool is_reserved = tag->station[n] <= ' ' || tag->station[n] > '~' ||
                           strchr("$*,!\\^~:", tag->station[n]) != NULL;
        station[n] = is_reserved ? '_' : tag->station[n];
    }
    station[n] = '\0';
    int rc = buf_add_char(out, '\\');
    size_t begin = out->length;
    if (rc == 0)
        rc = buf_printf(out, "s:%s", station);
    if (rc == 0 && report->time_ms != TIME_NONE)
        rc = buf_printf(out, ",c:%lld", (long long)(report->time_ms / SECOND_MS));
    if (rc == 0)
        rc = add_checksum(out, begin);
    return rc == 0 ? buf_add_char(out, '\\') : rc;
}

/* The six bits at `offset`, those behind the end being 0, as a character. */
static char armor_of(const struct ais_bits *bits, unsigned offset)
{
    unsigned six = (unsigned)ais_bits_at(bits, offset, 6);
    return (char)(six < 40 ? six + '0' : six - 40 + '`');
}

static int add_sentences(const struct report *report, enum encode_message message,
                         const struct encode_tag *tag, struct buf *out)
{
    struct ais_bits bits;
    encode_bits(report, message, &bits);
    unsigned characters = (bits.count + 5) / 6, fill = characters * 6 - bits.count;
    unsigned parts = (characters + PAYLOAD_MOST - 1) / PAYLOAD_MOST;
    char sequence[2] = {parts > 1 ? (char)('0' + tag->sequence % 10) : '\0', '\0'};
    int rc = 0;
    for (unsigned part = 1; part <= parts && rc == 0; part++) {
        char payload[PAYLOAD_MOST + 1];
        unsigned from = (part - 1) * PAYLOAD_MOST, n = 0;
        for (; n < PAYLOAD_MOST && from + n < characters; n++)
            payload[n] = armor_of(&bits, 6 * (from + n));
        payload[n] = '\0';
        rc = add_tag(report, tag, out);
        if (rc == 0)
            rc = buf_add_char(out, '!');
        size_t begin = out->length;
        if (rc == 0)
            rc = buf_printf(out, "AIVDM,%u,%u,%s,A,%s,%u", parts, part, sequence, payload,
                            part == parts ? fill : 0);
        if (rc == 0)
            rc = add_checksum(out, begin);
        if (rc == 0)
            rc = buf_add_text(out, "\r\n");
    }
    return rc;
}

int encode_position(const struct report *report, const struct encode_tag *tag,
                    struct buf *out)
{
    return add_sentences(report, report->is_class_b ? ENCODE_18 : ENCODE_1, tag, out);
}

int encode_static(const struct report *report, const struct encode_tag *tag,
                  struct buf *out)
{
    if (!report->is_class_b)
        return add_sentences(report, ENCODE_5, tag, out);
    int rc = add_sentences(report, ENCODE_24_A, tag, out);
    return rc == 0 ? add_sentences(report, ENCODE_24_B, tag, out) : rc;
}
