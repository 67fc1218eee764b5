/* SPDX-License-Identifier: Apache-2.0 */
/* `lookoutd ports --missed`: recordings through the gazetteer. Private to cmd. */
#ifndef LOOKOUT_PORTS_MISSED_H
#define LOOKOUT_PORTS_MISSED_H

#include <stdint.h>

struct ports;

/* Prints the places, one a line, where ships lay still for for_ms and more outside every
 * port. An enum cmd_exit; what failed is on stderr. */
int ports_missed_print(const struct ports *ports, int64_t for_ms, int count,
                       char **inputs);

#endif
