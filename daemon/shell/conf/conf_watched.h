/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the watched vessels of vessels: and vessel_lists:; private to the configuration
 * reader. */
#ifndef LOOKOUT_CONF_WATCHED_H
#define LOOKOUT_CONF_WATCHED_H

#include <stddef.h>

#include "conf_int.h"
#include "lookout/base/map.h"
#include "lookout/track/vessel.h"

#define CONF_IMO_ACCEPTS "an IMO number of seven digits whose last is the check digit"
#define CONF_MMSI_ACCEPTS "a ship's MMSI of nine digits"
#define CONF_TAGS_ACCEPTS                                                                \
    "a list of words of up to 63 letters, digits, '.', '_' and '-', such as [un1718]"
#define CONF_WATCHED_MAX 1000000u

struct conf_watched {
    struct conf_reader *r;
    struct watch_entry *entries; /* owned, with their content */
    size_t count, capacity;
    struct map by_number; /* IMO number, else MMSI -> index + 1 */
    struct map tags;      /* hash of a tag -> any */
};

void conf_watched_init(struct conf_watched *v, struct conf_reader *r);
void conf_watched_finish(struct conf_watched *v);
/* Take over the entry: join it with an earlier one of the same ship, or add it. */
void conf_watched_add(struct conf_watched *v, struct watch_entry *entry);
/* Add copies of the tags that the entry lacks. */
void conf_watched_add_tags(struct conf_reader *r, struct watch_entry *entry,
                           char *const *tags, size_t count);
/* Remember tags that rules may name, each once. */
void conf_watched_know_tags(struct conf_watched *v, char *const *tags, size_t count);
void conf_watched_entry_finish(struct watch_entry *entry);
/* Move the vessels to the engine's configuration. */
void conf_watched_hand_over(struct conf_watched *v);
/* Read the entries of vessel_lists: (conf_lists.c). */
void conf_lists_read(struct conf_watched *v, const struct conf_node *node);

#endif
