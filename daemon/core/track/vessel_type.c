/* SPDX-License-Identifier: Apache-2.0 */
/* Ship type numbers in words: ITU-R M.1371-5 table 53. */
#include "lookout/track/vessel_type.h"

#include <stddef.h>

/* clang-format off */
const char *const vessel_type_names[VESSEL_TYPES] = {
    [VESSEL_FISHING] = "fishing",       [VESSEL_TUG] = "tug",             [VESSEL_DREDGER] = "dredger",
    [VESSEL_DIVING] = "diving",         [VESSEL_MILITARY] = "military",   [VESSEL_SAILING] = "sailing",
    [VESSEL_PLEASURE] = "pleasure",     [VESSEL_HIGH_SPEED] = "high-speed", [VESSEL_PILOT] = "pilot",
    [VESSEL_SAR] = "sar",               [VESSEL_PORT_TENDER] = "port-tender",
    [VESSEL_LAW_ENFORCEMENT] = "law-enforcement", [VESSEL_PASSENGER] = "passenger",
    [VESSEL_CARGO] = "cargo",           [VESSEL_TANKER] = "tanker",       [VESSEL_OTHER] = "other",
};
static const struct { uint8_t low, high; enum vessel_type type; } type_rows[] = {
    {30, 30, VESSEL_FISHING},   {31, 32, VESSEL_TUG},       {33, 33, VESSEL_DREDGER},  {34, 34, VESSEL_DIVING},
    {35, 35, VESSEL_MILITARY},  {36, 36, VESSEL_SAILING},   {37, 37, VESSEL_PLEASURE}, {40, 49, VESSEL_HIGH_SPEED},
    {50, 50, VESSEL_PILOT},     {51, 51, VESSEL_SAR},       {52, 52, VESSEL_TUG},      {53, 53, VESSEL_PORT_TENDER},
    {55, 55, VESSEL_LAW_ENFORCEMENT}, {60, 69, VESSEL_PASSENGER}, {70, 79, VESSEL_CARGO}, {80, 89, VESSEL_TANKER},
};
/* clang-format on */

int vessel_type_of(uint8_t ship_type)
{
    if (ship_type == 0)
        return -1;
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++)
        if (ship_type >= type_rows[i].low && ship_type <= type_rows[i].high)
            return (int)type_rows[i].type;
    return VESSEL_OTHER;
}
