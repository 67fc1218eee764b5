/* SPDX-License-Identifier: Apache-2.0 */
/* Reviewed words of declared destinations, and names of countries, in the form in which
 * they are compared: only upper-case letters and digits. Names of ports are in
 * config/destinations.csv. */
#include <stddef.h>
#include <string.h>

#include "destination_int.h"
#include "ports_int.h"

static const char *const cut_words[] = {
    "VIA", "ETA", "ETB", "ETD", "ATA",
};

static const char *const refuse_words[] = {
    "ORDER",    "ORDERS",  "ORDERED", "FOR",      "FO",   "OPL",   "STS",      "OFF",
    "OFFSHORE", "OR",      "NEAR",    "FISHING",  "FISH", "DRIFT", "DRIFTING", "TBA",
    "TBN",      "TBC",     "TBD",     "UNKNOWN",  "NONE", "NIL",   "CRUISE",   "CRUISING",
    "PATROL",   "SURVEY",  "AWAIT",   "AWAITING", "EEZ",  "SEA",   "SEATRIAL", "TRIAL",
    "TRIALS",   "TRANSIT", "CANAL",   "STRAIT",   "FROM",
};

/* Names of small or inland ports; crews that write the name alone do not mean them. */
static const char *const alone_words[] = {
    "BALI", "BEST", "FREEDOM", "JAVA", "LIBERTY", "MOSCOW", "OREGON", "PORTS", "STAR",
};

static const char *const qualifier_words[] = {
    "ANCH",         "ANCHORAGE", "ANCHOR", "ANCHO", "ANCHRG",  "ANC",   "ROADS",
    "ROAD",         "ROADSTEAD", "RDS",    "PS",    "PBG",     "PILOT", "PILOTS",
    "PILOTSTATION", "BERTH",     "INNER",  "OUTER", "WAITING",
};

static const char *const noun_words[] = {
    "PORT", "HARBOUR", "HARBOR", "HBR",  "TERMINAL", "TERM",  "DOCK",  "DOCKS",
    "PIER", "QUAY",    "JETTY",  "EAST", "WEST",     "NORTH", "SOUTH",
};

static const char *const state_words[] = {
    "AK", "AL", "CA", "CT", "DE", "FL", "GA", "HI", "LA", "MA", "MD", "ME", "MI", "MN",
    "MS", "NC", "NH", "NJ", "NY", "OR", "PA", "RI", "SC", "TX", "VA", "WA", "WI",
};

static const char *const no_typo_words[] = {
    "ANCHORAGE",     "ANCHOR",     "ATLANTIC",  "BALTIC",    "PACIFIC",    "ISLAND",
    "ISLANDS",       "HARBOUR",    "HARBOR",    "HIGHSEAS",  "NORTHSEA",   "BLACKSEA",
    "REDSEA",        "COASTAL",    "COAST",     "CHANNEL",   "CHANEL",     "CHRISTMAS",
    "EASTER",        "FAMILY",     "FERRY",     "GREETINGS", "HAPPY",      "HOLIDAY",
    "INLAND",        "MARINE",     "MARINA",    "MISSION",   "MERMAID",    "MOTHER",
    "NEWYEAR",       "NOTHING",    "OFFICE",    "PASSAGE",   "PLEASURE",   "PRIVATE",
    "RESCUE",        "RETURN",     "RIVER",     "SAILING",   "SERVICE",    "SHIPYARD",
    "STANDBY",       "STATION",    "SUMMER",    "TOWING",    "TRAINING",   "TRAWLING",
    "TUGGING",       "VESSEL",     "VOYAGE",    "WINTER",    "WORKING",    "YACHT",
    "DREDGING",      "DREDGER",    "LOCAL",     "EUROPE",    "AFRICA",     "AMERICA",
    "MEDITERRANEAN", "ARABIA",     "ORIENT",    "EASTERN",   "WESTERN",    "NORTHERN",
    "SOUTHERN",      "CENTRAL",    "OUTSIDE",   "INSIDE",    "BERING",     "BISCAY",
    "GUARD",         "COASTGUARD", "SEARCH",    "SUPPLY",    "BUNKER",     "BUNKERS",
    "BUNKERING",     "CREWCHANGE", "REPAIR",    "REPAIRS",   "DRYDOCK",    "DEMOLITION",
    "SCRAP",         "TESTING",    "SECRET",    "ARMED",     "ARMEDGUARD", "GUARDS",
    "GUARDSONBOARD", "NORMAL",     "AVAILABLE",
};

#define LIST(words)                                                                      \
    {                                                                                    \
        words, sizeof words / sizeof words[0]                                            \
    }

static const struct {
    const char *const *words;
    size_t count;
} lists[] = {
    [DESTINATION_CUT] = LIST(cut_words),
    [DESTINATION_REFUSE] = LIST(refuse_words),
    [DESTINATION_QUALIFIER] = LIST(qualifier_words),
    [DESTINATION_NOUN] = LIST(noun_words),
    [DESTINATION_STATE] = LIST(state_words),
    [DESTINATION_NO_TYPO] = LIST(no_typo_words),
    [DESTINATION_ALONE] = LIST(alone_words),
};

bool destination_names_is_word(enum destination_word kind, const char *word)
{
    for (size_t i = 0; i < lists[kind].count; i++)
        if (strcmp(lists[kind].words[i], word) == 0)
            return true;
    return false;
}

static const struct {
    const char *name;
    const char *code;
} countries[] = {
    /* clang-format off */
    {"ALBANIA", "AL"}, {"ALGERIA", "DZ"}, {"ANGOLA", "AO"}, {"ARGENTINA", "AR"}, {"AUSTRALIA", "AU"},
    {"AZERBAIJAN", "AZ"}, {"BAHAMAS", "BS"}, {"BAHRAIN", "BH"}, {"BANGLADESH", "BD"}, {"BARBADOS", "BB"},
    {"BELGIUM", "BE"}, {"BELIZE", "BZ"}, {"BENIN", "BJ"}, {"BRAZIL", "BR"}, {"BRASIL", "BR"}, {"BRUNEI", "BN"},
    {"BULGARIA", "BG"}, {"CAMBODIA", "KH"}, {"CAMEROON", "CM"}, {"CANADA", "CA"}, {"CAPEVERDE", "CV"},
    {"CHILE", "CL"}, {"CHINA", "CN"}, {"PRC", "CN"}, {"COLOMBIA", "CO"}, {"COSTARICA", "CR"}, {"CROATIA", "HR"},
    {"CUBA", "CU"}, {"CYPRUS", "CY"}, {"DENMARK", "DK"}, {"DJIBOUTI", "DJ"}, {"DOMINICANREPUBLIC", "DO"},
    {"DOMREP", "DO"}, {"ECUADOR", "EC"}, {"EGYPT", "EG"}, {"ELSALVADOR", "SV"}, {"EQUATORIALGUINEA", "GQ"},
    {"ERITREA", "ER"}, {"ESTONIA", "EE"}, {"FAROEISLANDS", "FO"}, {"FIJI", "FJ"}, {"FINLAND", "FI"},
    {"FRANCE", "FR"}, {"GABON", "GA"}, {"GAMBIA", "GM"}, {"GEORGIA", "GE"}, {"GERMANY", "DE"}, {"GHANA", "GH"},
    {"GREECE", "GR"}, {"GREENLAND", "GL"}, {"GUATEMALA", "GT"}, {"GUINEA", "GN"}, {"GUINEABISSAU", "GW"},
    {"GUYANA", "GY"}, {"HAITI", "HT"}, {"HONDURAS", "HN"}, {"HONGKONG", "HK"}, {"ICELAND", "IS"}, {"INDIA", "IN"},
    {"INDONESIA", "ID"}, {"IRAN", "IR"}, {"IRAQ", "IQ"}, {"IRELAND", "IE"}, {"ISRAEL", "IL"}, {"ITALY", "IT"},
    {"IVORYCOAST", "CI"}, {"JAMAICA", "JM"}, {"JAPAN", "JP"}, {"JORDAN", "JO"}, {"KAZAKHSTAN", "KZ"},
    {"KENYA", "KE"}, {"KUWAIT", "KW"}, {"LATVIA", "LV"}, {"LEBANON", "LB"}, {"LIBERIA", "LR"}, {"LIBYA", "LY"},
    {"LITHUANIA", "LT"}, {"MADAGASCAR", "MG"}, {"MALAYSIA", "MY"}, {"MALDIVES", "MV"}, {"MALTA", "MT"},
    {"MAURITANIA", "MR"}, {"MAURITIUS", "MU"}, {"MEXICO", "MX"}, {"MONTENEGRO", "ME"}, {"MOROCCO", "MA"},
    {"MOZAMBIQUE", "MZ"}, {"MYANMAR", "MM"}, {"BURMA", "MM"}, {"NAMIBIA", "NA"}, {"NETHERLANDS", "NL"},
    {"HOLLAND", "NL"}, {"NEWZEALAND", "NZ"}, {"NICARAGUA", "NI"}, {"NIGERIA", "NG"}, {"NORTHKOREA", "KP"},
    {"NKOREA", "KP"}, {"DPRK", "KP"}, {"DPRKOREA", "KP"}, {"NORWAY", "NO"}, {"NORGE", "NO"}, {"OMAN", "OM"},
    {"PAKISTAN", "PK"}, {"PANAMA", "PA"}, {"PAPUANEWGUINEA", "PG"}, {"PNG", "PG"}, {"PERU", "PE"},
    {"PHILIPPINES", "PH"}, {"POLAND", "PL"}, {"PORTUGAL", "PT"}, {"PUERTORICO", "PR"}, {"QATAR", "QA"},
    {"SOUTHKOREA", "KR"}, {"SKOREA", "KR"}, {"ROK", "KR"}, {"KOREA", "KR"}, {"ROMANIA", "RO"}, {"RUSSIA", "RU"},
    {"RUSSIANFEDERATION", "RU"}, {"SAUDIARABIA", "SA"}, {"KSA", "SA"}, {"SENEGAL", "SN"}, {"SIERRALEONE", "SL"},
    {"SINGAPORE", "SG"}, {"SLOVENIA", "SI"}, {"SOMALIA", "SO"}, {"SOUTHAFRICA", "ZA"}, {"RSA", "ZA"},
    {"SPAIN", "ES"}, {"SRILANKA", "LK"}, {"SUDAN", "SD"}, {"SURINAME", "SR"}, {"SWEDEN", "SE"}, {"SYRIA", "SY"},
    {"TAIWAN", "TW"}, {"TANZANIA", "TZ"}, {"THAILAND", "TH"}, {"TOGO", "TG"}, {"TRINIDAD", "TT"},
    {"TRINIDADANDTOBAGO", "TT"}, {"TUNISIA", "TN"}, {"TURKEY", "TR"}, {"TURKIYE", "TR"}, {"TURKMENISTAN", "TM"},
    {"UKRAINE", "UA"}, {"UAE", "AE"}, {"UNITEDARABEMIRATES", "AE"}, {"UNITEDKINGDOM", "GB"}, {"UK", "GB"},
    {"ENGLAND", "GB"}, {"SCOTLAND", "GB"}, {"WALES", "GB"}, {"USA", "US"}, {"UNITEDSTATES", "US"},
    {"URUGUAY", "UY"}, {"VENEZUELA", "VE"}, {"VIETNAM", "VN"}, {"YEMEN", "YE"},
    /* clang-format on */
};

const char *destination_names_country(const char *name)
{
    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
        if (strcmp(countries[i].name, name) == 0 || strcmp(countries[i].code, name) == 0)
            return countries[i].code;
    return NULL;
}
