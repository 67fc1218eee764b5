/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a report from a message. The standard's "not available" values end here: a report
 * has presence bits. */
#include "lookout/ais/ais.h"

#include <string.h>

#include "ais_int.h"
#include "lookout/base/time.h"

/* IMO number, resolution A.1117(30): of its seven digits the last is the unit's digit of
 * 7a + 6b + 5c + 4d + 3e + 2f. */
static bool imo_is_valid(int32_t imo)
{
    int sum = 0;
    int32_t rest = imo / 10;
    for (int weight = 2; weight <= 7; weight++, rest /= 10)
        sum += weight * (rest % 10);
    return sum % 10 == imo % 10 && imo != 1234567;
}

/* raw / divide degrees in 1e-7 degree, to the nearest. */
static int32_t raw_to_e7(int32_t raw, int32_t divide)
{
    int64_t e7 = (int64_t)raw * 10000000;
    int64_t half = divide / 2;
    return (int32_t)((e7 + (e7 < 0 ? -half : half)) / divide);
}

/* A text that was received completely (without a width: as much as there is), without
 * blanks around it; returns its length. */
static size_t whole_text(const struct ais_message *m, const struct ais_field *f, char *to,
                         size_t size)
{
    to[0] = '\0';
    if (m->bits->count < (unsigned)f->offset + f->width)
        return 0;
    char text[sizeof((struct report *)0)->text];
    size_t n = ais_field_text(m, f, text, sizeof text);
    size_t begin = 0;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    while (begin < n && text[begin] == ' ')
        begin++;
    n -= begin;
    if (n >= size)
        n = size - 1;
    memcpy(to, text + begin, n);
    to[n] = '\0';
    return n;
}

struct collected {
    const struct ais_message *message;
    struct report *report;
    int32_t sides[4]; /* to bow, stern, port, starboard */
    int32_t lon_e7, lat_e7;
    bool has_lon, has_lat;
};

static void say_motion(struct collected *c, const struct ais_field *f, int32_t raw)
{
    struct report *r = c->report;
    bool is_coarse = c->message->form->is_coarse;
    if (f->says == SAYS_SPEED) {
        r->sog_dkn = (uint16_t)(is_coarse ? raw * 10 : raw);
        r->has |= HAS_SOG;
    } else if (f->says == SAYS_COURSE) {
        /* 3601..4095 (361..511) "should not be used": no course */
        int32_t ddeg = is_coarse ? raw * 10 : raw;
        if (ddeg < 3600) {
            r->cog_ddeg = (uint16_t)ddeg;
            r->has |= HAS_COG;
        }
    } else if (f->says == SAYS_HEADING) {
        if (raw < 360) {
            r->heading_deg = (uint16_t)raw;
            r->has |= HAS_HEADING;
        }
    } else if (f->says == SAYS_STATUS) {
        r->nav_status = (uint8_t)raw;
        r->has |= HAS_NAV_STATUS;
    } else if (f->says == SAYS_SECOND && raw < 60) {
        r->utc_second = (uint8_t)raw;
        r->has |= HAS_UTC_SECOND;
    }
}

static void say_position(struct collected *c, const struct ais_field *f, int32_t raw)
{
    int32_t divide = c->message->form->is_coarse ? 600 : 600000;
    if (f->says == SAYS_LON && raw >= -180 * divide && raw <= 180 * divide) {
        c->lon_e7 = raw_to_e7(raw, divide);
        c->has_lon = true;
    } else if (f->says == SAYS_LAT && raw >= -90 * divide && raw <= 90 * divide) {
        c->lat_e7 = raw_to_e7(raw, divide);
        c->has_lat = true;
    }
}

static void say_text(struct collected *c, const struct ais_field *f)
{
    struct report *r = c->report;
    if (f->says == SAYS_CALLSIGN) {
        if (whole_text(c->message, f, r->callsign, sizeof r->callsign) != 0)
            r->has |= HAS_CALLSIGN;
    } else if (f->says == SAYS_NAME) {
        if (whole_text(c->message, f, r->name, sizeof r->name) != 0)
            r->has |= HAS_NAME;
    } else if (f->says == SAYS_DESTINATION) {
        /* Type 5 with 420 bits occurs in the field; it lacks a part of the last
         * character. */
        struct ais_field cut = *f;
        if (c->message->bits->count < (unsigned)f->offset + f->width)
            cut.width = (uint16_t)(cut.width - 6);
        if (c->message->bits->count < (unsigned)cut.offset + cut.width)
            return;
        (void)whole_text(c->message, &cut, r->destination, sizeof r->destination);
        r->has |= HAS_DESTINATION;
    } else if (f->says == SAYS_TEXT) {
        (void)whole_text(c->message, f, r->text, sizeof r->text);
        r->has |= HAS_TEXT; /* a blank message 14 is heard, too */
    }
}

static void say_field(struct collected *c, const struct ais_field *f, int32_t raw)
{
    struct report *r = c->report;
    switch ((enum ais_says)f->says) {
    case SAYS_NOTHING:
    case SAYS_CALLSIGN: /* texts */
    case SAYS_NAME:
    case SAYS_DESTINATION:
    case SAYS_TEXT:
    case SAYS_COUNT:
        break;
    case SAYS_LON:
    case SAYS_LAT:
        say_position(c, f, raw);
        break;
    case SAYS_STATUS:
    case SAYS_SPEED:
    case SAYS_COURSE:
    case SAYS_HEADING:
    case SAYS_SECOND:
        say_motion(c, f, raw);
        break;
    case SAYS_IMO:
        if (raw >= 1000000 && raw <= 9999999) {
            r->imo = (uint32_t)raw;
            r->has |= imo_is_valid(raw) ? HAS_IMO : HAS_IMO_WRONG;
        }
        break;
    case SAYS_SHIP_TYPE:
        r->ship_type = (uint8_t)raw;
        r->has |= HAS_SHIP_TYPE;
        break;
    case SAYS_DRAUGHT:
        r->draught_dm = (uint8_t)raw;
        r->has |= HAS_DRAUGHT;
        break;
    case SAYS_TO_BOW:
    case SAYS_TO_STERN:
    case SAYS_TO_PORT:
    case SAYS_TO_STARBOARD:
        c->sides[f->says - SAYS_TO_BOW] = raw;
        break;
    }
}

/* Status 15 is "not available" of a ship, and "under test" of a distress device (3.1). */
static bool is_said(const struct report *r, const struct ais_field *f, int32_t raw)
{
    return raw != f->none || (f->says == SAYS_STATUS && report_is_distress(r->mmsi));
}

int report_from_message(const struct ais_message *message, struct report *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->time_ms = TIME_NONE;
    ret->arrival_ms = TIME_NONE;
    ret->mmsi = message->mmsi;
    ret->msg_type = message->type;
    if (!message->form->is_ship &&
        !(message->form->says != 0 && report_is_distress(message->mmsi)))
        return ERR_NOT_FOUND;
    ret->is_class_b = message->form->is_class_b;
    ret->is_coarse = message->form->is_coarse;
    ret->has = message->form->is_static ? HAS_STATIC : 0;
    struct collected c = {.message = message, .report = ret};
    for (uint32_t says = message->form->says; says != 0; says &= says - 1) {
        const struct ais_field *f = &message->form->rows[__builtin_ctz(says)];
        if (ais_field_need(f) > message->bits->count)
            break; /* the later rows are cut off too */
        if (f->kind == AIS_T) {
            say_text(&c, f);
            continue;
        }
        int32_t raw = ais_field_value(message->bits, f);
        if (is_said(ret, f, raw))
            say_field(&c, f, raw);
    }
    if (c.has_lon && c.has_lat) {
        ret->pos = (struct geo_pos){.lat_e7 = c.lat_e7, .lon_e7 = c.lon_e7};
        ret->has |= HAS_POSITION;
    }
    int32_t length = c.sides[0] + c.sides[1], beam = c.sides[2] + c.sides[3];
    if (length > 0) {
        ret->length_m = (uint16_t)length;
        ret->beam_m = (uint16_t)beam;
        ret->has |= HAS_DIMENSIONS;
    }
    return 0;
}
