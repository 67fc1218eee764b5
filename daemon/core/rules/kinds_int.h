/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of rule, one file each. */
#ifndef LOOKOUT_KINDS_INT_H
#define LOOKOUT_KINDS_INT_H

#include "lookout/rules/rule.h"

extern const struct rule_kind kind_route, kind_zone, kind_gate, kind_port_call,
    kind_voyage, kind_sighted, kind_gap;

/* Does the filter let every vessel in, whatever it says of itself? */
bool vessel_filter_is_all(const struct vessel_filter *f);

#endif
