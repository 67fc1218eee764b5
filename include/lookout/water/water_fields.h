/* SPDX-License-Identifier: Apache-2.0 */
/* Distances over water for the routes' forecasts: one field for each set of ports that a
 * rule awaits. */
#ifndef LOOKOUT_WATER_FIELDS_H
#define LOOKOUT_WATER_FIELDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lookout/base/err.h"
#include "lookout/engine/engine.h"

struct water_fields_options {
    const struct engine_conf *old; /* borrowed; NULL: none */
    const char *cache;             /* directory; NULL: none. A damaged file is as none */
    bool is_writing;             /* new fields go into the cache, others' go out of it */
    const atomic_bool *is_ended; /* set by another thread: ERR_LIMIT; NULL: never */
};
struct water_fields_counts {
    size_t fields, shared, cached, made;
    size_t bytes;    /* of the grid and the fields in memory */
    size_t not_kept; /* could not be written into the cache */
};
/* Give the configuration the fields that its rules want: taken over from the old one
 * where that has the same, else read from the cache, else made, as many at a time as
 * there are processors. Takes about a second for each that is made. Before the
 * configuration is put to use; without it forecasts have the declared destination alone.
 * ERR_NOT_FOUND where there is no water.bin, ERR_CORRUPT, ERR_NOMEM: as it was before. */
MUST_CHECK int water_fields_make(struct engine_conf *engine,
                                 const struct water_fields_options *options,
                                 struct water_fields_counts *ret_counts, struct err *err);
/* One line for `check`: to how many sets of ports, or that water.bin is not found;
 * nothing where no rule wants any. */
void water_fields_describe(const struct engine_conf *engine, FILE *out);

#endif
