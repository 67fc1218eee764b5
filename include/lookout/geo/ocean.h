/* SPDX-License-Identifier: Apache-2.0 */
/* The ocean of a coast, roughly. It shows that two ports of one country lie on different
 * oceans and are months apart by sea. Not for navigation. */
#ifndef LOOKOUT_OCEAN_H
#define LOOKOUT_OCEAN_H

#include "lookout/geo/geo.h"

enum ocean {
    OCEAN_ATLANTIC,
    OCEAN_PACIFIC,
    OCEAN_INDIAN,
    OCEAN_ARCTIC,
    OCEAN_CASPIAN,
    OCEANS
};
/* "Atlantic", ... */
const char *ocean_name(enum ocean ocean);
/* The ocean at a position, by the limits of oceans and seas (IHO S-23): marginal seas
 * belong to their ocean, the Mediterranean, the Baltic and the Great Lakes to the
 * Atlantic, the Red Sea, the Gulf and the Strait of Malacca to the Indian. The result is
 * right at harbours; inland it is a guess. */
enum ocean ocean_at(struct geo_pos pos);

#endif
