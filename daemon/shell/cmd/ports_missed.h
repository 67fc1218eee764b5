/* SPDX-License-Identifier: Apache-2.0 */
/* `lookoutd ports --missed`: compares recordings with the gazetteer. Private to cmd. */
#ifndef LOOKOUT_PORTS_MISSED_H
#define LOOKOUT_PORTS_MISSED_H

#include <stdint.h>

struct ports;

/* Print the places, one per line, where ships lay still for at least for_ms outside every
 * port. Returns an enum cmd_exit; failures are on stderr. */
int ports_missed_print(const struct ports *ports, int64_t for_ms, int count,
                       char **inputs);

#endif
