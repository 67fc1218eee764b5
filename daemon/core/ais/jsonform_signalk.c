/* SPDX-License-Identifier: Apache-2.0 */
/* Signal K deltas (https://signalk.org/specification, "Delta format"): paths and values
 * in SI units. An update has one time and one source. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jsonform_int.h"
#include "lookout/base/units.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PATH_BYTES 64
#define DEPTH_MOST 4u

enum unit { UNIT_NONE, UNIT_MPS, UNIT_RAD };

/* clang-format off */
static const struct {
    const char *path;
    enum record_field field;
    enum unit unit;
} paths[] = { /* keys of the specification's vessel */
    {"mmsi",                               RECORD_MMSI,        UNIT_NONE},
    {"name",                               RECORD_NAME,        UNIT_NONE},
    {"registrations.imo",                  RECORD_IMO,         UNIT_NONE}, /* "IMO 9999993" */
    {"communication.callsignVhf",          RECORD_CALLSIGN,    UNIT_NONE},
    {"navigation.position.latitude",       RECORD_LAT,         UNIT_NONE},
    {"navigation.position.longitude",      RECORD_LON,         UNIT_NONE},
    {"navigation.speedOverGround",         RECORD_SOG,         UNIT_MPS},
    {"navigation.courseOverGroundTrue",    RECORD_COG,         UNIT_RAD},
    {"navigation.headingTrue",             RECORD_HEADING,     UNIT_RAD},
    {"navigation.state",                   RECORD_STATUS,      UNIT_NONE}, /* "motoring", "moored" ... */
    {"navigation.destination.commonName",  RECORD_DESTINATION, UNIT_NONE},
    {"design.aisShipType.id",              RECORD_SHIP_TYPE,   UNIT_NONE},
    {"design.length.overall",              RECORD_LENGTH,      UNIT_NONE},
    {"design.beam",                        RECORD_BEAM,        UNIT_NONE},
    {"design.draft.maximum",               RECORD_DRAUGHT,     UNIT_NONE},
    {"design.draft.current",               RECORD_DRAUGHT,     UNIT_NONE},
    {"sensors.ais.class",                  RECORD_CLASS,       UNIT_NONE},
};
/* clang-format on */

static double convert_unit(double value, enum unit unit)
{
    if (unit == UNIT_MPS)
        return value / KN_MPS;
    if (unit != UNIT_RAD)
        return value;
    double degrees = value * JSONFORM_DEG_PER_RAD;
    /* Some senders round a value up to a whole turn. Others use -pi to pi. */
    if (degrees < 0 && degrees >= -180)
        degrees += 360;
    return degrees >= 360 && degrees < 360.01 ? 0 : degrees;
}

static bool read_leaf(const char *path, const json_t *value, struct record *ret)
{
    size_t i = 0;
    while (i < COUNT(paths) && strcmp(paths[i].path, path) != 0)
        i++;
    if (i == COUNT(paths))
        return false;
    enum record_field field = paths[i].field;
    if (json_is_string(value))
        record_set_text(ret, field, json_string_value(value), json_string_length(value));
    else if (json_is_number(value))
        record_set_number(ret, field,
                          convert_unit(json_number_value(value), paths[i].unit));
    else if (!json_is_null(value))
        record_set_nothing(ret, field);
    return !json_is_null(value);
}

/* Read a value at a path, or an object of further paths. At the path "", the object is
 * merged into the ship. */
static bool read_tree(const char *path, json_t *value, unsigned depth, struct record *ret)
{
    bool is_ours = false;
    const char *key = NULL;
    json_t *item = NULL;
    if (!json_is_object(value))
        return read_leaf(path, value, ret);
    json_object_foreach(value, key, item)
    {
        char longer[PATH_BYTES];
        int n = snprintf(longer, sizeof longer, "%s%s%s", path,
                         path[0] != '\0' ? "." : "", key);
        if (n > 0 && n < PATH_BYTES && depth != 0)
            is_ours = read_tree(longer, item, depth - 1, ret) || is_ours;
    }
    return is_ours;
}

/* Read the vessel of a context such as "vessels.urn:mrn:imo:mmsi:257111220". false: the
 * context is no vessel. */
static bool read_vessel(json_t *delta, struct record *ret)
{
    const char *context = json_string_value(json_object_get(delta, "context"));
    if (context == NULL)
        return true; /* the server's own ship */
    const char *mmsi = strstr(context, "mmsi:");
    if (mmsi != NULL)
        record_set_text(ret, RECORD_MMSI, mmsi + 5, strlen(mmsi + 5));
    return strncmp(context, "vessels.", 8) == 0;
}

size_t jsonform_signalk_count(json_t *delta)
{
    return json_array_size(json_object_get(delta, "updates"));
}

bool jsonform_signalk_read(json_t *delta, size_t index, struct record *ret)
{
    json_t *update = json_array_get(json_object_get(delta, "updates"), index);
    const char *time = json_string_value(json_object_get(update, "timestamp"));
    const char *source = json_string_value(json_object_get(update, "$source"));
    bool is_ours = false;
    size_t i = 0;
    json_t *item = NULL;
    if (!read_vessel(delta, ret))
        return false;
    json_array_foreach(json_object_get(update, "values"), i, item)
    {
        const char *path = json_string_value(json_object_get(item, "path"));
        if (path != NULL)
            is_ours = read_tree(path, json_object_get(item, "value"), DEPTH_MOST, ret) ||
                      is_ours;
    }
    if (time != NULL)
        record_set_time_text(ret, 0, time, strlen(time));
    if (source != NULL)
        record_set_text(ret, RECORD_STATION, source, strlen(source));
    return is_ours;
}
