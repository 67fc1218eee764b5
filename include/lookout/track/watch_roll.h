/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of a list from one version to the next: kept as a record, and compared. */
#ifndef LOOKOUT_WATCH_ROLL_H
#define LOOKOUT_WATCH_ROLL_H

#include "lookout/base/wire.h"
#include "lookout/track/vessel.h"

/* Write the ships of one list of w. */
void watch_roll_save(const struct watch *w, const struct watch_list *list,
                     struct wire_writer *out);
/* Add them to w as entries of `list`, which is w's. ERR_CORRUPT, ERR_NOMEM */
MUST_CHECK int watch_roll_load(struct watch *w, const struct watch_list *list,
                               struct wire_reader *r);

/* A source is known by its list and entry; without an entry by the ship's own keys. Never
 * 0. */
uint64_t watch_roll_key(const struct watch_entry *e, const struct watch_source *source);
struct watch_roll_sink {
    const struct watch *now; /* borrowed */
    /* An entry of a list was added or dropped. Both are borrowed from the watch list that
     * has them. Non-zero ends the comparison and is returned. */
    int (*on_change)(void *context, bool is_added, const struct watch_entry *entry,
                     const struct watch_source *source);
    void *context;
};
/* What the lists of `before` dropped, then what those of now added, by the lists' names;
 * a list that is no longer configured drops nothing. ERR_NOMEM */
MUST_CHECK int watch_roll_compare(const struct watch *before,
                                  const struct watch_roll_sink *sink);

#endif
