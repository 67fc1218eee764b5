/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of a rule. */
#ifndef LOOKOUT_VESSEL_FILTER_H
#define LOOKOUT_VESSEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rule_subject;

/* The flag of ships whose MMSI's country digits are assigned to nobody. */
#define VESSEL_FILTER_NO_FLAG "none"

/* `vessels:` all | watched | {types, min_length, flags, tags, not: {the same}} */
struct vessel_filter {
    bool is_watched_only;
    uint32_t type_mask;  /* bit per enum vessel_type; 0: any. Unknown type is included */
    double min_length_m; /* 0: any. Unknown length is included */
    char **flags;        /* owned alpha-2 codes, VESSEL_FILTER_NO_FLAG */
    size_t flag_count;
    char **tags; /* owned: any of them */
    size_t tag_count;
    struct vessel_filter *except; /* owned: `not:`; NULL for none. Unknown type or length
                                     does not exclude */
};
void vessel_filter_finish(struct vessel_filter *f);
/* Whether the filter includes the ship. */
bool vessel_filter_matches(const struct vessel_filter *f, const struct rule_subject *s);
/* Whether the filter includes every vessel, whatever it sends. */
bool vessel_filter_is_all(const struct vessel_filter *f);

#endif
