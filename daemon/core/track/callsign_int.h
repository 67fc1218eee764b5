/* SPDX-License-Identifier: Apache-2.0 */
/* The table of call sign series, for callsign.c and its test. */
#ifndef LOOKOUT_CALLSIGN_INT_H
#define LOOKOUT_CALLSIGN_INT_H

#include <stddef.h>

struct callsign_series {
    char first[4], last[4];   /* the first three characters of its call signs */
    char country[3];          /* of the administration, ISO 3166-1 alpha-2; "": none */
    const char *allocated_to; /* as the ITU's table has it */
    const char *source;
};
extern const struct callsign_series callsign_series[]; /* ascending, none overlap */
extern const size_t callsign_series_count;

/* A territory whose ships are under the administration of another. */
struct callsign_family {
    char country[3], state[3];
};
extern const struct callsign_family callsign_families[];
extern const size_t callsign_family_count;

#endif
