/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files into a ports_builder: the shipped gazetteer or another. */
#ifndef LOOKOUT_GAZETTEER_H
#define LOOKOUT_GAZETTEER_H

#include "lookout/base/err.h"
#include "lookout/voyage/ports.h"

/* One fault in a file; line and col from 1, 0 unknown. */
typedef void (*gazetteer_fault)(void *context, const char *path, int line, int col,
                                const char *text);

/* Read a gazetteer's CSV; path NULL: the shipped one (config/ports.csv) with the shipped
 * areas (config/port-areas.geojson); either with the shipped names of destinations
 * (config/destinations.csv). Every fault goes to `fault` (may be NULL); err holds
 * the first with its place. Returns 0, or the first fault's code. */
MUST_CHECK int gazetteer_read(struct ports_builder *b, const char *path,
                              gazetteer_fault fault, void *context, struct err *err);
/* Read only the shipped names, beside a gazetteer that was read in another way. */
MUST_CHECK int gazetteer_read_destinations(struct ports_builder *b, gazetteer_fault fault,
                                           void *context, struct err *err);

#endif
