/* SPDX-License-Identifier: Apache-2.0 */
/* A rule: the data of all kinds. The data of one kind are in `settings`; the kinds are in
 * rule_kind.h, and rule_run.h has how the engine runs them. */
#ifndef LOOKOUT_RULE_H
#define LOOKOUT_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/rules/vessel_filter.h"

struct rule_kind;

enum rule_at_start { RULE_AT_START_WATCHED, RULE_AT_START_ALL, RULE_AT_START_NONE };

#define RULE_EVENTS_MAX 12

struct rule {
    char *id;                     /* owned; NULL: of what is told without a rule */
    const struct rule_kind *kind; /* static */
    void *settings;               /* owned; read by the table of keys of the kind */
    uint64_t definition; /* hash of all that decides its behaviour; saved state is valid
                            while it is unchanged */
    struct vessel_filter vessels; /* owned content */
    uint32_t events;              /* bit i: kind->events[i] is wanted */
    uint8_t severity[RULE_EVENTS_MAX];
    uint8_t disturbed; /* the same where positions near the ship are disturbed: 1 + enum
                          severity; 0: no other */
    uint8_t at_start;  /* enum rule_at_start */
    int64_t repeat_ms; /* 0: no folding */
};
/* Make a rule of that kind (NULL: an unknown one) with the defaults of all its keys.
 * ERR_NOMEM. */
MUST_CHECK int rule_init(struct rule *rule, const struct rule_kind *kind);
void rule_finish(struct rule *rule);

#endif
