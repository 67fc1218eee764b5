/* SPDX-License-Identifier: Apache-2.0 */
/* canboat's `analyzer -json` (https://github.com/canboat/canboat): NMEA 2000 messages
 * with AIS in them. Speeds are in m/s; angles in degrees to one decimal, with -si in
 * radians to four; -nv writes {"value":0,"name":".."} instead of a word, and -camel
 * writes userId instead of "User ID". */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "jsonform_int.h"
#include "lookout/base/units.h"

#define TURN_RAD 6.2832

/* clang-format off */
static const struct {
    uint32_t pgn;
    uint8_t msg_type;
} pgns[] = {
    {129038,  1}, /* AIS Class A Position Report: messages 1, 2, 3 */
    {129039, 18}, /* AIS Class B Position Report */
    {129040, 19}, /* AIS Class B Extended Position Report */
    {129794,  5}, /* AIS Class A Static and Voyage Related Data */
    {129809, 24}, /* AIS Class B static data report, part A */
    {129810, 24}, /* part B */
    {129793,  4}, /* AIS UTC and Date Report: base stations */
    {129798,  9}, /* AIS SAR Aircraft Position Report */
    {129041, 21}, /* AIS Aids to Navigation (AtoN) Report */
};
/* clang-format on */

static const json_t *find_inner(const json_t *value)
{
    const json_t *inner = json_object_get(value, "value");
    return inner != NULL ? inner : value;
}

static bool read_number(const json_t *value, double *ret)
{
    const char *text = json_string_value(value);
    if (json_is_number(value)) {
        *ret = json_number_value(value);
        return true;
    }
    return text != NULL && record_text_number(text, json_string_length(value), ret);
}

static bool is_angle(enum record_field field)
{
    return field == RECORD_COG || field == RECORD_HEADING;
}

static enum record_field find_pgn_field(const char *key)
{
    int rank = 0;
    if (strcasecmp(key, "Time Stamp") == 0 || strcmp(key, "timeStamp") == 0)
        return RECORD_SECOND;
    enum record_field field = record_names_find(key, strlen(key), &rank);
    /* The date and time of the ETA, and the members of the message itself. The PGN gives
     * the type. */
    bool is_other =
        field == RECORD_TIME || field == RECORD_DATE || field == RECORD_MSG_TYPE;
    return is_other ? RECORD_NONE : field;
}

/* Is there an angle of at most one turn in radians, with more than one decimal? Then all
 * angles are in radians. */
static bool has_radians(json_t *fields)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fields, key, value)
    {
        double number = 0;
        if (is_angle(find_pgn_field(key)) && read_number(find_inner(value), &number) &&
            number <= TURN_RAD && fabs(number * 10 - round(number * 10)) > 1e-6)
            return true;
    }
    return false;
}

static void read_field(enum record_field field, const json_t *value, bool is_radian,
                       struct record *ret)
{
    double number = 0;
    if (field == RECORD_SOG && read_number(value, &number))
        record_set_number(ret, field, number / KN_MPS);
    else if (is_angle(field) && read_number(value, &number))
        record_set_number(ret, field, is_radian ? number * JSONFORM_DEG_PER_RAD : number);
    else if (json_is_number(value))
        record_set_number(ret, field, json_number_value(value));
    else if (json_is_string(value))
        record_set_text(ret, field, json_string_value(value), json_string_length(value));
    else if (!json_is_null(value))
        record_set_nothing(ret, field);
}

/* Read the time. Older versions write "2011-11-24-22:42:04.388", with a third '-' instead
 * of a blank. */
static void read_pgn_time(json_t *object, struct record *ret)
{
    char text[40];
    const char *time = json_string_value(json_object_get(object, "timestamp"));
    size_t n = time != NULL ? strlen(time) : 0;
    if (n == 0 || n >= sizeof text)
        return;
    memcpy(text, time, n);
    if (n > 10 && text[10] == '-')
        text[10] = ' ';
    record_set_time_text(ret, 0, text, n);
}

bool jsonform_canboat_read(json_t *object, struct record *ret)
{
    json_t *fields = json_object_get(object, "fields");
    const char *key = NULL;
    json_t *value = NULL;
    double pgn = 0;
    size_t i = 0;
    (void)read_number(json_object_get(object, "pgn"), &pgn);
    while (i < sizeof pgns / sizeof pgns[0] && pgns[i].pgn != pgn)
        i++;
    if (i == sizeof pgns / sizeof pgns[0])
        return false;
    record_set_number(ret, RECORD_MSG_TYPE, pgns[i].msg_type);
    bool is_radian = has_radians(fields);
    json_object_foreach(fields, key, value)
    {
        enum record_field field = find_pgn_field(key);
        if (field != RECORD_NONE)
            read_field(field, find_inner(value), is_radian, ret);
    }
    read_pgn_time(object, ret);
    return true;
}
