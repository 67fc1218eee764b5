/* SPDX-License-Identifier: Apache-2.0 */
/* Values of JSON members and CSV columns: units, ranges, sentinels. A value out of range
 * is read as not given; only MMSI and position make the whole record bad. */
#include "record_int.h"

#include <math.h>
#include <string.h>

#include "lookout/base/hash.h"
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
    if (imo < 1000000 || imo > 9999999)
        return false;
    uint32_t rest = imo / 10, sum = 0;
    for (uint32_t weight = 2; weight <= 7; weight++) {
        sum += weight * (rest % 10);
        rest /= 10;
    }
    return sum % 10 == imo % 10 && imo != 1234567;
}

static void set_imo(struct record *r, double value)
{
    if (value >= 1000000 && value <= 9999999 && is_imo((uint32_t)value)) {
        r->report.imo = (uint32_t)value;
        r->report.has |= HAS_IMO;
    }
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

/* Tenths of a unit, below `end`; a value outside is not given. */
static void set_tenths(struct record *r, uint32_t bit, uint16_t *ret, double value,
                       double end)
{
    if (value >= 0 && value < end) {
        *ret = (uint16_t)(value * 10 + 0.5);
        r->report.has |= bit;
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
    }
}

static void set_draught(struct record *r, double value)
{
    if (value >= 0.05 && value <= 25.5) {
        r->report.draught_dm = (uint8_t)(value * 10 + 0.5);
        r->report.has |= HAS_DRAUGHT;
    }
}

static void set_msg_type(struct record *r, double value)
{
    if (!(value >= 1 && value <= 27))
        return;
    unsigned type = (unsigned)value;
    r->report.msg_type = (uint8_t)type;
    r->is_no_ship = r->is_no_ship || !record_is_ship_type(type);
    r->report.is_class_b = type == 18 || type == 19 || type == 24;
    r->report.is_coarse = type == 27;
}

void record_set_time(struct record *r, int rank, int64_t time_ms)
{
    if (rank >= r->time_rank)
        return;
    r->time_rank = rank;
    r->time_ms = time_ms;
}

static void keep_half(char (*ret)[24], const char *text, size_t n)
{
    if (n < sizeof *ret) {
        memcpy(*ret, text, n);
        (*ret)[n] = '\0';
    }
}

void record_set_time_text(struct record *r, int rank, const char *text, size_t n)
{
    int64_t time_ms = 0;
    record_text_trim(&text, &n);
    if (record_text_is_absent(text, n))
        return;
    /* "13:05:06" waits for its date. */
    if (n >= 4 && n < sizeof r->clock && (text[1] == ':' || text[2] == ':')) {
        keep_half(&r->clock, text, n);
        return;
    }
    enum timestamp_result result = timestamp_parse(text, n, &r->order, &time_ms);
    if (result == TIMESTAMP_READ)
        record_set_time(r, rank, time_ms);
    r->is_unordered |= result == TIMESTAMP_UNORDERED;
    r->has_bad_time |= result == TIMESTAMP_NONE;
}

void record_close_time(struct record *r)
{
    char text[sizeof r->date + sizeof r->clock];
    int64_t time_ms = 0;
    if (r->date[0] == '\0' && r->clock[0] == '\0')
        return;
    size_t n = strlen(r->date), clock_n = strlen(r->clock);
    memcpy(text, r->date, n);
    if (clock_n != 0)
        text[n++] = ' ';
    memcpy(text + n, r->clock, clock_n);
    enum timestamp_result result =
        timestamp_parse(text, n + clock_n, &r->order, &time_ms);
    if (result == TIMESTAMP_READ)
        record_set_time(r, 8, time_ms);
    r->is_unordered |= result == TIMESTAMP_UNORDERED;
    r->has_bad_time |= result == TIMESTAMP_NONE;
    r->date[0] = r->clock[0] = '\0';
}

void record_set_number(struct record *r, enum record_field field, double value)
{
    int64_t time_ms = 0;
    double *metres = NULL;
    bool is_whole = false;
    if (!isfinite(value))
        return;
    r->given |= UINT64_C(1) << field;
    switch ((int)field) {
    case RECORD_MMSI:
        set_mmsi(r, value);
        break;
    case RECORD_LAT:
        set_degrees(r, &r->lat, value, 91.0, 90.0);
        break;
    case RECORD_LON:
        set_degrees(r, &r->lon, value, 181.0, 360.0);
        break;
    case RECORD_TIME:
    case RECORD_DATE:
        if (timestamp_from_real(value, &time_ms))
            record_set_time(r, field == RECORD_DATE ? 8 : 0, time_ms);
        break;
    case RECORD_MILLISECOND:
        if (value >= 0 && value < 1000)
            r->millisecond = (int32_t)value;
        break;
    case RECORD_SECOND:
        set_small(r, HAS_UTC_SECOND, &r->report.utc_second, value, 59);
        break;
    case RECORD_SOG:
        set_tenths(r, HAS_SOG, &r->report.sog_dkn, value, 102.25);
        break;
    case RECORD_COG:
        set_tenths(r, HAS_COG, &r->report.cog_ddeg, value, 360.0);
        if (r->report.cog_ddeg == 3600)
            r->report.cog_ddeg = 0;
        break;
    case RECORD_HEADING:
        if (value >= 0 && value < 359.5) {
            r->report.heading_deg = (uint16_t)(value + 0.5);
            r->report.has |= HAS_HEADING;
        }
        break;
    case RECORD_STATUS:
        set_small(r, HAS_NAV_STATUS, &r->report.nav_status, value, 15);
        break;
    case RECORD_IMO:
        set_imo(r, value);
        break;
    case RECORD_SHIP_TYPE:
        if (value >= 1)
            set_small(r, HAS_SHIP_TYPE, &r->report.ship_type, value, 255);
        break;
    case RECORD_DRAUGHT:
        set_draught(r, value);
        break;
    case RECORD_MSG_TYPE:
        set_msg_type(r, value);
        break;
    case RECORD_TYPE:
        record_set_number(r, value > 27 ? RECORD_SHIP_TYPE : RECORD_MSG_TYPE, value);
        break;
    default:
        metres = find_metres(r, field);
        /* A side has at most 511 m in AIS, so a length 1,022 m. */
        is_whole = field == RECORD_LENGTH || field == RECORD_BEAM;
        if (metres != NULL && value >= 0 && value <= (is_whole ? 1022 : 511))
            *metres = value;
        break;
    }
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
        keep_half(&r->date, text, n);
        return;
    }
    if (field == RECORD_IMO)
        record_text_skip_imo(&text, &n);
    if ((field == RECORD_MMSI || field == RECORD_IMO) && !record_text_is_whole(text, n)) {
        r->is_bad |= field == RECORD_MMSI;
        return;
    }
    if (record_text_number(text, n, &value)) {
        record_set_number(r, field, value * r->scale);
        return;
    }
    if (field == RECORD_SHIP_TYPE || field == RECORD_TYPE)
        word = record_text_find_ship_type(text, n);
    else if (field == RECORD_LAT || field == RECORD_LON)
        r->is_bad = true;
    if (word >= 0)
        record_set_number(r, field == RECORD_TYPE ? RECORD_SHIP_TYPE : field, word);
}

/* --- closing --- */

static void close_position(struct record *r)
{
    if (isnan(r->lat) || isnan(r->lon))
        return;
    double lon = r->lon;
    if (lon >= 180)
        lon -= 360;
    else if (lon < -180)
        lon += 360;
    struct geo_pos pos = {(int32_t)lrint(r->lat * GEO_E7), (int32_t)lrint(lon * GEO_E7)};
    /* Providers write zeros for a missing position. */
    if (pos.lat_e7 == 0 && pos.lon_e7 == 0)
        return;
    r->report.pos = pos;
    r->report.has |= HAS_POSITION;
}

static double sum_or_none(double a, double b)
{
    return isnan(a) || isnan(b) ? NOT_GIVEN : a + b;
}

static void close_dimensions(struct record *r)
{
    double length = sum_or_none(r->to_bow, r->to_stern);
    double beam = sum_or_none(r->to_port, r->to_starboard);
    if (isnan(length) || length == 0)
        length = r->length;
    if (isnan(beam) || beam == 0)
        beam = r->beam;
    if (!(length >= 0.5))
        return;
    r->report.length_m = (uint16_t)(length + 0.5);
    r->report.beam_m = isnan(beam) ? 0 : (uint16_t)(beam + 0.5);
    r->report.has |= HAS_DIMENSIONS;
}

/* Status 15 and safety texts have a meaning only for distress devices. */
static void close_distress(struct record *r)
{
    struct report *p = &r->report;
    bool is_distress = report_is_distress(p->mmsi);
    if (p->nav_status == 15 && !is_distress) {
        p->has &= ~(uint32_t)HAS_NAV_STATUS;
        p->nav_status = 0;
    }
    bool is_safety = p->msg_type == 14 || (p->msg_type == 0 && r->text[0] != '\0');
    if (!is_distress || !is_safety)
        return;
    p->has &= ~(uint32_t)(HAS_CALLSIGN | HAS_NAME | HAS_DESTINATION);
    p->has |= HAS_TEXT;
    memset(p->text, 0, sizeof p->text);
    memcpy(p->text, r->text, sizeof r->text);
}

bool record_is_told(const struct record *r)
{
    const struct report *p = &r->report;
    bool is_ship_type = p->msg_type == 0 || record_is_ship_type(p->msg_type);
    if (!r->is_no_ship)
        return p->has != 0;
    return report_is_distress(p->mmsi) &&
           ((p->has & HAS_TEXT) != 0 || (is_ship_type && p->has != 0));
}

/* The hash of MMSI and content. A record without the AIS second includes its own time, so
 * that only a true copy is a copy. */
static uint64_t hash_record(const struct record *r)
{
    const struct report *p = &r->report;
    uint64_t h = hash_u64(p->mmsi, 0x5265636F7264);
    h = hash_u64((uint64_t)p->has << 8 | p->msg_type, h);
    h = hash_u64((uint64_t)(uint32_t)p->pos.lat_e7 << 32 | (uint32_t)p->pos.lon_e7, h);
    h = hash_u64((uint64_t)p->sog_dkn << 48 | (uint64_t)p->cog_ddeg << 32 |
                     (uint64_t)p->heading_deg << 16 | (uint64_t)p->nav_status << 8 |
                     p->utc_second,
                 h);
    h = hash_u64((uint64_t)p->imo << 32 | (uint64_t)p->ship_type << 8 | p->draught_dm, h);
    h = hash_u64((uint64_t)p->length_m << 16 | p->beam_m, h);
    if ((p->has & HAS_TEXT) != 0) {
        h = hash_text(p->text, h);
    } else {
        h = hash_text(p->callsign, h);
        h = hash_text(p->name, h);
        h = hash_text(p->destination, h);
    }
    if ((p->has & HAS_UTC_SECOND) == 0 && r->time_ms != TIME_NONE)
        h = hash_u64((uint64_t)r->time_ms, h);
    return h;
}

bool record_close(struct record *r)
{
    const uint32_t statics = HAS_IMO | HAS_CALLSIGN | HAS_NAME | HAS_SHIP_TYPE |
                             HAS_DIMENSIONS | HAS_DRAUGHT | HAS_DESTINATION;
    if (r->report.mmsi == 0 || (r->is_bad && !r->is_no_ship))
        return false;
    if (r->report.msg_type == 27 && r->report.sog_dkn == 630) {
        r->report.has &= ~(uint32_t)HAS_SOG; /* type 27: 63 kn is not available */
        r->report.sog_dkn = 0;
    }
    record_close_time(r);
    close_position(r);
    close_dimensions(r);
    close_distress(r);
    if ((r->report.has & statics) != 0)
        r->report.has |= HAS_STATIC;
    if (r->time_ms != TIME_NONE && r->millisecond >= 0 && r->time_ms % SECOND_MS == 0)
        r->time_ms += r->millisecond;
    r->report.payload_hash = hash_record(r);
    return true;
}
