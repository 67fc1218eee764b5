/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the reader of watched vessels; private to the configuration reader. */
#ifndef LOOKOUT_CONF_VESSELS_H
#define LOOKOUT_CONF_VESSELS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf_int.h"
#include "lookout/base/map.h"
#include "lookout/track/vessel.h"

#define IMO_ACCEPTS "an IMO number of seven digits whose last is the check digit"
#define MMSI_ACCEPTS "a ship's MMSI of nine digits"
#define TAGS_ACCEPTS "a list of words, such as [un1718]"
#define CONF_VESSELS_MAX 1000000u

struct vessels {
    struct conf_reader *r;
    struct watch_entry *entries; /* owned, with their content */
    size_t count, capacity;
    struct map by_number; /* IMO, or MMSI where there is none -> index + 1 */
    struct map tags;      /* hash of a tag -> any */
    struct map taken;     /* hash of key and value in vessels: -> its line */
};

/* Take the entry over: joined with an earlier one of the same ship, or as a new one. */
void conf_vessels_add(struct vessels *v, struct watch_entry *entry);
/* Give the entry copies of tags that it has not. */
void conf_vessels_add_tags(struct conf_reader *r, struct watch_entry *entry,
                           char *const *tags, size_t count);
/* Tags that rules may name, each once. */
void conf_vessels_know_tags(struct vessels *v, char *const *tags, size_t count);
bool conf_vessels_tags(struct conf_reader *r, const struct conf_node *node,
                       char ***ret_tags, size_t *ret_count);
/* One entry of vessel_lists. */
void conf_list_read(struct vessels *v, const struct conf_node *node);

#endif
