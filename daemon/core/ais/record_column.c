/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the field and the unit of a column from its heading, or of a member from its
 * name. A unit is in brackets ("SPEED (KNOTSx10)", "lat [rad]") or is the last word of
 * the name ("speed_kmh"). The unit is part of the name: a value in an unknown unit is not
 * used. */
#include <string.h>

#include "record_int.h"

/* The kind of quantity that a field measures. */
enum kind {
    KIND_NONE,
    KIND_SPEED = 1,
    KIND_POSITION = 2,
    KIND_ANGLE = 4,
    KIND_METRES = 8,
    KIND_TIME = 16
};

struct unit {
    const char *text; /* lower case letters, digits and '/' */
    unsigned kinds;
    double scale; /* to kn, degrees, metres; a time's follows its magnitude */
};

#define ANGLES (KIND_POSITION | KIND_ANGLE)

/* clang-format off */
/* Scales of BIPM's SI brochure (9th edition, table 8) and of the nautical mile of 1,852 m.
 * Tenths: MarineTraffic's "SPEED (KNOTSx10)"; 1/600000 degree and 1/10 knot: ITU-R M.1371-5. */
static const struct unit units[] = {
    {"kn",        KIND_SPEED,    1.0},            {"kt",          KIND_SPEED,    1.0},
    {"kts",       KIND_SPEED,    1.0},            {"kns",         KIND_SPEED,    1.0},
    {"knot",      KIND_SPEED,    1.0},            {"knots",       KIND_SPEED,    1.0},
    {"nm/h",      KIND_SPEED,    1.0},
    {"m/s",       KIND_SPEED,    3600.0 / 1852},  {"ms",          KIND_SPEED,    3600.0 / 1852},
    {"mps",       KIND_SPEED,    3600.0 / 1852},  {"ms1",         KIND_SPEED,    3600.0 / 1852},
    {"mpersec",   KIND_SPEED,    3600.0 / 1852},  {"meterspersecond", KIND_SPEED, 3600.0 / 1852},
    {"metrespersecond", KIND_SPEED, 3600.0 / 1852}, {"cm/s",      KIND_SPEED,    36.0 / 1852},
    {"km/h",      KIND_SPEED,    1000.0 / 1852},  {"kmh",         KIND_SPEED,    1000.0 / 1852},
    {"kph",       KIND_SPEED,    1000.0 / 1852},  {"kmph",        KIND_SPEED,    1000.0 / 1852},
    {"kmh1",      KIND_SPEED,    1000.0 / 1852},  {"mph",         KIND_SPEED,    1609.344 / 1852},
    {"mi/h",      KIND_SPEED,    1609.344 / 1852}, {"knotsx10",   KIND_SPEED,    0.1},
    {"knots10",   KIND_SPEED,    0.1},            {"knx10",       KIND_SPEED,    0.1},
    {"kn10",      KIND_SPEED,    0.1},            {"ktsx10",      KIND_SPEED,    0.1},
    {"x10knots",  KIND_SPEED,    0.1},            {"10xknots",    KIND_SPEED,    0.1},
    {"dkn",       KIND_SPEED,    0.1},            {"1/10kn",      KIND_SPEED,    0.1},
    {"1/10knot",  KIND_SPEED,    0.1},            {"1/10knots",   KIND_SPEED,    0.1},
    {"01kn",      KIND_SPEED,    0.1},            {"01knots",     KIND_SPEED,    0.1},
    {"01knot",    KIND_SPEED,    0.1},            {"knotsx100",   KIND_SPEED,    0.01},
    {"deg",       ANGLES,        1.0},            {"degs",        ANGLES,        1.0},
    {"degree",    ANGLES,        1.0},            {"degrees",     ANGLES,        1.0},
    {"dd",        ANGLES,        1.0},            {"decimal",     ANGLES,        1.0},
    {"decimaldegrees", ANGLES,   1.0},            {"degreesdecimal", ANGLES,     1.0},
    {"decdeg",    ANGLES,        1.0},            {"wgs84",       KIND_POSITION, 1.0},
    {"degwgs84",  KIND_POSITION, 1.0},            {"degn",        KIND_POSITION, 1.0},
    {"dege",      KIND_POSITION, 1.0},            {"degreesnorth", KIND_POSITION, 1.0},
    {"degreeseast", KIND_POSITION, 1.0},          {"rad",         ANGLES,        57.29577951308232},
    {"rads",      ANGLES,        57.29577951308232}, {"radian",   ANGLES,        57.29577951308232},
    {"radians",   ANGLES,        57.29577951308232}, {"e7",       KIND_POSITION, 1e-7},
    {"dege7",     KIND_POSITION, 1e-7},           {"1e7",         KIND_POSITION, 1e-7},
    {"e6",        KIND_POSITION, 1e-6},           {"dege6",       KIND_POSITION, 1e-6},
    {"1e6",       KIND_POSITION, 1e-6},           {"microdeg",    KIND_POSITION, 1e-6},
    {"microdegrees", KIND_POSITION, 1e-6},        {"1/10000min",  KIND_POSITION, 1.0 / 600000},
    {"1/600000deg", KIND_POSITION, 1.0 / 600000}, {"1/600000",    KIND_POSITION, 1.0 / 600000},
    {"true",      KIND_ANGLE,    1.0},            {"t",           KIND_ANGLE,    1.0},
    {"degt",      KIND_ANGLE,    1.0},            {"degtrue",     KIND_ANGLE,    1.0},
    {"degreestrue", KIND_ANGLE,  1.0},            {"truedeg",     KIND_ANGLE,    1.0},
    {"ddeg",      KIND_ANGLE,    0.1},            {"degx10",      KIND_ANGLE,    0.1},
    {"1/10deg",   KIND_ANGLE,    0.1},            {"degreesx10",  KIND_ANGLE,    0.1},
    {"m",         KIND_METRES,   1.0},            {"metre",       KIND_METRES,   1.0},
    {"metres",    KIND_METRES,   1.0},            {"meter",       KIND_METRES,   1.0},
    {"meters",    KIND_METRES,   1.0},            {"mtr",         KIND_METRES,   1.0},
    {"mtrs",      KIND_METRES,   1.0},
    {"dm",          KIND_METRES,   0.1},
    {"mx10",      KIND_METRES,   0.1},            {"m10",         KIND_METRES,   0.1},
    {"metersx10", KIND_METRES,   0.1},            {"metresx10",   KIND_METRES,   0.1},
    {"1/10m",     KIND_METRES,   0.1},            {"cm",          KIND_METRES,   0.01},
    {"ft",        KIND_METRES,   0.3048},         {"feet",        KIND_METRES,   0.3048},
    {"utc",       KIND_TIME,     1.0},            {"gmt",         KIND_TIME,     1.0},
    {"z",         KIND_TIME,     1.0},            {"zulu",        KIND_TIME,     1.0},
    {"utc0",        KIND_TIME,     1.0},
    {"s",         KIND_TIME,     1.0},            {"sec",         KIND_TIME,     1.0},
    {"secs",      KIND_TIME,     1.0},            {"seconds",     KIND_TIME,     1.0},
    {"ms",        KIND_TIME,     1.0},            {"msec",        KIND_TIME,     1.0},
    {"millis",    KIND_TIME,     1.0},            {"milliseconds", KIND_TIME,    1.0},
    {"us",        KIND_TIME,     1.0},            {"usec",        KIND_TIME,     1.0},
    {"micros",    KIND_TIME,     1.0},            {"microseconds", KIND_TIME,    1.0},
    {"ns",        KIND_TIME,     1.0},            {"nsec",        KIND_TIME,     1.0},
    {"nanos",     KIND_TIME,     1.0},            {"nanoseconds", KIND_TIME,     1.0},
    {"epoch",     KIND_TIME,     1.0},            {"epochs",      KIND_TIME,     1.0},
    {"epochms",   KIND_TIME,     1.0},            {"unix",        KIND_TIME,     1.0},
    {"unixtime",  KIND_TIME,     1.0},            {"unixms",      KIND_TIME,     1.0},
    {"posix",     KIND_TIME,     1.0},            {"iso",         KIND_TIME,     1.0},
    {"iso8601",   KIND_TIME,     1.0},            {"rfc3339",     KIND_TIME,     1.0},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define UNIT_BYTES 40u
#define UNIT_LEAST 2u /* of a unit that no sign separates from the name */
#define BASE_LEAST                                                                       \
    3u /* of a name with its unit behind it: "cm" is no side C in metres                 \
        */

static enum kind find_kind(enum record_field field)
{
    switch ((int)field) {
    case RECORD_SOG:
        return KIND_SPEED;
    case RECORD_LAT:
    case RECORD_LON:
        return KIND_POSITION;
    case RECORD_COG:
    case RECORD_HEADING:
        return KIND_ANGLE;
    case RECORD_LENGTH:
    case RECORD_BEAM:
    case RECORD_TO_BOW:
    case RECORD_TO_STERN:
    case RECORD_TO_PORT:
    case RECORD_TO_STARBOARD:
    case RECORD_DRAUGHT:
        return KIND_METRES;
    case RECORD_TIME:
    case RECORD_DATE:
        return KIND_TIME;
    default:
        return KIND_NONE;
    }
}

/* Reduce a unit to lower case letters, digits and '/', with a degree sign as "deg".
 * Returns its length; 0: there is none, or it is too long. */
static size_t normalise_unit(const char *text, size_t n, char out[UNIT_BYTES])
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (used + 4 > UNIT_BYTES)
            return 0;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/') {
            out[used++] = c;
        } else if ((unsigned char)c == 0xB0 &&
                   (i == 0 || (unsigned char)text[i - 1] != 0xC3)) {
            memcpy(out + used, "deg", 3); /* in Latin-1; in UTF-8 its second byte */
            used += 3;
        }
    }
    out[used] = '\0';
    return used;
}

static bool take_order(struct record_column *column, const char *text)
{
    static const struct {
        const char *head;
        enum timestamp_order order;
    } heads[] = {{"dd/mm/", TIMESTAMP_DAY_FIRST},      {"ddmmy", TIMESTAMP_DAY_FIRST},
                 {"d/m/", TIMESTAMP_DAY_FIRST},        {"mm/dd/", TIMESTAMP_MONTH_FIRST},
                 {"mmddy", TIMESTAMP_MONTH_FIRST},     {"m/d/", TIMESTAMP_MONTH_FIRST},
                 {"yyyy", TIMESTAMP_ORDER_UNKNOWN},    {"dayfirst", TIMESTAMP_DAY_FIRST},
                 {"monthfirst", TIMESTAMP_MONTH_FIRST}};
    for (size_t i = 0; i < COUNT(heads); i++) {
        size_t n = strlen(heads[i].head), rest = n;
        if (strncmp(text, heads[i].head, n) != 0)
            continue;
        rest += strspn(text + rest, "dmyhst/");
        if (text[rest] != '\0' && strcmp(text + rest, "utc") != 0 &&
            strcmp(text + rest, "gmt") != 0 && strcmp(text + rest, "z") != 0)
            return false;
        column->order = heads[i].order;
        return true;
    }
    return false;
}

/* Take the unit of a column whose field is known; false: the field has no such unit. */
static bool take_unit(struct record_column *column, const char *text)
{
    unsigned kind = (unsigned)find_kind(column->field);
    if (kind == KIND_NONE)
        return true;
    for (size_t i = 0; i < COUNT(units); i++) {
        if ((units[i].kinds & kind) != 0 && strcmp(units[i].text, text) == 0) {
            column->scale = units[i].scale;
            column->has_unit = true;
            return true;
        }
    }
    if (strncmp(text, "in", 2) == 0) /* "SOG in m/s" */
        return take_unit(column, text + 2);
    return kind == KIND_TIME && take_order(column, text);
}

/* "UTC+8", "(GMT-03:00)", "[+0900]": the zone of a time. 1: it is one; 0: the text gives
 * no offset; -1: it gives one that is not understood. */
static int take_zone(struct record_column *column, const char *text, size_t n)
{
    char zone[UNIT_BYTES];
    size_t used = 0;
    int64_t zone_ms = 0;
    for (size_t i = 0; i < n; i++) {
        if (used + 1 == sizeof zone)
            return 0;
        if (strchr("()[] \t_", text[i]) == NULL)
            zone[used++] =
                text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    }
    zone[used] = '\0';
    const char *at = zone;
    at += strncmp(at, "in", 2) == 0 ? 2 : 0;
    at += strncmp(at, "utc", 3) == 0 || strncmp(at, "gmt", 3) == 0 ? 3 : 0;
    if (*at != '+' && *at != '-')
        return 0;
    if (timestamp_parse_offset(at, strlen(at), &zone_ms) != strlen(at))
        return -1;
    column->zone_ms = (int32_t)zone_ms;
    column->has_unit = true;
    return 1;
}

/* The index at which the bracket begins, or n. */
static size_t find_bracket(const char *name, size_t n)
{
    size_t at = 0;
    while (at < n && name[at] != '(' && name[at] != '[')
        at++;
    return at;
}

bool record_column_unit(struct record_column *column, const char *text, size_t n)
{
    char unit[UNIT_BYTES];
    if (n == 0)
        return true;
    int zone = find_kind(column->field) == KIND_TIME ? take_zone(column, text, n) : 0;
    if (zone != 0)
        return zone > 0;
    size_t used = normalise_unit(text, n, unit);
    /* exactEarth's heading of the time has digits in its brackets instead of a unit:
     * "Time(20210701_185151)". */
    if (find_kind(column->field) == KIND_TIME && text[0] == '(' &&
        unit[strspn(unit, "0123456789")] == '\0')
        return used != 0;
    return used != 0 && take_unit(column, unit);
}

/* Does a word begin at `at`? `at` is not 0. */
static bool is_word_begin(const char *name, size_t at)
{
    char c = name[at], before = name[at - 1];
    bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool after_sign =
        !((before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') ||
          (before >= '0' && before <= '9'));
    bool is_camel = c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z';
    return is_word && (after_sign || is_camel);
}

/* "speed_kmh", "latRad": the longest beginning that is the name of a field gives the
 * field; the rest is the unit. Without a sign between the two ("SPEEDKMH"), the rest must
 * be a known unit. */
static bool split_name(struct record_column *column, const char *name, size_t n,
                       bool is_head)
{
    for (size_t at = n; at-- > BASE_LEAST;) {
        bool is_word = is_word_begin(name, at);
        if (!is_word && (!is_head || n - at < UNIT_LEAST))
            continue;
        column->field = record_names_find(name, at, &column->rank);
        if (find_kind(column->field) == KIND_NONE)
            continue;
        bool is_known = record_column_unit(column, name + at, n - at);
        if (!is_word && !is_known)
            continue;
        column->rank = column->rank * 2 + 1; /* the plain name is preferred */
        column->is_unknown_unit = !is_known;
        return true;
    }
    column->field = RECORD_NONE;
    return false;
}

bool record_column_find(const char *name, size_t n, bool is_head,
                        struct record_column *ret)
{
    size_t bracket = find_bracket(name, n);
    *ret = (struct record_column){.scale = 1.0};
    ret->field = record_names_find(name, bracket, &ret->rank);
    ret->rank *= 2;
    if (ret->field == RECORD_NONE && !split_name(ret, name, bracket, is_head))
        return false;
    if (bracket < n && find_kind(ret->field) != KIND_NONE)
        ret->is_unknown_unit |= !record_column_unit(ret, name + bracket, n - bracket);
    return true;
}

void record_column_map(enum record_field field, const char *name, size_t n,
                       struct record_column *ret)
{
    size_t bracket = find_bracket(name, n);
    *ret = (struct record_column){.field = field, .rank = -1, .scale = 1.0};
    if (bracket < n) {
        ret->is_unknown_unit = !record_column_unit(ret, name + bracket, n - bracket);
        return;
    }
    for (size_t at = 1; at < n; at++) {
        if (is_word_begin(name, at) && record_column_unit(ret, name + at, n - at))
            return;
    }
}
