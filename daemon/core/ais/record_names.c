/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the members of position records in various sources. */
#include <string.h>

#include "record_int.h"

struct name {
    const char *text; /* lower case, letters and digits alone */
    uint8_t field;
    uint8_t rank;
};

/* clang-format off */
/* Sorted by text (a test checks it). The last column names the source. */
static const struct name names[] = {
    {"a",                     RECORD_TO_BOW,       0}, /* Danish DMA, 26 columns; aisstream Dimension */
    {"aistype",               RECORD_SHIP_TYPE,    1},
    {"b",                     RECORD_TO_STERN,     0}, /* Danish DMA */
    {"basedatetime",          RECORD_TIME,         0}, /* MarineCadastre, both */
    {"beam",                  RECORD_BEAM,         0},
    {"c",                     RECORD_TO_PORT,      0}, /* Danish DMA */
    {"callsign",              RECORD_CALLSIGN,     0}, /* all */
    {"class",                 RECORD_CLASS,        2},
    {"cog",                   RECORD_COG,          0},
    {"course",                RECORD_COG,          1}, /* gpsd, Spire */
    {"courseoverground",      RECORD_COG,          1},
    {"createdat",             RECORD_TIME,         9}, /* Spire: when they stored it */
    {"d",                     RECORD_TO_STARBOARD, 0}, /* Danish DMA */
    {"date",                  RECORD_DATE,         0},
    {"datetime",              RECORD_TIME,         1},
    {"datetimeutc",           RECORD_TIME,         0}, /* statsat */
    {"dateutc",               RECORD_DATE,         0},
    {"dest",                  RECORD_DESTINATION,  1}, /* AISHub */
    {"destination",           RECORD_DESTINATION,  0}, /* all */
    {"draft",                 RECORD_DRAUGHT,      0}, /* MarineCadastre */
    {"draught",               RECORD_DRAUGHT,      0}, /* gpsd, Spire, Danish DMA */
    {"dtposutc",              RECORD_TIME,         0},
    {"eventtime",             RECORD_TIME,         1},
    {"hdg",                   RECORD_HEADING,      0},
    {"heading",               RECORD_HEADING,      0}, /* all */
    {"imo",                   RECORD_IMO,          0}, /* all */
    {"imonum",                RECORD_IMO,          1},
    {"imonumber",             RECORD_IMO,          1}, /* aisstream */
    {"lat",                   RECORD_LAT,          0}, /* all */
    {"latitude",              RECORD_LAT,          0},
    {"length",                RECORD_LENGTH,       0},
    {"lng",                   RECORD_LON,          0},
    {"lon",                   RECORD_LON,          0},
    {"long",                  RECORD_LON,          0},
    {"longitude",             RECORD_LON,          0},
    {"maximumstaticdraught",  RECORD_DRAUGHT,      0}, /* aisstream */
    {"messageid",             RECORD_MSG_TYPE,     0}, /* exactEarth, aisstream */
    {"messagetype",           RECORD_MSG_TYPE,     0},
    {"millisecond",           RECORD_MILLISECOND,  0}, /* exactEarth */
    {"mmsi",                  RECORD_MMSI,         0}, /* all */
    {"mmsinumber",            RECORD_MMSI,         1},
    {"msgtime",               RECORD_TIME,         0}, /* BarentsWatch */
    {"msgtype",               RECORD_MSG_TYPE,     0}, /* Spire */
    {"name",                  RECORD_NAME,         0},
    {"navigationalstatus",    RECORD_STATUS,       0}, /* Danish DMA, aisstream */
    {"navigationstatus",      RECORD_STATUS,       0},
    {"navstat",               RECORD_STATUS,       0}, /* AISHub, VesselFinder, Digitraffic */
    {"navstatus",             RECORD_STATUS,       0},
    {"receivedat",            RECORD_TIME,         7},
    {"refa",                  RECORD_TO_BOW,       0}, /* Digitraffic, MQTT */
    {"refb",                  RECORD_TO_STERN,     0},
    {"refc",                  RECORD_TO_PORT,      0},
    {"refd",                  RECORD_TO_STARBOARD, 0},
    {"referencepointa",       RECORD_TO_BOW,       0}, /* Digitraffic, REST */
    {"referencepointb",       RECORD_TO_STERN,     0},
    {"referencepointc",       RECORD_TO_PORT,      0},
    {"referencepointd",       RECORD_TO_STARBOARD, 0},
    {"rxtime",                RECORD_TIME,         6}, /* AIS-catcher: reception, as text */
    {"rxuxtime",              RECORD_TIME,         5}, /* AIS-catcher: reception */
    {"second",                RECORD_SECOND,       0}, /* gpsd */
    {"shipandcargotype",      RECORD_SHIP_TYPE,    0},
    {"shipname",              RECORD_NAME,         0}, /* gpsd */
    {"shiptype",              RECORD_SHIP_TYPE,    0}, /* gpsd, Spire, Danish DMA */
    {"sog",                   RECORD_SOG,          0},
    {"source",                RECORD_STATION,      1}, /* lookoutd decode */
    {"sourcemmsi",            RECORD_MMSI,         1}, /* NARI's Brest set */
    {"speed",                 RECORD_SOG,          1}, /* gpsd, Spire */
    {"speedoverground",       RECORD_SOG,          1},
    {"ssvid",                 RECORD_MMSI,         2}, /* Global Fishing Watch */
    {"station",               RECORD_STATION,      0},
    {"stationid",             RECORD_STATION,      0},
    {"status",                RECORD_STATUS,       1}, /* gpsd, MarineCadastre */
    {"t",                     RECORD_TIME,         3}, /* lookoutd decode */
    {"text",                  RECORD_TEXT,         0}, /* gpsd, AIS-catcher, aisstream: type 14 */
    {"time",                  RECORD_TIME,         2}, /* exactEarth; ours */
    {"timestamp",             RECORD_TIME,         2}, /* Danish DMA, Spire */
    {"timestampexternal",     RECORD_TIME,         1}, /* Digitraffic, beside the UTC second */
    {"timestamputc",          RECORD_TIME,         0},
    {"timeutc",               RECORD_TIME,         0}, /* aisstream MetaData */
    {"toa",                   RECORD_TIME,         4}, /* AIS-catcher: the source's own */
    {"tobow",                 RECORD_TO_BOW,       0}, /* gpsd */
    {"toport",                RECORD_TO_PORT,      0}, /* gpsd */
    {"tostarboard",           RECORD_TO_STARBOARD, 0}, /* gpsd */
    {"tostern",               RECORD_TO_STERN,     0}, /* gpsd */
    {"transceiver",           RECORD_CLASS,        0}, /* MarineCadastre 2024 on */
    {"transceiverclass",      RECORD_CLASS,        0}, /* MarineCadastre */
    {"trueheading",           RECORD_HEADING,      0}, /* aisstream */
    {"ts",                    RECORD_TIME,         3},
    {"tstamp",                RECORD_TIME,         1}, /* AISHub */
    {"typeofmobile",          RECORD_MOBILE,       0}, /* Danish DMA */
    {"typeofship",            RECORD_SHIP_TYPE,    0}, /* canboat */
    {"userid",                RECORD_MMSI,         1}, /* aisstream */
    {"utcsecond",             RECORD_SECOND,       0},
    {"utcseconds",            RECORD_SECOND,       0}, /* MarineTraffic */
    {"vesselname",            RECORD_NAME,         0}, /* MarineCadastre */
    {"vesseltype",            RECORD_SHIP_TYPE,    0}, /* MarineCadastre */
    {"width",                 RECORD_BEAM,         0},
};

/* The names of a feed's `columns:` map. */
static const struct name keys[] = {
    {"mmsi",         RECORD_MMSI,         0}, {"lat",          RECORD_LAT,          0},
    {"lon",          RECORD_LON,          0}, {"time",         RECORD_TIME,         0},
    {"millisecond",  RECORD_MILLISECOND,  0}, {"second",       RECORD_SECOND,       0},
    {"sog",          RECORD_SOG,          0}, {"cog",          RECORD_COG,          0},
    {"heading",      RECORD_HEADING,      0}, {"status",       RECORD_STATUS,       0},
    {"imo",          RECORD_IMO,          0}, {"callsign",     RECORD_CALLSIGN,     0},
    {"name",         RECORD_NAME,         0}, {"type",         RECORD_SHIP_TYPE,    0},
    {"length",       RECORD_LENGTH,       0}, {"beam",         RECORD_BEAM,         0},
    {"to_bow",       RECORD_TO_BOW,       0}, {"to_stern",     RECORD_TO_STERN,     0},
    {"to_port",      RECORD_TO_PORT,      0}, {"to_starboard", RECORD_TO_STARBOARD, 0},
    {"draught",      RECORD_DRAUGHT,      0}, {"destination",  RECORD_DESTINATION,  0},
    {"msg_type",     RECORD_MSG_TYPE,     0}, {"station",      RECORD_STATION,      0},
    {"class",        RECORD_CLASS,        0}, {"mobile",       RECORD_MOBILE,       0},
    {"text",         RECORD_TEXT,         0},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAME_MAX_BYTES 40u

/* Letters and digits in lower case; 0 when the name is too long to be known. A bracket
 * ends the name: exactEarth writes "Time(20210701_185151)", others "speed [kn]". */
static size_t normalise_column(const char *name, size_t n, char out[NAME_MAX_BYTES])
{
    size_t used = 0;
    for (size_t i = 0; i < n && name[i] != '(' && name[i] != '['; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (used + 1 >= NAME_MAX_BYTES)
            return 0;
        out[used++] = c;
    }
    out[used] = '\0';
    return used;
}

enum record_field record_names_find(const char *name, size_t n, int *ret_rank)
{
    char text[NAME_MAX_BYTES];
    if (normalise_column(name, n, text) == 0)
        return RECORD_NONE;
    size_t low = 0, high = COUNT(names);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(text, names[mid].text);
        if (order == 0) {
            *ret_rank = names[mid].rank;
            return (enum record_field)names[mid].field;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return RECORD_NONE;
}

enum record_field record_names_find_key(const char *name, size_t n)
{
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strlen(keys[i].text) == n && memcmp(keys[i].text, name, n) == 0)
            return (enum record_field)keys[i].field;
    }
    return RECORD_NONE;
}
