/* SPDX-License-Identifier: Apache-2.0 */
/* Values of JSON members and CSV columns: units, ranges, sentinels. A value out of range
 * is read as not given; only MMSI and position make the whole record bad. */
#include "record_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "timestamp_int.h"

#define MMSI_MAX 999999999u
#define NOT_GIVEN ((double)NAN)

void record_clear(struct record *r)
{
    memset(r, 0, sizeof *r);
    r->time_ms = TIME_NONE;
    r->millisecond = -1;
    r->time_rank = INT32_MAX;
    r->lat = r->lon = NOT_GIVEN;
    r->to_bow = r->to_stern = r->to_port = r->to_starboard = NOT_GIVEN;
    r->length = r->beam = NOT_GIVEN;
    r->scale = 1.0;
}

bool record_is_ship_type(unsigned msg_type)
{
    switch (msg_type) {
    case 1:
    case 2:
    case 3:
    case 5:
    case 18:
    case 19:
    case 24:
    case 27:
        return true;
    default:
        return false;
    }
}

/* --- fields --- */

static void set_mmsi(struct record *r, double value)
{
    if (!(value >= 1 && value <= MMSI_MAX) || value != floor(value))
        r->is_bad = true;
    else
        r->report.mmsi = (uint32_t)value;
}

/* The weights of the check digit, IMO resolution A.1117(30). 1234567 passes it and is a
 * value that installers leave. */
static bool is_imo(uint32_t imo)
{
    uint32_t rest = imo / 10, sum = 0;
    for (uint32_t weight = 2; weight <= 7; weight++) {
        sum += weight * (rest % 10);
        rest /= 10;
    }
    return sum % 10 == imo % 10 && imo != 1234567;
}

/* 0 means that the ship has none. */
static void set_imo(struct record *r, double value)
{
    bool is_long = value >= 1000000 && value <= 9999999;
    bool is_right = is_long && is_imo((uint32_t)value);
    if (is_right || (is_long && (r->report.has & HAS_IMO) == 0)) {
        r->report.imo = (uint32_t)value;
        r->report.has |= is_right ? HAS_IMO : HAS_IMO_WRONG;
    }
    if (!is_right && value != 0)
        r->unused++;
}

/* 91 and 181 are the standard's not available (also as 108600/600 of type 27). */
static void set_degrees(struct record *r, double *ret, double value, double none,
                        double limit)
{
    if (fabs(value - none) < 1e-4)
        return;
    if (!(fabs(value) <= limit))
        r->is_bad = true;
    else
        *ret = value;
}

/* Is the value one of those that mean "not available"? Providers write -1 for it too. */
static bool is_none(double value, double none, double other)
{
    return value == -1 || value == other || fabs(value - none) < 1e-4;
}

/* 1023 tenths of a knot are "not available". */
static void set_speed(struct record *r, double value)
{
    if (value >= 0 && value < 102.25) {
        r->report.sog_dkn = (uint16_t)(value * 10 + 0.5);
        r->report.has |= HAS_SOG;
    } else if (!is_none(value, 102.3, 1023)) {
        r->unused++;
    }
}

/* 360 is "not available", and so is 511 in tables of ten bits for all angles. */
static void set_course(struct record *r, double value)
{
    if (value >= 0 && value < 360) {
        unsigned ddeg = (unsigned)(value * 10 + 0.5);
        r->report.cog_ddeg = (uint16_t)(ddeg == 3600 ? 0 : ddeg);
        r->report.has |= HAS_COG;
    } else if (!is_none(value, 360, 511)) {
        r->unused++;
    }
}

/* 511 is "not available". 359.6 is north. */
static void set_heading(struct record *r, double value)
{
    if (value >= 0 && value < 360) {
        unsigned deg = (unsigned)(value + 0.5);
        r->report.heading_deg = (uint16_t)(deg == 360 ? 0 : deg);
        r->report.has |= HAS_HEADING;
    } else if (!is_none(value, 511, 360)) {
        r->unused++;
    }
}

/* The member of a length in metres; NULL: the field is not a length. */
static double *find_metres(struct record *r, enum record_field field)
{
    switch ((int)field) {
    case RECORD_LENGTH:
        return &r->length;
    case RECORD_BEAM:
        return &r->beam;
    case RECORD_TO_BOW:
        return &r->to_bow;
    case RECORD_TO_STERN:
        return &r->to_stern;
    case RECORD_TO_PORT:
        return &r->to_port;
    case RECORD_TO_STARBOARD:
        return &r->to_starboard;
    default:
        return NULL;
    }
}

static void set_small(struct record *r, uint32_t bit, uint8_t *ret, double value,
                      double max)
{
    if (value >= 0 && value <= max && value == floor(value)) {
        *ret = (uint8_t)value;
        r->report.has |= bit;
    } else if (value != -1) {
        r->unused++;
    }
}

/* 60 to 63 say how the position was found instead. */
static void set_second(struct record *r, double value)
{
    if (!(value >= 60 && value <= 63))
        set_small(r, HAS_UTC_SECOND, &r->report.utc_second, value, 59);
}

/* 95 to 99 are MarineTraffic's, which jsonform.c reads. */
static void set_status(struct record *r, double value)
{
    if (!(value >= 95 && value <= 99))
        set_small(r, HAS_NAV_STATUS, &r->report.nav_status, value, 15);
}

/* 0 is "not available" of a draught, and of a length below. */
static void set_draught(struct record *r, double value)
{
    if (value >= 0.05 && value <= 25.5) {
        r->report.draught_dm = (uint8_t)(value * 10 + 0.5);
        r->report.has |= HAS_DRAUGHT;
    } else if (!(value >= 0 && value < 0.05) && value != -1) {
        r->unused++;
    }
}

/* A side has at most 511 m in AIS, so a length 1,022 m. */
static void set_metres(struct record *r, enum record_field field, double value)
{
    double *metres = find_metres(r, field);
    double most = field == RECORD_LENGTH || field == RECORD_BEAM ? 1022 : 511;
    if (metres != NULL && value >= 0 && value <= most)
        *metres = value;
    else if (metres != NULL && value != -1)
        r->unused++;
}

static void set_msg_type(struct record *r, double value)
{
    if (!(value >= 1 && value <= 27)) {
        r->unused += value != 0;
        return;
    }
    unsigned type = (unsigned)value;
    r->report.msg_type = (uint8_t)type;
    r->is_no_ship = r->is_no_ship || !record_is_ship_type(type);
    r->report.is_class_b = type == 18 || type == 19 || type == 24;
    r->report.is_coarse = type == 27;
}

void record_set_time(struct record *r, int rank, int64_t time_ms)
{
    r->given |= UINT64_C(1) << RECORD_TIME;
    if (rank >= r->time_rank)
        return;
    r->time_rank = rank;
    r->time_ms = time_ms;
}

static void keep_half(struct record *r, char (*ret)[24], const char *text, size_t n)
{
    if (n >= sizeof *ret) {
        r->has_bad_time = true;
        return;
    }
    memcpy(*ret, text, n);
    (*ret)[n] = '\0';
    if (r->zone_ms != 0)
        r->half_zone_ms = r->zone_ms;
}

/* The time that a whole text gives, in a zone. */
static void parse_time(struct record *r, int rank, const char *text, size_t n)
{
    double number = 0;
    int64_t time_ms = 0;
    enum timestamp_result result =
        timestamp_parse(text, n, r->zone_ms, &r->order, &time_ms);
    /* A spreadsheet writes an epoch as 1.7145648E+09. */
    if (result == TIMESTAMP_NONE && record_text_number(text, n, &number) &&
        timestamp_from_real(number, &time_ms))
        result = TIMESTAMP_READ;
    if (result == TIMESTAMP_READ)
        record_set_time(r, rank, time_ms);
    r->is_unordered |= result == TIMESTAMP_UNORDERED;
    r->has_bad_time |= result == TIMESTAMP_NONE;
}

void record_set_time_text(struct record *r, int rank, const char *text, size_t n)
{
    record_text_trim(&text, &n);
    if (record_text_is_absent(text, n))
        return;
    r->given |= UINT64_C(1) << RECORD_TIME;
    /* "13:05:06" waits for its date. */
    if (n >= 4 && n < sizeof r->clock && (text[1] == ':' || text[2] == ':'))
        keep_half(r, &r->clock, text, n);
    else
        parse_time(r, rank, text, n);
}

void record_close_time(struct record *r)
{
    char text[sizeof r->date + sizeof r->clock];
    if (r->date[0] == '\0' && r->clock[0] == '\0')
        return;
    size_t n = strlen(r->date), clock_n = strlen(r->clock);
    memcpy(text, r->date, n);
    if (clock_n != 0)
        text[n++] = ' ';
    memcpy(text + n, r->clock, clock_n);
    r->zone_ms = r->half_zone_ms;
    parse_time(r, 8, text, n + clock_n);
    r->date[0] = r->clock[0] = '\0';
}

static void set_time_number(struct record *r, enum record_field field, double value)
{
    int64_t time_ms = 0;
    if (timestamp_from_real(value, &time_ms))
        record_set_time(r, field == RECORD_DATE ? 8 : 0, time_ms);
    else
        r->has_bad_time = true;
}

static void set_millisecond(struct record *r, double value)
{
    if (value >= 0 && value < 1000)
        r->millisecond = (int32_t)value;
    else
        r->unused++;
}

static bool is_text_field(enum record_field field)
{
    switch ((int)field) {
    case RECORD_NONE:
    case RECORD_CALLSIGN:
    case RECORD_NAME:
    case RECORD_DESTINATION:
    case RECORD_STATION:
    case RECORD_TEXT:
    case RECORD_CLASS:
    case RECORD_MOBILE:
        return true;
    default:
        return false;
    }
}

/* A station's or ship's name that JSON writes as a number. */
static void set_text_number(struct record *r, enum record_field field, double value)
{
    char text[24];
    bool is_name = field != RECORD_CLASS && field != RECORD_MOBILE;
    if (!is_name || value != floor(value) || fabs(value) > 1e15) {
        r->unused++;
        return;
    }
    int n = snprintf(text, sizeof text, "%.0f", value);
    record_set_text(r, field, text, (size_t)n);
}

/* The fields whose number one function takes as it is. */
static void (*const number_setters[])(struct record *, double) = {
    [RECORD_MMSI] = set_mmsi,       [RECORD_MILLISECOND] = set_millisecond,
    [RECORD_SECOND] = set_second,   [RECORD_SOG] = set_speed,
    [RECORD_COG] = set_course,      [RECORD_HEADING] = set_heading,
    [RECORD_STATUS] = set_status,   [RECORD_IMO] = set_imo,
    [RECORD_DRAUGHT] = set_draught, [RECORD_MSG_TYPE] = set_msg_type,
};
enum { NUMBER_SETTERS = sizeof number_setters / sizeof number_setters[0] };

void record_set_number(struct record *r, enum record_field field, double value)
{
    if (!isfinite(value)) {
        record_set_nothing(r, field);
        return;
    }
    r->given |= UINT64_C(1) << field;
    if ((size_t)field < NUMBER_SETTERS && number_setters[field] != NULL)
        number_setters[field](r, value);
    else if (field == RECORD_LAT)
        set_degrees(r, &r->lat, value, 91.0, 90.0);
    else if (field == RECORD_LON)
        set_degrees(r, &r->lon, value, 181.0, 360.0);
    else if (field == RECORD_TIME || field == RECORD_DATE)
        set_time_number(r, field, value);
    else if (field == RECORD_SHIP_TYPE && value != 0)
        set_small(r, HAS_SHIP_TYPE, &r->report.ship_type, value, 255);
    else if (field == RECORD_TYPE)
        record_set_number(r, value > 27 ? RECORD_SHIP_TYPE : RECORD_MSG_TYPE, value);
    else if (is_text_field(field))
        set_text_number(r, field, value);
    else if (field != RECORD_SHIP_TYPE)
        set_metres(r, field, value);
}

void record_set_nothing(struct record *r, enum record_field field)
{
    if (field == RECORD_MMSI || field == RECORD_LAT || field == RECORD_LON)
        r->is_bad = true;
    else if (field == RECORD_TIME || field == RECORD_DATE)
        r->has_bad_time = true;
    else if (!is_text_field(field))
        r->unused++;
}

/* Cut the text at the first '@' (six-bit padding) and clean it; true when it is not
 * empty. */
static bool set_text(char *ret, size_t size, const char *text, size_t n)
{
    const char *at = memchr(text, '@', n);
    if (at != NULL)
        n = (size_t)(at - text);
    return text_clean(text, n, ret, size) != 0;
}

static void set_mobile(struct record *r, const char *text, size_t n)
{
    if (n == 7 && memcmp(text, "Class A", 7) == 0)
        r->report.is_class_b = false;
    else if (n == 7 && memcmp(text, "Class B", 7) == 0)
        r->report.is_class_b = true;
    else
        r->is_no_ship = true; /* Base Station, AtoN, SAR Airborne, ... */
}

static bool set_word(struct record *r, enum record_field field, const char *text,
                     size_t n)
{
    switch ((int)field) {
    case RECORD_CALLSIGN:
        if (set_text(r->report.callsign, sizeof r->report.callsign, text, n))
            r->report.has |= HAS_CALLSIGN;
        return true;
    case RECORD_NAME:
        if (set_text(r->report.name, sizeof r->report.name, text, n))
            r->report.has |= HAS_NAME;
        return true;
    case RECORD_DESTINATION:
        (void)set_text(r->report.destination, sizeof r->report.destination, text, n);
        r->report.has |= HAS_DESTINATION;
        return true;
    case RECORD_STATION:
        (void)text_clean(text, n, r->report.station, sizeof r->report.station);
        return true;
    case RECORD_TEXT:
        (void)set_text(r->text, sizeof r->text, text, n);
        return true;
    case RECORD_CLASS:
        r->report.is_class_b = n == 1 && (text[0] == 'B' || text[0] == 'b');
        return true;
    case RECORD_MOBILE:
        set_mobile(r, text, n);
        return true;
    default:
        return false;
    }
}

void record_set_text(struct record *r, enum record_field field, const char *text,
                     size_t n)
{
    double value = 0;
    record_text_trim(&text, &n);
    int word = field == RECORD_STATUS ? record_text_find_status(text, n) : -1;
    if (word < 0 && record_text_is_absent(text, n))
        return;
    if (set_word(r, field, text, n)) {
        r->given |= UINT64_C(1) << field;
        return;
    }
    if (field == RECORD_TIME) {
        record_set_time_text(r, 0, text, n);
        return;
    }
    if (field == RECORD_DATE) {
        keep_half(r, &r->date, text, n);
        return;
    }
    if (field == RECORD_IMO)
        record_text_skip_imo(&text, &n);
    if ((field == RECORD_MMSI || field == RECORD_IMO) && !record_text_is_whole(text, n)) {
        record_set_nothing(r, field);
        return;
    }
    if (record_text_number(text, n, &value)) {
        record_set_number(r, field, value * r->scale);
        return;
    }
    if (field == RECORD_SHIP_TYPE || field == RECORD_TYPE)
        word = record_text_find_ship_type(text, n);
    if (word >= 0)
        record_set_number(r, field == RECORD_TYPE ? RECORD_SHIP_TYPE : field, word);
    else
        record_set_nothing(r, field);
}
