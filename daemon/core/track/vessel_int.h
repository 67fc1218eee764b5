/* SPDX-License-Identifier: Apache-2.0 */
/* The country digits of MMSIs, for vessel.c and its test. */
#ifndef LOOKOUT_VESSEL_INT_H
#define LOOKOUT_VESSEL_INT_H

#include <stddef.h>
#include <stdint.h>

struct vessel_mid {
    uint16_t mid;             /* maritime identification digits, 201..775 */
    char country[3];          /* ISO 3166-1 alpha-2 */
    const char *allocated_to; /* as the ITU's table has it */
};
extern const struct vessel_mid vessel_mids[]; /* ascending by mid */
extern const size_t vessel_mid_count;

#endif
