/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of watched ships without any rule. */
#ifndef LOOKOUT_RULE_WATCHED_H
#define LOOKOUT_RULE_WATCHED_H

#include <stdint.h>

#include "lookout/rules/rule.h"

/* `detail` of its one finding: the ship sends another IMO number. */
struct rule_watched_imo {
    uint32_t from, to;
    uint32_t messages; /* that brought the new one */
    int64_t from_ms;   /* since when it sent the one before; TIME_NONE: not known */
};
/* A rule without id that every watched ship is looked at by. */
extern const struct rule rule_watched;

#endif
