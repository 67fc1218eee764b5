/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of every type with the lengths of ITU-R M.1371-5, written as sentences, to be
 * read by this decoder and by another. Each has an MMSI of its own, so that gpsd joins no
 * type 24. */
#ifndef AISCORPUS_H
#define AISCORPUS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Random bits, `rounds` messages of each kind; the number of messages. */
size_t aiscorpus_random(FILE *to, uint64_t seed, unsigned rounds);
/* For every row of every kind's form: the row 0, 1, all ones, half, the greatest and the
 * least signed number, its not-available value and the ones beside it, the rest random.
 * `before`: how many messages there are already. */
size_t aiscorpus_edges(FILE *to, size_t before, uint64_t seed);
/* Messages 6 and 8 of many area codes and every function identifier, in two lengths, but
 * for those two of which gpsdecode 3.22 prints no JSON. */
size_t aiscorpus_applications(FILE *to, size_t before, uint64_t seed);

#endif
