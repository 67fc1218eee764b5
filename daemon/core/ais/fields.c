/* SPDX-License-Identifier: Apache-2.0 */
/* THE TABLE: every field of messages 1-27, to be read beside ITU-R M.1371-5 annex 8,
 * section 3 (whose numbers and names stand in the last column). Offsets count from 0, the
 * first bit of the message. "none" is the value that means not available. Spare bits have
 * no row. Sub-messages follow IMO SN/Circ.236, SN.1/Circ.289 and the Inland AIS standard
 * (ECE/TRANS/SC.3/176). */
#include "ais_int.h"

#define NIL AIS_NO_NONE
#define ROW(name, offset, width, kind, as, none, says, clause)                           \
    {                                                                                    \
        ",\"" name "\":", name, offset, width, kind, as, says, sizeof name + 3, none,    \
            clause                                                                       \
    }
#define ROWS(name) rows_##name, #name, sizeof rows_##name / sizeof rows_##name[0]
#define LON4 108600000 /* 181 degrees in 1/10,000 minute */
#define LAT4 54600000
#define LON3 10860000 /* in 1/1,000 minute */
#define LAT3 5460000
#define LON1 108600 /* in 1/10 minute */
#define LAT1 54600

/* clang-format off */

static const struct ais_field rows_1[] = {
    /*   name            bit  width kind   as                none  says                clause */
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.1 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.1 user ID"),
    ROW("status",         38,   4, AIS_U, AS_STATUS,          15, SAYS_STATUS,        "3.1 navigational status"),
    ROW("turn",           42,   8, AIS_I, AS_TURN,          -128, SAYS_NOTHING,       "3.1 rate of turn, ROT_AIS = 4.733 sqrt(deg/min)"),
    ROW("speed",          50,  10, AIS_U, AS_SPEED,         1023, SAYS_SPEED,         "3.1 SOG, 1/10 kn; 1022: 102.2 kn or more"),
    ROW("accuracy",       60,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.1 position accuracy, 1: 10 m or better"),
    ROW("lon",            61,  28, AIS_I, AS_DEG_4,         LON4, SAYS_LON,           "3.1 longitude, 1/10,000 min, east positive"),
    ROW("lat",            89,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_LAT,           "3.1 latitude, 1/10,000 min, north positive"),
    ROW("course",        116,  12, AIS_U, AS_TENTH,         3600, SAYS_COURSE,        "3.1 COG, 1/10 degree"),
    ROW("heading",       128,   9, AIS_U, AS_INT,            511, SAYS_HEADING,       "3.1 true heading, degrees"),
    ROW("second",        137,   6, AIS_U, AS_INT,             60, SAYS_SECOND,        "3.1 time stamp; 61 manual, 62 estimated, 63 inoperative"),
    ROW("maneuver",      143,   2, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.1 special manoeuvre indicator"),
    ROW("raim",          148,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.1 RAIM-flag"),
    ROW("radio",         149,  19, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.1 communication state"),
};
static const struct ais_field rows_4[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.2 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.2 user ID"),
    ROW("year",           38,  14, AIS_U, AS_TIMESTAMP,        0, SAYS_NOTHING,       "3.2 UTC year"),
    ROW("month",          52,   4, AIS_U, AS_HIDDEN,           0, SAYS_NOTHING,       "3.2 UTC month"),
    ROW("day",            56,   5, AIS_U, AS_HIDDEN,           0, SAYS_NOTHING,       "3.2 UTC day"),
    ROW("hour",           61,   5, AIS_U, AS_HIDDEN,          24, SAYS_NOTHING,       "3.2 UTC hour"),
    ROW("minute",         66,   6, AIS_U, AS_HIDDEN,          60, SAYS_NOTHING,       "3.2 UTC minute"),
    ROW("second",         72,   6, AIS_U, AS_HIDDEN,          60, SAYS_NOTHING,       "3.2 UTC second"),
    ROW("accuracy",       78,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.2 position accuracy"),
    ROW("lon",            79,  28, AIS_I, AS_DEG_4,         LON4, SAYS_NOTHING,       "3.2 longitude"),
    ROW("lat",           107,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_NOTHING,       "3.2 latitude"),
    ROW("epfd",          134,   4, AIS_U, AS_EPFD,             0, SAYS_NOTHING,       "3.2 type of electronic position fixing device"),
    ROW("txctl",         138,   1, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.2 transmission control for long-range broadcast"),
    ROW("raim",          148,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.2 RAIM-flag"),
    ROW("radio",         149,  19, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.2 communication state"),
};
static const struct ais_field rows_5[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.3 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.3 user ID"),
    ROW("ais_version",    38,   2, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.3 AIS version indicator"),
    ROW("imo",            40,  30, AIS_U, AS_INT,              0, SAYS_IMO,           "3.3 IMO number"),
    ROW("callsign",       70,  42, AIS_T, AS_TEXT,           NIL, SAYS_CALLSIGN,      "3.3 call sign"),
    ROW("shipname",      112, 120, AIS_T, AS_TEXT,           NIL, SAYS_NAME,          "3.3 name"),
    ROW("shiptype",      232,   8, AIS_U, AS_SHIP_TYPE,        0, SAYS_SHIP_TYPE,     "3.3 type of ship and cargo type"),
    ROW("to_bow",        240,   9, AIS_U, AS_INT,              0, SAYS_TO_BOW,        "3.3 dimension A, m"),
    ROW("to_stern",      249,   9, AIS_U, AS_INT,              0, SAYS_TO_STERN,      "3.3 dimension B, m"),
    ROW("to_port",       258,   6, AIS_U, AS_INT,              0, SAYS_TO_PORT,       "3.3 dimension C, m"),
    ROW("to_starboard",  264,   6, AIS_U, AS_INT,              0, SAYS_TO_STARBOARD,  "3.3 dimension D, m"),
    ROW("epfd",          270,   4, AIS_U, AS_EPFD,             0, SAYS_NOTHING,       "3.3 type of electronic position fixing device"),
    ROW("month",         274,   4, AIS_U, AS_ETA,              0, SAYS_NOTHING,       "3.3 ETA month"),
    ROW("day",           278,   5, AIS_U, AS_HIDDEN,           0, SAYS_NOTHING,       "3.3 ETA day"),
    ROW("hour",          283,   5, AIS_U, AS_HIDDEN,          24, SAYS_NOTHING,       "3.3 ETA hour"),
    ROW("minute",        288,   6, AIS_U, AS_HIDDEN,          60, SAYS_NOTHING,       "3.3 ETA minute"),
    ROW("draught",       294,   8, AIS_U, AS_TENTH,            0, SAYS_DRAUGHT,       "3.3 maximum present static draught, 1/10 m"),
    ROW("destination",   302, 120, AIS_T, AS_TEXT,           NIL, SAYS_DESTINATION,   "3.3 destination"),
    ROW("dte",           422,   1, AIS_U, AS_INT,              1, SAYS_NOTHING,       "3.3 DTE, 0 available"),
};
static const struct ais_field rows_6[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.4 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.4 source ID"),
    ROW("seqno",          38,   2, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.4 sequence number"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.4 destination ID"),
    ROW("retransmit",     70,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.4 retransmit flag"),
    ROW("dac",            72,  10, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.4 application identifier: designated area code (annex 5)"),
    ROW("fid",            82,   6, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.4 application identifier: function identifier (annex 5)"),
    ROW("data",           88,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.4 application data"),
};
static const struct ais_field rows_7[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 source ID"),
    ROW("mmsi1",          40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.5 destination ID1"),
    ROW("seqno1",         70,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 sequence number for ID1"),
    ROW("mmsi2",          72,  30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.5 destination ID2"),
    ROW("seqno2",        102,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 sequence number for ID2"),
    ROW("mmsi3",         104,  30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.5 destination ID3"),
    ROW("seqno3",        134,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 sequence number for ID3"),
    ROW("mmsi4",         136,  30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.5 destination ID4"),
    ROW("seqno4",        166,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.5 sequence number for ID4"),
};
static const struct ais_field rows_8[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.6 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.6 source ID"),
    ROW("dac",            40,  10, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.6 application identifier: designated area code (annex 5)"),
    ROW("fid",            50,   6, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.6 application identifier: function identifier (annex 5)"),
    ROW("data",           56,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.6 application data"),
};
static const struct ais_field rows_9[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.7 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.7 user ID"),
    ROW("alt",            38,  12, AIS_U, AS_ALTITUDE,      4095, SAYS_NOTHING,       "3.7 altitude (GNSS), m; 4094: 4,094 m or more"),
    ROW("speed",          50,  10, AIS_U, AS_SPEED_SAR,     1023, SAYS_NOTHING,       "3.7 SOG, kn; 1022: 1,022 kn or more"),
    ROW("accuracy",       60,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.7 position accuracy"),
    ROW("lon",            61,  28, AIS_I, AS_DEG_4,         LON4, SAYS_NOTHING,       "3.7 longitude"),
    ROW("lat",            89,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_NOTHING,       "3.7 latitude"),
    ROW("course",        116,  12, AIS_U, AS_TENTH,         3600, SAYS_NOTHING,       "3.7 COG"),
    ROW("second",        128,   6, AIS_U, AS_INT,             60, SAYS_NOTHING,       "3.7 time stamp"),
    ROW("alt_sensor",    134,   1, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.7 altitude sensor, 0 GNSS, 1 barometric"),
    /* gpsd's "regional" is revision 3's eight reserved bits; the first of them has become
     * the altitude sensor. */
    ROW("regional",      134,   8, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.7 altitude sensor and spare"),
    ROW("dte",           142,   1, AIS_U, AS_INT,              1, SAYS_NOTHING,       "3.7 DTE"),
    ROW("assigned",      146,   1, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.7 assigned mode flag"),
    ROW("raim",          147,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.7 RAIM-flag"),
    ROW("radio",         148,  20, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.7 communication state selector and state"),
};
static const struct ais_field rows_10[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.8 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.8 source ID"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.8 destination ID"),
};
static const struct ais_field rows_12[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.10 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.10 source ID"),
    ROW("seqno",          38,   2, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.10 sequence number"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.10 destination ID"),
    ROW("retransmit",     70,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.10 retransmit flag"),
    ROW("text",           72,   0, AIS_T, AS_TEXT,           NIL, SAYS_NOTHING,       "3.10 safety related text"),
};
static const struct ais_field rows_14[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.12 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.12 source ID"),
    ROW("text",           40,   0, AIS_T, AS_TEXT,           NIL, SAYS_TEXT,          "3.12 safety related text"),
};
static const struct ais_field rows_15[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.13 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.13 source ID"),
    ROW("mmsi1",          40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.13 destination ID1"),
    ROW("type1_1",        70,   6, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.13 message ID1.1"),
    ROW("offset1_1",      76,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.13 slot offset1.1"),
    ROW("type1_2",        90,   6, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.13 message ID1.2"),
    ROW("offset1_2",      96,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.13 slot offset1.2"),
    ROW("mmsi2",         110,  30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.13 destination ID2"),
    ROW("type2_1",       140,   6, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.13 message ID2.1"),
    ROW("offset2_1",     146,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.13 slot offset2.1"),
};
static const struct ais_field rows_16[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.14 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.14 source ID"),
    ROW("mmsi1",          40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.14 destination ID A"),
    ROW("offset1",        70,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.14 offset A"),
    ROW("increment1",     82,  10, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.14 increment A"),
    ROW("mmsi2",          92,  30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.14 destination ID B"),
    ROW("offset2",       122,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.14 offset B"),
    ROW("increment2",    134,  10, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.14 increment B"),
};
static const struct ais_field rows_17[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.15 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.15 source ID"),
    ROW("lon",            40,  18, AIS_I, AS_DEG_1_COARSE,  LON1, SAYS_NOTHING,       "3.15 longitude, 1/10 min"),
    ROW("lat",            58,  17, AIS_I, AS_DEG_1_COARSE,  LAT1, SAYS_NOTHING,       "3.15 latitude, 1/10 min"),
    ROW("data",           80,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.15 data: differential correction (ITU-R M.823)"),
};
static const struct ais_field rows_18[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.16 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.16 user ID"),
    ROW("reserved",       38,   8, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.16 spare"),
    ROW("speed",          46,  10, AIS_U, AS_TENTH,         1023, SAYS_SPEED,         "3.16 SOG"),
    ROW("accuracy",       56,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 position accuracy"),
    ROW("lon",            57,  28, AIS_I, AS_DEG_4,         LON4, SAYS_LON,           "3.16 longitude"),
    ROW("lat",            85,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_LAT,           "3.16 latitude"),
    ROW("course",        112,  12, AIS_U, AS_TENTH,         3600, SAYS_COURSE,        "3.16 COG"),
    ROW("heading",       124,   9, AIS_U, AS_INT,            511, SAYS_HEADING,       "3.16 true heading"),
    ROW("second",        133,   6, AIS_U, AS_INT,             60, SAYS_SECOND,        "3.16 time stamp"),
    ROW("regional",      139,   2, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.16 spare"),
    ROW("cs",            141,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 class B unit flag, 1: CS"),
    ROW("display",       142,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 class B display flag"),
    ROW("dsc",           143,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 class B DSC flag"),
    ROW("band",          144,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 class B band flag"),
    ROW("msg22",         145,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 class B message 22 flag"),
    ROW("assigned",      146,   1, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.16 mode flag"),
    ROW("raim",          147,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.16 RAIM-flag"),
    ROW("radio",         148,  20, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.16 communication state selector and state"),
};
static const struct ais_field rows_19[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.17 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.17 user ID"),
    ROW("reserved",       38,   8, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.17 spare"),
    ROW("speed",          46,  10, AIS_U, AS_TENTH,         1023, SAYS_SPEED,         "3.17 SOG"),
    ROW("accuracy",       56,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.17 position accuracy"),
    ROW("lon",            57,  28, AIS_I, AS_DEG_4,         LON4, SAYS_LON,           "3.17 longitude"),
    ROW("lat",            85,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_LAT,           "3.17 latitude"),
    ROW("course",        112,  12, AIS_U, AS_TENTH,         3600, SAYS_COURSE,        "3.17 COG"),
    ROW("heading",       124,   9, AIS_U, AS_INT,            511, SAYS_HEADING,       "3.17 true heading"),
    ROW("second",        133,   6, AIS_U, AS_INT,             60, SAYS_SECOND,        "3.17 time stamp"),
    ROW("regional",      139,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.17 spare"),
    ROW("shipname",      143, 120, AIS_T, AS_TEXT,           NIL, SAYS_NAME,          "3.17 name"),
    ROW("shiptype",      263,   8, AIS_U, AS_SHIP_TYPE,        0, SAYS_SHIP_TYPE,     "3.17 type of ship and cargo type"),
    ROW("to_bow",        271,   9, AIS_U, AS_INT,              0, SAYS_TO_BOW,        "3.17 dimension A"),
    ROW("to_stern",      280,   9, AIS_U, AS_INT,              0, SAYS_TO_STERN,      "3.17 dimension B"),
    ROW("to_port",       289,   6, AIS_U, AS_INT,              0, SAYS_TO_PORT,       "3.17 dimension C"),
    ROW("to_starboard",  295,   6, AIS_U, AS_INT,              0, SAYS_TO_STARBOARD,  "3.17 dimension D"),
    ROW("epfd",          301,   4, AIS_U, AS_EPFD,             0, SAYS_NOTHING,       "3.17 type of electronic position fixing device"),
    ROW("raim",          305,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.17 RAIM-flag"),
    ROW("dte",           306,   1, AIS_U, AS_INT,              1, SAYS_NOTHING,       "3.17 DTE"),
    ROW("assigned",      307,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.17 mode flag"),
};
static const struct ais_field rows_20[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.18 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.18 source station ID"),
    ROW("offset1",        40,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 offset number 1"),
    ROW("number1",        52,   4, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 number of slots 1"),
    ROW("timeout1",       56,   3, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 time-out 1"),
    ROW("increment1",     59,  11, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 increment 1"),
    ROW("offset2",        70,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 offset number 2"),
    ROW("number2",        82,   4, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 number of slots 2"),
    ROW("timeout2",       86,   3, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 time-out 2"),
    ROW("increment2",     89,  11, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 increment 2"),
    ROW("offset3",       100,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 offset number 3"),
    ROW("number3",       112,   4, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 number of slots 3"),
    ROW("timeout3",      116,   3, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 time-out 3"),
    ROW("increment3",    119,  11, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 increment 3"),
    ROW("offset4",       130,  12, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 offset number 4"),
    ROW("number4",       142,   4, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 number of slots 4"),
    ROW("timeout4",      146,   3, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 time-out 4"),
    ROW("increment4",    149,  11, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.18 increment 4"),
};
static const struct ais_field rows_21[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.19 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.19 ID"),
    ROW("aid_type",       38,   5, AIS_U, AS_AID_TYPE,         0, SAYS_NOTHING,       "3.19 type of aids-to-navigation"),
    ROW("name",           43, 120, AIS_T, AS_AID_NAME,       NIL, SAYS_NOTHING,       "3.19 name of aids-to-navigation"),
    ROW("accuracy",      163,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.19 position accuracy"),
    ROW("lon",           164,  28, AIS_I, AS_DEG_4,         LON4, SAYS_NOTHING,       "3.19 longitude"),
    ROW("lat",           192,  27, AIS_I, AS_DEG_4,         LAT4, SAYS_NOTHING,       "3.19 latitude"),
    ROW("to_bow",        219,   9, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.19 dimension A"),
    ROW("to_stern",      228,   9, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.19 dimension B"),
    ROW("to_port",       237,   6, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.19 dimension C"),
    ROW("to_starboard",  243,   6, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.19 dimension D"),
    ROW("epfd",          249,   4, AIS_U, AS_EPFD,             0, SAYS_NOTHING,       "3.19 type of electronic position fixing device"),
    ROW("second",        253,   6, AIS_U, AS_INT,             60, SAYS_NOTHING,       "3.19 time stamp"),
    ROW("off_position",  259,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.19 off-position indicator"),
    ROW("regional",      260,   8, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.19 AtoN status"),
    ROW("raim",          268,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.19 RAIM-flag"),
    ROW("virtual_aid",   269,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.19 virtual AtoN flag"),
    ROW("assigned",      270,   1, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.19 assigned mode flag"),
    ROW("name_extension",272,   0, AIS_T, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.19 name of aids-to-navigation extension"),
};
static const struct ais_field rows_22_area[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.20 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.20 station ID"),
    ROW("channel_a",      40,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 channel A"),
    ROW("channel_b",      52,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 channel B"),
    ROW("txrx",           64,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 Tx/Rx mode"),
    ROW("power",          68,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 power, 1 low"),
    ROW("ne_lon",         69,  18, AIS_I, AS_DEG_1_QUOTED,  LON1, SAYS_NOTHING,       "3.20 longitude 1, 1/10 min"),
    ROW("ne_lat",         87,  17, AIS_I, AS_DEG_1_QUOTED,  LAT1, SAYS_NOTHING,       "3.20 latitude 1, 1/10 min"),
    ROW("sw_lon",        104,  18, AIS_I, AS_DEG_1_QUOTED,  LON1, SAYS_NOTHING,       "3.20 longitude 2, 1/10 min"),
    ROW("sw_lat",        122,  17, AIS_I, AS_DEG_1_QUOTED,  LAT1, SAYS_NOTHING,       "3.20 latitude 2, 1/10 min"),
    ROW("addressed",     139,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 addressed or broadcast message indicator"),
    ROW("band_a",        140,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 channel A bandwidth"),
    ROW("band_b",        141,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 channel B bandwidth"),
    ROW("zonesize",      142,   3, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 transitional zone size"),
};
static const struct ais_field rows_22_addressed[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.20 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.20 station ID"),
    ROW("channel_a",      40,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 channel A"),
    ROW("channel_b",      52,  12, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 channel B"),
    ROW("txrx",           64,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 Tx/Rx mode"),
    ROW("power",          68,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 power, 1 low"),
    ROW("dest1",          69,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 addressed station 1, the 30 high bits"),
    ROW("dest2",         104,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 addressed station 2, the 30 high bits"),
    ROW("addressed",     139,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 addressed or broadcast message indicator"),
    ROW("band_a",        140,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 channel A bandwidth"),
    ROW("band_b",        141,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.20 channel B bandwidth"),
    ROW("zonesize",      142,   3, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.20 transitional zone size"),
};
static const struct ais_field rows_23[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.21 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.21 source ID"),
    ROW("ne_lon",         40,  18, AIS_I, AS_DEG_1_QUOTED,  LON1, SAYS_NOTHING,       "3.21 longitude 1, 1/10 min"),
    ROW("ne_lat",         58,  17, AIS_I, AS_DEG_1_QUOTED,  LAT1, SAYS_NOTHING,       "3.21 latitude 1, 1/10 min"),
    ROW("sw_lon",         75,  18, AIS_I, AS_DEG_1_QUOTED,  LON1, SAYS_NOTHING,       "3.21 longitude 2, 1/10 min"),
    ROW("sw_lat",         93,  17, AIS_I, AS_DEG_1_QUOTED,  LAT1, SAYS_NOTHING,       "3.21 latitude 2, 1/10 min"),
    ROW("stationtype",   110,   4, AIS_U, AS_STATION_TYPE,   NIL, SAYS_NOTHING,       "3.21 station type"),
    ROW("shiptype",      114,   8, AIS_U, AS_SHIP_TYPE,      NIL, SAYS_NOTHING,       "3.21 type of ship and cargo type, 0 all"),
    ROW("txrx",          144,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.21 Tx/Rx mode"),
    ROW("interval",      146,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.21 reporting interval"),
    ROW("quiet",         150,   4, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.21 quiet time, min"),
};
static const struct ais_field rows_24_a[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 user ID"),
    ROW("part",           38,   2, AIS_U, AS_PART,           NIL, SAYS_NOTHING,       "3.22.1 part number, 0"),
    ROW("shipname",       40, 120, AIS_T, AS_TEXT,           NIL, SAYS_NAME,          "3.22.1 name"),
};
static const struct ais_field rows_24_b[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 user ID"),
    ROW("part",           38,   2, AIS_U, AS_PART,           NIL, SAYS_NOTHING,       "3.22.2 part number, 1"),
    ROW("shiptype",       40,   8, AIS_U, AS_SHIP_TYPE,        0, SAYS_SHIP_TYPE,     "3.22.2 type of ship and cargo type"),
    /* Up to revision 3 the vendor ID had seven characters; gpsd reads both ways. */
    ROW("vendorid",       48,  42, AIS_T, AS_TEXT,           NIL, SAYS_NOTHING,       "3.22.2 vendor ID (M.1371-3: 7 characters)"),
    ROW("model",          66,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.22.2 vendor ID: unit model code"),
    ROW("serial",         70,  20, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.22.2 vendor ID: unit serial number"),
    ROW("callsign",       90,  42, AIS_T, AS_TEXT,           NIL, SAYS_CALLSIGN,      "3.22.2 call sign"),
    ROW("to_bow",        132,   9, AIS_U, AS_INT,              0, SAYS_TO_BOW,        "3.22.2 dimension A"),
    ROW("to_stern",      141,   9, AIS_U, AS_INT,              0, SAYS_TO_STERN,      "3.22.2 dimension B"),
    ROW("to_port",       150,   6, AIS_U, AS_INT,              0, SAYS_TO_PORT,       "3.22.2 dimension C"),
    ROW("to_starboard",  156,   6, AIS_U, AS_INT,              0, SAYS_TO_STARBOARD,  "3.22.2 dimension D"),
    ROW("epfd",          162,   4, AIS_U, AS_HIDDEN,           0, SAYS_NOTHING,       "3.22.2 type of electronic position fixing device"),
};
static const struct ais_field rows_24_b_craft[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.22 user ID, 98xxxxxxx"),
    ROW("part",           38,   2, AIS_U, AS_PART,           NIL, SAYS_NOTHING,       "3.22.2 part number, 1"),
    ROW("shiptype",       40,   8, AIS_U, AS_SHIP_TYPE,        0, SAYS_SHIP_TYPE,     "3.22.2 type of ship and cargo type"),
    ROW("vendorid",       48,  42, AIS_T, AS_TEXT,           NIL, SAYS_NOTHING,       "3.22.2 vendor ID (M.1371-3: 7 characters)"),
    ROW("model",          66,   4, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.22.2 vendor ID: unit model code"),
    ROW("serial",         70,  20, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.22.2 vendor ID: unit serial number"),
    ROW("callsign",       90,  42, AIS_T, AS_TEXT,           NIL, SAYS_CALLSIGN,      "3.22.2 call sign"),
    ROW("mothership_mmsi",132, 30, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.22.2 MMSI of the mother ship"),
    ROW("epfd",          162,   4, AIS_U, AS_HIDDEN,           0, SAYS_NOTHING,       "3.22.2 type of electronic position fixing device"),
};
/* 25 and 26: what is sent depends on two flags; gpsd prints 0 for the rest. */
#define HEAD_25(clause)                                                                              \
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       clause " repeat indicator"),      \
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       clause " source ID"),             \
    ROW("addressed",      38,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       clause " destination indicator"), \
    ROW("structured",     39,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       clause " binary data flag")
#define RADIO_26 \
    ROW("radio",          20,  20, AIS_TAIL, AS_INT,         NIL, SAYS_NOTHING,       "3.24 communication state selector and state")
static const struct ais_field rows_25_broadcast[] = {
    HEAD_25("3.23"),
    ROW("dest_mmsi",      40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.23 destination ID, not sent"),
    ROW("app_id",         40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.23 application identifier, not sent"),
    ROW("data",           40,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.23 binary data"),
};
static const struct ais_field rows_25_structured[] = {
    HEAD_25("3.23"),
    ROW("dest_mmsi",      40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.23 destination ID, not sent"),
    ROW("app_id",         40,  16, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.23 application identifier: DAC and FI"),
    ROW("data",           56,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.23 application data"),
};
static const struct ais_field rows_25_addressed[] = {
    HEAD_25("3.23"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.23 destination ID"),
    ROW("app_id",         70,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.23 application identifier, not sent"),
    ROW("data",           70,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.23 binary data"),
};
static const struct ais_field rows_25_both[] = {
    HEAD_25("3.23"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.23 destination ID"),
    ROW("app_id",         70,  16, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.23 application identifier: DAC and FI"),
    ROW("data",           86,   0, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.23 application data"),
};
static const struct ais_field rows_26_broadcast[] = {
    HEAD_25("3.24"),
    ROW("dest_mmsi",      40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.24 destination ID, not sent"),
    ROW("app_id",         40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.24 application identifier, not sent"),
    ROW("data",           40,  20, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.24 binary data"),
    RADIO_26,
};
static const struct ais_field rows_26_structured[] = {
    HEAD_25("3.24"),
    ROW("dest_mmsi",      40,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.24 destination ID, not sent"),
    ROW("app_id",         40,  16, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.24 application identifier: DAC and FI"),
    ROW("data",           56,  20, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.24 application data"),
    RADIO_26,
};
static const struct ais_field rows_26_addressed[] = {
    HEAD_25("3.24"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.24 destination ID"),
    ROW("app_id",         70,   0, AIS_U, AS_INT,              0, SAYS_NOTHING,       "3.24 application identifier, not sent"),
    ROW("data",           70,  20, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.24 binary data"),
    RADIO_26,
};
static const struct ais_field rows_26_both[] = {
    HEAD_25("3.24"),
    ROW("dest_mmsi",      40,  30, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.24 destination ID"),
    ROW("app_id",         70,  16, AIS_U, AS_INT,            NIL, SAYS_NOTHING,       "3.24 application identifier: DAC and FI"),
    ROW("data",           86,  20, AIS_D, AS_DATA,           NIL, SAYS_NOTHING,       "3.24 application data"),
    RADIO_26,
};
static const struct ais_field rows_27[] = {
    ROW("repeat",          6,   2, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.25 repeat indicator"),
    ROW("mmsi",            8,  30, AIS_U, AS_HIDDEN,         NIL, SAYS_NOTHING,       "3.25 user ID"),
    ROW("accuracy",       38,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.25 position accuracy"),
    ROW("raim",           39,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.25 RAIM flag"),
    ROW("status",         40,   4, AIS_U, AS_STATUS_LONG_RANGE, 15, SAYS_STATUS,        "3.25 navigational status"),
    ROW("lon",            44,  18, AIS_I, AS_DEG_1,         LON1, SAYS_LON,           "3.25 longitude, 1/10 min"),
    ROW("lat",            62,  17, AIS_I, AS_DEG_1,         LAT1, SAYS_LAT,           "3.25 latitude, 1/10 min"),
    ROW("speed",          79,   6, AIS_U, AS_INT,             63, SAYS_SPEED,         "3.25 SOG, kn"),
    ROW("course",         85,   9, AIS_U, AS_INT,            511, SAYS_COURSE,        "3.25 COG, degrees"),
    ROW("gnss",           94,   1, AIS_U, AS_BOOL,           NIL, SAYS_NOTHING,       "3.25 position latency, 0: less than 5 s"),
};

/* clang-format on */

#include "fields_sub.inc"

/* clang-format off */
const struct ais_form ais_forms[FORMS] = {
    /* rows, what, row count              bits least  ship   B      coarse static zero_rest says */
    {ROWS(1),                         168, 116, true,  false, false, false, false, 0x7d4},
    {ROWS(4),                         168, 134, false, false, false, false, false, 0},
    {ROWS(5),                         424, 232, true,  false, false, true,  false, 0x307f8},
    {ROWS(6),                        1008,  88, false, false, false, false, false, 0},
    {ROWS(7),                         168,  70, false, false, false, false, true, 0},
    {ROWS(8),                        1008,  56, false, false, false, false, false, 0},
    {ROWS(9),                         168, 116, false, false, false, false, false, 0},
    {ROWS(10),                         72,  70, false, false, false, false, false, 0},
    {ROWS(12),                       1008,  72, false, false, false, false, false, 0},
    {ROWS(14),                       1008,  40, false, false, false, false, false, 0x4},
    {ROWS(15),                        160,  88, false, false, false, false, true, 0},
    {ROWS(16),                        144,  92, false, false, false, false, true, 0},
    {ROWS(17),                        816,  80, false, false, false, false, false, 0},
    {ROWS(18),                        168, 112, true,  true,  false, false, false, 0x3e8},
    {ROWS(19),                        312, 112, true,  true,  false, true,  false, 0x1fbe8},
    {ROWS(20),                        160,  70, false, false, false, false, true, 0},
    {ROWS(21),                        360, 219, false, false, false, false, false, 0},
    {ROWS(22_area),                   168, 145, false, false, false, false, false, 0},
    {ROWS(22_addressed),              168, 145, false, false, false, false, false, 0},
    {ROWS(23),                        160, 154, false, false, false, false, false, 0},
    {ROWS(24_a),                      160, 160, true,  true,  false, true,  false, 0x8},
    {ROWS(24_b),                      168, 132, true,  true,  false, true,  false, 0xf88},
    {ROWS(24_b_craft),                168, 132, true,  true,  false, true,  false, 0x88},
    {ROWS(25_broadcast),              168,  40, false, false, false, false, false, 0},
    {ROWS(25_structured),             168,  56, false, false, false, false, false, 0},
    {ROWS(25_addressed),              168,  70, false, false, false, false, false, 0},
    {ROWS(25_both),                   168,  86, false, false, false, false, false, 0},
    {ROWS(26_broadcast),             1064,  60, false, false, false, false, false, 0},
    {ROWS(26_structured),            1064,  76, false, false, false, false, false, 0},
    {ROWS(26_addressed),             1064,  90, false, false, false, false, false, 0},
    {ROWS(26_both),                  1064, 106, false, false, false, false, false, 0},
    {ROWS(27),                         96,  79, true,  false, true,  false, false, 0x1f0},
    {ROWS(6_235_10),                  136, 132, false, false, false, false, false, 0},
    {ROWS(6_1_30),                   1018,  98, false, false, false, false, false, 0},
    {ROWS(8_1_29),                   1032,  66, false, false, false, false, false, 0},
    {ROWS(8_1_11),                    352, 346, false, false, false, false, false, 0},
    {ROWS(8_1_31),                    360, 350, false, false, false, false, false, 0},
    {ROWS(8_200_10),                  168, 160, false, false, false, false, false, 0},
};
/* clang-format on */
