/* SPDX-License-Identifier: Apache-2.0 */
/* JSON objects: gpsd (scaled and not), AIS-catcher, aisstream.io, AISHub, MarineTraffic,
 * VesselFinder, Digitraffic, GeoJSON Features, plain records, and objects that a
 * configuration describes with `fields:`. */
#include "jsonform_int.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "timestamp_int.h"

enum form {
    FORM_AIS,    /* class AIS: gpsd, AIS-catcher, `lookoutd decode` */
    FORM_STREAM, /* aisstream.io's message */
    FORM_PLAIN
};

enum units {
    UNITS_PLAIN, /* degrees, knots, metres */
    UNITS_RAW, /* as the standard has them: gpsd with scaled:false, AISHub's AIS format */
    UNITS_MARINETRAFFIC, /* knots x10, metres x10 */
    UNITS_DIGITRAFFIC    /* the draught in 0.1 m */
};

struct reader {
    struct record *record;
    enum form form;
    enum units units;
    bool is_ship_type; /* "type" is the ship type, whatever its value */
    uint64_t mapped;   /* fields from `fields:`, not found by name */
};

static double find_divisor(enum units units, enum record_field field, unsigned msg_type)
{
    switch ((int)field) {
    case RECORD_LAT:
    case RECORD_LON:
        if (units != UNITS_RAW)
            return 1.0;
        return msg_type == 27 ? 600.0 : 600000.0;
    case RECORD_SOG:
        if (units == UNITS_MARINETRAFFIC)
            return 10.0;
        return units == UNITS_RAW && msg_type != 27 ? 10.0 : 1.0;
    case RECORD_COG:
        return units == UNITS_RAW && msg_type != 27 ? 10.0 : 1.0;
    case RECORD_DRAUGHT:
        return units != UNITS_PLAIN ? 10.0 : 1.0;
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

/* Can the value be a time? "time_zone" and "time_to_live" are none in an odd unit. */
static bool may_be_time(const json_t *value)
{
    const char *text = json_string_value(value);
    return json_number_value(value) >= 1e8 ||
           (text != NULL && strlen(text) >= 8 && strpbrk(text, ":-/0123456789") == text);
}

/* Find the field and its unit by the name. */
static enum record_field find_name(const struct reader *r, const char *key,
                                   const json_t *value, int *ret_rank)
{
    struct record_column column = {.scale = 1.0};
    size_t n = strlen(key);
    column.field = record_names_find(key, n, ret_rank);
    bool has_bracket = strpbrk(key, "([") != NULL; /* "speed (km/h)" */
    if ((column.field == RECORD_NONE || has_bracket) && r->form == FORM_PLAIN &&
        record_column_find(key, n, false, &column))
        *ret_rank = column.rank;
    r->record->scale = column.scale;
    r->record->zone_ms = column.zone_ms;
    if (!column.is_unknown_unit)
        return column.field;
    bool is_time = column.field == RECORD_TIME || column.field == RECORD_DATE;
    if (!is_time || may_be_time(value))
        r->record->unknown_units |= UINT64_C(1) << column.field;
    return RECORD_NONE;
}

/* Find the field that a member's name means in this form. */
static enum record_field find_field(const struct reader *r, const char *key,
                                    const json_t *value, int *ret_rank)
{
    enum record_field field = find_name(r, key, value, ret_rank);
    bool is_type = strcasecmp(key, "type") == 0;
    if (is_type && r->form == FORM_AIS)
        return RECORD_MSG_TYPE;
    if (is_type && (r->form == FORM_STREAM || r->is_ship_type))
        return RECORD_SHIP_TYPE;
    /* The "type" of a plain record is the ship type when its value cannot be a message
     * type. */
    if (is_type && json_is_number(value) && json_number_value(value) > 27)
        return RECORD_SHIP_TYPE;
    if (field == RECORD_CLASS && r->form != FORM_PLAIN)
        return RECORD_NONE;
    /* In class AIS, "timestamp" is the date of a base station's own clock. In aisstream,
     * it is the UTC second, which users often take for an epoch time. */
    if (strcmp(key, "timestamp") == 0 && r->form == FORM_AIS)
        return RECORD_NONE;
    if (field == RECORD_TIME && r->form == FORM_STREAM)
        return strcmp(key, "Timestamp") == 0 ? RECORD_SECOND : RECORD_NONE;
    /* Digitraffic too has the UTC second (with 60 to 63) in "timestamp". */
    if (strcasecmp(key, "timestamp") == 0 && json_is_integer(value) &&
        json_integer_value(value) >= 0 && json_integer_value(value) < 64)
        return RECORD_SECOND;
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
    else if (value != NULL && !json_is_null(value))
        record->has_bad_time = true;
}

static void set_member_text(const struct reader *r, enum record_field field,
                            const char *text, size_t n)
{
    double divisor = find_divisor(r->units, field, r->record->report.msg_type);
    double number = 0;
    if (divisor > 1.0 && record_text_number(text, n, &number))
        record_set_number(r->record, field, number / divisor);
    else
        record_set_text(r->record, field, text, n);
    if (field == RECORD_DESTINATION && n == 0)
        r->record->report.has |= HAS_DESTINATION; /* the crew left it empty */
}

/* Set a value in the record's scale. */
static void set_value(const struct reader *r, enum record_field field, int rank,
                      const json_t *value)
{
    if (field == RECORD_TIME) {
        set_time(r->record, rank, value);
    } else if (json_is_string(value)) {
        set_member_text(r, field, json_string_value(value), json_string_length(value));
    } else if (json_is_number(value)) {
        double divisor = find_divisor(r->units, field, r->record->report.msg_type);
        record_set_number(r->record, field,
                          json_number_value(value) * r->record->scale / divisor);
    } else if (!json_is_null(value)) {
        record_set_nothing(r->record, field);
    }
}

static void read_members(const struct reader *r, json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        int rank = 0;
        const json_t *inner = find_value(value);
        enum record_field field = find_field(r, key, inner, &rank);
        if (field != RECORD_NONE && (r->mapped >> field & 1) == 0)
            set_value(r, field, rank, inner);
    }
}

/* --- gpsd, AIS-catcher, aisstream.io --- */

static void read_ais(struct record *record, json_t *object)
{
    bool is_raw = json_is_false(json_object_get(object, "scaled"));
    struct reader r = {
        .record = record, .form = FORM_AIS, .units = is_raw ? UNITS_RAW : UNITS_PLAIN};
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

/* Is it a message kind of aisstream.io that describes a ship? */
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

/* The position in MetaData is the last known position, not the position of this message.
 * So only the time and the MMSI of MetaData are used. */
static void read_stream(struct record *record, json_t *object, const char *kind)
{
    struct reader r = {.record = record, .form = FORM_STREAM};
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

/* --- records --- */

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

static bool has_member(json_t *object, const char *name)
{
    return json_object_get(object, name) != NULL;
}

static bool is_epoch(const json_t *value)
{
    const char *text = json_string_value(value);
    return json_is_integer(value) ||
           (text != NULL && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0');
}

/* Recognise a service by members that only this service has. */
static void find_service(const struct jsonform_context *context, json_t *object,
                         struct reader *r)
{
    /* AISHub and VesselFinder: TYPE is the ship type. AISHub's AIS format gives the time
     * as an epoch time, its human-readable format as a date. */
    bool has_navstat = has_member(object, "NAVSTAT");
    r->is_ship_type = has_navstat;
    if (context->values == JSONFORM_VALUES_RAW ||
        (context->values == JSONFORM_VALUES_UNKNOWN && has_navstat &&
         is_epoch(json_object_get(object, "TIME"))))
        r->units = UNITS_RAW;
    /* https://servicedocs.marinetraffic.com: "SPEED returned in (knots x10)". */
    if (has_member(object, "DSRC") || has_member(object, "SHIP_ID"))
        r->units = UNITS_MARINETRAFFIC;
    /* https://www.digitraffic.fi/en/marine-traffic/ */
    if (has_member(object, "posType") || has_member(object, "refA") ||
        has_member(object, "referencePointA")) {
        r->units = UNITS_DIGITRAFFIC;
        r->is_ship_type = true;
    }
}

/* The values of MarineTraffic's STATUS beyond those of the standard: 95 base station, 97
 * SAR aircraft (whose HEADING is its altitude), 98 aid to navigation; 96 and 99 class B.
 */
static void read_status(struct record *record, json_t *object)
{
    const json_t *status = json_object_get(object, "STATUS");
    double value = json_number_value(status);
    if (json_is_string(status) && !record_text_number(json_string_value(status),
                                                      json_string_length(status), &value))
        return;
    if (value == 95 || value == 97 || value == 98)
        record->is_no_ship = true;
    else if (value == 96 || value == 99)
        record->report.is_class_b = true;
}

/* Only these: the place may have a name and a time of its own. */
static void read_coordinates(const struct reader *r, json_t *place)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(place, key, value)
    {
        int rank = 0;
        enum record_field field = find_field(r, key, value, &rank);
        if (field == RECORD_LAT || field == RECORD_LON)
            set_value(r, field, rank, value);
    }
}

/* The position in an object within: GeoJSON's point (RFC 7946: longitude, then latitude),
 * or latitude and longitude under a name that can only mean the ship's. */
static void read_ship_place(struct record *record, json_t *object)
{
    static const char *const names[] = {"position", "pos", "location", "coordinates"};
    const struct reader r = {.record = record, .form = FORM_PLAIN};
    json_t *geometry = json_object_get(object, "geometry");
    const char *type = json_string_value(json_object_get(geometry, "type"));
    json_t *pair = json_object_get(geometry, "coordinates");
    record->scale = 1.0;
    if (type != NULL && strcmp(type, "Point") == 0 && json_array_size(pair) >= 2) {
        set_value(&r, RECORD_LON, 0, json_array_get(pair, 0));
        set_value(&r, RECORD_LAT, 0, json_array_get(pair, 1));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        json_t *place = json_object_get(object, names[i]);
        if (json_is_object(place) && isnan(record->lat) && isnan(record->lon))
            read_coordinates(&r, place);
    }
}

/* --- `fields:` --- */

/* Returns the fields that a map names, one bit for each. *ret_found: the fields that the
 * object has. When r is not NULL, these fields are read. */
static uint64_t read_mapped(const char *fields, json_t *object, const struct reader *r,
                            uint64_t *ret_found)
{
    struct jsonform_entry entry;
    uint64_t mapped = 0, found = 0;
    while (jsonform_fields_next(&fields, object, &entry)) {
        uint64_t bit = UINT64_C(1) << entry.column.field;
        mapped |= bit;
        if (entry.value == NULL)
            continue;
        found |= bit;
        if (r != NULL && entry.column.is_unknown_unit) {
            r->record->unknown_units |= bit;
        } else if (r != NULL) {
            r->record->scale = entry.column.scale;
            r->record->zone_ms = entry.column.zone_ms;
            set_value(r, entry.column.field, entry.column.rank, find_value(entry.value));
        }
    }
    *ret_found = found;
    return mapped;
}

static void read_plain(const struct jsonform_context *context, json_t *object,
                       struct record *record)
{
    struct reader r = {.record = record, .form = FORM_PLAIN};
    uint64_t found = 0;
    find_service(context, object, &r);
    r.mapped = read_mapped(context->fields, object, NULL, &found);
    read_members(&r, object);
    json_t *properties = json_object_get(object, "properties");
    if (json_is_object(properties))
        read_members(&r, properties);
    read_ship_place(record, object);
    if (r.units == UNITS_MARINETRAFFIC)
        read_status(record, object);
    (void)read_mapped(context->fields, object, &r, &found);
    record->scale = 1.0;
    if (record->report.mmsi == 0 && context->mmsi != 0 && !record->is_bad)
        record_set_number(record, RECORD_MMSI, context->mmsi);
}

/* Find the object that describes a ship: this object, or the first such object within it
 * (VesselFinder has the AIS data in a member named AIS). NULL: there is none. */
static json_t *find_ship_object(const struct jsonform_context *context, json_t *object,
                                unsigned depth)
{
    const char *key = NULL;
    json_t *value = NULL;
    uint64_t found = 0;
    (void)read_mapped(context->fields, object, NULL, &found);
    if ((found >> RECORD_MMSI & 1) != 0 || has_mmsi(object) ||
        has_mmsi(json_object_get(object, "properties")))
        return object;
    json_object_foreach(object, key, value)
    {
        json_t *ship = depth != 0 && json_is_object(value)
                           ? find_ship_object(context, value, depth - 1)
                           : NULL;
        if (ship != NULL)
            return ship;
    }
    return NULL;
}

/* When the topic names the ship: does the object have a position or a name? It then
 * describes that ship. */
static bool is_topical(json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    int rank = 0;
    json_object_foreach(object, key, value)
    {
        enum record_field field = record_names_find(key, strlen(key), &rank);
        if (field == RECORD_LAT || field == RECORD_NAME)
            return true;
    }
    return false;
}

/* --- which form --- */

enum jsonform_values jsonform_values_of(json_t *header)
{
    const char *format = json_string_value(json_object_get(header, "FORMAT"));
    if (format == NULL || !json_is_false(json_object_get(header, "ERROR")))
        return JSONFORM_VALUES_UNKNOWN;
    return strcmp(format, "AIS") == 0 ? JSONFORM_VALUES_RAW : JSONFORM_VALUES_HUMAN;
}

enum jsonform_kind jsonform_read(const struct jsonform_context *context, json_t *object,
                                 struct record *ret)
{
    enum { NESTED_MOST = 3 };
    const char *class = json_string_value(json_object_get(object, "class"));
    const char *kind = json_string_value(json_object_get(object, "MessageType"));
    if (class != NULL && strcmp(class, "AIS") == 0) {
        read_ais(ret, object);
        return JSONFORM_RECORD;
    }
    if (kind != NULL && json_is_object(json_object_get(object, "Message"))) {
        read_stream(ret, object, kind);
        return JSONFORM_RECORD;
    }
    if (json_is_array(json_object_get(object, "updates")))
        return JSONFORM_DELTA;
    if (has_member(object, "pgn") && json_is_object(json_object_get(object, "fields")))
        return jsonform_canboat_read(object, ret) ? JSONFORM_RECORD : JSONFORM_OTHER;
    if (jsonform_values_of(object) != JSONFORM_VALUES_UNKNOWN)
        return JSONFORM_HEADER;
    json_t *ship =
        find_ship_object(context, object, context->is_envelope ? 0 : NESTED_MOST);
    if (ship == NULL && context->mmsi != 0 && is_topical(object))
        ship = object;
    if (ship != NULL) {
        read_plain(context, ship, ret);
        return JSONFORM_RECORD;
    }
    return jsonform_service_is(object) ? JSONFORM_SERVICE : JSONFORM_UNKNOWN;
}

bool jsonform_is_batch(const struct jsonform_context *context, json_t *object)
{
    /* The last two are lists in messages of libais, where the class may come after the
     * list. */
    static const char *const whole[] = {"class",       "context",   "updates",  "pgn",
                                        "MessageType", "sub_areas", "waypoints"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (has_member(object, whole[i]))
            return false;
    }
    return find_ship_object(context, object, 0) == NULL;
}

void jsonform_read_origin(json_t *object, struct record *ret)
{
    const struct reader r = {.record = ret, .form = FORM_PLAIN};
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        int rank = 0;
        enum record_field field = find_field(&r, key, value, &rank);
        if (field == RECORD_TIME || field == RECORD_STATION)
            set_value(&r, field, rank, value);
    }
}
