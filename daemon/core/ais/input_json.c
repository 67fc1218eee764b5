/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines: gpsd (scaled and not), AIS-catcher (decoded, or sentences in an envelope),
 * aisstream.io, and plain records. The
 * names of members are record_names.c's; here is what differs between the forms. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/time.h"
#include "timestamp_int.h"

enum form {
    FORM_AIS,    /* class AIS: gpsd, AIS-catcher, `lookoutd decode` */
    FORM_STREAM, /* aisstream.io's message */
    FORM_PLAIN
};

struct reader {
    struct record *record;
    enum form form;
    bool is_raw; /* gpsd with scaled:false */
};

/* gpsd's unscaled units, by field; 0: as it is. Type 27 has coarser ones. */
static double raw_divisor(enum record_field field, unsigned msg_type)
{
    switch ((int)field) {
    case RECORD_LAT:
    case RECORD_LON:
        return msg_type == 27 ? 600.0 : 600000.0;
    case RECORD_SOG:
    case RECORD_COG:
        return msg_type == 27 ? 1.0 : 10.0;
    case RECORD_DRAUGHT:
        return 10.0;
    default:
        return 1.0;
    }
}

/* AIS-catcher's JSON_ANNOTATED: {"value":7.1,"unit":"knots", ...}. */
static const json_t *find_value(const json_t *value)
{
    const json_t *inner = json_object_get(value, "value");
    return inner != NULL ? inner : value;
}

/* What a member's name means in this form. */
static enum record_field find_field(const struct reader *r, const char *key,
                                    const json_t *value, int *ret_rank)
{
    enum record_field field = record_names_find(key, strlen(key), ret_rank);
    bool is_type = strcmp(key, "type") == 0 || strcmp(key, "Type") == 0;
    if (is_type && r->form == FORM_AIS)
        return RECORD_MSG_TYPE;
    if (is_type && r->form == FORM_STREAM)
        return RECORD_SHIP_TYPE;
    /* A plain record's "type" is a ship's where it can be nothing else. */
    if (is_type && json_is_number(value) && json_number_value(value) > 27)
        return RECORD_SHIP_TYPE;
    if (field == RECORD_CLASS && r->form != FORM_PLAIN)
        return RECORD_NONE;
    /* In class AIS the date of a base station's own clock; in aisstream the UTC second,
     * which its users keep taking for an epoch. */
    if (strcmp(key, "timestamp") == 0 && r->form == FORM_AIS)
        return RECORD_NONE;
    if (field == RECORD_TIME && r->form == FORM_STREAM)
        return strcmp(key, "Timestamp") == 0 ? RECORD_SECOND : RECORD_NONE;
    return field;
}

static void set_time(struct record *record, int rank, const json_t *value)
{
    int64_t t = 0;
    if (json_is_string(value))
        record_set_time_text(record, rank, json_string_value(value),
                             json_string_length(value));
    else if (json_is_integer(value) &&
             timestamp_from_integer(json_integer_value(value), &t))
        record_set_time(record, rank, t);
    else if (json_is_real(value) && timestamp_from_real(json_real_value(value), &t))
        record_set_time(record, rank, t);
}

static void read_member(const struct reader *r, const char *key, const json_t *value)
{
    int rank = 0;
    value = find_value(value);
    enum record_field field = find_field(r, key, value, &rank);
    if (field == RECORD_NONE)
        return;
    if (field == RECORD_TIME) {
        set_time(r->record, rank, value);
    } else if (json_is_string(value)) {
        record_set_text(r->record, field, json_string_value(value),
                        json_string_length(value));
        if (field == RECORD_DESTINATION && json_string_length(value) == 0)
            r->record->report.has |= HAS_DESTINATION; /* the crew left it empty */
    } else if (json_is_number(value)) {
        double number = json_number_value(value);
        if (r->is_raw)
            number /= raw_divisor(field, r->record->report.msg_type);
        record_set_number(r->record, field, number);
    } else if (!json_is_null(value) &&
               (field == RECORD_MMSI || field == RECORD_LAT || field == RECORD_LON)) {
        r->record->is_bad = true;
    }
}

static void read_members(const struct reader *r, json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        read_member(r, key, value);
    }
}

/* --- forms --- */

static void read_ais(struct record *record, json_t *object)
{
    struct reader r = {record, FORM_AIS,
                       json_is_false(json_object_get(object, "scaled"))};
    const json_t *type = find_value(json_object_get(object, "type"));
    if (json_is_integer(type)) {
        record_set_number(record, RECORD_MSG_TYPE, json_number_value(type));
        record->is_no_ship = record->is_no_ship || record->report.msg_type == 0;
    } else if (type != NULL) {
        record->is_bad = true;
        return;
    } /* `lookoutd decode` of a table whose rows do not say it */
    read_members(&r, object);
}

/* The kinds of aisstream.io that speak of a ship. */
static bool is_stream_ship(const char *kind)
{
    static const char *const kinds[] = {"PositionReport",
                                        "ShipStaticData",
                                        "StandardClassBPositionReport",
                                        "ExtendedClassBPositionReport",
                                        "StaticDataReport",
                                        "LongRangeAisBroadcastMessage"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    }
    return false;
}

/* MetaData's position is the last known one, not this message's: only its time and MMSI
 * are taken. */
static void read_stream(struct record *record, json_t *object, const char *kind)
{
    struct reader r = {record, FORM_STREAM, false};
    json_t *meta = json_object_get(object, "MetaData");
    json_t *message = json_object_get(json_object_get(object, "Message"), kind);
    json_t *time_utc = json_object_get(meta, "time_utc");
    json_t *mmsi = json_object_get(meta, "MMSI");
    if (!json_is_object(message) || json_is_false(json_object_get(message, "Valid"))) {
        record->is_bad = true;
        return;
    }
    record->is_no_ship = !is_stream_ship(kind);
    if (json_is_number(mmsi))
        record_set_number(record, RECORD_MMSI, json_number_value(mmsi));
    read_members(&r, message);
    json_t *dimension = json_object_get(message, "Dimension");
    if (json_is_object(dimension))
        read_members(&r, dimension);
    static const char *const parts[] = {"ReportA", "ReportB"};
    for (size_t i = 0; i < 2; i++) {
        json_t *part = json_object_get(message, parts[i]);
        if (!json_is_object(part) || json_is_false(json_object_get(part, "Valid")))
            continue;
        read_members(&r, part);
        dimension = json_object_get(part, "Dimension");
        if (json_is_object(dimension))
            read_members(&r, dimension);
    }
    if (time_utc != NULL)
        set_time(record, 0, time_utc);
}

static bool has_mmsi(json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    int rank = 0;
    json_object_foreach(object, key, value)
    {
        if (record_names_find(key, strlen(key), &rank) == RECORD_MMSI)
            return true;
    }
    return false;
}

/* false: no AIS in it. */
static bool read_object(struct record *record, json_t *object)
{
    const char *class = json_string_value(json_object_get(object, "class"));
    const char *kind = json_string_value(json_object_get(object, "MessageType"));
    if (class != NULL && strcmp(class, "AIS") == 0) {
        read_ais(record, object);
    } else if (kind != NULL && json_is_object(json_object_get(object, "Message"))) {
        read_stream(record, object, kind);
    } else if (has_mmsi(object)) {
        struct reader r = {record, FORM_PLAIN, false};
        read_members(&r, object);
    } else {
        return false;
    }
    return true;
}

/* AIS-catcher's JSON_NMEA (its UDP "JSON on"): times and station in members, the message
 * in its sentences alone. */
static bool is_wrapper(const struct record *r, json_t *object)
{
    const uint64_t shell = UINT64_C(1) << RECORD_MMSI | UINT64_C(1) << RECORD_MSG_TYPE |
                           UINT64_C(1) << RECORD_STATION;
    return (r->given & ~shell) == 0 &&
           json_array_size(json_object_get(object, "nmea")) != 0 &&
           json_is_string(json_array_get(json_object_get(object, "nmea"), 0));
}

static void take_wrapped(struct input *in, const struct record *r, json_t *object,
                         const struct input_piece *piece)
{
    size_t i = 0;
    json_t *value = NULL;
    int64_t own_ms = r->time_ms;
    if (r->has_bad_time && own_ms == TIME_NONE)
        input_reject(in, INPUT_REJECT_BAD_TIME);
    else if (own_ms != TIME_NONE && !input_time_is_good(in, own_ms))
        own_ms = TIME_NONE;
    in->counts.other++;
    json_array_foreach(json_object_get(object, "nmea"), i, value)
    {
        struct input_piece sentence = *piece;
        sentence.text = json_string_value(value);
        sentence.n = json_string_length(value);
        if (sentence.text == NULL || sentence.n == 0)
            continue;
        memset(&in->ahead, 0, sizeof in->ahead);
        in->ahead.is_set = true;
        in->ahead.origin.time_ms = own_ms;
        in->ahead.origin.time_source = REPORT_TIME_PROVIDER;
        in->ahead.origin.begin = piece->begin;
        memcpy(in->ahead.origin.station, r->report.station, sizeof r->report.station);
        (void)input_nmea(in, &sentence);
        in->ahead.is_set = false;
    }
}

size_t input_json(struct input *in, const struct input_piece *piece)
{
    json_error_t error;
    json_t *object = json_loadb(piece->text, piece->n,
                                JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
    in->counts.lines++;
    if (object == NULL) {
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
        size_t next = input_nmea_find(piece->text + 1, piece->n - 1);
        return next + 1;
    }
    size_t used = (size_t)error.position;
    struct input_piece own = *piece;
    own.n = used;
    if (used < piece->n)
        own.end = piece->begin + used;
    struct record record;
    record_clear(&record);
    bool is_ais = read_object(&record, object);
    if (is_ais && is_wrapper(&record, object))
        take_wrapped(in, &record, object, &own);
    else if (is_ais)
        input_emit_record(in, &record, &own);
    else
        in->counts.other++;
    json_decref(object);
    return used;
}
