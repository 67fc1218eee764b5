/* SPDX-License-Identifier: Apache-2.0 */
/* A small sentence reader for the tests of the decoder alone: finds AIVDM sentences in
 * lines, joins parts that follow each other in order, hands on bits. It trusts its input;
 * the product's own reader is the input layer. */
#ifndef AISLINES_H
#define AISLINES_H

#include <stddef.h>

#include "lookout/ais/ais.h"

typedef void (*aislines_handler)(void *context, const struct ais_bits *bits);

/* Calls `handler` for every whole message among the lines of `text`; sentences with a
 * wrong checksum or an unknown character are left out. Returns the number of messages. */
size_t aislines_each(const char *text, size_t n, aislines_handler handler, void *context);

#endif
