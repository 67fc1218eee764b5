/* SPDX-License-Identifier: Apache-2.0 */
/* Distances over water: for the forecasts of routes one field for each set of ports that
 * a rule awaits, for silent ships one for each port that they may have called at. */
#ifndef LOOKOUT_WATER_FIELDS_H
#define LOOKOUT_WATER_FIELDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lookout/base/err.h"
#include "lookout/engine/engine.h"

struct water_maker;

struct water_fields_options {
    const struct engine_conf *old; /* borrowed; NULL: none */
    const char *cache;             /* directory; NULL: none. A damaged file is as none */
    bool is_writing;               /* write new fields to the cache, remove unused ones */
    const atomic_bool *is_ended;   /* set by another thread: ERR_LIMIT; NULL: never */
    struct water_maker **later;    /* *ret: it makes them while the configuration is in
                                      use (NULL: there is nothing to make). NULL: they
                                      are made by now */
};
struct water_fields_counts {
    size_t fields, shared, cached, made;
    size_t bytes;    /* of the grid and the fields that are made */
    size_t not_kept; /* number of fields that could not be cached */
};
/* Give the configuration the fields that its rules and its `reach_ports` want: taken from
 * the old configuration if it has the same, else read from the cache, else made, as many
 * at a time as there are processors. Each field that is made takes about a second. With
 * `later`, the configuration gets promises of them: the first question about a field
 * waits until it is made, and the answer is the same. To be called before the
 * configuration is used; without fields, forecasts use only the declared destination.
 * ERR_NOT_FOUND when there is no water.bin, ERR_CORRUPT, ERR_NOMEM: nothing has changed.
 */
MUST_CHECK int water_fields_make(struct engine_conf *engine,
                                 const struct water_fields_options *options,
                                 struct water_fields_counts *ret_counts, struct err *err);
/* Print one line for `check`: the number of sets and of ports, or that water.bin is not
 * found; nothing when no rule wants distances. */
void water_fields_describe(const struct engine_conf *engine, FILE *out);

#endif
