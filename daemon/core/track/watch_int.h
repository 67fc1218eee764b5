/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the watch list share: an entry's lifetime, and texts as they are
 * compared. */
#ifndef LOOKOUT_WATCH_INT_H
#define LOOKOUT_WATCH_INT_H

#include "lookout/track/vessel.h"

#define WATCH_NORMAL_BYTES 64

/* Keep letters and digits only, in upper case (bytes beyond ASCII stay): "Example-Trader"
 * and "EXAMPLE TRADER" are the same name. */
void watch_entry_normalise(const char *text, char ret_normal[WATCH_NORMAL_BYTES]);
/* Copy all of `from` but empty texts, which become "". ERR_NOMEM leaves *e empty. */
MUST_CHECK int watch_entry_copy(struct watch_entry *e, const struct watch_entry *from);
/* Add what `from` says and e does not: texts, tags, names, sources. ERR_NOMEM: a part was
 * added. */
MUST_CHECK int watch_entry_merge(struct watch_entry *e, const struct watch_entry *from);
void watch_entry_finish(struct watch_entry *e);

#endif
