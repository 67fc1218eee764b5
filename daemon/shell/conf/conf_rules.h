/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the reader of rules; private to the configuration reader. */
#ifndef LOOKOUT_CONF_RULES_H
#define LOOKOUT_CONF_RULES_H

#include <stdbool.h>

#include "conf_int.h"
#include "lookout/rules/rule.h"

extern const struct key conf_filter_keys[]; /* into struct vessel_filter */
conf_read conf_filter_read;
conf_read conf_filter_read_member; /* KEY_VESSELS */

/* The hash of all that decides what the rule does: not of its id, severity and repeat. A
 * later key counts only where it is given. ERR_NOMEM */
MUST_CHECK int conf_rule_words_definition(const struct rule *rule,
                                          const struct engine_conf *engine,
                                          uint64_t *ret_definition);
/* Whether neither the vessels nor the places of the rule are restricted. */
bool conf_rule_words_watches_all(const struct rule *rule,
                                 const struct engine_conf *engine);
/* "every vessel", "watched vessels", "vessels: cargo or tanker; at least 50m; ..." */
MUST_CHECK int conf_rule_words_filter(const struct vessel_filter *filter,
                                      struct buf *out);
MUST_CHECK int conf_rule_words_describe(const struct rule *rule,
                                        const struct engine_conf *engine,
                                        struct buf *out);

#endif
