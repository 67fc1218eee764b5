/* SPDX-License-Identifier: Apache-2.0 */
/* Types of vessels: the words for the ship type numbers of AIS. */
#ifndef LOOKOUT_VESSEL_TYPE_H
#define LOOKOUT_VESSEL_TYPE_H

#include <stdint.h>

/* ITU-R M.1371-5 table 53 in words; the configuration accepts these names. */
enum vessel_type {
    VESSEL_FISHING,
    VESSEL_TUG,
    VESSEL_DREDGER,
    VESSEL_DIVING,
    VESSEL_MILITARY,
    VESSEL_SAILING,
    VESSEL_PLEASURE,
    VESSEL_HIGH_SPEED,
    VESSEL_PILOT,
    VESSEL_SAR,
    VESSEL_PORT_TENDER,
    VESSEL_LAW_ENFORCEMENT,
    VESSEL_PASSENGER,
    VESSEL_CARGO,
    VESSEL_TANKER,
    VESSEL_OTHER,
    VESSEL_TYPES
};
extern const char *const vessel_type_names[VESSEL_TYPES];
/* The type of an AIS ship type number 1..255; VESSEL_OTHER when it has no name; -1 for 0
 * (unknown). */
int vessel_type_of(uint8_t ship_type);

#endif
