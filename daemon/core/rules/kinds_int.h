/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds: a row for each file kind_x.c, in the order of the documentation. */
#ifndef LOOKOUT_KINDS_INT_H
#define LOOKOUT_KINDS_INT_H

#include "lookout/rules/rule_kind.h"

#define KINDS(ROW)                                                                       \
    ROW(route)                                                                           \
    ROW(zone)                                                                            \
    ROW(gate)                                                                            \
    ROW(port_call)                                                                       \
    ROW(voyage)                                                                          \
    ROW(sighted)                                                                         \
    ROW(gap)                                                                             \
    ROW(silent_call)                                                                     \
    ROW(distress)                                                                        \
    ROW(stopped)                                                                         \
    ROW(encounter)                                                                       \
    ROW(loiter)                                                                          \
    ROW(speed)                                                                           \
    ROW(position)                                                                        \
    ROW(draught)                                                                         \
    ROW(destination)                                                                     \
    ROW(identity)

#define KINDS_DECLARE(name) extern const struct rule_kind kind_##name;
KINDS(KINDS_DECLARE)

/* For the rows of a kind's tables. */
#define KINDS_COUNT(array) (sizeof(array) / sizeof(array)[0])

#endif
