/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of watched ships without any rule. */
#ifndef LOOKOUT_RULE_WATCHED_H
#define LOOKOUT_RULE_WATCHED_H

#include "lookout/base/err.h"
#include "lookout/rules/rule.h"

struct identity_event;
struct rule_look;

/* A rule without id that every watched ship is looked at by. */
extern const struct rule rule_watched;
/* The watched ship holds another IMO number; the look is one of rule_watched. */
MUST_CHECK int rule_watched_tell(struct rule_look *look,
                                 const struct identity_event *event);

#endif
