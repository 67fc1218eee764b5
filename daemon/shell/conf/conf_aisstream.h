/* SPDX-License-Identifier: Apache-2.0 */
/* A feed of aisstream.io: its keys, and the subscription they make. Private to the
 * configuration reader. */
#ifndef LOOKOUT_CONF_AISSTREAM_H
#define LOOKOUT_CONF_AISSTREAM_H

#include <stddef.h>
#include <stdio.h>

#include "conf_int.h"

#define CONF_AISSTREAM_BOXES_MAX 100
#define CONF_AISSTREAM_MMSI_MAX 50 /* aisstream.io/documentation: FiltersShipMMSI */

/* The types of messages, as aisstream.io names them; ends with NULL. */
extern const char *const conf_aisstream_types[];

conf_read conf_aisstream_read_key, conf_aisstream_read_boxes, conf_aisstream_read_mmsi;
/* When the watched vessels are read: write the subscription of the feed `index`, and warn
 * of another feed with the same key. `node` is the list of feeds. */
void conf_aisstream_complete(struct conf_reader *r, const struct conf_node *node,
                             size_t index);
void conf_aisstream_describe(const struct conf_feed *feed, FILE *out);
/* Free all but the key, which is one of the feed's texts. */
void conf_aisstream_finish(struct conf_aisstream *a);

#endif
