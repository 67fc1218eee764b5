/* SPDX-License-Identifier: Apache-2.0 */
/* Scales and words of the JSON form: those of gpsd's regression files. */
#include "ais_int.h"

/* clang-format off */
const struct ais_scale ais_scale_of[AS_LABELLED - AS_SCALED] = {
    [AS_DEG_4        - AS_SCALED] = {    0, 600000, 7, false},
    [AS_DEG_3        - AS_SCALED] = {    0,  60000, 6, false},
    [AS_DEG_1        - AS_SCALED] = {    0,    600, 4, false},
    [AS_DEG_1_COARSE - AS_SCALED] = {    0,    600, 1, false},
    [AS_DEG_1_QUOTED - AS_SCALED] = {    0,    600, 6, true},
    [AS_TENTH        - AS_SCALED] = {    0,     10, 1, false},
    [AS_TWENTIETH    - AS_SCALED] = {    0,     20, 2, false},
    [AS_AIRTEMP      - AS_SCALED] = { -600,     10, 1, false},
    [AS_DEWPOINT     - AS_SCALED] = { -200,     10, 1, false},
    [AS_LEVEL_236    - AS_SCALED] = { -100,     10, 1, false},
    [AS_LEVEL_289    - AS_SCALED] = {-1000,    100, 1, false},
    [AS_HPA_236      - AS_SCALED] = {  800,      1, 0, false},
    [AS_HPA_289      - AS_SCALED] = {  799,      1, 0, false},
};

#define FUTURE "Reserved for future use"
/* One ship type in ten lines: first digit 2, 4, 6..9; ITU-R M.1371-5 table 53. */
#define DECADE(name, last) \
    name " - all ships of this type", name " - Hazardous category A", name " - Hazardous category B", \
    name " - Hazardous category C", name " - Hazardous category D", name " - " FUTURE, name " - " FUTURE, \
    name " - " FUTURE, name " - " FUTURE, name " - " last

static const char *const status_words[] = {
    "Under way using engine", "At anchor", "Not under command", "Restricted maneuverability",
    "Constrained by her draught", "Moored", "Aground", "Engaged in fishing", "Under way sailing",
    "Reserved for HSC", "Reserved for WIG", "Reserved", "Reserved", "Reserved", "Reserved", "Not defined",
};
static const char *const epfd_words[] = {
    "Undefined", "GPS", "GLONASS", "Combined GPS/GLONASS", "Loran-C", "Chayka", "Integrated navigation system",
    "Surveyed", "Galileo", "Reserved (9)", "Reserved (10)", "Reserved (11)", "Reserved (12)", "Reserved (13)",
    "Reserved (14)", "Internal GNSS",
};
static const char *const ship_type_words[] = {
    "Not available", FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE,
    FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE,
    DECADE("Wing in ground (WIG)", FUTURE),
    "Fishing", "Towing", "Towing: length exceeds 200m or breadth exceeds 25m", "Dredging or underwater ops",
    "Diving ops", "Military ops", "Sailing", "Pleasure Craft", "Reserved", "Reserved",
    DECADE("High speed craft (HSC)", "No additional information"),
    "Pilot Vessel", "Search and Rescue vessel", "Tug", "Port Tender", "Anti-pollution equipment",
    "Law Enforcement", "Spare - Local Vessel", "Spare - Local Vessel", "Medical Transport",
    "Ship according to RR Resolution No. 18",
    DECADE("Passenger", "No additional information"),
    DECADE("Cargo", "No additional information"),
    DECADE("Tanker", "No additional information"),
    DECADE("Other Type", "no additional information"),
};
static const char *const aid_type_words[] = {
    "Unspecified", "Reference point", "RACON", "Fixed offshore structure", "Spare, Reserved for future use.",
    "Light, without sectors", "Light, with sectors", "Leading Light Front", "Leading Light Rear",
    "Beacon, Cardinal N", "Beacon, Cardinal E", "Beacon, Cardinal S", "Beacon, Cardinal W", "Beacon, Port hand",
    "Beacon, Starboard hand", "Beacon, Preferred Channel port hand", "Beacon, Preferred Channel starboard hand",
    "Beacon, Isolated danger", "Beacon, Safe water", "Beacon, Special mark", "Cardinal Mark N",
    "Cardinal Mark E", "Cardinal Mark S", "Cardinal Mark W", "Port hand Mark", "Starboard hand Mark",
    "Preferred Channel Port hand", "Preferred Channel Starboard hand", "Isolated danger", "Safe Water",
    "Special Mark", "Light Vessel / LANBY / Rigs",
};
static const char *const station_type_words[] = {
    "All types of mobiles", FUTURE, "All types of Class B mobile stations", "SAR airborne mobile station",
    "Aid to Navigation station", "Class B shipborne mobile station", "Regional use and inland waterways",
    "Regional use and inland waterways", "Regional use and inland waterways", "Regional use and inland waterways",
    FUTURE, FUTURE, FUTURE, FUTURE, FUTURE, FUTURE,
};
static const char *const precipitation_words[] = {
    "reserved", "rain", "thunderstorm", "freezing rain", "mixed/ice", "snow", "reserved", "N/A",
};
static const char *const ice_words[] = {"no", "yes", "reserved", "N/A"};
static const char *const trend_words[] = {"steady", "increasing", "decreasing", "N/A"};
static const char *const hazard_words[] = {
    "0 blue cones/lights", "1 blue cone/light", "2 blue cones/lights", "3 blue cones/lights", "4 B-Flag", "Unknown",
};
static const char *const loaded_words[] = {"N/A (default)", "Unloaded", "Loaded"};
static const char *const racon_words[] = {
    "No RACON installed", "RACON not monitored", "RACON operational", "RACON ERROR",
};
static const char *const light_words[] = {"No light or no monitoring", "Light ON", "Light OFF", "Light ERROR"};

#define WORDS(w) w, sizeof w / sizeof w[0]
const struct ais_labels ais_labels_of[AS_COUNT - AS_LABELLED] = {
    [AS_STATUS             - AS_LABELLED] = {WORDS(status_words),        false, ""},
    [AS_STATUS_LONG_RANGE  - AS_LABELLED] = {WORDS(status_words),        false, ""},
    [AS_EPFD               - AS_LABELLED] = {WORDS(epfd_words),          false, ""},
    [AS_SHIP_TYPE          - AS_LABELLED] = {WORDS(ship_type_words),     false, "INVALID SHIP TYPE"},
    [AS_AID_TYPE           - AS_LABELLED] = {WORDS(aid_type_words),      false, ""},
    [AS_STATION_TYPE       - AS_LABELLED] = {WORDS(station_type_words),  false, ""},
    [AS_PRECIPITATION      - AS_LABELLED] = {WORDS(precipitation_words), false, ""},
    [AS_ICE                - AS_LABELLED] = {WORDS(ice_words),           false, ""},
    [AS_INLAND_TYPE        - AS_LABELLED] = {NULL, 0,                    false, "Illegal ship type value."},
    [AS_HAZARD             - AS_LABELLED] = {WORDS(hazard_words),        false, "INVALID HAZARD TYPE"},
    [AS_LOADED             - AS_LABELLED] = {WORDS(loaded_words),        false, "INVALID LOAD STATUS"},
    [AS_RACON              - AS_LABELLED] = {WORDS(racon_words),         false, ""},
    [AS_LIGHT              - AS_LABELLED] = {WORDS(light_words),         false, ""},
    [AS_TREND_WORD         - AS_LABELLED] = {WORDS(trend_words),         true,  ""},
    [AS_PRECIPITATION_WORD - AS_LABELLED] = {WORDS(precipitation_words), true,  ""},
    [AS_ICE_WORD           - AS_LABELLED] = {WORDS(ice_words),           true,  ""},
};

/* ERI codes (ECE/TRANS/SC.3/176 annex D), each with its AIS ship type: inland stations
 * send either, and the ranges are separate. The first row that fits gives the word. */
static const struct {
    int16_t eri, ais;
    const char *word;
} inland_types[] = {
    {8000, 99, "Vessel, type unknown"},
    {8010, 79, "Motor freighter"},
    {8020, 89, "Motor tanker"},
    {8021, 80, "Motor tanker, liquid cargo, type N"},
    {8022, 80, "Motor tanker, liquid cargo, type C"},
    {8023, 89, "Motor tanker, dry cargo as if liquid (e.g. cement)"},
    {8030, 79, "Container vessel"},
    {8040, 80, "Gas tanker"},
    {8050, 79, "Motor freighter, tug"},
    {8060, 89, "Motor tanker, tug"},
    {8070, 79, "Motor freighter with one or more ships alongside"},
    {8080, 89, "Motor freighter with tanker"},
    {8090, 79, "Motor freighter pushing one or more freighters"},
    {8100, 89, "Motor freighter pushing at least one tank-ship"},
    {8110, 79, "Tug, freighter"},
    {8120, 89, "Tug, tanker"},
    {8130, 31, "Tug freighter, coupled"},
    {8140, 31, "Tug, freighter/tanker, coupled"},
    {8150, 99, "Freightbarge"},
    {8160, 99, "Tankbarge"},
    {8161, 90, "Tankbarge, liquid cargo, type N"},
    {8162, 90, "Tankbarge, liquid cargo, type C"},
    {8163, 99, "Tankbarge, dry cargo as if liquid (e.g. cement)"},
    {8170, 99, "Freightbarge with containers"},
    {8180, 90, "Tankbarge, gas"},
    {8210, 79, "Pushtow, one cargo barge"},
    {8220, 79, "Pushtow, two cargo barges"},
    {8230, 79, "Pushtow, three cargo barges"},
    {8240, 79, "Pushtow, four cargo barges"},
    {8250, 79, "Pushtow, five cargo barges"},
    {8260, 79, "Pushtow, six cargo barges"},
    {8270, 79, "Pushtow, seven cargo barges"},
    {8280, 79, "Pushtow, eigth cargo barges"},
    {8290, 79, "Pushtow, nine or more barges"},
    {8310, 80, "Pushtow, one tank/gas barge"},
    {8320, 80, "Pushtow, two barges at least one tanker or gas barge"},
    {8330, 80, "Pushtow, three barges at least one tanker or gas barge"},
    {8340, 80, "Pushtow, four barges at least one tanker or gas barge"},
    {8350, 80, "Pushtow, five barges at least one tanker or gas barge"},
    {8360, 80, "Pushtow, six barges at least one tanker or gas barge"},
    {8370, 80, "Pushtow, seven barges at least one tanker or gas barg"},
};
/* clang-format on */

const char *labels_inland_type(int32_t type)
{
    for (size_t i = 0; i < sizeof inland_types / sizeof inland_types[0]; i++)
        if (inland_types[i].eri == type || inland_types[i].ais == type)
            return inland_types[i].word;
    return ais_labels_of[AS_INLAND_TYPE - AS_LABELLED].invalid;
}
