/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the distance fields that a configuration was promised, while it is in use. */
#ifndef LOOKOUT_WATER_MAKER_H
#define LOOKOUT_WATER_MAKER_H

#include <stdbool.h>
#include <stddef.h>

struct water_fields_counts;

/* Threads that make fields: each is read from the cache, or made and written to it. A
 * thread that asks something of a field that is not made yet makes it itself, or waits
 * for the one that is at it. */
struct water_maker;
/* *ret_counts: of all that were made by now. How many are not made yet. */
size_t water_maker_left(struct water_maker *maker,
                        struct water_fields_counts *ret_counts);
/* The work ends; what is not made then is given up. By the thread that holds and releases
 * fields. NULL is allowed. */
void water_maker_destroy(struct water_maker *maker);

#endif
