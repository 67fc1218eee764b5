/* SPDX-License-Identifier: Apache-2.0 */
/* The distance fields that a configuration wants; private to the room. */
#ifndef LOOKOUT_WATER_INT_H
#define LOOKOUT_WATER_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/err.h"
#include "lookout/geo/water.h"

struct water_fields_counts;
struct water_fields_options;
struct water_maker;

enum water_step {
    WATER_OPEN,
    WATER_BEGUN, /* somebody makes it */
    WATER_MADE,  /* and it is to be written to the cache */
    WATER_DONE
};
struct water_want {
    struct geo_pos *sources;   /* owned */
    struct water_ends ends;    /* of these sources */
    struct water_field *field; /* held; NULL: nobody has promised it */
    enum water_step step;
};
struct water_wants {
    struct water_want *items; /* owned */
    size_t count;
};

/* --- water_cache.c; the cache is the folder water/ in the directory --- */
/* Make the field of what is saved of it. False: nothing that is sound. */
bool water_cache_read(const char *directory, struct water_field *field);
/* False: it could not be written. Any thread. */
bool water_cache_write(const char *directory, const struct water_field *field);
/* Remove the fields that are not wanted. */
void water_cache_sweep(const char *directory, const struct water_wants *wants);

/* --- water_maker.c --- */
/* NULL: out of memory. */
struct water_maker *water_maker_create(struct water *water,
                                       const struct water_fields_options *options);
/* To be given to those that it promises: `context` is the maker. */
void water_maker_wait(void *context, const struct water_field *field);
/* Take the wants over, and make those that are open, in so many threads. `counts`:
 * what is known of them. */
void water_maker_begin(struct water_maker *m, struct water_wants *wants,
                       const struct water_fields_counts *counts, int threads);
struct water_wants *water_maker_wants(struct water_maker *m);
void water_maker_drop_wants(struct water_wants *wants);
/* This thread works as well, until all is done. ERR_NOMEM, ERR_LIMIT: not all are made.
 */
MUST_CHECK int water_maker_finish(struct water_maker *m,
                                  struct water_fields_counts *ret_counts);

#endif
